/* Procedures on a page: the way a case has gone, the drawing, the versions with what runs on them,
 * where cases wait, and how they really went. */
#include "api/schemas.h"

#include "zone/mine.h"
#include "zone/way.h"

enum { WAITS_MONTHS = 3, PAGE_MAX = 100, WAYS_SHOWN = 50, WAYS_BYTES_MAX = 512 * MIB };

/* ---- the way of a case ---- */

static json_t *name_of(str zh, str en)
{
    return json_name((struct name2){ zh, en });
}

static json_t *passed_json(const struct way_step *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->passed_count; i++) {
        json_t *o = json_object();
        json_set_str(o, "node", s->passed[i].node);
        json_object_set_new(o, "flow",
            json_str_or_null(s->passed[i].flow));
        json_array_append_new(list, o);
    }
    return list;
}

/* An applicant learns which unit had it, not who there. */
static json_t *way_step_json(struct call *c, const struct pack *p, const struct way_step *s)
{
    json_t *o = json_object();
    bool person = s->person.bytes && (!api_applicant_reads(c) || !s->unit.bytes);
    json_set_int(o, "order", s->ord);
    json_set_str(o, "node", s->node);
    json_object_set_new(o, "name", name_of(s->name_zh, s->name_en));
    json_object_set_new(o, "element", json_string(s->element));
    json_object_set_new(o, "how", json_from_str(s->how));
    json_set_instant(&c->op, o, "enteredAt", s->entered_at);
    json_set_instant(&c->op, o, "leftAt", s->left_at);
    json_object_set_new(o, "minutes", s->minutes < 0 ? json_null() : json_integer(s->minutes));
    json_object_set_new(o, "unit", json_unit(p, s->unit));
    json_object_set_new(o, "person", person ? json_from_str(s->person) : json_null());
    json_object_set_new(o, "passed", passed_json(s));
    return o;
}

static json_t *way_json(struct call *c, const struct case_row *row, const struct way *w)
{
    const struct pack *p = zone_pack(c->api->zone);
    json_t *o = json_keep(c->op.arena, json_object()), *steps = json_array(), *next = json_array();
    for (size_t i = 0; i < w->count; i++)
        json_array_append_new(steps, way_step_json(c, p, &w->steps[i]));
    for (size_t i = 0; i < w->next_count; i++) {
        const struct bpmn_node *n = w->next[i];
        json_t *step = json_object();
        json_set_str(step, "node", n->id);
        json_object_set_new(step, "name",
            name_of(n->name.bytes ? n->name : n->id,
                n->name_en.bytes ? n->name_en : n->name.bytes ? n->name : n->id));
        json_array_append_new(next, step);
    }
    json_set_str(o, "kind", row->kind);
    json_set_str(o, "version", row->pack_version);
    json_object_set_new(o, "drawn", json_boolean(w->system != NULL && w->count));
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "next", next);
    return o;
}

static void way(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    struct way w;
    int64_t id;
    (void)app;
    if (!api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = actor_require(&c->op, "case.read");
    if (e == OK)
        e = case_get(&c->op, id, &row);
    if (e == OK)
        e = case_way(&c->op, &row, &w);
    json_t *o = e == OK ? way_json(c, &row, &w) : NULL;
    api_read_end(c);
    if (o)
        http_reply_json(req, 200, o);
    else
        api_fail(c);
}

/* ---- procedures ---- */

static json_t *versions_json(struct call *c, const struct procedure_version *list, size_t count)
{
    json_t *out = json_array();
    str current = str_from(zone_pack(c->api->zone)->version);
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        bool now = str_equal(list[i].version, current);
        if (!now && !list[i].running)
            continue; /* nothing of it is left to see */
        json_set_str(o, "version", list[i].version);
        json_set_instant(&c->op, o, "loadedAt", list[i].loaded_at);
        json_set_int(o, "running", list[i].running);
        json_object_set_new(o, "current", json_boolean(now));
        json_array_append_new(out, o);
    }
    return out;
}

