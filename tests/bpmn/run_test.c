/* Procedures under way: each construct on a small model, the state saved and read back after every
 * turn (support.c). */
#include "support.h"

#include <string.h>

#define REQUEST PROCESS(                                                                          \
    START("start")                                                                                \
    "<b:businessRuleTask id=\"route\" junma:decision=\"routing\"/>\n"                             \
    "<b:userTask id=\"handle\" name=\"办理\" junma:nameEn=\"Handle\" junma:role=\"officer\" "     \
    "junma:unit=\"unit\" junma:assignee=\"&quot;u-&quot; + unit\" junma:form=\"f\" "              \
    "junma:promise=\"reply\" junma:verbs=\"sign transfer return\"/>\n"                            \
    "<b:exclusiveGateway id=\"ok\" default=\"ok_back\"/>\n"                                       \
    TASK("rate")                                                                                  \
    "<b:boundaryEvent id=\"late\" attachedToRef=\"rate\">"                                        \
    "<b:timerEventDefinition junma:calendar=\"working\"><b:timeDuration "                         \
    "xsi:type=\"b:tFormalExpression\">P5D</b:timeDuration></b:timerEventDefinition>"              \
    "</b:boundaryEvent>\n"                                                                        \
    TASK("back") END("end")                                                                       \
    FLOW("start", "route") FLOW("route", "handle") FLOW("handle", "ok")                           \
    WHEN("ok", "rate", "answer = \"done\" and level &lt; 3") FLOW("ok", "back")                   \
    FLOW("back", "handle") FLOW("rate", "end") FLOW("late", "end"))

static void request_runs(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, REQUEST);
    assert_int_equal(world_start(&w, "{\"amount\": 500}"), OK);
    assert_effects(&w, "VARS_CHANGED amount; DECIDED route routing; VARS_CHANGED unit; "
                       "VARS_CHANGED level; TASK_CREATED handle");
    const struct bpmn_effect *e = &w.turn.effects[w.turn.effect_count - 1];
    assert_true(str_is(e->unit, "finance"));
    assert_true(str_is(e->assignee, "u-finance"));
    assert_true(str_is(e->node->role, "officer") && str_is(e->node->form, "f")
        && str_is(e->node->promise, "reply") && str_is(e->node->verbs, "sign transfer return")
        && str_is(e->node->name_en, "Handle"));
    int64_t first = e->token;
    assert_int_equal(world_complete(&w, "handle", "{\"answer\": \"no\"}"), OK);
    assert_waiting(&w, "back");
    assert_int_equal(bpmn_complete(&w.turn, w.instance, first, NULL), ERR_NOT_FOUND);
    assert_int_equal(world_complete(&w, "back", NULL), OK);
    assert_true(world_token(&w, "handle") > first); /* a new stay is a new token */
    assert_int_equal(world_complete(&w, "handle", "{\"answer\": \"done\"}"), OK);
    assert_effects(&w, "VARS_CHANGED answer; TASK_COMPLETED handle; TIMER_SET late P5D; "
                       "TASK_CREATED rate");
    for (size_t i = 0; i < w.turn.effect_count; i++)
        if (w.turn.effects[i].kind == BPMN_TIMER_SET)
            assert_true(w.turn.effects[i].working
                && w.turn.effects[i].timer_kind == BPMN_TIMER_DURATION);
    assert_int_equal(world_complete(&w, "rate", NULL), OK);
    assert_effects(&w, "TASK_COMPLETED rate; TIMER_CANCELLED late; ENDED completed");
    assert_true(bpmn_ended(w.instance));
    json_t *vars = bpmn_variables(w.instance, &w.home);
    assert_true(str_is(json_str(vars, "answer"), "done"));
    assert_int_equal(json_int(vars, "amount", 0), 500);
    assert_int_equal(world_complete(&w, "rate", NULL), ERR_NOT_ALLOWED);
    world_release(&w);
}

