/*
 * Built-ins that make and read dates, times and durations (clauses 10.3.4.1, 10.3.4.8, 10.3.4.9).
 */
#include "feel/builtins.h"

/* date or date-time, singleton list taken apart */
static feel_value point(feel_value v)
{
    v = arg_of(v, FEEL_DATE);
    return arg_of(v, FEEL_DATE_TIME);
}

static feel_value date_of_parts(const feel_value *args)
{
    int64_t year, month, day;
    feel_value n[3];
    for (int i = 0; i < 3; i++)
        if (!arg_number(args[i], &n[i]))
            return feel_null();
    if (!feel_to_int64(n[0], &year) || !feel_to_int64(n[1], &month) || !feel_to_int64(n[2], &day)
        || month < 1 || month > 12 || day < 1 || day > 31
        || !date_is_valid(year, (int)month, (int)day))
        return feel_null();
    return feel_date((struct date){ (int32_t)year, (uint8_t)month, (uint8_t)day });
}

BUILTIN(date)
{
    str s;
    feel_value v;
    if (count == 3) {
        *out = date_of_parts(args);
    } else if (count == 1 && arg_text(args[0], &s)) {
        *out = temporal_parse_date(s);
    } else if (count == 1) {
        v = point(args[0]);
        if (v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME)
            *out = feel_date(v.date);
    }
    return out->kind == FEEL_NULL ? invalid(m, "date") : OK;
}

/* Hour and minute are whole; the second may have a fraction. */
static feel_value time_of_parts(const feel_value *args)
{
    feel_value h, min, s;
    int64_t hour, minute, second, nanos;
    if (!arg_number(args[0], &h) || !arg_number(args[1], &min) || !arg_number(args[2], &s)
        || !feel_to_int64(h, &hour) || !feel_to_int64(min, &minute))
        return feel_null();
    feel_value whole = number_floor(s);
    feel_value rest = number_multiply(number_subtract(s, whole), feel_integer(NS_PER_SECOND));
    if (!feel_to_int64(whole, &second)
        || !feel_to_int64(number_round(rest, 0, NUMBER_DOWN), &nanos))
        return feel_null();
    return temporal_time(hour, minute, second, nanos);
}

static feel_value with_offset(feel_value v, feel_value offset)
{
    offset = arg_of(offset, FEEL_DAYS_TIME);
    if (v.kind == FEEL_NULL || offset.kind == FEEL_NULL)
        return v;
    if (offset.kind != FEEL_DAYS_TIME || offset.nanos)
        return feel_null();
    return temporal_with_offset(v, offset.seconds);
}

static feel_value time_of(feel_value v)
{
    if (v.kind == FEEL_TIME)
        return v;
    if (v.kind == FEEL_DATE)
        return temporal_with_offset(temporal_time(0, 0, 0, 0), 0);
    if (v.kind != FEEL_DATE_TIME)
        return feel_null();
    v.kind = FEEL_TIME;
    v.date = (struct date){ 0 };
    return v;
}

BUILTIN(time)
{
    str s;
    if (count >= 3)
        *out = with_offset(time_of_parts(args), count > 3 ? args[3] : feel_null());
    else if (count == 1 && arg_text(args[0], &s))
        *out = temporal_parse_time(s, m->env->zones);
    else if (count == 1)
        *out = time_of(point(arg_of(args[0], FEEL_TIME)));
    return out->kind == FEEL_NULL ? invalid(m, "time") : OK;
}

static feel_value parts_date_time(
    struct feel_machine *m, const feel_value *args, size_t count)
{
    feel_value date = date_of_parts(args), time = time_of_parts(args + 3);
    str zone;
    if (date.kind == FEEL_NULL || time.kind == FEEL_NULL)
        return feel_null();
    feel_value v = temporal_date_time(date, time);
    if (count < 7 || args[6].kind == FEEL_NULL)
        return v;
    if (!arg_text(args[6], &zone))
        return with_offset(v, args[6]);
    const struct tz *named = feel_zone_find(m->env->zones, zone);
    return named ? temporal_in_zone(v, named) : feel_null();
}

/* date and time(from) | (date, time) | (date, timezone) | (year … second [, offset | timezone]) */
BUILTIN(date_and_time)
{
    str s;
    if (count >= 6) {
        *out = parts_date_time(m, args, count);
    } else if (count == 1) {
        feel_value v = point(args[0]);
        if (arg_text(args[0], &s))
            *out = temporal_parse_date_time(s, m->env->zones);
        else if (v.kind == FEEL_DATE_TIME)
            *out = v;
        else if (v.kind == FEEL_DATE)
            *out = temporal_date_time(v, temporal_with_offset(temporal_time(0, 0, 0, 0), 0));
    } else if (count == 2) {
        feel_value date = point(args[0]), time = arg_of(args[1], FEEL_TIME);
        if ((date.kind == FEEL_DATE || date.kind == FEEL_DATE_TIME) && time.kind == FEEL_TIME)
            *out = temporal_date_time(date, time);
    }
    return out->kind == FEEL_NULL ? invalid(m, "date and time") : OK;
}

BUILTIN(duration)
{
    str s;
    (void)count;
    feel_value v = arg_of(arg_of(args[0], FEEL_DAYS_TIME), FEEL_YEARS_MONTHS);
    if (arg_text(args[0], &s))
        *out = temporal_parse_duration(s);
    else if (v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS)
        *out = v;
    return out->kind == FEEL_NULL ? invalid(m, "duration") : OK;
}

BUILTIN(years_and_months)
{
    (void)count;
    *out = temporal_years_months_between(point(args[0]), point(args[1]));
    return out->kind == FEEL_NULL ? invalid(m, "years and months duration") : OK;
}

BUILTIN(now)
{
    (void)args, (void)count;
    *out = m->env->now;
    return OK;
}

BUILTIN(today)
{
    (void)args, (void)count;
    if (m->env->now.kind == FEEL_DATE_TIME)
        *out = feel_date(m->env->now.date);
    return OK;
}

static bool day_of(feel_value v, struct date *d)
{
    v = point(v);
    *d = v.date;
    return v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME;
}

static int64_t year_day(struct date d)
{
    return date_to_days(d) - date_to_days((struct date){ d.year, 1, 1 }) + 1;
}

BUILTIN(day_of_year)
{
    struct date d;
    (void)count;
    if (!day_of(args[0], &d))
        return invalid(m, "day of year");
    *out = feel_integer(year_day(d));
    return OK;
}

BUILTIN(day_of_week)
{
    static const char *const names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
        "Saturday", "Sunday" };
    struct date d;
    (void)count;
    if (!day_of(args[0], &d))
        return invalid(m, "day of week");
    *out = feel_string(str_from(names[date_weekday(date_to_days(d)) - 1]));
    return OK;
}

BUILTIN(month_of_year)
{
    static const char *const names[] = { "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December" };
    struct date d;
    (void)count;
    if (!day_of(args[0], &d))
        return invalid(m, "month of year");
    *out = feel_string(str_from(names[d.month - 1]));
    return OK;
}

/* ISO 8601: the week that holds the year's first Thursday is week 1. */
BUILTIN(week_of_year)
{
    struct date d;
    (void)count;
    if (!day_of(args[0], &d))
        return invalid(m, "week of year");
    int64_t days = date_to_days(d);
    int64_t thursday = days - date_weekday(days) + 4;
    *out = feel_integer((year_day(date_from_days(thursday)) - 1) / 7 + 1);
    return OK;
}
