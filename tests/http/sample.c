/* See sample.h. */
#include "sample.h"

#include <string.h>

static void show(struct http_request *req, const void *app)
{
    (void)app;
    http_reply(req, 200, "text/plain; charset=utf-8",
        str_printf(req->arena, "case=%.*s", STR_ARGS(http_param(req, "id"))));
}

static void mine(struct http_request *req, const void *app)
{
    (void)app;
    http_reply(req, 200, "text/plain", STR("mine"));
}

static void verb(struct http_request *req, const void *app)
{
    (void)app;
    int64_t id = 0;
    struct diag d = { 0 };
    if (http_param_id(req, "id", &id, &d) != OK) {
        http_reply_problem(req, &d);
        return;
    }
    json_t *out = json_keep(req->arena, json_object());
    json_set_id(out, "id", id);
    json_set_str(out, "verb", http_param(req, "verb"));
    json_set_str(out, "body", req->body);
    http_reply_json(req, 200, out);
}

static void echo_json(struct http_request *req, const void *app)
{
    (void)app;
    json_t *value;
    struct diag d = { 0 };
    if (http_body_json(req, &value, &d) != OK)
        http_reply_problem(req, &d);
    else
        http_reply_json(req, 201, value);
}

static void list(struct http_request *req, const void *app)
{
    (void)app;
    str q;
    int64_t limit = 50;
    struct diag d = { 0 };
    if (http_query(req, "q", &q, NULL, &d) != OK
        || http_query_int(req, "limit", 1, 100, &limit, &d) != OK) {
        http_reply_problem(req, &d);
        return;
    }
    http_reply(req, 200, "text/plain",
        str_printf(req->arena, "q=%.*s limit=%lld cookie=%.*s peer=%.*s", STR_ARGS(q),
            (long long)limit, STR_ARGS(http_cookie(req, "sid")), STR_ARGS(req->peer)));
}

static void faults(struct http_request *req, const void *app)
{
    (void)app;
    struct diag_list l;
    struct diag d = { 0 };
    diag_list_init(&l, req->arena, 10);
    diag_field(&d, STR("phone"));
    diag_set(&d, ERR_INVALID, "电话应为 11 位", "a telephone number has 11 digits");
    diag_list_add(&l, &d);
    d = (struct diag){ 0 };
    diag_set(&d, ERR_INVALID, "有 1 处填写有误", "one entry is not valid");
    http_reply_problems(req, &d, &l, NULL);
}

static void tagged(struct http_request *req, const void *app)
{
    (void)app;
    if (!http_not_modified(req, STR("v7")))
        http_reply(req, 200, "text/plain", STR("seven"));
}

static void change(struct http_request *req, const void *app)
{
    (void)app;
    struct diag d = { 0 };
    if (http_if_match(req, STR("v7"), true, &d) != OK)
        http_reply_problem(req, &d);
    else
        http_reply_empty(req, 204);
}

static void hungry(struct http_request *req, const void *app)
{
    (void)app;
    for (int i = 0; i < 100; i++)
        arena_alloc(req->arena, 64 * KIB);
    http_reply(req, 200, "text/plain", STR("never seen"));
}

static void cookies(struct http_request *req, const void *app)
{
    (void)app;
    http_reply_cookie(req, "sid", STR("abc"), &(struct http_cookie_options){ .max_age_s = -1 });
    http_reply_cookie(req, "csrf", STR("def"),
        &(struct http_cookie_options){
            .max_age_s = 60, .readable_by_script = true, .strict = true });
    http_reply_file_name(req, STR("营业执照 \"1\".pdf"), false);
    http_reply_header(req, "Cache-Control", STR("private"));
    http_reply_empty(req, 204);
}

static enum err sink_begin(struct http_request *req, const void *app, struct diag *d)
{
    str name;
    (void)app;
    TRY(http_file_name(req, &name, d));
    req->user = ARENA_NEW(req->arena, int64_t);
    return diag_arena(d, req->arena);
}

