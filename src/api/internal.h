/* Shared by the resources of this room. */
#ifndef JUNMA_API_INTERNAL_H
#define JUNMA_API_INTERNAL_H

#include "api/api.h"
#include "http/events.h"
#include "http/limiter.h"
#include "zone/access.h"
#include "zone/case.h"
#include "zone/ledger.h"

/* ---- what a route says of itself (http_route.user) ---- */

enum api_auth {
    API_PUBLIC,  /* nobody needs to be signed in; a session is used when there is one */
    API_EITHER,  /* some of it is for anybody; of the rest 401 tells nobody that it is there */
    API_SESSION, /* signed in */
};

struct api_param {
    const char *name, *type, *doc; /* type: string integer boolean date */
};

struct api_doc {
    const char *id;      /* operationId */
    const char *summary; /* English, one line */
    const char *tag;
    enum api_auth auth;
    const char *request;  /* name of a schema, or NULL */
    const char *response; /* a schema; "[Name]" a page of it; "A|B" one of two; NULL: see type */
    int status;           /* of success; 0 = 200 */
    const struct api_param *params; /* of the query, up to a NULL name */
    bool open_query; /* other names are the resource's to judge; else they are refused */
    const char *type;         /* of an answer without a schema; NULL: no body */
    const char *request_type; /* of a body without a schema */
    const struct api_param *headers; /* of the request, up to a NULL name */
};

/* ---- schemas: what bodies hold, for the check at the door and for the document ---- */

enum api_type {
    API_TEXT,
    API_ID,
    API_INT,
    API_NUMBER,
    API_BOOL,
    API_DATE,
    API_INSTANT,
    API_NAME,
    API_ANY,
    API_OBJECT,
    API_LIST,
    API_IDS,
    API_TEXTS
};
enum { API_REQUIRED = 1, API_NULLABLE = 2, API_SEARCH_MAX = 200 };

struct api_field {
    const char *name;
    enum api_type type;
    unsigned flags;
    size_t max;      /* bytes of a text, items of a list; 0 = 20,000 / 100 */
    const char *ref; /* schema of API_OBJECT and API_LIST */
    const char *doc;
};
struct api_schema {
    const char *name, *doc;
    const struct api_field *fields; /* up to a NULL name */
};
extern const struct api_schema *const api_schema_sets[]; /* each ends with { 0 }, the list with NULL */
const struct api_schema *api_schema(const char *name);

/* ---- one request ---- */

struct api {
    struct zone *zone;
    struct http_server *server;
    struct http_events *events;
    struct http_limiter *reports, *report_pictures, *report_reads; /* of residents (open311.h) */
    struct http_limiter *sign_ins, *writes, *unknown_logins, *verifications;
    struct touches *touches;
    struct streams *streams;
    const struct services *services;
    bool secure_cookie;
    struct http_route *routes;
    size_t route_count;
    _Atomic int64_t swept_ms;
    int64_t reminded_day; /* whom the calendar reminds was told that day; the tick's own */
    int64_t notices_seen_ms;  /* of the tick alone */
    uint64_t walks_seen, moved_seen; /* likewise: the journal's size when looked at; 0: not yet */
    const char *counted_pack; /* version whose calendar deadlines have been counted by */
};

struct call {
    struct http_request *req;
    struct api *api;
    const struct api_doc *doc;
    bool signed_in;
    struct session session;
    str token; /* hex of the cookie, for touching and ending */
    struct actor actor;
    struct diag diag;
    struct op op; /* conn is set during api_read and api_write */
    struct diag_list faults;
    /* a write under way */
    enum err (*work)(struct call *c);
    void (*answer)(struct call *c);
    enum err result;
    bool undone; /* work undid its changes on purpose (api_undo): answer all the same */
    void *state; /* the resource's own */
    json_t *body;
};

static inline struct call *api_call(struct http_request *req)
{
    return req->user;
}

/* Answers with the call's diag (and its faults). */
void api_fail(struct call *c);
/* The body as a JSON object of the route's request schema: unknown members, wrong types, missing
 * and overlong ones are refused by name. False: answered. */
