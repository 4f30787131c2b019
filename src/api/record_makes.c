/* Records that a record gives rise to: what may be made, with what is filled in, and making it. */
#include "api/registers.h"
#include "api/schemas.h"

#include "zone/record_make.h"

enum { MAKE_BODY_BYTES_MAX = 64 * 1024 };

FIELDS(made) = { { "register", API_TEXT, R }, { "id", API_ID, R }, { "label", API_TEXT, R }, END };
FIELDS(make_action) = { { "code", API_TEXT, R }, { "name", API_NAME, R },
    { "register", API_TEXT, R, 0, NULL, "where the record is made" },
    { "registerName", API_NAME, R }, { "offered", API_BOOL, R },
    { "data", API_ANY, R, 0, NULL, "columns that are filled in" },
    { "made", API_OBJECT, R | N, 0, "MadeRecord" }, END };
FIELDS(make_actions) = { { "items", API_LIST, R, 0, "MakeAction" }, END };
FIELDS(make_input) = { { "action", API_TEXT, R, 40 },
    { "data", API_ANY, 0, 0, NULL, "columns over those filled in" }, END };
const struct api_schema record_make_schemas[] = { { "MadeRecord", NULL, made },
    { "MakeAction", NULL, make_action },
    { "MakeActions", "records that may be made from a record, and were", make_actions },
    { "MakeInput", NULL, make_input }, { 0 } };

static json_t *made_json(str code, int64_t id, str label)
{
    json_t *o = json_object();
    json_set_str(o, "register", code);
    json_set_id(o, "id", id);
    json_set_str(o, "label", label);
    return o;
}

static json_t *action_json(const struct record_making *m)
{
    json_t *o = json_object();
    str code = m->action->made->code;
    json_set_str(o, "code", m->action->code);
    json_object_set_new(o, "name", json_name(m->action->name));
    json_set_str(o, "register", code);
    json_object_set_new(o, "registerName", json_name(m->action->made->name));
    json_object_set_new(o, "offered", json_boolean(m->offered));
    json_object_set(o, "data", m->data);
    json_object_set_new(
        o, "made", m->made ? made_json(code, m->made, m->made_label) : json_null());
    return o;
}

static enum err read_makes(struct call *c, const struct pack_register *r, int64_t id, json_t *o)
{
    struct record record, shown;
    struct record_making *list;
    size_t count;
    json_t *items = json_array();
    json_object_set_new(o, "items", items);
    TRY(record_open(&c->op, r, id, &shown));
    TRY(record_get(&c->op, r->code, id, &record));
    TRY(record_makes(&c->op, r, &record, &list, &count));
    for (size_t i = 0; i < count; i++)
        if (list[i].offered || list[i].made)
            json_array_append_new(items, action_json(&list[i]));
    return OK;
}

static void show_makes(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    int64_t id;
    json_t *o = json_keep(req->arena, json_object());
    (void)app;
    if (!api_register(c, &r) || !api_param_id(c, "id", &id))
        return;
    if (r->closed) { /* nothing of a compartment without a look on record */
        json_object_set_new(o, "items", json_array());
        http_reply_json(req, 200, o);
        return;
    }
    if (!api_read(c))
        return;
    enum err e = read_makes(c, r, id, o);
    api_read_answer(c, e, o);
}

struct making {
    struct record_make in;
    const struct pack_register *made_in;
    struct record made;
    str label;
};

static enum err make_work(struct call *c)
{
    struct making *s = c->state;
    diag_list_init(&c->faults, c->op.arena, 50);
    s->in.faults = &c->faults;
    TRY(record_make(&c->op, &s->in, &s->made_in, &s->made));
    s->label = record_label(&c->op, s->made_in->code, &s->made);
    return OK;
}

static void make_answer(struct call *c)
{
    struct making *s = c->state;
    json_t *o = json_keep(c->op.arena, made_json(s->made_in->code, s->made.id, s->label));
    http_reply_json(c->req, 201, o);
}

static void make_record(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct making *s = ARENA_NEW(req->arena, struct making);
    (void)app;
    if (!s || !api_register(c, &s->in.r) || !api_param_id(c, "id", &s->in.id) || !api_body(c))
        return;
    s->in.action = json_str(c->body, "action");
    s->in.data = json_object_get(c->body, "data");
    c->state = s;
    if (s->in.data && !json_is_object(s->in.data)) {
        diag_field(&c->diag, STR("data"));
        diag_set(&c->diag, ERR_INVALID, "data 应为对象", "data must be an object");
        api_fail(c);
        return;
    }
    api_write(c, make_work, make_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_make_routes[] = {
    { "GET", "/api/registers/{register}/records/{id}/makes", show_makes, 0, NULL,
        DOC("getRecordMakes", "Records that may be made from a record, and those that were",
            "registers", API_SESSION, NULL, "MakeActions", 0, NULL) },
    { "POST", "/api/registers/{register}/records/{id}/makes", make_record, MAKE_BODY_BYTES_MAX,
        NULL,
        DOC("makeFromRecord", "Make a record from a record: both are linked, or neither is",
            "registers", API_SESSION, "MakeInput", "MadeRecord", 201, NULL) },
    { 0 },
};
