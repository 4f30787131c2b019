/* A bulletin's content on paper: the blocks of its text with the numbers in their places; a chart becomes a
 * table of the same numbers. */
#include "api/bulletin_print.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 64 * 1024, GROUPS_PRINTED = 60 };

struct paper {
    struct call *c;
    struct print *p;
    const json_t *numbers;
    bool english;
};

static str in_language(const struct paper *paper, const json_t *name)
{
    return json_str(name, paper->english ? "en" : "zh");
}

/* The text of a block and all in it, without its form. */
static void flatten(const struct paper *paper, const json_t *block, struct buf *out)
{
    str kind = json_str(block, "kind");
    size_t i;
    json_t *child;
    if (str_is(kind, "hole")) {
        const json_t *n = json_array_get(paper->numbers, (size_t)json_int(block, "number", 0));
        buf_add(out, json_str(n, "text"));
        return;
    }
    if (str_is(kind, "break"))
        buf_add(out, STR("\n"));
    if (str_is(kind, "text") || str_is(kind, "code") || str_is(kind, "codeBlock"))
        buf_add(out, json_str(block, "text"));
    json_array_foreach (json_object_get(block, "children"), i, child)
        flatten(paper, child, out);
}

static str text_of(const struct paper *paper, const json_t *block)
{
    struct buf b;
    buf_init(&b, paper->c->op.arena, TEXT_BYTES_MAX);
    flatten(paper, block, &b);
    return buf_str(&b);
}

/* The chart that stands alone in a paragraph, or NULL. */
static const json_t *chart_in(const struct paper *paper, const json_t *block)
{
    const json_t *children = json_object_get(block, "children");
    const json_t *only = json_array_size(children) == 1 ? json_array_get(children, 0) : NULL;
    if (!only || !str_is(json_str(only, "kind"), "hole"))
        return NULL;
    const json_t *n = json_array_get(paper->numbers, (size_t)json_int(only, "number", 0));
    return str_is(json_str(n, "kind"), "chart") ? n : NULL;
}

static void print_chart(const struct paper *paper, const json_t *n)
{
    struct arena *a = paper->c->op.arena;
    const json_t *groups = json_object_get(n, "groups");
    str title = in_language(paper, json_object_get(n, "title"));
    str unit = in_language(paper, json_object_get(n, "unit"));
    struct print_column columns[] = { { title, 3, PRINT_LEFT },
        { unit, 1, PRINT_RIGHT } };
    struct print_table table = { .columns = columns, .column_count = 2 };
    print_gap(paper->p, 2);
    print_table_begin(paper->p, &table);
    for (size_t i = 0; i < json_array_size(groups) && i < GROUPS_PRINTED; i++) {
        const json_t *g = json_array_get(groups, i);
        str cells[] = { str_copy(a, in_language(paper, json_object_get(g, "label"))),
            json_str(g, "text") };
        print_table_row(paper->p, cells, false);
    }
    print_table_end(paper->p);
    print_gap(paper->p, 2);
}

static void print_rows(const struct paper *paper, const json_t *block)
{
    static const enum print_align sides[] = { PRINT_LEFT, PRINT_CENTRE, PRINT_RIGHT };
    struct print_column columns[PRINT_COLUMNS_MAX] = { { STR_NONE, 0, PRINT_LEFT } };
    str cells[PRINT_COLUMNS_MAX];
    const json_t *rows = json_object_get(block, "children");
    size_t r, count = 0, i;
    json_t *row, *cell;
    json_array_foreach (rows, r, row) {
        size_t n = 0;
        json_array_foreach (json_object_get(row, "children"), i, cell)
            if (n < PRINT_COLUMNS_MAX) {
                int64_t side = json_int(cell, "level", 0);
                cells[n] = text_of(paper, cell);
                if (r == 0)
                    columns[n] = (struct print_column){ cells[n], 1, sides[side % 3] };
                n++;
            }
        if (r == 0) {
            count = n;
            print_table_begin(paper->p,
                &(struct print_table){ .columns = columns, .column_count = count });
            continue;
        }
        for (; n < count; n++)
            cells[n] = STR_NONE;
        print_table_row(paper->p, cells, false);
    }
    if (count)
        print_table_end(paper->p);
}

