/* Working days: known answers, the vectors beside the project, and properties over random days
 * against a count that walks day by day. */
#include "fixture.h"

static int64_t add(const struct fixture *f, const char *start, int64_t n)
{
    int64_t due = -1;
    struct diag d = { 0 };
    assert_ok(calendar_add_days(f->calendar, day(start), n, &due, NULL, &d), &d);
    return due;
}

static void known_answers(void **state)
{
    static const struct {
        const char *start;
        int n;
        const char *due;
    } cases[] = {
        { "2026-02-13", 1, "2026-02-14" },  /* a make-up Saturday counts */
        { "2026-02-13", 2, "2026-02-24" },  /* and then nine days off */
        { "2025-12-31", 1, "2026-01-04" },  /* over New Year to a make-up Sunday */
        { "2026-01-01", 1, "2026-01-04" },  /* starting on a day off */
        { "2023-09-28", 1, "2023-10-07" },
        { "2020-01-23", 1, "2020-02-03" },  /* the lengthened Spring Festival */
        { "2020-01-31", 1, "2020-02-03" },
        { "2015-09-02", 1, "2015-09-06" },
        { "2007-12-28", 1, "2007-12-29" },  /* December days named by the next year's notice */
        { "2007-12-29", 1, "2008-01-02" },
        { "2018-12-28", 1, "2018-12-29" },
        { "2018-12-29", 1, "2019-01-02" },
        { "2022-12-30", 1, "2023-01-03" },
        { "2011-12-30", 1, "2011-12-31" },
        { "2026-09-18", 2, "2026-09-21" },
        { "2026-11-23", 3, "2026-11-26" },
        { "2026-11-23", 0, "2026-11-23" },
        { "2026-01-04", -1, "2025-12-31" }, /* and back */
        { "2026-02-24", -2, "2026-02-13" },
        { "2026-01-02", -1, "2025-12-31" },
        { "2027-01-01", 1, "2027-01-04" },  /* no notice yet: plain weeks */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t due = add(*state, cases[i].start, cases[i].n);
        struct fixture *f = *state;
        assert_text(date_format(&f->arena, date_from_days(due)), cases[i].due);
    }
}

/* "start,n,due" a line; the header starts with a letter. */
static void vectors_beside_the_project(void **state)
{
    struct fixture *f = *state;
    str file = support_file(&f->arena, "JUNMA_SHARED", "data/cn-holidays/workday_vectors.csv");
    str line, start, count;
    int64_t n;
    int seen = 0;
    if (!file.data)
        skip();
    while (str_split(&file, '\n', &line)) {
        line = str_trim(line);
        if (!line.bytes || line.data[0] < '0' || line.data[0] > '9')
            continue;
        assert_true(str_split(&line, ',', &start) && str_split(&line, ',', &count));
        assert_true(str_to_int64(count, &n));
        int64_t due = add(f, str_copy(&f->arena, start).data, n);
        assert_text(date_format(&f->arena, date_from_days(due)), str_copy(&f->arena, line).data);
        seen++;
    }
    assert_true(seen >= 10);
}

static void working_days_of_years(void **state)
{
    static const struct {
        const char *before, *last;
        int working;
    } years[] = {
        { "2006-12-31", "2007-12-31", 249 }, { "2019-12-31", "2020-12-31", 249 },
        { "2022-12-31", "2023-12-31", 249 }, { "2023-12-31", "2024-12-31", 251 },
        { "2024-12-31", "2025-12-31", 248 }, { "2025-12-31", "2026-12-31", 248 },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof years / sizeof *years; i++)
        assert_int_equal(calendar_days_between(f->calendar, day(years[i].before), day(years[i].last)),
            years[i].working);
}

static void kinds_and_names(void **state)
{
    struct fixture *f = *state;
    struct calendar_day d = calendar_day(f->calendar, day("2026-01-04"));
    assert_int_equal(d.kind, CALENDAR_MAKEUP);
    assert_text(d.name_zh, "元旦");
    assert_text(d.name_en, "New Year's Day");
    assert_false(d.provisional);
    d = calendar_day(f->calendar, day("2026-02-21")); /* a Saturday within the festival */
    assert_int_equal(d.kind, CALENDAR_HOLIDAY);
    assert_text(d.name_en, "Spring Festival");
    assert_int_equal(calendar_day(f->calendar, day("2026-11-23")).kind, CALENDAR_WORKING);
    assert_int_equal(calendar_day(f->calendar, day("2026-11-22")).kind, CALENDAR_WEEKEND);
    assert_int_equal(calendar_day(f->calendar, day("2026-11-22")).name_zh.bytes, 0);
    d = calendar_day(f->calendar, day("2015-09-03"));
    assert_int_equal(d.kind, CALENDAR_HOLIDAY);
    assert_int_equal(calendar_day(f->calendar, day("2006-12-30")).kind, CALENDAR_MAKEUP);
    assert_int_equal(calendar_day(f->calendar, day("2014-04-06")).kind, CALENDAR_WEEKEND);
}

