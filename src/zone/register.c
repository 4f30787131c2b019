/*
 * Registers as real tables; register.h tells their shape. The first step of a register's history
 * makes the table with what every record has; each column of the definition is added by name when
 * it is not there yet, so a definition grows without a program. The history keeps every version
 * whole, the present one too, as JSON.
 *
 * Names of tables and columns come from the pack, which has checked that they are [a-z0-9_]; they
 * are checked here again, since they become SQL text.
 */
#include "zone/register.h"

#include "base/check.h"
#include "zone/ledger.h"
#include "zone/query.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES_MAX = 40, COLUMNS_MAX = 200, TEXT_BYTES_DEFAULT = 4000 };

static bool name_good(str s)
{
    if (!s.bytes || s.bytes > NAME_BYTES_MAX || s.data[0] < 'a' || s.data[0] > 'z')
        return false;
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

static const char *column_sql(enum pack_column_type type)
{
    switch (type) {
    case PACK_COLUMN_INT:
    case PACK_COLUMN_BOOL:
        return "BIGINT";
    case PACK_COLUMN_REAL:
        return "DOUBLE PRECISION";
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
        return "TEXT";
    }
    return "TEXT";
}

/* ---- tables ---- */

static enum err make_table(
    struct zone *z, const struct pack_register *r, struct arena *a, struct diag *d)
{
    str code = r->code;
    str sql = str_printf(a,
        "CREATE TABLE register_%.*s (zone TEXT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT"
        " NULL,"
        " updated_at BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
        "CREATE TABLE register_%.*s_history (zone TEXT NOT NULL, id BIGINT NOT NULL, version"
        " BIGINT NOT NULL,"
        " at BIGINT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, data TEXT NOT NULL,"
        " PRIMARY KEY (zone, id, version)){clustered};{search:register_%.*s_search};",
        STR_ARGS(code), STR_ARGS(code), STR_ARGS(code));
    str component = str_printf(a, "register %.*s", STR_ARGS(code));
    TRY(diag_arena(d, a));
    struct store_migration step = { 1, "table and history", sql.data };
    return store_migrate(z->store, component.data, &step, 1, d);
}

static enum err column_there(struct op *op, const struct pack_register *r, str name, bool *there)
{
    struct store_rows rows;
    str sql = str_printf(
        op->arena, "SELECT * FROM register_%.*s WHERE zone = $1 LIMIT 1", STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code)));
    *there = false;
    for (int i = 0; i < store_column_count(&rows); i++)
        *there = *there || str_is(name, store_column_name(&rows, i));
    store_rows_end(&rows);
    return OK;
}

static enum err add_columns(struct op *op, void *ctx)
{
    const struct pack_register *r = ctx;
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        bool there;
        TRY(column_there(op, r, c->name, &there));
        if (there)
            continue;
        bool number = column_sql(c->type)[0] != 'T';
        str sql = str_printf(op->arena, "ALTER TABLE register_%.*s ADD COLUMN %.*s %s%s",
            STR_ARGS(r->code), STR_ARGS(c->name), column_sql(c->type),
            number ? "" : " NOT NULL DEFAULT ''");
        TRY(diag_arena(op->diag, op->arena));
        TRY(store_exec(op->conn, op->diag, sql.data, NULL, 0));
        if (!c->unique && c != r->key)
            continue;
        sql = str_printf(op->arena,
            "CREATE UNIQUE INDEX register_%.*s_%.*s ON register_%.*s (zone, %.*s)",
            STR_ARGS(r->code), STR_ARGS(c->name), STR_ARGS(r->code), STR_ARGS(c->name));
        TRY(diag_arena(op->diag, op->arena));
        TRY(store_exec(op->conn, op->diag, sql.data, NULL, 0));
    }
    return OK;
}

enum err register_prepare(struct zone *z, struct diag *d)
{
    const struct pack *p = zone_pack(z);
    struct arena a;
    arena_init(&a, NULL, 4 * MIB);
    enum err e = OK;
    for (size_t i = 0; i < p->register_count && e == OK; i++) {
        const struct pack_register *r = &p->registers[i];
        ASSERT(name_good(r->code) && r->column_count <= COLUMNS_MAX);
        for (size_t c = 0; c < r->column_count; c++)
            ASSERT(name_good(r->columns[c].name));
        struct op op = {
            .zone = z, .arena = &a, .actor = &actor_system, .now_ms = sys_now_ms(z->sys), .diag = d
        };
        e = make_table(z, r, &a, d);
        if (e == OK)
            e = zone_write(&op, add_columns, (void *)r);
    }
    arena_release(&a);
    return e;
}

