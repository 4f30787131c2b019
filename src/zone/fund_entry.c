/*
 * Entries of funds: the one place where an entry is written (fund_post), and the verbs that make
 * them. Sums, entry, journal leaf and commitment change in one transaction; what would leave an
 * account below zero is refused before anything is written, and by the tables once more.
 */
#include "zone/fund_internal.h"

#include "zone/ledger.h"
#include "zone/register.h"

#include <stdio.h>
#include <string.h>

const char *const fund_account_words[FUND_ACCOUNTS]
    = { "source", "available", "committed", "transit", "paid", "recovered" };

#define NAMES(zh, en)                                                                              \
    { { zh, sizeof zh - 1 }, { en, sizeof en - 1 } }

static const struct fund_kind_info kinds[] = {
#define K(name, word, from, to, of_commitment, correctable, zh, en)                                \
    [FUND_##name]                                                                                  \
        = { word, FUND_##from, FUND_##to, of_commitment, correctable, NAMES(zh, en) },
#include "zone/fund_kinds.def"
#undef K
};

static const struct name2 account_names[FUND_ACCOUNTS] = {
    NAMES("预算来源", "the source"),
    NAMES("可用余额", "what is available"),
    NAMES("已承诺款", "what is committed"),
    NAMES("在途款", "what is with the bank"),
    NAMES("已支付款", "what was paid"),
    NAMES("已追回款", "what was recovered"),
};

const struct fund_kind_info *fund_kind_info(enum fund_kind k)
{
    return &kinds[k];
}

bool fund_kind_from(str word, enum fund_kind *out)
{
    for (int i = 0; i < FUND_KINDS; i++)
        if (str_is(word, kinds[i].word)) {
            *out = (enum fund_kind)i;
            return true;
        }
    return false;
}

str fund_yuan(struct arena *a, int64_t fen)
{
    struct buf b;
    char digits[32];
    int64_t whole = fen < 0 ? -(fen / 100) : fen / 100, rest = fen < 0 ? -(fen % 100) : fen % 100;
    int count = snprintf(digits, sizeof digits, "%lld", (long long)whole);
    buf_init(&b, a, 64);
    if (fen < 0)
        buf_add_char(&b, '-');
    for (int i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0)
            buf_add_char(&b, ',');
        buf_add_char(&b, digits[i]);
    }
    buf_printf(&b, ".%02lld", (long long)rest);
    return buf_str(&b);
}

/* ---- what is asked before ---- */

enum err fund_text_check(
    struct op *op, const char *field, str text, bool required, const char *zh, const char *en)
{
    bool blank = str_blank(text);
    if (!(required && blank) && text.bytes <= FUND_TEXT_BYTES_MAX && str_is_utf8(text))
        return OK;
    diag_field(op->diag, str_from(field));
    if (required && blank)
        return diag_set(op->diag, ERR_INVALID, "请填写%s%.0s", "%.0splease give %s", zh, en);
    return diag_set(op->diag, ERR_INVALID, "%s%.0s至多 %d 字节,且应为 UTF-8",
        "%.0s%s has at most %d bytes of UTF-8", zh, en, FUND_TEXT_BYTES_MAX);
}

enum err fund_amount_check(struct op *op, int64_t fen)
{
    if (fen > 0 && fen <= FUND_FEN_MAX)
        return OK;
    diag_field(op->diag, STR("fen"));
    return diag_set(op->diag, ERR_INVALID, "金额应大于 0,不超过 %lld 分,现为 %lld 分",
        "an amount is above 0 and at most %lld fen, not %lld", (long long)FUND_FEN_MAX,
        (long long)fen);
}

static enum err check_why(struct op *op, const struct fund_posting *p)
{
    const struct fund_why *w = p->why;
    enum fund_kind k = p->kind;
    bool paper = k == FUND_APPROPRIATE || k == FUND_REDUCE || k == FUND_RECOVER || k == FUND_RESTORE
        || k == FUND_SURRENDER || k == FUND_REVERSE;
    TRY(fund_text_check(op, "reason", w->reason, true, "事由", "the reason"));
    TRY(fund_text_check(op, "document", w->document, paper, "文号", "the document's number"));
    TRY(fund_text_check(op, "basis", w->basis, false, "依据", "the basis"));
    TRY(fund_text_check(op, "ref.label", w->ref_label, false, "关联事项", "the reference"));
    if (w->key.bytes <= FUND_KEY_BYTES_MAX && str_is_utf8(w->key))
        return OK;
    diag_field(op->diag, STR("key"));
    return diag_set(op->diag, ERR_INVALID, "key 至多 %d 字节", "a key has at most %d bytes",
        FUND_KEY_BYTES_MAX);
}

/* ---- the sums ---- */

static enum err read_balance(struct op *op, const struct fund *f, int64_t *balance, int64_t *seq)
{
    struct store_rows rows;
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_balance (zone, fund, name, seq, source, available, committed, transit,"
        " paid, recovered) VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (zone, fund) DO"
        " NOTHING",
        S_TEXT(op->zone->code), S_TEXT(f->code), S_TEXT(f->name)));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT source, available, committed, transit, paid, recovered, seq FROM fund_balance"
        " WHERE zone = $1 AND fund = $2 {lock}",
        S_TEXT(op->zone->code), S_TEXT(f->code)));
    for (int i = 0; i < FUND_ACCOUNTS; i++)
        balance[i] = store_int(&rows, i);
    *seq = store_int(&rows, FUND_ACCOUNTS);
    store_rows_end(&rows);
    return OK;
}

