/*
 * The journal of a zone: receipts that hold for a stranger, and whoever changes a row behind the
 * program's back is found: each column of each table that matters, one change at a time.
 */
#include "house.h"

#include <stdio.h>
#include <string.h>

static void a_few_cases(struct house *h)
{
    for (int i = 0; i < 3; i++) {
        struct case_row c = house_power_case(h);
        DO(h, &h->power, c.id, VERB_SIGN);
        DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
        if (i == 0)
            DO(h, &h->contact, c.id, VERB_RATE, .rating = 2, .text = STR("慢"));
    }
}

struct verifying {
    struct journal_report report;
    struct diag_list rows;
    int64_t checked;
    enum err journal;
};

static enum err verify(struct op *op, void *ctx)
{
    struct verifying *v = ctx;
    v->journal = ledger_verify(op, &v->report, 20);
    diag_list_init(&v->rows, op->arena, 20);
    return ledger_verify_rows(op, &v->checked, &v->rows);
}

static struct verifying verified(struct house *h)
{
    struct verifying v = { 0 };
    assert_int_equal(house_read(h, &actor_system, verify, &v), OK);
    return v;
}

static void an_honest_journal_holds(void **state)
{
    struct house *h = *state;
    a_few_cases(h);
    struct verifying v = verified(h);
    assert_int_equal(v.journal, OK);
    assert_true(v.report.ok);
    assert_int_equal(v.report.fault_total, 0);
    assert_int_equal(v.checked, 3);
    assert_int_equal(v.rows.total, 0);
    assert_int_equal(
        v.report.rows, house_number(h, "SELECT count(*) FROM journal WHERE zone = $1"));
    assert_int_equal(v.report.rows, v.report.signed_rows);
    /* Places in the tree have no gap, in the order of time. */
    assert_int_equal(house_number(h,
                         "SELECT max(seq) + 1 - count(*) FROM journal WHERE zone = $1 AND seq IS"
                         " NOT NULL"),
        0);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal a JOIN journal b ON a.zone = b.zone AND"
                         " a.seq < b.seq AND a.id > b.id WHERE a.zone = $1"),
        0);
}

/* Journal rows and what hangs on them. */
static const char *const journal_changes[] = {
    "UPDATE journal SET event = replace(event, '\"rating\":2', '\"rating\":5') WHERE zone = $1",
    "UPDATE journal SET at = at - 60000 WHERE zone = $1 AND kind = 'case.reply'",
    "UPDATE journal SET kind = 'case.note' WHERE zone = $1 AND kind = 'case.rate'",
    "UPDATE journal SET actor = '1' WHERE zone = $1 AND kind = 'case.sign'",
    "UPDATE journal SET subject = subject + 1 WHERE zone = $1 AND kind = 'case.rate'",
    "UPDATE journal SET salt = zeroblob(32) WHERE zone = $1 AND kind = 'case.rate'",
    "UPDATE journal SET event_hash = zeroblob(32) WHERE zone = $1 AND kind = 'case.rate'",
    "UPDATE journal SET leaf_hash = zeroblob(32) WHERE zone = $1 AND kind = 'case.rate'",
    "DELETE FROM journal WHERE zone = $1 AND kind = 'case.rate'",
    "UPDATE journal_node SET hash = zeroblob(32) WHERE zone = $1 AND level = 0 AND idx = 3",
    "DELETE FROM checkpoint WHERE zone = $1 AND size = (SELECT max(size) FROM checkpoint)",
    "UPDATE checkpoint SET note = replace(note, 'zone.example', 'zone.elsewhere') WHERE zone = $1",
};

static void each_change_of_the_journal_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof journal_changes / sizeof *journal_changes; i++) {
        struct house h;
        house_open(&h);
        a_few_cases(&h);
        house_tamper(&h, journal_changes[i]);
        struct verifying v = verified(&h);
        /* A missing last checkpoint is made up for by the next commit; all else is a fault. */
        if (strstr(journal_changes[i], "DELETE FROM checkpoint"))
            assert_int_equal(v.journal, OK);
        else if (v.journal != ERR_VERIFY || !v.report.fault_total)
            fail_msg("not found: %s", journal_changes[i]);
        house_close(&h);
    }
}

static const struct {
    const char *column, *value;
} row_changes[] = { { "title", "'x'" }, { "body", "'x'" }, { "topic", "'tax'" },
    { "urgency", "'normal'" }, { "unit", "'ECO'" }, { "enterprise_id", "enterprise_id + 1" },
    { "enterprise_name", "'x'" }, { "contact_phone", "'1'" }, { "contact_name", "'x'" },
    { "assignee_id", "1" }, { "status", "3" }, { "created_at", "created_at + 1" },
    { "replied_at", "replied_at - 1" }, { "closed_at", "1" }, { "due_at", "due_at + 1" },
    { "answer", "'x'" }, { "answered_by", "'x'" }, { "rating", "5" }, { "rating_text", "''" },
    { "urged", "7" }, { "reopened", "0" }, { "merged_into", "1" }, { "version", "version - 1" },
    { "data", "'{}'" }, { "number", "'Q2603-09999-9'" },
    { "first_response_at", "first_response_at - 1" }, { "state", "''" }, { "on_time", "0" },
    { "created_on", "'2026-01-01'" }, { "first_response_minutes", "1" }, { "handling_days", "7" },
    { "answered_unit", "'ECO'" }, { "promise_state", "3" }, { "promise_id", "3" },
    { "amber_at", "amber_at + 1" }, { "red_at", "red_at + 1" }, { "channel", "'phone'" },
    { "node", "''" }, { "place", "'x'" }, { "supervised", "9" }, { "suspended", "1" },
    { "extension", "'{}'" }, { "account_id", "3" }, { "kind", "'other'" },
    { "pack_version", "'x'" }, { "source", "'x'" }, { "source_number", "'x'" },
    { "updated_at", "1" } };

