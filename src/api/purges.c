/* What is kept for how long, what is due, and asking for it to go. */
#include "api/internal.h"

#include "zone/purge.h"

static json_t *kind_json(struct call *c, const struct purge_kind *k)
{
    json_t *o = json_object();
    json_set_str(o, "kind", k->kind);
    json_object_set_new(o, "name", json_name(k->name));
    json_object_set_new(o, "months", k->rule ? json_integer(k->rule->months) : json_null());
    json_object_set_new(o, "law", k->rule ? json_name(k->rule->law) : json_null());
    json_object_set_new(o, "automatic", json_boolean(k->rule && k->rule->automatic));
    json_set_instant(&c->op, o, "before", k->before_ms);
    json_set_int(o, "due", k->due);
    json_object_set_new(o, "running", json_boolean(k->asked_ms != 0));
    return o;
}

static void reply_plan(struct call *c, int status, int64_t before_ms)
{
    struct purge_kind *kinds;
    size_t count = 0;
    if (!api_read(c))
        return;
    json_t *o = json_keep(c->op.arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", json_null());
    enum err e = purge_plan(&c->op, STR_NONE, before_ms, &kinds, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, kind_json(c, &kinds[i]));
    api_read_end(c);
    if (e == OK)
        http_reply_json(c->req, status, o);
    else
        api_fail(c);
}

static bool read_before(struct call *c, str text, int64_t *ms)
{
    struct date day;
    *ms = 0;
    if (!text.bytes)
        return true;
    if (date_parse(text, &day)) {
        *ms = zone_day_begin(c->api->zone, date_to_days(day));
        return true;
    }
    diag_field(&c->diag, STR("before"));
    diag_set(&c->diag, ERR_INVALID, "before 应为日期,例如 2016-01-01",
        "before must be a date like 2016-01-01");
    api_fail(c);
    return false;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str before;
    int64_t ms;
    (void)app;
    if (api_query(c, "before", &before) && read_before(c, before, &ms))
        reply_plan(c, 200, ms);
}

static json_t *past_json(struct call *c, const struct ledger_row *row)
{
    str kind = json_str(row->event, "kind");
    const struct pack_system *s = pack_kind(zone_pack(c->api->zone), kind);
    json_t *o = json_object();
    json_set_id(o, "id", row->id);
    json_set_instant(&c->op, o, "at", row->at_ms);
    json_set_str(o, "by", json_str(json_object_get(row->event, "actor"), "name"));
    json_set_str(o, "kind", kind);
    json_object_set_new(o, "name", json_name(s ? s->name : (struct name2){ kind, kind }));
    json_set_str_or_null(o, "before", json_str(row->event, "before"));
    json_set_int(o, "cases", json_int(row->event, "cases", 0));
    json_set_str_or_null(o, "law", json_str(row->event, "law"));
    json_set_str_or_null(o, "reason", json_str(row->event, "text"));
    return o;
}

enum { PAST_MAX = 100 };

static void past(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct ledger_row *rows;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", json_null());
    enum err e = purge_past(&c->op, PAST_MAX, &rows, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, past_json(c, &rows[i]));
    api_read_answer(c, e, o);
}

struct asking {
    str kind, reason;
    int64_t before_ms;
};

static enum err ask_work(struct call *c)
{
    const struct asking *a = c->state;
    return purge_ask(&c->op, a->kind, a->before_ms, a->reason);
}

static void ask_answer(struct call *c)
{
    const struct asking *a = c->state;
    reply_plan(c, 202, a->before_ms);
}

static void ask(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct asking *a = ARENA_NEW(req->arena, struct asking);
    (void)app;
    if (!api_body(c))
        return;
    if (!a) {
        api_fail(c);
        return;
    }
    a->kind = json_str(c->body, "kind");
    a->reason = json_str(c->body, "reason");
    c->state = a;
    if (read_before(c, json_str(c->body, "before"), &a->before_ms))
        api_write(c, ask_work, ask_answer);
}

static const struct api_param list_params[] = { { "before", "date", "closed before that day" },
    { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route purge_routes[] = {
    { "GET", "/api/purges", list, 0, NULL,
        DOC("listPurges", "How long cases are kept, and how many are past it", "operations",
            API_SESSION, NULL, "[PurgeKind]", 0, list_params) },
    { "GET", "/api/purges/past", past, 0, NULL,
        DOC("listPastPurges", "The last hundred purges that were asked for, newest first",
            "operations", API_SESSION, NULL, "[PurgePast]", 0, NULL) },
    { "POST", "/api/purges", ask, 16 * KIB, NULL,
        DOC("startPurge", "Remove the content of cases that need not be kept any longer",
            "operations", API_SESSION, "PurgeInput", "[PurgeKind]", 202, NULL) },
    { 0 },
};
