/* Untrusted SQL: what it may do, what it is refused, by name, and that it always ends. */
#include "common.h"

#include <sqlite3.h>
#include <time.h>

static struct place place;
static const char *const allowed[] = { "tag", "note_here" };

static enum err fill(struct store_conn *c, void *ctx, struct diag *d)
{
    (void)ctx;
    TRY(store_exec(c, d,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
        "INSERT INTO note (zone, id, body, weight) SELECT CASE i % 2 WHEN 0 THEN 'z' ELSE 'secret' END, i,"
        " 'body ' || i, i FROM n",
        NULL, 0));
    return store_exec(c, d,
        "INSERT INTO tag (zone, note_id, name) SELECT zone, id, 'tag' FROM note WHERE id <= 10",
        NULL, 0);
}

static int set_up(void **state)
{
    place_make(&place);
    struct store *s = open_notes(&place);
    struct diag d = { 0 };
    assert_int_equal(store_write(s, fill, NULL, &d), OK);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    store_close(*state);
    place_remove(&place);
    return 0;
}

static const struct store_report_limits usual = {
    .zone = { "z", 1 }, .tables = allowed, .tables_count = 2, .ms_max = 1000
};

/* Runs to the last row; *first is the first row's first column. */
static enum err run(struct store *s, const struct store_report_limits *l, const char *sql,
    int64_t *first, struct diag *d)
{
    struct store_conn *c;
    struct store_rows rows;
    *d = (struct diag){ 0 };
    *first = -1;
    assert_int_equal(store_report_begin(s, l, &c, d), OK);
    enum err e = store_query(c, &rows, d, sql, NULL, 0);
    bool has = true;
    while (e == OK && has) {
        e = store_next(&rows, &has, d);
        if (e == OK && has && *first < 0)
            *first = store_int(&rows, 0);
    }
    store_read_end(c);
    if (getenv("SHOW") && e != OK)
        printf("%s\n    %s\n    %s\n", sql, d->en, d->zh);
    return e;
}

static void gives(struct store *s, const char *sql, int64_t expected)
{
    struct diag d;
    int64_t got;
    enum err e = run(s, &usual, sql, &got, &d);
    if (e != OK)
        fail_msg("%s: %s", sql, d.en);
    assert_int_equal(got, expected);
}

static void test_allowed(void **state)
{
    struct store *s = *state;
    gives(s, "SELECT count(*) FROM note_here", 500);
    gives(s, "SELECT count(*) FROM tag", 10);
    gives(s, "WITH v (x) AS (VALUES (9), (1), (NULL), (2)) SELECT median(x) FROM v", 2);
    gives(s, "WITH v (x) AS (VALUES (9), (1), (3), (2)) SELECT 10 * median(x) FROM v", 25);
    gives(s, "WITH v (x) AS (VALUES (NULL)) SELECT median(x) IS NULL FROM v", 1);
    gives(s, "SELECT median(id) FROM note_here", 501);
    gives(s, "SELECT sum(id) FROM note_here WHERE body LIKE 'body 1%'",
        number(s, "SELECT sum(id) FROM note WHERE zone = 'z' AND body LIKE 'body 1%'"));
    gives(s,
        "SELECT round(avg(weight)) AS w FROM note_here GROUP BY id % 3 ORDER BY w DESC LIMIT 1",
        502);
    gives(s, "SELECT rank() OVER (ORDER BY weight DESC) FROM note_here ORDER BY 1 LIMIT 1", 1);
    gives(s, "WITH big AS (SELECT id FROM note_here WHERE weight > 500) SELECT count(*) FROM big",
        250);
    gives(s,
        "WITH big (n) AS (SELECT id FROM note_here), two AS (SELECT n FROM big) SELECT max(n) FROM two",
        1000);
    gives(s,
        "WITH RECURSIVE m (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM m WHERE i < 12)"
        " SELECT count(*) FROM m",
        12);
    gives(s, "SELECT a.n FROM (SELECT count(*) AS n FROM tag) AS a; -- the end", 10);
    gives(s, "SELECT strftime('%Y', '2026-11-23') + 0", 2026);
    gives(s, "SELECT CAST(julianday('2026-01-02') - julianday('2026-01-01') AS INTEGER)", 1);
    gives(s, "SELECT count(*) FROM tag t JOIN note_here h ON h.id = t.note_id", 5);
}

