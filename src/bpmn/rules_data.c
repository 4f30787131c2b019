/*
 * Constraints on compensation, and on what an element must carry besides its flows.
 */
#include "bpmn/read.h"

/* A compensation boundary event reaches its handler by an association. */
static void connect_handlers(struct reader *r, xmlNode *n)
{
    for (; n; n = n->next) {
        if (!xml_is_bpmn(n))
            continue;
        if (xml_is(n, "association")) {
            int from = refs_node(r, xml_attr(r, n, "sourceRef"));
            int to = refs_node(r, xml_attr(r, n, "targetRef"));
            if (from >= 0 && to >= 0 && r->model->nodes[from].kind == BPMN_BOUNDARY_EVENT)
                r->model->plans[from].handler = to;
        }
        connect_handlers(r, n->children);
    }
}

static void check_handlers(struct reader *r)
{
    const struct bpmn_model *m = r->model;
    for (size_t n = 0; n < m->node_count; n++) {
        const struct bpmn_plan *p = &m->plans[n];
        if (m->nodes[n].kind != BPMN_BOUNDARY_EVENT || !bpmn_event_of(p, EVENT_COMPENSATION))
            continue;
        if (p->handler < 0 || !bpmn_is_activity(m->nodes[p->handler].kind)
            || !m->plans[p->handler].for_compensation)
            fault(r, r->elements[n], ERR_INVALID,
                "补偿边界事件须用关联连到一个补偿活动(isForCompensation=\"true\")",
                "a compensation boundary event needs an association to an activity marked "
                "isForCompensation=\"true\"");
    }
}

void rules_elements(struct reader *r)
{
    connect_handlers(r, r->root->children);
    check_handlers(r);
}