/* ---- checking ---- */

static enum err fault(struct diag *d, const struct pack_column *c, const char *zh, const char *en)
{
    diag_field(d, c->name);
    diag_set(d, ERR_INVALID, "%.*s%s", "%.*s%s", STR_ARGS(c->title.zh), zh);
    snprintf(d->en, sizeof d->en, "%.*s %s", STR_ARGS(c->title.en), en);
    return ERR_INVALID;
}

/* As a form's "phone": digits with the signs that people put between them. */
static bool phone_good(str s)
{
    int digits = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        if (s.data[i] >= '0' && s.data[i] <= '9')
            digits++;
        else if (!strchr("+- ()", s.data[i]))
            return false;
    }
    return digits >= 5 && digits <= 15;
}

static enum err check_text(const struct pack_column *c, str value, struct diag *d)
{
    struct date date;
    size_t most = c->bytes_max ? (size_t)c->bytes_max : TEXT_BYTES_DEFAULT;
    if (value.bytes > most)
        return fault(d, c, "过长", "is too long");
    if (c->type == PACK_COLUMN_DATE && !date_parse(value, &date))
        return fault(d, c, "不是有效日期,应如 2026-11-23", "is not a date like 2026-11-23");
    if (c->type == PACK_COLUMN_CODE && c->codes && !pack_code(c->codes, value))
        return fault(d, c, "代码不在代码表中", "is not a code of its table");
    enum err e = c->check == PACK_CHECK_CREDIT_CODE ? check_credit_code(value, d)
        : c->check == PACK_CHECK_CITIZEN_NUMBER     ? check_citizen_number(value, d)
        : c->check == PACK_CHECK_PHONE && !phone_good(value)
        ? fault(d, c, "不是有效的电话号码", "is no phone number")
        : OK;
    if (e != OK)
        diag_field(d, c->name);
    return e;
}

static enum err check_value(const struct pack_column *c, const json_t *v, struct diag *d)
{
    if (!v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)))
        return c->required || c->unique ? fault(d, c, "必填", "is required") : OK;
    switch (c->type) {
    case PACK_COLUMN_INT:
        return json_is_integer(v) ? OK : fault(d, c, "应为整数", "must be a whole number");
    case PACK_COLUMN_REAL:
        return json_is_number(v) ? OK : fault(d, c, "应为数字", "must be a number");
    case PACK_COLUMN_BOOL:
        return json_is_boolean(v) ? OK : fault(d, c, "应为是或否", "must be true or false");
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
        if (!json_is_string(v))
            return fault(d, c, "应为文字", "must be text");
        return check_text(c, (str){ json_string_value(v), json_string_length(v) }, d);
    }
    return OK;
}

/* A reference names a record that is there, by its register's key. */
static enum err check_reference(
    struct op *op, const struct pack_column *c, const json_t *v, struct diag *d)
{
    struct record found;
    struct op look = *op;
    struct diag none = { 0 };
    look.diag = &none;
    if (c->type != PACK_COLUMN_REF || !c->ref || !json_is_string(v) || !json_string_length(v))
        return OK;
    str key = { json_string_value(v), json_string_length(v) };
    if (record_by_key(&look, c->ref->code, key, &found) == OK)
        return OK;
    return fault(d, c, "所指的登记不存在", "names no such record");
}

static enum err check_record(
    struct op *op, const struct pack_register *r, json_t *data, struct diag_list *faults)
{
    const char *key;
    json_t *value;
    size_t before = faults->total;
    json_object_foreach(data, key, value)
    {
        struct diag d = { 0 };
        if (pack_column(r, str_from(key)))
            continue;
        diag_field(&d, str_from(key));
        diag_set(&d, ERR_INVALID, "登记项中没有“%s”", "the register has no column \"%s\"", key);
        diag_list_add(faults, &d);
    }
    for (size_t i = 0; i < r->column_count; i++) {
        struct diag d = { 0 };
        const struct pack_column *c = &r->columns[i];
        const json_t *value_of = json_object_getn(data, c->name.data, c->name.bytes);
        if (check_value(c, value_of, &d) != OK || check_reference(op, c, value_of, &d) != OK)
            diag_list_add(faults, &d);
    }
    if (faults->total == before)
        return OK;
    if (faults->count)
        *op->diag = *faults->items[0];
    return ERR_INVALID;
}

