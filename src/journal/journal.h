/*
 * The journal: everything that happened in a zone, in order, provable.
 *
 *     event ──salt──▶ leaf text ──hash──▶ Merkle tree ──root──▶ checkpoint, signed
 *                                              │                       │
 *                                              └── inclusion proof ────┴──▶ receipt (JSON)
 *
 * An event is canonical JSON. Its leaf is seven lines of plain text (leaf.c) that carry only a
 * salted hash of the event, so the event can be erased later and the log still stands. Leaf hashes
 * are the leaves of a Merkle tree after RFC 9162 clause 2.1. From time to time the root is signed:
 * a checkpoint (C2SP tlog-checkpoint, signed-note). A receipt holds a leaf, its way up to a signed
 * root, and is checked without asking anybody.
 *
 * This room is pure: no database, no clock, no random source of its own. Salts, seeds, times and
 * the keeping of tree nodes are handed in. (libcrypto draws the nonce of an SM2 signature itself;
 * Ed25519 needs none.)
 *
 * Everywhere: hashes are 32 bytes; indexes and sizes count leaves from 0, below 2^62; a function
 * that returns an error leaves its out-parameters untouched, except where the line above it says
 * otherwise. Text results live in the arena that was handed in.
 */
#ifndef JUNMA_JOURNAL_JOURNAL_H
#define JUNMA_JOURNAL_JOURNAL_H

#include "base/date.h"
#include "base/err.h"

enum {
    JOURNAL_HASH_BYTES = 32,
    JOURNAL_SALT_BYTES = 32,
    JOURNAL_SEED_BYTES = 32,
    JOURNAL_SIGNATURE_BYTES = 64, /* both profiles */
    JOURNAL_LEVELS = 62,
    JOURNAL_PROOF_MAX = 64,        /* hashes in a proof */
    JOURNAL_NAME_BYTES = 128,      /* of a key, with its final NUL */
    JOURNAL_FIELD_BYTES_MAX = 256, /* of zone, kind, actor */
    JOURNAL_EVENT_BYTES_MAX = 1048576,
    JOURNAL_LEAF_BYTES_MAX = 2048,
    JOURNAL_NOTE_BYTES_MAX = 131072,
    JOURNAL_NOTE_SIGNATURES_MAX = 64,
    JOURNAL_RECEIPT_BYTES_MAX = 4194304,
};
#define JOURNAL_SIZE_MAX (UINT64_C(1) << JOURNAL_LEVELS)

struct journal_hash {
    unsigned char bytes[JOURNAL_HASH_BYTES];
};

/* --- profiles (crypto.c) ----------------------------------------------------------------------
 * international: SHA-256 (FIPS 180-4), Ed25519 (RFC 8032).
 * national: SM3 (GB/T 32905), SM2 signature with SM3 (GB/T 32918.2), user id 1234567812345678. */

enum journal_profile { JOURNAL_INTERNATIONAL, JOURNAL_NATIONAL };

const char *journal_profile_name(enum journal_profile p); /* "international", "national" */
bool journal_profile_from(str name, enum journal_profile *out);

/* H(left || right) of the profile's hash; either part may be empty. ERR_MEMORY, ERR_UNSUPPORTED
 * (this libcrypto lacks the algorithm). */
MUST_USE enum err journal_hash(enum journal_profile p, str left, str right,
    struct journal_hash *out, struct diag *d);
/* H(0x00 || data), H(0x01 || left || right): RFC 9162 clause 2.1.1. */
MUST_USE enum err journal_hash_leaf(enum journal_profile p, str data, struct journal_hash *out,
    struct diag *d);
MUST_USE enum err journal_hash_node(enum journal_profile p, const struct journal_hash *left,
    const struct journal_hash *right, struct journal_hash *out, struct diag *d);
bool journal_hash_equal(const struct journal_hash *a, const struct journal_hash *b);
str journal_hash_hex(struct arena *a, const struct journal_hash *h);
str journal_hash_base64(struct arena *a, const struct journal_hash *h);

/* --- tree (tree.c) ----------------------------------------------------------------------------
 * Only complete nodes are stored: (level, index) covers the leaves [index << level,
 * (index + 1) << level); level 0 holds the leaf hashes. A stored node never changes. put must
 * accept the same node again (after a rolled-back or repeated transaction). get of a node that is
 * not there is an error. */

struct journal_nodes {
    void *ctx;
    enum err (*put)(void *ctx, int level, uint64_t index, const struct journal_hash *hash,
        struct diag *d);
    enum err (*get)(void *ctx, int level, uint64_t index, struct journal_hash *out,
        struct diag *d);
};

/* A plain value that owns nothing: copy it before a transaction and put the copy back after a
 * rollback. range[l] is the root of the complete subtree of 2^l leaves at the right edge, and
 * counts only where bit l of size is set. */
