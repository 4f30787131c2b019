/*
 * Activities and scopes.
 *
 *     enter ─▶ enough tokens (startQuantity) ─▶ loop? ─▶ perform ─▶ waits or finishes at once
 *     finish ─▶ data out ─▶ one instance of a loop: loop.c ─▶ else record, flows out
 *
 * A scope (process, sub-process) is open while a token stands below its own.
 */
#include "bpmn/run.h"

bool is_loop_instance(const struct run *r, const struct token *t)
{
    const struct token *p = t->index >= 0 ? token_find(r->i, t->parent) : NULL;
    return p && p->node == t->node && p->state == TOKEN_LOOP;
}

/* Does it begin and end without waiting? Then nobody can interrupt it and no timer is set. */
static bool immediate(const struct run *r, const struct bpmn_node *n)
{
    enum bpmn_kind k = n->kind;
    const struct bpmn_dialect *dialect = r->i->model->dialect;
    return k == BPMN_TASK || k == BPMN_MANUAL_TASK || k == BPMN_RULE_TASK
        || (k == BPMN_SEND_TASK && !n->service)
        || (k == BPMN_SCRIPT_TASK && !(dialect && dialect->scripts_by_host));
}

/* True when this token, with others that wait here, makes up the quantity. */
static bool quantity_reached(struct run *r, struct token *t)
{
    int wanted = plan_of(r, t)->start_quantity;
    if (wanted <= 1)
        return true;
    int64_t id = t->id;
    int there = 1;
    for (size_t n = 0; n < r->i->token_count; n++) {
        struct token *o = &r->i->tokens[n];
        there += o->state == TOKEN_ARRIVED && o->node == t->node && o->parent == t->parent;
    }
    if (there < wanted) {
        t->state = TOKEN_ARRIVED;
        return false;
    }
    for (size_t n = 0; n < r->i->token_count && wanted > 1; n++) {
        struct token *o = &r->i->tokens[n];
        if (o->state == TOKEN_ARRIVED && o->node == t->node && o->parent == t->parent
            && o->id != id) {
            token_kill(r, o->id);
            wanted--;
        }
    }
    return true;
}

void activity_enter(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    if (!quantity_reached(r, t))
        return;
    const struct bpmn_plan *p = plan_of(r, t);
    t->phase = PHASE_PERFORM; /* from here on its boundary events listen */
    bool waits = !immediate(r, node_of(r, t)) || p->loop.kind != LOOP_NONE;
    if (waits)
        event_listen(r, token);
    if (p->loop.kind != LOOP_NONE)
        loop_start(r, token);
    else
        activity_perform(r, token);
}

static feel_value assigned(struct run *r, int64_t token, const struct bpmn_assignment *a)
{
    return a->from.program ? expr_eval(r, token, &a->from) : vars_get(r->i, token, a->from_name);
}

/* ── performing ────────────────────────────────────────────────────────────────────────────── */

static void offer_task(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    t->state = TOKEN_TASK;
    feel_value unit = expr_eval(r, token, &p->unit);
    feel_value assignee = expr_eval(r, token, &p->assignee);
    struct bpmn_effect *e = effect(r, BPMN_TASK_CREATED, t);
    e->value = service_request(r, token);
    if (!feel_is_null(unit))
        e->unit = feel_to_string(r->turn->arena, unit);
    if (!feel_is_null(assignee))
        e->assignee = feel_to_string(r->turn->arena, assignee);
}

static void run_script(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_node *n = node_of(r, t);
    const struct bpmn_host *host = r->turn->host;
    if (!r->i->model->dialect || !r->i->model->dialect->scripts_by_host) {
        feel_value v = expr_eval(r, token, &n->plan->script);
        if (n->result.bytes)
            vars_set(r, token, n->result, v);
        else if (v.kind == FEEL_CONTEXT) /* a context sets each of its entries */
            for (size_t k = 0; k < v.context->count; k++)
                vars_set(r, token, v.context->entries[k].name, v.context->entries[k].value);
        activity_finish(r, token);
        return;
    }
    struct bpmn_script_result out = { 0 };
    struct diag d = { 0 };
    enum err err = ERR_UNSUPPORTED;
    if (host && host->script)
        err = host->script(host->ctx, n, n->plan->script_text,
            vars_json(r->i, token, r->turn->arena), r->turn->arena, &out, &d);
    if (err)
        run_fail(r, err, "脚本 %2$.*1$s:%3$s%4$.0s", "script %2$.*1$s: %3$.0s%4$s",
            (int)n->id.bytes, n->id.data, d.zh, d.en);
    vars_set_json(r, token, out.changes);
    if (out.error.bytes)
        event_throw_error(r, token, out.error);
    else if (out.later)
        offer_task(r, token);
    else
        activity_finish(r, token);
}

