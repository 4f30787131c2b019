/*
 * How far it is to walk: the walkable lines of the pack's map as a graph, shortest ways by Dijkstra.
 *
 *     place ─ straight to the nearest point of a line (at most REACH_OFF_METRES) ─▶ along lines ─▶ place
 *
 * Where no line is near one of the two, the distance is as the crow flies and says so; where lines
 * are near both but do not meet, there is no way (INFINITY). One graph serves one reading thread.
 */
#ifndef JUNMA_ZONE_REACH_H
#define JUNMA_ZONE_REACH_H

#include "pack/pack.h"
#include "zone/datum.h"

enum { REACH_OFF_METRES = 300 };

struct reach;
/* Nodes and edges live in the arena; no ways make an empty graph. */
MUST_USE enum err reach_create(struct arena *a, const struct pack_way *ways, size_t count,
    struct reach **out, struct diag *d);

struct reach_point {
    struct lonlat at;
    bool on_street;
    size_t edge;       /* the nearest */
    double along, off; /* metres from the edge's first node, and beside it */
};
struct reach_point reach_snap(const struct reach *r, struct lonlat at);

/* Metres from one point to each of the others, up to `most`; INFINITY beyond it. */
void reach_from(struct reach *r, const struct reach_point *from, double most,
    const struct reach_point *to, size_t count, double *metres);
/* Is the distance between the two one as the crow flies? */
static inline bool reach_crow(const struct reach_point *a, const struct reach_point *b)
{
    return !a->on_street || !b->on_street;
}

/* Which of the sites to open, one after the other, so that each brings the most of what is not yet
 * covered (greedy: at least 63 % of the best possible). covers[s * homes + h]: site s would cover
 * home h; covered[h] is moved on. Writes at most `picks` sites and the gain of each; the first of
 * equals wins; stops where nothing is gained. */
size_t reach_best(const bool *covers, size_t sites, size_t homes, const int64_t *weights,
    bool *covered, size_t picks, size_t *chosen, int64_t *gains);

#endif
