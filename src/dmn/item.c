/*
 * Item definitions become FEEL types (clause 7.3.2). A type may refer to one that stands further
 * down or to itself, so all types are made empty first and filled in afterwards; names find the
 * finished object either way.
 */
#include "dmn/internal.h"

#include <string.h>

static struct feel_type *new_type(struct dmn_model *m)
{
    return ARENA_NEW(m->set->arena, struct feel_type);
}

/* Without the prefix of FEEL's own namespace. */
static str without_prefix(str name)
{
    ptrdiff_t colon = str_find(name, STR(":"), 0);
    return colon < 0 ? name : str_slice(name, (size_t)colon + 1, name.bytes);
}

static const struct feel_type *find(struct dmn_model *m, str name)
{
    for (size_t i = 0; i < m->type_count; i++)
        if (str_equal(m->types[i].name, name))
            return m->types[i].type;
    return feel_type_named(name);
}

const struct feel_type *dmn_type(struct dmn_model *m, str type_ref, const struct xml_node *at)
{
    type_ref = str_trim(type_ref);
    if (!type_ref.bytes || str_is(type_ref, "<Undefined>"))
        return NULL;
    const struct feel_type *t = find(m, type_ref);
    if (!t)
        t = find(m, without_prefix(type_ref));
    if (!t)
        dmn_fault(m, at, ERR_NOT_FOUND, "没有名为“%.*s”的类型", "there is no type named \"%.*s\"",
            type_ref);
    return t;
}

static const struct feel_program *constraint(
    struct dmn_model *m, const struct xml_node *n, const char *child)
{
    const struct xml_node *values = xml_child(n, child);
    str text = xml_child_text(values, "text");
    if (!values || !text.bytes)
        return NULL;
    struct diag d = { 0 };
    struct feel_program *p = NULL;
    struct feel_names names = { .open = m->set->lenient };
    if (feel_compile_tests(m->set->arena, text, &names, NULL, &p, &d) != OK) {
        dmn_fault_feel(m, values, &d);
        return NULL;
    }
    return p;
}

static bool fill(struct dmn_model *m, const struct xml_node *n, struct feel_type *t, int depth);

/* Nothing but the name of another type: then the other's own object serves, finished or not, and a
 * type may hold itself. */
static bool only_refers(const struct xml_node *n)
{
    return xml_child(n, "typeRef") && !xml_child(n, "itemComponent") && !xml_child(n, "functionItem")
        && !xml_child(n, "allowedValues");
}

static bool fill_fields(
    struct dmn_model *m, const struct xml_node *n, struct feel_type *t, int depth)
{
    size_t count = xml_count(n, "itemComponent"), i = 0;
    struct feel_field *fields = ARENA_ARRAY(m->set->arena, struct feel_field, count);
    if (!fields)
        return false;
    t->form = FEEL_TYPE_CONTEXT;
    for (const struct xml_node *c = xml_child(n, "itemComponent"); c; c = xml_again(c)) {
        bool collection = str_is(xml_attribute(c, "isCollection"), "true");
        if (!collection && only_refers(c) && !xml_child(c, "typeConstraint")) {
            const struct xml_node *reference = xml_child(c, "typeRef");
            fields[i++] = (struct feel_field){ xml_attribute(c, "name"),
                dmn_type(m, reference->text, reference) };
            continue;
        }
        struct feel_type *field = new_type(m);
        if (!field || !fill(m, c, field, depth + 1))
            return false;
        fields[i++] = (struct feel_field){ xml_attribute(c, "name"), field };
    }
    t->fields = fields;
    t->field_count = count;
    return true;
}

static bool fill_function(struct dmn_model *m, const struct xml_node *item, struct feel_type *t)
{
    size_t count = xml_count(item, "parameters"), i = 0;
    struct feel_field *fields = ARENA_ARRAY(m->set->arena, struct feel_field, count);
    if (!fields)
        return false;
    for (const struct xml_node *p = xml_child(item, "parameters"); p; p = xml_again(p))
        fields[i++] = (struct feel_field){ xml_attribute(p, "name"),
            dmn_type(m, xml_attribute(p, "typeRef"), p) };
    t->form = FEEL_TYPE_FUNCTION;
    t->fields = fields;
    t->field_count = count;
    t->item = dmn_type(m, xml_attribute(item, "outputTypeRef"), item);
    return true;
}

