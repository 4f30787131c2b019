/* The real world's table, on a folder of its own. */
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    struct arena arena;
    const struct sys *sys;
    char folder[64];
    struct diag d;
};

static const char *in(struct world *w, const char *name)
{
    return str_printf(&w->arena, "%s/%s", w->folder, name).data;
}

static int open_world(void **state)
{
    static struct world w;
    w = (struct world){ .sys = sys_real(), .folder = "/tmp/junma-sys-test-XXXXXX" };
    arena_init(&w.arena, NULL, 4 * MIB);
    *state = &w;
    return mkdtemp(w.folder) ? 0 : -1;
}

static int close_world(void **state)
{
    struct world *w = *state;
    static const char *const files[] = { "a", "b", "sub/deep/x" };
    static const char *const folders[] = { "sub/deep", "sub", "" };
    for (size_t i = 0; i < 3; i++)
        unlink(in(w, files[i]));
    for (size_t i = 0; i < 3; i++)
        rmdir(in(w, folders[i]));
    arena_release(&w->arena);
    return access(w->folder, F_OK) == 0 ? -1 : 0; /* nothing was left behind beside the files */
}

static void files_go_round(void **state)
{
    struct world *w = *state;
    str back;
    assert_ok(w->sys->file_write(w->sys->ctx, in(w, "a"), STR("first"), &w->d), &w->d);
    assert_ok(w->sys->file_write(w->sys->ctx, in(w, "a"), (str){ "se\0ond", 6 }, &w->d), &w->d);
    assert_ok(w->sys->file_read(w->sys->ctx, &w->arena, in(w, "a"), 100, &back, &w->d), &w->d);
    assert_int_equal(back.bytes, 6);
    assert_memory_equal(back.data, "se\0ond", 6);
    assert_ok(w->sys->file_write(w->sys->ctx, in(w, "b"), STR_NONE, &w->d), &w->d);
    assert_ok(w->sys->file_read(w->sys->ctx, &w->arena, in(w, "b"), 0, &back, &w->d), &w->d);
    assert_int_equal(back.bytes, 0);
}

static void limits_and_absences(void **state)
{
    struct world *w = *state;
    struct diag d = { 0 };
    str back = STR("untouched");
    assert_int_equal(w->sys->file_read(w->sys->ctx, &w->arena, in(w, "a"), 5, &back, &d), ERR_TOO_LARGE);
    assert_string_equal(d.file, in(w, "a"));
    assert_int_equal(w->sys->file_read(w->sys->ctx, &w->arena, in(w, "none"), 5, &back, &d), ERR_NOT_FOUND);
    assert_int_equal(w->sys->file_read(w->sys->ctx, &w->arena, w->folder, 5, &back, &d), ERR_IO);
    assert_int_equal(w->sys->file_read(w->sys->ctx, &w->arena, in(w, "a/x"), 5, &back, &d), ERR_NOT_FOUND);
    assert_int_equal(w->sys->file_write(w->sys->ctx, in(w, "none/x"), STR("x"), &d), ERR_NOT_FOUND);
    assert_int_equal(w->sys->file_remove(w->sys->ctx, in(w, "none"), &d), ERR_NOT_FOUND);
    assert_text(back, "untouched");
    struct arena small;
    arena_init(&small, NULL, 16);
    assert_int_equal(w->sys->file_read(w->sys->ctx, &small, in(w, "a"), 100, &back, &d), ERR_MEMORY);
    arena_release(&small);
}

static void full_disk(void **state)
{
    struct world *w = *state;
    struct diag d = { 0 };
    assert_int_equal(sys_errno(&d, 28, "x"), ERR_DISK_FULL); /* ENOSPC */
    assert_int_equal(sys_errno(&d, 30, "x"), ERR_READ_ONLY); /* EROFS */
    assert_int_equal(sys_errno(&d, 5, "x"), ERR_IO);
    assert_true(d.zh[0] && d.en[0]);
    (void)w;
}

static void folders(void **state)
{
    struct world *w = *state;
    str *names = NULL;
    size_t count = 0;
    struct diag d = { 0 };
    assert_ok(w->sys->dir_create(w->sys->ctx, in(w, "sub/deep"), &w->d), &w->d);
    assert_ok(w->sys->dir_create(w->sys->ctx, in(w, "sub/deep/"), &w->d), &w->d);
    assert_int_equal(w->sys->dir_create(w->sys->ctx, in(w, "a"), &d), ERR_IO); /* a file has the name */
    assert_ok(w->sys->file_write(w->sys->ctx, in(w, "sub/deep/x"), STR("x"), &w->d), &w->d);
    assert_ok(w->sys->dir_list(w->sys->ctx, &w->arena, w->folder, &names, &count, &w->d), &w->d);
    assert_int_equal(count, 3); /* sorted, no ".part" left */
    assert_text(names[0], "a");
    assert_text(names[1], "b");
    assert_text(names[2], "sub/");
    assert_int_equal(
        w->sys->dir_list(w->sys->ctx, &w->arena, in(w, "none"), &names, &count, &d), ERR_NOT_FOUND);
    assert_ok(w->sys->file_remove(w->sys->ctx, in(w, "sub/deep/x"), &w->d), &w->d);
}

static void clocks_and_dice(void **state)
{
    struct world *w = *state;
    int64_t before = w->sys->monotonic_ns(w->sys->ctx);
    assert_true(w->sys->monotonic_ns(w->sys->ctx) >= before);
    assert_true(sys_now_ms(w->sys) > INT64_C(1700000000000));
    unsigned char one[64] = { 0 }, other[64] = { 0 };
    sys_random(w->sys, one, sizeof one);
    sys_random(w->sys, other, sizeof other);
    assert_memory_not_equal(one, other, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_go_round),
        cmocka_unit_test(limits_and_absences),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(folders),
        cmocka_unit_test(clocks_and_dice),
    };
    return cmocka_run_group_tests_name("base/sys", tests, open_world, close_world);
}
