/*
 * The sample zone's request, walked: its form takes a good answer and refuses bad ones, its rules
 * send each kind of problem to the right unit with the right limits, its procedure goes every way
 * that is drawn. The clock and the store are no part of this.
 */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct walk {
    struct given g;
    const struct pack *pack;
    const struct pack_system *system;
    struct bpmn_host host;
    struct bpmn_instance *instance;
    struct bpmn_turn turn; /* the last one */
    struct diag diag;
};

/* ---- rules ---------------------------------------------------------------------------------- */

static enum err decide(void *ctx, str name, const json_t *variables, struct arena *a, json_t **out,
    struct diag *d)
{
    struct walk *w = ctx;
    const struct dmn_model *model = NULL;
    const struct dmn_decision *decision = pack_decision(w->system, name, &model);
    struct feel_env env = { 0 };
    feel_value inputs, result;
    assert_non_null(decision);
    TRY(feel_from_json(a, variables, NULL, &inputs, d));
    TRY(dmn_decide(model, decision, inputs, &env, a, &result, NULL, d));
    *out = feel_to_json(a, result);
    return diag_arena(d, a);
}

static void open_walk(struct walk *w)
{
    *w = (struct walk){ 0 };
    given_open(&w->g);
    assert_int_equal(given_load(&w->g, &w->pack), OK);
    w->system = pack_kind(w->pack, STR("request"));
    w->host = (struct bpmn_host){ .ctx = w, .now_ms = 1795000000000, .offset_s = 8 * 3600,
        .decide = decide };
}

static json_t *variables_of(struct walk *w, const char *topic, const char *text,
    const char *industry, const char *urgency)
{
    json_t *v = json_pack("{s:s?, s:s, s:s?, s:s, s:n}", "topic", topic, "text", text, "industry",
        industry, "urgency", urgency, "unit");
    return json_keep(&w->g.arena, v);
}

struct route {
    const char *topic, *text, *industry, *urgency; /* in */
    const char *unit, *urgency_out;
    int answer_days, sign_hours;
};

static void rules_place_every_kind(void **state)
{
    (void)state;
    static const struct route routes[] = {
        { "power", "厂区频繁跳闸,影响生产", "3841", "normal", "POWER", "urgent", 2, 2 },
        { "power", "申请增容至 2000 千伏安", "3841", "normal", "POWER", "normal", 10, 8 },
        { "power", "电费账单有误", "3841", "normal", "POWER", "normal", 5, 4 },
        { "water", "厂门口雨天积水严重", NULL, "normal", "CON", "normal", 10, 8 },
        { "labour", "如何申请技能培训补贴", NULL, "normal", "HR", "normal", 3, 4 },
        { "labour", "订单增加,急需招聘一线普工", NULL, "urgent", "HR", "urgent", 2, 2 },
        { "policy", "补贴何时拨付", "6513", "normal", "SCI", "normal", 10, 8 },
        { "policy", "补贴何时拨付", "3841", "normal", "ECO", "normal", 10, 8 },
        { "environment", "厂区异味", "2614", "normal", "ENV", "urgent", 2, 2 },
        { "environment", "厂区异味", "3841", "normal", "ENV", "normal", 5, 4 },
        { "arrears", "总包单位拖欠工程款", NULL, "normal", "CON", "normal", 10, 8 },
        { "land", "厂房漏水,疑似燃气泄漏", NULL, "normal", "EMG", "urgent", 2, 2 },
        { NULL, "流动资金贷款到期", NULL, "normal", "FIN", "normal", 10, 8 },
        { "other", "想了解园区食堂", NULL, "normal", NULL, "normal", 5, 4 },
        { NULL, "不知道找谁", NULL, "urgent", NULL, "urgent", 2, 2 },
    };
    struct walk w;
    open_walk(&w);
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *r = &routes[i];
        json_t *v = variables_of(&w, r->topic, r->text, r->industry, r->urgency), *out = NULL;
        assert_int_equal(decide(&w, STR("routing"), v, &w.g.arena, &out, &w.diag), OK);
        str unit = json_str(out, "unit");
        if (!str_is(unit, r->unit ? r->unit : "") || !str_is(json_str(out, "urgency"),
            r->urgency_out))
            fail_msg("%s: %.*s %.*s", r->text, STR_ARGS(unit), STR_ARGS(json_str(out, "urgency")));
        json_object_update(v, out);
        assert_int_equal(decide(&w, STR("limits"), v, &w.g.arena, &out, &w.diag), OK);
        assert_int_equal(json_int(out, "answer_days", 0), r->answer_days);
        assert_int_equal(json_int(out, "sign_hours", 0), r->sign_hours);
    }
    given_close(&w.g);
}