static void late_rating_ends(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, REQUEST);
    assert_int_equal(world_start(&w, "{\"amount\": 5}"), OK);
    assert_int_equal(world_complete(&w, "handle", "{\"answer\": \"done\"}"), OK);
    assert_int_equal(world_timer(&w, "late"), OK);
    assert_effects(&w, "TASK_CANCELLED rate; ENDED completed");
    world_release(&w);
}

static void fork_and_join(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") "<b:parallelGateway id=\"f\"/>" TASK("a") TASK("b") TASK("c")
        "<b:parallelGateway id=\"j\"/>" TASK("z") END("e")
        FLOW("s", "f") FLOW("f", "a") FLOW("f", "b") FLOW("f", "c") FLOW("a", "j") FLOW("b", "j")
        FLOW("c", "j") FLOW("j", "z") FLOW("z", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_waiting(&w, "a b c");
    assert_int_equal(world_complete(&w, "b", NULL), OK);
    assert_int_equal(world_complete(&w, "a", NULL), OK);
    assert_waiting(&w, "c j j");
    assert_int_equal(world_complete(&w, "c", NULL), OK);
    assert_waiting(&w, "z");
    assert_int_equal(world_complete(&w, "z", NULL), OK);
    assert_true(bpmn_ended(w.instance));
    world_release(&w);
}

#define INCLUSIVE PROCESS(START("s") "<b:inclusiveGateway id=\"f\" default=\"f_c\"/>" TASK("a")   \
    TASK("b") TASK("c") "<b:inclusiveGateway id=\"j\"/>" TASK("z") END("e") END("e2")             \
    "<b:boundaryEvent id=\"err\" attachedToRef=\"a\"><b:errorEventDefinition/></b:boundaryEvent>" \
    FLOW("s", "f") WHEN("f", "a", "x &gt; 0") WHEN("f", "b", "x &gt; 1") FLOW("f", "c")           \
    FLOW("a", "j") FLOW("b", "j") FLOW("c", "j") FLOW("j", "z") FLOW("z", "e") FLOW("err", "e2"))

