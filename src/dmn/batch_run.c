/*
 * Running a batch: blocks of BLOCK_ROWS rows, column by column, so that each inner loop is one plain
 * pass over an array; then the outcome of each row's set of rules (batch_internal.h).
 */
#include "dmn/batch_internal.h"

#include <math.h>
#include <string.h>

/* ---- keys and regions --------------------------------------------------------------------- */

/* Rows without a value, a byte each; false: every row has one. */
static bool nulls_of(const struct dmn_column *c, size_t from, size_t rows, uint8_t *away)
{
    uint8_t any = 0;
    if (!c->nulls && c->kind != DMN_COLUMN_DOUBLE)
        return false;
    for (size_t i = 0; i < rows; i++) {
        bool null = c->nulls && (c->nulls[(from + i) / 8] >> (from + i) % 8 & 1);
        bool finite = c->kind != DMN_COLUMN_DOUBLE
            || isfinite(((const double *)c->values)[from + i]);
        away[i] = null || !finite;
        any |= away[i];
    }
    return any;
}

/* The keys of a block; integers are their own. */
static const int64_t *keys_of(
    const struct dmn_column *c, size_t from, size_t rows, int64_t *keys)
{
    switch (c->kind) {
    case DMN_COLUMN_DECIMAL: return (const int64_t *)c->values + from;
    case DMN_COLUMN_DOUBLE:
        for (size_t i = 0; i < rows; i++)
            keys[i] = batch_double_key(((const double *)c->values)[from + i]);
        break;
    case DMN_COLUMN_TEXT:
        for (size_t i = 0; i < rows; i++)
            keys[i] = ((const uint32_t *)c->values)[from + i];
        break;
    case DMN_COLUMN_BOOLEAN:
        for (size_t i = 0; i < rows; i++)
            keys[i] = ((const uint8_t *)c->values)[from + i] != 0;
        break;
    case DMN_COLUMN_DATE:
        for (size_t i = 0; i < rows; i++)
            keys[i] = ((const int32_t *)c->values)[from + i];
        break;
    }
    return keys;
}

/* One pass for the largest word; only when that is too large, which row has it. */
static enum err check_words(const struct dmn_column *c, size_t from, size_t rows, struct diag *d)
{
    const uint32_t *words = (const uint32_t *)c->values + from;
    uint32_t most = 0;
    for (size_t i = 0; i < rows; i++)
        most = words[i] > most ? words[i] : most;
    for (size_t i = 0; most >= c->word_count && i < rows; i++) {
        bool away = c->nulls && (c->nulls[(from + i) / 8] >> (from + i) % 8 & 1);
        if (away || words[i] < c->word_count)
            continue;
        diag_field(d, c->name);
        return diag_set(d, ERR_INVALID, "列“%.*s”第 %zu 行的词号 %lu 超出词表",
            "column \"%.*s\", row %zu: word %lu is not in the list of words", STR_ARGS(c->name),
            from + i, (unsigned long)words[i]);
    }
    return OK;
}

/* How many starts are not above the key; every step halves what is left. Masks, not conditions: a
 * branch would be guessed wrong every other time. */
static inline uint32_t region_of(const struct batch_column *c, int64_t key)
{
    const int64_t *starts = c->starts;
    size_t at = 0;
    for (size_t left = c->start_count, half; left > 1; left -= half) {
        half = left / 2;
        at += half & (0 - (size_t)(starts[at + half - 1] <= key));
    }
    return (uint32_t)(at + (c->start_count && starts[at] <= key));
}

static inline uint16_t dense_region(const struct batch_column *c, int64_t key)
{
    uint64_t top = c->dense_count - 1, at = (uint64_t)key - (uint64_t)c->dense_low;
    at &= 0 - (uint64_t)(key >= c->dense_low);
    uint64_t within = 0 - (uint64_t)(at <= top);
    return c->dense[(at & within) | (top & ~within)];
}

/* Up to 64 rules and no row null: one pass from the values to the rules. */
static void apply_values(struct dmn_batch *b, const struct batch_column *c,
    const struct dmn_column *given, size_t from, size_t rows)
{
    uint64_t *restrict block = b->block;
    const uint64_t *masks = c->masks;
    const struct batch_column column = *c;
#define EACH(type, region)                                                                         \
    for (size_t i = 0; i < rows; i++) {                                                            \
        type key = ((const type *)given->values)[from + i];                                        \
        block[i] &= masks[region];                                                                 \
    }
    switch (given->kind) {
    case DMN_COLUMN_DECIMAL:
        if (c->dense)
            EACH(int64_t, dense_region(&column, key))
        else
            EACH(int64_t, region_of(&column, key))
        break;
    case DMN_COLUMN_DATE:
        if (c->dense)
            EACH(int32_t, dense_region(&column, key))
        else
            EACH(int32_t, region_of(&column, key))
        break;
    case DMN_COLUMN_DOUBLE: EACH(double, region_of(&column, batch_double_key(key))) break;
    case DMN_COLUMN_TEXT: EACH(uint32_t, key) break;
    case DMN_COLUMN_BOOLEAN: EACH(uint8_t, key != 0) break;
    }
#undef EACH
}

