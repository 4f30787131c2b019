/*
 * Pages and text. A page is drawn on a recording, and all recordings are played into the PDF at
 * the end: only then is it known how many pages there are, which each page's foot says.
 *
 * Type is laid by Pango in points (72 to the inch) without hinting, so that the same text breaks at
 * the same places everywhere that has the same fonts.
 */
#include "base/date.h"
#include "print/internal.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <string.h>

static const struct {
    double width_mm, height_mm, margin_mm;
} papers[] = {
    [PRINT_A4] = { 210, 297, 20 },
    [PRINT_A4_WIDE] = { 297, 210, 16 },
    [PRINT_A5] = { 148, 210, 14 },
    [PRINT_A5_WIDE] = { 210, 148, 14 },
    [PRINT_CARD] = { 85.6, 54, 4 },
};

static const char sans[] = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, sans-serif";
static const char serif[] = "Noto Serif CJK SC, Source Han Serif SC, Songti SC, serif";

enum { PAGES_USUAL = 200, FOOT_PT = 8 };

/* ---- faults ---- */

enum err print_fail(struct print *p, enum err err, const char *zh, const char *en)
{
    if (p->err == OK)
        p->err = diag_set(&p->diag, err, "%s%.0s", "%.0s%s", zh, en);
    return p->err;
}

