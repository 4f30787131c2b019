/* Walking along streets: by hand on a small town, and against every way of a random one. */
#include "zone/reach.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

/* A thousandth of a degree of latitude is 111.195 m. */
#define STEP 111.195

static struct arena arena;
static struct diag d;

static struct reach *town(const struct pack_way *ways, size_t count)
{
    struct reach *r = NULL;
    assert_int_equal(reach_create(&arena, ways, count, &r, &d), OK);
    return r;
}

static double walk(struct reach *r, struct lonlat a, struct lonlat b, double most)
{
    double m;
    struct reach_point from = reach_snap(r, a), to = reach_snap(r, b);
    reach_from(r, &from, most, &to, 1, &m);
    return m;
}

static void around_the_corner(void **state)
{
    /* A river between two streets, and one bridge in the north: three sides of a square. */
    const double west[] = { 0, 0, 0, 0.004 }, bridge[] = { 0, 0.004, 0.001, 0.004 };
    const double east[] = { 0.001, 0, 0.001, 0.004 };
    const struct pack_way ways[] = { { west, 2 }, { bridge, 2 }, { east, 2 } };
    struct reach *r = town(ways, 3);
    (void)state;
    double m = walk(r, (struct lonlat){ 0, 0 }, (struct lonlat){ 0.001, 0 }, 5000);
    assert_true(fabs(m - 9 * STEP) < 1);
    assert_true(isinf(walk(r, (struct lonlat){ 0, 0 }, (struct lonlat){ 0.001, 0 }, 900)));
    /* along one piece of street, no way round by its end */
    m = walk(r, (struct lonlat){ 0, 0.001 }, (struct lonlat){ 0, 0.003 }, 5000);
    assert_true(fabs(m - 2 * STEP) < 1);
    /* fifty metres beside the street are walked too */
    m = walk(r, (struct lonlat){ -0.0005, 0.001 }, (struct lonlat){ 0, 0.003 }, 5000);
    assert_true(fabs(m - 2.5 * STEP) < 1);
}

static void as_the_crow_flies(void **state)
{
    const double street[] = { 0, 0, 0, 0.001 }, island[] = { 0.05, 0, 0.05, 0.001 };
    const struct pack_way ways[] = { { street, 2 }, { island, 2 } };
    struct reach *r = town(ways, 2), *empty = town(NULL, 0);
    struct reach_point far = reach_snap(r, (struct lonlat){ 0.01, 0 });
    struct reach_point near_by = reach_snap(r, (struct lonlat){ 0, 0 });
    (void)state;
    assert_false(far.on_street);
    assert_true(reach_crow(&far, &near_by));
    assert_true(fabs(walk(r, far.at, near_by.at, 5000) - 10 * STEP) < 1);
    assert_true(isinf(walk(r, (struct lonlat){ 0, 0 }, (struct lonlat){ 0.05, 0 }, 1e9)));
    assert_true(fabs(walk(empty, far.at, near_by.at, 5000) - 10 * STEP) < 1);
}

/* Every pair of a random grid against Floyd and Warshall. */
static void all_pairs(void **state)
{
    enum { SIDE = 7, N = SIDE * SIDE };
    static double all[N][N], lines[2 * N][4];
    struct pack_way ways[2 * N];
    size_t count = 0;
    (void)state;
    srand(7);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            all[i][k] = i == k ? 0 : INFINITY;
    for (int i = 0; i < N; i++)
        for (int turn = 0; turn < 2; turn++) {
            int k = turn ? i + SIDE : i + 1;
            if (k >= N || (!turn && k % SIDE == 0) || rand() % 4 == 0)
                continue;
            const double line[] = { i % SIDE * 0.002, i / SIDE * 0.003, k % SIDE * 0.002, k / SIDE * 0.003 };
            for (int v = 0; v < 4; v++)
                lines[count][v] = line[v];
            ways[count] = (struct pack_way){ lines[count], 2 };
            count++;
            all[i][k] = all[k][i] = lonlat_metres(
                (struct lonlat){ line[0], line[1] }, (struct lonlat){ line[2], line[3] });
        }
    for (int m = 0; m < N; m++)
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++)
                all[i][k] = fmin(all[i][k], all[i][m] + all[m][k]);
    struct reach *r = town(ways, count);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            struct lonlat a = { i % SIDE * 0.002, i / SIDE * 0.003 };
            struct lonlat b = { k % SIDE * 0.002, k / SIDE * 0.003 };
            if (reach_snap(r, a).off > 0.1 || reach_snap(r, b).off > 0.1)
                continue; /* no street came there */
            double m = walk(r, a, b, 1e9);
            assert_true((isinf(m) && isinf(all[i][k])) || fabs(m - all[i][k]) < 1);
        }
}

static void best_sites(void **state)
{
    /* The middle covers most at once, then the one that covers what is left. */
    const bool covers[3 * 4] = { 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1 };
    const int64_t weights[4] = { 10, 100, 30, 5 };
    bool covered[4] = { false, false, false, false };
    size_t chosen[3];
    int64_t gains[3];
    (void)state;
    assert_int_equal(reach_best(covers, 3, 4, weights, covered, 3, chosen, gains), 3);
    assert_int_equal(chosen[0], 1);
    assert_int_equal(gains[0], 130);
    assert_int_equal(chosen[1], 0);
    assert_int_equal(gains[1], 10);
    assert_int_equal(chosen[2], 2);
    assert_int_equal(gains[2], 5);
    bool all[4] = { true, true, true, true };
    assert_int_equal(reach_best(covers, 3, 4, weights, all, 3, chosen, gains), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(around_the_corner),
        cmocka_unit_test(as_the_crow_flies), cmocka_unit_test(all_pairs),
        cmocka_unit_test(best_sites) };
    arena_init(&arena, NULL, 64 * MIB);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
