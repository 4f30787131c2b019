/*
 * Figures: one .sql file each.
 *
 *     -- title: 按时办结率 | On-time rate
 *     -- unit: %
 *     -- good: up                         (up, down; absent: neither)
 *     -- target: 95                       (absent: none)
 *     -- by: unit = unit; month = month   (dimension = column of rows; ": table" behind it names
 *                                          the code table or register that its values are of)
 *     -- drawing: bars                    (number, bars, line, table)
 *     -- note: … | …                      (what is counted, for the reader of the number)
 *     -- of: project                      (the register that ids are of; absent: cases)
 *     -- columns: name = 资金 | Fund; paid = 支付 | Paid : money
 *                                         (what is shown of rows that are neither cases, records nor
 *                                          licences; behind the colon money (fen), unit, topic, yes
 *                                          or a code table)
 *     rows:
 *     SELECT id, unit, month, on_time FROM case_report WHERE zone = $1 AND on_time IS NOT NULL
 *     value:
 *     SELECT round(100.0 * sum(on_time) / count(*), 1) FROM rows
 *
 * The engine puts the two together, adds grouping and lists the records, so their shape is checked
 * here: rows is one SELECT whose columns all have names and among which is `id`; value is one
 * expression over rows. $1 is the zone, $2 the present instant in milliseconds.
 *
 * It reads the views of views.def and record_<register>, and nothing else.
 *
 * The SQL is read word by word, not parsed: quotes, brackets and words are all that is needed to
 * find the columns and to refuse what is no plain question. That the zone's own rows are asked for
 * ($1) is checked; that a figure cannot write and sees only what it may is the store's business.
 */
#include "pack/internal.h"

#include <stdlib.h>
#include <string.h>

enum { SQL_TOKENS_MAX = 4000, COLUMNS_MAX = 64, DIMENSIONS_MAX = 16, TABLES_MAX = 16, SHOWN_MAX = 16 };

struct token {
    str text;
    int line, depth; /* brackets around it */
    bool word, quoted;
};

struct figure {
    struct loader *l;
    const char *file;
    struct pack_figure *out;
    str by, shown; /* as written; read when the columns are known */
    int by_line, shown_line, rows_line, value_line;
    str rows, value;
    struct token *tokens;
    size_t token_count;
};

#define FIGURE_FAULT(f, line, ...) FAULT_LINE((f)->l, (f)->file, (line), STR_NONE, __VA_ARGS__)

/* ---- the header ----------------------------------------------------------------------------- */

/* "zh | en"; one part serves for both. */
static struct name2 two_names(struct loader *l, str value)
{
    struct name2 said = pack_said(value);
    return (struct name2){ str_copy(l->arena, said.zh), str_copy(l->arena, said.en) };
}

static void read_target(struct figure *f, str value, int line)
{
    char *end = NULL;
    char *text = str_terminated(f->l->arena, value);
    double target = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end) {
        FIGURE_FAULT(f, line, "target 应是数,而不是 “%.*s”", "target must be a number, not \"%.*s\"",
            STR_ARGS(brief(value)));
        return;
    }
    f->out->has_target = true;
    f->out->target = target;
}

static int header_word(struct figure *f, str value, const char *const *words, int line)
{
    int found = word_find(words, value);
    if (found >= 0)
        return found;
    str list = words_join(f->l->arena, words);
    FIGURE_FAULT(f, line, "不认识 “%.*s”,可以是:%.*s", "unknown word \"%.*s\"; it may be: %.*s",
        STR_ARGS(brief(value)), STR_ARGS(list));
    return 0;
}

/* The register that the records of the number stand in. */
static void read_of(struct figure *f, str value, int line)
{
    if (!pack_register(f->l->pack, value))
        FIGURE_FAULT(f, line, "没有登记表 “%.*s”", "there is no register \"%.*s\"",
            STR_ARGS(brief(value)));
    f->out->of = str_copy(f->l->arena, value);
}

