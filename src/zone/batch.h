/*
 * Several writes at once, each with its own arena and its own outcome, in as few commits as the
 * store makes of them. They stand in the same queue as everybody's writes: whoever comes while they
 * wait is served between them, and shares their commit.
 */
#ifndef JUNMA_ZONE_BATCH_H
#define JUNMA_ZONE_BATCH_H

#include "zone/zone.h"

enum { BATCH_MAX = 64 };

struct batch_item {
    zone_fn fn;
    void *ctx;
    struct op op; /* set by batch_run; op.arena is the item's own, kept until the next run */
    enum err err;
    struct diag diag;
};

struct batch;
struct batch *batch_create(void);
void batch_destroy(struct batch *b);
/* Empties it. */
void batch_begin(struct batch *b);
/* NULL when full. */
struct batch_item *batch_add(struct batch *b, zone_fn fn, void *ctx);
struct batch_item *batch_at(struct batch *b, size_t i);
/* Runs all as this op's actor, at its time, and waits until all are on disk or failed. */
void batch_run(struct batch *b, const struct op *op);

#endif
