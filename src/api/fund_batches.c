/* Payment batches of funds: made, approved by another person, sent, answered, reconciled. */
#include "api/funds.h"

enum { BODY_BYTES_MAX = 64 * 1024, ANSWER_BYTES_MAX = 512 * 1024, HISTORY_MAX = 200 };

/* ---- reading ---- */

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_batch_filter f = { 0 };
    struct fund_batch *rows = NULL;
    int64_t limit = 100, key;
    size_t count = 0;
    bool more = false;
    (void)app;
    if (!api_query(c, "fund", &f.fund)
        || !api_query_word(c, "state", fund_batch_state_words, &f.state)
        || !api_query_int(c, "limit", 1, FUND_PAGE_MAX, &limit) || !api_cursor(c, &key, &f.after)
        || !fund_read_begin(c))
        return;
    f.limit = (size_t)limit;
    json_t *items, *o = json_keep(req->arena, fund_page(&items));
    enum err e = fund_batches(&c->op, &f, &rows, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, fund_batch_json(c, &rows[i]));
    json_object_set_new(o, "next", api_next(more, 0, count ? rows[count - 1].id : 0));
    api_read_answer(c, e, o);
}

static enum err add_verbs(struct call *c, json_t *o, const struct fund_batch *b)
{
    json_t *items = json_array();
    json_object_set_new(o, "verbs", items);
    for (int v = 0; v < FUND_VERBS; v++) {
        bool may;
        struct name2 why;
        TRY(fund_batch_may(&c->op, b, (enum fund_verb)v, &may, &why));
        json_t *one = json_object();
        json_object_set_new(one, "verb", json_string(fund_verb_words[v]));
        json_object_set_new(one, "allowed", json_boolean(may));
        json_object_set_new(one, "reason", may ? json_null() : json_name(why));
        json_array_append_new(items, one);
    }
    return OK;
}

