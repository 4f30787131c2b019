/*
 * "How this deadline was counted": one step a day, so that a person can put a finger on each. The
 * totals are taken from the same counting functions as the deadline itself, each step being the
 * difference of two totals; what is shown can therefore not disagree with what was promised.
 */
#include "calendar/calendar.h"

static struct calendar_step *make_steps(
    struct arena *a, int64_t first, int64_t last, struct calendar_steps *out)
{
    int64_t days = last < first ? 0 : last - first + 1;
    out->cut = days > CALENDAR_STEPS_MAX;
    out->count = (size_t)(out->cut ? CALENDAR_STEPS_MAX : days);
    struct calendar_step *steps = ARENA_ARRAY(a, struct calendar_step, out->count);
    out->items = steps;
    return steps;
}

static enum err reversed(struct diag *d)
{
    return diag_set(d, ERR_INVALID, "计算过程的终点早于起点", "the counting to explain ends before it starts");
}

enum err calendar_explain_days(const struct calendar *c, struct arena *a, int64_t from, int64_t to,
    struct calendar_steps *out, struct diag *d)
{
    struct calendar_steps steps;
    if (to < from)
        return reversed(d);
    struct calendar_step *items = make_steps(a, from, to, &steps);
    TRY(diag_arena(d, a));
    int64_t total = 0;
    for (size_t i = 0; i < steps.count; i++) {
        int64_t day = from + (int64_t)i, now = calendar_days_between(c, from, day);
        items[i] = (struct calendar_step){ .days = day, .day = calendar_day(c, day), .start = i == 0,
            .counted = now - total, .total = now };
        total = now;
    }
    *out = steps;
    return OK;
}

enum err calendar_explain_minutes(const struct calendar_clock *c, struct arena *a, int64_t from_ms,
    int64_t to_ms, struct calendar_steps *out, struct diag *d)
{
    struct calendar_steps steps;
    if (to_ms < from_ms)
        return reversed(d);
    int64_t first = tz_local_days(c->tz, from_ms, NULL), last = tz_local_days(c->tz, to_ms, NULL);
    struct calendar_step *items = make_steps(a, first, last, &steps);
    TRY(diag_arena(d, a));
    int64_t total = 0;
    for (size_t i = 0; i < steps.count; i++) {
        int64_t day = first + (int64_t)i;
        int64_t end = day == last ? to_ms : tz_instant_of_days(c->tz, day + 1, 0);
        int64_t now = calendar_minutes_between(c, from_ms, end);
        items[i] = (struct calendar_step){ .days = day, .day = calendar_day(c->calendar, day),
            .start = i == 0, .counted = now - total, .total = now };
        total = now;
    }
    *out = steps;
    return OK;
}

size_t calendar_segments(const struct calendar_clock *c, int64_t day, int64_t from_ms,
    int64_t to_ms, struct calendar_segment out[OFFICE_SPANS_MAX])
{
    size_t used = 0;
    if (!calendar_is_working(c->calendar, day))
        return 0;
    for (size_t i = 0; i < c->hours.count; i++) {
        int64_t from = tz_instant_of_days(
            c->tz, day, (int64_t)c->hours.spans[i].from_minute * MS_PER_MINUTE);
        int64_t to = tz_instant_of_days(
            c->tz, day, (int64_t)c->hours.spans[i].to_minute * MS_PER_MINUTE);
        from = from > from_ms ? from : from_ms;
        to = to < to_ms ? to : to_ms;
        if (from < to)
            out[used++] = (struct calendar_segment){ from, to,
                calendar_minutes_between(c, from, to) };
    }
    return used;
}
