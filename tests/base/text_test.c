/* Text: searching, numbers, hex and base64, UTF-8, buffers. */
#include "support.h"

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

static void comparing(void **state)
{
    (void)state;
    assert_true(str_equal(STR(""), STR_NONE));
    assert_true(str_equal(STR("南昌"), STR("南昌")));
    assert_false(str_equal(STR("a"), STR("b")));
    assert_true(str_equal_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_equal_nocase(STR("Ä"), STR("ä"))); /* ASCII only */
    assert_false(str_equal_nocase(STR("["), STR("{")));
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_int_equal(str_compare(STR_NONE, STR("")), 0);
    assert_true(str_compare(STR("\xC3\xA9"), STR("z")) > 0);
    assert_true(str_starts(STR("abc"), STR("")) && str_starts(STR("abc"), STR("ab")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")) && str_ends(STR_NONE, STR("")));
    assert_false(str_ends(STR("c"), STR("bc")));
}

static void finding_and_slicing(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("abcabc"), STR("c"), 0), 2);
    assert_int_equal(str_find(STR("abcabc"), STR("c"), 3), 5);
    assert_int_equal(str_find(STR("abc"), STR("d"), 0), -1);
    assert_int_equal(str_find(STR("abc"), STR(""), 3), 3);
    assert_int_equal(str_find(STR("abc"), STR(""), 4), -1);
    assert_int_equal(str_find(STR_NONE, STR("a"), 0), -1);
    assert_int_equal(str_find(STR("abc"), STR("a"), 9), -1);
    assert_text(str_slice(STR("abcdef"), 2, 4), "cd");
    assert_text(str_slice(STR("abcdef"), 4, 99), "ef");
    assert_text(str_slice(STR("abc"), 3, 3), "");
    assert_text(str_slice(STR("abc"), 2, 1), "");
    assert_text(str_trim(STR(" \t\r\n a b \v\f")), "a b");
    assert_text(str_trim(STR("   ")), "");
    assert_text(str_trim(STR_NONE), "");
}

static void blanks(void **state)
{
    (void)state;
    assert_true(str_blank(STR_NONE));
    assert_true(str_blank(STR(" \t\r\n\v\f")));
    assert_true(str_blank(STR("\xe3\x80\x80\xc2\xa0\xe2\x80\x8b\xef\xbb\xbf"))); /* U+3000 A0 200B FEFF */
    assert_false(str_blank(STR("\xe3\x80\x80\xe5\x81\x9c")));
    assert_false(str_blank(STR(" .")));
    assert_false(str_blank(STR("\0")));
}

