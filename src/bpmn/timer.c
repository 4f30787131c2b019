/*
 * Timers. What goes out is the text of the model: a date or a duration. A cycle is a row of
 * durations, each with a number of its own, counted from when the one before was due (`after`), so
 * that a late firing does not push the next ones on.
 */
#include "bpmn/run.h"

static bool cycle_of(struct run *r, str text, int64_t *times, str *start, str *interval)
{
    if (iso_cycle_parse(text, times, start, interval))
        return true;
    run_fail(r, ERR_INVALID, "循环定时“%.*s”应如 R3/PT1H", "the cycle \"%.*s\" is not of the form R3/PT1H",
        STR_ARGS(text));
    return false;
}

/* The text of a timer when it is set, judged again when an expression gave it. */
static str timer_text(struct run *r, int64_t token, const struct bpmn_event *e)
{
    int64_t times;
    str start, interval;
    if (e->literal.bytes)
        return e->literal;
    feel_value v = expr_eval(r, token, &e->expr);
    str text = feel_is_null(v) ? STR_NONE : feel_to_string(r->turn->arena, v);
    bool valid = (e->timer == TIMER_DATE && iso_date_time_valid(text))
        || (e->timer == TIMER_DURATION && iso_duration_valid(text))
        || (e->timer == TIMER_CYCLE && iso_cycle_parse(text, &times, &start, &interval));
    if (!valid)
        run_fail(r, ERR_INVALID, "第 %1$d 行的定时“%3$.*2$s”得出“%5$.*4$s”,不是可用的时间",
            "line %1$d: the timer \"%3$.*2$s\" gives \"%5$.*4$s\", which is no time",
            e->line, (int)e->expr.text.bytes, e->expr.text.data, (int)text.bytes,
            text.data ? text.data : "");
    return text;
}

static void say(struct run *r, const struct timer *t, enum bpmn_timer_kind kind, str text,
    int64_t after)
{
    struct bpmn_effect *e = effect(r, BPMN_TIMER_SET, token_find(r->i, t->sub.token));
    e->node = &r->i->model->nodes[t->sub.node];
    e->timer = t->id;
    e->timer_kind = kind;
    e->text = text;
    e->after = after;
    e->working = subscription_event(r, t->sub)->working;
}

void timer_start(struct run *r, struct subscription s)
{
    const struct bpmn_event *e = subscription_event(r, s);
    str text = timer_text(r, s.token, e), start = STR_NONE, interval = STR_NONE;
    int64_t times = 1;
    if (r->err || (e->timer == TIMER_CYCLE && !cycle_of(r, text, &times, &start, &interval))
        || times == 0)
        return;
    struct timer *t = timer_new(r);
    if (!t)
        return;
    t->sub = s;
    t->remaining = times < 0 ? -1 : times - 1;
    t->interval = str_copy(r->i->home, interval);
    if (e->timer == TIMER_CYCLE)
        say(r, t, start.bytes ? BPMN_TIMER_DATE : BPMN_TIMER_DURATION,
            start.bytes ? start : interval, 0);
    else
        say(r, t, e->timer == TIMER_DATE ? BPMN_TIMER_DATE : BPMN_TIMER_DURATION, text, 0);
}

void timer_fire(struct run *r, int64_t timer)
{
    struct timer old = { 0 };
    for (size_t n = 0; n < r->i->timer_count; n++)
        if (r->i->timers[n].id == timer)
            old = r->i->timers[n];
    if (!old.id) {
        run_fail(r, ERR_NOT_FOUND, "没有编号为 %lld 的定时,可能已取消",
            "there is no timer %lld; it may have been cancelled", (long long)timer);
        return;
    }
    timer_drop(r, timer, false);
    if (old.remaining != 0) {
        struct timer *next = timer_new(r);
        if (!next)
            return;
        next->sub = old.sub;
        next->interval = old.interval;
        next->remaining = old.remaining < 0 ? -1 : old.remaining - 1;
        say(r, next, BPMN_TIMER_DURATION, old.interval, timer);
    }
    event_fire(r, old.sub);
}
