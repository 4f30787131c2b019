/* Keys of the reporting interface, for who manages accounts: shown once, limited, counted, withdrawn. */
#include "api/internal.h"
#include "api/schemas.h"
#include "zone/open311.h"

enum { KEY_BODY_MAX = 4096 };

FIELDS(key_row) = { { "id", API_ID, R }, { "name", API_TEXT, R }, { "createdAt", API_INSTANT, R },
    { "createdBy", API_TEXT, R }, { "disabledAt", API_INSTANT, R | N },
    { "aDay", API_INT, R, 0, NULL, "reports a day at most; 0: no limit of its own" },
    { "used", API_INT, R, 0, NULL, "reports taken with it" }, { "usedToday", API_INT, R },
    { "usedAt", API_INSTANT, R | N, 0, NULL, "the last one" },
    { "key", API_TEXT, N, 0, NULL, "when just made; shown once" }, END };
FIELDS(key_body) = { { "name", API_TEXT, R, 100, NULL, "who it is for" }, { "aDay", API_INT, 0 }, END };
FIELDS(key_limit) = { { "aDay", API_INT, R }, END };
const struct api_schema open311_key_schemas[] = { { "Open311Key", NULL, key_row },
    { "NewOpen311Key", NULL, key_body }, { "Open311KeyLimit", NULL, key_limit }, { 0 } };

struct keying {
    struct open311_key made;
    str name, key;
    int64_t id, a_day;
    bool limits;
};

static json_t *key_json(struct call *c, const struct open311_key *k)
{
    json_t *o = json_object();
    json_set_id(o, "id", k->id);
    json_set_str(o, "name", k->name);
    json_set_instant(&c->op, o, "createdAt", k->created_at);
    json_set_str(o, "createdBy", k->created_by);
    json_set_instant(&c->op, o, "disabledAt", k->disabled_at);
    json_set_int(o, "aDay", k->a_day);
    json_set_int(o, "used", k->used);
    json_set_int(o, "usedToday", k->used_today);
    json_set_instant(&c->op, o, "usedAt", k->used_at);
    return o;
}

static void list_keys(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct open311_key *keys = NULL;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = open311_keys(&c->op, &keys, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, key_json(c, &keys[i]));
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

static enum err key_work(struct call *c)
{
    struct keying *s = c->state;
    if (s->limits)
        return open311_key_limit(&c->op, s->id, s->a_day);
    return s->id ? open311_key_disable(&c->op, s->id)
                 : open311_key_create(&c->op, s->name, s->a_day, &s->made, &s->key);
}

static void key_answer(struct call *c)
{
    struct keying *s = c->state;
    if (s->id) {
        http_reply_empty(c->req, 204);
        return;
    }
    s->made.created_by = c->actor.name;
    json_t *o = json_keep(c->op.arena, key_json(c, &s->made));
    json_set_str(o, "key", s->key);
    http_reply_json(c->req, 201, o);
}

static void create_key(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct keying *s = ARENA_NEW(req->arena, struct keying);
    (void)app;
    if (!s || !api_body(c))
        return;
    s->name = json_str(c->body, "name");
    s->a_day = json_int(c->body, "aDay", 0);
    c->state = s;
    api_write(c, key_work, key_answer);
}

static void limit_key(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct keying *s = ARENA_NEW(req->arena, struct keying);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->id) || !api_body(c))
        return;
    s->limits = true;
    s->a_day = json_int(c->body, "aDay", 0);
    c->state = s;
    api_write(c, key_work, key_answer);
}

static void disable_key(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct keying *s = ARENA_NEW(req->arena, struct keying);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->id))
        return;
    c->state = s;
    api_write(c, key_work, key_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route open311_key_routes[] = {
    { "GET", "/api/open311/keys", list_keys, 0, NULL,
        DOC("listReportKeys", "Keys for reporting", "open311", API_SESSION, NULL, "[Open311Key]", 0,
            NULL) },
    { "POST", "/api/open311/keys", create_key, KEY_BODY_MAX, NULL,
        DOC("createReportKey", "A new key, shown once", "open311", API_SESSION, "NewOpen311Key",
            "Open311Key", 201, NULL) },
    { "PATCH", "/api/open311/keys/{id}", limit_key, KEY_BODY_MAX, NULL,
        DOC("limitReportKey", "Another limit a day of a key in use", "open311", API_SESSION,
            "Open311KeyLimit", NULL, 204, NULL) },
    { "DELETE", "/api/open311/keys/{id}", disable_key, 0, NULL,
        DOC("disableReportKey", "A key is no longer in use", "open311", API_SESSION, NULL, NULL, 204,
            NULL) },
    { 0 },
};
