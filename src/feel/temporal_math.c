/*
 * Arithmetic and order of temporal values (temporal.h). Durations of days and time are computed in
 * 128-bit nanoseconds: years ±999,999,999 are 6.3e16 seconds, which 64 bits of nanoseconds would
 * not hold.
 */
#include "feel/number.h"
#include "feel/temporal.h"

enum { YEAR_MAX = 999999999, MS_PER_NS = 1000000 };

static const int64_t days_max = 365242500000LL; /* a little over a thousand million years */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

feel_value temporal_days_time(wide ns)
{
    wide seconds = ns / NS_PER_SECOND;
    int64_t nanos = (int64_t)(ns % NS_PER_SECOND);
    if (nanos < 0) {
        nanos += NS_PER_SECOND;
        seconds--;
    }
    if (seconds > INT64_MAX / 2 || seconds < INT64_MIN / 2)
        return feel_null();
    feel_value v = { .kind = FEEL_DAYS_TIME };
    v.seconds = (int64_t)seconds;
    v.nanos = (int32_t)nanos;
    return v;
}

feel_value temporal_years_months(int64_t months)
{
    return (feel_value){ .kind = FEEL_YEARS_MONTHS, .months = months };
}

wide temporal_duration_ns(feel_value v)
{
    return (wide)v.seconds * NS_PER_SECOND + v.nanos;
}

int64_t temporal_seconds(feel_value v)
{
    int64_t seconds = date_to_days(v.date) * SECONDS_PER_DAY + v.ns / NS_PER_SECOND;
    return v.zone_kind == FEEL_ZONE_NONE ? seconds : seconds - v.offset_s;
}

static wide instant_ns(feel_value v)
{
    return (wide)temporal_seconds(v) * NS_PER_SECOND + v.ns % NS_PER_SECOND;
}

/* A wall reading from nanoseconds; null when the year leaves the range. */
static feel_value from_wall_ns(wide ns)
{
    wide days = ns / NS_PER_DAY;
    int64_t rest = (int64_t)(ns % NS_PER_DAY);
    if (rest < 0) {
        rest += NS_PER_DAY;
        days--;
    }
    if (days > days_max || days < -days_max)
        return feel_null();
    feel_value v = { .kind = FEEL_DATE_TIME };
    v.date = date_from_days((int64_t)days);
    v.ns = rest;
    if (v.date.year > YEAR_MAX || v.date.year < -YEAR_MAX)
        return feel_null();
    return v;
}

/* The instant `ns` shown where `like` hangs. */
static feel_value from_instant(wide ns, feel_value like)
{
    int32_t offset = like.zone_kind == FEEL_ZONE_NONE ? 0 : like.offset_s;
    if (like.zone_kind == FEEL_ZONE_NAMED)
        offset = tz_offset_at_s(like.zone, (int64_t)(ns / NS_PER_SECOND));
    feel_value v = from_wall_ns(ns + (wide)offset * NS_PER_SECOND);
    if (v.kind == FEEL_NULL)
        return v;
    v.zone_kind = like.zone_kind;
    v.offset_s = offset;
    v.zone = like.zone;
    return v;
}

/* In the hour that a clock going back shows twice, the first; in the hour that a clock going
 * forward skips, the reading moves on by the length of the gap. */
feel_value temporal_in_zone(feel_value v, const struct tz *zone)
{
    v.zone_kind = FEEL_ZONE_NAMED;
    v.zone = zone;
    if (v.kind == FEEL_TIME) {
        v.offset_s = tz_offset_at_s(zone, 946684800); /* no date: as at the start of 2000 */
        return v;
    }
    int64_t wall = date_to_days(v.date) * SECONDS_PER_DAY + v.ns / NS_PER_SECOND;
    v.offset_s = tz_offset_of_local_s(zone, wall);
    if (tz_offset_at_s(zone, wall - v.offset_s) != v.offset_s)
        return from_instant(instant_ns(v), v); /* skipped */
    return v;
}

feel_value feel_date_time_from_ms(int64_t ms, int32_t offset_s, const struct tz *zone)
{
    feel_value like = { .kind = FEEL_DATE_TIME, .offset_s = offset_s };
    like.zone_kind = zone ? FEEL_ZONE_NAMED : FEEL_ZONE_OFFSET;
    like.zone = zone;
    return from_instant((wide)ms * MS_PER_NS, like);
}

bool feel_date_time_to_ms(feel_value v, int64_t *ms)
{
    if (v.kind != FEEL_DATE_TIME || v.zone_kind == FEEL_ZONE_NONE)
        return false;
    wide ns = instant_ns(v);
    wide whole = ns / MS_PER_NS - (ns % MS_PER_NS < 0);
    if (whole > INT64_MAX || whole < INT64_MIN)
        return false;
    *ms = (int64_t)whole;
    return true;
}

