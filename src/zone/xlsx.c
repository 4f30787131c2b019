/* Workbooks: the archive by libzip, its parts by libxml2's reader, one element at a time; xlsx.h. */
#include "zone/xlsx.h"

#include "base/date.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { STYLES_MAX = 65536, CSV_BYTES_MAX = 128 * 1024 * 1024 };

struct book {
    struct arena *a;
    struct diag *d;
    zip_t *zip;
    str *strings;
    size_t string_count, string_capacity;
    bool *dates; /* by style: shown as a day */
    size_t style_count;
    bool from_1904;
    str sheet; /* path of the first one */
};

bool xlsx_is(str content)
{
    return content.bytes > 4 && memcmp(content.data, "PK\x03\x04", 4) == 0;
}

static enum err no_book(struct diag *d)
{
    return diag_set(
        d, ERR_INVALID, "这不是有效的 XLSX 工作簿,请用表格软件另存后再试",
        "this is no valid XLSX workbook; save it again with a spreadsheet program");
}

/* ---- the archive ---- */

/* A part, unpacked; missing parts that may be missing give the empty text. */
static enum err part(struct book *b, const char *name, bool required, str *out)
{
    zip_stat_t st;
    *out = STR_NONE;
    if (zip_stat(b->zip, name, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE))
        return required ? no_book(b->d) : OK;
    bool swollen = st.size > 1024 * 1024
        && (!(st.valid & ZIP_STAT_COMP_SIZE) || st.comp_size == 0
            || st.size / st.comp_size > XLSX_RATIO_MAX);
    if (st.size > XLSX_PART_BYTES_MAX || swollen)
        return diag_set(b->d, ERR_LIMIT, "工作簿解开后过大,不能导入",
            "the workbook is too large when unpacked");
    char *to = arena_alloc(b->a, (size_t)st.size + 1);
    TRY(diag_arena(b->d, b->a));
    zip_file_t *f = zip_fopen(b->zip, name, 0);
    if (!f)
        return no_book(b->d);
    size_t used = 0;
    for (zip_int64_t got; used < st.size && (got = zip_fread(f, to + used, st.size - used)) > 0;)
        used += (size_t)got;
    char more;
    bool whole = used == st.size && zip_fread(f, &more, 1) == 0;
    if (zip_fclose(f) != 0 || !whole)
        return no_book(b->d);
    *out = (str){ to, used };
    return OK;
}

/* ---- reading XML ---- */

typedef enum err (*element_fn)(struct book *b, xmlTextReaderPtr r, const char *name, void *ctx);

static void quiet(void *ctx, const char *message, xmlParserSeverities severity,
    xmlTextReaderLocatorPtr where)
{
    (void)ctx, (void)message, (void)severity, (void)where;
}

