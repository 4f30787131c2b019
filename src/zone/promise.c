/*
 * Promises: when they are due, what a pause keeps, and what is written down. The law stands in
 * promise.h; how a deadline was counted is told by promise_explain.c.
 *
 * amber_at and red_at follow from due_at and the whole length promised (amount + extended) by
 * counting office time back from due_at, so they move along when due_at moves.
 */
#include "zone/promise.h"

static const char *const state_words[] = { "running", "paused", "met", "met_late", "void" };
static const char *const colour_words[] = { "none", "green", "amber", "red", "broken", "paused",
    "met", "met_late" };

const char *promise_state_word(enum promise_state s)
{
    return state_words[s];
}

const char *promise_colour_word(enum promise_colour c)
{
    return colour_words[c];
}

static const struct calendar_clock *clock_of(const struct op *op)
{
    return &zone_pack(op->zone)->clock;
}

/* Office milliseconds in the whole promise. */
static int64_t length_ms(const struct op *op, const struct promise *p)
{
    int64_t units = p->amount + p->extended;
    if (p->unit == PACK_WORKING_HOURS)
        return units * MS_PER_HOUR;
    return units * clock_of(op)->hours.minutes * MS_PER_MINUTE;
}

/* amber_at and red_at, that much office time before the end. */
static enum err set_colours(struct op *op, struct promise *p, int64_t amber_ms, int64_t red_ms)
{
    TRY(calendar_add_office_ms(clock_of(op), p->due_at, -amber_ms, &p->amber_at, NULL, op->diag));
    return calendar_add_office_ms(clock_of(op), p->due_at, -red_ms, &p->red_at, NULL, op->diag);
}

/* After due_at or the length has changed: the same shares of the whole as before. */
static enum err keep_colours(struct op *op, struct promise *p, const struct promise *before)
{
    const struct calendar_clock *c = clock_of(op);
    int64_t amber = calendar_office_ms_between(c, before->amber_at, before->due_at);
    int64_t red = calendar_office_ms_between(c, before->red_at, before->due_at);
    int64_t was = length_ms(op, before), is = length_ms(op, p);
    ASSERT(was > 0);
    return set_colours(op, p, amber * is / was, red * is / was);
}

/* due_at for `units` counted from an instant. */
static enum err due_after(struct op *op, enum pack_time_unit unit, int64_t from_ms, int64_t units,
    int64_t *due_ms, bool *provisional)
{
    const struct calendar_clock *clock = clock_of(op);
    int64_t day = zone_local_days(op->zone, from_ms), due_day;
    switch (unit) {
    case PACK_WORKING_HOURS:
        return calendar_add_minutes(clock, from_ms, units * 60, due_ms, provisional, op->diag);
    case PACK_WORKING_DAYS:
        TRY(calendar_add_days(clock->calendar, day, units, &due_day, provisional, op->diag));
        break;
    case PACK_CALENDAR_DAYS:
        TRY(calendar_add_calendar_days(
            clock->calendar, day, units, &due_day, provisional, op->diag));
        break;
    }
    *due_ms = calendar_close_ms(clock, due_day);
    return OK;
}

static enum err insert(struct op *op, const struct promise *p)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO promise (zone, id, case_id, task_id, code, unit, amount, started_at,"
        " due_at, amber_at, red_at,"
        " ended_at, paused_at, remaining, extended, extensions, state, provisional)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 0, $12, $13)",
        S_TEXT(op->zone->code), S_INT(p->id), S_INT(p->case_id), S_INT(p->task_id), S_TEXT(p->code),
        S_INT(p->unit), S_INT(p->amount), S_INT(p->started_at), S_INT(p->due_at),
        S_INT(p->amber_at), S_INT(p->red_at), S_INT(p->state), S_INT(p->provisional));
}

