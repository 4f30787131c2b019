/*
 * The machine: limits, frames, calls, warnings. A machine lives for one evaluation (or, in src/dmn,
 * for one decision with all that it requires) in one arena, under one set of limits.
 *
 * Steps are counted down in `fuel`; when it runs out, feel_machine_refuel looks at the limit and
 * asks whether time is up, so that the common path costs one decrement. Frames are cut from chunks
 * of a value stack; a call that does not fit takes a new chunk and gives it up on return.
 */
#include "feel/build.h"
#include "feel/columns_internal.h"
#include "feel/nodes.h"

#include <string.h>

enum { DEPTH_DEFAULT = 200 };

static const uint64_t steps_default = 10 * 1000 * 1000;

void feel_machine_init(struct feel_machine *m, struct arena *a, const struct feel_env *env)
{
    memset(m, 0, sizeof *m);
    m->arena = a;
    m->env = env;
    uint64_t steps = env->limits.steps ? env->limits.steps : steps_default;
    m->fuel = steps < FEEL_FUEL ? steps : FEEL_FUEL;
    m->steps_left = steps - m->fuel;
    m->depth_max = env->limits.depth ? env->limits.depth : DEPTH_DEFAULT;
    m->list_max = env->limits.list_items ? env->limits.list_items : 1000 * 1000;
    m->text_max = env->limits.text_bytes ? env->limits.text_bytes : 16 * MIB;
}

enum err feel_machine_create(
    struct arena *a, const struct feel_env *env, struct feel_machine **out, struct diag *d)
{
    struct feel_machine *m = ARENA_NEW(a, struct feel_machine);
    struct diag *own = ARENA_NEW(a, struct diag);
    if (!m || !own)
        return diag_arena(d, a);
    feel_machine_init(m, a, env);
    m->diag = own;
    *out = m;
    return OK;
}

struct arena *feel_machine_arena(struct feel_machine *m)
{
    return m->arena;
}

const struct diag *feel_machine_diag(const struct feel_machine *m)
{
    return m->diag;
}

enum err feel_machine_refuel(struct feel_machine *m)
{
    if (m->env->expired && m->env->expired(m->env->expired_ctx))
        return diag_set(m->diag, ERR_LIMIT_STEPS, "规则运算超时,已停止",
            "the rule ran out of time and was stopped");
    if (m->steps_left == 0) {
        m->fuel = 0;
        return diag_set(m->diag, ERR_LIMIT_STEPS, "规则运算步数超过上限,已停止",
            "the rule took more steps than allowed and was stopped");
    }
    m->fuel = m->steps_left < FEEL_FUEL ? m->steps_left : FEEL_FUEL;
    m->steps_left -= m->fuel;
    m->fuel--;
    return OK;
}

enum err feel_out_of_memory(struct feel_machine *m)
{
    return diag_set(m->diag, ERR_MEMORY, "规则运算所用内存超过上限",
        "the rule used more memory than allowed");
}

enum err feel_limit(struct feel_machine *m, const char *zh, const char *en, uint64_t limit)
{
    return diag_set(m->diag, ERR_LIMIT, zh, en, (unsigned long long)limit);
}

static void point(const struct feel_machine *m, int *line, int *column)
{
    *line = *column = 0;
    if (!m->node || !m->program)
        return;
    *line = *column = 1;
    str s = m->program->source;
    for (size_t i = 0; i < m->node->at && i < s.bytes; i++) {
        if (s.data[i] == '\n') {
            (*line)++;
            *column = 1;
        } else if (((unsigned char)s.data[i] & 0xC0) != 0x80) {
            (*column)++;
        }
    }
}

void feel_machine_warn(struct feel_machine *m, const char *zh, const char *en, ...)
{
    struct feel_warnings *w = m->env->warnings;
    if (!w)
        return;
    w->total++;
    if (w->count == sizeof w->items / sizeof *w->items)
        return;
    struct feel_warning *item = &w->items[w->count++];
    point(m, &item->line, &item->column);
    va_list args;
    va_start(args, en);
    item->zh = str_vprintf(w->arena, zh, args);
    va_end(args);
    va_start(args, en);
    item->en = str_vprintf(w->arena, en, args);
    va_end(args);
}

