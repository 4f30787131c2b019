/*
 * Writing records. A change becomes the whole next version: row, history, journal leaf and search
 * words in one transaction. Versions count up and are never written twice; a record that is removed
 * leaves a last version without data, so that what was there can still be read in the history.
 *
 * The journal's leaf holds the digest of the data, not the data: the history can be purged by law
 * without touching the tree, and a history that was changed behind the program's back is found.
 */
#include "zone/record_internal.h"

#include "zone/ledger.h"

#include <stdio.h>
#include <string.h>

struct values {
    struct store_value *items;
    size_t count;
};

/* ", a, b_lon, b_lat" and the values to bind, in order. */
static void bind_columns(struct op *op, const struct record_writing *w, struct values *v)
{
    for (size_t i = 0; i < w->r->column_count; i++) {
        const struct pack_column *c = &w->r->columns[i];
        column_bind(
            op, c, json_object_getn(w->data, c->name.data, c->name.bytes), &v->items[v->count]);
        v->count += (size_t)column_width(c);
    }
}

static void add_updates(struct buf *sql, const struct pack_column *c)
{
    static const char *const ends[] = { "_lon", "_lat" };
    bool point = c->type == PACK_COLUMN_POINT;
    for (int k = 0; k < column_width(c); k++)
        buf_printf(sql, ", %.*s%s = excluded.%.*s%s", STR_ARGS(c->name), point ? ends[k] : "",
            STR_ARGS(c->name), point ? ends[k] : "");
}

static enum err conflict(struct op *op, const struct pack_register *r)
{
    const struct pack_column *c = r->key;
    for (size_t i = 0; !c && i < r->column_count; i++)
        if (r->columns[i].unique)
            c = &r->columns[i];
    if (!c && r->unique_count)
        c = r->uniques[0].columns[0];
    if (!c)
        return ERR_CONFLICT;
    diag_field(op->diag, c->name);
    return diag_set(op->diag, ERR_CONFLICT, "已有同一“%s%.0s”的登记",
        "%.0sthere is a record with the same %s already", str_terminated(op->arena, c->title.zh),
        str_terminated(op->arena, c->title.en));
}

str record_write_sql(struct op *op, const struct pack_register *r, bool fresh)
{
    struct buf sql;
    int values = 4;
    buf_init(&sql, op->arena, 64 * KIB);
    buf_printf(&sql, "INSERT INTO register_%.*s (zone, id, version, updated_at", STR_ARGS(r->code));
    for (size_t i = 0; i < r->column_count; i++) {
        buf_add(&sql, STR(", "));
        column_names_add(&sql, &r->columns[i]);
        values += column_width(&r->columns[i]);
    }
    buf_add(&sql, STR(") VALUES ($1"));
    for (int i = 1; i < values; i++)
        buf_printf(&sql, ", $%d", i + 1);
    buf_add(&sql, STR(")"));
    if (!fresh)
        buf_add(&sql,
            STR(" ON CONFLICT (zone, id) DO UPDATE SET version = excluded.version,"
                " updated_at = excluded.updated_at"));
    for (size_t i = 0; !fresh && i < r->column_count; i++)
        add_updates(&sql, &r->columns[i]);
    buf_add_char(&sql, 0);
    return buf_str(&sql);
}

enum err record_write_by(struct op *op, const struct record_writing *w, const char *sql)
{
    const struct pack_register *r = w->r;
    struct values v = { ARENA_ARRAY(op->arena, struct store_value, r->column_count * 2 + 4), 0 };
    TRY(diag_arena(op->diag, op->arena));
    v.items[v.count++] = S_TEXT(op->zone->code);
    v.items[v.count++] = S_INT(w->id);
    v.items[v.count++] = S_INT(w->version);
    v.items[v.count++] = S_INT(op->now_ms);
    bind_columns(op, w, &v);
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_touch_row(op, r, w->id));
    enum err e = store_exec(op->conn, op->diag, sql, v.items, v.count);
    if (e == ERR_CONFLICT)
        return conflict(op, r);
    return e == OK ? record_touch_row(op, r, w->id) : e;
}

enum err record_write_row(struct op *op, const struct record_writing *w)
{
    str sql = record_write_sql(op, w->r, false);
    TRY(diag_arena(op->diag, op->arena));
    return record_write_by(op, w, sql.data);
}

