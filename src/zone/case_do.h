/* A verb being done; shared by the files that do them (case_verbs.c, verb_*.c). */
#ifndef JUNMA_ZONE_CASE_DO_H
#define JUNMA_ZONE_CASE_DO_H

#include "zone/access.h"
#include "zone/case_may.h"
#include "zone/case_write.h"
#include "zone/signers.h"

struct doing {
    struct moving *m;
    struct may *may;
    const struct verb_input *in;
    json_t *event;   /* what will be journalled; the functions add to it */
    bool is_public;  /* does the applicant see it */
    int64_t release; /* task whose held verb is to be done now, 0 = none */
};

/* ERR_INVALID at a field. */
MUST_USE enum err do_invalid(struct op *op, const char *field, const char *zh, const char *en);
/* {"verb": the verb's word}, kept. */
json_t *do_outcome(struct doing *d);
/* The step is done; variables were made by do_outcome. */
MUST_USE enum err do_complete(struct doing *d, json_t *variables);
MUST_USE enum err do_assign(struct moving *m, int64_t task, int64_t account, int64_t signed_at);
/* The account must be of the unit and in use. */
MUST_USE enum err do_check_assignee(struct op *op, int64_t account, str unit);

/* verb_signers.c */
MUST_USE enum err do_delegate(struct doing *d);
MUST_USE enum err do_give_back(struct doing *d);
MUST_USE enum err do_countersign(struct doing *d);
MUST_USE enum err do_add_signer(struct doing *d);
MUST_USE enum err do_remove_signer(struct doing *d);
MUST_USE enum err do_opinion(struct doing *d);
/* One of the three votes; who is against says why. */
MUST_USE enum err check_vote(struct doing *d);
/* Must what is done now wait for signers? Then it is kept with the task, and they are asked. */
bool must_hold(const struct doing *d);
MUST_USE enum err do_hold(struct doing *d);
/* What was held, as it was asked for, and who asked. */
MUST_USE enum err held_read(
    struct op *op, const struct case_task *t, struct verb_input *in, struct actor *who);
MUST_USE enum err held_drop(struct moving *m, const struct case_task *t, const struct may *may);

/* verb_moves.c */
MUST_USE enum err do_return(struct doing *d);
MUST_USE enum err do_send_back(struct doing *d);
MUST_USE enum err do_jump(struct doing *d);
/* For a dry run: where to, and what would end. */
MUST_USE enum err move_choices(struct may *m, const struct verb_input *in, struct verb_result *out);

/* verb_back.c */
MUST_USE enum err do_take_back(struct doing *d);
MUST_USE enum err do_undo(struct doing *d);
/* How the case stands now, for taking back what is about to be done. */
MUST_USE enum err before_take(struct moving *m, const struct may *may, json_t **out);
MUST_USE enum err before_keep(struct doing *d, json_t *state, int64_t event);

/* verb_orders.c */
MUST_USE enum err do_supervise(struct doing *d);
MUST_USE enum err do_report(struct doing *d);
MUST_USE enum err do_accept(struct doing *d);
MUST_USE enum err do_reject(struct doing *d);
MUST_USE enum err orders_void(struct moving *m);
/* Open orders are owed by the unit that has the case. */
MUST_USE enum err orders_follow(struct moving *m, str unit_before);

/* verb_service.c */
MUST_USE enum err do_check(struct doing *d);
MUST_USE enum err do_submit(struct doing *d);
MUST_USE enum err do_decide(struct doing *d);
MUST_USE enum err do_deliver(struct doing *d);

/* verb_copies.c */
MUST_USE enum err do_copy(struct doing *d);
MUST_USE enum err do_read(struct doing *d);

#endif
