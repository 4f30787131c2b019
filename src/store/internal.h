/*
 * What the files of this room share. Only here and in the .c files beside it does SQLite appear.
 *
 * Who may touch what:
 *   - the ring of waiting writes, the pools and the statistics: any thread, under store.mutex;
 *   - a connection: the thread that took it, until it gives it back;
 *   - the writer connection and the batch: the writer thread only (store_open and store_close
 *     before it starts and after it ended).
 */
#ifndef JUNMA_STORE_INTERNAL_H
#define JUNMA_STORE_INTERNAL_H

#include "store/store.h"

#include <pthread.h>
#include <sqlite3.h>

enum {
    STORE_FORMAT = 1,                  /* PRAGMA user_version */
    STORE_APPLICATION_ID = 0x4a756e6d, /* "Junm" */
    PARAMETERS_MAX = 64,               /* $1 .. $64 */
    STATEMENTS_MAX = 128,              /* kept ready a connection */
    SQL_BYTES_MAX = 64 * 1024,
    INDEX_NAME_MAX = 56,
    PATH_BYTES_MAX = 1024,
    SEARCH_PENDING_BYTES = 32 * 1024 * 1024,
    REPORT_HIDDEN_MAX = 64,
    REPORT_DEFINED_MAX = 16,
};

/* A statement made ready. Cached ones live in the connection's table; one that is asked for while
 * its cached twin is in use, and every report's, is made for the occasion and finalised at its
 * end. */
struct store_statement {
    sqlite3_stmt *handle;
    uint64_t hash;
    char *sql; /* as the caller wrote it, before placeholders */
    int parameter_count;
    int parameter_index[PARAMETERS_MAX]; /* of $1, $2 … in SQLite's numbering */
    bool cached, busy;
    uint64_t used;                                     /* tick of last use */
    struct store_statement *open_next, *open_previous; /* of the connection's open rows */
};

/* A change of the full-text index that waits for the end of the batch; see search.c. */
struct search_change {
    char index[INDEX_NAME_MAX + 1];
    bool is_delete;
    int64_t document;
    str text;
};

struct search_pending {
    struct arena arena;
    struct search_change *changes;
    size_t count, capacity;
};

/* What the text of a query defines: its common table expressions; names borrow the text. */
struct report_text {
    str defined[REPORT_DEFINED_MAX];
    size_t defined_count;
};

enum report_limit { REPORT_WITHIN, REPORT_MS, REPORT_STEPS, REPORT_BYTES };

/* State of one report, on a report connection from begin to end. */
struct report {
    struct store_report_limits limits;
    struct arena arena;
    const char *hidden[REPORT_HIDDEN_MAX]; /* tables under the views that may be read */
    size_t hidden_count;
    struct report_text text; /* of the statement being made ready */
    const char *recording;   /* the allowed name whose tables are being found out, else NULL */
    int64_t started_ns, steps, bytes_before;
    enum report_limit reached;
    bool trusted; /* the store itself speaks: nothing is refused */
    bool refused;
    struct diag refusal;
};

enum conn_kind { CONN_WRITER, CONN_READER, CONN_REPORT };

struct store_conn {
    struct store *store;
    enum conn_kind kind;
    sqlite3 *db; /* NULL until first used */
    struct store_statement *statements[STATEMENTS_MAX];
    const char *sources[STATEMENTS_MAX]; /* where each one's text was last found, for a first guess */
    struct store_statement *open; /* statements whose rows are not ended */
    uint64_t tick;
    int64_t changes;
    bool tables_changed;            /* the planner is told before the commit (plan.c) */
    struct search_pending *pending; /* of the writer */
    struct report *report;          /* of a report connection */
    struct store_conn *free_next;
};

struct pool {
    struct store_conn *conns;
    size_t count, out; /* out: taken and not given back */
    struct store_conn *free;
    pthread_cond_t given_back;
};

struct write {
    store_write_fn fn;
    store_done_fn done;
    void *ctx;
};

struct batch_item {
    struct write write;
    enum err err;
    struct diag diag;
};

struct store {
    struct store_options options; /* defaults filled in */
    char path[PATH_BYTES_MAX];
    int lock_fd; /* -1 when not locked */
    bool immutable;

    pthread_mutex_t mutex;
    pthread_cond_t work; /* the ring is no longer empty, or stopping */
    bool writer_idle;    /* it waits for `work` */
    bool writer_runs, stopping;
    pthread_t writer;
    struct write *ring; /* options.queue_max of them */
    size_t ring_first, ring_count;
    store_write_fn hook;
    void *hook_ctx;
    struct store_stats stats;

    struct pool readers, reports;

