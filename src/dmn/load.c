/*
 * Loading: the elements of a model, what requires what, and the names in the scope of each one's
 * logic. All faults are collected; a model with faults is not handed out, unless the caller asked
 * for a lenient load (a conformance suite wants broken logic to give null).
 */
#include "dmn/internal.h"

#include <string.h>

static const char *const namespaces[] = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/",  /* 1.2 */
    "https://www.omg.org/spec/DMN/20191111/MODEL/", /* 1.3 */
    "https://www.omg.org/spec/DMN/20211108/MODEL/", /* 1.4 */
    "https://www.omg.org/spec/DMN/20230324/MODEL/", /* 1.5 */
    "https://www.omg.org/spec/DMN/20240513/MODEL/", /* 1.6 */
};

enum { ELEMENTS_MAX = 20000 };

/* The decision, input or definition in which the node stands: its name, else its id. */
static str element_name(const struct dmn_model *m, const struct xml_node *n)
{
    while (n && n->parent && n->parent != m->root)
        n = n->parent;
    if (!n || n == m->root)
        return STR_NONE;
    str name = xml_attribute(n, "name");
    return name.bytes ? name : xml_attribute(n, "id");
}

void dmn_fault(struct dmn_model *m, const struct xml_node *at, enum err e, const char *zh,
    const char *en, str what)
{
    struct diag d = { 0 };
    (void)diag_set(&d, e, zh, en, STR_ARGS(what));
    str file = m->file;
    char name[DIAG_PLACE_BYTES];
    size_t bytes = file.bytes < sizeof name - 1 ? file.bytes : sizeof name - 1;
    memcpy(name, file.data ? file.data : "", bytes);
    name[bytes] = 0;
    diag_at(&d, name, at ? at->line : 0, 0);
    diag_field(&d, element_name(m, at));
    diag_list_add(m->set->faults, &d);
}

/* A fault of FEEL text that stands in the element: its line is counted from the element's. */
void dmn_fault_feel(struct dmn_model *m, const struct xml_node *at, struct diag *d)
{
    char name[DIAG_PLACE_BYTES];
    size_t bytes = m->file.bytes < sizeof name - 1 ? m->file.bytes : sizeof name - 1;
    memcpy(name, m->file.data ? m->file.data : "", bytes);
    name[bytes] = 0;
    diag_at(d, name, at->line + (d->line > 1 ? d->line - 1 : 0), d->column);
    diag_list_add(m->set->faults, d);
}

static bool known_namespace(str namespace)
{
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        if (str_is(namespace, namespaces[i]))
            return true;
    return false;
}

static const struct {
    const char *name;
    enum element_kind kind;
    bool element;
} top_level[] = {
    { "inputData", ELEMENT_INPUT, true },
    { "decision", ELEMENT_DECISION, true },
    { "businessKnowledgeModel", ELEMENT_KNOWLEDGE, true },
    { "decisionService", ELEMENT_SERVICE, true },
    /* read elsewhere, or without influence on a decision */
    { "itemDefinition", 0, false },
    { "import", 0, false },
    { "description", 0, false },
    { "extensionElements", 0, false },
    { "knowledgeSource", 0, false },
    { "textAnnotation", 0, false },
    { "association", 0, false },
    { "group", 0, false },
    { "elementCollection", 0, false },
    { "performanceIndicator", 0, false },
    { "organizationUnit", 0, false },
};

/* -1: refused; else the row. */
static int row_of(str name)
{
    for (size_t i = 0; i < sizeof top_level / sizeof *top_level; i++)
        if (str_is(name, top_level[i].name))
            return (int)i;
    return -1;
}

static bool add_element(struct dmn_model *m, const struct xml_node *n, enum element_kind kind)
{
    struct element *e = ARENA_NEW(m->set->arena, struct element);
    if (!e)
        return false;
    *e = (struct element){ .kind = kind, .model = m, .xml = n, .id = xml_attribute(n, "id"),
        .name = xml_attribute(n, "name"), .index = m->set->element_count++, .self = -1 };
    const struct xml_node *variable = xml_child(n, "variable");
    if (!e->name.bytes && variable)
        e->name = xml_attribute(variable, "name");
    if (!e->name.bytes)
        dmn_fault(m, n, ERR_INVALID, "%.*s 没有名称", "%.*s has no name", n->name);
    m->elements[m->element_count++] = e;
    return true;
}

