/*
 * Registers as real tables. What a definition asks is compared with what the tables were last made
 * for (register_column remembers each column's type), and the difference is a list of steps: the
 * dry run shows them, register_prepare takes them.
 *
 *     register new          table, history, search index
 *     column new            ALTER TABLE … ADD COLUMN; computed columns are filled in
 *     column gone           its column stays in the table and in the history, nobody is shown it
 *     type changed          taken when both types are kept alike in SQL and every value that is
 *                           there is one of the new type; else blocked, by name
 *     unique, indexed       an index; blocked while values stand twice
 *     expression changed    every record is computed again
 *
 * Names of tables and columns come from the pack, which has checked that they are [a-z0-9_]; they
 * are checked here again, since they become SQL text.
 */
#include "zone/record_internal.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 1000 };
/* The row of register_column that keeps the text of the view instead of a column. */
#define VIEW_ROW "*"

static bool name_good(str s)
{
    if (!s.bytes || s.bytes > REGISTER_NAME_BYTES_MAX || s.data[0] < 'a' || s.data[0] > 'z')
        return false;
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

/* What each register's table was last made for, and how far its daily columns are. */
static const char own_tables[] =
    "CREATE TABLE register_column (zone TEXT NOT NULL, register TEXT NOT NULL, name TEXT NOT NULL,"
    " type TEXT NOT NULL, computed TEXT NOT NULL, is_unique BIGINT NOT NULL,"
    " is_indexed BIGINT NOT NULL, PRIMARY KEY (zone, register, name)){clustered};"
    "CREATE TABLE register_daily (zone TEXT NOT NULL, register TEXT NOT NULL, day BIGINT NOT NULL,"
    " after BIGINT NOT NULL, PRIMARY KEY (zone, register)){clustered};"
    "CREATE TABLE record_view (zone TEXT NOT NULL, id BIGINT NOT NULL, account_id BIGINT NOT NULL,"
    " register TEXT NOT NULL, name TEXT NOT NULL, shared BIGINT NOT NULL, definition TEXT NOT"
    " NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX record_view_register ON record_view (zone, register, account_id);";

/* Which case a record gave rise to, by which action. */
static const char case_table[] =
    "CREATE TABLE record_case (zone TEXT NOT NULL, case_id BIGINT NOT NULL, register TEXT NOT NULL,"
    " record_id BIGINT NOT NULL, action TEXT NOT NULL, at BIGINT NOT NULL, account_id BIGINT NOT"
    " NULL, PRIMARY KEY (zone, case_id)){clustered};"
    "CREATE INDEX record_case_record ON record_case (zone, register, record_id, case_id);";

static const char file_tables[] =
    "CREATE TABLE record_file (zone TEXT NOT NULL, file_id BIGINT NOT NULL, register TEXT NOT NULL,"
    " record_id BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (zone, file_id)){clustered};"
    "CREATE INDEX record_file_record ON record_file (zone, register, record_id, file_id);"
    "CREATE TABLE file_fact (zone TEXT NOT NULL, id BIGINT NOT NULL, caption TEXT NOT NULL,"
    " taken_on TEXT NOT NULL, lon DOUBLE PRECISION, lat DOUBLE PRECISION, PRIMARY KEY (zone,"
    " id)){clustered};";

static const struct store_migration own_steps[] = { { 1, "definitions, saved views", own_tables },
    { 2, "cases of records", case_table }, { 3, "files of records", file_tables } };

/* ---- what the tables were made for ---- */

struct known {
    str name, type, computed;
    bool is_unique, is_indexed;
};
struct known_list {
    struct known *items;
    size_t count;
};

static enum err known_read(struct op *op, str code, struct known_list *out)
{
    struct store_rows rows;
    *out = (struct known_list){ ARENA_ARRAY(op->arena, struct known, REGISTER_COLUMNS_MAX * 2), 0 };
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT name, type, computed, is_unique, is_indexed FROM register_column"
        " WHERE zone = $1 AND register = $2 ORDER BY name LIMIT 400",
        S_TEXT(op->zone->code), S_TEXT(code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        out->items[out->count++] = (struct known){ str_copy(op->arena, store_text(&rows, 0)),
            str_copy(op->arena, store_text(&rows, 1)), str_copy(op->arena, store_text(&rows, 2)),
            store_int(&rows, 3) != 0, store_int(&rows, 4) != 0 };
    }
    return diag_arena(op->diag, op->arena);
}

static const struct known *known_find(const struct known_list *list, str name)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_equal(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

static enum err known_keep(struct op *op, str code, const struct known *k)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO register_column (zone, register, name, type, computed, is_unique, is_indexed)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (zone, register, name) DO UPDATE SET"
        " type = excluded.type, computed = excluded.computed, is_unique = excluded.is_unique,"
        " is_indexed = excluded.is_indexed",
        S_TEXT(op->zone->code), S_TEXT(code), S_TEXT(k->name), S_TEXT(k->type), S_TEXT(k->computed),
        S_INT(k->is_unique), S_INT(k->is_indexed));
}

