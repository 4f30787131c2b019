/* Forecasts of a page of the kind `forecast`: for each record that has begun and not reached the
 * milestone that is asked for, from the records that have. */
#ifndef JUNMA_ZONE_FORECAST_READ_H
#define JUNMA_ZONE_FORECAST_READ_H

#include "zone/forecast.h"
#include "zone/zone.h"

struct forecast_item {
    int64_t id;         /* of the record */
    size_t step;        /* the milestone last reached */
    int64_t since;      /* its day */
    struct forecast of; /* days from there */
    bool alike;         /* from records of the same kind; false: from all */
};
enum { FORECAST_RECORDS_MAX = 20000, FORECAST_STEPS_MAX = 12 };
MUST_USE enum err forecast_read(
    struct op *op, const struct pack_page *page, struct forecast_item **out, size_t *count);

#endif
