/* Year documents: what is refused and how it is said, memory that runs out, and every day of every
 * year against the collection beside the project. */
#include "fixture.h"

#include "base/json.h"

static enum err make(struct arena *a, const char *const *texts, size_t count, const char *names,
    const struct calendar **out, struct diag *d)
{
    struct calendar_document documents[4], english = { "names.json", str_from(names) };
    for (size_t i = 0; i < count; i++)
        documents[i] = (struct calendar_document){ i ? "second.json" : "first.json", str_from(texts[i]) };
    return calendar_make(a, documents, count, names ? &english : NULL, out, d);
}

#define NOTICE "\"notices\":[{\"document\":\"c1\"}],"
#define YEAR(y, off, work) "{\"year\":" y "," NOTICE "\"off\":{" off "},\"work\":{" work "}}"

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says; /* part of the English message */
        enum err err;
    } cases[] = {
        { "", "malformed", ERR_SYNTAX },
        { "[]", "object", ERR_INVALID },
        { "{\"year\":2020}", "missing", ERR_INVALID },
        { YEAR("\"2020\"", "", ""), "1900", ERR_INVALID },
        { YEAR("12", "", ""), "1900", ERR_INVALID },
        { "{\"year\":2020,\"off\":{},\"work\":{},\"x\":1}", "unknown member \"x\"", ERR_INVALID },
        { "{\"year\":2020,\"off\":{},\"work\":{}}", "notices", ERR_INVALID },
        { "{\"year\":2020,\"notices\":[{}],\"off\":{},\"work\":{}}", "gov.cn", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[]", ""), "1 to 60", ERR_INVALID },
        { YEAR("2020", "\"元旦\":\"2020-01-01\"", ""), "1 to 60", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[20200101]", ""), "is not a date", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2020-02-30\"]", ""), "\"2020-02-30\"", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2020-01-02..2020-01-01\"]", ""), "ends before", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2021-01-01\"]", ""), "not in this year", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2019-11-30\"]", ""), "not in this year", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2020-01-01\",\"2020-01-01\"]", ""), "twice", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2020-01-01\"]", "\"元旦\":[\"2020-01-01\"]"), "twice", ERR_INVALID },
        { YEAR("2020", "", "\"元旦\":[\"2020-01-06\"]"), "Monday to Friday", ERR_INVALID },
        { YEAR("2020", "\"\":[\"2020-01-01\"]", ""), "empty", ERR_INVALID },
        { YEAR("2020", "\"元旦\":[\"2020-01-01\"],\"元旦\":[\"2020-01-02\"]", ""), "", ERR_SYNTAX },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct diag d = { 0 };
        const struct calendar *c = NULL;
        arena_init(&a, NULL, MIB);
        assert_int_equal(make(&a, &cases[i].text, 1, NULL, &c, &d), cases[i].err);
        assert_null(c);
        assert_string_equal(d.file, "first.json");
        assert_true(d.zh[0] && (strstr(d.en, cases[i].says) || strstr(d.field, cases[i].says)));
        arena_release(&a);
    }
}

static void years_must_follow_each_other(void **state)
{
    (void)state;
    struct arena a;
    struct diag d = { 0 };
    const struct calendar *c = NULL;
    arena_init(&a, NULL, MIB);
    const char *gap[] = { YEAR("2022", "", ""), YEAR("2020", "", "") };
    assert_int_equal(make(&a, gap, 2, NULL, &c, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "2021 is missing"));
    const char *twice[] = { YEAR("2020", "", ""), YEAR("2020", "", "") };
    assert_int_equal(make(&a, twice, 2, NULL, &c, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "two documents"));
    const char *order[] = { YEAR("2021", "", ""), YEAR("2020", "", "") };
    assert_ok(make(&a, order, 2, NULL, &c, &d), &d);
    assert_int_equal(calendar_first_year(c), 2020);
    assert_int_equal(calendar_make(&a, NULL, CALENDAR_YEARS_MAX + 1, NULL, &c, &d), ERR_LIMIT);
    arena_release(&a);
}