/* ---- the plan ---- */

struct plan {
    struct op *op;
    struct register_step *items;
    size_t count;
};

__attribute__((format(printf, 4, 6), format(printf, 5, 6))) static void plan_add(struct plan *p,
    const struct pack_register *r, const struct pack_column *c, const char *zh, const char *en, ...)
{
    va_list args;
    struct register_step *s = &p->items[p->count];
    if (p->count == STEPS_MAX)
        return;
    va_start(args, en);
    s->what.zh = str_vprintf(p->op->arena, zh, args);
    va_end(args);
    va_start(args, en);
    s->what.en = str_vprintf(p->op->arena, en, args);
    va_end(args);
    s->r = r;
    s->column = c;
    p->count++;
}

static void plan_block(struct plan *p)
{
    if (p->count)
        p->items[p->count - 1].blocked = true;
}

/* Do the values that are there stand twice? */
static enum err plan_unique(
    struct plan *p, const struct pack_register *r, const struct pack_column *c)
{
    struct store_rows rows;
    bool twice;
    str sql = str_printf(p->op->arena,
        "SELECT %.*s FROM register_%.*s WHERE zone = $1 GROUP BY %.*s HAVING count(*) > 1 LIMIT 1",
        STR_ARGS(c->name), STR_ARGS(r->code), STR_ARGS(c->name));
    TRY(diag_arena(p->op->diag, p->op->arena));
    TRY(STORE_QUERY(p->op->conn, &rows, p->op->diag, sql.data, S_TEXT(p->op->zone->code)));
    TRY(store_next(&rows, &twice, p->op->diag));
    str value = twice ? str_copy(p->op->arena, store_text(&rows, 0)) : STR_NONE;
    store_rows_end(&rows);
    if (!twice) {
        plan_add(
            p, r, c, "列“%.*s”改为不可重复", "column \"%.*s\" becomes unique", STR_ARGS(c->name));
        return OK;
    }
    plan_add(p, r, c, "列“%.*s”不能改为不可重复:“%.*s”出现不止一次",
        "column \"%.*s\" cannot become unique: \"%.*s\" stands there more than once",
        STR_ARGS(c->name), STR_ARGS(value));
    plan_block(p);
    return OK;
}

/* How many different values that are there the column's type would not take. */
static enum err values_bad(
    struct op *op, const struct pack_register *r, const struct pack_column *c, int64_t *bad)
{
    struct store_rows rows;
    str sql = str_printf(op->arena, "SELECT DISTINCT %.*s FROM register_%.*s WHERE zone = $1",
        STR_ARGS(c->name), STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    *bad = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        json_t *v = column_read(op, c, &rows, 0);
        *bad += !column_takes(op, c, v);
        json_decref(v);
    }
}

