/* Several writes at once; see batch.h. */
#include "zone/batch.h"

#include <pthread.h>
#include <string.h>

enum { ITEM_ARENA_BYTES = 64 * 1024 * 1024 };

struct slot {
    struct batch *batch;
    struct batch_item item;
    struct arena arena;
};

struct batch {
    pthread_mutex_t lock;
    pthread_cond_t over;
    size_t waiting, count;
    struct slot slots[BATCH_MAX];
};

struct batch *batch_create(void)
{
    struct batch *b = mem_alloc(sizeof *b);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->over, NULL);
    for (size_t i = 0; i < BATCH_MAX; i++) {
        b->slots[i].batch = b;
        arena_init(&b->slots[i].arena, NULL, ITEM_ARENA_BYTES);
    }
    return b;
}

void batch_destroy(struct batch *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < BATCH_MAX; i++)
        arena_release(&b->slots[i].arena);
    pthread_cond_destroy(&b->over);
    pthread_mutex_destroy(&b->lock);
    mem_free(b);
}

void batch_begin(struct batch *b)
{
    b->count = 0;
}

struct batch_item *batch_add(struct batch *b, zone_fn fn, void *ctx)
{
    if (b->count == BATCH_MAX)
        return NULL;
    struct slot *s = &b->slots[b->count++];
    s->item = (struct batch_item){ .fn = fn, .ctx = ctx };
    arena_reset(&s->arena);
    return &s->item;
}

struct batch_item *batch_at(struct batch *b, size_t i)
{
    ASSERT(i < b->count);
    return &b->slots[i].item;
}

static enum err run(struct store_conn *conn, void *ctx, struct diag *d)
{
    struct slot *s = ctx;
    s->item.op.conn = conn;
    s->item.op.diag = d;
    return s->item.fn(&s->item.op, s->item.ctx);
}

static void done(void *ctx, enum err e, const struct diag *d)
{
    struct slot *s = ctx;
    struct batch *b = s->batch;
    s->item.err = e;
    if (d)
        s->item.diag = *d;
    s->item.op.conn = NULL;
    pthread_mutex_lock(&b->lock);
    b->waiting--;
    if (!b->waiting)
        pthread_cond_signal(&b->over);
    pthread_mutex_unlock(&b->lock);
}

void batch_run(struct batch *b, const struct op *op)
{
    pthread_mutex_lock(&b->lock);
    b->waiting = b->count;
    pthread_mutex_unlock(&b->lock);
    for (size_t i = 0; i < b->count; i++) {
        struct slot *s = &b->slots[i];
        s->item.op = *op;
        s->item.op.arena = &s->arena;
        memset(&s->item.diag, 0, sizeof s->item.diag);
        enum err e = store_submit(op->zone->store, run, done, s, &s->item.diag);
        if (e != OK) {
            struct diag why = s->item.diag;
            done(s, e, &why);
        }
    }
    pthread_mutex_lock(&b->lock);
    while (b->waiting)
        pthread_cond_wait(&b->over, &b->lock);
    pthread_mutex_unlock(&b->lock);
}
