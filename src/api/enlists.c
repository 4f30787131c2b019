/* Many records put onto a list in one go, for pages of the kind `enlist`; a dry run is undone on purpose. */
#include "api/schemas.h"

#include "zone/enlist.h"

enum { BODY_BYTES_MAX = 512 * 1024, IDS_READ_MAX = 20000, OWN_BYTES_MAX = 128 * 1024 * 1024 };

/* clang-format off */
FIELDS(enlist_input) = { { "within", API_ID, R, 0, NULL, "the list: id of a record" },
    { "ids", API_IDS, R, IDS_READ_MAX, NULL, "what is put on it, at most 2,000" },
    { "people", API_IDS, 0, ENLIST_PEOPLE_MAX, NULL, "accounts that take them in turn" },
    { "data", API_ANY, 0, 0, NULL, "what the page asks once for all, by column" },
    { "reason", API_TEXT, 0, 400 }, END };
FIELDS(enlist_item_) = { { "id", API_ID, R }, { "label", API_TEXT, R },
    { "state", API_TEXT, R, 0, NULL, "new there fault" }, { "who", API_ID, R | N },
    { "field", API_TEXT, R | N }, { "message", API_NAME, R | N }, END };
FIELDS(enlist_result) = { { "saved", API_BOOL, R, 0, NULL, "all of the new ones, or none" },
    { "batch", API_ID, R | N, 0, NULL, "undone as any batch of the register" },
    { "fresh", API_INT, R }, { "there", API_INT, R, 0, NULL, "on the list already" },
    { "faults", API_INT, R }, { "items", API_LIST, R, 0, "EnlistItem" }, END };
FIELDS(enlisted_) = { { "items", API_TEXTS, R, 0, NULL,
    "keys of what is on the list, or ids without a key" }, END };
const struct api_schema enlist_schemas[] = { { "EnlistInput", NULL, enlist_input },
    { "EnlistItem", NULL, enlist_item_ },
    { "EnlistResult", "what was, or would be, put on the list", enlist_result },
    { "Enlisted", NULL, enlisted_ }, { 0 } };
/* clang-format on */

struct call_enlist {
    struct arena own;
    struct enlisting e;
    bool dry, saved;
};

static void release(void *ctx)
{
    arena_release(&((struct call_enlist *)ctx)->own);
}

static enum err enlist_work(struct call *c)
{
    struct call_enlist *s = c->state;
    struct op op = c->op;
    op.arena = &s->own;
    TRY(enlist(&op, &s->e));
    s->saved = !s->dry && !s->e.faults && s->e.fresh;
    return s->saved ? OK : api_undo(c);
}

static json_t *item_json(const struct enlist_item *i)
{
    json_t *o = json_object();
    json_set_id(o, "id", i->id);
    json_set_str(o, "label", i->label);
    json_set_str(o, "state", str_from(enlist_state_word(i->state)));
    json_object_set_new(o, "who", json_null());
    json_object_set_new(o, "field", i->why && i->why->field[0] ? json_string(i->why->field) : json_null());
    json_object_set_new(o, "message",
        i->why ? json_name((struct name2){ str_from(i->why->zh), str_from(i->why->en) }) : json_null());
    if (i->who)
        json_set_id(o, "who", i->who);
    return o;
}

static void enlist_answer(struct call *c)
{
    struct call_enlist *s = c->state;
    json_t *o = json_keep(c->op.arena, json_object()), *items = json_array();
    json_object_set_new(o, "saved", json_boolean(s->saved));
    json_object_set_new(o, "batch", json_null());
    if (s->saved)
        json_set_id(o, "batch", s->e.batch);
    json_set_int(o, "fresh", (int64_t)s->e.fresh);
    json_set_int(o, "there", (int64_t)s->e.there);
    json_set_int(o, "faults", (int64_t)s->e.faults);
    json_object_set_new(o, "items", items);
    for (size_t i = 0; i < s->e.count; i++)
        json_array_append_new(items, item_json(&s->e.items[i]));
    http_reply_json(c->req, 200, o);
}

static int64_t *ids_of(struct call_enlist *s, const json_t *list, size_t *count)
{
    *count = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(&s->own, int64_t, *count + 1);
    for (size_t i = 0; ids && i < *count; i++)
        (void)id_parse(str_from(json_string_value(json_array_get(list, i))), &ids[i]);
    return ids;
}

static bool read_input(struct call *c, struct call_enlist *s)
{
    struct enlisting *e = &s->e;
    e->data = json_object_get(c->body, "data");
    e->reason = json_str(c->body, "reason");
    if (str_blank(e->reason))
        e->reason = e->page->name.zh;
    (void)id_parse(json_str(c->body, "within"), &e->within);
    e->ids = ids_of(s, json_object_get(c->body, "ids"), &e->id_count);
    e->people = ids_of(s, json_object_get(c->body, "people"), &e->people_count);
    if (e->data && !json_is_object(e->data)) {
        diag_field(&c->diag, STR("data"));
        diag_set(&c->diag, ERR_INVALID, "data 应为对象", "data must be an object");
        api_fail(c);
        return false;
    }
    if (diag_arena(&c->diag, &s->own) == OK)
        return true;
    api_fail(c);
    return false;
}

static void put_on_list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct call_enlist *s = ARENA_NEW(req->arena, struct call_enlist);
    (void)app;
    c->state = s;
    if (!s || !api_page(c, "enlist", &s->e.page) || !api_body(c) || !api_query_flag(c, "dryRun", &s->dry))
        return;
    arena_init(&s->own, NULL, OWN_BYTES_MAX);
    if (!arena_defer(req->arena, release, s))
        api_fail(c);
    else if (read_input(c, s))
        api_write(c, enlist_work, enlist_answer);
}

static void show_list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct arena room;
    str text, *names = NULL;
    size_t count = 0;
    int64_t within = 0;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    json_object_set_new(o, "items", items);
    if (!api_page(c, "enlist", &page) || !api_query(c, "within", &text) || !api_read(c))
        return;
    struct op own = c->op;
    arena_init(&room, NULL, OWN_BYTES_MAX);
    own.arena = &room;
    (void)id_parse(text, &within);
    enum err e = enlist_there(&own, page, within, &names, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, json_from_str(names[i]));
    arena_release(&room);
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param list_params[] = { { "within", "string", "the list: id of a record" }, { 0 } };
static const struct api_param put_params[]
    = { { "dryRun", "boolean", "try only: everything is checked, nothing is saved" }, { 0 } };
const struct http_route enlist_routes[] = {
    { "GET", "/api/pages/{page}/enlist", show_list, 0, NULL,
        DOC("getEnlisted", "What is on a list already", "pages", API_SESSION, NULL, "Enlisted", 0,
            list_params) },
    { "POST", "/api/pages/{page}/enlist", put_on_list, BODY_BYTES_MAX, NULL,
        DOC("enlistRecords", "Put many records onto a list as one batch, all or none", "pages", API_SESSION,
            "EnlistInput", "EnlistResult", 0, put_params) },
    { 0 },
};
