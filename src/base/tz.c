/*
 * Zones from TZif files.
 *
 *     file    = header(44) data(32-bit)  header(44) data(64-bit)  "\n" rule "\n"
 *     header  = "TZif" version(1) 15 unused bytes, then six counts of 4 bytes, big-endian:
 *               isutcnt isstdcnt leapcnt timecnt typecnt charcnt
 *     data    = timecnt x time(8; 4 in the first block)   when the clock is turned, ascending
 *               timecnt x type(1)                         the local time type from then on
 *               typecnt x { utoff(4) isdst(1) idx(1) }
 *               charcnt bytes of abbreviations, leap seconds, two rows of flags: not needed here
 *
 * The 32-bit block is jumped over. After the last time of the table the rule holds for ever; it
 * repeats with the Gregorian calendar every 400 years (which are whole weeks), so an instant of any
 * 64-bit value is first brought into one such cycle.
 *
 * Rule (POSIX TZ, as widened by RFC 8536 clause 3.3.1):
 *     std offset [ dst [ offset ] , start [ /time ] , end [ /time ] ]
 *     start, end = Mm.w.d | Jn | n;  offsets count west of Greenwich; times from -167 to 167 hours
 */
#include "base/tz.h"

#include <string.h>

#define DAY_S INT64_C(86400)
#define CYCLE_S (INT64_C(146097) * DAY_S)

enum {
    FILE_BYTES_MAX = 256 * 1024,
    HEADER_BYTES = 44,
    TIMES_MAX = 8192,
    OFFSET_MAX_S = 26 * 3600,
    EIGHT_HOURS_S = 8 * 3600,
};

enum day_form { DAY_MONTH_WEEK, DAY_JULIAN, DAY_ZERO_BASED };

struct turn_rule {
    enum day_form form;
    int month, week, day; /* day: weekday from 0 = Sunday, or day of the year */
    int time_s;
};

struct rule {
    bool present, has_dst;
    int std_s, dst_s; /* east of UTC */
    struct turn_rule start, end;
};

struct turn {
    int64_t at_s;
    int32_t offset_s; /* from then on */
};

struct tz {
    str name;
    bool fallback;
    int32_t first_offset_s;
    const struct turn *turns;
    size_t count;
    struct rule rule;
};

static const struct tz utc = { .name = { "UTC", 3 } };

const struct tz *tz_utc(void)
{
    return &utc;
}

str tz_name(const struct tz *tz)
{
    return tz->name;
}

bool tz_is_fallback(const struct tz *tz)
{
    return tz->fallback;
}

/* ---- the rule of the footer ---- */

static bool take(str *s, char c)
{
    if (!s->bytes || s->data[0] != c)
        return false;
    *s = str_slice(*s, 1, s->bytes);
    return true;
}

static bool take_number(str *s, int least, int most, int *out)
{
    int value = 0;
    size_t digits = 0;
    while (digits < s->bytes && digits < 4 && s->data[digits] >= '0' && s->data[digits] <= '9')
        value = value * 10 + (s->data[digits++] - '0');
    *s = str_slice(*s, digits, s->bytes);
    *out = value;
    return digits > 0 && value >= least && value <= most;
}

/* name = "<" anything ">" | letters, at least three */
static bool take_name(str *s)
{
    size_t i = 0;
    if (take(s, '<')) {
        ptrdiff_t end = str_find(*s, STR(">"), 0);
        if (end < 1)
            return false;
        *s = str_slice(*s, (size_t)end + 1, s->bytes);
        return true;
    }
    while (i < s->bytes && ((s->data[i] | 32) >= 'a' && (s->data[i] | 32) <= 'z'))
        i++;
    *s = str_slice(*s, i, s->bytes);
    return i >= 3;
}

