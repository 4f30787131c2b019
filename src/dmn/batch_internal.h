/* What batch.c (making) and batch_run.c (running) share. */
#ifndef JUNMA_DMN_BATCH_INTERNAL_H
#define JUNMA_DMN_BATCH_INTERNAL_H

#include "dmn/batch.h"
#include "dmn/internal.h"
#include "feel/columns.h"

#include <string.h>

enum { BLOCK_ROWS = 1024, DENSE_MAX = 8192, SIGNATURES_MAX = 1 << 14, NO_CODE = UINT32_MAX };

/*
 * A column that cells look at. A value's key (its integer, days, code, or a double's bits in order)
 * falls into the region counted by how many of `starts` are not above it.
 *
 *     key   … | starts[0] … | starts[1] … |        nulls
 *     region 0       1             2        …      region_count - 1
 *
 * `dense`: when the starts lie close together, the region of each key from starts[0] - 1 on.
 */
struct batch_column {
    size_t given; /* index among the caller's columns */
    struct feel_columns *computed; /* of an expression; NULL: plain */
    struct dmn_column shape;       /* of the values: the caller's column, or the computed one's */
    const int64_t *starts;
    size_t start_count, region_count;
    const uint64_t *masks; /* region_count x words of rules whose cell holds */
    const uint16_t *dense;
    int64_t dense_low;
    uint64_t dense_count;
};

struct dmn_batch {
    struct arena *arena;
    const struct dmn_model *model;
    const struct dmn_decision *decision;
    const struct element *element;
    struct feel_env env;
    const struct dmn_column *given;
    size_t given_count;
    /* columnar */
    const struct table *table; /* NULL: row by row */
    struct batch_column *columns;
    size_t column_count, words; /* of 64 rules */
    uint64_t *all;              /* rules that no column here excludes in every row */
    uint64_t *block;            /* BLOCK_ROWS x words: rules that hold so far */
    /* outcomes */
    feel_value *outcomes;
    str *outcome_texts;
    size_t outcome_count;
    uint32_t *outcome_table; /* by hash of the text; NO_CODE: free */
    uint32_t *rule_codes;    /* U, F: of each rule, of none, of a contradiction */
    uint64_t *signature_keys; /* other policies: sets of rules already met, by hash */
    uint32_t *signature_codes; /* NO_CODE: free */
    size_t signature_count;
    /* expressions over columns */
    struct feel_column *slots; /* by global of the program; NULL: none needed */
    size_t *slot_given;        /* index among the caller's columns, or given_count */
    size_t slot_count;
    uint8_t *odd; /* rows of the block that are decided by the ordinary way */
    bool any_odd;
    struct arena scratch; /* of one row */
};

/* The value that a key stands for; below the number of words for texts. */
feel_value batch_key_value(const struct dmn_column *c, int64_t key);

/* Doubles in their order as integers, neighbours side by side; both zeros are 0. */
static inline int64_t batch_double_key(double d)
{
    int64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits < 0 ? (bits ^ INT64_MAX) + 1 : bits;
}

/* batch_computed.c */
MUST_USE enum err batch_compute(
    struct dmn_batch *b, struct batch_column *c, size_t input, bool *fit, struct diag *d);
void batch_take_values(struct dmn_batch *b, const struct dmn_column *columns);
MUST_USE enum err batch_computed_keys(struct dmn_batch *b, const struct batch_column *c,
    size_t from, size_t rows, int64_t *room, const int64_t **keys, const uint8_t **nulls,
    struct diag *d);

#endif
