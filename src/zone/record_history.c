/*
 * One record and what is around it: opened, its versions, who refers to it, what looks like it; and
 * batches undone. A version keeps its data whole, so a batch is undone by writing the version
 * before it once more: nothing is taken out of the history, and whoever changed a record since
 * keeps his change.
 */
#include "zone/record_internal.h"

#include "zone/access.h"

#include <stdio.h>
#include <string.h>

enum { VERSIONS_MAX = 500, ALIKE_MAX = 10 };

enum err record_open(struct op *op, const struct pack_register *r, int64_t id, struct record *out)
{
    struct query q;
    struct store_rows rows;
    bool there;
    query_init(&q, op->arena);
    record_select(&q, op, r);
    QUERY_ADD(&q, " AND id = ?", S_INT(id));
    TRY(record_scope_add(&q, op, r));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    if (!there)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这条登记,或您无权查看",
            "there is no such record, or you may not see it");
    record_row(op, r, &rows, out);
    store_rows_end(&rows);
    record_hide(op, r, out->data);
    return diag_arena(op->diag, op->arena);
}

/* ---- versions ---- */

static void actor_name(struct op *op, struct record_version *v)
{
    struct account account;
    struct op look = *op;
    struct diag ignored = { 0 };
    int64_t id;
    look.diag = &ignored;
    if (str_to_int64(v->actor, &id) && account_get(&look, id, &account) == OK)
        v->actor_name = account.name;
}

static enum err version_data(struct op *op, const struct pack_register *r, str text, json_t **out)
{
    *out = NULL;
    if (!text.bytes)
        return OK;
    TRY(json_parse(op->arena, text, out, op->diag));
    record_hide(op, r, *out);
    return OK;
}

enum err record_versions(struct op *op, const struct pack_register *r, int64_t id,
    struct record_version **out, size_t *count)
{
    struct record shown;
    struct store_rows rows;
    struct record_version *list = ARENA_ARRAY(op->arena, struct record_version, VERSIONS_MAX);
    *count = 0;
    TRY(record_open(op, r, id, &shown));
    str sql = str_printf(op->arena,
        "SELECT version, at, batch, actor, reason, data FROM register_%.*s_history"
        " WHERE zone = $1 AND id = $2 ORDER BY version DESC LIMIT 500",
        STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        struct record_version *v = &list[*count];
        *v = (struct record_version){ .version = store_int(&rows, 0),
            .at = store_int(&rows, 1),
            .batch = store_int(&rows, 2),
            .actor = str_copy(op->arena, store_text(&rows, 3)),
            .reason = str_copy(op->arena, store_text(&rows, 4)),
            .removed = !store_text(&rows, 5).bytes };
        TRY(version_data(op, r, store_text(&rows, 5), &v->data));
        ++*count;
    }
    for (size_t i = 0; i < *count; i++)
        actor_name(op, &list[i]);
    *out = list;
    return diag_arena(op->diag, op->arena);
}

/* ---- who refers to it ---- */

