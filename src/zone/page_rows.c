/* Rows of registers for pages that compute; page_rows.h. */
#include "zone/page_rows.h"

#include "zone/record_internal.h"

struct page_source page_source(const struct op *op, const json_t *object)
{
    return (struct page_source){ object ? pack_register(zone_pack(op->zone),
                                     pack_page_text(object, "register")) : NULL,
        object };
}

const struct pack_column *page_column(const struct page_source *s, const char *member)
{
    return s->r ? pack_column(s->r, pack_page_text(s->members, member)) : NULL;
}

enum err page_select(struct query *q, struct op *op, const struct pack_register *r,
    const struct pack_column *const *columns, size_t count)
{
    query_init(q, op->arena);
    query_sql(q, "SELECT id");
    for (size_t i = 0; i < count; i++) {
        if (!columns[i]) {
            query_sql(q, ", ''");
            continue;
        }
        ASSERT(columns[i]->type != PACK_COLUMN_POINT);
        if (!record_column_seen(op, r, columns[i])) {
            diag_field(op->diag, columns[i]->name);
            return diag_set(op->diag, ERR_FORBIDDEN, "这个页面要用到您无权查看的内容",
                "this page needs what you may not see");
        }
        buf_printf(&q->text, ", %.*s", STR_ARGS(columns[i]->name));
    }
    buf_printf(&q->text, " FROM register_%.*s WHERE zone", STR_ARGS(r->code));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
    return record_scope_add(q, op, r);
}

str page_row_key(struct op *op, const struct pack_register *r, const struct store_rows *rows)
{
    if (r->key)
        return str_copy(op->arena, store_text(rows, 1));
    return str_printf(op->arena, "%lld", (long long)store_int(rows, 0));
}

enum err page_count(struct op *op, const struct pack_register *r, size_t most, size_t *count)
{
    struct store_rows rows;
    str sql = str_printf(op->arena,
        "SELECT count(*) FROM (SELECT 1 FROM register_%.*s WHERE zone = $1 LIMIT $2) AS counted",
        STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code),
        S_INT((int64_t)most)));
    *count = (size_t)store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

enum err page_index_init(struct page_index *x, struct op *op, size_t most)
{
    x->slots = 16;
    while (x->slots < most * 2)
        x->slots *= 2;
    x->keys = ARENA_ARRAY(op->arena, str, x->slots);
    x->values = ARENA_ARRAY(op->arena, int, x->slots);
    return diag_arena(op->diag, op->arena);
}

static size_t slot_of(const struct page_index *x, str key)
{
    size_t at = str_hash(key) & (x->slots - 1);
    while (x->keys[at].data && !str_equal(x->keys[at], key))
        at = (at + 1) & (x->slots - 1);
    return at;
}

void page_index_put(struct page_index *x, str key, int value)
{
    size_t at = slot_of(x, key);
    if (!key.data)
        return;
    x->keys[at] = key;
    x->values[at] = value;
}

int page_index_get(const struct page_index *x, str key)
{
    size_t at = slot_of(x, key);
    return x->keys[at].data ? x->values[at] : -1;
}
