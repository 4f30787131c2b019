/*
 * Constraints that make a model run as it is drawn: what an event of an executable process must
 * name, where a process may begin, what compensation can reach, which data an association may touch.
 * The numbers are clauses of BPMN 2.0.2.
 */
#include "bpmn/read.h"

static int process_of(const struct bpmn_model *m, int node)
{
    while (m->nodes[node].scope >= 0)
        node = m->nodes[node].scope;
    return node;
}

static bool runs(const struct bpmn_model *m, int node)
{
    return m->nodes[process_of(m, node)].executable;
}

static bool within(const struct bpmn_model *m, int node, enum bpmn_kind kind)
{
    for (int n = m->nodes[node].scope; n >= 0; n = m->nodes[n].scope)
        if (m->nodes[n].kind == kind)
            return true;
    return false;
}

/* ── events (10.5) ─────────────────────────────────────────────────────────────────────────── */

static xmlNode *definition_of(struct reader *r, xmlNode *c)
{
    xmlNode *d = xml_is(c, "eventDefinitionRef") ? refs_element(r, xml_text(r, c)) : c;
    return d && event_kind_of(d) != EVENT_KIND_COUNT ? d : NULL;
}

static bool throws(enum bpmn_kind k)
{
    return k == BPMN_END_EVENT || k == BPMN_THROW_EVENT;
}

/* A thrown error or escalation is known by its code, a message or signal by what it refers to. */
static void check_named(struct reader *r, int node, xmlNode *d)
{
    static const struct {
        enum bpmn_event_kind kind;
        const char *ref, *code;
    } rows[] = { { EVENT_ERROR, "errorRef", "errorCode" },
        { EVENT_ESCALATION, "escalationRef", "escalationCode" } };
    const struct bpmn_node *n = &r->model->nodes[node];
    enum bpmn_event_kind kind = event_kind_of(d);
    for (size_t i = 0; i < 2 && throws(n->kind); i++) {
        if (rows[i].kind != kind)
            continue;
        xmlNode *named = refs_element(r, xml_attr(r, d, rows[i].ref));
        if (!named || !xml_attr(r, named, rows[i].code).bytes)
            fault(r, d, ERR_INVALID, "抛出时须写明代码:请用 %1$s 指向带 %2$s 的定义",
                "what is thrown must have a code: name one with %2$s by %1$s", rows[i].ref,
                rows[i].code);
    }
    if (kind == EVENT_SIGNAL && !xml_attr(r, d, "signalRef").bytes)
        fault(r, d, ERR_INVALID, "可执行流程的信号事件须写明是哪个信号(signalRef)",
            "a signal event of an executable process must name its signal (signalRef)");
}

/* A message flow that ends (begins) at a node says which message is meant when the node does not. */
static bool has_message_flow(struct reader *r, str id)
{
    for (xmlNode *c = xml_child(r->root, "collaboration"); c; c = xml_next(c, "collaboration"))
        for (xmlNode *f = xml_child(c, "messageFlow"); f; f = xml_next(f, "messageFlow"))
            if (str_equal(xml_local(xml_attr(r, f, "sourceRef")), id)
                || str_equal(xml_local(xml_attr(r, f, "targetRef")), id))
                return true;
    return false;
}

static void check_messages(struct reader *r, int node)
{
    const struct bpmn_node *n = &r->model->nodes[node];
    const struct bpmn_plan *p = &r->model->plans[node];
    for (int k = 0; k < p->event_count; k++)
        if (p->events[k].kind == EVENT_MESSAGE && !p->events[k].name.bytes
            && !has_message_flow(r, n->id) && !xml_has_attr(r->elements[node], "operationRef"))
            fault(r, r->elements[node], ERR_INVALID,
                "可执行流程须写明是哪条消息(messageRef),或画出消息流",
                "in an executable process the message must be named (messageRef) or drawn as a "
                "message flow");
}

