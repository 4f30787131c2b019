/*
 * What columns.c (choosing passes) and columns_run.c (running them) share.
 *
 * A register holds one chunk of rows: numbers, days and codes as int64_t, truths as bytes, and a
 * byte a row that says null. A pass reads registers and constants and writes a register that none
 * of its operands lies in, so that its loop needs no look at overlaps.
 *
 * Invariants
 *   - truths of null rows are 0; numbers of null rows are anything;
 *   - a row that a pass cannot do is marked in `faults` and decided by the machine at the end.
 */
#ifndef JUNMA_FEEL_COLUMNS_INTERNAL_H
#define JUNMA_FEEL_COLUMNS_INTERNAL_H

#include "feel/columns.h"
#include "feel/nodes.h"
#include "feel/number.h"

enum pass_kind {
    PASS_DECIMAL,       /* column, where it lies */
    PASS_DOUBLE,        /* column, to scale `constant` */
    PASS_TRUTH,         /* column */
    PASS_DATE,          /* column */
    PASS_WORDS,         /* column through `table` */
    PASS_ADD,           /* a + b */
    PASS_SUBTRACT,      /* a - b */
    PASS_REVERSE,       /* constant - a */
    PASS_MULTIPLY,      /* a * b */
    PASS_MULTIPLY_REST, /* a * (constant - b) */
    PASS_DIVIDE,        /* a * constant / b when that is whole */
    PASS_ROUND,         /* a / constant, by `op` of enum number_rounding */
    PASS_ABS,           /* |a| */
    PASS_MIN,           /* the smaller of a, b */
    PASS_MAX,
    PASS_COMPARE,    /* a op b: < <= > >=; null when one is */
    PASS_SAME,       /* a = b or a != b, numbers; never null */
    PASS_SAME_TRUTH, /* the same of truths */
    PASS_IS_NULL,    /* a = null, or with op OP_NOT_EQUAL the contrary */
    PASS_AND,        /* three-valued */
    PASS_OR,
    PASS_BOTH,   /* a and b, null when one is */
    PASS_NOT,    /* op 1: a list of tests, op 0: a value */
    PASS_CHOOSE, /* c ? a : b, numbers; op 1: null unless c is a boolean */
    PASS_CHOOSE_TRUTH,
};

/* What each word of a text column gives; the last one is for null. */
struct word_table {
    const int64_t *numbers;
    const uint8_t *truths;
    const uint8_t *nulls; /* NULL: none is */
};

struct pass {
    uint8_t kind, op;
    bool with_constant; /* b is `constant` */
    uint16_t to, a, b, c;
    uint32_t column;
    int64_t constant;
    const struct word_table *table;
};

struct column_register {
    int64_t *numbers; /* own room; also the truths' */
    uint8_t *nulls;
    /* as they stand in this run */
    const int64_t *n;
    const uint8_t *t;
    const uint8_t *away; /* NULL: none is null */
};

struct feel_columns {
    struct arena *arena;
    const struct feel_program *program;
    const struct feel_node *node;
    struct feel_env env;
    size_t global_count;
    struct pass *passes;
    size_t pass_count;
    struct column_register *registers;
    size_t register_count;
    uint16_t result;
    enum feel_kind kind;
    int scale;
    const str *words; /* of codes */
    size_t word_count;
    uint8_t *faults;
    bool any_fault;
    uint8_t *result_nulls;
    uint32_t *odd;
    feel_value *odd_values;
    feel_value *globals;  /* of one row */
    struct arena scratch; /* of one row */
    struct arena kept;    /* of one run: odd values */
};

/* Runs a part of a program (NULL: all of it) in a frame of its own. */
enum err feel_machine_part(struct feel_machine *m, const struct feel_program *p,
    const struct feel_node *n, const feel_value *globals, feel_value *out);

#endif
