/*
 * Server-sent events; the ring and its cursors are drawn in events.h.
 *
 * A subscriber lives in its request's arena. The library asks it for bytes (read_stream) on an HTTP
 * thread; with nothing to say it is suspended, under the hub's lock, and whoever has something new
 * (publish, the ticker, close) wakes it, also under that lock. It leaves the hub when its exchange
 * goes, by a clean-up of the arena.
 *
 *     READING ── nothing new ──▶ WAITING ── publish, keep-alive, hang-up, close ──▶ READING
 *        │
 *        └── session ended, client gone, hub closed ──▶ ENDED (last words, end of stream)
 *
 * Between suspending itself and being woken a subscriber belongs to whoever holds the lock: nothing
 * of it is touched after take_next has let it wait.
 *
 * What a subscriber may see is decided at delivery, on a copy, without locks: rights may have
 * changed since the event was published.
 */
#include "http/internal.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME_BYTES = 64,
    TAG_BYTES = 128,
    EVENTS_A_CALL = 64, /* looked at before other connections get their turn */
    LINE_COST = 6       /* "data: " before every line */
};

struct slot {
    int64_t key;
    size_t name_bytes, tag_bytes, data_bytes;
    char name[NAME_BYTES], tag[TAG_BYTES];
};

enum subscriber_state { READING, WAITING, ENDED };
struct subscriber {
    struct http_events *hub;
    struct exchange *ex;
    struct http_subscription rules;
    struct subscriber *older, *newer;
    enum subscriber_state state;
    bool ping, gone;
    uint64_t next; /* number of the event to look at */
    int64_t said_ns;
    struct slot slot; /* a copy to decide upon and its data */
    char *data;
    char *staged; /* bytes on their way out */
    size_t staged_at, staged_bytes, staged_room;
};

struct http_events {
    struct http_events_config config;
    pthread_mutex_t lock;
    uint64_t epoch;
    uint64_t first, next; /* numbers kept: first <= n < next */
    bool closed;
    size_t count;
    struct subscriber *subscribers;
    struct slot *slots;
    char *data; /* event_bytes_max a slot */
};

enum err http_events_create(struct http_events **out, const struct http_events_config *config,
    struct diag *d)
{
    struct http_events_config c = *config;
    c.events_kept = c.events_kept ? c.events_kept : 512;
    c.event_bytes_max = c.event_bytes_max ? c.event_bytes_max : 4096;
    c.subscribers_max = c.subscribers_max ? c.subscribers_max : 256;
    c.keep_alive_ms = c.keep_alive_ms ? c.keep_alive_ms : 20000;
    if (c.events_kept > 65536 || c.event_bytes_max > MIB)
        return diag_set(d, ERR_LIMIT, "事件缓冲设置过大", "the event ring is set too large");
    struct http_events *e = mem_alloc(sizeof *e);
    e->config = c;
    e->slots = mem_alloc(c.events_kept * sizeof *e->slots);
    e->data = mem_alloc(c.events_kept * c.event_bytes_max);
    e->first = e->next = 1;
    sys_random(c.sys, &e->epoch, sizeof e->epoch);
    pthread_mutex_init(&e->lock, NULL);
    *out = e;
    return OK;
}

void http_events_destroy(struct http_events *e)
{
    if (!e)
        return;
    ASSERT(!e->subscribers);
    pthread_mutex_destroy(&e->lock);
    mem_free(e->slots);
    mem_free(e->data);
    mem_free(e);
}

size_t http_events_subscribers(struct http_events *e)
{
    pthread_mutex_lock(&e->lock);
    size_t count = e->count;
    pthread_mutex_unlock(&e->lock);
    return count;
}

/* Under the hub's lock. */
static void wake(struct subscriber *sub)
{
    if (sub->state == WAITING) {
        sub->state = READING;
        MHD_resume_connection(sub->ex->connection);
    }
}

static bool plain_name(str name)
{
    for (size_t i = 0; i < name.bytes; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
                || c == '.'))
            return false;
    }
    return name.bytes >= 1 && name.bytes <= NAME_BYTES;
}

static enum err check_event(const struct http_events *e, const struct http_event *event,
    struct diag *d)
{
    size_t lines = 1;
    for (size_t i = 0; i < event->data.bytes; i++)
        lines += event->data.data[i] == '\n' || event->data.data[i] == '\r';
    if (!plain_name(event->name) || event->tag.bytes > TAG_BYTES || !str_is_utf8(event->data))
        return diag_set(d, ERR_INVALID, "事件的名称、标签或文字编码有误",
            "the event's name, tag or text encoding is wrong");
    if (event->data.bytes > e->config.event_bytes_max
        || event->data.bytes + lines * LINE_COST > 2 * e->config.event_bytes_max)
        return diag_set(d, ERR_TOO_LARGE, "事件内容过大,最多 %zu 字节",
            "the event is too large, at most %zu bytes", e->config.event_bytes_max);
    return OK;
}

static void copy_bytes(char *to, str from)
{
    if (from.bytes)
        memcpy(to, from.data, from.bytes);
}