static enum err procedure_json(struct call *c, const struct pack_system *s, json_t *items)
{
    struct procedure_version *versions;
    size_t count;
    TRY(procedure_versions(&c->op, s->kind, &versions, &count));
    json_t *o = json_object();
    json_set_str(o, "kind", s->kind);
    json_set_str(o, "process", s->process->id);
    json_object_set_new(o, "name",
        name_of(s->process->name.bytes ? s->process->name : s->name.zh,
            s->process->name_en.bytes ? s->process->name_en : s->name.en));
    json_set_str(o, "file", s->procedure_file);
    json_object_set_new(o, "versions", versions_json(c, versions, count));
    json_array_append_new(items, o);
    return OK;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = actor_require(&c->op, "figure.read");
    if (e == ERR_FORBIDDEN)
        e = actor_require(&c->op, "pack.read");
    for (size_t i = 0; e == OK && i < p->system_count; i++)
        if (p->systems[i].process) /* a system may have registers and figures only */
            e = procedure_json(c, &p->systems[i], items);
    api_read_answer(c, e, o);
}

static void drawing(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str version, xml;
    (void)app;
    if (!api_query(c, "version", &version) || !api_read(c))
        return;
    enum err e = procedure_xml(&c->op, version, http_param(req, "kind"), &xml);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    http_reply(req, 200, "application/xml; charset=utf-8", xml);
}

/* ---- where cases wait ---- */

struct period {
    int64_t from_ms, to_ms;
    str from, to; /* months, both included */
};

/* The first instant of a month of the zone, `more` months later. */
static int64_t month_ms(const struct zone *z, struct date d, int more)
{
    int n = d.year * 12 + d.month - 1 + more;
    struct date first = { .year = n / 12, .month = n % 12 + 1, .day = 1 };
    int64_t utc = date_to_days(first) * MS_PER_DAY;
    return utc - (int64_t)tz_offset_s(zone_pack(z)->tz, utc) * MS_PER_SECOND;
}

static str month_text(struct arena *a, struct date d, int more)
{
    int n = d.year * 12 + d.month - 1 + more;
    return str_printf(a, "%04d-%02d", n / 12, n % 12 + 1);
}

/* The last WAITS_MONTHS months unless told. */
static bool read_period(struct call *c, struct period *p)
{
    struct arena *a = c->op.arena;
    struct date today = date_from_days(zone_local_days(c->api->zone, c->op.now_ms)), from, to;
    if (!api_query_month(c, "from", &p->from) || !api_query_month(c, "to", &p->to))
        return false;
    if (!p->to.bytes)
        p->to = month_text(a, today, 0);
    if (!date_parse(str_concat(a, p->to, STR("-01")), &to))
        return false;
    if (!p->from.bytes)
        p->from = month_text(a, to, 1 - WAITS_MONTHS);
    if (!date_parse(str_concat(a, p->from, STR("-01")), &from))
        return false;
    p->from_ms = month_ms(c->api->zone, from, 0);
    p->to_ms = month_ms(c->api->zone, to, 1);
    if (p->from_ms < p->to_ms)
        return true;
    diag_field(&c->diag, STR("from"));
    diag_set(&c->diag, ERR_INVALID, "起始月份应不晚于结束月份",
        "the first month must not be later than the last");
    api_fail(c);
    return false;
}

static const struct pack_system *read_kind(struct call *c)
{
    str kind = http_param(c->req, "kind");
    const struct pack_system *s = pack_kind(zone_pack(c->api->zone), kind);
    if (!s || !s->procedure) {
        diag_set(&c->diag, ERR_NOT_FOUND, "没有“%.*s”这类流程",
            "there is no procedure of the kind \"%.*s\"", STR_ARGS(kind));
        api_fail(c);
        return NULL;
    }
    return s;
}

static json_t *wait_json(struct call *c, const struct pack_system *s, const struct wait_node *w)
{
    const struct bpmn_node *n = bpmn_node_by_id(s->procedure, w->node);
    json_t *o = json_object();
    str zh = n && n->name.bytes ? n->name : w->node;
    json_set_str(o, "node", w->node);
    json_object_set_new(o, "name", name_of(zh, n && n->name_en.bytes ? n->name_en : zh));
    json_object_set_new(o, "drawn", json_boolean(n != NULL));
    json_set_int(o, "now", w->now);
    json_set_instant(&c->op, o, "oldestAt", w->oldest_at);
    json_object_set_new(o, "oldestMinutes",
        w->oldest_at ? json_integer(calendar_minutes_between(
                           &zone_pack(c->api->zone)->clock, w->oldest_at, c->op.now_ms))
                     : json_null());
    json_set_int(o, "past", w->past);
    json_object_set_new(o, "median", w->past ? json_integer(w->median) : json_null());
    json_object_set_new(o, "p90", w->past ? json_integer(w->p90) : json_null());
    return o;
}