static void check_event(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_node *n = &m->nodes[node];
    const struct bpmn_plan *p = &m->plans[node];
    for (xmlNode *c = r->elements[node]->children; c; c = c->next) {
        xmlNode *d = xml_is_bpmn(c) ? definition_of(r, c) : NULL;
        if (d)
            check_named(r, node, d);
    }
    if (n->kind == BPMN_END_EVENT && bpmn_event_of(p, EVENT_CANCEL)
        && !within(m, node, BPMN_TRANSACTION))
        fault(r, r->elements[node], ERR_INVALID, "取消结束事件只能用在事务里面",
            "a cancel end event may only stand within a transaction");
    if (n->kind == BPMN_START_EVENT && !p->interrupting
        && (bpmn_event_of(p, EVENT_ERROR) || bpmn_event_of(p, EVENT_COMPENSATION)))
        fault(r, r->elements[node], ERR_INVALID,
            "由错误或补偿触发的事件子流程不能写 isInterrupting=\"false\"",
            "an event sub-process begun by an error or compensation cannot have "
            "isInterrupting=\"false\"");
}

/* Only one of several alike could ever be heard. */
static void check_boundary_alone(struct reader *r, int node)
{
    static const enum bpmn_event_kind kinds[] = { EVENT_CANCEL, EVENT_COMPENSATION };
    const struct bpmn_plan *p = &r->model->plans[node];
    for (size_t k = 0; k < 2; k++) {
        int count = 0;
        for (int n = 0; n < p->boundary.count; n++)
            count += bpmn_event_of(&r->model->plans[p->boundary.items[n]], kinds[k]) != NULL;
        if (count > 1)
            fault(r, r->elements[node], ERR_INVALID, "取消、补偿边界事件每种只能有一个",
                "an activity may have one cancel and one compensation boundary event, not several");
    }
}

/* ── where a process begins ────────────────────────────────────────────────────────────────── */

static void check_instantiate(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    if (!p->instantiate)
        return;
    if (p->incoming.count)
        fault(r, r->elements[node], ERR_INVALID,
            "启动流程的节点(instantiate=\"true\")前面不能有顺序流",
            "what begins a process (instantiate=\"true\") must have no incoming sequence flow");
    if (m->nodes[m->nodes[node].scope].kind != BPMN_PROCESS)
        fault(r, r->elements[node], ERR_INVALID,
            "启动流程的节点(instantiate=\"true\")不能放在子流程里面",
            "what begins a process (instantiate=\"true\") cannot stand in a sub-process");
}

static void check_none_starts(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_plan *p = &m->plans[node];
    int none = 0;
    for (int k = 0; k < p->children.count; k++)
        none += m->nodes[p->children.items[k]].kind == BPMN_START_EVENT
            && !m->plans[p->children.items[k]].event_count;
    if (none > 1)
        fault(r, r->elements[node], ERR_INVALID, "有 %d 个空开始事件,无从知道由哪个开始,只能留一个",
            "there are %d none start events: which one begins? Keep one", none);
}

/* ── activities (10.3) ─────────────────────────────────────────────────────────────────────── */

static void check_activity(struct reader *r, int node)
{
    const struct bpmn_plan *p = &r->model->plans[node];
    xmlNode *n = r->elements[node];
    if (p->start_quantity < 1 || p->completion_quantity < 1)
        fault(r, n, ERR_INVALID, "startQuantity 和 completionQuantity 不能小于 1",
            "startQuantity and completionQuantity must not be less than 1");
    if (p->for_compensation && (p->incoming.count || p->outgoing.count))
        fault(r, n, ERR_INVALID, "补偿活动(isForCompensation)不能有顺序流,请用关联连接",
            "a compensation activity (isForCompensation) must have no sequence flows: connect it by "
            "an association");
    check_boundary_alone(r, node);
    if (p->triggered && p->loop.kind != LOOP_NONE)
        fault(r, n, ERR_INVALID, "事件子流程不能设为循环或多实例",
            "an event sub-process cannot be a loop or multi-instance");
    xmlNode *multi = xml_child(n, "multiInstanceLoopCharacteristics");
    if (multi && xml_child(multi, "loopCardinality") && xml_child(multi, "loopDataInputRef"))
        fault(r, multi, ERR_INVALID, "多实例的次数(loopCardinality)和集合(loopDataInputRef)只能写一种",
            "multi-instance is given by a number (loopCardinality) or a collection "
            "(loopDataInputRef), not both");
}

