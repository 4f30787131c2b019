/*
 * A journal kept in memory for the tests: nodes in one array a level, rows, and a signer whose
 * seed is fixed. put and get can be made to fail after a number of calls.
 */
#ifndef JUNMA_TESTS_JOURNAL_LOG_H
#define JUNMA_TESTS_JOURNAL_LOG_H

#include "base/support.h"
#include "journal/journal.h"

enum { LOG_ROWS = 300, LOG_LEVELS = 10, LOG_ARENA = 32 * 1048576 };

struct log {
    struct arena arena;
    struct journal_hash node[LOG_LEVELS][LOG_ROWS];
    bool there[LOG_LEVELS][LOG_ROWS];
    long calls_left; /* negative: never fails */
    struct journal_nodes nodes;
    struct journal_tree tree;
    struct journal_signer signer;
    struct journal_row row[LOG_ROWS];
};

static inline enum err log_put(void *ctx, int level, uint64_t index,
    const struct journal_hash *hash, struct diag *d)
{
    struct log *log = ctx;
    assert_true(level < LOG_LEVELS && index < LOG_ROWS);
    if (log->calls_left == 0)
        return diag_set(d, ERR_STORE, "坏", "broken");
    log->calls_left -= log->calls_left > 0;
    if (log->there[level][index]) /* a node never changes */
        assert_true(journal_hash_equal(&log->node[level][index], hash));
    log->node[level][index] = *hash;
    log->there[level][index] = true;
    return OK;
}

static inline enum err log_get(void *ctx, int level, uint64_t index, struct journal_hash *out,
    struct diag *d)
{
    struct log *log = ctx;
    if (log->calls_left == 0)
        return diag_set(d, ERR_STORE, "坏", "broken");
    log->calls_left -= log->calls_left > 0;
    if (level >= LOG_LEVELS || index >= LOG_ROWS || !log->there[level][index])
        return diag_set(d, ERR_NOT_FOUND, "没有", "no such node");
    *out = log->node[level][index];
    return OK;
}

static inline void log_init(struct log *log, enum journal_profile p)
{
    struct diag d = { 0 };
    unsigned char seed[JOURNAL_SEED_BYTES];
    memset(log, 0, sizeof *log);
    memset(seed, 7, sizeof seed);
    arena_init(&log->arena, NULL, LOG_ARENA);
    log->calls_left = -1;
    log->nodes = (struct journal_nodes){ log, log_put, log_get };
    assert_ok(journal_tree_open(&log->tree, p, 0, &log->nodes, &d), &d);
    assert_ok(journal_signer_make(p, STR("zone.example/journal"), seed, &log->signer, &d), &d);
}

static inline void log_release(struct log *log)
{
    arena_release(&log->arena);
}

enum { LOG_START_S = 1763861400 }; /* 2025-11-23T01:30:00Z */

/* Row i: one second after the one before. */
static inline void log_add(struct log *log)
{
    struct diag d = { 0 };
    struct journal_leaf leaf;
    uint64_t i = log->tree.size, index;
    struct journal_row *r = &log->row[i];
    r->index = i;
    r->event = (struct journal_event){
        .zone = STR("riverside"),
        .at_ms = ((int64_t)LOG_START_S + (int64_t)i) * 1000 + 7,
        .kind = STR("case.created"),
        .subject = (int64_t)i * 1000003,
        .actor = i % 3 ? str_printf(&log->arena, "%d", (int)i) : STR("system"),
        .json = str_printf(&log->arena, "{\"n\":%d,\"名\":\"企业%d\"}", (int)i, (int)i * 7),
    };
    for (size_t b = 0; b < sizeof r->salt; b++)
        r->salt[b] = (unsigned char)(i * 31 + b * 17 + 5);
    assert_ok(journal_leaf_build(&log->arena, log->tree.profile, &r->event, r->salt, &leaf, &d),
        &d);
    r->event_hash = leaf.event_hash;
    r->leaf_hash = leaf.hash;
    assert_ok(journal_append(&log->tree, &leaf.hash, &index, &d), &d);
    assert_int_equal(index, i);
}

static inline struct journal_head log_head(struct log *log, uint64_t size)
{
    struct diag d = { 0 };
    struct journal_head h = { .size = size };
    assert_ok(journal_root(&log->tree, size, &h.root, &d), &d);
    return h;
}

/* Signed half a second after the last row it covers. */
static inline str log_checkpoint(struct log *log, uint64_t size)
{
    struct diag d = { 0 };
    struct journal_head h = log_head(log, size);
    str note = STR_NONE;
    int64_t at = ((int64_t)LOG_START_S + (int64_t)size - 1) * 1000 + 507;
    assert_ok(journal_checkpoint_sign(&log->arena, &log->signer, &h, at, &note, &d), &d);
    return note;
}

static inline struct journal_receipt log_receipt(struct log *log, uint64_t index, uint64_t size,
    bool with_event)
{
    struct diag d = { 0 };
    struct journal_row *row = &log->row[index];
    struct journal_leaf leaf;
    struct journal_receipt r = { .index = index, .has_event = with_event };
    assert_ok(journal_leaf_build(&log->arena, log->tree.profile, &row->event, row->salt, &leaf,
        &d), &d);
    r.leaf_text = leaf.text;
    r.event = row->event.json;
    memcpy(r.salt, row->salt, sizeof r.salt);
    assert_ok(journal_inclusion_proof(&log->tree, index, size, &r.proof, &d), &d);
    r.checkpoint = log_checkpoint(log, size);
    r.vkey = journal_key_text(&log->arena, &log->signer.key);
    return r;
}

#endif
