/* What a second reading of this room found, each as a test that failed before it was mended. */
#include "copy.h"
#include "house.h"

#include <string.h>

/* ---- what a list says about the time left ---- */

static void left(struct house *h, int64_t id, int64_t *of_row, int64_t *of_promise)
{
    int64_t minutes;
    struct case_row c = house_get(h, &h->officer, id);
    struct promise p = house_promise(h, id, "answer");
    promise_left(h->zone, &c.promise, h->now_ms, of_row, &minutes);
    promise_left(h->zone, &p, h->now_ms, of_promise, &minutes);
}

/* The row's copy of a promise said thirty years for a clock that stood still, and for one that ran
 * again after an answer what was left at that answer. */
static void a_row_knows_the_time_left(void **state)
{
    struct house *h = *state;
    int64_t of_row, of_promise;
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-04 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-03-06 10:00");
    left(h, c.id, &of_row, &of_promise);
    assert_int_equal(of_promise, 3);
    assert_int_equal(of_row, 3);
    DO(h, &h->eco, c.id, VERB_RESUME);
    DO(h, &h->eco, c.id, VERB_REPLY, .text = STR("已办。"));
    house_at(h, "2026-03-09 10:00");
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 1, .text = STR("没有解决"));
    house_at(h, "2026-03-11 10:00");
    left(h, c.id, &of_row, &of_promise);
    assert_int_equal(of_promise, 3);
    assert_int_equal(of_row, 3);
    DO(h, &h->contact, c.id, VERB_WITHDRAW);
    house_at(h, "2026-05-11 10:00");
    left(h, c.id, &of_row, &of_promise);
    assert_int_equal(of_promise, 3);
    assert_int_equal(of_row, 3);
}

/* ---- links ---- */

struct linking {
    struct case_row row;
    struct case_link *links;
    size_t count;
};

static enum err read_links(struct op *op, void *ctx)
{
    struct linking *l = ctx;
    return case_links(op, &l->row, &l->links, &l->count);
}

/* A unit that handed a case back learned from its link what another unit is asked. */
static void a_link_shows_no_case_of_another_unit(void **state)
{
    struct house *h = *state;
    struct case_row target = house_eco_case(h), c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_RETURN, .text = STR("不属本单位"));
    DO(h, &h->officer, c.id, VERB_MERGE, .target = target.number);
    struct linking l = { .row = house_get(h, &h->power, c.id) };
    assert_int_equal(house_read(h, &h->power, read_links, &l), OK);
    assert_int_equal(l.count, 1);
    assert_str(l.links[0].number, target.number.data);
    assert_int_equal(l.links[0].title.bytes, 0);
    l.row = house_get(h, &h->officer, c.id);
    assert_int_equal(house_read(h, &h->officer, read_links, &l), OK);
    assert_str(l.links[0].title, "园区手机信号弱");
    /* And the other way round. */
    l.row = house_get(h, &h->eco, target.id);
    assert_int_equal(house_read(h, &h->eco, read_links, &l), OK);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.links[0].title.bytes, 0);
}

/* ---- deadlines ---- */

/* Asked for in time, approved while the clock stood still after the end: the days were lost. */
static void approved_while_paused_after_the_end(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h); /* due 9 March */
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-06 10:00");
    DO(h, &h->eco, c.id, VERB_EXTEND, .days = 3, .text = STR("会商"));
    house_at(h, "2026-03-10 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    c = DO(h, &h->leader, c.id, VERB_APPROVE); /* to 12 March: two days are left */
    assert_int_equal(house_promise(h, c.id, "answer").remaining, 2);
    assert_when(h, c.due_at, "2026-03-12 17:30");
    house_at(h, "2026-03-16 10:00");
    c = DO(h, &h->eco, c.id, VERB_RESUME);
    assert_when(h, c.due_at, "2026-03-18 17:30");
}

struct meeting {
    struct promise promise;
};

static enum err meet(struct op *op, void *ctx)
{
    return promise_meet(op, &((struct meeting *)ctx)->promise);
}

