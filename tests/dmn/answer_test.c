/*
 * Three-valued answers: single cases with their reasons, then random tables against brute force:
 * every completion of the missing facts is decided by dmn_decide, and no verdict may contradict one.
 */
#include "dmn/dmn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'" \
    " id='d'>\n"
#define INPUT(name, type)                                                                          \
    "<inputData id='i_" name "' name='" name "'><variable name='" name "' typeRef='" type          \
    "'/></inputData>\n"
#define NEEDS(name)                                                                                \
    "<informationRequirement><requiredInput href='#i_" name "'/></informationRequirement>\n"
#define NEEDS_DECISION(name)                                                                       \
    "<informationRequirement><requiredDecision href='#" name "'/></informationRequirement>\n"
#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define COLUMN(text) "<input><inputExpression><text>" text "</text></inputExpression></input>"
#define CELL(text) "<inputEntry><text>" text "</text></inputEntry>"
#define GIVES(text) "<outputEntry><text>" text "</text></outputEntry></rule>"
#define TAIL "</definitions>"

struct world {
    struct arena arena;
    struct diag_list faults;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena, NULL, 256 * MIB);
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

static struct dmn_model *load(struct world *w, struct arena *a, const char *xml)
{
    struct dmn_model *m = NULL;
    if (dmn_load(a, STR("t.dmn"), str_from(xml), &m, &w->faults) != OK) {
        str line = diag_line(&w->arena, w->faults.items[0], "en");
        fail_msg("%.*s\n%s", STR_ARGS(line), xml);
    }
    return m;
}

/* "settled VALUE" or "open: facts", then an outcome each: "VALUE yes|no|? [facts]". */
static str describe(struct arena *a, const struct dmn_answer *answer)
{
    struct buf b;
    buf_init(&b, a, 1 << 16);
    if (answer->settled)
        buf_printf(&b, "settled %.*s", STR_ARGS(feel_to_text(a, answer->value)));
    else
        buf_add(&b, STR("open"));
    for (size_t i = 0; i < answer->missing_count; i++)
        buf_printf(&b, " %.*s", STR_ARGS(answer->missing[i]));
    for (size_t i = 0; i < answer->outcome_count; i++) {
        const struct dmn_outcome *o = &answer->outcomes[i];
        str value = o->known ? feel_to_text(a, o->value) : STR("(hangs)");
        buf_printf(&b, "; %.*s %s", STR_ARGS(value),
            o->verdict == DMN_YES ? "yes" : o->verdict == DMN_NO ? "no" : "?");
        for (size_t k = 0; k < o->missing_count; k++)
            buf_printf(&b, " %.*s", STR_ARGS(o->missing[k]));
    }
    return buf_str(&b);
}

static void expect(struct world *w, const char *xml, const char *inputs, const char *expected)
{
    struct dmn_model *m = load(w, &w->arena, xml);
    json_t *json;
    feel_value in;
    struct diag d = { 0 };
    struct dmn_answer answer;
    assert_int_equal(json_parse(&w->arena, str_from(inputs), &json, &d), OK);
    assert_int_equal(feel_from_json(&w->arena, json, NULL, &in, &d), OK);
    const struct dmn_decision *t = dmn_decision_find(m, STR("t"));
    if (dmn_answer(m, t, in, NULL, &w->arena, &answer, &d) != OK)
        fail_msg("%s: %s", inputs, d.en);
    str text = describe(&w->arena, &answer);
    if (!str_is(text, expected))
        fail_msg("with %s\n   expected %s\n   got      %.*s", inputs, expected, STR_ARGS(text));
}

#define SUBSIDY(policy)                                                                            \
    HEAD INPUT("staff", "number") INPUT("high tech", "boolean") INPUT("site", "string")            \
        "<decision id='t' name='t'>" NEEDS("staff") NEEDS("high tech") NEEDS("site")               \
        "<decisionTable hitPolicy='" policy "'>"                                                   \
        COLUMN("staff") COLUMN("high tech") COLUMN("site") "<output name='r'>"                     \
        "<outputValues><text>\"large\",\"small\",\"basic\"</text></outputValues></output>"         \
        "<rule>" CELL("&gt;= 100") CELL("true") CELL("-") GIVES("\"large\"")                       \
        "<rule>" CELL("&lt; 100") CELL("true") CELL("-") GIVES("\"small\"")                        \
        "<rule>" CELL("-") CELL("false") CELL("\"park\"") GIVES("\"basic\"")                       \
        "</decisionTable></decision>" TAIL

