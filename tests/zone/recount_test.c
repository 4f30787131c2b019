/*
 * Another calendar comes: that of a later year, or a change to one already known. What is open is
 * counted again, told and journalled; what is past stays as it was.
 */
#include "licence.h"

#include <string.h>

/* New Year 2027 off from Friday to Sunday, worked on Sunday the tenth. */
static const char next_year[] =
    "{\"year\": 2027, \"notices\": [{\"document\": \"content_1\"}],"
    " \"off\": {\"元旦\": [\"2027-01-01..2027-01-03\"]}, \"work\": {\"元旦\": [\"2027-01-10\"]}}";

static struct recount recount(struct house *h, bool dry_run)
{
    struct recount r = { .dry_run = dry_run };
    struct op op = house_op(h, &actor_system);
    if (promises_recount(&op, &r) != OK)
        fail_msg("recount: %s", h->diag.en);
    return r;
}

static enum err rows_match(struct op *op, void *ctx)
{
    int64_t *faults = ctx, checked;
    struct diag_list list;
    diag_list_init(&list, op->arena, 20);
    TRY(ledger_verify_rows(op, &checked, &list));
    *faults = (int64_t)list.total;
    return OK;
}

static void check_rows(struct house *h)
{
    int64_t faults = -1;
    assert_int_equal(house_read(h, &actor_system, rows_match, &faults), OK);
    assert_int_equal(faults, 0);
}

static int64_t moved_notices(struct house *h, const struct actor *a)
{
    str sql = str_printf(&h->arena,
        "SELECT count(*) FROM notice WHERE zone = $1 AND kind = 'moved' AND account_id = %lld",
        (long long)a->account);
    return house_number(h, sql.data);
}

static void the_next_year_is_published(void **state)
{
    struct house *h = *state;
    struct copy c;
    house_at(h, "2026-12-28 09:00");
    struct case_row held = house_eco_case(h); /* 29 30 31, then 1 and 4 January: provisional */
    DO(h, &h->eco, held.id, VERB_SIGN);
    house_at(h, "2026-12-23 09:00");
    struct case_row done = house_eco_case(h); /* 24 25 28 29 30 */
    DO(h, &h->eco, done.id, VERB_SIGN);
    assert_when(h, house_get(h, &h->eco, held.id).due_at, "2027-01-04 17:30");
    assert_true(house_promise(h, held.id, "answer").provisional);
    house_at(h, "2026-12-28 16:00");
    assert_int_equal(recount(h, false).changed, 0); /* the same calendar */

    copy_make(&c);
    copy_add(&c, "calendar/2027.json", next_year);
    house_reopen(h, c.folder);
    struct recount dry = recount(h, true);
    assert_int_equal(dry.looked, 2);
    assert_int_equal(dry.move_count, 1);
    assert_str(dry.moves[0].number, str_terminated(&h->arena, held.number));
    assert_when(h, dry.moves[0].old_due, "2027-01-04 17:30");
    assert_when(h, dry.moves[0].new_due, "2027-01-05 17:30");
    assert_false(dry.moves[0].provisional);
    assert_when(h, house_promise(h, held.id, "answer").due_at, "2027-01-04 17:30");

    struct recount r = recount(h, false);
    assert_int_equal(r.move_count, 1);
    struct promise p = house_promise(h, held.id, "answer");
    assert_when(h, p.due_at, "2027-01-05 17:30");
    assert_false(p.provisional);
    held = house_get(h, &h->eco, held.id);
    assert_when(h, held.due_at, "2027-01-05 17:30");
    assert_when(h,
        house_number(h, "SELECT max(due_at) FROM task WHERE zone = $1 AND state = 'open'"),
        "2027-01-05 17:30");
    assert_int_equal(moved_notices(h, &h->contact), 1);
    assert_int_equal(moved_notices(h, &h->eco), 1);
    assert_int_equal(moved_notices(h, &h->power), 0);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.recount'"
                         " AND event LIKE '%2027-01-04T17:30%' AND event LIKE"
                         " '%2027-01-05T17:30%'"),
        1);
    check_rows(h);
    /* Once more changes nothing, and so does a start of the server. */
    assert_int_equal(recount(h, false).changed, 0);
    assert_int_equal(moved_notices(h, &h->contact), 1);
    copy_remove(&c);
}

