/*
 * A calendar's secret address: whoever knows it reads the deadlines of one account, and nothing else, without
 * signing in, as calendar programs do. Only the hash of its token is kept; a new one ends the old.
 */
#ifndef JUNMA_ZONE_FEED_H
#define JUNMA_ZONE_FEED_H

#include "zone/access.h"

extern const struct store_migration feed_migrations[];
extern const size_t feed_migration_count;

/* In a write, for the actor: a new token (hex). */
MUST_USE enum err feed_renew(struct op *op, str *token);
/* In a write: there is none any more. */
MUST_USE enum err feed_end(struct op *op);
/* When the actor's was made; 0: there is none. */
MUST_USE enum err feed_made(struct op *op, int64_t *at_ms);
/* Whose it is, as he would act when signed in. ERR_NOT_FOUND: nobody's, or of an account out of use. */
MUST_USE enum err feed_actor(struct op *op, str token, struct actor *out);

#endif
