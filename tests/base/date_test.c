/* Dates and instants. */
#include "support.h"

#include "base/date.h"

static int open_arena(void **state)
{
    static struct arena a;
    arena_init(&a, NULL, MIB);
    *state = &a;
    return 0;
}

static int close_arena(void **state)
{
    arena_release(*state);
    return 0;
}

static void known_days(void **state)
{
    (void)state;
    static const struct {
        struct date date;
        int64_t days;
        int weekday;
    } cases[] = {
        { { 1970, 1, 1 }, 0, 4 },        { { 2000, 3, 1 }, 11017, 3 },
        { { 1969, 12, 31 }, -1, 3 },     { { 2026, 11, 23 }, 20780, 1 },
        { { 1, 1, 1 }, -719162, 1 },     { { 0, 1, 1 }, -719528, 6 },
        { { 9999, 12, 31 }, 2932896, 5 }, { { -1, 12, 31 }, -719529, 5 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(date_to_days(cases[i].date), cases[i].days);
        assert_int_equal(date_weekday(cases[i].days), cases[i].weekday);
        struct date back = date_from_days(cases[i].days);
        assert_true(back.year == cases[i].date.year && back.month == cases[i].date.month
            && back.day == cases[i].date.day);
    }
}

/* Every day of a thousand years follows the one before, with the right weekday. */
static void days_follow_each_other(void **state)
{
    (void)state;
    struct date expected = { 1600, 1, 1 };
    int64_t first = date_to_days(expected);
    int weekday = date_weekday(first);
    assert_int_equal(weekday, 6);
    for (int64_t days = first; expected.year < 2600; days++) {
        struct date d = date_from_days(days);
        assert_true(d.year == expected.year && d.month == expected.month && d.day == expected.day);
        assert_int_equal(date_to_days(d), days);
        assert_int_equal(date_weekday(days), weekday);
        weekday = weekday % 7 + 1;
        if (++expected.day > date_days_in_month(expected.year, expected.month)) {
            expected.day = 1;
            if (++expected.month > 12) {
                expected.month = 1;
                expected.year++;
            }
        }
    }
}

static void far_years_go_round(void **state)
{
    (void)state;
    uint64_t seed = 3;
    int64_t least = date_to_days((struct date){ -999999999, 1, 1 });
    int64_t most = date_to_days((struct date){ 999999999, 12, 31 });
    assert_int_equal(date_from_days(least).year, -999999999);
    assert_int_equal(date_from_days(most).day, 31);
    for (int i = 0; i < 200000; i++) {
        int64_t days = random_between(&seed, least, most);
        struct date d = date_from_days(days);
        assert_true(date_is_valid(d.year, d.month, d.day));
        assert_int_equal(date_to_days(d), days);
    }
}

static void validity(void **state)
{
    (void)state;
    assert_true(date_is_valid(2024, 2, 29) && date_is_valid(2000, 2, 29) && date_is_valid(0, 2, 29));
    assert_false(date_is_valid(2023, 2, 29) || date_is_valid(1900, 2, 29) || date_is_valid(2024, 13, 1));
    assert_false(date_is_valid(2024, 0, 1) || date_is_valid(2024, 1, 0) || date_is_valid(2024, 4, 31));
    assert_false(date_is_valid(1000000000, 1, 1) || date_is_valid(-1000000000, 1, 1));
    assert_true(date_is_leap(-4) && !date_is_leap(-1) && !date_is_leap(-100) && date_is_leap(-400));
}

static void date_texts(void **state)
{
    static const char *const bad[] = { "", "2026-11-2", "2026-11-233", "2026/11/23", "2026-02-29",
        "26-11-23", "-026-11-23", "2026-11-23 ", " 2026-11-23", "2026-1a-23", "２026-11-23" };
    struct date d = { 1, 1, 1 };
    assert_true(date_parse(STR("2026-11-23"), &d));
    assert_text(date_format(*state, d), "2026-11-23");
    assert_true(date_parse(STR("0000-01-01"), &d));
    assert_text(date_format(*state, d), "0000-01-01");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(date_parse(str_from(bad[i]), &d));
    assert_int_equal(d.year, 0);
}

static void instant_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-11-23T09:30:00+08:00", 1795397400000 },
        { "2026-11-23t01:30:00z", 1795397400000 },
        { "2026-11-23 01:30:00.5Z", 1795397400500 },
        { "2026-11-23T01:30:00.123999999Z", 1795397400123 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "0000-01-01T00:00:00Z", -62167219200000 },
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
        { "2026-11-23T00:00:00-23:59", 1795478340000 },
    };
    static const char *const bad[] = { "", "2026-11-23", "2026-11-23T09:30:00", "2026-11-23T09:30Z",
        "2026-11-23T24:00:00Z", "2026-11-23T09:60:00Z", "2026-11-23T09:30:61Z", "2026-11-23T09:30:00.Z",
        "2026-11-23T09:30:00.1234567890Z", "2026-11-23T09:30:00+0800", "2026-11-23T09:30:00+24:00",
        "2026-11-23T09:30:00+08:60", "2026-11-23T09:30:00Zx", "2026-11-23T09:30:00 +08:00",
        "2026-13-23T09:30:00Z", "2026-11-23T9:30:00Z", "2026-11-23T-9:30:00Z" };
    int64_t ms = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(instant_parse(str_from(bad[i]), &ms));
    assert_int_equal(ms, 77);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(instant_parse(str_from(good[i].text), &ms));
        assert_int_equal(ms, good[i].ms);
    }
}

static void instants_go_round(void **state)
{
    struct arena *a = *state;
    uint64_t seed = 11;
    assert_text(instant_format(a, 1795397400000, 28800), "2026-11-23T09:30:00+08:00");
    assert_text(instant_format(a, 1795397400007, 0), "2026-11-23T01:30:00.007Z");
    assert_text(instant_format(a, -1, -19800), "1969-12-31T18:29:59.999-05:30");
    /* An offset with seconds is cut to what can be written, and the instant stays the same. */
    assert_text(instant_format(a, 0, 29143), "1970-01-01T08:05:00+08:05");
    assert_text(instant_format(a, 0, -30), "1970-01-01T00:00:00Z");
    for (int i = 0; i < 3000; i++) {
        int64_t back, ms = random_between(&seed, -62000000000000, 253000000000000);
        int offset = (int)random_between(&seed, -50000, 50000);
        assert_true(instant_parse(instant_format(a, ms, offset), &back));
        assert_int_equal(back, ms);
        arena_reset(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(days_follow_each_other),
        cmocka_unit_test(far_years_go_round),
        cmocka_unit_test(validity),
        cmocka_unit_test(date_texts),
        cmocka_unit_test(instant_texts),
        cmocka_unit_test(instants_go_round),
    };
    return cmocka_run_group_tests_name("base/date", tests, open_arena, close_arena);
}
