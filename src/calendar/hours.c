/*
 * Counting office time. The wall clock of a zone is taken as a line of local milliseconds; on it,
 *
 *     passed(t) = working days before t's day * office time of a day
 *                 + office time of t's own day up to t, if it is a working day
 *
 * never falls, stands still outside office hours, and between two instants is a subtraction.
 * Adding is its inverse: whole days by the calendar's table, the rest along the spans of one day.
 */
#include "calendar/internal.h"

/* Local milliseconds are kept within years 0000 to 9999, with a year's room on both sides. */
#define INSTANT_LEAST INT64_C(-62167219200000)
#define INSTANT_MOST INT64_C(253402300799999)

enum { MINUTES_PER_DAY = 1440 };

/* ---- the spans ---- */

static bool take_minutes(str text, int *out)
{
    str hour, minute = text;
    int64_t h, m;
    if (!str_split(&minute, ':', &hour) || hour.bytes < 1 || hour.bytes > 2 || minute.bytes != 2
        || hour.data[0] == '-' || minute.data[0] == '-')
        return false;
    if (!str_to_int64(hour, &h) || !str_to_int64(minute, &m) || h > 24 || m > 59)
        return false;
    *out = (int)(h * 60 + m);
    return *out <= MINUTES_PER_DAY;
}

/* "%.0s" passes over the other language's words. */
static enum err bad_span(struct diag *d, str span, const char *zh, const char *en)
{
    int bytes = span.bytes > 40 ? 40 : (int)span.bytes;
    return diag_set(d, ERR_INVALID, "办公时间“%.*s”%s%.0s", "the office hours \"%.*s\" %.0s%s", bytes,
        span.data ? span.data : "", zh, en);
}

enum err office_hours_parse(
    const str *spans, size_t count, struct office_hours *out, struct diag *d)
{
    struct office_hours hours = { 0 };
    if (count < 1 || count > OFFICE_SPANS_MAX)
        return diag_set(d, ERR_LIMIT, "办公时间应有1至%d段,现为%zu段",
            "office hours have 1 to %d spans, not %zu", OFFICE_SPANS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        str to = spans[i], from;
        int first, last;
        if (!str_split(&to, '-', &from) || !take_minutes(str_trim(from), &first)
            || !take_minutes(str_trim(to), &last))
            return bad_span(d, spans[i], "写法不对,应如 08:30-12:00",
                "are not understood; they look like 08:30-12:00");
        if (first >= last)
            return bad_span(d, spans[i], "的结束不晚于开始", "do not end after they start");
        if (i && first < hours.spans[i - 1].to_minute)
            return bad_span(d, spans[i], "与前一段重叠或次序颠倒",
                "start before the span in front of them ends");
        hours.spans[i].from_minute = first;
        hours.spans[i].to_minute = last;
        hours.minutes += last - first;
    }
    hours.count = count;
    *out = hours;
    return OK;
}

static int64_t day_ms(const struct calendar_clock *c)
{
    ASSERT(c->hours.count > 0);
    return (int64_t)c->hours.minutes * MS_PER_MINUTE;
}

/* Office time of one day up to a time of that day. */
static int64_t passed_in_day(const struct office_hours *h, int64_t ms_of_day)
{
    int64_t passed = 0;
    for (size_t i = 0; i < h->count; i++) {
        int64_t from = (int64_t)h->spans[i].from_minute * MS_PER_MINUTE;
        int64_t to = (int64_t)h->spans[i].to_minute * MS_PER_MINUTE;
        if (ms_of_day > from)
            passed += (ms_of_day < to ? ms_of_day : to) - from;
    }
    return passed;
}

/* The time of day by which that much has passed. Where a pause makes several fit: the earliest
 * (the closing) when going on, the latest (the opening) when going back. */
static int64_t time_of_passed(const struct office_hours *h, int64_t passed, bool earliest)
{
    for (size_t i = 0; i < h->count; i++) {
        int64_t from = (int64_t)h->spans[i].from_minute * MS_PER_MINUTE;
        int64_t length = (int64_t)h->spans[i].to_minute * MS_PER_MINUTE - from;
        if (earliest ? passed <= length : passed < length)
            return from + passed;
        passed -= length;
    }
    return (int64_t)h->spans[h->count - 1].to_minute * MS_PER_MINUTE;
}

