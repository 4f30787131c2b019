/*
 * The reader of csv.h: one pass over the bytes.
 *
 *     start ──"──▶ quoted ──"──▶ closed ──"──▶ quoted        ("" is a quote)
 *       │ other       │ any        │ separator, line end, end
 *       ▼             ▼            ▼
 *     plain ───── separator: next field ───── line end: next row
 *       └─ a quote here, and anything else behind `closed`, is wrong: the rest of the line is
 *          passed over and the row is told.
 *
 * A row's text is gathered in one buffer and its fields are positions in it, so that a row costs no
 * allocation.
 */
#include "zone/csv.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

enum { PIECE_BYTES = 64 * 1024, DECODER_BYTES = 8192, END = -1 };

struct csv {
    struct csv_source source;
    char separator;
    char *piece, *text;
    size_t piece_at, piece_bytes, text_bytes;
    size_t starts[CSV_FIELDS_MAX + 1]; /* of fields in text; the last: its end */
    str fields[CSV_FIELDS_MAX];
    size_t count;
    int64_t rows;
    bool begun, failed;
    enum err error;
};

/* ---- sources ---- */

static enum err read_text(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct csv_text *t = ctx;
    size_t left = t->text.bytes - t->position;
    *got = left < room ? left : room;
    (void)d;
    if (*got)
        memcpy(to, t->text.data + t->position, *got);
    t->position += *got;
    return OK;
}

struct csv_source csv_text_source(struct csv_text *t)
{
    return (struct csv_source){ .ctx = t, .read = read_text };
}

struct decoder {
    struct csv_source inner;
    iconv_t iconv;
    char raw[DECODER_BYTES];
    size_t raw_bytes;
    bool ended;
};

static void close_decoder(void *ctx)
{
    struct decoder *c = ctx;
    iconv_close(c->iconv);
}

static enum err refill(struct decoder *c, struct diag *d)
{
    size_t got;
    TRY(c->inner.read(c->inner.ctx, c->raw + c->raw_bytes, sizeof c->raw - c->raw_bytes, &got, d));
    c->raw_bytes += got;
    c->ended = got == 0;
    return OK;
}

/* One byte that is no UTF-8 stands for each byte that is no GB18030. */
static void put_broken(struct decoder *c, char **to, size_t *room)
{
    *(*to)++ = (char)0xff;
    --*room;
    memmove(c->raw, c->raw + 1, --c->raw_bytes);
}

static enum err decode(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct decoder *c = ctx;
    char *at = to;
    ASSERT(room >= 16);
    while (at == to) {
        if (!c->raw_bytes && c->ended)
            break;
        if (!c->ended && c->raw_bytes < 8)
            TRY(refill(c, d));
        char *from = c->raw;
        size_t left = c->raw_bytes;
        bool all = iconv(c->iconv, &from, &left, &at, &room) != (size_t)-1;
        int why = all ? 0 : errno;
        memmove(c->raw, from, left);
        c->raw_bytes = left;
        if (why == EILSEQ || (why == EINVAL && c->ended))
            put_broken(c, &at, &room);
        else if (why == EINVAL)
            TRY(refill(c, d));
    }
    *got = (size_t)(at - to);
    return OK;
}

enum err csv_gb18030(
    struct arena *a, const struct csv_source *inner, struct csv_source *out, struct diag *d)
{
    struct decoder *c = ARENA_NEW(a, struct decoder);
    TRY(diag_arena(d, a));
    c->inner = *inner;
    c->iconv = iconv_open("UTF-8", "GB18030");
    if (c->iconv == (iconv_t)-1)
        return diag_set(d, ERR_UNSUPPORTED, "本机的系统库不能转换 GB18030",
            "this machine's system library does not convert GB18030");
    if (!arena_defer(a, close_decoder, c))
        return diag_arena(d, a);
    *out = (struct csv_source){ .ctx = c, .read = decode };
    return OK;
}

/* ---- bytes ---- */

