/* For those who run the server: is it up, can it serve, how is it doing; and the document of this
 * interface. */
#include "api/internal.h"

static void healthz(struct http_request *req, const void *app)
{
    (void)app;
    http_reply(req, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

static void readyz(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    uint64_t size;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = ledger_size(&c->op, &size);
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    else
        http_reply(req, 200, "text/plain; charset=utf-8", STR("ready\n"));
}

static void metrics(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct store_stats s;
    struct buf b;
    (void)app;
    store_get_stats(c->api->zone->store, &s);
    buf_init(&b, req->arena, MIB);
    buf_add(&b, http_metrics_text(c->api->server, req->arena));
    const struct {
        const char *name, *type;
        int64_t value;
    } rows[] = { { "junma_store_writes_total", "counter", s.writes },
        { "junma_store_writes_failed_total", "counter", s.writes_failed },
        { "junma_store_commits_total", "counter", s.commits },
        { "junma_store_commits_failed_total", "counter", s.commits_failed },
        { "junma_store_busy_total", "counter", s.busy },
        { "junma_store_queued", "gauge", s.queued },
        { "junma_store_log_pages", "gauge", s.log_pages },
        { "junma_event_subscribers", "gauge", (int64_t)http_events_subscribers(c->api->events) } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        buf_printf(&b, "# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].type, rows[i].name,
            (long long)rows[i].value);
    http_reply(req, 200, HTTP_METRICS_TYPE, buf_str(&b));
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route operation_routes[] = {
    { "GET", "/healthz", healthz, 0, NULL,
        DOC("healthz", "Is the process up", "operations", API_PUBLIC, NULL, NULL, 0, NULL,
            .type = "text/plain") },
    { "GET", "/readyz", readyz, 0, NULL,
        DOC("readyz", "Can it serve", "operations", API_PUBLIC, NULL, NULL, 0, NULL,
            .type = "text/plain") },
    { "GET", "/metrics", metrics, 0, NULL,
        DOC("metrics", "Prometheus text", "operations", API_PUBLIC, NULL, NULL, 0, NULL,
            .type = "text/plain") },
    { "GET", "/api/openapi.json", api_openapi_reply, 0, NULL,
        DOC("openapi", "This document", "operations", API_PUBLIC, NULL, NULL, 0, NULL,
            .type = "application/json") },
    { 0 },
};
