/*
 * Bulletins: <system>/bulletins/<bulletin>.md, in Chinese, and <bulletin>.en.md beside it where
 * there is an English text.
 *
 *     ---
 *     title: 2022年前三季度运行通报
 *     unit: ECO                       (that issues it)
 *     period: 2022-01 2022-09         (months, ends included; or month, quarter, year: the last one
 *                                      that has ended; absent: of no months)
 *     public: yes                     (issues are shown to everybody; absent: no)
 *     ---
 *     # 一、项目
 *     完成投资 {{figure investment_done over=period}} 亿元 …
 *
 * The English file has only the title. What stands in holes (docs/bulletins.md) is checked here
 * against the figures of all systems, so that a bulletin that is handed out can always be computed.
 * Arithmetic is none of a bulletin's: what is to be computed is a figure.
 */
#include "pack/internal.h"

#include <string.h>

struct bulletin {
    struct loader *l;
    const char *file;
    struct pack_bulletin *out;
    bool english;
};

#define BULLETIN_FAULT(b, line, ...) FAULT_LINE((b)->l, (b)->file, (line), STR_NONE, __VA_ARGS__)

/* ---- the head ------------------------------------------------------------------------------- */

static bool is_month(str s)
{
    struct date d;
    char text[11];
    if (s.bytes != 7)
        return false;
    memcpy(text, s.data, 7);
    memcpy(text + 7, "-01", 4);
    return date_parse(str_from(text), &d);
}

static void read_period(struct bulletin *b, str value, int line)
{
    static const char *const words[] = { "month", "quarter", "year", NULL };
    str to = value, from;
    int word = word_find(words, value);
    if (word >= 0) {
        b->out->period = (enum pack_period)(PACK_PERIOD_MONTH + word);
        return;
    }
    (void)str_split(&to, ' ', &from);
    from = str_trim(from);
    to = to.data ? str_trim(to) : from;
    if (!is_month(from) || !is_month(to) || str_compare(from, to) > 0)
        BULLETIN_FAULT(b, line,
            "period 应为 “2022-01 2022-09”(起止月份),或 month、quarter、year,而不是 “%.*s”",
            "period must be \"2022-01 2022-09\" (first and last month), or month, quarter, year, "
            "not \"%.*s\"",
            STR_ARGS(brief(value)));
    b->out->period = PACK_PERIOD_FIXED;
    b->out->from = str_copy(b->l->arena, from);
    b->out->to = str_copy(b->l->arena, to);
}

static void read_member(struct bulletin *b, str key, str value, int line)
{
    if (str_is(key, "title"))
        *(b->english ? &b->out->title.en : &b->out->title.zh) = str_copy(b->l->arena, value);
    else if (!b->english && str_is(key, "unit")) {
        if (!pack_unit(b->l->pack, value))
            BULLETIN_FAULT(b, line, "没有单位 “%.*s”", "there is no unit \"%.*s\"",
                STR_ARGS(brief(value)));
        b->out->unit = str_copy(b->l->arena, value);
    } else if (!b->english && str_is(key, "period"))
        read_period(b, value, line);
    else if (!b->english && str_is(key, "public")) {
        if (!str_is(value, "yes") && !str_is(value, "no"))
            BULLETIN_FAULT(b, line, "public 应为 yes 或 no", "public must be yes or no");
        b->out->is_public = str_is(value, "yes");
    } else
        BULLETIN_FAULT(b, line, "不认识 “%.*s”;可以写的是:title%s", "unknown name \"%.*s\"; what may "
            "stand here: title%s", STR_ARGS(brief(key)), b->english ? "" : ", unit, period, public");
}

/* The text behind the head; *line gets the number of its first line. */
static str read_head(struct bulletin *b, str text, int *line)
{
    str rest = text, one;
    int number = 1;
    (void)str_split(&rest, '\n', &one);
    bool begun = str_is(str_trim(one), "---"), ended = false;
    while (begun && !ended && str_split(&rest, '\n', &one)) {
        number++;
        str key, value = one;
        ended = str_is(str_trim(one), "---");
        if (ended || str_blank(one))
            continue;
        (void)str_split(&value, ':', &key);
        read_member(b, str_trim(key), value.data ? str_trim(value) : STR_NONE, number);
    }
    if (!ended)
        BULLETIN_FAULT(b, 1, "通报应以 --- 开头,写明 title 等,再以 --- 结束",
            "a bulletin begins with ---, says its title and so on, and ends that part with ---");
    *line = number + 1;
    return rest.data ? rest : STR_NONE;
}

static void check_head(struct bulletin *b)
{
    str title = b->english ? b->out->title.en : b->out->title.zh;
    if (!title.bytes)
        BULLETIN_FAULT(b, 1, "缺少 title", "title is missing");
    if (!b->english && !b->out->unit.bytes)
        BULLETIN_FAULT(b, 1, "缺少 unit(发布单位)", "unit, which issues it, is missing");
}

