/*
 * Messages to cases: from a step of another case, from a person, from a system outside. One message
 * goes to one waiter: a receive task, a message event, an event sub-process.
 *
 *     waiting (case, token, message, key)   kept true after every turn of a procedure
 *
 * A waiter is found by the number of its case, or by its key: what junma:correlation gives, as
 * canonical JSON; the case's own number when the drawing says none. When several wait, the oldest
 * case has it. A message nobody waits for is kept for a time, as a job, and delivered the moment
 * somebody does.
 */
#ifndef JUNMA_ZONE_MESSAGE_H
#define JUNMA_ZONE_MESSAGE_H

#include "zone/case.h"

struct job;

struct message {
    str name;
    str number;                /* of the case; or */
    const json_t *correlation; /* a text, a number or an object */
    const json_t *data;        /* variables to set; an object or NULL */
    int64_t keep_ms;           /* how long it may wait for a waiter; 0: not at all */
    str from;                  /* the connector it came by; empty for a person */
};
struct message_sent {
    bool delivered;
    int64_t case_id;
    str number;
};
/* In a write. ERR_NOT_FOUND when nobody waits and it may not be kept. */
MUST_USE enum err message_send(struct op *op, const struct message *m, struct message_sent *out);

/* The key by which a request {to, correlation} finds its waiter. */
MUST_USE enum err message_key(struct op *op, const json_t *request, str number, str *key);

#endif
