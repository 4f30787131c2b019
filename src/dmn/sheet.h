/*
 * One decision table over columns, cell by cell, in three values: which rule holds for each row and
 * what it gives; that none holds, and which cell alone stood in the way; or which facts are missing.
 *
 *     facts ──▶ required decisions (expressions) ──▶ cells of each rule ──▶ rule ──▶ its output
 *
 * Where batch.h wants results that read nothing, here both cells and results may compute: "8 % of the
 * invoices, at most 3,000,000". Everything runs by the passes of feel/columns.h.
 *
 *     cell   open when a fact that it reads (directly or through a required decision) is null;
 *            else it holds or it does not
 *     F      the first rule that holds, when no open one stands above it
 *     U      the one rule that holds, when no other is open; two that hold contradict each other
 *     row    open as well when the rule's output reads a null fact
 *
 * So null means "not known" here, as a name that is not given does for dmn_answer, and what is said of
 * a row holds whatever the missing facts turn out to be. A fact whose absence says something (no award
 * was given before) must be handed in as a value.
 *
 * Covered: tables with hit policy F or U; required decisions that are expressions; what columns.h
 * covers. Anything else gives no sheet, and `why` says what it was.
 */
#ifndef JUNMA_DMN_SHEET_H
#define JUNMA_DMN_SHEET_H

#include "dmn/dmn.h"
#include "feel/columns.h"

enum { DMN_SHEET_ROWS = FEEL_COLUMN_ROWS, DMN_SHEET_FACTS_MAX = 64, DMN_SHEET_DERIVED_MAX = 32 };
enum { DMN_SHEET_NONE = -1, DMN_SHEET_OPEN = -2, DMN_SHEET_CLASH = -3 };

struct dmn_sheet_fact {
    str name;       /* of the input data */
    bool same;      /* `value` in every row, such as a dated parameter */
    feel_value value;
    struct feel_column column; /* else */
};

struct dmn_sheet;

/* Every input of the decision must be among the facts (ERR_INVALID names one that is not); a fact
 * that is no input is left alone. output: a numeric output of the table. *out is NULL when the decision
 * is not covered; why (may be NULL) then says so in words. Model and words must outlive the arena. */
MUST_USE enum err dmn_sheet_create(struct arena *a, const struct dmn_model *m,
    const struct dmn_decision *decision, str output, const struct dmn_sheet_fact *facts,
    size_t count, const struct feel_env *env, struct dmn_sheet **out, struct diag *why,
    struct diag *d);

/* Of one run, valid until the next. */
struct dmn_sheet_rows {
    const int16_t *rules;    /* from 0, or DMN_SHEET_… */
    const int64_t *amounts;  /* hundredths, half up; where a rule holds */
    const uint64_t *missing; /* where OPEN: bit i is facts[i] as at creation */
    /* Where NONE and one cell alone keeps a rule from holding: that rule and the cell's column, else -1.
     * Where the cell compares numbers or days, what the value is and the nearest end of what the cell
     * allows, both as integers / 10^near_scale; bound INT64_MIN: it does not. */
    const int16_t *near_rule, *near_input;
    const int64_t *near_value, *near_bound;
};
/* columns[i] is the column of facts[i] from its row 0 on (those of `same` are not looked at); from is
 * a multiple of 8, rows <= DMN_SHEET_ROWS. One thread at a time. */
MUST_USE enum err dmn_sheet_run(struct dmn_sheet *s, const struct feel_column *columns, size_t from,
    size_t rows, struct dmn_sheet_rows *out, struct diag *d);

/* One row cell by cell, for a person: cells[rule * inputs + input] is 1 (holds), 0 (does not), -1 (open) or
 * 2 (says nothing); values[input] is what the column's expression gives. */
MUST_USE enum err dmn_sheet_explain(struct dmn_sheet *s, const struct feel_column *columns, size_t row,
    struct arena *a, int8_t *cells, feel_value *values, struct diag *d);

size_t dmn_sheet_rule_count(const struct dmn_sheet *s);
size_t dmn_sheet_input_count(const struct dmn_sheet *s);
str dmn_sheet_input_name(const struct dmn_sheet *s, size_t input);
int dmn_sheet_near_scale(const struct dmn_sheet *s, size_t input);
/* Do its near values count days since 1970? */
bool dmn_sheet_near_is_date(const struct dmn_sheet *s, size_t input);
str dmn_sheet_rule_label(const struct dmn_sheet *s, size_t rule);
/* The text of a cell; "-" where it says nothing. */
str dmn_sheet_cell(const struct dmn_sheet *s, size_t rule, size_t input);
/* The text of the output's cell. */
str dmn_sheet_result(const struct dmn_sheet *s, size_t rule);

#endif
