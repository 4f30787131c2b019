/*
 * Draws as the zone keeps them: published once, drawn once, both journalled. The list is frozen as
 * text when it is published; what the registers hold afterwards makes no difference.
 */
#ifndef JUNMA_ZONE_DRAW_KEEP_H
#define JUNMA_ZONE_DRAW_KEEP_H

#include "zone/draw.h"
#include "zone/zone.h"

extern const struct store_migration draw_migrations[];
extern const size_t draw_migration_count;

struct draw_kept {
    str page, key, day; /* page: the register of draws; day: of the draw, "2026-11-23" */
    str file;           /* JSON as draw_read takes it, with commitment, and seed and result when drawn */
    str commitment, published_by, published_leaf;
    str seed, evidence, drawn_by, drawn_leaf; /* empty before */
    int64_t published_at, drawn_at, entry_count, lot_count;
    str proposed_seed, proposed_evidence, proposed_by; /* by the first of the two who enter it */
    int64_t proposed_account, proposed_at;             /* 0: nobody has yet */
};
/* ERR_NOT_FOUND: not published. */
MUST_USE enum err draw_find(struct op *op, str page, str key, struct draw_kept *out);
/* In a write. v is what draw_read takes. ERR_NOT_ALLOWED when it was published before,
 * and when its day has passed: a list that is fixed after the seed was known proves nothing. */
MUST_USE enum err draw_publish(struct op *op, str page, str key, str day, json_t *v, struct draw_kept *out);
/* Two people read the source, each for himself. In a write: the first one's seed, and where it was read;
 * it may be entered again until it is confirmed. ERR_NOT_ALLOWED before its day, and when it was drawn. */
MUST_USE enum err draw_propose(
    struct op *op, str page, str key, str seed, str evidence, struct draw_kept *out);
/* In a write: the second one's seed; where it is the same the draw is made. ERR_NOT_ALLOWED for the one
 * who proposed it, ERR_INVALID when the two differ. */
MUST_USE enum err draw_confirm(struct op *op, str page, str key, str seed, struct draw_kept *out);

#endif
