/* Who has filed for a month and who has not, reminders, what is sent back: pages of the kind `filings`. */
#include "api/registers.h"
#include "api/schemas.h"

#include "zone/filing.h"

enum { FILING_BODY_BYTES_MAX = 256 * 1024, FILING_BYTES_MAX = 64 * 1024 * 1024 };

FIELDS(filing_fields) = { { "filer", API_ID, R, 0, NULL, "record of the filers' register" },
    { "key", API_TEXT, R }, { "label", API_TEXT, R },
    { "by", API_ANY, R, 0, NULL, "the filer's value by column" },
    { "state", API_TEXT, R, 0, NULL, "waiting overdue sent_back filed passed" },
    { "late", API_BOOL, R, 0, NULL, "after the day, or not there and the day is over" },
    { "record", API_ID, R | N }, { "on", API_DATE, R | N }, { "doubt", API_TEXT, R | N },
    { "explanation", API_TEXT, R | N }, { "reason", API_TEXT, R | N, 0, NULL, "it was sent back" },
    { "reminders", API_INT, R }, { "remindedOn", API_DATE, R | N }, END };
FIELDS(filings_fields) = { { "month", API_TEXT, R }, { "due", API_DATE, R }, { "today", API_DATE, R },
    { "items", API_LIST, R, 0, "Filing" }, END };
FIELDS(remind_input) = { { "month", API_TEXT, R, 7 },
    { "filers", API_IDS, 0, FILING_FILERS_MAX, NULL, "absent: all that owe it" }, END };
FIELDS(reminded) = { { "reminded", API_INT, R },
    { "before", API_INT, R, 0, NULL, "had been reminded today" },
    { "unreached", API_INT, R, 0, NULL, "nobody of theirs has an account" }, END };
FIELDS(send_back_input) = { { "record", API_ID, R }, { "version", API_INT, 0 },
    { "reason", API_TEXT, R, FILING_REASON_BYTES_MAX }, END };
const struct api_schema filing_schemas[] = { { "Filing", NULL, filing_fields },
    { "Filings", "how the filings of a month stand", filings_fields },
    { "FilingRemind", NULL, remind_input }, { "FilingReminded", NULL, reminded },
    { "FilingSendBack", NULL, send_back_input }, { 0 } };

static json_t *filing_json(const struct filings *f, const struct filing *one)
{
    json_t *o = json_object(), *by = json_object();
    json_set_id(o, "filer", one->filer);
    json_set_str(o, "key", one->key);
    json_set_str(o, "label", one->label);
    for (size_t i = 0; i < f->by_count; i++)
        json_object_setn_new(
            by, f->by[i]->name.data, f->by[i]->name.bytes, json_from_str(one->by[i]));
    json_object_set_new(o, "by", by);
    json_set_str(o, "state", str_from(filing_state_word(one->state)));
    json_object_set_new(o, "late", json_boolean(one->late));
    if (one->record)
        json_set_id(o, "record", one->record);
    else
        json_object_set_new(o, "record", json_null());
    json_set_str_or_null(o, "on", one->on);
    json_set_str_or_null(o, "doubt", one->doubt);
    json_set_str_or_null(o, "explanation", one->explanation);
    json_set_str_or_null(o, "reason", one->reason);
    json_set_int(o, "reminders", one->reminders);
    json_set_str_or_null(o, "remindedOn", one->reminded_on);
    return o;
}

static json_t *filings_json(struct arena *a, const struct filings *f)
{
    json_t *o = json_object(), *items = json_array();
    for (size_t i = 0; i < f->count; i++)
        json_array_append_new(items, filing_json(f, &f->items[i]));
    json_set_str(o, "month", f->month);
    json_set_str(o, "due", date_format(a, date_from_days(f->due)));
    json_set_str(o, "today", date_format(a, date_from_days(f->today)));
    json_object_set_new(o, "items", items);
    return o;
}

