/*
 * What two databases say differently is written as {name} or {name:part:part} in the SQL and
 * replaced here by what SQLite says. The PostgreSQL text stands beside each for the reader; its
 * own table comes with its driver.
 *
 *     {match:INDEX:ID:$n}  rows whose (zone, id) are among those the full-text index finds
 *     {typed:INDEX:ID:$n}  as {match}, with the letters that Chinese is typed in
 *     {matching:INDEX:$n}  the documents that {typed} asks for, as a table with one column _found
 *     {holds:TEXT:$n}      whether the index' text holds what {typed} asks for
 *     {search:INDEX}       the table (zone, id, text) and the full-text index over it (search.c)
 *     {blob}               bytea
 *     {clustered}          nothing there; here the table is its own primary key tree
 *     {lock}               FOR UPDATE; nothing here, where there is one writer
 *     {zone}               current_setting('junma.zone')
 *     {aside:NAME}         NAME, a column for which no index is to be chosen: +NAME here
 *     {json:DATA:a.b}      (DATA::jsonb #>> '{a,b}')
 *
 * A brace inside quotes or a comment is left as it is.
 */
#include "store/internal.h"

bool index_name_is_valid(str name)
{
    if (name.bytes == 0 || name.bytes > INDEX_NAME_MAX || name.data[0] < 'a' || name.data[0] > 'z')
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return true;
}

static enum err bad(str placeholder, struct diag *d)
{
    return diag_set(d, ERR_INTERNAL, "SQL 中的占位符不对:%.*s",
        "wrong placeholder in the SQL: %.*s", STR_ARGS(placeholder));
}

static enum err expand_match(
    struct buf *b, str whole, str parts, const char *terms, struct diag *d)
{
    str index, id, parameter;
    if (!str_split(&parts, ':', &index) || !str_split(&parts, ':', &id)
        || !str_split(&parts, ':', &parameter) || !index_name_is_valid(index) || id.bytes == 0
        || !str_starts(parameter, STR("$")) || parts.bytes)
        return bad(whole, d);
    size_t qualifier = 0;
    for (size_t i = 0; i < id.bytes; i++)
        if (id.data[i] == '.')
            qualifier = i + 1;
    buf_printf(b,
        "(%.*szone, %.*s) IN (SELECT s.zone, s.id FROM %.*s_fts f CROSS JOIN %.*s s ON s.doc = f.rowid "
        "WHERE f.%.*s_fts MATCH %s(%.*s))",
        (int)qualifier, id.data, STR_ARGS(id), STR_ARGS(index), STR_ARGS(index), STR_ARGS(index),
        terms, STR_ARGS(parameter));
    return OK;
}

static enum err expand_matching(struct buf *b, str whole, str parts, struct diag *d)
{
    str index;
    if (!str_split(&parts, ':', &index) || !index_name_is_valid(index) || !str_starts(parts, STR("$")))
        return bad(whole, d);
    buf_printf(b, "(SELECT f.rowid AS _found FROM %.*s_fts f WHERE f.%.*s_fts MATCH junma_typed(%.*s))",
        STR_ARGS(index), STR_ARGS(index), STR_ARGS(parts));
    return OK;
}

static enum err expand_holds(struct buf *b, str whole, str parts, struct diag *d)
{
    str text;
    if (!str_split(&parts, ':', &text) || !text.bytes || !str_starts(parts, STR("$")))
        return bad(whole, d);
    buf_printf(b, "junma_holds(%.*s, %.*s)", STR_ARGS(text), STR_ARGS(parts));
    return OK;
}

/* A member of a JSON text: its path holds small letters, digits, '_' and dots. */
static enum err expand_json(struct buf *b, str whole, str parts, struct diag *d)
{
    str data;
    if (!str_split(&parts, ':', &data) || !data.bytes || !parts.bytes)
        return bad(whole, d);
    for (size_t i = 0; i < parts.bytes; i++) {
        char c = parts.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '.')
            return bad(whole, d);
    }
    buf_printf(b, "json_extract(%.*s, '$.%.*s')", STR_ARGS(data), STR_ARGS(parts));
    return OK;
}

