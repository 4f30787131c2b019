/*
 * Fuzz target: receipts and consistency documents. The first byte chooses the reader and the
 * profile of the key. What parses is built again and must parse to the same; and nothing that a
 * fuzzer makes up is proved by the fixed keys, whose secrets nobody signed anything with.
 */
#include "journal/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_receipt(struct arena *a, str json)
{
    struct journal_receipt r, again;
    struct diag d = { 0 };
    str text;
    if (journal_receipt_parse(a, json, &r, &d) != OK)
        return;
    ASSERT(journal_receipt_build(a, &r, &text, &d) == OK);
    ASSERT(journal_receipt_parse(a, text, &again, &d) == OK);
    ASSERT(str_equal(r.leaf_text, again.leaf_text) && r.index == again.index);
    ASSERT(str_equal(r.checkpoint, again.checkpoint) && r.proof.count == again.proof.count);
    (void)!journal_tlog_proof(a, &r, &text, &d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static const unsigned char seed[JOURNAL_SEED_BYTES] = { 42 };
    struct arena a;
    struct journal_signer s;
    struct journal_verdict v;
    struct diag d = { 0 };
    str json = { (const char *)data + 1, size - 1 };
    enum journal_profile p = data[0] & 1 ? JOURNAL_NATIONAL : JOURNAL_INTERNATIONAL;
    arena_init(&a, NULL, 64 * MIB);
    ASSERT(journal_signer_make(p, STR("fuzz.example/journal"), seed, &s, &d) == OK);
    str vkey = journal_key_text(&a, &s.key);
    enum err e = data[0] & 2 ? journal_consistency_check(&a, json, vkey, &v, &d)
                             : journal_receipt_verify(&a, json, vkey, &v, &d);
    ASSERT(e != OK && !v.ok && v.proved_count == 0);
    read_receipt(&a, json);
    arena_release(&a);
    return 0;
}
