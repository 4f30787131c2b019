/* A running instance taken into another version of its procedure: what fits, what is told. */
#include "support.h"

#include <string.h>

#define OLD                                                                                       \
    PROCESS(START("s") TASK("hear") "<b:boundaryEvent id=\"late\" attachedToRef=\"hear\" "        \
        "cancelActivity=\"false\">" TIMER("timeDuration", "P5D") "</b:boundaryEvent>"             \
        "<b:parallelGateway id=\"f\"/>" TASK("a") TASK("b") "<b:parallelGateway id=\"j\"/>"       \
        TASK("z") END("e") END("e2") FLOW("s", "hear") FLOW("hear", "f") FLOW("f", "a")           \
        FLOW("f", "b") FLOW("a", "j") FLOW("b", "j") FLOW("j", "z") FLOW("z", "e") FLOW("late", "e2"))

struct other {
    struct arena arena;
    const struct bpmn_model *model;
    struct diag_list conflicts;
};

static void load_other(struct other *o, const char *xml)
{
    struct diag_list faults;
    arena_init(&o->arena, NULL, 64 * MIB);
    diag_list_init(&faults, &o->arena, 20);
    diag_list_init(&o->conflicts, &o->arena, 20);
    enum err err = bpmn_load(&o->arena, STR("new.bpmn"), str_from(xml), NULL, &o->model, &faults);
    for (size_t n = 0; n < faults.count; n++)
        print_message("%s\n", faults.items[n]->en);
    assert_int_equal(err, OK);
}

static enum err migrate(struct world *w, struct other *o, const struct bpmn_mapping *map, size_t count)
{
    struct bpmn_instance *out = NULL;
    world_begin(w);
    enum err err = bpmn_migrate(&w->turn, &w->home, w->model, o->model, w->state, map, count, &out,
        &o->conflicts);
    assert_true((err == OK) == (out != NULL));
    if (err == OK) {
        w->model = o->model;
        w->instance = out;
        return world_after(w, err);
    }
    return err;
}

