/*
 * Why a case went where it went: the decisions taken on its way, kept as they were taken.
 *
 * The rule, the facts and the dated parameters are those of the day and of the case's own version of
 * the pack; a later change of the case or of the pack does not rewrite them. What could not be told
 * for want of a fact is answered anew from them (dmn_answer).
 */
#ifndef JUNMA_ZONE_CASE_DECISION_H
#define JUNMA_ZONE_CASE_DECISION_H

#include "zone/case.h"

enum { CASE_DECISIONS_MAX = 20 };

struct case_decision {
    int64_t at_ms, on_day; /* days since 1970, in the zone's time: parameters are those of it */
    str name, version;
    const json_t *trace;       /* dmn_trace_json */
    const struct pack *pack;   /* of the version */
    const struct pack_system *system;
    struct dmn_answer answer;  /* with what was not known taken as missing */
};

/* The oldest first. */
MUST_USE enum err case_decisions(struct op *op, const struct case_row *c,
    struct case_decision **out, size_t *count);

/* What a variable of a case is called, and how a value of it is shown: the empty name when it is
 * shown as it is. */
struct name2 variable_title(
    struct op *op, const struct pack *p, const struct pack_system *s, str name);
struct name2 variable_shown(
    const struct pack *p, const struct pack_system *s, str name, const json_t *value);
/* A column of the applicant's register that is shown by right only. */
bool variable_masked(const struct pack *p, const struct pack_system *s, str name);

#endif