feel_value *feel_frame_push(struct feel_machine *m, uint32_t slots)
{
    if (!m->stack || m->stack_capacity - m->stack_used < slots) {
        size_t capacity = slots > FEEL_STACK_VALUES ? slots : m->depth ? FEEL_STACK_VALUES : 64;
        capacity = capacity < slots ? slots : capacity;
        feel_value *chunk = ARENA_ARRAY(m->arena, feel_value, capacity);
        if (!chunk)
            return NULL;
        m->stack = chunk;
        m->stack_capacity = capacity;
        m->stack_used = 0;
    }
    feel_value *frame = m->stack + m->stack_used;
    m->stack_used += slots;
    memset(frame, 0, slots * sizeof *frame);
    return frame;
}

/* What a call changes and its return puts back. */
struct state {
    const feel_value *globals;
    feel_value *locals, *stack;
    size_t stack_used, stack_capacity;
    const struct feel_program *program;
    uint32_t depth;
};

static struct state save(const struct feel_machine *m)
{
    return (struct state){ m->globals, m->locals, m->stack, m->stack_used, m->stack_capacity,
        m->program, m->depth };
}

static void restore(struct feel_machine *m, const struct state *s)
{
    m->globals = s->globals;
    m->locals = s->locals;
    m->stack = s->stack;
    m->stack_used = s->stack_used;
    m->stack_capacity = s->stack_capacity;
    m->program = s->program;
    m->depth = s->depth;
}

void feel_machine_set_host(struct feel_machine *m, void *host)
{
    m->host = host;
}

void *feel_machine_host(const struct feel_machine *m)
{
    return m->host;
}

static enum err allowed(
    struct feel_machine *m, feel_value v, const struct feel_type *t, int depth, bool *yes);

/* Every item, every entry, then the value itself. */
static enum err parts_allowed(
    struct feel_machine *m, feel_value v, const struct feel_type *t, int depth, bool *yes)
{
    for (size_t i = 0; *yes && t->form == FEEL_TYPE_LIST && t->item && i < v.list->count; i++)
        TRY(allowed(m, v.list->items[i], t->item, depth + 1, yes));
    for (size_t i = 0; *yes && t->form == FEEL_TYPE_CONTEXT && i < t->field_count; i++) {
        const feel_value *entry = feel_get(v, t->fields[i].name);
        if (entry && t->fields[i].type)
            TRY(allowed(m, *entry, t->fields[i].type, depth + 1, yes));
    }
    return OK;
}

static enum err allowed(
    struct feel_machine *m, feel_value v, const struct feel_type *t, int depth, bool *yes)
{
    if (v.kind == FEEL_NULL || depth > FEEL_NESTING_MAX)
        return OK;
    TRY(parts_allowed(m, v, t, depth, yes));
    if (*yes && t->allowed) {
        feel_value test;
        TRY(feel_machine_test(m, t->allowed, NULL, v, &test));
        *yes = feel_is_true(test);
    }
    return OK;
}

enum err feel_machine_conform(
    struct feel_machine *m, feel_value v, const struct feel_type *type, feel_value *out)
{
    bool yes = true;
    feel_value coerced = type ? feel_coerce(m->arena, v, type) : v;
    if (coerced.kind == FEEL_NULL && arena_failed(m->arena))
        return feel_out_of_memory(m);
    if (type && coerced.kind != FEEL_NULL)
        TRY(allowed(m, coerced, type, 0, &yes));
    *out = yes ? coerced : feel_null();
    return OK;
}

static enum err call_lambda(struct feel_machine *m, const struct feel_function *f,
    const feel_value *args, size_t count, feel_value *out)
{
    const struct feel_lambda *l = f->lambda;
    const struct state saved = save(m);
    feel_value *frame = feel_frame_push(m, l->slot_count);
    if (!frame)
        return feel_out_of_memory(m);
    for (size_t i = 0; i < count; i++) {
        TRY(feel_machine_conform(m, args[i], l->parameters[i].type, &frame[i]));
        if (frame[i].kind == FEEL_NULL && args[i].kind != FEEL_NULL) {
            restore(m, &saved);
            WARN(m, "参数“%.*s”的类型不符", "argument \"%.*s\" has the wrong type",
                STR_ARGS(l->parameters[i].name));
            *out = feel_null();
            return OK;
        }
    }
    for (uint32_t i = 0; i < l->capture_count; i++)
        frame[l->captures[i].to] = f->captures[i];
    m->locals = frame;
    m->globals = f->globals;
    m->program = l->program;
    m->depth++;
    enum err e = run_node(m, l->body, out);
    restore(m, &saved);
    return e == OK && l->result ? feel_machine_conform(m, *out, l->result, out) : e;
}

