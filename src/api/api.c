/*
 * The frame of the interface: routes gathered from the resources, the gate before each handler, and
 * the two ways of working (read on this thread, write on the store's).
 */
#include "api/internal.h"
#include "zone/filing.h"
#include "zone/fund_check.h"
#include "zone/licence.h"
#include "zone/service.h"
#include "zone/walk.h"
#include "zone/today.h"
#include "zone/record.h"
#include "zone/writing.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
    VERIFY_BURST = 60, /* verifications of one address, then one a second */
    VERIFY_REFILL_MS = 1000,
    SIGN_IN_BURST = 20,
    SIGN_IN_REFILL_MS = 3000,
    REPORT_BURST = 20, /* residents' reports of one key or address, and one more every five seconds */
    REPORT_REFILL_MS = 5000,
    PICTURE_BURST = 10, /* pictures of one address, and one more a minute */
    PICTURE_REFILL_MS = 60000,
    REPORT_READ_BURST = 120,
    REPORT_READ_REFILL_MS = 250,
    WRITE_BURST_SECONDS = 4,
    SWEEP_MS = 60000,
    MOVED_MAX = 200, /* in one look; of more, pages hear at their next reading */
    TOUCHES_MAX = 256,
    FAULTS_MAX = 100
};

const struct http_route *const api_resources[] = {
#define R(name) name##_routes,
#include "api/resources.def"
#undef R
    NULL
};

/* ---- failing ---- */

void api_fail(struct call *c)
{
    if (c->diag.err == OK)
        diag_set(&c->diag, ERR_INTERNAL, "程序内部错误,已记录", "an internal fault, recorded");
    http_reply_problems(c->req, &c->diag, c->faults.count ? &c->faults : NULL, NULL);
    if (err_http_status(c->diag.err) == 401) /* RFC 9110 clause 15.5.2 */
        http_reply_header(c->req, "WWW-Authenticate", STR("Session realm=\"junma\""));
}

/* ---- the gate ---- */

static bool is_write(const struct http_request *req)
{
    return !str_is(req->method, "GET") && !str_is(req->method, "HEAD");
}

static bool find_session(struct call *c)
{
    c->token = http_cookie(c->req, "junma_session");
    if (!c->token.bytes)
        return false;
    if (!api_read(c))
        return false;
    c->signed_in = session_find(&c->op, c->token, &c->session) == OK;
    api_read_end(c);
    if (c->signed_in)
        c->actor = c->session.actor;
    return c->signed_in;
}

/* Reading moves a session's idle time on as writing does, but nobody waits for that write: tokens
 * are noted here and written by the next tick. A list that is full leaves it to the next request.
 */
struct touches {
    pthread_mutex_t lock;
    size_t count;
    char tokens[TOUCHES_MAX][2 * ACCESS_TOKEN_BYTES];
};

static void note_touch(struct call *c)
{
    struct touches *t = c->api->touches;
    enum { TOKEN = sizeof t->tokens[0] };
    if (c->token.bytes != TOKEN)
        return;
    pthread_mutex_lock(&t->lock);
    size_t i = 0;
    while (i < t->count && memcmp(t->tokens[i], c->token.data, TOKEN) != 0)
        i++;
    if (i == t->count && i < TOUCHES_MAX)
        memcpy(t->tokens[t->count++], c->token.data, TOKEN);
    pthread_mutex_unlock(&t->lock);
}

static enum err touch_noted(struct op *op, void *ctx)
{
    const struct touches *t = ctx;
    for (size_t i = 0; i < t->count; i++)
        TRY(session_touch(op, (str){ t->tokens[i], sizeof t->tokens[i] }));
    return OK;
}

static void write_touches(struct api *a, struct op *op)
{
    struct touches *copy = ARENA_NEW(op->arena, struct touches);
    if (!copy)
        return;
    pthread_mutex_lock(&a->touches->lock);
    copy->count = a->touches->count;
    memcpy(copy->tokens, a->touches->tokens, sizeof copy->tokens);
    a->touches->count = 0;
    pthread_mutex_unlock(&a->touches->lock);
    if (copy->count && zone_write(op, touch_noted, copy) != OK)
        return; /* noted again by the session's next request */
}

static enum err touch(struct store_conn *conn, void *ctx, struct diag *d)
{
    struct call *c = ctx;
    struct op op = c->op;
    op.conn = conn;
    op.diag = d;
    return session_touch(&op, c->token);
}

/* A parameter that is not understood is refused: else what was left out of a filter by a slip of
 * the pen would come back as the answer. */
