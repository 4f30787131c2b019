/*
 * The published interface of the engine: HTTP resources over the zone. One file a resource; each
 * holds its routes as a table, and the OpenAPI document is made from the same tables.
 *
 *     http ─▶ gate (session, CSRF, rate) ─▶ handler ─▶ read: on this thread, one snapshot
 *                                                   └▶ write: suspended, the writer thread runs it,
 *                                                      answered after the commit
 *
 * JSON members are camelCase, identifiers are text, instants RFC 3339 with the zone's offset,
 * errors RFC 9457 in the reader's language.
 */
#ifndef JUNMA_API_API_H
#define JUNMA_API_API_H

#include "http/http.h"
#include "zone/zone.h"

struct api;
struct services;

struct api_options {
    struct zone *zone;
    const struct services *services; /* whose tokens may send messages; may be NULL */
    const char *address; /* numeric; NULL = 127.0.0.1 */
    uint16_t port;       /* 0 = chosen */
    const char *web_dir; /* the built face; NULL = none */
    const char *trusted_proxy;
    bool secure_cookie; /* served over TLS by a proxy in front */
    unsigned write_limit; /* changes a second of one session; 0 = no limit */
    void (*log)(void *ctx, str line);
    void *log_ctx;
};

MUST_USE enum err api_create(struct api **out, const struct api_options *options, struct diag *d);
uint16_t api_port(const struct api *a);
/* Sessions that are over go; call it about once a second from any one thread. */
void api_tick(struct api *a);
/* Graceful: what is under way is finished for at most deadline_ms. */
void api_stop(struct api *a, unsigned deadline_ms);
void api_destroy(struct api *a);

/* The OpenAPI 3.1 document, pretty-printed JSON; needs no server. */
str api_openapi(struct arena *a);

#endif
