/*
 * A procedure tried out: run alone in memory, with a clock that stands until it is moved on. Nothing
 * is stored: what comes out goes in again, as text. The text gives no rights and moves no case; one
 * that was tampered with is checked like any other (bpmn_restore) and refused or played.
 */
#ifndef JUNMA_ZONE_TRIAL_H
#define JUNMA_ZONE_TRIAL_H

#include "bpmn/bpmn.h"
#include "zone/zone.h"

enum {
    TRIAL_TIMERS_MAX = 500,
    TRIAL_FIRED_MAX = 50,    /* by one move of the clock */
    TRIAL_EVENTS_MAX = 2000, /* told of one act; the rest is left out */
    TRIAL_STATE_BYTES_MAX = 512 * 1024,
};

enum trial_do {
    TRIAL_START,    /* name: a start event, or empty; vars */
    TRIAL_COMPLETE, /* token, vars */
    TRIAL_FAIL,     /* token, name: error code */
    TRIAL_MESSAGE,  /* name, vars */
    TRIAL_SIGNAL,   /* name, vars */
    TRIAL_MOVE,     /* token, name: target */
    TRIAL_ADVANCE,  /* to at_ms; 0: to the next timer, which fires */
};

struct trial_input {
    const struct bpmn_model *model;
    const struct pack_system *system; /* whose decisions are asked; NULL: every one is looked for */
    str process, state;               /* state: of the act before; empty for TRIAL_START */
    enum trial_do act;
    int64_t token, at_ms; /* at_ms: of TRIAL_START the first instant, 0 = now */
    str name;
    const json_t *vars;
    const json_t *decided; /* results given beforehand, by the decision's name; or NULL */
};

struct trial_timer {
    int64_t number, due_at;
    str node;
};
struct trial_event {
    int64_t at_ms;
    struct bpmn_effect effect;
};

struct trial {
    const struct bpmn_model *model;
    struct bpmn_instance *instance;
    int64_t now_ms;
    str ended; /* "completed" …, or empty */
    struct trial_timer *timers; /* the first due first */
    struct trial_event *events; /* of this act, in order */
    size_t timer_count, event_count;
    bool left_out, still_due; /* events; timers, since TRIAL_FIRED_MAX fired */
    str state;
};

/* Everything lives in op->arena; op->conn is not used. */
MUST_USE enum err trial_act(struct op *op, const struct trial_input *in, struct trial *out);

#endif
