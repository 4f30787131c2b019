/*
 * Statements: made ready once a connection, found again by their text, bound by number, stepped.
 *
 * The cache is a flat table of STATEMENTS_MAX, looked up by a 64-bit hash and then by the whole
 * text; when it is full the longest unused one makes room. A statement in use is never handed out
 * twice: who asks for the same text meanwhile gets a twin of its own.
 *
 * $1 is a name to SQLite, not a number, so the numbering is found out once, when the statement is
 * made ready. The parameters of a statement must be exactly $1 … $n and exactly n values must be
 * given: anything else is our own fault and said as such (ERR_INTERNAL).
 *
 * Every statement with open rows is on its connection's list `open`, so that a function that leaves
 * early (TRY) leaves nothing behind: the writer and store_read_end end what is still there.
 */
#include "store/internal.h"

#include <string.h>

static void statement_free(struct store_statement *st)
{
    if (!st)
        return;
    sqlite3_finalize(st->handle);
    sqlite3_free(st->sql);
    sqlite3_free(st);
}

static enum err number_parameters(struct store_statement *st, struct diag *d)
{
    int count = sqlite3_bind_parameter_count(st->handle);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(st->handle, i);
        int64_t number = 0;
        if (!name || name[0] != '$' || !str_to_int64(str_from(name + 1), &number) || number < 1
            || number > PARAMETERS_MAX)
            return diag_set(d, ERR_INTERNAL, "SQL 参数应写作 $1 … $%d:%s",
                "SQL parameters are written $1 … $%d: %s", (int)PARAMETERS_MAX, name ? name : "?");
        st->parameter_index[number - 1] = i;
        if (number > st->parameter_count)
            st->parameter_count = (int)number;
    }
    if (st->parameter_count != count)
        return diag_set(d, ERR_INTERNAL, "SQL 参数编号有空缺",
            "the numbers of the SQL's parameters have a gap");
    return OK;
}

static enum err compile(struct store_conn *c, str sql, struct store_statement *st, struct diag *d)
{
    struct arena a;
    arena_init(&a, NULL, 4 * SQL_BYTES_MAX);
    str expanded = sql;
    enum err e = c->report ? report_check_text(c, sql, d) : OK;
    if (e == OK)
        e = sql_expand(&a, sql, c->report ? EXPAND_REPORT : EXPAND_STATEMENT, &expanded, d);
    const char *tail = NULL;
    if (e == OK) {
        unsigned flags = c->report ? 0 : SQLITE_PREPARE_PERSISTENT;
        int rc = sqlite3_prepare_v3(
            c->db, expanded.data, (int)expanded.bytes, flags, &st->handle, &tail);
        if (rc != SQLITE_OK)
            e = conn_error(c, rc, d);
        else if (!st->handle)
            e = diag_set(d, ERR_SYNTAX, "查询语句是空的", "the SQL is empty");
    }
    if (e == OK && c->report)
        e = report_check_statement(c, st->handle, tail, d);
    arena_release(&a);
    return e == OK ? number_parameters(st, d) : e;
}

static enum err statement_make(
    struct store_conn *c, str sql, struct store_statement **out, struct diag *d)
{
    if (sql.bytes > SQL_BYTES_MAX)
        return diag_set(d, ERR_LIMIT, "SQL 过长(上限 %d 字节)",
            "the SQL is too long (limit %d bytes)", (int)SQL_BYTES_MAX);
    struct store_statement *st = sqlite3_malloc64(sizeof *st);
    if (!st)
        return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
    *st = (struct store_statement){ .hash = str_hash(sql) };
    enum err e = compile(c, sql, st, d);
    if (e == OK) {
        st->sql = sqlite3_malloc64(sql.bytes + 1);
        if (!st->sql)
            e = diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
    }
    if (e != OK) {
        statement_free(st);
        return e;
    }
    memcpy(st->sql, sql.data, sql.bytes);
    st->sql[sql.bytes] = 0;
    *out = st;
    return OK;
}

/* Puts a new statement into the table, over the longest unused; leaves it out when all are busy. */
static void cache(struct store_conn *c, struct store_statement *st, const char *source)
{
    int place = -1;
    for (int i = 0; i < STATEMENTS_MAX; i++) {
        const struct store_statement *other = c->statements[i];
        if (!other) {
            place = i;
            break;
        }
        if (!other->busy && (place < 0 || other->used < c->statements[place]->used))
            place = i;
    }
    if (place < 0)
        return;
    statement_free(c->statements[place]);
    c->statements[place] = st;
    c->sources[place] = source;
    st->cached = true;
}

