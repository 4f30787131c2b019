/*
 * Records that a record gives rise to: a signing becomes a project. The definition ("makes") says what is
 * filled in and which column of the record keeps what was made. Each action makes one record only.
 *
 * Who may change the register's records may make from them, also in a register that he may not write
 * otherwise: that the definition says so is the permission. What is made is checked as any record.
 */
#ifndef JUNMA_ZONE_RECORD_MAKE_H
#define JUNMA_ZONE_RECORD_MAKE_H

#include "zone/record.h"

/* An action as it stands for one record. */
struct record_making {
    const struct pack_make *action;
    bool offered;      /* its condition holds, and nothing was made yet */
    json_t *data;      /* the columns filled in */
    int64_t made;      /* 0: nothing, or not for the actor to see */
    str made_label;
};
/* Nothing for who may not change the register's records, but what was made. */
MUST_USE enum err record_makes(struct op *op, const struct pack_register *r,
    const struct record *record, struct record_making **out, size_t *count);

struct record_make {
    const struct pack_register *r;
    int64_t id;
    str action;
    json_t *data; /* over what is filled in; NULL: nothing */
    struct diag_list *faults;
};
/* In a write: makes the record and links it, both or neither. *out is the one that was made. */
MUST_USE enum err record_make(struct op *op, const struct record_make *in,
    const struct pack_register **made_in, struct record *out);

#endif
