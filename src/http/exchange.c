/*
 * The library's callbacks turned into the life of an exchange (drawn in internal.h).
 *
 * The library calls exchange_step once when the head is read, then for every piece of the body,
 * then when all is there, and again after each resumption. An answer at the first call, before a
 * body has been read, closes the connection behind it: what follows is no request.
 */
#include "http/internal.h"

#include <unistd.h>

void *exchange_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *s = ctx;
    struct exchange *ex = exchange_take(s, connection);
    if (!ex)
        return NULL;
    const union MHD_ConnectionInfo *info
        = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    ex->link = info ? info->socket_context : NULL;
    ex->req.path = str_copy(&ex->arena, str_from(uri));
    return ex;
}

static enum MHD_Result answer(struct exchange *ex)
{
    enum err err = ex->phase == PHASE_ABANDONED
        ? (atomic_load(&ex->server->refusing) ? ERR_STOPPING : ERR_BUSY)
        : arena_failed(&ex->arena) ? ERR_MEMORY
                                   : OK;
    ex->answered = true;
    ex->sent_status = err != OK ? err_http_status(err) : ex->reply.status;
    return err != OK ? send_plain(ex->server, ex->connection, err, ex->req.lang, ex->id)
                     : send_reply(ex);
}

/* After a handler or a continuation. */
static enum MHD_Result settle(struct exchange *ex)
{
    if (ex->left)
        return MHD_YES;
    ASSERT(ex->phase == PHASE_ABANDONED || ex->reply.kind != REPLY_NONE
        || arena_failed(&ex->arena));
    return answer(ex);
}

static enum MHD_Result first_step(struct exchange *ex, const char *method)
{
    bool go_on = head_read(ex, method) && body_begin(ex) && !arena_failed(&ex->arena);
    ex->phase = go_on ? PHASE_BODY : PHASE_REFUSED;
    link_stage(ex->server, ex->link, STAGE_BODY);
    if (!go_on && ex->body_expected) {
        ex->reply.close = true;
        return answer(ex);
    }
    return MHD_YES;
}

static enum MHD_Result last_step(struct exchange *ex)
{
    link_stage(ex->server, ex->link, STAGE_BUSY);
    if (ex->phase == PHASE_REFUSED)
        return answer(ex);
    body_end(ex);
    if (arena_failed(&ex->arena))
        return answer(ex);
    ex->entry->route->handler(&ex->req, ex->server->config.app);
    return settle(ex);
}

static enum MHD_Result resumed_step(struct exchange *ex)
{
    ex->phase = PHASE_BODY;
    if (arena_failed(&ex->arena))
        return answer(ex);
    ex->then(&ex->req, ex->then_ctx);
    return settle(ex);
}

enum MHD_Result exchange_step(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *data_bytes, void **state)
{
    struct exchange *ex = *state;
    (void)url;
    (void)version;
    if (!ex) {
        *data_bytes = 0;
        return send_plain(ctx, connection, ERR_BUSY, "zh", NULL);
    }
    if (ex->answered) {
        *data_bytes = 0;
        return MHD_YES;
    }
    ex->left = false;
    switch (ex->phase) {
    case PHASE_NEW:
        return first_step(ex, method);
    case PHASE_BODY:
    case PHASE_REFUSED:
        if (*data_bytes) {
            bool taken = body_take(ex, (str){ data, *data_bytes });
            *data_bytes = 0;
            if (!taken)
                ex->phase = PHASE_REFUSED;
            return ex->phase == PHASE_REFUSED && ex->reply.kind == REPLY_NONE
                    && !arena_failed(&ex->arena)
                ? MHD_NO
                : MHD_YES;
        }
        return last_step(ex);
    case PHASE_SUSPENDED:
        return MHD_YES;
    case PHASE_RESUMED:
        return resumed_step(ex);
    case PHASE_ABANDONED:
        return answer(ex);
    }
    return MHD_NO;
}

void exchange_completed(void *ctx, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
    struct http_server *s = ctx;
    struct exchange *ex = *state;
    (void)connection;
    if (!ex)
        return;
    *state = NULL;
    link_stage(s, ex->link, STAGE_HEAD);
    if (ex->phase == PHASE_NEW)
        atomic_fetch_add(&s->malformed, 1);
    else
        log_exchange(ex, ex->sent_status,
            why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    exchange_detach(ex);
}
