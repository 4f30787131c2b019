/*
 * People asked to act beside the one who has a step. Each is a row of `task` with a parent: the
 * step's own task (or another signer's, in a chain of delegation). It has the parent's token and
 * ends with it; the drawing knows nothing of it.
 *
 *     relation     asked by        the one who has the step
 *     delegate     delegate        waits; gets it back by give_back
 *     countersign  countersign     waits until the round is decided: mode all, any, vote
 *     before       add_signer      waits; then goes on
 *     beside       add_signer      goes on; what he does is held until all have signed
 *     after        add_signer      goes on; what he does is held, then they sign, and one who
 *                                  disagrees gives it back
 *
 * A task's states: open ─▶ done, cancelled; `after` begins as waiting.
 */
#ifndef JUNMA_ZONE_SIGNERS_H
#define JUNMA_ZONE_SIGNERS_H

#include "zone/case_internal.h"

enum { SIGNERS_MAX = 20, DELEGATES_MAX = 3, WEIGHT_MAX = 100 };

bool task_is_open(const struct case_task *t);
/* Signers of a task; relation NULL: any; waiting ones only when `waiting` is asked for. */
size_t signers_open(const struct case_task *tasks, size_t count, int64_t parent,
    const char *relation, bool waiting);
const struct case_task *task_by_id(const struct case_task *tasks, size_t count, int64_t id);

/* How a round of countersigning stands. */
enum round_state { ROUND_OPEN, ROUND_PASSED, ROUND_FAILED };
struct signer_round {
    enum round_state state;
    int asked, signed_, agreed, disagreed, abstained;
    int64_t weight, weight_yes, weight_no; /* abstentions count as asked, not as yes */
};
struct signer_round signers_round(const struct case_task *tasks, size_t count, int64_t round);

struct signer_new {
    const struct case_task *parent;
    struct verb_signer who;
    const char *relation;
    str mode;
    int64_t share, round;
    bool waiting;
};
MUST_USE enum err signer_add(struct moving *m, const struct signer_new *s, int64_t *id);
/* Opens one that waits, with its promise. */
MUST_USE enum err signer_wake(struct moving *m, const struct case_task *t);
/* Has signed: opinion and vote are kept, its promises are met. */
MUST_USE enum err signer_done(struct moving *m, const struct case_task *t, str vote, str opinion);
/* Ends it and those it asked; its promises are void. */
MUST_USE enum err signer_cancel(struct moving *m, int64_t task);
/* The same for all that a task asked. */
MUST_USE enum err signers_end(struct moving *m, int64_t parent);

#endif
