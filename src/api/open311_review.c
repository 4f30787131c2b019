/*
 * Reports for those who handle them: all that their scope lets them see, with the pictures that wait
 * to be looked at, and what the public sees of each. And the one door for pictures that are shown.
 */
#include "api/open311.h"
#include "api/schemas.h"
#include "zone/content.h"

enum { REVIEW_BODY_MAX = 8 * 1024 };

FIELDS(handled) = { { "id", API_ID, R, 0, NULL, "of the case" }, { "number", API_TEXT, R },
    { "service", API_TEXT, R }, { "serviceName", API_NAME, R }, { "isPrivate", API_BOOL, R },
    { "status", API_TEXT, R, 0, NULL, "open or closed" }, { "description", API_TEXT, R },
    { "answer", API_TEXT, R | N }, { "unit", API_NAME, R | N }, { "address", API_TEXT, R },
    { "lon", API_NUMBER, R | N }, { "lat", API_NUMBER, R | N }, { "reportedAt", API_INSTANT, R },
    { "expectedAt", API_INSTANT, R | N }, { "mediaUrl", API_TEXT, R | N },
    { "picture", API_ID, R | N, 0, NULL, "the attachment" },
    { "pictureState", API_TEXT, R | N, 0, NULL, "waits, shown or withheld" },
    { "withheld", API_TEXT, R | N, 0, NULL, "why the public does not see the report" }, END };
FIELDS(handled_list) = { { "items", API_LIST, R, OPEN311_LIST_MAX, "HandledReport" },
    { "mayReview", API_BOOL, R }, END };
FIELDS(review_body) = { { "of", API_TEXT, R, 10, NULL, "picture or report" }, { "shown", API_BOOL, R },
    { "reason", API_TEXT, N, 1000 }, END };
const struct api_schema open311_review_schemas[] = { { "HandledReport", NULL, handled },
    { "HandledReports", NULL, handled_list }, { "ReportReview", NULL, review_body }, { 0 } };

static json_t *handled_json(struct call *c, const struct open311_request *r)
{
    static const char *const states[] = { NULL, "waits", "shown", "withheld" };
    const struct pack *p = zone_pack(c->api->zone);
    const struct pack_311_service *s = p->open311 ? pack_311_service(p->open311, r->service) : NULL;
    const struct pack_unit *unit = pack_unit(p, r->unit);
    json_t *o = json_object();
    json_set_id(o, "id", r->id);
    json_set_str(o, "number", r->number);
    json_set_str(o, "service", r->service);
    json_object_set_new(o, "serviceName",
        json_name(s ? s->topic->name : (struct name2){ r->service, r->service }));
    json_object_set_new(o, "isPrivate", json_boolean(!s || s->is_private));
    json_object_set_new(o, "status", json_string(r->open ? "open" : "closed"));
    json_set_str(o, "description", r->description);
    json_set_str_or_null(o, "answer", r->answer);
    json_object_set_new(o, "unit", unit ? json_name(unit->name) : json_null());
    json_set_str(o, "address", r->address);
    json_object_set_new(o, "lon", r->has_place ? json_real(r->lon) : json_null());
    json_object_set_new(o, "lat", r->has_place ? json_real(r->lat) : json_null());
    json_set_instant(&c->op, o, "reportedAt", r->requested_at);
    json_set_instant(&c->op, o, "expectedAt", r->expected_at);
    json_set_str_or_null(o, "mediaUrl", r->media_url);
    if (r->picture)
        json_set_id(o, "picture", r->picture);
    else
        json_object_set_new(o, "picture", json_null());
    json_object_set_new(
        o, "pictureState", r->picture_state ? json_string(states[r->picture_state]) : json_null());
    json_set_str_or_null(o, "withheld", r->withheld);
    return o;
}

static void list_handled(struct http_request *req, const void *app)
{
    static const char *const states[] = { "open", "closed", NULL };
    struct call *c = api_call(req);
    struct open311_handling f = { 0 };
    struct open311_request *items = NULL;
    size_t count = 0;
    str status;
    (void)app;
    if (!api_query(c, "service", &f.service) || !api_query_word(c, "status", states, &status)
        || !api_query_flag(c, "waiting", &f.waiting) || !api_read(c))
        return;
    f.open = str_is(status, "open");
    f.closed = str_is(status, "closed");
    enum err e = open311_handled(&c->op, &f, &items, &count);
    json_t *o = json_keep(req->arena, json_object()), *list = json_array();
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(list, handled_json(c, &items[i]));
    json_object_set_new(o, "items", list);
    json_object_set_new(o, "mayReview", json_boolean(actor_may(&c->actor, "verb.reply")));
    api_read_answer(c, e, o);
}

static enum err review_work(struct call *c)
{
    return open311_review(&c->op, c->state);
}

static void review_answer(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void review(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct open311_review *r = ARENA_NEW(req->arena, struct open311_review);
    (void)app;
    if (!r || !api_param_id(c, "id", &r->id) || !api_body(c))
        return;
    str of = json_str(c->body, "of");
    r->of_picture = str_is(of, "picture");
    r->shown = json_bool(c->body, "shown", false);
    r->reason = json_str(c->body, "reason");
    if (!r->of_picture && !str_is(of, "report")) {
        diag_field(&c->diag, STR("of"));
        diag_set(&c->diag, ERR_INVALID, "of 应为 picture 或 report", "of must be picture or report");
        api_fail(c);
        return;
    }
    c->state = r;
    api_write(c, review_work, review_answer);
}

/* A picture may be taken back from the public: it is asked for again each time, and kept by nobody. */
static void show_media(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str sha256 = STR_NONE, type = STR_NONE, content = STR_NONE;
    unsigned wait_s = 0;
    (void)app;
    enum err e = http_limiter_take(c->api->report_reads, req->peer, &wait_s, &c->diag);
    if (e != OK) {
        http_reply_header(req, "Retry-After", str_printf(req->arena, "%u", wait_s));
        api_fail(c);
        return;
    }
    if (!api_read(c))
        return;
    e = open311_picture(&c->op, http_param(req, "token"), &sha256, &type);
    api_read_end(c);
    if (e == OK && http_not_modified(req, str_slice(sha256, 0, 32)))
        return;
    if (e == OK)
        e = content_read(&c->op, sha256, &content);
    if (e != OK) {
        api_fail(c);
        return;
    }
    http_reply_header(req, "Cache-Control", STR("no-cache"));
    http_reply(req, 200, str_is(type, "image/png") ? "image/png" : "image/jpeg", content);
}

static const struct api_param params[] = { { "service", "string", "its code" },
    { "status", "string", "open or closed" },
    { "waiting", "boolean", "only those whose picture waits to be looked at" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route open311_review_routes[] = {
    { "GET", "/api/reports", list_handled, 0, NULL,
        DOC("listReports", "Residents' reports for those who handle them", "open311", API_SESSION, NULL,
            "HandledReports", 0, params) },
    { "POST", "/api/reports/{id}/review", review, REVIEW_BODY_MAX, NULL,
        DOC("reviewReport", "Show a picture or a report to the public, or keep it back", "open311",
            API_SESSION, "ReportReview", NULL, 204, NULL) },
    { "GET", "/open311/media/{token}", show_media, 0, NULL,
        DOC("reportPicture", "The picture of a public report, once shown", "open311", API_PUBLIC, NULL,
            NULL, 0, NULL, .type = "image/jpeg") },
    { 0 },
};
