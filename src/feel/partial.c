/*
 * Evaluation with facts missing (partial.h): an interpreter beside the machine's.
 *
 *     node reads nothing unknown ──▶ the machine runs it
 *     else, by its kind ──▶ decided early from what is known, or unknown with the facts it read
 *
 * What a node reads is found by walking it each time it is met, so an expression costs at most its
 * size times its depth; every node walked takes a step from the machine's limits.
 *
 * Known locals stand in the machine's frame, unknown ones beside it in `locals`; a slot belongs to
 * one name only, so a mark never has to be taken off.
 */
#include "feel/partial.h"

#include "feel/nodes.h"

/* A function that calls itself on what is missing would never end: below this depth its value is
 * unknown, whatever it does. */
enum { PARTIAL_ARGS_MAX = 32, PARTIAL_DEPTH_MAX = 12 };

enum err feel_facts_add(
    struct feel_machine *m, struct feel_facts *to, const struct feel_facts *from)
{
    for (size_t i = 0; i < from->count; i++) {
        bool there = false;
        for (size_t k = 0; k < to->count && !there; k++)
            there = str_equal(to->names[k], from->names[i]);
        if (there)
            continue;
        str *grown = arena_grow(
            m->arena, to->names, to->count * sizeof *grown, (to->count + 1) * sizeof *grown);
        if (!grown)
            return feel_out_of_memory(m);
        grown[to->count++] = from->names[i];
        to->names = grown;
    }
    return OK;
}

enum err feel_partial_context(struct feel_machine *m, const struct feel_part *parts, size_t count,
    struct feel_partial *out)
{
    struct feel_entry *entries = ARENA_ARRAY(m->arena, struct feel_entry, count);
    struct feel_partial whole = { .parts = parts, .part_count = count };
    if (!entries)
        return feel_out_of_memory(m);
    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct feel_entry){ parts[i].name, parts[i].value.value };
        TRY(feel_facts_add(m, &whole.missing, &parts[i].value.missing));
    }
    whole.unknown = whole.missing.count > 0;
    whole.value = feel_context_of(m->arena, entries, count);
    *out = whole;
    return whole.value.kind == FEEL_NULL ? feel_out_of_memory(m) : OK;
}

static const struct feel_part *part_of(const struct feel_partial *v, str name)
{
    for (size_t i = 0; i < v->part_count; i++)
        if (str_equal(v->parts[i].name, name))
            return &v->parts[i];
    return NULL;
}

/* What a chain of names leads to, when its beginning is known in parts; else NULL. */
static const struct feel_partial *place(const struct feel_partly *p, const struct feel_node *n)
{
    const struct feel_partial *whole = NULL;
    if (n->run == run_global && p->globals)
        return &p->globals[n->slot];
    if (n->run == run_local && (p->locals[n->slot].unknown || p->locals[n->slot].parts))
        return &p->locals[n->slot];
    if (n->run == run_path)
        whole = place(p, n->a);
    const struct feel_part *part = whole && whole->parts ? part_of(whole, n->name) : NULL;
    return part ? &part->value : NULL;
}

/* ---- what a node reads -------------------------------------------------------------------- */

/* `inner`: inside a function literal, whose locals are its own. */
struct walk {
    struct feel_partly *p;
    struct feel_facts *facts;
    bool inner;
};

static enum err reads(struct walk *w, const struct feel_node *n);

static enum err reads_all(struct walk *w, const struct feel_node *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(reads(w, items[i]));
    return OK;
}

static enum err reads_local(struct walk *w, uint32_t slot)
{
    return w->inner ? OK : feel_facts_add(w->p->m, w->facts, &w->p->locals[slot].missing);
}

static enum err reads_function(struct walk *w, const struct feel_lambda *l)
{
    for (uint32_t i = 0; i < l->capture_count; i++)
        TRY(reads_local(w, l->captures[i].from));
    bool inner = w->inner;
    w->inner = true;
    enum err e = l->body ? reads(w, l->body) : OK;
    w->inner = inner;
    return e;
}