static void met_while_paused_after_the_end_is_late(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-10 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    struct meeting m = { house_promise(h, c.id, "answer") };
    assert_int_equal(house_write(h, &actor_system, meet, &m), OK);
    assert_int_equal(m.promise.state, PROMISE_MET_LATE);
    c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-05-10 10:00");
    m.promise = house_promise(h, c.id, "answer");
    assert_int_equal(house_write(h, &actor_system, meet, &m), OK);
    assert_int_equal(m.promise.state, PROMISE_MET);
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

static struct promise_count explained(struct house *h, int64_t id)
{
    struct explaining e = { .case_id = id, .promise_id = house_promise(h, id, "answer").id };
    assert_int_equal(house_read(h, &h->contact, explain, &e), OK);
    return e.out;
}

/* A withdrawal during a pause ends the explanation; it went on to grow by a line a day. */
static void explanation_ends_with_the_promise(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-04 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-03-06 10:00");
    DO(h, &h->contact, c.id, VERB_WITHDRAW);
    house_at(h, "2026-06-06 10:00");
    struct promise_count n = explained(h, c.id);
    assert_int_equal(n.day_count, 5); /* 2 to 6 March */
}

/* Days after the end are not counted as promised ones. */
static void explanation_of_a_broken_promise_counts_what_was_promised(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    house_at(h, "2026-03-12 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-03-20 10:00");
    DO(h, &h->eco, c.id, VERB_RESUME);
    struct promise_count n = explained(h, c.id);
    int64_t counted = 0;
    for (size_t i = 0; i < n.day_count; i++)
        counted += n.days[i].counted;
    assert_int_equal(counted, 5);
}

/* Asked for in time, approved after a pause that began when it was broken already. */
static void explanation_passes_over_a_pause_that_stopped_nothing(void **state)
{
    struct house *h = *state;
    struct case_row c = house_eco_case(h); /* due 9 March */
    DO(h, &h->eco, c.id, VERB_SIGN);
    DO(h, &h->eco, c.id, VERB_EXTEND, .days = 5, .text = STR("会商"));
    house_at(h, "2026-03-10 10:00");
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("等材料"));
    house_at(h, "2026-03-12 10:00");
    DO(h, &h->eco, c.id, VERB_RESUME);
    c = DO(h, &h->leader, c.id, VERB_APPROVE);
    assert_when(h, c.due_at, "2026-03-16 17:30");
    struct promise_count n = explained(h, c.id);
    assert_int_equal(n.days[n.day_count - 1].total, 10);
}

/* ---- several promises of one case ---- */

#define PROMISE(code, unit, amount, verb)                                                          \
    "{\"code\":\"" code                                                                            \
    "\",\"name\":{\"zh\":\"试\",\"en\":\"Test\"},\"scope\":\"case\",\"unit\":\"" unit              \
    "\",\"amount\":" amount ",\"met_by\":[\"" verb                                                 \
    "\"],\"amber\":0.5,\"red\":0.25,\"law\":{\"zh\":"                                              \
    "\"试\",\"en\":\"Test\"}},"

/* One more before "answer" that cannot be extended, one after it in time that signing meets. */
static void open_with_more(struct house *h, struct copy *c)
{
    copy_make(c);
    copy_change(c, "requests/promises.json", "\"promises\": [",
        "\"promises\": [" PROMISE("visit", "calendar_days", "20", "reply")
            PROMISE("heard", "working_hours", "8", "sign"));
    house_reopen(h, c->folder);
}

static void the_promise_that_can_be_extended_is(void **state)
{
    struct house *h = *state;
    struct copy pack;
    open_with_more(h, &pack);
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    DO(h, &h->eco, c.id, VERB_EXTEND, .days = 2, .text = STR("会商"));
    DO(h, &h->leader, c.id, VERB_APPROVE);
    assert_when(h, house_promise(h, c.id, "answer").due_at, "2026-03-11 17:30");
    assert_int_equal(house_promise(h, c.id, "visit").extensions, 0);
    copy_remove(&pack);
}

/* Met without ending its step, a promise began again at once; and the row copied the one that had
 * ended in place of the one that runs. */
static void a_promise_met_on_the_way_stays_met(void **state)
{
    struct house *h = *state;
    struct copy pack;
    open_with_more(h, &pack);
    struct case_row c = house_eco_case(h);
    assert_int_equal(c.promise.id, house_promise(h, c.id, "heard").id); /* the nearest */
    c = DO(h, &h->eco, c.id, VERB_SIGN);
    assert_int_equal(house_promise(h, c.id, "heard").state, PROMISE_MET);
    assert_int_equal(c.promise.id, house_promise(h, c.id, "answer").id);
    assert_when(h, c.due_at, "2026-03-09 17:30");
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM promise WHERE zone = $1 AND code = 'heard'"), 1);
    copy_remove(&pack);
}

static void explanation_of_calendar_days_counts_them(void **state)
{
    struct house *h = *state;
    struct copy pack;
    open_with_more(h, &pack);
    house_at(h, "2026-03-01 10:00"); /* and twenty: Saturday the 21st, so Monday the 23rd */
    struct case_row c = house_eco_case(h);
    struct explaining e = { .case_id = c.id, .promise_id = house_promise(h, c.id, "visit").id };
    assert_int_equal(house_read(h, &h->contact, explain, &e), OK);
    assert_when(h, e.out.promise.due_at, "2026-03-23 17:30");
    assert_int_equal(e.out.day_count, 23);
    assert_int_equal(e.out.days[20].counted, 1);
    assert_int_equal(e.out.days[20].total, 20);
    assert_int_equal(e.out.days[22].total, 20);
    copy_remove(&pack);
}

/* ---- timers ---- */

static int64_t fire_all(struct house *h)
{
    struct op op = house_op(h, &actor_system);
    int64_t fired = 0;
    assert_int_equal(case_timers_all(&op, &fired), OK);
    return fired;
}

