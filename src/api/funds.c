/* Funds: what there is, their ledger, commitments, corrections, closings. Batches stand in
 * fund_batches.c. */
#include "api/funds.h"

enum { BODY_BYTES_MAX = 16 * 1024, FAULTS_MAX = 50, PAGE_DEFAULT = 100 };

/* ---- what the changes have in common ---- */

static enum err change_work(struct call *c)
{
    struct fund_change *w = c->state;
    w->reply = NULL;
    return w->act(c, w);
}

static void change_answer(struct call *c)
{
    const struct fund_change *w = c->state;
    if (w->reply)
        http_reply_json(c->req, w->status ? w->status : 200, w->reply);
    else
        http_reply_empty(c->req, 204);
}

static bool key_given(struct call *c, struct fund_change *w)
{
    str key = http_header(c->req, "Idempotency-Key");
    if (!key.bytes)
        return true;
    if (key.bytes <= 60) {
        w->why.key = str_printf(
            c->op.arena, "%lld:%.*s", (long long)c->actor.account, STR_ARGS(key));
        return true;
    }
    diag_field(&c->diag, STR("Idempotency-Key"));
    diag_set(&c->diag, ERR_LIMIT, "Idempotency-Key 最多 60 字节",
        "an Idempotency-Key has at most 60 bytes");
    api_fail(c);
    return false;
}

struct fund_change *fund_change_begin(
    struct call *c, const char *permission, enum err (*act)(struct call *c, struct fund_change *w))
{
    struct fund_change *w = ARENA_NEW(c->op.arena, struct fund_change);
    if (!w || actor_require(&c->op, permission) != OK) {
        api_fail(c);
        return NULL;
    }
    if ((c->doc->request && !api_body(c)) || !key_given(c, w))
        return NULL;
    w->act = act;
    w->why.reason = json_str(c->body, "reason");
    w->why.basis = json_str(c->body, "basis");
    w->why.document = json_str(c->body, "document");
    w->fen = json_int(c->body, "fen", 0);
    c->state = w;
    return w;
}

void fund_change_run(struct call *c)
{
    api_write(c, change_work, change_answer);
}

bool fund_read_begin(struct call *c)
{
    if (actor_require(&c->op, "fund.read") == OK)
        return api_read(c);
    api_fail(c);
    return false;
}

json_t *fund_page(json_t **items)
{
    json_t *o = json_object();
    *items = json_array();
    json_object_set_new(o, "items", *items);
    json_object_set_new(o, "next", json_null());
    return o;
}

/* ---- reading ---- */

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_funds *def = zone_pack(c->api->zone)->funds;
    static const char *const may[] = { "budget", "commit", "batch", "approve", "close" };
    struct fund *funds;
    size_t count = 0;
    (void)app;
    if (!fund_read_begin(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array(), *can = json_object();
    enum err e = fund_list(&c->op, &funds, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, fund_json(c, &funds[i]));
    for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
        str word = str_printf(req->arena, "fund.%s", may[i]);
        json_object_set_new(can, may[i], json_boolean(actor_may(&c->actor, word.data)));
    }
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "may", can);
    json_object_set_new(o, "register", def ? json_from_str(def->funds->code) : json_null());
    json_object_set_new(o, "payees", def ? json_from_str(def->payees->code) : json_null());
    json_object_set_new(
        o, "payeeRegister", def ? json_from_str(def->payee->ref->code) : json_null());
    api_read_answer(c, e, o);
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund f = { 0 };
    struct fund_month *months;
    size_t count = 0;
    (void)app;
    if (!fund_read_begin(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *list = json_array();
    json_object_set_new(o, "months", list);
    enum err e = fund_get(&c->op, http_param(req, "fund"), &f);
    if (e == OK)
        e = fund_months(&c->op, f.code, &months, &count);
    for (size_t i = 0; e == OK && i < count; i++) {
        json_t *m = json_object();
        json_set_str(m, "month", months[i].month);
        json_set_int(m, "budget", months[i].budget);
        json_set_int(m, "committed", months[i].committed);
        json_set_int(m, "paid", months[i].paid);
        json_set_int(m, "recovered", months[i].recovered);
        json_array_append_new(list, m);
    }
    if (e == OK)
        json_object_set_new(o, "fund", fund_json(c, &f));
    api_read_answer(c, e, o);
}

static bool query_day(struct call *c, const char *name, str *out)
{
    struct date d;
    if (!api_query(c, name, out))
        return false;
    if (!out->bytes || date_parse(*out, &d))
        return true;
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "日期应如 2026-03-02", "a day like 2026-03-02");
    api_fail(c);
    return false;
}

