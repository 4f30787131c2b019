/*
 * The arithmetic of promises around nights, weekends and holidays, each date counted by hand from
 * the calendar of 2026: Spring Festival off 15 to 23 February with work on Saturdays 14 and 28
 * February; Qingming off 4 to 6 April; office 08:30-12:00 and 13:30-17:30.
 */
#include "house.h"

static struct case_row raised_at(struct house *h, const char *when)
{
    house_at(h, when);
    return house_eco_case(h); /* five working days to answer, four working hours to sign */
}

static void counted_over_holidays(void **state)
{
    struct house *h = *state;
    static const struct {
        const char *raised, *answer, *sign;
    } rows[] = {
        { "2026-03-02 09:00", "2026-03-09 17:30", "2026-03-02 14:30" },
        { "2026-03-02 12:30", "2026-03-09 17:30", "2026-03-02 17:30" },
        { "2026-03-02 16:00", "2026-03-09 17:30", "2026-03-03 11:00" },
        { "2026-03-06 20:00", "2026-03-13 17:30", "2026-03-09 14:00" }, /* Friday evening */
        { "2026-03-07 10:00", "2026-03-13 17:30", "2026-03-09 14:00" }, /* Saturday */
        { "2026-04-03 09:00", "2026-04-13 17:30", "2026-04-03 14:30" }, /* before Qingming */
        { "2026-04-05 09:00", "2026-04-13 17:30", "2026-04-07 14:00" },
        { "2026-09-18 09:00", "2026-09-24 17:30", "2026-09-18 14:30" }, /* Sunday 20th is worked */
        { "2026-09-30 17:00", "2026-10-13 17:30", "2026-10-08 12:00" }, /* Saturday 10th too */
        { "2026-12-30 09:00", "2027-01-06 17:30", "2026-12-30 14:30" }, /* no notice for 2027 yet */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct case_row c = raised_at(h, rows[i].raised);
        struct promise answer = house_promise(h, c.id, "answer");
        assert_int_equal(answer.amount, 5);
        assert_when(h, answer.due_at, rows[i].answer);
        assert_when(h, house_promise(h, c.id, "sign").due_at, rows[i].sign);
        assert_int_equal(answer.provisional, i == 9);
    }
}

static void colours_by_share_of_office_time(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-03-02 09:00");
    struct promise p = house_promise(h, c.id, "answer");
    /* 37.5 office hours in all: half of them before the end, a quarter before the end. */
    assert_when(h, p.amber_at, "2026-03-05 13:45");
    assert_when(h, p.red_at, "2026-03-06 15:37");
    assert_int_equal(promise_colour(&p, p.amber_at - 1), COLOUR_GREEN);
    assert_int_equal(promise_colour(&p, p.amber_at), COLOUR_AMBER);
    assert_int_equal(promise_colour(&p, p.red_at), COLOUR_RED);
    assert_int_equal(promise_colour(&p, p.due_at), COLOUR_RED);
    assert_int_equal(promise_colour(&p, p.due_at + 1), COLOUR_BROKEN);
}

static void suspended_clock_stands_still(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-03-02 09:00");
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "sign for it first", VERB_SUSPEND,
        .text = STR("等材料"));
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-04 10:00"); /* two days used: 3, 4 March; three left: 5, 6, 9 */
    c = DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    assert_int_equal(c.colour, COLOUR_PAUSED);
    assert_int_equal(c.suspended, 1);
    struct promise p = house_promise(h, c.id, "answer");
    assert_int_equal(p.remaining, 3);
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "resume it first", VERB_REPLY, .text = STR("x"));
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "resume it first", VERB_RETURN, .text = STR("x"));
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "resume it first", VERB_EXTEND, .days = 1,
        .text = STR("x"));
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "suspended already", VERB_SUSPEND, .text = STR("x"));
    house_at(h, "2026-04-03 16:00"); /* Friday before Qingming: 7, 8, 9 April are left */
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-04-09 17:30");
    p = house_promise(h, c.id, "answer");
    assert_int_equal(p.state, PROMISE_RUNNING);
    /* The colours keep their distance to the end. */
    assert_when(h, p.amber_at, "2026-04-07 13:45");
    assert_when(h, p.red_at, "2026-04-08 15:37");
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "not suspended", VERB_RESUME);
}

static void resumed_on_the_last_day(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-03-02 09:00");
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-09 10:00"); /* the day it is due: nothing left but today */
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-03-12 11:00");
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-03-12 17:30");
    /* And when there is no today left: the next day of work. */
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("再等"));
    house_at(h, "2026-03-13 18:00");
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-03-16 17:30");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("再等")); /* Friday night, one day left */
    house_at(h, "2026-03-21 10:00");                         /* a Saturday */
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-03-23 17:30");
}

