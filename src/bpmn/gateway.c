/*
 * Gateways and flows.
 *
 * The inclusive join fires when a token waits there and none that is on its way could still come
 * to an incoming flow where none waits, unless it could as well come to one where one waits
 * (BPMN 2.0.2, clause 13.4.3). Who could come is a walk backwards over the flows, not through the
 * gateway itself; boundary events and links count as ways. It is looked at only when nothing else
 * moves, so that a token on its way is never overlooked.
 */
#include "bpmn/run.h"

#include <string.h>

static void spawn(struct run *r, int64_t parent, int flow)
{
    token_ready(r, parent, r->i->model->flows[flow].target, flow, PHASE_ENTER);
}

static void no_way(struct run *r, const struct bpmn_node *n)
{
    str name = n->name.bytes ? n->name : n->id;
    run_fail(r, ERR_INVALID, "“%.*s”的各条流的条件都不成立,也没有默认流,无法继续",
        "no condition of a flow out of \"%.*s\" holds and there is no default flow",
        STR_ARGS(name));
}

static void leave_done(struct run *r, int64_t token, int64_t parent)
{
    token_kill(r, token);
    scope_check(r, parent);
}

/* Which outgoing flows hold, the default if none does; with `one`, the first only. */
static int choose(struct run *r, int64_t token, bool one, bool *chosen)
{
    const struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    int count = 0;
    for (int n = 0; n < p->outgoing.count; n++) {
        const struct bpmn_flow *f = &r->i->model->flows[p->outgoing.items[n]];
        chosen[n] = p->outgoing.items[n] != p->default_flow && !(one && count)
            && (!f->conditional || expr_true(r, token, &f->condition));
        count += chosen[n];
    }
    for (int n = 0; n < p->outgoing.count && !count && p->default_flow >= 0; n++)
        if (p->outgoing.items[n] == p->default_flow) {
            chosen[n] = true;
            return 1;
        }
    return count;
}

static void take(struct run *r, int64_t token, bool one)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    const struct bpmn_node *n = node_of(r, t);
    int64_t parent = t->parent;
    int times = bpmn_is_activity(n->kind) ? p->completion_quantity : 1;
    bool few[16], *chosen = few;
    if (p->outgoing.count > 16)
        chosen = ARENA_ARRAY(r->turn->arena, bool, (size_t)p->outgoing.count);
    if (!chosen) {
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
        return;
    }
    int count = choose(r, token, one, chosen);
    if (!count && p->outgoing.count && r->err == OK)
        no_way(r, n);
    if (r->err)
        return;
    effect(r, BPMN_LEFT, token_find(r->i, token));
    for (int each = 0; each < times; each++)
        for (int k = 0; k < p->outgoing.count; k++)
            if (chosen[k])
                spawn(r, parent, p->outgoing.items[k]);
    leave_done(r, token, parent);
}

void flows_take(struct run *r, int64_t token)
{
    if (token_find(r->i, token) && r->err == OK)
        take(r, token, false);
}

/* ── joins ─────────────────────────────────────────────────────────────────────────────────── */

/* The token that waits at a join of this scope having come by that flow; NULL when there is none. */
static struct token *arrived_by(struct run *r, int node, int64_t parent, int flow)
{
    for (size_t n = 0; n < r->i->token_count; n++) {
        struct token *t = &r->i->tokens[n];
        if (t->state == TOKEN_ARRIVED && t->node == node && t->parent == parent && t->via == flow)
            return t;
    }
    return NULL;
}

static void parallel_join(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    int node = t->node;
    int64_t parent = t->parent;
    t->state = TOKEN_ARRIVED;
    for (int n = 0; n < p->incoming.count; n++)
        if (!arrived_by(r, node, parent, p->incoming.items[n]))
            return;
    for (int n = 0; n < p->incoming.count; n++) {
        struct token *other = arrived_by(r, node, parent, p->incoming.items[n]);
        if (other->id != token && p->incoming.items[n] != token_find(r->i, token)->via)
            token_kill(r, other->id);
    }
    /* Of several by the same flow, one goes and the rest wait for the next round. */
    flows_take(r, token);
}

void gateway_look_again(struct run *r)
{
    for (size_t n = 0; n < r->i->token_count && r->err == OK; n++) {
        const struct token *t = &r->i->tokens[n];
        if (t->state == TOKEN_ARRIVED && node_of(r, t)->kind == BPMN_PARALLEL_GATEWAY)
            parallel_join(r, t->id);
    }
}

/* ── who can still come ────────────────────────────────────────────────────────────────────── */

