/*
 * Notes and checkpoints: the published note of the Go project's note package, signed again to the
 * byte; its list of malformed notes; strictness, limits, several signatures; memory failure.
 */
#include "log.h"

static const char peter_public[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_private[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
#define PETER_TEXT                                                                               \
    "If you think cryptography is the answer to your problem,\n"                                 \
    "then you don't know what your problem is.\n"
#define PETER_LINE                                                                               \
    "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg" \
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define OTHER_LINE "\xe2\x80\x94 SomebodyElse x08go/ZJkuA=\n"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, NULL, 64 * MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct journal_key peter(void)
{
    struct journal_key k;
    struct diag d = { 0 };
    assert_ok(journal_key_parse(str_from(peter_public), &k, &d), &d);
    return k;
}

static void published_note(void **state)
{
    (void)state;
    struct journal_key k = peter();
    struct journal_signer s;
    struct journal_note n;
    struct diag d = { 0 };
    str note;
    assert_ok(journal_note_open(&arena, STR(PETER_TEXT "\n" PETER_LINE), &k, &n, &d), &d);
    assert_text(n.text, PETER_TEXT);
    assert_int_equal(n.count, 1);
    assert_text(n.signatures[0].name, "PeterNeumann");
    assert_ok(journal_signer_parse(str_from(peter_private), &s, &d), &d);
    assert_ok(journal_note_sign(&arena, STR(PETER_TEXT), &s, &note, &d), &d);
    assert_text(note, PETER_TEXT "\n" PETER_LINE);
}

static enum err opened(str note)
{
    struct journal_key k = peter();
    struct journal_note n;
    return journal_note_open(&arena, note, &k, &n, NULL);
}

static void several_signatures(void **state)
{
    (void)state;
    assert_int_equal(opened(STR(PETER_TEXT "\n" OTHER_LINE PETER_LINE)), OK);
    assert_int_equal(opened(STR(PETER_TEXT "\n" PETER_LINE OTHER_LINE)), OK);
    assert_int_equal(opened(STR(PETER_TEXT "\n" PETER_LINE PETER_LINE)), OK);
    assert_int_equal(opened(STR(PETER_TEXT "\n" OTHER_LINE)), ERR_VERIFY);
    /* a good one does not make up for a bad one by the same key */
    assert_int_equal(opened(STR(PETER_TEXT "\n" PETER_LINE
        "\xe2\x80\x94 PeterNeumann x08go/ZJkuA=\n")), ERR_VERIFY);
    /* same name, other id; same id, other name: not the key's */
    assert_int_equal(opened(STR(PETER_TEXT "\n" PETER_LINE
        "\xe2\x80\x94 PeterNeumann AAAAAPZJkuA=\n")), OK);
}

static void many_signatures(void **state)
{
    (void)state;
    for (int count = JOURNAL_NOTE_SIGNATURES_MAX - 1; count <= JOURNAL_NOTE_SIGNATURES_MAX;
        count++) {
        struct buf b;
        buf_init(&b, &arena, MIB);
        buf_add(&b, STR(PETER_TEXT "\n"));
        for (int i = 0; i < count; i++)
            buf_add(&b, STR(OTHER_LINE));
        buf_add(&b, STR(PETER_LINE));
        assert_int_equal(opened(buf_str(&b)),
            count < JOURNAL_NOTE_SIGNATURES_MAX ? OK : ERR_LIMIT);
    }
}

static void malformed_notes(void **state)
{
    (void)state;
    const str bad[] = {
        { "", 0 },
        { "\n", 1 },
        { "\n\n", 2 },
        { "a\n", 2 },
        { "a\n\n", 3 },
        { "a\n\n\n", 4 },
        { "a\n\n\n\n", 5 },
        STR(PETER_TEXT PETER_LINE), /* no empty line */
        STR("no newline at the end\n\n" "\xe2\x80\x94 A x08go/ZJkuA="),
        STR(PETER_TEXT "\n" PETER_LINE "\n"), /* empty line at the end */
        STR(PETER_TEXT "\n" "- PeterNeumann x08go/ZJkuA=\n"), /* not an em dash */
        STR(PETER_TEXT "\n" "\xe2\x80\x94 PeterNeumann\n"),
        STR(PETER_TEXT "\n" "\xe2\x80\x94  x08go/ZJkuA=\n"), /* no name */
        STR(PETER_TEXT "\n" "\xe2\x80\x94 Peter+Neumann x08go/ZJkuA=\n"),
        STR(PETER_TEXT "\n" "\xe2\x80\x94 PeterNeumann x08go/ZJkuA\n"), /* padding missing */
        STR(PETER_TEXT "\n" "\xe2\x80\x94 PeterNeumann x08gow==\n"), /* an id alone */
        STR(PETER_TEXT "\n" "\xe2\x80\x94 PeterNeumann x08go/ZJkuA= more\n"),
        STR("tab\there\n\n" PETER_LINE),
        STR("bell\x07\n\n" PETER_LINE),
        { "nul\0\n\n" PETER_LINE, sizeof "nul\0\n\n" PETER_LINE - 1 },
        STR("broken \xff utf-8\n\n" PETER_LINE),
        STR("carriage return\r\n\n" PETER_LINE),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(opened(bad[i]), ERR_SYNTAX);
    str large = { arena_alloc(&arena, JOURNAL_NOTE_BYTES_MAX + 1), JOURNAL_NOTE_BYTES_MAX + 1 };
    assert_int_equal(opened(large), ERR_TOO_LARGE);
}

/* Every bit of a note counts: none changed verifies. */
static void every_bit_of_a_note(void **state)
{
    (void)state;
    str note = str_copy(&arena, STR(PETER_TEXT "\n" PETER_LINE));
    char *at = (char *)note.data;
    assert_int_equal(opened(note), OK);
    for (size_t bit = 0; bit < note.bytes * 8; bit++) {
        at[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_not_equal(opened(note), OK);
        at[bit / 8] ^= (char)(1 << bit % 8);
        if (bit % 64 == 0) {
            arena_reset(&arena);
            note = str_copy(&arena, STR(PETER_TEXT "\n" PETER_LINE));
            at = (char *)note.data;
        }
    }
}

static void unsignable_texts(void **state)
{
    (void)state;
    struct journal_signer s;
    struct diag d = { 0 };
    str note = STR("untouched");
    assert_ok(journal_signer_parse(str_from(peter_private), &s, &d), &d);
    const str bad[] = { { "", 0 }, STR("no newline"), STR("a\tb\n"), STR("\xff\n") };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(journal_note_sign(&arena, bad[i], &s, &note, &d), ERR_INVALID);
    assert_text(note, "untouched");
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void checkpoint_texts(void **state)
{
    (void)state;
    struct journal_checkpoint c;
    struct diag d = { 0 };
    assert_ok(journal_checkpoint_parse(STR("example.com/behind-the-sofa\n20852163\n" ROOT "\n"), &c,
        &d), &d); /* the example of the specification */
    assert_text(c.origin, "example.com/behind-the-sofa");
    assert_int_equal(c.head.size, 20852163);
    assert_text(journal_hash_base64(&arena, &c.head.root), ROOT);
    assert_false(c.has_time);
    assert_ok(journal_checkpoint_parse(STR("o p\n0\n" ROOT "\nsomething else\n"
        "time 2026-11-23T01:30:00.250Z\n"), &c, &d), &d);
    assert_true(c.has_time);
    assert_true(c.at_ms == INT64_C(1795397400250));
    const str bad[] = { { "", 0 }, STR("o\n"), STR("o\n1\n"), STR("\n1\n" ROOT "\n"),
        STR("o\n01\n" ROOT "\n"), STR("o\n-1\n" ROOT "\n"), STR("o\n\n" ROOT "\n"),
        STR("o\n1 \n" ROOT "\n"), STR("o\n9223372036854775808\n" ROOT "\n"),
        STR("o\n1\n" ROOT), STR("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"),
        STR("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n"), STR("o\n1\n" ROOT "\n\n"),
        STR("o\n1\n" ROOT "\nno newline"), STR("o\n1\n" ROOT "\ntime yesterday\n"),
        STR("o\n1\n" ROOT "\ntime 2026-11-23T01:30:00Z\n"),
        STR("o\n1\n" ROOT "\ntime 2026-11-23T09:30:00.250+08:00\n"),
        STR("o\n1\n" ROOT "\ntime 2026-11-23T01:30:00.250Z\ntime 2026-11-23T01:30:00.250Z\n") };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(journal_checkpoint_parse(bad[i], &c, &d), ERR_SYNTAX);
}

static void checkpoints_are_signed(void **state)
{
    (void)state;
    for (int p = JOURNAL_INTERNATIONAL; p <= JOURNAL_NATIONAL; p++) {
        unsigned char seed[32];
        struct journal_signer s, other;
        struct journal_checkpoint c;
        struct journal_head head = { .size = 12 };
        struct diag d = { 0 };
        str note;
        memset(seed, 1, sizeof seed);
        memset(&head.root, 0xab, sizeof head.root);
        assert_ok(journal_signer_make((enum journal_profile)p, STR("z.example/j"), seed, &s, &d),
            &d);
        seed[0] = 2;
        assert_ok(journal_signer_make((enum journal_profile)p, STR("z.example/j"), seed, &other,
            &d), &d);
        assert_ok(journal_checkpoint_sign(&arena, &s, &head, 1795397400007, &note, &d), &d);
        assert_ok(journal_checkpoint_open(&arena, note, &s.key, &c, &d), &d);
        assert_text(c.origin, "z.example/j");
        assert_int_equal(c.head.size, 12);
        assert_true(journal_hash_equal(&c.head.root, &head.root));
        assert_true(c.has_time && c.at_ms == INT64_C(1795397400007));
        assert_int_equal(journal_checkpoint_open(&arena, note, &other.key, &c, &d), ERR_VERIFY);
        assert_int_equal(journal_checkpoint_sign(&arena, &s, &head, INT64_MAX, &note, &d),
            ERR_INVALID);
    }
}

/* A key of another journal may not speak for this one, however good its signature. */
static void foreign_origin(void **state)
{
    (void)state;
    struct journal_signer s;
    struct journal_checkpoint c;
    struct diag d = { 0 };
    str note;
    assert_ok(journal_signer_parse(str_from(peter_private), &s, &d), &d);
    assert_ok(journal_note_sign(&arena, STR("other.example/log\n1\n" ROOT "\n"), &s, &note, &d),
        &d);
    assert_int_equal(journal_checkpoint_open(&arena, note, &s.key, &c, &d), ERR_VERIFY);
    assert_non_null(strstr(d.en, "other.example/log"));
}

static void memory_failure(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 0; n < 100 && !done; n++) {
        struct failing_source source;
        struct arena small;
        struct journal_signer s;
        struct journal_checkpoint c;
        struct journal_head head = { .size = 1 };
        struct diag d = { 0 };
        str note = STR("untouched");
        failing_init(&source, n);
        arena_init(&small, &source.source, MIB);
        assert_ok(journal_signer_parse(str_from(peter_private), &s, &d), &d);
        enum err e = journal_checkpoint_sign(&small, &s, &head, 0, &note, &d);
        if (e == OK) {
            e = journal_checkpoint_open(&small, note, &s.key, &c, &d);
            done = e == OK;
        } else {
            assert_text(note, "untouched");
        }
        assert_true(e == OK || e == ERR_MEMORY);
        arena_release(&small);
        assert_int_equal(source.outstanding, 0);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_note),
        cmocka_unit_test(several_signatures),
        cmocka_unit_test(many_signatures),
        cmocka_unit_test(malformed_notes),
        cmocka_unit_test(every_bit_of_a_note),
        cmocka_unit_test(unsignable_texts),
        cmocka_unit_test(checkpoint_texts),
        cmocka_unit_test(checkpoints_are_signed),
        cmocka_unit_test(foreign_origin),
        cmocka_unit_test(memory_failure),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
