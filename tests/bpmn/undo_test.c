/* Compensation in order, of each instance, without waiting; data of a sub-process; parallel multiple
 * boundary events; a process begun by a parallel event-based gateway; a call of a process elsewhere. */
#include "support.h"

#include <string.h>

#define UNDOING(id)                                                                               \
    "<b:boundaryEvent id=\"c" id "\" attachedToRef=\"" id "\"><b:compensateEventDefinition/>"     \
    "</b:boundaryEvent><b:userTask id=\"un" id "\" isForCompensation=\"true\"/>"                  \
    "<b:association id=\"x" id "\" associationDirection=\"One\" sourceRef=\"c" id "\" "           \
    "targetRef=\"un" id "\"/>"
#define TWICE                                                                                     \
    "<b:multiInstanceLoopCharacteristics><b:loopCardinality xsi:type=\"b:tFormalExpression\">2"   \
    "</b:loopCardinality></b:multiInstanceLoopCharacteristics>"
#define THROW(attributes)                                                                         \
    "<b:intermediateThrowEvent id=\"back\"><b:compensateEventDefinition " attributes "/>"         \
    "</b:intermediateThrowEvent>"
#define LINE(throw)                                                                               \
    PROCESS(START("s") TASK("a") UNDOING("a") "<b:userTask id=\"b\">" TWICE "</b:userTask>"       \
        UNDOING("b") throw TASK("z") END("e") FLOW("s", "a") FLOW("a", "b") FLOW("b", "back")     \
        FLOW("back", "z") FLOW("z", "e"))

static void begin_line(struct world *w, const char *xml)
{
    world_init(w, xml);
    assert_int_equal(world_start(w, NULL), OK);
    assert_int_equal(world_complete(w, "a", NULL), OK);
    assert_int_equal(world_complete(w, "b", NULL), OK);
    assert_int_equal(world_complete(w, "b", NULL), OK);
}