static void read_header(struct figure *f, str line_text, int line)
{
    static const char *const good[] = { "none", "up", "down", NULL };
    static const char *const drawing[] = { "number", "bars", "line", "table", NULL };
    str key, value = str_slice(line_text, 2, line_text.bytes);
    if (!str_split(&value, ':', &key) || !value.data) {
        FIGURE_FAULT(f, line, "文件开头的注释应写作 “-- 名称: 内容”",
            "a comment at the file's head must read \"-- name: value\"");
        return;
    }
    key = str_trim(key);
    value = str_trim(value);
    if (str_is(key, "title"))
        f->out->title = two_names(f->l, value);
    else if (str_is(key, "unit"))
        f->out->unit = two_names(f->l, value);
    else if (str_is(key, "note"))
        f->out->note = two_names(f->l, value);
    else if (str_is(key, "good"))
        f->out->good = (enum pack_good)header_word(f, value, good, line);
    else if (str_is(key, "drawing"))
        f->out->drawing = (enum pack_drawing)header_word(f, value, drawing, line);
    else if (str_is(key, "target"))
        read_target(f, value, line);
    else if (str_is(key, "of"))
        read_of(f, value, line);
    else if (str_is(key, "by")) {
        f->by = value;
        f->by_line = line;
    } else if (str_is(key, "columns")) {
        f->shown = value;
        f->shown_line = line;
    } else
        FIGURE_FAULT(f, line,
            "不认识 “%.*s”,可以写的是:title, unit, note, good, target, by, of, columns, drawing",
            "unknown name \"%.*s\"; what may stand here: title, unit, note, good, target, by, of, "
            "columns, drawing",
            STR_ARGS(brief(key)));
}

/* ---- SQL by words --------------------------------------------------------------------------- */

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
        || c == '$';
}

static bool is_word(const struct token *t, const char *word)
{
    return t->word && str_equal_nocase(t->text, str_from(word));
}

/* Length of the token at `at`; 0 when a quote is not closed. */
static size_t token_bytes(str sql, size_t at, struct token *t)
{
    char c = sql.data[at];
    size_t end = at + 1;
    if (c == '\'' || c == '"') {
        t->quoted = true;
        while (end < sql.bytes && sql.data[end] != c)
            end++;
        return end < sql.bytes ? end + 1 - at : 0;
    }
    t->word = is_word_char(c);
    while (t->word && end < sql.bytes && is_word_char(sql.data[end]))
        end++;
    return end - at;
}

static bool refused_symbol(const struct figure *f, str sql, size_t at, int line)
{
    char c = sql.data[at];
    bool comment = at + 1 < sql.bytes
        && ((c == '-' && sql.data[at + 1] == '-') || (c == '/' && sql.data[at + 1] == '*'));
    if (!comment && !strchr(";?@\\`[{", c) && (unsigned char)c < 0x80
        && !(c == ':' && at + 1 < sql.bytes && sql.data[at + 1] != ':' && sql.data[at - 1] != ':'))
        return false;
    FIGURE_FAULT(f, line,
        "这里不能写 “%c”:只写一条查询,不带分号和注释,参数只有 $1(本区代码)和 $2(当前时刻)",
        "'%c' has no place here: one query, without semicolon and comments; the only parameters "
        "are $1, the zone, and $2, the present instant",
        comment ? '-' : (unsigned char)c < 0x80 ? c : '?');
    return true;
}

/* Fills f->tokens; false after a fault. */
static bool tokenize(struct figure *f, str sql, int line)
{
    int depth = 0;
    f->token_count = 0;
    for (size_t at = 0; at < sql.bytes;) {
        char c = sql.data[at];
        if (strchr(" \t\r\n", c)) {
            line += c == '\n';
            at++;
            continue;
        }
        if (c != '\'' && c != '"' && refused_symbol(f, sql, at, line))
            return false;
        depth -= c == ')';
        struct token t = { .line = line, .depth = depth };
        size_t bytes = token_bytes(sql, at, &t);
        if (!bytes || depth < 0 || f->token_count == SQL_TOKENS_MAX) {
            FIGURE_FAULT(f, line, "引号或括号没有成对,或查询过长",
                "a quote or a bracket is not closed, or the query is too long");
            return false;
        }
        t.text = str_slice(sql, at, at + bytes);
        depth += c == '(';
        f->tokens[f->token_count++] = t;
        at += bytes;
    }
    if (depth || !f->token_count)
        FIGURE_FAULT(f, line, "查询不能为空,括号要成对",
            "the query may not be empty and its brackets must be closed");
    return !depth && f->token_count;
}

