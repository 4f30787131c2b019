/*
 * Boxed expressions (clause 7.3 and 10.2) become nodes of a FEEL program: what XML draws around FEEL
 * texts (contexts, invocations, functions, lists, relations, conditionals, filters, iterators) is
 * the same kind of tree as FEEL's own, so scopes and closures need no second mechanism.
 */
#include "dmn/internal.h"

#include <string.h>

static const char *const expression_names[] = { "literalExpression", "decisionTable", "context",
    "invocation", "functionDefinition", "list", "relation", "conditional", "filter", "for", "some",
    "every" };

const struct xml_node *dmn_expression_of(const struct xml_node *n)
{
    for (const struct xml_node *c = n ? n->first : NULL; c; c = c->next)
        for (size_t i = 0; i < sizeof expression_names / sizeof *expression_names; i++)
            if (str_is(c->name, expression_names[i]) && str_equal(c->namespace, n->namespace))
                return c;
    return NULL;
}

static const struct feel_node *null_node(struct compiling *c)
{
    return feel_build_constant(c->builder, feel_null());
}

const struct feel_node *dmn_compile_text(
    struct compiling *c, const struct xml_node *at, str text)
{
    const struct feel_node *n = feel_build_expression(c->builder, text);
    if (n || feel_builder_err(c->builder) == ERR_MEMORY)
        return n;
    diag_field(&c->diag, c->element->name);
    dmn_fault_feel(c->element->model, at, &c->diag);
    memset(&c->diag, 0, sizeof c->diag);
    feel_builder_clear(c->builder);
    return null_node(c);
}

static bool feel_language(struct compiling *c, const struct xml_node *n)
{
    str language = xml_attribute(n, "expressionLanguage");
    if (!language.bytes || str_find(language, STR("FEEL"), 0) >= 0
        || str_find(language, STR("feel"), 0) >= 0)
        return true;
    dmn_fault(c->element->model, n, ERR_UNSUPPORTED, "不支持表达式语言“%.*s”",
        "expression language \"%.*s\" is not supported", language);
    return false;
}

/* literalExpression: a FEEL text; an absent or empty one gives null. */
static const struct feel_node *literal(struct compiling *c, const struct xml_node *n)
{
    const struct xml_node *text = xml_child(n, "text");
    if (!feel_language(c, n))
        return null_node(c);
    if (xml_child(n, "importedValues")) {
        dmn_fault(c->element->model, n, ERR_UNSUPPORTED, "不支持 %.*s", "%.*s is not supported",
            STR("importedValues"));
        return null_node(c);
    }
    if (!text || !str_trim(text->text).bytes)
        return null_node(c);
    return dmn_compile_text(c, text, text->text);
}

static const struct feel_node *typed(struct compiling *c, const struct xml_node *with_type,
    const struct feel_node *n)
{
    const struct feel_type *t = with_type
        ? dmn_type(c->element->model, xml_attribute(with_type, "typeRef"), with_type)
        : NULL;
    return n && t ? feel_build_coerce(c->builder, n, t) : n;
}

/* A function that stands in a context entry or in a knowledge model may call itself. */
static const struct feel_node *function(struct compiling *c, const struct xml_node *n);

/* contextEntry: a variable and an expression; the last may be without a variable: the result. */
static const struct feel_node *context(struct compiling *c, const struct xml_node *n)
{
    size_t count = xml_count(n, "contextEntry"), i = 0;
    struct feel_build_entry *entries
        = ARENA_ARRAY(c->element->model->set->arena, struct feel_build_entry, count);
    if (!entries || !feel_build_open(c->builder))
        return NULL;
    for (const struct xml_node *e = xml_child(n, "contextEntry"); e; e = xml_again(e), i++) {
        const struct xml_node *variable = xml_child(e, "variable");
        const struct xml_node *expression = dmn_expression_of(e);
        entries[i].name = variable ? xml_attribute(variable, "name") : STR_NONE;
        entries[i].result = !variable;
        bool is_function = expression && str_is(expression->name, "functionDefinition");
        if (variable && is_function
            && !feel_build_declare(c->builder, entries[i].name, NULL, &entries[i].slot))
            return NULL;
        entries[i].node = expression ? typed(c, variable, dmn_compile_expression(c, expression))
                                     : null_node(c);
        if (!entries[i].node)
            return NULL;
        if (variable && is_function)
            feel_build_self(entries[i].node, entries[i].slot);
        if (variable && !is_function
            && !feel_build_declare(c->builder, entries[i].name,
                feel_node_type(entries[i].node), &entries[i].slot))
            return NULL;
    }
    feel_build_close(c->builder);
    return feel_build_context(c->builder, entries, count);
}

