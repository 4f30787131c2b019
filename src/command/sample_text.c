/* Randomness that repeats from a seed (SplitMix64) and choices made with it. */
#include "command/sample.h"

uint64_t sample_next(struct sample_random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t sample_below(struct sample_random *r, int64_t limit)
{
    ASSERT(limit > 0);
    return (int64_t)(sample_next(r) % (uint64_t)limit);
}
