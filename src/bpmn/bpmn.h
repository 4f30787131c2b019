/*
 * BPMN 2.0: procedures as they are drawn, executed as the standard says. FEEL is the expression
 * language. Two worlds, kept apart:
 *
 *     model     read from XML, checked as a whole, immutable, shared by threads and instances
 *     instance  where one case stands: a tree of tokens, their variables, their timers
 *
 * The room is pure: no clock, no files, no threads. An event comes in (start, a task done, a timer
 * due, a message), the state moves until every token waits again, and the effects come out as a
 * list: tasks to offer, timers to set, decisions that were taken. One call is one turn and belongs
 * into one transaction of the caller. A turn that fails leaves the instance as it was.
 *
 * Tokens and timers have small positive numbers that are never used twice within an instance.
 * A task is named by its token. Variables are JSON at this door and FEEL values inside.
 */
#ifndef JUNMA_BPMN_BPMN_H
#define JUNMA_BPMN_BPMN_H

#include "base/json.h"

enum {
    BPMN_XML_BYTES_MAX = 4 * 1024 * 1024,
    BPMN_XML_DEPTH_MAX = 64,
    BPMN_NODES_MAX = 4096,
    BPMN_FLOWS_MAX = 8192,
    BPMN_EXPRESSION_BYTES_MAX = 16 * 1024,
    BPMN_FAULTS_MAX = 200, /* kept of one file */
    BPMN_TOKENS_MAX = 10000,      /* alive in one instance */
    BPMN_STEPS_MAX = 20000,       /* nodes entered in one turn */
    BPMN_VARIABLES_BYTES_MAX = 1024 * 1024,
    BPMN_STATE_BYTES_MAX = 8 * 1024 * 1024,
};

enum bpmn_kind {
#define K(name, element, zh, en) BPMN_##name,
#include "bpmn/kinds.def"
#undef K
    BPMN_KIND_COUNT
};

/* What the drawing says about one node; everything a pack has to check and a page to show. Texts
 * that were not given are empty. */
struct bpmn_node {
    int index; /* within this model only; texts outside name a node by its id */
    enum bpmn_kind kind;
    int scope; /* index of the sub-process or process it stands in; -1 for a process */
    int line;
    str id, name, name_en, lane, documentation;
    bool executable;                 /* a process with isExecutable="true" */
    str case_kind;                   /* junma:kind, on a process */
    str role, form, promise, verbs;  /* junma:…, on a user task; role falls back to the lane */
    str signer_roles, signer_units, signer_promise, share, take_back; /* the same: words for the pack */
    str outcomes;                    /* of a check or decision; the same */
    str decision, result;            /* junma:decision, junma:resultVariable */
    str signers;                     /* junma:signers: "parallel", "sequential": may be added */
    str called;                      /* call activity: the process or global task of this file */
    str attached;                    /* boundary event: the activity's id */
    const struct bpmn_plan *plan;    /* of this room */
    const struct bpmn_service *service; /* junma:handler (service.h), or NULL */
};

struct bpmn_model;

/* Expressions and scripts of another vocabulary, for test harnesses. The engine itself knows FEEL
 * only; NULL members mean FEEL. */
struct bpmn_dialect {
    void *ctx;
    /* The FEEL text that means the same. */
    str (*expression)(void *ctx, struct arena *a, str text);
    /* Scripts are not compiled but handed to bpmn_host.script as they stand. */
    bool scripts_by_host;
    /* Whether a called process of that id, which is not in this file, can be had elsewhere: then its
     * call activity is offered like a task (TASK_CREATED, text = the id), and who runs the other
     * process ends it by bpmn_complete or bpmn_fail. NULL: such a call is refused. */
    bool (*callable)(void *ctx, str process);
};

/* Reads, checks and prepares a file. Every broken rule becomes one fault with file, line, the
 * element's id as field, and a sentence for the modeller; what this engine does not execute is
 * refused by name. file is used in messages only. The model lives in a and borrows nothing of xml.
 * Returns the first fault's error; *out is set on OK only. dialect may be NULL. */
MUST_USE enum err bpmn_load(struct arena *a, str file, str xml, const struct bpmn_dialect *dialect,
    const struct bpmn_model **out, struct diag_list *faults);

size_t bpmn_node_count(const struct bpmn_model *m);
const struct bpmn_node *bpmn_node_at(const struct bpmn_model *m, size_t index);
/* NULL when there is none. */
const struct bpmn_node *bpmn_node_by_id(const struct bpmn_model *m, str id);
/* Is there a sequence flow of that id? */
bool bpmn_flow_known(const struct bpmn_model *m, str id);
/* Processes are nodes too (kind BPMN_PROCESS); NULL past the last. */
const struct bpmn_node *bpmn_process_at(const struct bpmn_model *m, size_t index);
const char *bpmn_kind_element(enum bpmn_kind k); /* "userTask" */
const char *bpmn_kind_zh(enum bpmn_kind k);
const char *bpmn_kind_en(enum bpmn_kind k);

