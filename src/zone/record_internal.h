/* How registers keep values: for register.c, record_*.c and what stores fields of the same types
 * (licences, filings, attendance, pages); nobody else includes it. */
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
/* The same of those that a search finds, where store_search_by_id allows it: ids come from _found. */
void record_select_found(
    struct query *q, struct op *op, const struct pack_register *r, str typed);
void record_row(struct op *op, const struct pack_register *r, const struct store_rows *rows,
    struct record *out);
MUST_USE enum err register_find(struct op *op, str code, const struct pack_register **out);
str record_text(const json_t *data, const struct pack_column *c);
/* How other records name it: its key, or its id. */
str record_name(struct op *op, const struct pack_register *r, const struct record *record);

/* Sets what the records of earlier months say (record_former.c). */
MUST_USE enum err record_formers(struct op *op, const struct pack_register *r, json_t *data);

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
/* Sets what is taken together from other records, and of cases, in the record's data: of all such
 * columns, or only of those that depend on the day. *changed may be NULL. */
MUST_USE enum err record_roll_up(struct op *op, const struct pack_register *r,
    const struct record *record, bool daily_only, bool *changed);
/* Appends the SELECT of such a column over past_<register> (register_past.c), for the version h. */
MUST_USE enum err record_taken_then(struct query *q, struct op *op, const struct pack_register *r,
    const struct pack_column *c);
/* Before and after a row of a register is written or deleted: whoever takes something from it. */
MUST_USE enum err record_touch_row(struct op *op, const struct pack_register *r, int64_t id);
/* The record itself, by the name that others call it. */
MUST_USE enum err record_touch(struct op *op, const struct pack_register *r, str name);
/* While the tables of a pack are prepared, everything is computed in the order that it needs. */
extern struct record_touched record_touched_nobody;
/* One condition on a register's rows: " AND column = $n". */
MUST_USE enum err record_condition_add(
    struct query *q, struct op *op, const struct pack_condition *c);

/* An expression over a record of data; columns that refer stand for the records they name. */
MUST_USE enum err record_ask(struct op *op, const struct pack_register *r, const json_t *data,
    const struct feel_program *const *programs, size_t count, feel_value *out);

/* ---- writing (record_put.c) ---- */

struct record_writing {
    const struct pack_register *r;
    int64_t id, version, batch;
    json_t *data; /* NULL: removed */
    str reason;
};
MUST_USE enum err record_write(struct op *op, const struct record_writing *w);
/* The uploads that its columns of files name become the record's (record_file.c). */
MUST_USE enum err record_files_link(struct op *op, const struct record_writing *w);
/* The row alone, of the same version: what is computed each day is no change of the record. */
MUST_USE enum err record_write_row(struct op *op, const struct record_writing *w);

/* The parts of record_write. Statement for a row: a new one, or one that may be there already. */
str record_write_sql(struct op *op, const struct pack_register *r, bool fresh);
MUST_USE enum err record_write_by(struct op *op, const struct record_writing *w, const char *sql);
enum { RECORD_VERSION_SQL_BYTES = REGISTER_NAME_BYTES_MAX + 160 };
void record_version_sql(const struct pack_register *r, char *sql);
/* text: the data as JSON; empty for a removal. sql: record_version_sql's. */
MUST_USE enum err record_write_version(
    struct op *op, const struct record_writing *w, str text, const char *sql);
MUST_USE enum err record_write_search(struct op *op, const struct record_writing *w);

/* ---- access (record_access.c) ---- */

/* Appends conditions so that only what the actor may see is found. ERR_NOT_FOUND when he may not
 * see the register at all. */
MUST_USE enum err record_scope_add(struct query *q, struct op *op, const struct pack_register *r);
/* Would the record be in the actor's sight by his unit or enterprise? ERR_NOT_FOUND, with the column. */
MUST_USE enum err record_own(struct op *op, const struct pack_register *r, const json_t *data);
/* May the actor see the column's values? Only by those may he narrow and sort: an answer to "which
 * records have this value" tells the value. */
bool record_column_seen(struct op *op, const struct pack_register *r, const struct pack_column *c);
/* May he search by words: are all columns that lead to a record ones that he sees? */
bool record_words_seen(struct op *op, const struct pack_register *r);
/* Hides masked values, leaves out what is not public for the public. Changes data. */
void record_hide(struct op *op, const struct pack_register *r, json_t *data);

#endif
