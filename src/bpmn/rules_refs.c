/*
 * References between elements: what may name what, one line each, and message flows. A reference
 * that leads nowhere, or to a thing of another kind, is told with both names.
 */
#include "bpmn/read.h"

#include <string.h>

/* attribute (or child element, with `child`) of element ─▶ one of the kinds in `to`, blank between.
 * element NULL: wherever the attribute stands. */
static const struct {
    const char *element, *name;
    bool child;
    const char *to;
} references[] = {
    { "message", "itemRef", false, "itemDefinition" },
    { NULL, "itemSubjectRef", false, "itemDefinition" },
    { NULL, "evaluatesToTypeRef", false, "itemDefinition" },
    { NULL, "categoryValueRef", true, "categoryValue" },
    { "process", "supports", true, "process" },
    { "linkEventDefinition", "source", true, "linkEventDefinition" },
    { "linkEventDefinition", "target", true, "linkEventDefinition" },
    { "messageFlow", "messageRef", false, "message" },
    { "participant", "processRef", false, "process" },
    { "participant", "interfaceRef", true, "interface" },
    { "participant", "endPointRef", true, "endPoint" },
    { "partnerEntity", "participantRef", true, "participant" },
    { "partnerRole", "participantRef", true, "participant" },
    { "process", "definitionalCollaborationRef", false, "collaboration" },
    { "operation", "inMessageRef", true, "message" },
    { "operation", "outMessageRef", true, "message" },
    { "operation", "errorRef", true, "error" },
    { "serviceTask", "operationRef", false, "operation" },
    { "sendTask", "operationRef", false, "operation" },
    { "receiveTask", "operationRef", false, "operation" },
    { "messageEventDefinition", "operationRef", true, "operation" },
    { "inputSet", "dataInputRefs", true, "dataInput" },
    { "inputSet", "optionalInputRefs", true, "dataInput" },
    { "inputSet", "whileExecutingInputRefs", true, "dataInput" },
    { "inputSet", "outputSetRefs", true, "outputSet" },
    { "outputSet", "dataOutputRefs", true, "dataOutput" },
    { "outputSet", "optionalOutputRefs", true, "dataOutput" },
    { "outputSet", "whileExecutingOutputRefs", true, "dataOutput" },
    { "outputSet", "inputSetRefs", true, "inputSet" },
    { "dataObjectReference", "dataObjectRef", false, "dataObject" },
    { "dataStoreReference", "dataStoreRef", false, "dataStore" },
    { "dataInputAssociation", "sourceRef", true,
        "dataObject dataObjectReference dataStoreReference dataInput dataOutput property" },
    { "dataInputAssociation", "targetRef", true, "dataInput property" },
    { "dataOutputAssociation", "sourceRef", true, "dataOutput property" },
    { "dataOutputAssociation", "targetRef", true,
        "dataObject dataObjectReference dataStoreReference dataOutput property" },
    { "multiInstanceLoopCharacteristics", "loopDataInputRef", true,
        "dataInput dataObject dataObjectReference property" },
    { "multiInstanceLoopCharacteristics", "loopDataOutputRef", true,
        "dataOutput dataObject dataObjectReference property" },
    { "performer", "resourceRef", true, "resource" },
    { "humanPerformer", "resourceRef", true, "resource" },
    { "potentialOwner", "resourceRef", true, "resource" },
    { "resourceRole", "resourceRef", true, "resource" },
    { "resourceParameterBinding", "parameterRef", false, "resourceParameter" },
    { "correlationKey", "correlationPropertyRef", true, "correlationProperty" },
    { "correlationPropertyRetrievalExpression", "messageRef", false, "message" },
    { "correlationSubscription", "correlationKeyRef", false, "correlationKey" },
    { "correlationPropertyBinding", "correlationPropertyRef", false, "correlationProperty" },
    { "group", "categoryValueRef", false, "categoryValue" },
    { "ioBinding", "operationRef", false, "operation" },
    { "ioBinding", "inputDataRef", false, "inputSet" },
    { "ioBinding", "outputDataRef", false, "outputSet" },
};

