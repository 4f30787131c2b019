/*
 * Documents on paper: a builder that puts headings, paragraphs, tables, pictures, QR codes and
 * seals on pages and gives a PDF in memory, with Chinese type. The room knows no zone and no
 * record; all words come from the caller.
 *
 *     print_create ─▶ print_heading, print_text, print_table_*, print_png … ─▶ print_finish ─▶ PDF
 *
 * What always holds
 *   - The same calls give the same bytes on one machine: the date comes from the caller, nothing
 *     else is written that differs from day to day.
 *   - The first thing that goes wrong is kept, what is put on after it is passed over, and
 *     print_finish tells it: a caller asks once, at the end.
 *   - Pages, bytes of a text and bytes of the PDF have limits.
 *   - The PDF is of version 1.4 with a plain table of its objects, so that it can be signed by
 *     adding to it (seal/seal.h).
 *
 * Lengths are millimetres, sizes of type points, places are counted from the page's upper left
 * corner. One builder belongs to one thread; builders of different threads do not disturb each
 * other. Text is UTF-8.
 */
#ifndef JUNMA_PRINT_PRINT_H
#define JUNMA_PRINT_PRINT_H

#include "base/err.h"

struct print;

enum print_paper {
    PRINT_A4,
    PRINT_A4_WIDE, /* lying */
    PRINT_A5,
    PRINT_A5_WIDE,
    PRINT_CARD, /* ISO/IEC 7810 ID-1, 85.6 x 54 */
};

enum {
    PRINT_PAGES_MAX = 2000,
    PRINT_TEXT_BYTES_MAX = 256 * 1024, /* of one text */
    PRINT_COLUMNS_MAX = 24,
    PRINT_PNG_BYTES_MAX = 8 * 1024 * 1024,
    PRINT_PNG_SIDE_MAX = 6000, /* pixels */
    PRINT_QR_BYTES_MAX = 1200,
};

struct print_setup {
    enum print_paper paper;
    double margin_mm; /* on all sides; 0: 20, of a card 4 */
    /* Told by readers as the document's properties; may be empty. */
    str title, author, subject;
    int64_t made_ms; /* the document's date */
    str head, foot;  /* small, on every page; may be empty */
    bool page_numbers;
    bool english;      /* how pages are counted: "第 1 页,共 3 页" or "page 1 of 3" */
    size_t pages_max;  /* 0: 200 */
    size_t bytes_max;  /* of the PDF; 0: 32 MiB */
    bool every_letter; /* a letter that no font on this machine has is an error, not a box */
};

enum print_align { PRINT_LEFT, PRINT_CENTRE, PRINT_RIGHT };

/* Zero-initialised: 10.5 points, sans, ink, left. */
struct print_style {
    double size_pt;
    bool bold, serif;
    enum print_align align;
    uint32_t colour;  /* 0xRRGGBB; 0: ink */
    double indent_mm; /* of the first line */
    double before_mm, after_mm;
    double spacing_pt; /* between letters */
};

/* ERR_UNSUPPORTED when the machine has no font with Chinese letters (Debian: fonts-noto-cjk). The
 * builder and its PDF live in the arena; it must be finished or the arena be released. */
MUST_USE enum err print_create(
    struct arena *a, const struct print_setup *setup, struct print **out, struct diag *d);
/* Ends the document. The PDF is the arena's. */
MUST_USE enum err print_finish(struct print *p, str *pdf, struct diag *d);

/* ---- in the flow, from above to below, onto the next page where one is full ---- */

/* level 1 to 3. Never the last line of a page. */
void print_heading(struct print *p, int level, str text);
/* Lines end at '\n' and where the page does. style may be NULL. */
void print_text(struct print *p, str text, const struct print_style *style);
void print_gap(struct print *p, double mm);
/* A thin line over the width. */
void print_line(struct print *p);
void print_page(struct print *p); /* onto the next page */
/* On the next page when fewer than mm are left on this one. */
void print_keep(struct print *p, double mm);
/* Where the flow stands on the page, in millimetres. */
double print_at(const struct print *p);
/* The page's size, and how many pages there are by now. */
double print_width(const struct print *p);
double print_height(const struct print *p);
size_t print_pages(const struct print *p);

struct print_column {
    str title;
    double share; /* of the width, in proportion to the others'; 0: 1 */
    enum print_align align;
};
enum print_rules {
    PRINT_RULES_LINES, /* a thin line under each row */
    PRINT_RULES_GRID,  /* a frame around each cell */
    PRINT_RULES_NONE,
};
struct print_table {
    const struct print_column *columns; /* copied */
    size_t column_count;
    double size_pt; /* 0: 9 */
    enum print_rules rules;
    bool no_head; /* titles are not shown */
};
/* The head stands again on each page. A row is never cut; one that is higher than a page is
 * ERR_LIMIT. Rows may be thousands: nothing is kept but what is drawn. */
void print_table_begin(struct print *p, const struct print_table *table);
/* column_count texts; bold: a row of totals. */
void print_table_row(struct print *p, const str *cells, bool bold);
void print_table_end(struct print *p);

/* ---- at a place, or in the flow ---- */

struct print_place {
    double x_mm, y_mm;
};
/* A text in a box of that width; gives the height it took, 0 after an error. */
double print_box(struct print *p, struct print_place at, double width_mm, str text,
    const struct print_style *style);
/* The height such a text would take; nothing is drawn. */
double print_measure(struct print *p, double width_mm, str text, const struct print_style *style);
/* The document cannot be made, for a reason of the caller's: told by print_finish. */
void print_refuse(struct print *p, const char *zh, const char *en);
/* Without a place (NULL) pictures stand in the flow, on the left. height follows from the picture.
 */
void print_png(struct print *p, const struct print_place *at, double width_mm, str png);
/* Error correction M, with its quiet margin inside the square. */
void print_qr(struct print *p, const struct print_place *at, double side_mm, str text);
/* The round seal of an office: a ring, a star, `ring` along it, `line` below the star (may be
 * empty). Drawn as lines, so that no reader takes it for text; `at` is its middle. */
void print_seal(struct print *p, struct print_place at, double diameter_mm, str ring, str line);
/* Two lines around the page, inset by so much. */
void print_frame(struct print *p, double inset_mm, uint32_t colour);
/* A straight line. */
void print_rule(struct print *p, struct print_place from, struct print_place to, uint32_t colour,
    double width_pt);

#endif
