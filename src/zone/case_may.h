/* Whether a verb is allowed, and why not; shared by case_may.c and case_verbs.c. */
#ifndef JUNMA_ZONE_CASE_MAY_H
#define JUNMA_ZONE_CASE_MAY_H

#include "zone/case_internal.h"

struct may {
    struct moving *moving;
    struct case_task *tasks; /* of the case, newest first */
    size_t task_count;
    enum verb verb;
    const struct case_task *task; /* where it would act; NULL: at the case */
    str target;                   /* of a return: the usual step; may be empty */
    int64_t order;                /* of a report, accept, reject */
    struct name2 reason;
    bool no_permission;
};

MUST_USE enum err may_begin(struct moving *m, struct may *out);
/* wanted_task 0: any that fits. Sets task, target, reason. */
bool may(struct may *m, enum verb v, int64_t wanted_task);
/* Sets the reason; false. */
bool may_not(struct may *m, const char *zh, const char *en);
bool step_offers(const struct moving *m, const struct case_task *t, enum verb v);
/* The user task that hands work out, to which a case is returned; empty when there is none. */
str step_that_dispatches(const struct moving *m, const struct case_task *from);
/* The case's own open promise: the one that can be extended, when there is one; NULL when none. */
const struct promise *main_promise(const struct moving *m);

/* Rules of the table that stand with their verbs: verb_moves.c, verb_back.c, verb_orders.c,
 * verb_copies.c. */
bool steps_before(const struct may *m);
bool may_take_back(struct may *m);
bool may_undo(struct may *m);
bool may_supervise(struct may *m);
bool may_report(struct may *m);
bool may_judge_order(struct may *m);
bool may_read(struct may *m);

#endif
