/* See group.h. */
#include "group.h"

static size_t take(struct group *g, struct group_write out[GROUP_BATCH])
{
    pthread_mutex_lock(&g->mutex);
    while (g->count == 0 && !g->stopping) {
        g->idle = true;
        pthread_cond_wait(&g->work, &g->mutex);
        g->idle = false;
    }
    size_t n = g->count < GROUP_BATCH ? g->count : GROUP_BATCH;
    for (size_t i = 0; i < n; i++)
        out[i] = g->queue[(g->first + i) % GROUP_QUEUE];
    g->first = (g->first + n) % GROUP_QUEUE;
    g->count -= n;
    pthread_mutex_unlock(&g->mutex);
    return n;
}

static void *write_batches(void *ctx)
{
    struct group *g = ctx;
    struct group_write batch[GROUP_BATCH];
    for (size_t n = take(g, batch); n > 0; n = take(g, batch)) {
        int64_t first = g->next_id;
        rows_raw_run(&g->raw, "BEGIN IMMEDIATE");
        for (size_t i = 0; i < n; i++)
            rows_raw_case(&g->raw, g->next_id++);
        rows_raw_commit_row(&g->raw, first);
        rows_raw_run(&g->raw, "COMMIT");
        g->commits++;
        for (size_t i = 0; i < n; i++)
            batch[i].done(batch[i].ctx, first + (int64_t)i);
    }
    return NULL;
}

void group_open(struct group *g, const struct rows *rows, const char *path)
{
    *g = (struct group){ .next_id = 1000000 };
    rows_raw_open(&g->raw, rows, path, true);
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->work, NULL);
    ASSERT(pthread_create(&g->thread, NULL, write_batches, g) == 0);
}

bool group_submit(struct group *g, void (*done)(void *ctx, int64_t id), void *ctx)
{
    pthread_mutex_lock(&g->mutex);
    bool room = g->count < GROUP_QUEUE;
    if (room) {
        g->queue[(g->first + g->count++) % GROUP_QUEUE] = (struct group_write){ done, ctx };
        if (g->idle)
            pthread_cond_signal(&g->work);
    }
    pthread_mutex_unlock(&g->mutex);
    return room;
}

struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool finished;
};

static void wake(void *ctx, int64_t id)
{
    (void)id;
    struct waiter *w = ctx;
    pthread_mutex_lock(&w->mutex);
    w->finished = true;
    pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->mutex);
}

void group_write(struct group *g)
{
    struct waiter w = { .mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };
    if (!group_submit(g, wake, &w))
        return;
    pthread_mutex_lock(&w.mutex);
    while (!w.finished)
        pthread_cond_wait(&w.cond, &w.mutex);
    pthread_mutex_unlock(&w.mutex);
}

void group_close(struct group *g)
{
    pthread_mutex_lock(&g->mutex);
    g->stopping = true;
    pthread_cond_signal(&g->work);
    pthread_mutex_unlock(&g->mutex);
    pthread_join(g->thread, NULL);
    pthread_cond_destroy(&g->work);
    pthread_mutex_destroy(&g->mutex);
    rows_raw_close(&g->raw);
}