static void provisional_beyond_the_notices(void **state)
{
    struct fixture *f = *state;
    const struct calendar *c = f->calendar;
    int64_t due;
    bool provisional;
    assert_int_equal(calendar_first_year(c), 2007);
    assert_int_equal(calendar_last_year(c), 2026);
    assert_false(calendar_day(c, day("2026-12-31")).provisional);
    assert_true(calendar_day(c, day("2027-01-01")).provisional);
    assert_int_equal(calendar_day(c, day("2027-01-01")).kind, CALENDAR_WORKING);
    assert_true(calendar_day(c, day("2006-12-29")).provisional);
    assert_false(calendar_day(c, day("2006-12-30")).provisional);
    assert_int_equal(calendar_add_days(c, day("2026-12-30"), 1, &due, &provisional, NULL), OK);
    assert_false(provisional);
    assert_int_equal(calendar_add_days(c, day("2026-12-30"), 2, &due, &provisional, NULL), OK);
    assert_true(provisional);
    assert_int_equal(due, day("2027-01-01"));
    assert_int_equal(calendar_add_days(c, day("2027-01-04"), -3, &due, &provisional, NULL), OK);
    assert_true(provisional);
    assert_int_equal(calendar_add_days(c, day("2006-12-30"), -1, &due, &provisional, NULL), OK);
    assert_true(provisional);
    assert_true(calendar_is_provisional(c, day("2030-01-01"), day("2020-01-01")));
    assert_false(calendar_is_provisional(c, day("2020-01-01"), day("2026-12-31")));
}

static void notices_are_named(void **state)
{
    struct fixture *f = *state;
    const struct calendar_notice *n = NULL;
    assert_int_equal(calendar_notices(f->calendar, 2026, &n), 1);
    assert_text(n[0].number, "国办发明电〔2025〕7号");
    assert_text(n[0].document, "content_7047091");
    assert_int_equal(calendar_notices(f->calendar, 2020, &n), 2);
    assert_text(n[1].number, "国办发明电〔2020〕1号");
    assert_int_equal(calendar_notices(f->calendar, 2027, &n), 0);
    assert_int_equal(calendar_notices(f->calendar, 2006, &n), 0);
}

static void calendar_day_limits(void **state)
{
    struct fixture *f = *state;
    int64_t due;
    bool provisional;
    /* Ends on 1 October, so on the first working day after the holidays. */
    assert_int_equal(calendar_add_calendar_days(
        f->calendar, day("2026-09-01"), 30, &due, &provisional, NULL), OK);
    assert_int_equal(due, day("2026-10-08"));
    assert_false(provisional);
    assert_int_equal(calendar_add_calendar_days(
        f->calendar, day("2026-11-23"), 5, &due, NULL, NULL), OK);
    assert_int_equal(due, day("2026-11-30")); /* Saturday moves to Monday */
    assert_int_equal(calendar_add_calendar_days(
        f->calendar, day("2026-11-23"), 4, &due, NULL, NULL), OK);
    assert_int_equal(due, day("2026-11-27"));
    assert_int_equal(calendar_add_calendar_days(
        f->calendar, day("2026-02-07"), 7, &due, NULL, NULL), OK);
    assert_int_equal(due, day("2026-02-14")); /* a make-up Saturday is no day off */
    assert_int_equal(calendar_add_calendar_days(
        f->calendar, day("2026-11-23"), -1, &due, NULL, NULL), ERR_LIMIT);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct diag d = { 0 };
    int64_t due = 77;
    bool provisional = false;
    assert_int_equal(calendar_add_days(f->calendar, 0, 100001, &due, &provisional, &d), ERR_LIMIT);
    assert_int_equal(calendar_add_days(f->calendar, 0, -100001, &due, &provisional, &d), ERR_LIMIT);
    assert_int_equal(calendar_add_days(f->calendar, 0, INT64_MAX, &due, &provisional, &d), ERR_LIMIT);
    assert_int_equal(due, 77);
    assert_non_null(strstr(d.zh, "超出范围"));
    assert_int_equal(calendar_add_days(f->calendar, 0, 100000, &due, &provisional, &d), OK);
    assert_int_equal(calendar_days_between(f->calendar, 0, due), 100000);
}

/* Every function against a count that asks calendar_day() one day after the other. */
static int64_t walk_between(const struct calendar *c, int64_t from, int64_t to)
{
    int64_t count = 0;
    for (int64_t at = from + 1; at <= to; at++) {
        enum calendar_day_kind kind = calendar_day(c, at).kind;
        count += kind == CALENDAR_WORKING || kind == CALENDAR_MAKEUP;
    }
    return count;
}