static void regions_of(const struct batch_column *c, const int64_t *keys, size_t rows,
    bool direct, uint32_t *regions)
{
    if (direct)
        for (size_t i = 0; i < rows; i++)
            regions[i] = (uint32_t)keys[i];
    else if (c->dense)
        for (size_t i = 0; i < rows; i++)
            regions[i] = dense_region(c, keys[i]);
    else
        for (size_t i = 0; i < rows; i++)
            regions[i] = region_of(c, keys[i]);
}

/* nulls: NULL when no row is null. */
static void apply_keys(struct dmn_batch *b, const struct batch_column *c, const int64_t *keys,
    const uint8_t *nulls, size_t rows)
{
    uint32_t regions[BLOCK_ROWS];
    bool direct = c->shape.kind == DMN_COLUMN_TEXT || c->shape.kind == DMN_COLUMN_BOOLEAN;
    regions_of(c, keys, rows, direct, regions);
    if (nulls)
        for (size_t i = 0; i < rows; i++)
            regions[i] = nulls[i] ? (uint32_t)c->region_count - 1 : regions[i];
    size_t words = b->words;
    if (words == 1)
        for (size_t i = 0; i < rows; i++)
            b->block[i] &= c->masks[regions[i]];
    else
        for (size_t i = 0; i < rows; i++)
            for (size_t w = 0; w < words; w++)
                b->block[i * words + w] &= c->masks[regions[i] * words + w];
}

static enum err apply_column(struct dmn_batch *b, const struct batch_column *c,
    const struct dmn_column *columns, size_t from, size_t rows, struct diag *d)
{
    int64_t own[BLOCK_ROWS];
    uint8_t away[BLOCK_ROWS];
    const int64_t *keys;
    const uint8_t *nulls = away;
    if (c->computed) {
        TRY(batch_computed_keys(b, c, from, rows, own, &keys, &nulls, d));
        apply_keys(b, c, keys, nulls, rows);
        return OK;
    }
    const struct dmn_column *given = &columns[c->given];
    bool null = nulls_of(given, from, rows, away);
    if (!null && b->words == 1)
        apply_values(b, c, given, from, rows);
    else
        apply_keys(b, c, keys_of(given, from, rows, own), null ? away : NULL, rows);
    return OK;
}

/* ---- outcomes ----------------------------------------------------------------------------- */

/* The code of a value; a new one is kept. Equal literal forms are equal values. */
static enum err intern(struct dmn_batch *b, feel_value v, uint32_t *code, struct diag *d)
{
    str text = feel_to_text(&b->scratch, v);
    TRY(diag_arena(d, &b->scratch));
    size_t mask = 2 * DMN_BATCH_OUTCOMES_MAX - 1, at = str_hash(text) & mask;
    for (; b->outcome_table[at] != NO_CODE; at = (at + 1) & mask) {
        *code = b->outcome_table[at];
        if (str_equal(b->outcome_texts[*code], text))
            return OK;
    }
    if (b->outcome_count == DMN_BATCH_OUTCOMES_MAX)
        return diag_set(d, ERR_LIMIT, "结果的种类超过 %d 种", "there are more than %d distinct results",
            DMN_BATCH_OUTCOMES_MAX);
    feel_value kept = feel_copy(b->arena, v);
    str kept_text = str_copy(b->arena, text);
    TRY(diag_arena(d, b->arena));
    *code = (uint32_t)b->outcome_count;
    b->outcomes[b->outcome_count] = kept;
    b->outcome_texts[b->outcome_count++] = kept_text;
    b->outcome_table[at] = *code;
    return OK;
}

/* One row by the ordinary way. */
static enum err decide_row(struct dmn_batch *b, const struct dmn_column *columns, size_t row,
    uint32_t *code, struct diag *d)
{
    arena_reset(&b->scratch);
    struct feel_entry *entries = ARENA_ARRAY(&b->scratch, struct feel_entry, b->given_count);
    if (!entries)
        return diag_arena(d, &b->scratch);
    for (size_t i = 0; i < b->given_count; i++) {
        int64_t key;
        uint8_t away = 0;
        bool null = nulls_of(&columns[i], row, 1, &away);
        entries[i].name = columns[i].name;
        entries[i].value = null
            ? feel_null()
            : batch_key_value(&columns[i], *keys_of(&columns[i], row, 1, &key));
    }
    feel_value v, inputs = feel_context_of(&b->scratch, entries, b->given_count);
    TRY(diag_arena(d, &b->scratch));
    TRY(dmn_decide(b->model, b->decision, inputs, &b->env, &b->scratch, &v, NULL, d));
    return intern(b, v, code, d);
}

