/* What may come next on the drawing. */
#include "support.h"

#include <string.h>

static void assert_next(const char *xml, const char *from, const char *expected)
{
    struct world w;
    bool seen[64], reached[64] = { false };
    char found[256] = "";
    world_init(&w, xml);
    assert_true(bpmn_node_count(w.model) <= 64);
    bpmn_next(w.model, bpmn_node_by_id(w.model, str_from(from)), seen, reached);
    for (size_t i = 0; i < bpmn_node_count(w.model); i++)
        if (reached[i]) {
            str id = bpmn_node_at(w.model, i)->id;
            size_t n = strlen(found);
            snprintf(found + n, sizeof found - n, "%s%.*s", n ? " " : "", STR_ARGS(id));
        }
    assert_string_equal(found, expected);
    world_release(&w);
}

#define FORK                                                                                       \
    PROCESS(START("s") TASK("a") "<b:exclusiveGateway id=\"x\" default=\"x_b\"/>" TASK("b")       \
        "<b:task id=\"auto\"/>" END("e") FLOW("s", "a") FLOW("a", "x") FLOW("x", "b")             \
        WHEN("x", "auto", "1 = 1") FLOW("auto", "e") FLOW("b", "a"))

#define WITHIN                                                                                     \
    PROCESS(START("s") TASK("a") "<b:subProcess id=\"sub\">" START("is") TASK("in") END("ie")     \
        FLOW("is", "in") FLOW("in", "ie") "</b:subProcess>" TASK("z") END("e") FLOW("s", "a")     \
        FLOW("a", "sub") FLOW("sub", "z") FLOW("z", "e"))

static void the_first_step_on_each_way(void **state)
{
    (void)state;
    assert_next(FORK, "a", "b e");
    assert_next(FORK, "b", "a");
    assert_next(FORK, "s", "a");
    assert_next(FORK, "e", "");
}

static void into_and_out_of_a_sub_process(void **state)
{
    (void)state;
    assert_next(WITHIN, "a", "in");
    assert_next(WITHIN, "in", "z");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_first_step_on_each_way),
        cmocka_unit_test(into_and_out_of_a_sub_process) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
