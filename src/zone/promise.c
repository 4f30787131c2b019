/*
 * Promises: when they are due, what a pause keeps, and what is written down. The law stands in
 * promise.h; how a deadline was counted is told by promise_explain.c. Each change is arithmetic on
 * the promise at an instant (…_at), so that the whole life of one can be counted again.
 *
 * A limit in calendar days has two ends: the day counted to (end_on), and the working day to which
 * that is moved when it is off. Pauses and extensions go by the first.
 *
 * amber_at and red_at follow from due_at and the whole length promised (amount + extended) by
 * counting office time back from due_at, so they move along when due_at moves.
 */
#include "zone/promise_internal.h"

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

static enum err close_of(const struct op *op, int64_t day, int64_t *due_ms)
{
    *due_ms = calendar_close_ms(clock_of(op), day);
    return OK;
}

/* due_at for `units` counted from a day (of an instant). */
static enum err due_after_day(struct op *op, struct promise *p, int64_t day, int64_t units)
{
    const struct calendar *c = clock_of(op)->calendar;
    int64_t due_day;
    if (p->unit == PACK_WORKING_DAYS) {
        TRY(calendar_add_days(c, day, units, &due_day, &p->provisional, op->diag));
    } else {
        TRY(calendar_add_calendar_days(c, day, units, &due_day, &p->provisional, op->diag));
        p->end_on = day + units;
    }
    return close_of(op, due_day, &p->due_at);
}

static enum err due_after(struct op *op, struct promise *p, int64_t from_ms, int64_t units)
{
    if (p->unit == PACK_WORKING_HOURS)
        return calendar_add_minutes(
            clock_of(op), from_ms, units * 60, &p->due_at, &p->provisional, op->diag);
    return due_after_day(op, p, zone_local_days(op->zone, from_ms), units);
}

/* The first deadline: so much after the start, or the last working day up to a day. */
static enum err due_first(struct op *op, struct promise *p)
{
    const struct calendar *c = clock_of(op)->calendar;
    int64_t day;
    if (!p->until_on)
        return due_after(op, p, p->started_at, p->amount);
    TRY(calendar_add_days(c, p->until_on + 1, -1, &day, NULL, op->diag));
    p->provisional = calendar_is_provisional(c, day, p->until_on);
    p->end_on = p->until_on;
    return close_of(op, day, &p->due_at);
}

static enum err colours_of(struct op *op, struct promise *p, const struct pack_promise *def)
{
    int64_t length = length_ms(op, p);
    return set_colours(op, p, length * def->amber_percent / 100, length * def->red_percent / 100);
}

/* ---- starting ---- */

static enum err evaluate(struct op *op, const struct feel_program *program, const json_t *variables,
    feel_value *out)
{
    feel_value scope;
    TRY(feel_from_json(op->arena, variables, NULL, &scope, op->diag));
    struct feel_env env = { .now = feel_date_time_from_ms(op->now_ms,
                                tz_offset_s(zone_pack(op->zone)->tz, op->now_ms), NULL) };
    return feel_eval(program, &env, scope.kind == FEEL_CONTEXT ? scope.context : NULL, op->arena,
        out, op->diag);
}

/* What the definition's FEEL says over the case's variables: a whole number of units, at least 1,
 * and no more than the law allows. */
static enum err amount_of(
    struct op *op, const struct pack_promise *def, const json_t *variables, int64_t *out)
{
    feel_value value;
    int64_t amount, most = def->statute && def->statute->amount ? def->statute->amount : 10000;
    TRY(evaluate(op, def->amount, variables, &value));
    if (!feel_to_int64(value, &amount) || amount < 1 || amount > most)
        return diag_set(op->diag, ERR_INVALID,
            "承诺“%.*s”的时限算出的是 %.*s,应为 1 至 %lld 的整数",
            "the limit of promise \"%.*s\" comes out as %.*s; it must be a whole number from 1"
            " to %lld",
            STR_ARGS(def->code), STR_ARGS(feel_to_text(op->arena, value)), (long long)most);
    *out = amount;
    return OK;
}