/* Nothing but the source goes below zero, and that not below what numbers carry. */
static enum err check_left(struct op *op, const struct fund_posting *p, const int64_t *balance)
{
    if (p->from == FUND_SOURCE && p->fen <= FUND_FEN_MAX + balance[FUND_SOURCE])
        return OK;
    diag_field(op->diag, STR("fen"));
    if (p->from == FUND_SOURCE)
        return diag_set(op->diag, ERR_LIMIT, "一项资金的预算总额不能超过 %lld 分",
            "the budget of a fund cannot be above %lld fen", (long long)FUND_FEN_MAX);
    if (balance[p->from] >= p->fen) {
        op->diag->field[0] = 0;
        return OK;
    }
    str left = fund_yuan(op->arena, balance[p->from]), asked = fund_yuan(op->arena, p->fen);
    TRY(diag_arena(op->diag, op->arena));
    struct name2 what = account_names[p->from];
    return diag_set(op->diag, ERR_CONFLICT,
        "“%s”的%s%.0s只剩 %s 元,不足 %s 元",
        "\"%s\": of %.0s%s there are %s yuan left, not %s",
        str_terminated(op->arena, p->fund->name), what.zh.data, what.en.data, left.data, asked.data);
}

static enum err move_balance(struct op *op, const struct fund_posting *p, int64_t seq)
{
    struct buf sql;
    buf_init(&sql, op->arena, 512);
    buf_printf(&sql, "UPDATE fund_balance SET seq = $3, name = $5, %s = %s - $4, %s = %s + $4",
        fund_account_words[p->from], fund_account_words[p->from], fund_account_words[p->to],
        fund_account_words[p->to]);
    buf_add(&sql, STR(" WHERE zone = $1 AND fund = $2"));
    buf_add_char(&sql, 0);
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag, sql.data, S_TEXT(op->zone->code), S_TEXT(p->fund->code),
        S_INT(seq), S_INT(p->fen), S_TEXT(p->fund->name));
}

/* ---- the commitment ---- */

static int64_t moved(const struct fund_posting *p, enum fund_account a)
{
    return (p->to == a ? p->fen : 0) - (p->from == a ? p->fen : 0);
}

