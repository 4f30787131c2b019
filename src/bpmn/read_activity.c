/*
 * The insides of activities and gateways, our own attributes, and what other tools left in the
 * file. Foreign attributes that would change how the model runs are refused by name: a model that
 * relies on them would run differently here without anybody noticing.
 */
#include "bpmn/read.h"

#include <string.h>

/* ── loops ─────────────────────────────────────────────────────────────────────────────────── */

static void read_optional(struct reader *r, xmlNode *n, const char *child, struct bpmn_expr *out)
{
    xmlNode *c = xml_child(n, child);
    if (c)
        read_expr(r, c, true, out);
}

static void read_standard_loop(struct reader *r, xmlNode *n, struct bpmn_loop *l)
{
    l->kind = LOOP_STANDARD;
    l->test_before = xml_attr_bool(r, n, "testBefore", false);
    read_optional(r, n, "loopCondition", &l->condition);
    str maximum = xml_attr(r, n, "loopMaximum");
    if (maximum.bytes && maximum.data[0] == '-')
        fault(r, n, ERR_INVALID, "循环次数上限(loopMaximum)“%.*s”不能是负数",
            "loopMaximum \"%.*s\" must not be negative", SAY(maximum));
    else if (maximum.bytes)
        compile_expr(r, n, maximum, &l->maximum);
    if (!l->condition.text.bytes && !maximum.bytes)
        fault(r, n, ERR_INVALID, "循环须有条件(loopCondition)或次数上限(loopMaximum)",
            "a loop needs a condition (loopCondition) or a maximum (loopMaximum)");
}

static void read_one_complex(struct reader *r, xmlNode *n, struct bpmn_complex *out)
{
    xmlNode *condition = xml_child(n, "condition"), *event = xml_child(n, "event");
    if (!condition)
        fault(r, n, ERR_INVALID, "complexBehaviorDefinition 须有条件(condition)",
            "a <complexBehaviorDefinition> needs a <condition>");
    else
        read_expr(r, condition, true, &out->condition);
    for (xmlNode *c = event ? event->children : NULL; c; c = c->next) {
        xmlNode *definition = xml_is(c, "eventDefinitionRef") ? refs_element(r, xml_text(r, c)) : c;
        if (definition && event_kind_of(definition) != EVENT_KIND_COUNT)
            out->throws = read_event_definition(r, definition, &out->event);
    }
    if (event && !out->throws)
        fault(r, event, ERR_INVALID, "complexBehaviorDefinition 的事件须有事件定义",
            "the <event> of a <complexBehaviorDefinition> needs an event definition");
}

static void read_complex(struct reader *r, xmlNode *n, struct bpmn_loop *l)
{
    int count = xml_child_count(n, "complexBehaviorDefinition");
    if (l->behavior == BEHAVIOR_COMPLEX && !count)
        fault(r, n, ERR_INVALID, "behavior=\"Complex\" 须有 complexBehaviorDefinition 写明何时抛出什么",
            "behavior=\"Complex\" needs a <complexBehaviorDefinition> that says what is thrown when");
    if (l->behavior != BEHAVIOR_COMPLEX && count)
        fault(r, n, ERR_INVALID,
            "complexBehaviorDefinition 只用于 behavior=\"Complex\" 的多实例",
            "<complexBehaviorDefinition> has a meaning with behavior=\"Complex\" only");
    l->complex = ARENA_ARRAY(r->arena, struct bpmn_complex, (size_t)count);
    for (xmlNode *c = l->complex ? xml_child(n, "complexBehaviorDefinition") : NULL; c;
         c = xml_next(c, "complexBehaviorDefinition"))
        read_one_complex(r, c, &l->complex[l->complex_count++]);
}

