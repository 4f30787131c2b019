/* What the signed-in person has been told: the list, how many are unread, and that they were read. */
#include "api/internal.h"

#include "zone/notice.h"

enum { BODY_BYTES_MAX = 4 * KIB, FRESH_MAX = 200, OVERLAP_MS = 5000 };

static json_t *notice_json(struct call *c, const struct notice_row *n)
{
    json_t *o = json_object();
    json_set_id(o, "id", n->id);
    json_set_instant(&c->op, o, "at", n->at);
    json_set_str(o, "kind", n->kind);
    json_object_set_new(o, "text", json_name(n->text));
    if (n->case_id)
        json_set_id(o, "caseId", n->case_id);
    else
        json_object_set_new(o, "caseId", json_null());
    json_set_str_or_null(o, "number", n->number);
    json_set_str_or_null(o, "title", n->title);
    const struct pack_page *page = pack_page(zone_pack(c->api->zone), n->page);
    json_object_set_new(o, "page", page ? json_from_str(page->code) : json_null());
    json_object_set_new(o, "house", page ? json_from_str(page->house) : json_null());
    json_t *about = n->about.bytes ? json_object() : json_null();
    if (n->about.bytes) {
        json_set_str(about, "what", n->about);
        json_set_id(about, "id", n->about_id);
    }
    json_object_set_new(o, "about", about);
    json_set_int(o, "items", n->items);
    json_set_instant(&c->op, o, "readAt", n->read_at);
    return o;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct notice_filter f = { .limit = 50 };
    struct notice_page page;
    int64_t limit = 50, unread = 0;
    str digest;
    (void)app;
    if (!api_query_flag(c, "unread", &f.unread) || !api_query_int(c, "limit", 1, 200, &limit)
        || !api_query(c, "in", &digest) || !api_cursor(c, &f.after_at, &f.after_id))
        return;
    if (digest.bytes && !id_parse(digest, &f.digest)) {
        diag_field(&c->diag, STR("in"));
        diag_set(&c->diag, ERR_INVALID, "in 应为一条通知的编号", "in must be the id of a notice");
        api_fail(c);
        return;
    }
    f.limit = (size_t)limit;
    if (!api_read(c))
        return;
    enum err e = notice_list(&c->op, &f, &page);
    if (e == OK)
        e = notice_unread(&c->op, &unread);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(items, notice_json(c, &page.items[i]));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", api_next(page.more, page.next_at, page.next_id));
    json_set_int(o, "unread", unread);
    http_reply_json(req, 200, o);
}

static enum err read_work(struct call *c)
{
    const int64_t *id = c->state;
    return notice_read(&c->op, *id);
}

static void read_answer(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void read_one(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t *id = ARENA_NEW(req->arena, int64_t);
    (void)app;
    c->state = id;
    if (id && api_param_id(c, "id", id))
        api_write(c, read_work, read_answer);
}

static void read_all(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t *id = ARENA_NEW(req->arena, int64_t);
    (void)app;
    c->state = id;
    if (id)
        api_write(c, read_work, read_answer);
}

/* Those whose notices have come to be shown since the last look hear of it. Looks overlap: a notice
 * that was committed late is not missed, and hearing twice costs a page one request. */
enum err api_notices_publish(struct api *a, struct op *op, int64_t *seen_ms)
{
    int64_t accounts[FRESH_MAX];
    size_t count = FRESH_MAX;
    int64_t from = *seen_ms ? *seen_ms - OVERLAP_MS : op->now_ms - OVERLAP_MS;
    TRY(store_read_begin(a->zone->store, &op->conn, op->diag));
    enum err e = notice_fresh(op, from, op->now_ms, accounts, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    for (size_t i = 0; i < count; i++)
        TRY(http_events_publish(a->events,
            &(struct http_event){ .name = STR("notice"), .data = STR("{}"), .key = accounts[i] },
            op->diag));
    *seen_ms = op->now_ms;
    return OK;
}

static const struct api_param list_params[] = { { "unread", "boolean", NULL },
    { "in", "string", "id of a notice that gathers others" }, { "limit", "integer", "1 to 200" },
    { "after", "string", "`next` of the page before" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route notice_routes[] = {
    { "GET", "/api/notices", list, 0, NULL,
        DOC("listNotices", "What I have been told, the newest first", "notices", API_SESSION, NULL,
            "NoticePage", 0, list_params) },
    { "POST", "/api/notices/read", read_all, BODY_BYTES_MAX, NULL,
        DOC("readAllNotices", "All of them are read", "notices", API_SESSION, NULL, NULL, 204,
            NULL) },
    { "POST", "/api/notices/{id}/read", read_one, BODY_BYTES_MAX, NULL,
        DOC("readNotice", "One is read, with those it gathers", "notices", API_SESSION, NULL, NULL,
            204, NULL) },
    { 0 },
};
