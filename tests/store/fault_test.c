/*
 * The disk fails at the n-th operation, for n = 1, 2, 3 … until a run gets through. After each:
 *   - every write that was acknowledged is there, with all it wrote;
 *   - no write is half there, and one that failed is not there at all (after a power cut it may be,
 *     whole: the answer was lost, not the work);
 *   - reading goes on during the fault, and writing after it;
 *   - the file's structure is sound and the search index agrees with the rows.
 */
#include "common.h"

#include "fault_layer.h"

#include <pthread.h>

enum { SINGLES = 4, GROUP = 5, WRITES = SINGLES + GROUP };

struct put {
    int64_t id;
    enum err err;
    bool finished;
};

static enum err put_write(struct store_conn *c, void *ctx, struct diag *d)
{
    const struct put *p = ctx;
    char text[600];
    snprintf(text, sizeof text, "企业%d用工 %0*d", (int)p->id, 500, 1);
    TRY(STORE_EXEC(c, d, "INSERT INTO note (zone, id, body) VALUES ($1, $2, $3)", S_TEXT(STR("z")),
        S_INT(p->id), S_TEXT(str_from(text))));
    TRY(store_search_put(c, "note_search", STR("z"), p->id, str_from(text), d));
    return STORE_EXEC(c, d, "INSERT INTO tag (zone, note_id, name) VALUES ($1, $2, 'x')",
        S_TEXT(STR("z")), S_INT(p->id));
}

static void put_done(void *ctx, enum err e, const struct diag *d)
{
    struct put *p = ctx;
    assert_true(e == OK || (d->zh[0] && d->en[0]));
    p->err = e;
    p->finished = true;
}

/* Four alone, then five that are likely to share commits. */
static void write_all(struct store *s, struct put *puts)
{
    struct diag d = { 0 };
    for (int i = 0; i < WRITES; i++)
        puts[i] = (struct put){ .id = i + 1, .err = ERR_INTERNAL };
    for (int i = 0; i < SINGLES; i++)
        puts[i].err = store_write(s, put_write, &puts[i], &d);
    for (int i = SINGLES; i < WRITES - 1; i++)
        assert_int_equal(store_submit(s, put_write, put_done, &puts[i], &d), OK);
    puts[WRITES - 1].err = store_write(s, put_write, &puts[WRITES - 1], &d);
    for (int i = SINGLES; i < WRITES - 1; i++)
        assert_true(puts[i].finished); /* in order */
}

static void check_rows(struct store *s, const struct put *puts, bool may_be_more)
{
    for (int i = 0; i < WRITES; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM note WHERE id = %d", i + 1);
        int64_t there = number(s, sql);
        if (puts[i].err == OK)
            assert_int_equal(there, 1);
        else if (!may_be_more)
            assert_int_equal(there, 0);
    }
    assert_int_equal(number(s, "SELECT count(*) FROM note"), number(s, "SELECT count(*) FROM tag"));
    assert_int_equal(
        number(s, "SELECT count(*) FROM note"), number(s, "SELECT count(*) FROM note_search"));
    assert_int_equal(number(s, "SELECT count(*) FROM note"),
        number(s, "SELECT count(*) FROM note_search_fts WHERE note_search_fts MATCH '\"用工\"'"));
}

static struct store *open_faulty(const struct place *p)
{
    struct store *s = open_or_fail(
        (struct store_options){ .path = p->path, .create = true, .layer = "fault" });
    struct diag d = { 0 };
    assert_int_equal(store_migrate(s, "note", note_steps, 1, &d), OK);
    return s;
}

static void reopen_and_check(const struct place *p, const struct put *puts, bool may_be_more)
{
    struct store *s = open_or_fail((struct store_options){ .path = p->path });
    struct diag d = { 0 };
    enum err e = store_check(s, &d);
    if (e != OK)
        fail_msg("%s", d.en);
    check_rows(s, puts, may_be_more);
    struct put again = { .id = 1000 };
    assert_int_equal(store_write(s, put_write, &again, &d),
        number(s, "SELECT count(*) FROM note WHERE id = 1000") ? ERR_CONFLICT : OK);
    store_close(s);
}

