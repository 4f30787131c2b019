/*
 * Loading a pack: read every file, read every definition, then check what they say about each
 * other. A step that fails reports and the next one runs, so that all faults come out of one run;
 * only when the files themselves cannot be read is there nothing to go on with.
 */
#include "pack/internal.h"

#include <stdlib.h>
#include <string.h>

const char *file_label(struct loader *l, str path)
{
    const char *label = l->source->label ? l->source->label : "";
    str whole = str_printf(l->arena, "%s%s%.*s", label, label[0] ? "/" : "", STR_ARGS(path));
    const char *name = str_terminated(l->arena, whole);
    return name ? name : "";
}

static int path_against(const void *path, const void *file)
{
    return str_compare(*(const str *)path, ((const struct pack_file *)file)->path);
}

const struct pack_file *file_use(struct loader *l, str path)
{
    if (!l->pack->file_count)
        return NULL;
    const struct pack_file *f
        = bsearch(&path, l->files, l->pack->file_count, sizeof *l->files, path_against);
    if (f)
        l->used[f - l->files] = true;
    return f;
}

const struct pack_file *file_next(const struct loader *l, str folder, str suffix, size_t *at)
{
    while (*at < l->pack->file_count) {
        const struct pack_file *f = &l->files[(*at)++];
        if (str_starts(f->path, folder) && str_ends(f->path, suffix)
            && str_find(f->path, STR("/"), folder.bytes) < 0)
            return f;
    }
    return NULL;
}

const struct pack_file *file_each(
    const struct loader *l, const char *folder, const char *suffix, size_t *at, str *name)
{
    while (*at < l->pack->file_count) {
        const struct pack_file *f = &l->files[(*at)++];
        str rest = f->path, part;
        (void)str_split(&rest, '/', &part);
        for (size_t i = 0; i < l->folder_count; i++)
            if (str_equal(l->folders[i], part)) {
                (void)str_split(&rest, '/', &part);
                break;
            }
        if (!str_is(part, folder) || !str_ends(rest, str_from(suffix))
            || str_find(rest, STR("/"), 0) >= 0)
            continue;
        *name = str_slice(rest, 0, rest.bytes - strlen(suffix));
        return f;
    }
    return NULL;
}

void check_unused(struct loader *l)
{
    for (size_t i = 0; i < l->pack->file_count; i++)
        if (!l->used[i])
            FAULT_LINE(l, file_label(l, l->files[i].path), 0, STR_NONE,
                "没有任何定义用到这个文件;请改正文件名,或删去它",
                "nothing refers to this file; correct its name or remove it");
}

static void read_parts(struct loader *l)
{
    read_zone(l);
    read_units(l);
    read_roles(l);
    read_calendar(l);
    read_statutes(l);
    read_codes(l);
    read_registers(l);
    read_parameters(l);
    read_connectors(l);
    read_licences(l);
    read_map(l);
    read_systems(l);
    read_column_decisions(l);
    settle_figures(l);
    read_raises(l);
    read_makes(l);
    read_pages(l);
    read_open311(l);
    read_policies(l);
    read_funds(l);
    read_bulletins(l);
    for (size_t i = 0; i < l->pack->system_count; i++)
        if (l->pack->systems[i].kind.bytes) {
            check_system(l, &l->pack->systems[i]);
            check_catalogue(l, &l->pack->systems[i]);
        }
    check_retention(l);
    check_unused(l);
}

enum err pack_load(struct arena *a, const struct pack_source *source,
    const struct pack_options *options, const struct pack **out, struct diag_list *faults)
{
    struct diag d = { 0 };
    struct pack *p = ARENA_NEW(a, struct pack);
    struct loader l = { .arena = a, .source = source, .options = options, .faults = faults,
        .pack = p };
    enum err e = diag_arena(&d, a);
    if (e == OK)
        e = files_read(&l, &d);
    if (e != OK) {
        diag_list_add(faults, &d);
        return e;
    }
    read_parts(&l);
    e = diag_arena(&d, a);
    if (e != OK) {
        diag_list_add(faults, &d);
        return e;
    }
    if (l.first != OK)
        return l.first;
    *out = p;
    return OK;
}
