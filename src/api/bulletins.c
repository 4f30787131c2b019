/* Bulletins as they are now, and issues as they were published. */
#include "api/schemas.h"

#include "api/bulletin_print.h"
#include "zone/bulletin.h"

#include <string.h>

FIELDS(bulletin_period_) = { { "from", API_TEXT, R }, { "to", API_TEXT, R }, { "zh", API_TEXT, R },
    { "en", API_TEXT, R }, END };
FIELDS(bulletin_ref) = { { "name", API_TEXT, R }, { "system", API_TEXT, R },
    { "systemName", API_NAME, R }, { "title", API_NAME, R }, { "unit", API_NAME, R },
    { "period", API_TEXT, R, 0, NULL, "none, fixed, month, quarter or year" },
    { "public", API_BOOL, R }, { "publishable", API_BOOL, R },
    { "latest", API_TEXT, R | N, 0, NULL, "name of the newest issue" }, END };
FIELDS(bulletin_content_) = { { "bulletin", API_TEXT, R }, { "system", API_TEXT, R },
    { "title", API_NAME, R }, { "unit", API_NAME, R },
    { "period", API_OBJECT, R | N, 0, "BulletinPeriod" }, { "asOf", API_INSTANT, R },
    { "version", API_TEXT, R }, { "checkpoint", API_TEXT, N },
    { "numbers", API_ANY, R, 0, NULL, "what stands in the holes; docs/bulletins.md" },
    { "text", API_ANY, R, 0, NULL, "blocks in zh and (or null) en; docs/bulletins.md" }, END };
FIELDS(bulletin_issue_ref) = { { "name", API_TEXT, R }, { "bulletin", API_TEXT, R },
    { "number", API_TEXT, R }, { "title", API_NAME, R }, { "unit", API_NAME, R },
    { "period", API_OBJECT, R | N, 0, "BulletinSpan" }, { "at", API_INSTANT, R },
    { "asOf", API_INSTANT, R }, { "by", API_TEXT, R }, { "reason", API_TEXT, R },
    { "public", API_BOOL, R }, END };
FIELDS(bulletin_span) = { { "from", API_TEXT, R }, { "to", API_TEXT, R }, END };
FIELDS(bulletin_issue_body) = { { "issue", API_OBJECT, R, 0, "BulletinIssueRef" },
    { "content", API_OBJECT, R, 0, "BulletinContent" },
    { "digest", API_TEXT, R, 0, NULL, "of the content's text, as the journal's event names it" },
    { "leaf", API_TEXT, R }, END };
FIELDS(bulletin_publish_) = { { "reason", API_TEXT, R, 400 }, { "month", API_TEXT, 0, 7 }, END };
FIELDS(bulletin_number_check_) = { { "figure", API_TEXT, R }, { "title", API_NAME, R },
    { "verdict", API_TEXT, R, 0, NULL, "same, differs or sealed" }, { "was", API_TEXT, R },
    { "now", API_TEXT, R | N }, { "why", API_TEXT, R | N, 0, NULL, "value, count, groups, records" },
    END };
FIELDS(bulletin_check_) = { { "holds", API_BOOL, R }, { "sealed", API_BOOL, R },
    { "included", API_BOOL, R }, { "recordsChecked", API_INT, R },
    { "recordsChanged", API_INT, R }, { "numbers", API_LIST, R, 0, "BulletinNumberCheck" }, END };
const struct api_schema bulletin_schemas[] = { { "BulletinPeriod", NULL, bulletin_period_ },
    { "BulletinRef", NULL, bulletin_ref }, { "BulletinContent", NULL, bulletin_content_ },
    { "BulletinSpan", NULL, bulletin_span }, { "BulletinIssueRef", NULL, bulletin_issue_ref },
    { "BulletinIssue", NULL, bulletin_issue_body }, { "BulletinPublish", NULL, bulletin_publish_ },
    { "BulletinNumberCheck", NULL, bulletin_number_check_ },
    { "BulletinCheck", NULL, bulletin_check_ }, { 0 } };

/* ---- live ----------------------------------------------------------------------------------- */