static void entries(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_entry_filter f = { 0 };
    struct fund_entry *rows = NULL;
    int64_t limit = PAGE_DEFAULT, key;
    size_t count = 0;
    bool more = false;
    (void)app;
    if (!api_query(c, "kind", &f.kind) || !query_day(c, "from", &f.from)
        || !query_day(c, "to", &f.to) || !api_query_int(c, "limit", 1, FUND_PAGE_MAX, &limit)
        || !api_cursor(c, &key, &f.after) || !fund_read_begin(c))
        return;
    f.limit = (size_t)limit;
    f.fund = http_param(req, "fund");
    json_t *items, *o = json_keep(req->arena, fund_page(&items));
    struct fund whole;
    enum err e = fund_get(&c->op, f.fund, &whole);
    if (e == OK)
        e = fund_entries(&c->op, &f, &rows, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, fund_entry_json(c, &rows[i]));
    json_object_set_new(o, "next", api_next(more, 0, count ? rows[count - 1].id : 0));
    api_read_answer(c, e, o);
}

static void commitments(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_commitment_filter f = { 0 };
    struct fund_commitment *rows = NULL;
    int64_t limit = PAGE_DEFAULT, key;
    size_t count = 0;
    bool more = false;
    (void)app;
    if (!api_query(c, "payee", &f.payee) || !api_query_flag(c, "payable", &f.payable)
        || !api_query_int(c, "limit", 1, FUND_PAGE_MAX, &limit) || !api_cursor(c, &key, &f.after)
        || !fund_read_begin(c))
        return;
    f.limit = (size_t)limit;
    f.fund = http_param(req, "fund");
    json_t *items, *o = json_keep(req->arena, fund_page(&items));
    struct fund whole;
    enum err e = fund_get(&c->op, f.fund, &whole);
    if (e == OK)
        e = fund_commitments(&c->op, &f, &rows, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, fund_commitment_json(c, &rows[i]));
    json_object_set_new(o, "next", api_next(more, 0, count ? rows[count - 1].id : 0));
    api_read_answer(c, e, o);
}

static void show_entry(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_entry entry;
    int64_t id;
    json_t *o = NULL;
    (void)app;
    if (!api_param_id(c, "id", &id) || !fund_read_begin(c))
        return;
    enum err e = fund_entry_get(&c->op, id, &entry);
    if (e == OK)
        o = json_keep(req->arena, fund_entry_json(c, &entry));
    api_read_answer(c, e, o);
}

static void show_commitment(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_commitment m;
    struct fund_entry_filter f = { .limit = FUND_PAGE_MAX };
    struct fund_entry *rows = NULL;
    size_t count = 0;
    bool more;
    (void)app;
    if (!api_param_id(c, "id", &f.commitment) || !fund_read_begin(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "entries", items);
    enum err e = fund_commitment_get(&c->op, f.commitment, &m);
    if (e == OK)
        e = fund_entries(&c->op, &f, &rows, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, fund_entry_json(c, &rows[i]));
    if (e == OK)
        json_object_set_new(o, "commitment", fund_commitment_json(c, &m));
    api_read_answer(c, e, o);
}

static json_t *faults_json(const struct diag_list *faults)
{
    json_t *items = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        json_t *one = json_object();
        json_set_str(one, "zh", str_from(faults->items[i]->zh));
        json_set_str(one, "en", str_from(faults->items[i]->en));
        json_array_append_new(items, one);
    }
    return items;
}

static void check(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_report report = { 0 };
    struct diag_list faults;
    (void)app;
    if (!fund_read_begin(c))
        return;
    diag_list_init(&faults, req->arena, FAULTS_MAX);
    json_t *o = json_keep(req->arena, json_object());
    enum err e = fund_check(&c->op, &report, &faults);
    json_object_set_new(o, "agrees", json_boolean(!faults.total));
    json_set_int(o, "funds", (int64_t)report.fund_count);
    json_set_int(o, "entries", report.entries);
    json_set_int(o, "commitments", report.commitments);
    json_set_int(o, "batches", report.batches);
    json_set_int(o, "faults", (int64_t)faults.total);
    json_object_set_new(o, "found", faults_json(&faults));
    api_read_answer(c, e, o);
}

static void closings(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_closing *rows = NULL;
    int64_t limit = 31;
    size_t count = 0;
    (void)app;
    if (!api_query_int(c, "limit", 1, 400, &limit) || !fund_read_begin(c))
        return;
    json_t *items, *o = json_keep(req->arena, fund_page(&items));
    enum err e = fund_closings(&c->op, (size_t)limit, &rows, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, fund_closing_json(c, &rows[i]));
    api_read_answer(c, e, o);
}

