/* Jobs by hand: claimed by one, tried again later each time, an incident at last, done once; and
 * timers of a cycle that keep their step though one came late. */
#include "copy.h"
#include "house.h"

#include "zone/job.h"
#include "zone/ledger.h"

#define NODE                                                                                        \
    "<bpmn:serviceTask id=\"ask\" name=\"问\" junma:handler=\"http\" junma:connector=\"out\""      \
    " junma:path='\"/x\"' junma:retries=\"2\" junma:backoff=\"PT10M\">"                             \
    "<bpmn:incoming>f_answer</bpmn:incoming><bpmn:outgoing>f_on</bpmn:outgoing></bpmn:serviceTask>" \
    "<bpmn:sequenceFlow id=\"f_on\" sourceRef=\"ask\" targetRef=\"confirm\" />"
#define FLOW "<bpmn:sequenceFlow id=\"f_answer\" sourceRef=\"handle\" targetRef=\""
#define CYCLE                                                                                      \
    "<bpmn:boundaryEvent id=\"tick\" attachedToRef=\"handle\" cancelActivity=\"false\">"           \
    "<bpmn:outgoing>f_tick</bpmn:outgoing><bpmn:timerEventDefinition><bpmn:timeCycle"              \
    " xsi:type=\"bpmn:tFormalExpression\">R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"    \
    "</bpmn:boundaryEvent><bpmn:endEvent id=\"ticked\"><bpmn:incoming>f_tick</bpmn:incoming>"      \
    "</bpmn:endEvent><bpmn:sequenceFlow id=\"f_tick\" sourceRef=\"tick\" targetRef=\"ticked\" />"

static void open_with(struct house *h, struct copy *c)
{
    copy_make(c);
    copy_change(c, "requests/request.bpmn", FLOW "confirm\" />", FLOW "ask\" />" NODE CYCLE);
    copy_change(c, "requests/request.bpmn",
        "<bpmn:incoming>f_answer</bpmn:incoming>\n      <bpmn:outgoing>f_rate",
        "<bpmn:incoming>f_on</bpmn:incoming>\n      <bpmn:outgoing>f_rate");
    copy_add(c, "connectors.json",
        "{\"connectors\": [{\"code\": \"out\", \"name\": {\"zh\": \"外\", \"en\": \"out\"},"
        " \"url\": \"https://out.example\"}]}");
    house_reopen(h, c->folder);
}

struct claiming {
    const char *owner;
    struct job *jobs;
    size_t count;
};

static enum err claim(struct op *op, void *ctx)
{
    struct claiming *c = ctx;
    return job_claim(op, STR("out"), str_from(c->owner), 10, &c->jobs, &c->count);
}

static size_t claimed_by(struct house *h, const char *owner, struct job *out)
{
    struct claiming c = { .owner = owner };
    assert_int_equal(house_write(h, &actor_system, claim, &c), OK);
    if (c.count)
        *out = c.jobs[0];
    return c.count;
}

struct failing {
    int64_t id;
    struct job_failure failure;
};

static enum err fail_it(struct op *op, void *ctx)
{
    const struct failing *f = ctx;
    return job_failed(op, f->id, &f->failure);
}

static enum err answer(struct op *op, void *ctx)
{
    json_t *o = json_keep(op->arena, json_pack("{s:i}", "status", 200));
    return job_answer(op, *(const int64_t *)ctx, o);
}

static enum err retry(struct op *op, void *ctx)
{
    return incident_retry(op, *(const int64_t *)ctx);
}

static struct case_row at_the_service(struct house *h)
{
    struct case_row c = house_eco_case(h);
    DO(h, &h->eco, c.id, VERB_SIGN);
    return DO(h, &h->eco, c.id, VERB_REPLY, .text = STR("已办理。"));
}

struct watching {
    uint64_t from, to;
    struct case_row rows[4];
    size_t count;
};

static enum err watch(struct op *op, void *ctx)
{
    struct watching *w = ctx;
    w->from = w->to;
    w->count = 4;
    TRY(ledger_size(op, &w->to));
    return cases_moved(op, w->from, w->to, w->rows, &w->count);
}

