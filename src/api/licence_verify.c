/*
 * Verifying without an account: a code, a number or a credential as text, a PDF as a body. Every
 * verification of a licence that is there is kept before it is answered, and the holder sees it.
 * Asked too often from one address: 429.
 */
#include "api/licences.h"

enum { PDF_BYTES_MAX = 8 * 1024 * 1024 };

FIELDS(licence_public) = { { "identifier", API_TEXT, R }, { "number", API_TEXT, R },
    { "type", API_TEXT, R }, { "typeName", API_NAME, R }, { "issuer", API_NAME, R },
    { "status", API_TEXT, R }, { "statusName", API_NAME, R }, { "version", API_INT, R },
    { "issuedOn", API_DATE, R }, { "validFrom", API_DATE, R }, { "validTo", API_DATE, R | N },
    { "holderName", API_TEXT, R }, { "fields", API_LIST, R, 0, "LicenceField" }, END };
FIELDS(licence_verdict) = { { "result", API_TEXT, R, 0, NULL,
                                "valid, suspended, revoked, cancelled, lapsed, moved, stripped, "
                                "replaced, altered, foreign, stale" },
    { "text", API_NAME, R }, { "how", API_TEXT, R, 0, NULL, "code, number, pdf, credential" },
    { "present", API_BOOL, R, 0, NULL, "shown by the holder's telephone just now" },
    { "at", API_INSTANT, R }, { "licence", API_OBJECT, R | N, 0, "LicencePublic" }, END };
const struct api_schema licence_verify_schemas[] = { { "LicencePublic", "what anyone may know",
                                                         licence_public },
    { "LicenceVerdict", NULL, licence_verdict }, { 0 } };

struct verifying {
    struct licence_evidence evidence;
    struct licence_verdict verdict;
    json_t *answer;
};

static enum err work(struct call *c)
{
    struct verifying *v = c->state;
    TRY(licence_judge(&c->op, &v->evidence, &v->verdict));
    const struct licence *l = &v->verdict.licence;
    bool shown = l->id && v->verdict.finding != LICENCE_STALE;
    const char *word = licence_verdict_word(&v->verdict);
    if (l->id)
        TRY(licence_looked(&c->op, l->id, v->verdict.how, str_from(word), STR_NONE));
    json_t *o = v->answer = json_keep(c->op.arena, json_object());
    json_object_set_new(o, "result", json_string(word));
    json_object_set_new(o, "text", json_name(v->verdict.text));
    json_object_set_new(o, "how", json_string(v->verdict.how));
    json_object_set_new(
        o, "present", json_boolean(shown && str_is(str_from(v->verdict.how), "code")));
    json_set_instant(&c->op, o, "at", c->op.now_ms);
    json_object_set_new(o, "licence", shown ? licence_public_json(c, l) : json_null());
    return diag_arena(c->op.diag, c->op.arena);
}

static void answer(struct call *c)
{
    const struct verifying *v = c->state;
    http_reply_header(c->req, "Cache-Control", STR("no-store"));
    http_reply_json(c->req, 200, v->answer);
}

/* False: answered. */
static struct verifying *begin(struct call *c)
{
    unsigned wait_s = 0;
    struct verifying *v = ARENA_NEW(c->req->arena, struct verifying);
    c->state = v;
    if (!v)
        c->diag.err = ERR_MEMORY;
    else if (http_limiter_take(c->api->verifications, c->req->peer, &wait_s, &c->diag) == OK)
        return v;
    if (wait_s)
        http_reply_header(c->req, "Retry-After", str_printf(c->req->arena, "%u", wait_s));
    api_fail(c);
    return NULL;
}

static void finish(struct call *c, enum err e)
{
    if (e != OK)
        api_fail(c);
    else
        api_write(c, work, answer);
}

static void by_text(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str code;
    (void)app;
    struct verifying *v = api_query(c, "code", &code) ? begin(c) : NULL;
    if (v)
        finish(c, licence_examine(&c->op, code, &v->evidence));
}

static void by_file(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct verifying *v = begin(c);
    (void)app;
    if (!v)
        return;
    bool is_text = http_content_type_is(req, "text/plain");
    if (is_text && !str_is_utf8(req->body))
        finish(
            c, diag_set(&c->diag, ERR_UTF8, "文字不是有效的 UTF-8", "the text is not valid UTF-8"));
    else if (is_text)
        finish(c, licence_examine(&c->op, req->body, &v->evidence));
    else
        finish(c, licence_examine_pdf(&c->op, req->body, &v->evidence));
}

static const struct api_param params[] = {
    { "code", "string",
        "a code (JM1.…), an identifier, a credential, or an address that ends in one" },
    { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route licence_verify_routes[] = {
    { "GET", "/api/licences/verify", by_text, 0, NULL,
        DOC("verifyLicence", "How does this licence stand", "licences", API_PUBLIC, NULL,
            "LicenceVerdict", 0, params) },
    { "POST", "/api/licences/verify", by_file, PDF_BYTES_MAX, NULL,
        DOC("verifyLicenceFile", "The same of a PDF, or of text (text/plain)", "licences",
            API_PUBLIC, .response = "LicenceVerdict", .request_type = "application/pdf") },
    { 0 },
};
