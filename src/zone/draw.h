/*
 * A draw that anyone can check afterwards: who takes part and for what is fixed and published as a
 * hash before the seed exists; the seed comes from a public source that was named with it; the
 * result follows from the two alone (docs/draw.md).
 *
 *     list ─▶ text ─SHA-256─▶ commitment, published        before the day
 *     the named source ─▶ seed                             on the day
 *     HMAC-SHA-256 keyed by commitment and seed ─▶ order of entries, order of lots ─▶ who gets which
 *
 * Groups draw one after the other, in their order: all of the first before any of the second. Within
 * a group every order is equally likely. Pure: no database, no clock.
 */
#ifndef JUNMA_ZONE_DRAW_H
#define JUNMA_ZONE_DRAW_H

#include "base/json.h"

enum { DRAW_ENTRIES_MAX = 100000, DRAW_GROUPS_MAX = 20, DRAW_WORD_BYTES_MAX = 64 };

struct draw_entry {
    str number, group; /* code of its group */
    size_t place;      /* of the result, from 0; SIZE_MAX before */
    str lot;           /* empty: nothing was left */
};

struct draw {
    str title, source; /* what for; where the seed will come from, and when */
    const str *groups; /* codes, in the order in which they draw */
    size_t group_count;
    struct draw_entry *entries; /* sorted by number */
    size_t entry_count;
    str *lots; /* sorted */
    size_t lot_count;
};

/* A draw as JSON: {"draw": "junma-draw-1", "title", "source", "groups": [], "entries": [{"number",
 * "group"}], "lots": []}; other members are left alone. Sorts; ERR_INVALID names what is wrong: a
 * number twice, a group that is none, white space in a number. */
MUST_USE enum err draw_read(struct arena *a, const json_t *v, struct draw *out, struct diag *d);
/* The text that is hashed, and its SHA-256 in hexadecimal. */
str draw_text(struct arena *a, const struct draw *draw);
str draw_commitment(struct arena *a, const struct draw *draw);
/* Sets place and lot of every entry. */
MUST_USE enum err draw_run(struct arena *a, struct draw *draw, str seed, struct diag *d);
/* The result as JSON: [{"number", "group", "place", "lot"}] in the order drawn. New reference. */
json_t *draw_result(const struct draw *draw);
/* Does a published file hold together? Recomputes the commitment and, where a seed stands in it, the
 * result, and names the first thing that differs: ERR_VERIFY. *drawn: there was a seed. */
MUST_USE enum err draw_verify(struct arena *a, const json_t *file, bool *drawn, struct diag *d);

#endif