static void read_behavior(struct reader *r, xmlNode *n, struct bpmn_loop *l)
{
    static const char *const words[] = { "All", "None", "One", "Complex" };
    str word = xml_attr(r, n, "behavior");
    l->behavior = BEHAVIOR_ALL;
    for (int i = 0; i < 4; i++)
        if (str_is(word, words[i]))
            l->behavior = (enum bpmn_behavior)i;
    read_complex(r, n, l);
    if (l->behavior != BEHAVIOR_NONE && l->behavior != BEHAVIOR_ONE)
        return;
    const char *attr = l->behavior == BEHAVIOR_NONE ? "noneBehaviorEventRef" : "oneBehaviorEventRef";
    xmlNode *event = refs_element(r, xml_attr(r, n, attr));
    if (!event || event_kind_of(event) == EVENT_KIND_COUNT)
        fault(r, n, ERR_INVALID, "多实例行为缺少 %s 所指的事件定义",
            "%s must name an event definition", attr);
    else
        read_event_definition(r, event, &l->behavior_event);
}

static str variable_name(struct reader *r, xmlNode *n)
{
    if (n && xml_is(n, "dataObjectReference")) {
        xmlNode *object = refs_element(r, xml_attr(r, n, "dataObjectRef"));
        if (object)
            n = object;
    }
    str name = n ? xml_attr(r, n, "name") : STR_NONE;
    return n && !name.bytes ? xml_attr(r, n, "id") : name;
}

static void read_multi_instance(struct reader *r, xmlNode *n, struct bpmn_loop *l)
{
    l->kind = xml_attr_bool(r, n, "isSequential", false) ? LOOP_SEQUENTIAL : LOOP_PARALLEL;
    read_optional(r, n, "loopCardinality", &l->cardinality);
    read_optional(r, n, "completionCondition", &l->completion);
    str collection = xml_attr_ns(r, n, "collection", NS_JUNMA);
    xmlNode *input = xml_child(n, "loopDataInputRef");
    if (input && !collection.bytes) {
        str id = xml_text(r, input);
        xmlNode *data = refs_element(r, id);
        collection = data ? variable_name(r, data) : STR_NONE;
        if (!data)
            fault(r, input, ERR_INVALID, "loopDataInputRef“%.*s”不存在",
                "loopDataInputRef \"%.*s\" does not exist", SAY(id));
    }
    if (collection.bytes)
        compile_expr(r, n, collection, &l->collection);
    l->item = xml_attr_ns(r, n, "item", NS_JUNMA);
    if (!l->item.bytes)
        l->item = variable_name(r, xml_child(n, "inputDataItem"));
    l->result_item = xml_attr_ns(r, n, "resultItem", NS_JUNMA);
    if (!l->result_item.bytes)
        l->result_item = variable_name(r, xml_child(n, "outputDataItem"));
    l->result_list = xml_attr_ns(r, n, "resultList", NS_JUNMA);
    xmlNode *output = xml_child(n, "loopDataOutputRef");
    if (!l->result_list.bytes && output)
        l->result_list = variable_name(r, refs_element(r, xml_text(r, output)));
    if (!collection.bytes && !xml_child(n, "loopCardinality"))
        fault(r, n, ERR_INVALID,
            "多实例须写明次数(loopCardinality)或逐项处理的集合(loopDataInputRef 或 junma:collection)",
            "multi-instance needs a number (loopCardinality) or a collection to go over "
            "(loopDataInputRef or junma:collection)");
    read_behavior(r, n, l);
}

/* ── data in and out ───────────────────────────────────────────────────────────────────────── */

static void add_assignment(struct reader *r, struct bpmn_assignment **list, int *count,
    struct bpmn_assignment a)
{
    struct bpmn_assignment *grown = arena_grow(r->arena, *list, sizeof a * (size_t)*count,
        sizeof a * (size_t)(*count + 1));
    if (!grown || !a.to.bytes)
        return;
    *list = grown;
    (*list)[(*count)++] = a;
}

