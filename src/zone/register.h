/*
 * Registers: typed tables of things with identity and history. Each register of the pack is a real
 * SQL table register_<code> (zone, id, version, its columns …, updated_at) beside
 * register_<code>_history, which keeps every former version with who, when and why.
 */
#ifndef JUNMA_ZONE_REGISTER_H
#define JUNMA_ZONE_REGISTER_H

#include "zone/zone.h"

struct record {
    int64_t id, version, updated_at;
    json_t *data; /* members by column name; kept by the op's arena */
};

/* Makes the tables of the pack's registers; columns added to a definition are added to the table.
 * A column that changed its type is refused by name. */
MUST_USE enum err register_prepare(struct zone *z, struct diag *d);
/* Checks data against the definition (faults one a column) and writes a new record (*id 0) or the
 * next version of one. reason goes into the history. */
MUST_USE enum err record_put(struct op *op, str register_code, int64_t *id, json_t *data,
    str reason, struct diag_list *faults);
MUST_USE enum err record_get(struct op *op, str register_code, int64_t id, struct record *out);
MUST_USE enum err record_by_key(struct op *op, str register_code, str key, struct record *out);
/* By any part of key or label; at most limit (1..100). */
MUST_USE enum err record_find(
    struct op *op, str register_code, str text, size_t limit, struct record **out, size_t *count);
/* The label column's value ("" when the record has none). */
str record_label(struct op *op, str register_code, const struct record *r);

#endif
