/*
 * The limits of the law, each date counted by hand from the calendar of 2026: off 15 to 23 February,
 * 4 to 6 April, 1 to 5 May, 19 to 21 June, 25 to 27 September, 1 to 7 October; worked Saturdays and
 * Sundays 14 and 28 February, 9 May, 20 September, 10 October; no notice for 2027 yet.
 */
#include "licence.h"

#include <string.h>

/* ---- each limit by itself ---- */

struct starting {
    const char *statute, *until;
    int64_t extend;
    struct promise out;
};

static enum err start(struct op *op, void *ctx)
{
    struct starting *s = ctx;
    static const struct feel_names open = { .open = true };
    const struct pack *pack = zone_pack(op->zone);
    const struct pack_statute *law = NULL;
    struct feel_program *amount = NULL, *until = NULL;
    for (size_t i = 0; i < pack->statute_count; i++)
        if (str_is(pack->statutes[i].code, s->statute))
            law = &pack->statutes[i];
    assert_non_null(law);
    str text = str_printf(op->arena, "%d", law->amount);
    TRY(feel_compile(op->arena, text, &open, &amount, op->diag));
    if (s->until)
        TRY(feel_compile(op->arena, str_from(s->until), &open, &until, op->diag));
    struct pack_promise def = { .code = STR("limit"), .unit = law->unit, .amount = amount,
        .until = until, .amber_percent = 50, .red_percent = 25, .statute = law };
    def.versions = &def;
    def.version_count = 1;
    struct promise_of of = { .case_id = 1, .variables = json_keep(op->arena, json_object()) };
    TRY(promise_start(op, &def, &of, &s->out));
    return s->extend ? promise_extend(op, &s->out, s->extend, STR("延长")) : OK;
}

