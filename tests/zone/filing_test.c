/* Months of filings and the day by which they are due, over the zone's calendar. */
#include "house.h"

#include "zone/filing.h"
#include "zone/record.h"

static int64_t day_of(const char *text)
{
    struct date d;
    assert_true(date_parse(str_from(text), &d));
    return date_to_days(d);
}

static void months(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, NULL, 64 * KIB);
    assert_true(str_is(filing_month_before(&a, day_of("2026-01-31")), "2025-12"));
    assert_true(str_is(filing_month_before(&a, day_of("2026-03-01")), "2026-02"));
    assert_true(str_is(filing_month_before(&a, day_of("2026-12-31")), "2026-11"));
    static const char *const bad[] = { "", "2026", "2026-13", "2026-00", "2026/10", "2026-1", "2026-10-01" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(filing_month_good(str_from(bad[i])));
    assert_true(filing_month_good(STR("2026-10")));
    arena_release(&a);
}

/* The tenth of the month after, or the first working day behind it. */
static void due_days(void **state)
{
    struct house *h = *state;
    const struct calendar *c = zone_pack(h->zone)->calendar;
    char month[16];
    for (int i = 0; i < 24; i++) {
        struct date nominal = { 2024 + (i + 1) / 12, (i + 1) % 12 + 1, 10 };
        int64_t due, plain;
        snprintf(month, sizeof month, "%04d-%02d", 2024 + i / 12, i % 12 + 1);
        assert_int_equal(filing_due(c, str_from(month), 10, false, &plain, &h->diag), OK);
        assert_int_equal(plain, date_to_days(nominal));
        assert_int_equal(filing_due(c, str_from(month), 10, true, &due, &h->diag), OK);
        assert_true(calendar_is_working(c, due));
        assert_true(due >= plain);
        for (int64_t day = plain; day < due; day++)
            assert_false(calendar_is_working(c, day));
    }
    int64_t due = 7;
    assert_int_equal(filing_due(c, STR("2026-13"), 10, true, &due, &h->diag), ERR_INVALID);
    assert_int_equal(due, 7);
}

static void owed(void **state)
{
    (void)state;
    assert_true(filing_owed(FILING_WAITING) && filing_owed(FILING_OVERDUE) && filing_owed(FILING_SENT_BACK));
    assert_false(filing_owed(FILING_FILED) || filing_owed(FILING_PASSED));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(months), cmocka_unit_test(owed),
        cmocka_unit_test_setup_teardown(due_days, house_setup, house_teardown) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
