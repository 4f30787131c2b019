/*
 * The life of licences and the law of renewal: the term's last day, silence, what lapses overnight,
 * who may, identifiers, looks that are trimmed, consents that are taken back.
 *
 * The type of the tests is drained water (five years, renewed thirty days before, held once, issued
 * by the city's unit); here the head of that unit does everything.
 */
#include "house.h"

#include "base/check.h"
#include "zone/licence.h"

#include <stdio.h>
#include <string.h>

struct doing {
    struct house *h;
    int64_t id;
    struct licence licence;
    struct licence_act act;
    struct licence_consent consent;
    enum err expected;
};

static struct actor city(struct house *h, const char *role)
{
    struct actor a = h->head;
    a.unit = STR("CITY");
    a.role = pack_role(zone_pack(h->zone), str_from(role));
    return a;
}

static enum err issue_one(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    json_t *data = json_keep(op->arena,
        json_pack("{s:s, s:i, s:s}", "address", "示例路1号", "outlets", 1, "scope", "化学需氧量"));
    struct licence_input in = { .type = STR("drainage"), .holder_id = d->h->firm, .data = data };
    return licence_issue(op, &in, &d->licence);
}

static enum err do_one(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    return licence_do(op, d->id, &d->act, &d->licence);
}

static enum err get_one(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    return licence_get(op, d->id, &d->licence);
}

static struct licence issued(struct house *h)
{
    struct doing d = { .h = h };
    struct actor a = city(h, "handler");
    assert_int_equal(house_write(h, &a, issue_one, &d), OK);
    return d.licence;
}

static enum err act(
    struct house *h, const struct actor *a, int64_t id, enum licence_verb verb, struct licence *out)
{
    struct doing d = {
        .h = h, .id = id, .act = { .verb = verb, .reason = STR("理由"), .basis = STR("依据") }
    };
    enum err e = house_write(h, a, do_one, &d);
    if (out)
        *out = d.licence;
    return e;
}

static struct licence now(struct house *h, int64_t id)
{
    struct doing d = { .h = h, .id = id };
    assert_int_equal(house_read(h, &h->leader, get_one, &d), OK);
    return d.licence;
}

static void overnight(struct house *h)
{
    struct op op = house_op(h, &actor_system);
    assert_int_equal(licences_daily(&op), OK);
}

static void identifiers_hold(void **state)
{
    struct house *h = *state;
    struct licence l = issued(h);
    str rest = l.identifier, part;
    char body[120] = "";
    int n = 0;
    assert_true(str_starts(l.identifier, STR("1.2.156.3005.2.")));
    while (str_split(&rest, '.', &part)) {
        if (n >= 5 && n < 9)
            strncat(body, part.data, part.bytes);
        n++;
    }
    assert_int_equal(n, 10);
    assert_int_equal(iso7064_mod37_36(str_from(body)), part.data[0]);
    assert_int_equal(l.version, 1);
    assert_int_equal(l.status, LICENCE_VALID);
}

/* Issued on 2 March 2026 for five years: the last day is 1 March 2031. */
static void the_last_day_counts(void **state)
{
    struct house *h = *state;
    struct licence l = issued(h);
    assert_true(str_is(l.valid_to, "2031-03-01"));
    house_at(h, "2031-03-01 23:59");
    overnight(h);
    assert_int_equal(now(h, l.id).status, LICENCE_VALID);
    house_at(h, "2031-03-02 00:01");
    assert_int_equal(now(h, l.id).status, LICENCE_LAPSED); /* before anybody has come by */
    assert_int_equal(house_number(h, "SELECT status FROM licence WHERE zone = $1"), LICENCE_VALID);
    overnight(h);
    assert_int_equal(house_number(h, "SELECT status FROM licence WHERE zone = $1"), LICENCE_LAPSED);
    assert_int_equal(house_number(h, "SELECT operation FROM licence WHERE zone = $1"), 4);
}

