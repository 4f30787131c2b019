/*
 * The constraints of the standard on nodes and flows, each a row of a table: where it applies, what
 * must hold, and the sentence that the modeller reads. Constraints on data, messages and references
 * are in rules_data.c.
 */
#include "bpmn/read.h"

#include <string.h>

static xmlNode *element(struct reader *r, int node)
{
    return r->elements[node];
}

/* ── which events may stand where (BPMN 2.0.2, table 10.93) ────────────────────────────────── */

#define BIT(kind) (1u << (kind))
enum {
    START_TOP = BIT(EVENT_MESSAGE) | BIT(EVENT_TIMER) | BIT(EVENT_CONDITIONAL) | BIT(EVENT_SIGNAL),
    START_EVENT_SUB = START_TOP | BIT(EVENT_ERROR) | BIT(EVENT_ESCALATION)
        | BIT(EVENT_COMPENSATION),
    CATCHING = START_TOP | BIT(EVENT_LINK),
    THROWING = BIT(EVENT_MESSAGE) | BIT(EVENT_ESCALATION) | BIT(EVENT_COMPENSATION)
        | BIT(EVENT_LINK) | BIT(EVENT_SIGNAL),
    BOUNDARY = START_EVENT_SUB | BIT(EVENT_CANCEL),
    ENDING = BIT(EVENT_MESSAGE) | BIT(EVENT_ERROR) | BIT(EVENT_ESCALATION) | BIT(EVENT_CANCEL)
        | BIT(EVENT_COMPENSATION) | BIT(EVENT_SIGNAL) | BIT(EVENT_TERMINATE),
};

static const char *const event_zh[EVENT_KIND_COUNT] = {
#define E(name, element, zh, en) zh,
#include "bpmn/events.def"
#undef E
};
static const char *const event_en[EVENT_KIND_COUNT] = {
#define E(name, element, zh, en) en,
#include "bpmn/events.def"
#undef E
};

static unsigned allowed_events(const struct bpmn_model *m, const struct bpmn_node *n)
{
    switch (n->kind) {
    case BPMN_START_EVENT:
        if (m->nodes[n->scope].kind == BPMN_PROCESS)
            return START_TOP;
        return m->plans[n->scope].triggered ? START_EVENT_SUB : 0;
    case BPMN_CATCH_EVENT:
        return CATCHING;
    case BPMN_THROW_EVENT:
        return THROWING;
    case BPMN_BOUNDARY_EVENT:
        return BOUNDARY;
    case BPMN_END_EVENT:
        return ENDING;
    case BPMN_PROCESS: case BPMN_TASK: case BPMN_USER_TASK: case BPMN_MANUAL_TASK:
    case BPMN_SCRIPT_TASK: case BPMN_RULE_TASK: case BPMN_SERVICE_TASK: case BPMN_SEND_TASK:
    case BPMN_RECEIVE_TASK: case BPMN_SUB_PROCESS: case BPMN_TRANSACTION: case BPMN_AD_HOC:
    case BPMN_CALL_ACTIVITY: case BPMN_EXCLUSIVE_GATEWAY: case BPMN_PARALLEL_GATEWAY:
    case BPMN_INCLUSIVE_GATEWAY: case BPMN_EVENT_GATEWAY: case BPMN_COMPLEX_GATEWAY:
    case BPMN_KIND_COUNT:
        break;
    }
    return 0;
}

static void check_event_kinds(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_node *n = &m->nodes[node];
    const struct bpmn_plan *p = &m->plans[node];
    unsigned allowed = allowed_events(m, n);
    bool inner_start = n->kind == BPMN_START_EVENT && m->nodes[n->scope].kind != BPMN_PROCESS;
    for (int k = 0; k < p->event_count; k++) {
        enum bpmn_event_kind kind = p->events[k].kind;
        if (inner_start && !allowed)
            fault(r, element(r, node), ERR_INVALID,
                "子流程的开始事件不能带触发条件(%1$s)%2$.0s:要由事件触发,请改为事件子流程",
                "%1$.0sthe start event of a sub-process must be plain, not %2$s: to be started by "
                "an event, make it an event sub-process", event_zh[kind], event_en[kind]);
        else if (!(allowed & BIT(kind)))
            fault(r, element(r, node), ERR_INVALID,
                "%1$s不能是“%3$s”类型%2$.0s%4$.0s",
                "%1$.0sthis %2$s cannot be of type %3$.0s%4$s",
                bpmn_kind_zh(n->kind), bpmn_kind_en(n->kind), event_zh[kind], event_en[kind]);
    }
    if (n->kind == BPMN_BOUNDARY_EVENT && !p->event_count)
        fault(r, element(r, node), ERR_INVALID, "边界事件须有类型(定时、错误、消息等)",
            "a boundary event needs a type (timer, error, message …)");
    if (n->kind == BPMN_CATCH_EVENT && !p->event_count)
        fault(r, element(r, node), ERR_INVALID, "中间捕获事件须有类型(定时、消息、信号等)",
            "an intermediate catch event needs a type (timer, message, signal …)");
    if (inner_start && m->plans[n->scope].triggered && !p->event_count)
        fault(r, element(r, node), ERR_INVALID, "事件子流程的开始事件须写明由什么触发",
            "the start event of an event sub-process must say what triggers it");
}

