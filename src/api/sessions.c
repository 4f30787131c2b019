/* Signing in and out, who I am, accounts. */
#include "api/internal.h"

#include "zone/register.h"

#include <string.h>

enum { BODY_BYTES_MAX = 8192 };

static json_t *session_json(
    struct call *c, const struct session *s, const str *enterprise_name, const str *credit_code)
{
    const struct pack *p = zone_pack(c->api->zone);
    json_t *o = json_keep(c->op.arena, json_object()), *account = json_account(p, &s->account);
    if (s->account.enterprise_id) {
        json_t *e = json_object();
        json_set_id(e, "id", s->account.enterprise_id);
        json_set_str(e, "name", *enterprise_name);
        json_set_str(e, "creditCode", *credit_code);
        json_object_set_new(account, "enterprise", e);
    }
    json_object_set_new(o, "account", account);
    json_set_str(o, "csrf", s->csrf);
    json_set_instant(&c->op, o, "expiresAt", s->expires_at);
    return o;
}

str api_applicants(const struct pack *p)
{
    for (size_t i = 0; i < p->system_count; i++)
        if (p->systems[i].applicant.bytes)
            return p->systems[i].applicant;
    return STR_NONE;
}

static json_t *session_with_enterprise(struct call *c, const struct session *s)
{
    const struct pack *p = zone_pack(c->api->zone);
    str code = api_applicants(p), name = STR_NONE, credit = STR_NONE;
    const struct pack_register *r = pack_register(p, code);
    struct record record;
    if (r && s->account.enterprise_id
        && record_get(&c->op, code, s->account.enterprise_id, &record) == OK) {
        name = record_label(&c->op, code, &record);
        char *key = str_terminated(c->op.arena, r->key->name);
        credit = key ? json_str(record.data, key) : STR_NONE;
    }
    memset(c->op.diag, 0, sizeof *c->op.diag);
    return session_json(c, s, &name, &credit);
}

struct signing {
    struct sign_in in;
    struct session made;
    bool ok;
    struct diag refusal;
    json_t *reply;
};

static enum err sign_in_work(struct call *c)
{
    struct signing *s = c->state;
    TRY(session_create(&c->op, &s->in, &s->made, &s->ok, &s->refusal));
    if (s->ok)
        s->reply = session_with_enterprise(c, &s->made);
    return OK;
}

static void set_cookie(struct call *c, str value, int64_t max_age_s)
{
    struct http_cookie_options options = {
        .max_age_s = max_age_s, .secure = c->api->secure_cookie, .strict = true
    };
    http_reply_cookie(c->req, "junma_session", value, &options);
}

static void sign_in_answer(struct call *c)
{
    struct signing *s = c->state;
    if (!s->ok) {
        c->diag = s->refusal;
        api_fail(c);
        return;
    }
    http_limiter_forget(c->api->sign_ins, c->req->peer);
    set_cookie(c, s->made.token, -1);
    http_reply_json(c->req, 200, s->reply);
}

/* Passwords can be tried only so often. False: answered. */
static bool may_try(struct call *c, str who)
{
    unsigned wait_s = 0;
    if (http_limiter_take(c->api->sign_ins, who, &wait_s, &c->diag) == OK)
        return true;
    http_reply_header(c->req, "Retry-After", str_printf(c->op.arena, "%u", wait_s));
    api_fail(c);
    return false;
}

static void sign_in(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct signing *s = ARENA_NEW(req->arena, struct signing);
    (void)app;
    if (!may_try(c, req->peer))
        return;
    if (!api_body(c) || !s || !api_read(c))
        return;
    s->in.login = json_str(c->body, "login");
    s->in.password = json_str(c->body, "password");
    s->in.peer = req->peer;
    enum err e = session_check(&c->op, &s->in);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    memset(&c->diag, 0, sizeof c->diag);
    /* A login that nobody has is locked like one that somebody has: else the lock would tell. */
    s->in.exhausted = !s->in.account_id
        && (!c->api->unknown_logins
            || http_limiter_take(c->api->unknown_logins, s->in.login, NULL, NULL) != OK);
    c->state = s;
    api_write(c, sign_in_work, sign_in_answer);
}

static void who(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = session_with_enterprise(c, &c->session);
    api_read_end(c);
    http_reply_json(req, 200, o);
}

