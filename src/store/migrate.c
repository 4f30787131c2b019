/*
 * Tables change forward only, one numbered step at a time. store_migration holds what has been
 * taken:
 *
 *     component  version  name              hash (of the step's text)   applied_ms
 *     zone       1        cases and tasks   9f3c…                       …
 *
 * Checked before anything is done, over the whole list: the database is not newer than the program;
 * the steps it has taken are the first of the list, with the same text. The hash (64 bits, FNV-1a)
 * is against mistakes, such as a step edited after it was released, not against an adversary.
 *
 * Each step runs as one write: its statements and its row in store_migration together or not at
 * all, so a program that dies in the middle finds itself between two steps.
 */
#include "store/internal.h"

#include <stdio.h>
#include <string.h>

enum { HASH_BYTES = 17 };

struct step {
    const char *component;
    const struct store_migration *migration;
    const struct sys *sys;
};

static void hash_of(const struct store_migration *m, char out[HASH_BYTES])
{
    snprintf(out, HASH_BYTES, "%016llx", (unsigned long long)str_hash(str_from(m->sql)));
}

static enum err check_taken(const struct store_rows *rows, const char *component,
    const struct store_migration *steps, size_t count, size_t taken, struct diag *d)
{
    int64_t version = store_int(rows, 0);
    if (taken >= count)
        return diag_set(d, ERR_UNSUPPORTED,
            "数据库中“%s”已是第 %lld 版,本程序只到第 %zu 版,请使用更新的程序",
            "tables of \"%s\": the database has version %lld, this program knows %zu: use a newer program",
            component, (long long)version, count);
    char hash[HASH_BYTES];
    hash_of(&steps[taken], hash);
    if (version != steps[taken].version || !str_is(store_text(rows, 1), hash))
        return diag_set(d, ERR_STORE, "“%s”第 %d 步(%s)的内容与数据库中已执行的不同,不能继续",
            "tables of \"%s\": step %d (%s) is not the one the database has taken, its text was changed",
            component, steps[taken].version, steps[taken].name);
    return OK;
}

/* How many steps have been taken. */
static enum err count_taken(struct store_conn *c, const char *component,
    const struct store_migration *steps, size_t count, size_t *taken, struct diag *d)
{
    struct store_rows rows;
    size_t n = 0;
    TRY(STORE_QUERY(c, &rows, d,
        "SELECT version, hash FROM store_migration WHERE component = $1 ORDER BY version",
        S_TEXT(str_from(component))));
    for (;;) {
        bool has_row;
        TRY(store_next(&rows, &has_row, d));
        if (!has_row)
            break;
        enum err e = check_taken(&rows, component, steps, count, n, d);
        if (e != OK) {
            store_rows_end(&rows);
            return e;
        }
        n++;
    }
    *taken = n;
    return OK;
}

/* Line of the step's text that the statement after `at` begins on, for the message. */
static int line_of(const char *sql, const char *at)
{
    int line = 1;
    while (*at == ' ' || *at == '\t' || *at == '\n')
        at++;
    for (; sql < at; sql++)
        line += *sql == '\n';
    return line;
}

static enum err run_statements(struct store_conn *c, str sql, struct diag *d)
{
    const char *at = sql.data, *end = sql.data + sql.bytes;
    while (at < end) {
        sqlite3_stmt *statement = NULL;
        const char *tail = NULL;
        int rc = sqlite3_prepare_v2(c->db, at, (int)(end - at), &statement, &tail);
        if (rc == SQLITE_OK && statement) {
            do
                rc = sqlite3_step(statement);
            while (rc == SQLITE_ROW);
            rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
        }
        enum err e = OK;
        if (rc != SQLITE_OK) {
            e = conn_error(c, rc, d);
            diag_at(d, NULL, line_of(sql.data, at), 0);
        }
        sqlite3_finalize(statement);
        TRY(e);
        at = tail;
    }
    return OK;
}

static enum err take_step(struct store_conn *c, void *ctx, struct diag *d)
{
    const struct step *step = ctx;
    const struct store_migration *m = step->migration;
    struct arena a;
    arena_init(&a, NULL, 8 * SQL_BYTES_MAX);
    str sql = STR_NONE;
    enum err e = sql_expand(&a, str_from(m->sql), EXPAND_MIGRATION, &sql, d);
    if (e == OK)
        e = run_statements(c, sql, d);
    arena_release(&a);
    TRY(e);
    char hash[HASH_BYTES];
    hash_of(m, hash);
    return STORE_EXEC(c, d,
        "INSERT INTO store_migration (component, version, name, hash, applied_ms)"
        " VALUES ($1, $2, $3, $4, $5)",
        S_TEXT(str_from(step->component)), S_INT(m->version), S_TEXT(str_from(m->name)),
        S_TEXT(str_from(hash)), S_INT(sys_now_ms(step->sys)));
}

enum err store_migrate(struct store *s, const char *component, const struct store_migration *steps,
    size_t count, struct diag *d)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i].version != (int)i + 1)
            return diag_set(d, ERR_INTERNAL, "“%s”的步骤应从 1 起连续编号",
                "the steps of \"%s\" are numbered 1, 2, 3 …", component);
    struct store_conn *c = NULL;
    size_t taken = 0;
    TRY(store_read_begin(s, &c, d));
    enum err e = count_taken(c, component, steps, count, &taken, d);
    store_read_end(c);
    TRY(e);
    for (size_t i = taken; i < count; i++) {
        struct step step = { component, &steps[i], s->options.sys };
        e = store_write(s, take_step, &step, d);
        if (e != OK) {
            char place[DIAG_PLACE_BYTES];
            snprintf(place, sizeof place, "%s/%d (%s)", component, steps[i].version, steps[i].name);
            diag_at(d, place, 0, 0);
            return e;
        }
    }
    return taken < count ? store_write(s, plan_teach, NULL, d) : OK;
}

enum err store_migrate_within(struct store_conn *c, const char *component,
    const struct store_migration *steps, size_t count, struct diag *d)
{
    size_t taken = 0;
    TRY(count_taken(c, component, steps, count, &taken, d));
    for (size_t i = taken; i < count; i++) {
        struct step step = { component, &steps[i], c->store->options.sys };
        TRY(take_step(c, &step, d));
    }
    if (taken < count)
        store_tables_changed(c);
    return OK;
}

void store_tables_changed(struct store_conn *c)
{
    c->tables_changed = true;
}
