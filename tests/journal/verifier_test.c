/*
 * The whole-journal verifier: an honest journal passes with and without erased events; each kind of
 * tampering is found and named, and gives few faults, not one for every row above it.
 */
#include "log.h"

enum { ROWS = 60, EVERY = 7 };

static struct log log_;
static str notes[ROWS + 1]; /* by size; empty: no checkpoint there */

static void fill(enum journal_profile p)
{
    log_init(&log_, p);
    memset(notes, 0, sizeof notes);
    for (int i = 0; i < ROWS; i++) {
        log_add(&log_);
        if ((i + 1) % EVERY == 0)
            notes[i + 1] = log_checkpoint(&log_, (uint64_t)i + 1);
    }
}

struct run {
    struct journal_report report;
    enum err err;
};

/* Feeds all rows but those of index in [cut_from, cut_to). */
static struct run run_without(uint64_t cut_from, uint64_t cut_to, bool with_nodes)
{
    struct journal_verifier v;
    struct run r = { .err = OK };
    struct diag d = { 0 };
    struct journal_verify_options o = {
        .profile = log_.tree.profile,
        .zone = STR("riverside"),
        .keys = &log_.signer.key,
        .key_count = 1,
        .nodes = with_nodes ? &log_.nodes : NULL,
        .time_tolerance_ms = 0,
        .faults_max = 50,
    };
    assert_ok(journal_verifier_init(&v, &log_.arena, &o, &d), &d);
    for (uint64_t i = 0; i < ROWS; i++) {
        if (i < cut_from || i >= cut_to)
            assert_ok(journal_verifier_row(&v, &log_.row[i], &d), &d);
        if (notes[i + 1].bytes)
            assert_ok(journal_verifier_checkpoint(&v, i + 1, notes[i + 1], &d), &d);
    }
    r.err = journal_verifier_finish(&v, &r.report, &d);
    journal_verifier_release(&v);
    assert_int_equal(r.report.ok, r.err == OK);
    assert_true(r.report.summary_zh.bytes && r.report.summary_en.bytes);
    return r;
}

static struct run run(void)
{
    return run_without(ROWS, ROWS, true);
}

static void expect_fault(const struct run *r, size_t n, uint64_t index, const char *field)
{
    assert_int_equal(r->err, ERR_VERIFY);
    assert_true(n < r->report.fault_count);
    assert_string_equal(r->report.faults[n].field, field);
    assert_int_equal(r->report.faults[n].index, index);
    assert_true(r->report.faults[n].zh.bytes && r->report.faults[n].en.bytes);
}

static void expect_one(uint64_t index, const char *field)
{
    struct run r = run();
    expect_fault(&r, 0, index, field);
    assert_int_equal(r.report.fault_total, 1);
}

static void honest(void **state)
{
    (void)state;
    for (int p = JOURNAL_INTERNATIONAL; p <= JOURNAL_NATIONAL; p++) {
        fill((enum journal_profile)p);
        struct run r = run();
        assert_int_equal(r.err, OK);
        assert_int_equal(r.report.rows, ROWS);
        assert_int_equal(r.report.checkpoints, ROWS / EVERY);
        assert_int_equal(r.report.signed_rows, ROWS / EVERY * EVERY);
        assert_int_equal(r.report.erased, 0);
        struct journal_head h = log_head(&log_, ROWS);
        assert_true(journal_hash_equal(&h.root, &r.report.head.root));
        r = run_without(ROWS, ROWS, false);
        assert_int_equal(r.err, OK);
        log_release(&log_);
    }
}

static void erased_events(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    for (int i = 3; i < 9; i++) {
        log_.row[i].erased = true;
        log_.row[i].event.json = STR_NONE;
        memset(log_.row[i].salt, 0, sizeof log_.row[i].salt);
    }
    struct run r = run();
    assert_int_equal(r.err, OK);
    assert_int_equal(r.report.erased, 6);
    log_.row[4].event_hash.bytes[0] ^= 1; /* an erased row still stands on its hash */
    expect_one(4, "leaf");
    log_release(&log_);
}

