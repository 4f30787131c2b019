/*
 * What unit tests share: cmocka with the headers it wants in front, an arena, comparison of text,
 * a source of memory that fails the n-th allocation, random numbers from a seed, and the folders a
 * test may read (named by the environment; see tests/base/meson.build).
 */
#ifndef JUNMA_TESTS_SUPPORT_H
#define JUNMA_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/sys.h"

/* Text equals a literal; says both when it does not. */
#define assert_text(s, expected) support_assert_text((s), (expected), __FILE__, __LINE__)

static inline void support_assert_text(str s, const char *expected, const char *file, int line)
{
    if (str_is(s, expected))
        return;
    print_error("\"%.*s\" is not \"%s\"\n", STR_ARGS(s), expected);
    _fail(file, line);
}

/* Fails with the diag's words when e is not OK. */
#define assert_ok(e, d) support_assert_ok((e), (d), __FILE__, __LINE__)

static inline void support_assert_ok(enum err e, const struct diag *d, const char *file, int line)
{
    if (e == OK)
        return;
    print_error("%s: %s: %s: %s\n", err_code(e), d->file, d->field, d->en);
    _fail(file, line);
}

/* Gives `left` allocations, then none. Counts what is outstanding, so that a leak shows. */
struct failing_source {
    struct arena_source source;
    long left, outstanding;
};

static inline void *failing_alloc(void *ctx, size_t bytes)
{
    struct failing_source *f = ctx;
    if (f->left <= 0)
        return NULL;
    f->left--;
    f->outstanding++;
    return malloc(bytes);
}

static inline void failing_free(void *ctx, void *memory)
{
    struct failing_source *f = ctx;
    f->outstanding--;
    free(memory);
}

static inline void failing_init(struct failing_source *f, long left)
{
    *f = (struct failing_source){ { failing_alloc, failing_free, f }, left, 0 };
}

/* xorshift64*: the same numbers on every machine. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* from..to, ends included. */
static inline int64_t random_between(uint64_t *state, int64_t from, int64_t to)
{
    return from + (int64_t)(random_next(state) % (uint64_t)(to - from + 1));
}

/* A file below a folder named by an environment variable (JUNMA_SOURCE: the project; JUNMA_SHARED:
 * data beside it that is not always there). The empty text with NULL data when it is absent. */
static inline str support_file(struct arena *a, const char *variable, const char *path)
{
    const char *root = getenv(variable);
    str full = str_printf(a, "%s/%s", root ? root : ".", path), text;
    struct diag d = { 0 };
    const struct sys *sys = sys_real();
    return sys->file_read(sys->ctx, a, full.data, 16 * MIB, &text, &d) == OK ? text : STR_NONE;
}

#endif
