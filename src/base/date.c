/*
 * Civil dates by era arithmetic: a year that starts in March puts the leap day last, and 400 years
 * (one era) have exactly 146,097 days, so day and date turn into each other without a table.
 */
#include "base/date.h"

#include <stdio.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

bool date_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && date_is_leap(year) ? 29 : days[month - 1];
}

bool date_is_valid(int64_t year, int month, int day)
{
    return year >= -999999999 && year <= 999999999 && month >= 1 && month <= 12 && day >= 1
        && day <= date_days_in_month(year, month);
}

int64_t date_to_days(struct date d)
{
    int64_t year = d.year - (d.month <= 2);
    int64_t era = date_floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (d.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

struct date date_from_days(int64_t days)
{
    days += DAYS_TO_1970;
    int64_t era = date_floor_div(days, DAYS_PER_ERA);
    int64_t doe = days - era * DAYS_PER_ERA;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t month_from_march = (5 * doy + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return (struct date){
        .year = (int32_t)(yoe + era * 400 + (month <= 2)),
        .month = (uint8_t)month,
        .day = (uint8_t)(doy - (153 * month_from_march + 2) / 5 + 1),
    };
}

int date_weekday(int64_t days)
{
    int64_t since_monday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

/* Takes exactly `digits` digits off the front. */
static bool take_digits(str *s, int digits, int *out)
{
    if (s->bytes < (size_t)digits)
        return false;
    *out = 0;
    for (int i = 0; i < digits; i++) {
        int digit = s->data[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        *out = *out * 10 + digit;
    }
    *s = (str){ s->data + digits, s->bytes - (size_t)digits };
    return true;
}

static bool take_char(str *s, char c)
{
    if (!s->bytes || s->data[0] != c)
        return false;
    *s = (str){ s->data + 1, s->bytes - 1 };
    return true;
}

static bool take_date(str *s, struct date *out)
{
    int year, month, day;
    if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &month)
        || !take_char(s, '-') || !take_digits(s, 2, &day) || !date_is_valid(year, month, day))
        return false;
    *out = (struct date){ year, (uint8_t)month, (uint8_t)day };
    return true;
}

bool date_parse(str s, struct date *out)
{
    struct date d;
    if (!take_date(&s, &d) || s.bytes)
        return false;
    *out = d;
    return true;
}

str date_format(struct arena *a, struct date d)
{
    return str_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* ".123456789" to milliseconds, cut not rounded: an instant never moves forward by being written. */
static bool take_fraction(str *s, int *ms)
{
    *ms = 0;
    if (!take_char(s, '.'))
        return true;
    int digits = 0;
    for (int digit, scale = 100; digits <= 9 && take_digits(s, 1, &digit); digits++, scale /= 10)
        *ms += digit * scale;
    return digits >= 1 && digits <= 9;
}

static bool take_offset(str *s, int *offset_s)
{
    *offset_s = 0;
    if (take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    int hours, minutes;
    if (!sign || !take_digits(s, 2, &hours) || !take_char(s, ':') || !take_digits(s, 2, &minutes)
        || hours > 23 || minutes > 59)
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool instant_parse(str s, int64_t *ms)
{
    struct date d;
    int hour, minute, second, fraction, offset_s;
    if (!take_date(&s, &d) || !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' '))
        || !take_digits(&s, 2, &hour) || !take_char(&s, ':') || !take_digits(&s, 2, &minute)
        || !take_char(&s, ':') || !take_digits(&s, 2, &second) || !take_fraction(&s, &fraction)
        || !take_offset(&s, &offset_s) || s.bytes)
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t seconds = date_to_days(d) * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    *ms = seconds * 1000 + fraction;
    return true;
}

str instant_format(struct arena *a, int64_t ms, int offset_s)
{
    offset_s -= offset_s % 60; /* all that the form can say; older local times have seconds */
    int64_t local = ms + (int64_t)offset_s * 1000;
    int64_t days = date_floor_div(local, MS_PER_DAY);
    int rest = (int)(local - days * MS_PER_DAY);
    struct date d = date_from_days(days);
    char fraction[8] = "", zone[8] = "Z";
    if (rest % 1000)
        snprintf(fraction, sizeof fraction, ".%03d", rest % 1000);
    if (offset_s) {
        int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
        snprintf(zone, sizeof zone, "%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60 % 100,
            minutes % 60);
    }
    return str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", d.year, d.month, d.day, rest / MS_PER_HOUR,
        rest / MS_PER_MINUTE % 60, rest / 1000 % 60, fraction, zone);
}
