/* Shared by the files that keep promises (promise*.c); nobody else includes it. */
#ifndef JUNMA_ZONE_PROMISE_INTERNAL_H
#define JUNMA_ZONE_PROMISE_INTERNAL_H

#include "zone/promise.h"

/* The row alone; the row and what happened. */
MUST_USE enum err promise_insert(struct op *op, const struct promise *p);
MUST_USE enum err promise_save(struct op *op, const struct promise *p);
MUST_USE enum err promise_update(
    struct op *op, const struct promise *p, const char *what, int64_t amount, str reason);
/* What happened after the start, in order. */
MUST_USE enum err promise_events(
    struct op *op, const struct promise *p, struct promise_step **out, size_t *count);

/* The same deadline counted again from its first day by the calendar in force, through all that
 * happened to it; amber_at and red_at by the shares of def. Nothing is written. */
MUST_USE enum err promise_replay(struct op *op, const struct pack_promise *def,
    const struct promise_step *events, size_t count, struct promise *p);

#endif
