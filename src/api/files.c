/*
 * Uploads and downloads. A file is kept under the SHA-256 of its content (data/files/ab/abcd…), so
 * the same photograph sent twice is stored once; the row in `attachment` says who sent it, under
 * what name, and to which case it belongs. What a file is, its content says (libmagic), not its
 * name: types outside the list are refused with the reason, and an upload is put to a case only by
 * whoever uploaded it. A look into a compartment, or at the evidence of a claim, is journalled.
 */
#include "api/files.h"
#include "zone/content.h"
#include "zone/picture.h"

#include "zone/benefit.h"


#include <magic.h>
#include <stdio.h>
#include <string.h>

enum { CASE_FILES_MAX = 200 };

static const struct {
    const char *type;
    bool shown;
} types[] = { { "image/jpeg", true }, { "image/png", true }, { "image/webp", true },
    { "image/gif", true }, { "image/heic", false }, { "application/pdf", true },
    { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false },
    { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false },
    { "text/plain", false }, { "text/csv", false } };

static bool type_allowed(const char *type, bool *shown)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0) {
            *shown = types[i].shown;
            return true;
        }
    return false;
}

/* The type by content; a handle a call, since libmagic's are not shared between threads. */
static enum err type_of(struct call *c, str content, const char **type)
{
    magic_t m = magic_open(MAGIC_MIME_TYPE);
    bool shown;
    if (!m || magic_load(m, NULL) != 0) {
        if (m)
            magic_close(m);
        return diag_set(&c->diag, ERR_IO, "无法识别文件类型", "file types cannot be recognised");
    }
    const char *found = magic_buffer(m, content.data, content.bytes);
    char *copy = found ? str_terminated(c->op.arena, str_from(found)) : NULL;
    magic_close(m);
    if (!copy)
        return diag_set(
            &c->diag, ERR_IO, "无法识别文件类型", "the type of the file cannot be recognised");
    if (!type_allowed(copy, &shown))
        return diag_set(&c->diag, ERR_MEDIA_TYPE,
            "不接受这种文件(%s)。可上传照片、PDF、Word、Excel、文本",
            "this kind of file (%s) is not accepted; photographs, PDF, Word, Excel and text are",
            copy);
    *type = copy;
    return OK;
}

struct upload {
    int64_t id, event;
    str name, sha256;
    const char *type;
    size_t bytes;
    bool told; /* the picture says when or where it was taken */
    struct file_facts facts;
    const struct pack_register *closed; /* it is in a compartment: the look leaves a trace */
    int64_t record;
    int64_t benefit; /* it is evidence of this line of a list of benefits: the look leaves a trace */
    bool outside; /* to somebody outside, who did not send it: without place, time and camera */
    str content;
};

static enum err upload_work(struct call *c)
{
    struct upload *u = c->state;
    u->id = id_next(&c->op.zone->ids, c->op.now_ms);
    if (u->told)
        TRY(file_describe(&c->op, u->id, &u->facts));
    return STORE_EXEC(c->op.conn, c->op.diag,
        "INSERT INTO attachment (zone, id, case_id, event_id, name, type, bytes, sha256,"
        " account_id, at)"
        " VALUES ($1, $2, 0, 0, $3, $4, $5, $6, $7, $8)",
        S_TEXT(c->op.zone->code), S_INT(u->id), S_TEXT(u->name), S_TEXT(str_from(u->type)),
        S_INT((int64_t)u->bytes), S_TEXT(u->sha256), S_INT(c->actor.account), S_INT(c->op.now_ms));
}

void file_facts_json(json_t *o, const struct file_facts *f)
{
    json_set_str_or_null(o, "caption", f->caption);
    json_set_str_or_null(o, "takenOn", f->taken_on);
    json_object_set_new(o, "lon", f->has_place ? json_real(f->lon) : json_null());
    json_object_set_new(o, "lat", f->has_place ? json_real(f->lat) : json_null());
}

static void upload_answer(struct call *c)
{
    const struct upload *u = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_id(o, "id", u->id);
    json_set_str(o, "name", u->name);
    json_object_set_new(o, "type", json_string(u->type));
    json_set_int(o, "bytes", (int64_t)u->bytes);
    json_set_str(o, "sha256", u->sha256);
    file_facts_json(o, &u->facts);
    http_reply_json(c->req, 201, o);
}

