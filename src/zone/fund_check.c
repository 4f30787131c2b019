/* Adding up everything and comparing; fund_check.h lists what must agree. */
#include "zone/fund_check_internal.h"

#include "zone/ledger.h"

#include <stdio.h>
#include <string.h>

enum { FUNDS_CHECKED_MAX = 1000 };

/* Adds a fault; both formats take the same arguments. */
#define FOUND(c, ...)                                                                              \
    do {                                                                                           \
        struct diag diag_ = { 0 };                                                                 \
        (void)diag_set(&diag_, ERR_VERIFY, __VA_ARGS__);                                           \
        diag_list_add((c)->faults, &diag_);                                                        \
    } while (0)

/* ---- entries -------------------------------------------------------------------------------- */

static const char entries_sql[]
    = "SELECT e.id, e.seq, e.at, e.fen, e.commitment, e.batch, e.line, e.reverses, e.ref_id, e.fund,"
      " e.day, e.kind, e.from_account, e.to_account, e.document, e.basis, e.reason, e.ref_kind,"
      " e.ref_label, e.actor, e.actor_name, e.key, j.kind, j.subject, j.event, o.from_account,"
      " o.to_account, o.fen, o.commitment FROM fund_entry e LEFT JOIN journal j ON j.zone = e.zone"
      " AND j.id = e.event LEFT JOIN fund_entry o ON o.zone = e.zone AND o.id = e.reverses AND"
      " e.reverses <> 0 WHERE e.zone = $1 AND e.fund = $2 AND e.seq > $3 ORDER BY e.seq";

static void read_row(const struct store_rows *rows, struct fund_row *r)
{
    int64_t *const numbers[] = { &r->id, &r->seq, &r->at, &r->fen, &r->commitment, &r->batch,
        &r->line, &r->reverses, &r->ref_id };
    str *const texts[] = { &r->fund, &r->day, &r->kind, &r->from, &r->to, &r->document, &r->basis,
        &r->reason, &r->ref_kind, &r->ref_label, &r->actor, &r->actor_name, &r->key };
    for (int i = 0; i < 9; i++)
        *numbers[i] = store_int(rows, i);
    for (int i = 0; i < 13; i++)
        *texts[i] = store_text(rows, 9 + i);
}

/* Is the row what was journalled when it was written? */
static void check_journalled(
    struct checking *c, struct op *op, const struct store_rows *rows, const struct fund_row *r)
{
    char kind[48];
    json_t *event = NULL;
    struct diag ignored = { 0 };
    snprintf(kind, sizeof kind, "fund.%.*s", STR_ARGS(r->kind));
    str text = store_text(rows, 24);
    if (!text.bytes || json_parse(op->arena, text, &event, &ignored) != OK
        || !str_is(store_text(rows, 22), kind) || store_int(rows, 23) != r->id) {
        FOUND(c, "“%.*s”第 %lld 号分录:日志中没有它的记录",
            "%.*s, entry %lld: the journal has no event of it", STR_ARGS(r->fund),
            (long long)r->seq);
        return;
    }
    if (!str_equal(json_str(event, "row"), fund_row_digest(op, r)))
        FOUND(c, "“%.*s”第 %lld 号分录:内容与日志不符,记账后被改动",
            "%.*s, entry %lld: it is not what was journalled; it was changed afterwards",
            STR_ARGS(r->fund), (long long)r->seq);
}

static bool right_accounts(const struct store_rows *rows, const struct fund_row *r)
{
    enum fund_kind k;
    if (!fund_kind_from(r->kind, &k))
        return false;
    if (k == FUND_REVERSE)
        return str_equal(r->from, store_text(rows, 26)) && str_equal(r->to, store_text(rows, 25))
            && r->fen == store_int(rows, 27) && r->commitment == store_int(rows, 28);
    const struct fund_kind_info *info = fund_kind_info(k);
    return str_is(r->from, fund_account_words[info->from])
        && str_is(r->to, fund_account_words[info->to]) && !r->reverses
        && info->of_commitment == (r->commitment != 0);
}

