/*
 * Untrusted SQL: one SELECT out of a pack, on a connection kept for nothing else. What holds it in:
 *
 *   it cannot write       the file is open for reading only, query_only is on, and the authorizer
 *                         lets SELECT, READ, FUNCTION and RECURSIVE through and nothing else
 *   it sees what is named tables and views of the caller's list, nothing else
 *   it runs what is named functions of the list in this file; none that makes large values out of
 *                         small ones, none that reads files or tells about the server
 *   it ends               steps, time and memory are counted every 500 steps of SQLite's machine;
 *                         lengths, depth and numbers of things have limits of their own; rows are
 *                         counted in store_next
 *
 * Views. A view that may be read draws on tables that may not ("hidden"). SQLite tells the
 * authorizer the name of the view that a table is read through, but the name of a subquery just as
 * well, so `WITH allowed AS (SELECT * FROM hidden) …` would look like the view: the name proves
 * nothing. Instead, report_begin finds out the tables under each allowed view, and a query whose
 * text holds the name of a hidden one, in whatever quotes, is refused before it is made ready
 * (report_text.c). Then every read of a hidden table can only come from a view. A view filters by
 * {zone} to keep a report inside its zone.
 *
 * A source none of whose columns is used is reported without its database, be it a table or a
 * common table expression. To tell them apart, an expression may not have a table's name.
 */
#include "store/internal.h"

#include <string.h>
#include <strings.h>

/* What figures count with. PostgreSQL has each under the same name or gets it from our driver. */
static const char *const functions_allowed[] = {
#define FUNCTION(name) #name,
#include "base/report_functions.def"
#undef FUNCTION
};

static bool named(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, list[i]) == 0)
            return true;
    return false;
}

static int refuse(struct report *r, const char *zh, const char *en, const char *what)
{
    if (!r->refused) {
        r->refused = true;
        diag_set(&r->refusal, ERR_FORBIDDEN, zh, en, what ? what : "?");
    }
    return SQLITE_DENY;
}

/* While the tables under an allowed view are found out. */
static int record_table(struct report *r, const char *table)
{
    if (strcasecmp(table, r->recording) == 0
        || named(table, r->limits.tables, r->limits.tables_count)
        || named(table, r->hidden, r->hidden_count))
        return SQLITE_OK;
    if (r->hidden_count == REPORT_HIDDEN_MAX)
        return refuse(
            r, "视图 %s 引用的表过多", "the view %s draws on too many tables", r->recording);
    const char *copy = str_terminated(&r->arena, str_from(table));
    if (!copy)
        return SQLITE_DENY;
    r->hidden[r->hidden_count++] = copy;
    return SQLITE_OK;
}

/* A read without a database: of the query's own WITH. */
static bool is_defined(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->text.defined_count; i++)
        if (str_equal_nocase(r->text.defined[i], str_from(name)))
            return true;
    return false;
}

static bool may_read(const struct report *r, const char *table, const char *database)
{
    if (!database && is_defined(r, table))
        return true;
    if (database && strcmp(database, "main") != 0)
        return false;
    return named(table, r->limits.tables, r->limits.tables_count)
        || named(table, r->hidden, r->hidden_count);
}

int report_authorize(void *conn, int action, const char *first, const char *second,
    const char *database, const char *inside)
{
    (void)inside;
    struct report *r = ((struct store_conn *)conn)->report;
    if (r->trusted)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return named(
                   second, functions_allowed, sizeof functions_allowed / sizeof *functions_allowed)
            ? SQLITE_OK
            : refuse(
                r, "查询中不能使用函数 %s", "the function %s may not be used in a query", second);
    case SQLITE_READ:
        if (r->recording)
            return record_table(r, first);
        return may_read(r, first, database)
            ? SQLITE_OK
            : refuse(r, "查询不能读取表 %s", "the table %s may not be read by a query", first);
    case SQLITE_PRAGMA:
        return refuse(r, "查询中不能使用 PRAGMA %s", "PRAGMA %s may not be used in a query", first);
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return refuse(
            r, "查询不能挂接其他数据库(%s)", "a query may not attach another database (%s)", first);
    default:
        return refuse(r, "查询只能读取获准的表,不能更改数据,也不能使用表函数(%s)",
            "a query may only read its tables: it changes nothing and uses no table functions (%s)",
            first);
    }
}

static int64_t now_ns(const struct store_conn *c)
{
    const struct sys *sys = c->store->options.sys;
    return sys->monotonic_ns(sys->ctx);
}

int report_progress(void *conn)
{
    struct store_conn *c = conn;
    struct report *r = c->report;
    if (r->trusted || r->reached != REPORT_WITHIN)
        return r->reached != REPORT_WITHIN;
    r->steps += 500;
    if (r->steps > r->limits.steps_max)
        r->reached = REPORT_STEPS;
    else if (now_ns(c) - r->started_ns > r->limits.ms_max * 1000000)
        r->reached = REPORT_MS;
    else if (sqlite3_memory_used() - r->bytes_before > r->limits.bytes_max)
        r->reached = REPORT_BYTES;
    return r->reached != REPORT_WITHIN;
}