/* Article 50: thirty days before the end at the latest, and silence renews. */
static void silence_renews(void **state)
{
    struct house *h = *state;
    struct licence l = issued(h), next;
    house_at(h, "2031-01-31 09:00"); /* 29 days are left: too late */
    assert_int_equal(act(h, &h->contact, l.id, LICENCE_VERB_APPLY, NULL), ERR_NOT_ALLOWED);
    assert_non_null(strstr(h->diag.zh, "2031-01-30"));
    house_at(h, "2031-01-30 09:00");
    assert_int_equal(act(h, &h->stranger, l.id, LICENCE_VERB_APPLY, NULL), ERR_NOT_FOUND);
    assert_int_equal(act(h, &h->contact, l.id, LICENCE_VERB_APPLY, NULL), OK);
    house_at(h, "2031-02-28 23:00");
    overnight(h);
    assert_int_equal(house_number(h, "SELECT count(*) FROM licence WHERE zone = $1"), 1);
    house_at(h, "2031-03-01 10:00");
    overnight(h);
    assert_int_equal(now(h, l.id).status, LICENCE_LAPSED);
    next = now(h, now(h, l.id).next_id);
    assert_int_equal(next.version, 2);
    assert_int_equal(next.status, LICENCE_VALID);
    assert_int_equal(next.operation, 2);
    assert_true(str_is(next.valid_to, "2036-03-01"));
    assert_true(str_equal(next.number, l.number));
    assert_int_equal(
        house_number(h,
            "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'licence.renewed_by_silence'"),
        1);
    house_at(h, "2031-03-05 10:00");
    overnight(h);
    assert_int_equal(now(h, next.id).status, LICENCE_VALID);
}

static void a_refusal_is_an_answer(void **state)
{
    struct house *h = *state;
    struct licence l = issued(h);
    struct actor officer = city(h, "handler");
    house_at(h, "2031-01-10 09:00");
    assert_int_equal(act(h, &h->contact, l.id, LICENCE_VERB_APPLY, NULL), OK);
    assert_int_equal(act(h, &officer, l.id, LICENCE_VERB_REFUSE, NULL), OK);
    house_at(h, "2031-03-02 10:00");
    overnight(h);
    assert_int_equal(now(h, l.id).status, LICENCE_LAPSED);
    assert_int_equal(now(h, l.id).next_id, 0);
}

/* From every status, what may be done is what the table says, and nothing else. */
static void statuses(void **state)
{
    struct house *h = *state;
    struct actor head = city(h, "head"), officer = city(h, "handler"), eco = h->eco;
    struct licence l = issued(h);
    assert_int_equal(act(h, &officer, l.id, LICENCE_VERB_SUSPEND, NULL), ERR_FORBIDDEN);
    assert_int_equal(
        act(h, &eco, l.id, LICENCE_VERB_CHANGE, NULL), ERR_NOT_FOUND); /* another unit's */
    assert_int_equal(act(h, &head, l.id, LICENCE_VERB_RESUME, NULL), ERR_NOT_ALLOWED);
    assert_int_equal(act(h, &head, l.id, LICENCE_VERB_SUSPEND, NULL), OK);
    assert_int_equal(act(h, &head, l.id, LICENCE_VERB_SUSPEND, NULL), ERR_NOT_ALLOWED);
    assert_int_equal(act(h, &officer, l.id, LICENCE_VERB_CHANGE, NULL), ERR_NOT_ALLOWED);
    assert_int_equal(act(h, &head, l.id, LICENCE_VERB_RESUME, NULL), OK);
    assert_int_equal(act(h, &head, l.id, LICENCE_VERB_STRIP, &l), OK);
    assert_int_equal(l.status, LICENCE_STRIPPED);
    for (int v = 0; v < LICENCE_VERB_COUNT; v++)
        assert_int_not_equal(act(h, &head, l.id, (enum licence_verb)v, NULL), OK);
    struct licence again = issued(h); /* held once, but the former one holds no more */
    assert_int_equal(act(h, &head, again.id, LICENCE_VERB_CANCEL, &again), OK);
    assert_int_equal(again.status, LICENCE_CANCELLED);
}

static void held_once(void **state)
{
    struct house *h = *state;
    struct doing d = { .h = h };
    struct actor a = city(h, "handler");
    (void)issued(h);
    assert_int_equal(house_write(h, &a, issue_one, &d), ERR_CONFLICT);
}

static enum err look_often(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    for (int i = 0; i < 500; i++)
        TRY(licence_looked(op, d->id, "number", STR("valid"), STR_NONE));
    return OK;
}