static void a_known_year_is_amended(void **state)
{
    struct house *h = *state;
    struct copy c;
    house_at(h, "2026-04-28 09:00");
    struct case_row c1 = house_eco_case(h); /* 29 30; 6 7 8 May */
    DO(h, &h->eco, c1.id, VERB_SIGN);
    assert_when(h, house_get(h, &h->eco, c1.id).due_at, "2026-05-08 17:30");
    house_at(h, "2026-04-29 10:00"); /* one used, four kept */
    struct case_row c2 = house_eco_case(h); /* 30; 6 7 8 9 */
    DO(h, &h->eco, c2.id, VERB_SIGN);
    DO(h, &h->eco, c1.id, VERB_SUSPEND, .text = STR("等材料"));
    assert_int_equal(house_promise(h, c1.id, "answer").remaining, 4);
    assert_when(h, house_get(h, &h->eco, c2.id).due_at, "2026-05-09 17:30");

    copy_make(&c);
    copy_change(&c, "calendar/2026.json", "2026-05-05", "2026-05-06"); /* one day off more */
    house_reopen(h, c.folder);
    struct recount r = recount(h, false);
    assert_int_equal(r.move_count, 2);
    assert_when(h, house_get(h, &h->eco, c2.id).due_at, "2026-05-11 17:30");
    struct promise p = house_promise(h, c1.id, "answer");
    assert_int_equal(p.state, PROMISE_PAUSED);
    assert_int_equal(p.remaining, 4);
    assert_when(h, p.due_at, "2026-05-09 17:30");
    house_at(h, "2026-04-30 10:00"); /* 7 8 9; 11 */
    DO(h, &h->eco, c1.id, VERB_RESUME);
    assert_when(h, house_get(h, &h->eco, c1.id).due_at, "2026-05-11 17:30");
    check_rows(h);
    copy_remove(&c);
}

/* A day that was off becomes a working day: what would have been due before now is due today. */
static void nobody_is_put_in_the_wrong(void **state)
{
    struct house *h = *state;
    struct copy c;
    house_at(h, "2026-04-01 09:00");
    struct case_row soon = house_power_case(h); /* urgent: 2, 3 April */
    house_at(h, "2026-04-03 09:00");
    struct case_row late = house_power_case(h); /* 7, 8 April */
    assert_when(h, late.due_at, "2026-04-08 17:30");
    house_at(h, "2026-04-07 10:00");
    copy_make(&c);
    copy_change(&c, "calendar/2026.json", "2026-04-04..2026-04-06", "2026-04-05");
    house_reopen(h, c.folder);
    recount(h, false);
    /* By the new calendar 6 and 7 April would be the days: today, and not yesterday. */
    assert_when(h, house_get(h, &h->head, late.id).due_at, "2026-04-07 17:30");
    assert_when(h, house_get(h, &h->head, soon.id).due_at, "2026-04-03 17:30");
    assert_int_equal(house_get(h, &h->head, soon.id).colour, COLOUR_BROKEN);
    assert_int_equal(recount(h, false).changed, 0);
    copy_remove(&c);
}

static void only_when_the_calendar_is_another(void **state)
{
    struct house *h = *state;
    struct copy c;
    struct recount r;
    house_at(h, "2026-12-28 09:00");
    house_eco_case(h);
    for (int i = 0; i < 2; i++) {
        struct op op = house_op(h, &actor_system);
        assert_int_equal(promises_recount_changed(&op, &r), OK);
        assert_int_equal(r.looked, i ? 0 : 2); /* the first time a zone is opened; then it is known */
        assert_int_equal(r.changed, 0);
    }
    const char *entries =
        "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'calendar.recount'";
    assert_int_equal(house_number(h, entries), 0);
    copy_make(&c);
    copy_change(&c, "requests/topics.json", "\"network\"", "\"network\"");
    copy_add(&c, "calendar/2027.json", next_year);
    house_reopen(h, c.folder);
    for (int i = 0; i < 2; i++) {
        struct op op = house_op(h, &actor_system);
        assert_int_equal(promises_recount_changed(&op, &r), OK);
        assert_int_equal(r.move_count, i ? 0 : 1);
    }
    assert_int_equal(house_number(h, entries), 1);
    copy_remove(&c);
}

#define IN_HOUSE(f) cmocka_unit_test_setup_teardown(f, house_setup, house_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(the_next_year_is_published),
        IN_HOUSE(a_known_year_is_amended),
        IN_HOUSE(nobody_is_put_in_the_wrong),
        IN_HOUSE(only_when_the_calendar_is_another),
    };
    return cmocka_run_group_tests_name("recount", tests, NULL, NULL);
}