static void check_boundary(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    bool cancel = bpmn_event_of(p, EVENT_CANCEL) != NULL;
    bool compensation = bpmn_event_of(p, EVENT_COMPENSATION) != NULL;
    if (p->incoming.count)
        fault(r, element(r, node), ERR_INVALID, "边界事件不能有流入的顺序流",
            "a boundary event must have no incoming sequence flow");
    if (compensation && p->outgoing.count)
        fault(r, element(r, node), ERR_INVALID, "补偿边界事件不能有顺序流,请用关联连接补偿活动",
            "a compensation boundary event has no sequence flow: connect its handler by an "
            "association");
    if (!compensation && !p->outgoing.count)
        fault(r, element(r, node), ERR_INVALID, "边界事件须有流出的顺序流",
            "a boundary event must have an outgoing sequence flow");
    if (cancel && p->attached >= 0 && m->nodes[p->attached].kind != BPMN_TRANSACTION)
        fault(r, element(r, node), ERR_INVALID, "取消边界事件只能附着在事务上",
            "a cancel boundary event may only be attached to a transaction");
    if (!p->interrupting && (cancel || compensation || bpmn_event_of(p, EVENT_ERROR)))
        fault(r, element(r, node), ERR_INVALID,
            "错误、取消和补偿边界事件不能写 cancelActivity=\"false\"",
            "error, cancel and compensation boundary events cannot have cancelActivity=\"false\"");
}

/* ── flows ─────────────────────────────────────────────────────────────────────────────────── */

static void check_flow(struct reader *r, int index)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_flow *f = &m->flows[index];
    xmlNode *at = r->flow_elements[index];
    if (f->source < 0 || f->target < 0)
        return;
    const struct bpmn_node *from = &m->nodes[f->source], *to = &m->nodes[f->target];
    if (from->scope != to->scope)
        fault(r, at, ERR_INVALID, "顺序流不能越过子流程或流程的边界(从 %2$.*1$s 到 %4$.*3$s)",
            "a sequence flow must not cross the border of a sub-process or process (from %2$.*1$s "
            "to %4$.*3$s)", (int)from->id.bytes, from->id.data, (int)to->id.bytes, to->id.data);
    if (!f->conditional)
        return;
    bool may = bpmn_is_activity(from->kind) || from->kind == BPMN_EXCLUSIVE_GATEWAY
        || from->kind == BPMN_INCLUSIVE_GATEWAY || from->kind == BPMN_COMPLEX_GATEWAY;
    if (!may)
        fault(r, at, ERR_INVALID,
            "从%1$s%2$.0s流出的顺序流不能带条件",
            "%1$.0sa flow out of this %2$s must have no condition",
            bpmn_kind_zh(from->kind), bpmn_kind_en(from->kind));
    else if (bpmn_is_activity(from->kind) && m->plans[f->source].outgoing.count == 1)
        fault(r, at, ERR_INVALID, "活动只有一条流出的顺序流时不能带条件",
            "the only flow out of an activity must have no condition");
}

static void check_ends(struct reader *r, int node)
{
    const struct bpmn_node *n = &r->model->nodes[node];
    const struct bpmn_plan *p = &r->model->plans[node];
    if (n->kind == BPMN_START_EVENT && p->incoming.count)
        fault(r, element(r, node), ERR_INVALID, "开始事件不能有流入的顺序流",
            "a start event must have no incoming sequence flow");
    if (n->kind == BPMN_START_EVENT && !p->outgoing.count)
        fault(r, element(r, node), ERR_INVALID, "开始事件须有流出的顺序流",
            "a start event must have an outgoing sequence flow");
    if (n->kind == BPMN_END_EVENT && p->outgoing.count)
        fault(r, element(r, node), ERR_INVALID, "结束事件不能有流出的顺序流",
            "an end event must have no outgoing sequence flow");
    if (n->kind == BPMN_END_EVENT && !p->incoming.count)
        fault(r, element(r, node), ERR_INVALID, "结束事件须有流入的顺序流",
            "an end event must have an incoming sequence flow");
}