static bool words_allowed(const struct figure *f, bool nested_select)
{
    static const char *const refused[] = { "insert", "update", "delete", "replace_into", "drop",
        "alter", "create", "attach", "detach", "pragma", "into", "copy", "grant", "revoke",
        "truncate", "vacuum", "call", "load_extension", "limit", "offset", "with", NULL };
    for (size_t i = 0; i < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool bad = i && !nested_select && is_word(t, "select");
        for (size_t k = 0; refused[k] && !bad; k++)
            bad = is_word(t, refused[k]);
        if (t->word && t->text.data[0] == '$' && !str_is(t->text, "$1")
            && !(nested_select && str_is(t->text, "$2")))
            bad = true;
        if (!bad)
            continue;
        FIGURE_FAULT(f, t->line, "指标的查询中不能用 “%.*s”",
            "\"%.*s\" may not be used in a figure's query", STR_ARGS(brief(t->text)));
        return false;
    }
    return true;
}

/* ---- rows: and value: ----------------------------------------------------------------------- */

static bool add_column(struct figure *f, size_t from, size_t to)
{
    const struct token *last = to > from ? &f->tokens[to - 1] : NULL;
    bool named = last && last->word && last->depth == 0
        && (to - from == 1 || is_word(&f->tokens[to - 2], "as")
            || str_is(f->tokens[to - 2].text, "."));
    if (!named || f->out->column_count == COLUMNS_MAX) {
        FIGURE_FAULT(f, last ? last->line : f->rows_line,
            "rows 的每一列都要有名字:写列名,或 “表达式 AS 列名”,至多 %d 列",
            "each column of rows needs a name: a column's name or \"expression AS name\", at most "
            "%d columns",
            COLUMNS_MAX);
        return false;
    }
    ((str *)f->out->columns)[f->out->column_count++] = last->text;
    return true;
}

/* The select list: from after SELECT to the FROM outside brackets. */
static bool find_columns(struct figure *f)
{
    size_t from = f->token_count > 1 && is_word(&f->tokens[1], "distinct") ? 2 : 1;
    f->out->columns = ARENA_ARRAY(f->l->arena, str, COLUMNS_MAX);
    if (!f->out->columns)
        return false;
    for (size_t i = from; i < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool end = t->depth == 0 && is_word(t, "from");
        if (!end && !(t->depth == 0 && str_is(t->text, ",")))
            continue;
        if (!add_column(f, from, i))
            return false;
        if (end)
            return true;
        from = i + 1;
    }
    FIGURE_FAULT(f, f->rows_line, "rows 应是 “SELECT … FROM …”", "rows must be \"SELECT … FROM …\"");
    return false;
}

static bool has_column(const struct pack_figure *figure, str name)
{
    for (size_t i = 0; i < figure->column_count; i++)
        if (str_equal(figure->columns[i], name))
            return true;
    return false;
}