static void read_association(struct reader *r, xmlNode *n, struct bpmn_assignment **list, int *count)
{
    xmlNode *assignment = xml_child(n, "assignment");
    xmlNode *transformation = xml_child(n, "transformation");
    xmlNode *target = xml_child(n, "targetRef"), *source = xml_child(n, "sourceRef");
    struct bpmn_assignment a = { 0 };
    if (target)
        a.to = variable_name(r, refs_element(r, xml_text(r, target)));
    if (assignment && !transformation) {
        for (; assignment; assignment = xml_next(assignment, "assignment")) {
            struct bpmn_assignment each = { .to = a.to };
            xmlNode *from = xml_child(assignment, "from"), *to = xml_child(assignment, "to");
            if (!from || !to) {
                fault(r, assignment, ERR_INVALID, "赋值(assignment)须有 from 和 to",
                    "an assignment needs <from> and <to>");
                continue;
            }
            read_expr(r, from, true, &each.from);
            str name = xml_text(r, to);
            xmlNode *named = refs_element(r, name);
            each.to = named ? variable_name(r, named) : name;
            add_assignment(r, list, count, each);
        }
        return;
    }
    if (transformation)
        read_expr(r, transformation, true, &a.from);
    else if (source)
        a.from_name = variable_name(r, refs_element(r, xml_text(r, source)));
    if (a.from.program || a.from_name.bytes)
        add_assignment(r, list, count, a);
}

static void read_data(struct reader *r, xmlNode *n, struct bpmn_plan *p)
{
    for (xmlNode *c = xml_child(n, "dataInputAssociation"); c; c = xml_next(c, "dataInputAssociation"))
        read_association(r, c, &p->inputs, &p->input_count);
    for (xmlNode *c = xml_child(n, "dataOutputAssociation"); c;
         c = xml_next(c, "dataOutputAssociation"))
        read_association(r, c, &p->outputs, &p->output_count);
}

/* Data that lives and goes with an activity: what it declares. Data of a process is the case's. */
static void read_locals(struct reader *r, xmlNode *n, struct bpmn_plan *p)
{
    int count = xml_child_count(n, "dataObject") + xml_child_count(n, "property");
    p->locals = count ? ARENA_ARRAY(r->arena, str, (size_t)count) : NULL;
    for (xmlNode *c = n->children; c && p->locals; c = c->next)
        if (xml_is(c, "dataObject") || xml_is(c, "property")) {
            str name = variable_name(r, c);
            if (name.bytes)
                p->locals[p->local_count++] = name;
        }
}

/* ── kinds ─────────────────────────────────────────────────────────────────────────────────── */

static void read_script(struct reader *r, xmlNode *n, struct bpmn_plan *p)
{
    xmlNode *script = xml_child(n, "script");
    str format = xml_attr(r, n, "scriptFormat");
    bool by_host = r->dialect && r->dialect->scripts_by_host;
    bool feel = str_find(format, STR("feel"), 0) >= 0 || str_find(format, STR("FEEL"), 0) >= 0;
    p->script_text = script ? xml_text(r, script) : STR_NONE;
    if (format.bytes && !feel && str_find(format, STR("/"), 0) < 1)
        fault(r, n, ERR_INVALID, "scriptFormat“%.*s”应为媒体类型,如 application/feel",
            "scriptFormat \"%.*s\" must be a media type like application/feel", SAY(format));
    if (by_host)
        return;
    if (format.bytes && !feel)
        fault(r, n, ERR_UNSUPPORTED, "脚本语言“%.*s”不受支持,请改用 FEEL",
            "the script language \"%.*s\" is not supported: write FEEL", SAY(format));
    else if (!p->script_text.bytes)
        fault(r, n, ERR_INVALID, "脚本任务没有脚本", "the script task has no script");
    else
        compile_expr(r, script, p->script_text, &p->script);
}

