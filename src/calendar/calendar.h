/*
 * Working days and office hours by the State Council's yearly notices. Pure: no clock, no files;
 * the text of the year documents is handed in, the calendar is made once in an arena and is
 * immutable afterwards (any number of threads may read it).
 *
 *     a day is working  =  it is a make-up day, or Monday to Friday and not off
 *
 * A day is counted as days since 1970-01-01 on the wall of the zone (base/tz.h turns an instant
 * into one). Beyond the years for which a notice is loaded Monday to Friday are *assumed* to be
 * working days, and every result that leans on such a day says so: it is provisional.
 * The next year's notice may still change the last days of December; its document is loaded after
 * and wins.
 *
 * Year document (JSON), one a year, no year left out between the first and the last:
 *     { "year": 2026,
 *       "notices": [ { "number": "国办发明电〔2025〕7号", "document": "content_7047091" } ],
 *       "off":  { "元旦": ["2026-01-01..2026-01-03"], … },      a day or a range, ends included
 *       "work": { "元旦": ["2026-01-04"], … } }                  make-up days and whose they are
 * "number" may be absent, and so may "work". Dates lie in the year or in the December before it.
 * Names document: { "元旦": "New Year's Day", … }.
 *
 * Law: 民法典 art. 201 (the day it starts is not counted), art. 203 (a last day that is a day off
 * moves to the next working day, for limits in calendar days); 行政许可法 art. 82 (days are
 * working days).
 */
#ifndef JUNMA_CALENDAR_CALENDAR_H
#define JUNMA_CALENDAR_CALENDAR_H

#include "base/err.h"
#include "base/tz.h"

enum {
    CALENDAR_YEARS_MAX = 400,
    CALENDAR_ADD_DAYS_MAX = 100000,
    CALENDAR_ADD_MINUTES_MAX = 10000000,
    CALENDAR_STEPS_MAX = 4000, /* days in one explanation */
    OFFICE_SPANS_MAX = 4,
};

struct calendar;

/* A document as it stands in the pack; file is named in faults. */
struct calendar_document {
    const char *file;
    str text;
};

/* Makes a calendar of the year documents (any order; none at all is allowed: then every day is
 * provisional) and the English names (NULL: the Chinese name serves for both). Texts are copied.
 * ERR_SYNTAX, ERR_INVALID, ERR_LIMIT with file and what would be right. */
MUST_USE enum err calendar_make(struct arena *a, const struct calendar_document *years,
    size_t count, const struct calendar_document *names, const struct calendar **out,
    struct diag *d);

/* First and last year with a notice; 0 when there is none. */
int calendar_first_year(const struct calendar *c);
int calendar_last_year(const struct calendar *c);

struct calendar_notice {
    str number;   /* "国办发明电〔2025〕7号", or empty when not recorded */
    str document; /* identifier of the page at gov.cn */
};
/* The notices a year rests on; borrowed from the calendar. 0 when the year is not published. */
size_t calendar_notices(
    const struct calendar *c, int year, const struct calendar_notice **notices);

enum calendar_day_kind {
    CALENDAR_WORKING, /* an ordinary working day */
    CALENDAR_WEEKEND,
    CALENDAR_HOLIDAY, /* off by a notice, Saturdays and Sundays in it too */
    CALENDAR_MAKEUP,  /* worked by a notice, to make up for a holiday */
};

struct calendar_day {
    enum calendar_day_kind kind;
    bool provisional;
    str name_zh, name_en; /* of the holiday, for HOLIDAY and MAKEUP; else empty */
};

struct calendar_day calendar_day(const struct calendar *c, int64_t days);
bool calendar_is_working(const struct calendar *c, int64_t days);
/* True when a day from `from` to `to` (either order, ends included) is not covered by a notice. */
bool calendar_is_provisional(const struct calendar *c, int64_t from, int64_t to);

/* The n-th working day after start, start itself not counted; for n < 0 the n-th before; n = 0 is
 * start. provisional may be NULL. ERR_LIMIT when |n| > CALENDAR_ADD_DAYS_MAX. */
MUST_USE enum err calendar_add_days(const struct calendar *c, int64_t start, int64_t n,
    int64_t *due, bool *provisional, struct diag *d);