/* Day 31 becomes the last day of a shorter month. */
static feel_value add_months(feel_value v, int64_t months)
{
    int64_t total;
    if (__builtin_add_overflow((int64_t)v.date.year * 12 + v.date.month - 1, months, &total))
        return feel_null();
    int64_t year = floor_div(total, 12);
    int month = (int)(total - year * 12) + 1;
    if (year > YEAR_MAX || year < -YEAR_MAX)
        return feel_null();
    int last = date_days_in_month(year, month);
    v.date.year = (int32_t)year;
    v.date.month = (uint8_t)month;
    if (v.date.day > last)
        v.date.day = (uint8_t)last;
    return v.kind == FEEL_DATE_TIME && v.zone_kind == FEEL_ZONE_NAMED ? temporal_in_zone(v, v.zone)
                                                                     : v;
}

static feel_value add_ns(feel_value v, wide ns)
{
    if (v.kind == FEEL_TIME) {
        int64_t sum = (int64_t)((v.ns + ns) % NS_PER_DAY);
        v.ns = sum < 0 ? sum + NS_PER_DAY : sum;
        return v;
    }
    if (v.kind == FEEL_DATE_TIME)
        return from_instant(instant_ns(v) + ns, v);
    wide midnight = (wide)date_to_days(v.date) * NS_PER_DAY;
    feel_value sum = from_wall_ns(midnight + ns);
    if (sum.kind == FEEL_DATE_TIME)
        sum.kind = FEEL_DATE, sum.ns = 0;
    return sum;
}

static bool is_point(feel_value v)
{
    return v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME;
}

feel_value temporal_negate(feel_value v)
{
    if (v.kind == FEEL_YEARS_MONTHS)
        return temporal_years_months(-v.months);
    if (v.kind == FEEL_DAYS_TIME)
        return temporal_days_time(-temporal_duration_ns(v));
    return feel_null();
}

feel_value temporal_add(feel_value a, feel_value b)
{
    if (b.kind != FEEL_YEARS_MONTHS && b.kind != FEEL_DAYS_TIME) {
        if (a.kind != FEEL_YEARS_MONTHS && a.kind != FEEL_DAYS_TIME)
            return feel_null();
        feel_value swap = a;
        a = b;
        b = swap;
    }
    if (b.kind == FEEL_YEARS_MONTHS) {
        if (is_point(a))
            return add_months(a, b.months);
        int64_t sum;
        if (a.kind == FEEL_YEARS_MONTHS && !__builtin_add_overflow(a.months, b.months, &sum))
            return temporal_years_months(sum);
        return feel_null();
    }
    wide ns = temporal_duration_ns(b);
    if (a.kind == FEEL_DAYS_TIME)
        return temporal_days_time(temporal_duration_ns(a) + ns);
    return is_point(a) || a.kind == FEEL_TIME ? add_ns(a, ns) : feel_null();
}

/* A date beside a date-time counts as midnight UTC. */
static feel_value as_date_time(feel_value v)
{
    if (v.kind == FEEL_DATE) {
        v.kind = FEEL_DATE_TIME;
        v.ns = 0;
        v = temporal_with_offset(v, 0);
    }
    return v;
}

static wide time_ns(feel_value v)
{
    return v.zone_kind == FEEL_ZONE_NONE ? v.ns : v.ns - v.offset_s * NS_PER_SECOND;
}

feel_value temporal_subtract(feel_value a, feel_value b)
{
    if (b.kind == FEEL_YEARS_MONTHS || b.kind == FEEL_DAYS_TIME) {
        if ((a.kind == FEEL_YEARS_MONTHS || a.kind == FEEL_DAYS_TIME) && a.kind != b.kind)
            return feel_null();
        return temporal_add(a, temporal_negate(b));
    }
    if (a.kind == FEEL_TIME && b.kind == FEEL_TIME)
        return (a.zone_kind == FEEL_ZONE_NONE) == (b.zone_kind == FEEL_ZONE_NONE)
            ? temporal_days_time(time_ns(a) - time_ns(b))
            : feel_null();
    if (!is_point(a) || !is_point(b))
        return feel_null();
    a = as_date_time(a);
    b = as_date_time(b);
    if ((a.zone_kind == FEEL_ZONE_NONE) != (b.zone_kind == FEEL_ZONE_NONE))
        return feel_null();
    return temporal_days_time(instant_ns(a) - instant_ns(b));
}

/* Seconds as a number, exactly; only called for results that fit. */
static feel_value duration_number(feel_value v)
{
    if (v.kind == FEEL_YEARS_MONTHS)
        return feel_integer(v.months);
    feel_value seconds = feel_integer(v.seconds);
    return v.nanos ? number_add(seconds, feel_decimal(v.nanos, 9)) : seconds;
}

static feel_value number_duration(feel_value n, uint8_t kind)
{
    int64_t whole, nanos;
    if (n.kind != FEEL_NUMBER)
        return feel_null();
    if (kind == FEEL_YEARS_MONTHS)
        return feel_to_int64(number_round(n, 0, NUMBER_DOWN), &whole)
            ? temporal_years_months(whole)
            : feel_null();
    feel_value floor = number_floor(n);
    feel_value rest = number_multiply(number_subtract(n, floor), feel_integer(NS_PER_SECOND));
    if (!feel_to_int64(floor, &whole) || !feel_to_int64(number_round(rest, 0, NUMBER_DOWN), &nanos))
        return feel_null();
    return temporal_days_time((wide)whole * NS_PER_SECOND + nanos);
}

