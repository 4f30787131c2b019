/*
 * The face's files: one directory, read-only, found once at start.
 *
 *     /assets/app-3f9c.js   its name holds its hash: cached for a year
 *     /favicon.svg          asked again each time, answered 304 by its ETag
 *     /desk/tasks/17        no such file, but a page of the application: index.html
 *     /api/nothing          no such file, no page: 404; who asks for text/html is shown index.html
 *                           beside it, which says it in a page; else the caller says so
 *
 * A path reaches here decoded and without "." and "..". It is walked segment by segment from the
 * directory's descriptor, never following a symbolic link, so nothing outside can be named; hidden
 * files, empty segments, backslashes and colons are not found. A NAME.gz beside a file is sent in
 * its place to who takes gzip; it is made by the build, not here. The bytes go out by sendfile.
 *
 * Descriptors are asked of the operating system directly, since that is what sendfile takes.
 */
#include "http/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *suffix, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".mjs", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".json", "application/json" },
    { ".geojson", "application/geo+json" },
    { ".webmanifest", "application/manifest+json" },
    { ".map", "application/json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".jpeg", "image/jpeg" },
    { ".webp", "image/webp" },
    { ".avif", "image/avif" },
    { ".gif", "image/gif" },
    { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },
    { ".woff", "font/woff" },
    { ".ttf", "font/ttf" },
    { ".wasm", "application/wasm" },
    { ".pbf", "application/x-protobuf" },
    { ".pdf", "application/pdf" },
    { ".bpmn", "application/xml" },
    { ".dmn", "application/xml" },
    { ".xml", "application/xml" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".md", "text/markdown; charset=utf-8" },
};

static const char *type_of(str name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(name, str_from(types[i].suffix)))
            return types[i].type;
    return "application/octet-stream";
}

enum err static_open(struct http_server *s, struct diag *d)
{
    const char *dir = s->config.files.dir;
    s->files_dir = -1;
    if (!dir)
        return OK;
    s->files_dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return s->files_dir >= 0 ? OK : sys_errno(d, errno, dir);
}

static bool may_be_named(str segment)
{
    return segment.bytes && segment.bytes <= 255 && segment.data[0] != '.'
        && !memchr(segment.data, '/', segment.bytes) && !memchr(segment.data, '\\', segment.bytes)
        && !memchr(segment.data, ':', segment.bytes);
}

/* The file `name` in the open directory, if it is a plain file within the limit; else -1. */
static int open_plain(const struct http_server *s, int dir, const char *name, struct stat *st)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode)
        && (uint64_t)st->st_size <= s->config.files.file_bytes_max)
        return fd;
    close(fd);
    return -1;
}

/* Descends to the directory of the last segment; -1 when there is none. The caller closes it. */
static int open_parent(const struct http_server *s, const struct http_path *path)
{
    int dir = fcntl(s->files_dir, F_DUPFD_CLOEXEC, 0);
    for (size_t i = 0; dir >= 0 && i + 1 < path->count; i++) {
        char name[256];
        memcpy(name, path->segments[i].data, path->segments[i].bytes);
        name[path->segments[i].bytes] = 0;
        int next = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(dir);
        dir = next;
    }
    return dir;
}

static void answer_file(struct exchange *ex, str name, int fd, const struct stat *st, bool gzipped)
{
    struct http_request *req = &ex->req;
    const char *forever = ex->server->config.files.immutable_prefix;
    bool immutable = forever && str_starts(req->path, str_from(forever));
    http_reply_header(req, "Vary", STR("Accept-Encoding"));
    http_reply_header(req, "Cache-Control",
        immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    str etag = str_printf(&ex->arena, "%llx%09lx-%llx%s", (unsigned long long)st->st_mtim.tv_sec,
        (unsigned long)st->st_mtim.tv_nsec, (unsigned long long)st->st_size, gzipped ? "-gz" : "");
    if (http_not_modified(req, etag)) {
        close(fd);
        return;
    }
    if (gzipped)
        http_reply_header(req, "Content-Encoding", STR("gzip"));
    http_reply_fd(req, 200, type_of(name), fd, (uint64_t)st->st_size);
}

/* The file at that path, or its .gz; with `probe` only whether it is there. */
static bool try_file(struct exchange *ex, const struct http_path *path, bool probe)
{
    char name[256 + 4];
    struct stat st;
    for (size_t i = 0; i < path->count; i++)
        if (!may_be_named(path->segments[i]))
            return false;
    if (!path->count)
        return false;
    int dir = open_parent(ex->server, path);
    if (dir < 0)
        return false;
    str last = path->segments[path->count - 1];
    bool gzipped = http_accepts_gzip(http_header(&ex->req, "accept-encoding"));
    snprintf(name, sizeof name, "%.*s.gz", STR_ARGS(last));
    int fd = gzipped ? open_plain(ex->server, dir, name, &st) : -1;
    if (fd < 0) {
        gzipped = false;
        name[last.bytes] = 0;
        fd = open_plain(ex->server, dir, name, &st);
    }
    close(dir);
    if (fd >= 0 && probe)
        close(fd);
    else if (fd >= 0)
        answer_file(ex, last, fd, &st, gzipped);
    return fd >= 0;
}

static bool is_page(const struct exchange *ex)
{
    const char *const *prefixes = ex->server->config.files.spa_prefixes;
    str path = ex->req.path;
    if (str_is(path, "/"))
        return true;
    for (size_t i = 0; prefixes && prefixes[i]; i++) {
        str prefix = str_from(prefixes[i]);
        if (str_starts(path, prefix)
            && (path.bytes == prefix.bytes || path.data[prefix.bytes] == '/'))
            return true;
    }
    return false;
}

static const struct http_path index_page = { .segments = { { "index.html", 10 } }, .count = 1 };

static bool try_all(struct exchange *ex, bool probe)
{
    if (ex->server->files_dir < 0)
        return false;
    return try_file(ex, &ex->path, probe) || (is_page(ex) && try_file(ex, &index_page, probe));
}

bool static_there(struct exchange *ex)
{
    return try_all(ex, true);
}

bool static_reply(struct exchange *ex)
{
    ex->from_files = try_all(ex, false);
    return ex->from_files;
}

/* A person with a browser: text/html is asked for by name. */
bool static_reply_nowhere(struct exchange *ex)
{
    str accept = http_header(&ex->req, "accept");
    if (ex->server->files_dir < 0 || str_find(accept, STR("text/html"), 0) < 0
        || !try_file(ex, &index_page, false))
        return false;
    if (ex->reply.status == 200)
        ex->reply.status = 404;
    ex->from_files = true;
    return true;
}