static bool fill(struct csv *c, struct diag *d)
{
    size_t kept = c->piece_bytes - c->piece_at, got = 0;
    if (c->failed)
        return false;
    memmove(c->piece, c->piece + c->piece_at, kept);
    c->error = c->source.read(c->source.ctx, c->piece + kept, PIECE_BYTES - kept, &got, d);
    c->failed = c->error != OK;
    c->piece_at = 0;
    c->piece_bytes = kept + got;
    return !c->failed && got;
}

static int peek(struct csv *c, struct diag *d)
{
    if (c->piece_at == c->piece_bytes && !fill(c, d))
        return END;
    return (unsigned char)c->piece[c->piece_at];
}

static int take(struct csv *c, struct diag *d)
{
    int byte = peek(c, d);
    if (byte != END)
        c->piece_at++;
    return byte;
}

static void pass_mark(struct csv *c, struct diag *d)
{
    while (c->piece_bytes < 3 && fill(c, d))
        ;
    if (c->piece_bytes >= 3 && memcmp(c->piece, "\xef\xbb\xbf", 3) == 0)
        c->piece_at = 3;
}

/* ---- rows ---- */

static void end_field(struct csv *c)
{
    c->starts[++c->count] = c->text_bytes;
}

/* One byte of a field; false when the row is past a limit. */
static bool put(struct csv *c, int byte, struct csv_row *row)
{
    if (c->text_bytes - c->starts[c->count] >= CSV_FIELD_BYTES_MAX) {
        row->fault = diag_set(&row->why, ERR_LIMIT, "第%zu个字段超过 %d KiB(是否有双引号没有闭合?)",
            "field %zu is over %d KiB (is a double quote not closed?)", c->count + 1,
            CSV_FIELD_BYTES_MAX / 1024);
        return false;
    }
    if (c->text_bytes == CSV_ROW_BYTES_MAX) {
        row->fault = diag_set(&row->why, ERR_LIMIT, "一行超过 %d KiB", "the row is over %d KiB",
            CSV_ROW_BYTES_MAX / 1024);
        return false;
    }
    c->text[c->text_bytes++] = (char)byte;
    return true;
}

/* What stands between the opening and the closing quote. */
static bool read_quoted(struct csv *c, struct csv_row *row, struct diag *d)
{
    for (;;) {
        int byte = take(c, d);
        if (byte == END) {
            row->fault = diag_set(&row->why, ERR_SYNTAX,
                "第%zu个字段的双引号直到文件末尾也没有闭合",
                "the double quote that opens field %zu is not closed before the end of the file",
                c->count + 1);
            return false;
        }
        if (byte == '"' && peek(c, d) != '"')
            return true;
        if (byte == '"')
            (void)take(c, d);
        if (!put(c, byte, row))
            return false;
    }
}

static bool ends_field(const struct csv *c, int byte)
{
    return byte == END || byte == '\n' || byte == '\r' || byte == c->separator;
}

static bool read_plain(struct csv *c, struct csv_row *row, struct diag *d)
{
    while (!ends_field(c, peek(c, d))) {
        int byte = take(c, d);
        if (byte == '"') {
            row->fault = diag_set(&row->why, ERR_SYNTAX,
                "第%zu个字段中间有双引号:含双引号的字段要整个用双引号括起来,里面的写成两个",
                "field %zu has a double quote inside: such a field stands in quotes as a whole, "
                "and a quote in it is written twice",
                c->count + 1);
            return false;
        }
        if (!put(c, byte, row))
            return false;
    }
    return true;
}

static bool read_field(struct csv *c, struct csv_row *row, struct diag *d)
{
    if (peek(c, d) != '"')
        return read_plain(c, row, d);
    (void)take(c, d);
    if (!read_quoted(c, row, d))
        return false;
    if (ends_field(c, peek(c, d)))
        return true;
    row->fault = diag_set(&row->why, ERR_SYNTAX, "第%zu个字段的双引号闭合后还有内容",
        "something stands behind the closing quote of field %zu", c->count + 1);
    return false;
}

