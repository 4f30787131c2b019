/* Who may see and change which records; record.h says the law. */
#include "zone/record_internal.h"

#include "zone/look.h"

static bool listed(const str *roles, size_t count, const struct actor *a)
{
    for (size_t i = 0; a->role && i < count; i++)
        if (str_equal(roles[i], a->role->code))
            return true;
    return false;
}

static bool has_roles(const struct pack_register *r)
{
    return r->read_role_count || r->write_role_count;
}

bool register_written(struct op *op, const struct pack_register *r)
{
    const struct actor *a = op->actor;
    if (a->system)
        return true;
    return has_roles(r) ? listed(r->write_roles, r->write_role_count, a)
                        : actor_may(a, "record.write");
}

static bool seen_whole(struct op *op, const struct pack_register *r)
{
    const struct actor *a = op->actor;
    if (a->system || register_written(op, r))
        return true;
    return has_roles(r) ? listed(r->read_roles, r->read_role_count, a)
                        : actor_may(a, "record.read");
}

bool register_seen(struct op *op, const struct pack_register *r)
{
    return r->public_column_count || seen_whole(op, r);
}

static bool revealed(struct op *op, const struct pack_register *r)
{
    const struct actor *a = op->actor;
    if (a->system)
        return true;
    return r->reveal_role_count ? listed(r->reveal_roles, r->reveal_role_count, a)
                                : !r->closed && actor_may(a, "contact.reveal");
}

/* The actor's enterprise as records name it. */
static enum err own_name(struct op *op, const struct pack_register *r, str *name)
{
    const struct pack_register *enterprises
        = (r->enterprise_via ? r->enterprise_via : r->enterprise_scope)->ref;
    struct record own;
    struct op look = *op;
    struct diag ignored = { 0 };
    look.diag = &ignored;
    *name = STR("\x01"); /* the name of no record */
    if (op->actor->enterprise
        && record_get(&look, enterprises->code, op->actor->enterprise, &own) == OK)
        *name = record_name(op, enterprises, &own);
    return diag_arena(op->diag, op->arena);
}

/* " AND <column> = <own>", or " AND <column> IN (the others that name it)". */
static void own_add(struct query *q, struct op *op, const struct pack_register *r, str own)
{
    const struct pack_column *c = r->enterprise_scope, *via = r->enterprise_via;
    buf_printf(&q->text, " AND %.*s", STR_ARGS(c->name));
    if (!via) {
        QUERY_ADD(q, " = ?", S_TEXT(own));
        return;
    }
    buf_printf(&q->text, " IN (SELECT %.*s FROM register_%.*s WHERE zone", STR_ARGS(c->ref->key->name),
        STR_ARGS(c->ref->code));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q->text, " AND %.*s", STR_ARGS(via->name));
    QUERY_ADD(q, " = ?)", S_TEXT(own));
}

enum err record_scope_add(struct query *q, struct op *op, const struct pack_register *r)
{
    const struct actor *a = op->actor;
    str own;
    if (a->system)
        return OK;
    if (!seen_whole(op, r)) {
        if (r->public_column_count)
            return OK;
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个登记表,或您无权查看",
            "there is no such register, or you may not see it");
    }
    if (a->role->scope == PACK_SCOPE_UNIT && r->unit_scope) {
        buf_printf(&q->text, " AND %.*s", STR_ARGS(r->unit_scope->name));
        QUERY_ADD(q, " = ?", S_TEXT(a->unit));
    }
    if (a->role->scope == PACK_SCOPE_ENTERPRISE) {
        if (!r->enterprise_scope) {
            if (!r->public_column_count)
                query_sql(q, " AND 1 = 0");
            return OK;
        }
        TRY(own_name(op, r, &own));
        own_add(q, op, r, own);
    }
    return OK;
}

