/* Shared by the tests of procedures; see support.h. */
#include "support.h"

#include <stdio.h>
#include <string.h>

static enum err decide(void *ctx, str decision, const json_t *variables, struct arena *a,
    json_t **out, struct diag *d)
{
    (void)ctx;
    if (str_is(decision, "routing"))
        *out = json_keep(a, json_pack("{s:s, s:i}", "unit",
            json_integer_value(json_object_get(variables, "amount")) > 100 ? "finance" : "centre",
            "level", 2));
    else
        return diag_set(d, ERR_NOT_FOUND, "没有决策“%.*s”", "no decision \"%.*s\"", STR_ARGS(decision));
    return OK;
}

void world_init(struct world *w, const char *xml)
{
    struct diag_list faults;
    *w = (struct world){ 0 };
    arena_init(&w->model_arena, NULL, 64 * MIB);
    arena_init(&w->home, NULL, 64 * MIB);
    arena_init(&w->turn_arena, NULL, 64 * MIB);
    w->host = (struct bpmn_host){ .now_ms = 1795392000000, .offset_s = 8 * 3600, .decide = decide };
    diag_list_init(&faults, &w->model_arena, BPMN_FAULTS_MAX);
    enum err err = bpmn_load(&w->model_arena, STR("test.bpmn"), str_from(xml), NULL, &w->model,
        &faults);
    for (size_t i = 0; i < faults.count; i++) {
        str line = diag_line(&w->model_arena, faults.items[i], "en");
        print_message("%.*s\n", STR_ARGS(line));
    }
    assert_int_equal(err, OK);
}

void world_release(struct world *w)
{
    arena_release(&w->turn_arena);
    arena_release(&w->home);
    arena_release(&w->model_arena);
}

static json_t *json_of(struct world *w, const char *text)
{
    json_t *v = NULL;
    struct diag d = { 0 };
    if (text)
        assert_int_equal(json_parse(&w->turn_arena, str_from(text), &v, &d), OK);
    return v;
}

void world_begin(struct world *w)
{
    arena_reset(&w->turn_arena);
    w->diag = (struct diag){ 0 };
    bpmn_turn_init(&w->turn, &w->host, &w->turn_arena, &w->diag);
}

/* After every turn: the invariants hold, and the state reads back to the same text. */
enum err world_after(struct world *w, enum err err)
{
    struct diag d = { 0 };
    str again;
    if (!w->instance)
        return err;
    enum err check = bpmn_instance_check(w->instance, &d);
    if (check)
        print_message("%s\n", d.en);
    assert_int_equal(check, OK);
    str before = w->state;
    assert_int_equal(bpmn_save(w->instance, &w->home, &w->state, &d), OK);
    if (err)
        assert_true(!before.bytes || str_equal(before, w->state)); /* put back as it was */
    struct bpmn_instance *restored = NULL;
    enum err back = bpmn_restore(&w->home, w->model, w->state, &restored, &d);
    if (back)
        print_message("%s\n%.*s\n", d.en, STR_ARGS(w->state));
    assert_int_equal(back, OK);
    assert_int_equal(bpmn_save(restored, &w->home, &again, &d), OK);
    assert_true(str_equal(w->state, again));
    w->instance = restored; /* go on with what was read */
    return err;
}

enum err world_start(struct world *w, const char *vars)
{
    world_begin(w);
    return world_after(w, bpmn_start(&w->turn, &w->home, w->model, STR("P"), STR_NONE, json_of(w,
        vars), &w->instance));
}

int64_t world_token(struct world *w, const char *node)
{
    for (size_t i = 0; i < bpmn_waiting_count(w->instance); i++) {
        struct bpmn_waiting t = bpmn_waiting_at(w->instance, i);
        bool outer = bpmn_waiting_at(w->instance, i).task;
        if (str_is(t.node->id, node) && outer)
            return t.token;
    }
    for (size_t i = 0; i < bpmn_waiting_count(w->instance); i++)
        if (str_is(bpmn_waiting_at(w->instance, i).node->id, node))
            return bpmn_waiting_at(w->instance, i).token;
    return 0;
}

enum err world_complete(struct world *w, const char *node, const char *vars)
{
    world_begin(w);
    return world_after(w, bpmn_complete(&w->turn, w->instance, world_token(w, node), json_of(w, vars)));
}

/* Which timer was set for a node stands in the saved state. */
static int64_t timer_of(struct world *w, const char *node)
{
    struct diag d = { 0 };
    json_t *state, *timer;
    size_t index;
    assert_int_equal(json_parse(&w->turn_arena, w->state, &state, &d), OK);
    json_array_foreach(json_object_get(state, "timers"), index, timer)
        if (str_is(json_str(timer, "n"), node))
            return json_int(timer, "i", 0);
    return 0;
}

