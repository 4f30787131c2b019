/*
 * Variables. A token may hold variables of its own (the item of a loop, a sub-process's data); the
 * process's stand at token 1. A name is looked up from the token outwards, and is set where it
 * already is, else at the process. Contexts are never changed but replaced, so that putting an
 * instance back after a fault is putting the old pointers back.
 *
 * Names that begin with a blank are the engine's own and seen by no expression.
 */
#include "bpmn/run.h"

#include <string.h>

static const feel_value *own(const struct token *t, str name)
{
    if (t->vars)
        for (size_t n = 0; n < t->vars->count; n++)
            if (str_equal(t->vars->entries[n].name, name))
                return &t->vars->entries[n].value;
    return NULL;
}

feel_value vars_get(const struct bpmn_instance *i, int64_t token, str name)
{
    const struct token *t = token_find(i, token);
    for (int depth = 0; t && depth < 1000; depth++, t = token_find(i, t->parent)) {
        const feel_value *v = own(t, name);
        if (v)
            return *v;
    }
    return feel_null();
}

feel_value vars_own(const struct bpmn_instance *i, int64_t token, str name)
{
    const struct token *t = token_find(i, token);
    const feel_value *v = t ? own(t, name) : NULL;
    return v ? *v : feel_null();
}

static struct feel_context *with(struct arena *a, const struct feel_context *old, str name,
    feel_value v)
{
    size_t count = old ? old->count : 0, at = 0;
    while (at < count && !str_equal(old->entries[at].name, name))
        at++;
    struct feel_context *c = ARENA_NEW(a, struct feel_context);
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count + 1);
    if (!c || !entries)
        return NULL;
    if (count)
        memcpy(entries, old->entries, count * sizeof *entries);
    entries[at] = (struct feel_entry){ at < count ? old->entries[at].name : str_copy(a, name),
        feel_copy(a, v) };
    *c = (struct feel_context){ at < count ? count : count + 1, entries };
    return c;
}

void vars_set_local(struct run *r, int64_t token, str name, feel_value v)
{
    struct token *t = token_find(r->i, token);
    if (r->err || !t)
        return;
    struct feel_context *c = with(r->i->home, t->vars, name, v);
    if (!c || arena_failed(r->i->home)) {
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
        return;
    }
    t->vars = c;
    r->vars_changed = r->dirty = true;
}

/* json: the value as it came, or NULL. */
static void put(struct run *r, int64_t token, str name, feel_value v, const json_t *json)
{
    int64_t at = token;
    const struct token *t = token_find(r->i, token);
    while (t && !own(t, name) && t->parent) {
        at = t->parent;
        t = token_find(r->i, at);
    }
    if (r->err || !t)
        return;
    const feel_value *old = own(t, name);
    bool same = old && feel_is_true(feel_equal(*old, v));
    vars_set_local(r, at, name, v);
    if (r->err || same)
        return;
    struct bpmn_effect *e = effect(r, BPMN_VARS_CHANGED, token_find(r->i, at));
    e->text = str_copy(r->turn->arena, name);
    e->value = json ? json_keep(r->turn->arena, json_incref((json_t *)json))
                    : feel_to_json(r->turn->arena, v);
}

void vars_set(struct run *r, int64_t token, str name, feel_value v)
{
    put(r, token, name, v, NULL);
}

void vars_set_json(struct run *r, int64_t token, const json_t *vars)
{
    const char *key;
    json_t *value;
    if (!vars || r->err)
        return;
    if (!json_is_object(vars)) {
        run_fail(r, ERR_INVALID, "变量须是一个 JSON 对象", "variables must be a JSON object");
        return;
    }
    json_object_foreach((json_t *)vars, key, value) {
        feel_value v = feel_null();
        struct diag d = { 0 };
        if (!*key || *key == ' ') {
            run_fail(r, ERR_INVALID, "变量名不能为空或以空格开头",
                "a variable's name must not be empty or begin with a blank");
            return;
        }
        enum err err = feel_from_json(r->turn->arena, value, NULL, &v, &d);
        if (err)
            run_fail(r, err, "变量 %1$s:%2$s%3$.0s", "variable %1$s: %2$.0s%3$s", key, d.zh, d.en);
        put(r, token, str_from(key), v, value);
    }
}

