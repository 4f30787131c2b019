/*
 * The worker: one thread that does what nobody asks for at that moment, in turns.
 *
 *     turn ─▶ timers that are due, a few at a time
 *          ─▶ jobs that are due: claimed, done inside, or sent out
 *          ─▶ answers that came: the case moves on, or the job is put off, or an incident is made
 *          ─▶ leases of what is still out
 *          ─▶ old content, when its time is over (purge.h)
 *     nothing left: sleeps until stirred or for a moment
 *
 * Requests go first: a turn puts at most WORKER_TIMERS writes into the store's queue, a quarter of
 * that while others write, and waits for them before it puts in more; a request never waits for
 * more than those.
 */
#ifndef JUNMA_ZONE_WORKER_H
#define JUNMA_ZONE_WORKER_H

#include "zone/services.h"

enum { WORKER_TIMERS = 32, WORKER_TIMERS_CROWDED = 8 };

struct worker;

struct worker_options {
    struct zone *zone;
    const struct services *services; /* NULL: no system outside may be called */
    bool alone; /* no other process works on this database: leases left over are over */
};
MUST_USE enum err worker_create(
    struct worker **out, const struct worker_options *o, struct diag *d);
/* A thread that turns until worker_destroy. */
MUST_USE enum err worker_start(struct worker *w, struct diag *d);
/* One turn on the calling thread, for tests; *busy: there was something to do. */
MUST_USE enum err worker_turn(struct worker *w, int64_t now_ms, bool *busy, struct diag *d);
/* Lets what is being written end; calls that are out are given up and tried again by the next. */
void worker_destroy(struct worker *w);

#endif
