/*
 * Building a program from several texts: what feel_compile does for one expression, src/dmn does
 * for boxed expressions, whose parts (contexts, iterators, functions, tables) are XML around FEEL
 * texts. All of one decision's logic becomes one program, so scopes, closures and limits work across
 * the parts as inside one text.
 *
 * A builder is used by one thread, then forgotten; nodes live in its arena. A function that returns
 * a node returns NULL when it fails; the fault stands in the diag given at creation, and
 * feel_builder_err says which error.
 */
#ifndef JUNMA_FEEL_BUILD_H
#define JUNMA_FEEL_BUILD_H

#include "feel/feel.h"

struct feel_builder;
struct feel_node;

MUST_USE enum err feel_builder_create(struct arena *a, const struct feel_names *names,
    struct diag *d, struct feel_builder **out);
enum err feel_builder_err(const struct feel_builder *b);
/* Forgets a fault, so that a part that failed can be replaced. */
void feel_builder_clear(struct feel_builder *b);

/* Parse a text in the present scope. */
const struct feel_node *feel_build_expression(struct feel_builder *b, str text);
/* subject: a local that `?` means. */
const struct feel_node *feel_build_tests(struct feel_builder *b, str text, uint32_t subject);

/* Scopes and locals of the frame under construction. */
bool feel_build_open(struct feel_builder *b);
void feel_build_close(struct feel_builder *b);
bool feel_build_declare(
    struct feel_builder *b, str name, const struct feel_type *type, uint32_t *slot);
/* A local without a name. */
uint32_t feel_build_slot(struct feel_builder *b);
/* A scope in which the members of the item in `slot` are names (filters). */
bool feel_build_open_item(struct feel_builder *b, const struct feel_type *type, uint32_t *slot);

const struct feel_node *feel_build_constant(struct feel_builder *b, feel_value v);
const struct feel_node *feel_build_list(
    struct feel_builder *b, const struct feel_node *const *items, size_t count);

struct feel_build_entry {
    str name;
    const struct feel_node *node;
    uint32_t slot;
    bool result; /* without a name: its value is the whole's (clause 10.2.1.4) */
};
const struct feel_node *feel_build_context(
    struct feel_builder *b, const struct feel_build_entry *entries, size_t count);
/* The next two are strict in their boxed form: a condition that is no boolean makes the whole
 * null. */
const struct feel_node *feel_build_strict(const struct feel_node *branch_or_filter);
const struct feel_node *feel_build_branch(struct feel_builder *b, const struct feel_node *condition,
    const struct feel_node *yes, const struct feel_node *no);
const struct feel_node *feel_build_filter(struct feel_builder *b, const struct feel_node *list,
    const struct feel_node *match, uint32_t item_slot);
enum feel_build_loop { FEEL_LOOP_FOR, FEEL_LOOP_SOME, FEEL_LOOP_EVERY };
/* partial_slot: declared as "partial" by the caller (FOR only). high may be NULL. */
const struct feel_node *feel_build_loop(struct feel_builder *b, enum feel_build_loop kind,
    const struct feel_node *list, uint32_t item_slot, uint32_t partial_slot,
    const struct feel_node *body);
const struct feel_node *feel_build_call(struct feel_builder *b, const struct feel_node *function,
    const str *names, const struct feel_node *const *arguments, size_t count);
const struct feel_node *feel_build_coerce(
    struct feel_builder *b, const struct feel_node *a, const struct feel_type *type);

/* A function literal: open, build the body, close. The parameters are in scope in between. */
bool feel_build_function_open(
    struct feel_builder *b, const struct feel_field *parameters, size_t count);
/* body NULL: external, `mapping` is the evaluated {java: {class, method signature}}. self: the local
 * that will hold the function, so that it can call itself; -1 for none. */
const struct feel_node *feel_build_function_close(struct feel_builder *b,
    const struct feel_node *body, const feel_value *mapping, const struct feel_type *result,
    int64_t self);

/* Says afterwards which local will hold the function that this node makes, if it makes one. */
void feel_build_self(const struct feel_node *function, uint32_t slot);

/* The caller's own kind of node: how it runs, how with facts missing (partial.h), and which facts its
 * parts might read. */
struct feel_partly;
struct feel_partial;
struct feel_facts;
struct feel_host_kind {
    enum err (*run)(const void *ctx, struct feel_machine *m, feel_value *out);
    enum err (*partial)(const void *ctx, struct feel_partly *p, struct feel_partial *out);
    enum err (*reads)(const void *ctx, struct feel_partly *p, struct feel_facts *facts);
};
const struct feel_node *feel_build_host(struct feel_builder *b, const struct feel_host_kind *kind,
    const void *ctx, const struct feel_type *type);
/* The root of a program, past conversions to declared types, if it is a host node of this kind: its
 * ctx; else NULL. */
const void *feel_program_host(const struct feel_program *p, const struct feel_host_kind *kind);
/* A value through the conversions that stand before that root. */
MUST_USE enum err feel_program_convert(
    struct feel_machine *m, const struct feel_program *p, feel_value v, feel_value *out);
/* For use inside a host's run. */
MUST_USE enum err feel_machine_run(
    struct feel_machine *m, const struct feel_node *n, feel_value *out);
void feel_machine_set_local(struct feel_machine *m, uint32_t slot, feel_value v);
feel_value feel_machine_local(const struct feel_machine *m, uint32_t slot);

const struct feel_type *feel_node_type(const struct feel_node *n);
MUST_USE enum err feel_builder_finish(
    struct feel_builder *b, const struct feel_node *root, struct feel_program **out);

/* Does a test only compare local `subject` with constants? Then gives each of them (any value) to
 * `add`; false also when add returns false. */
bool feel_test_bounds(const struct feel_node *n, uint32_t subject,
    bool (*add)(void *ctx, feel_value constant), void *ctx);
/* The same for the allowed values of a type. */
bool feel_type_bounds(
    const struct feel_type *t, bool (*add)(void *ctx, feel_value constant), void *ctx);
/* A part of a program that says whether the test of local `subject` holds for `value`, as a table asks it. */
const struct feel_node *feel_node_tested(struct arena *a, const struct feel_node *value,
    uint32_t subject, const struct feel_node *test);
/* Gives each end that the test compares local `subject` with to `add`, as a node to be evaluated; false
 * when it does more than compare, or add returns false. */
bool feel_test_ends(const struct feel_node *n, uint32_t subject,
    bool (*add)(void *ctx, const struct feel_node *end), void *ctx);
/* When the node is a global, perhaps converted to a type: its slot, and the type or Any. Else NULL. */
const struct feel_type *feel_converted_global(const struct feel_node *n, uint32_t *slot);

/* How many globals a program reads from: the declared names, then those found with `open`. */
size_t feel_program_global_count(const struct feel_program *p);

#endif
