/* Figures for the cockpit: the list, a value with its groups, the records under it. */
#include "api/registers.h"

#include "zone/figure.h"

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    (void)app;
    if (actor_require(&c->op, "figure.read") != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t s = 0; s < p->system_count; s++)
        for (size_t i = 0; i < p->systems[s].figure_count; i++) {
            const struct pack_figure *f = &p->systems[s].figures[i];
            json_t *item = json_object(), *by = json_array();
            for (size_t d = 0; d < f->by_count; d++)
                json_array_append_new(by, json_from_str(f->by[d].name));
            json_set_str(item, "name", f->name);
            json_set_str(item, "system", p->systems[s].folder);
            json_set_str(item, "kind", p->systems[s].kind);
            json_object_set_new(item, "of", f->of.bytes ? json_from_str(f->of) : json_null());
            json_object_set_new(item, "title", json_name(f->title));
            json_object_set_new(item, "unit", json_name(f->unit));
            json_object_set_new(item, "note", f->note.zh.bytes ? json_name(f->note) : json_null());
            json_object_set_new(item, "good", json_string(pack_good_word(f->good)));
            json_object_set_new(item, "target", f->has_target ? json_real(f->target) : json_null());
            json_object_set_new(item, "dimensions", by);
            json_object_set_new(item, "drawing", json_string(pack_drawing_word(f->drawing)));
            json_array_append_new(items, item);
        }
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

static int64_t month_number(str month)
{
    int64_t year = 0, m = 0;
    (void)str_to_int64(str_slice(month, 0, 4), &year);
    (void)str_to_int64(str_slice(month, 5, 7), &m);
    return year * 12 + m;
}

static bool refuse(struct call *c, const char *field, const char *zh, const char *en)
{
    diag_field(&c->diag, str_from(field));
    diag_set(&c->diag, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
    api_fail(c);
    return false;
}

/* Any query parameter that is not one of ours names a dimension. */
static bool read_query(struct call *c, struct figure_query *q)
{
    static const char *const ours[] = { "by", "from", "to", "key", "limit", "after", "compare", "at" };
    str at;
    q->name = http_param(c->req, "name");
    if (!api_query(c, "by", &q->by) || !api_query_month(c, "from", &q->from)
        || !api_query_month(c, "to", &q->to) || !api_query(c, "at", &at))
        return false;
    if (at.bytes && !zone_day_end(c->api->zone, at, &q->at_ms))
        return refuse(c, "at", "参数 at 应为日期,例如 2026-03-31",
            "the parameter at must be a date like 2026-03-31");
    if (q->from.bytes && q->to.bytes && month_number(q->from) > month_number(q->to))
        return refuse(c, "from", "起始月份应不晚于结束月份",
            "the first month must not be later than the last");
    for (size_t i = 0; i < c->req->query_count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
            known = known || str_is(c->req->queries[i].name, ours[k]);
        if (known || !c->req->queries[i].value.bytes)
            continue;
        if (q->only_count == sizeof q->only / sizeof *q->only)
            return refuse(c, "by", "筛选条件过多", "there are too many conditions");
        q->only[q->only_count].name = c->req->queries[i].name;
        q->only[q->only_count++].value = c->req->queries[i].value;
    }
    return true;
}

static json_t *value_json(const struct figure_group *g)
{
    return g->has_value ? json_real(g->value) : json_null();
}

static json_t *groups_json(struct call *c, const struct figure_result *r, str by)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->group_count; i++) {
        json_t *g = json_object();
        json_set_str(g, "key", r->groups[i].key);
        json_object_set_new(
            g, "label", json_name(figure_label(c->api->zone, r, by, r->groups[i].key)));
        json_object_set_new(g, "value", value_json(&r->groups[i]));
        json_set_int(g, "count", r->groups[i].count);
        json_array_append_new(list, g);
    }
    return list;
}

/* "2026-03" moved by months. */
static bool move_month(struct arena *a, str month, int64_t by, str *out)
{
    struct date d;
    if (!date_parse(str_concat(a, month, STR("-01")), &d))
        return false;
    int64_t n = (int64_t)d.year * 12 + d.month - 1 + by;
    *out = str_printf(a, "%04d-%02d", (int)(n / 12), (int)(n % 12) + 1);
    return true;
}

