/* Check characters: own vectors, the real identifiers beside the project, every single slip. */
#include "support.h"

#include "base/check.h"

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

static void credit_codes(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        const char *says; /* part of the English message; NULL when it is right */
    } cases[] = {
        { "11100000000013338W", NULL },
        { "91330000MA27U00003", "does not match" },
        { "11100000000013338X", "does not match" },
        { "11100000000013339W", "does not match" },
        { "1110000000001333W", "18 characters, this has 17" },
        { "11100000000013338WW", "this has 19" },
        { "", "this has 0" },
        { "11100000O00013338W", "Character 9" },
        { "11100a00000013338W", "Character 6" },
        { "111A0000000013338W", "Character 4" },
        { "11100000000013338w", "Character 18" },
        { "一11000000000133380", "digits and capitals only" },
        { "一二三四五六", "this has 6" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag d = { 0 };
        enum err e = check_credit_code(str_from(cases[i].code), &d);
        assert_int_equal(e, cases[i].says ? ERR_INVALID : OK);
        if (cases[i].says && !strstr(d.en, cases[i].says))
            fail_msg("%s: %s", cases[i].code, d.en);
    }
    struct diag d = { 0 };
    str broken = STR("1110000\xFF\xFE\xFD\xFC\xFB\xFA\xF9\xF8\xF7\xF6\xF5");
    assert_int_equal(check_credit_code(broken, &d), ERR_INVALID);
    assert_true(str_is_utf8(str_from(d.zh)) && str_is_utf8(str_from(d.en)));
}

/* A sum divisible by 31 gives 0, where 31 - sum would run off the alphabet. */
static void credit_check_character_covers_the_alphabet(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[19] = "91000000MA00000000";
    bool seen[128] = { false };
    for (int i = 0; i < 31; i++) {
        code[16] = alphabet[i];
        char check = credit_code_check((str){ code, 17 });
        assert_non_null(memchr(alphabet, check, 31));
        seen[(int)check] = true;
        code[17] = check;
        assert_int_equal(check_credit_code((str){ code, 18 }, NULL), OK);
    }
    for (int i = 0; i < 31; i++)
        assert_true(seen[(int)alphabet[i]]);
    assert_int_equal(credit_code_check(STR("123")), 0);
    assert_int_equal(credit_code_check(STR("I1100000000013338")), 0);
}

/* 31 is prime: one wrong character and two swapped neighbours are always found. */
static void credit_code_finds_slips(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const char *right = "11100000MB03271699";
    char code[19];
    assert_int_equal(check_credit_code(str_from(right), NULL), OK);
    for (int at = 0; at < 18; at++) {
        for (int i = 0; i < 31; i++) {
            memcpy(code, right, 19);
            code[at] = alphabet[i];
            assert_int_equal(check_credit_code(str_from(code), NULL) == OK, code[at] == right[at]);
        }
        if (at < 17) {
            memcpy(code, right, 19);
            code[at] = right[at + 1];
            code[at + 1] = right[at];
            assert_int_equal(check_credit_code(str_from(code), NULL) == OK, right[at] == right[at + 1]);
        }
    }
}

static void real_credit_codes(void **state)
{
    str file = support_file(*state, "JUNMA_SHARED", "data/uscc/uscc-real-samples.txt"), line;
    int seen = 0;
    if (!file.data)
        skip();
    while (str_split(&file, '\n', &line)) {
        line = str_trim(line);
        if (line.bytes == 0 || line.data[0] == '#')
            continue;
        struct diag d = { 0 };
        assert_ok(check_credit_code(line, &d), &d);
        seen++;
    }
    assert_true(seen >= 60);
}

static void citizen_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "36042619910101007", "3604261991010100711", "360426199101010072",
        "360426199102300071", "360426199113010071", "36042619910101007x", "3604261991O1010071",
        "36042619910101007 ", "一二三四五六" };
    assert_int_equal(check_citizen_number(STR("360426199101010071"), NULL), OK);
    assert_int_equal(check_citizen_number(STR("11010519491231002X"), NULL), OK);
    assert_int_equal(check_citizen_number(STR("11010519491231002x"), NULL), OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct diag d = { 0 };
        assert_int_equal(check_citizen_number(str_from(bad[i]), &d), ERR_INVALID);
        assert_true(d.zh[0] && d.en[0]);
    }
}

static void hybrid_systems(void **state)
{
    (void)state;
    assert_int_equal(iso7064_mod11_10(STR("0794")), '5'); /* the standard's own example */
    assert_true(iso7064_mod11_10_holds(STR("07945")));
    assert_false(iso7064_mod11_10_holds(STR("07954")));
    assert_false(iso7064_mod11_10_holds(STR("5")));
    assert_false(iso7064_mod11_10_holds(STR("")));
    assert_int_equal(iso7064_mod11_10(STR("07a4")), 0);
    assert_true(iso7064_mod11_10_holds(STR("23103601980401300275")));
    assert_int_equal(iso7064_mod37_36(STR("A12425GABC1234002")), 'M'); /* the standard's example */
    assert_int_equal(iso7064_mod37_36(STR("abc")), 0);
    assert_int_equal(iso7064_mod37_36(STR("A-1")), 0);
}

static str without(struct arena *a, str s, char gone)
{
    struct buf b;
    buf_init(&b, a, KIB);
    for (size_t i = 0; i < s.bytes; i++)
        if (s.data[i] != gone)
            buf_add_char(&b, s.data[i]);
    return buf_str(&b);
}

/* "kind,value,expect,note" a line. */
static void real_identifiers(void **state)
{
    str file = support_file(*state, "JUNMA_SHARED", "data/identifiers/samples.csv"), line;
    int seen = 0;
    if (!file.data)
        skip();
    while (str_split(&file, '\n', &line)) {
        str kind, value, expect;
        if (!str_split(&line, ',', &kind) || !str_split(&line, ',', &value)
            || !str_split(&line, ',', &expect))
            continue;
        bool good = str_is(expect, "valid");
        if (str_is(kind, "project") && !str_is(expect, "legacy")) {
            assert_int_equal(iso7064_mod11_10_holds(without(*state, value, '-')), good);
        } else if (str_is(kind, "elicence")) {
            str body = without(*state, str_slice(value, strlen("1.2.156.3005.2."), value.bytes), '.');
            char check = iso7064_mod37_36(str_slice(body, 0, body.bytes - 1));
            assert_int_equal(check == body.data[body.bytes - 1], good);
        } else if (str_is(kind, "citizen_id")) {
            assert_int_equal(check_citizen_number(value, NULL) == OK, good);
        } else {
            continue;
        }
        seen++;
    }
    assert_true(seen >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credit_codes),
        cmocka_unit_test(credit_check_character_covers_the_alphabet),
        cmocka_unit_test(credit_code_finds_slips),
        cmocka_unit_test(real_credit_codes),
        cmocka_unit_test(citizen_numbers),
        cmocka_unit_test(hybrid_systems),
        cmocka_unit_test(real_identifiers),
    };
    return cmocka_run_group_tests_name("base/check", tests, open_arena, close_arena);
}
