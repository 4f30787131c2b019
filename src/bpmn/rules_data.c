/*
 * Constraints on data: item definitions, the inputs and outputs of activities and events, what
 * operations demand of the tasks that call them, and compensation handlers.
 */
#include "bpmn/read.h"

#include <string.h>

/* ── items ─────────────────────────────────────────────────────────────────────────────────── */

static xmlNode *item_of(struct reader *r, xmlNode *n)
{
    const char *attr = xml_is(n, "message") ? "itemRef"
        : xml_is(n, "signal") || xml_is(n, "error") || xml_is(n, "escalation") ? "structureRef"
                                                                               : "itemSubjectRef";
    str id = xml_attr(r, n, attr);
    return id.bytes ? refs_element(r, id) : NULL;
}

/* The same definition, or two of the same structure; none on both sides is the same too. */
static bool same_item(struct reader *r, xmlNode *a, xmlNode *b)
{
    if (a == b || !a || !b)
        return a == b;
    str left = xml_attr(r, a, "structureRef"), right = xml_attr(r, b, "structureRef");
    return left.bytes && str_equal(left, right);
}

static bool is_item_aware(const xmlNode *n)
{
    return xml_is(n, "dataObject") || xml_is(n, "dataInput") || xml_is(n, "dataOutput")
        || xml_is(n, "inputDataItem") || xml_is(n, "outputDataItem");
}

static void check_collection(struct reader *r, xmlNode *n)
{
    xmlNode *item = item_of(r, n);
    if (!is_item_aware(n) || !item || !xml_is(item, "itemDefinition"))
        return;
    if (xml_attr_bool(r, n, "isCollection", false) != xml_attr_bool(r, item, "isCollection", false))
        fault(r, n, ERR_INVALID, "isCollection 与所引用的数据项定义不一致",
            "isCollection differs from that of the item definition it refers to");
}

/* ── sets of inputs and outputs ────────────────────────────────────────────────────────────── */

static bool set_names(struct reader *r, xmlNode *spec, const char *set, const char *list, str id)
{
    for (xmlNode *s = xml_child(spec, set); s; s = xml_next(s, set))
        for (xmlNode *c = xml_child(s, list); c; c = xml_next(c, list))
            if (str_equal(xml_text(r, c), id))
                return true;
    return false;
}

/* Every data input belongs to an input set, every output to an output set. */
static void check_in_sets(struct reader *r, xmlNode *spec, const char *data, const char *set,
    const char *list)
{
    for (xmlNode *c = xml_child(spec, data); c; c = xml_next(c, data))
        if (!set_names(r, spec, set, list, xml_attr(r, c, "id")))
            fault(r, c, ERR_INVALID, "%1$s 没有列入任何 %2$s", "this <%1$s> is in no <%2$s>", data, set);
}

/* Optional and while-executing members are members of the same set in the first place. */
static void check_subset(struct reader *r, xmlNode *set, const char *part, const char *whole)
{
    for (xmlNode *c = xml_child(set, part); c; c = xml_next(c, part)) {
        bool found = false;
        for (xmlNode *w = xml_child(set, whole); w; w = xml_next(w, whole))
            found |= str_equal(xml_text(r, w), xml_text(r, c));
        if (!found)
            fault(r, c, ERR_INVALID, "%1$s 只能列出已在 %2$s 中的数据",
                "<%1$s> may only list what <%2$s> lists", part, whole);
    }
}

static void check_spec(struct reader *r, xmlNode *spec)
{
    check_in_sets(r, spec, "dataInput", "inputSet", "dataInputRefs");
    check_in_sets(r, spec, "dataOutput", "outputSet", "dataOutputRefs");
    if (!xml_child(spec, "inputSet") || !xml_child(spec, "outputSet"))
        fault(r, spec, ERR_INVALID, "ioSpecification 须有 inputSet 和 outputSet",
            "an <ioSpecification> needs an <inputSet> and an <outputSet>");
}

static void check_set(struct reader *r, xmlNode *set)
{
    check_subset(r, set, "optionalInputRefs", "dataInputRefs");
    check_subset(r, set, "whileExecutingInputRefs", "dataInputRefs");
    check_subset(r, set, "optionalOutputRefs", "dataOutputRefs");
    check_subset(r, set, "whileExecutingOutputRefs", "dataOutputRefs");
}