/* A column that changed its type: the number of values that the new type would not take. */
static enum err plan_type(
    struct plan *p, const struct pack_register *r, const struct pack_column *c, str was)
{
    int from = pack_column_type_from(was);
    const char *to = pack_column_type_word(c->type);
    bool alike = from >= 0
        && strcmp(column_sql_type((enum pack_column_type)from), column_sql_type(c->type)) == 0
        && from != PACK_COLUMN_POINT && c->type != PACK_COLUMN_POINT;
    if (!alike) {
        plan_add(p, r, c, "列“%.*s”的类型不能由 %.*s 改为 %s:请另立新列",
            "column \"%.*s\" cannot change its type from %.*s to %s: add a new column instead",
            STR_ARGS(c->name), STR_ARGS(was), to);
        plan_block(p);
        return OK;
    }
    int64_t bad = 0;
    TRY(values_bad(p->op, r, c, &bad));
    if (bad) {
        plan_add(p, r, c, "列“%.*s”不能改为 %s:已有 %lld 个值不符合",
            "column \"%.*s\" cannot become %s: %lld values that are there do not fit",
            STR_ARGS(c->name), to, (long long)bad);
        plan_block(p);
    } else {
        plan_add(p, r, c, "列“%.*s”的类型由 %.*s 改为 %s",
            "column \"%.*s\" changes from %.*s to %s", STR_ARGS(c->name), STR_ARGS(was), to);
    }
    return OK;
}

static enum err plan_column(struct plan *p, const struct pack_register *r,
    const struct pack_column *c, const struct known_list *known)
{
    const struct known *was = known_find(known, c->name);
    if (!was) {
        plan_add(p, r, c, "新增列“%.*s”(%s)", "new column \"%.*s\" (%s)", STR_ARGS(c->name),
            pack_column_type_word(c->type));
        return OK;
    }
    if (!str_is(was->type, pack_column_type_word(c->type)))
        TRY(plan_type(p, r, c, was->type));
    if ((c->unique || c == r->key) && !was->is_unique)
        TRY(plan_unique(p, r, c));
    else if (!c->unique && c != r->key && was->is_unique)
        plan_add(p, r, c, "列“%.*s”不再要求不可重复", "column \"%.*s\" need not be unique any more",
            STR_ARGS(c->name));
    if (c->indexed && !was->is_indexed)
        plan_add(p, r, c, "列“%.*s”建立索引", "column \"%.*s\" gets an index", STR_ARGS(c->name));
    if (!str_equal(c->definition, was->computed))
        plan_add(p, r, c, "列“%.*s”的算法有变,全部重新计算",
            "the expression of column \"%.*s\" changed: every record is computed again",
            STR_ARGS(c->name));
    return OK;
}

static enum err plan_register(struct plan *p, const struct pack_register *r)
{
    struct known_list known;
    TRY(known_read(p->op, r->code, &known));
    if (!known.count) {
        plan_add(p, r, NULL, "新建登记表“%.*s”", "new register \"%.*s\"", STR_ARGS(r->code));
        return OK;
    }
    for (size_t i = 0; i < r->column_count; i++)
        TRY(plan_column(p, r, &r->columns[i], &known));
    for (size_t i = 0; i < known.count; i++)
        if (!pack_column(r, known.items[i].name) && !str_is(known.items[i].name, VIEW_ROW))
            plan_add(p, r, NULL, "列“%.*s”不再使用,已有数据保留",
                "column \"%.*s\" is not used any more; what is there is kept",
                STR_ARGS(known.items[i].name));
    return OK;
}

enum err register_plan(
    struct op *op, const struct pack *pack, struct register_step **steps, size_t *count)
{
    struct plan p = { .op = op, .items = ARENA_ARRAY(op->arena, struct register_step, STEPS_MAX) };
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < pack->register_count; i++)
        TRY(plan_register(&p, &pack->registers[i]));
    *steps = p.items;
    *count = p.count;
    return diag_arena(op->diag, op->arena);
}

/* ---- taking it ---- */

