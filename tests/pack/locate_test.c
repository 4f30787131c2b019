/* From JSON pointers to lines. */
#include "pack/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void finds_lines(void **state)
{
    (void)state;
    static const char text[] = "{\n"                       /* 1 */
                               "  \"a\": 1,\n"             /* 2 */
                               "  \"b\": [ true,\n"        /* 3 */
                               "    { \"c\": \"x\\\"}\",\n" /* 4 */
                               "      \"d/e\": null,\n"    /* 5 */
                               "      \"~\": { } } ],\n"   /* 6 */
                               "  \"z\": -1.5e3\n"         /* 7 */
                               "}\n";
    static const struct {
        const char *pointer;
        int line;
    } cases[] = { { "", 1 }, { "/a", 2 }, { "/b", 3 }, { "/b/0", 3 }, { "/b/1", 4 },
        { "/b/1/c", 4 }, { "/b/1/d~1e", 5 }, { "/b/1/~0", 6 }, { "/z", 7 },
        /* nowhere: the nearest that is */
        { "/none", 1 }, { "/b/1/none", 4 }, { "/b/9", 3 }, { "/b/x", 3 }, { "/z/deep/er", 7 },
        { "/b/1/~0/in", 6 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (pack_locate(str_from(text), str_from(cases[i].pointer)) != cases[i].line)
            fail_msg("%s: line %d, expected %d", cases[i].pointer,
                pack_locate(str_from(text), str_from(cases[i].pointer)), cases[i].line);
}

static void takes_small_documents(void **state)
{
    (void)state;
    assert_int_equal(pack_locate(STR("[]"), STR("/0")), 1);
    assert_int_equal(pack_locate(STR("{}"), STR("/a")), 1);
    assert_int_equal(pack_locate(STR("\n\n 7"), STR("")), 3);
    assert_int_equal(pack_locate(STR("\n\"text\""), STR("/a")), 2);
    assert_int_equal(pack_locate(STR(""), STR("/a")), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines),
        cmocka_unit_test(takes_small_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