static bool query_known(struct call *c)
{
    for (size_t i = 0; !c->doc->open_query && i < c->req->query_count; i++) {
        str name = c->req->queries[i].name;
        const struct api_param *p = c->doc->params;
        while (p && p->name && !str_is(name, p->name))
            p++;
        if (p && p->name)
            continue;
        diag_field(&c->diag, name);
        diag_set(&c->diag, ERR_INVALID, "这个网址没有参数“%.*s”",
            "this address takes no parameter \"%.*s\"", STR_ARGS(name));
        return false;
    }
    return true;
}

/* The comparison takes as long whatever differs. */
static bool same_token(str a, str b)
{
    unsigned char differs = a.bytes != b.bytes;
    for (size_t i = 0; i < a.bytes && i < b.bytes; i++)
        differs |= (unsigned char)(a.data[i] ^ b.data[i]);
    return !differs && a.bytes;
}

static bool admit(struct call *c)
{
    unsigned wait_s;
    if (c->doc->auth == API_SESSION && !c->signed_in) {
        if (c->diag.err == OK)
            diag_set(&c->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in first");
        return false;
    }
    if (!query_known(c))
        return false;
    if (!is_write(c->req) || !c->signed_in)
        return true;
    if (!same_token(http_header(c->req, "X-CSRF-Token"), c->session.csrf)) {
        diag_set(&c->diag, ERR_CSRF, "页面校验失败,请刷新页面后再试",
            "the page's proof is missing; reload the page and try again");
        return false;
    }
    return !c->api->writes || http_limiter_take(c->api->writes, c->token, &wait_s, &c->diag) == OK;
}

static bool gate(struct http_request *req, const void *app)
{
    struct api *api = (struct api *)app;
    struct call *c = ARENA_NEW(req->arena, struct call);
    if (!c) {
        http_reply_empty(req, 503);
        return false;
    }
    req->user = c;
    *c = (struct call){ .req = req, .api = api, .doc = req->route->user };
    c->op = (struct op){ .zone = api->zone,
        .arena = req->arena,
        .actor = &c->actor,
        .now_ms = sys_now_ms(api->zone->sys),
        .diag = &c->diag };
    diag_list_init(&c->faults, req->arena, FAULTS_MAX);
    if (find_session(c) && !is_write(req) && session_stale(&c->session, c->op.now_ms))
        note_touch(c);
    if (!admit(c)) {
        api_fail(c);
        return false;
    }
    memset(&c->diag, 0, sizeof c->diag);
    return true;
}

/* ---- reading and writing ---- */

bool api_read(struct call *c)
{
    if (store_read_begin(c->api->zone->store, &c->op.conn, &c->diag) == OK)
        return true;
    api_fail(c);
    return false;
}

void api_read_end(struct call *c)
{
    store_read_end(c->op.conn);
    c->op.conn = NULL;
}

void api_read_answer(struct call *c, enum err e, const json_t *o)
{
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    else
        http_reply_json(c->req, 200, o);
}

static enum err call_work(struct op *op, void *ctx)
{
    struct call *c = ctx;
    (void)op; /* the call's own */
    return c->work(c);
}

static enum err run_work(struct store_conn *conn, void *ctx, struct diag *d)
{
    struct call *c = ctx;
    c->op.conn = conn;
    c->op.diag = d;
    if (c->signed_in && session_stale(&c->session, c->op.now_ms))
        TRY(touch(conn, c, d));
    return records_settled(&c->op, call_work, c);
}

static void work_done(void *ctx, enum err e, const struct diag *d)
{
    struct call *c = ctx;
    c->result = e;
    if (e != OK && d)
        c->diag = *d;
    if (e != OK && c->diag.err == OK)
        c->diag.err = e;
    c->op.conn = NULL;
    c->op.diag = &c->diag;
    http_resume(c->req);
}

static void answer_work(struct http_request *req, void *ctx)
{
    struct call *c = ctx;
    (void)req;
    if (c->result != OK && !c->undone)
        api_fail(c);
    else
        c->answer(c);
}

void api_write(struct call *c, enum err (*work)(struct call *c), void (*answer)(struct call *c))
{
    c->work = work;
    c->answer = answer;
    c->undone = false;
    http_suspend(c->req, answer_work, c);
    enum err e = store_submit(c->api->zone->store, run_work, work_done, c, &c->diag);
    if (e != OK)
        work_done(c, e, &c->diag);
}

enum err api_repeated(struct call *c, str key, str request, str *reply)
{
    struct store_rows rows;
    bool there;
    *reply = STR_NONE;
    TRY(STORE_FIRST(c->op.conn, &rows, &there, c->op.diag,
        "SELECT request, reply FROM idempotency WHERE zone = $1 AND account_id = $2 AND key = $3",
        S_TEXT(c->op.zone->code), S_INT(c->actor.account), S_TEXT(key)));
    if (!there)
        return OK;
    bool same = str_equal(store_text(&rows, 0), request);
    *reply = str_copy(c->op.arena, store_text(&rows, 1));
    store_rows_end(&rows);
    if (same)
        return diag_arena(c->op.diag, c->op.arena);
    return diag_set(c->op.diag, ERR_CONFLICT, "同一个 Idempotency-Key 已用于另一份内容",
        "this Idempotency-Key was used for another content");
}

enum err api_remember(struct call *c, str key, str request, str reply)
{
    TRY(diag_arena(c->op.diag, c->op.arena));
    if (!key.bytes)
        return OK;
    return STORE_EXEC(c->op.conn, c->op.diag,
        "INSERT INTO idempotency (zone, account_id, key, request, at, status, reply)"
        " VALUES ($1, $2, $3, $4, $5, 201, $6)",
        S_TEXT(c->op.zone->code), S_INT(c->actor.account), S_TEXT(key), S_TEXT(request),
        S_INT(c->op.now_ms), S_TEXT(reply));
}

bool api_key(struct call *c, str *key)
{
    enum { KEY_BYTES_MAX = 100 };
    *key = http_header(c->req, "Idempotency-Key");
    if (key->bytes <= KEY_BYTES_MAX)
        return true;
    diag_field(&c->diag, STR("Idempotency-Key"));
    diag_set(&c->diag, ERR_LIMIT, "Idempotency-Key 最多 %d 字节",
        "an Idempotency-Key has at most %d bytes", KEY_BYTES_MAX);
    api_fail(c);
    return false;
}

/* ---- query and path ---- */

bool api_query(struct call *c, const char *name, str *out)
{
    *out = STR_NONE;
    if (http_query(c->req, name, out, NULL, &c->diag) == OK)
        return true;
    api_fail(c);
    return false;
}

bool api_query_int(struct call *c, const char *name, int64_t least, int64_t most, int64_t *value)
{
    if (http_query_int(c->req, name, least, most, value, &c->diag) == OK)
        return true;
    api_fail(c);
    return false;
}

bool api_query_flag(struct call *c, const char *name, bool *out)
{
    str text;
    if (!api_query(c, name, &text))
        return false;
    *out = str_is(text, "true") || str_is(text, "1");
    if (*out || !text.bytes || str_is(text, "false") || str_is(text, "0"))
        return true;
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "参数 %s 应为 true 或 false",
        "the parameter %s must be true or false", name);
    api_fail(c);
    return false;
}

