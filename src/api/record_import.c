/*
 * Records out of a CSV file or the first sheet of an XLSX workbook: each row a new record, or the next
 * version of the one with the same key. Columns are found by their names or titles, or as the sender
 * says; cells are read as people write them.
 *
 *     body ─▶ chunk of CHUNK_ROWS ─▶ a write ─▶ next chunk … ─▶ rows, accepted, faults, batch
 *
 * The writer thread serves everybody, so it is held for one chunk at a time. A row that is refused
 * is told by number and column, and the others go on. All records carry the batch's number: the
 * whole import can be undone (record_changes.c). A dry run does the same and undoes each chunk.
 *
 * With `run`, a name that the sender chooses, the import is watched from beside (import_runs.c): some
 * times a second how far it is stands in the database, and whoever asks it to stop is heard then. What a
 * stopped import has written is undone, slice by slice, before it answers.
 */
#include "api/registers.h"
#include "api/schemas.h"
#include "zone/csv.h"
#include "zone/import_run.h"
#include "zone/record_rows.h"
#include "zone/xlsx.h"

#include <string.h>

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum {
    BODY_BYTES_MAX = 20 * 1024 * 1024,
    CHUNK_ROWS = 200,
    FAULTS_MAX = 500,
    PREVIEW_ROWS = 8,
    TOLD_EVERY_MS = 250,
    FAULT_FILE_BYTES_MAX = 16 * 1024 * 1024
};

struct importing {
    struct call *call;
    const struct pack_register *r;
    struct arena own, chunk;
    struct csv_text text;
    struct csv_source plain, source;
    struct csv *csv;
    struct record_rows table;
    bool dry, more, mapped;
    str columns; /* what the file's columns are, when the one who sends it says so */
    json_t *faults;      /* the first ones */
    struct import_run run; /* rows, accepted, faults; its key is empty when nobody watches */
    struct buf all;      /* of a watched one: all faults, as CSV */
    int64_t told_at;
    bool stop;
    struct record_undo undo;
};

static void release(void *ctx)
{
    struct importing *im = ctx;
    arena_release(&im->own);
    arena_release(&im->chunk);
}

static void tell_file(struct importing *im, int64_t row, const struct diag *d)
{
    bool zh = strcmp(im->call->req->lang, "en") != 0;
    const struct pack_column *c = pack_column(im->r, str_from(d->field));
    if (!im->run.key.bytes || im->all.bytes > FAULT_FILE_BYTES_MAX)
        return;
    buf_printf(&im->all, "%lld,", (long long)row);
    csv_cell(&im->all, c ? (zh ? c->title.zh : c->title.en) : str_from(d->field), true);
    buf_add_char(&im->all, ',');
    csv_cell(&im->all, http_text_of(im->call->req, d), true);
    buf_add(&im->all, STR("\r\n"));
}

static void tell(struct importing *im, int64_t row, const struct diag *d)
{
    im->run.faults++;
    tell_file(im, row, d);
    if (json_array_size(im->faults) >= FAULTS_MAX)
        return;
    json_t *f = json_object();
    json_set_int(f, "row", row);
    json_object_set_new(f, "column", d->field[0] ? json_string(d->field) : json_null());
    json_set_str(f, "message", http_text_of(im->call->req, d));
    json_array_append_new(im->faults, f);
}

/* ---- rows ---- */

/* "name,,kind": what each column of the file is, in order; an empty one is passed over. */
static enum err map_header(struct importing *im, const struct csv_row *row, struct diag *d)
{
    str *names = ARENA_ARRAY(&im->own, str, row->count);
    str rest = im->columns, name;
    TRY(diag_arena(d, &im->own));
    for (size_t i = 0; i < row->count; i++) {
        bool more = str_split(&rest, ',', &name);
        names[i] = more ? str_trim(name) : STR_NONE;
    }
    return record_rows_head_mapped(&im->table, names, row->count, d);
}

