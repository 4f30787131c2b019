/* JSON of the verbs about other people; for cases.c and case_json.c. */
#ifndef JUNMA_API_VERBS_H
#define JUNMA_API_VERBS_H

#include "api/internal.h"

/* signers, mode, position, vote, node … of the body; false: memory is short. */
bool verbs_read_signers(struct call *c, struct verb_input *in);
/* Of a dry run: choices and ends. */
void verbs_dry_json(struct call *c, const struct verb_result *r, json_t *o);
/* Of a task: what it has beside a step's own. */
void verbs_task_json(struct call *c, const struct case_task *t, json_t *o);
/* Of a case: orders, copies, urgeLevel. */
MUST_USE enum err verbs_case_json(struct call *c, const struct case_row *row, json_t *out);

#endif