static const char *period_word(enum pack_period period)
{
    static const char *const words[] = { "none", "fixed", "month", "quarter", "year" };
    return words[period];
}

static str issue_name(struct arena *a, const struct bulletin_issue *i)
{
    return str_printf(a, "%.*s-%.*s", STR_ARGS(i->bulletin), STR_ARGS(i->number));
}

static json_t *latest_json(struct call *c, str bulletin)
{
    struct bulletin_issue *issues;
    size_t count = 0;
    bool more;
    bool found = bulletin_issues(&c->op, bulletin, 0, 1, &issues, &count, &more) == OK && count;
    return found ? json_from_str(issue_name(c->op.arena, &issues[0])) : json_null();
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    (void)app;
    if (actor_require(&c->op, "figure.read") != OK) {
        api_fail(c);
        return;
    }
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < p->bulletin_count; i++) {
        const struct pack_bulletin *b = &p->bulletins[i];
        const struct pack_unit *unit = pack_unit(p, b->unit);
        json_t *item = json_object();
        json_set_str(item, "name", b->code);
        json_set_str(item, "system", b->system->folder);
        json_object_set_new(item, "systemName", json_name(b->system->name));
        json_object_set_new(item, "title", json_name(b->title));
        json_object_set_new(item, "unit", json_name(unit->name));
        json_object_set_new(item, "period", json_string(period_word(b->period)));
        json_object_set_new(item, "public", json_boolean(b->is_public));
        json_object_set_new(
            item, "publishable", json_boolean(actor_may(c->op.actor, "bulletin.publish")));
        json_object_set_new(item, "latest", latest_json(c, b->code));
        json_array_append_new(items, item);
    }
    api_read_end(c);
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

/* The bulletin that the address names. False: answered. */
static bool named(struct call *c, const struct pack_bulletin **out)
{
    *out = pack_bulletin(zone_pack(c->api->zone), http_param(c->req, "name"));
    if (*out && actor_require(&c->op, "figure.read") == OK)
        return true;
    if (!*out)
        diag_set(&c->diag, ERR_NOT_FOUND, "没有这份通报", "there is no such bulletin");
    api_fail(c);
    return false;
}

static bool compute(struct call *c, const struct pack_bulletin *b, str month, int64_t as_of, json_t **out)
{
    str from, to;
    if (bulletin_period(&c->op, b, month, &from, &to) != OK) {
        api_fail(c);
        return false;
    }
    if (!api_read(c))
        return false;
    enum err e = bulletin_content(&c->op, b, from, to, as_of, out);
    str note;
    if (e == OK && as_of && ledger_checkpoint(&c->op, &note) == OK)
        json_set_str(*out, "checkpoint", note);
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    return e == OK;
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_bulletin *b;
    json_t *content;
    str month;
    (void)app;
    if (api_query(c, "month", &month) && named(c, &b) && compute(c, b, month, 0, &content))
        http_reply_json(req, 200, content);
}

/* ---- issues --------------------------------------------------------------------------------- */

static json_t *issue_json(struct call *c, const struct bulletin_issue *i)
{
    json_t *o = json_object(), *period = i->from.bytes ? json_object() : json_null();
    if (i->from.bytes) {
        json_set_str(period, "from", i->from);
        json_set_str(period, "to", i->to);
    }
    json_set_str(o, "name", issue_name(c->op.arena, i));
    json_set_str(o, "bulletin", i->bulletin);
    json_set_str(o, "number", i->number);
    json_object_set_new(o, "title", json_name(i->title));
    json_object_set_new(o, "unit", json_name(i->unit));
    json_object_set_new(o, "period", period);
    json_set_instant(&c->op, o, "at", i->at_ms);
    json_set_instant(&c->op, o, "asOf", i->as_of_ms);
    json_set_str(o, "by", i->actor);
    json_set_str(o, "reason", i->reason);
    json_object_set_new(o, "public", json_boolean(i->is_public));
    return o;
}

