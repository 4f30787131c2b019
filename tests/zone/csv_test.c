/*
 * The CSV reader: tables written and read back, whatever pieces the source hands out; what is wrong
 * is told and the row behind it is read; the decoder of GB18030; short memory.
 */
#include "zone/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Hands out a few bytes at a time. */
struct pieces {
    struct csv_text text;
    size_t most;
};

static enum err read_piece(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct pieces *p = ctx;
    struct csv_source whole = csv_text_source(&p->text);
    return whole.read(whole.ctx, to, room < p->most ? room : p->most, got, d);
}

static uint64_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void open_text(struct arena *a, struct pieces *p, str text, size_t most, struct csv **csv)
{
    struct diag d = { 0 };
    *p = (struct pieces){ .text = { text, 0 }, .most = most };
    struct csv_source source = { .ctx = p, .read = read_piece };
    assert_int_equal(csv_create(a, &source, ',', csv, &d), OK);
}

enum { ROWS = 40, FIELDS_MAX = 6 };

struct table {
    size_t counts[ROWS];
    str fields[ROWS][FIELDS_MAX];
};

static str random_field(struct arena *a, uint64_t *state)
{
    static const char *const parts[] = { "a", ",", "\"", "\n", "\r\n", "甲", " ", "\t", "0",
        "\"\"" };
    struct buf b;
    buf_init(&b, a, 200);
    for (uint64_t i = random_next(state) % 8; i > 0; i--)
        buf_add(&b, str_from(parts[random_next(state) % 10]));
    return buf_str(&b);
}

static void write_field(struct buf *b, str f, bool quote)
{
    bool must = str_find(f, STR(","), 0) >= 0 || str_find(f, STR("\""), 0) >= 0
        || str_find(f, STR("\n"), 0) >= 0 || str_find(f, STR("\r"), 0) >= 0;
    if (!must && !quote) {
        buf_add(b, f);
        return;
    }
    buf_add_char(b, '"');
    for (size_t i = 0; i < f.bytes; i++) {
        if (f.data[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, f.data[i]);
    }
    buf_add_char(b, '"');
}

static str write_table(struct arena *a, struct table *t, uint64_t *state)
{
    struct buf b;
    buf_init(&b, a, MIB);
    if (random_next(state) % 2)
        buf_add(&b, STR("\xef\xbb\xbf"));
    for (size_t r = 0; r < ROWS; r++) {
        t->counts[r] = 1 + random_next(state) % FIELDS_MAX;
        for (size_t f = 0; f < t->counts[r]; f++) {
            t->fields[r][f] = random_field(a, state);
            if (f)
                buf_add_char(&b, ',');
            /* a row of one empty field must be quoted, else it is an empty line */
            write_field(&b, t->fields[r][f], random_next(state) % 2 || t->counts[r] == 1);
        }
        if (r + 1 < ROWS || random_next(state) % 2)
            buf_add(&b, random_next(state) % 2 ? STR("\n") : STR("\r\n"));
    }
    assert_false(buf_failed(&b));
    return buf_str(&b);
}

static void test_tables_read_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct arena a;
        struct table t;
        struct pieces p;
        struct csv *csv;
        uint64_t random = seed;
        arena_init(&a, NULL, 16 * MIB);
        str text = write_table(&a, &t, &random);
        open_text(&a, &p, text, 1 + random_next(&random) % 7, &csv);
        for (size_t r = 0; r < ROWS; r++) {
            struct csv_row row;
            struct diag d = { 0 };
            bool more;
            assert_int_equal(csv_next(csv, &row, &more, &d), OK);
            assert_true(more);
            assert_int_equal(row.fault, OK);
            assert_int_equal(row.number, r + 1);
            assert_int_equal(row.count, t.counts[r]);
            for (size_t f = 0; f < row.count; f++)
                assert_true(str_equal(row.fields[f], t.fields[r][f]));
        }
        struct csv_row row;
        bool more;
        assert_int_equal(csv_next(csv, &row, &more, NULL), OK);
        assert_false(more);
        arena_release(&a);
    }
}

