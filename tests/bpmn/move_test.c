/* Moving tokens: back, forward,
    out of and into countersigning and sub-processes; which others go. */
#include "support.h"

#include <string.h>

#define BRANCHES                                                                                  \
    PROCESS(START("s") TASK("t0") "<b:parallelGateway id=\"f\"/>" TASK("a1") TASK("a2")           \
        TASK("b1") "<b:parallelGateway id=\"j\"/>" TASK("z") END("e") FLOW("s", "t0")             \
        FLOW("t0", "f") FLOW("f", "a1") FLOW("f", "b1") FLOW("a1", "a2") FLOW("a2", "j")          \
        FLOW("b1", "j") FLOW("j", "z") FLOW("z", "e"))

static void begin_branches(struct world *w)
{
    world_init(w, BRANCHES);
    assert_int_equal(world_start(w, NULL), OK);
    assert_int_equal(world_complete(w, "t0", NULL), OK);
    assert_int_equal(world_complete(w, "a1", NULL), OK);
    assert_waiting(w, "b1 a2");
}

static void within_its_branch(void **state)
{
    (void)state;
    struct world w;
    begin_branches(&w);
    assert_int_equal(world_move(&w, "a2", "a1"), OK);
    assert_waiting(&w, "b1 a1"); /* the other branch is left alone */
    assert_effects(&w, "TASK_CANCELLED a2; MOVED a1; TASK_CREATED a1");
    assert_int_equal(world_complete(&w, "a1", NULL), OK);
    assert_int_equal(world_complete(&w, "a2", NULL), OK);
    assert_int_equal(world_complete(&w, "b1", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void before_the_fork(void **state)
{
    (void)state;
    struct world w;
    int64_t listed[4];
    size_t count = 4;
    begin_branches(&w);
    int64_t other = world_token(&w, "b1");
    assert_int_equal(bpmn_may_move(&w.turn, w.instance, world_token(&w, "a2"), STR("t0"),
        listed, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(listed[0], other); /* the dry run names who goes as well */
    assert_int_equal(world_move(&w, "a2", "t0"), OK);
    assert_waiting(&w, "t0");
    assert_effects(&w, "TASK_CANCELLED b1; TASK_CANCELLED a2; MOVED t0; TASK_CREATED t0");
    world_release(&w);
}

static void before_the_fork_with_one_at_the_join(void **state)
{
    (void)state;
    struct world w;
    begin_branches(&w);
    assert_int_equal(world_complete(&w, "b1", NULL), OK);
    assert_waiting(&w, "a2 j");
    assert_int_equal(world_move(&w, "a2", "a1"), OK);
    assert_waiting(&w, "j a1"); /* what has arrived stays */
    assert_int_equal(world_move(&w, "a1", "t0"), OK);
    assert_waiting(&w, "t0");
    world_release(&w);
}

static void forward_over_the_join(void **state)
{
    (void)state;
    struct world w;
    begin_branches(&w);
    assert_int_equal(world_move(&w, "a2", "z"), OK);
    assert_waiting(&w, "z"); /* b1 would have waited at the join for ever */
    assert_int_equal(world_complete(&w, "z", NULL), OK);
    assert_true(bpmn_ended(w.instance));
    world_release(&w);
}

static void back_after_the_join(void **state)
{
    (void)state;
    struct world w;
    begin_branches(&w);
    assert_int_equal(world_complete(&w, "a2", NULL), OK);
    assert_int_equal(world_complete(&w, "b1", NULL), OK);
    /* Into one branch alone: its join would wait for the other for ever. */
    assert_int_equal(world_move(&w, "z", "a1"), ERR_NOT_ALLOWED);
    assert_non_null(strstr(w.diag.en, "for ever"));
    assert_int_equal(world_move(&w, "z", "t0"), OK);
    assert_waiting(&w, "t0");
    assert_int_equal(world_move(&w, "t0", "b1"), ERR_NOT_ALLOWED);
    assert_int_equal(world_move(&w, "t0", "z"), OK);
    world_release(&w);
}

#define COUNTERSIGN                                                                               \
    PROCESS(START("s") TASK("draft")                                                              \
        "<b:userTask id=\"sign\"><b:multiInstanceLoopCharacteristics>"                            \
        "<b:loopCardinality xsi:type=\"b:tFormalExpression\">3</b:loopCardinality>"               \
        "</b:multiInstanceLoopCharacteristics></b:userTask>" TASK("send") END("e")                \
        FLOW("s", "draft") FLOW("draft", "sign") FLOW("sign", "send") FLOW("send", "e"))

static void out_of_and_into_countersigning(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, COUNTERSIGN);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "draft", NULL), OK);
    assert_int_equal(world_complete(&w, "sign", NULL), OK);
    assert_waiting(&w, "sign sign");
    assert_int_equal(world_move(&w, "sign", "draft"), OK);
    assert_waiting(&w, "draft"); /* one signer returns it: the others' tasks are withdrawn */
    assert_effects(&w, "TASK_CANCELLED sign; TASK_CANCELLED sign; MOVED draft; TASK_CREATED draft");
    assert_int_equal(world_complete(&w, "draft", NULL), OK);
    assert_waiting(&w, "sign sign sign");
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_complete(&w, "sign", NULL), OK);
    assert_waiting(&w, "send");
    assert_int_equal(world_move(&w, "send", "sign"), OK);
    assert_waiting(&w, "sign sign sign"); /* all sign anew */
    world_release(&w);
}

#define NESTED                                                                                    \
    PROCESS(START("s") TASK("t0") "<b:subProcess id=\"p\">" START("ps") TASK("x") TASK("y")       \
        END("pe") FLOW("ps", "x") FLOW("x", "y") FLOW("y", "pe") "</b:subProcess>"                \
        "<b:boundaryEvent id=\"late\" attachedToRef=\"p\">" TIMER("timeDuration", "P1D")          \
        "</b:boundaryEvent>" TASK("z") END("e") END("e2") FLOW("s", "t0") FLOW("t0", "p")         \
        FLOW("p", "z") FLOW("z", "e") FLOW("late", "e2"))

static void into_and_out_of_a_sub_process(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, NESTED);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_move(&w, "t0", "y"), OK); /* opens the sub-process on the way */
    assert_waiting(&w, "y");
    assert_effects(&w, "TASK_CANCELLED t0; TIMER_SET late P1D; MOVED y; TASK_CREATED y");
    assert_int_equal(world_move(&w, "y", "x"), OK);
    assert_effects(&w, "TASK_CANCELLED y; MOVED x; TASK_CREATED x"); /* the timer runs on */
    assert_int_equal(world_move(&w, "x", "t0"), OK);
    assert_waiting(&w, "t0");
    assert_effects(&w, "TASK_CANCELLED x; TIMER_CANCELLED late; MOVED t0; TASK_CREATED t0");
    assert_int_equal(world_complete(&w, "t0", NULL), OK);
    assert_int_equal(world_complete(&w, "x", NULL), OK);
    assert_int_equal(world_complete(&w, "y", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void what_may_not_be(void **state)
{
    (void)state;
    struct world w;
    begin_branches(&w);
    assert_int_equal(world_move(&w, "a2", "f"), ERR_NOT_ALLOWED);
    assert_non_null(strstr(w.diag.en, "only tasks"));
    assert_int_equal(world_move(&w, "a2", "nowhere"), ERR_NOT_FOUND);
    assert_int_equal(world_move(&w, "z", "a1"), ERR_NOT_FOUND); /* nothing waits there */
    assert_waiting(&w, "b1 a2");
    world_release(&w);
}

static void earlier_steps(void **state)
{
    (void)state;
    struct world w;
    bool reached[64];
    begin_branches(&w);
    bpmn_earlier(w.instance, world_token(&w, "a2"), reached);
    assert_true(reached[bpmn_node_by_id(w.model, STR("t0"))->index]);
    assert_true(reached[bpmn_node_by_id(w.model, STR("a1"))->index]);
    assert_false(reached[bpmn_node_by_id(w.model, STR("b1"))->index]);
    assert_false(reached[bpmn_node_by_id(w.model, STR("z"))->index]);
    assert_false(reached[bpmn_node_by_id(w.model, STR("f"))->index]);
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_its_branch),
        cmocka_unit_test(before_the_fork),
        cmocka_unit_test(before_the_fork_with_one_at_the_join),
        cmocka_unit_test(forward_over_the_join),
        cmocka_unit_test(back_after_the_join),
        cmocka_unit_test(out_of_and_into_countersigning),
        cmocka_unit_test(into_and_out_of_a_sub_process),
        cmocka_unit_test(what_may_not_be),
        cmocka_unit_test(earlier_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