/* One case that cannot be moved held up the clocks of all others for ever. */
static void a_broken_case_does_not_hold_up_the_others(void **state)
{
    struct house *h = *state;
    struct case_row first = house_power_case(h), second = house_power_case(h);
    const int64_t ids[] = { first.id, second.id };
    for (size_t i = 0; i < 2; i++) {
        DO(h, &h->power, ids[i], VERB_SIGN);
        DO(h, &h->power, ids[i], VERB_REPLY, .text = STR("已恢复供电。"));
        house_at(h, "2026-03-03 09:00");
    }
    house_tamper(h,
        "UPDATE cases SET state = 'broken' WHERE zone = $1 AND id = (SELECT min(id)"
        " FROM cases)");
    house_at(h, "2026-03-20 09:00");
    assert_int_equal(fire_all(h), 1);
    assert_int_equal(house_get(h, &h->officer, second.id).status, CASE_CLOSED);
    assert_int_equal(house_get(h, &h->officer, first.id).status, CASE_REPLIED);
    /* It is told, and tried again later, not at once. */
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind ="
                         " 'case.timer-failed'"),
        1);
    assert_int_equal(fire_all(h), 0);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind ="
                         " 'case.timer-failed'"),
        1);
    house_at(h, "2026-03-20 10:30");
    assert_int_equal(fire_all(h), 0);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind ="
                         " 'case.timer-failed'"),
        2);
}

/* ---- looking at rows ---- */

static enum err reveal_often(struct op *op, void *ctx)
{
    for (int i = 0; i < 25; i++)
        TRY(ledger_append(
            op, &(struct ledger_event){ .kind = "case.reveal", .subject = *(int64_t *)ctx }, NULL));
    return OK;
}

static enum err verify(struct op *op, void *ctx)
{
    struct diag_list faults;
    int64_t checked = 0;
    diag_list_init(&faults, op->arena, 4);
    TRY(ledger_verify_rows(op, &checked, &faults));
    *(size_t *)ctx = faults.total;
    return OK;
}

/* Many looks at masked data after each other were taken for a change behind the program's back. */
static void looks_are_no_changes(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    size_t faults = 1;
    assert_int_equal(house_write(h, &h->officer, reveal_often, &c.id), OK);
    assert_int_equal(house_read(h, &actor_system, verify, &faults), OK);
    assert_int_equal(faults, 0);
    house_tamper(h, "UPDATE cases SET title = 'x' WHERE zone = $1");
    assert_int_equal(house_read(h, &actor_system, verify, &faults), OK);
    assert_int_equal(faults, 1);
}

/* ---- sessions ---- */

static enum err check(struct op *op, void *ctx)
{
    return session_check(op, ctx);
}

struct entering {
    const struct sign_in *in;
    struct session made;
    bool ok;
    struct diag refusal;
};

static enum err enter(struct op *op, void *ctx)
{
    struct entering *e = ctx;
    return session_create(op, e->in, &e->made, &e->ok, &e->refusal);
}

/* Guesses checked side by side: the right one came in although the others had locked the account
 * meanwhile. */
static void guesses_side_by_side_meet_the_lock(void **state)
{
    struct house *h = *state;
    struct sign_in wrong = { .login = h->power.login, .password = STR("Wrong-2026") },
                   right = { .login = h->power.login, .password = STR("Secret-2026") };
    assert_int_equal(house_read(h, &h->nobody, check, &right), OK);
    assert_int_equal(house_read(h, &h->nobody, check, &wrong), OK);
    assert_true(right.matches && !right.locked && !wrong.matches);
    struct entering e = { .in = &wrong };
    for (int i = 0; i < zone_pack(h->zone)->zone.lockout_failures; i++)
        assert_int_equal(house_write(h, &h->nobody, enter, &e), OK);
    e = (struct entering){ .in = &right };
    assert_int_equal(house_write(h, &h->nobody, enter, &e), OK);
    assert_false(e.ok);
    assert_int_equal(e.refusal.err, ERR_LOCKED_OUT);
    h->now_ms += (int64_t)zone_pack(h->zone)->zone.lockout_minutes * MS_PER_MINUTE + 1;
    assert_int_equal(house_write(h, &h->nobody, enter, &e), OK);
    assert_true(e.ok);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(a_row_knows_the_time_left),
        T(a_link_shows_no_case_of_another_unit), T(approved_while_paused_after_the_end),
        T(met_while_paused_after_the_end_is_late), T(explanation_ends_with_the_promise),
        T(explanation_of_a_broken_promise_counts_what_was_promised),
        T(explanation_passes_over_a_pause_that_stopped_nothing),
        T(the_promise_that_can_be_extended_is), T(a_promise_met_on_the_way_stays_met),
        T(explanation_of_calendar_days_counts_them), T(a_broken_case_does_not_hold_up_the_others),
        T(looks_are_no_changes), T(guesses_side_by_side_meet_the_lock) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
