/*
 * The sample zone's figures, run on a small table of cases: each must be good SQL, alone and
 * grouped by every dimension, and all are counted by hand. The table has the columns of the
 * reporting view.
 */
#include "given.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char table[]
    = "CREATE TABLE case_report (zone TEXT, id BIGINT, number TEXT, kind TEXT, title TEXT,"
      " topic TEXT, unit TEXT, channel TEXT, urgency TEXT, status TEXT, enterprise_id BIGINT,"
      " enterprise_name TEXT, created_at BIGINT, created_on TEXT, month TEXT, replied_at BIGINT,"
      " closed_at BIGINT, due_at BIGINT, on_time BIGINT, first_response_minutes BIGINT,"
      " handling_days BIGINT, rating BIGINT, reopened BIGINT, urged BIGINT, supervised BIGINT,"
      " suspended BIGINT, amber_at BIGINT, red_at BIGINT, promise TEXT, open BIGINT);"
      /* Days are counted from 0; now is day 40. */
      "INSERT INTO case_report (zone, id, kind, topic, unit, channel, status, created_at, month,"
      " due_at, on_time, first_response_minutes, handling_days, rating, reopened, urged, supervised,"
      " suspended, open) VALUES"
      " ('nanchang', 1, 'request', 'power', 'POWER', 'web', 'closed', 86400000, '1970-01', "
      "0, 1, 10, 1, 5, 0, 0, 0, 0, 0),"
      " ('nanchang', 2, 'request', 'power', 'POWER', 'phone', 'closed', 86400000, "
      "'1970-01', 0, 1, 20, 2, 4, 0, 1, 0, 0, 0),"
      " ('nanchang', 3, 'request', 'tax', 'TAX', 'web', 'closed', 86400000, '1970-01', 0, "
      "0, 60, 9, 1, 1, 3, 1, 0, 0),"
      " ('nanchang', 4, 'request', 'tax', 'TAX', 'web', 'replied', 86400000, '1970-01', 0, "
      "1, 30, 4, NULL, 0, 0, 0, 0, 0),"
      " ('nanchang', 5, 'request', 'land', 'LAND', 'web', 'open', 864000000, '1970-01', 1, "
      "NULL, NULL, NULL, NULL, 0, 0, 0, 0, 1),"
      " ('nanchang', 6, 'request', 'land', 'LAND', 'web', 'open', 864000000, '1970-01', 1, "
      "NULL, NULL, NULL, NULL, 0, 0, 0, 1, 1),"
      " ('nanchang', 7, 'request', 'road', NULL, 'visit', 'open', 3369600000, '1970-02', "
      "9000000000, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 1),"
      " ('nanchang', 8, 'request', 'road', 'CITY', 'web', 'withdrawn', 86400000, '1970-02', "
      "NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0),"
      " ('elsewhere', 9, 'request', 'tax', 'TAX', 'web', 'closed', 86400000, '1970-01', 0, "
      "0, 99, 9, 1, 1, 1, 1, 0, 0),"
      " ('nanchang', 10, 'visit', 'tax', 'TAX', 'web', 'closed', 86400000, '1970-01', 0, 0, "
      "99, 9, 1, 1, 1, 1, 0, 0);";

static sqlite3_stmt *prepare(struct given *g, sqlite3 *db, const struct pack_figure *f,
    const char *select, const char *tail)
{
    sqlite3_stmt *s = NULL;
    str sql = str_printf(&g->arena, "WITH rows AS (%.*s) SELECT %s FROM rows%s", STR_ARGS(f->rows),
        select, tail);
    if (sqlite3_prepare_v2(db, sql.data, (int)sql.bytes, &s, NULL) != SQLITE_OK)
        fail_msg("%.*s: %s", STR_ARGS(f->name), sqlite3_errmsg(db));
    assert_int_equal(sqlite3_bind_parameter_count(s), f->uses_now ? 2 : 1);
    /* By name: bare SQLite numbers "$n" by first appearance. */
    sqlite3_bind_text(s, sqlite3_bind_parameter_index(s, "$1"), "nanchang", -1, SQLITE_STATIC);
    if (f->uses_now)
        sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, "$2"), 40 * (int64_t)MS_PER_DAY);
    return s;
}

