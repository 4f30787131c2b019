/*
 * Running a sheet: a block of rows at a time. First which facts are null; then required decisions; then
 * rule after rule, cell after cell: a byte a row counts the cells that do not hold, a word a row gathers
 * the facts that its open cells lack. A rule is done with a block before the next begins, so that
 * whatever a row still needs is one of a few small arrays.
 *
 * A row with a value of more than 64 bits in any part is `odd`: the ordinary machine decides it at the end.
 */
#include "dmn/sheet_internal.h"

#include "feel/number.h"

#include <string.h>

static bool bit_of(const uint8_t *bits, size_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

/* ---- facts ---- */

static void take_nulls(struct dmn_sheet *s, size_t fact, size_t rows)
{
    const struct feel_column *c = &s->facts[fact].column;
    uint64_t bit = UINT64_C(1) << fact;
    if (c->kind == FEEL_COLUMN_NONE) {
        for (size_t i = 0; i < rows; i++)
            s->null_facts[i] |= bit;
        s->any_null |= bit;
        return;
    }
    uint8_t any = 0;
    for (size_t i = 0; c->nulls && i < (rows + 7) / 8; i++)
        any |= c->nulls[i];
    if (any)
        s->any_null |= bit;
    for (size_t i = 0; any && i < rows; i++)
        s->null_facts[i] |= bit_of(c->nulls, i) ? bit : 0;
}

/* Columns begin at the block. */
static void take_facts(struct dmn_sheet *s, const struct feel_column *columns, size_t from, size_t rows)
{
    memset(s->null_facts, 0, rows * sizeof *s->null_facts);
    s->any_null = 0;
    for (size_t i = 0; i < s->fact_count; i++) {
        struct feel_column *c = &s->facts[i].column;
        if (!s->facts[i].same) {
            size_t width = feel_column_width(c->kind);
            c->values = width ? (const char *)columns[i].values + from * width : NULL;
            c->nulls = columns[i].nulls ? columns[i].nulls + from / 8 : NULL;
        }
        take_nulls(s, i, rows);
    }
}

static void take_slots(struct dmn_sheet *s, struct sheet_scope *scope)
{
    for (size_t i = 0; i < scope->count; i++) {
        int from = scope->from[i];
        if (from < 0)
            continue;
        const struct feel_column *c = from < DMN_SHEET_FACTS_MAX
            ? &s->facts[from].column : &s->derived[from - DMN_SHEET_FACTS_MAX].column;
        scope->slots[i].values = c->values;
        scope->slots[i].nulls = c->nulls;
    }
}

static enum err run_part(struct dmn_sheet *s, const struct sheet_scope *scope,
    const struct sheet_part *part, size_t rows, struct feel_column_rows *got, struct diag *d)
{
    TRY(feel_columns_run(part->columns, scope->slots, 0, rows, got, d));
    for (size_t i = 0; i < got->odd_count; i++)
        s->odd[got->odd[i]] = 1;
    s->any_odd = s->any_odd || got->odd_count;
    return OK;
}

static enum err run_derived(struct dmn_sheet *s, struct sheet_derived *v, size_t rows, struct diag *d)
{
    struct feel_column_rows got;
    take_slots(s, &v->scope);
    TRY(run_part(s, &v->scope, &v->part, rows, &got, d));
    memset(v->nulls, 0, DMN_SHEET_ROWS / 8);
    for (size_t i = 0; got.nulls && i < rows; i++)
        v->nulls[i / 8] |= (uint8_t)((got.nulls[i] & 1) << i % 8);
    if (v->truths)
        memcpy(v->truths, got.truths, rows);
    else if (v->numbers)
        memcpy(v->numbers, got.numbers, rows * sizeof *v->numbers);
    for (size_t i = 0; v->days && i < rows; i++)
        v->days[i] = (int32_t)got.numbers[i];
    for (size_t i = 0; v->codes && i < rows; i++) /* a row without a word may hold anything */
        v->codes[i] = got.nulls && got.nulls[i] ? 0 : (uint32_t)got.numbers[i];
    return OK;
}

/* ---- how near ---- */

static uint64_t distance(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static enum err run_inputs(struct dmn_sheet *s, size_t rows, struct diag *d)
{
    for (size_t i = 0; i < s->table->input_count; i++)
        if (s->inputs[i].value.columns)
            TRY(feel_columns_run(
                s->inputs[i].value.columns, s->scope.slots, 0, rows, &s->inputs[i].got, d));
    return OK;
}

/* One cell alone kept the rule from holding. Of several such rules the first counts; of those that fail
 * in the same column, the one that is nearest. */
static void note_near(struct dmn_sheet *s, size_t rule, size_t row)
{
    size_t input = (size_t)s->fail_input[row];
    const struct sheet_cell *cell = sheet_cell_of(s, rule, input);
    const struct feel_column_rows *got = &s->inputs[input].got;
    int64_t bound = INT64_MIN, v = 0;
    if (s->near_rule[row] >= 0 && s->near_input[row] != (int16_t)input)
        return;
    if (cell->bound_count && !(got->nulls && got->nulls[row])) {
        v = got->numbers[row];
        for (size_t b = 0; b < cell->bound_count; b++)
            if (bound == INT64_MIN || distance(cell->bounds[b], v) < distance(bound, v))
                bound = cell->bounds[b];
    }
    if (s->near_rule[row] >= 0
        && (bound == INT64_MIN
            || (s->near_bound[row] != INT64_MIN
                && distance(bound, v) >= distance(s->near_bound[row], v))))
        return;
    s->near_rule[row] = (int16_t)rule;
    s->near_input[row] = (int16_t)input;
    s->near_value[row] = v;
    s->near_bound[row] = bound;
}

/* ---- rules ---- */

static enum err run_cell(
    struct dmn_sheet *s, const struct sheet_cell *cell, size_t input, size_t rows, struct diag *d)
{
    struct feel_column_rows got;
    uint64_t reads = cell->part.reads & s->any_null;
    TRY(run_part(s, &s->scope, &cell->part, rows, &got, d));
    const uint8_t *truths = got.truths, *nulls = got.nulls;
    for (size_t i = 0; i < rows; i++) {
        uint64_t lacks = s->null_facts[i] & reads;
        bool holds = truths[i] && !(nulls && nulls[i]);
        bool fails = !lacks && !holds;
        s->open[i] |= lacks;
        s->fails[i] += fails;
        s->fail_input[i] = fails ? (int16_t)input : s->fail_input[i];
    }
    return OK;
}

/* Hundredths, half up. */
static int64_t hundredths(int64_t value, int scale)
{
    for (; scale < 2; scale++)
        if (__builtin_mul_overflow(value, 10, &value))
            return INT64_MAX;
    int64_t unit = 1;
    for (; scale > 2; scale--)
        unit *= 10;
    return unit == 1 ? value : date_floor_div(value + unit / 2, unit);
}

/* Rows that the rule holds for get its result; where that lacks a fact, they are open. */
static enum err take_result(
    struct dmn_sheet *s, size_t rule, const uint8_t *takes, size_t rows, struct diag *d)
{
    const struct sheet_part *part = &s->results[rule];
    struct feel_column_rows got;
    int scale = feel_columns_scale(part->columns);
    uint64_t reads = part->reads & s->any_null;
    TRY(run_part(s, &s->scope, part, rows, &got, d));
    for (size_t i = 0; i < rows; i++) {
        if (!takes[i])
            continue;
        uint64_t lacks = s->null_facts[i] & reads;
        s->missing[i] |= lacks;
        s->rules[i] = lacks ? DMN_SHEET_OPEN
            : got.nulls && got.nulls[i] ? DMN_SHEET_NONE : (int16_t)rule;
        s->amounts[i] = s->rules[i] >= 0
            ? (scale == 2 ? got.numbers[i] : hundredths(got.numbers[i], scale)) : 0;
    }
    return OK;
}

/* One rule over the block; `takes` is room for a byte a row. */
static enum err run_rule(
    struct dmn_sheet *s, size_t rule, uint8_t *takes, size_t rows, struct diag *d)
{
    bool first = s->table->policy == 'F', any = false;
    memset(s->fails, 0, rows);
    memset(s->open, 0, rows * sizeof *s->open);
    for (size_t i = 0; i < s->table->input_count; i++) {
        const struct sheet_cell *cell = sheet_cell_of(s, rule, i);
        if (cell->part.columns)
            TRY(run_cell(s, cell, i, rows, d));
    }
    for (size_t i = 0; i < rows; i++) {
        bool alive = !s->fails[i], holds = alive && !s->open[i];
        bool over = first && s->settled[i];
        takes[i] = 0;
        if (over)
            continue;
        if (alive && s->open[i])
            s->missing[i] |= s->open[i];
        if (holds) {
            bool again = s->settled[i]; /* U: a second rule holds */
            takes[i] = !again;
            s->rules[i] = again ? DMN_SHEET_CLASH : s->rules[i];
            s->settled[i] = 1;
            any |= takes[i];
        }
        if (s->fails[i] == 1 && !s->open[i])
            note_near(s, rule, i);
    }
    return any ? take_result(s, rule, takes, rows, d) : OK;
}

/* F: what stood open above a rule that holds keeps the row open, and what stands below does not count;
 * U: anything open does. Both gathered `missing` in that order. */
static void settle(struct dmn_sheet *s, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        if (s->missing[i] && s->rules[i] != DMN_SHEET_CLASH)
            s->rules[i] = DMN_SHEET_OPEN;
        else if (s->rules[i] != DMN_SHEET_OPEN)
            s->missing[i] = 0;
        if (s->rules[i] != DMN_SHEET_NONE)
            s->near_rule[i] = s->near_input[i] = -1;
    }
}

/* ---- rows that the passes cannot do ---- */

static feel_value fact_value(const struct dmn_sheet *s, size_t fact, size_t row)
{
    return s->facts[fact].same ? s->facts[fact].value : feel_column_value(&s->facts[fact].column, row);
}

static enum err decide_odd(struct dmn_sheet *s, size_t row, struct diag *d)
{
    struct arena *a = &s->scratch;
    struct dmn_answer answer;
    size_t count = 0;
    arena_reset(a);
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, s->fact_count);
    TRY(diag_arena(d, a));
    for (size_t i = 0; i < s->fact_count; i++)
        if (!(s->null_facts[row] >> i & 1))
            entries[count++] = (struct feel_entry){ s->facts[i].name, fact_value(s, i, row) };
    TRY(dmn_answer(s->model, s->decision, feel_context_of(a, entries, count), &s->env, a, &answer, d));
    s->rules[row] = answer.settled ? DMN_SHEET_NONE : DMN_SHEET_OPEN;
    s->missing[row] = answer.settled ? 0 : s->null_facts[row];
    s->near_rule[row] = s->near_input[row] = -1;
    if (!answer.settled || feel_is_null(answer.value))
        return OK;
    const feel_value *amount = s->table->output_count == 1 ? &answer.value
        : feel_get(answer.value, s->output_name);
    int64_t v;
    for (size_t o = 0; o < answer.outcome_count; o++)
        if (answer.outcomes[o].verdict == DMN_YES && answer.outcomes[o].rule_count)
            s->rules[row] = (int16_t)(answer.outcomes[o].rules[0].index - 1);
    if (!amount || amount->kind != FEEL_NUMBER
        || !feel_to_int64(number_floor(number_add(number_multiply(*amount, feel_integer(100)),
               feel_decimal(5, 1))), &v)) {
        s->rules[row] = DMN_SHEET_NONE; /* no amount that could be paid */
        return OK;
    }
    s->amounts[row] = v;
    return OK;
}

