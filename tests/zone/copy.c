/* See copy.h. */
#include "copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4 << 20 };

static void copy_folder(struct copy *c, const char *from, const char *to)
{
    const struct sys *sys = sys_real();
    struct diag d = { 0 };
    str *names, text;
    size_t count;
    assert_int_equal(sys->dir_create(NULL, to, &d), OK);
    assert_int_equal(sys->dir_list(NULL, &c->arena, from, &names, &count, &d), OK);
    for (size_t i = 0; i < count; i++) {
        str source = str_printf(&c->arena, "%s/%.*s", from, STR_ARGS(names[i]));
        str target = str_printf(&c->arena, "%s/%.*s", to, STR_ARGS(names[i]));
        if (str_ends(names[i], STR("/"))) {
            if (!str_is(names[i], "sample/"))
                copy_folder(c, str_slice(source, 0, source.bytes - 1).data,
                    str_terminated(&c->arena, str_slice(target, 0, target.bytes - 1)));
            continue;
        }
        assert_int_equal(
            sys->file_read(NULL, &c->arena, source.data, FILE_BYTES_MAX, &text, &d), OK);
        assert_int_equal(sys->file_write(NULL, target.data, text, &d), OK);
        assert_true(c->count < COPY_FILES_MAX);
        c->paths[c->count++] = target;
    }
}

void copy_make(struct copy *c)
{
    memset(c, 0, sizeof *c);
    arena_init(&c->arena, NULL, 64 * MIB);
    snprintf(c->folder, sizeof c->folder, "/tmp/junma-pack-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    copy_folder(c, ZONES_DIR "/nanchang", c->folder);
}

void copy_remove(struct copy *c)
{
    static const char *const folders[] = { "requests/figures", "requests", "registers", "codes",
        "calendar", "." };
    for (size_t i = 0; i < c->count; i++)
        unlink(c->paths[i].data);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", c->folder, folders[i]);
        rmdir(path);
    }
    rmdir(c->folder);
    arena_release(&c->arena);
}

void copy_change(struct copy *c, const char *file, const char *old, const char *fresh)
{
    const struct sys *sys = sys_real();
    struct diag d = { 0 };
    struct buf b;
    str text;
    str path = str_printf(&c->arena, "%s/%s", c->folder, file);
    size_t at = 0, times = 0;
    assert_int_equal(sys->file_read(NULL, &c->arena, path.data, FILE_BYTES_MAX, &text, &d), OK);
    buf_init(&b, &c->arena, FILE_BYTES_MAX);
    for (ptrdiff_t found; (found = str_find(text, str_from(old), at)) >= 0; times++) {
        buf_add(&b, str_slice(text, at, (size_t)found));
        buf_add(&b, str_from(fresh));
        at = (size_t)found + strlen(old);
    }
    buf_add(&b, str_slice(text, at, text.bytes));
    assert_true(times > 0);
    assert_int_equal(sys->file_write(NULL, path.data, buf_str(&b), &d), OK);
}

void copy_write(struct copy *c, const char *file, const char *text)
{
    struct diag d = { 0 };
    str path = str_printf(&c->arena, "%s/%s", c->folder, file);
    assert_int_equal(sys_real()->file_write(NULL, path.data, str_from(text), &d), OK);
}

void copy_add(struct copy *c, const char *file, const char *text)
{
    struct diag d = { 0 };
    str path = str_printf(&c->arena, "%s/%s", c->folder, file);
    assert_int_equal(sys_real()->file_write(NULL, path.data, str_from(text), &d), OK);
    c->paths[c->count++] = path;
}
