/*
 * One connection: how it is set up, and how SQLite's result codes become errors of the house.
 *
 * Settings, and why
 *   journal_mode=WAL        readers never wait for the writer nor it for them
 *   synchronous=FULL        the log is synced at each commit: acknowledged is on disk
 *   wal_autocheckpoint=0    the writer thread moves the log into the file itself, after it has
 *                           answered (writer.c), so that nobody's answer waits for it
 *   journal_size_limit      the log file keeps its blocks after a checkpoint, so that a commit
 *                           rewrites them in place and the sync has no file length to record
 *   secure_delete=ON        what is erased is overwritten, since people have a right to erasure;
 *                           it costs the zeroing of pages that are written anyway
 *   temp_store=MEMORY       no personal data in temporary files
 *   foreign_keys=ON
 *   mmap_size=0             a disk error in a mapped page would be a signal, not an error; and the
 *                           mapped file would count as this process's memory
 *   cache_size              8 MiB for the writer, 2 MiB a reader, 1 MiB a report; 64 MiB for a writer
 *                           that fills a database: places in indexes are met at random, and each
 *                           would be read and written again
 *   defensive, no double-quoted strings, untrusted schema: what is in the file cannot run code
 */
#include "store/internal.h"
#include "store/median.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BUSY_MS = 5000 };

static enum err damaged(const char *words, struct diag *d)
{
    return diag_set(d, ERR_STORE,
        "数据库文件已损坏(%s)。请停止服务,用最近的备份恢复,并保留损坏的文件以备查验",
        "the database file is damaged (%s): stop, restore the last backup, and keep the damaged "
        "file for inspection",
        words);
}

static enum err constraint_error(sqlite3 *db, int extended, struct diag *d)
{
    const char *words = sqlite3_errmsg(db);
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return diag_set(
            d, ERR_CONFLICT, "已有相同的记录(%s)", "such a record is already there (%s)", words);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return diag_set(d, ERR_CONFLICT, "所引用的记录不存在,或仍被其他记录引用(%s)",
            "it refers to a record that is not there, or is still referred to (%s)", words);
    default:
        return diag_set(d, ERR_INVALID, "不符合数据表的约束(%s)",
            "a constraint of the table does not hold (%s)", words);
    }
}

static enum err io_error(sqlite3 *db, int extended, struct diag *d)
{
    if (extended == SQLITE_IOERR_NOMEM)
        return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
    int number = db ? sqlite3_system_errno(db) : 0;
    if (number == ENOSPC || number == EDQUOT)
        return diag_set(d, ERR_DISK_FULL, "磁盘已满,未保存", "the disk is full, nothing was saved");
    if (number == EROFS)
        return diag_set(
            d, ERR_READ_ONLY, "磁盘只读,未保存", "the disk is read-only, nothing was saved");
    return diag_set(d, ERR_IO, "读写数据库文件失败(%s,代码 %d)",
        "reading or writing the database file failed (%s, code %d)",
        number ? strerror(number) : sqlite3_errstr(extended), extended);
}

enum err sqlite_error(sqlite3 *db, int rc, struct diag *d)
{
    int extended = db ? sqlite3_extended_errcode(db) : rc;
    if ((extended & 0xff) != (rc & 0xff))
        extended = rc;
    const char *words = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return diag_set(d, ERR_DISK_FULL, "磁盘已满,未保存", "the disk is full, nothing was saved");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return diag_set(d, ERR_READ_ONLY, "数据库文件不可写,未保存(%s)",
            "the database file cannot be written, nothing was saved (%s)", words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return diag_set(d, ERR_BUSY, "数据库正被占用,请稍后再试",
            "the database is in use, try again in a moment");
    case SQLITE_CONSTRAINT:
        return constraint_error(db, extended, d);
    case SQLITE_NOMEM:
        return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
    case SQLITE_IOERR:
        return io_error(db, extended, d);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damaged(words, d);
    case SQLITE_TOOBIG:
        return diag_set(d, ERR_TOO_LARGE, "数据过大(%s)", "a value is too large (%s)", words);
    default:
        return diag_set(d, ERR_STORE, "数据库出错:%s", "the database reports: %s", words);
    }
}