/* Calls fn for each element and, for text, with the name NULL. */
static enum err walk(struct book *b, str xml, element_fn fn, void *ctx)
{
    xmlTextReaderPtr r = xmlReaderForMemory(xml.data, (int)xml.bytes, "part", NULL,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    enum err e = OK;
    int more = -1;
    if (!r)
        return diag_set(b->d, ERR_MEMORY, "内存不足", "out of memory");
    xmlTextReaderSetErrorHandler(r, quiet, NULL);
    while (e == OK && (more = xmlTextReaderRead(r)) == 1) {
        int type = xmlTextReaderNodeType(r);
        const char *name = (const char *)xmlTextReaderConstLocalName(r);
        if (type == XML_READER_TYPE_DOCUMENT_TYPE)
            e = no_book(b->d);
        else if (type == XML_READER_TYPE_ELEMENT || type == XML_READER_TYPE_END_ELEMENT)
            e = fn(b, r, name, ctx);
        else if (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE
            || type == XML_READER_TYPE_CDATA)
            e = fn(b, r, NULL, ctx);
    }
    xmlFreeTextReader(r);
    return e == OK && more != 0 ? no_book(b->d) : e;
}

static bool ends(xmlTextReaderPtr r)
{
    return xmlTextReaderNodeType(r) == XML_READER_TYPE_END_ELEMENT;
}

/* Copied into the arena; empty when it is not there. */
static str attribute(struct book *b, xmlTextReaderPtr r, const char *name)
{
    xmlChar *v = xmlTextReaderGetAttribute(r, (const xmlChar *)name);
    str out = v ? str_copy(b->a, str_from((const char *)v)) : STR_NONE;
    xmlFree(v);
    return out;
}

static int64_t number_of(str s, int64_t otherwise)
{
    int64_t n;
    return str_to_int64(s, &n) ? n : otherwise;
}

/* ---- workbook, styles, strings ---- */

struct finding {
    str id, target; /* of the first sheet */
};

static enum err in_workbook(struct book *b, xmlTextReaderPtr r, const char *name, void *ctx)
{
    struct finding *f = ctx;
    if (!name || ends(r))
        return OK;
    if (strcmp(name, "sheet") == 0 && !f->id.bytes)
        f->id = attribute(b, r, "r:id");
    if (strcmp(name, "workbookPr") == 0) {
        str v = attribute(b, r, "date1904");
        b->from_1904 = str_is(v, "1") || str_is(v, "true");
    }
    return OK;
}

static enum err in_relations(struct book *b, xmlTextReaderPtr r, const char *name, void *ctx)
{
    struct finding *f = ctx;
    if (name && !ends(r) && strcmp(name, "Relationship") == 0
        && str_equal(attribute(b, r, "Id"), f->id))
        f->target = attribute(b, r, "Target");
    return OK;
}

struct styling {
    bool within; /* cellXfs */
    struct {
        int64_t id;
        bool date;
    } own[1000];
    size_t own_count;
};

/* Does a format of its own show a day? Letters y, m, d outside quotes and brackets. */
static bool shows_day(str code)
{
    bool quoted = false, bracket = false, y = false, d = false;
    for (size_t i = 0; i < code.bytes; i++) {
        char c = code.data[i];
        if (c == '"')
            quoted = !quoted;
        else if (c == '[' || c == ']')
            bracket = c == '[';
        else if (!quoted && !bracket) {
            y = y || c == 'y' || c == 'Y';
            d = d || c == 'd' || c == 'D';
        }
    }
    return y || d;
}

static bool date_format_known(const struct styling *s, int64_t id)
{
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36
        || (id >= 50 && id <= 54) || id == 57 || id == 58)
        return true;
    for (size_t i = 0; i < s->own_count; i++)
        if (s->own[i].id == id)
            return s->own[i].date;
    return false;
}

static enum err in_styles(struct book *b, xmlTextReaderPtr r, const char *name, void *ctx)
{
    struct styling *s = ctx;
    if (!name)
        return OK;
    if (strcmp(name, "cellXfs") == 0)
        s->within = !ends(r);
    else if (strcmp(name, "numFmt") == 0 && !ends(r)
        && s->own_count < sizeof s->own / sizeof *s->own) {
        s->own[s->own_count].id = number_of(attribute(b, r, "numFmtId"), -1);
        s->own[s->own_count++].date = shows_day(attribute(b, r, "formatCode"));
    } else if (strcmp(name, "xf") == 0 && s->within && !ends(r) && b->style_count < STYLES_MAX)
        b->dates[b->style_count++] =
            date_format_known(s, number_of(attribute(b, r, "numFmtId"), 0));
    return OK;
}

struct text {
    struct buf b;
    bool open, skipped; /* within <t>; within <rPh>, which is how it is read aloud */
};

/* Text of <si> or <is>: all its <t> but those of readings. */
static enum err in_text(struct book *b, xmlTextReaderPtr r, const char *name, struct text *t)
{
    (void)b;
    if (!name) {
        if (t->open && !t->skipped)
            buf_add(&t->b, str_from((const char *)xmlTextReaderConstValue(r)));
    } else if (strcmp(name, "t") == 0) {
        t->open = !ends(r) && !xmlTextReaderIsEmptyElement(r);
    } else if (strcmp(name, "rPh") == 0) {
        t->skipped = !ends(r);
    }
    return OK;
}

static enum err in_strings(struct book *b, xmlTextReaderPtr r, const char *name, void *ctx)
{
    struct text *t = ctx;
    if (!name || strcmp(name, "si") != 0)
        return in_text(b, r, name, t);
    if (!ends(r))
        buf_init(&t->b, b->a, 256 * KIB);
    if (!ends(r) && !xmlTextReaderIsEmptyElement(r))
        return OK;
    b->strings = arena_room(
        b->a, b->strings, b->string_count, &b->string_capacity, sizeof *b->strings);
    TRY(diag_arena(b->d, b->a));
    b->strings[b->string_count++] = buf_str(&t->b);
    return OK;
}

/* ---- the sheet ---- */

