/* The desk: tasks by danger, officers of a unit, live changes. */
#include "api/internal.h"

#include <pthread.h>

/* Who watches: one entry a stream, so that nobody takes all of them. */
enum { STREAMS_MAX = 256, STREAMS_EACH = 8 };
struct streams {
    pthread_mutex_t lock;
    int64_t accounts[STREAMS_MAX]; /* 0: free */
};

/* Of one stream of changes. */
struct watching {
    struct streams *streams;
    size_t place;
    int64_t looked_ms;
    bool there;
};

/* Judging a task reads much of its case: in an arena of its own, or a page of tasks would fill the
 * request's. */
static json_t *verb_words_allowed(struct call *c, const struct task_item *item, enum err *e)
{
    struct verb_option *options;
    struct arena own;
    struct op op = c->op;
    size_t count = 0;
    json_t *list = json_array();
    arena_init(&own, NULL, 4 * MIB);
    op.arena = &own;
    *e = case_verbs(&op, &item->row, &options, &count);
    for (size_t i = 0; *e == OK && i < count; i++)
        if (options[i].allowed)
            json_array_append_new(list, json_string(verb_info(options[i].verb)->word));
    arena_release(&own);
    return list;
}

static json_t *item_json(struct call *c, const struct task_item *item, enum err *e)
{
    const struct pack_system *s = pack_kind(zone_pack(c->api->zone), item->row.kind);
    json_t *o = json_object(), *step = json_object();
    json_set_str(step, "node", item->task.node);
    json_object_set_new(
        step, "name", json_name((struct name2){ item->task.name_zh, item->task.name_en }));
    json_set_id(o, "taskId", item->task.id);
    json_object_set_new(o, "step", step);
    json_set_str(o, "state", item->task.state);
    json_set_instant(&c->op, o, "signedAt", item->task.signed_at);
    json_object_set_new(
        o, "promise", item->promise.id ? json_promise(&c->op, s, &item->promise) : json_null());
    json_object_set_new(o, "case", json_case_summary(&c->op, &item->row));
    json_object_set_new(o, "verbs", verb_words_allowed(c, item, e));
    return o;
}

static bool read_filter(struct call *c, struct task_filter *f)
{
    static const char *const scopes[] = { "mine", "unit", "all", NULL };
    int64_t limit = 50;
    if (!api_query_word(c, "scope", scopes, &f->scope) || !api_query_text(c, "q", &f->text)
        || !api_query_word(c, "colour", api_colours, &f->colour) || !api_query(c, "step", &f->node)
        || !api_query_int(c, "limit", 1, 200, &limit)
        || !api_cursor(c, &f->after_key, &f->after_id))
        return false;
    f->limit = (size_t)limit;
    return true;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct task_filter f = { 0 };
    struct task_page page;
    (void)app;
    if (!read_filter(c, &f) || !api_read(c))
        return;
    enum err e = task_list(&c->op, &f, &page);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array(),
           *counts = json_object();
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "counts", counts);
    for (size_t i = 0; e == OK && i < page.count; i++)
        json_array_append_new(items, item_json(c, &page.items[i], &e));
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    for (int i = COLOUR_GREEN; i <= COLOUR_PAUSED; i++)
        json_set_int(counts, promise_colour_word((enum promise_colour)i), page.counts[i]);
    json_object_set_new(o, "next", api_next(page.more, page.next_key, page.next_id));
    json_set_int(o, "total", page.total);
    http_reply_json(req, 200, o);
}

static void officers(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct account_filter f = { .active_only = true, .limit = 500 };
    struct account *accounts = NULL;
    size_t count = 0;
    (void)app;
    if (!api_query(c, "unit", &f.unit) || !api_read(c))
        return;
    /* An applicant has no business with who works where. */
    enum err e = c->actor.role->scope == PACK_SCOPE_ENTERPRISE
        ? actor_require(&c->op, "enterprise.read")
        : OK;
    if (e == OK)
        e = account_list(&c->op, &f, &accounts, &count);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *a = json_object();
        if (!accounts[i].unit.bytes)
            continue;
        json_set_id(a, "id", accounts[i].id);
        json_set_str(a, "name", accounts[i].name);
        json_set_str(a, "unit", accounts[i].unit);
        json_array_append_new(items, a);
    }
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

enum { LOOK_AGAIN_MS = 1000, LOOK_BYTES_MAX = 256 * 1024 };