static void read_message_task(struct reader *r, xmlNode *n, struct bpmn_plan *p)
{
    struct bpmn_event *e = ARENA_NEW(r->arena, struct bpmn_event);
    if (!e)
        return;
    str id = xml_attr(r, n, "messageRef");
    xmlNode *message = refs_element(r, id);
    *e = (struct bpmn_event){ .kind = EVENT_MESSAGE, .line = xml_line(n), .activity = -1,
        .name = message ? variable_name(r, message) : STR_NONE };
    if (id.bytes && (!message || !xml_is(message, "message")))
        fault(r, n, ERR_INVALID, "messageRef“%.*s”不是消息", "messageRef \"%.*s\" is no message",
            SAY(id));
    p->events = e;
    p->event_count = 1;
    p->instantiate = xml_attr_bool(r, n, "instantiate", false);
}

static void read_call(struct reader *r, int node)
{
    struct bpmn_model *m = r->model;
    xmlNode *n = r->elements[node];
    str called = xml_attr(r, n, "calledElement");
    m->nodes[node].called = xml_local(called);
    int to = refs_node(r, called);
    xmlNode *element = refs_element(r, called);
    if (!called.bytes)
        fault(r, n, ERR_INVALID, "调用活动没有写明调用什么(calledElement)",
            "the call activity does not say what it calls (calledElement)");
    else if (element && (to < 0 || m->nodes[to].kind != BPMN_PROCESS))
        fault(r, n, ERR_INVALID, "调用活动只能调用流程或全局任务,“%.*s”不是",
            "a call activity calls a process or a global task; \"%.*s\" is neither", SAY(called));
    else
        m->plans[node].called = to;
}

void read_activity(struct reader *r, int node)
{
    struct bpmn_model *m = r->model;
    struct bpmn_plan *p = &m->plans[node];
    xmlNode *n = r->elements[node];
    enum bpmn_kind kind = m->nodes[node].kind;
    xmlNode *standard = xml_child(n, "standardLoopCharacteristics");
    xmlNode *multi = xml_child(n, "multiInstanceLoopCharacteristics");
    if (standard)
        read_standard_loop(r, standard, &p->loop);
    if (multi)
        read_multi_instance(r, multi, &p->loop);
    p->for_compensation = xml_attr_bool(r, n, "isForCompensation", false);
    p->start_quantity = xml_attr_int(r, n, "startQuantity", 1);
    p->completion_quantity = xml_attr_int(r, n, "completionQuantity", 1);
    p->triggered = xml_attr_bool(r, n, "triggeredByEvent", false);
    if (p->triggered && m->nodes[node].scope >= 0) {
        if (m->plans[m->nodes[node].scope].event_subs.count == 32)
            fault(r, n, ERR_LIMIT, "一层最多 32 个事件子流程", "a scope may have 32 event sub-processes");
        else
            index_add(r, &m->plans[m->nodes[node].scope].event_subs, node);
    }
    read_data(r, n, p);
    if (kind != BPMN_PROCESS)
        read_locals(r, n, p);
    if (kind == BPMN_SCRIPT_TASK)
        read_script(r, n, p);
    if (kind == BPMN_SEND_TASK || kind == BPMN_RECEIVE_TASK)
        read_message_task(r, n, p);
    if (kind == BPMN_CALL_ACTIVITY)
        read_call(r, node);
    if (kind == BPMN_AD_HOC) {
        p->ordered = str_is(xml_attr(r, n, "ordering"), "Sequential");
        p->keep_remaining = !xml_attr_bool(r, n, "cancelRemainingInstances", true);
        read_optional(r, n, "completionCondition", &p->completion);
    }
    if (kind == BPMN_COMPLEX_GATEWAY)
        read_optional(r, n, "activationCondition", &p->completion);
    if (kind == BPMN_EVENT_GATEWAY) {
        p->instantiate = xml_attr_bool(r, n, "instantiate", false);
        p->exclusive_event = !str_is(xml_attr(r, n, "eventGatewayType"), "Parallel");
    }
}

/* ── our own attributes ────────────────────────────────────────────────────────────────────── */

