/*
 * The tree: published roots and proofs of the eight-leaf test log of RFC 6962's first
 * implementation, then properties over every size up to 200: each proof verifies, and none does
 * with one bit changed in it, in the leaf or in a root.
 */
#include "log.h"

enum { PROPERTY_SIZE = 200 };

static const str leaves[] = { { "", 0 }, { "\x00", 1 }, { "\x10", 1 }, { "\x20\x21", 2 },
    { "\x30\x31", 2 }, { "\x40\x41\x42\x43", 4 }, { "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
    { "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16 } };

static const char *const roots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

#define H96 "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define H5F "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define H6B "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define HBC "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define HCA "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define HD3 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define H0E "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define HFA "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define H6E "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"

struct proof_vector {
    uint64_t a, b; /* index and size, or old and new size */
    size_t count;
    const char *hashes[3];
};

static const struct proof_vector inclusion_vectors[] = {
    { 0, 1, 0, { 0 } },
    { 0, 8, 3, { H96, H5F, H6B } },
    { 5, 8, 3, { HBC, HCA, HD3 } },
    { 2, 3, 1, { HFA } },
    { 1, 5, 3, { H6E, H5F, HBC } },
};
static const struct proof_vector consistency_vectors[] = {
    { 1, 1, 0, { 0 } },
    { 1, 8, 3, { H96, H5F, H6B } },
    { 6, 8, 3, { H0E, HCA, HD3 } },
    { 2, 5, 2, { H5F, HBC } },
};

static struct log log_; /* one at a time; large */

static void eight_leaves(struct log *log)
{
    struct diag d = { 0 };
    log_init(log, JOURNAL_INTERNATIONAL);
    for (size_t i = 0; i < 8; i++) {
        struct journal_hash h;
        uint64_t index;
        assert_ok(journal_hash_leaf(JOURNAL_INTERNATIONAL, leaves[i], &h, &d), &d);
        assert_ok(journal_append(&log->tree, &h, &index, &d), &d);
    }
}

static str root_hex(uint64_t size)
{
    struct journal_head h = log_head(&log_, size);
    return journal_hash_hex(&log_.arena, &h.root);
}

static void published_roots(void **state)
{
    (void)state;
    eight_leaves(&log_);
    for (uint64_t n = 1; n <= 8; n++)
        assert_text(root_hex(n), roots[n - 1]);
    assert_text(root_hex(0),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    log_release(&log_);
}

static void same_proof(const struct journal_proof *p, const struct proof_vector *v)
{
    assert_int_equal(p->count, v->count);
    for (size_t i = 0; i < p->count; i++)
        assert_text(journal_hash_hex(&log_.arena, &p->hashes[i]), v->hashes[i]);
}

static void published_proofs(void **state)
{
    (void)state;
    struct diag d = { 0 };
    struct journal_proof p;
    eight_leaves(&log_);
    for (size_t i = 0; i < sizeof inclusion_vectors / sizeof *inclusion_vectors; i++) {
        const struct proof_vector *v = &inclusion_vectors[i];
        assert_ok(journal_inclusion_proof(&log_.tree, v->a, v->b, &p, &d), &d);
        same_proof(&p, v);
    }
    for (size_t i = 0; i < sizeof consistency_vectors / sizeof *consistency_vectors; i++) {
        const struct proof_vector *v = &consistency_vectors[i];
        assert_ok(journal_consistency_proof(&log_.tree, v->a, v->b, &p, &d), &d);
        same_proof(&p, v);
    }
    log_release(&log_);
}

static void fill(struct log *log, enum journal_profile p, int size)
{
    log_init(log, p);
    for (int i = 0; i < size; i++)
        log_add(log);
}

static void flip(struct journal_hash *h, uint64_t *seed)
{
    int bit = (int)random_between(seed, 0, 255);
    h->bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
}

static void expect_inclusion(enum err wanted, uint64_t index, const struct journal_head *head,
    const struct journal_hash *leaf, const struct journal_proof *p)
{
    assert_int_equal(journal_inclusion_verify(log_.tree.profile, index, head->size, leaf, p,
        &head->root, NULL), wanted);
}

/* One random bit in each part in turn; a hash too many, one too few; a place beside. */
static void inclusion_breaks(uint64_t index, const struct journal_head *head,
    const struct journal_proof *proof, uint64_t *seed)
{
    struct journal_head h = *head;
    struct journal_proof p = *proof;
    struct journal_hash leaf = log_.row[index].leaf_hash;
    for (size_t i = 0; i < p.count; i++) {
        flip(&p.hashes[i], seed);
        expect_inclusion(ERR_VERIFY, index, head, &leaf, &p);
        p = *proof;
    }
    flip(&leaf, seed);
    expect_inclusion(ERR_VERIFY, index, head, &leaf, &p);
    leaf = log_.row[index].leaf_hash;
    flip(&h.root, seed);
    expect_inclusion(ERR_VERIFY, index, &h, &leaf, &p);
    p.count++;
    p.hashes[p.count - 1] = leaf;
    expect_inclusion(ERR_VERIFY, index, head, &leaf, &p);
    p = *proof;
    if (p.count > 0) {
        p.count--;
        expect_inclusion(ERR_VERIFY, index, head, &leaf, &p);
        p.count++;
        expect_inclusion(ERR_VERIFY, index ^ 1, head, &leaf, &p);
    }
    expect_inclusion(ERR_VERIFY, head->size, head, &leaf, &p);
}

static void inclusion_of_all_sizes(void **state)
{
    (void)state;
    uint64_t seed = 20261123;
    struct diag d = { 0 };
    fill(&log_, JOURNAL_INTERNATIONAL, PROPERTY_SIZE);
    for (uint64_t n = 1; n <= PROPERTY_SIZE; n++) {
        struct journal_head head = log_head(&log_, n);
        for (uint64_t i = 0; i < n; i++) {
            struct journal_proof p;
            assert_ok(journal_inclusion_proof(&log_.tree, i, n, &p, &d), &d);
            expect_inclusion(OK, i, &head, &log_.row[i].leaf_hash, &p);
            if (n < 40 || i % 16 == n % 16)
                inclusion_breaks(i, &head, &p, &seed);
        }
    }
    log_release(&log_);
}

static void expect_consistency(enum err wanted, const struct journal_head *a,
    const struct journal_head *b, const struct journal_proof *p)
{
    assert_int_equal(journal_consistency_verify(log_.tree.profile, a, b, p, NULL), wanted);
}

static void consistency_breaks(const struct journal_head *old_head,
    const struct journal_head *new_head, const struct journal_proof *proof, uint64_t *seed)
{
    struct journal_head a = *old_head, b = *new_head;
    struct journal_proof p = *proof;
    for (size_t i = 0; i < p.count; i++) {
        flip(&p.hashes[i], seed);
        expect_consistency(ERR_VERIFY, &a, &b, &p);
        p = *proof;
    }
    flip(&a.root, seed);
    expect_consistency(ERR_VERIFY, &a, &b, &p);
    a = *old_head;
    if (a.size > 0) { /* from nothing any tree may grow */
        flip(&b.root, seed);
        expect_consistency(ERR_VERIFY, &a, &b, &p);
        b = *new_head;
    }
    p.hashes[p.count++] = b.root;
    expect_consistency(ERR_VERIFY, &a, &b, &p);
    p = *proof;
    if (p.count > 0) {
        p.count--;
        expect_consistency(ERR_VERIFY, &a, &b, &p);
    }
    if (a.size < b.size)
        expect_consistency(ERR_VERIFY, &b, &a, proof);
}

static void consistency_of_all_sizes(void **state)
{
    (void)state;
    uint64_t seed = 7;
    struct diag d = { 0 };
    fill(&log_, JOURNAL_INTERNATIONAL, PROPERTY_SIZE);
    for (uint64_t n = 0; n <= PROPERTY_SIZE; n++) {
        struct journal_head b = log_head(&log_, n);
        for (uint64_t m = 0; m <= n; m++) {
            struct journal_head a = log_head(&log_, m);
            struct journal_proof p;
            assert_ok(journal_consistency_proof(&log_.tree, m, n, &p, &d), &d);
            expect_consistency(OK, &a, &b, &p);
            if (n < 40 || m % 16 == n % 16)
                consistency_breaks(&a, &b, &p, &seed);
        }
    }
    log_release(&log_);
}

/* Each single bit of one proof, its leaf and its root, in both profiles. */
static void every_bit_counts(void **state)
{
    (void)state;
    for (int profile = JOURNAL_INTERNATIONAL; profile <= JOURNAL_NATIONAL; profile++) {
        struct diag d = { 0 };
        struct journal_proof p;
        fill(&log_, (enum journal_profile)profile, 13);
        struct journal_head head = log_head(&log_, 13);
        struct journal_hash leaf = log_.row[9].leaf_hash;
        assert_ok(journal_inclusion_proof(&log_.tree, 9, 13, &p, &d), &d);
        expect_inclusion(OK, 9, &head, &leaf, &p);
        for (size_t bit = 0; bit < p.count * 256; bit++) {
            p.hashes[bit / 256].bytes[bit % 256 / 8] ^= (unsigned char)(1 << bit % 8);
            expect_inclusion(ERR_VERIFY, 9, &head, &leaf, &p);
            p.hashes[bit / 256].bytes[bit % 256 / 8] ^= (unsigned char)(1 << bit % 8);
        }
        for (int bit = 0; bit < 256; bit++) {
            leaf.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            expect_inclusion(ERR_VERIFY, 9, &head, &leaf, &p);
            leaf.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            head.root.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            expect_inclusion(ERR_VERIFY, 9, &head, &leaf, &p);
            head.root.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        log_release(&log_);
    }
}

/* The profiles give different trees over the same bytes. */
static void profiles_differ(void **state)
{
    (void)state;
    fill(&log_, JOURNAL_INTERNATIONAL, 5);
    struct journal_head a = log_head(&log_, 5);
    log_release(&log_);
    fill(&log_, JOURNAL_NATIONAL, 5);
    struct journal_head b = log_head(&log_, 5);
    assert_false(journal_hash_equal(&a.root, &b.root));
    log_release(&log_);
}

/* Opened again at any size, the tree grows as if it had never been closed; in batches as one by
 * one. */
static void reopened_and_batched(void **state)
{
    (void)state;
    struct diag d = { 0 };
    fill(&log_, JOURNAL_INTERNATIONAL, 100);
    struct journal_head whole = log_head(&log_, 100);
    struct journal_hash hashes[100];
    for (size_t i = 0; i < 100; i++)
        hashes[i] = log_.row[i].leaf_hash;
    for (uint64_t n = 0; n <= 100; n++) {
        struct journal_tree t;
        struct journal_hash root;
        uint64_t first = 999;
        assert_ok(journal_tree_open(&t, JOURNAL_INTERNATIONAL, n, &log_.nodes, &d), &d);
        assert_ok(journal_append_many(&t, hashes + n, 100 - n, &first, &d), &d);
        assert_int_equal(first, n);
        assert_int_equal(t.size, 100);
        assert_ok(journal_root(&t, 100, &root, &d), &d);
        assert_true(journal_hash_equal(&root, &whole.root));
    }
    log_release(&log_);
}

/* A copy of the value is the way back after a failed transaction; a failing store changes nothing
 * that is in memory. */
static void rollback(void **state)
{
    (void)state;
    struct diag d = { 0 };
    fill(&log_, JOURNAL_INTERNATIONAL, 15);
    struct journal_tree before = log_.tree;
    struct journal_head head = log_head(&log_, 15);
    struct journal_hash leaf = log_.row[3].leaf_hash;
    uint64_t index = 77;
    for (long calls = 0; calls < 5; calls++) { /* the 16th leaf completes five nodes */
        log_.calls_left = calls;
        assert_int_equal(journal_append(&log_.tree, &leaf, &index, &d), ERR_STORE);
        assert_int_equal(index, 77);
        assert_memory_equal(&log_.tree, &before, sizeof before);
    }
    log_.calls_left = -1;
    assert_ok(journal_append(&log_.tree, &leaf, &index, &d), &d);
    assert_int_equal(index, 15);
    log_.tree = before;
    struct journal_head again = log_head(&log_, 15);
    assert_true(journal_hash_equal(&again.root, &head.root));
    log_release(&log_);
}

static void failing_store(void **state)
{
    (void)state;
    struct diag d = { 0 };
    struct journal_proof p = { .count = 42 };
    struct journal_tree t = { .size = 4242 };
    fill(&log_, JOURNAL_INTERNATIONAL, 100);
    log_.calls_left = 2;
    assert_int_equal(journal_inclusion_proof(&log_.tree, 3, 97, &p, &d), ERR_STORE);
    assert_int_equal(p.count, 42);
    log_.calls_left = 1;
    assert_int_equal(journal_consistency_proof(&log_.tree, 33, 97, &p, &d), ERR_STORE);
    assert_int_equal(p.count, 42);
    log_.calls_left = 1;
    assert_int_equal(journal_tree_open(&t, JOURNAL_INTERNATIONAL, 3, &log_.nodes, &d), ERR_STORE);
    assert_int_equal(t.size, 4242);
    log_release(&log_);
}

static void out_of_range(void **state)
{
    (void)state;
    struct diag d = { 0 };
    struct journal_proof p;
    struct journal_hash h;
    struct journal_tree t;
    fill(&log_, JOURNAL_INTERNATIONAL, 4);
    assert_int_equal(journal_root(&log_.tree, 5, &h, &d), ERR_LIMIT);
    assert_int_equal(journal_inclusion_proof(&log_.tree, 4, 4, &p, &d), ERR_LIMIT);
    assert_int_equal(journal_inclusion_proof(&log_.tree, 0, 5, &p, &d), ERR_LIMIT);
    assert_int_equal(journal_inclusion_proof(&log_.tree, 0, 0, &p, &d), ERR_LIMIT);
    assert_int_equal(journal_consistency_proof(&log_.tree, 3, 2, &p, &d), ERR_LIMIT);
    assert_int_equal(journal_consistency_proof(&log_.tree, 3, 5, &p, &d), ERR_LIMIT);
    assert_int_equal(journal_tree_open(&t, JOURNAL_INTERNATIONAL, JOURNAL_SIZE_MAX, &log_.nodes,
        &d), ERR_LIMIT);
    p.count = JOURNAL_PROOF_MAX + 1;
    struct journal_head head = log_head(&log_, 4);
    expect_inclusion(ERR_VERIFY, 0, &head, &log_.row[0].leaf_hash, &p);
    expect_consistency(ERR_VERIFY, &head, &head, &p);
    log_release(&log_);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_roots),
        cmocka_unit_test(published_proofs),
        cmocka_unit_test(inclusion_of_all_sizes),
        cmocka_unit_test(consistency_of_all_sizes),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(profiles_differ),
        cmocka_unit_test(reopened_and_batched),
        cmocka_unit_test(rollback),
        cmocka_unit_test(failing_store),
        cmocka_unit_test(out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
