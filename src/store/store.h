/*
 * The house's storage: SQL text with $1, $2 … in, rows out, writes as functions that share commits.
 * SQLite serves it today; nothing in this header is SQLite's, so that PostgreSQL can serve the same
 * callers with the same SQL. What the two say differently is written as a placeholder, which the
 * store expands when a statement is made ready:
 *
 *     {match:INDEX:ID:$n}   the row whose id column is ID (its zone column stands beside it) matches
 *                           the search text $n:  … AND {match:case_search:c.id:$2}
 *     {typed:INDEX:ID:$n}   the same, also by how Chinese is typed in Latin letters
 *     {matching:INDEX:$n}   what {typed} finds as a table of ids, its column called _found; rows come
 *                           from it in their order without being gathered. Only where
 *                           store_search_by_id says so
 *     {holds:TEXT:$n}       does the text of a search index hold what {typed} would find by it?
 *     {search:INDEX}        a statement of its own in a migration: makes the search index
 *     {blob}                the column type for bytes
 *     {clustered}           after a table's closing parenthesis: rows are kept in the primary key's
 *                           own tree, where the database can do so. For narrow rows (under 900
 *                           bytes): SQLite moves the rest of a wider one to pages of its own
 *     {lock}                at the end of a SELECT in a write: keeps the row from other writers
 *     {zone}                in a view for reports: the zone the report is run for
 *     {json:DATA:a.b}       a member of the JSON text DATA, NULL when it is not there
 *
 * Rules for callers: `zone` leads every primary key; identifiers are int64; SQL is constant text (or
 * put together from constant parts), values are always bound. A write function may be run again
 * (a database may ask for it), so it acts only through its connection and overwrites what it
 * leaves in its ctx. README.md beside this file tells how the parts work together.
 */
#ifndef JUNMA_STORE_STORE_H
#define JUNMA_STORE_STORE_H

#include "base/sys.h"

struct store;
struct store_conn; /* one thread at a time */

/* Values ------------------------------------------------------------------------------------- */

enum store_kind { STORE_NULL, STORE_INT, STORE_REAL, STORE_TEXT, STORE_BLOB };

struct store_value {
    enum store_kind kind;
    int64_t integer;
    double real;
    str text; /* of STORE_TEXT and STORE_BLOB; borrowed until the call returns */
};

#define S_INT(x) ((struct store_value){ .kind = STORE_INT, .integer = (x) })
#define S_REAL(x) ((struct store_value){ .kind = STORE_REAL, .real = (x) })
#define S_TEXT(s) ((struct store_value){ .kind = STORE_TEXT, .text = (s) })
#define S_BLOB(s) ((struct store_value){ .kind = STORE_BLOB, .text = (s) })
#define S_NULL ((struct store_value){ .kind = STORE_NULL })
/* The integer, or NULL when it is 0; the text, or NULL when it is empty. */
#define S_INT_OR_NULL(x) ((x) ? S_INT(x) : S_NULL)
#define S_TEXT_OR_NULL(s) ((s).bytes ? S_TEXT(s) : S_NULL)

/* Opening and closing ------------------------------------------------------------------------ */

/* 0 means the default. */
struct store_options {
    const struct sys *sys;
    const char *path;   /* the database file; its folder must exist */
    bool create;        /* make it when it is not there; else ERR_NOT_FOUND */
    bool read_only;     /* no writer, and beside a running server too: for looking */
    bool fills;         /* for bringing in much at once: the writer keeps 64 MiB of pages */
    int readers_max;    /* pooled connections for reading: 8 */
    int reports_max;    /* and for untrusted SQL: 2 */
    size_t queue_max;   /* writes waiting: 4096 */
    int batch_max;      /* writes in one commit: 256 */
    int wait_ms;        /* for a connection of a pool: 2000 */
    const char *layer;  /* a file layer under the database, by name: for fault tests */
};

/* ERR_BUSY when another process uses the same folder, ERR_NOT_FOUND, ERR_READ_ONLY, ERR_STORE when
 * the file is no database of ours or is damaged. */
MUST_USE enum err store_open(const struct store_options *options, struct store **out, struct diag *d);
/* Refuses new writes, finishes those in the queue (their done is called), writes everything back
 * into the database file. All connections must have been given back. */
void store_close(struct store *s);

/* One step of the tables' history. SQL may hold several statements. */
struct store_migration {
    int version; /* 1, 2, 3 … */
    const char *name;
    const char *sql;
};
/* Brings a component's tables up to date, forward only, each step in one transaction and recorded
 * with a hash of its text. ERR_UNSUPPORTED when the database is newer than the list, ERR_STORE when
 * the text of a step that has been taken has changed. */
