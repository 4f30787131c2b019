/* What the zone could not do by itself: steps and timers that a person has to see to. */
#include "api/internal.h"

#include "zone/job.h"

#include <stdio.h>

/* The case's id, for those who may open it; the others read its number. */
static json_t *readable_case(struct call *c, const struct job *j)
{
    struct case_row row;
    char text[24];
    if (!j->case_id || !actor_may(&c->actor, "case.read"))
        return json_null();
    if (case_get(&c->op, j->case_id, &row) != OK) {
        c->diag = (struct diag){ 0 };
        return json_null();
    }
    snprintf(text, sizeof text, "%lld", (long long)j->case_id);
    return json_string(text);
}

static json_t *incident_json(struct call *c, const struct job *j)
{
    struct name2 step = { j->node, j->node };
    json_t *o = json_object();
    json_set_id(o, "id", j->id);
    json_set_str(o, "handler", j->handler);
    json_set_str_or_null(o, "connector", j->queue);
    json_object_set_new(o, "caseId", readable_case(c, j));
    json_set_str_or_null(o, "number", j->number);
    json_set_str_or_null(o, "kind", j->kind);
    if (j->node.bytes && j->kind.bytes)
        step_names(&c->op, j->pack_version, j->kind, j->node, &step.zh, &step.en);
    json_set_str_or_null(o, "node", j->node);
    json_object_set_new(o, "step", j->node.bytes ? json_name(step) : json_null());
    json_set_str_or_null(o, "message", j->message);
    json_set_int(o, "attempts", j->attempts);
    json_set_instant(&c->op, o, "since", j->created_at);
    json_object_set_new(o, "reason", json_name((struct name2){ j->error_zh, j->error_en }));
    return o;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct incident_filter f = { 0 };
    struct job *jobs;
    int64_t limit = 50, key;
    size_t count = 0;
    bool more = false;
    (void)app;
    if (!api_query(c, "handler", &f.handler) || !api_query(c, "kind", &f.kind)
        || !api_query_int(c, "limit", 1, 200, &limit) || !api_cursor(c, &key, &f.after_id)
        || !api_read(c))
        return;
    f.limit = (size_t)limit;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = incident_list(&c->op, &f, &jobs, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, incident_json(c, &jobs[i]));
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_object_set_new(o, "next", api_next(more, 0, count ? jobs[count - 1].id : 0));
    http_reply_json(req, 200, o);
}

struct settling {
    int64_t id;
    struct incident_skip skip;
};

static enum err retry_work(struct call *c)
{
    const struct settling *s = c->state;
    return incident_retry(&c->op, s->id);
}

static enum err skip_work(struct call *c)
{
    const struct settling *s = c->state;
    return incident_skip(&c->op, s->id, &s->skip);
}

static void settled(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void retry(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct settling *s = ARENA_NEW(req->arena, struct settling);
    (void)app;
    if (!s) {
        api_fail(c);
        return;
    }
    c->state = s;
    if (api_param_id(c, "id", &s->id))
        api_write(c, retry_work, settled);
}

static void skip(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct settling *s = ARENA_NEW(req->arena, struct settling);
    (void)app;
    if (!s) {
        api_fail(c);
        return;
    }
    c->state = s;
    if (!api_param_id(c, "id", &s->id) || !api_body(c))
        return;
    s->skip.reason = json_str(c->body, "reason");
    s->skip.error = json_str(c->body, "error");
    const json_t *data = json_object_get(c->body, "data");
    s->skip.data = json_is_object(data) ? data : NULL;
    api_write(c, skip_work, settled);
}

static const struct api_param list_params[] = {
    { "handler", "string", "http record message timer" }, { "kind", "string", "of the case" },
    { "limit", "integer", "1 to 200" }, { "after", "string", "`next` of the page before" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route incident_routes[] = {
    { "GET", "/api/incidents", list, 0, NULL,
        DOC("listIncidents", "Steps and timers that could not be done, newest first", "operations",
            API_SESSION, NULL, "[Incident]", 0, list_params) },
    { "POST", "/api/incidents/{id}/retry", retry, 0, NULL,
        DOC("retryIncident", "Try it again now", "operations", API_SESSION, NULL, NULL, 204,
            NULL) },
    { "POST", "/api/incidents/{id}/skip", skip, 64 * KIB, NULL,
        DOC("skipIncident", "Let the case go on without it", "operations", API_SESSION,
            "IncidentSkip", NULL, 204, NULL) },
    { 0 },
};