/* ---- entries ---- */

/* What was made, with the fund as it stands after it. */
static enum err made(struct call *c, struct fund_change *w, str fund, int64_t id)
{
    struct fund f;
    TRY(fund_get(&c->op, fund, &f));
    w->reply = json_keep(c->op.arena, json_object());
    json_set_id(w->reply, "id", id);
    json_object_set_new(w->reply, "fund", fund_json(c, &f));
    w->status = 201;
    return diag_arena(&c->diag, c->op.arena);
}

static enum err budget_act(struct call *c, struct fund_change *w)
{
    int64_t entry = 0;
    TRY(fund_budget(&c->op, w->fund, w->fen, &w->why, &entry));
    return made(c, w, w->fund, entry);
}

static void change_budget(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.budget", budget_act);
    (void)app;
    if (!w)
        return;
    w->fund = http_param(req, "fund");
    fund_change_run(c);
}

static enum err commit_act(struct call *c, struct fund_change *w)
{
    int64_t commitment = 0;
    TRY(fund_commit(&c->op, w->fund, w->fen, &w->why, &commitment));
    return made(c, w, w->fund, commitment);
}

static void commit(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.commit", commit_act);
    (void)app;
    if (!w)
        return;
    const json_t *ref = json_object_get(c->body, "ref");
    w->fund = http_param(req, "fund");
    w->why.payee = json_str(c->body, "payee");
    w->why.ref_kind = json_str(ref, "kind");
    w->why.ref_label = json_str(ref, "label");
    (void)id_parse(json_str(ref, "id"), &w->why.ref_id);
    fund_change_run(c);
}

static enum err return_act(struct call *c, struct fund_change *w)
{
    int64_t entry = 0;
    TRY(fund_return(&c->op, w->fund, w->fen, w->flag, &w->why, &entry));
    return made(c, w, w->fund, entry);
}

static void give_back(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.budget", return_act);
    (void)app;
    if (!w)
        return;
    str to = json_str(c->body, "to");
    w->fund = http_param(req, "fund");
    w->flag = str_is(to, "fund");
    if (!w->flag && !str_is(to, "treasury")) {
        diag_field(&c->diag, STR("to"));
        diag_set(&c->diag, ERR_INVALID, "to 应为 fund(重新安排)或 treasury(上缴国库)",
            "to is \"fund\" or \"treasury\"");
        api_fail(c);
        return;
    }
    fund_change_run(c);
}

static enum err of_commitment(struct call *c, struct fund_change *w)
{
    struct fund_commitment m;
    int64_t entry = 0;
    TRY(fund_commitment_get(&c->op, w->id, &m));
    if (w->flag)
        TRY(fund_recover(&c->op, w->id, w->fen, &w->why, &entry));
    else
        TRY(fund_release(&c->op, w->id, w->fen, &w->why, &entry));
    return made(c, w, m.fund, entry);
}

static void change_commitment(struct http_request *req, bool recover)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.commit", of_commitment);
    if (!w || !api_param_id(c, "id", &w->id))
        return;
    w->flag = recover;
    fund_change_run(c);
}

static void release_money(struct http_request *req, const void *app)
{
    (void)app;
    change_commitment(req, false);
}

static void recover_money(struct http_request *req, const void *app)
{
    (void)app;
    change_commitment(req, true);
}

static enum err reverse_act(struct call *c, struct fund_change *w)
{
    struct fund_entry was;
    int64_t entry = 0;
    TRY(fund_entry_get(&c->op, w->id, &was));
    bool budget = was.from == FUND_SOURCE || was.to == FUND_SOURCE || was.kind == FUND_RESTORE;
    TRY(actor_require(&c->op, budget ? "fund.budget" : "fund.commit"));
    TRY(fund_reverse(&c->op, w->id, &w->why, &entry));
    return made(c, w, was.fund, entry);
}

static void reverse(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.read", reverse_act);
    (void)app;
    if (w && api_param_id(c, "id", &w->id))
        fund_change_run(c);
}

static enum err close_act(struct call *c, struct fund_change *w)
{
    struct fund_closing k;
    TRY(fund_close(&c->op, w->text, &k));
    w->reply = json_keep(c->op.arena, fund_closing_json(c, &k));
    w->status = 201;
    return diag_arena(&c->diag, c->op.arena);
}

static void close_day(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.close", close_act);
    (void)app;
    if (!w)
        return;
    w->text = json_str(c->body, "day");
    fund_change_run(c);
}

