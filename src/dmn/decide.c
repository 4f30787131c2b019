/*
 * Deciding: a run computes the value of each element it needs once, on demand, all on one machine,
 * so that one set of limits holds for the decision with everything it requires.
 *
 * A decision service starts a run of its own inside: its inputs are what the caller handed over, and
 * nothing the outer run knows leaks in (clause 10.4).
 */
#include "dmn/internal.h"

#include <string.h>

static bool run_init(struct run *r, const struct model_set *set, struct feel_machine *m)
{
    struct arena *a = feel_machine_arena(m);
    r->set = set;
    r->machine = m;
    r->values = ARENA_ARRAY(a, feel_value, set->element_count);
    r->states = ARENA_ARRAY(a, uint8_t, set->element_count);
    return r->values && r->states;
}

static void note_missing(struct run *r, str name)
{
    struct dmn_trace *t = r->trace;
    if (!t)
        return;
    for (size_t i = 0; i < t->missing_count; i++)
        if (str_equal(t->missing[i], name))
            return;
    str *grown = arena_grow(t->arena, t->missing, t->missing_count * sizeof(str),
        (t->missing_count + 1) * sizeof(str));
    if (!grown)
        return;
    grown[t->missing_count++] = name;
    t->missing = grown;
}

/* What a decision service is called with inside is the caller's, no fact of the run. */
static void note_used(struct run *r, str name, feel_value v)
{
    struct dmn_trace *t = r->trace;
    if (!t || r->outer)
        return;
    for (size_t i = 0; i < t->used_count; i++)
        if (str_equal(t->used[i].name, name))
            return;
    struct dmn_trace_value *grown = arena_grow(t->arena, t->used,
        t->used_count * sizeof *grown, (t->used_count + 1) * sizeof *grown);
    if (!grown)
        return;
    grown[t->used_count++]
        = (struct dmn_trace_value){ .name = name, .value = feel_copy(t->arena, v) };
    t->used = grown;
}

const feel_value *dmn_given(const struct run *r, const struct element *e)
{
    const feel_value *v = NULL;
    const feel_value *group = feel_get(r->inputs, e->model->name);
    if (group)
        v = feel_get(*group, e->name);
    return v ? v : feel_get(r->inputs, e->name);
}

enum err dmn_input_value(struct run *r, const struct element *e, feel_value *out)
{
    const feel_value *v = dmn_given(r, e);
    *out = feel_null();
    if (!v || feel_is_null(*v)) {
        note_missing(r, e->name);
        return OK;
    }
    TRY(feel_machine_conform(r->machine, *v, e->type, out));
    if (feel_is_null(*out))
        feel_machine_warn(r->machine, "输入“%.*s”的值不符合其类型",
            "the value of input \"%.*s\" does not conform to its type", STR_ARGS(e->name));
    note_used(r, e->name, *v);
    return OK;
}

/* True: the slot gets its value as soon as the knowledge model has one. */
static bool await_value(struct run *r, const struct binding *b, feel_value *slot)
{
    if (!b->element || b->element->kind != ELEMENT_KNOWLEDGE || r->states[b->element->index] != 1)
        return false;
    struct awaited *w = ARENA_NEW(feel_machine_arena(r->machine), struct awaited);
    if (!w)
        return false;
    *w = (struct awaited){ slot, b->element, r->awaited };
    r->awaited = w;
    return true;
}

static void hand_over(struct run *r, const struct element *e, feel_value v)
{
    for (struct awaited *w = r->awaited; w; w = w->next)
        if (w->element == e)
            *w->slot = v;
}

static enum err binding_value(struct run *r, const struct binding *b, feel_value *out)
{
    if (b->element)
        return dmn_value_of(r, b->element, out);
    struct arena *a = feel_machine_arena(r->machine);
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, b->member_count);
    if (!entries)
        return feel_machine_memory(r->machine);
    for (size_t i = 0; i < b->member_count; i++) {
        entries[i].name = b->members[i].name;
        TRY(dmn_value_of(r, b->members[i].element, &entries[i].value));
    }
    *out = feel_context_of(a, entries, b->member_count);
    return feel_is_null(*out) ? feel_machine_memory(r->machine) : OK;
}

static size_t globals_of(const struct element *e)
{
    size_t found = feel_program_global_count(e->program);
    return found > e->binding_count ? found : e->binding_count;
}

static enum err logic_value(struct run *r, const struct element *e, feel_value *out)
{
    *out = feel_null();
    if (!e->program)
        return OK;
    feel_value *globals
        = ARENA_ARRAY(feel_machine_arena(r->machine), feel_value, globals_of(e));
    if (!globals)
        return feel_machine_memory(r->machine);
    for (size_t i = 0; i < e->binding_count; i++)
        if ((int64_t)i != e->self && !await_value(r, &e->bindings[i], &globals[i]))
            TRY(binding_value(r, &e->bindings[i], &globals[i]));
    struct dmn_trace_step *outer = r->step;
    r->step = e->kind == ELEMENT_DECISION ? dmn_trace_begin(r, e) : NULL;
    void *host = feel_machine_host(r->machine);
    feel_machine_set_host(r->machine, r);
    enum err result = feel_machine_eval(r->machine, e->program, globals, out);
    feel_machine_set_host(r->machine, host);
    if (result == OK && r->step)
        r->step->result = feel_copy(r->trace->arena, *out);
    r->step = outer;
    if (e->self >= 0)
        globals[e->self] = *out;
    return result;
}

