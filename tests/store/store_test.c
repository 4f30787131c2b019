/*
 * The store as its callers see it: values, statements, snapshots, isolation of functions, the hook,
 * migrations, opening what is not there or not ours, backup.
 */
#include "common.h"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/wait.h>

static struct place place;

static int set_up(void **state)
{
    place_make(&place);
    *state = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    place_remove(&place);
    return 0;
}

/* Values and statements ----------------------------------------------------------------------- */

static enum err put_values(struct store_conn *c, void *ctx, struct diag *d)
{
    (void)ctx;
    const char bytes[] = "a\0b\xff";
    TRY(STORE_EXEC(c, d,
        "INSERT INTO note (zone, id, body, weight, data) VALUES ($1, $2, $4, $3, $5)",
        S_TEXT(STR("z")), S_INT(INT64_MAX), S_REAL(1.5), S_TEXT(STR("开发区")),
        S_BLOB(((str){ bytes, 4 }))));
    assert_int_equal(store_changes(c), 1);
    TRY(STORE_EXEC(c, d,
        "INSERT INTO note (zone, id, body, weight, data) VALUES ($1, $2, $4, $3, $5)",
        S_TEXT(STR("z")), S_INT(-1), S_NULL, S_TEXT(STR_NONE), S_NULL));
    TRY(STORE_EXEC(
        c, d, "UPDATE note SET weight = $2 WHERE zone = $1", S_TEXT(STR("z")), S_REAL(2.5)));
    assert_int_equal(store_changes(c), 2);
    return OK;
}

static void test_values(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, put_values, NULL, &d), OK);
    struct store_conn *c;
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    struct store_rows rows;
    assert_int_equal(STORE_QUERY(c, &rows, &d,
                         "SELECT id, body, weight, data FROM note WHERE zone = $1 ORDER BY id",
                         S_TEXT(STR("z"))),
        OK);
    bool has = false;
    assert_int_equal(store_next(&rows, &has, &d), OK);
    assert_true(has);
    assert_int_equal(store_column_count(&rows), 4);
    assert_string_equal(store_column_name(&rows, 1), "body");
    assert_int_equal(store_int(&rows, 0), -1);
    assert_false(store_is_null(&rows, 1));
    assert_int_equal(store_text(&rows, 1).bytes, 0);
    assert_true(store_is_null(&rows, 3));
    assert_int_equal(store_column_kind(&rows, 3), STORE_NULL);
    assert_int_equal(store_text(&rows, 3).bytes, 0);
    assert_int_equal(store_int(&rows, 3), 0);
    assert_int_equal(store_next(&rows, &has, &d), OK);
    assert_true(has);
    assert_true(store_int(&rows, 0) == INT64_MAX);
    assert_true(str_is(store_text(&rows, 1), "开发区"));
    assert_int_equal(store_column_kind(&rows, 1), STORE_TEXT);
    assert_true(store_real(&rows, 2) == 2.5);
    assert_int_equal(store_column_kind(&rows, 2), STORE_REAL);
    assert_int_equal(store_column_kind(&rows, 3), STORE_BLOB);
    assert_int_equal(store_text(&rows, 3).bytes, 4);
    assert_memory_equal(store_text(&rows, 3).data, "a\0b\xff", 4);
    assert_int_equal(store_next(&rows, &has, &d), OK);
    assert_false(has);
    assert_int_equal(store_next(&rows, &has, &d), OK);
    assert_false(has);
    store_rows_end(&rows);
    store_rows_end(&rows);
    store_read_end(c);
    store_close(s);
}

