/* Saved states from outside: each broken invariant is found, nothing crashes; memory fails at every
 * place of a turn and the instance stays as it was. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define MODEL                                                                                     \
    PROCESS(START("s") "<b:parallelGateway id=\"f\"/>" TASK("a") TASK("b")                        \
        "<b:boundaryEvent id=\"late\" attachedToRef=\"a\">" TIMER("timeDuration", "P1D")          \
        "</b:boundaryEvent><b:parallelGateway id=\"j\"/>" END("e") END("e2") FLOW("s", "f")       \
        FLOW("f", "a") FLOW("f", "b") FLOW("a", "j") FLOW("b", "j") FLOW("j", "e") FLOW("late",   \
            "e2"))

static enum err read_back(struct world *w, const char *state)
{
    struct bpmn_instance *i = NULL;
    struct diag d = { 0 };
    enum err err = bpmn_restore(&w->home, w->model, str_from(state), &i, &d);
    assert_true(err == OK || (d.zh[0] && d.en[0] && !i));
    return err;
}

#define T(rest) "{\"v\":1,\"process\":\"P\",\"next\":20,\"tokens\":[{\"i\":1,\"n\":\"P\","        \
    "\"s\":\"s\"}," rest

static void broken_states(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, MODEL);
    assert_int_equal(read_back(&w,
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\"}],\"timers\":[],\"records\":[]}")), OK);
    static const char *const bad[] = {
        "", "null", "[]", "{}", "{\"v\":2}", "{\"v\":1}", "{\"v\":1,\"next\":3,\"tokens\":[]}",
        "{\"v\":1,\"next\":3,\"tokens\":[3]}",
        T("{\"i\":3,\"p\":1,\"n\":\"gone\",\"s\":\"t\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"?\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"r\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"e\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"s\",\"s\":\"t\"}]}"),
        T("{\"i\":3,\"p\":9,\"n\":\"a\",\"s\":\"t\"}]}"),
        T("{\"i\":3,\"p\":3,\"n\":\"a\",\"s\":\"t\"}]}"),
        T("{\"i\":30,\"p\":1,\"n\":\"a\",\"s\":\"t\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\"},{\"i\":2,\"p\":1,\"n\":\"b\",\"s\":\"t\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"j\",\"s\":\"a\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"j\",\"s\":\"a\",\"f\":\"f_a\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"j\",\"s\":\"a\",\"f\":\"none\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\"}],\"timers\":[{\"i\":4,\"t\":9,\"k\":2,"
            "\"n\":\"late\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\"}],\"timers\":[{\"i\":4,\"t\":3,\"k\":0,"
            "\"n\":\"late\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\"}],\"timers\":[{\"i\":4,\"t\":3,\"k\":2,"
            "\"n\":\"late\",\"r\":5}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\"}],\"timers\":[{\"i\":4,\"t\":3,\"k\":7,"
            "\"n\":\"late\"}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\",\"v\":3}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\",\"v\":{\"x\":1.5}}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\",\"v\":{\"x\":{\"#feel\":\"1 +\"}}}]}"),
        T("{\"i\":3,\"p\":1,\"n\":\"a\",\"s\":\"t\",\"v\":{\"x\":{\"#feel\":3}}}]}"),
        "{\"v\":1,\"next\":20,\"tokens\":[{\"i\":1,\"n\":\"P\",\"s\":\"s\"}]}",
        "{\"v\":1,\"next\":20,\"tokens\":[{\"i\":1,\"n\":\"a\",\"s\":\"t\"}]}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum err err = read_back(&w, bad[i]);
        if (err == OK)
            print_message("%s\n", bad[i]);
        assert_int_not_equal(err, OK);
    }
    world_release(&w);
}

static void ended_states_read_back(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") END("e") FLOW("s", "e")));
    assert_int_equal(world_start(&w, "{\"kept\": [1, {\"#feel\": \"2\"}, \"\\u4e2d\"]}"), OK);
    assert_true(bpmn_ended(w.instance));
    str kept = json_text(&w.home, json_object_get(bpmn_variables(w.instance, &w.home), "kept"));
    assert_true(str_is(kept,
        "[1,{\"#feel\":\"2\"},\"中\"]")); /* our own mark is data like any other */
    world_release(&w);
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

/* The turn's arena fails at its n-th chunk: the instance must be as before, and go on later. */
static void a_failing_turn_changes_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, MODEL);
    assert_int_equal(world_start(&w, "{\"text\": \"x\"}"), OK);
    for (int n = 0; n < 3; n++) {
        struct failing f = { n };
        struct arena_source source = { fail_alloc, fail_free, &f };
        struct arena small;
        struct diag d = { 0 };
        struct bpmn_turn turn;
        str after;
        arena_init(&small, &source, 700);
        bpmn_turn_init(&turn, &w.host, &small, &d);
        enum err err = bpmn_complete(&turn, w.instance, world_token(&w, "a"), NULL);
        arena_release(&small);
        if (err == OK)
            break;
        assert_int_equal(err, ERR_MEMORY);
        assert_int_equal(bpmn_save(w.instance, &w.home, &after, &d), OK);
        assert_true(str_equal(after, w.state));
    }
    assert_int_equal(world_complete(&w, "b", NULL), OK);
    world_release(&w);
}

static void variables_are_bounded(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") TASK("t") END("e") FLOW("s", "t") FLOW("t", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    char *big = malloc(BPMN_VARIABLES_BYTES_MAX + 64);
    memset(big, 'x', BPMN_VARIABLES_BYTES_MAX + 63);
    memcpy(big, "{\"v\":\"", 6);
    memcpy(big + BPMN_VARIABLES_BYTES_MAX + 60, "\"}", 3);
    assert_int_equal(world_set(&w, big), ERR_LIMIT);
    free(big);
    assert_int_equal(world_set(&w, "[1]"), ERR_INVALID);
    assert_int_equal(world_set(&w, "{\" own\": 1}"), ERR_INVALID);
    assert_waiting(&w, "t");
    world_release(&w);
}

static void too_many_tokens(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, PROCESS(START("s") "<b:userTask id=\"t\"><b:multiInstanceLoopCharacteristics>"
        "<b:loopCardinality xsi:type=\"b:tFormalExpression\">n</b:loopCardinality>"
        "</b:multiInstanceLoopCharacteristics></b:userTask>" END("e") FLOW("s", "t") FLOW("t",
            "e")));
    assert_int_equal(world_start(&w, "{\"n\": 100000}"), ERR_LIMIT);
    assert_int_equal(world_start(&w, "{\"n\": 10000}"), ERR_LIMIT);
    assert_int_equal(world_start(&w, "{\"n\": -1}"), ERR_INVALID);
    assert_int_equal(world_start(&w, "{\"n\": \"many\"}"), ERR_INVALID);
    assert_null(w.instance);
    assert_int_equal(world_start(&w, "{\"n\": 0}"), OK);
    assert_true(bpmn_ended(w.instance));
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_states),
        cmocka_unit_test(ended_states_read_back),
        cmocka_unit_test(a_failing_turn_changes_nothing),
        cmocka_unit_test(variables_are_bounded),
        cmocka_unit_test(too_many_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
