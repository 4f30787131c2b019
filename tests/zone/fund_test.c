/*
 * Funds by hand: every edge at which an account would go below zero, keys, corrections, batches that
 * two people make, the bank's answers right and wrong, years that are over, and books that were
 * changed behind the program's back.
 */
#include "house.h"

#include "zone/fund_batch.h"
#include "zone/fund_check.h"

#include <stdio.h>
#include <string.h>

#define YUAN INT64_C(100)

struct purse {
    struct house h;
    struct actor maker, second, checker;
    str firm; /* key of the payee */
};

/* One call, its result in whatever it needs. */
struct act {
    struct purse *p;
    str fund;
    int64_t fen, of, made, line;
    struct fund_why why;
    str text;
    struct fund_answer answer;
    struct fund_closing closing;
    struct diag_list faults;
    struct fund_report report;
    struct fund fund_now;
    struct fund_commitment c;
    struct fund_batch b;
};

typedef enum err (*act_fn)(struct op *op, void *ctx);

static enum err budget(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_budget(op, a->fund, a->fen, &a->why, &a->made);
}
static enum err commit(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_commit(op, a->fund, a->fen, &a->why, &a->made);
}
static enum err release_(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_release(op, a->of, a->fen, &a->why, &a->made);
}
static enum err recover(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_recover(op, a->of, a->fen, &a->why, &a->made);
}
static enum err restore(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_return(op, a->fund, a->fen, true, &a->why, &a->made);
}
static enum err surrender(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_return(op, a->fund, a->fen, false, &a->why, &a->made);
}
static enum err reverse(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_reverse(op, a->of, &a->why, &a->made);
}
static enum err prepare(struct op *op, void *ctx)
{
    struct act *a = ctx;
    a->made = 0;
    return fund_pay_prepare(op, a->of, a->fen, &a->made, &a->line);
}
static enum err submit(struct op *op, void *ctx)
{
    return fund_batch_submit(op, ((struct act *)ctx)->of);
}
static enum err approve(struct op *op, void *ctx)
{
    return fund_batch_approve(op, ((struct act *)ctx)->of);
}
static enum err refuse(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_batch_refuse(op, a->of, a->text);
}
static enum err cancel(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_batch_cancel(op, a->of, a->text);
}
static enum err take_out(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_batch_remove(op, a->of, a->line);
}
static enum err answer(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_batch_answer(op, a->of, STR("answer.csv"), a->text, &a->answer);
}
static enum err reconcile(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_batch_reconcile(op, a->of, a->line, a->fen);
}
static enum err close_day(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_close(op, a->text, &a->closing);
}
static enum err file(struct op *op, void *ctx)
{
    struct act *a = ctx;
    str name;
    return fund_batch_file(op, a->of, &name, &a->text);
}
static enum err check(struct op *op, void *ctx)
{
    struct act *a = ctx;
    diag_list_init(&a->faults, op->arena, 20);
    return fund_check(op, &a->report, &a->faults);
}
static enum err see_fund(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_get(op, a->fund, &a->fund_now);
}
static enum err see_commitment(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_commitment_get(op, a->of, &a->c);
}
static enum err see_batch(struct op *op, void *ctx)
{
    struct act *a = ctx;
    return fund_batch_get(op, a->of, &a->b);
}

/* ---- doing and looking ---- */

static struct act act_of(struct purse *p)
{
    return (struct act){ .p = p,
        .fund = STR("AA-2026"),
        .why = { .reason = STR("试"), .document = STR("〔2026〕1号"), .payee = p->firm } };
}

static void did(struct purse *p, const struct actor *who, act_fn fn, struct act *a)
{
    if (house_write(&p->h, who, fn, a) != OK)
        fail_msg("refused: %s", p->h.diag.en);
}

static void refused(struct purse *p, const struct actor *who, act_fn fn, struct act *a, enum err e,
    const char *words)
{
    enum err got = house_write(&p->h, who, fn, a);
    if (got != e || !strstr(p->h.diag.en, words))
        fail_msg("%s: %s, not %s with \"%s\"", err_code(got), p->h.diag.en, err_code(e), words);
}

