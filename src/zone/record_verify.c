/*
 * Are registers what the journal says? Each version in a history is held against the digest that
 * its leaf recorded (record.put, record.remove; record.batch for many together), and each row
 * against its newest version. What is computed from the day or from other records is no part of a
 * version's truth and is passed over, and so is a value whose column has changed its type since.
 */
#include "zone/ledger.h"
#include "zone/record_bulk.h"
#include "zone/record_internal.h"

#include <stdio.h>

enum { SCRATCH_BYTES = 128 * MIB, SQL_BYTES = 400 };

struct verifying {
    struct op op; /* with an arena of its own, emptied as it goes */
    struct diag_list *faults;
};

static void diverged(struct verifying *v, str code, int64_t id, const char *zh, const char *en)
{
    struct diag d = { 0 };
    diag_set(&d, ERR_DIVERGED, "登记表 %.*s 的登记 %lld:%s", "register %.*s, record %lld: %s",
        STR_ARGS(code), (long long)id, zh);
    snprintf(d.en, sizeof d.en, "register %.*s, record %lld: %s", STR_ARGS(code), (long long)id, en);
    diag_list_add(v->faults, &d);
}

/* ---- histories ---- */

static enum err verify_version(struct verifying *v, str code, int64_t id, const json_t *event)
{
    char sql[SQL_BYTES];
    struct store_rows rows;
    bool there;
    int64_t version = json_integer_value(json_object_get(event, "version"));
    snprintf(sql, sizeof sql,
        "SELECT data FROM register_%.*s_history WHERE zone = $1 AND id = $2 AND version = $3",
        STR_ARGS(code));
    TRY(STORE_QUERY(v->op.conn, &rows, v->op.diag, sql, S_TEXT(v->op.zone->code), S_INT(id),
        S_INT(version)));
    TRY(store_next(&rows, &there, v->op.diag));
    str digest = there ? ledger_digest(&v->op, store_text(&rows, 0)) : STR_NONE;
    store_rows_end(&rows);
    if (!there)
        diverged(v, code, id, "日志记录的一个版本不在历史中",
            "a version that the journal recorded is not in the history");
    else if (!str_equal(digest, json_str(event, "data")))
        diverged(v, code, id, "历史中的一个版本不是日志记录的内容:有人绕过系统改过数据库",
            "a version in the history is not what the journal recorded: the database was changed"
            " behind the program");
    return diag_arena(v->op.diag, v->op.arena);
}

/* Beside a batch's records: one that was written by itself at the same time has a leaf of its own. */
static enum err stands_alone(struct op *op, int64_t id, bool *alone)
{
    struct store_rows rows;
    TRY(STORE_FIRST(op->conn, &rows, alone, op->diag,
        "SELECT 1 FROM journal WHERE zone = $1 AND subject = $2 AND kind = 'record.put' LIMIT 1",
        S_TEXT(op->zone->code), S_INT(id)));
    store_rows_end(&rows);
    return OK;
}

