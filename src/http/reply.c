/*
 * Answers are noted here and sent after the handler has returned (send.c), so that the last one
 * said counts and nothing is sent by halves.
 */
#include "http/internal.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

static void begin(struct http_request *req, enum reply_kind kind, int status, const char *type)
{
    struct http_reply *r = &exchange_of(req)->reply;
    ASSERT(status >= 200 && status <= 599);
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    r->kind = kind;
    r->status = status;
    r->type = type;
    r->body = STR_NONE;
}

void http_reply_header(struct http_request *req, const char *name, str value)
{
    struct http_reply *r = &exchange_of(req)->reply;
    for (size_t i = 0; i < value.bytes; i++)
        ASSERT((unsigned char)value.data[i] >= 0x20 && value.data[i] != 0x7F);
    char *text = str_terminated(req->arena, value);
    if (!text)
        return;
    size_t at = 0;
    bool adds_up = strcasecmp(name, "set-cookie") == 0;
    while (at < r->header_count && (adds_up || strcasecmp(r->headers[at].name, name) != 0))
        at++;
    ASSERT(at < HTTP_REPLY_HEADERS_MAX);
    r->headers[at].name = name;
    r->headers[at].value = text;
    if (at == r->header_count)
        r->header_count++;
}

/* RFC 8187: UTF-8, everything but attr-char escaped. */
static void add_escaped(struct buf *b, str s)
{
    for (size_t i = 0; i < s.bytes; i++) {
        unsigned char c = (unsigned char)s.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c && strchr("!#$&+-.^_`|~", c));
        if (plain)
            buf_add_char(b, (char)c);
        else
            buf_printf(b, "%%%02X", c);
    }
}

void http_reply_file_name(struct http_request *req, str name, bool inline_)
{
    struct buf b;
    buf_init(&b, req->arena, 4096);
    buf_add(&b, inline_ ? STR("inline; filename*=UTF-8''") : STR("attachment; filename*=UTF-8''"));
    add_escaped(&b, name);
    http_reply_header(req, "Content-Disposition", buf_str(&b));
}

void http_reply_cookie(struct http_request *req, const char *name, str value,
    const struct http_cookie_options *options)
{
    struct buf b;
    buf_init(&b, req->arena, 4096);
    buf_printf(&b, "%s=%.*s; Path=/", name, STR_ARGS(value));
    if (options->max_age_s >= 0)
        buf_printf(&b, "; Max-Age=%lld", (long long)options->max_age_s);
    if (!options->readable_by_script)
        buf_add(&b, STR("; HttpOnly"));
    if (options->secure)
        buf_add(&b, STR("; Secure"));
    buf_add(&b, options->strict ? STR("; SameSite=Strict") : STR("; SameSite=Lax"));
    http_reply_header(req, "Set-Cookie", buf_str(&b));
}

void http_reply(struct http_request *req, int status, const char *type, str body)
{
    begin(req, REPLY_TEXT, status, type);
    exchange_of(req)->reply.body = body;
}

void http_reply_empty(struct http_request *req, int status)
{
    http_reply(req, status, NULL, STR_NONE);
}

void http_reply_json(struct http_request *req, int status, const json_t *value)
{
    http_reply_json_text(req, status, json_text_sent(req->arena, value));
}

void http_reply_json_text(struct http_request *req, int status, str json)
{
    http_reply(req, status, "application/json", json);
}

void http_reply_fd(struct http_request *req, int status, const char *type, int fd, uint64_t bytes)
{
    begin(req, REPLY_FD, status, type);
    exchange_of(req)->reply.fd = fd;
    exchange_of(req)->reply.fd_bytes = bytes;
}

bool http_not_modified(struct http_request *req, str etag)
{
    http_reply_header(req, "ETag", str_printf(req->arena, "\"%.*s\"", STR_ARGS(etag)));
    str wanted = http_header(req, "if-none-match");
    bool reads = str_is(req->method, "GET") || str_is(req->method, "HEAD");
    if (!reads || !wanted.bytes || !http_etag_listed(wanted, etag, true))
        return false;
    http_reply_empty(req, 304);
    return true;
}

enum err http_if_match(const struct http_request *req, str etag, bool required, struct diag *d)
{
    str wanted = http_header(req, "if-match");
    if (!wanted.bytes && required)
        return diag_set(d, ERR_PRECONDITION, "请求应带 If-Match,写明所依据的版本",
            "If-Match is required, naming the version this is based on");
    if (wanted.bytes && !http_etag_listed(wanted, etag, false))
        return diag_set(d, ERR_PRECONDITION, "内容在您打开之后已被修改,请刷新后再试",
            "this was changed after you opened it; reload and try again");
    return OK;
}