static enum err call_native(struct feel_machine *m, const struct feel_native *n,
    const feel_value *args, size_t count, feel_value *out)
{
    feel_value *own = ARENA_ARRAY(m->arena, feel_value, count);
    if (!own)
        return feel_out_of_memory(m);
    for (size_t i = 0; i < count; i++) {
        TRY(feel_machine_conform(m, args[i], n->parameters[i].type, &own[i]));
        if (own[i].kind == FEEL_NULL && args[i].kind != FEEL_NULL) {
            WARN(m, "参数“%.*s”的类型不符", "argument \"%.*s\" has the wrong type",
                STR_ARGS(n->parameters[i].name));
            *out = feel_null();
            return OK;
        }
    }
    m->depth++;
    enum err e = n->call(n->ctx, m, own, out);
    m->depth--;
    return e;
}

size_t feel_function_arity(const struct feel_function *f)
{
    switch (f->kind) {
    case FUNCTION_BUILTIN:
        return f->builtin->max == f->builtin->min ? (size_t)f->builtin->max : SIZE_MAX;
    case FUNCTION_LAMBDA: return f->lambda->parameter_count;
    case FUNCTION_NATIVE: return f->native->parameter_count;
    }
    return 0;
}

static enum err call_builtin(struct feel_machine *m, const struct feel_builtin *b,
    const feel_value *args, size_t count, feel_value *out)
{
    *out = feel_null();
    if (count < (size_t)b->min || (b->max >= 0 && count > (size_t)b->max)) {
        WARN(m, "函数 %s 的参数个数不对", "%s: wrong number of arguments", b->name);
        return OK;
    }
    m->variant = 0;
    return b->call(m, args, count, out);
}

enum err feel_call(struct feel_machine *m, const struct feel_function *f, const feel_value *args,
    size_t count, feel_value *out)
{
    if (m->depth >= m->depth_max)
        return feel_limit(m, "函数调用嵌套超过 %llu 层", "calls are nested deeper than %llu",
            m->depth_max);
    if (f->kind == FUNCTION_BUILTIN)
        return call_builtin(m, f->builtin, args, count, out);
    if (count != feel_function_arity(f)) {
        WARN(m, "参数个数不对:%zu", "wrong number of arguments: %zu", count);
        *out = feel_null();
        return OK;
    }
    if (f->kind == FUNCTION_NATIVE)
        return call_native(m, f->native, args, count, out);
    if (!f->lambda->body)
        return feel_java_call(m, f->lambda->java, args, count, out);
    return call_lambda(m, f, args, count, out);
}

enum err feel_machine_builtin(struct feel_machine *m, str name, const feel_value *args, size_t count,
    feel_value *out)
{
    const struct feel_builtin *b = feel_builtin_find(name);
    ASSERT(b);
    return call_builtin(m, b, args, count, out);
}

enum err feel_machine_memory(struct feel_machine *m)
{
    return feel_out_of_memory(m);
}

/* In a frame of its own. */
static enum err run_framed(struct feel_machine *m, const struct feel_program *p,
    const struct feel_node *n, const feel_value *globals, const feel_value *subject,
    feel_value *out)
{
    feel_value small_frame[8];
    const struct state saved = save(m);
    feel_value *frame = small_frame;
    if (p->slot_count <= 8)
        memset(small_frame, 0, p->slot_count * sizeof *frame);
    else if (!(frame = feel_frame_push(m, p->slot_count)))
        return feel_out_of_memory(m);
    if (subject)
        frame[0] = *subject;
    m->locals = frame;
    m->globals = globals;
    m->program = p;
    feel_value v = feel_null();
    enum err e = run_node(m, n, &v);
    restore(m, &saved);
    if (e == OK)
        *out = v;
    return e;
}

/* Runs a program, or a part of it. Without locals there is no frame to make; a call below makes and
 * takes back its own. */
static inline enum err run_part(struct feel_machine *m, const struct feel_program *p,
    const struct feel_node *n, const feel_value *globals, const feel_value *subject,
    feel_value *out)
{
    if (p->slot_count)
        return run_framed(m, p, n, globals, subject, out);
    const feel_value *outer_globals = m->globals;
    const struct feel_program *outer = m->program;
    m->globals = globals;
    m->program = p;
    enum err e = run_node(m, n, out);
    m->globals = outer_globals;
    m->program = outer;
    return e;
}

static __attribute__((noinline)) enum err run_program(struct feel_machine *m, const struct feel_program *p,
    const feel_value *globals, const feel_value *subject, feel_value *out)
{
    return run_part(m, p, p->root, globals, subject, out);
}

