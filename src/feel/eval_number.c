/*
 * Arithmetic and comparison. What most rules are made of, sums, products and comparisons of variables
 * and constants (feel_node.tree), is computed without a call, a frame or a copy while its numbers are
 * small; whatever else is met goes the general way from the start.
 *
 *     run_arithmetic, run_compare ─ tree? ─▶ in registers ─▶ result
 *                                     └─ no, or a number that is not small ─▶ node by node
 *     feel_quick_of   the same for a whole program, without a machine
 */
#include "feel/nodes.h"
#include "feel/number.h"

#include <stddef.h>
#include <string.h>

/* A small number in two registers; scale -1: it is none, or the result would not be. */
struct small {
    int64_t coefficient;
    int64_t scale;
};

static const struct small no_small = { 0, -1 };

static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
    1000000000 };

/* Written as whole words: bytes put together on the stack and read back as one word cost more than the
 * arithmetic. */
static inline void put(feel_value *out, enum feel_kind kind, int64_t scale, int64_t word)
{
    uint64_t head = (uint64_t)kind | (uint64_t)scale << 8;
    memcpy(out, &head, sizeof head);
    out->decimal[0] = (uint64_t)word;
    out->decimal[1] = 0;
    out->zone = NULL;
}
_Static_assert(offsetof(feel_value, scale) == 1 && offsetof(feel_value, coefficient) == 8
        && offsetof(feel_value, zone) == 24 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "put() knows where things lie in a value");

static inline struct small small_of(const feel_value *v)
{
    if (v->kind != FEEL_NUMBER || v->scale > FEEL_SCALE_MAX)
        return no_small;
    return (struct small){ v->coefficient, v->scale };
}

static struct small small_tree(
    const struct feel_node *n, const feel_value *globals, const feel_value *locals);

static inline struct small small_operand(
    const struct feel_node *n, const feel_value *globals, const feel_value *locals)
{
    if (n->run == run_global)
        return small_of(&globals[n->slot]);
    if (n->run == run_constant)
        return small_of(n->value);
    if (n->run == run_arithmetic)
        return small_tree(n, globals, locals);
    return small_of(&locals[n->slot]);
}

static inline struct small small_up(struct small v, int64_t scale)
{
    uint64_t steps = (uint64_t)(scale - v.scale);
    if (v.scale < 0 || steps >= sizeof powers / sizeof *powers
        || __builtin_mul_overflow(v.coefficient, powers[steps], &v.coefficient))
        return no_small;
    v.scale = scale;
    return v;
}

/* To one scale, when that is near and fits; else the scales stay different, or one is -1. */
static inline void small_align(struct small *a, struct small *b)
{
    if (a->scale < b->scale)
        *a = small_up(*a, b->scale);
    else
        *b = small_up(*b, a->scale);
}

static inline struct small small_product(struct small a, struct small b)
{
    struct small r = { 0, a.scale + b.scale };
    bool over = __builtin_mul_overflow(a.coefficient, b.coefficient, &r.coefficient);
    return over || r.scale > FEEL_SCALE_MAX ? no_small : r;
}

static struct small small_tree(
    const struct feel_node *n, const feel_value *globals, const feel_value *locals)
{
    struct small a = small_operand(n->a, globals, locals);
    struct small b = small_operand(n->b, globals, locals), r;
    if ((a.scale | b.scale) < 0)
        return no_small;
    if (n->op == OP_MULTIPLY)
        return small_product(a, b);
    if (a.scale != b.scale)
        small_align(&a, &b);
    r.scale = a.scale | b.scale; /* alike, or negative */
    bool over = n->op == OP_ADD
        ? __builtin_add_overflow(a.coefficient, b.coefficient, &r.coefficient)
        : __builtin_sub_overflow(a.coefficient, b.coefficient, &r.coefficient);
    return over ? no_small : r;
}

static inline bool tree_number(const struct feel_node *n, const feel_value *globals,
    const feel_value *locals, feel_value *out)
{
    struct small r = small_tree(n, globals, locals);
    if (r.scale < 0)
        return false;
    put(out, FEEL_NUMBER, r.scale, r.coefficient);
    return true;
}

static inline bool tree_truth(const struct feel_node *n, const feel_value *globals,
    const feel_value *locals, feel_value *out)
{
    struct small a = small_operand(n->a, globals, locals);
    struct small b = small_operand(n->b, globals, locals);
    if (a.scale != b.scale)
        small_align(&a, &b);
    if (a.scale != b.scale || a.scale < 0)
        return false;
    put(out, FEEL_BOOLEAN, 0, node_compare_small(n->op, a.coefficient, b.coefficient));
    return true;
}