static void each_limit_by_hand(void **state)
{
    struct house *h = *state;
    static const struct {
        const char *statute, *from, *due;
        int64_t extend;
    } rows[] = {
        { "licence-correction", "2026-02-13 10:00", "2026-02-27 17:30", 0 },
        { "licence-correction", "2026-02-14 16:59", "2026-02-28 17:30", 0 }, /* a worked Saturday */
        { "licence-correction", "2026-02-18 10:00", "2026-02-28 17:30", 0 }, /* on a day off */
        { "licence-correction", "2026-09-30 23:59", "2026-10-13 17:30", 0 },
        { "licence-decision", "2026-09-18 09:00", "2026-10-22 17:30", 0 },
        { "licence-decision", "2026-09-18 09:00", "2026-11-05 17:30", 10 },
        { "licence-decision-joint", "2026-04-03 09:00", "2026-06-10 17:30", 0 },
        { "licence-decision-joint", "2026-04-03 09:00", "2026-07-02 17:30", 15 },
        { "licence-lower-review", "2026-09-18 09:00", "2026-10-22 17:30", 0 },
        { "licence-delivery", "2026-09-24 09:00", "2026-10-15 17:30", 0 },
        { "licence-hearing", "2026-02-12 09:00", "2026-03-18 17:30", 0 },
        { "payment-complaint-pass", "2026-04-30 09:00", "2026-05-18 17:30", 0 },
        /* Calendar days: the end on a day off moves to the next working day ... */
        { "petition-notice", "2026-09-16 09:00", "2026-10-08 17:30", 0 },
        { "petition-review", "2026-11-20 09:00", "2026-12-21 17:30", 0 },
        { "petition-result", "2026-03-06 09:00", "2026-05-06 17:30", 0 },
        /* ... not when that Saturday is worked; an extension counts from the day itself. */
        { "petition-notice", "2026-04-24 09:00", "2026-05-09 17:30", 0 },
        { "petition-result", "2026-03-06 09:00", "2026-06-04 17:30", 30 },
        { "payment-complaint-result", "2026-09-05 09:00", "2026-10-08 17:30", 0 },
        { "payment-complaint-result", "2026-09-05 09:00", "2026-12-04 17:30", 60 },
        { "project-approval", "2026-12-10 09:00", "2027-01-07 17:30", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct starting s = { .statute = rows[i].statute, .extend = rows[i].extend };
        house_at(h, rows[i].from);
        assert_int_equal(house_write(h, &actor_system, start, &s), OK);
        if (strcmp(house_when(h, s.out.due_at), rows[i].due) != 0)
            fail_msg("%s from %s: %s, not %s", rows[i].statute, rows[i].from,
                house_when(h, s.out.due_at), rows[i].due);
        assert_int_equal(s.out.provisional, strncmp(rows[i].due, "2027", 4) == 0);
    }
}

static void before_a_licence_expires(void **state)
{
    struct house *h = *state;
    static const char *const rows[][2] = {
        { "date(\"2026-10-03\")", "2026-09-30 17:30" }, /* within the National Day */
        { "date(\"2026-10-10\")", "2026-10-10 17:30" }, /* a worked Saturday */
        { "\"2026-08-16\"", "2026-08-14 17:30" },       /* a Sunday */
    };
    house_at(h, "2026-08-03 09:00");
    for (size_t i = 0; i < 3; i++) {
        struct starting s = { .statute = "licence-renewal", .until = rows[i][0] };
        assert_int_equal(house_write(h, &actor_system, start, &s), OK);
        assert_when(h, s.out.due_at, rows[i][1]);
    }
    struct starting gone = { .statute = "licence-renewal", .until = "date(\"2026-08-03\")" };
    assert_int_equal(house_write(h, &actor_system, start, &gone), ERR_INVALID);
    struct starting none = { .statute = "licence-renewal", .until = "null" };
    assert_int_equal(house_write(h, &actor_system, start, &none), ERR_INVALID);
}

/* A law that was not in force when the limit began is no ground for it. */
static void not_in_force(void **state)
{
    struct house *h = *state;
    struct starting s = { .statute = "payment-complaint-pass" };
    house_at(h, "2025-05-30 09:00");
    assert_int_equal(house_write(h, &actor_system, start, &s), ERR_INVALID);
    assert_non_null(strstr(h->diag.en, "in force"));
}

/* ---- silence ---- */

static void silence_is_acceptance(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-02-13 10:00");
    struct case_row c = licence_apply(h);
    assert_str(c.node, "check");
    assert_when(h, c.due_at, "");
    assert_when(h, house_promise(h, c.id, "correction").due_at, "2026-02-27 17:30");
    house_at(h, "2026-02-27 17:30");
    licence_watch(h);
    assert_str(house_get(h, &h->contact, c.id).node, "check");
    h->now_ms++; /* the moment after */
    licence_watch(h);
    c = house_get(h, &h->contact, c.id);
    assert_str(c.node, "decide");
    /* Accepted as of the day of receipt: the twenty days count from there. */
    struct promise p = house_promise(h, c.id, "decision");
    /* 14; 24-28 February; 2-6, 9-13, 16-19 March */
    assert_when(h, p.due_at, "2026-03-19 17:30");
    assert_int_equal(house_promise(h, c.id, "correction").state, PROMISE_MET_LATE);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.deemed'"
                         " AND event LIKE '%《中华人民共和国行政许可法》第三十二条%视为受理%'"
                         " AND event LIKE '%2026-02-13%'"),
        1);
    /* The applicant is told, at the next opening: Saturday 28 February is worked. */
    assert_when(h,
        house_number(h, "SELECT at FROM notice WHERE zone = $1 AND kind = 'deemed' ORDER BY id"),
        "2026-02-28 08:30");
    licence_watch(h);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.deemed'"),
        1);
}

static void answered_in_time(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-03-02 10:00");
    struct case_row c = licence_apply(h);
    house_at(h, "2026-03-09 17:30"); /* the last instant */
    DO(h, &h->officer, c.id, VERB_SIGN);
    DO(h, &h->officer, c.id, VERB_REPLY, .text = STR("缺少消防验收意见。"));
    h->now_ms += 10 * 86400000LL;
    licence_watch(h);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.deemed'"),
        0);
}