static enum err short_commitment(
    struct op *op, const struct fund_posting *p, const struct fund_commitment *c, int64_t left)
{
    str has = fund_yuan(op->arena, left), asked = fund_yuan(op->arena, p->fen);
    bool held = p->from == FUND_COMMITTED && c->held && c->committed >= p->fen;
    TRY(diag_arena(op->diag, op->arena));
    diag_field(op->diag, STR("fen"));
    return diag_set(op->diag, ERR_CONFLICT, "这笔承诺的%s%.0s只有 %s 元%s%.0s,不足 %s 元",
        "of %.0s%s of this commitment there are %s yuan%.0s%s, not %s",
        account_names[p->from].zh.data, account_names[p->from].en.data, has.data,
        held ? "可动用(其余已列入待批的支付批次)" : "", held ? " (the rest stands in a batch)" : "", asked.data);
}

static enum err move_commitment(struct op *op, const struct fund_posting *p)
{
    struct fund_commitment c;
    if (!p->commitment || (p->kind == FUND_COMMIT))
        return OK;
    TRY(fund_commitment_get(op, p->commitment, &c));
    int64_t left = p->fen; /* from accounts that a commitment does not keep: the fund's sum decides */
    if (p->from == FUND_COMMITTED)
        left = p->from_held ? c.held : c.committed - c.held;
    else if (p->from == FUND_TRANSIT)
        left = c.transit;
    else if (p->from == FUND_PAID)
        left = c.paid;
    else if (p->from == FUND_RECOVERED)
        left = c.recovered;
    if (left < p->fen)
        return short_commitment(op, p, &c, left);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_commitment SET committed = committed + $3, held = held - $4, transit = transit"
        " + $5, paid = paid + $6, recovered = recovered + $7 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(p->commitment), S_INT(moved(p, FUND_COMMITTED)),
        S_INT(p->from_held ? p->fen : 0), S_INT(moved(p, FUND_TRANSIT)), S_INT(moved(p, FUND_PAID)),
        S_INT(moved(p, FUND_RECOVERED)));
}

/* ---- the entry ---- */

str fund_row_digest(struct op *op, const struct fund_row *r)
{
    struct buf b;
    const str texts[] = { r->fund, r->day, r->kind, r->from, r->to, r->document, r->basis,
        r->reason, r->ref_kind, r->ref_label, r->actor, r->actor_name, r->key };
    const int64_t numbers[] = { r->id, r->seq, r->at, r->fen, r->commitment, r->batch, r->line,
        r->reverses, r->ref_id };
    buf_init(&b, op->arena, 64 * KIB);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_printf(&b, "%zu:", texts[i].bytes); /* lengths, so that no two rows read alike */
        buf_add(&b, texts[i]);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        buf_printf(&b, "%lld,", (long long)numbers[i]);
    return buf_failed(&b) ? STR_NONE : ledger_digest(op, buf_str(&b));
}

static enum err journal(
    struct op *op, const struct fund_posting *p, const struct fund_row *r, int64_t *event)
{
    char kind[32];
    json_t *data = json_object();
    json_set_str(data, "fund", r->fund);
    json_set_int(data, "number", r->seq);
    json_set_str(data, "day", r->day);
    json_set_int(data, "fen", r->fen);
    json_set_str(data, "from", r->from);
    json_set_str(data, "to", r->to);
    json_set_str(data, "reason", r->reason);
    json_set_str(data, "basis", r->basis);
    if (r->document.bytes)
        json_set_str(data, "document", r->document);
    if (r->commitment)
        json_set_id(data, "commitment", r->commitment);
    if (r->batch)
        json_set_id(data, "batch", r->batch);
    if (r->reverses)
        json_set_id(data, "reverses", r->reverses);
    json_set_str(data, "row", fund_row_digest(op, r));
    snprintf(kind, sizeof kind, "fund.%s", kinds[p->kind].word);
    return ledger_append(
        op, &(struct ledger_event){ .kind = kind, .subject = r->id, .data = data }, event);
}

