/*
 * Leaves, receipts and consistency documents: what is built verifies and says what it proves; what
 * is changed anywhere does not verify; what is malformed is refused by name.
 */
#include "log.h"

static struct log log_;

static void fill(enum journal_profile p, int size)
{
    log_init(&log_, p);
    for (int i = 0; i < size; i++)
        log_add(&log_);
}

static void leaf_text(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL, 2);
    struct journal_leaf leaf, again;
    struct journal_event e;
    struct journal_hash event_hash;
    struct diag d = { 0 };
    struct journal_row *r = &log_.row[1];
    assert_ok(journal_leaf_build(&log_.arena, JOURNAL_INTERNATIONAL, &r->event, r->salt, &leaf, &d),
        &d);
    assert_text(leaf.text,
        "junma-leaf/v1\nzone riverside\nat 2025-11-23T01:30:01.007Z\nkind case.created\n"
        "subject 1000003\nactor 1\n"
        "event ef15db768039908dac233125338ff95de0afbf6691905e2aaa1b93d9fafdc9ab\n");
    assert_ok(journal_leaf_parse(leaf.text, &e, &event_hash, &d), &d);
    assert_text(e.zone, "riverside");
    assert_true(e.at_ms == r->event.at_ms && e.subject == r->event.subject);
    assert_text(e.actor, "1");
    assert_true(journal_hash_equal(&event_hash, &leaf.event_hash));
    assert_ok(journal_leaf_rebuild(&log_.arena, JOURNAL_INTERNATIONAL, &e, &event_hash, &again, &d),
        &d);
    assert_true(str_equal(again.text, leaf.text));
    assert_true(journal_hash_equal(&again.hash, &leaf.hash));
    log_release(&log_);
}

static enum err leaf_of(const struct journal_event *e, struct diag *d)
{
    static const unsigned char salt[JOURNAL_SALT_BYTES];
    struct journal_leaf leaf;
    return journal_leaf_build(&log_.arena, JOURNAL_INTERNATIONAL, e, salt, &leaf, d);
}

static void leaf_fields(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL, 1);
    static const char *const bad[] = { "", " a", "a ", "a\nb", "a\rb", "a\x7f", "a\xc2\x85",
        "a\xe2\x80\xa8", "a\xff" };
    const struct journal_event good = log_.row[0].event;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct diag d = { 0 };
        struct journal_event e = good;
        e.zone = str_from(bad[i]);
        assert_int_equal(leaf_of(&e, &d), ERR_INVALID);
        assert_string_equal(d.field, "zone");
        e = good;
        e.kind = str_from(bad[i]);
        assert_int_equal(leaf_of(&e, &d), ERR_INVALID);
        assert_string_equal(d.field, "kind");
        e = good;
        e.actor = str_from(bad[i]);
        assert_int_equal(leaf_of(&e, &d), ERR_INVALID);
        assert_string_equal(d.field, "actor");
    }
    struct diag d = { 0 };
    struct journal_event e = good;
    char longest[JOURNAL_FIELD_BYTES_MAX + 1];
    memset(longest, 'k', sizeof longest);
    e.zone = e.kind = e.actor = (str){ longest, JOURNAL_FIELD_BYTES_MAX };
    assert_ok(leaf_of(&e, &d), &d);
    e.kind.bytes++;
    assert_int_equal(leaf_of(&e, &d), ERR_INVALID);
    e = good;
    e.subject = -1;
    assert_int_equal(leaf_of(&e, &d), ERR_INVALID);
    e = good;
    e.at_ms = INT64_C(253402300800000); /* 10000-01-01 */
    assert_int_equal(leaf_of(&e, &d), ERR_INVALID);
    e.at_ms--;
    assert_int_equal(leaf_of(&e, &d), OK);
    e = good;
    e.json = STR_NONE;
    assert_int_equal(leaf_of(&e, &d), ERR_TOO_LARGE);
    e.json = STR("\xff");
    assert_int_equal(leaf_of(&e, &d), ERR_UTF8);
    e.json = (str){ arena_alloc(&log_.arena, JOURNAL_EVENT_BYTES_MAX + 1),
        JOURNAL_EVENT_BYTES_MAX + 1 };
    assert_int_equal(leaf_of(&e, &d), ERR_TOO_LARGE);
    log_release(&log_);
}