/* One changed value of one row: one fault, with the row's number and what it is. */
static void one_changed_row(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    struct journal_row *row = &log_.row[23], good = *row;
    row->event.json = STR("{\"n\":24}");
    expect_one(23, "event");
    *row = good;
    row->salt[31] ^= 128;
    expect_one(23, "event");
    *row = good;
    row->event.kind = STR("case.closed");
    expect_one(23, "leaf");
    *row = good;
    row->event.at_ms -= 1;
    expect_one(23, "leaf");
    *row = good;
    row->event.subject++;
    expect_one(23, "leaf");
    *row = good;
    row->event.actor = STR("somebody");
    expect_one(23, "leaf");
    *row = good;
    row->event.actor = STR("some\nbody");
    expect_one(23, "leaf");
    *row = good;
    row->leaf_hash.bytes[5] ^= 2;
    expect_one(23, "leaf_hash");
    *row = good;
    row->event.zone = STR("elsewhere");
    struct run r = run();
    expect_fault(&r, 0, 23, "zone");
    expect_fault(&r, 1, 23, "leaf");
    *row = good;
    r = run();
    assert_int_equal(r.err, OK);
    log_release(&log_);
}

/* A row rewritten with all its own hashes right: the tree gives it away, the signature confirms. */
static void rewritten_row(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    struct journal_row *row = &log_.row[23];
    struct journal_leaf leaf;
    struct diag d = { 0 };
    row->event.json = STR("{\"n\":24}");
    assert_ok(journal_leaf_build(&log_.arena, JOURNAL_INTERNATIONAL, &row->event, row->salt, &leaf,
        &d), &d);
    row->event_hash = leaf.event_hash;
    row->leaf_hash = leaf.hash;
    struct run r = run();
    expect_fault(&r, 0, 23, "node");
    expect_fault(&r, 1, 28, "root");
    assert_int_equal(r.report.fault_total, 2);
    assert_non_null(strstr(r.report.faults[1].en.data, "from number 22 to number 28"));
    assert_int_equal(r.report.signed_rows, 21);
    r = run_without(ROWS, ROWS, false);
    expect_fault(&r, 0, 28, "root");
    assert_int_equal(r.report.fault_total, 1);
    log_release(&log_);
}

static void changed_nodes(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    log_.node[0][10].bytes[0] ^= 1;
    expect_one(10, "node");
    log_.node[0][10].bytes[0] ^= 1;
    log_.node[2][3].bytes[0] ^= 1; /* covers 12..15 */
    expect_one(15, "node");
    log_.node[2][3].bytes[0] ^= 1;
    log_.there[3][1] = false;
    expect_one(15, "node");
    log_release(&log_);
}

static void missing_rows(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    struct run r = run_without(30, 32, true);
    expect_fault(&r, 0, 30, "index");
    assert_int_equal(r.report.fault_total, 1);
    assert_int_equal(r.report.head.size, 0);
    r = run_without(54, ROWS, true); /* cut off at the end, below the last checkpoint (56) */
    expect_fault(&r, 0, 56, "checkpoint");
    assert_int_equal(r.report.fault_total, 1);
    log_.row[12] = log_.row[11]; /* one stands twice */
    r = run();
    expect_fault(&r, 0, 11, "index");
    log_release(&log_);
}

static void swapped_rows(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    struct journal_row a = log_.row[40];
    log_.row[40] = log_.row[41];
    log_.row[41] = a;
    log_.row[40].index = 40;
    log_.row[41].index = 41;
    struct run r = run();
    expect_fault(&r, 0, 40, "node");
    expect_fault(&r, 1, 41, "node");
    expect_fault(&r, 2, 42, "root");
    assert_int_equal(r.report.fault_total, 3);
    log_release(&log_);
}

static void bad_checkpoints(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    str good = notes[14];
    char *changed = (char *)str_copy(&log_.arena, good).data;
    changed[good.bytes - 10] = changed[good.bytes - 10] == 'A' ? 'B' : 'A';
    notes[14] = (str){ changed, good.bytes };
    expect_one(14, "checkpoint");
    notes[14] = notes[21];
    expect_one(14, "checkpoint");
    notes[14] = STR("not a note");
    expect_one(14, "checkpoint");
    notes[14] = good;
    struct run r = run();
    assert_int_equal(r.err, OK);
    log_release(&log_);
}

