/*
 * Values of a row are described by letters:
 *
 *     z zone   i identifier of the case   k identifier of the k-th row of this kind for the case
 *     m an instant   s a small number   0 zero   n NULL   u a unique short text
 *     l the row's number within the case (a tree's level)   x the identifier shifted right by it
 *     a text of 8 letters   A of 24   t Chinese text of 30 bytes   T of 90   L of 600   J JSON of 500
 *     h bytes of a hash (32)   c the name of a counter
 *
 * Texts are cut out of one long text at a place that depends on the identifier, so that no two
 * rows are alike and none compresses away.
 */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct row_kind usual[] = {
    { "counter",
        "CREATE TABLE counter (zone TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,"
        " PRIMARY KEY (zone, name)) {clustered};",
        "INSERT INTO counter VALUES ($1, $2, 1)"
        " ON CONFLICT (zone, name) DO UPDATE SET value = counter.value + 1",
        "zc", 1, false },
    { "cases",
        "CREATE TABLE cases (zone TEXT NOT NULL, id BIGINT NOT NULL, number TEXT NOT NULL,"
        " version BIGINT, kind TEXT, pack_version TEXT, title TEXT, body TEXT, topic TEXT,"
        " channel TEXT, urgency TEXT, place TEXT, enterprise_id BIGINT, enterprise_name TEXT,"
        " account_id BIGINT, contact_name TEXT, contact_phone TEXT, unit TEXT, assignee_id BIGINT,"
        " status BIGINT, node TEXT, data TEXT, state TEXT, created_at BIGINT, created_on TEXT,"
        " updated_at BIGINT, first_response_at BIGINT, replied_at BIGINT, closed_at BIGINT,"
        " promise_id BIGINT, promise_state BIGINT, due_at BIGINT, amber_at BIGINT, red_at BIGINT,"
        " on_time BIGINT, answer TEXT, rating BIGINT, urged BIGINT, supervised BIGINT,"
        " reopened BIGINT, suspended BIGINT, merged_into BIGINT, extension TEXT, source TEXT,"
        " PRIMARY KEY (zone, id));"
        "CREATE UNIQUE INDEX cases_number ON cases (zone, number);"
        "CREATE INDEX cases_enterprise ON cases (zone, enterprise_id, due_at, id);"
        "CREATE INDEX cases_danger ON cases (zone, due_at, id);"
        "CREATE INDEX cases_status ON cases (zone, status, due_at, id);",
        "INSERT INTO cases VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
        " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,"
        " $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44)",
        "ziusaATLaaatstsaaa00aJJmamnnnksmmmnan00000aa", 1, false },
    { "case_unit",
        "CREATE TABLE case_unit (zone TEXT NOT NULL, unit TEXT NOT NULL, case_id BIGINT NOT NULL,"
        " PRIMARY KEY (zone, unit, case_id)) {clustered};",
        "INSERT INTO case_unit VALUES ($1, $2, $3)", "zak", 1, false },
    { "task",
        "CREATE TABLE task (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
        " token BIGINT, node TEXT, role TEXT, unit TEXT, assignee_id BIGINT, state TEXT,"
        " created_at BIGINT, signed_at BIGINT, done_at BIGINT, done_by BIGINT, due_at BIGINT,"
        " PRIMARY KEY (zone, id)) {clustered};"
        "CREATE INDEX task_case ON task (zone, case_id, id);"
        "CREATE INDEX task_open ON task (zone, unit, due_at, id);",
        "INSERT INTO task VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        "zkisaaasamnn0m", 1, false },
    { "promise",
        "CREATE TABLE promise (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT NOT NULL,"
        " task_id BIGINT, code TEXT, unit BIGINT, amount BIGINT, started_at BIGINT, due_at BIGINT,"
        " amber_at BIGINT, red_at BIGINT, ended_at BIGINT, paused_at BIGINT, remaining BIGINT,"
        " extended BIGINT, state BIGINT, PRIMARY KEY (zone, id)) {clustered};"
        "CREATE INDEX promise_case ON promise (zone, case_id, id);",
        "INSERT INTO promise VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
        " $15, $16)",
        "zkisassmmmm0000s", 2, false },
    { "promise_event",
        "CREATE TABLE promise_event (zone TEXT NOT NULL, id BIGINT NOT NULL, promise_id BIGINT,"
        " at BIGINT, what TEXT, amount BIGINT, due_at BIGINT, reason TEXT,"
        " PRIMARY KEY (zone, id)) {clustered};"
        "CREATE INDEX promise_event_promise ON promise_event (zone, promise_id, id);",
        "INSERT INTO promise_event VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "zkimasmt", 0, false },
    { "timer",
        "CREATE TABLE timer (zone TEXT NOT NULL, id BIGINT NOT NULL, case_id BIGINT,"
        " number BIGINT, due_at BIGINT, PRIMARY KEY (zone, id)) {clustered};"
        "CREATE INDEX timer_due ON timer (zone, due_at);"
        "CREATE INDEX timer_case ON timer (zone, case_id, number);",
        "INSERT INTO timer VALUES ($1, $2, $3, $4, $5)", "zkism", 0, false },
    { "journal",
        "CREATE TABLE journal (zone TEXT NOT NULL, id BIGINT NOT NULL, seq BIGINT, at BIGINT,"
        " kind TEXT, subject BIGINT, actor TEXT, event TEXT, salt BYTEA, event_hash BYTEA,"
        " leaf_hash BYTEA, PRIMARY KEY (zone, id)) {clustered};"
        "CREATE UNIQUE INDEX journal_seq ON journal (zone, seq);"
        "CREATE INDEX journal_subject ON journal (zone, subject, id);",
        "INSERT INTO journal VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", "zkkmaiAJhhh",
        1, false },
    { "node",
        "CREATE TABLE node (zone TEXT NOT NULL, level BIGINT NOT NULL, idx BIGINT NOT NULL,"
        " hash BYTEA NOT NULL, PRIMARY KEY (zone, level, idx)) {clustered};",
        "INSERT INTO node VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (zone, level, idx) DO UPDATE SET hash = excluded.hash",
        "zlxh", 2, false },
    { "checkpoint",
        "CREATE TABLE checkpoint (zone TEXT NOT NULL, size BIGINT NOT NULL, at BIGINT, note TEXT,"
        " PRIMARY KEY (zone, size)) {clustered};",
        "INSERT INTO checkpoint VALUES ($1, $2, $3, $4)", "zkmT", 1, true },
};

enum { SEARCH_COLUMN = 600, LONG_BYTES = 30000 };

void rows_init(struct rows *r)
{
    r->count = sizeof usual / sizeof *usual;
    memcpy(r->kinds, usual, sizeof usual);
}

bool rows_set(struct rows *r, const char *text)
{
    str rest = str_from(text), part;
    while (str_split(&rest, ',', &part)) {
        str name;
        int64_t count;
        bool found = false;
        if (!str_split(&part, '=', &name) || !str_to_int64(part, &count) || count < 0 || count > 8)
            return false;
        for (size_t i = 0; i < r->count; i++)
            if (str_is(name, r->kinds[i].name)) {
                r->kinds[i].count = (int)count;
                found = true;
            }
        if (!found)
            return false;
    }
    return true;
}

/* Values -------------------------------------------------------------------------------------- */

struct scratch {
    char number[32], bytes[32];
};

/* A text without repetitions to cut from; made once, then only read. */
static const char *long_text(void)
{
    static char text[LONG_BYTES];
    if (text[0])
        return text;
    uint32_t seed = 2026;
    for (size_t at = 0; at + 3 <= sizeof text; at += 3) {
        seed = seed * 1664525 + 1013904223;
        /* The commoner half of the characters more often, as in real text. */
        uint32_t span = seed >> 31 ? 600 : 6000;
        char utf8[4];
        utf8_put(utf8, 0x4e00 + (seed >> 8) % span);
        memcpy(text + at, utf8, 3);
    }
    return text;
}

static str chinese(int64_t id, size_t bytes)
{
    size_t places = (LONG_BYTES - bytes) / 3;
    return (str){ long_text() + 3 * ((uint64_t)id * 2654435761u % places), bytes };
}

static str ascii(int64_t id, size_t bytes)
{
    static const char text[] =
        "qwertyuiopasdfghjklzxcvbnm1234567890ancillaryrelevance{\"node\":\"handle\"}";
    return (str){ text + (uint64_t)id * 40503u % (sizeof text - 1 - bytes), bytes };
}

static struct store_value value(char letter, int64_t id, int k, struct scratch *s)
{
    uint64_t mixed = (uint64_t)id * 0x9e3779b97f4a7c15u;
    switch (letter) {
    case 'z':
        return S_TEXT(STR("zone1"));
    case 'i':
        return S_INT(id);
    case 'k':
        return S_INT(id * 8 + k);
    case 'm':
        return S_INT(1790000000000 + id);
    case 's':
        return S_INT((int64_t)(mixed % 97));
    case '0':
        return S_INT(0);
    case 'l':
        return S_INT(k);
    case 'x':
        return S_INT(id >> k);
    case 'c':
        return S_TEXT(STR("case:Q2611"));
    case 'a':
        return S_TEXT(ascii(id % 12, 8));
    case 'A':
        return S_TEXT(ascii(id, 24));
    case 't':
        return S_TEXT(chinese(id, 30));
    case 'T':
        return S_TEXT(chinese(id, 90));
    case 'L':
        return S_TEXT(chinese(id + 7, 600));
    case 'J':
        return S_TEXT(chinese(id + 13, 498));
    case 'u':
        snprintf(s->number, sizeof s->number, "Q2611-%08lld", (long long)id);
        return S_TEXT(str_from(s->number));
    case 'h':
        for (size_t i = 0; i < 4; i++) {
            mixed ^= mixed >> 29;
            mixed *= 0xbf58476d1ce4e5b9u;
            memcpy(s->bytes + 8 * i, &mixed, 8);
        }
        return S_BLOB(((str){ s->bytes, sizeof s->bytes }));
    default:
        return S_NULL;
    }
}

static size_t fill(const struct row_kind *kind, int64_t id, int k, struct scratch *s,
    struct store_value out[ROW_VALUES_MAX])
{
    size_t n = 0;
    for (const char *at = kind->values; *at; at++)
        out[n++] = value(*at, id, k, s);
    return n;
}

/* Straight into SQLite ------------------------------------------------------------------------ */

static void check(sqlite3 *db, int rc, const char *what)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

void rows_raw_run(struct rows_raw *w, const char *sql)
{
    check(w->db, sqlite3_exec(w->db, sql, NULL, NULL, NULL), sql);
}

/* DDL with {clustered} said in SQLite's words. */
static void create_tables(struct rows_raw *w)
{
    struct arena a;
    arena_init(&a, NULL, MIB);
    for (size_t i = 0; i < w->rows->count; i++) {
        str rest = str_from(w->rows->kinds[i].ddl);
        struct buf b;
        buf_init(&b, &a, 64 * KIB);
        ptrdiff_t at;
        while ((at = str_find(rest, STR("{clustered}"), 0)) >= 0) {
            buf_add(&b, str_slice(rest, 0, (size_t)at));
            buf_add(&b, STR("WITHOUT ROWID"));
            rest = str_slice(rest, (size_t)at + 11, rest.bytes);
        }
        buf_add(&b, rest);
        buf_add_char(&b, 0);
        rows_raw_run(w, b.data);
    }
    arena_release(&a);
    rows_raw_run(w,
        "CREATE TABLE search (doc INTEGER PRIMARY KEY, zone TEXT, id INTEGER, text TEXT, UNIQUE (zone, id));"
        "CREATE VIRTUAL TABLE search_fts USING fts5(text, content='', tokenize='trigram')");
}

static void prepare(struct rows_raw *w, const char *sql, sqlite3_stmt **out)
{
    check(w->db, sqlite3_prepare_v3(w->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL), sql);
}

void rows_raw_open(struct rows_raw *w, const struct rows *rows, const char *path, bool create)
{
    *w = (struct rows_raw){ .rows = rows };
    long_text();
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    check(w->db, sqlite3_open_v2(path, &w->db, flags, NULL), path);
    sqlite3_busy_timeout(w->db, 5000);
    rows_raw_run(w,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;");
    if (create)
        create_tables(w);
    for (size_t i = 0; i < rows->count; i++)
        prepare(w, rows->kinds[i].insert, &w->insert[i]);
    prepare(w, "INSERT INTO search (zone, id, text) VALUES ('zone1', $1, $2)", &w->search_text);
    prepare(w, "INSERT INTO search_fts (rowid, text) VALUES ($1, $2)", &w->search_index);
    prepare(w,
        "SELECT id, number, title, topic, unit, status, due_at, enterprise_name, created_at FROM cases"
        " WHERE zone = 'zone1' AND status = 0 ORDER BY due_at, id LIMIT 50",
        &w->list);
    prepare(w, "SELECT * FROM cases WHERE zone = 'zone1' AND id = $1", &w->one);
}

void rows_raw_close(struct rows_raw *w)
{
    for (size_t i = 0; i < w->rows->count; i++)
        sqlite3_finalize(w->insert[i]);
    sqlite3_finalize(w->search_text);
    sqlite3_finalize(w->search_index);
    sqlite3_finalize(w->list);
    sqlite3_finalize(w->one);
    check(w->db, sqlite3_close(w->db), "close");
}

static void bind(sqlite3_stmt *st, int at, const struct store_value *v)
{
    switch (v->kind) {
    case STORE_NULL:
        sqlite3_bind_null(st, at);
        break;
    case STORE_INT:
        sqlite3_bind_int64(st, at, v->integer);
        break;
    case STORE_REAL:
        sqlite3_bind_double(st, at, v->real);
        break;
    case STORE_TEXT:
        sqlite3_bind_text(st, at, v->text.data, (int)v->text.bytes, SQLITE_STATIC);
        break;
    case STORE_BLOB:
        sqlite3_bind_blob(st, at, v->text.data, (int)v->text.bytes, SQLITE_STATIC);
        break;
    }
}

static void insert(struct rows_raw *w, size_t i, int64_t id, int k)
{
    struct store_value values[ROW_VALUES_MAX];
    struct scratch s;
    size_t n = fill(&w->rows->kinds[i], id, k, &s, values);
    for (size_t v = 0; v < n; v++)
        bind(w->insert[i], (int)v + 1, &values[v]);
    check(w->db, sqlite3_step(w->insert[i]), w->rows->kinds[i].name);
    sqlite3_reset(w->insert[i]);
}

void rows_raw_case(struct rows_raw *w, int64_t id)
{
    for (size_t i = 0; i < w->rows->count; i++)
        for (int k = 0; k < w->rows->kinds[i].count && !w->rows->kinds[i].per_commit; k++)
            insert(w, i, id, k);
    struct store_value id_value = S_INT(id), text = S_TEXT(chinese(id + 7, SEARCH_COLUMN));
    sqlite3_stmt *both[] = { w->search_text, w->search_index };
    for (size_t i = 0; i < 2; i++) {
        bind(both[i], 1, &id_value);
        bind(both[i], 2, &text);
        check(w->db, sqlite3_step(both[i]), "search");
        sqlite3_reset(both[i]);
    }
}

void rows_raw_commit_row(struct rows_raw *w, int64_t id)
{
    for (size_t i = 0; i < w->rows->count; i++)
        if (w->rows->kinds[i].per_commit && w->rows->kinds[i].count)
            insert(w, i, id, 0);
}

/* Through the store --------------------------------------------------------------------------- */

void rows_make_migration(
    const struct rows *r, struct store_migration *out, char *text, size_t bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < r->count && used < bytes; i++)
        used += (size_t)snprintf(text + used, bytes - used, "%s\n", r->kinds[i].ddl);
    if (used < bytes)
        used += (size_t)snprintf(text + used, bytes - used, "{search:search};");
    ASSERT(used < bytes);
    *out = (struct store_migration){ 1, "rows", text };
    long_text();
}

static enum err put(
    const struct row_kind *kind, struct store_conn *c, int64_t id, int k, struct diag *d)
{
    struct store_value values[ROW_VALUES_MAX];
    struct scratch s;
    size_t n = fill(kind, id, k, &s, values);
    return store_exec(c, d, kind->insert, values, n);
}

enum err rows_store_case(const struct rows *r, struct store_conn *c, int64_t id, struct diag *d)
{
    for (size_t i = 0; i < r->count; i++)
        for (int k = 0; k < r->kinds[i].count && !r->kinds[i].per_commit; k++)
            TRY(put(&r->kinds[i], c, id, k, d));
    return store_search_put(c, "search", STR("zone1"), id, chinese(id + 7, SEARCH_COLUMN), d);
}

enum err rows_store_commit_row(
    const struct rows *r, struct store_conn *c, int64_t id, struct diag *d)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->kinds[i].per_commit && r->kinds[i].count)
            TRY(put(&r->kinds[i], c, id, 0, d));
    return OK;
}