static void check_association(struct reader *r, xmlNode *n)
{
    if (xml_child_count(n, "sourceRef") > 1 && !xml_child(n, "transformation"))
        fault(r, n, ERR_INVALID, "有多个来源的数据关联须有转换(transformation)",
            "a data association with several sources needs a <transformation>");
    xmlNode *source = xml_child(n, "sourceRef"), *target = xml_child(n, "targetRef");
    xmlNode *from = source ? refs_element(r, xml_text(r, source)) : NULL;
    xmlNode *to = target ? refs_element(r, xml_text(r, target)) : NULL;
    bool moves = xml_child(n, "transformation") || xml_child(n, "assignment");
    if (from && to && xml_is(from, "dataObjectReference"))
        from = refs_element(r, xml_attr(r, from, "dataObjectRef"));
    if (from && to && xml_is(to, "dataObjectReference"))
        to = refs_element(r, xml_attr(r, to, "dataObjectRef"));
    if (from && to && !moves && item_of(r, from) && item_of(r, to)
        && !same_item(r, item_of(r, from), item_of(r, to)))
        fault(r, n, ERR_INVALID, "数据关联两端的数据项定义不同,须有转换或赋值",
            "the two ends of the data association have different item definitions; a "
            "transformation or assignment is needed");
}

/* ── tasks that call operations ────────────────────────────────────────────────────────────── */

struct side {
    const char *data, *set, *zh, *en;
};
static const struct side input_side = { "dataInput", "inputSet", "输入", "input" };
static const struct side output_side = { "dataOutput", "outputSet", "输出", "output" };

/* A message that is carried needs exactly one data input (output) of its item, in one set. */
static void check_carried(struct reader *r, xmlNode *task, xmlNode *message, const struct side *s,
    bool must)
{
    xmlNode *spec = xml_child(task, "ioSpecification");
    int count = spec ? xml_child_count(spec, s->data) : 0;
    int sets = spec ? xml_child_count(spec, s->set) : 0;
    if (!message || (!count && !must))
        return;
    if (count != 1 || sets != 1)
        fault(r, task, ERR_INVALID,
            "任务按操作收发消息,须有且只有一个数据%1$s%2$.0s(现有 %3$d 个,%4$d 组)",
            "%1$.0sa task that carries a message needs exactly one data %2$s in one set; there are "
            "%3$d in %4$d sets", s->zh, s->en, count, sets);
    else if (!same_item(r, item_of(r, xml_child(spec, s->data)), item_of(r, message)))
        fault(r, task, ERR_INVALID, "数据%1$s%2$.0s的数据项定义与消息的不一致",
            "%1$.0sthe data %2$s has another item definition than the message", s->zh, s->en);
}

static xmlNode *message_of(struct reader *r, xmlNode *operation, const char *which)
{
    xmlNode *c = operation ? xml_child(operation, which) : NULL;
    xmlNode *message = c ? refs_element(r, xml_text(r, c)) : NULL;
    return message && xml_is(message, "message") ? message : NULL;
}

static void check_task(struct reader *r, xmlNode *n)
{
    xmlNode *operation = refs_element(r, xml_attr(r, n, "operationRef"));
    xmlNode *message = refs_element(r, xml_attr(r, n, "messageRef"));
    if (operation && !xml_is(operation, "operation"))
        return; /* told already */
    if (xml_is(n, "serviceTask") && operation) {
        check_carried(r, n, message_of(r, operation, "inMessageRef"), &input_side, true);
        check_carried(r, n, message_of(r, operation, "outMessageRef"), &output_side, true);
    } else if (xml_is(n, "sendTask")) {
        check_carried(r, n, message, &input_side, false);
    } else if (xml_is(n, "receiveTask")) {
        check_carried(r, n, message, &output_side, false);
    }
}

/* ── events ────────────────────────────────────────────────────────────────────────────────── */

static xmlNode *payload_of(struct reader *r, xmlNode *definition)
{
    static const char *const attrs[] = { "messageRef", "signalRef", "errorRef", "escalationRef" };
    for (size_t i = 0; i < 4; i++) {
        xmlNode *named = refs_element(r, xml_attr(r, definition, attrs[i]));
        if (named)
            return item_of(r, named);
    }
    return NULL;
}