static void add_up(struct checking *c, struct fund_sum *s, const struct fund_row *r)
{
    for (int i = 0; i < FUND_ACCOUNTS; i++) {
        if (str_is(r->from, fund_account_words[i]))
            s->balance[i] -= r->fen;
        if (str_is(r->to, fund_account_words[i]))
            s->balance[i] += r->fen;
        if (i == FUND_SOURCE ? s->balance[i] > 0 : s->balance[i] < 0)
            FOUND(c, "“%.*s”第 %lld 号分录之后“%s”成为负数",
                "%.*s: after entry %lld the account %s is overdrawn", STR_ARGS(r->fund),
                (long long)r->seq, fund_account_words[i]);
    }
}

static void check_entry(
    struct checking *c, struct op *op, const struct store_rows *rows, struct fund_sum *s)
{
    struct fund_row r;
    read_row(rows, &r);
    if (r.seq != s->seq + 1)
        FOUND(c, "“%.*s”的分录从第 %lld 号跳到第 %lld 号,中间缺失",
            "%.*s: entry %lld is followed by %lld, some are missing", STR_ARGS(r.fund),
            (long long)s->seq, (long long)r.seq);
    s->seq = r.seq;
    if (!right_accounts(rows, &r) || r.fen <= 0)
        FOUND(c, "“%.*s”第 %lld 号分录:科目或金额不合“%.*s”的规定",
            "%.*s, entry %lld: accounts or amount are not those of \"%.*s\"", STR_ARGS(r.fund),
            (long long)r.seq, STR_ARGS(r.kind));
    check_journalled(c, op, rows, &r);
    add_up(c, s, &r);
    c->out->entries++;
}

static enum err check_fund(struct checking *c, struct fund_sum *s)
{
    struct store_rows rows;
    struct arena scratch;
    struct op inner = *c->op;
    enum err e = OK;
    TRY(STORE_QUERY(c->op->conn, &rows, c->op->diag, entries_sql, S_TEXT(c->op->zone->code),
        S_TEXT(s->fund), S_INT(s->seq)));
    arena_init(&scratch, NULL, 8 * MIB);
    inner.arena = &scratch;
    for (bool more;;) {
        e = store_next(&rows, &more, c->op->diag);
        if (e != OK || !more)
            break;
        check_entry(c, &inner, &rows, s);
        if (c->through.bytes && str_compare(store_text(&rows, 10), c->through) <= 0)
            c->closed[s - c->out->funds] = *s; /* the sums of the day that is closed */
        e = diag_arena(c->op->diag, &scratch);
        arena_reset(&scratch);
        if (e != OK)
            break;
    }
    store_rows_end(&rows);
    arena_release(&scratch);
    return e;
}

/* ---- sums ----------------------------------------------------------------------------------- */