static enum err count_referring(
    struct op *op, const struct pack_register *r, str name, struct record_related *out)
{
    struct query q;
    struct store_rows rows;
    bool there;
    query_init(&q, op->arena);
    buf_printf(
        &q.text, "SELECT count(*) FROM (SELECT 1 FROM register_%.*s WHERE zone", STR_ARGS(r->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(out->column->name));
    QUERY_ADD(&q, " = ?", S_TEXT(name));
    TRY(record_scope_add(&q, op, r));
    QUERY_ADD(&q, " LIMIT ?) counted", S_INT(RECORD_COUNT_MAX + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    out->count = there ? store_int(&rows, 0) : 0;
    out->more = out->count > RECORD_COUNT_MAX;
    store_rows_end(&rows);
    return OK;
}

enum err record_related(struct op *op, const struct pack_register *r, const struct record *record,
    struct record_related **out, size_t *count)
{
    enum { RELATED_MAX = 64 };
    const struct pack *p = zone_pack(op->zone);
    struct record_related *list = ARENA_ARRAY(op->arena, struct record_related, RELATED_MAX);
    struct record whole;
    *count = 0;
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_get(op, r->code, record->id, &whole)); /* the key may have been hidden */
    str name = record_name(op, r, &whole);
    for (size_t i = 0; i < p->register_count; i++) {
        const struct pack_register *other = &p->registers[i];
        for (size_t c = 0; c < other->column_count && *count < RELATED_MAX; c++) {
            if (other->columns[c].ref != r || !register_seen(op, other))
                continue;
            list[*count] = (struct record_related){ .r = other, .column = &other->columns[c] };
            TRY(count_referring(op, other, name, &list[*count]));
            ++*count;
        }
    }
    *out = list;
    return OK;
}

/* ---- a batch undone ---- */

/* A record may stand in a batch with several versions, one after the other. */
struct batched {
    int64_t id, first, last, newest;
};

static enum err batch_read(struct op *op, const struct pack_register *r, int64_t batch,
    int64_t after, struct batched *out, size_t *count)
{
    struct store_rows rows;
    str code = r->code;
    *count = 0;
    str sql = str_printf(op->arena,
        "SELECT h.id, min(h.version), max(h.version), (SELECT max(n.version) FROM"
        " register_%.*s_history n WHERE n.zone = $1 AND n.id = h.id) FROM register_%.*s_history h"
        " WHERE h.zone = $1 AND h.batch = $2 AND h.batch <> 0 AND h.id > $3 GROUP BY h.id"
        " ORDER BY h.id LIMIT %d",
        STR_ARGS(code), STR_ARGS(code), RECORD_UNDO_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(
        op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(batch), S_INT(after)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        out[(*count)++] = (struct batched){ store_int(&rows, 0), store_int(&rows, 1),
            store_int(&rows, 2), store_int(&rows, 3) };
    }
}

static enum err data_at(
    struct op *op, const struct pack_register *r, int64_t id, int64_t version, json_t **out)
{
    struct store_rows rows;
    *out = NULL;
    if (version < 1)
        return OK;
    str sql = str_printf(op->arena,
        "SELECT data FROM register_%.*s_history WHERE zone = $1 AND id = $2 AND version = $3",
        STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_ONE(
        op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id), S_INT(version)));
    enum err e = store_text(&rows, 0).bytes
        ? json_parse(op->arena, store_text(&rows, 0), out, op->diag)
        : OK;
    store_rows_end(&rows);
    return e;
}

static enum err undo_one(struct op *op, const struct pack_register *r, const struct batched *b,
    str reason, bool *undone)
{
    json_t *data;
    struct record shown;
    struct op look = *op;
    struct diag ignored = { 0 };
    look.diag = &ignored;
    *undone = b->newest == b->last && record_open(&look, r, b->id, &shown) == OK;
    if (!*undone)
        return OK;
    TRY(data_at(op, r, b->id, b->first - 1, &data));
    return record_write(op,
        &(struct record_writing){
            .r = r, .id = b->id, .version = b->last + 1, .data = data, .reason = reason });
}

enum err record_undo_batch(struct op *op, const struct pack_register *r, int64_t batch, str reason,
    struct record_undo *u)
{
    size_t count;
    bool undone;
    struct batched *list = ARENA_ARRAY(op->arena, struct batched, RECORD_UNDO_MAX);
    u->more = false;
    TRY(diag_arena(op->diag, op->arena));
    if (!register_written(op, r))
        return diag_set(
            op->diag, ERR_FORBIDDEN, "您无权修改这个登记表", "you may not change this register");
    TRY(batch_read(op, r, batch, u->after, list, &count));
    if (!count && !u->after)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这一批修改", "there is no such batch");
    for (size_t i = 0; i < count; i++) {
        TRY(undo_one(op, r, &list[i], reason, &undone));
        u->undone += undone;
        u->kept += !undone;
        u->after = list[i].id;
    }
    u->more = count == RECORD_UNDO_MAX;
    return OK;
}

/* ---- what looks like it ---- */

/* Letters and digits only, so that blanks, brackets and full width do not make a difference. */
static str plain(struct arena *a, str s)
{
    struct buf b;
    buf_init(&b, a, 4000);
    for (size_t at = 0; at < s.bytes;) {
        uint32_t c = str_next_code_point(s, &at);
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (c >= 'a' && c <= 'z')
            c -= 32;
        bool letter =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c > 0x2FFF && c < 0xFE00);
        if (letter && !(c >= 0x3000 && c <= 0x303F))
            buf_add_code_point(&b, c);
    }
    return buf_str(&b);
}

enum err record_alike(struct op *op, const struct pack_register *r, const json_t *data,
    int64_t except, struct record **out, size_t *count)
{
    char index[REGISTER_NAME_BYTES_MAX + 32];
    int64_t *ids;
    size_t found = 0;
    struct record *list = ARENA_ARRAY(op->arena, struct record, ALIKE_MAX);
    const struct pack_column *c = r->label ? r->label : r->key;
    str label = record_text(data, c);
    *out = list;
    *count = 0;
    TRY(diag_arena(op->diag, op->arena));
    if (!label.bytes)
        return OK;
    snprintf(index, sizeof index, "register_%.*s_search", STR_ARGS(r->code));
    TRY(store_search_similar(op->conn, op->arena,
        &(struct store_similar){
            .index = index, .zone = op->zone->code, .text = label, .limit = 50 },
        &ids, &found, op->diag));
    str wanted = plain(op->arena, label);
    for (size_t i = 0; i < found && *count < ALIKE_MAX; i++) {
        struct op look = *op;
        struct diag ignored = { 0 };
        struct record one;
        look.diag = &ignored;
        if (ids[i] == except || record_open(&look, r, ids[i], &one) != OK)
            continue;
        str has = plain(op->arena, record_text(one.data, c));
        bool alike = str_equal(has, wanted)
            || (wanted.bytes >= 12 && has.bytes >= 12
                && (str_find(has, wanted, 0) >= 0 || str_find(wanted, has, 0) >= 0));
        if (alike)
            list[(*count)++] = one;
    }
    return diag_arena(op->diag, op->arena);
}

/* ---- each day ---- */

enum err record_daily(struct op *op, const struct pack_register *r, size_t limit, bool *more)
{
    int64_t today = zone_local_days(op->zone, op->now_ms), after = 0;
    struct store_rows rows;
    bool there;
    *more = false;
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT day, after FROM register_daily WHERE zone = $1 AND register = $2",
        S_TEXT(op->zone->code), S_TEXT(r->code)));
    if (there) {
        int64_t day = store_int(&rows, 0);
        after = day == today ? store_int(&rows, 1) : 0;
        store_rows_end(&rows);
        if (day == today && after < 0)
            return OK;
    }
    TRY(record_compute_page(op, r, true, limit, &after, more));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO register_daily (zone, register, day, after) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (zone, register) DO UPDATE SET day = excluded.day, after = excluded.after",
        S_TEXT(op->zone->code), S_TEXT(r->code), S_INT(today), S_INT(*more ? after : -1));
}

