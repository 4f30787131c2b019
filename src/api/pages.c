/* Pages of systems as the pack defines them; the face draws them by their kind. */
#include "api/schemas.h"

#include "zone/page.h"

FIELDS(page_info) = { { "page", API_TEXT, R }, { "name", API_NAME, R },
    { "note", API_NAME, R | N }, { "kind", API_TEXT, R }, { "house", API_TEXT, R },
    { "system", API_TEXT, R }, { "systemName", API_NAME, R }, { "order", API_INT, R }, END };
FIELDS(page_definition) = { { "page", API_TEXT, R }, { "name", API_NAME, R },
    { "note", API_NAME, R | N }, { "kind", API_TEXT, R }, { "house", API_TEXT, R },
    { "system", API_TEXT, R }, { "systemName", API_NAME, R }, { "order", API_INT, R },
    { "members", API_ANY, R, 0, NULL, "the definition; docs/pack.md says what each kind holds" },
    END };
const struct api_schema page_schemas[] = { { "PageInfo", NULL, page_info },
    { "PageDefinition", NULL, page_definition }, { 0 } };

static json_t *page_json(const struct pack_page *p)
{
    json_t *o = json_object();
    json_set_str(o, "page", p->code);
    json_object_set_new(o, "name", json_name(p->name));
    json_object_set_new(o, "note", p->note.zh.bytes ? json_name(p->note) : json_null());
    json_set_str(o, "kind", p->kind);
    json_set_str(o, "house", p->house);
    json_set_str(o, "system", p->system->folder);
    json_object_set_new(o, "systemName", json_name(p->system->name));
    json_object_set_new(o, "order", json_integer(p->order));
    return o;
}

static void list_pages(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    for (size_t i = 0; i < p->page_count; i++)
        if (page_seen(&c->op, &p->pages[i]))
            json_array_append_new(items, page_json(&p->pages[i]));
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

bool api_page(struct call *c, const char *kind, const struct pack_page **out)
{
    *out = pack_page(zone_pack(c->api->zone), http_param(c->req, "page"));
    if (*out && (!kind || str_is((*out)->kind, kind)) && page_seen(&c->op, *out))
        return true;
    if (!c->signed_in && *out)
        diag_set(&c->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in");
    else
        diag_set(&c->diag, ERR_NOT_FOUND, "没有这个页面,或您无权查看",
            "there is no such page, or you may not see it");
    api_fail(c);
    return false;
}

static void show_page(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    (void)app;
    if (!api_page(c, NULL, &page))
        return;
    json_t *o = json_keep(req->arena, page_json(page));
    json_object_set_new(o, "members", json_deep_copy(page->members));
    http_reply_json(req, 200, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route page_routes[] = {
    { "GET", "/api/pages", list_pages, 0, NULL,
        DOC("listPages", "Pages of the zone's systems that the reader may see", "pages", API_PUBLIC,
            NULL, "[PageInfo]", 0, NULL) },
    { "GET", "/api/pages/{page}", show_page, 0, NULL,
        DOC("getPage", "A page with its definition", "pages", API_PUBLIC, NULL, "PageDefinition", 0,
            NULL) },
    { 0 },
};