/* Working days in (from, to]; for to < from the negative of those in (to, from]. */
int64_t calendar_days_between(const struct calendar *c, int64_t from, int64_t to);
/* Limits in calendar days: start + n, moved to the next working day when that is a day off.
 * n >= 0. */
MUST_USE enum err calendar_add_calendar_days(const struct calendar *c, int64_t start, int64_t n,
    int64_t *due, bool *provisional, struct diag *d);

/* Spans of the wall clock that count on each working day, ascending, apart. */
struct office_hours {
    struct {
        int from_minute, to_minute; /* of the day: 08:30 is 510; to_minute at most 1440 */
    } spans[OFFICE_SPANS_MAX];
    size_t count;
    int minutes; /* of all spans together, at least 1 */
};

/* From texts such as "08:30-12:00", "13:30-17:30"; "24:00" may end a span. ERR_INVALID names the
 * span and what is wrong with it; ERR_LIMIT for more than OFFICE_SPANS_MAX. */
MUST_USE enum err office_hours_parse(
    const str *spans, size_t count, struct office_hours *out, struct diag *d);

/* What it takes to count office time; a small value that borrows. Time is counted as the wall
 * clock shows it. */
struct calendar_clock {
    const struct calendar *calendar;
    const struct tz *tz;
    struct office_hours hours;
};

/* The instant by which that much office time has passed since `from`; outside office hours the
 * count starts at the next opening, and an end at a closing stays at that closing. Negative counts
 * go back; 0 is `from` itself. ERR_LIMIT when |minutes| > CALENDAR_ADD_MINUTES_MAX or `from` is
 * outside years 0000 to 9999. */
MUST_USE enum err calendar_add_minutes(const struct calendar_clock *c, int64_t from_ms,
    int64_t minutes, int64_t *due_ms, bool *provisional, struct diag *d);
/* The same to the millisecond, so that a clock stopped and started again loses nothing. */
MUST_USE enum err calendar_add_office_ms(const struct calendar_clock *c, int64_t from_ms,
    int64_t office_ms, int64_t *due_ms, bool *provisional, struct diag *d);
/* Office time from one instant to another; negative when reversed. Minutes are cut towards 0. */
int64_t calendar_minutes_between(const struct calendar_clock *c, int64_t from_ms, int64_t to_ms);
int64_t calendar_office_ms_between(
    const struct calendar_clock *c, int64_t from_ms, int64_t to_ms);

/* Opening and closing of the office on that day, working day or not. */
int64_t calendar_open_ms(const struct calendar_clock *c, int64_t days);
int64_t calendar_close_ms(const struct calendar_clock *c, int64_t days);
bool calendar_is_open(const struct calendar_clock *c, int64_t ms);

/* How a deadline was counted, one step a day. */
struct calendar_step {
    int64_t days;
    struct calendar_day day;
    bool start;      /* the first step; for limits in days it is never counted */
    int64_t counted; /* working days (0 or 1) or office minutes of this day */
    int64_t total;   /* counted up to and with this day */
};

struct calendar_steps {
    const struct calendar_step *items; /* in the arena of the call */
    size_t count;
    bool cut; /* more than CALENDAR_STEPS_MAX days: the rest is not listed */
};

/* Every day from `from` to `to` (from <= to), with what it counted in (from, to]. ERR_MEMORY. */
MUST_USE enum err calendar_explain_days(const struct calendar *c, struct arena *a, int64_t from,
    int64_t to, struct calendar_steps *out, struct diag *d);
/* Every day on the wall from one instant to another (from <= to), with its office minutes. */
MUST_USE enum err calendar_explain_minutes(const struct calendar_clock *c, struct arena *a,
    int64_t from_ms, int64_t to_ms, struct calendar_steps *out, struct diag *d);

/* The office hours of one day that lie between two instants, each as an instant and minutes; none
 * on a day that is not worked. */
struct calendar_segment {
    int64_t from_ms, to_ms, minutes;
};
size_t calendar_segments(const struct calendar_clock *c, int64_t day, int64_t from_ms,
    int64_t to_ms, struct calendar_segment out[OFFICE_SPANS_MAX]);

#endif