static void names_may_change(void **state)
{
    (void)state;
    struct world w;
    struct other o = { 0 };
    const struct bpmn_mapping map[] = { { STR("hear"), STR("listen") } };
    world_init(&w, OLD);
    load_other(&o, PROCESS(START("s") TASK("listen")
        "<b:boundaryEvent id=\"late\" attachedToRef=\"listen\" cancelActivity=\"false\">"
        TIMER("timeDuration", "P9D") "</b:boundaryEvent>"
        "<b:boundaryEvent id=\"later\" attachedToRef=\"listen\">" TIMER("timeDuration", "P30D")
        "</b:boundaryEvent>" TASK("new") END("e") END("e2") FLOW("s", "listen")
        FLOW("listen", "new") FLOW("new", "e") FLOW("late", "e2") FLOW("later", "new")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(migrate(&w, &o, NULL, 0), ERR_INVALID);
    assert_int_equal(o.conflicts.count, 1);
    assert_string_equal(o.conflicts.items[0]->field, "hear");
    assert_non_null(strstr(o.conflicts.items[0]->en, "does not have"));
    assert_effects(&w, "");
    int64_t task = world_token(&w, "hear");
    assert_int_equal(migrate(&w, &o, map, 1), OK);
    assert_effects(&w, "TIMER_SET later P30D"); /* the one that was promised goes on as it was */
    assert_int_equal(world_token(&w, "listen"), task);
    assert_int_equal(world_timer(&w, "late"), OK);
    assert_int_equal(world_complete(&w, "listen", NULL), OK);
    assert_waiting(&w, "new");
    world_release(&w);
    arena_release(&o.arena);
}

static void what_fired_is_not_set_again(void **state)
{
    (void)state;
    struct world w;
    struct other o = { 0 };
    world_init(&w, OLD);
    load_other(&o, OLD);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_timer(&w, "late"), OK);
    assert_int_equal(migrate(&w, &o, NULL, 0), OK);
    assert_effects(&w, "");
    world_release(&w);
    arena_release(&o.arena);
}

static void a_timer_that_is_gone_is_cancelled(void **state)
{
    (void)state;
    struct world w;
    struct other o = { 0 };
    world_init(&w, OLD);
    load_other(&o, PROCESS(START("s") TASK("hear") END("e") FLOW("s", "hear") FLOW("hear", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(migrate(&w, &o, NULL, 0), OK);
    assert_effects(&w, "TIMER_CANCELLED late");
    assert_int_equal(world_complete(&w, "hear", NULL), OK);
    assert_true(bpmn_ended(w.instance));
    world_release(&w);
    arena_release(&o.arena);
}

static void a_join_may_be_redrawn(void **state)
{
    (void)state;
    struct world w;
    struct other o = { 0 }, less = { 0 };
    world_init(&w, OLD);
    /* The same arrows with new ids: found by what they connect. */
    load_other(&o, PROCESS(START("s") TASK("hear") "<b:parallelGateway id=\"f\"/>" TASK("a") TASK("b")
        "<b:parallelGateway id=\"j\"/>" TASK("z") END("e") FLOW("s", "hear") FLOW("hear", "f")
        FLOW("f", "a") FLOW("f", "b") FLOW("j", "z") FLOW("z", "e")
        "<b:sequenceFlow id=\"n1\" sourceRef=\"a\" targetRef=\"j\"/>"
        "<b:sequenceFlow id=\"n2\" sourceRef=\"b\" targetRef=\"j\"/>"));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "hear", NULL), OK);
    assert_int_equal(world_complete(&w, "a", NULL), OK);
    assert_int_equal(migrate(&w, &o, NULL, 0), OK);
    assert_waiting(&w, "b j");
    /* A third version has one branch less: what waited at the join goes on at once. */
    load_other(&less, PROCESS(START("s") TASK("hear") TASK("a") TASK("b") "<b:parallelGateway id=\"j\"/>"
        TASK("z") END("e") END("e3") FLOW("s", "hear") FLOW("hear", "a") FLOW("hear", "b")
        "<b:sequenceFlow id=\"n1\" sourceRef=\"a\" targetRef=\"j\"/>" FLOW("j", "z") FLOW("j", "z2")
        TASK("z2") END("e4") FLOW("z2", "e4") FLOW("b", "e3") FLOW("z", "e")));
    assert_int_equal(migrate(&w, &less, NULL, 0), OK);
    assert_waiting(&w, "b z z2");
    world_release(&w);
    arena_release(&o.arena);
    arena_release(&less.arena);
}

static void places_that_do_not_fit(void **state)
{
    (void)state;
    struct world w;
    struct other o = { 0 };
    world_init(&w, OLD);
    load_other(&o, PROCESS(START("s") "<b:manualTask id=\"a\"/>" "<b:subProcess id=\"sub\">"
        START("s2") TASK("b") END("e2") FLOW("s2", "b") FLOW("b", "e2") "</b:subProcess>" END("e")
        FLOW("s", "a") FLOW("a", "sub") FLOW("sub", "e")));
    assert_int_equal(world_start(&w, NULL), OK);
    assert_int_equal(world_complete(&w, "hear", NULL), OK);
    assert_int_equal(migrate(&w, &o, NULL, 0), ERR_INVALID);
    assert_int_equal(o.conflicts.count, 2);
    assert_non_null(strstr(o.conflicts.items[0]->en, "was a user task and is a manual task now"));
    assert_non_null(strstr(o.conflicts.items[1]->en, "another sub-process"));
    assert_waiting(&w, "a b");
    world_release(&w);
    arena_release(&o.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_may_change),
        cmocka_unit_test(what_fired_is_not_set_again),
        cmocka_unit_test(a_timer_that_is_gone_is_cancelled),
        cmocka_unit_test(a_join_may_be_redrawn),
        cmocka_unit_test(places_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