/* The history's lines of one leaf, as record_bulk.c put them together: of its ids and its batch. */
static enum err batch_holds(struct op *op, str code, const json_t *event, bool *holds)
{
    char sql[SQL_BYTES];
    struct store_rows rows;
    struct buf lines;
    int64_t first = 0, last = 0, batch = 0, count = 0;
    *holds = id_parse(json_str(event, "first"), &first) && id_parse(json_str(event, "last"), &last)
        && id_parse(json_str(event, "batch"), &batch);
    if (!*holds)
        return OK;
    snprintf(sql, sizeof sql,
        "SELECT id, data, batch FROM register_%.*s_history WHERE zone = $1 AND id >= $2 AND id <= $3"
        " AND version = 1 ORDER BY id",
        STR_ARGS(code));
    buf_init(&lines, op->arena, SCRATCH_BYTES / 2);
    TRY(STORE_QUERY(
        op->conn, &rows, op->diag, sql, S_TEXT(op->zone->code), S_INT(first), S_INT(last)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        int64_t id = store_int(&rows, 0);
        if (store_int(&rows, 2) != batch) {
            bool alone;
            TRY(stands_alone(op, id, &alone));
            *holds = *holds && alone;
            continue;
        }
        buf_printf(&lines, "%lld ", (long long)id);
        buf_add(&lines, store_text(&rows, 1));
        buf_add_char(&lines, '\n');
        count++;
    }
    *holds = *holds && str_equal(ledger_digest(op, buf_str(&lines)), json_str(event, "digest"))
        && count == json_integer_value(json_object_get(event, "rows"));
    return diag_arena(op->diag, op->arena);
}

static enum err verify_batch(struct verifying *v, str code, const json_t *event)
{
    int64_t first = 0;
    bool holds;
    TRY(batch_holds(&v->op, code, event, &holds));
    if (!holds) {
        (void)id_parse(json_str(event, "first"), &first);
        diverged(v, code, first, "一批登记的历史不是日志记录的内容:有人绕过系统改过数据库",
            "the history of a batch that begins with it is not what the journal recorded: the"
            " database was changed behind the program");
    }
    return OK;
}

static enum err find_leaf(
    struct op *op, int64_t batch, int64_t id, struct record_bulk_leaf *out, json_t **event)
{
    struct store_rows rows;
    /* The leaf itself first, then one whose words were erased by law: it may have been the one. */
    TRY(STORE_FIRST(op->conn, &rows, &out->found, op->diag,
        "SELECT event FROM journal WHERE zone = $1 AND subject = $2 AND kind = 'record.batch' AND"
        " (event IS NULL OR (CAST({json:event:first} AS BIGINT) <= $3 AND CAST({json:event:last} AS"
        " BIGINT) >= $3)) ORDER BY event IS NULL, id LIMIT 1",
        S_TEXT(op->zone->code), S_INT(batch), S_INT(id)));
    out->erased = out->found && store_is_null(&rows, 0);
    enum err e = out->found && !out->erased
        ? json_parse(op->arena, store_text(&rows, 0), event, op->diag)
        : OK;
    store_rows_end(&rows);
    return e;
}

enum err record_bulk_verify(
    struct op *op, str code, int64_t batch, int64_t id, struct record_bulk_leaf *out)
{
    struct arena scratch;
    struct op own = *op;
    json_t *event = NULL;
    *out = (struct record_bulk_leaf){ .first = id, .last = id };
    arena_init(&scratch, NULL, SCRATCH_BYTES);
    own.arena = &scratch;
    enum err e = find_leaf(&own, batch, id, out, &event);
    if (e == OK && event && str_equal(json_str(event, "register"), code)) {
        (void)id_parse(json_str(event, "first"), &out->first);
        (void)id_parse(json_str(event, "last"), &out->last);
        e = batch_holds(&own, code, event, &out->holds);
    }
    arena_release(&scratch);
    return e;
}

static enum err verify_event(struct verifying *v, str kind, int64_t subject, str text)
{
    json_t *event;
    if (json_parse(v->op.arena, text, &event, NULL) != OK)
        return OK; /* the tree's own check tells it */
    str code = json_str(event, "register");
    if (!pack_register(zone_pack(v->op.zone), code))
        return OK; /* taken out of the zone since; its tables may be gone */
    return str_is(kind, "record.batch") ? verify_batch(v, code, event)
                                        : verify_version(v, code, subject, event);
}

static enum err verify_histories(struct verifying *v)
{
    struct store_rows rows;
    TRY(STORE_QUERY(v->op.conn, &rows, v->op.diag,
        "SELECT kind, subject, event FROM journal WHERE zone = $1 AND kind IN ('record.put',"
        " 'record.remove', 'record.batch') AND event IS NOT NULL ORDER BY id",
        S_TEXT(v->op.zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, v->op.diag));
        if (!more)
            return OK;
        arena_reset(v->op.arena);
        TRY(verify_event(v, store_text(&rows, 0), store_int(&rows, 1), store_text(&rows, 2)));
    }
}

/* ---- rows ---- */

static bool differs(const json_t *row, const json_t *version)
{
    bool nothing = !version || json_is_null(version)
        || (json_is_string(version) && !json_string_length(version));
    if (!row || json_is_null(row) || nothing)
        return !nothing && row && json_is_null(row);
    if (json_is_number(row) && json_is_number(version))
        return json_number_value(row) != json_number_value(version);
    return json_typeof(row) == json_typeof(version) && !json_equal(row, version);
}

static enum err verify_row(struct verifying *v, const struct pack_register *r, const struct record *now)
{
    char sql[SQL_BYTES];
    struct store_rows rows;
    bool there;
    json_t *version = NULL;
    snprintf(sql, sizeof sql,
        "SELECT data FROM register_%.*s_history WHERE zone = $1 AND id = $2 AND version = $3",
        STR_ARGS(r->code));
    TRY(STORE_QUERY(v->op.conn, &rows, v->op.diag, sql, S_TEXT(v->op.zone->code), S_INT(now->id),
        S_INT(now->version)));
    TRY(store_next(&rows, &there, v->op.diag));
    bool read = there && json_parse(v->op.arena, store_text(&rows, 0), &version, NULL) == OK;
    store_rows_end(&rows);
    for (size_t i = 0; read && i < r->column_count; i++) {
        str name = r->columns[i].name;
        if (!pack_column_derived(&r->columns[i])
            && differs(json_object_getn(now->data, name.data, name.bytes),
                json_object_getn(version, name.data, name.bytes))) {
            diverged(v, r->code, now->id, "当前内容不是最近一个版本:有人绕过系统改过数据库",
                "it is not what its newest version says: the database was changed behind the program");
            return OK;
        }
    }
    if (!read)
        diverged(v, r->code, now->id, "没有历史", "it has no history");
    return diag_arena(v->op.diag, v->op.arena);
}

static enum err verify_register(struct verifying *v, const struct pack_register *r)
{
    struct query q;
    struct store_rows rows;
    struct arena own; /* the statement's text, while the other is emptied */
    struct op asking = v->op;
    arena_init(&own, NULL, MIB);
    asking.arena = &own;
    query_init(&q, &own);
    record_select(&q, &asking, r);
    enum err e = query_run(&q, v->op.conn, &rows, v->op.diag);
    for (bool more; e == OK;) {
        struct record now;
        e = store_next(&rows, &more, v->op.diag);
        if (e != OK || !more)
            break;
        arena_reset(v->op.arena);
        record_row(&v->op, r, &rows, &now);
        e = verify_row(v, r, &now);
    }
    store_rows_end(&rows);
    arena_release(&own);
    return e;
}

enum err registers_verify(struct op *op, struct diag_list *faults)
{
    struct arena scratch;
    struct verifying v = { .op = *op, .faults = faults };
    const struct pack *p = zone_pack(op->zone);
    arena_init(&scratch, NULL, SCRATCH_BYTES);
    v.op.arena = &scratch;
    enum err e = verify_histories(&v);
    for (size_t i = 0; e == OK && i < p->register_count; i++)
        e = verify_register(&v, &p->registers[i]);
    arena_release(&scratch);
    return e;
}
