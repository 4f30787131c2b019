/*
 * HTTP: a server that knows no resource. Routes are handed to it as a table; a request comes to the
 * route's handler with its parts read, bounded and checked, and the handler says what to answer.
 *
 *     socket ─▶ head read ─▶ route found ─▶ gate ─▶ body (memory or sink) ─▶ handler ─▶ answer
 *                  │              │           │            │                    │
 *                 400          404 405      its own       413            http_suspend … http_resume
 *                                           answer                       ─▶ continuation ─▶ answer
 *
 * Threads. Handlers, gates, sinks and continuations run on the server's few HTTP threads; they must
 * never wait. Work that waits (a durable write) is handed over after http_suspend(); whoever
 * finishes it calls http_resume() from any thread, and the continuation builds the answer.
 *
 * Ownership. Everything reached from a `struct http_request` lives in its arena and goes with it,
 * after the answer is sent and, when suspended, not before http_resume(). Clean-ups of the
 * application (arena_defer) run then, whatever became of the client.
 *
 * Limits. Every part of a request has one (struct http_config); passing one is answered with
 * RFC 9457 problem details in the reader's language. Standards: RFC 9110, 9112, 9457, 6265, 7578.
 */
#ifndef JUNMA_HTTP_HTTP_H
#define JUNMA_HTTP_HTTP_H

#include "base/json.h"
#include "base/sys.h"

struct http_request;
struct http_server;

enum {
    HTTP_SEGMENTS_MAX = 16, /* of a path */
    HTTP_PARAMS_MAX = 8,    /* {name} in a route */
    HTTP_QUERIES_MAX = 64,
    HTTP_HEADERS_MAX = 64,
    HTTP_PARTS_MAX = 64, /* of a multipart body */
    HTTP_REPLY_HEADERS_MAX = 24
};

/* ---- routes ---- */

/* Takes a large body piece by piece, so that hashing and spooling go along. Either function may
 * refuse: the diag becomes the answer and the rest of the body is not kept. req->user carries state
 * from one call to the next; files it opened are closed by arena_defer. The route's handler runs
 * after the last piece and finds req->body empty and req->body_bytes counted. */
struct http_sink {
    /* Head read, route and gate passed, no byte of the body seen yet. */
    enum err (*begin)(struct http_request *req, const void *app, struct diag *d);
    enum err (*write)(struct http_request *req, const void *app, str piece, struct diag *d);
};

struct http_route {
    const char *method; /* "GET" (serves HEAD too), "POST", "PUT", "PATCH", "DELETE" */
    const char *path;   /* "/api/cases/{id}/verbs/{verb}": a {name} takes one whole segment */
    /* Must answer (http_reply…) or suspend before it returns; anything else aborts. */
    void (*handler)(struct http_request *req, const void *app);
    size_t body_bytes_max;        /* 0: takes no body */
    const struct http_sink *sink; /* NULL: the body is gathered in req->body */
    const void *user;             /* the application's: permissions, schemas, documentation */
};

/* ---- requests ---- */

struct http_pair {
    str name, value;
};

/* Read-only for the application but for `user` and `lang`. May be read from any thread until
 * http_resume(). All text is UTF-8, percent-decoded where that applies, without NUL. */
struct http_request {
    struct arena *arena;
    const struct http_route *route; /* NULL only in the access log's eyes */
    str id;                         /* X-Request-Id of the client if well formed, else made here */
    str method;                     /* "HEAD" stays "HEAD" */
    str path;                       /* as sent, still encoded, without query */
    str query;                      /* as sent, without '?' */
    const struct http_pair *params; /* of the path, in the route's order */
    const struct http_pair *queries; /* in the order sent; a name may come again */
    const struct http_pair *headers;
    size_t param_count, query_count, header_count;
    str body;
    size_t body_bytes; /* received, also through a sink */
    str peer;          /* numeric address: of the socket, or from a trusted proxy's header */
    const char *lang;  /* "zh" (default) or "en" */
    int64_t start_ms;  /* wall clock */
    int64_t start_ns;  /* monotonic */
    void *user;        /* the application's own, NULL at first: session, sink state … */
};

