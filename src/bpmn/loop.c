/*
 * Loops: the outer token (state LOOP) holds the count, its children at the same node are the
 * instances. Boundary events belong to the outer one.
 *
 * Names an expression may use: loopCounter (from 1, at the instance); at the outer token
 * numberOfInstances, numberOfActiveInstances, numberOfCompletedInstances,
 * numberOfTerminatedInstances, and under its own name the list of the results so far. Instances that
 * were taken away (signers.c) are terminated and no longer counted among numberOfInstances, so that
 * "more than half" is half of those who are asked.
 */
#include "bpmn/run.h"

#define ITEMS STR(" items")

void loop_counters(struct run *r, int64_t outer)
{
    struct token *t = token_find(r->i, outer);
    int total = t->total, done = t->done, removed = t->removed, active = 0;
    for (size_t n = 0; n < r->i->token_count; n++)
        active += r->i->tokens[n].parent == outer && r->i->tokens[n].state != TOKEN_DEAD;
    if (total >= 0)
        vars_set_local(r, outer, STR("numberOfInstances"), feel_integer(total - removed));
    vars_set_local(r, outer, STR("numberOfActiveInstances"), feel_integer(active));
    vars_set_local(r, outer, STR("numberOfCompletedInstances"), feel_integer(done));
    vars_set_local(r, outer, STR("numberOfTerminatedInstances"), feel_integer(removed));
}

void loop_begin_instance(struct run *r, int64_t outer, int index)
{
    struct token *t = token_find(r->i, outer);
    const struct bpmn_loop *l = &plan_of(r, t)->loop;
    struct token *child = token_new(r, outer, t->node, TOKEN_READY);
    int64_t id = child->id;
    if (r->err)
        return;
    child->index = index;
    vars_set_local(r, id, STR("loopCounter"), feel_integer(index + 1));
    feel_value items = vars_own(r->i, outer, ITEMS);
    if (items.kind == FEEL_LIST && l->item.bytes && (size_t)index < items.list->count)
        vars_set_local(r, id, l->item, items.list->items[index]);
    if (l->result_item.bytes)
        vars_set_local(r, id, l->result_item, feel_null());
    signers_vars(r, outer, id, index);
    token_queue(r, id, PHASE_PERFORM);
}

static void leave(struct run *r, int64_t outer)
{
    struct token *t = token_find(r->i, outer);
    const struct bpmn_loop *l = &plan_of(r, t)->loop;
    int64_t parent = t->parent;
    feel_value results = l->result_list.bytes ? vars_own(r->i, outer, l->result_list) : feel_null();
    if (results.kind == FEEL_LIST)
        vars_set(r, parent, l->result_list, results);
    for (size_t n = 0; n < r->i->record_count; n++)
        if (r->i->records[n].scope == outer)
            r->i->records[n].scope = parent; /* done now, so it can be undone */
    t = token_find(r->i, outer);
    t->state = TOKEN_SCOPE; /* nothing below it any more */
    if (plan_of(r, t)->for_compensation || t->waits) {
        compensation_done(r, outer);
        return;
    }
    flows_take(r, outer);
}

/* How many instances; -1 after a fault. */
static int64_t instances_wanted(struct run *r, int64_t outer, const struct bpmn_loop *l)
{
    int64_t count = -1;
    if (l->collection.program) {
        feel_value items = expr_eval(r, outer, &l->collection);
        if (items.kind != FEEL_LIST) {
            run_fail(r, ERR_INVALID, "多实例的集合“%.*s”不是列表",
                "the collection \"%.*s\" of a multi-instance activity is not a list",
                STR_ARGS(l->collection.text));
            return -1;
        }
        vars_set_local(r, outer, ITEMS, items);
        count = (int64_t)items.list->count;
    } else if (!l->cardinality.program) {
        count = 1; /* a task that signers may be added to begins with one */
    } else if (!feel_to_int64(expr_eval(r, outer, &l->cardinality), &count) || count < 0) {
        run_fail(r, ERR_INVALID, "多实例的次数“%.*s”须是不小于零的整数",
            "the number of instances \"%.*s\" must be a whole number from 0 up",
            STR_ARGS(l->cardinality.text));
        return -1;
    }
    if (count > BPMN_TOKENS_MAX) {
        run_fail(r, ERR_LIMIT, "多实例有 %lld 个,最多 %d 个", "%lld instances wanted; at most %d",
            (long long)count, BPMN_TOKENS_MAX);
        return -1;
    }
    return count;
}

