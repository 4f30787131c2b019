/*
 * Drafts: changed files that lie over the pack in use until they are deployed or discarded. A draft
 * keeps only what differs; everything else is read through it from the pack in use, so that a draft
 * goes on when another version comes into use meanwhile. Only where the same file was changed on
 * both sides does somebody have to choose (`conflict`): keep the draft's (pack_draft_keep) or take
 * the other (pack_draft_revert).
 *
 * Nobody overwrites what he has not seen: a change names the sha256 of the text it was made from;
 * deploying and discarding name the draft's number, which every change moves on.
 */
#ifndef JUNMA_ZONE_PACK_DRAFT_H
#define JUNMA_ZONE_PACK_DRAFT_H

#include "zone/packs.h"

enum {
    PACK_DRAFTS_MAX = 50,
    PACK_DRAFT_FILES_MAX = 200,
    PACK_DRAFT_FILE_BYTES_MAX = 2 << 20,
    PACK_DRAFT_TITLE_BYTES_MAX = 200,
};

struct pack_draft_file {
    str path;
    const char *change; /* "added", "changed", "removed" against the pack in use; "same" */
    str sha256;         /* of the draft's text; "" when removed */
    str base;           /* of the text that it was made from; "" when there was none */
    bool conflict;      /* the pack in use has another text by now */
    int64_t updated_at;
    str updated_by;
};

struct pack_draft {
    int64_t id, number, account;
    str title, created_by, updated_by;
    int64_t created_at, updated_at;
    const struct pack_draft_file *files; /* sorted by path */
    size_t file_count, conflict_count;
};

/* Reading needs pack.read, changing pack.write. Functions that change run in a write. */
MUST_USE enum err pack_draft_create(struct op *op, str title, int64_t *id);
MUST_USE enum err pack_draft_get(struct op *op, int64_t id, struct pack_draft *out);
/* Newest change first. */
MUST_USE enum err pack_draft_list(struct op *op, struct pack_draft **out, size_t *count);

/* What a change is made from: the sha256 of the file as it is seen through the draft; "*" for
 * whatever it is; "" for a file that is not there yet. ERR_PRECONDITION when it is another. */
MUST_USE enum err pack_draft_put(struct op *op, int64_t id, str path, str text, str seen);
MUST_USE enum err pack_draft_remove(struct op *op, int64_t id, str path, str seen);
/* Back to the pack in use; nothing changed is no error. */
MUST_USE enum err pack_draft_revert(struct op *op, int64_t id, str path);
/* The draft's text stands, having been compared with the one that is in use now. */
MUST_USE enum err pack_draft_keep(struct op *op, int64_t id, str path);
/* number 0: whatever it is. */
MUST_USE enum err pack_draft_discard(struct op *op, int64_t id, int64_t number);
/* ERR_PRECONDITION when the draft has another number. */
MUST_USE enum err pack_draft_is(struct op *op, int64_t id, int64_t number);

/* A pack's files, through a draft or not: what is listed, read, checked and tried. */
struct pack_view {
    const struct pack *pack;       /* under it */
    int64_t draft;                 /* 0: none */
    const struct pack_file *files; /* sorted by path, texts and sha256 */
    size_t count;
};
/* draft 0 and version "": the one in use. Texts of the draft go to `a`. */
MUST_USE enum err pack_view_open(
    struct op *op, struct arena *a, int64_t draft, str version, struct pack_view *out);
const struct pack_file *pack_view_file(const struct pack_view *v, str path);
/* As `junma check` and, beyond it, what the records need (pack_fit) and files in conflict. OK: *out
 * is the caller's to take or drop. */
MUST_USE enum err pack_view_check(
    struct op *op, const struct pack_view *v, struct diag_list *faults, struct loaded_pack **out);

#endif
