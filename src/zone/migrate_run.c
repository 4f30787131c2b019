/* Runs of migrations: one row each, worked off case by case; migrate.h tells what stays. */
#include "zone/batch.h"
#include "zone/job_internal.h"
#include "zone/migrate_internal.h"

#include <string.h>

json_t *migrate_map_json(const struct migrate_request *r)
{
    json_t *o = json_object();
    for (size_t i = 0; i < r->map_count; i++)
        json_object_setn_new(
            o, r->map[i].from.data, r->map[i].from.bytes, json_from_str(r->map[i].to));
    return o;
}

void migrate_map_read(const json_t *map, struct migrate_request *r)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)map, key, value) if (r->map_count < MIGRATE_MAP_MAX
        && json_is_string(value)) r->map[r->map_count++] = (struct bpmn_mapping){ str_from(key),
        { json_string_value(value), json_string_length(value) } };
}

/* ---- beginning ---- */

static json_t *ids_json(const int64_t *ids, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer(ids[i]));
    return list;
}

static enum err count_cases(struct op *op, const struct migrate_request *r, int64_t *count)
{
    struct store_rows rows;
    *count = (int64_t)r->case_count;
    if (*count)
        return OK;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT count(*) FROM cases WHERE zone = $1 AND pack_version = $2 AND status IN (0, 1) AND"
        " kind = $3 AND state <> ''",
        S_TEXT(op->zone->code), S_TEXT(r->from), S_TEXT(r->kind)));
    *count = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

static enum err tell_run(struct op *op, const struct migrate_request *r, str to, int64_t id,
    const char *kind, int64_t total)
{
    json_t *data = json_object();
    json_set_str(data, "kind", r->kind);
    json_set_str(data, "from", r->from);
    json_set_str(data, "to", to);
    json_set_id(data, "migration", id);
    json_set_int(data, "cases", total);
    json_object_set_new(data, "map", migrate_map_json(r));
    if (r->reason.bytes)
        json_set_str(data, "text", r->reason);
    return ledger_append(op, &(struct ledger_event){ .kind = kind, .data = data }, NULL);
}

enum err migrate_start(struct op *op, const struct migrate_request *r, int64_t *id)
{
    struct migrate_ends ends;
    int64_t total, *ids;
    size_t count;
    TRY(actor_require(op, "case.migrate"));
    if (str_blank(r->reason)) {
        diag_field(op->diag, STR("reason"));
        return diag_set(op->diag, ERR_INVALID, "请写明迁移的理由", "please say why they are moved");
    }
    TRY(migrate_ends(op, r, &ends));
    TRY(migrate_chosen(op, r, &ids, &count));
    TRY(count_cases(op, r, &total));
    *id = id_next(&op->zone->ids, op->now_ms);
    str to = str_from(ends.to_pack->version);
    str map = json_text(op->arena, json_keep(op->arena, migrate_map_json(r)));
    str cases = json_text(op->arena, json_keep(op->arena, ids_json(ids, count)));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO migration (zone, id, kind, from_version, to_version, map, cases, reason,"
        " actor, at, ended_at, state, total, done, conflicts) VALUES ($1, $2, $3, $4,"
        " $5, $6, $7, $8, $9, $10, 0, 0, $11, 0, 0)",
        S_TEXT(op->zone->code), S_INT(*id), S_TEXT(r->kind), S_TEXT(r->from), S_TEXT(to),
        S_TEXT(map), S_TEXT(cases), S_TEXT(r->reason), S_TEXT(op->actor->name), S_INT(op->now_ms),
        S_INT(total)));
    zone_stir(op->zone);
    return tell_run(op, r, to, *id, "migration.start", total);
}

/* ---- reading ---- */

static const char run_columns[] =
    "SELECT id, kind, from_version, to_version, map, cases, reason, actor, at, ended_at, state,"
    " total, done, conflicts FROM migration WHERE zone = $1";

struct run_row {
    struct migrate_run run;
    const json_t *cases;
};

static enum err read_run(struct op *op, const struct store_rows *rows, struct run_row *out)
{
    struct arena *a = op->arena;
    json_t *map, *cases;
    TRY(json_parse(a, store_text(rows, 4), &map, op->diag));
    TRY(json_parse(a, store_text(rows, 5), &cases, op->diag));
    *out = (struct run_row){ .cases = cases,
        .run = { .id = store_int(rows, 0),
            .kind = str_copy(a, store_text(rows, 1)),
            .from = str_copy(a, store_text(rows, 2)),
            .to = str_copy(a, store_text(rows, 3)),
            .map = map,
            .reason = str_copy(a, store_text(rows, 6)),
            .actor = str_copy(a, store_text(rows, 7)),
            .at_ms = store_int(rows, 8),
            .ended_at_ms = store_int(rows, 9),
            .state = (enum migrate_state)store_int(rows, 10),
            .total = store_int(rows, 11),
            .done = store_int(rows, 12),
            .conflicts = store_int(rows, 13) } };
    return diag_arena(op->diag, a);
}

