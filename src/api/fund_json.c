/* Funds as JSON, and what their bodies hold. Amounts are whole fen. */
#include "api/funds.h"

FIELDS(fund_) = { { "code", API_TEXT, R }, { "recordId", API_ID, R }, { "name", API_TEXT, R },
    { "year", API_INT, R | N }, { "unit", API_ANY, R | N, 0, NULL, "code and name" },
    { "basis", API_TEXT, R }, { "from", API_DATE, R | N }, { "to", API_DATE, R | N },
    { "state", API_TEXT, R, 0, NULL, "open early ended closed" },
    { "budget", API_INT, R, 0, NULL, "fen" }, { "available", API_INT, R },
    { "committed", API_INT, R, 0, NULL, "promised, not yet at the bank" },
    { "transit", API_INT, R, 0, NULL, "at the bank" }, { "paid", API_INT, R },
    { "recovered", API_INT, R }, { "entries", API_INT, R },
    { "payable", API_INT, R, 0, NULL, "commitments with something free to pay" },
    { "openBatches", API_INT, R }, END };
FIELDS(fund_may) = { { "budget", API_BOOL, R }, { "commit", API_BOOL, R }, { "batch", API_BOOL, R },
    { "approve", API_BOOL, R }, { "close", API_BOOL, R }, END };
FIELDS(fund_list_) = { { "items", API_LIST, R, 1000, "Fund" },
    { "may", API_OBJECT, R, 0, "FundMay" }, { "register", API_TEXT, R },
    { "payees", API_TEXT, R, 0, NULL, "the register of bank accounts" },
    { "payeeRegister", API_TEXT, R, 0, NULL, "the register that payees stand in" }, END };
FIELDS(fund_month_) = { { "month", API_TEXT, R }, { "budget", API_INT, R },
    { "committed", API_INT, R }, { "paid", API_INT, R }, { "recovered", API_INT, R }, END };
FIELDS(fund_whole) = { { "fund", API_OBJECT, R, 0, "Fund" },
    { "months", API_LIST, R, 240, "FundMonth" }, END };
FIELDS(fund_ref) = { { "kind", API_TEXT, R, 60, NULL, "case, award, record:<register>" },
    { "id", API_ID, 0 }, { "label", API_TEXT, 0, 200 },
    { "list", API_ID, 0, 0, NULL, "of an award: the list of benefits it stands on; read only" }, END };
FIELDS(fund_entry_) = { { "id", API_ID, R }, { "fund", API_TEXT, R },
    { "number", API_INT, R, 0, NULL, "of the fund, from 1" }, { "at", API_INSTANT, R },
    { "day", API_DATE, R, 0, NULL, "of account" }, { "kind", API_TEXT, R },
    { "kindName", API_NAME, R }, { "from", API_TEXT, R }, { "to", API_TEXT, R },
    { "fen", API_INT, R }, { "commitmentId", API_ID, R | N }, { "batchId", API_ID, R | N },
    { "reverses", API_ID, R | N }, { "reversedBy", API_ID, R | N },
    { "reversesNumber", API_INT, R | N }, { "reversedByNumber", API_INT, R | N },
    { "correctable", API_BOOL, R },
    { "document", API_TEXT, R }, { "reason", API_TEXT, R }, { "basis", API_TEXT, R },
    { "ref", API_OBJECT, R | N, 0, "FundRef" }, { "payee", API_TEXT, R }, { "by", API_TEXT, R },
    { "eventId", API_ID, R, 0, NULL, "in the journal" }, END };
FIELDS(fund_commitment_) = { { "id", API_ID, R }, { "fund", API_TEXT, R }, { "at", API_INSTANT, R },
    { "payee", API_TEXT, R, 0, NULL, "key of its record" }, { "payeeName", API_TEXT, R },
    { "reason", API_TEXT, R }, { "basis", API_TEXT, R },
    { "ref", API_OBJECT, R | N, 0, "FundRef" }, { "fen", API_INT, R, 0, NULL, "promised at first" },
    { "committed", API_INT, R }, { "held", API_INT, R, 0, NULL, "of it, in batches not approved" },
    { "transit", API_INT, R }, { "paid", API_INT, R }, { "recovered", API_INT, R }, END };
