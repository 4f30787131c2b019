/*
 * Sheets: random tables over random rows with nulls, each row against dmn_decide, and where facts are null
 * against the three-valued dmn_answer; near misses; what is not covered says why.
 */
#include "dmn/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'" \
    " id='d'>\n"
#define INPUT(name, type)                                                                          \
    "<inputData id='i_" name "' name='" name "'><variable name='" name "' typeRef='" type          \
    "'/></inputData>\n"
#define NEEDS(name)                                                                                \
    "<informationRequirement><requiredInput href='#i_" name "'/></informationRequirement>\n"
#define COLUMN(text) "<input><inputExpression><text>" text "</text></inputExpression></input>"
#define INPUTS                                                                                     \
    INPUT("now", "number") INPUT("before", "number") INPUT("kind", "string") INPUT("old", "boolean") \
    INPUT("cap", "number") INPUT("on", "date")
#define NEED_ALL NEEDS("now") NEEDS("kind") NEEDS("old") NEEDS("cap") NEEDS("on")
#define GROWTH                                                                                     \
    "<decision id='growth' name='growth'><variable name='growth' typeRef='number'/>"               \
    NEEDS("now") NEEDS("before")                                                                   \
    "<literalExpression><text>now - before</text></literalExpression></decision>"

enum { FACTS = 6, ROWS = 1000, RULES = 5, INS = 5, TEXT = 16384 };

static const str words[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };
static uint64_t seed = 11;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

struct data {
    int64_t now[ROWS], before[ROWS];
    uint32_t kind[ROWS];
    uint8_t old[ROWS];
    int32_t on[ROWS];
    uint8_t nulls[FACTS][ROWS / 8 + 1];
    struct dmn_sheet_fact facts[FACTS];
    struct feel_column columns[FACTS];
};
static struct data data;

static void fill(bool with_nulls)
{
    memset(&data, 0, sizeof data);
    for (size_t i = 0; i < ROWS; i++) {
        data.now[i] = (int64_t)pick(2000) - 500;
        data.before[i] = (int64_t)pick(2000) - 500;
        data.kind[i] = pick(3);
        data.old[i] = (uint8_t)pick(2);
        data.on[i] = 20000 + (int32_t)pick(400);
        for (size_t f = 0; with_nulls && f < FACTS; f++)
            if (pick(5) == 0)
                data.nulls[f][i / 8] |= (uint8_t)(1u << i % 8);
    }
    static const char *const names[FACTS] = { "now", "before", "kind", "old", "on", "cap" };
    const struct feel_column columns[FACTS] = {
        { .kind = FEEL_COLUMN_DECIMAL, .scale = 2, .values = data.now },
        { .kind = FEEL_COLUMN_DECIMAL, .scale = 2, .values = data.before },
        { .kind = FEEL_COLUMN_TEXT, .words = words, .word_count = 3, .values = data.kind },
        { .kind = FEEL_COLUMN_BOOLEAN, .values = data.old },
        { .kind = FEEL_COLUMN_DATE, .values = data.on }, { 0 } };
    for (size_t f = 0; f < FACTS; f++) {
        data.columns[f] = columns[f];
        data.columns[f].nulls = with_nulls ? data.nulls[f] : NULL;
        data.facts[f] = (struct dmn_sheet_fact){ .name = str_from(names[f]), .column = data.columns[f] };
    }
    data.facts[5].same = true;
    data.facts[5].value = feel_decimal(350, 2);
}

static const char *cell_of(size_t column)
{
    static const char *const cells[INS][6] = {
        { "-", "&gt;= 2", "&lt; 5", "[1..8]", "&gt; cap", "not(3, 4)" },
        { "-", "&gt; 0", "&lt;= 2.5", "(0..cap]", "&gt;= cap", "-" },
        { "-", "\"a\"", "\"a\",\"b\"", "not(\"c\")", "starts with(?, \"b\")", "-" },
        { "-", "true", "false", "-", "-", "-" },
        { "-", "&lt; date(\"2024-12-01\")", "&gt;= date(\"2025-01-01\")", "-", "-", "-" } };
    return cells[column][pick(6)];
}

