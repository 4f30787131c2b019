/*
 * The world of a made-up year: files and disks are the real ones, the clock shows what it is set
 * to, and randomness repeats from the seed, so that the same seed and the same day give the same
 * zone to the last journal leaf. The signing key alone must be secret: until the key has been
 * written, and whenever a secret is written later, randomness is the real one.
 *
 * The clock is set by the writer's thread while the main thread waits for the write.
 */
#include "command/sample.h"

#include <string.h>

static int64_t now_ms(void *ctx)
{
    return ((struct sample_world *)ctx)->now_ms;
}

static int64_t monotonic_ns(void *ctx)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->monotonic_ns(r->ctx);
}

static void random_bytes(void *ctx, void *out, size_t bytes)
{
    struct sample_world *w = ctx;
    if (!w->repeats) {
        sys_random(w->real, out, bytes);
        return;
    }
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        uint64_t word = sample_next(&w->random);
        size_t part = bytes - i < sizeof word ? bytes - i : sizeof word;
        memcpy((char *)out + i, &word, part);
    }
}

static enum err file_read(
    void *ctx, struct arena *a, const char *path, size_t bytes_max, str *out, struct diag *d)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->file_read(r->ctx, a, path, bytes_max, out, d);
}

static enum err file_write(void *ctx, const char *path, str data, struct diag *d)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->file_write(r->ctx, path, data, d);
}

static enum err file_write_private(void *ctx, const char *path, str data, struct diag *d)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    ASSERT(!((struct sample_world *)ctx)->repeats); /* a secret made from a seed is none */
    return r->file_write_private(r->ctx, path, data, d);
}

static enum err dir_create(void *ctx, const char *path, struct diag *d)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->dir_create(r->ctx, path, d);
}

static enum err dir_list(
    void *ctx, struct arena *a, const char *path, str **names, size_t *count, struct diag *d)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->dir_list(r->ctx, a, path, names, count, d);
}

static enum err file_remove(void *ctx, const char *path, struct diag *d)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->file_remove(r->ctx, path, d);
}

static bool is_link(void *ctx, const char *path)
{
    const struct sys *r = ((struct sample_world *)ctx)->real;
    return r->is_link && r->is_link(r->ctx, path);
}

void sample_world_init(struct sample_world *w, const struct sys *real, uint64_t seed, int64_t now)
{
    *w = (struct sample_world){ .real = real, .now_ms = now, .random = { seed ^ 0x6a756e6d61u } };
    w->sys = (struct sys){ .ctx = w,
        .now_ms = now_ms,
        .monotonic_ns = monotonic_ns,
        .random = random_bytes,
        .file_read = file_read,
        .file_write = file_write,
        .file_write_private = file_write_private,
        .dir_create = dir_create,
        .dir_list = dir_list,
        .file_remove = file_remove,
        .is_link = is_link };
}