bool api_query_text(struct call *c, const char *name, str *out)
{
    if (!api_query(c, name, out))
        return false;
    if (str_code_points(*out) <= API_SEARCH_MAX)
        return true;
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_LIMIT, "搜索的文字请控制在 %d 字以内",
        "please search for at most %d characters", API_SEARCH_MAX);
    api_fail(c);
    return false;
}

bool api_query_word(struct call *c, const char *name, const char *const *words, str *out)
{
    struct buf b;
    if (!api_query(c, name, out))
        return false;
    buf_init(&b, c->op.arena, 4 * KIB);
    for (size_t i = 0; words[i]; i++) {
        if (!out->bytes || str_is(*out, words[i]))
            return true;
        buf_printf(&b, "%s%s", i ? " " : "", words[i]);
    }
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "参数 %s 应为其中之一:%.*s",
        "the parameter %s must be one of: %.*s", name, STR_ARGS(buf_str(&b)));
    api_fail(c);
    return false;
}

bool api_query_month(struct call *c, const char *name, str *out)
{
    struct date d;
    if (!api_query(c, name, out))
        return false;
    if (!out->bytes || date_parse(str_concat(c->op.arena, *out, STR("-01")), &d))
        return true;
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "参数 %s 应为月份,例如 2026-11",
        "the parameter %s must be a month like 2026-11", name);
    api_fail(c);
    return false;
}

bool api_param_id(struct call *c, const char *name, int64_t *id)
{
    if (http_param_id(c->req, name, id, &c->diag) == OK)
        return true;
    api_fail(c);
    return false;
}

bool api_cursor(struct call *c, int64_t *key, int64_t *id)
{
    str text, first;
    if (!api_query(c, "after", &text))
        return false;
    *key = *id = 0;
    if (!text.bytes)
        return true;
    if (str_split(&text, '.', &first) && str_to_int64(first, key) && id_parse(text, id))
        return true;
    diag_field(&c->diag, STR("after"));
    diag_set(&c->diag, ERR_INVALID, "after 应为上一页返回的 next",
        "after must be the `next` of the page before");
    api_fail(c);
    return false;
}