static enum err read_header(struct importing *im, struct diag *d)
{
    struct csv_row row;
    TRY(csv_next(im->csv, &row, &im->more, d));
    if (im->mapped && im->more && row.fault == OK)
        return map_header(im, &row, d);
    return record_rows_head(&im->table, row.fields, im->more && row.fault == OK ? row.count : 0, d);
}

static enum err one_row(struct importing *im, struct op *op, const struct csv_row *row)
{
    struct diag d = { 0 };
    enum err e = row->fault;
    struct op own = *op;
    struct diag_list faults;
    own.diag = &d;
    diag_list_init(&faults, op->arena, 20);
    im->run.rows++;
    if (e != OK)
        d = row->why;
    else
        e = record_rows_add(&own, &im->table, row->fields, row->count, &faults);
    if (e == OK) {
        im->run.accepted++;
        return OK;
    }
    if (record_rows_fatal(e)) {
        *op->diag = d;
        return e;
    }
    for (size_t i = 0; i < faults.count; i++)
        tell(im, row->number, faults.items[i]);
    if (!faults.count)
        tell(im, row->number, &d);
    return OK;
}

static enum err chunk_work(struct call *c)
{
    struct importing *im = c->state;
    struct op op = c->op;
    op.arena = &im->chunk;
    arena_reset(&im->chunk);
    TRY(record_rows_begin(&op, &im->table));
    for (int i = 0; im->more && i < CHUNK_ROWS; i++) {
        struct csv_row row;
        TRY(csv_next(im->csv, &row, &im->more, op.diag));
        if (im->more)
            TRY(one_row(im, &op, &row));
    }
    TRY(record_rows_end(&op, &im->table));
    return im->dry ? api_undo(c) : OK;
}

static void answer(struct call *c)
{
    struct importing *im = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_int(o, "rows", im->run.rows);
    json_set_int(o, "accepted", im->stop ? 0 : im->run.accepted);
    json_object_set(o, "faults", im->faults);
    json_set_int(o, "faultCount", im->run.faults);
    json_object_set_new(o, "cancelled", json_boolean(im->stop));
    json_object_set_new(o, "batch", json_null());
    if (im->run.accepted && !im->dry && !im->stop)
        json_set_id(o, "batch", im->table.batch);
    http_reply_json(c->req, 200, o);
}

/* ---- watched from beside ---- */

static enum err end_work(struct call *c)
{
    struct importing *im = c->state;
    im->run.phase = im->stop ? STR("cancelled") : im->dry ? STR("checked") : STR("written");
    im->run.batch = im->dry || im->stop ? 0 : im->table.batch;
    return import_run_end(&c->op, &im->run, im->run.faults ? buf_str(&im->all) : STR_NONE);
}

static void over(struct call *c)
{
    struct importing *im = c->state;
    if (im->run.key.bytes)
        api_write(c, end_work, answer);
    else
        answer(c);
}

/* What a stopped import wrote goes again. */
static enum err back_work(struct call *c)
{
    struct importing *im = c->state;
    struct op op = c->op;
    bool ignored;
    op.arena = &im->chunk;
    arena_reset(&im->chunk);
    TRY(record_undo_batch(&op, im->r, im->table.batch, STR("导入中止"), &im->undo));
    im->run.phase = STR("undoing");
    return import_run_touch(&c->op, &im->run, &ignored);
}

static void back_done(struct call *c)
{
    struct importing *im = c->state;
    if (im->undo.more)
        api_write(c, back_work, back_done);
    else
        over(c);
}

static void chunk_done(struct call *c);

static enum err told_work(struct call *c)
{
    struct importing *im = c->state;
    im->told_at = c->op.now_ms;
    return import_run_touch(&c->op, &im->run, &im->stop);
}

static void told_done(struct call *c)
{
    struct importing *im = c->state;
    if (im->stop && !im->dry && im->run.accepted)
        api_write(c, back_work, back_done);
    else if (im->stop)
        over(c);
    else
        api_write(c, chunk_work, chunk_done);
}

