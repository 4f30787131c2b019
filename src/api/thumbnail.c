/*
 * Small pictures for lists. A photograph is decoded straight into the size wanted and never held whole, a
 * piece of the file at a time: too many pixels are refused when the head is read, and one that takes too
 * long (a progressive picture can say its pixels over and over) is given up between two pieces. What comes
 * out is a new JPEG: turned as the camera was held, without place, time or words. Pure but for the clock.
 */
#include "api/files.h"
#include "zone/picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

enum { PIECE_BYTES = 16 * 1024, TIME_MAX_MS = 2000 };

/* The loader asks when it knows the size; 0 by 0 makes it stop. */
static void sized(GdkPixbufLoader *loader, int width, int height, void *ctx)
{
    bool *refused = ctx;
    int64_t longer = width > height ? width : height;
    *refused = width <= 0 || height <= 0 || (int64_t)width * height > PICTURE_PIXELS_MAX;
    if (*refused)
        gdk_pixbuf_loader_set_size(loader, 0, 0);
    else if (longer > THUMBNAIL_EDGE) {
        int w = (int)((int64_t)width * THUMBNAIL_EDGE / longer);
        int h = (int)((int64_t)height * THUMBNAIL_EDGE / longer);
        gdk_pixbuf_loader_set_size(loader, w > 0 ? w : 1, h > 0 ? h : 1);
    }
}

static bool fed(GdkPixbufLoader *loader, const struct sys *sys, str content, const bool *refused)
{
    int64_t until = sys_now_ms(sys) + TIME_MAX_MS;
    bool well = true;
    for (size_t at = 0; well && at < content.bytes; at += PIECE_BYTES) {
        size_t rest = content.bytes - at;
        well = gdk_pixbuf_loader_write(loader, (const guchar *)content.data + at,
                   rest < PIECE_BYTES ? rest : PIECE_BYTES, NULL)
            && !*refused && sys_now_ms(sys) <= until;
    }
    bool closed = gdk_pixbuf_loader_close(loader, NULL); /* always, whatever happened before */
    return well && closed;
}

/* On white, where a PNG lets the ground shine through; turned by its EXIF orientation. */
static GdkPixbuf *upright(GdkPixbuf *picture)
{
    GdkPixbuf *turned = gdk_pixbuf_apply_embedded_orientation(picture);
    if (!turned || !gdk_pixbuf_get_has_alpha(turned))
        return turned;
    int width = gdk_pixbuf_get_width(turned), height = gdk_pixbuf_get_height(turned);
    GdkPixbuf *ground = gdk_pixbuf_composite_color_simple(
        turned, width, height, GDK_INTERP_NEAREST, 255, 64, 0xffffff, 0xffffff);
    g_object_unref(turned);
    return ground;
}

static enum err written(struct arena *a, GdkPixbuf *picture, str *out)
{
    gchar *bytes = NULL;
    gsize count = 0;
    bool well = picture
        && gdk_pixbuf_save_to_buffer(picture, &bytes, &count, "jpeg", NULL, "quality",
            "80", NULL);
    if (well)
        *out = str_copy(a, (str){ bytes, count });
    g_free(bytes);
    return well ? OK : ERR_MEDIA_TYPE;
}

enum err thumbnail_make(
    struct arena *a, const struct sys *sys, str content, str *out, struct diag *d)
{
    static const unsigned char png[] = { 0x89, 'P', 'N', 'G' }, jpeg[] = { 0xff, 0xd8, 0xff };
    bool is_png = str_starts(content, (str){ (const char *)png, sizeof png });
    bool is_jpeg = str_starts(content, (str){ (const char *)jpeg, sizeof jpeg });
    bool refused = false;
    enum err e = ERR_MEDIA_TYPE;
    GdkPixbufLoader *loader = is_png || is_jpeg
        ? gdk_pixbuf_loader_new_with_type(is_png ? "png" : "jpeg", NULL)
        : NULL;
    if (loader) {
        g_signal_connect(loader, "size-prepared", G_CALLBACK(sized), &refused);
        GdkPixbuf *whole
            = fed(loader, sys, content, &refused) ? gdk_pixbuf_loader_get_pixbuf(loader) : NULL;
        GdkPixbuf *picture = whole ? upright(whole) : NULL;
        e = written(a, picture, out);
        if (picture)
            g_object_unref(picture);
        g_object_unref(loader);
    }
    if (e != OK)
        return diag_set(d, e, "这个附件没有缩略图", "there is no small picture of this file");
    return diag_arena(d, a);
}
