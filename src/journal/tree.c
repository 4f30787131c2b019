/*
 * The Merkle tree of RFC 9162 clause 2.1 (the same as RFC 6962's), append-only.
 *
 * A tree of n leaves is a row of complete subtrees, one for each bit set in n, the largest first:
 *
 *     n = 7 = 4 + 2 + 1            range[2]   range[1]  range[0]
 *                                  /      \    /    \      |
 *                                 0 1    2 3  4      5     6
 *
 * That row is the compact range; it is all an append needs. A new leaf is a complete node of level
 * 0 and, as in adding one to a binary number, each carry joins range[l] and the new node into a
 * complete node of level l + 1. Every complete node is put exactly once and never changes, so any
 * older root and any proof can be had later from stored nodes alone.
 *
 * Invariants
 *   - range[l] counts only where bit l of size is set, and is node (l, (size >> l) - 1) there:
 *     with bit l set, that index is the last complete node of its level;
 *   - a subtree [from, to) of the RFC's recursion always starts at a multiple of the smallest power
 *     of two that is not below its width, so it falls apart into stored nodes.
 */
#include "journal/internal.h"

#include <string.h>

static int top_bit(uint64_t n)
{
    return 63 - __builtin_clzll(n);
}

/* The largest power of two below width (RFC 9162 clause 2.1.1: k). width >= 2. */
static uint64_t split_at(uint64_t width)
{
    return UINT64_C(1) << top_bit(width - 1);
}

enum err journal_tree_open(struct journal_tree *t, enum journal_profile p, uint64_t size,
    const struct journal_nodes *nodes, struct diag *d)
{
    if (size >= JOURNAL_SIZE_MAX)
        return diag_set(d, ERR_LIMIT, "日志条数 %" PRIu64 " 超出上限", "a journal of %" PRIu64
            " entries is over the limit", size);
    struct journal_tree made = { .profile = p, .nodes = *nodes, .size = size };
    for (int l = 0; l < JOURNAL_LEVELS; l++) {
        if (size >> l & 1)
            TRY(nodes->get(nodes->ctx, l, (size >> l) - 1, &made.range[l], d));
    }
    *t = made;
    return OK;
}

static enum err append_one(struct journal_tree *t, const struct journal_hash *leaf, struct diag *d)
{
    if (t->size + 1 >= JOURNAL_SIZE_MAX)
        return diag_set(d, ERR_LIMIT, "日志已满", "the journal is full");
    struct journal_hash node = *leaf;
    int l = 0;
    TRY(t->nodes.put(t->nodes.ctx, 0, t->size, &node, d));
    for (; t->size >> l & 1; l++) {
        TRY(journal_hash_node(t->profile, &t->range[l], &node, &node, d));
        TRY(t->nodes.put(t->nodes.ctx, l + 1, t->size >> (l + 1), &node, d));
    }
    t->range[l] = node;
    t->size++;
    return OK;
}

enum err journal_append_many(struct journal_tree *t, const struct journal_hash *leaves,
    size_t count, uint64_t *first, struct diag *d)
{
    struct journal_tree work = *t;
    for (size_t i = 0; i < count; i++)
        TRY(append_one(&work, &leaves[i], d));
    *first = t->size;
    *t = work;
    return OK;
}

enum err journal_append(struct journal_tree *t, const struct journal_hash *leaf, uint64_t *index,
    struct diag *d)
{
    return journal_append_many(t, leaf, 1, index, d);
}

/* A complete node: from the right edge when it stands there, else from the store. */
static enum err node(const struct journal_tree *t, int level, uint64_t index,
    struct journal_hash *out, struct diag *d)
{
    if ((t->size >> level & 1) && index == (t->size >> level) - 1) {
        *out = t->range[level];
        return OK;
    }
    return t->nodes.get(t->nodes.ctx, level, index, out, d);
}

