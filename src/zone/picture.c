/*
 * JPEG (ITU-T T.81): FFD8, then segments FF xx length…; after a start of scan (DA) the coded data runs
 * to the next marker that is no stuffing (00) and no restart (D0–D7). Kept are all but APP1–APP13,
 * APP15 and comments (FE): APP0 and APP14 say how the colours are to be read. Of the EXIF data one entry
 * is written anew: how the camera was held, without which the picture lies on its side.
 *
 * PNG (ISO/IEC 15948): eight bytes, then chunks length type data crc up to IEND. Kept is what the
 * picture is drawn from.
 *
 * Both end where the format says they end: what hides behind is dropped.
 */
#include "zone/picture.h"

#include <libexif/exif-data.h>
#include <string.h>

enum { HELD_BYTES_MAX = 64 };
static const unsigned char png_head[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static unsigned byte_at(str s, size_t at)
{
    return at < s.bytes ? (unsigned char)s.data[at] : 0;
}

static uint32_t two(str s, size_t at)
{
    return byte_at(s, at) << 8 | byte_at(s, at + 1);
}

static uint32_t four(str s, size_t at)
{
    return two(s, at) << 16 | two(s, at + 2);
}

static enum err broken(struct diag *d)
{
    return diag_set(d, ERR_MEDIA_TYPE, "照片应为完整的 JPEG 或 PNG 文件",
        "a picture must be a whole JPEG or PNG file");
}

static enum err measure(struct picture *p, uint32_t width, uint32_t height, struct diag *d)
{
    p->width = width;
    p->height = height;
    if (!width || !height)
        return broken(d);
    if ((uint64_t)width * height <= PICTURE_PIXELS_MAX)
        return OK;
    return diag_set(d, ERR_LIMIT, "照片至多 %d 万像素", "a picture has at most %d × 10,000 pixels",
        PICTURE_PIXELS_MAX / 10000);
}

/* ---- JPEG ---- */

static bool is_frame(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool tells_more(unsigned marker)
{
    return marker == 0xfe || (marker >= 0xe1 && marker <= 0xef && marker != 0xee);
}

/* From behind a start of scan to the next marker; the end of the text when there is none. */
static size_t scan_end(str s, size_t at)
{
    for (; at + 1 < s.bytes; at++) {
        unsigned next = byte_at(s, at + 1);
        if (byte_at(s, at) == 0xff && next != 0 && next != 0xff && !(next >= 0xd0 && next <= 0xd7))
            return at;
    }
    return s.bytes;
}

/* 1 upright … 8; 1 where nothing is said. */
static unsigned held(str content)
{
    unsigned found = 1;
    ExifData *data =
        exif_data_new_from_data((const unsigned char *)content.data, (unsigned)content.bytes);
    ExifEntry *e = data ? exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION) : NULL;
    if (e && e->format == EXIF_FORMAT_SHORT && e->size >= 2)
        found = exif_get_short(e->data, exif_data_get_byte_order(data));
    if (data)
        exif_data_unref(data);
    return found >= 1 && found <= 8 ? found : 1;
}

/* APP1 "Exif", a TIFF head, one entry: 0x0112, a short, once, its value; no further directory. */
static void add_held(struct buf *out, unsigned how)
{
    char segment[] = "\xff\xe1\x00\x22" "Exif\0\0" "MM\x00\x2a\x00\x00\x00\x08" "\x00\x01"
                     "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01\x00\x00" "\x00\x00\x00\x00";
    enum { VALUE_AT = 29 };
    segment[VALUE_AT] = (char)how;
    buf_add(out, (str){ segment, sizeof segment - 1 });
}

static enum err read_jpeg(str s, struct buf *out, struct picture *p, struct diag *d)
{
    unsigned how = held(s);
    buf_add(out, str_slice(s, 0, 2));
    if (how != 1)
        add_held(out, how);
    for (size_t at = 2; at + 1 < s.bytes;) {
        unsigned marker = byte_at(s, at + 1);
        if (byte_at(s, at) != 0xff)
            return broken(d);
        if (marker == 0xff) { /* fill */
            at++;
            continue;
        }
        if (marker == 0xd9) {
            buf_add(out, str_slice(s, at, at + 2));
            return p->width ? OK : broken(d);
        }
        size_t end = at + 2 + two(s, at + 2);
        if (two(s, at + 2) < 2 || end > s.bytes)
            return broken(d);
        if (is_frame(marker))
            TRY(measure(p, two(s, at + 7), two(s, at + 5), d));
        if (marker == 0xda)
            end = scan_end(s, end);
        if (!tells_more(marker))
            buf_add(out, str_slice(s, at, end));
        at = end;
    }
    return broken(d);
}

/* ---- PNG ---- */

static bool drawn_from(str type)
{
    static const char *const kept[] = { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB",
        "sBIT", "bKGD", "pHYs", "iCCP" };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (str_is(type, kept[i]))
            return true;
    return false;
}

static enum err read_png(str s, struct buf *out, struct picture *p, struct diag *d)
{
    buf_add(out, str_slice(s, 0, sizeof png_head));
    for (size_t at = sizeof png_head; at + 12 <= s.bytes;) {
        str type = str_slice(s, at + 4, at + 8);
        uint32_t bytes = four(s, at);
        if (bytes > s.bytes - at - 12 || (!p->width && !str_is(type, "IHDR")))
            return broken(d);
        if (str_is(type, "IHDR"))
            TRY(bytes == 13 ? measure(p, four(s, at + 8), four(s, at + 12), d) : broken(d));
        if (drawn_from(type))
            buf_add(out, str_slice(s, at, at + 12 + bytes));
        if (str_is(type, "IEND"))
            return OK;
        at += 12 + bytes;
    }
    return broken(d);
}

enum err picture_read(struct arena *a, str content, struct picture *out, struct diag *d)
{
    struct buf b;
    bool png = content.bytes > sizeof png_head && memcmp(content.data, png_head, sizeof png_head) == 0;
    bool jpeg = byte_at(content, 0) == 0xff && byte_at(content, 1) == 0xd8;
    *out = (struct picture){ .type = png ? "image/png" : "image/jpeg", .ending = png ? "png" : "jpg" };
    if (!png && !jpeg)
        return broken(d);
    if (content.bytes > UINT32_MAX)
        return diag_set(d, ERR_LIMIT, "照片太大", "the picture is too large");
    buf_init(&b, a, content.bytes + HELD_BYTES_MAX);
    TRY(png ? read_png(content, &b, out, d) : read_jpeg(content, &b, out, d));
    out->clean = buf_str(&b);
    return diag_arena(d, a);
}