/* Does the enterprise column lead to the actor's own? */
static enum err own_named(struct op *op, const struct pack_register *r, str value, bool *own)
{
    struct query q;
    struct store_rows rows;
    str name;
    TRY(own_name(op, r, &name));
    *own = str_equal(value, name);
    if (!r->enterprise_via)
        return OK;
    const struct pack_register *via = r->enterprise_scope->ref;
    query_init(&q, op->arena);
    buf_printf(&q.text, "SELECT count(*) FROM register_%.*s WHERE zone", STR_ARGS(via->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(via->key->name));
    QUERY_ADD(&q, " = ?", S_TEXT(value));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(r->enterprise_via->name));
    QUERY_ADD(&q, " = ?", S_TEXT(name));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    bool there;
    TRY(store_next(&rows, &there, op->diag));
    *own = there && store_int(&rows, 0) > 0;
    store_rows_end(&rows);
    return OK;
}

enum err record_own(struct op *op, const struct pack_register *r, const json_t *data)
{
    const struct actor *a = op->actor;
    const struct pack_column *c = a->system ? NULL
        : a->role->scope == PACK_SCOPE_UNIT  ? r->unit_scope
        : a->role->scope == PACK_SCOPE_ENTERPRISE ? r->enterprise_scope
                                                  : NULL;
    str value = c ? record_text(data, c) : STR_NONE;
    bool own = true;
    if (!value.bytes) /* whether it must be there, the columns say */
        return OK;
    if (c == r->unit_scope)
        own = str_equal(value, a->unit);
    else
        TRY(own_named(op, r, value, &own));
    if (own)
        return OK;
    diag_field(op->diag, c->name);
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这条登记,或您无权查看",
        "there is no such record, or you may not see it");
}

static bool is_public(const struct pack_register *r, const struct pack_column *c)
{
    for (size_t i = 0; i < r->public_column_count; i++)
        if (r->public_columns[i] == c)
            return true;
    return false;
}

bool record_column_seen(struct op *op, const struct pack_register *r, const struct pack_column *c)
{
    if (op->actor->system)
        return true;
    return !c->masked && (is_public(r, c) || seen_whole(op, r));
}

bool record_words_seen(struct op *op, const struct pack_register *r)
{
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        bool leads = c == r->key || c == r->label || c->searched;
        if (leads && !c->masked && !record_column_seen(op, r, c))
            return false;
    }
    return true;
}

void record_hide(struct op *op, const struct pack_register *r, json_t *data)
{
    bool whole = seen_whole(op, r);
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        const json_t *v = json_object_getn(data, c->name.data, c->name.bytes);
        if (!whole && !is_public(r, c))
            json_object_deln(data, c->name.data, c->name.bytes);
        else if (c->masked && v && !json_is_null(v)
            && !(json_is_string(v) && !json_string_length(v)))
            json_object_setn_new(data, c->name.data, c->name.bytes, json_string("****"));
    }
}

enum err record_looked(struct op *op, const struct pack_register *r, int64_t id, size_t count)
{
    json_t *event = json_object();
    if (!id)
        json_set_int(event, "count", (int64_t)count);
    return look_keep(op, r, "record.look", id, event);
}

enum err record_refused(struct op *op, const struct pack_register *r)
{
    return look_keep(op, r, "record.refused", 0, json_object());
}

enum err record_reveal(
    struct op *op, const struct pack_register *r, int64_t id, str reason, struct record *out)
{
    struct record hidden;
    TRY(record_open(op, r, id, &hidden)); /* may he see it at all? */
    if (!revealed(op, r))
        return diag_set(
            op->diag, ERR_FORBIDDEN, "您无权查看遮盖的内容", "you may not see what is masked");
    json_t *columns = json_array(), *event = json_object();
    for (size_t i = 0; i < r->column_count; i++)
        if (r->columns[i].masked)
            json_array_append_new(columns, json_from_str(r->columns[i].name));
    json_object_set_new(event, "columns", columns);
    json_set_str(event, "reason", reason);
    TRY(look_keep(op, r, "record.reveal", id, event));
    return record_get(op, r->code, id, out);
}
