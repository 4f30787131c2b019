/*
 * Memory that runs out: raising a case and each verb of its life, in an arena that may hold a
 * little more each time, so that the shortage falls on one allocation after the other, until it
 * succeeds. Each failure says so, leaves no row, and the next attempt goes through as if nothing
 * had been.
 */
#include "house.h"

struct attempt {
    house_fn fn;
    void *ctx;
    struct arena *arena;
};

static enum err with_arena(struct op *op, void *ctx)
{
    struct attempt *t = ctx;
    op->arena = t->arena;
    return t->fn(op, t->ctx);
}

static int64_t rows(struct house *h)
{
    return house_number(h,
        "SELECT (SELECT count(*) FROM cases WHERE zone = $1) + (SELECT count(*) FROM task WHERE"
        " zone = $1) + (SELECT count(*) FROM promise WHERE zone = $1) + (SELECT count(*) FROM"
        " promise_event WHERE zone = $1) + (SELECT count(*) FROM journal WHERE zone = $1) +"
        " (SELECT count(*) FROM timer WHERE zone = $1) + (SELECT sum(version) FROM cases WHERE"
        " zone = $1)");
}

/* The limit grows by steps small enough to fall between most of a turn's allocations. */
static void survives(struct house *h, const struct actor *a, house_fn fn, void *ctx)
{
    enum { STEP = 331, LIMIT_MAX = 4 << 20 };
    int64_t before = rows(h), refusals = 0;
    for (size_t limit = STEP; limit < LIMIT_MAX; limit += STEP) {
        struct arena arena;
        struct attempt t = { fn, ctx, &arena };
        arena_init(&arena, NULL, limit);
        enum err e = house_write(h, a, with_arena, &t);
        arena_release(&arena);
        if (e == OK) {
            assert_true(refusals > 0);
            return;
        }
        refusals++;
        if (e != ERR_MEMORY)
            fail_msg("%zu bytes: %s: %s", limit, err_code(e), h->diag.en);
        assert_int_equal(rows(h), before);
    }
    fail_msg("never succeeded");
}

static enum err create(struct op *op, void *ctx)
{
    struct diag_list faults;
    struct case_created made;
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    diag_list_init(&faults, op->arena, 16);
    json_set_str(data, "topic", STR("power"));
    json_set_str(data, "title", STR("厂房下午跳闸"));
    json_set_str(data, "content", STR("每天下午跳闸,生产线停机。"));
    json_set_str(data, "urgency", STR("normal"));
    json_set_str(data, "contact_name", STR("张示例"));
    json_set_str(data, "contact_phone", STR("13800000000"));
    struct case_input in = { .kind = STR("request"), .data = data, .faults = &faults };
    TRY(case_create(op, &in, &made));
    *(int64_t *)ctx = made.row.id;
    return OK;
}

struct verbing {
    int64_t id;
    struct verb_input in;
};

static enum err verb(struct op *op, void *ctx)
{
    struct verbing *v = ctx;
    struct verb_result result;
    return case_verb(op, v->id, &v->in, &result);
}

static void raising(void **state)
{
    struct house *h = *state;
    int64_t id = 0;
    survives(h, &h->contact, create, &id);
    assert_int_equal(house_get(h, &h->contact, id).status, CASE_OPEN);
}

static void every_verb_of_a_life(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    const struct {
        const struct actor *who;
        struct verb_input in;
    } life[] = {
        { &h->contact, { .verb = VERB_URGE, .text = STR("请尽快") } },
        { &h->power, { .verb = VERB_RETURN, .text = STR("不属于") } },
        { &h->officer, { .verb = VERB_SIGN } },
        { &h->officer, { .verb = VERB_DISPATCH, .unit = STR("ECO") } },
        { &h->eco, { .verb = VERB_TRANSFER, .unit = STR("POWER"), .text = STR("转办") } },
        { &h->power, { .verb = VERB_SIGN } },
        { &h->power, { .verb = VERB_SUSPEND, .text = STR("等材料") } },
        { &h->power, { .verb = VERB_RESUME } },
        { &h->power, { .verb = VERB_EXTEND, .days = 2, .text = STR("等备件") } },
        { &h->head, { .verb = VERB_APPROVE } },
        { &h->leader, { .verb = VERB_SUPERVISE, .text = STR("过问") } },
        { &h->power, { .verb = VERB_REPLY, .text = STR("已恢复。") } },
        { &h->contact, { .verb = VERB_RATE, .rating = 2, .text = STR("慢") } },
        { &h->officer, { .verb = VERB_SIGN } },
        { &h->officer, { .verb = VERB_REPLY, .text = STR("已说明。") } },
        { &h->officer, { .verb = VERB_PUBLISH, .text = STR("怎么办?") } },
    };
    for (size_t i = 0; i < sizeof life / sizeof *life; i++) {
        struct verbing v = { id, life[i].in };
        survives(h, life[i].who, verb, &v);
    }
    assert_int_equal(house_get(h, &h->contact, id).status, CASE_CLOSED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(raising), T(every_verb_of_a_life) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
