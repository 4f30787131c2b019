/* The way of a case: every stay, how it ended, how long it was; where cases wait. */
#include "house.h"

#include "base/check.h"
#include "bpmn/bpmn.h"
#include "zone/way.h"

static int setup(void **state)
{
    return house_setup(state);
}

struct asking {
    struct case_row row;
    struct way way;
    struct wait_node *nodes;
    struct wait_case cases[10];
    size_t count;
    int64_t from_ms, to_ms, after_key, after_id;
    bool now, more;
    str node;
};

static enum err read_way(struct op *op, void *ctx)
{
    struct asking *q = ctx;
    return case_way(op, &q->row, &q->way);
}

static struct way way_of(struct house *h, const struct case_row *c)
{
    struct asking q = { .row = *c };
    assert_int_equal(house_read(h, &h->officer, read_way, &q), OK);
    return q.way;
}

static void assert_step(const struct way *w, size_t i, const char *node, const char *how)
{
    assert_true(i < w->count);
    assert_str(w->steps[i].node, node);
    assert_str(w->steps[i].how, how);
}

static void from_start_to_end(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    struct way w = way_of(h, &c);
    assert_int_equal(w.count, 1);
    assert_step(&w, 0, "handle", "here");
    assert_str(w.steps[0].name_en, "Handle");
    assert_str(w.steps[0].unit, "POWER");
    assert_string_equal(w.steps[0].element, "userTask");
    assert_int_equal(w.steps[0].passed_count, 6);
    assert_str(w.steps[0].passed[0].node, "start");
    assert_str(w.steps[0].passed[5].node, "handle");
    assert_str(w.steps[0].passed[5].flow, "f_known");
    assert_int_equal(w.next_count, 1);
    assert_str(w.next[0]->id, "confirm");

    house_at(h, "2026-03-02 10:00");
    DO(h, &h->power, c.id, VERB_SIGN);
    assert_int_equal(way_of(h, &c).count, 1); /* signing moves nothing */
    house_at(h, "2026-03-03 10:00");
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复供电。"));
    house_at(h, "2026-03-03 11:00");
    c = DO(h, &h->contact, c.id, VERB_RATE, .rating = 5);
    w = way_of(h, &c);
    assert_int_equal(w.count, 3);
    assert_step(&w, 0, "handle", "done");
    assert_int_equal(w.steps[0].minutes, 510); /* a working day of 7.5 hours, and one hour */
    assert_true(w.steps[0].person.bytes > 0);
    assert_step(&w, 1, "confirm", "done");
    assert_int_equal(w.steps[1].minutes, 60);
    assert_step(&w, 2, "end_rated", "passed");
    assert_str(w.steps[2].passed[0].flow, "f_rate");
    assert_int_equal(w.next_count, 0);
}

static void sent_back_and_again(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    house_at(h, "2026-03-02 09:30");
    c = DO(h, &h->power, c.id, VERB_RETURN, .text = STR("不属于供电公司职责。"));
    struct way w = way_of(h, &c);
    assert_step(&w, 0, "handle", "moved");
    assert_step(&w, 1, "dispatch", "here");
    DO(h, &h->officer, c.id, VERB_SIGN);
    c = DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("ECO"), .text = STR("请研究。"));
    w = way_of(h, &c);
    assert_step(&w, 1, "dispatch", "done");
    assert_step(&w, 2, "handle", "here");
    assert_str(w.steps[2].unit, "ECO");
    c = DO(h, &h->contact, c.id, VERB_WITHDRAW, .text = STR("已解决。"));
    w = way_of(h, &c);
    assert_int_equal(w.count, 3);
    assert_step(&w, 2, "handle", "cancelled");
}

/* The timer at the rating interrupts the step; the case ends elsewhere than a rated one. */
static void interrupted_by_a_timer(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复供电。"));
    house_at(h, "2026-03-20 18:00");
    house_timers(h, 1);
    struct way w = way_of(h, &c);
    assert_step(&w, 1, "confirm", "cancelled");
    assert_step(&w, 2, "end_unrated", "passed");
    assert_str(w.steps[2].passed[0].node, "unrated");
}

static void reopened_goes_on_counting(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复供电。"));
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 5);
    c = DO(h, &h->contact, c.id, VERB_REOPEN, .text = STR("又停电了。"));
    struct way w = way_of(h, &c);
    assert_int_equal(w.count, 4);
    assert_step(&w, 3, "handle", "here");
    assert_int_equal(w.steps[3].ord, 4);
}

static enum err read_waits(struct op *op, void *ctx)
{
    struct asking *q = ctx;
    return waits_by_node(op, STR("request"), q->from_ms, q->to_ms, &q->nodes, &q->count);
}