static bool kind_listed(const char *list, const char *word)
{
    str rest = str_from(list), part;
    while (str_split(&rest, ' ', &part))
        if (str_is(part, word))
            return true;
    return false;
}

static void check_one(struct reader *r, xmlNode *at, const char *name, str id, const char *to)
{
    xmlNode *named = refs_element(r, id);
    if (!named)
        fault(r, at, ERR_INVALID, "%1$s 所指的“%3$.*2$s”不存在", "%1$s names \"%3$.*2$s\", which does not exist",
            name, (int)id.bytes, id.data);
    else if (!kind_listed(to, (const char *)named->name))
        fault(r, at, ERR_INVALID, "%1$s 所指的“%3$.*2$s”是 %4$s,应为 %5$s",
            "%1$s names \"%3$.*2$s\", which is <%4$s>; it must be %5$s", name, (int)id.bytes, id.data,
            (const char *)named->name, to);
}

static void check_references(struct reader *r, xmlNode *n)
{
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        const char *name = references[i].name;
        if (references[i].element && !xml_is(n, references[i].element))
            continue;
        if (!references[i].child && xml_has_attr(n, name))
            check_one(r, n, name, xml_attr(r, n, name), references[i].to);
        for (xmlNode *c = references[i].child ? xml_child(n, name) : NULL; c; c = xml_next(c, name))
            check_one(r, n, name, xml_text(r, c), references[i].to);
    }
}

/* ── message flows (BPMN 2.0.2, clauses 7.6.2 and 9.4) ─────────────────────────────────────── */

static xmlNode *pool_of(struct reader *r, xmlNode *n)
{
    for (; n; n = n->parent)
        if (xml_is(n, "process") || xml_is(n, "participant"))
            break;
    if (!n || xml_is(n, "participant"))
        return n && xml_has_attr(n, "processRef") ? refs_element(r, xml_attr(r, n, "processRef")) : n;
    return n;
}

/* An event with a message among its definitions; several kinds of definition are multiple. */
static bool message_event(struct reader *r, int node)
{
    return bpmn_event_of(&r->model->plans[node], EVENT_MESSAGE) != NULL;
}

static bool may_send(struct reader *r, xmlNode *n)
{
    int node = refs_node(r, xml_attr(r, n, "id"));
    if (xml_is(n, "participant"))
        return true;
    if (node < 0)
        return false;
    enum bpmn_kind k = r->model->nodes[node].kind;
    if (k == BPMN_END_EVENT || k == BPMN_THROW_EVENT)
        return message_event(r, node);
    return bpmn_is_activity(k) && k != BPMN_RECEIVE_TASK;
}

static bool may_receive(struct reader *r, xmlNode *n)
{
    int node = refs_node(r, xml_attr(r, n, "id"));
    if (xml_is(n, "participant"))
        return true;
    if (node < 0)
        return false;
    enum bpmn_kind k = r->model->nodes[node].kind;
    if (k == BPMN_START_EVENT || k == BPMN_CATCH_EVENT || k == BPMN_BOUNDARY_EVENT)
        return message_event(r, node);
    return bpmn_is_activity(k) && k != BPMN_SEND_TASK;
}

static struct bpmn_event *message_at(struct reader *r, xmlNode *n)
{
    int node = n ? refs_node(r, xml_attr(r, n, "id")) : -1;
    struct bpmn_plan *p = node < 0 ? NULL : &r->model->plans[node];
    for (int k = 0; p && k < p->event_count; k++)
        if (p->events[k].kind == EVENT_MESSAGE)
            return &p->events[k];
    return NULL;
}

/* A node that does not say which message it means, means that of its message flow. */
static void name_by_flow(struct reader *r, xmlNode *flow, xmlNode *from, xmlNode *to)
{
    struct bpmn_event *sent = message_at(r, from), *got = message_at(r, to);
    xmlNode *message = refs_element(r, xml_attr(r, flow, "messageRef"));
    str name = sent && sent->name.bytes ? sent->name
        : got && got->name.bytes        ? got->name
        : message                       ? xml_attr(r, message, "name")
                                        : xml_attr(r, flow, "name");
    if (!name.bytes)
        name = xml_attr(r, message ? message : flow, "id");
    if (sent && !sent->name.bytes)
        sent->name = name;
    if (got && !got->name.bytes)
        got->name = name;
}