static enum err get_run(struct op *op, int64_t id, struct run_row *out)
{
    struct store_rows rows;
    str sql = str_printf(op->arena, "%s AND id = $2", run_columns);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "没有这次迁移", "there is no such migration");
    TRY(e);
    e = read_run(op, &rows, out);
    store_rows_end(&rows);
    return e;
}

enum err migrate_get(struct op *op, int64_t id, struct migrate_run *out)
{
    struct run_row row;
    TRY(actor_require(op, "case.migrate"));
    TRY(get_run(op, id, &row));
    *out = row.run;
    return OK;
}

enum err migrate_list(struct op *op, size_t limit, struct migrate_run **out, size_t *count)
{
    struct store_rows rows;
    struct run_row row;
    TRY(actor_require(op, "case.migrate"));
    struct migrate_run *list = ARENA_ARRAY(op->arena, struct migrate_run, limit + 1);
    str sql = str_printf(op->arena, "%s ORDER BY id DESC LIMIT $2", run_columns);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(
        op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT((int64_t)limit)));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        TRY(read_run(op, &rows, &row));
        list[(*count)++] = row.run;
    }
    store_rows_end(&rows);
    *out = list;
    return OK;
}

enum err migrate_conflicts(
    struct op *op, int64_t id, size_t limit, struct migrate_conflict **out, size_t *count)
{
    struct store_rows rows;
    struct migrate_conflict *list = ARENA_ARRAY(op->arena, struct migrate_conflict, limit + 1);
    TRY(actor_require(op, "case.migrate"));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT case_id, number, step, zh, en FROM migration_conflict WHERE zone = $1 AND"
        " migration_id = $2 ORDER BY case_id LIMIT $3",
        S_TEXT(op->zone->code), S_INT(id), S_INT((int64_t)limit)));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        list[(*count)++] = (struct migrate_conflict){ store_int(&rows, 0),
            str_copy(op->arena, store_text(&rows, 1)), str_copy(op->arena, store_text(&rows, 2)),
            str_copy(op->arena, store_text(&rows, 3)), str_copy(op->arena, store_text(&rows, 4)) };
    }
    store_rows_end(&rows);
    *out = list;
    return diag_arena(op->diag, op->arena);
}

/* ---- working off ---- */

struct one {
    const struct run_row *row;
    int64_t case_id;
    struct diag conflict; /* set by a case that does not fit */
};

static enum err count_one(struct op *op, const struct run_row *r, bool conflict)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE migration SET done = done + $3, conflicts = conflicts + $4 WHERE zone = $1 AND id ="
        " $2",
        S_TEXT(op->zone->code), S_INT(r->run.id), S_INT(!conflict), S_INT(conflict));
}

static enum err move_one(struct op *op, void *ctx)
{
    struct one *o = ctx;
    const struct migrate_run *run = &o->row->run;
    struct migrate_request *r = ARENA_NEW(op->arena, struct migrate_request);
    struct migrate_ends ends;
    struct moving m;
    struct diag_list conflicts;
    TRY(diag_arena(op->diag, op->arena));
    r->kind = run->kind;
    r->from = run->from;
    r->to = run->to;
    migrate_map_read(run->map, r);
    TRY(moving_load(op, o->case_id, &m));
    bool here = m.instance && !bpmn_ended(m.instance) && str_equal(m.row.pack_version, run->from)
        && str_equal(m.row.kind, run->kind);
    if (!here)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "办件已经结束,或已被移到别的版本",
            "the case has ended or was moved meanwhile");
    TRY(migrate_ends(op, r, &ends));
    diag_list_init(&conflicts, op->arena, MIGRATE_CONFLICTS_MAX);
    TRY(migrate_case(&m, &ends, run->id, run->reason, &conflicts));
    return count_one(op, o->row, false);
}

static enum err note_conflict(struct op *op, void *ctx)
{
    const struct one *o = ctx;
    struct store_rows rows;
    str number = STR_NONE;
    enum err e =
        STORE_ONE(op->conn, &rows, op->diag, "SELECT number FROM cases WHERE zone = $1 AND id = $2",
            S_TEXT(op->zone->code), S_INT(o->case_id));
    if (e == OK)
        number = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO migration_conflict (zone, migration_id, case_id, number, step, zh, en) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (zone, migration_id, case_id) DO NOTHING",
        S_TEXT(op->zone->code), S_INT(o->row->run.id), S_INT(o->case_id), S_TEXT(number),
        S_TEXT(str_from(o->conflict.field)), S_TEXT(str_from(o->conflict.zh)),
        S_TEXT(str_from(o->conflict.en))));
    return count_one(op, o->row, true);
}