static void balance(struct purse *p, enum fund_account account, int64_t yuan)
{
    struct act a = act_of(p);
    assert_int_equal(house_read(&p->h, &actor_system, see_fund, &a), OK);
    assert_int_equal(a.fund_now.balance[account], yuan * YUAN);
}

static struct fund_commitment commitment(struct purse *p, int64_t id)
{
    struct act a = act_of(p);
    a.of = id;
    assert_int_equal(house_read(&p->h, &actor_system, see_commitment, &a), OK);
    return a.c;
}

static struct fund_batch batch(struct purse *p, int64_t id)
{
    struct act a = act_of(p);
    a.of = id;
    assert_int_equal(house_read(&p->h, &actor_system, see_batch, &a), OK);
    return a.b;
}

static void agrees(struct purse *p)
{
    struct act a = act_of(p);
    assert_int_equal(house_read(&p->h, &actor_system, check, &a), OK);
    if (a.faults.total)
        fail_msg("%s", a.faults.items[0]->en);
}

static void disagrees(struct purse *p, const char *words)
{
    struct act a = act_of(p);
    assert_int_equal(house_read(&p->h, &actor_system, check, &a), OK);
    bool found = false;
    for (size_t i = 0; i < a.faults.count; i++)
        found = found || strstr(a.faults.items[i]->en, words);
    if (!found)
        fail_msg("nothing found with \"%s\": %s", words,
            a.faults.total ? a.faults.items[0]->en : "no fault at all");
}

static void appropriated(struct purse *p, int64_t yuan)
{
    struct act a = act_of(p);
    a.fen = yuan * YUAN;
    did(p, &p->maker, budget, &a);
}

static int64_t committed(struct purse *p, int64_t yuan)
{
    struct act a = act_of(p);
    a.fen = yuan * YUAN;
    did(p, &p->maker, commit, &a);
    return a.made;
}

/* A batch of one commitment, at the bank. */
static int64_t sent(struct purse *p, int64_t commitment)
{
    struct act a = act_of(p);
    a.of = commitment;
    did(p, &p->maker, prepare, &a);
    a.of = a.made;
    did(p, &p->maker, submit, &a);
    did(p, &p->checker, approve, &a);
    return a.of;
}

#define HEAD "批次号,序号,金额,结果,银行流水号,原因\n"

static enum err try_answer(struct purse *p, int64_t id, const char *rows, struct fund_answer *out)
{
    struct act a = act_of(p);
    a.of = id;
    a.text = str_printf(&p->h.arena, HEAD "%s", rows);
    enum err e = house_write(&p->h, &p->maker, answer, &a);
    *out = a.answer;
    return e;
}

static struct fund_answer answered(struct purse *p, int64_t id, const char *rows)
{
    struct fund_answer out;
    if (try_answer(p, id, rows, &out) != OK)
        fail_msg("the answer was refused: %s", p->h.diag.en);
    return out;
}

static void answer_refused(struct purse *p, int64_t id, const char *rows, const char *words)
{
    struct fund_answer out;
    assert_int_not_equal(try_answer(p, id, rows, &out), OK);
    if (!strstr(p->h.diag.en, words))
        fail_msg("\"%s\" is not in: %s", words, p->h.diag.en);
}

/* ---- a house with two funds ---- */

struct putting {
    const char *code, *json;
};

static enum err put(struct op *op, void *ctx)
{
    const struct putting *w = ctx;
    struct diag_list faults;
    json_t *data;
    int64_t id = 0;
    diag_list_init(&faults, op->arena, 8);
    TRY(json_parse(op->arena, str_from(w->json), &data, op->diag));
    enum err e = record_put(op, str_from(w->code), &id, data, STR("test"), &faults);
    if (faults.count)
        *op->diag = *faults.items[0];
    return e;
}

static void recorded(struct purse *p, const char *code, const char *json)
{
    if (house_write(&p->h, &actor_system, put, &(struct putting){ code, json }) != OK)
        fail_msg("%s: %s", code, p->h.diag.en);
}

static struct actor person(struct purse *p, int64_t id, const char *name, const char *role)
{
    return (struct actor){ .account = id,
        .login = str_from(name),
        .name = str_from(name),
        .unit = STR("FIN"),
        .role = pack_role(zone_pack(p->h.zone), str_from(role)) };
}

