/*
 * Messages to cases from outside: by a system that shows its connector's token, or by a person who
 * may send them. The same Idempotency-Key by the same sender gives the first answer again.
 */
#include "api/internal.h"

#include "zone/message.h"
#include "zone/services.h"

#include <string.h>

enum { BODY_BYTES_MAX = 256 * 1024, KEY_BYTES_MAX = 100, KEEP_MINUTES_MAX = 30 * 24 * 60 };

struct sending {
    struct message message;
    struct message_sent sent;
    str key, request, reply; /* idempotency */
};

/* The connector whose token the request shows; empty without one. */
static bool find_sender(struct call *c, str *connector)
{
    str header = http_header(c->req, "Authorization");
    *connector = STR_NONE;
    if (!header.bytes)
        return true;
    if (str_starts(header, STR("Bearer ")))
        *connector =
            services_by_token(c->api->services, str_trim(str_slice(header, 7, header.bytes)));
    if (connector->bytes)
        return true;
    diag_set(&c->diag, ERR_UNAUTHENTICATED, "口令不对", "that is nobody's token");
    api_fail(c);
    return false;
}

static bool may_send(struct call *c, str connector, str message)
{
    if (!connector.bytes) {
        if (actor_require(&c->op, "message.send") == OK)
            return true;
        api_fail(c);
        return false;
    }
    const struct pack_connector *p = pack_connector(zone_pack(c->api->zone), connector);
    for (size_t i = 0; p && i < p->receive_count; i++)
        if (str_equal(p->receives[i], message))
            return true;
    diag_set(&c->diag, ERR_FORBIDDEN,
        "连接 %.*s 不能发送消息“%.*s”(见 connectors.json 的 receives)",
        "the connector %.*s may not send the message \"%.*s\" (receives in connectors.json)",
        STR_ARGS(connector), STR_ARGS(message));
    api_fail(c);
    return false;
}

static str sent_text(struct call *c, const struct message_sent *sent)
{
    json_t *o = json_keep(c->op.arena, json_object());
    json_object_set_new(o, "delivered", json_boolean(sent->delivered));
    json_object_set_new(
        o, "number", json_str_or_null(sent->number));
    return json_text(c->op.arena, o);
}

static enum err send_work(struct call *c)
{
    struct sending *s = c->state;
    s->reply = STR_NONE;
    if (s->key.bytes)
        TRY(api_repeated(c, s->key, s->request, &s->reply));
    if (s->reply.bytes)
        return OK;
    TRY(message_send(&c->op, &s->message, &s->sent));
    s->reply = sent_text(c, &s->sent);
    TRY(diag_arena(c->op.diag, c->op.arena));
    if (!s->key.bytes)
        return OK;
    return STORE_EXEC(c->op.conn, c->op.diag,
        "INSERT INTO idempotency (zone, account_id, key, request, at, status, reply)"
        " VALUES ($1, $2, $3, $4, $5, 200, $6)",
        S_TEXT(c->op.zone->code), S_INT(c->actor.account), S_TEXT(s->key), S_TEXT(s->request),
        S_INT(c->op.now_ms), S_TEXT(s->reply));
}

static void send_answer(struct call *c)
{
    const struct sending *s = c->state;
    http_reply(c->req, 200, "application/json", s->reply);
}

static bool read_address(struct call *c, struct message *m)
{
    const json_t *data = json_object_get(c->body, "data"), *key = json_object_get(c->body, "key");
    const json_t *correlation = json_object_get(c->body, "correlation");
    m->name = json_str(c->body, "message");
    m->number = json_str(c->body, "number");
    m->data = json_is_object(data) ? data : NULL;
    m->keep_ms = json_int(c->body, "keepMinutes", 0) * MS_PER_MINUTE;
    m->correlation = json_is_string(key) ? key : json_is_object(correlation) ? correlation : NULL;
    int given = (m->number.bytes > 0) + json_is_string(key) + json_is_object(correlation);
    if (given == 1 && m->keep_ms >= 0 && m->keep_ms <= (int64_t)KEEP_MINUTES_MAX * MS_PER_MINUTE)
        return true;
    diag_field(&c->diag, given == 1 ? STR("keepMinutes") : STR("number"));
    diag_set(&c->diag, ERR_INVALID,
        "办件编号(number)、关联键(key)、关联值(correlation)须给出且只给出一项;keepMinutes 为 0 至 %d",
        "give one of number, key and correlation; keepMinutes is 0 to %d", KEEP_MINUTES_MAX);
    api_fail(c);
    return false;
}

static void send(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct sending *s = ARENA_NEW(req->arena, struct sending);
    (void)app;
    if (!s) {
        api_fail(c);
        return;
    }
    if (!find_sender(c, &s->message.from) || !api_body(c)
        || !may_send(c, s->message.from, json_str(c->body, "message"))
        || !read_address(c, &s->message))
        return;
    s->key = http_header(req, "Idempotency-Key");
    if (s->key.bytes > KEY_BYTES_MAX) {
        diag_field(&c->diag, STR("Idempotency-Key"));
        diag_set(&c->diag, ERR_LIMIT, "Idempotency-Key 最多 %d 字节",
            "an Idempotency-Key has at most %d bytes", KEY_BYTES_MAX);
        api_fail(c);
        return;
    }
    if (s->key.bytes && s->message.from.bytes) /* senders' keys do not meet */
        s->key = str_printf(req->arena, "%.*s:%.*s", STR_ARGS(s->message.from), STR_ARGS(s->key));
    if (s->message.from.bytes) {
        c->actor = actor_system;
        c->actor.name = s->message.from;
    }
    s->request = ledger_digest(&c->op, req->body);
    c->state = s;
    api_write(c, send_work, send_answer);
}

static const struct api_param headers[] = {
    { "Authorization", "string", "Bearer and the connector's token; else a session" },
    { "Idempotency-Key", "string", "the same key again gives the same answer" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route message_routes[] = {
    { "POST", "/api/messages", send, BODY_BYTES_MAX, NULL,
        DOC("sendMessage", "A message to a case that waits for it", "messages", API_PUBLIC,
            "MessageInput", "MessageSent", 0, NULL, .headers = headers) },
    { 0 },
};
