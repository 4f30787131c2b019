/*
 * The kinds of node, one line each: what it is made of and what it gives. `frame[slot]` is a local.
 *
 *     constant        value
 *     local, global   slot
 *     dynamic         extra: struct feel_dynamic, name; an entry of the items of enclosing filters
 *     at_literal      name; @"…" with a named zone, which only the evaluation knows
 *     negate          -a
 *     arithmetic      a op b            compare     a op b
 *     and, or         a, b (three-valued)
 *     between         a between b and c
 *     in              frame[slot] = a; any of the tests in items
 *     any_test        any of items; op 1: not(…)
 *     test_compare    frame[slot] op a
 *     test_value      frame[slot] = a, or in the range or list a
 *     test_truth      a is true (a names ? itself)
 *     branch          if a then b else c; op 1: null unless a is a boolean
 *     list            items
 *     context         extra: struct feel_context_entry[count]
 *     range           a..b, op: bits of enum range_flags
 *     path            a.name
 *     filter          a[b], frame[slot] is the item; op 1: null unless every b is a boolean
 *     call            a(items)          call_named  extra: struct feel_named_call
 *     call_builtin    extra: the built-in, items
 *     function        extra: struct feel_lambda
 *     loop            extra: struct feel_loop; for … return
 *     quantified      extra: struct feel_loop; op 1: every, 0: some
 *     instance        a instance of target
 *     coerce          a made to conform to target
 *     host            extra: struct feel_host; the caller's own kind of node (a decision table)
 */
#ifndef JUNMA_FEEL_NODES_H
#define JUNMA_FEEL_NODES_H

#include "feel/build.h"
#include "feel/internal.h"

feel_run_fn run_constant, run_local, run_global, run_dynamic, run_at_literal, run_negate,
    run_arithmetic, run_compare, run_and, run_or, run_between, run_in, run_any_test,
    run_test_compare, run_test_value, run_test_truth, run_branch, run_list, run_context, run_range,
    run_path, run_filter, run_call, run_call_named, run_call_builtin, run_function, run_loop,
    run_quantified, run_instance, run_coerce, run_host;

enum range_flags { RANGE_LOW_CLOSED = 1, RANGE_HIGH_CLOSED = 2, RANGE_ONE_END = 4 };

struct feel_dynamic {
    size_t count;
    const uint32_t *slots; /* innermost first */
    const struct feel_node *otherwise;
};

struct feel_context_entry {
    str name;
    const struct feel_node *node;
    uint32_t slot;
    bool result; /* an entry without a name: its value is the whole context's */
};

struct feel_named_call {
    const struct feel_node *function;
    const str *names;
    const struct feel_node *const *arguments;
};

struct feel_iterator {
    const struct feel_node *list, *high; /* high: list..high */
    uint32_t slot;
};

struct feel_loop {
    size_t count;
    const struct feel_iterator *iterators;
    const struct feel_node *body;
    uint32_t partial_slot;
    bool partial_used;
};

struct feel_host {
    const struct feel_host_kind *kind;
    const void *ctx;
};

struct feel_capture {
    uint32_t from, to;
};

/* An operand where it lies, without a call or a copy: constants and variables. Else its value is
 * computed into `own`. NULL with *e set on failure. */
static inline const feel_value *node_operand(
    struct feel_machine *m, const struct feel_node *n, feel_value *own, enum err *e)
{
    if (n->run == run_constant)
        return n->value;
    if (n->run == run_local)
        return &m->locals[n->slot];
    if (n->run == run_global)
        return &m->globals[n->slot];
    *e = run_node(m, n, own);
    return *e == OK ? own : NULL;
}

static inline bool node_small_numbers(const feel_value *a, const feel_value *b)
{
    return a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER && a->scale == b->scale
        && a->scale <= FEEL_SCALE_MAX;
}

/* Numbers of one scale compare as integers: most comparisons there are. */
static inline bool node_compare_small(int op, int64_t a, int64_t b)
{
    switch (op) {
    case OP_EQUAL: return a == b;
    case OP_NOT_EQUAL: return a != b;
    case OP_LESS: return a < b;
    case OP_LESS_EQUAL: return a <= b;
    case OP_GREATER: return a > b;
    default: return a >= b;
    }
}

/* What a program whose root is a tree (feel_node.tree) of globals and constants gives, when its numbers
 * are small; false: run the node. */
feel_quick_fn *feel_quick_of(const struct feel_node *n);

#endif