/* Path parameter; asking for one that the route does not name aborts. */
str http_param(const struct http_request *req, const char *name);
/* Path parameter as an identifier; ERR_NOT_FOUND when it is none, since nothing has that name. */
MUST_USE enum err http_param_id(const struct http_request *req, const char *name, int64_t *id,
    struct diag *d);
/* Query parameter; present tells an empty one from none (may be NULL). Given twice: ERR_INVALID. */
MUST_USE enum err http_query(const struct http_request *req, const char *name, str *value,
    bool *present, struct diag *d);
/* As an integer within [least, most]; `otherwise` when absent. */
MUST_USE enum err http_query_int(const struct http_request *req, const char *name, int64_t least,
    int64_t most, int64_t *value_or_otherwise, struct diag *d);
/* First header of that name (any case) or the empty text. */
str http_header(const struct http_request *req, const char *name);
/* Cookie by exact name or the empty text (RFC 6265 clause 5.4; first one wins). */
str http_cookie(const struct http_request *req, const char *name);
/* Media type of the body without parameters equals `type`, any case. */
bool http_content_type_is(const struct http_request *req, const char *type);
/* "application/json" required (else ERR_MEDIA_TYPE). */
MUST_USE enum err http_body_json(struct http_request *req, json_t **out, struct diag *d);
/* "application/x-www-form-urlencoded". */
MUST_USE enum err http_body_form(struct http_request *req, const struct http_pair **fields,
    size_t *count, struct diag *d);

/* One part of multipart/form-data (RFC 7578), borrowed from req->body. */
struct http_part {
    str name, file_name, type; /* file_name: last path component, empty for a plain field */
    str data;
};
/* The body must be in memory: the route's body_bytes_max bounds it. Large files come as a raw body
 * through a sink, with X-File-Name (percent-encoded UTF-8): http_file_name(). */
MUST_USE enum err http_body_multipart(struct http_request *req, const struct http_part **parts,
    size_t *count, struct diag *d);
/* X-File-Name decoded: no path separators, no control characters, 1..255 bytes. */
MUST_USE enum err http_file_name(struct http_request *req, str *name, struct diag *d);

/* ---- answers: the last one said before the handler returns is sent ---- */

/* Headers; a name given again replaces the former (but Set-Cookie, which adds up). The value is
 * copied; control characters in it abort, since user text must be encoded first. */
void http_reply_header(struct http_request *req, const char *name, str value);
/* Content-Disposition (RFC 6266): saved under that name by the browser, or shown when inline_. */
void http_reply_file_name(struct http_request *req, str name, bool inline_);
/* Set-Cookie with Path=/; HttpOnly; SameSite=Lax; max_age_s < 0: session cookie, 0: removes. */
struct http_cookie_options {
    int64_t max_age_s;
    bool secure, readable_by_script, strict;
};
void http_reply_cookie(struct http_request *req, const char *name, str value,
    const struct http_cookie_options *options);

/* Body borrowed: constant or in req->arena. type NULL: no Content-Type. */
void http_reply(struct http_request *req, int status, const char *type, str body);
void http_reply_empty(struct http_request *req, int status); /* 204 … */
/* Compact, members in the order they were set. */
void http_reply_json(struct http_request *req, int status, const json_t *value);
/* Text that is JSON already. */
void http_reply_json_text(struct http_request *req, int status, str json);
/* Sends `bytes` from the descriptor's start with sendfile; takes the descriptor. */
void http_reply_fd(struct http_request *req, int status, const char *type, int fd, uint64_t bytes);
/* application/problem+json (RFC 9457): type "urn:junma:error:<code>", title, status, detail in the
 * reader's language, code, request id; field or place of the diag if any. */
void http_reply_problem(struct http_request *req, const struct diag *d);
/* With "errors": [{field, message, code}] from the list, and members of `more` (object or NULL). */
void http_reply_problems(struct http_request *req, const struct diag *d,
    const struct diag_list *faults, const json_t *more);
/* diag's text in the reader's language. */
str http_text_of(const struct http_request *req, const struct diag *d);