static enum err reads_loop(struct walk *w, const struct feel_loop *l)
{
    for (size_t i = 0; i < l->count; i++) {
        TRY(reads(w, l->iterators[i].list));
        if (l->iterators[i].high)
            TRY(reads(w, l->iterators[i].high));
    }
    return reads(w, l->body);
}

static enum err reads_dynamic(struct walk *w, const struct feel_node *n)
{
    const struct feel_dynamic *d = n->extra;
    for (size_t i = 0; i < d->count; i++)
        TRY(reads_local(w, d->slots[i]));
    return reads(w, d->otherwise);
}

static enum err reads_path(struct walk *w, const struct feel_node *n)
{
    const struct feel_partial *found = w->inner ? NULL : place(w->p, n);
    return found ? feel_facts_add(w->p->m, w->facts, &found->missing) : reads(w, n->a);
}

static enum err reads_call_named(struct walk *w, const struct feel_node *n)
{
    const struct feel_named_call *call = n->extra;
    TRY(reads(w, call->function));
    return reads_all(w, call->arguments, n->count);
}

/* Nodes whose parts are a, b and c. */
static enum err reads_operands(struct walk *w, const struct feel_node *n)
{
    static const struct {
        feel_run_fn *run;
        int operands;
    } kinds[] = { { run_negate, 1 }, { run_instance, 1 }, { run_coerce, 1 }, { run_arithmetic, 2 },
        { run_compare, 2 }, { run_and, 2 }, { run_or, 2 }, { run_in, 2 }, { run_range, 2 },
        { run_filter, 2 }, { run_between, 3 }, { run_branch, 3 }, { run_test_compare, 1 },
        { run_test_value, 1 }, { run_test_truth, 1 } };
    if (n->run == run_test_compare || n->run == run_test_value || n->run == run_test_truth)
        TRY(reads_local(w, n->slot));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].run != n->run)
            continue;
        TRY(reads(w, n->a));
        if (kinds[i].operands > 1)
            TRY(reads(w, n->b));
        return kinds[i].operands > 2 ? reads(w, n->c) : OK;
    }
    ASSERT(n->run == run_constant || n->run == run_at_literal); /* all that read nothing */
    return OK;
}

static enum err reads(struct walk *w, const struct feel_node *n)
{
    struct feel_machine *m = w->p->m;
    if (m->fuel-- == 0)
        TRY(feel_machine_refuel(m));
    if (n->run == run_global)
        return w->p->globals
            ? feel_facts_add(m, w->facts, &w->p->globals[n->slot].missing)
            : OK;
    if (n->run == run_local)
        return reads_local(w, n->slot);
    if (n->run == run_path)
        return reads_path(w, n);
    if (n->run == run_dynamic)
        return reads_dynamic(w, n);
    if (n->run == run_function)
        return reads_function(w, n->extra);
    if (n->run == run_loop || n->run == run_quantified)
        return reads_loop(w, n->extra);
    if (n->run == run_call_named)
        return reads_call_named(w, n);
    if (n->run == run_call)
        TRY(reads(w, n->a));
    if (n->run == run_call || n->run == run_call_builtin || n->run == run_list
        || n->run == run_any_test)
        return reads_all(w, n->items, n->count);
    if (n->run == run_context) {
        const struct feel_context_entry *entries = n->extra;
        for (uint32_t i = 0; i < n->count; i++)
            TRY(reads(w, entries[i].node));
        return OK;
    }
    if (n->run == run_host) {
        const struct feel_host *h = n->extra;
        return h->kind->reads(h->ctx, w->p, w->facts);
    }
    return reads_operands(w, n);
}

enum err feel_partial_reads(
    struct feel_partly *p, const struct feel_node *n, struct feel_facts *facts)
{
    struct walk w = { .p = p, .facts = facts };
    return reads(&w, n);
}

/* ---- deciding early ----------------------------------------------------------------------- */

