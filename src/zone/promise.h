/*
 * Promises: deadlines with a law. A promise belongs to a case or to one of its tasks.
 *
 *            suspend                      met in time ─▶ met
 *     running ─────▶ paused ── resume ─▶ running         late ─▶ met_late
 *        │  extend: due moves on                 void: the case was withdrawn or merged
 *
 * Colours are not stored, they follow from the clock: green until amber_at, amber until red_at, red
 * until due_at, then broken. amber_at and red_at are the instants at which the share of office time
 * that the pack names is left.
 *
 * The law. Working days: the day it starts is not counted, and it ends at the close of office of
 * the last day. Working hours: office minutes, starting at the next opening. A pause keeps what was
 * left (working days after the day of the pause; office time to the millisecond) and gives it back,
 * not counted from, on the day of the resumption.
 */
#ifndef JUNMA_ZONE_PROMISE_H
#define JUNMA_ZONE_PROMISE_H

#include "zone/zone.h"

enum promise_state { PROMISE_RUNNING, PROMISE_PAUSED, PROMISE_MET, PROMISE_MET_LATE, PROMISE_VOID };
enum promise_colour {
    COLOUR_NONE,
    COLOUR_GREEN,
    COLOUR_AMBER,
    COLOUR_RED,
    COLOUR_BROKEN,
    COLOUR_PAUSED,
    COLOUR_MET,
    COLOUR_MET_LATE
};
const char *promise_state_word(enum promise_state s);
const char *promise_colour_word(enum promise_colour c); /* "green"; "none" */

struct promise {
    int64_t id, case_id, task_id; /* task_id 0: of the case */
    str code;
    enum pack_time_unit unit;
    int64_t amount; /* as promised first */
    int64_t started_at, due_at, amber_at, red_at, ended_at, paused_at;
    int64_t remaining;  /* while paused: working days, or office milliseconds */
    int64_t extended;   /* units added */
    int64_t extensions; /* times extended */
    enum promise_state state;
    bool provisional; /* counted into a year without a notice */
};

/* Starts a promise of that definition; variables (JSON) are what its amount is computed from. */
MUST_USE enum err promise_start(struct op *op, const struct pack_promise *p, int64_t case_id,
    int64_t task_id, const json_t *variables, struct promise *out);
/* Open ones (running, paused) of a case when open_only; else all, in order of their start. */
MUST_USE enum err promise_list(
    struct op *op, int64_t case_id, bool open_only, struct promise **out, size_t *count);
MUST_USE enum err promise_pause(struct op *op, struct promise *p, str reason);
MUST_USE enum err promise_resume(struct op *op, struct promise *p, str reason);
MUST_USE enum err promise_extend(struct op *op, struct promise *p, int64_t units, str reason);
MUST_USE enum err promise_meet(struct op *op, struct promise *p);
MUST_USE enum err promise_void(struct op *op, struct promise *p);

enum promise_colour promise_colour(const struct promise *p, int64_t now_ms);
/* Working days and office minutes left, negative when late; what is kept while paused. */
void promise_left(
    const struct zone *z, const struct promise *p, int64_t now_ms, int64_t *days, int64_t *minutes);

/* How the deadline was counted. */
struct promise_step {
    int64_t at;
    const char *what; /* start, pause, resume, extend, met, void */
    int64_t amount, due_at;
    str reason;
};
struct promise_count {
    struct promise promise;
    struct promise_step *events;
    size_t event_count;
    struct promise_day {
        int64_t days; /* since 1970 */
        struct calendar_day day;
        bool start, paused;
        int64_t counted, total;
    } * days;
    size_t day_count;
};
MUST_USE enum err promise_explain(
    struct op *op, int64_t case_id, int64_t promise_id, struct promise_count *out);

#endif