/* Sets ETag (given without quotes) and, when If-None-Match holds it, answers 304 and returns true:
 * the handler then returns. */
bool http_not_modified(struct http_request *req, str etag);
/* OK when If-Match names the etag or is "*"; ERR_PRECONDITION when it names others, or is absent
 * though required. */
MUST_USE enum err http_if_match(const struct http_request *req, str etag, bool required,
    struct diag *d);

/* ---- waiting without a thread ---- */

/* Call in a handler, before the work is handed over; then return without answering. When somebody
 * calls http_resume(), then(req, ctx) runs on an HTTP thread and must answer or suspend again.
 *
 * When config.suspend_ms passes first, or the server's stop runs out of patience, the client is
 * answered 503 and `then` never runs; http_resume() must still be called, exactly once, and only
 * then do the arena and its clean-ups go. Between the two the request belongs to the worker. */
void http_suspend(struct http_request *req, void (*then)(struct http_request *req, void *ctx),
    void *ctx);
/* Exactly once for each http_suspend, from any thread. The caller must not touch req afterwards. */
void http_resume(struct http_request *req);

/* ---- the server ---- */

struct http_static {
    const char *dir;                 /* NULL: none */
    const char *const *spa_prefixes; /* NULL-ended: "/hall", "/desk" … get index.html when no such
                                        file is there; "/" itself always does */
    const char *immutable_prefix;    /* "/assets/": cached for a year */
    uint64_t file_bytes_max;         /* 0: 64 MiB */
};

/* Zero means the default in brackets. */
struct http_config {
    const struct sys *sys;
    const struct arena_source *memory; /* [the heap] of requests; called from HTTP threads */
    const struct http_route *routes;   /* must outlive the server */
    size_t route_count;
    const void *app; /* handed to handlers */
    /* Head read and route found, before the body: sign-in, rate limits, CSRF. False: it has
     * answered. May be NULL. */
    bool (*gate)(struct http_request *req, const void *app);
    struct http_static files;
    const char *address;       /* ["127.0.0.1"] numeric, IPv4 or IPv6 */
    uint16_t port;             /* 0: chosen, see http_server_port() */
    const char *trusted_proxy; /* [none] numeric; its X-Forwarded-For (last entry) is believed */
    const char *csp;           /* Content-Security-Policy [a strict one] */
    unsigned threads;                /* [2] */
    unsigned connections_max;        /* [1024] */
    unsigned connections_per_ip_max; /* [0 = as many as connections_max] */
    size_t head_bytes_max;           /* [32 KiB] request line and headers */
    size_t uri_bytes_max;            /* [8 KiB] */
    size_t arena_bytes_max;          /* [4 MiB] a request, beside its body */
    size_t bodies_bytes_max;         /* [256 MiB] all bodies held in memory together */
    unsigned idle_ms;                /* [30 s] nothing moves on the connection */
    unsigned head_ms;                /* [60 s] from accepting or the last answer to a whole head */
    unsigned body_ms;                /* [300 s] for the whole body */
    unsigned suspend_ms;             /* [60 s] */
    /* One JSON line a request, without line end; from HTTP threads. No query, no body, no cookie:
     * they may hold personal data. May be NULL. */
    void (*log)(void *ctx, str line);
    void *log_ctx;
};

/* Checks and compiles the routes (ERR_INVALID names the conflict), listens, starts the threads.
 * ERR_IO when the address cannot be had. */
MUST_USE enum err http_server_create(struct http_server **out, const struct http_config *config,
    struct diag *d);
uint16_t http_server_port(const struct http_server *s);
/* Accepts no more, closes event streams, lets requests under way finish for at most deadline_ms,
 * answers the suspended rest 503, closes. Afterwards only http_resume() of abandoned requests and
 * http_server_destroy() may be called. */
void http_server_stop(struct http_server *s, unsigned deadline_ms);
/* Stops if need be; waits until every abandoned request has been resumed. */
void http_server_destroy(struct http_server *s);

/* Prometheus text: requests and latency by route, connections, suspended, refused. */
str http_metrics_text(struct http_server *s, struct arena *a);
#define HTTP_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

#endif
