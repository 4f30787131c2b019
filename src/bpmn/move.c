/*
 * Moving a token without following flows: return to an earlier step, jump by an administrator.
 *
 * A token moves within the scope that holds the target: the moving token's ancestor there, with all
 * below it, is what goes. Sub-processes on the way down to the target are opened without their
 * start events. Other tokens of that scope:
 *
 *   back     (the target leads to the moving token again)
 *            those at nodes, or waiting at joins by flows, that the way from the target makes again
 *            are cancelled. The way stops at a join that it does not fill alone, so a parallel
 *            branch is left alone when the target lies behind the fork, and cancelled when before.
 *   forward  (it does not)
 *            as well, those that would meet the moving token in a join on their way to the target:
 *            they would wait there for ever.
 *
 * Into one branch of a fork from outside the fork is refused: its join would wait for the others.
 */
#include "bpmn/run.h"

#include <string.h>

struct plan_of_move {
    const struct bpmn_instance *i;
    const struct bpmn_model *m;
    int64_t scope;  /* token of the common scope */
    int64_t moving; /* its child that goes */
    int target;     /* where to */
    int entry;      /* the node of the common scope through which the target is reached */
    bool *gone;     /* by position in i->tokens: cancelled, the moving one apart */
};

static bool joins(const struct bpmn_model *m, int node)
{
    enum bpmn_kind k = m->nodes[node].kind;
    return m->plans[node].incoming.count > 1
        && (k == BPMN_PARALLEL_GATEWAY || k == BPMN_INCLUSIVE_GATEWAY || k == BPMN_COMPLEX_GATEWAY);
}

/* Nodes and flows that the way from `from` makes again; a join is passed when all its flows are. */
static void way_from(const struct bpmn_model *m, int from, bool *nodes, bool *flows)
{
    nodes[from] = true;
    for (bool again = true; again;) {
        again = false;
        for (size_t f = 0; f < m->flow_count; f++)
            if (nodes[m->flows[f].source] && !flows[f])
                flows[f] = again = true;
        for (size_t n = 0; n < m->node_count; n++) {
            const struct bpmn_plan *p = &m->plans[n];
            int in = 0;
            for (int k = 0; k < p->incoming.count; k++)
                in += flows[p->incoming.items[k]];
            bool reached = joins(m, (int)n) ? in == p->incoming.count : in > 0;
            reached |= p->attached >= 0 && nodes[p->attached];
            if (reached && !nodes[n])
                nodes[n] = again = true;
            if (nodes[n] && p->link >= 0 && !nodes[p->link])
                nodes[p->link] = again = true;
        }
    }
}

/* Plain reach over flows, boundary events and links. */
static void reach(const struct bpmn_model *m, int from, bool *nodes)
{
    nodes[from] = true;
    for (bool again = true; again;) {
        again = false;
        for (size_t f = 0; f < m->flow_count; f++)
            if (nodes[m->flows[f].source] && !nodes[m->flows[f].target])
                nodes[m->flows[f].target] = again = true;
        for (size_t n = 0; n < m->node_count; n++) {
            const struct bpmn_plan *p = &m->plans[n];
            if (!nodes[n] && p->attached >= 0 && nodes[p->attached])
                nodes[n] = again = true;
            if (nodes[n] && p->link >= 0 && !nodes[p->link])
                nodes[p->link] = again = true;
        }
    }
}

static enum err refuse(struct diag *d, const struct bpmn_node *target, const char *zh,
    const char *en)
{
    str name = target->name.bytes ? target->name : target->id;
    return diag_set(d, ERR_NOT_ALLOWED, "不能移到“%2$.*1$s”:%3$s%4$.0s",
        "cannot move to \"%2$.*1$s\": %3$.0s%4$s", (int)name.bytes, name.data, zh, en);
}

static enum err check_target(const struct bpmn_instance *i, int64_t token,
    const struct bpmn_node *to, struct diag *d)
{
    const struct token *t = token_find(i, token);
    if (i->ended)
        return diag_set(d, ERR_NOT_ALLOWED, "流程已结束", "the procedure has ended");
    if (!t || token == 1)
        return diag_set(d, ERR_NOT_FOUND, "没有编号为 %lld 的在办环节", "nothing %lld is under way",
            (long long)token);
    if (!bpmn_is_activity(to->kind) && to->kind != BPMN_CATCH_EVENT && to->kind != BPMN_END_EVENT)
        return refuse(d, to, "只能移到任务、子流程、等待事件或结束事件",
            "only tasks, sub-processes, catch events and end events can be moved to");
    if (to->plan->for_compensation || to->plan->triggered)
        return refuse(d, to, "这是补偿或事件触发的环节", "it is started by an event or for compensation");
    return OK;
}