static void test_table(void **state)
{
    static const struct {
        const char *policy, *inputs, *expected;
    } list[] = {
        { SUBSIDY("UNIQUE"), "{\"staff\": 120, \"high tech\": true, \"site\": \"x\"}",
            "settled \"large\"; \"large\" yes; \"small\" no; \"basic\" no; null no" },
        /* the site does not matter to a high-tech enterprise */
        { SUBSIDY("UNIQUE"), "{\"staff\": 120, \"high tech\": true}",
            "settled \"large\"; \"large\" yes; \"small\" no; \"basic\" no; null no" },
        { SUBSIDY("UNIQUE"), "{\"staff\": 120}",
            "open high tech site; \"large\" ? high tech site; \"small\" no; "
            "\"basic\" ? high tech site; null ? high tech site" },
        { SUBSIDY("FIRST"), "{\"staff\": 120, \"site\": \"x\"}",
            "open high tech; \"large\" ? high tech; \"small\" no; \"basic\" no; null ? high tech" },
        { SUBSIDY("FIRST"), "{\"high tech\": false}",
            "open site; \"large\" no; \"small\" no; \"basic\" ? site; null ? site" },
        /* known to be nothing is not missing */
        { SUBSIDY("FIRST"), "{\"high tech\": null, \"site\": \"park\"}",
            "settled null; \"large\" no; \"small\" no; \"basic\" no; null yes" },
        { SUBSIDY("COLLECT"), "{\"high tech\": true}",
            "open staff; \"large\" ? staff; \"small\" ? staff; \"basic\" no; null ? staff" },
        { SUBSIDY("PRIORITY"), "{\"staff\": 1}",
            "open high tech site; \"large\" no; \"small\" ? high tech site; "
            "\"basic\" ? high tech site; null ? high tech site" },
        { SUBSIDY("RULE ORDER"), "{\"high tech\": false, \"site\": \"park\"}",
            "settled [\"basic\"]; \"large\" no; \"small\" no; \"basic\" yes; null no" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        expect(*state, list[i].policy, list[i].inputs, list[i].expected);
}

/* Of a result known in part, what is known tells it from others. */
static void test_known_in_part(void **state)
{
    expect(*state,
        HEAD INPUT("n", "number") INPUT("s", "string") "<decision id='t' name='t'>" NEEDS("n")
            NEEDS("s") "<decisionTable hitPolicy='FIRST'>" COLUMN("n") "<output name='u'/>"
            "<output name='w'/><rule>" CELL("1") "<outputEntry><text>\"a\"</text></outputEntry>"
            GIVES("\"x\"") "<rule>" CELL("-") "<outputEntry><text>\"b\"</text></outputEntry>"
            GIVES("s") "<rule>" CELL("-") "<outputEntry><text>\"b\"</text></outputEntry>"
            GIVES("\"y\"") "</decisionTable></decision>" TAIL,
        "{\"n\": 2}",
        "open s; {u: \"a\", w: \"x\"} no; (hangs) yes; {u: \"b\", w: \"y\"} ? s; null ? s");
}

#define BOOLEAN(text)                                                                              \
    HEAD INPUT("a", "boolean") INPUT("b", "boolean") INPUT("n", "number")                          \
        "<decision id='t' name='t'><variable name='t' typeRef='boolean'/>" NEEDS("a") NEEDS("b")   \
        NEEDS("n") LITERAL(text) "</decision>" TAIL

static void test_logic(void **state)
{
    static const struct {
        const char *xml, *inputs, *expected;
    } list[] = {
        { BOOLEAN("a and b"), "{\"a\": false}", "settled false; true no; false yes" },
        { BOOLEAN("a and b"), "{\"a\": true}", "open b; true ? b; false ? b" },
        { BOOLEAN("a or b"), "{\"b\": true}", "settled true; true yes; false no" },
        { BOOLEAN("a or b"), "{}", "open a b; true ? a b; false ? a b" },
        { BOOLEAN("not(a and b)"), "{\"b\": false}", "settled true; true yes; false no" },
        { BOOLEAN("n &gt; 3 or (a and b)"), "{\"n\": 5}", "settled true; true yes; false no" },
        { BOOLEAN("n &gt; 3 or (a and b)"), "{\"n\": 1, \"b\": true}", "open a; true ? a; false ? a" },
        { BOOLEAN("if a then b else n &gt; 1"), "{\"a\": false, \"n\": 2}",
            "settled true; true yes; false no" },
        { BOOLEAN("if a then true else n &gt; 1"), "{\"n\": 2}",
            "settled true; true yes; false no" },
        { BOOLEAN("n between 1 and (if a then 5 else 9)"), "{\"n\": 0}",
            "settled false; true no; false yes" },
        { BOOLEAN("n in (&lt; 3, (if a then 7 else 9))"), "{\"n\": 2}",
            "settled true; true yes; false no" },
        { BOOLEAN("{x: a and b, y: n}.x"), "{\"a\": false}", "settled false; true no; false yes" },
        { BOOLEAN("(function(p, q) p and q)(a, b)"), "{\"b\": false}",
            "settled false; true no; false yes" },
        /* a function that calls itself on what is missing: unknown, not without end */
        { BOOLEAN("{f: function(k) if k &gt; 9 then true else f(k + 1), r: f(n)}.r"), "{}",
            "open n; true ? n; false ? n" },
        { BOOLEAN("{f: function(k) if k &gt; 9 then true else f(k + 1), r: f(n)}.r"), "{\"n\": 1}",
            "settled true; true yes; false no" },
        { BOOLEAN("some x in [1, 2] satisfies x &gt; n"), "{}", "open n; true ? n; false ? n" },
        { BOOLEAN("a"), "{\"a\": null}", "settled null; true no; false no" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        expect(*state, list[i].xml, list[i].inputs, list[i].expected);
}

/* Facts of required decisions and members of structured inputs are named; what is settled below is
 * not asked for. */
static void test_graph(void **state)
{
    const char *xml = HEAD
        "<itemDefinition name='tFirm'><itemComponent name='age'><typeRef>number</typeRef>"
        "</itemComponent><itemComponent name='city'><typeRef>string</typeRef></itemComponent>"
        "</itemDefinition>" INPUT("firm", "tFirm") INPUT("score", "number")
        "<decision id='local' name='local'>" NEEDS("firm") LITERAL("firm.city = \"N\"") "</decision>"
        "<decision id='old' name='old'>" NEEDS("firm") NEEDS("score")
        LITERAL("firm.age &gt; 3 and score &gt; 10") "</decision>"
        "<decision id='t' name='t'>" NEEDS_DECISION("local") NEEDS_DECISION("old")
        "<decisionTable hitPolicy='FIRST'>" COLUMN("local") COLUMN("old") "<output name='r'/>"
        "<rule>" CELL("true") CELL("true") GIVES("1") "<rule>" CELL("-") CELL("false") GIVES("2")
        "</decisionTable></decision>" TAIL;
    expect(*state, xml, "{}",
        "open firm.city firm.age score; 1 ? firm.city firm.age score; "
        "2 ? firm.city firm.age score; null ? firm.city firm.age score");
    expect(*state, xml, "{\"firm\": {\"age\": 1}}", "settled 2; 1 no; 2 yes; null no");
    expect(*state, xml, "{\"firm\": {\"age\": 5, \"city\": \"N\"}}",
        "open score; 1 ? score; 2 ? score; null ? score");
    expect(*state, xml, "{\"firm\": {\"age\": 5}, \"score\": 11}",
        "open firm.city; 1 ? firm.city; 2 no; null ? firm.city");
    expect(*state, xml, "{\"local\": true, \"old\": true}", "settled 1; 1 yes; 2 no; null no");
}

static void test_json(void **state)
{
    struct world *w = *state;
    struct dmn_model *m = load(w, &w->arena, SUBSIDY("FIRST"));
    struct dmn_answer answer;
    feel_value none = feel_context_of(&w->arena, NULL, 0);
    assert_int_equal(dmn_answer(m, dmn_decision_find(m, STR("t")), none, NULL, &w->arena, &answer,
                         NULL),
        OK);
    json_t *json = dmn_answer_json(&w->arena, &answer);
    assert_non_null(json);
    json_t *first = json_array_get(json_object_get(json, "outcomes"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "verdict")), "cannot-tell");
    assert_int_equal(json_array_size(json_object_get(first, "missing")), 3);
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(json_object_get(first, "rules"), 0),
            "index")),
        1);
}