struct sheet {
    struct buf out;
    str *cells; /* of the row */
    size_t width, count;
    int64_t row, column;
    str type, style;
    bool value; /* within <v> */
    struct text text;
};

static void add_field(struct buf *b, str s)
{
    bool plain = true;
    for (size_t i = 0; i < s.bytes; i++)
        plain = plain && !strchr(",\"\r\n", s.data[i]);
    if (plain) {
        buf_add(b, s);
        return;
    }
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.bytes; i++) {
        if (s.data[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, s.data[i]);
    }
    buf_add_char(b, '"');
}

/* The first row with anything in it says how wide the table is. */
static enum err end_row(struct book *b, struct sheet *s)
{
    size_t count = s->count;
    while (count && !s->cells[count - 1].bytes)
        count--;
    if (!s->width)
        s->width = count;
    if (count && count < s->width)
        count = s->width;
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&s->out, ',');
        add_field(&s->out, s->cells[i]);
    }
    buf_add_char(&s->out, '\n');
    if (buf_failed(&s->out))
        return diag_set(b->d, ERR_LIMIT, "表格过大,请分成几个文件",
            "the table is too large; please part it into several files");
    return diag_arena(b->d, b->a);
}

static enum err begin_row(struct book *b, xmlTextReaderPtr r, struct sheet *s)
{
    int64_t row = number_of(attribute(b, r, "r"), s->row + 1);
    if (row <= s->row || row > XLSX_ROWS_MAX)
        return row <= s->row
            ? no_book(b->d)
            : diag_set(b->d, ERR_LIMIT, "表格超过 %d 行,请分成几个文件",
                  "the table has more than %d rows; please part it into several files",
                  XLSX_ROWS_MAX);
    while (++s->row < row)
        buf_add_char(&s->out, '\n');
    memset(s->cells, 0, XLSX_COLUMNS_MAX * sizeof *s->cells);
    s->count = 0;
    s->column = 0;
    return OK;
}

/* "BC12": 55; 0 for none. */
static int64_t column_of(str reference)
{
    int64_t n = 0;
    for (size_t i = 0; i < reference.bytes && reference.data[i] >= 'A' && reference.data[i] <= 'Z'
         && n <= XLSX_COLUMNS_MAX;
         i++)
        n = n * 26 + (reference.data[i] - 'A' + 1);
    return n;
}

/* A serial number as a day; with a time of the day behind it where there is one. */
static str day_text(struct book *b, str number)
{
    char *end, *text = str_terminated(b->a, number);
    double v = text ? strtod(text, &end) : -1;
    if (!text || *end || v < 0 || v > 2958465.99)
        return number;
    int64_t days = (int64_t)v;
    /* 1900 was no leap year, but the numbers count a 29 February; 1970-01-01 is 25569. */
    int64_t since = b->from_1904 ? days + 1462 - 25569 : days < 60 ? days + 1 - 25569 : days - 25569;
    return date_format(b->a, date_from_days(since));
}

/* "1.21E9" as people write it: the reader of cells knows no exponents. */
static str plain_number(struct book *b, str number)
{
    char *text = str_terminated(b->a, number), *end, out[64];
    bool exponent = false;
    for (size_t i = 0; i < number.bytes; i++)
        exponent = exponent || number.data[i] == 'E' || number.data[i] == 'e';
    double v = text && exponent ? strtod(text, &end) : 0;
    if (!text || !exponent || *end || v > 1e15 || v < -1e15)
        return number;
    snprintf(out, sizeof out, "%.8f", v);
    size_t bytes = strlen(out);
    while (bytes && out[bytes - 1] == '0')
        bytes--;
    return str_copy(b->a, (str){ out, out[bytes - 1] == '.' ? bytes - 1 : bytes });
}

static str cell_text(struct book *b, struct sheet *s)
{
    str raw = buf_str(&s->text.b);
    int64_t index;
    if (str_is(s->type, "s"))
        return str_to_int64(raw, &index) && index >= 0 && (size_t)index < b->string_count
            ? b->strings[index]
            : STR_NONE;
    if (str_is(s->type, "b"))
        return str_is(raw, "1") ? STR("true") : STR("false");
    if (s->type.bytes && !str_is(s->type, "n"))
        return raw;
    int64_t style = number_of(s->style, -1);
    bool day = style >= 0 && (size_t)style < b->style_count && b->dates[style];
    return day && raw.bytes ? day_text(b, raw) : plain_number(b, raw);
}

