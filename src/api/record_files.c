/* Files of a record, and what is said of each: caption, day and place. files.c has the uploads. */
#include "api/files.h"
#include "api/registers.h"
#include "api/schemas.h"

#include <math.h>

/* clang-format off */
FIELDS(record_file_) = { { "id", API_ID, R }, { "name", API_TEXT, R }, { "type", API_TEXT, R },
    { "bytes", API_INT, R }, { "at", API_INSTANT, R }, { "by", API_TEXT, R | N },
    { "column", API_TEXT, R }, { "caption", API_TEXT, R | N },
    { "takenOn", API_TEXT, R | N, 0, NULL, "a date, or a time of the camera's wall" },
    { "lon", API_NUMBER, R | N }, { "lat", API_NUMBER, R | N }, END };
FIELDS(file_description) = { { "caption", API_TEXT, N, RECORD_CAPTION_BYTES_MAX },
    { "takenOn", API_TEXT, N, 20 }, { "lon", API_NUMBER, N }, { "lat", API_NUMBER, N }, END };
const struct api_schema record_file_schemas[] = { { "RecordFile", NULL, record_file_ },
    { "FileDescription", "what is said of a picture", file_description }, { 0 } };
/* clang-format on */

static void show_files(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    struct record record;
    struct record_file *files = NULL;
    size_t count = 0;
    int64_t id;
    (void)app;
    if (!api_register(c, &r) || !api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = record_open(&c->op, r, id, &record);
    if (e == OK)
        e = record_files(&c->op, r, id, &files, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++) {
        json_t *one = json_object();
        json_set_id(one, "id", files[i].id);
        json_set_str(one, "name", files[i].name);
        json_set_str(one, "type", files[i].type);
        json_set_int(one, "bytes", files[i].bytes);
        json_set_instant(&c->op, one, "at", files[i].at);
        bool outside = api_applicant_reads(c); /* who it was, and where, is for those inside */
        files[i].facts.has_place = files[i].facts.has_place && !outside;
        json_object_set_new(
            one, "by", files[i].by.bytes && !outside ? json_from_str(files[i].by) : json_null());
        json_set_str(one, "column", files[i].column);
        file_facts_json(one, &files[i].facts);
        json_array_append_new(items, one);
    }
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

struct describing {
    int64_t id;
    struct file_facts facts;
};

/* By whoever may change its record; before it belongs to one, by whoever sent it. */
static enum err may_describe(struct call *c, int64_t file)
{
    struct file_place at;
    struct store_rows rows;
    TRY(record_of_file(&c->op, file, &at));
    if (at.seen)
        return register_written(&c->op, at.r)
            ? OK
            : diag_set(c->op.diag, ERR_FORBIDDEN, "您无权修改这个登记表",
                  "you may not change this register");
    if (at.id)
        return diag_set(c->op.diag, ERR_NOT_FOUND, "没有这个附件", "there is no such attachment");
    enum err e = STORE_ONE(c->op.conn, &rows, c->op.diag,
        "SELECT 1 FROM attachment WHERE zone = $1 AND id = $2 AND account_id = $3 AND case_id = 0",
        S_TEXT(c->op.zone->code), S_INT(file), S_INT(c->actor.account));
    store_rows_end(&rows);
    return e == ERR_NOT_FOUND
        ? diag_set(c->op.diag, e, "没有这个附件", "there is no such attachment")
        : e;
}

static enum err describe_work(struct call *c)
{
    const struct describing *s = c->state;
    TRY(may_describe(c, s->id));
    return file_describe(&c->op, s->id, &s->facts);
}

static void describe_answer(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static bool bad(struct call *c, const char *field, const char *zh, const char *en)
{
    diag_field(&c->diag, str_from(field));
    diag_set(&c->diag, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
    api_fail(c);
    return false;
}

static bool read_facts(struct call *c, struct file_facts *f)
{
    const json_t *lon = json_object_get(c->body, "lon"), *lat = json_object_get(c->body, "lat");
    struct date date;
    f->caption = json_str(c->body, "caption");
    f->taken_on = json_str(c->body, "takenOn");
    f->has_place = json_is_number(lon) && json_is_number(lat);
    f->lon = json_number_value(lon);
    f->lat = json_number_value(lat);
    if (f->taken_on.bytes && !date_parse(str_slice(f->taken_on, 0, 10), &date))
        return bad(c, "takenOn", "不是有效日期,应如 2026-11-23", "is not a date like 2026-11-23");
    if (json_is_number(lon) != json_is_number(lat) || fabs(f->lon) > 180 || fabs(f->lat) > 90)
        return bad(c, "lon", "应为经度 lon 和纬度 lat", "must be a longitude lon and a latitude lat");
    return true;
}

static void describe(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct describing *s = ARENA_NEW(req->arena, struct describing);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->id) || !api_body(c) || !read_facts(c, &s->facts))
        return;
    c->state = s;
    api_write(c, describe_work, describe_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_file_routes[] = {
    { "GET", "/api/registers/{register}/records/{id}/files", show_files, 0, NULL,
        DOC("getRecordFiles", "Files of a record", "registers", API_PUBLIC, NULL, "[RecordFile]", 0,
            NULL) },
    { "PUT", "/api/files/{id}", describe, 4096, NULL,
        DOC("describeFile", "Caption, day and place of a picture", "files", API_SESSION,
            "FileDescription", NULL, 204, NULL) },
    { 0 },
};
