/*
 * Many new records in one write: what record_save does for one, with the work that does not depend
 * on the record done once. The journal gets one leaf for them all instead of one for each:
 *
 *     record.batch   register, batch, reason, first and last id, rows, and the digest of their lines
 *                    "<id> <data as kept in the history>\n" in the order of their ids
 *
 * so that a history changed afterwards is found by `junma verify --journal` as with any other.
 * Ids rise within a batch.
 */
#ifndef JUNMA_ZONE_RECORD_BULK_H
#define JUNMA_ZONE_RECORD_BULK_H

#include "zone/record.h"

enum { RECORD_BULK_MAX = 20000 }; /* records a write */

struct record_bulk;

/* Is the fast way open to the actor for this register? Not where he sees only some of its records:
 * then each has to be looked at again after it was written; nor where a record takes something
 * together from others that may be there already (record_save does both). */
bool record_bulk_may(struct op *op, const struct pack_register *r);
/* In a write. Lives in op->arena. */
MUST_USE enum err record_bulk_begin(
    struct op *op, const struct pack_register *r, int64_t batch, str reason, struct record_bulk **out);
/* Is it time to end, by number or size? */
bool record_bulk_full(const struct record_bulk *b);
/* A new record; op->arena may be another, emptied between records; data is kept and completed. Errors
 * as record_save's; the others are not touched. */
MUST_USE enum err record_bulk_add(
    struct op *op, struct record_bulk *b, json_t *data, struct diag_list *faults);
/* Writes the leaf. Without it the write must fail. */
MUST_USE enum err record_bulk_end(struct op *op, struct record_bulk *b);

/* The leaf that a record of a batch was journalled under, and whether the history still holds what
 * it recorded: of all ids from first to last, so that a caller with many asks once a leaf. */
struct record_bulk_leaf {
    int64_t first, last;
    bool found, erased, holds;
};
MUST_USE enum err record_bulk_verify(
    struct op *op, str code, int64_t batch, int64_t id, struct record_bulk_leaf *out);

#endif
