/*
 * The way of a case through its procedure: where it is, where it has been, how long it stayed and
 * who had it; and over all cases, where they wait. The rows are kept by each turn (way_keep.c).
 *
 * Times are office minutes of the zone's calendar: what a night or a holiday adds is no waiting.
 */
#ifndef JUNMA_ZONE_WAY_H
#define JUNMA_ZONE_WAY_H

#include "zone/case.h"

enum { WAY_STEPS_MAX = 500, WAY_PASSED_MAX = 100, WAITS_NODES_MAX = 1000, WAITS_STAYS_MAX = 500000 };

struct way_item { /* a node that was passed, and the flow that led there or "" */
    str node, flow;
};

struct way_step {
    int64_t ord, token, entered_at;
    int64_t left_at; /* 0: still there */
    int64_t minutes; /* to the present while it is there; -1: not known */
    str node, name_zh, name_en;
    const char *element; /* "userTask" */
    str how;             /* here, done, cancelled, moved, passed */
    str unit;            /* that had it, or empty */
    str person;          /* who signed for it or did it, or empty */
    struct way_item *passed; /* on the way to it, in order; the last is the step itself */
    size_t passed_count;
};

struct way {
    struct way_step *steps;
    size_t count;
    const struct bpmn_node **next; /* steps that may come next, in the order drawn */
    size_t next_count;
    const struct pack_system *system; /* of the version the case runs on; NULL: not known */
};
/* Of a case the actor may see. An imported case has no steps. */
MUST_USE enum err case_way(struct op *op, const struct case_row *c, struct way *out);

/* The drawing's XML of that version of the pack (empty: the one in force). ERR_NOT_FOUND. */
MUST_USE enum err procedure_xml(struct op *op, str version, str kind, str *out);

struct procedure_version {
    str version;
    int64_t loaded_at, running, total; /* cases */
};
/* Versions of the pack with the cases of that kind, the newest first. */
MUST_USE enum err procedure_versions(
    struct op *op, str kind, struct procedure_version **out, size_t *count);

/* ---- where they wait ---- */

struct wait_node {
    str node;
    int64_t now, oldest_at;      /* cases there now, and since when the first of them */
    int64_t past, median, p90;   /* stays that ended in the period; office minutes */
};
/* One row a node of that kind, from_ms to to_ms (not included). Of more than WAITS_STAYS_MAX stays the
 * newest are counted. */
MUST_USE enum err waits_by_node(struct op *op, str kind, int64_t from_ms, int64_t to_ms,
    struct wait_node **out, size_t *count);

struct wait_case {
    int64_t id, key; /* key: entered_at, or minutes */
};
/* The cases under a number: those there now, the longest first; or those of the period, the longest
 * stay first. after_key, after_id: of the last row of the page before, 0 = the first page. */
MUST_USE enum err waits_cases(struct op *op, str kind, str node, bool now, int64_t from_ms,
    int64_t to_ms, int64_t after_key, int64_t after_id, size_t limit, struct wait_case *out,
    size_t *count, bool *more);

#endif