static enum err update(
    struct op *op, const struct promise *p, const char *what, int64_t amount, str reason)
{
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE promise SET due_at = $3, amber_at = $4, red_at = $5, ended_at = $6, paused_at ="
        " $7, remaining = $8,"
        " extended = $9, extensions = $10, state = $11, provisional = $12 WHERE zone = $1 AND"
        " id = $2",
        S_TEXT(op->zone->code), S_INT(p->id), S_INT(p->due_at), S_INT(p->amber_at),
        S_INT(p->red_at), S_INT(p->ended_at), S_INT(p->paused_at), S_INT(p->remaining),
        S_INT(p->extended), S_INT(p->extensions), S_INT(p->state), S_INT(p->provisional)));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO promise_event (zone, id, promise_id, at, what, amount, due_at, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(p->id),
        S_INT(op->now_ms), S_TEXT(str_from(what)), S_INT(amount), S_INT(p->due_at), S_TEXT(reason));
}

/* What the definition's FEEL says over the case's variables: a whole number of units, at least 1.
 */
static enum err amount_of(
    struct op *op, const struct pack_promise *def, const json_t *variables, int64_t *out)
{
    feel_value scope, value;
    TRY(feel_from_json(op->arena, variables, NULL, &scope, op->diag));
    struct feel_env env = { .now = feel_date_time_from_ms(op->now_ms,
                                tz_offset_s(zone_pack(op->zone)->tz, op->now_ms), NULL) };
    TRY(feel_eval(def->amount, &env, scope.kind == FEEL_CONTEXT ? scope.context : NULL, op->arena,
        &value, op->diag));
    int64_t amount;
    if (!feel_to_int64(value, &amount) || amount < 1 || amount > 10000)
        return diag_set(op->diag, ERR_INVALID,
            "承诺“%.*s”的时限算出的是 %.*s,应为 1 至 10000 的整数",
            "the limit of promise \"%.*s\" comes out as %.*s; it must be a whole number from 1"
            " to 10000",
            STR_ARGS(def->code), STR_ARGS(feel_to_text(op->arena, value)));
    *out = amount;
    return OK;
}

enum err promise_start(struct op *op, const struct pack_promise *def, int64_t case_id,
    int64_t task_id, const json_t *variables, struct promise *out)
{
    struct promise p = { .id = id_next(&op->zone->ids, op->now_ms),
        .case_id = case_id,
        .task_id = task_id,
        .code = def->code,
        .unit = def->unit,
        .started_at = op->now_ms,
        .state = PROMISE_RUNNING };
    TRY(amount_of(op, def, variables, &p.amount));
    TRY(due_after(op, p.unit, op->now_ms, p.amount, &p.due_at, &p.provisional));
    int64_t length = length_ms(op, &p);
    TRY(set_colours(op, &p, length * def->amber_percent / 100, length * def->red_percent / 100));
    TRY(insert(op, &p));
    *out = p;
    return OK;
}

static const char select_promise[] =
    "SELECT id, case_id, task_id, code, unit, amount, started_at, due_at, amber_at, red_at,"
    " ended_at, paused_at,"
    " remaining, extended, extensions, state, provisional FROM promise";

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
        .provisional = store_int(r, 16) != 0 };
}

enum { PROMISES_MAX = 256 };

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

static int64_t days_left(const struct zone *z, const struct promise *p, int64_t now_ms)
{
    int64_t today = zone_local_days(z, now_ms), due = zone_local_days(z, p->due_at);
    if (p->unit == PACK_CALENDAR_DAYS)
        return due - today;
    return calendar_days_between(zone_pack(z)->calendar, today, due);
}

/* What a pause that begins then keeps. */
static int64_t kept(const struct op *op, const struct promise *p, int64_t at_ms)
{
    return p->unit == PACK_WORKING_HOURS
        ? calendar_office_ms_between(clock_of(op), at_ms, p->due_at)
        : days_left(op->zone, p, at_ms);
}

