/*
 * Running cases taken to another version of their procedure (docs/migration.md).
 *
 *     plan    what stands where, what fits, what does not and why; changes nothing
 *     run     one row of `migration`, worked off a few cases at a time, one transaction a case:
 *             state, tasks, timers, jobs, journal together or not at all
 *
 * What stays with a case: its number, data, tasks with who has signed for them and when, promises
 * and timers with their due times. What the new version has besides (boundary timers) is set, what
 * it has no longer is cancelled. A case that does not fit stays where it is and is told as a
 * conflict of the run; nothing is guessed.
 */
#ifndef JUNMA_ZONE_MIGRATE_H
#define JUNMA_ZONE_MIGRATE_H

#include "bpmn/bpmn.h"
#include "zone/case.h"

enum {
    MIGRATE_MAP_MAX = 200,
    MIGRATE_CASES_MAX = 1000,  /* chosen one by one */
    MIGRATE_PLAN_CASES = 2000, /* tried in one plan */
    MIGRATE_POSITIONS_MAX = 200,
    MIGRATE_CONFLICTS_MAX = 20, /* told of one case */
    MIGRATE_SHOWN_MAX = 10,     /* cases named at a position */
};

struct migrate_request {
    str kind, from, to; /* to empty: the version in use */
    /* Old id → new id, of steps and flows; "promise:old" → "promise:new" for promises. */
    struct bpmn_mapping map[MIGRATE_MAP_MAX];
    size_t map_count;
    str *numbers; /* of cases: only these; none: all */
    size_t case_count;
    str reason;
};

/* ---- the plan ---- */

struct migrate_step {
    const struct bpmn_node *from, *to; /* one of them may be NULL */
    const char *change;                /* same, renamed, kind, removed, added */
};
struct migrate_position {
    str key; /* ids of the steps where something waits, with blanks between */
    const struct bpmn_node **steps;
    size_t step_count;
    int64_t count, fits;
    struct diag_list conflicts; /* of the first case that does not fit */
    str numbers[MIGRATE_SHOWN_MAX];
    int64_t timers_set, timers_cancelled; /* over all cases that fit */
};
struct migrate_plan {
    str from, to; /* whole versions */
    int64_t total, tried, fits;
    bool more; /* not all were tried */
    struct migrate_step *steps;
    size_t step_count;
    struct migrate_position *positions;
    size_t position_count;
    struct diag_list notes; /* of promises and forms: what is different and does no harm */
};
/* Needs case.migrate. ERR_NOT_FOUND for a version or kind that is not there; ERR_INVALID for a
 * mapping that names what is not there. */
MUST_USE enum err migrate_plan(
    struct op *op, const struct migrate_request *r, struct migrate_plan *out);

/* ---- a run ---- */

enum migrate_state { MIGRATE_RUNNING, MIGRATE_DONE, MIGRATE_STOPPED };
struct migrate_run {
    int64_t id, at_ms, ended_at_ms;
    str kind, from, to, reason, actor;
    const json_t *map;
    enum migrate_state state;
    int64_t total, done, conflicts;
};
/* In a write: records and journals the run; it is worked off by the worker or migrate_work. */
MUST_USE enum err migrate_start(struct op *op, const struct migrate_request *r, int64_t *id);
MUST_USE enum err migrate_stop(struct op *op, int64_t id);
MUST_USE enum err migrate_get(struct op *op, int64_t id, struct migrate_run *out);
MUST_USE enum err migrate_list(
    struct op *op, size_t limit, struct migrate_run **out, size_t *count);
struct migrate_conflict {
    int64_t case_id;
    str number, step, zh, en;
};
MUST_USE enum err migrate_conflicts(
    struct op *op, int64_t id, size_t limit, struct migrate_conflict **out, size_t *count);
struct batch;
/* Some cases of the oldest run that goes on, in writes of their own; *more: there is more to do. */
MUST_USE enum err migrate_work(struct op *op, struct batch *b, size_t limit, bool *more);

#endif