static bool collect_elements(struct dmn_model *m)
{
    size_t count = 0;
    for (const struct xml_node *n = m->root->first; n; n = n->next)
        count++;
    m->elements = ARENA_ARRAY(m->set->arena, struct element *, count);
    if (!m->elements)
        return false;
    for (const struct xml_node *n = m->root->first; n; n = n->next) {
        if (!str_equal(n->namespace, m->root->namespace))
            continue; /* diagrams and extensions of others */
        int row = row_of(n->name);
        if (row < 0) {
            dmn_fault(m, n, ERR_UNSUPPORTED, "不支持元素 %.*s", "element %.*s is not supported",
                n->name);
            continue;
        }
        if (m->set->element_count >= ELEMENTS_MAX)
            dmn_fault(m, n, ERR_LIMIT, "元素过多(%.*s)", "too many elements (%.*s)", n->name);
        else if (top_level[row].element && !add_element(m, n, top_level[row].kind))
            return false;
    }
    return true;
}

static bool collect_imports(struct dmn_model *m)
{
    size_t count = xml_count(m->root, "import");
    m->imports = ARENA_ARRAY(m->set->arena, struct import, count);
    if (!m->imports)
        return false;
    for (const struct xml_node *n = xml_child(m->root, "import"); n; n = xml_again(n)) {
        if (!known_namespace(xml_attribute(n, "importType"))) {
            dmn_fault(m, n, ERR_UNSUPPORTED, "不支持导入类型“%.*s”",
                "import type \"%.*s\" is not supported", xml_attribute(n, "importType"));
            continue;
        }
        struct import *i = &m->imports[m->import_count++];
        i->name = xml_attribute(n, "name");
        i->namespace = xml_attribute(n, "namespace");
        for (size_t k = 0; k < m->set->model_count; k++)
            if (str_equal(m->set->models[k]->namespace, i->namespace))
                i->model = m->set->models[k];
        if (!i->model)
            dmn_fault(m, n, ERR_NOT_FOUND, "没有命名空间为“%.*s”的模型可导入",
                "there is no model of namespace \"%.*s\" to import", i->namespace);
    }
    return true;
}

static struct element *by_id(struct dmn_model *m, str id)
{
    for (size_t i = 0; i < m->element_count; i++)
        if (str_equal(m->elements[i]->id, id))
            return m->elements[i];
    return NULL;
}

/* "#id" or "namespace#id". */
static struct element *by_href(struct dmn_model *m, const struct xml_node *n)
{
    str href = xml_attribute(n, "href");
    ptrdiff_t hash = str_find(href, STR("#"), 0);
    str id = str_slice(href, hash < 0 ? 0 : (size_t)hash + 1, href.bytes);
    str namespace = hash > 0 ? str_slice(href, 0, (size_t)hash) : STR_NONE;
    struct dmn_model *target = m;
    if (namespace.bytes && !str_equal(namespace, m->namespace)) {
        target = NULL;
        for (size_t i = 0; i < m->import_count; i++)
            if (str_equal(m->imports[i].namespace, namespace))
                target = m->imports[i].model;
    }
    struct element *e = target ? by_id(target, id) : NULL;
    if (!e)
        dmn_fault(m, n, ERR_NOT_FOUND, "引用的元素“%.*s”不存在",
            "the element \"%.*s\" that is referred to does not exist", href);
    return e;
}

static bool add_required(struct element *e, struct element *required)
{
    for (size_t i = 0; i < e->require_count; i++)
        if (e->requires[i] == required)
            return true;
    e->requires = arena_grow(e->model->set->arena, e->requires,
        e->require_count * sizeof *e->requires, (e->require_count + 1) * sizeof *e->requires);
    if (!e->requires)
        return false;
    e->requires[e->require_count++] = required;
    return true;
}

