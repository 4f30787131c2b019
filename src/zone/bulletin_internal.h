/* Shared by the files about bulletins. */
#ifndef JUNMA_ZONE_BULLETIN_INTERNAL_H
#define JUNMA_ZONE_BULLETIN_INTERNAL_H

#include "zone/bulletin.h"
#include "zone/figure.h"
#include "zone/ledger.h"

#include "base/check.h"
#include "base/json.h"

extern const struct store_migration bulletin_migrations[];
extern const size_t bulletin_migration_count;

json_t *bulletin_name_json(struct name2 n);
/* As it is printed: separators of thousands; digits, floor and sign of the hole. */
str bulletin_number_text(struct arena *a, double value, const struct prose_node *hole);
json_t *bulletin_groups(
    struct op *op, const struct figure_result *r, str by, const struct prose_node *hole);
/* How many records stand under a number, and the digest of their ids, a line each (empty when there
 * are more than BULLETIN_RECORDS_MAX). first (may be NULL) gets the first BULLETIN_IDS_MAX. */
MUST_USE enum err bulletin_records(
    struct op *op, const struct figure_query *q, int64_t *count, str *digest, json_t *first);

#endif