/* ---- the block ---- */

enum err dmn_sheet_run(struct dmn_sheet *s, const struct feel_column *columns, size_t from,
    size_t rows, struct dmn_sheet_rows *out, struct diag *d)
{
    uint8_t takes[DMN_SHEET_ROWS];
    ASSERT(rows <= DMN_SHEET_ROWS && from % 8 == 0);
    take_facts(s, columns, from, rows);
    memset(s->odd, 0, rows);
    memset(s->settled, 0, rows);
    memset(s->missing, 0, rows * sizeof *s->missing);
    s->any_odd = false;
    for (size_t i = 0; i < rows; i++) {
        s->rules[i] = DMN_SHEET_NONE;
        s->near_rule[i] = s->near_input[i] = -1;
        s->near_bound[i] = INT64_MIN;
        s->near_value[i] = s->amounts[i] = 0;
    }
    for (size_t i = 0; i < s->derived_count; i++)
        TRY(run_derived(s, &s->derived[i], rows, d));
    take_slots(s, &s->scope);
    TRY(run_inputs(s, rows, d));
    for (size_t r = 0; r < s->table->rule_count; r++)
        TRY(run_rule(s, r, takes, rows, d));
    settle(s, rows);
    for (size_t i = 0; s->any_odd && i < rows; i++)
        if (s->odd[i])
            TRY(decide_odd(s, i, d));
    *out = (struct dmn_sheet_rows){ s->rules, s->amounts, s->missing, s->near_rule, s->near_input,
        s->near_value, s->near_bound };
    return OK;
}

