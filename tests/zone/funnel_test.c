/* Funnels, counted by hand. */
#include "house.h"

#include "zone/funnel.h"

#define NO FUNNEL_NO_DAY

static struct funnel_result analyse(
    struct arena *a, const struct funnel_record *records, size_t count, size_t steps)
{
    struct funnel_result r;
    struct diag d = { 0 };
    arena_init(a, NULL, MIB);
    assert_int_equal(funnel_analyse(a, records, count, steps, 100, &r, &d), OK);
    return r;
}

static void counted_by_hand(void **state)
{
    (void)state;
    struct arena a;
    const struct funnel_record records[] = {
        { { 10, 20, 30 }, NO, -1 }, /* through */
        { { 10, NO, 50 }, NO, -1 }, /* passed over the second */
        { { 10, 14, NO }, NO, -1 }, /* stands at the second for 86 days */
        { { 10, NO, NO }, 40, 2 },  /* lost at the first */
        { { 60, 66, NO }, 90, -1 }, /* lost at the second, nobody said why */
        { { 90, NO, NO }, NO, -1 }, /* stands at the first for 10 days */
        { { NO, NO, NO }, 40, 1 },  /* never came */
        { { 10, 18, 40 }, 99, 1 },  /* came through: not lost, whatever was entered */
    };
    struct funnel_result r = analyse(&a, records, sizeof records / sizeof *records, 3);
    assert_int_equal(r.records, 7);
    assert_int_equal(r.lost, 2);
    assert_int_equal(r.steps[0].reached, 7);
    assert_int_equal(r.steps[1].reached, 5);
    assert_int_equal(r.steps[2].reached, 3);
    assert_int_equal(r.steps[0].standing, 1);
    assert_int_equal(r.steps[1].standing, 1);
    assert_int_equal(r.steps[2].standing, 3);
    assert_int_equal(r.steps[0].lost, 1);
    assert_int_equal(r.steps[1].lost, 1);
    assert_false(r.steps[0].has_median);
    assert_true(r.steps[1].median == 7); /* 4 6 8 10 */
    assert_true(r.steps[2].median == 16); /* 10 and 22 */
    assert_true(r.steps[0].waiting == 10);
    assert_true(r.steps[1].waiting == 86);
    assert_false(r.steps[2].has_waiting);
    assert_true(r.whole == 30); /* 20 30 40 */
    assert_int_equal(r.reasons[2], 1);
    assert_int_equal(r.reasons[1], 0);
    arena_release(&a);
}

static void nobody(void **state)
{
    (void)state;
    struct arena a;
    struct funnel_result r = analyse(&a, NULL, 0, 1);
    assert_int_equal(r.records, 0);
    assert_false(r.has_whole);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[]
        = { cmocka_unit_test(counted_by_hand), cmocka_unit_test(nobody) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
