/* What the files that choose passes share: columns.c (operations), columns_nodes.c (kinds of node).
 */
#ifndef JUNMA_FEEL_COLUMNS_CHOOSE_H
#define JUNMA_FEEL_COLUMNS_CHOOSE_H

#include "feel/columns_internal.h"

/* What a node gives: a constant, or a register. A constant null has no kind of its own until it
 * meets something that has. */
struct term {
    enum feel_kind kind;
    int scale;
    bool constant, null;
    int64_t value;
    uint16_t reg;
};

/* A local under test: `in`, allowed values. */
struct subject {
    struct subject *outer;
    uint32_t slot;
    struct term term;
};

struct choosing {
    struct feel_columns *columns;
    const struct feel_column *given;
    struct diag *diag;
    enum err err; /* memory; else a refusal */
    uint16_t *uses;
    struct term *loaded; /* of each global; kind FEEL_NULL: not yet */
    struct subject *subjects;
    size_t pass_capacity, nodes;
    str *words; /* codes of texts */
    size_t word_count, word_capacity;
    uint32_t *word_places; /* by hash, code + 1 */
    size_t word_place_count;
};

/* All give false when the program is not covered, or with k->err set. Operands are used up, also by
 * a constant result. */
bool choose_node(struct choosing *k, const struct feel_node *n, struct term *out);
bool choose_constant(struct choosing *k, feel_value v, struct term *out);
bool choose_word(struct choosing *k, str word, int64_t *code);
bool choose_pass(struct choosing *k, struct pass p, struct term *a, struct term *b, struct term *c,
    struct term *out);
bool choose_fill(struct choosing *k, struct term *t); /* a constant into a register */
bool choose_align(struct choosing *k, struct term *a, struct term *b);
bool choose_scale(struct choosing *k, struct term *t, int scale);
bool choose_arithmetic(
    struct choosing *k, int op, struct term *a, struct term *b, struct term *out);
bool choose_round(
    struct choosing *k, struct term *a, int64_t places, enum number_rounding how, struct term *out);
bool choose_compare(struct choosing *k, int op, struct term *a, struct term *b, struct term *out);
bool choose_connect(
    struct choosing *k, enum pass_kind kind, struct term *a, struct term *b, struct term *out);
bool choose_not(struct choosing *k, struct term *a, struct term *out);
bool choose_branch(struct choosing *k, struct term *condition, bool strict, struct term *yes,
    struct term *no, struct term *out);
bool choose_extreme(
    struct choosing *k, enum pass_kind kind, struct term *a, struct term *b, struct term *out);
/* One more reader of a term; one less. */
void choose_hold(struct choosing *k, const struct term *t);
void choose_drop(struct choosing *k, const struct term *t);

#endif
