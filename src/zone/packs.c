/*
 * Packs in memory, and which of them is in use; packs.h tells the rules.
 *
 * Loaded packs stand in a list that only grows, guarded by a lock; the one in use is an atomic
 * pointer beside it. Nothing is freed before the zone is closed, so that a reader needs no lock and
 * no count: with at most ZONE_PACKS_MAX of them that is the cheapest thing that is safe.
 */
#include "zone/packs.h"

#include "zone/case.h"
#include "zone/packs_internal.h"
#include "zone/register.h"
#include "zone/service.h"

#include <pthread.h>
#include <string.h>

enum { ZONE_PACKS_MAX = 400, FAULTS_HERE_MAX = 4 };

struct loaded_pack {
    struct loaded_pack *older;
    const struct pack *pack;
    struct arena arena;
};

struct zone_packs {
    pthread_mutex_t lock;
    struct loaded_pack *newest; /* the list */
    size_t count;
    _Atomic(const struct pack *) current;
    int64_t use;              /* id of the row by which `current` came into use */
    const char *dir;          /* the folder, or NULL */
    char folder[65];          /* the version that it holds, or "" */
    bool to_record, to_store; /* while opening */
    const struct pack *of_folder;
};

struct zone_packs *packs_create(void)
{
    struct zone_packs *p = mem_alloc(sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void packs_destroy(struct zone_packs *p)
{
    while (p->newest) {
        struct loaded_pack *l = p->newest;
        p->newest = l->older;
        pack_drop(l);
    }
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

const struct pack *zone_pack(const struct zone *z)
{
    return atomic_load_explicit(&z->packs->current, memory_order_acquire);
}

const struct pack *pack_of(const struct loaded_pack *l)
{
    return l->pack;
}

void pack_drop(struct loaded_pack *l)
{
    if (!l)
        return;
    arena_release(&l->arena);
    mem_free(l);
}

/* ---- reading ---- */

static enum err load(struct zone *z, const struct pack_source *source, bool tried,
    struct diag_list *faults, struct loaded_pack **out, struct diag *d)
{
    struct loaded_pack *l = mem_alloc(sizeof *l);
    arena_init(&l->arena, NULL, PACK_ARENA_BYTES);
    struct pack_options options = { .sys = z->sys, .verbs = verb_words(), .examples_aside = tried };
    enum err e = pack_load(&l->arena, source, &options, &l->pack, faults);
    if (e != OK) {
        if (faults->count)
            *d = *faults->items[0];
        else
            diag_set(d, e, "配置包无法加载", "the pack could not be loaded");
        pack_drop(l);
        return e;
    }
    *out = l;
    return OK;
}

static enum err read_files(struct zone *z, const struct pack_file *files, size_t count, bool tried,
    struct diag_list *faults, struct loaded_pack **out, struct diag *d)
{
    struct arena a;
    struct pack_source source;
    arena_init(&a, NULL, MIB);
    enum err e = pack_source_files(&a, files, count, "", &source, d);
    if (e == OK)
        e = load(z, &source, tried, faults, out, d);
    arena_release(&a);
    return e;
}

enum err pack_read(struct zone *z, const struct pack_file *files, size_t count,
    struct diag_list *faults, struct loaded_pack **out, struct diag *d)
{
    return read_files(z, files, count, false, faults, out, d);
}

enum err pack_read_tried(struct zone *z, const struct pack_file *files, size_t count,
    struct diag_list *faults, struct loaded_pack **out, struct diag *d)
{
    return read_files(z, files, count, true, faults, out, d);
}

enum err pack_read_folder(struct zone *z, const char *folder, struct diag_list *faults,
    struct loaded_pack **out, struct diag *d)
{
    struct arena a;
    struct pack_source source;
    arena_init(&a, NULL, (size_t)PACK_BYTES_MAX * 2);
    enum err e = pack_source_folder(&a, z->sys, folder, &source, d);
    if (e == OK)
        e = load(z, &source, false, faults, out, d);
    arena_release(&a);
    return e;
}

enum err pack_read_version(
    struct op *op, str version, struct diag_list *faults, struct loaded_pack **out)
{
    struct arena a;
    struct pack_file *files = NULL;
    size_t count = 0;
    arena_init(&a, NULL, (size_t)PACK_BYTES_MAX * 2);
    enum err e = packs_stored_files(op, &a, version, &files, &count);
    if (e == OK)
        e = pack_read(op->zone, files, count, faults, out, op->diag);
    arena_release(&a);
    return e;
}

/* ---- the list ---- */

static const struct pack *loaded(const struct zone_packs *packs, str version)
{
    for (struct loaded_pack *l = packs->newest; l; l = l->older)
        if (str_is(version, l->pack->version))
            return l->pack;
    return NULL;
}

/* Takes l; gives the pack of that version that stands in the list. */
static const struct pack *keep(struct zone_packs *packs, struct loaded_pack *l)
{
    const struct pack *there = loaded(packs, str_from(l->pack->version));
    if (there) {
        pack_drop(l);
        return there;
    }
    l->older = packs->newest;
    packs->newest = l;
    packs->count++;
    return l->pack;
}

static enum err full(struct diag *d)
{
    return diag_set(d, ERR_LIMIT, "服务器本次运行中已载入 %d 个配置版本,请重新启动后再试",
        "this run of the server has loaded %d pack versions; restart it and try again",
        ZONE_PACKS_MAX);
}

enum err zone_pack_version(struct op *op, str version, const struct pack **out)
{
    struct zone_packs *packs = op->zone->packs;
    const struct pack *pack = zone_pack(op->zone);
    if (str_is(version, pack->version)) {
        *out = pack;
        return OK;
    }
    pthread_mutex_lock(&packs->lock);
    pack = loaded(packs, version);
    enum err e = OK;
    if (!pack && packs->count >= ZONE_PACKS_MAX) {
        e = full(op->diag);
    } else if (!pack) {
        struct loaded_pack *l;
        struct diag_list faults;
        diag_list_init(&faults, op->arena, FAULTS_HERE_MAX);
        e = pack_read_version(op, version, &faults, &l);
        if (e == OK)
            pack = keep(packs, l);
    }
    pthread_mutex_unlock(&packs->lock);
    if (e == OK)
        *out = pack;
    return e;
}

enum err packs_room(struct zone *z, struct diag *d)
{
    pthread_mutex_lock(&z->packs->lock);
    bool room = z->packs->count < ZONE_PACKS_MAX;
    pthread_mutex_unlock(&z->packs->lock);
    return room ? OK : full(d);
}

const struct pack *pack_take(struct zone *z, struct loaded_pack *l, int64_t use)
{
    struct zone_packs *packs = z->packs;
    pthread_mutex_lock(&packs->lock);
    const struct pack *pack = keep(packs, l);
    if (use > packs->use) { /* a later one may have got here first */
        packs->use = use;
        atomic_store_explicit(&packs->current, pack, memory_order_release);
    }
    pthread_mutex_unlock(&packs->lock);
    return zone_pack(z);
}

/* ---- the folder ---- */

str packs_folder(struct zone *z, struct arena *a)
{
    pthread_mutex_lock(&z->packs->lock);
    str version = str_copy(a, str_from(z->packs->folder));
    pthread_mutex_unlock(&z->packs->lock);
    return version;
}

enum zone_folder_state zone_folder(struct op *op, str *version)
{
    struct pack_use use;
    str in_use = str_from(zone_pack(op->zone)->version);
    *version = packs_folder(op->zone, op->arena);
    if (!version->bytes)
        return ZONE_FOLDER_NONE;
    if (str_equal(*version, in_use))
        return ZONE_FOLDER_SAME;
    if (pack_use_newest(op, &use) == OK && str_equal(use.folder, *version))
        return ZONE_FOLDER_OLDER;
    return ZONE_FOLDER_CHANGED;
}

enum err zone_folder_read(
    struct zone *z, struct diag_list *faults, struct loaded_pack **out, struct diag *d)
{
    if (!z->packs->dir)
        return diag_set(d, ERR_NOT_FOUND, "服务器启动时没有指明配置目录(--zone)",
            "the server was started without a pack's folder (--zone)");
    return pack_read_folder(z, z->packs->dir, faults, out, d);
}

void zone_folder_is(struct zone *z, str version)
{
    ASSERT(version.bytes < sizeof z->packs->folder);
    pthread_mutex_lock(&z->packs->lock);
    memcpy(z->packs->folder, version.data, version.bytes);
    z->packs->folder[version.bytes] = 0;
    pthread_mutex_unlock(&z->packs->lock);
}

/* ---- opening ---- */

/* Does the folder lead? It does while what is in use is what it held when that came into use. */
static bool folder_leads(const struct pack_use *use)
{
    return !use->id || str_equal(use->version, use->folder);
}

static enum err stored(struct op *op, struct loaded_pack *folder, bool write)
{
    struct zone_packs *packs = op->zone->packs;
    struct pack_use use = { 0 };
    enum err e = pack_use_newest(op, &use);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (!folder && e != OK)
        return diag_set(op->diag, e, "数据目录中还没有配置,请先用 --zone 指明配置目录",
            "the data folder holds no pack yet; name its folder with --zone");
    packs->use = use.id;
    bool same = folder && str_is(use.version, folder->pack->version);
    if (folder && (same || folder_leads(&use))) {
        packs->to_record = write && !same;
        packs->current = folder->pack;
        return OK;
    }
    struct loaded_pack *l = NULL;
    struct diag_list faults;
    diag_list_init(&faults, op->arena, FAULTS_HERE_MAX);
    TRY(pack_read_version(op, use.version, &faults, &l));
    packs->current = keep(packs, l);
    packs->to_store = write && folder;
    return OK;
}

enum err packs_open(
    struct zone *z, const char *folder, bool write, struct diag_list *faults, struct diag *d)
{
    struct loaded_pack *l = NULL;
    struct arena a;
    struct op op = { .zone = z, .arena = &a, .actor = &actor_system, .diag = d };
    if (folder) {
        TRY(pack_read_folder(z, folder, faults, &l, d));
        z->packs->of_folder = keep(z->packs, l);
        z->packs->dir = str_terminated(&z->arena, str_from(folder));
        z->code = l->pack->zone.code;
        zone_folder_is(z, str_from(l->pack->version));
        TRY(diag_arena(d, &z->arena));
    }
    arena_init(&a, NULL, 4 * MIB);
    enum err e = store_read_begin(z->store, &op.conn, d);
    if (e == OK) {
        if (!folder)
            e = packs_zone_stored(&op);
        if (e == OK)
            e = stored(&op, l, write);
        store_read_end(op.conn);
    }
    arena_release(&a);
    return e;
}

static enum err record(struct op *op, void *ctx)
{
    struct zone_packs *packs = op->zone->packs;
    (void)ctx;
    TRY(register_prepare(op, zone_pack(op->zone)));
    TRY(service_prepare(op, zone_pack(op->zone)));
    if (packs->to_store)
        TRY(zone_folder_store(op, packs->of_folder));
    if (!packs->to_record)
        return OK;
    struct pack_deployment p = { .pack = zone_pack(op->zone), .origin = STR("folder") };
    return packs_record_use(op, &p, &packs->use);
}

enum err packs_opened(struct zone *z, struct diag *d)
{
    struct arena a;
    arena_init(&a, NULL, PACK_BYTES_MAX);
    struct op op = {
        .zone = z, .arena = &a, .actor = &actor_system, .now_ms = sys_now_ms(z->sys), .diag = d
    };
    enum err e = zone_write(&op, record, NULL);
    arena_release(&a);
    return e;
}