static bool is_service_input(const struct run *r, const struct element *e)
{
    for (size_t i = 0; r->service && i < r->service->input_count; i++)
        if (r->service->requires[i] == e)
            return true;
    return false;
}

enum err dmn_value_of(struct run *r, const struct element *e, feel_value *out)
{
    if (r->states[e->index]) {
        *out = r->values[e->index]; /* one under way is null */
        return OK;
    }
    r->states[e->index] = 1;
    enum err result = OK;
    feel_value v = feel_null();
    if (e->kind == ELEMENT_SERVICE)
        v = feel_function_of(feel_machine_arena(r->machine), &e->native);
    else if (e->kind == ELEMENT_INPUT || is_service_input(r, e)
        || (e->kind == ELEMENT_DECISION && !r->service && dmn_given(r, e)))
        result = dmn_input_value(r, e, &v);
    else
        result = logic_value(r, e, &v);
    if (result != OK)
        return result;
    r->states[e->index] = 2;
    r->values[e->index] = v;
    hand_over(r, e, v);
    *out = v;
    return OK;
}

/* The single output's value, or a context of all outputs. */
static enum err service_value(struct run *r, const struct element *e, feel_value *out)
{
    struct arena *a = feel_machine_arena(r->machine);
    if (e->output_count == 1)
        return dmn_value_of(r, e->outputs[0], out);
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, e->output_count);
    if (!entries)
        return feel_machine_memory(r->machine);
    for (size_t i = 0; i < e->output_count; i++) {
        entries[i].name = e->outputs[i]->name;
        TRY(dmn_value_of(r, e->outputs[i], &entries[i].value));
    }
    *out = feel_context_of(a, entries, e->output_count);
    return feel_is_null(*out) ? feel_machine_memory(r->machine) : OK;
}

static enum err service_result(struct run *r, const struct element *e, feel_value *out)
{
    feel_value v;
    TRY(service_value(r, e, &v));
    TRY(feel_machine_conform(r->machine, v, e->native.result, out));
    if (feel_is_null(*out) && !feel_is_null(v))
        feel_machine_warn(r->machine, "决策服务“%.*s”的结果与声明的类型不符",
            "the result of decision service \"%.*s\" does not conform to its type",
            STR_ARGS(e->name));
    return OK;
}

enum err dmn_service_call(void *ctx, struct feel_machine *m, const feel_value *args,
    feel_value *out)
{
    const struct element *e = ctx;
    struct run *outer = feel_machine_host(m);
    struct run r = { .service = e, .outer = outer, .trace = outer ? outer->trace : NULL };
    struct feel_entry *entries
        = ARENA_ARRAY(feel_machine_arena(m), struct feel_entry, e->input_count);
    if (!entries || !run_init(&r, e->model->set, m))
        return feel_machine_memory(m);
    for (size_t i = 0; i < e->input_count; i++)
        entries[i] = (struct feel_entry){ e->requires[i]->name, args[i] };
    r.inputs = feel_context_of(feel_machine_arena(m), entries, e->input_count);
    return service_result(&r, e, out);
}

/* ---- the public face ---------------------------------------------------------------------- */

static const struct feel_env no_env;

enum err dmn_run_start(struct run *r, const struct model_set *set, const struct feel_env *env,
    struct arena *a, struct feel_env *own, struct dmn_trace *trace, struct diag *d)
{
    *own = env ? *env : no_env;
    if (trace) {
        trace->warnings.arena = trace->arena;
        if (!own->warnings)
            own->warnings = &trace->warnings;
    }
    r->trace = trace;
    struct feel_machine *m;
    TRY(feel_machine_create(a, own, &m, d));
    return run_init(r, set, m) ? OK : diag_arena(d, a);
}

static enum err finish(struct run *r, enum err e, feel_value v, feel_value *out, struct diag *d)
{
    if (arena_failed(feel_machine_arena(r->machine)))
        e = feel_machine_memory(r->machine);
    if (e == OK)
        *out = v;
    else if (d)
        *d = *feel_machine_diag(r->machine);
    return e;
}

enum err dmn_decide(const struct dmn_model *m, const struct dmn_decision *decision,
    feel_value inputs, const struct feel_env *env, struct arena *a, feel_value *out,
    struct dmn_trace *trace, struct diag *d)
{
    const struct element *e = (const struct element *)decision;
    struct run r = { .inputs = inputs };
    struct feel_env own;
    feel_value v = feel_null();
    TRY(dmn_run_start(&r, m->set, env, a, &own, trace, d));
    return finish(&r, dmn_value_of(&r, e, &v), v, out, d);
}

enum err dmn_service_decide(const struct dmn_model *m, const struct dmn_service *service,
    feel_value inputs, const struct feel_env *env, struct arena *a, feel_value *out,
    struct dmn_trace *trace, struct diag *d)
{
    const struct element *e = (const struct element *)service;
    struct run r = { .inputs = inputs, .service = e };
    struct feel_env own;
    feel_value v = feel_null();
    TRY(dmn_run_start(&r, m->set, env, a, &own, trace, d));
    return finish(&r, service_result(&r, e, &v), v, out, d);
}