bool print_stopped(struct print *p)
{
    if (p->err == OK && arena_failed(p->arena))
        p->err = diag_arena(&p->diag, p->arena);
    if (p->err == OK && p->cr && cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        print_fail(p, ERR_MEMORY, "内存不足,无法排版", "out of memory while laying out pages");
    return p->err != OK;
}

/* ---- type ---- */

void print_colour(struct print *p, uint32_t rgb)
{
    cairo_set_source_rgb(
        p->cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

static PangoFontDescription *font_of(const struct print_style *style, double default_pt)
{
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, style->serif ? serif : sans);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(
        font, (style->size_pt > 0 ? style->size_pt : default_pt) * PANGO_SCALE);
    return font;
}

static void space_letters(PangoLayout *layout, double points)
{
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list, pango_attr_letter_spacing_new((int)(points * PANGO_SCALE)));
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

static bool text_allowed(struct print *p, str text)
{
    if (text.bytes > PRINT_TEXT_BYTES_MAX)
        print_fail(p, ERR_LIMIT, "一段文字超过 256 KiB,无法排版",
            "a text of more than 256 KiB cannot be laid out");
    else if (!str_is_utf8(text))
        print_fail(p, ERR_UTF8, "文字不是有效的 UTF-8", "the text is not valid UTF-8");
    return p->err == OK;
}

PangoLayout *print_lay(
    struct print *p, str text, const struct print_style *style, double default_pt, double width)
{
    static const struct print_style plain = { 0 };
    if (print_stopped(p) || !text_allowed(p, text))
        return NULL;
    if (!style)
        style = &plain;
    PangoLayout *layout = pango_layout_new(p->context);
    PangoFontDescription *font = font_of(style, default_pt);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(layout, text.bytes ? text.data : "", (int)text.bytes);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    if (width >= 0)
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_line_spacing(layout, 1.15F);
    if (style->indent_mm > 0)
        pango_layout_set_indent(layout, (int)(style->indent_mm * PT_PER_MM * PANGO_SCALE));
    pango_layout_set_alignment(layout,
        style->align == PRINT_CENTRE      ? PANGO_ALIGN_CENTER
            : style->align == PRINT_RIGHT ? PANGO_ALIGN_RIGHT
                                          : PANGO_ALIGN_LEFT);
    if (style->spacing_pt > 0)
        space_letters(layout, style->spacing_pt);
    if (p->setup.every_letter && pango_layout_get_unknown_glyphs_count(layout) > 0) {
        if (p->err == OK)
            p->err = diag_set(&p->diag, ERR_UNSUPPORTED,
                "本机字体缺少“%.*s”中的字,请安装 fonts-noto-cjk 或补字",
                "no font on this machine has every letter of \"%.*s\"; install fonts-noto-cjk",
                (int)(text.bytes < 90 ? text.bytes : 90), text.data);
        g_object_unref(layout);
        return NULL;
    }
    return layout;
}

/* ---- pages ---- */

static void close_page(struct print *p)
{
    if (p->cr)
        cairo_destroy(p->cr);
    p->cr = NULL;
}

void print_next_page(struct print *p)
{
    if (p->err != OK)
        return;
    if (p->page_count == p->setup.pages_max) {
        p->err = diag_set(&p->diag, ERR_LIMIT, "文件超过 %zu 页的上限",
            "the document has more than %zu pages, the limit", p->setup.pages_max);
        return;
    }
    cairo_surface_t **pages =
        arena_room(p->arena, p->pages, p->page_count, &p->page_capacity, sizeof *pages);
    if (!pages) {
        p->err = diag_arena(&p->diag, p->arena);
        return;
    }
    close_page(p);
    p->pages = pages;
    cairo_rectangle_t extent = { 0, 0, p->width, p->height };
    pages[p->page_count] = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extent);
    p->cr = cairo_create(pages[p->page_count++]);
    p->y = p->top;
    p->bare = true;
}

static void give_back(void *ctx)
{
    struct print *p = ctx;
    close_page(p);
    for (size_t i = 0; i < p->page_count; i++)
        cairo_surface_destroy(p->pages[i]);
    p->page_count = 0;
    if (p->context)
        g_object_unref(p->context);
    p->context = NULL;
}

double print_room(const struct print *p)
{
    return p->bottom - p->y;
}

double print_at(const struct print *p)
{
    return p->y / PT_PER_MM;
}

double print_width(const struct print *p)
{
    return p->width / PT_PER_MM;
}

double print_height(const struct print *p)
{
    return p->height / PT_PER_MM;
}

size_t print_pages(const struct print *p)
{
    return p->page_count;
}

void print_page(struct print *p)
{
    if (!print_stopped(p))
        print_next_page(p);
}

void print_keep(struct print *p, double mm)
{
    if (!print_stopped(p) && !p->bare && print_room(p) < mm * PT_PER_MM)
        print_next_page(p);
}

void print_gap(struct print *p, double mm)
{
    if (!print_stopped(p) && !p->bare)
        p->y += mm * PT_PER_MM;
}

void print_line(struct print *p)
{
    if (print_stopped(p))
        return;
    print_rule(p, (struct print_place){ p->margin / PT_PER_MM, print_at(p) },
        (struct print_place){ (p->width - p->margin) / PT_PER_MM, print_at(p) }, THIN, 0.5);
    p->y += 4;
    p->bare = false;
}

/* ---- making one ---- */

static bool has_chinese(struct print *p)
{
    PangoLayout *probe = pango_layout_new(p->context);
    pango_layout_set_text(probe, "中文", -1);
    bool has = pango_layout_get_unknown_glyphs_count(probe) == 0;
    g_object_unref(probe);
    return has;
}

static void set_context(struct print *p)
{
    /* pango's map of fonts is one a thread */
    p->context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(p->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(p->context, 72);
    pango_context_set_language(p->context, pango_language_from_string("zh-cn"));
    pango_context_set_round_glyph_positions(p->context, FALSE);
}

enum err print_create(
    struct arena *a, const struct print_setup *setup, struct print **out, struct diag *d)
{
    ASSERT(setup->paper >= PRINT_A4 && setup->paper <= PRINT_CARD);
    struct print *p = ARENA_NEW(a, struct print);
    if (!p || !arena_defer(a, give_back, p))
        return diag_arena(d, a);
    p->arena = a;
    p->setup = *setup;
    if (!p->setup.pages_max || p->setup.pages_max > PRINT_PAGES_MAX)
        p->setup.pages_max = p->setup.pages_max ? PRINT_PAGES_MAX : PAGES_USUAL;
    if (!p->setup.bytes_max)
        p->setup.bytes_max = 32 * MIB;
    double margin = setup->margin_mm > 0 ? setup->margin_mm : papers[setup->paper].margin_mm;
    p->width = papers[setup->paper].width_mm * PT_PER_MM;
    p->height = papers[setup->paper].height_mm * PT_PER_MM;
    p->margin = margin * PT_PER_MM;
    p->top = p->margin + (setup->head.bytes ? 10 : 0);
    p->bottom = p->height - p->margin - (setup->foot.bytes || setup->page_numbers ? 10 : 0);
    buf_init(&p->out, a, p->setup.bytes_max);
    set_context(p);
    if (!has_chinese(p))
        return diag_set(d, ERR_UNSUPPORTED, "本机没有中文字体,请安装 fonts-noto-cjk",
            "this machine has no font with Chinese letters; install fonts-noto-cjk");
    print_next_page(p);
    if (p->err != OK)
        return diag_set(d, p->err, "%s%.0s", "%.0s%s", p->diag.zh, p->diag.en);
    *out = p;
    return OK;
}

/* ---- in the flow ---- */

/* Draws a laid text line by line, onto the next page where one is full. */
static void flow(struct print *p, PangoLayout *layout, uint32_t colour)
{
    PangoLayoutIter *lines = pango_layout_get_iter(layout);
    double base = 0; /* of the layout that has gone onto earlier pages */
    double start = p->y;
    do {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(lines, NULL, &box);
        double top = box.y / (double)PANGO_SCALE, height = box.height / (double)PANGO_SCALE;
        if (start + top - base + height > p->bottom + 0.01 && !p->bare) {
            print_next_page(p);
            if (p->err != OK)
                break;
            start = p->top;
            base = top;
        }
        double baseline = pango_layout_iter_get_baseline(lines) / (double)PANGO_SCALE;
        print_colour(p, colour ? colour : INK);
        cairo_move_to(p->cr, p->margin + box.x / (double)PANGO_SCALE, start + baseline - base);
        pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(lines));
        p->bare = false;
        p->y = start + top - base + height;
    } while (pango_layout_iter_next_line(lines));
    pango_layout_iter_free(lines);
}

void print_text(struct print *p, str text, const struct print_style *style)
{
    PangoLayout *layout = print_lay(p, text, style, 10.5, p->width - 2 * p->margin);
    if (!layout)
        return;
    if (style)
        print_gap(p, style->before_mm);
    flow(p, layout, style ? style->colour : 0);
    g_object_unref(layout);
    print_gap(p, style && style->after_mm > 0 ? style->after_mm : 1.6);
}

void print_heading(struct print *p, int level, str text)
{
    static const struct print_style levels[] = {
        { .size_pt = 18,
            .bold = true,
            .serif = true,
            .align = PRINT_CENTRE,
            .before_mm = 2,
            .after_mm = 5 },
        { .size_pt = 13, .bold = true, .before_mm = 4, .after_mm = 2 },
        { .size_pt = 11, .bold = true, .before_mm = 3, .after_mm = 1.5 },
    };
    ASSERT(level >= 1 && level <= 3);
    print_keep(p, 22);
    print_text(p, text, &levels[level - 1]);
}

/* ---- the end ---- */

static cairo_status_t take_bytes(void *closure, const unsigned char *data, unsigned int bytes)
{
    struct buf *b = closure;
    buf_add(b, (str){ (const char *)data, bytes });
    return buf_failed(b) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void small(struct print *p, str text, double y, enum print_align align)
{
    struct print_style style = { .size_pt = FOOT_PT, .align = align };
    PangoLayout *layout =
        text.bytes ? print_lay(p, text, &style, FOOT_PT, p->width - 2 * p->margin) : NULL;
    if (!layout)
        return;
    print_colour(p, QUIET);
    cairo_move_to(p->cr, p->margin, y);
    pango_cairo_show_layout(p->cr, layout);
    g_object_unref(layout);
}

static void play_page(struct print *p, size_t i)
{
    cairo_set_source_surface(p->cr, p->pages[i], 0, 0);
    cairo_paint(p->cr);
    double above = p->margin * 0.55, below = p->height - p->margin * 0.8;
    small(p, p->setup.head, above, PRINT_LEFT);
    small(p, p->setup.foot, below, PRINT_LEFT);
    if (p->setup.page_numbers)
        small(p,
            str_printf(p->arena, p->setup.english ? "page %zu of %zu" : "第 %zu 页,共 %zu 页",
                i + 1, p->page_count),
            below, PRINT_RIGHT);
    cairo_show_page(p->cr);
}

static void describe(struct print *p, cairo_surface_t *pdf)
{
    const struct {
        cairo_pdf_metadata_t what;
        str text;
    } told[] = {
        { CAIRO_PDF_METADATA_TITLE, p->setup.title },
        { CAIRO_PDF_METADATA_AUTHOR, p->setup.author },
        { CAIRO_PDF_METADATA_SUBJECT, p->setup.subject },
        { CAIRO_PDF_METADATA_CREATE_DATE, instant_format(p->arena, p->setup.made_ms, 0) },
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const char *text = told[i].text.bytes ? str_terminated(p->arena, told[i].text) : NULL;
        if (text)
            cairo_pdf_surface_set_metadata(pdf, told[i].what, text);
    }
}

enum err print_finish(struct print *p, str *pdf, struct diag *d)
{
    ASSERT(!p->in_table);
    if (!print_stopped(p)) {
        close_page(p);
        cairo_surface_t *out =
            cairo_pdf_surface_create_for_stream(take_bytes, &p->out, p->width, p->height);
        cairo_pdf_surface_restrict_to_version(out, CAIRO_PDF_VERSION_1_4);
        describe(p, out);
        p->cr = cairo_create(out);
        for (size_t i = 0; i < p->page_count && p->err == OK; i++)
            play_page(p, i);
        bool drawn = cairo_status(p->cr) == CAIRO_STATUS_SUCCESS;
        close_page(p);
        cairo_surface_finish(out);
        drawn = drawn && cairo_surface_status(out) == CAIRO_STATUS_SUCCESS;
        cairo_surface_destroy(out);
        if (buf_failed(&p->out) && !arena_failed(p->arena))
            print_fail(p, ERR_LIMIT, "PDF 超出大小上限", "the PDF is larger than its limit");
        else if (!drawn && p->err == OK)
            print_fail(
                p, ERR_MEMORY, "内存不足,无法生成 PDF", "out of memory while making the PDF");
    }
    if (p->err != OK)
        return diag_set(d, p->err, "%s%.0s", "%.0s%s", p->diag.zh, p->diag.en);
    TRY(diag_arena(d, p->arena));
    *pdf = buf_str(&p->out);
    return OK;
}
