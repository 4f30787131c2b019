/*
 * Records as people see and change them: who may, which, and what of them. Everything here acts for
 * op->actor.
 *
 *     sees      roles of the register's "read" (and "write"); of these the records of his unit or
 *               enterprise, where the register says so. What one may not see is not found
 *     masked    values are "****" until record_reveal, which is journalled
 *     closed    a compartment: not even whoever administers the zone, and every look at its records
 *               is journalled, a list as one
 *     public    anyone, the public columns only
 */
#ifndef JUNMA_ZONE_RECORD_H
#define JUNMA_ZONE_RECORD_H

#include "zone/register.h"

enum { RECORD_CONDITIONS_MAX = 12, RECORD_PAGE_MAX = 500, RECORD_COUNT_MAX = 10000 };

bool register_seen(struct op *op, const struct pack_register *r);
bool register_written(struct op *op, const struct pack_register *r);

/* A cell of a table as the column's value; a new reference. What cannot be read stays text, which the
 * check then refuses by name. */
json_t *column_from_text(struct op *op, const struct pack_column *c, str text);

struct record_filter {
    str text; /* words to search for */
    struct pack_condition where[RECORD_CONDITIONS_MAX];
    size_t where_count;
    const struct pack_column *sort; /* NULL: newest first */
    bool descending;
    bool has_box; /* only records whose point lies in it: degrees */
    const struct pack_column *place;
    double west, south, east, north;
    str after; /* what the page before gave as next */
    size_t limit;
};
struct record_page {
    struct record *items; /* masked values hidden, columns one may not see left out */
    size_t count;
    int64_t total;   /* -1 when not counted: only the first page is */
    bool total_more; /* there are more than RECORD_COUNT_MAX */
    str next;        /* empty: no more */
};
MUST_USE enum err record_list(struct op *op, const struct pack_register *r,
    const struct record_filter *f, struct record_page *out);

/* ERR_NOT_FOUND also when it is not the actor's to see. */
MUST_USE enum err record_open(
    struct op *op, const struct pack_register *r, int64_t id, struct record *out);
/* Must run in a write: a look at records of a closed register leaves its trace; id 0: at a list of
 * `count` records. */
MUST_USE enum err record_looked(
    struct op *op, const struct pack_register *r, int64_t id, size_t count);
/* The same for somebody who tried to look into a closed register and may not. */
MUST_USE enum err record_refused(struct op *op, const struct pack_register *r);
/* In a write: the masked values of a record, with the look journalled. */
MUST_USE enum err record_reveal(
    struct op *op, const struct pack_register *r, int64_t id, str reason, struct record *out);

struct record_version {
    int64_t version, at, batch;
    str actor, actor_name, reason;
    bool removed;
    json_t *data; /* as record_open shows it */
};
MUST_USE enum err record_versions(struct op *op, const struct pack_register *r, int64_t id,
    struct record_version **out, size_t *count);

struct record_related {
    const struct pack_register *r;    /* whose records refer to this one */
    const struct pack_column *column; /* by it */
    int64_t count;
    bool more; /* than RECORD_COUNT_MAX */
};
MUST_USE enum err record_related(struct op *op, const struct pack_register *r,
    const struct record *record, struct record_related **out, size_t *count);

struct record_change {
    int64_t id;   /* 0: a new one */
    json_t *data; /* the members to set; others stay as they are */
    str reason;
    int64_t if_version; /* 0: any */
    int64_t batch;      /* of a bulk edit or an import; 0: none */
    bool dry_run;       /* everything is checked, nothing written */
    struct diag_list *faults;
};
/* In a write. ERR_INVALID with faults a column, ERR_PRECONDITION for another version, ERR_CONFLICT
 * for what stands only once, ERR_FORBIDDEN. */
MUST_USE enum err record_save(struct op *op, const struct pack_register *r,
    const struct record_change *change, struct record *out);
/* In a write. The row goes, its versions stay. ERR_CONFLICT while other records refer to it. */
MUST_USE enum err record_remove(
    struct op *op, const struct pack_register *r, int64_t id, int64_t if_version, str reason);
/* In a write. Undoes a batch as far as nobody has changed its records since: at most RECORD_UNDO_MAX
 * records a call, after the one called `after`; while `more`, call again in a write of its own, with the
 * same struct. Start with zeros. ERR_NOT_FOUND: there is no such batch. */
enum { RECORD_UNDO_MAX = 1000 };
struct record_undo {
    int64_t after, undone, kept; /* kept: were changed since, or are not the actor's to see */
    bool more;
};
MUST_USE enum err record_undo_batch(struct op *op, const struct pack_register *r, int64_t batch,
    str reason, struct record_undo *u);

/* Runs fn as a part of a write; then what registers take together from the records that it wrote is
 * brought up to date (record_rollup.c). Every write goes through here. */
MUST_USE enum err records_settled(struct op *op, zone_fn fn, void *ctx);

/* Records that look like this one: the same key apart from spelling, or a label alike. */
MUST_USE enum err record_alike(struct op *op, const struct pack_register *r, const json_t *data,
    int64_t except, struct record **out, size_t *count);

/* Columns that depend on the day are computed again, at most `limit` records a call; *more says
 * whether some are left. In a write. */
MUST_USE enum err record_daily(
    struct op *op, const struct pack_register *r, size_t limit, bool *more);

/* The same for all registers, in writes of its own: not from inside one. Cheap when nothing is due;
 * at most a few hundred records a call, so that requests are not held up. */
MUST_USE enum err records_daily(struct op *op);

#endif