static enum err unknown_of(struct feel_machine *m, const struct feel_partial *const *parts,
    size_t count, struct feel_partial *out)
{
    struct feel_partial v = { .unknown = true };
    for (size_t i = 0; i < count; i++)
        TRY(feel_facts_add(m, &v.missing, &parts[i]->missing));
    *out = v;
    return OK;
}

static bool is_false(const struct feel_partial *v)
{
    return !v->unknown && v->value.kind == FEEL_BOOLEAN && !v->value.boolean;
}

static bool is_truth(const struct feel_partial *v)
{
    return !v->unknown && feel_is_true(v->value);
}

static enum err conjunction(struct feel_machine *m, const struct feel_partial *a,
    const struct feel_partial *b, struct feel_partial *out)
{
    if (is_false(a) || is_false(b))
        *out = feel_known(feel_boolean(false));
    else if (a->unknown || b->unknown)
        return unknown_of(m, (const struct feel_partial *[]){ a, b }, 2, out);
    else
        *out = feel_known(
            is_truth(a) && is_truth(b) ? feel_boolean(true) : feel_null());
    return OK;
}

static enum err disjunction(struct feel_machine *m, const struct feel_partial *a,
    const struct feel_partial *b, struct feel_partial *out)
{
    if (is_truth(a) || is_truth(b))
        *out = feel_known(feel_boolean(true));
    else if (a->unknown || b->unknown)
        return unknown_of(m, (const struct feel_partial *[]){ a, b }, 2, out);
    else
        *out = feel_known(
            is_false(a) && is_false(b) ? feel_boolean(false) : feel_null());
    return OK;
}

static enum err logical(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial a, b;
    TRY(feel_partial_node(p, n->a, &a));
    TRY(feel_partial_node(p, n->b, &b));
    return n->run == run_and ? conjunction(p->m, &a, &b, out) : disjunction(p->m, &a, &b, out);
}

static enum err any_test(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial so_far = feel_known(feel_boolean(false));
    for (uint32_t i = 0; i < n->count; i++) {
        struct feel_partial one;
        TRY(feel_partial_node(p, n->items[i], &one));
        TRY(disjunction(p->m, &so_far, &one, &so_far));
    }
    if (n->op && !so_far.unknown && so_far.value.kind == FEEL_BOOLEAN)
        so_far.value.boolean = !so_far.value.boolean;
    *out = so_far;
    return OK;
}

static bool same(const struct feel_partial *a, const struct feel_partial *b)
{
    return !a->unknown && !b->unknown
        && (feel_is_true(feel_equal(a->value, b->value)) && a->value.kind == b->value.kind);
}

/* A missing condition that need not be a boolean leaves the strict form open. */
static enum err branch(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial condition, yes, no;
    TRY(feel_partial_node(p, n->a, &condition));
    if (!condition.unknown && (!n->op || condition.value.kind == FEEL_BOOLEAN)) {
        feel_value v = condition.value;
        bool single = v.kind == FEEL_LIST && v.list->count == 1;
        return feel_partial_node(
            p, feel_is_true(single ? v.list->items[0] : v) ? n->b : n->c, out);
    }
    if (!condition.unknown) {
        *out = feel_known(feel_null());
        return OK;
    }
    TRY(feel_partial_node(p, n->b, &yes));
    TRY(feel_partial_node(p, n->c, &no));
    if (!n->op && same(&yes, &no)) {
        *out = yes;
        return OK;
    }
    return unknown_of(
        p->m, (const struct feel_partial *[]){ &condition, &yes, &no }, 3, out);
}

static enum err compared(struct feel_machine *m, int op, const struct feel_partial *a,
    const struct feel_partial *b, struct feel_partial *out)
{
    if (a->unknown || b->unknown)
        return unknown_of(m, (const struct feel_partial *[]){ a, b }, 2, out);
    *out = feel_known(feel_compare(op, a->value, b->value));
    return OK;
}

