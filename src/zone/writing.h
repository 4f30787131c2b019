/*
 * What somebody is writing and has not sent yet, kept for his account so that he can go on with it
 * elsewhere: answers and the uploads that go with them.
 *
 * A writing nobody touched for WRITING_DAYS goes, and with it the uploads that came to belong to
 * nothing; so do uploads that were taken out of it, the day after, and those that nobody has put to
 * anything for `uploads.unused_days` of zone.json. How many went is journalled (upload.clean).
 */
#ifndef JUNMA_ZONE_WRITING_H
#define JUNMA_ZONE_WRITING_H

#include "zone/zone.h"

enum {
    WRITINGS_MAX = 20, /* of an account */
    WRITING_NAME_BYTES_MAX = 400,
    WRITING_BYTES_MAX = 64 * 1024,
    WRITING_FILES_MAX = 60,
    WRITING_DAYS = 30,
};
extern const struct store_migration writing_migrations[];
extern const size_t writing_migration_count;

struct writing_file {
    int64_t id, bytes;
    str name, type;
};
struct writing {
    json_t *data;
    int64_t at;
    const struct writing_file *files; /* those that are there and belong to nothing yet */
    size_t file_count;
};
/* All of the actor's own account. ERR_NOT_FOUND. */
MUST_USE enum err writing_get(struct op *op, str name, struct writing *out);
/* In a write. ERR_INVALID (name, data, files), ERR_LIMIT: too many, or too long. */
MUST_USE enum err writing_put(
    struct op *op, str name, const json_t *data, const int64_t *files, size_t count);
/* In a write; also when there is none. */
MUST_USE enum err writing_drop(struct op *op, str name);
/* What is over goes; in a write of its own, once a day. */
MUST_USE enum err writings_daily(struct op *op);

#endif
