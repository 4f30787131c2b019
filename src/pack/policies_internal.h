/* What policies.c and policy_examples.c share. */
#ifndef JUNMA_PACK_POLICIES_INTERNAL_H
#define JUNMA_PACK_POLICIES_INTERNAL_H

#include "pack/internal.h"
#include "pack/policy.h"

/* Can its decision be computed over the columns in which its facts stand? */
void check_computable(const struct node *n, const struct pack_clause *c);
/* Reads them and runs them: one that does not come out as it says is a fault where it stands. */
void read_examples(const struct node *n, struct pack_clause *c);

#endif