static enum err insert(struct op *op, const struct fund_row *r, int64_t event)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_entry (zone, id, fund, seq, at, day, kind, from_account, to_account, fen,"
        " commitment, batch, line, reverses, document, basis, reason, ref_kind, ref_id, ref_label,"
        " actor, actor_name, key, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        " $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)",
        S_TEXT(op->zone->code), S_INT(r->id), S_TEXT(r->fund), S_INT(r->seq), S_INT(r->at),
        S_TEXT(r->day), S_TEXT(r->kind), S_TEXT(r->from), S_TEXT(r->to), S_INT(r->fen),
        S_INT(r->commitment), S_INT(r->batch), S_INT(r->line), S_INT(r->reverses),
        S_TEXT(r->document), S_TEXT(r->basis), S_TEXT(r->reason), S_TEXT(r->ref_kind),
        S_INT(r->ref_id), S_TEXT(r->ref_label), S_TEXT(r->actor), S_TEXT(r->actor_name),
        S_TEXT(r->key), S_INT(event));
}

struct fund_posting fund_posting_of(
    const struct fund *f, enum fund_kind k, int64_t fen, const struct fund_why *why)
{
    return (struct fund_posting){
        .fund = f, .kind = k, .from = kinds[k].from, .to = kinds[k].to, .fen = fen, .why = why
    };
}

static void row_of(struct op *op, const struct fund_posting *p, int64_t seq, struct fund_row *r)
{
    const struct fund_why *w = p->why;
    *r = (struct fund_row){ .id = id_next(&op->zone->ids, op->now_ms),
        .seq = seq,
        .at = op->now_ms,
        .fen = p->fen,
        .commitment = p->commitment,
        .batch = p->batch,
        .line = p->line,
        .reverses = p->reverses,
        .ref_id = w->ref_id,
        .fund = p->fund->code,
        .kind = str_from(kinds[p->kind].word),
        .from = str_from(fund_account_words[p->from]),
        .to = str_from(fund_account_words[p->to]),
        .document = w->document,
        .basis = w->basis.bytes ? w->basis : p->fund->basis,
        .reason = w->reason,
        .ref_kind = w->ref_kind,
        .ref_label = w->ref_label,
        .actor = op->actor->system ? STR("system")
                                   : str_printf(op->arena, "%lld", (long long)op->actor->account),
        .actor_name = op->actor->name,
        .key = w->key };
}

enum err fund_post(struct op *op, const struct fund_posting *p, int64_t *entry)
{
    int64_t balance[FUND_ACCOUNTS], seq, event;
    struct fund_row r;
    TRY(fund_amount_check(op, p->fen));
    TRY(check_why(op, p));
    TRY(fund_open_for(op, p->fund, p->line && p->kind == FUND_REVERSE ? FUND_PAY : p->kind));
    TRY(read_balance(op, p->fund, balance, &seq));
    TRY(check_left(op, p, balance));
    TRY(move_commitment(op, p));
    row_of(op, p, seq + 1, &r);
    TRY(fund_day(op, &r.day));
    TRY(diag_arena(op->diag, op->arena));
    TRY(journal(op, p, &r, &event));
    TRY(insert(op, &r, event));
    TRY(move_balance(op, p, seq + 1));
    if (entry)
        *entry = r.id;
    return OK;
}

/* ---- the verbs ---- */

