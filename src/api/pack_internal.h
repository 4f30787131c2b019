/* Shared by the resources of the pack (pack*.c); nobody else includes it. */
#ifndef JUNMA_API_PACK_INTERNAL_H
#define JUNMA_API_PACK_INTERNAL_H

#include "api/internal.h"
#include "zone/pack_decide.h"
#include "zone/pack_draft.h"

enum { PACK_BODY_BYTES_MAX = 256 * 1024 };

/* Answers that memory is short. */
static inline void pack_fail_memory(struct call *c)
{
    if (diag_arena(&c->diag, c->op.arena) == OK)
        c->diag.err = ERR_MEMORY;
    api_fail(c);
}
/* An arena beside the request's, for whole packs; goes with the request. NULL: answered. */
struct arena *pack_arena(struct call *c);
/* The view that ?draft and ?version ask for, on c->op.conn, texts in `a`. False: answered, and the
 * connection is given back. */
bool pack_asked(struct call *c, struct arena *a, struct pack_view *out);

json_t *pack_fault_json(const struct diag *d);
/* The same for all, each with the element of the drawing or the table that it is about. */
json_t *pack_faults_json(
    struct arena *a, const struct pack_view *v, const struct diag_list *faults);
/* {"ok", "version", "faults", "total"}; p NULL when there are faults. */
json_t *pack_check_json(struct call *c, struct arena *a, const struct pack_view *v,
    const struct pack *p, const struct diag_list *faults);
/* What is in use, since when, why; how the folder stands. Needs c->op.conn. */
json_t *pack_state_json(struct call *c);
/* Takes l into use: writes, then answers with the state. draft 0: none is used up. */
struct deploying {
    struct call *call;
    struct loaded_pack *loaded;
    str expected, origin;
    int64_t draft, number, use;
};
void pack_deploy_start(struct call *c, const struct deploying *given);

#endif
