/*
 * New requests out of a spreadsheet: an officer sends CSV, each row is raised as if it had been
 * typed in (form checked, procedure started, promises set), on the enterprise's behalf, by channel
 * "import".
 *
 *     body ─▶ rows ─▶ chunk of CHUNK_ROWS ─▶ a write of its own ─▶ next chunk … ─▶ answer
 *                          └─ with faults: undone, told, and written again without the bad rows
 *
 * The writer thread serves everybody, so it is held for one chunk at a time. A dry run does the
 * same and undoes every chunk. allOrNothing checks all chunks by a dry run and then writes them in
 * one transaction; it is limited to ALL_ROWS_MAX rows for the same reason.
 *
 * The clock of a case starts when it is imported: received_on is recorded with the case, it does
 * not date anything back. Spreadsheets of Chinese offices come in GB18030 as often as in UTF-8;
 * lines decide which it is, so that one broken byte does not make another language of the rest.
 */
#include "api/internal.h"
#include "zone/csv.h"
#include "zone/register.h"

#include <stdlib.h>
#include <string.h>

enum {
    BODY_BYTES_MAX = 20 * 1024 * 1024,
    CHUNK_ROWS = 50,
    ALL_ROWS_MAX = 1000,
    ROWS_MAX = 20000,
    FAULTS_KEPT_MAX = 1000,
    OWN_BYTES_MAX = 64 * 1024 * 1024,
    COLUMNS_MAX = 60
};

enum role { ROLE_FIELD, ROLE_CREDIT_CODE, ROLE_RECEIVED_ON };

struct column {
    enum role role;
    str name;                       /* as the file has it */
    const struct form_field *field; /* of ROLE_FIELD */
};
struct fault {
    int64_t row;
    str column, message;
};
struct row {
    int64_t number;
    str fields[COLUMNS_MAX];
    bool bad;
};

/* The import under way; the struct lives in the request, its rows and faults in arenas of its own.
 */
struct importing {
    struct call *call;
    struct arena own, chunk_arena, row_arena;
    const struct pack_system *system;
    struct csv_source source;
    struct csv_text text;
    bool gb18030;
    struct csv *csv;
    struct csv_row *csv_row;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
    struct row *chunk;
    size_t chunk_count, chunk_room;
    struct case_row *created; /* what those who watch need of them */
    size_t created_count;
    struct fault *faults;
    size_t fault_count;
    int64_t batch, rows, accepted;
    bool dry_run, all_or_nothing;
    bool checking; /* every chunk is undone */
    bool undone;   /* the last one was, on purpose */
    bool any_fault;
    enum err result;
    struct diag why;
};

static void release(void *ctx)
{
    struct importing *im = ctx;
    arena_release(&im->own);
    arena_release(&im->chunk_arena);
    arena_release(&im->row_arena);
}

static void tell(struct importing *im, int64_t row, str column, const struct diag *why)
{
    im->any_fault = true;
    if (im->fault_count == FAULTS_KEPT_MAX)
        return;
    im->faults[im->fault_count++] = (struct fault){ .row = row,
        .column = str_copy(&im->own, column),
        .message = str_copy(&im->own, http_text_of(im->call->req, why)) };
}

/* ---- the first line ---- */

static const struct form_field *field_of(const struct importing *im, str name)
{
    const struct form *f = im->system->form;
    const struct pack_fields *parts = &im->system->fields;
    const struct {
        const char *word;
        str key;
    } words[] = { { "title", parts->title }, { "content", parts->text }, { "topic", parts->topic },
        { "contact_name", parts->contact_name }, { "contact_phone", parts->contact_phone },
        { "place", parts->place }, { "urgency", parts->urgency } };
    const struct form_field *found = form_field_by_key(f, name);
    for (size_t i = 0; !found && i < sizeof words / sizeof *words; i++)
        if (str_is(name, words[i].word) && words[i].key.bytes)
            found = form_field_by_key(f, words[i].key);
    for (size_t i = 0; !found && i < form_field_count(f); i++) {
        const struct form_field *field = form_field_at(f, i);
        if (field->key.bytes && (str_equal(field->label, name) || str_equal(field->label_en, name)))
            found = field;
    }
    return found;
}

static bool read_column(struct importing *im, str name, struct column *c)
{
    *c = (struct column){ .name = str_copy(&im->own, name) };
    if (str_is(name, "credit_code") || str_is(name, "统一社会信用代码"))
        c->role = ROLE_CREDIT_CODE;
    else if (str_is(name, "received_on") || str_is(name, "收件日期"))
        c->role = ROLE_RECEIVED_ON;
    else
        c->field = field_of(im, name);
    return c->role != ROLE_FIELD || c->field;
}

