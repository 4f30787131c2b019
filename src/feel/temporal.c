/*
 * Reading and writing of temporal literals. The forms are those of XML Schema part 2 as FEEL
 * narrows them: no plus sign before a year, no year with needless leading zeros, seconds always
 * there, an offset or "@Area/City" but not both, hours below 24.
 */
#include "feel/temporal.h"

#include <string.h>

enum { OFFSET_MAX_S = 18 * 3600, YEAR_MAX = 999999999 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(str *s, char c)
{
    if (!s->bytes || s->data[0] != c)
        return false;
    *s = (str){ s->data + 1, s->bytes - 1 };
    return true;
}

static bool take_two(str *s, int64_t *out)
{
    if (s->bytes < 2 || !is_digit(s->data[0]) || !is_digit(s->data[1]))
        return false;
    *out = (s->data[0] - '0') * 10 + (s->data[1] - '0');
    *s = (str){ s->data + 2, s->bytes - 2 };
    return true;
}

/* Digits up to what 64 bits hold; how many there were. 0: none or too large. */
static size_t take_digits(str *s, int64_t *out)
{
    size_t n = 0;
    int64_t value = 0;
    while (n < s->bytes && is_digit(s->data[n])) {
        if (__builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, s->data[n] - '0', &value))
            return 0;
        n++;
    }
    *s = (str){ s->data + n, s->bytes - n };
    *out = value;
    return n;
}

static bool take_date(str *s, struct date *out)
{
    bool negative = take(s, '-');
    str year_text = *s;
    int64_t year, month, day;
    size_t digits = take_digits(s, &year);
    if (digits < 4 || digits > 9 || (digits > 4 && year_text.data[0] == '0') || !take(s, '-')
        || !take_two(s, &month) || !take(s, '-') || !take_two(s, &day))
        return false;
    if (negative)
        year = -year;
    if (!date_is_valid(year, (int)month, (int)day))
        return false;
    *out = (struct date){ (int32_t)year, (uint8_t)month, (uint8_t)day };
    return true;
}

/* ".5" to nanoseconds; further digits are cut. XML Schema's duration allows "0.S". */
static bool take_fraction(str *s, int64_t *nanos)
{
    *nanos = 0;
    if (!take(s, '.'))
        return true;
    if (s->bytes && s->data[0] == 'S')
        return true;
    int64_t unit = NS_PER_SECOND / 10;
    size_t n = 0;
    for (; n < s->bytes && is_digit(s->data[n]); n++) {
        *nanos += unit * (s->data[n] - '0');
        unit /= 10;
    }
    *s = (str){ s->data + n, s->bytes - n };
    return n > 0;
}

/* "Z", "+08:00", "-05:30:15", "@Area/City" or nothing; uses up the text. */
static bool take_zone(str s, struct feel_zones *zones, feel_value *v)
{
    if (!s.bytes)
        return true;
    if (take(&s, '@')) {
        const struct tz *zone = zones ? feel_zone_find(zones, s) : NULL;
        if (zone)
            *v = temporal_in_zone(*v, zone);
        return zone != NULL;
    }
    int64_t hour = 0, minute = 0, second = 0;
    bool zulu = take(&s, 'Z') || take(&s, 'z'), negative = false;
    if (!zulu) {
        negative = take(&s, '-');
        if ((!negative && !take(&s, '+')) || !take_two(&s, &hour) || !take(&s, ':')
            || !take_two(&s, &minute) || (take(&s, ':') && !take_two(&s, &second)) || minute > 59
            || second > 59)
            return false;
    }
    int64_t offset = hour * 3600 + minute * 60 + second;
    *v = temporal_with_offset(*v, negative ? -offset : offset);
    return !s.bytes && v->kind != FEEL_NULL;
}

static bool take_clock(str *s, feel_value *v)
{
    int64_t hour, minute, second, nanos;
    if (!take_two(s, &hour) || !take(s, ':') || !take_two(s, &minute) || !take(s, ':')
        || !take_two(s, &second) || !take_fraction(s, &nanos))
        return false;
    bool end_of_day = hour == 24 && !minute && !second && !nanos;
    *v = temporal_time(end_of_day ? 0 : hour, minute, second, nanos);
    if (end_of_day)
        v->ns = NS_PER_DAY;
    return v->kind != FEEL_NULL;
}