static enum err expand_search(struct buf *b, str whole, str index, struct diag *d)
{
    if (!index_name_is_valid(index))
        return bad(whole, d);
    buf_printf(b,
        "CREATE TABLE %.*s (doc INTEGER PRIMARY KEY, zone TEXT NOT NULL, id INTEGER NOT NULL, "
        "text TEXT NOT NULL, UNIQUE (zone, id)); "
        "CREATE VIRTUAL TABLE %.*s_fts USING fts5(text, content='', tokenize='junma')",
        STR_ARGS(index), STR_ARGS(index));
    return OK;
}

static enum err expand_one(struct buf *b, str whole, enum expand_for what, struct diag *d)
{
    static const struct {
        str name, text;
    } constants[] = {
        { { "blob", 4 }, { "BLOB", 4 } },
        { { "clustered", 9 }, { "WITHOUT ROWID", 13 } },
        { { "lock", 4 }, { "", 0 } },
        { { "zone", 4 }, { "junma_zone()", 12 } },
    };
    str inside = str_slice(whole, 1, whole.bytes - 1);
    if (str_starts(inside, STR("json:")))
        return expand_json(b, whole, str_slice(inside, 5, inside.bytes), d);
    if (str_starts(inside, STR("aside:")) && inside.bytes > 6) {
        buf_printf(b, "+%.*s", STR_ARGS(str_slice(inside, 6, inside.bytes)));
        return OK;
    }
    if (what == EXPAND_REPORT)
        return diag_set(d, ERR_SYNTAX, "查询语句有误:“%.*s”", "malformed query: \"%.*s\"",
            STR_ARGS(whole));
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (str_equal(inside, constants[i].name)) {
            buf_add(b, constants[i].text);
            return OK;
        }
    if (str_starts(inside, STR("match:")))
        return expand_match(b, whole, str_slice(inside, 6, inside.bytes), "junma_terms", d);
    if (str_starts(inside, STR("typed:")))
        return expand_match(b, whole, str_slice(inside, 6, inside.bytes), "junma_typed", d);
    if (str_starts(inside, STR("matching:")))
        return expand_matching(b, whole, str_slice(inside, 9, inside.bytes), d);
    if (str_starts(inside, STR("holds:")))
        return expand_holds(b, whole, str_slice(inside, 6, inside.bytes), d);
    if (str_starts(inside, STR("search:")) && what == EXPAND_MIGRATION)
        return expand_search(b, whole, str_slice(inside, 7, inside.bytes), d);
    return bad(whole, d);
}

/* Offset after the quoted text or comment that begins at `at`, or `at` when none does. */
static size_t skip_quoted(str sql, size_t at)
{
    str end = STR_NONE;
    size_t from = at + 1;
    char c = sql.data[at];
    if (c == '\'' || c == '"')
        end = str_slice(sql, at, at + 1);
    else if (str_starts(str_slice(sql, at, sql.bytes), STR("--")))
        end = STR("\n");
    else if (str_starts(str_slice(sql, at, sql.bytes), STR("/*"))) {
        end = STR("*/");
        from = at + 2;
    }
    if (!end.bytes)
        return at;
    ptrdiff_t found = str_find(sql, end, from);
    return found < 0 ? sql.bytes : (size_t)found + end.bytes;
}

enum err sql_expand(
    struct arena *a, str sql, enum expand_for what, str *out, struct diag *d)
{
    if (str_find(sql, STR("{"), 0) < 0) {
        *out = sql;
        return OK;
    }
    struct buf b;
    buf_init(&b, a, SQL_BYTES_MAX);
    for (size_t at = 0; at < sql.bytes;) {
        size_t after = skip_quoted(sql, at);
        if (after > at) {
            buf_add(&b, str_slice(sql, at, after));
            at = after;
        } else if (sql.data[at] == '{') {
            ptrdiff_t end = str_find(sql, STR("}"), at);
            str whole = str_slice(sql, at, end < 0 ? sql.bytes : (size_t)end + 1);
            if (end < 0)
                return bad(whole, d);
            TRY(expand_one(&b, whole, what, d));
            at += whole.bytes;
        } else
            buf_add_char(&b, sql.data[at++]);
    }
    if (buf_failed(&b))
        return diag_set(d, ERR_LIMIT, "SQL 过长(上限 %d 字节)",
            "the SQL is too long (limit %d bytes)", (int)SQL_BYTES_MAX);
    *out = buf_str(&b);
    return OK;
}