static void leaf_has_one_spelling(void **state)
{
    (void)state;
    static const char *const good[7] = { "junma-leaf/v1", "zone z", "at 2026-11-23T01:30:00.000Z",
        "kind k", "subject 0", "actor system",
        "event 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" };
    static const struct {
        int line; /* the one that is replaced, from 1; 0: none */
        const char *text;
    } cases[] = {
        { 0, NULL }, { 1, "junma-leaf/v2" }, { 2, "zone " }, { 2, "zone  z" },
        { 3, "at 2026-11-23T01:30:00Z" }, { 3, "at 2026-11-31T01:30:00.000Z" },
        { 3, "at 2026-11-23T01:30:00.000z" }, { 4, "kind  k" }, { 4, "Kind k" },
        { 5, "subject 00" }, { 5, "subject +1" }, { 5, "subject -0" }, { 5, "subject " },
        { 5, "subject 9223372036854775808" }, { 6, "actor" },
        { 7, "event 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0" },
        { 7, "event 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef" },
    };
    arena_init(&log_.arena, NULL, MIB);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        struct diag d = { 0 };
        struct journal_event e;
        struct journal_hash h;
        buf_init(&b, &log_.arena, 4 * KIB);
        for (int n = 0; n < 7; n++)
            buf_printf(&b, "%s\n", n + 1 == cases[i].line ? cases[i].text : good[n]);
        enum err wanted = cases[i].line ? ERR_SYNTAX : OK;
        assert_int_equal(journal_leaf_parse(buf_str(&b), &e, &h, &d), wanted);
        assert_int_equal(d.line, cases[i].line);
        if (wanted != OK)
            continue;
        for (size_t n = 0; n < b.bytes; n++)
            assert_int_equal(journal_leaf_parse(str_slice(buf_str(&b), 0, n), &e, &h, NULL),
                ERR_SYNTAX);
        buf_add(&b, STR("more\n"));
        assert_int_equal(journal_leaf_parse(buf_str(&b), &e, &h, NULL), ERR_SYNTAX);
    }
    arena_release(&log_.arena);
}

static str receipt_json(uint64_t index, uint64_t size, bool with_event)
{
    struct diag d = { 0 };
    struct journal_receipt r = log_receipt(&log_, index, size, with_event);
    str json = STR_NONE;
    assert_ok(journal_receipt_build(&log_.arena, &r, &json, &d), &d);
    return json;
}

static bool says(const str *sentences, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(sentences[i], str_from(what), 0) >= 0)
            return true;
    }
    return false;
}

static void receipts_prove(void **state)
{
    (void)state;
    for (int p = JOURNAL_INTERNATIONAL; p <= JOURNAL_NATIONAL; p++) {
        fill((enum journal_profile)p, 50);
        str vkey = journal_key_text(&log_.arena, &log_.signer.key);
        for (uint64_t i = 0; i < 50; i += 7) {
            struct journal_verdict v;
            struct diag d = { 0 };
            assert_ok(journal_receipt_verify(&log_.arena, receipt_json(i, 50, true), vkey, &v, &d),
                &d);
            assert_true(v.ok && v.content);
            assert_int_equal(v.step_count, 6);
            for (size_t s = 0; s < v.step_count; s++)
                assert_true(v.steps[s].done && v.steps[s].ok && v.steps[s].zh.bytes);
            assert_true(says(v.proved_en, v.proved_count, "zone riverside"));
            assert_true(says(v.proved_en, v.proved_count, "first 50 entries"));
            assert_true(says(v.proved_zh, v.proved_count, "一字未改"));
            assert_true(says(v.unproved_en, v.unproved_count, "operator's own statement"));
            assert_ok(journal_receipt_verify(&log_.arena, receipt_json(i, i + 1, false), vkey, &v,
                &d), &d);
            assert_true(v.ok && !v.content);
            assert_true(says(v.unproved_en, v.unproved_count, "only a salted hash"));
        }
        log_release(&log_);
    }
}

static enum err verified(str json, str vkey, struct journal_verdict *v)
{
    enum err e = journal_receipt_verify(&log_.arena, json, vkey, v, NULL);
    assert_int_equal(v->ok, e == OK);
    if (e != OK) {
        assert_int_equal(v->proved_count, 0); /* nothing is said to be proved */
        assert_true(v->step_count > 0);
    }
    return e;
}

/* No single changed byte of a receipt leaves it verifying, but in the key's copy (information) and
 * in white space. */
static void every_byte_counts(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL, 11);
    struct journal_verdict v;
    str vkey = journal_key_text(&log_.arena, &log_.signer.key);
    str json = str_copy(&log_.arena, receipt_json(4, 11, true));
    ptrdiff_t copy = str_find(json, STR("\"vkey\""), 0);
    char *at = (char *)json.data;
    struct arena keep = log_.arena;
    arena_init(&log_.arena, NULL, LOG_ARENA);
    assert_true(copy > 0);
    for (size_t i = 0; i < (size_t)copy; i++) {
        char was = at[i];
        if (was == ' ' || was == '\n')
            continue;
        for (int bit = 0; bit < 8; bit++) {
            at[i] = (char)(was ^ (1 << bit));
            assert_int_not_equal(verified(json, vkey, &v), OK);
        }
        at[i] = was;
        arena_reset(&log_.arena);
    }
    assert_int_equal(verified(json, vkey, &v), OK);
    arena_release(&log_.arena);
    log_.arena = keep;
    log_release(&log_);
}

