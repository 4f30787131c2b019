/*
 * The writer: one thread through which all changes go, many in one commit.
 *
 *     any thread                      the writer thread
 *     store_submit ──▶ ring ──▶ takes all that waits, at most batch_max
 *                                 BEGIN
 *                                   each function:  SAVEPOINT · fn · RELEASE      its change stays
 *                                                               └─ error: ROLLBACK TO, RELEASE
 *                                   hook (the journal's sequencer), search index
 *                                 COMMIT ── one write and one sync of the log for all
 *                                 each done(OK or its error)
 *                                 log back into the file when it has grown (answers are out)
 *                               ◀─ and again; asleep only when nothing waits
 *
 * No delay is ever added to gather more: while one batch is being synced the next gathers by
 * itself. A lone write commits alone at once; sixteen clients waiting commit sixteen at a time.
 *
 * States of one write, and what done is told
 *
 *     waiting ─▶ running ─▶ held ──COMMIT──▶ on disk        OK
 *        │          │         └─ hook, index or COMMIT fails ─▶ gone    that error
 *        │          ├─ fn fails ─▶ undone alone                         fn's error
 *        │          └─ SQLite gives up the transaction (disk full, I/O error) ─▶ gone, with all
 *        │             that were held; the rest of the batch starts a new transaction
 *        └─ closing: still run, none is dropped
 *
 * Invariants
 *   - done is called exactly once for each accepted write, never before the sync of its commit;
 *   - a failed function leaves nothing: no row, no open statement, no deferred constraint, no
 *     change waiting for the search index;
 *   - after a failed commit the connection is outside a transaction and the next batch tries
 *     afresh: a disk with room again needs no restart.
 *
 * Cost of waking: a submitter signals only when the writer sleeps; under load nobody signals.
 */
#include "store/internal.h"

#include <string.h>

enum {
    LOG_PAGES_CHECKPOINT = 4000, /* 16 MiB: write the log back, beside readers */
    LOG_PAGES_INSIST = 16000,    /* 64 MiB: and wait for readers, so that it can start over */
};

/* Submitting ---------------------------------------------------------------------------------- */

static enum err refuse_write(const struct store *s, struct diag *d)
{
    if (s->options.read_only)
        return diag_set(d, ERR_READ_ONLY, "数据库以只读方式打开,不能保存",
            "the database is open for reading only");
    if (s->stopping)
        return diag_set(d, ERR_STOPPING, "系统正在停止服务,未保存",
            "the server is stopping, nothing was saved");
    return diag_set(d, ERR_BUSY, "等待保存的请求过多(%zu 个),请稍后再试",
        "too many writes are waiting (%zu), try again in a moment", s->options.queue_max);
}

enum err store_submit(
    struct store *s, store_write_fn fn, store_done_fn done, void *ctx, struct diag *d)
{
    ASSERT(fn && done);
    pthread_mutex_lock(&s->mutex);
    enum err e = OK;
    if (s->options.read_only || s->stopping || s->ring_count == s->options.queue_max) {
        e = refuse_write(s, d);
        s->stats.busy += e == ERR_BUSY;
    } else {
        s->ring[(s->ring_first + s->ring_count) % s->options.queue_max] = (struct write){ fn, done,
            ctx };
        s->ring_count++;
        if (s->writer_idle)
            pthread_cond_signal(&s->work);
    }
    pthread_mutex_unlock(&s->mutex);
    return e;
}

struct waiter {
    store_write_fn fn;
    void *ctx;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool finished;
    enum err err;
    struct diag diag;
};

static enum err waiter_write(struct store_conn *c, void *ctx, struct diag *d)
{
    struct waiter *w = ctx;
    return w->fn(c, w->ctx, d);
}

static void waiter_done(void *ctx, enum err e, const struct diag *d)
{
    struct waiter *w = ctx;
    pthread_mutex_lock(&w->mutex);
    w->finished = true;
    w->err = e;
    w->diag = *d;
    pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->mutex);
}