/* As registers were made until 0.3: columns came one by one. */
static enum err bring_old_table(struct op *op, const struct pack_register *r)
{
    struct arena *a = op->arena;
    str code = r->code;
    str sql = str_printf(a,
        "CREATE TABLE register_%.*s (zone TEXT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT"
        " NULL,"
        " updated_at BIGINT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
        "CREATE TABLE register_%.*s_history (zone TEXT NOT NULL, id BIGINT NOT NULL, version"
        " BIGINT NOT NULL,"
        " at BIGINT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, data TEXT NOT NULL,"
        " PRIMARY KEY (zone, id, version)){clustered};{search:register_%.*s_search};",
        STR_ARGS(code), STR_ARGS(code), STR_ARGS(code));
    str batches = str_printf(a,
        "ALTER TABLE register_%.*s_history ADD COLUMN batch BIGINT NOT NULL DEFAULT 0;"
        "CREATE INDEX register_%.*s_batch ON register_%.*s_history (zone, batch) WHERE batch <> 0;"
        "CREATE INDEX register_%.*s_past ON register_%.*s_history (zone, at);",
        STR_ARGS(code), STR_ARGS(code), STR_ARGS(code), STR_ARGS(code), STR_ARGS(code));
    str component = str_printf(a, "register %.*s", STR_ARGS(code));
    TRY(diag_arena(op->diag, a));
    const struct store_migration steps[] = { { 1, "table and history", sql.data },
        { 2, "batches", batches.data } };
    return store_migrate_within(op->conn, component.data, steps, 2, op->diag);
}

static enum err taken(struct op *op, str component, bool *there)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag, "SELECT 1 FROM store_migration WHERE component = $1",
        S_TEXT(component)));
    enum err e = store_next(&rows, there, op->diag);
    store_rows_end(&rows);
    return e;
}

static void define_column(struct buf *sql, const struct pack_column *c, str name, const char *end)
{
    buf_printf(sql, ", %.*s%s %s%s", STR_ARGS(name), end, column_sql_type(c->type),
        column_is_text(c->type) ? " NOT NULL DEFAULT ''" : "");
}

/* All columns at once: SQLite reads its whole schema again after each one that is added later. */
static enum err create_table(struct op *op, const struct pack_register *r)
{
    struct buf sql;
    buf_init(&sql, op->arena, 64 * KIB);
    buf_printf(&sql,
        "CREATE TABLE register_%.*s (zone TEXT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT"
        " NULL, updated_at BIGINT NOT NULL",
        STR_ARGS(r->code));
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        bool point = c->type == PACK_COLUMN_POINT;
        define_column(&sql, c, c->name, point ? "_lon" : "");
        if (point)
            define_column(&sql, c, c->name, "_lat");
    }
    buf_add(&sql, STR(", PRIMARY KEY (zone, id)){clustered}"));
    buf_add_char(&sql, 0);
    TRY(diag_arena(op->diag, op->arena));
    const struct store_migration step = { 1, "table", buf_str(&sql).data };
    str component = str_printf(op->arena, "table %.*s", STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    return store_migrate_within(op->conn, component.data, &step, 1, op->diag);
}

static enum err make_table(struct op *op, const struct pack_register *r)
{
    str code = r->code;
    bool old, there;
    str sql = str_printf(op->arena,
        "CREATE TABLE register_%.*s_history (zone TEXT NOT NULL, id BIGINT NOT NULL, version"
        " BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,"
        " data TEXT NOT NULL, batch BIGINT NOT NULL DEFAULT 0,"
        " PRIMARY KEY (zone, id, version)){clustered};"
        "CREATE INDEX register_%.*s_batch ON register_%.*s_history (zone, batch) WHERE batch <> 0;"
        "CREATE INDEX register_%.*s_past ON register_%.*s_history (zone, at);"
        "{search:register_%.*s_search};",
        STR_ARGS(code), STR_ARGS(code), STR_ARGS(code), STR_ARGS(code), STR_ARGS(code),
        STR_ARGS(code));
    str component = str_printf(op->arena, "records %.*s", STR_ARGS(code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(taken(op, str_printf(op->arena, "register %.*s", STR_ARGS(code)), &old));
    if (old)
        return bring_old_table(op, r);
    TRY(taken(op, component, &there));
    const struct store_migration step = { 1, "history and search", sql.data };
    TRY(store_migrate_within(op->conn, component.data, &step, 1, op->diag));
    return there ? OK : create_table(op, r);
}

static enum err exec_text(struct op *op, str sql)
{
    TRY(diag_arena(op->diag, op->arena));
    return store_exec(op->conn, op->diag, sql.data, NULL, 0);
}

static enum err sql_columns(struct op *op, const struct pack_register *r, str name, bool *there)
{
    struct store_rows rows;
    str sql = str_printf(
        op->arena, "SELECT * FROM register_%.*s WHERE zone = $1 LIMIT 1", STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code)));
    *there = false;
    for (int i = 0; i < store_column_count(&rows); i++)
        *there = *there || str_is(name, store_column_name(&rows, i));
    store_rows_end(&rows);
    return OK;
}

