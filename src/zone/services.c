/* The server's own configuration of other systems, and the calls made by it. services.h. */
#include "zone/services.h"

#include "zone/case_internal.h"

#include <string.h>

enum { CONNECTORS_MAX = 200, LIST_MAX = 100, TIMEOUT_MS_MOST = 300000 };

struct service_connector {
    str code, token;
    const char *ca_file;
    str headers[16];
    size_t header_count;
};

struct services {
    str allow[LIST_MAX];
    size_t allow_count;
    struct service_connector connectors[CONNECTORS_MAX];
    size_t connector_count;
};

/* ---- reading ---- */

#define WRONG(d, field, zh, en)                                                                    \
    (diag_field((d), str_from(field)), diag_set((d), ERR_INVALID, "服务配置:" zh, "services: " en))

static enum err known(const json_t *o, const char *const *names, struct diag *d)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)o, key, value)
    {
        const char *const *n = names;
        while (*n && strcmp(*n, key) != 0)
            n++;
        if (!*n)
            return WRONG(d, key, "没有这个成员", "there is no such member");
    }
    return OK;
}

static str text_of(const json_t *v)
{
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

static enum err read_texts(
    const json_t *list, const char *field, str *out, size_t most, size_t *count, struct diag *d)
{
    *count = 0;
    if (!list)
        return OK;
    if (!json_is_array(list) || json_array_size(list) > most)
        return WRONG(d, field, "应是一个不太长的列表", "must be a list, and not a long one");
    for (size_t i = 0; i < json_array_size(list); i++) {
        out[i] = text_of(json_array_get(list, i));
        if (!out[i].bytes || memchr(out[i].data, '\n', out[i].bytes)
            || memchr(out[i].data, '\r', out[i].bytes))
            return WRONG(d, field, "每项应是一行文字", "each must be one line of text");
    }
    *count = json_array_size(list);
    return OK;
}

static enum err read_connector(
    struct arena *a, str code, const json_t *o, struct service_connector *c, struct diag *d)
{
    static const char *const names[] = { "headers", "token", "ca_file", NULL };
    if (!json_is_object(o))
        return WRONG(d, "connectors", "每个连接应是一个对象", "each connector must be an object");
    TRY(known(o, names, d));
    *c = (struct service_connector){ .code = code, .token = json_str(o, "token") };
    str ca = json_str(o, "ca_file");
    c->ca_file = ca.bytes ? str_terminated(a, ca) : NULL;
    if (c->token.bytes && c->token.bytes < SERVICE_TOKEN_BYTES_MIN)
        return WRONG(d, "token", "口令至少 24 个字符", "a token has at least 24 characters");
    return read_texts(
        json_object_get(o, "headers"), "headers", c->headers, 16, &c->header_count, d);
}

enum err services_read(
    struct arena *a, str text, const char *file, const struct services **out, struct diag *d)
{
    static const char *const names[] = { "allow", "connectors", NULL };
    json_t *root, *value;
    const char *key;
    struct services *s = ARENA_NEW(a, struct services);
    TRY(diag_arena(d, a));
    diag_at(d, file, 0, 0);
    TRY(json_parse(a, text, &root, d));
    if (!json_is_object(root))
        return WRONG(d, "", "应是一个 JSON 对象", "must be a JSON object");
    TRY(known(root, names, d));
    TRY(read_texts(
        json_object_get(root, "allow"), "allow", s->allow, LIST_MAX, &s->allow_count, d));
    json_object_foreach(json_object_get(root, "connectors"), key, value)
    {
        if (s->connector_count == CONNECTORS_MAX)
            return WRONG(d, "connectors", "连接过多", "too many connectors");
        TRY(read_connector(a, str_from(key), value, &s->connectors[s->connector_count++], d));
    }
    *out = s;
    return diag_arena(d, a);
}

static const struct service_connector *find(const struct services *s, str code)
{
    for (size_t i = 0; s && i < s->connector_count; i++)
        if (str_equal(s->connectors[i].code, code))
            return &s->connectors[i];
    return NULL;
}

/* Takes as long whatever differs. */
str services_by_token(const struct services *s, str token)
{
    str found = STR_NONE;
    for (size_t i = 0; s && i < s->connector_count; i++) {
        str t = s->connectors[i].token;
        unsigned char differs = t.bytes != token.bytes || !t.bytes;
        for (size_t k = 0; k < t.bytes && k < token.bytes; k++)
            differs |= (unsigned char)(t.data[k] ^ token.data[k]);
        if (!differs)
            found = s->connectors[i].code;
    }
    return found;
}

/* ---- a call ---- */

static enum err check_allowed(struct op *op, const struct services *s, str url)
{
    str authority = fetch_authority(op->arena, url);
    for (size_t i = 0; s && authority.bytes && i < s->allow_count; i++)
        if (str_equal_nocase(s->allow[i], authority))
            return OK;
    return diag_set(op->diag, ERR_FORBIDDEN,
        "本服务器的配置不允许访问 %.*s(服务配置文件的 allow 中没有它)",
        "this server's configuration does not allow it to call %.*s (it is not in allow)",
        STR_ARGS(authority.bytes ? authority : url));
}

static enum err make_url(
    struct op *op, const struct pack_connector *c, const struct job *j, str *url)
{
    enum { PAIRS_MAX = 64 };
    str pairs[PAIRS_MAX];
    size_t count = 0;
    const char *key;
    json_t *value;
    const json_t *path = json_object_get(j->request, "path");
    const json_t *query = json_object_get(j->request, "query");
    json_object_foreach((json_t *)query, key, value)
    {
        if (json_is_null(value))
            continue;
        if (count + 2 > PAIRS_MAX)
            return diag_set(op->diag, ERR_LIMIT, "参数过多", "too many parameters");
        pairs[count++] = str_from(key);
        pairs[count++] = json_is_string(value) ? text_of(value) : json_text(op->arena, value);
    }
    *url =
        json_is_string(path) ? fetch_url(op->arena, c->url, text_of(path), pairs, count) : STR_NONE;
    if (url->bytes)
        return OK;
    return diag_set(op->diag, ERR_INVALID, "junma:path 没有得出可用的路径",
        "junma:path gives no path that can be used");
}

struct header_list {
    const char *items[40];
    size_t count;
};

static void add_header(struct op *op, struct header_list *l, str text)
{
    if (l->count + 1 < sizeof l->items / sizeof *l->items)
        l->items[l->count++] = str_terminated(op->arena, text);
}

static void add_headers(struct op *op, struct header_list *l, const struct pack_connector *c,
    const struct service_connector *own, const struct job *j)
{
    const json_t *body = json_object_get(j->request, "body");
    add_header(op, l, STR("Accept: application/json"));
    add_header(op, l, STR("User-Agent: Junma"));
    if (body && !json_is_null(body))
        add_header(op, l, STR("Content-Type: application/json"));
    /* The same for every try of this job, and for no other job. */
    add_header(op, l,
        str_printf(
            op->arena, "Idempotency-Key: %.*s-%lld", STR_ARGS(op->zone->code), (long long)j->id));
    for (size_t i = 0; i < c->header_count; i++)
        add_header(op, l, c->headers[i]);
    for (size_t i = 0; own && i < own->header_count; i++)
        add_header(op, l, own->headers[i]);
}

enum err services_request(
    struct op *op, const struct services *s, const struct job *j, struct fetch_request *out)
{
    const struct bpmn_service *service;
    const struct pack *pack;
    int64_t days, ms;
    str url;
    TRY(job_service(op, j, &service, &pack));
    const struct pack_connector *c = pack_connector(pack, j->queue);
    const struct pack_connector *now = pack_connector(zone_pack(op->zone), j->queue);
    if (now) /* where a system is reached is a matter of today, not of when the case began */
        c = now;
    if (!c)
        return diag_set(op->diag, ERR_UNSUPPORTED, "配置中没有连接 %.*s",
            "the pack has no connector %.*s", STR_ARGS(j->queue));
    TRY(make_url(op, c, j, &url));
    TRY(check_allowed(op, s, url));
    struct header_list *l = ARENA_NEW(op->arena, struct header_list);
    TRY(diag_arena(op->diag, op->arena));
    const struct service_connector *own = find(s, c->code);
    add_headers(op, l, c, own, j);
    const json_t *body = json_object_get(j->request, "body");
    str method = service->words[SERVICE_method];
    *out = (struct fetch_request){ .method = str_terminated(
                                       op->arena, method.bytes ? method : STR("POST")),
        .url = str_terminated(op->arena, url),
        .headers = l->items,
        .body = body && !json_is_null(body) ? json_text(op->arena, body) : STR_NONE,
        .timeout_ms = (int64_t)c->timeout_seconds * 1000,
        .bytes_max = (size_t)c->bytes_max,
        .ca_file = own ? own->ca_file : NULL };
    if (duration_read(service->words[SERVICE_timeout], &days, &ms) && !days && ms < TIMEOUT_MS_MOST)
        out->timeout_ms = ms;
    return diag_arena(op->diag, op->arena);
}

/* ---- an answer ---- */

static bool is_json(str type)
{
    return str_equal_nocase(type, STR("application/json"))
        || (type.bytes > 5 && str_ends(type, STR("+json")));
}

static enum err read_answer(struct op *op, const struct fetch_done *done, json_t **out)
{
    json_t *o = json_keep(op->arena, json_object()), *body = NULL;
    TRY(diag_arena(op->diag, op->arena));
    json_set_int(o, "status", done->status);
    json_set_str(o, "type", done->type);
    if (is_json(done->type) && done->body.bytes)
        TRY(json_parse(op->arena, done->body, &body, op->diag));
    if (body)
        json_object_set(o, "body", body);
    else
        json_object_set_new(o, "body", json_from_str(done->body)); /* null when it is no text */
    *out = o;
    return OK;
}

static bool worth_another_try(int status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

static void fail(struct service_verdict *v, const struct diag *why, bool for_good, int64_t after_s)
{
    v->meaning = for_good ? SERVICE_FAILED : SERVICE_RETRY;
    v->failure = (struct job_failure){ .why = *why, .for_good = for_good };
    if (!for_good && after_s > 0)
        v->failure.after_ms = (after_s < 86400 ? after_s : 86400) * 1000;
}

enum err services_judge(
    struct op *op, const struct job *j, const struct fetch_done *done, struct service_verdict *out)
{
    const struct bpmn_service *service;
    const struct pack *pack;
    struct diag why = { 0 };
    *out = (struct service_verdict){ 0 };
    if (done->err != OK) {
        fail(out, &done->diag, done->err != ERR_REMOTE, -1);
        return OK;
    }
    TRY(job_service(op, j, &service, &pack));
    if (done->status / 100 == 2) {
        enum err e = read_answer(op, done, &out->answer);
        if (e == OK)
            return OK;
        why = *op->diag;
        memset(op->diag, 0, sizeof *op->diag);
        fail(out, &why, true, -1);
        return OK;
    }
    out->error = bpmn_service_error(service, done->status);
    if (out->error.bytes) {
        out->meaning = SERVICE_ERROR;
        return OK;
    }
    if (done->status / 100 == 3)
        diag_set(&why, ERR_REMOTE, "对方要求转到别的网址(状态 %d),这里不跟随转向",
            "the answer points elsewhere (status %d); redirects are not followed", done->status);
    else
        diag_set(&why, ERR_REMOTE, "对方答复状态 %d:%.*s", "the answer has status %d: %.*s",
            done->status,
            STR_ARGS(str_slice(str_is_utf8(done->body) ? done->body : STR_NONE, 0, 200)));
    fail(out, &why, !worth_another_try(done->status), done->retry_after_s);
    return OK;
}