enum err promise_pause(struct op *op, struct promise *p, str reason)
{
    ASSERT(p->state == PROMISE_RUNNING);
    p->remaining = kept(op, p, op->now_ms);
    p->state = PROMISE_PAUSED;
    p->paused_at = op->now_ms;
    return update(op, p, "pause", p->remaining, reason);
}

/* Nothing but the day itself was left: it is the day of the resumption, or the next day of work
 * when that is off or over. */
static int64_t days_to_give(const struct op *op, const struct promise *p)
{
    const struct calendar_clock *c = clock_of(op);
    int64_t today = zone_local_days(op->zone, op->now_ms);
    bool over =
        !calendar_is_working(c->calendar, today) || op->now_ms > calendar_close_ms(c, today);
    return p->remaining || !over ? p->remaining : 1;
}

enum err promise_resume(struct op *op, struct promise *p, str reason)
{
    ASSERT(p->state == PROMISE_PAUSED);
    const struct promise before = *p;
    bool late = p->remaining < 0 || p->due_at < p->paused_at;
    /* What was broken before the pause stays broken: its day is not moved. */
    if (!late && p->unit == PACK_WORKING_HOURS)
        TRY(calendar_add_office_ms(
            clock_of(op), op->now_ms, p->remaining, &p->due_at, &p->provisional, op->diag));
    else if (!late)
        TRY(due_after(op, p->unit, op->now_ms, days_to_give(op, p), &p->due_at, &p->provisional));
    p->state = PROMISE_RUNNING;
    p->paused_at = 0;
    p->remaining = 0;
    TRY(keep_colours(op, p, &before));
    return update(op, p, "resume", 0, reason);
}

enum err promise_extend(struct op *op, struct promise *p, int64_t units, str reason)
{
    ASSERT(units > 0 && p->state < PROMISE_MET);
    const struct promise before = *p;
    p->extended += units;
    p->extensions++;
    TRY(due_after(op, p->unit, p->due_at, units, &p->due_at, &p->provisional));
    if (p->state == PROMISE_PAUSED)
        p->remaining = kept(op, p, p->paused_at);
    TRY(keep_colours(op, p, &before));
    return update(op, p, "extend", units, reason);
}

enum err promise_meet(struct op *op, struct promise *p)
{
    int64_t stopped = p->state == PROMISE_PAUSED ? p->paused_at : op->now_ms;
    p->state = stopped <= p->due_at ? PROMISE_MET : PROMISE_MET_LATE;
    p->ended_at = op->now_ms;
    return update(op, p, "met", 0, STR_NONE);
}

enum err promise_void(struct op *op, struct promise *p)
{
    p->state = PROMISE_VOID;
    p->ended_at = op->now_ms;
    return update(op, p, "void", 0, STR_NONE);
}

enum promise_colour promise_colour(const struct promise *p, int64_t now_ms)
{
    if (!p->id)
        return COLOUR_NONE;
    switch (p->state) {
    case PROMISE_PAUSED:
        return COLOUR_PAUSED;
    case PROMISE_MET:
        return COLOUR_MET;
    case PROMISE_MET_LATE:
        return COLOUR_MET_LATE;
    case PROMISE_VOID:
        return COLOUR_NONE;
    case PROMISE_RUNNING:
        break;
    }
    if (now_ms > p->due_at)
        return COLOUR_BROKEN;
    return now_ms >= p->red_at ? COLOUR_RED : now_ms >= p->amber_at ? COLOUR_AMBER : COLOUR_GREEN;
}

void promise_left(
    const struct zone *z, const struct promise *p, int64_t now_ms, int64_t *days, int64_t *minutes)
{
    const struct calendar_clock *clock = &zone_pack(z)->clock;
    int64_t at = p->state == PROMISE_PAUSED ? p->paused_at : p->ended_at ? p->ended_at : now_ms;
    *days = days_left(z, p, at);
    *minutes = calendar_minutes_between(clock, at, p->due_at);
}
