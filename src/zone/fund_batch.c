/*
 * Payment batches: made, submitted, approved by somebody else; fund_batch.h draws the states. One
 * table says what may be done in which state, and one function says why not, asked both for the
 * page's buttons and when it is done.
 */
#include "zone/fund_batch_internal.h"

#include "zone/ledger.h"
#include "zone/query.h"
#include "zone/register.h"

#include <stdio.h>
#include <string.h>

const char *const fund_batch_state_words[FUND_BATCH_STATES + 1]
    = { "draft", "submitted", "approved", "answered", "reconciled", "cancelled", NULL };
const char *const fund_verb_words[FUND_VERBS]
    = { "add", "remove", "submit", "refuse", "approve", "cancel", "answer", "reconcile" };

/* ---- may I, and why not ---- */

#define IN(state) (1u << FUND_##state)
static const struct {
    unsigned states;
    const char *permission;
    const char *zh, *en; /* when the state is another one */
} rules[FUND_VERBS] = {
    [FUND_VERB_ADD] = { IN(DRAFT), "fund.batch", "只有草稿可以增加付款",
        "payments are added to a draft only" },
    [FUND_VERB_REMOVE] = { IN(DRAFT), "fund.batch", "只有草稿可以移出付款",
        "payments are taken out of a draft only" },
    [FUND_VERB_SUBMIT] = { IN(DRAFT), "fund.batch", "只有草稿可以提交复核",
        "only a draft is submitted" },
    [FUND_VERB_REFUSE] = { IN(SUBMITTED), "fund.approve", "只有待复核的批次可以退回",
        "only a batch that waits for approval is sent back" },
    [FUND_VERB_APPROVE] = { IN(SUBMITTED), "fund.approve", "只有待复核的批次可以批准",
        "only a batch that waits for approval is approved" },
    [FUND_VERB_CANCEL] = { IN(DRAFT) | IN(SUBMITTED), "fund.batch", "已批准的批次不能撤销,以银行回单为准",
        "what was approved is not cancelled: the bank's answer decides" },
    [FUND_VERB_ANSWER] = { IN(APPROVED) | IN(ANSWERED), "fund.batch", "批准付款之后才能导入银行回单",
        "the bank's answer comes after the approval, and before reconciling" },
    [FUND_VERB_RECONCILE] = { IN(ANSWERED), "fund.batch", "银行对每一笔都有回单之后才能对账",
        "reconciling comes when the bank has answered every line" },
};
#undef IN

static bool no(struct name2 *why, const char *zh, const char *en)
{
    *why = (struct name2){ str_from(zh), str_from(en) };
    return false;
}

/* Had the actor a hand in making it? */
static enum err had_a_hand(struct op *op, const struct fund_batch *b, bool *had)
{
    struct store_rows rows;
    int64_t me = op->actor->account;
    *had = b->made_by == me || b->submitted_by == me;
    if (*had)
        return OK;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT EXISTS (SELECT 1 FROM fund_line WHERE zone = $1 AND batch = $2 AND added_by = $3)",
        S_TEXT(op->zone->code), S_INT(b->id), S_INT(me)));
    *had = store_int(&rows, 0) != 0;
    store_rows_end(&rows);
    return OK;
}

enum err fund_batch_may(struct op *op, const struct fund_batch *b, enum fund_verb v, bool *may,
    struct name2 *why_not)
{
    bool had;
    *why_not = (struct name2){ 0 };
    *may = false;
    if (!(rules[v].states & (1u << b->state))) {
        no(why_not, rules[v].zh, rules[v].en);
        return OK;
    }
    if (!actor_may(op->actor, rules[v].permission)) {
        bool second = v == FUND_VERB_APPROVE || v == FUND_VERB_REFUSE;
        no(why_not,
            second ? "双人复核:由付款复核岗的另一名工作人员办理" : "由付款经办岗的工作人员办理",
            second ? "two people for each batch: this is for those who approve payments"
                   : "this is for those who make payment batches");
        return OK;
    }
    if (v == FUND_VERB_SUBMIT && !b->lines) {
        no(why_not, "批次里还没有付款", "the batch has no payment yet");
        return OK;
    }
    if (v == FUND_VERB_APPROVE) {
        if (!op->actor->account) {
            no(why_not, "付款须由另一名工作人员批准,系统不能代批",
                "a payment is approved by another person, never by the system");
            return OK;
        }
        TRY(had_a_hand(op, b, &had));
        if (had) {
            no(why_not, "双人复核:您参与了本批次的制作,须由另一人批准",
                "two people for each batch: you had a hand in making it, another one must approve");
            return OK;
        }
    }
    *may = true;
    return OK;
}