static void counting_agrees_with_walking(void **state)
{
    struct fixture *f = *state;
    const struct calendar *c = f->calendar;
    uint64_t seed = 20261123;
    for (int i = 0; i < 3000; i++) {
        int64_t from = random_between(&seed, day("2005-01-01"), day("2029-01-01"));
        int64_t to = from + random_between(&seed, 0, 900);
        int64_t walked = walk_between(c, from, to);
        assert_int_equal(calendar_days_between(c, from, to), walked);
        assert_int_equal(calendar_days_between(c, to, from), -walked);
        assert_int_equal(calendar_is_working(c, to), walk_between(c, to - 1, to));
    }
}

static void adding_then_counting_gives_back_n(void **state)
{
    struct fixture *f = *state;
    const struct calendar *c = f->calendar;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        int64_t start = random_between(&seed, day("1990-01-01"), day("2060-01-01"));
        int64_t n = random_between(&seed, 1, i % 10 ? 60 : 12000), due, next, back;
        assert_int_equal(calendar_add_days(c, start, n, &due, NULL, NULL), OK);
        assert_int_equal(calendar_days_between(c, start, due), n);
        assert_true(calendar_is_working(c, due));
        assert_true(due > start);
        /* Later starts are never due earlier; one day more is due later. */
        assert_int_equal(calendar_add_days(c, start + 1, n, &next, NULL, NULL), OK);
        assert_true(next >= due);
        assert_int_equal(calendar_add_days(c, start, n + 1, &next, NULL, NULL), OK);
        assert_true(next > due);
        /* In two parts it is the same. */
        int64_t part = random_between(&seed, 0, n);
        assert_int_equal(calendar_add_days(c, start, part, &next, NULL, NULL), OK);
        assert_int_equal(calendar_add_days(c, next, n - part, &next, NULL, NULL), OK);
        assert_int_equal(next, due);
        assert_int_equal(calendar_add_days(c, due, -n, &back, NULL, NULL), OK);
        assert_true(back <= start || !calendar_is_working(c, start));
        assert_int_equal(calendar_days_between(c, back, due), n);
    }
}

static void explanation_counts_the_same(void **state)
{
    struct fixture *f = *state;
    struct calendar_steps s;
    int64_t start = day("2026-02-13"), due = add(f, "2026-02-13", 5);
    assert_ok(calendar_explain_days(f->calendar, &f->arena, start, due, &s, &f->d), &f->d);
    assert_int_equal(s.count, due - start + 1);
    assert_false(s.cut);
    assert_true(s.items[0].start);
    assert_int_equal(s.items[0].counted, 0);
    assert_int_equal(s.items[1].counted, 1);
    assert_int_equal(s.items[1].day.kind, CALENDAR_MAKEUP);
    assert_int_equal(s.items[2].counted, 0);
    assert_text(s.items[2].day.name_zh, "春节");
    int64_t sum = 0;
    for (size_t i = 0; i < s.count; i++) {
        sum += s.items[i].counted;
        assert_int_equal(s.items[i].total, sum);
        assert_int_equal(s.items[i].days, start + (int64_t)i);
    }
    assert_int_equal(sum, 5);
}

static void explanation_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct calendar_steps s;
    assert_ok(calendar_explain_days(f->calendar, &f->arena, 0, 1000000, &s, &f->d), &f->d);
    assert_true(s.cut);
    assert_int_equal(s.count, CALENDAR_STEPS_MAX);
    assert_ok(calendar_explain_days(f->calendar, &f->arena, 5, 5, &s, &f->d), &f->d);
    assert_int_equal(s.count, 1);
    assert_int_equal(calendar_explain_days(f->calendar, &f->arena, 5, 4, &s, NULL), ERR_INVALID);
    struct arena small;
    arena_init(&small, NULL, 2 * KIB);
    assert_int_equal(calendar_explain_days(f->calendar, &small, 0, 300, &s, NULL), ERR_MEMORY);
    arena_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(vectors_beside_the_project),
        cmocka_unit_test(working_days_of_years),
        cmocka_unit_test(kinds_and_names),
        cmocka_unit_test(provisional_beyond_the_notices),
        cmocka_unit_test(notices_are_named),
        cmocka_unit_test(calendar_day_limits),
        cmocka_unit_test(limits),
        cmocka_unit_test(counting_agrees_with_walking),
        cmocka_unit_test(adding_then_counting_gives_back_n),
        cmocka_unit_test(explanation_counts_the_same),
        cmocka_unit_test(explanation_is_bounded),
    };
    return cmocka_run_group_tests_name("calendar/days", tests, fixture_open, fixture_close);
}