/* The data of an event, in order, is what its definitions carry (clause 10.5.1). */
static void check_event_data(struct reader *r, xmlNode *n, const char *data)
{
    xmlNode *d = xml_child(n, data);
    int definitions = 0, carried = xml_child_count(n, data);
    for (xmlNode *c = n->children; c && d; c = c->next) {
        if (!xml_is_bpmn(c) || event_kind_of(c) == EVENT_KIND_COUNT)
            continue;
        definitions++;
        if (!same_item(r, item_of(r, d), payload_of(r, c))) {
            fault(r, d, ERR_INVALID, "事件的数据与事件定义所带的数据项不一致",
                "the event's data has another item definition than what the event carries");
            return;
        }
        d = xml_next(d, data);
        if (!d && definitions < carried)
            return;
    }
    for (xmlNode *c = xml_child(n, "eventDefinitionRef"); c; c = xml_next(c, "eventDefinitionRef"))
        definitions++;
    if (carried && definitions != carried)
        fault(r, n, ERR_INVALID, "事件有 %1$d 个数据,却有 %2$d 个事件定义",
            "the event has %1$d data for %2$d event definitions", carried, definitions);
}

/* A message of a declared type is carried by an operation, which must be named. A message by name
 * alone, as drawing tools write it, needs none. */
static void check_message_event(struct reader *r, xmlNode *n)
{
    xmlNode *message = refs_element(r, xml_attr(r, n, "messageRef"));
    if (message && item_of(r, message) && !xml_child(n, "operationRef"))
        fault(r, n, ERR_INVALID, "消息带有数据项定义,可执行流程的消息事件须写明操作(operationRef)",
            "the message has an item definition: in an executable process its event must name the "
            "operation (operationRef)");
}

/* ── loops, resources, expressions ─────────────────────────────────────────────────────────── */

static void check_loop_item(struct reader *r, xmlNode *loop, const char *list, const char *each)
{
    xmlNode *c = xml_child(loop, list), *item = xml_child(loop, each);
    xmlNode *whole = c ? refs_element(r, xml_text(r, c)) : NULL;
    if (!whole || !item || !item_of(r, whole) || !item_of(r, item))
        return;
    str left = xml_attr(r, item_of(r, whole), "structureRef");
    str right = xml_attr(r, item_of(r, item), "structureRef");
    if (!str_equal(left, right))
        fault(r, item, ERR_INVALID, "逐项数据的结构与集合的结构不一致",
            "the item has another structure than the collection");
    if (!xml_attr_bool(r, whole, "isCollection", false)
        && !xml_attr_bool(r, item_of(r, whole), "isCollection", false))
        fault(r, loop, ERR_INVALID, "多实例的数据须是集合(isCollection=\"true\")",
            "the data of a multi-instance activity must be a collection (isCollection=\"true\")");
}

static void check_loop(struct reader *r, xmlNode *n)
{
    check_loop_item(r, n, "loopDataInputRef", "inputDataItem");
    check_loop_item(r, n, "loopDataOutputRef", "outputDataItem");
}

static void check_role(struct reader *r, xmlNode *n)
{
    bool named = xml_child(n, "resourceRef") != NULL;
    if (named && xml_child(n, "resourceAssignmentExpression"))
        fault(r, n, ERR_INVALID, "resourceRef 与 resourceAssignmentExpression 只能写一种",
            "either resourceRef or resourceAssignmentExpression, not both");
    if (!named && xml_child(n, "resourceParameterBinding"))
        fault(r, n, ERR_INVALID, "resourceParameterBinding 须与 resourceRef 同用",
            "resourceParameterBinding is only allowed with resourceRef");
}

static bool must_have_text(const xmlNode *n)
{
    static const char *const list[] = { "messagePath", "dataPath", "from", "to", "transformation",
        "formalExpression", "condition", "dataInputRefs", "dataOutputRefs", NULL };
    for (const char *const *w = list; *w; w++)
        if (xml_is(n, *w))
            return true;
    return false;
}

static void check_text(struct reader *r, xmlNode *n)
{
    if (must_have_text(n) && !xml_text(r, n).bytes)
        fault(r, n, ERR_INVALID, "%s 没有内容", "<%s> is empty", (const char *)n->name);
}

/* ── what is called ────────────────────────────────────────────────────────────────────────── */

static void check_call_side(struct reader *r, xmlNode *call, xmlNode *called, const struct side *s)
{
    xmlNode *mine = xml_child(call, "ioSpecification"), *its = xml_child(called, "ioSpecification");
    int here = mine ? xml_child_count(mine, s->data) : 0, there = its ? xml_child_count(its, s->data) : 0;
    if (here != there) {
        fault(r, call, ERR_INVALID, "调用处有 %3$d 个数据%1$s%2$.0s,被调用者有 %4$d 个,须一致",
            "%1$.0sthe call has %3$d data %2$ss, what it calls has %4$d; they must agree", s->zh, s->en,
            here, there);
        return;
    }
    xmlNode *a = mine ? xml_child(mine, s->data) : NULL, *b = its ? xml_child(its, s->data) : NULL;
    for (; a && b; a = xml_next(a, s->data), b = xml_next(b, s->data))
        if (!same_item(r, item_of(r, a), item_of(r, b)))
            fault(r, a, ERR_INVALID, "调用处的数据%1$s%2$.0s与被调用者的数据项定义不一致",
                "%1$.0sthe call's data %2$s has another item definition than that of what it calls",
                s->zh, s->en);
}

