/* Decisions as their callers see them: loading, refusing, deciding, tracing. */
#include "dmn/dmn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NS "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define HEAD                                                                                       \
    "<?xml version='1.0' encoding='UTF-8'?>\n"                                                     \
    "<definitions xmlns='" NS "' name='m' namespace='urn:m' id='d'>\n"
#define INPUT(name, type)                                                                          \
    "<inputData id='i_" name "' name='" name "'><variable name='" name "' typeRef='" type          \
    "'/></inputData>\n"
#define NEEDS(name)                                                                                \
    "<informationRequirement><requiredInput href='#i_" name "'/></informationRequirement>\n"
#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define TAIL "</definitions>"

struct world {
    struct arena arena;
    struct diag_list faults;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena, NULL, 64 * MIB);
    diag_list_init(&w->faults, &w->arena, DMN_FAULTS_MAX);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_release(&w->arena);
    free(w);
    return 0;
}

static struct dmn_model *load(struct world *w, const char *xml)
{
    struct dmn_model *m = NULL;
    if (dmn_load(&w->arena, STR("t.dmn"), str_from(xml), &m, &w->faults) != OK) {
        str line = diag_line(&w->arena, w->faults.items[0], "en");
        fail_msg("%.*s", STR_ARGS(line));
    }
    return m;
}

/* Decides and compares with FEEL's literal form of what is expected. */
static void expect(struct world *w, const struct dmn_model *m, const char *decision,
    const char *inputs, const char *expected, struct dmn_trace *trace)
{
    json_t *json;
    feel_value in, out;
    struct diag d = { 0 };
    assert_int_equal(json_parse(&w->arena, str_from(inputs), &json, &d), OK);
    assert_int_equal(feel_from_json(&w->arena, json, NULL, &in, &d), OK);
    const struct dmn_decision *found = dmn_decision_find(m, str_from(decision));
    assert_non_null(found);
    enum err e = dmn_decide(m, found, in, NULL, &w->arena, &out, trace, &d);
    if (e != OK)
        fail_msg("%s: %s", decision, d.en);
    str text = feel_to_text(&w->arena, out);
    if (!str_is(text, expected))
        fail_msg("%s with %s\n   expected %s\n   got      %.*s", decision, inputs, expected,
            STR_ARGS(text));
}

#define TABLE(policy)                                                                              \
    HEAD INPUT("n", "number") "<decision id='t' name='t'>" NEEDS("n")                              \
        "<decisionTable " policy "><input><inputExpression typeRef='number'><text>n</text>"        \
        "</inputExpression></input>"                                                               \
        "<output name='r'><outputValues><text>\"c\",\"b\",\"a\"</text></outputValues></output>\n"  \
        "<rule><inputEntry><text>&gt; 1</text></inputEntry>"                                       \
        "<outputEntry><text>\"a\"</text></outputEntry>"                                            \
        "<annotationEntry><text>over one</text></annotationEntry></rule>\n"                        \
        "<rule><inputEntry><text>&gt; 2</text></inputEntry>"                                       \
        "<outputEntry><text>\"b\"</text></outputEntry></rule>\n"                                   \
        "<rule><inputEntry><text>[3..9]</text></inputEntry>"                                       \
        "<outputEntry><text>\"c\"</text></outputEntry></rule>"                                     \
        "</decisionTable></decision>" TAIL

