/*
 * Columns: random programs over random columns of every kind, each row against feel_machine_eval;
 * the edges of 64 bits; what is refused; memory that runs out anywhere.
 */
#include "feel/columns.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 10, ROWS = 2300, WORDS = 5, TEXT_BYTES = 4096 };

static const char *const names[COLUMNS] = { "n", "edge", "money", "fine", "rate", "street", "high",
    "day", "town", "absent" };

struct data {
    int64_t n[ROWS], edge[ROWS], money[ROWS], fine[ROWS];
    double rate[ROWS];
    uint32_t street[ROWS], town[ROWS];
    uint8_t high[ROWS];
    int32_t day[ROWS];
    uint8_t nulls[COLUMNS][(ROWS + 7) / 8];
    struct feel_column columns[COLUMNS];
};

static const str words[WORDS] = { { "north", 5 }, { "south", 5 }, { "east", 4 }, { "", 0 },
    { "south", 5 } };
static struct data data;
static uint64_t seed = 11;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static int64_t edge(void)
{
    static const int64_t edges[] = { INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1, 0, -1, 1,
        INT64_C(3037000499), INT64_C(3037000500), INT64_C(-3037000500), INT64_MAX / 10,
        INT64_MAX / 10 + 1, INT64_MIN / 10, INT64_C(1000000000000000000), 5, -5 };
    return edges[pick(sizeof edges / sizeof *edges)];
}

static void fill(void)
{
    static const double rates[] = { 0.1, 0.30000000000000004, 0.3, -0.0, 0.5, 1e300, -1e300, 2.5,
        5e-324, 0.000001, 0.0000001, 123456789.125, 999999999.999999, 1e15 };
    static const struct {
        enum feel_column_kind kind;
        int scale;
    } kinds[COLUMNS] = { { FEEL_COLUMN_DECIMAL, 0 }, { FEEL_COLUMN_DECIMAL, 0 },
        { FEEL_COLUMN_DECIMAL, 2 }, { FEEL_COLUMN_DECIMAL, 18 }, { FEEL_COLUMN_DOUBLE, 0 },
        { FEEL_COLUMN_TEXT, 0 }, { FEEL_COLUMN_BOOLEAN, 0 }, { FEEL_COLUMN_DATE, 0 },
        { FEEL_COLUMN_TEXT, 0 }, { FEEL_COLUMN_NONE, 0 } };
    const void *values[COLUMNS] = { data.n, data.edge, data.money, data.fine, data.rate,
        data.street, data.high, data.day, data.town, NULL };
    for (size_t i = 0; i < ROWS; i++) {
        data.n[i] = (int64_t)pick(40) - 10;
        data.edge[i] = edge();
        data.money[i] = (int64_t)pick(2000000) - 1000;
        data.fine[i] = pick(4) ? (int64_t)(seed >> 2) : edge();
        data.rate[i] = pick(20) ? rates[pick(14)] : pick(2) ? NAN : INFINITY;
        data.street[i] = pick(WORDS);
        data.town[i] = pick(WORDS);
        data.high[i] = pick(2) ? 0 : (uint8_t)(1 + pick(3));
        data.day[i] = 20000 + (int32_t)pick(800);
    }
    for (size_t k = 0; k < COLUMNS; k++) {
        for (size_t i = 0; i < sizeof data.nulls[k]; i++)
            data.nulls[k][i] = pick(4) ? 0 : (uint8_t)(1u << pick(8));
        bool text = kinds[k].kind == FEEL_COLUMN_TEXT;
        data.columns[k] = (struct feel_column){ .kind = kinds[k].kind,
            .scale = kinds[k].scale,
            .words = text ? words : NULL,
            .word_count = text ? WORDS : 0,
            .values = values[k],
            .nulls = pick(3) ? data.nulls[k] : NULL };
    }
}

/* What a row is in FEEL, written apart from the code under test. */
static feel_value value_at(size_t column, size_t row)
{
    const struct feel_column *c = &data.columns[column];
    if (c->nulls && c->nulls[row / 8] >> row % 8 & 1)
        return feel_null();
    switch (column) {
    case 0:
        return feel_integer(data.n[row]);
    case 1:
        return feel_integer(data.edge[row]);
    case 2:
        return feel_decimal(data.money[row], 2);
    case 3:
        return feel_decimal(data.fine[row], 18);
    case 4:
        return feel_from_double(data.rate[row]);
    case 5:
        return feel_string(words[data.street[row]]);
    case 6:
        return feel_boolean(data.high[row]);
    case 7:
        return feel_date(date_from_days(data.day[row]));
    case 8:
        return feel_string(words[data.town[row]]);
    default:
        return feel_null();
    }
}