/* ---- holes ---------------------------------------------------------------------------------- */

bool pack_hole_option(str name)
{
    static const char *const options[] = { "over", "from", "to", "at", "by", "digits", "floor",
        "sign", "show", "as", NULL };
    return word_find(options, name) >= 0;
}

static const struct pack_dimension *dimension_of(const struct pack_figure *f, str name)
{
    for (size_t i = 0; i < f->by_count; i++)
        if (str_equal(f->by[i].name, name))
            return &f->by[i];
    return NULL;
}

static void check_word(struct bulletin *b, const struct prose_node *h, const char *name,
    const char *const *words)
{
    str value = prose_arg(h, name);
    if (!value.bytes || word_find(words, value) >= 0)
        return;
    str list = words_join(b->l->arena, words);
    BULLETIN_FAULT(b, h->line, "%s=%.*s 不认识,可以是:%.*s", "%s=%.*s is unknown; it may be: %.*s",
        name, STR_ARGS(brief(value)), STR_ARGS(list));
}

static void check_count(struct bulletin *b, const struct prose_node *h, const char *name, int64_t most)
{
    int64_t n = 0;
    str value = prose_arg(h, name);
    if (value.bytes && (!str_to_int64(value, &n) || n < 0 || n > most))
        BULLETIN_FAULT(b, h->line, "%s 应为 0 至 %lld 的整数", "%s must be a whole number up to %lld",
            name, (long long)most);
}

/* Months and days, and whether the figure can be asked for them. */
static void check_span(struct bulletin *b, const struct prose_node *h, const struct pack_figure *f)
{
    static const char *const over[] = { "period", "year", "before", "year-before", NULL };
    static const char *const months[] = { "from", "to" };
    struct date d;
    str at = prose_arg(h, "at"), span = prose_arg(h, "over");
    check_word(b, h, "over", over);
    for (size_t i = 0; i < 2; i++)
        if (prose_arg(h, months[i]).bytes && !is_month(prose_arg(h, months[i])))
            BULLETIN_FAULT(b, h->line, "%s 应为月份,例如 2022-09", "%s must be a month like 2022-09",
                months[i]);
    bool of_months = span.bytes || prose_arg(h, "from").bytes || prose_arg(h, "to").bytes;
    if (of_months && !dimension_of(f, STR("month")))
        BULLETIN_FAULT(b, h->line, "指标 “%.*s” 没有 month 维度,不能限定月份",
            "figure \"%.*s\" has no dimension month, so it has no span of months", STR_ARGS(f->name));
    if (span.bytes && b->out->period == PACK_PERIOD_NONE)
        BULLETIN_FAULT(b, h->line, "通报没有写 period,不能用 over",
            "over needs the bulletin's period, which is not given");
    if (at.bytes && !date_parse(at, &d))
        BULLETIN_FAULT(b, h->line, "at 应为日期,例如 2022-09-30", "at must be a date like 2022-09-30");
    if (at.bytes && !f->rows_past.bytes)
        BULLETIN_FAULT(b, h->line, "指标 “%.*s” 不能按过去的日期计算",
            "figure \"%.*s\" cannot be asked for a past day", STR_ARGS(f->name));
}

static void check_arguments(
    struct bulletin *b, const struct prose_node *h, const struct pack_figure *f)
{
    static const char *const sign[] = { "yes", NULL }, *const show[] = { "value", "count", "target", NULL },
                             *const as[] = { "bars", "line", "table", NULL };
    bool chart = str_is(h->text, "chart");
    str by = prose_arg(h, "by");
    for (size_t i = 0; i < h->arg_count; i++) {
        str name = h->args[i].name;
        if (!pack_hole_option(name) && !dimension_of(f, name))
            BULLETIN_FAULT(b, h->line, "指标 “%.*s” 没有维度 “%.*s”",
                "figure \"%.*s\" has no dimension \"%.*s\"", STR_ARGS(f->name), STR_ARGS(brief(name)));
    }
    if (chart && (!by.bytes || !dimension_of(f, by)))
        BULLETIN_FAULT(b, h->line, "图要写 by=维度,指标 “%.*s” 没有维度 “%.*s”",
            "a chart needs by=dimension; figure \"%.*s\" has no dimension \"%.*s\"", STR_ARGS(f->name),
            STR_ARGS(brief(by)));
    if (!chart && by.bytes)
        BULLETIN_FAULT(b, h->line, "by 用于 {{chart …}};数字请写 维度=值",
            "by belongs to {{chart …}}; a number takes dimension=value");
    check_word(b, h, "sign", sign);
    check_word(b, h, "show", show);
    check_word(b, h, "as", as);
    check_count(b, h, "digits", 6);
    check_count(b, h, "floor", 1000000000);
    if (str_is(prose_arg(h, "show"), "target") && !f->has_target)
        BULLETIN_FAULT(b, h->line, "指标 “%.*s” 没有目标值", "figure \"%.*s\" has no target",
            STR_ARGS(f->name));
}

