/* Process mining on logs small enough to count by hand, and on what a log must not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "mine/mine.h"

struct given {
    const char *case_id, *activity;
    int64_t at;
};

static struct mine_result mined(struct arena *a, const struct given *events, size_t count)
{
    struct mine_log *log;
    struct mine_result r;
    struct diag d = { 0 };
    assert_int_equal(mine_create(a, &log, &d), OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(mine_add(log, str_from(events[i].case_id), str_from(events[i].activity),
                             events[i].at, &d), OK);
    assert_int_equal(mine_run(log, &r, &d), OK);
    return r;
}
#define MINED(a, ...)                                                                             \
    mined(a, (const struct given[]){ __VA_ARGS__ },                                               \
        sizeof((const struct given[]){ __VA_ARGS__ }) / sizeof(struct given))

static int64_t follow(const struct mine_result *r, const char *from, const char *to, int64_t *median)
{
    for (size_t i = 0; i < r->follow_count; i++)
        if (str_is(r->activities[r->follows[i].from].name, from)
            && str_is(r->activities[r->follows[i].to].name, to)) {
            *median = r->follows[i].median_ms;
            return r->follows[i].count;
        }
    return 0;
}

/* Cases stand mixed and out of order; two went the same way. */
static void counts_by_hand(void **state)
{
    struct arena a;
    int64_t median = -1;
    (void)state;
    arena_init(&a, NULL, 1 << 20);
    struct mine_result r = MINED(&a, { "2", "a", 100 }, { "1", "b", 20 }, { "1", "a", 10 },
        { "2", "b", 140 }, { "3", "a", 0 }, { "3", "c", 5 }, { "3", "b", 7 }, { "1", "b", 50 });
    assert_int_equal(r.events, 8);
    assert_int_equal(r.cases, 3);
    assert_int_equal(r.variant_count, 3);
    assert_int_equal(follow(&r, "a", "b", &median), 2);
    assert_int_equal(median, 25); /* 10 and 40 */
    assert_int_equal(follow(&r, "b", "b", &median), 1);
    assert_int_equal(median, 30);
    assert_int_equal(follow(&r, "b", "a", &median), 0);
    assert_true(str_is(r.activities[0].name, "b")); /* the most frequent first */
    assert_int_equal(r.activities[0].count, 4);
    assert_int_equal(r.activities[0].cases, 3);
    assert_int_equal(r.activities[0].starts, 0);
    assert_int_equal(r.activities[0].ends, 3);
    assert_int_equal(r.median_ms, 40); /* 40, 40, 7 */
    assert_int_equal(r.p90_ms, 40);
    assert_int_equal(r.variants[0].slowest_count, 1);
    assert_int_equal(r.first_ms, 0);
    assert_int_equal(r.last_ms, 140);
    arena_release(&a);
}

static void events_of_one_moment_keep_their_order(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, NULL, 1 << 20);
    struct mine_result r = MINED(&a, { "1", "z", 5 }, { "1", "a", 5 }, { "2", "z", 5 }, { "2", "a", 5 });
    assert_int_equal(r.variant_count, 1);
    assert_int_equal(r.variants[0].count, 2);
    assert_true(str_is(r.activities[r.variants[0].activities[0]].name, "z"));
    assert_true(str_is(r.variants[0].example, "1"));
    assert_true(str_is(r.variants[0].slowest[0], "2")); /* as long as the other, later by name */
    arena_release(&a);
}

static void an_empty_log_has_nothing(void **state)
{
    struct arena a;
    struct mine_log *log;
    struct mine_result r;
    struct diag d = { 0 };
    (void)state;
    arena_init(&a, NULL, 1 << 20);
    assert_int_equal(mine_create(&a, &log, &d), OK);
    assert_int_equal(mine_run(log, &r, &d), OK);
    assert_int_equal(r.cases, 0);
    assert_int_equal(r.variant_count, 0);
    assert_int_equal(r.median_ms, 0);
    arena_release(&a);
}

static void too_many_activities_are_a_wrong_column(void **state)
{
    struct arena a;
    struct mine_log *log;
    struct mine_result r;
    struct diag d = { 0 };
    char name[20];
    (void)state;
    arena_init(&a, NULL, 1 << 22);
    assert_int_equal(mine_create(&a, &log, &d), OK);
    for (int i = 0; i <= MINE_ACTIVITIES_MAX; i++) {
        snprintf(name, sizeof name, "a%d", i);
        assert_int_equal(mine_add(log, STR("1"), str_from(name), i, &d), OK);
    }
    assert_int_equal(mine_run(log, &r, &d), ERR_LIMIT);
    assert_non_null(strstr(d.en, "1001 different activities"));
    arena_release(&a);
}

static void memory_that_ends_is_an_error(void **state)
{
    (void)state;
    for (size_t bytes = 256; bytes < 40000; bytes += 256) {
        struct arena a;
        struct mine_log *log;
        struct mine_result r;
        struct diag d = { 0 };
        arena_init(&a, NULL, bytes);
        enum err e = mine_create(&a, &log, &d);
        for (int i = 0; e == OK && i < 50; i++)
            e = mine_add(log, i % 2 ? STR("odd") : STR("even"), i % 3 ? STR("a") : STR("b"), i, &d);
        if (e == OK)
            e = mine_run(log, &r, &d);
        assert_true(e == OK || e == ERR_MEMORY);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts_by_hand),
        cmocka_unit_test(events_of_one_moment_keep_their_order),
        cmocka_unit_test(an_empty_log_has_nothing),
        cmocka_unit_test(too_many_activities_are_a_wrong_column),
        cmocka_unit_test(memory_that_ends_is_an_error) };
    return cmocka_run_group_tests_name("mine", tests, NULL, NULL);
}
