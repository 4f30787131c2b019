/*
 * A matrix of recurring actions: rows (organisations, enterprises), items that each row has to do once a
 * period, and records of what was done. For one day it says of each row and item whether it is done in
 * the period in which the day lies, still to be done, or past its end.
 *
 *     period      once   monthly          quarterly        yearly
 *     of 5 May    all    1 – 31 May       1 Apr – 30 Jun   1 Jan – 31 Dec
 *
 * matrix_period is pure.
 */
#ifndef JUNMA_ZONE_MATRIX_H
#define JUNMA_ZONE_MATRIX_H

#include "zone/record.h"

enum { MATRIX_ROWS_MAX = 1000, MATRIX_ITEMS_MAX = 60, MATRIX_DONE_MAX = 200000 };

enum matrix_period { MATRIX_ONCE, MATRIX_MONTHLY, MATRIX_QUARTERLY, MATRIX_YEARLY };
extern const char *const matrix_period_words[]; /* "once" … */

/* First and last day (since 1970) of the period in which a day lies; of `once` the widest there is. */
void matrix_span(enum matrix_period period, int64_t day, int64_t *from, int64_t *to);

enum matrix_state { MATRIX_DONE, MATRIX_DUE, MATRIX_OVERDUE };
extern const char *const matrix_state_words[];

struct matrix_row {
    int64_t id;
    str key, label;
};
struct matrix_item {
    int64_t id;
    str key, label, group;
    enum matrix_period period;
    int64_t from, to;
};
struct matrix_cell {
    int64_t record; /* the newest of the period; 0: none */
    int64_t day;
    int count;      /* records of the period */
};
struct matrix {
    struct matrix_row *rows;
    struct matrix_item *items;
    struct matrix_cell *cells; /* row by row */
    size_t row_count, item_count;
    str *groups;               /* of all items, as records name them */
    size_t group_count;
    int64_t today;
};
static inline const struct matrix_cell *matrix_cell(const struct matrix *m, size_t row, size_t item)
{
    return &m->cells[row * m->item_count + item];
}
enum matrix_state matrix_state(const struct matrix *m, size_t row, size_t item);

/* Of a page of the kind `matrix`, for a day; only items of `group`, empty: of the first group. */
MUST_USE enum err matrix_read(struct op *op, const struct pack_page *page, str group, int64_t day,
    struct matrix *out);

#endif