/* Which attribute of ours may stand on which element. */
static const struct {
    const char *name, *element;
} ours[] = { { "nameEn", NULL }, { "kind", "process" }, { "role", "userTask" }, { "unit", "userTask" },
    { "assignee", "userTask" }, { "form", "userTask" }, { "promise", "userTask" },
    { "verbs", "userTask" }, { "signers", "userTask" }, { "signerRoles", "userTask" },
    { "signerUnits", "userTask" }, { "signerPromise", "userTask" }, { "share", "userTask" },
    { "takeBack", "userTask" }, { "outcomes", "userTask" }, { "decision", "businessRuleTask" },
    { "resultVariable", "businessRuleTask" }, { "resultVariable", "scriptTask" },
    { "calendar", "timerEventDefinition" }, { "calendar", "intermediateCatchEvent" },
    { "calendar", "boundaryEvent" }, { "calendar", "startEvent" },
    { "correlation", "intermediateCatchEvent" }, { "correlation", "boundaryEvent" },
    { "correlation", "startEvent" }, { "correlation", "receiveTask" },
    { "correlation", "intermediateThrowEvent" }, { "correlation", "endEvent" },
    { "payload", "intermediateThrowEvent" }, { "payload", "endEvent" },
    { "collection", "multiInstanceLoopCharacteristics" },
    { "item", "multiInstanceLoopCharacteristics" },
    { "resultItem", "multiInstanceLoopCharacteristics" },
    { "resultList", "multiInstanceLoopCharacteristics" } };

static bool is_ours(const xmlNode *n, const char *name)
{
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!strcmp(ours[i].name, name) && (!ours[i].element || xml_is(n, ours[i].element)))
            return true;
    return service_attribute(n, name);
}

static void read_task_expr(struct reader *r, xmlNode *n, const char *name, struct bpmn_expr *out)
{
    str text = xml_attr_ns(r, n, name, NS_JUNMA);
    if (text.bytes)
        compile_expr(r, n, text, out);
}

/* A task that is one person's, and to which others may be added while it waits. */
static void read_signers(struct reader *r, xmlNode *n, struct bpmn_node *out, struct bpmn_plan *p)
{
    out->signers = xml_attr_ns(r, n, "signers", NS_JUNMA);
    bool sequential = str_is(out->signers, "sequential");
    if (!out->signers.bytes)
        return;
    if (!sequential && !str_is(out->signers, "parallel"))
        fault(r, n, ERR_INVALID, "junma:signers 的值是“%.*s”,应为 parallel 或 sequential",
            "junma:signers is \"%.*s\"; it must be parallel or sequential", SAY(out->signers));
    else if (p->loop.kind != LOOP_NONE)
        fault(r, n, ERR_INVALID, "多实例本来就可以加签减签,不必再写 junma:signers",
            "signers can be added to a multi-instance task anyway: remove junma:signers");
    else
        p->loop.kind = sequential ? LOOP_SEQUENTIAL : LOOP_PARALLEL;
}

/* What a message is found by, and what a thrown one carries. */
static void read_correlation(struct reader *r, int node)
{
    struct bpmn_plan *p = &r->model->plans[node];
    xmlNode *n = r->elements[node];
    for (int i = 0; i < p->event_count; i++)
        if (p->events[i].kind == EVENT_MESSAGE && !xml_is(n, "sendTask")) {
            r->model->messages = true;
            read_task_expr(r, n, "correlation", &p->events[i].correlation);
            read_task_expr(r, n, "payload", &p->events[i].payload);
        }
}