/* ---- the general way ---------------------------------------------------------------------- */

static __attribute__((noinline)) enum err arithmetic(
    struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value own_a, own_b, a, b;
    enum err e = OK;
    const feel_value *left = node_operand(m, n->a, &own_a, &e);
    if (!left)
        return e;
    a = *left; /* what b does may change where it lies */
    const feel_value *right = node_operand(m, n->b, &own_b, &e);
    if (!right)
        return e;
    b = *right;
    m->node = n;
    if (n->op == OP_ADD && a.kind == FEEL_STRING && b.kind == FEEL_STRING)
        return feel_add_text(m, a.text, b.text, out);
    *out = feel_arithmetic(m, n->op, a, b);
    if (out->kind == FEEL_NULL)
        WARN(m, "不能对%s和%s做此运算", "this operation is not defined for %s and %s",
            feel_kind_name(a.kind), feel_kind_name(b.kind));
    return OK;
}

static __attribute__((noinline)) enum err compare(
    struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    feel_value own_a, own_b, a, b;
    enum err e = OK;
    const feel_value *left = node_operand(m, n->a, &own_a, &e);
    if (!left)
        return e;
    if (left != &own_a && n->b->run != run_constant) {
        own_a = *left; /* what b does may change where it lies */
        left = &own_a;
    }
    const feel_value *right = node_operand(m, n->b, &own_b, &e);
    if (!right)
        return e;
    if (node_small_numbers(left, right)) {
        *out = feel_boolean(node_compare_small(n->op, left->coefficient, right->coefficient));
        return OK;
    }
    a = *left;
    b = *right;
    *out = feel_compare(n->op, a, b);
    if (out->kind == FEEL_NULL) {
        m->node = n;
        WARN(m, "%s与%s不能比较", "%s and %s cannot be compared", feel_kind_name(a.kind),
            feel_kind_name(b.kind));
    }
    return OK;
}

/* run_node has counted the root; the operations below it count as if each had been a call. */
enum err run_arithmetic(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    if (!n->tree || m->fuel < n->tree || !tree_number(n, m->globals, m->locals, out))
        return arithmetic(m, n, out);
    m->fuel -= n->tree - 1u;
    return OK;
}

enum err run_compare(struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    if (!n->tree || m->fuel < n->tree || !tree_truth(n, m->globals, m->locals, out))
        return compare(m, n, out);
    m->fuel -= n->tree - 1u;
    return OK;
}

/* ---- without a machine -------------------------------------------------------------------- */

static bool quick_number(const struct feel_node *n, const feel_value *globals, feel_value *out)
{
    return tree_number(n, globals, NULL, out);
}

static __attribute__((noinline)) bool quick_truth(
    const struct feel_node *n, const feel_value *globals, feel_value *out)
{
    return tree_truth(n, globals, NULL, out);
}

/* A variable against a constant number. Anything else is apart, so that this needs no stack. */
#define QUICK(name, op)                                                                            \
    static bool name(const struct feel_node *n, const feel_value *globals, feel_value *out)        \
    {                                                                                              \
        const feel_value *a = &globals[n->a->slot], *b = n->b->value;                              \
        if (a->kind != FEEL_NUMBER || a->scale != b->scale)                                        \
            return quick_truth(n, globals, out);                                                   \
        put(out, FEEL_BOOLEAN, 0, a->coefficient op b->coefficient);                               \
        return true;                                                                               \
    }
QUICK(quick_equal, ==)
QUICK(quick_not_equal, !=)
QUICK(quick_less, <)
QUICK(quick_less_equal, <=)
QUICK(quick_greater, >)
QUICK(quick_greater_equal, >=)

static bool reads_locals(const struct feel_node *n)
{
    return n->run == run_local
        || (n->run == run_arithmetic && (reads_locals(n->a) || reads_locals(n->b)));
}

feel_quick_fn *feel_quick_of(const struct feel_node *n)
{
    static feel_quick_fn *const against_constant[] = { quick_equal, quick_not_equal, quick_less,
        quick_less_equal, quick_greater, quick_greater_equal };
    if ((n->run != run_arithmetic && n->run != run_compare) || !n->tree || reads_locals(n->a)
        || reads_locals(n->b))
        return NULL;
    if (n->run == run_arithmetic)
        return quick_number;
    bool constant = n->a->run == run_global && n->b->run == run_constant
        && n->b->value->kind == FEEL_NUMBER && n->b->value->scale <= FEEL_SCALE_MAX;
    return constant ? against_constant[n->op] : quick_truth;
}