FIELDS(fund_commitment_whole) = { { "commitment", API_OBJECT, R, 0, "FundCommitment" },
    { "entries", API_LIST, R, 500, "FundEntry" }, END };
FIELDS(fund_made) = { { "id", API_ID, R, 0, NULL, "of the entry or commitment" },
    { "fund", API_OBJECT, R, 0, "Fund" }, END };
FIELDS(fund_verb_) = { { "verb", API_TEXT, R }, { "allowed", API_BOOL, R },
    { "reason", API_NAME, R | N, 0, NULL, "why not" }, END };
FIELDS(fund_batch_) = { { "id", API_ID, R }, { "number", API_TEXT, R }, { "fund", API_TEXT, R },
    { "fundName", API_TEXT, R }, { "title", API_TEXT, R }, { "state", API_TEXT, R },
    { "lines", API_INT, R }, { "fen", API_INT, R }, { "madeAt", API_INSTANT, R },
    { "madeBy", API_TEXT, R }, { "submittedAt", API_INSTANT, R | N },
    { "submittedBy", API_TEXT, R }, { "refusedReason", API_TEXT, R },
    { "approvedAt", API_INSTANT, R | N }, { "approvedBy", API_TEXT, R },
    { "digest", API_TEXT, R, 0, NULL, "of the payment file" }, { "paidLines", API_INT, R },
    { "paidFen", API_INT, R }, { "bouncedLines", API_INT, R }, { "bouncedFen", API_INT, R },
    { "answeredAt", API_INSTANT, R | N }, { "reconciledAt", API_INSTANT, R | N },
    { "reconciledBy", API_TEXT, R }, END };
FIELDS(fund_line_) = { { "id", API_ID, R }, { "number", API_INT, R }, { "commitmentId", API_ID, R },
    { "payee", API_TEXT, R }, { "payeeName", API_TEXT, R }, { "holder", API_TEXT, R },
    { "bank", API_TEXT, R }, { "account", API_TEXT, R, 0, NULL, "masked unless revealed" },
    { "fen", API_INT, R }, { "purpose", API_TEXT, R }, { "ref", API_OBJECT, R | N, 0, "FundRef" },
    { "state", API_TEXT, R, 0, NULL, "waiting sent paid bounced" }, { "bankRef", API_TEXT, R },
    { "answer", API_TEXT, R }, { "answeredAt", API_INSTANT, R | N }, END };
FIELDS(fund_file_) = { { "what", API_TEXT, R, 0, NULL, "payment answer" }, { "name", API_TEXT, R },
    { "at", API_INSTANT, R }, { "by", API_TEXT, R }, { "digest", API_TEXT, R }, END };
FIELDS(fund_step) = { { "at", API_INSTANT, R }, { "what", API_TEXT, R }, { "by", API_TEXT, R },
    { "reason", API_TEXT, R }, END };
FIELDS(fund_batch_whole) = { { "batch", API_OBJECT, R, 0, "FundBatch" },
    { "lines", API_LIST, R, 500, "FundLine" }, { "verbs", API_LIST, R, 0, "FundVerb" },
    { "files", API_LIST, R, 0, "FundFile" },
    { "history", API_LIST, R, 200, "FundStep", "who did what, from the journal" },
    { "digestKind", API_TEXT, R, 0, NULL, "SHA-256 or SM3" }, END };
FIELDS(fund_answer_) = { { "batch", API_OBJECT, R, 0, "FundBatch" }, { "again", API_BOOL, R },
    { "paidLines", API_INT, R }, { "paidFen", API_INT, R }, { "bouncedLines", API_INT, R },
    { "bouncedFen", API_INT, R }, END };
