/*
 * Old cases: when the time for which they must be kept is over, their content goes; what was proved
 * and what was counted stays (docs/purge.md).
 *
 *     goes    words of the row, data, state; tasks, promises, decisions, orders, copies,
 * attachments with their files; content and salt of the journal's entries; words for searching
 *     stays   number, kind, topic, unit, enterprise, times, results: what case_report shows and
 * every figure counts; stays at steps (case_step); leaves, tree, checkpoints, so that every receipt
 * still proves what it proved; one entry more that says when and by which rule
 *
 * Nothing is purged before the time its kind must be kept for (retention in zone.json), whatever is
 * asked; a kind without such a rule is never purged. One transaction a case, by an index over the
 * closing date: a purge may be stopped at any time and goes on where it was.
 */
#ifndef JUNMA_ZONE_PURGE_H
#define JUNMA_ZONE_PURGE_H

#include "zone/case.h"
#include "zone/ledger.h"

struct batch;

struct purge_kind {
    str kind;
    struct name2 name;
    const struct pack_retention *rule; /* NULL: never */
    int64_t before_ms;                 /* cases closed before are due: the rule, or earlier */
    int64_t due;                       /* how many */
    int64_t asked_ms;                  /* a purge that was asked for goes on; 0: none */
};
/* before_ms 0: as far as the rules allow. kind empty: all. */
MUST_USE enum err purge_plan(
    struct op *op, str kind, int64_t before_ms, struct purge_kind **out, size_t *count);
/* What was asked for, newest first: events "purge.start". Needs case.purge. */
MUST_USE enum err purge_past(struct op *op, size_t limit, struct ledger_row **out, size_t *count);
/* In a write: asks the worker for it. Needs case.purge; the reason is journalled. ERR_NOT_ALLOWED
 * when no rule allows any of it. */
MUST_USE enum err purge_ask(struct op *op, str kind, int64_t before_ms, str reason);
/* Some of the cases that were asked for, or that are due by a rule that says automatic. */
MUST_USE enum err purge_work(
    struct op *op, struct batch *b, size_t limit, int64_t *purged, bool *more);

/* Tables that hold something of a case, and whether its rows go; NULL-ended, for the test that no
 * table is forgotten. */
struct purge_table {
    const char *name;
    bool goes;
    const char *why; /* of one that stays */
};
extern const struct purge_table purge_tables[];

#endif
