/* The life of a case: from raising it to rating it, and every turn it may take on the way. */
#include "house.h"

#include "base/check.h"

#include <string.h>

static void raised_numbered_promised(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    assert_int_equal(c.status, CASE_OPEN);
    assert_str(c.number, "Q2603-00001-7");
    str digits = str_printf(&h->arena, "260300001%c", c.number.data[c.number.bytes - 1]);
    assert_true(iso7064_mod11_10_holds(digits));
    assert_str(c.unit, "POWER");
    assert_str(c.node, "handle");
    assert_str(c.node_name_zh, "办理");
    assert_str(c.node_name_en, "Handle");
    assert_str(c.urgency, "urgent"); /* the rule says so, whatever was asked */
    assert_str(c.channel, "web");
    assert_str(c.enterprise_name, "示例甲有限公司");
    assert_int_equal(c.version, 1);
    struct promise answer = house_promise(h, c.id, "answer");
    assert_when(h, answer.due_at, "2026-03-04 17:30"); /* two working days, the first not counted */
    assert_int_equal(c.due_at, answer.due_at);
    struct promise sign = house_promise(h, c.id, "sign");
    assert_when(h, sign.due_at, "2026-03-02 11:00"); /* two working hours */
    assert_true(sign.task_id != 0);
    assert_str(house_power_case(h).number, "Q2603-00002-5");
}

static void whole_life(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    house_at(h, "2026-03-02 09:20");
    c = DO(h, &h->power, c.id, VERB_SIGN);
    assert_int_equal(c.assignee_id, h->power.account);
    assert_int_equal(house_promise(h, c.id, "sign").state, PROMISE_MET);
    house_at(h, "2026-03-03 10:00");
    c = DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复供电。"));
    assert_int_equal(c.status, CASE_REPLIED);
    assert_str(c.node, "confirm");
    assert_str(c.answer, "已恢复供电。");
    assert_str(c.answered_unit, "POWER");
    assert_int_equal(house_promise(h, c.id, "answer").state, PROMISE_MET);
    house_at(h, "2026-03-03 20:00");
    c = DO(h, &h->contact, c.id, VERB_RATE, .rating = 5);
    assert_int_equal(c.status, CASE_CLOSED);
    assert_int_equal(c.closed_at, h->now_ms);
    assert_int_equal(c.version, 4);
    assert_int_equal(house_number(h, "SELECT on_time FROM cases WHERE zone = $1"), 1);
    assert_int_equal(
        house_number(h, "SELECT first_response_minutes FROM cases WHERE zone = $1"), 20);
    assert_int_equal(house_number(h, "SELECT handling_days FROM cases WHERE zone = $1"), 1);
    assert_int_equal(house_number(h, "SELECT count(*) FROM timer WHERE zone = $1"), 0);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM task WHERE zone = $1 AND state IN ('open',"
                         " 'suspended')"),
        0);
    house_at(h, "2026-03-20 18:00");
    house_timers(h, 0);
}

static void late_answer_is_late(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    house_at(h, "2026-03-05 08:30");
    c = house_get(h, &h->power, c.id);
    assert_int_equal(c.colour, COLOUR_BROKEN);
    DO(h, &h->power, c.id, VERB_SIGN);
    assert_int_equal(house_promise(h, c.id, "sign").state, PROMISE_MET_LATE);
    c = DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
    assert_int_equal(house_promise(h, c.id, "answer").state, PROMISE_MET_LATE);
    assert_int_equal(c.colour, COLOUR_MET_LATE);
    assert_int_equal(house_number(h, "SELECT on_time FROM cases WHERE zone = $1"), 0);
}

static void unrated_closes_after_seven_days(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
    house_at(h, "2026-03-11 17:29"); /* the seventh working day, before the close */
    house_timers(h, 0);
    house_at(h, "2026-03-11 17:30");
    house_timers(h, 1);
    c = house_get(h, &h->contact, c.id);
    assert_int_equal(c.status, CASE_CLOSED);
    assert_int_equal(c.rating, 0);
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "it is closed", VERB_RATE, .rating = 5);
    house_timers(h, 0);
}

static void bad_rating_is_put_right(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
    REFUSED(h, &h->contact, c.id, ERR_INVALID, "what was not right", VERB_RATE, .rating = 1);
    REFUSED(h, &h->contact, c.id, ERR_INVALID, "1 to 5", VERB_RATE, .rating = 6);
    c = DO(h, &h->contact, c.id, VERB_RATE, .rating = 2, .text = STR("又跳闸了"));
    assert_int_equal(c.status, CASE_OPEN);
    assert_str(c.node, "rectify");
    assert_str(c.unit, "CENTRE");
    assert_int_equal(c.reopened, 1);
    assert_when(h, house_promise(h, c.id, "callback").due_at, "2026-03-04 17:30");
    DO(h, &h->officer, c.id, VERB_SIGN);
    c = DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("POWER"), .text = STR("请整改"));
    assert_int_equal(house_promise(h, c.id, "callback").state, PROMISE_MET);
    assert_str(c.node, "handle");
    assert_str(c.unit, "POWER");
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已更换部件。"));
    c = DO(h, &h->contact, c.id, VERB_RATE, .rating = 4);
    assert_int_equal(c.status, CASE_CLOSED);
    assert_int_equal(c.rating, 4);
    /* The former answer was in time; so was the second. */
    assert_int_equal(house_number(h, "SELECT on_time FROM cases WHERE zone = $1"), 1);
}