static void test_statement_errors(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    struct store_conn *c;
    struct store_rows rows;
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    assert_int_equal(
        STORE_ONE(c, &rows, &d, "SELECT 1 FROM note WHERE id = $1", S_INT(5)), ERR_NOT_FOUND);
    assert_null(rows.statement);
    struct diag untouched = { 0 };
    bool there = true;
    assert_int_equal(STORE_FIRST(c, &rows, &there, &untouched, "SELECT 1 FROM note WHERE id = $1",
                         S_INT(5)),
        OK);
    assert_false(there);
    assert_null(rows.statement);
    assert_int_equal(untouched.err, OK);
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT $1, $3", S_INT(5), S_INT(6)), ERR_INTERNAL);
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT $1, $2", S_INT(5)), ERR_INTERNAL);
    assert_non_null(strstr(d.en, "2 parameters"));
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT ?", S_INT(5)), ERR_INTERNAL);
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT :one", S_INT(5)), ERR_INTERNAL);
    assert_int_equal(
        STORE_QUERY(c, &rows, &d, "SELECT id FROM nowhere WHERE 1 = $1", S_INT(5)), ERR_STORE);
    assert_non_null(strstr(d.en, "nowhere"));
    assert_int_equal(
        STORE_QUERY(c, &rows, &d, "SELECT {match:note_search:id} WHERE 1 = $1", S_INT(5)),
        ERR_INTERNAL);
    assert_int_equal(
        STORE_QUERY(c, &rows, &d, "SELECT {match:Bad-Name:id:$1}", S_INT(5)), ERR_INTERNAL);
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT {search:x}, $1", S_INT(5)), ERR_INTERNAL);
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT {unknown}, $1", S_INT(5)), ERR_INTERNAL);
    assert_int_equal(STORE_QUERY(c, &rows, &d, "SELECT {lock, $1", S_INT(5)), ERR_INTERNAL);
    assert_int_equal(store_exec(c, &d, "  ", NULL, 0), ERR_SYNTAX);
    /* A placeholder in quotes or a comment is text. */
    assert_int_equal(
        STORE_ONE(c, &rows, &d, "SELECT '{unknown}' /* {x} */ || $1 {lock} -- {y}", S_INT(5)), OK);
    assert_true(str_is(store_text(&rows, 0), "{unknown}5"));
    store_rows_end(&rows);
    /* A reader cannot write. */
    assert_int_equal(
        STORE_EXEC(c, &d, "INSERT INTO note (zone, id, body) VALUES ('z', $1, 'x')", S_INT(1)),
        ERR_READ_ONLY);
    store_read_end(c);
    store_close(s);
}

/* A statement in use is not handed out twice; many texts overflow the cache and still work. */
static void test_statement_cache(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    for (int i = 1; i <= 5; i++)
        assert_int_equal(store_write(s, note_put, &(struct note){ i, "x", OK }, &d), OK);
    struct store_conn *c;
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    const char *sql = "SELECT id FROM note WHERE zone = $1 ORDER BY id";
    struct store_rows outer, inner;
    bool has;
    int64_t sum = 0;
    assert_int_equal(STORE_QUERY(c, &outer, &d, sql, S_TEXT(STR("z"))), OK);
    while (store_next(&outer, &has, &d) == OK && has) {
        assert_int_equal(STORE_QUERY(c, &inner, &d, sql, S_TEXT(STR("z"))), OK);
        while (store_next(&inner, &has, &d) == OK && has)
            sum += store_int(&outer, 0) * 100 + store_int(&inner, 0);
    }
    assert_int_equal(sum, 15 * 5 * 100 + 15 * 5);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            char text[64];
            snprintf(text, sizeof text, "SELECT id + %d FROM note WHERE zone = $1 AND id = $2", i);
            assert_int_equal(STORE_ONE(c, &inner, &d, text, S_TEXT(STR("z")), S_INT(3)), OK);
            assert_int_equal(store_int(&inner, 0), 3 + i);
            if (i % 7)
                store_rows_end(&inner); /* the others are left to store_read_end */
        }
    store_read_end(c);
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    assert_int_equal(STORE_ONE(c, &inner, &d, sql, S_TEXT(STR("z"))), OK);
    store_read_end(c);
    store_close(s);
}

/* A reader sees one state from its first query to its end. */
static void test_snapshot(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, note_put, &(struct note){ 1, "x", OK }, &d), OK);
    struct store_conn *c;
    struct store_rows rows;
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    assert_int_equal(store_one(c, &rows, &d, "SELECT count(*) FROM note", NULL, 0), OK);
    assert_int_equal(store_int(&rows, 0), 1);
    store_rows_end(&rows);
    assert_int_equal(store_write(s, note_put, &(struct note){ 2, "x", OK }, &d), OK);
    assert_int_equal(store_one(c, &rows, &d, "SELECT count(*) FROM note", NULL, 0), OK);
    assert_int_equal(store_int(&rows, 0), 1);
    store_read_end(c);
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 2);
    store_close(s);
}