void report_limit_connection(sqlite3 *db)
{
    static const struct {
        int what, most;
    } limits[] = { { SQLITE_LIMIT_LENGTH, 64 * 1024 }, { SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES_MAX },
        { SQLITE_LIMIT_COLUMN, 200 }, { SQLITE_LIMIT_EXPR_DEPTH, 100 },
        { SQLITE_LIMIT_COMPOUND_SELECT, 50 }, { SQLITE_LIMIT_VDBE_OP, 100000 },
        { SQLITE_LIMIT_FUNCTION_ARG, 16 }, { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 },
        { SQLITE_LIMIT_VARIABLE_NUMBER, PARAMETERS_MAX }, { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
        { SQLITE_LIMIT_WORKER_THREADS, 0 } };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(db, limits[i].what, limits[i].most);
}

static enum err check_not_a_table(struct store_conn *c, str name, struct diag *d)
{
    sqlite3_stmt *statement = NULL;
    c->report->trusted = true;
    int rc = sqlite3_prepare_v2(
        c->db, "SELECT 1 FROM sqlite_schema WHERE name = $1 COLLATE NOCASE", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text64(statement, 1, name.data, name.bytes, SQLITE_STATIC, SQLITE_UTF8);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    c->report->trusted = false;
    if (rc == SQLITE_ROW)
        return diag_set(d, ERR_FORBIDDEN, "查询中的子查询(WITH)不能与数据表同名:%.*s",
            "a common table expression of the query may not have the name of a table: %.*s",
            STR_ARGS(name));
    return rc == SQLITE_DONE ? OK : conn_error(c, rc, d);
}

enum err report_check_text(struct store_conn *c, str sql, struct diag *d)
{
    struct report *r = c->report;
    r->refused = false;
    struct arena a;
    arena_init(&a, NULL, 8 * MIB);
    enum err e = report_lex_check(&a, sql, r->hidden, r->hidden_count, &r->text, d);
    arena_release(&a);
    for (size_t i = 0; i < r->text.defined_count && e == OK; i++)
        e = check_not_a_table(c, r->text.defined[i], d);
    return e;
}

enum err report_check_statement(
    struct store_conn *c, sqlite3_stmt *statement, const char *tail, struct diag *d)
{
    if (!sqlite3_stmt_readonly(statement) || sqlite3_stmt_isexplain(statement)
        || sqlite3_column_count(statement) == 0)
        return diag_set(
            d, ERR_FORBIDDEN, "查询只能是一条 SELECT 语句", "a query is one SELECT statement");
    sqlite3_stmt *second = NULL;
    int rc = tail ? sqlite3_prepare_v2(c->db, tail, -1, &second, NULL) : SQLITE_OK;
    sqlite3_finalize(second);
    if (rc != SQLITE_OK || second)
        return diag_set(d, ERR_FORBIDDEN, "查询只能是一条语句", "a query is one statement only");
    return OK;
}

/* Fills report.hidden with the tables under the allowed views. */
static enum err find_hidden(struct store_conn *c, struct diag *d)
{
    struct report *r = c->report;
    enum err e = OK;
    for (size_t i = 0; i < r->limits.tables_count && e == OK; i++) {
        const char *name = r->limits.tables[i];
        if (!index_name_is_valid(str_from(name)))
            return diag_set(d, ERR_INTERNAL, "表名不对:%s", "wrong name of a table: %s", name);
        str sql = str_printf(&r->arena, "SELECT * FROM main.%s", name);
        TRY(diag_arena(d, &r->arena));
        sqlite3_stmt *statement = NULL;
        r->recording = name;
        int rc = sqlite3_prepare_v2(c->db, sql.data, (int)sql.bytes, &statement, NULL);
        r->recording = NULL;
        sqlite3_finalize(statement);
        if (rc != SQLITE_OK && !r->refused && (rc & 0xff) == SQLITE_ERROR)
            e = diag_set(d, ERR_NOT_FOUND, "没有可供查询的表 %s(%s)",
                "there is no table %s to be read (%s)", name, sqlite3_errmsg(c->db));
        else if (rc != SQLITE_OK)
            e = conn_error(c, rc, d);
    }
    return e;
}

static enum err run_trusted(struct store_conn *c, const char *sql, struct diag *d)
{
    c->report->trusted = true;
    enum err e = conn_run(c, sql, d);
    c->report->trusted = false;
    return e;
}

enum err store_report_begin(struct store *s, const struct store_report_limits *limits,
    struct store_conn **out, struct diag *d)
{
    struct store_conn *c = NULL;
    TRY(pool_take(s, &s->reports, &c, d));
    struct report *r = c->report;
    *r = (struct report){
        .limits = *limits, .bytes_before = sqlite3_memory_used(), .started_ns = now_ns(c)
    };
    arena_init(&r->arena, NULL, MIB);
    struct store_report_limits *l = &r->limits;
    l->ms_max = l->ms_max ? l->ms_max : 2000;
    l->steps_max = l->steps_max ? l->steps_max : 100000000;
    l->rows_max = l->rows_max ? l->rows_max : 10000;
    l->bytes_max = l->bytes_max ? l->bytes_max : 64 * (int64_t)MIB;
    enum err e = run_trusted(c, "BEGIN", d);
    if (e == OK)
        e = find_hidden(c, d);
    if (e != OK) {
        store_read_end(c);
        return e;
    }
    *out = c;
    return OK;
}

void report_end(struct store_conn *c)
{
    struct report *r = c->report;
    if (!sqlite3_get_autocommit(c->db) && run_trusted(c, "ROLLBACK", NULL) != OK)
        conn_close(c); /* opened anew when next taken */
    arena_release(&r->arena);
    *r = (struct report){ 0 };
}