static void ask_decision(struct run *r, int64_t token)
{
    struct arena *a = r->turn->arena;
    const struct bpmn_node *n = node_of(r, token_find(r->i, token));
    const struct bpmn_host *host = r->turn->host;
    json_t *result = NULL;
    struct diag d = { 0 };
    if (!host || !host->decide) {
        run_fail(r, ERR_UNSUPPORTED, "决策“%.*s”无从查询:没有接入决策",
            "decision \"%.*s\" cannot be asked: no decisions are at hand", STR_ARGS(n->decision));
        return;
    }
    enum err err = host->decide(host->ctx, n->decision, vars_json(r->i, token, a), a, &result, &d);
    if (err) {
        run_fail(r, err, "决策“%2$.*1$s”:%3$s%4$.0s", "decision \"%2$.*1$s\": %3$.0s%4$s",
            (int)n->decision.bytes, n->decision.data, d.zh, d.en);
        return;
    }
    struct bpmn_effect *e = effect(r, BPMN_DECIDED, token_find(r->i, token));
    e->text = n->decision;
    e->value = result;
    feel_value v = feel_null();
    if (result && feel_from_json(a, result, NULL, &v, &d) != OK)
        run_fail(r, d.err, "决策“%2$.*1$s”的结果:%3$s%4$.0s",
            "result of decision \"%2$.*1$s\": %3$.0s%4$s", (int)n->decision.bytes,
            n->decision.data, d.zh, d.en);
    if (n->result.bytes)
        vars_set(r, token, n->result, v);
    else if (v.kind == FEEL_CONTEXT)
        for (size_t k = 0; k < v.context->count; k++)
            vars_set(r, token, v.context->entries[k].name, v.context->entries[k].value);
    activity_finish(r, token);
}

static void call_process(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    int called = plan_of(r, t)->called;
    if (called < 0) {
        t->state = TOKEN_TASK;
        effect(r, BPMN_TASK_CREATED, t)->text = node_of(r, t)->called;
        return;
    }
    t->state = TOKEN_SCOPE;
    struct token *p = token_new(r, token, called, TOKEN_SCOPE);
    int64_t id = p->id;
    if (r->err)
        return;
    event_listen(r, id);
    scope_open(r, id);
}

void activity_perform(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    enum bpmn_kind kind = node_of(r, t)->kind;
    for (int n = 0; n < p->local_count; n++)
        vars_set_local(r, token, p->locals[n], feel_null());
    for (int n = 0; n < p->input_count; n++)
        vars_set_local(r, token, p->inputs[n].to, assigned(r, token, &p->inputs[n]));
    if (r->err)
        return;
    if (kind == BPMN_USER_TASK || kind == BPMN_SERVICE_TASK
        || (kind == BPMN_SEND_TASK && node_of(r, token_find(r->i, token))->service)) {
        offer_task(r, token);
    } else if (kind == BPMN_SCRIPT_TASK) {
        run_script(r, token);
    } else if (kind == BPMN_RULE_TASK) {
        ask_decision(r, token);
    } else if (kind == BPMN_RECEIVE_TASK) {
        token_find(r->i, token)->state = TOKEN_EVENT;
        r->dirty = true;
    } else if (kind == BPMN_SEND_TASK) {
        event_throw(r, token, &p->events[0]);
        activity_finish(r, token);
    } else if (kind == BPMN_CALL_ACTIVITY) {
        call_process(r, token);
    } else if (bpmn_is_scope(kind)) {
        token_find(r->i, token)->state = TOKEN_SCOPE;
        event_listen(r, token);
        scope_open(r, token);
    } else {
        activity_finish(r, token); /* none and manual tasks: nothing for an engine to do */
    }
}

/* ── finishing ─────────────────────────────────────────────────────────────────────────────── */

static bool can_be_compensated(struct run *r, const struct token *t)
{
    const struct bpmn_plan *p = plan_of(r, t), *plans = r->i->model->plans;
    for (int n = 0; n < p->boundary.count; n++)
        if (bpmn_event_of(&plans[p->boundary.items[n]], EVENT_COMPENSATION))
            return true;
    for (size_t n = 0; n < r->i->record_count; n++)
        if (r->i->records[n].scope == t->id)
            return true;
    for (int n = 0; n < p->event_subs.count; n++) {
        const struct bpmn_plan *sub = &plans[p->event_subs.items[n]];
        for (int k = 0; k < sub->children.count; k++)
            if (r->i->model->nodes[sub->children.items[k]].kind == BPMN_START_EVENT
                && bpmn_event_of(&plans[sub->children.items[k]], EVENT_COMPENSATION))
                return true;
    }
    return false;
}

