/* Periods of recurring actions at their edges. */
#include "house.h"

#include "zone/matrix.h"

static void check(enum matrix_period period, const char *day, const char *from, const char *to)
{
    struct date d, f, t;
    int64_t first, last;
    assert_true(date_parse(str_from(day), &d));
    assert_true(date_parse(str_from(from), &f));
    assert_true(date_parse(str_from(to), &t));
    matrix_span(period, date_to_days(d), &first, &last);
    assert_int_equal(first, date_to_days(f));
    assert_int_equal(last, date_to_days(t));
}

static void spans(void **state)
{
    (void)state;
    check(MATRIX_MONTHLY, "2026-02-28", "2026-02-01", "2026-02-28");
    check(MATRIX_MONTHLY, "2028-02-01", "2028-02-01", "2028-02-29");
    check(MATRIX_MONTHLY, "2026-12-31", "2026-12-01", "2026-12-31");
    check(MATRIX_QUARTERLY, "2026-03-31", "2026-01-01", "2026-03-31");
    check(MATRIX_QUARTERLY, "2026-04-01", "2026-04-01", "2026-06-30");
    check(MATRIX_QUARTERLY, "2026-11-15", "2026-10-01", "2026-12-31");
    check(MATRIX_YEARLY, "2026-06-01", "2026-01-01", "2026-12-31");
    check(MATRIX_ONCE, "2026-06-01", "1900-01-01", "9999-12-31");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(spans) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
