/*
 * Rows of a table as records: the first line names columns (by name or title, in either language),
 * each row is a new record or the next version of the one with the same key. Cells are read as
 * people write them (column_from_text); what is computed is passed over.
 *
 *     head ─▶ record_rows_head        once
 *     a write: record_rows_begin, record_rows_add …, record_rows_end        at most RECORD_BULK_MAX
 */
#ifndef JUNMA_ZONE_RECORD_ROWS_H
#define JUNMA_ZONE_RECORD_ROWS_H

#include "zone/record.h"

enum { RECORD_ROWS_COLUMNS_MAX = 200 };

struct record_bulk;

struct record_rows {
    const struct pack_register *r;
    const struct pack_column *columns[RECORD_ROWS_COLUMNS_MAX]; /* NULL: passed over */
    size_t column_count;
    int64_t batch; /* of all of them */
    str reason;
    struct record_bulk *bulk; /* of the present write; NULL: one by one */
};

/* ERR_INVALID names the column that the register does not have, or has twice. */
MUST_USE enum err record_rows_head(
    struct record_rows *t, const str *names, size_t count, struct diag *d);
/* The same with the names of columns given; an empty one is passed over. */
MUST_USE enum err record_rows_head_mapped(
    struct record_rows *t, const str *names, size_t count, struct diag *d);
/* By name or title; NULL: none. */
const struct pack_column *record_rows_column(const struct pack_register *r, str name);
MUST_USE enum err record_rows_begin(struct op *op, struct record_rows *t);
/* ERR_INVALID …: the row is refused, with a fault a column; others go on. ERR_MEMORY, ERR_STORE,
 * ERR_DISK_FULL: the whole write must fail. */
MUST_USE enum err record_rows_add(struct op *op, struct record_rows *t, const str *cells,
    size_t count, struct diag_list *faults);
/* Are these enough for one write, apart from their number? */
bool record_rows_full(const struct record_rows *t);
MUST_USE enum err record_rows_end(struct op *op, struct record_rows *t);

/* Errors after which the write cannot go on. */
static inline bool record_rows_fatal(enum err e)
{
    return e == ERR_MEMORY || e == ERR_STORE || e == ERR_DISK_FULL || e == ERR_IO;
}

#endif
