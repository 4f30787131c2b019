/* Drafts of the pack: changed files, checked as a whole, taken into use; zone/pack_draft.h. */
#include "api/pack_internal.h"

struct drafting {
    int64_t id, number;
    str path, seen;
    bool remove;
};

static json_t *file_json(struct call *c, const struct pack_draft_file *f)
{
    json_t *o = json_object();
    json_set_str(o, "path", f->path);
    json_object_set_new(o, "change", json_string(f->change));
    json_set_str_or_null(o, "sha256", f->sha256);
    json_object_set_new(o, "conflict", json_boolean(f->conflict));
    json_set_instant(&c->op, o, "updatedAt", f->updated_at);
    json_set_str(o, "updatedBy", f->updated_by);
    return o;
}

static json_t *draft_json(struct call *c, const struct pack_draft *d)
{
    json_t *o = json_object(), *files = json_array();
    for (size_t i = 0; i < d->file_count; i++)
        json_array_append_new(files, file_json(c, &d->files[i]));
    json_set_id(o, "id", d->id);
    json_set_int(o, "number", d->number);
    json_set_str(o, "title", d->title);
    json_set_instant(&c->op, o, "createdAt", d->created_at);
    json_set_str(o, "createdBy", d->created_by);
    json_object_set_new(o, "mine", json_boolean(d->account == c->actor.account));
    json_set_instant(&c->op, o, "updatedAt", d->updated_at);
    json_set_str(o, "updatedBy", d->updated_by);
    json_object_set_new(o, "base", json_string(zone_pack(c->api->zone)->version));
    json_object_set_new(o, "files", files);
    json_set_int(o, "conflicts", (int64_t)d->conflict_count);
    return o;
}

/* On c->op.conn, which is given back. */
static void reply_draft(struct call *c, int64_t id)
{
    struct pack_draft d;
    enum err e = pack_draft_get(&c->op, id, &d);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    (void)http_not_modified(c->req, str_printf(c->op.arena, "%lld", (long long)d.number));
    if (c->doc->status == 204)
        http_reply_empty(c->req, 204);
    else
        http_reply_json(c->req, c->doc->status ? c->doc->status : 200,
            json_keep(c->op.arena, draft_json(c, &d)));
}

static void answer_draft(struct call *c)
{
    struct drafting *s = c->state;
    if (api_read(c))
        reply_draft(c, s->id);
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_draft *drafts;
    size_t count;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = pack_draft_list(&c->op, &drafts, &count);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, draft_json(c, &drafts[i]));
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

static struct drafting *begin(struct call *c)
{
    struct drafting *s = ARENA_NEW(c->op.arena, struct drafting);
    c->state = s;
    if (s)
        return s;
    pack_fail_memory(c);
    return NULL;
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t id;
    (void)app;
    if (api_param_id(c, "id", &id) && api_read(c))
        reply_draft(c, id);
}

static enum err create_work(struct call *c)
{
    struct drafting *s = c->state;
    return pack_draft_create(&c->op, json_str(c->body, "title"), &s->id);
}

static void create(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin(c) && api_body(c))
        api_write(c, create_work, answer_draft);
}

/* ---- If-Match ---- */

