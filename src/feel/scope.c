/*
 * Names and slots. At a byte where a name may stand, the longest name in scope that the text spells
 * wins (clause 10.3.1.4); of equally long ones the innermost. A name that no scope knows may still
 * be an entry of the item of an enclosing filter, whose type is unknown until the program runs.
 */
#include "feel/parse.h"

#include <string.h>

struct found {
    size_t end;
    struct scope *scope;       /* NULL: global or built-in */
    const struct local *local; /* NULL: item member */
    str name;
    const struct feel_type *type;
    ptrdiff_t global;
    const struct feel_builtin *builtin;
};

struct scope *scope_open(struct feel_builder *b, bool item)
{
    struct scope *s = ARENA_NEW(b->arena, struct scope);
    int depth = 0;
    for (struct scope *o = b->scope; o; o = o->outer)
        depth++;
    if (!s || depth > SCOPE_NESTING_MAX)
        return s ? builder_fail(b, ERR_LIMIT, "嵌套过深:%.*s", "nested too deeply: %.*s", STR("{ }"))
                 : builder_memory(b);
    s->outer = b->scope;
    s->function = b->function;
    s->item = item;
    b->scope = s;
    return s;
}

void scope_close(struct feel_builder *b)
{
    b->scope = b->scope->outer;
}

uint32_t scope_slot(struct feel_builder *b)
{
    return b->function->slots++;
}

bool scope_declare(
    struct feel_builder *b, str name, const struct feel_type *type, uint32_t *slot)
{
    struct scope *s = b->scope;
    if (s->count == s->capacity) {
        size_t larger = s->capacity ? s->capacity * 2 : 4;
        if (larger > SCOPE_LOCALS_MAX) {
            builder_fail(b, ERR_LIMIT, "名称过多,在 %.*s 处", "too many names, at %.*s", name);
            return false;
        }
        s->locals = arena_grow(b->arena, s->locals, s->count * sizeof *s->locals,
            larger * sizeof *s->locals);
        if (!s->locals)
            return builder_memory(b) != NULL;
        s->capacity = larger;
    }
    *slot = scope_slot(b);
    s->locals[s->count++] = (struct local){ name, *slot, type };
    scope_member(b, name);
    return true;
}

void scope_member(struct feel_builder *b, str name)
{
    if (lex_identifier(name, 0) == name.bytes) /* single words need no candidate list */
        return;
    for (size_t i = 0; i < b->member_count; i++)
        if (str_equal(b->members[i], name))
            return;
    if (b->member_count == b->member_capacity) {
        size_t larger = b->member_capacity ? b->member_capacity * 2 : 8;
        str *grown = larger > MEMBERS_MAX ? NULL
                                          : arena_grow(b->arena, b->members,
                                              b->member_count * sizeof(str), larger * sizeof(str));
        if (!grown)
            return;
        b->members = grown;
        b->member_capacity = larger;
    }
    b->members[b->member_count++] = name;
}

const struct feel_type *scope_field(const struct feel_type *t, str name)
{
    for (size_t i = 0; t && t->form == FEEL_TYPE_CONTEXT && i < t->field_count; i++)
        if (str_equal(t->fields[i].name, name))
            return t->fields[i].type;
    return NULL;
}

/* A local of an outer function becomes a captured local of every function in between. */
uint32_t scope_capture(struct feel_builder *b, struct function *owner, uint32_t slot)
{
    struct function *f = b->function;
    if (f == owner)
        return slot;
    b->function = f->outer;
    uint32_t from = scope_capture(b, owner, slot);
    b->function = f;
    for (size_t i = 0; i < f->capture_count; i++)
        if (f->captures[i].from == from)
            return f->captures[i].to;
    if (f->capture_count == f->capture_capacity) {
        size_t larger = f->capture_capacity ? f->capture_capacity * 2 : 4;
        f->captures = arena_grow(b->arena, f->captures, f->capture_count * sizeof *f->captures,
            larger * sizeof *f->captures);
        if (!f->captures) {
            builder_memory(b);
            f->capture_capacity = f->capture_count = 0;
            return 0;
        }
        f->capture_capacity = larger;
    }
    uint32_t to = f->slots++;
    f->captures[f->capture_count++] = (struct feel_capture){ from, to };
    return to;
}

