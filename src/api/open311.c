/*
 * Open311 GeoReport v2, what is read: discovery, services and their attributes, requests. Nothing
 * here needs a key; only what is public of reports that are not private is shown (zone/open311.h).
 *
 *     GET /open311/discovery.{xml,json}
 *     GET /open311/v2/services.{f}   services/CODE.{f}   requests.{f}   requests/NUMBER.{f}   tokens/T.{f}
 *     POST /open311/v2/requests.{f}  (open311_report.c)
 */
#include "api/open311.h"
#include "api/schemas.h"

#include <stdio.h>
#include <string.h>

static const int64_t day_ms = 86400000;

FIELDS(hall_report) = { { "service", API_TEXT, R, 40 }, { "lon", API_NUMBER, N }, { "lat", API_NUMBER, N },
    { "address", API_TEXT, N, 200 }, { "description", API_TEXT, N, 4000 },
    { "attributes", API_ANY, N, 0, NULL, "object: code to value or list of values" },
    { "name", API_TEXT, N, 60 }, { "phone", API_TEXT, N, 30 },
    { "picture", API_TEXT, N, OPEN311_PICTURE_BYTES_MAX / 3 * 4 + 4, NULL, "JPEG or PNG, base64" }, END };
FIELDS(hall_reported) = { { "number", API_TEXT, R }, { "notice", API_TEXT, R | N },
    { "expectedAt", API_INSTANT, R | N }, { "isPublic", API_BOOL, R, 0, NULL, "does the page show it" },
    END };
const struct api_schema open311_schemas[] = { { "NewReport", "A resident's report", hall_report },
    { "Reported", NULL, hall_reported }, { 0 } };

static str said(const struct open311_ask *a, struct name2 n)
{
    return name2_in(n, a->c->req->lang);
}

/* ---- discovery ---- */

static json_t *endpoint_json(const struct open311_ask *a)
{
    json_t *o = json_object(), *formats = json_array();
    json_set_str(o, "specification", STR("http://wiki.open311.org/GeoReport_v2"));
    json_set_str(o, "url", open311_address(a->c, STR(OPEN311_BASE)));
    json_set_str(o, "changeset", a->o->changeset);
    json_object_set_new(o, "type",
        json_string(zone_pack(a->c->api->zone)->zone.synthetic ? "test" : "production"));
    json_array_append_new(formats, json_string("text/xml"));
    json_array_append_new(formats, json_string("application/json"));
    json_object_set_new(o, "formats", formats);
    return o;
}