/* Whatever the topic: its own examples reach a unit that exists, or the centre. */
static void every_topic_is_placed(void **state)
{
    (void)state;
    struct walk w;
    open_walk(&w);
    for (size_t i = 0; i < w.system->topic_count; i++) {
        const struct pack_topic *t = &w.system->topics[i];
        for (size_t k = 0; k < t->example_zh_count; k++) {
            const char *text = str_terminated(&w.g.arena, t->examples_zh[k]);
            const char *code = str_terminated(&w.g.arena, t->code);
            json_t *v = variables_of(&w, code, text, "3841", "normal"), *out = NULL;
            assert_int_equal(decide(&w, STR("routing"), v, &w.g.arena, &out, &w.diag), OK);
            str unit = json_str(out, "unit");
            if (str_is(t->code, "other"))
                continue;
            const struct pack_unit *u = pack_unit(w.pack, unit);
            if (!u || u->kind != PACK_UNIT_HANDLER)
                fail_msg("%s (%s) is not placed", code, text);
        }
    }
    given_close(&w.g);
}

static void amounts_are_numbers(void **state)
{
    (void)state;
    struct walk w;
    open_walk(&w);
    struct feel_entry entries[] = { { STR("answer_days"), feel_integer(5) },
        { STR("sign_hours"), feel_integer(4) } };
    struct feel_context scope = { 2, entries };
    struct feel_env env = { 0 };
    static const struct {
        const char *code;
        int64_t amount;
    } cases[] = { { "answer", 5 }, { "sign", 4 }, { "callback", 2 } };
    for (size_t i = 0; i < 3; i++) {
        feel_value v;
        int64_t n = 0;
        const struct pack_promise *p = pack_promise(w.system, str_from(cases[i].code));
        assert_int_equal(feel_eval(p->amount, &env, &scope, &w.g.arena, &v, &w.diag), OK);
        assert_true(feel_to_int64(v, &n));
        assert_int_equal(n, cases[i].amount);
    }
    given_close(&w.g);
}

/* ---- the form ------------------------------------------------------------------------------- */

static enum err check_answer(struct walk *w, const char *json, struct diag_list *faults)
{
    json_t *data = NULL, *cleaned = NULL;
    struct form_env env = { .now_ms = w->host.now_ms, .offset_s = w->host.offset_s };
    diag_list_init(faults, &w->g.arena, 20);
    assert_int_equal(json_parse(&w->g.arena, str_from(json), &data, &w->diag), OK);
    return form_check(w->system->form, data, &env, &w->g.arena, &cleaned, faults);
}