static const struct feel_node *list(struct compiling *c, const struct xml_node *n)
{
    size_t count = 0, capacity = 0;
    for (const struct xml_node *item = n->first; item; item = item->next)
        capacity++;
    const struct feel_node **items
        = ARENA_ARRAY(c->element->model->set->arena, const struct feel_node *, capacity);
    if (!items)
        return NULL;
    for (const struct xml_node *item = n->first; item; item = item->next) {
        struct xml_node alone = *item;
        alone.next = NULL;
        struct xml_node wrapper = { .first = &alone, .namespace = n->namespace };
        if (dmn_expression_of(&wrapper)
            && !(items[count++] = dmn_compile_expression(c, item)))
            return NULL;
    }
    return feel_build_list(c->builder, items, count);
}

/* relation: a list of contexts, one a row, with the columns' names. */
static const struct feel_node *row(
    struct compiling *c, const struct xml_node *relation, const struct xml_node *n)
{
    size_t count = xml_count(relation, "column"), i = 0;
    struct feel_build_entry *entries
        = ARENA_ARRAY(c->element->model->set->arena, struct feel_build_entry, count);
    const struct xml_node *cell = n->first;
    if (!entries)
        return NULL;
    for (const struct xml_node *column = xml_child(relation, "column"); column;
         column = xml_again(column), i++) {
        entries[i].name = xml_attribute(column, "name");
        entries[i].slot = feel_build_slot(c->builder);
        entries[i].node
            = cell ? typed(c, column, dmn_compile_expression(c, cell)) : null_node(c);
        if (!entries[i].node)
            return NULL;
        cell = cell ? cell->next : NULL;
    }
    return feel_build_context(c->builder, entries, count);
}

static const struct feel_node *relation(struct compiling *c, const struct xml_node *n)
{
    size_t count = xml_count(n, "row"), i = 0;
    const struct feel_node **rows
        = ARENA_ARRAY(c->element->model->set->arena, const struct feel_node *, count);
    if (!rows)
        return NULL;
    for (const struct xml_node *r = xml_child(n, "row"); r; r = xml_again(r))
        if (!(rows[i++] = row(c, n, r)))
            return NULL;
    return feel_build_list(c->builder, rows, count);
}

/* invocation: the called function's expression, and bindings by parameter name. */
static const struct feel_node *invocation(struct compiling *c, const struct xml_node *n)
{
    struct arena *a = c->element->model->set->arena;
    const struct xml_node *called = dmn_expression_of(n);
    size_t count = xml_count(n, "binding"), i = 0;
    str *names = ARENA_ARRAY(a, str, count);
    const struct feel_node **arguments = ARENA_ARRAY(a, const struct feel_node *, count);
    const struct feel_node *f = called ? dmn_compile_expression(c, called) : null_node(c);
    if (!names || !arguments || !f)
        return NULL;
    for (const struct xml_node *b = xml_child(n, "binding"); b; b = xml_again(b), i++) {
        const struct xml_node *parameter = xml_child(b, "parameter");
        const struct xml_node *expression = dmn_expression_of(b);
        names[i] = parameter ? xml_attribute(parameter, "name") : STR_NONE;
        arguments[i] = expression ? typed(c, parameter, dmn_compile_expression(c, expression))
                                  : null_node(c);
        if (!arguments[i])
            return NULL;
    }
    return feel_build_call(c->builder, f, count ? names : NULL, arguments, count);
}

/* The mapping of an external function: a context of {class, method signature} under "java". */
static const struct feel_node *external(struct compiling *c, const struct xml_node *body)
{
    struct arena *a = c->element->model->set->arena;
    static const struct feel_env nothing;
    struct feel_entry *java = ARENA_NEW(a, struct feel_entry);
    feel_value mapping = feel_null(), inner = feel_null();
    struct feel_builder *b;
    struct feel_program *p;
    struct compiling own = *c;
    if (body && feel_builder_create(a, NULL, &own.diag, &b) == OK) {
        own.builder = b;
        const struct feel_node *n = dmn_compile_expression(&own, body);
        if (n && feel_builder_finish(b, n, &p) == OK
            && feel_eval(p, &nothing, NULL, a, &inner, &own.diag) != OK)
            inner = feel_null();
    }
    if (!java)
        return NULL;
    *java = (struct feel_entry){ STR("java"), inner };
    mapping = feel_context_of(a, java, 1);
    return feel_build_function_close(c->builder, NULL, &mapping, NULL, -1);
}