static void show_filings(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct filings f;
    struct arena room;
    str month;
    json_t *o = NULL;
    (void)app;
    if (!api_page(c, "filings", &page) || !api_query(c, "month", &month) || !api_read(c))
        return;
    struct op own = c->op;
    arena_init(&room, NULL, FILING_BYTES_MAX);
    own.arena = &room;
    enum err e = filings_read(&own, page, month, &f);
    if (e == OK)
        o = json_keep(req->arena, filings_json(&room, &f));
    arena_release(&room);
    api_read_answer(c, e, o);
}

/* ---- reminding ---- */

static enum err remind_work(struct call *c)
{
    return filings_remind(&c->op, c->state);
}

static void remind_answer(struct call *c)
{
    const struct filing_reminding *r = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_int(o, "reminded", r->reminded);
    json_set_int(o, "before", r->before);
    json_set_int(o, "unreached", r->unreached);
    http_reply_json(c->req, 200, o);
}

static bool named_filers(struct call *c, struct filing_reminding *r)
{
    const json_t *list = json_object_get(c->body, "filers");
    size_t count = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(c->req->arena, int64_t, count + 1);
    if (!ids) {
        c->diag.err = ERR_MEMORY;
        api_fail(c);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        (void)id_parse(str_from(json_string_value(json_array_get(list, i))), &ids[i]);
    r->filers = json_is_array(list) ? ids : NULL;
    r->filer_count = count;
    return true;
}

static void remind(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct filing_reminding *r = ARENA_NEW(req->arena, struct filing_reminding);
    (void)app;
    c->state = r;
    if (!r || !api_page(c, "filings", &r->page) || !api_body(c) || !named_filers(c, r))
        return;
    r->month = json_str(c->body, "month");
    api_write(c, remind_work, remind_answer);
}

/* ---- sending back ---- */

struct returning {
    struct filing_return in;
    struct record record;
    json_t *answer;
};

static enum err send_back_work(struct call *c)
{
    struct returning *s = c->state;
    const struct pack_register *r = pack_register(zone_pack(c->api->zone),
        pack_page_text(json_object_get(s->in.page->members, "filed"), "register"));
    diag_list_init(&c->faults, c->op.arena, 10);
    s->in.faults = &c->faults;
    TRY(filing_send_back(&c->op, &s->in, &s->record));
    s->answer = json_keep(c->op.arena, api_record_json(c, r, &s->record));
    return diag_arena(c->op.diag, c->op.arena);
}

static void send_back_answer(struct call *c)
{
    const struct returning *s = c->state;
    http_reply_json(c->req, 200, s->answer);
}

static void send_back(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct returning *s = ARENA_NEW(req->arena, struct returning);
    (void)app;
    c->state = s;
    if (!s || !api_page(c, "filings", &s->in.page) || !api_body(c))
        return;
    (void)id_parse(json_str(c->body, "record"), &s->in.record);
    s->in.if_version = json_int(c->body, "version", 0);
    s->in.reason = json_str(c->body, "reason");
    api_write(c, send_back_work, send_back_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param filing_params[]
    = { { "month", "string", "such as 2026-10; the last that is over when absent" }, { 0 } };
const struct http_route filing_routes[] = {
    { "GET", "/api/pages/{page}/filings", show_filings, 0, NULL,
        DOC("getFilings", "Who has filed for a month and who has not", "pages", API_SESSION, NULL,
            "Filings", 0, filing_params) },
    { "POST", "/api/pages/{page}/filings/remind", remind, FILING_BODY_BYTES_MAX, NULL,
        DOC("remindFilers", "Remind those who owe it, once a day", "pages", API_SESSION,
            "FilingRemind", "FilingReminded", 0, NULL) },
    { "POST", "/api/pages/{page}/filings/send-back", send_back, FILING_BODY_BYTES_MAX, NULL,
        DOC("sendFilingBack", "Send a filing back with a reason", "pages", API_SESSION,
            "FilingSendBack", "Record", 0, NULL) },
    { 0 },
};