/* The entry that was made with this key; *found false when there is none. */
static enum err made_before(struct op *op, const struct fund *f, enum fund_kind k, int64_t fen,
    str key, int64_t *entry, bool *found)
{
    struct store_rows rows;
    bool there;
    *found = false;
    if (!key.bytes)
        return OK;
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT id, kind, fen, commitment FROM fund_entry WHERE zone = $1 AND fund = $2 AND key ="
        " $3",
        S_TEXT(op->zone->code), S_TEXT(f->code), S_TEXT(key)));
    if (!there)
        return OK;
    bool same = str_is(store_text(&rows, 1), kinds[k].word) && store_int(&rows, 2) == fen;
    int64_t id = store_int(&rows, 0);
    store_rows_end(&rows);
    if (!same) {
        diag_field(op->diag, STR("key"));
        return diag_set(op->diag, ERR_CONFLICT, "key “%.*s” 已用于另一笔分录",
            "the key \"%.*s\" was used for another entry", STR_ARGS(key));
    }
    *found = true;
    if (entry)
        *entry = id;
    return OK;
}

static enum err post_plain(struct op *op, str fund, enum fund_kind k, int64_t fen,
    const struct fund_why *why, int64_t *entry)
{
    struct fund f;
    bool found;
    TRY(fund_find(op, fund, &f));
    TRY(made_before(op, &f, k, fen, why->key, entry, &found));
    if (found)
        return OK;
    struct fund_posting p = fund_posting_of(&f, k, fen, why);
    return fund_post(op, &p, entry);
}

enum err fund_budget(
    struct op *op, str fund, int64_t fen, const struct fund_why *why, int64_t *entry)
{
    if (fen < -FUND_FEN_MAX) /* so that it can be turned */
        return fund_amount_check(op, fen);
    return post_plain(op, fund, fen < 0 ? FUND_REDUCE : FUND_APPROPRIATE, fen < 0 ? -fen : fen, why,
        entry);
}

enum err fund_return(struct op *op, str fund, int64_t fen, bool to_fund, const struct fund_why *why,
    int64_t *entry)
{
    return post_plain(op, fund, to_fund ? FUND_RESTORE : FUND_SURRENDER, fen, why, entry);
}

/* Payees stand in a register of the zone. */
static enum err find_payee(struct op *op, const struct fund_why *why, str *name)
{
    const struct pack_funds *def;
    struct record r;
    TRY(fund_definition(op, &def));
    str code = def->payee->ref->code;
    diag_field(op->diag, STR("payee"));
    if (!why->payee.bytes)
        return diag_set(op->diag, ERR_INVALID, "请写明收款人", "please say who is to be paid");
    enum err e = record_by_key(op, code, why->payee, &r);
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, ERR_INVALID, "登记表 %.*s 中没有收款人“%.*s”",
            "the register %.*s has no payee \"%.*s\"", STR_ARGS(code), STR_ARGS(why->payee));
    TRY(e);
    op->diag->field[0] = 0;
    *name = why->payee_name.bytes ? why->payee_name : record_label(op, code, &r);
    return diag_arena(op->diag, op->arena);
}

static enum err insert_commitment(struct op *op, const struct fund *f, int64_t id, int64_t fen,
    const struct fund_why *w, str payee_name)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_commitment (zone, id, fund, at, payee, payee_name, reason, basis,"
        " ref_kind, ref_id, ref_label, key, fen, committed, held, transit, paid, recovered) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 0, 0, 0, 0)",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(f->code), S_INT(op->now_ms), S_TEXT(w->payee),
        S_TEXT(payee_name), S_TEXT(w->reason), S_TEXT(w->basis.bytes ? w->basis : f->basis),
        S_TEXT(w->ref_kind), S_INT(w->ref_id), S_TEXT(w->ref_label), S_TEXT(w->key), S_INT(fen));
}

