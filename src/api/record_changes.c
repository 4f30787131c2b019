/*
 * Changing records: one, many at once, and back again; looking at what is masked; views that people
 * keep for themselves.
 *
 * Many at once is a batch: all of its records or none, each with the batch's number in its history,
 * so that the whole can be undone later. A dry run does the same and is undone on purpose.
 */
#include "api/registers.h"

#include <stdio.h>
#include <string.h>

enum { BODY_BYTES_MAX = 512 * 1024, BULK_MAX = 500, VIEWS_MAX = 200, VIEW_BYTES_MAX = 8000 };

struct changing {
    const struct pack_register *r;
    struct record_change change;
    struct record record;
    json_t *answer;
    bool dry;
    int64_t batch;
    struct record_undo undo;
    struct arena slice; /* of one write of many that undo a batch */
    const json_t *ids;
    json_t *faults; /* of a bulk change */
    const json_t *also; /* another record that is written with this one */
    str key, request; /* of a new one: idempotency */
};

static struct changing *begin(struct call *c)
{
    struct changing *s = ARENA_NEW(c->req->arena, struct changing);
    c->state = s;
    if (!s) {
        c->diag.err = ERR_MEMORY;
        api_fail(c);
        return NULL;
    }
    return api_register(c, &s->r) ? s : NULL;
}

static void answer_json(struct call *c)
{
    struct changing *s = c->state;
    http_reply_json(c->req, 200, s->answer);
}

static void answer_created(struct call *c)
{
    struct changing *s = c->state;
    http_reply_json(c->req, 201, s->answer);
}

/* ---- one ---- */

/* Sent again by a phone that had not heard the answer: the record as it stands. */
static enum err saved_before(struct call *c, struct changing *s, bool *before)
{
    str reply = STR_NONE;
    int64_t id = 0;
    *before = false;
    if (!s->key.bytes || s->dry)
        return OK;
    TRY(api_repeated(c, s->key, s->request, &reply));
    if (!reply.bytes || !id_parse(reply, &id))
        return OK;
    *before = true;
    TRY(record_open(&c->op, s->r, id, &s->record));
    s->answer = json_keep(c->op.arena, api_record_json(c, s->r, &s->record));
    return diag_arena(c->op.diag, c->op.arena);
}

/* Faults of the other record stand at "also.<column>". */
static enum err tell_also(struct call *c, enum err e, const struct diag_list *faults)
{
    str field = str_copy(c->op.arena, str_from(c->op.diag->field));
    for (size_t i = 0; i < faults->count; i++) {
        struct diag d = *faults->items[i];
        diag_field(&d, str_printf(c->op.arena, "also.%s", faults->items[i]->field));
        diag_list_add(&c->faults, &d);
    }
    if (field.bytes)
        diag_field(c->op.diag, str_printf(c->op.arena, "also.%.*s", STR_ARGS(field)));
    return e;
}

/* A record of another register that refers to the one just written, in the same write: both or none. */
static enum err save_also(struct call *c, struct changing *s)
{
    const struct pack_register *r = pack_register(zone_pack(c->op.zone), json_str(s->also, "register"));
    const struct pack_column *of = r ? pack_column(r, json_str(s->also, "of")) : NULL;
    const json_t *given = json_object_get(s->also, "data");
    struct diag_list faults;
    struct record made;
    if (!of || of->ref != s->r || !json_is_object(given)) {
        diag_field(c->op.diag, STR("also"));
        return diag_set(c->op.diag, ERR_INVALID, "also 应写明 register、指向本登记表的列 of 和 data",
            "also needs register, of (its column that refers to this register) and data");
    }
    json_t *data = json_keep(c->op.arena, json_deep_copy(given));
    str name = s->r->key ? json_str(s->record.data, str_terminated(c->op.arena, s->r->key->name))
                         : str_printf(c->op.arena, "%lld", (long long)s->record.id);
    json_object_setn_new(data, of->name.data, of->name.bytes, json_from_str(name));
    diag_list_init(&faults, c->op.arena, 50);
    TRY(diag_arena(c->op.diag, c->op.arena));
    struct record_change change = { .data = data, .reason = s->change.reason, .faults = &faults };
    enum err e = record_save(&c->op, r, &change, &made);
    return e == OK ? OK : tell_also(c, e, &faults);
}

