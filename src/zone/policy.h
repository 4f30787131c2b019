/*
 * Matching a clause of a policy with a whole register, and what it would cost.
 *
 *     register, other registers, earlier awards ──policy_facts──▶ columns in memory, a row a subject
 *     columns ──sheet (dmn/sheet.h)──▶ qualifies for so much | does not, for want of … | fact missing
 *             ──bars──▶ already awarded, under way on another list, excluded, over the most
 *
 * Facts are those of one year, which the clause counts back from a day; parameters are those in force on
 * that day. What was read stays as it was: many drafts of a rule can be priced over the same facts.
 *
 * These functions ask nobody for a permission; src/api asks.
 */
#ifndef JUNMA_ZONE_POLICY_H
#define JUNMA_ZONE_POLICY_H

#include "pack/policy.h"
#include "zone/record.h"

enum {
    POLICY_ROWS_MAX = 5000000,
    POLICY_FACTS_BYTES_MAX = 2000000000, /* of one clause's columns */
    POLICY_PAGE_MAX = 500,
};

struct policy_facts {
    const struct pack_clause *clause;
    int64_t day, year, read_at; /* read_at: instant */
    size_t rows;
    int64_t *ids;      /* of the audience's records, rising */
    str *keys, *labels, *payees; /* labels: NULL unless asked for; payees: NULL without a column */
    struct dmn_sheet_fact *given; /* facts, then parameters: what a sheet is made with */
    struct feel_column *columns;  /* their values, by the same places */
    size_t given_count;
    struct feel_column groups[PACK_POLICY_GROUPS_MAX];
    int64_t *awarded;   /* fen, of this clause, ever; NULL: none has any */
    uint8_t *bars;      /* enum policy_bar as it stands before amounts; NULL: none has any */
};

enum policy_bar {
    POLICY_BAR_NONE,
    POLICY_BAR_ONCE,     /* was awarded before, and the clause pays once */
    POLICY_BAR_YEAR,     /* was awarded for this year */
    POLICY_BAR_UNDERWAY, /* stands on a list that is not finished */
    POLICY_BAR_EXCLUDED, /* was awarded for the year by a clause that excludes this one */
    POLICY_BAR_MOST,     /* the most was reached */
    POLICY_BARS
};
extern const struct name2 policy_bar_names[POLICY_BARS];
extern const char *const policy_bar_words[POLICY_BARS];

struct policy_asking {
    const struct pack_clause *clause;
    int64_t day;
    int64_t subject;   /* record of the audience; 0: all */
    str payee;         /* only subjects of this payee; empty: all */
    bool labels;
    const json_t *supplied; /* facts given for the one subject, by input; NULL: none */
};
/* Room for columns that lives as long as op's arena, beyond its limit. NULL without memory. */
struct arena *policy_arena(struct op *op);
/* Reads them into `a`. ERR_LIMIT past POLICY_ROWS_MAX. */
MUST_USE enum err policy_read_facts(
    struct op *op, struct arena *a, const struct policy_asking *q, struct policy_facts **out);
/* The same facts for another rule of the clause (a draft's): its own inputs and parameters over columns that
 * are there already; a fact that was not read is read now. */
MUST_USE enum err policy_facts_for(struct op *op, struct arena *a, const struct policy_facts *read,
    const struct pack_clause *clause, struct policy_facts **out);

/* ---- matching ---- */

struct policy_row {
    size_t row;
    int16_t rule; /* or DMN_SHEET_… */
    enum policy_bar bar;
    int64_t fen; /* after the most */
    uint64_t missing;
    int16_t near_rule, near_input;
    int64_t near_value, near_bound;
};
/* Called for each row, in order; an error ends it. */
typedef enum err (*policy_row_fn)(void *ctx, const struct policy_row *row);
MUST_USE enum err policy_sheet(struct op *op, struct arena *a, const struct policy_facts *f,
    struct dmn_sheet **out);
MUST_USE enum err policy_run(struct op *op, struct dmn_sheet *s, const struct policy_facts *f,
    policy_row_fn each, void *ctx);

/* What a row's facts are, by input: JSON as it is kept with a line, and shown. New reference. */
json_t *policy_row_facts(struct op *op, const struct policy_facts *f, size_t row);
/* A fact's short code table by code, as "codes" of a JSON object that tells of the fact. */
void policy_set_codes(json_t *o, const struct pack_fact *f);
/* Why: {"rule", "label", "conditions": [{"name", "test", "value", "holds"}]} of the rule that holds, or of
 * the one that came nearest; each with the facts it reads. New reference. */
json_t *policy_row_why(struct op *op, const struct dmn_sheet *s, const struct policy_facts *f,
    const struct policy_row *row);
/* The facts that are missing: [{"input", "name", "year", "unit", "unitName", "ask"}]. New reference. */
json_t *policy_missing(struct op *op, const struct policy_facts *f, uint64_t missing);
/* "2025 年研发投入": a fact's name with the year that it is of. */
struct name2 policy_fact_name(struct arena *a, const struct pack_fact *f, int64_t year);
/* The year that a clause counts on a day. */
int64_t policy_year(const struct pack_clause *c, int64_t day);
/* "差 12,000": how far a value is from what the cell allows, as text; empty where it compares nothing. */
str policy_gap(struct arena *a, const struct dmn_sheet *s, const struct policy_row *row);

/* ---- pricing ---- */

enum { POLICY_NEAR_MAX = 50, POLICY_GROUPS_LISTED = 60, POLICY_GAINS_MAX = 50 };

struct policy_sum {
    int64_t count, fen;
};
struct policy_group {
    str code;
    struct name2 name;
    struct policy_sum sum, before; /* before: of the other version when two are compared */
};
struct policy_near {
    size_t row;
    int16_t rule, input;
    int64_t value, bound;
    double share; /* of the bound that is lacking */
};
struct policy_condition_count {
    int16_t input;
    int64_t count; /* rows that fail this condition alone */
    int64_t close; /* of them those that lack a tenth or less */
};
struct policy_missing_count {
    size_t fact;
    int64_t count;
};
struct policy_price {
    const struct policy_facts *facts;
    const struct dmn_sheet *sheet;
    int64_t rows, barred;
    struct policy_sum pays;
    int64_t refused, open, clash;
    int64_t least, most; /* amounts, fen */
    struct policy_group *groups[PACK_POLICY_GROUPS_MAX];
    size_t group_counts[PACK_POLICY_GROUPS_MAX];
    struct policy_near near[POLICY_NEAR_MAX]; /* nearest first */
    size_t near_count;
    struct policy_condition_count *conditions; /* most first */
    size_t condition_count;
    struct policy_missing_count *missing; /* most first */
    size_t missing_count;
    int64_t *fen;    /* a row: what it gets; kept for comparing */
    int64_t took_us; /* computing, without the reading of facts */
};
MUST_USE enum err policy_price(
    struct op *op, struct arena *a, const struct policy_facts *f, struct policy_price *out);

struct policy_change {
    size_t row;
    int64_t before, after;
};
struct policy_difference {
    int64_t gain, lose, more, less, same; /* rows: now paid, no longer, more, less, as before */
    int64_t fen;                          /* cost now less cost before */
    struct policy_change *changes;        /* the largest first */
    size_t change_count;
};
/* Two prices over the same rows. `now`'s groups get `before`'s sums. */
MUST_USE enum err policy_compare(struct op *op, struct arena *a, const struct policy_price *before,
    struct policy_price *now, struct policy_difference *out);

#endif
