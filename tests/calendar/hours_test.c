/* Office hours: their text, counting in minutes, explanation, other zones. */
#include "fixture.h"

#define AT(time) instant("2026-" time "+08:00")

static void assert_due(struct fixture *f, int64_t from, int64_t minutes, int64_t expected)
{
    int64_t due = -1;
    assert_ok(calendar_add_minutes(&f->clock, from, minutes, &due, NULL, &f->d), &f->d);
    if (due != expected)
        print_error("%s instead of %s\n", instant_format(&f->arena, due, 28800).data,
            instant_format(&f->arena, expected, 28800).data);
    assert_int_equal(due, expected);
}

static void within_a_day(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(f->clock.hours.minutes, 450);
    assert_due(f, AT("11-23T09:00:00"), 60, AT("11-23T10:00:00"));
    assert_due(f, AT("11-23T09:00:30"), 60, AT("11-23T10:00:30"));
    assert_due(f, AT("11-23T11:30:00"), 60, AT("11-23T14:00:00"));  /* over lunch */
    assert_due(f, AT("11-23T11:00:00"), 60, AT("11-23T12:00:00"));  /* ends at a closing */
    assert_due(f, AT("11-23T12:00:00"), 1, AT("11-23T13:31:00"));
    assert_due(f, AT("11-23T12:40:00"), 30, AT("11-23T14:00:00"));  /* starts at lunch */
    assert_due(f, AT("11-23T06:00:00"), 30, AT("11-23T09:00:00"));  /* before the opening */
    assert_due(f, AT("11-23T08:30:00"), 450, AT("11-23T17:30:00")); /* a whole day */
    assert_due(f, AT("11-23T02:00:00"), 0, AT("11-23T02:00:00"));
}

static void over_days(void **state)
{
    struct fixture *f = *state;
    assert_due(f, AT("11-23T17:00:00"), 60, AT("11-24T09:00:00"));
    assert_due(f, AT("11-23T20:00:00"), 60, AT("11-24T09:30:00")); /* after hours */
    assert_due(f, AT("11-20T17:00:00"), 60, AT("11-23T09:00:00")); /* over a weekend */
    assert_due(f, AT("11-21T10:00:00"), 60, AT("11-23T09:30:00")); /* from a Saturday */
    assert_due(f, AT("02-13T17:00:00"), 60, AT("02-14T09:00:00")); /* to a make-up Saturday */
    assert_due(f, AT("02-14T17:00:00"), 60, AT("02-24T09:00:00")); /* over the festival */
    assert_due(f, instant("2025-12-31T17:00:00+08:00"), 60, AT("01-04T09:00:00"));
    assert_due(f, AT("11-23T08:30:00"), 4500, AT("12-04T17:30:00")); /* ten days */
    assert_due(f, AT("11-24T09:00:00"), -60, AT("11-23T17:00:00"));
    assert_due(f, AT("11-23T13:30:00"), -30, AT("11-23T11:30:00"));
    assert_due(f, AT("11-23T09:00:00"), -30, AT("11-23T08:30:00"));
}

static void counting(void **state)
{
    struct fixture *f = *state;
    const struct calendar_clock *c = &f->clock;
    assert_int_equal(calendar_minutes_between(c, AT("11-23T11:30:00"), AT("11-23T14:00:00")), 60);
    assert_int_equal(calendar_minutes_between(c, AT("11-23T14:00:00"), AT("11-23T11:30:00")), -60);
    assert_int_equal(calendar_minutes_between(c, AT("11-21T00:00:00"), AT("11-22T23:00:00")), 0);
    assert_int_equal(calendar_minutes_between(c, AT("11-23T09:00:30"), AT("11-23T09:01:00")), 0);
    assert_int_equal(calendar_office_ms_between(c, AT("11-23T09:00:30"), AT("11-23T09:01:00")), 30000);
    /* The whole of 2026: 248 days of 450 minutes. */
    assert_int_equal(calendar_minutes_between(c, AT("01-01T00:00:00"),
        instant("2027-01-01T00:00:00+08:00")), 248 * 450);
}

static void opening_and_closing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(calendar_open_ms(&f->clock, day("2026-11-23")), AT("11-23T08:30:00"));
    assert_int_equal(calendar_close_ms(&f->clock, day("2026-11-23")), AT("11-23T17:30:00"));
    assert_true(calendar_is_open(&f->clock, AT("11-23T08:30:00")));
    assert_true(calendar_is_open(&f->clock, AT("11-23T17:29:59")));
    assert_false(calendar_is_open(&f->clock, AT("11-23T17:30:00")));
    assert_false(calendar_is_open(&f->clock, AT("11-23T12:30:00")));
    assert_false(calendar_is_open(&f->clock, AT("11-22T10:00:00")));
    assert_true(calendar_is_open(&f->clock, AT("09-20T10:00:00"))); /* a make-up Sunday */
}

