/*
 * Who is told what, and when: reminders in office hours only, once, to those whom the pack names;
 * many in a day are gathered into one line.
 */
#include "licence.h"
#include "zone/notice.h"

#include <string.h>

static int64_t told(struct house *h, const struct actor *a, const char *kind)
{
    str sql = str_printf(&h->arena,
        "SELECT count(*) FROM notice WHERE zone = $1 AND kind = '%s' AND account_id = %lld", kind,
        (long long)a->account);
    return house_number(h, sql.data);
}

static int64_t told_at(struct house *h, const struct actor *a, const char *kind)
{
    str sql = str_printf(&h->arena,
        "SELECT max(at) FROM notice WHERE zone = $1 AND kind = '%s' AND account_id = %lld", kind,
        (long long)a->account);
    return house_number(h, sql.data);
}

static int64_t all(struct house *h)
{
    return house_number(h, "SELECT count(*) FROM notice WHERE zone = $1");
}

static void reminded_along_the_way(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h); /* Monday 2 March: due 9 March 17:30 */
    DO(h, &h->eco, c.id, VERB_SIGN);
    licence_watch(h);
    assert_int_equal(all(h), 0);
    house_at(h, "2026-03-05 13:44");
    licence_watch(h);
    assert_int_equal(all(h), 0);
    house_at(h, "2026-03-05 13:45"); /* amber */
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "amber"), 1);
    assert_int_equal(all(h), 1);
    house_at(h, "2026-03-06 12:30"); /* at lunch nothing happens */
    licence_watch(h);
    house_at(h, "2026-03-06 15:38"); /* red: the head of POWER has nothing to do with it */
    licence_watch(h);
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "red"), 1);
    assert_int_equal(told(h, &h->head, "red"), 0);
    house_at(h, "2026-03-09 17:31"); /* broken, after hours */
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "broken"), 0);
    house_at(h, "2026-03-10 03:00");
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "broken"), 0);
    house_at(h, "2026-03-10 08:30");
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "broken"), 1);
    assert_int_equal(told(h, &h->inspector, "broken"), 1);
    assert_int_equal(told(h, &h->leader, "escalated"), 0);
    house_at(h, "2026-03-11 08:29");
    licence_watch(h);
    assert_int_equal(told(h, &h->leader, "escalated"), 0);
    house_at(h, "2026-03-11 08:30"); /* the second working day after */
    licence_watch(h);
    assert_int_equal(told(h, &h->leader, "escalated"), 1);
    assert_int_equal(told(h, &h->contact, "broken"), 0);
    h->now_ms += 30 * 86400000LL;
    licence_watch(h);
    assert_int_equal(all(h), 6);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.remind'"),
        4);
}

static void never_on_days_off(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-04-02 17:00"); /* Thursday before Qingming, urgent: two days, due 7 April */
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    for (int hour = 0; hour < 24 * 8; hour++) {
        h->now_ms += 3600000;
        licence_watch(h);
    }
    assert_int_equal(told(h, &h->power, "amber"), 1);
    assert_int_equal(told(h, &h->head, "red"), 1);
    assert_int_equal(told(h, &h->power, "broken"), 1);
    assert_when(h, told_at(h, &h->power, "broken"), "2026-04-08 09:00");
    const struct calendar_clock *clock = &zone_pack(h->zone)->clock;
    for (int i = 0; i < (int)all(h); i++) {
        str sql = str_printf(&h->arena,
            "SELECT at FROM notice WHERE zone = $1 ORDER BY id LIMIT 1 OFFSET %d", i);
        assert_true(calendar_is_open(clock, house_number(h, sql.data)));
    }
}

/* The server was down over all of it: each hears the gravest only. */
static void gravest_after_a_gap(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-12 10:00");
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "broken"), 1);
    assert_int_equal(told(h, &h->eco, "amber") + told(h, &h->eco, "red"), 0);
    assert_int_equal(told(h, &h->inspector, "escalated"), 1);
    assert_int_equal(told(h, &h->inspector, "broken"), 0);
}

