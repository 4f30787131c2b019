/*
 * The pack: what is in use, its files, its former versions; going back to one; looking at the
 * folder again. Drafts are in pack_drafts.c, trying and comparing rules in pack_try.c.
 */
#include "api/pack_internal.h"

#include "dmn/xml.h"

#include <string.h>

enum { ARENA_BYTES = 96 << 20 };

static void release(void *arena)
{
    arena_release(arena);
}

struct arena *pack_arena(struct call *c)
{
    struct arena *a = ARENA_NEW(c->op.arena, struct arena);
    if (a)
        arena_init(a, NULL, ARENA_BYTES);
    if (a && arena_defer(c->op.arena, release, a))
        return a;
    pack_fail_memory(c);
    return NULL;
}

static bool read_draft(struct call *c, int64_t *draft)
{
    str text;
    *draft = 0;
    if (!api_query(c, "draft", &text))
        return false;
    if (!text.bytes || id_parse(text, draft))
        return true;
    diag_field(&c->diag, STR("draft"));
    diag_set(&c->diag, ERR_NOT_FOUND, "没有这份草稿", "there is no such draft");
    api_fail(c);
    return false;
}

bool pack_asked(struct call *c, struct arena *a, struct pack_view *out)
{
    int64_t draft;
    str version;
    if (!read_draft(c, &draft) || !api_query(c, "version", &version) || !api_read(c))
        return false;
    if (pack_view_open(&c->op, a, draft, version, out) == OK)
        return true;
    api_read_end(c);
    api_fail(c);
    return false;
}

/* ---- faults ---- */

json_t *pack_fault_json(const struct diag *d)
{
    json_t *o = json_object(), *message = json_object();
    json_object_set_new(o, "file", json_string(d->file));
    json_set_int(o, "line", d->line);
    json_set_int(o, "column", d->column);
    json_object_set_new(o, "field", json_string(d->field));
    json_object_set_new(o, "element", json_null());
    json_object_set_new(o, "code", json_string(err_code(d->err)));
    json_object_set_new(message, "zh", json_string(d->zh));
    json_object_set_new(message, "en", json_string(d->en));
    json_object_set_new(o, "message", message);
    return o;
}

/* The last element that begins at or before the line and has an id: in a drawing or a table each
 * fault's line lies within the element it is about. */
static str element_at(const struct xml_node *n, int line)
{
    str id = STR_NONE;
    for (; n && n->line <= line; n = n->next) {
        str own = xml_attribute(n, "id"), below = element_at(n->first, line);
        id = below.bytes ? below : own.bytes ? own : id;
    }
    return id;
}

json_t *pack_faults_json(struct arena *a, const struct pack_view *v, const struct diag_list *faults)
{
    json_t *list = json_keep(a, json_array());
    const struct pack_file *read = NULL;
    struct xml_node *root = NULL;
    for (size_t i = 0; i < faults->count; i++) {
        const struct diag *d = faults->items[i];
        const struct pack_file *f = pack_view_file(v, str_from(d->file));
        struct diag none = { 0 };
        json_t *o = pack_fault_json(d);
        bool xml = f && (str_ends(f->path, STR(".dmn")) || str_ends(f->path, STR(".bpmn")));
        if (xml && f != read && dmn_xml_parse(a, f->text, &root, &none) != OK)
            root = NULL;
        read = xml ? f : read;
        str id = xml ? element_at(root, d->line) : STR_NONE;
        if (id.bytes)
            json_set_str(o, "element", id);
        json_array_append_new(list, o);
    }
    return list;
}

json_t *pack_check_json(struct call *c, struct arena *a, const struct pack_view *v,
    const struct pack *p, const struct diag_list *faults)
{
    json_t *o = json_keep(c->op.arena, json_object());
    json_object_set_new(o, "ok", json_boolean(p != NULL));
    json_object_set_new(o, "version", p ? json_string(p->version) : json_null());
    json_object_set(o, "faults", pack_faults_json(a, v, faults));
    json_set_int(o, "total", (int64_t)faults->total);
    return o;
}

/* ---- what is in use ---- */

static json_t *use_json(struct call *c, const struct pack_use *u)
{
    json_t *o = json_object();
    json_set_id(o, "id", u->id);
    json_set_str(o, "version", u->version);
    json_object_set_new(
        o, "previous", json_str_or_null(u->previous));
    json_set_instant(&c->op, o, "at", u->at_ms);
    json_set_str(o, "origin", u->origin);
    json_set_str(o, "by", u->actor);
    json_set_str(o, "reason", u->reason);
    json_object_set_new(
        o, "inUse", json_boolean(str_is(u->version, zone_pack(c->api->zone)->version)));
    json_object_set_new(o, "files", u->files ? json_copy((json_t *)u->files) : json_array());
    return o;
}