static void broken_stays_broken(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-03-02 09:00");
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-10 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-03-20 10:00");
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-03-09 17:30");
    assert_int_equal(c.colour, COLOUR_BROKEN);
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "overdue", VERB_EXTEND, .days = 1, .text = STR("x"));
    DO(h, &h->eco, c.id, VERB_REPLY, .text = STR("已办。"));
    assert_int_equal(house_promise(h, c.id, "answer").state, PROMISE_MET_LATE);
}

static void extended_with_approval(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-03-27 09:00"); /* Friday: two days, due 31 March */
    struct case_row c = house_power_case(h);
    REFUSED(h, &h->power, c.id, ERR_NOT_ALLOWED, "sign for it", VERB_EXTEND, .days = 3,
        .text = STR("x"));
    DO(h, &h->power, c.id, VERB_SIGN);
    REFUSED(h, &h->head, c.id, ERR_NOT_ALLOWED, "no extension", VERB_APPROVE);
    REFUSED(h, &h->power, c.id, ERR_INVALID, "1 to 5", VERB_EXTEND, .days = 6, .text = STR("x"));
    REFUSED(h, &h->power, c.id, ERR_INVALID, "1 to 5", VERB_EXTEND, .text = STR("x"));
    c = DO(h, &h->power, c.id, VERB_EXTEND, .days = 4, .text = STR("等备件"));
    assert_true(c.extension.bytes > 0);
    REFUSED(h, &h->power, c.id, ERR_NOT_ALLOWED, "waits for approval", VERB_EXTEND, .days = 1,
        .text = STR("x"));
    REFUSED(h, &h->power, c.id, ERR_FORBIDDEN, "permission", VERB_APPROVE);
    house_at(h, "2026-03-30 09:00");
    c = DO(h, &h->head, c.id, VERB_APPROVE);
    /* 1, 2, 3 April; 4 to 6 are off; 7. */
    assert_when(h, c.due_at, "2026-04-07 17:30");
    struct promise p = house_promise(h, c.id, "answer");
    assert_int_equal(p.extended, 4);
    assert_int_equal(p.extensions, 1);
    /* Six days of 7.5 hours: 22.5 and 11.25 hours before the end. */
    assert_when(h, p.amber_at, "2026-04-02 08:30");
    assert_when(h, p.red_at, "2026-04-03 13:45");
    REFUSED(h, &h->power, c.id, ERR_NOT_ALLOWED, "no further", VERB_EXTEND, .days = 1,
        .text = STR("x"));
    house_at(h, "2026-04-07 17:30");
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已办。"));
    assert_int_equal(house_promise(h, c.id, "answer").state, PROMISE_MET);
}

static void extension_refused(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_EXTEND, .days = 2, .text = STR("等备件"));
    REFUSED(h, &h->head, c.id, ERR_INVALID, "say why", VERB_REFUSE);
    c = DO(h, &h->head, c.id, VERB_REFUSE, .text = STR("理由不充分"));
    assert_int_equal(c.extension.bytes, 0);
    assert_when(h, c.due_at, "2026-03-04 17:30");
    /* Asked by the head himself, somebody above decides. */
    c = DO(h, &h->head, c.id, VERB_TRANSFER, .unit = STR("POWER"), .assignee = h->head.account,
        .text = STR("我来办"));
    DO(h, &h->head, c.id, VERB_SIGN);
    DO(h, &h->head, c.id, VERB_EXTEND, .days = 2, .text = STR("等备件"));
    REFUSED(h, &h->head, c.id, ERR_NOT_ALLOWED, "your own", VERB_APPROVE);
    DO(h, &h->leader, c.id, VERB_APPROVE);
    assert_when(h, house_promise(h, c.id, "answer").due_at, "2026-03-06 17:30");
}

static void paused_twice_and_extended(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-02-10 09:00"); /* 11 12 13 14 24 */
    assert_when(h, c.due_at, "2026-02-24 17:30");
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-02-11 15:00"); /* one used */
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-02-14 09:00"); /* worked Saturday, not counted: 24 25 26 27 */
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-02-27 17:30");
    DO(h, &h->eco, c.id, VERB_EXTEND, .days = 2, .text = STR("会商"));
    house_at(h, "2026-02-25 11:00");
    c = DO(h, &h->leader, c.id, VERB_APPROVE); /* 28 is worked; 2 March */
    assert_when(h, c.due_at, "2026-03-02 17:30");
    house_at(h, "2026-02-26 11:00"); /* 24 25 26 used; 27 28 2 left */
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("再等"));
    assert_int_equal(house_promise(h, c.id, "answer").remaining, 3);
    house_at(h, "2026-03-05 11:00");
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-03-10 17:30");
}