FIELDS(fund_closing_) = { { "id", API_ID, R }, { "day", API_DATE, R }, { "at", API_INSTANT, R },
    { "by", API_TEXT, R }, { "automatic", API_BOOL, R }, { "agrees", API_BOOL, R },
    { "entries", API_INT, R }, { "faults", API_INT, R },
    { "sums", API_ANY, R, 0, NULL, "by fund: seq and the accounts in fen" },
    { "found", API_LIST, R, 50, "FundFault" }, { "eventId", API_ID, R }, END };
FIELDS(fund_fault) = { { "zh", API_TEXT, R }, { "en", API_TEXT, R }, END };
FIELDS(fund_check_) = { { "agrees", API_BOOL, R }, { "funds", API_INT, R }, { "entries", API_INT, R },
    { "commitments", API_INT, R }, { "batches", API_INT, R }, { "faults", API_INT, R },
    { "found", API_LIST, R, 50, "FundFault" }, END };

#define WHY                                                                                        \
    { "reason", API_TEXT, R, FUND_TEXT_BYTES_MAX }, { "basis", API_TEXT, 0, FUND_TEXT_BYTES_MAX }, \
    {                                                                                              \
        "document", API_TEXT, 0, FUND_TEXT_BYTES_MAX                                               \
    }
FIELDS(fund_budget_input) = { { "fen", API_INT, R, 0, NULL, "below zero reduces" }, WHY, END };
FIELDS(fund_commit_input) = { { "fen", API_INT, R }, { "payee", API_TEXT, R, 100 },
    { "ref", API_OBJECT, 0, 0, "FundRef" }, WHY, END };
FIELDS(fund_return_input) = { { "fen", API_INT, R }, { "to", API_TEXT, R, 20, NULL, "fund treasury" },
    WHY, END };
FIELDS(fund_amount_input) = { { "fen", API_INT, 0, 0, NULL, "absent: all that is left" }, WHY, END };
FIELDS(fund_why_input) = { WHY, END };
FIELDS(fund_batch_input) = { { "fund", API_TEXT, R, 100 }, { "title", API_TEXT, R, 200 },
    { "commitments", API_IDS, 0, FUND_LINES_MAX }, END };
FIELDS(fund_line_input) = { { "commitmentId", API_ID, R }, { "fen", API_INT, 0 }, END };
FIELDS(fund_statement_input) = { { "lines", API_INT, R }, { "fen", API_INT, R }, END };
FIELDS(fund_close_input) = { { "day", API_DATE, 0, 0, NULL, "absent: today" }, END };

const struct api_schema fund_schemas[] = { { "Fund", "money set aside for a purpose", fund_ },
    { "FundMay", NULL, fund_may }, { "FundList", NULL, fund_list_ },
    { "FundMonth", NULL, fund_month_ }, { "FundWhole", NULL, fund_whole },
    { "FundRef", NULL, fund_ref }, { "FundEntry", "one movement between two accounts", fund_entry_ },
    { "FundCommitment", NULL, fund_commitment_ },
    { "FundCommitmentWhole", NULL, fund_commitment_whole }, { "FundMade", NULL, fund_made },
    { "FundVerb", NULL, fund_verb_ }, { "FundBatch", "payments made together", fund_batch_ },
    { "FundLine", NULL, fund_line_ }, { "FundFile", NULL, fund_file_ },
    { "FundStep", NULL, fund_step }, { "FundBatchWhole", NULL, fund_batch_whole },
    { "FundAnswer", "what of the bank's answer was taken", fund_answer_ },
    { "FundClosing", "a day that was closed, or could not be", fund_closing_ },
    { "FundFault", NULL, fund_fault }, { "FundCheck", "do the books agree", fund_check_ },
    { "FundBudgetInput", NULL, fund_budget_input }, { "FundCommitInput", NULL, fund_commit_input },
    { "FundReturnInput", NULL, fund_return_input }, { "FundAmountInput", NULL, fund_amount_input },
    { "FundWhyInput", NULL, fund_why_input }, { "FundBatchInput", NULL, fund_batch_input },
    { "FundLineInput", NULL, fund_line_input },
    { "FundStatementInput", NULL, fund_statement_input },
    { "FundCloseInput", NULL, fund_close_input }, { 0 } };

