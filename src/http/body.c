/*
 * The body, in memory or through the route's sink, never past the route's limit.
 *
 * A length said beforehand that is too large is refused before a byte is read; a chunked body when
 * it passes the limit. What comes after a refusal is thrown away up to DISCARD_MOST, so that a
 * well-meant client can read the answer; then the connection is cut.
 *
 * Memory grows with what has arrived, not with what was announced, but the announcement is charged
 * to the server's budget at once, so that all bodies together stay within it.
 */
#include "http/internal.h"

enum { BODY_FIRST = 64 * 1024, DISCARD_MOST = 1024 * 1024 };

static bool refuse(struct exchange *ex, const struct diag *d)
{
    http_reply_problem(&ex->req, d);
    ex->reply.close = true;
    return false;
}

static bool too_large(struct exchange *ex)
{
    struct diag d = { 0 };
    size_t most = ex->entry->route->body_bytes_max;
    if (most)
        diag_set(&d, ERR_TOO_LARGE, "内容过大,最多 %zu 字节", "the body is too large, at most %zu bytes",
            most);
    else
        diag_set(&d, ERR_TOO_LARGE, "这个请求不应带有内容", "this request takes no body");
    return refuse(ex, &d);
}

bool body_begin(struct exchange *ex)
{
    const struct http_route *r = ex->entry->route;
    struct diag d = { 0 };
    bool chunked = ex->body_expected == SIZE_MAX;
    if ((!chunked && ex->body_expected > r->body_bytes_max) || (chunked && !r->body_bytes_max))
        return too_large(ex);
    if (r->sink) {
        if (r->sink->begin && r->sink->begin(&ex->req, ex->server->config.app, &d) != OK)
            return refuse(ex, &d);
        return true;
    }
    size_t most = chunked ? r->body_bytes_max : ex->body_expected;
    if (!most)
        return true;
    struct http_server *s = ex->server;
    ex->body_charged = most;
    if (atomic_fetch_add(&s->bodies_bytes, most) + most > s->config.bodies_bytes_max) {
        diag_set(&d, ERR_BUSY, "同时上传的内容过多,请稍后再试",
            "too much is being uploaded at once, try again in a moment");
        return refuse(ex, &d);
    }
    /* Growing by doubling leaves the former copies: less than three times the whole. */
    ex->arena.bytes_limit += 3 * most;
    buf_init(&ex->body, &ex->arena, most);
    if (most <= BODY_FIRST) {
        ex->body.data = arena_alloc(&ex->arena, most);
        ex->body.capacity = ex->body.data ? most : 0;
    }
    return true;
}

bool body_take(struct exchange *ex, str piece)
{
    const struct http_route *r = ex->entry ? ex->entry->route : NULL;
    struct diag d = { 0 };
    if (ex->phase == PHASE_REFUSED) {
        ex->body_discarded += piece.bytes;
        if (ex->body_discarded > DISCARD_MOST)
            ex->reply.kind = REPLY_NONE;
        return false;
    }
    if (piece.bytes > r->body_bytes_max - ex->req.body_bytes)
        return too_large(ex);
    ex->req.body_bytes += piece.bytes;
    if (r->sink) {
        if (r->sink->write(&ex->req, ex->server->config.app, piece, &d) != OK)
            return refuse(ex, &d);
    } else {
        buf_add(&ex->body, piece);
    }
    return true;
}

void body_end(struct exchange *ex)
{
    ex->req.body = buf_str(&ex->body);
    if (buf_failed(&ex->body))
        ex->arena.failed = true;
}