/* Marks in reached (node_count, not cleared) the human steps, awaited events and ends that may come
 * next after a node, conditions unasked. seen: room of the same size. */
void bpmn_next(const struct bpmn_model *m, const struct bpmn_node *from, bool *seen, bool *reached);

/* How a process begins at a node: its start events, and receive tasks and events behind a gateway
 * that begin one. False when it does not begin there. Texts live in the model. */
enum bpmn_start_kind {
    BPMN_STARTS_ALONE, /* none start event */
    BPMN_STARTS_BY_MESSAGE,
    BPMN_STARTS_BY_SIGNAL,
    BPMN_STARTS_BY_TIMER,
    BPMN_STARTS_BY_CONDITION,
};
struct bpmn_start {
    enum bpmn_start_kind kind;
    str name;           /* message, signal */
    str date, duration; /* timer, where the model gives it as ISO 8601: first at date, or after
                           duration; again after duration */
    int64_t times;      /* -1 without end; 0: the timer is an expression over a case's variables */
    bool working;
};
bool bpmn_start_at(const struct bpmn_model *m, const struct bpmn_node *n, struct bpmn_start *out);

/* ── running ───────────────────────────────────────────────────────────────────────────────── */

struct bpmn_instance;

enum bpmn_effect_kind {
    BPMN_TASK_CREATED,    /* node, token, assignee, unit; value = what a handler gets (service.h); a
                             call of a process elsewhere, text = its id */
    BPMN_TASK_COMPLETED,  /* node, token */
    BPMN_TASK_CANCELLED,  /* node, token */
    BPMN_TIMER_SET,       /* node, token, timer, timer_kind, text, working, after */
    BPMN_TIMER_CANCELLED, /* node, token, timer */
    BPMN_DECIDED,         /* node, token, text = decision, value = its result */
    BPMN_ENTERED,         /* node, token, text = id of the flow it came by or "": every node a token
                             enters, for the way gone */
    BPMN_LEFT,            /* node, token */
    BPMN_MESSAGE_SENT,    /* node, token, text = message name, value = {correlation, payload} */
    BPMN_SIGNAL_SENT,     /* node, token, text = signal name; already heard within the instance */
    BPMN_ERROR_UNCAUGHT,  /* node, token, text = error code: the instance ended with it */
    BPMN_ESCALATED,       /* node, token, text = escalation code nobody within caught */
    BPMN_VARS_CHANGED,    /* text = the variable's name, value = its new value */
    BPMN_MOVED,           /* node = where to, token = the new one */
    BPMN_ENDED,           /* no token is left; text = "completed", "terminated", "cancelled",
                             "error" */
};

/* Timers go out as the text that the model says; what it means on a calendar is the caller's law. */
enum bpmn_timer_kind { BPMN_TIMER_DATE, BPMN_TIMER_DURATION };

/* Texts and values live in the turn's arena or in the model. */
struct bpmn_effect {
    enum bpmn_effect_kind kind;
    const struct bpmn_node *node;
    int64_t token, timer;
    int64_t after; /* of a repeated timer: the one before it; count from when that was due */
    enum bpmn_timer_kind timer_kind;
    bool working; /* junma:calendar="working": days of the duration are working days */
    str text, assignee, unit;
    const json_t *value;
};

/* What a script of a dialect led to. */
struct bpmn_script_result {
    json_t *changes; /* an object of variables to set, or NULL */
    str error;       /* the BPMN error code that the task throws, or "" */
    bool later;      /* not done yet: bpmn_complete() will tell */
};

/* What the engine asks while it runs; handed in by the caller. Members may be NULL where a model
 * needs none. Times are milliseconds since 1970-01-01T00:00:00Z. */
struct bpmn_host {
    void *ctx;
    int64_t now_ms;
    int offset_s; /* of local time, seconds east of UTC, for FEEL's now() and today() */
    /* The result of a named decision over the variables; kept by a. */
    enum err (*decide)(void *ctx, str decision, const json_t *variables, struct arena *a,
        json_t **out, struct diag *d);
    /* A script of a dialect; out is empty at the call. */
    enum err (*script)(void *ctx, const struct bpmn_node *node, str text, const json_t *variables,
        struct arena *a, struct bpmn_script_result *out, struct diag *d);
};