static enum err in_cell(struct book *b, xmlTextReaderPtr r, struct sheet *s)
{
    if (!ends(r)) {
        int64_t at = column_of(attribute(b, r, "r"));
        s->column = at ? at : s->column + 1;
        if (s->column > XLSX_COLUMNS_MAX)
            return diag_set(b->d, ERR_LIMIT, "表格超过 %d 列", "the table has more than %d columns",
                XLSX_COLUMNS_MAX);
        s->type = attribute(b, r, "t");
        s->style = attribute(b, r, "s");
        s->value = false;
        s->text = (struct text){ 0 };
        buf_init(&s->text.b, b->a, 256 * KIB);
        if (!xmlTextReaderIsEmptyElement(r))
            return OK;
    }
    s->cells[s->column - 1] = cell_text(b, s);
    if ((size_t)s->column > s->count)
        s->count = (size_t)s->column;
    return diag_arena(b->d, b->a);
}

static enum err in_sheet(struct book *b, xmlTextReaderPtr r, const char *name, void *ctx)
{
    struct sheet *s = ctx;
    if (name && strcmp(name, "row") == 0) {
        if (!ends(r))
            TRY(begin_row(b, r, s));
        return ends(r) || xmlTextReaderIsEmptyElement(r) ? end_row(b, s) : OK;
    }
    if (!s->row)
        return OK;
    if (name && strcmp(name, "c") == 0)
        return in_cell(b, r, s);
    if (name && strcmp(name, "v") == 0) {
        s->value = !ends(r) && !xmlTextReaderIsEmptyElement(r);
        return OK;
    }
    if (!name && s->value) {
        buf_add(&s->text.b, str_from((const char *)xmlTextReaderConstValue(r)));
        return OK;
    }
    return in_text(b, r, name, &s->text);
}

/* ---- all of it ---- */

static enum err find_sheet(struct book *b)
{
    struct finding f = { 0 };
    str xml;
    TRY(part(b, "xl/workbook.xml", true, &xml));
    TRY(walk(b, xml, in_workbook, &f));
    TRY(part(b, "xl/_rels/workbook.xml.rels", true, &xml));
    TRY(walk(b, xml, in_relations, &f));
    if (!f.target.bytes)
        return no_book(b->d);
    bool whole = str_starts(f.target, STR("/"));
    b->sheet = str_printf(b->a, "%s%.*s", whole ? "" : "xl/",
        STR_ARGS(str_slice(f.target, whole, f.target.bytes)));
    return diag_arena(b->d, b->a);
}

static enum err read_book(struct book *b, str *csv)
{
    struct styling *styles = ARENA_NEW(b->a, struct styling);
    struct text strings = { 0 };
    struct sheet *s = ARENA_NEW(b->a, struct sheet);
    str xml;
    b->dates = ARENA_ARRAY(b->a, bool, STYLES_MAX);
    TRY(diag_arena(b->d, b->a));
    s->cells = ARENA_ARRAY(b->a, str, XLSX_COLUMNS_MAX);
    buf_init(&s->out, b->a, CSV_BYTES_MAX);
    TRY(find_sheet(b));
    TRY(part(b, "xl/styles.xml", false, &xml));
    if (xml.bytes)
        TRY(walk(b, xml, in_styles, styles));
    TRY(part(b, "xl/sharedStrings.xml", false, &xml));
    if (xml.bytes)
        TRY(walk(b, xml, in_strings, &strings));
    const char *sheet = str_terminated(b->a, b->sheet);
    TRY(diag_arena(b->d, b->a));
    TRY(part(b, sheet, true, &xml));
    TRY(walk(b, xml, in_sheet, s));
    *csv = buf_str(&s->out);
    return diag_arena(b->d, b->a);
}

enum err xlsx_csv(struct arena *a, str content, str *csv, struct diag *d)
{
    zip_error_t why;
    struct book b = { .a = a, .d = d };
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(content.data, content.bytes, 0, &why);
    b.zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    if (!b.zip) {
        if (source)
            zip_source_free(source);
        return no_book(d);
    }
    enum err e = zip_get_num_entries(b.zip, 0) > XLSX_ENTRIES_MAX
        ? diag_set(d, ERR_LIMIT, "工作簿中的部件过多", "the workbook has too many parts")
        : read_book(&b, csv);
    zip_discard(b.zip);
    return e;
}