static const struct journal_step *find_step(const struct journal_verdict *v, const char *name)
{
    for (size_t i = 0; i < v->step_count; i++) {
        if (strcmp(v->steps[i].name, name) == 0)
            return &v->steps[i];
    }
    fail_msg("no step %s", name);
    return NULL;
}

static str rebuilt(const struct journal_receipt *r)
{
    struct diag d = { 0 };
    str json = STR_NONE;
    assert_ok(journal_receipt_build(&log_.arena, r, &json, &d), &d);
    return json;
}

static void failures_are_named(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL, 20);
    struct journal_verdict v;
    struct journal_signer other;
    struct diag d = { 0 };
    unsigned char seed[32];
    str vkey = journal_key_text(&log_.arena, &log_.signer.key);
    struct journal_receipt good = log_receipt(&log_, 5, 20, true), r = good;
    r.event = STR("{\"n\":6}");
    assert_int_equal(verified(rebuilt(&r), vkey, &v), ERR_VERIFY);
    assert_false(find_step(&v, "content")->ok);
    assert_true(find_step(&v, "signature")->ok && find_step(&v, "inclusion")->ok);
    r = good;
    r.salt[0] ^= 1;
    assert_int_equal(verified(rebuilt(&r), vkey, &v), ERR_VERIFY);
    assert_false(find_step(&v, "content")->ok);
    r = good;
    r.index = 6;
    assert_int_equal(verified(rebuilt(&r), vkey, &v), ERR_VERIFY);
    assert_false(find_step(&v, "inclusion")->ok);
    r = good;
    r.leaf_text = log_receipt(&log_, 6, 20, true).leaf_text;
    assert_int_equal(verified(rebuilt(&r), vkey, &v), ERR_VERIFY);
    assert_false(find_step(&v, "content")->ok);
    assert_false(find_step(&v, "inclusion")->ok);
    memset(seed, 8, sizeof seed); /* the right name, another key */
    assert_ok(journal_signer_make(JOURNAL_INTERNATIONAL, STR("zone.example/journal"), seed, &other,
        &d), &d);
    assert_int_equal(verified(rebuilt(&good), journal_key_text(&log_.arena, &other.key), &v),
        ERR_VERIFY);
    assert_false(find_step(&v, "signature")->ok);
    assert_false(find_step(&v, "inclusion")->done);
    assert_int_equal(verified(rebuilt(&good), STR("no key"), &v), ERR_SYNTAX);
    assert_false(find_step(&v, "key")->ok);
    log_release(&log_);
}

static void malformed_receipts(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL, 3);
    static const struct {
        const char *json;
        enum err err;
        const char *field;
    } cases[] = {
        { "", ERR_SYNTAX, "" },
        { "{", ERR_SYNTAX, "" },
        { "[]", ERR_INVALID, "version" },
        { "{\"version\":\"junma-receipt/v2\"}", ERR_INVALID, "version" },
        { "{\"version\":\"junma-receipt/v1\"}", ERR_INVALID, "leaf" },
        { "{\"version\":\"junma-receipt/v1\",\"note\":1}", ERR_INVALID, "note" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":7}", ERR_INVALID, "leaf" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"event\":\"e\"}", ERR_INVALID,
            "salt" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"salt\":\"e\"}", ERR_INVALID,
            "event" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"event\":\"e\",\"salt\":\"e\"}",
            ERR_INVALID, "salt" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":-1}", ERR_INVALID, "index" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":1.0}", ERR_INVALID,
            "index" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":4611686018427387904}",
            ERR_INVALID, "index" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":1,\"proof\":{}}",
            ERR_INVALID, "proof" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":1,\"proof\":[1]}",
            ERR_INVALID, "proof" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":1,\"proof\":[\"AAAA\"]}",
            ERR_INVALID, "proof" },
        { "{\"version\":\"junma-receipt/v1\",\"leaf\":\"l\",\"index\":1,\"proof\":[]}",
            ERR_INVALID, "checkpoint" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag d = { 0 };
        struct journal_receipt r = { .index = 4242 };
        assert_int_equal(journal_receipt_parse(&log_.arena, str_from(cases[i].json), &r, &d),
            cases[i].err);
        assert_string_equal(d.field, cases[i].field);
        assert_int_equal(r.index, 4242);
    }
    struct diag d = { 0 };
    struct journal_receipt r = log_receipt(&log_, 0, 1, false);
    str json = STR("untouched");
    r.proof.count = JOURNAL_PROOF_MAX + 1;
    assert_int_equal(journal_receipt_build(&log_.arena, &r, &json, &d), ERR_INVALID);
    r.proof.count = 0;
    r.leaf_text = STR("\xff");
    assert_int_equal(journal_receipt_build(&log_.arena, &r, &json, &d), ERR_UTF8);
    assert_text(json, "untouched");
    log_release(&log_);
}