enum { DAILY_A_WRITE = 200, DAILY_WRITES = 5 };

static bool has_daily(const struct pack_register *r)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->columns[i].daily)
            return true;
    return false;
}

/* Is today's turn of the register over? Looked up first, so that an idle zone writes nothing. */
static enum err daily_done(struct op *op, const struct pack_register *r, bool *done)
{
    struct store_rows rows;
    bool there;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT 1 FROM register_daily WHERE zone = $1 AND register = $2 AND day = $3 AND after < 0",
        S_TEXT(op->zone->code), S_TEXT(r->code), S_INT(zone_local_days(op->zone, op->now_ms)));
    *done = there;
    store_rows_end(&rows);
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

struct dailying {
    const struct pack_register *r;
    bool more;
};

static enum err daily_some(struct op *op, void *ctx)
{
    struct dailying *w = ctx;
    return record_daily(op, w->r, DAILY_A_WRITE, &w->more);
}

static enum err daily_register(struct op *op, const struct pack_register *r, int *writes)
{
    struct dailying w = { .r = r, .more = true };
    bool done = false;
    TRY(daily_done(op, r, &done));
    while (!done && w.more && *writes < DAILY_WRITES) {
        arena_reset(op->arena);
        TRY(zone_write(op, daily_some, &w));
        ++*writes;
    }
    return OK;
}

enum err records_daily(struct op *op)
{
    const struct pack *p = zone_pack(op->zone);
    struct arena scratch;
    struct op own = *op;
    int writes = 0;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    for (size_t i = 0; e == OK && i < p->register_count; i++)
        if (has_daily(&p->registers[i]))
            e = daily_register(&own, &p->registers[i], &writes);
    arena_release(&scratch);
    return e;
}
