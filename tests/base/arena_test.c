/* Arenas: alignment, limits, failing sources, clean-ups, reuse. */
#include "support.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, NULL, MIB);
    for (int round = 0; round < 3; round++) {
        unsigned char *before = NULL;
        for (size_t n = 0; n < 3000; n += 7) {
            unsigned char *p = arena_alloc(&a, n);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xA5, n);
            assert_true(p != before);
            before = p;
            if (n == 700)
                arena_reset(&a); /* what was used is zero again */
        }
        arena_release(&a);
        assert_int_equal(a.bytes_taken, 0);
    }
}

static void limit_is_never_passed(void **state)
{
    (void)state;
    struct arena a;
    for (size_t limit = 0; limit < 6000; limit += 611) {
        size_t given = 0;
        arena_init(&a, NULL, limit);
        while (arena_alloc(&a, 100)) {
            given += 100;
            assert_true(a.bytes_taken <= limit);
        }
        assert_true(given <= limit);
        assert_true(arena_failed(&a));
        if (limit > 1000)
            assert_true(given * 2 > limit); /* the slack is bounded too */
        arena_reset(&a);
        assert_false(arena_failed(&a));
        arena_release(&a);
    }
}

static void absurd_sizes_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, NULL, SIZE_MAX);
    volatile size_t huge = SIZE_MAX;
    assert_null(arena_alloc(&a, huge));
    assert_null(arena_alloc(&a, huge / 2));
    assert_null(arena_alloc_array(&a, huge / 2, 3));
    assert_true(arena_failed(&a));
    arena_release(&a);
}

static void failing_source_is_an_error(void **state)
{
    (void)state;
    struct failing_source f;
    struct arena a;
    failing_init(&f, 2);
    arena_init(&a, &f.source, MIB);
    assert_non_null(arena_alloc(&a, 900));
    assert_non_null(arena_alloc(&a, 1900));
    assert_null(arena_alloc(&a, 1900));
    assert_true(arena_failed(&a));
    assert_non_null(arena_alloc(&a, 8)); /* what is left of a chunk still serves */
    assert_true(arena_failed(&a));       /* but the mark stays */
    struct diag d = { 0 };
    assert_int_equal(diag_arena(&d, &a), ERR_MEMORY);
    arena_release(&a);
    assert_int_equal(f.outstanding, 0);
}

static char order[16];

static char one[] = "1", two[] = "2", three[] = "3";

static void note(void *ctx)
{
    size_t used = strlen(order);
    order[used] = *(char *)ctx;
    order[used + 1] = 0;
}

static void clean_ups_run_once_in_reverse(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, NULL, MIB);
    order[0] = 0;
    assert_true(arena_defer(&a, note, one));
    assert_true(arena_defer(&a, note, two));
    assert_true(arena_defer(&a, note, three));
    arena_reset(&a);
    assert_string_equal(order, "321");
    arena_release(&a);
    assert_string_equal(order, "321");
}

static void clean_up_runs_at_once_without_memory(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, NULL, 10);
    order[0] = 0;
    assert_false(arena_defer(&a, note, one));
    assert_string_equal(order, "1");
    arena_release(&a);
    assert_string_equal(order, "1");
}

static void reset_keeps_one_chunk(void **state)
{
    (void)state;
    struct failing_source f;
    struct arena a;
    failing_init(&f, 3);
    arena_init(&a, &f.source, MIB);
    for (int i = 0; i < 50; i++) {
        assert_non_null(arena_alloc(&a, 800)); /* one chunk, taken once */
        arena_reset(&a);
    }
    assert_int_equal(f.left, 2);
    arena_release(&a);
    assert_int_equal(f.outstanding, 0);
}

static void growing_copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, NULL, MIB);
    char *text = arena_alloc(&a, 4);
    memcpy(text, "abc", 4);
    char *more = arena_grow(&a, text, 4, 4000);
    assert_string_equal(more, "abc");
    assert_int_equal(more[3999], 0);
    assert_non_null(arena_grow(&a, NULL, 0, 10));
    assert_string_equal(text, "abc");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(limit_is_never_passed),
        cmocka_unit_test(absurd_sizes_fail),
        cmocka_unit_test(failing_source_is_an_error),
        cmocka_unit_test(clean_ups_run_once_in_reverse),
        cmocka_unit_test(clean_up_runs_at_once_without_memory),
        cmocka_unit_test(reset_keeps_one_chunk),
        cmocka_unit_test(growing_copies),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
