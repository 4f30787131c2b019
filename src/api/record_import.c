/*
 * Records out of a CSV file: each row a new record, or the next version of the one with the same
 * key. Columns are found by their names or titles; cells are read as people write them.
 *
 *     body ─▶ chunk of CHUNK_ROWS ─▶ a write ─▶ next chunk … ─▶ rows, accepted, faults, batch
 *
 * The writer thread serves everybody, so it is held for one chunk at a time. A row that is refused
 * is told by number and column, and the others go on. All records carry the batch's number: the
 * whole import can be undone (record_changes.c). A dry run does the same and undoes each chunk.
 */
#include "api/registers.h"
#include "zone/csv.h"

#include <string.h>

enum { BODY_BYTES_MAX = 20 * 1024 * 1024, CHUNK_ROWS = 100, FAULTS_MAX = 500, COLUMNS_MAX = 200 };

struct importing {
    struct call *call;
    const struct pack_register *r;
    struct arena own, chunk;
    struct csv_text text;
    struct csv_source plain, source;
    struct csv *csv;
    const struct pack_column *columns[COLUMNS_MAX];
    size_t column_count;
    bool dry, more;
    int64_t rows, accepted, batch;
    json_t *faults;
};

static void release(void *ctx)
{
    struct importing *im = ctx;
    arena_release(&im->own);
    arena_release(&im->chunk);
}

static void tell(struct importing *im, int64_t row, const struct diag *d)
{
    if (json_array_size(im->faults) >= FAULTS_MAX)
        return;
    json_t *f = json_object();
    json_set_int(f, "row", row);
    json_object_set_new(f, "column", d->field[0] ? json_string(d->field) : json_null());
    json_set_str(f, "message", http_text_of(im->call->req, d));
    json_array_append_new(im->faults, f);
}

/* ---- the first line ---- */

static const struct pack_column *column_called(const struct pack_register *r, str name)
{
    name = str_trim(name);
    const struct pack_column *found = pack_column(r, name);
    for (size_t i = 0; !found && i < r->column_count; i++)
        if (str_equal(r->columns[i].title.zh, name) || str_equal(r->columns[i].title.en, name))
            found = &r->columns[i];
    return found;
}

static enum err read_header(struct importing *im, struct diag *d)
{
    struct csv_row row;
    TRY(csv_next(im->csv, &row, &im->more, d));
    if (!im->more || row.fault != OK || row.count > COLUMNS_MAX)
        return diag_set(
            d, ERR_INVALID, "文件第一行应是列名", "the first line must name the columns");
    for (size_t i = 0; i < row.count; i++) {
        const struct pack_column *c = column_called(im->r, row.fields[i]);
        if (!c)
            return diag_set(d, ERR_INVALID, "登记表没有列“%.*s”;第一行应写列名或标题",
                "the register has no column \"%.*s\"; the first line holds names or titles",
                STR_ARGS(row.fields[i]));
        im->columns[im->column_count++] =
            c->computed ? NULL : c; /* what is computed is passed over */
    }
    return OK;
}

/* ---- rows ---- */

/* An apostrophe in front of what a spreadsheet would take for a formula is the export's. */
static str plain_text(str s)
{
    bool ours = s.bytes > 1 && s.data[0] == '\'' && strchr("=+-@\t\r", s.data[1]);
    return ours ? str_slice(s, 1, s.bytes) : s;
}

static enum err save_row(
    struct importing *im, struct op *op, const struct csv_row *row, struct diag_list *faults)
{
    struct record old, made;
    struct record_change change = { .reason = STR("导入"), .batch = im->batch, .faults = faults };
    struct op look = *op;
    struct diag ignored = { 0 };
    change.data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < row->count; i++) {
        const struct pack_column *c = im->columns[i];
        if (c)
            json_object_setn_new(change.data, c->name.data, c->name.bytes,
                column_from_text(op, c, plain_text(row->fields[i])));
    }
    look.diag = &ignored;
    str key =
        im->r->key ? json_str(change.data, str_terminated(op->arena, im->r->key->name)) : STR_NONE;
    if (key.bytes && record_by_key(&look, im->r->code, key, &old) == OK)
        change.id = old.id;
    return record_save(op, im->r, &change, &made);
}