#define FUND(code, more)                                                                           \
    "{\"code\":\"" code "\",\"name\":\"" code                                                      \
    "\",\"year\":2026,\"unit\":\"FIN\",\"basis\":\"〔2026〕1号\"" more "}"

static int setup(void **state)
{
    struct purse *p = calloc(1, sizeof *p);
    assert_non_null(p);
    house_open(&p->h);
    p->maker = person(p, 9001, "maker", "treasurer");
    p->second = person(p, 9002, "second", "treasurer");
    p->checker = person(p, 9003, "checker", "comptroller");
    p->firm = house_text(&p->h, "SELECT min(credit_code) FROM register_enterprise WHERE zone = $1");
    recorded(p, "fund", FUND("AA-2026", ""));
    recorded(p, "fund", FUND("BB-2026", ",\"from_on\":\"2026-03-01\",\"to_on\":\"2026-03-31\""));
    recorded(p, "payee_account",
        str_printf(&p->h.arena,
            "{\"enterprise\":\"%.*s\",\"holder\":\"示例,有限公司\",\"bank\":\"示例银行\","
            "\"account\":\"6200000000001234\"}",
            STR_ARGS(p->firm))
            .data);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct purse *p = *state;
    house_close(&p->h);
    free(p);
    return 0;
}

/* ---- the ledger ---- */

static void amounts(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    static const int64_t wrong[] = { 0, FUND_FEN_MAX + 1, INT64_MAX, INT64_MIN, -FUND_FEN_MAX - 1 };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        a.fen = wrong[i];
        refused(p, &p->maker, budget, &a, ERR_INVALID, "amount");
        refused(p, &p->maker, commit, &a, ERR_INVALID, "amount");
    }
    a.fen = -1;
    refused(p, &p->maker, commit, &a, ERR_INVALID, "amount");
    refused(p, &p->maker, budget, &a, ERR_CONFLICT, "0.00 yuan left"); /* reduces what is not there */
    a.fen = FUND_FEN_MAX;
    did(p, &p->maker, budget, &a);
    a.fen = 1;
    refused(p, &p->maker, budget, &a, ERR_LIMIT, "cannot be above");
    agrees(p);
}

static void words(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    a.fen = 100 * YUAN;
    a.fund = STR("ZZ-2026");
    refused(p, &p->maker, budget, &a, ERR_NOT_FOUND, "no fund \"ZZ-2026\"");
    a.fund = STR("AA-2026");
    a.why.reason = STR(" 　");
    refused(p, &p->maker, budget, &a, ERR_INVALID, "reason");
    a.why.reason = STR("下达");
    a.why.document = STR_NONE;
    refused(p, &p->maker, budget, &a, ERR_INVALID, "document");
    a.why.document = STR("1号");
    did(p, &p->maker, budget, &a);
    a.why.payee = STR_NONE;
    refused(p, &p->maker, commit, &a, ERR_INVALID, "who is to be paid");
    a.why.payee = STR("91360100XXXXXXXXXX");
    refused(p, &p->maker, commit, &a, ERR_INVALID, "no payee");
}

static void below_zero(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    appropriated(p, 1000);
    a.fen = 1000 * YUAN + 1;
    refused(p, &p->maker, commit, &a, ERR_CONFLICT, "1,000.00 yuan left, not 1,000.01");
    int64_t c = committed(p, 600);
    balance(p, FUND_AVAILABLE, 400);
    a.fen = -401 * YUAN;
    refused(p, &p->maker, budget, &a, ERR_CONFLICT, "400.00 yuan left");
    a.fen = -400 * YUAN;
    did(p, &p->maker, budget, &a);
    a.fen = 1;
    refused(p, &p->maker, commit, &a, ERR_CONFLICT, "0.00 yuan left");
    a.of = c;
    a.fen = 601 * YUAN;
    refused(p, &p->maker, release_, &a, ERR_CONFLICT, "not 601.00");
    refused(p, &p->maker, recover, &a, ERR_CONFLICT, "0.00 yuan left"); /* nothing was paid */
    a.fen = 1;
    refused(p, &p->maker, restore, &a, ERR_CONFLICT, "0.00 yuan left");
    refused(p, &p->maker, surrender, &a, ERR_CONFLICT, "0.00 yuan left");
    a.fen = 0; /* all of it */
    did(p, &p->maker, release_, &a);
    refused(p, &p->maker, release_, &a, ERR_CONFLICT, "nothing");
    balance(p, FUND_AVAILABLE, 600);
    balance(p, FUND_COMMITTED, 0);
    balance(p, FUND_SOURCE, -600);
    agrees(p);
}