enum err world_timer(struct world *w, const char *node)
{
    world_begin(w);
    return world_after(w, bpmn_timer(&w->turn, w->instance, timer_of(w, node)));
}

enum err world_message(struct world *w, const char *name, bool *taken)
{
    world_begin(w);
    return world_after(w, bpmn_message(&w->turn, w->instance, str_from(name), NULL, taken));
}

enum err world_signal(struct world *w, const char *name, bool *taken)
{
    world_begin(w);
    return world_after(w, bpmn_signal(&w->turn, w->instance, str_from(name), NULL, taken));
}

enum err world_move(struct world *w, const char *node, const char *target)
{
    int64_t listed[64];
    size_t count = 64;
    world_begin(w);
    enum err may = bpmn_may_move(&w->turn, w->instance, world_token(w, node), str_from(target),
        listed, &count);
    enum err err = bpmn_move(&w->turn, w->instance, world_token(w, node), str_from(target));
    assert_int_equal(may, err); /* the dry run says what happens */
    return world_after(w, err);
}

enum err world_fail(struct world *w, const char *node, const char *code)
{
    world_begin(w);
    return world_after(w, bpmn_fail(&w->turn, w->instance, world_token(w, node), str_from(code)));
}

enum err world_set(struct world *w, const char *vars)
{
    world_begin(w);
    return world_after(w, bpmn_set(&w->turn, w->instance, json_of(w, vars)));
}

str world_waiting(struct world *w)
{
    struct buf b;
    buf_init(&b, &w->home, 4096);
    for (size_t i = 0; i < bpmn_waiting_count(w->instance); i++) {
        struct bpmn_waiting t = bpmn_waiting_at(w->instance, i);
        bool parent = false;
        for (size_t k = 0; k < bpmn_waiting_count(w->instance); k++)
            parent |= bpmn_waiting_at(w->instance, k).parent == t.token;
        if (parent)
            continue;
        if (b.bytes)
            buf_add_char(&b, ' ');
        buf_add(&b, t.node->id);
    }
    return buf_str(&b);
}

str world_effects(struct world *w)
{
    static const char *const names[] = { "TASK_CREATED", "TASK_COMPLETED", "TASK_CANCELLED",
        "TIMER_SET", "TIMER_CANCELLED", "DECIDED", NULL, NULL, "MESSAGE_SENT", "SIGNAL_SENT",
        "ERROR_UNCAUGHT", "ESCALATED", "VARS_CHANGED", "MOVED", "ENDED" };
    struct buf b;
    buf_init(&b, &w->turn_arena, 8192);
    for (size_t i = 0; i < w->turn.effect_count; i++) {
        const struct bpmn_effect *e = &w->turn.effects[i];
        if (!names[e->kind])
            continue;
        if (b.bytes)
            buf_add(&b, STR("; "));
        buf_printf(&b, "%s", names[e->kind]);
        if (e->node && e->kind != BPMN_ENDED && e->kind != BPMN_VARS_CHANGED)
            buf_printf(&b, " %.*s", STR_ARGS(e->node->id));
        if (e->text.bytes)
            buf_printf(&b, " %.*s", STR_ARGS(e->text));
    }
    return buf_str(&b);
}

static void assert_text(str got, const char *expected)
{
    char text[8192];
    snprintf(text, sizeof text, "%.*s", STR_ARGS(got));
    assert_string_equal(text, expected);
}

void assert_waiting(struct world *w, const char *expected)
{
    assert_text(world_waiting(w), expected);
}

void assert_effects(struct world *w, const char *expected)
{
    assert_text(world_effects(w), expected);
}

void assert_refused(const char *xml, enum err err, int line, const char *message)
{
    struct arena a;
    struct diag_list faults;
    const struct bpmn_model *model = NULL;
    bool found = false;
    arena_init(&a, NULL, 64 * MIB);
    diag_list_init(&faults, &a, BPMN_FAULTS_MAX);
    enum err got = bpmn_load(&a, STR("bad.bpmn"), str_from(xml), NULL, &model, &faults);
    for (size_t i = 0; i < faults.count; i++) {
        const struct diag *d = faults.items[i];
        found |= d->err == err && (!line || d->line == line) && strstr(d->en, message);
        assert_true(d->zh[0] && d->en[0]);
        assert_string_equal(d->file, "bad.bpmn");
    }
    if (!found)
        for (size_t i = 0; i < faults.count; i++)
            print_message("got line %d: %s\n", faults.items[i]->line, faults.items[i]->en);
    assert_int_not_equal(got, OK);
    assert_null(model);
    assert_true(found);
    arena_release(&a);
}