static enum err sink_write(struct http_request *req, const void *app, str piece, struct diag *d)
{
    int64_t *sum = req->user;
    for (size_t i = 0; i < piece.bytes; i++)
        *sum += (unsigned char)piece.data[i];
    atomic_fetch_add(&((struct sample_app *)(uintptr_t)app)->sunk_bytes, (int)piece.bytes);
    if (piece.bytes && piece.data[0] == '!')
        return diag_set(d, ERR_DISK_FULL, "磁盘已满", "the disk is full");
    return OK;
}

static const struct http_sink sink = { sink_begin, sink_write };

static void uploaded(struct http_request *req, const void *app)
{
    (void)app;
    http_reply(req, 201, "text/plain", str_printf(req->arena, "bytes=%zu sum=%lld", req->body_bytes,
        (long long)*(int64_t *)req->user));
}

static void form_parts(struct http_request *req, const void *app)
{
    (void)app;
    const struct http_part *parts;
    size_t count;
    struct diag d = { 0 };
    if (http_body_multipart(req, &parts, &count, &d) != OK) {
        http_reply_problem(req, &d);
        return;
    }
    struct buf b;
    buf_init(&b, req->arena, 4096);
    for (size_t i = 0; i < count; i++)
        buf_printf(&b, "[%.*s|%.*s|%.*s|%zu]", STR_ARGS(parts[i].name),
            STR_ARGS(parts[i].file_name), STR_ARGS(parts[i].type), parts[i].data.bytes);
    http_reply(req, 200, "text/plain", buf_str(&b));
}

static const struct http_route routes[] = {
    { "GET", "/api/cases/{id}", show, 0, NULL, NULL },
    { "GET", "/api/cases/mine", mine, 0, NULL, NULL },
    { "DELETE", "/api/cases/{id}", show, 64, NULL, NULL },
    { "PATCH", "/api/cases/{id}", show, 64, NULL, NULL },
    { "POST", "/api/cases/{id}/verbs/{verb}", verb, 200, NULL, NULL },
    { "POST", "/api/json", echo_json, 100000, NULL, NULL },
    { "GET", "/api/list", list, 0, NULL, NULL },
    { "GET", "/api/faults", faults, 0, NULL, NULL },
    { "GET", "/api/tagged", tagged, 0, NULL, NULL },
    { "PUT", "/api/tagged", change, 0, NULL, NULL },
    { "GET", "/api/hungry", hungry, 0, NULL, NULL },
    { "GET", "/api/cookies", cookies, 0, NULL, NULL },
    { "PUT", "/api/files", uploaded, 20 * 1024 * 1024, &sink, NULL },
    { "POST", "/api/form", form_parts, 100000, NULL, NULL },
};

static bool gate(struct http_request *req, const void *app)
{
    struct diag d = { 0 };
    atomic_fetch_add(&((struct sample_app *)(uintptr_t)app)->gated, 1);
    if (!str_is(http_header(req, "x-deny"), "yes"))
        return true;
    diag_set(&d, ERR_UNAUTHENTICATED, "请先登录", "please sign in");
    http_reply_problem(req, &d);
    return false;
}

static void keep_line(void *ctx, str line)
{
    struct sample_app *app = ctx;
    pthread_mutex_lock(&app->lock);
    memcpy(app->last_line, line.data, line.bytes);
    app->last_line[line.bytes] = 0;
    pthread_mutex_unlock(&app->lock);
    atomic_fetch_add(&app->lines, 1);
}

struct http_config sample_config(struct sample_app *app)
{
    return (struct http_config){
        .sys = sys_real(),
        .routes = routes,
        .route_count = sizeof routes / sizeof routes[0],
        .app = app,
        .gate = gate,
        .log = keep_line,
        .log_ctx = app,
        .head_ms = 1000,
        .body_ms = 1500,
        .idle_ms = 3000,
        .connections_max = 200,
        .bodies_bytes_max = 1000000,
        .trusted_proxy = "127.0.0.1",
    };
}