static const struct feel_node *function(struct compiling *c, const struct xml_node *n)
{
    size_t count = xml_count(n, "formalParameter"), i = 0;
    struct feel_field *parameters
        = ARENA_ARRAY(c->element->model->set->arena, struct feel_field, count);
    str kind = xml_attribute(n, "kind");
    if (!parameters)
        return NULL;
    for (const struct xml_node *p = xml_child(n, "formalParameter"); p; p = xml_again(p))
        parameters[i++] = (struct feel_field){ xml_attribute(p, "name"),
            dmn_type(c->element->model, xml_attribute(p, "typeRef"), p) };
    if (!feel_build_function_open(c->builder, parameters, count))
        return NULL;
    const struct xml_node *body = dmn_expression_of(n);
    if (str_is(kind, "Java"))
        return external(c, body);
    if (kind.bytes && !str_is(kind, "FEEL"))
        dmn_fault(c->element->model, n, ERR_UNSUPPORTED, "不支持函数种类 %.*s",
            "function kind %.*s is not supported", kind);
    const struct feel_node *b = body ? dmn_compile_expression(c, body) : null_node(c);
    if (!b)
        return NULL;
    return feel_build_function_close(c->builder, b, NULL, NULL, -1);
}

static const struct feel_node *part(
    struct compiling *c, const struct xml_node *n, const char *name)
{
    const struct xml_node *expression = dmn_expression_of(xml_child(n, name));
    if (expression)
        return dmn_compile_expression(c, expression);
    dmn_fault(c->element->model, n, ERR_INVALID, "缺少 <%.*s>", "<%.*s> is missing",
        str_from(name));
    return null_node(c);
}

static const struct feel_node *conditional(struct compiling *c, const struct xml_node *n)
{
    const struct feel_node *condition = part(c, n, "if");
    const struct feel_node *yes = condition ? part(c, n, "then") : NULL;
    const struct feel_node *no = yes ? part(c, n, "else") : NULL;
    return no ? feel_build_strict(feel_build_branch(c->builder, condition, yes, no)) : NULL;
}

static const struct feel_node *filter(struct compiling *c, const struct xml_node *n)
{
    uint32_t slot;
    const struct feel_node *in = part(c, n, "in");
    if (!in)
        return NULL;
    const struct feel_type *t = feel_node_type(in);
    if (!feel_build_open_item(c->builder, t && t->form == FEEL_TYPE_LIST ? t->item : t, &slot))
        return NULL;
    const struct feel_node *match = part(c, n, "match");
    feel_build_close(c->builder);
    return match ? feel_build_strict(feel_build_filter(c->builder, in, match, slot)) : NULL;
}

static const struct feel_node *loop(
    struct compiling *c, const struct xml_node *n, enum feel_build_loop kind)
{
    uint32_t slot, partial = 0;
    const struct feel_node *in = part(c, n, "in");
    if (!in || !feel_build_open(c->builder))
        return NULL;
    const struct feel_type *t = feel_node_type(in);
    if (!feel_build_declare(c->builder, xml_attribute(n, "iteratorVariable"),
            t && t->form == FEEL_TYPE_LIST ? t->item : NULL, &slot)
        || (kind == FEEL_LOOP_FOR
            && !feel_build_declare(c->builder, STR("partial"), NULL, &partial)))
        return NULL;
    const struct feel_node *body = part(c, n, kind == FEEL_LOOP_FOR ? "return" : "satisfies");
    feel_build_close(c->builder);
    return body ? feel_build_loop(c->builder, kind, in, slot, partial, body) : NULL;
}

static const struct feel_node *compile(struct compiling *c, const struct xml_node *n)
{
    if (str_is(n->name, "literalExpression"))
        return literal(c, n);
    if (str_is(n->name, "decisionTable"))
        return dmn_compile_table(c, n);
    if (str_is(n->name, "context"))
        return context(c, n);
    if (str_is(n->name, "invocation"))
        return invocation(c, n);
    if (str_is(n->name, "functionDefinition"))
        return function(c, n);
    if (str_is(n->name, "list"))
        return list(c, n);
    if (str_is(n->name, "relation"))
        return relation(c, n);
    if (str_is(n->name, "conditional"))
        return conditional(c, n);
    if (str_is(n->name, "filter"))
        return filter(c, n);
    if (str_is(n->name, "for"))
        return loop(c, n, FEEL_LOOP_FOR);
    if (str_is(n->name, "some"))
        return loop(c, n, FEEL_LOOP_SOME);
    if (str_is(n->name, "every"))
        return loop(c, n, FEEL_LOOP_EVERY);
    dmn_fault(c->element->model, n, ERR_UNSUPPORTED, "不支持表达式 <%.*s>",
        "expression <%.*s> is not supported", n->name);
    return null_node(c);
}

const struct feel_node *dmn_compile_expression(struct compiling *c, const struct xml_node *n)
{
    const struct feel_node *node = compile(c, n);
    return str_is(n->name, "functionDefinition") ? node : typed(c, n, node);
}