static json_t *whole_json(struct call *c, const struct bulletin_issue *i)
{
    json_t *o = json_keep(c->op.arena, json_object()), *content = NULL;
    json_object_set_new(o, "issue", issue_json(c, i));
    if (json_parse(c->op.arena, i->content, &content, &c->diag) != OK)
        return NULL;
    json_object_set(o, "content", content);
    json_set_str(o, "digest", i->digest);
    json_set_str(o, "leaf", i->leaf);
    return o;
}

struct publishing {
    const struct pack_bulletin *bulletin;
    json_t *content;
    str reason;
    struct bulletin_issue issue;
};

static enum err publish_work(struct call *c)
{
    struct publishing *p = c->state;
    return bulletin_publish(&c->op, p->bulletin, p->content, p->reason, &p->issue);
}

static void publish_answer(struct call *c)
{
    const struct publishing *p = c->state;
    http_reply_json(c->req, 201, whole_json(c, &p->issue));
}

static void publish(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct publishing *p = ARENA_NEW(req->arena, struct publishing);
    (void)app;
    if (!p || !api_body(c) || !named(c, &p->bulletin))
        return;
    if (actor_require(&c->op, "bulletin.publish") != OK) {
        api_fail(c);
        return;
    }
    p->reason = json_str(c->body, "reason");
    c->state = p;
    if (compute(c, p->bulletin, json_str(c->body, "month"), c->op.now_ms - BULLETIN_GRACE_MS, &p->content))
        api_write(c, publish_work, publish_answer);
}

static void list_issues(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct bulletin_issue *issues;
    int64_t limit = 20, after_key, after;
    size_t count = 0;
    bool more = false;
    str bulletin;
    (void)app;
    if (!api_query(c, "bulletin", &bulletin) || !api_query_int(c, "limit", 1, 100, &limit)
        || !api_cursor(c, &after_key, &after) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    enum err e = bulletin_issues(&c->op, bulletin, after, (size_t)limit, &issues, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, issue_json(c, &issues[i]));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(more, 0, count ? issues[count - 1].id : 0));
    api_read_answer(c, e, o);
}

static void show_issue(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct bulletin_issue issue;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = bulletin_issue_named(&c->op, http_param(req, "issue"), &issue);
    json_t *o = e == OK ? whole_json(c, &issue) : NULL;
    api_read_answer(c, e == OK && !o ? ERR_VERIFY : e, o);
}

static void receipt(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct bulletin_issue issue;
    str json;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = bulletin_issue_named(&c->op, http_param(req, "issue"), &issue);
    if (e == OK)
        e = ledger_receipt(&c->op, issue.event, true, &json);
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    else
        http_reply(req, 200, "application/json", json);
}

/* ---- on paper ------------------------------------------------------------------------------- */

static void live_paper(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_bulletin *b;
    json_t *content;
    str month, pdf;
    (void)app;
    if (!api_query(c, "month", &month) || !named(c, &b) || !compute(c, b, month, 0, &content))
        return;
    str foot = str_printf(req->arena,
        strcmp(req->lang, "en") ? "未发布的实时稿,数据截至 %.*s" : "A live text, not published; data of %.*s",
        STR_ARGS(json_str(content, "asOf")));
    if (bulletin_print(c, content, STR_NONE, foot, &pdf) != OK)
        api_fail(c);
    else
        api_reply_pdf(c, b->code, pdf);
}

static void issue_paper(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct bulletin_issue issue;
    json_t *content = NULL;
    str pdf = STR_NONE;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = bulletin_issue_named(&c->op, http_param(req, "issue"), &issue);
    api_read_end(c);
    if (e == OK)
        e = json_parse(req->arena, issue.content, &content, &c->diag);
    if (e == OK) {
        bool zh = strcmp(req->lang, "en") != 0;
        str number = str_printf(req->arena, zh ? "%.*s期" : "No. %.*s", STR_ARGS(issue.number));
        str foot = str_printf(req->arena, zh ? "内容摘要 %.*s" : "Digest of the content %.*s",
            STR_ARGS(issue.digest));
        e = bulletin_print(c, content, number, foot, &pdf);
    }
    if (e != OK)
        api_fail(c);
    else
        api_reply_pdf(c, issue_name(req->arena, &issue), pdf);
}