static enum err between(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial a, low, high, above, below;
    TRY(feel_partial_node(p, n->a, &a));
    TRY(feel_partial_node(p, n->b, &low));
    TRY(feel_partial_node(p, n->c, &high));
    TRY(compared(p->m, OP_GREATER_EQUAL, &a, &low, &above));
    TRY(compared(p->m, OP_LESS_EQUAL, &a, &high, &below));
    return conjunction(p->m, &above, &below, out);
}

/* The result of a test written as an expression, given what the expression is. */
static enum err test_truth(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial v, subject = p->locals[n->slot];
    TRY(feel_partial_node(p, n->a, &v));
    bool plain = !v.unknown && (v.value.kind == FEEL_BOOLEAN || v.value.kind == FEEL_NULL);
    if (v.unknown || (!plain && subject.unknown))
        return unknown_of(p->m, (const struct feel_partial *[]){ &v, &subject }, 2, out);
    *out = plain ? v : feel_known(feel_test_value(p->m->locals[n->slot], v.value));
    return OK;
}

static enum err context(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    const struct feel_context_entry *own = n->extra;
    struct feel_part *parts = ARENA_ARRAY(p->m->arena, struct feel_part, n->count);
    if (!parts)
        return feel_out_of_memory(p->m);
    for (uint32_t i = 0; i < n->count; i++) {
        parts[i].name = own[i].name;
        TRY(feel_partial_node(p, own[i].node, &parts[i].value));
        if (own[i].result) {
            *out = parts[i].value;
            return OK;
        }
        if (part_of(&(struct feel_partial){ .parts = parts, .part_count = i }, own[i].name)) {
            *out = feel_known(feel_null());
            return OK;
        }
        feel_partial_set_local(p, own[i].slot, &parts[i].value);
    }
    return feel_partial_context(p->m, parts, n->count, out);
}

/* A member of something that is known, or known in parts. */
static enum err path(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial whole;
    TRY(feel_partial_node(p, n->a, &whole));
    const struct feel_part *part = part_of(&whole, n->name);
    if (part)
        *out = part->value;
    else if (!whole.unknown && whole.value.kind != FEEL_LIST)
        *out = feel_known(feel_property(p->m, whole.value, n->name));
    else {
        *out = (struct feel_partial){ .unknown = true };
        return feel_partial_reads(p, n, &out->missing);
    }
    return OK;
}

/* ---- calls -------------------------------------------------------------------------------- */

static enum err arguments(struct feel_partly *p, const struct feel_node *const *nodes,
    size_t count, struct feel_partial *args, struct feel_partial *all)
{
    *all = (struct feel_partial){ 0 };
    for (size_t i = 0; i < count; i++) {
        TRY(feel_partial_node(p, nodes[i], &args[i]));
        all->unknown = all->unknown || args[i].unknown;
        TRY(feel_facts_add(p->m, &all->missing, &args[i].missing));
    }
    return OK;
}

/* Puts back what the frame of a call or of a program took. */
static void leave(struct feel_machine *m, const struct feel_machine *saved)
{
    m->locals = saved->locals;
    m->globals = saved->globals;
    m->program = saved->program;
    m->stack = saved->stack;
    m->stack_used = saved->stack_used;
    m->stack_capacity = saved->stack_capacity;
}

/* A function that is known, in a frame of its own. Its globals are ours, or those of a knowledge
 * model, which requires nothing that could be missing. */
static enum err call_lambda(struct feel_partly *p, const struct feel_function *f,
    const struct feel_partial *args, size_t count, struct feel_partial *out)
{
    const struct feel_lambda *l = f->lambda;
    struct feel_machine *m = p->m;
    struct feel_machine saved = *m;
    feel_value *frame = feel_frame_push(m, l->slot_count);
    struct feel_partly inner = { .m = m,
        .globals = f->globals == m->globals ? p->globals : NULL,
        .locals = ARENA_ARRAY(m->arena, struct feel_partial, l->slot_count),
        .depth = p->depth + 1 };
    if (!frame || !inner.locals)
        return feel_out_of_memory(m);
    m->locals = frame;
    m->globals = f->globals;
    m->program = l->program;
    for (uint32_t i = 0; i < l->capture_count; i++)
        frame[l->captures[i].to] = f->captures[i];
    enum err e = OK;
    for (size_t i = 0; i < count && e == OK; i++) {
        struct feel_partial arg = args[i];
        if (!arg.unknown)
            e = feel_machine_conform(m, arg.value, l->parameters[i].type, &arg.value);
        feel_partial_set_local(&inner, (uint32_t)i, &arg);
    }
    if (e == OK)
        e = feel_partial_node(&inner, l->body, out);
    leave(m, &saved);
    return e == OK && !out->unknown && l->result
        ? feel_machine_conform(m, out->value, l->result, &out->value)
        : e;
}