feel_value temporal_multiply(feel_value duration, feel_value number)
{
    return number_duration(number_multiply(duration_number(duration), number), duration.kind);
}

feel_value temporal_divide(feel_value duration, feel_value by)
{
    if (by.kind == FEEL_NUMBER) {
        feel_value n = number_divide(duration_number(duration), by);
        return feel_is_null(n) ? n : number_duration(n, duration.kind);
    }
    if (by.kind != duration.kind)
        return feel_null();
    return number_divide(duration_number(duration), duration_number(by));
}

/* Whole months from one date to the other, toward zero; times of day and zones do not count
 * (clause 10.3.4.1). */
feel_value temporal_years_months_between(feel_value from, feel_value to)
{
    if (!is_point(from) || !is_point(to))
        return feel_null();
    int64_t months = ((int64_t)to.date.year - from.date.year) * 12 + to.date.month
        - from.date.month;
    if (months > 0 && to.date.day < from.date.day)
        months--;
    if (months < 0 && to.date.day > from.date.day)
        months++;
    return temporal_years_months(months);
}

static int compare_wide(wide a, wide b)
{
    return (a > b) - (a < b);
}

bool temporal_order(feel_value a, feel_value b, int *order)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == FEEL_DATE)
        *order = compare_wide(date_to_days(a.date), date_to_days(b.date));
    else if (a.kind == FEEL_YEARS_MONTHS)
        *order = compare_wide(a.months, b.months);
    else if (a.kind == FEEL_DAYS_TIME)
        *order = compare_wide(temporal_duration_ns(a), temporal_duration_ns(b));
    else if ((a.zone_kind == FEEL_ZONE_NONE) != (b.zone_kind == FEEL_ZONE_NONE))
        return false;
    else if (a.kind == FEEL_TIME)
        *order = compare_wide(time_ns(a), time_ns(b));
    else if (a.kind == FEEL_DATE_TIME)
        *order = compare_wide(instant_ns(a), instant_ns(b));
    else
        return false;
    return true;
}

static bool duration_property(feel_value v, str name, feel_value *out)
{
    if (v.kind == FEEL_YEARS_MONTHS) {
        if (str_is(name, "years"))
            *out = feel_integer(v.months / 12);
        else if (str_is(name, "months"))
            *out = feel_integer(v.months % 12);
        else
            return false;
        return true;
    }
    wide ns = temporal_duration_ns(v);
    int64_t seconds = (int64_t)(ns / NS_PER_SECOND);
    if (str_is(name, "days"))
        *out = feel_integer(seconds / SECONDS_PER_DAY);
    else if (str_is(name, "hours"))
        *out = feel_integer(seconds / 3600 % 24);
    else if (str_is(name, "minutes"))
        *out = feel_integer(seconds / 60 % 60);
    else if (str_is(name, "seconds"))
        *out = number_add(feel_integer(seconds % 60),
            feel_decimal((int64_t)(ns % NS_PER_SECOND), 9));
    else
        return false;
    return true;
}

static bool date_property(feel_value v, str name, feel_value *out)
{
    if (str_is(name, "year"))
        *out = feel_integer(v.date.year);
    else if (str_is(name, "month"))
        *out = feel_integer(v.date.month);
    else if (str_is(name, "day"))
        *out = feel_integer(v.date.day);
    else if (str_is(name, "weekday"))
        *out = feel_integer(date_weekday(date_to_days(v.date)));
    else
        return false;
    return true;
}

static bool time_property(struct arena *a, feel_value v, str name, feel_value *out)
{
    int64_t seconds = v.ns / NS_PER_SECOND;
    if (str_is(name, "hour"))
        *out = feel_integer(seconds / 3600);
    else if (str_is(name, "minute"))
        *out = feel_integer(seconds / 60 % 60);
    else if (str_is(name, "second"))
        *out = v.ns % NS_PER_SECOND
            ? number_add(feel_integer(seconds % 60), feel_decimal(v.ns % NS_PER_SECOND, 9))
            : feel_integer(seconds % 60);
    else if (str_is(name, "time offset"))
        *out = v.zone_kind == FEEL_ZONE_NONE
            ? feel_null()
            : temporal_days_time((wide)v.offset_s * NS_PER_SECOND);
    else if (str_is(name, "timezone"))
        *out = v.zone_kind == FEEL_ZONE_NAMED ? feel_string(str_copy(a, tz_name(v.zone)))
                                              : feel_null();
    else
        return false;
    return true;
}

bool temporal_property(struct arena *a, feel_value v, str name, feel_value *out)
{
    if (v.kind == FEEL_YEARS_MONTHS || v.kind == FEEL_DAYS_TIME)
        return duration_property(v, name, out);
    if (is_point(v) && date_property(v, name, out))
        return true;
    return (v.kind == FEEL_TIME || v.kind == FEEL_DATE_TIME) && time_property(a, v, name, out);
}