static enum err report_error(struct store_conn *c, int rc, struct diag *d)
{
    const struct report *r = c->report;
    if (r->refused) {
        if (d) {
            d->err = r->refusal.err;
            memcpy(d->zh, r->refusal.zh, sizeof d->zh);
            memcpy(d->en, r->refusal.en, sizeof d->en);
        }
        return r->refusal.err;
    }
    const struct store_report_limits *l = &r->limits;
    switch (r->reached) {
    case REPORT_MS:
        return diag_set(d, ERR_LIMIT, "查询超过时间上限(%lld 毫秒)",
            "the query took longer than its limit (%lld ms)", (long long)l->ms_max);
    case REPORT_STEPS:
        return diag_set(d, ERR_LIMIT, "查询超过步数上限(%lld 步)",
            "the query took more steps than its limit (%lld)", (long long)l->steps_max);
    case REPORT_BYTES:
        return diag_set(d, ERR_LIMIT, "查询超过内存上限(%lld 字节)",
            "the query took more memory than its limit (%lld bytes)", (long long)l->bytes_max);
    case REPORT_WITHIN:
        break;
    }
    if ((rc & 0xff) == SQLITE_TOOBIG)
        return diag_set(d, ERR_LIMIT, "查询或其中的值过长:%s",
            "the query or a value in it is too long: %s", sqlite3_errmsg(c->db));
    if ((rc & 0xff) == SQLITE_ERROR)
        return diag_set(
            d, ERR_SYNTAX, "查询语句有误:%s", "the query is wrong: %s", sqlite3_errmsg(c->db));
    return sqlite_error(c->db, rc, d);
}

enum err conn_error(struct store_conn *c, int rc, struct diag *d)
{
    return c->report ? report_error(c, rc, d) : sqlite_error(c->db, rc, d);
}

enum err conn_run(struct store_conn *c, const char *sql, struct diag *d)
{
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : conn_error(c, rc, d);
}

enum err conn_pragma_int(struct store_conn *c, const char *sql, int64_t *out, struct diag *d)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(c->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    int64_t value = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    enum err e = rc == SQLITE_ROW ? OK : conn_error(c, rc, d);
    sqlite3_finalize(statement);
    if (e == OK)
        *out = value;
    return e;
}

static str text_of(sqlite3_value *value)
{
    const unsigned char *text = sqlite3_value_text(value);
    return (str){ (const char *)text, text ? (size_t)sqlite3_value_bytes(value) : 0 };
}

/* junma_holds(text, typed): does the text hold what junma_typed(typed) finds? */
static void sql_holds(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_int(context, tokens_hold(text_of(values[0]), text_of(values[1])));
}