/* A limit is an error here too, and every failed allocation is one. */
struct failing {
    size_t left;
};

static void *fail_alloc(void *ctx, size_t bytes)
{
    struct failing *f = ctx;
    return f->left-- ? calloc(1, bytes) : NULL;
}

static void fail_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void test_limits(void **state)
{
    struct world *w = *state;
    struct dmn_model *m = load(w, &w->arena, SUBSIDY("PRIORITY"));
    const struct dmn_decision *t = dmn_decision_find(m, STR("t"));
    struct dmn_answer answer;
    struct diag d = { 0 };
    struct feel_env env = { .limits = { .steps = 5 } };
    feel_value none = feel_context_of(&w->arena, NULL, 0);
    assert_int_equal(dmn_answer(m, t, none, &env, &w->arena, &answer, &d), ERR_LIMIT_STEPS);
    assert_true(d.en[0] && d.zh[0]);
    for (size_t n = 0;; n++) {
        struct failing f = { n };
        struct arena_source source = { fail_alloc, fail_free, &f };
        struct arena a;
        arena_init(&a, &source, 64 * MIB);
        enum err e = dmn_answer(m, t, none, NULL, &a, &answer, &d);
        assert_true(e == OK || e == ERR_MEMORY);
        arena_release(&a);
        if (e == OK)
            break;
    }
}

