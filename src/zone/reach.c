/* Vertices are the same node when they agree to a millionth of a degree (a decimetre): what the
 * drawing joins is joined. Edges stand in two arrays by node, as a compressed row; the queue is a
 * binary heap with stale entries left in it. */
#include "zone/reach.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct edge {
    size_t a, b;
    double metres;
};
struct stop {
    double metres;
    size_t node;
};

struct reach {
    struct lonlat *nodes;
    size_t node_count;
    struct edge *edges;
    size_t edge_count;
    size_t *first; /* node_count + 1: where its edges begin in `beside` */
    size_t *beside;
    double *far; /* of the search under way */
    struct stop *heap;
    size_t heap_count, heap_capacity;
};

struct vertex {
    int64_t lon, lat; /* millionths */
    size_t order, node;
};

static int by_place(const void *x, const void *y)
{
    const struct vertex *a = x, *b = y;
    if (a->lon != b->lon)
        return a->lon < b->lon ? -1 : 1;
    if (a->lat != b->lat)
        return a->lat < b->lat ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static int by_order(const void *x, const void *y)
{
    const struct vertex *a = x, *b = y;
    return a->order < b->order ? -1 : a->order > b->order;
}

static size_t name_nodes(struct reach *r, struct vertex *v, size_t count)
{
    size_t nodes = 0;
    if (count)
        qsort(v, count, sizeof *v, by_place);
    for (size_t i = 0; i < count; i++) {
        bool same = i && v[i].lon == v[i - 1].lon && v[i].lat == v[i - 1].lat;
        if (!same)
            r->nodes[nodes++] = (struct lonlat){ (double)v[i].lon / 1e6, (double)v[i].lat / 1e6 };
        v[i].node = nodes - 1;
    }
    if (count)
        qsort(v, count, sizeof *v, by_order);
    return nodes;
}

static void join(struct reach *r, size_t a, size_t b)
{
    if (a != b)
        r->edges[r->edge_count++] = (struct edge){ a, b, lonlat_metres(r->nodes[a], r->nodes[b]) };
}

static void index_edges(struct reach *r, size_t *next)
{
    for (size_t i = 0; i < r->edge_count; i++) {
        r->first[r->edges[i].a + 1]++;
        r->first[r->edges[i].b + 1]++;
    }
    for (size_t i = 0; i < r->node_count; i++)
        r->first[i + 1] += r->first[i];
    memcpy(next, r->first, r->node_count * sizeof *next);
    for (size_t i = 0; i < r->edge_count; i++) {
        r->beside[next[r->edges[i].a]++] = i;
        r->beside[next[r->edges[i].b]++] = i;
    }
}

enum err reach_create(struct arena *a, const struct pack_way *ways, size_t count,
    struct reach **out, struct diag *d)
{
    size_t points = 0;
    struct reach *r = ARENA_NEW(a, struct reach);
    for (size_t i = 0; i < count; i++)
        points += ways[i].count;
    struct vertex *v = ARENA_ARRAY(a, struct vertex, points + 1);
    TRY(diag_arena(d, a));
    r->nodes = ARENA_ARRAY(a, struct lonlat, points + 1);
    r->edges = ARENA_ARRAY(a, struct edge, points + 1);
    r->far = ARENA_ARRAY(a, double, points + 1);
    r->first = ARENA_ARRAY(a, size_t, points + 2);
    r->beside = ARENA_ARRAY(a, size_t, 2 * points + 2);
    r->heap_capacity = 2 * points + 8; /* an edge is relaxed at most once each way */
    r->heap = ARENA_ARRAY(a, struct stop, r->heap_capacity);
    size_t *next = ARENA_ARRAY(a, size_t, points + 1);
    TRY(diag_arena(d, a));
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ways[i].count; k++, n++)
            v[n] = (struct vertex){ llround(ways[i].points[2 * k] * 1e6),
                llround(ways[i].points[2 * k + 1] * 1e6), n, 0 };
    r->node_count = name_nodes(r, v, points);
    n = 0;
    for (size_t i = 0; i < count; n += ways[i].count, i++)
        for (size_t k = 1; k < ways[i].count; k++)
            join(r, v[n + k - 1].node, v[n + k].node);
    index_edges(r, next);
    *out = r;
    return OK;
}

/* ---- from a place to a line ---- */

