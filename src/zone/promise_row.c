/* Promises as rows: the promise itself, and what happened to it, one row an event. */
#include "zone/promise_internal.h"

enum { PROMISES_MAX = 256 };

enum err promise_insert(struct op *op, const struct promise *p)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO promise (zone, id, case_id, task_id, code, unit, amount, started_at,"
        " due_at, amber_at, red_at,"
        " ended_at, paused_at, remaining, extended, extensions, state, provisional, until_on,"
        " wake_at, end_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 0, $12, $13, $14, $15,"
        " $16)",
        S_TEXT(op->zone->code), S_INT(p->id), S_INT(p->case_id), S_INT(p->task_id), S_TEXT(p->code),
        S_INT(p->unit), S_INT(p->amount), S_INT(p->started_at), S_INT(p->due_at),
        S_INT(p->amber_at), S_INT(p->red_at), S_INT(p->state), S_INT(p->provisional),
        S_INT(p->until_on), S_INT_OR_NULL(p->wake_at), S_INT(p->end_on));
}

enum err promise_save(struct op *op, const struct promise *p)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE promise SET due_at = $3, amber_at = $4, red_at = $5, ended_at = $6, paused_at ="
        " $7, remaining = $8,"
        " extended = $9, extensions = $10, state = $11, provisional = $12, wake_at = $13,"
        " pause_code = $14, reminded = $15, silent = $16, end_on = $17 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(p->id), S_INT(p->due_at), S_INT(p->amber_at),
        S_INT(p->red_at), S_INT(p->ended_at), S_INT(p->paused_at), S_INT(p->remaining),
        S_INT(p->extended), S_INT(p->extensions), S_INT(p->state), S_INT(p->provisional),
        S_INT_OR_NULL(p->wake_at), S_TEXT(p->pause_code), S_INT(p->reminded), S_INT(p->silent),
        S_INT(p->end_on));
}

enum err promise_update(
    struct op *op, const struct promise *p, const char *what, int64_t amount, str reason)
{
    TRY(promise_save(op, p));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO promise_event (zone, id, promise_id, at, what, amount, due_at, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(p->id),
        S_INT(op->now_ms), S_TEXT(str_from(what)), S_INT(amount), S_INT(p->due_at), S_TEXT(reason));
}

static const char select_promise[] =
    "SELECT id, case_id, task_id, code, unit, amount, started_at, due_at, amber_at, red_at,"
    " ended_at, paused_at,"
    " remaining, extended, extensions, state, provisional, until_on, coalesce(wake_at, 0),"
    " pause_code, reminded, silent, end_on FROM promise";

static void read_row(struct op *op, const struct store_rows *r, struct promise *p)
{
    *p = (struct promise){ .id = store_int(r, 0),
        .case_id = store_int(r, 1),
        .task_id = store_int(r, 2),
        .code = str_copy(op->arena, store_text(r, 3)),
        .unit = (enum pack_time_unit)store_int(r, 4),
        .amount = store_int(r, 5),
        .started_at = store_int(r, 6),
        .due_at = store_int(r, 7),
        .amber_at = store_int(r, 8),
        .red_at = store_int(r, 9),
        .ended_at = store_int(r, 10),
        .paused_at = store_int(r, 11),
        .remaining = store_int(r, 12),
        .extended = store_int(r, 13),
        .extensions = store_int(r, 14),
        .state = (enum promise_state)store_int(r, 15),
        .provisional = store_int(r, 16) != 0,
        .until_on = store_int(r, 17),
        .wake_at = store_int(r, 18),
        .pause_code = str_copy(op->arena, store_text(r, 19)),
        .reminded = store_int(r, 20),
        .silent = store_int(r, 21) != 0,
        .end_on = store_int(r, 22) };
}

enum err promise_list(
    struct op *op, int64_t case_id, bool open_only, struct promise **out, size_t *count)
{
    struct store_rows rows;
    struct promise *list = NULL;
    size_t used = 0, capacity = 0;
    str sql = str_printf(op->arena, "%s WHERE zone = $1 AND case_id = $2%s ORDER BY id",
        select_promise, open_only ? " AND state < 2" : "");
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(case_id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == PROMISES_MAX)
            break;
        list = arena_room(op->arena, list, used, &capacity, sizeof *list);
        if (!list)
            break;
        read_row(op, &rows, &list[used++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

enum { EVENTS_MAX = 200 };

enum err promise_events(
    struct op *op, const struct promise *p, struct promise_step **out, size_t *count)
{
    struct store_rows rows;
    struct promise_step *list = NULL;
    size_t used = 0, capacity = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT at, what, amount, due_at, reason FROM promise_event WHERE zone = $1 AND"
        " promise_id = $2 ORDER BY id",
        S_TEXT(op->zone->code), S_INT(p->id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == EVENTS_MAX)
            break;
        list = arena_room(op->arena, list, used, &capacity, sizeof *list);
        if (!list)
            break;
        list[used++] = (struct promise_step){ store_int(&rows, 0),
            str_terminated(op->arena, store_text(&rows, 1)), store_int(&rows, 2),
            store_int(&rows, 3), str_copy(op->arena, store_text(&rows, 4)) };
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}