    struct store_conn write_conn;
    struct search_pending search;
    struct batch_item *batch; /* options.batch_max of them */
    int log_pages;            /* set by SQLite's log hook at each commit */
};

/* conn.c */
MUST_USE enum err conn_open(struct store_conn *c, struct diag *d);
/* The writer's, once the file is known to be ours: from here on it is in log mode. */
MUST_USE enum err conn_start_log(struct store_conn *c, struct diag *d);
void conn_close(struct store_conn *c);
/* SQLite's verdict as ours; a report's refusals and limits go first. */
enum err conn_error(struct store_conn *c, int rc, struct diag *d);
enum err sqlite_error(sqlite3 *db, int rc, struct diag *d);
/* A short constant statement without values or rows. */
MUST_USE enum err conn_run(struct store_conn *c, const char *sql, struct diag *d);
MUST_USE enum err conn_pragma_int(
    struct store_conn *c, const char *sql, int64_t *out, struct diag *d);

/* statement.c */
void conn_end_rows(struct store_conn *c);
void conn_drop_statements(struct store_conn *c);

/* expand.c: SQL with its placeholders replaced; ERR_INTERNAL for an unknown one. */
/* Which placeholders may stand: {search} in migrations only, in untrusted reports only {json} and
 * {aside}. */
enum expand_for { EXPAND_STATEMENT, EXPAND_MIGRATION, EXPAND_REPORT };
MUST_USE enum err sql_expand(
    struct arena *a, str sql, enum expand_for what, str *out, struct diag *d);
bool index_name_is_valid(str name);

/* writer.c */
void *writer_main(void *store);

/* pool.c */
void pool_init(struct pool *p, struct store *s, enum conn_kind kind, size_t count);
void pool_release(struct pool *p);
MUST_USE enum err pool_take(
    struct store *s, struct pool *p, struct store_conn **out, struct diag *d);
void pool_give(struct pool *p, struct store_conn *c);

/* lock.c: the folder is ours while the file is open. */
MUST_USE enum err lock_take(const char *database_path, int *fd, struct diag *d);
void lock_give(int fd);
MUST_USE enum err file_must_exist(const char *path, struct diag *d);

/* tokens.c */
enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_HAN };
enum { TOKEN_BYTES_MAX = 64 };
struct token {
    enum token_kind kind;
    str text;        /* folded word, in `folded`; or the run of Han as it stands in the source */
    size_t from, to; /* bytes of the source */
    char folded[TOKEN_BYTES_MAX];
};
/* The next term at or after *at. */
void token_next(str text, size_t *at, struct token *out);
int tokens_register(sqlite3 *db);
/* All terms must match; without any, an expression that matches nothing. */
str tokens_query_all(struct arena *a, str text);
/* Any of the first distinct terms; empty when there is none. */
str tokens_query_any(struct arena *a, str text);

/* What the index takes of a text: a term, its flags and where it stands. */
typedef int (*token_sink)(void *ctx, int flags, const char *token, int bytes, int from, int to);
/* As junma_terms, with words also as letters that Chinese is typed in. */
str tokens_query_typed(struct arena *a, str text);
/* Does the text hold what the expression for `typed` asks for? */
bool tokens_hold(str text, str typed);

/* letters.c: words of Latin letters as people type Chinese. */
bool letters_typed(str word); /* can it be some? of a folded word */
void letters_query_add(struct buf *b, str word);
int letters_put(str text, void *ctx, token_sink sink);
/* False: what is asked is no expression of letters_query_add. */
bool letters_put_query(str text, void *ctx, token_sink sink, int *rc);
bool letters_hold(str text, str word);

/* search.c */
void search_rewind(struct search_pending *p, size_t count);
MUST_USE enum err search_apply(struct store_conn *c, struct diag *d);

/* report.c */
int report_authorize(void *conn, int action, const char *first, const char *second,
    const char *database, const char *inside);
int report_progress(void *conn);
void report_limit_connection(sqlite3 *db);
/* Before the statement is made ready, and after. */
MUST_USE enum err report_check_text(struct store_conn *c, str sql, struct diag *d);
MUST_USE enum err report_check_statement(
    struct store_conn *c, sqlite3_stmt *statement, const char *tail, struct diag *d);
void report_end(struct store_conn *c);

/* report_text.c: what can be seen in the text alone. */
MUST_USE enum err report_lex_check(struct arena *a, str sql, const char *const *hidden,
    size_t hidden_count, struct report_text *out, struct diag *d);

/* plan.c: a write function that tells the planner what our keys select. */
MUST_USE enum err plan_teach(struct store_conn *c, void *ctx, struct diag *d);

#endif