/* time = [ "+" | "-" ] hours [ ":" minutes [ ":" seconds ] ], in seconds */
static bool take_time(str *s, int hours_max, int *out)
{
    int sign = take(s, '-') ? -1 : 1, hours, minutes = 0, seconds = 0;
    if (sign > 0)
        (void)take(s, '+');
    if (!take_number(s, 0, hours_max, &hours))
        return false;
    if (take(s, ':') && !take_number(s, 0, 59, &minutes))
        return false;
    if (take(s, ':') && !take_number(s, 0, 59, &seconds))
        return false;
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_turn(str *s, struct turn_rule *out)
{
    *out = (struct turn_rule){ .form = DAY_ZERO_BASED, .time_s = 7200 };
    bool good;
    if (take(s, 'M')) {
        out->form = DAY_MONTH_WEEK;
        good = take_number(s, 1, 12, &out->month) && take(s, '.')
            && take_number(s, 1, 5, &out->week) && take(s, '.') && take_number(s, 0, 6, &out->day);
    } else if (take(s, 'J')) {
        out->form = DAY_JULIAN;
        good = take_number(s, 1, 365, &out->day);
    } else {
        good = take_number(s, 0, 365, &out->day);
    }
    return good && (!take(s, '/') || take_time(s, 167, &out->time_s));
}

static bool parse_rule(str s, struct rule *out)
{
    struct rule r = { .present = true };
    int west;
    if (!take_name(&s) || !take_time(&s, 24, &west))
        return false;
    r.std_s = -west;
    if (s.bytes) {
        r.has_dst = true;
        r.dst_s = r.std_s + 3600;
        if (!take_name(&s))
            return false;
        if (s.bytes && s.data[0] != ',') {
            if (!take_time(&s, 24, &west))
                return false;
            r.dst_s = -west;
        }
        if (!take(&s, ',') || !take_turn(&s, &r.start) || !take(&s, ',') || !take_turn(&s, &r.end))
            return false;
    }
    if (s.bytes)
        return false;
    *out = r;
    return true;
}

/* The turn's wall time in that year, in seconds since 1970-01-01T00:00:00 of the wall. */
static int64_t turn_local_s(const struct turn_rule *t, int32_t year)
{
    int64_t day;
    switch (t->form) {
    case DAY_MONTH_WEEK: {
        struct date first = { year, (uint8_t)t->month, 1 };
        day = date_to_days(first);
        day += (t->day - date_weekday(day) % 7 + 7) % 7 + (t->week - 1) * 7;
        if (day - date_to_days(first) >= date_days_in_month(year, t->month))
            day -= 7; /* week 5 means the last one */
        return day * DAY_S + t->time_s;
    }
    case DAY_JULIAN: /* 29 February is never counted: 60 is 1 March in every year */
        day = date_to_days((struct date){ year, 1, 1 }) + t->day - 1;
        return (day + (t->day >= 60 && date_is_leap(year))) * DAY_S + t->time_s;
    case DAY_ZERO_BASED:
        return (date_to_days((struct date){ year, 1, 1 }) + t->day) * DAY_S + t->time_s;
    }
    return 0;
}

/* Summer time at the instant, if the rule's year is the one given. A year whose summer runs over
 * New Year (southern half) has its end before its start. */
static bool rule_is_dst(const struct rule *r, int64_t utc_s, int32_t year)
{
    int64_t start = turn_local_s(&r->start, year) - r->std_s;
    int64_t end = turn_local_s(&r->end, year) - r->dst_s;
    return start < end ? utc_s >= start && utc_s < end : utc_s >= start || utc_s < end;
}

static int rule_offset_s(const struct rule *r, int64_t utc_s)
{
    if (!r->has_dst)
        return r->std_s;
    int64_t in_cycle = utc_s - date_floor_div(utc_s, CYCLE_S) * CYCLE_S;
    int32_t year = date_from_days(date_floor_div(in_cycle + r->std_s, DAY_S)).year;
    return rule_is_dst(r, in_cycle, year) ? r->dst_s : r->std_s;
}

/* ---- asking ---- */

int tz_offset_at_s(const struct tz *tz, int64_t utc_s)
{
    if (tz->count == 0 || utc_s < tz->turns[0].at_s)
        return tz->count == 0 && tz->rule.present ? rule_offset_s(&tz->rule, utc_s)
                                                  : tz->first_offset_s;
    if (tz->rule.present && utc_s >= tz->turns[tz->count - 1].at_s)
        return rule_offset_s(&tz->rule, utc_s);
    size_t low = 0, high = tz->count; /* turns[low].at_s <= utc_s < turns[high].at_s */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (tz->turns[middle].at_s <= utc_s)
            low = middle;
        else
            high = middle;
    }
    return tz->turns[low].offset_s;
}