static void make_table(char *text, const char *policy)
{
    static const char *const amounts[] = { "100", "now * 0.1", "min(now * 2, cap)", "growth + 1.005",
        "max(now, cap) - 0.25", "if old then 5 else now" };
    int n = snprintf(text, TEXT,
        HEAD INPUTS GROWTH
        "<decision id='d1' name='pay'><variable name='pay'/>" NEED_ALL
        "<informationRequirement><requiredDecision href='#growth'/></informationRequirement>"
        "<decisionTable hitPolicy='%s'>" COLUMN("now") COLUMN("growth") COLUMN("kind") COLUMN("old")
        COLUMN("on") "<output name='amount' typeRef='number'/><output name='why' typeRef='string'/>",
        policy);
    unsigned rules = 1 + pick(RULES);
    for (unsigned r = 0; r < rules; r++) {
        n += snprintf(text + n, TEXT - (size_t)n, "<rule>");
        for (size_t i = 0; i < INS; i++)
            n += snprintf(text + n, TEXT - (size_t)n, "<inputEntry><text>%s</text></inputEntry>",
                cell_of(i));
        n += snprintf(text + n, TEXT - (size_t)n,
            "<outputEntry><text>%s</text></outputEntry>"
            "<outputEntry><text>\"r%u\"</text></outputEntry></rule>",
            amounts[pick(6)], r);
    }
    (void)snprintf(text + n, TEXT - (size_t)n, "</decisionTable></decision></definitions>");
}

static const struct dmn_decision *load(struct arena *a, const char *text, struct dmn_model **m)
{
    struct diag_list faults;
    diag_list_init(&faults, a, 5);
    if (dmn_load(a, STR("t.dmn"), str_from(text), m, &faults) != OK)
        fail_msg("%s\n%s", faults.count ? faults.items[0]->en : "?", text);
    return dmn_decision_find(*m, STR("pay"));
}

/* Half up to hundredths, as the sheet says amounts. */
static int64_t hundredths(feel_value v)
{
    return (int64_t)__builtin_floor(feel_to_double(v) * 100 + 0.5000001);
}

static feel_value inputs_of(struct arena *a, size_t row, bool *complete)
{
    struct feel_entry *e = ARENA_ARRAY(a, struct feel_entry, FACTS);
    size_t count = 0;
    *complete = true;
    for (size_t f = 0; f < FACTS; f++) {
        bool null = !data.facts[f].same && data.columns[f].nulls
            && (data.nulls[f][row / 8] >> row % 8 & 1);
        *complete &= !null;
        if (!null)
            e[count++] = (struct feel_entry){ data.facts[f].name,
                data.facts[f].same ? data.facts[f].value : feel_column_value(&data.columns[f], row) };
    }
    return feel_context_of(a, e, count);
}

static void compare_row(const struct dmn_model *m, const struct dmn_decision *d,
    const struct dmn_sheet_rows *got, size_t row, const char *text)
{
    struct arena a;
    struct diag diag = { 0 };
    struct dmn_answer answer;
    feel_value v;
    bool complete;
    arena_init(&a, NULL, 16 * MIB);
    feel_value in = inputs_of(&a, row, &complete);
    int16_t rule = got->rules[row];
    assert_int_equal(dmn_answer(m, d, in, NULL, &a, &answer, &diag), OK);
    if (complete) {
        assert_int_equal(dmn_decide(m, d, in, NULL, &a, &v, NULL, &diag), OK);
        assert_int_not_equal(rule, DMN_SHEET_OPEN);
    } else if (rule == DMN_SHEET_OPEN) {
        assert_int_not_equal(got->missing[row], 0);
        arena_release(&a);
        return;
    } else {
        if (!answer.settled) /* the sheet may not know more than can be known */
            fail_msg("row %zu is open, not %d\n%s", row, rule, text);
        v = answer.value;
    }
    if (rule < 0) {
        if (!feel_is_null(v))
            fail_msg("row %zu: sheet %d, machine gives a value\n%s", row, rule, text);
    } else {
        const feel_value *amount = feel_get(v, STR("amount"));
        if (!amount || hundredths(*amount) != got->amounts[row])
            fail_msg("row %zu: sheet %lld, machine %s\n%s", row, (long long)got->amounts[row],
                amount ? str_terminated(&a, feel_to_text(&a, *amount)) : "nothing", text);
    }
    arena_release(&a);
}

