/*
 * Registers: typed tables of things with identity and history. Each register of the pack is a real
 * SQL table register_<code> (zone, id, version, its columns …, updated_at) beside
 * register_<code>_history, which keeps every version with who, when and why, and a view
 * record_<code> of what reports and outside tools may read: everything that is not masked.
 *
 *     definition ──register_prepare──▶ table, history, search index, indexes, view
 *     data ──checked, computed, rules──▶ next version ──▶ row + history + journal leaf + search
 *
 * In JSON a record's data has a member a column: text, number, boolean; money as whole fen; dates
 * "2026-11-23"; instants RFC 3339; a point {"lon", "lat"}; a shape as GeoJSON geometry; files a
 * list of ids; null for nothing. In expressions money is a number of yuan.
 *
 * record_get, record_put and the other plain functions ask nobody: they serve the engine itself.
 * What an actor may do goes through the functions of record.h.
 */
#ifndef JUNMA_ZONE_REGISTER_H
#define JUNMA_ZONE_REGISTER_H

#include "zone/zone.h"

struct record {
    int64_t id, version, updated_at;
    json_t *data; /* members by column name; kept by the op's arena */
};

/* One thing that a definition changes in the tables. */
struct register_step {
    const struct pack_register *r;
    const struct pack_column *column; /* NULL: the table as a whole */
    struct name2 what;                /* "新增列" … a sentence */
    bool blocked;                     /* cannot be done, and why */
};
/* What register_prepare would do for this pack, in order; nothing is changed. */
MUST_USE enum err register_plan(
    struct op *op, const struct pack *p, struct register_step **steps, size_t *count);
/* In a write: brings the tables of the pack's registers up to date, as one with what else the write
 * does. A step that is blocked refuses the whole, by name, before anything is changed. */
MUST_USE enum err register_prepare(struct op *op, const struct pack *p);
/* Has the register (whose table is there) any record? */
MUST_USE enum err register_holds(struct op *op, str code, bool *records);

/* Checks data against the definition (faults one a column) and writes a new record (*id 0) or the
 * next version of one. reason goes into the history. */
MUST_USE enum err record_put(struct op *op, str register_code, int64_t *id, json_t *data,
    str reason, struct diag_list *faults);
MUST_USE enum err record_get(struct op *op, str register_code, int64_t id, struct record *out);
MUST_USE enum err record_by_key(struct op *op, str register_code, str key, struct record *out);
/* By any part of key or label; at most limit (1..100). */
MUST_USE enum err record_find(
    struct op *op, str register_code, str text, size_t limit, struct record **out, size_t *count);
/* The label column's value, else the key's, else the id. */
str record_label(struct op *op, str register_code, const struct record *r);

/* Compares histories with what the journal recorded, and rows with their newest versions. What
 * differs goes to faults; OK unless the store failed. */
MUST_USE enum err registers_verify(struct op *op, struct diag_list *faults);

/* Appends "past_<code> AS (…), " of each register, for a WITH: what record_<code> shows, as it was at the
 * instant $2 of the zone $1. sql names the columns that are asked for. tables: what it all reads; in
 * op->arena. */
struct query;
MUST_USE enum err registers_past_add(struct query *q, struct op *op,
    const struct pack_register *const *registers, size_t count, str sql, const char ***tables,
    size_t *table_count);

#endif
