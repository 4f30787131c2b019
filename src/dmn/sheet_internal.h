/* What sheet.c (making) and sheet_run.c (running) share. */
#ifndef JUNMA_DMN_SHEET_INTERNAL_H
#define JUNMA_DMN_SHEET_INTERNAL_H

#include "dmn/internal.h"
#include "dmn/sheet.h"

enum { SHEET_BOUNDS_MAX = 8 };

/* An expression over columns, of the table's program or of a required decision's. `slots` are that
 * program's globals: facts, constants and derived columns. */
struct sheet_part {
    struct feel_columns *columns;
    uint64_t reads; /* facts */
};

struct sheet_scope {
    const struct element *element;
    struct feel_column *slots;
    int *from; /* of each slot: fact i, or DMN_SHEET_FACTS_MAX + derived i, or -1 */
    size_t count;
};

/* A required decision, computed before the table. */
struct sheet_derived {
    struct sheet_scope scope;
    struct sheet_part part;
    struct feel_column column; /* its values for the block */
    int64_t *numbers;
    int32_t *days;
    uint32_t *codes;
    uint8_t *truths, *nulls;
};

struct sheet_cell {
    struct sheet_part part; /* columns NULL: "-" */
    const struct feel_node *tested;
    size_t bound_count;     /* ends that it compares with, at the column's near scale; 0: none */
    int64_t bounds[SHEET_BOUNDS_MAX];
};

struct sheet_input {
    struct sheet_part value; /* columns NULL: no numbers or days, or not covered */
    struct feel_columns *shown; /* the same for values of any kind */
    int scale;
    bool date;
    struct feel_column_rows got; /* of the block */
};

struct dmn_sheet {
    struct arena *arena;
    const struct dmn_model *model;
    const struct dmn_decision *decision;
    const struct element *element;
    const struct table *table;
    struct feel_env env;
    struct dmn_sheet_fact *facts;
    size_t fact_count, output;
    str output_name;
    uint64_t same; /* facts that are constants */
    struct sheet_derived *derived;
    size_t derived_count;
    struct sheet_scope scope; /* of the table */
    struct sheet_cell *cells; /* rule_count x input_count */
    struct sheet_input *inputs;
    struct sheet_part *results; /* a rule */
    struct arena scratch;       /* of one row that is decided by the machine */
    /* room for one block */
    uint64_t *null_facts, *missing;
    uint64_t *open; /* of the rule under way */
    uint64_t any_null;
    uint8_t *fails, *odd, *settled;
    int16_t *fail_input, *rules, *near_rule, *near_input;
    int64_t *amounts, *near_value, *near_bound;
    bool any_odd;
};

static inline struct sheet_cell *sheet_cell_of(const struct dmn_sheet *s, size_t rule, size_t input)
{
    return &s->cells[rule * s->table->input_count + input];
}

#endif