/* ---- elements ----------------------------------------------------------------------------- */

static const struct feel_type *function_type(struct element *e)
{
    struct arena *a = e->model->set->arena;
    struct feel_type *t = ARENA_NEW(a, struct feel_type);
    const struct xml_node *logic = xml_child(e->xml, "encapsulatedLogic");
    if (!t)
        return NULL;
    t->form = FEEL_TYPE_FUNCTION;
    if (e->kind == ELEMENT_SERVICE) {
        t->fields = e->native.parameters;
        t->field_count = e->native.parameter_count;
        t->item = e->output_count == 1 ? e->outputs[0]->type : NULL;
        return t;
    }
    size_t i = 0, count = logic ? xml_count(logic, "formalParameter") : 0;
    struct feel_field *fields = ARENA_ARRAY(a, struct feel_field, count);
    for (const struct xml_node *p = logic ? xml_child(logic, "formalParameter") : NULL;
         fields && p; p = xml_again(p))
        fields[i++] = (struct feel_field){ xml_attribute(p, "name"),
            dmn_type(e->model, xml_attribute(p, "typeRef"), p) };
    t->fields = fields;
    t->field_count = fields ? count : 0;
    const struct xml_node *body = logic ? dmn_expression_of(logic) : NULL;
    const struct xml_node *variable = xml_child(e->xml, "variable");
    str result = body ? xml_attribute(body, "typeRef") : STR_NONE;
    if (!result.bytes && variable)
        result = xml_attribute(variable, "typeRef");
    t->item = dmn_type(e->model, result, e->xml);
    return t;
}

static const struct feel_type *scope_type(struct element *e)
{
    if (e->kind == ELEMENT_KNOWLEDGE || e->kind == ELEMENT_SERVICE)
        return e->type ? e->type : (e->type = function_type(e));
    if (e->type)
        return e->type;
    return e->program ? feel_program_type(e->program) : NULL;
}

static const struct feel_type *group_type(struct arena *a, const struct binding *b)
{
    struct feel_type *t = ARENA_NEW(a, struct feel_type);
    struct feel_field *fields = ARENA_ARRAY(a, struct feel_field, b->member_count);
    if (!t || !fields)
        return NULL;
    for (size_t i = 0; i < b->member_count; i++)
        fields[i] = (struct feel_field){ b->members[i].name, scope_type(b->members[i].element) };
    *t = (struct feel_type){ .form = FEEL_TYPE_CONTEXT, .fields = fields,
        .field_count = b->member_count };
    return t;
}

static bool scope_names(struct element *e, struct feel_names *names)
{
    struct arena *a = e->model->set->arena;
    struct feel_field *fields = ARENA_ARRAY(a, struct feel_field, e->binding_count);
    if (!fields)
        return false;
    for (size_t i = 0; i < e->binding_count; i++) {
        const struct binding *b = &e->bindings[i];
        fields[i] = (struct feel_field){ b->name,
            b->element ? scope_type(b->element) : group_type(a, b) };
    }
    *names = (struct feel_names){ .items = fields, .count = e->binding_count,
        .open = e->model->set->lenient, .types = e->model->types,
        .type_count = e->model->type_count };
    return true;
}

/* The function that encapsulatedLogic is, with the model's own type for its result. */
static const struct feel_node *knowledge_logic(struct compiling *c, struct element *e)
{
    const struct xml_node *logic = xml_child(e->xml, "encapsulatedLogic");
    return logic ? function(c, logic) : null_node(c);
}

bool dmn_compile_element(struct element *e)
{
    struct arena *a = e->model->set->arena;
    struct compiling c = { .model = e->model, .element = e };
    struct feel_names *names = ARENA_NEW(a, struct feel_names);
    if (e->kind == ELEMENT_INPUT)
        return true;
    if (e->kind == ELEMENT_SERVICE)
        return scope_type(e) != NULL;
    if (!names || !scope_names(e, names)
        || feel_builder_create(a, names, &c.diag, &c.builder) != OK)
        return false;
    const struct xml_node *expression = dmn_expression_of(e->xml);
    if (e->kind == ELEMENT_DECISION && !expression)
        return true; /* no logic: null */
    const struct feel_node *n = e->kind == ELEMENT_KNOWLEDGE
        ? knowledge_logic(&c, e)
        : dmn_compile_expression(&c, expression);
    if (n && e->kind == ELEMENT_DECISION && e->type)
        n = feel_build_coerce(c.builder, n, e->type);
    if (feel_builder_finish(c.builder, n, &e->program) == OK)
        return true;
    if (feel_builder_err(c.builder) == ERR_MEMORY || arena_failed(a))
        return false;
    dmn_fault_feel(e->model, e->xml, &c.diag);
    return true;
}
