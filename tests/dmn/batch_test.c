/*
 * Batches: random tables of every hit policy over random columns of every kind, each row against
 * dmn_decide; then what is refused, and that what cannot be done by columns is done all the same.
 */
#include "dmn/batch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'" \
    " id='d'>\n"                                                                                   \
    "<itemDefinition name='tSmall'><typeRef>number</typeRef><allowedValues><text>[0..90]</text>"   \
    "</allowedValues></itemDefinition>"
#define INPUT(name, type)                                                                          \
    "<inputData id='i_" name "' name='" name "'><variable name='" name "' typeRef='" type          \
    "'/></inputData>\n"
#define NEEDS(name)                                                                                \
    "<informationRequirement><requiredInput href='#i_" name "'/></informationRequirement>\n"
#define COLUMN(text) "<input><inputExpression><text>" text "</text></inputExpression></input>"
#define CELL "<inputEntry><text>%s</text></inputEntry>"
#define TAIL "</definitions>"

enum { COLUMNS = 6, ROWS = 1500, WORDS = 4 };

struct data {
    int64_t staff[ROWS], money[ROWS];
    double rate[ROWS];
    uint32_t street[ROWS];
    uint8_t high[ROWS];
    int32_t day[ROWS];
    uint8_t nulls[COLUMNS][(ROWS + 7) / 8];
    struct dmn_column columns[COLUMNS];
};

static const str words[WORDS] = { { "north", 5 }, { "south", 5 }, { "east", 4 }, { "", 0 } };
static struct data data;
static uint64_t seed = 7;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void fill(void)
{
    static const char *const names[COLUMNS]
        = { "staff", "money", "rate", "street", "high", "day" };
    static const enum dmn_column_kind kinds[COLUMNS] = { DMN_COLUMN_DECIMAL, DMN_COLUMN_DECIMAL,
        DMN_COLUMN_DOUBLE, DMN_COLUMN_TEXT, DMN_COLUMN_BOOLEAN, DMN_COLUMN_DATE };
    static const double rates[] = { 0.1, 0.30000000000000004, 0.3, -0.0, 0.5, 1e300, -1e300, 2.5,
        5e-324, 0.1 };
    const void *values[COLUMNS] = { data.staff, data.money, data.rate, data.street, data.high,
        data.day };
    for (size_t i = 0; i < ROWS; i++) {
        data.staff[i] = pick(40) ? (int64_t)pick(120) - 10 : pick(2) ? INT64_MAX : INT64_MIN;
        data.money[i] = (int64_t)pick(2000000) - 1000;
        if (!pick(3))
            data.money[i] = 1000050 + (int64_t)pick(3) - 1;
        data.rate[i] = pick(20) ? rates[pick(10)] : pick(2) ? NAN : INFINITY;
        data.street[i] = pick(WORDS);
        data.high[i] = pick(2) ? 0 : (uint8_t)(1 + pick(3));
        data.day[i] = 20000 + (int32_t)pick(800);
    }
    for (size_t k = 0; k < COLUMNS; k++) {
        for (size_t i = 0; i < sizeof data.nulls[k]; i++)
            data.nulls[k][i] = pick(4) ? 0 : (uint8_t)(1u << pick(8));
        data.columns[k] = (struct dmn_column){ .name = str_from(names[k]), .kind = kinds[k],
            .scale = k == 1 ? 2 : 0, .words = words, .word_count = k == 3 ? WORDS : 0,
            .values = values[k], .nulls = pick(4) ? data.nulls[k] : NULL };
    }
}

static bool is_null(const struct dmn_column *c, size_t row)
{
    return c->nulls && c->nulls[row / 8] >> row % 8 & 1;
}

/* What a row is in FEEL, written apart from the code under test. */
static feel_value value_at(size_t column, size_t row)
{
    if (is_null(&data.columns[column], row))
        return feel_null();
    switch (column) {
    case 0: return feel_integer(data.staff[row]);
    case 1: return feel_decimal(data.money[row], 2);
    case 2: return feel_from_double(data.rate[row]);
    case 3: return feel_string(words[data.street[row]]);
    case 4: return feel_boolean(data.high[row]);
    default: return feel_date(date_from_days(data.day[row]));
    }
}