static enum err call_known(struct feel_partly *p, const struct feel_function *f,
    const struct feel_partial *args, size_t count, struct feel_partial *out)
{
    feel_value values[PARTIAL_ARGS_MAX];
    for (size_t i = 0; i < count; i++)
        values[i] = args[i].value;
    *out = feel_known(feel_null());
    return feel_call(p->m, f, values, count, &out->value);
}

static enum err call_with(struct feel_partly *p, const struct feel_partial *function,
    const struct feel_partial *args, const struct feel_partial *all, size_t count,
    struct feel_partial *out)
{
    if (function->unknown)
        return unknown_of(p->m, (const struct feel_partial *[]){ function, all }, 2, out);
    if (function->value.kind != FEEL_FUNCTION) {
        *out = feel_known(feel_null());
        return OK;
    }
    const struct feel_function *f = function->value.function;
    if (!all->unknown)
        return call_known(p, f, args, count, out);
    bool open = p->depth < PARTIAL_DEPTH_MAX;
    if (open && f->kind == FUNCTION_LAMBDA && f->lambda->body
        && count == f->lambda->parameter_count)
        return call_lambda(p, f, args, count, out);
    return unknown_of(p->m, &all, 1, out);
}

static enum err call(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial function, all, args[PARTIAL_ARGS_MAX];
    TRY(feel_partial_node(p, n->a, &function));
    if (n->count > PARTIAL_ARGS_MAX) {
        *out = (struct feel_partial){ .unknown = true };
        return feel_partial_reads(p, n, &out->missing);
    }
    TRY(arguments(p, n->items, n->count, args, &all));
    return call_with(p, &function, args, &all, n->count, out);
}

/* Arguments by name, put in the order of the parameters of a function written in FEEL. */
static enum err call_named(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    const struct feel_named_call *c = n->extra;
    struct feel_partial function, all, given[PARTIAL_ARGS_MAX], args[PARTIAL_ARGS_MAX];
    TRY(feel_partial_node(p, c->function, &function));
    const struct feel_function *f = !function.unknown && function.value.kind == FEEL_FUNCTION
        ? function.value.function
        : NULL;
    bool ours = f && f->kind == FUNCTION_LAMBDA && n->count <= PARTIAL_ARGS_MAX
        && n->count == f->lambda->parameter_count;
    *out = (struct feel_partial){ .unknown = true };
    if (!ours)
        return feel_partial_reads(p, n, &out->missing);
    TRY(arguments(p, c->arguments, n->count, given, &all));
    for (size_t i = 0; i < n->count; i++) {
        size_t k = 0;
        while (k < n->count && !str_equal(c->names[k], f->lambda->parameters[i].name))
            k++;
        if (k == n->count) { /* no such name: null, as when all is known */
            *out = feel_known(feel_null());
            return OK;
        }
        args[i] = given[k];
    }
    return call_with(p, &function, args, &all, n->count, out);
}

static enum err call_builtin(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    const struct feel_builtin *b = n->extra;
    struct feel_partial all, args[PARTIAL_ARGS_MAX];
    feel_value values[PARTIAL_ARGS_MAX];
    *out = (struct feel_partial){ .unknown = true };
    if (n->count > PARTIAL_ARGS_MAX || n->count < (uint32_t)b->min
        || (b->max >= 0 && n->count > (uint32_t)b->max))
        return feel_partial_reads(p, n, &out->missing);
    TRY(arguments(p, n->items, n->count, args, &all));
    if (all.unknown)
        return unknown_of(p->m, (const struct feel_partial *[]){ &all }, 1, out);
    for (uint32_t i = 0; i < n->count; i++)
        values[i] = args[i].value;
    *out = feel_known(feel_null());
    p->m->variant = n->op;
    return b->call(p->m, values, n->count, &out->value);
}