/* ---- one row for a person ---- */

enum err dmn_sheet_explain(struct dmn_sheet *s, const struct feel_column *columns, size_t row,
    struct arena *a, int8_t *cells, feel_value *values, struct diag *d)
{
    struct dmn_sheet_rows ignored;
    struct feel_column_rows got;
    size_t from = row / 8 * 8, at = row - from, count = s->table->input_count;
    TRY(dmn_sheet_run(s, columns, from, at + 1, &ignored, d));
    for (size_t i = 0; i < count; i++) {
        values[i] = feel_null();
        if (!s->inputs[i].shown)
            continue;
        TRY(feel_columns_run(s->inputs[i].shown, s->scope.slots, 0, at + 1, &got, d));
        values[i] = feel_copy(a, feel_columns_value(s->inputs[i].shown, &got, at));
    }
    for (size_t r = 0; r < s->table->rule_count; r++)
        for (size_t i = 0; i < count; i++) {
            const struct sheet_cell *cell = sheet_cell_of(s, r, i);
            int8_t *out = &cells[r * count + i];
            *out = 2;
            if (!cell->part.columns)
                continue;
            TRY(run_part(s, &s->scope, &cell->part, at + 1, &got, d));
            *out = s->null_facts[at] & cell->part.reads ? -1
                : got.truths[at] && !(got.nulls && got.nulls[at]);
        }
    return diag_arena(d, a);
}
