/*
 * Uploads and downloads. A file is kept under the SHA-256 of its content (data/files/ab/abcd…), so
 * the same photograph sent twice is stored once; the row in `attachment` says who sent it, under
 * what name, and to which case it belongs. What a file is, its content says (libmagic), not its
 * name: types outside the list are refused with the reason, and an upload is put to a case only by
 * whoever uploaded it.
 */
#include "api/files.h"

#include <magic.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 20 * 1024 * 1024, SHA256_BYTES = 32, CASE_FILES_MAX = 200 };

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
};

static str path_of(struct call *c, str sha256, bool folder)
{
    return str_printf(c->op.arena, folder ? "%s/files/%.*s" : "%s/files/%.*s/%.*s",
        c->api->zone->data_dir, 2, sha256.data, STR_ARGS(sha256));
}

static enum err keep_content(struct call *c, struct upload *u, str content)
{
    const struct sys *sys = c->api->zone->sys;
    unsigned char hash[SHA256_BYTES];
    unsigned bytes = 0;
    if (EVP_Digest(content.data, content.bytes, hash, &bytes, EVP_sha256(), NULL) != 1)
        return diag_set(
            &c->diag, ERR_INTERNAL, "无法计算文件摘要", "the file's digest could not be computed");
    u->sha256 = str_hex(c->op.arena, hash, sizeof hash);
    str folder = path_of(c, u->sha256, true), path = path_of(c, u->sha256, false);
    TRY(diag_arena(&c->diag, c->op.arena));
    TRY(sys->dir_create(sys->ctx, folder.data, &c->diag));
    return sys->file_write(sys->ctx, path.data, content, &c->diag);
}

static enum err upload_work(struct call *c)
{
    struct upload *u = c->state;
    u->id = id_next(&c->op.zone->ids, c->op.now_ms);
    return STORE_EXEC(c->op.conn, c->op.diag,
        "INSERT INTO attachment (zone, id, case_id, event_id, name, type, bytes, sha256,"
        " account_id, at)"
        " VALUES ($1, $2, 0, 0, $3, $4, $5, $6, $7, $8)",
        S_TEXT(c->op.zone->code), S_INT(u->id), S_TEXT(u->name), S_TEXT(str_from(u->type)),
        S_INT((int64_t)u->bytes), S_TEXT(u->sha256), S_INT(c->actor.account), S_INT(c->op.now_ms));
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
        e = keep_content(c, u, req->body);
    if (e != OK) {
        api_fail(c);
        return;
    }
    u->bytes = req->body.bytes;
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

/* A file may be seen by whoever may see its case and the entry it came with; before it belongs to
 * one, by whoever sent it. */
static enum err find(struct call *c, int64_t id, struct upload *u)
{
    struct store_rows rows;
    struct case_row row;
    enum err e = STORE_ONE(c->op.conn, &rows, c->op.diag,
        "SELECT case_id, account_id, name, type, bytes, sha256, event_id FROM attachment WHERE"
        " zone = $1 AND id = $2",
        S_TEXT(c->op.zone->code), S_INT(id));
    if (e == ERR_NOT_FOUND)
        return diag_set(c->op.diag, e, "没有这个附件", "there is no such attachment");
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
    bool mine = owner == c->actor.account;
    if ((case_id && case_get(&c->op, case_id, &row) == OK && (mine || event_shown(c, u->event)))
        || (!case_id && mine))
        return OK;
    return diag_set(c->op.diag, ERR_NOT_FOUND, "没有这个附件", "there is no such attachment");
}

static void download(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct sys *sys = c->api->zone->sys;
    struct upload u = { 0 };
    int64_t id;
    str content;
    bool shown = false;
    struct arena *a = req->arena;
    (void)app;
    if (!api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = find(c, id, &u);
    api_read_end(c);
    if (e == OK) {
        e = sys->file_read(
            sys->ctx, a, path_of(c, u.sha256, false).data, FILE_BYTES_MAX, &content, &c->diag);
        if (e == ERR_NOT_FOUND) /* the row is there: what is missing is ours to mend */
            diag_set(&c->diag, ERR_IO, "附件的内容不在服务器上,请联系管理员",
                "the content of this attachment is missing on the server; ask the administrator");
    }
    if (e != OK) {
        api_fail(c);
        return;
    }
    if (http_not_modified(req, str_slice(u.sha256, 0, 32)))
        return;
    (void)type_allowed(u.type, &shown);
    http_reply_file_name(req, u.name, shown);
    http_reply_header(req, "Cache-Control", STR("private, max-age=86400, immutable"));
    http_reply(req, 200, u.type, content);
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
        json_object_set_new(o, "by",
            store_text(&rows, 7).bytes ? json_from_str(store_text(&rows, 7)) : json_null());
        json_array_append_new(list, o);
    }
}

static const struct api_param upload_headers[] = {
    { "X-File-Name", "string", "percent-encoded UTF-8" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route file_routes[] = {
    { "POST", "/api/files", upload, FILE_BYTES_MAX, NULL,
        DOC("uploadFile", "Upload a file (raw body, X-File-Name)", "files", API_SESSION, NULL,
            "Attachment", 201, NULL, .request_type = "*/*", .headers = upload_headers) },
    { "GET", "/api/files/{id}", download, 0, NULL,
        DOC("downloadFile", "Download a file", "files", API_SESSION, NULL, NULL, 0, NULL,
            .type = "*/*") },
    { 0 },
};
