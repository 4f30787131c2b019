/* Files that are refused, each by its message and line; hostile XML; what other tools leave. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void broken_xml(void **state)
{
    (void)state;
    assert_refused("", ERR_SYNTAX, 0, "malformed XML");
    assert_refused("hello", ERR_SYNTAX, 1, "malformed XML");
    assert_refused("<a>\n<b>\n</a>", ERR_SYNTAX, 3, "malformed XML");
    assert_refused("<html/>", ERR_SYNTAX, 1, "definitions");
    assert_refused("<definitions/>", ERR_SYNTAX, 1, "BPMN 2.0");
    assert_refused("<?xml version=\"1.0\" encoding=\"GBK\"?><a>中</a>", ERR_UTF8, 0, "GBK");
    assert_refused("\xff\xfe<\0a", ERR_UTF8, 0, "UTF-8");
    assert_refused("<a>\xc3\x28</a>", ERR_UTF8, 0, "UTF-8");
    assert_refused("<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><a>&b;</a>",
        ERR_UNSUPPORTED, 0, "DOCTYPE");
    assert_refused("<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        ERR_UNSUPPORTED, 0, "DOCTYPE");
    assert_refused(HEAD "</b:definitions>", ERR_INVALID, 2, "no process");
}

static char *repeat(const char *head, const char *each, size_t count, const char *tail)
{
    size_t bytes = strlen(head) + strlen(each) * count + strlen(tail) + 1;
    char *text = malloc(bytes), *at = text;
    at += sprintf(at, "%s", head);
    for (size_t i = 0; i < count; i++, at += strlen(each))
        memcpy(at, each, strlen(each));
    snprintf(at, strlen(tail) + 1, "%s", tail);
    return text;
}

static void hostile_xml(void **state)
{
    (void)state;
    char *text = repeat(HEAD "<b:process id=\"P\" isExecutable=\"true\">", "<b:subProcess>",
        100, "");
    assert_refused(text, ERR_SYNTAX, 0, "malformed"); /* never closed */
    free(text);
    char *deep = repeat(HEAD "<b:process id=\"P\">", "<x>", 100, "");
    char *closed = repeat(deep, "</x>", 100, "</b:process></b:definitions>");
    assert_refused(closed, ERR_LIMIT, 0, "nested");
    free(deep);
    free(closed);
    text = repeat("<a>", "x", BPMN_XML_BYTES_MAX, "</a>");
    assert_refused(text, ERR_TOO_LARGE, 0, "bytes");
    free(text);
    text = repeat(HEAD "<b:process id=\"P\" name=\"", "x", 70000, "\"/></b:definitions>");
    assert_refused(text, ERR_LIMIT, 3, "attribute name");
    free(text);
    size_t room = 64 * (BPMN_NODES_MAX + 10), used;
    text = malloc(room);
    used = (size_t)snprintf(text, room, "%s", HEAD "<b:process id=\"P\">");
    for (int i = 0; i <= BPMN_NODES_MAX; i++)
        used += (size_t)snprintf(text + used, room - used, "<b:task id=\"t%d\"/>", i);
    snprintf(text + used, room - used, "</b:process></b:definitions>");
    assert_refused(text, ERR_LIMIT, 0, "nodes");
    free(text);
}

static void ids(void **state)
{
    (void)state;
    assert_refused(PROCESS(START("a") END("a")), ERR_INVALID, 5,
        "already that of <startEvent> in line 4");
    assert_refused(PROCESS("<b:task id=\"1a\"/>"), ERR_INVALID, 4, "not valid");
    assert_refused(PROCESS("<b:task/>"), ERR_INVALID, 4, "no id");
}