static void splitting(void **state)
{
    (void)state;
    str rest = STR("a,,b,"), part;
    const char *expected[] = { "a", "", "b", "" };
    for (int i = 0; i < 4; i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_text(part, expected[i]);
    }
    assert_false(str_split(&rest, ',', &part));
    rest = STR("");
    assert_true(str_split(&rest, ',', &part));
    assert_text(part, "");
    assert_false(str_split(&rest, ',', &part));
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } cases[] = {
        { "0", true, 0 }, { "-0", true, 0 }, { "42", true, 42 }, { "-7", true, -7 },
        { "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
        { "99999999999999999999", false, 0 }, { "", false, 0 }, { "-", false, 0 },
        { "+1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 },
        { "0x1", false, 0 }, { "--1", false, 0 }, { "１", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 77;
        assert_int_equal(str_to_int64(str_from(cases[i].text), &value), cases[i].good);
        assert_int_equal(value, cases[i].good ? cases[i].value : 77);
    }
}

static void copies_are_terminated(void **state)
{
    struct arena *a = *state;
    assert_string_equal(str_terminated(a, STR("abc")), "abc");
    assert_string_equal(str_terminated(a, STR_NONE), "");
    assert_null(str_terminated(a, (str){ "a\0b", 3 }));
    assert_string_equal(str_concat(a, STR("a"), STR("b")).data, "ab");
    assert_string_equal(str_concat(a, STR_NONE, STR_NONE).data, "");
    assert_string_equal(str_printf(a, "%d-%s", 7, "x").data, "7-x");
    assert_string_equal(str_copy(a, STR("q")).data, "q");
}

static void hex(void **state)
{
    struct arena *a = *state;
    unsigned char bytes[3] = { 9, 9, 9 };
    assert_text(str_hex(a, "\x00\xff\x1a", 3), "00ff1a");
    assert_text(str_hex(a, "", 0), "");
    assert_true(str_from_hex(STR("00fF1A"), bytes, 3));
    assert_memory_equal(bytes, "\x00\xff\x1a", 3);
    assert_false(str_from_hex(STR("00ff1"), bytes, 3));
    assert_false(str_from_hex(STR("00ff1a00"), bytes, 3));
    assert_false(str_from_hex(STR("00ff1g"), bytes, 3));
    assert_true(str_from_hex(STR_NONE, bytes, 0));
}

/* RFC 4648 clause 10, and what is refused. */
static void base64(void **state)
{
    struct arena *a = *state;
    static const char *const pairs[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
    };
    static const char *const bad[] = { "Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm 9v",
        "Zm-_", "=g==", "Zh==", "Zm9=", "Zm8=Zg==" };
    str out;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_text(str_base64(a, pairs[i][0], strlen(pairs[i][0])), pairs[i][1]);
        assert_true(str_from_base64(a, str_from(pairs[i][1]), &out));
        assert_text(out, pairs[i][0]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_from_base64(a, str_from(bad[i]), &out));
    unsigned char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    for (size_t n = 0; n <= 256; n++) {
        assert_true(str_from_base64(a, str_base64(a, all, n), &out));
        assert_int_equal(out.bytes, n);
        assert_memory_equal(out.data, all, n);
    }
}

static void utf8_is_checked(void **state)
{
    (void)state;
    static const char *const good[] = { "", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "骏马🐎" };
    static const char *const bad[] = { "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41",
        "\xE0\x9F\xBF",
        "\xE4\xB8", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "a\xFE" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(str_is_utf8(str_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_is_utf8(str_from(bad[i])));
    assert_false(str_is_utf8((str){ "中", 2 }));
    assert_int_equal(str_code_points(STR("骏马🐎a")), 4);
    assert_int_equal(str_code_points(STR("\xFF\xFE")), 2);
    assert_int_equal(str_code_points(STR_NONE), 0);
}

static void every_code_point_goes_round(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110010; c++) {
        char bytes[4];
        size_t count = utf8_put(bytes, c), offset = 0;
        bool scalar = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        assert_true(str_is_utf8((str){ bytes, count }));
        assert_int_equal(str_next_code_point((str){ bytes, count }, &offset), scalar ? c : 0xFFFD);
        assert_int_equal(offset, count);
    }
}

static void buffers_stop_at_their_limit(void **state)
{
    struct arena *a = *state;
    struct buf b;
    buf_init(&b, a, 10);
    buf_add(&b, STR("12345"));
    buf_add(&b, STR("67890"));
    assert_false(buf_failed(&b));
    buf_add_char(&b, 'x');
    assert_true(buf_failed(&b));
    buf_add(&b, STR("y"));
    assert_text(buf_str(&b), "1234567890");
    buf_init(&b, a, 300 * KIB);
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%03d", i);
    assert_int_equal(buf_str(&b).bytes, 3000);
    buf_printf(&b, "%0400d", 7); /* longer than the small store */
    assert_int_equal(buf_str(&b).bytes, 3400);
    buf_add_code_point(&b, 0x9A8F);
    assert_true(str_ends(buf_str(&b), STR("骏")) && !buf_failed(&b));
}

static void buffers_without_memory(void **state)
{
    (void)state;
    struct arena small;
    struct buf b;
    arena_init(&small, NULL, 400);
    buf_init(&b, &small, MIB);
    for (int i = 0; i < 100; i++)
        buf_add(&b, STR("0123456789"));
    assert_true(buf_failed(&b) && arena_failed(&small));
    arena_release(&small);
}

static void json_literals(void **state)
{
    struct buf b;
    buf_init(&b, *state, KIB);
    buf_add_json(&b, (str){ "a\"\\\n\t\x01\x7F\0骏", 11 });
    assert_text(buf_str(&b), "\"a\\\"\\\\\\n\\u0009\\u0001\\u007f\\u0000骏\"");
    buf_init(&b, *state, KIB);
    buf_add_json(&b, STR_NONE);
    assert_text(buf_str(&b), "\"\"");
}

static void hashing_spreads(void **state)
{
    (void)state;
    assert_int_equal(str_hash(STR("")), UINT64_C(0xcbf29ce484222325)); /* the FNV-1a basis */
    assert_int_equal(str_hash(STR("a")), UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(str_hash(STR("ab")) != str_hash(STR("ba")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing),
        cmocka_unit_test(finding_and_slicing),
        cmocka_unit_test(blanks),
        cmocka_unit_test(splitting),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(copies_are_terminated),
        cmocka_unit_test(hex),
        cmocka_unit_test(base64),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(every_code_point_goes_round),
        cmocka_unit_test(buffers_stop_at_their_limit),
        cmocka_unit_test(buffers_without_memory),
        cmocka_unit_test(json_literals),
        cmocka_unit_test(hashing_spreads),
    };
    return cmocka_run_group_tests_name("base/text", tests, open_arena, close_arena);
}