/* ---- reasons for standing still ---- */

static void stands_still_for_reasons_of_the_law(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-03-02 10:00");
    struct case_row c = licence_apply(h);
    DO(h, &h->officer, c.id, VERB_SIGN);
    DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("ECO"));
    assert_when(h, house_promise(h, c.id, "decision").due_at, "2026-03-30 17:30");
    REFUSED(h, &h->eco, c.id, ERR_NOT_ALLOWED, "sign for it", VERB_SUSPEND, .text = STR("听证"));
}

static struct case_row at_decision(struct house *h, const char *urgency)
{
    struct case_row c = house_raise(h, &h->contact,
        (struct asked){ .topic = "network", .title = "申请核准", .urgency = urgency,
            .content = "申请核准仓储项目,材料已经上传。" });
    DO(h, &h->officer, c.id, VERB_SIGN);
    return DO(h, &h->officer, c.id, VERB_DISPATCH, .unit = STR("ECO"));
}

static void reason_must_be_one(void **state)
{
    struct licence *l = *state;
    struct house *h = &l->house;
    /* The promise is kept by nothing that this step offers before it is suspended. */
    copy_change(&l->copy, "requests/promises.json", "[\"sign\"]", "[\"reply\"]");
    house_reopen(h, l->copy.folder);
    house_at(h, "2026-03-02 10:00");
    struct case_row c = at_decision(h, "normal");
    DO(h, &h->eco, c.id, VERB_SIGN);
    REFUSED(h, &h->eco, c.id, ERR_INVALID, "hearing (hearing)", VERB_SUSPEND, .text = STR("等"));
    REFUSED(h, &h->eco, c.id, ERR_INVALID, "expert review", VERB_SUSPEND, .text = STR("等"),
        .reason = STR("holiday"));
    house_at(h, "2026-03-05 10:00"); /* 3, 4, 5 used; 17 left */
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("3月20日听证"), .reason = STR("hearing"));
    struct promise p = house_promise(h, c.id, "decision");
    assert_int_equal(p.state, PROMISE_PAUSED);
    assert_int_equal(p.remaining, 17);
    assert_str(p.pause_code, "hearing");
    /* Told in writing, with the article. */
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM notice WHERE zone = $1 AND kind = 'suspend' AND"
                         " zh LIKE '%3月20日听证%第四十五条%'"),
        1);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.suspend'"
                         " AND event LIKE '%第四十五条%'"),
        1);
    h->now_ms += 40 * 86400000LL; /* no end is set by the law: it stands */
    licence_watch(h);
    assert_int_equal(house_promise(h, c.id, "decision").state, PROMISE_PAUSED);
    house_at(h, "2026-04-30 10:00"); /* 6, 7, 8, 9 May; 11-15; 18-22; 25, 26, 27 */
    DO(h, &h->eco, c.id, VERB_RESUME);
    p = house_promise(h, c.id, "decision");
    assert_when(h, p.due_at, "2026-05-27 17:30");
    assert_int_equal(p.pause_code.bytes, 0);
}

