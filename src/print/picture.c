/*
 * What is not text in the flow: boxes at a place, pictures, QR codes, seals, lines.
 *
 * A seal is drawn as the outlines of its letters: a reader cannot select it, and it looks the same
 * wherever it is opened. Its measures follow the usual round seal: the letters stand on the upper
 * arc with their feet to the middle, spread evenly over at most 230 degrees.
 */
#include "print/internal.h"

#include <math.h>
#include <qrencode.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

double print_box(struct print *p, struct print_place at, double width_mm, str text,
    const struct print_style *style)
{
    PangoLayout *layout = print_lay(p, text, style, 10.5, width_mm * PT_PER_MM);
    if (!layout)
        return 0;
    int height;
    pango_layout_get_size(layout, NULL, &height);
    print_colour(p, style && style->colour ? style->colour : INK);
    cairo_move_to(p->cr, at.x_mm * PT_PER_MM, at.y_mm * PT_PER_MM);
    pango_cairo_show_layout(p->cr, layout);
    g_object_unref(layout);
    p->bare = false;
    return height / (double)PANGO_SCALE / PT_PER_MM;
}

double print_measure(struct print *p, double width_mm, str text, const struct print_style *style)
{
    PangoLayout *layout = print_lay(p, text, style, 10.5, width_mm * PT_PER_MM);
    int height = 0;
    if (layout) {
        pango_layout_get_size(layout, NULL, &height);
        g_object_unref(layout);
    }
    return height / (double)PANGO_SCALE / PT_PER_MM;
}

void print_refuse(struct print *p, const char *zh, const char *en)
{
    (void)print_fail(p, ERR_LIMIT, zh, en);
}

void print_rule(struct print *p, struct print_place from, struct print_place to, uint32_t colour,
    double width_pt)
{
    if (print_stopped(p))
        return;
    print_colour(p, colour ? colour : INK);
    cairo_set_line_width(p->cr, width_pt);
    cairo_move_to(p->cr, from.x_mm * PT_PER_MM, from.y_mm * PT_PER_MM);
    cairo_line_to(p->cr, to.x_mm * PT_PER_MM, to.y_mm * PT_PER_MM);
    cairo_stroke(p->cr);
}

void print_frame(struct print *p, double inset_mm, uint32_t colour)
{
    if (print_stopped(p))
        return;
    print_colour(p, colour ? colour : INK);
    for (int line = 0; line < 2; line++) {
        double in = inset_mm * PT_PER_MM + line * 4;
        cairo_set_line_width(p->cr, line ? 0.6 : 1.8);
        cairo_rectangle(p->cr, in, in, p->width - 2 * in, p->height - 2 * in);
        cairo_stroke(p->cr);
    }
}

/* Where something of that height goes: at its place, or in the flow, which moves on. */
static bool placed(
    struct print *p, const struct print_place *at, double height, double *x, double *y)
{
    if (!at) {
        print_keep(p, height / PT_PER_MM);
        if (print_stopped(p))
            return false;
        *x = p->margin;
        *y = p->y;
        p->y += height + 4;
    } else {
        *x = at->x_mm * PT_PER_MM;
        *y = at->y_mm * PT_PER_MM;
    }
    p->bare = false;
    return true;
}

/* ---- PNG ---- */

struct reading {
    str png;
    size_t offset;
};

static cairo_status_t read_png(void *closure, unsigned char *data, unsigned int bytes)
{
    struct reading *r = closure;
    if (bytes > r->png.bytes - r->offset)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(data, r->png.data + r->offset, bytes);
    r->offset += bytes;
    return CAIRO_STATUS_SUCCESS;
}

