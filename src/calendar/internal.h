/*
 * The calendar as its own files see it. From the first published day to the last every day has an
 * entry; `before[i]` is the number of working days in front of day `origin + i`, so that counting
 * is a subtraction and adding a search, however long the way. Outside, Monday to Friday are
 * counted by arithmetic.
 *
 *     origin                                             origin + count
 *       |  30 Dec 2006 (the first notice reaches back)     | 1 January after the last year
 *       [ entries ...................................... ]
 */
#ifndef JUNMA_CALENDAR_INTERNAL_H
#define JUNMA_CALENDAR_INTERNAL_H

#include "calendar/calendar.h"

enum { NAMED_NOT, NAMED_EARLIER, NAMED_HERE };

struct day_entry {
    uint8_t kind;  /* enum calendar_day_kind */
    uint8_t named; /* by a notice; NAMED_HERE only while its document is being laid */
    uint16_t name; /* index into names; of use when named */
};

struct day_name {
    str zh, en;
};

struct year_notices {
    int year;
    const struct calendar_notice *items;
    size_t count;
};

struct calendar {
    int64_t origin;
    size_t count; /* days; 0 for a calendar without notices */
    const struct day_entry *days;
    const int32_t *before; /* count + 1 */
    const struct day_name *names;
    const struct year_notices *years; /* ascending, none left out */
    size_t year_count;
};

/* Working days with a number below that of `days`, counted from a fixed but arbitrary point:
 * only differences mean something. */
int64_t calendar_working_before(const struct calendar *c, int64_t days);
/* The working day of which calendar_working_before() is rank. */
int64_t calendar_working_at(const struct calendar *c, int64_t rank);

#endif
