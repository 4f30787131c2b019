/*
 * Search indexes. {search:case_search} makes
 *
 *     case_search (doc, zone, id, text)     what each record is found by, as plain text; doc is the
 *                                           id where that is free, so that what is found comes out
 *                                           in the order of ids (not in tables of before 0.4)
 *     case_search_fts                       SQLite's full-text index over doc → text, without a copy
 *                                           of the text (content='')
 *
 * The plain table is written at once, inside the caller's savepoint. The full-text index is not:
 * SQLite writes a new piece of it at every savepoint, and pieces have to be merged later. So changes
 * wait on a list and are put into the index together, once a commit, after all functions and in the
 * same transaction (search_apply). When a function fails, the list is cut back to where it was when
 * the function began (search_rewind). Index and table therefore always commit together; what is new
 * is found by other statements from the commit on, but not yet inside the transaction.
 *
 * An index without a copy must be told the old text to forget it, which is why a change carries the
 * text that stood in the table.
 */
#include "store/internal.h"

#include <stdio.h>
#include <string.h>

enum { SQL_LINE = 640 };

static enum err check_index(struct store_conn *c, const char *index, struct diag *d)
{
    if (!index_name_is_valid(str_from(index)))
        return diag_set(
            d, ERR_INTERNAL, "检索索引名不对:%s", "wrong name of a search index: %s", index);
    if (c && !c->pending)
        return diag_set(d, ERR_INTERNAL, "只能在写入时更改检索索引",
            "a search index is changed in a write only");
    return OK;
}

static enum err pend(struct search_pending *p, const char *index, bool is_delete, int64_t doc,
    str text, struct diag *d)
{
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 64;
        struct search_change *more = arena_grow(
            &p->arena, p->changes, p->count * sizeof *more, capacity * sizeof *more);
        TRY(diag_arena(d, &p->arena));
        p->changes = more;
        p->capacity = capacity;
    }
    struct search_change *change = &p->changes[p->count];
    *change = (struct search_change){ .is_delete = is_delete, .document = doc };
    snprintf(change->index, sizeof change->index, "%s", index);
    change->text = str_copy(&p->arena, text);
    TRY(diag_arena(d, &p->arena));
    p->count++;
    return OK;
}

void search_rewind(struct search_pending *p, size_t count)
{
    ASSERT(count <= p->count);
    p->count = count;
    if (count == 0) {
        arena_reset(&p->arena);
        p->changes = NULL;
        p->capacity = 0;
    }
}

enum err search_apply(struct store_conn *c, struct diag *d)
{
    struct search_pending *p = c->pending;
    char sql[SQL_LINE];
    const struct search_change *last = NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct search_change *change = &p->changes[i];
        const char *name = change->index;
        bool same = last && last->is_delete == change->is_delete && strcmp(last->index, name) == 0;
        last = change;
        if (same) {
            ; /* many in a row ask with the same words */
        } else if (change->is_delete) {
            snprintf(sql, sizeof sql,
                "INSERT INTO %s_fts (%s_fts, rowid, text) VALUES ('delete', $1, $2)", name, name);
        } else
            snprintf(sql, sizeof sql, "INSERT INTO %s_fts (rowid, text) VALUES ($1, $2)", name);
        TRY(STORE_EXEC(c, d, sql, S_INT(change->document), S_TEXT(change->text)));
    }
    return OK;
}

static str cut_text(str text)
{
    if (text.bytes <= STORE_SEARCH_TEXT_MAX)
        return text;
    size_t end = STORE_SEARCH_TEXT_MAX;
    while (end > 0 && ((unsigned char)text.data[end] & 0xc0) == 0x80)
        end--;
    return str_slice(text, 0, end);
}

/* doc and text of what is there now; *doc is 0 when nothing is. */
static enum err present(struct store_conn *c, const char *index, str zone, int64_t id, int64_t *doc,
    bool forget, str same, struct diag *d)
{
    char sql[SQL_LINE];
    snprintf(sql, sizeof sql, "SELECT doc, text FROM %s WHERE zone = $1 AND id = $2", index);
    struct store_rows rows;
    *doc = 0;
    TRY(STORE_QUERY(c, &rows, d, sql, S_TEXT(zone), S_INT(id)));
    bool has_row = false;
    TRY(store_next(&rows, &has_row, d));
    enum err e = OK;
    if (has_row && !(same.data && str_equal(store_text(&rows, 1), same))) {
        *doc = store_int(&rows, 0);
        if (forget)
            e = pend(c->pending, index, true, *doc, store_text(&rows, 1), d);
    }
    store_rows_end(&rows);
    return e;
}

