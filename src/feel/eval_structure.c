/*
 * Evaluation of lists, contexts, ranges, paths, filters, loops and calls (nodes.h).
 */
#include "feel/nodes.h"
#include "feel/number.h"
#include "feel/temporal.h"

#include <string.h>

enum err items_add(struct items *l, feel_value v)
{
    if (l->count == l->capacity) {
        if (l->count >= l->m->list_max)
            return feel_limit(
                l->m, "列表超过 %llu 项", "a list has more than %llu items", l->m->list_max);
        size_t larger = l->capacity ? l->capacity * 2 : 8;
        feel_value *grown = arena_grow(
            l->m->arena, l->data, l->count * sizeof v, larger * sizeof v);
        if (!grown)
            return feel_out_of_memory(l->m);
        l->data = grown;
        l->capacity = larger;
    }
    l->data[l->count++] = v;
    return OK;
}

feel_value items_list(struct items *l)
{
    return feel_list_of(l->m->arena, l->data, l->count);
}

static enum err finish(struct feel_machine *m, feel_value v, feel_value *out)
{
    if (v.kind == FEEL_NULL)
        return feel_out_of_memory(m);
    *out = v;
    return OK;
}

enum err run_list(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value *items = ARENA_ARRAY(m->arena, feel_value, n->count);
    if (!items)
        return feel_out_of_memory(m);
    for (uint32_t i = 0; i < n->count; i++)
        TRY(run_node(m, n->items[i], &items[i]));
    return finish(m, feel_list_of(m->arena, items, n->count), out);
}

/* Two entries of one name: null (clause 10.3.2.6 wants distinct keys). */
static bool repeated(const struct feel_entry *entries, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(entries[i].name, name))
            return true;
    return false;
}

enum err run_context(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    const struct feel_context_entry *own = n->extra;
    struct feel_entry *entries = ARENA_ARRAY(m->arena, struct feel_entry, n->count);
    if (!entries)
        return feel_out_of_memory(m);
    for (uint32_t i = 0; i < n->count; i++) {
        feel_value v;
        TRY(run_node(m, own[i].node, &v));
        if (own[i].result) {
            *out = v;
            return OK;
        }
        if (repeated(entries, i, own[i].name)) {
            m->node = n;
            WARN(m, "条目“%.*s”重复", "entry \"%.*s\" stands twice", STR_ARGS(own[i].name));
            *out = feel_null();
            return OK;
        }
        entries[i] = (struct feel_entry){ own[i].name, v };
        m->locals[own[i].slot] = v;
    }
    return finish(m, feel_context_of(m->arena, entries, n->count), out);
}

/* Both ends of one ordered kind, the low one not above the high one; else null. */
enum err run_range(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value low, high;
    TRY(run_node(m, n->a, &low));
    TRY(run_node(m, n->b, &high));
    bool sound = n->op & RANGE_ONE_END
        ? low.kind != FEEL_NULL || high.kind != FEEL_NULL
        : low.kind != FEEL_NULL && high.kind == low.kind;
    if (!sound) {
        m->node = n;
        WARN(m, "区间的两端(%s、%s)不能比较", "the ends of a range (%s, %s) cannot be compared",
            feel_kind_name(low.kind), feel_kind_name(high.kind));
        *out = feel_null();
        return OK;
    }
    struct feel_range *r = ARENA_NEW(m->arena, struct feel_range);
    if (!r)
        return feel_out_of_memory(m);
    *r = (struct feel_range){ low, high, n->op & RANGE_LOW_CLOSED, n->op & RANGE_HIGH_CLOSED };
    *out = (feel_value){ .kind = FEEL_RANGE };
    out->range = r;
    return OK;
}

static feel_value range_property(const struct feel_range *r, str name)
{
    if (str_is(name, "start"))
        return r->low;
    if (str_is(name, "end"))
        return r->high;
    if (str_is(name, "start included"))
        return feel_boolean(r->low_closed);
    if (str_is(name, "end included"))
        return feel_boolean(r->high_closed);
    return feel_null();
}