static enum err add_files(struct call *c, json_t *o, int64_t batch)
{
    struct fund_file *files;
    size_t count;
    json_t *items = json_array();
    json_object_set_new(o, "files", items);
    TRY(fund_files(&c->op, batch, &files, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();
        json_set_str(one, "what", files[i].what);
        json_set_str(one, "name", files[i].name);
        json_set_instant(&c->op, one, "at", files[i].at_ms);
        json_set_str(one, "by", files[i].actor_name);
        json_set_str(one, "digest", files[i].digest);
        json_array_append_new(items, one);
    }
    return OK;
}

/* Who did what, as the journal has it. */
static enum err add_history(struct call *c, json_t *o, int64_t batch)
{
    struct ledger_row *rows;
    size_t count;
    json_t *items = json_array();
    json_object_set_new(o, "history", items);
    TRY(ledger_list(&c->op, batch, HISTORY_MAX, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();
        str kind = rows[i].kind, prefix = STR("fund.batch.");
        json_set_instant(&c->op, one, "at", rows[i].at_ms);
        json_set_str(one, "what",
            str_starts(kind, prefix) ? str_slice(kind, prefix.bytes, kind.bytes) : kind);
        json_set_str(one, "by", json_str(json_object_get(rows[i].event, "actor"), "name"));
        json_set_str(one, "reason", json_str(rows[i].event, "reason"));
        json_array_append_new(items, one);
    }
    return OK;
}

static enum err whole(struct call *c, int64_t id, bool shown, json_t **out)
{
    struct fund_batch b;
    struct fund_line *lines;
    size_t count;
    json_t *o = json_keep(c->op.arena, json_object()), *items = json_array();
    json_object_set_new(o, "lines", items);
    TRY(fund_batch_get(&c->op, id, &b));
    if (shown)
        TRY(fund_batch_reveal(&c->op, id, json_str(c->body, "reason"), &lines, &count));
    else
        TRY(fund_lines(&c->op, id, &lines, &count));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, fund_line_json(c, &lines[i]));
    json_object_set_new(o, "batch", fund_batch_json(c, &b));
    bool sm = ledger_profile(c->api->zone) == JOURNAL_NATIONAL;
    json_object_set_new(o, "digestKind", json_string(sm ? "SM3" : "SHA-256"));
    TRY(add_verbs(c, o, &b));
    TRY(add_files(c, o, id));
    TRY(add_history(c, o, id));
    *out = o;
    return diag_arena(&c->diag, c->op.arena);
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t id;
    json_t *o = NULL;
    (void)app;
    if (!api_param_id(c, "id", &id) || !fund_read_begin(c))
        return;
    enum err e = whole(c, id, false, &o);
    api_read_answer(c, e, o);
}

/* ---- making ---- */

static enum err create_act(struct call *c, struct fund_change *w)
{
    const json_t *ids = json_object_get(c->body, "commitments");
    int64_t batch, one;
    TRY(fund_batch_create(&c->op, w->fund, w->text, &batch));
    for (size_t i = 0; i < json_array_size(ids); i++) {
        (void)id_parse(str_from(json_string_value(json_array_get(ids, i))), &one);
        TRY(fund_batch_add(&c->op, batch, one, 0, NULL));
    }
    w->status = 201;
    return whole(c, batch, false, &w->reply);
}

static void create(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.batch", create_act);
    (void)app;
    if (!w)
        return;
    w->fund = json_str(c->body, "fund");
    w->text = json_str(c->body, "title");
    fund_change_run(c);
}

static enum err add_act(struct call *c, struct fund_change *w)
{
    int64_t commitment;
    (void)id_parse(json_str(c->body, "commitmentId"), &commitment);
    TRY(fund_batch_add(&c->op, w->id, commitment, w->fen, NULL));
    w->status = 201;
    return whole(c, w->id, false, &w->reply);
}

static enum err remove_act(struct call *c, struct fund_change *w)
{
    TRY(fund_batch_remove(&c->op, w->id, w->line));
    return whole(c, w->id, false, &w->reply);
}

static enum err submit_act(struct call *c, struct fund_change *w)
{
    TRY(fund_batch_submit(&c->op, w->id));
    return whole(c, w->id, false, &w->reply);
}

static enum err refuse_act(struct call *c, struct fund_change *w)
{
    TRY(fund_batch_refuse(&c->op, w->id, w->why.reason));
    return whole(c, w->id, false, &w->reply);
}

static enum err cancel_act(struct call *c, struct fund_change *w)
{
    TRY(fund_batch_cancel(&c->op, w->id, w->why.reason));
    return whole(c, w->id, false, &w->reply);
}

static enum err approve_act(struct call *c, struct fund_change *w)
{
    TRY(fund_batch_approve(&c->op, w->id));
    return whole(c, w->id, false, &w->reply);
}

static enum err reconcile_act(struct call *c, struct fund_change *w)
{
    TRY(fund_batch_reconcile(&c->op, w->id, w->count, w->fen));
    return whole(c, w->id, false, &w->reply);
}

static enum err may_look(struct call *c)
{
    return actor_may(&c->actor, "fund.approve") ? OK : actor_require(&c->op, "fund.batch");
}

static enum err reveal_act(struct call *c, struct fund_change *w)
{
    TRY(may_look(c));
    return whole(c, w->id, true, &w->reply);
}

/* One change of the batch of the path; the engine itself asks what the verb needs. */
static void change(
    struct http_request *req, enum err (*act)(struct call *c, struct fund_change *w))
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.read", act);
    if (!w || !api_param_id(c, "id", &w->id))
        return;
    w->count = json_int(c->body, "lines", 0);
    fund_change_run(c);
}