static void chunk_done(struct call *c)
{
    struct importing *im = c->state;
    c->op.now_ms = sys_now_ms(c->api->zone->sys);
    if (!im->more)
        over(c);
    else if (im->run.key.bytes && c->op.now_ms - im->told_at >= TOLD_EVERY_MS)
        api_write(c, told_work, told_done);
    else
        api_write(c, chunk_work, chunk_done);
}

static enum err watch_work(struct call *c)
{
    struct importing *im = c->state;
    return import_run_begin(&c->op, &im->run);
}

static void watch_done(struct call *c)
{
    api_write(c, chunk_work, chunk_done);
}

/* Its name, and how many rows there are to do. */
static enum err watch(struct importing *im)
{
    struct call *c = im->call;
    struct csv_text text = { .text = im->text.text };
    struct csv_source plain = csv_text_source(&text);
    struct csv *csv;
    struct csv_row row;
    bool more = true;
    if (im->run.key.bytes > IMPORT_RUN_KEY_BYTES_MAX) {
        diag_field(&c->diag, STR("run"));
        return diag_set(&c->diag, ERR_LIMIT, "run 最多 %d 字节", "run has at most %d bytes",
            IMPORT_RUN_KEY_BYTES_MAX);
    }
    TRY(csv_create(&im->own, &plain, ',', &csv, &c->diag));
    for (int64_t lines = 0; more; lines++) {
        TRY(csv_next(csv, &row, &more, &c->diag));
        im->run.total = lines;
    }
    im->run.total -= im->run.total > 0; /* the head */
    im->run.reg = im->r->code;
    im->run.phase = im->dry ? STR("checking") : STR("writing");
    im->run.batch = im->dry ? 0 : im->table.batch;
    im->told_at = c->op.now_ms;
    buf_init(&im->all, &im->own, FAULT_FILE_BYTES_MAX + 64 * KIB);
    return OK;
}

/* The body as lines of CSV, whatever it came as. */
static enum err open_table(struct importing *im)
{
    struct call *c = im->call;
    bool book = http_content_type_is(c->req, XLSX) || xlsx_is(c->req->body);
    if (!book && !http_content_type_is(c->req, "text/csv"))
        return diag_set(&c->diag, ERR_MEDIA_TYPE, "请上传 XLSX 或 CSV 文件",
            "please send an XLSX or a CSV file");
    im->text.text = c->req->body;
    if (book)
        TRY(xlsx_csv(&im->own, c->req->body, &im->text.text, &c->diag));
    im->plain = im->source = csv_text_source(&im->text);
    if (!book && csv_is_gb18030(c->req->body))
        TRY(csv_gb18030(&im->own, &im->plain, &im->source, &c->diag));
    return csv_create(&im->own, &im->source, ',', &im->csv, &c->diag);
}

static enum err begin(struct importing *im)
{
    struct call *c = im->call;
    if (!register_written(&c->op, im->r))
        return diag_set(
            &c->diag, ERR_FORBIDDEN, "您无权修改这个登记表", "you may not change this register");
    TRY(open_table(im));
    im->faults = json_keep(c->op.arena, json_array());
    im->table = (struct record_rows){ .r = im->r, .reason = STR("导入") };
    im->table.batch = id_next(&c->api->zone->ids, c->op.now_ms);
    TRY(diag_arena(&c->diag, c->op.arena));
    return read_header(im, &c->diag);
}