static void test_hit_policies(void **state)
{
    struct world *w = *state;
    const struct {
        const char *xml, *inputs, *expected;
    } list[] = {
        { TABLE(""), "{\"n\": 2}", "\"a\"" },
        { TABLE(""), "{\"n\": 5}", "null" },
        { TABLE("hitPolicy='UNIQUE'"), "{\"n\": 0}", "null" },
        { TABLE("hitPolicy='FIRST'"), "{\"n\": 5}", "\"a\"" },
        { TABLE("hitPolicy='PRIORITY'"), "{\"n\": 5}", "\"c\"" },
        { TABLE("hitPolicy='ANY'"), "{\"n\": 5}", "null" },
        { TABLE("hitPolicy='ANY'"), "{\"n\": 2}", "\"a\"" },
        { TABLE("hitPolicy='RULE ORDER'"), "{\"n\": 5}", "[\"a\", \"b\", \"c\"]" },
        { TABLE("hitPolicy='OUTPUT ORDER'"), "{\"n\": 5}", "[\"c\", \"b\", \"a\"]" },
        { TABLE("hitPolicy='COLLECT'"), "{\"n\": 20}", "[\"a\", \"b\"]" },
        { TABLE("hitPolicy='COLLECT' aggregation='COUNT'"), "{\"n\": 5}", "3" },
        { TABLE("hitPolicy='COLLECT' aggregation='COUNT'"), "{\"n\": 0}", "0" },
        { TABLE("hitPolicy='COLLECT' aggregation='MIN'"), "{\"n\": 5}", "\"a\"" },
        { TABLE("hitPolicy='COLLECT' aggregation='MAX'"), "{\"n\": 5}", "\"c\"" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        expect(w, load(w, list[i].xml), "t", list[i].inputs, list[i].expected, NULL);
}

static void test_trace(void **state)
{
    struct world *w = *state;
    struct dmn_trace trace = { .arena = &w->arena };
    struct dmn_model *m = load(w, TABLE(""));
    expect(w, m, "t", "{\"n\": 5}", "null", &trace);
    assert_int_equal(trace.step_count, 1);
    assert_true(str_is(trace.steps[0].decision, "t"));
    assert_true(str_is(trace.steps[0].hit_policy, "U"));
    assert_int_equal(trace.steps[0].rule_count, 3);
    assert_int_equal(trace.steps[0].rules[0].index, 1);
    assert_true(str_is(trace.steps[0].rules[0].label, "over one"));
    assert_int_equal(trace.steps[0].rules[1].line, 7);
    assert_int_equal(trace.steps[0].input_count, 1);
    assert_true(str_is(trace.steps[0].inputs[0].expression, "n"));
    assert_int_equal(trace.steps[0].rules[0].test_count, 1);
    assert_true(str_is(trace.steps[0].rules[0].tests[0].input, "n"));
    assert_true(trace.steps[0].rules[0].tests[0].test.bytes > 0);
    assert_int_equal(trace.used_count, 1);
    assert_true(str_is(trace.used[0].name, "n"));
    assert_int_equal(trace.used[0].value.coefficient, 5);
    assert_int_equal(trace.missing_count, 0);
    assert_true(trace.warnings.count >= 1);
    assert_true(str_find(trace.warnings.items[0].en, STR("rules 1, 2, 3"), 0) > 0);
    json_t *json = dmn_trace_json(&w->arena, &trace);
    assert_int_equal(json_array_size(json_object_get(json, "steps")), 1);
    struct dmn_trace second = { .arena = &w->arena };
    expect(w, m, "t", "{}", "null", &second);
    assert_int_equal(second.missing_count, 1);
    assert_true(str_is(second.missing[0], "n"));
}

static void test_inputs_and_outputs(void **state)
{
    struct world *w = *state;
    const struct dmn_input *items;
    size_t count;
    struct dmn_model *m = load(w, TABLE(""));
    const struct dmn_decision *d = dmn_decision_find(m, STR("t"));
    assert_int_equal(dmn_decision_inputs(m, d, &w->arena, &items, &count), OK);
    assert_int_equal(count, 1);
    assert_true(str_is(items[0].name, "n"));
    assert_int_equal(items[0].type->kind, FEEL_NUMBER);
    assert_int_equal(dmn_decision_outputs(m, d, &w->arena, &items, &count), OK);
    assert_int_equal(count, 1);
    assert_true(str_is(items[0].name, "r"));
    assert_int_equal(dmn_decision_count(m), 1);
    assert_null(dmn_decision_find(m, STR("none")));
}

static void test_graph(void **state)
{
    struct world *w = *state;
    struct dmn_model *m = load(w,
        HEAD INPUT("salary", "number")
        "<itemDefinition name='tGrade'><typeRef>string</typeRef>"
        "<allowedValues><text>\"A\",\"B\"</text></allowedValues></itemDefinition>"
        "<businessKnowledgeModel id='k' name='twice'><encapsulatedLogic>"
        "<formalParameter name='x' typeRef='number'/>" LITERAL("x * 2")
        "</encapsulatedLogic></businessKnowledgeModel>"
        "<decision id='a' name='double pay'>" NEEDS("salary")
        "<knowledgeRequirement><requiredKnowledge href='#k'/></knowledgeRequirement>"
        LITERAL("twice(salary)") "</decision>"
        "<decision id='b' name='grade'><variable name='grade' typeRef='tGrade'/>"
        "<informationRequirement><requiredDecision href='#a'/></informationRequirement>"
        LITERAL("if double pay &gt; 100 then \"A\" else \"C\"") "</decision>"
        "<decision id='c' name='boxed'><context>"
        "<contextEntry><variable name='f'/><functionDefinition><formalParameter name='n'/>"
        LITERAL("if n &lt; 2 then 1 else n * f(n - 1)") "</functionDefinition></contextEntry>"
        "<contextEntry><variable name='l'/><for iteratorVariable='i'><in>" LITERAL("[1..3]")
        "</in><return>" LITERAL("f(i)") "</return></for></contextEntry>"
        "<contextEntry>" LITERAL("sum(l)") "</contextEntry></context></decision>"
        "<decisionService id='s' name='svc'><outputDecision href='#b'/>"
        "<inputDecision href='#a'/></decisionService>" TAIL);
    expect(w, m, "double pay", "{\"salary\": 21}", "42", NULL);
    expect(w, m, "grade", "{\"salary\": 60}", "\"A\"", NULL);
    expect(w, m, "grade", "{\"salary\": 6}", "null", NULL); /* C is not allowed */
    expect(w, m, "grade", "{\"double pay\": 101}", "\"A\"", NULL);
    expect(w, m, "grade", "{\"salary\": \"x\"}", "null", NULL);
    feel_value in, out;
    struct diag d = { 0 };
    struct feel_entry e = { STR("double pay"), feel_integer(200) };
    in = feel_context_of(&w->arena, &e, 1);
    assert_int_equal(dmn_service_decide(m, dmn_service_find(m, STR("svc")), in, NULL, &w->arena,
                         &out, NULL, &d),
        OK);
    assert_true(out.kind == FEEL_STRING && str_is(out.text, "A"));
}

static void test_iterator_range_in_boxed_for(void **state)
{
    struct world *w = *state;
    struct dmn_model *m = load(w,
        HEAD "<decision id='c' name='c'><for iteratorVariable='i'><in>" LITERAL("[1..3]")
        "</in><return>" LITERAL("i * i") "</return></for></decision>" TAIL);
    expect(w, m, "c", "{}", "[1, 4, 9]", NULL);
}

static void test_imports(void **state)
{
    struct world *w = *state;
    struct dmn_source sources[2] = {
        { STR("a.dmn"),
            STR("<definitions xmlns='" NS "' name='a' namespace='urn:a'>"
                "<import name='lib' namespace='urn:b' importType='" NS "'/>"
                "<decision id='d' name='d'><knowledgeRequirement>"
                "<requiredKnowledge href='urn:b#k'/></knowledgeRequirement>"
                "<literalExpression><text>lib.inc(41)</text></literalExpression></decision>"
                "</definitions>") },
        { STR("b.dmn"),
            STR("<definitions xmlns='" NS "' name='b' namespace='urn:b'>"
                "<businessKnowledgeModel id='k' name='inc'><encapsulatedLogic>"
                "<formalParameter name='x'/><literalExpression><text>x + 1</text>"
                "</literalExpression></encapsulatedLogic></businessKnowledgeModel>"
                "</definitions>") },
    };
    struct dmn_model *models[2];
    assert_int_equal(dmn_load_set(&w->arena, sources, 2, models, &w->faults), OK);
    expect(w, models[0], "d", "{}", "42", NULL);
}

static void test_refusals(void **state)
{
    struct world *w = *state;
    const struct {
        const char *xml;
        enum err err;
        int line;
        const char *says;
    } list[] = {
        { "", ERR_SYNTAX, 0, "" },
        { "<a>", ERR_SYNTAX, 1, "" },
        { "<definitions xmlns='urn:other'/>", ERR_UNSUPPORTED, 1, "urn:other" },
        { "<!DOCTYPE x [<!ENTITY e 'x'>]><x/>", ERR_UNSUPPORTED, 0, "DOCTYPE" },
        { HEAD "<magic/>" TAIL, ERR_UNSUPPORTED, 3, "magic" },
        { HEAD "<decision id='a' name='a'>\n" LITERAL("1 +") "</decision>" TAIL, ERR_SYNTAX, 4,
            "expected" },
        { HEAD "<decision id='a' name='a'>" LITERAL("unknown + 1") "</decision>" TAIL, ERR_SYNTAX,
            3, "unknown" },
        { HEAD "<decision id='a' name='a'><variable name='a' typeRef='tX'/>" LITERAL("1")
               "</decision>" TAIL,
            ERR_NOT_FOUND, 3, "tX" },
        { HEAD "<decision id='a' name='a'><informationRequirement><requiredInput href='#no'/>"
               "</informationRequirement>" LITERAL("1") "</decision>" TAIL,
            ERR_NOT_FOUND, 3, "#no" },
        { HEAD "<decision id='a' name='a'><informationRequirement><requiredDecision href='#a'/>"
               "</informationRequirement>" LITERAL("a") "</decision>" TAIL,
            ERR_INVALID, 3, "requires itself" },
        { TABLE("hitPolicy='SOMETIMES'"), ERR_UNSUPPORTED, 5, "SOMETIMES" },
        { TABLE("hitPolicy='FIRST' aggregation='SUM'"), ERR_INVALID, 5, "SUM" },
        { HEAD "<decision id='a' name='a'><literalExpression expressionLanguage='urn:js'>"
               "<text>1</text></literalExpression></decision>" TAIL,
            ERR_UNSUPPORTED, 3, "urn:js" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct diag_list faults;
        struct dmn_model *m = NULL;
        diag_list_init(&faults, &w->arena, DMN_FAULTS_MAX);
        enum err e
            = dmn_load(&w->arena, STR("t.dmn"), str_from(list[i].xml), &m, &faults);
        if (e != list[i].err || !faults.count)
            fail_msg("case %zu: error %s", i, err_code(e));
        assert_null(m);
        const struct diag *d = faults.items[0];
        assert_string_equal(d->file, "t.dmn");
        if (list[i].line && d->line != list[i].line)
            fail_msg("case %zu: line %d", i, d->line);
        if (!strstr(d->en, list[i].says) || !d->zh[0])
            fail_msg("case %zu says: %s", i, d->en);
    }
}

static void test_all_faults_are_reported(void **state)
{
    struct world *w = *state;
    struct dmn_model *m = NULL;
    str xml = STR(HEAD "<decision id='a' name='a'>" LITERAL("1 +") "</decision>\n"
                       "<decision id='b' name='b'>" LITERAL("(") "</decision>" TAIL);
    assert_int_not_equal(dmn_load(&w->arena, STR("t.dmn"), xml, &m, &w->faults), OK);
    assert_int_equal(w->faults.count, 2);
    assert_int_equal(w->faults.items[0]->line, 3);
    assert_int_equal(w->faults.items[1]->line, 4);
    assert_string_equal(w->faults.items[1]->field, "b");
    struct dmn_source source = { STR("t.dmn"), xml };
    assert_int_equal(dmn_load_with(&w->arena, &source, 1, true, &m, &w->faults), OK);
    expect(w, m, "a", "{}", "null", NULL);
}

static void test_limits(void **state)
{
    struct world *w = *state;
    struct dmn_model *m = load(w,
        HEAD "<decision id='a' name='a'>" LITERAL("count(for i in 1..1000000 return i)")
        "</decision>" TAIL);
    struct feel_env env = { .limits.steps = 10000 };
    feel_value out;
    struct diag d = { 0 };
    assert_int_equal(dmn_decide(m, dmn_decision_at(m, 0), feel_null(), &env, &w->arena, &out, NULL,
                         &d),
        ERR_LIMIT_STEPS);
    assert_true(d.zh[0]);
    static char deep[100000];
    size_t at = (size_t)snprintf(deep, sizeof deep, "%s", HEAD);
    for (int i = 0; i < 1000; i++)
        at += (size_t)snprintf(deep + at, sizeof deep - at, "<decision>");
    struct diag_list faults;
    diag_list_init(&faults, &w->arena, 5);
    assert_int_not_equal(
        dmn_load(&w->arena, STR("t.dmn"), (str){ deep, at }, &m, &faults), OK);
}

static void *plain_alloc(void *ctx, size_t bytes)
{
    (void)ctx;
    return malloc(bytes);
}

static void plain_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* With every smaller arena: an error, never a crash or a wrong answer. */
static void test_memory(void **state)
{
    (void)state;
    const struct arena_source source = { plain_alloc, plain_free, NULL };
    bool done = false;
    for (size_t limit = 512; !done; limit += 256) {
        struct arena a, room;
        struct dmn_model *m;
        struct diag_list faults;
        struct diag d = { 0 };
        feel_value out;
        arena_init(&a, &source, limit);
        arena_init(&room, &source, 64 * KIB);
        diag_list_init(&faults, &room, 5);
        str xml = STR(TABLE("hitPolicy='RULE ORDER'"));
        enum err e = dmn_load(&a, STR("t.dmn"), xml, &m, &faults);
        if (e == OK) {
            struct feel_entry n = { STR("n"), feel_integer(5) };
            feel_value in = feel_context_of(&room, &n, 1);
            e = dmn_decide(m, dmn_decision_at(m, 0), in, NULL, &a, &out, NULL, &d);
        }
        if (e == OK)
            assert_int_equal(out.list->count, 3);
        else
            assert_int_equal(e, ERR_MEMORY);
        done = e == OK;
        arena_release(&a);
        arena_release(&room);
        assert_true(limit < 4 * MIB);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hit_policies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_inputs_and_outputs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_graph, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_iterator_range_in_boxed_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_imports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_faults_are_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