/* By the address of the text first, since SQL is mostly literals, and then its bytes. */
static struct store_statement *look_up(struct store_conn *c, const char *sql, bool *busy)
{
    for (int i = 0; i < STATEMENTS_MAX && c->sources[i]; i++)
        if (c->sources[i] == sql && strcmp(c->statements[i]->sql, sql) == 0) {
            *busy = c->statements[i]->busy;
            return *busy ? NULL : c->statements[i];
        }
    uint64_t hash = str_hash(str_from(sql));
    for (int i = 0; i < STATEMENTS_MAX && c->statements[i]; i++) {
        struct store_statement *st = c->statements[i];
        if (st->hash != hash || strcmp(st->sql, sql) != 0)
            continue;
        c->sources[i] = sql;
        *busy = st->busy;
        return *busy ? NULL : st;
    }
    return NULL;
}

/* A statement that nobody uses, marked busy and on the open list. */
static enum err statement_take(
    struct store_conn *c, const char *sql, struct store_statement **out, struct diag *d)
{
    ASSERT(c->db);
    bool busy = false;
    struct store_statement *found = c->report ? NULL : look_up(c, sql, &busy);
    if (!found) {
        TRY(statement_make(c, str_from(sql), &found, d));
        if (!c->report && !busy)
            cache(c, found, sql);
    }
    found->busy = true;
    found->used = ++c->tick;
    found->open_previous = NULL;
    found->open_next = c->open;
    if (c->open)
        c->open->open_previous = found;
    c->open = found;
    *out = found;
    return OK;
}

static void statement_give(struct store_conn *c, struct store_statement *st)
{
    if (st->open_previous)
        st->open_previous->open_next = st->open_next;
    else
        c->open = st->open_next;
    if (st->open_next)
        st->open_next->open_previous = st->open_previous;
    st->open_next = st->open_previous = NULL;
    st->busy = false;
    sqlite3_reset(st->handle);
    if (!st->cached)
        statement_free(st);
}

void conn_end_rows(struct store_conn *c)
{
    while (c->open)
        statement_give(c, c->open);
}

void conn_drop_statements(struct store_conn *c)
{
    conn_end_rows(c);
    for (int i = 0; i < STATEMENTS_MAX; i++) {
        statement_free(c->statements[i]);
        c->statements[i] = NULL;
        c->sources[i] = NULL;
    }
}

static int bind_one(
    sqlite3_stmt *handle, int index, const struct store_value *v, sqlite3_destructor_type keep)
{
    const char *data = v->text.data ? v->text.data : "";
    switch (v->kind) {
    case STORE_NULL:
        return sqlite3_bind_null(handle, index);
    case STORE_INT:
        return sqlite3_bind_int64(handle, index, v->integer);
    case STORE_REAL:
        return sqlite3_bind_double(handle, index, v->real);
    case STORE_TEXT:
        return sqlite3_bind_text64(handle, index, data, v->text.bytes, keep, SQLITE_UTF8);
    case STORE_BLOB:
        return sqlite3_bind_blob64(handle, index, data, v->text.bytes, keep);
    }
    return SQLITE_MISUSE;
}

static enum err bind(struct store_conn *c, struct store_statement *st,
    const struct store_value *values, size_t count, sqlite3_destructor_type keep, struct diag *d)
{
    if (count != (size_t)st->parameter_count)
        return diag_set(d, ERR_INTERNAL, "SQL 有 %d 个参数,给了 %zu 个值",
            "the SQL has %d parameters, %zu values were given", st->parameter_count, count);
    for (size_t i = 0; i < count; i++) {
        int rc = bind_one(st->handle, st->parameter_index[i], &values[i], keep);
        if (rc != SQLITE_OK)
            return conn_error(c, rc, d);
    }
    return OK;
}

enum err store_exec(struct store_conn *c, struct diag *d, const char *sql,
    const struct store_value *values, size_t count)
{
    struct store_statement *st = NULL;
    TRY(statement_take(c, sql, &st, d));
    /* The values outlive the call, so they need no copy. */
    enum err e = bind(c, st, values, count, SQLITE_STATIC, d);
    if (e == OK) {
        int rc;
        do
            rc = sqlite3_step(st->handle);
        while (rc == SQLITE_ROW);
        if (rc == SQLITE_DONE)
            c->changes = sqlite3_stmt_readonly(st->handle) ? 0 : sqlite3_changes64(c->db);
        else
            e = conn_error(c, rc, d);
    }
    statement_give(c, st);
    return e;
}