static enum err read_cases(struct op *op, void *ctx)
{
    struct asking *q = ctx;
    return waits_cases(op, STR("request"), q->node, q->now, q->from_ms, q->to_ms, q->after_key,
        q->after_id, 2, q->cases, &q->count, &q->more);
}

static const struct wait_node *node(const struct asking *q, const char *name)
{
    for (size_t i = 0; i < q->count; i++)
        if (str_is(q->nodes[i].node, name))
            return &q->nodes[i];
    fail_msg("no node %s", name);
    return NULL;
}

static void where_cases_wait(void **state)
{
    struct house *h = *state;
    static const char *const answered[] = { "2026-03-02 10:00", "2026-03-02 11:00",
        "2026-03-02 14:30" };
    struct case_row c[4];
    for (size_t i = 0; i < 4; i++)
        c[i] = house_power_case(h);
    for (size_t i = 0; i < 3; i++) {
        house_at(h, answered[i]);
        DO(h, &h->power, c[i].id, VERB_SIGN);
        DO(h, &h->power, c[i].id, VERB_REPLY, .text = STR("已恢复供电。"));
    }
    struct asking q = { .from_ms = house_ms(h, "2026-03-01 00:00"),
        .to_ms = house_ms(h, "2026-04-01 00:00") };
    assert_int_equal(house_read(h, &h->leader, read_waits, &q), OK);
    assert_int_equal(node(&q, "handle")->now, 1);
    assert_when(h, node(&q, "handle")->oldest_at, "2026-03-02 09:00");
    assert_int_equal(node(&q, "handle")->past, 3);
    assert_int_equal(node(&q, "handle")->median, 120);
    assert_int_equal(node(&q, "handle")->p90, 240); /* noon is no waiting */
    assert_int_equal(node(&q, "confirm")->now, 3);
    assert_int_equal(node(&q, "confirm")->past, 0);
    q.from_ms = q.to_ms; /* another month */
    q.to_ms += (int64_t)30 * MS_PER_DAY;
    assert_int_equal(house_read(h, &h->leader, read_waits, &q), OK);
    assert_int_equal(node(&q, "handle")->past, 0);
    assert_int_equal(node(&q, "handle")->now, 1);

    /* The records under the numbers, two a page. */
    q = (struct asking){ .from_ms = house_ms(h, "2026-03-01 00:00"),
        .to_ms = house_ms(h, "2026-04-01 00:00"), .node = STR("handle") };
    assert_int_equal(house_read(h, &h->leader, read_cases, &q), OK);
    assert_int_equal(q.count, 2);
    assert_true(q.more);
    assert_int_equal(q.cases[0].id, c[2].id);
    assert_int_equal(q.cases[0].key, 240);
    q.after_key = q.cases[1].key;
    q.after_id = q.cases[1].id;
    assert_int_equal(house_read(h, &h->leader, read_cases, &q), OK);
    assert_int_equal(q.count, 1);
    assert_false(q.more);
    assert_int_equal(q.cases[0].id, c[0].id);
    q = (struct asking){ .now = true, .node = STR("confirm") };
    assert_int_equal(house_read(h, &h->leader, read_cases, &q), OK);
    assert_int_equal(q.cases[0].id, c[0].id); /* the longest first */
    assert_true(q.more);
}

/* A case under way from before there was a way goes on from where its task is. */
static void begun_before(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    house_tamper(h, "DELETE FROM case_step WHERE zone = $1");
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复供电。"));
    struct way w = way_of(h, &c);
    assert_int_equal(w.count, 1);
    assert_step(&w, 0, "confirm", "here");
}

/* However often a case goes round, its rows stay few. */
static void a_long_way_is_bounded(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    house_tamper(h, "UPDATE case_step SET ord = 501 WHERE zone = $1"); /* it went round for long */
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复供电。"));
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 1, .text = STR("没有解决。"));
    assert_int_equal(house_number(h, "SELECT min(ord) FROM case_step WHERE zone = $1"), 501);
    house_tamper(h, "UPDATE case_step SET ord = ord + 500 WHERE ord > 501 AND zone = $1");
    DO(h, &h->officer, c.id, VERB_SIGN);
    DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("POWER"), .text = STR("请现场解决。"));
    assert_true(house_number(h, "SELECT min(ord) FROM case_step WHERE zone = $1") > 501);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, house_teardown)
    const struct CMUnitTest tests[] = { T(from_start_to_end), T(sent_back_and_again),
        T(interrupted_by_a_timer), T(reopened_goes_on_counting), T(where_cases_wait),
        T(begun_before), T(a_long_way_is_bounded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