static bool has_kind(const struct bpmn_model *m, int scope, enum bpmn_kind kind)
{
    const struct bpmn_plan *p = &m->plans[scope];
    for (int k = 0; k < p->children.count; k++)
        if (m->nodes[p->children.items[k]].kind == kind)
            return true;
    return false;
}

/* Where a start (end) event is drawn, everything must be reached (must lead on). */
static void check_connected(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_node *n = &m->nodes[node];
    const struct bpmn_plan *p = &m->plans[node];
    if (!(bpmn_is_activity(n->kind) || bpmn_is_gateway(n->kind) || n->kind == BPMN_CATCH_EVENT
            || n->kind == BPMN_THROW_EVENT)
        || p->triggered || p->for_compensation)
        return;
    bool link = bpmn_event_of(p, EVENT_LINK) != NULL;
    bool event = n->kind == BPMN_CATCH_EVENT || n->kind == BPMN_THROW_EVENT;
    bool ad_hoc = m->nodes[n->scope].kind == BPMN_AD_HOC;
    bool starts = p->instantiate && (n->kind == BPMN_RECEIVE_TASK || n->kind == BPMN_EVENT_GATEWAY);
    if (!p->incoming.count && !ad_hoc && !starts && !(link && n->kind == BPMN_CATCH_EVENT)
        && (has_kind(m, n->scope, BPMN_START_EVENT) || n->kind == BPMN_THROW_EVENT))
        fault(r, element(r, node), ERR_INVALID, "没有顺序流通到这里:已画开始事件,其他节点都须有流入",
            "nothing leads here: where there is a start event, every node needs an incoming flow");
    if (!p->outgoing.count && !ad_hoc && !(link && n->kind == BPMN_THROW_EVENT)
        && (has_kind(m, n->scope, BPMN_END_EVENT) || event))
        fault(r, element(r, node), ERR_INVALID, "从这里无路可走:已画结束事件,其他节点都须有流出",
            "nothing leads on from here: where there is an end event, every node needs an outgoing "
            "flow");
}

/* ── gateways ──────────────────────────────────────────────────────────────────────────────── */

static void check_direction(struct reader *r, int node)
{
    const struct bpmn_plan *p = &r->model->plans[node];
    str word = xml_attr(r, element(r, node), "gatewayDirection");
    int in = p->incoming.count, out = p->outgoing.count;
    bool fits = true;
    if (str_is(word, "Diverging"))
        fits = in <= 1 && out > 1;
    else if (str_is(word, "Converging"))
        fits = in > 1 && out <= 1;
    else if (str_is(word, "Mixed"))
        fits = in > 1 && out > 1;
    else if (word.bytes && !str_is(word, "Unspecified"))
        fits = false;
    if (!fits)
        fault(r, element(r, node), ERR_INVALID,
            "gatewayDirection=\"%2$.*1$s\" 与实际不符:流入 %3$d 条,流出 %4$d 条",
            "gatewayDirection=\"%2$.*1$s\" does not fit: there are %3$d incoming and %4$d outgoing "
            "flows", (int)word.bytes, word.data, in, out);
}

/* With several ways out, each is told apart by a condition, or is the default. */
static void check_conditions(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    if (p->outgoing.count < 2)
        return;
    for (int k = 0; k < p->outgoing.count; k++) {
        int flow = p->outgoing.items[k];
        if (!m->flows[flow].conditional && flow != p->default_flow)
            fault(r, r->flow_elements[flow], ERR_INVALID,
                "网关有多条流出时,每条都须有条件,或设为默认流",
                "where a gateway has several flows out, each needs a condition or must be the "
                "default");
    }
}

