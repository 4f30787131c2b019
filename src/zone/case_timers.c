/* Timers that are due move their cases; and the sentence that tells an applicant what comes next.
 */
#include "zone/batch.h"
#include "zone/case_write.h"
#include "zone/job_internal.h"

/* The row goes first: of several processes that want it, one gets it. */
static enum err take(struct op *op, int64_t row, int64_t *due, bool *taken)
{
    struct store_rows rows;
    bool there;
    *taken = false;
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT due_at FROM timer WHERE zone = $1 AND id = $2", S_TEXT(op->zone->code), S_INT(row)));
    if (!there)
        return OK;
    *due = store_int(&rows, 0);
    store_rows_end(&rows);
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM timer WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(row)));
    *taken = store_changes(op->conn) == 1;
    return OK;
}

static enum err fire(struct op *op, int64_t case_id, int64_t timer_row, int64_t number)
{
    struct moving m;
    int64_t event, due;
    bool taken;
    TRY(take(op, timer_row, &due, &taken));
    if (!taken)
        return OK;
    TRY(moving_load(op, case_id, &m));
    if (!m.instance)
        return OK;
    m.fired_timer = number;
    m.fired_due = due;
    enum err e = procedure_timer(&m, number);
    if (e == ERR_NOT_FOUND) /* cancelled meanwhile */
        return OK;
    TRY(e);
    TRY(moving_save(&m));
    return event_write(&m, "case.timer", verb_event(&m, "timer", STR_NONE), true, &event);
}

enum { DUE_MAX = 256 };

struct due {
    int64_t id, case_id, number;
};

static enum err list_due(struct op *op, struct due *list, size_t limit, size_t *count)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, case_id, number FROM timer WHERE zone = $1 AND due_at <= $2 ORDER BY due_at,"
        " id LIMIT $3",
        S_TEXT(op->zone->code), S_INT(op->now_ms), S_INT((int64_t)limit)));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        list[(*count)++] =
            (struct due){ store_int(&rows, 0), store_int(&rows, 1), store_int(&rows, 2) };
    }
    store_rows_end(&rows);
    return OK;
}

enum err case_timers(struct op *op, size_t limit, size_t *fired)
{
    struct due due[DUE_MAX];
    size_t count;
    TRY(list_due(op, due, limit < DUE_MAX ? limit : DUE_MAX, &count));
    for (size_t i = 0; i < count; i++)
        TRY(fire(op, due[i].case_id, due[i].id, due[i].number));
    *fired = count;
    return OK;
}

/* ---- all of them, each failure by itself ---- */

enum { TIMERS_ARENA_BYTES = 4 * 1024 * 1024, RETRY_MS = 3600000, TRIES_MAX = 3 };

static enum err fire_one(struct op *op, void *ctx)
{
    const struct due *d = ctx;
    return fire(op, d->case_id, d->id, d->number);
}

struct failed {
    const struct due *due;
    const struct diag *why;
};

/* Put off and its failure told; after the last try it becomes an incident. */
static enum err put_off(struct op *op, void *ctx)
{
    const struct failed *f = ctx;
    struct store_rows rows;
    bool there;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE timer SET due_at = $3, attempts = attempts + 1 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(f->due->id), S_INT(op->now_ms + RETRY_MS)));
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT attempts FROM timer WHERE zone = $1 AND id = $2", S_TEXT(op->zone->code),
        S_INT(f->due->id)));
    if (!there) /* cancelled meanwhile */
        return OK;
    int64_t attempts = store_int(&rows, 0);
    store_rows_end(&rows);
    if (attempts >= TRIES_MAX) {
        TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM timer WHERE zone = $1 AND id = $2",
            S_TEXT(op->zone->code), S_INT(f->due->id)));
        return incident_of_timer(op, f->due->case_id, f->due->number, f->why);
    }
    json_t *data = json_object();
    json_set_str(data, "text", str_from(f->why->zh));
    json_set_str(data, "reason", str_from(f->why->en));
    return ledger_append(op,
        &(struct ledger_event){
            .kind = "case.timer-failed", .subject = f->due->case_id, .data = data },
        NULL);
}

bool fault_of_store(enum err e)
{
    return e == ERR_BUSY || e == ERR_STORE || e == ERR_STOPPING || e == ERR_READ_ONLY
        || e == ERR_DISK_FULL || e == ERR_IO;
}

enum err timers_step(struct op *op, struct batch *b, size_t limit, int64_t *fired, bool *more)
{
    struct due due[BATCH_MAX];
    size_t count;
    limit = limit < BATCH_MAX ? limit : BATCH_MAX;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = list_due(op, due, limit, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    *more = count == limit;
    if (!count)
        return OK;
    batch_begin(b);
    for (size_t i = 0; i < count; i++)
        batch_add(b, fire_one, &due[i]);
    batch_run(b, op);
    for (size_t i = 0; i < count; i++) {
        const struct batch_item *item = batch_at(b, i);
        if (item->err == OK) {
            ++*fired;
            continue;
        }
        if (fault_of_store(item->err)) {
            *op->diag = item->diag;
            return item->err;
        }
        struct failed f = { &due[i], &item->diag };
        TRY(zone_write(op, put_off, &f));
    }
    return OK;
}

enum err case_timers_all(struct op *op, int64_t *fired)
{
    struct arena scratch;
    struct op own = *op;
    struct batch *b = batch_create();
    enum err e = OK;
    arena_init(&scratch, NULL, TIMERS_ARENA_BYTES);
    own.arena = &scratch;
    *fired = 0;
    for (bool more = true; more && e == OK; arena_reset(&scratch))
        e = timers_step(&own, b, BATCH_MAX, fired, &more);
    arena_release(&scratch);
    batch_destroy(b);
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
