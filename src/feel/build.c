/*
 * Nodes and programs: the builder's public half (build.h) and feel_compile on top of it.
 *
 * Constant folding: a literal date("…"), duration("…"), a negated number are computed once here, by
 * the same code that would compute them later. What depends on the time or on zone data is left.
 */
#include "feel/parse.h"
#include "feel/temporal.h"

#include <stdio.h>
#include <string.h>

static void place(struct feel_builder *b)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < b->at && i < b->text.bytes; i++) {
        if (b->text.data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)b->text.data[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    diag_at(b->diag, NULL, line, column);
}

void *builder_fail(struct feel_builder *b, enum err e, const char *zh, const char *en, str what)
{
    if (b->err == OK) {
        b->err = diag_set(b->diag, e, zh, en, STR_ARGS(what));
        place(b);
    }
    return NULL;
}

str builder_found(struct feel_builder *b)
{
    lex_skip(b);
    size_t end = b->at;
    for (int i = 0; i < 12 && end < b->text.bytes; i++)
        (void)str_next_code_point(b->text, &end);
    return end > b->at ? str_slice(b->text, b->at, end) : STR("(结尾 / end)");
}

void *builder_memory(struct feel_builder *b)
{
    return builder_fail(b, ERR_MEMORY, "内存不足%.*s", "out of memory%.*s", STR_NONE);
}

struct feel_node *node_new(struct feel_builder *b, feel_run_fn *run)
{
    struct feel_node *n = ARENA_NEW(b->arena, struct feel_node);
    if (!n)
        return builder_memory(b);
    n->run = run;
    n->at = (uint32_t)b->at;
    return n;
}

static const struct feel_type *type_of(feel_value v)
{
    return v.kind == FEEL_NULL || v.kind >= FEEL_LIST ? NULL
                                                      : feel_type_of_kind((enum feel_kind)v.kind);
}

const struct feel_node *node_constant(struct feel_builder *b, feel_value v)
{
    struct feel_node *n = node_new(b, run_constant);
    feel_value *value = ARENA_NEW(b->arena, feel_value);
    if (!n || !value)
        return builder_memory(b);
    *value = v;
    n->value = value;
    n->type = type_of(v);
    return n;
}

/* Operations in an operand that is computed without a call; -1: it needs one. */
static int tree_of(const struct feel_node *n)
{
    if (n->run == run_constant || n->run == run_local || n->run == run_global)
        return 0;
    return n->run == run_arithmetic && n->tree ? n->tree : -1;
}

static void measure_tree(struct feel_node *n)
{
    int left = tree_of(n->a), right = tree_of(n->b);
    bool fits = n->run == run_compare
        || (n->run == run_arithmetic && n->op >= OP_ADD && n->op <= OP_MULTIPLY);
    if (fits && left >= 0 && right >= 0 && left + right < FEEL_TREE_MAX)
        n->tree = (uint16_t)(left + right + 1);
}

const struct feel_node *node_binary(struct feel_builder *b, feel_run_fn *run, int op,
    const struct feel_node *l, const struct feel_node *r)
{
    struct feel_node *n = l && r ? node_new(b, run) : NULL;
    if (!n)
        return NULL;
    n->op = (uint16_t)op;
    n->a = l;
    n->b = r;
    measure_tree(n);
    return n;
}

const struct feel_node *node_path(struct feel_builder *b, const struct feel_node *a, str name)
{
    struct feel_node *n = node_new(b, run_path);
    if (!n)
        return NULL;
    n->a = a;
    n->name = name;
    const struct feel_type *t = a->type;
    if (t && t->form == FEEL_TYPE_LIST && t->item) {
        const struct feel_type *field = scope_field(t->item, name);
        n->type = field ? type_list_of(b, field) : NULL;
    } else {
        n->type = scope_field(t, name);
    }
    return n;
}

const struct feel_type *type_list_of(struct feel_builder *b, const struct feel_type *item)
{
    struct feel_type *t = ARENA_NEW(b->arena, struct feel_type);
    if (!t)
        return builder_memory(b);
    *t = (struct feel_type){ .form = FEEL_TYPE_LIST, .item = item };
    return t;
}

enum { FOLD_VALUES = 8 };

/* Computes n, which reads no variables, now; the node itself when that fails or gives null. */
const struct feel_node *node_fold(struct feel_builder *b, const struct feel_node *n)
{
    if (!n)
        return NULL;
    static const struct feel_env env;
    struct feel_machine m;
    feel_machine_init(&m, b->arena, &env);
    feel_value v, locals[FOLD_VALUES] = { 0 }, globals[FOLD_VALUES] = { 0 };
    m.locals = b->function->slots <= FOLD_VALUES ? locals : feel_frame_push(&m, b->function->slots);
    m.globals = b->global_count <= FOLD_VALUES
        ? globals
        : ARENA_ARRAY(b->arena, feel_value, b->global_count);
    if (!m.locals || !m.globals)
        return builder_memory(b);
    if (run_node(&m, n, &v) != OK || v.kind == FEEL_NULL)
        return n;
    const struct feel_node *folded = node_constant(b, v);
    if (folded && n->type)
        ((struct feel_node *)folded)->type = n->type;
    return folded;
}

const struct feel_node **nodes_grow(
    struct feel_builder *b, const struct feel_node **items, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : 4;
    const struct feel_node **grown
        = arena_grow(b->arena, items, count * sizeof *items, larger * sizeof *items);
    if (!grown)
        return builder_memory(b);
    *capacity = larger;
    return grown;
}

static void collect_members(struct feel_builder *b, const struct feel_type *t, int depth)
{
    if (!t || depth > 8)
        return;
    collect_members(b, t->item, depth + 1);
    for (size_t i = 0; t->form == FEEL_TYPE_CONTEXT && i < t->field_count; i++) {
        scope_member(b, t->fields[i].name);
        collect_members(b, t->fields[i].type, depth + 1);
    }
}

enum err feel_builder_create(struct arena *a, const struct feel_names *names, struct diag *d,
    struct feel_builder **out)
{
    static const struct feel_names none;
    struct feel_builder *b = ARENA_NEW(a, struct feel_builder);
    if (!b)
        return diag_arena(d, a);
    b->arena = a;
    b->diag = d;
    b->names = names ? names : &none;
    b->program = ARENA_NEW(a, struct feel_program);
    b->function = ARENA_NEW(a, struct function);
    b->global_count = b->names->count;
    b->global_capacity = b->global_count;
    b->globals = ARENA_ARRAY(a, str, b->global_count);
    b->global_read = ARENA_ARRAY(a, bool, b->global_count);
    if (!b->program || !b->function || !b->globals || !b->global_read)
        return diag_arena(d, a);
    for (size_t i = 0; i < b->global_count; i++) {
        b->globals[i] = lex_normal(a, b->names->items[i].name);
        collect_members(b, b->names->items[i].type, 0);
    }
    if (arena_failed(a))
        return diag_arena(d, a);
    *out = b;
    return OK;
}

enum err feel_builder_err(const struct feel_builder *b)
{
    return b->err;
}

void feel_builder_clear(struct feel_builder *b)
{
    b->err = OK;
    b->scope = b->scope_before;
    b->function = b->function_before;
}

static bool is_ascii(str s)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < s.bytes; i++)
        seen |= (unsigned char)s.data[i];
    return seen < 0x80;
}