static bool same_column(const struct column *a, const struct column *b)
{
    return a->role == b->role && a->field == b->field;
}

static enum err read_columns(struct importing *im, const struct csv_row *line, struct diag *d)
{
    bool credit_code = !im->system->applicant.bytes;
    if (line->count > COLUMNS_MAX)
        return diag_set(d, ERR_LIMIT, "多于 %d 列", "more than %d columns", COLUMNS_MAX);
    for (size_t i = 0; i < line->count; i++) {
        struct column *c = &im->columns[i];
        str name = str_trim(line->fields[i]);
        if (!read_column(im, name, c))
            return diag_set(d, ERR_INVALID,
                "不认识列“%.*s”。可用的列:credit_code、title、content、topic、contact_name、"
                "contact_phone、received_on,以及表单的其他字段",
                "unknown column \"%.*s\". There may be: credit_code, title, content, topic, "
                "contact_name, contact_phone, received_on, and other fields of the form",
                STR_ARGS(name));
        for (size_t k = 0; k < i; k++)
            if (same_column(c, &im->columns[k]))
                return diag_set(d, ERR_INVALID, "列“%.*s”与“%.*s”重复",
                    "the columns \"%.*s\" and \"%.*s\" are the same", STR_ARGS(name),
                    STR_ARGS(im->columns[k].name));
        credit_code = credit_code || c->role == ROLE_CREDIT_CODE;
    }
    im->column_count = line->count;
    if (!credit_code)
        return diag_set(d, ERR_INVALID, "缺少列 credit_code(统一社会信用代码)",
            "the column credit_code is missing");
    return diag_arena(d, &im->own);
}

static enum err open_csv(struct importing *im, struct diag *d)
{
    bool more;
    im->text.position = 0;
    im->source = csv_text_source(&im->text);
    struct csv_source text = im->source;
    if (im->gb18030)
        TRY(csv_gb18030(&im->own, &text, &im->source, d));
    TRY(csv_create(&im->own, &im->source, ',', &im->csv, d));
    TRY(csv_next(im->csv, im->csv_row, &more, d));
    if (!more)
        return diag_set(d, ERR_INVALID, "文件是空的", "the file is empty");
    if (im->csv_row->fault != OK) {
        *d = im->csv_row->why;
        return im->csv_row->fault;
    }
    return read_columns(im, im->csv_row, d);
}

/* Too many rows are refused before the first is written. */
static enum err count_rows(struct importing *im, struct diag *d)
{
    int64_t rows = 0, most = im->all_or_nothing ? ALL_ROWS_MAX : ROWS_MAX;
    for (bool more = true; more;) {
        TRY(csv_next(im->csv, im->csv_row, &more, d));
        rows += more;
    }
    if (rows > most)
        return diag_set(d, ERR_LIMIT, "一次最多 %lld 行(%s),文件有 %lld 行;请分成几份%.0s",
            "at most %lld rows at once%.0s, the file has %lld; please split it%s", (long long)most,
            im->all_or_nothing ? "要么全部导入要么不导入时" : "逐批导入时", (long long)rows, "");
    return open_csv(im, d);
}

/* ---- a row as a request ---- */

static str topic_code(const struct pack_system *s, str value)
{
    for (size_t i = 0; i < s->topic_count; i++)
        if (str_equal(s->topics[i].name.zh, value) || str_equal(s->topics[i].name.en, value))
            return s->topics[i].code;
    return value;
}

static json_t *field_value(const struct importing *im, const struct form_field *f, str value)
{
    int64_t number;
    if (f->type == FORM_NUMBER && str_to_int64(value, &number))
        return json_integer(number);
    if (str_equal(f->key, im->system->fields.topic))
        value = topic_code(im->system, value);
    return json_from_str(value);
}

struct read_row {
    struct case_input in;
    str received_on;
};

static enum err read_received(struct op *op, str value)
{
    struct date d;
    if (date_parse(value, &d) && date_to_days(d) <= zone_local_days(op->zone, op->now_ms))
        return OK;
    diag_field(op->diag, STR("received_on"));
    return diag_set(op->diag, ERR_INVALID, "收件日期应写作 2026-11-23,且不晚于今天",
        "received_on must read 2026-11-23 and not lie ahead");
}

