/*
 * Evaluation of operators, names and unary tests: one function a kind of node (nodes.h). The
 * semantics are tables 41 to 55 of clause 10.3.2; what is not defined there is null.
 *
 * A run function leaves *out alone when it fails. Operand values live on the C stack: the depth of
 * the tree is bounded at compile time (FEEL_NESTING_MAX) and that of calls by the machine.
 */
#include "feel/nodes.h"
#include "feel/number.h"
#include "feel/temporal.h"

enum err run_constant(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    (void)m;
    *out = *n->value;
    return OK;
}

enum err run_local(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    *out = m->locals[n->slot];
    return OK;
}

enum err run_global(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    *out = m->globals[n->slot];
    return OK;
}

enum err run_dynamic(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    const struct feel_dynamic *d = n->extra;
    for (size_t i = 0; i < d->count; i++) {
        feel_value item = m->locals[d->slots[i]];
        const feel_value *found = feel_get(item, n->name);
        if (found) {
            *out = *found;
            return OK;
        }
        if (item.kind != FEEL_CONTEXT && item.kind != FEEL_NULL && d->otherwise->run == run_constant
            && d->otherwise->value->kind == FEEL_NULL) {
            *out = feel_property(m, item, n->name);
            return OK;
        }
    }
    return run_node(m, d->otherwise, out);
}

enum err run_at_literal(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    *out = temporal_parse_at(n->name, m->env->zones);
    return OK;
}

static feel_value singleton(feel_value v)
{
    return v.kind == FEEL_LIST && v.list->count == 1 ? v.list->items[0] : v;
}

enum err run_negate(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a;
    TRY(run_node(m, n->a, &a));
    m->node = n;
    if (a.kind == FEEL_NUMBER)
        *out = number_negate(a);
    else {
        *out = temporal_negate(a);
        if (out->kind == FEEL_NULL)
            WARN(m, "不能对%s取负", "cannot negate a value of kind %s", feel_kind_name(a.kind));
    }
    return OK;
}

static feel_value number_operation(int op, feel_value a, feel_value b)
{
    switch (op) {
    case OP_ADD: return number_add(a, b);
    case OP_SUBTRACT: return number_subtract(a, b);
    case OP_MULTIPLY: return number_multiply(a, b);
    case OP_DIVIDE: return number_divide(a, b);
    default: return number_power(a, b);
    }
}

static bool is_duration(feel_value v)
{
    return v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS;
}

feel_value feel_arithmetic(struct feel_machine *m, int op, feel_value a, feel_value b)
{
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
        return number_operation(op, a, b);
    if (a.kind == FEEL_LIST || b.kind == FEEL_LIST)
        return feel_null();
    (void)m;
    switch (op) {
    case OP_ADD: return temporal_add(a, b);
    case OP_SUBTRACT: return temporal_subtract(a, b);
    case OP_MULTIPLY:
        if (is_duration(a) && b.kind == FEEL_NUMBER)
            return temporal_multiply(a, b);
        return is_duration(b) && a.kind == FEEL_NUMBER ? temporal_multiply(b, a) : feel_null();
    case OP_DIVIDE: return is_duration(a) ? temporal_divide(a, b) : feel_null();
    default: return feel_null();
    }
}

enum err feel_add_text(struct feel_machine *m, str a, str b, feel_value *out)
{
    if (a.bytes + b.bytes > m->text_max)
        return feel_limit(m, "文字超过 %llu 字节", "a text is longer than %llu bytes", m->text_max);
    *out = feel_string(str_concat(m->arena, a, b));
    return arena_failed(m->arena) ? feel_out_of_memory(m) : OK;
}

feel_value feel_compare(int op, feel_value a, feel_value b)
{
    if (op == OP_EQUAL || op == OP_NOT_EQUAL) {
        feel_value equal = feel_equal(a, b);
        if (equal.kind == FEEL_BOOLEAN && op == OP_NOT_EQUAL)
            equal.boolean = !equal.boolean;
        return equal;
    }
    int order;
    if (!feel_order(a, b, &order))
        return feel_null();
    switch (op) {
    case OP_LESS: return feel_boolean(order < 0);
    case OP_LESS_EQUAL: return feel_boolean(order <= 0);
    case OP_GREATER: return feel_boolean(order > 0);
    default: return feel_boolean(order >= 0);
    }
}

/* Table 48: anything but true and false counts as null. */
enum err run_and(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a, b;
    TRY(run_node(m, n->a, &a));
    if (a.kind == FEEL_BOOLEAN && !a.boolean) {
        *out = a;
        return OK;
    }
    TRY(run_node(m, n->b, &b));
    if (b.kind == FEEL_BOOLEAN && (!b.boolean || a.kind == FEEL_BOOLEAN))
        *out = b;
    else
        *out = feel_null();
    return OK;
}

enum err run_or(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a, b;
    TRY(run_node(m, n->a, &a));
    if (feel_is_true(a)) {
        *out = a;
        return OK;
    }
    TRY(run_node(m, n->b, &b));
    if (feel_is_true(b) || (b.kind == FEEL_BOOLEAN && a.kind == FEEL_BOOLEAN))
        *out = b;
    else
        *out = feel_null();
    return OK;
}