static void print_block(const struct paper *paper, const json_t *block, double indent);

static void print_list(const struct paper *paper, const json_t *block, double indent)
{
    int64_t number = json_int(block, "level", 0);
    size_t i;
    json_t *item;
    json_array_foreach (json_object_get(block, "children"), i, item) {
        str mark = number ? str_printf(paper->c->op.arena, "%lld. ", (long long)number + (int64_t)i)
                          : STR("· ");
        str text = str_concat(paper->c->op.arena, mark, text_of(paper, item));
        print_text(paper->p, text, &(struct print_style){ .indent_mm = indent, .after_mm = 1 });
    }
}

static void print_block(const struct paper *paper, const json_t *block, double indent)
{
    str kind = json_str(block, "kind");
    const json_t *chart = str_is(kind, "paragraph") ? chart_in(paper, block) : NULL;
    size_t i;
    json_t *child;
    if (chart)
        print_chart(paper, chart);
    else if (str_is(kind, "heading"))
        print_heading(paper->p, (int)(json_int(block, "level", 1) > 2 ? 3 : 2), text_of(paper, block));
    else if (str_is(kind, "list"))
        print_list(paper, block, indent + 4);
    else if (str_is(kind, "table"))
        print_rows(paper, block);
    else if (str_is(kind, "rule"))
        print_line(paper->p);
    else if (str_is(kind, "quote"))
        json_array_foreach (json_object_get(block, "children"), i, child)
            print_block(paper, child, indent + 6);
    else
        print_text(paper->p, text_of(paper, block),
            &(struct print_style){ .indent_mm = paper->english ? indent : indent + 7.4, .after_mm = 2 });
}

enum err bulletin_print(struct call *c, const json_t *content, str number, str foot, str *pdf)
{
    struct arena *a = c->op.arena;
    struct paper paper = { .c = c, .numbers = json_object_get(content, "numbers"),
        .english = strcmp(c->req->lang, "en") == 0 };
    const json_t *texts = json_object_get(content, "text");
    const json_t *blocks = json_object_get(texts, paper.english ? "en" : "zh");
    if (!json_is_array(blocks)) {
        paper.english = false;
        blocks = json_object_get(texts, "zh");
    }
    str title = in_language(&paper, json_object_get(content, "title"));
    str unit = in_language(&paper, json_object_get(content, "unit"));
    struct print_setup setup = { .paper = PRINT_A4, .margin_mm = 25, .title = title, .author = unit,
        .made_ms = c->op.now_ms, .page_numbers = true, .english = paper.english, .foot = foot };
    size_t i;
    json_t *block;
    TRY(print_create(a, &setup, &paper.p, &c->diag));
    print_text(paper.p, unit,
        &(struct print_style){ .size_pt = 12, .align = PRINT_CENTRE, .colour = 0xB3261E, .serif = true,
            .spacing_pt = 3 });
    print_text(paper.p, title, &(struct print_style){ .size_pt = 20, .bold = true, .serif = true,
        .align = PRINT_CENTRE, .before_mm = 4, .after_mm = 3 });
    if (number.bytes)
        print_text(paper.p, number, &(struct print_style){ .size_pt = 9, .align = PRINT_CENTRE });
    print_line(paper.p);
    print_gap(paper.p, 4);
    json_array_foreach (blocks, i, block)
        print_block(&paper, block, 0);
    return print_finish(paper.p, pdf, &c->diag);
}

void api_reply_pdf(struct call *c, str name, str pdf)
{
    http_reply_file_name(c->req, str_printf(c->op.arena, "%.*s.pdf", STR_ARGS(name)), false);
    http_reply(c->req, 200, "application/pdf", pdf);
}
