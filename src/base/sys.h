/*
 * The world outside in one replaceable table: clock, randomness, files. Nothing below src/command
 * asks the operating system directly, so that a test can hand in a table whose time stands still,
 * whose randomness repeats from a seed, whose disk is full.
 *
 * Sockets belong to the HTTP library and the database's pages to the database library; both have
 * replaceable layers of their own, which src/http and src/store use in their tests.
 */
#ifndef JUNMA_BASE_SYS_H
#define JUNMA_BASE_SYS_H

#include "base/err.h"

struct sys {
    void *ctx;
    /* Milliseconds since 1970-01-01T00:00:00Z. */
    int64_t (*now_ms)(void *ctx);
    /* Nanoseconds of a clock that never goes back. */
    int64_t (*monotonic_ns)(void *ctx);
    /* Fills all bytes from a cryptographic source, or aborts. */
    void (*random)(void *ctx, void *out, size_t bytes);
    /* The whole file; ERR_NOT_FOUND, ERR_TOO_LARGE (over bytes_max), ERR_IO. */
    enum err (*file_read)(void *ctx, struct arena *a, const char *path, size_t bytes_max, str *out,
        struct diag *d);
    /* Written beside, synced, renamed: the old file or the new one, never a part. ERR_DISK_FULL,
     * ERR_READ_ONLY, ERR_IO. */
    enum err (*file_write)(void *ctx, const char *path, str data, struct diag *d);
    /* The same for a secret: readable by its owner alone. */
    enum err (*file_write_private)(void *ctx, const char *path, str data, struct diag *d);
    /* Creates a directory and its parents. */
    enum err (*dir_create)(void *ctx, const char *path, struct diag *d);
    /* Names in a directory, sorted, without "." and ".."; directories end in '/'. */
    enum err (*dir_list)(void *ctx, struct arena *a, const char *path, str **names, size_t *count,
        struct diag *d);
    /* ERR_NOT_FOUND when there is none. */
    enum err (*file_remove)(void *ctx, const char *path, struct diag *d);
    /* Is the name itself a symbolic link? NULL in a table without links. */
    bool (*is_link)(void *ctx, const char *path);
};

/* The real one; shared, immutable. */
const struct sys *sys_real(void);

static inline int64_t sys_now_ms(const struct sys *s)
{
    return s->now_ms(s->ctx);
}
static inline void sys_random(const struct sys *s, void *out, size_t bytes)
{
    s->random(s->ctx, out, bytes);
}

/* errno of a failed file call as an error with a message that names the path. */
enum err sys_errno(struct diag *d, int error_number, const char *path);

#endif