enum err http_events_publish(struct http_events *e, const struct http_event *event, struct diag *d)
{
    TRY(check_event(e, event, d));
    pthread_mutex_lock(&e->lock);
    if (!e->closed) {
        size_t at = e->next % e->config.events_kept;
        struct slot *slot = &e->slots[at];
        slot->key = event->key;
        slot->name_bytes = event->name.bytes;
        slot->tag_bytes = event->tag.bytes;
        slot->data_bytes = event->data.bytes;
        copy_bytes(slot->name, event->name);
        copy_bytes(slot->tag, event->tag);
        copy_bytes(e->data + at * e->config.event_bytes_max, event->data);
        e->next++;
        if (e->next - e->first > e->config.events_kept)
            e->first++;
        for (struct subscriber *sub = e->subscribers; sub; sub = sub->older)
            wake(sub);
    }
    pthread_mutex_unlock(&e->lock);
    return OK;
}

void http_events_close(struct http_events *e)
{
    pthread_mutex_lock(&e->lock);
    e->closed = true;
    for (struct subscriber *sub = e->subscribers; sub; sub = sub->older)
        wake(sub);
    pthread_mutex_unlock(&e->lock);
}

static bool hung_up(const struct subscriber *sub)
{
    struct pollfd p = { .fd = sub->ex->link ? sub->ex->link->fd : -1, .events = POLLRDHUP };
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* Keep-alives that are due, and readers who have left while nobody watched their socket. */
void events_tick(struct http_events *e, int64_t now_ns)
{
    pthread_mutex_lock(&e->lock);
    for (struct subscriber *sub = e->subscribers; sub; sub = sub->older) {
        if (sub->state != WAITING)
            continue;
        sub->gone = hung_up(sub);
        sub->ping = now_ns - sub->said_ns >= (int64_t)e->config.keep_alive_ms * NS_PER_MS;
        if (sub->gone || sub->ping)
            wake(sub);
    }
    pthread_mutex_unlock(&e->lock);
}

static void stage(struct subscriber *sub, str text)
{
    if (!sub->staged_bytes)
        sub->said_ns = server_ns(sub->ex->server);
    ASSERT(text.bytes <= sub->staged_room - sub->staged_bytes);
    copy_bytes(sub->staged + sub->staged_bytes, text);
    sub->staged_bytes += text.bytes;
}

/* "id", "event", one "data" a line: a line end of any kind ends a line of the format. */
static void stage_event(struct subscriber *sub, uint64_t number)
{
    char head[64 + NAME_BYTES];
    int bytes = snprintf(head, sizeof head, "id: %016llx-%llu\nevent: %.*s\n",
        (unsigned long long)sub->hub->epoch, (unsigned long long)number, (int)sub->slot.name_bytes,
        sub->slot.name);
    stage(sub, (str){ head, (size_t)bytes });
    size_t from = 0;
    for (size_t i = 0; i <= sub->slot.data_bytes; i++) {
        bool ends = i == sub->slot.data_bytes || sub->data[i] == '\n' || sub->data[i] == '\r';
        if (!ends)
            continue;
        stage(sub, STR("data: "));
        stage(sub, (str){ sub->data + from, i - from });
        stage(sub, STR("\n"));
        if (i + 1 < sub->slot.data_bytes && sub->data[i] == '\r' && sub->data[i + 1] == '\n')
            i++;
        from = i + 1;
    }
    stage(sub, STR("\n"));
}

/* The identifier lets a reader who comes back go on from here instead of being told again. */
static void stage_reset(struct subscriber *sub)
{
    char text[160];
    struct http_events *e = sub->hub;
    int bytes = snprintf(text, sizeof text,
        ": events were missed, load anew\nid: %016llx-%llu\nevent: reset\ndata: {}\n\n",
        (unsigned long long)e->epoch, (unsigned long long)(e->next - 1));
    stage(sub, (str){ text, (size_t)bytes });
    sub->next = e->next;
}

/* Copies the next event for a decision without the lock. False: there is none to look at; then a
 * word is staged, or the subscriber waits. */
static bool take_next(struct subscriber *sub, uint64_t *number)
{
    struct http_events *e = sub->hub;
    bool found = false;
    pthread_mutex_lock(&e->lock);
    if (e->closed || sub->gone) {
        stage(sub, STR(": closed\n\n"));
        sub->state = ENDED;
    } else if (sub->next < e->first || sub->next > e->next) {
        stage_reset(sub);
    } else if (sub->next < e->next) {
        size_t at = sub->next % e->config.events_kept;
        sub->slot = e->slots[at];
        memcpy(sub->data, e->data + at * e->config.event_bytes_max, sub->slot.data_bytes);
        *number = sub->next++;
        found = true;
    } else {
        sub->state = WAITING;
        MHD_suspend_connection(sub->ex->connection);
    }
    pthread_mutex_unlock(&e->lock);
    return found;
}

static void fill(struct subscriber *sub)
{
    uint64_t number = 0;
    for (int i = 0; i < EVENTS_A_CALL && !sub->staged_bytes && take_next(sub, &number); i++) {
        struct http_event event = {
            .name = { sub->slot.name, sub->slot.name_bytes },
            .data = { sub->data, sub->slot.data_bytes },
            .tag = { sub->slot.tag, sub->slot.tag_bytes },
            .key = sub->slot.key,
        };
        if (!sub->rules.may_see || sub->rules.may_see(&sub->ex->req, &event))
            stage_event(sub, number);
    }
}

static ssize_t read_stream(void *ctx, uint64_t at, char *out, size_t most)
{
    struct subscriber *sub = ctx;
    (void)at;
    if (sub->staged_at == sub->staged_bytes) {
        bool ping = sub->ping;
        bool valid = !ping || !sub->rules.still_valid || sub->rules.still_valid(&sub->ex->req);
        sub->ping = false;
        sub->staged_at = sub->staged_bytes = 0;
        if (sub->state == ENDED || !valid)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (ping)
            stage(sub, STR(": \n\n"));
        else
            fill(sub);
    }
    /* Only what is this thread's own from here on: the subscriber may be waiting already. */
    size_t bytes = sub->staged_bytes - sub->staged_at;
    bytes = bytes < most ? bytes : most;
    copy_bytes(out, (str){ sub->staged + sub->staged_at, bytes });
    sub->staged_at += bytes;
    return (ssize_t)bytes;
}

/* Number of the first event to send; 0, which is never kept, asks for a reset. */
static uint64_t first_wanted(const struct http_events *e, str last_id)
{
    unsigned char epoch[8];
    int64_t number;
    uint64_t value = 0;
    if (!last_id.bytes)
        return e->next;
    if (last_id.bytes < 18 || last_id.data[16] != '-'
        || !str_from_hex(str_slice(last_id, 0, 16), epoch, sizeof epoch)
        || !str_to_int64(str_slice(last_id, 17, last_id.bytes), &number) || number < 0)
        return 0;
    for (size_t i = 0; i < sizeof epoch; i++)
        value = value << 8 | epoch[i];
    return value == e->epoch ? (uint64_t)number + 1 : 0;
}

static void leave(void *ctx)
{
    struct subscriber *sub = ctx;
    struct http_events *e = sub->hub;
    pthread_mutex_lock(&e->lock);
    if (sub->newer)
        sub->newer->older = sub->older;
    else
        e->subscribers = sub->older;
    if (sub->older)
        sub->older->newer = sub->newer;
    e->count--;
    pthread_mutex_unlock(&e->lock);
}

static bool join(struct http_events *e, struct subscriber *sub, str last_id)
{
    pthread_mutex_lock(&e->lock);
    bool joins = !e->closed && e->count < e->config.subscribers_max;
    if (joins) {
        sub->next = first_wanted(e, last_id);
        sub->older = e->subscribers;
        if (sub->older)
            sub->older->newer = sub;
        e->subscribers = sub;
        e->count++;
    }
    pthread_mutex_unlock(&e->lock);
    return joins && arena_defer(&sub->ex->arena, leave, sub);
}

/* The server ends the hub's streams when it stops, and ticks for it until then. */
static bool known_to_server(struct http_server *s, struct http_events *e)
{
    int at = 0;
    pthread_mutex_lock(&s->lock);
    while (at < HUBS_MAX && s->hubs[at] && s->hubs[at] != e)
        at++;
    bool known = at < HUBS_MAX && !atomic_load(&s->stopping);
    if (known)
        s->hubs[at] = e;
    pthread_mutex_unlock(&s->lock);
    return known;
}

static struct subscriber *make_subscriber(struct exchange *ex, struct http_events *e,
    const struct http_subscription *rules)
{
    struct subscriber *sub = ARENA_NEW(&ex->arena, struct subscriber);
    if (!sub)
        return NULL;
    sub->hub = e;
    sub->ex = ex;
    sub->rules = *rules;
    sub->staged_room = 256 + NAME_BYTES + 2 * e->config.event_bytes_max;
    sub->staged = arena_alloc(&ex->arena, sub->staged_room);
    sub->data = arena_alloc(&ex->arena, e->config.event_bytes_max);
    if (!sub->staged || !sub->data)
        return NULL;
    stage(sub, STR("retry: 3000\n\n"));
    return sub;
}

void http_reply_events(struct http_request *req, struct http_events *e,
    const struct http_subscription *subscription)
{
    struct exchange *ex = exchange_of(req);
    struct diag d = { 0 };
    struct subscriber *sub = make_subscriber(ex, e, subscription);
    if (!sub)
        return;
    if (!known_to_server(ex->server, e) || !join(e, sub, http_header(req, "last-event-id"))) {
        diag_set(&d, ERR_BUSY, "实时更新的连接已满,请稍后再试",
            "there is no room for another event stream, try again later");
        http_reply_header(req, "Retry-After", STR("30"));
        http_reply_problem(req, &d);
        return;
    }
    http_reply(req, 200, "text/event-stream", STR_NONE);
    ex->reply.kind = REPLY_EVENTS;
    ex->reply.subscriber = sub;
    http_reply_header(req, "X-Accel-Buffering", STR("no"));
}

struct MHD_Response *events_response(struct exchange *ex)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream,
        ex->reply.subscriber, NULL);
}
