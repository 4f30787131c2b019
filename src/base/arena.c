/*
 * Chunks are taken from the source in doubling sizes (1 KiB .. 256 KiB, or as large as one request
 * needs) and filled from the front. The largest chunk up to 32 KiB stays through arena_reset(), so
 * that a connection serving requests in a row does not visit the heap each time and does not hold
 * on to what one large request needed.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_FIRST = 1024, CHUNK_MOST = 256 * 1024, CHUNK_KEPT = 32 * 1024 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* of data */
    size_t used;
    _Alignas(max_align_t) unsigned char data[];
};

struct arena_cleanup {
    struct arena_cleanup *older;
    void (*fn)(void *ctx);
    void *ctx;
};

static void *heap_alloc(void *ctx, size_t bytes)
{
    (void)ctx;
    return calloc(1, bytes);
}

static void heap_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static const struct arena_source heap = { heap_alloc, heap_free, NULL };

void arena_init(struct arena *a, const struct arena_source *source, size_t bytes_limit)
{
    *a = (struct arena){ .source = source ? source : &heap, .bytes_limit = bytes_limit };
}

static void run_cleanups(struct arena *a)
{
    while (a->cleanups) {
        struct arena_cleanup *c = a->cleanups;
        a->cleanups = c->older;
        c->fn(c->ctx);
    }
}

/* Gives back every chunk but keep, which may be NULL. */
static void drop_chunks(struct arena *a, struct arena_chunk *keep)
{
    struct arena_chunk *c = a->chunks;
    while (c) {
        struct arena_chunk *older = c->older;
        if (c != keep) {
            a->bytes_taken -= sizeof *c + c->size;
            a->source->free(a->source->ctx, c);
        }
        c = older;
    }
    a->chunks = keep;
    if (keep)
        keep->older = NULL;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = NULL;
    run_cleanups(a);
    for (struct arena_chunk *c = a->chunks; c; c = c->older)
        if (c->size <= CHUNK_KEPT && (!keep || c->size > keep->size))
            keep = c;
    drop_chunks(a, keep);
    if (keep) {
        memset(keep->data, 0, keep->used);
        keep->used = 0;
    }
    a->failed = false;
}

void arena_release(struct arena *a)
{
    run_cleanups(a);
    drop_chunks(a, NULL);
    a->failed = false;
}

static struct arena_chunk *add_chunk(struct arena *a, size_t bytes)
{
    size_t size = a->chunks ? a->chunks->size * 2 : CHUNK_FIRST;
    if (size > CHUNK_MOST)
        size = CHUNK_MOST;
    if (size < bytes)
        size = bytes;
    size_t room = a->bytes_limit - a->bytes_taken;
    if (size + sizeof(struct arena_chunk) > room)
        size = bytes; /* near the limit: take only what is needed */
    if (bytes > SIZE_MAX / 4 || size + sizeof(struct arena_chunk) > room)
        return NULL;
    struct arena_chunk *c = a->source->alloc(a->source->ctx, sizeof *c + size);
    if (!c)
        return NULL;
    if (a->source != &heap) /* whose memory comes clean, mostly without being touched */
        memset(c, 0, sizeof *c + size);
    c->size = size;
    c->older = a->chunks;
    a->chunks = c;
    a->bytes_taken += sizeof *c + size;
    return c;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    const size_t align = _Alignof(max_align_t);
    if (bytes == 0)
        bytes = 1;
    if (bytes <= SIZE_MAX / 4) {
        bytes = (bytes + align - 1) & ~(align - 1);
        struct arena_chunk *c = a->chunks;
        if (!c || c->size - c->used < bytes)
            c = add_chunk(a, bytes);
        if (c) {
            void *memory = c->data + c->used;
            c->used += bytes;
            return memory;
        }
    }
    a->failed = true;
    return NULL;
}

void *arena_alloc_array(struct arena *a, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, total);
}

void *arena_grow(struct arena *a, const void *old, size_t old_bytes, size_t new_bytes)
{
    void *memory = arena_alloc(a, new_bytes);
    if (memory && old_bytes)
        memcpy(memory, old, old_bytes < new_bytes ? old_bytes : new_bytes);
    return memory;
}

void *arena_room(struct arena *a, void *items, size_t used, size_t *capacity, size_t bytes)
{
    size_t total;
    if (used < *capacity)
        return items;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    if (__builtin_mul_overflow(wanted, bytes, &total)) {
        a->failed = true;
        return NULL;
    }
    void *larger = arena_grow(a, items, used * bytes, total);
    if (larger)
        *capacity = wanted;
    return larger;
}

bool arena_defer(struct arena *a, void (*fn)(void *ctx), void *ctx)
{
    struct arena_cleanup *c = ARENA_NEW(a, struct arena_cleanup);
    if (!c) {
        fn(ctx);
        return false;
    }
    *c = (struct arena_cleanup){ a->cleanups, fn, ctx };
    a->cleanups = c;
    return true;
}

void *mem_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);
    if (!memory) {
        fputs("junma: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void mem_free(void *memory)
{
    free(memory);
}