static enum err add_sql_column(
    struct op *op, const struct pack_register *r, const struct pack_column *c, str name)
{
    bool there;
    TRY(sql_columns(op, r, name, &there));
    if (there) /* once used, left, and used again */
        return OK;
    return exec_text(op,
        str_printf(op->arena, "ALTER TABLE register_%.*s ADD COLUMN %.*s %s%s", STR_ARGS(r->code),
            STR_ARGS(name), column_sql_type(c->type),
            column_is_text(c->type) ? " NOT NULL DEFAULT ''" : ""));
}

static enum err add_column(
    struct op *op, const struct pack_register *r, const struct pack_column *c)
{
    if (c->type != PACK_COLUMN_POINT)
        return add_sql_column(op, r, c, c->name);
    TRY(add_sql_column(op, r, c, str_printf(op->arena, "%.*s_lon", STR_ARGS(c->name))));
    return add_sql_column(op, r, c, str_printf(op->arena, "%.*s_lat", STR_ARGS(c->name)));
}

static enum err add_indexes(
    struct op *op, const struct pack_register *r, const struct pack_column *c)
{
    str code = r->code, name = c->name;
    if (c->unique || c == r->key)
        TRY(exec_text(op,
            str_printf(op->arena,
                "CREATE UNIQUE INDEX IF NOT EXISTS register_%.*s_%.*s ON register_%.*s (zone, %.*s)",
                STR_ARGS(code), STR_ARGS(name), STR_ARGS(code), STR_ARGS(name))));
    else
        TRY(exec_text(op,
            str_printf(op->arena, "DROP INDEX IF EXISTS register_%.*s_%.*s", STR_ARGS(code),
                STR_ARGS(name))));
    if (!c->indexed)
        return OK;
    struct buf columns;
    buf_init(&columns, op->arena, 200);
    column_names_add(&columns, c);
    str list = buf_str(&columns);
    return exec_text(op,
        str_printf(op->arena,
            "CREATE INDEX IF NOT EXISTS register_%.*s_by_%.*s ON register_%.*s (zone, %.*s, id)",
            STR_ARGS(code), STR_ARGS(name), STR_ARGS(code), STR_ARGS(list)));
}

static enum err add_uniques(struct op *op, const struct pack_register *r)
{
    for (size_t i = 0; i < r->unique_count; i++) {
        struct buf names, columns;
        buf_init(&names, op->arena, 1000);
        buf_init(&columns, op->arena, 1000);
        for (size_t k = 0; k < r->uniques[i].count; k++) {
            buf_printf(&names, "_%.*s", STR_ARGS(r->uniques[i].columns[k]->name));
            buf_add(&columns, STR(", "));
            column_names_add(&columns, r->uniques[i].columns[k]);
        }
        str name = buf_str(&names), list = buf_str(&columns);
        TRY(exec_text(op,
            str_printf(op->arena,
                "CREATE UNIQUE INDEX IF NOT EXISTS register_%.*s_once%.*s ON register_%.*s (zone%.*s)",
                STR_ARGS(r->code), STR_ARGS(name), STR_ARGS(r->code), STR_ARGS(list))));
    }
    return OK;
}

