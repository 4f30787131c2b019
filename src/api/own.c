/* What is the reader's own: who looked at it, and why. */
#include "api/schemas.h"

#include "zone/own_looks.h"

FIELDS(own_look) = { { "at", API_INSTANT, R },
    { "what", API_TEXT, R, 0, NULL, "contact, record, licence, evidence, account" },
    { "subject", API_TEXT, R, 0, NULL, "number of the case, list or batch, name of the licence" },
    { "who", API_TEXT, R, 0, NULL, "empty: a stranger who verified it" },
    { "unit", API_NAME, R | N }, { "why", API_TEXT, R },
    { "how", API_TEXT, R, 0, NULL, "of a licence: code, number, consent …" }, END };
const struct api_schema own_schemas[] = { { "OwnLook", "a look at what is mine", own_look },
    { 0 } };

static void list_looks(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct own_look *looks = NULL;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = own_looks(&c->op, &looks, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++) {
        const struct pack_unit *u = pack_unit(zone_pack(c->api->zone), looks[i].unit);
        json_t *one = json_object();
        json_set_instant(&c->op, one, "at", looks[i].at);
        json_set_str(one, "what", looks[i].what);
        json_set_str(one, "subject", looks[i].subject);
        json_set_str(one, "who", looks[i].who);
        json_object_set_new(one, "unit", u ? json_name(u->name) : json_null());
        json_set_str(one, "why", looks[i].why);
        json_set_str(one, "how", looks[i].result);
        json_array_append_new(items, one);
    }
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route own_routes[] = {
    { "GET", "/api/own/looks", list_looks, 0, NULL,
        DOC("ownLooks", "Who looked at what is mine, and why", "services", API_SESSION, NULL,
            "[OwnLook]", 0, NULL) },
    { 0 },
};