static void upload(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct upload *u = ARENA_NEW(req->arena, struct upload);
    (void)app;
    enum err e = u ? http_file_name(req, &u->name, &c->diag) : ERR_MEMORY;
    if (e == OK && !req->body.bytes)
        e = diag_set(&c->diag, ERR_INVALID, "文件是空的", "the file is empty");
    if (e == OK)
        e = type_of(c, req->body, &u->type);
    if (e == OK)
        e = content_keep(&c->op, req->body, &u->sha256);
    if (e != OK) {
        api_fail(c);
        return;
    }
    u->bytes = req->body.bytes;
    u->told = strcmp(u->type, "image/jpeg") == 0 && photo_facts(req->arena, req->body, &u->facts);
    c->state = u;
    api_write(c, upload_work, upload_answer);
}

/* What came with an internal note is for those inside, as the note itself is. */
static bool event_shown(struct call *c, int64_t event)
{
    struct ledger_row row;
    return !api_applicant_reads(c)
        || (ledger_get(&c->op, event, &row) == OK && json_bool(row.event, "public", false));
}

static enum err no_file(struct call *c)
{
    if (!c->signed_in) /* whether there is one is not told to just anybody */
        return diag_set(c->op.diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in first");
    return diag_set(c->op.diag, ERR_NOT_FOUND, "没有这个附件", "there is no such attachment");
}

/* A file may be seen by whoever may see its case and the entry it came with, or its record; before
 * it belongs to one, by whoever sent it. */
static enum err find(struct call *c, int64_t id, struct upload *u)
{
    struct store_rows rows;
    struct case_row row;
    enum err e = STORE_ONE(c->op.conn, &rows, c->op.diag,
        "SELECT case_id, account_id, name, type, bytes, sha256, event_id FROM attachment WHERE"
        " zone = $1 AND id = $2",
        S_TEXT(c->op.zone->code), S_INT(id));
    if (e == ERR_NOT_FOUND)
        return no_file(c);
    TRY(e);
    int64_t case_id = store_int(&rows, 0), owner = store_int(&rows, 1);
    *u = (struct upload){ .id = id,
        .name = str_copy(c->op.arena, store_text(&rows, 2)),
        .type = str_terminated(c->op.arena, store_text(&rows, 3)),
        .bytes = (size_t)store_int(&rows, 4),
        .sha256 = str_copy(c->op.arena, store_text(&rows, 5)),
        .event = store_int(&rows, 6) };
    store_rows_end(&rows);
    TRY(diag_arena(c->op.diag, c->op.arena));
    bool mine = c->signed_in && owner == c->actor.account;
    u->outside = !mine && api_applicant_reads(c);
    struct file_place at;
    TRY(record_of_file(&c->op, id, &at));
    u->record = at.id;
    u->closed = at.r && at.r->closed ? at.r : NULL;
    if (at.seen)
        return OK;
    if (!c->signed_in) /* of what is public only the files of records */
        return no_file(c);
    if (!mine)
        TRY(benefit_evidence(&c->op, id, &u->benefit));
    if (u->benefit)
        return OK;
    if ((case_id && case_get(&c->op, case_id, &row) == OK && (mine || event_shown(c, u->event)))
        || (!case_id && !at.id && mine))
        return OK;
    return no_file(c);
}

static enum err look_work(struct call *c)
{
    const struct upload *u = c->state;
    if (u->benefit)
        return benefit_evidence_looked(&c->op, u->benefit, u->name);
    return record_looked(&c->op, u->closed, u->record, 1);
}

static void send_content(struct call *c)
{
    struct upload *u = c->state;
    struct picture picture;
    bool shown = false;
    if (http_not_modified(c->req, str_slice(u->sha256, 0, 32)))
        return;
    (void)type_allowed(u->type, &shown);
    /* What cannot be cleaned is not shown outside: it may say where somebody lives. */
    if (u->outside && strncmp(u->type, "image/", 6) == 0) {
        if (picture_read(c->req->arena, u->content, &picture, &c->diag) != OK) {
            api_fail(c);
            return;
        }
        u->content = picture.clean;
    }
    http_reply_file_name(c->req, u->name, shown);
    http_reply_header(c->req, "Cache-Control",
        u->closed || u->benefit ? STR("no-store") : STR("private, max-age=86400, immutable"));
    http_reply(c->req, 200, u->type, u->content);
}

static void download(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct upload *u = ARENA_NEW(req->arena, struct upload);
    int64_t id;
    (void)app;
    if (!u || !api_param_id(c, "id", &id) || !api_read(c))
        return;
    c->state = u;
    enum err e = find(c, id, u);
    api_read_end(c);
    if (e == OK) {
        e = content_read(&c->op, u->sha256, &u->content);
        if (e == ERR_NOT_FOUND) /* the row is there: what is missing is ours to mend */
            diag_set(&c->diag, ERR_IO, "附件的内容不在服务器上,请联系管理员",
                "the content of this attachment is missing on the server; ask the administrator");
    }
    if (e != OK)
        api_fail(c);
    else if (u->closed || u->benefit)
        api_write(c, look_work, send_content);
    else
        send_content(c);
}

/* Kept beside the file once made; both are named by its content and never change. */
static enum err small_of(struct op *op, const struct upload *u, str *out)
{
    str whole;
    if (content_small_read(op, u->sha256, out) == OK)
        return OK;
    memset(op->diag, 0, sizeof *op->diag);
    TRY(content_read(op, u->sha256, &whole));
    TRY(thumbnail_make(op->arena, op->zone->sys, whole, out, op->diag));
    return content_small_keep(op, u->sha256, *out);
}

static void release(void *ctx)
{
    arena_release(ctx);
}

static void thumbnail(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct upload *u = ARENA_NEW(req->arena, struct upload);
    struct arena *own = ARENA_NEW(req->arena, struct arena); /* the photograph is larger than a request */
    str small;
    int64_t id;
    (void)app;
    if (!u || !own || !api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = find(c, id, u);
    api_read_end(c);
    arena_init(own, NULL, 2 * (size_t)CONTENT_BYTES_MAX);
    if (!arena_defer(req->arena, release, own))
        e = ERR_MEMORY;
    if (e == OK && (u->closed || u->benefit)) /* each look at them is one, and is journalled */
        e = diag_set(&c->diag, ERR_NOT_FOUND, "这个附件的查看要留痕,没有缩略图",
            "each look at this file is journalled: it has no small picture");
    if (e == OK && http_not_modified(req, str_slice(u->sha256, 0, 32)))
        return;
    struct op op = c->op;
    op.arena = own;
    if (e == OK)
        e = small_of(&op, u, &small);
    if (e != OK) {
        api_fail(c);
        return;
    }
    http_reply_header(req, "Cache-Control", STR("private, max-age=86400, immutable"));
    http_reply(req, 200, "image/jpeg", small);
}

enum err files_json(struct call *c, const struct case_row *row, json_t *out)
{
    struct store_rows rows;
    json_t *list = json_array();
    json_object_set_new(out, "attachments", list);
    TRY(STORE_QUERY(c->op.conn, &rows, c->op.diag,
        "SELECT f.id, f.name, f.type, f.bytes, f.sha256, f.at, f.event_id,"
        " (SELECT a.name FROM account a WHERE a.zone = f.zone AND a.id = f.account_id)"
        " FROM attachment f WHERE f.zone = $1 AND f.case_id = $2 ORDER BY f.id LIMIT $3",
        S_TEXT(c->op.zone->code), S_INT(row->id), S_INT(CASE_FILES_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, c->op.diag));
        if (!more)
            return OK;
        if (!event_shown(c, store_int(&rows, 6)))
            continue;
        json_t *o = json_object();
        json_set_id(o, "id", store_int(&rows, 0));
        json_set_str(o, "name", store_text(&rows, 1));
        json_set_str(o, "type", store_text(&rows, 2));
        json_set_int(o, "bytes", store_int(&rows, 3));
        json_set_str(o, "sha256", store_text(&rows, 4));
        json_set_instant(&c->op, o, "at", store_int(&rows, 5));
        json_set_id(o, "event", store_int(&rows, 6));
        json_set_str_or_null(o, "by", store_text(&rows, 7));
        json_array_append_new(list, o);
    }
}

static const struct api_param upload_headers[] = {
    { "X-File-Name", "string", "percent-encoded UTF-8" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route file_routes[] = {
    { "POST", "/api/files", upload, CONTENT_BYTES_MAX, NULL,
        DOC("uploadFile", "Upload a file (raw body, X-File-Name)", "files", API_SESSION, NULL,
            "Attachment", 201, NULL, .request_type = "*/*", .headers = upload_headers) },
    { "GET", "/api/files/{id}", download, 0, NULL,
        DOC("downloadFile", "Download a file", "files", API_EITHER, NULL, NULL, 0, NULL,
            .type = "*/*") },
    { "GET", "/api/files/{id}/thumbnail", thumbnail, 0, NULL,
        DOC("getThumbnail", "A small picture of a photograph, upright, without what it tells", "files",
            API_EITHER, NULL, NULL, 0, NULL, .type = "image/jpeg") },
    { 0 },
};