/* What reports and outside tools read: everything but what is masked, and nothing of a compartment.
 * Empty: none. */
static str view_text(struct op *op, const struct pack_register *r)
{
    struct buf b;
    buf_init(&b, op->arena, 64 * KIB);
    if (r->closed)
        return STR_NONE;
    buf_printf(
        &b, "CREATE VIEW record_%.*s AS SELECT zone, id, version, updated_at", STR_ARGS(r->code));
    for (size_t i = 0; i < r->column_count; i++)
        if (!r->columns[i].masked) {
            buf_add(&b, STR(", "));
            column_names_add(&b, &r->columns[i]);
        }
    buf_printf(&b, " FROM register_%.*s WHERE zone = {zone}", STR_ARGS(r->code));
    return str_copy(op->arena, buf_str(&b));
}

static enum err make_view(struct op *op, const struct pack_register *r)
{
    str text = view_text(op, r);
    TRY(exec_text(op, str_printf(op->arena, "DROP VIEW IF EXISTS record_%.*s", STR_ARGS(r->code))));
    if (text.bytes)
        TRY(exec_text(op, str_printf(op->arena, "%.*s", STR_ARGS(text))));
    return known_keep(op, r->code, &(struct known){ .name = STR(VIEW_ROW), .computed = text });
}

/* ---- computing all again ---- */

enum { COMPUTE_PAGE = 500 };

enum err record_compute_page(struct op *op, const struct pack_register *r, bool daily_only,
    size_t limit, int64_t *after, bool *more)
{
    struct query q;
    struct store_rows rows;
    size_t count = 0;
    struct record *list = ARENA_ARRAY(op->arena, struct record, limit);
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    record_select(&q, op, r);
    QUERY_ADD(&q, " AND id > ? ORDER BY id LIMIT ?", S_INT(*after), S_INT((int64_t)limit));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool next;;) {
        TRY(store_next(&rows, &next, op->diag));
        if (!next || count == limit)
            break;
        record_row(op, r, &rows, &list[count++]);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < count; i++) {
        bool changed = false;
        *after = list[i].id;
        if (r->rollup_count)
            TRY(record_roll_up(op, r, &list[i], daily_only, &changed));
        TRY(record_compute(op, r, list[i].data, daily_only, &changed));
        const struct record_writing w = {
            .r = r, .id = list[i].id, .version = list[i].version, .data = list[i].data
        };
        if (changed)
            TRY(record_write_row(op, &w));
    }
    *more = count == limit;
    return OK;
}

static enum err compute_register(struct op *op, const struct pack_register *r)
{
    struct arena page;
    struct op inner = *op;
    int64_t after = 0;
    enum err e = OK;
    arena_init(&page, NULL, 64 * MIB);
    inner.arena = &page;
    for (bool more = true; e == OK && more;) {
        arena_reset(&page);
        e = record_compute_page(&inner, r, false, COMPUTE_PAGE, &after, &more);
    }
    arena_release(&page);
    return e;
}

static enum err bring_up(struct op *op, const struct pack_register *r, bool *compute)
{
    struct known_list known;
    TRY(known_read(op, r->code, &known));
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        const struct known *was = known_find(&known, c->name);
        TRY(add_column(op, r, c));
        TRY(add_indexes(op, r, c));
        TRY(known_keep(op, r->code,
            &(struct known){ .name = c->name,
                .type = str_from(pack_column_type_word(c->type)),
                .computed = c->definition,
                .is_unique = c->unique || c == r->key,
                .is_indexed = c->indexed }));
        *compute = *compute
            || (pack_column_derived(c) && !(was && str_equal(was->computed, c->definition)));
    }
    for (size_t i = 0; i < known.count; i++)
        if (!pack_column(r, known.items[i].name))
            TRY(STORE_EXEC(op->conn, op->diag,
                "DELETE FROM register_column WHERE zone = $1 AND register = $2 AND name = $3",
                S_TEXT(op->zone->code), S_TEXT(r->code), S_TEXT(known.items[i].name)));
    TRY(add_uniques(op, r));
    return make_view(op, r);
}