static const char *cell(unsigned column)
{
    static const char *const cells[COLUMNS][12] = {
        { "-", "&lt; 20", "&gt;= 20", "[20..50)", "not(30,40)", "7", "(10..20],&gt; 90", "null",
            "? &gt; 5 and ? &lt; 60", "-", "&lt; 20.5", "? in [1..30]" },
        { "-", "&lt; 10000.50", "&lt;= 10000.50", "10000.5", "&gt; 10000.505", "-",
            "[0..10000.495]", "not(&lt; 5000)", "? between 100 and 9000", "-", "&gt; 1e30",
            "&gt; -1e30" },
        { "-", "&lt; 0.3", "0.3", "&gt; 0.3", "0", "&gt;= 0.30000000000000004", "-",
            "(0.29999999999999999..0.4)", "&lt; 1e6000", "not(null)", "-", "&gt; 0" },
        { "-", "\"north\"", "\"north\",\"east\"", "not(\"south\")", "-", "\"\"",
            "contains(?, \"th\")", "string length(?) &gt; 4", "&gt; \"f\"", "-", "null", "\"zz\"" },
        { "-", "true", "false", "not(true)", "-", "null", "-", "true,false", "-", "?", "-", "-" },
        { "-", "&lt; date(\"2025-06-01\")", "&gt;= date(\"2025-06-01\")",
            "[date(\"2025-01-01\")..date(\"2025-12-31\")]", "@\"2025-03-03\"", "-",
            "not(date(\"2025-01-05\"))", "-", "null", "-", "&gt; 5", "-" },
    };
    return cells[column][pick(12)];
}

static const char *const policies[] = { "UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT",
    "RULE ORDER", "OUTPUT ORDER", "COLLECT' aggregation='SUM", "COLLECT' aggregation='COUNT" };

/* PLAIN and COMPUTED go by columns, OTHER does not. */
enum form { PLAIN, COMPUTED, OTHER };

static const char *input_expression(unsigned column, enum form form)
{
    static const char *const plain[COLUMNS]
        = { "staff", "money", "rate", "street", "high", "day" };
    static const char *const computed[COLUMNS][4] = {
        { "staff * 2 - 3", "max(staff, 20)", "staff * staff", "if high then staff else 30" },
        { "money * 1.5", "if high then money else 10000.50", "money / 7", "money - staff" },
        { "rate * 10", "rate + 0", "min(rate, 0.3)", "if day &lt; date(\"2025-06-01\") then rate else null" },
        { "upper case(street)", "if high then street else \"north\"", "substring(street, 2)",
            "if street = \"south\" then \"zz\" else street" },
        { "not(high)", "staff &gt; 5 and high", "street in (\"north\", \"east\")", "high = null" },
        { "if staff &gt; 3 then day else null", "max(day, date(\"2025-03-03\"))", "day",
            "if high then date(\"2025-06-01\") else day" },
    };
    if (form == OTHER && column == 0)
        return "staff ** 1";
    return form == COMPUTED && pick(2) ? computed[column][pick(4)] : plain[column];
}