static void add_json(const struct token *t, struct arena *a, json_t *object)
{
    for (size_t n = 0; t->vars && n < t->vars->count; n++) {
        const struct feel_entry *e = &t->vars->entries[n];
        const char *key = str_terminated(a, e->name);
        if (!key || *key == ' ' || json_object_get(object, key))
            continue;
        json_t *v = feel_to_json(a, e->value);
        if (!v || json_object_set(object, key, v))
            a->failed = true;
    }
}

json_t *vars_json(const struct bpmn_instance *i, int64_t token, struct arena *a)
{
    json_t *object = json_keep(a, json_object());
    const struct token *t = token_find(i, token);
    for (int depth = 0; object && t && depth < 1000; depth++, t = token_find(i, t->parent))
        add_json(t, a, object);
    return arena_failed(a) ? NULL : object;
}

json_t *bpmn_variables(const struct bpmn_instance *i, struct arena *a)
{
    return vars_json(i, 1, a);
}

json_t *bpmn_variables_of(const struct bpmn_instance *i, int64_t token, struct arena *a)
{
    return vars_json(i, token, a);
}

/* ── size ──────────────────────────────────────────────────────────────────────────────────── */

static size_t bytes_of(feel_value v)
{
    size_t sum = 8;
    if (v.kind == FEEL_STRING)
        sum += v.text.bytes;
    else if (v.kind == FEEL_LIST)
        for (size_t n = 0; n < v.list->count; n++)
            sum += bytes_of(v.list->items[n]);
    else if (v.kind == FEEL_CONTEXT)
        for (size_t n = 0; n < v.context->count; n++)
            sum += v.context->entries[n].name.bytes + bytes_of(v.context->entries[n].value);
    return sum;
}

void vars_check_size(struct run *r)
{
    size_t sum = 0;
    for (size_t n = 0; n < r->i->token_count; n++) {
        const struct token *t = &r->i->tokens[n];
        for (size_t k = 0; t->state != TOKEN_DEAD && t->vars && k < t->vars->count; k++)
            sum += t->vars->entries[k].name.bytes + bytes_of(t->vars->entries[k].value);
    }
    if (sum > BPMN_VARIABLES_BYTES_MAX)
        run_fail(r, ERR_LIMIT, "流程变量共约 %zu 字节,最多 %d 字节",
            "the variables take about %zu bytes; at most %d are allowed", sum,
            BPMN_VARIABLES_BYTES_MAX);
}

/* ── expressions ───────────────────────────────────────────────────────────────────────────── */

/* Only what the program reads is gathered. */
feel_value expr_eval(struct run *r, int64_t token, const struct bpmn_expr *e)
{
    feel_value out = feel_null();
    if (r->err || !e->program)
        return out;
    struct arena *a = r->turn->arena;
    size_t count = feel_program_variable_count(e->program);
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count);
    if (!entries) {
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
        return out;
    }
    struct feel_context scope = { count, entries };
    for (size_t n = 0; n < count; n++) {
        str name = feel_program_variable(e->program, n);
        entries[n] = (struct feel_entry){ name, vars_get(r->i, token, name) };
    }
    const struct bpmn_host *host = r->turn->host;
    struct feel_env env = { .limits = { .steps = 1000000 } };
    if (host)
        env.now = feel_date_time_from_ms(host->now_ms, host->offset_s, NULL);
    struct diag d = { 0 };
    enum err err = feel_eval(e->program, &env, &scope, a, &out, &d);
    if (err)
        run_fail(r, err, "第 %1$d 行的表达式“%3$.*2$s”:%4$s%5$.0s",
            "line %1$d, expression \"%3$.*2$s\": %4$.0s%5$s", e->line, (int)e->text.bytes,
            e->text.data, d.zh, d.en);
    return out;
}

bool expr_true(struct run *r, int64_t token, const struct bpmn_expr *e)
{
    return feel_is_true(expr_eval(r, token, e));
}