/* ---- random programs ---------------------------------------------------------------------- */

static void number(char *to, int depth);
static void truth(char *to, int depth);

static const char *const number_words[] = { "n", "n", "money", "edge", "fine", "rate", "absent",
    "0", "1", "2", "18", "0.15", "100", "-7", "1.50", "9223372036854775807", "null", "n", "money",
    "0.000000000000000001", "string length(street)", "money" };

static void join(char *to, const char *format, int depth, void (*a)(char *, int),
    void (*b)(char *, int), void (*c)(char *, int))
{
    static char room[8][3][TEXT_BYTES];
    char(*r)[TEXT_BYTES] = room[depth];
    a(r[0], depth - 1);
    if (b)
        b(r[1], depth - 1);
    if (c)
        c(r[2], depth - 1);
    snprintf(to, TEXT_BYTES, format, r[0], r[1], r[2]);
}

static void number(char *to, int depth)
{
    static const char *const pairs[] = { "(%s + %s)", "(%s - %s)", "(%s * %s)", "(%s / %s)",
        "min(%s, %s)", "max(%s, %s)", "max([%s, %s, 3])", "(%s * %s)" };
    static const char *const ones[] = { "(%s / 100)", "floor(%s)", "decimal(%s, 1)", "abs(%s)",
        "-(%s)", "round half up(%s, 2)", "round half down(%s, 0)", "round up(%s, -1)",
        "ceiling(%s)", "round down(%s, 1)", "(%s / 12)", "(%s * 1.05)", "(%s / -0.4)" };
    unsigned form = depth ? pick(8) : 0;
    if (form < 2)
        snprintf(
            to, TEXT_BYTES, "%s", number_words[pick(sizeof number_words / sizeof *number_words)]);
    else if (form < 5)
        join(to, pairs[pick(8)], depth, number, number, NULL);
    else if (form < 7)
        join(to, ones[pick(13)], depth, number, NULL, NULL);
    else
        join(to, "(if %s then %s else %s)", depth, truth, number, number);
}

static void day(char *to, int depth)
{
    static const char *const days[] = { "day", "date(\"2025-06-01\")", "@\"2026-01-31\"", "null" };
    if (depth && !pick(3))
        join(to, pick(2) ? "max(%s, %s)" : "(if high then %s else %s)", depth, day, day, NULL);
    else
        snprintf(to, TEXT_BYTES, "%s", days[pick(4)]);
}

static void text(char *to, int depth)
{
    static const char *const texts[] = { "street", "town", "\"south\"", "\"west\"", "null",
        "upper case(street)", "street + \"x\"", "substring(town, 2)" };
    if (depth && !pick(3))
        join(to, "(if %s then %s else %s)", depth, truth, text, text);
    else
        snprintf(to, TEXT_BYTES, "%s", texts[pick(8)]);
}

static void truth_word(char *to)
{
    static const char *const truths[] = { "high", "true", "false", "null",
        "contains(street, \"o\")", "street > \"f\"", "street in (\"north\", \"\")", "high = null",
        "town = null", "absent = null", "street != \"south\"", "not(high)",
        "starts with(town, \"s\") and town != \"south\"" };
    snprintf(to, TEXT_BYTES, "(%s)", truths[pick(13)]);
}

static void truth(char *to, int depth)
{
    static const char *const operators[] = { "(%s = %s)", "(%s != %s)", "(%s < %s)", "(%s <= %s)",
        "(%s > %s)", "(%s >= %s)" };
    static const char *const tests[] = { "(%s in [1..20])", "(%s in (18, 20, 1.5))",
        "(%s in (< 5, > 100))", "(%s in (not(5)))", "(%s in (1..3])", "(%s in [1, 2, null])",
        "(%s in [money..n])", "(%s in (n))", "(%s in (null, 3))", "(%s in (? > 3, 1))",
        "(%s in (>= money))", "(%s in [[1..3], 7])" };
    switch (depth ? pick(10) : 0) {
    case 0:
        truth_word(to);
        break;
    case 1:
    case 2:
    case 3:
        join(to, operators[pick(6)], depth, number, number, NULL);
        break;
    case 4:
        join(to, pick(2) ? "(%s and %s)" : "(%s or %s)", depth, truth, truth, NULL);
        break;
    case 5:
        join(to, "not(%s)", depth, truth, NULL, NULL);
        break;
    case 6:
        join(to, tests[pick(12)], depth, number, NULL, NULL);
        break;
    case 7:
        join(to, "(%s between %s and %s)", depth, number, number, number);
        break;
    case 8:
        join(to, operators[pick(6)], depth, day, day, NULL);
        break;
    default:
        join(to, operators[pick(2)], depth, pick(2) ? text : truth, NULL, NULL);
        join(to, operators[pick(2)], depth, text, text, NULL);
    }
}