/* One run; true when the fault was reached. */
static bool run_once(enum fault_mode mode, int n)
{
    struct place p;
    place_make(&p);
    struct store *s = open_faulty(&p);
    struct put puts[WRITES];
    struct diag d = { 0 };
    fault_arm(mode, n, (unsigned)n * 7919u);
    write_all(s, puts);
    bool reached;
    if (mode == FAULT_CRASH) {
        store_close(s);
        reached = fault_disarm();
        fault_crash_end();
        reopen_and_check(&p, puts, true);
    } else {
        check_rows(s, puts, false); /* still failing, perhaps */
        reached = fault_disarm();
        struct put after = { .id = 1000 };
        assert_int_equal(store_write(s, put_write, &after, &d), OK);
        check_rows(s, puts, false);
        store_close(s);
        reopen_and_check(&p, puts, false);
    }
    int failed = 0;
    for (int i = 0; i < WRITES; i++)
        failed += puts[i].err != OK;
    if (!reached)
        assert_int_equal(failed, 0);
    place_remove(&p);
    return reached;
}

static void run_mode(enum fault_mode mode)
{
    fault_register();
    int n = 1;
    while (run_once(mode, n))
        n++;
    if (n < 20)
        fail_msg("only %d operations", n);
}

static void test_full(void **state)
{
    (void)state;
    run_mode(FAULT_FULL);
}

static void test_stays_full(void **state)
{
    (void)state;
    run_mode(FAULT_STAYS_FULL);
}

static void test_io(void **state)
{
    (void)state;
    run_mode(FAULT_IO);
}

static void test_short(void **state)
{
    (void)state;
    run_mode(FAULT_SHORT);
}

static void test_crash(void **state)
{
    (void)state;
    run_mode(FAULT_CRASH);
}

/* A full disk is called so, in both languages. */
static void test_message(void **state)
{
    (void)state;
    fault_register();
    struct place p;
    place_make(&p);
    struct store *s = open_faulty(&p);
    struct diag d = { 0 };
    struct put put = { .id = 1 };
    fault_arm(FAULT_STAYS_FULL, 1, 1);
    assert_int_equal(store_write(s, put_write, &put, &d), ERR_DISK_FULL);
    assert_non_null(strstr(d.en, "full"));
    assert_non_null(strstr(d.zh, "磁盘已满"));
    assert_int_equal(number(s, "SELECT count(*) FROM note"), 0);
    fault_disarm();
    fault_arm(FAULT_IO, 1, 1);
    assert_int_equal(store_write(s, put_write, &put, &d), ERR_IO);
    fault_disarm();
    assert_int_equal(store_write(s, put_write, &put, &d), OK);
    store_close(s);
    place_remove(&p);
}

/* Creating the file and its tables, interrupted anywhere, can be begun again. */
static void test_creation(void **state)
{
    (void)state;
    fault_register();
    for (int n = 1;; n++) {
        struct place p;
        place_make(&p);
        struct diag d = { 0 };
        struct store *s = NULL;
        struct store_options o = {
            .sys = sys_real(), .path = p.path, .create = true, .layer = "fault"
        };
        fault_arm(FAULT_CRASH, n, (unsigned)n);
        enum err e = store_open(&o, &s, &d);
        if (e == OK)
            e = store_migrate(s, "note", note_steps, 1, &d);
        store_close(s);
        bool reached = fault_disarm();
        fault_crash_end();
        s = open_notes(&p);
        assert_int_equal(store_check(s, &d), OK);
        assert_int_equal(number(s, "SELECT count(*) FROM note"), 0);
        store_close(s);
        place_remove(&p);
        if (!reached) {
            assert_int_equal(e, OK);
            assert_true(n > 10);
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_stays_full),
        cmocka_unit_test(test_io),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_creation),
    };
    return cmocka_run_group_tests_name("store/fault", tests, NULL, NULL);
}