static void keys(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p), b;
    appropriated(p, 1000);
    a.why.key = STR("award:1");
    a.fen = 300 * YUAN;
    did(p, &p->maker, commit, &a);
    b = a;
    b.made = 0;
    did(p, &p->maker, commit, &b);
    assert_int_equal(a.made, b.made);
    balance(p, FUND_AVAILABLE, 700);
    b.fen = 301 * YUAN;
    refused(p, &p->maker, commit, &b, ERR_CONFLICT, "used for");
    struct act r = act_of(p);
    r.of = a.made;
    r.fen = 100 * YUAN;
    r.why.key = STR("release:1");
    did(p, &p->maker, release_, &r);
    int64_t first = r.made;
    did(p, &p->maker, release_, &r);
    assert_int_equal(r.made, first);
    balance(p, FUND_AVAILABLE, 800);
    r.fen = 101 * YUAN;
    refused(p, &p->maker, release_, &r, ERR_CONFLICT, "used for another entry");
    agrees(p);
}

static void corrections(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    a.fen = 500 * YUAN;
    did(p, &p->maker, budget, &a);
    int64_t appropriation = a.made;
    committed(p, 200);
    a.of = appropriation;
    refused(p, &p->maker, reverse, &a, ERR_CONFLICT, "300.00 yuan left");
    a.of = house_number(&p->h, "SELECT max(id) FROM fund_entry WHERE zone = $1 AND kind = 'commit'");
    did(p, &p->maker, reverse, &a);
    int64_t correction = a.made;
    refused(p, &p->maker, reverse, &a, ERR_NOT_ALLOWED, "corrected already");
    a.of = correction;
    refused(p, &p->maker, reverse, &a, ERR_NOT_ALLOWED, "not corrected");
    a.of = appropriation;
    did(p, &p->maker, reverse, &a);
    balance(p, FUND_SOURCE, 0);
    balance(p, FUND_AVAILABLE, 0);
    a.of = 4711;
    refused(p, &p->maker, reverse, &a, ERR_NOT_FOUND, "no such entry");
    agrees(p);
}

static void years(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    a.fund = STR("BB-2026");
    a.fen = 100 * YUAN;
    did(p, &p->maker, budget, &a);
    did(p, &p->maker, commit, &a);
    int64_t c = a.made;
    a.fen = 50 * YUAN;
    house_at(&p->h, "2026-04-01 09:00");
    refused(p, &p->maker, commit, &a, ERR_NOT_ALLOWED, "ended on 2026-03-31");
    refused(p, &p->maker, budget, &a, ERR_NOT_ALLOWED, "ended on 2026-03-31");
    int64_t b = sent(p, c); /* what is committed is paid */
    char rows[200];
    snprintf(rows, sizeof rows, "%.*s,1,100.00,成功,B1,\n", STR_ARGS(batch(p, b).number));
    house_tamper(&p->h, "UPDATE register_fund SET closed = 1 WHERE zone = $1 AND code = 'BB-2026'");
    answered(p, b, rows);
    refused(p, &p->maker, commit, &a, ERR_NOT_ALLOWED, "closed: only");
    a.of = c;
    did(p, &p->maker, recover, &a);
    did(p, &p->maker, surrender, &a);
    agrees(p);
}

/* ---- batches ---- */

