/*
 * Lists of records taken along: CSV and XLSX for tables, GeoJSON for maps, PDF for paper. The same
 * query as the list on the page, so that one gets what one sees; what is masked stays masked.
 *
 * Cells hold what people read, names for codes and units, yuan for money, and the import reads the
 * same back. A text that a spreadsheet would take for a formula gets an apostrophe in front in CSV;
 * XLSX says of each cell what it is and needs none.
 *
 * At most EXPORT_MAX records: an answer that was cut says so in the header X-Junma-Cut.
 */
#include "api/registers.h"
#include "zone/csv.h"

#include "print/print.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { EXPORT_MAX = 50000, EXPORT_BYTES_MAX = 64 * 1024 * 1024, EXPORT_COLUMNS_MAX = 200 };

enum format { FORMAT_CSV, FORMAT_XLSX, FORMAT_GEOJSON, FORMAT_PDF };

struct exporting {
    struct call *c;
    const struct pack_register *r;
    struct record_filter f;
    const struct pack_column *columns[EXPORT_COLUMNS_MAX];
    size_t column_count;
    bool zh, cut;
    int64_t rows;
    struct arena page; /* of one page of records */
    struct buf out;    /* CSV, GeoJSON */
    const struct pack_column *place;
    int fd; /* of the XLSX, in memory; -1: none */
    lxw_worksheet *sheet;
    lxw_format *date;
    struct print *paper;
};

/* ---- which columns ---- */

static bool add_column(struct exporting *x, const struct pack_column *column)
{
    if (x->column_count == EXPORT_COLUMNS_MAX || column->type == PACK_COLUMN_FILES)
        return false;
    x->columns[x->column_count++] = column;
    return true;
}

/* columns=a,b; else all. False: answered. */
static bool read_columns(struct exporting *x)
{
    str text, part;
    if (!api_query(x->c, "columns", &text))
        return false;
    for (str rest = text; text.bytes && str_split(&rest, ',', &part);) {
        const struct pack_column *column = pack_column(x->r, part);
        if (!column) {
            diag_field(&x->c->diag, STR("columns"));
            diag_set(&x->c->diag, ERR_INVALID, "登记表没有列“%.*s”",
                "the register has no column \"%.*s\"", STR_ARGS(part));
            api_fail(x->c);
            return false;
        }
        (void)add_column(x, column);
    }
    for (size_t i = 0; !text.bytes && i < x->r->column_count; i++)
        (void)add_column(x, &x->r->columns[i]);
    for (size_t i = 0; i < x->r->column_count && !x->place; i++)
        if (x->r->columns[i].type == PACK_COLUMN_POINT
            || x->r->columns[i].type == PACK_COLUMN_SHAPE)
            x->place = &x->r->columns[i];
    return true;
}

/* ---- cells ---- */

static const json_t *value_of(const struct record *r, const struct pack_column *column)
{
    return json_object_getn(r->data, column->name.data, column->name.bytes);
}

static str title(const struct exporting *x, const struct pack_column *column)
{
    return x->zh ? column->title.zh : column->title.en;
}