/* The day by which: a date, or a text that is one, after the first day. */
static enum err until_of(struct op *op, const struct pack_promise *def, const json_t *variables,
    struct promise *p)
{
    feel_value value;
    struct date date;
    TRY(evaluate(op, def->until, variables, &value));
    json_t *json = feel_to_json(op->arena, value);
    TRY(diag_arena(op->diag, op->arena));
    str text = json_is_string(json) ? (str){ json_string_value(json), json_string_length(json) }
                                    : feel_to_text(op->arena, value);
    int64_t first = zone_local_days(op->zone, p->started_at);
    if (!date_parse(text, &date) || date_to_days(date) <= first)
        return diag_set(op->diag, ERR_INVALID,
            "承诺“%.*s”应在某日前完成,算出的是 %.*s,应为起算日之后的日期",
            "promise \"%.*s\" ends on a day, which comes out as %.*s; it must be a date after"
            " the first day",
            STR_ARGS(def->code), STR_ARGS(text));
    p->until_on = date_to_days(date);
    int64_t days = p->unit == PACK_WORKING_DAYS
        ? calendar_days_between(clock_of(op)->calendar, first, p->until_on)
        : p->until_on - first;
    p->amount = days > 1 ? days : 1;
    return OK;
}

static enum err applies(struct op *op, const struct pack_promise *def, const json_t *variables,
    bool *yes)
{
    feel_value value;
    *yes = true;
    if (!def->when)
        return OK;
    TRY(evaluate(op, def->when, variables, &value));
    *yes = value.kind == FEEL_BOOLEAN && str_is(feel_to_text(op->arena, value), "true");
    return OK;
}

/* The instant it counts from. */
static int64_t starts_at(
    const struct op *op, const struct pack_promise *any, const struct promise_of *of)
{
    struct date date;
    enum pack_limit_start begins = any->statute ? any->statute->begins : PACK_FROM_STEP;
    if (begins == PACK_FROM_RECEIPT && of->received_at)
        return of->received_at;
    if (begins == PACK_FROM_ACCEPTANCE && json_bool(of->variables, "deemed", false)
        && date_parse(json_str(of->variables, "deemed_on"), &date)) {
        int64_t day = tz_instant_of_days(zone_pack(op->zone)->tz, date_to_days(date), 0);
        return day < op->now_ms ? day : op->now_ms;
    }
    return op->now_ms;
}

enum err promise_start(struct op *op, const struct pack_promise *any, const struct promise_of *of,
    struct promise *out)
{
    int64_t started = starts_at(op, any, of);
    const struct pack_promise *def = pack_promise_on(any, zone_local_days(op->zone, started));
    bool yes;
    *out = (struct promise){ 0 };
    TRY(applies(op, any, of->variables, &yes));
    if (!yes)
        return OK;
    if (!def)
        return diag_set(op->diag, ERR_INVALID, "承诺“%.*s”依据的法条在起算日没有施行中的版本",
            "no version of the law that promise \"%.*s\" rests on was in force on its first day",
            STR_ARGS(any->code));
    struct promise p = { .id = id_next(&op->zone->ids, op->now_ms),
        .case_id = of->case_id,
        .task_id = of->task_id,
        .code = def->code,
        .unit = def->unit,
        .started_at = started,
        .state = PROMISE_RUNNING };
    TRY(def->until ? until_of(op, def, of->variables, &p)
                   : amount_of(op, def, of->variables, &p.amount));
    TRY(due_first(op, &p));
    TRY(colours_of(op, &p, def));
    p.wake_at = p.amber_at;
    TRY(promise_insert(op, &p));
    *out = p;
    return OK;
}

const struct pack_promise *promise_definition(
    const struct zone *z, const struct pack_system *s, const struct promise *p)
{
    const struct pack_promise *def = s ? pack_promise(s, p->code) : NULL;
    const struct pack_promise *then = pack_promise_on(def, zone_local_days(z, p->started_at));
    return then ? then : def;
}

/* ---- pausing, extending ---- */

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
    switch (p->unit) {
    case PACK_WORKING_HOURS:
        return calendar_office_ms_between(clock_of(op), at_ms, p->due_at);
    case PACK_WORKING_DAYS:
        return days_left(op->zone, p, at_ms);
    case PACK_CALENDAR_DAYS:
        break;
    }
    int64_t today = zone_local_days(op->zone, at_ms);
    int64_t left = (p->end_on ? p->end_on : zone_local_days(op->zone, p->due_at)) - today;
    return left < 0 && at_ms <= p->due_at ? 0 : left; /* on a day it was moved over */
}

static void pause_at(struct op *op, struct promise *p, int64_t at_ms)
{
    p->remaining = kept(op, p, at_ms);
    p->state = PROMISE_PAUSED;
    p->paused_at = at_ms;
}

/* Nothing but the day itself was left: it is the day of the resumption, or the next day of work
 * when that is off or over. */
