/*
 * Many records of one register put onto a list of another in one go, as a page of the kind `enlist` says: a
 * campaign's enterprises each get a visit, a response level's key enterprises a team.
 *
 *     chosen ─▶ on the list already?  ─ yes ─▶ told, not taken twice
 *                      │ no
 *                      ▼
 *              record_save with the batch's number, a person in turn      one refused: nothing is kept
 *
 * It is a batch as a bulk change is: rights, rules and history are those of single records, and the whole
 * is undone by record_undo_batch. Whether one is on the list is asked of the whole register, also of
 * records that the actor does not see: what was put there once is not put there again.
 */
#ifndef JUNMA_ZONE_ENLIST_H
#define JUNMA_ZONE_ENLIST_H

#include "zone/record.h"

enum { ENLIST_MAX = 2000, ENLIST_PEOPLE_MAX = 100 };

enum enlist_state { ENLIST_FRESH, ENLIST_THERE, ENLIST_FAULT };
const char *enlist_state_word(enum enlist_state state);

struct enlist_item {
    int64_t id; /* as chosen */
    str label;
    enum enlist_state state;
    int64_t who;            /* 0: nobody */
    const struct diag *why; /* of a fault */
};
struct enlisting {
    const struct pack_page *page;
    int64_t within; /* the list: id of a record */
    const int64_t *ids, *people;
    size_t id_count, people_count;
    json_t *data; /* what is asked once for all, by column; NULL: nothing */
    str reason;
    int64_t batch;
    struct enlist_item *items; /* in the order chosen; what is chosen twice counts once */
    size_t count, fresh, there, faults;
};
/* In a write, which must be undone when there are faults. ERR_INVALID with the field for what the whole
 * lacks, ERR_LIMIT for too many, ERR_FORBIDDEN, ERR_NOT_FOUND. */
MUST_USE enum err enlist(struct op *op, struct enlisting *e);

/* How the records on a list that the actor sees are named: keys, or ids where the register has none. */
MUST_USE enum err enlist_there(
    struct op *op, const struct pack_page *page, int64_t within, str **names, size_t *count);

#endif