static void bad_rating_is_explained(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 1, .text = STR("太慢"));
    DO(h, &h->officer, c.id, VERB_SIGN);
    c = DO(h, &h->officer, c.id, VERB_REPLY, .text = STR("已电话说明理由。"));
    assert_int_equal(c.status, CASE_CLOSED);
    assert_int_equal(c.rating, 1);
    assert_int_equal(house_promise(h, c.id, "answer").state, PROMISE_MET);
}

static void reopened_once_within_ten_days(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "not closed", VERB_REOPEN, .text = STR("x"));
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 4);
    house_at(h, "2026-03-17 09:00"); /* the eleventh working day */
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "more than 10", VERB_REOPEN, .text = STR("x"));
    house_at(h, "2026-03-16 18:00"); /* the tenth */
    REFUSED(h, &h->contact, c.id, ERR_INVALID, "say why", VERB_REOPEN);
    c = DO(h, &h->contact, c.id, VERB_REOPEN, .text = STR("又出现了"));
    assert_int_equal(c.status, CASE_OPEN);
    assert_int_equal(c.closed_at, 0);
    assert_str(c.unit, "POWER");
    assert_when(h, house_promise(h, c.id, "answer").due_at, "2026-03-18 17:30");
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("更换。"));
    c = DO(h, &h->contact, c.id, VERB_RATE, .rating = 5);
    assert_int_equal(c.status, CASE_CLOSED);
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "as often as is allowed", VERB_REOPEN, .text = STR("x"));
}

static void unknown_unit_is_dispatched(void **state)
{
    struct house *h = *state;
    struct case_row c = house_raise(h, &h->contact,
        (struct asked){ .title = "不知道归谁管", .content = "信件总是投到旧地址,不知道找谁。" });
    assert_str(c.node, "dispatch");
    assert_str(c.unit, "CENTRE");
    assert_str(c.topic, "");
    DO(h, &h->officer, c.id, VERB_SIGN);
    REFUSED(h, &h->officer, c.id, ERR_INVALID, "no such handling unit", VERB_DISPATCH,
        .unit = STR("NONESUCH"));
    REFUSED(h, &h->officer, c.id, ERR_INVALID, "no such handling unit", VERB_DISPATCH,
        .unit = STR("LEAD"));
    REFUSED(h, &h->officer, c.id, ERR_INVALID, "not in the unit", VERB_DISPATCH, .unit = STR("ECO"),
        .assignee = h->power.account);
    c = DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("ECO"), .assignee = h->eco.account);
    assert_str(c.unit, "ECO");
    assert_int_equal(c.assignee_id, h->eco.account);
    DO(h, &h->eco, c.id, VERB_SIGN);
}

static void centre_answers_at_once(void **state)
{
    struct house *h = *state;
    struct case_row c = house_raise(h, &h->contact,
        (struct asked){ .title = "不知道归谁管", .content = "信件总是投到旧地址,不知道找谁。" });
    REFUSED(h, &h->officer, c.id, ERR_NOT_ALLOWED, "sign for it first", VERB_REPLY,
        .text = STR("已处理。"));
    DO(h, &h->officer, c.id, VERB_SIGN);
    c = DO(h, &h->officer, c.id, VERB_REPLY, .text = STR("已处理。"));
    assert_int_equal(c.status, CASE_REPLIED);
}

static void transferred_with_a_new_clock(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    struct promise first = house_promise(h, c.id, "sign");
    house_at(h, "2026-03-02 10:00");
    REFUSED(h, &h->power, c.id, ERR_INVALID, "has it already", VERB_TRANSFER, .unit = STR("POWER"),
        .text = STR("x"));
    REFUSED(h, &h->power, c.id, ERR_INVALID, "say why", VERB_TRANSFER, .unit = STR("ECO"));
    REFUSED(h, &h->power, c.id, ERR_INVALID, "choose a unit", VERB_TRANSFER, .text = STR("x"));
    c = DO(h, &h->power, c.id, VERB_TRANSFER, .unit = STR("ECO"), .text = STR("不属于我公司"));
    assert_str(c.unit, "ECO");
    assert_int_equal(c.assignee_id, 0);
    struct promise second = house_promise(h, c.id, "sign");
    assert_int_not_equal(first.id, second.id);
    assert_when(h, second.due_at, "2026-03-02 12:00");
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM promise WHERE zone = $1 AND code = 'sign' AND state"
                         " = 4"),
        1);
    /* Both units may read it, only the new one may act. */
    house_get(h, &h->power, c.id);
    REFUSED(h, &h->power, c.id, ERR_NOT_ALLOWED, "it is with Economic", VERB_SIGN);
    DO(h, &h->eco, c.id, VERB_SIGN);
}

