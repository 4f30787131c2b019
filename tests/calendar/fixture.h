/* The sample zone's calendar as the pack room would make it: every document of its folder. */
#ifndef JUNMA_TESTS_CALENDAR_FIXTURE_H
#define JUNMA_TESTS_CALENDAR_FIXTURE_H

#include "../base/support.h"

#include "calendar/calendar.h"

enum { FIRST_YEAR = 2007, LAST_YEAR = 2026, YEARS = LAST_YEAR - FIRST_YEAR + 1 };

struct fixture {
    struct arena arena;
    struct calendar_document years[YEARS], names;
    const struct calendar *calendar;
    struct calendar_clock clock; /* Asia/Shanghai, 08:30-12:00 and 13:30-17:30 */
    struct diag d;
};

static inline int64_t day(const char *text)
{
    struct date d;
    assert_true(date_parse(str_from(text), &d));
    return date_to_days(d);
}

static inline int64_t instant(const char *text)
{
    int64_t ms;
    assert_true(instant_parse(str_from(text), &ms));
    return ms;
}

static inline int fixture_open(void **state)
{
    static struct fixture f;
    f = (struct fixture){ 0 };
    arena_init(&f.arena, NULL, 16 * MIB);
    for (int i = 0; i < YEARS; i++) {
        str path = str_printf(&f.arena, "zones/nanchang/calendar/%d.json", FIRST_YEAR + i);
        f.years[i] = (struct calendar_document){ path.data,
            support_file(&f.arena, "JUNMA_SOURCE", path.data) };
    }
    f.names = (struct calendar_document){ "names.json",
        support_file(&f.arena, "JUNMA_SOURCE", "zones/nanchang/calendar/names.json") };
    assert_ok(calendar_make(&f.arena, f.years, YEARS, &f.names, &f.calendar, &f.d), &f.d);
    static const str spans[] = { { "08:30-12:00", 11 }, { "13:30-17:30", 11 } };
    f.clock.calendar = f.calendar;
    assert_ok(office_hours_parse(spans, 2, &f.clock.hours, &f.d), &f.d);
    assert_ok(tz_load(&f.arena, sys_real(), STR("Asia/Shanghai"), &f.clock.tz, &f.d), &f.d);
    *state = &f;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct fixture *f = *state;
    arena_release(&f->arena);
    return 0;
}

#endif