int64_t store_changes(struct store_conn *c)
{
    return c->changes;
}

enum err store_query(struct store_conn *c, struct store_rows *rows, struct diag *d, const char *sql,
    const struct store_value *values, size_t count)
{
    *rows = (struct store_rows){ .conn = c };
    struct store_statement *st = NULL;
    TRY(statement_take(c, sql, &st, d));
    enum err e = bind(c, st, values, count, SQLITE_TRANSIENT, d);
    if (e != OK) {
        statement_give(c, st);
        return e;
    }
    rows->statement = st;
    return OK;
}

enum err store_next(struct store_rows *rows, bool *has_row, struct diag *d)
{
    struct store_conn *c = rows->conn;
    if (!rows->statement) {
        *has_row = false;
        return OK;
    }
    int rc = sqlite3_step(rows->statement->handle);
    if (rc == SQLITE_ROW && c->report && rows->count >= c->report->limits.rows_max) {
        store_rows_end(rows);
        return diag_set(d, ERR_LIMIT, "查询结果超过 %lld 行", "the query gives more than %lld rows",
            (long long)c->report->limits.rows_max);
    }
    if (rc == SQLITE_ROW) {
        rows->count++;
        *has_row = true;
        return OK;
    }
    enum err e = rc == SQLITE_DONE ? OK : conn_error(c, rc, d);
    if (rc == SQLITE_DONE) {
        c->changes = sqlite3_stmt_readonly(rows->statement->handle) ? c->changes
                                                                    : sqlite3_changes64(c->db);
        *has_row = false;
    }
    store_rows_end(rows);
    return e;
}

enum err store_first(struct store_conn *c, struct store_rows *rows, bool *there, struct diag *d,
    const char *sql, const struct store_value *values, size_t count)
{
    *there = false;
    TRY(store_query(c, rows, d, sql, values, count));
    return store_next(rows, there, d);
}

enum err store_one(struct store_conn *c, struct store_rows *rows, struct diag *d, const char *sql,
    const struct store_value *values, size_t count)
{
    bool has_row;
    TRY(store_first(c, rows, &has_row, d, sql, values, count));
    return has_row ? OK : diag_set(d, ERR_NOT_FOUND, "没有找到这条记录", "there is no such record");
}

void store_rows_end(struct store_rows *rows)
{
    if (!rows->statement)
        return;
    statement_give(rows->conn, rows->statement);
    rows->statement = NULL;
}

/* A column of the present row; asking without one is a fault of ours. */
static sqlite3_stmt *row_of(const struct store_rows *rows, int column)
{
    ASSERT(rows->statement);
    ASSERT(column >= 0 && column < sqlite3_column_count(rows->statement->handle));
    return rows->statement->handle;
}

int64_t store_int(const struct store_rows *rows, int column)
{
    return sqlite3_column_int64(row_of(rows, column), column);
}

double store_real(const struct store_rows *rows, int column)
{
    return sqlite3_column_double(row_of(rows, column), column);
}

str store_text(const struct store_rows *rows, int column)
{
    sqlite3_stmt *handle = row_of(rows, column);
    const char *data = sqlite3_column_blob(handle, column);
    return (str){ data, data ? (size_t)sqlite3_column_bytes(handle, column) : 0 };
}

bool store_is_null(const struct store_rows *rows, int column)
{
    return sqlite3_column_type(row_of(rows, column), column) == SQLITE_NULL;
}

enum store_kind store_column_kind(const struct store_rows *rows, int column)
{
    switch (sqlite3_column_type(row_of(rows, column), column)) {
    case SQLITE_INTEGER:
        return STORE_INT;
    case SQLITE_FLOAT:
        return STORE_REAL;
    case SQLITE_TEXT:
        return STORE_TEXT;
    case SQLITE_BLOB:
        return STORE_BLOB;
    default:
        return STORE_NULL;
    }
}

int store_column_count(const struct store_rows *rows)
{
    ASSERT(rows->statement);
    return sqlite3_column_count(rows->statement->handle);
}

const char *store_column_name(const struct store_rows *rows, int column)
{
    return sqlite3_column_name(row_of(rows, column), column);
}