static size_t place_of_many(const struct dmn_batch *b, const uint64_t *set)
{
    size_t rule_count = b->table->rule_count, found = rule_count;
    for (size_t w = 0; w < b->words; w++) {
        if (!set[w])
            continue;
        bool several = (set[w] & (set[w] - 1)) || found < rule_count;
        if (several && b->table->policy == 'U')
            return rule_count + 1;
        if (found == rule_count)
            found = w * 64 + (size_t)__builtin_ctzll(set[w]);
    }
    return found;
}

/* U and F: which of rule_codes a set of rules means: its first rule, none, or a contradiction. */
static inline size_t place_of(const struct dmn_batch *b, const uint64_t *set)
{
    if (b->words > 1)
        return place_of_many(b, set);
    size_t first = *set ? (size_t)__builtin_ctzll(*set) : b->table->rule_count;
    return b->table->policy == 'U' && (*set & (*set - 1)) ? b->table->rule_count + 1 : first;
}

/* Other policies: the code of a set met before, or where to put it; NULL when there is no room. */
static uint32_t *slot_of(struct dmn_batch *b, const uint64_t *set)
{
    str bytes = { (const char *)set, b->words * sizeof *set };
    size_t at = str_hash(bytes) & (SIGNATURES_MAX - 1);
    for (; b->signature_codes[at] != NO_CODE; at = (at + 1) & (SIGNATURES_MAX - 1))
        if (memcmp(&b->signature_keys[at * b->words], set, bytes.bytes) == 0)
            return &b->signature_codes[at];
    if (b->signature_count >= SIGNATURES_MAX / 2)
        return NULL;
    b->signature_count++;
    memcpy(&b->signature_keys[at * b->words], set, bytes.bytes);
    return &b->signature_codes[at];
}

static enum err set_outcome(struct dmn_batch *b, const struct dmn_column *columns, size_t row,
    const uint64_t *set, uint32_t *code, struct diag *d)
{
    uint32_t *known = b->signature_codes ? slot_of(b, set) : &b->rule_codes[place_of(b, set)];
    if (known && *known != NO_CODE) {
        *code = *known;
        return OK;
    }
    uint32_t found;
    TRY(decide_row(b, columns, row, &found, d));
    if (known)
        *known = found;
    *code = found;
    return OK;
}

static enum err run_block(struct dmn_batch *b, const struct dmn_column *columns, size_t from,
    size_t rows, uint32_t *codes, struct diag *d)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(&b->block[i * b->words], b->all, b->words * sizeof *b->all);
    if (b->any_odd)
        memset(b->odd, 0, BLOCK_ROWS);
    b->any_odd = false;
    for (size_t k = 0; k < b->column_count; k++)
        TRY(apply_column(b, &b->columns[k], columns, from, rows, d));
    bool plain = b->words == 1 && !b->signature_codes; /* U, F of at most 64 rules */
    for (size_t i = 0; i < rows; i++) {
        if (b->any_odd && b->odd[i]) { /* its rules are not known: nothing may be learned from it */
            TRY(decide_row(b, columns, from + i, &codes[i], d));
            continue;
        }
        codes[i] = plain ? b->rule_codes[place_of(b, &b->block[i])] : NO_CODE;
        if (codes[i] == NO_CODE)
            TRY(set_outcome(b, columns, from + i, &b->block[i * b->words], &codes[i], d));
    }
    return OK;
}

enum err dmn_batch_run(struct dmn_batch *b, const struct dmn_column *columns, size_t rows,
    uint32_t *codes, struct diag *d)
{
    for (size_t i = 0; i < b->given_count; i++) {
        const struct dmn_column *c = &columns[i], *was = &b->given[i];
        if (!str_equal(c->name, was->name) || c->kind != was->kind || c->scale != was->scale
            || c->words != was->words || c->word_count != was->word_count) {
            diag_field(d, c->name);
            return diag_set(d, ERR_INVALID, "列“%.*s”与建立批次时的“%.*s”不同",
                "column \"%.*s\" is not \"%.*s\" as it was when the batch was made",
                STR_ARGS(c->name), STR_ARGS(was->name));
        }
    }
    batch_take_values(b, columns);
    for (size_t from = 0; from < rows; from += BLOCK_ROWS) {
        size_t n = rows - from < BLOCK_ROWS ? rows - from : BLOCK_ROWS;
        for (size_t k = 0; k < b->given_count; k++)
            if (columns[k].kind == DMN_COLUMN_TEXT)
                TRY(check_words(&columns[k], from, n, d));
        if (b->table)
            TRY(run_block(b, columns, from, n, codes + from, d));
        for (size_t i = 0; !b->table && i < n; i++)
            TRY(decide_row(b, columns, from + i, &codes[from + i], d));
    }
    return OK;
}