static uint32_t number_at(str png, size_t offset)
{
    const unsigned char *b = (const unsigned char *)png.data + offset;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Its size is read from its head before anything is unpacked. */
static bool png_allowed(struct print *p, str png)
{
    if (png.bytes < 33 || memcmp(png.data, "\x89PNG\r\n\x1a\n", 8) != 0)
        print_fail(p, ERR_MEDIA_TYPE, "图片不是 PNG 格式", "the picture is not a PNG");
    else if (png.bytes > PRINT_PNG_BYTES_MAX || number_at(png, 16) > PRINT_PNG_SIDE_MAX
        || number_at(png, 20) > PRINT_PNG_SIDE_MAX)
        print_fail(p, ERR_TOO_LARGE, "图片过大:至多 8 MiB,边长至多 6000 像素",
            "the picture is too large: at most 8 MiB, 6000 pixels a side");
    return p->err == OK;
}

void print_png(struct print *p, const struct print_place *at, double width_mm, str png)
{
    if (print_stopped(p) || !png_allowed(p, png))
        return;
    struct reading reading = { .png = png };
    cairo_surface_t *picture = cairo_image_surface_create_from_png_stream(read_png, &reading);
    double x, y, width = width_mm * PT_PER_MM;
    if (cairo_surface_status(picture) != CAIRO_STATUS_SUCCESS) {
        print_fail(p, ERR_INVALID, "PNG 图片已损坏", "the PNG picture is damaged");
    } else {
        double scale = width / cairo_image_surface_get_width(picture);
        double height = cairo_image_surface_get_height(picture) * scale;
        if (height > p->bottom - p->top)
            print_fail(p, ERR_LIMIT, "图片高过一页", "the picture is higher than a page");
        else if (placed(p, at, height, &x, &y)) {
            cairo_save(p->cr);
            cairo_translate(p->cr, x, y);
            cairo_scale(p->cr, scale, scale);
            cairo_set_source_surface(p->cr, picture, 0, 0);
            cairo_paint(p->cr);
            cairo_restore(p->cr);
        }
    }
    cairo_surface_destroy(picture);
}

/* ---- QR ---- */

void print_qr(struct print *p, const struct print_place *at, double side_mm, str text)
{
    enum { QUIET_MODULES = 4 };
    double x, y, side = side_mm * PT_PER_MM;
    if (print_stopped(p))
        return;
    QRcode *code = text.bytes && text.bytes <= PRINT_QR_BYTES_MAX
        ? QRcode_encodeData((int)text.bytes, (const unsigned char *)text.data, 0, QR_ECLEVEL_M)
        : NULL;
    if (!code) {
        print_fail(p, ERR_LIMIT, "二维码内容为空或超过 1200 字节",
            "the content of a QR code is empty or over 1200 bytes");
        return;
    }
    double module = side / (code->width + 2 * QUIET_MODULES);
    if (placed(p, at, side, &x, &y)) {
        print_colour(p, 0xFFFFFF);
        cairo_rectangle(p->cr, x, y, side, side);
        cairo_fill(p->cr);
        cairo_set_source_rgb(p->cr, 0, 0, 0);
        for (int row = 0; row < code->width; row++)
            for (int column = 0; column < code->width; column++)
                if (code->data[row * code->width + column] & 1)
                    cairo_rectangle(p->cr, x + (column + QUIET_MODULES) * module,
                        y + (row + QUIET_MODULES) * module, module, module);
        cairo_fill(p->cr);
    }
    QRcode_free(code);
}

/* ---- seal ---- */

static void star(struct print *p, double radius)
{
    for (int i = 0; i < 10; i++) {
        double r = i % 2 ? radius * 0.382 : radius, angle = -pi / 2 + i * pi / 5;
        cairo_line_to(p->cr, r * cos(angle), r * sin(angle));
    }
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

/* One letter with its middle at the pen, as outlines, narrowed to fit. */
static void letter(struct print *p, str one, double size, double width)
{
    struct print_style style = { .size_pt = size, .serif = true, .bold = true };
    PangoLayout *layout = print_lay(p, one, &style, size, -1);
    if (!layout)
        return;
    int w, h;
    pango_layout_get_size(layout, &w, &h);
    double wide = w / (double)PANGO_SCALE, high = h / (double)PANGO_SCALE;
    double narrow = wide > width ? width / wide : 1;
    cairo_save(p->cr);
    cairo_scale(p->cr, narrow, 1);
    cairo_move_to(p->cr, -wide / 2, -high / 2);
    pango_cairo_layout_path(p->cr, layout);
    cairo_fill(p->cr);
    cairo_restore(p->cr);
    g_object_unref(layout);
}

static void arc_of_letters(struct print *p, double radius, str ring)
{
    size_t count = str_code_points(ring), offset = 0;
    double size = radius * 0.29, on = radius * 0.76;
    double step = count > 1 ? fmin(size * 1.12 / on, 230 * pi / 180 / (double)(count - 1)) : 0;
    for (size_t i = 0; i < count; i++) {
        size_t from = offset;
        (void)str_next_code_point(ring, &offset);
        cairo_save(p->cr);
        cairo_rotate(p->cr, ((double)i - (double)(count - 1) / 2) * step);
        cairo_translate(p->cr, 0, -on);
        letter(p, str_slice(ring, from, offset), size, step > 0 ? step * on * 0.95 : size);
        cairo_restore(p->cr);
    }
}

void print_seal(struct print *p, struct print_place at, double diameter_mm, str ring, str line)
{
    double radius = diameter_mm * PT_PER_MM / 2;
    if (print_stopped(p))
        return;
    if (!ring.bytes || str_code_points(ring) > 40 || str_code_points(line) > 24) {
        print_fail(p, ERR_LIMIT, "印章环文应为 1 至 40 字,横排至多 24 字",
            "a seal has 1 to 40 letters around and at most 24 across");
        return;
    }
    cairo_save(p->cr);
    cairo_translate(p->cr, at.x_mm * PT_PER_MM, at.y_mm * PT_PER_MM);
    print_colour(p, SEAL_RED);
    cairo_new_path(p->cr); /* a text leaves its end behind, and an arc would begin there */
    cairo_set_line_width(p->cr, radius * 0.055);
    cairo_arc(p->cr, 0, 0, radius * 0.97, 0, 2 * pi);
    cairo_stroke(p->cr);
    star(p, radius * 0.28);
    arc_of_letters(p, radius, ring);
    if (line.bytes) {
        struct print_style style = { .size_pt = radius * 0.17, .serif = true, .bold = true };
        PangoLayout *layout = print_lay(p, line, &style, 8, -1);
        if (layout) {
            int w;
            pango_layout_get_size(layout, &w, NULL);
            double wide = w / (double)PANGO_SCALE, narrow = fmin(1, radius * 1.05 / wide);
            cairo_scale(p->cr, narrow, 1);
            cairo_move_to(p->cr, -wide / 2, radius * 0.5);
            pango_cairo_layout_path(p->cr, layout);
            cairo_fill(p->cr);
            g_object_unref(layout);
        }
    }
    cairo_restore(p->cr);
}
