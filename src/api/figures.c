/* Figures for the cockpit: the list, a value with its groups, the records under it. */
#include "api/registers.h"

#include "api/licences.h"
#include "zone/figure.h"

#include <string.h>

/* Where the records under a number are asked for. */
static const char *records_word(const struct pack_figure *f)
{
    switch (f->opens) {
    case PACK_OPENS_CASES: return "records";
    case PACK_OPENS_RECORDS: return "entries";
    case PACK_OPENS_LICENCES: return "licences";
    case PACK_OPENS_ROWS: return "rows";
    }
    return "rows";
}

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
            json_set_str_or_null(item, "of", f->of);
            json_object_set_new(item, "title", json_name(f->title));
            json_object_set_new(item, "unit", json_name(f->unit));
            json_object_set_new(item, "note", f->note.zh.bytes ? json_name(f->note) : json_null());
            json_object_set_new(item, "good", json_string(pack_good_word(f->good)));
            json_object_set_new(item, "target", f->has_target ? json_real(f->target) : json_null());
            json_object_set_new(item, "dimensions", by);
            json_object_set_new(item, "drawing", json_string(pack_drawing_word(f->drawing)));
            json_object_set_new(item, "records", json_string(records_word(f)));
            json_object_set_new(item, "past", json_boolean(f->rows_past.bytes > 0));
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
    if (at.bytes && !zone_day_end(c->api->zone, at, &q->at_ms) && !instant_parse(at, &q->at_ms))
        return refuse(c, "at", "参数 at 应为日期,例如 2026-03-31,或带时区的时刻",
            "the parameter at must be a date like 2026-03-31, or an instant with its offset");
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
            g, "label", json_name(figure_label(&c->op, r, by, r->groups[i].key)));
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

/* The span of the same length, so many months earlier; null where it cannot be asked. */
static json_t *earlier_json(struct call *c, const struct figure_query *q, int64_t months)
{
    struct figure_query before = *q;
    struct figure_result r;
    struct arena *a = c->op.arena;
    struct diag ignored = { 0 };
    struct op op = c->op;
    op.diag = &ignored;
    before.by = STR_NONE;
    if (months < 1 || !move_month(a, q->from, -months, &before.from)
        || !move_month(a, q->to, -months, &before.to) || figure_value(&op, &before, &r) != OK)
        return json_null();
    json_t *o = json_object();
    json_object_set_new(o, "value", value_json(&r.whole));
    json_set_str(o, "from", before.from);
    json_set_str(o, "to", before.to);
    return o;
}

/* "previous": the span just before; "yearBefore": the same months of the year before. */
static void add_comparison(struct call *c, const struct figure_query *q, json_t *o)
{
    bool span = q->from.bytes && q->to.bytes;
    int64_t months = span ? month_number(q->to) - month_number(q->from) + 1 : 0;
    json_object_set_new(o, "previous", earlier_json(c, q, months));
    json_object_set_new(o, "yearBefore", earlier_json(c, q, span ? 12 : 0));
}

