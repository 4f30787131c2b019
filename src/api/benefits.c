/* What one is entitled to, claiming it, and the lists by which benefits are paid. */
#include "api/benefits.h"


/* ---- mine ---- */

/* The key of the reader's own enterprise. */
static enum err own_key(struct call *c, str *key)
{
    str code = api_applicants(zone_pack(c->api->zone));
    const struct pack_register *r = pack_register(zone_pack(c->api->zone), code);
    struct record own;
    if (!c->actor.enterprise || !r || !r->key)
        return diag_set(&c->diag, ERR_FORBIDDEN, "请用企业账号登录", "sign in with an enterprise's account");
    TRY(record_get(&c->op, code, c->actor.enterprise, &own));
    *key = json_str(own.data, str_terminated(c->op.arena, r->key->name));
    return OK;
}

static void mine(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    json_t *o = NULL;
    str key;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = own_key(c, &key);
    if (e == OK)
        e = benefit_entitlements(&c->op, key, &o);
    api_read_answer(c, e, o);
}

struct claiming {
    struct benefit_claim claim;
    int64_t list, fen;
    str number;
};

static enum err claim_work(struct call *c)
{
    struct claiming *s = c->state;
    struct benefit_list l;
    TRY(benefit_claim(&c->op, &s->claim, &s->list));
    TRY(benefit_list_get(&c->op, s->list, &l));
    s->number = l.number;
    s->fen = l.fen;
    return OK;
}

static void claim_answer(struct call *c)
{
    const struct claiming *s = c->state;
    json_t *o = json_object();
    json_set_str(o, "number", s->number);
    json_set_int(o, "fen", s->fen);
    api_answer_made(c, s->list, o);
}

static void claim(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct claiming *s = ARENA_NEW(req->arena, struct claiming);
    int64_t *files = ARENA_ARRAY(req->arena, int64_t, BENEFIT_FILES_MAX);
    (void)app;
    if (!api_body(c))
        return;
    if (!s || !files) {
        api_fail(c);
        return;
    }
    const json_t *list = json_object_get(c->body, "files"), *supplied = json_object_get(c->body, "supplied");
    for (size_t i = 0; i < json_array_size(list) && i < BENEFIT_FILES_MAX; i++)
        (void)str_to_int64(str_from(json_string_value(json_array_get(list, i))), &files[i]);
    s->claim = (struct benefit_claim){ .clause = json_str(c->body, "clause"), .files = files,
        .file_count = json_array_size(list), .supplied = json_is_object(supplied) ? supplied : NULL };
    (void)str_to_int64(json_str(c->body, "subject"), &s->claim.subject);
    c->state = s;
    api_write(c, claim_work, claim_answer);
}

/* ---- lists ---- */

static void list(struct http_request *req, const void *app)
{
    static const char *const states[] = { "review", "notice", "confirmed", "void", NULL };
    struct call *c = api_call(req);
    struct benefit_filter f = { .limit = 50 };
    int64_t limit = 50, key;
    (void)app;
    if (!api_benefits_seen(c) || !api_query_word(c, "state", states, &f.state)
        || !api_query(c, "clause", &f.clause) || !api_query(c, "unit", &f.unit)
        || !api_query_int(c, "limit", 1, 200, &limit) || !api_cursor(c, &key, &f.after) || !api_read(c))
        return;
    f.limit = (size_t)limit;
    api_answer_lists(c, &f);
}