static void a_later_notice_wins_in_december(void **state)
{
    (void)state;
    struct arena a;
    struct diag d = { 0 };
    const struct calendar *c = NULL;
    arena_init(&a, NULL, MIB);
    const char *years[] = {
        YEAR("2020", "\"甲\":[\"2020-12-30..2020-12-31\"]", ""),
        YEAR("2021", "\"乙\":[\"2020-12-29\"]", "\"乙\":[\"2020-12-31\"]"),
    };
    assert_ok(make(&a, years, 2, "{\"甲\":\"A\",\"乙\":\"B\"}", &c, &d), &d);
    assert_int_equal(calendar_day(c, day("2020-12-29")).kind, CALENDAR_HOLIDAY);
    assert_int_equal(calendar_day(c, day("2020-12-30")).kind, CALENDAR_HOLIDAY);
    assert_text(calendar_day(c, day("2020-12-30")).name_en, "A");
    assert_int_equal(calendar_day(c, day("2020-12-31")).kind, CALENDAR_MAKEUP);
    assert_text(calendar_day(c, day("2020-12-31")).name_en, "B");
    assert_int_equal(make(&a, years, 2, "{\"甲\":\"A\"}", &c, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "no English name"));
    assert_ok(make(&a, years, 2, NULL, &c, &d), &d);
    assert_text(calendar_day(c, day("2020-12-31")).name_en, "乙");
    arena_release(&a);
}

static void without_any_year(void **state)
{
    (void)state;
    struct arena a;
    const struct calendar *c = NULL;
    int64_t due;
    bool provisional = false;
    arena_init(&a, NULL, MIB);
    assert_int_equal(calendar_make(&a, NULL, 0, NULL, &c, NULL), OK);
    assert_int_equal(calendar_first_year(c), 0);
    assert_int_equal(calendar_add_days(c, day("2026-11-20"), 1, &due, &provisional, NULL), OK);
    assert_int_equal(due, day("2026-11-23"));
    assert_true(provisional);
    assert_int_equal(calendar_days_between(c, day("2026-11-23"), day("2026-11-30")), 5);
    assert_int_equal(calendar_days_between(c, day("1969-12-01"), day("1969-12-31")), 22);
    arena_release(&a);
}

/* Each allocation fails in turn: an error, no calendar, nothing leaked. */
static void memory_runs_out(void **state)
{
    struct fixture *f = *state;
    enum err e = ERR_MEMORY;
    for (long n = 0; e != OK; n++) {
        struct failing_source source;
        struct arena a;
        const struct calendar *c = NULL;
        struct diag d = { 0 };
        assert_true(n < 200);
        failing_init(&source, n);
        arena_init(&a, &source.source, 16 * MIB);
        e = calendar_make(&a, f->years, YEARS, &f->names, &c, &d);
        assert_true(e == OK ? c != NULL : e == ERR_MEMORY && c == NULL);
        arena_release(&a);
        assert_int_equal(source.outstanding, 0);
    }
}

/* The collection lists days off and worked; all others are plain. Later years override. */
static void every_day_of_the_collection(void **state)
{
    struct fixture *f = *state;
    struct { bool known, off; } days[366 * (YEARS + 2)] = { 0 };
    const int64_t origin = day("2006-01-01");
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
        str path = str_printf(&f->arena, "data/cn-holidays/%d.json", year);
        str text = support_file(&f->arena, "JUNMA_SHARED", path.data);
        json_t *root = NULL;
        size_t i;
        json_t *entry;
        if (!text.data)
            skip();
        assert_ok(json_parse(&f->arena, text, &root, &f->d), &f->d);
        json_array_foreach(json_object_get(root, "days"), i, entry)
        {
            int64_t at = day(json_string_value(json_object_get(entry, "date"))) - origin;
            days[at].known = true;
            days[at].off = json_bool(entry, "isOffDay", false);
        }
    }
    for (int64_t at = 0; at < day("2027-01-01") - origin; at++) {
        bool plain = date_weekday(origin + at) <= 5;
        bool working = days[at].known ? !days[at].off : plain;
        assert_int_equal(calendar_is_working(f->calendar, origin + at), working);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),
        cmocka_unit_test(years_must_follow_each_other),
        cmocka_unit_test(a_later_notice_wins_in_december),
        cmocka_unit_test(without_any_year),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(every_day_of_the_collection),
    };
    return cmocka_run_group_tests_name("calendar/read", tests, fixture_open, fixture_close);
}
