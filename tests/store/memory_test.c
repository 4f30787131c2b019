/*
 * Memory fails at the n-th allocation of the database, for n = 1, 2, 3 … until a run gets through:
 * in a write with its search entry, in a query, in a report. Each ends well or with ERR_MEMORY,
 * leaves no half write behind, and the next attempt succeeds.
 */
#include "common.h"

#include <sqlite3.h>
#include <stdatomic.h>

static struct {
    sqlite3_mem_methods real;
    _Atomic long left; /* allocations that still succeed; below zero: all do */
    _Atomic bool failed;
} world = { .left = -1 };

static bool fails(void)
{
    if (world.left < 0)
        return false;
    if (world.left > 0) {
        world.left--;
        return false;
    }
    world.failed = true; /* and goes on failing: one lone failure is often made good */
    return true;
}

static void *failing_malloc(int bytes)
{
    return fails() ? NULL : world.real.xMalloc(bytes);
}

static void *failing_realloc(void *old, int bytes)
{
    return fails() ? NULL : world.real.xRealloc(old, bytes);
}

static int install(void **state)
{
    (void)state;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &world.real);
    sqlite3_mem_methods failing = world.real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK ? 0 : -1;
}

static enum err put_with_search(struct store_conn *c, void *ctx, struct diag *d)
{
    TRY(note_put(c, ctx, d));
    TRY(STORE_EXEC(c, d, "INSERT INTO tag (zone, note_id, name) VALUES ($1, $2, 'x')",
        S_TEXT(STR("z")), S_INT(((struct note *)ctx)->id)));
    return store_search_put(
        c, "note_search", STR("z"), ((struct note *)ctx)->id, STR("企业用工"), d);
}

static enum err look(struct store *s, void *ctx, struct diag *d)
{
    struct store_conn *c = NULL;
    struct store_rows rows;
    (void)ctx;
    TRY(store_read_begin(s, &c, d));
    enum err e = STORE_ONE(c, &rows, d,
        "SELECT count(*) FROM note n WHERE n.zone = $1 AND {match:note_search:n.id:$2}",
        S_TEXT(STR("z")), S_TEXT(STR("企业")));
    if (e == OK)
        store_rows_end(&rows);
    store_read_end(c);
    return e;
}

static enum err report(struct store *s, void *ctx, struct diag *d)
{
    static const char *const tables[] = { "note_here" };
    struct store_report_limits l = { .zone = STR("z"), .tables = tables, .tables_count = 1 };
    struct store_conn *c = NULL;
    struct store_rows rows;
    (void)ctx;
    TRY(store_report_begin(s, &l, &c, d));
    enum err e = store_one(c, &rows, d,
        "WITH w AS (SELECT id FROM note_here ORDER BY body) SELECT count(*) FROM w", NULL, 0);
    if (e == OK)
        store_rows_end(&rows);
    store_read_end(c);
    return e;
}

static enum err write_note(struct store *s, void *ctx, struct diag *d)
{
    return store_write(s, put_with_search, ctx, d);
}

/* Runs `action` with the n-th and all later allocations failing; true when that happened. */
static bool fail_at(
    long n, struct store *s, enum err (*action)(struct store *, void *, struct diag *), void *ctx)
{
    struct diag d = { 0 };
    world.failed = false;
    world.left = n;
    enum err e = action(s, ctx, &d);
    world.left = -1;
    if (e != OK && e != ERR_MEMORY)
        fail_msg("allocation %ld: %s: %s", n, err_code(e), d.en);
    if (e == ERR_MEMORY)
        assert_true(world.failed && d.zh[0] && d.en[0]);
    if (action == write_note) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM note WHERE id = %ld", n + 1);
        assert_int_equal(number(s, sql), e == OK); /* as was said */
    }
    return world.failed;
}

static void check_whole(struct store *s)
{
    int64_t notes = number(s, "SELECT count(*) FROM note");
    assert_int_equal(notes, number(s, "SELECT count(*) FROM tag"));
    assert_int_equal(notes, number(s, "SELECT count(*) FROM note_search"));
    assert_int_equal(notes,
        number(s, "SELECT count(*) FROM note_search_fts WHERE note_search_fts MATCH '\"用工\"'"));
}

/* Each n in a store opened anew, so that no statement is ready. */
static void torture(enum err (*action)(struct store *, void *, struct diag *), int least)
{
    struct place place;
    place_make(&place);
    store_close(open_notes(&place));
    bool failed = true;
    for (long n = 0; failed; n += n < 200 ? 1 : 7) {
        struct store *s = open_or_fail((struct store_options){ .path = place.path });
        struct note note = { .id = n + 1, .body = "text" };
        struct diag d = { 0 };
        failed = fail_at(n, s, action, &note);
        check_whole(s);
        note.id = 100000 + n;
        if (action(s, &note, &d) != OK)
            fail_msg("after allocation %ld: %s", n, d.en);
        check_whole(s);
        store_close(s);
        if (!failed && n < least)
            fail_msg("only %ld allocations", n);
    }
    place_remove(&place);
}

static void test_write(void **state)
{
    (void)state;
    torture(write_note, 100);
}

static void test_read(void **state)
{
    (void)state;
    torture(look, 50);
}

static void test_report(void **state)
{
    (void)state;
    torture(report, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests_name("store/memory", tests, install, NULL);
}
