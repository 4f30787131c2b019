/*
 * Bounded sets of connections for reading. Opened when first needed, given out last-in first-out
 * so that warm caches are used first; a taker waits options.wait_ms and is then told that the
 * house is busy. The pool's memory is made at start-up.
 */
#include "store/internal.h"

#include <errno.h>
#include <time.h>

void pool_init(struct pool *p, struct store *s, enum conn_kind kind, size_t count)
{
    *p = (struct pool){ .count = count };
    p->conns = mem_alloc(count * sizeof *p->conns);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->given_back, &attributes);
    pthread_condattr_destroy(&attributes);
    for (size_t i = count; i-- > 0;) {
        p->conns[i] = (struct store_conn){ .store = s, .kind = kind, .free_next = p->free };
        p->free = &p->conns[i];
        if (kind == CONN_REPORT) {
            p->conns[i].report = mem_alloc(sizeof(struct report));
            *p->conns[i].report = (struct report){ 0 };
        }
    }
}

void pool_release(struct pool *p)
{
    ASSERT(p->out == 0);
    for (size_t i = 0; i < p->count; i++) {
        conn_close(&p->conns[i]);
        mem_free(p->conns[i].report);
    }
    pthread_cond_destroy(&p->given_back);
    mem_free(p->conns);
}

static struct timespec deadline(int wait_ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += wait_ms / 1000;
    t.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

enum err pool_take(struct store *s, struct pool *p, struct store_conn **out, struct diag *d)
{
    struct timespec until = deadline(s->options.wait_ms);
    pthread_mutex_lock(&s->mutex);
    int waited = 0;
    while (!p->free && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&p->given_back, &s->mutex, &until);
    struct store_conn *c = p->free;
    if (c) {
        p->free = c->free_next;
        p->out++;
    } else
        s->stats.busy++;
    pthread_mutex_unlock(&s->mutex);
    if (!c)
        return diag_set(d, ERR_BUSY, "查询过多(同时最多 %zu 个),请稍后再试",
            "too many queries at once (at most %zu), try again in a moment", p->count);
    if (!c->db) {
        enum err e = conn_open(c, d);
        if (e != OK) {
            pool_give(p, c);
            return e;
        }
    }
    *out = c;
    return OK;
}

void pool_give(struct pool *p, struct store_conn *c)
{
    struct store *s = c->store;
    pthread_mutex_lock(&s->mutex);
    ASSERT(p->out > 0);
    p->out--;
    c->free_next = p->free;
    p->free = c;
    pthread_cond_signal(&p->given_back);
    pthread_mutex_unlock(&s->mutex);
}