/* The child of `scope` above (or at) a token; 0 when the token is not below it. */
static int64_t child_towards(const struct bpmn_instance *i, int64_t scope, int64_t token)
{
    for (const struct token *t = token_find(i, token); t; t = token_find(i, t->parent))
        if (t->parent == scope)
            return t->id;
    return 0;
}

/* Finds the innermost open scope above the token that (perhaps deeper down) holds the target. */
static enum err find_scope(struct plan_of_move *p, int64_t token, struct diag *d)
{
    const struct bpmn_node *to = &p->m->nodes[p->target];
    for (const struct token *t = token_find(p->i, token); t; t = token_find(p->i, t->parent)) {
        const struct token *scope = token_find(p->i, t->parent);
        if (!scope || scope->state != TOKEN_SCOPE)
            continue;
        p->entry = p->target;
        while (p->entry >= 0 && p->m->nodes[p->entry].scope != scope->node)
            p->entry = p->m->nodes[p->entry].scope;
        if (p->entry < 0)
            continue;
        p->scope = scope->id;
        p->moving = child_towards(p->i, scope->id, token);
        return OK;
    }
    return refuse(d, to, "它在另一个流程中", "it belongs to another process");
}

static enum err check_way_down(const struct plan_of_move *p, struct diag *d)
{
    const struct bpmn_node *to = &p->m->nodes[p->target];
    for (int n = p->target; n != p->entry; n = p->m->nodes[n].scope) {
        const struct bpmn_plan *outer = &p->m->plans[p->m->nodes[n].scope];
        if (outer->loop.kind != LOOP_NONE)
            return refuse(d, to, "它在多实例或循环的子流程里面,须移到该子流程本身",
                "it is inside a multi-instance or looping sub-process: move to that sub-process");
        if (outer->triggered)
            return refuse(d, to, "它在事件子流程里面", "it is inside an event sub-process");
    }
    return OK;
}

static enum err mark_gone(struct plan_of_move *p, struct arena *a, struct diag *d)
{
    const struct bpmn_model *m = p->m;
    bool *nodes = ARENA_ARRAY(a, bool, m->node_count), *flows = ARENA_ARRAY(a, bool, m->flow_count);
    bool *mine = ARENA_ARRAY(a, bool, m->node_count), *its = ARENA_ARRAY(a, bool, m->node_count);
    p->gone = ARENA_ARRAY(a, bool, p->i->token_count);
    if (!nodes || !flows || !mine || !its || !p->gone)
        return diag_arena(d, a);
    int from = token_find(p->i, p->moving)->node;
    way_from(m, p->entry, nodes, flows);
    bool back = nodes[from];
    reach(m, from, mine);
    for (size_t n = 0; n < p->i->token_count; n++) {
        const struct token *t = &p->i->tokens[n];
        if (t->parent != p->scope || t->id == p->moving || t->state == TOKEN_DEAD
            || p->m->plans[t->node].triggered)
            continue;
        p->gone[n] = t->state == TOKEN_ARRIVED && t->via >= 0 ? flows[t->via] : nodes[t->node];
        if (back || p->gone[n])
            continue;
        memset(its, 0, m->node_count);
        reach(m, t->node, its);
        for (size_t k = 0; k < m->node_count && its[p->entry]; k++)
            if (joins(m, (int)k) && its[k] && mine[k] && (int)k != p->entry)
                p->gone[n] = true;
    }
    return OK;
}

/* Does anything that stays still come by this flow? */
static bool somebody_comes(const struct plan_of_move *p, int flow, bool *its)
{
    const struct bpmn_model *m = p->m;
    for (size_t n = 0; n < p->i->token_count; n++) {
        const struct token *t = &p->i->tokens[n];
        if (t->parent != p->scope || t->id == p->moving || t->state == TOKEN_DEAD || p->gone[n])
            continue;
        if (t->state == TOKEN_ARRIVED && t->via == flow)
            return true;
        memset(its, 0, m->node_count);
        reach(m, t->node, its);
        if (its[m->flows[flow].source] && t->node != m->flows[flow].target)
            return true;
    }
    return false;
}

/* A parallel join on the way that fills only some of its flows, where nothing comes by the others,
 * would wait for ever: from behind a join, or from before its fork, into one of its branches. */