static void flows(void **state)
{
    (void)state;
    assert_refused(PROCESS(START("s") END("e") FLOW("s", "nobody")), ERR_INVALID, 6,
        "\"nobody\" is no node");
    assert_refused(PROCESS(START("s") END("e") "<b:sequenceFlow id=\"f\" sourceRef=\"s\"/>"),
        ERR_INVALID, 6, "no target");
    assert_refused(PROCESS(START("s") TASK("t") END("e") FLOW("s", "t") WHEN("t", "e", "x")),
        ERR_INVALID, 8, "only flow out of an activity");
    assert_refused(PROCESS(START("s") END("e") WHEN("s", "e", "x")), ERR_INVALID, 6, "start event");
    assert_refused(PROCESS(START("s") "<b:subProcess id=\"p\">" TASK("t") "</b:subProcess>" END("e")
        FLOW("s", "t") FLOW("p", "e")), ERR_INVALID, 7, "must not cross");
    assert_refused(PROCESS(START("s")
        "<b:exclusiveGateway id=\"g\"/>" TASK("a") TASK("c") FLOW("s", "g")
        WHEN("g", "a", "x &gt;") FLOW("g", "c")), ERR_SYNTAX, 8, "the expression \"x >\" is wrong");
    assert_refused(PROCESS(START("s")
        "<b:exclusiveGateway id=\"g\"/>" TASK("a") TASK("c") FLOW("s", "g")
        WHEN("g", "a", "x") FLOW("g", "c")), ERR_INVALID, 9, "each needs a condition");
    assert_refused(PROCESS(START("s")
        "<b:exclusiveGateway id=\"g\" default=\"s_g\"/>" TASK("a") FLOW("s", "g")
        FLOW("g", "a")), ERR_INVALID, 5, "default flow");
    assert_refused(PROCESS(START("s") TASK("t") TASK("u") END("e") FLOW("s", "t") FLOW("t", "e")),
        ERR_INVALID, 6, "nothing leads here");
    assert_refused(PROCESS(START("s") TASK("t") END("e") END("e2") FLOW("s", "t") FLOW("s", "e")
        FLOW("s", "e2")), ERR_INVALID, 5, "nothing leads on");
    assert_refused(PROCESS(START("s") END("e") FLOW("s", "e") FLOW("e", "s")), ERR_INVALID, 4,
        "no incoming");
}

#define CATCH(inside) PROCESS(START("s") "<b:intermediateCatchEvent id=\"c\">\n" inside            \
    "</b:intermediateCatchEvent>" END("e") FLOW("s", "c") FLOW("c", "e"))

static void events(void **state)
{
    (void)state;
    assert_refused(CATCH(""), ERR_INVALID, 5, "needs a type");
    assert_refused(CATCH("<b:errorEventDefinition/>"), ERR_INVALID, 5, "cannot be of type error");
    assert_refused(CATCH("<b:timerEventDefinition/>"), ERR_INVALID, 6, "exactly one of");
    assert_refused(CATCH(TIMER("timeDuration", "SOON")), ERR_INVALID, 6,
        "\"SOON\" is not of the form");
    assert_refused(CATCH(TIMER("timeDuration", "P1X")), ERR_INVALID, 6, "not of the form");
    assert_refused(CATCH(TIMER("timeDate", "2026-02-30")), ERR_INVALID, 6, "not of the form");
    assert_refused(CATCH(TIMER("timeCycle", "R/P")), ERR_INVALID, 6, "not of the form");
    assert_refused(CATCH("<b:timerEventDefinition><b:timeDuration>P1D</b:timeDuration></"
        "b:timerEventDefinition>"),
        ERR_INVALID, 6, "tFormalExpression");
    assert_refused(CATCH("<b:signalEventDefinition signalRef=\"x\"/>"), ERR_INVALID, 6,
        "signalRef");
    assert_refused(PROCESS(START("s")
        TASK("t") "<b:boundaryEvent id=\"b\" attachedToRef=\"s\"/>" END("e")
        FLOW("s", "t") FLOW("t", "e")), ERR_INVALID, 6, "attached to an activity");
}

static void other_engines(void **state)
{
    (void)state;
    assert_refused(PROCESS(START("s")
        "<b:userTask id=\"t\" camunda:assignee=\"demo\"/>" END("e") FLOW("s", "t")
        FLOW("t", "e")), ERR_UNSUPPORTED, 5, "camunda:assignee belongs to another engine");
    assert_refused(PROCESS(START("s")
        "<b:userTask id=\"t\"><b:extensionElements><camunda:formData/>"
        "</b:extensionElements></b:userTask>" END("e") FLOW("s", "t") FLOW("t", "e")),
        ERR_UNSUPPORTED, 5, "<camunda:formData>");
    assert_refused(PROCESS(START("s")
        "<b:userTask id=\"t\" junma:rolle=\"x\"/>" END("e") FLOW("s", "t")
        FLOW("t", "e")), ERR_UNSUPPORTED, 5, "junma:rolle");
    assert_refused(PROCESS(START("s")
        "<b:scriptTask id=\"t\" scriptFormat=\"javascript\"><b:script>1</b:script>"
        "</b:scriptTask>" END("e") FLOW("s", "t") FLOW("t", "e")), ERR_UNSUPPORTED, 5,
            "javascript");
    assert_refused(PROCESS(START("s") "<b:businessRuleTask id=\"t\"/>" END("e") FLOW("s",
        "t") FLOW("t", "e")),
        ERR_INVALID, 5, "junma:decision");
    assert_refused(PROCESS("<b:choreographyTask id=\"c\"/>"), ERR_UNSUPPORTED, 4,
        "choreographyTask");
}