struct explaining {
    int64_t case_id, promise_id;
    struct promise_count out;
};

static enum err explain(struct op *op, void *ctx)
{
    struct explaining *e = ctx;
    return promise_explain(op, e->case_id, e->promise_id, &e->out);
}

/* What the page shows adds up: the days counted are the days promised and given. */
static void explained_day_by_day(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-02-10 09:00");
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-02-11 15:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-02-14 09:00");
    DO(h, &h->eco, c.id, VERB_RESUME, .text = STR("齐了"));
    struct explaining e = { .case_id = c.id, .promise_id = house_promise(h, c.id, "answer").id };
    assert_int_equal(house_read(h, &h->contact, explain, &e), OK);
    assert_int_equal(e.out.event_count, 3);
    assert_string_equal(e.out.events[0].what, "start");
    assert_string_equal(e.out.events[1].what, "pause");
    assert_str(e.out.events[1].reason, "等材料");
    assert_string_equal(e.out.events[2].what, "resume");
    /* Tuesday 10 to Friday 27 February. */
    assert_int_equal(e.out.day_count, 18);
    assert_true(e.out.days[0].start);
    int64_t counted = 0;
    for (size_t i = 0; i < e.out.day_count; i++) {
        counted += e.out.days[i].counted;
        assert_int_equal(e.out.days[i].total, counted);
        if (i)
            assert_int_equal(e.out.days[i].days, e.out.days[i - 1].days + 1);
    }
    assert_int_equal(counted, 5);
    assert_int_equal(e.out.days[1].counted, 1);                  /* 11 */
    assert_true(e.out.days[2].paused && !e.out.days[2].counted); /* 12 */
    assert_int_equal(e.out.days[4].counted, 0);                  /* 14: resumed */
    assert_int_equal(e.out.days[5].day.kind, CALENDAR_HOLIDAY);  /* 15 */
    assert_int_equal(e.out.days[14].counted, 1);                 /* 24 */
    e.promise_id = 1;
    assert_int_equal(house_read(h, &h->contact, explain, &e), ERR_NOT_FOUND);
}

static void minutes_explained(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-03-06 16:00");
    struct explaining e = { .case_id = c.id, .promise_id = house_promise(h, c.id, "sign").id };
    assert_int_equal(house_read(h, &h->contact, explain, &e), OK);
    assert_when(h, e.out.promise.due_at, "2026-03-09 11:00");
    assert_int_equal(e.out.day_count, 4); /* Friday to Monday */
    assert_int_equal(e.out.days[0].counted, 90);
    assert_int_equal(e.out.days[1].counted, 0);
    assert_int_equal(e.out.days[3].counted, 150);
    assert_int_equal(e.out.days[3].total, 240);
}

static void what_is_left(void **state)
{
    struct house *h = *state;
    struct case_row c = raised_at(h, "2026-03-02 09:00");
    struct promise p = house_promise(h, c.id, "answer");
    int64_t days, minutes;
    promise_left(h->zone, &p, h->now_ms, &days, &minutes);
    assert_int_equal(days, 5);
    assert_int_equal(minutes, 420 + 5 * 450);
    int64_t whole = minutes;
    promise_left(h->zone, &p, h->now_ms + 1, &days, &minutes);
    assert_int_equal(minutes, whole); /* of a minute begun there is some left */
    promise_left(h->zone, &p, h->now_ms + MS_PER_MINUTE, &days, &minutes);
    assert_int_equal(minutes, whole - 1);
    promise_left(h->zone, &p, house_ms(h, "2026-03-09 16:30"), &days, &minutes);
    assert_int_equal(days, 0);
    assert_int_equal(minutes, 60);
    promise_left(h->zone, &p, house_ms(h, "2026-03-11 09:30"), &days, &minutes);
    assert_int_equal(days, -2);
    assert_int_equal(minutes, -(450 + 60));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(counted_over_holidays),
        T(colours_by_share_of_office_time), T(suspended_clock_stands_still),
        T(resumed_on_the_last_day), T(broken_stays_broken), T(extended_with_approval),
        T(extension_refused), T(paused_twice_and_extended), T(explained_day_by_day),
        T(minutes_explained), T(what_is_left) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
