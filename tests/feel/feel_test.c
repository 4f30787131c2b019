/* The expression room as its callers see it: values, names, faults, limits, memory, JSON. */
#include "feel/feel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "clause_cases.h"
#include "decimal_cases.h"
#include "more_clause_cases.h"

struct world {
    struct arena arena;
    struct feel_zones *zones;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena, NULL, 64 * MIB);
    assert_int_equal(feel_zones_create(&w->arena, sys_real(), &w->zones), OK);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_release(&w->arena);
    free(w);
    return 0;
}

static struct feel_env env_of(struct world *w)
{
    struct feel_env env = { .zones = w->zones };
    env.now = feel_date_time_from_ms(1795397400000, 8 * 3600, NULL);
    return env;
}

static void expect_text(const char *expression, const char *expected, str got)
{
    if (!str_is(got, expected))
        fail_msg("%s\n   expected %s\n   got      %.*s", expression, expected, STR_ARGS(got));
}

static void run_case(struct world *w, const struct feel_case *c)
{
    struct feel_env env = env_of(w);
    struct diag d = { 0 };
    struct feel_program *p;
    feel_value v;
    enum err e = feel_compile(&w->arena, str_from(c->expression), NULL, &p, &d);
    if (c->result[0] == '!') {
        if (e != ERR_SYNTAX || !d.zh[0] || !d.en[0] || d.line < 1 || d.column < 1)
            fail_msg("%s: should not compile, with a message", c->expression);
        return;
    }
    if (e != OK)
        fail_msg("%s: %d:%d %s", c->expression, d.line, d.column, d.en);
    assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &v, &d), OK);
    expect_text(c->expression, c->result, feel_to_text(&w->arena, v));
}

static void test_cases(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        run_case(*state, &cases[i]);
}

static void test_clauses(void **state)
{
    for (size_t i = 0; i < sizeof clause_cases / sizeof *clause_cases; i++)
        run_case(*state, &clause_cases[i]);
    for (size_t i = 0; i < sizeof more_clause_cases / sizeof *more_clause_cases; i++)
        run_case(*state, &more_clause_cases[i]);
}

static void test_decimals(void **state)
{
    for (size_t i = 0; i < sizeof decimal_cases / sizeof *decimal_cases; i++)
        run_case(*state, &decimal_cases[i]);
}

/* The examples of docs/feel.md: "expression ⇒ result". */
static void test_manual(void **state)
{
    struct world *w = *state;
    struct feel_env env = env_of(w);
    struct diag d = { 0 };
    str text, line;
    size_t examples = 0;
    assert_int_equal(
        sys_real()->file_read(NULL, &w->arena, MANUAL, 1 << 20, &text, &d), OK);
    while (str_split(&text, '\n', &line)) {
        ptrdiff_t arrow = str_find(line, STR(" ⇒ "), 0);
        if (arrow < 0 || str_find(line, STR("`expression"), 0) >= 0)
            continue;
        struct feel_program *p;
        feel_value v;
        str expression = str_slice(line, 0, (size_t)arrow);
        char *shown = str_terminated(&w->arena, expression);
        if (feel_compile(&w->arena, expression, NULL, &p, &d) != OK)
            fail_msg("%s: %s", shown, d.en);
        assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &v, &d), OK);
        str expected = str_slice(line, (size_t)arrow + strlen(" ⇒ "), line.bytes);
        expect_text(shown, str_terminated(&w->arena, expected), feel_to_text(&w->arena, v));
        examples++;
    }
    assert_true(examples > 100);
}

/* Does an example line of the manual call the function? */
static bool called(str text, const char *name)
{
    str line;
    while (str_split(&text, '\n', &line)) {
        ptrdiff_t at = str_find(line, str_from(name), 0);
        size_t end = (size_t)at + strlen(name);
        if (at >= 0 && str_find(line, STR(" ⇒ "), 0) > 0 && end < line.bytes
            && line.data[end] == '(')
            return true;
    }
    return false;
}

