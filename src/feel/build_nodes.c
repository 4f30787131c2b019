/*
 * The builder's nodes that are made of other nodes: used by the parser for FEEL text and by
 * src/dmn for boxed expressions.
 */
#include "feel/builtins.h"
#include "feel/parse.h"

bool feel_build_open(struct feel_builder *b)
{
    return scope_open(b, false) != NULL;
}

void feel_build_close(struct feel_builder *b)
{
    scope_close(b);
}

bool feel_build_declare(
    struct feel_builder *b, str name, const struct feel_type *type, uint32_t *slot)
{
    return scope_declare(b, lex_normal(b->arena, name), type, slot);
}

uint32_t feel_build_slot(struct feel_builder *b)
{
    return scope_slot(b);
}

bool feel_build_open_item(struct feel_builder *b, const struct feel_type *type, uint32_t *slot)
{
    struct scope *s = scope_open(b, true);
    if (!s)
        return false;
    *slot = s->item_slot = scope_slot(b);
    s->item_type = type;
    return true;
}

const struct feel_node *feel_build_constant(struct feel_builder *b, feel_value v)
{
    return node_constant(b, v);
}

const struct feel_node *feel_build_list(
    struct feel_builder *b, const struct feel_node *const *items, size_t count)
{
    struct feel_node *n = node_new(b, run_list);
    if (!n)
        return NULL;
    n->items = items;
    n->count = (uint32_t)count;
    n->type = type_list_of(b, count ? items[0]->type : NULL);
    bool constant = count > 0;
    for (size_t i = 0; i < count; i++)
        constant = constant && items[i]->run == run_constant;
    return constant ? node_fold(b, n) : n;
}

const struct feel_node *feel_build_context(
    struct feel_builder *b, const struct feel_build_entry *entries, size_t count)
{
    struct feel_context_entry *own = ARENA_ARRAY(b->arena, struct feel_context_entry, count);
    struct feel_field *fields = ARENA_ARRAY(b->arena, struct feel_field, count);
    struct feel_type *type = ARENA_NEW(b->arena, struct feel_type);
    struct feel_node *n = node_new(b, run_context);
    if (!own || !fields || !type || !n)
        return builder_memory(b);
    for (size_t i = 0; i < count; i++) {
        own[i] = (struct feel_context_entry){ .name = entries[i].name, .node = entries[i].node,
            .slot = entries[i].slot, .result = entries[i].result };
        fields[i] = (struct feel_field){ entries[i].name, entries[i].node->type };
    }
    *type = (struct feel_type){ .form = FEEL_TYPE_CONTEXT, .fields = fields,
        .field_count = count };
    n->extra = own;
    n->count = (uint32_t)count;
    n->type = count && own[count - 1].result ? own[count - 1].node->type : type;
    return n;
}

const struct feel_node *feel_build_branch(struct feel_builder *b, const struct feel_node *condition,
    const struct feel_node *yes, const struct feel_node *no)
{
    struct feel_node *n = node_new(b, run_branch);
    if (!n)
        return NULL;
    n->a = condition;
    n->b = yes;
    n->c = no;
    n->type = yes->type ? yes->type : no->type;
    return n;
}

const struct feel_node *feel_build_strict(const struct feel_node *n)
{
    if (n)
        ((struct feel_node *)n)->op = 1;
    return n;
}

const struct feel_node *feel_build_filter(struct feel_builder *b, const struct feel_node *list,
    const struct feel_node *match, uint32_t item_slot)
{
    struct feel_node *n = node_new(b, run_filter);
    if (!n)
        return NULL;
    n->a = list;
    n->b = match;
    n->slot = item_slot;
    const struct feel_type *t = list->type;
    bool index = match->type && match->type->form == FEEL_TYPE_SIMPLE
        && match->type->kind == FEEL_NUMBER;
    if (t && t->form == FEEL_TYPE_LIST)
        n->type = index ? t->item : t;
    else if (t)
        n->type = index ? t : type_list_of(b, t);
    return n;
}

const struct feel_node *feel_build_loop(struct feel_builder *b, enum feel_build_loop kind,
    const struct feel_node *list, uint32_t item_slot, uint32_t partial_slot,
    const struct feel_node *body)
{
    struct feel_loop *loop = ARENA_NEW(b->arena, struct feel_loop);
    struct feel_iterator *it = ARENA_NEW(b->arena, struct feel_iterator);
    struct feel_node *n = node_new(b, kind == FEEL_LOOP_FOR ? run_loop : run_quantified);
    if (!loop || !it || !n)
        return builder_memory(b);
    *it = (struct feel_iterator){ .list = list, .slot = item_slot };
    *loop = (struct feel_loop){ .count = 1, .iterators = it, .body = body,
        .partial_slot = partial_slot, .partial_used = kind == FEEL_LOOP_FOR };
    n->extra = loop;
    n->op = kind == FEEL_LOOP_EVERY;
    if (kind == FEEL_LOOP_FOR)
        n->type = type_list_of(b, body->type);
    return n;
}