/* A member of anything but a list. */
feel_value feel_property(struct feel_machine *m, feel_value v, str name)
{
    feel_value out = feel_null();
    if (v.kind == FEEL_CONTEXT) {
        const feel_value *found = feel_get(v, name);
        if (found)
            return *found;
        WARN(m, "没有条目“%.*s”", "there is no entry \"%.*s\"", STR_ARGS(name));
        return out;
    }
    if (v.kind == FEEL_RANGE)
        return range_property(v.range, name);
    if (v.kind >= FEEL_DATE && v.kind <= FEEL_YEARS_MONTHS
        && temporal_property(m->arena, v, name, &out))
        return out;
    WARN(m, "%s没有属性“%.*s”", "a %s has no property \"%.*s\"", feel_kind_name(v.kind),
        STR_ARGS(name));
    return feel_null();
}

enum err run_path(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a;
    TRY(run_node(m, n->a, &a));
    m->node = n;
    if (a.kind != FEEL_LIST) {
        *out = feel_property(m, a, n->name);
        return OK;
    }
    feel_value *items = ARENA_ARRAY(m->arena, feel_value, a.list->count);
    if (!items)
        return feel_out_of_memory(m);
    for (size_t i = 0; i < a.list->count; i++)
        items[i] = feel_property(m, a.list->items[i], n->name);
    return finish(m, feel_list_of(m->arena, items, a.list->count), out);
}

/* list[number]: from 1, or from the end when negative (clause 10.3.2.5). */
static feel_value at_index(feel_value list, feel_value index)
{
    int64_t i, count = (int64_t)list.list->count;
    if (!feel_to_int64(index, &i))
        return feel_null();
    if (i > 0 && i <= count)
        return list.list->items[i - 1];
    return i < 0 && -i <= count ? list.list->items[count + i] : feel_null();
}

static enum err filter_items(
    struct feel_machine *m, const struct feel_node *n, feel_value list, feel_value *out)
{
    struct items kept = { .m = m };
    for (size_t i = 0; i < list.list->count; i++) {
        feel_value match;
        m->locals[n->slot] = list.list->items[i];
        TRY(run_node(m, n->b, &match));
        if (n->op && match.kind != FEEL_BOOLEAN) {
            WARN(m, "筛选条件不是真假值", "the filter's condition is no boolean");
            *out = feel_null();
            return OK;
        }
        if (match.kind == FEEL_NUMBER && i == 0) {
            *out = at_index(list, match);
            return OK;
        }
        if (feel_is_true(match))
            TRY(items_add(&kept, list.list->items[i]));
    }
    return finish(m, items_list(&kept), out);
}

enum err run_filter(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value list;
    TRY(run_node(m, n->a, &list));
    if (list.kind != FEEL_LIST) {
        feel_value *item = ARENA_NEW(m->arena, feel_value);
        if (!item)
            return feel_out_of_memory(m);
        *item = list;
        list = feel_list_of(m->arena, item, list.kind == FEEL_NULL ? 0 : 1);
        if (list.kind == FEEL_NULL)
            return feel_out_of_memory(m);
    }
    if (!n->op && n->b->run == run_constant && n->b->value->kind == FEEL_NUMBER) {
        *out = at_index(list, *n->b->value);
        return OK;
    }
    return filter_items(m, n, list, out);
}

static enum err arguments(struct feel_machine *m, const struct feel_node *const *nodes,
    size_t count, feel_value *args)
{
    for (size_t i = 0; i < count; i++)
        TRY(run_node(m, nodes[i], &args[i]));
    return OK;
}

enum { ARGS_ON_STACK = 6 };

enum err run_call_builtin(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    const struct feel_builtin *b = n->extra;
    feel_value few[ARGS_ON_STACK], *args = few;
    if (n->count > ARGS_ON_STACK && !(args = ARENA_ARRAY(m->arena, feel_value, n->count)))
        return feel_out_of_memory(m);
    TRY(arguments(m, n->items, n->count, args));
    m->node = n;
    if (n->count < (uint32_t)b->min || (b->max >= 0 && n->count > (uint32_t)b->max)) {
        WARN(m, "函数 %s 的参数个数不对", "%s: wrong number of arguments", b->name);
        *out = feel_null();
        return OK;
    }
    feel_value v = feel_null();
    m->variant = n->op;
    TRY(b->call(m, args, n->count, &v));
    *out = v;
    return OK;
}