static void check_call(struct reader *r, xmlNode *n)
{
    xmlNode *called = refs_element(r, xml_attr(r, n, "calledElement"));
    if (!called)
        return;
    check_call_side(r, n, called, &input_side);
    check_call_side(r, n, called, &output_side);
}

/* What offers an interface says for each operation which inputs and outputs serve it. */
static void check_callable(struct reader *r, xmlNode *n)
{
    for (xmlNode *c = xml_child(n, "supportedInterfaceRef"); c; c = xml_next(c, "supportedInterfaceRef")) {
        xmlNode *interface = refs_element(r, xml_text(r, c));
        if (!interface || !xml_is(interface, "interface")) {
            fault(r, c, ERR_INVALID, "supportedInterfaceRef 所指的不是接口",
                "supportedInterfaceRef names no interface");
            continue;
        }
        for (xmlNode *o = xml_child(interface, "operation"); o; o = xml_next(o, "operation")) {
            bool bound = false;
            for (xmlNode *b = xml_child(n, "ioBinding"); b; b = xml_next(b, "ioBinding"))
                bound |= refs_element(r, xml_attr(r, b, "operationRef")) == o;
            if (!bound)
                fault(r, n, ERR_INVALID, "提供接口的流程须为操作“%.*s”写明输入输出(ioBinding)",
                    "what offers an interface must bind the operation \"%.*s\" to its data "
                    "(ioBinding)", SAY(xml_attr(r, o, "id")));
        }
    }
}

/* ── compensation ──────────────────────────────────────────────────────────────────────────── */

static void connect_handler(struct reader *r, xmlNode *n)
{
    str source = xml_attr(r, n, "sourceRef"), target = xml_attr(r, n, "targetRef");
    int from = refs_node(r, source), to = refs_node(r, target);
    if (!refs_element(r, source) || !refs_element(r, target))
        fault(r, n, ERR_INVALID, "关联的两端须是已有的元素", "both ends of an association must exist");
    if (from < 0 || to < 0 || r->model->nodes[from].kind != BPMN_BOUNDARY_EVENT)
        return;
    if (r->model->plans[from].handler >= 0 && r->model->plans[from].handler != to)
        fault(r, n, ERR_INVALID, "补偿边界事件只能连到一个补偿活动",
            "a compensation boundary event leads to one compensation activity only");
    r->model->plans[from].handler = to;
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

/* ── walking ───────────────────────────────────────────────────────────────────────────────── */

static const struct {
    const char *element;
    void (*check)(struct reader *r, xmlNode *n);
} checks[] = { { "ioSpecification", check_spec }, { "inputSet", check_set },
    { "outputSet", check_set }, { "dataInputAssociation", check_association },
    { "dataOutputAssociation", check_association }, { "serviceTask", check_task },
    { "sendTask", check_task }, { "receiveTask", check_task },
    { "messageEventDefinition", check_message_event },
    { "multiInstanceLoopCharacteristics", check_loop }, { "performer", check_role },
    { "humanPerformer", check_role }, { "potentialOwner", check_role },
    { "resourceRole", check_role }, { "callActivity", check_call },
    { "process", check_callable }, { "globalTask", check_callable },
    { "globalUserTask", check_callable }, { "globalScriptTask", check_callable },
    { "globalManualTask", check_callable }, { "globalBusinessRuleTask", check_callable },
    { "association", connect_handler } };

static void walk(struct reader *r, xmlNode *n)
{
    for (; n && !arena_failed(r->arena); n = n->next) {
        if (!xml_is_bpmn(n) || xml_is(n, "extensionElements"))
            continue;
        for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
            if (xml_is(n, checks[i].element))
                checks[i].check(r, n);
        check_collection(r, n);
        check_text(r, n);
        if (xml_is(n, "intermediateThrowEvent") || xml_is(n, "endEvent"))
            check_event_data(r, n, "dataInput");
        if (xml_is(n, "startEvent") || xml_is(n, "intermediateCatchEvent") || xml_is(n, "boundaryEvent"))
            check_event_data(r, n, "dataOutput");
        walk(r, n->children);
    }
}

void rules_elements(struct reader *r)
{
    walk(r, r->root->children);
    check_handlers(r);
}
