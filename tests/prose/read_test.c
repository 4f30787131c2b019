/* Markdown with holes: what tree comes out, and what is refused on which line. */
#include "prose/prose.h"

#include "base/arena.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct given {
    struct arena arena;
    struct diag_list faults;
};

static int set_up(void **state)
{
    static struct given g;
    arena_init(&g.arena, NULL, 16 * 1024 * 1024);
    diag_list_init(&g.faults, &g.arena, 20);
    *state = &g;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct given *)*state)->arena);
    return 0;
}

/* The tree as one line: kind[level]"text"{children}. */
static void draw(struct buf *b, const struct prose_node *n)
{
    buf_printf(b, "%s", prose_kind_word(n->kind));
    if (n->level)
        buf_printf(b, "%d", n->level);
    if (n->text.bytes)
        buf_printf(b, "\"%.*s\"", STR_ARGS(n->text));
    if (n->name.bytes)
        buf_printf(b, " %.*s", STR_ARGS(n->name));
    for (size_t i = 0; i < n->arg_count; i++)
        buf_printf(b, " %.*s=%.*s", STR_ARGS(n->args[i].name), STR_ARGS(n->args[i].value));
    if (!n->first)
        return;
    buf_printf(b, "{");
    for (const struct prose_node *c = n->first; c; c = c->next) {
        draw(b, c);
        if (c->next)
            buf_printf(b, " ");
    }
    buf_printf(b, "}");
}

static void reads_as(struct given *g, const char *text, const char *tree)
{
    const struct prose_node *root = NULL;
    struct buf b;
    assert_int_equal(prose_read(&g->arena, "f.md", 1, str_from(text), &root, &g->faults), OK);
    buf_init(&b, &g->arena, 1024 * 1024);
    draw(&b, root);
    assert_string_equal(str_terminated(&g->arena, buf_str(&b)), tree);
}

static void trees(void **state)
{
    struct given *g = *state;
    reads_as(g, "# 通报\n\n一段\n文字 and\nwords\n",
        "document{heading1{text\"通报\"} paragraph{text\"一段\" text\"文字 and\" text\" \" "
        "text\"words\"}}");
    reads_as(g, "- 甲\n- 乙\n", "document{list{item{paragraph{text\"甲\"}} item{paragraph{text\"乙\"}}}}");
    reads_as(g, "| a | b |\n|---|--:|\n| 1 | {{figure x_y}} |\n",
        "document{table{row1{cell{text\"a\"} cell2{text\"b\"}} row{cell{text\"1\"} "
        "cell2{hole\"figure\" x_y}}}}");
    reads_as(g, "[甲](/a) `c` *d*\n",
        "document{paragraph{link\"/a\"{text\"甲\"} "
        "text\" \" code\"c\" text\" \" emphasis{text\"d\"}}}");
}

/* Bold beside Chinese letters, underscores, bars and quotes are no matter inside a hole. */
static void holes(void **state)
{
    struct given *g = *state;
    reads_as(g, "投资**{{figure a_b_c from=2022-01 only=\"x | y\"}}**亿元",
        "document{paragraph{text\"投资\" strong{hole\"figure\" a_b_c from=2022-01 only=x | y} "
        "text\"亿元\"}}");
    reads_as(g, "{{a}}{{b c}}d", "document{paragraph{hole\"a\" hole\"b\" c text\"d\"}}");
    reads_as(g, "\\{{a}}", "document{paragraph{text\"{{a}}\"}}");
}

static void refused(struct given *g, const char *text, int line, const char *part)
{
    const struct prose_node *root = NULL;
    diag_list_init(&g->faults, &g->arena, 20);
    assert_int_equal(prose_read(&g->arena, "f.md", 5, str_from(text), &root, &g->faults), ERR_INVALID);
    assert_true(g->faults.count >= 1);
    assert_int_equal(g->faults.items[0]->line, line);
    if (str_find(str_from(g->faults.items[0]->en), str_from(part), 0) < 0)
        fail_msg("%s: %s", text, g->faults.items[0]->en);
}

static void faults_name_their_lines(void **state)
{
    struct given *g = *state;
    refused(g, "a\n\n<script>alert(1)</script>\n", 7, "no raw HTML");
    refused(g, "a <b>c</b>\n", 5, "no raw HTML");
    refused(g, "x\n![p](http://h/p.png)\n", 6, "no pictures");
    refused(g, "\n\n[x](javascript:alert(1))\n", 7, "begins with https");
    refused(g, "[x](//evil.example)\n", 5, "begins with https");
    refused(g, "a\n{{figure x\n}}\n", 6, "on its line");
    refused(g, "{{}}", 5, "must read {{word");
    refused(g, "{{figure x y}}", 5, "\"y\"");
    refused(g, "{{figure x a=\"b}}", 5, "quotes closed");
    refused(g, "`{{figure x}}`", 5, "no place in code");
    refused(g, "\xEE\x80\x80", 5, "private characters");
    refused(g, "\xff", 5, "UTF-8");
}

static void endless(void **state)
{
    struct given *g = *state;
    struct buf b;
    buf_init(&b, &g->arena, 8 * 1024 * 1024);
    for (int i = 0; i < 60; i++)
        buf_printf(&b, "> ");
    buf_printf(&b, "x");
    refused(g, str_terminated(&g->arena, buf_str(&b)), 5, "too deeply");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(trees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(holes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_name_their_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(endless, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