static bool begin(struct feel_builder *b, str text)
{
    if (b->err != OK)
        return false;
    b->scope_before = b->scope;
    b->function_before = b->function;
    b->at = 0;
    b->nesting = 0;
    b->no_filter = false;
    b->text = STR_NONE;
    if (text.bytes > FEEL_SOURCE_BYTES_MAX) {
        builder_fail(b, ERR_LIMIT, "表达式过长%.*s", "the expression is too long%.*s", STR_NONE);
        return false;
    }
    if (!is_ascii(text) && !str_is_utf8(text)) {
        builder_fail(b, ERR_UTF8, "表达式不是有效的 UTF-8%.*s",
            "the expression is not valid UTF-8%.*s", STR_NONE);
        return false;
    }
    b->text = str_copy(b->arena, text);
    if (b->text.bytes != text.bytes)
        return builder_memory(b) != NULL;
    if (!b->program->source.bytes)
        b->program->source = b->text;
    return true;
}

static const struct feel_node *end(struct feel_builder *b, const struct feel_node *n)
{
    if (!n)
        return NULL;
    lex_skip(b);
    if (b->at < b->text.bytes)
        return builder_expected(b, "运算符或表达式结尾", "an operator or the end");
    return n;
}

const struct feel_node *feel_build_expression(struct feel_builder *b, str text)
{
    return begin(b, text) ? end(b, parse_expression(b)) : NULL;
}

const struct feel_node *feel_build_tests(struct feel_builder *b, str text, uint32_t subject)
{
    return begin(b, text) ? end(b, parse_tests(b, subject)) : NULL;
}

enum err feel_builder_finish(
    struct feel_builder *b, const struct feel_node *root, struct feel_program **out)
{
    if (arena_failed(b->arena)) /* whatever else was found may only be its consequence */
        return b->err = diag_set(b->diag, ERR_MEMORY, "内存不足", "out of memory");
    if (b->err != OK || !root)
        return b->err != OK ? b->err : ERR_INTERNAL;
    struct feel_program *p = b->program;
    uint32_t *variables = ARENA_ARRAY(b->arena, uint32_t, b->global_count);
    if (!variables)
        return diag_set(b->diag, ERR_MEMORY, "内存不足", "out of memory");
    for (size_t i = 0; i < b->global_count; i++)
        if (b->global_read[i])
            variables[p->variable_count++] = (uint32_t)i;
    p->root = root;
    p->quick = feel_quick_of(root);
    p->slot_count = b->function->slots;
    p->global_count = (uint32_t)b->global_count;
    p->global_names = b->globals;
    p->variables = variables;
    p->type = root->type ? root->type : feel_type_named(STR("Any"));
    *out = p;
    return OK;
}

enum err feel_compile(struct arena *a, str source, const struct feel_names *names,
    struct feel_program **out, struct diag *d)
{
    struct feel_builder *b;
    TRY(feel_builder_create(a, names, d, &b));
    return feel_builder_finish(b, feel_build_expression(b, source), out);
}

enum err feel_compile_tests(struct arena *a, str source, const struct feel_names *names,
    const struct feel_type *input, struct feel_program **out, struct diag *d)
{
    struct feel_builder *b;
    uint32_t subject;
    TRY(feel_builder_create(a, names, d, &b));
    if (!scope_open(b, false) || !scope_declare(b, STR("?"), input, &subject))
        return b->err;
    ASSERT(subject == 0);
    b->program->tests = true;
    return feel_builder_finish(b, feel_build_tests(b, source, subject), out);
}

size_t feel_program_variable_count(const struct feel_program *p)
{
    return p->variable_count;
}

str feel_program_variable(const struct feel_program *p, size_t index)
{
    ASSERT(index < p->variable_count);
    return p->global_names[p->variables[index]];
}

const struct feel_type *feel_program_type(const struct feel_program *p)
{
    return p->type;
}

const struct feel_type *feel_node_type(const struct feel_node *n)
{
    return n->type;
}

size_t feel_program_global_count(const struct feel_program *p)
{
    return p->global_count;
}