static void test_pool_bounded(void **state)
{
    (void)state;
    struct store *s = open_or_fail((struct store_options){
        .path = place.path, .create = true, .readers_max = 2, .wait_ms = 50 });
    struct diag d = { 0 };
    struct store_conn *c[3];
    assert_int_equal(store_read_begin(s, &c[0], &d), OK);
    assert_int_equal(store_read_begin(s, &c[1], &d), OK);
    assert_int_equal(store_read_begin(s, &c[2], &d), ERR_BUSY);
    assert_non_null(strstr(d.en, "2"));
    store_read_end(c[0]);
    assert_int_equal(store_read_begin(s, &c[2], &d), OK);
    store_read_end(c[1]);
    store_read_end(c[2]);
    store_read_end(NULL);
    struct store_stats stats;
    store_get_stats(s, &stats);
    assert_int_equal(stats.busy, 1);
    store_close(s);
}

/* Functions ----------------------------------------------------------------------------------- */

struct told {
    int calls;
    enum err err;
    char en[DIAG_TEXT_BYTES];
};

struct job {
    struct note note;
    struct told told;
};

static enum err job_write(struct store_conn *c, void *ctx, struct diag *d)
{
    return note_put(c, &((struct job *)ctx)->note, d);
}

static void job_done(void *ctx, enum err e, const struct diag *d)
{
    struct told *t = &((struct job *)ctx)->told;
    t->calls++;
    t->err = e;
    snprintf(t->en, sizeof t->en, "%s", d->en);
}

/* Holds the writer until released, so that what is submitted meanwhile becomes one batch. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool entered, open;
};

static enum err gate_write(struct store_conn *c, void *ctx, struct diag *d)
{
    (void)c;
    (void)d;
    struct gate *g = ctx;
    pthread_mutex_lock(&g->mutex);
    g->entered = true;
    pthread_cond_broadcast(&g->cond);
    while (!g->open)
        pthread_cond_wait(&g->cond, &g->mutex);
    pthread_mutex_unlock(&g->mutex);
    return OK;
}

static void ignore_done(void *ctx, enum err e, const struct diag *d)
{
    (void)ctx;
    (void)e;
    (void)d;
}

static void gate_close(struct gate *g, struct store *s)
{
    struct diag d = { 0 };
    *g = (struct gate){ .mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };
    assert_int_equal(store_submit(s, gate_write, ignore_done, g, &d), OK);
    pthread_mutex_lock(&g->mutex);
    while (!g->entered)
        pthread_cond_wait(&g->cond, &g->mutex);
    pthread_mutex_unlock(&g->mutex);
}

static void gate_open(struct gate *g)
{
    pthread_mutex_lock(&g->mutex);
    g->open = true;
    pthread_cond_broadcast(&g->cond);
    pthread_mutex_unlock(&g->mutex);
}

static enum err tag_nothing(struct store_conn *c, void *ctx, struct diag *d)
{
    (void)ctx;
    return STORE_EXEC(c, d, "INSERT INTO tag (zone, note_id, name) VALUES ($1, $2, 'x')",
        S_TEXT(STR("z")), S_INT(99));
}

/* In one batch: good, failing, good, a duplicate key, good. The failing ones spoil nobody. */
static void test_isolation(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    struct job jobs[] = {
        { .note = { 1, "a", OK } },
        { .note = { 2, "b", ERR_NOT_ALLOWED } },
        { .note = { 3, "c", OK } },
        { .note = { 1, "d", OK } },
        { .note = { 5, "e", OK } },
    };
    struct gate g;
    gate_close(&g, s);
    struct store_stats before, after;
    store_get_stats(s, &before);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(store_submit(s, job_write, job_done, &jobs[i], &d), OK);
    struct job orphan = { 0 };
    assert_int_equal(store_submit(s, tag_nothing, job_done, &orphan, &d), OK);
    gate_open(&g);
    assert_int_equal(store_write(s, note_put, &(struct note){ 9, "z", OK }, &d), OK);
    store_get_stats(s, &after);
    assert_true(
        after.commits - before.commits <= 3); /* the gate, the batch, perhaps the last alone */
    assert_int_equal(after.writes_failed, 3);
    static const enum err expected[] = { OK, ERR_NOT_ALLOWED, OK, ERR_CONFLICT, OK };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(jobs[i].told.calls, 1);
        assert_int_equal(jobs[i].told.err, expected[i]);
    }
    assert_string_equal(jobs[1].told.en, "as the test wants");
    assert_non_null(strstr(jobs[3].told.en, "note.id"));
    assert_int_equal(orphan.told.err, ERR_CONFLICT);
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 4);
    assert_int_equal(number(s, "SELECT count(*) FROM note WHERE body IN ('a', 'c', 'e', 'z')"), 4);
    store_close(s);
}