/* ---- one node ----------------------------------------------------------------------------- */

static enum err coerce(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    TRY(feel_partial_node(p, n->a, out));
    return out->unknown ? OK : feel_machine_conform(p->m, out->value, n->target, &out->value);
}

static enum err compare(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial a, b;
    TRY(feel_partial_node(p, n->a, &a));
    TRY(feel_partial_node(p, n->b, &b));
    return compared(p->m, n->op, &a, &b, out);
}

static enum err in(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial a;
    TRY(feel_partial_node(p, n->a, &a));
    feel_partial_set_local(p, n->slot, &a);
    return feel_partial_node(p, n->b, out);
}

static enum err host(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    const struct feel_host *h = n->extra;
    return h->kind->partial(h->ctx, p, out);
}

static const struct {
    feel_run_fn *run;
    enum err (*partial)(struct feel_partly *p, const struct feel_node *n, struct feel_partial *out);
} early[] = {
    { run_and, logical },
    { run_or, logical },
    { run_any_test, any_test },
    { run_branch, branch },
    { run_compare, compare },
    { run_between, between },
    { run_in, in },
    { run_test_truth, test_truth },
    { run_coerce, coerce },
    { run_context, context },
    { run_path, path },
    { run_call, call },
    { run_call_named, call_named },
    { run_call_builtin, call_builtin },
    { run_host, host },
};

enum err feel_partial_node(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out)
{
    struct feel_partial v = { 0 };
    TRY(feel_partial_reads(p, n, &v.missing));
    if (!v.missing.count) {
        TRY(feel_machine_run(p->m, n, &v.value));
        *out = v;
        return OK;
    }
    const struct feel_partial *found = place(p, n);
    if (found) {
        *out = *found;
        return OK;
    }
    for (size_t i = 0; i < sizeof early / sizeof *early; i++)
        if (early[i].run == n->run)
            return early[i].partial(p, n, out);
    v.unknown = true;
    *out = v;
    return OK;
}

void feel_partial_set_local(struct feel_partly *p, uint32_t slot, const struct feel_partial *v)
{
    p->locals[slot] = *v;
    p->m->locals[slot] = v->value;
}

enum err feel_partial_with(struct feel_machine *m, const struct feel_program *p,
    const struct feel_partial *globals, enum err (*what)(void *ctx, struct feel_partly *p),
    void *ctx)
{
    struct feel_machine saved = *m;
    feel_value *values = ARENA_ARRAY(m->arena, feel_value, p->global_count);
    feel_value *frame = feel_frame_push(m, p->slot_count);
    struct feel_partly partly = { .m = m, .globals = globals,
        .locals = ARENA_ARRAY(m->arena, struct feel_partial, p->slot_count) };
    if (!values || !frame || !partly.locals)
        return feel_out_of_memory(m);
    for (uint32_t i = 0; i < p->global_count; i++)
        values[i] = globals[i].value;
    m->locals = frame;
    m->globals = values;
    m->program = p;
    enum err e = what(ctx, &partly);
    leave(m, &saved);
    return e;
}

struct rooted {
    const struct feel_node *root;
    struct feel_partial value;
};

static enum err at_root(void *ctx, struct feel_partly *p)
{
    struct rooted *r = ctx;
    return feel_partial_node(p, r->root, &r->value);
}

enum err feel_partial_eval(struct feel_machine *m, const struct feel_program *p,
    const struct feel_partial *globals, struct feel_partial *out)
{
    struct rooted r = { .root = p->root };
    TRY(feel_partial_with(m, p, globals, at_root, &r));
    *out = r.value;
    return OK;
}