/* ---- writing ---- */

static struct store_value bound(const struct pack_column *c, const json_t *v)
{
    bool text = column_sql(c->type)[0] == 'T';
    if (!v || json_is_null(v))
        return text ? S_TEXT(STR_NONE) : S_NULL;
    if (text)
        return S_TEXT(((str){ json_string_value(v), json_string_length(v) }));
    if (c->type == PACK_COLUMN_REAL)
        return S_REAL(json_number_value(v));
    return S_INT(c->type == PACK_COLUMN_BOOL ? json_is_true(v) : json_integer_value(v));
}

struct values {
    struct store_value items[COLUMNS_MAX + 4];
    size_t count;
};

static enum err write_row(
    struct op *op, const struct pack_register *r, int64_t id, int64_t version, json_t *data)
{
    struct buf sql;
    struct values *v = ARENA_NEW(op->arena, struct values);
    TRY(diag_arena(op->diag, op->arena));
    buf_init(&sql, op->arena, 32 * KIB);
    v->items[v->count++] = S_TEXT(op->zone->code);
    v->items[v->count++] = S_INT(id);
    v->items[v->count++] = S_INT(version);
    v->items[v->count++] = S_INT(op->now_ms);
    buf_printf(&sql, "INSERT INTO register_%.*s (zone, id, version, updated_at", STR_ARGS(r->code));
    for (size_t i = 0; i < r->column_count; i++)
        buf_printf(&sql, ", %.*s", STR_ARGS(r->columns[i].name));
    buf_add(&sql, STR(") VALUES ($1, $2, $3, $4"));
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        v->items[v->count++] = bound(c, json_object_getn(data, c->name.data, c->name.bytes));
        buf_printf(&sql, ", $%zu", v->count);
    }
    buf_add(&sql,
        STR(") ON CONFLICT (zone, id) DO UPDATE SET version = excluded.version, updated_at ="
            " excluded.updated_at"));
    for (size_t i = 0; i < r->column_count; i++)
        buf_printf(&sql, ", %.*s = excluded.%.*s", STR_ARGS(r->columns[i].name),
            STR_ARGS(r->columns[i].name));
    buf_add_char(&sql, 0);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = store_exec(op->conn, op->diag, sql.data, v->items, v->count);
    if (e == ERR_CONFLICT) {
        diag_field(op->diag, r->key->name);
        return diag_set(op->diag, e, "已有同一“%s%.0s”的登记",
            "%.0sthere is a record with the same %s already",
            str_terminated(op->arena, r->key->title.zh),
            str_terminated(op->arena, r->key->title.en));
    }
    return e;
}

static enum err write_history(struct op *op, const struct pack_register *r, int64_t id,
    int64_t version, json_t *data, str reason)
{
    str sql = str_printf(op->arena,
        "INSERT INTO register_%.*s_history (zone, id, version, at, actor, reason, data) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7)",
        STR_ARGS(r->code));
    str text = json_text(op->arena, data);
    str actor = op->actor->system ? STR("system")
                                  : str_printf(op->arena, "%lld", (long long)op->actor->account);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_EXEC(op->conn, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id), S_INT(version),
        S_INT(op->now_ms), S_TEXT(actor), S_TEXT(reason), S_TEXT(text)));
    json_t *event = json_object();
    json_set_str(event, "register", r->code);
    json_set_int(event, "version", version);
    json_set_str(event, "reason", reason);
    json_set_str(event, "data", ledger_digest(op, text));
    return ledger_append(
        op, &(struct ledger_event){ .kind = "record.put", .subject = id, .data = event }, NULL);
}

static str text_of(const json_t *data, const struct pack_column *c)
{
    const json_t *v = c ? json_object_getn(data, c->name.data, c->name.bytes) : NULL;
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

static enum err find_register(struct op *op, str code, const struct pack_register **out)
{
    *out = pack_register(zone_pack(op->zone), code);
    if (*out)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "配置中没有登记册 %.*s",
        "the pack has no register %.*s", STR_ARGS(code));
}