static void nothing_while_it_stands_still(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    assert_int_equal(told(h, &h->contact, "suspend"), 1);
    int64_t before = all(h);
    h->now_ms += 30 * 86400000LL;
    licence_watch(h);
    assert_int_equal(all(h), before);
    house_at(h, "2026-04-07 09:00"); /* four left: due 13 April */
    DO(h, &h->eco, c.id, VERB_RESUME);
    house_at(h, "2026-04-13 17:00");
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "red"), 1);
}

/* An extension makes another deadline: its reminders are given anew. */
static void anew_after_an_extension(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-03-02 09:00");
    struct case_row c = house_power_case(h); /* due 4 March */
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_EXTEND, .days = 5, .text = STR("等备件"));
    assert_int_equal(told(h, &h->head, "extend"), 1);
    house_at(h, "2026-03-04 14:00");
    licence_watch(h);
    assert_int_equal(told(h, &h->power, "red"), 1);
    DO(h, &h->head, c.id, VERB_APPROVE);
    assert_int_equal(told(h, &h->power, "approve"), 1);
    assert_int_equal(told(h, &h->contact, "approve"), 1); /* the applicant is told */
    house_at(h, "2026-03-11 16:30");
    licence_watch(h);
    assert_int_equal(told(h, &h->power, "red"), 2);
}

struct listing {
    struct notice_filter f;
    struct notice_page page;
    int64_t unread, read;
};

static enum err listed(struct op *op, void *ctx)
{
    struct listing *l = ctx;
    TRY(notice_unread(op, &l->unread));
    return notice_list(op, &l->f, &l->page);
}

static enum err read_it(struct op *op, void *ctx)
{
    return notice_read(op, ((struct listing *)ctx)->read);
}

static void many_become_one_line(void **state)
{
    struct house *h = *state;
    struct listing l = { .f = { .limit = 50 } };
    for (int i = 0; i < 8; i++) {
        struct case_row c = house_eco_case(h);
        DO(h, &h->eco, c.id, VERB_SIGN);
    }
    house_at(h, "2026-03-10 09:00");
    licence_watch(h);
    assert_int_equal(told(h, &h->eco, "broken"), 8); /* each is kept */
    assert_int_equal(house_read(h, &h->eco, listed, &l), OK);
    assert_int_equal(l.page.count, 4);
    assert_int_equal(l.unread, 4);
    const struct notice_row *line = NULL;
    for (size_t i = 0; i < l.page.count; i++)
        if (l.page.items[i].items)
            line = &l.page.items[i];
    assert_non_null(line);
    assert_int_equal(line->items, 5);
    assert_non_null(strstr(str_terminated(&h->arena, line->text.zh), "5条"));
    struct listing in = { .f = { .limit = 50, .digest = line->id } };
    assert_int_equal(house_read(h, &h->eco, listed, &in), OK);
    assert_int_equal(in.page.count, 5);
    /* Somebody else's is not there for me. */
    assert_int_equal(house_read(h, &h->power, listed, &in), OK);
    assert_int_equal(in.page.count, 0);
    in.read = line->id;
    assert_int_equal(house_write(h, &h->power, read_it, &in), ERR_NOT_FOUND);
    assert_int_equal(house_write(h, &h->eco, read_it, &in), OK);
    assert_int_equal(house_read(h, &h->eco, listed, &l), OK);
    assert_int_equal(l.unread, 3);
    in.read = 0;
    assert_int_equal(house_write(h, &h->eco, read_it, &in), OK);
    assert_int_equal(house_read(h, &h->eco, listed, &l), OK);
    assert_int_equal(l.unread, 0);
    l.f.limit = 3;
    assert_int_equal(house_read(h, &h->eco, listed, &l), OK);
    assert_true(l.page.more && l.page.count == 3);
    l.f.after_at = l.page.next_at;
    l.f.after_id = l.page.next_id;
    assert_int_equal(house_read(h, &h->eco, listed, &l), OK);
    assert_int_equal(l.page.count, 1);
}

#define IN_HOUSE(f) cmocka_unit_test_setup_teardown(f, house_setup, house_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(reminded_along_the_way),
        IN_HOUSE(never_on_days_off),
        IN_HOUSE(gravest_after_a_gap),
        IN_HOUSE(nothing_while_it_stands_still),
        IN_HOUSE(anew_after_an_extension),
        IN_HOUSE(many_become_one_line),
    };
    return cmocka_run_group_tests_name("notice", tests, NULL, NULL);
}
