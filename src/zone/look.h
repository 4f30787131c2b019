/*
 * Looks into compartments (closed registers): who looked at what, who tried and was refused, and when.
 * Each is an event of the journal; register_look says only which events are about which register, so
 * that they can be shown without reading the whole journal. Nothing of a record's content is in it.
 */
#ifndef JUNMA_ZONE_LOOK_H
#define JUNMA_ZONE_LOOK_H

#include "zone/ledger.h"
#include "zone/record.h"

extern const struct store_migration look_migrations[];
extern const size_t look_migration_count;

/* In a write. kind: "record.look" (subject a record, or 0 for a list with `data.count`),
 * "record.refused", "record.reveal". Steals data; the register is added to it. */
MUST_USE enum err look_keep(struct op *op, const struct pack_register *r, const char *kind,
    int64_t subject, json_t *data);
/* Newest first, those before the event `before` (0: from the newest); at most `limit`. */
MUST_USE enum err look_list(struct op *op, const struct pack_register *r, int64_t before,
    size_t limit, struct ledger_row **rows, size_t *count, bool *more);

#endif