/* One turn: the caller's storage. effects is filled; faults go to diag. */
struct bpmn_turn {
    const struct bpmn_host *host;
    struct arena *arena; /* for effects and what is made on the way; may be reset after the turn
                            has been dealt with, unless it also holds the instance */
    struct diag *diag;
    struct bpmn_effect *effects;
    size_t effect_count, effect_capacity;
};

void bpmn_turn_init(struct bpmn_turn *t, const struct bpmn_host *host, struct arena *a,
    struct diag *d);

/* A new instance in `home` (which must outlive it) begins at the none start event of a process;
 * with start_event, at that one (message, signal, timer …). vars: object or NULL. The model must
 * outlive the instance. ERR_NOT_FOUND, ERR_INVALID, ERR_LIMIT, or what an expression says. */
MUST_USE enum err bpmn_start(struct bpmn_turn *t, struct arena *home, const struct bpmn_model *m,
    str process, str start_event, const json_t *vars, struct bpmn_instance **out);
/* A waiting task is done; vars (object or NULL) are set first: outputs of the task. ERR_NOT_FOUND
 * when no such task waits. */
MUST_USE enum err bpmn_complete(struct bpmn_turn *t, struct bpmn_instance *i, int64_t token,
    const json_t *vars);
/* A waiting task failed with a BPMN error code: caught by a boundary event or an event
 * sub-process, or ends the instance. */
MUST_USE enum err bpmn_fail(struct bpmn_turn *t, struct bpmn_instance *i, int64_t token, str code);
/* A timer is due. ERR_NOT_FOUND when it was cancelled meanwhile. */
MUST_USE enum err bpmn_timer(struct bpmn_turn *t, struct bpmn_instance *i, int64_t timer);
/* A message or a signal by name. *taken (may be NULL) says whether anything waited for it; a
 * message is taken by one waiter, a signal by all. */
MUST_USE enum err bpmn_message(struct bpmn_turn *t, struct bpmn_instance *i, str name,
    const json_t *vars, bool *taken);
MUST_USE enum err bpmn_signal(struct bpmn_turn *t, struct bpmn_instance *i, str name,
    const json_t *vars, bool *taken);
/* Sets variables of the process; conditional events look again. */
MUST_USE enum err bpmn_set(struct bpmn_turn *t, struct bpmn_instance *i, const json_t *vars);
/* Ends the instance: every task and timer is cancelled. */
MUST_USE enum err bpmn_cancel(struct bpmn_turn *t, struct bpmn_instance *i);

/* Moves a waiting token to another node without following flows: return to an earlier step, jump.
 * The other tokens that the way from there would make a second time are cancelled (README.md says
 * which); TASK_CANCELLED effects name them. bpmn_may_move says the same without doing it:
 * OK, or ERR_NOT_ALLOWED with the reason; cancelled (may be NULL) gets the tokens, at most
 * *cancelled_count, which is set to their number. */
MUST_USE enum err bpmn_move(struct bpmn_turn *t, struct bpmn_instance *i, int64_t token,
    str target);
MUST_USE enum err bpmn_may_move(struct bpmn_turn *t, const struct bpmn_instance *i, int64_t token,
    str target, int64_t *cancelled, size_t *cancelled_count);
/* Marks in reached (node_count of the model) every activity that a token has passed before this
 * one on the way drawn, so that a page can offer where to return to. */
void bpmn_earlier(const struct bpmn_instance *i, int64_t token, bool *reached);

/* ── signers: instances added to a multi-instance activity under way, and taken away ───────────── *
 *
 * `token` is one instance's, or the activity's as a whole (bpmn_loop_at gives it). It must be
 * multi-instance: drawn so, or a user task with junma:signers="parallel" or "sequential", which
 * begins with one instance.
 *
 *              parallel                                sequential
 *     BESIDE   one more at once                        last in the row
 *     BEFORE   the new one now; this one is withdrawn (TASK_CANCELLED) and offered again, with a
 *              new token, when the new one is done
 *     AFTER    when this one is done                   next in the row
 *
 * vars (object or NULL) are the instance's own variables: its item, who it is for. The expressions
 * junma:unit and junma:assignee see them. One that was added counts in numberOfInstances; one that
 * was removed no longer does, but in numberOfTerminatedInstances. After a removal the completion
 * condition is looked at again once somebody has completed. All sign, anyone signs, a vote:
 * completion conditions over numberOfInstances, numberOfCompletedInstances and the junma:resultList,
 * which holds the results so far (null for who has not answered), e.g.
 *     none                                        all
 *     numberOfCompletedInstances = 1              anyone
 *     count(votes[item = "yes"]) * 2 > numberOfInstances or some v in votes satisfies v = "veto" */
enum bpmn_place { BPMN_BESIDE, BPMN_BEFORE, BPMN_AFTER };
/* The same answer as the call would give, without doing it: ERR_NOT_FOUND, ERR_NOT_ALLOWED (not
 * multi-instance; the only one left) or ERR_LIMIT, with the reason. */