/* A throw event reaches what was done in its own scope; in an event sub-process, in the one around. */
static void check_compensated(struct reader *r, int node)
{
    const struct bpmn_model *m = r->model;
    const struct bpmn_event *e = bpmn_event_of(&m->plans[node], EVENT_COMPENSATION);
    if (!e || e->activity < 0 || !throws(m->nodes[node].kind))
        return;
    int scope = m->nodes[node].scope, there = m->nodes[e->activity].scope;
    bool reaches = there == scope || (m->plans[scope].triggered && there == m->nodes[scope].scope);
    if (!reaches)
        fault(r, r->elements[node], ERR_INVALID, "activityRef“%.*s”不在同一层,这里补偿不到它",
            "activityRef \"%.*s\" stands in another sub-process: compensation from here cannot reach "
            "it", SAY(e->activity_ref));
}

/* ── gateways and flows (8.3.9, 8.3.13) ────────────────────────────────────────────────────── */

static void check_gateway_use(struct reader *r, int node)
{
    const struct bpmn_plan *p = &r->model->plans[node];
    if (p->incoming.count == 1 && p->outgoing.count == 1)
        fault(r, r->elements[node], ERR_INVALID,
            "网关只有一进一出,没有分支也没有汇合:请补上另一条,或删除这个网关",
            "the gateway has one flow in and one out: it must split or merge, or go");
}

static void check_immediate(struct reader *r, int flow)
{
    const struct bpmn_flow *f = &r->model->flows[flow];
    xmlNode *n = r->flow_elements[flow];
    if (f->source >= 0 && runs(r->model, f->source) && xml_has_attr(n, "isImmediate")
        && !xml_attr_bool(r, n, "isImmediate", true))
        fault(r, n, ERR_INVALID, "可执行流程的顺序流不能写 isImmediate=\"false\"",
            "a sequence flow of an executable process cannot have isImmediate=\"false\"");
}

/* ── data (10.4) ───────────────────────────────────────────────────────────────────────────── */

/* The scope that a piece of data belongs to; NULL when it belongs to none (a store). */
static xmlNode *owner_of(xmlNode *data)
{
    xmlNode *n = data->parent;
    while (n && (xml_is(n, "ioSpecification") || xml_is(n, "multiInstanceLoopCharacteristics")))
        n = n->parent;
    return n;
}

static bool is_below(const xmlNode *n, const xmlNode *top)
{
    for (; n; n = n->parent)
        if (n == top)
            return true;
    return false;
}

static void check_reach(struct reader *r, xmlNode *association, const char *end, bool own)
{
    for (xmlNode *c = xml_child(association, end); c; c = xml_next(c, end)) {
        str id = xml_text(r, c);
        xmlNode *data = refs_element(r, id);
        bool io = data && (xml_is(data, "dataInput") || xml_is(data, "dataOutput"));
        if (!data || xml_is(data, "dataStore") || !owner_of(data))
            continue;
        if (own && io && owner_of(data) != association->parent)
            fault(r, c, ERR_INVALID, "“%.*s”是另一个环节的数据,这里的数据关联够不着它",
                "\"%.*s\" is the data of another activity, which this association cannot reach",
                SAY(id));
        else if (!is_below(association, owner_of(data)))
            fault(r, c, ERR_INVALID, "数据“%.*s”在另一个流程或子流程里,这里看不到它",
                "the data \"%.*s\" stands in another process or sub-process and cannot be seen here",
                SAY(id));
    }
}

static void check_association_ends(struct reader *r, xmlNode *n)
{
    bool input = xml_is(n, "dataInputAssociation");
    check_reach(r, n, "sourceRef", !input);
    check_reach(r, n, "targetRef", input);
    if (!xml_child(n, "sourceRef") && !xml_child(n, "assignment") && !xml_child(n, "transformation"))
        fault(r, n, ERR_INVALID, "数据关联没有来源(sourceRef),也没有赋值",
            "the data association has neither a source (sourceRef) nor an assignment");
}

static bool refers(struct reader *r, xmlNode *n, const char *list, xmlNode *to)
{
    for (xmlNode *c = xml_child(n, list); c; c = xml_next(c, list))
        if (refs_element(r, xml_text(r, c)) == to)
            return true;
    return false;
}

static void check_own_members(struct reader *r, xmlNode *set, const char *list)
{
    for (xmlNode *c = xml_child(set, list); c; c = xml_next(c, list)) {
        xmlNode *data = refs_element(r, xml_text(r, c));
        if (data && data->parent != set->parent)
            fault(r, c, ERR_INVALID, "“%.*s”不是这个环节自己的数据", "\"%.*s\" is not data of this activity",
                SAY(xml_text(r, c)));
    }
}

