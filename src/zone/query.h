/*
 * SQL put together from constant parts, each with its value: the text holds $1, $2 …, never a
 * value. Limits: QUERY_VALUES_MAX values, QUERY_BYTES_MAX of text; past one, query_failed() is true
 * and the query must not be run.
 */
#ifndef JUNMA_ZONE_QUERY_H
#define JUNMA_ZONE_QUERY_H

#include "store/store.h"

enum { QUERY_VALUES_MAX = 40, QUERY_BYTES_MAX = 8192 };

struct query {
    struct buf text;
    struct store_value values[QUERY_VALUES_MAX];
    size_t count;
    bool failed;
    bool aside; /* columns of conditions are written so that no index is chosen for them */
};

void query_init(struct query *q, struct arena *a);
/* Appends constant text as it is. */
void query_sql(struct query *q, const char *sql);
/* Appends text in which each '?' becomes the next $n, bound to the next of `values`; the number of
 * '?' must be count. A '?' never stands in our SQL otherwise. */
void query_add(struct query *q, const char *sql, const struct store_value *values, size_t count);
#define QUERY_ADD(q, sql, ...) query_add((q), (sql), STORE_VALUES(__VA_ARGS__))
/* A column of a condition or an order. */
void query_column(struct query *q, str name);
MUST_USE enum err query_run(
    struct query *q, struct store_conn *c, struct store_rows *rows, struct diag *d);

struct op;
/* Copies the row under `rows` into one of the caller's, which is zeroed. */
typedef void (*query_row_fn)(struct op *op, const struct store_rows *rows, void *row);
/* The first row, if there is one. */
MUST_USE enum err query_first(
    struct op *op, struct query *q, query_row_fn read, void *row, size_t bytes, bool *there);
/* At most `limit` rows, in op's arena, and whether more would follow: LIMIT is added here. */
MUST_USE enum err query_page(struct op *op, struct query *q, size_t limit, query_row_fn read,
    size_t bytes, void **out, size_t *count, bool *more);

#endif