/* ---- the comparison ----------------------------------------------------------------------- */

static struct feel_program *compile(struct arena *a, const char *expression)
{
    static struct feel_field fields[COLUMNS];
    struct feel_names scope = { .items = fields, .count = COLUMNS };
    struct feel_program *p = NULL;
    struct diag d = { 0 };
    for (size_t i = 0; i < COLUMNS; i++)
        fields[i] = (struct feel_field){ str_from(names[i]), NULL };
    if (feel_compile(a, str_from(expression), &scope, &p, &d) != OK)
        fail_msg("%s: %s", expression, d.en);
    return p;
}

static void check_row(const struct feel_program *p, const char *expression,
    const struct feel_columns *c, const struct feel_column_rows *rows, size_t from, size_t i)
{
    static const struct feel_env env;
    struct arena a;
    struct feel_machine *m;
    feel_value slots[COLUMNS], expected, got = feel_columns_value(c, rows, i);
    arena_init(&a, NULL, MIB);
    for (size_t k = 0; k < COLUMNS; k++)
        slots[k] = value_at(k, from + i);
    assert_int_equal(feel_machine_create(&a, &env, &m, NULL), OK);
    assert_int_equal(feel_machine_eval(m, p, slots, &expected), OK);
    if (got.kind != expected.kind || !feel_is_true(feel_equal(got, expected)))
        fail_msg("%s, row %zu: expected %.*s, got %.*s", expression, from + i,
            STR_ARGS(feel_to_text(&a, expected)), STR_ARGS(feel_to_text(&a, got)));
    arena_release(&a);
}

/* Gives whether the program was covered. */
static bool check(const char *expression, size_t *odd)
{
    struct arena a;
    struct feel_columns *c;
    struct feel_column_rows rows;
    struct diag d = { 0 };
    arena_init(&a, NULL, 64 * MIB);
    struct feel_program *p = compile(&a, expression);
    assert_int_equal(feel_columns_create(&a, p, NULL, data.columns, NULL, &c, &d), OK);
    for (size_t from = 0, n = 0; c && from < ROWS; from += n) {
        n = from ? FEEL_COLUMN_ROWS : 777;
        n = ROWS - from < n ? ROWS - from : n;
        if (feel_columns_run(c, data.columns, from, n, &rows, &d) != OK)
            fail_msg("%s: %s", expression, d.en);
        *odd += rows.odd_count;
        for (size_t i = 0; i < n; i++)
            check_row(p, expression, c, &rows, from, i);
    }
    arena_release(&a);
    return c != NULL;
}

static void random_programs_equal_the_machine(void **state)
{
    static char expression[TEXT_BYTES];
    const char *rounds = getenv("COLUMNS_ROUNDS"); /* a long search, by hand */
    size_t covered = 0, odd = 0, all = rounds ? (size_t)strtoul(rounds, NULL, 10) : 150;
    (void)state;
    for (size_t i = 0; i < all; i++) {
        if (i % 10 == 0)
            fill();
        int depth = 1 + (int)pick(4);
        if (pick(5) == 0)
            text(expression, depth);
        else if (pick(8) == 0)
            day(expression, depth);
        else if (pick(2))
            number(expression, depth);
        else
            truth(expression, depth);
        covered += check(expression, &odd);
    }
    assert_true(covered * 2 > all); /* else this test shows little */
    assert_true(odd > 0);
}

static void what_rules_are_made_of_is_covered(void **state)
{
    static const char *const expressions[] = { "n >= 18", "money * n * (1 - rate)", "n + 1",
        "money", "if money * 1.05 > 5000 then min(money * 1.05, 6000) else max(money, 100)",
        "n between 1 and 20 and high", "street in (\"north\", \"east\") or n in [3..7]",
        "high = null", "day >= date(\"2025-06-01\") and day < date(\"2026-01-01\")",
        "(money - 1000) / 100", "decimal(money * 0.333, 2)",
        "if street = \"north\" then 100 else 200", "upper case(street)",
        "if n > 3 then street else \"none\"", "street = town", "money / n",
        "if high then null else n", "edge * edge", "edge + edge", "-edge", "abs(edge)",
        "edge * 100", "edge - n", "7 - edge", "edge = edge", "fine + edge", "fine * n",
        "fine < 1.5" };
    size_t odd = 0;
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++)
        if (!check(expressions[i], &odd))
            fail_msg("%s should go by columns", expressions[i]);
    assert_true(odd > 0);
}