static int64_t days_to_give(const struct op *op, const struct promise *p, int64_t at_ms)
{
    const struct calendar_clock *c = clock_of(op);
    int64_t today = zone_local_days(op->zone, at_ms);
    bool over = !calendar_is_working(c->calendar, today) || at_ms > calendar_close_ms(c, today);
    return p->remaining || !over ? p->remaining : 1;
}

static enum err resume_at(struct op *op, struct promise *p, int64_t at_ms)
{
    bool late = p->remaining < 0 || p->due_at < p->paused_at;
    /* What was broken before the pause stays broken: its day is not moved. */
    if (!late && p->unit == PACK_WORKING_HOURS)
        TRY(calendar_add_office_ms(
            clock_of(op), at_ms, p->remaining, &p->due_at, &p->provisional, op->diag));
    else if (!late)
        TRY(due_after(op, p, at_ms, days_to_give(op, p, at_ms)));
    p->state = PROMISE_RUNNING;
    p->paused_at = 0;
    p->remaining = 0;
    p->pause_code = STR_NONE;
    return OK;
}

static enum err extend_by(struct op *op, struct promise *p, int64_t units)
{
    p->extended += units;
    p->extensions++;
    if (p->unit == PACK_CALENDAR_DAYS && p->end_on)
        TRY(due_after_day(op, p, p->end_on, units));
    else
        TRY(due_after(op, p, p->due_at, units));
    if (p->state == PROMISE_PAUSED)
        p->remaining = kept(op, p, p->paused_at);
    return OK;
}

enum err promise_pause(struct op *op, struct promise *p, str code, str reason)
{
    ASSERT(p->state == PROMISE_RUNNING);
    pause_at(op, p, op->now_ms);
    p->pause_code = code;
    p->wake_at = op->now_ms; /* it may not stand still for longer than the law allows */
    return promise_update(op, p, "pause", p->remaining, reason);
}

enum err promise_resume(struct op *op, struct promise *p, str reason)
{
    ASSERT(p->state == PROMISE_PAUSED);
    const struct promise before = *p;
    TRY(resume_at(op, p, op->now_ms));
    TRY(keep_colours(op, p, &before));
    p->wake_at = p->amber_at;
    return promise_update(op, p, "resume", 0, reason);
}

enum err promise_extend(struct op *op, struct promise *p, int64_t units, str reason)
{
    ASSERT(units > 0 && p->state < PROMISE_MET);
    const struct promise before = *p;
    TRY(extend_by(op, p, units));
    TRY(keep_colours(op, p, &before));
    p->reminded = 0; /* it is another deadline */
    p->wake_at = p->state == PROMISE_PAUSED ? op->now_ms : p->amber_at;
    return promise_update(op, p, "extend", units, reason);
}

/* ---- counting again ---- */

static enum err again(struct op *op, struct promise *p, const struct promise_step *e)
{
    if (str_is(str_from(e->what), "pause") && p->state == PROMISE_RUNNING)
        pause_at(op, p, e->at);
    else if (str_is(str_from(e->what), "resume") && p->state == PROMISE_PAUSED)
        return resume_at(op, p, e->at);
    else if (str_is(str_from(e->what), "extend"))
        return extend_by(op, p, e->amount);
    return OK;
}

enum err promise_replay(struct op *op, const struct pack_promise *def,
    const struct promise_step *events, size_t count, struct promise *p)
{
    struct promise r = *p;
    r.state = PROMISE_RUNNING;
    r.extended = r.extensions = r.paused_at = r.remaining = 0;
    TRY(due_first(op, &r));
    for (size_t i = 0; i < count; i++)
        TRY(again(op, &r, &events[i]));
    TRY(colours_of(op, &r, def));
    r.pause_code = p->pause_code;
    *p = r;
    return OK;
}

/* ---- ending ---- */

enum err promise_meet(struct op *op, struct promise *p)
{
    int64_t stopped = p->state == PROMISE_PAUSED ? p->paused_at : op->now_ms;
    p->state = stopped <= p->due_at ? PROMISE_MET : PROMISE_MET_LATE;
    p->ended_at = op->now_ms;
    p->wake_at = 0;
    return promise_update(op, p, "met", 0, STR_NONE);
}

enum err promise_void(struct op *op, struct promise *p)
{
    p->state = PROMISE_VOID;
    p->ended_at = op->now_ms;
    p->wake_at = 0;
    return promise_update(op, p, "void", 0, STR_NONE);
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
    int64_t ms = calendar_office_ms_between(clock, at, p->due_at);
    *minutes = (ms + (ms > 0 ? MS_PER_MINUTE - 1 : 0)) / MS_PER_MINUTE;
}