static enum err sign_out_work(struct call *c)
{
    TRY(session_end(&c->op, c->token));
    return ledger_append(&c->op,
        &(struct ledger_event){ .kind = "account.sign-out", .subject = c->actor.account }, NULL);
}

static void sign_out_answer(struct call *c)
{
    set_cookie(c, STR_NONE, 0);
    http_reply_empty(c->req, 204);
}

static void sign_out(struct http_request *req, const void *app)
{
    (void)app;
    api_write(api_call(req), sign_out_work, sign_out_answer);
}

static enum err password_work(struct call *c)
{
    return account_password(&c->op, json_str(c->body, "old"), json_str(c->body, "new"));
}

static void password(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (may_try(c, c->actor.login) && api_body(c))
        api_write(c, password_work, sign_out_answer);
}

/* ---- accounts, for the administrator ---- */

static void list_accounts(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct account_filter f = { .limit = 1000 };
    struct account *accounts;
    size_t count;
    (void)app;
    if (!api_query(c, "unit", &f.unit) || !api_read(c))
        return;
    enum err e = actor_require(&c->op, "account.manage");
    if (e == OK)
        e = account_list(&c->op, &f, &accounts, &count);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *a = json_account(zone_pack(c->api->zone), &accounts[i]);
        json_set_instant(&c->op, a, "lockedUntil",
            accounts[i].locked_until > c->op.now_ms ? accounts[i].locked_until : 0);
        json_array_append_new(items, a);
    }
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

static void account_answer(struct call *c)
{
    const struct account *a = c->state;
    http_reply_json(c->req, c->doc->status ? c->doc->status : 200,
        json_keep(c->op.arena, json_account(zone_pack(c->api->zone), a)));
}

static enum err create_account_work(struct call *c)
{
    struct account *a = c->state;
    const json_t *b = c->body;
    int64_t id;
    struct account_input in = { .login = json_str(b, "login"),
        .name = json_str(b, "name"),
        .role = json_str(b, "role"),
        .unit = json_str(b, "unit"),
        .phone = json_str(b, "phone"),
        .password = json_str(b, "password") };
    (void)id_parse(json_str(b, "enterpriseId"), &in.enterprise_id);
    TRY(account_create(&c->op, &in, &id));
    return account_get(&c->op, id, a);
}

static void create_account(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    c->state = ARENA_NEW(req->arena, struct account);
    if (c->state && api_body(c))
        api_write(c, create_account_work, account_answer);
}

static enum err change_account_work(struct call *c)
{
    struct account *a = c->state;
    TRY(account_disable(&c->op, a->id, json_bool(c->body, "disabled", false)));
    return account_get(&c->op, a->id, a);
}

static void change_account(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct account *a = ARENA_NEW(req->arena, struct account);
    (void)app;
    c->state = a;
    if (a && api_param_id(c, "id", &a->id) && api_body(c))
        api_write(c, change_account_work, account_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route session_routes[] = {
    { "POST", "/api/session", sign_in, BODY_BYTES_MAX, NULL,
        DOC("signIn", "Sign in", "session", API_PUBLIC, "SignIn", "Session", 0, NULL) },
    { "GET", "/api/session", who, 0, NULL,
        DOC("whoAmI", "Who is signed in", "session", API_SESSION, NULL, "Session", 0, NULL) },
    { "DELETE", "/api/session", sign_out, 0, NULL,
        DOC("signOut", "Sign out", "session", API_SESSION, NULL, NULL, 204, NULL) },
    { "POST", "/api/session/password", password, BODY_BYTES_MAX, NULL,
        DOC("changePassword", "Change the password; ends all sessions", "session", API_SESSION,
            "PasswordChange", NULL, 204, NULL) },
    { 0 },
};
const struct http_route account_routes[] = {
    { "GET", "/api/accounts", list_accounts, 0, NULL,
        DOC("listAccounts", "Accounts", "accounts", API_SESSION, NULL, "[Account]", 0, NULL) },
    { "POST", "/api/accounts", create_account, BODY_BYTES_MAX, NULL,
        DOC("createAccount", "Add an account", "accounts", API_SESSION, "AccountCreate", "Account",
            201, NULL) },
    { "PATCH", "/api/accounts/{id}", change_account, BODY_BYTES_MAX, NULL,
        DOC("changeAccount", "Disable or enable an account", "accounts", API_SESSION,
            "AccountChange", "Account", 0, NULL) },
    { 0 },
};
