/*
 * Kind of page `draw`: what draws there are, the published file of each, and the acts: publishing the
 * list, and on its day the seed, which two people enter. Anyone reads; who may write the register of
 * draws acts. The result goes into the registers of lots and entries where the page names columns.
 */
#include "api/registers.h"
#include "api/schemas.h"
#include "zone/draw_page.h"

#include <string.h>

enum { BODY_MAX = 16 * 1024 };

FIELDS(draw_group) = { { "name", API_NAME, R }, { "entries", API_INT, R }, END };
FIELDS(draw_row) = { { "key", API_TEXT, R }, { "title", API_TEXT, R }, { "source", API_TEXT, R },
    { "day", API_DATE, R | N }, { "state", API_TEXT, R, 0, NULL, "open, published, proposed or drawn" },
    { "entries", API_INT, R | N, 0, NULL, "before it is published: to those who act" },
    { "lots", API_INT, R | N },
    { "groups", API_LIST, R, 20, "DrawGroup", "before it is published: to those who act" },
    { "misfits", API_INT, R, 0, NULL, "applicants in none of the groups that draw" },
    { "commitment", API_TEXT, R | N },
    { "publishedAt", API_INSTANT, R | N }, { "publishedLeaf", API_TEXT, R | N },
    { "seed", API_TEXT, R | N }, { "evidence", API_TEXT, R | N }, { "drawnAt", API_INSTANT, R | N },
    { "drawnLeaf", API_TEXT, R | N },
    { "proposedBy", API_TEXT, R | N, 0, NULL, "who entered the seed first; to those who act" },
    { "proposedAt", API_INSTANT, R | N },
    { "confirmedBy", API_TEXT, R | N, 0, NULL, "who entered it second; to those who act" },
    { "mine", API_BOOL, R, 0, NULL, "did the reader enter it first" }, END };
FIELDS(draw_list) = { { "items", API_LIST, R, 500, "DrawRow" },
    { "writable", API_BOOL, R, 0, NULL, "may the reader publish and draw" }, END };
FIELDS(draw_seed_body) = { { "seed", API_TEXT, R, 1000 },
    { "evidence", API_TEXT, R, 1000, NULL, "where and when it was read" }, END };
FIELDS(draw_confirm_body) = { { "seed", API_TEXT, R, 1000, NULL, "as the second person read it" }, END };
const struct api_schema draw_schemas[] = { { "DrawGroup", NULL, draw_group },
    { "DrawRow", "A draw", draw_row },
    { "DrawList", NULL, draw_list }, { "DrawSeed", NULL, draw_seed_body },
    { "DrawConfirm", NULL, draw_confirm_body }, { 0 } };

struct drawing {
    struct draw_page at;
    str seed, evidence;
    struct draw_kept kept;
};

static json_t *row_json(struct call *c, const struct drawing *s, const struct record *r, bool published)
{
    const struct draw_kept *k = &s->kept;
    json_t *o = json_object();
    const char *key = str_terminated(c->op.arena, s->at.draws->key->name);
    json_set_str(o, "key", key ? json_str(r->data, key) : STR_NONE);
    json_set_str(o, "title", draw_page_text(&s->at, r, "draw_title"));
    json_set_str(o, "source", draw_page_text(&s->at, r, "draw_source"));
    json_object_set_new(o, "day", json_str_or_null(draw_page_text(&s->at, r, "draw_day")));
    json_object_set_new(o, "state",
        json_string(!published ? "open"
                : k->seed.bytes    ? "drawn"
                : k->proposed_at   ? "proposed"
                                   : "published"));
    json_object_set_new(o, "entries", published ? json_integer(k->entry_count) : json_null());
    json_object_set_new(o, "lots", published ? json_integer(k->lot_count) : json_null());
    json_object_set_new(o, "groups", json_array());
    json_set_int(o, "misfits", 0);
    json_set_str_or_null(o, "commitment", k->commitment);
    json_set_instant(&c->op, o, "publishedAt", k->published_at);
    json_set_str_or_null(o, "publishedLeaf", k->published_leaf);
    json_set_str_or_null(o, "seed", k->seed);
    json_set_str_or_null(o, "evidence", k->evidence);
    json_set_instant(&c->op, o, "drawnAt", k->drawn_at);
    json_set_str_or_null(o, "drawnLeaf", k->drawn_leaf);
    bool acts = c->signed_in && register_written(&c->op, s->at.draws);
    json_object_set_new(o, "proposedBy", acts ? json_str_or_null(k->proposed_by) : json_null());
    json_set_instant(&c->op, o, "proposedAt", k->proposed_at);
    json_object_set_new(o, "confirmedBy", acts ? json_str_or_null(k->drawn_by) : json_null());
    json_object_set_new(o, "mine", json_boolean(acts && k->proposed_account == c->actor.account));
    return o;
}

/* The page's draws, whose register must have a key. False: answered. */
static bool begin(struct call *c, struct drawing *s)
{
    const struct pack_page *page;
    if (!api_page(c, "draw", &page))
        return false;
    s->at = draw_page_of(c->api->zone, page);
    if (register_seen(&c->op, s->at.draws) && s->at.draws->key)
        return true;
    diag_set(&c->diag, ERR_NOT_FOUND, "没有这样的摇号", "there are no such draws");
    api_fail(c);
    return false;
}

static enum err find_kept(struct call *c, struct drawing *s, str key, bool *published)
{
    enum err e = draw_find(&c->op, s->at.draws->code, key, &s->kept);
    *published = e == OK;
    if (e != ERR_NOT_FOUND)
        return e;
    memset(c->op.diag, 0, sizeof *c->op.diag);
    s->kept = (struct draw_kept){ 0 };
    return OK;
}

