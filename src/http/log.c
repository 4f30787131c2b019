/*
 * The access log: one JSON line a request.
 *
 *     {"time":"2026-11-23T01:02:03.004Z","id":"…","peer":"…","method":"GET","path":"/api/cases/7",
 *      "route":"/api/cases/{id}","status":200,"ms":1.2,"in":0,"out":345,"done":true}
 *
 * Written into storage of its own, since the request's arena may be full or with a worker. Neither
 * query nor body nor cookies: they may hold what is personal. The path is cut at 512 bytes.
 */
#include "http/internal.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 4096, PATH_BYTES = 512 };

struct line {
    char text[LINE_BYTES];
    size_t bytes;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(l->text + l->bytes, sizeof l->text - l->bytes, format, args);
    va_end(args);
    ASSERT(bytes >= 0 && (size_t)bytes < sizeof l->text - l->bytes);
    l->bytes += (size_t)bytes;
}

/* Bytes that are not printable ASCII are written as \u00XX: the path is still percent-encoded. */
static void put_text(struct line *l, const char *name, str s, size_t most)
{
    put(l, "\"%s\":\"", name);
    for (size_t i = 0; i < s.bytes && i < most; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7F)
            put(l, "\\u%04x", c);
        else
            put(l, "%c", c);
    }
    put(l, "\",");
}

static void write_line(struct exchange *ex, int status, bool complete, int64_t duration_ns)
{
    struct line l = { .bytes = 0 };
    struct http_request *req = &ex->req;
    int64_t ms = req->start_ms;
    struct date day = date_from_days(ms / MS_PER_DAY);
    int64_t in_day = ms % MS_PER_DAY;
    put(&l, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\",", (int)day.year, day.month, day.day,
        (int)(in_day / MS_PER_HOUR), (int)(in_day / MS_PER_MINUTE % 60),
        (int)(in_day / MS_PER_SECOND % 60), (int)(in_day % MS_PER_SECOND));
    put_text(&l, "id", req->id, 64);
    put_text(&l, "peer", req->peer, 64);
    put_text(&l, "method", req->method, 16);
    put_text(&l, "path", req->path, PATH_BYTES);
    if (ex->entry)
        put_text(&l, "route", str_from(ex->entry->route->path), 256);
    put(&l, "\"status\":%d,\"ms\":%.3f,\"in\":%zu,\"out\":%llu,\"done\":%s}", status,
        (double)duration_ns / 1e6, req->body_bytes,
        (unsigned long long)(ex->reply.kind == REPLY_TEXT ? ex->reply.body.bytes
                                                          : ex->reply.fd_bytes),
        complete ? "true" : "false");
    ex->server->config.log(ex->server->config.log_ctx, (str){ l.text, l.bytes });
}

void log_exchange(struct exchange *ex, int status, bool complete)
{
    struct http_server *s = ex->server;
    int64_t duration = server_ns(s) - ex->req.start_ns;
    struct http_numbers *n = ex->entry ? &ex->entry->numbers
        : ex->from_files               ? &s->files
                                       : &s->unmatched;
    http_numbers_count(n, status, duration < 0 ? 0 : duration);
    if (s->config.log)
        write_line(ex, status, complete, duration);
}
