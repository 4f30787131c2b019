/*
 * Files of records: a column of type files holds ids of uploads. An upload belongs to the record
 * that it was first saved with and is seen by whoever sees that record; beside it stands what is
 * known of a picture, from its own EXIF data or from who describes it.
 */
#ifndef JUNMA_ZONE_RECORD_FILE_H
#define JUNMA_ZONE_RECORD_FILE_H

#include "zone/record.h"

enum { RECORD_FILES_MAX = 500, RECORD_CAPTION_BYTES_MAX = 400 };

struct file_facts {
    str caption, taken_on; /* "2026-03-05T14:20:00" on the camera's wall, or a date, or empty */
    bool has_place;
    double lon, lat;
};
/* In a write: what is known of an upload, before or after it belongs to a record. */
MUST_USE enum err file_describe(struct op *op, int64_t id, const struct file_facts *facts);

struct record_file {
    int64_t id, bytes, at;
    str name, type, sha256, by, column;
    struct file_facts facts;
};
/* All that were ever saved with the record, in order; the caller has opened it. */
MUST_USE enum err record_files(struct op *op, const struct pack_register *r, int64_t id,
    struct record_file **out, size_t *count);

/* Which record an upload belongs to. */
struct file_place {
    const struct pack_register *r; /* NULL: to none */
    int64_t id;                    /* of the record; 0: to none */
    bool seen;                     /* by the actor: the record, and the column */
};
MUST_USE enum err record_of_file(struct op *op, int64_t file, struct file_place *out);

#endif
