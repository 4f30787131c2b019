/* Identifiers: order, uniqueness under threads, clocks that go back, counters that run over. */
#include "support.h"

#include "base/id.h"

#include <pthread.h>

#define EPOCH INT64_C(1704067200000)

static void time_goes_in_and_comes_out(void **state)
{
    (void)state;
    struct id_source s;
    id_source_init(&s, 5);
    int64_t now = EPOCH + 91234567890;
    int64_t id = id_next(&s, now);
    assert_true(id > 0);
    assert_int_equal(id_ms(id), now);
    assert_int_equal((id >> 16) & 63, 5);
    assert_true(id_next(&s, now) == id + 1);
    assert_int_equal(id_ms(id_next(&s, now + 1)), now + 1);
}

static void clock_set_back_is_waited_out(void **state)
{
    (void)state;
    struct id_source s;
    id_source_init(&s, 0);
    int64_t last = id_next(&s, EPOCH + 5000);
    for (int i = 0; i < 1000; i++) {
        int64_t id = id_next(&s, EPOCH + 5000 - i);
        assert_true(id > last);
        last = id;
    }
    struct id_source before;
    id_source_init(&before, 0);
    assert_true(id_next(&before, 0) > 0); /* a clock before the epoch */
    id_source_init(&before, 63);
    assert_true(id_next(&before, INT64_MIN) > 0);
}

/* What an earlier run made is not made again, even with the clock set back. */
static void goes_on_after_another_run(void **state)
{
    (void)state;
    struct id_source s;
    id_source_init(&s, 3);
    int64_t last = id_next(&s, EPOCH + 5000);
    id_source_init(&s, 3);
    id_source_after(&s, last);
    assert_true(id_next(&s, EPOCH + 10) > last);
    id_source_after(&s, 1); /* never back */
    assert_true(id_next(&s, EPOCH + 10) > last + 1);
    id_source_init(&s, 4); /* after an identifier of another node: still of this one */
    id_source_after(&s, last);
    int64_t id = id_next(&s, EPOCH + 10);
    assert_true(id > last);
    assert_int_equal((id >> 16) & 63, 4);
}

/* More than 65,536 within one millisecond: never a number of another node. */
static void counter_runs_over(void **state)
{
    (void)state;
    const int nodes[] = { 0, 1, 62, 63 };
    for (int n = 0; n < 4; n++) {
        struct id_source s;
        int64_t last = 0;
        id_source_init(&s, nodes[n]);
        for (int i = 0; i < 200000; i++) {
            int64_t id = id_next(&s, EPOCH + 7);
            assert_true(id > last);
            assert_int_equal((id >> 16) & 63, nodes[n]);
            last = id;
        }
        assert_true(id_ms(last) - (EPOCH + 7) <= 8);
    }
}

enum { THREADS = 4, EACH = 50000 };

struct worker {
    pthread_t thread;
    struct id_source *source;
    int64_t ids[EACH];
};

static void *work(void *ctx)
{
    struct worker *w = ctx;
    for (int i = 0; i < EACH; i++)
        w->ids[i] = id_next(w->source, EPOCH + i / 100);
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

static void threads_never_share_a_number(void **state)
{
    (void)state;
    struct id_source s;
    struct worker *workers = calloc(THREADS, sizeof *workers);
    int64_t *all = calloc(THREADS * EACH, sizeof *all);
    assert_true(workers && all);
    id_source_init(&s, 9);
    for (int t = 0; t < THREADS; t++) {
        workers[t].source = &s;
        assert_int_equal(pthread_create(&workers[t].thread, NULL, work, &workers[t]), 0);
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(workers[t].thread, NULL);
        for (int i = 1; i < EACH; i++)
            assert_true(workers[t].ids[i] > workers[t].ids[i - 1]);
        memcpy(all + t * EACH, workers[t].ids, sizeof workers[t].ids);
    }
    qsort(all, THREADS * EACH, sizeof *all, by_value);
    for (int i = 1; i < THREADS * EACH; i++)
        assert_true(all[i] > all[i - 1]);
    free(all);
    free(workers);
}

static void texts(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "0", "-1", "01", "+1", "1 ", "1x", "9223372036854775808",
        "-0" };
    int64_t id = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(id_parse(str_from(bad[i]), &id));
    assert_int_equal(id, 77);
    assert_true(id_parse(STR("9223372036854775807"), &id));
    assert_int_equal(id, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_goes_in_and_comes_out),
        cmocka_unit_test(clock_set_back_is_waited_out),
        cmocka_unit_test(goes_on_after_another_run),
        cmocka_unit_test(counter_runs_over),
        cmocka_unit_test(threads_never_share_a_number),
        cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests_name("base/id", tests, NULL, NULL);
}
