/*
 * Figures: one .sql file each.
 *
 *     -- title: 按时办结率 | On-time rate
 *     -- unit: %
 *     -- good: up                         (up, down; absent: neither)
 *     -- target: 95                       (absent: none)
 *     -- by: unit = unit; month = month   (dimension = column of rows)
 *     -- drawing: bars                    (number, bars, line, table)
 *     -- note: … | …                      (what is counted, for the reader of the number)
 *     -- of: project                      (the register that ids are of; absent: cases)
 *     rows:
 *     SELECT id, unit, month, on_time FROM case_report WHERE zone = $1 AND on_time IS NOT NULL
 *     value:
 *     SELECT round(100.0 * sum(on_time) / count(*), 1) FROM rows
 *
 * The engine puts the two together, adds grouping and lists the records, so their shape is checked
 * here: rows is one SELECT whose columns all have names and among which is `id`; value is one
 * expression over rows. $1 is the zone, $2 the present instant in milliseconds.
 *
 * It reads the views case_report and record_<register>, and nothing else.
 *
 * The SQL is read word by word, not parsed: quotes, brackets and words are all that is needed to
 * find the columns and to refuse what is no plain question. That the zone's own rows are asked for
 * ($1) is checked; that a figure cannot write and sees only what it may is the store's business.
 */
#include "pack/internal.h"

#include <stdlib.h>
#include <string.h>

enum { SQL_TOKENS_MAX = 4000, COLUMNS_MAX = 64, DIMENSIONS_MAX = 16, TABLES_MAX = 16 };

struct token {
    str text;
    int line, depth; /* brackets around it */
    bool word, quoted;
};

struct figure {
    struct loader *l;
    const char *file;
    struct pack_figure *out;
    str by; /* as written; read when the columns are known */
    int by_line, rows_line, value_line;
    str rows, value;
    struct token *tokens;
    size_t token_count;
};

#define FIGURE_FAULT(f, line, ...) FAULT_LINE((f)->l, (f)->file, (line), STR_NONE, __VA_ARGS__)

/* ---- the header ----------------------------------------------------------------------------- */

/* "zh | en"; one part serves for both. */
static struct name2 two_names(struct loader *l, str value)
{
    str zh, en = value;
    str_split(&en, '|', &zh);
    zh = str_copy(l->arena, str_trim(zh));
    return (struct name2){ zh, str_trim(en).bytes ? str_copy(l->arena, str_trim(en)) : zh };
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
    } else
        FIGURE_FAULT(f, line, "不认识 “%.*s”,可以写的是:title, unit, note, good, target, by, of, drawing",
            "unknown name \"%.*s\"; what may stand here: title, unit, note, good, target, by, of, "
            "drawing",
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
        "truncate", "vacuum", "call", "load_extension", "limit", "offset", NULL };
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

/* Which views rows reads: case_report and record_<register>. Beside them the text over the past:
 * record_… become past_…; cases are not kept as they were, so with them there is none. */
static bool find_tables(struct figure *f)
{
    static const char prefix[] = "record_";
    struct buf past;
    struct arena *a = f->l->arena;
    const char **now = ARENA_ARRAY(a, const char *, TABLES_MAX);
    const char **then = ARENA_ARRAY(a, const char *, TABLES_MAX);
    size_t from = 0, n = 0;
    bool cases = false;
    buf_init(&past, a, 256 * KIB);
    for (size_t i = 0; now && then && i < f->token_count; i++) {
        const struct token *t = &f->tokens[i];
        bool is_cases = t->word && str_is(t->text, "case_report");
        bool is_record = t->word && str_starts(t->text, str_from(prefix));
        if (str_find(t->text, STR("register_"), 0) >= 0 || str_find(t->text, STR("past_"), 0) >= 0) {
            FIGURE_FAULT(f, t->line, "指标不能直接读取 “%.*s”,请用 record_<登记表>",
                "a figure may not read \"%.*s\" itself: use record_<register>",
                STR_ARGS(brief(t->text)));
            return false;
        }
        if (t->quoted || (!is_cases && !is_record))
            continue;
        str code = str_slice(t->text, sizeof prefix - 1, t->text.bytes);
        const struct pack_register *r = is_record ? pack_register(f->l->pack, code) : NULL;
        if (is_record && (!r || r->closed)) {
            FIGURE_FAULT(f, t->line, "没有可供统计的登记表 “%.*s”",
                "there is no register \"%.*s\" that figures may read", STR_ARGS(brief(code)));
            return false;
        }
        cases = cases || is_cases;
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
    f->out->rows_past = cases ? STR_NONE : str_copy(a, str_trim(buf_str(&past)));
    return !arena_failed(a);
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
    if (!find_columns(f) || !find_tables(f))
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
}

/* SELECT <one expression> FROM rows */
static void read_value(struct figure *f)
{
    if (!tokenize(f, f->value, f->value_line) || !words_allowed(f, false))
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

/* "unit = unit; month = month" */
static void read_dimensions(struct figure *f)
{
    str part, rest = f->by;
    struct pack_dimension *by = ARENA_ARRAY(f->l->arena, struct pack_dimension, DIMENSIONS_MAX);
    f->out->by = by;
    while (by && f->by.bytes && str_split(&rest, ';', &part)) {
        str name, column = part;
        str_split(&column, '=', &name);
        name = str_trim(name);
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
        by[f->out->by_count++] = (struct pack_dimension){ str_copy(f->l->arena, name),
            str_copy(f->l->arena, column) };
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