json_t *api_next(bool more, int64_t key, int64_t id)
{
    char text[48];
    if (!more)
        return json_null();
    snprintf(text, sizeof text, "%lld.%lld", (long long)key, (long long)id);
    return json_string(text);
}

/* ---- those who watch ---- */

static void publish_case(struct api *a, struct arena *arena, const struct case_change *change)
{
    const struct case_row *row = change->row;
    json_t *o = json_object();
    json_set_id(o, "caseId", row->id);
    json_set_str(o, "number", row->number);
    json_set_str(o, "verb", change->verb);
    json_set_str(o, "unit", row->unit);
    json_set_str(o, "step", row->node);
    str before = str_equal(change->unit_before, row->unit) ? STR_NONE : change->unit_before;
    if (before.bytes)
        json_set_str(o, "unitBefore", before);
    json_keep(arena, o);
    /* The tag says which units hear of it, the key which enterprise. */
    struct http_event event = { .name = STR("case"),
        .data = json_text(arena, o),
        .tag = str_printf(arena, "%.*s %.*s", STR_ARGS(row->unit), STR_ARGS(before)),
        .key = change->is_public ? row->enterprise_id : 0 };
    /* Nobody is told twice and nothing is lost when this fails: pages also look for themselves. */
    if (http_events_publish(a->events, &event, NULL) != OK)
        return;
}

void api_publish_case(struct call *c, const struct case_change *change)
{
    publish_case(c->api, c->op.arena, change);
}

