/*
 * What is due for somebody as a calendar that other programs subscribe to: the deadlines of his tasks, and
 * the days of records that registers put into calendars ("calendar" of a register: one of its lists and a
 * day). He gets what he would see signed in, and no more: a list that he may not see or narrow by adds
 * nothing. Records from a month ago to a year ahead, at most RECORDS_MAX of each list.
 */
#include "api/ical.h"
#include "api/schemas.h"
#include "zone/feed.h"
#include "zone/record.h"

#include <string.h>

enum {
    TASKS_MAX = 500,
    RECORDS_MAX = 200,
    DAYS_BACK = 31,
    DAYS_AHEAD = 400,
    CALENDAR_BYTES_MAX = 2 * 1024 * 1024,
    MEMORY_MAX = 64 * 1024 * 1024
};

FIELDS(feed_part) = { { "register", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(feed_state) = { { "madeAt", API_INSTANT, R | N, 0, NULL, "null: there is none" },
    { "parts", API_LIST, R, 0, "FeedPart", "what stands in it beside the deadlines of tasks" }, END };
FIELDS(feed_made_) = { { "address", API_TEXT, R, 0, NULL, "path; shown once" },
    { "madeAt", API_INSTANT, R }, END };
const struct api_schema feed_schemas[] = { { "FeedState", NULL, feed_state },
    { "FeedPart", "days of a register's records", feed_part },
    { "FeedMade", NULL, feed_made_ }, { 0 } };

/* Who only sees what is public has no part in it. */
static bool takes_part(struct op *op, const struct pack_register *r)
{
    struct op own = *op;
    return r->calendar_count && (own.actor->role || own.actor->system) && register_seen(&own, r);
}

static json_t *parts_json(struct call *c)
{
    const struct pack *p = zone_pack(c->api->zone);
    json_t *list = json_array();
    for (size_t i = 0; i < p->register_count; i++)
        for (size_t k = 0; takes_part(&c->op, &p->registers[i]) && k < p->registers[i].calendar_count; k++) {
            json_t *one = json_object();
            json_set_str(one, "register", p->registers[i].code);
            json_object_set_new(one, "name", json_name(p->registers[i].calendars[k].name));
            json_array_append_new(list, one);
        }
    return list;
}

static void state(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t at = 0;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = feed_made(&c->op, &at);
    json_t *o = json_keep(req->arena, json_object());
    json_set_instant(&c->op, o, "madeAt", at);
    json_object_set_new(o, "parts", parts_json(c));
    api_read_answer(c, e, o);
}

static enum err renew_work(struct call *c)
{
    return feed_renew(&c->op, c->state);
}

static void renew_answer(struct call *c)
{
    const str *token = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_str(o, "address",
        str_printf(c->op.arena, "/api/calendar-feeds/%.*s", STR_ARGS(*token)));
    json_set_instant(&c->op, o, "madeAt", c->op.now_ms);
    http_reply_json(c->req, 201, o);
}

static void renew(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    c->state = ARENA_NEW(req->arena, str);
    if (c->state)
        api_write(c, renew_work, renew_answer);
    else
        api_fail(c);
}

static enum err end_work(struct call *c)
{
    return feed_end(&c->op);
}

static void end_answer(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void end(struct http_request *req, const void *app)
{
    (void)app;
    api_write(api_call(req), end_work, end_answer);
}

struct feeding {
    struct call *c;
    struct arena own; /* records and the text: more than a request holds */
    struct buf b;
    bool zh;
};

static void release(void *ctx)
{
    arena_release(&((struct feeding *)ctx)->own);
}

static void add_task(struct feeding *f, const struct task_item *t)
{
    if (!t->promise.id || !t->promise.due_at)
        return;
    struct ical_event e = { .uid = str_printf(&f->own, "promise-%lld@%s", (long long)t->promise.id,
                                ledger_origin(f->c->api->zone)),
        .summary = str_printf(&f->own, f->zh ? "到期:%.*s %.*s" : "Due: %.*s %.*s",
            STR_ARGS(t->row.number), STR_ARGS(t->row.title)),
        .stamp_ms = t->row.updated_at,
        .sequence = t->row.version - 1,
        .at_ms = t->promise.due_at };
    ical_event(&f->b, &e);
}

static void add_record(struct feeding *f, struct op *op, const struct pack_register *r,
    const struct pack_calendar *k, const struct record *record)
{
    const json_t *on = json_object_getn(record->data, k->on->name.data, k->on->name.bytes);
    str name = f->zh ? k->name.zh : k->name.en, label = record_label(op, r->code, record);
    struct ical_event e = { .uid = str_printf(&f->own, "%.*s-%lld-%.*s@%s", STR_ARGS(r->code),
                                (long long)record->id, STR_ARGS(k->on->name),
                                ledger_origin(f->c->api->zone)),
        .summary = label.bytes ? str_printf(&f->own, f->zh ? "%.*s:%.*s" : "%.*s: %.*s",
                       STR_ARGS(name), STR_ARGS(label))
                               : name,
        .stamp_ms = record->updated_at,
        .sequence = record->version - 1 };
    str text = str_from(json_string_value(on));
    if (k->on->type == PACK_COLUMN_DATE)
        e.day = text;
    else if (!instant_parse(text, &e.at_ms))
        return;
    if (text.bytes)
        ical_event(&f->b, &e);
}

/* The list's records whose day lies in reach. */
static enum err add_calendar(struct feeding *f, struct op *op, const struct pack_register *r,
    const struct pack_calendar *k)
{
    struct record_page page;
    struct record_filter filter = { .sort = k->on, .limit = RECORDS_MAX };
    int64_t now = zone_local_days(op->zone, op->now_ms);
    bool date = k->on->type == PACK_COLUMN_DATE;
    str from = date_format(&f->own, date_from_days(now - DAYS_BACK)),
        to = date_format(&f->own, date_from_days(now + DAYS_AHEAD));
    for (size_t i = 0; i < k->list->where_count; i++)
        filter.where[filter.where_count++] = k->list->where[i];
    filter.where[filter.where_count++] = (struct pack_condition){
        k->on, PACK_AT_LEAST, date ? from : str_printf(&f->own, "%.*sT00:00:00Z", STR_ARGS(from))
    };
    filter.where[filter.where_count++] = (struct pack_condition){
        k->on, PACK_AT_MOST, date ? to : str_printf(&f->own, "%.*sT00:00:00Z", STR_ARGS(to))
    };
    enum err e = record_list(op, r, &filter, &page);
    if (e == ERR_FORBIDDEN || e == ERR_NOT_FOUND) { /* not his: nothing of it */
        memset(op->diag, 0, sizeof *op->diag);
        return OK;
    }
    TRY(e);
    for (size_t i = 0; i < page.count; i++)
        add_record(f, op, r, k, &page.items[i]);
    return diag_arena(op->diag, &f->own);
}

static enum err add_all(struct feeding *f, struct op *op)
{
    struct task_page page = { 0 };
    struct task_filter filter = { .scope = STR("mine"), .limit = TASKS_MAX };
    const struct pack *p = zone_pack(op->zone);
    TRY(task_list(op, &filter, &page));
    for (size_t i = 0; i < page.count; i++)
        add_task(f, &page.items[i]);
    for (size_t i = 0; i < p->register_count; i++)
        for (size_t k = 0; takes_part(op, &p->registers[i]) && k < p->registers[i].calendar_count; k++)
            TRY(add_calendar(f, op, &p->registers[i], &p->registers[i].calendars[k]));
    return OK;
}

static void feed(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct actor actor;
    struct feeding *f = ARENA_NEW(req->arena, struct feeding);
    (void)app;
    if (f) {
        *f = (struct feeding){ .c = c, .zh = strcmp(req->lang, "en") != 0 };
        arena_init(&f->own, NULL, MEMORY_MAX);
    }
    if (!f || !arena_defer(req->arena, release, f) || !api_read(c))
        return;
    struct op op = c->op;
    op.arena = &f->own;
    enum err e = feed_actor(&op, http_param(req, "token"), &actor);
    op.actor = &actor;
    buf_init(&f->b, &f->own, CALENDAR_BYTES_MAX);
    ical_begin(&f->b, f->zh ? STR("骏马:我的期限") : STR("Junma: my deadlines"));
    if (e == OK)
        e = add_all(f, &op);
    ical_end(&f->b);
    api_read_end(c);
    if (e == OK)
        e = diag_arena(&c->diag, &f->own);
    if (e != OK)
        api_fail(c);
    else
        http_reply(req, 200, "text/calendar; charset=utf-8", buf_str(&f->b));
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route feed_routes[] = {
    { "GET", "/api/calendar-feed", state, 0, NULL,
        DOC("getCalendarFeed", "Is there a calendar of my deadlines?", "session", API_SESSION, NULL,
            "FeedState", 0, NULL) },
    { "POST", "/api/calendar-feed", renew, 1024, NULL,
        DOC("renewCalendarFeed", "A new secret address of my deadlines; an older one ends", "session",
            API_SESSION, NULL, "FeedMade", 201, NULL) },
    { "DELETE", "/api/calendar-feed", end, 0, NULL,
        DOC("endCalendarFeed", "No calendar of my deadlines any more", "session", API_SESSION, NULL,
            NULL, 204, NULL) },
    { "GET", "/api/calendar-feeds/{token}", feed, 0, NULL,
        DOC("readCalendarFeed", "Deadlines as a calendar (RFC 5545), for whoever has the address",
            "session", API_PUBLIC, NULL, NULL, 0, NULL, .type = "text/calendar") },
    { 0 },
};
