/*
 * Kind of page `draw`: what draws there are, the published file of each, and the acts: publishing the
 * list, and on its day the seed, which two people enter. Anyone reads; who may write the register of
 * draws acts. The result goes into the registers of lots and entries where the page names columns.
 */
#include "api/registers.h"
#include "api/schemas.h"
#include "zone/draw_keep.h"

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
    const struct pack_page *page;
    const struct pack_register *draws;
    str key, seed, evidence;
    struct draw_kept kept;
    struct record record;
};

static const struct pack_register *register_of(struct call *c, const struct pack_page *p, const char *member)
{
    return pack_register(zone_pack(c->api->zone), pack_page_text(p->members, member));
}

static str value_of(const struct drawing *s, const struct record *r, const char *member)
{
    char name[64];
    str column = pack_page_text(s->page->members, member);
    snprintf(name, sizeof name, "%.*s", STR_ARGS(column));
    return json_str(r->data, name);
}

static json_t *row_json(struct call *c, const struct drawing *s, const struct record *r, bool published)
{
    const struct draw_kept *k = &s->kept;
    json_t *o = json_object();
    const char *key = str_terminated(c->op.arena, s->draws->key->name);
    json_set_str(o, "key", key ? json_str(r->data, key) : STR_NONE);
    json_set_str(o, "title", value_of(s, r, "draw_title"));
    json_set_str(o, "source", value_of(s, r, "draw_source"));
    json_object_set_new(o, "day", json_str_or_null(value_of(s, r, "draw_day")));
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
    bool acts = c->signed_in && register_written(&c->op, s->draws);
    json_object_set_new(o, "proposedBy", acts ? json_str_or_null(k->proposed_by) : json_null());
    json_set_instant(&c->op, o, "proposedAt", k->proposed_at);
    json_object_set_new(o, "confirmedBy", acts ? json_str_or_null(k->drawn_by) : json_null());
    json_object_set_new(o, "mine", json_boolean(acts && k->proposed_account == c->actor.account));
    return o;
}

/* The page's draws, whose register must have a key. False: answered. */
static bool begin(struct call *c, struct drawing *s)
{
    if (!api_page(c, "draw", &s->page))
        return false;
    s->draws = register_of(c, s->page, "draws");
    if (register_seen(&c->op, s->draws) && s->draws->key)
        return true;
    diag_set(&c->diag, ERR_NOT_FOUND, "没有这样的摇号", "there are no such draws");
    api_fail(c);
    return false;
}

