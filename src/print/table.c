/*
 * Tables. A row is laid whole before it is drawn, so that its height is known: it goes onto the
 * next page, under the head again, when it does not fit on this one.
 */
#include "print/internal.h"

enum { CELL_PAD = 3 }; /* points, beside and above a cell's text */

static double column_width(const struct print *p, size_t i)
{
    double shares = 0;
    for (size_t k = 0; k < p->table.column_count; k++)
        shares += p->columns[k].share;
    return (p->width - 2 * p->margin) * p->columns[i].share / shares;
}

static void draw_rules(struct print *p, double top, double height)
{
    if (p->table.rules == PRINT_RULES_NONE)
        return;
    double x = p->margin, right = p->width - p->margin;
    cairo_set_line_width(p->cr, 0.5);
    print_colour(p, p->table.rules == PRINT_RULES_GRID ? QUIET : THIN);
    cairo_move_to(p->cr, x, top + height);
    cairo_line_to(p->cr, right, top + height);
    if (p->table.rules == PRINT_RULES_GRID) {
        cairo_move_to(p->cr, x, top);
        cairo_line_to(p->cr, right, top);
        for (size_t i = 0; i <= p->table.column_count; i++) {
            cairo_move_to(p->cr, x, top);
            cairo_line_to(p->cr, x, top + height);
            x += i < p->table.column_count ? column_width(p, i) : 0;
        }
    }
    cairo_stroke(p->cr);
}

struct row {
    PangoLayout *cells[PRINT_COLUMNS_MAX];
    double height;
};

static void release(const struct print *p, struct row *row)
{
    for (size_t i = 0; i < p->table.column_count; i++)
        if (row->cells[i])
            g_object_unref(row->cells[i]);
}

static bool lay_row(struct print *p, const str *cells, bool bold, struct row *row)
{
    *row = (struct row){ 0 };
    for (size_t i = 0; i < p->table.column_count; i++) {
        struct print_style style = {
            .size_pt = p->table.size_pt,
            .bold = bold,
            .align = p->columns[i].align,
        };
        row->cells[i] = print_lay(p, cells[i], &style, 9, column_width(p, i) - 2 * CELL_PAD);
        if (!row->cells[i])
            return false;
        int height;
        pango_layout_get_size(row->cells[i], NULL, &height);
        double tall = height / (double)PANGO_SCALE + 2 * CELL_PAD;
        row->height = tall > row->height ? tall : row->height;
    }
    return true;
}

static void draw_row(struct print *p, struct row *row)
{
    double x = p->margin;
    for (size_t i = 0; i < p->table.column_count; i++) {
        print_colour(p, INK);
        cairo_move_to(p->cr, x + CELL_PAD, p->y + CELL_PAD);
        pango_cairo_show_layout(p->cr, row->cells[i]);
        x += column_width(p, i);
    }
    draw_rules(p, p->y, row->height);
    p->y += row->height;
    p->bare = false;
}

static void head(struct print *p)
{
    str titles[PRINT_COLUMNS_MAX];
    struct row row = { 0 };
    if (p->table.no_head)
        return;
    for (size_t i = 0; i < p->table.column_count; i++)
        titles[i] = p->columns[i].title;
    if (lay_row(p, titles, true, &row))
        draw_row(p, &row);
    release(p, &row);
}

void print_table_begin(struct print *p, const struct print_table *table)
{
    ASSERT(!p->in_table && table->column_count > 0 && table->column_count <= PRINT_COLUMNS_MAX);
    p->table = *table;
    p->in_table = true;
    for (size_t i = 0; i < table->column_count; i++) {
        p->columns[i] = table->columns[i];
        if (!(p->columns[i].share > 0))
            p->columns[i].share = 1;
    }
    print_keep(p, 18);
    if (!print_stopped(p))
        head(p);
}

void print_table_row(struct print *p, const str *cells, bool bold)
{
    ASSERT(p->in_table);
    struct row row = { 0 };
    if (print_stopped(p))
        return;
    if (lay_row(p, cells, bold, &row)) {
        if (row.height > print_room(p) && !p->bare) {
            print_next_page(p);
            if (p->err == OK)
                head(p);
        }
        if (p->err == OK && row.height > print_room(p))
            print_fail(p, ERR_LIMIT, "表格中有一行高过一页,无法排版",
                "a row of the table is higher than a page");
        if (p->err == OK)
            draw_row(p, &row);
    }
    release(p, &row);
}

void print_table_end(struct print *p)
{
    ASSERT(p->in_table);
    p->in_table = false;
    print_gap(p, 3);
}
