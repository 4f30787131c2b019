/*
 * Jobs: what a procedure has the zone do by itself (service and send tasks with a handler, messages
 * it throws), and what is left over when a timer cannot be fired.
 *
 *     task offered ─▶ WAITING ─claim─▶ RUNNING ─▶ done: row gone, case moved on, one transaction
 *                        ▲               │ └─ lease over (process killed) ─▶ claimed again
 *                        └── back-off ◀──┤
 *                                        └─ tries used up, or no use trying ─▶ INCIDENT
 *                     retry by a person ◀──┴──▶ skip by a person, with a reason
 *
 * What always holds
 *   - a job's row is made in the transaction that offers its task and goes in the transaction that
 *     moves the case on: there is no time at which one is there without the other;
 *   - whoever takes the row away moves the case: an answer that comes twice, or after the task was
 *     cancelled, changes nothing;
 *   - what is done to our own tables (record, message) is done in that same transaction: once;
 *     calls to others happen at least once, each time with the same request and the same
 *     Idempotency-Key, which is the job's number;
 *   - a row is claimed by changing it where it is still due: several processes before one database
 *     do not take the same one;
 *   - nothing fails silently: the last failure makes an incident, which is journalled and listed.
 */
#ifndef JUNMA_ZONE_JOB_H
#define JUNMA_ZONE_JOB_H

#include "zone/case.h"

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_INCIDENT };
enum { JOB_LEASE_MS = 20000, JOB_BACKOFF_MS = 10000, JOB_BACKOFF_MOST_MS = 3600000 };

struct job {
    int64_t id, case_id, token;
    str node, handler;     /* http, record, message, timer */
    str queue;             /* the connector's code, or "" for what is done inside */
    const json_t *request; /* the evaluated settings of the task */
    enum job_state state;
    int64_t attempts, retries, due_at, created_at;
    str message, message_key; /* of a message: its name, and what finds its waiter */
    str number;               /* of the case */
    str pack_version, kind;
    str error_zh, error_en; /* of the last failure */
};

/* ---- working them off ---- */

/* Those of a queue that are due become ours until the lease is over; at most limit (64). In a
 * write. owner: a name of this process, never used by another run. */
MUST_USE enum err job_claim(
    struct op *op, str queue, str owner, size_t limit, struct job **out, size_t *count);
/* Is one due? For reading; an idle zone writes nothing. */
MUST_USE enum err job_due(struct op *op, str queue, bool *due);
/* Still ours, for another lease; false when it is not. */
MUST_USE enum err job_renew(struct op *op, int64_t id, str owner, bool *ours);
/* Leases of processes that are no more: for a store that one process uses alone. */
MUST_USE enum err job_free_leases(struct op *op, str owner);

/* Done, with the answer the procedure gets. Nothing happens when the job is gone. */
MUST_USE enum err job_answer(struct op *op, int64_t id, const json_t *answer);
/* Done: the procedure gets a BPMN error. */
MUST_USE enum err job_throw(struct op *op, int64_t id, str code);
/* It failed: tried again after a while, or an incident. */
struct job_failure {
    struct diag why;
    bool for_good;    /* trying again would not help */
    int64_t after_ms; /* not before, as the other side asked; 0: by our own back-off */
};
MUST_USE enum err job_failed(struct op *op, int64_t id, const struct job_failure *f);
/* Does what is ours to do (record, message) and moves the case on. */
MUST_USE enum err job_perform(struct op *op, const struct job *j);

/* The service behind a job, in the version of the pack that its case runs on. */
MUST_USE enum err job_service(
    struct op *op, const struct job *j, const struct bpmn_service **out, const struct pack **pack);

/* ---- incidents ---- */

struct incident_filter {
    str handler, kind;
    int64_t case_id; /* 0: of all */
    int64_t after_id;
    size_t limit; /* 1..200 */
};
/* Newest first. Needs job.manage. */
MUST_USE enum err incident_list(
    struct op *op, const struct incident_filter *f, struct job **out, size_t *count, bool *more);
/* Tried again at once, from the first try. Needs job.manage; ERR_NOT_FOUND when it is no incident.
 */
MUST_USE enum err incident_retry(struct op *op, int64_t id);
/* The step counts as done, with these results (an object, or NULL), or with this BPMN error. The
 * reason is journalled. Needs job.manage. */
struct incident_skip {
    str reason, error;
    const json_t *data;
};
MUST_USE enum err incident_skip(struct op *op, int64_t id, const struct incident_skip *s);
/* A timer that could not be fired `attempts` times is kept as one. */
MUST_USE enum err incident_of_timer(
    struct op *op, int64_t case_id, int64_t number, const struct diag *why);

#endif
