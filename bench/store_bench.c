/*
 * What the store costs: the rows of a case written by N threads that wait for the sync, once
 * through bare group commit (group.c) and once through src/store, in turns in the same run, each
 * in a fresh database on the same disk.
 *
 *     store_bench FOLDER [--threads 16] [--seconds 3] [--rounds 3] [--rows cases=1,task=1]
 *
 * Prints cases a second of both and their ratio, by the best round of each.
 */
#include "group.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct run {
    const struct rows *rows;
    struct group *group; /* or */
    struct store *store;
    _Atomic bool stop;
    _Atomic int64_t written, next_id;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum err write_case(struct store_conn *c, void *ctx, struct diag *d)
{
    struct run *r = ctx;
    return rows_store_case(r->rows, c, r->next_id++, d);
}

static enum err write_commit_row(struct store_conn *c, void *ctx, struct diag *d)
{
    struct run *r = ctx;
    return rows_store_commit_row(r->rows, c, r->next_id, d);
}

static void *client(void *ctx)
{
    struct run *r = ctx;
    while (!r->stop) {
        struct diag d = { 0 };
        if (r->group)
            group_write(r->group);
        else if (store_write(r->store, write_case, r, &d) != OK) {
            fprintf(stderr, "%s\n", d.en);
            exit(1);
        }
        r->written++;
    }
    return NULL;
}

static double measure(struct run *r, int threads, double seconds)
{
    pthread_t ids[256];
    double before = now();
    for (int i = 0; i < threads; i++)
        ASSERT(pthread_create(&ids[i], NULL, client, r) == 0);
    struct timespec pause = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&pause, NULL);
    r->stop = true;
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return (double)r->written / (now() - before);
}

static void remove_files(const char *path)
{
    static const char *const tails[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < 4; i++) {
        char name[600];
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static double run_group(const struct rows *rows, const char *path, int threads, double seconds)
{
    static struct group g;
    group_open(&g, rows, path);
    struct run r = { .rows = rows, .group = &g };
    double rate = measure(&r, threads, seconds);
    printf("  bare    %8.0f cases/s, %.1f a commit\n", rate, (double)r.written / (double)g.commits);
    group_close(&g);
    remove_files(path);
    return rate;
}

static double run_store(const struct rows *rows, const char *path, int threads, double seconds)
{
    static char ddl[32768];
    struct store_migration migration;
    struct store_options o = { .sys = sys_real(), .path = path, .create = true };
    struct run r = { .rows = rows, .next_id = 1000000 };
    struct diag d = { 0 };
    rows_make_migration(rows, &migration, ddl, sizeof ddl);
    if (store_open(&o, &r.store, &d) != OK
        || store_migrate(r.store, "rows", &migration, 1, &d) != OK) {
        fprintf(stderr, "%s\n", d.en);
        exit(1);
    }
    store_before_commit(r.store, write_commit_row, &r);
    double rate = measure(&r, threads, seconds);
    struct store_stats stats;
    store_get_stats(r.store, &stats);
    printf("  store   %8.0f cases/s, %.1f a commit\n", rate,
        (double)stats.writes / (double)stats.commits);
    store_close(r.store);
    remove_files(path);
    return rate;
}

int main(int argc, char **argv)
{
    struct rows rows;
    int threads = 16, rounds = 3;
    double seconds = 3;
    rows_init(&rows);
    bool good = argc > 1 && argv[1][0] != '-';
    for (int i = 2; good && i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--threads") == 0)
            threads = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--rounds") == 0)
            rounds = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtod(argv[i + 1], NULL);
        else
            good = strcmp(argv[i], "--rows") == 0 && rows_set(&rows, argv[i + 1]);
    }
    if (!good || threads < 1 || threads > 256 || rounds < 1 || seconds <= 0) {
        fprintf(stderr,
            "store_bench FOLDER [--threads N] [--seconds S] [--rounds N] [--rows name=count,...]\n");
        return 2;
    }
    char path[512];
    snprintf(path, sizeof path, "%s/store-bench.db", argv[1]);
    remove_files(path);
    double bare = 0, store = 0;
    for (int i = 0; i < rounds; i++) {
        double a = run_group(&rows, path, threads, seconds),
               b = run_store(&rows, path, threads, seconds);
        bare = a > bare ? a : bare;
        store = b > store ? b : store;
    }
    printf("store: %.0f cases/s of %.0f bare, ratio %.2f (%d threads)\n", store, bare, store / bare,
        threads);
    return 0;
}
