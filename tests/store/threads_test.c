/*
 * Many threads at once: writers whose every acknowledged row is there after reopening, readers who
 * never see half of a write or an earlier state after a later one, searches and reports between
 * them. Meant to be built with ThreadSanitizer too.
 */
#include "common.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WRITERS = 16, WRITES = 60, READERS = 4 };

static struct place place;

struct crowd {
    struct store *store;
    _Atomic int64_t acknowledged, refused;
    _Atomic bool stop;
    _Atomic int faults;
};

struct worker {
    struct crowd *crowd;
    int number;
    int64_t id;
};

/* Two rows that belong together; every seventh takes itself back. */
static enum err put_pair(struct store_conn *c, void *ctx, struct diag *d)
{
    const struct worker *w = ctx;
    TRY(STORE_EXEC(c, d, "INSERT INTO note (zone, id, body, weight) VALUES ($1, $2, $3, $4)",
        S_TEXT(STR("z")), S_INT(w->id), S_TEXT(STR("企业用工")), S_REAL(w->number)));
    TRY(store_search_put(c, "note_search", STR("z"), w->id, STR("企业用工"), d));
    TRY(STORE_EXEC(c, d, "INSERT INTO tag (zone, note_id, name) VALUES ($1, $2, 'x')",
        S_TEXT(STR("z")), S_INT(w->id)));
    return w->id % 7 == 0 ? diag_set(d, ERR_INVALID, "测试", "every seventh") : OK;
}

static void *write_some(void *argument)
{
    struct worker *w = argument;
    for (int i = 0; i < WRITES; i++) {
        w->id = (int64_t)w->number * WRITES + i + 1;
        struct diag d = { 0 };
        enum err e = store_write(w->crowd->store, put_pair, w, &d);
        if (e == OK)
            w->crowd->acknowledged++;
        else if (e == ERR_INVALID && w->id % 7 == 0)
            w->crowd->refused++;
        else
            w->crowd->faults++;
    }
    return NULL;
}

static enum err count(struct store_conn *c, const char *sql, int64_t *out)
{
    struct store_rows rows;
    struct diag d = { 0 };
    TRY(store_one(c, &rows, &d, sql, NULL, 0));
    *out = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

static bool read_once(struct store *s, int64_t *before)
{
    struct store_conn *c;
    struct diag d = { 0 };
    int64_t notes = -1, tags = -2, entries = -3;
    if (store_read_begin(s, &c, &d) != OK)
        return false;
    bool good = count(c, "SELECT count(*) FROM note", &notes) == OK
        && count(c, "SELECT count(*) FROM tag", &tags) == OK
        && count(c, "SELECT count(*) FROM note_search", &entries) == OK && notes == tags
        && notes == entries && notes >= *before;
    store_read_end(c);
    *before = notes;
    return good;
}

static bool report_once(struct store *s)
{
    static const char *const tables[] = { "note_here" };
    struct store_report_limits l = {
        .zone = STR("z"), .tables = tables, .tables_count = 1, .ms_max = 20000
    };
    struct store_conn *c;
    struct diag d = { 0 };
    int64_t n = 0;
    if (store_report_begin(s, &l, &c, &d) != OK)
        return false;
    bool good = count(c, "SELECT count(*) FROM note_here WHERE id % 7 = 0", &n) == OK && n == 0;
    store_read_end(c);
    return good;
}

static void *read_some(void *argument)
{
    struct worker *w = argument;
    int64_t before = 0;
    while (!w->crowd->stop) {
        bool good = w->number == 0 ? report_once(w->crowd->store)
                                   : read_once(w->crowd->store, &before);
        if (!good)
            w->crowd->faults++;
    }
    return NULL;
}

static void test_crowd(void **state)
{
    (void)state;
    place_make(&place);
    struct crowd crowd = { .store = open_notes(&place) };
    struct store_stats before;
    store_get_stats(crowd.store, &before); /* the migration wrote, too */
    struct worker workers[WRITERS + READERS];
    pthread_t threads[WRITERS + READERS];
    for (int i = 0; i < WRITERS + READERS; i++) {
        workers[i] = (struct worker){ .crowd = &crowd, .number = i < WRITERS ? i : i - WRITERS };
        assert_int_equal(
            pthread_create(&threads[i], NULL, i < WRITERS ? write_some : read_some, &workers[i]),
            0);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    crowd.stop = true;
    for (int i = WRITERS; i < WRITERS + READERS; i++)
        pthread_join(threads[i], NULL);
    struct store_stats stats;
    store_get_stats(crowd.store, &stats);
    store_close(crowd.store);
    assert_int_equal(crowd.faults, 0);
    assert_int_equal(crowd.acknowledged + crowd.refused, WRITERS * WRITES);
    assert_int_equal(crowd.refused, WRITERS * WRITES / 7);
    assert_int_equal(stats.writes - before.writes, WRITERS * WRITES);
    assert_int_equal(stats.writes_failed, crowd.refused);
    assert_true(stats.commits < stats.writes); /* some were shared */

    struct store *s = open_or_fail((struct store_options){ .path = place.path });
    struct diag d = { 0 };
    assert_int_equal(store_check(s, &d), OK);
    assert_int_equal(number(s, "SELECT count(*) FROM note"), crowd.acknowledged);
    assert_int_equal(number(s, "SELECT count(*) FROM tag"), crowd.acknowledged);
    assert_int_equal(number(s, "SELECT count(*) FROM note WHERE id % 7 = 0"), 0);
    assert_int_equal(
        number(s, "SELECT count(*) FROM note_search_fts WHERE note_search_fts MATCH '\"用工\"'"),
        crowd.acknowledged);
    store_close(s);
    place_remove(&place);
}

/* Closing while others submit: each write is either acknowledged and there, or refused. */
static void done_count(void *ctx, enum err e, const struct diag *d)
{
    struct worker *w = ctx;
    (void)d;
    if (e == OK)
        w->crowd->acknowledged++;
    else
        w->crowd->faults++;
}

static void *submit_some(void *argument)
{
    struct worker *w = argument;
    for (int i = 0; i < 1000; i++) {
        struct diag d = { 0 };
        /* ctx is shared by this thread's writes; only the id differs, and ids may repeat. */
        enum err e = store_submit(w[i].crowd->store, put_pair, done_count, &w[i], &d);
        if (e == ERR_STOPPING || e == ERR_BUSY)
            w[i].crowd->refused++;
        else if (e != OK)
            w[i].crowd->faults++;
    }
    return NULL;
}

static void test_close_drains(void **state)
{
    (void)state;
    place_make(&place);
    struct crowd crowd = { .store = open_notes(&place) };
    struct worker *workers = calloc(2000, sizeof *workers);
    for (int i = 0; i < 2000; i++)
        workers[i] = (struct worker){ .crowd = &crowd, .number = i, .id = i * 7 + 1 };
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, submit_some, workers + 1000 * i), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    store_close(crowd.store);
    assert_int_equal(crowd.faults, 0);
    assert_int_equal(crowd.acknowledged + crowd.refused, 2000);
    struct store *s = open_or_fail((struct store_options){ .path = place.path });
    assert_int_equal(number(s, "SELECT count(*) FROM note"), crowd.acknowledged);
    store_close(s);
    free(workers);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_close_drains),
    };
    return cmocka_run_group_tests_name("store/threads", tests, NULL, NULL);
}