static double number(struct given *g, sqlite3 *db, const struct pack_system *s, const char *name)
{
    const struct pack_figure *f = pack_figure(s, str_from(name));
    assert_non_null(f);
    sqlite3_stmt *st = prepare(g, db, f, str_terminated(&g->arena, f->value), "");
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    double v = sqlite3_column_type(st, 0) == SQLITE_NULL ? NAN : sqlite3_column_double(st, 0);
    sqlite3_finalize(st);
    return v;
}

static void all_figures_run(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p = NULL;
    sqlite3 *db = NULL;
    given_open(&g);
    assert_int_equal(given_load(&g, &p), OK);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, table, NULL, NULL, NULL), SQLITE_OK);
    const struct pack_system *s = pack_kind(p, STR("request"));
    assert_true(s->figure_count >= 12);
    for (size_t i = 0; i < s->figure_count; i++) {
        const struct pack_figure *f = &s->figures[i];
        assert_true(f->title.zh.bytes && f->title.en.bytes && f->note.zh.bytes && f->unit.en.bytes);
        sqlite3_stmt *st = prepare(&g, db, f, "*", "");
        assert_int_equal(sqlite3_column_count(st), f->column_count);
        for (size_t c = 0; c < f->column_count; c++)
            assert_true(str_is(f->columns[c], sqlite3_column_name(st, (int)c)));
        sqlite3_finalize(st);
        for (size_t k = 0; k < f->by_count; k++) {
            str select = str_printf(&g.arena, "%.*s, %.*s, count(*)", STR_ARGS(f->by[k].column),
                STR_ARGS(f->value));
            str tail = str_printf(&g.arena, " GROUP BY %.*s", STR_ARGS(f->by[k].column));
            st = prepare(&g, db, f, str_terminated(&g.arena, select),
                str_terminated(&g.arena, tail));
            int step;
            while ((step = sqlite3_step(st)) == SQLITE_ROW)
                ;
            assert_int_equal(step, SQLITE_DONE);
            sqlite3_finalize(st);
        }
    }
    sqlite3_close(db);
    given_close(&g);
}

static void numbers_are_right(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double value;
    } cases[] = { { "on_time_rate", 75.0 }, { "first_response_minutes", 30.0 },
        { "handling_days", 4.0 }, { "satisfaction", 66.7 }, { "rated_share", 75.0 },
        { "requests_received", 8 }, { "requests_open", 3 }, { "overdue_open", 1 },
        { "hot_topics", 7 }, { "solved_rate", 66.7 }, { "reopened_rate", 33.3 },
        { "bad_ratings", 1 }, { "rectified_rate", 100.0 }, { "urged", 2 }, { "supervised", 1 },
        { "open_by_age", 3 } };
    struct given g;
    const struct pack *p = NULL;
    sqlite3 *db = NULL;
    given_open(&g);
    assert_int_equal(given_load(&g, &p), OK);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, table, NULL, NULL, NULL), SQLITE_OK);
    const struct pack_system *s = pack_kind(p, STR("request"));
    assert_int_equal(s->figure_count, sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double got = number(&g, db, s, cases[i].name);
        if (!(fabs(got - cases[i].value) < 1e-9))
            fail_msg("%s: %g, expected %g", cases[i].name, got, cases[i].value);
    }
    /* Ages: days 30 (twice) and 1. */
    const struct pack_figure *f = pack_figure(s, STR("open_by_age"));
    sqlite3_stmt *st = prepare(&g, db, f, "age, count(*)", " GROUP BY age ORDER BY age");
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "00-03");
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "16-30");
    assert_int_equal(sqlite3_column_int(st, 1), 2);
    assert_int_equal(sqlite3_step(st), SQLITE_DONE);
    sqlite3_finalize(st);
    /* Nothing at all is no number, not zero. */
    assert_int_equal(sqlite3_exec(db, "DELETE FROM case_report", NULL, NULL, NULL), SQLITE_OK);
    assert_true(isnan(number(&g, db, s, "on_time_rate")));
    assert_true(number(&g, db, s, "requests_open") == 0.0);
    sqlite3_close(db);
    given_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_figures_run),
        cmocka_unit_test(numbers_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