static void check_message_flow(struct reader *r, xmlNode *n)
{
    str source = xml_attr(r, n, "sourceRef"), target = xml_attr(r, n, "targetRef");
    xmlNode *from = refs_element(r, source), *to = refs_element(r, target);
    if (!from || !may_send(r, from))
        fault(r, n, ERR_INVALID, "消息流的起点“%.*s”不能发出消息:应为参与者、活动、消息抛出或结束事件",
            "the message flow's source \"%.*s\" cannot send: it must be a participant, an activity, "
            "or a throw or end event of type message", SAY(source));
    if (!to || !may_receive(r, to))
        fault(r, n, ERR_INVALID, "消息流的终点“%.*s”不能接收消息:应为参与者、活动、消息开始、捕获或边界事件",
            "the message flow's target \"%.*s\" cannot receive: it must be a participant, an "
            "activity, or a start, catch or boundary event of type message", SAY(target));
    if (from && to && pool_of(r, from) && pool_of(r, from) == pool_of(r, to))
        fault(r, n, ERR_INVALID, "消息流的起点和终点须属于不同的参与者",
            "a message flow connects different participants, not nodes of one");
    name_by_flow(r, n, from, to);
}

/* ── incoming and outgoing, where a file lists them ────────────────────────────────────────── */

static bool names_flow(struct reader *r, xmlNode *node, const char *list, str flow)
{
    for (xmlNode *c = xml_child(node, list); c; c = xml_next(c, list))
        if (str_equal(xml_local(xml_text(r, c)), flow))
            return true;
    return false;
}

static void check_listed(struct reader *r, int node, const char *list, bool incoming)
{
    const struct bpmn_model *m = r->model;
    for (xmlNode *c = xml_child(r->elements[node], list); c; c = xml_next(c, list)) {
        str id = xml_text(r, c);
        struct ref *ref = refs_find(r, xml_local(id));
        int end = !ref || ref->flow < 0 ? -1
            : incoming                  ? m->flows[ref->flow].target
                                        : m->flows[ref->flow].source;
        if (end != node)
            fault(r, c, ERR_INVALID, "%1$s 列出的“%3$.*2$s”不是这里的顺序流",
                "<%1$s> lists \"%3$.*2$s\", which is no sequence flow of this node", list,
                (int)id.bytes, id.data);
    }
}

/* Hand-written files may leave the lists out altogether; a tool that writes them writes all. */
static void check_flow_lists(struct reader *r)
{
    const struct bpmn_model *m = r->model;
    bool listed = false;
    for (size_t n = 0; n < m->node_count; n++) {
        listed |= xml_child(r->elements[n], "incoming") || xml_child(r->elements[n], "outgoing");
        check_listed(r, (int)n, "incoming", true);
        check_listed(r, (int)n, "outgoing", false);
    }
    for (size_t f = 0; f < m->flow_count && listed; f++) {
        const struct bpmn_flow *flow = &m->flows[f];
        if (flow->source < 0 || flow->target < 0)
            continue;
        if (!names_flow(r, r->elements[flow->source], "outgoing", flow->id))
            fault(r, r->flow_elements[f], ERR_INVALID, "顺序流未列在起点的 outgoing 中",
                "the sequence flow is not listed under <outgoing> of its source");
        if (!names_flow(r, r->elements[flow->target], "incoming", flow->id))
            fault(r, r->flow_elements[f], ERR_INVALID, "顺序流未列在终点的 incoming 中",
                "the sequence flow is not listed under <incoming> of its target");
    }
}

static void walk(struct reader *r, xmlNode *n)
{
    for (; n && !arena_failed(r->arena); n = n->next) {
        if (!xml_is_bpmn(n) || xml_is(n, "extensionElements"))
            continue;
        check_references(r, n);
        if (xml_is(n, "messageFlow"))
            check_message_flow(r, n);
        walk(r, n->children);
    }
}

void rules_references(struct reader *r)
{
    walk(r, r->root->children);
    check_flow_lists(r);
}
