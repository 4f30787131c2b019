/*
 * Memory by lifetime. Everything that is made for one request, one evaluation or one definition is
 * taken from that lifetime's arena and goes with it; nothing is freed one by one.
 *
 * Invariants
 *   - an arena never holds more than its limit (bytes handed out plus slack of its chunks);
 *   - a failed allocation returns NULL and leaves a mark: arena_failed() stays true until
 *     arena_reset(). Text helpers return the empty text on failure, so a function may build several
 *     texts and ask once at its end;
 *   - clean-ups run in reverse order of registration, at reset and at release, exactly once.
 *
 * An arena belongs to one thread at a time.
 */
#ifndef JUNMA_BASE_ARENA_H
#define JUNMA_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* Where chunks come from; NULL in arena_init means the C heap. Tests hand in one that fails. */
struct arena_source {
    void *(*alloc)(void *ctx, size_t bytes);
    void (*free)(void *ctx, void *memory);
    void *ctx;
};

struct arena_chunk;
struct arena_cleanup;

struct arena {
    const struct arena_source *source;
    struct arena_chunk *chunks;     /* newest first */
    struct arena_cleanup *cleanups; /* newest first */
    size_t bytes_limit;
    size_t bytes_taken; /* from the source */
    bool failed;
};

/* Caller's storage; takes nothing until the first allocation. */
void arena_init(struct arena *a, const struct arena_source *source, size_t bytes_limit);
/* Runs clean-ups, keeps one chunk for reuse, clears the failure mark. */
void arena_reset(struct arena *a);
/* Runs clean-ups and gives everything back; the arena may be used again as if just initialised. */
void arena_release(struct arena *a);

/* Zeroed, aligned for any type; NULL past the limit or when the source fails. bytes 0 gives a
 * valid pointer. */
__attribute__((malloc, alloc_size(2))) void *arena_alloc(struct arena *a, size_t bytes);
/* count * bytes with overflow checked. */
void *arena_alloc_array(struct arena *a, size_t count, size_t bytes);
/* A larger copy of old (which may be NULL); the old one stays until the arena goes. */
void *arena_grow(struct arena *a, const void *old, size_t old_bytes, size_t new_bytes);
/* fn(ctx) will run when the arena is reset or released. False when out of memory: then fn has
 * already run, so that nothing leaks. */
bool arena_defer(struct arena *a, void (*fn)(void *ctx), void *ctx);

/* Room for one more item behind `used` of an array that grows by doubling: items itself while there
 * is room, else a larger copy; NULL when memory is short. *capacity begins at 0. */
void *arena_room(struct arena *a, void *items, size_t used, size_t *capacity, size_t bytes);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc_array((a), (count), sizeof(type)))

static inline bool arena_failed(const struct arena *a)
{
    return a->failed;
}

/* Process-lifetime objects (servers, stores, compiled definitions' owners). The only other door to
 * the heap. mem_alloc aborts on exhaustion: it is called at start-up only, never on a request. */
__attribute__((malloc)) void *mem_alloc(size_t bytes);
void mem_free(void *memory);

#endif
