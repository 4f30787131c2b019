/*
 * From a confirmed list to money. Each kept line is committed against the fund by a key of its own,
 * so that it is committed once whatever is tried again; where the fund has not enough, the line waits
 * and says what is missing. Paying puts commitments into draft batches, which two people of the fund
 * carry on (fund_batch.h).
 */
#include "zone/benefit_internal.h"

#include <string.h>

enum { LINES_A_PAGE = 200 };

static str award_key(struct op *op, int64_t line)
{
    return str_printf(op->arena, "award:%lld", (long long)line);
}

static enum err mark(struct op *op, int64_t line, const char *state, int64_t commitment, str reason)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_line SET state = $3, commitment = $4, reason = $5, awarded_at = CASE WHEN"
        " awarded_at = 0 THEN $6 ELSE awarded_at END, updated_at = $6 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(line), S_TEXT(str_from(state)), S_INT(commitment), S_TEXT(reason),
        S_INT(op->now_ms));
}

/* What keeps a line from money is no fault of the list: it is said at the line. */
static bool waits(enum err e)
{
    return e == ERR_CONFLICT || e == ERR_NOT_ALLOWED || e == ERR_NOT_FOUND || e == ERR_INVALID;
}

static enum err keep_waiting(
    struct op *op, const struct benefit_list *l, const struct benefit_line *line, struct name2 why)
{
    TRY(mark(op, line->id, "waiting", 0, why.zh));
    if (str_is(line->state, "waiting")) /* it was told when it began to wait */
        return OK;
    return benefit_news(op, l, line, BENEFIT_WAITS, line->fen, why);
}

static enum err award(struct op *op, const struct benefit_list *l, const struct pack_clause *c,
    const struct benefit_line *line)
{
    struct diag why = { 0 };
    struct op own = *op;
    int64_t commitment = 0;
    own.diag = &why;
    if (!line->payee.bytes)
        return keep_waiting(op, l, line,
            (struct name2){ STR("没有登记收款单位"), STR("nobody is on record who is to be paid") });
    if (!l->fund.bytes)
        return keep_waiting(op, l, line,
            (struct name2){ STR("条款没有指明专项资金"), STR("the clause names no fund") });
    struct fund_why because = { .reason = str_printf(op->arena, "%.*s %.*s", STR_ARGS(l->title.zh),
                                    STR_ARGS(l->number)),
        .basis = c->law.zh, .payee = line->payee, .payee_name = line->payee_name,
        .ref_kind = STR("award"), .ref_id = line->id, .ref_label = l->number,
        .key = award_key(op, line->id) };
    enum err e = fund_commit(&own, l->fund, line->fen, &because, &commitment);
    if (e == OK) {
        TRY(mark(op, line->id, "awarded", commitment, STR_NONE));
        return benefit_news(op, l, line, BENEFIT_AWARDED, line->fen, (struct name2){ STR_NONE, STR_NONE });
    }
    if (!waits(e)) {
        *op->diag = why;
        return e;
    }
    return keep_waiting(op, l, line,
        (struct name2){ str_copy(op->arena, str_from(why.zh)), str_copy(op->arena, str_from(why.en)) });
}

enum err benefit_each_line(
    struct op *op, const struct benefit_list *l, const char *state, benefit_line_fn fn, void *ctx)
{
    struct benefit_line_filter f = { .list = l->id, .state = state ? str_from(state) : STR_NONE,
        .brief = true, .limit = LINES_A_PAGE };
    struct arena room;
    struct op own = *op;
    enum err e = OK;
    arena_init(&room, NULL, 64 * MIB);
    own.arena = &room;
    for (bool more = true; e == OK && more;) {
        struct benefit_line *lines = NULL;
        size_t count = 0;
        arena_reset(&room);
        e = benefit_lines(&own, &f, &lines, &count, &more);
        for (size_t i = 0; e == OK && i < count; i++) {
            f.after = lines[i].id;
            e = fn(&own, l, &lines[i], ctx);
        }
    }
    if (e == OK)
        e = diag_arena(op->diag, &room);
    arena_release(&room);
    return e;
}

static enum err award_line(
    struct op *op, const struct benefit_list *l, const struct benefit_line *line, void *clause)
{
    return award(op, l, clause, line);
}

static enum err award_lines(struct op *op, const struct benefit_list *l, const char *state)
{
    const struct pack_clause *c;
    TRY(benefit_clause(op, l, &c));
    return benefit_each_line(op, l, state, award_line, (void *)c);
}

