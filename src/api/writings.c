/* What one is writing and has not sent yet, kept so that one can go on elsewhere. */
#include "api/schemas.h"

#include "zone/writing.h"

FIELDS(draft_input) = { { "data", API_ANY, R, 0, NULL, "what was written, as the page keeps it" },
    { "files", API_IDS, 0, WRITING_FILES_MAX, NULL, "uploads that go with it" }, END };
FIELDS(draft_) = { { "data", API_ANY, R }, { "files", API_LIST, R, 0, "Attachment" },
    { "at", API_INSTANT, R }, END };
const struct api_schema writing_schemas[] = { { "DraftInput", NULL, draft_input },
    { "Draft", "an unsent writing of one's own", draft_ }, { 0 } };

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct writing w;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = writing_get(&c->op, http_param(req, "name"), &w);
    json_t *o = json_keep(req->arena, json_object()), *files = json_array();
    json_object_set_new(o, "files", files);
    for (size_t i = 0; e == OK && i < w.file_count; i++) {
        json_t *f = json_object();
        json_set_id(f, "id", w.files[i].id);
        json_set_str(f, "name", w.files[i].name);
        json_set_str(f, "type", w.files[i].type);
        json_set_int(f, "bytes", w.files[i].bytes);
        json_array_append_new(files, f);
    }
    if (e == OK) {
        json_object_set(o, "data", w.data);
        json_set_instant(&c->op, o, "at", w.at);
    }
    api_read_answer(c, e, o);
}

struct putting {
    int64_t ids[WRITING_FILES_MAX];
    size_t count;
};

static enum err put_work(struct call *c)
{
    const struct putting *p = c->state;
    return writing_put(&c->op, http_param(c->req, "name"), json_object_get(c->body, "data"), p->ids,
        p->count);
}

static enum err drop_work(struct call *c)
{
    return writing_drop(&c->op, http_param(c->req, "name"));
}

static void done(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void put(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct putting *p = ARENA_NEW(req->arena, struct putting);
    (void)app;
    if (!p || !api_body(c))
        return;
    const json_t *list = json_object_get(c->body, "files");
    for (size_t i = 0; i < json_array_size(list) && p->count < WRITING_FILES_MAX; i++)
        if (id_parse(str_from(json_string_value(json_array_get(list, i))), &p->ids[p->count]))
            p->count++;
    c->state = p;
    api_write(c, put_work, done);
}

static void drop(struct http_request *req, const void *app)
{
    (void)app;
    api_write(api_call(req), drop_work, done);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route writing_routes[] = {
    { "GET", "/api/drafts/{name}", show, 0, NULL,
        DOC("getDraft", "What I was writing, with its uploads", "services", API_SESSION, NULL, "Draft",
            0, NULL) },
    { "PUT", "/api/drafts/{name}", put, WRITING_BYTES_MAX * 2, NULL,
        DOC("putDraft", "Keep what I am writing, for 30 days after the last change", "services",
            API_SESSION, "DraftInput", NULL, 204, NULL) },
    { "DELETE", "/api/drafts/{name}", drop, 0, NULL,
        DOC("dropDraft", "Forget it", "services", API_SESSION, NULL, NULL, 204, NULL) },
    { 0 },
};
