/*
 * Opening a zone: store, tables, pack, journal, in that order, since each needs the one before.
 *
 * Packs. The newest is loaded from its folder (or, for tools that only look, from the database) and
 * stored file by file under its version, so that a case begun under it can always be moved on by
 * the definitions it began with. Older versions are read back when a case first needs them and
 * kept: a list that only grows, read under a lock, at most ZONE_PACKS_MAX of them.
 */
#include "zone/zone.h"

#include "zone/case.h"
#include "zone/ledger.h"
#include "zone/register.h"
#include "zone/schema.h"

#include <pthread.h>
#include <stdio.h>

enum { ZONE_PACKS_MAX = 200, PACK_ARENA_BYTES = 128 * 1024 * 1024, ZONE_ARENA_BYTES = 1024 * 1024 };

struct loaded_pack {
    struct loaded_pack *older;
    const struct pack *pack;
    struct arena arena;
};

struct zone_packs {
    pthread_mutex_t lock;
    struct loaded_pack *newest; /* the one in force is `current` */
    const struct pack *current;
    size_t count;
};

const struct actor actor_system = { .name = { "system", 6 }, .system = true };

const struct pack *zone_pack(const struct zone *z)
{
    return z->packs->current;
}

static enum err load(struct zone *z, const struct pack_source *source, struct diag_list *faults,
    struct loaded_pack **out, struct diag *d)
{
    struct loaded_pack *l = mem_alloc(sizeof *l);
    arena_init(&l->arena, NULL, PACK_ARENA_BYTES);
    struct pack_options options = { .sys = z->sys, .verbs = verb_words() };
    enum err e = pack_load(&l->arena, source, &options, &l->pack, faults);
    if (e != OK) {
        if (faults->count)
            *d = *faults->items[0];
        else
            diag_set(d, e, "配置包无法加载", "the pack could not be loaded");
        arena_release(&l->arena);
        mem_free(l);
        return e;
    }
    *out = l;
    return OK;
}

static void keep(struct zone_packs *packs, struct loaded_pack *l)
{
    l->older = packs->newest;
    packs->newest = l;
    packs->count++;
}

static const struct pack *loaded(const struct zone_packs *packs, str version)
{
    for (struct loaded_pack *l = packs->newest; l; l = l->older)
        if (str_is(version, l->pack->version))
            return l->pack;
    return NULL;
}

/* The files of a stored version. */
static enum err stored_files(struct store_conn *c, struct arena *a, str zone, str version,
    struct pack_file **out, size_t *count, struct diag *d)
{
    struct store_rows rows;
    struct pack_file *files = ARENA_ARRAY(a, struct pack_file, PACK_FILES_MAX);
    size_t used = 0;
    TRY(diag_arena(d, a));
    TRY(STORE_QUERY(c, &rows, d,
        "SELECT path, content FROM pack_file WHERE zone = $1 AND version = $2 ORDER BY path",
        S_TEXT(zone), S_TEXT(version)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, d));
        if (!more)
            break;
        if (used < PACK_FILES_MAX)
            files[used++] = (struct pack_file){ str_copy(a, store_text(&rows, 0)),
                str_copy(a, store_text(&rows, 1)), STR_NONE };
    }
    if (!used)
        return diag_set(d, ERR_NOT_FOUND, "数据库中没有配置版本 %.12s",
            "the database holds no pack version %.12s", version.data);
    *out = files;
    *count = used;
    return diag_arena(d, a);
}

static enum err load_stored(
    struct zone *z, struct store_conn *c, str version, struct loaded_pack **out, struct diag *d)
{
    struct arena a;
    arena_init(&a, NULL, PACK_BYTES_MAX * 2);
    struct pack_file *files = NULL;
    size_t count = 0;
    struct pack_source source;
    struct diag_list faults;
    diag_list_init(&faults, &a, 4);
    enum err e = stored_files(c, &a, z->code, version, &files, &count, d);
    if (e == OK)
        e = pack_source_files(&a, files, count, "", &source, d);
    if (e == OK)
        e = load(z, &source, &faults, out, d);
    arena_release(&a);
    return e;
}

enum err zone_pack_version(struct op *op, str version, const struct pack **out)
{
    struct zone_packs *packs = op->zone->packs;
    if (str_is(version, packs->current->version)) {
        *out = packs->current;
        return OK;
    }
    pthread_mutex_lock(&packs->lock);
    const struct pack *pack = loaded(packs, version);
    enum err e = OK;
    if (!pack && packs->count >= ZONE_PACKS_MAX) {
        e = diag_set(op->diag, ERR_LIMIT, "在用的配置版本超过 %d 个",
            "more than %d pack versions are in use", ZONE_PACKS_MAX);
    } else if (!pack) {
        struct loaded_pack *l;
        e = load_stored(op->zone, op->conn, version, &l, op->diag);
        if (e == OK) {
            keep(packs, l);
            pack = l->pack;
        }
    }
    pthread_mutex_unlock(&packs->lock);
    if (e == OK)
        *out = pack;
    return e;
}

