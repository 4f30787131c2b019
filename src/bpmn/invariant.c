/*
 * The invariants of an instance between turns, as README.md numbers them. A state from outside
 * passes through here before anything runs on it, so each must hold for the engine to be safe.
 */
#include "bpmn/run.h"

static enum err broken(struct diag *d, int number, int64_t id, const char *zh, const char *en)
{
    return diag_set(d, ERR_INVALID, "流程状态不一致(%1$d):编号 %2$lld %3$s%4$.0s",
        "the state is inconsistent (%1$d): number %2$lld %3$.0s%4$s", number, (long long)id, zh, en);
}

static bool scope_like(const struct token *t)
{
    return t->state == TOKEN_SCOPE || t->state == TOKEN_LOOP || t->state == TOKEN_COMPENSATING;
}

static bool place_fits(const struct bpmn_model *m, const struct token *t, const struct token *p)
{
    const struct bpmn_node *n = &m->nodes[t->node], *at = &m->nodes[p->node];
    if (p->state == TOKEN_LOOP)
        return t->node == p->node;
    if (n->kind == BPMN_PROCESS)
        return at->kind == BPMN_CALL_ACTIVITY && at->plan->called == t->node;
    return n->scope == p->node || t->waits != 0;
}

static enum err check_state(const struct bpmn_model *m, const struct token *t, struct diag *d)
{
    enum bpmn_kind kind = m->nodes[t->node].kind;
    bool fits = true;
    switch (t->state) {
    case TOKEN_DEAD:
    case TOKEN_READY:
    case TOKEN_STATE_COUNT:
        fits = false;
        break;
    case TOKEN_ENDED:
        fits = t->id == 1;
        break;
    case TOKEN_ARRIVED:
        fits = bpmn_is_gateway(kind) ? t->via >= 0 && m->flows[t->via].target == t->node
                                     : m->plans[t->node].start_quantity > 1;
        break;
    case TOKEN_TASK:
        fits = kind == BPMN_USER_TASK || kind == BPMN_SERVICE_TASK
            || (kind == BPMN_CALL_ACTIVITY && m->plans[t->node].called < 0)
            || (kind == BPMN_SEND_TASK && m->nodes[t->node].service)
            || (kind == BPMN_SCRIPT_TASK && m->dialect && m->dialect->scripts_by_host);
        break;
    case TOKEN_EVENT:
        fits = kind == BPMN_CATCH_EVENT || kind == BPMN_RECEIVE_TASK || kind == BPMN_EVENT_GATEWAY;
        break;
    case TOKEN_SCOPE:
        fits = bpmn_is_scope(kind) || kind == BPMN_CALL_ACTIVITY;
        break;
    case TOKEN_LOOP:
        fits = m->plans[t->node].loop.kind != LOOP_NONE;
        break;
    case TOKEN_COMPENSATING:
        fits = kind == BPMN_END_EVENT || kind == BPMN_THROW_EVENT || kind == BPMN_TRANSACTION;
        break;
    case TOKEN_RESET:
        fits = kind == BPMN_COMPLEX_GATEWAY;
        break;
    }
    return fits ? OK : broken(d, 4, t->id, "的状态与所在节点不符", "is in a state its node cannot have");
}

enum err instance_check_token(const struct bpmn_instance *i, size_t n, struct diag *d)
{
    const struct token *t = &i->tokens[n];
    const struct bpmn_model *m = i->model;
    if (t->id <= 0 || t->id >= i->next_id || (n && t->id <= i->tokens[n - 1].id))
        return broken(d, 1, t->id, "编号不递增", "is out of order");
    if (n == 0) {
        if (t->id != 1 || t->parent || m->nodes[t->node].kind != BPMN_PROCESS
            || (t->state != TOKEN_SCOPE && t->state != TOKEN_ENDED))
            return broken(d, 2, t->id, "不是流程本身", "is not the process");
        return OK;
    }
    if (t->parent >= t->id)
        return broken(d, 3, t->id, "所属在其后", "belongs to a later one");
    const struct token *p = token_find(i, t->parent);
    if (!p || !scope_like(p) || !place_fits(m, t, p))
        return broken(d, 3, t->id, "不属于任何打开的环节", "belongs to nothing that is open");
    if (t->done < 0 || t->removed < 0
        || (t->state == TOKEN_LOOP && t->total >= 0 && t->done + t->removed > t->total))
        return broken(d, 5, t->id, "多实例的个数不符", "has wrong numbers of instances");
    if (t->index >= 0 && p->state == TOKEN_LOOP && p->total >= 0 && t->index >= p->total)
        return broken(d, 5, t->id, "超出多实例的个数", "is beyond the number of instances");
    return check_state(m, t, d);
}

enum err instance_check_timer(const struct bpmn_instance *i, const struct timer *t, struct diag *d)
{
    const struct token *owner = token_find(i, t->sub.token);
    const struct bpmn_plan *p = &i->model->plans[t->sub.node];
    if (!owner || t->id <= 0 || t->id >= i->next_id || t->sub.event < 0
        || t->sub.event >= p->event_count || p->events[t->sub.event].kind != EVENT_TIMER)
        return broken(d, 6, t->id, "是无主的定时", "is a timer of nobody");
    struct subscription list[256];
    size_t count = subscriptions_of(i, owner, list, 256);
    for (size_t n = 0; n < count; n++)
        if (list[n].source == t->sub.source && list[n].node == t->sub.node
            && list[n].event == t->sub.event)
            return t->remaining == 0 || iso_duration_valid(t->interval) ? OK
                : broken(d, 6, t->id, "的循环间隔有误", "has no interval");
    return broken(d, 6, t->id, "是没有人等的定时", "is a timer nobody listens for");
}

enum err bpmn_instance_check(const struct bpmn_instance *i, struct diag *d)
{
    for (size_t n = 0; n < i->token_count; n++)
        TRY(instance_check_token(i, n, d));
    for (size_t n = 0; n < i->timer_count; n++)
        TRY(instance_check_timer(i, &i->timers[n], d));
    for (size_t n = 0; n < i->record_count; n++)
        if (i->records[n].scope <= 0 || i->records[n].token <= 0)
            return broken(d, 7, i->records[n].token, "的补偿记录有误", "has a wrong record");
    if (!i->token_count || (i->ended && (i->token_count > 1 || i->timer_count)))
        return broken(d, 8, 1, "已结束却仍有待办", "has ended and still waits");
    if (!i->ended && i->token_count == 1)
        return broken(d, 8, 1, "未结束却无处可走", "has not ended but is nowhere");
    return OK;
}
