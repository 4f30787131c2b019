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
 * not counted from, on the day of the resumption. A limit that ends on a named day (until_on) ends
 * at the close of the last working day up to it. Which law a promise keeps stands in the pack.
 *
 *     promise.c          starting, pausing, extending, ending          promise_row.c   rows
 *     promise_recount.c  the same deadlines by another calendar        promise_explain.c
 *     promise_watch.c    what happens by itself: reminders, silence, a pause that ends
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
    int64_t until_on; /* the day by which, days since 1970; 0: an amount is promised */
    int64_t end_on;   /* of calendar days: the day counted to, before it is moved over days off */
    int64_t wake_at;  /* when to look at it next; 0 = never */
    str pause_code;   /* the law's reason why it stands still, or empty */
    int64_t reminded; /* which reminders have been given for this deadline, a bit each */
    bool silent;      /* its end passed in silence, and that was acted upon */
};

/* What a promise is given for. */
struct promise_of {
    int64_t case_id, task_id;
    int64_t received_at;     /* when the case came in, for limits that count from there */
    const json_t *variables; /* what its amount is computed from */
};
/* Starts a promise of that definition, by the law of the day. out->id 0: it does not apply. */
MUST_USE enum err promise_start(struct op *op, const struct pack_promise *p,
    const struct promise_of *of, struct promise *out);
/* The definition a promise was made by: that of its first day. */
const struct pack_promise *promise_definition(
    const struct zone *z, const struct pack_system *s, const struct promise *p);
/* Open ones (running, paused) of a case when open_only; else all, in order of their start. */
MUST_USE enum err promise_list(
    struct op *op, int64_t case_id, bool open_only, struct promise **out, size_t *count);
/* code: the law's reason, or empty. */
MUST_USE enum err promise_pause(struct op *op, struct promise *p, str code, str reason);
MUST_USE enum err promise_resume(struct op *op, struct promise *p, str reason);
MUST_USE enum err promise_extend(struct op *op, struct promise *p, int64_t units, str reason);
MUST_USE enum err promise_meet(struct op *op, struct promise *p);
MUST_USE enum err promise_void(struct op *op, struct promise *p);

enum promise_colour promise_colour(const struct promise *p, int64_t now_ms);
/* Working days and office minutes left, negative when late; what is kept while paused. A minute that
 * has begun is still there. */
void promise_left(
    const struct zone *z, const struct promise *p, int64_t now_ms, int64_t *days, int64_t *minutes);

/* How the deadline was counted. */
struct promise_step {
    int64_t at;
    const char *what; /* start, pause, resume, extend, recount, met, void */
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
        bool rolled; /* a calendar day past the amount: the end moved over a day off */
        int64_t counted, total;
        size_t segment, segment_count; /* of segments, for working hours */
    } * days;
    size_t day_count;
    struct calendar_segment *segments; /* in order */
    size_t segment_count, segment_capacity;
};
MUST_USE enum err promise_explain(
    struct op *op, int64_t case_id, int64_t promise_id, struct promise_count *out);
/* The whole in one or two sentences, zh and en. */
struct name2 promise_sentence(struct op *op, const struct promise_count *n);

/* ---- what happens by itself (promise_watch.c, promise_recount.c) ---- */

/* Looks at every promise whose time to be looked at has come, in writes of its own (not from inside
 * one): gives reminders in office hours, acts on silence, ends pauses that have lasted as long as
 * they may. *done counts those looked at. */
MUST_USE enum err promises_watch(struct op *op, int64_t *done);

struct recount_move {
    int64_t case_id;
    str number, code, unit; /* of the case, of the promise, who has it */
    struct name2 name;
    int64_t old_due, new_due;
    bool provisional; /* still */
};
enum { RECOUNT_MOVES_MAX = 10000 };
struct recount {
    bool dry_run;
    int64_t looked, changed; /* open promises seen; those counted otherwise now */
    struct recount_move *moves; /* deadlines that fall on another time, at most RECOUNT_MOVES_MAX */
    size_t move_count, move_capacity;
};
/* Counts every open deadline again by the calendar in force, in writes of its own, a batch of cases
 * each: rows, an entry in the journal a case, a notice to those whose date moved. A deadline is
 * never moved to before the end of the present office day. */
MUST_USE enum err promises_recount(struct op *op, struct recount *r);
/* The same when the calendar in force is not the one that was counted by last; else nothing. */
MUST_USE enum err promises_recount_changed(struct op *op, struct recount *r);

#endif
