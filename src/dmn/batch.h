/*
 * One decision over the columns of a whole register.
 *
 *     columns ─▶ each value falls into a region ─▶ bits of the rules whose cell holds there
 *                                                    │ AND over the columns
 *     codes ◀─ outcome of that set of rules ◀────────┘
 *
 * A number's or date's column is cut at the constants of its cells; a text's has one region a word;
 * a truth value's two; null is a region of its own. What each cell says in each region is asked of
 * the ordinary machine when the batch is made, so both ways give the same results by construction.
 * The outcome of a set of rules is asked of dmn_decide when the set is first met.
 *
 * An expression that computes (`staff * 2`) is a column too where src/feel/columns.h covers it. A decision
 * whose logic is no table, whose cells or results read other inputs, or that requires other decisions,
 * is decided row by row, with the same results;
 * dmn_batch_is_columnar says which. Warnings and traces are not kept: decide a single row for them.
 */
#ifndef JUNMA_DMN_BATCH_H
#define JUNMA_DMN_BATCH_H

#include "dmn/dmn.h"

enum {
    DMN_BATCH_OUTCOMES_MAX = 65536, /* distinct results */
    DMN_BATCH_REGIONS_MAX = 65536,  /* of one column */
    DMN_BATCH_RULES_MAX = 1024,     /* above, row by row */
};

enum dmn_column_kind {
    DMN_COLUMN_DECIMAL, /* int64_t / 10^scale: integers, money in fen (scale 2) */
    DMN_COLUMN_DOUBLE,  /* double; not finite: null */
    DMN_COLUMN_TEXT,    /* uint32_t, index of `words` */
    DMN_COLUMN_BOOLEAN, /* uint8_t, 0 false, else true */
    DMN_COLUMN_DATE,    /* int32_t, days since 1970-01-01 */
};

struct dmn_column {
    str name; /* of the input data */
    enum dmn_column_kind kind;
    int scale; /* DECIMAL: 0..18 */
    const str *words;
    size_t word_count;
    const void *values;   /* one a row */
    const uint8_t *nulls; /* bit row % 8 of byte row / 8: null; NULL: none is */
};

struct dmn_batch;

/* Columns are by name; an input without one is null in every row, a column that is no input of the
 * decision is ERR_INVALID. Of each column its name, kind, scale and words count here, the values do
 * not. Everything lives in the arena; the model and the words must outlive it. env as for
 * dmn_decide, for every row. */
MUST_USE enum err dmn_batch_create(struct arena *a, const struct dmn_model *m,
    const struct dmn_decision *decision, const struct dmn_column *columns, size_t count,
    const struct feel_env *env, struct dmn_batch **out, struct diag *d);
bool dmn_batch_is_columnar(const struct dmn_batch *b);

/* Decides `rows` rows into codes[rows], with columns that differ from those at creation in values,
 * nulls only. May be called again and again: codes keep their meaning. One thread at a time a batch.
 * ERR_INVALID for a word's index that is too large; ERR_LIMIT when there are too many outcomes; else
 * as dmn_decide. */
MUST_USE enum err dmn_batch_run(struct dmn_batch *b, const struct dmn_column *columns, size_t rows,
    uint32_t *codes, struct diag *d);

feel_value dmn_batch_outcome(const struct dmn_batch *b, uint32_t code);

#endif
