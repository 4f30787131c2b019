/*
 * Exchanges and connections come from two pools made at start, so that a server under attack stops
 * at its limits instead of growing. An exchange outlives its connection while a worker holds it;
 * the pool has ABANDONED_ROOM more exchanges than connections for that.
 */
#include "http/internal.h"

#include <unistd.h>

struct exchange *exchange_take(struct http_server *s, struct MHD_Connection *connection)
{
    pthread_mutex_lock(&s->lock);
    struct exchange *ex = s->free;
    if (ex) {
        s->free = ex->newer;
        s->in_use++;
        s->answering++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!ex) {
        atomic_fetch_add(&s->refused_full, 1);
        return NULL;
    }
    struct arena kept = ex->arena;
    *ex = (struct exchange){ .server = s, .connection = connection, .arena = kept };
    ex->arena.bytes_limit = s->config.arena_bytes_max;
    ex->reply.fd = -1;
    atomic_store(&ex->holders, 1);
    ex->req.arena = &ex->arena;
    ex->req.lang = "zh";
    ex->req.start_ns = server_ns(s);
    ex->req.start_ms = sys_now_ms(s->config.sys);
    return ex;
}

/* The connection is gone; the exchange stays as long as somebody holds it. */
void exchange_detach(struct exchange *ex)
{
    struct http_server *s = ex->server;
    pthread_mutex_lock(&s->lock);
    s->answering--;
    ex->connection = NULL;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    exchange_let_go(ex);
}

void exchange_let_go(struct exchange *ex)
{
    struct http_server *s = ex->server;
    int before = atomic_fetch_sub(&ex->holders, 1);
    ASSERT(before > 0);
    if (before > 1)
        return;
    if (ex->reply.fd >= 0)
        close(ex->reply.fd);
    atomic_fetch_sub(&s->bodies_bytes, ex->body_charged);
    arena_reset(&ex->arena);
    pthread_mutex_lock(&s->lock);
    ex->newer = s->free;
    s->free = ex;
    s->in_use--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

struct link *link_add(struct http_server *s, int fd)
{
    pthread_mutex_lock(&s->lock);
    struct link *l = s->links_free;
    if (l) {
        s->links_free = l->older;
        *l = (struct link){ .fd = fd, .older = s->links };
        atomic_store(&l->since_ns, server_ns(s));
        if (s->links)
            s->links->newer = l;
        s->links = l;
        s->link_count++;
    }
    pthread_mutex_unlock(&s->lock);
    return l;
}

void link_remove(struct http_server *s, struct link *l)
{
    pthread_mutex_lock(&s->lock);
    if (l->older)
        l->older->newer = l->newer;
    if (l->newer)
        l->newer->older = l->older;
    else
        s->links = l->older;
    l->newer = NULL;
    l->older = s->links_free;
    s->links_free = l;
    s->link_count--;
    pthread_mutex_unlock(&s->lock);
}

void link_stage(struct http_server *s, struct link *l, enum link_stage stage)
{
    if (!l)
        return;
    atomic_store_explicit(&l->since_ns, server_ns(s), memory_order_relaxed);
    atomic_store_explicit(&l->stage, (int)stage, memory_order_release);
}