bool api_body(struct call *c);
/* A snapshot for reading: c->op.conn until api_read_end. False: answered. */
bool api_read(struct call *c);
void api_read_end(struct call *c);
/* Ends the reading and answers with o, or with the call's diag where e is not OK. */
void api_read_answer(struct call *c, enum err e, const json_t *o);
/* Runs work on the writer thread with c->op.conn set; after the commit answer builds the reply. On
 * failure the diag is answered and `answer` is not called. */
void api_write(struct call *c, enum err (*work)(struct call *c), void (*answer)(struct call *c));
/* In a write. The same Idempotency-Key by the same account: what was kept as the answer of the first
 * time, empty when this is the first; ERR_CONFLICT when that asked for something else. */
MUST_USE enum err api_repeated(struct call *c, str key, str request, str *reply);
/* In the same write: keeps the answer for the next time. Without a key nothing is kept. */
MUST_USE enum err api_remember(struct call *c, str key, str request, str reply);
/* The Idempotency-Key of the request, empty without one. False: answered. */
bool api_key(struct call *c, str *key);
/* For work that was a trial: what it changed is undone, and `answer` is called nevertheless. */
static inline enum err api_undo(struct call *c)
{
    c->undone = true;
    return diag_set(c->op.diag, ERR_NOT_ALLOWED, "试算,未保存", "a trial, nothing was saved");
}
/* Tells those who watch, and may see it, that a case changed. */
struct case_change {
    const struct case_row *row;
    str verb, unit_before; /* unit_before: the former one, or empty */
    bool is_public;        /* the applicant hears of it */
};
void api_publish_case(struct call *c, const struct case_change *change);

/* Query helpers: false = answered. */
bool api_query(struct call *c, const char *name, str *out);
bool api_query_int(struct call *c, const char *name, int64_t least, int64_t most, int64_t *value);
bool api_query_flag(struct call *c, const char *name, bool *out);
/* Words to search for: at most API_SEARCH_MAX characters. */
bool api_query_text(struct call *c, const char *name, str *out);
/* One of the words, NULL-ended; the empty text when absent. */
bool api_query_word(struct call *c, const char *name, const char *const *words, str *out);
/* "2026-11" */
bool api_query_month(struct call *c, const char *name, str *out);
extern const char *const api_colours[]; /* of a promise, NULL-ended */
bool api_param_id(struct call *c, const char *name, int64_t *id);
/* "key.id" of a page's end, as the client got it in `next`. */
bool api_cursor(struct call *c, int64_t *key, int64_t *id);
json_t *api_next(bool more, int64_t key, int64_t id);

/* ---- JSON of common things ---- */

json_t *json_name(struct name2 n);
json_t *json_unit(const struct pack *p, str code); /* {"code","name"} or null */
void json_set_instant(struct op *op, json_t *o, const char *key, int64_t ms); /* null for 0 */
json_t *json_promise(struct op *op, const struct pack_system *s, const struct promise *p);
json_t *json_case_summary(struct op *op, const struct case_row *c);
json_t *json_case(struct call *c, const struct case_row *row); /* the whole; NULL: diag is set */
json_t *json_remaining(struct op *op, const struct promise *p);
json_t *json_account(const struct pack *p, const struct account *a);
/* The case of the path, by id or number, if the caller may see it. */
MUST_USE enum err api_find_case(struct call *c, struct case_row *row);
void api_case_decisions(struct http_request *req, const void *app);
/* Is the reader an applicant, who sees only what is public? */
bool api_applicant_reads(const struct call *c);
/* The applicants' register: that of the first system that has one; empty when none has. */
str api_applicants(const struct pack *p);

/* ---- the resources' routes, each ended by a NULL method ---- */

#define R(name) extern const struct http_route name##_routes[];
#include "api/resources.def"
#undef R

/* Tells the pages of those who have been told something since *seen_ms (0: lately). */
MUST_USE enum err api_notices_publish(struct api *a, struct op *op, int64_t *seen_ms);

struct streams *api_streams_create(void);
void api_streams_destroy(struct streams *s);

/* All of them, up to a NULL: what is served and what is documented come from this one list. */
extern const struct http_route *const api_resources[];

void api_openapi_reply(struct http_request *req, const void *app);

/* The page that the address names, of this kind (NULL: any), if the reader may see it; else answers. */
bool api_page(struct call *c, const char *kind, const struct pack_page **out);

#endif
