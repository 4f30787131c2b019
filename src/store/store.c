/*
 * Opening, closing, and what is asked about the whole. A store is
 *
 *     one writer thread with a connection of its own      writer.c
 *     a pool of connections for reading                   pool.c
 *     a pool of connections for untrusted SQL             pool.c, report.c
 *     one lock on the folder                              lock.c
 *
 * all made by store_open; connections of the pools are opened when first needed, so that a small
 * command pays for one. All memory whose size is known is taken here, at start-up.
 *
 * A file is ours when its application id says so. A new one is told so, and gets the table of the
 * migrations, in one transaction: a file half made by a crash is still empty and is made again.
 *
 * Opened read_only (for looking, beside a running server or on a read-only disk), there is no
 * lock and no writer. On a disk that cannot hold the shared-memory file of the log, the file is
 * read as unchangeable, provided no log lies beside it: then the file alone would be an old state.
 */
#include "store/internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const new_file =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE store_migration (component TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL,"
    " hash TEXT NOT NULL, applied_ms INTEGER NOT NULL, PRIMARY KEY (component, version)) WITHOUT ROWID;"
    "PRAGMA application_id = 1249209965; PRAGMA user_version = 1;"
    "COMMIT;";
_Static_assert(STORE_APPLICATION_ID == 1249209965 && STORE_FORMAT == 1, "as written above");

static enum err check_options(const struct store_options *o, struct diag *d)
{
    ASSERT(o->sys && o->path);
    if (strlen(o->path) >= PATH_BYTES_MAX - 16)
        return diag_set(
            d, ERR_LIMIT, "数据目录的路径过长", "the path of the data folder is too long");
    if (o->readers_max < 0 || o->readers_max > 256 || o->reports_max < 0 || o->reports_max > 64
        || o->queue_max > 1000000 || o->batch_max < 0 || o->batch_max > 4096 || o->wait_ms < 0)
        return diag_set(
            d, ERR_LIMIT, "数据库参数超出范围", "an option of the store is out of range");
    return OK;
}

static struct store *make(const struct store_options *o)
{
    struct store *s = mem_alloc(sizeof *s);
    *s = (struct store){ .options = *o, .lock_fd = -1 };
    snprintf(s->path, sizeof s->path, "%s", o->path);
    s->options.path = s->path;
    s->options.readers_max = o->readers_max ? o->readers_max : 8;
    s->options.reports_max = o->reports_max ? o->reports_max : 2;
    s->options.queue_max = o->queue_max ? o->queue_max : 4096;
    s->options.batch_max = o->batch_max ? o->batch_max : 256;
    s->options.wait_ms = o->wait_ms ? o->wait_ms : 2000;
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->work, NULL);
    pool_init(&s->readers, s, CONN_READER, (size_t)s->options.readers_max);
    pool_init(&s->reports, s, CONN_REPORT, (size_t)s->options.reports_max);
    s->ring = mem_alloc(s->options.queue_max * sizeof *s->ring);
    s->batch = mem_alloc((size_t)s->options.batch_max * sizeof *s->batch);
    arena_init(&s->search.arena, NULL, SEARCH_PENDING_BYTES);
    s->write_conn = (struct store_conn){ .store = s, .kind = CONN_WRITER, .pending = &s->search };
    return s;
}