static void last_first_one_by_one(void **state)
{
    (void)state;
    struct world w;
    begin_line(&w, LINE(THROW("")));
    assert_waiting(&w, "back unb");
    assert_int_equal(world_complete(&w, "unb", NULL), OK);
    assert_waiting(&w, "back unb"); /* the other instance */
    assert_int_equal(world_complete(&w, "unb", NULL), OK);
    assert_waiting(&w, "back una");
    assert_int_equal(world_complete(&w, "una", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void one_activity_only(void **state)
{
    (void)state;
    struct world w;
    begin_line(&w, LINE(THROW("activityRef=\"a\"")));
    assert_waiting(&w, "back una");
    assert_int_equal(world_complete(&w, "una", NULL), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

static void without_waiting(void **state)
{
    (void)state;
    struct world w;
    begin_line(&w, LINE(THROW("waitForCompletion=\"false\"")));
    assert_waiting(&w, "unb unb una z");
    assert_int_equal(world_complete(&w, "z", NULL), OK);
    assert_int_equal(world_complete(&w, "una", NULL), OK);
    assert_int_equal(world_complete(&w, "unb", NULL), OK);
    assert_false(bpmn_ended(w.instance));
    assert_int_equal(world_complete(&w, "unb", NULL), OK);
    assert_true(bpmn_ended(w.instance));
    world_release(&w);
}

static void data_of_a_sub_process_stays_there(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") "<b:subProcess id=\"sub\"><b:dataObject id=\"dob\" name=\"x\"/>"
        TWICE START("s1") SCRIPT("set", "x", "loopCounter") TASK("t")
        SCRIPT("add", "seen", "if seen = null then [x] else append(seen, x)") END("e1")
        FLOW("s1", "set") FLOW("set", "t") FLOW("t", "add") FLOW("add", "e1") "</b:subProcess>"
        TASK("z") END("e") FLOW("s", "sub") FLOW("sub", "z") FLOW("z", "e")));
    assert_int_equal(world_start(&w, "{\"x\": 9, \"seen\": null}"), OK);
    assert_int_equal(world_complete(&w, "t", NULL), OK);
    assert_int_equal(world_complete(&w, "t", NULL), OK);
    json_t *vars = bpmn_variables(w.instance, &w.home);
    assert_int_equal(json_int(vars, "x", 0), 9);
    char *seen = json_dumps(json_object_get(vars, "seen"), JSON_COMPACT);
    assert_string_equal(seen, "[1,2]");
    free(seen);
    world_release(&w);
}

static void all_events_of_a_parallel_multiple(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, HEAD "<b:message id=\"m1\" name=\"one\"/><b:message id=\"m2\" name=\"two\"/>"
        "<b:process id=\"P\" isExecutable=\"true\">" START("s") TASK("t")
        "<b:boundaryEvent id=\"b\" attachedToRef=\"t\" parallelMultiple=\"true\">"
        "<b:messageEventDefinition messageRef=\"m1\"/><b:messageEventDefinition messageRef=\"m2\"/>"
        "</b:boundaryEvent><b:boundaryEvent id=\"c\" attachedToRef=\"t\"><b:conditionalEventDefinition>"
        "<b:condition xsi:type=\"b:tFormalExpression\">n &gt; 1</b:condition>"
        "</b:conditionalEventDefinition></b:boundaryEvent>" TASK("y") END("e") FLOW("s", "t")
        FLOW("t", "e") FLOW("b", "y") FLOW("c", "e") FLOW("y", "e") "</b:process></b:definitions>");
    assert_int_equal(world_start(&w, "{\"n\": 0}"), OK);
    assert_int_equal(world_message(&w, "two", NULL), OK);
    assert_int_equal(world_message(&w, "two", NULL), OK);
    assert_waiting(&w, "t");
    assert_int_equal(world_message(&w, "one", NULL), OK);
    assert_waiting(&w, "y");
    world_release(&w);
}

static void a_parallel_event_gateway_begins(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, HEAD "<b:message id=\"m1\" name=\"one\"/><b:message id=\"m2\" name=\"two\"/>"
        "<b:process id=\"P\" isExecutable=\"true\"><b:eventBasedGateway id=\"g\" "
        "instantiate=\"true\" eventGatewayType=\"Parallel\"/>"
        "<b:intermediateCatchEvent id=\"c1\"><b:messageEventDefinition messageRef=\"m1\"/>"
        "</b:intermediateCatchEvent><b:intermediateCatchEvent id=\"c2\"><b:messageEventDefinition "
        "messageRef=\"m2\"/></b:intermediateCatchEvent><b:parallelGateway id=\"j\"/>" TASK("t")
        END("e") FLOW("g", "c1") FLOW("g", "c2") FLOW("c1", "j") FLOW("c2", "j") FLOW("j", "t")
        FLOW("t", "e") "</b:process></b:definitions>");
    world_begin(&w);
    assert_int_equal(world_after(&w, bpmn_start(&w.turn, &w.home, w.model, STR("P"), STR("c1"),
        NULL, &w.instance)), OK);
    assert_waiting(&w, "c2 j");
    assert_int_equal(world_message(&w, "two", NULL), OK);
    assert_waiting(&w, "t");
    world_release(&w);
}

static bool elsewhere(void *ctx, str process)
{
    (void)ctx;
    return str_is(process, "Other");
}

static void a_process_elsewhere(void **state)
{
    (void)state;
    static const struct bpmn_dialect dialect = { .callable = elsewhere };
    struct world w = { 0 };
    struct diag_list faults;
    const char *xml = PROCESS(START("s") "<b:callActivity id=\"call\" calledElement=\"Other\"/>"
        TASK("z") END("e") FLOW("s", "call") FLOW("call", "z") FLOW("z", "e"));
    assert_refused(xml, ERR_INVALID, 0, "is not in this file");
    world_init(&w, PROCESS(START("s") END("e") FLOW("s", "e")));
    diag_list_init(&faults, &w.model_arena, 20);
    assert_int_equal(bpmn_load(&w.model_arena, STR("t"), str_from(xml), &dialect, &w.model, &faults), OK);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_effects(&w, "TASK_CREATED call Other");
    assert_int_equal(world_complete(&w, "call", "{\"result\": 1}"), OK);
    assert_waiting(&w, "z");
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_first_one_by_one),
        cmocka_unit_test(one_activity_only),
        cmocka_unit_test(without_waiting),
        cmocka_unit_test(data_of_a_sub_process_stays_there),
        cmocka_unit_test(all_events_of_a_parallel_multiple),
        cmocka_unit_test(a_parallel_event_gateway_begins),
        cmocka_unit_test(a_process_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