static enum err whole(struct call *c, int64_t id, json_t **out)
{
    struct benefit_list l;
    TRY(benefit_list_get(&c->op, id, &l));
    json_t *o = json_keep(c->op.arena, json_benefit_list(c, &l, false));
    json_t *verbs = json_array();
    json_object_set_new(o, "verbs", verbs);
    for (size_t i = 0; benefit_verbs[i]; i++) {
        bool may;
        struct name2 why_not;
        TRY(benefit_may(&c->op, &l, benefit_verbs[i], &may, &why_not));
        json_t *one = json_object();
        json_set_str(one, "verb", str_from(benefit_verbs[i]));
        json_object_set_new(one, "may", json_boolean(may));
        json_object_set_new(one, "whyNot", may ? json_null() : json_name(why_not));
        json_array_append_new(verbs, one);
    }
    TRY(json_objections(c, id, false, o));
    *out = o;
    return OK;
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t id;
    json_t *o = NULL;
    (void)app;
    if (!api_benefits_seen(c) || !api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = whole(c, id, &o);
    api_read_answer(c, e, o);
}

static void lines(struct http_request *req, const void *app)
{
    static const char *const states[] = { "open", "struck", "awarded", "waiting", "void", NULL };
    struct call *c = api_call(req);
    struct benefit_line_filter f = { 0 };
    struct benefit_line *found;
    str only;
    size_t count = 0;
    bool more = false;
    int64_t limit = 50, key;
    (void)app;
    if (!api_benefits_seen(c) || !api_param_id(c, "id", &f.list)
        || !api_query_word(c, "state", states, &f.state) || !api_query(c, "line", &only)
        || !api_query_int(c, "limit", 1, BENEFIT_PAGE_MAX, &limit) || !api_cursor(c, &key, &f.after)
        || !api_read(c))
        return;
    f.limit = (size_t)limit;
    if (only.bytes && !id_parse(only, &f.line))
        f.line = -1; /* no line has it */
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = benefit_lines(&c->op, &f, &found, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, json_benefit_line(c, &found[i], true, false));
    json_object_set_new(o, "next", api_next(more, 0, e == OK && count ? found[count - 1].id : 0));
    api_read_answer(c, e, o);
}

/* ---- drawing ---- */

struct drawing {
    const struct benefit_drawing *drawn;
    int64_t list;
};

static enum err draw_work(struct call *c)
{
    struct drawing *s = c->state;
    return benefit_draw(&c->op, s->drawn, &s->list);
}

/* Reads what it answers anew: after the write. */
static void answer_list(struct call *c, int status, int64_t id)
{
    json_t *o = NULL;
    if (!api_read(c))
        return;
    enum err e = whole(c, id, &o);
    api_read_end(c);
    if (e == OK)
        http_reply_json(c->req, status, o);
    else
        api_fail(c);
}

static void draw_answer(struct call *c)
{
    answer_list(c, 201, ((const struct drawing *)c->state)->list);
}

static void draw(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct drawing *s = ARENA_NEW(req->arena, struct drawing);
    struct benefit_drawing *drawn = NULL;
    const struct pack_clause *clause;
    struct date day;
    (void)app;
    if (!api_benefits_seen(c) || !api_body(c) || !(clause = api_clause(c, json_str(c->body, "clause"))))
        return;
    int64_t on = date_parse(json_str(c->body, "day"), &day)
        ? date_to_days(day) : zone_local_days(c->api->zone, c->op.now_ms);
    if (!s || !api_read(c))
        return;
    enum err e = benefit_draw_prepare(&c->op, clause, on, &drawn);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    s->drawn = drawn;
    c->state = s;
    api_write(c, draw_work, draw_answer);
}

/* ---- the road ---- */

struct acting {
    int64_t list, line, objection, fen, count;
    bool yes;
    str verb, reason, document;
};

static enum err act_work(struct call *c)
{
    struct acting *s = c->state;
    if (str_is(s->verb, "review"))
        return benefit_review(&c->op, s->list, 0, true, STR_NONE);
    if (str_is(s->verb, "notice"))
        return benefit_notice(&c->op, s->list);
    if (str_is(s->verb, "confirm"))
        return benefit_confirm(&c->op, s->list);
    if (str_is(s->verb, "retry"))
        return benefit_retry(&c->op, s->list);
    if (str_is(s->verb, "void"))
        return benefit_void(&c->op, s->list, s->reason);
    if (str_is(s->verb, "pay"))
        return benefit_pay(&c->op, s->list, &s->count);
    return diag_set(c->op.diag, ERR_NOT_FOUND, "没有这个操作,有:review notice confirm retry void pay",
        "there is no such act; there are review notice confirm retry void pay");
}

static enum err review_work(struct call *c)
{
    struct acting *s = c->state;
    return benefit_review(&c->op, s->list, s->line, s->yes, s->reason);
}

static enum err answer_work(struct call *c)
{
    struct acting *s = c->state;
    return benefit_answer(&c->op, s->objection, s->yes, s->reason);
}

static enum err recover_work(struct call *c)
{
    struct acting *s = c->state;
    struct benefit_line line;
    TRY(benefit_line_get(&c->op, s->line, &line));
    s->list = line.list;
    return benefit_recover(&c->op, s->line, s->fen, s->document, s->reason);
}

static void acted(struct call *c)
{
    answer_list(c, 200, ((const struct acting *)c->state)->list);
}

static struct acting *acting_of(struct call *c)
{
    struct acting *s = ARENA_NEW(c->op.arena, struct acting);
    if (!s) {
        api_fail(c);
        return NULL;
    }
    if (!api_benefits_seen(c) || !api_body(c))
        return NULL;
    s->reason = json_str(c->body, "reason");
    s->document = json_str(c->body, "document");
    s->fen = json_int(c->body, "fen", 0);
    c->state = s;
    return s;
}

static void act(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct acting *s = acting_of(c);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->list))
        return;
    s->verb = http_param(req, "verb");
    api_write(c, act_work, acted);
}