static void other_programs_are_refused(void **state)
{
    static const char *const expressions[] = { "null", "n ** 2", "[n]", "{a: n}",
        "if high then n else street", "sum([n, 1])", "for x in [1, 2] return x",
        "day + duration(\"P1D\")", "string(n)", "street + town", "n = street", "high > true",
        "street < town" };
    size_t odd = 0;
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++)
        if (check(expressions[i], &odd))
            fail_msg("%s should not go by columns", expressions[i]);
}

static void a_word_out_of_range_is_an_error(void **state)
{
    struct arena a;
    struct feel_columns *c;
    struct feel_column_rows rows;
    struct diag d = { 0 };
    (void)state;
    fill();
    data.columns[5].nulls = NULL;
    arena_init(&a, NULL, 64 * MIB);
    struct feel_program *p = compile(&a, "street = \"north\"");
    assert_int_equal(feel_columns_create(&a, p, NULL, data.columns, NULL, &c, &d), OK);
    data.street[1100] = WORDS;
    assert_int_equal(feel_columns_run(c, data.columns, 1024, 1024, &rows, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "row 1100"));
    data.nulls[5][1100 / 8] |= 1 << 1100 % 8;
    data.columns[5].nulls = data.nulls[5];
    assert_int_equal(feel_columns_run(c, data.columns, 1024, 1024, &rows, &d), OK);
    assert_int_equal(feel_columns_value(c, &rows, 1100 - 1024).kind, FEEL_BOOLEAN);
    arena_release(&a);
}

static bool time_is_up(void *ctx)
{
    return *(bool *)ctx;
}

static void limits_hold(void **state)
{
    struct arena a;
    struct feel_columns *c;
    struct feel_column_rows rows;
    struct diag d = { 0 };
    bool up = false;
    struct feel_env env = { .limits = { .steps = 3 }, .expired = time_is_up, .expired_ctx = &up };
    (void)state;
    fill();
    arena_init(&a, NULL, 64 * MIB);
    struct feel_program *p = compile(&a, "n + 1 > 3 and n < 7");
    assert_int_equal(feel_columns_create(&a, p, NULL, data.columns, &env, &c, &d), OK);
    assert_null(c); /* row by row, the limit is met */
    env.limits.steps = 1000;
    assert_int_equal(feel_columns_create(&a, p, NULL, data.columns, &env, &c, &d), OK);
    assert_non_null(c);
    assert_int_equal(feel_columns_run(c, data.columns, 0, 10, &rows, &d), OK);
    up = true;
    assert_int_equal(feel_columns_run(c, data.columns, 0, 10, &rows, &d), ERR_LIMIT_STEPS);
    arena_release(&a);
}

/* ---- memory ------------------------------------------------------------------------------- */

struct failing {
    long left;
};

static void *failing_alloc(void *ctx, size_t bytes)
{
    struct failing *f = ctx;
    return f->left-- > 0 ? malloc(bytes) : NULL;
}

static void failing_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static bool run_short(const char *expression, long allocations)
{
    struct arena own, a;
    struct failing f = { allocations };
    struct arena_source source = { failing_alloc, failing_free, &f };
    struct feel_columns *c = NULL;
    struct feel_column_rows rows;
    struct diag d = { 0 };
    arena_init(&own, NULL, 64 * MIB);
    arena_init(&a, &source, 64 * MIB);
    struct feel_program *p = compile(&own, expression);
    enum err e = feel_columns_create(&a, p, NULL, data.columns, NULL, &c, &d);
    for (size_t from = 0; e == OK && c && from < 2048; from += 1024) {
        e = feel_columns_run(c, data.columns, from, 1024, &rows, &d);
        for (size_t i = 0; e == OK && i < 1024; i += 7)
            check_row(p, expression, c, &rows, from, i);
    }
    assert_true(e == OK || e == ERR_MEMORY);
    arena_release(&a);
    arena_release(&own);
    return e == OK && c;
}

static void short_memory_is_an_error(void **state)
{
    static const char *const expressions[] = { "edge * edge + money",
        "if upper case(street) = \"NORTH\" then edge * 3 else money / 7" };
    (void)state;
    fill();
    for (size_t i = 0; i < 2; i++) {
        long n = 0;
        while (n < 500 && !run_short(expressions[i], n))
            n++;
        assert_in_range(n, 3, 499);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rules_are_made_of_is_covered),
        cmocka_unit_test(random_programs_equal_the_machine),
        cmocka_unit_test(other_programs_are_refused),
        cmocka_unit_test(a_word_out_of_range_is_an_error),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(short_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