static enum err read_credit_code(struct op *op, const struct importing *im, str value, int64_t *id)
{
    struct record record;
    enum err e = record_by_key(op, im->system->applicant, value, &record);
    if (e == ERR_NOT_FOUND) {
        diag_field(op->diag, STR("credit_code"));
        return diag_set(op->diag, ERR_INVALID, "企业库中没有“%.*s”",
            "the register of enterprises has no \"%.*s\"", STR_ARGS(value));
    }
    TRY(e);
    *id = record.id;
    return OK;
}

static enum err read_row(
    struct op *op, struct importing *im, const struct row *row, struct read_row *out)
{
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < im->column_count; i++) {
        const struct column *c = &im->columns[i];
        str value = str_trim(row->fields[i]);
        switch (c->role) {
        case ROLE_CREDIT_CODE:
            TRY(read_credit_code(op, im, value, &out->in.enterprise_id));
            break;
        case ROLE_RECEIVED_ON:
            if (value.bytes)
                TRY(read_received(op, value));
            out->received_on = value;
            break;
        case ROLE_FIELD:
            if (value.bytes)
                json_object_setn_new(data, c->field->key.data, c->field->key.bytes,
                    field_value(im, c->field, value));
            break;
        }
    }
    str urgency = im->system->fields.urgency;
    if (urgency.bytes && !json_object_getn(data, urgency.data, urgency.bytes))
        json_object_setn_new(data, urgency.data, urgency.bytes, json_string("normal"));
    out->in.data = data;
    return OK;
}

/* Where it came from; public, so that the applicant sees the day it was received. */
static enum err journal_origin(struct op *op, const struct importing *im, const struct row *row,
    const struct read_row *r, int64_t case_id)
{
    json_t *data = json_object();
    json_object_set_new(data, "verb", json_string("import"));
    json_set_id(data, "batch", im->batch);
    json_set_int(data, "line", row->number);
    if (r->received_on.bytes)
        json_set_str(data, "receivedOn", r->received_on);
    return ledger_append(op,
        &(struct ledger_event){
            .kind = "case.import", .subject = case_id, .data = data, .is_public = true },
        NULL);
}

static enum err create_row(
    struct op *op, struct importing *im, const struct row *row, struct diag_list *faults)
{
    struct read_row r = {
        .in = { .kind = im->system->kind, .channel = STR("import"), .faults = faults }
    };
    struct case_created created;
    TRY(read_row(op, im, row, &r));
    TRY(case_create(op, &r.in, &created));
    TRY(journal_origin(op, im, row, &r, created.row.id));
    im->created[im->created_count++] = (struct case_row){ .id = created.row.id,
        .enterprise_id = created.row.enterprise_id,
        .number = str_copy(&im->chunk_arena, created.row.number),
        .unit = str_copy(&im->chunk_arena, created.row.unit),
        .node = str_copy(&im->chunk_arena, created.row.node) };
    return diag_arena(op->diag, &im->chunk_arena);
}

/* ---- a chunk on the writer thread ---- */

/* Is it the row that is wrong, and not the machine or the officer's rights? */
static bool is_of_row(enum err e)
{
    return err_http_status(e) < 500 && e != ERR_FORBIDDEN && e != ERR_UNAUTHENTICATED;
}

/* The column of the file that a field of the form came from. */
static str column_name(const struct importing *im, str field)
{
    for (size_t i = 0; i < im->column_count; i++)
        if (im->columns[i].field && str_equal(im->columns[i].field->key, field))
            return im->columns[i].name;
    return field;
}

static void tell_row(
    struct importing *im, struct row *row, const struct diag_list *faults, const struct diag *d)
{
    row->bad = true;
    for (size_t i = 0; i < faults->count; i++)
        tell(im, row->number, column_name(im, str_from(faults->items[i]->field)), faults->items[i]);
    if (!faults->count)
        tell(im, row->number, column_name(im, str_from(d->field)), d);
}

static enum err run_chunk(struct store_conn *conn, void *ctx, struct diag *d)
{
    struct importing *im = ctx;
    struct op op = im->call->op;
    bool found = false;
    im->undone = false;
    im->created_count = 0;
    op.conn = conn;
    op.arena = &im->row_arena;
    op.now_ms = sys_now_ms(op.zone->sys);
    for (size_t i = 0; i < im->chunk_count; i++) {
        struct diag_list faults;
        struct diag why = { 0 };
        if (im->chunk[i].bad)
            continue;
        arena_reset(&im->row_arena);
        diag_list_init(&faults, op.arena, 20);
        op.diag = &why;
        enum err e = create_row(&op, im, &im->chunk[i], &faults);
        if (e != OK && !is_of_row(e)) {
            *d = why;
            return e;
        }
        if (e != OK)
            tell_row(im, &im->chunk[i], &faults, &why);
        found = found || e != OK;
    }
    im->undone = found || im->checking;
    return im->undone ? diag_set(d, ERR_CONFLICT, "撤销", "undone") : OK;
}