static void test_parameters_and_shape(void **state)
{
    struct store *s = *state;
    struct diag d = { 0 };
    struct store_conn *c;
    struct store_rows rows;
    assert_int_equal(store_report_begin(s, &usual, &c, &d), OK);
    assert_int_equal(
        STORE_ONE(c, &rows, &d,
            "SELECT id AS number, body FROM note_here WHERE id > $1 ORDER BY id", S_INT(100)),
        OK);
    assert_int_equal(store_int(&rows, 0), 102);
    assert_string_equal(store_column_name(&rows, 0), "number");
    store_rows_end(&rows);
    assert_int_equal(STORE_ONE(c, &rows, &d, "SELECT id FROM note_here WHERE id > $1", S_INT(5000)),
        ERR_NOT_FOUND);
    store_read_end(c);
    /* The next report on the same connection sees its own zone. */
    struct store_report_limits other = usual;
    other.zone = STR("nobody");
    int64_t n;
    assert_int_equal(run(s, &other, "SELECT count(*) FROM note_here", &n, &d), OK);
    assert_int_equal(n, 0);
    /* Outside a report the view shows nothing. */
    assert_int_equal(number(s, "SELECT count(*) FROM note_here"), 0);
}

struct refusal {
    const char *sql;
    enum err err;
    const char *names;
};

