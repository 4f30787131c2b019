/* Opening a zone: store, tables, pack, journal, in that order, since each needs the one before. */
#include "zone/zone.h"

#include "zone/attendance.h"
#include "zone/bulletin_internal.h"
#include "zone/feed.h"
#include "zone/import_run.h"
#include "zone/draw_keep.h"
#include "zone/benefit_table.h"
#include "zone/fund_table.h"
#include "zone/ledger.h"
#include "zone/look.h"
#include "zone/licence.h"
#include "zone/open311.h"
#include "zone/walk.h"
#include "zone/packs.h"
#include "zone/record.h"
#include "zone/schema.h"
#include "zone/writing.h"

#include <stdio.h>

enum { ZONE_ARENA_BYTES = 1024 * 1024 };

const struct actor actor_system = { .name = { "system", 6 }, .system = true };

/* Tables with a history of their own; a line each. */
static const struct {
    const char *name;
    const struct store_migration *steps;
    const size_t *count;
} components[] = {
    { "zone", zone_migrations, &zone_migration_count },
    { "funds", fund_migrations, &fund_migration_count },
    { "attendance", attendance_migrations, &attendance_migration_count },
    { "looks", look_migrations, &look_migration_count },
    { "licences", licence_migrations, &licence_migration_count },
    { "imports", import_run_migrations, &import_run_migration_count },
    { "feeds", feed_migrations, &feed_migration_count },
    { "writings", writing_migrations, &writing_migration_count },
    { "bulletins", bulletin_migrations, &bulletin_migration_count },
    { "draws", draw_migrations, &draw_migration_count },
    { "benefits", benefit_migrations, &benefit_migration_count },
    { "walks", walk_migrations, &walk_migration_count },
    { "open311", open311_migrations, &open311_migration_count },
};

static enum err open_store(struct zone *z, const struct zone_options *o, struct diag *d)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/junma.db", o->data_dir);
    if (length < 0 || (size_t)length >= sizeof path)
        return sys_errno(d, 36, o->data_dir);
    if (o->create)
        TRY(z->sys->dir_create(z->sys->ctx, o->data_dir, d));
    struct store_options options = { .sys = z->sys,
        .path = path,
        .create = o->create,
        .read_only = o->read_only,
        .fills = o->fills,
        .readers_max = o->readers_max };
    TRY(store_open(&options, &z->store, d));
    if (o->read_only)
        return OK;
    for (size_t i = 0; i < sizeof components / sizeof *components; i++)
        TRY(store_migrate(
            z->store, components[i].name, components[i].steps, *components[i].count, d));
    return OK;
}

/* A clock that was set back since the last run must not bring identifiers a second time. The newest
 * is the journal's or an upload's: everything else is journalled after it was made. */
static enum err continue_ids(struct zone *z, struct diag *d)
{
    struct store_conn *c;
    struct store_rows rows;
    TRY(store_read_begin(z->store, &c, d));
    enum err e = STORE_ONE(c, &rows, d,
        "SELECT max(id) FROM (SELECT max(id) AS id FROM journal WHERE zone = $1 UNION ALL"
        " SELECT max(id) FROM attachment WHERE zone = $1) AS newest",
        S_TEXT(z->code));
    if (e == OK)
        id_source_after(&z->ids, store_int(&rows, 0));
    store_rows_end(&rows);
    store_read_end(c);
    return e;
}

static enum err open_all(
    struct zone *z, const struct zone_options *o, struct diag_list *faults, struct diag *d)
{
    TRY(open_store(z, o, d));
    TRY(packs_open(z, o->pack_dir, !o->read_only, faults, d));
    TRY(ledger_open(z, !o->read_only, d));
    TRY(licence_seal_open(z, !o->read_only, d));
    TRY(continue_ids(z, d));
    return o->read_only || !o->pack_dir ? OK : packs_opened(z, d);
}

enum err zone_open(
    const struct zone_options *o, struct zone **out, struct diag_list *faults, struct diag *d)
{
    struct zone *z = mem_alloc(sizeof *z);
    z->sys = o->sys;
    arena_init(&z->arena, NULL, ZONE_ARENA_BYTES);
    z->data_dir = str_copy(&z->arena, str_from(o->data_dir)).data;
    id_source_init(&z->ids, o->node);
    z->packs = packs_create();
    enum err e = open_all(z, o, faults, d);
    if (e != OK) {
        zone_close(z);
        return e;
    }
    *out = z;
    return OK;
}

void zone_close(struct zone *z)
{
    if (!z)
        return;
    if (z->store)
        store_close(z->store);
    ledger_close(z);
    licence_seal_close(z);
    packs_destroy(z->packs);
    arena_release(&z->arena);
    mem_free(z);
}

struct write_call {
    struct op *op;
    zone_fn fn;
    void *ctx;
};

static enum err run_write(struct store_conn *c, void *ctx, struct diag *d)
{
    struct write_call *call = ctx;
    call->op->conn = c;
    struct diag *callers = call->op->diag;
    call->op->diag = d;
    enum err e = records_settled(call->op, call->fn, call->ctx);
    call->op->diag = callers;
    call->op->conn = NULL;
    return e;
}

enum err zone_write(struct op *op, zone_fn fn, void *ctx)
{
    struct write_call call = { op, fn, ctx };
    return store_write(op->zone->store, run_write, &call, op->diag);
}

bool actor_may(const struct actor *a, const char *permission)
{
    return a->system || (a->role && pack_role_may(a->role, str_from(permission)));
}

enum err actor_require(struct op *op, const char *permission)
{
    if (actor_may(op->actor, permission))
        return OK;
    if (!op->actor->role)
        return diag_set(op->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in first");
    const char *zh = str_terminated(op->arena, op->actor->role->name.zh);
    const char *en = str_terminated(op->arena, op->actor->role->name.en);
    /* Each format names every argument: the library aborts at a numbered one that is left out. */
    return diag_set(op->diag, ERR_FORBIDDEN, "您的角色“%1$s”没有此项权限(%3$s)%2$.0s",
        "your role \"%2$s\" does not have the permission %3$s%1$.0s", zh ? zh : "", en ? en : "",
        permission);
}

int64_t zone_local_days(const struct zone *z, int64_t ms)
{
    return tz_local_days(zone_pack(z)->tz, ms, NULL);
}

bool zone_day_end(const struct zone *z, str day, int64_t *ms)
{
    struct date d;
    if (!date_parse(day, &d))
        return false;
    *ms = tz_instant_of_days(zone_pack(z)->tz, date_to_days(d) + 1, 0) - 1;
    return true;
}

int64_t zone_day_begin(const struct zone *z, int64_t days)
{
    int64_t utc = days * MS_PER_DAY;
    int64_t guess = utc - (int64_t)tz_offset_s(zone_pack(z)->tz, utc) * 1000;
    return utc - (int64_t)tz_offset_s(zone_pack(z)->tz, guess) * 1000;
}

str zone_instant_text(struct op *op, int64_t ms)
{
    if (!ms)
        return STR_NONE;
    return instant_format(op->arena, ms, tz_offset_s(zone_pack(op->zone)->tz, ms));
}
