/*
 * The zone's own cases as an event log: each step that a case came to is an event. Imported cases
 * have no steps and stand in no log.
 */
#ifndef JUNMA_ZONE_MINE_H
#define JUNMA_ZONE_MINE_H

#include "mine/mine.h"
#include "zone/case.h"

/* Adds the steps of the cases of that kind that were raised from from_ms to to_ms (not included);
 * activities are node ids. Needs op->conn. */
MUST_USE enum err zone_mine(
    struct op *op, str kind, int64_t from_ms, int64_t to_ms, struct mine_log *log);
/* What a step is called by the procedure now in use; its id where that has none. */
struct name2 zone_mine_name(struct op *op, str kind, str node);

#endif