enum err record_put(
    struct op *op, str code, int64_t *id, json_t *data, str reason, struct diag_list *faults)
{
    const struct pack_register *r;
    struct record former = { 0 };
    char index[NAME_BYTES_MAX + 32];
    TRY(find_register(op, code, &r));
    TRY(check_record(op, r, data, faults));
    if (*id)
        TRY(record_get(op, code, *id, &former));
    else
        *id = id_next(&op->zone->ids, op->now_ms);
    TRY(write_row(op, r, *id, former.version + 1, data));
    TRY(write_history(op, r, *id, former.version + 1, data, reason));
    str text = str_printf(
        op->arena, "%.*s %.*s", STR_ARGS(text_of(data, r->key)), STR_ARGS(text_of(data, r->label)));
    TRY(diag_arena(op->diag, op->arena));
    snprintf(index, sizeof index, "register_%.*s_search", STR_ARGS(r->code));
    return store_search_put(op->conn, index, op->zone->code, *id, text, op->diag);
}

/* ---- reading ---- */

static void select_columns(struct query *q, const struct pack_register *r)
{
    query_sql(q, "SELECT id, version, updated_at");
    for (size_t i = 0; i < r->column_count; i++)
        buf_printf(&q->text, ", %.*s", STR_ARGS(r->columns[i].name));
    buf_printf(&q->text, " FROM register_%.*s WHERE zone = ", STR_ARGS(r->code));
}

static void read_row(
    struct op *op, const struct pack_register *r, const struct store_rows *rows, struct record *out)
{
    json_t *data = json_keep(op->arena, json_object());
    *out = (struct record){ store_int(rows, 0), store_int(rows, 1), store_int(rows, 2), data };
    for (size_t i = 0; data && i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        int column = (int)i + 3;
        json_t *v;
        if (store_is_null(rows, column))
            v = json_null();
        else if (column_sql(c->type)[0] == 'T')
            v = json_from_str(store_text(rows, column));
        else if (c->type == PACK_COLUMN_REAL)
            v = json_real(store_real(rows, column));
        else
            v = c->type == PACK_COLUMN_BOOL ? json_boolean(store_int(rows, column))
                                            : json_integer(store_int(rows, column));
        json_object_setn_new(data, c->name.data, c->name.bytes, v);
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
    read_row(op, r, &rows, out);
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err record_get(struct op *op, str code, int64_t id, struct record *out)
{
    const struct pack_register *r;
    struct query q;
    TRY(find_register(op, code, &r));
    query_init(&q, op->arena);
    select_columns(&q, r);
    QUERY_ADD(&q, "? AND id = ?", S_TEXT(op->zone->code), S_INT(id));
    return one(op, r, &q, out);
}

enum err record_by_key(struct op *op, str code, str key, struct record *out)
{
    const struct pack_register *r;
    struct query q;
    TRY(find_register(op, code, &r));
    query_init(&q, op->arena);
    select_columns(&q, r);
    QUERY_ADD(&q, "?", S_TEXT(op->zone->code));
    buf_printf(&q.text, " AND %.*s = ", STR_ARGS(r->key->name));
    QUERY_ADD(&q, "?", S_TEXT(key));
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
    TRY(find_register(op, code, &r));
    query_init(&q, op->arena);
    select_columns(&q, r);
    QUERY_ADD(&q, "?", S_TEXT(op->zone->code));
    if (str_trim(text).bytes) {
        buf_printf(&q.text, " AND {match:register_%.*s_search:id:", STR_ARGS(r->code));
        QUERY_ADD(&q, "?}", S_TEXT(str_trim(text)));
    }
    buf_printf(&q.text, " ORDER BY %.*s LIMIT ", STR_ARGS((r->label ? r->label : r->key)->name));
    QUERY_ADD(&q, "?", S_INT((int64_t)limit));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == limit)
            break;
        read_row(op, r, &rows, &list[used++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

str record_label(struct op *op, str code, const struct record *record)
{
    const struct pack_register *r = pack_register(zone_pack(op->zone), code);
    return r ? str_copy(op->arena, text_of(record->data, r->label ? r->label : r->key)) : STR_NONE;
}