static enum err one_row(struct importing *im, struct op *op, const struct csv_row *row)
{
    struct diag d = { 0 };
    enum err e = row->fault;
    struct op own = *op;
    struct diag_list faults;
    own.diag = &d;
    diag_list_init(&faults, op->arena, 20);
    im->rows++;
    if (e != OK)
        d = row->why;
    else if (row->count != im->column_count)
        e = diag_set(&d, ERR_INVALID, "这一行有 %zu 列,第一行有 %zu 列",
            "the row has %zu columns, the first line %zu", row->count, im->column_count);
    else
        e = save_row(im, &own, row, &faults);
    if (e == OK) {
        im->accepted++;
        return OK;
    }
    if (e == ERR_MEMORY || e == ERR_STORE || e == ERR_DISK_FULL) {
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
    for (int i = 0; im->more && i < CHUNK_ROWS; i++) {
        struct csv_row row;
        TRY(csv_next(im->csv, &row, &im->more, op.diag));
        if (im->more)
            TRY(one_row(im, &op, &row));
    }
    return im->dry ? api_undo(c) : OK;
}

static void chunk_done(struct call *c)
{
    struct importing *im = c->state;
    if (im->more) {
        api_write(c, chunk_work, chunk_done);
        return;
    }
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_int(o, "rows", im->rows);
    json_set_int(o, "accepted", im->accepted);
    json_object_set(o, "faults", im->faults);
    json_object_set_new(o, "batch", json_null());
    if (im->accepted && !im->dry)
        json_set_id(o, "batch", im->batch);
    http_reply_json(c->req, 200, o);
}

static enum err begin(struct importing *im)
{
    struct call *c = im->call;
    if (!register_written(&c->op, im->r))
        return diag_set(
            &c->diag, ERR_FORBIDDEN, "您无权修改这个登记表", "you may not change this register");
    if (!http_content_type_is(c->req, "text/csv"))
        return diag_set(&c->diag, ERR_MEDIA_TYPE, "请上传 CSV 文件(Content-Type: text/csv)",
            "please send a CSV file (Content-Type: text/csv)");
    im->text.text = c->req->body;
    im->plain = im->source = csv_text_source(&im->text);
    if (csv_is_gb18030(c->req->body))
        TRY(csv_gb18030(&im->own, &im->plain, &im->source, &c->diag));
    im->faults = json_keep(c->op.arena, json_array());
    im->batch = id_next(&c->api->zone->ids, c->op.now_ms);
    TRY(diag_arena(&c->diag, c->op.arena));
    TRY(csv_create(&im->own, &im->source, ',', &im->csv, &c->diag));
    return read_header(im, &c->diag);
}

static void import_records(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct importing *im = ARENA_NEW(req->arena, struct importing);
    (void)app;
    c->state = im;
    if (!im || !api_register(c, &im->r) || !api_query_flag(c, "dryRun", &im->dry))
        return;
    im->call = c;
    arena_init(&im->own, NULL, 64 * MIB);
    arena_init(&im->chunk, NULL, 64 * MIB);
    if (!arena_defer(req->arena, release, im) || begin(im) != OK)
        api_fail(c);
    else
        api_write(c, chunk_work, chunk_done);
}

static const struct api_param import_params[] = { { "dryRun", "boolean", "check only" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_import_routes[] = {
    { "POST", "/api/registers/{register}/import", import_records, BODY_BYTES_MAX, NULL,
        DOC("importRecords", "Records out of a CSV file, by key", "registers", API_SESSION, NULL,
            "ImportResult", 0, import_params, .request_type = "text/csv") },
    { 0 },
};