static void limits_and_provisional(void **state)
{
    struct fixture *f = *state;
    int64_t due = 77;
    bool provisional = false;
    assert_int_equal(calendar_add_minutes(&f->clock, 0, 10000001, &due, NULL, &f->d), ERR_LIMIT);
    assert_int_equal(calendar_add_minutes(&f->clock, 0, INT64_MIN, &due, NULL, &f->d), ERR_LIMIT);
    assert_int_equal(calendar_add_minutes(&f->clock, INT64_MAX, 1, &due, NULL, &f->d), ERR_LIMIT);
    assert_int_equal(calendar_add_minutes(&f->clock, INT64_MIN, 1, &due, NULL, &f->d), ERR_LIMIT);
    assert_int_equal(due, 77);
    (void)calendar_minutes_between(&f->clock, INT64_MIN, INT64_MAX); /* clamped, no overflow */
    assert_ok(calendar_add_minutes(&f->clock, AT("12-31T17:00:00"), 30, &due, &provisional, &f->d), &f->d);
    assert_false(provisional);
    assert_ok(calendar_add_minutes(&f->clock, AT("12-31T17:00:00"), 31, &due, &provisional, &f->d), &f->d);
    assert_true(provisional);
    assert_int_equal(due, instant("2027-01-01T08:31:00+08:00"));
}

static void adding_then_counting_gives_back(void **state)
{
    struct fixture *f = *state;
    const struct calendar_clock *c = &f->clock;
    uint64_t seed = 99;
    for (int i = 0; i < 20000; i++) {
        int64_t from = AT("01-01T00:00:00") + random_between(&seed, -400000000000, 60000000000);
        int64_t n = random_between(&seed, 1, i % 10 ? 3000 : 300000), due, later, back;
        assert_int_equal(calendar_add_minutes(c, from, n, &due, NULL, NULL), OK);
        assert_int_equal(calendar_office_ms_between(c, from, due), n * 60000);
        assert_true(calendar_is_open(c, due - 1)); /* the last moment counted is office time */
        assert_int_equal(calendar_add_minutes(c, from + random_between(&seed, 1, 90000000), n,
            &later, NULL, NULL), OK);
        assert_true(later >= due);
        int64_t part = random_between(&seed, 0, n);
        assert_int_equal(calendar_add_minutes(c, from, part, &later, NULL, NULL), OK);
        assert_int_equal(calendar_add_minutes(c, later, n - part, &later, NULL, NULL), OK);
        if (part < n)
            assert_int_equal(later, due);
        assert_int_equal(calendar_add_minutes(c, due, -n, &back, NULL, NULL), OK);
        assert_int_equal(calendar_office_ms_between(c, back, due), n * 60000);
        assert_true(back >= from && calendar_is_open(c, back));
    }
}

/* The office hours of each day add up to what was counted. */
static void segments_add_up(void **state)
{
    struct fixture *f = *state;
    const struct calendar_clock *c = &f->clock;
    uint64_t seed = 5;
    for (int i = 0; i < 300; i++) {
        int64_t from = AT("01-01T00:00:00") + random_between(&seed, 0, 20000000) * 1000;
        int64_t to = from + random_between(&seed, 0, 2000000) * 1000, total = 0;
        struct calendar_segment out[OFFICE_SPANS_MAX];
        for (int64_t day = tz_local_days(c->tz, from, NULL); day <= tz_local_days(c->tz, to, NULL);
             day++) {
            size_t count = calendar_segments(c, day, from, to, out);
            for (size_t k = 0; k < count; k++)
                total += out[k].to_ms - out[k].from_ms;
        }
        assert_int_equal(total, calendar_office_ms_between(c, from, to));
    }
}

static void explanation(void **state)
{
    struct fixture *f = *state;
    struct calendar_steps s;
    assert_ok(calendar_explain_minutes(&f->clock, &f->arena, AT("11-20T17:00:00"),
        AT("11-23T09:00:00"), &s, &f->d), &f->d);
    assert_int_equal(s.count, 4);
    static const int counted[] = { 30, 0, 0, 30 };
    for (int i = 0; i < 4; i++)
        assert_int_equal(s.items[i].counted, counted[i]);
    assert_int_equal(s.items[3].total, 60);
    assert_int_equal(s.items[1].day.kind, CALENDAR_WEEKEND);
    /* Broken minutes: the steps still add up to what was counted. */
    assert_ok(calendar_explain_minutes(&f->clock, &f->arena, AT("11-20T17:29:15"),
        AT("11-23T08:30:15"), &s, &f->d), &f->d);
    assert_int_equal(s.items[3].total, 1);
    assert_int_equal(calendar_explain_minutes(&f->clock, &f->arena, 5, 4, &s, NULL), ERR_INVALID);
    assert_ok(calendar_explain_minutes(&f->clock, &f->arena, 0, AT("11-23T08:30:15"), &s, &f->d), &f->d);
    assert_true(s.cut);
}

