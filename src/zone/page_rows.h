/*
 * What kinds of pages that compute read of registers: a few columns of all records that the reader
 * may see. The registers and columns are named by the page's definition, which the pack has been
 * checked for; masked columns are refused all the same.
 */
#ifndef JUNMA_ZONE_PAGE_ROWS_H
#define JUNMA_ZONE_PAGE_ROWS_H

#include "zone/query.h"
#include "zone/record.h"

/* A register as an object of a definition names it: {"register": …, "<member>": column …}. */
struct page_source {
    const struct pack_register *r;
    const json_t *members;
};
/* NULL r when the object is not there: an optional one. */
struct page_source page_source(const struct op *op, const json_t *object);
/* The column that a member names, NULL when it names none. */
const struct pack_column *page_column(const struct page_source *s, const char *member);

/* Begins "SELECT id, <columns> FROM … WHERE zone = … AND <what the reader may see>"; a NULL column
 * gives ''. More conditions may follow. ERR_NOT_FOUND when the register is not the reader's,
 * ERR_FORBIDDEN for a column that he does not see. Not for points. */
MUST_USE enum err page_select(struct query *q, struct op *op, const struct pack_register *r,
    const struct pack_column *const *columns, size_t count);
/* How other records name this one: its key, or its id; of a query whose first column after the id
 * is the key. */
str page_row_key(struct op *op, const struct pack_register *r, const struct store_rows *rows);

/* How many rows the register has, at most `most`: for room. */
MUST_USE enum err page_count(
    struct op *op, const struct pack_register *r, size_t most, size_t *count);

/* Keys to indexes: an open hash over at most `most` texts. */
struct page_index {
    str *keys;
    int *values;
    size_t slots;
};
MUST_USE enum err page_index_init(struct page_index *x, struct op *op, size_t most);
void page_index_put(struct page_index *x, str key, int value);
int page_index_get(const struct page_index *x, str key); /* -1: not there */

#endif