static enum err list_funds(struct checking *c)
{
    struct store_rows rows;
    struct op *op = c->op;
    c->out->funds = ARENA_ARRAY(op->arena, struct fund_sum, FUNDS_CHECKED_MAX);
    c->closed = ARENA_ARRAY(op->arena, struct fund_sum, FUNDS_CHECKED_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT fund FROM fund_balance WHERE zone = $1 UNION SELECT fund FROM fund_entry WHERE zone"
        " = $1 ORDER BY 1",
        S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || c->out->fund_count == FUNDS_CHECKED_MAX)
            break;
        struct fund_sum *s = &c->out->funds[c->out->fund_count++];
        s->fund = str_copy(op->arena, store_text(&rows, 0));
        const json_t *base = c->base ? json_object_getn(c->base, s->fund.data, s->fund.bytes) : NULL;
        s->seq = json_int(base, "seq", 0);
        for (int i = 0; i < FUND_ACCOUNTS; i++)
            s->balance[i] = json_int(base, fund_account_words[i], 0);
        c->closed[c->out->fund_count - 1] = *s;
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static enum err compare_balance(struct checking *c, const struct fund_sum *s)
{
    struct store_rows rows;
    struct op *op = c->op;
    int64_t sum = 0;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT source, available, committed, transit, paid, recovered, seq FROM fund_balance WHERE"
        " zone = $1 AND fund = $2",
        S_TEXT(op->zone->code), S_TEXT(s->fund));
    if (e == ERR_NOT_FOUND) {
        FOUND(c, "“%.*s”有分录而没有余额", "%.*s has entries but no balance", STR_ARGS(s->fund));
        return OK;
    }
    TRY(e);
    for (int i = 0; i < FUND_ACCOUNTS; i++) {
        sum += s->balance[i];
        if (s->balance[i] != store_int(&rows, i))
            FOUND(c, "“%.*s”的“%s”余额为 %lld 分,按分录应为 %lld 分",
                "%.*s: the account %s says %lld fen, its entries add up to %lld", STR_ARGS(s->fund),
                fund_account_words[i], (long long)store_int(&rows, i), (long long)s->balance[i]);
    }
    if (s->seq != store_int(&rows, FUND_ACCOUNTS))
        FOUND(c, "“%.*s”应有 %lld 条分录,现只到第 %lld 号",
            "%.*s should have %lld entries, the last one is %lld", STR_ARGS(s->fund),
            (long long)store_int(&rows, FUND_ACCOUNTS), (long long)s->seq);
    if (sum)
        FOUND(c, "“%.*s”各科目之和为 %lld 分,应为 0", "%.*s: the accounts add up to %lld, not to 0",
            STR_ARGS(s->fund), (long long)sum);
    store_rows_end(&rows);
    return OK;
}

/* Rows of a query that should give none: (id, a word of what is wrong). */
static enum err none_of(struct checking *c, const char *sql, const char *zh, const char *en)
{
    struct store_rows rows;
    struct op *op = c->op;
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql, S_TEXT(op->zone->code), S_INT(c->since_ms)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        str id = store_text(&rows, 0);
        FOUND(c, "%.*s%s%.0s", "%.*s%.0s%s", STR_ARGS(id), zh, en);
    }
    store_rows_end(&rows);
    return OK;
}

#define MOVED(account)                                                                             \
    "sum(CASE WHEN e.to_account = '" account "' THEN e.fen WHEN e.from_account = '" account       \
    "' THEN -e.fen ELSE 0 END)"

