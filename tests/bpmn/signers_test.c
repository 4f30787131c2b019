/* Countersigning: all, anyone, a vote; signers added before, after and beside, and taken away. */
#include "support.h"

#include <string.h>

#define SIGNING(loop)                                                                             \
    PROCESS(START("s") "<b:userTask id=\"sign\" junma:assignee=\"who\">" loop "</b:userTask>"     \
        TASK("z") END("e") FLOW("s", "sign") FLOW("sign", "z") FLOW("z", "e"))
#define OVER_PEOPLE(attributes, content)                                                          \
    SIGNING("<b:multiInstanceLoopCharacteristics junma:collection=\"people\" junma:item=\"who\" " \
        "junma:resultItem=\"vote\" junma:resultList=\"votes\" " attributes ">" content            \
        "</b:multiInstanceLoopCharacteristics>")
#define PARALLEL OVER_PEOPLE("", "")
#define SEQUENTIAL OVER_PEOPLE("isSequential=\"true\"", "")
#define UNTIL(condition)                                                                          \
    OVER_PEOPLE("", "<b:completionCondition xsi:type=\"b:tFormalExpression\">" condition          \
        "</b:completionCondition>")
#define THREE "{\"people\": [\"a\", \"b\", \"c\"]}"

/* "a b | c": who has a task, and after the bar who is to come. */
static void assert_signers(struct world *w, const char *expected)
{
    struct bpmn_signer list[16];
    struct buf b;
    struct bpmn_loop_state loop;
    int64_t token = world_token(w, "sign");
    size_t count = bpmn_signers(w->instance, token, &w->home, -1, list, 16);
    buf_init(&b, &w->home, 1024);
    for (int coming = 0; coming < 2; coming++) {
        if (coming)
            buf_add_char(&b, '|');
        for (size_t n = 0; n < count; n++)
            if ((list[n].token == 0) == (coming == 1))
                buf_add(&b, json_str(list[n].variables, "who"));
    }
    assert_true(bpmn_loop_at(w->instance, token, &loop));
    buf_printf(&b, " %d/%d", loop.completed, loop.instances);
    const char *text = str_terminated(&w->home, buf_str(&b));
    assert_string_equal(text, expected);
}

static int64_t task_of(struct world *w, const char *who)
{
    for (size_t n = 0; n < bpmn_waiting_count(w->instance); n++) {
        struct bpmn_waiting t = bpmn_waiting_at(w->instance, n);
        if (t.task
            && str_is(json_str(bpmn_variables_of(w->instance, t.token, &w->home), "who"), who))
            return t.token;
    }
    return 0;
}

static enum err sign(struct world *w, const char *who, const char *vote)
{
    world_begin(w);
    json_t *vars = json_keep(&w->turn_arena, json_pack("{s:s}", "vote", vote));
    return world_after(w, bpmn_complete(&w->turn, w->instance, task_of(w, who), vars));
}

static enum err add(struct world *w, const char *at, enum bpmn_place place, const char *who)
{
    struct diag d = { 0 };
    world_begin(w);
    json_t *vars = json_keep(&w->turn_arena, json_pack("{s:s}", "who", who));
    int64_t token = task_of(w, at);
    enum err may = bpmn_may_add_instance(w->instance, token, place, &d);
    enum err err = bpmn_add_instance(&w->turn, w->instance, token, place, vars);
    assert_int_equal(may, err);
    return world_after(w, err);
}

static enum err take_away(struct world *w, const char *who)
{
    struct diag d = { 0 };
    world_begin(w);
    int64_t token = task_of(w, who);
    enum err may = bpmn_may_remove_instance(w->instance, token, &d);
    enum err err = bpmn_remove_instance(&w->turn, w->instance, token);
    assert_int_equal(may, err);
    return world_after(w, err);
}

static void beside(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PARALLEL);
    assert_int_equal(world_start(&w, THREE), OK);
    assert_signers(&w, "abc| 0/3");
    assert_int_equal(add(&w, "a", BPMN_BESIDE, "x"), OK);
    assert_effects(&w, "TASK_CREATED sign");
    assert_true(str_is(w.turn.effects[w.turn.effect_count - 1].assignee, "x"));
    assert_signers(&w, "abcx| 0/4");
    assert_int_equal(sign(&w, "a", "yes"), OK);
    assert_int_equal(sign(&w, "b", "yes"), OK);
    assert_int_equal(sign(&w, "c", "no"), OK);
    assert_signers(&w, "x| 3/4");
    assert_int_equal(sign(&w, "x", "yes"), OK);
    assert_waiting(&w, "z");
    json_t *votes = json_object_get(bpmn_variables(w.instance, &w.home), "votes");
    assert_int_equal(json_array_size(votes), 4);
    assert_string_equal(json_string_value(json_array_get(votes, 2)), "no");
    world_release(&w);
}

