/* Funnels: how many reached each step, how many went on, how long it took; for pages of the kind `funnel`. */
#include "api/schemas.h"

#include "zone/funnel.h"

enum { FUNNEL_BYTES_MAX = 128 * 1024 * 1024 };

FIELDS(funnel_step) = { { "name", API_NAME, R }, { "column", API_TEXT, R },
    { "reached", API_INT, R }, { "standing", API_INT, R }, { "lost", API_INT, R },
    { "median", API_NUMBER, R | N, 0, NULL, "days from the step before" },
    { "waiting", API_NUMBER, R | N, 0, NULL, "days for which those who stand here have stood" }, END };
FIELDS(funnel_reason) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "lost", API_INT, R }, END };
FIELDS(funnel_whole) = { { "records", API_INT, R }, { "lost", API_INT, R },
    { "whole", API_NUMBER, R | N, 0, NULL, "median of days from the first step to the last" },
    { "steps", API_LIST, R, 0, "FunnelStep" }, { "reasons", API_LIST, R, 0, "FunnelReason" }, END };
const struct api_schema funnel_schemas[] = { { "FunnelStep", NULL, funnel_step },
    { "FunnelReason", NULL, funnel_reason }, { "Funnel", NULL, funnel_whole }, { 0 } };

static json_t *days_or_null(bool has, double days)
{
    return has ? json_real(days) : json_null();
}

static json_t *step_json(const struct funnel *f, size_t i, const json_t *definition)
{
    const struct funnel_step *s = &f->result.steps[i];
    json_t *o = json_object();
    json_object_set(o, "name", json_object_get(definition, "name"));
    json_set_str(o, "column", f->steps[i]->name);
    json_set_int(o, "reached", s->reached);
    json_set_int(o, "standing", s->standing);
    json_set_int(o, "lost", s->lost);
    json_object_set_new(o, "median", days_or_null(s->has_median, s->median));
    json_object_set_new(o, "waiting", days_or_null(s->has_waiting, s->waiting));
    return o;
}

static json_t *reasons_json(const struct funnel *f, const struct pack_page *page)
{
    json_t *list = json_array();
    const json_t *lost = json_object_get(page->members, "lost");
    const struct pack_column *c = pack_column(page->r, pack_page_text(lost, "reason"));
    for (size_t i = 0; i < f->reason_count; i++) {
        const struct pack_code *code
            = c && c->codes ? pack_code(c->codes, f->reason_codes[i]) : NULL;
        json_t *o = json_object();
        if (!f->result.reasons[i]) {
            json_decref(o);
            continue;
        }
        json_set_str(o, "code", f->reason_codes[i]);
        json_object_set_new(o, "name",
            json_name(code ? code->name : (struct name2){ f->reason_codes[i], f->reason_codes[i] }));
        json_set_int(o, "lost", f->result.reasons[i]);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *funnel_json(const struct funnel *f, const struct pack_page *page)
{
    json_t *o = json_object(), *steps = json_array();
    const json_t *definitions = json_object_get(page->members, "steps");
    for (size_t i = 0; i < f->step_count; i++)
        json_array_append_new(steps, step_json(f, i, json_array_get(definitions, i)));
    json_set_int(o, "records", f->result.records);
    json_set_int(o, "lost", f->result.lost);
    json_object_set_new(o, "whole", days_or_null(f->result.has_whole, f->result.whole));
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "reasons", reasons_json(f, page));
    return o;
}

/* "2026-01": the first day of the month, or the last. */
static bool month_day(struct call *c, const char *name, bool last, int64_t *out)
{
    str month;
    struct date date;
    *out = FUNNEL_NO_DAY;
    if (!api_query_month(c, name, &month))
        return false;
    if (!month.bytes)
        return true;
    if (!date_parse(str_concat(c->req->arena, month, STR("-01")), &date))
        return true;
    if (last && ++date.month > 12)
        date = (struct date){ date.year + 1, 1, 1 };
    *out = date_to_days(date) - last;
    return true;
}

static bool read_query(struct call *c, const struct pack_page *page, struct funnel_query *q)
{
    str by;
    if (!month_day(c, "from", false, &q->from) || !month_day(c, "to", true, &q->to)
        || !api_query(c, "by", &by) || !api_query(c, "value", &q->value))
        return false;
    const json_t *allowed = json_object_get(page->members, "by");
    for (size_t i = 0; i < json_array_size(allowed); i++)
        if (by.bytes && str_is(by, json_string_value(json_array_get(allowed, i))))
            q->by = pack_column(page->r, by);
    if (!by.bytes || q->by)
        return true;
    diag_field(&c->diag, STR("by"));
    diag_set(&c->diag, ERR_INVALID, "这个页面不能按这一列分", "this page is not divided by that");
    api_fail(c);
    return false;
}

static void show_funnel(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct funnel_query asked = { 0 };
    struct funnel *f = ARENA_NEW(req->arena, struct funnel);
    struct arena room;
    json_t *o = NULL;
    (void)app;
    if (!f || !api_page(c, "funnel", &page) || !read_query(c, page, &asked) || !api_read(c))
        return;
    struct op own = c->op;
    arena_init(&room, NULL, FUNNEL_BYTES_MAX);
    own.arena = &room;
    enum err e = funnel_read(&own, page, &asked, f);
    if (e == OK)
        o = json_keep(req->arena, funnel_json(f, page));
    arena_release(&room);
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param funnel_params[]
    = { { "from", "string", "month of the first step, 2026-01" }, { "to", "string", "" },
          { "by", "string", "a column that the page divides by" },
          { "value", "string", "its value" }, { 0 } };
const struct http_route funnel_routes[] = {
    { "GET", "/api/pages/{page}/funnel", show_funnel, 0, NULL,
        DOC("getFunnel", "How many records reached each step, went on or were lost, and how long it took",
            "pages", API_SESSION, NULL, "Funnel", 0, funnel_params) },
    { 0 },
};