static void after_chunk(struct http_request *req, void *ctx);

static void chunk_done(void *ctx, enum err e, const struct diag *d)
{
    struct importing *im = ctx;
    im->result = e;
    if (e != OK && d)
        im->why = *d;
    http_resume(im->call->req);
}

static void submit(struct importing *im)
{
    http_suspend(im->call->req, after_chunk, im);
    enum err e = store_submit(im->call->api->zone->store, run_chunk, chunk_done, im, &im->why);
    if (e != OK)
        chunk_done(im, e, &im->why);
}

/* ---- from chunk to chunk ---- */

static enum err take_row(struct importing *im)
{
    const struct csv_row *from = im->csv_row;
    struct diag d = { 0 };
    im->rows++;
    if (from->fault != OK) {
        tell(im, from->number, STR_NONE, &from->why);
        return OK;
    }
    if (from->count != im->column_count) {
        diag_set(&d, ERR_INVALID, "这一行有 %zu 个字段,第一行有 %zu 个",
            "this row has %zu fields, the first line has %zu", from->count, im->column_count);
        tell(im, from->number, STR_NONE, &d);
        return OK;
    }
    struct row *row = &im->chunk[im->chunk_count++];
    *row = (struct row){ .number = from->number };
    for (size_t i = 0; i < from->count; i++)
        row->fields[i] = str_copy(&im->chunk_arena, from->fields[i]);
    return diag_arena(&im->why, &im->chunk_arena);
}

static enum err read_chunk(struct importing *im, size_t most)
{
    arena_reset(&im->chunk_arena);
    im->chunk_count = 0;
    while (im->chunk_count < most) {
        bool more;
        TRY(csv_next(im->csv, im->csv_row, &more, &im->why));
        if (!more)
            break;
        TRY(take_row(im));
    }
    return OK;
}

static int fault_order(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    return x->row < y->row ? -1 : x->row > y->row;
}

static void answer(struct importing *im)
{
    struct http_request *req = im->call->req;
    json_t *o = json_keep(req->arena, json_object()), *faults = json_array();
    enum err e = diag_arena(&im->call->diag, &im->own);
    if (e == OK && im->result != OK && (!im->accepted || im->checking || im->all_or_nothing))
        im->call->diag = im->why;
    if (im->call->diag.err != OK) {
        json_decref(faults);
        api_fail(im->call);
        return;
    }
    if (im->result != OK) /* some chunks are in: say where it stopped, and why */
        tell(im, im->chunk_count ? im->chunk[0].number : im->rows, STR_NONE, &im->why);
    qsort(im->faults, im->fault_count, sizeof *im->faults, fault_order);
    for (size_t i = 0; i < im->fault_count; i++) {
        json_t *f = json_object();
        json_set_int(f, "row", im->faults[i].row);
        json_object_set_new(f, "column",
            json_str_or_null(im->faults[i].column));
        json_set_str(f, "message", im->faults[i].message);
        json_array_append_new(faults, f);
    }
    json_set_int(o, "rows", im->rows);
    json_set_int(o, "accepted", im->accepted);
    json_object_set_new(o, "faults", faults);
    json_object_set_new(o, "batch", json_null());
    if (im->accepted && !im->checking)
        json_set_id(o, "batch", im->batch);
    http_reply_json(req, 200, o);
}

/* The whole file once more, in one transaction. */
static void write_all(struct importing *im)
{
    im->checking = false;
    im->rows = im->accepted = 0;
    im->result = open_csv(im, &im->why);
    if (im->result == OK)
        im->result = read_chunk(im, ALL_ROWS_MAX);
    if (im->result == OK)
        submit(im);
    else
        answer(im);
}

static void next(struct importing *im)
{
    im->result = read_chunk(im, CHUNK_ROWS);
    if (im->result == OK && im->chunk_count)
        submit(im);
    else if (im->result == OK && im->all_or_nothing && im->checking && !im->dry_run
        && !im->any_fault)
        write_all(im);
    else {
        if (im->all_or_nothing && im->any_fault)
            im->accepted = 0;
        answer(im);
    }
}