/* No built-in without an example. */
static void test_manual_is_whole(void **state)
{
    static const char *const names[] = {
#define B(function, text, least, most, constant, gives, names) text,
#include "feel/builtins.def"
#undef B
    };
    struct world *w = *state;
    struct diag d = { 0 };
    str text;
    for (size_t i = 1; i < sizeof names / sizeof *names; i++) /* the parser halves the table */
        if (strcmp(names[i - 1], names[i]) >= 0)
            fail_msg("builtins.def: %s should stand before %s", names[i], names[i - 1]);
    assert_int_equal(sys_real()->file_read(NULL, &w->arena, MANUAL, 1 << 20, &text, &d), OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], "and") != 0 && strcmp(names[i], "or") != 0 && !called(text, names[i]))
            fail_msg("docs/feel.md has no example of %s", names[i]);
}

/* What feel_to_text writes reads back to an equal value. */
static void reads_back(struct world *w, const struct feel_case *list, size_t count)
{
    struct feel_env env = env_of(w);
    for (size_t i = 0; i < count; i++) {
        struct feel_program *p;
        feel_value first, second;
        if (list[i].result[0] == '!' || strstr(list[i].result, "function"))
            continue;
        assert_int_equal(feel_compile(&w->arena, str_from(list[i].result), NULL, &p, NULL), OK);
        assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &first, NULL), OK);
        assert_int_equal(
            feel_compile(&w->arena, feel_to_text(&w->arena, first), NULL, &p, NULL), OK);
        assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &second, NULL), OK);
        if (!feel_is_true(feel_equal(first, second)))
            fail_msg("%s does not read back", list[i].result);
    }
}

static void test_text_reads_back(void **state)
{
    reads_back(*state, cases, sizeof cases / sizeof *cases);
    reads_back(*state, clause_cases, sizeof clause_cases / sizeof *clause_cases);
    reads_back(*state, more_clause_cases, sizeof more_clause_cases / sizeof *more_clause_cases);
}

static const struct feel_field people_fields[] = {
    { { "age", 3 }, NULL },
    { { "last name", 9 }, NULL },
};
static const struct feel_type person_type
    = { .form = FEEL_TYPE_CONTEXT, .fields = people_fields, .field_count = 2 };

/* Written without an exponent the smallest and largest numbers take thousands of places. */
static void test_long_numbers_read_back(void **state)
{
    static const char *const numbers[] = { "1E-6176", "-1E-6143 / 3", "99999999999 / 99E998",
        "9.999999999999999999999999999999999E6144", "-10 ** 6144" };
    struct world *w = *state;
    struct feel_env env = env_of(w);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct feel_program *p;
        feel_value first, second;
        assert_int_equal(feel_compile(&w->arena, str_from(numbers[i]), NULL, &p, NULL), OK);
        assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &first, NULL), OK);
        assert_int_equal(first.kind, FEEL_NUMBER);
        str text = feel_to_text(&w->arena, first);
        assert_true(feel_number_parse(text, &second));
        assert_true(feel_is_true(feel_equal(first, second)));
    }
}

static void test_names(void **state)
{
    struct world *w = *state;
    const struct feel_field fields[] = { { STR("Monthly Salary"), NULL }, { STR("a"), NULL },
        { STR("a-b"), NULL }, { STR("b"), NULL }, { STR("person"), &person_type } };
    struct feel_names names = { .items = fields, .count = 5 };
    struct feel_entry person[] = { { STR("age"), feel_integer(30) },
        { STR("last name"), feel_string(STR("Li")) } };
    struct feel_entry scope_entries[] = { { STR("Monthly Salary"), feel_integer(10) },
        { STR("a"), feel_integer(5) }, { STR("a-b"), feel_integer(100) },
        { STR("b"), feel_integer(2) },
        { STR("person"), feel_context_of(&w->arena, person, 2) } };
    struct feel_context scope = { 5, scope_entries };
    const char *const expected[][2] = { { "12 * Monthly Salary", "120" },
        { "Monthly   Salary + 1", "11" }, { "a-b", "100" }, { "a - b", "3" }, { "b-a", "-3" },
        { "person.last name", "\"Li\"" }, { "{a: 1, r: a}.r", "1" } };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct feel_program *p;
        feel_value v;
        struct diag d = { 0 };
        if (feel_compile(&w->arena, str_from(expected[i][0]), &names, &p, &d) != OK)
            fail_msg("%s: %s", expected[i][0], d.en);
        assert_int_equal(feel_eval(p, NULL, &scope, &w->arena, &v, &d), OK);
        expect_text(expected[i][0], expected[i][1], feel_to_text(&w->arena, v));
    }
}