MUST_USE enum err store_migrate(struct store *s, const char *component,
    const struct store_migration *steps, size_t count, struct diag *d);
/* The same as a part of a write: kept or undone with the rest of it. */
MUST_USE enum err store_migrate_within(struct store_conn *c, const char *component,
    const struct store_migration *steps, size_t count, struct diag *d);

/* In a write that has made tables or indexes of its own: the planner is told of them, once, before
 * the commit. store_migrate_within says so itself. */
void store_tables_changed(struct store_conn *c);

/* A copy of the whole database as of now, while work goes on; path must not exist. */
MUST_USE enum err store_backup(struct store *s, const char *path, struct diag *d);
/* Reads the whole file and compares its structure; ERR_STORE says what is damaged. */
MUST_USE enum err store_check(struct store *s, struct diag *d);

struct store_stats {
    int64_t writes, writes_failed;  /* functions run; of these not committed */
    int64_t commits, commits_failed;
    int64_t busy;                   /* refused for a full queue or an empty pool */
    int64_t queued;                 /* now */
    int64_t log_pages;              /* of the write-ahead log, at the last commit */
};
void store_get_stats(struct store *s, struct store_stats *out);

/* Writing ------------------------------------------------------------------------------------ */

/* Runs on the writer thread, inside a savepoint of its own. Any error undoes just this function's
 * own changes. Rows left open are ended for it. */
typedef enum err (*store_write_fn)(struct store_conn *c, void *ctx, struct diag *d);
/* Called once, on the writer thread, when the changes are on disk (OK) or are not there at all.
 * Must be quick, and must not wait for a write. d is valid during the call. */
typedef void (*store_done_fn)(void *ctx, enum err e, const struct diag *d);

/* ERR_BUSY when the queue is full, ERR_STOPPING when closing, ERR_READ_ONLY; then done is not
 * called. */
MUST_USE enum err store_submit(
    struct store *s, store_write_fn fn, store_done_fn done, void *ctx, struct diag *d);
/* The same, and waits. Not from inside a write function or a done. */
MUST_USE enum err store_write(struct store *s, store_write_fn fn, void *ctx, struct diag *d);
/* Runs once a commit, after its functions and in the same transaction, when at least one of them
 * succeeded: the place of the journal's sequencer. Its failure fails them all. Set it after the
 * migrations; NULL takes it away. */
void store_before_commit(struct store *s, store_write_fn hook, void *ctx);

/* Reading ------------------------------------------------------------------------------------ */

/* A connection of the pool; all queries until store_read_end see one state of the data. Waits a
 * bounded time, then ERR_BUSY. */
MUST_USE enum err store_read_begin(struct store *s, struct store_conn **out, struct diag *d);
/* Ends rows left open. NULL is allowed. */
void store_read_end(struct store_conn *c);

/* Statements --------------------------------------------------------------------------------- */

/* Runs a statement that gives no rows (rows it gives are skipped). ERR_CONFLICT for a key that is
 * there already or a reference to what is not there, ERR_INVALID for another constraint. */
MUST_USE enum err store_exec(struct store_conn *c, struct diag *d, const char *sql,
    const struct store_value *values, size_t count);
/* Rows of the last store_exec that were inserted, changed or deleted. */
int64_t store_changes(struct store_conn *c);

/* The caller's storage; zero-initialise or let store_query fill it. */
struct store_rows {
    struct store_conn *conn;
    struct store_statement *statement; /* NULL when ended */
    int64_t count;                     /* rows seen */
};

/* Values are copied. At any error the rows are ended. */
MUST_USE enum err store_query(struct store_conn *c, struct store_rows *rows, struct diag *d,
    const char *sql, const struct store_value *values, size_t count);
/* Steps to the next row; after the last one *has_row is false and the rows are ended. */
MUST_USE enum err store_next(struct store_rows *rows, bool *has_row, struct diag *d);
/* Query and first row; ERR_NOT_FOUND (rows ended) when there is none. On OK end the rows. */
MUST_USE enum err store_one(struct store_conn *c, struct store_rows *rows, struct diag *d,
    const char *sql, const struct store_value *values, size_t count);
/* The same where having none is no error: then *there is false, rows are ended and d is left alone. */
MUST_USE enum err store_first(struct store_conn *c, struct store_rows *rows, bool *there,
    struct diag *d, const char *sql, const struct store_value *values, size_t count);
/* Safe to call twice. */
void store_rows_end(struct store_rows *rows);

