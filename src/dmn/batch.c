/*
 * Making a batch: cutting the columns into regions and asking what each cell says in each
 * (batch.h, batch_internal.h).
 *
 * The decision is columnar when
 *   - its logic is one decision table of at most DMN_BATCH_RULES_MAX rules;
 *   - each column that has cells is an input itself, perhaps converted to a type;
 *   - cells read nothing but what they test, and on numbers and dates only compare with constants;
 *   - results read nothing.
 * Then the matched rules follow from the regions, and the outcome from the matched rules.
 */
#include "dmn/batch_internal.h"

#include "feel/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ASKED_MAX = 4 << 20, SCRATCH_BYTES_MAX = 64 << 20, BOUNDS_MAX = 16384 };

/* ---- values and keys ---------------------------------------------------------------------- */

static double double_of_key(int64_t key)
{
    int64_t bits = key < 0 ? (key - 1) ^ INT64_MAX : key;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

feel_value batch_key_value(const struct dmn_column *c, int64_t key)
{
    switch (c->kind) {
    case DMN_COLUMN_DECIMAL: return feel_decimal(key, c->scale);
    case DMN_COLUMN_DOUBLE: return feel_from_double(double_of_key(key));
    case DMN_COLUMN_TEXT: return feel_string(c->words[key]);
    case DMN_COLUMN_BOOLEAN: return feel_boolean(key != 0);
    case DMN_COLUMN_DATE: return feel_date(date_from_days(key));
    }
    return feel_null();
}

/* ---- where a column is cut ---------------------------------------------------------------- */

struct cuts {
    const struct dmn_column *column;
    int64_t *keys;
    size_t count;
};

static void cut(struct cuts *c, int64_t key)
{
    c->keys[c->count++] = key;
    if (key < INT64_MAX)
        c->keys[c->count++] = key + 1;
}

/* A constant of another kind decides nothing along this column; but a date may be converted to a date
 * and time. */
static bool add_cut(void *ctx, feel_value v)
{
    struct cuts *c = ctx;
    int64_t key;
    if (c->count + 2 > BOUNDS_MAX
        || (c->column->kind == DMN_COLUMN_DATE && v.kind == FEEL_DATE_TIME))
        return false;
    if (c->column->kind == DMN_COLUMN_DATE && v.kind == FEEL_DATE)
        cut(c, date_to_days(v.date));
    if (v.kind != FEEL_NUMBER)
        return true;
    if (c->column->kind == DMN_COLUMN_DOUBLE && isfinite(feel_to_double(v)))
        cut(c, batch_double_key(feel_to_double(v)));
    if (c->column->kind != DMN_COLUMN_DECIMAL)
        return true;
    feel_value unit = feel_integer(1);
    for (int i = 0; i < c->column->scale; i++)
        unit = number_multiply(unit, feel_integer(10));
    if (feel_to_int64(number_floor(number_multiply(v, unit)), &key))
        cut(c, key); /* else beyond all values */
    return true;
}

static int by_key(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* False: the cells do more than compare. */
static bool find_cuts(struct cuts *c, const struct table *t, size_t input,
    const struct feel_type *of_input, const struct feel_type *of_column)
{
    if (!feel_type_bounds(of_input, add_cut, c) || !feel_type_bounds(of_column, add_cut, c))
        return false;
    for (size_t r = 0; r < t->rule_count; r++)
        if (t->rules[r].tests[input]
            && !feel_test_bounds(t->rules[r].tests[input], t->inputs[input].slot, add_cut, c))
            return false;
    if (c->count)
        qsort(c->keys, c->count, sizeof *c->keys, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!kept || c->keys[kept - 1] != c->keys[i])
            c->keys[kept++] = c->keys[i];
    c->count = kept;
    return true;
}

static bool make_dense(struct dmn_batch *b, struct batch_column *c)
{
    if (!c->start_count || c->starts[0] == INT64_MIN
        || (uint64_t)c->starts[c->start_count - 1] - (uint64_t)c->starts[0] > DENSE_MAX - 2)
        return true;
    c->dense_low = c->starts[0] - 1;
    c->dense_count = (uint64_t)(c->starts[c->start_count - 1] - c->dense_low) + 1;
    uint16_t *dense = ARENA_ARRAY(b->arena, uint16_t, c->dense_count);
    size_t region = 0;
    for (uint64_t i = 0; dense && i < c->dense_count; i++) {
        while (region < c->start_count && c->starts[region] <= c->dense_low + (int64_t)i)
            region++;
        dense[i] = (uint16_t)region;
    }
    c->dense = dense;
    return dense != NULL;
}

/* ---- what the cells say ------------------------------------------------------------------- */

enum { COMPUTED = UINT32_MAX }; /* in place of a global: the value is the expression's own */

struct asking_cells {
    const struct table *table;
    size_t input;
    uint64_t *mask;
    const feel_value *computed; /* or NULL */
};

static enum err ask_cells(void *ctx, struct feel_partly *p)
{
    const struct asking_cells *q = ctx;
    const struct table *t = q->table;
    struct feel_partial v = { 0 };
    if (q->computed)
        v.value = *q->computed;
    else
        TRY(feel_machine_run(p->m, t->inputs[q->input].expression, &v.value));
    feel_partial_set_local(p, t->inputs[q->input].slot, &v);
    for (size_t r = 0; r < t->rule_count; r++) {
        feel_value yes = feel_boolean(true);
        if (t->rules[r].tests[q->input])
            TRY(feel_machine_run(p->m, t->rules[r].tests[q->input], &yes));
        if (feel_is_true(yes))
            q->mask[r / 64] |= UINT64_C(1) << r % 64;
    }
    return OK;
}

static enum err machine_fault(struct feel_machine *m, enum err e, struct diag *d)
{
    if (e != OK && d)
        *d = *feel_machine_diag(m);
    return e;
}

/* The rules whose cell in this column holds for one value of the input. */
static enum err ask_region(struct dmn_batch *b, size_t input, uint32_t slot, feel_value v,
    uint64_t *mask, struct diag *d)
{
    struct feel_machine *m;
    const struct element *e = b->element;
    struct asking_cells q = { b->table, input, mask, slot == COMPUTED ? &v : NULL };
    arena_reset(&b->scratch);
    TRY(feel_machine_create(&b->scratch, &b->env, &m, d));
    struct feel_partial *globals = ARENA_ARRAY(
        &b->scratch, struct feel_partial, feel_program_global_count(e->program));
    if (!globals)
        return diag_arena(d, &b->scratch);
    if (slot != COMPUTED)
        TRY(machine_fault(m,
            feel_machine_conform(m, v, e->bindings[slot].element->type, &globals[slot].value), d));
    return machine_fault(m, feel_partial_with(m, e->program, globals, ask_cells, &q), d);
}

static enum err ask_regions(struct dmn_batch *b, struct batch_column *c, size_t input,
    uint32_t slot, struct diag *d)
{
    const struct dmn_column *given = &c->shape;
    bool direct = given->kind == DMN_COLUMN_TEXT || given->kind == DMN_COLUMN_BOOLEAN;
    uint64_t *masks = ARENA_ARRAY(b->arena, uint64_t, c->region_count * b->words);
    if (!masks)
        return diag_arena(d, b->arena);
    for (size_t r = 0; r < c->region_count; r++) {
        feel_value v = feel_null();
        if (r + 1 < c->region_count) {
            int64_t below = c->start_count ? c->starts[0] - (c->starts[0] > INT64_MIN) : 0;
            v = batch_key_value(given, direct ? (int64_t)r : r ? c->starts[r - 1] : below);
        }
        TRY(ask_region(b, input, slot, v, &masks[r * b->words], d));
    }
    c->masks = masks;
    return OK;
}

/* ---- is it columnar? ---------------------------------------------------------------------- */

struct reading {
    const struct table *table;
    struct feel_facts facts;
};

/* What cells and results read of the globals, all of which are marked. */
static enum err gather_reads(void *ctx, struct feel_partly *p)
{
    struct reading *r = ctx;
    const struct table *t = r->table;
    for (size_t k = 0; k < t->rule_count; k++) {
        for (size_t i = 0; i < t->input_count; i++)
            if (t->rules[k].tests[i])
                TRY(feel_partial_reads(p, t->rules[k].tests[i], &r->facts));
        for (size_t i = 0; i < t->output_count; i++)
            TRY(feel_partial_reads(p, t->rules[k].results[i], &r->facts));
    }
    for (size_t i = 0; i < t->output_count; i++) {
        if (t->outputs[i].otherwise)
            TRY(feel_partial_reads(p, t->outputs[i].otherwise, &r->facts));
        for (size_t k = 0; k < t->outputs[i].value_count; k++)
            TRY(feel_partial_reads(p, t->outputs[i].values[k], &r->facts));
    }
    return OK;
}

static enum err reads_nothing(struct dmn_batch *b, bool *yes, struct diag *d)
{
    static const str mark = { "*", 1 };
    struct feel_machine *m;
    const struct element *e = b->element;
    size_t count = feel_program_global_count(e->program);
    struct reading r = { .table = b->table };
    TRY(feel_machine_create(&b->scratch, &b->env, &m, d));
    struct feel_partial *globals = ARENA_ARRAY(&b->scratch, struct feel_partial, count);
    if (!globals)
        return diag_arena(d, &b->scratch);
    for (size_t i = 0; i < count; i++)
        globals[i] = (struct feel_partial){ .unknown = true, .missing = { &mark, 1 } };
    TRY(machine_fault(m, feel_partial_with(m, e->program, globals, gather_reads, &r), d));
    *yes = r.facts.count == 0;
    return OK;
}

static bool has_cells(const struct table *t, size_t input)
{
    for (size_t r = 0; r < t->rule_count; r++)
        if (t->rules[r].tests[input])
            return true;
    return false;
}

/* An input nobody gives a column for is null in every row. */
static enum err absent_column(struct dmn_batch *b, size_t input, uint32_t slot, struct diag *d)
{
    uint64_t *mask = ARENA_ARRAY(b->arena, uint64_t, b->words);
    if (!mask)
        return diag_arena(d, b->arena);
    TRY(ask_region(b, input, slot, feel_null(), mask, d));
    for (size_t w = 0; w < b->words; w++)
        b->all[w] &= mask[w];
    return OK;
}

static size_t given_index(const struct dmn_batch *b, str name)
{
    size_t i = 0;
    while (i < b->given_count && !str_equal(b->given[i].name, name))
        i++;
    return i;
}

/* Cuts the values of an input and asks what its cells say of them. */
static enum err make_regions(struct dmn_batch *b, struct batch_column *c, size_t input,
    uint32_t slot, const struct feel_type *of_input, const struct feel_type *of_column, bool *fit,
    struct diag *d)
{
    const struct table *t = b->table;
    const struct dmn_column *shape = &c->shape;
    struct cuts cuts = { shape, ARENA_ARRAY(&b->scratch, int64_t, BOUNDS_MAX), 0 };
    if (!cuts.keys)
        return diag_arena(d, &b->scratch);
    bool direct = shape->kind == DMN_COLUMN_TEXT || shape->kind == DMN_COLUMN_BOOLEAN;
    *fit = direct || find_cuts(&cuts, t, input, of_input, of_column);
    c->starts = arena_grow(b->arena, cuts.keys, cuts.count * 8, cuts.count * 8);
    c->start_count = cuts.count;
    if (!c->starts)
        return diag_arena(d, b->arena);
    c->region_count = shape->kind == DMN_COLUMN_TEXT ? shape->word_count + 1
        : direct                                     ? 3
                                                     : cuts.count + 2;
    *fit = *fit && c->region_count <= DMN_BATCH_REGIONS_MAX
        && c->region_count * t->rule_count <= ASKED_MAX;
    if (!*fit)
        return OK;
    b->column_count++;
    if (!make_dense(b, c))
        return diag_arena(d, b->arena);
    return ask_regions(b, c, input, slot, d);
}

static enum err make_column(struct dmn_batch *b, size_t input, bool *fit, struct diag *d)
{
    const struct element *e = b->element;
    uint32_t slot = 0;
    const struct feel_type *type
        = feel_converted_global(b->table->inputs[input].expression, &slot);
    struct element *source
        = type && slot < e->binding_count ? e->bindings[slot].element : NULL;
    struct batch_column *c = &b->columns[b->column_count];
    if (!source || source->kind != ELEMENT_INPUT) {
        TRY(batch_compute(b, c, input, fit, d));
        return *fit ? make_regions(b, c, input, COMPUTED, NULL, NULL, fit, d) : OK;
    }
    c->given = given_index(b, source->name);
    if (c->given == b->given_count)
        return absent_column(b, input, slot, d);
    c->shape = b->given[c->given];
    return make_regions(b, c, input, slot, source->type, type, fit, d);
}

static enum err make_columns(struct dmn_batch *b, struct diag *d)
{
    const struct table *t = b->table;
    bool fit = t->rule_count <= DMN_BATCH_RULES_MAX;
    if (!fit) {
        b->table = NULL;
        return OK;
    }
    b->words = (t->rule_count + 63) / 64;
    b->words += !b->words;
    b->columns = ARENA_ARRAY(b->arena, struct batch_column, t->input_count);
    b->all = ARENA_ARRAY(b->arena, uint64_t, b->words);
    b->block = ARENA_ARRAY(b->arena, uint64_t, BLOCK_ROWS * b->words);
    b->rule_codes = ARENA_ARRAY(b->arena, uint32_t, t->rule_count + 2);
    if (t->policy != 'U' && t->policy != 'F') {
        b->signature_keys = ARENA_ARRAY(b->arena, uint64_t, SIGNATURES_MAX * b->words);
        b->signature_codes = ARENA_ARRAY(b->arena, uint32_t, SIGNATURES_MAX);
    }
    if (arena_failed(b->arena))
        return diag_arena(d, b->arena);
    for (size_t r = 0; r < t->rule_count; r++)
        b->all[r / 64] |= UINT64_C(1) << r % 64;
    for (size_t r = 0; r < t->rule_count + 2; r++)
        b->rule_codes[r] = NO_CODE;
    for (size_t i = 0; b->signature_codes && i < SIGNATURES_MAX; i++)
        b->signature_codes[i] = NO_CODE;
    TRY(reads_nothing(b, &fit, d));
    for (size_t i = 0; fit && i < t->input_count; i++)
        if (has_cells(t, i))
            TRY(make_column(b, i, &fit, d));
    if (!fit)
        b->table = NULL;
    return OK;
}

/* ---- making ------------------------------------------------------------------------------- */

static enum err check_columns(struct dmn_batch *b, struct diag *d)
{
    const struct dmn_input *inputs;
    size_t count;
    if (dmn_decision_inputs(b->model, b->decision, b->arena, &inputs, &count) != OK)
        return diag_arena(d, b->arena);
    for (size_t i = 0; i < b->given_count; i++) {
        const struct dmn_column *c = &b->given[i];
        size_t k = 0;
        while (k < count && !str_equal(inputs[k].name, c->name))
            k++;
        diag_field(d, c->name);
        if (k == count)
            return diag_set(d, ERR_INVALID, "这项决策没有名为“%.*s”的输入",
                "the decision has no input named \"%.*s\"", STR_ARGS(c->name));
        if (given_index(b, c->name) != i)
            return diag_set(d, ERR_INVALID, "列“%.*s”重复", "column \"%.*s\" stands twice",
                STR_ARGS(c->name));
        if (c->scale < 0 || c->scale > FEEL_SCALE_MAX)
            return diag_set(d, ERR_INVALID, "列“%.*s”的小数位数应在 0 到 18 之间",
                "the scale of column \"%.*s\" must be from 0 to 18", STR_ARGS(c->name));
    }
    diag_field(d, STR_NONE);
    return OK;
}

static void release_scratch(void *arena)
{
    arena_release(arena);
}

enum err dmn_batch_create(struct arena *a, const struct dmn_model *m,
    const struct dmn_decision *decision, const struct dmn_column *columns, size_t count,
    const struct feel_env *env, struct dmn_batch **out, struct diag *d)
{
    struct dmn_batch *b = ARENA_NEW(a, struct dmn_batch);
    struct dmn_column *given = ARENA_ARRAY(a, struct dmn_column, count);
    if (!b || !given)
        return diag_arena(d, a);
    for (size_t i = 0; i < count; i++)
        given[i] = columns[i];
    *b = (struct dmn_batch){ .arena = a, .model = m, .decision = decision, .given = given,
        .given_count = count, .element = (const struct element *)decision,
        .outcomes = ARENA_ARRAY(a, feel_value, DMN_BATCH_OUTCOMES_MAX),
        .outcome_texts = ARENA_ARRAY(a, str, DMN_BATCH_OUTCOMES_MAX),
        .outcome_table = ARENA_ARRAY(a, uint32_t, 2 * DMN_BATCH_OUTCOMES_MAX) };
    if (arena_failed(a))
        return diag_arena(d, a);
    memset(b->outcome_table, 0xFF, 2 * DMN_BATCH_OUTCOMES_MAX * sizeof *b->outcome_table);
    if (env)
        b->env = *env;
    b->env.warnings = NULL;
    arena_init(&b->scratch, a->source, SCRATCH_BYTES_MAX);
    if (!arena_defer(a, release_scratch, &b->scratch))
        return diag_arena(d, a);
    TRY(check_columns(b, d));
    if (b->element->program)
        b->table = feel_program_host(b->element->program, &dmn_table_kind);
    if (b->table)
        TRY(make_columns(b, d));
    *out = b;
    return OK;
}

bool dmn_batch_is_columnar(const struct dmn_batch *b)
{
    return b->table != NULL;
}

feel_value dmn_batch_outcome(const struct dmn_batch *b, uint32_t code)
{
    ASSERT(code < b->outcome_count);
    return b->outcomes[code];
}
