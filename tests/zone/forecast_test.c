/*
 * Forecasts: by hand where that can be, and held against histories that were kept from them: an
 * interval said to hold in 80 of 100 must hold in about so many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "zone/forecast.h"

#include <math.h>

enum { HISTORY = 60, TRIALS = 3000 };

static uint64_t state = 88172645463325252u;

static double chance(void) /* xorshift, so that every run is the same */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static int64_t days_of_one(void) /* as milestones are: a long tail */
{
    double u = chance() + 1e-12, v = chance();
    return 1 + (int64_t)exp(4.5 + 0.5 * sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

static void by_hand(void **unused)
{
    (void)unused;
    struct span nine[9];
    for (int i = 0; i < 9; i++)
        nine[i] = (struct span){ 90 - 10 * i, true };
    struct forecast f = forecast_days(nine, 9, 0, 80);
    assert_int_equal(f.count, 9);
    assert_int_equal(f.low, 10);
    assert_int_equal(f.middle, 50);
    assert_int_equal(f.high, 90);
    f = forecast_days(nine, 9, 35, 80); /* what was faster tells nothing of one that has waited */
    assert_int_equal(f.count, 6);
    assert_int_equal(f.low, 36);
    assert_int_equal(f.middle, 60);
    assert_int_equal(f.high, -1); /* six are too few for an upper end */
    f = forecast_days(nine, 9, 60, 80);
    assert_int_equal(f.middle, -1);
    /* Those under way hold the estimate back: three of six are not through at 20. */
    struct span open[] = { { 10, true }, { 10, true }, { 12, true }, { 14, true }, { 16, true },
        { 18, false }, { 19, false }, { 20, false }, { 30, true }, { 40, true } };
    assert_int_equal(forecast_days(open, 10, 0, 80).middle, 16);
    assert_int_equal(forecast_days(open, 0, 0, 80).count, 0);
}

static double share_held(int percent, bool under_way, double waited_share)
{
    int held = 0, said = 0;
    for (int t = 0; t < TRIALS; t++) {
        struct span spans[HISTORY];
        for (int i = 0; i < HISTORY; i++) {
            int64_t whole = days_of_one();
            int64_t seen = under_way ? 1 + (int64_t)(chance() * 500) : INT64_MAX;
            spans[i] = (struct span){ whole < seen ? whole : seen, whole <= seen };
        }
        int64_t truth = days_of_one(), waited = (int64_t)((double)truth * waited_share);
        struct forecast f = forecast_days(spans, HISTORY, waited, percent);
        if (f.low < 0 || f.high < 0)
            continue;
        said++;
        held += truth >= f.low && truth <= f.high;
    }
    assert_true(said > TRIALS / 3);
    return (double)held / said;
}

static void what_is_said_holds(void **unused)
{
    (void)unused;
    static const int percents[] = { 60, 80, 90 };
    for (int i = 0; i < 3; i++) {
        double share = share_held(percents[i], false, 0);
        assert_true(share > percents[i] / 100.0 - 0.03 && share < percents[i] / 100.0 + 0.05);
    }
    double open = share_held(80, true, 0);
    assert_true(open > 0.75 && open < 0.87);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(by_hand),
        cmocka_unit_test(what_is_said_holds) };
    return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