static bool refuse_header(struct call *c, const char *zh, const char *en)
{
    diag_field(&c->diag, STR("If-Match"));
    diag_set(&c->diag, ERR_PRECONDITION, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
    api_fail(c);
    return false;
}

static str unquoted(str tag)
{
    return tag.bytes > 2 && tag.data[0] == '"' && tag.data[tag.bytes - 1] == '"'
        ? str_slice(tag, 1, tag.bytes - 1)
        : STR_NONE;
}

/* The ETag of the file that was read, "*", or If-None-Match: * for one that is new. */
static bool read_seen(struct call *c, str *seen)
{
    str match = http_header(c->req, "If-Match"), none = http_header(c->req, "If-None-Match");
    *seen = str_is(match, "*") ? match : unquoted(match);
    if (seen->bytes || (str_is(none, "*") && !match.bytes))
        return true;
    return refuse_header(c,
        "请用 If-Match 写明所依据的内容(读取时的 ETag);新文件请用 If-None-Match: *",
        "If-Match must name the text that this is based on (the ETag of what was read); for a new"
        " file send If-None-Match: *");
}

static bool read_number(struct call *c, bool required, int64_t *number)
{
    str match = http_header(c->req, "If-Match");
    *number = 0;
    if ((!match.bytes && !required) || (str_to_int64(unquoted(match), number) && *number > 0))
        return true;
    return refuse_header(c, "请用 If-Match 写明所看到的草稿版本(读取时的 ETag)",
        "If-Match must name the draft as it was seen (the ETag of what was read)");
}

/* ---- files ---- */

static enum err put_work(struct call *c)
{
    struct drafting *s = c->state;
    return s->remove ? pack_draft_remove(&c->op, s->id, s->path, s->seen)
                     : pack_draft_put(&c->op, s->id, s->path, c->req->body, s->seen);
}

static bool begin_file(struct call *c)
{
    struct drafting *s = begin(c);
    return s && api_param_id(c, "id", &s->id) && api_query(c, "path", &s->path);
}

static void put(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin_file(c) && read_seen(c, &((struct drafting *)c->state)->seen))
        api_write(c, put_work, answer_draft);
}

static void remove_file(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (!begin_file(c) || !read_seen(c, &((struct drafting *)c->state)->seen))
        return;
    ((struct drafting *)c->state)->remove = true;
    api_write(c, put_work, answer_draft);
}

static enum err revert_work(struct call *c)
{
    struct drafting *s = c->state;
    return pack_draft_revert(&c->op, s->id, s->path);
}

static void revert(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin_file(c))
        api_write(c, revert_work, answer_draft);
}

static enum err keep_work(struct call *c)
{
    struct drafting *s = c->state;
    return pack_draft_keep(&c->op, s->id, s->path);
}

static void keep(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin_file(c))
        api_write(c, keep_work, answer_draft);
}

/* ---- the whole ---- */

static enum err discard_work(struct call *c)
{
    struct drafting *s = c->state;
    return pack_draft_discard(&c->op, s->id, s->number);
}