/* Is the session still there? A stream may stay for hours, so the look has memory of its own. */
static bool session_there(const struct call *c)
{
    struct session found;
    struct diag d = { 0 };
    struct arena a;
    struct op op = c->op;
    arena_init(&a, NULL, LOOK_BYTES_MAX);
    op.arena = &a;
    op.diag = &d;
    op.now_ms = sys_now_ms(c->api->zone->sys);
    bool there = store_read_begin(c->api->zone->store, &op.conn, &d) == OK;
    if (there) {
        there = session_find(&op, c->token, &found) == OK;
        store_read_end(op.conn);
    }
    arena_release(&a);
    return there;
}

/* Looked up again at most once a second: who signed out, or was shut out, hears no more. */
static bool still_here(struct call *c)
{
    struct watching *w = c->state;
    int64_t now = sys_now_ms(c->api->zone->sys);
    if (now >= w->looked_ms + LOOK_AGAIN_MS || now < w->looked_ms) {
        w->there = session_there(c);
        w->looked_ms = now;
    }
    return w->there;
}

/* Those who may see all, the units concerned, the enterprise itself. */
static bool concerns(const struct call *c, const struct http_event *event)
{
    str tag = event->tag, unit;
    switch (c->actor.role->scope) {
    case PACK_SCOPE_ALL:
        return true;
    case PACK_SCOPE_ENTERPRISE:
        return c->actor.enterprise && c->actor.enterprise == event->key;
    case PACK_SCOPE_NONE:
        return false;
    case PACK_SCOPE_UNIT:
        break;
    }
    while (str_split(&tag, ' ', &unit))
        if (unit.bytes && str_equal(unit, c->actor.unit))
            return true;
    return false;
}

static bool may_see(const struct http_request *req, const struct http_event *event)
{
    struct call *c = req->user;
    bool mine = str_is(event->name, "notice") ? event->key == c->actor.account : concerns(c, event);
    return mine && still_here(c);
}

static bool still_valid(const struct http_request *req)
{
    return still_here(req->user);
}

struct streams *api_streams_create(void)
{
    struct streams *s = mem_alloc(sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void api_streams_destroy(struct streams *s)
{
    if (s)
        pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

static void leave(void *ctx)
{
    struct watching *w = ctx;
    pthread_mutex_lock(&w->streams->lock);
    w->streams->accounts[w->place] = 0;
    pthread_mutex_unlock(&w->streams->lock);
}

/* A place among the streams; false: this account has as many as one may, or all are taken. */
static bool enter(struct streams *s, int64_t account, struct watching *w)
{
    size_t own = 0, free = STREAMS_MAX;
    pthread_mutex_lock(&s->lock);
    for (size_t i = STREAMS_MAX; i-- > 0;) {
        own += s->accounts[i] == account;
        if (!s->accounts[i])
            free = i;
    }
    bool entered = own < STREAMS_EACH && free < STREAMS_MAX;
    if (entered)
        s->accounts[free] = account;
    pthread_mutex_unlock(&s->lock);
    w->streams = s;
    w->place = free;
    return entered;
}

static void events(struct http_request *req, const void *app)
{
    static const struct http_subscription subscription = { may_see, still_valid };
    struct call *c = api_call(req);
    struct watching *w = ARENA_NEW(req->arena, struct watching);
    (void)app;
    if (!w)
        return;
    if (!enter(c->api->streams, c->actor.account, w)) {
        diag_set(&c->diag, ERR_TOO_MANY, "打开的页面过多,请关闭几个再试",
            "too many pages are open; close some and try again");
        api_fail(c);
        return;
    }
    if (!arena_defer(req->arena, leave, w))
        return;
    c->state = w;
    http_reply_events(req, c->api->events, &subscription);
}

static const struct api_param task_params[] = { { "scope", "string", "mine (default), unit, all" },
    { "q", "string", "words, or a number" }, { "colour", "string", NULL },
    { "step", "string", NULL }, { "limit", "integer", "1 to 200" },
    { "after", "string", "`next` of the page before" }, { 0 } };
static const struct api_param officer_params[] = { { "unit", "string", NULL }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route task_routes[] = {
    { "GET", "/api/tasks", list, 0, NULL,
        DOC("listTasks", "Open steps, the one in most danger first", "desk", API_SESSION, NULL,
            "TaskPage", 0, task_params) },
    { "GET", "/api/officers", officers, 0, NULL,
        DOC("listOfficers", "Officers of a unit", "desk", API_SESSION, NULL, "[Officer]", 0,
            officer_params) },
    { "GET", "/api/events", events, 0, NULL,
        DOC("watch", "Changes as they happen (text/event-stream)", "desk", API_SESSION, NULL, NULL,
            0, NULL, .type = "text/event-stream") },
    { 0 },
};