/* Which outputs follow from which inputs is said on both sides (IORules, 10.4.2). */
static void check_pairs(struct reader *r, xmlNode *set, const char *list, const char *back)
{
    for (xmlNode *c = xml_child(set, list); c; c = xml_next(c, list)) {
        xmlNode *other = refs_element(r, xml_text(r, c));
        if (other && (xml_is(other, "inputSet") || xml_is(other, "outputSet"))
            && !refers(r, other, back, set))
            fault(r, c, ERR_INVALID, "%1$s 须与对方的 %2$s 成对", "<%1$s> must be paired with <%2$s> there",
                list, back);
    }
}

static void check_operation(struct reader *r, xmlNode *n, xmlNode *operation)
{
    xmlNode *message = refs_element(r, xml_attr(r, n, "messageRef"));
    if (!operation || !xml_is(operation, "operation") || !message)
        return;
    if (!refers(r, operation, "inMessageRef", message)
        && (xml_is(n, "receiveTask") || xml_is(n, "sendTask")
            || !refers(r, operation, "outMessageRef", message)))
        fault(r, n, ERR_INVALID, "消息“%.*s”不是所用操作的消息",
            "the message \"%.*s\" is not the one of the operation",
            SAY(xml_attr(r, n, "messageRef")));
}

/* ── participants (9.3.1) ──────────────────────────────────────────────────────────────────── */

static void check_multiplicity(struct reader *r, xmlNode *n)
{
    int least = xml_attr_int(r, n, "minimum", 0), most = xml_attr_int(r, n, "maximum", 1);
    if (least < 0 || most < 1 || most < least)
        fault(r, n, ERR_INVALID,
            "参与者的个数有误(minimum=%d,maximum=%d):最少不小于 0,最多不小于 1,也不小于最少",
            "the multiplicity is wrong (minimum=%d, maximum=%d): minimum from 0, maximum from 1 and "
            "not below the minimum", least, most);
}

/* ── walking ───────────────────────────────────────────────────────────────────────────────── */

static void check_element(struct reader *r, xmlNode *n)
{
    if (xml_is(n, "participantMultiplicity"))
        check_multiplicity(r, n);
    if (xml_is(n, "dataInputAssociation") || xml_is(n, "dataOutputAssociation"))
        check_association_ends(r, n);
    if (xml_is(n, "inputSet")) {
        check_own_members(r, n, "dataInputRefs");
        check_pairs(r, n, "outputSetRefs", "inputSetRefs");
    }
    if (xml_is(n, "outputSet")) {
        check_own_members(r, n, "dataOutputRefs");
        check_pairs(r, n, "inputSetRefs", "outputSetRefs");
    }
    if (xml_is(n, "sendTask") || xml_is(n, "receiveTask"))
        check_operation(r, n, refs_element(r, xml_attr(r, n, "operationRef")));
    if (xml_is(n, "messageEventDefinition") && xml_child(n, "operationRef"))
        check_operation(r, n, refs_element(r, xml_text(r, xml_child(n, "operationRef"))));
}

static void walk(struct reader *r, xmlNode *n)
{
    for (; n && !arena_failed(r->arena); n = n->next) {
        if (!xml_is_bpmn(n) || xml_is(n, "extensionElements"))
            continue;
        check_element(r, n);
        walk(r, n->children);
    }
}

void rules_run(struct reader *r)
{
    const struct bpmn_model *m = r->model;
    walk(r, r->root->children);
    for (int n = 0; n < (int)m->node_count && !arena_failed(r->arena); n++) {
        enum bpmn_kind kind = m->nodes[n].kind;
        check_instantiate(r, n);
        if (bpmn_is_activity(kind))
            check_activity(r, n);
        if (bpmn_is_gateway(kind))
            check_gateway_use(r, n);
        if (!runs(m, n))
            continue;
        if (bpmn_is_event(kind))
            check_event(r, n);
        check_messages(r, n);
        check_compensated(r, n);
        if (bpmn_is_scope(kind) && kind != BPMN_AD_HOC)
            check_none_starts(r, n);
    }
    for (size_t f = 0; f < m->flow_count; f++)
        check_immediate(r, (int)f);
}