static json_t *folder_json(struct call *c)
{
    static const char *const words[] = { [ZONE_FOLDER_NONE] = "none",
        [ZONE_FOLDER_SAME] = "same",
        [ZONE_FOLDER_OLDER] = "older",
        [ZONE_FOLDER_CHANGED] = "changed" };
    str version;
    enum zone_folder_state state = zone_folder(&c->op, &version);
    json_t *o = json_object();
    json_object_set_new(o, "state", json_string(words[state]));
    json_set_str_or_null(o, "version", version);
    return o;
}

json_t *pack_state_json(struct call *c)
{
    struct pack_use use;
    struct pack_draft *drafts;
    size_t count;
    if (pack_use_newest(&c->op, &use) != OK || pack_draft_list(&c->op, &drafts, &count) != OK)
        return NULL;
    json_t *o = json_keep(c->op.arena, json_object());
    json_object_set_new(o, "version", json_string(zone_pack(c->api->zone)->version));
    json_object_set_new(o, "use", use_json(c, &use));
    json_object_set_new(o, "folder", folder_json(c));
    json_set_int(o, "drafts", (int64_t)count);
    return o;
}

static void state(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = actor_require(&c->op, "pack.read") == OK ? pack_state_json(c) : NULL;
    api_read_end(c);
    if (o)
        http_reply_json(req, 200, o);
    else
        api_fail(c);
}

static void versions(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_use *uses;
    size_t count = 0;
    bool more = false;
    int64_t limit = 50, key, before;
    (void)app;
    if (!api_query_int(c, "limit", 1, PACK_USES_MAX, &limit) || !api_cursor(c, &key, &before)
        || !api_read(c))
        return;
    enum err e = actor_require(&c->op, "pack.read");
    if (e == OK)
        e = pack_uses(&c->op, before, (size_t)limit, &uses, &count, &more);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, use_json(c, &uses[i]));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(more, 0, count ? uses[count - 1].id : 0));
    http_reply_json(req, 200, o);
}

/* ---- files ---- */

static const struct pack_use *changed_by(const struct pack_use *uses, size_t count, str path)
{
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < json_array_size(uses[i].files); f++)
            if (str_equal(json_str(json_array_get(uses[i].files, f), "path"), path))
                return &uses[i];
    return count ? &uses[count - 1] : NULL;
}

static json_t *file_json(
    struct call *c, const struct pack_view *v, const struct pack_file *f, const struct pack_use *u)
{
    const struct pack_file *under = pack_file(v->pack, f->path);
    json_t *o = json_object();
    json_set_str(o, "path", f->path);
    json_set_int(o, "bytes", (int64_t)f->text.bytes);
    json_set_str(o, "sha256", f->sha256);
    json_object_set_new(o, "change",
        json_string(!under                            ? "added"
                : str_equal(under->sha256, f->sha256) ? "same"
                                                      : "changed"));
    json_set_instant(&c->op, o, "changedAt", u ? u->at_ms : 0);
    json_set_str_or_null(o, "changedBy", u ? u->actor : STR_NONE);
    return o;
}

static void files(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_view v;
    struct pack_use *uses;
    size_t count;
    bool more;
    struct arena *a = pack_arena(c);
    (void)app;
    if (!a || !pack_asked(c, a, &v))
        return;
    enum err e = pack_uses(&c->op, 0, PACK_USES_MAX, &uses, &count, &more);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < v.count; i++)
        json_array_append_new(
            items, file_json(c, &v, &v.files[i], changed_by(uses, count, v.files[i].path)));
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

static void file(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_view v;
    str path;
    struct arena *a = pack_arena(c);
    (void)app;
    if (!a || !api_query(c, "path", &path) || !pack_asked(c, a, &v))
        return;
    api_read_end(c);
    const struct pack_file *f = pack_view_file(&v, path);
    if (!f) {
        diag_field(&c->diag, STR("path"));
        diag_set(&c->diag, ERR_NOT_FOUND, "配置中没有这个文件", "the pack has no such file");
        api_fail(c);
        return;
    }
    if (!http_not_modified(req, f->sha256))
        http_reply(req, 200, "text/plain; charset=utf-8", f->text);
}

static void changes(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_view from, to;
    str version, none = STR_NONE;
    struct arena *a = pack_arena(c);
    (void)app;
    if (!a || !api_query(c, "from", &version) || !pack_asked(c, a, &to))
        return;
    enum err e = pack_view_open(&c->op, a, 0, version.bytes ? version : none, &from);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    struct pack p = { .files = to.files, .file_count = to.count };
    struct pack before = { .files = from.files, .file_count = from.count };
    json_t *o = json_keep(req->arena, json_object());
    json_object_set(o, "items", pack_changes(req->arena, &before, &p));
    http_reply_json(req, 200, o);
}

/* ---- taking into use ---- */

/* Whatever became of the request: what was committed is what is in use. */
static void settle(void *ctx)
{
    struct deploying *s = ctx;
    struct loaded_pack *l = s->loaded;
    s->loaded = NULL;
    if (l && s->use && s->call->result == OK)
        (void)pack_take(s->call->api->zone, l, s->use);
    else
        pack_drop(l);
}