enum err store_write(struct store *s, store_write_fn fn, void *ctx, struct diag *d)
{
    ASSERT(!s->writer_runs || !pthread_equal(pthread_self(), s->writer));
    struct waiter w = { .fn = fn, .ctx = ctx };
    pthread_mutex_init(&w.mutex, NULL);
    pthread_cond_init(&w.cond, NULL);
    enum err e = store_submit(s, waiter_write, waiter_done, &w, d);
    if (e == OK) {
        pthread_mutex_lock(&w.mutex);
        while (!w.finished)
            pthread_cond_wait(&w.cond, &w.mutex);
        pthread_mutex_unlock(&w.mutex);
        e = w.err;
        if (d)
            *d = w.diag;
    }
    pthread_cond_destroy(&w.cond);
    pthread_mutex_destroy(&w.mutex);
    return e;
}

void store_before_commit(struct store *s, store_write_fn hook, void *ctx)
{
    pthread_mutex_lock(&s->mutex);
    s->hook = hook;
    s->hook_ctx = ctx;
    pthread_mutex_unlock(&s->mutex);
}

/* One batch ----------------------------------------------------------------------------------- */

struct batch {
    struct store *store;
    struct store_conn *conn;
    size_t count;
    size_t held_from; /* items before it belong to a transaction that is over */
    bool open;        /* a transaction is */
};

static enum err step(struct store_conn *c, const char *sql, struct diag *d)
{
    return store_exec(c, d, sql, NULL, 0);
}

/* Nothing happens when there is no transaction. What cannot be rolled back now (memory) is rolled
 * back before the next one begins. */