static void discovery(struct http_request *req, const void *app)
{
    struct open311_ask a;
    (void)app;
    if (!open311_begin(api_call(req), "file", &a))
        return;
    if (!str_is(a.name, "discovery")) {
        diag_set(&a.c->diag, ERR_NOT_FOUND, "没有这个资源", "there is no such resource");
        open311_fail(&a);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *endpoints = json_array();
    json_set_str(o, "changeset", a.o->changeset);
    json_set_str(o, "contact", said(&a, a.o->contact));
    json_set_str(o, "key_service", said(&a, a.o->key_service));
    json_array_append_new(endpoints, endpoint_json(&a));
    json_object_set_new(o, "endpoints", endpoints);
    open311_reply(&a, 200, "discovery", o);
}

/* ---- services ---- */

static json_t *service_json(const struct open311_ask *a, const struct pack_311_service *s)
{
    json_t *o = json_object();
    struct buf words;
    buf_init(&words, a->c->req->arena, 4 * KIB);
    for (size_t i = 0; i < s->topic->keyword_count; i++)
        buf_printf(&words, "%s%.*s", i ? ", " : "", STR_ARGS(s->topic->keywords[i]));
    json_set_str(o, "service_code", s->topic->code);
    json_set_str(o, "service_name", said(a, s->topic->name));
    json_set_str(o, "description", said(a, s->description));
    json_object_set_new(o, "metadata", json_boolean(s->attribute_count > 0));
    json_object_set_new(o, "type", json_string(pack_311_modes[s->mode]));
    json_set_str(o, "keywords", buf_str(&words));
    json_set_str(o, "group", said(a, s->topic->group_name));
    return o;
}

static json_t *attribute_json(const struct open311_ask *a, const struct pack_311_attribute *t, size_t order)
{
    json_t *o = json_object(), *values = json_array();
    json_object_set_new(o, "variable", json_true());
    json_set_str(o, "code", t->code);
    json_object_set_new(o, "datatype", json_string(pack_311_types[t->type]));
    json_object_set_new(o, "required", json_boolean(t->required));
    json_object_set_new(o, "datatype_description", json_str_or_null(said(a, t->hint)));
    json_set_int(o, "order", (int64_t)order);
    json_set_str(o, "description", said(a, t->description));
    for (size_t i = 0; i < t->value_count; i++) {
        json_t *one = json_object();
        json_set_str(one, "key", t->values[i].key);
        json_set_str(one, "name", said(a, t->values[i].name));
        json_array_append_new(values, one);
    }
    if (t->value_count)
        json_object_set_new(o, "values", values);
    else
        json_decref(values);
    return o;
}

static void show_service(struct http_request *req, const void *app)
{
    struct open311_ask a;
    (void)app;
    if (!open311_begin(api_call(req), "file", &a))
        return;
    const struct pack_311_service *s = pack_311_service(a.o, a.name);
    if (!s) {
        diag_set(&a.c->diag, ERR_NOT_FOUND, "没有 service_code “%.*s”",
            "the service_code \"%.*s\" was not found", STR_ARGS(a.name));
        open311_fail(&a);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *list = json_array();
    json_set_str(o, "service_code", s->topic->code);
    for (size_t i = 0; i < s->attribute_count; i++)
        json_array_append_new(list, attribute_json(&a, &s->attributes[i], i + 1));
    json_object_set_new(o, "attributes", list);
    open311_reply(&a, 200, "service_definition", o);
}

/* ---- requests ---- */

/* Another server's picture as it was sent; the one kept here once it is shown. */
static json_t *media_json(const struct open311_ask *a, const struct open311_request *r)
{
    if (r->picture_state != OPEN311_PICTURE_SHOWN)
        return json_str_or_null(r->media_url);
    return json_from_str(open311_address(a->c, open311_media_path(a->c->req->arena, r)));
}

static json_t *request_json(const struct open311_ask *a, const struct open311_request *r)
{
    struct op *op = &a->c->op;
    const struct pack_311_service *s = pack_311_service(a->o, r->service);
    const struct pack_unit *unit = pack_unit(zone_pack(op->zone), r->unit);
    json_t *o = json_object();
    json_set_str(o, "service_request_id", r->number);
    json_object_set_new(o, "status", json_string(r->open ? "open" : "closed"));
    json_set_str_or_null(o, "status_notes", r->answer);
    json_set_str(o, "service_name", said(a, s->topic->name));
    json_set_str(o, "service_code", r->service);
    json_set_str_or_null(o, "description", r->description);
    json_object_set_new(o, "agency_responsible", unit ? json_from_str(said(a, unit->name)) : json_null());
    json_object_set_new(o, "service_notice", json_str_or_null(said(a, s->notice)));
    json_set_instant(op, o, "requested_datetime", r->requested_at);
    json_set_instant(op, o, "updated_datetime", r->updated_at);
    json_set_instant(op, o, "expected_datetime", r->expected_at);
    json_set_str_or_null(o, "address", r->address);
    json_set_str_or_null(o, "address_id", r->address_id);
    json_object_set_new(o, "zipcode", json_null());
    json_object_set_new(o, "lat", r->has_place ? json_real(r->lat) : json_null());
    json_object_set_new(o, "long", r->has_place ? json_real(r->lon) : json_null());
    json_object_set_new(o, "media_url", media_json(a, r));
    return o;
}

static void reply_requests(const struct open311_ask *a, const struct open311_filter *f, bool one)
{
    struct call *c = a->c;
    struct open311_request *items = NULL;
    size_t count = 0;
    enum err e = store_read_begin(c->api->zone->store, &c->op.conn, &c->diag);
    if (e == OK) {
        e = open311_list(&c->op, f, &items, &count);
        api_read_end(c);
    }
    if (e == OK && one && !count)
        e = diag_set(&c->diag, ERR_NOT_FOUND, "没有这个 service_request_id",
            "the service_request_id was not found");
    if (e != OK) {
        open311_fail(a);
        return;
    }
    json_t *list = json_keep(c->req->arena, json_array());
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, request_json(a, &items[i]));
    open311_reply(a, 200, "service_requests", list);
}

/* Comma-separated; false: too many. */
static bool split_words(struct call *c, str text, str *out, size_t most, size_t *count)
{
    str part;
    *count = 0;
    for (str rest = text; text.bytes && str_split(&rest, ',', &part);) {
        if (*count == most) {
            diag_set(&c->diag, ERR_LIMIT, "一次至多 %zu 个", "at most %zu at a time", most);
            return false;
        }
        out[(*count)++] = str_trim(part);
    }
    return true;
}

static enum err read_instant(struct call *c, const char *name, int64_t *ms)
{
    str text;
    struct date d;
    TRY(http_query(c->req, name, &text, NULL, &c->diag));
    if (!text.bytes || instant_parse(text, ms))
        return OK;
    if (date_parse(text, &d)) {
        *ms = zone_day_begin(c->api->zone, date_to_days(d));
        return OK;
    }
    diag_field(&c->diag, str_from(name));
    return diag_set(&c->diag, ERR_INVALID, "%s 应为 W3C 日期时间,例如 2026-11-23T00:00:00+08:00",
        "%s must be a W3C date and time, for example 2026-11-23T00:00:00+08:00", name);
}

/* At most 90 days: the last ones, or those from the start or up to the end that is given. */
static enum err read_span(struct call *c, struct open311_filter *f)
{
    int64_t from = 0, to = 0, most = OPEN311_DAYS * day_ms;
    TRY(read_instant(c, "start_date", &from));
    TRY(read_instant(c, "end_date", &to));
    f->to_ms = to ? to : from && from + most < c->op.now_ms ? from + most : c->op.now_ms + 1;
    f->from_ms = from ? from : f->to_ms - most;
    if (f->to_ms - f->from_ms > most)
        f->to_ms = f->from_ms + most;
    if (f->from_ms <= f->to_ms)
        return OK;
    return diag_set(&c->diag, ERR_INVALID, "end_date 早于 start_date", "end_date is before start_date");
}

static enum err read_filter(struct call *c, struct open311_filter *f, str *services)
{
    str ids, codes, status, words[3];
    size_t count = 0;
    TRY(http_query(c->req, "service_request_id", &ids, NULL, &c->diag));
    TRY(http_query(c->req, "service_code", &codes, NULL, &c->diag));
    TRY(http_query(c->req, "status", &status, NULL, &c->diag));
    if (!split_words(c, ids, f->numbers, OPEN311_IDS_MAX, &f->number_count)
        || !split_words(c, codes, services, OPEN311_IDS_MAX, &f->service_count)
        || !split_words(c, status, words, 3, &count))
        return c->diag.err;
    f->services = services;
    for (size_t i = 0; i < count; i++) {
        f->open = f->open || str_is(words[i], "open");
        f->closed = f->closed || str_is(words[i], "closed");
        if (!str_is(words[i], "open") && !str_is(words[i], "closed"))
            return diag_set(&c->diag, ERR_INVALID, "status 应为 open、closed", "status must be open, closed");
    }
    return read_span(c, f);
}

static void list_requests(const struct open311_ask *a)
{
    struct open311_filter *f = ARENA_NEW(a->c->req->arena, struct open311_filter);
    str *services = ARENA_ARRAY(a->c->req->arena, str, OPEN311_IDS_MAX);
    if (!f || !services || read_filter(a->c, f, services) != OK)
        open311_fail(a);
    else
        reply_requests(a, f, false);
}

static void list(struct http_request *req, const void *app)
{
    struct open311_ask a;
    (void)app;
    if (!open311_begin(api_call(req), "resource", &a))
        return;
    if (str_is(a.name, "requests")) {
        list_requests(&a);
    } else if (str_is(a.name, "services")) {
        json_t *all = json_keep(req->arena, json_array());
        for (size_t i = 0; i < a.o->service_count; i++)
            json_array_append_new(all, service_json(&a, &a.o->services[i]));
        open311_reply(&a, 200, "services", all);
    } else {
        diag_set(&a.c->diag, ERR_NOT_FOUND, "没有这个资源", "there is no such resource");
        open311_fail(&a);
    }
}

static void show_request(struct http_request *req, const void *app)
{
    struct open311_ask a;
    struct open311_filter *f = ARENA_NEW(req->arena, struct open311_filter);
    (void)app;
    if (!f || !open311_begin(api_call(req), "file", &a))
        return;
    f->numbers[f->number_count++] = a.name;
    reply_requests(&a, f, true);
}

static void show_token(struct http_request *req, const void *app)
{
    struct open311_ask a;
    str number = STR_NONE;
    (void)app;
    if (!open311_begin(api_call(req), "file", &a))
        return;
    enum err e = store_read_begin(a.c->api->zone->store, &a.c->op.conn, &a.c->diag);
    if (e == OK) {
        e = open311_token(&a.c->op, a.name, &number);
        api_read_end(a.c);
    }
    if (e == ERR_NOT_FOUND)
        diag_set(&a.c->diag, ERR_NOT_FOUND, "没有这个 token", "the token was not found");
    if (e != OK) {
        open311_fail(&a);
        return;
    }
    json_t *all = json_keep(req->arena, json_array()), *one = json_object();
    json_set_str(one, "service_request_id", number);
    json_set_str(one, "token", a.name);
    json_array_append_new(all, one);
    open311_reply(&a, 200, "service_requests", all);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route open311_routes[] = {
    { "GET", "/open311/{file}", discovery, 0, NULL,
        DOC("geoReportDiscovery", "Open311: where the service is and what it speaks", "open311",
            API_PUBLIC, NULL, NULL, 0, NULL, .open_query = true, .type = "text/xml") },
    { "GET", "/open311/v2/{resource}", list, 0, NULL,
        DOC("geoReportList", "GeoReport v2: services.xml, requests.xml, or .json", "open311", API_PUBLIC,
            NULL, NULL, 0, NULL, .open_query = true, .type = "text/xml") },
    { "GET", "/open311/v2/services/{file}", show_service, 0, NULL,
        DOC("geoReportService", "GeoReport v2: what a service asks", "open311", API_PUBLIC, NULL, NULL, 0,
            NULL, .open_query = true, .type = "text/xml") },
    { "GET", "/open311/v2/requests/{file}", show_request, 0, NULL,
        DOC("geoReportRequest", "GeoReport v2: one request", "open311", API_PUBLIC, NULL, NULL, 0, NULL,
            .open_query = true, .type = "text/xml") },
    { "GET", "/open311/v2/tokens/{file}", show_token, 0, NULL,
        DOC("geoReportToken", "GeoReport v2: the request of a token", "open311", API_PUBLIC, NULL, NULL, 0,
            NULL, .open_query = true, .type = "text/xml") },
    { 0 },
};