struct journal_tree {
    enum journal_profile profile;
    struct journal_nodes nodes;
    uint64_t size;
    struct journal_hash range[JOURNAL_LEVELS];
};

/* Reads the right edge (at most 62 nodes) of a tree of that size. */
MUST_USE enum err journal_tree_open(struct journal_tree *t, enum journal_profile p, uint64_t size,
    const struct journal_nodes *nodes, struct diag *d);
/* Add leaves at the end and put each node that became complete; *first is the first one's index.
 * On error the tree value is as before (puts may have happened). */
MUST_USE enum err journal_append(struct journal_tree *t, const struct journal_hash *leaf,
    uint64_t *index, struct diag *d);
MUST_USE enum err journal_append_many(struct journal_tree *t, const struct journal_hash *leaves,
    size_t count, uint64_t *first, struct diag *d);

struct journal_proof {
    size_t count;
    struct journal_hash hashes[JOURNAL_PROOF_MAX];
};

/* The root at any size up to the tree's; of no leaves it is H(""). The newest takes no get. */
MUST_USE enum err journal_root(const struct journal_tree *t, uint64_t size,
    struct journal_hash *out, struct diag *d);
/* RFC 9162 clause 2.1.3.1; index < size <= tree size. */
MUST_USE enum err journal_inclusion_proof(const struct journal_tree *t, uint64_t index,
    uint64_t size, struct journal_proof *out, struct diag *d);
/* RFC 9162 clause 2.1.4.1; old_size <= new_size <= tree size. Empty when the sizes are equal or the
 * old one is 0. */
MUST_USE enum err journal_consistency_proof(const struct journal_tree *t, uint64_t old_size,
    uint64_t new_size, struct journal_proof *out, struct diag *d);

/* RFC 9162 clauses 2.1.3.2 and 2.1.4.2. ERR_VERIFY when the proof does not prove it. */
MUST_USE enum err journal_inclusion_verify(enum journal_profile p, uint64_t index, uint64_t size,
    const struct journal_hash *leaf, const struct journal_proof *proof,
    const struct journal_hash *root, struct diag *d);
struct journal_head {
    uint64_t size;
    struct journal_hash root;
};
MUST_USE enum err journal_consistency_verify(enum journal_profile p,
    const struct journal_head *old_head, const struct journal_head *new_head,
    const struct journal_proof *proof, struct diag *d);

/* --- leaves (leaf.c) ---------------------------------------------------------------------------
 *     junma-leaf/v1\n
 *     zone harbour\n
 *     at 2026-11-23T01:30:00.000Z\n        always UTC with three digits of a second
 *     kind case.created\n
 *     subject 1234567890\n                 decimal identifier; 0 = of the zone as a whole
 *     actor 987\n                          account identifier, or "system"
 *     event <64 hex digits>\n              H(salt || event JSON)
 * Fields are UTF-8, not empty, at most JOURNAL_FIELD_BYTES_MAX bytes, without control characters
 * and without space at either end. */

struct journal_event {
    str zone;
    int64_t at_ms; /* years 0000-9999 */
    str kind;
    int64_t subject; /* >= 0 */
    str actor;
    str json; /* the bytes as they are stored and hashed; make them with json_text() */
};

/* The text, its hash H(0x00 || text), and what its event line holds. */
struct journal_leaf {
    str text;
    struct journal_hash hash, event_hash;
};
MUST_USE enum err journal_leaf_build(struct arena *a, enum journal_profile p,
    const struct journal_event *event, const unsigned char salt[JOURNAL_SALT_BYTES],
    struct journal_leaf *out, struct diag *d);
/* The same from an event hash alone, for an event that was erased; event->json is not looked at. */
MUST_USE enum err journal_leaf_rebuild(struct arena *a, enum journal_profile p,
    const struct journal_event *event, const struct journal_hash *event_hash,
    struct journal_leaf *out, struct diag *d);
/* Strict; event->json stays empty. Texts are borrowed from text. ERR_SYNTAX names the line. */
MUST_USE enum err journal_leaf_parse(str text, struct journal_event *event,
    struct journal_hash *event_hash, struct diag *d);

/* --- keys (key.c) ------------------------------------------------------------------------------
 * Public text ("vkey"):  NAME+HHHHHHHH+BASE64(type || public key)
 * Private text:          PRIVATE+KEY+NAME+HHHHHHHH+BASE64(type || secret)
 * with key id HHHHHHHH = SHA-256(NAME || 0x0A || type || public key)[:4] in hex (C2SP signed-note).
 *     Ed25519: type 0x01, public 32 bytes, secret 32 bytes (the seed)
 *     SM2:     type 0xFF || "junma/sm2-sm3/v1", public 65 bytes (0x04 || X || Y), secret 32 bytes
 * A name is not empty, has no space and no '+'; by our custom it is the origin of the journal. */

