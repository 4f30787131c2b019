/* Forecasts from the intervals of others; forecast.h says how. */
#include "zone/forecast.h"

#include <stdlib.h>

/* Those through come before those under way on the same day: who ends on a day was there until then. */
static int by_days(const void *x, const void *y)
{
    const struct span *a = x, *b = y;
    if (a->days != b->days)
        return a->days < b->days ? -1 : 1;
    return (int)b->done - (int)a->done;
}

/* The first day by which at least `share` were through; -1 when that is never seen. */
static int64_t quantile(const struct span *spans, size_t count, double share)
{
    double left = 1; /* not through yet */
    for (size_t i = 0; i < count; i++) {
        if (!spans[i].done)
            continue;
        left *= 1 - 1.0 / (double)(count - i);
        if (1 - left >= share - 1e-9)
            return spans[i].days;
    }
    return -1;
}

struct forecast forecast_days(struct span *spans, size_t count, int64_t waited, int percent)
{
    struct forecast out = { .low = -1, .middle = -1, .high = -1 };
    enum { MIDDLE_LEAST = 5 };
    size_t first = 0;
    qsort(spans, count, sizeof *spans, by_days);
    while (first < count && spans[first].days <= waited)
        first++;
    spans += first;
    count -= first;
    for (size_t i = 0; i < count; i++)
        out.count += spans[i].done;
    double n = (double)out.count, tail = (100 - percent) / 200.0;
    if (out.count < MIDDLE_LEAST)
        return out;
    out.middle = quantile(spans, count, 0.5);
    int64_t below = (int64_t)(tail * (n + 1)); /* places left out at the near end */
    int64_t upto = (int64_t)((1 - tail) * (n + 1));
    upto += (double)upto < (1 - tail) * (n + 1) - 1e-9;
    out.low = below < 1 ? waited + 1 : quantile(spans, count, (double)below / n);
    out.high = (double)upto > n ? -1 : quantile(spans, count, (double)upto / n);
    return out;
}