/* ---- against brute force ------------------------------------------------------------------ */

static uint64_t seed = 1;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static const char *cell(unsigned column)
{
    static const char *const numbers[] = { "-", "&lt; 2", "&gt;= 2", "1", "[1..2]", "(1..3]",
        "not(2)", "1,3", "-", "m", "&gt; m", "null" };
    static const char *const texts[] = { "-", "\"x\"", "\"y\"", "not(\"x\")", "\"x\",\"z\"", "-" };
    static const char *const truths[] = { "-", "true", "false", "-", "not(true)" };
    return column < 2 ? numbers[pick(12)] : column == 2 ? texts[pick(6)] : truths[pick(5)];
}

static void random_model(char *xml, size_t bytes)
{
    static const char *const policies[] = { "UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT",
        "RULE ORDER", "OUTPUT ORDER" };
    static const char *const gives[] = { "\"p\"", "\"q\"", "\"r\"", "\"p\"", "\"q\"", "null",
        "if b then \"p\" else \"q\"", "s", "if b or n &gt; 1 then \"r\" else \"p\"" };
    static const char *const second[] = { "\"a\"", "\"b\"", "s", "n" };
    bool otherwise = pick(2), two = pick(2);
    int at = snprintf(xml, bytes,
        HEAD INPUT("n", "number") INPUT("m", "number") INPUT("s", "string") INPUT("b", "boolean")
        "<decision id='e' name='e'>" NEEDS("b") NEEDS("n") LITERAL("%s") "</decision>"
        "<decision id='t' name='t'>" NEEDS("n") NEEDS("m") NEEDS("s") NEEDS("b") NEEDS_DECISION("e")
        "<decisionTable hitPolicy='%s'>" COLUMN("n") COLUMN("m") COLUMN("s") COLUMN("%s")
        "<output name='r'><outputValues><text>\"q\",\"r\",\"p\"</text></outputValues>%s</output>",
        pick(2) ? "b and n &gt; 1" : "b or n = 3", policies[pick(7)], pick(2) ? "b" : "e",
        otherwise ? "<defaultOutputEntry><text>\"q\"</text></defaultOutputEntry>" : "");
    if (two)
        at += snprintf(xml + at, bytes - (size_t)at, "<output name='w'>%s</output>",
            otherwise ? "<defaultOutputEntry><text>\"a\"</text></defaultOutputEntry>" : "");
    for (unsigned r = 1 + pick(4); r; r--) {
        at += snprintf(xml + at, bytes - (size_t)at,
            "<rule>" CELL("%s") CELL("%s") CELL("%s") CELL("%s")
            "<outputEntry><text>%s</text></outputEntry>", cell(0), cell(1), cell(2), cell(3),
            gives[pick(9)]);
        at += snprintf(xml + at, bytes - (size_t)at,
            two ? "<outputEntry><text>%s</text></outputEntry></rule>" : "</rule>", second[pick(4)]);
    }
    snprintf(xml + at, bytes - (size_t)at, "</decisionTable></decision>" TAIL);
}

