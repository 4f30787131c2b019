/*
 * What the room's files share: the server, its connections and its exchanges (a request with its
 * answer). Nobody outside includes this.
 *
 * An exchange's life
 *
 *     on_uri ─▶ NEW ─▶ BODY ─▶ handler ─▶ answered ─▶ on_completed ─▶ back to the pool
 *                        │      ▲   │
 *                        │      │   ▼ http_suspend
 *                        │      │ SUSPENDED ── http_resume ──▶ RESUMED ─▶ continuation
 *                        │      │   │ too late, or the server stops
 *                        ▼      │   ▼
 *                     REFUSED   └ ABANDONED ─▶ 503; the exchange waits for http_resume
 *
 * `holders` counts who may still touch it: HTTP (1, until on_completed) and, between http_suspend
 * and http_resume, the worker (1). The last one to let go gives it back. `phase` changes from and
 * to SUSPENDED only under server.lock; the rest of an exchange belongs to one thread at a time.
 *
 * Locks: server.lock, then a hub's lock, then the library's own. Nobody calls back into the
 * application while holding one.
 */
#ifndef JUNMA_HTTP_INTERNAL_H
#define JUNMA_HTTP_INTERNAL_H

#include "http/events.h"
#include "http/route.h"

#include <microhttpd.h>
#include <pthread.h>

enum { HUBS_MAX = 8, ABANDONED_ROOM = 256, NS_PER_MS = 1000000 };

enum exchange_phase {
    PHASE_NEW,
    PHASE_BODY,
    PHASE_REFUSED, /* an answer stands already; what is left of the body is thrown away */
    PHASE_SUSPENDED,
    PHASE_RESUMED,
    PHASE_ABANDONED /* stays so: the worker may look at it until it lets go */
};

enum reply_kind { REPLY_NONE, REPLY_TEXT, REPLY_FD, REPLY_EVENTS };

struct http_reply {
    enum reply_kind kind;
    int status;
    const char *type;
    str body;
    int fd; /* owned until handed to the library */
    uint64_t fd_bytes;
    struct subscriber *subscriber;
    bool close; /* the connection, after the answer */
    size_t header_count;
    struct {
        const char *name, *value; /* terminated */
    } headers[HTTP_REPLY_HEADERS_MAX];
};

/* A connection; its stage bounds how long a client may take to say what it wants. */
enum link_stage { STAGE_HEAD, STAGE_BODY, STAGE_BUSY };
struct link {
    struct link *older, *newer;
    int fd;
    _Atomic int stage; /* enum link_stage */
    _Atomic int64_t since_ns;
};

struct exchange {
    struct http_request req; /* first: the application's pointer is ours */
    struct arena arena;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct link *link;
    struct http_entry *entry;
    struct http_path path;
    struct http_pair params[HTTP_PARAMS_MAX];
    struct buf body;
    size_t headers_sent;   /* of which HTTP_HEADERS_MAX are kept */
    size_t body_expected;  /* SIZE_MAX: chunked, not said beforehand */
    size_t body_charged;   /* of server.bodies_bytes */
    size_t body_discarded; /* after a refusal */
    struct http_reply reply;
    int64_t reply_ns;
    _Atomic int holders;
    enum exchange_phase phase;
    bool from_files;
    bool left;     /* by http_suspend, for whoever called the handler; HTTP threads only */
    bool answered; /* the library has the answer */
    int sent_status;
    void (*then)(struct http_request *req, void *ctx);
    void *then_ctx;
    int64_t deadline_ns;
    struct exchange *older, *newer; /* among the suspended, by deadline; or free */
    char peer[64], id[72];
};

struct http_server {
    struct http_config config; /* defaults filled in */
    struct arena arena;        /* table and prepared texts */
    struct http_table table;
    struct http_numbers unmatched, files;
    struct MHD_Daemon *daemon;
    uint16_t port;
    int files_dir;
    char id_prefix[12];
    _Atomic uint64_t requests, refused_full, malformed, timed_out, abandoned_total;
    _Atomic size_t bodies_bytes;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* an exchange came back */
    pthread_cond_t tick;    /* the ticker shall end */
    struct exchange *exchanges, *free;
    struct link *links_memory, *links_free, *links;
    struct exchange *suspended_oldest, *suspended_newest;
    size_t in_use, answering, suspended, link_count; /* answering: with a live connection */
    _Atomic bool stopping, refusing;
    bool ticking, stopped;
    pthread_t ticker;
    struct http_events *hubs[HUBS_MAX];
};

static inline struct exchange *exchange_of(const struct http_request *req)
{
    return (struct exchange *)(uintptr_t)req;
}

static inline int64_t server_ns(const struct http_server *s)
{
    return s->config.sys->monotonic_ns(s->config.sys->ctx);
}

/* pool.c */
struct exchange *exchange_take(struct http_server *s, struct MHD_Connection *connection);
void exchange_let_go(struct exchange *ex);
void exchange_detach(struct exchange *ex);
struct link *link_add(struct http_server *s, int fd);
void link_remove(struct http_server *s, struct link *l);
void link_stage(struct http_server *s, struct link *l, enum link_stage stage);

/* exchange.c: the library's callbacks */
enum MHD_Result exchange_step(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *data_bytes, void **state);
void *exchange_uri(void *ctx, const char *uri, struct MHD_Connection *connection);
void exchange_completed(void *ctx, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why);

/* head.c: everything of a request but its body. False: a reply stands. */
bool head_read(struct exchange *ex, const char *method);

/* body.c */
bool body_begin(struct exchange *ex);
/* False: refused, or (reply NONE) the connection is to be cut. */
bool body_take(struct exchange *ex, str piece);
void body_end(struct exchange *ex);

/* send.c */
enum MHD_Result send_reply(struct exchange *ex);
/* Without an exchange's memory: pool empty, arena failed, abandoned. */
enum MHD_Result send_plain(struct http_server *s, struct MHD_Connection *connection, enum err err,
    const char *lang, const char *id);

/* problem.c */
void reply_problem_status(struct http_request *req, int status, const struct diag *d,
    const struct diag_list *faults, const json_t *more);

/* static.c */
enum err static_open(struct http_server *s, struct diag *d);
/* False: no such file and no page to fall back on; no reply stands. */
bool static_reply(struct exchange *ex);
bool static_there(struct exchange *ex); /* would static_reply answer? */
bool static_reply_nowhere(struct exchange *ex);

/* events.c */
struct MHD_Response *events_response(struct exchange *ex);
void events_tick(struct http_events *e, int64_t now_ns);

/* suspend.c */
void suspended_abandon(struct http_server *s, int64_t now_ns);

/* log.c */
void log_exchange(struct exchange *ex, int status, bool complete);

#endif