static void looks_are_bounded(void **state)
{
    struct house *h = *state;
    struct licence l = issued(h);
    struct doing d = { .h = h, .id = l.id };
    assert_int_equal(house_write(h, &h->nobody, look_often, &d), OK);
    assert_int_equal(now(h, l.id).looks, 500);
    int64_t kept = house_number(h, "SELECT count(*) FROM licence_look WHERE zone = $1");
    assert_true(kept >= LICENCE_LOOKS_KEPT && kept < LICENCE_LOOKS_KEPT + 40);
}

/* ---- consent ---- */

static enum err give(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    struct licence_consent in = {
        .type = STR("drainage"), .purpose = STR("办事"), .unit = STR("ECO")
    };
    return licence_consent_give(op, &in, &d->consent);
}

static enum err fetch_it(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    return licence_fetch(op, d->consent.id, &d->licence);
}

static enum err take_back(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    return licence_consent_revoke(op, d->consent.id);
}

static void consent_is_needed_and_can_be_taken_back(void **state)
{
    struct house *h = *state;
    struct licence l = issued(h);
    struct doing d = { .h = h };
    assert_int_equal(house_write(h, &h->stranger, give, &d), ERR_INVALID); /* holds none */
    assert_int_equal(house_write(h, &h->contact, give, &d), OK);
    assert_int_equal(house_write(h, &h->power, fetch_it, &d), ERR_FORBIDDEN); /* another unit */
    assert_int_equal(house_write(h, &h->eco, fetch_it, &d), OK);
    assert_int_equal(d.licence.id, l.id);
    assert_int_equal(now(h, l.id).looks, 1);
    assert_int_equal(house_write(h, &h->stranger, take_back, &d), ERR_NOT_FOUND);
    assert_int_equal(house_write(h, &h->contact, take_back, &d), OK);
    assert_int_equal(house_write(h, &h->eco, fetch_it, &d), ERR_FORBIDDEN);
    assert_int_equal(house_write(h, &h->contact, give, &d), OK);
    house_at(h, "2026-04-02 09:00"); /* thirty days are over */
    assert_int_equal(house_write(h, &h->eco, fetch_it, &d), ERR_FORBIDDEN);
}

/* ---- verifying ---- */

static enum err verdict_of(struct op *op, void *ctx)
{
    struct doing *d = ctx;
    struct licence_evidence e;
    struct licence_verdict v;
    str token, pdf;
    int64_t until;
    TRY(licence_pass(op, &d->licence, STR_NONE, &token, &until));
    TRY(licence_examine(op, token, &e));
    TRY(licence_judge(op, &e, &v));
    assert_string_equal(licence_verdict_word(&v), "valid");
    op->now_ms += 301000;
    TRY(licence_examine(op, token, &e));
    assert_int_equal(e.finding, LICENCE_STALE);
    TRY(licence_pdf(op, &d->licence, true, &pdf));
    TRY(licence_examine_pdf(op, pdf, &e));
    TRY(licence_judge(op, &e, &v));
    assert_string_equal(licence_verdict_word(&v), "valid");
    assert_true(str_equal(v.licence.identifier, d->licence.identifier));
    return OK;
}

static void codes_and_papers(void **state)
{
    struct house *h = *state;
    struct doing d = { .h = h, .licence = issued(h) };
    assert_int_equal(house_read(h, &h->contact, verdict_of, &d), OK);
}

/* The journal and the seal stay; without its files a zone that has issued does not start. */
static void a_lost_seal_is_told(void **state)
{
    struct house *h = *state;
    char path[128];
    struct diag d = { 0 };
    (void)issued(h);
    snprintf(path, sizeof path, "%s/seal.key", h->zone->data_dir);
    assert_int_equal(sys_real()->file_remove(NULL, path, &d), OK);
    licence_seal_close(h->zone);
    assert_int_equal(licence_seal_open(h->zone, true, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "backup"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
        T(identifiers_hold),
        T(the_last_day_counts),
        T(silence_renews),
        T(a_refusal_is_an_answer),
        T(statuses),
        T(held_once),
        T(looks_are_bounded),
        T(consent_is_needed_and_can_be_taken_back),
        T(codes_and_papers),
        T(a_lost_seal_is_told),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
