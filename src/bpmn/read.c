/*
 * Definitions, processes, nodes and flows. Three passes over the tree: ids, then nodes and flows
 * in document order, then the references between them and the insides of every node.
 */
#include "bpmn/read.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *element, *zh, *en;
} kinds[BPMN_KIND_COUNT] = {
#define K(name, element, zh, en) { element, zh, en },
#include "bpmn/kinds.def"
#undef K
};

const char *bpmn_kind_element(enum bpmn_kind k)
{
    return kinds[k].element;
}
const char *bpmn_kind_zh(enum bpmn_kind k)
{
    return kinds[k].zh;
}
const char *bpmn_kind_en(enum bpmn_kind k)
{
    return kinds[k].en;
}

static int kind_of(const xmlNode *n)
{
    for (int k = BPMN_PROCESS + 1; k < BPMN_KIND_COUNT; k++)
        if (xml_is(n, kinds[k].element))
            return k;
    return -1;
}

/* What may stand inside a process or sub-process beside nodes and flows, and is read elsewhere or
 * has no part in execution. */
static const char *const beside[] = { "documentation", "extensionElements", "incoming", "outgoing",
    "ioSpecification", "property", "laneSet", "dataObject", "dataObjectReference",
    "dataStoreReference", "association", "textAnnotation", "group", "dataInputAssociation",
    "dataOutputAssociation", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics",
    "completionCondition", "performer", "humanPerformer", "potentialOwner", "resourceRole",
    "auditing", "monitoring", "supports", "supportedInterfaceRef", "correlationSubscription",
    "ioBinding", NULL };

/* What may stand under definitions. */
static const char *const roots[] = { "documentation", "extensionElements", "process", "collaboration",
    "itemDefinition", "message", "signal", "error", "escalation", "interface", "resource", "category",
    "dataStore", "endPoint", "partnerEntity", "partnerRole", "correlationProperty", "relationship",
    "globalTask", "globalScriptTask", "globalUserTask", "globalManualTask",
    "globalBusinessRuleTask", "extension", NULL };

static bool listed(const char *const *list, const xmlNode *n)
{
    for (; *list; list++)
        if (xml_is(n, *list))
            return true;
    return false;
}

void index_add(struct reader *r, struct bpmn_indexes *list, int index)
{
    /* Grown by doubling at powers of two. */
    if ((list->count & (list->count - 1)) == 0) {
        int capacity = list->count ? list->count * 2 : 1;
        int *items = arena_grow(r->arena, list->items, sizeof(int) * (size_t)list->count,
            sizeof(int) * (size_t)capacity);
        if (!items)
            return;
        list->items = items;
    }
    list->items[list->count++] = index;
}

static bool grow_nodes(struct reader *r)
{
    struct bpmn_model *m = r->model;
    size_t old = r->node_capacity, new = old ? old * 2 : 32;
    m->nodes = arena_grow(r->arena, m->nodes, old * sizeof *m->nodes, new * sizeof *m->nodes);
    m->plans = arena_grow(r->arena, m->plans, old * sizeof *m->plans, new * sizeof *m->plans);
    r->elements = arena_grow(r->arena, r->elements, old * sizeof(xmlNode *), new * sizeof(xmlNode *));
    r->node_capacity = new;
    return m->nodes && m->plans && r->elements;
}

int model_add_node(struct reader *r, xmlNode *n, enum bpmn_kind kind, int scope)
{
    struct bpmn_model *m = r->model;
    if (m->node_count == BPMN_NODES_MAX) {
        fault(r, n, ERR_LIMIT, "流程节点超过 %d 个", "more than %d nodes", BPMN_NODES_MAX);
        return -1;
    }
    if (m->node_count == r->node_capacity && !grow_nodes(r)) {
        m->node_count = r->node_capacity = 0;
        return -1;
    }
    int index = (int)m->node_count++;
    m->nodes[index] = (struct bpmn_node){ .index = index, .kind = kind, .scope = scope,
        .line = xml_line(n), .id = xml_attr(r, n, "id"), .name = xml_attr(r, n, "name"),
        .name_en = xml_attr_ns(r, n, "nameEn", NS_JUNMA) };
    m->plans[index] = (struct bpmn_plan){ .default_flow = -1, .attached = -1, .handler = -1,
        .called = -1, .link = -1, .start_quantity = 1, .completion_quantity = 1 };
    r->elements[index] = n;
    struct ref *ref = refs_find(r, m->nodes[index].id);
    if (ref && ref->element == n)
        ref->node = index;
    else if (!m->nodes[index].id.bytes)
        fault(r, n, ERR_INVALID, "%1$s缺少标识(id)%2$.0s", "%1$.0sthis %2$s has no id",
            kinds[kind].zh, kinds[kind].en);
    if (scope >= 0)
        index_add(r, &m->plans[scope].children, index);
    return index;
}