/* Records that a dimension's values refer to are called by their names, so they are looked up. */
static bool names_records(const struct figure_result *r, str by)
{
    const struct pack_dimension *d = by.bytes ? figure_dimension(r->figure, by) : NULL;
    return d && d->ref;
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
    bool look = names_records(&r, q.by);
    if (look && !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object());
    json_set_str(o, "name", r.figure->name);
    json_object_set_new(o, "title", json_name(r.figure->title));
    json_object_set_new(o, "unit", json_name(r.figure->unit));
    json_object_set_new(o, "value", value_json(&r.whole));
    json_set_int(o, "count", r.whole.count);
    json_set_str_or_null(o, "by", q.by);
    json_object_set_new(o, "groups", groups_json(c, &r, q.by));
    json_object_set_new(
        o, "target", r.figure->has_target ? json_real(r.figure->target) : json_null());
    add_comparison(c, &q, o);
    json_set_instant(&c->op, o, "at", q.at_ms ? q.at_ms : c->op.now_ms);
    if (look)
        api_read_end(c);
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

struct page {
    struct figure_query query;
    int64_t limit, after;
    str key;
};

/* Which records, and which page of them. False: answered. */
static bool read_page(struct call *c, struct page *p)
{
    int64_t after_key;
    bool has_key;
    *p = (struct page){ .limit = 50 };
    if (!read_query(c, &p->query) || !read_key(c, &p->key, &has_key)
        || !api_query_int(c, "limit", 1, 200, &p->limit) || !api_cursor(c, &after_key, &p->after))
        return false;
    return !p->query.by.bytes || has_key
        || refuse(
            c, "key", "参数 by 要与 key 一起使用", "the parameter by needs a key beside it");
}

struct listing {
    const struct pack_figure *figure;
    int64_t *ids;
    size_t count;
    bool more;
};

/* Is `word` where the records of this figure are asked for? False: answered. */
static bool asked_rightly(
    struct call *c, str name, const char *word, const struct pack_figure **figure)
{
    static const struct {
        const char *word, *zh, *en;
    } kinds[] = { { "records", "这个指标统计的是办件,请用 /records",
                      "this figure counts cases: ask for /records" },
        { "entries", "这个指标统计的是登记,请用 /entries",
            "this figure counts records of a register: ask for /entries" },
        { "licences", "这个指标统计的是证照,请用 /licences",
            "this figure counts licences: ask for /licences" },
        { "rows", "这个指标没有可逐条打开的记录,请用 /rows",
            "the records of this figure cannot be opened one by one: ask for /rows" } };
    const struct pack_system *system;
    *figure = pack_figure_any(zone_pack(c->api->zone), name, &system);
    for (size_t i = 0; *figure && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(records_word(*figure), kinds[i].word) == 0 && strcmp(word, kinds[i].word) != 0)
            return refuse(c, "name", kinds[i].zh, kinds[i].en);
    return true;
}

/* The ids under the number. False: answered. */
static bool read_ids(struct call *c, const char *word, struct listing *l)
{
    struct page p;
    if (!read_page(c, &p) || !asked_rightly(c, p.query.name, word, &l->figure))
        return false;
    if (figure_records(&c->op, &p.query, p.key, p.after, (size_t)p.limit, &l->ids, &l->count,
            &l->more)
        == OK)
        return true;
    api_fail(c);
    return false;
}

static void records(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct listing l = { 0 };
    (void)app;
    if (!read_ids(c, "records", &l) || !api_read(c))
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
    if (!read_ids(c, "entries", &l) || !api_read(c))
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

/* Of licences likewise. */
static void licences(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct listing l = { 0 };
    (void)app;
    if (!read_ids(c, "licences", &l) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < l.count; i++) {
        struct licence one;
        if (licence_open(&c->op, l.ids[i], &one) == OK)
            json_array_append_new(items, licence_json(c, &one));
    }
    api_read_end(c);
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(l.more, 0, l.count ? l.ids[l.count - 1] : 0));
    http_reply_json(req, 200, o);
}

/* A value by its name: a text, or a name in both languages. */
static json_t *shown_json(
    struct call *c, const struct figure_rows *rows, const struct pack_shown *s, str value)
{
    struct name2 called = figure_shown(&c->op, rows, s, value);
    return str_equal(called.zh, called.en) ? json_from_str(called.zh) : json_name(called);
}

static json_t *shown_columns(const struct pack_figure *f)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < f->shown_count; i++) {
        json_t *one = json_object();
        json_set_str(one, "name", f->shown[i].column);
        json_object_set_new(one, "title", json_name(f->shown[i].title));
        json_object_set_new(one, "money", json_boolean(f->shown[i].is_money));
        json_array_append_new(columns, one);
    }
    return columns;
}

/* The rows themselves, of a figure over other views than cases and registers (whose records are not
 * everybody's to see): what was counted, column by column, as the figure shows it. */
static void table(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct figure_rows rows;
    struct page p;
    (void)app;
    const struct pack_figure *f;
    if (!read_page(c, &p) || !asked_rightly(c, p.query.name, "rows", &f))
        return;
    if (figure_rows(&c->op, &p.query, p.key, p.after, (size_t)p.limit, &rows) != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < rows.count; i++) {
        const struct figure_row *row = &rows.items[i];
        json_t *values = json_array();
        for (size_t k = 0; k < rows.figure->shown_count; k++)
            json_array_append_new(values,
                row->absent[k] ? json_null()
                               : shown_json(c, &rows, &rows.figure->shown[k], row->values[k]));
        json_array_append_new(items, values);
    }
    json_object_set_new(o, "columns", shown_columns(rows.figure));
    json_object_set_new(o, "items", items);
    json_object_set_new(
        o, "next", api_next(rows.more, 0, rows.count ? rows.items[rows.count - 1].id : 0));
    http_reply_json(req, 200, o);
}

static const struct api_param value_params[] = { { "by", "string", "a dimension" },
    { "from", "string", "month, 2026-01" }, { "to", "string", "month, included" },
    { "at", "string", "as it was at a past day's end, 2026-03-31, or at an instant" }, { 0 } };
static const struct api_param record_params[] = { { "by", "string", "a dimension" },
    { "key", "string", "a value of it" }, { "from", "string", NULL }, { "to", "string", NULL },
    { "at", "string", "as it was at a past day's end, or at an instant" },
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
    { "GET", "/api/figures/{name}/licences", licences, 0, NULL,
        DOC("figureLicences", "The licences under a figure", "figures", API_SESSION, NULL,
            "[Licence]", 0, record_params, true) },
    { "GET", "/api/figures/{name}/rows", table, 0, NULL,
        DOC("figureRows", "The rows under a figure, column by column", "figures", API_SESSION, NULL,
            "FigureRows", 0, record_params, true) },
    { 0 },
};
