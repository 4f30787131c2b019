/*
 * Procedures kept: a table of cases with their state as text, a table of open tasks, as the zone
 * keeps them. One life is two writes of the store:
 *
 *     begin      the case's row and its task's row
 *     complete   the case's row read, the state restored, the turn, the state written, the task's
 * row deleted
 *
 * The limit: the same statements with the same texts, straight into SQLite, 256 writes a commit
 * with the same durability, nothing computed.
 */
#include "bpmn_bench.h"

#include "store/store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { IN_FLIGHT = 2048, BATCH = 256, ROUNDS_MAX = 99 };

static const char tables[] =
    "CREATE TABLE bench_case (zone TEXT NOT NULL, id INTEGER NOT NULL, status INTEGER NOT NULL,"
    " state TEXT NOT NULL, PRIMARY KEY (zone, id));"
    "CREATE TABLE bench_task (zone TEXT NOT NULL, case_id INTEGER NOT NULL, token INTEGER NOT NULL,"
    " node TEXT NOT NULL, PRIMARY KEY (zone, case_id, token));";
#define PUT_CASE "INSERT INTO bench_case (zone, id, status, state) VALUES ($1, $2, 0, $3)"
#define PUT_TASK "INSERT INTO bench_task (zone, case_id, token, node) VALUES ($1, $2, $3, $4)"
#define GET_CASE "SELECT state FROM bench_case WHERE zone = $1 AND id = $2"
#define SET_CASE "UPDATE bench_case SET status = $3, state = $4 WHERE zone = $1 AND id = $2"
#define END_TASK "DELETE FROM bench_task WHERE zone = $1 AND case_id = $2 AND token = $3"

static const struct bpmn_host host = { .now_ms = 1795392000000 };

struct durable {
    const struct bench_model *model;
    struct store *store;
    struct arena home, scratch; /* of the writer */
    pthread_mutex_t mutex;
    pthread_cond_t room;
    int in_flight;
    int64_t lives;
    _Atomic bool stopping;
    str begun, ended; /* for the bare run */
};

struct life {
    struct durable *d;
    int64_t id, token;
    bool begun;
};

static enum err begin(struct store_conn *c, struct life *l, struct diag *d)
{
    struct durable *w = l->d;
    struct bpmn_turn t;
    struct bpmn_instance *i;
    str state;
    bpmn_turn_init(&t, &host, &w->scratch, d);
    TRY(bpmn_start(&t, &w->home, w->model->model, STR("P"), STR_NONE, NULL, &i));
    TRY(bpmn_save(i, &w->scratch, &state, d));
    TRY(STORE_EXEC(c, d, PUT_CASE, S_TEXT(STR("zone1")), S_INT(l->id), S_TEXT(state)));
    for (size_t n = 0; n < t.effect_count; n++)
        if (t.effects[n].kind == BPMN_TASK_CREATED) {
            l->token = t.effects[n].token;
            TRY(STORE_EXEC(c, d, PUT_TASK, S_TEXT(STR("zone1")), S_INT(l->id), S_INT(l->token),
                S_TEXT(t.effects[n].node->id)));
        }
    return OK;
}

static enum err complete(struct store_conn *c, struct life *l, struct diag *d)
{
    struct durable *w = l->d;
    struct bpmn_turn t;
    struct bpmn_instance *i;
    struct store_rows rows;
    str state;
    TRY(STORE_ONE(c, &rows, d, GET_CASE, S_TEXT(STR("zone1")), S_INT(l->id)));
    enum err err = bpmn_restore(&w->home, w->model->model, store_text(&rows, 0), &i, d);
    store_rows_end(&rows);
    TRY(err);
    bpmn_turn_init(&t, &host, &w->scratch, d);
    TRY(bpmn_complete(&t, i, l->token, w->model->answer));
    TRY(bpmn_save(i, &w->scratch, &state, d));
    TRY(STORE_EXEC(
        c, d, SET_CASE, S_TEXT(STR("zone1")), S_INT(l->id), S_INT(bpmn_ended(i)), S_TEXT(state)));
    return STORE_EXEC(c, d, END_TASK, S_TEXT(STR("zone1")), S_INT(l->id), S_INT(l->token));
}