static enum err save_work(struct call *c)
{
    struct changing *s = c->state;
    bool before;
    TRY(saved_before(c, s, &before));
    if (before)
        return OK;
    diag_list_init(&c->faults, c->op.arena, 50);
    s->change.faults = &c->faults;
    TRY(record_save(&c->op, s->r, &s->change, &s->record));
    if (s->also)
        TRY(save_also(c, s));
    s->answer = json_keep(c->op.arena, api_record_json(c, s->r, &s->record));
    TRY(diag_arena(c->op.diag, c->op.arena));
    if (s->dry)
        return api_undo(c);
    return api_remember(
        c, s->key, s->request, str_printf(c->op.arena, "%lld", (long long)s->record.id));
}

static void save(struct http_request *req, bool fresh)
{
    struct call *c = api_call(req);
    struct changing *s = begin(c);
    if (!s || (!fresh && !api_param_id(c, "id", &s->change.id)) || !api_body(c)
        || !api_query_flag(c, "dryRun", &s->dry) || (fresh && !api_key(c, &s->key)))
        return;
    s->request = ledger_digest(&c->op, req->body);
    s->change.data = json_object_get(c->body, "data");
    s->change.reason = json_str(c->body, "reason");
    s->change.if_version = json_int(c->body, "version", 0);
    s->also = json_object_get(c->body, "also");
    if (!json_is_object(s->change.data)) {
        diag_field(&c->diag, STR("data"));
        diag_set(&c->diag, ERR_INVALID, "data 应为对象", "data must be an object");
        api_fail(c);
        return;
    }
    api_write(c, save_work, fresh ? answer_created : answer_json);
}

static void create(struct http_request *req, const void *app)
{
    (void)app;
    save(req, true);
}

static void change(struct http_request *req, const void *app)
{
    (void)app;
    save(req, false);
}

static enum err remove_work(struct call *c)
{
    struct changing *s = c->state;
    return record_remove(&c->op, s->r, s->change.id, s->change.if_version, s->change.reason);
}

static void answer_nothing(struct call *c)
{
    http_reply_empty(c->req, 204);
}

static void remove_record(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct changing *s = begin(c);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->change.id) || !api_query(c, "reason", &s->change.reason)
        || !api_query_int(c, "version", 0, INT32_MAX, &s->change.if_version))
        return;
    if (str_blank(s->change.reason)) {
        diag_field(&c->diag, STR("reason"));
        diag_set(&c->diag, ERR_INVALID, "请写明删除的原因", "please say why it is removed");
        api_fail(c);
        return;
    }
    api_write(c, remove_work, answer_nothing);
}

static enum err reveal_work(struct call *c)
{
    struct changing *s = c->state;
    TRY(record_reveal(&c->op, s->r, s->change.id, s->change.reason, &s->record));
    s->answer = json_keep(c->op.arena, api_record_json(c, s->r, &s->record));
    return diag_arena(c->op.diag, c->op.arena);
}

static void reveal(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct changing *s = begin(c);
    (void)app;
    if (!s || !api_param_id(c, "id", &s->change.id) || !api_body(c))
        return;
    s->change.reason = json_str(c->body, "reason");
    api_write(c, reveal_work, answer_json);
}