static void each_change_of_a_case_is_found(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    DO(h, &h->power, c.id, VERB_SIGN);
    DO(h, &h->power, c.id, VERB_REPLY, .text = STR("已恢复。"));
    DO(h, &h->contact, c.id, VERB_RATE, .rating = 2, .text = STR("慢"));
    house_tamper(h, "CREATE TABLE kept AS SELECT * FROM cases WHERE zone = $1");
    size_t missed = 0;
    for (size_t i = 0; i < sizeof row_changes / sizeof *row_changes; i++) {
        const char *column = row_changes[i].column;
        str sql = str_printf(
            &h->arena, "UPDATE cases SET %s = %s WHERE zone = $1", column, row_changes[i].value);
        house_tamper(h, sql.data);
        struct verifying v = verified(h);
        assert_int_equal(v.journal, OK); /* the journal itself is whole */
        if (v.rows.total != 1) {
            print_message("not found: %s\n", column);
            missed++;
        } else {
            assert_int_equal(v.rows.items[0]->err, ERR_DIVERGED);
        }
        sql = str_printf(&h->arena, "UPDATE cases SET %s = (SELECT %s FROM kept) WHERE zone = $1",
            column, column);
        house_tamper(h, sql.data);
        assert_int_equal(verified(h).rows.total, 0);
    }
    assert_int_equal(missed, 0);
}

struct receiving {
    int64_t event;
    str json, note;
    uint64_t size;
};

static enum err receive(struct op *op, void *ctx)
{
    struct receiving *r = ctx;
    TRY(ledger_receipt(op, r->event, true, &r->json));
    TRY(ledger_size(op, &r->size));
    return ledger_checkpoint(op, &r->note);
}

static void receipts_hold_for_a_stranger(void **state)
{
    struct house *h = *state;
    a_few_cases(h);
    int64_t last = house_number(h, "SELECT count(*) FROM journal WHERE zone = $1");
    for (int64_t seq = 0; seq < last; seq++) {
        str sql = str_printf(
            &h->arena, "SELECT id FROM journal WHERE zone = $1 AND seq = %lld", (long long)seq);
        struct receiving r = { .event = house_number(h, sql.data) };
        struct journal_verdict verdict;
        assert_int_equal(house_read(h, &actor_system, receive, &r), OK);
        assert_int_equal(r.size, last);
        assert_int_equal(
            journal_receipt_verify(&h->arena, r.json, ledger_vkey(h->zone), &verdict, &h->diag),
            OK);
        assert_true(verdict.ok);
        /* One byte of the event changed: it does not hold. */
        char *copy = str_terminated(&h->arena, r.json);
        char *at = strstr(copy, "case.");
        if (!at)
            continue;
        at[5] ^= 1;
        enum err e = journal_receipt_verify(
            &h->arena, str_from(copy), ledger_vkey(h->zone), &verdict, &h->diag);
        assert_int_not_equal(e, OK);
    }
    struct receiving none = { .event = 4711 };
    assert_int_equal(house_read(h, &actor_system, receive, &none), ERR_NOT_FOUND);
}

static void the_tree_goes_on_after_a_restart(void **state)
{
    struct house *h = *state;
    a_few_cases(h);
    str key = str_copy(&h->arena, ledger_vkey(h->zone));
    house_reopen(h, ZONES_DIR "/nanchang");
    assert_true(str_equal(key, ledger_vkey(h->zone)));
    a_few_cases(h);
    struct verifying v = verified(h);
    assert_true(v.report.ok);
    assert_int_equal(v.checked, 6);
}

struct bad_write {
    int64_t id;
};

static enum err fails_after_writing(struct op *op, void *ctx)
{
    struct bad_write *b = ctx;
    struct verb_result result;
    struct verb_input in = { .verb = VERB_SIGN };
    TRY(case_verb(op, b->id, &in, &result));
    return diag_set(op->diag, ERR_INVALID, "之后失败", "failed afterwards");
}

static void what_fails_leaves_nothing(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    int64_t events = house_number(h, "SELECT count(*) FROM journal WHERE zone = $1");
    struct bad_write b = { c.id };
    assert_int_equal(house_write(h, &h->power, fails_after_writing, &b), ERR_INVALID);
    assert_int_equal(house_number(h, "SELECT count(*) FROM journal WHERE zone = $1"), events);
    assert_int_equal(house_get(h, &h->power, c.id).version, 1);
    assert_int_equal(house_promise(h, c.id, "sign").state, PROMISE_RUNNING);
    DO(h, &h->power, c.id, VERB_SIGN);
    assert_true(verified(h).report.ok);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(an_honest_journal_holds),
        cmocka_unit_test(each_change_of_the_journal_is_found), T(each_change_of_a_case_is_found),
        T(receipts_hold_for_a_stranger), T(the_tree_goes_on_after_a_restart),
        T(what_fails_leaves_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