feel_value temporal_parse_date(str s)
{
    struct date d;
    return take_date(&s, &d) && !s.bytes ? feel_date(d) : feel_null();
}

feel_value temporal_parse_time(str s, struct feel_zones *zones)
{
    feel_value v;
    (void)take(&s, 'T');
    return take_clock(&s, &v) && v.ns < NS_PER_DAY && take_zone(s, zones, &v) ? v : feel_null();
}

feel_value temporal_parse_date_time(str s, struct feel_zones *zones)
{
    struct date d;
    if (!take_date(&s, &d))
        return feel_null();
    feel_value v = { .kind = FEEL_DATE_TIME };
    if (s.bytes) {
        feel_value clock;
        if (!take(&s, 'T') || !take_clock(&s, &clock))
            return feel_null();
        v.ns = clock.ns;
    }
    v.date = d;
    if (v.ns == NS_PER_DAY) { /* 24:00:00 is the next day's midnight */
        v.ns = 0;
        v.date = date_from_days(date_to_days(d) + 1);
        if (v.date.year > YEAR_MAX)
            return feel_null();
    }
    return take_zone(s, zones, &v) ? v : feel_null();
}

/* One "12H" part; false when the text does not go on with digits and this letter. */
static bool take_part(str *s, char letter, int64_t *out)
{
    str rest = *s;
    int64_t n;
    if (!take_digits(&rest, &n) || !take(&rest, letter))
        return false;
    *out = n;
    *s = rest;
    return true;
}

static bool take_seconds_part(str *s, int64_t *seconds, int64_t *nanos)
{
    str rest = *s;
    int64_t n, fraction;
    if (!take_digits(&rest, &n) || !take_fraction(&rest, &fraction) || !take(&rest, 'S'))
        return false;
    *seconds = n;
    *nanos = fraction;
    *s = rest;
    return true;
}

feel_value temporal_parse_duration(str s)
{
    bool negative = take(&s, '-');
    if (!take(&s, 'P'))
        return feel_null();
    int64_t years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0, nanos = 0;
    bool y = take_part(&s, 'Y', &years), m = take_part(&s, 'M', &months);
    bool has_days = take_part(&s, 'D', &days), has_time = false;
    if (take(&s, 'T')) {
        bool h = take_part(&s, 'H', &hours), n = take_part(&s, 'M', &minutes);
        bool sec = take_seconds_part(&s, &seconds, &nanos);
        has_time = h || n || sec;
        if (!has_time)
            return feel_null();
    }
    if (s.bytes || (y || m) == (has_days || has_time))
        return feel_null();
    if (y || m) {
        wide total = (wide)years * 12 + months;
        if (total > (wide)YEAR_MAX * 24)
            return feel_null();
        return temporal_years_months(negative ? -(int64_t)total : (int64_t)total);
    }
    wide total = (wide)days * SECONDS_PER_DAY + (wide)hours * 3600
        + (wide)minutes * 60 + seconds;
    if (total > INT64_MAX / 4)
        return feel_null();
    total = total * NS_PER_SECOND + nanos;
    return temporal_days_time(negative ? -total : total);
}

feel_value temporal_parse_at(str s, struct feel_zones *zones)
{
    feel_value v = temporal_parse_duration(s);
    if (v.kind == FEEL_NULL)
        v = temporal_parse_date(s);
    if (v.kind == FEEL_NULL)
        v = temporal_parse_time(s, zones);
    if (v.kind == FEEL_NULL && str_find(s, STR("T"), 0) > 0)
        v = temporal_parse_date_time(s, zones);
    return v;
}

static void write_date(struct buf *b, struct date d)
{
    int64_t year = d.year;
    buf_printf(b, "%s%04lld-%02d-%02d", year < 0 ? "-" : "", (long long)(year < 0 ? -year : year),
        d.month, d.day);
}