static void before_and_after_in_parallel(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PARALLEL);
    assert_int_equal(world_start(&w, "{\"people\": [\"a\", \"b\"]}"), OK);
    assert_int_equal(add(&w, "a", BPMN_BEFORE, "x"), OK);
    assert_effects(&w, "TASK_CANCELLED sign; TASK_CREATED sign");
    assert_signers(&w, "bx|a 0/3");
    assert_int_equal(add(&w, "b", BPMN_AFTER, "y"), OK);
    assert_int_equal(add(&w, "b", BPMN_AFTER, "v"), OK);
    assert_signers(&w, "bx|avy 0/5");
    assert_int_equal(sign(&w, "b", "yes"), OK);
    assert_signers(&w, "xv|ay 1/5");
    assert_int_equal(sign(&w, "v", "yes"), OK);
    assert_signers(&w, "xy|a 2/5");
    assert_int_equal(take_away(&w, "x"), OK); /* who waited for x goes */
    assert_signers(&w, "ya| 2/4");
    assert_int_equal(sign(&w, "a", "yes"), OK);
    assert_int_equal(sign(&w, "y", "yes"), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void a_row(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, SEQUENTIAL);
    assert_int_equal(world_start(&w, THREE), OK);
    assert_signers(&w, "a|bc 0/3");
    assert_int_equal(add(&w, "a", BPMN_AFTER, "x"), OK);
    assert_effects(&w, "");
    assert_int_equal(add(&w, "a", BPMN_BESIDE, "y"), OK);
    assert_signers(&w, "a|xbcy 0/5");
    assert_int_equal(add(&w, "a", BPMN_BEFORE, "w"), OK);
    assert_effects(&w, "TASK_CANCELLED sign; TASK_CREATED sign");
    assert_signers(&w, "w|axbcy 0/6");
    assert_int_equal(sign(&w, "w", "1"), OK);
    assert_int_equal(sign(&w, "a", "2"), OK);
    assert_signers(&w, "x|bcy 2/6");
    world_begin(&w);
    assert_int_equal(world_after(&w, bpmn_remove_coming(&w.turn, w.instance,
        world_token(&w, "sign"), 3)), OK);
    assert_signers(&w, "x|cy 2/5");
    world_begin(&w);
    assert_int_equal(world_after(&w, bpmn_remove_coming(&w.turn, w.instance,
        world_token(&w, "sign"), 2)), ERR_NOT_FOUND); /* it is under way */
    assert_int_equal(take_away(&w, "x"), OK);
    assert_signers(&w, "c|y 2/4");
    assert_int_equal(sign(&w, "c", "3"), OK);
    assert_int_equal(sign(&w, "y", "4"), OK);
    assert_waiting(&w, "z");
    json_t *votes = json_object_get(bpmn_variables(w.instance, &w.home), "votes");
    char *text = json_dumps(votes, JSON_COMPACT);
    assert_string_equal(text, "[\"1\",\"2\",null,\"3\",\"4\"]");
    free(text);
    world_release(&w);
}

static void whoever_comes_later_can_be_taken_from_a_parallel_one(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PARALLEL);
    assert_int_equal(world_start(&w, "{\"people\": [\"a\"]}"), OK);
    assert_int_equal(add(&w, "a", BPMN_AFTER, "x"), OK);
    assert_int_equal(add(&w, "a", BPMN_AFTER, "y"), OK);
    assert_signers(&w, "a|yx 0/3");
    world_begin(&w);
    assert_int_equal(world_after(&w, bpmn_remove_coming(&w.turn, w.instance,
        world_token(&w, "sign"), 2)), OK);
    assert_signers(&w, "a|x 0/2");
    assert_int_equal(sign(&w, "a", "yes"), OK);
    assert_signers(&w, "x| 1/2");
    assert_int_equal(take_away(&w, "x"), OK); /* a has signed, so nobody is missing */
    assert_waiting(&w, "z");
    world_release(&w);
}