/* Over the end of the line; a lone CR counts as one, too. */
static void end_line(struct csv *c, struct diag *d)
{
    if (take(c, d) == '\r' && peek(c, d) == '\n')
        (void)take(c, d);
}

static void skip_line(struct csv *c, struct diag *d)
{
    while (!ends_field(c, peek(c, d)) || peek(c, d) == c->separator)
        (void)take(c, d);
    end_line(c, d);
}

static void check_text(struct csv *c, struct csv_row *row)
{
    for (size_t i = 0; i < c->count; i++) {
        str *f = &c->fields[i];
        *f = (str){ c->text + c->starts[i], c->starts[i + 1] - c->starts[i] };
        bool control = false;
        for (size_t k = 0; k < f->bytes; k++) {
            unsigned char byte = (unsigned char)f->data[k];
            control = control || byte == 0x7f
                || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r');
        }
        if (str_is_utf8(*f) && !control)
            continue;
        row->fault = diag_set(&row->why, ERR_SYNTAX,
            control ? "第%zu个字段含有控制字符" : "第%zu个字段的文字编码不对",
            control ? "field %zu holds a control character"
                    : "field %zu is not in the text encoding that was named",
            i + 1);
        return;
    }
    row->fields = c->fields;
    row->count = c->count;
}

static void read_row(struct csv *c, struct csv_row *row, struct diag *d)
{
    c->text_bytes = c->count = 0;
    c->starts[0] = 0;
    for (;;) {
        if (c->count == CSV_FIELDS_MAX) {
            row->fault = diag_set(&row->why, ERR_LIMIT, "一行超过 %d 个字段",
                "the row has more than %d fields", CSV_FIELDS_MAX);
            break;
        }
        if (!read_field(c, row, d))
            break;
        end_field(c);
        if (peek(c, d) != c->separator) {
            end_line(c, d);
            check_text(c, row);
            return;
        }
        (void)take(c, d);
    }
    skip_line(c, d);
}

/* Over empty lines, which are counted. */
static void pass_empty_lines(struct csv *c, struct diag *d)
{
    for (int byte; (byte = peek(c, d)) == '\n' || byte == '\r';) {
        end_line(c, d);
        c->rows++;
    }
}

enum err csv_next(struct csv *c, struct csv_row *row, bool *more, struct diag *d)
{
    memset(row, 0, sizeof *row);
    if (!c->begun)
        pass_mark(c, d);
    c->begun = true;
    pass_empty_lines(c, d);
    bool there = peek(c, d) != END;
    if (there) {
        row->number = ++c->rows;
        read_row(c, row, d);
    }
    if (c->failed)
        return c->error;
    *more = there;
    return OK;
}

enum err csv_create(struct arena *a, const struct csv_source *source, char separator,
    struct csv **out, struct diag *d)
{
    struct csv *c = ARENA_NEW(a, struct csv);
    char *piece = arena_alloc(a, PIECE_BYTES), *text = arena_alloc(a, CSV_ROW_BYTES_MAX);
    TRY(diag_arena(d, a));
    *c = (struct csv){ .source = *source, .separator = separator, .piece = piece, .text = text };
    *out = c;
    return OK;
}

bool csv_is_gb18030(str text)
{
    size_t good = 0, broken = 0;
    str line;
    if (str_starts(text, STR("\xEF\xBB\xBF")) || str_is_utf8(text))
        return false;
    while (str_split(&text, '\n', &line)) {
        bool ascii = true;
        for (size_t i = 0; ascii && i < line.bytes; i++)
            ascii = (unsigned char)line.data[i] < 0x80;
        if (!ascii && str_is_utf8(line))
            good++;
        else if (!ascii)
            broken++;
    }
    return broken > good;
}

void csv_cell(struct buf *b, str text, bool words)
{
    bool formula = words && text.bytes && strchr("=+-@\t\r", text.data[0]);
    buf_add_char(b, '"');
    if (formula)
        buf_add_char(b, '\'');
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, text.data[i]);
    }
    buf_add_char(b, '"');
}
