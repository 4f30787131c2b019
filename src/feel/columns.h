/*
 * One program over the columns of many rows: what feel_machine_eval gives row by row, by plain
 * passes over arrays.
 *
 *     program + columns ──feel_columns_create──▶ passes (add, compare, choose …) over
 * FEEL_COLUMN_ROWS rows ──feel_columns_run──▶ numbers[], truths[] or codes[], which rows are null │
 *                └─ a row that the passes cannot do exactly (64 bits are too few, a quotient does
 * not end) ──▶ the ordinary machine
 *
 * Covered: numbers, truth values, dates, texts, null; + - * /, comparisons, and, or, not, if,
 * between, in, min, max, abs and rounding; on a text column alone, whatever gives one kind of value
 * (it is asked of the machine once a word). Everything has one kind and one scale known beforehand;
 * a program for which that is not so gives no columns, and the caller goes row by row.
 *
 * Results are equal to the machine's as FEEL values; warnings are not kept.
 */
#ifndef JUNMA_FEEL_COLUMNS_H
#define JUNMA_FEEL_COLUMNS_H

#include "feel/build.h"

enum {
    FEEL_COLUMN_ROWS = 1024, /* at most, in one run */
    FEEL_COLUMN_WORDS_MAX = 1 << 20,
    FEEL_COLUMN_PASSES_MAX = 4096,
};

enum feel_column_kind {
    FEEL_COLUMN_NONE,    /* null in every row */
    FEEL_COLUMN_OPAQUE,  /* not to be had: a program that reads it is not covered */
    FEEL_COLUMN_DECIMAL, /* int64_t / 10^scale: integers, money in fen (scale 2) */
    FEEL_COLUMN_DOUBLE,  /* double, as feel_from_double; not finite: null */
    FEEL_COLUMN_TEXT,    /* uint32_t, index of `words` */
    FEEL_COLUMN_BOOLEAN, /* uint8_t, 0 false, else true */
    FEEL_COLUMN_DATE,    /* int32_t, days since 1970-01-01 */
};

struct feel_column {
    enum feel_column_kind kind;
    int scale; /* DECIMAL: 0..18 */
    const str *words;
    size_t word_count;
    const void *values;   /* one a row */
    const uint8_t *nulls; /* bit row % 8 of byte row / 8: null; NULL: none is */
};

/* Bytes of a value in `values`; 0 where there is none. */
size_t feel_column_width(enum feel_column_kind kind);
/* The value of a row; null for one whose word's index is too large. */
feel_value feel_column_value(const struct feel_column *c, size_t row);

struct feel_columns;

/* columns[i] is global i of the program (feel_program_global_count). Of each its kind, scale and
 * words count here, the values do not. node: a part of the program, or NULL for all of it. *out is
 * NULL when the program is not covered. Program and words must outlive the arena. env: as for
 * feel_eval, for every row. ERR_MEMORY, or what the machine says of a constant part. */
MUST_USE enum err feel_columns_create(struct arena *a, const struct feel_program *p,
    const struct feel_node *node, const struct feel_column *columns, const struct feel_env *env,
    struct feel_columns **out, struct diag *d);

/* FEEL_NUMBER, FEEL_BOOLEAN, FEEL_DATE (days), FEEL_STRING (codes) or FEEL_NULL. */
enum feel_kind feel_columns_kind(const struct feel_columns *c);
int feel_columns_scale(const struct feel_columns *c); /* of numbers */
size_t feel_columns_word_count(const struct feel_columns *c);
str feel_columns_word(const struct feel_columns *c, int64_t code);

/* The results of one run, valid until the next. A row in `odd` has no place in the arrays. */
struct feel_column_rows {
    const int64_t *numbers; /* numbers, days, codes */
    const uint8_t *truths;  /* booleans: 0, 1 */
    const uint8_t *nulls;   /* a byte a row, 1: null; NULL: none is */
    size_t odd_count;       /* rows whose value needs more than 64 bits, in order */
    const uint32_t *odd;
    const feel_value *odd_values;
};

/* rows <= FEEL_COLUMN_ROWS. ERR_INVALID for a word's index that is too large; else as feel_eval.
 * One thread at a time. */
MUST_USE enum err feel_columns_run(struct feel_columns *c, const struct feel_column *columns,
    size_t from, size_t rows, struct feel_column_rows *out, struct diag *d);
/* Row `i` of a run as a value; odd ones too. */
feel_value feel_columns_value(
    const struct feel_columns *c, const struct feel_column_rows *rows, size_t i);

#endif