enum err fund_batch_require(struct op *op, int64_t id, enum fund_verb v, struct fund_batch *b)
{
    bool may;
    struct name2 why;
    TRY(fund_batch_get(op, id, b));
    TRY(fund_batch_may(op, b, v, &may, &why));
    if (may)
        return OK;
    bool state = (rules[v].states & (1u << b->state)) != 0;
    return diag_set(op->diag, state && v != FUND_VERB_SUBMIT ? ERR_FORBIDDEN : ERR_NOT_ALLOWED,
        "%s%.0s", "%.0s%s", why.zh.data, why.en.data);
}

/* ---- rows ---- */

static const char batch_columns[] =
    "SELECT p.id, p.number, p.fund, coalesce(b.name, p.fund), p.title, p.state, p.lines, p.fen,"
    " p.made_at, p.made_by, p.made_by_name, p.submitted_at, p.submitted_by, p.submitted_by_name,"
    " p.refused_reason, p.approved_at, p.approved_by, p.approved_by_name, p.digest, p.paid_lines,"
    " p.paid_fen, p.bounced_lines, p.bounced_fen, p.answered_at, p.reconciled_at,"
    " p.reconciled_by_name FROM fund_batch p LEFT JOIN fund_balance b ON b.zone = p.zone AND b.fund"
    " = p.fund WHERE p.zone";

static void read_batch(struct op *op, const struct store_rows *rows, void *row)
{
    struct fund_batch *b = row;
    struct {
        int column;
        str *into;
    } texts[] = { { 1, &b->number }, { 2, &b->fund }, { 3, &b->fund_name }, { 4, &b->title },
        { 10, &b->made_by_name }, { 13, &b->submitted_by_name }, { 14, &b->refused_reason },
        { 17, &b->approved_by_name }, { 18, &b->digest }, { 25, &b->reconciled_by_name } };
    struct {
        int column;
        int64_t *into;
    } numbers[] = { { 0, &b->id }, { 6, &b->lines }, { 7, &b->fen }, { 8, &b->made_at },
        { 9, &b->made_by }, { 11, &b->submitted_at }, { 12, &b->submitted_by },
        { 15, &b->approved_at }, { 16, &b->approved_by }, { 19, &b->paid_lines },
        { 20, &b->paid_fen }, { 21, &b->bounced_lines }, { 22, &b->bounced_fen },
        { 23, &b->answered_at }, { 24, &b->reconciled_at } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i].into = str_copy(op->arena, store_text(rows, texts[i].column));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i].into = store_int(rows, numbers[i].column);
    str state = store_text(rows, 5);
    b->state = FUND_DRAFT;
    for (int i = 0; i < FUND_BATCH_STATES; i++)
        if (str_is(state, fund_batch_state_words[i]))
            b->state = (enum fund_batch_state)i;
}

enum err fund_batch_get(struct op *op, int64_t id, struct fund_batch *out)
{
    struct query q;
    bool there;
    query_init(&q, op->arena);
    query_sql(&q, batch_columns);
    QUERY_ADD(&q, " = ? AND p.id = ?", S_TEXT(op->zone->code), S_INT(id));
    TRY(query_first(op, &q, read_batch, out, sizeof *out, &there));
    if (there)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这个支付批次", "there is no such payment batch");
}

enum err fund_batches(struct op *op, const struct fund_batch_filter *f, struct fund_batch **out,
    size_t *count, bool *more)
{
    struct query q;
    void *list;
    query_init(&q, op->arena);
    query_sql(&q, batch_columns);
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    if (f->fund.bytes)
        QUERY_ADD(&q, " AND p.fund = ?", S_TEXT(f->fund));
    if (f->state.bytes)
        QUERY_ADD(&q, " AND p.state = ?", S_TEXT(f->state));
    if (f->after)
        QUERY_ADD(&q, " AND p.id < ?", S_INT(f->after));
    query_sql(&q, " ORDER BY p.id DESC");
    TRY(query_page(op, &q, f->limit, read_batch, sizeof(struct fund_batch), &list, count, more));
    *out = list;
    return OK;
}

/* The last four digits are enough to know one's own account by. */
static str masked(struct op *op, str account)
{
    if (account.bytes <= 4)
        return STR("****");
    return str_concat(
        op->arena, STR("****"), str_slice(account, account.bytes - 4, account.bytes));
}

