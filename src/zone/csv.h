/*
 * Comma-separated values as RFC 4180 writes them, read row by row from a source of any size: memory
 * holds one row. Fields may stand in double quotes and then hold separators, line ends and "" for a
 * quote; lines end in LF or CRLF; a byte order mark at the start is passed over.
 *
 * Rows are counted as a spreadsheet counts them: the first is 1, empty lines count and are passed
 * over. A row that is wrong (a quote out of place, not UTF-8, past a limit) is told with its reason
 * and the reader goes on behind it; only when the source fails, reading ends.
 */
#ifndef JUNMA_ZONE_CSV_H
#define JUNMA_ZONE_CSV_H

#include "base/text.h"
#include "base/err.h"

enum {
    CSV_FIELDS_MAX = 500,
    CSV_FIELD_BYTES_MAX = 256 * 1024,
    CSV_ROW_BYTES_MAX = 1024 * 1024,
};

struct csv_source {
    void *ctx;
    /* At most room bytes; *got 0 at the end. */
    enum err (*read)(void *ctx, char *to, size_t room, size_t *got, struct diag *d);
};
/* Text at hand; *position is the caller's, 0 at first. */
struct csv_text {
    str text;
    size_t position;
};
struct csv_source csv_text_source(struct csv_text *t);
/* More lines whose letters beyond ASCII are no UTF-8 than lines whose letters are: a table of a
 * Chinese office. One broken byte does not make another language of the rest. */
bool csv_is_gb18030(str text);
/* GB18030 (and so GBK and GB 2312) read as UTF-8. Bytes that are no GB18030 come out as bytes that
 * are no UTF-8, so that the row they stand in is told. The decoder lives in the arena. */
MUST_USE enum err csv_gb18030(
    struct arena *a, const struct csv_source *inner, struct csv_source *out, struct diag *d);

struct csv_row {
    const str *fields; /* until the next csv_next() */
    size_t count;
    int64_t number; /* as a spreadsheet counts */
    enum err fault; /* not OK: the row is wrong, `why` says so and fields are not there */
    struct diag why;
};

struct csv;
/* Memory is taken once, from the arena. */
MUST_USE enum err csv_create(struct arena *a, const struct csv_source *source, char separator,
    struct csv **out, struct diag *d);
/* *more false at the end. Errors are the source's. */
MUST_USE enum err csv_next(struct csv *c, struct csv_row *row, bool *more, struct diag *d);

/* Writes a field, quoted. Words that a spreadsheet would take for a formula get an apostrophe. */
void csv_cell(struct buf *b, str text, bool words);

#endif