enum err fund_commit(
    struct op *op, str fund, int64_t fen, const struct fund_why *why, int64_t *commitment)
{
    struct fund f;
    struct fund_commitment before;
    str name;
    TRY(fund_find(op, fund, &f));
    enum err e = why->key.bytes ? fund_commitment_by_key(op, f.code, why->key, &before)
                                : ERR_NOT_FOUND;
    if (e == OK && before.fen == fen && str_equal(before.payee, why->payee)) {
        *commitment = before.id;
        return OK;
    }
    if (e == OK) {
        diag_field(op->diag, STR("key"));
        return diag_set(op->diag, ERR_CONFLICT, "key “%.*s” 已用于另一笔承诺(金额或收款人不同)",
            "the key \"%.*s\" was used for a commitment of another amount or payee",
            STR_ARGS(why->key));
    }
    if (e != ERR_NOT_FOUND)
        return e;
    memset(op->diag, 0, sizeof *op->diag);
    TRY(fund_amount_check(op, fen));
    TRY(find_payee(op, why, &name));
    struct fund_posting p = fund_posting_of(&f, FUND_COMMIT, fen, why);
    p.commitment = id_next(&op->zone->ids, op->now_ms);
    TRY(fund_post(op, &p, NULL));
    TRY(insert_commitment(op, &f, p.commitment, fen, why, name));
    *commitment = p.commitment;
    return OK;
}

static enum err post_commitment(struct op *op, int64_t commitment, enum fund_kind k, int64_t fen,
    const struct fund_why *why, int64_t *entry)
{
    struct fund_commitment c;
    struct fund f;
    bool found;
    TRY(fund_commitment_get(op, commitment, &c));
    TRY(fund_find(op, c.fund, &f));
    if (k == FUND_RELEASE && !fen)
        fen = c.committed - c.held;
    TRY(made_before(op, &f, k, fen, why->key, entry, &found));
    if (found)
        return OK;
    if (k == FUND_RELEASE && !fen)
        return diag_set(op->diag, ERR_CONFLICT, "这笔承诺没有可以解除的余额",
            "nothing of this commitment is left to be released");
    struct fund_why whole = *why;
    whole.ref_kind = c.ref_kind;
    whole.ref_id = c.ref_id;
    whole.ref_label = c.ref_label;
    whole.basis = why->basis.bytes ? why->basis : c.basis;
    struct fund_posting p = fund_posting_of(&f, k, fen, &whole);
    p.commitment = commitment;
    return fund_post(op, &p, entry);
}

enum err fund_release(
    struct op *op, int64_t commitment, int64_t fen, const struct fund_why *why, int64_t *entry)
{
    return post_commitment(op, commitment, FUND_RELEASE, fen, why, entry);
}

enum err fund_recover(
    struct op *op, int64_t commitment, int64_t fen, const struct fund_why *why, int64_t *entry)
{
    return post_commitment(op, commitment, FUND_RECOVER, fen, why, entry);
}

enum err fund_reverse(
    struct op *op, int64_t id, const struct fund_why *why, int64_t *reversal)
{
    struct fund_entry was;
    struct fund f;
    bool found;
    TRY(fund_entry_get(op, id, &was));
    TRY(fund_find(op, was.fund, &f));
    TRY(made_before(op, &f, FUND_REVERSE, was.fen, why->key, reversal, &found));
    if (found)
        return OK;
    if (was.reversed_by)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "第 %lld 号分录已经更正过",
            "entry %lld has been corrected already", (long long)was.seq);
    if (!kinds[was.kind].correctable)
        return diag_set(op->diag, ERR_NOT_ALLOWED,
            "“%s%.0s”分录不能人工更正:支付只由银行回单更正,更正分录不再更正",
            "an entry \"%.0s%s\" is not corrected by hand: payments follow the bank's answer, and a "
            "correction is not corrected",
            kinds[was.kind].name.zh.data, kinds[was.kind].name.en.data);
    struct fund_why whole = *why;
    whole.ref_kind = was.ref_kind;
    whole.ref_id = was.ref_id;
    whole.ref_label = was.ref_label;
    whole.basis = why->basis.bytes ? why->basis : was.basis;
    struct fund_posting p = { .fund = &f,
        .kind = FUND_REVERSE,
        .from = was.to,
        .to = was.from,
        .fen = was.fen,
        .commitment = was.commitment,
        .reverses = id,
        .why = &whole };
    return fund_post(op, &p, reversal);
}