static void anyone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, UNTIL("numberOfCompletedInstances = 1"));
    assert_int_equal(world_start(&w, THREE), OK);
    assert_int_equal(sign(&w, "b", "yes"), OK);
    assert_effects(&w, "VARS_CHANGED vote; TASK_COMPLETED sign; TASK_CANCELLED sign; "
                       "TASK_CANCELLED sign; VARS_CHANGED votes; TASK_CREATED z");
    world_release(&w);
}

#define MAJORITY                                                                                  \
    UNTIL("count(votes[item = \"yes\"]) * 2 &gt; numberOfInstances or "                           \
          "(some v in votes satisfies v = \"veto\")")

static void a_vote(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, MAJORITY);
    assert_int_equal(world_start(&w, "{\"people\": [\"a\", \"b\", \"c\", \"d\"]}"), OK);
    assert_int_equal(sign(&w, "d", "yes"), OK);
    assert_int_equal(sign(&w, "b", "yes"), OK);
    assert_signers(&w, "ac| 2/4"); /* two of four is no majority */
    assert_int_equal(take_away(&w, "a"), OK); /* two of three is */
    assert_waiting(&w, "z");
    world_release(&w);
    world_init(&w, MAJORITY);
    assert_int_equal(world_start(&w, THREE), OK);
    assert_int_equal(sign(&w, "c", "veto"), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void a_plain_task_gets_signers(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s")
        "<b:userTask id=\"sign\" junma:assignee=\"who\" junma:signers=\"parallel\"/>"
        TASK("z") END("e") FLOW("s", "sign") FLOW("sign", "z") FLOW("z", "e")));
    assert_int_equal(world_start(&w, "{\"who\": \"a\"}"), OK);
    assert_effects(&w, "VARS_CHANGED who; TASK_CREATED sign");
    assert_int_equal(take_away(&w, "a"), ERR_NOT_ALLOWED); /* the only one */
    assert_int_equal(add(&w, "a", BPMN_BESIDE, "x"), OK);
    assert_signers(&w, "ax| 0/2");
    assert_int_equal(sign(&w, "x", "yes"), OK);
    assert_int_equal(sign(&w, "a", "yes"), OK);
    assert_waiting(&w, "z");
    assert_int_equal(add(&w, "a", BPMN_BESIDE, "x"), ERR_NOT_ALLOWED);
    assert_non_null(strstr(w.diag.en, "not multi-instance"));
    world_release(&w);
    assert_refused(PROCESS(START("s") "<b:userTask id=\"t\" junma:signers=\"many\"/>" END("e")
        FLOW("s", "t") FLOW("t", "e")), ERR_INVALID, 5, "parallel or sequential");
}

static void complex_behavior(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, HEAD "<b:signal id=\"half\" name=\"half\"/>"
        "<b:process id=\"P\" isExecutable=\"true\">" START("s")
        "<b:userTask id=\"sign\"><b:multiInstanceLoopCharacteristics behavior=\"Complex\">"
        "<b:loopCardinality xsi:type=\"b:tFormalExpression\">4</b:loopCardinality>"
        "<b:complexBehaviorDefinition><b:condition xsi:type=\"b:tFormalExpression\">"
        "numberOfCompletedInstances = 2</b:condition><b:event>"
        "<b:signalEventDefinition signalRef=\"half\"/></b:event></b:complexBehaviorDefinition>"
        "</b:multiInstanceLoopCharacteristics></b:userTask>"
        "<b:boundaryEvent id=\"b\" attachedToRef=\"sign\" cancelActivity=\"false\">"
        "<b:signalEventDefinition signalRef=\"half\"/></b:boundaryEvent>" TASK("told")
        END("e") END("e2") FLOW("s", "sign") FLOW("sign", "e") FLOW("b", "told")
        FLOW("told", "e2") "</b:process></b:definitions>");
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "sign", NULL), OK);
    assert_waiting(&w, "sign sign sign");
    assert_int_equal(world_complete(&w, "sign", NULL), OK);
    assert_waiting(&w, "sign sign told");
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beside),
        cmocka_unit_test(before_and_after_in_parallel),
        cmocka_unit_test(a_row),
        cmocka_unit_test(whoever_comes_later_can_be_taken_from_a_parallel_one),
        cmocka_unit_test(anyone),
        cmocka_unit_test(a_vote),
        cmocka_unit_test(a_plain_task_gets_signers),
        cmocka_unit_test(complex_behavior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