/* Reads all rows; counts those that are right, and says the number of the first that is wrong. */
static size_t read_all(struct arena *a, str text, int64_t *first_wrong, struct diag *why)
{
    struct pieces p;
    struct csv *csv;
    size_t good = 0;
    *first_wrong = 0;
    open_text(a, &p, text, SIZE_MAX, &csv);
    for (;;) {
        struct csv_row row;
        struct diag d = { 0 };
        bool more;
        assert_int_equal(csv_next(csv, &row, &more, &d), OK);
        if (!more)
            return good;
        good += row.fault == OK;
        if (row.fault != OK) {
            assert_true(row.why.zh[0] && row.why.en[0]);
            if (!*first_wrong) {
                *first_wrong = row.number;
                *why = row.why;
            }
        }
    }
}

static void test_wrong_rows(void **state)
{
    static const struct {
        const char *text;
        size_t good;
        int64_t wrong;
        const char *said;
    } cases[] = {
        { "a,b\nc\"d,e\nf,g\n", 2, 2, "double quote inside" },
        { "a,b\n\"c\"d,e\nf,g\n", 2, 2, "behind the closing quote of field 1" },
        { "a,b\n\n\nx,\"open\n1,2\n", 1, 4, "is not closed" },
        { "a\n\xff\nb\n", 2, 2, "field 1 is not in the text encoding" },
        { "a\nx,\x01\nb\n", 2, 2, "field 2 holds a control character" },
        { "", 0, 0, "" },
        { "\n\r\n\n", 0, 0, "" },
        { "a\rb\rc", 3, 0, "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct diag why = { 0 };
        int64_t wrong;
        arena_init(&a, NULL, 8 * MIB);
        assert_int_equal(read_all(&a, str_from(cases[i].text), &wrong, &why), cases[i].good);
        assert_int_equal(wrong, cases[i].wrong);
        assert_non_null(strstr(why.en, cases[i].said));
        arena_release(&a);
    }
}

static void test_limits(void **state)
{
    struct arena a;
    struct buf b;
    struct diag why = { 0 };
    int64_t wrong;
    (void)state;
    arena_init(&a, NULL, 64 * MIB);
    buf_init(&b, &a, 16 * MIB);
    for (int i = 0; i < CSV_FIELD_BYTES_MAX; i++)
        buf_add_char(&b, 'x');
    buf_add_char(&b, '\n');
    assert_int_equal(read_all(&a, buf_str(&b), &wrong, &why), 1); /* just within */
    b.bytes--;
    buf_add(&b, STR("x\nnext\n"));
    assert_int_equal(read_all(&a, buf_str(&b), &wrong, &why), 1);
    assert_non_null(strstr(why.en, "256 KiB"));
    b.bytes = 0;
    for (int i = 1; i < CSV_FIELDS_MAX; i++)
        buf_add_char(&b, ',');
    buf_add_char(&b, '\n');
    assert_int_equal(read_all(&a, buf_str(&b), &wrong, &why), 1);
    b.bytes--;
    buf_add(&b, STR(",\nnext\n"));
    assert_int_equal(read_all(&a, buf_str(&b), &wrong, &why), 1);
    assert_non_null(strstr(why.en, "500 fields"));
    arena_release(&a);
}

static void test_gb18030(void **state)
{
    /* 用电 in two bytes each, a four-byte character, a byte that is none, a cut end */
    static const char text[] = "\xd3\xc3\xb5\xe7,\x81\x39\xee\x39\n\x80,x\nok\n\xd3";
    (void)state;
    for (size_t most = 1; most < 12; most++) {
        struct arena a;
        struct pieces p = { .text = { { text, sizeof text - 1 }, 0 }, .most = most };
        struct csv_source inner = { .ctx = &p, .read = read_piece }, source;
        struct csv *csv;
        struct csv_row row;
        struct diag d = { 0 };
        bool more;
        arena_init(&a, NULL, 8 * MIB);
        assert_int_equal(csv_gb18030(&a, &inner, &source, &d), OK);
        assert_int_equal(csv_create(&a, &source, ',', &csv, &d), OK);
        assert_int_equal(csv_next(csv, &row, &more, &d), OK);
        assert_true(str_is(row.fields[0], "用电"));
        assert_true(str_is(row.fields[1], "㐀"));
        assert_int_equal(csv_next(csv, &row, &more, &d), OK);
        assert_int_equal(row.fault, ERR_SYNTAX);
        assert_int_equal(csv_next(csv, &row, &more, &d), OK);
        assert_true(str_is(row.fields[0], "ok"));
        assert_int_equal(csv_next(csv, &row, &more, &d), OK);
        assert_int_equal(row.fault, ERR_SYNTAX);
        assert_int_equal(csv_next(csv, &row, &more, &d), OK);
        assert_false(more);
        arena_release(&a);
    }
}

static enum err fail_read(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    int *left = ctx;
    (void)room;
    if (!(*left)--)
        return diag_set(d, ERR_IO, "坏盘", "bad disk");
    memcpy(to, "a,b\n", 4);
    *got = 4;
    return OK;
}

static void test_a_source_that_fails(void **state)
{
    struct arena a;
    int left = 3;
    struct csv_source source = { .ctx = &left, .read = fail_read };
    struct csv *csv;
    struct diag d = { 0 };
    enum err e = OK;
    bool more = true;
    (void)state;
    arena_init(&a, NULL, 8 * MIB);
    assert_int_equal(csv_create(&a, &source, ',', &csv, &d), OK);
    for (int i = 0; e == OK && i < 10; i++) {
        struct csv_row row;
        e = csv_next(csv, &row, &more, &d);
    }
    assert_int_equal(e, ERR_IO);
    assert_string_equal(d.en, "bad disk");
    struct csv_row row;
    assert_int_equal(csv_next(csv, &row, &more, &d), ERR_IO); /* and stays so */
    arena_release(&a);
}

static void test_cells_are_written(void **state)
{
    static const struct {
        const char *text, *words, *value;
    } cases[] = {
        { "", "\"\"", "\"\"" },
        { "甲,乙", "\"甲,乙\"", "\"甲,乙\"" },
        { "a \"b\"", "\"a \"\"b\"\"\"", "\"a \"\"b\"\"\"" },
        { "=1+2", "\"'=1+2\"", "\"=1+2\"" },
        { "-5", "\"'-5\"", "\"-5\"" },
        { "\t=1", "\"'\t=1\"", "\"\t=1\"" },
        { "1=1", "\"1=1\"", "\"1=1\"" },
    };
    struct arena a;
    (void)state;
    arena_init(&a, NULL, MIB);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf words, value;
        buf_init(&words, &a, 64);
        buf_init(&value, &a, 64);
        csv_cell(&words, str_from(cases[i].text), true);
        csv_cell(&value, str_from(cases[i].text), false);
        assert_true(str_is(buf_str(&words), cases[i].words));
        assert_true(str_is(buf_str(&value), cases[i].value));
    }
    arena_release(&a);
}

static void test_short_memory(void **state)
{
    (void)state;
    for (size_t limit = 0; limit < 2 * MIB; limit += 100 * KIB) {
        struct arena a;
        struct csv_text text = { STR("a,b\n"), 0 };
        struct csv_source inner = csv_text_source(&text), source = inner;
        struct csv *csv = NULL;
        struct diag d = { 0 };
        arena_init(&a, NULL, limit);
        enum err e = csv_gb18030(&a, &inner, &source, &d);
        if (e == OK)
            e = csv_create(&a, &source, ',', &csv, &d);
        assert_true(e == OK ? csv != NULL : e == ERR_MEMORY && d.en[0]);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_read_back),
        cmocka_unit_test(test_wrong_rows),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_gb18030),
        cmocka_unit_test(test_a_source_that_fails),
        cmocka_unit_test(test_cells_are_written),
        cmocka_unit_test(test_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