MUST_USE enum err bpmn_may_add_instance(const struct bpmn_instance *i, int64_t token,
    enum bpmn_place place, struct diag *d);
MUST_USE enum err bpmn_may_remove_instance(const struct bpmn_instance *i, int64_t token,
    struct diag *d);
/* One turn each. A task that begins at once comes as TASK_CREATED. */
MUST_USE enum err bpmn_add_instance(struct bpmn_turn *t, struct bpmn_instance *i, int64_t token,
    enum bpmn_place place, const json_t *vars);
/* The instance under way at this token is cancelled; who was to come after it, comes. */
MUST_USE enum err bpmn_remove_instance(struct bpmn_turn *t, struct bpmn_instance *i, int64_t token);
/* One that has not begun, by its index from bpmn_signers. */
MUST_USE enum err bpmn_remove_coming(struct bpmn_turn *t, struct bpmn_instance *i, int64_t token,
    int index);

struct bpmn_signer {
    int index;      /* from 0; of a row its place */
    int after;      /* to come: after which index; -1 under way */
    int64_t token;  /* 0: to come */
    json_t *variables; /* under way: all it sees; to come: its own */
};
/* Who is under way and who is to come; with only >= 0 the one of that index. The number written. */
size_t bpmn_signers(const struct bpmn_instance *i, int64_t token, struct arena *a, int only,
    struct bpmn_signer *out, size_t capacity);

struct bpmn_loop_state {
    int64_t token; /* of the activity as a whole */
    bool sequential;
    int instances, active, completed, terminated; /* as expressions see them */
};
/* False when the token is neither a multi-instance activity nor one of its instances. */
bool bpmn_loop_at(const struct bpmn_instance *i, int64_t token, struct bpmn_loop_state *out);

/* ── looking ───────────────────────────────────────────────────────────────────────────────── */

bool bpmn_ended(const struct bpmn_instance *i);
/* Of the process, as JSON in a; NULL when memory is short. */
json_t *bpmn_variables(const struct bpmn_instance *i, struct arena *a);
/* As seen by one token: its scopes' variables too. */
json_t *bpmn_variables_of(const struct bpmn_instance *i, int64_t token, struct arena *a);
/* Waiting tokens, in order of their number. task is true where bpmn_complete() is due. */
struct bpmn_waiting {
    int64_t token, parent;
    const struct bpmn_node *node;
    bool task;
};
size_t bpmn_waiting_count(const struct bpmn_instance *i);
struct bpmn_waiting bpmn_waiting_at(const struct bpmn_instance *i, size_t index);

/* Messages, signals, timers … that something of the instance listens for; gives their number. */
struct bpmn_listening {
    int64_t token;
    const struct bpmn_node *node; /* that holds the event: a catch or boundary event, a task */
    const char *event;            /* "messageEventDefinition" */
    str name;                     /* of the message or signal; code of an error, "" for any */
};
size_t bpmn_listening(const struct bpmn_instance *i, struct bpmn_listening *out, size_t capacity);

/* State as compact JSON text, versioned; nodes are named by id, so that it can be read with a
 * newer model of the same procedure. */
MUST_USE enum err bpmn_save(const struct bpmn_instance *i, struct arena *a, str *out,
    struct diag *d);
/* Reads a state back and checks it against the model. ERR_INVALID names what does not fit. */
MUST_USE enum err bpmn_restore(struct arena *home, const struct bpmn_model *m, str state,
    struct bpmn_instance **out, struct diag *d);

/* Takes a state of one version of a procedure into another: old id → new id, for nodes and flows;
 * ids that are not named stay. Everything that stands where the new version has no place for it is
 * one conflict: field = the old id, a sentence that says what to do. Without conflicts it is one
 * turn: tasks under way stay with their tokens (what the new version says of them counts from now),
 * timers under way keep their numbers and so their due times, timers that the new version has
 * besides are set (TIMER_SET), those it has no longer are cancelled (TIMER_CANCELLED). *out, in home,
 * is set on OK only; the old state is untouched either way. ERR_INVALID when there are conflicts. */
struct bpmn_mapping {
    str from, to;
};
MUST_USE enum err bpmn_migrate(struct bpmn_turn *t, struct arena *home,
    const struct bpmn_model *from, const struct bpmn_model *to, str state,
    const struct bpmn_mapping *mapping, size_t mapping_count, struct bpmn_instance **out,
    struct diag_list *conflicts);

/* Every invariant of README.md; for tests and the simulator. */
MUST_USE enum err bpmn_instance_check(const struct bpmn_instance *i, struct diag *d);

#endif
