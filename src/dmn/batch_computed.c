/*
 * Columns of a table whose expression computes (`staff * 2`, `revenue / 100`): src/feel/columns.h gives
 * each block's values, which then fall into regions like those of a plain column. A row that it can
 * only give as a decimal of more than 64 bits is decided by the ordinary way.
 */
#include "dmn/batch_internal.h"

static enum feel_column_kind kind_of(enum dmn_column_kind kind)
{
    switch (kind) {
    case DMN_COLUMN_DECIMAL: return FEEL_COLUMN_DECIMAL;
    case DMN_COLUMN_DOUBLE: return FEEL_COLUMN_DOUBLE;
    case DMN_COLUMN_TEXT: return FEEL_COLUMN_TEXT;
    case DMN_COLUMN_BOOLEAN: return FEEL_COLUMN_BOOLEAN;
    case DMN_COLUMN_DATE: return FEEL_COLUMN_DATE;
    }
    return FEEL_COLUMN_OPAQUE;
}

/* Would the declared type leave the column's values as they are? */
static bool keeps(const struct feel_type *t, enum dmn_column_kind kind)
{
    static const enum feel_kind kinds[] = { [DMN_COLUMN_DECIMAL] = FEEL_NUMBER,
        [DMN_COLUMN_DOUBLE] = FEEL_NUMBER, [DMN_COLUMN_TEXT] = FEEL_STRING,
        [DMN_COLUMN_BOOLEAN] = FEEL_BOOLEAN, [DMN_COLUMN_DATE] = FEEL_DATE };
    return !t
        || (!t->allowed
            && (t->form == FEEL_TYPE_ANY
                || (t->form == FEEL_TYPE_SIMPLE && t->kind == kinds[kind])));
}

static enum err make_slots(struct dmn_batch *b, struct diag *d)
{
    const struct element *e = b->element;
    b->slot_count = feel_program_global_count(e->program);
    b->slots = ARENA_ARRAY(b->arena, struct feel_column, b->slot_count);
    b->slot_given = ARENA_ARRAY(b->arena, size_t, b->slot_count);
    b->odd = ARENA_ARRAY(b->arena, uint8_t, BLOCK_ROWS);
    if (!b->slots || !b->slot_given || !b->odd)
        return diag_arena(d, b->arena);
    for (size_t s = 0; s < b->slot_count; s++) {
        const struct element *source = s < e->binding_count ? e->bindings[s].element : NULL;
        size_t i = 0;
        while (source && i < b->given_count && !str_equal(b->given[i].name, source->name))
            i++;
        b->slot_given[s] = b->given_count;
        b->slots[s].kind = FEEL_COLUMN_OPAQUE;
        if (!source || source->kind != ELEMENT_INPUT)
            continue;
        if (i == b->given_count) {
            b->slots[s].kind = FEEL_COLUMN_NONE;
            continue;
        }
        const struct dmn_column *g = &b->given[i];
        if (!keeps(source->type, g->kind))
            continue;
        b->slots[s] = (struct feel_column){ .kind = kind_of(g->kind), .scale = g->scale,
            .words = g->words, .word_count = g->word_count };
        b->slot_given[s] = i;
    }
    return OK;
}

void batch_take_values(struct dmn_batch *b, const struct dmn_column *columns)
{
    for (size_t s = 0; s < b->slot_count; s++)
        if (b->slot_given[s] < b->given_count) {
            b->slots[s].values = columns[b->slot_given[s]].values;
            b->slots[s].nulls = columns[b->slot_given[s]].nulls;
        }
}

/* What the values look like: keys are numbers, days, codes or truths. */
static enum err shape(struct dmn_batch *b, struct batch_column *c, struct diag *d)
{
    c->shape = (struct dmn_column){ .kind = DMN_COLUMN_DECIMAL };
    switch (feel_columns_kind(c->computed)) {
    case FEEL_BOOLEAN: c->shape.kind = DMN_COLUMN_BOOLEAN; return OK;
    case FEEL_DATE: c->shape.kind = DMN_COLUMN_DATE; return OK;
    case FEEL_STRING: break;
    default: c->shape.scale = feel_columns_scale(c->computed); return OK;
    }
    size_t count = feel_columns_word_count(c->computed);
    str *words = ARENA_ARRAY(b->arena, str, count);
    if (!words)
        return diag_arena(d, b->arena);
    for (size_t i = 0; i < count; i++)
        words[i] = feel_columns_word(c->computed, (int64_t)i);
    c->shape.kind = DMN_COLUMN_TEXT;
    c->shape.words = words;
    c->shape.word_count = count;
    return OK;
}

enum err batch_compute(
    struct dmn_batch *b, struct batch_column *c, size_t input, bool *fit, struct diag *d)
{
    if (!b->slots)
        TRY(make_slots(b, d));
    TRY(feel_columns_create(b->arena, b->element->program, b->table->inputs[input].expression,
        b->slots, &b->env, &c->computed, d));
    *fit = c->computed != NULL;
    return *fit ? shape(b, c, d) : OK;
}

/* The keys of a block; which rows are null, or NULL; rows without a key are marked odd. */
enum err batch_computed_keys(struct dmn_batch *b, const struct batch_column *c, size_t from,
    size_t rows, int64_t *room, const int64_t **keys, const uint8_t **nulls, struct diag *d)
{
    struct feel_column_rows got;
    TRY(feel_columns_run(c->computed, b->slots, from, rows, &got, d));
    for (size_t i = 0; i < got.odd_count; i++)
        b->odd[got.odd[i]] = 1;
    b->any_odd = b->any_odd || got.odd_count;
    for (size_t i = 0; got.truths && i < rows; i++)
        room[i] = got.truths[i];
    *keys = got.truths ? room : got.numbers;
    *nulls = got.nulls;
    return OK;
}