/* Marks the nodes from which `to` (already marked) can be reached, not walking through `gate`. */
static void mark_back(const struct bpmn_model *m, bool *marked, int gate)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t f = 0; f < m->flow_count; f++) {
            int from = m->flows[f].source, to = m->flows[f].target;
            if (marked[to] && to != gate && !marked[from] && from != gate)
                marked[from] = again = true;
        }
        for (size_t n = 0; n < m->node_count; n++) {
            int attached = m->plans[n].attached, link = m->plans[n].link;
            if (attached >= 0 && marked[n] && !marked[attached])
                marked[attached] = again = true;
            if (link >= 0 && marked[link] && !marked[n])
                marked[n] = again = true;
        }
    }
}

static bool others_can_come(struct run *r, const struct token *at)
{
    const struct bpmn_model *m = r->i->model;
    const struct bpmn_plan *p = plan_of(r, at);
    bool *filled = ARENA_ARRAY(r->turn->arena, bool, m->node_count);
    bool *empty = ARENA_ARRAY(r->turn->arena, bool, m->node_count);
    if (!filled || !empty) {
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
        return true;
    }
    for (int n = 0; n < p->incoming.count; n++) {
        int flow = p->incoming.items[n], source = m->flows[flow].source;
        if (source == at->node)
            continue;
        if (arrived_by(r, at->node, at->parent, flow))
            filled[source] = true;
        else
            empty[source] = true;
    }
    mark_back(m, filled, at->node);
    mark_back(m, empty, at->node);
    for (size_t n = 0; n < r->i->token_count; n++) {
        const struct token *t = &r->i->tokens[n];
        if (t->state != TOKEN_DEAD && t->parent == at->parent && t->node != at->node
            && empty[t->node] && !filled[t->node])
            return true;
    }
    return false;
}

/* Consumes one token of every flow where one waits; the first goes on. */
static void inclusive_fire(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    int node = t->node, via = t->via;
    int64_t parent = t->parent;
    for (int n = 0; n < p->incoming.count; n++) {
        struct token *other = arrived_by(r, node, parent, p->incoming.items[n]);
        if (other && other->id != token && p->incoming.items[n] != via)
            token_kill(r, other->id);
    }
    flows_take(r, token);
}

/* ── complex gateway (clause 13.4.5) ───────────────────────────────────────────────────────── */

static struct token *reset_waiting(struct run *r, int node, int64_t parent)
{
    for (size_t n = 0; n < r->i->token_count; n++) {
        struct token *t = &r->i->tokens[n];
        if (t->state == TOKEN_RESET && t->node == node && t->parent == parent)
            return t;
    }
    return NULL;
}

/* Counts who has come; when the condition holds, goes on and leaves a mark that swallows the rest
 * until nobody else can come. */
static void complex_arrive(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    int node = t->node, count = 0;
    int64_t parent = t->parent;
    if (reset_waiting(r, node, parent)) {
        leave_done(r, token, parent);
        return;
    }
    t->state = TOKEN_ARRIVED;
    for (int n = 0; n < p->incoming.count; n++)
        count += arrived_by(r, node, parent, p->incoming.items[n]) != NULL;
    vars_set_local(r, token, STR("activationCount"), feel_integer(count));
    bool fires = p->completion.program ? expr_true(r, token, &p->completion)
                                       : count == p->incoming.count;
    if (!fires || r->err)
        return;
    struct token *mark = token_new(r, parent, node, TOKEN_RESET);
    mark->heard = 0;
    inclusive_fire(r, token);
}

void gateway_enter(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    bool joins = p->incoming.count > 1;
    enum bpmn_kind kind = node_of(r, t)->kind;
    if (kind == BPMN_EVENT_GATEWAY && !p->exclusive_event) {
        flows_take(r, token); /* parallel: all of its events must come */
    } else if (kind == BPMN_EVENT_GATEWAY) {
        t->state = TOKEN_EVENT;
        event_listen(r, token);
    } else if (kind == BPMN_EXCLUSIVE_GATEWAY) {
        take(r, token, true);
    } else if (!joins) {
        flows_take(r, token);
    } else if (kind == BPMN_PARALLEL_GATEWAY) {
        parallel_join(r, token);
    } else if (kind == BPMN_COMPLEX_GATEWAY) {
        complex_arrive(r, token);
    } else {
        t->state = TOKEN_ARRIVED; /* inclusive: looked at when nothing else moves */
    }
}

bool gateway_wake_joins(struct run *r)
{
    if (!r->i->model->late_joins)
        return false;
    for (size_t n = 0; n < r->i->token_count && r->err == OK; n++) {
        const struct token *t = &r->i->tokens[n];
        enum bpmn_kind kind = node_of(r, t)->kind;
        bool inclusive = t->state == TOKEN_ARRIVED && kind == BPMN_INCLUSIVE_GATEWAY;
        if ((!inclusive && t->state != TOKEN_RESET) || others_can_come(r, t))
            continue;
        if (inclusive) {
            inclusive_fire(r, t->id);
            return true;
        }
        leave_done(r, t->id, t->parent);
        return true;
    }
    return false;
}
