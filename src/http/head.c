/*
 * The head of a request: address, headers, identity of the client, route, gate.
 *
 * Everything is copied into the request's arena, so that a worker may read it although the
 * connection has gone. What two servers in a row could read differently is refused (RFC 9112
 * clauses 3.2 and 6.3): two Host or Content-Length headers, a length beside a transfer encoding.
 */
#include "http/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool refuse(struct exchange *ex, int status, const struct diag *d)
{
    ex->reply.close = true;
    reply_problem_status(&ex->req, status, d, NULL, NULL);
    return false;
}

struct gather {
    struct exchange *ex;
    struct http_pair *list;
    size_t count, room;
};

static enum MHD_Result gather_header(void *ctx, enum MHD_ValueKind kind, const char *name,
    size_t name_bytes, const char *value, size_t value_bytes)
{
    struct gather *g = ctx;
    (void)kind;
    if (g->count < g->room)
        g->list[g->count++] = (struct http_pair){
            str_copy(&g->ex->arena, (str){ name, name_bytes }),
            str_copy(&g->ex->arena, (str){ value, value ? value_bytes : 0 }),
        };
    return MHD_YES;
}

/* The first HTTP_HEADERS_MAX of them; false: no memory. */
static bool read_headers(struct exchange *ex)
{
    int total = MHD_get_connection_values(ex->connection, MHD_HEADER_KIND, NULL, NULL);
    struct gather g = { .ex = ex, .room = (size_t)(total < 0 ? 0 : total) };
    ex->headers_sent = g.room;
    if (g.room > HTTP_HEADERS_MAX)
        g.room = HTTP_HEADERS_MAX;
    g.list = ARENA_ARRAY(&ex->arena, struct http_pair, g.room);
    if (!g.list)
        return false;
    MHD_get_connection_values_n(ex->connection, MHD_HEADER_KIND, gather_header, &g);
    ex->req.headers = g.list;
    ex->req.header_count = g.count;
    return true;
}

static bool check_headers(struct exchange *ex)
{
    struct diag d = { 0 };
    if (ex->headers_sent > HTTP_HEADERS_MAX) {
        diag_set(&d, ERR_LIMIT, "请求首部超过 %d 个", "more than %d request headers", HTTP_HEADERS_MAX);
        return refuse(ex, 431, &d);
    }
    for (size_t i = 0; i < ex->req.header_count; i++)
        if (!str_is_utf8(ex->req.headers[i].name) || !str_is_utf8(ex->req.headers[i].value)) {
            diag_set(&d, ERR_UTF8, "请求首部不是有效的 UTF-8 编码",
                "a request header is not valid UTF-8");
            return refuse(ex, 400, &d);
        }
    return true;
}

static size_t count_headers(const struct http_request *req, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < req->header_count; i++)
        count += str_equal_nocase(req->headers[i].name, str_from(name));
    return count;
}

/* Framing: what the body's length is and that only one answer to that is possible. */
static bool read_framing(struct exchange *ex)
{
    struct diag d = { 0 };
    size_t lengths = count_headers(&ex->req, "content-length");
    size_t encodings = count_headers(&ex->req, "transfer-encoding");
    int64_t bytes = 0;
    if (count_headers(&ex->req, "host") > 1 || lengths + encodings > 1
        || (lengths && !str_to_int64(http_header(&ex->req, "content-length"), &bytes))
        || bytes < 0) {
        diag_set(&d, ERR_SYNTAX, "请求首部 Host、Content-Length 或 Transfer-Encoding 重复或有误",
            "Host, Content-Length or Transfer-Encoding is repeated or malformed");
        return refuse(ex, 400, &d);
    }
    if (encodings && !str_equal_nocase(http_header(&ex->req, "transfer-encoding"), STR("chunked"))) {
        diag_set(&d, ERR_UNSUPPORTED, "传输编码只支持 chunked",
            "the only transfer encoding that is supported is chunked");
        return refuse(ex, 501, &d);
    }
    ex->body_expected = encodings ? SIZE_MAX : (size_t)bytes;
    str coding = http_header(&ex->req, "content-encoding");
    if (coding.bytes && !str_equal_nocase(coding, STR("identity"))) {
        diag_set(&d, ERR_MEDIA_TYPE, "不接受压缩的请求内容(%.*s)",
            "a compressed request body (%.*s) is not accepted", STR_ARGS(coding));
        return refuse(ex, 415, &d);
    }
    return true;
}

static bool well_formed_id(str id)
{
    for (size_t i = 0; i < id.bytes; i++) {
        char c = id.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
                || c == '_' || c == '.'))
            return false;
    }
    return id.bytes >= 1 && id.bytes <= 64;
}

/* The client's own identifier goes through the logs; else "PREFIX-NUMBER". */
static void read_id(struct exchange *ex)
{
    static const char digits[] = "0123456789abcdef";
    str given = http_header(&ex->req, "x-request-id");
    uint64_t number = atomic_fetch_add(&ex->server->requests, 1) + 1;
    size_t at = 0;
    if (well_formed_id(given)) {
        memcpy(ex->id, given.data, given.bytes);
        at = given.bytes;
    } else {
        at = strlen(ex->server->id_prefix);
        memcpy(ex->id, ex->server->id_prefix, at);
        ex->id[at++] = '-';
        int shift = 28;
        while (shift < 60 && number >> (shift + 4))
            shift += 4;
        for (; shift >= 0; shift -= 4)
            ex->id[at++] = digits[number >> shift & 15];
    }
    ex->id[at] = 0;
    ex->req.id = (str){ ex->id, at };
}