static void add_flow(struct reader *r, xmlNode *n)
{
    struct bpmn_model *m = r->model;
    if (m->flow_count == BPMN_FLOWS_MAX) {
        fault(r, n, ERR_LIMIT, "顺序流超过 %d 条", "more than %d sequence flows", BPMN_FLOWS_MAX);
        return;
    }
    if (m->flow_count == r->flow_capacity) {
        size_t old = r->flow_capacity, new = old ? old * 2 : 32;
        m->flows = arena_grow(r->arena, m->flows, old * sizeof *m->flows, new * sizeof *m->flows);
        r->flow_elements = arena_grow(
            r->arena, r->flow_elements, old * sizeof(xmlNode *), new * sizeof(xmlNode *));
        r->flow_capacity = new;
        if (!m->flows || !r->flow_elements) {
            m->flow_count = r->flow_capacity = 0;
            return;
        }
    }
    int index = (int)m->flow_count++;
    m->flows[index] = (struct bpmn_flow){ .id = xml_attr(r, n, "id"), .source = -1, .target = -1,
        .line = xml_line(n) };
    r->flow_elements[index] = n;
    struct ref *ref = refs_find(r, m->flows[index].id);
    if (ref && ref->element == n)
        ref->flow = index;
}

static void read_scope(struct reader *r, xmlNode *scope, int index)
{
    if (index < 0)
        return;
    for (xmlNode *n = scope->children; n && !arena_failed(r->arena); n = n->next) {
        if (!xml_is_bpmn(n))
            continue;
        int kind = kind_of(n);
        if (kind >= 0) {
            int node = model_add_node(r, n, (enum bpmn_kind)kind, index);
            if (bpmn_is_scope((enum bpmn_kind)kind))
                read_scope(r, n, node);
        } else if (xml_is(n, "sequenceFlow")) {
            add_flow(r, n);
        } else if (!listed(beside, n)) {
            fault(r, n, ERR_UNSUPPORTED, "不执行元素 %s:请从流程中删除,或改用支持的元素",
                "the element <%s> is not executed: remove it or use one that is",
                (const char *)n->name);
        }
    }
}

/* ── references ────────────────────────────────────────────────────────────────────────────── */

static int flow_end(struct reader *r, int flow, const char *attr)
{
    xmlNode *n = r->flow_elements[flow];
    str id = xml_attr(r, n, attr);
    const char *zh = *attr == 's' ? "起点" : "终点", *en = *attr == 's' ? "source" : "target";
    if (!id.bytes) {
        fault(r, n, ERR_INVALID, "顺序流缺少%1$s%2$.0s(%3$s)",
            "%1$.0sthe sequence flow has no %2$s (%3$s)", zh, en, attr);
        return -1;
    }
    int node = refs_node(r, id);
    if (node < 0 || r->model->nodes[node].kind == BPMN_PROCESS)
        fault(r, n, ERR_INVALID, "顺序流的%1$s%2$.0s“%4$.*3$s”不是流程中的节点",
            "%1$.0sthe sequence flow's %2$s \"%4$.*3$s\" is no node of a process", zh, en,
            (int)id.bytes, id.data);
    return node;
}

static void resolve_flow(struct reader *r, int index)
{
    struct bpmn_model *m = r->model;
    xmlNode *n = r->flow_elements[index];
    struct bpmn_flow *f = &m->flows[index];
    f->source = flow_end(r, index, "sourceRef");
    f->target = flow_end(r, index, "targetRef");
    if (f->source >= 0)
        index_add(r, &m->plans[f->source].outgoing, index);
    if (f->target >= 0)
        index_add(r, &m->plans[f->target].incoming, index);
    if (!f->id.bytes && f->source >= 0 && f->target >= 0) /* '>' is in no id */
        f->id = str_printf(r->arena, "%.*s>%.*s", STR_ARGS(m->nodes[f->source].id),
            STR_ARGS(m->nodes[f->target].id));
    xmlNode *condition = xml_child(n, "conditionExpression");
    if (condition) {
        f->conditional = true;
        read_expr(r, condition, false, &f->condition);
    }
}

