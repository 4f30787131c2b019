/*
 * When will it be done? From how long the same stretch took others, those still under way counted as
 * what they are: longer than so far. Pure: no database, no clock.
 *
 * What took no longer than the one in question has waited already tells nothing of it and is left
 * out; of the rest, the share that was through after so many days (Kaplan and Meier's estimate).
 * The ends are taken one place further out than the share asks for, as one more of n + 1 that are
 * alike would lie between them as often as is said. Too few leave an end open, which is told.
 */
#ifndef JUNMA_ZONE_FORECAST_H
#define JUNMA_ZONE_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    int64_t days;
    bool done; /* false: so long, and still under way */
};

struct forecast {
    int64_t low, middle, high; /* days from the beginning of the stretch; -1: too few to say */
    size_t count;              /* that were through and took longer than it has waited */
};
/* percent: how often the truth shall lie from low to high, 50..95. Sorts the spans. */
struct forecast forecast_days(
    struct span *spans, size_t count, int64_t waited, int percent);

#endif
