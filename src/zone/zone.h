/*
 * What a zone does: cases and their procedures, promises, registers, figures, the journal, and who
 * may see and do what. This is the one room where the pure middle (bpmn, dmn, form, calendar,
 * journal) meets the store.
 *
 *     api ──struct op──▶ case.h  verbs of a case, lists, timeline      ┐
 *                        promise.h  clocks that are law                │ all inside the transaction
 *                        access.h   accounts, sessions, scopes         ├ of op->conn
 *                        register.h enterprises and other things       │
 *                        ledger.h   events, leaves, receipts           ┘
 *
 * Every function takes a `struct op`: on whose behalf, on which connection, at what time. A
 * function that writes must run inside a store write (zone_write or store_submit); it returns an
 * error to have all of its changes undone. Text results live in op->arena.
 *
 * Running cases keep the version of the pack they began with: zone_pack() finds it.
 */
#ifndef JUNMA_ZONE_ZONE_H
#define JUNMA_ZONE_ZONE_H

#include "base/id.h"
#include "pack/pack.h"
#include "store/store.h"

struct ledger;
struct record_touched;
struct seal;
struct zone_packs;

struct zone_options {
    const struct sys *sys;
    const char *data_dir; /* database, key, files; made when `create` */
    const char *pack_dir; /* NULL: the newest version stored in the database */
    bool create;
    bool read_only;
    bool fills;      /* much is brought in at once */
    int node;        /* 0..63, one a process of the same zone */
    int readers_max; /* 0 = default */
};

struct zone {
    const struct sys *sys;
    struct store *store;
    const char *data_dir;
    str code; /* leads every primary key */
    struct id_source ids;
    struct zone_packs *packs;
    struct ledger *ledger;
    struct seal *seal; /* of licences; NULL: none was made */
    void (*stir)(void *ctx); /* there is work for the worker soon; NULL: nobody to tell */
    void *stir_ctx;
    struct arena arena; /* process lifetime */
};

/* Opens the store, brings its tables up to date, loads the pack (faults go to `faults`) and records
 * its version, opens the journal (a new key is made for a new zone). */
MUST_USE enum err zone_open(const struct zone_options *options, struct zone **out,
    struct diag_list *faults, struct diag *d);
void zone_close(struct zone *z);

/* The pack in force; immutable, lives as long as the zone. */
const struct pack *zone_pack(const struct zone *z);
/* The version a case began with, read back from the database when needed. */
struct op;
MUST_USE enum err zone_pack_version(struct op *op, str version, const struct pack **out);

/* Who acts. An actor without account and without role is the public. */
struct actor {
    int64_t account; /* 0 = the public, or the system itself */
    str login, name;
    str unit;           /* code, or empty */
    int64_t enterprise; /* record of the applicant's register, or 0 */
    const struct pack_role *role;
    bool system; /* timers, imports: everything is allowed, journalled as "system" */
};

struct op {
    struct zone *zone;
    struct store_conn *conn;
    struct arena *arena;
    const struct actor *actor;
    int64_t now_ms;
    struct diag *diag;
    struct record_touched *touched; /* records to be taken together again when the write ends */
};

/* Runs fn(op, ctx) as one durable write and waits; op->conn is set for its duration. For the
 * command line and tests; the API submits instead (api.c). */
typedef enum err (*zone_fn)(struct op *op, void *ctx);
MUST_USE enum err zone_write(struct op *op, zone_fn fn, void *ctx);

bool actor_may(const struct actor *a, const char *permission);
/* ERR_FORBIDDEN (ERR_UNAUTHENTICATED for the public) naming what is missing. */
MUST_USE enum err actor_require(struct op *op, const char *permission);
extern const struct actor actor_system;

/* Wakes whoever works off jobs and timers; from any thread, before or after the commit. */
static inline void zone_stir(const struct zone *z)
{
    if (z->stir)
        z->stir(z->stir_ctx);
}

/* Local calendar helpers of the zone. */
int64_t zone_local_days(const struct zone *z, int64_t ms);
int64_t zone_day_begin(const struct zone *z, int64_t days); /* its first instant */
/* The last millisecond of a local day "2026-11-23"; false when it is no date. */
bool zone_day_end(const struct zone *z, str day, int64_t *ms);
str zone_instant_text(struct op *op, int64_t ms); /* RFC 3339 with the zone's offset; "" for 0 */

#endif
