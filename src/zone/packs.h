/*
 * The versions of the pack: stored file by file, taken into use, gone back to.
 *
 *     folder ──at start, pack deploy──┐
 *     draft ──────deploy──────────────┼─▶ pack_version + pack_file (content, never changed)
 *     older version ──go back─────────┘   pack_use (a row each time one is taken into use)
 *                                             │ after the commit
 *                                             ▼
 *                          zone_pack(): one atomic pointer; what it pointed to stays
 *
 * Invariants
 *   - the version in use is that of the newest row of pack_use; the pointer follows it after the
 *     commit and never goes back to an older row, whatever the order in which threads get there;
 *   - a pack that was ever handed out lives as long as the zone: whoever holds one may go on with
 *     it, and no lock is taken to read. A change is a new pack;
 *   - what is taken into use has been loaded whole without a fault, fits what the records hold
 *     (pack_fit), and follows the version it was compared with (else ERR_CONFLICT).
 *
 * Which wins at start, the folder or what was deployed on the pages: a row of pack_use also keeps
 * the version that the folder had then. As long as the version in use is the folder's, the folder
 * leads: what it holds now is taken into use. Once another was deployed on the pages, that one
 * stays until somebody takes the folder's into use; zone_folder() tells how they stand.
 */
#ifndef JUNMA_ZONE_PACKS_H
#define JUNMA_ZONE_PACKS_H

#include "zone/zone.h"

enum {
    PACK_REASON_BYTES_MAX = 2000,
    PACK_USES_MAX = 200,          /* listed at once */
    PACK_ARENA_BYTES = 128 << 20, /* a loaded pack */
};

/* A pack that was loaded and is not yet, or never, in use. */
struct loaded_pack;

/* Reads and checks files that are at hand, or a folder. On OK the caller hands *out to pack_take or
 * pack_drop. Faults as pack_load, their places copied; `faults` is the caller's. */
MUST_USE enum err pack_read(struct zone *z, const struct pack_file *files, size_t count,
    struct diag_list *faults, struct loaded_pack **out, struct diag *d);
/* The same for a rule that is only tried: worked examples of clauses are not run, since they still say
 * what the rule before gave. Never to be taken into use. */
MUST_USE enum err pack_read_tried(struct zone *z, const struct pack_file *files, size_t count,
    struct diag_list *faults, struct loaded_pack **out, struct diag *d);
MUST_USE enum err pack_read_folder(struct zone *z, const char *folder, struct diag_list *faults,
    struct loaded_pack **out, struct diag *d);
/* A stored version; its faults are those of a newer program that understands less. */
MUST_USE enum err pack_read_version(
    struct op *op, str version, struct diag_list *faults, struct loaded_pack **out);
const struct pack *pack_of(const struct loaded_pack *l);
void pack_drop(struct loaded_pack *l); /* NULL is allowed */

/* ---- taking one into use ---- */

struct pack_use {
    int64_t id, at_ms, account;
    str version, previous; /* previous: "" for the first */
    str origin;            /* "folder", "draft", "version" */
    str folder;            /* what the folder held then, or "" */
    str reason, actor;
    const json_t *files; /* [{path, change: added | changed | removed}] against the previous */
};

struct pack_deployment {
    const struct pack *pack;
    str origin, reason;
    str expected; /* the version it was compared with; "": any */
};
/* In a write: stores the version, makes its registers' tables, records and journals the use. Needs
 * pack.deploy. ERR_CONFLICT when another version has come into use, or this one is in use. */
MUST_USE enum err pack_deploy(
    struct op *op, const struct pack_deployment *p, struct diag_list *faults, int64_t *use);
/* After the commit: from now on zone_pack() gives it. Takes l; gives what zone_pack() gives now. */
const struct pack *pack_take(struct zone *z, struct loaded_pack *l, int64_t use);

/* What the records need of a pack: kinds that have cases, roles and units that people have,
 * registers with their columns' types, the journal's origin. All that is missing goes to faults. */
MUST_USE enum err pack_fit(struct op *op, const struct pack *p, struct diag_list *faults);

/* ---- what was in use ---- */

/* Newest first, those before `before` (0: all). */
MUST_USE enum err pack_uses(
    struct op *op, int64_t before, size_t limit, struct pack_use **out, size_t *count, bool *more);
/* ERR_NOT_FOUND before the first. */
MUST_USE enum err pack_use_newest(struct op *op, struct pack_use *out);
/* The same for a connection without an op, for opening. */
MUST_USE enum err pack_version_stored(struct op *op, str version, bool *there);

/* Files that differ, as struct pack_use keeps them; kept by the arena. */
json_t *pack_changes(struct arena *a, const struct pack *from, const struct pack *to);

/* ---- the folder ---- */

enum zone_folder_state {
    ZONE_FOLDER_NONE,    /* opened from the database alone */
    ZONE_FOLDER_SAME,    /* holds what is in use */
    ZONE_FOLDER_OLDER,   /* as when it was last taken into use; the pages have gone on since */
    ZONE_FOLDER_CHANGED, /* changed too: somebody has to choose */
};
enum zone_folder_state zone_folder(struct op *op, str *version);
/* Reads the folder again and keeps what it holds as a version that can be taken into use. */
MUST_USE enum err zone_folder_read(
    struct zone *z, struct diag_list *faults, struct loaded_pack **out, struct diag *d);
/* In a write. */
MUST_USE enum err zone_folder_store(struct op *op, const struct pack *p);
/* After it. */
void zone_folder_is(struct zone *z, str version);

/* ---- for opening (zone.c) ---- */

MUST_USE enum err packs_open(
    struct zone *z, const char *folder, bool write, struct diag_list *faults, struct diag *d);
/* Tables of registers, the version, its use: after the journal is there. */
MUST_USE enum err packs_opened(struct zone *z, struct diag *d);
struct zone_packs *packs_create(void);
void packs_destroy(struct zone_packs *p);

#endif