static void write_fraction(struct buf *b, int64_t nanos)
{
    if (!nanos)
        return;
    int digits = 9;
    while (nanos % 10 == 0) {
        nanos /= 10;
        digits--;
    }
    buf_printf(b, ".%0*lld", digits, (long long)nanos);
}

static void write_clock(struct buf *b, feel_value v)
{
    int64_t second = v.ns / NS_PER_SECOND;
    buf_printf(b, "%02d:%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60),
        (int)(second % 60));
    write_fraction(b, v.ns % NS_PER_SECOND);
    switch ((enum feel_zone_kind)v.zone_kind) {
    case FEEL_ZONE_NONE: return;
    case FEEL_ZONE_NAMED:
        buf_add_char(b, '@');
        buf_add(b, tz_name(v.zone));
        return;
    case FEEL_ZONE_OFFSET: break;
    }
    if (v.offset_s == 0) {
        buf_add_char(b, 'Z');
        return;
    }
    int32_t offset = v.offset_s < 0 ? -v.offset_s : v.offset_s;
    buf_printf(b, "%c%02d:%02d", v.offset_s < 0 ? '-' : '+', offset / 3600, offset / 60 % 60);
    if (offset % 60)
        buf_printf(b, ":%02d", offset % 60);
}

static void write_days_time(struct buf *b, feel_value v)
{
    wide ns = temporal_duration_ns(v);
    if (ns == 0) {
        buf_add(b, STR("PT0S"));
        return;
    }
    if (ns < 0) {
        buf_add_char(b, '-');
        ns = -ns;
    }
    int64_t seconds = (int64_t)(ns / NS_PER_SECOND), nanos = (int64_t)(ns % NS_PER_SECOND);
    buf_add_char(b, 'P');
    if (seconds / SECONDS_PER_DAY)
        buf_printf(b, "%lldD", (long long)(seconds / SECONDS_PER_DAY));
    int rest = (int)(seconds % SECONDS_PER_DAY);
    if (rest || nanos)
        buf_add_char(b, 'T');
    if (rest / 3600)
        buf_printf(b, "%dH", rest / 3600);
    if (rest / 60 % 60)
        buf_printf(b, "%dM", rest / 60 % 60);
    if (rest % 60 || nanos) {
        buf_printf(b, "%d", rest % 60);
        write_fraction(b, nanos);
        buf_add_char(b, 'S');
    }
}

static void write_years_months(struct buf *b, int64_t months)
{
    if (months < 0)
        buf_add_char(b, '-');
    int64_t total = months < 0 ? -months : months;
    buf_add_char(b, 'P');
    if (total / 12)
        buf_printf(b, "%lldY", (long long)(total / 12));
    if (total % 12 || !total)
        buf_printf(b, "%lldM", (long long)(total % 12));
}

void temporal_write(struct buf *b, feel_value v)
{
    if (v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME)
        write_date(b, v.date);
    if (v.kind == FEEL_DATE_TIME)
        buf_add_char(b, 'T');
    if (v.kind == FEEL_TIME || v.kind == FEEL_DATE_TIME)
        write_clock(b, v);
    if (v.kind == FEEL_DAYS_TIME)
        write_days_time(b, v);
    if (v.kind == FEEL_YEARS_MONTHS)
        write_years_months(b, v.months);
}

feel_value temporal_time(int64_t hour, int64_t minute, int64_t second, int64_t nanos)
{
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return feel_null();
    return (feel_value){ .kind = FEEL_TIME,
        .ns = (hour * 3600 + minute * 60 + second) * NS_PER_SECOND + nanos };
}

feel_value temporal_with_offset(feel_value v, int64_t offset_s)
{
    if (offset_s < -OFFSET_MAX_S || offset_s > OFFSET_MAX_S)
        return feel_null();
    v.zone_kind = FEEL_ZONE_OFFSET;
    v.offset_s = (int32_t)offset_s;
    v.zone = NULL;
    return v;
}

feel_value temporal_date_time(feel_value date, feel_value time)
{
    feel_value v = time;
    v.kind = FEEL_DATE_TIME;
    v.date = date.date;
    return v.zone_kind == FEEL_ZONE_NAMED ? temporal_in_zone(v, v.zone) : v;
}