/* Arguments of a built-in given by name are put in order now; absent ones become null, trailing
 * ones are left out. NULL items when the names fit no variant. */
static const struct feel_node **ordered(struct feel_builder *b, const struct feel_builtin *builtin,
    const str *names, const struct feel_node *const *arguments, size_t *count, int *which)
{
    int variant = feel_builtin_variant(builtin, names, *count);
    *which = variant + 1;
    if (variant < 0)
        return NULL;
    int last = -1;
    for (size_t i = 0; i < *count; i++) {
        int at = feel_builtin_parameter(builtin, variant, names[i]);
        last = at > last ? at : last;
    }
    const struct feel_node **items
        = ARENA_ARRAY(b->arena, const struct feel_node *, (size_t)last + 1);
    const struct feel_node *null = node_constant(b, feel_null());
    if (!items || !null)
        return builder_memory(b);
    for (int i = 0; i <= last; i++)
        items[i] = null;
    for (size_t i = 0; i < *count; i++)
        items[feel_builtin_parameter(builtin, variant, names[i])] = arguments[i];
    *count = (size_t)last + 1;
    return items;
}

/* Folded: pure functions of constant arguments, unless a text may name a time zone. */
static bool foldable(const struct feel_builtin *builtin, const struct feel_node *const *arguments,
    size_t count)
{
    if (!builtin->pure)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (arguments[i]->run != run_constant)
            return false;
        const feel_value *v = arguments[i]->value;
        if (v->kind == FEEL_STRING && str_find(v->text, STR("@"), 0) >= 0)
            return false;
    }
    return count > 0;
}

static const struct feel_type *builtin_result(const struct feel_builtin *builtin,
    const struct feel_node *const *arguments, size_t count)
{
    if (builtin->result == FEEL_LIST)
        return count && arguments[0]->type && arguments[0]->type->form == FEEL_TYPE_LIST
            ? arguments[0]->type
            : NULL;
    return builtin->result ? feel_type_of_kind((enum feel_kind)builtin->result) : NULL;
}

/* matches(x, "…", "…"), replace, split: a pattern that is a constant text is compiled now. */
static void prepare_pattern(struct feel_builder *b, const struct feel_builtin *builtin,
    const struct feel_node *const *arguments, size_t count)
{
    bool is_replace = builtin->call == feel_fn_replace;
    if (!is_replace && builtin->call != feel_fn_matches && builtin->call != feel_fn_split)
        return;
    size_t flags_at = is_replace ? 3 : 2;
    str flags = STR_NONE;
    if (count < 2 || arguments[1]->run != run_constant
        || arguments[1]->value->kind != FEEL_STRING)
        return;
    if (count > flags_at) {
        if (arguments[flags_at]->run != run_constant
            || arguments[flags_at]->value->kind != FEEL_STRING)
            return;
        flags = arguments[flags_at]->value->text;
    }
    b->program->regexes = feel_regex_prepare(
        b->arena, b->program->regexes, arguments[1]->value->text, flags);
}

static const struct feel_node *builtin_call(struct feel_builder *b,
    const struct feel_builtin *builtin, const struct feel_node *const *arguments, size_t count,
    int variant)
{
    struct feel_node *n = node_new(b, run_call_builtin);
    if (!n)
        return NULL;
    n->op = (uint16_t)variant;
    n->extra = builtin;
    n->items = arguments;
    n->count = (uint32_t)count;
    n->type = builtin_result(builtin, arguments, count);
    if (foldable(builtin, arguments, count))
        return node_fold(b, n);
    prepare_pattern(b, builtin, arguments, count);
    return n;
}

const struct feel_node *feel_build_call(struct feel_builder *b, const struct feel_node *function,
    const str *names, const struct feel_node *const *arguments, size_t count)
{
    if (function->run == run_constant && function->value->kind == FEEL_FUNCTION
        && function->value->function->kind == FUNCTION_BUILTIN) {
        const struct feel_builtin *builtin = function->value->function->builtin;
        int variant = 0;
        if (names && count)
            arguments = ordered(b, builtin, names, arguments, &count, &variant);
        if (b->err != OK)
            return NULL;
        if (!arguments && count) /* the standard: null, with an error in the trace */
            return node_constant(b, feel_null());
        return builtin_call(b, builtin, arguments, count, variant);
    }
    const struct feel_type *t = function->type;
    struct feel_node *n = node_new(b, names ? run_call_named : run_call);
    if (!n)
        return NULL;
    n->count = (uint32_t)count;
    n->items = arguments;
    n->a = function;
    n->type = t && t->form == FEEL_TYPE_FUNCTION ? t->item : NULL;
    if (!names)
        return n;
    struct feel_named_call *call = ARENA_NEW(b->arena, struct feel_named_call);
    if (!call)
        return builder_memory(b);
    *call = (struct feel_named_call){ function, names, arguments };
    n->extra = call;
    return n;
}