static enum err find_kept(struct call *c, struct drawing *s, str key, bool *published)
{
    enum err e = draw_find(&c->op, s->draws->code, key, &s->kept);
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
    const bool acts = c->signed_in && register_written(&c->op, s.draws);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    enum err e = record_list(&c->op, s.draws, &f, &page);
    for (size_t i = 0; e == OK && i < page.count; i++) {
        bool published;
        char *key = str_terminated(req->arena, s.draws->key->name);
        s.key = key ? json_str(page.items[i].data, key) : STR_NONE;
        e = find_kept(c, &s, s.key, &published);
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
    enum err e = draw_find(&c->op, s.draws->code, http_param(req, "key"), &s.kept);
    api_read_end(c);
    if (e == OK)
        http_reply_json_text(req, 200, s.kept.file);
    else
        api_fail(c);
}

/* ---- publishing ---- */

/* All records of a register that belong to the draw, whoever asks: the list must be whole. */
static enum err each_of(struct call *c, const struct drawing *s, const char *member, const char *link,
    void (*take)(const struct drawing *s, const struct record *r, json_t *into), json_t *into)
{
    struct op op = c->op;
    const struct pack_register *r = register_of(c, s->page, member);
    struct record_filter f = { .limit = RECORD_PAGE_MAX, .where_count = 1 };
    f.where[0] = (struct pack_condition){
        .column = pack_column(r, pack_page_text(s->page->members, link)), .compare = PACK_IS, .value = s->key
    };
    op.actor = &actor_system;
    for (bool more = true; more;) {
        struct record_page page = { 0 };
        TRY(record_list(&op, r, &f, &page));
        for (size_t i = 0; i < page.count; i++)
            take(s, &page.items[i], into);
        f.after = page.next;
        more = page.next.bytes > 0;
        if (json_array_size(into) > DRAW_ENTRIES_MAX)
            return diag_set(op.diag, ERR_LIMIT, "名单超过 %d 人", "the list holds more than %d",
                DRAW_ENTRIES_MAX);
    }
    return OK;
}

static void take_entry(const struct drawing *s, const struct record *r, json_t *into)
{
    json_t *o = json_object();
    json_set_str(o, "number", value_of(s, r, "entry_number"));
    json_set_str(o, "group", value_of(s, r, "entry_group"));
    json_array_append_new(into, o);
}

static void take_lot(const struct drawing *s, const struct record *r, json_t *into)
{
    json_array_append_new(into, json_from_str(value_of(s, r, "lot_number")));
}

/* What publishing would fix: who takes part, by group, and for how many lots. */
static enum err preview(struct call *c, struct drawing *s, json_t *row)
{
    json_t *entries = json_keep(c->op.arena, json_array()), *lots = json_keep(c->op.arena, json_array());
    const struct pack_column *of = pack_column(
        register_of(c, s->page, "entries"), pack_page_text(s->page->members, "entry_group"));
    const json_t *groups = json_object_get(s->page->members, "groups");
    int64_t placed = 0;
    TRY(each_of(c, s, "entries", "entry_draw", take_entry, entries));
    TRY(each_of(c, s, "lots", "lot_draw", take_lot, lots));
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

static enum err find_draw(struct call *c, struct drawing *s)
{
    if (!register_written(&c->op, s->draws))
        return diag_set(c->op.diag, ERR_FORBIDDEN, "您无权办理摇号", "you may not act on draws");
    return record_by_key(&c->op, s->draws->code, s->key, &s->record);
}

static enum err publish_work(struct call *c)
{
    struct drawing *s = c->state;
    json_t *v = json_keep(c->op.arena, json_object()), *entries = json_array(), *lots = json_array();
    TRY(find_draw(c, s));
    json_object_set_new(v, "draw", json_string("junma-draw-1"));
    json_set_str(v, "title", value_of(s, &s->record, "draw_title"));
    json_set_str(v, "source", value_of(s, &s->record, "draw_source"));
    json_object_set(v, "groups", json_object_get(s->page->members, "groups"));
    json_object_set_new(v, "entries", entries);
    json_object_set_new(v, "lots", lots);
    TRY(each_of(c, s, "entries", "entry_draw", take_entry, entries));
    TRY(each_of(c, s, "lots", "lot_draw", take_lot, lots));
    return draw_publish(
        &c->op, s->draws->code, s->key, value_of(s, &s->record, "draw_day"), v, &s->kept);
}

static enum err seed_work(struct call *c)
{
    struct drawing *s = c->state;
    TRY(find_draw(c, s));
    return draw_propose(&c->op, s->draws->code, s->key, s->seed, s->evidence, &s->kept);
}

/* ---- the result in the registers ---- */

static void take_id(json_t *into, const struct record *r, str number)
{
    json_t *o = json_object();
    json_set_int(o, "id", r->id);
    json_set_str(o, "number", number);
    json_array_append_new(into, o);
}

static void take_entry_id(const struct drawing *s, const struct record *r, json_t *into)
{
    take_id(into, r, value_of(s, r, "entry_number"));
}

static void take_lot_id(const struct drawing *s, const struct record *r, json_t *into)
{
    take_id(into, r, value_of(s, r, "lot_number"));
}

/* What came of a number: its line of the result by the member that holds it. */
static const json_t *line_of(const json_t *result, const char *member, str number)
{
    size_t i;
    json_t *line;
    json_array_foreach((json_t *)result, i, line)
        if (str_equal(json_str(line, member), number))
            return line;
    return NULL;
}

static void set_column(const struct drawing *s, json_t *data, const char *member, const json_t *v)
{
    str column = pack_page_text(s->page->members, member);
    if (column.bytes && v)
        json_object_setn_new(data, column.data, column.bytes, json_copy((json_t *)v));
}

static enum err write_lines(struct call *c, const struct drawing *s, bool lots, const json_t *ids,
    const json_t *result)
{
    struct op op = c->op;
    const struct pack_register *r = register_of(c, s->page, lots ? "lots" : "entries");
    str reason = str_printf(op.arena, "摇号结果:%.*s", STR_ARGS(s->key));
    size_t i;
    json_t *one;
    op.actor = &actor_system;
    json_array_foreach((json_t *)ids, i, one) {
        struct record saved;
        struct diag_list faults;
        json_t *data = json_keep(op.arena, json_object());
        const json_t *line = line_of(result, lots ? "lot" : "number", json_str(one, "number"));
        diag_list_init(&faults, op.arena, 20);
        if (lots) {
            set_column(s, data, "lot_winner", json_object_get(line, "number"));
        } else {
            set_column(s, data, "entry_place", json_object_get(line, "place"));
            set_column(s, data, "entry_lot", json_object_get(line, "lot"));
        }
        const struct record_change change = { .id = json_int(one, "id", 0), .data = data,
            .reason = reason, .faults = &faults };
        TRY(diag_arena(op.diag, op.arena));
        if (json_object_size(data))
            TRY(record_save(&op, r, &change, &saved));
    }
    return OK;
}

/* Who got what, as records of their own: in the write that draws, so that both are there or neither. */
static enum err write_back(struct call *c, const struct drawing *s)
{
    static const char *const columns[] = { "lot_winner", "entry_lot", "entry_place" };
    json_t *file, *lots = json_keep(c->op.arena, json_array());
    json_t *entries = json_keep(c->op.arena, json_array());
    bool wanted[3];
    for (int i = 0; i < 3; i++)
        wanted[i] = pack_page_text(s->page->members, columns[i]).bytes > 0;
    TRY(json_parse(c->op.arena, s->kept.file, &file, c->op.diag));
    const json_t *result = json_object_get(file, "result");
    if (wanted[0]) {
        TRY(each_of(c, s, "lots", "lot_draw", take_lot_id, lots));
        TRY(write_lines(c, s, true, lots, result));
    }
    if (!wanted[1] && !wanted[2])
        return OK;
    TRY(each_of(c, s, "entries", "entry_draw", take_entry_id, entries));
    return write_lines(c, s, false, entries, result);
}

static enum err confirm_work(struct call *c)
{
    struct drawing *s = c->state;
    TRY(find_draw(c, s));
    TRY(draw_confirm(&c->op, s->draws->code, s->key, s->seed, &s->kept));
    return write_back(c, s);
}

static void answer(struct call *c)
{
    struct drawing *s = c->state;
    http_reply_json(c->req, 200, json_keep(c->op.arena, row_json(c, s, &s->record, true)));
}

static struct drawing *begin_act(struct call *c)
{
    struct drawing *s = ARENA_NEW(c->req->arena, struct drawing);
    if (!s || !begin(c, s))
        return NULL;
    s->key = http_param(c->req, "key");
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