static enum err tell_awards(struct op *op, int64_t list, const char *kind)
{
    struct benefit_list l;
    TRY(benefit_list_get(op, list, &l));
    json_t *data = json_object();
    json_set_int(data, "awarded", l.awarded);
    json_set_int(data, "awardedFen", l.awarded_fen);
    json_set_int(data, "waiting", l.waiting);
    json_set_int(data, "waitingFen", l.waiting_fen);
    json_set_str(data, "fund", l.fund);
    return benefit_tell(op, kind, &l, data);
}

enum err benefit_confirm(struct op *op, int64_t list)
{
    struct benefit_list l;
    TRY(benefit_list_get(op, list, &l));
    TRY(benefit_require(op, &l, "confirm"));
    TRY(benefit_list_set(op, &l, "confirmed"));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_list SET decided_by = $3, decided_at = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(list), S_TEXT(op->actor->name), S_INT(op->now_ms)));
    TRY(award_lines(op, &l, "open"));
    return tell_awards(op, list, "benefit.confirm");
}

enum err benefit_retry(struct op *op, int64_t list)
{
    struct benefit_list l;
    TRY(benefit_list_get(op, list, &l));
    TRY(benefit_require(op, &l, "retry"));
    TRY(benefit_list_set(op, &l, "confirmed"));
    TRY(award_lines(op, &l, "waiting"));
    return tell_awards(op, list, "benefit.retry");
}

static const struct name2 no_account = { STR("没有登记收款账户"), STR("no bank account is on record") };

static enum err set_reason(struct op *op, const struct benefit_line *line, str reason)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_line SET reason = $3, updated_at = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(line->id), S_TEXT(reason), S_INT(op->now_ms));
}

struct putting {
    int64_t put, without_account;
};

/* Into a batch, unless it is paid, on its way, or in one. Who has no bank account keeps nobody else
 * from being paid: it is said at the line. */
static enum err put_line(
    struct op *op, const struct benefit_list *l, const struct benefit_line *line, void *ctx)
{
    struct fund_commitment c;
    struct putting *p = ctx;
    int64_t batch = 0, made;
    bool has;
    (void)l;
    TRY(fund_commitment_get(op, line->commitment, &c));
    if (c.committed <= c.held)
        return OK;
    TRY(fund_payee_has_account(op, line->payee, &has));
    if (!has) {
        p->without_account++;
        return set_reason(op, line, no_account.zh);
    }
    if (str_equal(line->reason, no_account.zh))
        TRY(set_reason(op, line, STR_NONE));
    p->put++;
    return fund_pay_prepare(op, line->commitment, 0, &batch, &made);
}

enum err benefit_pay(struct op *op, int64_t list, int64_t *put)
{
    struct benefit_list l;
    struct putting p = { 0 };
    TRY(benefit_list_get(op, list, &l));
    TRY(benefit_require(op, &l, "pay"));
    TRY(benefit_each_line(op, &l, "awarded", put_line, &p));
    *put = p.put;
    if (!p.put && p.without_account)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "有 %lld 家没有登记收款账户,请先登记",
            "%lld have no bank account on record; enter them first", (long long)p.without_account);
    if (!p.put)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "全部已在支付批次中,或已支付",
            "everything is in a batch already, or paid");
    TRY(benefit_list_set(op, &l, "confirmed"));
    json_t *data = json_object();
    json_set_int(data, "lines", p.put);
    if (p.without_account)
        json_set_int(data, "withoutAccount", p.without_account);
    return benefit_tell(op, "benefit.pay", &l, data);
}

enum err benefit_recover(struct op *op, int64_t line, int64_t fen, str document, str reason)
{
    struct benefit_line row;
    struct benefit_list l;
    TRY(benefit_line_get(op, line, &row));
    TRY(benefit_list_get(op, row.list, &l));
    const struct pack_clause *c;
    TRY(benefit_clause(op, &l, &c));
    if (!op->actor->system && !pack_clause_approves(c, op->actor->role))
        return diag_set(op->diag, ERR_FORBIDDEN, "由审批此条款的人员追回",
            "those who approve this clause recover what was paid");
    TRY(benefit_text(op, "reason", reason));
    if (!row.commitment || row.paid <= row.recovered)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "没有可追回的已付款", "nothing was paid that could come back");
    if (!fen)
        fen = row.paid - row.recovered;
    struct fund_why why = { .reason = reason, .basis = c->law.zh, .document = document,
        .ref_kind = STR("award"), .ref_id = line, .ref_label = l.number };
    TRY(fund_recover(op, row.commitment, fen, &why, NULL));
    TRY(set_reason(op, &row, reason));
    TRY(benefit_news(op, &l, &row, BENEFIT_RECOVERED, fen, (struct name2){ reason, reason }));
    json_t *data = json_object();
    json_set_id(data, "line", line);
    json_set_int(data, "fen", fen);
    json_set_str(data, "reason", reason);
    return benefit_tell(op, "benefit.recover", &l, data);
}
