/*
 * An import under way, as whoever started it watches it from beside: how far it is, what was wrong, and
 * whether it should stop. A row in the database, so that any server of the zone can be asked.
 *
 *     checking ─▶ checked            a trial: nothing was written
 *     writing  ─▶ written            the batch stands
 *        └──────▶ undoing ─▶ cancelled        stopped: what was written is undone
 *
 * Progress is written in writes of its own, some times a second: a trial undoes its own. A run whose
 * `touched_at` stands still has lost its server; what it wrote is a batch that can be undone. Runs are
 * kept a day.
 */
#ifndef JUNMA_ZONE_IMPORT_RUN_H
#define JUNMA_ZONE_IMPORT_RUN_H

#include "zone/zone.h"

enum { IMPORT_RUN_KEY_BYTES_MAX = 64 };

extern const struct store_migration import_run_migrations[];
extern const size_t import_run_migration_count;

struct import_run {
    str key;      /* by whoever starts it, one of his own */
    str reg;      /* code of the register */
    str phase;    /* "checking", … */
    int64_t total, rows, accepted, faults; /* rows of the file, those read, those good; faults told */
    int64_t batch;                         /* 0: none */
    int64_t started_at, touched_at;
    bool cancelled; /* somebody asked to stop */
};

/* In a write, for the actor. Another with the same key must be over: ERR_CONFLICT. */
MUST_USE enum err import_run_begin(struct op *op, const struct import_run *run);
/* In a write: how far it is; *cancelled says whether it should stop. */
MUST_USE enum err import_run_touch(struct op *op, const struct import_run *run, bool *cancelled);
/* In a write: it is over; `faults` is all of them as CSV, empty when there are none. */
MUST_USE enum err import_run_end(struct op *op, const struct import_run *run, str faults);
/* The actor's own. ERR_NOT_FOUND. */
MUST_USE enum err import_run_get(struct op *op, str reg, str key, struct import_run *out);
MUST_USE enum err import_run_faults(struct op *op, str reg, str key, str *out);
/* In a write: it should stop. ERR_NOT_FOUND, ERR_CONFLICT when it is over. */
MUST_USE enum err import_run_cancel(struct op *op, str reg, str key);

#endif
