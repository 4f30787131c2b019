/*
 * Tests that only compare: where along the line of numbers (or dates) can their answer change?
 *
 *     < 18          18                    [1..5]        1, 5
 *     2, 4          2, 4                  not(> 7)      7
 *     ? >= 3 and ? < 9                    3, 9
 *
 * Between two neighbouring constants such a test gives one answer, so it is known everywhere when it
 * was asked at each constant and once in each gap. Any other node (arithmetic on the tested value, a
 * function of it) makes the test unfit for this. Where ends may be expressions (`>= threshold`), they
 * are handed out as nodes instead (feel_test_ends).
 */
#include "feel/nodes.h"

struct bounds {
    uint32_t subject;
    bool (*add)(void *ctx, feel_value constant);
    void *ctx;
    bool (*end)(void *ctx, const struct feel_node *n); /* instead of add */
};

static bool of_value(const struct bounds *b, feel_value v)
{
    if (v.kind == FEEL_RANGE)
        return b->add(b->ctx, v.range->low) && b->add(b->ctx, v.range->high);
    for (size_t i = 0; v.kind == FEEL_LIST && i < v.list->count; i++)
        if (!of_value(b, v.list->items[i]))
            return false;
    return v.kind == FEEL_LIST || b->add(b->ctx, v);
}

static bool of_constant(const struct bounds *b, const struct feel_node *n)
{
    if (b->end && n->run != run_range && n->run != run_list)
        return b->end(b->ctx, n);
    if (n->run == run_constant)
        return of_value(b, *n->value);
    if (n->run == run_range)
        return of_constant(b, n->a) && of_constant(b, n->b);
    for (uint32_t i = 0; n->run == run_list && i < n->count; i++)
        if (!of_constant(b, n->items[i]))
            return false;
    return n->run == run_list;
}

static bool is_subject(const struct bounds *b, const struct feel_node *n)
{
    return n->run == run_local && n->slot == b->subject;
}

static bool of_test(const struct bounds *b, const struct feel_node *n)
{
    if (n->run == run_constant)
        return true;
    if (n->run == run_test_compare || n->run == run_test_value)
        return n->slot == b->subject && of_constant(b, n->a);
    if (n->run == run_test_truth)
        return of_test(b, n->a);
    if (n->run == run_compare)
        return (is_subject(b, n->a) && of_constant(b, n->b))
            || (is_subject(b, n->b) && of_constant(b, n->a));
    if (n->run == run_between)
        return is_subject(b, n->a) && of_constant(b, n->b) && of_constant(b, n->c);
    if (n->run == run_and || n->run == run_or)
        return of_test(b, n->a) && of_test(b, n->b);
    if (n->run == run_in)
        return is_subject(b, n->a)
            && of_test(&(struct bounds){ n->slot, b->add, b->ctx, b->end }, n->b);
    for (uint32_t i = 0; n->run == run_any_test && i < n->count; i++)
        if (!of_test(b, n->items[i]))
            return false;
    return n->run == run_any_test;
}

bool feel_test_bounds(const struct feel_node *n, uint32_t subject,
    bool (*add)(void *ctx, feel_value constant), void *ctx)
{
    struct bounds b = { .subject = subject, .add = add, .ctx = ctx };
    return of_test(&b, n);
}

bool feel_test_ends(const struct feel_node *n, uint32_t subject,
    bool (*add)(void *ctx, const struct feel_node *end), void *ctx)
{
    struct bounds b = { .subject = subject, .end = add, .ctx = ctx };
    return of_test(&b, n);
}

const struct feel_node *feel_node_tested(struct arena *a, const struct feel_node *value,
    uint32_t subject, const struct feel_node *test)
{
    struct feel_node *n = ARENA_NEW(a, struct feel_node);
    if (!n)
        return NULL;
    n->run = run_in;
    n->slot = subject;
    n->a = value;
    n->b = test;
    return n;
}

bool feel_type_bounds(
    const struct feel_type *t, bool (*add)(void *ctx, feel_value constant), void *ctx)
{
    return !t || !t->allowed || feel_test_bounds(t->allowed->root, 0, add, ctx);
}

const struct feel_type *feel_converted_global(const struct feel_node *n, uint32_t *slot)
{
    const struct feel_type *type = feel_type_named(STR("Any"));
    if (n->run == run_coerce) {
        type = n->target;
        n = n->a;
    }
    if (n->run != run_global)
        return NULL;
    *slot = n->slot;
    return type;
}