static enum err end_run(struct op *op, const struct run_row *r, enum migrate_state state)
{
    struct migrate_request request = { .kind = r->run.kind, .from = r->run.from };
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE migration SET state = $3, ended_at = $4 WHERE zone = $1 AND id = $2 AND state = 0",
        S_TEXT(op->zone->code), S_INT(r->run.id), S_INT(state), S_INT(op->now_ms)));
    if (store_changes(op->conn) != 1)
        return OK;
    return tell_run(op, &request, r->run.to, r->run.id,
        state == MIGRATE_DONE ? "migration.done" : "migration.stop", r->run.done);
}

static enum err end_done(struct op *op, void *ctx)
{
    struct run_row row;
    const struct run_row *r = ctx;
    TRY(get_run(op, r->run.id, &row)); /* with what was counted last */
    return end_run(op, &row, MIGRATE_DONE);
}

enum err migrate_stop(struct op *op, int64_t id)
{
    struct run_row row;
    TRY(actor_require(op, "case.migrate"));
    TRY(get_run(op, id, &row));
    if (row.run.state != MIGRATE_RUNNING)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这次迁移已经结束", "that migration is over");
    return end_run(op, &row, MIGRATE_STOPPED);
}

/* Cases of the old version that have not been told as conflicts yet: those that were moved are of
 * the new one by now, so nothing has to be remembered between two looks. */
static const char left_over[] =
    "SELECT id FROM cases WHERE zone = $1 AND pack_version = $2 AND kind = $3 AND status IN (0, 1)"
    " AND state <> '' AND NOT EXISTS (SELECT 1 FROM migration_conflict f WHERE f.zone ="
    " cases.zone AND f.migration_id = $4 AND f.case_id = cases.id)";

static enum err is_left(struct op *op, const struct run_row *r, int64_t id, bool *left)
{
    struct store_rows rows;
    bool there;
    str sql = str_printf(op->arena, "%s AND id = $5", left_over);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag, sql.data, S_TEXT(op->zone->code),
        S_TEXT(r->run.from), S_TEXT(r->run.kind), S_INT(r->run.id), S_INT(id));
    *left = there;
    store_rows_end(&rows);
    return e;
}

static enum err next_cases(
    struct op *op, const struct run_row *r, int64_t *ids, size_t limit, size_t *count)
{
    struct store_rows rows;
    *count = 0;
    for (size_t i = 0; i < json_array_size(r->cases) && *count < limit; i++) {
        int64_t id = json_integer_value(json_array_get(r->cases, i));
        bool left;
        TRY(is_left(op, r, id, &left));
        if (left)
            ids[(*count)++] = id;
    }
    if (json_array_size(r->cases))
        return OK;
    str sql = str_printf(op->arena, "%s ORDER BY id LIMIT $5", left_over);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code),
        S_TEXT(r->run.from), S_TEXT(r->run.kind), S_INT(r->run.id), S_INT((int64_t)limit)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        ids[(*count)++] = store_int(&rows, 0);
    }
    store_rows_end(&rows);
    return OK;
}

static enum err look(
    struct op *op, struct run_row *row, bool *found, int64_t *ids, size_t limit, size_t *count)
{
    struct store_rows rows;
    bool there;
    str sql = str_printf(op->arena, "%s AND state = 0 ORDER BY id LIMIT 1", run_columns);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag, sql.data, S_TEXT(op->zone->code));
    *found = there;
    if (!there)
        return e;
    e = read_run(op, &rows, row);
    store_rows_end(&rows);
    TRY(e);
    return next_cases(op, row, ids, limit, count);
}

static enum err work_some(
    struct op *op, struct batch *b, const struct run_row *row, const int64_t *ids, size_t count)
{
    struct one *list = ARENA_ARRAY(op->arena, struct one, count + 1);
    TRY(diag_arena(op->diag, op->arena));
    batch_begin(b);
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct one){ .row = row, .case_id = ids[i] };
        batch_add(b, move_one, &list[i]);
    }
    batch_run(b, op);
    for (size_t i = 0; i < count; i++) {
        const struct batch_item *item = batch_at(b, i);
        if (item->err == OK)
            continue;
        if (fault_of_store(item->err)) {
            *op->diag = item->diag;
            return item->err;
        }
        list[i].conflict = item->diag;
        TRY(zone_write(op, note_conflict, &list[i]));
    }
    return OK;
}

enum err migrate_work(struct op *op, struct batch *b, size_t limit, bool *more)
{
    int64_t ids[BATCH_MAX];
    struct run_row row;
    size_t count = 0;
    bool found = false;
    *more = false;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = look(op, &row, &found, ids, limit < BATCH_MAX ? limit : BATCH_MAX, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    if (!found)
        return OK;
    *more = true;
    return count ? work_some(op, b, &row, ids, count) : zone_write(op, end_done, &row);
}