struct journal_key {
    char name[JOURNAL_NAME_BYTES];
    enum journal_profile profile;
    uint32_t id;
    unsigned char public_key[65];
    size_t public_bytes; /* 32 or 65 */
};
struct journal_signer {
    struct journal_key key;
    unsigned char secret[JOURNAL_SEED_BYTES];
};

/* seed: 32 bytes from sys_random(), to be used once. ERR_INVALID for a bad name (or, once in 2^32,
 * a seed that is no SM2 key: draw again). */
MUST_USE enum err journal_signer_make(enum journal_profile p, str name,
    const unsigned char seed[JOURNAL_SEED_BYTES], struct journal_signer *out, struct diag *d);
MUST_USE enum err journal_signer_parse(str text, struct journal_signer *out, struct diag *d);
MUST_USE enum err journal_key_parse(str text, struct journal_key *out, struct diag *d);
/* The private text is a secret: keep it in a file of mode 0600. */
str journal_signer_text(struct arena *a, const struct journal_signer *s);
str journal_key_text(struct arena *a, const struct journal_key *k);
void journal_signer_wipe(struct journal_signer *s);

/* Plain signatures over a message: Ed25519, or SM2 as r || s, 32 bytes each. */
MUST_USE enum err journal_sign(const struct journal_signer *s, str message,
    unsigned char signature[JOURNAL_SIGNATURE_BYTES], struct diag *d);
/* ERR_VERIFY when it is not the key's signature. */
MUST_USE enum err journal_signature_verify(const struct journal_key *k, str message, str signature,
    struct diag *d);

/* --- notes and checkpoints (note.c, checkpoint.c) --- */

struct journal_note_signature {
    str name;
    uint32_t id;
    str bytes; /* after the key id */
};
struct journal_note {
    str text; /* with its final newline: what is signed */
    size_t count;
    struct journal_note_signature *signatures;
};

/* Text ends in a newline, UTF-8, no control characters else. */
MUST_USE enum err journal_note_sign(struct arena *a, str text, const struct journal_signer *s,
    str *note, struct diag *d);
/* Form only; nothing is proved by it. */
MUST_USE enum err journal_note_parse(struct arena *a, str note, struct journal_note *out,
    struct diag *d);
/* Form, and at least one signature by `key`; signatures of others are ignored, as the standard
 * wants. ERR_VERIFY when the key did not sign or its signature is wrong. */
MUST_USE enum err journal_note_open(struct arena *a, str note, const struct journal_key *key,
    struct journal_note *out, struct diag *d);

/* origin \n size \n base64(root) \n [ "time " instant \n ]; other extension lines are ignored. */
struct journal_checkpoint {
    str origin;
    struct journal_head head;
    bool has_time;
    int64_t at_ms; /* the signer's claim */
};

/* The origin is the signer's name. */
MUST_USE enum err journal_checkpoint_sign(struct arena *a, const struct journal_signer *s,
    const struct journal_head *head, int64_t at_ms, str *note, struct diag *d);
/* Reads the text of a note; proves nothing. Texts are borrowed. */
MUST_USE enum err journal_checkpoint_parse(str note_text, struct journal_checkpoint *out,
    struct diag *d);
/* Verified by `key`, whose name must be the origin: a key speaks for its own journal only. */
MUST_USE enum err journal_checkpoint_open(struct arena *a, str note, const struct journal_key *key,
    struct journal_checkpoint *out, struct diag *d);

/* --- receipts (receipt.c, verdict.c) --- */

struct journal_receipt {
    str leaf_text;
    bool has_event; /* the holder may see it and it was not erased */
    str event;      /* JSON text as hashed */
    unsigned char salt[JOURNAL_SALT_BYTES];
    uint64_t index;
    struct journal_proof proof;
    str checkpoint; /* signed note of a size > index */
    str vkey;       /* for information: a verifier brings the key it trusts */
};

/* JSON text of the receipt (docs/journal.md). It is not checked here whether it proves anything. */
MUST_USE enum err journal_receipt_build(struct arena *a, const struct journal_receipt *r, str *json,
    struct diag *d);
MUST_USE enum err journal_receipt_parse(struct arena *a, str json, struct journal_receipt *out,
    struct diag *d);

/* The same proof as c2sp.org/tlog-proof@v1 text, the leaf text as its extra data. ERR_UNSUPPORTED
 * for the national profile: that format is defined for SHA-256. */
MUST_USE enum err journal_tlog_proof(struct arena *a, const struct journal_receipt *r, str *text,
    struct diag *d);

struct journal_step {
    const char *name; /* "form", "content", "signature", "inclusion" ..., stable */
    bool done;        /* was there anything to check? */
    bool ok;
    str zh, en;
};
enum { JOURNAL_STEPS_MAX = 8, JOURNAL_SENTENCES_MAX = 8 };