static void random_tables(bool nulls, const char *policy)
{
    static char text[TEXT];
    for (int round = 0; round < 60; round++) {
        struct arena a;
        struct dmn_model *m;
        struct dmn_sheet *s;
        struct dmn_sheet_rows got;
        struct diag why = { 0 }, diag = { 0 };
        arena_init(&a, NULL, 64 * MIB);
        fill(nulls);
        make_table(text, policy);
        const struct dmn_decision *d = load(&a, text, &m);
        assert_int_equal(
            dmn_sheet_create(&a, m, d, STR("amount"), data.facts, FACTS, NULL, &s, &why, &diag), OK);
        if (!s)
            fail_msg("%s\n%s", why.en, text);
        assert_int_equal(dmn_sheet_run(s, data.columns, 0, ROWS, &got, &diag), OK);
        for (size_t i = 0; i < ROWS; i += 1 + pick(9))
            compare_row(m, d, &got, i, text);
        arena_release(&a);
    }
}

static void first_rows_are_the_machines(void **state)
{
    (void)state;
    random_tables(false, "FIRST");
}

static void unique_rows_are_the_machines(void **state)
{
    (void)state;
    random_tables(false, "UNIQUE");
}

static void open_rows_are_never_settled_wrongly(void **state)
{
    (void)state;
    random_tables(true, "FIRST");
    random_tables(true, "UNIQUE");
}

/* now >= 5: 4.99 misses by 0.01; growth too is told apart. */
static void near_misses_say_by_how_much(void **state)
{
    static const char text[] = HEAD INPUTS GROWTH
        "<decision id='d1' name='pay'><variable name='pay'/>" NEED_ALL
        "<informationRequirement><requiredDecision href='#growth'/></informationRequirement>"
        "<decisionTable hitPolicy='FIRST'>" COLUMN("now") COLUMN("kind")
        "<output name='amount' typeRef='number'/>"
        "<rule><inputEntry><text>&gt;= cap</text></inputEntry><inputEntry><text>\"a\"</text></inputEntry>"
        "<outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>";
    struct arena a;
    struct dmn_model *m;
    struct dmn_sheet *s;
    struct dmn_sheet_rows got;
    struct diag diag = { 0 };
    (void)state;
    arena_init(&a, NULL, 64 * MIB);
    fill(false);
    data.now[0] = 349, data.kind[0] = 0;
    data.now[1] = 350, data.kind[1] = 0;
    data.now[2] = 400, data.kind[2] = 1;
    data.now[3] = 100, data.kind[3] = 1;
    const struct dmn_decision *d = load(&a, text, &m);
    assert_int_equal(
        dmn_sheet_create(&a, m, d, STR("amount"), data.facts, FACTS, NULL, &s, NULL, &diag), OK);
    assert_non_null(s);
    assert_int_equal(dmn_sheet_run(s, data.columns, 0, 8, &got, &diag), OK);
    assert_int_equal(got.rules[0], DMN_SHEET_NONE);
    assert_int_equal(got.near_input[0], 0);
    assert_int_equal(got.near_bound[0] - got.near_value[0], 1);
    assert_int_equal(got.rules[1], 0);
    assert_int_equal(got.amounts[1], 100);
    assert_int_equal(got.near_input[2], 1);
    assert_true(got.near_bound[2] == INT64_MIN);
    assert_int_equal(got.near_input[3], -1);
    arena_release(&a);
}

static void what_is_not_covered_says_why(void **state)
{
    static const char text[] = HEAD INPUT("now", "number")
        "<decision id='d1' name='pay'><variable name='pay'/>" NEEDS("now")
        "<decisionTable hitPolicy='COLLECT'>" COLUMN("now") "<output name='amount' typeRef='number'/>"
        "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        "</decisionTable></decision></definitions>";
    struct arena a;
    struct dmn_model *m;
    struct dmn_sheet *s;
    struct diag why = { 0 }, diag = { 0 };
    (void)state;
    arena_init(&a, NULL, 64 * MIB);
    fill(false);
    const struct dmn_decision *d = load(&a, text, &m);
    assert_int_equal(
        dmn_sheet_create(&a, m, d, STR("amount"), data.facts, FACTS, NULL, &s, &why, &diag), OK);
    assert_null(s);
    assert_non_null(strstr(why.en, "hit policy F or U"));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(first_rows_are_the_machines),
        cmocka_unit_test(unique_rows_are_the_machines),
        cmocka_unit_test(open_rows_are_never_settled_wrongly),
        cmocka_unit_test(near_misses_say_by_how_much), cmocka_unit_test(what_is_not_covered_says_why) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