static enum err deploy_work(struct call *c)
{
    struct deploying *s = c->state;
    struct pack_deployment p = { .pack = pack_of(s->loaded),
        .origin = s->origin,
        .reason = str_trim(json_str(c->body, "reason")),
        .expected = s->expected };
    if (s->draft)
        TRY(pack_draft_is(&c->op, s->draft, s->number));
    TRY(pack_deploy(&c->op, &p, &c->faults, &s->use));
    return s->draft ? pack_draft_discard(&c->op, s->draft, 0) : OK;
}

static void deploy_answer(struct call *c)
{
    settle(c->state);
    if (!api_read(c))
        return;
    json_t *o = pack_state_json(c);
    api_read_end(c);
    if (o)
        http_reply_json(c->req, 200, o);
    else
        api_fail(c);
}

void pack_deploy_start(struct call *c, const struct deploying *given)
{
    struct deploying *s = ARENA_NEW(c->op.arena, struct deploying);
    if (!s) {
        pack_drop(given->loaded);
        pack_fail_memory(c);
        return;
    }
    *s = *given;
    s->call = c;
    c->state = s;
    if (arena_defer(c->op.arena, settle, s))
        api_write(c, deploy_work, deploy_answer);
    else
        api_fail(c);
}

static void go_back(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct loaded_pack *l = NULL;
    struct deploying s = { .origin = STR("version"),
        .expected = str_from(zone_pack(c->api->zone)->version) };
    (void)app;
    if (!api_body(c) || !api_read(c))
        return;
    enum err e = actor_require(&c->op, "pack.deploy");
    if (e == OK)
        e = pack_read_version(&c->op, http_param(req, "version"), &c->faults, &l);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    s.loaded = l;
    pack_deploy_start(c, &s);
}

/* ---- the folder ---- */

static enum err folder_work(struct call *c)
{
    struct deploying *s = c->state;
    return zone_folder_store(&c->op, pack_of(s->loaded));
}

static void folder_answer(struct call *c)
{
    struct deploying *s = c->state;
    zone_folder_is(c->api->zone, str_from(pack_of(s->loaded)->version));
    settle(s);
    if (!api_read(c))
        return;
    json_t *o = pack_state_json(c);
    api_read_end(c);
    if (o)
        http_reply_json(c->req, 200, o);
    else
        api_fail(c);
}

static void folder(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct deploying *s = ARENA_NEW(req->arena, struct deploying);
    (void)app;
    if (!s || actor_require(&c->op, "pack.deploy") != OK
        || zone_folder_read(c->api->zone, &c->faults, &s->loaded, &c->diag) != OK) {
        api_fail(c);
        return;
    }
    s->call = c;
    c->state = s;
    if (arena_defer(req->arena, settle, s))
        api_write(c, folder_work, folder_answer);
    else
        api_fail(c);
}

static const struct api_param view_params[] = { { "draft", "string", "seen through this draft" },
    { "version", "string", "of this version; the one in use when absent" }, { 0 } };
static const struct api_param file_params[] = { { "path", "string", "requests/routing.dmn" },
    { "draft", "string", "seen through this draft" },
    { "version", "string", "of this version; the one in use when absent" }, { 0 } };
static const struct api_param change_params[] = { { "from", "string",
                                                      "a version; the one in use when absent" },
    { "draft", "string", NULL }, { "version", "string", NULL }, { 0 } };
static const struct api_param page_params[] = { { "limit", "integer", "1 to 200" },
    { "after", "string", "`next` of the page before" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route pack_routes[] = {
    { "GET", "/api/pack", state, 0, NULL,
        DOC("getPack", "The pack in use", "pack", API_SESSION, NULL, "PackState", 0, NULL) },
    { "GET", "/api/pack/versions", versions, 0, NULL,
        DOC("listPackVersions", "What was in use, newest first", "pack", API_SESSION, NULL,
            "[PackUse]", 0, page_params) },
    { "POST", "/api/pack/versions/{version}/deploy", go_back, PACK_BODY_BYTES_MAX, NULL,
        DOC("deployPackVersion", "Take a stored version into use", "pack", API_SESSION,
            "PackReason", "PackState", 0, NULL) },
    { "POST", "/api/pack/folder", folder, 0, NULL,
        DOC("readPackFolder", "Read the folder again: a version that can be taken into use", "pack",
            API_SESSION, NULL, "PackState", 0, NULL) },
    { "GET", "/api/pack/files", files, 0, NULL,
        DOC("listPackFiles", "Definition files", "pack", API_SESSION, NULL, "[PackFileRef]", 0,
            view_params) },
    { "GET", "/api/pack/file", file, 0, NULL,
        DOC("getPackFile", "One definition file; its ETag is the sha256", "pack", API_SESSION, NULL,
            NULL, 0, file_params, .type = "text/plain") },
    { "GET", "/api/pack/changes", changes, 0, NULL,
        DOC("listPackChanges", "Files that differ between two versions, or a draft", "pack",
            API_SESSION, NULL, "[PackChange]", 0, change_params) },
    { 0 },
};