/* Of the present row, columns from 0. NULL reads as 0 and as the empty text; text and bytes are
 * borrowed until the next step or the end. */
int64_t store_int(const struct store_rows *rows, int column);
double store_real(const struct store_rows *rows, int column);
str store_text(const struct store_rows *rows, int column);
bool store_is_null(const struct store_rows *rows, int column);
enum store_kind store_column_kind(const struct store_rows *rows, int column);
int store_column_count(const struct store_rows *rows);
const char *store_column_name(const struct store_rows *rows, int column);

/* With values written in place: STORE_EXEC(c, d, "… WHERE zone = $1 AND id = $2", S_TEXT(zone),
 * S_INT(id)). At least one value; without any call the function. */
#define STORE_VALUES(...)                                                                          \
    (const struct store_value[]){ __VA_ARGS__ },                                                   \
        sizeof((const struct store_value[]){ __VA_ARGS__ }) / sizeof(struct store_value)
#define STORE_EXEC(c, d, sql, ...) store_exec((c), (d), (sql), STORE_VALUES(__VA_ARGS__))
#define STORE_QUERY(c, rows, d, sql, ...)                                                          \
    store_query((c), (rows), (d), (sql), STORE_VALUES(__VA_ARGS__))
#define STORE_ONE(c, rows, d, sql, ...)                                                            \
    store_one((c), (rows), (d), (sql), STORE_VALUES(__VA_ARGS__))
#define STORE_FIRST(c, rows, there, d, sql, ...)                                                   \
    store_first((c), (rows), (there), (d), (sql), STORE_VALUES(__VA_ARGS__))

/* Searching text ----------------------------------------------------------------------------- */

/* Text is found by any part of a Chinese, Japanese or Korean run, down to one character, and by the
 * beginning of a word in other scripts, without regard to case or full width. All terms of what is
 * asked must be there; quotes, operators and punctuation in it only part terms; text without any
 * term matches nothing. An index is a name like "case_search", made with {search:case_search}. */

/* A stretch of text between them is found by how it is typed in Latin letters as well (letters.c),
 * where the question is {typed:…} instead of {match:…}. */
#define STORE_LETTERS "\xee\x83\xb0"
#define STORE_LETTERS_END "\xee\x83\xb1"
/* Pure. Is a text, without these marks, typed so: by initials or syllables, from its beginning or from any
 * character on? The word is small letters and digits. */
bool store_letters_hold(str text, str word, bool begins);

enum { STORE_SEARCH_TEXT_MAX = 65536, STORE_SEARCH_TERMS_MAX = 32 };

/* Only in a write. Puts or replaces what (zone, id) is found by; the text is cut after
 * STORE_SEARCH_TEXT_MAX bytes. Found from the commit on, not before. */
MUST_USE enum err store_search_put(
    struct store_conn *c, const char *index, str zone, int64_t id, str text, struct diag *d);
/* Nothing there is no error. */
MUST_USE enum err store_search_remove(
    struct store_conn *c, const char *index, str zone, int64_t id, struct diag *d);

/* Is everything in the index of one zone, and numbered by its id? So it is unless several zones share
 * the database or the index was made by a version before 0.4. */
MUST_USE enum err store_search_by_id(
    struct store_conn *c, const char *index, bool *by_id, struct diag *d);

struct store_similar {
    const char *index;
    str zone;
    str text;  /* what is to be resembled; its first terms count */
    int limit; /* 1..100 */
};
/* Ids in falling order of likeness (BM25 over any of the terms). */
MUST_USE enum err store_search_similar(struct store_conn *c, struct arena *a,
    const struct store_similar *q, int64_t **ids, size_t *count, struct diag *d);

/* Untrusted SQL ------------------------------------------------------------------------------ */

/* One SELECT of a pack, run with store_query/store_next on a connection that can only read, only
 * the named tables and views, only functions of a fixed list, within these limits. */
struct store_report_limits {
    str zone;                  /* what {zone} is */
    const char *const *tables; /* names of tables and views that may be read */
    size_t tables_count;
    int64_t ms_max;            /* 2000 */
    int64_t steps_max;         /* of the database's machine: 100,000,000 */
    int64_t rows_max;          /* 10,000 */
    int64_t bytes_max;         /* of working memory: 64 MiB */
};
/* Errors of the queries: ERR_FORBIDDEN names the table, function or deed; ERR_LIMIT names the limit;
 * ERR_SYNTAX carries the database's own words. End with store_read_end. */
MUST_USE enum err store_report_begin(struct store *s, const struct store_report_limits *limits,
    struct store_conn **out, struct diag *d);

#endif