static enum err preview(struct call *c, struct drawing *s, json_t *row);

static void list_draws(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct drawing s = { 0 };
    struct record_page page = { 0 };
    struct record_filter f = { .limit = RECORD_PAGE_MAX };
    (void)app;
    if (!begin(c, &s) || !api_read(c))
        return;
    const bool acts = c->signed_in && register_written(&c->op, s.at.draws);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    enum err e = record_list(&c->op, s.at.draws, &f, &page);
    for (size_t i = 0; e == OK && i < page.count; i++) {
        bool published;
        char *key = str_terminated(req->arena, s.at.draws->key->name);
        s.at.key = key ? json_str(page.items[i].data, key) : STR_NONE;
        e = find_kept(c, &s, s.at.key, &published);
        json_t *row = row_json(c, &s, &page.items[i], published);
        json_array_append_new(items, row);
        if (e == OK && !published && acts)
            e = preview(c, &s, row);
    }
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "writable", json_boolean(acts));
    api_read_answer(c, e, o);
}

static void show_file(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct drawing s = { 0 };
    (void)app;
    if (!begin(c, &s) || !api_read(c))
        return;
    enum err e = draw_find(&c->op, s.at.draws->code, http_param(req, "key"), &s.kept);
    api_read_end(c);
    if (e == OK)
        http_reply_json_text(req, 200, s.kept.file);
    else
        api_fail(c);
}

/* What publishing would fix: who takes part, by group, and for how many lots. */
static enum err preview(struct call *c, struct drawing *s, json_t *row)
{
    json_t *entries = json_keep(c->op.arena, json_array()), *lots = json_keep(c->op.arena, json_array());
    const struct pack_column *of
        = pack_column(s->at.entries, pack_page_text(s->at.page->members, "entry_group"));
    const json_t *groups = json_object_get(s->at.page->members, "groups");
    int64_t placed = 0;
    TRY(draw_page_list(&c->op, &s->at, entries, lots));
    for (size_t g = 0; g < json_array_size(groups); g++) {
        str code = str_from(json_string_value(json_array_get(groups, g)));
        const struct pack_code *named = pack_code(of->codes, code);
        int64_t count = 0;
        for (size_t i = 0; i < json_array_size(entries); i++)
            count += str_equal(json_str(json_array_get(entries, i), "group"), code);
        json_t *o = json_object();
        json_object_set_new(o, "name", json_name(named ? named->name : (struct name2){ code, code }));
        json_set_int(o, "entries", count);
        json_array_append_new(json_object_get(row, "groups"), o);
        placed += count;
    }
    json_set_int(row, "entries", (int64_t)json_array_size(entries));
    json_set_int(row, "lots", (int64_t)json_array_size(lots));
    json_set_int(row, "misfits", (int64_t)json_array_size(entries) - placed);
    return OK;
}

static enum err publish_work(struct call *c)
{
    struct drawing *s = c->state;
    return draw_page_publish(&c->op, &s->at, &s->kept);
}

static enum err seed_work(struct call *c)
{
    struct drawing *s = c->state;
    return draw_page_propose(&c->op, &s->at, s->seed, s->evidence, &s->kept);
}

static enum err confirm_work(struct call *c)
{
    struct drawing *s = c->state;
    return draw_page_confirm(&c->op, &s->at, s->seed, &s->kept);
}

static void answer(struct call *c)
{
    struct drawing *s = c->state;
    http_reply_json(c->req, 200, json_keep(c->op.arena, row_json(c, s, &s->at.record, true)));
}

static struct drawing *begin_act(struct call *c)
{
    struct drawing *s = ARENA_NEW(c->req->arena, struct drawing);
    if (!s || !begin(c, s))
        return NULL;
    s->at.key = http_param(c->req, "key");
    c->state = s;
    return s;
}

static void publish(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin_act(c))
        api_write(c, publish_work, answer);
}

/* What one of the two reads off the stated source. */
static void enter(struct http_request *req, enum err (*work)(struct call *c))
{
    struct call *c = api_call(req);
    struct drawing *s;
    if (!api_body(c) || !(s = begin_act(c)))
        return;
    s->seed = str_trim(json_str(c->body, "seed"));
    s->evidence = json_str(c->body, "evidence");
    api_write(c, work, answer);
}

static void seed(struct http_request *req, const void *app)
{
    (void)app;
    enter(req, seed_work);
}

static void confirm(struct http_request *req, const void *app)
{
    (void)app;
    enter(req, confirm_work);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route draw_routes[] = {
    { "GET", "/api/pages/{page}/draws", list_draws, 0, NULL,
        DOC("listDraws", "Draws of a page", "pages", API_PUBLIC, NULL, "DrawList", 0, NULL) },
    { "GET", "/api/pages/{page}/draws/{key}", show_file, 0, NULL,
        DOC("getDraw", "The published file of a draw, for checking", "pages", API_PUBLIC, NULL, NULL, 0,
            NULL, .type = "application/json") },
    { "POST", "/api/pages/{page}/draws/{key}/publish", publish, BODY_MAX, NULL,
        DOC("publishDraw", "Freeze and publish the list of a draw", "pages", API_SESSION, NULL,
            "DrawRow", 0, NULL) },
    { "POST", "/api/pages/{page}/draws/{key}/seed", seed, BODY_MAX, NULL,
        DOC("seedDraw", "Enter the seed, as the first of two", "pages", API_SESSION, "DrawSeed",
            "DrawRow", 0, NULL) },
    { "POST", "/api/pages/{page}/draws/{key}/confirm", confirm, BODY_MAX, NULL,
        DOC("confirmDraw", "Enter the seed, as the second of two, and draw", "pages", API_SESSION,
            "DrawConfirm", "DrawRow", 0, NULL) },
    { 0 },
};