static void harmless_things_pass(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, HEAD "<b:process id=\"P\" isExecutable=\"true\" "
        "xmlns:color=\"http://bpmn.io/schema/bpmn/biocolor/1.0\">"
        "<b:documentation>说明</b:documentation>" START("s") TASK("t") END("e")
        "<b:textAnnotation id=\"n\" color:fill=\"red\"><b:text>注</b:text></b:textAnnotation>"
        FLOW("s", "t") FLOW("t", "e") "</b:process>"
        "<di:BPMNDiagram xmlns:di=\"http://www.omg.org/spec/BPMN/20100524/DI\"><di:BPMNPlane/></"
            "di:BPMNDiagram>"
        "</b:definitions>");
    assert_true(str_is(bpmn_process_at(w.model, 0)->documentation, "说明"));
    assert_null(bpmn_process_at(w.model, 1));
    assert_null(bpmn_node_by_id(w.model, STR("n")));
    assert_non_null(bpmn_node_by_id(w.model, STR("t")));
    assert_int_equal(bpmn_node_count(w.model), 4);
    world_release(&w);
}

static void every_fault_is_told(void **state)
{
    (void)state;
    struct arena a;
    struct diag_list faults;
    const struct bpmn_model *m;
    arena_init(&a, NULL, 8 * MIB);
    diag_list_init(&faults, &a, BPMN_FAULTS_MAX);
    assert_int_not_equal(bpmn_load(&a, STR("f"),
        str_from(PROCESS(START("s") "<b:userTask id=\"t\" camunda:a=\"\"/>"
        END("e") FLOW("s", "gone") FLOW("t", "gone"))), NULL, &m, &faults), OK);
    assert_in_range(faults.count, 3, 10);
    assert_string_equal(faults.items[0]->field, "s_gone");
    arena_release(&a);
}

struct failing {
    int left;
};

static void *fail_alloc(void *ctx, size_t bytes)
{
    struct failing *f = ctx;
    return f->left-- > 0 ? malloc(bytes) : NULL;
}
static void fail_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void memory_runs_out(void **state)
{
    (void)state;
    static const char model[] = PROCESS(START("s") SCRIPT("x", "v",
        "1 + 1") TASK("t") "<b:boundaryEvent id=\"b\" attachedToRef=\"t\">"
        TIMER("timeDuration", "P1D") "</b:boundaryEvent>" END("e") END("e2") FLOW("s",
            "x") FLOW("x", "t")
        FLOW("t", "e") FLOW("b", "e2"));
    int n = 0;
    for (bool done = false; !done; n++) {
        struct failing f = { n };
        struct arena_source source = { fail_alloc, fail_free, &f };
        struct arena a, home;
        struct diag d = { 0 };
        const struct bpmn_model *m;
        arena_init(&a, &source, MIB);
        arena_init(&home, &source, MIB);
        enum err err = bpmn_load(&a, STR("f"), str_from(model), NULL, &m, NULL);
        if (err == OK) {
            struct bpmn_turn turn;
            struct bpmn_host host = { 0 };
            struct bpmn_instance *i;
            str text;
            bpmn_turn_init(&turn, &host, &a, &d);
            err = bpmn_start(&turn, &home, m, STR("P"), STR_NONE, NULL, &i);
            if (err == OK)
                err = bpmn_complete(&turn, i, bpmn_waiting_at(i, 0).token, NULL);
            if (err == OK)
                err = bpmn_save(i, &a, &text, &d);
            done = err == OK;
        }
        assert_true(err == OK || err == ERR_MEMORY);
        arena_release(&home);
        arena_release(&a);
        assert_true(n < 1000);
    }
    assert_true(n > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_xml),
        cmocka_unit_test(hostile_xml),
        cmocka_unit_test(ids),
        cmocka_unit_test(flows),
        cmocka_unit_test(events),
        cmocka_unit_test(other_engines),
        cmocka_unit_test(harmless_things_pass),
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