static void tlog_proof(void **state)
{
    (void)state;
    struct diag d = { 0 };
    str text;
    fill(JOURNAL_INTERNATIONAL, 8);
    struct journal_receipt r = log_receipt(&log_, 5, 8, false);
    assert_ok(journal_tlog_proof(&log_.arena, &r, &text, &d), &d);
    str head = str_printf(&log_.arena, "c2sp.org/tlog-proof@v1\nextra %.*s\nindex 5\n",
        STR_ARGS(str_base64(&log_.arena, r.leaf_text.data, r.leaf_text.bytes)));
    assert_true(str_starts(text, head));
    assert_true(str_ends(text, r.checkpoint));
    size_t lines = 0; /* 3 + 3 hashes + empty + checkpoint's */
    for (size_t i = 0; i < text.bytes - r.checkpoint.bytes; i++)
        lines += text.data[i] == '\n';
    assert_int_equal(lines, 7);
    log_release(&log_);
    fill(JOURNAL_NATIONAL, 2);
    r = log_receipt(&log_, 0, 2, false);
    assert_int_equal(journal_tlog_proof(&log_.arena, &r, &text, &d), ERR_UNSUPPORTED);
    log_release(&log_);
}

static void consistency_documents(void **state)
{
    (void)state;
    for (int p = JOURNAL_INTERNATIONAL; p <= JOURNAL_NATIONAL; p++) {
        struct journal_verdict v;
        struct journal_proof proof;
        struct diag d = { 0 };
        str json;
        fill((enum journal_profile)p, 30);
        str vkey = journal_key_text(&log_.arena, &log_.signer.key);
        str old_note = log_checkpoint(&log_, 11), new_note = log_checkpoint(&log_, 30);
        assert_ok(journal_consistency_proof(&log_.tree, 11, 30, &proof, &d), &d);
        assert_ok(journal_consistency_build(&log_.arena, old_note, new_note, &proof, &json, &d),
            &d);
        assert_ok(journal_consistency_check(&log_.arena, json, vkey, &v, &d), &d);
        assert_true(v.ok);
        assert_true(says(v.proved_en, v.proved_count, "From 11 to 30 entries"));
        proof.hashes[0].bytes[3] ^= 4;
        assert_ok(journal_consistency_build(&log_.arena, old_note, new_note, &proof, &json, &d),
            &d);
        assert_int_equal(journal_consistency_check(&log_.arena, json, vkey, &v, &d), ERR_VERIFY);
        assert_false(find_step(&v, "consistency")->ok);
        assert_int_equal(v.proved_count, 0);
        assert_int_equal(journal_consistency_check(&log_.arena, STR("{}"), vkey, &v, &d),
            ERR_INVALID);
        assert_int_equal(journal_consistency_check(&log_.arena,
            STR("{\"version\":\"junma-consistency/v1\",\"old\":\"x\",\"new\":\"y\",\"proof\":[]}"),
            vkey, &v, &d), ERR_SYNTAX);
        log_release(&log_);
    }
}

static void memory_failure(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL, 9);
    str vkey = journal_key_text(&log_.arena, &log_.signer.key);
    struct journal_receipt r = log_receipt(&log_, 5, 9, true);
    bool done = false;
    for (long n = 0; n < 400 && !done; n++) {
        struct failing_source source;
        struct arena small;
        struct journal_verdict v;
        struct diag d = { 0 };
        str json = STR("untouched");
        failing_init(&source, n);
        arena_init(&small, &source.source, 4 * MIB);
        enum err e = journal_receipt_build(&small, &r, &json, &d);
        if (e == OK) {
            e = journal_receipt_verify(&small, json, vkey, &v, &d);
            done = e == OK;
            assert_int_equal(v.ok, done);
        } else {
            assert_text(json, "untouched");
        }
        if (e != OK && e != ERR_MEMORY)
            fail_msg("allocation %ld: %s", n, d.en);
        arena_release(&small);
        assert_int_equal(source.outstanding, 0);
    }
    assert_true(done);
    log_release(&log_);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaf_text),
        cmocka_unit_test(leaf_fields),
        cmocka_unit_test(leaf_has_one_spelling),
        cmocka_unit_test(receipts_prove),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(failures_are_named),
        cmocka_unit_test(malformed_receipts),
        cmocka_unit_test(tlog_proof),
        cmocka_unit_test(consistency_documents),
        cmocka_unit_test(memory_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
