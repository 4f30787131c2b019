/* Shared by the files that make cases (case_*.c); nobody else includes it. */
#ifndef JUNMA_ZONE_CASE_INTERNAL_H
#define JUNMA_ZONE_CASE_INTERNAL_H

#include "bpmn/bpmn.h"
#include "zone/case.h"
#include "zone/ledger.h"
#include "zone/query.h"

enum { CASE_TASKS_MAX = 200 };

/* A decision of this turn, not yet a row (case_decision.c). */
struct decision_taken {
    str name, trace; /* dmn_trace_json as text */
    struct decision_taken *next;
};

/* A case being moved: its row, its definitions, its procedure, what a verb found and changed. */
struct moving {
    struct op *op;
    struct case_row row;
    const struct pack *pack;
    const struct pack_system *system;
    struct bpmn_instance *instance; /* NULL for cases without a procedure (imported) */
    struct promise *promises;       /* open ones */
    size_t promise_count;
    bool promises_changed;
    json_t *variables; /* of the procedure, as of the last look */
    struct bpmn_turn turn; /* of procedure_begin, not yet made rows */
    int64_t fired_timer, fired_due; /* of the turn: its number and when it was due */
    str leaf_hash_hex;     /* of the event written last */
    struct decision_taken *decisions; /* in the order they were taken */
};

/* Notes a decision of the turn; makes rows of those noted. */
MUST_USE enum err decision_note(struct moving *m, str name, const struct dmn_trace *t);
MUST_USE enum err decisions_keep(struct moving *m);

/* Reads a case for change, with its open promises and its procedure's state. */
MUST_USE enum err moving_load(struct op *op, int64_t id, struct moving *m);
/* The same on behalf of one who may settle it without seeing it (an administrator). */
MUST_USE enum err moving_load_any(struct op *op, int64_t id, struct moving *m);
/* Writes the row back as the next version, with what the open promises say about its due time. */
MUST_USE enum err moving_save(struct moving *m);
/* The definitions of the row's pack version. */
MUST_USE enum err moving_definitions(struct moving *m);

/* One turn of the procedure: the effects become tasks, timers, promises and the row's status. */
MUST_USE enum err procedure_start(struct moving *m, const json_t *variables);
/* The same in two halves: the pure one needs no connection, the other makes rows of its effects. */
MUST_USE enum err procedure_begin(struct moving *m, const json_t *variables);
MUST_USE enum err procedure_begun(struct moving *m);
/* The state taken over from another version's model (m->system is the new one), in the same halves.
 */
MUST_USE enum err procedure_fit(struct moving *m, const struct bpmn_model *from,
    const struct bpmn_mapping *map, size_t map_count, struct diag_list *conflicts);
MUST_USE enum err procedure_fitted(struct moving *m);
MUST_USE enum err procedure_complete(struct moving *m, int64_t token, const json_t *variables);
MUST_USE enum err procedure_answer(struct moving *m, int64_t token, const json_t *answer);
MUST_USE enum err procedure_throw(struct moving *m, int64_t token, str code);
MUST_USE enum err procedure_message(
    struct moving *m, int64_t token, str name, const json_t *variables);
MUST_USE enum err procedure_timer(struct moving *m, int64_t timer);
/* Told to whoever waits for a message of that name; OK also when nobody does. */
MUST_USE enum err procedure_announce(struct moving *m, str name, const json_t *variables);
MUST_USE enum err procedure_move(struct moving *m, int64_t token, str target);
/* Tokens of the tasks that procedure_move() would end, the moved one apart; *count is the room. */
MUST_USE enum err procedure_would_end(
    struct moving *m, int64_t token, str target, int64_t *tokens, size_t *count);
/* After m->instance has been put back as it was: the way and the messages waited for follow. */
MUST_USE enum err procedure_restored(struct moving *m);
MUST_USE enum err procedure_cancel(struct moving *m, enum promise_state promises);
/* "P7D", "PT4H", "P1DT2H30M": days and milliseconds; false for anything else. */
bool duration_read(str text, int64_t *days, int64_t *ms);
/* The rows of what the case waits for by message, after a turn. */
MUST_USE enum err waiting_update(struct moving *m, struct bpmn_turn *turn);
/* Sets variables without moving. */
MUST_USE enum err procedure_set(struct moving *m, const json_t *variables);

/* When a timer that a turn set is due, counted from that instant. */
MUST_USE enum err timer_due(const struct zone *z, const struct bpmn_effect *e, int64_t from,
    int64_t *due, struct diag *d);

/* Keeps the way of the case (way.h): stays that ended, stays that began, steps passed. */
MUST_USE enum err way_keep(struct moving *m, const struct bpmn_turn *t);

/* Promises of the case (task_id 0) or of a task that this verb fulfils are met. */
MUST_USE enum err promises_met_by(struct moving *m, enum verb verb, int64_t task_id);
MUST_USE enum err promises_start_named(struct moving *m, str names, int64_t task_id);
/* Promises of the case begin with a step of the zone's at which they can be met. One that was met
 * without ending that step does not begin again there. */
MUST_USE enum err promises_start_case(struct moving *m, const struct bpmn_node *step);
/* The clocks stand still for that reason of the law (a code; may be empty where no statute asks for
 * one), and go on. */
MUST_USE enum err case_clocks_pause(struct moving *m, str code, str text, json_t *event);
MUST_USE enum err case_clocks_resume(struct moving *m, str text);
MUST_USE enum err tasks_due_update(struct moving *m, int64_t task_id);

/* SQL that limits a query over `cases c` to what the actor may see (access of lists). */
void scope_add(struct query *q, str zone, const struct actor *a);
/* The same for one row that has been read. */
MUST_USE enum err scope_check(struct op *op, const struct case_row *c, bool *seen);

/* The columns of a case row, for "SELECT " … " FROM cases c", and reading them from column 0. */
extern const char case_columns[];
enum { CASE_COLUMN_COUNT = 48 };
void case_read(struct op *op, const struct store_rows *rows, struct case_row *c);
void task_read(struct op *op, const struct store_rows *rows, int first, struct case_task *t);
extern const char task_columns[];
/* Names of step and assignee, from the pack and the accounts. */
MUST_USE enum err case_names(struct op *op, struct case_row *c);

/* The journal's data of a verb: verb, text, step, number …; steals nothing. */
json_t *verb_event(struct moving *m, const char *word, str text);

#endif