/* What a check found, in words for a person. */
struct journal_verdict {
    bool ok;      /* all that was there to check held, signature and inclusion among it */
    bool content; /* the event itself was shown and matches */
    size_t step_count;
    struct journal_step steps[JOURNAL_STEPS_MAX];
    size_t proved_count, unproved_count;
    str proved_zh[JOURNAL_SENTENCES_MAX], proved_en[JOURNAL_SENTENCES_MAX];
    str unproved_zh[JOURNAL_SENTENCES_MAX], unproved_en[JOURNAL_SENTENCES_MAX];
};

/* Checks a receipt against the key the reader trusts. OK only when v->ok. ERR_VERIFY when a step
 * failed, ERR_SYNTAX / ERR_INVALID when it is no receipt; *v is filled either way (with the steps
 * that were reached). */
MUST_USE enum err journal_receipt_verify(struct arena *a, str json, str vkey,
    struct journal_verdict *v, struct diag *d);

/* Two checkpoints of one journal and the proof that the later one only added to the earlier:
 * {"version":"junma-consistency/v1","old":note,"new":note,"proof":[base64 …]}. */
MUST_USE enum err journal_consistency_build(struct arena *a, str old_note, str new_note,
    const struct journal_proof *proof, str *json, struct diag *d);
/* As journal_receipt_verify. */
MUST_USE enum err journal_consistency_check(struct arena *a, str json, str vkey,
    struct journal_verdict *v, struct diag *d);

/* --- the whole journal (verifier.c) --------------------------------------------------------------
 * Fed in order with what is stored; recomputes everything. It goes on after a fault and reports
 * each, so that one changed byte is named and not only "the root differs". */

struct journal_row {
    uint64_t index;
    struct journal_event event; /* json empty when erased */
    bool erased;                /* no salt and no event any more */
    unsigned char salt[JOURNAL_SALT_BYTES];
    struct journal_hash event_hash, leaf_hash; /* as stored */
};

struct journal_fault {
    uint64_t index;    /* of the row; of a checkpoint its size */
    const char *field; /* "event", "zone", "leaf_hash", "node", "checkpoint", "root", "time" … */
    str zh, en;
};

struct journal_verify_options {
    enum journal_profile profile;
    str zone;
    const struct journal_key *keys; /* may be several after a change of keys; at least one */
    size_t key_count;
    const struct journal_nodes *nodes; /* only get is used; NULL: stored nodes are not compared */
    /* A row dated earlier than the checkpoint before it, or later than the one that first covers
     * it, by more than this is a fault; negative: times are not compared. */
    int64_t time_tolerance_ms;
    size_t faults_max; /* kept with their words; all are counted */
};

struct journal_verifier {
    struct journal_verify_options options;
    struct arena *arena; /* the report's; scratch memory is reset from row to row */
    struct arena scratch;
    struct journal_tree tree;
    bool gap;      /* a row is missing: roots cannot be recomputed from there on */
    bool root_bad; /* a signed root did not follow: later ones cannot either */
    bool bad_carry, has_checkpoint_time;
    uint64_t bad_nodes; /* bit l: range[l] is not what is stored */
    int64_t checkpoint_ms, newest_ms;
    uint64_t next, rows, erased, checkpoints, last_checkpoint_size, fault_total;
    size_t fault_count;
    struct journal_fault *faults;
};

/* Caller's storage; journal_verifier_release gives the scratch memory back. */
MUST_USE enum err journal_verifier_init(struct journal_verifier *v, struct arena *a,
    const struct journal_verify_options *options, struct diag *d);
/* Rows by index from 0. Errors are of the machine (memory, get failing other than ERR_NOT_FOUND);
 * what is wrong with the journal goes into faults. */
MUST_USE enum err journal_verifier_row(struct journal_verifier *v, const struct journal_row *row,
    struct diag *d);
/* Checkpoints by size; each when exactly `size` rows were fed, that is before the row whose index
 * is that size. (Sizes beyond the last row: at the end.) */
MUST_USE enum err journal_verifier_checkpoint(struct journal_verifier *v, uint64_t size, str note,
    struct diag *d);

struct journal_report {
    bool ok;
    uint64_t rows, erased, checkpoints, signed_rows, fault_total;
    struct journal_head head; /* root recomputed over all rows; size 0 after a gap */
    size_t fault_count;
    const struct journal_fault *faults;
    str summary_zh, summary_en;
};
/* ERR_VERIFY when there were faults; *out is filled then, too. */
MUST_USE enum err journal_verifier_finish(struct journal_verifier *v, struct journal_report *out,
    struct diag *d);
void journal_verifier_release(struct journal_verifier *v);

#endif