static void test_variables(void **state)
{
    struct world *w = *state;
    struct feel_names open = { .open = true };
    struct feel_program *p;
    feel_value v;
    assert_int_equal(
        feel_compile(&w->arena, STR("amount > 3 and unit = \"A\""), &open, &p, NULL), OK);
    assert_int_equal(feel_program_variable_count(p), 2);
    assert_true(str_is(feel_program_variable(p, 0), "amount"));
    assert_true(str_is(feel_program_variable(p, 1), "unit"));
    struct feel_entry e = { STR("amount"), feel_integer(4) };
    struct feel_context scope = { 1, &e };
    assert_int_equal(feel_eval(p, NULL, &scope, &w->arena, &v, NULL), OK);
    assert_int_equal(v.kind, FEEL_BOOLEAN); /* absent unit is null, null = "A" is false */
    assert_false(v.boolean);
    e.value = feel_null();
    assert_int_equal(feel_eval(p, NULL, NULL, &w->arena, &v, NULL), OK);
    assert_false(feel_is_true(v));
}

static void test_unary_tests(void **state)
{
    struct world *w = *state;
    const struct {
        const char *tests;
        feel_value input;
        const char *result;
    } list[] = {
        { "-", feel_null(), "true" },
        { "> 5", feel_integer(6), "true" },
        { "> 5, < 2", feel_integer(3), "false" },
        { "not(1, 2)", feel_integer(3), "true" },
        { "[1..3]", feel_integer(3), "true" },
        { "\"a\", \"b\"", feel_string(STR("b")), "true" },
        { "contains(?, \"停电\")", feel_string(STR("昨夜停电")), "true" },
        { "starts with(?, \"C\") and string length(?) = 3", feel_string(STR("C39")), "true" },
        { "null", feel_null(), "true" },
        { "> 5", feel_null(), "null" },
        { "true", feel_boolean(true), "true" },
        { "not(true)", feel_boolean(true), "false" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct feel_program *p;
        feel_value v;
        struct diag d = { 0 };
        if (feel_compile_tests(&w->arena, str_from(list[i].tests), NULL, NULL, &p, &d) != OK)
            fail_msg("%s: %s", list[i].tests, d.en);
        assert_int_equal(
            feel_eval_tests(p, NULL, list[i].input, NULL, &w->arena, &v, &d), OK);
        expect_text(list[i].tests, list[i].result, feel_to_text(&w->arena, v));
    }
}

static void test_place_of_faults(void **state)
{
    struct world *w = *state;
    struct feel_program *p = NULL;
    struct diag d = { 0 };
    assert_int_equal(feel_compile(&w->arena, STR("1 +\n  区域 * 2"), NULL, &p, &d), ERR_SYNTAX);
    assert_int_equal(d.line, 2);
    assert_int_equal(d.column, 3);
    assert_non_null(strstr(d.zh, "区域"));
    assert_non_null(strstr(d.en, "区域"));
    assert_null(p);
    memset(&d, 0, sizeof d);
    assert_int_equal(feel_compile(&w->arena, STR("\xff"), NULL, &p, &d), ERR_UTF8);
    struct feel_warnings warnings = { .arena = &w->arena };
    struct feel_env env = { .warnings = &warnings };
    feel_value v;
    assert_int_equal(feel_compile(&w->arena, STR("1 +\n (2 * \"a\")"), NULL, &p, &d), OK);
    assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &v, &d), OK);
    assert_true(feel_is_null(v));
    assert_int_equal(warnings.count, 2);
    assert_int_equal(warnings.items[0].line, 2);
    assert_true(warnings.items[0].zh.bytes > 0);
}

static enum err run_limited(struct world *w, const char *text, struct feel_limits limits)
{
    struct feel_program *p;
    feel_value v;
    struct diag d = { 0 };
    struct feel_env env = { .limits = limits };
    assert_int_equal(feel_compile(&w->arena, str_from(text), NULL, &p, &d), OK);
    enum err e = feel_eval(p, &env, NULL, &w->arena, &v, &d);
    if (e != OK)
        assert_true(d.zh[0] && d.en[0]);
    return e;
}

static bool time_is_up(void *ctx)
{
    return ++*(int *)ctx > 2;
}

