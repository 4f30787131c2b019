/*
 * An answer handed to the library: headers every answer has, then the reply's own.
 *
 * Caching is off unless the reply says otherwise: answers hold what only their reader may see. The
 * security headers follow OWASP's list as far as a page of ours needs them; TLS, and with it
 * Strict-Transport-Security, is the proxy's before us.
 */
#include "http/internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool reply_has(const struct http_reply *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (strcasecmp(r->headers[i].name, name) == 0)
            return true;
    return false;
}

/* Headers that a reply may replace by its own. */
static bool add_defaults(struct http_server *s, struct MHD_Response *m, const struct http_reply *r)
{
    const struct {
        const char *name, *value;
    } defaults[] = {
        { "Content-Security-Policy", s->config.csp },
        { "Cache-Control", "no-store" },
        { "X-Content-Type-Options", "nosniff" },
        { "Referrer-Policy", "same-origin" },
        { "Cross-Origin-Opener-Policy", "same-origin" },
        { "X-Frame-Options", "DENY" },
    };
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if ((!r || !reply_has(r, defaults[i].name))
            && MHD_add_response_header(m, defaults[i].name, defaults[i].value) != MHD_YES)
            return false;
    return true;
}

static struct MHD_Response *make_response(struct exchange *ex)
{
    struct http_reply *r = &ex->reply;
    struct MHD_Response *m = NULL;
    switch (r->kind) {
    case REPLY_NONE:
        break;
    case REPLY_TEXT:
        /* The library never writes to a persistent buffer; its type only lacks const. */
        m = MHD_create_response_from_buffer(r->body.bytes, (void *)(uintptr_t)r->body.data,
            MHD_RESPMEM_PERSISTENT);
        break;
    case REPLY_FD:
        m = MHD_create_response_from_fd64(r->fd_bytes, r->fd);
        if (m)
            r->fd = -1;
        break;
    case REPLY_EVENTS:
        m = events_response(ex);
        break;
    }
    return m;
}

static bool add_headers(struct exchange *ex, struct MHD_Response *m)
{
    struct http_reply *r = &ex->reply;
    bool ok = add_defaults(ex->server, m, r)
        && MHD_add_response_header(m, "X-Request-Id", ex->id) == MHD_YES;
    if (r->type)
        ok = ok && MHD_add_response_header(m, "Content-Type", r->type) == MHD_YES;
    if (r->close || atomic_load(&ex->server->stopping))
        ok = ok && MHD_add_response_header(m, "Connection", "close") == MHD_YES;
    for (size_t i = 0; i < r->header_count && ok; i++)
        ok = MHD_add_response_header(m, r->headers[i].name, r->headers[i].value) == MHD_YES;
    return ok;
}

enum MHD_Result send_reply(struct exchange *ex)
{
    struct MHD_Response *m = make_response(ex);
    enum MHD_Result result = MHD_NO;
    if (m) {
        if (add_headers(ex, m))
            result = MHD_queue_response(ex->connection, (unsigned)ex->reply.status, m);
        MHD_destroy_response(m);
    }
    return result;
}

enum MHD_Result send_plain(struct http_server *s, struct MHD_Connection *connection, enum err err,
    const char *lang, const char *id)
{
    char text[512];
    const char *title = strcmp(lang, "en") == 0 ? err_title_en(err) : err_title_zh(err);
    /* Codes, titles and identifiers are ours and need no escapes. */
    int bytes = snprintf(text, sizeof text,
        "{\"type\":\"urn:junma:error:%s\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\","
        "\"code\":\"%s\",\"requestId\":\"%s\"}",
        err_code(err), title, err_http_status(err), title, err_code(err), id ? id : "");
    ASSERT(bytes > 0 && (size_t)bytes < sizeof text);
    struct MHD_Response *m
        = MHD_create_response_from_buffer((size_t)bytes, text, MHD_RESPMEM_MUST_COPY);
    if (!m)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (add_defaults(s, m, NULL)
        && MHD_add_response_header(m, "Content-Type", "application/problem+json") == MHD_YES
        && MHD_add_response_header(m, "Retry-After", "2") == MHD_YES
        && (!id || MHD_add_response_header(m, "X-Request-Id", id) == MHD_YES)
        && MHD_add_response_header(m, "Connection", "close") == MHD_YES)
        result = MHD_queue_response(connection, (unsigned)err_http_status(err), m);
    MHD_destroy_response(m);
    return result;
}