static void import_records(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct importing *im = ARENA_NEW(req->arena, struct importing);
    (void)app;
    c->state = im;
    if (!im || !api_register(c, &im->r) || !api_query_flag(c, "dryRun", &im->dry)
        || !api_query(c, "columns", &im->columns) || !api_query(c, "run", &im->run.key))
        return;
    im->call = c;
    im->mapped = im->columns.bytes > 0;
    arena_init(&im->own, NULL, 256 * MIB);
    arena_init(&im->chunk, NULL, 64 * MIB);
    if (!arena_defer(req->arena, release, im) || begin(im) != OK
        || (im->run.key.bytes && watch(im) != OK))
        api_fail(c);
    else if (im->run.key.bytes)
        api_write(c, watch_work, watch_done);
    else
        api_write(c, chunk_work, chunk_done);
}

/* ---- looked at first ---- */

static json_t *cells_json(const struct csv_row *row)
{
    json_t *list = json_array();
    for (size_t i = 0; i < row->count; i++)
        json_array_append_new(list, json_from_str(row->fields[i]));
    return list;
}

/* The head, what its columns are taken for, the first rows, and how many there are. */
static enum err look(struct importing *im, json_t *o)
{
    struct call *c = im->call;
    struct csv_row row;
    json_t *columns = json_array(), *rows = json_array();
    int64_t count = 0;
    json_object_set_new(o, "columns", columns);
    json_object_set_new(o, "rows", rows);
    TRY(open_table(im));
    TRY(csv_next(im->csv, &row, &im->more, &c->diag));
    if (!im->more || row.fault != OK || row.count > RECORD_ROWS_COLUMNS_MAX)
        return diag_set(&c->diag, ERR_INVALID, "文件第一行应是列名",
            "the first line must name the columns");
    json_object_set_new(o, "head", cells_json(&row));
    for (size_t i = 0; i < row.count; i++) {
        const struct pack_column *found = record_rows_column(im->r, row.fields[i]);
        json_array_append_new(
            columns, json_from_str(found && !pack_column_derived(found) ? found->name : STR_NONE));
    }
    while (im->more) {
        TRY(csv_next(im->csv, &row, &im->more, &c->diag));
        if (im->more && row.fault == OK && count < PREVIEW_ROWS)
            json_array_append_new(rows, cells_json(&row));
        count += im->more;
    }
    json_set_int(o, "total", count);
    return diag_arena(&c->diag, c->op.arena);
}

static void preview(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct importing *im = ARENA_NEW(req->arena, struct importing);
    json_t *o = json_keep(req->arena, json_object());
    (void)app;
    if (!im || !api_register(c, &im->r))
        return;
    im->call = c;
    arena_init(&im->own, NULL, 256 * MIB);
    arena_init(&im->chunk, NULL, 64 * MIB);
    if (!arena_defer(req->arena, release, im) || look(im, o) != OK)
        api_fail(c);
    else
        http_reply_json(req, 200, o);
}

/* clang-format off */
FIELDS(import_preview) = { { "head", API_TEXTS, R },
    { "columns", API_TEXTS, R, 0, NULL, "what each is taken for; empty: nothing" },
    { "rows", API_ANY, R, 0, NULL, "the first rows: lists of texts" }, { "total", API_INT, R }, END };
const struct api_schema record_import_schemas[] = {
    { "ImportPreview", "a table before it is brought in", import_preview }, { 0 } };
/* clang-format on */

static const struct api_param import_params[] = { { "dryRun", "boolean", "check only" },
    { "columns", "string",
        "what the file's columns are, in order, separated by commas; empty: passed over" },
    { "run", "string", "a name of one's own, by which the import is watched and stopped" },
    { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_import_routes[] = {
    { "POST", "/api/registers/{register}/import", import_records, BODY_BYTES_MAX, NULL,
        DOC("importRecords", "Records out of a CSV file or an XLSX workbook, by key", "registers",
            API_SESSION, NULL, "ImportResult", 0, import_params, .request_type = "text/csv") },
    { "POST", "/api/registers/{register}/import/preview", preview, BODY_BYTES_MAX, NULL,
        DOC("previewImport", "A table before it is brought in", "registers", API_SESSION, NULL,
            "ImportPreview", 0, NULL, .request_type = "text/csv") },
    { 0 },
};