static const struct {
    const char *sql, *zh, *en;
} rules[] = {
    { "SELECT c.fund || ' ' || c.ref_label || ' ' || c.payee_name FROM fund_commitment c LEFT JOIN"
      " (SELECT commitment, " MOVED("committed") " AS committed, " MOVED("transit") " AS transit, "
      MOVED("paid") " AS paid, " MOVED("recovered") " AS recovered FROM fund_entry e WHERE e.zone ="
      " $1 AND $2 = $2 AND commitment <> 0 GROUP BY commitment) s ON s.commitment = c.id WHERE c.zone ="
      " $1 AND (s.commitment IS NULL OR s.committed <> c.committed OR s.transit <> c.transit OR"
      " s.paid <> c.paid OR s.recovered <> c.recovered)",
        ":承诺的金额与它的分录不符", ": the commitment is not what its entries add up to" },
    { "SELECT c.fund || ' ' || c.payee_name FROM fund_commitment c WHERE c.zone = $1 AND $2 = $2 AND"
      " c.held <> (SELECT coalesce(sum(l.fen), 0) FROM fund_line l JOIN fund_batch b ON b.zone ="
      " l.zone AND b.id = l.batch WHERE l.zone = c.zone AND l.commitment = c.id AND b.state IN"
      " ('draft', 'submitted'))",
        ":占用的金额与待批批次不符", ": what is held is not what stands in batches" },
    { "SELECT b.number FROM fund_batch b WHERE b.zone = $1 AND (b.reconciled_at = 0 OR"
      " b.reconciled_at >= $2) AND (b.lines <> (SELECT count(*) FROM fund_line l WHERE l.zone ="
      " b.zone AND l.batch = b.id) OR b.fen <> (SELECT coalesce(sum(fen), 0) FROM fund_line l WHERE"
      " l.zone = b.zone AND l.batch = b.id))",
        ":批次的笔数或金额与明细不符", ": lines and total are not those of its payments" },
    { "SELECT b.number || ' ' || l.ord FROM fund_batch b JOIN fund_line l ON l.zone = b.zone AND"
      " l.batch = b.id LEFT JOIN (SELECT line, " MOVED("transit") " AS transit, " MOVED("paid")
      " AS paid FROM fund_entry e WHERE e.zone = $1 AND line <> 0 GROUP BY line) s ON s.line = l.id"
      " WHERE b.zone = $1 AND (b.reconciled_at = 0 OR b.reconciled_at >= $2) AND"
      " (coalesce(s.transit, 0) <> CASE WHEN l.state = 'sent' THEN l.fen ELSE 0 END OR"
      " coalesce(s.paid, 0) <> CASE WHEN l.state = 'paid' THEN l.fen ELSE 0 END)",
        ":付款状态与分录不符", ": the payment's state is not what its entries say" },
    { "SELECT b.number FROM fund_batch b WHERE b.zone = $1 AND $2 = $2 AND b.state IN ('approved',"
      " 'answered', 'reconciled') AND (b.approved_by = 0 OR b.approved_by IN (b.made_by,"
      " b.submitted_by) OR EXISTS (SELECT 1 FROM fund_line l WHERE l.zone = b.zone AND l.batch ="
      " b.id AND l.added_by = b.approved_by))",
        ":批准人参与了制作,不合双人复核", ": whoever approved it had a hand in making it" },
};

/* What was journalled and is no longer there: the whole journal is read. */
static const char gone_sql[]
    = "SELECT j.kind || ' ' || j.subject FROM journal j WHERE j.zone = $1 AND $2 = $2 AND j.kind IN"
      " ('fund.appropriate', 'fund.reduce', 'fund.commit', 'fund.release', 'fund.send', 'fund.pay',"
      " 'fund.bounce', 'fund.recover', 'fund.restore', 'fund.surrender', 'fund.reverse') AND NOT"
      " EXISTS (SELECT 1 FROM fund_entry e WHERE e.zone = j.zone AND e.id = j.subject)";

/* ---- all of it ------------------------------------------------------------------------------ */

enum err fund_check_run(struct checking *c)
{
    TRY(list_funds(c));
    for (size_t i = 0; i < c->out->fund_count; i++) {
        TRY(check_fund(c, &c->out->funds[i]));
        TRY(compare_balance(c, &c->out->funds[i]));
    }
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        TRY(none_of(c, rules[i].sql, rules[i].zh, rules[i].en));
    TRY(fund_check_files(c));
    return diag_arena(c->op->diag, c->op->arena);
}

static enum err count(struct checking *c)
{
    struct store_rows rows;
    struct op *op = c->op;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT (SELECT count(*) FROM fund_commitment WHERE zone = $1), (SELECT count(*) FROM"
        " fund_batch WHERE zone = $1)",
        S_TEXT(op->zone->code)));
    c->out->commitments = store_int(&rows, 0);
    c->out->batches = store_int(&rows, 1);
    store_rows_end(&rows);
    return OK;
}

enum err fund_check(struct op *op, struct fund_report *out, struct diag_list *faults)
{
    struct checking c = { .op = op, .out = out, .faults = faults };
    *out = (struct fund_report){ 0 };
    TRY(fund_check_run(&c));
    TRY(none_of(&c, gone_sql, ":日志中记有这条分录,账簿中已不存在",
        ": the journal has this entry, the ledger does not"));
    return count(&c);
}