/* The span of the same length just before. */
static json_t *previous_json(struct call *c, const struct figure_query *q)
{
    struct figure_query before = *q;
    struct figure_result r;
    struct arena *a = c->op.arena;
    if (!q->from.bytes || !q->to.bytes)
        return json_null();
    int64_t months = month_number(q->to) - month_number(q->from) + 1;
    before.by = STR_NONE;
    if (months < 1 || !move_month(a, q->from, -months, &before.from)
        || !move_month(a, q->to, -months, &before.to) || figure_value(&c->op, &before, &r) != OK)
        return json_null();
    json_t *o = json_object();
    json_object_set_new(o, "value", value_json(&r.whole));
    json_set_str(o, "from", before.from);
    json_set_str(o, "to", before.to);
    return o;
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct figure_query q = { 0 };
    struct figure_result r;
    (void)app;
    if (!read_query(c, &q))
        return;
    if (figure_value(&c->op, &q, &r) != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object());
    json_set_str(o, "name", r.figure->name);
    json_object_set_new(o, "title", json_name(r.figure->title));
    json_object_set_new(o, "unit", json_name(r.figure->unit));
    json_object_set_new(o, "value", value_json(&r.whole));
    json_set_int(o, "count", r.whole.count);
    json_object_set_new(o, "by", q.by.bytes ? json_from_str(q.by) : json_null());
    json_object_set_new(o, "groups", groups_json(c, &r, q.by));
    json_object_set_new(o, "previous", previous_json(c, &q));
    json_set_instant(&c->op, o, "at", q.at_ms ? q.at_ms : c->op.now_ms);
    http_reply_json(req, 200, o);
}

/* An empty key is one: the records where the dimension is not filled in. */
static bool read_key(struct call *c, str *key, bool *present)
{
    if (http_query(c->req, "key", key, present, &c->diag) == OK)
        return true;
    api_fail(c);
    return false;
}

struct listing {
    const struct pack_figure *figure;
    int64_t *ids;
    size_t count;
    bool more;
};

/* The ids under the number. False: answered. */
static bool read_ids(struct call *c, bool of_register, struct listing *l)
{
    struct figure_query q = { 0 };
    int64_t limit = 50, after_key, after;
    const struct pack_system *system;
    bool has_key;
    str key;
    if (!read_query(c, &q) || !read_key(c, &key, &has_key)
        || !api_query_int(c, "limit", 1, 200, &limit) || !api_cursor(c, &after_key, &after))
        return false;
    if (q.by.bytes != 0 && !has_key)
        return refuse(
            c, "key", "参数 by 要与 key 一起使用", "the parameter by needs a key beside it");
    l->figure = figure_find(c->api->zone, q.name, &system);
    if (l->figure && of_register != (l->figure->of.bytes > 0))
        return refuse(c, "name",
            of_register ? "这个指标统计的是办件,请用 /records"
                        : "这个指标统计的是登记,请用 /entries",
            of_register ? "this figure counts cases: ask for /records"
                        : "this figure counts records of a register: ask for /entries");
    if (figure_records(&c->op, &q, key, after, (size_t)limit, &l->ids, &l->count, &l->more) == OK)
        return true;
    api_fail(c);
    return false;
}

static void records(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct listing l = { 0 };
    (void)app;
    if (!read_ids(c, false, &l) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < l.count; i++) {
        struct case_row row;
        if (case_get(&c->op, l.ids[i], &row) == OK)
            json_array_append_new(items, json_case_summary(&c->op, &row));
    }
    api_read_end(c);
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(l.more, 0, l.count ? l.ids[l.count - 1] : 0));
    http_reply_json(req, 200, o);
}

/* What the reader may not see of them is left out; the number counts it all the same. */
static void entries(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct listing l = { 0 };
    (void)app;
    if (!read_ids(c, true, &l) || !api_read(c))
        return;
    const struct pack_register *r = pack_register(zone_pack(c->api->zone), l.figure->of);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; r && i < l.count; i++) {
        struct record record;
        if (record_open(&c->op, r, l.ids[i], &record) == OK)
            json_array_append_new(items, api_record_json(c, r, &record));
    }
    api_read_end(c);
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(l.more, 0, l.count ? l.ids[l.count - 1] : 0));
    http_reply_json(req, 200, o);
}

static const struct api_param value_params[] = { { "by", "string", "a dimension" },
    { "from", "string", "month, 2026-01" }, { "to", "string", "month, included" },
    { "at", "string", "as it was at a past day's end, 2026-03-31" }, { 0 } };
static const struct api_param record_params[] = { { "by", "string", "a dimension" },
    { "key", "string", "a value of it" }, { "from", "string", NULL }, { "to", "string", NULL },
    { "limit", "integer", NULL }, { "after", "string", NULL }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route figure_routes[] = {
    { "GET", "/api/figures", list, 0, NULL,
        DOC("listFigures", "Figures", "figures", API_SESSION, NULL, "[FigureRef]", 0, NULL) },
    { "GET", "/api/figures/{name}", show, 0, NULL,
        DOC("getFigure", "A figure, whole and by a dimension", "figures", API_SESSION, NULL,
            "Figure", 0, value_params, true) },
    { "GET", "/api/figures/{name}/records", records, 0, NULL,
        DOC("figureRecords", "The records under a figure", "figures", API_SESSION, NULL,
            "[CaseSummary]", 0, record_params, true) },
    { "GET", "/api/figures/{name}/entries", entries, 0, NULL,
        DOC("figureEntries", "The records of a register under a figure", "figures", API_SESSION,
            NULL, "[Record]", 0, record_params, true) },
    { 0 },
};
