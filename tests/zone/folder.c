/* See folder.h. */
#include "folder.h"

#include "base/sys.h"

#include <unistd.h>

enum { FILE_BYTES_MAX = 32 << 20 };

static bool copy_one(struct arena *a, const char *from, const char *to, str name)
{
    const struct sys *sys = sys_real();
    struct diag d = { 0 };
    str text;
    str source = str_printf(a, "%s/%.*s", from, STR_ARGS(name));
    str target = str_printf(a, "%s/%.*s", to, STR_ARGS(name));
    /* Private, as the zone writes it: keys are among them. */
    return sys->file_read(sys->ctx, a, source.data, FILE_BYTES_MAX, &text, &d) == OK
        && sys->file_write_private(sys->ctx, target.data, text, &d) == OK;
}

static bool each(const char *folder, bool (*f)(struct arena *, const char *, const char *, str),
    const char *other)
{
    const struct sys *sys = sys_real();
    struct arena a;
    struct diag d = { 0 };
    str *names = NULL;
    size_t count = 0;
    arena_init(&a, NULL, 2 * (size_t)FILE_BYTES_MAX);
    bool good = sys->dir_list(sys->ctx, &a, folder, &names, &count, &d) == OK;
    for (size_t i = 0; good && i < count; i++)
        good = f(&a, folder, other, names[i]);
    arena_release(&a);
    return good;
}

bool folder_copy(const char *from, const char *to)
{
    return each(from, copy_one, to);
}

static bool drop_one(struct arena *a, const char *folder, const char *other, str name)
{
    (void)other;
    unlink(str_printf(a, "%s/%.*s", folder, STR_ARGS(name)).data);
    return true;
}

void folder_drop(const char *folder)
{
    each(folder, drop_one, "");
    rmdir(folder);
}