static void test_limits(void **state)
{
    struct world *w = *state;
    assert_int_equal(run_limited(w, "count(for x in 1..100000 return x)",
                         (struct feel_limits){ .steps = 1000 }),
        ERR_LIMIT_STEPS);
    assert_int_equal(run_limited(w, "{f: function(n) f(n + 1), r: f(1)}.r",
                         (struct feel_limits){ .depth = 50 }),
        ERR_LIMIT);
    assert_int_equal(
        run_limited(w, "for x in 1..100 return x", (struct feel_limits){ .list_items = 50 }),
        ERR_LIMIT);
    assert_int_equal(
        run_limited(w, "for i in 1..30 return if i = 1 then \"aaaa\" else partial[-1] + partial[-1]",
            (struct feel_limits){ .text_bytes = 100000 }),
        ERR_LIMIT);
    assert_int_equal(run_limited(w, "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", "
                                    "\"^(a+)+$\")",
                         (struct feel_limits){ 0 }),
        ERR_LIMIT_STEPS);
    int asked = 0;
    struct feel_env env = { .expired = time_is_up, .expired_ctx = &asked };
    struct feel_program *p;
    feel_value v;
    assert_int_equal(feel_compile(&w->arena, STR("count(for x in 1..100000 return x)"), NULL, &p,
                         NULL),
        OK);
    assert_int_equal(feel_eval(p, &env, NULL, &w->arena, &v, NULL), ERR_LIMIT_STEPS);
    assert_int_equal(asked, 3);
}

static void test_deep_text(void **state)
{
    struct world *w = *state;
    static char text[FEEL_SOURCE_BYTES_MAX + 16];
    struct feel_program *p;
    const char *const openings = "([{-";
    for (const char *c = openings; *c; c++) {
        memset(text, *c, 100000);
        struct diag d = { 0 };
        enum err e = feel_compile(&w->arena, (str){ text, 100000 }, NULL, &p, &d);
        assert_true(e == ERR_LIMIT || e == ERR_SYNTAX);
    }
    memset(text, '1', sizeof text);
    assert_int_equal(feel_compile(&w->arena, (str){ text, sizeof text }, NULL, &p, NULL),
        ERR_LIMIT);
}

static void test_json(void **state)
{
    struct world *w = *state;
    struct arena *a = &w->arena;
    struct diag d = { 0 };
    json_t *json;
    feel_value v;
    const struct feel_field fields[] = { { STR("day"), feel_type_named(STR("date")) },
        { STR("fee"), feel_type_named(STR("number")) } };
    const struct feel_type type
        = { .form = FEEL_TYPE_CONTEXT, .fields = fields, .field_count = 2 };
    str text = STR("{\"day\": \"2026-11-23\", \"fee\": 0.1, \"n\": [1, null, true, \"x\"]}");
    assert_int_equal(json_parse(a, text, &json, &d), OK);
    assert_int_equal(feel_from_json(a, json, &type, &v, &d), OK);
    expect_text("json", "{day: @\"2026-11-23\", fee: 0.1, n: [1, null, true, \"x\"]}",
        feel_to_text(a, v));
    json_t *back = feel_to_json(a, v);
    assert_true(json_equal(back, json));
    assert_int_equal(feel_from_json(a, json, NULL, &v, &d), OK);
    assert_int_equal(feel_get(v, STR("day"))->kind, FEEL_STRING);
    assert_int_equal(json_parse(a, STR("{\"day\": \"23.11.2026\"}"), &json, &d), OK);
    assert_int_equal(feel_from_json(a, json, &type, &v, &d), ERR_INVALID);
    assert_string_equal(d.field, "day");
}

struct failing {
    size_t left;
};

static void *failing_alloc(void *ctx, size_t bytes)
{
    struct failing *f = ctx;
    return f->left-- == 0 ? (f->left = 0, NULL) : malloc(bytes);
}

static void failing_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* Every allocation fails in turn: an error, never a crash, and success in the end. */
static void test_memory(void **state)
{
    struct world *w = *state;
    str text = STR("{f: function(x) x * 2, l: for i in 1..9 return f(i), s: string(l), "
                   "t: replace(s, \"[0-9]\", \"x\"), u: sort(l, function(a, b) a > b)}");
    struct feel_env env = env_of(w);
    bool done = false;
    for (size_t limit = 256; !done; limit += 64) {
        struct arena a;
        struct feel_program *p;
        feel_value v;
        struct diag d = { 0 };
        struct failing f = { .left = 1000 };
        struct arena_source source = { failing_alloc, failing_free, &f };
        arena_init(&a, &source, limit);
        enum err e = feel_compile(&a, text, NULL, &p, &d);
        if (e == OK)
            e = feel_eval(p, &env, NULL, &a, &v, &d);
        assert_true(e == OK || e == ERR_MEMORY);
        done = e == OK;
        arena_release(&a);
        assert_true(limit < 4 * MIB);
    }
}