static void alike(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    struct record *list;
    size_t count = 0;
    int64_t except = 0;
    (void)app;
    if (!api_register(c, &r) || !api_body(c) || !api_read(c))
        return;
    (void)id_parse(json_str(c->body, "except"), &except);
    enum err e = record_alike(
        &c->op, r, json_object_get(c->body, "data"), except, &list, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, api_record_json(c, r, &list[i]));
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

/* ---- many ---- */

static void add_fault(struct changing *s, int64_t id, const struct diag *d)
{
    json_t *one = json_object();
    json_set_id(one, "id", id);
    json_object_set_new(one, "field", d->field[0] ? json_string(d->field) : json_null());
    json_object_set_new(one, "message", json_name((struct name2){ str_from(d->zh), str_from(d->en) }));
    json_array_append_new(s->faults, one);
}

static enum err bulk_one(struct call *c, struct changing *s, int64_t id)
{
    struct diag d = { 0 };
    struct diag_list faults;
    struct op op = c->op;
    struct record_change one = s->change;
    op.diag = &d;
    diag_list_init(&faults, op.arena, 10);
    one.id = id;
    one.batch = s->batch;
    one.faults = &faults;
    enum err e = record_save(&op, s->r, &one, &s->record);
    if (e == OK)
        return OK;
    if (e == ERR_MEMORY || e == ERR_STORE) {
        *c->op.diag = d;
        return e;
    }
    add_fault(s, id, &d);
    return OK;
}

static enum err bulk_work(struct call *c)
{
    struct changing *s = c->state;
    size_t count = json_array_size(s->ids);
    s->faults = json_keep(c->op.arena, json_array());
    s->batch = id_next(&c->op.zone->ids, c->op.now_ms);
    for (size_t i = 0; i < count; i++) {
        int64_t id = 0;
        (void)id_parse(str_from(json_string_value(json_array_get(s->ids, i))), &id);
        TRY(bulk_one(c, s, id));
    }
    bool whole = json_array_size(s->faults) == 0;
    s->answer = json_keep(c->op.arena, json_object());
    json_object_set_new(s->answer, "changed",
        json_integer((json_int_t)(count - json_array_size(s->faults))));
    json_object_set_new(s->answer, "saved", json_boolean(whole && !s->dry));
    if (whole && !s->dry)
        json_set_id(s->answer, "batch", s->batch);
    else
        json_object_set_new(s->answer, "batch", json_null());
    json_object_set(s->answer, "faults", s->faults);
    TRY(diag_arena(c->op.diag, c->op.arena));
    return whole && !s->dry ? OK : api_undo(c);
}

static void bulk(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct changing *s = begin(c);
    (void)app;
    if (!s || !api_body(c) || !api_query_flag(c, "dryRun", &s->dry))
        return;
    s->ids = json_object_get(c->body, "ids");
    s->change.data = json_object_get(c->body, "data");
    s->change.reason = json_str(c->body, "reason");
    if (!json_is_object(s->change.data) || !json_object_size(s->change.data)) {
        diag_field(&c->diag, STR("data"));
        diag_set(&c->diag, ERR_INVALID, "请选择要修改的列", "choose what to change");
        api_fail(c);
        return;
    }
    api_write(c, bulk_work, answer_json);
}

/* A large batch is undone in slices, so that others are not kept waiting. */
static enum err undo_work(struct call *c)
{
    struct changing *s = c->state;
    struct op op = c->op;
    arena_reset(&s->slice);
    op.arena = &s->slice;
    return record_undo_batch(&op, s->r, s->batch, s->change.reason, &s->undo);
}

static void undo_done(struct call *c)
{
    struct changing *s = c->state;
    if (s->undo.more) {
        api_write(c, undo_work, undo_done);
        return;
    }
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_int(o, "undone", s->undo.undone);
    json_set_int(o, "kept", s->undo.kept);
    http_reply_json(c->req, 200, o);
}

static void release_slice(void *ctx)
{
    arena_release(&((struct changing *)ctx)->slice);
}

static void undo(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct changing *s = begin(c);
    (void)app;
    if (!s || !api_param_id(c, "batch", &s->batch) || !api_body(c))
        return;
    s->change.reason = json_str(c->body, "reason");
    arena_init(&s->slice, NULL, 64 * MIB);
    if (arena_defer(req->arena, release_slice, s))
        api_write(c, undo_work, undo_done);
    else
        api_fail(c);
}

/* ---- views ---- */

static json_t *view_json(struct call *c, const struct store_rows *rows)
{
    json_t *o = json_object(), *definition = NULL;
    struct diag ignored = { 0 };
    json_set_id(o, "id", store_int(rows, 0));
    json_set_str(o, "name", store_text(rows, 1));
    json_object_set_new(o, "shared", json_boolean(store_int(rows, 2)));
    json_object_set_new(o, "own", json_boolean(store_int(rows, 3) == c->actor.account));
    if (json_parse(c->op.arena, store_text(rows, 4), &definition, &ignored) == OK)
        json_object_set(o, "definition", definition);
    return o;
}

static void list_views(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    struct store_rows rows;
    (void)app;
    if (!api_register(c, &r) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = STORE_QUERY(c->op.conn, &rows, c->op.diag,
        "SELECT id, name, shared, account_id, definition FROM record_view WHERE zone = $1"
        " AND register = $2 AND (account_id = $3 OR shared <> 0) ORDER BY name, id LIMIT 200",
        S_TEXT(c->op.zone->code), S_TEXT(r->code), S_INT(c->actor.account));
    for (bool more = e == OK; more;) {
        e = store_next(&rows, &more, c->op.diag);
        more = more && e == OK;
        if (more)
            json_array_append_new(items, view_json(c, &rows));
    }
    api_read_answer(c, e, o);
}

struct viewing {
    const struct pack_register *r;
    int64_t id;
    str name, definition;
    bool shared;
    json_t *answer;
};

static enum err view_work(struct call *c)
{
    struct viewing *s = c->state;
    struct store_rows rows;
    TRY(STORE_ONE(c->op.conn, &rows, c->op.diag,
        "SELECT count(*) FROM record_view WHERE zone = $1 AND account_id = $2",
        S_TEXT(c->op.zone->code), S_INT(c->actor.account)));
    int64_t count = store_int(&rows, 0);
    store_rows_end(&rows);
    if (count >= VIEWS_MAX)
        return diag_set(c->op.diag, ERR_LIMIT, "您保存的视图已达 %d 个,请先删去不用的",
            "you have %d views already; remove some first", VIEWS_MAX);
    s->id = id_next(&c->op.zone->ids, c->op.now_ms);
    TRY(STORE_EXEC(c->op.conn, c->op.diag,
        "INSERT INTO record_view (zone, id, account_id, register, name, shared, definition,"
        " updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        S_TEXT(c->op.zone->code), S_INT(s->id), S_INT(c->actor.account), S_TEXT(s->r->code),
        S_TEXT(s->name), S_INT(s->shared), S_TEXT(s->definition), S_INT(c->op.now_ms)));
    s->answer = json_keep(c->op.arena, json_object());
    json_set_id(s->answer, "id", s->id);
    return OK;
}

static void view_answer(struct call *c)
{
    struct viewing *s = c->state;
    http_reply_json(c->req, 201, s->answer);
}

static void create_view(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct viewing *s = ARENA_NEW(req->arena, struct viewing);
    (void)app;
    c->state = s;
    if (!s || !api_register(c, &s->r) || !api_body(c))
        return;
    s->name = json_str(c->body, "name");
    s->shared = json_bool(c->body, "shared", false) && register_written(&c->op, s->r);
    s->definition = json_text(c->op.arena, json_object_get(c->body, "definition"));
    if (str_blank(s->name) || s->definition.bytes > VIEW_BYTES_MAX) {
        diag_field(&c->diag, str_blank(s->name) ? STR("name") : STR("definition"));
        diag_set(&c->diag, ERR_INVALID, "请给视图起个名字,条件不要过多",
            "give the view a name, and not too many conditions");
        api_fail(c);
        return;
    }
    api_write(c, view_work, view_answer);
}

static enum err view_remove_work(struct call *c)
{
    struct viewing *s = c->state;
    TRY(STORE_EXEC(c->op.conn, c->op.diag,
        "DELETE FROM record_view WHERE zone = $1 AND id = $2 AND account_id = $3",
        S_TEXT(c->op.zone->code), S_INT(s->id), S_INT(c->actor.account)));
    if (store_changes(c->op.conn))
        return OK;
    return diag_set(c->op.diag, ERR_NOT_FOUND, "没有这个视图,或不是您的",
        "there is no such view, or it is not yours");
}

static void remove_view(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct viewing *s = ARENA_NEW(req->arena, struct viewing);
    (void)app;
    c->state = s;
    if (s && api_register(c, &s->r) && api_param_id(c, "id", &s->id))
        api_write(c, view_remove_work, answer_nothing);
}

static const struct api_param dry_params[]
    = { { "dryRun", "boolean", "try only: everything is checked, nothing is saved" }, { 0 } };
static const struct api_param remove_params[] = { { "reason", "string", "why" },
    { "version", "integer", "of the record as last seen" }, { 0 } };

static const struct api_param create_headers[] = {
    { "Idempotency-Key", "string", "the same key again gives the same answer" }, { 0 }
};

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_change_routes[] = {
    { "POST", "/api/registers/{register}/records", create, BODY_BYTES_MAX, NULL,
        DOC("createRecord", "A new record", "registers", API_SESSION, "RecordInput", "Record", 201,
            dry_params, .headers = create_headers) },
    { "PATCH", "/api/registers/{register}/records/{id}", change, BODY_BYTES_MAX, NULL,
        DOC("changeRecord", "The next version of a record", "registers", API_SESSION,
            "RecordInput", "Record", 0, dry_params) },
    { "DELETE", "/api/registers/{register}/records/{id}", remove_record, 0, NULL,
        DOC("removeRecord", "Remove a record; its versions stay", "registers", API_SESSION, NULL,
            NULL, 204, remove_params) },
    { "POST", "/api/registers/{register}/records/{id}/reveal", reveal, BODY_BYTES_MAX, NULL,
        DOC("revealRecord", "What is masked, with the look journalled", "registers", API_SESSION,
            "Reason", "Record", 0, NULL) },
    { "POST", "/api/registers/{register}/alike", alike, BODY_BYTES_MAX, NULL,
        DOC("findAlike", "Records that look like this one", "registers", API_SESSION, "AlikeInput",
            "[Record]", 0, NULL) },
    { "POST", "/api/registers/{register}/bulk", bulk, BODY_BYTES_MAX, NULL,
        DOC("changeRecords", "Change many records as one batch, all or none", "registers",
            API_SESSION, "BulkInput", "BulkResult", 0, dry_params) },
    { "POST", "/api/registers/{register}/batches/{batch}/undo", undo, BODY_BYTES_MAX, NULL,
        DOC("undoBatch", "Undo a batch", "registers", API_SESSION, "Reason", "BatchUndone", 0,
            NULL) },
    { "GET", "/api/registers/{register}/views", list_views, 0, NULL,
        DOC("listViews", "Views kept of a register", "registers", API_SESSION, NULL,
            "[RecordView]", 0, NULL) },
    { "POST", "/api/registers/{register}/views", create_view, BODY_BYTES_MAX, NULL,
        DOC("createView", "Keep a view", "registers", API_SESSION, "ViewInput", "ViewMade", 201,
            NULL) },
    { "DELETE", "/api/registers/{register}/views/{id}", remove_view, 0, NULL,
        DOC("removeView", "Forget a view", "registers", API_SESSION, NULL, NULL, 204, NULL) },
    { 0 },
};