static void roll_back(struct store_conn *c)
{
    if (!sqlite3_get_autocommit(c->db))
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum err begin(struct store_conn *c, struct diag *d)
{
    roll_back(c);
    enum err e = step(c, "BEGIN IMMEDIATE", d);
    if (e != OK)
        roll_back(c); /* it can fail after it began */
    return e;
}

/* Everything held so far is lost for this reason. */
static void lose(struct batch *b, size_t end, enum err e, const struct diag *d)
{
    for (size_t i = b->held_from; i < end; i++) {
        struct batch_item *item = &b->store->batch[i];
        if (item->err != OK)
            continue;
        item->err = e;
        item->diag = *d;
    }
    conn_end_rows(b->conn);
    roll_back(b->conn);
    search_rewind(b->conn->pending, 0);
    b->open = false;
    b->held_from = end;
}

/* A deferred reference that does not hold would only come out at COMMIT and take the neighbours
 * along. */
static enum err check_references(struct store_conn *c, struct diag *d)
{
    int waiting = 0, highest = 0;
    sqlite3_db_status(c->db, SQLITE_DBSTATUS_DEFERRED_FKS, &waiting, &highest, 0);
    return waiting == 0 ? OK
                        : diag_set(d, ERR_CONFLICT, "所引用的记录不存在",
                            "it refers to a record that is not there");
}

static enum err run_function(struct batch *b, struct batch_item *item)
{
    struct store_conn *c = b->conn;
    enum err e = item->write.fn(c, item->write.ctx, &item->diag);
    conn_end_rows(c);
    return e == OK ? check_references(c, &item->diag) : e;
}

static void run_item(struct batch *b, size_t i)
{
    struct batch_item *item = &b->store->batch[i];
    struct store_conn *c = b->conn;
    if (!b->open) {
        b->held_from = i;
        item->err = begin(c, &item->diag);
        if (item->err != OK)
            return;
        b->open = true;
    }
    size_t mark = c->pending->count;
    item->err = step(c, "SAVEPOINT one", &item->diag);
    if (item->err == OK)
        item->err = run_function(b, item);
    struct diag undone = { 0 };
    enum err e = OK;
    if (!sqlite3_get_autocommit(c->db)) {
        if (item->err != OK) {
            e = step(c, "ROLLBACK TO one", &undone);
            search_rewind(c->pending, mark);
        }
        if (e == OK)
            e = step(c, "RELEASE one", &undone);
        if (e == OK)
            return;
    } else {
        /* SQLite has given the whole transaction up; the function's error says why. */
        e = item->err != OK ? item->err : ERR_STORE;
        undone = item->diag;
        if (item->err == OK)
            diag_set(&undone, e, "事务已被数据库中止,未保存",
                "the database gave up the transaction, nothing was saved");
    }
    lose(b, i + 1, e, &undone);
}

static enum err finish(struct batch *b, struct diag *d)
{
    struct store *s = b->store;
    pthread_mutex_lock(&s->mutex);
    store_write_fn hook = s->hook;
    void *ctx = s->hook_ctx;
    pthread_mutex_unlock(&s->mutex);
    if (hook)
        TRY(hook(b->conn, ctx, d));
    conn_end_rows(b->conn);
    TRY(search_apply(b->conn, d));
    bool tell = b->conn->tables_changed;
    b->conn->tables_changed = false;
    if (tell)
        TRY(plan_teach(b->conn, NULL, d));
    conn_end_rows(b->conn);
    return step(b->conn, "COMMIT", d);
}

static void commit(struct batch *b)
{
    struct store *s = b->store;
    size_t held = 0;
    for (size_t i = b->held_from; i < b->count; i++)
        held += s->batch[i].err == OK;
    struct diag d = { 0 };
    enum err e = OK;
    if (b->open && held > 0)
        e = finish(b, &d);
    if (e == OK && held > 0)
        search_rewind(b->conn->pending, 0);
    else
        lose(b, b->count, e, &d);
    pthread_mutex_lock(&s->mutex);
    s->stats.commits += held > 0 && e == OK;
    s->stats.commits_failed += e != OK;
    s->stats.log_pages = s->log_pages;
    s->stats.writes += (int64_t)b->count;
    for (size_t i = 0; i < b->count; i++)
        s->stats.writes_failed += s->batch[i].err != OK;
    pthread_mutex_unlock(&s->mutex);
}

/* Its failure loses nothing: the log keeps what it holds, and the next batch tries again. */
static void write_log_back(struct store *s)
{
    if (s->log_pages < LOG_PAGES_CHECKPOINT)
        return;
    int mode = s->log_pages < LOG_PAGES_INSIST ? SQLITE_CHECKPOINT_PASSIVE
                                               : SQLITE_CHECKPOINT_RESTART;
    int in_log = 0, done = 0;
    int rc = sqlite3_wal_checkpoint_v2(s->write_conn.db, NULL, mode, &in_log, &done);
    if (rc == SQLITE_OK && done == in_log)
        s->log_pages = 0;
}

static void run_batch(struct store *s, size_t count)
{
    struct batch b = { .store = s, .conn = &s->write_conn, .count = count };
    for (size_t i = 0; i < count; i++)
        run_item(&b, i);
    commit(&b);
    for (size_t i = 0; i < count; i++) {
        const struct batch_item *item = &s->batch[i];
        item->write.done(item->write.ctx, item->err, &item->diag);
    }
    write_log_back(s);
}

/* The thread ---------------------------------------------------------------------------------- */

/* Moves what waits into the batch; 0 when closing and nothing waits. */
static size_t take(struct store *s)
{
    pthread_mutex_lock(&s->mutex);
    while (s->ring_count == 0 && !s->stopping) {
        s->writer_idle = true;
        pthread_cond_wait(&s->work, &s->mutex);
        s->writer_idle = false;
    }
    size_t count = s->ring_count;
    if (count > (size_t)s->options.batch_max)
        count = (size_t)s->options.batch_max;
    for (size_t i = 0; i < count; i++) {
        struct batch_item *item = &s->batch[i];
        item->write = s->ring[(s->ring_first + i) % s->options.queue_max];
        item->err = OK;
        memset(&item->diag, 0, sizeof item->diag);
    }
    s->ring_first = (s->ring_first + count) % s->options.queue_max;
    s->ring_count -= count;
    pthread_mutex_unlock(&s->mutex);
    return count;
}

void *writer_main(void *store)
{
    struct store *s = store;
    for (size_t count = take(s); count > 0; count = take(s))
        run_batch(s, count);
    return NULL;
}