static void test_numbers(void **state)
{
    struct world *w = *state;
    feel_value v;
    int64_t n;
    assert_true(feel_number_parse(STR("9223372036854775807"), &v));
    assert_true(feel_to_int64(v, &n) && n == INT64_MAX);
    assert_true(feel_number_parse(STR("-9223372036854775808"), &v));
    assert_true(feel_to_int64(v, &n) && n == INT64_MIN);
    assert_true(feel_number_parse(STR("9223372036854775808"), &v));
    assert_false(feel_to_int64(v, &n));
    assert_false(feel_to_int64(feel_decimal(15, 1), &n));
    assert_true(feel_to_int64(feel_decimal(150, 1), &n) && n == 15);
    assert_false(feel_number_parse(STR(""), &v));
    assert_false(feel_number_parse(STR("-"), &v));
    assert_false(feel_number_parse(STR("1."), &v));
    assert_false(feel_number_parse(STR("1e99999"), &v));
    assert_false(feel_number_parse(STR("0x10"), &v));
    assert_false(feel_number_parse(STR("NaN"), &v));
    assert_true(feel_to_double(feel_from_double(0.1)) == 0.1);
    expect_text("0.1", "0.1", feel_to_text(&w->arena, feel_from_double(0.1)));
    assert_true(feel_is_null(feel_from_double(1.0 / 0.0)));
    int64_t ms;
    assert_true(feel_date_time_to_ms(feel_date_time_from_ms(-1, 0, NULL), &ms) && ms == -1);
}

/* Sorting is a permutation in order; a range contains what comparison says. */
static void test_properties(void **state)
{
    struct world *w = *state;
    uint64_t seed = 42;
    struct feel_program *sort, *contains;
    const struct feel_field fields[] = { { STR("l"), NULL }, { STR("a"), NULL },
        { STR("b"), NULL }, { STR("x"), NULL } };
    struct feel_names names = { .items = fields, .count = 4 };
    assert_int_equal(feel_compile(&w->arena, STR("sort(l, function(a, b) a < b)"), &names, &sort,
                         NULL),
        OK);
    assert_int_equal(feel_compile(&w->arena, STR("(x in [a..b)) = (a <= x and x < b)"), &names,
                         &contains, NULL),
        OK);
    for (int round = 0; round < 200; round++) {
        struct arena a;
        arena_init(&a, NULL, 4 * MIB);
        feel_value items[32], v;
        int64_t sum = 0;
        for (size_t i = 0; i < 32; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            int64_t n = (int64_t)(seed >> 40) % 1000 - 500;
            items[i] = feel_decimal(n, (int)(seed >> 33) % 3);
            sum += n * (items[i].scale == 0 ? 100 : items[i].scale == 1 ? 10 : 1);
        }
        struct feel_entry e[] = { { STR("l"), feel_list_of(&a, items, 32) },
            { STR("a"), items[0] }, { STR("b"), items[1] }, { STR("x"), items[2] } };
        struct feel_context scope = { 4, e };
        assert_int_equal(feel_eval(sort, NULL, &scope, &a, &v, NULL), OK);
        assert_int_equal(v.list->count, 32);
        for (size_t i = 0; i < 32; i++) {
            int order = 0;
            feel_value n = v.list->items[i];
            sum -= n.coefficient * (n.scale == 0 ? 100 : n.scale == 1 ? 10 : 1);
            if (i)
                assert_true(feel_order(v.list->items[i - 1], n, &order) && order <= 0);
        }
        assert_int_equal(sum, 0);
        assert_int_equal(feel_eval(contains, NULL, &scope, &a, &v, NULL), OK);
        assert_true(feel_is_true(v));
        arena_release(&a);
    }
}

/* Sums, products and comparisons of small numbers are computed apart: against the general way, which
 * a condition around each variable asks for, at the edges of 64 bits and of scales. */
static feel_value number_or_other(unsigned pick)
{
    static const int64_t edges[] = { 0, 1, -1, 7, 25, INT64_MAX, INT64_MIN, INT64_MAX / 10, -10,
        INT64_C(3037000500), INT64_C(1000000000000000000) };
    static const int scales[] = { 0, 2, 1, 9, 10, 18 };
    if (pick % 13 == 12)
        return pick % 2 ? feel_null() : feel_string(STR("x"));
    return feel_decimal(edges[pick / 13 % 11], scales[pick / 143 % 6]);
}

