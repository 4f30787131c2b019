/*
 * Time. An instant is a 64-bit count of milliseconds since 1970-01-01T00:00:00Z. A date is a day of
 * the proleptic Gregorian calendar, also counted as days since 1970-01-01, which makes adding and
 * comparing plain arithmetic. What clock hangs on the wall is the business of a time zone (tz.h).
 */
#ifndef JUNMA_BASE_DATE_H
#define JUNMA_BASE_DATE_H

#include "base/text.h"

enum { MS_PER_SECOND = 1000, MS_PER_MINUTE = 60000, MS_PER_HOUR = 3600000, MS_PER_DAY = 86400000 };

/* Quotient rounded down, so that days and seconds before 1970 fall into the right day. b > 0. */
static inline int64_t date_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct date {
    int32_t year;
    uint8_t month, day; /* from 1 */
};

/* Days since 1970-01-01; any valid date of years ±999,999,999. */
int64_t date_to_days(struct date d);
struct date date_from_days(int64_t days);
bool date_is_valid(int64_t year, int month, int day);
int date_days_in_month(int64_t year, int month);
bool date_is_leap(int64_t year);
/* 1 = Monday .. 7 = Sunday (ISO 8601). */
int date_weekday(int64_t days);

/* "2026-11-23", years 0000-9999 only; the whole text. */
bool date_parse(str s, struct date *out);
str date_format(struct arena *a, struct date d);

/* RFC 3339, always with an offset: "2026-11-23T09:30:00+08:00", fraction of up to 9 digits (cut to
 * ms), "Z" allowed. */
bool instant_parse(str s, int64_t *ms);
/* With the given offset in seconds east of UTC, cut to whole minutes; ms are written only when not
 * zero. */
str instant_format(struct arena *a, int64_t ms, int offset_s);

#endif
