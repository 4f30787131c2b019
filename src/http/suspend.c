/*
 * Waiting without a thread; the states are drawn in internal.h.
 *
 * The one race that matters: a worker resumes while the ticker gives up on the same exchange. Both
 * decide under server.lock; whoever comes second finds the phase changed. The library's connection
 * is touched only by the one who came first, so a connection that is gone is never resumed.
 *
 * A worker may be done before the handler that called it has returned; whether the handler left
 * its request to a worker is therefore noted in `left`, which no worker touches.
 */
#include "http/internal.h"

static void unlink_suspended(struct http_server *s, struct exchange *ex)
{
    if (ex->older)
        ex->older->newer = ex->newer;
    else
        s->suspended_oldest = ex->newer;
    if (ex->newer)
        ex->newer->older = ex->older;
    else
        s->suspended_newest = ex->older;
    ex->older = ex->newer = NULL;
    s->suspended--;
}

void http_suspend(struct http_request *req, void (*then)(struct http_request *, void *), void *ctx)
{
    struct exchange *ex = exchange_of(req);
    struct http_server *s = ex->server;
    ASSERT(ex->phase == PHASE_BODY && !ex->left);
    ASSERT(ex->reply.kind == REPLY_NONE);
    ASSERT(then);
    ex->then = then;
    ex->then_ctx = ctx;
    atomic_fetch_add(&ex->holders, 1);
    pthread_mutex_lock(&s->lock);
    if (s->refusing) {
        /* The server is past its patience: the worker may finish, the client hears 503. */
        ex->phase = PHASE_ABANDONED;
    } else {
        ex->phase = PHASE_SUSPENDED;
        ex->deadline_ns = server_ns(s) + (int64_t)s->config.suspend_ms * NS_PER_MS;
        ex->older = s->suspended_newest;
        ex->newer = NULL;
        if (ex->older)
            ex->older->newer = ex;
        else
            s->suspended_oldest = ex;
        s->suspended_newest = ex;
        s->suspended++;
        ex->left = true;
        MHD_suspend_connection(ex->connection);
    }
    pthread_mutex_unlock(&s->lock);
}

void http_resume(struct http_request *req)
{
    struct exchange *ex = exchange_of(req);
    struct http_server *s = ex->server;
    pthread_mutex_lock(&s->lock);
    ASSERT(ex->phase == PHASE_SUSPENDED || ex->phase == PHASE_ABANDONED);
    bool waiting = ex->phase == PHASE_SUSPENDED;
    if (waiting) {
        unlink_suspended(s, ex);
        ex->phase = PHASE_RESUMED;
        atomic_fetch_sub(&ex->holders, 1);
        MHD_resume_connection(ex->connection);
    }
    pthread_mutex_unlock(&s->lock);
    if (!waiting)
        exchange_let_go(ex);
}

/* Gives up on those past their deadline (now_ns = INT64_MAX: on all). */
void suspended_abandon(struct http_server *s, int64_t now_ns)
{
    pthread_mutex_lock(&s->lock);
    while (s->suspended_oldest && s->suspended_oldest->deadline_ns <= now_ns) {
        struct exchange *ex = s->suspended_oldest;
        unlink_suspended(s, ex);
        ex->phase = PHASE_ABANDONED;
        atomic_fetch_add(&s->abandoned_total, 1);
        MHD_resume_connection(ex->connection);
    }
    pthread_mutex_unlock(&s->lock);
}