static void try_name(struct feel_builder *b, struct found *best, struct found candidate)
{
    size_t end = lex_match(b->text, b->at, candidate.name);
    if (end > best->end) {
        *best = candidate;
        best->end = end;
    }
}

/* Most candidates are told apart by their first byte. */
static inline bool may_match(const struct feel_builder *b, str name)
{
    return name.bytes && b->at < b->text.bytes && name.data[0] == b->text.data[b->at];
}

static void find_in_item(struct feel_builder *b, struct scope *s, struct found *best)
{
    const struct feel_type *t = s->item_type;
    for (size_t i = 0; t && t->form == FEEL_TYPE_CONTEXT && i < t->field_count; i++)
        try_name(b, best,
            (struct found){ .scope = s, .name = t->fields[i].name, .type = t->fields[i].type });
    try_name(b, best, (struct found){ .scope = s, .name = STR("item"), .type = t });
}

static struct found find(struct feel_builder *b)
{
    struct found best = { .global = -1 };
    for (struct scope *s = b->scope; s; s = s->outer) {
        if (s->item)
            find_in_item(b, s, &best);
        for (size_t i = s->count; i-- > 0;)
            if (may_match(b, s->locals[i].name))
                try_name(b, &best, (struct found){ .scope = s, .local = &s->locals[i],
                                   .name = s->locals[i].name, .type = s->locals[i].type,
                                   .global = -1 });
    }
    for (size_t i = 0; i < b->global_count; i++)
        if (may_match(b, b->globals[i]))
            try_name(b, &best, (struct found){ .name = b->globals[i], .global = (ptrdiff_t)i,
                               .type = i < b->names->count ? b->names->items[i].type : NULL });
    char first = b->at < b->text.bytes ? b->text.data[b->at] : 0;
    char second = b->at + 1 < b->text.bytes ? b->text.data[b->at + 1] : 0;
    for (const struct feel_builtin *f = feel_builtin_from(first);
         f < feel_builtin_end() && f->name[0] == first; f++)
        if (f->name[1] == second)
            try_name(b, &best, (struct found){ .name = { f->name, f->name_bytes }, .global = -1,
                               .builtin = f });
    return best;
}

static const struct feel_node *global_node(
    struct feel_builder *b, size_t index, const struct feel_type *type)
{
    struct feel_node *n = node_new(b, run_global);
    if (!n)
        return NULL;
    n->slot = (uint32_t)index;
    n->type = type;
    b->global_read[index] = true;
    return n;
}

/* An undeclared word: a further global, looked up by name. */
static const struct feel_node *new_global(struct feel_builder *b, str name)
{
    if (b->global_count == b->global_capacity) {
        size_t larger = b->global_capacity ? b->global_capacity * 2 : 8;
        str *names = arena_grow(
            b->arena, b->globals, b->global_count * sizeof(str), larger * sizeof(str));
        bool *read = arena_grow(b->arena, b->global_read, b->global_count, larger);
        if (!names || !read || larger > SCOPE_LOCALS_MAX * 4)
            return builder_memory(b);
        b->globals = names;
        b->global_read = read;
        b->global_capacity = larger;
    }
    b->globals[b->global_count] = name;
    b->global_read[b->global_count] = false;
    return global_node(b, b->global_count++, NULL);
}

/* `item` is the item itself, unless the item has an entry of that name. */
static const struct feel_node *item_node(struct feel_builder *b, const struct feel_node *item)
{
    struct feel_dynamic *d = ARENA_NEW(b->arena, struct feel_dynamic);
    uint32_t *slot = ARENA_NEW(b->arena, uint32_t);
    struct feel_node *n = node_new(b, run_dynamic);
    if (!d || !slot || !n)
        return builder_memory(b);
    *slot = item->slot;
    *d = (struct feel_dynamic){ 1, slot, item };
    n->extra = d;
    n->name = STR("item");
    n->type = scope_field(item->type, STR("item")) ? NULL : item->type;
    return n;
}

