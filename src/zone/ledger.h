/*
 * The journal kept in the store: events are written in the transaction of what they tell, get their
 * place in the tree just before the commit, and every commit that added some is signed as a
 * checkpoint. So a receipt with its proof is ready as soon as the write is acknowledged.
 *
 *     journal       id, at, kind, subject, actor, event (JSON), salt, event_hash, leaf_hash, seq
 *     journal_node  level, idx, hash        complete nodes of the Merkle tree
 *     checkpoint    size, at, note          one a commit
 *
 * seq is NULL until the row is sequenced (by the writer thread here; by one elected sequencer where
 * several processes share a database). Erasing an event empties `event` and `salt`; its leaf stays.
 */
#ifndef JUNMA_ZONE_LEDGER_H
#define JUNMA_ZONE_LEDGER_H

#include "journal/journal.h"
#include "zone/zone.h"

/* Reads or makes the signing key (data_dir/journal.key, mode 0600) and the tree's right edge, and
 * hangs the sequencer before each commit. */
MUST_USE enum err ledger_open(struct zone *z, bool create, struct diag *d);
void ledger_close(struct zone *z);

struct ledger_event {
    const char *kind;   /* "case.sign" */
    int64_t subject;    /* the case, record or account it is about; 0 = the zone */
    json_t *data;       /* steals a reference; actor's name and unit are added as "actor" */
    bool is_public;     /* the applicant sees it in the timeline */
    str *leaf_hash_hex; /* gets the leaf's hash; may be NULL */
};
/* Writes the event; its id goes to *id (may be NULL). */
MUST_USE enum err ledger_append(struct op *op, const struct ledger_event *e, int64_t *id);

struct ledger_row {
    int64_t id, seq, at_ms, subject; /* seq -1 until sequenced */
    str kind, actor;
    const json_t *event; /* NULL when erased */
    str leaf_hash_hex;
};
/* Events about a subject, oldest first, at most `limit`. */
MUST_USE enum err ledger_list(
    struct op *op, int64_t subject, size_t limit, struct ledger_row **rows, size_t *count);
/* Events of a kind about the zone as a whole (subject 0), newest first, at most `limit`. */
MUST_USE enum err ledger_newest(
    struct op *op, const char *kind, size_t limit, struct ledger_row **rows, size_t *count);
MUST_USE enum err ledger_get(struct op *op, int64_t id, struct ledger_row *out);

/* Receipt JSON of an event (journal.h); with_content adds event and salt. ERR_BUSY while it is not
 * sequenced. */
MUST_USE enum err ledger_receipt(struct op *op, int64_t event, bool with_content, str *json);
/* Newest signed note; ERR_NOT_FOUND for an empty journal. */
MUST_USE enum err ledger_checkpoint(struct op *op, str *note);
MUST_USE enum err ledger_inclusion(struct op *op, uint64_t index, uint64_t size,
    struct journal_proof *out, struct journal_hash *leaf);
MUST_USE enum err ledger_consistency(
    struct op *op, uint64_t from, uint64_t to, struct journal_proof *out);
MUST_USE enum err ledger_size(struct op *op, uint64_t *size);
/* Public key text and profile of this zone's journal. */
str ledger_vkey(const struct zone *z);
const char *ledger_origin(const struct zone *z);
enum journal_profile ledger_profile(const struct zone *z);
/* SHA-256 (or SM3) of any text, hex. */
str ledger_digest(struct op *op, str text);

/* Recomputes everything that is stored: events, leaves, nodes, roots, checkpoints. */
MUST_USE enum err ledger_verify(struct op *op, struct journal_report *report, size_t faults_max);
/* Compares the present row of each case with what the newest event about it recorded, and what
 * stands beside the leaves (identifiers of entries, times of checkpoints) with what was signed.
 * What differs or was deleted goes to faults; OK unless the store failed. */
MUST_USE enum err ledger_verify_rows(struct op *op, int64_t *checked, struct diag_list *faults);

#endif