enum err fund_lines_read(
    struct op *op, int64_t batch, bool shown, struct fund_line **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0;
    struct fund_line *list = ARENA_ARRAY(op->arena, struct fund_line, FUND_LINES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT l.id, l.ord, l.commitment, l.fen, l.answered_at, l.payee, l.payee_name, l.holder,"
        " l.bank, l.account, l.purpose, l.state, l.bank_ref, l.answer, c.ref_kind, c.ref_label,"
        " c.ref_id, coalesce(a.list_id, 0) FROM fund_line l JOIN fund_commitment c ON c.zone = l.zone"
        " AND c.id = l.commitment LEFT JOIN benefit_line a ON a.zone = c.zone AND a.id = c.ref_id AND"
        " c.ref_kind = 'award' WHERE l.zone = $1 AND l.batch = $2 ORDER BY l.ord",
        S_TEXT(op->zone->code), S_INT(batch)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == FUND_LINES_MAX)
            break;
        struct fund_line *l = &list[used++];
        str *const texts[] = { &l->payee, &l->payee_name, &l->holder, &l->bank, &l->account,
            &l->purpose, &l->state, &l->bank_ref, &l->answer, &l->ref_kind, &l->ref_label };
        *l = (struct fund_line){ store_int(&rows, 0), store_int(&rows, 1), store_int(&rows, 2),
            store_int(&rows, 3), store_int(&rows, 4) };
        for (int i = 0; i < 11; i++)
            *texts[i] = str_copy(op->arena, store_text(&rows, 5 + i));
        l->ref_id = store_int(&rows, 16);
        l->ref_list = store_int(&rows, 17);
        if (!shown)
            l->account = masked(op, l->account);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

enum err fund_lines(struct op *op, int64_t batch, struct fund_line **out, size_t *count)
{
    return fund_lines_read(op, batch, false, out, count);
}

enum err fund_batch_tell(
    struct op *op, const struct fund_batch *b, const char *kind, str reason, json_t *more)
{
    json_t *data = more ? more : json_object();
    json_set_str(data, "number", b->number);
    json_set_str(data, "fund", b->fund);
    json_set_int(data, "lines", b->lines);
    json_set_int(data, "fen", b->fen);
    if (reason.bytes)
        json_set_str(data, "reason", reason);
    return ledger_append(
        op, &(struct ledger_event){ .kind = kind, .subject = b->id, .data = data }, NULL);
}

enum err fund_batch_reveal(
    struct op *op, int64_t batch, str reason, struct fund_line **out, size_t *count)
{
    struct fund_batch b;
    TRY(fund_text_check(op, "reason", reason, true, "查看的事由", "why you look"));
    TRY(fund_batch_get(op, batch, &b));
    TRY(fund_lines_read(op, batch, true, out, count));
    return fund_batch_tell(op, &b, "fund.batch.reveal", reason, NULL);
}

/* ---- making ---- */

/* ZF2026-0007: counted by year. */
static enum err next_number(struct op *op, str *number)
{
    struct store_rows rows;
    struct date today = date_from_days(zone_local_days(op->zone, op->now_ms));
    str name = str_printf(op->arena, "fund batch %d", today.year);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, 1) ON CONFLICT (zone, name) DO"
        " UPDATE SET value = counter.value + 1",
        S_TEXT(op->zone->code), S_TEXT(name)));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT value FROM counter WHERE zone = $1 AND name = $2", S_TEXT(op->zone->code),
        S_TEXT(name)));
    *number = str_printf(op->arena, "ZF%d-%04lld", today.year, (long long)store_int(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err fund_batch_create(struct op *op, str fund, str title, int64_t *batch)
{
    struct fund f;
    struct fund_batch b = { .id = id_next(&op->zone->ids, op->now_ms) };
    TRY(fund_text_check(op, "title", title, true, "批次名称", "the batch's name"));
    TRY(fund_find(op, fund, &f));
    TRY(fund_open_for(op, &f, FUND_SEND));
    TRY(next_number(op, &b.number));
    b.fund = f.code;
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_batch (zone, id, number, fund, title, state, lines, fen, made_at, made_by,"
        " made_by_name, submitted_at, submitted_by, submitted_by_name, refused_reason, approved_at,"
        " approved_by, approved_by_name, digest, paid_lines, paid_fen, bounced_lines, bounced_fen,"
        " answered_at, reconciled_at, reconciled_by_name) VALUES ($1, $2, $3, $4, $5, 'draft', 0, 0,"
        " $6, $7, $8, 0, 0, '', '', 0, 0, '', '', 0, 0, 0, 0, 0, 0, '')",
        S_TEXT(op->zone->code), S_INT(b.id), S_TEXT(b.number), S_TEXT(f.code), S_TEXT(title),
        S_INT(op->now_ms), S_INT(op->actor->account), S_TEXT(op->actor->name)));
    TRY(fund_batch_tell(op, &b, "fund.batch.create", title, NULL));
    *batch = b.id;
    return OK;
}

/* The payee's bank account, as it stands in the zone's register now. */
static enum err read_account(struct op *op, str payee, struct fund_line *l, bool *there)
{
    const struct pack_funds *def;
    struct query q;
    struct store_rows rows;
    TRY(fund_definition(op, &def));
    query_init(&q, op->arena);
    buf_printf(&q.text, "SELECT %.*s, %.*s, %.*s FROM register_%.*s WHERE zone",
        STR_ARGS(def->holder->name), STR_ARGS(def->bank->name), STR_ARGS(def->account->name),
        STR_ARGS(def->payees->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(def->payee->name));
    QUERY_ADD(&q, " = ? ORDER BY id DESC LIMIT 1", S_TEXT(payee));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, there, op->diag));
    if (!*there)
        return OK;
    l->holder = str_copy(op->arena, store_text(&rows, 0));
    l->bank = str_copy(op->arena, store_text(&rows, 1));
    l->account = str_copy(op->arena, store_text(&rows, 2));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err fund_payee_has_account(struct op *op, str payee, bool *has)
{
    struct fund_line ignored = { 0 };
    return read_account(op, payee, &ignored, has);
}

static enum err find_account(struct op *op, const struct fund_commitment *c, struct fund_line *l)
{
    bool there;
    TRY(read_account(op, c->payee, l, &there));
    if (there)
        return OK;
    return diag_set(op->diag, ERR_NOT_ALLOWED, "“%.*s”没有登记收款账户,请先在登记表 %.*s 中登记",
        "\"%.*s\" has no bank account; enter one in the register %.*s first",
        STR_ARGS(c->payee_name), STR_ARGS(zone_pack(op->zone)->funds->payees->code));
}

enum err fund_commitment_held(struct op *op, int64_t id, int64_t fen)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_commitment SET held = held + $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(fen));
}