/* ---- does it hold? -------------------------------------------------------------------------- */

static json_t *check_json(const struct bulletin_check *k)
{
    static const char *const verdicts[] = { "same", "differs", "sealed" };
    json_t *o = json_object(), *numbers = json_array();
    json_object_set_new(o, "holds", json_boolean(k->holds));
    json_object_set_new(o, "sealed", json_boolean(k->sealed));
    json_object_set_new(o, "included", json_boolean(k->included));
    json_set_int(o, "recordsChecked", k->records_checked);
    json_set_int(o, "recordsChanged", k->records_changed);
    for (size_t i = 0; i < k->number_count; i++) {
        const struct bulletin_number_check *n = &k->numbers[i];
        json_t *item = json_object();
        json_set_str(item, "figure", n->figure);
        json_object_set_new(item, "title", json_name(n->title));
        json_object_set_new(item, "verdict", json_string(verdicts[n->verdict]));
        json_set_str(item, "was", n->was);
        json_set_str_or_null(item, "now", n->now);
        json_set_str_or_null(item, "why", n->why);
        json_array_append_new(numbers, item);
    }
    json_object_set_new(o, "numbers", numbers);
    return o;
}

static void check(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct bulletin_issue issue;
    struct bulletin_check k;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = bulletin_issue_named(&c->op, http_param(req, "issue"), &issue);
    if (e == OK)
        e = bulletin_check(&c->op, &issue, &k);
    api_read_answer(c, e, e == OK ? json_keep(req->arena, check_json(&k)) : NULL);
}

static const struct api_param show_params[] = { { "month", "string",
    "of a recurring one: the month, quarter or year that 2026-10 lies in; the last when absent" },
    { 0 } };
static const struct api_param list_params[] = { { "bulletin", "string", NULL },
    { "limit", "integer", NULL }, { "after", "string", NULL }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route bulletin_routes[] = {
    { "GET", "/api/bulletins", list, 0, NULL,
        DOC("listBulletins", "Bulletins of the zone", "bulletins", API_SESSION, NULL,
            "[BulletinRef]", 0, NULL) },
    { "GET", "/api/bulletins/{name}", show, 0, NULL,
        DOC("getBulletin", "A bulletin with its numbers of now", "bulletins", API_SESSION, NULL,
            "BulletinContent", 0, show_params) },
    { "POST", "/api/bulletins/{name}/issues", publish, 8192, NULL,
        DOC("publishBulletin", "Publish an issue: frozen, numbered, journalled", "bulletins",
            API_SESSION, "BulletinPublish", "BulletinIssue", 201, NULL) },
    { "GET", "/api/issues", list_issues, 0, NULL,
        DOC("listIssues", "Published issues, newest first", "bulletins", API_PUBLIC, NULL,
            "[BulletinIssueRef]", 0, list_params) },
    { "GET", "/api/issues/{issue}", show_issue, 0, NULL,
        DOC("getIssue", "An issue as it was published", "bulletins", API_PUBLIC, NULL,
            "BulletinIssue", 0, NULL) },
    { "GET", "/api/issues/{issue}/receipt", receipt, 0, NULL,
        DOC("issueReceipt", "The receipt of the event that published it, with its content",
            "bulletins", API_PUBLIC, NULL, NULL, 0, NULL, .type = "application/json") },
    { "GET", "/api/bulletins/{name}/pdf", live_paper, 0, NULL,
        DOC("printBulletin", "A bulletin with its numbers of now, on paper", "bulletins", API_SESSION,
            NULL, NULL, 0, show_params, .type = "application/pdf") },
    { "GET", "/api/issues/{issue}/pdf", issue_paper, 0, NULL,
        DOC("printIssue", "An issue on paper", "bulletins", API_PUBLIC, NULL, NULL, 0, NULL,
            .type = "application/pdf") },
    { "GET", "/api/issues/{issue}/check", check, 0, NULL,
        DOC("checkIssue", "Was it computed from what was on record?", "bulletins", API_PUBLIC, NULL,
            "BulletinCheck", 0, NULL) },
    { 0 },
};