static void form_takes_and_refuses(void **state)
{
    (void)state;
    struct walk w;
    struct diag_list faults;
    open_walk(&w);
    assert_int_equal(check_answer(&w,
                         "{\"topic\":\"power\",\"title\":\"三号厂房跳闸\",\"content\":\"每天下午三点左右跳闸,"
                         "影响两条产线。\",\"urgency\":\"normal\",\"contact_name\":\"张三\","
                         "\"contact_phone\":\"13800000000\"}",
                         &faults),
        OK);
    static const struct {
        const char *json, *field;
    } bad[] = {
        { "{\"content\":\"每天下午三点左右跳闸,影响产线。\",\"urgency\":\"normal\",\"contact_name\":\"张三\","
          "\"contact_phone\":\"13800000000\"}",
            "title" },
        { "{\"title\":\"三号厂房跳闸\",\"content\":\"每天下午三点左右跳闸,影响产线。\",\"urgency\":\"normal\","
          "\"contact_name\":\"张三\",\"contact_phone\":\"12\"}",
            "contact_phone" },
        { "{\"title\":\"三号厂房跳闸\",\"content\":\"每天下午三点左右跳闸,影响产线。\",\"urgency\":\"soon\","
          "\"contact_name\":\"张三\",\"contact_phone\":\"13800000000\"}",
            "urgency" },
        { "{\"title\":\"三号厂房跳闸\",\"content\":\"每天下午三点左右跳闸,影响产线。\",\"urgency\":\"normal\","
          "\"contact_name\":\"张三\",\"contact_phone\":\"13800000000\",\"unit\":\"ECO\"}",
            "unit" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_not_equal(check_answer(&w, bad[i].json, &faults), OK);
        assert_int_equal(faults.count, 1);
        assert_string_equal(faults.items[0]->field, bad[i].field);
    }
    given_close(&w.g);
}

/* ---- the procedure -------------------------------------------------------------------------- */

static void begin(struct walk *w, const char *topic, const char *text)
{
    open_walk(w);
    bpmn_turn_init(&w->turn, &w->host, &w->g.arena, &w->diag);
    enum err e = bpmn_start(&w->turn, &w->g.arena, w->system->procedure, w->system->process->id,
        STR_NONE, variables_of(w, topic, text, "3841", "normal"), &w->instance);
    if (e != OK)
        fail_msg("%s", w->diag.en);
}

/* The one human task that waits; fails the test when it is another. */
static int64_t task_at(struct walk *w, const char *node)
{
    int64_t token = 0;
    for (size_t i = 0; i < bpmn_waiting_count(w->instance); i++) {
        struct bpmn_waiting at = bpmn_waiting_at(w->instance, i);
        if (!at.task)
            continue;
        assert_int_equal(token, 0);
        token = at.token;
        if (!str_is(at.node->id, node))
            fail_msg("at %.*s, expected %s", STR_ARGS(at.node->id), node);
    }
    assert_int_not_equal(token, 0);
    return token;
}

static const struct bpmn_effect *effect_of(const struct walk *w, enum bpmn_effect_kind kind)
{
    for (size_t i = 0; i < w->turn.effect_count; i++)
        if (w->turn.effects[i].kind == kind)
            return &w->turn.effects[i];
    fail_msg("the turn has no effect of kind %d", kind);
    return NULL;
}

static void expect_unit(const struct walk *w, const char *unit)
{
    str got = effect_of(w, BPMN_TASK_CREATED)->unit;
    if (!str_is(got, unit))
        fail_msg("the task is with \"%.*s\", expected %s", STR_ARGS(got), unit);
}

static void complete(struct walk *w, const char *node, json_t *changes)
{
    int64_t token = task_at(w, node);
    bpmn_turn_init(&w->turn, &w->host, &w->g.arena, &w->diag);
    enum err e = bpmn_complete(
        &w->turn, w->instance, token, json_keep(&w->g.arena, changes));
    if (e != OK)
        fail_msg("%s", w->diag.en);
}

static void expect_ended(struct walk *w)
{
    assert_true(bpmn_ended(w->instance));
    assert_true(str_is(effect_of(w, BPMN_ENDED)->text, "completed"));
    given_close(&w->g);
}

static void answered_and_rated_well(void **state)
{
    (void)state;
    struct walk w;
    begin(&w, "power", "电费账单有误");
    expect_unit(&w, "POWER");
    complete(&w, "handle", json_pack("{s:s}", "verb", "reply"));
    const struct bpmn_effect *timer = effect_of(&w, BPMN_TIMER_SET);
    assert_true(str_is(timer->text, "P7D"));
    assert_true(timer->working);
    complete(&w, "confirm", json_pack("{s:s, s:i}", "verb", "rate", "rating", 3));
    (void)effect_of(&w, BPMN_TIMER_CANCELLED);
    expect_ended(&w);
}

static void nobody_rates(void **state)
{
    (void)state;
    struct walk w;
    begin(&w, "power", "电费账单有误");
    complete(&w, "handle", json_pack("{s:s}", "verb", "reply"));
    int64_t timer = effect_of(&w, BPMN_TIMER_SET)->timer;
    bpmn_turn_init(&w.turn, &w.host, &w.g.arena, &w.diag);
    assert_int_equal(bpmn_timer(&w.turn, w.instance, timer), OK);
    (void)effect_of(&w, BPMN_TASK_CANCELLED);
    expect_ended(&w);
}

static void bad_rating_is_put_right(void **state)
{
    (void)state;
    struct walk w;
    begin(&w, "power", "电费账单有误");
    complete(&w, "handle", json_pack("{s:s}", "verb", "reply"));
    complete(&w, "confirm", json_pack("{s:s, s:i}", "verb", "rate", "rating", 2));
    expect_unit(&w, "CENTRE");
    complete(&w, "rectify", json_pack("{s:s, s:s}", "verb", "dispatch", "unit", "ECO"));
    expect_unit(&w, "ECO");
    complete(&w, "handle", json_pack("{s:s}", "verb", "reply"));
    complete(&w, "confirm", json_pack("{s:s, s:i}", "verb", "rate", "rating", 1));
    complete(&w, "rectify", json_pack("{s:s}", "verb", "reply"));
    expect_ended(&w);
}

static void centre_dispatches_or_answers(void **state)
{
    (void)state;
    struct walk w;
    begin(&w, "other", "想了解园区食堂");
    expect_unit(&w, "CENTRE");
    complete(&w, "dispatch", json_pack("{s:s, s:s}", "verb", "dispatch", "unit", "PARK"));
    expect_unit(&w, "PARK");
    (void)task_at(&w, "handle");
    given_close(&w.g);
    begin(&w, "other", "想了解园区食堂");
    complete(&w, "dispatch", json_pack("{s:s}", "verb", "reply"));
    (void)task_at(&w, "confirm");
    given_close(&w.g);
}

static void returned_to_the_centre(void **state)
{
    (void)state;
    struct walk w;
    begin(&w, "power", "电费账单有误");
    int64_t token = task_at(&w, "handle");
    bpmn_turn_init(&w.turn, &w.host, &w.g.arena, &w.diag);
    assert_int_equal(bpmn_move(&w.turn, w.instance, token, STR("dispatch")), OK);
    expect_unit(&w, "CENTRE");
    complete(&w, "dispatch", json_pack("{s:s, s:s}", "verb", "dispatch", "unit", "ECO"));
    expect_unit(&w, "ECO");
    given_close(&w.g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_place_every_kind),
        cmocka_unit_test(every_topic_is_placed),
        cmocka_unit_test(amounts_are_numbers),
        cmocka_unit_test(form_takes_and_refuses),
        cmocka_unit_test(answered_and_rated_well),
        cmocka_unit_test(nobody_rates),
        cmocka_unit_test(bad_rating_is_put_right),
        cmocka_unit_test(centre_dispatches_or_answers),
        cmocka_unit_test(returned_to_the_centre),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