static void review(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct acting *s = acting_of(c);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->list) || !api_param_id(c, "line", &s->line))
        return;
    s->yes = json_bool(c->body, "keep", false);
    api_write(c, review_work, acted);
}

static void answer(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct acting *s = acting_of(c);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->list) || !api_param_id(c, "objection", &s->objection))
        return;
    s->yes = json_bool(c->body, "uphold", false);
    s->reason = json_str(c->body, "reply");
    api_write(c, answer_work, acted);
}

static void recover(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct acting *s = acting_of(c);
    (void)app;
    if (s && api_param_id(c, "line", &s->line))
        api_write(c, recover_work, acted);
}

static const struct api_param list_params[] = { { "state", "string", "review notice confirmed void" },
    { "clause", "string", NULL }, { "unit", "string", NULL }, { "limit", "integer", "1 to 200" },
    { "after", "string", "`next` of the page before" }, { 0 } };
static const struct api_param line_params[] = { { "state", "string", "open struck awarded waiting void" },
    { "line", "string", "that one alone" },
    { "limit", "integer", "1 to 500" }, { "after", "string", "`next` of the page before" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route benefit_routes[] = {
    { "GET", "/api/benefits/mine", mine, 0, NULL,
        DOC("myBenefits", "What the reader's enterprise is entitled to and why, what is missing for the next",
            "policies", API_SESSION, NULL, "Entitlements", 0, NULL) },
    { "POST", "/api/benefits/claims", claim, 64 * KIB, NULL,
        DOC("claimBenefit", "Supply what is missing, with evidence, and claim in one step", "policies",
            API_SESSION, "ClaimInput", "ClaimMade", 201, NULL) },
    { "GET", "/api/benefits/lists", list, 0, NULL,
        DOC("listBenefitLists", "Lists by which benefits are paid, newest first", "policies", API_SESSION,
            NULL, "[BenefitList]", 0, list_params) },
    { "POST", "/api/benefits/lists", draw, 16 * KIB, NULL,
        DOC("drawBenefitList", "Draw a clause's list for a day", "policies", API_SESSION, "BenefitDraw",
            "BenefitListWhole", 201, NULL) },
    { "GET", "/api/benefits/lists/{id}", show, 0, NULL,
        DOC("getBenefitList", "A list, what may be done with it, objections", "policies", API_SESSION, NULL,
            "BenefitListWhole", 0, NULL) },
    { "GET", "/api/benefits/lists/{id}/lines", lines, 0, NULL,
        DOC("listBenefitLines", "Its lines with facts and trace", "policies", API_SESSION, NULL,
            "[BenefitLine]", 0, line_params) },
    { "POST", "/api/benefits/lists/{id}/acts/{verb}", act, 16 * KIB, NULL,
        DOC("actOnBenefitList", "review (keep all), notice, confirm, retry, void, pay", "policies",
            API_SESSION,
            "BenefitAct", "BenefitListWhole", 0, NULL) },
    { "POST", "/api/benefits/lists/{id}/lines/{line}", review, 16 * KIB, NULL,
        DOC("reviewBenefitLine", "Keep a line, or strike it with a reason", "policies", API_SESSION,
            "BenefitReview", "BenefitListWhole", 0, NULL) },
    { "POST", "/api/benefits/lists/{id}/objections/{objection}", answer, 16 * KIB, NULL,
        DOC("answerObjection", "Uphold an objection or dismiss it, with a reply", "policies", API_SESSION,
            "ObjectionAnswer", "BenefitListWhole", 0, NULL) },
    { "POST", "/api/benefits/lines/{line}/recover", recover, 16 * KIB, NULL,
        DOC("recoverBenefit", "What was paid comes back, with a reason", "policies", API_SESSION,
            "BenefitRecover", "BenefitListWhole", 0, NULL) },
    { 0 },
};
