/*
 * Tables out of XLSX workbooks (ECMA-376): the first sheet as text, cell by cell, as a reader of the
 * sheet sees it: shared and inline strings, numbers, yes and no, and days for numbers that a date
 * format shows. Formulas give the value that was last counted.
 *
 * A workbook is an archive from outside: how large its parts become is looked at before and while they
 * are unpacked, document types are refused, nothing is fetched.
 */
#ifndef JUNMA_ZONE_XLSX_H
#define JUNMA_ZONE_XLSX_H

#include "base/err.h"

enum {
    XLSX_ENTRIES_MAX = 2000,
    XLSX_PART_BYTES_MAX = 96 * 1024 * 1024, /* of one part, unpacked */
    XLSX_RATIO_MAX = 300,                   /* unpacked to packed, of parts over a megabyte */
    XLSX_COLUMNS_MAX = 500,
    XLSX_ROWS_MAX = 200000,
};

bool xlsx_is(str content);
/* The first sheet as CSV (RFC 4180), a line a row, empty rows as empty lines, so that rows keep their
 * numbers. In the arena. ERR_INVALID for what is no workbook, ERR_LIMIT naming the limit. */
MUST_USE enum err xlsx_csv(struct arena *a, str content, str *csv, struct diag *d);

#endif
