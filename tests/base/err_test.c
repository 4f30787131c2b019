/* Errors as values: the table, messages in two languages, places, lists. */
#include "support.h"

static void table_is_whole(void **state)
{
    (void)state;
    for (int e = OK; e < ERR_COUNT; e++) {
        assert_true(err_code(e)[0] && err_title_zh(e)[0] && err_title_en(e)[0]);
        assert_true(str_is_utf8(str_from(err_title_zh(e))));
        assert_true(err_http_status(e) >= 200 && err_http_status(e) < 600);
        for (int other = OK; other < e; other++)
            assert_string_not_equal(err_code(e), err_code(other));
    }
    assert_int_equal(err_http_status(ERR_NOT_FOUND), 404);
}

static void both_languages(void **state)
{
    (void)state;
    struct diag d = { 0 };
    assert_int_equal(diag_set(&d, ERR_LIMIT, "最多%d个", "at most %d", 7), ERR_LIMIT);
    assert_int_equal(d.err, ERR_LIMIT);
    assert_string_equal(d.zh, "最多7个");
    assert_string_equal(d.en, "at most 7");
    assert_int_equal(diag_set(&d, ERR_INVALID, "%s%.0s", "%.0s%s", "甲", "a"), ERR_INVALID);
    assert_string_equal(d.zh, "甲");
    assert_string_equal(d.en, "a");
    assert_int_equal(diag_set(NULL, ERR_LIMIT, "x", "x"), ERR_LIMIT);
}

static void long_text_is_cut_at_a_code_point(void **state)
{
    (void)state;
    char text[DIAG_TEXT_BYTES * 2];
    for (size_t shift = 0; shift < 4; shift++) {
        struct diag d = { 0 };
        memset(text, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof text; i += 4)
            memcpy(text + i, "🐎", 5);
        assert_int_equal(diag_set(&d, ERR_INVALID, "%s", "%s", text), ERR_INVALID);
        assert_true(str_is_utf8(str_from(d.zh)));
        assert_true(strlen(d.zh) >= DIAG_TEXT_BYTES - 5);
        diag_field(&d, str_from(text));
        diag_at(&d, text, 0, 0);
        assert_true(str_is_utf8(str_from(d.field)) && strlen(d.field) >= DIAG_PLACE_BYTES - 5);
        assert_true(str_is_utf8(str_from(d.file)));
    }
}

static void broken_bytes_do_not_go_out(void **state)
{
    (void)state;
    struct diag d = { 0 };
    assert_int_equal(diag_set(&d, ERR_INVALID, "“%s”错", "\"%s\" bad", "a\xFF\xE4\xB8z"), ERR_INVALID);
    assert_string_equal(d.zh, "“a???z”错");
    assert_string_equal(d.en, "\"a???z\" bad");
    assert_int_equal(diag_set(&d, ERR_INVALID, "%s", "%s", "end\xE4\xB8"), ERR_INVALID);
    assert_string_equal(d.en, "end"); /* a tail that was cut off */
    assert_int_equal(diag_set(&d, ERR_INVALID, "%s", "%s", "real \xEF\xBF\xBD stays"), ERR_INVALID);
    assert_string_equal(d.en, "real \xEF\xBF\xBD stays");
}

static void places_in_a_line(void **state)
{
    struct arena *a = *state;
    struct diag d = { 0 };
    (void)diag_set(&d, ERR_SYNTAX, "错了", "wrong");
    assert_text(diag_line(a, &d, "en"), "wrong");
    diag_at(&d, "x.json", 0, 0);
    assert_text(diag_line(a, &d, "zh-CN"), "x.json: 错了");
    diag_at(&d, NULL, 3, 0);
    assert_text(diag_line(a, &d, "en"), "x.json:3: wrong");
    diag_at(&d, NULL, 0, 9);
    diag_field(&d, STR("/a/b"));
    assert_text(diag_line(a, &d, "en"), "x.json:3:9: /a/b: wrong");
    assert_text(diag_line(a, &d, NULL), "x.json:3:9: /a/b: wrong");
    (void)diag_set(&d, ERR_LIMIT, "换了", "changed"); /* the place stays */
    assert_text(diag_line(a, &d, "en"), "x.json:3:9: /a/b: changed");
    struct diag silent = { .err = ERR_NOT_FOUND };
    assert_text(diag_line(a, &silent, "en"), "not found");
    diag_at(NULL, "x", 1, 1);
    diag_field(NULL, STR("x"));
}

static void lists_keep_some_and_count_all(void **state)
{
    struct arena *a = *state;
    struct diag_list l;
    diag_list_init(&l, a, 40);
    for (int i = 0; i < 100; i++) {
        struct diag d = { 0 };
        (void)diag_set(&d, ERR_INVALID, "%d", "%d", i);
        diag_list_add(&l, &d);
    }
    assert_int_equal(l.count, 40);
    assert_int_equal(l.total, 100);
    assert_string_equal(l.items[39]->en, "39");
    struct arena small;
    arena_init(&small, NULL, 3 * KIB);
    diag_list_init(&l, &small, 40);
    for (int i = 0; i < 40; i++)
        diag_list_add(&l, &(struct diag){ .err = ERR_INVALID });
    assert_true(l.count < 40 && l.total == 40 && arena_failed(&small));
    arena_release(&small);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_whole),
        cmocka_unit_test(both_languages),
        cmocka_unit_test(long_text_is_cut_at_a_code_point),
        cmocka_unit_test(broken_bytes_do_not_go_out),
        cmocka_unit_test(places_in_a_line),
        cmocka_unit_test(lists_keep_some_and_count_all),
    };
    return cmocka_run_group_tests_name("base/err", tests, open_arena, close_arena);
}