static str text_of(struct exporting *x, const struct pack_column *column, const json_t *v)
{
    const struct pack *p = zone_pack(x->c->api->zone);
    str text = json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
    const struct pack_code *code = column->codes ? pack_code(column->codes, text) : NULL;
    const struct pack_unit *unit = column->type == PACK_COLUMN_UNIT ? pack_unit(p, text) : NULL;
    if (code)
        return x->zh ? code->name.zh : code->name.en;
    if (unit)
        return x->zh ? unit->name.zh : unit->name.en;
    if (column->type == PACK_COLUMN_MONEY && json_is_integer(v)) {
        int64_t fen = json_integer_value(v), yuan = fen < 0 ? -fen : fen;
        return str_printf(&x->page, "%s%lld.%02lld", fen < 0 ? "-" : "", (long long)(yuan / 100),
            (long long)(yuan % 100));
    }
    if (json_is_integer(v))
        return str_printf(&x->page, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return str_printf(&x->page, "%.15g", json_real_value(v));
    if (json_is_boolean(v))
        return x->zh ? (json_is_true(v) ? STR("是") : STR("否"))
                     : (json_is_true(v) ? STR("yes") : STR("no"));
    if (column->type == PACK_COLUMN_POINT && json_is_object(v))
        return str_printf(&x->page, "%.7g, %.7g", json_number_value(json_object_get(v, "lon")),
            json_number_value(json_object_get(v, "lat")));
    if (column->type == PACK_COLUMN_SHAPE && json_is_object(v))
        return json_text(&x->page, v);
    return text;
}

/* ---- CSV ---- */

static void csv_head(struct exporting *x)
{
    buf_add(&x->out, STR("\xEF\xBB\xBF")); /* without it spreadsheets guess another encoding */
    for (size_t i = 0; i < x->column_count; i++) {
        if (i)
            buf_add_char(&x->out, ',');
        csv_cell(&x->out, title(x, x->columns[i]), true);
    }
    buf_add(&x->out, STR("\r\n"));
}

static void csv_row(struct exporting *x, const struct record *r)
{
    for (size_t i = 0; i < x->column_count; i++) {
        const json_t *v = value_of(r, x->columns[i]);
        if (i)
            buf_add_char(&x->out, ',');
        csv_cell(&x->out, text_of(x, x->columns[i], v),
            json_is_string(v) && x->columns[i]->type == PACK_COLUMN_TEXT);
    }
    buf_add(&x->out, STR("\r\n"));
}

/* ---- GeoJSON ---- */

static void geojson_row(struct exporting *x, const struct record *r)
{
    const json_t *place = value_of(r, x->place);
    if (!json_is_object(place))
        return;
    json_t *feature = json_object(), *properties = json_object(), *geometry;
    if (x->place->type == PACK_COLUMN_POINT)
        geometry = json_pack("{s:s, s:[f, f]}", "type", "Point", "coordinates",
            json_number_value(json_object_get(place, "lon")),
            json_number_value(json_object_get(place, "lat")));
    else
        geometry = json_deep_copy(place);
    json_object_set_new(feature, "type", json_string("Feature"));
    json_set_id(feature, "id", r->id);
    json_object_set_new(feature, "geometry", geometry);
    for (size_t i = 0; i < x->column_count; i++)
        if (x->columns[i] != x->place)
            json_object_setn_new(properties, x->columns[i]->name.data, x->columns[i]->name.bytes,
                json_incref((json_t *)value_of(r, x->columns[i])));
    json_object_set_new(feature, "properties", properties);
    if (x->rows)
        buf_add_char(&x->out, ',');
    buf_add(&x->out, json_text_sent(&x->page, json_keep(&x->page, feature)));
}

/* ---- XLSX ---- */

static void xlsx_cell(struct exporting *x, lxw_row_t row, lxw_col_t at, const struct record *r)
{
    const struct pack_column *column = x->columns[at];
    const json_t *v = value_of(r, column);
    struct date d;
    if (!v || json_is_null(v))
        return;
    if (json_is_number(v)) {
        double n = json_number_value(v) / (column->type == PACK_COLUMN_MONEY ? 100 : 1);
        worksheet_write_number(x->sheet, row, at, n, NULL);
    } else if (column->type == PACK_COLUMN_DATE
        && date_parse((str){ json_string_value(v), json_string_length(v) }, &d)) {
        lxw_datetime when = { .year = d.year, .month = d.month, .day = d.day };
        worksheet_write_datetime(x->sheet, row, at, &when, x->date);
    } else {
        const char *text = str_terminated(&x->page, text_of(x, column, v));
        worksheet_write_string(x->sheet, row, at, text ? text : "", NULL);
    }
}

static void xlsx_row(struct exporting *x, const struct record *r)
{
    for (size_t i = 0; i < x->column_count; i++)
        xlsx_cell(x, (lxw_row_t)x->rows + 1, (lxw_col_t)i, r);
}

/* ---- all pages ---- */

typedef void row_fn(struct exporting *x, const struct record *r);

static enum err each_row(struct exporting *x, row_fn *row)
{
    struct op op = x->c->op;
    enum err e = OK;
    op.arena = &x->page;
    x->f.limit = RECORD_PAGE_MAX;
    for (bool more = true; e == OK && more && x->rows < EXPORT_MAX;) {
        struct record_page page = { 0 };
        e = record_list(&op, x->r, &x->f, &page);
        for (size_t i = 0; e == OK && i < page.count; i++) {
            row(x, &page.items[i]);
            x->rows++;
        }
        more = e == OK && page.next.bytes;
        x->f.after = str_copy(x->c->op.arena, page.next);
        x->cut = more;
        arena_reset(&x->page);
    }
    if (e == OK && buf_failed(&x->out))
        return diag_set(x->c->op.diag, ERR_LIMIT, "内容过大,请少选几列或加上条件",
            "too much to take along: choose fewer columns, or conditions");
    return e == OK ? diag_arena(x->c->op.diag, x->c->op.arena) : e;
}

/* The library writes to a name, so it gets one of a file that is in memory only. */
static enum err make_xlsx(struct exporting *x)
{
    struct diag *d = x->c->op.diag;
    x->fd = memfd_create("table", MFD_CLOEXEC);
    const char *path = str_printf(x->c->op.arena, "/proc/self/fd/%d", x->fd).data;
    lxw_workbook *book = x->fd < 0 || !path ? NULL : workbook_new(path);
    if (!book)
        return diag_set(d, ERR_MEMORY, "内存不足,请稍后再试", "out of memory, try again later");
    x->sheet = workbook_add_worksheet(book, NULL);
    x->date = workbook_add_format(book);
    lxw_format *bold = workbook_add_format(book);
    format_set_num_format(x->date, "yyyy-mm-dd");
    format_set_bold(bold);
    for (size_t i = 0; i < x->column_count; i++) {
        const char *text = str_terminated(x->c->op.arena, title(x, x->columns[i]));
        worksheet_write_string(x->sheet, 0, (lxw_col_t)i, text ? text : "", bold);
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
    enum err e = each_row(x, xlsx_row);
    if (workbook_close(book) != LXW_NO_ERROR && e == OK)
        e = diag_set(d, ERR_INTERNAL, "表格没有生成", "the table could not be made");
    return e;
}

/* ---- paper ---- */

static void paper_row(struct exporting *x, const struct record *r)
{
    str cells[PRINT_COLUMNS_MAX];
    for (size_t i = 0; i < x->column_count; i++)
        cells[i] = text_of(x, x->columns[i], value_of(r, x->columns[i]));
    print_table_row(x->paper, cells, false);
}

static bool counts(enum pack_column_type t)
{
    return t == PACK_COLUMN_INT || t == PACK_COLUMN_REAL || t == PACK_COLUMN_MONEY;
}

/* A4, lying where there are more than five columns; more than a page can hold are refused by number. */
static enum err make_pdf(struct exporting *x, str *out)
{
    struct op *op = &x->c->op;
    struct print_column columns[PRINT_COLUMNS_MAX] = { { STR_NONE, 0, PRINT_LEFT } };
    str name = x->zh ? x->r->name.zh : x->r->name.en;
    if (x->column_count > PRINT_COLUMNS_MAX)
        return diag_set(op->diag, ERR_LIMIT, "一页纸至多 %d 列,请少选几列",
            "a page holds at most %d columns: choose fewer", PRINT_COLUMNS_MAX);
    for (size_t i = 0; i < x->column_count; i++) {
        const struct pack_column *c = x->columns[i];
        columns[i] = (struct print_column){ title(x, c), c->type == PACK_COLUMN_TEXT ? 2 : 1,
            counts(c->type) ? PRINT_RIGHT : PRINT_LEFT };
    }
    struct print_setup setup = { .paper = x->column_count > 5 ? PRINT_A4_WIDE : PRINT_A4,
        .margin_mm = 15, .title = name, .made_ms = op->now_ms, .page_numbers = true,
        .english = !x->zh, .pages_max = PRINT_PAGES_MAX,
        .foot = str_slice(zone_instant_text(op, op->now_ms), 0, 10) };
    TRY(print_create(op->arena, &setup, &x->paper, op->diag));
    print_heading(x->paper, 2, name);
    print_table_begin(x->paper, &(struct print_table){ .columns = columns,
        .column_count = x->column_count, .size_pt = x->column_count > 12 ? 6.5 : 8 });
    TRY(each_row(x, paper_row));
    print_table_end(x->paper);
    return print_finish(x->paper, out, op->diag);
}

static enum err make(struct exporting *x, enum format format, str *out)
{
    enum err e = OK;
    switch (format) {
    case FORMAT_XLSX:
        return make_xlsx(x);
    case FORMAT_PDF:
        return make_pdf(x, out);
    case FORMAT_CSV:
        csv_head(x);
        e = each_row(x, csv_row);
        break;
    case FORMAT_GEOJSON:
        buf_add(&x->out, STR("{\"type\":\"FeatureCollection\",\"features\":["));
        e = each_row(x, geojson_row);
        buf_add(&x->out, STR("]}"));
        break;
    }
    *out = buf_str(&x->out);
    return e;
}

static void release(void *ctx)
{
    struct exporting *x = ctx;
    arena_release(&x->page);
    if (x->fd >= 0)
        close(x->fd);
}

static void reply(struct exporting *x, enum format format, str body)
{
    static const struct {
        const char *type, *end;
    } kinds[] = { { "text/csv; charset=utf-8", "csv" },
        { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" },
        { "application/geo+json", "geojson" }, { "application/pdf", "pdf" } };
    struct http_request *req = x->c->req;
    str name = x->zh ? x->r->name.zh : x->r->name.en;
    if (x->cut)
        http_reply_header(req, "X-Junma-Cut", STR("true"));
    http_reply_file_name(
        req, str_printf(req->arena, "%.*s.%s", STR_ARGS(name), kinds[format].end), false);
    if (x->fd < 0) {
        http_reply(req, 200, kinds[format].type, body);
        return;
    }
    off_t bytes = lseek(x->fd, 0, SEEK_END);
    http_reply_fd(req, 200, kinds[format].type, x->fd, (uint64_t)bytes);
    x->fd = -1; /* the answer has it */
}

/* A compartment is looked at record by record; nothing of it is taken along. */
static bool may_export(struct call *c, const struct pack_register *r)
{
    if (!r->closed)
        return true;
    diag_set(
        &c->diag, ERR_FORBIDDEN, "封闭的登记表不能导出", "a closed register cannot be exported");
    api_fail(c);
    return false;
}

static void export_records(struct http_request *req, const void *app)
{
    static const char *const formats[] = { "csv", "xlsx", "geojson", "pdf", NULL };
    struct call *c = api_call(req);
    struct exporting *x = ARENA_NEW(req->arena, struct exporting);
    str word, body = STR_NONE;
    enum format format = FORMAT_CSV;
    (void)app;
    if (!x || !api_register(c, &x->r) || !may_export(c, x->r) || !api_record_filter(c, x->r, &x->f)
        || !api_query_word(c, "format", formats, &word))
        return;
    while (word.bytes && !str_is(word, formats[format]))
        format++;
    x->c = c;
    x->fd = -1;
    x->zh = req->lang[0] == 'z';
    arena_init(&x->page, NULL, 64 * MIB);
    buf_init(&x->out, req->arena, EXPORT_BYTES_MAX);
    if (!arena_defer(req->arena, release, x) || !read_columns(x))
        return;
    if (format == FORMAT_GEOJSON && !x->place) {
        diag_field(&c->diag, STR("format"));
        diag_set(&c->diag, ERR_INVALID, "这个登记表没有位置", "this register has no places");
        api_fail(c);
        return;
    }
    if (!api_read(c))
        return;
    enum err e = make(x, format, &body);
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    else
        reply(x, format, body);
}

static const struct api_param export_params[] = { { "format", "string", "csv, xlsx, pdf or geojson" },
    { "columns", "string", "names of columns, separated by commas" },
    { "q", "string", "words to search for" },
    { "list", "string", "a list of the register's definition" },
    { "where", "string", "JSON list of {column, compare, value}" }, { "sort", "string", NULL },
    { "box", "string", "west,south,east,north in degrees" }, { "after", "string", NULL },
    { "limit", "integer", NULL }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route record_export_routes[] = {
    { "GET", "/api/registers/{register}/export", export_records, 0, NULL,
        DOC("exportRecords", "A list of records as CSV, XLSX or GeoJSON", "registers", API_SESSION,
            NULL, NULL, 0, export_params, .type = "text/csv") },
    { 0 },
};
