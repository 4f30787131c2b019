/*
 * Process mining: what an event log says of how work really goes. An event is an activity that was
 * done for a case at a moment; the log of a case is its events in the order of time, those of the
 * same moment in the order they were given.
 *
 *     variant          a sequence of activities, and the cases that went exactly so
 *     direct follow    b right after a in the log of a case, and the time from one to the other
 *
 * Pure: no database, no clock. A log of up to MINE_EVENTS_MAX events is held in memory, about 40
 * bytes an event and each text once a case or an event. Medians of an even number are the mean of
 * the two in the middle, rounded down to whole milliseconds.
 */
#ifndef JUNMA_MINE_MINE_H
#define JUNMA_MINE_MINE_H

#include "base/err.h"

enum { MINE_EVENTS_MAX = 5000000, MINE_ACTIVITIES_MAX = 1000, MINE_SLOWEST_MAX = 20 };

struct mine_log;

/* Everything lives in the arena, which must hold the whole log. */
MUST_USE enum err mine_create(struct arena *a, struct mine_log **out, struct diag *d);
/* Texts are copied. ERR_LIMIT past MINE_EVENTS_MAX. */
MUST_USE enum err mine_add(
    struct mine_log *log, str case_id, str activity, int64_t at_ms, struct diag *d);

struct mine_activity {
    str name;
    int64_t count, cases, starts, ends; /* events; cases with it; that begin, that end with it */
};
struct mine_follow {
    size_t from, to; /* into activities */
    int64_t count, median_ms;
};
struct mine_variant {
    const size_t *activities; /* in order */
    size_t length;
    int64_t count, median_ms; /* from the first event of a case to its last */
    str example;              /* one of its cases: the first in the order of their names */
    str *slowest;             /* up to MINE_SLOWEST_MAX of its cases, the longest first */
    size_t slowest_count;
};
struct mine_result {
    int64_t events, cases, first_ms, last_ms;
    int64_t median_ms, p90_ms; /* of cases, from first to last event; 0 without cases */
    struct mine_activity *activities; /* the most frequent first, then by name */
    size_t activity_count;
    struct mine_follow *follows; /* the most frequent first, then by names */
    size_t follow_count;
    struct mine_variant *variants; /* the most frequent first, then the shorter, then by names */
    size_t variant_count;
};
/* Once a log. ERR_LIMIT past MINE_ACTIVITIES_MAX different activities. */
MUST_USE enum err mine_run(struct mine_log *log, struct mine_result *out, struct diag *d);

#endif
