/* Where and by what a process begins: for whoever keeps the timers and knows the messages. */
#include "bpmn/model.h"

/* What a token would wait for at this node, being the first of its process. */
static const struct bpmn_event *begins_by(const struct bpmn_model *m, const struct bpmn_node *n)
{
    const struct bpmn_plan *p = n->plan;
    if (n->kind == BPMN_START_EVENT || (n->kind == BPMN_RECEIVE_TASK && p->instantiate))
        return p->event_count ? &p->events[0] : NULL;
    if (p->incoming.count != 1 || !p->event_count)
        return NULL;
    int before = m->flows[p->incoming.items[0]].source;
    bool behind = m->nodes[before].kind == BPMN_EVENT_GATEWAY && m->plans[before].instantiate;
    return behind ? &p->events[0] : NULL;
}

static void describe_timer(const struct bpmn_event *e, struct bpmn_start *out)
{
    str start = STR_NONE, interval = STR_NONE;
    out->kind = BPMN_STARTS_BY_TIMER;
    out->working = e->working;
    out->times = e->literal.bytes ? 1 : 0;
    if (e->timer == TIMER_DATE)
        out->date = e->literal;
    else if (e->timer == TIMER_DURATION)
        out->duration = e->literal;
    else if (e->literal.bytes && iso_cycle_parse(e->literal, &out->times, &start, &interval)) {
        out->date = start;
        out->duration = interval;
    }
}

bool bpmn_start_at(const struct bpmn_model *m, const struct bpmn_node *n, struct bpmn_start *out)
{
    *out = (struct bpmn_start){ 0 };
    if (n->scope < 0 || m->nodes[n->scope].kind != BPMN_PROCESS || !m->nodes[n->scope].executable)
        return false;
    const struct bpmn_event *e = begins_by(m, n);
    if (!e)
        return n->kind == BPMN_START_EVENT;
    out->name = e->name;
    if (e->kind == EVENT_MESSAGE)
        out->kind = BPMN_STARTS_BY_MESSAGE;
    else if (e->kind == EVENT_SIGNAL)
        out->kind = BPMN_STARTS_BY_SIGNAL;
    else if (e->kind == EVENT_CONDITIONAL)
        out->kind = BPMN_STARTS_BY_CONDITION;
    else if (e->kind == EVENT_TIMER)
        describe_timer(e, out);
    else
        return false;
    return true;
}
