/*
 * What SQLite's planner should think of our tables. Every key begins with the zone, and a database
 * holds one zone or few: the zone selects nothing. Without statistics the planner takes the first
 * column of a key for a good choice, and for "zone = ? AND case_id = ? ORDER BY id" walks the whole
 * primary key instead of the index that was made for it.
 *
 * Gathering real statistics would make plans change under way, at a moment nobody chose. So fixed
 * ones are written after a migration: a large table, a zone that selects nothing, the columns after
 * it that select well. The text column after the zone of an index with more columns (a unit, a kind)
 * selects little; a partial index is small.
 *
 *     sqlite_stat1:  rows  rows-by-zone  rows-by-(zone, second)  …  1
 *
 * Where all rows of a zone are read, the table's own tree is the way, one page after the other. The
 * planner would think its rows as dear as going through an index and looking each up, and takes the
 * index: ten times as long. "sz" tells it that they are not.
 */
#include "store/internal.h"

enum { ROWS = 1000000, ROWS_PARTIAL = 2000, SHARE_OF_TEXT = 50, SELECTED = 10, COLUMNS_MAX = 16 };

static void append(struct buf *b, int64_t rows)
{
    buf_printf(b, "%s%lld", b->bytes ? " " : "", (long long)rows);
}

/* rows: name of the index, its table, unique, partial, columns, second column is text, is the tree. */
static str statistics(struct arena *a, const struct store_rows *rows)
{
    struct buf b;
    bool unique = store_int(rows, 2) != 0;
    int64_t all = store_int(rows, 3) ? ROWS_PARTIAL : ROWS, columns = store_int(rows, 4);
    buf_init(&b, a, 512);
    append(&b, all);
    append(&b, all);
    for (int64_t i = 2; i <= columns; i++) {
        bool last = i == columns;
        if (last && unique)
            append(&b, 1);
        else if (i == 2 && !last && store_int(rows, 5))
            append(&b, all / SHARE_OF_TEXT);
        else
            append(&b, i == 2 ? SELECTED : 1);
    }
    if (store_int(rows, 6))
        buf_add(&b, STR(" sz=1"));
    return buf_str(&b);
}

/* The primary key of a table that is its own tree goes by the table's name. */
static const char indexes[] =
    "SELECT CASE WHEN l.origin = 'pk' AND s.wr THEN s.name ELSE l.name END, s.name, l.\"unique\","
    " l.partial, (SELECT count(*) FROM pragma_index_info(l.name)),"
    " (SELECT upper(t.type) = 'TEXT' FROM pragma_index_info(l.name) i"
    "  JOIN pragma_table_info(s.name) t ON t.name = i.name WHERE i.seqno = 1),"
    " l.origin = 'pk' AND s.wr FROM pragma_table_list s JOIN pragma_index_list(s.name) l"
    " WHERE s.schema = 'main' AND s.type = 'table' AND (SELECT i.name FROM pragma_index_info(l.name) i"
    "  WHERE i.seqno = 0) = 'zone'";

static enum err write_all(struct store_conn *c, struct arena *a, struct diag *d)
{
    struct store_rows rows;
    TRY(store_query(c, &rows, d, indexes, NULL, 0));
    for (bool more;;) {
        TRY(store_next(&rows, &more, d));
        if (!more)
            return diag_arena(d, a);
        if (store_int(&rows, 4) > COLUMNS_MAX)
            continue;
        TRY(STORE_EXEC(c, d, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)",
            S_TEXT(store_text(&rows, 1)), S_TEXT(store_text(&rows, 0)),
            S_TEXT(statistics(a, &rows))));
    }
}

enum err plan_teach(struct store_conn *c, void *ctx, struct diag *d)
{
    struct arena a;
    (void)ctx;
    arena_init(&a, NULL, MIB);
    /* ANALYZE of a table makes sqlite_stat1; of the schema, it has the planner read it again. */
    enum err e = store_exec(c, d, "ANALYZE store_migration", NULL, 0);
    if (e == OK)
        e = store_exec(c, d, "DELETE FROM sqlite_stat1", NULL, 0);
    if (e == OK)
        e = write_all(c, &a, d);
    if (e == OK)
        e = store_exec(c, d, "ANALYZE sqlite_schema", NULL, 0);
    arena_release(&a);
    return e;
}
