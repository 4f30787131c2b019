/*
 * Decisions of a pack or of a draft, outside any case: what they ask for, tried with example
 * inputs, compared over the cases of a period.
 *
 * A single file is read, not the whole pack, so that a rule can be tried while another file of the
 * draft still has faults. Every evaluation has limits of steps and of time: a rule that loops is
 * refused, the server goes on.
 */
#ifndef JUNMA_ZONE_PACK_DECIDE_H
#define JUNMA_ZONE_PACK_DECIDE_H

#include "zone/pack_draft.h"

enum {
    PACK_TRY_MS = 1000,
    PACK_TRY_STEPS = 2000000,
    PACK_COMPARE_MS = 700, /* a page */
    PACK_COMPARE_STEPS = 200000,
    PACK_COMPARE_ROWS_MAX = 2000,
    PACK_CELLS_MAX = 20000, /* explained one by one */
};

/* One decision file, read. */
struct pack_rules {
    const struct pack_file *file;
    const struct pack *pack;          /* under it: its dated parameters are what rules are given */
    const struct pack_system *system; /* by its folder; NULL: of none */
    struct dmn_model *model;
};
/* ERR_NOT_FOUND; faults of the file go to `faults`. Everything lives in `a`. */
MUST_USE enum err pack_rules_read(struct op *op, struct arena *a, const struct pack_view *v,
    str path, struct diag_list *faults, struct pack_rules *out);
/* By name or id. */
MUST_USE enum err pack_rules_find(
    struct op *op, const struct pack_rules *r, str name, const struct dmn_decision **out);

struct pack_trial {
    str result; /* JSON */
    json_t *trace, *answer;
    json_t
        *tables; /* [{decision, columns, rules: [{…, cells: [{text, holds}]}]}]: why, and why not */
};
/* inputs: by the names of the input data; one that nobody asks for is refused by name. */
MUST_USE enum err pack_try(struct op *op, struct arena *a, const struct pack_rules *r,
    const struct dmn_decision *decision, const json_t *inputs, struct pack_trial *out);
/* Cells of the tables that were decided, each with whether it held (pack_explain.c). */
json_t *pack_explain(struct arena *a, str xml, const struct dmn_trace *trace, feel_value inputs,
    const struct feel_env *env);

/* ---- comparing ---- */

struct pack_comparing {
    str kind;
    str from, to;  /* created_on, both included */
    int64_t after; /* case, of the page before */
    size_t rows;   /* looked at in this page */
};
struct pack_compared_case {
    int64_t id;
    str number, title, topic, created_on; /* title: "" unless the actor may see the case */
    bool seen;
    str before, after; /* results, JSON; "" when it failed */
};
struct pack_comparison {
    int64_t scanned, same, different, failed;
    int64_t last; /* case looked at last */
    bool more;
    const struct pack_compared_case *cases; /* that come out differently, or fail */
    size_t case_count;
};
/* Both decisions over the inputs that each case had when it was raised: its form, its applicant as
 * the procedure saw him, its own facts; nothing that came later. Bounded in rows and in time. */
MUST_USE enum err pack_compare(struct op *op, const struct pack_rules *before,
    const struct dmn_decision *old, const struct pack_rules *after, const struct dmn_decision *now,
    const struct pack_comparing *q, struct pack_comparison *out);
/* Cases of the zone: what the pages of a comparison go through. */
MUST_USE enum err pack_compare_total(struct op *op, int64_t *total);

/* A clock for feel_env.expired. */
struct pack_deadline {
    const struct sys *sys;
    int64_t until_ns;
};
void pack_deadline_set(struct pack_deadline *d, const struct sys *sys, int64_t ms);
bool pack_deadline_over(void *deadline);
struct feel_env pack_env(struct op *op, struct pack_deadline *d, uint64_t steps);

#endif