static void inclusive_join(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, INCLUSIVE);
    assert_int_equal(world_start(&w, "{\"x\": 2}"), OK);
    assert_waiting(&w, "a b");
    assert_int_equal(world_complete(&w, "a", NULL), OK);
    assert_waiting(&w, "b j");
    assert_int_equal(world_complete(&w, "b", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
    world_init(&w, INCLUSIVE);
    assert_int_equal(world_start(&w, "{\"x\": 0}"), OK);
    assert_waiting(&w, "c");
    assert_int_equal(world_complete(&w, "c", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
    /* One branch leaves by an error: the join no longer waits for it. */
    world_init(&w, INCLUSIVE);
    assert_int_equal(world_start(&w, "{\"x\": 2}"), OK);
    assert_int_equal(world_complete(&w, "b", NULL), OK);
    assert_waiting(&w, "a j");
    assert_int_equal(world_fail(&w, "a", "anything"), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void two_inclusive_in_a_row(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") "<b:parallelGateway id=\"f\"/>" TASK("a") TASK("b") TASK("c")
        "<b:inclusiveGateway id=\"j1\"/><b:inclusiveGateway id=\"j2\"/>" TASK("z") END("e")
        FLOW("s", "f") FLOW("f", "a") FLOW("f", "b") FLOW("f", "c") FLOW("a", "j1") FLOW("b", "j1")
        FLOW("j1", "j2") FLOW("c", "j2") FLOW("j2", "z") FLOW("z", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "c", NULL), OK);
    assert_waiting(&w, "a b j2");
    assert_int_equal(world_complete(&w, "a", NULL), OK);
    assert_waiting(&w, "b j2 j1");
    assert_int_equal(world_complete(&w, "b", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void no_way_on_is_an_error(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s")
        TASK("t") "<b:exclusiveGateway id=\"g\" name=\"选路\"/>" TASK("a")
        TASK("b") END("e") FLOW("s", "t") FLOW("t", "g") WHEN("g", "a", "x = 1")
        WHEN("g", "b", "x = 2") FLOW("a", "e") FLOW("b", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "t", "{\"x\": 3}"), ERR_INVALID);
    assert_non_null(strstr(w.diag.zh, "选路"));
    assert_int_equal(w.turn.effect_count, 0);
    assert_waiting(&w, "t"); /* put back: still waiting, x unset */
    assert_null(json_object_get(bpmn_variables(w.instance, &w.home), "x"));
    assert_int_equal(world_complete(&w, "t", "{\"x\": 2}"), OK);
    assert_waiting(&w, "b");
    world_release(&w);
}

static void endless_loop_names_its_nodes(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") SCRIPT("one", "n", "1") SCRIPT("two", "n", "2")
        "<b:exclusiveGateway id=\"g\" default=\"g_one\"/>" END("e") FLOW("s", "one")
        FLOW("one", "two") FLOW("two", "g") WHEN("g", "e", "n = 3") FLOW("g", "one")));
    assert_int_equal(world_start(&w, NULL), ERR_LIMIT_STEPS);
    assert_non_null(strstr(w.diag.en, "one"));
    assert_non_null(strstr(w.diag.en, "two"));
    assert_non_null(strstr(w.diag.en, "g"));
    assert_null(w.instance);
    world_release(&w);
}

static void timers(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") TASK("t")
        "<b:boundaryEvent id=\"remind\" attachedToRef=\"t\" cancelActivity=\"false\">"
        TIMER("timeCycle", "R3/PT1H") "</b:boundaryEvent>" TASK("urge")
        "<b:intermediateCatchEvent id=\"wait\">" TIMER("timeDuration",
            "= duration(\"P\" + days + \"D\")")
        "</b:intermediateCatchEvent><b:intermediateCatchEvent id=\"until\">"
        TIMER("timeDate", "2026-12-01T09:00:00+08:00")
            "</b:intermediateCatchEvent>" END("e") END("e2")
        FLOW("s", "t") FLOW("remind", "urge") FLOW("urge", "e2") FLOW("t", "wait")
        FLOW("wait", "until") FLOW("until", "e")));
    assert_int_equal(world_start(&w, "{\"days\": \"3\"}"), OK);
    assert_effects(&w, "VARS_CHANGED days; TIMER_SET remind PT1H; TASK_CREATED t");
    assert_int_equal(world_timer(&w, "remind"), OK);
    assert_effects(&w, "TIMER_SET remind PT1H; TASK_CREATED urge");
    assert_true(w.turn.effects[0].after > 0); /* counted on from the one before */
    assert_waiting(&w, "t urge");
    assert_int_equal(world_timer(&w, "remind"), OK);
    assert_int_equal(world_timer(&w, "remind"), OK);
    assert_effects(&w, "TASK_CREATED urge"); /* the third is the last */
    assert_int_equal(world_timer(&w, "remind"), ERR_NOT_FOUND);
    assert_int_equal(world_complete(&w, "t", NULL), OK);
    assert_effects(&w, "TASK_COMPLETED t; TIMER_SET wait P3D");
    assert_int_equal(world_timer(&w, "wait"), OK);
    assert_effects(&w, "TIMER_SET until 2026-12-01T09:00:00+08:00");
    assert_int_equal(world_timer(&w, "until"), OK);
    assert_waiting(&w, "urge urge urge");
    world_release(&w);
}

static void timer_expression_must_give_a_time(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") TASK("t") "<b:intermediateCatchEvent id=\"wait\">"
        TIMER("timeDuration", "= limit") "</b:intermediateCatchEvent>" END("e") FLOW("s", "t")
        FLOW("t", "wait") FLOW("wait", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "t", "{\"limit\": \"soon\"}"), ERR_INVALID);
    assert_non_null(strstr(w.diag.en, "soon"));
    assert_int_equal(world_complete(&w, "t", "{\"limit\": \"P2D\"}"), OK);
    assert_effects(&w, "VARS_CHANGED limit; TASK_COMPLETED t; TIMER_SET wait P2D");
    world_release(&w);
}

#define SUB PROCESS(START("s") "<b:subProcess id=\"sub\">" START("ss") TASK("a") TASK("b")        \
    "<b:parallelGateway id=\"f\"/>"                                                               \
        END("se") "<b:endEvent id=\"kill\"><b:terminateEventDefinition/></b:endEvent>"            \
    FLOW("ss", "f") FLOW("f", "a") FLOW("f", "b") FLOW("a", "se") FLOW("b", "kill")               \
    "</b:subProcess><b:boundaryEvent id=\"late\" attachedToRef=\"sub\">"                          \
    TIMER("timeDuration", "P1D") "</b:boundaryEvent>" TASK("after") TASK("x") END("e") END("e2")  \
    FLOW("s", "sub") FLOW("sub", "after") FLOW("after", "e") FLOW("late", "x") FLOW("x", "e2"))