/* ---- all of a pack ---- */

struct preparing {
    const struct pack *pack;
    bool *due;     /* by position of the register: something is to be done */
    bool *compute; /* and everything derived is computed again */
};

static enum err look(struct op *op, struct preparing *w)
{
    struct register_step *steps;
    size_t count;
    TRY(register_plan(op, w->pack, &steps, &count));
    for (size_t i = 0; i < count; i++) {
        w->due[steps[i].r - w->pack->registers] = true;
        if (!steps[i].blocked)
            continue;
        diag_field(op->diag, steps[i].r->code);
        diag_set(op->diag, ERR_UNSUPPORTED, "登记表“%.*s”:%.*s", "register \"%.*s\": %.*s",
            STR_ARGS(steps[i].r->code), STR_ARGS(steps[i].what.zh));
        snprintf(op->diag->en, sizeof op->diag->en, "register \"%.*s\": %.*s",
            STR_ARGS(steps[i].r->code), STR_ARGS(steps[i].what.en));
        return ERR_UNSUPPORTED;
    }
    for (size_t i = 0; i < w->pack->register_count; i++) {
        const struct pack_register *r = &w->pack->registers[i];
        struct known_list known;
        TRY(known_read(op, r->code, &known));
        const struct known *view = known_find(&known, STR(VIEW_ROW));
        w->due[i] = w->due[i] || !view || !str_equal(view->computed, view_text(op, r));
    }
    return diag_arena(op->diag, op->arena);
}

static enum err prepare_one(struct op *op, const struct pack_register *r, bool *compute)
{
    ASSERT(name_good(r->code) && r->column_count <= REGISTER_COLUMNS_MAX);
    for (size_t c = 0; c < r->column_count; c++)
        ASSERT(name_good(r->columns[c].name));
    TRY(make_table(op, r));
    return bring_up(op, r, compute);
}

/* Registers are computed again, and after them those that take something from their records: as
 * nothing is derived from itself, that ends. */
static enum err compute_due(struct op *op, struct preparing *w)
{
    size_t count = w->pack->register_count;
    bool again = true;
    for (size_t pass = 0; again && pass <= count; pass++) {
        again = false;
        for (size_t i = 0; i < count; i++) {
            const struct pack_register *r = &w->pack->registers[i];
            if (!w->compute[i])
                continue;
            w->compute[i] = false;
            TRY(compute_register(op, r));
            for (size_t k = 0; k < r->feed_count; k++)
                again = w->compute[r->feeds[k].to - w->pack->registers] = true;
        }
    }
    return OK;
}

static enum err prepare(struct op *op, const struct pack *p)
{
    struct preparing w = { .pack = p };
    w.due = ARENA_ARRAY(op->arena, bool, p->register_count);
    w.compute = ARENA_ARRAY(op->arena, bool, p->register_count);
    TRY(diag_arena(op->diag, op->arena));
    TRY(store_migrate_within(op->conn, "registers", own_steps, 3, op->diag));
    TRY(look(op, &w));
    for (size_t i = 0; i < p->register_count; i++)
        if (w.due[i]) {
            TRY(prepare_one(op, &p->registers[i], &w.compute[i]));
            store_tables_changed(op->conn); /* indexes too */
        }
    return compute_due(op, &w);
}

enum err register_prepare(struct op *op, const struct pack *p)
{
    struct arena a;
    struct op inner = *op;
    arena_init(&a, NULL, 64 * MIB);
    inner.arena = &a;
    inner.touched = &record_touched_nobody;
    enum err e = prepare(&inner, p);
    arena_release(&a);
    return e;
}

enum err register_holds(struct op *op, str code, bool *records)
{
    struct store_rows rows;
    ASSERT(name_good(code));
    str sql = str_printf(
        op->arena, "SELECT 1 FROM register_%.*s WHERE zone = $1 LIMIT 1", STR_ARGS(code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code)));
    enum err e = store_next(&rows, records, op->diag);
    store_rows_end(&rows);
    return e;
}
