/*
 * The inside of an instance, and of one turn.
 *
 *     token 1  process ─────────────── always there; its variables are the case's
 *       ├─ token 4  user task            waits for bpmn_complete(4)
 *       ├─ token 5  sub-process          open: it has children
 *       │    └─ token 8  catch event     waits for its timer
 *       └─ token 6  countersign (loop)   one child an instance, at the same node
 *            ├─ token 9
 *            └─ token 10
 *
 * A token is where something is. It never travels: taking a flow makes a new token and the old one
 * dies, so that the number of a token names one stay at one node. Between turns no token is READY.
 * Tokens stand in the order of their numbers. What may happen to a token besides (boundary events,
 * event sub-processes, messages it waits for) follows from its node; only timers have records.
 *
 * A turn works on a queue of READY tokens until none is left; then inclusive and complex joins and
 * conditions are looked at, which may wake more. The first fault is kept in run.err and stops all;
 * the instance is then put back as it was (tokens, timers and records are plain arrays, variables
 * are immutable values: a copy of the arrays is a copy of the state).
 */
#ifndef JUNMA_BPMN_RUN_H
#define JUNMA_BPMN_RUN_H

#include "bpmn/model.h"

enum token_state {
#define S(name, letter) TOKEN_##name,
#include "bpmn/states.def"
#undef S
    TOKEN_STATE_COUNT
};

enum token_phase { PHASE_ENTER, PHASE_PERFORM, PHASE_LEAVE };

struct token {
    int64_t id, parent; /* parent 0: the process itself */
    const struct feel_context *vars;
    int node, via;      /* via: the flow it came by, or -1 */
    enum token_state state;
    enum token_phase phase; /* of a READY token: what is next */
    int index;              /* instance of a loop, from 0; -1 else. Ad-hoc: next child to start */
    int total, done;        /* loop: instances wanted (-1: unknown) and done */
    int removed;            /* loop: instances that were taken away again */
    uint64_t heard; /* events of a parallel multiple that came; conditions that hold; flows */
    bool interrupted; /* scope: an interrupting event sub-process has taken over */
    int64_t waits;    /* compensation handler: the token that waits for it; -1: nobody does */
    int64_t undoes;   /* compensation event sub-process: the finished scope it undoes */
};

enum source { SOURCE_CATCH, SOURCE_GATEWAY, SOURCE_BOUNDARY, SOURCE_EVENT_SUB };

/* Something a token listens for. */
struct subscription {
    int64_t token;
    enum source source;
    int node, event; /* the node that holds the event, its number there */
};

struct timer {
    int64_t id;
    struct subscription sub;
    int64_t remaining; /* firings after this one; -1 without end */
    str interval;      /* of a cycle, in home */
};

/* A finished activity that could be compensated. */
struct record {
    int64_t scope, token; /* the scope it was done in; its own number, for what was done within */
    int node;
    const struct feel_context *vars;
};

struct bpmn_instance {
    struct arena *home;
    const struct bpmn_model *model;
    struct token *tokens;
    struct timer *timers;
    struct record *records;
    size_t token_count, token_capacity, timer_count, timer_capacity, record_count, record_capacity;
    int64_t next_id;
    bool ended;
};

struct run {
    struct bpmn_turn *turn;
    struct bpmn_instance *i;
    struct bpmn_instance before; /* with arrays copied into the turn's arena */
    size_t effects_before;
    enum err err;
    int64_t *queue, *late; /* READY tokens; throwers of signals, which go last */
    int64_t queue_room[16]; /* where the queue begins */
    size_t queue_from, queue_count, queue_capacity, late_count, late_capacity;
    size_t steps;
    int recent[16]; /* nodes entered last, for the message about an endless loop */
    bool dirty;     /* variables changed or somebody new listens: conditions must be looked at */
    bool vars_changed;
    struct token spare_token; /* handed out after a fault; read by nobody */
    struct bpmn_effect spare_effect;
};

static inline const struct bpmn_plan *plan_of(const struct run *r, const struct token *t)
{
    return &r->i->model->plans[t->node];
}
static inline const struct bpmn_node *node_of(const struct run *r, const struct token *t)
{
    return &r->i->model->nodes[t->node];
}

/* token.c: pointers to tokens are good until the next one is made. */
struct token *token_search(const struct bpmn_instance *i, int64_t id); /* NULL when dead or none */
/* Numbers mostly follow each other, so the place is nearly always known without a search. */
static inline struct token *token_find(const struct bpmn_instance *i, int64_t id)
{
    size_t last = i->token_count - 1;
    if (!i->token_count)
        return NULL;
    int64_t back = i->tokens[last].id - id;
    if (back >= 0 && (uint64_t)back <= last && i->tokens[last - (size_t)back].id == id) {
        struct token *t = &i->tokens[last - (size_t)back];
        return t->state != TOKEN_DEAD ? t : NULL;
    }
    return token_search(i, id);
}
struct token *token_new(struct run *r, int64_t parent, int node, enum token_state state);
void token_ready(struct run *r, int64_t parent, int node, int via, enum token_phase phase);
void token_queue(struct run *r, int64_t id, enum token_phase phase);
void token_kill(struct run *r, int64_t id);   /* alone; its timers go too */
void token_cancel(struct run *r, int64_t id); /* with all below it */
void token_cancel_children(struct run *r, int64_t id, int64_t but);
bool token_has_children(const struct bpmn_instance *i, int64_t id);
struct timer *timer_new(struct run *r);
void timer_drop(struct run *r, int64_t id, bool say);
void record_add(struct run *r, struct record record);
void records_drop(struct run *r, int64_t scope);
struct bpmn_effect *effect(struct run *r, enum bpmn_effect_kind kind, const struct token *t);
void instance_compact(struct bpmn_instance *i);