int tz_offset_s(const struct tz *tz, int64_t utc_ms)
{
    return tz_offset_at_s(tz, date_floor_div(utc_ms, MS_PER_SECOND));
}

static int64_t minus_clamped(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return difference;
}

/*
 * The offsets a day earlier and a day later enclose the wanted one (no zone turns twice within two
 * days by more than that). If the earlier one, tried, is in force at the instant it leads to, it is
 * the answer in plain time and in an overlap; else the later one, if that holds; else the local
 * time falls in a gap and the earlier one carries it over.
 */
int tz_offset_of_local_s(const struct tz *tz, int64_t local_s)
{
    int before = tz_offset_at_s(tz, minus_clamped(local_s, DAY_S));
    int after = tz_offset_at_s(tz, minus_clamped(local_s, -DAY_S));
    if (before == after || tz_offset_at_s(tz, minus_clamped(local_s, before)) == before)
        return before;
    return tz_offset_at_s(tz, minus_clamped(local_s, after)) == after ? after : before;
}

int64_t tz_local_days(const struct tz *tz, int64_t utc_ms, int32_t *ms_of_day)
{
    int64_t offset_ms = (int64_t)tz_offset_s(tz, utc_ms) * MS_PER_SECOND;
    int64_t local = minus_clamped(utc_ms, -offset_ms);
    int64_t days = date_floor_div(local, MS_PER_DAY);
    if (ms_of_day)
        *ms_of_day = (int32_t)(local - days * MS_PER_DAY);
    return days;
}

struct date tz_local_date(const struct tz *tz, int64_t utc_ms, int32_t *ms_of_day)
{
    return date_from_days(tz_local_days(tz, utc_ms, ms_of_day));
}

int64_t tz_instant_of_days(const struct tz *tz, int64_t days, int64_t ms_of_day)
{
    int64_t local_ms = days * MS_PER_DAY + ms_of_day;
    int offset_s = tz_offset_of_local_s(tz, date_floor_div(local_ms, MS_PER_SECOND));
    return local_ms - (int64_t)offset_s * MS_PER_SECOND;
}

int64_t tz_instant(const struct tz *tz, struct date date, int64_t ms_of_day)
{
    return tz_instant_of_days(tz, date_to_days(date), ms_of_day);
}

/* ---- reading ---- */

static int64_t big_endian(const char *at, int bytes)
{
    uint64_t value = (signed char)at[0] < 0 ? UINT64_MAX : 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)at[i];
    return (int64_t)value;
}

struct counts {
    int64_t isut, isstd, leap, time, type, chars;
};

/* Reads a header at the front of rest and takes it off. */
static bool take_header(str *rest, struct counts *c)
{
    if (rest->bytes < HEADER_BYTES || memcmp(rest->data, "TZif", 4) != 0)
        return false;
    int64_t *fields[] = { &c->isut, &c->isstd, &c->leap, &c->time, &c->type, &c->chars };
    for (int i = 0; i < 6; i++) {
        *fields[i] = big_endian(rest->data + 20 + 4 * i, 4);
        if (*fields[i] < 0 || *fields[i] > TIMES_MAX)
            return false;
    }
    *rest = str_slice(*rest, HEADER_BYTES, rest->bytes);
    return true;
}

static size_t data_bytes(const struct counts *c, int64_t time_bytes)
{
    return (size_t)(c->time * (time_bytes + 1) + c->type * 6 + c->chars
        + c->leap * (time_bytes + 4) + c->isstd + c->isut);
}

static enum err damaged(struct diag *d, str name)
{
    return diag_set(d, ERR_SYNTAX, "时区文件“%.*s”已损坏", "the time zone file \"%.*s\" is damaged",
        STR_ARGS(name));
}

/* The 64-bit data: turns with the offset of their type. */
static bool read_turns(struct arena *a, str data, const struct counts *c, struct tz *tz)
{
    struct turn *turns = ARENA_ARRAY(a, struct turn, (size_t)c->time);
    if (!turns || c->type < 1)
        return false;
    const char *types = data.data + c->time * 8, *infos = types + c->time;
    for (int64_t i = 0; i < c->type; i++) {
        int64_t offset = big_endian(infos + i * 6, 4);
        if (offset < -OFFSET_MAX_S || offset > OFFSET_MAX_S)
            return false;
    }
    for (int64_t i = 0; i < c->time; i++) {
        int type = (unsigned char)types[i];
        turns[i].at_s = big_endian(data.data + i * 8, 8);
        if (type >= c->type || (i && turns[i].at_s <= turns[i - 1].at_s))
            return false;
        turns[i].offset_s = (int32_t)big_endian(infos + type * 6, 4);
    }
    tz->first_offset_s = (int32_t)big_endian(infos, 4);
    tz->turns = turns;
    tz->count = (size_t)c->time;
    return true;
}