/* MTH of the leaves [from, to), joined from the smallest complete subtree on the right. */
static enum err subtree(const struct journal_tree *t, uint64_t from, uint64_t to,
    struct journal_hash *out, struct diag *d)
{
    ASSERT(from < to && to <= t->size);
    struct journal_hash sum, part;
    bool any = false;
    for (uint64_t width = to - from; width > 0; width &= width - 1) {
        int l = __builtin_ctzll(width);
        uint64_t start = from + (width & (width - 1));
        TRY(node(t, l, start >> l, any ? &part : &sum, d));
        if (any)
            TRY(journal_hash_node(t->profile, &part, &sum, &sum, d));
        any = true;
    }
    *out = sum;
    return OK;
}

static enum err check_size(const struct journal_tree *t, uint64_t size, struct diag *d)
{
    if (size <= t->size)
        return OK;
    return diag_set(d, ERR_LIMIT, "日志只有 %" PRIu64 " 条,没有第 %" PRIu64 " 条时的状态",
        "the journal has %" PRIu64 " entries and no state at size %" PRIu64, t->size, size);
}

enum err journal_root(const struct journal_tree *t, uint64_t size, struct journal_hash *out,
    struct diag *d)
{
    TRY(check_size(t, size, d));
    if (size == 0)
        return journal_hash(t->profile, STR_NONE, STR_NONE, out, d);
    return subtree(t, 0, size, out, d);
}

static void reverse(struct journal_proof *p)
{
    for (size_t i = 0; i < p->count / 2; i++) {
        struct journal_hash h = p->hashes[i];
        p->hashes[i] = p->hashes[p->count - 1 - i];
        p->hashes[p->count - 1 - i] = h;
    }
}

static enum err add(const struct journal_tree *t, struct journal_proof *p, uint64_t from,
    uint64_t to, struct diag *d)
{
    ASSERT(p->count < JOURNAL_PROOF_MAX);
    TRY(subtree(t, from, to, &p->hashes[p->count], d));
    p->count++;
    return OK;
}

enum err journal_inclusion_proof(const struct journal_tree *t, uint64_t index, uint64_t size,
    struct journal_proof *out, struct diag *d)
{
    TRY(check_size(t, size, d));
    if (index >= size)
        return diag_set(d, ERR_LIMIT, "前 %" PRIu64 " 条中没有序号 %" PRIu64,
            "among the first %" PRIu64 " entries there is no index %" PRIu64, size, index);
    /* PATH(m, D_n): from the root down, turned round at the end. */
    struct journal_proof made = { 0 };
    uint64_t from = 0, to = size;
    while (to - from > 1) {
        uint64_t middle = from + split_at(to - from);
        if (index < middle) {
            TRY(add(t, &made, middle, to, d));
            to = middle;
        } else {
            TRY(add(t, &made, from, middle, d));
            from = middle;
        }
    }
    reverse(&made);
    *out = made;
    return OK;
}

enum err journal_consistency_proof(const struct journal_tree *t, uint64_t old_size,
    uint64_t new_size, struct journal_proof *out, struct diag *d)
{
    TRY(check_size(t, new_size, d));
    if (old_size > new_size)
        return diag_set(d, ERR_LIMIT, "旧状态 %" PRIu64 " 条多于新状态 %" PRIu64 " 条",
            "the old state of %" PRIu64 " entries is larger than the new one of %" PRIu64, old_size,
            new_size);
    struct journal_proof made = { 0 };
    uint64_t from = 0, to = new_size;
    /* SUBPROOF(m, D_n, b): b says that the old tree's root is the subtree itself, hence known. */
    bool whole = true;
    while (old_size > 0 && old_size != to) {
        uint64_t middle = from + split_at(to - from);
        if (old_size <= middle) {
            TRY(add(t, &made, middle, to, d));
            to = middle;
        } else {
            TRY(add(t, &made, from, middle, d));
            from = middle;
            whole = false;
        }
    }
    if (!whole)
        TRY(add(t, &made, from, to, d));
    reverse(&made);
    *out = made;
    return OK;
}