static void spans_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *spans[5];
        enum err err;
    } cases[] = {
        { { "08:30-12:00", "13:30-17:30" }, OK },
        { { "8:30 - 12:00" }, OK },
        { { "00:00-24:00" }, OK },
        { { "01:00-02:00", "02:00-03:00", "03:00-04:00", "05:00-06:00" }, OK },
        { { "" }, ERR_INVALID },
        { { "08:30" }, ERR_INVALID },
        { { "08:30-" }, ERR_INVALID },
        { { "08:30-12:00-13:00" }, ERR_INVALID },
        { { "12:00-08:30" }, ERR_INVALID },
        { { "08:30-08:30" }, ERR_INVALID },
        { { "08:60-09:00" }, ERR_INVALID },
        { { "08:3-09:00" }, ERR_INVALID },
        { { "23:00-24:01" }, ERR_INVALID },
        { { "25:00-26:00" }, ERR_INVALID },
        { { "-1:00-09:00" }, ERR_INVALID },
        { { "08:30–12:00" }, ERR_INVALID }, /* a dash, not a hyphen */
        { { "13:30-17:30", "08:30-12:00" }, ERR_INVALID },
        { { "08:30-12:00", "11:59-17:30" }, ERR_INVALID },
        { { NULL }, ERR_LIMIT },
        { { "01:00-02:00", "02:00-03:00", "03:00-04:00", "05:00-06:00", "07:00-08:00" }, ERR_LIMIT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str spans[5];
        size_t count = 0;
        struct office_hours h = { .count = 99 };
        struct diag d = { 0 };
        while (count < 5 && cases[i].spans[count]) {
            spans[count] = str_from(cases[i].spans[count]);
            count++;
        }
        assert_int_equal(office_hours_parse(spans, count, &h, &d), cases[i].err);
        assert_true(cases[i].err == OK ? h.count == count : h.count == 99 && d.zh[0] && d.en[0]);
    }
}

static void midnight_to_midnight(void **state)
{
    struct fixture *f = *state;
    struct calendar_clock c = f->clock;
    str all = STR("00:00-24:00");
    int64_t due;
    assert_ok(office_hours_parse(&all, 1, &c.hours, &f->d), &f->d);
    assert_int_equal(c.hours.minutes, 1440);
    assert_ok(calendar_add_minutes(&c, AT("11-23T12:00:00"), 1440, &due, NULL, &f->d), &f->d);
    assert_int_equal(due, AT("11-24T12:00:00"));
    assert_ok(calendar_add_minutes(&c, AT("11-27T00:00:00"), 1440, &due, NULL, &f->d), &f->d);
    assert_int_equal(due, AT("11-28T00:00:00"));
}

/* Wall time over a change of clocks: eight hours in the office stay eight hours on the wall. */
static void zone_with_summer_time(void **state)
{
    struct fixture *f = *state;
    struct calendar_clock c = f->clock;
    int64_t due;
    assert_ok(tz_load(&f->arena, sys_real(), STR("Europe/Berlin"), &c.tz, &f->d), &f->d);
    assert_ok(calendar_add_minutes(&c, instant("2026-03-27T17:00:00+01:00"), 60, &due, NULL, &f->d), &f->d);
    assert_int_equal(due, instant("2026-03-30T09:00:00+02:00"));
    assert_int_equal(calendar_close_ms(&c, day("2026-03-30")), instant("2026-03-30T15:30:00Z"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_day),
        cmocka_unit_test(over_days),
        cmocka_unit_test(counting),
        cmocka_unit_test(opening_and_closing),
        cmocka_unit_test(limits_and_provisional),
        cmocka_unit_test(adding_then_counting_gives_back),
        cmocka_unit_test(segments_add_up),
        cmocka_unit_test(explanation),
        cmocka_unit_test(spans_are_checked),
        cmocka_unit_test(midnight_to_midnight),
        cmocka_unit_test(zone_with_summer_time),
    };
    return cmocka_run_group_tests_name("calendar/hours", tests, fixture_open, fixture_close);
}