static void sub_process(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, SUB);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_waiting(&w, "a b");
    assert_int_equal(world_complete(&w, "a", NULL), OK);
    assert_waiting(&w, "b");
    assert_int_equal(world_complete(&w, "b", NULL), OK);
    assert_effects(&w, "TASK_COMPLETED b; TIMER_CANCELLED late; TASK_CREATED after");
    world_release(&w);
    world_init(&w, SUB);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "b", NULL), OK); /* terminate ends the sub-process only */
    assert_effects(&w, "TASK_COMPLETED b; TASK_CANCELLED a; TIMER_CANCELLED late; TASK_CREATED "
        "after");
    world_release(&w);
    world_init(&w, SUB);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_timer(&w, "late"), OK);
    assert_effects(&w, "TASK_CANCELLED a; TASK_CANCELLED b; TASK_CREATED x");
    world_release(&w);
}

static void countersign(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") "<b:userTask id=\"sign\" junma:assignee=\"who\">"
        "<b:multiInstanceLoopCharacteristics junma:collection=\"people\" junma:item=\"who\" "
        "junma:resultItem=\"vote\" junma:resultList=\"votes\"><b:completionCondition "
        "xsi:type=\"b:tFormalExpression\">numberOfCompletedInstances &gt;= "
            "2</b:completionCondition>"
        "</b:multiInstanceLoopCharacteristics></b:userTask>" END("e") TASK("z") FLOW("s", "sign")
        FLOW("sign", "z") FLOW("z", "e")));
    assert_int_equal(world_start(&w, "{\"people\": [\"li\", \"wang\", \"zhao\"]}"), OK);
    assert_effects(&w, "VARS_CHANGED people; TASK_CREATED sign; TASK_CREATED sign; TASK_CREATED "
        "sign");
    assert_true(str_is(w.turn.effects[w.turn.effect_count - 1].assignee, "zhao"));
    assert_int_equal(world_complete(&w, "sign", "{\"vote\": \"yes\"}"), OK);
    assert_waiting(&w, "sign sign");
    assert_int_equal(world_complete(&w, "sign", "{\"vote\": \"no\"}"), OK);
    assert_waiting(&w, "z"); /* two of three are enough; the third task is withdrawn */
    str votes = json_text(&w.home, json_object_get(bpmn_variables(w.instance, &w.home), "votes"));
    assert_true(str_is(votes, "[\"yes\",\"no\"]"));
    world_release(&w);
}

static void event_gateway(void **state)
{
    (void)state;
    struct world w;
    bool taken = false;
    const char *model = HEAD "<b:message id=\"m\" name=\"reply\"/><b:process id=\"P\" "
        "isExecutable=\"true\">"
        START("s") "<b:eventBasedGateway id=\"g\"/><b:intermediateCatchEvent id=\"got\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:intermediateCatchEvent id=\"late\">" TIMER("timeDuration",
            "P3D") "</b:intermediateCatchEvent>"
        TASK("a") TASK("b") END("e") FLOW("s", "g") FLOW("g", "got") FLOW("g",
            "late") FLOW("got", "a")
        FLOW("late", "b") FLOW("a", "e") FLOW("b", "e") "</b:process></b:definitions>";
    world_init(&w, model);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_effects(&w, "TIMER_SET late P3D");
    assert_int_equal(world_message(&w, "other", &taken), OK);
    assert_false(taken);
    assert_int_equal(world_message(&w, "reply", &taken), OK);
    assert_true(taken);
    assert_effects(&w, "TIMER_CANCELLED late; TASK_CREATED a");
    world_release(&w);
    world_init(&w, model);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_timer(&w, "late"), OK);
    assert_waiting(&w, "b");
    world_release(&w);
}