void record_version_sql(const struct pack_register *r, char *sql)
{
    snprintf(sql, RECORD_VERSION_SQL_BYTES,
        "INSERT INTO register_%.*s_history (zone, id, version, at, actor, reason, data, batch)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        STR_ARGS(r->code));
}

enum err record_write_version(
    struct op *op, const struct record_writing *w, str text, const char *sql)
{
    char account[24] = "system";
    if (!op->actor->system)
        snprintf(account, sizeof account, "%lld", (long long)op->actor->account);
    return STORE_EXEC(op->conn, op->diag, sql, S_TEXT(op->zone->code), S_INT(w->id),
        S_INT(w->version), S_INT(op->now_ms), S_TEXT(str_from(account)), S_TEXT(w->reason),
        S_TEXT(text), S_INT(w->batch));
}

static enum err write_history(struct op *op, const struct record_writing *w)
{
    str text = w->data ? json_text(op->arena, w->data) : STR_NONE;
    char sql[RECORD_VERSION_SQL_BYTES];
    TRY(diag_arena(op->diag, op->arena));
    record_version_sql(w->r, sql);
    TRY(record_write_version(op, w, text, sql));
    json_t *event = json_object();
    json_set_str(event, "register", w->r->code);
    json_set_int(event, "version", w->version);
    json_set_str(event, "reason", w->reason);
    json_set_str(event, "data", ledger_digest(op, text));
    if (w->batch)
        json_set_id(event, "batch", w->batch);
    const char *kind = w->data ? "record.put" : "record.remove";
    return ledger_append(
        op, &(struct ledger_event){ .kind = kind, .subject = w->id, .data = event }, NULL);
}

static bool plain_ascii(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.data[i] >= 0x80)
            return false;
    return true;
}

/* What it is found by: key, label, and the columns that say so; never what is masked. */
enum err record_write_search(struct op *op, const struct record_writing *w)
{
    char index[REGISTER_NAME_BYTES_MAX + 32];
    struct buf words;
    const struct pack_register *r = w->r;
    snprintf(index, sizeof index, "register_%.*s_search", STR_ARGS(r->code));
    if (!w->data)
        return store_search_remove(op->conn, index, op->zone->code, w->id, op->diag);
    buf_init(&words, op->arena, STORE_SEARCH_TEXT_MAX);
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        str text = record_text(w->data, c);
        if (c->masked || !text.bytes || (c != r->key && c != r->label && !c->searched))
            continue;
        const struct pack_code *code = c->codes ? pack_code(c->codes, text) : NULL;
        bool letters = !code && !plain_ascii(text);
        buf_add(&words, letters ? STR(STORE_LETTERS) : STR_NONE);
        buf_add(&words, code ? code->name.zh : text);
        buf_add(&words, letters ? STR(STORE_LETTERS_END) : STR(" "));
    }
    TRY(diag_arena(op->diag, op->arena));
    return store_search_put(op->conn, index, op->zone->code, w->id, buf_str(&words), op->diag);
}

static enum err delete_row(struct op *op, const struct record_writing *w)
{
    str sql = str_printf(
        op->arena, "DELETE FROM register_%.*s WHERE zone = $1 AND id = $2", STR_ARGS(w->r->code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_touch_row(op, w->r, w->id));
    return STORE_EXEC(op->conn, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(w->id));
}

enum err record_write(struct op *op, const struct record_writing *w)
{
    TRY(w->data ? record_write_row(op, w) : delete_row(op, w));
    if (w->data && w->r->rollup_count)
        TRY(record_touch(op, w->r, record_name(op, w->r, &(struct record){ .id = w->id,
                                                             .data = w->data })));
    if (w->data)
        TRY(record_files_link(op, w));
    TRY(write_history(op, w));
    return record_write_search(op, w);
}

enum err record_put(
    struct op *op, str code, int64_t *id, json_t *data, str reason, struct diag_list *faults)
{
    const struct pack_register *r;
    struct record former = { 0 };
    TRY(register_find(op, code, &r));
    if (*id)
        TRY(record_get(op, code, *id, &former));
    TRY(record_check(op, r, data, former.data, faults));
    if (!*id)
        *id = id_next(&op->zone->ids, op->now_ms);
    return record_write(op,
        &(struct record_writing){
            .r = r, .id = *id, .version = former.version + 1, .data = data, .reason = reason });
}

/* ---- for an actor ---- */

static enum err may_write(struct op *op, const struct pack_register *r)
{
    if (register_written(op, r))
        return OK;
    if (!register_seen(op, r))
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个登记表,或您无权查看",
            "there is no such register, or you may not see it");
    diag_set(op->diag, ERR_FORBIDDEN, "您无权修改“%.*s”", "%.*s", STR_ARGS(r->name.zh));
    snprintf(op->diag->en, sizeof op->diag->en, "you may not change records of %.*s",
        STR_ARGS(r->name.en));
    return ERR_FORBIDDEN;
}