static void two_people(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    appropriated(p, 1000);
    int64_t first = committed(p, 100), other = committed(p, 200);
    a.of = first;
    did(p, &p->maker, prepare, &a);
    int64_t b = a.made;
    a.of = other;
    did(p, &p->maker, prepare, &a); /* goes into the same draft */
    assert_int_equal(a.made, b);
    refused(p, &p->maker, prepare, &a, ERR_CONFLICT, "only 0.00");
    a.of = b;
    refused(p, &p->checker, approve, &a, ERR_NOT_ALLOWED, "waits for approval");
    did(p, &p->second, submit, &a);
    struct actor both = p->maker;
    both.role = p->checker.role; /* may approve, but made it */
    refused(p, &both, approve, &a, ERR_FORBIDDEN, "two people");
    both = p->second;
    both.role = p->checker.role; /* submitted it */
    refused(p, &both, approve, &a, ERR_FORBIDDEN, "two people");
    refused(p, &p->maker, approve, &a, ERR_FORBIDDEN, "those who approve");
    refused(p, &actor_system, approve, &a, ERR_FORBIDDEN, "never by the system");
    a.text = STR("再核对户名");
    did(p, &p->checker, refuse, &a);
    assert_int_equal(batch(p, b).state, FUND_DRAFT);
    a.line = house_number(&p->h, "SELECT max(id) FROM fund_line WHERE zone = $1");
    did(p, &p->maker, take_out, &a);
    assert_int_equal(commitment(p, other).held, 0);
    assert_int_equal(commitment(p, first).held, 100 * YUAN);
    did(p, &p->maker, submit, &a);
    did(p, &p->checker, approve, &a);
    refused(p, &p->checker, approve, &a, ERR_NOT_ALLOWED, "waits for approval");
    refused(p, &p->maker, cancel, &a, ERR_NOT_ALLOWED, "not cancelled");
    balance(p, FUND_TRANSIT, 100);
    agrees(p);
}

static void held(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p), r = act_of(p);
    appropriated(p, 1000);
    int64_t c = committed(p, 100);
    a.of = c;
    a.fen = 60 * YUAN;
    did(p, &p->maker, prepare, &a);
    r.of = c;
    r.fen = 50 * YUAN;
    refused(p, &p->maker, release_, &r, ERR_CONFLICT, "stands in a batch");
    r.of = house_number(&p->h, "SELECT max(id) FROM fund_entry WHERE zone = $1 AND kind = 'commit'");
    refused(p, &p->maker, reverse, &r, ERR_CONFLICT, "stands in a batch");
    a.of = a.made;
    a.text = STR("不再需要");
    did(p, &p->maker, cancel, &a);
    assert_int_equal(commitment(p, c).held, 0);
    r.of = c;
    did(p, &p->maker, release_, &r);
    agrees(p);
}

static void no_account(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    appropriated(p, 1000);
    a.why.payee = house_text(&p->h, "SELECT max(credit_code) FROM register_enterprise WHERE zone = $1");
    a.fen = YUAN;
    did(p, &p->maker, commit, &a);
    a.of = a.made;
    refused(p, &p->maker, prepare, &a, ERR_NOT_ALLOWED, "no bank account");
}