static enum err count_lines(struct op *op, int64_t batch)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_batch SET lines = (SELECT count(*) FROM fund_line l WHERE l.zone = $1 AND"
        " l.batch = $2), fen = (SELECT coalesce(sum(fen), 0) FROM fund_line l WHERE l.zone = $1 AND"
        " l.batch = $2) WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(batch));
}

static enum err check_line(struct op *op, const struct fund_batch *b,
    const struct fund_commitment *c, int64_t *fen)
{
    int64_t left = c->committed - c->held;
    if (!str_equal(c->fund, b->fund))
        return diag_set(op->diag, ERR_INVALID, "这笔承诺属于另一项资金(%.*s),一个批次只付一项资金",
            "this commitment is of another fund (%.*s); a batch pays from one fund",
            STR_ARGS(c->fund));
    if (b->lines >= FUND_LINES_MAX)
        return diag_set(op->diag, ERR_LIMIT, "一个批次至多 %d 笔付款", "a batch has at most %d payments",
            FUND_LINES_MAX);
    *fen = *fen ? *fen : left;
    if (*fen > 0)
        TRY(fund_amount_check(op, *fen));
    if (*fen > 0 && *fen <= left)
        return OK;
    str has = fund_yuan(op->arena, left);
    TRY(diag_arena(op->diag, op->arena));
    diag_field(op->diag, STR("fen"));
    if (*fen < 0)
        return fund_amount_check(op, *fen);
    return diag_set(op->diag, ERR_CONFLICT, "这笔承诺可支付的只有 %s 元",
        "of this commitment only %s yuan can be paid", has.data);
}

