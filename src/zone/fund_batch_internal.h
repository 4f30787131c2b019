/* Shared by the files of payment batches. */
#ifndef JUNMA_ZONE_FUND_BATCH_INTERNAL_H
#define JUNMA_ZONE_FUND_BATCH_INTERNAL_H

#include "zone/fund_batch.h"
#include "zone/fund_internal.h"

/* The batch, if the actor may do this with it now; ERR_FORBIDDEN or ERR_NOT_ALLOWED says why not. */
MUST_USE enum err fund_batch_require(
    struct op *op, int64_t id, enum fund_verb v, struct fund_batch *b);
/* In order; bank accounts as they are when `shown`. */
MUST_USE enum err fund_lines_read(
    struct op *op, int64_t batch, bool shown, struct fund_line **out, size_t *count);
/* Journals what was done with the batch; steals `more`, which may be NULL. */
MUST_USE enum err fund_batch_tell(
    struct op *op, const struct fund_batch *b, const char *kind, str reason, json_t *more);

/* In the write under way: whoever is paid hears of it (fund_tell.c). */
MUST_USE enum err fund_tell_payee(struct op *op, const struct fund_commitment *c, const struct fund_line *l,
    bool paid, str ref, str reason);

#endif