/* Near a place the earth is flat: metres east and north of it. */
static void plane(struct lonlat origin, struct lonlat p, double *x, double *y)
{
    const double metres = 6371008.8 * 3.14159265358979323846 / 180.0;
    *x = (p.lon - origin.lon) * metres * cos(origin.lat * 3.14159265358979323846 / 180.0);
    *y = (p.lat - origin.lat) * metres;
}

struct reach_point reach_snap(const struct reach *r, struct lonlat at)
{
    struct reach_point best = { .at = at, .off = INFINITY };
    for (size_t i = 0; i < r->edge_count; i++) {
        double ax, ay, bx, by;
        plane(at, r->nodes[r->edges[i].a], &ax, &ay);
        plane(at, r->nodes[r->edges[i].b], &bx, &by);
        double dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy;
        double t = square > 0 ? -(ax * dx + ay * dy) / square : 0;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        double off = hypot(ax + t * dx, ay + t * dy);
        if (off >= best.off)
            continue;
        best.off = off;
        best.edge = i;
        best.along = t * r->edges[i].metres;
    }
    best.on_street = best.off <= REACH_OFF_METRES;
    return best;
}

/* ---- Dijkstra ---- */

static void push(struct reach *r, size_t node, double metres)
{
    if (metres >= r->far[node])
        return;
    ASSERT(r->heap_count < r->heap_capacity);
    r->far[node] = metres;
    size_t at = r->heap_count++;
    for (; at && r->heap[(at - 1) / 2].metres > metres; at = (at - 1) / 2)
        r->heap[at] = r->heap[(at - 1) / 2];
    r->heap[at] = (struct stop){ metres, node };
}

static struct stop pop(struct reach *r)
{
    struct stop top = r->heap[0], last = r->heap[--r->heap_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < r->heap_count; at = child) {
        if (child + 1 < r->heap_count && r->heap[child + 1].metres < r->heap[child].metres)
            child++;
        if (r->heap[child].metres >= last.metres)
            break;
        r->heap[at] = r->heap[child];
    }
    r->heap[at] = last;
    return top;
}

static void search(struct reach *r, const struct reach_point *from, double most)
{
    const struct edge *e = &r->edges[from->edge];
    for (size_t i = 0; i < r->node_count; i++)
        r->far[i] = INFINITY;
    r->heap_count = 0;
    push(r, e->a, from->off + from->along);
    push(r, e->b, from->off + e->metres - from->along);
    while (r->heap_count) {
        struct stop s = pop(r);
        if (s.metres > most)
            break;
        if (s.metres > r->far[s.node])
            continue;
        for (size_t i = r->first[s.node]; i < r->first[s.node + 1]; i++) {
            const struct edge *way = &r->edges[r->beside[i]];
            push(r, way->a == s.node ? way->b : way->a, s.metres + way->metres);
        }
    }
}

void reach_from(struct reach *r, const struct reach_point *from, double most,
    const struct reach_point *to, size_t count, double *metres)
{
    if (from->on_street)
        search(r, from, most);
    for (size_t i = 0; i < count; i++) {
        double m;
        if (reach_crow(from, &to[i])) {
            m = lonlat_metres(from->at, to[i].at);
        } else {
            const struct edge *e = &r->edges[to[i].edge];
            m = fmin(r->far[e->a] + to[i].along, r->far[e->b] + e->metres - to[i].along) + to[i].off;
            if (to[i].edge == from->edge) /* along the same piece of line */
                m = fmin(m, from->off + fabs(to[i].along - from->along) + to[i].off);
        }
        metres[i] = m <= most ? m : INFINITY;
    }
}

size_t reach_best(const bool *covers, size_t sites, size_t homes, const int64_t *weights,
    bool *covered, size_t picks, size_t *chosen, int64_t *gains)
{
    size_t count = 0;
    for (; count < picks; count++) {
        size_t best = 0;
        int64_t most = 0;
        for (size_t s = 0; s < sites; s++) {
            int64_t gain = 0;
            for (size_t h = 0; h < homes; h++)
                gain += covers[s * homes + h] && !covered[h] ? weights[h] : 0;
            if (gain > most) {
                most = gain;
                best = s;
            }
        }
        if (!most)
            break;
        chosen[count] = best;
        gains[count] = most;
        for (size_t h = 0; h < homes; h++)
            covered[h] = covered[h] || covers[best * homes + h];
    }
    return count;
}
