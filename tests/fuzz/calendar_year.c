/*
 * Fuzz target: the year documents of the calendar. The input is one year document, or several with
 * a NUL between them. What is accepted can be counted in: adding working days and counting them
 * gives the number back.
 */
#include "calendar/calendar.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { YEARS_MOST = 4, PROBES = 12 };

static void count_in(const struct calendar *c, struct arena *a)
{
    struct date first = { calendar_first_year(c) ? calendar_first_year(c) : 2026, 1, 1 };
    int64_t from = date_to_days(first);
    struct calendar_steps steps;
    struct diag d = { 0 };
    for (int64_t n = 1; n <= PROBES; n++) {
        int64_t day = from + n * 31, due;
        bool provisional;
        ASSERT(calendar_add_days(c, day, n * 7, &due, &provisional, &d) == OK);
        ASSERT(calendar_days_between(c, day, due) == n * 7);
        enum calendar_day_kind kind = calendar_day(c, due).kind;
        ASSERT(kind == CALENDAR_WORKING || kind == CALENDAR_MAKEUP);
    }
    ASSERT(calendar_explain_days(c, a, from, from + 40, &steps, &d) == OK && steps.count == 41);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct calendar_document years[YEARS_MOST];
    const struct calendar *c;
    struct arena a;
    struct diag d = { 0 };
    str rest = { (const char *)data, bytes };
    size_t count = 0;
    arena_init(&a, NULL, 16 * MIB);
    while (count < YEARS_MOST && str_split(&rest, 0, &years[count].text))
        years[count++].file = "year.json";
    if (calendar_make(&a, years, count, NULL, &c, &d) == OK)
        count_in(c, &a);
    else
        ASSERT(d.err != OK && d.zh[0] && d.en[0]);
    arena_release(&a);
    return 0;
}
