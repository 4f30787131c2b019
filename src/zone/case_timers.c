/* Timers that are due move their cases; and the sentence that tells an applicant what comes next.
 */
#include "zone/case_write.h"

static enum err fire(struct op *op, int64_t case_id, int64_t timer_row, int64_t number)
{
    struct moving m;
    int64_t event;
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM timer WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(timer_row)));
    TRY(moving_load(op, case_id, &m));
    if (!m.instance)
        return OK;
    enum err e = procedure_timer(&m, number);
    if (e == ERR_NOT_FOUND) /* cancelled meanwhile */
        return OK;
    TRY(e);
    TRY(moving_save(&m));
    return event_write(&m, "case.timer", verb_event(&m, "timer", STR_NONE), true, &event);
}

enum err case_timers(struct op *op, size_t limit, size_t *fired)
{
    enum { DUE_MAX = 256 };
    struct store_rows rows;
    struct {
        int64_t id, case_id, number;
    } due[DUE_MAX];
    size_t count = 0;
    if (limit > DUE_MAX)
        limit = DUE_MAX;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, case_id, number FROM timer WHERE zone = $1 AND due_at <= $2 ORDER BY due_at,"
        " id LIMIT $3",
        S_TEXT(op->zone->code), S_INT(op->now_ms), S_INT((int64_t)limit)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || count == limit)
            break;
        due[count].id = store_int(&rows, 0);
        due[count].case_id = store_int(&rows, 1);
        due[count++].number = store_int(&rows, 2);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < count; i++)
        TRY(fire(op, due[i].case_id, due[i].id, due[i].number));
    *fired = count;
    return OK;
}

/* ---- all of them, each failure by itself ---- */

enum { TIMERS_A_WRITE = 100, TIMERS_ARENA_BYTES = 64 * 1024 * 1024, RETRY_MS = 3600000 };

struct firing {
    size_t limit, fired;
    struct diag why; /* of the one that failed */
};

static enum err fire_some(struct op *op, void *ctx)
{
    struct firing *f = ctx;
    return case_timers(op, f->limit, &f->fired);
}

/* Is a timer due? Looked up first, so that an idle zone writes nothing. */
static enum err next_due(struct op *op, struct store_rows *rows)
{
    return STORE_ONE(op->conn, rows, op->diag,
        "SELECT id, case_id FROM timer WHERE zone = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT"
        " 1",
        S_TEXT(op->zone->code), S_INT(op->now_ms));
}

static enum err any_due(struct op *op, bool *due)
{
    struct store_rows rows;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = next_due(op, &rows);
    *due = e == OK;
    store_rows_end(&rows);
    store_read_end(op->conn);
    op->conn = NULL;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* The first of those due is put off and its failure told. */
static enum err put_off(struct op *op, void *ctx)
{
    const struct firing *f = ctx;
    struct store_rows rows;
    TRY(next_due(op, &rows));
    int64_t id = store_int(&rows, 0), case_id = store_int(&rows, 1);
    store_rows_end(&rows);
    TRY(STORE_EXEC(op->conn, op->diag, "UPDATE timer SET due_at = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms + RETRY_MS)));
    json_t *data = json_object();
    json_set_str(data, "text", str_from(f->why.zh));
    json_set_str(data, "reason", str_from(f->why.en));
    return ledger_append(op,
        &(struct ledger_event){ .kind = "case.timer-failed", .subject = case_id, .data = data },
        NULL);
}

/* A store that takes no writes is no fault of the case. */
static bool of_the_store(enum err e)
{
    return e == ERR_BUSY || e == ERR_STORE || e == ERR_STOPPING || e == ERR_READ_ONLY
        || e == ERR_DISK_FULL || e == ERR_IO;
}

static enum err fire_all(struct op *op, struct arena *scratch, int64_t *fired)
{
    struct firing f = { .limit = TIMERS_A_WRITE };
    for (bool due;;) {
        arena_reset(scratch);
        TRY(any_due(op, &due));
        if (!due)
            return OK;
        enum err e = zone_write(op, fire_some, &f);
        if (e == OK) {
            *fired += (int64_t)f.fired;
        } else if (of_the_store(e)) {
            return e;
        } else if (f.limit > 1) {
            f.limit = 1; /* one by one from here, to know which it is */
        } else {
            f.why = *op->diag;
            TRY(zone_write(op, put_off, &f));
        }
    }
}

enum err case_timers_all(struct op *op, int64_t *fired)
{
    struct arena scratch;
    struct op own = *op;
    arena_init(&scratch, NULL, TIMERS_ARENA_BYTES);
    own.arena = &scratch;
    *fired = 0;
    enum err e = fire_all(&own, &scratch, fired);
    arena_release(&scratch);
    return e;
}

struct name2 case_next(struct op *op, const struct case_row *c)
{
    struct arena *a = op->arena;
    const struct pack_unit *u = pack_unit(zone_pack(op->zone), c->unit);
    struct date due = date_from_days(zone_local_days(op->zone, c->due_at));
    str unit_zh = u ? u->name.zh : c->unit, unit_en = u ? u->name.en : c->unit;
    switch (c->status) {
    case CASE_OPEN:
        if (c->suspended)
            return (struct name2){ str_printf(
                                       a, "%.*s正在等您补充情况,期间不计时。", STR_ARGS(unit_zh)),
                str_printf(a, "%.*s is waiting for something from you; the clock stands still.",
                    STR_ARGS(unit_en)) };
        if (!c->due_at)
            return (struct name2){ str_printf(a, "由%.*s办理。", STR_ARGS(unit_zh)),
                str_printf(a, "%.*s has it.", STR_ARGS(unit_en)) };
        return (struct name2){ str_printf(a, "由%.*s办理,承诺%d月%d日前答复。", STR_ARGS(unit_zh),
                                   due.month, due.day),
            str_printf(a, "%.*s has it and will answer by %d-%02d-%02d.", STR_ARGS(unit_en),
                due.year, due.month, due.day) };
    case CASE_REPLIED:
        return (struct name2){ STR("已答复,请确认是否解决并评价。"),
            STR("Answered. Please say whether it helped, and rate it.") };
    case CASE_CLOSED:
        return (struct name2){ STR("已办结。"), STR("Closed.") };
    case CASE_WITHDRAWN:
        return (struct name2){ STR("已撤回。"), STR("Withdrawn.") };
    case CASE_MERGED:
        return (struct name2){ STR("与相同的诉求合并办理,进展见合并后的编号。"),
            STR("Merged with the same request; see there for progress.") };
    }
    return (struct name2){ STR_NONE, STR_NONE };
}
