/* Shared by certificate.c and certificate_issue.c; nobody else includes it. */
#ifndef JUNMA_ZONE_CERTIFICATE_INTERNAL_H
#define JUNMA_ZONE_CERTIFICATE_INTERNAL_H

#include "zone/certificate.h"
#include "zone/record_internal.h"

struct certificate_sources {
    struct page_source courses, sessions, people, holders, issued;
};
struct certificate_sources certificate_sources(const struct op *op, const struct pack_page *page);

/* By what a person is known: the account, or name and number. */
str certificate_identity(struct arena *a, int64_t account, str name, str phone);

/* Every record that the actor may see, whole; at most `most`. */
MUST_USE enum err certificate_each(struct op *op, const struct pack_register *r, size_t most,
    enum err (*row)(void *ctx, const struct record *record), void *ctx);

#endif
