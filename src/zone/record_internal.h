/* Shared by register.c and record_*.c; nobody else includes it. */
#ifndef JUNMA_ZONE_RECORD_INTERNAL_H
#define JUNMA_ZONE_RECORD_INTERNAL_H

#include "zone/query.h"
#include "zone/record.h"

enum {
    REGISTER_NAME_BYTES_MAX = 40,
    REGISTER_COLUMNS_MAX = 200,
    RECORD_TEXT_BYTES_MAX = 4000,
    RECORD_SHAPE_BYTES_MAX = 65536
};

/* ---- values (record_value.c) ---- */

/* SQL columns that a column takes: two for a point (<name>_lon, <name>_lat), else one. */
int column_width(const struct pack_column *c);
const char *column_sql_type(enum pack_column_type type);
bool column_is_text(enum pack_column_type type); /* kept as TEXT NOT NULL DEFAULT '' */
/* Appends the column's SQL names, separated by ", ". */
void column_names_add(struct buf *b, const struct pack_column *c);
/* Values to bind for a JSON value that has been checked; out has room for two. */
void column_bind(
    const struct op *op, const struct pack_column *c, const json_t *v, struct store_value *out);
/* From SQL columns at `at`. New reference; NULL without memory. */
json_t *column_read(
    struct op *op, const struct pack_column *c, const struct store_rows *rows, int at);
/* Null for the empty text. */
feel_value feel_text_or_null(str s);
feel_value column_feel(struct op *op, const struct pack_column *c, const json_t *v);
/* What an expression gave, as JSON of the column's type; JSON null for what does not fit. */
json_t *column_from_feel(struct op *op, const struct pack_column *c, feel_value v);

/* "SELECT id, version, updated_at, <columns> FROM register_<code> WHERE zone = $n"; read with
 * record_row. */
void record_select(struct query *q, struct op *op, const struct pack_register *r);
void record_row(struct op *op, const struct pack_register *r, const struct store_rows *rows,
    struct record *out);
MUST_USE enum err register_find(struct op *op, str code, const struct pack_register **out);
str record_text(const json_t *data, const struct pack_column *c);
/* How other records name it: its key, or its id. */
str record_name(struct op *op, const struct pack_register *r, const struct record *record);

/* ---- checking and computing (record_check.c) ---- */

/* Everything that the definition asks of data; computed columns are set in it. before: the former
 * data, or NULL. */
MUST_USE enum err record_check(struct op *op, const struct pack_register *r, json_t *data,
    const json_t *before, struct diag_list *faults);
/* Sets computed columns (of all, or only those that depend on the day); *changed may be NULL. */
MUST_USE enum err record_compute(
    struct op *op, const struct pack_register *r, json_t *data, bool daily_only, bool *changed);

/* Is the value one of the column's type, apart from being required? */
bool column_takes(struct op *op, const struct pack_column *c, const json_t *v);
/* Computes up to `limit` records after an id again and keeps those that changed; *after moves on.
 */
MUST_USE enum err record_compute_page(struct op *op, const struct pack_register *r, bool daily_only,
    size_t limit, int64_t *after, bool *more);
/* ---- writing (record_put.c) ---- */

struct record_writing {
    const struct pack_register *r;
    int64_t id, version, batch;
    json_t *data; /* NULL: removed */
    str reason;
};
MUST_USE enum err record_write(struct op *op, const struct record_writing *w);
/* The row alone, of the same version: what is computed each day is no change of the record. */
MUST_USE enum err record_write_row(struct op *op, const struct record_writing *w);

/* ---- access (record_access.c) ---- */

/* Appends conditions so that only what the actor may see is found. ERR_NOT_FOUND when he may not
 * see the register at all. */
MUST_USE enum err record_scope_add(struct query *q, struct op *op, const struct pack_register *r);
/* May the actor see the column's values? Only by those may he narrow and sort: an answer to "which
 * records have this value" tells the value. */
bool record_column_seen(struct op *op, const struct pack_register *r, const struct pack_column *c);
/* May he search by words: are all columns that lead to a record ones that he sees? */
bool record_words_seen(struct op *op, const struct pack_register *r);
/* Hides masked values, leaves out what is not public for the public. Changes data. */
void record_hide(struct op *op, const struct pack_register *r, json_t *data);

#endif