/* state.c, invariant.c */
MUST_USE enum err instance_read(struct arena *home, const struct bpmn_model *m, const json_t *root,
    struct bpmn_instance **out, struct diag *d); /* not yet checked */
MUST_USE enum err instance_check_token(const struct bpmn_instance *i, size_t n, struct diag *d);
MUST_USE enum err instance_check_timer(const struct bpmn_instance *i, const struct timer *t,
    struct diag *d);

/* vars.c */
feel_value vars_get(const struct bpmn_instance *i, int64_t token, str name);
feel_value vars_own(const struct bpmn_instance *i, int64_t token, str name); /* of that token alone */
void vars_set(struct run *r, int64_t token, str name, feel_value v);       /* where it lives */
void vars_set_local(struct run *r, int64_t token, str name, feel_value v); /* at this token */
void vars_set_json(struct run *r, int64_t token, const json_t *vars);
json_t *vars_json(const struct bpmn_instance *i, int64_t token, struct arena *a);
void vars_check_size(struct run *r);
feel_value expr_eval(struct run *r, int64_t token, const struct bpmn_expr *e);
bool expr_true(struct run *r, int64_t token, const struct bpmn_expr *e);

/* run.c */
void run_begin(struct run *r, struct bpmn_turn *t, struct bpmn_instance *i);
MUST_USE enum err run_end(struct run *r); /* works the queue off, keeps or puts back */
__attribute__((format(printf, 3, 5), format(printf, 4, 5))) void run_fail(struct run *r,
    enum err err, const char *zh, const char *en, ...);
void run_finish_instance(struct run *r, const struct token *at, const char *how);

/* activity.c */
void activity_enter(struct run *r, int64_t token);
void activity_perform(struct run *r, int64_t token);
void activity_finish(struct run *r, int64_t token); /* what was done there is done */
void activity_record(struct run *r, int64_t token, int64_t scope); /* if it can be undone */
void scope_open(struct run *r, int64_t scope);
void scope_check(struct run *r, int64_t scope); /* done when nothing is left in it */
bool is_loop_instance(const struct run *r, const struct token *t);

/* loop.c */
void loop_start(struct run *r, int64_t token);
void loop_child_done(struct run *r, int64_t child);
void loop_begin_instance(struct run *r, int64_t outer, int index);
void loop_counters(struct run *r, int64_t outer);
void loop_look(struct run *r, int64_t outer, int after); /* is it over, who is next */

/* signers.c */
void signers_vars(struct run *r, int64_t outer, int64_t child, int index);
int signers_follower(struct run *r, int64_t outer, int index); /* -1: nobody; else it goes now */

/* gateway.c */
void flows_take(struct run *r, int64_t token); /* all that hold; the token goes */
void gateway_enter(struct run *r, int64_t token);
bool gateway_wake_joins(struct run *r); /* true when one fired */
void gateway_look_again(struct run *r); /* at joins that another version of the model may have filled */

/* event.c */
void event_catch_enter(struct run *r, int64_t token);
void event_throw_enter(struct run *r, int64_t token);
void event_listen(struct run *r, int64_t token); /* sets the timers of all it listens for */
void event_fire(struct run *r, struct subscription s);
bool event_deliver(struct run *r, enum bpmn_event_kind kind, str name, bool all,
    const json_t *vars);
void event_throw(struct run *r, int64_t from, const struct bpmn_event *e);
void event_throw_error(struct run *r, int64_t from, str code);
void event_tell_boundary(struct run *r, int64_t token, const struct bpmn_event *e);
bool event_check_conditions(struct run *r);
bool event_goes_late(const struct run *r, const struct token *t);
size_t subscriptions_of(const struct bpmn_instance *i, const struct token *t,
    struct subscription *out, size_t capacity);
const struct bpmn_event *subscription_event(const struct run *r, struct subscription s);

/* service.c */
json_t *service_request(struct run *r, int64_t token); /* what the handler gets; NULL without one */

/* timer.c */
void timer_start(struct run *r, struct subscription s);
void timer_fire(struct run *r, int64_t timer);

/* compensate.c */
void compensate(struct run *r, int64_t thrower, const struct bpmn_event *e);
void compensation_done(struct run *r, int64_t handler);
void transaction_cancel(struct run *r, int64_t from);

#endif