static void publish(struct importing *im)
{
    struct call *c = im->call;
    struct arena *callers = c->op.arena;
    c->op.arena = &im->chunk_arena;
    for (size_t i = 0; i < im->created_count; i++) {
        bool told = false;
        for (size_t k = 0; k < i && !told; k++)
            told = str_equal(im->created[k].unit, im->created[i].unit);
        if (!told)
            api_publish_case(c,
                &(struct case_change){
                    .row = &im->created[i], .verb = STR("create"), .is_public = true });
    }
    c->op.arena = callers;
}

static void after_chunk(struct http_request *req, void *ctx)
{
    struct importing *im = ctx;
    size_t good = 0;
    (void)req;
    for (size_t i = 0; i < im->chunk_count; i++)
        good += !im->chunk[i].bad;
    if (im->result != OK && !im->undone) {
        answer(im);
        return;
    }
    if (im->undone && !im->checking && good && !im->all_or_nothing) {
        submit(im); /* again, without the bad rows */
        return;
    }
    if (!im->undone)
        publish(im);
    if (!im->undone || im->checking)
        im->accepted += (int64_t)good;
    im->result = OK;
    if (im->all_or_nothing && !im->checking) {
        if (im->undone)
            im->accepted = 0;
        answer(im);
    } else
        next(im);
}

/* ---- the door ---- */

static enum err begin(struct importing *im, str kind)
{
    struct call *c = im->call;
    struct http_request *req = c->req;
    TRY(actor_require(&c->op, "case.import"));
    im->system = pack_kind(zone_pack(c->api->zone), kind.bytes ? kind : STR("request"));
    if (!im->system) {
        diag_field(&c->diag, STR("kind"));
        return diag_set(&c->diag, ERR_INVALID, "没有“%.*s”这类办件",
            "there is no kind of case \"%.*s\"", STR_ARGS(kind));
    }
    if (!http_content_type_is(req, "text/csv"))
        return diag_set(&c->diag, ERR_MEDIA_TYPE, "请上传 CSV 文件(Content-Type: text/csv)",
            "please send a CSV file (Content-Type: text/csv)");
    im->gb18030 = csv_is_gb18030(req->body);
    im->text.text = req->body;
    im->chunk_room = im->all_or_nothing ? ALL_ROWS_MAX : CHUNK_ROWS;
    im->chunk = ARENA_ARRAY(&im->own, struct row, im->chunk_room);
    im->created = ARENA_ARRAY(&im->own, struct case_row, im->chunk_room);
    im->faults = ARENA_ARRAY(&im->own, struct fault, FAULTS_KEPT_MAX);
    im->csv_row = ARENA_NEW(&im->own, struct csv_row);
    TRY(diag_arena(&c->diag, &im->own));
    im->batch = id_next(&c->api->zone->ids, c->op.now_ms);
    im->checking = im->dry_run || im->all_or_nothing;
    TRY(open_csv(im, &c->diag));
    return count_rows(im, &c->diag);
}

static void no_memory(struct call *c)
{
    diag_set(&c->diag, ERR_MEMORY, "内存不足,请稍后再试", "out of memory, try again later");
    api_fail(c);
}

static void import(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct importing *im = ARENA_NEW(req->arena, struct importing);
    str kind;
    (void)app;
    if (!im) {
        no_memory(c);
        return;
    }
    im->call = c;
    arena_init(&im->own, NULL, OWN_BYTES_MAX);
    arena_init(&im->chunk_arena, NULL, OWN_BYTES_MAX);
    arena_init(&im->row_arena, NULL, OWN_BYTES_MAX);
    if (!arena_defer(req->arena, release, im)) {
        no_memory(c);
        return;
    }
    if (!api_query(c, "kind", &kind) || !api_query_flag(c, "dryRun", &im->dry_run)
        || !api_query_flag(c, "allOrNothing", &im->all_or_nothing))
        return;
    if (begin(im, kind) != OK)
        api_fail(c);
    else
        next(im);
}

static const struct api_param import_params[] = { { "kind", "string", "request when absent" },
    { "dryRun", "boolean", "check only" },
    { "allOrNothing", "boolean", "no row when one is wrong; at most 1,000 rows" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route import_routes[] = {
    { "POST", "/api/imports", import, BODY_BYTES_MAX, NULL,
        DOC("importCases", "Requests out of a CSV file", "cases", API_SESSION, NULL, "ImportResult",
            0, import_params, .request_type = "text/csv") },
    { 0 },
};