/* The former data with the change's members over it. What was shown masked and came back so stays.
 */
static json_t *merged(
    struct op *op, const struct pack_register *r, const json_t *former, const json_t *change)
{
    json_t *out = json_keep(op->arena, former ? json_deep_copy(former) : json_object());
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)change, name, value)
    {
        const struct pack_column *c = pack_column(r, str_from(name));
        bool hidden = c && c->masked && json_is_string(value)
            && strcmp(json_string_value(value), "****") == 0;
        if (!hidden)
            json_object_set(out, name, value);
    }
    return out;
}

/* A computed column is not entered. */
static void refuse_computed(
    const struct pack_register *r, const json_t *data, struct diag_list *faults)
{
    for (size_t i = 0; i < r->column_count; i++) {
        struct diag d = { 0 };
        const struct pack_column *c = &r->columns[i];
        if (!pack_column_derived(c) || !json_object_getn(data, c->name.data, c->name.bytes))
            continue;
        diag_field(&d, c->name);
        diag_set(&d, ERR_INVALID, "“%.*s”由系统计算,不能填写", "%.*s", STR_ARGS(c->title.zh));
        snprintf(
            d.en, sizeof d.en, "\"%.*s\" is computed and cannot be entered", STR_ARGS(c->title.en));
        diag_list_add(faults, &d);
    }
}

enum err record_save(struct op *op, const struct pack_register *r,
    const struct record_change *change, struct record *out)
{
    struct record former = { 0 }, shown;
    TRY(may_write(op, r));
    if (change->id) {
        TRY(record_open(op, r, change->id, &shown));
        TRY(record_get(op, r->code, change->id, &former));
    }
    if (change->if_version && change->if_version != former.version)
        return diag_set(op->diag, ERR_PRECONDITION, "这条登记刚刚被他人修改过,请刷新后再改",
            "this record was changed meanwhile; reload it");
    refuse_computed(r, change->data, change->faults);
    if (change->faults->total) {
        *op->diag = *change->faults->items[0];
        return ERR_INVALID;
    }
    json_t *data = merged(op, r, former.data, change->data);
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_own(op, r, data)); /* before anything that would tell of another's records */
    TRY(record_check(op, r, data, former.data, change->faults));
    *out = (struct record){ .id = change->id ? change->id : id_next(&op->zone->ids, op->now_ms),
        .version = former.version + 1,
        .updated_at = op->now_ms,
        .data = data };
    TRY(record_write(op,
        &(struct record_writing){ .r = r,
            .id = out->id,
            .version = out->version,
            .batch = change->batch,
            .data = data,
            .reason = change->reason }));
    struct record seen; /* nobody writes a record out of his own sight */
    TRY(record_open(op, r, out->id, &seen));
    out->data = seen.data;
    return OK;
}

static enum err refuse_referred(
    struct op *op, const struct pack_register *r, const struct record *was)
{
    struct record_related *list;
    size_t count;
    TRY(record_related(op, r, was, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (!list[i].count)
            continue;
        str other = list[i].r->name.zh;
        diag_set(op->diag, ERR_CONFLICT, "“%.*s”中还有 %lld 条登记引用它,不能删除", "%.*s %lld",
            STR_ARGS(other), (long long)list[i].count);
        snprintf(op->diag->en, sizeof op->diag->en,
            "%lld records of %.*s refer to it; it cannot be removed", (long long)list[i].count,
            STR_ARGS(list[i].r->name.en));
        return ERR_CONFLICT;
    }
    return OK;
}

enum err record_remove(
    struct op *op, const struct pack_register *r, int64_t id, int64_t if_version, str reason)
{
    struct record was, shown;
    TRY(may_write(op, r));
    TRY(record_open(op, r, id, &shown));
    TRY(record_get(op, r->code, id, &was));
    if (if_version && if_version != was.version)
        return diag_set(op->diag, ERR_PRECONDITION, "这条登记刚刚被他人修改过,请刷新后再删",
            "this record was changed meanwhile; reload it");
    TRY(refuse_referred(op, r, &was));
    return record_write(op,
        &(struct record_writing){ .r = r, .id = id, .version = was.version + 1, .reason = reason });
}