static void resolve_default(struct reader *r, int node)
{
    struct bpmn_plan *p = &r->model->plans[node];
    str id = xml_attr(r, r->elements[node], "default");
    if (!id.bytes)
        return;
    struct ref *ref = refs_find(r, xml_local(id));
    if (!ref || ref->flow < 0 || r->model->flows[ref->flow].source != node) {
        fault(r, r->elements[node], ERR_INVALID, "默认流“%.*s”不是从这里出发的顺序流",
            "the default flow \"%.*s\" is not a sequence flow that leaves from here", SAY(id));
        return;
    }
    p->default_flow = ref->flow;
    if (r->model->flows[ref->flow].conditional)
        fault(r, r->flow_elements[ref->flow], ERR_INVALID, "默认流不能带条件,请删除条件",
            "the default flow must have no condition; remove it");
}

/* ── lanes: roles of the nodes in them ─────────────────────────────────────────────────────── */

static void read_lanes(struct reader *r, xmlNode *set)
{
    for (xmlNode *lane = xml_child(set, "lane"); lane; lane = xml_next(lane, "lane")) {
        str name = xml_attr(r, lane, "name");
        for (xmlNode *n = xml_child(lane, "flowNodeRef"); n; n = xml_next(n, "flowNodeRef")) {
            str id = xml_text(r, n);
            int node = refs_node(r, id);
            if (node < 0)
                fault(r, n, ERR_INVALID, "泳道引用的节点“%.*s”不存在",
                    "the lane names a node \"%.*s\" that does not exist", SAY(id));
            else
                r->model->nodes[node].lane = name;
        }
        for (xmlNode *n = xml_child(lane, "childLaneSet"); n; n = xml_next(n, "childLaneSet"))
            read_lanes(r, n);
    }
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────── */

static void read_roots(struct reader *r)
{
    for (xmlNode *n = r->root->children; n; n = n->next) {
        if (!xml_is_bpmn(n))
            continue;
        if (xml_is(n, "import"))
            fault(r, n, ERR_UNSUPPORTED, "不支持引入其他文件(import):请把用到的元素放进本文件",
                "importing other files is not supported: put what is used into this file");
        else if (xml_is(n, "extension") && xml_attr_bool(r, n, "mustUnderstand", false))
            fault(r, n, ERR_UNSUPPORTED, "不支持必须理解的扩展“%.*s”",
                "the extension \"%.*s\" must be understood, and is not",
                SAY(xml_attr(r, n, "definition")));
        else if (!listed(roots, n) && event_kind_of(n) == EVENT_KIND_COUNT)
            fault(r, n, ERR_UNSUPPORTED, "元素 %s 不能放在文件根层(编排、会话等模型也不执行)",
                "<%s> has no place at the root of an executable file (choreographies and "
                "conversations are not executed)",
                (const char *)n->name);
        if (xml_is(n, "process")) {
            int node = model_add_node(r, n, BPMN_PROCESS, -1);
            if (node >= 0)
                r->model->nodes[node].executable = xml_attr_bool(r, n, "isExecutable", false);
            read_scope(r, n, node);
        }
    }
}

/* A global task is called like a process of one node. */
static void read_global_tasks(struct reader *r)
{
    static const struct {
        const char *element;
        enum bpmn_kind kind;
    } table[] = { { "globalTask", BPMN_TASK }, { "globalScriptTask", BPMN_SCRIPT_TASK },
        { "globalUserTask", BPMN_USER_TASK }, { "globalManualTask", BPMN_MANUAL_TASK },
        { "globalBusinessRuleTask", BPMN_RULE_TASK } };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        for (xmlNode *n = xml_child(r->root, table[k].element); n;
             n = xml_next(n, table[k].element)) {
            int process = model_add_node(r, n, BPMN_PROCESS, -1);
            int task = process < 0 ? -1 : model_add_node(r, n, table[k].kind, process);
            if (task < 0)
                continue;
            struct bpmn_node *inner = &r->model->nodes[task];
            struct ref *ref = refs_find(r, inner->id);
            if (ref)
                ref->node = process;
            inner->id = str_concat(r->arena, inner->id, STR("#task")); /* '#' is in no id */
        }
}

static void read_insides(struct reader *r)
{
    struct bpmn_model *m = r->model;
    for (size_t i = 0; i < m->flow_count; i++)
        resolve_flow(r, (int)i);
    for (size_t i = 0; i < m->node_count && !arena_failed(r->arena); i++) {
        xmlNode *n = r->elements[i];
        xmlNode *documentation = xml_child(n, "documentation");
        if (documentation)
            m->nodes[i].documentation = xml_text(r, documentation);
        for (xmlNode *set = xml_child(n, "laneSet"); set; set = xml_next(set, "laneSet"))
            read_lanes(r, set);
        resolve_default(r, (int)i);
    }
    for (size_t i = 0; i < m->node_count && !arena_failed(r->arena); i++) {
        if (bpmn_is_event(m->nodes[i].kind))
            read_events(r, (int)i);
        else
            read_activity(r, (int)i);
        read_junma(r, (int)i);
        m->nodes[i].plan = &m->plans[i];
    }
}

static int by_id(const void *a, const void *b, void *nodes)
{
    const struct bpmn_node *n = nodes;
    int order = str_compare(n[*(const int *)a].id, n[*(const int *)b].id);
    return order ? order : *(const int *)a - *(const int *)b;
}

static void make_indexes(struct reader *r)
{
    struct bpmn_model *m = r->model;
    m->by_id = ARENA_ARRAY(r->arena, int, m->node_count + 1);
    m->processes = ARENA_ARRAY(r->arena, int, m->node_count + 1);
    if (!m->by_id || !m->processes)
        return;
    for (size_t i = 0; i < m->node_count; i++) {
        m->by_id[i] = (int)i;
        if (m->nodes[i].kind == BPMN_PROCESS)
            m->processes[m->process_count++] = (int)i;
        m->late_joins |= m->nodes[i].kind == BPMN_INCLUSIVE_GATEWAY
            || m->nodes[i].kind == BPMN_COMPLEX_GATEWAY;
    }
    qsort_r(m->by_id, m->node_count, sizeof(int), by_id, m->nodes);
}

static void read_document(struct reader *r, xmlDoc *doc)
{
    r->root = xmlDocGetRootElement(doc);
    if (!xml_is(r->root, "definitions")) {
        fault(r, r->root, ERR_SYNTAX, "根元素是 %s,应为 BPMN 2.0 的 definitions",
            "the root element is <%s>; it must be <definitions> of BPMN 2.0",
            (const char *)r->root->name);
        return;
    }
    refs_collect(r, r->root);
    read_roots(r);
    read_global_tasks(r);
    if (arena_failed(r->arena))
        return;
    read_insides(r);
    check_foreign(r, r->root);
    make_indexes(r);
    if (arena_failed(r->arena))
        return;
    if (!r->model->process_count)
        fault(r, r->root, ERR_INVALID, "文件中没有流程(process)", "the file holds no process");
    schema_check(r, r->root);
    rules_references(r);
    rules_elements(r);
    rules_nodes(r);
    rules_run(r);
}

enum err bpmn_load(struct arena *a, str file, str xml, const struct bpmn_dialect *dialect,
    const struct bpmn_model **out, struct diag_list *faults)
{
    struct reader r = { .arena = a, .file = file, .dialect = dialect, .faults = faults };
    xmlDoc *doc;
    TRY(xml_read(&r, xml, &doc));
    r.model = ARENA_NEW(a, struct bpmn_model);
    if (r.model) {
        r.model->dialect = dialect;
        read_document(&r, doc);
    }
    xmlFreeDoc(doc);
    if (arena_failed(a) && !r.memory)
        fault(&r, NULL, ERR_MEMORY, "内存不足", "out of memory");
    if (r.first == OK)
        *out = r.model;
    return r.first;
}

/* ── looking ───────────────────────────────────────────────────────────────────────────────── */

size_t bpmn_node_count(const struct bpmn_model *m)
{
    return m->node_count;
}

const struct bpmn_node *bpmn_node_at(const struct bpmn_model *m, size_t index)
{
    return index < m->node_count ? &m->nodes[index] : NULL;
}

const struct bpmn_node *bpmn_node_by_id(const struct bpmn_model *m, str id)
{
    size_t low = 0, high = m->node_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(m->nodes[m->by_id[middle]].id, id);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct bpmn_node *n = low < m->node_count ? &m->nodes[m->by_id[low]] : NULL;
    return n && str_equal(n->id, id) ? n : NULL;
}

const struct bpmn_node *bpmn_process_at(const struct bpmn_model *m, size_t index)
{
    return index < m->process_count ? &m->nodes[m->processes[index]] : NULL;
}