static void passed_to_a_colleague(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    REFUSED(h, &h->power2, c.id, ERR_NOT_ALLOWED, "has it", VERB_REPLY, .text = STR("x"));
    c = DO(h, &h->power2, c.id, VERB_TRANSFER, .unit = STR("POWER"), .assignee = h->power2.account,
        .text = STR("休假"));
    assert_int_equal(c.assignee_id, h->power2.account);
    DO(h, &h->power2, c.id, VERB_SIGN);
    DO(h, &h->power2, c.id, VERB_REPLY, .text = STR("已恢复。"));
}

static void returned_to_the_centre(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    REFUSED(h, &h->power, c.id, ERR_INVALID, "say why", VERB_RETURN);
    c = DO(h, &h->power, c.id, VERB_RETURN, .text = STR("不属于我公司"));
    assert_str(c.node, "dispatch");
    assert_str(c.unit, "CENTRE");
    assert_int_equal(c.assignee_id, 0);
    struct promise answer = house_promise(h, c.id, "answer");
    assert_int_equal(answer.state, PROMISE_RUNNING); /* the applicant's clock runs on */
    assert_when(h, answer.due_at, "2026-03-04 17:30");
    DO(h, &h->officer, c.id, VERB_SIGN);
    c = DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("ECO"));
    assert_str(c.unit, "ECO");
    assert_int_equal(house_promise(h, c.id, "answer").id, answer.id);
}

static void withdrawn(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_EXTEND, .days = 2, .text = STR("等备件"));
    c = DO(h, &h->contact, c.id, VERB_WITHDRAW);
    assert_int_equal(c.status, CASE_WITHDRAWN);
    assert_int_equal(c.colour, COLOUR_NONE);
    assert_int_equal(c.extension.bytes, 0);
    assert_int_equal(house_promise(h, c.id, "answer").state, PROMISE_VOID);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM cases WHERE zone = $1 AND on_time IS NOT NULL"), 0);
    REFUSED(h, &h->power, c.id, ERR_NOT_ALLOWED, "it is closed", VERB_REPLY, .text = STR("x"));
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "withdrawn", VERB_NOTE, .text = STR("x"));
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "it is closed", VERB_WITHDRAW);
}

static void urged_once_a_day(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    c = DO(h, &h->contact, c.id, VERB_URGE, .text = STR("请尽快"));
    assert_int_equal(c.urged, 1);
    house_at(h, "2026-03-02 23:59");
    REFUSED(h, &h->contact, c.id, ERR_NOT_ALLOWED, "tomorrow", VERB_URGE);
    house_at(h, "2026-03-03 00:00");
    c = DO(h, &h->contact, c.id, VERB_URGE);
    assert_int_equal(c.urged, 2);
    c = DO(h, &h->leader, c.id, VERB_SUPERVISE, .text = STR("请过问"));
    assert_int_equal(c.supervised, 1);
}

static void published_for_all(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    REFUSED(h, &h->officer, c.id, ERR_NOT_ALLOWED, "", VERB_PUBLISH, .text = STR("问"));
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("先查总开关。"));
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 2, .text = STR("不够"));
    /* Being put right: what was answered first is not for the public yet. */
    REFUSED(h, &h->officer, c.id, ERR_NOT_ALLOWED, "not closed", VERB_PUBLISH, .text = STR("问"));
    DO(h, &h->officer, c.id, VERB_SIGN);
    DO(h, &h->officer, c.id, VERB_REPLY, .text = STR("跳闸时先查总开关,再报修。"));
    DO(h, &h->officer, c.id, VERB_PUBLISH, .text = STR("跳闸怎么办?"));
    assert_str(house_text(h, "SELECT question FROM knowledge WHERE zone = $1"), "跳闸怎么办?");
    assert_str(
        house_text(h, "SELECT answer FROM knowledge WHERE zone = $1"), "跳闸时先查总开关,再报修。");
    REFUSED(h, &h->officer, c.id, ERR_NOT_ALLOWED, "published already", VERB_PUBLISH,
        .text = STR("再问"));
}

static void versions_and_dry_runs(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    REFUSED(h, &h->power, c.id, ERR_PRECONDITION, "reload", VERB_SIGN, .if_version = 7);
    struct case_row looked = DO(h, &h->power, c.id, VERB_SIGN, .if_version = 1, .dry_run = true);
    assert_int_equal(looked.version, 1);
    assert_int_equal(house_get(h, &h->power, c.id).version, 1);
    DO(h, &h->power, c.id, VERB_SIGN, .if_version = 1);
    REFUSED(h, &h->power, c.id, ERR_PRECONDITION, "reload", VERB_REPLY, .text = STR("x"),
        .if_version = 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(raised_numbered_promised), T(whole_life),
        T(late_answer_is_late), T(unrated_closes_after_seven_days), T(bad_rating_is_put_right),
        T(bad_rating_is_explained), T(reopened_once_within_ten_days), T(unknown_unit_is_dispatched),
        T(centre_answers_at_once), T(transferred_with_a_new_clock), T(passed_to_a_colleague),
        T(returned_to_the_centre), T(withdrawn), T(urged_once_a_day), T(published_for_all),
        T(versions_and_dry_runs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