void read_junma(struct reader *r, int node)
{
    struct bpmn_node *out = &r->model->nodes[node];
    struct bpmn_plan *p = &r->model->plans[node];
    xmlNode *n = r->elements[node];
    if (out->kind == BPMN_PROCESS)
        out->case_kind = xml_attr_ns(r, n, "kind", NS_JUNMA);
    out->result = xml_attr_ns(r, n, "resultVariable", NS_JUNMA);
    read_service(r, node);
    read_correlation(r, node);
    if (out->kind == BPMN_USER_TASK) {
        out->role = xml_attr_ns(r, n, "role", NS_JUNMA);
        if (!out->role.bytes)
            out->role = out->lane;
        out->form = xml_attr_ns(r, n, "form", NS_JUNMA);
        out->promise = xml_attr_ns(r, n, "promise", NS_JUNMA);
        out->verbs = xml_attr_ns(r, n, "verbs", NS_JUNMA);
        read_signers(r, n, out, p);
        out->signer_roles = xml_attr_ns(r, n, "signerRoles", NS_JUNMA);
        out->signer_units = xml_attr_ns(r, n, "signerUnits", NS_JUNMA);
        out->signer_promise = xml_attr_ns(r, n, "signerPromise", NS_JUNMA);
        out->share = xml_attr_ns(r, n, "share", NS_JUNMA);
        out->take_back = xml_attr_ns(r, n, "takeBack", NS_JUNMA);
        out->outcomes = xml_attr_ns(r, n, "outcomes", NS_JUNMA);
        read_task_expr(r, n, "unit", &p->unit);
        read_task_expr(r, n, "assignee", &p->assignee);
    }
    if (out->kind == BPMN_RULE_TASK) {
        out->decision = xml_attr_ns(r, n, "decision", NS_JUNMA);
        if (!out->decision.bytes)
            fault(r, n, ERR_INVALID, "业务规则任务没有写明用哪条决策(junma:decision)",
                "the business rule task does not name its decision (junma:decision)");
    }
}

/* ── other tools ───────────────────────────────────────────────────────────────────────────── */

/* Engines whose attributes change how a model runs. */
static const char *const engines[] = { "http://camunda.org/schema/1.0/bpmn",
    "http://camunda.org/schema/zeebe/1.0", "http://flowable.org/bpmn", "http://activiti.org/bpmn",
    "http://operaton.org/schema/1.0/bpmn", "http://www.jboss.org/drools",
    NULL };

static bool foreign_engine(const xmlNs *ns)
{
    for (const char *const *e = engines; ns && *e; e++)
        if (!strcmp((const char *)ns->href, *e))
            return true;
    return false;
}

static void check_attribute(struct reader *r, xmlNode *n, const xmlAttr *a)
{
    const char *name = (const char *)a->name;
    if (foreign_engine(a->ns))
        fault(r, n, ERR_UNSUPPORTED,
            "属性 %1$s:%2$s 属于另一种流程引擎,这里不执行;办理人、表单等请用 junma: 属性写明",
            "the attribute %1$s:%2$s belongs to another engine and is not executed here; say roles, "
            "forms and the like with junma: attributes",
            a->ns->prefix ? (const char *)a->ns->prefix : "", name);
    else if (a->ns && !strcmp((const char *)a->ns->href, NS_JUNMA) && !is_ours(n, name))
        fault(r, n, ERR_UNSUPPORTED, "junma:%s 不能写在 %s 上", "junma:%s has no meaning on <%s>",
            name, (const char *)n->name);
}

void check_foreign(struct reader *r, xmlNode *n)
{
    for (; n; n = n == r->root ? NULL : n->next) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        for (const xmlAttr *a = n->properties; a; a = a->next)
            check_attribute(r, n, a);
        if (foreign_engine(n->ns))
            fault(r, n, ERR_UNSUPPORTED,
                "元素 %s:%s 属于另一种流程引擎,这里不执行,请删除",
                "the element <%s:%s> belongs to another engine and is not executed here; remove it",
                n->ns->prefix ? (const char *)n->ns->prefix : "", (const char *)n->name);
        else if (n->ns && !strcmp((const char *)n->ns->href, NS_JUNMA))
            fault(r, n, ERR_UNSUPPORTED, "没有 junma:%s 这种元素", "there is no element <junma:%s>",
                (const char *)n->name);
        else
            check_foreign(r, n->children);
    }
}