static void check_hole(const struct prose_node *h, void *ctx)
{
    static const char *const words[] = { "figure", "chart", "period", "date", NULL };
    struct bulletin *b = ctx;
    if (word_find(words, h->text) < 0) {
        BULLETIN_FAULT(b, h->line, "不认识 {{%.*s}},可以是 figure、chart、period、date",
            "{{%.*s}} is unknown; it may be figure, chart, period, date", STR_ARGS(brief(h->text)));
        return;
    }
    bool plain = str_is(h->text, "period") || str_is(h->text, "date");
    if (plain) {
        if (h->name.bytes || h->arg_count)
            BULLETIN_FAULT(b, h->line, "{{%.*s}} 后面不写别的", "nothing stands behind {{%.*s}}",
                STR_ARGS(h->text));
        if (str_is(h->text, "period") && b->out->period == PACK_PERIOD_NONE)
            BULLETIN_FAULT(b, h->line, "通报没有写 period", "the bulletin's period is not given");
        return;
    }
    const struct pack_figure *f = pack_figure_any(b->l->pack, h->name, NULL);
    if (!f) {
        BULLETIN_FAULT(b, h->line, "没有指标 “%.*s”", "there is no figure \"%.*s\"",
            STR_ARGS(brief(h->name)));
        return;
    }
    check_span(b, h, f);
    check_arguments(b, h, f);
}

/* A chart is a block: it stands in a paragraph of its own. */
static void check_charts(struct bulletin *b, const struct prose_node *n, bool alone)
{
    if (n->kind == PROSE_HOLE && str_is(n->text, "chart") && !alone)
        BULLETIN_FAULT(b, n->line, "图要单独成段", "a chart stands in a paragraph of its own");
    bool single = n->kind == PROSE_PARAGRAPH && n->first && !n->first->next;
    for (const struct prose_node *c = n->first; c; c = c->next)
        check_charts(b, c, single);
}

/* ---- the files ------------------------------------------------------------------------------ */

static const struct prose_node *read_text(struct bulletin *b, const struct pack_file *f)
{
    const struct prose_node *root = NULL;
    int line = 1;
    str text = read_head(b, f->text, &line);
    check_head(b);
    enum err e = prose_read(b->l->arena, b->file, line, text, &root, b->l->faults);
    if (e != OK && b->l->first == OK)
        b->l->first = e;
    if (!root)
        return NULL;
    prose_holes(root, check_hole, b);
    check_charts(b, root, false);
    return root;
}

static void read_bulletin(struct loader *l, const struct pack_system *s, str folder,
    const struct pack_file *f, struct pack_bulletin *out)
{
    struct bulletin b = { .l = l, .file = file_label(l, f->path), .out = out };
    out->code = str_slice(f->path, folder.bytes, f->path.bytes - strlen(".md"));
    out->system = s;
    if (!is_code(out->code))
        FAULT_LINE(l, b.file, 0, STR_NONE, "通报的文件名应是代码,例如 monthly.md",
            "a bulletin's file name must be a code, for example monthly.md");
    if (pack_bulletin(l->pack, out->code))
        FAULT_LINE(l, b.file, 0, STR_NONE, "另一通报已用这个名称", "another bulletin has this name");
    out->text = read_text(&b, f);
    str path = str_printf(l->arena, "%.*s%.*s.en.md", STR_ARGS(folder), STR_ARGS(out->code));
    const struct pack_file *english = file_use(l, path);
    if (english) {
        struct bulletin e = { .l = l, .file = file_label(l, path), .out = out, .english = true };
        out->text_en = read_text(&e, english);
    }
    if (!out->title.en.bytes)
        out->title.en = out->title.zh;
}

void read_bulletins(struct loader *l)
{
    struct pack *p = l->pack;
    struct pack_bulletin *list = ARENA_ARRAY(l->arena, struct pack_bulletin, p->file_count);
    p->bulletins = list;
    for (size_t i = 0; list && i < p->system_count; i++) {
        str folder = str_printf(l->arena, "%.*s/bulletins/", STR_ARGS(p->systems[i].folder));
        size_t at = 0;
        for (const struct pack_file *f; (f = file_next(l, folder, STR(".md"), &at));) {
            if (str_ends(f->path, STR(".en.md")))
                continue;
            (void)file_use(l, f->path);
            struct pack_bulletin one = { 0 };
            read_bulletin(l, &p->systems[i], folder, f, &one);
            list[p->bulletin_count++] = one;
        }
    }
}