enum err feel_machine_part(struct feel_machine *m, const struct feel_program *p,
    const struct feel_node *n, const feel_value *globals, feel_value *out)
{
    return run_part(m, p, n ? n : p->root, globals, NULL, out);
}

enum err feel_machine_run(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    return run_node(m, n, out);
}

void feel_machine_set_local(struct feel_machine *m, uint32_t slot, feel_value v)
{
    m->locals[slot] = v;
}

feel_value feel_machine_local(const struct feel_machine *m, uint32_t slot)
{
    return m->locals[slot];
}

enum err feel_machine_eval(struct feel_machine *m, const struct feel_program *p,
    const feel_value *slots, feel_value *out)
{
    if (p->quick && m->fuel >= p->root->tree && p->quick(p->root, slots, out)) {
        m->fuel -= p->root->tree;
        return OK;
    }
    return run_program(m, p, slots, NULL, out);
}

enum err feel_machine_test(struct feel_machine *m, const struct feel_program *p,
    const feel_value *slots, feel_value input, feel_value *out)
{
    ASSERT(p->tests);
    return run_program(m, p, slots, &input, out);
}

static inline bool is_name(str a, str b)
{
    return a.bytes == b.bytes && (a.data == b.data || !a.bytes || memcmp(a.data, b.data, a.bytes) == 0);
}

/* The values of the variables that are read, by name: first looked for where the declared names have
 * them. */
static inline void fill_globals(
    const struct feel_program *p, const struct feel_context *scope, feel_value *globals)
{
    size_t count = scope ? scope->count : 0;
    for (uint32_t i = 0; i < p->variable_count; i++) {
        uint32_t slot = p->variables[i];
        str name = p->global_names[slot];
        size_t at = slot;
        if (at >= count || !is_name(scope->entries[at].name, name))
            for (at = 0; at < count && !is_name(scope->entries[at].name, name);)
                at++;
        if (at < count)
            globals[slot] = scope->entries[at].value;
        else
            globals[slot] = feel_null();
    }
}

enum { GLOBALS_ON_STACK = 16 };

/* A function in the result keeps its globals: they must not lie on the C stack. */
static enum err eval(const struct feel_program *p, const struct feel_env *env,
    const feel_value *subject, const struct feel_context *scope, struct arena *a, feel_value *out,
    struct diag *d)
{
    static const struct feel_env nothing;
    struct feel_machine m;
    feel_value small_globals[GLOBALS_ON_STACK], *globals = small_globals;
    feel_machine_init(&m, a, env ? env : &nothing);
    m.diag = d;
    bool escapes = p->type->form == FEEL_TYPE_FUNCTION || p->type->form == FEEL_TYPE_CONTEXT
        || p->type->form == FEEL_TYPE_LIST;
    if ((escapes || p->global_count > GLOBALS_ON_STACK)
        && !(globals = ARENA_ARRAY(a, feel_value, p->global_count)))
        return feel_out_of_memory(&m);
    fill_globals(p, scope, globals);
    feel_value v = feel_null();
    enum err e = run_program(&m, p, globals, subject, &v);
    if (arena_failed(a)) /* a null that shortage of memory made is no answer */
        return feel_out_of_memory(&m);
    if (e != OK)
        return e;
    if (v.kind == FEEL_FUNCTION)
        v = escapes ? v : feel_null();
    *out = v;
    return OK;
}

/* Without a machine, when the program allows it and the limit could not be met. */
static bool eval_quick(const struct feel_program *p, const struct feel_env *env,
    const struct feel_context *scope, const struct arena *a, feel_value *out)
{
    feel_value globals[GLOBALS_ON_STACK];
    if (p->global_count > GLOBALS_ON_STACK || arena_failed(a)
        || (env && env->limits.steps && env->limits.steps < p->root->tree))
        return false;
    fill_globals(p, scope, globals);
    return p->quick(p->root, globals, out);
}

enum err feel_eval(const struct feel_program *p, const struct feel_env *env,
    const struct feel_context *scope, struct arena *a, feel_value *out, struct diag *d)
{
    ASSERT(!p->tests);
    if (p->quick && eval_quick(p, env, scope, a, out))
        return OK;
    return eval(p, env, NULL, scope, a, out, d);
}

enum err feel_eval_tests(const struct feel_program *p, const struct feel_env *env,
    feel_value input, const struct feel_context *scope, struct arena *a, feel_value *out,
    struct diag *d)
{
    ASSERT(p->tests);
    return eval(p, env, &input, scope, a, out, d);
}
