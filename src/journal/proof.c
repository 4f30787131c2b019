/*
 * Checking proofs, on arrays alone: RFC 9162 clauses 2.1.3.2 (inclusion) and 2.1.4.2 (consistency).
 *
 * `at` and `last` (the RFC's fn and sn) are the numbers of the node that has been computed and of
 * the last node, in the level that has been reached; both lose a bit a level. A node that is the
 * last of its level and a left child has no sibling there: levels are skipped until it is a right
 * child. Anything left over at the end, of the proof or of the tree, means that it proves nothing.
 */
#include "journal/internal.h"

struct climb {
    uint64_t at, last;
};

static void up(struct climb *c)
{
    c->at >>= 1;
    c->last >>= 1;
}

/* Whether the next hash of the proof stands to the left; skips levels without a sibling. */
static bool sibling_is_left(struct climb *c)
{
    if (!(c->at & 1) && c->at != c->last)
        return false;
    while (!(c->at & 1) && c->at != 0)
        up(c);
    return true;
}

static enum err refuse_inclusion(struct diag *d, uint64_t index, uint64_t size)
{
    return diag_set(d, ERR_VERIFY,
        "存在证明不成立:从序号 %" PRIu64 " 的这条记录推算不出前 %" PRIu64 " 条的根",
        "the inclusion proof does not hold: it does not lead from the entry at index %" PRIu64
        " to the root of the first %" PRIu64 " entries", index, size);
}

enum err journal_inclusion_verify(enum journal_profile p, uint64_t index, uint64_t size,
    const struct journal_hash *leaf, const struct journal_proof *proof,
    const struct journal_hash *root, struct diag *d)
{
    if (index >= size || proof->count > JOURNAL_PROOF_MAX)
        return refuse_inclusion(d, index, size);
    struct climb c = { index, size - 1 };
    struct journal_hash sum = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        const struct journal_hash *other = &proof->hashes[i];
        if (c.last == 0)
            return refuse_inclusion(d, index, size);
        bool left = sibling_is_left(&c);
        TRY(journal_hash_node(p, left ? other : &sum, left ? &sum : other, &sum, d));
        up(&c);
    }
    if (c.last != 0 || !journal_hash_equal(&sum, root))
        return refuse_inclusion(d, index, size);
    return OK;
}

static enum err refuse_consistency(struct diag *d, const struct journal_head *old_head,
    const struct journal_head *new_head)
{
    return diag_set(d, ERR_VERIFY, "一致性证明不成立:%" PRIu64 " 条时的日志不是 %" PRIu64
        " 条时日志的开头部分,或证明已被改动", "the consistency proof does not hold: the journal of %"
        PRIu64 " entries is not shown to be the beginning of that of %" PRIu64 " entries",
        old_head->size, new_head->size);
}

/* Old and new are the same size, or the old one is empty: there is nothing to climb. */
static enum err consistency_trivial(enum journal_profile p, const struct journal_head *old_head,
    const struct journal_head *new_head, const struct journal_proof *proof, struct diag *d)
{
    struct journal_hash expected = new_head->root;
    if (old_head->size == 0)
        TRY(journal_hash(p, STR_NONE, STR_NONE, &expected, d));
    if (proof->count != 0 || !journal_hash_equal(&old_head->root, &expected))
        return refuse_consistency(d, old_head, new_head);
    if (new_head->size == 0 && !journal_hash_equal(&new_head->root, &expected))
        return refuse_consistency(d, old_head, new_head);
    return OK;
}

enum err journal_consistency_verify(enum journal_profile p, const struct journal_head *old_head,
    const struct journal_head *new_head, const struct journal_proof *proof, struct diag *d)
{
    uint64_t old_size = old_head->size;
    if (old_size > new_head->size || proof->count > JOURNAL_PROOF_MAX)
        return refuse_consistency(d, old_head, new_head);
    if (old_size == 0 || old_size == new_head->size)
        return consistency_trivial(p, old_head, new_head, proof, d);
    /* The root of a power of two is a node of the new tree: the proof leaves it out. */
    bool power = (old_size & (old_size - 1)) == 0;
    if (proof->count == 0)
        return refuse_consistency(d, old_head, new_head);
    struct climb c = { old_size - 1, new_head->size - 1 };
    while (c.at & 1)
        up(&c);
    struct journal_hash old_sum = power ? old_head->root : proof->hashes[0], new_sum = old_sum;
    for (size_t i = power ? 0 : 1; i < proof->count; i++) {
        const struct journal_hash *other = &proof->hashes[i];
        if (c.last == 0)
            return refuse_consistency(d, old_head, new_head);
        if (sibling_is_left(&c)) {
            TRY(journal_hash_node(p, other, &old_sum, &old_sum, d));
            TRY(journal_hash_node(p, other, &new_sum, &new_sum, d));
        } else {
            TRY(journal_hash_node(p, &new_sum, other, &new_sum, d));
        }
        up(&c);
    }
    if (c.last != 0 || !journal_hash_equal(&old_sum, &old_head->root)
        || !journal_hash_equal(&new_sum, &new_head->root))
        return refuse_consistency(d, old_head, new_head);
    return OK;
}
