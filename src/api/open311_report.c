/*
 * Reporting: GeoReport v2's POST requests with a key, and the Hall's own page without one. Both go
 * the same way: service, place, attributes as the service asks them; what is sent beyond that and is
 * not known is passed over in GeoReport, as its clients send fields of their own, and refused here.
 */
#include "api/open311.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    BODY_MAX = 64 * 1024,
    PAGE_BODY_MAX = BODY_MAX + OPEN311_PICTURE_BYTES_MAX / 3 * 4,
    TEXT_MAX = 4000,
    LINE_MAX = 200,
    URL_MAX = 1000
};

struct reporting {
    struct open311_ask ask; /* c set for both; the rest for GeoReport */
    const struct pack_open311 *o;
    struct open311_input in;
    struct open311_request made;
    str key;
    bool keyed;
    struct buf details;
    const struct http_pair *fields; /* of a form */
    size_t field_count;
    const json_t *attributes; /* of the page */
};

static enum err bad(struct call *c, const char *field, const char *zh, const char *en)
{
    diag_field(&c->diag, str_from(field));
    return diag_set(&c->diag, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
}

/* ---- attributes ---- */

static const struct pack_311_value *value_called(const struct pack_311_attribute *a, str key)
{
    for (size_t i = 0; i < a->value_count; i++)
        if (str_equal(a->values[i].key, key))
            return &a->values[i];
    return NULL;
}

static enum err check_value(struct call *c, const struct pack_311_attribute *a, str value, str *shown)
{
    feel_value number;
    int64_t ms;
    *shown = value;
    diag_field(&c->diag, str_printf(c->op.arena, "attribute[%.*s]", STR_ARGS(a->code)));
    if (a->value_count) {
        const struct pack_311_value *v = value_called(a, value);
        if (!v)
            return diag_set(&c->diag, ERR_INVALID, "“%.*s”没有选项“%.*s”",
                "\"%.*s\" has no choice \"%.*s\"", STR_ARGS(a->code), STR_ARGS(value));
        *shown = v->name.zh;
        return OK;
    }
    if (a->type == PACK_311_NUMBER && !feel_number_parse(value, &number))
        return diag_set(&c->diag, ERR_INVALID, "“%.*s”应为数字", "\"%.*s\" must be a number",
            STR_ARGS(a->code));
    if (a->type == PACK_311_DATETIME && !instant_parse(value, &ms))
        return diag_set(&c->diag, ERR_INVALID, "“%.*s”应为日期时间", "\"%.*s\" must be a date and time",
            STR_ARGS(a->code));
    if (value.bytes > TEXT_MAX / 2)
        return diag_set(&c->diag, ERR_INVALID, "“%.*s”过长", "\"%.*s\" is too long",
            STR_ARGS(a->code));
    return OK;
}

/* The n-th value given for an attribute; false past the last. */
static bool given(const struct reporting *s, const struct pack_311_attribute *a, size_t n, str *value)
{
    char one[64], many[64];
    if (s->attributes) {
        const json_t *v = json_object_getn(s->attributes, a->code.data, a->code.bytes);
        const json_t *item = json_is_array(v) ? json_array_get(v, n) : n ? NULL : v;
        *value = json_is_string(item) ? (str){ json_string_value(item), json_string_length(item) } : STR_NONE;
        return value->bytes > 0;
    }
    snprintf(one, sizeof one, "attribute[%.*s]", STR_ARGS(a->code));
    snprintf(many, sizeof many, "attribute[%.*s][]", STR_ARGS(a->code));
    for (size_t i = 0; i < s->field_count; i++) {
        if (!str_is(s->fields[i].name, one) && !str_is(s->fields[i].name, many))
            continue;
        *value = str_trim(s->fields[i].value);
        if (value->bytes && !n--)
            return true;
    }
    return false;
}

static enum err read_attribute(struct reporting *s, const struct pack_311_attribute *a)
{
    struct call *c = s->ask.c;
    str value, shown;
    size_t n = 0;
    for (; n < 100 && given(s, a, n, &value); n++) {
        TRY(check_value(c, a, value, &shown));
        buf_printf(&s->details, n ? "、%.*s%.*s" : "%.*s:%.*s", n ? 0 : (int)a->description.zh.bytes,
            a->description.zh.data, STR_ARGS(shown));
        if (a->type != PACK_311_SEVERAL && n)
            return diag_set(&c->diag, ERR_INVALID, "“%.*s”只能有一个值", "\"%.*s\" takes one value",
                STR_ARGS(a->code));
    }
    if (n)
        buf_add_char(&s->details, '\n');
    if (!n && a->required) {
        diag_field(&c->diag, str_printf(c->op.arena, "attribute[%.*s]", STR_ARGS(a->code)));
        const char *zh = str_terminated(c->op.arena, a->description.zh);
        const char *en = str_terminated(c->op.arena, a->description.en);
        return diag_set(&c->diag, ERR_INVALID, "请填写“%1$s”%2$.0s",
            "%1$.0splease answer \"%2$s\"", zh ? zh : "", en ? en : "");
    }
    return OK;
}

/* ---- the whole report ---- */

static enum err check_place(struct call *c, const struct open311_input *in)
{
    if (in->has_place && !(fabs(in->lat) <= 90 && fabs(in->lon) <= 180))
        return bad(c, "lat", "lat、long 应为度数(WGS 84)", "lat and long must be degrees (WGS 84)");
    if (!in->has_place && !in->address.bytes && !in->address_id.bytes)
        return bad(c, "lat", "请给出位置:lat 和 long,或 address_string、address_id",
            "a place is needed: lat and long, address_string or address_id");
    return OK;
}

static enum err check_texts(struct call *c, const struct open311_input *in)
{
    if (in->description.bytes > 4 * TEXT_MAX || str_code_points(in->description) > TEXT_MAX)
        return bad(c, "description", "描述至多 4000 字", "the description has at most 4,000 characters");
    if (str_code_points(in->address) > LINE_MAX || str_code_points(in->address_id) > LINE_MAX)
        return bad(c, "address_string", "地址至多 200 字", "an address has at most 200 characters");
    bool http = str_starts(in->media_url, STR("http://")) || str_starts(in->media_url, STR("https://"));
    if (in->media_url.bytes && (!http || in->media_url.bytes > URL_MAX))
        return bad(c, "media_url", "media_url 应为 http(s) 网址", "media_url must be an http(s) address");
    return OK;
}

static enum err check_report(struct reporting *s, str code)
{
    struct call *c = s->ask.c;
    if (!code.bytes)
        return bad(c, "service_code", "缺少 service_code", "the service_code was not provided");
    s->in.service = pack_311_service(s->o, code);
    if (!s->in.service)
        return diag_set(&c->diag, ERR_NOT_FOUND, "没有 service_code “%.*s”",
            "the service_code \"%.*s\" was not found", STR_ARGS(code));
    TRY(check_place(c, &s->in));
    TRY(check_texts(c, &s->in));
    buf_init(&s->details, c->op.arena, 64 * KIB);
    for (size_t i = 0; i < s->in.service->attribute_count; i++)
        TRY(read_attribute(s, &s->in.service->attributes[i]));
    s->in.details = str_trim(buf_str(&s->details));
    s->in.faults = &c->faults;
    c->diag.field[0] = 0;
    return diag_arena(&c->diag, c->op.arena);
}

static enum err limit(struct reporting *s, str who)
{
    unsigned wait_s = 0;
    struct call *c = s->ask.c;
    enum err e = http_limiter_take(c->api->reports, who, &wait_s, &c->diag);
    if (e != OK)
        http_reply_header(c->req, "Retry-After", str_printf(c->req->arena, "%u", wait_s));
    return e;
}

static enum err work(struct call *c)
{
    struct reporting *s = c->state;
    if (s->keyed)
        TRY(open311_key_use(&c->op, s->key, &s->in.by));
    return open311_report(&c->op, &s->in, &s->made);
}

/* ---- GeoReport v2 ---- */

static str field(const struct reporting *s, const char *name)
{
    for (size_t i = 0; i < s->field_count; i++)
        if (str_is(s->fields[i].name, name))
            return str_trim(s->fields[i].value);
    return STR_NONE;
}

static enum err read_degrees(struct reporting *s)
{
    feel_value lat, lon;
    str a = field(s, "lat"), b = field(s, "long");
    if (!a.bytes && !b.bytes)
        return OK;
    if (!feel_number_parse(a, &lat) || !feel_number_parse(b, &lon))
        return bad(s->ask.c, "lat", "lat、long 应同时给出,为度数(WGS 84)",
            "lat and long come together, in degrees (WGS 84)");
    s->in.has_place = true;
    s->in.lat = feel_to_double(lat);
    s->in.lon = feel_to_double(lon);
    return OK;
}

static enum err read_form(struct reporting *s)
{
    struct call *c = s->ask.c;
    TRY(http_body_form(c->req, &s->fields, &s->field_count, &c->diag));
    str jurisdiction = field(s, "jurisdiction_id");
    if (jurisdiction.bytes && !str_equal(jurisdiction, s->o->jurisdiction))
        return diag_set(&c->diag, ERR_NOT_FOUND, "没有这个 jurisdiction_id",
            "the jurisdiction_id was not found");
    s->key = field(s, "api_key");
    if (!s->key.bytes)
        TRY(http_query(c->req, "api_key", &s->key, NULL, &c->diag));
    s->keyed = true;
    TRY(read_degrees(s));
    s->in.address = field(s, "address_string");
    s->in.address_id = field(s, "address_id");
    s->in.description = field(s, "description");
    s->in.media_url = field(s, "media_url");
    s->in.phone = field(s, "phone");
    str first = field(s, "first_name"), last = field(s, "last_name");
    s->in.name = str_trim(str_printf(c->op.arena, "%.*s %.*s", STR_ARGS(first), STR_ARGS(last)));
    return diag_arena(&c->diag, c->op.arena);
}

static void post_answer(struct call *c)
{
    struct reporting *s = c->state;
    const struct pack_311_service *service = s->in.service;
    json_t *list = json_keep(c->op.arena, json_array()), *one = json_object();
    str notice = name2_in(service->notice, c->req->lang);
    if (strcmp(pack_311_modes[service->mode], "batch") == 0)
        json_set_str(one, "token", s->made.token);
    else
        json_set_str(one, "service_request_id", s->made.number);
    json_set_str_or_null(one, "service_notice", notice);
    json_object_set_new(one, "account_id", json_null());
    json_array_append_new(list, one);
    open311_reply(&s->ask, 201, "service_requests", list);
}

/* The write's failure must be told as the specification has it, so it is not left to the frame:
 * what can fail is tried inside, and the answer looks at what came of it. */
static enum err guarded(struct call *c)
{
    enum err e = work(c);
    if (e == OK)
        return OK;
    c->undone = true;
    return e;
}

static void guarded_answer(struct call *c)
{
    struct reporting *s = c->state;
    if (c->result == OK) {
        post_answer(c);
        return;
    }
    if (c->faults.count)
        c->diag = *c->faults.items[0];
    open311_fail(&s->ask);
}

static void post_request(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct reporting *s = ARENA_NEW(req->arena, struct reporting);
    (void)app;
    if (!s || !open311_begin(c, "resource", &s->ask))
        return;
    s->o = s->ask.o;
    c->state = s;
    enum err e = str_is(s->ask.name, "requests")
        ? read_form(s)
        : diag_set(&c->diag, ERR_NOT_FOUND, "没有这个资源", "there is no such resource");
    if (e == OK)
        e = limit(s, s->key.bytes ? s->key : req->peer);
    if (e == OK && !s->key.bytes)
        e = diag_set(&c->diag, ERR_FORBIDDEN, "缺少 api_key", "the api_key is missing");
    if (e == OK)
        e = check_report(s, field(s, "service_code"));
    if (e == OK)
        api_write(c, guarded, guarded_answer);
    else
        open311_fail(&s->ask);
}

/* ---- the Hall's page ---- */

static void page_answer(struct call *c)
{
    struct reporting *s = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    str notice = name2_in(s->in.service->notice, c->req->lang);
    json_set_str(o, "number", s->made.number);
    json_set_str_or_null(o, "notice", notice);
    json_set_instant(&c->op, o, "expectedAt", s->made.expected_at);
    json_object_set_new(o, "isPublic", json_boolean(!s->in.service->is_private));
    http_reply_json(c->req, 201, o);
}

/* Base64 in the body, so that a report is there with its picture or not at all. */
static enum err read_picture(struct reporting *s)
{
    struct call *c = s->ask.c;
    unsigned wait_s = 0;
    str text = json_str(c->body, "picture");
    if (!text.bytes)
        return OK;
    enum err e = http_limiter_take(c->api->report_pictures, c->req->peer, &wait_s, &c->diag);
    if (e != OK) {
        http_reply_header(c->req, "Retry-After", str_printf(c->req->arena, "%u", wait_s));
        return e;
    }
    if (str_from_base64(c->req->arena, text, &s->in.picture) && s->in.picture.bytes)
        return OK;
    return bad(c, "picture", "照片应为 base64", "the picture must be base64");
}

static void post_page(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct reporting *s = ARENA_NEW(req->arena, struct reporting);
    (void)app;
    if (!s || !api_body(c))
        return;
    s->ask.c = c;
    s->o = zone_pack(c->api->zone)->open311;
    s->attributes = json_object_get(c->body, "attributes");
    if (!json_is_object(s->attributes))
        s->attributes = json_keep(req->arena, json_object());
    const json_t *lon = json_object_get(c->body, "lon"), *lat = json_object_get(c->body, "lat");
    s->in.has_place = json_is_number(lon) && json_is_number(lat);
    s->in.lon = json_number_value(lon);
    s->in.lat = json_number_value(lat);
    s->in.address = json_str(c->body, "address");
    s->in.description = json_str(c->body, "description");
    s->in.name = json_str(c->body, "name");
    s->in.phone = json_str(c->body, "phone");
    c->state = s;
    enum err e = s->o ? limit(s, req->peer)
                      : diag_set(&c->diag, ERR_NOT_FOUND, "本区未开放上报", "nothing can be reported here");
    if (e == OK)
        e = check_report(s, json_str(c->body, "service"));
    if (e == OK)
        e = read_picture(s);
    if (e == OK)
        api_write(c, work, page_answer);
    else
        api_fail(c);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route open311_report_routes[] = {
    { "POST", "/open311/v2/{resource}", post_request, BODY_MAX, NULL,
        DOC("geoReportSend", "GeoReport v2: a new request, with a key", "open311", API_PUBLIC, NULL, NULL,
            201, NULL, .open_query = true, .type = "text/xml",
            .request_type = "application/x-www-form-urlencoded") },
    { "POST", "/api/reports", post_page, PAGE_BODY_MAX, NULL,
        DOC("report", "A resident's report from the Hall's page", "open311", API_PUBLIC, "NewReport",
            "Reported", 201, NULL) },
    { 0 },
};