static bool collect_requirements(struct element *e)
{
    static const struct {
        const char *outer, *inner;
    } kinds[] = { { "informationRequirement", "requiredInput" },
        { "informationRequirement", "requiredDecision" },
        { "knowledgeRequirement", "requiredKnowledge" } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (const struct xml_node *n = xml_child(e->xml, kinds[i].outer); n; n = xml_again(n)) {
            const struct xml_node *inner = xml_child(n, kinds[i].inner);
            struct element *required = inner ? by_href(e->model, inner) : NULL;
            if (required && !add_required(e, required))
                return false;
        }
    return true;
}

/* The list of elements a service names by one of its child elements. */
static struct element **service_list(struct element *e, const char *child, size_t *count)
{
    struct element **list
        = ARENA_ARRAY(e->model->set->arena, struct element *, xml_count(e->xml, child));
    *count = 0;
    for (const struct xml_node *n = xml_child(e->xml, child); list && n; n = xml_again(n)) {
        struct element *found = by_href(e->model, n);
        if (found)
            list[(*count)++] = found;
    }
    return list;
}

/* Parameters by position: input data, then input decisions, each in the order of the file. */
static bool collect_service(struct element *e)
{
    size_t decisions, data;
    struct arena *a = e->model->set->arena;
    struct element **input_decisions = service_list(e, "inputDecision", &decisions);
    struct element **input_data = service_list(e, "inputData", &data);
    e->outputs = service_list(e, "outputDecision", &e->output_count);
    e->encapsulated = service_list(e, "encapsulatedDecision", &e->encapsulated_count);
    struct feel_field *parameters = ARENA_ARRAY(a, struct feel_field, decisions + data);
    if (!input_decisions || !input_data || !e->outputs || !e->encapsulated || !parameters)
        return false;
    for (size_t i = 0; i < data; i++)
        if (!add_required(e, input_data[i]))
            return false;
    for (size_t i = 0; i < decisions; i++)
        if (!add_required(e, input_decisions[i]))
            return false;
    e->input_count = e->require_count;
    for (size_t i = 0; i < e->input_count; i++)
        parameters[i] = (struct feel_field){ e->requires[i]->name, NULL };
    e->native = (struct feel_native){ .name = e->name, .parameters = parameters,
        .parameter_count = e->input_count, .call = dmn_service_call, .ctx = e };
    return true;
}

/* The import's name under which a model sees another; empty: directly. */
static str alias_of(const struct dmn_model *m, const struct dmn_model *other)
{
    for (size_t i = 0; i < m->import_count; i++)
        if (m->imports[i].model == other)
            return m->imports[i].name;
    return STR_NONE;
}

static struct binding *find_group(struct binding *items, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (!items[i].element && str_equal(items[i].name, name))
            return &items[i];
    return NULL;
}

static bool bind_element(struct element *e, struct binding *items, struct element *required)
{
    struct arena *a = e->model->set->arena;
    str alias = required->model == e->model ? STR_NONE : alias_of(e->model, required->model);
    if (!alias.bytes) {
        items[e->binding_count++] = (struct binding){ .name = required->name, .element = required };
        return true;
    }
    struct binding *group = find_group(items, e->binding_count, alias);
    if (!group) {
        group = &items[e->binding_count++];
        *group = (struct binding){ .name = alias };
    }
    struct binding *members = arena_grow(a, group->members,
        group->member_count * sizeof *members, (group->member_count + 1) * sizeof *members);
    if (!members)
        return false;
    members[group->member_count++]
        = (struct binding){ .name = required->name, .element = required };
    group->members = members;
    return true;
}

static bool bind_names(struct element *e)
{
    struct binding *items
        = ARENA_ARRAY(e->model->set->arena, struct binding, e->require_count + 1);
    if (!items)
        return false;
    e->bindings = items;
    for (size_t i = 0; i < e->require_count; i++)
        if (!bind_element(e, items, e->requires[i]))
            return false;
    if (e->kind == ELEMENT_KNOWLEDGE) { /* may call itself */
        e->self = (int64_t)e->binding_count;
        items[e->binding_count++] = (struct binding){ .name = e->name, .element = e };
    }
    return true;
}

static void element_type(struct element *e)
{
    const struct xml_node *variable = xml_child(e->xml, "variable");
    if (variable && e->kind != ELEMENT_KNOWLEDGE && e->kind != ELEMENT_SERVICE)
        e->type = dmn_type(e->model, xml_attribute(variable, "typeRef"), variable);
}

/* A decision that needs itself is refused; a knowledge model may call itself. */
static void check_cycle(struct element *e)
{
    if (e->cyclic_visited)
        return;
    e->cyclic_active = true;
    for (size_t i = 0; i < e->require_count; i++) {
        struct element *r = e->requires[i];
        if (!r->cyclic_active)
            check_cycle(r);
        else if (e->kind == ELEMENT_DECISION || r->kind == ELEMENT_DECISION)
            dmn_fault(e->model, e->xml, ERR_INVALID, "“%.*s”经由所需决策又需要自己",
                "\"%.*s\" requires itself by way of what it requires", e->name);
    }
    e->cyclic_active = false;
    e->cyclic_visited = true;
}

/* Required ones first, so that the types of their results are known. */
static bool compile_in_order(struct element *e)
{
    if (e->cyclic_active)
        return true;
    e->cyclic_active = true;
    for (size_t i = 0; i < e->require_count; i++)
        if (!compile_in_order(e->requires[i]))
            return false;
    for (size_t i = 0; i < e->output_count; i++)
        if (!compile_in_order(e->outputs[i]))
            return false;
    return dmn_compile_element(e);
}

static bool for_each(struct model_set *set, bool (*step)(struct element *))
{
    for (size_t i = 0; i < set->model_count; i++)
        for (size_t k = 0; k < set->models[i]->element_count; k++)
            if (!step(set->models[i]->elements[k]))
                return false;
    return true;
}

static bool requirements_step(struct element *e)
{
    element_type(e);
    if (e->kind == ELEMENT_SERVICE && !collect_service(e))
        return false;
    return collect_requirements(e) && bind_names(e);
}

static bool cycle_step(struct element *e)
{
    check_cycle(e);
    return true;
}

/* The variable's type is the function's, or, as some editors write, that of its result. */
static void service_type(struct element *e)
{
    const struct xml_node *variable = xml_child(e->xml, "variable");
    const struct feel_type *t
        = variable ? dmn_type(e->model, xml_attribute(variable, "typeRef"), variable) : NULL;
    e->native.result = t && t->form == FEEL_TYPE_FUNCTION ? t->item : t;
}

static bool service_parameter_step(struct element *e)
{
    if (e->kind == ELEMENT_SERVICE)
        service_type(e);
    for (size_t i = 0; i < e->input_count; i++)
        ((struct feel_field *)e->native.parameters)[i].type = e->requires[i]->type;
    return true;
}

static bool build_set(struct model_set *set)
{
    for (size_t i = 0; i < set->model_count; i++)
        if (!collect_imports(set->models[i]) || !collect_elements(set->models[i]))
            return false;
    for (size_t i = 0; i < set->model_count; i++)
        if (!dmn_load_types(set->models[i]))
            return false;
    return for_each(set, requirements_step) && for_each(set, cycle_step)
        && for_each(set, service_parameter_step) && for_each(set, compile_in_order);
}

static bool read_model(struct model_set *set, const struct dmn_source *source)
{
    struct diag d = { 0 };
    struct dmn_model *m = ARENA_NEW(set->arena, struct dmn_model);
    struct xml_node *root = NULL;
    if (!m)
        return false;
    m->set = set;
    m->file = str_copy(set->arena, source->file);
    set->models[set->model_count++] = m;
    enum err e = dmn_xml_parse(set->arena, source->xml, &root, &d);
    m->root = root;
    if (e == ERR_MEMORY)
        return false;
    if (e != OK) {
        struct xml_node at = { .line = d.line };
        d.line = 0;
        dmn_fault_feel(m, &at, &d);
        return true;
    }
    if (!str_is(root->name, "definitions") || !known_namespace(root->namespace))
        dmn_fault(m, root, ERR_UNSUPPORTED, "不是 DMN 1.2 至 1.6 的模型(命名空间 %.*s)",
            "not a DMN model of 1.2 to 1.6 (namespace %.*s)", root->namespace);
    m->name = xml_attribute(root, "name");
    m->namespace = xml_attribute(root, "namespace");
    return true;
}

enum err dmn_load_with(struct arena *a, const struct dmn_source *sources, size_t count,
    bool lenient, struct dmn_model **out, struct diag_list *faults)
{
    struct model_set *set = ARENA_NEW(a, struct model_set);
    if (!set)
        return ERR_MEMORY;
    size_t before = faults->total;
    *set = (struct model_set){ .arena = a, .faults = faults, .lenient = lenient,
        .models = ARENA_ARRAY(a, struct dmn_model *, count) };
    if (!set->models)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (!read_model(set, &sources[i]))
            return ERR_MEMORY;
    bool readable = faults->total == before;
    if (readable && !build_set(set))
        return ERR_MEMORY;
    if (arena_failed(a))
        return ERR_MEMORY;
    if (!readable || (faults->total > before && !lenient))
        return faults->count ? faults->items[faults->count - 1]->err : ERR_INVALID;
    for (size_t i = 0; i < count; i++)
        out[i] = set->models[i];
    return OK;
}

enum err dmn_load_set(struct arena *a, const struct dmn_source *sources, size_t count,
    struct dmn_model **out, struct diag_list *faults)
{
    return dmn_load_with(a, sources, count, false, out, faults);
}

enum err dmn_load(
    struct arena *a, str file, str xml, struct dmn_model **out, struct diag_list *faults)
{
    struct dmn_source source = { file, xml };
    return dmn_load_with(a, &source, 1, false, out, faults);
}