static void test_small_numbers(void **state)
{
    static const char *const texts[][2] = {
        { "a + b * c", "(if true then a else 0) + (if true then b else 0) * c" },
        { "(a - b) * (1 - c)",
            "((if true then a else 0) - b) * (if true then 1 - (if true then c else 0) else 0)" },
        { "a < b", "(if true then a else 0) < b" },
        { "a >= 25", "(if true then a else 0) >= 25" },
        { "a = 2.50", "(if true then a else 0) = 2.50" },
        { "a - b != c", "(if true then a - (if true then b else 0) else 0) != c" },
    };
    static const struct feel_field fields[] = { { { "a", 1 }, NULL }, { { "b", 1 }, NULL },
        { { "c", 1 }, NULL } };
    const struct feel_names names = { .items = fields, .count = 3 };
    struct world *w = *state;
    struct arena turn;
    arena_init(&turn, NULL, MIB);
    unsigned seed = 1;
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        struct feel_program *quick, *general;
        assert_int_equal(
            feel_compile(&w->arena, str_from(texts[t][0]), &names, &quick, NULL), OK);
        assert_int_equal(
            feel_compile(&w->arena, str_from(texts[t][1]), &names, &general, NULL), OK);
        for (int i = 0; i < 4000; i++) {
            struct feel_entry entries[3];
            feel_value slots[3], all[3];
            static const struct feel_env env;
            struct feel_machine *m;
            for (int k = 0; k < 3; k++) {
                seed = seed * 1103515245 + 12345;
                slots[k] = number_or_other(seed >> 8);
                entries[k] = (struct feel_entry){ fields[k].name, slots[k] };
            }
            struct feel_context scope = { 3, entries };
            arena_reset(&turn);
            assert_int_equal(feel_eval(quick, NULL, &scope, &turn, &all[0], NULL), OK);
            assert_int_equal(feel_eval(general, NULL, &scope, &turn, &all[1], NULL), OK);
            assert_int_equal(feel_machine_create(&turn, &env, &m, NULL), OK);
            assert_int_equal(feel_machine_eval(m, quick, slots, &all[2]), OK);
            for (int k = 0; k < 3; k += 2)
                if (!str_equal(feel_to_text(&turn, all[1]), feel_to_text(&turn, all[k])))
                    fail_msg("%s: %.*s or %.*s", texts[t][0],
                        STR_ARGS(feel_to_text(&turn, all[1])),
                        STR_ARGS(feel_to_text(&turn, all[k])));
        }
    }
    arena_release(&turn);
}

/* Each operation is a step, however it is computed. */
static void test_steps_of_small_numbers(void **state)
{
    static const struct feel_field fields[] = { { { "a", 1 }, NULL } };
    static const struct feel_entry entries[] = { { { "a", 1 }, { .kind = FEEL_NUMBER } } };
    const struct feel_names names = { .items = fields, .count = 1 };
    const struct feel_context scope = { 1, entries };
    struct world *w = *state;
    struct feel_program *p;
    struct feel_machine *m;
    feel_value v;
    assert_int_equal(feel_compile(&w->arena, STR("a * 3 + 1 > a"), &names, &p, NULL), OK);
    for (uint64_t steps = 1; steps <= 4; steps++) {
        struct feel_env env = { .limits = { .steps = steps } };
        enum err expected = steps < 3 ? ERR_LIMIT_STEPS : OK;
        assert_int_equal(feel_eval(p, &env, &scope, &w->arena, &v, NULL), expected);
        assert_int_equal(feel_machine_create(&w->arena, &env, &m, NULL), OK);
        assert_int_equal(feel_machine_eval(m, p, &entries[0].value, &v), expected);
    }
    struct feel_env env = { .limits = { .steps = 10 } }; /* three at a time: three times */
    assert_int_equal(feel_machine_create(&w->arena, &env, &m, NULL), OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(feel_machine_eval(m, p, &entries[0].value, &v),
            i < 3 ? OK : ERR_LIMIT_STEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_small_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_steps_of_small_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clauses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decimals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_manual, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_manual_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_reads_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_numbers_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_variables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unary_tests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_place_of_faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deep_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_properties, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
