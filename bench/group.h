/*
 * Group commit in its barest form: a queue, a thread that takes all of it, one transaction, one
 * sync, everybody is told. No savepoints, no errors to hand back, no hook: the limit that the
 * store is measured against.
 */
#ifndef BENCH_GROUP_H
#define BENCH_GROUP_H

#include "rows.h"

#include <pthread.h>

enum { GROUP_QUEUE = 4096, GROUP_BATCH = 256 };

struct group {
    struct rows_raw raw;
    pthread_mutex_t mutex;
    pthread_cond_t work;
    bool idle, stopping;
    struct group_write {
        void (*done)(void *ctx, int64_t id);
        void *ctx;
    } queue[GROUP_QUEUE];
    size_t first, count;
    int64_t next_id, commits;
    pthread_t thread;
};

void group_open(struct group *g, const struct rows *rows, const char *path);
/* done is called on the writer thread after the sync. False when the queue is full. */
bool group_submit(struct group *g, void (*done)(void *ctx, int64_t id), void *ctx);
/* The same, and waits. */
void group_write(struct group *g);
void group_close(struct group *g);

#endif