const struct feel_node *feel_build_coerce(
    struct feel_builder *b, const struct feel_node *a, const struct feel_type *type)
{
    if (!type || type->form == FEEL_TYPE_ANY)
        return a;
    struct feel_node *n = node_new(b, run_coerce);
    if (!n)
        return NULL;
    n->a = a;
    n->target = type;
    n->type = type;
    return n;
}

bool feel_build_function_open(
    struct feel_builder *b, const struct feel_field *parameters, size_t count)
{
    struct function *f = ARENA_NEW(b->arena, struct function);
    struct feel_field *own = ARENA_ARRAY(b->arena, struct feel_field, count);
    if (!f || !own)
        return builder_memory(b) != NULL;
    f->outer = b->function;
    f->parameters = own;
    f->parameter_count = count;
    b->function = f;
    if (!scope_open(b, false))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot;
        own[i] = (struct feel_field){ lex_normal(b->arena, parameters[i].name),
            parameters[i].type };
        if (!scope_declare(b, own[i].name, own[i].type, &slot))
            return false;
    }
    return true;
}

static int java_row(const feel_value *mapping, size_t parameter_count)
{
    const feel_value *java = mapping ? feel_get(*mapping, STR("java")) : NULL;
    const feel_value *class_name = java ? feel_get(*java, STR("class")) : NULL;
    const feel_value *signature = java ? feel_get(*java, STR("method signature")) : NULL;
    if (!class_name || !signature || class_name->kind != FEEL_STRING
        || signature->kind != FEEL_STRING)
        return -1;
    return feel_java_find(class_name->text, signature->text, parameter_count);
}

const struct feel_node *feel_build_function_close(struct feel_builder *b,
    const struct feel_node *body, const feel_value *mapping, const struct feel_type *result,
    int64_t self)
{
    struct function *f = b->function;
    scope_close(b);
    b->function = f->outer;
    if (!body && !mapping)
        return NULL;
    struct feel_lambda *l = ARENA_NEW(b->arena, struct feel_lambda);
    struct feel_type *type = ARENA_NEW(b->arena, struct feel_type);
    struct feel_node *n = node_new(b, run_function);
    if (!l || !type || !n)
        return builder_memory(b);
    *l = (struct feel_lambda){ .parameters = f->parameters, .parameter_count = f->parameter_count,
        .result = result, .body = body, .slot_count = f->slots, .captures = f->captures,
        .capture_count = (uint32_t)f->capture_count, .self = self, .program = b->program,
        .java = (int16_t)(body ? -1 : java_row(mapping, f->parameter_count)) };
    *type = (struct feel_type){ .form = FEEL_TYPE_FUNCTION, .fields = f->parameters,
        .field_count = f->parameter_count, .item = result ? result : body ? body->type : NULL };
    n->extra = l;
    n->type = type;
    return n;
}

void feel_build_self(const struct feel_node *function, uint32_t slot)
{
    while (function->run == run_coerce)
        function = function->a;
    if (function->run == run_function)
        ((struct feel_lambda *)function->extra)->self = slot;
}

const struct feel_node *feel_build_host(struct feel_builder *b, const struct feel_host_kind *kind,
    const void *ctx, const struct feel_type *type)
{
    struct feel_host *h = ARENA_NEW(b->arena, struct feel_host);
    struct feel_node *n = node_new(b, run_host);
    if (!h || !n)
        return builder_memory(b);
    *h = (struct feel_host){ kind, ctx };
    n->extra = h;
    n->type = type;
    return n;
}

const void *feel_program_host(const struct feel_program *p, const struct feel_host_kind *kind)
{
    const struct feel_node *n = p->root;
    while (n->run == run_coerce)
        n = n->a;
    const struct feel_host *h = n->run == run_host ? n->extra : NULL;
    return h && h->kind == kind ? h->ctx : NULL;
}

static enum err convert(
    struct feel_machine *m, const struct feel_node *n, feel_value v, feel_value *out)
{
    *out = v;
    if (n->run != run_coerce)
        return OK;
    TRY(convert(m, n->a, v, out));
    return feel_machine_conform(m, *out, n->target, out);
}

enum err feel_program_convert(
    struct feel_machine *m, const struct feel_program *p, feel_value v, feel_value *out)
{
    return convert(m, p->root, v, out);
}
