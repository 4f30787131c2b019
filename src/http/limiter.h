/*
 * How often one client may try: a token bucket a key (address, account), in a table of fixed size.
 *
 * A key hashes (keyed, against an adversary who picks keys) to a set of eight buckets. When a set
 * is full, the bucket with the most tokens goes, since forgetting it changes least: a client that
 * is being held back is forgotten last.
 */
#ifndef JUNMA_HTTP_LIMITER_H
#define JUNMA_HTTP_LIMITER_H

#include "base/sys.h"

struct http_limiter;

/* `burst` tokens at first, one more each `refill_ms`; room for about `keys` keys. At start-up. */
struct http_limiter *http_limiter_create(const struct sys *sys, size_t keys, unsigned burst,
    unsigned refill_ms);
void http_limiter_destroy(struct http_limiter *l);
/* Takes one token; ERR_TOO_MANY when there is none, with the seconds to wait in *retry_after_s (may
 * be NULL; for Retry-After). From any thread. */
MUST_USE enum err http_limiter_take(struct http_limiter *l, str key, unsigned *retry_after_s,
    struct diag *d);
/* After a success: the key starts anew. */
void http_limiter_forget(struct http_limiter *l, str key);

#endif