static enum err check_joins(const struct plan_of_move *p, struct arena *a, struct diag *d)
{
    const struct bpmn_model *m = p->m;
    bool *nodes = ARENA_ARRAY(a, bool, m->node_count), *flows = ARENA_ARRAY(a, bool, m->flow_count);
    bool *its = ARENA_ARRAY(a, bool, m->node_count);
    if (!nodes || !flows || !its)
        return diag_arena(d, a);
    way_from(m, p->entry, nodes, flows);
    for (size_t n = 0; n < m->node_count; n++) {
        const struct bpmn_plan *plan = &m->plans[n];
        int in = 0;
        for (int k = 0; k < plan->incoming.count; k++)
            in += flows[plan->incoming.items[k]];
        if (m->nodes[n].kind != BPMN_PARALLEL_GATEWAY || !in || in == plan->incoming.count)
            continue;
        for (int k = 0; k < plan->incoming.count; k++)
            if (!flows[plan->incoming.items[k]] && !somebody_comes(p, plan->incoming.items[k], its))
                return refuse(d, &m->nodes[p->target],
                    "它只是并行分支之一,汇合处会一直等待其他分支;请移到分支之前",
                    "it is one of several parallel branches, and the join would wait for the others "
                    "for ever; move to before the fork");
    }
    return OK;
}

static enum err plan_move(struct plan_of_move *p, const struct bpmn_instance *i, int64_t token,
    str target, struct arena *a, struct diag *d)
{
    const struct bpmn_node *to = bpmn_node_by_id(i->model, target);
    if (!to)
        return diag_set(d, ERR_NOT_FOUND, "流程图中没有节点“%.*s”", "the model has no node \"%.*s\"",
            STR_ARGS(target));
    *p = (struct plan_of_move){ .i = i, .m = i->model, .target = to->index };
    TRY(check_target(i, token, to, d));
    TRY(find_scope(p, token, d));
    TRY(check_way_down(p, d));
    TRY(mark_gone(p, a, d));
    return check_joins(p, a, d);
}

enum err bpmn_may_move(struct bpmn_turn *turn, const struct bpmn_instance *i, int64_t token,
    str target, int64_t *cancelled, size_t *cancelled_count)
{
    struct plan_of_move p;
    size_t room = cancelled_count ? *cancelled_count : 0, count = 0;
    TRY(plan_move(&p, i, token, target, turn->arena, turn->diag));
    for (size_t n = 0; n < i->token_count; n++) {
        if (!p.gone[n])
            continue;
        if (cancelled && count < room)
            cancelled[count] = i->tokens[n].id;
        count++;
    }
    if (cancelled_count)
        *cancelled_count = count;
    return OK;
}

/* Opens the sub-processes between the common scope and the target, innermost last. */
static int64_t open_down(struct run *r, const struct plan_of_move *p, int node, int64_t scope)
{
    if (node == p->entry)
        return scope;
    int outer = p->m->nodes[node].scope;
    int64_t above = open_down(r, p, outer, scope);
    struct token *t = token_new(r, above, outer, TOKEN_SCOPE);
    int64_t id = t->id;
    if (r->err)
        return above;
    effect(r, BPMN_ENTERED, t);
    event_listen(r, id);
    return id;
}

enum err bpmn_move(struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token, str target)
{
    struct plan_of_move p;
    struct run r;
    TRY(plan_move(&p, i, token, target, turn->arena, turn->diag));
    run_begin(&r, turn, i);
    if (r.err)
        return run_end(&r); /* nothing to go back to, so nothing is touched */
    for (size_t n = 0; n < i->token_count && r.err == OK; n++)
        if (p.gone[n])
            token_cancel(&r, i->tokens[n].id);
    token_cancel(&r, p.moving);
    int64_t scope = open_down(&r, &p, p.target, p.scope);
    token_ready(&r, scope, p.target, -1, PHASE_ENTER);
    struct bpmn_effect *e = effect(&r, BPMN_MOVED, NULL);
    e->node = &p.m->nodes[p.target];
    e->token = i->next_id - 1;
    return run_end(&r);
}

void bpmn_earlier(const struct bpmn_instance *i, int64_t token, bool *reached)
{
    const struct bpmn_model *m = i->model;
    const struct token *t = token_find(i, token);
    memset(reached, 0, m->node_count);
    for (; t && t->id != 1; t = token_find(i, t->parent)) {
        int start = t->node;
        reached[start] = true;
        for (bool again = true; again;) {
            again = false;
            for (size_t f = 0; f < m->flow_count; f++)
                if (reached[m->flows[f].target] && !reached[m->flows[f].source]
                    && m->nodes[m->flows[f].source].scope == m->nodes[start].scope)
                    reached[m->flows[f].source] = again = true;
            for (size_t n = 0; n < m->node_count; n++)
                if (reached[n] && m->plans[n].attached >= 0 && !reached[m->plans[n].attached])
                    reached[m->plans[n].attached] = again = true;
        }
    }
    for (size_t n = 0; n < m->node_count; n++)
        if (!bpmn_is_activity(m->nodes[n].kind))
            reached[n] = false;
    t = token_find(i, token);
    if (t)
        reached[t->node] = false;
}