static enum err turn(struct store_conn *c, void *ctx, struct diag *d)
{
    struct life *l = ctx;
    enum err err = l->begun ? complete(c, l, d) : begin(c, l, d);
    arena_reset(&l->d->scratch);
    arena_reset(&l->d->home);
    return err;
}

/* Every life is submitted again as soon as its last turn is on disk. */
static void on_disk(void *ctx, enum err e, const struct diag *d)
{
    struct life *l = ctx;
    struct durable *w = l->d;
    struct diag busy = { 0 };
    if (e != OK) {
        fprintf(stderr, "bpmn_bench: %s\n", d->en);
        exit(1);
    }
    w->lives += l->begun; /* on the writer's thread only */
    l->begun = !l->begun;
    if (!l->begun)
        l->id += IN_FLIGHT;
    if (!w->stopping && store_submit(w->store, turn, on_disk, l, &busy) == OK)
        return;
    pthread_mutex_lock(&w->mutex);
    w->in_flight--;
    pthread_cond_signal(&w->room);
    pthread_mutex_unlock(&w->mutex);
}

static double through_store(struct durable *w, const char *path, double seconds)
{
    static struct life lives[IN_FLIGHT];
    static const struct store_migration step = { 1, "bench", tables };
    struct store_options o = { .sys = sys_real(), .path = path, .create = true };
    struct timespec pause = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    struct diag d = { 0 };
    if (store_open(&o, &w->store, &d) != OK
        || store_migrate(w->store, "bench", &step, 1, &d) != OK) {
        fprintf(stderr, "%s\n", d.en);
        exit(1);
    }
    w->lives = 0;
    w->stopping = false;
    w->in_flight = IN_FLIGHT;
    double before = bench_now();
    for (int n = 0; n < IN_FLIGHT; n++) {
        lives[n] = (struct life){ .d = w, .id = n + 1 };
        if (store_submit(w->store, turn, on_disk, &lives[n], &d) != OK)
            exit(1);
    }
    nanosleep(&pause, NULL);
    w->stopping = true;
    pthread_mutex_lock(&w->mutex);
    while (w->in_flight)
        pthread_cond_wait(&w->room, &w->mutex);
    pthread_mutex_unlock(&w->mutex);
    double rate = (double)w->lives / (bench_now() - before);
    store_close(w->store);
    return rate;
}

/* ── the limit ─────────────────────────────────────────────────────────────────────────────── */

struct bare {
    sqlite3 *db;
    sqlite3_stmt *put_case, *put_task, *get_case, *set_case, *end_task;
};

static void run(struct bare *b, const char *sql)
{
    if (sqlite3_exec(b->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(b->db));
        exit(1);
    }
}

static sqlite3_stmt *ready(struct bare *b, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v3(b->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK)
        exit(1);
    return s;
}

static void bind_text(sqlite3_stmt *s, int at, str text)
{
    sqlite3_bind_text(s, at, text.data, (int)text.bytes, SQLITE_STATIC);
}

static void step(sqlite3_stmt *s, int64_t id)
{
    bind_text(s, 1, STR("zone1"));
    sqlite3_bind_int64(s, 2, id);
    if (sqlite3_step(s) == SQLITE_ERROR)
        exit(1);
    sqlite3_reset(s);
}

static void bare_begin(struct bare *b, const struct durable *w, int64_t id)
{
    bind_text(b->put_case, 3, w->begun);
    step(b->put_case, id);
    sqlite3_bind_int64(b->put_task, 3, 3);
    bind_text(b->put_task, 4, STR("t"));
    step(b->put_task, id);
}

