/* What the files of this room share: the builder and how a text is laid. */
#ifndef JUNMA_PRINT_INTERNAL_H
#define JUNMA_PRINT_INTERNAL_H

#include "print/print.h"

#include <cairo.h>
#include <pango/pangocairo.h>

#define PT_PER_MM (72.0 / 25.4)
enum { INK = 0x1D2129, QUIET = 0x5A616B, THIN = 0xC9CCD1, SEAL_RED = 0xC01F1B };

struct print {
    struct arena *arena;
    struct print_setup setup;
    double width, height, margin; /* points */
    double top, bottom;           /* of the flow */
    double y;
    cairo_surface_t **pages; /* recorded; the last one is being drawn */
    size_t page_count, page_capacity;
    cairo_t *cr; /* of the last page */
    PangoContext *context;
    bool bare; /* nothing stands on the page yet */
    /* the table under way */
    struct print_column columns[PRINT_COLUMNS_MAX];
    struct print_table table;
    bool in_table;
    enum err err; /* the first */
    struct diag diag;
    struct buf out;
};

/* Keeps the first fault; gives p->err. */
enum err print_fail(struct print *p, enum err err, const char *zh, const char *en);
/* A fault before, or memory or cairo failing: true, and nothing more is drawn. */
bool print_stopped(struct print *p);
/* A laid text, to be unreferenced; NULL after a fault. width in points, < 0: one line. */
PangoLayout *print_lay(
    struct print *p, str text, const struct print_style *style, double default_pt, double width);
void print_colour(struct print *p, uint32_t rgb);
void print_next_page(struct print *p);
/* Points that are left. */
double print_room(const struct print *p);

#endif