/* ---- counting ---- */

static int64_t clamp(int64_t ms)
{
    return ms < INSTANT_LEAST ? INSTANT_LEAST : ms > INSTANT_MOST ? INSTANT_MOST : ms;
}

static int64_t passed_at(const struct calendar_clock *c, int64_t ms)
{
    int32_t ms_of_day;
    int64_t day = tz_local_days(c->tz, clamp(ms), &ms_of_day);
    int64_t passed = calendar_working_before(c->calendar, day) * day_ms(c);
    if (calendar_is_working(c->calendar, day))
        passed += passed_in_day(&c->hours, ms_of_day);
    return passed;
}

int64_t calendar_office_ms_between(const struct calendar_clock *c, int64_t from_ms, int64_t to_ms)
{
    return passed_at(c, to_ms) - passed_at(c, from_ms);
}

int64_t calendar_minutes_between(const struct calendar_clock *c, int64_t from_ms, int64_t to_ms)
{
    return calendar_office_ms_between(c, from_ms, to_ms) / MS_PER_MINUTE;
}

/* The instant at which passed_at() is `passed`: the earliest such, or the latest. */
static int64_t instant_of_passed(const struct calendar_clock *c, int64_t passed, bool earliest)
{
    int64_t whole = date_floor_div(passed, day_ms(c)), rest = passed - whole * day_ms(c);
    if (earliest && rest == 0) { /* the closing of the day before, not the opening of the next */
        whole--;
        rest = day_ms(c);
    }
    int64_t day = calendar_working_at(c->calendar, whole);
    return tz_instant_of_days(c->tz, day, time_of_passed(&c->hours, rest, earliest));
}

enum err calendar_add_office_ms(const struct calendar_clock *c, int64_t from_ms, int64_t office_ms,
    int64_t *due_ms, bool *provisional, struct diag *d)
{
    const int64_t most = (int64_t)CALENDAR_ADD_MINUTES_MAX * MS_PER_MINUTE;
    if (office_ms > most || office_ms < -most)
        return diag_set(d, ERR_LIMIT, "办公时间分钟数超出范围(±%d)", "more office minutes than ±%d",
            CALENDAR_ADD_MINUTES_MAX);
    if (from_ms < INSTANT_LEAST || from_ms > INSTANT_MOST)
        return diag_set(d, ERR_LIMIT, "起算时间不在公元0000至9999年之内",
            "the start is not within the years 0000 to 9999");
    int64_t due = from_ms;
    if (office_ms)
        due = instant_of_passed(c, passed_at(c, from_ms) + office_ms, office_ms > 0);
    if (provisional)
        *provisional = calendar_is_provisional(c->calendar,
            tz_local_days(c->tz, from_ms, NULL), tz_local_days(c->tz, due, NULL));
    *due_ms = due;
    return OK;
}

enum err calendar_add_minutes(const struct calendar_clock *c, int64_t from_ms, int64_t minutes,
    int64_t *due_ms, bool *provisional, struct diag *d)
{
    /* A count too large to turn into milliseconds is over the limit either way. */
    int64_t office_ms;
    if (__builtin_mul_overflow(minutes, MS_PER_MINUTE, &office_ms))
        office_ms = INT64_MAX;
    return calendar_add_office_ms(c, from_ms, office_ms, due_ms, provisional, d);
}

int64_t calendar_open_ms(const struct calendar_clock *c, int64_t days)
{
    ASSERT(c->hours.count > 0);
    return tz_instant_of_days(c->tz, days, (int64_t)c->hours.spans[0].from_minute * MS_PER_MINUTE);
}

int64_t calendar_close_ms(const struct calendar_clock *c, int64_t days)
{
    ASSERT(c->hours.count > 0);
    int last = c->hours.spans[c->hours.count - 1].to_minute;
    return tz_instant_of_days(c->tz, days, (int64_t)last * MS_PER_MINUTE);
}

bool calendar_is_open(const struct calendar_clock *c, int64_t ms)
{
    int32_t ms_of_day;
    if (!calendar_is_working(c->calendar, tz_local_days(c->tz, ms, &ms_of_day)))
        return false;
    return passed_in_day(&c->hours, (int64_t)ms_of_day + 1) > passed_in_day(&c->hours, ms_of_day);
}