static feel_value both(feel_value a, feel_value b)
{
    if ((a.kind == FEEL_BOOLEAN && !a.boolean) || (b.kind == FEEL_BOOLEAN && !b.boolean))
        return feel_boolean(false);
    return feel_is_true(a) && feel_is_true(b) ? a : feel_null();
}

enum err run_between(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a, low, high;
    TRY(run_node(m, n->a, &a));
    TRY(run_node(m, n->b, &low));
    TRY(run_node(m, n->c, &high));
    *out = both(feel_compare(OP_GREATER_EQUAL, a, low), feel_compare(OP_LESS_EQUAL, a, high));
    return OK;
}

feel_value feel_range_contains(const struct feel_range *r, feel_value v)
{
    feel_value low = r->low.kind == FEEL_NULL && !r->low_closed
        ? feel_boolean(true)
        : feel_compare(r->low_closed ? OP_LESS_EQUAL : OP_LESS, r->low, v);
    feel_value high = r->high.kind == FEEL_NULL && !r->high_closed
        ? feel_boolean(true)
        : feel_compare(r->high_closed ? OP_LESS_EQUAL : OP_LESS, v, r->high);
    if (low.kind == FEEL_NULL || high.kind == FEEL_NULL)
        return feel_null();
    return both(low, high);
}

/* Clause 10.3.2.8: the value equals the test, or lies in it when it is a range, or in an item of it
 * when it is a list. */
feel_value feel_test_value(feel_value subject, feel_value test)
{
    if (test.kind == FEEL_RANGE && subject.kind != FEEL_RANGE)
        return feel_range_contains(test.range, subject);
    if (test.kind == FEEL_LIST) {
        if (subject.kind == FEEL_LIST && feel_is_true(feel_equal(subject, test)))
            return feel_boolean(true);
        for (size_t i = 0; i < test.list->count; i++)
            if (feel_is_true(feel_test_value(subject, test.list->items[i])))
                return feel_boolean(true);
        return feel_boolean(false);
    }
    if (test.kind == FEEL_BOOLEAN && subject.kind != FEEL_BOOLEAN && subject.kind != FEEL_NULL
        && subject.kind != FEEL_LIST)
        return test; /* a condition of its own, written without `?` */
    return feel_equal(subject, test);
}

enum err run_in(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a;
    TRY(run_node(m, n->a, &a));
    m->locals[n->slot] = a;
    return run_node(m, n->b, out);
}

enum err run_any_test(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value result = feel_boolean(false);
    for (uint32_t i = 0; i < n->count; i++) {
        feel_value v;
        TRY(run_node(m, n->items[i], &v));
        if (feel_is_true(v)) {
            result = v;
            break;
        }
        if (v.kind != FEEL_BOOLEAN)
            result = feel_null();
    }
    if (n->op && result.kind == FEEL_BOOLEAN)
        result.boolean = !result.boolean;
    *out = result;
    return OK;
}

enum err run_test_compare(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value own;
    enum err e = OK;
    const feel_value *end = node_operand(m, n->a, &own, &e), *subject = &m->locals[n->slot];
    if (!end)
        return e;
    if (node_small_numbers(subject, end))
        *out = feel_boolean(node_compare_small(n->op, subject->coefficient, end->coefficient));
    else
        *out = feel_compare(n->op, *subject, *end);
    return OK;
}

enum err run_test_value(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value test;
    TRY(run_node(m, n->a, &test));
    if (test.kind == FEEL_NULL && n->a->run == run_range)
        *out = test; /* no range: nothing can be said */
    else
        *out = feel_test_value(m->locals[n->slot], test);
    return OK;
}

enum err run_test_truth(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value v;
    TRY(run_node(m, n->a, &v));
    if (v.kind == FEEL_BOOLEAN)
        *out = v;
    else if (v.kind == FEEL_NULL)
        *out = v;
    else
        *out = feel_test_value(m->locals[n->slot], v);
    return OK;
}

enum err run_branch(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value condition;
    TRY(run_node(m, n->a, &condition));
    if (n->op && condition.kind != FEEL_BOOLEAN) {
        m->node = n;
        WARN(m, "条件不是真假值,而是%s", "the condition is no boolean but a %s",
            feel_kind_name(condition.kind));
        *out = feel_null();
        return OK;
    }
    return run_node(m, feel_is_true(singleton(condition)) ? n->b : n->c, out);
}

enum err run_instance(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a;
    TRY(run_node(m, n->a, &a));
    *out = feel_boolean(feel_instance_of(a, n->target));
    return OK;
}

enum err run_coerce(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value a;
    TRY(run_node(m, n->a, &a));
    TRY(feel_machine_conform(m, a, n->target, out));
    if (out->kind == FEEL_NULL && a.kind != FEEL_NULL) {
        WARN(m, "结果(%s)与声明的类型“%.*s”不符",
            "the result (%s) does not conform to the declared type \"%.*s\"",
            feel_kind_name(a.kind), STR_ARGS(n->target->name));
    }
    return OK;
}

enum err run_host(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    const struct feel_host *h = n->extra;
    return h->kind->run(h->ctx, m, out);
}
