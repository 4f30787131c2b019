/*
 * A signature in a PDF, as an incremental update (ISO 32000-1 clause 7.5.6) behind what print/
 * made:
 *
 *     the document as it was
 *     catalogue  + /AcroForm /Perms      the same objects again, with what is new
 *     first page + /Annots
 *     n     field and widget, over the seal that is drawn there
 *     n+1   its empty appearance
 *     n+2   << /Type /Sig … /ByteRange [0 a b c] /Contents <…> … >>
 *     xref, trailer with /Prev
 *
 * What is signed is the whole file but the hexadecimal digits of /Contents with their brackets. So
 * verifying asks: does the range begin at 0 and end with the file, is what it leaves out nothing
 * but those digits, and does the CMS in them hold over the rest. Whatever was changed or added
 * anywhere is then seen, and nothing else of a foreign PDF is interpreted.
 */
#include "seal/internal.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

enum { CONTENTS_BYTES = 6000, OBJECTS_MAX = 100000, PDF_BYTES_MAX = 32 * 1024 * 1024 };
static const double pt_per_mm = 72.0 / 25.4;

struct name2_text seal_verdict_text(enum seal_verdict v)
{
    static const struct name2_text texts[] = {
        [SEAL_GOOD] = { "签名有效,未被改动", "the signature holds, nothing was altered" },
        [SEAL_NO_PDF] = { "这不是 PDF 文件", "this is no PDF" },
        [SEAL_UNSIGNED] = { "文件中没有电子签名", "there is no signature in the file" },
        [SEAL_FOREIGN] = { "不是本区签发的文件", "this zone has not issued the file" },
        [SEAL_ALTERED] = { "文件在签名后被改动过", "the file was altered after it was signed" },
    };
    return texts[v];
}

/* ---- reading what print/ made ---- */

struct pdf {
    struct arena *a;
    str text;
    int64_t xref, size, root;
    const int64_t *offsets; /* of objects, by number; 0: free */
};

static bool read_int(str s, size_t *at, int64_t *out)
{
    size_t from = *at;
    while (from < s.bytes && strchr(" \r\n\t", s.data[from]))
        from++;
    size_t to = from;
    while (to < s.bytes && s.data[to] >= '0' && s.data[to] <= '9')
        to++;
    *at = to;
    return to > from && to - from < 16 && str_to_int64(str_slice(s, from, to), out);
}

/* From the end: what is looked for stands in the last few thousand bytes. */
static ptrdiff_t find_last(str s, str needle)
{
    for (size_t at = s.bytes < needle.bytes ? 0 : s.bytes - needle.bytes + 1; at-- > 0;)
        if (s.data[at] == needle.data[0] && memcmp(s.data + at, needle.data, needle.bytes) == 0)
            return (ptrdiff_t)at;
    return -1;
}

static bool int_after(str s, str key, size_t from, int64_t *out)
{
    ptrdiff_t at = str_find(s, key, from);
    size_t place = at < 0 ? 0 : (size_t)at + key.bytes;
    return at >= 0 && read_int(s, &place, out);
}

/* One table from 0 on, as a file that was written once has it. */
static bool read_table(struct pdf *p)
{
    int64_t first, count, offset;
    size_t at = (size_t)p->xref + 4;
    if (!str_starts(str_slice(p->text, (size_t)p->xref, p->text.bytes), STR("xref"))
        || !read_int(p->text, &at, &first) || !read_int(p->text, &at, &count) || first != 0
        || count < 2 || count > OBJECTS_MAX)
        return false;
    int64_t *offsets = ARENA_ARRAY(p->a, int64_t, (size_t)count);
    while (offsets && at < p->text.bytes && strchr(" \r\n", p->text.data[at]))
        at++;
    for (int64_t i = 0; offsets && i < count; i++, at += 20) {
        size_t place = at;
        if (at + 20 > p->text.bytes || !read_int(p->text, &place, &offset)
            || offset >= (int64_t)p->text.bytes)
            return false;
        offsets[i] = p->text.data[at + 17] == 'n' ? offset : 0;
    }
    p->offsets = offsets;
    p->size = count;
    return offsets && int_after(p->text, STR("/Root"), at, &p->root) && p->root < count;
}

