/* Formats of GeoReport v2: which one is asked for, JSON as XML, errors. */
#include "api/open311.h"

#include <stdio.h>
#include <string.h>

/* A list's items are called in the singular. */
static const char *singular(const char *name)
{
    static const char *const pairs[][2] = { { "services", "service" }, { "service_requests", "request" },
        { "attributes", "attribute" }, { "values", "value" }, { "endpoints", "endpoint" },
        { "formats", "format" }, { "errors", "error" } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(name, pairs[i][0]) == 0)
            return pairs[i][1];
    return "item";
}

/* Control characters have no place in XML 1.0, not even escaped. */
static void add_text(struct buf *b, str s)
{
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        if (c == '<')
            buf_add(b, STR("&lt;"));
        else if (c == '>')
            buf_add(b, STR("&gt;"));
        else if (c == '&')
            buf_add(b, STR("&amp;"));
        else if ((unsigned char)c >= ' ' || c == '\n' || c == '\t')
            buf_add_char(b, c);
    }
}

static void add_element(struct buf *b, const char *name, const json_t *v);

static void add_inside(struct buf *b, const char *name, const json_t *v)
{
    const char *key;
    json_t *member;
    if (json_is_object(v)) {
        json_object_foreach((json_t *)v, key, member)
            add_element(b, key, member);
    } else if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v); i++)
            add_element(b, singular(name), json_array_get(v, i));
    } else if (json_is_string(v)) {
        add_text(b, (str){ json_string_value(v), json_string_length(v) });
    } else if (json_is_integer(v)) {
        buf_printf(b, "%lld", (long long)json_integer_value(v));
    } else if (json_is_real(v)) {
        buf_printf(b, "%.9g", json_real_value(v));
    } else if (json_is_boolean(v)) {
        buf_add(b, json_is_true(v) ? STR("true") : STR("false"));
    }
}

static void add_element(struct buf *b, const char *name, const json_t *v)
{
    if (json_is_null(v)) {
        buf_printf(b, "<%s/>", name);
        return;
    }
    buf_printf(b, "<%s>", name);
    add_inside(b, name, v);
    buf_printf(b, "</%s>", name);
}

str open311_xml(struct arena *arena, const char *root, const json_t *v)
{
    struct buf b;
    buf_init(&b, arena, 16 * MIB);
    buf_add(&b, STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"));
    add_element(&b, root, v);
    buf_add_char(&b, '\n');
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}

void open311_reply(const struct open311_ask *a, int status, const char *root, const json_t *v)
{
    struct http_request *req = a->c->req;
    http_reply_header(req, "Access-Control-Allow-Origin", STR("*"));
    if (!a->xml) {
        http_reply_json(req, status, v);
        return;
    }
    str text = open311_xml(req->arena, root, v);
    if (text.bytes)
        http_reply(req, status, "text/xml; charset=utf-8", text);
    else
        http_reply_empty(req, 503);
}

str open311_address(struct call *c, str path)
{
    return str_printf(c->req->arena, "%s://%.*s%.*s", c->api->secure_cookie ? "https" : "http",
        STR_ARGS(http_header(c->req, "Host")), STR_ARGS(path));
}

str open311_media_path(struct arena *a, const struct open311_request *r)
{
    return str_printf(a, "/open311/media/%.*s", STR_ARGS(r->token));
}

/* What was sent and is not right is 400 here, not 422: so the specification has it. */
static int status_of(enum err e)
{
    int status = err_http_status(e);
    return status == 422 ? 400 : status;
}

void open311_fail(const struct open311_ask *a)
{
    struct call *c = a->c;
    if (c->diag.err == OK)
        diag_set(&c->diag, ERR_INTERNAL, "程序内部错误,已记录", "an internal fault, recorded");
    int status = status_of(c->diag.err);
    json_t *list = json_keep(c->req->arena, json_array()), *one = json_object();
    json_set_int(one, "code", status);
    json_set_str(one, "description", http_text_of(c->req, &c->diag));
    json_array_append_new(list, one);
    open311_reply(a, status, "errors", list);
}

bool open311_begin(struct call *c, const char *param, struct open311_ask *a)
{
    str file = http_param(c->req, param), jurisdiction = STR_NONE;
    unsigned wait_s = 0;
    *a = (struct open311_ask){ .c = c, .o = zone_pack(c->api->zone)->open311, .name = file, .xml = true };
    bool json = str_ends(file, STR(".json"));
    if (json || str_ends(file, STR(".xml")))
        a->name = str_slice(file, 0, file.bytes - (json ? 5 : 4));
    else
        (void)diag_set(&c->diag, ERR_NOT_FOUND, "网址应以 .xml 或 .json 结尾",
            "the address must end in .xml or .json");
    a->xml = !json;
    if (c->diag.err == OK && !a->o)
        (void)diag_set(&c->diag, ERR_NOT_FOUND, "本区未开放上报", "nothing can be reported here");
    if (c->diag.err == OK
        && http_limiter_take(c->api->report_reads, c->req->peer, &wait_s, &c->diag) != OK)
        http_reply_header(c->req, "Retry-After", str_printf(c->req->arena, "%u", wait_s));
    if (c->diag.err == OK && http_query(c->req, "jurisdiction_id", &jurisdiction, NULL, &c->diag) == OK
        && jurisdiction.bytes && !str_equal(jurisdiction, a->o->jurisdiction))
        (void)diag_set(&c->diag, ERR_NOT_FOUND, "没有这个 jurisdiction_id",
            "the jurisdiction_id was not found");
    if (c->diag.err == OK)
        return true;
    open311_fail(a);
    return false;
}