/* The engine's own views, beside those of registers. */
static bool is_view(str word)
{
    static const char *const views[] = {
#define VIEW(name) #name,
#include "pack/views.def"
#undef VIEW
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (str_is(word, views[i]))
            return true;
    return false;
}

/* A column that is counted anew each day, or moving, stands in the history as of the last change only,
 * so that a figure which reads it cannot be asked for a past day. One that stands in the list by itself and
 * for nothing but a dimension does no harm: that dimension alone is refused. */
static str daily_column(const struct figure *f, const struct pack_register *r)
{
    bool list = true;
    for (size_t i = 1; r && i < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        list = list && !(t->depth == 0 && is_word(t, "from"));
        const struct pack_column *c = t->word ? pack_column(r, t->text) : NULL;
        if (!c || (!c->daily && !c->moving) || i + 1 == f->token_count)
            continue;
        str before = f->tokens[i - 1].text, after = f->tokens[i + 1].text;
        bool alone = (str_is(before, ",") || is_word(&f->tokens[i - 1], "select"))
            && (str_is(after, ",") || is_word(&f->tokens[i + 1], "from"));
        if (!list || !alone || str_find(f->value, c->name, 0) >= 0)
            return c->name;
    }
    return STR_NONE;
}

/* A word before "(" is a function, unless it is one of SQL's own. */
static bool functions_allowed(const struct figure *f)
{
    static const char *const words[] = { "and", "as", "by", "case", "cast", "else", "except", "exists",
        "filter", "from", "having", "in", "intersect", "join", "not", "on", "or", "over", "select",
        "then", "union", "using", "all", "values", "when", "where", "between", "distinct", NULL };
    static const char *const functions[] = {
#define FUNCTION(name) #name,
#include "base/report_functions.def"
#undef FUNCTION
        NULL
    };
    for (size_t i = 0; i + 1 < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool known = !t->word || !str_is(f->tokens[i + 1].text, "(");
        for (size_t k = 0; !known && words[k]; k++)
            known = is_word(t, words[k]);
        for (size_t k = 0; !known && functions[k]; k++)
            known = is_word(t, functions[k]);
        if (known)
            continue;
        FIGURE_FAULT(f, t->line, "指标的查询中不能用函数 “%.*s”;可以用 count、sum、round、coalesce、substr、median 等",
            "the function \"%.*s\" may not be used in a figure's query; count, sum, round, coalesce, substr,"
            " median and others may",
            STR_ARGS(brief(t->text)));
        return false;
    }
    return true;
}

/* Does the table list of a query (FROM … JOIN …, …) end with this word? */
static bool ends_tables(const struct token *t)
{
    static const char *const words[]
        = { "where", "group", "order", "having", "union", "intersect", "except", "window", NULL };
    for (size_t k = 0; words[k]; k++)
        if (is_word(t, words[k]))
            return true;
    return false;
}

/* Whatever stands after FROM, JOIN or a comma between them is a view that figures may read, or a query
 * in brackets: no table of the engine, of the database or of another zone, and no function. */
static bool tables_allowed(const struct figure *f)
{
    enum { DEPTH_MAX = 40 };
    bool listing[DEPTH_MAX] = { false }, expected = false;
    for (size_t i = 0; i < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool opens = str_is(t->text, "(");
        size_t depth = (size_t)t->depth < DEPTH_MAX ? (size_t)t->depth : DEPTH_MAX - 1;
        if (expected && !opens && !is_word(t, "select")
            && (!t->word || (!is_view(t->text) && !str_starts(t->text, STR("record_"))))) {
            FIGURE_FAULT(f, t->line,
                "指标不能读取 “%.*s”:可以读的是 record_<登记表> 和 pack.md 所列的视图,或括号中的查询",
                "a figure may not read \"%.*s\": it reads record_<register>, the views that pack.md"
                " lists, or a query in brackets",
                STR_ARGS(brief(t->text)));
            return false;
        }
        if (opens && depth + 1 < DEPTH_MAX)
            listing[depth + 1] = expected; /* "((a JOIN b))": still a list of tables */
        else if (is_word(t, "select") || ends_tables(t))
            listing[depth] = false;
        else if (is_word(t, "from") && i && !is_word(&f->tokens[i - 1], "distinct"))
            listing[depth] = true;
        expected = (opens && expected)
            || (listing[depth] && (is_word(t, "from") || is_word(t, "join") || str_is(t->text, ",")));
    }
    return true;
}

static const char prefix[] = "record_";

/* Which views rows reads: those of views.def and record_<register>. Beside them the text over the
 * past: record_… become past_…; the engine's own things are not kept as they were, so with one of
 * them there is none. */
static bool find_tables(struct figure *f)
{
    struct buf past;
    struct arena *a = f->l->arena;
    const char **now = ARENA_ARRAY(a, const char *, TABLES_MAX);
    const char **then = ARENA_ARRAY(a, const char *, TABLES_MAX);
    size_t from = 0, n = 0;
    bool lasting = true; /* all of it is kept with its history */
    buf_init(&past, a, 256 * KIB);
    for (size_t i = 0; now && then && i < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool is_own = t->word && is_view(t->text);
        bool is_record = t->word && str_starts(t->text, str_from(prefix));
        if (str_find(t->text, STR("register_"), 0) >= 0 || str_find(t->text, STR("past_"), 0) >= 0) {
            FIGURE_FAULT(f, t->line, "指标不能直接读取 “%.*s”,请用 record_<登记表>",
                "a figure may not read \"%.*s\" itself: use record_<register>",
                STR_ARGS(brief(t->text)));
            return false;
        }
        if (t->quoted || (!is_own && !is_record))
            continue;
        str code = str_slice(t->text, sizeof prefix - 1, t->text.bytes);
        const struct pack_register *r = is_record ? pack_register(f->l->pack, code) : NULL;
        if (is_record && (!r || r->closed)) {
            FIGURE_FAULT(f, t->line, "没有可供统计的登记表 “%.*s”",
                "there is no register \"%.*s\" that figures may read", STR_ARGS(brief(code)));
            return false;
        }
        lasting = lasting && is_record;
        size_t at = (size_t)(t->text.data - f->rows.data);
        buf_add(&past, str_slice(f->rows, from, at));
        buf_printf(&past, "past_%.*s", STR_ARGS(code));
        from = at + t->text.bytes;
        size_t k = 0;
        while (k < n && !str_is(t->text, now[k]))
            k++;
        if (k == n && n < TABLES_MAX) {
            now[n] = str_terminated(a, t->text);
            then[n++] = str_printf(a, "register_%.*s_history", STR_ARGS(code)).data;
        }
    }
    buf_add(&past, str_slice(f->rows, from, f->rows.bytes));
    f->out->tables = now;
    f->out->tables_past = then;
    f->out->table_count = n;
    f->out->rows_past = lasting ? str_copy(a, str_trim(buf_str(&past))) : STR_NONE;
    return !arena_failed(a);
}

/* May "zone = $1" before token i end, or begin behind token i, without being part of anything? */
static bool stands_apart(const struct figure *f, size_t i, bool before)
{
    static const char *const ahead[] = { "where", "and", "on", "(", NULL };
    static const char *const behind[] = { "and", "group", "order", "union", ")", NULL };
    if (i >= f->token_count)
        return !before;
    for (const char *const *w = before ? ahead : behind; *w; w++)
        if (is_word(&f->tokens[i], *w) || str_is(f->tokens[i].text, *w))
            return true;
    return false;
}

/* Every view holds to the zone by itself. Asked a second time it costs a comparison a row, and a
 * quarter of the time of a figure over a large register. */
static str without_zone(const struct figure *f)
{
    struct buf b;
    size_t from = 0;
    buf_init(&b, f->l->arena, 256 * KIB);
    for (size_t i = 0; i + 1 < f->token_count; i++)
        if (is_word(&f->tokens[i], "as") && is_word(&f->tokens[i + 1], "zone"))
            return f->rows; /* another zone than the views' */
    for (size_t i = 1; i + 2 < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool it = is_word(t, "zone") && str_is(t[1].text, "=") && str_is(t[2].text, "$1");
        size_t first = it && i > 2 && str_is(t[-1].text, ".") ? i - 2 : i;
        if (!it || !stands_apart(f, first - 1, true) || !stands_apart(f, i + 3, false))
            continue;
        buf_add(&b, str_slice(f->rows, from, (size_t)(f->tokens[first].text.data - f->rows.data)));
        buf_add(&b, STR("TRUE"));
        from = (size_t)(t[2].text.data - f->rows.data) + t[2].text.bytes;
    }
    buf_add(&b, str_slice(f->rows, from, f->rows.bytes));
    return buf_failed(&b) ? f->rows : buf_str(&b);
}

static void read_rows(struct figure *f)
{
    bool zone = false;
    if (!tokenize(f, f->rows, f->rows_line) || !words_allowed(f, true))
        return;
    if (!is_word(&f->tokens[0], "select")) {
        FIGURE_FAULT(f, f->tokens[0].line, "rows 应以 SELECT 开头", "rows must begin with SELECT");
        return;
    }
    if (!find_columns(f) || !tables_allowed(f) || !functions_allowed(f) || !find_tables(f))
        return;
    for (size_t i = 0; i < f->token_count; i++) {
        zone = zone || str_is(f->tokens[i].text, "$1");
        f->out->uses_now = f->out->uses_now || str_is(f->tokens[i].text, "$2");
    }
    if (!zone)
        FIGURE_FAULT(f, f->rows_line, "rows 要限定本区的记录:WHERE zone = $1",
            "rows must ask for the zone's own records: WHERE zone = $1");
    if (!has_column(f->out, STR("id")))
        FIGURE_FAULT(f, f->rows_line, "rows 要有 id 列,数字才能点开看到记录",
            "rows needs a column id, so that the number opens onto its records");
    f->out->rows = str_copy(f->l->arena, str_trim(f->rows));
    f->out->rows_now = str_copy(f->l->arena, str_trim(without_zone(f)));
}

/* SELECT <one expression> FROM rows */
static void read_value(struct figure *f)
{
    if (!tokenize(f, f->value, f->value_line) || !words_allowed(f, false) || !functions_allowed(f))
        return;
    size_t n = f->token_count;
    bool right = n >= 4 && is_word(&f->tokens[0], "select") && is_word(&f->tokens[n - 2], "from")
        && is_word(&f->tokens[n - 1], "rows");
    for (size_t i = 1; i + 2 < n; i++)
        right = right && !(f->tokens[i].depth == 0 && str_is(f->tokens[i].text, ","))
            && !is_word(&f->tokens[i], "from");
    if (!right) {
        FIGURE_FAULT(f, f->value_line, "value 应是 “SELECT 一个表达式 FROM rows”",
            "value must be \"SELECT one expression FROM rows\"");
        return;
    }
    size_t from = (size_t)(f->tokens[1].text.data - f->value.data);
    size_t to = (size_t)(f->tokens[n - 2].text.data - f->value.data);
    f->out->value = str_copy(f->l->arena, str_trim(str_slice(f->value, from, to)));
}

/* What the values of a dimension are called by: what is written behind the colon, else what the
 * column of that name is in the register that the records are of. */
static void name_values(struct figure *f, struct pack_dimension *d, str written)
{
    const struct pack *p = f->l->pack;
    const struct pack_register *of = f->out->of.bytes ? pack_register(p, f->out->of) : NULL;
    const struct pack_column *c = of ? pack_column(of, d->column) : NULL;
    d->is_unit = str_is(d->name, "unit") || (c && c->type == PACK_COLUMN_UNIT);
    d->is_bool = c && c->type == PACK_COLUMN_BOOL;
    d->codes = written.bytes ? pack_codes(p, written) : c ? c->codes : NULL;
    d->ref = written.bytes ? pack_register(p, written) : c ? c->ref : NULL;
    if (written.bytes && !d->codes && !d->ref)
        FIGURE_FAULT(f, f->by_line, "维度 “%.*s” 的 “%.*s” 既不是代码表,也不是登记表",
            "dimension \"%.*s\": \"%.*s\" is neither a code table nor a register",
            STR_ARGS(d->name), STR_ARGS(brief(written)));
}

/* "unit = unit; month = month; industry = industry : gbt4754" */
static void read_dimensions(struct figure *f)
{
    str part, rest = f->by;
    struct pack_dimension *by = ARENA_ARRAY(f->l->arena, struct pack_dimension, DIMENSIONS_MAX);
    f->out->by = by;
    while (by && f->by.bytes && str_split(&rest, ';', &part)) {
        str name, column, written = part;
        str_split(&written, '=', &name);
        name = str_trim(name);
        str_split(&written, ':', &column);
        column = str_trim(column);
        bool again = false;
        for (size_t i = 0; i < f->out->by_count; i++)
            again = again || str_equal(by[i].name, name);
        if (!is_code(name) || !is_code(column) || again || f->out->by_count == DIMENSIONS_MAX) {
            FIGURE_FAULT(f, f->by_line,
                "by 应写作 “维度 = 列; 维度 = 列”,维度各不相同,至多 %d 个",
                "by must read \"dimension = column; dimension = column\", each dimension once, at "
                "most %d",
                DIMENSIONS_MAX);
            return;
        }
        if (f->out->columns && !has_column(f->out, column))
            FIGURE_FAULT(f, f->by_line, "维度 “%.*s” 的列 “%.*s” 不在 rows 中",
                "dimension \"%.*s\" uses column \"%.*s\", which rows does not have", STR_ARGS(name),
                STR_ARGS(column));
        by[f->out->by_count] = (struct pack_dimension){ .name = str_copy(f->l->arena, name),
            .column = str_copy(f->l->arena, column) };
        name_values(f, &by[f->out->by_count++], str_trim(written));
    }
}

static enum pack_opens opens_onto(const struct pack_figure *figure)
{
    static const struct {
        const char *view;
        enum pack_opens opens;
    } kinds[] = { { "case_report", PACK_OPENS_CASES }, { "service_case", PACK_OPENS_CASES },
        { "licence_report", PACK_OPENS_LICENCES } };
    if (figure->of.bytes)
        return PACK_OPENS_RECORDS;
    for (size_t i = 0; i < figure->table_count; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (strcmp(figure->tables[i], kinds[k].view) == 0)
                return kinds[k].opens;
    return PACK_OPENS_ROWS;
}

static void read_shown_values(struct figure *f, struct pack_shown *s, str written)
{
    s->is_money = str_is(written, "money");
    s->is_unit = str_is(written, "unit");
    s->is_topic = str_is(written, "topic");
    s->is_bool = str_is(written, "yes");
    if (!written.bytes || s->is_money || s->is_unit || s->is_topic || s->is_bool)
        return;
    s->codes = pack_codes(f->l->pack, written);
    if (!s->codes)
        FIGURE_FAULT(f, f->shown_line,
            "列 “%.*s” 的 “%.*s” 不认识,可以写:money, unit, topic, yes 或代码表",
            "column \"%.*s\": \"%.*s\" is unknown; it may be money, unit, topic, yes or a code table",
            STR_ARGS(s->column), STR_ARGS(brief(written)));
}

/* "name = 资金 | Fund; paid = 支付 | Paid : money". Where the number opens onto the rows, their heads
 * are for people: each has a title in both languages. */
static void read_shown(struct figure *f)
{
    str part, rest = f->shown;
    struct pack_shown *shown = ARENA_ARRAY(f->l->arena, struct pack_shown, SHOWN_MAX);
    f->out->opens = opens_onto(f->out);
    f->out->shown = shown;
    if (f->out->opens == PACK_OPENS_ROWS && !f->shown.bytes)
        FIGURE_FAULT(f, 1,
            "这个数字点开的是 rows 本身,请写出给人看的列:-- columns: 列 = 中文 | English; …",
            "this number opens onto its rows: say which columns people see and what they are called: "
            "-- columns: column = 中文 | English; …");
    while (shown && f->shown.bytes && str_split(&rest, ';', &part)) {
        str column, title, values = part;
        str_split(&values, '=', &column);
        str_split(&values, ':', &title);
        column = str_trim(column);
        bool both = str_find(title, STR("|"), 0) > 0 || f->l->pack->zone.language_count < 2;
        if (!has_column(f->out, column) || !str_trim(title).bytes || !both
            || f->out->shown_count == SHOWN_MAX) {
            FIGURE_FAULT(f, f->shown_line,
                "columns 应写作 “列 = 中文 | English”,列在 rows 中,至多 %d 列,而不是 “%.*s”",
                "columns must read \"column = 中文 | English\", of columns of rows, at most %d, not "
                "\"%.*s\"",
                SHOWN_MAX, STR_ARGS(brief(str_trim(part))));
            return;
        }
        struct pack_shown *s = &shown[f->out->shown_count++];
        *s = (struct pack_shown){ .column = str_copy(f->l->arena, column),
            .title = two_names(f->l, title) };
        read_shown_values(f, s, str_trim(values));
    }
}

/* ---- the file ------------------------------------------------------------------------------- */

/* Cuts the text into header, rows and value; a section's text keeps its lines. */
static void cut(struct figure *f, str text)
{
    str line, rest = text;
    str *section = NULL;
    for (int number = 1; str_split(&rest, '\n', &line); number++) {
        bool rows = str_is(str_trim(line), "rows:"), value = str_is(str_trim(line), "value:");
        if (rows || value) {
            section = rows ? &f->rows : &f->value;
            if (section->data)
                FIGURE_FAULT(f, number, "“%s” 只能写一次", "\"%s\" may stand once only",
                    rows ? "rows:" : "value:");
            *(rows ? &f->rows_line : &f->value_line) = number + 1;
            *section = (str){ rest.data ? rest.data : text.data + text.bytes, 0 };
        } else if (section) {
            section->bytes = (size_t)(line.data + line.bytes - section->data);
        } else if (str_starts(line, STR("--"))) {
            read_header(f, line, number);
        } else if (str_trim(line).bytes) {
            FIGURE_FAULT(f, number, "“rows:” 之前只能有以 -- 开头的说明",
                "before \"rows:\" only lines that begin with -- may stand");
        }
    }
}

static void read_figure(struct loader *l, const struct pack_file *file, struct token *tokens,
    struct pack_figure *out)
{
    struct figure f = { .l = l, .file = file_label(l, file->path), .out = out, .tokens = tokens };
    cut(&f, file->text);
    if (!out->title.zh.bytes || !out->unit.zh.bytes)
        FIGURE_FAULT(&f, 1, "开头缺少 “-- title: 中文 | English” 或 “-- unit: …”",
            "the head lacks \"-- title: 中文 | English\" or \"-- unit: …\"");
    if (!f.rows_line || !f.value_line) {
        FIGURE_FAULT(&f, 1, "缺少 “%s” 一节", "the section \"%s\" is missing",
            f.rows_line ? "value:" : "rows:");
        return;
    }
    read_rows(&f);
    read_value(&f);
    read_dimensions(&f);
    read_shown(&f);
}

void read_figures(struct loader *l, str folder, struct pack_system *s)
{
    size_t at = 0;
    struct pack_figure *figures = ARENA_ARRAY(l->arena, struct pack_figure, l->pack->file_count);
    struct token *tokens = ARENA_ARRAY(l->arena, struct token, SQL_TOKENS_MAX);
    if (!figures || !tokens)
        return;
    s->figures = figures;
    for (const struct pack_file *f; (f = file_next(l, folder, STR(".sql"), &at));) {
        str name = str_slice(f->path, folder.bytes, f->path.bytes - strlen(".sql"));
        (void)file_use(l, f->path);
        if (!is_code(name))
            FAULT_LINE(l, file_label(l, f->path), 0, STR_NONE,
                "指标的文件名应是代码,例如 on_time_rate.sql",
                "a figure's file name must be a code, for example on_time_rate.sql");
        figures[s->figure_count].name = name;
        read_figure(l, f, tokens, &figures[s->figure_count++]);
    }
}

static void settle_figure(struct loader *l, struct token *tokens, struct pack_figure *out)
{
    struct figure f = { .l = l, .file = "", .out = out, .rows = out->rows, .value = out->value,
        .tokens = tokens };
    const struct pack_register *of = out->of.bytes ? pack_register(l->pack, out->of) : NULL;
    if (!out->rows.bytes || !tokenize(&f, f.rows, 0))
        return;
    for (size_t i = 0; i < f.token_count && !out->daily.bytes; i++) {
        const struct token *t = &f.tokens[i];
        bool is_record = t->word && str_starts(t->text, str_from(prefix));
        const struct pack_register *r = is_record
            ? pack_register(l->pack, str_slice(t->text, sizeof prefix - 1, t->text.bytes))
            : NULL;
        out->daily = r ? daily_column(&f, r) : STR_NONE;
        out->moving = out->daily.bytes && !pack_column(r, out->daily)->daily;
    }
    if (out->daily.bytes)
        out->rows_past = STR_NONE;
    for (size_t i = 0; i < out->by_count; i++) {
        struct pack_dimension *d = (struct pack_dimension *)&out->by[i];
        const struct pack_column *c = of ? pack_column(of, d->column) : NULL;
        d->moving = c && c->moving && !c->daily;
        d->daily = c && (c->daily || c->moving);
    }
}

/* What is counted anew each day is known when all columns and what they are made of have been read. */
void settle_figures(struct loader *l)
{
    struct token *tokens = ARENA_ARRAY(l->arena, struct token, SQL_TOKENS_MAX);
    for (size_t i = 0; tokens && i < l->pack->system_count; i++)
        for (size_t k = 0; k < l->pack->systems[i].figure_count; k++)
            settle_figure(l, tokens, (struct pack_figure *)&l->pack->systems[i].figures[k]);
}
