/*
 * Counting working days. One function underlies all: the number of working days in front of a day.
 * Inside the published span it is read from a table, outside it is weeks times five; then
 *
 *     between(a, b) = before(b + 1) - before(a + 1)
 *     add(a, n)     = the working day whose rank is before(a + 1) + n - 1
 */
#include "calendar/internal.h"

/* Mondays to Fridays before a day, counted from Monday 1969-12-29 (day -3). */
static int64_t plain_before(int64_t days)
{
    int64_t since = days + 3, weeks = date_floor_div(since, 7), rest = since - weeks * 7;
    return weeks * 5 + (rest < 5 ? rest : 5);
}

static int64_t plain_at(int64_t rank)
{
    int64_t weeks = date_floor_div(rank, 5);
    return weeks * 7 + (rank - weeks * 5) - 3;
}

static int64_t end_of(const struct calendar *c)
{
    return c->origin + (int64_t)c->count;
}

/* What the notices add to or take from plain weeks over the whole span. */
static int64_t surplus(const struct calendar *c)
{
    return c->count ? c->before[c->count] - (plain_before(end_of(c)) - plain_before(c->origin)) : 0;
}

int64_t calendar_working_before(const struct calendar *c, int64_t days)
{
    if (c->count == 0 || days < c->origin)
        return plain_before(days);
    if (days >= end_of(c))
        return plain_before(days) + surplus(c);
    return plain_before(c->origin) + c->before[days - c->origin];
}

int64_t calendar_working_at(const struct calendar *c, int64_t rank)
{
    int64_t inside = c->count ? rank - plain_before(c->origin) : -1;
    if (inside < 0)
        return plain_at(rank);
    if (inside >= c->before[c->count])
        return plain_at(rank - surplus(c));
    size_t low = 0, high = c->count; /* before[low] <= inside < before[high] */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (c->before[middle] <= inside)
            low = middle;
        else
            high = middle;
    }
    return c->origin + (int64_t)low;
}

int calendar_first_year(const struct calendar *c)
{
    return c->year_count ? c->years[0].year : 0;
}

int calendar_last_year(const struct calendar *c)
{
    return c->year_count ? c->years[c->year_count - 1].year : 0;
}

size_t calendar_notices(const struct calendar *c, int year, const struct calendar_notice **notices)
{
    if (!c->year_count || year < calendar_first_year(c) || year > calendar_last_year(c))
        return 0;
    const struct year_notices *y = &c->years[year - calendar_first_year(c)];
    *notices = y->items;
    return y->count;
}

struct calendar_day calendar_day(const struct calendar *c, int64_t days)
{
    if (c->count == 0 || days < c->origin || days >= end_of(c))
        return (struct calendar_day){
            .kind = date_weekday(days) <= 5 ? CALENDAR_WORKING : CALENDAR_WEEKEND,
            .provisional = true,
        };
    const struct day_entry *entry = &c->days[days - c->origin];
    struct calendar_day day = { .kind = (enum calendar_day_kind)entry->kind };
    if (entry->named) {
        day.name_zh = c->names[entry->name].zh;
        day.name_en = c->names[entry->name].en;
    }
    return day;
}

bool calendar_is_working(const struct calendar *c, int64_t days)
{
    return calendar_working_before(c, days + 1) > calendar_working_before(c, days);
}

bool calendar_is_provisional(const struct calendar *c, int64_t from, int64_t to)
{
    int64_t first = from < to ? from : to, last = from < to ? to : from;
    return c->count == 0 || first < c->origin || last >= end_of(c);
}

static enum err check_count(int64_t n, int64_t least, struct diag *d)
{
    if (n >= least && n <= CALENDAR_ADD_DAYS_MAX)
        return OK;
    return diag_set(d, ERR_LIMIT, "天数%lld超出范围(%lld至%d)", "%lld days is out of range (%lld to %d)",
        (long long)n, (long long)least, CALENDAR_ADD_DAYS_MAX);
}

enum err calendar_add_days(const struct calendar *c, int64_t start, int64_t n, int64_t *due,
    bool *provisional, struct diag *d)
{
    TRY(check_count(n, -CALENDAR_ADD_DAYS_MAX, d));
    int64_t end = start;
    if (n > 0)
        end = calendar_working_at(c, calendar_working_before(c, start + 1) + n - 1);
    else if (n < 0)
        end = calendar_working_at(c, calendar_working_before(c, start) + n);
    if (provisional)
        *provisional = calendar_is_provisional(c, start, end);
    *due = end;
    return OK;
}

int64_t calendar_days_between(const struct calendar *c, int64_t from, int64_t to)
{
    return calendar_working_before(c, to + 1) - calendar_working_before(c, from + 1);
}

enum err calendar_add_calendar_days(const struct calendar *c, int64_t start, int64_t n,
    int64_t *due, bool *provisional, struct diag *d)
{
    TRY(check_count(n, 0, d));
    /* The first working day on or after start + n. */
    int64_t end = calendar_working_at(c, calendar_working_before(c, start + n));
    if (provisional)
        *provisional = calendar_is_provisional(c, start, end);
    *due = end;
    return OK;
}
