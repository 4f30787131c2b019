/*
 * Service and send tasks that the zone does by itself: junma:handler names who does it, the other
 * attributes (services.def) say with what. The room only evaluates them when the task is offered;
 * what a handler is, is the zone's.
 *
 *     offered ─▶ BPMN_TASK_CREATED, value = {"path": …, "body": …}  ─▶ a job of the zone
 *     done    ─▶ bpmn_answer(token, {"status": 200, "body": …})     ─▶ junma:result over `response`
 *     failed  ─▶ bpmn_fail(token, code)                             ─▶ boundary error event
 */
#ifndef JUNMA_BPMN_SERVICE_H
#define JUNMA_BPMN_SERVICE_H

#include "bpmn/bpmn.h"

enum bpmn_service_setting {
#define S(name, handlers, form) SERVICE_##name,
#include "bpmn/services.def"
#undef S
    SERVICE_SETTING_COUNT
};

enum { BPMN_RETRIES_MAX = 50, BPMN_RETRIES_DEFAULT = 5 };

struct bpmn_service_plan;
struct bpmn_service {
    str handler;                      /* http, record, licence, message */
    str words[SERVICE_SETTING_COUNT]; /* of form WORD, or a word of EITHER; "" when not given */
    int retries;                      /* tries after the first one that failed */
    int line;
    const struct bpmn_service_plan *plan; /* of this room */
};

/* What a node's junma:handler says; NULL when it has none. */
const struct bpmn_service *bpmn_service_of(const struct bpmn_node *n);
/* Is this setting given as FEEL? */
bool bpmn_service_has(const struct bpmn_service *s, enum bpmn_service_setting which);
/* The BPMN error that junma:errors="404=none 5xx=down" gives for a status; "" for none. */
str bpmn_service_error(const struct bpmn_service *s, int status);

/* The task is done, with this answer (an object): junma:result is evaluated with it as `response`
 * and set as junma:resultVariable; without a variable a context sets each of its entries; without
 * an expression the answer itself is set. */
MUST_USE enum err bpmn_answer(
    struct bpmn_turn *t, struct bpmn_instance *i, int64_t token, const json_t *answer);

/* A message that is waited for: at a receive task, a catch, boundary or start event of an event
 * sub-process, behind an event-based gateway. correlation: junma:correlation evaluated now, NULL
 * when the node says none. */
struct bpmn_awaited {
    int64_t token;
    const struct bpmn_node *node;
    str message;
    const json_t *correlation;
};
bool bpmn_has_messages(const struct bpmn_model *m);
/* Those of an instance, at most capacity; *count their number. The turn gives time and arena. */
MUST_USE enum err bpmn_awaits(struct bpmn_turn *t, struct bpmn_instance *i,
    struct bpmn_awaited *out, size_t capacity, size_t *count);
/* A message for one of them. ERR_NOT_FOUND when that token does not wait for it any more. */
MUST_USE enum err bpmn_message_to(
    struct bpmn_turn *t, struct bpmn_instance *i, int64_t token, str name, const json_t *vars);

#endif
