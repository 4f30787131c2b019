/* See given.h. */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The engine's verbs, from their one list. */
static const char *const verbs[] = {
#define V(name, word, zh, en, inputs, kind, undo) word,
#include "zone/verbs.def"
#undef V
    NULL
};

static struct sys sys_now;

__attribute__((constructor)) static void fill_options(void)
{
    sys_now = *sys_real();
}

const struct pack_options given_options = { .sys = &sys_now, .verbs = verbs };

/* The sample zone as it is, read once for the process. */
static struct given whole;

static void read_whole(void)
{
    struct pack_source source;
    struct diag d = { 0 };
    str *paths = NULL;
    size_t count = 0;
    arena_init(&whole.arena, NULL, 256 * MIB);
    assert_int_equal(
        pack_source_folder(&whole.arena, sys_real(), ZONES_DIR "/nanchang", &source, &d), OK);
    assert_int_equal(source.list(source.ctx, &whole.arena, &paths, &count, &d), OK);
    for (size_t i = 0; i < count; i++) {
        str text = STR_NONE;
        assert_int_equal(source.read(source.ctx, &whole.arena, paths[i], 64 * MIB, &text, &d), OK);
        whole.files[whole.count++] = (struct pack_file){ .path = paths[i], .text = text };
    }
}

void given_open(struct given *g)
{
    if (!whole.count)
        read_whole();
    *g = whole;
    arena_init(&g->arena, NULL, 256 * MIB);
}

void given_thin(struct given *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        str path = g->files[i].path;
        if (!str_starts(path, STR("services/items/")) || str_is(path, "services/items/MKT.json"))
            g->files[kept++] = g->files[i];
    }
    g->count = kept;
    g->examples_aside = true;
}

void given_close(struct given *g)
{
    arena_release(&g->arena);
}

struct pack_file *given_file(struct given *g, const char *path)
{
    for (size_t i = 0; i < g->count; i++)
        if (str_is(g->files[i].path, path))
            return &g->files[i];
    fail_msg("the sample zone has no file %s", path);
    return NULL;
}

void given_add(struct given *g, const char *path, str text)
{
    assert_true(g->count < sizeof g->files / sizeof g->files[0]);
    g->files[g->count++] =
        (struct pack_file){ .path = str_copy(&g->arena, str_from(path)), .text = text };
}

void given_remove(struct given *g, const char *path)
{
    *given_file(g, path) = g->files[g->count - 1];
    g->count--;
}

void given_replace(struct given *g, const char *path, const char *old, const char *new)
{
    struct pack_file *f = given_file(g, path);
    ptrdiff_t at = str_find(f->text, str_from(old), 0);
    if (at < 0 || str_find(f->text, str_from(old), (size_t)at + 1) >= 0)
        fail_msg("\"%s\" does not stand exactly once in %s", old, path);
    str before = str_slice(f->text, 0, (size_t)at);
    str after = str_slice(f->text, (size_t)at + strlen(old), f->text.bytes);
    f->text = str_concat(&g->arena, str_concat(&g->arena, before, str_from(new)), after);
}

enum err given_load(struct given *g, const struct pack **out)
{
    struct pack_source source;
    struct diag d = { 0 };
    diag_list_init(&g->faults, &g->arena, PACK_FAULTS_MAX);
    assert_int_equal(pack_source_files(&g->arena, g->files, g->count, "zone", &source, &d), OK);
    struct pack_options options = given_options;
    options.examples_aside = g->examples_aside;
    return pack_load(&g->arena, &source, &options, out, &g->faults);
}

bool given_says(struct given *g, const char *file, int line, const char *words)
{
    for (size_t i = 0; i < g->faults.count; i++) {
        const struct diag *d = g->faults.items[i];
        if (strcmp(d->file, file) == 0 && (!line || d->line == line) && strstr(d->en, words)
            && d->zh[0])
            return true;
    }
    print_message("no fault at %s:%d says \"%s\"; these were found:\n", file, line, words);
    for (size_t i = 0; i < g->faults.count; i++) {
        str text = diag_line(&g->arena, g->faults.items[i], "en");
        print_message("  %.*s\n", STR_ARGS(text));
    }
    return false;
}

void given_expect(struct given *g, const char *file, int line, const char *words)
{
    if (!given_says(g, file, line, words))
        fail_msg("%s: the expected fault is missing", file);
}

int given_line(struct given *g, const char *path, const char *text)
{
    const struct pack_file *f = given_file(g, path);
    ptrdiff_t at = str_find(f->text, str_from(text), 0);
    int line = 1;
    if (at < 0)
        fail_msg("\"%s\" does not stand in %s", text, path);
    for (ptrdiff_t i = 0; i < at; i++)
        line += f->text.data[i] == '\n';
    return line;
}