static void payment_file(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    appropriated(p, 1000);
    int64_t c = committed(p, 100);
    a.of = c;
    did(p, &p->maker, prepare, &a);
    a.of = a.made;
    refused(p, &p->maker, file, &a, ERR_NOT_ALLOWED, "approved");
    did(p, &p->maker, submit, &a);
    did(p, &p->checker, approve, &a);
    int64_t looks = house_number(
        &p->h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'fund.batch.file'");
    did(p, &p->maker, file, &a);
    assert_true(str_find(a.text, STR("\"示例,有限公司\",6200000000001234,示例银行,100.00,试"), 0) > 0);
    assert_true(str_ends(a.text, STR("合计,1,,,,100.00,\n")));
    assert_int_equal(house_number(&p->h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'fund.batch.file'"),
        looks + 1);
}

static void bank(void **state)
{
    struct purse *p = *state;
    char rows[400];
    appropriated(p, 1000);
    int64_t c = committed(p, 100), other = committed(p, 200);
    struct act a = act_of(p);
    a.of = c;
    did(p, &p->maker, prepare, &a);
    a.of = other;
    did(p, &p->maker, prepare, &a);
    int64_t b = a.of = a.made;
    did(p, &p->maker, submit, &a);
    did(p, &p->checker, approve, &a);
    const char *n = str_terminated(&p->h.arena, batch(p, b).number);
#define ANSWER(...) (snprintf(rows, sizeof rows, __VA_ARGS__), rows)
    answer_refused(p, b, "ZF2025-0001,1,100.00,成功,B1,\n", "is of batch ZF2025-0001");
    answer_refused(p, b, ANSWER("%s,3,100.00,成功,B1,\n", n), "no line 3");
    answer_refused(p, b, ANSWER("%s,1,100.01,成功,B1,\n", n), "not the payment file's 100.00");
    answer_refused(p, b, ANSWER("%s,1,100.00,好,B1,\n", n), "the result is");
    answer_refused(p, b, ANSWER("%s,1,100.00,成功,,\n", n), "has a reference");
    answer_refused(p, b, ANSWER("%s,1,100.00,失败,,\n", n), "has a reason");
    answer_refused(p, b, ANSWER("%s,1,100.00,成功,B1,\n%s,1,100.00,成功,B1,\n", n, n), "already");
    answer_refused(p, b, ANSWER("%s,1,100.00,成功,B1,\n合计,1,200.00,,,\n", n), "total is not");
    answer_refused(p, b, "", "holds no payment");
    a.text = STR("批次号,序号\n");
    refused(p, &p->maker, answer, &a, ERR_INVALID, "lacks the column");
    balance(p, FUND_TRANSIT, 300); /* nothing of all that was taken */
    answered(p, b, ANSWER("%s,1,100.00,成功,B1,\n", n));
    assert_int_equal(batch(p, b).state, FUND_APPROVED);
    struct fund_answer again = answered(p, b, ANSWER("%s,1,100.00,成功,B1,\n", n));
    assert_true(again.again);
    a.fen = 100 * YUAN;
    a.line = 1;
    refused(p, &p->maker, reconcile, &a, ERR_NOT_ALLOWED, "every line");
    answered(p, b, ANSWER("%s,1,100.00,成功,B1,\n%s,2,200.00,失败,,账号户名不符\n", n, n));
    assert_int_equal(batch(p, b).state, FUND_ANSWERED);
    assert_int_equal(commitment(p, other).committed, 200 * YUAN);
    balance(p, FUND_PAID, 100);
    agrees(p);
    /* the first one bounces after all: a correction, then the bounce */
    answered(p, b, ANSWER("%s,1,100.00,退回,,账户已销\n", n));
    balance(p, FUND_PAID, 0);
    balance(p, FUND_COMMITTED, 300);
    answer_refused(p, b, ANSWER("%s,1,100.00,成功,B9,\n", n), "another batch");
    a.line = 0;
    refused(p, &p->maker, reconcile, &a, ERR_CONFLICT, "the statement says 0, 100.00");
    a.fen = 0;
    did(p, &p->maker, reconcile, &a);
    refused(p, &p->maker, answer, &a, ERR_NOT_ALLOWED, "before reconciling");
    agrees(p);
#undef ANSWER
}

static void recovery(void **state)
{
    struct purse *p = *state;
    char rows[200];
    struct act a = act_of(p);
    appropriated(p, 1000);
    int64_t c = committed(p, 100), b = sent(p, c);
    snprintf(rows, sizeof rows, "%.*s,1,100.00,paid,B1,\n", STR_ARGS(batch(p, b).number));
    answered(p, b, rows);
    a.of = c;
    a.fen = 101 * YUAN;
    refused(p, &p->maker, recover, &a, ERR_CONFLICT, "100.00 yuan left");
    a.fen = 100 * YUAN;
    did(p, &p->maker, recover, &a);
    a.fen = 1;
    refused(p, &p->maker, recover, &a, ERR_CONFLICT, "0.00");
    balance(p, FUND_RECOVERED, 100);
    a.fen = 40 * YUAN;
    did(p, &p->maker, restore, &a);
    a.fen = 60 * YUAN;
    did(p, &p->maker, surrender, &a);
    balance(p, FUND_RECOVERED, 0);
    balance(p, FUND_AVAILABLE, 940);
    balance(p, FUND_SOURCE, -940);
    agrees(p);
}

/* ---- closing, and books that were changed ---- */

static void closing(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    appropriated(p, 1000);
    a.text = STR("2026-03-03");
    refused(p, &p->maker, close_day, &a, ERR_NOT_ALLOWED, "not come yet");
    a.text = STR("2026-13-03");
    refused(p, &p->maker, close_day, &a, ERR_INVALID, "day");
    a.text = STR_NONE;
    did(p, &p->maker, close_day, &a);
    assert_true(a.closing.ok);
    assert_int_equal(a.closing.entries, 1);
    a.text = STR_NONE;
    refused(p, &p->maker, close_day, &a, ERR_NOT_ALLOWED, "closed already");
    committed(p, 10); /* after the closing: of the next day */
    assert_str(house_text(&p->h, "SELECT max(day) FROM fund_entry WHERE zone = $1"), "2026-03-03");
    house_at(&p->h, "2026-03-03 18:00");
    a.text = STR_NONE;
    did(p, &p->maker, close_day, &a);
    assert_true(a.closing.ok);
    assert_int_equal(a.closing.entries, 1);
    agrees(p);
}

static void closing_finds(void **state)
{
    struct purse *p = *state;
    struct act a = act_of(p);
    appropriated(p, 1000);
    committed(p, 10);
    house_tamper(&p->h, "UPDATE fund_entry SET fen = fen + 1 WHERE zone = $1 AND kind = 'commit'");
    did(p, &p->maker, close_day, &a);
    assert_false(a.closing.ok);
    assert_true(a.closing.faults >= 2);
    house_tamper(&p->h, "UPDATE fund_entry SET fen = fen - 1 WHERE zone = $1 AND kind = 'commit'");
    a.text = STR_NONE;
    did(p, &p->maker, close_day, &a); /* mended: the day can be closed */
    assert_true(a.closing.ok);
    assert_int_equal(house_number(&p->h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'fund.close'"),
        2);
}

static void tampered(void **state)
{
    struct purse *p = *state;
    char rows[200];
    appropriated(p, 1000);
    int64_t b = sent(p, committed(p, 100));
    static const struct {
        const char *change, *back, *words;
    } deeds[] = {
        { "UPDATE fund_entry SET reason = '别的' WHERE zone = $1 AND seq = 1",
            "UPDATE fund_entry SET reason = '试' WHERE zone = $1 AND seq = 1",
            "it was changed afterwards" },
        { "UPDATE fund_entry SET seq = 9 WHERE zone = $1 AND seq = 3",
            "UPDATE fund_entry SET seq = 3 WHERE zone = $1 AND seq = 9", "some are missing" },
        { "UPDATE fund_balance SET available = available + 1, source = source - 1 WHERE zone = $1",
            "UPDATE fund_balance SET available = available - 1, source = source + 1 WHERE zone = $1",
            "add up to" },
        { "UPDATE fund_commitment SET paid = paid + 1 WHERE zone = $1",
            "UPDATE fund_commitment SET paid = paid - 1 WHERE zone = $1",
            "commitment is not what" },
        { "UPDATE fund_line SET account = '6299999999999999' WHERE zone = $1",
            "UPDATE fund_line SET account = '6200000000001234' WHERE zone = $1",
            "not what was approved" },
        { "UPDATE fund_line SET state = 'paid' WHERE zone = $1",
            "UPDATE fund_line SET state = 'sent' WHERE zone = $1", "the payment's state" },
        { "UPDATE fund_line SET added_by = 9003 WHERE zone = $1",
            "UPDATE fund_line SET added_by = 9001 WHERE zone = $1", "had a hand" },
        { "UPDATE fund_entry SET event = 0 WHERE zone = $1 AND seq = 2", NULL, "no event of it" },
    };
    agrees(p);
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        house_tamper(&p->h, deeds[i].change);
        disagrees(p, deeds[i].words);
        if (deeds[i].back) {
            house_tamper(&p->h, deeds[i].back);
            agrees(p);
        }
    }
    snprintf(rows, sizeof rows, "%.*s,1,100.00,paid,B1,\n", STR_ARGS(batch(p, b).number));
    answered(p, b, rows);
    house_tamper(&p->h, "DELETE FROM fund_entry WHERE zone = $1 AND kind = 'pay'");
    disagrees(p, "the ledger does not");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { T(amounts), T(words), T(below_zero), T(keys),
        T(corrections), T(years), T(two_people), T(held), T(no_account), T(payment_file), T(bank),
        T(recovery), T(closing), T(closing_finds), T(tampered) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
