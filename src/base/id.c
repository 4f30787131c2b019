/* Time-ordered identifiers; the layout is in id.h. */
#include "base/id.h"

#include "base/err.h"

#define EPOCH_MS INT64_C(1704067200000) /* 2024-01-01T00:00:00Z */

enum { NODE_BITS = 6, COUNTER_BITS = 16, LOW_BITS = NODE_BITS + COUNTER_BITS };

void id_source_init(struct id_source *s, int node)
{
    ASSERT(node >= 0 && node < 1 << NODE_BITS);
    atomic_init(&s->last, 0);
    s->node = node;
}

int64_t id_next(struct id_source *s, int64_t now_ms)
{
    /* Before the epoch (a wrong clock, a historical import) identifiers still grow from zero. */
    int64_t ms = now_ms > EPOCH_MS ? now_ms - EPOCH_MS : 0;
    int64_t fresh = ms << LOW_BITS | (int64_t)s->node << COUNTER_BITS;
    int64_t last = atomic_load(&s->last), next;
    do {
        next = fresh > last ? fresh : last + 1;
        /* A used-up counter would run into another node's range: move on to the next millisecond.
         */
        if (((next >> COUNTER_BITS) & ((1 << NODE_BITS) - 1)) != s->node)
            next = ((next >> LOW_BITS) + 1) << LOW_BITS | (int64_t)s->node << COUNTER_BITS;
        if (next <= 0)
            next = 1;
    } while (!atomic_compare_exchange_weak(&s->last, &last, next));
    return next;
}

void id_source_after(struct id_source *s, int64_t id)
{
    int64_t last = atomic_load(&s->last);
    while (last < id && !atomic_compare_exchange_weak(&s->last, &last, id))
        ;
}

int64_t id_ms(int64_t id)
{
    return (id >> LOW_BITS) + EPOCH_MS;
}

bool id_parse(str s, int64_t *out)
{
    int64_t id;
    if (!str_to_int64(s, &id) || id <= 0 || s.data[0] == '0')
        return false;
    *out = id;
    return true;
}