static void pause_has_an_end(void **state)
{
    struct licence *l = *state;
    struct house *h = &l->house;
    copy_change(&l->copy, "requests/promises.json", "[\"sign\"]", "[\"reply\"]");
    copy_change(&l->copy, "requests/promises.json", "=urgency != \\\"urgent\\\"", "=false");
    copy_change(&l->copy, "requests/promises.json", "=urgency = \\\"urgent\\\"", "=true");
    house_reopen(h, l->copy.folder);
    house_at(h, "2026-03-02 10:00");
    struct case_row c = at_decision(h, "normal");
    assert_int_equal(house_promise(h, c.id, "decision").id, 0); /* does not apply */
    DO(h, &h->eco, c.id, VERB_SIGN);
    DO(h, &h->eco, c.id, VERB_SUSPEND, .text = STR("评估"), .reason = STR("evaluation"));
    /* Thirty working days: 20 in March from the 3rd (3-6, 9-13, 16-20, 23-27, 30, 31: 21), 1, 2, 3,
     * 7, 8, 9, 10, 13, 14 April. */
    house_at(h, "2026-04-14 17:30");
    licence_watch(h);
    assert_int_equal(house_promise(h, c.id, "outside").state, PROMISE_PAUSED);
    h->now_ms++;
    licence_watch(h);
    struct promise p = house_promise(h, c.id, "outside");
    assert_int_equal(p.state, PROMISE_RUNNING);
    c = house_get(h, &h->eco, c.id);
    assert_int_equal(c.suspended, 0);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM task WHERE zone = $1 AND state = 'suspended'"), 0);
    /* Twenty left: 15, 16, 17; 20-24; 27-30; 6-9 May; 11, 12, 13, 14. */
    assert_when(h, p.due_at, "2026-05-14 17:30");
}

/* ---- versions of a law ---- */

static void law_of_the_first_day(void **state)
{
    struct licence *l = *state;
    struct house *h = &l->house;
    copy_change(&l->copy, "requests/promises.json", "licence-correction", "dated-correction");
    copy_change(&l->copy, "statutes.json", "\"statutes\": [",
        "\"statutes\": [\n"
        "{\"code\": \"dated-correction\", \"law\": {\"zh\": \"法\", \"en\": \"Law\"},"
        " \"article\": {\"zh\": \"第一条\", \"en\": \"article 1\"}, \"text\": {\"zh\": \"旧\","
        " \"en\": \"old\"}, \"from\": \"2020-01-01\", \"to\": \"2026-03-31\", \"unit\":"
        " \"working_days\", \"amount\": 7, \"start\": {\"at\": \"receipt\", \"name\": {\"zh\":"
        " \"收到\", \"en\": \"receipt\"}}, \"silence\": {\"name\": {\"zh\": \"视为受理\", \"en\":"
        " \"accepted\"}}},\n"
        "{\"code\": \"dated-correction\", \"law\": {\"zh\": \"法\", \"en\": \"Law\"},"
        " \"article\": {\"zh\": \"第二条\", \"en\": \"article 2\"}, \"text\": {\"zh\": \"新\","
        " \"en\": \"new\"}, \"from\": \"2026-04-01\", \"unit\":"
        " \"working_days\", \"amount\": 3, \"start\": {\"at\": \"receipt\", \"name\": {\"zh\":"
        " \"收到\", \"en\": \"receipt\"}}, \"silence\": {\"name\": {\"zh\": \"视为受理\", \"en\":"
        " \"accepted\"}}},\n");
    house_reopen(h, l->copy.folder);
    house_at(h, "2026-03-31 16:00");
    struct case_row old = licence_apply(h);
    house_at(h, "2026-04-01 09:00");
    struct case_row fresh = licence_apply(h);
    assert_int_equal(house_promise(h, old.id, "correction").amount, 7);
    assert_when(h, house_promise(h, old.id, "correction").due_at, "2026-04-10 17:30");
    assert_int_equal(house_promise(h, fresh.id, "correction").amount, 3);
    assert_when(h, house_promise(h, fresh.id, "correction").due_at, "2026-04-07 17:30");
}

#define IN_LICENCE(f) cmocka_unit_test_setup_teardown(f, licence_setup, licence_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_limit_by_hand, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(before_a_licence_expires, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(not_in_force, house_setup, house_teardown),
        IN_LICENCE(silence_is_acceptance),
        IN_LICENCE(answered_in_time),
        IN_LICENCE(stands_still_for_reasons_of_the_law),
        IN_LICENCE(reason_must_be_one),
        IN_LICENCE(pause_has_an_end),
        IN_LICENCE(law_of_the_first_day),
    };
    return cmocka_run_group_tests_name("statute", tests, NULL, NULL);
}
