/*
 * Time zones: offsets that are known, gaps and overlaps, years far away, files made by hand for
 * the rules few zones use, and files that are damaged in every place.
 */
#include "support.h"

#include "base/tz.h"

#include <stdio.h>

static int open_arena(void **state)
{
    static struct arena a;
    arena_init(&a, NULL, 32 * MIB);
    *state = &a;
    return 0;
}

static int close_arena(void **state)
{
    arena_release(*state);
    return 0;
}

static const struct tz *zone(struct arena *a, const char *name)
{
    const struct tz *tz = NULL;
    struct diag d = { 0 };
    assert_ok(tz_load(a, sys_real(), str_from(name), &tz, &d), &d);
    return tz;
}

/* Seconds of "YYYY-MM-DDThh:mm:ss" read as if it were UTC. */
static int64_t seconds(const char *text)
{
    char with_zone[32];
    int64_t ms;
    snprintf(with_zone, sizeof with_zone, "%sZ", text);
    assert_true(instant_parse(str_from(with_zone), &ms));
    return ms / 1000;
}

static void known_offsets(void **state)
{
    static const struct {
        const char *zone, *utc;
        int offset_s;
    } cases[] = {
        { "Asia/Shanghai", "2026-11-23T00:00:00", 28800 },
        { "Asia/Shanghai", "1988-07-01T00:00:00", 32400 },  /* summer time of 1986 to 1991 */
        { "Asia/Shanghai", "1899-01-01T00:00:00", 29143 },  /* the sun's own time */
        { "America/New_York", "2026-01-15T00:00:00", -18000 },
        { "America/New_York", "2026-07-15T00:00:00", -14400 },
        { "America/New_York", "2026-03-08T06:59:59", -18000 },
        { "America/New_York", "2026-03-08T07:00:00", -14400 },
        { "America/New_York", "2500-07-15T00:00:00", -14400 }, /* by the rule */
        { "America/New_York", "9998-01-15T00:00:00", -18000 },
        { "Australia/Sydney", "2026-01-15T00:00:00", 39600 },  /* summer over New Year */
        { "Australia/Sydney", "2400-07-15T00:00:00", 36000 },
        { "Europe/Dublin", "2400-07-15T00:00:00", 3600 },      /* winter is the odd one there */
        { "Europe/Dublin", "2400-01-15T00:00:00", 0 },
        { "Asia/Kathmandu", "2026-01-15T00:00:00", 20700 },
        { "Australia/Lord_Howe", "2400-01-15T00:00:00", 39600 }, /* half an hour */
        { "Australia/Lord_Howe", "2400-07-15T00:00:00", 37800 },
        { "America/Nuuk", "2400-03-25T00:59:59", -7200 },      /* turns before midnight */
        { "America/Nuuk", "2400-03-26T01:00:00", -3600 },
        { "Etc/GMT+8", "2026-01-15T00:00:00", -28800 },
        { "UTC", "2026-01-15T00:00:00", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int offset = tz_offset_at_s(zone(*state, cases[i].zone), seconds(cases[i].utc));
        if (offset != cases[i].offset_s)
            print_error("%s %s: %d\n", cases[i].zone, cases[i].utc, offset);
        assert_int_equal(offset, cases[i].offset_s);
    }
}

static void gaps_and_overlaps(void **state)
{
    const struct tz *tz = zone(*state, "America/New_York");
    assert_int_equal(tz_offset_of_local_s(tz, seconds("2026-03-08T01:59:59")), -18000);
    assert_int_equal(tz_offset_of_local_s(tz, seconds("2026-03-08T02:30:00")), -18000); /* gap */
    assert_int_equal(tz_offset_of_local_s(tz, seconds("2026-03-08T03:00:00")), -14400);
    assert_int_equal(tz_offset_of_local_s(tz, seconds("2026-11-01T00:59:59")), -14400);
    assert_int_equal(tz_offset_of_local_s(tz, seconds("2026-11-01T01:30:00")), -14400); /* overlap */
    assert_int_equal(tz_offset_of_local_s(tz, seconds("2026-11-01T02:00:00")), -18000);
    /* 02:30 in the gap is the instant that the clock calls 03:30. */
    int32_t ms_of_day;
    int64_t ms = tz_instant(tz, (struct date){ 2026, 3, 8 }, 9000000);
    struct date d = tz_local_date(tz, ms, &ms_of_day);
    assert_true(d.year == 2026 && d.month == 3 && d.day == 8);
    assert_int_equal(ms_of_day, 12600000);
}

static void local_times_go_round(void **state)
{
    static const char *const names[] = { "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe",
        "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "UTC" };
    uint64_t seed = 41;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const struct tz *tz = zone(*state, names[n]);
        for (int i = 0; i < 20000; i++) {
            int32_t ms_of_day;
            int64_t ms = random_between(&seed, -3000000000000, 6000000000000);
            int64_t days = tz_local_days(tz, ms, &ms_of_day);
            int64_t back = tz_instant_of_days(tz, days, ms_of_day);
            assert_true(ms_of_day >= 0 && ms_of_day < MS_PER_DAY);
            /* The second of two equal wall times comes back as the first. */
            assert_true(back == ms || (back < ms && tz_offset_s(tz, back) > tz_offset_s(tz, ms)));
        }
    }
}

static void years_far_away(void **state)
{
    const struct tz *tz = zone(*state, "America/New_York");
    const int64_t cycle = INT64_C(146097) * 86400, summer = seconds("2500-07-15T00:00:00");
    for (int64_t k = 0; k < INT64_C(700000000); k += INT64_C(99999999)) {
        assert_int_equal(tz_offset_at_s(tz, summer + k * cycle), -14400);
        assert_int_equal(tz_offset_at_s(tz, summer + 180 * 86400 + k * cycle), -18000);
        assert_int_equal(tz_offset_of_local_s(tz, summer + k * cycle), -14400);
    }
    assert_int_equal(tz_offset_at_s(tz, INT64_MIN), -17762);
    (void)tz_offset_at_s(tz, INT64_MAX);
    (void)tz_offset_of_local_s(tz, INT64_MIN);
    (void)tz_offset_of_local_s(tz, INT64_MAX);
    (void)tz_local_days(tz, INT64_MAX, NULL);
    (void)tz_local_days(tz, INT64_MIN, NULL);
}

static void names(void **state)
{
    static const struct {
        const char *name;
        enum err err;
    } cases[] = {
        { "", ERR_INVALID }, { "/etc/passwd", ERR_INVALID }, { "../../../etc/passwd", ERR_INVALID },
        { "Asia/../UTC", ERR_INVALID }, { "Asia//Shanghai", ERR_INVALID }, { "Asia/", ERR_INVALID },
        { "Asia/Shang hai", ERR_INVALID }, { "亚洲/上海", ERR_INVALID }, { "tzdata.zi", ERR_INVALID },
        { "Asia/Shanghai_____________________________________________________", ERR_INVALID },
        { "Asia/Nowhere", ERR_NOT_FOUND }, { "Asia", ERR_NOT_FOUND }, { "Mars/Phobos", ERR_NOT_FOUND },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tz *tz = NULL;
        struct diag d = { 0 };
        assert_int_equal(tz_load(*state, sys_real(), str_from(cases[i].name), &tz, &d), cases[i].err);
        assert_null(tz);
        assert_true(d.zh[0] && d.en[0]);
    }
    assert_text(tz_name(zone(*state, "Asia/Shanghai")), "Asia/Shanghai");
    assert_text(tz_name(tz_utc()), "UTC");
    const struct tz *none = NULL;
    assert_int_equal(tz_load(*state, sys_real(), (str){ "UTC\0x", 5 }, &none, NULL), ERR_INVALID);
}

/* ---- files by hand ---- */

static enum err given_file(
    void *ctx, struct arena *a, const char *path, size_t bytes_max, str *out, struct diag *d)
{
    (void)a;
    (void)path;
    str *file = ctx;
    if (!file->data)
        return diag_set(d, ERR_NOT_FOUND, "无", "none");
    if (file->bytes > bytes_max)
        return diag_set(d, ERR_TOO_LARGE, "大", "large");
    *out = *file;
    return OK;
}

static enum err load_given(struct arena *a, str file, const char *name, const struct tz **out)
{
    struct sys sys = { .ctx = &file, .file_read = given_file };
    struct diag d = { 0 };
    return tz_load(a, &sys, str_from(name), out, &d);
}

/* A version 2 file without turns: one type of the given offset, and the rule. */
static str file_of_rule(struct arena *a, int offset_s, const char *rule)
{
    static const char header[44] = "TZif2";
    struct buf b;
    buf_init(&b, a, 4 * KIB);
    for (int block = 0; block < 2; block++) {
        buf_add(&b, (str){ header, 32 });
        buf_add(&b, (str){ "\0\0\0\0\0\0\0\1\0\0\0\4", 12 }); /* times 0, types 1, characters 4 */
        for (int shift = 24; shift >= 0; shift -= 8)
            buf_add_char(&b, (char)((uint32_t)offset_s >> shift));
        buf_add(&b, (str){ "\0\0ABC\0", 6 });
    }
    buf_printf(&b, "\n%s\n", rule);
    return buf_str(&b);
}

static void rules_few_zones_use(void **state)
{
    static const struct {
        const char *rule, *utc;
        int offset_s;
    } cases[] = {
        { "", "2026-07-01T00:00:00", 3600 }, /* no rule: the only type */
        { "ABC-1", "2026-07-01T00:00:00", 3600 },
        { "<+0530>-5:30", "2026-07-01T00:00:00", 19800 },
        { "ABC1:02:03", "2026-07-01T00:00:00", -3723 },
        { "STD0DST,J60,J300", "2026-02-28T23:59:59", 0 },   /* J60 is 1 March in every year */
        { "STD0DST,J60,J300", "2026-03-01T02:00:00", 3600 },
        { "STD0DST,J60,J300", "2028-03-01T01:59:59", 0 },
        { "STD0DST,J60,J300", "2028-03-01T02:00:00", 3600 },
        { "STD0DST,59,300", "2028-02-29T02:00:00", 3600 },  /* counted from 0, with the leap day */
        { "STD0DST,59,300", "2028-02-29T01:59:59", 0 },
        { "STD0DST,59,300", "2026-03-01T02:00:00", 3600 },
        { "STD0DST-3,M4.1.0/0,M10.5.0/24", "2026-04-05T00:00:00", 10800 },
        { "STD0DST-3,M4.1.0/0,M10.5.0/24", "2026-10-25T20:59:59", 10800 },
        { "STD0DST-3,M4.1.0/0,M10.5.0/24", "2026-10-25T21:00:00", 0 },
        { "STD0DST,M3.5.0/-2,M10.5.0/-1", "2026-03-28T22:00:00", 3600 },
        { "STD0DST,M3.5.0/-2,M10.5.0/-1", "2026-03-28T21:59:59", 0 },
        { "STD0DST,M10.1.0,M4.1.0", "2026-01-01T00:00:00", 3600 },
        { "STD0DST,M10.1.0,M4.1.0", "2026-07-01T00:00:00", 0 },
        { "ABC3EDT4,0/0,J365/23", "2026-01-01T03:00:00", -14400 }, /* summer all the year */
        { "ABC3EDT4,0/0,J365/23", "2026-12-31T23:59:59", -14400 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tz *tz = NULL;
        assert_int_equal(load_given(*state, file_of_rule(*state, 3600, cases[i].rule), "X/Y", &tz), OK);
        int offset = tz_offset_at_s(tz, seconds(cases[i].utc));
        if (offset != cases[i].offset_s)
            print_error("%s %s: %d\n", cases[i].rule, cases[i].utc, offset);
        assert_int_equal(offset, cases[i].offset_s);
    }
}

static void rules_that_are_none(void **state)
{
    static const char *const bad[] = { "XX1", "1", "ABC", "ABC25", "ABC1:60", "<X1", "<>1", "ABC1YYY",
        "ABC1YYY,M3.1.0", "ABC1YYY,M13.1.0,M3.1.0", "ABC1YYY,M3.6.0,M4.1.0", "ABC1YYY,M3.1.7,M4.1.0",
        "ABC1YYY,J0,J3", "ABC1YYY,J366,J3", "ABC1YYY,366,3", "ABC1YYY,1,2,3", "ABC1YYY,1/168,2", "ABC1 ",
        "ABC1YYY,M3.1,M4.1.0", "ABC1Y2", "ABC--1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct tz *tz = NULL;
        enum err e = load_given(*state, file_of_rule(*state, 0, bad[i]), "X/Y", &tz);
        if (e != ERR_SYNTAX)
            print_error("%s\n", bad[i]);
        assert_int_equal(e, ERR_SYNTAX);
        assert_null(tz);
    }
}

/* A real file cut at every length and with every byte of its headers changed: an error or a zone,
 * never a read outside (the sanitizer watches). */
static void damaged_files(void **state)
{
    struct arena *a = *state, work;
    const struct sys *sys = sys_real();
    struct diag d = { 0 };
    str file;
    assert_ok(sys->file_read(sys->ctx, a, "/usr/share/zoneinfo/America/New_York", MIB, &file, &d), &d);
    arena_init(&work, NULL, MIB);
    for (size_t bytes = 0; bytes < file.bytes; bytes++) {
        const struct tz *tz = NULL;
        str part = str_copy(&work, str_slice(file, 0, bytes));
        if (!part.data)
            part = STR("");
        assert_int_equal(load_given(&work, part, "X/Y", &tz), ERR_SYNTAX);
        arena_reset(&work);
    }
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        const struct tz *tz = NULL;
        str copy = str_copy(&work, file);
        for (int64_t hits = random_between(&seed, 1, 3); hits > 0; hits--) {
            int64_t at = random_between(&seed, 0, i % 2 ? 100 : (int64_t)file.bytes - 1);
            ((char *)copy.data)[at] = (char)random_next(&seed);
        }
        if (load_given(&work, copy, "X/Y", &tz) == OK)
            for (int64_t t = -4000000000; t < 20000000000; t += 1500000000)
                (void)tz_offset_of_local_s(tz, t);
        arena_reset(&work);
    }
    arena_release(&work);
}

static void versions_and_leap_seconds(void **state)
{
    const struct tz *tz = NULL;
    str file = file_of_rule(*state, 0, "ABC1");
    ((char *)file.data)[4] = 0;
    assert_int_equal(load_given(*state, file, "X/Y", &tz), ERR_UNSUPPORTED);
    ((char *)file.data)[4] = '3';
    assert_int_equal(load_given(*state, file, "X/Y", &tz), OK);
}

static void without_tzdata(void **state)
{
    const struct tz *tz = NULL;
    assert_int_equal(load_given(*state, STR_NONE, "Asia/Shanghai", &tz), OK);
    assert_true(tz_is_fallback(tz));
    assert_int_equal(tz_offset_s(tz, 0), 28800);
    assert_int_equal(tz_offset_of_local_s(tz, 0), 28800);
    assert_int_equal(load_given(*state, STR_NONE, "UTC", &tz), OK);
    assert_false(tz_is_fallback(tz));
    assert_int_equal(load_given(*state, STR_NONE, "Asia/Tokyo", &tz), ERR_NOT_FOUND);
    assert_false(tz_is_fallback(zone(*state, "Asia/Shanghai")));
}

static void memory_runs_out(void **state)
{
    (void)state;
    enum err e = ERR_MEMORY;
    for (long n = 0; e != OK; n++) {
        struct failing_source f;
        struct arena a;
        const struct tz *tz = NULL;
        struct diag d = { 0 };
        assert_true(n < 50);
        failing_init(&f, n);
        arena_init(&a, &f.source, MIB);
        e = tz_load(&a, sys_real(), STR("Europe/London"), &tz, &d);
        assert_true(e == OK ? tz != NULL : e == ERR_MEMORY && tz == NULL);
        arena_release(&a);
        assert_int_equal(f.outstanding, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_offsets),
        cmocka_unit_test(gaps_and_overlaps),
        cmocka_unit_test(local_times_go_round),
        cmocka_unit_test(years_far_away),
        cmocka_unit_test(names),
        cmocka_unit_test(rules_few_zones_use),
        cmocka_unit_test(rules_that_are_none),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(versions_and_leap_seconds),
        cmocka_unit_test(without_tzdata),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("base/tz", tests, open_arena, close_arena);
}
