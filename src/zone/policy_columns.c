/*
 * Columns in memory. Numbers keep their scale, texts become numbers of words, null is a bit a row: what
 * feel/columns.h computes over.
 */
#include "zone/policy_columns.h"

#include "feel/number.h"

#include <string.h>

/* ---- words ---- */

static bool words_grow(struct words *w)
{
    size_t count = w->place_count ? w->place_count * 2 : 256;
    uint32_t *places = ARENA_ARRAY(w->arena, uint32_t, count);
    if (!places)
        return false;
    for (size_t i = 0; i < w->count; i++) {
        size_t at = str_hash(w->items[i]) & (count - 1);
        while (places[at])
            at = (at + 1) & (count - 1);
        places[at] = (uint32_t)i + 1;
    }
    w->places = places;
    w->place_count = count;
    return true;
}

static bool word_code(struct words *w, str word, uint32_t *code)
{
    if (2 * w->count >= w->place_count && !words_grow(w))
        return false;
    size_t at = str_hash(word) & (w->place_count - 1);
    for (; w->places[at]; at = (at + 1) & (w->place_count - 1))
        if (str_equal(w->items[w->places[at] - 1], word)) {
            *code = w->places[at] - 1;
            return true;
        }
    str *items = arena_room(w->arena, w->items, w->count, &w->capacity, sizeof *items);
    if (!items || w->count == FEEL_COLUMN_WORDS_MAX)
        return false;
    w->items = items;
    items[w->count] = str_copy(w->arena, word);
    *code = (uint32_t)w->count++;
    w->places[at] = *code + 1;
    return true;
}

/* ---- filling ---- */

bool fact_is_text(enum pack_column_type type)
{
    switch (type) {
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES: return true;
    case PACK_COLUMN_INT:
    case PACK_COLUMN_REAL:
    case PACK_COLUMN_BOOL:
    case PACK_COLUMN_MONEY:
    case PACK_COLUMN_INSTANT:
    case PACK_COLUMN_ACCOUNT:
    case PACK_COLUMN_POINT: break;
    }
    return false;
}

void filler_init(struct filler *f, struct arena *a, struct feel_column *column, size_t rows)
{
    size_t bits = (rows + 7) / 8 + 1;
    *f = (struct filler){ .arena = a, .column = column, .rows = rows, .words = { .arena = a } };
    f->values = arena_alloc_array(a, rows + 1, feel_column_width(column->kind));
    f->nulls = ARENA_ARRAY(a, uint8_t, bits);
    if (f->nulls)
        memset(f->nulls, 0xFF, bits);
    f->bad = !f->values || !f->nulls;
}

bool filler_is_null(const struct filler *f, size_t row)
{
    return f->nulls[row / 8] >> row % 8 & 1;
}

static void known(struct filler *f, size_t row)
{
    f->nulls[row / 8] &= (uint8_t)~(1u << row % 8);
}

void filler_number(struct filler *f, size_t row, int64_t v)
{
    if (f->bad)
        return;
    switch (f->column->kind) {
    case FEEL_COLUMN_DECIMAL: ((int64_t *)f->values)[row] = v; break;
    case FEEL_COLUMN_DOUBLE: ((double *)f->values)[row] = (double)v; break;
    case FEEL_COLUMN_BOOLEAN: ((uint8_t *)f->values)[row] = v != 0; break;
    case FEEL_COLUMN_DATE: ((int32_t *)f->values)[row] = (int32_t)v; break;
    case FEEL_COLUMN_TEXT:
    case FEEL_COLUMN_NONE:
    case FEEL_COLUMN_OPAQUE: return;
    }
    known(f, row);
}

void filler_double(struct filler *f, size_t row, double v)
{
    if (f->bad || f->column->kind != FEEL_COLUMN_DOUBLE)
        return;
    ((double *)f->values)[row] = v;
    known(f, row);
}