/* What the definition says of one item, before isCollection. */
static bool fill_one(struct dmn_model *m, const struct xml_node *n, struct feel_type *t, int depth)
{
    const struct xml_node *function = xml_child(n, "functionItem");
    const struct xml_node *reference = xml_child(n, "typeRef");
    if (depth > DMN_DEPTH_MAX) {
        dmn_fault(m, n, ERR_LIMIT, "类型“%.*s”嵌套过深", "type \"%.*s\" is nested too deeply",
            xml_attribute(n, "name"));
        return true;
    }
    if (function)
        return fill_function(m, function, t);
    if (xml_child(n, "itemComponent"))
        return fill_fields(m, n, t, depth);
    if (!reference)
        return true;
    const struct feel_type *base = dmn_type(m, reference->text, reference);
    if (!base)
        return true;
    str name = t->name;
    if (base->form == FEEL_TYPE_ANY && base->name.bytes && !feel_type_named(base->name)) {
        /* a definition further down, not filled yet: fill it now */
        for (const struct xml_node *other = xml_child(m->root, "itemDefinition"); other;
             other = xml_again(other))
            if (str_equal(xml_attribute(other, "name"), base->name)
                && !fill(m, other, (struct feel_type *)base, depth + 1))
                return false;
    }
    const struct feel_program *outer = base->allowed;
    *t = *base;
    t->name = name;
    t->allowed = outer;
    return true;
}

static bool fill(struct dmn_model *m, const struct xml_node *n, struct feel_type *t, int depth)
{
    if (t->form != FEEL_TYPE_ANY)
        return true; /* filled on the way of another */
    bool collection = str_is(xml_attribute(n, "isCollection"), "true");
    t->name = xml_attribute(n, "name");
    if (collection && only_refers(n)) {
        const struct xml_node *reference = xml_child(n, "typeRef");
        t->form = FEEL_TYPE_LIST;
        t->item = dmn_type(m, reference->text, reference);
        t->allowed = constraint(m, n, "typeConstraint");
        return true;
    }
    struct feel_type *one = collection ? new_type(m) : t;
    if (!one)
        return false;
    one->name = t->name;
    if (!fill_one(m, n, one, depth))
        return false;
    const struct feel_program *allowed = constraint(m, n, "allowedValues");
    if (allowed)
        one->allowed = allowed;
    if (collection) {
        t->form = FEEL_TYPE_LIST;
        t->item = one;
    }
    const struct feel_program *whole = constraint(m, n, "typeConstraint");
    if (whole)
        t->allowed = whole;
    return true;
}

static size_t imported_count(const struct dmn_model *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->import_count; i++)
        if (m->imports[i].model)
            count += xml_count(m->imports[i].model->root, "itemDefinition");
    return count;
}

/* "import.name" for every definition of an imported model; direct when the import has no name. */
static bool add_imported(struct dmn_model *m)
{
    for (size_t i = 0; i < m->import_count; i++) {
        struct dmn_model *other = m->imports[i].model;
        if (!other || other == m)
            continue;
        if (!other->types && !dmn_load_types(other))
            return false;
        size_t own = xml_count(other->root, "itemDefinition");
        for (size_t k = 0; k < own; k++) {
            str name = m->imports[i].name.bytes
                ? str_printf(m->set->arena, "%.*s.%.*s", STR_ARGS(m->imports[i].name),
                    STR_ARGS(other->types[k].name))
                : other->types[k].name;
            m->types[m->type_count++] = (struct feel_field){ name, other->types[k].type };
        }
    }
    return !arena_failed(m->set->arena);
}

bool dmn_load_types(struct dmn_model *m)
{
    if (m->types)
        return true;
    size_t own = xml_count(m->root, "itemDefinition"), i = 0;
    m->types = ARENA_ARRAY(m->set->arena, struct feel_field, own + imported_count(m));
    if (!m->types)
        return false;
    for (const struct xml_node *n = xml_child(m->root, "itemDefinition"); n; n = xml_again(n)) {
        struct feel_type *t = new_type(m);
        if (!t)
            return false;
        t->name = xml_attribute(n, "name");
        m->types[m->type_count++] = (struct feel_field){ t->name, t };
    }
    if (!add_imported(m))
        return false;
    for (const struct xml_node *n = xml_child(m->root, "itemDefinition"); n; n = xml_again(n))
        if (!fill(m, n, (struct feel_type *)m->types[i++].type, 0))
            return false;
    return true;
}
