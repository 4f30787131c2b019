/* Documents on paper: text that flows, tables over pages, pictures, seals, limits. With a folder as
 * its argument it leaves the PDFs there, to be looked at. */
#include "base/support.h"
#include "print/print.h"

#include <stdio.h>

static const char *folder; /* NULL: nothing is left behind */

static int open_arena(void **state)
{
    static struct arena a;
    arena_init(&a, NULL, 128 * MIB);
    *state = &a;
    return 0;
}

static int close_arena(void **state)
{
    arena_release(*state);
    return 0;
}

static struct print *start(struct arena *a, const struct print_setup *setup)
{
    struct diag d = { 0 };
    struct print *p = NULL;
    assert_ok(print_create(a, setup, &p, &d), &d);
    return p;
}

static str finish(struct print *p, struct arena *a, const char *name)
{
    struct diag d = { 0 };
    str pdf = STR_NONE;
    assert_ok(print_finish(p, &pdf, &d), &d);
    assert_true(str_starts(pdf, STR("%PDF-1.4")));
    assert_true(str_ends(str_trim(pdf), STR("%%EOF")));
    if (folder) {
        str path = str_printf(a, "%s/%s.pdf", folder, name);
        assert_ok(sys_real()->file_write(NULL, path.data, pdf, &d), &d);
    }
    return pdf;
}

static size_t pages_in(str pdf)
{
    size_t count = 0;
    for (ptrdiff_t at = 0; (at = str_find(pdf, STR("/Type /Page %"), (size_t)at)) >= 0; at++)
        count++;
    return count;
}

static str letter(struct arena *a)
{
    struct print *p = start(a,
        &(struct print_setup){ .title = STR("示例通报"),
            .author = STR("示例单位"),
            .made_ms = INT64_C(1763856000000),
            .head = STR("示例数据"),
            .foot = STR("骏马"),
            .page_numbers = true,
            .every_letter = true });
    print_heading(p, 1, STR("经济运行情况通报"));
    print_heading(p, 2, STR("一、总体情况"));
    for (int i = 0; i < 30; i++)
        print_text(p,
            STR("本月规模以上工业增加值同比增长7.7%,增速居同类地区前列。The quick brown fox jumps over the lazy dog; "
                "numbers 1,234.56 stand in the line."),
            &(struct print_style){ .indent_mm = 7.4 });
    print_line(p);
    print_qr(p, NULL, 30, STR("https://example.org/v/1"));
    print_seal(p, (struct print_place){ 150, print_at(p) - 10 }, 42,
        STR("某某经济技术开发区管理委员会"), STR("电子证照专用章"));
    return finish(p, a, "letter");
}

static void the_same_calls_give_the_same_bytes(void **state)
{
    str first = letter(*state), second = letter(*state);
    assert_true(first.bytes > 4000);
    assert_int_equal(first.bytes, second.bytes);
    assert_memory_equal(first.data, second.data, first.bytes);
    assert_int_equal(pages_in(first), 2);
}

static void a_long_paragraph_goes_over_pages(void **state)
{
    struct arena *a = *state;
    struct buf b;
    buf_init(&b, a, MIB);
    for (int i = 0; i < 2500; i++)
        buf_add(&b, STR("一二三四五六七八九十"));
    struct print *p = start(a, &(struct print_setup){ .paper = PRINT_A5 });
    print_text(p, buf_str(&b), NULL);
    assert_true(pages_in(finish(p, a, "long")) > 10);
}

static void a_table_repeats_its_head(void **state)
{
    struct arena *a = *state;
    struct print *p = start(
        a, &(struct print_setup){ .paper = PRINT_A4_WIDE, .page_numbers = true, .english = true });
    const struct print_column columns[] = {
        { STR("序号"), 1, PRINT_RIGHT },
        { STR("企业名称"), 5, PRINT_LEFT },
        { STR("金额"), 2, PRINT_RIGHT },
    };
    print_table_begin(p,
        &(struct print_table){ .columns = columns, .column_count = 3, .rules = PRINT_RULES_GRID });
    for (int i = 1; i <= 200; i++) {
        str cells[] = { str_printf(a, "%d", i), STR("示例有限公司"), STR("12,345.00") };
        print_table_row(p, cells, false);
    }
    print_table_row(p, (str[]){ STR(""), STR("合计"), STR("2,469,000.00") }, true);
    print_table_end(p);
    size_t pages = print_pages(p);
    assert_true(pages > 5 && pages < 15);
    assert_int_equal(pages_in(finish(p, a, "table")), pages);
}

static void a_card_with_a_frame(void **state)
{
    struct print *p = start(*state, &(struct print_setup){ .paper = PRINT_CARD });
    print_frame(p, 2, 0xB3261E);
    assert_true(
        print_box(p, (struct print_place){ 5, 6 }, 60, STR("示例工作证"),
            &(struct print_style){ .size_pt = 14, .serif = true, .bold = true, .spacing_pt = 2 })
        > 4);
    print_qr(p, &(struct print_place){ 60, 28 }, 22, STR("JM1.example"));
    assert_int_equal(pages_in(finish(p, *state, "card")), 1);
}

static void expect_fault(struct arena *a, struct print *p, enum err err, const char *part)
{
    struct diag d = { 0 };
    str pdf = STR_NONE;
    assert_int_equal(print_finish(p, &pdf, &d), err);
    assert_true(str_find(str_from(d.en), str_from(part), 0) >= 0);
    assert_null(pdf.data);
    arena_reset(a);
}

static void faults_are_kept_and_told_at_the_end(void **state)
{
    struct arena *a = *state;
    struct print *p = start(a, &(struct print_setup){ .pages_max = 2 });
    for (int i = 0; i < 5; i++)
        print_page(p);
    print_text(p, STR("nothing more"), NULL);
    expect_fault(a, p, ERR_LIMIT, "2 pages");

    p = start(a, &(struct print_setup){ .every_letter = true });
    print_text(p, STR("\xF3\xB0\x80\x80 private"), NULL);
    expect_fault(a, p, ERR_UNSUPPORTED, "font");

    p = start(a, &(struct print_setup){ 0 });
    print_text(p, STR("\xFF"), NULL);
    expect_fault(a, p, ERR_UTF8, "UTF-8");

    p = start(a, &(struct print_setup){ 0 });
    print_png(p, NULL, 40, STR("GIF89a, which is no PNG, and long enough to look"));
    expect_fault(a, p, ERR_MEDIA_TYPE, "PNG");

    p = start(a, &(struct print_setup){ 0 });
    print_png(p, NULL, 40, STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\10\2\0\0\0\0\0\0\0"));
    expect_fault(a, p, ERR_TOO_LARGE, "6000");

    p = start(a, &(struct print_setup){ 0 });
    print_qr(p, NULL, 40, STR_NONE);
    expect_fault(a, p, ERR_LIMIT, "QR");

    p = start(a, &(struct print_setup){ .bytes_max = 2000 });
    print_text(p, STR("一二三四五六七八九十"), NULL);
    expect_fault(a, p, ERR_LIMIT, "larger");
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
        T(the_same_calls_give_the_same_bytes),
        T(a_long_paragraph_goes_over_pages),
        T(a_table_repeats_its_head),
        T(a_card_with_a_frame),
        T(faults_are_kept_and_told_at_the_end),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
