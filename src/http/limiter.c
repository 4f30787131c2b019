/*
 * Token buckets in sets of eight; see limiter.h.
 *
 * A bucket holds the time at which it will be full again: tokens are computed from it, so nothing
 * needs to run in the background, and a bucket whose time has passed is as good as forgotten.
 */
#include "http/limiter.h"

#include <pthread.h>

enum { WAYS = 8, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

struct bucket {
    uint64_t hash; /* 0: free */
    int64_t full_ns;
};

struct http_limiter {
    const struct sys *sys;
    pthread_mutex_t lock;
    uint64_t key[2];
    int64_t refill_ns;
    unsigned burst;
    size_t set_count; /* a power of two */
    struct bucket buckets[];
};

struct http_limiter *http_limiter_create(const struct sys *sys, size_t keys, unsigned burst,
    unsigned refill_ms)
{
    ASSERT(burst && refill_ms && keys <= SIZE_MAX / 4 / sizeof(struct bucket));
    size_t sets = 1;
    while (sets * WAYS < keys)
        sets *= 2;
    struct http_limiter *l = mem_alloc(sizeof *l + sets * WAYS * sizeof(struct bucket));
    l->sys = sys;
    l->burst = burst;
    l->refill_ns = (int64_t)refill_ms * NS_PER_MS;
    l->set_count = sets;
    sys_random(sys, l->key, sizeof l->key);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void http_limiter_destroy(struct http_limiter *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

static uint64_t rotate(uint64_t v, int bits)
{
    return v << bits | v >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 of the key's bytes: who does not know l->key cannot aim at a set. Never 0. */
static uint64_t keyed_hash(const struct http_limiter *l, str s)
{
    uint64_t v[4] = { l->key[0] ^ 0x736f6d6570736575u, l->key[1] ^ 0x646f72616e646f6du,
        l->key[0] ^ 0x6c7967656e657261u, l->key[1] ^ 0x7465646279746573u };
    uint64_t word = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        word |= (uint64_t)(unsigned char)s.data[i] << (i % 8 * 8);
        if (i % 8 == 7) {
            v[3] ^= word;
            sip_round(v);
            v[0] ^= word;
            word = 0;
        }
    }
    word |= (uint64_t)s.bytes << 56;
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return hash ? hash : 1;
}

/* The key's bucket, or the one that is fullest and goes. */
static struct bucket *find(struct http_limiter *l, uint64_t hash)
{
    struct bucket *set = &l->buckets[(hash & (l->set_count - 1)) * WAYS], *best = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].hash == hash)
            return &set[i];
        if (set[i].full_ns < best->full_ns)
            best = &set[i];
    }
    *best = (struct bucket){ hash, 0 };
    return best;
}

enum err http_limiter_take(struct http_limiter *l, str key, unsigned *retry_after_s,
    struct diag *d)
{
    int64_t now = l->sys->monotonic_ns(l->sys->ctx), wait = 0;
    uint64_t hash = keyed_hash(l, key);
    pthread_mutex_lock(&l->lock);
    struct bucket *b = find(l, hash);
    if (b->full_ns < now)
        b->full_ns = now;
    /* One token taken moves the time of fullness on by one refill; it may lie `burst` ahead. */
    int64_t after = b->full_ns + l->refill_ns;
    int64_t latest = now + (int64_t)l->burst * l->refill_ns;
    if (after <= latest)
        b->full_ns = after;
    else
        wait = after - latest;
    pthread_mutex_unlock(&l->lock);
    if (!wait)
        return OK;
    int64_t seconds = (wait + NS_PER_S - 1) / NS_PER_S;
    if (retry_after_s)
        *retry_after_s = (unsigned)seconds;
    return diag_set(d, ERR_TOO_MANY, "请求过于频繁,请 %lld 秒后再试",
        "too many requests, try again in %lld seconds", (long long)seconds);
}

void http_limiter_forget(struct http_limiter *l, str key)
{
    uint64_t hash = keyed_hash(l, key);
    pthread_mutex_lock(&l->lock);
    struct bucket *set = &l->buckets[(hash & (l->set_count - 1)) * WAYS];
    for (int i = 0; i < WAYS; i++)
        if (set[i].hash == hash)
            set[i] = (struct bucket){ 0 };
    pthread_mutex_unlock(&l->lock);
}
