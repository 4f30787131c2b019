/* Building queries from constant parts; see query.h. */
#include "zone/query.h"

#include "zone/zone.h"

#include <string.h>

void query_init(struct query *q, struct arena *a)
{
    *q = (struct query){ 0 };
    buf_init(&q->text, a, QUERY_BYTES_MAX);
}

void query_sql(struct query *q, const char *sql)
{
    buf_add(&q->text, str_from(sql));
}

void query_add(struct query *q, const char *sql, const struct store_value *values, size_t count)
{
    size_t used = 0;
    if (q->count + count > QUERY_VALUES_MAX) {
        q->failed = true;
        return;
    }
    for (const char *p = sql; *p; p++) {
        if (*p != '?') {
            buf_add_char(&q->text, *p);
            continue;
        }
        ASSERT(used < count);
        q->values[q->count++] = values[used++];
        buf_printf(&q->text, "$%zu", q->count);
    }
    ASSERT(used == count);
}

void query_column(struct query *q, str name)
{
    buf_printf(&q->text, q->aside ? "{aside:%.*s}" : "%.*s", STR_ARGS(name));
}

enum err query_run(struct query *q, struct store_conn *c, struct store_rows *rows, struct diag *d)
{
    buf_add_char(&q->text, 0);
    TRY(diag_arena(d, q->text.arena));
    if (q->failed || buf_failed(&q->text))
        return diag_set(d, ERR_LIMIT, "查询条件过多", "too many conditions in one query");
    return store_query(c, rows, d, q->text.data, q->values, q->count);
}

enum err query_first(
    struct op *op, struct query *q, query_row_fn read, void *row, size_t bytes, bool *there)
{
    struct store_rows rows;
    memset(row, 0, bytes);
    TRY(query_run(q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, there, op->diag));
    if (*there)
        read(op, &rows, row);
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err query_page(struct op *op, struct query *q, size_t limit, query_row_fn read, size_t bytes,
    void **out, size_t *count, bool *more)
{
    struct store_rows rows;
    char *list = NULL;
    size_t used = 0, capacity = 0;
    *more = false;
    QUERY_ADD(q, " LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(query_run(q, op->conn, &rows, op->diag));
    for (bool there;;) {
        TRY(store_next(&rows, &there, op->diag));
        *more = there && used == limit;
        if (!there || *more)
            break;
        list = arena_room(op->arena, list, used, &capacity, bytes);
        TRY(diag_arena(op->diag, op->arena));
        char *row = list + used++ * bytes;
        memset(row, 0, bytes);
        read(op, &rows, row);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}
