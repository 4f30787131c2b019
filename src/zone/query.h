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
};

void query_init(struct query *q, struct arena *a);
/* Appends constant text as it is. */
void query_sql(struct query *q, const char *sql);
/* Appends text in which each '?' becomes the next $n, bound to the next of `values`; the number of
 * '?' must be count. A '?' never stands in our SQL otherwise. */
void query_add(struct query *q, const char *sql, const struct store_value *values, size_t count);
#define QUERY_ADD(q, sql, ...) query_add((q), (sql), STORE_VALUES(__VA_ARGS__))
MUST_USE enum err query_run(
    struct query *q, struct store_conn *c, struct store_rows *rows, struct diag *d);

#endif