/* Put in afterwards with an early date: everything is signed, only the times do not fit. */
static void backdated(void **state)
{
    (void)state;
    struct diag d = { 0 };
    struct journal_leaf leaf;
    uint64_t index;
    log_init(&log_, JOURNAL_INTERNATIONAL);
    memset(notes, 0, sizeof notes);
    for (int i = 0; i < ROWS; i++) {
        struct journal_tree before = log_.tree;
        log_add(&log_);
        if (i == 30) {
            struct journal_row *r = &log_.row[30];
            r->event.at_ms -= 86400000;
            assert_ok(journal_leaf_build(&log_.arena, JOURNAL_INTERNATIONAL, &r->event, r->salt,
                &leaf, &d), &d);
            r->leaf_hash = leaf.hash;
            log_.tree = before;
            log_.there[0][30] = false;
            assert_ok(journal_append(&log_.tree, &leaf.hash, &index, &d), &d);
        }
        if ((i + 1) % EVERY == 0)
            notes[i + 1] = log_checkpoint(&log_, (uint64_t)i + 1);
    }
    expect_one(30, "time");
    log_release(&log_);
}

static void dated_after_signing(void **state)
{
    (void)state;
    struct diag d = { 0 };
    fill(JOURNAL_INTERNATIONAL);
    struct journal_head h = log_head(&log_, 21);
    assert_ok(journal_checkpoint_sign(&log_.arena, &log_.signer, &h,
        ((int64_t)LOG_START_S + 14) * 1000, &notes[21], &d), &d);
    expect_one(21, "time");
    assert_ok(journal_checkpoint_sign(&log_.arena, &log_.signer, &h, 0, &notes[21], &d), &d);
    struct run r = run();
    expect_fault(&r, 0, 21, "time"); /* before the checkpoint it follows */
    log_release(&log_);
}

static void limits_and_failures(void **state)
{
    (void)state;
    struct diag d = { 0 };
    struct journal_verifier v;
    struct journal_report report;
    fill(JOURNAL_INTERNATIONAL);
    struct journal_verify_options o = { .zone = STR("elsewhere"), .keys = &log_.signer.key,
        .nodes = &log_.nodes, .faults_max = 3, .time_tolerance_ms = -1 };
    assert_int_equal(journal_verifier_init(&v, &log_.arena, &o, &d), ERR_USAGE);
    o.key_count = 1;
    assert_ok(journal_verifier_init(&v, &log_.arena, &o, &d), &d);
    for (int i = 0; i < 10; i++)
        assert_ok(journal_verifier_row(&v, &log_.row[i], &d), &d);
    log_.calls_left = 0; /* the store breaks: that is no finding about the journal */
    assert_int_equal(journal_verifier_row(&v, &log_.row[10], &d), ERR_STORE);
    log_.calls_left = -1;
    assert_int_equal(journal_verifier_finish(&v, &report, &d), ERR_VERIFY);
    assert_int_equal(report.fault_count, 3);
    assert_int_equal(report.fault_total, 11);
    journal_verifier_release(&v);
    log_release(&log_);
}

static void memory_failure(void **state)
{
    (void)state;
    fill(JOURNAL_INTERNATIONAL);
    log_.row[3].event.json = STR("{}");
    bool done = false;
    for (long n = 0; n < 20 && !done; n++) {
        struct failing_source source;
        struct arena small;
        struct journal_verifier v;
        struct journal_report report = { .rows = 4242 };
        struct diag d = { 0 };
        struct journal_verify_options o = { .zone = STR("riverside"), .keys = &log_.signer.key,
            .key_count = 1, .faults_max = 200, .time_tolerance_ms = -1 };
        failing_init(&source, n);
        arena_init(&small, &source.source, MIB);
        enum err e = journal_verifier_init(&v, &small, &o, &d);
        if (e == OK) {
            for (int i = 0; i < 10 && e == OK; i++)
                e = journal_verifier_row(&v, &log_.row[i], &d);
            if (e == OK)
                e = journal_verifier_finish(&v, &report, &d);
            journal_verifier_release(&v);
        }
        done = e == ERR_VERIFY;
        assert_true(done || e == ERR_MEMORY);
        assert_int_equal(report.rows, done ? 10 : 4242);
        arena_release(&small);
        assert_int_equal(source.outstanding, 0);
    }
    assert_true(done);
    log_release(&log_);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest),
        cmocka_unit_test(erased_events),
        cmocka_unit_test(one_changed_row),
        cmocka_unit_test(rewritten_row),
        cmocka_unit_test(changed_nodes),
        cmocka_unit_test(missing_rows),
        cmocka_unit_test(swapped_rows),
        cmocka_unit_test(bad_checkpoints),
        cmocka_unit_test(backdated),
        cmocka_unit_test(dated_after_signing),
        cmocka_unit_test(limits_and_failures),
        cmocka_unit_test(memory_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