static void test_refused(void **state)
{
    struct store *s = *state;
    static const struct refusal list[] = {
        { "INSERT INTO tag VALUES ('z', 1, 'x')", ERR_FORBIDDEN, "tag" },
        { "UPDATE tag SET name = 'x'", ERR_FORBIDDEN, "tag" },
        { "DELETE FROM tag", ERR_FORBIDDEN, "tag" },
        { "DROP TABLE tag", ERR_FORBIDDEN, "only read" },
        { "CREATE TABLE evil (x)", ERR_FORBIDDEN, "only read" },
        { "CREATE TEMP TABLE evil (x)", ERR_FORBIDDEN, "only read" },
        { "CREATE TEMP VIEW tag AS SELECT 1", ERR_FORBIDDEN, "only read" },
        { "BEGIN", ERR_FORBIDDEN, "BEGIN" },
        { "COMMIT", ERR_FORBIDDEN, "COMMIT" },
        { "SAVEPOINT x", ERR_FORBIDDEN, "only read" },
        { "VACUUM", ERR_FORBIDDEN, "" },
        { "VACUUM INTO '/tmp/junma-stolen.db'", ERR_FORBIDDEN, "" },
        { "ANALYZE", ERR_FORBIDDEN, "only read" },
        { "REINDEX", ERR_FORBIDDEN, "only read" },
        { "EXPLAIN SELECT count(*) FROM tag", ERR_FORBIDDEN, "SELECT" },
        { "ATTACH '/tmp/junma-evil.db' AS evil", ERR_FORBIDDEN, "attach" },
        { "DETACH main", ERR_FORBIDDEN, "attach" },
        { "PRAGMA journal_mode = DELETE", ERR_FORBIDDEN, "journal_mode" },
        { "PRAGMA query_only = OFF", ERR_FORBIDDEN, "query_only" },
        { "SELECT * FROM pragma_table_info('tag')", ERR_FORBIDDEN, "" },
        { "SELECT count(*) FROM pragma_database_list", ERR_FORBIDDEN, "" },
        { "SELECT name FROM sqlite_schema", ERR_FORBIDDEN, "sqlite_master" },
        { "SELECT count(*) FROM sqlite_temp_schema", ERR_FORBIDDEN, "sqlite_temp" },
        { "SELECT count(*) FROM dbstat", ERR_FORBIDDEN, "" },
        { "SELECT * FROM json_each('[1]')", ERR_FORBIDDEN, "table functions" },
        { "SELECT load_extension('x')", ERR_FORBIDDEN, "" },
        { "SELECT writefile('/tmp/x', 'y')", ERR_SYNTAX, "writefile" },
        { "SELECT randomblob(1000000000)", ERR_FORBIDDEN, "randomblob" },
        { "SELECT zeroblob(1000000000)", ERR_FORBIDDEN, "zeroblob" },
        { "SELECT printf('%1000000000d', 1)", ERR_FORBIDDEN, "printf" },
        { "SELECT replace('aaa', 'a', 'bbb')", ERR_FORBIDDEN, "replace" },
        { "SELECT fts5('x')", ERR_FORBIDDEN, "fts5" },
        { "SELECT sqlite_version()", ERR_FORBIDDEN, "sqlite_version" },
        { "SELECT count(*) FROM store_migration", ERR_FORBIDDEN, "store_migration" },
        { "SELECT hash FROM store_migration", ERR_FORBIDDEN, "store_migration" },
        { "SELECT text FROM note_search", ERR_FORBIDDEN, "note_search" },
        { "SELECT * FROM note_search_fts", ERR_FORBIDDEN, "table functions" },
        { "SELECT 1; DELETE FROM tag", ERR_FORBIDDEN, "" },
        { "SELECT 1; SELECT 2", ERR_FORBIDDEN, "one statement" },
        { "SELECT nonsense FROM tag", ERR_SYNTAX, "nonsense" },
        { "SELEC 1", ERR_SYNTAX, "SELEC" },
        { "SELECT {zone}", ERR_SYNTAX, "{" },
        { "", ERR_SYNTAX, "" },
        { "-- nothing", ERR_SYNTAX, "" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct diag d;
        int64_t n;
        enum err e = run(s, &usual, list[i].sql, &n, &d);
        if (e != list[i].err || !strstr(d.en, list[i].names) || !d.zh[0])
            fail_msg("%s: %s: %s", list[i].sql, e ? err_code(e) : "ran", d.en);
    }
    gives(s, "SELECT count(*) FROM tag", 10);
    assert_int_equal(access("/tmp/junma-stolen.db", F_OK), -1);
    assert_int_equal(access("/tmp/junma-evil.db", F_OK), -1);
}

/* Every way we know to reach the table under the allowed view. */
static void test_escape(void **state)
{
    struct store *s = *state;
    static const char *const tries[] = {
        "SELECT count(*) FROM note",
        "SELECT count(*) FROM main.note",
        "SELECT body FROM \"note\"",
        "SELECT body FROM [note]",
        "SELECT body FROM `NOTE`",
        "SELECT body FROM 'note'",
        "SELECT body FROM/**/note",
        "WITH note_here AS (SELECT * FROM note) SELECT body FROM note_here",
        "WITH note_here AS (SELECT * FROM main.note) SELECT body FROM note_here",
        "SELECT body FROM (SELECT * FROM note) AS note_here",
        "SELECT (SELECT max(body) FROM note) FROM note_here",
        "SELECT 1 FROM tag WHERE EXISTS (SELECT 1 FROM note)",
        "WITH x AS (SELECT 1), note AS (SELECT 2) SELECT count(*) FROM note",
        ("SELECT count(*) FROM store_migration, "
         "(WITH store_migration AS (SELECT 1) SELECT * FROM store_migration)"),
        "WITH tag AS (SELECT 1) SELECT * FROM tag",
        "WITH note_here AS (SELECT 1) SELECT * FROM note_here",
        "SELECT 1 UNION ALL SELECT id FROM note",
        "SELECT id FROM note_here WHERE id IN note",
        "SELECT id FROM note_here WHERE id IN note_search",
        "SELECT id FROM tag NATURAL JOIN note",
        "VALUES ((SELECT body FROM note LIMIT 1))",
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct diag d;
        int64_t n;
        enum err e = run(s, &usual, tries[i], &n, &d);
        if (e != ERR_FORBIDDEN)
            fail_msg("%s: %s", tries[i], e ? d.en : "ran");
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void limited(
    struct store *s, const struct store_report_limits *l, const char *sql, const char *names)
{
    struct diag d;
    int64_t n;
    double before = seconds();
    enum err e = run(s, l, sql, &n, &d);
    if (e != ERR_LIMIT || !strstr(d.en, names))
        fail_msg("%s: %s", sql, e ? d.en : "ran");
    if (seconds() - before > 10)
        fail_msg("%s: took %.1f s", sql, seconds() - before);
}

static void test_limits(void **state)
{
    struct store *s = *state;
    struct store_report_limits l = usual;
    l.ms_max = 200;
    const char *endless =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
    limited(s, &l, endless, "200 ms");
    l.steps_max = 10000;
    limited(s, &l, endless, "10000");
    l = usual;
    l.rows_max = 499;
    limited(s, &l, "SELECT id FROM note_here", "499 rows");
    l.rows_max = 500;
    struct diag d;
    int64_t n;
    assert_int_equal(run(s, &l, "SELECT id FROM note_here", &n, &d), OK);
    l = usual;
    l.ms_max = 20000;
    l.bytes_max = 16 * 1024 * 1024;
    limited(s, &l,
        "WITH RECURSIVE t (x, i) AS (SELECT 'abcdefgh', 0 UNION ALL SELECT x || x, i + 1 FROM t"
        " WHERE i < 12), "
        "n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT x || n.i AS y"
        " FROM n, t WHERE t.i = 12 ORDER BY y",
        "memory");
    limited(s, &usual,
        "WITH RECURSIVE t (x) AS (SELECT 'abcdefgh' UNION ALL SELECT x || x FROM t) SELECT length(x) FROM t",
        "too long");
    /* Written out before it runs: twelve that each name the one before three times. */
    char sql[4096] = "WITH a0 AS (SELECT 1 AS x)";
    for (int i = 1; i <= 12; i++) {
        char one[128];
        snprintf(one, sizeof one, ", a%d AS (SELECT 1 AS x FROM a%d, a%d AS p, a%d AS q)", i, i - 1,
            i - 1, i - 1);
        strcat(sql, one);
    }
    strcat(sql, " SELECT count(*) FROM a12");
    limited(s, &usual, sql, "written out");
    limited(s, &usual,
        "WITH a(x) AS NOT MATERIALIZED (SELECT 1), b(x) AS (SELECT 1 FROM a,a p,a q,a r,a t,a u,a v),"
        "\"C\"(x) AS MATERIALIZED (SELECT 1 FROM b,b p,b q,b r,b t,b u,b v),"
        "d(x) AS (SELECT 1 FROM c,[c] p,`C` q,'c' r,c t,c u) SELECT 1 FROM d",
        "written out");
    /* Many tables in one FROM, many columns, deep expressions, long text. */
    char many[8000] = "SELECT count(*) FROM tag t0";
    for (int i = 1; i < 60; i++)
        snprintf(many + strlen(many), 24, ", tag t%d", i);
    limited(s, &l, many, "");
    char deep[2000] = "SELECT ";
    for (int i = 0; i < 400; i++)
        strcat(deep, "-+");
    strcat(deep, "1");
    assert_int_equal(run(s, &usual, deep, &n, &d), ERR_SYNTAX);
    char *huge = calloc(1, 70000);
    memset(huge, ' ', 69999);
    memcpy(huge, "SELECT 1", 8);
    limited(s, &usual, huge, "too long");
    free(huge);
    /* And the connection is as good as new. */
    gives(s, "SELECT count(*) FROM note_here", 500);
}

static void test_missing_table(void **state)
{
    struct store *s = *state;
    static const char *const wrong[] = { "tag", "nowhere" };
    struct store_report_limits l = { .zone = STR("z"), .tables = wrong, .tables_count = 2 };
    struct store_conn *c;
    struct diag d = { 0 };
    assert_int_equal(store_report_begin(s, &l, &c, &d), ERR_NOT_FOUND);
    assert_non_null(strstr(d.en, "nowhere"));
    gives(s, "SELECT count(*) FROM tag", 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parameters_and_shape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_escape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_table, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("store/report", tests, NULL, NULL);
}