enum { FACTS = 4 };

static feel_value nth_value(unsigned fact, unsigned n)
{
    static const char *const texts[] = { "x", "y", "z", "other" };
    if (fact < 2)
        return feel_decimal((int64_t)n * 5, 1); /* 0, 0.5, … 3.5 */
    return fact == 2 ? feel_string(str_from(texts[n])) : feel_boolean(n == 0);
}

static const unsigned domain[FACTS] = { 8, 8, 4, 2 };
static const char *const fact_names[FACTS] = { "n", "m", "s", "b" };

static bool equal(feel_value a, feel_value b)
{
    return a.kind == b.kind && (feel_is_null(a) || feel_is_true(feel_equal(a, b)));
}

/* What one completion says against the answer; NULL: nothing. */
static const char *contradiction(const struct dmn_answer *answer, bool list, feel_value result)
{
    if (answer->settled && !equal(answer->value, result))
        return "settled";
    for (size_t i = 0; i < answer->outcome_count; i++) {
        const struct dmn_outcome *o = &answer->outcomes[i];
        bool is = equal(o->value, result);
        if (!o->known)
            continue;
        if (list && !o->otherwise) {
            is = false;
            for (size_t k = 0; result.kind == FEEL_LIST && k < result.list->count; k++)
                is = is || equal(o->value, result.list->items[k]);
        } else if (list) {
            is = result.kind != FEEL_LIST;
        }
        if (o->verdict == DMN_YES && !is)
            return "yes";
        if (o->verdict == DMN_NO && is)
            return "no";
    }
    return NULL;
}

static void check_random(struct world *w, size_t *open)
{
    static char xml[1 << 14];
    struct arena a;
    struct diag d = { 0 };
    struct dmn_answer answer;
    struct feel_entry entries[FACTS];
    size_t given = 0, cases = 1;
    unsigned missing[FACTS], missing_count = 0;
    arena_init(&a, NULL, 64 * MIB);
    random_model(xml, sizeof xml);
    struct dmn_model *m = load(w, &a, xml);
    const struct dmn_decision *t = dmn_decision_find(m, STR("t"));
    for (unsigned f = 0; f < FACTS; f++) {
        if (pick(2)) {
            missing[missing_count++] = f;
            cases *= domain[f];
        } else {
            entries[given++] = (struct feel_entry){ str_from(fact_names[f]),
                pick(9) ? nth_value(f, pick(domain[f])) : feel_null() };
        }
    }
    feel_value in = feel_context_of(&a, entries, given);
    assert_int_equal(dmn_answer(m, t, in, NULL, &a, &answer, &d), OK);
    *open += !answer.settled;
    assert_true(answer.settled == !answer.missing_count);
    bool list = strstr(xml, "COLLECT") || strstr(xml, "ORDER");
    for (size_t c = 0; c < cases; c++) {
        size_t rest = c;
        feel_value result;
        for (unsigned k = 0; k < missing_count; k++) {
            unsigned f = missing[k];
            entries[given + k] = (struct feel_entry){ str_from(fact_names[f]),
                nth_value(f, (unsigned)(rest % domain[f])) };
            rest /= domain[f];
        }
        feel_value full = feel_context_of(&a, entries, given + missing_count);
        assert_int_equal(dmn_decide(m, t, full, NULL, &a, &result, NULL, &d), OK);
        const char *wrong = contradiction(&answer, list, result);
        if (wrong)
            fail_msg("%s is contradicted\n%s\ngiven %.*s\nanswer %.*s\ncase %.*s gives %.*s", wrong,
                xml, STR_ARGS(feel_to_text(&a, in)), STR_ARGS(describe(&a, &answer)),
                STR_ARGS(feel_to_text(&a, full)), STR_ARGS(feel_to_text(&a, result)));
    }
    arena_release(&a);
}

static void test_brute_force(void **state)
{
    size_t open = 0;
    for (int i = 0; i < 3000; i++)
        check_random(*state, &open);
    assert_in_range(open, 300, 2700); /* both kinds were seen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_known_in_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_logic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_graph, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_brute_force, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