void activity_record(struct run *r, int64_t token, int64_t scope)
{
    const struct token *t = token_find(r->i, token);
    if (can_be_compensated(r, t))
        record_add(r,
            (struct record){ .scope = scope, .token = token, .node = t->node, .vars = t->vars });
}

void activity_finish(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    if (r->err || !t)
        return;
    const struct bpmn_plan *p = plan_of(r, t);
    for (int n = 0; n < p->output_count; n++)
        vars_set(r, t->parent, p->outputs[n].to, assigned(r, token, &p->outputs[n]));
    t = token_find(r->i, token);
    if (is_loop_instance(r, t)) {
        loop_child_done(r, token);
        return;
    }
    activity_record(r, token, t->parent);
    t = token_find(r->i, token);
    if (t->waits) {
        compensation_done(r, token);
        return;
    }
    flows_take(r, token);
}

/* ── scopes ────────────────────────────────────────────────────────────────────────────────── */

static bool starts_alone(const struct run *r, int node)
{
    const struct bpmn_node *n = &r->i->model->nodes[node];
    const struct bpmn_plan *p = n->plan;
    return p->incoming.count == 0 && !p->triggered && !p->for_compensation
        && n->kind != BPMN_BOUNDARY_EVENT && n->kind != BPMN_START_EVENT
        && !bpmn_event_of(p, EVENT_LINK);
}

static void ad_hoc_next(struct run *r, int64_t scope)
{
    struct token *t = token_find(r->i, scope);
    const struct bpmn_plan *p = plan_of(r, t);
    int64_t id = t->id;
    if (t->index < 0)
        t->index = 0;
    while (t->index < p->children.count) {
        int child = p->children.items[t->index++];
        if (!starts_alone(r, child))
            continue;
        token_ready(r, id, child, -1, PHASE_ENTER);
        t = token_find(r->i, scope);
        if (p->ordered || r->err)
            return;
    }
}

void scope_open(struct run *r, int64_t scope)
{
    if (r->err)
        return; /* the scope's own token may be what could not be made */
    struct token *t = token_find(r->i, scope);
    const struct bpmn_plan *p = plan_of(r, t);
    const struct bpmn_model *m = r->i->model;
    bool any_start = false;
    if (node_of(r, t)->kind == BPMN_AD_HOC) {
        ad_hoc_next(r, scope);
        scope_check(r, scope);
        return;
    }
    for (int n = 0; n < p->children.count; n++) {
        int child = p->children.items[n];
        if (m->nodes[child].kind != BPMN_START_EVENT)
            continue;
        if (m->plans[child].event_count == 0) {
            token_ready(r, scope, child, -1, PHASE_ENTER);
            return;
        }
        any_start = true;
    }
    if (any_start) {
        run_fail(r, ERR_INVALID, "没有空开始事件,须指明由哪个事件开始",
            "there is no none start event: say which event starts it");
        return;
    }
    for (int n = 0; n < p->children.count; n++)
        if (starts_alone(r, p->children.items[n]))
            token_ready(r, scope, p->children.items[n], -1, PHASE_ENTER);
    scope_check(r, scope);
}

/* An ad-hoc sub-process goes on until its condition holds or nothing is left to do. */
static bool ad_hoc_goes_on(struct run *r, int64_t scope)
{
    struct token *t = token_find(r->i, scope);
    const struct bpmn_plan *p = plan_of(r, t);
    bool last = !token_has_children(r->i, scope);
    if (p->completion.program && expr_true(r, scope, &p->completion)) {
        if (p->keep_remaining && !last)
            return true;
        token_cancel_children(r, scope, 0);
        return false;
    }
    if (p->ordered && last)
        ad_hoc_next(r, scope);
    return token_has_children(r->i, scope);
}

void scope_check(struct run *r, int64_t scope)
{
    struct token *t = token_find(r->i, scope);
    if (r->err || !t || t->state != TOKEN_SCOPE)
        return;
    const struct bpmn_node *n = node_of(r, t);
    if (n->kind == BPMN_AD_HOC ? ad_hoc_goes_on(r, scope) : token_has_children(r->i, scope))
        return;
    t = token_find(r->i, scope);
    if (scope == 1) {
        run_finish_instance(r, NULL, "completed");
    } else if (n->kind == BPMN_PROCESS || n->plan->triggered) {
        int64_t parent = t->parent, waits = t->waits;
        effect(r, BPMN_LEFT, t);
        if (waits) {
            compensation_done(r, scope);
            return;
        }
        token_kill(r, scope);
        if (n->kind == BPMN_PROCESS)
            activity_finish(r, parent);
        else
            scope_check(r, parent);
    } else {
        activity_finish(r, scope);
    }
}