static enum err call_value(struct feel_machine *m, const struct feel_node *n, feel_value function,
    const feel_value *args, size_t count, feel_value *out)
{
    m->node = n;
    feel_value v = feel_null();
    if (function.kind != FEEL_FUNCTION) {
        WARN(m, "被调用的不是函数,而是%s", "what is called is no function but a %s",
            feel_kind_name(function.kind));
        *out = feel_null();
        return OK;
    }
    TRY(feel_call(m, function.function, args, count, &v));
    *out = v;
    return OK;
}

/* The arguments stand on the C stack while the callee runs: room for a few, else the arena. */
enum err run_call(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value function, few[ARGS_ON_STACK], *args = few;
    TRY(run_node(m, n->a, &function));
    if (n->count > ARGS_ON_STACK && !(args = ARENA_ARRAY(m->arena, feel_value, n->count)))
        return feel_out_of_memory(m);
    TRY(arguments(m, n->items, n->count, args));
    return call_value(m, n, function, args, n->count, out);
}

static const struct feel_field *parameters_of(const struct feel_function *f, size_t *count)
{
    *count = f->kind == FUNCTION_LAMBDA ? f->lambda->parameter_count
        : f->kind == FUNCTION_NATIVE    ? f->native->parameter_count
                                        : 0;
    return f->kind == FUNCTION_LAMBDA ? f->lambda->parameters
        : f->kind == FUNCTION_NATIVE  ? f->native->parameters
                                      : NULL;
}

/* Position of a name among a function's parameters, or -1. */
static int64_t position(const struct feel_function *f, const str *names, size_t count, size_t i)
{
    if (f->kind == FUNCTION_BUILTIN) {
        int variant = feel_builtin_variant(f->builtin, names, count);
        return variant < 0 ? -1 : feel_builtin_parameter(f->builtin, variant, names[i]);
    }
    size_t parameter_count;
    const struct feel_field *p = parameters_of(f, &parameter_count);
    for (size_t k = 0; k < parameter_count; k++)
        if (str_equal(p[k].name, names[i]))
            return (int64_t)k;
    return -1;
}

enum { NAMED_MAX = 64 };

enum err run_call_named(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    const struct feel_named_call *call = n->extra;
    feel_value function, args[NAMED_MAX];
    TRY(run_node(m, call->function, &function));
    *out = feel_null();
    if (function.kind != FEEL_FUNCTION || n->count > NAMED_MAX) {
        WARN(m, "被调用的不是函数", "what is called is no function");
        return OK;
    }
    size_t total = feel_function_arity(function.function);
    if (total == SIZE_MAX || total > NAMED_MAX)
        total = n->count;
    memset(args, 0, sizeof args);
    for (uint32_t i = 0; i < n->count; i++) {
        int64_t at = position(function.function, call->names, n->count, i);
        if (at < 0 || at >= NAMED_MAX) {
            WARN(m, "没有名为“%.*s”的参数", "there is no parameter \"%.*s\"",
                STR_ARGS(call->names[i]));
            return OK;
        }
        TRY(run_node(m, call->arguments[i], &args[at]));
    }
    if (function.function->kind != FUNCTION_BUILTIN && n->count != total)
        return OK;
    return call_value(m, n, function, args, total, out);
}

enum err run_function(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    const struct feel_lambda *l = n->extra;
    struct feel_function *f = ARENA_NEW(m->arena, struct feel_function);
    feel_value *captures = ARENA_ARRAY(m->arena, feel_value, l->capture_count);
    if (!f || !captures)
        return feel_out_of_memory(m);
    *f = (struct feel_function){ .kind = FUNCTION_LAMBDA, .lambda = l, .captures = captures,
        .globals = m->globals };
    *out = (feel_value){ .kind = FEEL_FUNCTION };
    out->function = f;
    for (uint32_t i = 0; i < l->capture_count; i++)
        captures[i] = l->captures[i].from == l->self ? *out : m->locals[l->captures[i].from];
    return OK;
}

/* ---- loops -------------------------------------------------------------------------------- */

struct loop_state {
    struct feel_machine *m;
    const struct feel_loop *loop;
    struct items results;
    bool quantified, every;
    bool done;         /* a quantified answer is known */
    feel_value answer; /* of a quantified expression */
};

static enum err loop_level(struct loop_state *s, size_t level);

static enum err quantified_body(struct loop_state *s)
{
    feel_value v;
    TRY(run_node(s->m, s->loop->body, &v));
    if (v.kind != FEEL_BOOLEAN) {
        s->answer = feel_null();
    } else if (v.boolean != s->every) {
        s->answer = v;
        s->done = true;
    }
    return OK;
}

