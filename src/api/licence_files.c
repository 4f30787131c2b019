/* A licence as PDF, as credential, as a pass for a telephone; the zone's keys and lists of states.
 */
#include "api/licences.h"

#include "seal/seal.h"

enum { BODY_BYTES_MAX = 1024 };

FIELDS(licence_pass_input) = { { "device", API_TEXT, 0, 120, "base64url of a P-256 point" }, END };
FIELDS(licence_pass_out) = { { "token", API_TEXT, R }, { "until", API_INSTANT, R },
    { "codeSeconds", API_INT, R }, END };
FIELDS(licence_keys) = { { "keys", API_ANY, R, 0, NULL, "JWK set" }, { "profile", API_TEXT, R },
    { "authority", API_TEXT, R, 0, NULL, "PEM: the root certificate, to be trusted by readers" },
    { "certificate", API_TEXT, R }, END };
const struct api_schema licence_file_schemas[] = { { "LicencePassInput", NULL, licence_pass_input },
    { "LicencePass", NULL, licence_pass_out }, { "LicenceKeys", NULL, licence_keys }, { 0 } };

struct giving {
    int64_t id;
    const char *how, *type;
    str name, content;
    enum licence_status status;
    json_t *answer;
};

static void give(struct call *c)
{
    const struct giving *g = c->state;
    http_reply_header(c->req, "Cache-Control", STR("no-store"));
    if (g->name.bytes)
        http_reply_file_name(c->req, g->name, true);
    http_reply(c->req, 200, g->type, g->content);
}

static enum err look_work(struct call *c)
{
    const struct giving *g = c->state;
    return licence_looked(
        &c->op, g->id, g->how, str_from(licence_status_word(g->status)), STR_NONE);
}

/* Whoever is not the holder leaves a trace first. */
static void give_traced(struct call *c, const struct licence *l, bool mine)
{
    struct giving *g = c->state;
    g->id = l->id;
    g->status = l->status;
    if (mine)
        give(c);
    else
        api_write(c, look_work, give);
}

static bool english(struct call *c)
{
    return c->req->lang[0] == 'e';
}

static struct giving *begin(struct call *c)
{
    struct giving *g = ARENA_NEW(c->req->arena, struct giving);
    c->state = g;
    if (!g) {
        c->diag.err = ERR_MEMORY;
        api_fail(c);
    }
    return g;
}

static void pdf(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct giving *g = begin(c);
    struct licence l;
    (void)app;
    if (!g || !licence_of_path(c, &l))
        return;
    bool mine = licence_is_mine(&c->op, &l);
    api_read_end(c);
    g->how = "pdf";
    g->type = "application/pdf";
    g->name = str_printf(req->arena, "%.*s.pdf", STR_ARGS(l.number));
    if (licence_pdf(&c->op, &l, english(c), &g->content) == OK)
        give_traced(c, &l, mine);
    else
        api_fail(c);
}

static void credential(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct giving *g = begin(c);
    struct licence l;
    (void)app;
    if (!g || !licence_of_path(c, &l))
        return;
    bool mine = licence_is_mine(&c->op, &l);
    api_read_end(c);
    if (!mine) {
        diag_set(&c->diag, ERR_FORBIDDEN, "凭证只发给持有人",
            "the credential is given to its holder only");
        api_fail(c);
        return;
    }
    g->how = "credential";
    g->type = "application/vc+jwt";
    g->name = str_printf(req->arena, "%.*s.jwt", STR_ARGS(l.number));
    if (licence_credential(&c->op, &l, &g->content) == OK)
        give(c);
    else
        api_fail(c);
}

static void pass(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct licence l;
    str token = STR_NONE;
    int64_t until = 0;
    (void)app;
    if (!api_body(c) || !licence_of_path(c, &l))
        return;
    bool mine = licence_is_mine(&c->op, &l);
    api_read_end(c);
    if (!mine)
        diag_set(&c->diag, ERR_FORBIDDEN, "只有持有人可以出示", "only the holder may show it");
    if (!mine || licence_pass(&c->op, &l, json_str(c->body, "device"), &token, &until) != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object());
    json_set_str(o, "token", token);
    json_set_instant(&c->op, o, "until", until);
    json_object_set_new(o, "codeSeconds", json_integer(LICENCE_CODE_SECONDS));
    http_reply_json(req, 200, o);
}

/* ---- what anyone may have ---- */

static bool has_seal(struct call *c)
{
    if (c->api->zone->seal)
        return true;
    diag_set(&c->diag, ERR_NOT_FOUND, "本区没有电子印章", "this zone has no seal");
    api_fail(c);
    return false;
}

static void keys(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct seal *s = c->api->zone->seal;
    (void)app;
    if (!has_seal(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *list = json_array();
    json_array_append_new(list, seal_jwk(req->arena, s));
    json_object_set_new(o, "keys", list);
    json_object_set_new(o, "profile",
        json_string(seal_profile_of(s) == SEAL_NATIONAL ? "national" : "international"));
    json_set_str(o, "authority", seal_authority(s));
    json_set_str(o, "certificate", seal_certificate(s));
    http_reply_json(req, 200, o);
}

static void status_list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str purpose = http_param(req, "purpose"), jws = STR_NONE;
    int64_t which;
    (void)app;
    bool suspension = str_is(purpose, "suspension");
    if ((!suspension && !str_is(purpose, "revocation"))
        || !str_to_int64(http_param(req, "list"), &which) || which < 0 || which > 100000) {
        diag_set(&c->diag, ERR_NOT_FOUND, "没有这个状态表", "there is no such list of states");
        api_fail(c);
        return;
    }
    if (!has_seal(c) || !api_read(c))
        return;
    enum err e = licence_status_list(&c->op, which, suspension, &jws);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    http_reply_header(req, "Cache-Control", STR("max-age=60"));
    http_reply(req, 200, "application/vc+jwt", jws);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route licence_file_routes[] = {
    { "GET", "/api/licences/{id}/pdf", pdf, 0, NULL,
        DOC("getLicencePdf", "The signed PDF; who is not the holder leaves a trace", "licences",
            API_SESSION, .type = "application/pdf") },
    { "GET", "/api/licences/{id}/credential", credential, 0, NULL,
        DOC("getLicenceCredential", "W3C verifiable credential as JWT, for the holder", "licences",
            API_SESSION, .type = "application/vc+jwt") },
    { "POST", "/api/licences/{id}/pass", pass, BODY_BYTES_MAX, NULL,
        DOC("passLicence", "A pass for the holder's telephone, from which it makes codes offline",
            "licences", API_SESSION, "LicencePassInput", "LicencePass", 0, NULL) },
    { "GET", "/api/licences/keys", keys, 0, NULL,
        DOC("getLicenceKeys", "The zone's public key and certificates", "licences", API_PUBLIC,
            NULL, "LicenceKeys", 0, NULL) },
    { "GET", "/api/licences/status/{purpose}/{list}", status_list, 0, NULL,
        DOC("getLicenceStatusList", "Bitstring Status List: revocation or suspension", "licences",
            API_PUBLIC, .type = "application/vc+jwt") },
    { 0 },
};
