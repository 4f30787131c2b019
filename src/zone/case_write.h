/* Small writes that several kinds of change to a case share (making one, verbs, timers, imports).
 */
#ifndef JUNMA_ZONE_CASE_WRITE_H
#define JUNMA_ZONE_CASE_WRITE_H

#include "zone/case_internal.h"

/* The next number of the month. */
MUST_USE enum err case_number(struct op *op, str prefix, int64_t at_ms, str *out);
/* Makes the case found by its words. */
MUST_USE enum err case_search_put(struct op *op, const struct case_row *r);
/* Journals what happened to the case, with the digest of its row as saved. Takes data. */
MUST_USE enum err event_write(
    struct moving *m, const char *kind, json_t *data, bool is_public, int64_t *event);
/* Digest over the whole row as it is stored; r is that row. */
MUST_USE enum err case_digest(struct op *op, const struct case_row *r, str *digest);
/* Puts uploads of this account that belong to no case yet to the case and event. ERR_INVALID when
 * one is not there or somebody else's. */
MUST_USE enum err files_link(
    struct op *op, const int64_t *files, size_t count, int64_t case_id, int64_t event);

#endif