static void random_model(char *xml, size_t bytes, unsigned rules, enum form form)
{
    bool fit = form != OTHER;
    int at = snprintf(xml, bytes,
        HEAD "%s" INPUT("money", "number") INPUT("rate", "Any") INPUT("street", "string")
        INPUT("high", "boolean") INPUT("day", "date")
        "<decision id='t' name='t'>" NEEDS("staff") NEEDS("money") NEEDS("rate") NEEDS("street")
        NEEDS("high") NEEDS("day") "<decisionTable hitPolicy='%s'>" COLUMN("%s") COLUMN("%s")
        COLUMN("%s") COLUMN("%s") COLUMN("%s") COLUMN("%s") "<output name='r' typeRef='%s'>"
        "<outputValues><text>3,1,2,0</text></outputValues>%s</output>",
        form == COMPUTED || pick(2) ? INPUT("staff", "number") : INPUT("staff", "tSmall"),
        policies[pick(9)], input_expression(0, form), input_expression(1, form),
        input_expression(2, form), input_expression(3, form), input_expression(4, form),
        input_expression(5, form), pick(3) ? "number" : "string",
        pick(2) ? "<defaultOutputEntry><text>9</text></defaultOutputEntry>" : "");
    for (; rules; rules--) {
        const char *cells[COLUMNS];
        for (unsigned k = 0; k < COLUMNS; k++)
            cells[k] = pick(3) ? "-" : cell(k);
        char result[32];
        snprintf(result, sizeof result, fit || (rules > 1 && pick(2)) ? "%u" : "%u + money", pick(4));
        at += snprintf(xml + at, bytes - (size_t)at,
            "<rule>" CELL CELL CELL CELL CELL CELL "<outputEntry><text>%s</text></outputEntry></rule>",
            cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], result);
    }
    snprintf(xml + at, bytes - (size_t)at, "</decisionTable></decision>" TAIL);
}

static struct dmn_model *load(struct arena *a, const char *xml)
{
    struct diag_list faults;
    struct dmn_model *m = NULL;
    diag_list_init(&faults, a, DMN_FAULTS_MAX);
    if (dmn_load(a, STR("t.dmn"), str_from(xml), &m, &faults) != OK) {
        str line = diag_line(a, faults.items[0], "en");
        fail_msg("%.*s\n%s", STR_ARGS(line), xml);
    }
    return m;
}

/* `skip`: a column that is not given, as if null in every row. */
static void compare(unsigned rules, enum form form, size_t rows, int skip)
{
    static char xml[1 << 18];
    struct arena a, row_arena;
    struct diag d = { 0 };
    struct dmn_batch *b;
    struct dmn_column given[COLUMNS];
    uint32_t *codes = calloc(ROWS, sizeof *codes);
    size_t count = 0;
    arena_init(&a, NULL, 64 * MIB);
    arena_init(&row_arena, NULL, 64 * MIB);
    fill();
    random_model(xml, sizeof xml, rules, form);
    struct dmn_model *m = load(&a, xml);
    const struct dmn_decision *t = dmn_decision_find(m, STR("t"));
    for (int k = 0; k < COLUMNS; k++)
        if (k != skip)
            given[count++] = data.columns[k];
    if (dmn_batch_create(&a, m, t, given, count, NULL, &b, &d) != OK)
        fail_msg("%s", d.en);
    if (form != COMPUTED || skip < 0) /* without its column an expression may be null for good */
        assert_int_equal(dmn_batch_is_columnar(b), form != OTHER);
    if (dmn_batch_run(b, given, rows, codes, &d) != OK)
        fail_msg("%s", d.en);
    for (size_t i = 0; i < rows; i++) {
        struct feel_entry entries[COLUMNS];
        feel_value expected;
        arena_reset(&row_arena);
        for (size_t k = 0; k < COLUMNS; k++)
            entries[k] = (struct feel_entry){ data.columns[k].name,
                (int)k == skip ? feel_null() : value_at(k, i) };
        feel_value in = feel_context_of(&row_arena, entries, COLUMNS);
        assert_int_equal(dmn_decide(m, t, in, NULL, &row_arena, &expected, NULL, &d), OK);
        str want = feel_to_text(&row_arena, expected);
        str got = feel_to_text(&row_arena, dmn_batch_outcome(b, codes[i]));
        if (!str_equal(want, got))
            fail_msg("row %zu, %.*s\n   expected %.*s\n   got      %.*s\n%s", i,
                STR_ARGS(feel_to_text(&row_arena, in)), STR_ARGS(want), STR_ARGS(got),
                strstr(xml, "<rule>"));
    }
    free(codes);
    arena_release(&row_arena);
    arena_release(&a);
}