/* A deferred reference fails its own function, not the commit of all. */
static enum err make_deferred(struct store_conn *c, void *ctx, struct diag *d)
{
    (void)ctx;
    return store_exec(c, d,
        "CREATE TABLE late (id INTEGER PRIMARY KEY, other INTEGER REFERENCES late (id)"
        " DEFERRABLE INITIALLY DEFERRED)",
        NULL, 0);
}

static enum err put_deferred(struct store_conn *c, void *ctx, struct diag *d)
{
    const int64_t *pair = ctx;
    return STORE_EXEC(
        c, d, "INSERT INTO late (id, other) VALUES ($1, $2)", S_INT(pair[0]), S_INT(pair[1]));
}

static void test_deferred_reference(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, make_deferred, NULL, &d), OK);
    struct gate g;
    gate_close(&g, s);
    struct job good = { .note = { 1, "a", OK } };
    assert_int_equal(store_submit(s, job_write, job_done, &good, &d), OK);
    struct job bad = { 0 };
    (void)bad;
    gate_open(&g);
    assert_int_equal(store_write(s, put_deferred, (int64_t[]){ 1, 7 }, &d), ERR_CONFLICT);
    assert_int_equal(store_write(s, put_deferred, (int64_t[]){ 1, 1 }, &d), OK);
    assert_int_equal(good.told.err, OK);
    assert_int_equal(number(s, "SELECT count(*) FROM late"), 1);
    store_close(s);
}

/* A function that leaves rows open, or fails among them, is tidied up after. */
static enum err leave_open(struct store_conn *c, void *ctx, struct diag *d)
{
    struct store_rows rows;
    TRY(STORE_ONE(c, &rows, d, "SELECT id FROM note WHERE zone = $1", S_TEXT(STR("z"))));
    return *(enum err *)ctx == OK ? OK : diag_set(d, *(enum err *)ctx, "测试", "test");
}

static void test_open_rows(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, note_put, &(struct note){ 1, "a", OK }, &d), OK);
    enum err e = OK;
    assert_int_equal(store_write(s, leave_open, &e, &d), OK);
    e = ERR_INVALID;
    assert_int_equal(store_write(s, leave_open, &e, &d), ERR_INVALID);
    assert_int_equal(store_write(s, note_put, &(struct note){ 2, "a", OK }, &d), OK);
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 2);
    store_close(s);
}

struct hook {
    int calls;
    enum err then;
};

static enum err count_hook(struct store_conn *c, void *ctx, struct diag *d)
{
    struct hook *h = ctx;
    h->calls++;
    TRY(STORE_EXEC(
        c, d, "INSERT INTO note (zone, id, body) VALUES ('h', $1, 'hook')", S_INT(h->calls)));
    return h->then == OK ? OK : diag_set(d, h->then, "测试", "the hook fails");
}

static void test_hook(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    struct hook h = { 0 };
    store_before_commit(s, count_hook, &h);
    assert_int_equal(store_write(s, note_put, &(struct note){ 1, "a", OK }, &d), OK);
    assert_int_equal(h.calls, 1);
    assert_int_equal(
        store_write(s, note_put, &(struct note){ 2, "a", ERR_INVALID }, &d), ERR_INVALID);
    assert_int_equal(h.calls, 1); /* nothing to commit */
    h.then = ERR_INTERNAL;
    assert_int_equal(store_write(s, note_put, &(struct note){ 3, "a", OK }, &d), ERR_INTERNAL);
    assert_string_equal(d.en, "the hook fails");
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 2);
    h = (struct hook){ .calls = 10 };
    assert_int_equal(store_write(s, note_put, &(struct note){ 4, "a", OK }, &d), OK);
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 4);
    store_before_commit(s, NULL, NULL);
    assert_int_equal(store_write(s, note_put, &(struct note){ 5, "a", OK }, &d), OK);
    assert_int_equal(h.calls, 11);
    store_close(s);
}