void filler_text(struct filler *f, size_t row, str v)
{
    uint32_t code;
    if (f->bad || f->column->kind != FEEL_COLUMN_TEXT || !v.bytes)
        return;
    if (!word_code(&f->words, v, &code)) {
        f->bad = true;
        return;
    }
    ((uint32_t *)f->values)[row] = code;
    known(f, row);
}

/* A number as an integer of the column's scale, rounded half up. */
static bool scaled(feel_value v, int scale, int64_t *out)
{
    for (int i = 0; i < scale; i++)
        v = number_multiply(v, feel_integer(10));
    return feel_to_int64(number_floor(number_add(v, feel_decimal(5, 1))), out);
}

void filler_value(struct filler *f, size_t row, feel_value v)
{
    enum feel_column_kind kind = f->column->kind;
    int64_t number;
    if (v.kind == FEEL_STRING)
        filler_text(f, row, v.text);
    else if (v.kind == FEEL_BOOLEAN && kind == FEEL_COLUMN_BOOLEAN)
        filler_number(f, row, v.boolean);
    else if (v.kind == FEEL_DATE && kind == FEEL_COLUMN_DATE)
        filler_number(f, row, date_to_days(v.date));
    else if (v.kind == FEEL_NUMBER && kind == FEEL_COLUMN_DOUBLE)
        filler_double(f, row, feel_to_double(v));
    else if (v.kind == FEEL_NUMBER && kind == FEEL_COLUMN_DECIMAL
        && scaled(v, f->column->scale, &number))
        filler_number(f, row, number);
}

void filler_sql(struct filler *f, size_t row, const struct store_rows *rows, int at,
    const struct pack_column *c)
{
    struct date day;
    if (store_is_null(rows, at))
        return;
    if (f->column->kind == FEEL_COLUMN_TEXT)
        filler_text(f, row, store_text(rows, at));
    else if (f->column->kind == FEEL_COLUMN_DATE && date_parse(store_text(rows, at), &day))
        filler_number(f, row, date_to_days(day));
    else if (f->column->kind == FEEL_COLUMN_DOUBLE)
        filler_double(f, row, store_real(rows, at));
    else if (!c || !fact_is_text(c->type))
        filler_number(f, row, store_int(rows, at));
}

void filler_done(struct filler *f)
{
    static const str none = { "", 0 };
    bool any = false;
    if (f->bad)
        return;
    for (size_t i = 0; i < f->rows && !any; i += 8)
        any = f->nulls[i / 8] & (i + 8 <= f->rows ? 0xFF : (1u << f->rows % 8) - 1);
    f->column->values = f->values;
    f->column->nulls = any ? f->nulls : NULL;
    if (f->column->kind == FEEL_COLUMN_TEXT) {
        f->column->words = f->words.count ? f->words.items : &none;
        f->column->word_count = f->words.count ? f->words.count : 1;
    }
}

/* ---- rows by key ---- */

bool key_index_make(struct arena *a, const str *keys, size_t rows, struct key_index *out)
{
    size_t places = 16;
    while (places < rows * 2)
        places *= 2;
    *out = (struct key_index){ .keys = keys, .mask = places - 1 };
    out->heads = ARENA_ARRAY(a, uint32_t, places);
    out->next = ARENA_ARRAY(a, uint32_t, rows + 1);
    if (!out->heads || !out->next)
        return false;
    for (size_t i = rows; i-- > 0;) {
        size_t at = str_hash(keys[i]) & out->mask;
        if (!keys[i].bytes)
            continue;
        out->next[i] = out->heads[at];
        out->heads[at] = (uint32_t)i + 1;
    }
    return true;
}

uint32_t key_index_next(const struct key_index *k, str key, uint32_t at)
{
    at = at ? k->next[at - 1] : k->heads[str_hash(key) & k->mask];
    while (at && !str_equal(k->keys[at - 1], key))
        at = k->next[at - 1];
    return at;
}