static void test_equal_to_scalar(void **state)
{
    (void)state;
    for (int i = 0; i < 120; i++)
        compare(1 + pick(12), PLAIN, 200 + pick(100), pick(4) ? -1 : (int)pick(COLUMNS));
    for (int i = 0; i < 4; i++)
        compare(60 + pick(140), PLAIN, ROWS, -1); /* several words of rules, a block and a bit */
}

static void test_computed_columns(void **state)
{
    (void)state;
    for (int i = 0; i < 120; i++)
        compare(1 + pick(12), COMPUTED, 200 + pick(100), pick(4) ? -1 : (int)pick(COLUMNS));
    for (int i = 0; i < 4; i++)
        compare(60 + pick(140), COMPUTED, ROWS, -1);
}

static void test_row_by_row(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        compare(1 + pick(8), OTHER, 100, -1);
}

static void test_refused(void **state)
{
    struct arena a;
    struct diag d = { 0 };
    struct dmn_batch *b;
    static char xml[1 << 16];
    uint32_t codes[10];
    (void)state;
    arena_init(&a, NULL, 64 * MIB);
    fill();
    random_model(xml, sizeof xml, 3, PLAIN);
    struct dmn_model *m = load(&a, xml);
    const struct dmn_decision *t = dmn_decision_find(m, STR("t"));
    struct dmn_column columns[COLUMNS];
    memcpy(columns, data.columns, sizeof columns);
    columns[0].name = STR("stuff");
    assert_int_equal(dmn_batch_create(&a, m, t, columns, COLUMNS, NULL, &b, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "stuff"));
    columns[0].name = STR("money");
    assert_int_equal(dmn_batch_create(&a, m, t, columns, COLUMNS, NULL, &b, &d), ERR_INVALID);
    columns[0] = data.columns[0];
    columns[1].scale = 19;
    assert_int_equal(dmn_batch_create(&a, m, t, columns, COLUMNS, NULL, &b, &d), ERR_INVALID);
    columns[1].scale = 2;
    assert_int_equal(dmn_batch_create(&a, m, t, columns, COLUMNS, NULL, &b, &d), OK);
    columns[2].kind = DMN_COLUMN_DECIMAL;
    assert_int_equal(dmn_batch_run(b, columns, 10, codes, &d), ERR_INVALID);
    columns[2].kind = DMN_COLUMN_DOUBLE;
    data.street[4] = WORDS;
    columns[3].nulls = NULL;
    assert_int_equal(dmn_batch_run(b, columns, 10, codes, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "street"));
    struct feel_env env = { .limits = { .steps = 3 } };
    assert_int_equal(dmn_batch_create(&a, m, t, data.columns, COLUMNS, &env, &b, &d),
        ERR_LIMIT_STEPS);
    arena_release(&a);
}

struct failing {
    size_t left;
};

static void *fail_alloc(void *ctx, size_t bytes)
{
    struct failing *f = ctx;
    return f->left-- ? calloc(1, bytes) : NULL;
}

static void fail_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void test_memory(void **state)
{
    struct arena models;
    static char xml[1 << 16];
    (void)state;
    arena_init(&models, NULL, 64 * MIB);
    fill();
    random_model(xml, sizeof xml, 4, COMPUTED);
    struct dmn_model *m = load(&models, xml);
    const struct dmn_decision *t = dmn_decision_find(m, STR("t"));
    for (size_t n = 0;; n++) {
        struct failing f = { n };
        struct arena_source source = { fail_alloc, fail_free, &f };
        struct arena a;
        struct dmn_batch *b;
        uint32_t codes[50];
        arena_init(&a, &source, 64 * MIB);
        enum err e = dmn_batch_create(&a, m, t, data.columns, COLUMNS, NULL, &b, NULL);
        if (e == OK)
            e = dmn_batch_run(b, data.columns, 50, codes, NULL);
        assert_true(e == OK || e == ERR_MEMORY);
        arena_release(&a);
        if (e == OK)
            break;
    }
    arena_release(&models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_to_scalar),
        cmocka_unit_test(test_computed_columns),
        cmocka_unit_test(test_row_by_row),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