static void set_number(json_t *o, const char *key, int64_t number)
{
    json_object_set_new(o, key, number ? json_integer(number) : json_null());
}

static json_t *ref_json(str kind, int64_t id, int64_t list, str label)
{
    if (!kind.bytes && !id && !label.bytes)
        return json_null();
    json_t *o = json_object();
    json_set_str(o, "kind", kind);
    if (id)
        json_set_id(o, "id", id);
    json_set_str(o, "label", label);
    if (list)
        json_set_id(o, "list", list);
    return o;
}

static const char *state_of(struct call *c, const struct fund *f)
{
    struct date today = date_from_days(zone_local_days(c->api->zone, c->op.now_ms));
    str day = date_format(c->op.arena, today);
    if (f->closed)
        return "closed";
    if (f->to.bytes && str_compare(day, f->to) > 0)
        return "ended";
    return f->from.bytes && str_compare(day, f->from) < 0 ? "early" : "open";
}

json_t *fund_json(struct call *c, const struct fund *f)
{
    json_t *o = json_object();
    json_set_str(o, "code", f->code);
    json_set_id(o, "recordId", f->record);
    json_set_str(o, "name", f->name);
    json_object_set_new(o, "year", f->year ? json_integer(f->year) : json_null());
    json_object_set_new(o, "unit", json_unit(zone_pack(c->api->zone), f->unit));
    json_set_str(o, "basis", f->basis);
    json_set_str_or_null(o, "from", f->from);
    json_set_str_or_null(o, "to", f->to);
    json_object_set_new(o, "state", json_string(state_of(c, f)));
    json_set_int(o, "budget", -f->balance[FUND_SOURCE]);
    for (int i = FUND_AVAILABLE; i < FUND_ACCOUNTS; i++)
        json_set_int(o, fund_account_words[i], f->balance[i]);
    json_set_int(o, "entries", f->entries);
    json_set_int(o, "payable", f->commitments);
    json_set_int(o, "openBatches", f->batches);
    return o;
}

json_t *fund_entry_json(struct call *c, const struct fund_entry *e)
{
    json_t *o = json_object();
    const struct fund_kind_info *k = fund_kind_info(e->kind);
    json_set_id(o, "id", e->id);
    json_set_str(o, "fund", e->fund);
    json_set_int(o, "number", e->seq);
    json_set_instant(&c->op, o, "at", e->at_ms);
    json_set_str(o, "day", e->day);
    json_set_str(o, "kind", str_from(k->word));
    json_object_set_new(o, "kindName", json_name(k->name));
    json_set_str(o, "from", str_from(fund_account_words[e->from]));
    json_set_str(o, "to", str_from(fund_account_words[e->to]));
    json_set_int(o, "fen", e->fen);
    json_set_id_or_null(o, "commitmentId", e->commitment);
    json_set_id_or_null(o, "batchId", e->batch);
    json_set_id_or_null(o, "reverses", e->reverses);
    json_set_id_or_null(o, "reversedBy", e->reversed_by);
    set_number(o, "reversesNumber", e->reverses_seq);
    set_number(o, "reversedByNumber", e->reversed_by_seq);
    json_object_set_new(o, "correctable", json_boolean(k->correctable && !e->reversed_by));
    json_set_str(o, "document", e->document);
    json_set_str(o, "reason", e->reason);
    json_set_str(o, "basis", e->basis);
    json_object_set_new(o, "ref", ref_json(e->ref_kind, e->ref_id, e->ref_list, e->ref_label));
    json_set_str(o, "payee", e->payee_name);
    json_set_str(o, "by", e->actor_name);
    json_set_id(o, "eventId", e->event);
    return o;
}