enum err fund_batch_add(
    struct op *op, int64_t batch, int64_t commitment, int64_t fen, int64_t *line)
{
    struct fund_batch b;
    struct fund_commitment c;
    struct fund_line l = { .id = id_next(&op->zone->ids, op->now_ms) };
    TRY(fund_batch_require(op, batch, FUND_VERB_ADD, &b));
    TRY(fund_commitment_get(op, commitment, &c));
    TRY(check_line(op, &b, &c, &fen));
    TRY(find_account(op, &c, &l));
    enum err e = STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_line (zone, id, batch, ord, commitment, fen, payee, payee_name, holder,"
        " bank, account, purpose, added_by, state, bank_ref, answer, answered_at) SELECT $1, $2,"
        " $3, coalesce(max(ord), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting', '', '',"
        " 0 FROM fund_line WHERE zone = $1 AND batch = $3",
        S_TEXT(op->zone->code), S_INT(l.id), S_INT(batch), S_INT(commitment), S_INT(fen),
        S_TEXT(c.payee), S_TEXT(c.payee_name), S_TEXT(l.holder), S_TEXT(l.bank), S_TEXT(l.account),
        S_TEXT(c.reason), S_INT(op->actor->account));
    if (e == ERR_CONFLICT)
        return diag_set(op->diag, e, "这笔承诺已在本批次中", "this commitment stands in the batch already");
    TRY(e);
    TRY(fund_commitment_held(op, commitment, fen));
    TRY(count_lines(op, batch));
    if (line)
        *line = l.id;
    return OK;
}

enum err fund_batch_remove(struct op *op, int64_t batch, int64_t line)
{
    struct fund_batch b;
    struct store_rows rows;
    TRY(fund_batch_require(op, batch, FUND_VERB_REMOVE, &b));
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT commitment, fen FROM fund_line WHERE zone = $1 AND batch = $2 AND id = $3",
        S_TEXT(op->zone->code), S_INT(batch), S_INT(line));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "批次中没有这一笔", "the batch has no such payment");
    TRY(e);
    int64_t commitment = store_int(&rows, 0), fen = store_int(&rows, 1);
    store_rows_end(&rows);
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM fund_line WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(line)));
    TRY(fund_commitment_held(op, commitment, -fen));
    return count_lines(op, batch);
}

enum err fund_pay_prepare(
    struct op *op, int64_t commitment, int64_t fen, int64_t *batch, int64_t *line)
{
    struct fund_commitment c;
    struct store_rows rows;
    TRY(fund_commitment_get(op, commitment, &c));
    if (!*batch) {
        enum err e = STORE_ONE(op->conn, &rows, op->diag,
            "SELECT id FROM fund_batch WHERE zone = $1 AND fund = $2 AND state = 'draft' AND made_by"
            " = $3 AND lines < $4 ORDER BY id DESC LIMIT 1",
            S_TEXT(op->zone->code), S_TEXT(c.fund), S_INT(op->actor->account),
            S_INT(FUND_LINES_MAX));
        if (e == OK)
            *batch = store_int(&rows, 0);
        store_rows_end(&rows);
        if (e == ERR_NOT_FOUND) {
            memset(op->diag, 0, sizeof *op->diag);
            e = fund_batch_create(op, c.fund, c.reason, batch);
        }
        TRY(e);
    }
    return fund_batch_add(op, *batch, commitment, fen, line);
}

/* ---- from hand to hand ---- */

enum err fund_batch_submit(struct op *op, int64_t batch)
{
    struct fund_batch b;
    TRY(fund_batch_require(op, batch, FUND_VERB_SUBMIT, &b));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_batch SET state = 'submitted', submitted_at = $3, submitted_by = $4,"
        " submitted_by_name = $5, refused_reason = '' WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(batch), S_INT(op->now_ms), S_INT(op->actor->account),
        S_TEXT(op->actor->name)));
    return fund_batch_tell(op, &b, "fund.batch.submit", STR_NONE, NULL);
}

enum err fund_batch_refuse(struct op *op, int64_t batch, str reason)
{
    struct fund_batch b;
    TRY(fund_text_check(op, "reason", reason, true, "退回的理由", "why it is sent back"));
    TRY(fund_batch_require(op, batch, FUND_VERB_REFUSE, &b));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_batch SET state = 'draft', refused_reason = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(batch), S_TEXT(reason)));
    return fund_batch_tell(op, &b, "fund.batch.refuse", reason, NULL);
}

enum err fund_batch_cancel(struct op *op, int64_t batch, str reason)
{
    struct fund_batch b;
    TRY(fund_text_check(op, "reason", reason, true, "撤销的理由", "why it is cancelled"));
    TRY(fund_batch_require(op, batch, FUND_VERB_CANCEL, &b));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_commitment SET held = held - (SELECT l.fen FROM fund_line l WHERE l.zone = $1"
        " AND l.batch = $2 AND l.commitment = fund_commitment.id) WHERE zone = $1 AND id IN (SELECT"
        " commitment FROM fund_line WHERE zone = $1 AND batch = $2)",
        S_TEXT(op->zone->code), S_INT(batch)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_batch SET state = 'cancelled', refused_reason = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(batch), S_TEXT(reason)));
    return fund_batch_tell(op, &b, "fund.batch.cancel", reason, NULL);
}
