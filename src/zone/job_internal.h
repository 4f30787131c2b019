/* Shared by job.c, incident.c, message.c and procedure.c. */
#ifndef JUNMA_ZONE_JOB_INTERNAL_H
#define JUNMA_ZONE_JOB_INTERNAL_H

#include "zone/case_internal.h"
#include "zone/job.h"

/* Effects of a turn. */
MUST_USE enum err job_of_task(struct moving *m, const struct bpmn_effect *e);
MUST_USE enum err job_of_message(struct moving *m, const struct bpmn_effect *e);
MUST_USE enum err job_drop(struct moving *m, int64_t token, bool timer);

/* Rows. */
void job_select(struct query *q, str zone);
MUST_USE enum err job_read(struct op *op, const struct store_rows *rows, struct job *j);
MUST_USE enum err job_get(struct op *op, int64_t id, struct job *out, bool *there);
MUST_USE enum err job_insert(struct op *op, const struct job *j, str message, str key, int64_t *id);
MUST_USE enum err job_take(struct op *op, int64_t id, bool *taken);
json_t *job_event(struct moving *m, const struct job *j, const char *what);

struct batch;
/* Fires at most `limit` timers that are due, in writes of their own. */
MUST_USE enum err timers_step(
    struct op *op, struct batch *b, size_t limit, int64_t *fired, bool *more);
/* A store that takes no writes is no fault of the case. */
bool fault_of_store(enum err e);

struct job_end {
    const char *kind, *what; /* of the event: "case.service", "service" */
    const json_t *answer;
    const json_t *variables; /* instead of an answer: the task's results as they are */
    str error, reason;
};
/* Takes the row and moves the case on; nothing when the row is gone. */
MUST_USE enum err job_finish(struct op *op, const struct job *j, const struct job_end *end);
MUST_USE enum err incident_tell(struct op *op, const struct job *j, const struct diag *why);
MUST_USE enum err message_perform(struct op *op, const struct job *j);

#endif