static void one_claims_it_until_the_lease_is_over(void **state)
{
    struct house *h = *state;
    struct copy pack;
    struct job j;
    open_with(h, &pack);
    struct case_row c = at_the_service(h);
    assert_int_equal(c.status, CASE_OPEN); /* not answered before the service has done its part */
    struct watching w = { 0 };
    assert_int_equal(house_read(h, &actor_system, watch, &w), OK);
    assert_int_equal(w.count, 0); /* people moved it so far */
    assert_int_equal(claimed_by(h, "one", &j), 1);
    assert_int_equal(claimed_by(h, "two", &j), 0);
    h->now_ms += JOB_LEASE_MS - 1;
    assert_int_equal(claimed_by(h, "two", &j), 0);
    h->now_ms += 1;
    assert_int_equal(claimed_by(h, "two", &j), 1);
    assert_int_equal(j.attempts, 2);
    assert_int_equal(house_write(h, &actor_system, answer, &j.id), OK);
    c = house_get(h, &h->officer, c.id);
    assert_int_equal(c.status, CASE_REPLIED);
    assert_int_equal(house_read(h, &actor_system, watch, &w), OK);
    assert_int_equal(w.count, 1);
    assert_true(w.rows[0].id == c.id);
    assert_int_equal(house_read(h, &actor_system, watch, &w), OK);
    assert_int_equal(w.count, 0);
    /* The first one's answer comes late: nothing moves a second time. */
    assert_int_equal(house_write(h, &actor_system, answer, &j.id), OK);
    assert_int_equal(house_get(h, &h->officer, c.id).version, c.version);
    copy_remove(&pack);
}

static void failures_wait_longer_and_end_with_a_person(void **state)
{
    struct house *h = *state;
    struct copy pack;
    struct job j;
    struct failing f = { 0 };
    open_with(h, &pack);
    struct case_row c = at_the_service(h);
    diag_set(&f.failure.why, ERR_REMOTE, "没有答复", "no answer");
    for (int64_t minutes = 10; minutes <= 20; minutes *= 2) { /* 10, 20 */
        assert_int_equal(claimed_by(h, "one", &j), 1);
        f.id = j.id;
        assert_int_equal(house_write(h, &actor_system, fail_it, &f), OK);
        h->now_ms += minutes * MS_PER_MINUTE - 1;
        assert_int_equal(claimed_by(h, "one", &j), 0);
        h->now_ms += minutes * MS_PER_MINUTE / 10 + 1; /* the spread */
    }
    assert_int_equal(claimed_by(h, "one", &j), 1);
    assert_int_equal(house_write(h, &actor_system, fail_it, &f), OK);
    h->now_ms += 24 * MS_PER_HOUR;
    assert_int_equal(claimed_by(h, "one", &j), 0);
    assert_int_equal(house_number(h, "SELECT count(*) FROM job WHERE zone = $1 AND state = 2"), 1);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.incident'"),
        1);
    assert_int_equal(house_write(h, &h->eco, retry, &f.id), ERR_FORBIDDEN);
    assert_int_equal(house_write(h, &actor_system, retry, &f.id), OK);
    assert_int_equal(claimed_by(h, "one", &j), 1);
    assert_int_equal(j.attempts, 1);
    /* A case that is withdrawn takes its job along. */
    DO(h, &h->contact, c.id, VERB_WITHDRAW, .text = STR("不再需要"));
    assert_int_equal(house_number(h, "SELECT count(*) FROM job WHERE zone = $1"), 0);
    assert_int_equal(house_write(h, &actor_system, answer, &j.id), OK);
    copy_remove(&pack);
}

static void a_late_firing_does_not_push_the_next_ones_on(void **state)
{
    struct house *h = *state;
    struct copy pack;
    open_with(h, &pack);
    house_at(h, "2026-03-02 10:00");
    house_eco_case(h);
    assert_when(h, house_number(h, "SELECT due_at FROM timer WHERE zone = $1"), "2026-03-02 11:00");
    house_at(h, "2026-03-02 11:40");
    house_timers(h, 1);
    assert_when(h, house_number(h, "SELECT due_at FROM timer WHERE zone = $1"), "2026-03-02 12:00");
    copy_remove(&pack);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(one_claims_it_until_the_lease_is_over),
        T(failures_wait_longer_and_end_with_a_person),
        T(a_late_firing_does_not_push_the_next_ones_on) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