static void conditions_fire_once(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") TASK("t")
        "<b:boundaryEvent id=\"big\" attachedToRef=\"t\" cancelActivity=\"false\">"
        "<b:conditionalEventDefinition><b:condition xsi:type=\"b:tFormalExpression\">amount &gt; "
            "100"
        "</b:condition></b:conditionalEventDefinition></b:boundaryEvent>"
            TASK("warn") END("e") END("e2")
        FLOW("s", "t") FLOW("t", "e") FLOW("big", "warn") FLOW("warn", "e2")));
    assert_int_equal(world_start(&w, "{\"amount\": 1}"), OK);
    assert_waiting(&w, "t");
    assert_int_equal(world_set(&w, "{\"amount\": 200}"), OK);
    assert_waiting(&w, "t warn");
    assert_int_equal(world_set(&w, "{\"amount\": 300}"), OK);
    assert_waiting(&w, "t warn"); /* it stayed true */
    assert_int_equal(world_set(&w, "{\"amount\": 3}"), OK);
    assert_int_equal(world_set(&w, "{\"amount\": 400}"), OK);
    assert_waiting(&w, "t warn warn");
    world_release(&w);
}

static void uncaught_error_ends(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") TASK("t") END("e") FLOW("s", "t") FLOW("t", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_fail(&w, "t", "E1"), OK);
    assert_effects(&w, "ERROR_UNCAUGHT t E1; TASK_CANCELLED t; ENDED error");
    world_release(&w);
}

static void values_keep_their_type(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") SCRIPT("day", "d", "date(\"2026-11-23\") + duration(\"P1M\")")
        SCRIPT("price", "p", "0.1 + 0.2") TASK("t") "<b:exclusiveGateway id=\"g\" "
            "default=\"g_bad\"/>"
        TASK("good") TASK("bad") END("e") FLOW("s", "day") FLOW("day", "price") FLOW("price", "t")
        FLOW("t", "g") WHEN("g", "good", "p = 0.3 and d &lt; date(\"2027-01-01\")") FLOW("g", "bad")
        FLOW("good", "e") FLOW("bad", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_true(str_find(w.state, STR("#feel"), 0) > 0);
    assert_int_equal(world_complete(&w, "t", NULL), OK);
    assert_waiting(&w, "good");
    world_release(&w);
}

static void cancel_withdraws_all(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, REQUEST);
    assert_int_equal(world_start(&w, "{\"amount\": 5}"), OK);
    assert_int_equal(world_complete(&w, "handle", "{\"answer\": \"done\"}"), OK);
    bpmn_turn_init(&w.turn, &w.host, &w.turn_arena, &w.diag);
    assert_int_equal(bpmn_cancel(&w.turn, w.instance), OK);
    assert_effects(&w, "TASK_CANCELLED rate; TIMER_CANCELLED late; ENDED cancelled");
    assert_int_equal(bpmn_cancel(&w.turn, w.instance), ERR_NOT_ALLOWED);
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_runs),
        cmocka_unit_test(late_rating_ends),
        cmocka_unit_test(fork_and_join),
        cmocka_unit_test(inclusive_join),
        cmocka_unit_test(two_inclusive_in_a_row),
        cmocka_unit_test(no_way_on_is_an_error),
        cmocka_unit_test(endless_loop_names_its_nodes),
        cmocka_unit_test(timers),
        cmocka_unit_test(timer_expression_must_give_a_time),
        cmocka_unit_test(sub_process),
        cmocka_unit_test(countersign),
        cmocka_unit_test(event_gateway),
        cmocka_unit_test(conditions_fire_once),
        cmocka_unit_test(uncaught_error_ends),
        cmocka_unit_test(values_keep_their_type),
        cmocka_unit_test(cancel_withdraws_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