/* What stands between "obj" and "endobj". */
static bool object_text(const struct pdf *p, int64_t number, str *out)
{
    if (number <= 0 || number >= p->size || !p->offsets[number])
        return false;
    ptrdiff_t from = str_find(p->text, STR("obj"), (size_t)p->offsets[number]);
    ptrdiff_t to = from < 0 ? -1 : str_find(p->text, STR("endobj"), (size_t)from + 3);
    if (to < 0)
        return false;
    *out = str_trim(str_slice(p->text, (size_t)from + 3, (size_t)to));
    return str_ends(*out, STR(">>"));
}

static bool read_pdf(struct arena *a, str text, struct pdf *p)
{
    *p = (struct pdf){ .a = a, .text = text };
    ptrdiff_t start = find_last(text, STR("startxref"));
    size_t at = start < 0 ? 0 : (size_t)start + 9;
    return str_starts(text, STR("%PDF-")) && start > 0 && read_int(text, &at, &p->xref)
        && p->xref > 0 && p->xref < (int64_t)text.bytes && read_table(p);
}

/* ---- writing ---- */

static str pdf_text(struct arena *a, str s) /* UTF-16, as a hexadecimal string */
{
    struct buf b;
    buf_init(&b, a, 4096);
    buf_add(&b, STR("<FEFF"));
    for (size_t at = 0; at < s.bytes;) {
        uint32_t c = str_next_code_point(s, &at);
        if (c > 0xFFFF)
            buf_printf(
                &b, "%04X%04X", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
        else
            buf_printf(&b, "%04X", c);
    }
    buf_add_char(&b, '>');
    return buf_str(&b);
}

struct update {
    struct pdf pdf;
    struct buf out;
    int64_t places[5];
    int64_t numbers[5];
    int count;
};

static void object_begin(struct update *u, int64_t number)
{
    u->numbers[u->count] = number;
    u->places[u->count++] = (int64_t)u->out.bytes;
    buf_printf(&u->out, "%lld 0 obj\n", (long long)number);
}

/* An object again, with more in its dictionary. */
static void object_again(struct update *u, int64_t number, str text, str more)
{
    object_begin(u, number);
    buf_add(&u->out, str_slice(text, 0, text.bytes - 2));
    buf_add(&u->out, more);
    buf_add(&u->out, STR(" >>\nendobj\n"));
}

static bool first_page(const struct pdf *p, int64_t *number, str *text)
{
    str root, pages;
    int64_t tree;
    return object_text(p, p->root, &root) && int_after(root, STR("/Pages"), 0, &tree)
        && object_text(p, tree, &pages) && int_after(pages, STR("/Kids ["), 0, number)
        && object_text(p, *number, text) && str_find(*text, STR("/Annots"), 0) < 0
        && str_find(root, STR("/AcroForm"), 0) < 0;
}

static double page_height(str page)
{
    int64_t width, height;
    ptrdiff_t box = str_find(page, STR("/MediaBox ["), 0);
    size_t at = box < 0 ? 0 : (size_t)box + 11;
    int64_t zero;
    if (box < 0 || !read_int(page, &at, &zero) || !read_int(page, &at, &zero)
        || !read_int(page, &at, &width))
        return 842;
    ptrdiff_t dot = at < page.bytes && page.data[at] == '.' ? 1 : 0;
    for (at += (size_t)dot; dot && at < page.bytes && page.data[at] >= '0' && page.data[at] <= '9';)
        at++;
    return read_int(page, &at, &height) ? (double)height : 842;
}

static void add_field(
    struct update *u, const struct seal_pdf_signing *how, int64_t page, double height)
{
    int64_t field = u->pdf.size;
    double x = how->x_mm * pt_per_mm, side = how->side_mm * pt_per_mm,
           y = height - how->y_mm * pt_per_mm - side;
    object_begin(u, field);
    buf_printf(&u->out,
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /V %lld 0 R /P %lld 0 R\n   /F 132 /Rect"
        " [ %.2f %.2f %.2f %.2f ] /AP << /N %lld 0 R >> >>\nendobj\n",
        (long long)(field + 2), (long long)page, x, y, x + side, y + side, (long long)(field + 1));
    object_begin(u, field + 1);
    buf_printf(&u->out,
        "<< /Type /XObject /Subtype /Form /BBox [ 0 0 %.2f %.2f ] /Length 0 >>\nstream\n\nendstream\n"
        "endobj\n",
        side, side);
}

static void add_signature(struct update *u, const struct seal_pdf_signing *how)
{
    struct date day = date_from_days(date_floor_div(how->at_ms, MS_PER_DAY));
    int64_t second = (how->at_ms - date_to_days(day) * MS_PER_DAY) / 1000;
    object_begin(u, u->pdf.size + 2);
    buf_printf(&u->out,
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n"
        "   /M (D:%04d%02d%02d%02d%02d%02dZ) /Location (%.*s)\n   /Name %.*s\n   /Reason %.*s\n"
        "   /Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams"
        " << /Type /TransformParams /P 1 /V /1.2 >> >> ]\n",
        day.year, day.month, day.day, (int)(second / 3600), (int)(second / 60 % 60),
        (int)(second % 60), STR_ARGS(how->identifier), STR_ARGS(pdf_text(u->pdf.a, how->name)),
        STR_ARGS(pdf_text(u->pdf.a, how->reason)));
}

/* Subsections one object each: simple, and what every reader takes. */
static void add_table(struct update *u)
{
    int64_t start = (int64_t)u->out.bytes;
    buf_add(&u->out, STR("xref\n0 1\n0000000000 65535 f \n"));
    for (int i = 0; i < u->count; i++)
        buf_printf(&u->out, "%lld 1\n%010lld 00000 n \n", (long long)u->numbers[i],
            (long long)u->places[i]);
    buf_printf(&u->out,
        "trailer\n<< /Size %lld /Root %lld 0 R /Prev %lld >>\nstartxref\n%lld\n%%%%EOF\n",
        (long long)(u->pdf.size + 3), (long long)u->pdf.root, (long long)u->pdf.xref,
        (long long)start);
}

/* range: where "[0 a b c]" is written into, of fixed width; contents: of the '<'. */
static enum err put_signature(
    struct update *u, const struct seal *s, size_t range, size_t contents, struct diag *d)
{
    unsigned char digest[SEAL_DIGEST_BYTES];
    char text[48];
    str cms;
    size_t gap = 2 * CONTENTS_BYTES + 2, after = contents + gap;
    int n = snprintf(text, sizeof text, "[0 %zu %zu %zu]", contents, after, u->out.bytes - after);
    memcpy(u->out.data + range, text, (size_t)n);
    str parts[] = { { u->out.data, contents }, { u->out.data + after, u->out.bytes - after } };
    TRY(seal_digest(s->profile, parts, 2, digest, d));
    TRY(seal_cms(u->pdf.a, s, digest, &cms, d));
    if (cms.bytes > CONTENTS_BYTES)
        return diag_set(
            d, ERR_LIMIT, "签名超出预留的长度", "the signature is longer than the room for it");
    str hex = str_hex(u->pdf.a, cms.data, cms.bytes);
    TRY(diag_arena(d, u->pdf.a));
    memcpy(u->out.data + contents + 1, hex.data, hex.bytes);
    return OK;
}

static bool identifier_good(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (s.data[i] <= ' ' || s.data[i] > '~' || strchr("()\\<>", s.data[i]))
            return false;
    return s.bytes > 0 && s.bytes < 200;
}

enum err seal_pdf_sign(struct arena *a, const struct seal *s, str pdf,
    const struct seal_pdf_signing *how, str *out, struct diag *d)
{
    struct update u = { 0 };
    str root, page;
    int64_t number;
    if (!identifier_good(how->identifier) || !read_pdf(a, pdf, &u.pdf)
        || !first_page(&u.pdf, &number, &page) || !object_text(&u.pdf, u.pdf.root, &root))
        return diag_set(d, ERR_UNSUPPORTED, "这份 PDF 的结构不能加签",
            "this PDF is not built so that it can be signed");
    int64_t field = u.pdf.size;
    buf_init(&u.out, a, PDF_BYTES_MAX);
    buf_add(&u.out, pdf);
    object_again(&u, u.pdf.root, root,
        str_printf(a,
            " /AcroForm << /SigFlags 3 /Fields [ %lld 0 R ] >> /Perms << /DocMDP %lld 0 R >>",
            (long long)field, (long long)(field + 2)));
    object_again(&u, number, page, str_printf(a, " /Annots [ %lld 0 R ]", (long long)field));
    add_field(&u, how, number, page_height(page));
    add_signature(&u, how);
    buf_add(&u.out, STR("   /ByteRange "));
    size_t range = u.out.bytes;
    buf_printf(&u.out, "%48s\n   /Contents ", "");
    size_t contents = u.out.bytes;
    buf_add_char(&u.out, '<');
    for (int i = 0; i < 2 * CONTENTS_BYTES; i++)
        buf_add_char(&u.out, '0');
    buf_add(&u.out, STR(">\n>>\nendobj\n"));
    add_table(&u);
    if (buf_failed(&u.out))
        return diag_set(d, ERR_LIMIT, "PDF 超出大小上限", "the PDF is larger than its limit");
    TRY(put_signature(&u, s, range, contents, d));
    *out = buf_str(&u.out);
    return OK;
}

/* ---- verifying ---- */

/* "[0 a b c]" that covers all but the digits; *contents: the digits. */
static bool whole_range(str pdf, str *contents, size_t *before, size_t *after)
{
    int64_t n[4];
    ptrdiff_t key = find_last(pdf, STR("/ByteRange"));
    ptrdiff_t open = key < 0 ? -1 : str_find(pdf, STR("["), (size_t)key);
    size_t at = (size_t)open + 1;
    if (open < 0 || open - key > 16)
        return false;
    for (int i = 0; i < 4; i++)
        if (!read_int(pdf, &at, &n[i]))
            return false;
    if (n[0] != 0 || n[1] <= 0 || n[2] <= n[1] + 2 || n[3] < 0 || n[2] > (int64_t)pdf.bytes
        || n[3] != (int64_t)pdf.bytes - n[2])
        return false;
    *before = (size_t)n[1];
    *after = (size_t)n[2];
    *contents = str_slice(pdf, *before + 1, *after - 1);
    return pdf.data[*before] == '<' && pdf.data[*after - 1] == '>';
}

/* The digits as bytes, as far as the DER value in them goes; the rest must be zeros. */
static bool read_contents(struct arena *a, str hex, str *out)
{
    size_t count = hex.bytes / 2;
    unsigned char *bytes = arena_alloc(a, count + 1);
    if (!bytes || hex.bytes % 2 || count < 8 || !str_from_hex(hex, bytes, count)
        || bytes[0] != 0x30)
        return false;
    size_t length = bytes[1], head = 2;
    if (bytes[1] == 0x81)
        length = bytes[2], head = 3;
    else if (bytes[1] == 0x82)
        length = (size_t)bytes[2] << 8 | bytes[3], head = 4;
    else if (bytes[1] > 0x80)
        return false;
    for (size_t i = head + length; i < count; i++)
        if (bytes[i])
            return false;
    *out = (str){ (const char *)bytes, head + length };
    return head + length <= count;
}

enum err seal_pdf_verify(struct arena *a, const struct seal *s, str pdf, enum seal_verdict *verdict,
    str *identifier, struct diag *d)
{
    unsigned char digest[SEAL_DIGEST_BYTES];
    str hex, cms;
    size_t before, after;
    *identifier = STR_NONE;
    *verdict = !str_starts(pdf, STR("%PDF-"))   ? SEAL_NO_PDF
        : find_last(pdf, STR("/ByteRange")) < 0 ? SEAL_UNSIGNED
                                                : SEAL_ALTERED;
    if (*verdict != SEAL_ALTERED || !whole_range(pdf, &hex, &before, &after)
        || !read_contents(a, hex, &cms))
        return OK;
    str parts[] = { { pdf.data, before }, { pdf.data + after, pdf.bytes - after } };
    TRY(seal_digest(s->profile, parts, 2, digest, d));
    *verdict = seal_cms_verify(a, s, cms, digest);
    if (*verdict != SEAL_GOOD)
        return diag_arena(d, a);
    ptrdiff_t told = find_last(parts[0], STR("/Location ("));
    ptrdiff_t close = told < 0 ? -1 : str_find(parts[0], STR(")"), (size_t)told);
    if (close > 0)
        *identifier = str_copy(a, str_slice(parts[0], (size_t)told + 11, (size_t)close));
    return diag_arena(d, a);
}
