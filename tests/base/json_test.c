/* JSON glue: what is refused, where it is said to be, ownership, equal bytes for equal values. */
#include "support.h"

#include "base/json.h"

static int open_arena(void **state)
{
    static struct arena a;
    arena_init(&a, NULL, 4 * MIB);
    *state = &a;
    return 0;
}

static int close_arena(void **state)
{
    arena_release(*state);
    return 0;
}

static void refusals(void **state)
{
    static const struct {
        const char *text;
        enum err err;
        int line;
    } cases[] = {
        { "", ERR_SYNTAX, 1 },
        { "{", ERR_SYNTAX, 1 },
        { "{\"a\":1,}", ERR_SYNTAX, 1 },
        { "{\n\"a\":1\n\"b\":2}", ERR_SYNTAX, 3 },
        { "{\"a\":1,\"a\":2}", ERR_SYNTAX, 1 },
        { "{\"a\":{\"b\":1,\n\"b\":2}}", ERR_SYNTAX, 2 },
        { "[1] [2]", ERR_SYNTAX, 1 },
        { "[1]x", ERR_SYNTAX, 1 },
        { "nul", ERR_SYNTAX, 1 },
        { "[01]", ERR_SYNTAX, 1 },
        { "['a']", ERR_SYNTAX, 1 },
        { "[NaN]", ERR_SYNTAX, 1 },
        { "[\"\\ud800\"]", ERR_SYNTAX, 1 },
        { "[99999999999999999999]", ERR_SYNTAX, 1 },
        { "[1e999]", ERR_SYNTAX, 1 },
        { "[\"\t\"]", ERR_SYNTAX, 1 },
        { "[\"\xFF\"]", ERR_UTF8, 0 },
        { "[\"\xED\xA0\x80\"]", ERR_UTF8, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag d = { 0 };
        json_t *v = NULL;
        assert_int_equal(json_parse(*state, str_from(cases[i].text), &v, &d), cases[i].err);
        assert_null(v);
        assert_int_equal(d.line, cases[i].line);
        assert_true(d.zh[0] && d.en[0] && str_is_utf8(str_from(d.zh)));
    }
}

static void depth(void **state)
{
    char text[2 * JSON_DEPTH_MAX + 8];
    struct diag d = { 0 };
    json_t *v = NULL;
    for (int deep = JSON_DEPTH_MAX; deep <= JSON_DEPTH_MAX + 1; deep++) {
        memset(text, '[', (size_t)deep);
        memset(text + deep, ']', (size_t)deep);
        enum err e = json_parse(*state, (str){ text, (size_t)deep * 2 }, &v, &d);
        assert_int_equal(e, deep > JSON_DEPTH_MAX ? ERR_LIMIT : OK);
    }
    /* Brackets in text do not count, nor those after an escaped quote. */
    char quoted[400] = "[\"";
    memset(quoted + 2, '[', 300);
    strcpy(quoted + 302, "\\\"[[\"]");
    assert_ok(json_parse(*state, str_from(quoted), &v, &d), &d);
    /* A million brackets are refused before any stack is built on them. */
    struct arena big;
    arena_init(&big, NULL, 4 * MIB);
    char *many = arena_alloc(&big, MIB);
    memset(many, '[', MIB);
    assert_int_equal(json_parse(&big, (str){ many, MIB }, &v, &d), ERR_LIMIT);
    arena_release(&big);
}

static void any_value_is_read(void **state)
{
    struct diag d = { 0 };
    json_t *v = NULL;
    assert_ok(json_parse(*state, STR(" -9223372036854775808 "), &v, &d), &d);
    assert_int_equal(json_integer_value(v), INT64_MIN);
    assert_ok(json_parse(*state, STR("\"骏\\u0000\\ud83d\\udc0e\""), &v, &d), &d);
    assert_int_equal(json_string_length(v), 8);
    assert_ok(json_parse(*state, STR("null"), &v, &d), &d);
    assert_true(json_is_null(v));
}

static void members(void **state)
{
    struct diag d = { 0 };
    json_t *v = NULL;
    assert_ok(json_parse(*state, STR("{\"s\":\"x\",\"i\":5,\"b\":true,\"n\":null}"), &v, &d), &d);
    assert_text(json_str(v, "s"), "x");
    assert_text(json_str(v, "i"), "");
    assert_text(json_str(v, "none"), "");
    assert_int_equal(json_int(v, "i", 9), 5);
    assert_int_equal(json_int(v, "s", 9), 9);
    assert_true(json_bool(v, "b", false));
    assert_true(json_bool(v, "i", true));
    json_set_str(v, "s", STR("y"));
    json_set_int(v, "i", -1);
    json_set_id(v, "id", INT64_MAX);
    json_set_str(v, "broken", STR("\xFF"));
    assert_text(json_text(*state, v),
        "{\"b\":true,\"broken\":null,\"i\":-1,\"id\":\"9223372036854775807\",\"n\":null,\"s\":\"y\"}");
    assert_text(json_str(NULL, "x"), "");
}

static void equal_values_give_equal_bytes(void **state)
{
    struct diag d = { 0 };
    json_t *left = NULL, *right = NULL;
    assert_ok(json_parse(*state, STR("{\"b\":[1,2.5],\"a\":{\"y\":1,\"x\":\"\\u00e9\"}}"), &left, &d), &d);
    assert_ok(json_parse(*state, STR("{ \"a\":{\"x\":\"é\",\"y\":1}, \"b\":[1, 2.5] }"), &right, &d), &d);
    assert_true(str_equal(json_text(*state, left), json_text(*state, right)));
    assert_text(json_text(*state, left), "{\"a\":{\"x\":\"é\",\"y\":1},\"b\":[1,2.5]}");
    assert_text(json_text_pretty(*state, json_object_get(left, "a")), "{\n  \"x\": \"é\",\n  \"y\": 1\n}");
}

static void none_is_null(void **state)
{
    json_t *o = json_keep(*state, json_object());
    json_set_str_or_null(o, "a", STR_NONE);
    json_set_str_or_null(o, "b", STR("x"));
    json_set_id_or_null(o, "c", 0);
    json_set_id_or_null(o, "d", INT64_MAX);
    assert_text(json_text(*state, o), "{\"a\":null,\"b\":\"x\",\"c\":null,\"d\":\"9223372036854775807\"}");
}

/* Without memory nothing leaks (the leak checker watches jansson's side). */
static void memory_runs_out(void **state)
{
    (void)state;
    for (size_t limit = 0; limit < 3000; limit += 100) {
        struct arena a;
        struct diag d = { 0 };
        json_t *v = NULL;
        arena_init(&a, NULL, limit);
        enum err e = json_parse(&a, STR("{\"a\":[1,2,3,{\"b\":\"c\"}]}"), &v, &d);
        assert_true(e == OK ? v != NULL : e == ERR_MEMORY && v == NULL);
        if (e == OK)
            (void)json_text(&a, v);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),
        cmocka_unit_test(depth),
        cmocka_unit_test(any_value_is_read),
        cmocka_unit_test(members),
        cmocka_unit_test(equal_values_give_equal_bytes),
        cmocka_unit_test(none_is_null),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("base/json", tests, open_arena, close_arena);
}
