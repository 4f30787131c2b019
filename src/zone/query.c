/* Building queries from constant parts; see query.h. */
#include "zone/query.h"

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

enum err query_run(struct query *q, struct store_conn *c, struct store_rows *rows, struct diag *d)
{
    buf_add_char(&q->text, 0);
    TRY(diag_arena(d, q->text.arena));
    if (q->failed || buf_failed(&q->text))
        return diag_set(d, ERR_LIMIT, "查询条件过多", "too many conditions in one query");
    return store_query(c, rows, d, q->text.data, q->values, q->count);
}