/* junma_terms(text), junma_typed(text): the search expression for what a person typed. */
static void sql_terms(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    str (*query)(struct arena *, str) = sqlite3_user_data(context) ? tokens_query_typed : tokens_query_all;
    struct arena a;
    arena_init(&a, NULL, MIB);
    str terms = query(&a, text_of(values[0]));
    if (arena_failed(&a))
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_text64(
            context, terms.data ? terms.data : "", terms.bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
    arena_release(&a);
}

/* junma_zone(): the zone of the report under way; NULL elsewhere, so that a view shows nothing. */
static void sql_zone(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    const struct store_conn *c = sqlite3_user_data(context);
    if (!c->report)
        return;
    str zone = c->report->limits.zone;
    sqlite3_result_text64(
        context, zone.data ? zone.data : "", zone.bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static int on_log_grown(void *ctx, sqlite3 *db, const char *schema, int pages)
{
    (void)db;
    (void)schema;
    struct store *s = ctx;
    s->log_pages = pages;
    return SQLITE_OK;
}

static int add_functions(struct store_conn *c)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_function(c->db, "junma_terms", 1, flags, NULL, sql_terms, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "junma_typed", 1, flags, c, sql_terms, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "junma_holds", 2, flags, NULL, sql_holds, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "junma_zone", 0, flags, c, sql_zone, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = median_register(c->db);
    return rc == SQLITE_OK ? tokens_register(c->db) : rc;
}

static void harden(sqlite3 *db)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

static enum err apply_settings(struct store_conn *c, struct diag *d)
{
    TRY(conn_run(
        c, "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;", d));
    switch (c->kind) {
    case CONN_WRITER:
        TRY(conn_run(c, "PRAGMA secure_delete = ON;", d));
        return conn_run(c,
            c->store->options.fills ? "PRAGMA cache_size = -65536;" : "PRAGMA cache_size = -8192;", d);
    case CONN_READER:
        return conn_run(c, "PRAGMA query_only = ON; PRAGMA cache_size = -2048;", d);
    case CONN_REPORT:
        TRY(conn_run(c, "PRAGMA query_only = ON; PRAGMA cache_size = -1024;", d));
        report_limit_connection(c->db);
        sqlite3_progress_handler(c->db, 500, report_progress, c);
        sqlite3_set_authorizer(c->db, report_authorize, c);
        return OK;
    }
    return OK;
}

enum err conn_start_log(struct store_conn *c, struct diag *d)
{
    TRY(conn_run(c,
        "PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA journal_size_limit = 67108864;",
        d));
    sqlite3_wal_hook(c->db, on_log_grown, c->store);
    return OK;
}

/* "file:…?immutable=1" with the characters escaped that mean something there; sqlite3_free it. */
static char *immutable_uri(const char *path)
{
    sqlite3_str *uri = sqlite3_str_new(NULL);
    sqlite3_str_appendall(uri, "file:");
    for (const char *at = path; *at; at++)
        if (*at == '%' || *at == '?' || *at == '#')
            sqlite3_str_appendf(uri, "%%%02x", (unsigned char)*at);
        else
            sqlite3_str_appendchar(uri, 1, *at);
    sqlite3_str_appendall(uri, "?immutable=1");
    return sqlite3_str_finish(uri);
}

static int open_file(struct store_conn *c)
{
    struct store *s = c->store;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (s->immutable) {
        char *uri = immutable_uri(s->path);
        if (!uri)
            return SQLITE_NOMEM;
        int rc = sqlite3_open_v2(
            uri, &c->db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_READONLY, s->options.layer);
        sqlite3_free(uri);
        return rc;
    }
    if (c->kind == CONN_WRITER)
        flags |= SQLITE_OPEN_READWRITE | (s->options.create ? SQLITE_OPEN_CREATE : 0);
    else if (s->options.read_only)
        flags |= SQLITE_OPEN_READWRITE; /* query_only below; lets the last one tidy up the log */
    else
        flags |= SQLITE_OPEN_READONLY;
    return sqlite3_open_v2(s->path, &c->db, flags, s->options.layer);
}

enum err conn_open(struct store_conn *c, struct diag *d)
{
    int rc = open_file(c);
    if (rc != SQLITE_OK) {
        enum err e = sqlite_error(c->db, rc, d);
        conn_close(c);
        return e;
    }
    harden(c->db);
    rc = add_functions(c);
    enum err e = rc == SQLITE_OK ? apply_settings(c, d) : sqlite_error(c->db, rc, d);
    if (e != OK)
        conn_close(c);
    return e;
}

void conn_close(struct store_conn *c)
{
    if (!c->db)
        return;
    conn_drop_statements(c);
    int rc = sqlite3_close(c->db);
    ASSERT(rc == SQLITE_OK);
    c->db = NULL;
}