static enum err record_version(struct op *op, void *ctx)
{
    (void)ctx;
    const struct pack *p = zone_pack(op->zone);
    str zone = op->zone->code, version = str_from(p->version);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO pack_version (zone, version, loaded_at) VALUES ($1, $2, $3) ON CONFLICT"
        " (zone, version) DO NOTHING",
        S_TEXT(zone), S_TEXT(version), S_INT(op->now_ms)));
    if (store_changes(op->conn) == 0) /* known: it is the newest again */
        return STORE_EXEC(op->conn, op->diag,
            "UPDATE pack_version SET loaded_at = $3 WHERE zone = $1 AND version = $2", S_TEXT(zone),
            S_TEXT(version), S_INT(op->now_ms));
    for (size_t i = 0; i < p->file_count; i++)
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO pack_file (zone, version, path, content) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (zone, version, path) DO NOTHING",
            S_TEXT(zone), S_TEXT(version), S_TEXT(p->files[i].path), S_TEXT(p->files[i].text)));
    json_t *data = json_pack("{s:s, s:i}", "version", p->version, "files", (int)p->file_count);
    return ledger_append(op, &(struct ledger_event){ .kind = "pack.deploy", .data = data }, NULL);
}

/* The newest version and the zone it is for, from the database alone. */
static enum err newest_stored(struct zone *z, struct store_conn *c, str *version, struct diag *d)
{
    struct store_rows rows;
    enum err e = store_one(c, &rows, d,
        "SELECT zone, version FROM pack_version ORDER BY loaded_at DESC LIMIT 1", NULL, 0);
    if (e == ERR_NOT_FOUND)
        return diag_set(d, e, "数据目录中还没有配置,请先用 --zone 指明配置目录",
            "the data folder holds no pack yet; name its folder with --zone");
    TRY(e);
    z->code = str_copy(&z->arena, store_text(&rows, 0));
    *version = str_copy(&z->arena, store_text(&rows, 1));
    store_rows_end(&rows);
    return OK;
}

static enum err open_pack(
    struct zone *z, const struct zone_options *o, struct diag_list *faults, struct diag *d)
{
    struct loaded_pack *l = NULL;
    if (o->pack_dir) {
        struct pack_source source;
        struct arena a;
        arena_init(&a, NULL, PACK_BYTES_MAX * 2);
        enum err e = pack_source_folder(&a, z->sys, o->pack_dir, &source, d);
        if (e == OK)
            e = load(z, &source, faults, &l, d);
        arena_release(&a);
        TRY(e);
        z->code = l->pack->zone.code;
    } else {
        struct store_conn *c;
        str version;
        TRY(store_read_begin(z->store, &c, d));
        enum err e = newest_stored(z, c, &version, d);
        if (e == OK)
            e = load_stored(z, c, version, &l, d);
        store_read_end(c);
        TRY(e);
    }
    keep(z->packs, l);
    z->packs->current = l->pack;
    return OK;
}

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
        .readers_max = o->readers_max };
    TRY(store_open(&options, &z->store, d));
    if (o->read_only)
        return OK;
    return store_migrate(z->store, "zone", zone_migrations, zone_migration_count, d);
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
    TRY(open_pack(z, o, faults, d));
    TRY(ledger_open(z, !o->read_only, d));
    TRY(continue_ids(z, d));
    if (o->read_only || !o->pack_dir)
        return OK;
    TRY(register_prepare(z, d));
    struct arena a;
    arena_init(&a, NULL, PACK_BYTES_MAX);
    struct op op = {
        .zone = z, .arena = &a, .actor = &actor_system, .now_ms = sys_now_ms(z->sys), .diag = d
    };
    enum err e = zone_write(&op, record_version, NULL);
    arena_release(&a);
    return e;
}

enum err zone_open(
    const struct zone_options *o, struct zone **out, struct diag_list *faults, struct diag *d)
{
    struct zone *z = mem_alloc(sizeof *z);
    z->sys = o->sys;
    arena_init(&z->arena, NULL, ZONE_ARENA_BYTES);
    z->data_dir = str_copy(&z->arena, str_from(o->data_dir)).data;
    id_source_init(&z->ids, o->node);
    z->packs = mem_alloc(sizeof *z->packs);
    pthread_mutex_init(&z->packs->lock, NULL);
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
    while (z->packs->newest) {
        struct loaded_pack *l = z->packs->newest;
        z->packs->newest = l->older;
        arena_release(&l->arena);
        mem_free(l);
    }
    pthread_mutex_destroy(&z->packs->lock);
    mem_free(z->packs);
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
    enum err e = call->fn(call->op, call->ctx);
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

str zone_instant_text(struct op *op, int64_t ms)
{
    if (!ms)
        return STR_NONE;
    return instant_format(op->arena, ms, tz_offset_s(zone_pack(op->zone)->tz, ms));
}