/* ---- routes ---- */

static const struct api_param entry_params[] = { { "kind", "string", "of entry" },
    { "from", "date", "day of account" }, { "to", "date", "included" },
    { "limit", "integer", "1 to 500" }, { "after", "string", "`next` of the page before" }, { 0 } };
static const struct api_param commitment_params[] = { { "payee", "string", "key of its record" },
    { "payable", "boolean", "with something free to pay" }, { "limit", "integer", "1 to 500" },
    { "after", "string", "`next` of the page before" }, { 0 } };
static const struct api_param closing_params[] = { { "limit", "integer", "1 to 400" }, { 0 } };
static const struct api_param headers[] = {
    { "Idempotency-Key", "string", "the same key again is the same entry" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route fund_routes[] = {
    { "GET", "/api/funds", list, 0, NULL,
        DOC("listFunds", "Funds with their sums", "funds", API_SESSION, NULL,
            "FundList", 0, NULL) },
    { "GET", "/api/funds/{fund}", show, 0, NULL,
        DOC("getFund", "A fund, month by month", "funds", API_SESSION, NULL,
            "FundWhole", 0, NULL) },
    { "GET", "/api/funds/{fund}/entries", entries, 0, NULL,
        DOC("listFundEntries", "Its ledger, newest first", "funds", API_SESSION, NULL,
            "[FundEntry]", 0, entry_params) },
    { "GET", "/api/funds/{fund}/commitments", commitments, 0, NULL,
        DOC("listFundCommitments", "What is promised, newest first", "funds", API_SESSION, NULL,
            "[FundCommitment]", 0, commitment_params) },
    { "POST", "/api/funds/{fund}/budget", change_budget, BODY_BYTES_MAX, NULL,
        DOC("changeFundBudget", "Appropriate money, or reduce the budget", "funds", API_SESSION,
            "FundBudgetInput", "FundMade", 201, NULL, .headers = headers) },
    { "POST", "/api/funds/{fund}/commitments", commit, BODY_BYTES_MAX, NULL,
        DOC("commitFund", "Promise money to a payee", "funds", API_SESSION,
            "FundCommitInput", "FundMade", 201, NULL, .headers = headers) },
    { "POST", "/api/funds/{fund}/returns", give_back, BODY_BYTES_MAX, NULL,
        DOC("returnRecovered", "Give what came back to the fund or to the treasury", "funds", API_SESSION,
            "FundReturnInput", "FundMade", 201, NULL, .headers = headers) },
    { "GET", "/api/fund-commitments/{id}", show_commitment, 0, NULL,
        DOC("getFundCommitment", "A commitment with its entries", "funds", API_SESSION, NULL,
            "FundCommitmentWhole", 0, NULL) },
    { "POST", "/api/fund-commitments/{id}/release", release_money, BODY_BYTES_MAX, NULL,
        DOC("releaseFundCommitment", "Give back what is not going to be paid", "funds", API_SESSION,
            "FundAmountInput", "FundMade", 201, NULL, .headers = headers) },
    { "POST", "/api/fund-commitments/{id}/recover", recover_money, BODY_BYTES_MAX, NULL,
        DOC("recoverFundPayment", "Enter that paid money came back", "funds", API_SESSION,
            "FundAmountInput", "FundMade", 201, NULL, .headers = headers) },
    { "GET", "/api/fund-entries/{id}", show_entry, 0, NULL,
        DOC("getFundEntry", "An entry", "funds", API_SESSION, NULL,
            "FundEntry", 0, NULL) },
    { "POST", "/api/fund-entries/{id}/reverse", reverse, BODY_BYTES_MAX, NULL,
        DOC("reverseFundEntry", "Correct an entry by its opposite", "funds", API_SESSION,
            "FundWhyInput", "FundMade", 201, NULL, .headers = headers) },
    { "GET", "/api/fund-closings", closings, 0, NULL,
        DOC("listFundClosings", "Days that were closed, newest first", "funds", API_SESSION, NULL,
            "[FundClosing]", 0, closing_params) },
    { "POST", "/api/fund-closings", close_day, BODY_BYTES_MAX, NULL,
        DOC("closeFundDay", "Close a day", "funds", API_SESSION,
            "FundCloseInput", "FundClosing", 201, NULL, .headers = headers) },
    { "GET", "/api/fund-check", check, 0, NULL,
        DOC("checkFunds", "Add everything up and compare", "funds", API_SESSION, NULL,
            "FundCheck", 0, NULL) },
    { 0 },
};