static void discard_answer(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void discard(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct drafting *s = begin(c);
    (void)app;
    if (s && api_param_id(c, "id", &s->id) && read_number(c, false, &s->number))
        api_write(c, discard_work, discard_answer);
}

struct checking {
    struct arena *arena;
    struct pack_view view;
    struct diag_list faults;
    enum err err;
    struct loaded_pack *loaded; /* the caller's */
};

/* Reads and checks the draft. False: answered. */
static bool check_draft(struct call *c, int64_t id, struct checking *k)
{
    *k = (struct checking){ .arena = pack_arena(c) };
    diag_list_init(&k->faults, c->op.arena, PACK_FAULTS_MAX);
    if (!k->arena || !api_read(c))
        return false;
    enum err opened = pack_view_open(&c->op, k->arena, id, STR_NONE, &k->view);
    if (opened == OK)
        k->err = pack_view_check(&c->op, &k->view, &k->faults, &k->loaded);
    api_read_end(c);
    if (opened != OK || (k->err != OK && !k->faults.total)) { /* it could not be looked at */
        api_fail(c);
        return false;
    }
    return true;
}

static void check(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct checking k;
    int64_t id;
    (void)app;
    if (!api_param_id(c, "id", &id) || !check_draft(c, id, &k))
        return;
    const struct pack *p = k.loaded ? pack_of(k.loaded) : NULL;
    http_reply_json(req, 200, pack_check_json(c, k.arena, &k.view, p, &k.faults));
    pack_drop(k.loaded);
}

static void deploy(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct deploying s = { .origin = STR("draft"),
        .expected = str_from(zone_pack(c->api->zone)->version) };
    struct checking k;
    (void)app;
    if (!api_param_id(c, "id", &s.draft) || !read_number(c, true, &s.number) || !api_body(c))
        return;
    if (actor_require(&c->op, "pack.deploy") != OK) {
        api_fail(c);
        return;
    }
    if (!check_draft(c, s.draft, &k))
        return;
    if (k.err != OK) {
        const struct diag *first = k.faults.items[0];
        c->faults = k.faults;
        if (k.err != ERR_CONFLICT) /* whatever the first fault is: the pack cannot be used */
            diag_set(&c->diag, ERR_INVALID, "配置有 %zu 处问题,改正后才能启用:%s",
                "the pack has %zu faults and cannot be put into use: %s", k.faults.total,
                c->req->lang[0] == 'z' ? first->zh : first->en);
        api_fail(c);
        return;
    }
    s.loaded = k.loaded;
    pack_deploy_start(c, &s);
}

static const struct api_param path_params[] = { { "path", "string", "requests/routing.dmn" },
    { 0 } };
static const struct api_param file_headers[] = { { "If-Match", "string",
                                                     "ETag of the file this is based on, or *" },
    { "If-None-Match", "string", "* for a new file" }, { 0 } };
static const struct api_param draft_headers[] = {
    { "If-Match", "string", "ETag of the draft as it was seen" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route pack_draft_routes[] = {
    { "GET", "/api/pack/drafts", list, 0, NULL,
        DOC("listPackDrafts", "Drafts", "pack", API_SESSION, NULL, "[PackDraft]", 0, NULL) },
    { "POST", "/api/pack/drafts", create, PACK_BODY_BYTES_MAX, NULL,
        DOC("createPackDraft", "Begin a draft", "pack", API_SESSION, "PackDraftCreate", "PackDraft",
            201, NULL) },
    { "GET", "/api/pack/drafts/{id}", show, 0, NULL,
        DOC("getPackDraft", "A draft and what it changes", "pack", API_SESSION, NULL, "PackDraft",
            0, NULL) },
    { "DELETE", "/api/pack/drafts/{id}", discard, 0, NULL,
        DOC("discardPackDraft", "Discard a draft", "pack", API_SESSION, NULL, NULL, 204, NULL,
            .headers = draft_headers) },
    { "PUT", "/api/pack/drafts/{id}/file", put, PACK_DRAFT_FILE_BYTES_MAX, NULL,
        DOC("putPackDraftFile", "Change or add a file", "pack", API_SESSION, NULL, "PackDraft", 0,
            path_params, .request_type = "text/plain", .headers = file_headers) },
    { "DELETE", "/api/pack/drafts/{id}/file", remove_file, 0, NULL,
        DOC("removePackDraftFile", "Take a file out of the pack", "pack", API_SESSION, NULL,
            "PackDraft", 0, path_params, .headers = file_headers) },
    { "POST", "/api/pack/drafts/{id}/revert", revert, 0, NULL,
        DOC("revertPackDraftFile", "Take back what the draft changes in a file", "pack",
            API_SESSION, NULL, "PackDraft", 0, path_params) },
    { "POST", "/api/pack/drafts/{id}/keep", keep, 0, NULL,
        DOC("keepPackDraftFile", "Keep the draft's text over one deployed meanwhile", "pack",
            API_SESSION, NULL, "PackDraft", 0, path_params) },
    { "POST", "/api/pack/drafts/{id}/check", check, 0, NULL,
        DOC("checkPackDraft", "Check the whole pack as the draft would make it", "pack",
            API_SESSION, NULL, "PackCheck", 0, NULL) },
    { "POST", "/api/pack/drafts/{id}/deploy", deploy, PACK_BODY_BYTES_MAX, NULL,
        DOC("deployPackDraft", "Take the draft into use", "pack", API_SESSION, "PackReason",
            "PackState", 0, NULL, .headers = draft_headers) },
    { 0 },
};
