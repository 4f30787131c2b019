/*
 * Policies: <system>/policies/<policy>.json. A policy is a document; its clauses are what somebody may
 * be paid by. Who qualifies and how much is a decision table (DMN) of the same system; a clause says
 * whose facts it is asked with, and where each fact stands.
 *
 *     clause ─ audience ─▶ records of a register ─┐
 *            ─ facts ────▶ columns of it, of other registers, earlier awards ─▶ decision ─▶ amount
 *            ─ parameters of the day (dated) ─────┘
 *
 * What the engine adds to the decision: once only, a most over years, not beside other clauses.
 */
#ifndef JUNMA_PACK_POLICY_H
#define JUNMA_PACK_POLICY_H

#include "dmn/sheet.h"
#include "pack/pack.h"

enum { PACK_POLICY_FACTS_MAX = 40, PACK_POLICY_GROUPS_MAX = 6 };

/* How the values of several records become one. */
enum pack_fact_take {
    PACK_FACT_SUM,
    PACK_FACT_COUNT,
    PACK_FACT_MAX,
    PACK_FACT_MIN,
    PACK_FACT_ANY,  /* true when there is one */
    PACK_FACT_BEST, /* of a code: the one that stands first in its table */
};

struct pack_fact_where {
    const struct pack_column *column;
    str value; /* as text; numbers and truths too */
};

/* An input of the decision, and where it stands. */
struct pack_fact {
    str input;
    struct name2 name;             /* as people call it: "2025 年研发投入" without its year */
    const struct feel_type *type;  /* of the input */
    const struct pack_register *r; /* NULL: earlier awards, or the period */
    int period; /* 1 the year, 2 its first day, 3 its last day; 0: none of them */
    const struct pack_column *via; /* of the audience: it is a fact of what this refers to; or NULL */
    const struct pack_column *by;  /* of r, that refers to it; NULL: a column of the record itself */
    const struct pack_column *column; /* NULL: only counted */
    const struct pack_column *year;   /* a number, or a date within it; NULL: of all years */
    int back;                         /* years before the clause's */
    bool before;                      /* all years before that one */
    enum pack_fact_take take;
    const struct pack_fact_where *where;
    size_t where_count;
    bool has_absent; /* what it is where no record stands; else it is missing then */
    feel_value absent;
    str unit;        /* who could supply it; may be empty */
    bool ask;        /* the one it is about may supply it, with evidence */
    const str *awards; /* codes of clauses whose awards count */
    size_t award_count;
};

enum pack_policy_way { PACK_POLICY_AUTOMATIC, PACK_POLICY_CLAIM };

struct pack_example {
    struct name2 name;
    int64_t on;          /* days since 1970 */
    feel_value given;    /* by inputs; one that is not there is missing */
    bool pays;
    int64_t fen;
    const str *missing;  /* instead of paying or not */
    size_t missing_count;
};

struct pack_clause {
    str code;
    const struct pack_policy *policy;
    struct name2 title, text, guide, article, law;
    int64_t from, to; /* days since 1970, both included */
    str unit, fund;   /* fund may be empty: nothing can be paid yet */
    const struct pack_register *audience;
    const struct pack_column *payee; /* refers to who is paid; NULL: the record itself */
    const struct pack_column *groups[PACK_POLICY_GROUPS_MAX]; /* of the audience, for pricing */
    size_t group_count;
    const struct pack_fact_where *where; /* which records of it */
    size_t where_count;
    str decision_name, decision_file;
    const struct dmn_model *model;
    const struct dmn_decision *decision;
    struct pack_fact *facts; /* in the order of the decision's inputs */
    size_t fact_count;
    const struct pack_parameter **parameters; /* that it is given by the day */
    size_t parameter_count;
    int year_back;    /* the year it counts, before that of the day: 1 the last whole year */
    bool once;        /* one award for ever */
    int64_t most_fen; /* of all awards together; 0: none */
    const str *excludes; /* clauses by which nobody is paid for the same year beside this one */
    size_t exclude_count;
    const str *review_roles, *approve_roles;
    size_t review_role_count, approve_role_count;
    int notice_days; /* working days; 0: none is asked for */
    enum pack_policy_way way;
    const struct pack_example *examples;
    size_t example_count;
};

struct pack_policy {
    str code, number, source; /* number, source may be empty */
    struct name2 name, issuer;
    int64_t issued, from, to;
    const struct pack_system *system;
    const struct pack_clause *clauses;
    size_t clause_count;
};

const struct pack_policy *pack_policy(const struct pack *p, str code);
const struct pack_clause *pack_clause(const struct pack *p, str code);
bool pack_clause_valid(const struct pack_clause *c, int64_t day);
bool pack_clause_reviews(const struct pack_clause *c, const struct pack_role *r);
bool pack_clause_approves(const struct pack_clause *c, const struct pack_role *r);
/* What a decision's file of another version says of the same clause: facts are found by the inputs that
 * it asks for. Faults are ERR_INVALID: an input for which the clause names no fact. */
MUST_USE enum err pack_clause_with(struct arena *a, const struct pack *p, const struct pack_clause *c,
    const struct dmn_model *m, struct pack_clause *out, struct diag *d);

/* A year, its first day, its last day. */
feel_value pack_fact_period(int period, int64_t year);
/* The clause's table, as it would be made over columns: to be read, not run. *out NULL: not covered. */
MUST_USE enum err pack_clause_sheet(struct arena *a, const struct pack_clause *c, struct dmn_sheet **out,
    struct diag *why, struct diag *d);
const char *pack_policy_way_word(enum pack_policy_way way); /* "automatic" */
/* The kind of column in which a fact stands for many rows. words: at least one. */
struct feel_column pack_fact_column(const struct pack_fact *f, const str *words, size_t count);

#endif