static void read_peer(struct exchange *ex)
{
    const union MHD_ConnectionInfo *info
        = MHD_get_connection_info(ex->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, ex->peer,
            sizeof ex->peer);
    else if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
            ex->peer, sizeof ex->peer);
    ex->req.peer = str_from(ex->peer);
    const char *proxy = ex->server->config.trusted_proxy;
    if (!proxy || !str_is(ex->req.peer, proxy))
        return;
    /* The proxy appends whom it saw; what stands before that is the client's own claim. */
    str rest = http_header(&ex->req, "x-forwarded-for"), last = STR_NONE, part;
    while (str_split(&rest, ',', &part))
        last = str_trim(part);
    unsigned char binary[16];
    char *text = str_terminated(&ex->arena, last);
    if (text && last.bytes < sizeof ex->peer
        && (inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1))
        ex->req.peer = (str){ text, last.bytes };
}

/* Path and query of the target; the absolute form loses its scheme and authority. */
static void split_target(struct http_request *req)
{
    str target = req->path;
    if (str_starts(target, STR("http://")) || str_starts(target, STR("https://"))) {
        ptrdiff_t slash = str_find(target, STR("/"), 8);
        target = slash < 0 ? STR("/") : str_slice(target, (size_t)slash, target.bytes);
    }
    ptrdiff_t mark = str_find(target, STR("?"), 0);
    req->path = mark < 0 ? target : str_slice(target, 0, (size_t)mark);
    req->query = mark < 0 ? STR_NONE : str_slice(target, (size_t)mark + 1, target.bytes);
}

static bool read_target(struct exchange *ex)
{
    struct http_request *req = &ex->req;
    struct diag d = { 0 };
    if (req->path.bytes > ex->server->config.uri_bytes_max) {
        req->path = str_slice(req->path, 0, 256); /* for the log */
        diag_set(&d, ERR_TOO_LARGE, "网址过长,最多 %zu 字节",
            "the address is too long, at most %zu bytes", ex->server->config.uri_bytes_max);
        return refuse(ex, 414, &d);
    }
    split_target(req);
    enum err e = http_parse_path(&ex->arena, req->path, &ex->path, &d);
    if (e == OK)
        e = http_parse_query(&ex->arena, req->query, HTTP_QUERIES_MAX, &req->queries,
            &req->query_count, &d);
    return e == OK || refuse(ex, err_http_status(e), &d);
}

/* The path is known, but not by this method. */
static bool answer_methods(struct exchange *ex, str allow)
{
    struct http_request *req = &ex->req;
    struct diag d = { 0 };
    http_reply_header(req, "Allow", allow);
    if (str_is(req->method, "OPTIONS")) {
        http_reply_empty(req, 204);
    } else {
        diag_set(&d, ERR_METHOD, "这个网址不支持 %.*s", "this address does not take %.*s",
            STR_ARGS(req->method));
        http_reply_problem(req, &d);
    }
    return false;
}

/* Nothing of ours fits: a file, or what can be said about the path. */
static bool answer_unmatched(struct exchange *ex, const struct http_match *m)
{
    struct http_request *req = &ex->req;
    struct diag d = { 0 };
    if (m->path_known)
        return answer_methods(ex, http_allow_text(&ex->arena, m->methods));
    if (str_is(req->method, "GET") || str_is(req->method, "HEAD")) {
        if (static_reply(ex) || static_reply_nowhere(ex))
            return false;
    } else if (static_there(ex)) {
        return answer_methods(ex, STR("GET, HEAD, OPTIONS"));
    }
    diag_set(&d, ERR_NOT_FOUND, "没有这个网址", "there is nothing at this address");
    http_reply_problem(req, &d);
    return false;
}

bool head_read(struct exchange *ex, const char *method)
{
    struct http_request *req = &ex->req;
    struct http_match m;
    req->method = str_copy(&ex->arena, str_from(method));
    /* Refused before the framing is known: whatever follows is no request, so nobody waits for it. */
    ex->body_expected = SIZE_MAX;
    bool whole = read_headers(ex);
    read_id(ex);
    read_peer(ex);
    req->lang = http_parse_language(http_header(req, "accept-language"));
    if (!whole || !check_headers(ex) || !read_framing(ex))
        return false;
    if (str_is(req->path, "*") && str_is(req->method, "OPTIONS")) /* RFC 9110 clause 9.3.7 */
        return answer_methods(ex, STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    if (!read_target(ex))
        return false;
    http_table_match(&ex->server->table, &ex->path, req->method, &m);
    if (!m.entry)
        return answer_unmatched(ex, &m);
    ex->entry = m.entry;
    req->route = m.entry->route;
    for (size_t i = 0; i < m.entry->param_count; i++)
        ex->params[i] = (struct http_pair){ m.entry->names[i], m.values[i] };
    req->params = ex->params;
    req->param_count = m.entry->param_count;
    bool (*gate)(struct http_request *, const void *) = ex->server->config.gate;
    if (gate && !gate(req, ex->server->config.app)) {
        ASSERT(ex->reply.kind != REPLY_NONE || arena_failed(&ex->arena));
        return false;
    }
    return true;
}