/* "\n" rule "\n"; an empty rule means that nothing is known after the last turn. */
static bool read_footer(str rest, struct rule *out)
{
    str rule;
    if (!take(&rest, '\n') || !rest.bytes || rest.data[rest.bytes - 1] != '\n')
        return false;
    rule = str_slice(rest, 0, rest.bytes - 1);
    return rule.bytes == 0 || parse_rule(rule, out);
}

static enum err read_zone(struct arena *a, str file, str name, struct tz *tz, struct diag *d)
{
    struct counts c;
    str rest = file;
    if (!take_header(&rest, &c) || data_bytes(&c, 4) > rest.bytes)
        return damaged(d, name);
    if (file.data[4] < '2')
        return diag_set(d, ERR_UNSUPPORTED, "时区文件“%.*s”是第 1 版,需要第 2 版或更新的(RFC 8536)",
            "the time zone file \"%.*s\" is of version 1; version 2 or later is needed (RFC 8536)",
            STR_ARGS(name));
    rest = str_slice(rest, data_bytes(&c, 4), rest.bytes);
    if (!take_header(&rest, &c) || data_bytes(&c, 8) > rest.bytes)
        return damaged(d, name);
    if (c.leap)
        return diag_set(d, ERR_UNSUPPORTED, "时区“%.*s”计闰秒,不支持;请用同名的普通时区",
            "the time zone \"%.*s\" counts leap seconds, which is not supported; use the plain zone",
            STR_ARGS(name));
    if (!read_turns(a, rest, &c, tz)) {
        TRY(diag_arena(d, a));
        return damaged(d, name);
    }
    rest = str_slice(rest, data_bytes(&c, 8), rest.bytes);
    return read_footer(rest, &tz->rule) ? OK : damaged(d, name);
}

static bool is_name(str name)
{
    if (!name.bytes || name.bytes > TZ_NAME_BYTES_MAX || name.data[0] == '/'
        || name.data[name.bytes - 1] == '/' || str_find(name, STR("//"), 0) >= 0)
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        char c = name.data[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && !(c && strchr("_-+/", c)))
            return false; /* no dot either, hence no ".." */
    }
    return true;
}

enum err tz_load(
    struct arena *a, const struct sys *sys, str name, const struct tz **out, struct diag *d)
{
    if (!is_name(name))
        return diag_set(d, ERR_INVALID, "“%.*s”不是时区名,应如 Asia/Shanghai",
            "\"%.*s\" is not the name of a time zone; one looks like Asia/Shanghai",
            name.bytes > TZ_NAME_BYTES_MAX ? TZ_NAME_BYTES_MAX : (int)name.bytes, name.data);
    if (str_is(name, "UTC")) {
        *out = &utc;
        return OK;
    }
    str path = str_printf(a, "/usr/share/zoneinfo/%.*s", STR_ARGS(name)), file;
    struct tz *tz = ARENA_NEW(a, struct tz);
    str kept = str_copy(a, name);
    TRY(diag_arena(d, a));
    tz->name = kept;
    struct diag why = { 0 };
    enum err e = sys->file_read(sys->ctx, a, path.data, FILE_BYTES_MAX, &file, &why);
    if (e == OK) {
        TRY(read_zone(a, file, name, tz, d));
    } else if (e == ERR_NOT_FOUND && str_is(name, "Asia/Shanghai")) {
        tz->fallback = true;
        tz->first_offset_s = EIGHT_HOURS_S;
    } else if (e == ERR_MEMORY) {
        return diag_arena(d, a);
    } else {
        return diag_set(d, ERR_NOT_FOUND, "系统没有时区“%.*s”(是否装有 tzdata?)",
            "this system has no time zone \"%.*s\" (is tzdata installed?)", STR_ARGS(name));
    }
    *out = tz;
    return OK;
}