static void test_queue_full_and_drain(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    store_close(s);
    s = open_or_fail((struct store_options){ .path = place.path, .queue_max = 10, .batch_max = 3 });
    struct diag d = { 0 };
    struct gate g;
    gate_close(&g, s);
    struct job jobs[11] = { 0 };
    for (int i = 0; i < 11; i++) {
        jobs[i].note = (struct note){ i + 1, "q", OK };
        enum err e = store_submit(s, job_write, job_done, &jobs[i], &d);
        assert_int_equal(e, i < 10 ? OK : ERR_BUSY);
    }
    gate_open(&g);
    store_close(s); /* runs what waits */
    for (int i = 0; i < 11; i++) {
        assert_int_equal(jobs[i].told.calls, i < 10);
        assert_int_equal(jobs[i].told.err, OK);
    }
    s = open_or_fail((struct store_options){ .path = place.path });
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 10);
    store_close(s);
    store_close(NULL);
}

/* Migrations ---------------------------------------------------------------------------------- */

static void test_migrations(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    struct store_migration steps[3] = {
        note_steps[0],
        { 2, "colour", "ALTER TABLE note ADD COLUMN colour text;" },
        { 3, "broken", "CREATE TABLE half (id bigint);\nINSERT INTO half VALUES (1);\nNONSENSE;" },
    };
    assert_int_equal(store_migrate(s, "note", steps, 1, &d), OK);
    assert_int_equal(store_migrate(s, "note", steps, 3, &d), ERR_STORE);
    assert_int_equal(d.line, 3);
    assert_string_equal(d.file, "note/3 (broken)");
    assert_non_null(strstr(d.en, "NONSENSE"));
    /* Step 2 stands, step 3 left nothing. */
    assert_int_equal(number(s, "SELECT count(*) FROM store_migration WHERE component = 'note'"), 2);
    assert_int_equal(number(s, "SELECT count(colour) FROM note"), 0);
    assert_int_equal(number(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    assert_int_equal(store_migrate(s, "note", steps, 2, &d), OK);
    /* A second component begins at 1. */
    struct store_migration other = { 1, "other", "CREATE TABLE other (zone text PRIMARY KEY)" };
    assert_int_equal(store_migrate(s, "other", &other, 1, &d), OK);
    /* The database is newer than the program. */
    assert_int_equal(store_migrate(s, "note", steps, 1, &d), ERR_UNSUPPORTED);
    assert_non_null(strstr(d.en, "note"));
    assert_non_null(strstr(d.zh, "note"));
    /* The text of a taken step was changed. */
    steps[1].sql = "ALTER TABLE note ADD COLUMN color text;";
    assert_int_equal(store_migrate(s, "note", steps, 2, &d), ERR_STORE);
    assert_non_null(strstr(d.en, "colour"));
    steps[1] = (struct store_migration){ 5, "gap", "" };
    assert_int_equal(store_migrate(s, "note", steps, 2, &d), ERR_INTERNAL);
    store_close(s);
}

/* Opening ------------------------------------------------------------------------------------- */

static enum err try_open(struct store_options o, struct diag *d)
{
    struct store *s = NULL;
    o.sys = sys_real();
    *d = (struct diag){ 0 };
    enum err e = store_open(&o, &s, d);
    if (e == OK)
        store_close(s);
    else
        assert_null(s);
    return e;
}

static void test_opening(void **state)
{
    (void)state;
    struct diag d;
    assert_int_equal(try_open((struct store_options){ .path = place.path }, &d), ERR_NOT_FOUND);
    assert_string_equal(d.file, place.path);
    assert_int_equal(
        try_open((struct store_options){ .path = "/nowhere/at/all/x.db", .create = true }, &d),
        ERR_NOT_FOUND);
    assert_int_equal(try_open((struct store_options){ .path = place.path, .read_only = true }, &d),
        ERR_NOT_FOUND);
    struct store *s = open_notes(&place);
    assert_int_equal(try_open((struct store_options){ .path = place.path }, &d), ERR_BUSY);
    assert_non_null(strstr(d.en, "another junma"));
    /* Looking is allowed beside it. */
    struct store *looking = open_or_fail(
        (struct store_options){ .path = place.path, .read_only = true });
    struct note n = { 1, "x", OK };
    assert_int_equal(store_write(s, note_put, &n, &d), OK);
    assert_int_equal(number(looking, "SELECT count(*) FROM note"), 1);
    assert_int_equal(store_write(looking, note_put, &n, &d), ERR_READ_ONLY);
    assert_int_equal(store_migrate(looking, "note", note_steps, 1, &d), OK);
    assert_int_equal(store_migrate(looking, "new", note_steps, 1, &d), ERR_READ_ONLY);
    store_close(looking);
    store_close(s);
    assert_int_equal(try_open((struct store_options){ .path = place.path }, &d), OK);
}

static void test_foreign_and_damaged(void **state)
{
    (void)state;
    struct diag d;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(try_open((struct store_options){ .path = place.path }, &d), ERR_STORE);
    assert_non_null(strstr(d.en, "not a database of junma"));
    assert_int_equal(
        try_open((struct store_options){ .path = place.path, .read_only = true }, &d), ERR_STORE);
    /* And it was left as it was. */
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "delete");
    sqlite3_finalize(st);
    sqlite3_close(db);
    unlink(place.path);

    FILE *f = fopen(place.path, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database. ", f);
    fclose(f);
    assert_int_equal(try_open((struct store_options){ .path = place.path }, &d), ERR_STORE);
    assert_non_null(strstr(d.en, "backup"));
    unlink(place.path);

    store_close(open_notes(&place));
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(try_open((struct store_options){ .path = place.path }, &d), ERR_UNSUPPORTED);
    assert_non_null(strstr(d.en, "99"));
}

/* As another user, since a superuser may write anywhere. */
static int in_read_only_folder(void)
{
    if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
        return 9;
    struct diag d;
    if (try_open((struct store_options){ .path = place.path }, &d) != ERR_READ_ONLY || !d.en[0])
        return 1;
    struct store *s = NULL;
    struct store_options o = { .sys = sys_real(), .path = place.path, .read_only = true };
    if (store_open(&o, &s, &d) != OK)
        return 2;
    struct store_conn *c;
    struct store_rows rows;
    if (store_read_begin(s, &c, &d) != OK
        || store_one(c, &rows, &d, "SELECT count(*) FROM note", NULL, 0) != OK)
        return 3;
    int64_t count = store_int(&rows, 0);
    store_rows_end(&rows);
    store_read_end(c);
    struct note n = { 7, "x", OK };
    if (store_write(s, note_put, &n, &d) != ERR_READ_ONLY)
        return 4;
    store_close(s);
    return count == 1 ? 0 : 5;
}

static void test_read_only_folder(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, note_put, &(struct note){ 1, "a", OK }, &d), OK);
    store_close(s);
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", place.path);
    assert_int_equal(chmod(place.path, 0444), 0);
    assert_int_equal(chmod(lock, 0444), 0);
    assert_int_equal(chmod(place.folder, 0555), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(in_read_only_folder());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Backup -------------------------------------------------------------------------------------- */

static void test_backup(void **state)
{
    (void)state;
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, note_put, &(struct note){ 1, "a", OK }, &d), OK);
    char path[128];
    snprintf(path, sizeof path, "%s.copy", place.path);
    assert_int_equal(store_backup(s, path, &d), OK);
    assert_int_equal(store_write(s, note_put, &(struct note){ 2, "a", OK }, &d), OK);
    assert_int_equal(store_backup(s, path, &d), ERR_CONFLICT);
    assert_int_equal(store_backup(s, "/nowhere/at/all/copy.db", &d), ERR_READ_ONLY);
    assert_int_equal(store_check(s, &d), OK);
    store_close(s);
    s = open_or_fail((struct store_options){ .path = path });
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 1);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_statement_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_statement_cache, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pool_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_isolation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deferred_reference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_open_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hook, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_queue_full_and_drain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_migrations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_opening, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign_and_damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_only_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_backup, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
