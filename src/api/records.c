/* Enterprises: the applicant's register, for finding and for filling in. */
#include "api/internal.h"

#include "zone/register.h"

static json_t *record_json(struct call *c, const struct record *r)
{
    const struct pack *p = zone_pack(c->api->zone);
    str code = api_applicants(p);
    const struct pack_register *reg = pack_register(p, code);
    ASSERT(reg); /* the record was read from it */
    char *key = str_terminated(c->op.arena, reg->key->name);
    json_t *o = json_object(), *data = json_copy(r->data);
    for (size_t i = 0; i < reg->column_count; i++)
        if (reg->columns[i].masked)
            json_object_setn_new(
                data, reg->columns[i].name.data, reg->columns[i].name.bytes, json_string("****"));
    json_set_id(o, "id", r->id);
    json_set_str(o, "name", record_label(&c->op, code, r));
    json_set_str(o, "creditCode", key ? json_str(r->data, key) : STR_NONE);
    json_object_set_new(o, "data", data);
    return o;
}

static void find(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct record *records = NULL;
    size_t count = 0;
    int64_t limit = 20;
    str text;
    (void)app;
    if (!api_query_text(c, "q", &text) || !api_query_int(c, "limit", 1, 100, &limit) || !api_read(c))
        return;
    enum err e = actor_require(&c->op, "enterprise.read");
    if (e == OK)
        e = record_find(
            &c->op, api_applicants(zone_pack(c->api->zone)), text, (size_t)limit, &records, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, record_json(c, &records[i]));
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct record record;
    int64_t id;
    (void)app;
    if (!api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = id == c->actor.enterprise ? OK : actor_require(&c->op, "enterprise.read");
    if (e == OK)
        e = record_get(&c->op, api_applicants(zone_pack(c->api->zone)), id, &record);
    json_t *o = e == OK ? json_keep(req->arena, record_json(c, &record)) : NULL;
    api_read_end(c);
    if (o)
        http_reply_json(req, 200, o);
    else
        api_fail(c);
}

static const struct api_param find_params[] = { { "q", "string",
                                                    "part of the name or of the credit code" },
    { "limit", "integer", "1 to 100" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_routes[] = {
    { "GET", "/api/enterprises", find, 0, NULL,
        DOC("findEnterprises", "Enterprises by name or credit code", "registers", API_SESSION, NULL,
            "[Enterprise]", 0, find_params) },
    { "GET", "/api/enterprises/{id}", show, 0, NULL,
        DOC("getEnterprise", "One enterprise", "registers", API_SESSION, NULL, "Enterprise", 0,
            NULL) },
    { 0 },
};
