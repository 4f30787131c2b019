/*
 * Cases that records give rise to: an obstacle of a project becomes a request, a visit's finding too.
 * The link is kept both ways, and a register may count how many of a record's cases are open.
 *
 * Who may change the register's records may raise from them: that the definition says "raises" is the
 * permission. Who sees the record sees the number and the status of its cases, and no more of those
 * that are not his to see.
 */
#ifndef JUNMA_ZONE_RECORD_CASE_H
#define JUNMA_ZONE_RECORD_CASE_H

#include "zone/case.h"
#include "zone/record.h"

/* An action of the register, as it stands for one record. */
struct record_raise {
    const struct pack_raise *action;
    bool offered;  /* its condition holds */
    json_t *data;  /* the form's fields, filled in */
    int64_t applicant; /* record of the kind's applicants; 0: none is known */
    str applicant_name;
};
/* What may be raised from the record, with what is filled in; nothing for who may not. */
MUST_USE enum err record_raises(struct op *op, const struct pack_register *r,
    const struct record *record, struct record_raise **out, size_t *count);

/* In a write: raises the case with the fields filled in and, over them, those of `data`. */
struct record_raising {
    const struct pack_register *r;
    int64_t id;
    str action;
    json_t *data; /* NULL: nothing is changed */
    struct diag_list *faults;
};
MUST_USE enum err record_raise(
    struct op *op, const struct record_raising *in, struct case_created *out);

enum { RECORD_CASES_MAX = 200 };
/* The cases of a record, newest first; of one that the actor may not see the number and the status. */
struct record_case {
    bool seen;
    struct case_row row;
};
MUST_USE enum err record_cases(struct op *op, const struct pack_register *r, int64_t id,
    struct record_case **out, size_t *count);

/* Where a case came from; r NULL: from no record. */
struct case_origin {
    const struct pack_register *r;
    int64_t id;
    str label; /* empty: the actor may not see the record */
};
MUST_USE enum err case_origin(struct op *op, int64_t case_id, struct case_origin *out);

/* In the write that moved a case: whoever counts it counts again. */
MUST_USE enum err record_case_moved(struct op *op, int64_t case_id);

#endif