json_t *fund_commitment_json(struct call *c, const struct fund_commitment *m)
{
    json_t *o = json_object();
    json_set_id(o, "id", m->id);
    json_set_str(o, "fund", m->fund);
    json_set_instant(&c->op, o, "at", m->at_ms);
    json_set_str(o, "payee", m->payee);
    json_set_str(o, "payeeName", m->payee_name);
    json_set_str(o, "reason", m->reason);
    json_set_str(o, "basis", m->basis);
    json_object_set_new(o, "ref", ref_json(m->ref_kind, m->ref_id, m->ref_list, m->ref_label));
    json_set_int(o, "fen", m->fen);
    json_set_int(o, "committed", m->committed);
    json_set_int(o, "held", m->held);
    json_set_int(o, "transit", m->transit);
    json_set_int(o, "paid", m->paid);
    json_set_int(o, "recovered", m->recovered);
    return o;
}

json_t *fund_batch_json(struct call *c, const struct fund_batch *b)
{
    json_t *o = json_object();
    json_set_id(o, "id", b->id);
    json_set_str(o, "number", b->number);
    json_set_str(o, "fund", b->fund);
    json_set_str(o, "fundName", b->fund_name);
    json_set_str(o, "title", b->title);
    json_set_str(o, "state", str_from(fund_batch_state_words[b->state]));
    json_set_int(o, "lines", b->lines);
    json_set_int(o, "fen", b->fen);
    json_set_instant(&c->op, o, "madeAt", b->made_at);
    json_set_str(o, "madeBy", b->made_by_name);
    json_set_instant(&c->op, o, "submittedAt", b->submitted_at);
    json_set_str(o, "submittedBy", b->submitted_by_name);
    json_set_str(o, "refusedReason", b->refused_reason);
    json_set_instant(&c->op, o, "approvedAt", b->approved_at);
    json_set_str(o, "approvedBy", b->approved_by_name);
    json_set_str(o, "digest", b->digest);
    json_set_int(o, "paidLines", b->paid_lines);
    json_set_int(o, "paidFen", b->paid_fen);
    json_set_int(o, "bouncedLines", b->bounced_lines);
    json_set_int(o, "bouncedFen", b->bounced_fen);
    json_set_instant(&c->op, o, "answeredAt", b->answered_at);
    json_set_instant(&c->op, o, "reconciledAt", b->reconciled_at);
    json_set_str(o, "reconciledBy", b->reconciled_by_name);
    return o;
}

json_t *fund_line_json(struct call *c, const struct fund_line *l)
{
    json_t *o = json_object();
    json_set_id(o, "id", l->id);
    json_set_int(o, "number", l->ord);
    json_set_id(o, "commitmentId", l->commitment);
    json_set_str(o, "payee", l->payee);
    json_set_str(o, "payeeName", l->payee_name);
    json_set_str(o, "holder", l->holder);
    json_set_str(o, "bank", l->bank);
    json_set_str(o, "account", l->account);
    json_set_int(o, "fen", l->fen);
    json_set_str(o, "purpose", l->purpose);
    json_object_set_new(o, "ref", ref_json(l->ref_kind, l->ref_id, l->ref_list, l->ref_label));
    json_set_str(o, "state", l->state);
    json_set_str(o, "bankRef", l->bank_ref);
    json_set_str(o, "answer", l->answer);
    json_set_instant(&c->op, o, "answeredAt", l->answered_at);
    return o;
}

json_t *fund_closing_json(struct call *c, const struct fund_closing *k)
{
    json_t *o = json_object();
    json_set_id(o, "id", k->id);
    json_set_str(o, "day", k->day);
    json_set_instant(&c->op, o, "at", k->at_ms);
    json_set_str(o, "by", k->actor_name);
    json_object_set_new(o, "automatic", json_boolean(k->automatic));
    json_object_set_new(o, "agrees", json_boolean(k->ok));
    json_set_int(o, "entries", k->entries);
    json_set_int(o, "faults", k->faults);
    json_object_set(o, "sums", (json_t *)k->upto);
    json_object_set(o, "found", (json_t *)k->found);
    json_set_id(o, "eventId", k->event);
    return o;
}
