/* What comes next on the drawing: from a node along every flow to the first step that somebody has
 * to do, the first event that is waited for, or an end. Conditions are not asked: it says what may
 * come, for people who want to know. */
#include "bpmn/model.h"

#include <string.h>

struct walk {
    const struct bpmn_model *m;
    bool *seen, *reached;
};

static bool stops_at(const struct bpmn_node *n)
{
    return n->kind == BPMN_USER_TASK || n->kind == BPMN_MANUAL_TASK || n->kind == BPMN_RECEIVE_TASK
        || n->kind == BPMN_CATCH_EVENT || n->kind == BPMN_CALL_ACTIVITY;
}

static void leave(struct walk *w, int node);

static void enter(struct walk *w, int node)
{
    const struct bpmn_node *n = &w->m->nodes[node];
    const struct bpmn_plan *p = &w->m->plans[node];
    if (w->seen[node])
        return;
    w->seen[node] = true;
    if (stops_at(n)) {
        w->reached[node] = true;
        return;
    }
    bool opened = false;
    for (int i = 0; bpmn_is_scope(n->kind) && i < p->children.count; i++) {
        int child = p->children.items[i];
        const struct bpmn_plan *c = &w->m->plans[child];
        if (c->incoming.count || c->attached >= 0 || c->triggered || c->for_compensation)
            continue;
        opened = true;
        enter(w, child);
    }
    if (!opened)
        leave(w, node);
}

static void leave(struct walk *w, int node)
{
    const struct bpmn_node *n = &w->m->nodes[node];
    const struct bpmn_plan *p = &w->m->plans[node];
    for (int i = 0; i < p->outgoing.count; i++)
        enter(w, w->m->flows[p->outgoing.items[i]].target);
    if (n->kind == BPMN_THROW_EVENT && p->link >= 0)
        enter(w, p->link);
    if (p->outgoing.count)
        return;
    if (n->scope >= 0 && w->m->nodes[n->scope].kind != BPMN_PROCESS)
        leave(w, n->scope);
    else if (n->kind == BPMN_END_EVENT)
        w->reached[node] = true;
}

void bpmn_next(const struct bpmn_model *m, const struct bpmn_node *from, bool *seen, bool *reached)
{
    struct walk w = { m, seen, reached };
    memset(seen, 0, m->node_count);
    leave(&w, from->index);
    if (from->kind == BPMN_END_EVENT)
        reached[from->index] = false; /* nothing comes after an end */
}
