/* Columns in memory, filled row by row: what policy_facts.c reads into. Nobody else includes it. */
#ifndef JUNMA_ZONE_POLICY_COLUMNS_H
#define JUNMA_ZONE_POLICY_COLUMNS_H

#include "zone/policy.h"
#include "zone/query.h"

/* Different words, numbered as they are met. */
struct words {
    struct arena *arena;
    str *items;
    uint32_t *places; /* by hash: index + 1 */
    size_t count, capacity, place_count;
};

struct filler {
    struct arena *arena;
    struct feel_column *column; /* kind and scale are set; values, nulls and words are filled */
    size_t rows;
    void *values;
    uint8_t *nulls;
    struct words words;
    bool bad; /* memory, or too many words */
};

/* Does SQL keep a column of this type as text? */
bool fact_is_text(enum pack_column_type type);

/* All rows null. */
void filler_init(struct filler *f, struct arena *a, struct feel_column *column, size_t rows);
void filler_number(struct filler *f, size_t row, int64_t v);
void filler_double(struct filler *f, size_t row, double v);
void filler_text(struct filler *f, size_t row, str v);
bool filler_is_null(const struct filler *f, size_t row);
/* A value that fits the column's kind; anything else stays null. */
void filler_value(struct filler *f, size_t row, feel_value v);
/* From a column of a query: of this type, or (NULL) a count. */
void filler_sql(struct filler *f, size_t row, const struct store_rows *rows, int at,
    const struct pack_column *c);
/* Gives the column its arrays; without `nulls` where no row is null. */
void filler_done(struct filler *f);

/* Rows by a key, several of which may share one. */
struct key_index {
    const str *keys;
    uint32_t *heads, *next; /* row + 1 */
    size_t mask;
};
bool key_index_make(struct arena *a, const str *keys, size_t rows, struct key_index *out);
/* The first row with the key from `at` (row + 1; 0: from the beginning) on; 0: none. */
uint32_t key_index_next(const struct key_index *k, str key, uint32_t at);

#endif