/* What jobs and timers moved since the last look: whoever looks at such a case sees it happen. */
static enum err publish_moved(struct api *a, struct op *op, uint64_t size)
{
    size_t count = MOVED_MAX;
    struct case_row *rows = ARENA_ARRAY(op->arena, struct case_row, count);
    TRY(diag_arena(op->diag, op->arena));
    TRY(store_read_begin(a->zone->store, &op->conn, op->diag));
    enum err e = cases_moved(op, a->moved_seen, size, rows, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    for (size_t i = 0; e == OK && i < count; i++)
        publish_case(a, op->arena,
            &(struct case_change){ .row = &rows[i], .verb = STR("system"), .is_public = true });
    return e;
}

/* What follows from what was written since the last look. */
static enum err tick_journal(struct api *a, struct op *op)
{
    uint64_t size = 0;
    TRY(store_read_begin(a->zone->store, &op->conn, op->diag));
    enum err e = ledger_size(op, &size);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    if (a->moved_seen && size > a->moved_seen)
        TRY(publish_moved(a, op, size));
    a->moved_seen = size;
    if (!size || size != a->walks_seen)
        TRY(walks_refresh(op));
    a->walks_seen = size;
    return OK;
}

/* ---- starting and stopping ---- */

static struct http_route *gather(size_t *count)
{
    size_t n = 0;
    for (size_t r = 0; api_resources[r]; r++)
        for (const struct http_route *p = api_resources[r]; p->method; p++)
            n++;
    struct http_route *all = mem_alloc(n * sizeof *all);
    *count = n;
    n = 0;
    for (size_t r = 0; api_resources[r]; r++)
        for (const struct http_route *p = api_resources[r]; p->method; p++)
            all[n++] = *p;
    return all;
}

enum err api_create(struct api **out, const struct api_options *o, struct diag *d)
{
    static const char *const faces[] = { "/hall", "/desk", "/cockpit", "/receipt", "/pack",
        "/login", "/wallet", "/v", "/p", NULL };
    struct api *a = mem_alloc(sizeof *a);
    a->zone = o->zone;
    a->secure_cookie = o->secure_cookie;
    a->services = o->services;
    a->routes = gather(&a->route_count);
    a->sign_ins = http_limiter_create(o->zone->sys, 4096, SIGN_IN_BURST, SIGN_IN_REFILL_MS);
    a->verifications = http_limiter_create(o->zone->sys, 4096, VERIFY_BURST, VERIFY_REFILL_MS);
    const struct pack_zone *z = &zone_pack(o->zone)->zone;
    if (z->lockout_failures > 1) /* the failure that locks is one more than the tries */
        a->unknown_logins = http_limiter_create(o->zone->sys, 4096,
            (unsigned)z->lockout_failures - 1, (unsigned)z->lockout_minutes * 60000);
    a->reports = http_limiter_create(o->zone->sys, 4096, REPORT_BURST, REPORT_REFILL_MS);
    a->report_pictures =
        http_limiter_create(o->zone->sys, 4096, PICTURE_BURST, PICTURE_REFILL_MS);
    a->report_reads = http_limiter_create(o->zone->sys, 4096, REPORT_READ_BURST, REPORT_READ_REFILL_MS);
    a->streams = api_streams_create();
    a->touches = mem_alloc(sizeof *a->touches);
    pthread_mutex_init(&a->touches->lock, NULL);
    if (o->write_limit)
        a->writes = http_limiter_create(o->zone->sys, 4096, o->write_limit * WRITE_BURST_SECONDS,
            o->write_limit < 1000 ? 1000 / o->write_limit : 1);
    enum err e =
        http_events_create(&a->events, &(struct http_events_config){ .sys = o->zone->sys }, d);
    struct http_config config = { .sys = o->zone->sys,
        .routes = a->routes,
        .route_count = a->route_count,
        .app = a,
        .gate = gate,
        .files = { .dir = o->web_dir, .spa_prefixes = faces, .immutable_prefix = "/assets/" },
        .address = o->address,
        .port = o->port,
        .trusted_proxy = o->trusted_proxy,
        .log = o->log,
        .log_ctx = o->log_ctx };
    if (e == OK)
        e = http_server_create(&a->server, &config, d);
    if (e != OK) {
        api_destroy(a);
        return e;
    }
    *out = a;
    return OK;
}

uint16_t api_port(const struct api *a)
{
    return http_server_port(a->server);
}

static enum err sweep(struct op *op, void *ctx)
{
    return session_sweep(op, ctx);
}

static enum err remind(struct op *op, void *ctx)
{
    (void)ctx;
    TRY(todays_daily(op));
    return filings_daily(op);
}

/* Once a day, and after a start: who has a duty, or has not filed yet, hears of it, and what somebody
 * began to write long ago goes. Nobody is told twice. */
static void tick_reminders(struct api *a, struct op *op)
{
    int64_t day = zone_local_days(a->zone, op->now_ms);
    if (day == a->reminded_day)
        return;
    if (zone_write(op, remind, NULL) == OK && writings_daily(op) == OK)
        a->reminded_day = day;
    else /* the store: tried again */
        memset(op->diag, 0, sizeof *op->diag);
}

/* What promises do by themselves, and who hears of it. A calendar that is another one than before
 * comes first: nobody is reminded of a date that no longer stands. */
static enum err tick_clocks(struct api *a, struct op *op)
{
    struct recount recount;
    int64_t looked;
    const char *version = zone_pack(a->zone)->version;
    if (a->counted_pack != version) {
        TRY(promises_recount_changed(op, &recount));
        a->counted_pack = version;
    }
    TRY(promises_watch(op, &looked));
    return api_notices_publish(a, op, &a->notices_seen_ms);
}

void api_tick(struct api *a)
{
    struct arena arena;
    struct diag d = { 0 };
    arena_init(&arena, NULL, 64 * MIB);
    struct op op = { .zone = a->zone,
        .arena = &arena,
        .actor = &actor_system,
        .now_ms = sys_now_ms(a->zone->sys),
        .diag = &d };
    int64_t swept;
    if (records_daily(&op) != OK || licences_daily(&op) != OK
        || services_daily(&op) != OK) /* the store: tried again */
        memset(&d, 0, sizeof d);
    if (funds_daily(&op) != OK) /* likewise */
        memset(&d, 0, sizeof d);
    tick_reminders(a, &op);
    if (tick_clocks(a, &op) != OK) /* likewise */
        memset(&d, 0, sizeof d);
    if (tick_journal(a, &op) != OK) /* likewise */
        memset(&d, 0, sizeof d);
    write_touches(a, &op);
    if (op.now_ms - a->swept_ms > SWEEP_MS && zone_write(&op, sweep, &swept) == OK)
        a->swept_ms = op.now_ms;
    arena_release(&arena);
}

void api_stop(struct api *a, unsigned deadline_ms)
{
    http_events_close(a->events);
    http_server_stop(a->server, deadline_ms);
}

void api_destroy(struct api *a)
{
    if (!a)
        return;
    if (a->server)
        http_server_destroy(a->server);
    if (a->events)
        http_events_destroy(a->events);
    http_limiter_destroy(a->reports);
    http_limiter_destroy(a->report_pictures);
    http_limiter_destroy(a->report_reads);
    http_limiter_destroy(a->sign_ins);
    http_limiter_destroy(a->verifications);
    http_limiter_destroy(a->unknown_logins);
    pthread_mutex_destroy(&a->touches->lock);
    mem_free(a->touches);
    api_streams_destroy(a->streams);
    if (a->writes)
        http_limiter_destroy(a->writes);
    mem_free(a->routes);
    mem_free(a);
}
