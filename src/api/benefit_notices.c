/* Lists under public notice: anyone reads them, and anyone may object. */
#include "api/benefits.h"

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct benefit_filter f = { .published = true, .limit = 50 };
    int64_t key;
    (void)app;
    if (api_cursor(c, &key, &f.after) && api_read(c))
        api_answer_lists(c, &f);
}

static bool is_published(const struct benefit_list *l)
{
    return str_is(l->state, "notice") || (str_is(l->state, "confirmed") && l->notice_from.bytes);
}

static enum err whole(struct call *c, int64_t id, json_t **out)
{
    struct benefit_list l;
    struct benefit_line *lines;
    struct benefit_line_filter f = { .list = id, .brief = true, .limit = BENEFIT_LINES_MAX };
    const struct pack_clause *clause;
    size_t count;
    bool more;
    TRY(benefit_list_get(&c->op, id, &l));
    if (!is_published(&l))
        return diag_set(&c->diag, ERR_NOT_FOUND, "没有这份公示", "there is no such notice");
    TRY(benefit_clause(&c->op, &l, &clause));
    json_t *o = json_keep(c->op.arena, json_benefit_list(c, &l, true));
    json_t *rows = json_array();
    json_object_set_new(o, "text", json_name(clause->text));
    json_object_set_new(o, "law", json_name(clause->law));
    json_object_set_new(o, "lineList", rows);
    TRY(benefit_lines(&c->op, &f, &lines, &count, &more));
    for (size_t i = 0; i < count; i++)
        if (!str_is(lines[i].state, "struck"))
            json_array_append_new(rows, json_benefit_line(c, &lines[i], false, true));
    TRY(json_objections(c, id, true, o));
    *out = o;
    return OK;
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t id;
    json_t *o = NULL;
    (void)app;
    if (!api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = whole(c, id, &o);
    api_read_answer(c, e, o);
}

struct objecting {
    struct benefit_objecting in;
    int64_t id;
    str notice_to;
};

static enum err object_work(struct call *c)
{
    struct objecting *s = c->state;
    struct benefit_list l;
    TRY(benefit_object(&c->op, &s->in, &s->id));
    TRY(benefit_list_get(&c->op, s->in.list, &l));
    s->notice_to = l.notice_to;
    return OK;
}

static void object_answer(struct call *c)
{
    const struct objecting *s = c->state;
    json_t *o = json_object();
    json_set_str_or_null(o, "noticeTo", s->notice_to);
    api_answer_made(c, s->id, o);
}

static void object(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct objecting *s = ARENA_NEW(req->arena, struct objecting);
    unsigned wait_s;
    (void)app;
    if (!s || (!c->signed_in && http_limiter_take(c->api->sign_ins, req->peer, &wait_s, &c->diag) != OK)) {
        api_fail(c);
        return;
    }
    if (!api_param_id(c, "id", &s->in.list) || !api_body(c))
        return;
    s->in.name = json_str(c->body, "name");
    s->in.phone = json_str(c->body, "phone");
    s->in.text = json_str(c->body, "text");
    (void)str_to_int64(json_str(c->body, "line"), &s->in.line);
    c->state = s;
    api_write(c, object_work, object_answer);
}

static const struct api_param list_params[] = { { "after", "string", "`next` of the page before" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route benefit_notice_routes[] = {
    { "GET", "/api/benefits/notices", list, 0, NULL,
        DOC("listBenefitNotices", "Lists under public notice, and those confirmed lately", "policies",
            API_PUBLIC, NULL, "[PublicNotice]", 0, list_params) },
    { "GET", "/api/benefits/notices/{id}", show, 0, NULL,
        DOC("getBenefitNotice", "A list under public notice with its lines", "policies", API_PUBLIC, NULL,
            "PublicNoticeWhole", 0, NULL) },
    { "POST", "/api/benefits/notices/{id}/objections", object, 16 * KIB, NULL,
        DOC("objectToBenefit", "Object, signed in or with name and phone", "policies", API_PUBLIC,
            "ObjectionInput", "ObjectionMade", 201, NULL) },
    { 0 },
};