#define CHANGE(name)                                                                               \
    static void name(struct http_request *req, const void *app)                                    \
    {                                                                                              \
        (void)app;                                                                                 \
        change(req, name##_act);                                                                   \
    }
CHANGE(add)
CHANGE(submit)
CHANGE(refuse)
CHANGE(cancel)
CHANGE(approve)
CHANGE(reconcile)
CHANGE(reveal)

static void remove_line(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.read", remove_act);
    (void)app;
    if (w && api_param_id(c, "id", &w->id) && api_param_id(c, "line", &w->line))
        fund_change_run(c);
}

/* ---- files ---- */

static enum err file_act(struct call *c, struct fund_change *w)
{
    TRY(may_look(c));
    return fund_batch_file(&c->op, w->id, &w->name, &w->text);
}

static void file_answer(struct call *c)
{
    const struct fund_change *w = c->state;
    http_reply_header(c->req, "Cache-Control", STR("no-store"));
    http_reply_file_name(c->req, w->name, false);
    http_reply(c->req, 200, "text/csv; charset=utf-8", w->text);
}

static enum err file_work(struct call *c)
{
    return file_act(c, c->state);
}

static void file(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.read", file_act);
    (void)app;
    if (w && api_param_id(c, "id", &w->id))
        api_write(c, file_work, file_answer);
}

static enum err answer_act(struct call *c, struct fund_change *w)
{
    struct fund_answer a;
    struct fund_batch b;
    TRY(actor_require(&c->op, "fund.batch"));
    TRY(fund_batch_answer(&c->op, w->id, w->name, w->text, &a));
    TRY(fund_batch_get(&c->op, w->id, &b));
    json_t *o = json_keep(c->op.arena, json_object());
    json_object_set_new(o, "batch", fund_batch_json(c, &b));
    json_object_set_new(o, "again", json_boolean(a.again));
    json_set_int(o, "paidLines", a.paid_lines);
    json_set_int(o, "paidFen", a.paid_fen);
    json_set_int(o, "bouncedLines", a.bounced_lines);
    json_set_int(o, "bouncedFen", a.bounced_fen);
    w->reply = o;
    return diag_arena(&c->diag, c->op.arena);
}

static void answer(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct fund_change *w = fund_change_begin(c, "fund.read", answer_act);
    (void)app;
    if (!w || !api_param_id(c, "id", &w->id) || !api_query_text(c, "name", &w->name))
        return;
    if (!http_content_type_is(req, "text/csv")) {
        diag_set(&c->diag, ERR_MEDIA_TYPE, "请上传银行回单的 CSV 文件(Content-Type: text/csv)",
            "please send the bank's answer as CSV (Content-Type: text/csv)");
        api_fail(c);
        return;
    }
    w->text = req->body;
    fund_change_run(c);
}

/* ---- routes ---- */

static const struct api_param list_params[] = { { "fund", "string", "code" },
    { "state", "string", "draft submitted approved answered reconciled cancelled" },
    { "limit", "integer", "1 to 500" }, { "after", "string", "`next` of the page before" }, { 0 } };
static const struct api_param answer_params[] = { { "name", "string", "of the file" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route fund_batch_routes[] = {
    { "GET", "/api/fund-batches", list, 0, NULL,
        DOC("listFundBatches", "Payment batches, newest first", "funds", API_SESSION, NULL,
            "[FundBatch]", 0, list_params) },
    { "POST", "/api/fund-batches", create, BODY_BYTES_MAX, NULL,
        DOC("createFundBatch", "Begin a payment batch", "funds", API_SESSION, "FundBatchInput",
            "FundBatchWhole", 201, NULL) },
    { "GET", "/api/fund-batches/{id}", show, 0, NULL,
        DOC("getFundBatch", "A batch with its payments, and what may be done with it", "funds",
            API_SESSION, NULL, "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/lines", add, BODY_BYTES_MAX, NULL,
        DOC("addFundLine", "Put a commitment into a draft", "funds", API_SESSION, "FundLineInput",
            "FundBatchWhole", 201, NULL) },
    { "DELETE", "/api/fund-batches/{id}/lines/{line}", remove_line, 0, NULL,
        DOC("removeFundLine", "Take a payment out of a draft", "funds", API_SESSION, NULL,
            "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/submit", submit, BODY_BYTES_MAX, NULL,
        DOC("submitFundBatch", "Hand it to whoever approves", "funds", API_SESSION,
            NULL, "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/refuse", refuse, BODY_BYTES_MAX, NULL,
        DOC("refuseFundBatch", "Send it back to be changed", "funds", API_SESSION,
            "Reason", "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/approve", approve, BODY_BYTES_MAX, NULL,
        DOC("approveFundBatch", "Approve what others made", "funds", API_SESSION,
            NULL, "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/cancel", cancel, BODY_BYTES_MAX, NULL,
        DOC("cancelFundBatch", "Give it up before it is approved", "funds", API_SESSION,
            "Reason", "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/reconcile", reconcile, BODY_BYTES_MAX, NULL,
        DOC("reconcileFundBatch", "The bank's statement says so many payments of so much", "funds",
            API_SESSION,
            "FundStatementInput", "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/reveal", reveal, BODY_BYTES_MAX, NULL,
        DOC("revealFundBatch", "Show bank accounts; the look is journalled", "funds", API_SESSION,
            "Reason", "FundBatchWhole", 0, NULL) },
    { "POST", "/api/fund-batches/{id}/file", file, 0, NULL,
        DOC("getFundPaymentFile", "The payment file; the look is journalled", "funds", API_SESSION,
            NULL, NULL, 0, NULL, .type = "text/csv") },
    { "POST", "/api/fund-batches/{id}/answer", answer, ANSWER_BYTES_MAX, NULL,
        DOC("answerFundBatch", "The bank's answer, line by line", "funds", API_SESSION, NULL,
            "FundAnswer", 0, answer_params, .request_type = "text/csv") },
    { 0 },
};