static bool maximum_reached(struct run *r, int64_t outer, int done)
{
    const struct bpmn_loop *l = &plan_of(r, token_find(r->i, outer))->loop;
    int64_t maximum;
    if (!l->maximum.program)
        return false;
    if (!feel_to_int64(expr_eval(r, outer, &l->maximum), &maximum) || maximum < 0) {
        run_fail(r, ERR_INVALID, "循环次数上限“%.*s”须是不小于零的整数",
            "the loop's maximum \"%.*s\" must be a whole number from 0 up",
            STR_ARGS(l->maximum.text));
        return true;
    }
    return done >= maximum;
}

/* A standard loop: goes on while its condition holds and the maximum is not reached. */
static void standard_next(struct run *r, int64_t outer, bool test)
{
    struct token *t = token_find(r->i, outer);
    const struct bpmn_loop *l = &plan_of(r, t)->loop;
    int done = t->done;
    vars_set_local(r, outer, STR("loopCounter"), feel_integer(done));
    bool stop = maximum_reached(r, outer, done)
        || (test && l->condition.program && !expr_true(r, outer, &l->condition));
    if (r->err)
        return;
    if (stop)
        leave(r, outer);
    else
        loop_begin_instance(r, outer, done);
}

void loop_start(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_loop *l = &plan_of(r, t)->loop;
    t->state = TOKEN_LOOP;
    t->total = -1;
    if (l->kind == LOOP_STANDARD) {
        standard_next(r, token, l->test_before);
        return;
    }
    int64_t count = instances_wanted(r, token, l);
    if (count < 0)
        return;
    token_find(r->i, token)->total = (int)count;
    loop_counters(r, token);
    if (count == 0)
        leave(r, token);
    for (int n = 0; n < (l->kind == LOOP_SEQUENTIAL && count ? 1 : (int)count); n++)
        loop_begin_instance(r, token, n);
}

static void keep_result(struct run *r, int64_t outer, const struct token *child)
{
    const struct bpmn_loop *l = &plan_of(r, child)->loop;
    if (!l->result_list.bytes || !l->result_item.bytes)
        return;
    feel_value old = vars_own(r->i, outer, l->result_list);
    size_t have = old.kind == FEEL_LIST ? old.list->count : 0;
    size_t want = have > (size_t)child->index + 1 ? have : (size_t)child->index + 1;
    feel_value *items = ARENA_ARRAY(r->turn->arena, feel_value, want);
    if (!items) {
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
        return;
    }
    for (size_t n = 0; n < want; n++)
        items[n] = n < have ? old.list->items[n] : feel_null();
    items[child->index] = vars_get(r->i, child->id, l->result_item);
    vars_set_local(r, outer, l->result_list, feel_list_of(r->turn->arena, items, want));
}

/* What the activity throws as an instance ends; its own boundary events hear it (table 10.29). */
static void behave(struct run *r, int64_t outer, int done)
{
    const struct bpmn_loop *l = &plan_of(r, token_find(r->i, outer))->loop;
    if (l->behavior == BEHAVIOR_NONE || (l->behavior == BEHAVIOR_ONE && done == 1))
        event_tell_boundary(r, outer, &l->behavior_event);
    for (int n = 0; l->behavior == BEHAVIOR_COMPLEX && n < l->complex_count && r->err == OK; n++)
        if (expr_true(r, outer, &l->complex[n].condition) && l->complex[n].throws)
            event_tell_boundary(r, outer, &l->complex[n].event);
}

/* Is it over? Else who comes after the instance that ended or was taken away. */
void loop_look(struct run *r, int64_t outer, int after)
{
    struct token *t = token_find(r->i, outer);
    if (r->err || !t)
        return;
    const struct bpmn_loop *l = &plan_of(r, t)->loop;
    bool all = t->done + t->removed >= t->total;
    if (l->completion.program && t->done && expr_true(r, outer, &l->completion)) {
        token_cancel_children(r, outer, 0);
        leave(r, outer);
    } else if (r->err) {
        return;
    } else if (all) {
        leave(r, outer);
    } else if (l->kind == LOOP_SEQUENTIAL) {
        loop_begin_instance(r, outer, after + 1);
    } else {
        int next = signers_follower(r, outer, after);
        if (next >= 0)
            loop_begin_instance(r, outer, next);
    }
}

void loop_child_done(struct run *r, int64_t child)
{
    struct token *c = token_find(r->i, child);
    int64_t outer = c->parent;
    int index = c->index;
    const struct bpmn_loop *l = &plan_of(r, c)->loop;
    keep_result(r, outer, c);
    activity_record(r, child, outer); /* each instance is undone by itself */
    token_kill(r, child);
    int done = ++token_find(r->i, outer)->done;
    if (r->err)
        return;
    if (l->kind == LOOP_STANDARD) {
        standard_next(r, outer, true);
        return;
    }
    loop_counters(r, outer);
    behave(r, outer, done);
    loop_look(r, outer, index);
}