static void check_event_gateway(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    bool message = false, receive = false;
    if (p->outgoing.count < 2)
        fault(r, element(r, node), ERR_INVALID, "事件网关至少要有两条流出",
            "an event-based gateway needs two outgoing flows or more");
    for (int k = 0; k < p->outgoing.count; k++) {
        int target = m->flows[p->outgoing.items[k]].target;
        if (target < 0)
            continue;
        const struct bpmn_plan *t = &m->plans[target];
        bool catching = m->nodes[target].kind == BPMN_CATCH_EVENT && t->event_count
            && !bpmn_event_of(t, EVENT_LINK);
        receive |= m->nodes[target].kind == BPMN_RECEIVE_TASK;
        message |= bpmn_event_of(t, EVENT_MESSAGE) && m->nodes[target].kind == BPMN_CATCH_EVENT;
        if (!catching && m->nodes[target].kind != BPMN_RECEIVE_TASK)
            fault(r, element(r, target), ERR_INVALID,
                "事件网关之后只能是消息、定时、信号、条件捕获事件或接收任务",
                "after an event-based gateway only message, timer, signal and conditional catch "
                "events and receive tasks may stand");
        if (t->incoming.count > 1)
            fault(r, element(r, target), ERR_INVALID, "事件网关之后的节点不能有其他流入",
                "a node after an event-based gateway must have no other incoming flow");
        if (m->nodes[target].kind == BPMN_RECEIVE_TASK && t->boundary.count)
            fault(r, element(r, target), ERR_INVALID, "事件网关之后的接收任务不能有边界事件",
                "a receive task after an event-based gateway must have no boundary event");
    }
    if (message && receive)
        fault(r, element(r, node), ERR_INVALID, "事件网关之后不能同时用消息事件和接收任务",
            "after an event-based gateway, message events and receive tasks must not be mixed");
    if (!p->exclusive_event && !p->instantiate)
        fault(r, element(r, node), ERR_INVALID, "并行事件网关只能用于启动流程(instantiate=\"true\")",
            "a parallel event-based gateway may only begin a process (instantiate=\"true\")");
}

static void check_gateway(struct reader *r, int node)
{
    const struct bpmn_plan *p = &r->model->plans[node];
    enum bpmn_kind kind = r->model->nodes[node].kind;
    check_direction(r, node);
    if (p->incoming.count + p->outgoing.count < 2)
        fault(r, element(r, node), ERR_INVALID, "网关须有流入和流出的顺序流",
            "a gateway needs sequence flows in and out");
    if (kind == BPMN_EXCLUSIVE_GATEWAY || kind == BPMN_INCLUSIVE_GATEWAY)
        check_conditions(r, node);
    if (kind == BPMN_EVENT_GATEWAY)
        check_event_gateway(r, node);
}

/* ── scopes ────────────────────────────────────────────────────────────────────────────────── */

static void check_event_sub(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    int starts = 0;
    for (int k = 0; k < p->children.count; k++)
        starts += m->nodes[p->children.items[k]].kind == BPMN_START_EVENT;
    if (starts != 1)
        fault(r, element(r, node), ERR_INVALID, "事件子流程须且只能有一个开始事件,现有 %d 个",
            "an event sub-process needs exactly one start event; there are %d", starts);
    if (p->incoming.count || p->outgoing.count)
        fault(r, element(r, node), ERR_INVALID, "事件子流程不能有流入或流出的顺序流",
            "an event sub-process must have no sequence flows in or out");
    if (p->boundary.count)
        fault(r, element(r, node), ERR_INVALID, "事件子流程不能有边界事件",
            "an event sub-process must have no boundary events");
}

/* Where there is a start event there is an end event, and the other way round (10.5.2, 10.5.3). */
static void check_start_and_end(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    bool start = has_kind(m, node, BPMN_START_EVENT), end = has_kind(m, node, BPMN_END_EVENT);
    for (int k = 0; k < p->children.count; k++)
        start |= m->plans[p->children.items[k]].instantiate;
    if (end && !start)
        fault(r, element(r, node), ERR_INVALID, "有结束事件,却没有开始事件",
            "there is an end event but no start event");
    if (has_kind(m, node, BPMN_START_EVENT) && !end)
        fault(r, element(r, node), ERR_INVALID, "有开始事件,却没有结束事件",
            "there is a start event but no end event");
}

static void check_scope(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    enum bpmn_kind kind = m->nodes[node].kind;
    int activities = 0;
    for (int k = 0; k < p->children.count; k++)
        activities += bpmn_is_activity(m->nodes[p->children.items[k]].kind);
    if (kind == BPMN_AD_HOC && !activities)
        fault(r, element(r, node), ERR_INVALID, "自由子流程须至少有一个活动",
            "an ad-hoc sub-process needs an activity");
    if (kind == BPMN_AD_HOC
        && (has_kind(m, node, BPMN_START_EVENT) || has_kind(m, node, BPMN_END_EVENT)))
        fault(r, element(r, node), ERR_INVALID, "自由子流程中不能有开始事件和结束事件",
            "an ad-hoc sub-process must hold no start or end events");
    if (kind == BPMN_PROCESS && m->nodes[node].executable
        && str_is(xml_attr(r, element(r, node), "processType"), "Public"))
        fault(r, element(r, node), ERR_INVALID, "公开流程(processType=\"Public\")不能执行",
            "a public process (processType=\"Public\") cannot be executable");
    check_start_and_end(r, node);
}