/* Undoes make and whatever was opened. */
static void destroy(struct store *s)
{
    pool_release(&s->reports);
    pool_release(&s->readers);
    if (s->write_conn.db)
        sqlite3_wal_checkpoint_v2(s->write_conn.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    conn_close(&s->write_conn);
    lock_give(s->lock_fd);
    arena_release(&s->search.arena);
    mem_free(s->batch);
    mem_free(s->ring);
    pthread_cond_destroy(&s->work);
    pthread_mutex_destroy(&s->mutex);
    mem_free(s);
}

/* *is_new: an empty file, which only a writer may take for its own. */
static enum err check_ours(struct store_conn *c, bool *is_new, struct diag *d)
{
    int64_t application = 0, format = 0, tables = 0;
    *is_new = false;
    TRY(conn_pragma_int(c, "PRAGMA application_id", &application, d));
    TRY(conn_pragma_int(c, "PRAGMA user_version", &format, d));
    TRY(conn_pragma_int(c, "SELECT count(*) FROM sqlite_schema", &tables, d));
    if (application == 0 && tables == 0 && c->kind == CONN_WRITER) {
        *is_new = true;
        return OK;
    }
    if (application != STORE_APPLICATION_ID)
        return diag_set(
            d, ERR_STORE, "这不是 junma 的数据库文件", "this is not a database of junma");
    if (format > STORE_FORMAT)
        return diag_set(d, ERR_UNSUPPORTED, "数据库的存储格式(%lld)比本程序(%d)新,请使用更新的程序",
            "the database's storage format (%lld) is newer than this program's (%d): use a newer program",
            (long long)format, (int)STORE_FORMAT);
    return OK;
}

static enum err open_for_writing(struct store *s, struct diag *d)
{
    if (!s->options.create)
        TRY(file_must_exist(s->path, d));
    TRY(lock_take(s->path, &s->lock_fd, d));
    TRY(conn_open(&s->write_conn, d));
    bool is_new = false;
    TRY(check_ours(&s->write_conn, &is_new, d));
    TRY(conn_start_log(&s->write_conn, d));
    if (is_new)
        TRY(conn_run(&s->write_conn, new_file, d));
    if (pthread_create(&s->writer, NULL, writer_main, s) != 0)
        return diag_set(
            d, ERR_MEMORY, "无法启动写入线程", "the writer thread could not be started");
    s->writer_runs = true;
    return OK;
}

static bool has_log(const struct store *s)
{
    char path[PATH_BYTES_MAX + 8];
    struct stat st;
    snprintf(path, sizeof path, "%s-wal", s->path);
    return stat(path, &st) == 0 && st.st_size > 0;
}

static enum err look(struct store *s, struct diag *d)
{
    struct store_conn *c = NULL;
    TRY(store_read_begin(s, &c, d));
    bool is_new = false;
    enum err e = check_ours(c, &is_new, d);
    store_read_end(c);
    return e;
}

static enum err open_for_reading(struct store *s, struct diag *d)
{
    TRY(file_must_exist(s->path, d));
    enum err e = look(s, d);
    if (e != ERR_READ_ONLY || has_log(s))
        return e;
    for (size_t i = 0; i < s->readers.count; i++)
        conn_close(&s->readers.conns[i]);
    s->immutable = true;
    return look(s, d);
}

enum err store_open(const struct store_options *options, struct store **out, struct diag *d)
{
    TRY(check_options(options, d));
    struct store *s = make(options);
    enum err e = options->read_only ? open_for_reading(s, d) : open_for_writing(s, d);
    if (e != OK) {
        diag_at(d, options->path, 0, 0);
        destroy(s);
        return e;
    }
    *out = s;
    return OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->writer_runs) {
        pthread_mutex_lock(&s->mutex);
        s->stopping = true;
        pthread_cond_signal(&s->work);
        pthread_mutex_unlock(&s->mutex);
        pthread_join(s->writer, NULL);
    }
    destroy(s);
}

enum err store_read_begin(struct store *s, struct store_conn **out, struct diag *d)
{
    struct store_conn *c = NULL;
    TRY(pool_take(s, &s->readers, &c, d));
    enum err e = store_exec(c, d, "BEGIN", NULL, 0);
    if (e != OK) {
        store_read_end(c);
        return e;
    }
    *out = c;
    return OK;
}

void store_read_end(struct store_conn *c)
{
    if (!c)
        return;
    conn_end_rows(c);
    if (c->report) {
        report_end(c);
        pool_give(&c->store->reports, c);
        return;
    }
    /* A connection that cannot leave its transaction is closed, and opened anew when next taken. */
    if (!sqlite3_get_autocommit(c->db) && store_exec(c, NULL, "COMMIT", NULL, 0) != OK)
        conn_close(c);
    pool_give(&c->store->readers, c);
}

void store_get_stats(struct store *s, struct store_stats *out)
{
    pthread_mutex_lock(&s->mutex);
    *out = s->stats;
    out->queued = (int64_t)s->ring_count;
    pthread_mutex_unlock(&s->mutex);
}