static void waits(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct period p;
    struct wait_node *nodes = NULL;
    size_t count = 0;
    (void)app;
    const struct pack_system *s = read_kind(c);
    if (!s || !read_period(c, &p) || !api_read(c))
        return;
    enum err e = actor_require(&c->op, "figure.read");
    if (e == OK)
        e = waits_by_node(&c->op, s->kind, p.from_ms, p.to_ms, &nodes, &count);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, wait_json(c, s, &nodes[i]));
    json_set_str(o, "kind", s->kind);
    json_set_str(o, "from", p.from);
    json_set_str(o, "to", p.to);
    json_set_instant(&c->op, o, "at", c->op.now_ms);
    json_object_set_new(o, "steps", items);
    http_reply_json(req, 200, o);
}

/* Those among them that the reader may see. */
static enum err wait_cases_json(
    struct call *c, const struct wait_case *found, size_t count, bool now, json_t *items)
{
    const struct calendar_clock *clock = &zone_pack(c->api->zone)->clock;
    for (size_t i = 0; i < count; i++) {
        struct case_row row;
        enum err e = case_get(&c->op, found[i].id, &row);
        if (e == ERR_NOT_FOUND)
            continue;
        TRY(e);
        json_t *o = json_object();
        json_object_set_new(o, "case", json_case_summary(&c->op, &row));
        json_set_int(o, "minutes",
            now ? calendar_minutes_between(clock, found[i].key, c->op.now_ms) : found[i].key);
        json_array_append_new(items, o);
    }
    return OK;
}

static void wait_cases(struct http_request *req, const void *app)
{
    static const char *const whens[] = { "now", "past", NULL };
    struct call *c = api_call(req);
    struct wait_case found[PAGE_MAX];
    struct period p;
    str when;
    int64_t key, id, limit = 30;
    size_t count = 0;
    bool more = false;
    (void)app;
    const struct pack_system *s = read_kind(c);
    if (!s || !read_period(c, &p) || !api_query_word(c, "when", whens, &when)
        || !api_query_int(c, "limit", 1, PAGE_MAX, &limit) || !api_cursor(c, &key, &id)
        || !api_read(c))
        return;
    bool now = !str_is(when, "past");
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = actor_require(&c->op, "figure.read");
    if (e == OK)
        e = waits_cases(&c->op, s->kind, http_param(req, "node"), now, p.from_ms, p.to_ms, key, id,
            (size_t)limit, found, &count, &more);
    if (e == OK)
        e = wait_cases_json(c, found, count, now, items);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_object_set_new(o, "next",
        api_next(more, count ? found[count - 1].key : 0, count ? found[count - 1].id : 0));
    http_reply_json(req, 200, o);
}

/* ---- how they really went ---- */

FIELDS(way_variant) = { { "steps", API_LIST, R, 0, "WayVariantStep" }, { "count", API_INT, R },
    { "medianMs", API_INT, R }, 
    { "slowest", API_TEXTS, R, 0, NULL, "numbers of its longest cases" },
    END };