static void check_loops(struct reader *r, int node)
{
    if (xml_child(element(r, node), "standardLoopCharacteristics")
        && xml_child(element(r, node), "multiInstanceLoopCharacteristics"))
        fault(r, element(r, node), ERR_INVALID, "活动不能同时是循环和多实例",
            "an activity cannot be both a loop and multi-instance");
}

static void check_links(struct reader *r, int node)
{
    struct bpmn_model *m = r->model;
    const struct bpmn_event *e = bpmn_event_of(&m->plans[node], EVENT_LINK);
    if (!e)
        return;
    bool throws = m->nodes[node].kind == BPMN_THROW_EVENT;
    int others = 0, catcher = -1;
    for (size_t n = 0; n < m->node_count; n++) {
        const struct bpmn_event *o = bpmn_event_of(&m->plans[n], EVENT_LINK);
        if (!o || m->nodes[n].scope != m->nodes[node].scope || !str_equal(o->name, e->name)
            || (int)n == node)
            continue;
        if (m->nodes[n].kind == BPMN_CATCH_EVENT && throws)
            catcher = (int)n;
        others += (m->nodes[n].kind == BPMN_CATCH_EVENT) == throws;
        if (!throws && m->nodes[n].kind == BPMN_CATCH_EVENT)
            fault(r, element(r, node), ERR_INVALID, "链接“%.*s”有不止一个捕获端",
                "the link \"%.*s\" has more than one catching end", SAY(e->name));
    }
    if (!e->name.bytes)
        fault(r, element(r, node), ERR_INVALID, "链接事件须有名称", "a link event needs a name");
    else if (!others)
        fault(r, element(r, node), ERR_INVALID, "链接“%.*s”在同一层没有另一端",
            "the link \"%.*s\" has no other end in the same process", SAY(e->name));
    if (throws)
        m->plans[node].link = catcher;
    if (throws && m->plans[node].outgoing.count)
        fault(r, element(r, node), ERR_INVALID, "链接抛出端不能有流出的顺序流",
            "the throwing end of a link must have no outgoing flow");
    if (!throws && m->plans[node].incoming.count)
        fault(r, element(r, node), ERR_INVALID, "链接捕获端不能有流入的顺序流",
            "the catching end of a link must have no incoming flow");
}

static void check_called(struct reader *r, int node)
{
    const struct bpmn_node *n = &r->model->nodes[node];
    int called = r->model->plans[node].called;
    const struct bpmn_plan *p = called >= 0 ? &r->model->plans[called] : NULL;
    bool start = false, none = false;
    for (int k = 0; p && k < p->children.count; k++)
        if (r->model->nodes[p->children.items[k]].kind == BPMN_START_EVENT) {
            start = true;
            none |= r->model->plans[p->children.items[k]].event_count == 0;
        }
    if (start && !none)
        fault(r, element(r, node), ERR_INVALID, "被调用的流程“%.*s”须有空开始事件",
            "the called process \"%.*s\" needs a none start event", SAY(n->called));
    const struct bpmn_dialect *d = r->dialect;
    bool elsewhere = d && d->callable && d->callable(d->ctx, n->called);
    if (called < 0 && n->called.bytes && !elsewhere && !refs_element(r, n->called))
        fault(r, element(r, node), ERR_INVALID, "调用的流程“%.*s”不在本文件中",
            "the called process \"%.*s\" is not in this file", SAY(n->called));
}

void rules_nodes(struct reader *r)
{
    struct bpmn_model *m = r->model;
    for (size_t f = 0; f < m->flow_count; f++)
        check_flow(r, (int)f);
    for (int n = 0; n < (int)m->node_count && !arena_failed(r->arena); n++) {
        enum bpmn_kind kind = m->nodes[n].kind;
        if (bpmn_is_event(kind))
            check_event_kinds(r, n);
        if (kind == BPMN_BOUNDARY_EVENT)
            check_boundary(r, n);
        if (bpmn_is_scope(kind))
            check_scope(r, n);
        if (bpmn_is_activity(kind))
            check_loops(r, n);
        check_ends(r, n);
        check_links(r, n);
        check_connected(r, n);
        if (bpmn_is_gateway(kind))
            check_gateway(r, n);
        if (m->plans[n].triggered)
            check_event_sub(r, n);
        if (kind == BPMN_CALL_ACTIVITY)
            check_called(r, n);
    }
}
