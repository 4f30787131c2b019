/* Reading records as the engine itself needs them, without asking who wants to know; register.h. */
#include "zone/record_internal.h"

enum err register_find(struct op *op, str code, const struct pack_register **out)
{
    *out = pack_register(zone_pack(op->zone), code);
    if (*out)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "配置中没有登记册 %.*s",
        "the pack has no register %.*s", STR_ARGS(code));
}

str record_text(const json_t *data, const struct pack_column *c)
{
    const json_t *v = c ? json_object_getn(data, c->name.data, c->name.bytes) : NULL;
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

str record_name(struct op *op, const struct pack_register *r, const struct record *record)
{
    if (r->key)
        return str_copy(op->arena, record_text(record->data, r->key));
    return str_printf(op->arena, "%lld", (long long)record->id);
}

static void select_columns(struct query *q, const struct pack_register *r)
{
    query_sql(q, "SELECT id, version, updated_at");
    for (size_t i = 0; i < r->column_count; i++) {
        query_sql(q, ", ");
        column_names_add(&q->text, &r->columns[i]);
    }
}

void record_select_found(
    struct query *q, struct op *op, const struct pack_register *r, str typed)
{
    select_columns(q, r);
    buf_printf(&q->text, " FROM {matching:register_%.*s_search:", STR_ARGS(r->code));
    QUERY_ADD(q, "?}", S_TEXT(typed));
    buf_printf(&q->text, " CROSS JOIN register_%.*s WHERE id = _found AND zone", STR_ARGS(r->code));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
}

void record_select(struct query *q, struct op *op, const struct pack_register *r)
{
    select_columns(q, r);
    buf_printf(&q->text, " FROM register_%.*s WHERE zone", STR_ARGS(r->code));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
}

void record_row(
    struct op *op, const struct pack_register *r, const struct store_rows *rows, struct record *out)
{
    json_t *data = json_keep(op->arena, json_object());
    int at = 3;
    *out = (struct record){ store_int(rows, 0), store_int(rows, 1), store_int(rows, 2), data };
    for (size_t i = 0; data && i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        json_object_setn_new(data, c->name.data, c->name.bytes, column_read(op, c, rows, at));
        at += column_width(c);
    }
}

static enum err one(
    struct op *op, const struct pack_register *r, struct query *q, struct record *out)
{
    struct store_rows rows;
    bool there;
    TRY(query_run(q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    if (!there)
        return diag_set(
            op->diag, ERR_NOT_FOUND, "登记册中没有这一项", "the register has no such record");
    record_row(op, r, &rows, out);
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err record_get(struct op *op, str code, int64_t id, struct record *out)
{
    const struct pack_register *r;
    struct query q;
    TRY(register_find(op, code, &r));
    query_init(&q, op->arena);
    record_select(&q, op, r);
    QUERY_ADD(&q, " AND id = ?", S_INT(id));
    return one(op, r, &q, out);
}

enum err record_by_key(struct op *op, str code, str key, struct record *out)
{
    const struct pack_register *r;
    struct query q;
    TRY(register_find(op, code, &r));
    if (!r->key)
        return diag_set(op->diag, ERR_INVALID, "登记册 %.*s 没有主键列",
            "the register %.*s has no key column", STR_ARGS(code));
    query_init(&q, op->arena);
    record_select(&q, op, r);
    buf_printf(&q.text, " AND %.*s", STR_ARGS(r->key->name));
    QUERY_ADD(&q, " = ?", S_TEXT(key));
    return one(op, r, &q, out);
}

enum err record_find(
    struct op *op, str code, str text, size_t limit, struct record **out, size_t *count)
{
    const struct pack_register *r;
    struct query q;
    struct store_rows rows;
    size_t used = 0;
    struct record *list = ARENA_ARRAY(op->arena, struct record, limit);
    TRY(diag_arena(op->diag, op->arena));
    TRY(register_find(op, code, &r));
    query_init(&q, op->arena);
    record_select(&q, op, r);
    if (str_trim(text).bytes) {
        buf_printf(&q.text, " AND {typed:register_%.*s_search:id:", STR_ARGS(r->code));
        QUERY_ADD(&q, "?}", S_TEXT(str_trim(text)));
    }
    const struct pack_column *order = r->label ? r->label : r->key;
    if (order)
        buf_printf(&q.text, " ORDER BY %.*s", STR_ARGS(order->name));
    QUERY_ADD(&q, " LIMIT ?", S_INT((int64_t)limit));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == limit)
            break;
        record_row(op, r, &rows, &list[used++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

str record_label(struct op *op, str code, const struct record *record)
{
    const struct pack_register *r = pack_register(zone_pack(op->zone), code);
    str label = r ? record_text(record->data, r->label) : STR_NONE;
    if (label.bytes)
        return str_copy(op->arena, label);
    return r ? record_name(op, r, record) : STR_NONE;
}
