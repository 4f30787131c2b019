/* Who looked into a compartment, for pages of the kind `looks`: who, when, at what, and who was refused. */
#include "api/schemas.h"

#include "zone/look.h"

FIELDS(look) = { { "id", API_ID, R }, { "at", API_INSTANT, R }, { "who", API_TEXT, R },
    { "unit", API_TEXT, R }, { "what", API_TEXT, R, 0, NULL, "look list refused reveal" },
    { "record", API_ID, R | N, 0, NULL, "the record, where it was one" },
    { "count", API_INT, R | N, 0, NULL, "records of a list" },
    { "reason", API_TEXT, R, 0, NULL, "of a look behind the mask" }, END };
const struct api_schema look_schemas[] = { { "CompartmentLook", NULL, look }, { 0 } };

static json_t *look_json(struct call *c, const struct ledger_row *row)
{
    json_t *o = json_object();
    const json_t *by = json_object_get(row->event, "actor");
    const json_t *count = json_object_get(row->event, "count");
    str what = str_slice(row->kind, sizeof "record." - 1, row->kind.bytes);
    json_set_id(o, "id", row->id);
    json_set_instant(&c->op, o, "at", row->at_ms);
    json_set_str(o, "who", json_str(by, "name"));
    json_set_str(o, "unit", json_str(by, "unit"));
    json_set_str(o, "what", str_is(what, "look") && !row->subject ? STR("list") : what);
    if (row->subject)
        json_set_id(o, "record", row->subject);
    else
        json_object_set_new(o, "record", json_null());
    json_object_set_new(o, "count", count ? json_integer(json_integer_value(count)) : json_null());
    json_set_str(o, "reason", json_str(row->event, "reason"));
    return o;
}

static void list_looks(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct ledger_row *rows;
    int64_t before = 0, limit = 50;
    size_t count = 0;
    bool more = false;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    json_object_set_new(o, "items", items);
    if (!api_page(c, "looks", &page) || !api_query_int(c, "limit", 1, 100, &limit)
        || !api_query_int(c, "after", 0, INT64_MAX, &before) || !api_read(c))
        return;
    enum err e = look_list(&c->op, page->r, before, (size_t)limit, &rows, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, look_json(c, &rows[i]));
    json_object_set_new(o, "next",
        more ? json_from_str(str_printf(req->arena, "%lld", (long long)rows[count - 1].id))
             : json_null());
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param look_params[] = { { "after", "string", "next of the page before" },
    { "limit", "integer", "1 to 100" }, { 0 } };
const struct http_route look_routes[] = {
    { "GET", "/api/pages/{page}/looks", list_looks, 0, NULL,
        DOC("listCompartmentLooks", "Who looked into a compartment, and who was refused, newest first",
            "pages", API_SESSION, NULL, "[CompartmentLook]", 0, look_params) },
    { 0 },
};