enum err store_search_put(
    struct store_conn *c, const char *index, str zone, int64_t id, str text, struct diag *d)
{
    TRY(check_index(c, index, d));
    text = cut_text(text);
    if (!text.data)
        text = STR("");
    char sql[SQL_LINE];
    snprintf(sql, sizeof sql,
        "INSERT INTO %s (doc, zone, id, text) VALUES (CASE WHEN EXISTS (SELECT 1 FROM %s WHERE doc ="
        " $2) THEN NULL ELSE $2 END, $1, $2, $3) ON CONFLICT (zone, id) DO NOTHING",
        index, index);
    TRY(STORE_EXEC(c, d, sql, S_TEXT(zone), S_INT(id), S_TEXT(text)));
    if (store_changes(c))
        return pend(c->pending, index, false, sqlite3_last_insert_rowid(c->db), text, d);
    int64_t doc;
    TRY(present(c, index, zone, id, &doc, true, text, d));
    if (doc == 0)
        return OK; /* the same text as before */
    snprintf(sql, sizeof sql, "UPDATE %s SET text = $2 WHERE doc = $1", index);
    TRY(STORE_EXEC(c, d, sql, S_INT(doc), S_TEXT(text)));
    return pend(c->pending, index, false, doc, text, d);
}

enum err store_search_remove(
    struct store_conn *c, const char *index, str zone, int64_t id, struct diag *d)
{
    TRY(check_index(c, index, d));
    int64_t doc;
    TRY(present(c, index, zone, id, &doc, true, STR_NONE, d));
    if (doc == 0)
        return OK;
    char sql[SQL_LINE];
    snprintf(sql, sizeof sql, "DELETE FROM %s WHERE doc = $1", index);
    return STORE_EXEC(c, d, sql, S_INT(doc));
}

/* Numbers were given in turn once, from 1: then the first of them is not its record's id. */
enum err store_search_by_id(struct store_conn *c, const char *index, bool *by_id, struct diag *d)
{
    char sql[SQL_LINE];
    struct store_rows rows;
    *by_id = false;
    TRY(check_index(NULL, index, d));
    snprintf(sql, sizeof sql,
        "SELECT (SELECT min(zone) FROM %s) = (SELECT max(zone) FROM %s) AND"
        " (SELECT doc = id FROM %s ORDER BY doc LIMIT 1)",
        index, index, index);
    TRY(store_query(c, &rows, d, sql, NULL, 0));
    bool there;
    TRY(store_next(&rows, &there, d));
    *by_id = there && store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

enum err store_search_similar(struct store_conn *c, struct arena *a, const struct store_similar *q,
    int64_t **ids, size_t *count, struct diag *d)
{
    TRY(check_index(NULL, q->index, d));
    if (q->limit < 1 || q->limit > 100)
        return diag_set(d, ERR_INTERNAL, "相似检索的条数应在 1 到 100 之间",
            "the number of similar records is 1 to 100");
    str query = tokens_query_any(a, q->text);
    int64_t *found = ARENA_ARRAY(a, int64_t, (size_t)q->limit);
    TRY(diag_arena(d, a));
    if (query.bytes == 0) {
        *count = 0;
        return OK;
    }
    char sql[SQL_LINE];
    snprintf(sql, sizeof sql,
        "SELECT s.id FROM %s_fts f CROSS JOIN %s s ON s.doc = f.rowid "
        "WHERE f.%s_fts MATCH $1 AND s.zone = $2 ORDER BY f.rank, s.id DESC LIMIT $3",
        q->index, q->index, q->index);
    struct store_rows rows;
    TRY(STORE_QUERY(c, &rows, d, sql, S_TEXT(query), S_TEXT(q->zone), S_INT(q->limit)));
    size_t n = 0;
    bool has_row;
    for (;;) {
        TRY(store_next(&rows, &has_row, d));
        if (!has_row)
            break;
        found[n++] = store_int(&rows, 0);
    }
    *ids = found;
    *count = n;
    return OK;
}
