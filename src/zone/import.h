/*
 * Historical cases out of other systems: rows of a CSV file become rows of `cases` by a mapping.
 * docs/import.md describes the mapping's format and gives examples.
 *
 *     CSV ─▶ row ─▶ (group of rows) ─▶ checked case ─▶ cases, journal, search
 *             └───────────── faults: row, column, reason ──────▶ the caller
 *
 * An imported case has no procedure (pack_version ''), a number of its own, and keeps the source's
 * name and number for it; source and number together are imported once: a file can be imported
 * again, and what is there already is counted and passed over.
 *
 * Two ways
 *   - rows are written in batches, each a durable write of its own. A bad row is reported and left
 *     out. When the program is stopped, whole batches stay; the same command goes on from there;
 *   - all or nothing: a first pass checks every row and writes nothing; when there is no fault, one
 *     transaction writes all. Whatever goes wrong in it (a full disk, a power cut, a file that
 *     changed between the passes), nothing of it stays.
 */
#ifndef JUNMA_ZONE_IMPORT_H
#define JUNMA_ZONE_IMPORT_H

#include "zone/case.h"
#include "zone/csv.h"

enum { IMPORT_MAPPING_BYTES_MAX = 256 * 1024, IMPORT_GROUPS_MAX = 1000000 };

struct import_mapping;
/* Every fault of the mapping goes to faults, with its JSON pointer as field. z: which units, topics
 * and registers there are. The mapping lives in a. */
MUST_USE enum err import_mapping_load(struct arena *a, const struct zone *z, str file, str json,
    const struct import_mapping **out, struct diag_list *faults);

struct import_count {
    int64_t rows;     /* of the file, without its first line */
    int64_t cases;    /* that the rows stand for */
    int64_t accepted; /* written, or in a dry run: could be */
    int64_t known;    /* imported before */
    int64_t faults, remarks;
};
struct import_fault {
    int64_t row; /* as a spreadsheet counts: the first line is 1 */
    str column;  /* of the file; may be empty */
    bool remark; /* the row is imported all the same */
    const struct diag *why;
};
struct import_options {
    const struct import_mapping *mapping;
    const struct csv_source *source;
    /* Back to the first byte; called before each pass. */
    enum err (*rewind)(void *ctx, struct diag *d);
    str file; /* its name, for the journal */
    bool all_or_nothing, dry_run;
    void (*fault)(void *ctx, const struct import_fault *f);
    void (*progress)(void *ctx, const struct import_count *c); /* after each batch; may be NULL */
    void *ctx;
};
/* Needs case.import; not from inside a write. ERR_INVALID when all_or_nothing found faults (nothing
 * was written), else errors of the machine: out tells how far it came. op->arena is used for
 * texts that a fault names and for what is remembered of each row (some 50 bytes). */
MUST_USE enum err import_cases(
    struct op *op, const struct import_options *options, struct import_count *out);

#endif