FIELDS(way_variant_step) = { { "node", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(ways_body) = { { "kind", API_TEXT, R }, { "from", API_TEXT, R }, { "to", API_TEXT, R },
    { "cases", API_INT, R }, { "medianMs", API_INT, R }, { "p90Ms", API_INT, R },
    { "variantCount", API_INT, R }, { "variants", API_LIST, R, 0, "WayVariant" }, END };
const struct api_schema procedure_schemas[] = { { "WayVariant", NULL, way_variant },
    { "WayVariantStep", NULL, way_variant_step },
    { "Ways", "the ways that cases went, the most frequent first", ways_body }, { 0 } };

static json_t *variant_json(
    struct call *c, str kind, const struct mine_result *r, const struct mine_variant *v)
{
    json_t *o = json_object(), *steps = json_array(), *slowest = json_array();
    for (size_t i = 0; i < v->length; i++) {
        str node = r->activities[v->activities[i]].name;
        json_t *step = json_object();
        json_set_str(step, "node", node);
        json_object_set_new(step, "name", json_name(zone_mine_name(&c->op, kind, node)));
        json_array_append_new(steps, step);
    }
    for (size_t i = 0; i < v->slowest_count; i++)
        json_array_append_new(slowest, json_from_str(v->slowest[i]));
    json_object_set_new(o, "steps", steps);
    json_set_int(o, "count", v->count);
    json_set_int(o, "medianMs", v->median_ms);
    json_object_set_new(o, "slowest", slowest);
    return o;
}

/* log_arena holds the log, which may be larger than a request may grow. */
static enum err find_ways(struct call *c, str kind, const struct period *p, struct arena *log_arena,
    struct mine_result *out)
{
    struct mine_log *log;
    TRY(actor_require(&c->op, "figure.read"));
    TRY(mine_create(log_arena, &log, c->op.diag));
    TRY(zone_mine(&c->op, kind, p->from_ms, p->to_ms, log));
    return mine_run(log, out, c->op.diag);
}

static void ways(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct mine_result r = { 0 };
    struct arena log_arena;
    struct period p;
    (void)app;
    const struct pack_system *s = read_kind(c);
    if (!s || !read_period(c, &p) || !api_read(c))
        return;
    arena_init(&log_arena, NULL, WAYS_BYTES_MAX);
    enum err e = find_ways(c, s->kind, &p, &log_arena, &r);
    json_t *o = json_keep(req->arena, json_object()), *variants = json_array();
    for (size_t i = 0; e == OK && i < r.variant_count && i < WAYS_SHOWN; i++)
        json_array_append_new(variants, variant_json(c, s->kind, &r, &r.variants[i]));
    json_set_str(o, "kind", s->kind);
    json_set_str(o, "from", p.from);
    json_set_str(o, "to", p.to);
    json_set_int(o, "cases", r.cases);
    json_set_int(o, "medianMs", r.median_ms);
    json_set_int(o, "p90Ms", r.p90_ms);
    json_set_int(o, "variantCount", (int64_t)r.variant_count);
    json_object_set_new(o, "variants", variants);
    arena_release(&log_arena);
    api_read_answer(c, e, o);
}

static const struct api_param drawing_params[] = {
    { "version", "string", "of the pack; the one in force when absent" }, { 0 }
};
static const struct api_param waits_params[] = { { "from", "string", "month, 2026-01" },
    { "to", "string", "month, included; the last three months when absent" }, { 0 } };
static const struct api_param wait_case_params[] = { { "when", "string", "now (default) or past" },
    { "from", "string", NULL }, { "to", "string", NULL }, { "limit", "integer", "1 to 100" },
    { "after", "string", "`next` of the page before" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route procedure_routes[] = {
    { "GET", "/api/cases/{id}/way", way, 0, NULL,
        DOC("caseWay", "The way a case has gone, where it is, what may come next", "cases",
            API_SESSION, NULL, "CaseWay", 0, NULL) },
    { "GET", "/api/procedures", list, 0, NULL,
        DOC("listProcedures", "Procedures, and the cases that run on each version", "procedures",
            API_SESSION, NULL, "[Procedure]", 0, NULL) },
    { "GET", "/api/procedures/{kind}/drawing", drawing, 0, NULL,
        DOC("getDrawing", "A procedure as it is drawn", "procedures", API_SESSION, NULL, NULL, 0,
            drawing_params, .type = "application/xml") },
    { "GET", "/api/procedures/{kind}/ways", ways, 0, NULL,
        DOC("procedureWays", "How cases really went: variants of steps, with their times",
            "procedures", API_SESSION, NULL, "Ways", 0, waits_params) },
    { "GET", "/api/procedures/{kind}/waits", waits, 0, NULL,
        DOC("procedureWaits", "Where cases wait, and how long they did", "procedures", API_SESSION,
            NULL, "Waits", 0, waits_params) },
    { "GET", "/api/procedures/{kind}/waits/{node}", wait_cases, 0, NULL,
        DOC("waitingCases", "The cases under a number of procedureWaits", "procedures", API_SESSION, NULL,
            "[WaitingCase]", 0, wait_case_params) },
    { 0 },
};
