/*
 * The rows that one new case writes, as plain SQL without the product: what the limit is measured
 * with. A kind of row is a table, an INSERT and the kinds of its values; how many rows of each one
 * case writes can be set ("cases=1,task=2"). Widths and indexes are those of src/zone/schema.c;
 * when that changes, this table is to follow.
 *
 * Two ways to write them, from the same table: straight into SQLite (the limit), and through
 * src/store (what the store itself costs).
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "store/store.h"

#include <sqlite3.h>

enum { ROW_KINDS_MAX = 16, ROW_VALUES_MAX = 64 };

struct row_kind {
    const char *name;
    const char *ddl;
    const char *insert;
    const char *values; /* one letter a value, see rows.c */
    int count;          /* a case */
    bool per_commit;    /* once a commit instead */
};

struct rows {
    struct row_kind kinds[ROW_KINDS_MAX];
    size_t count;
};

void rows_init(struct rows *r);
/* "name=count,name=count"; false when a name is unknown. */
bool rows_set(struct rows *r, const char *text);

/* The limit: a connection with the same durability, and its statements. */
struct rows_raw {
    const struct rows *rows;
    sqlite3 *db;
    sqlite3_stmt *insert[ROW_KINDS_MAX], *search_text, *search_index, *list, *one;
};
/* Exits with a message on any error: this is a measuring tool. */
void rows_raw_open(struct rows_raw *w, const struct rows *rows, const char *path, bool create);
void rows_raw_close(struct rows_raw *w);
void rows_raw_run(struct rows_raw *w, const char *sql);
void rows_raw_case(struct rows_raw *w, int64_t id);
void rows_raw_commit_row(struct rows_raw *w, int64_t id);

/* The same through the store. */
void rows_make_migration(
    const struct rows *r, struct store_migration *out, char *text, size_t bytes);
MUST_USE enum err rows_store_case(
    const struct rows *r, struct store_conn *c, int64_t id, struct diag *d);
MUST_USE enum err rows_store_commit_row(
    const struct rows *r, struct store_conn *c, int64_t id, struct diag *d);

#endif