/* The node for a name found, without regard to filters passed on the way out. */
static const struct feel_node *static_node(struct feel_builder *b, const struct found *f)
{
    if (f->builtin)
        return node_constant(b, feel_builtin_value(f->builtin));
    if (!f->scope)
        return global_node(b, (size_t)f->global, f->type);
    struct feel_node *n = node_new(b, run_local);
    if (!n)
        return NULL;
    n->slot = scope_capture(
        b, f->scope->function, f->local ? f->local->slot : f->scope->item_slot);
    n->type = f->local ? f->type : f->scope->item_type;
    if (f->local)
        return n;
    return str_is(f->name, "item") ? item_node(b, n) : node_path(b, n, f->name);
}

/* Filters between here and the scope where the name was found: their items come first. */
static size_t filters_passed(struct feel_builder *b, const struct found *f, uint32_t *slots)
{
    size_t count = 0;
    for (struct scope *s = b->scope; s && s != f->scope; s = s->outer)
        if (s->item && count < SCOPE_NESTING_MAX) {
            if (slots)
                slots[count] = scope_capture(b, s->function, s->item_slot);
            count++;
        }
    return count;
}

static const struct feel_node *dynamic_node(
    struct feel_builder *b, const struct found *f, str name, const struct feel_node *otherwise)
{
    size_t count = filters_passed(b, f, NULL);
    if (!count)
        return otherwise;
    struct feel_dynamic *d = ARENA_NEW(b->arena, struct feel_dynamic);
    uint32_t *slots = ARENA_ARRAY(b->arena, uint32_t, count);
    struct feel_node *n = node_new(b, run_dynamic);
    if (!d || !slots || !n)
        return builder_memory(b);
    filters_passed(b, f, slots);
    *d = (struct feel_dynamic){ count, slots, otherwise };
    n->extra = d;
    n->name = name;
    n->type = otherwise->type; /* a guess, used for the names after a dot only */
    return n;
}

/* A word nobody declared: the longest known entry name that the text spells, else one word. */
static str unknown_word(struct feel_builder *b, size_t *end)
{
    str best = STR_NONE;
    *end = lex_identifier(b->text, b->at);
    if (*end > b->at)
        best = str_slice(b->text, b->at, *end);
    for (size_t i = 0; i < b->member_count; i++) {
        size_t to = lex_match(b->text, b->at, b->members[i]);
        if (to > *end) {
            *end = to;
            best = b->members[i];
        }
    }
    return best;
}

/* name = the longest name in scope | identifier (an item's entry, or with `open` a variable) */
const struct feel_node *scope_resolve(struct feel_builder *b)
{
    lex_skip(b);
    struct found f = find(b);
    bool in_filter = false;
    for (struct scope *s = b->scope; s; s = s->outer)
        in_filter = in_filter || s->item;
    size_t end = 0;
    str word = in_filter || !f.end ? unknown_word(b, &end) : STR_NONE;
    if (f.end && f.end >= end) {
        if (str_is(f.name, "?"))
            b->subject_used = true;
        if (f.local && str_is(f.name, "partial"))
            b->partial_used = true;
        const struct feel_node *n = static_node(b, &f);
        if (!n)
            return NULL;
        b->at = f.end;
        return dynamic_node(b, &f, f.name, n);
    }
    if (!word.bytes)
        return builder_expected(b, "表达式", "an expression");
    struct found none = { .global = -1 };
    if (!in_filter && !b->names->open)
        return builder_fail(b, ERR_SYNTAX, "没有名为“%.*s”的变量或函数",
            "there is no variable or function named \"%.*s\"", word);
    const struct feel_node *otherwise
        = b->names->open ? new_global(b, word) : node_constant(b, feel_null());
    b->at = end;
    return otherwise ? dynamic_node(b, &none, word, otherwise) : NULL;
}
