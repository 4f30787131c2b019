/*
 * Fuzz target: a pack in which one file is damaged. The input is a path of the sample zone, a NUL
 * and the text that stands there instead. Loading either refuses it with faults that name a file,
 * or gives a pack that can be asked.
 *
 * Most years of the calendar stay away, so that one run takes milliseconds.
 */
#include "pack/pack.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { FILES_MOST = 2000 };

static const char *const verbs[] = {
#define V(name, word, ...) word,
#include "zone/verbs.def"
#undef V
    NULL
};

/* The sample zone's files, read once for the process. */
struct given {
    struct arena arena;
    struct pack_file files[FILES_MOST];
    size_t count;
};

static bool is_old_year(str path)
{
    return str_starts(path, STR("calendar/20")) && !str_is(path, "calendar/2026.json");
}

static void read_zone(struct given *g)
{
    struct pack_source source;
    struct diag d = { 0 };
    str *paths;
    size_t count;
    arena_init(&g->arena, NULL, 64 * MIB);
    struct arena *a = &g->arena;
    ASSERT(pack_source_folder(a, sys_real(), ZONE_DIR, &source, &d) == OK);
    ASSERT(source.list(source.ctx, a, &paths, &count, &d) == OK);
    for (size_t i = 0; i < count; i++) {
        bool definition = !str_ends(paths[i], STR(".md")) && !str_starts(paths[i], STR("sample/"))
            && str_find(paths[i], STR("/sample/"), 0) < 0;
        if (!definition || is_old_year(paths[i]))
            continue;
        ASSERT(g->count < FILES_MOST);
        struct pack_file *f = &g->files[g->count++];
        f->path = paths[i];
        ASSERT(source.read(source.ctx, a, paths[i], PACK_FILE_BYTES_MAX, &f->text, &d) == OK);
    }
}

static enum err load(
    struct arena *a, const struct given *g, size_t damaged, str text, const struct pack **out)
{
    struct pack_file files[FILES_MOST];
    struct pack_source source;
    struct diag_list faults;
    struct diag d = { 0 };
    const struct pack_options options = { .sys = sys_real(),
        .verbs = verbs,
        .examples_aside = !str_starts(g->files[damaged].path, STR("policies/")) };
    memcpy(files, g->files, sizeof files);
    files[damaged].text = text;
    diag_list_init(&faults, a, PACK_FAULTS_MAX);
    ASSERT(pack_source_files(a, files, g->count, "", &source, &d) == OK);
    enum err e = pack_load(a, &source, &options, out, &faults);
    if (e != OK)
        ASSERT(faults.total || arena_failed(a));
    for (size_t i = 0; i < faults.count; i++)
        ASSERT(faults.items[i]->file[0] && faults.items[i]->zh[0] && faults.items[i]->en[0]);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct given zone;
    const struct pack *p;
    struct arena a;
    if (!zone.count) {
        read_zone(&zone);
        arena_init(&a, NULL, 64 * MIB);
        ASSERT(load(&a, &zone, 0, zone.files[0].text, &p) == OK);
        arena_release(&a);
    }
    str text = { (const char *)data, bytes }, path = STR_NONE;
    size_t damaged = 0;
    (void)str_split(&text, 0, &path);
    while (damaged < zone.count && !str_equal(zone.files[damaged].path, path))
        damaged++;
    if (damaged == zone.count)
        return 0;
    arena_init(&a, NULL, 64 * MIB);
    if (load(&a, &zone, damaged, text, &p) == OK)
        for (size_t i = 0; i < p->system_count; i++)
            ASSERT(!p->systems[i].kind.bytes
                || pack_kind(p, p->systems[i].kind) == &p->systems[i]);
    arena_release(&a);
    return 0;
}
