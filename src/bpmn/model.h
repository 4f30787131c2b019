/*
 * The inside of a model: what the public struct bpmn_node points to. Made once by read.c and
 * check.c, never changed after.
 *
 *     model ─ nodes[]  a process is a node whose children are its nodes; so is a sub-process
 *           ─ flows[]  source ─▶ target, perhaps with a condition
 *           ─ plans[]  one for each node: its flows, events, loop, expressions
 *
 * Indexes are positions in these arrays; -1 says none. Lists of indexes are in document order.
 */
#ifndef JUNMA_BPMN_MODEL_H
#define JUNMA_BPMN_MODEL_H

#include "bpmn/bpmn.h"
#include "bpmn/names.h"
#include "feel/feel.h"

enum bpmn_event_kind {
#define E(name, element, zh, en) EVENT_##name,
#include "bpmn/events.def"
#undef E
    EVENT_KIND_COUNT
};

/* Compiled FEEL with its place, for messages while it runs. program NULL: not given. */
struct bpmn_expr {
    str text;
    struct feel_program *program;
    int line;
};

enum bpmn_timer_form { TIMER_NONE, TIMER_DATE, TIMER_DURATION, TIMER_CYCLE };

struct bpmn_event {
    enum bpmn_event_kind kind;
    str id;
    str name; /* of the message, signal, link; code of the error, escalation; "" catches all */
    enum bpmn_timer_form timer;
    str literal;           /* a timer's ISO 8601 text, or "" when expr gives it */
    struct bpmn_expr expr; /* of a timer; the condition of a conditional event */
    struct bpmn_expr correlation, payload; /* of a message: junma:correlation, junma:payload */
    bool working;          /* junma:calendar="working" */
    bool wait;             /* compensation: waitForCompletion */
    str activity_ref;
    int activity; /* compensation: the node to compensate, or -1 for the scope */
    int line;
};

enum bpmn_loop_kind { LOOP_NONE, LOOP_STANDARD, LOOP_PARALLEL, LOOP_SEQUENTIAL };
enum bpmn_behavior { BEHAVIOR_ALL, BEHAVIOR_NONE, BEHAVIOR_ONE, BEHAVIOR_COMPLEX };

struct bpmn_loop {
    enum bpmn_loop_kind kind;
    struct bpmn_expr condition; /* standard loop: go on while true */
    struct bpmn_expr completion, cardinality, maximum;
    struct bpmn_expr collection; /* the items to go over */
    str item, result_item, result_list;
    bool test_before;
    enum bpmn_behavior behavior;
    struct bpmn_event behavior_event; /* None, One: thrown as the instances end */
    struct bpmn_complex *complex;     /* Complex: each thrown when its condition holds */
    int complex_count;
};

/* complexBehaviorDefinition: looked at whenever an instance ends. */
struct bpmn_complex {
    struct bpmn_expr condition;
    struct bpmn_event event;
    bool throws; /* an event is optional */
};

/* to = from, at the start (input) or the end (output) of an activity. */
struct bpmn_assignment {
    str to;
    str from_name; /* a variable by name, where no expression is given */
    struct bpmn_expr from;
};

struct bpmn_indexes {
    int *items;
    int count;
};

struct bpmn_plan {
    struct bpmn_indexes incoming, outgoing; /* flows */
    struct bpmn_indexes children;           /* nodes of a scope */
    struct bpmn_indexes boundary;           /* boundary events of an activity */
    struct bpmn_indexes event_subs;         /* event sub-processes of a scope */
    int default_flow;
    struct bpmn_event *events;
    int event_count;
    bool parallel_multiple;
    bool interrupting;     /* cancelActivity, isInterrupting */
    bool triggered;        /* triggeredByEvent: an event sub-process */
    bool for_compensation; /* isForCompensation */
    bool instantiate;      /* receive task, event gateway */
    bool exclusive_event;  /* event gateway: eventGatewayType Exclusive */
    bool ordered;          /* ad-hoc: sequential */
    bool keep_remaining;   /* ad-hoc: cancelRemainingInstances="false" */
    int attached;          /* boundary event: the activity */
    int handler;           /* compensation boundary event: the activity it calls */
    int called;            /* call activity: process in this model */
    int link;              /* link throw event: its catch event */
    int start_quantity, completion_quantity;
    struct bpmn_loop loop;
    struct bpmn_expr script, unit, assignee;
    str script_text;
    struct bpmn_expr completion; /* ad-hoc: completionCondition; complex gateway: activation */
    str *locals; /* data objects and properties of a sub-process, properties of a task */
    int local_count;
    struct bpmn_assignment *inputs, *outputs;
    int input_count, output_count;
};

struct bpmn_flow {
    str id;
    int source, target, line;
    bool conditional;
    struct bpmn_expr condition;
};

struct bpmn_model {
    struct bpmn_node *nodes;
    struct bpmn_plan *plans; /* plans[i] is the inside of nodes[i] */
    struct bpmn_flow *flows;
    size_t node_count, flow_count, process_count;
    int *processes;
    int *by_id; /* node indexes sorted by id */
    const struct bpmn_dialect *dialect;
    bool messages;    /* some node waits for one */
    bool conditional; /* has conditional events: variables are worth watching */
    bool late_joins;  /* has inclusive or complex gateways */
};

static inline bool bpmn_is_activity(enum bpmn_kind k)
{
    return k >= BPMN_TASK && k <= BPMN_CALL_ACTIVITY;
}
static inline bool bpmn_is_scope(enum bpmn_kind k)
{
    return k == BPMN_PROCESS || k == BPMN_SUB_PROCESS || k == BPMN_TRANSACTION || k == BPMN_AD_HOC;
}
static inline bool bpmn_is_gateway(enum bpmn_kind k)
{
    return k >= BPMN_EXCLUSIVE_GATEWAY && k <= BPMN_COMPLEX_GATEWAY;
}
static inline bool bpmn_is_event(enum bpmn_kind k)
{
    return k >= BPMN_START_EVENT && k <= BPMN_BOUNDARY_EVENT;
}

const char *bpmn_event_element(enum bpmn_event_kind k);
/* The first event of that kind, or NULL. */
const struct bpmn_event *bpmn_event_of(const struct bpmn_plan *p, enum bpmn_event_kind k);

/* ISO 8601 texts of timers; iso.c. */
bool iso_duration_valid(str s);
bool iso_date_time_valid(str s);
/* "R3/PT10S", "R/2026-01-01T00:00:00Z/P1D": how often (-1 without end), from when ("" now), and
 * the interval. */
bool iso_cycle_parse(str s, int64_t *times, str *start, str *interval);

#endif