static enum err loop_body(struct loop_state *s)
{
    if (s->quantified)
        return quantified_body(s);
    if (s->loop->partial_used) {
        feel_value so_far = items_list(&s->results);
        if (so_far.kind == FEEL_NULL)
            return feel_out_of_memory(s->m);
        s->m->locals[s->loop->partial_slot] = so_far;
    }
    feel_value v;
    TRY(run_node(s->m, s->loop->body, &v));
    return items_add(&s->results, v);
}

static enum err loop_turn(struct loop_state *s, size_t level, feel_value item)
{
    s->m->locals[s->loop->iterators[level].slot] = item;
    return level + 1 == s->loop->count ? loop_body(s) : loop_level(s, level + 1);
}

/* Numbers by one, dates by a day, up or down; no such range: no turn, a null result. */
static enum err loop_range(struct loop_state *s, size_t level, feel_value low, feel_value high,
    bool *valid)
{
    feel_value unit = low.kind == FEEL_NUMBER ? feel_integer(1)
                                              : temporal_days_time(NS_PER_DAY);
    int order;
    *valid = (low.kind == FEEL_NUMBER || low.kind == FEEL_DATE) && feel_order(low, high, &order)
        && (low.kind != FEEL_NUMBER || (number_is_integer(low) && number_is_integer(high)));
    if (!*valid)
        return OK;
    int step = order > 0 ? OP_SUBTRACT : OP_ADD;
    int direction = order > 0 ? 1 : -1;
    while (feel_order(low, high, &order) && (order == 0 || order == direction) && !s->done) {
        TRY(loop_turn(s, level, low));
        low = feel_arithmetic(s->m, step, low, unit);
    }
    return OK;
}

/* The values of a range written with brackets: open ends are left out. */
static enum err loop_range_value(
    struct loop_state *s, size_t level, const struct feel_range *r, bool *valid)
{
    feel_value low = r->low, high = r->high;
    feel_value unit = low.kind == FEEL_NUMBER ? feel_integer(1) : temporal_days_time(NS_PER_DAY);
    int order;
    if (!r->low_closed)
        low = feel_arithmetic(s->m, OP_ADD, low, unit);
    if (!r->high_closed)
        high = feel_arithmetic(s->m, OP_SUBTRACT, high, unit);
    *valid = feel_order(r->low, r->high, &order) && order <= 0
        && (low.kind == FEEL_NUMBER || low.kind == FEEL_DATE);
    if (!*valid || (feel_order(low, high, &order) && order > 0))
        return OK; /* nothing lies between two open ends */
    return loop_range(s, level, low, high, valid);
}

static enum err loop_level(struct loop_state *s, size_t level)
{
    const struct feel_iterator *it = &s->loop->iterators[level];
    feel_value list, high;
    bool valid = true;
    TRY(run_node(s->m, it->list, &list));
    if (it->high) {
        TRY(run_node(s->m, it->high, &high));
        TRY(loop_range(s, level, list, high, &valid));
    } else if (list.kind == FEEL_RANGE) {
        TRY(loop_range_value(s, level, list.range, &valid));
    } else if (list.kind == FEEL_LIST) {
        for (size_t i = 0; i < list.list->count && !s->done; i++)
            TRY(loop_turn(s, level, list.list->items[i]));
    } else if (list.kind == FEEL_NULL) {
        valid = false;
    } else {
        TRY(loop_turn(s, level, list));
    }
    if (!valid) {
        WARN(s->m, "不能逐项取值", "there is nothing to iterate over");
        s->done = true;
        s->answer = feel_null();
    }
    return OK;
}

enum err run_loop(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    struct loop_state s = { .m = m, .loop = n->extra, .results = { .m = m } };
    m->node = n;
    TRY(loop_level(&s, 0));
    if (s.done) {
        *out = feel_null();
        return OK;
    }
    return finish(m, items_list(&s.results), out);
}

enum err run_quantified(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    struct loop_state s = { .m = m, .loop = n->extra, .results = { .m = m }, .quantified = true,
        .every = n->op, .answer = feel_boolean(n->op) };
    m->node = n;
    TRY(loop_level(&s, 0));
    *out = s.answer;
    return OK;
}