static void bare_complete(struct bare *b, const struct durable *w, int64_t id)
{
    step(b->get_case, id);
    sqlite3_bind_int64(b->set_case, 3, 1);
    bind_text(b->set_case, 4, w->ended);
    step(b->set_case, id);
    sqlite3_bind_int64(b->end_task, 3, 3);
    step(b->end_task, id);
}

static double bare_sqlite(const struct durable *w, const char *path, double seconds)
{
    struct bare b;
    int64_t lives = 0, id = 1;
    if (sqlite3_open(path, &b.db) != SQLITE_OK)
        exit(1);
    run(&b,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192;");
    run(&b, tables);
    b.put_case = ready(&b, PUT_CASE);
    b.put_task = ready(&b, PUT_TASK);
    b.get_case = ready(&b, GET_CASE);
    b.set_case = ready(&b, SET_CASE);
    b.end_task = ready(&b, END_TASK);
    double before = bench_now();
    while (bench_now() - before < seconds) {
        for (int turn = 0; turn < 2; turn++)
            for (int from = 0; from < IN_FLIGHT; from += BATCH) {
                run(&b, "BEGIN IMMEDIATE");
                for (int n = 0; n < BATCH; n++)
                    turn ? bare_complete(&b, w, id + from + n) : bare_begin(&b, w, id + from + n);
                run(&b, "COMMIT");
            }
        id += IN_FLIGHT;
        lives += IN_FLIGHT;
    }
    double rate = (double)lives / (bench_now() - before);
    sqlite3_stmt *const all[] = { b.put_case, b.put_task, b.get_case, b.set_case, b.end_task };
    for (size_t n = 0; n < 5; n++)
        sqlite3_finalize(all[n]);
    sqlite3_close(b.db);
    return rate;
}

/* The texts that one life writes. */
static void write_texts(struct durable *w, struct arena *a)
{
    struct bpmn_turn t;
    struct bpmn_instance *i;
    struct diag d = { 0 };
    bpmn_turn_init(&t, &host, a, &d);
    bool good = bpmn_start(&t, a, w->model->model, STR("P"), STR_NONE, NULL, &i) == OK
        && bpmn_save(i, a, &w->begun, &d) == OK
        && bpmn_complete(&t, i, bpmn_waiting_at(i, 0).token, w->model->answer) == OK
        && bpmn_save(i, a, &w->ended, &d) == OK;
    ASSERT(good);
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

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void bench_durable(const struct bench_model *m, const char *folder, double seconds, int rounds)
{
    struct durable w = {
        .model = m, .mutex = PTHREAD_MUTEX_INITIALIZER, .room = PTHREAD_COND_INITIALIZER
    };
    double ours[ROUNDS_MAX], bare[ROUNDS_MAX], ratios[ROUNDS_MAX];
    struct arena a;
    char path[512];
    snprintf(path, sizeof path, "%s/bpmn-bench.db", folder);
    arena_init(&a, NULL, MIB);
    arena_init(&w.home, NULL, MIB);
    arena_init(&w.scratch, NULL, MIB);
    write_texts(&w, &a);
    for (int n = 0; n < rounds; n++) {
        remove_files(path);
        bare[n] = bare_sqlite(&w, path, seconds);
        remove_files(path);
        ours[n] = through_store(&w, path, seconds);
        ratios[n] = ours[n] / bare[n];
    }
    remove_files(path);
    qsort(ours, (size_t)rounds, sizeof *ours, by_size);
    qsort(bare, (size_t)rounds, sizeof *bare, by_size);
    qsort(ratios, (size_t)rounds, sizeof *ratios, by_size);
    printf("durable    %-40s %9.0f instances/s, bare SQLite %.0f, ratio %.2f\n", m->name,
        ours[rounds / 2], bare[rounds / 2], ratios[rounds / 2]);
    arena_release(&w.scratch);
    arena_release(&w.home);
    arena_release(&a);
}
