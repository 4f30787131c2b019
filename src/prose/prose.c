/*
 * Reading prose; prose.h says what comes out.
 *
 * Holes are taken out of the text before Markdown sees it, and a mark of private characters is left
 * in each one's place (U+E000 number U+E001). So nothing in a hole is taken for emphasis or a table's
 * border, and a hole counts as a letter: "投资**{{figure x}}**亿元" is bold, while by the rules of
 * Markdown asterisks between a Chinese letter and a bracket would not be.
 */
#include "prose/prose.h"

#include "base/arena.h"
#include "base/text.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include <string.h>

#define MARK_OPEN "\xEE\x80\x80"  /* U+E000 */
#define MARK_CLOSE "\xEE\x80\x81" /* U+E001 */
enum { HOLES_MAX = 300, CJK_FROM = 0x2E80, CJK_TO = 0x9FFF, WIDE_FROM = 0xFF00, WIDE_TO = 0xFFEF };

struct reading {
    struct arena *arena;
    const char *file;
    int first_line;
    struct diag_list *faults;
    enum err first;
    struct prose_node *holes;
    size_t hole_count, node_count;
};

#define PROSE_FAULT(r, at, ...)                                                                   \
    do {                                                                                          \
        struct diag diag_ = { 0 };                                                                \
        enum err err_ = diag_set(&diag_, ERR_INVALID, __VA_ARGS__);                               \
        diag_at(&diag_, (r)->file, (at), 0);                                                      \
        diag_list_add((r)->faults, &diag_);                                                       \
        (r)->first = (r)->first == OK ? err_ : (r)->first;                                        \
    } while (0)

const char *prose_kind_word(enum prose_kind kind)
{
    static const char *const words[] = { "document", "heading", "paragraph", "quote", "list",
        "item", "codeBlock", "rule", "table", "row", "cell", "text", "emphasis", "strong", "code",
        "link", "break", "hole" };
    return words[kind];
}

str prose_arg(const struct prose_node *hole, const char *name)
{
    for (size_t i = 0; i < hole->arg_count; i++)
        if (str_is(hole->args[i].name, name))
            return hole->args[i].value;
    return STR_NONE;
}

void prose_holes(const struct prose_node *root, void (*fn)(const struct prose_node *, void *),
    void *ctx)
{
    if (root->kind == PROSE_HOLE)
        fn(root, ctx);
    for (const struct prose_node *n = root->first; n; n = n->next)
        prose_holes(n, fn, ctx);
}

/* ---- holes ---------------------------------------------------------------------------------- */

/* The next word, or name="value with spaces", from *at on; false at the end. */
static bool next_word(str text, size_t *at, str *word, bool *broken)
{
    while (*at < text.bytes && text.data[*at] == ' ')
        (*at)++;
    size_t from = *at;
    bool quoted = false;
    for (; *at < text.bytes && (quoted || text.data[*at] != ' '); (*at)++)
        quoted = quoted != (text.data[*at] == '"');
    *broken = *broken || quoted;
    *word = str_slice(text, from, *at);
    return word->bytes > 0;
}

static str unquoted(str s)
{
    bool quoted = s.bytes >= 2 && s.data[0] == '"' && s.data[s.bytes - 1] == '"';
    return quoted ? str_slice(s, 1, s.bytes - 1) : s;
}

/* "figure NAME by=month": the inside of the brackets. */
static void read_hole(struct reading *r, str inside, int line, struct prose_node *out)
{
    struct prose_arg *args = ARENA_ARRAY(r->arena, struct prose_arg, PROSE_ARGS_MAX);
    bool broken = false;
    str word;
    *out = (struct prose_node){ .kind = PROSE_HOLE, .line = line, .args = args };
    for (size_t at = 0; args && next_word(inside, &at, &word, &broken);) {
        str name, value = word;
        bool pair = str_find(word, STR("="), 0) > 0;
        if (!pair && !out->arg_count && !out->name.bytes) {
            *(out->text.bytes ? &out->name : &out->text) = str_copy(r->arena, word);
            continue;
        }
        (void)str_split(&value, '=', &name);
        if (!pair || out->arg_count == PROSE_ARGS_MAX) {
            PROSE_FAULT(r, line, "{{…}} 中的 “%.*s” 应写作 名=值,至多 %d 项",
                "\"%.*s\" in {{…}} must read name=value, at most %d of them", STR_ARGS(word),
                PROSE_ARGS_MAX);
            return;
        }
        args[out->arg_count++] = (struct prose_arg){ str_copy(r->arena, name),
            str_copy(r->arena, unquoted(value)) };
    }
    if (broken || !out->text.bytes)
        PROSE_FAULT(r, line, "{{…}} 应写作 {{词 名称 名=值}},引号要成对",
            "{{…}} must read {{word name argument=value}}, with its quotes closed");
}

/* The text with a mark in place of each hole. */
static str take_holes(struct reading *r, str text)
{
    struct buf out;
    int line = r->first_line;
    size_t from = 0;
    buf_init(&out, r->arena, 2 * PROSE_BYTES_MAX);
    for (size_t at = 0; at < text.bytes; at++) {
        line += text.data[at] == '\n';
        if (text.data[at] != '{' || at + 1 >= text.bytes || text.data[at + 1] != '{'
            || (at && text.data[at - 1] == '\\'))
            continue;
        ptrdiff_t end = str_find(text, STR("}}"), at), newline = str_find(text, STR("\n"), at);
        if (end < 0 || (newline >= 0 && newline < end) || r->hole_count == HOLES_MAX) {
            PROSE_FAULT(r, line, "“{{” 要在同一行以 “}}” 结束,全文至多 %d 处",
                "\"{{\" must end with \"}}\" on its line, at most %d in a text", HOLES_MAX);
            break;
        }
        read_hole(r, str_slice(text, at + 2, (size_t)end), line, &r->holes[r->hole_count]);
        buf_add(&out, str_slice(text, from, at));
        buf_printf(&out, MARK_OPEN "%zu" MARK_CLOSE, r->hole_count++);
        from = (size_t)end + 2;
        at = from - 1;
    }
    buf_add(&out, str_slice(text, from, text.bytes));
    return buf_str(&out);
}

/* ---- the tree ------------------------------------------------------------------------------- */

struct children {
    struct prose_node *first, *last;
};

static struct prose_node *add(struct reading *r, struct children *to, struct prose_node node)
{
    struct prose_node *n = ARENA_NEW(r->arena, struct prose_node);
    if (!n)
        return NULL;
    *n = node;
    r->node_count++;
    if (to->last)
        to->last->next = n;
    else
        to->first = n;
    to->last = n;
    return n;
}

/* A text of Markdown's, with holes back in their places. */
static void add_text(struct reading *r, struct children *to, str text, int line)
{
    while (text.bytes) {
        ptrdiff_t open = str_find(text, STR(MARK_OPEN), 0);
        size_t before = open < 0 ? text.bytes : (size_t)open;
        if (before)
            add(r, to, (struct prose_node){ .kind = PROSE_TEXT, .line = line,
                .text = str_copy(r->arena, str_slice(text, 0, before)) });
        if (open < 0)
            return;
        ptrdiff_t close = str_find(text, STR(MARK_CLOSE), before);
        int64_t number = -1;
        if (close < 0 || !str_to_int64(str_slice(text, before + 3, (size_t)close), &number)
            || number < 0 || (size_t)number >= r->hole_count)
            return;
        add(r, to, r->holes[number]);
        text = str_slice(text, (size_t)close + 3, text.bytes);
    }
}

static bool is_chinese(uint32_t c)
{
    return (c >= CJK_FROM && c <= CJK_TO) || (c >= WIDE_FROM && c <= WIDE_TO);
}

static uint32_t last_code_point(str s)
{
    size_t at = s.bytes;
    while (at && ((unsigned char)s.data[at - 1] & 0xC0) == 0x80)
        at--;
    at -= at > 0;
    return s.bytes ? str_next_code_point(s, &at) : 0;
}

static str literal_of(cmark_node *n)
{
    const char *text = n ? cmark_node_get_literal(n) : NULL;
    return text ? str_from(text) : STR_NONE;
}

/* Between two lines of a paragraph: nothing beside a Chinese letter, else a space. */
static void add_soft_break(struct reading *r, struct children *to, cmark_node *n, int line)
{
    str next = literal_of(cmark_node_next(n));
    size_t at = 0;
    bool chinese = is_chinese(last_code_point(literal_of(cmark_node_previous(n))))
        || (next.bytes && is_chinese(str_next_code_point(next, &at)));
    if (!chinese)
        add(r, to, (struct prose_node){ .kind = PROSE_TEXT, .line = line, .text = STR(" ") });
}

static bool address_allowed(str url)
{
    return str_starts(url, STR("https://")) || str_starts(url, STR("http://"))
        || (str_starts(url, STR("/")) && !str_starts(url, STR("//")));
}

/* Kind, level and text of a node that has its like; false: none, or a fault. */
static bool translate(struct reading *r, cmark_node *n, struct prose_node *out)
{
    static const struct {
        const char *type;
        enum prose_kind kind;
    } kinds[] = { { "heading", PROSE_HEADING }, { "paragraph", PROSE_PARAGRAPH },
        { "block_quote", PROSE_QUOTE }, { "list", PROSE_LIST }, { "item", PROSE_ITEM },
        { "code_block", PROSE_CODE_BLOCK }, { "thematic_break", PROSE_RULE },
        { "table", PROSE_TABLE }, { "table_row", PROSE_ROW }, { "table_header", PROSE_ROW },
        { "table_cell", PROSE_CELL }, { "emph", PROSE_EMPHASIS }, { "strong", PROSE_STRONG },
        { "code", PROSE_CODE }, { "link", PROSE_LINK }, { "linebreak", PROSE_BREAK } };
    const char *type = cmark_node_get_type_string(n);
    size_t i = 0;
    while (i < sizeof kinds / sizeof *kinds && strcmp(type, kinds[i].type) != 0)
        i++;
    if (i == sizeof kinds / sizeof *kinds) {
        PROSE_FAULT(r, out->line, "这里不能用 %s:正文不收原始 HTML 和图片",
            "%s has no place here: the text takes no raw HTML and no pictures", type);
        return false;
    }
    out->kind = kinds[i].kind;
    if (out->kind == PROSE_HEADING)
        out->level = cmark_node_get_heading_level(n);
    if (out->kind == PROSE_LIST && cmark_node_get_list_type(n) == CMARK_ORDERED_LIST)
        out->level = cmark_node_get_list_start(n);
    if (strcmp(type, "table_header") == 0)
        out->level = 1;
    if (out->kind == PROSE_CODE || out->kind == PROSE_CODE_BLOCK)
        out->text = str_copy(r->arena, literal_of(n));
    if (out->kind == PROSE_LINK) {
        const char *url = cmark_node_get_url(n);
        out->text = str_copy(r->arena, str_from(url ? url : ""));
        if (!address_allowed(out->text))
            PROSE_FAULT(r, out->line, "链接应以 https://、http:// 或 / 开头,而不是 “%.*s”",
                "a link begins with https://, http:// or /, not \"%.*s\"", STR_ARGS(out->text));
    }
    if (str_find(out->text, STR(MARK_OPEN), 0) >= 0)
        PROSE_FAULT(r, out->line, "代码和链接地址中不能有 {{…}}",
            "{{…}} has no place in code and in addresses");
    return true;
}

/* Columns of a table know where they stand; cells are given it. */
static void align_cells(cmark_node *table, struct prose_node *row)
{
    uint16_t columns = cmark_gfm_extensions_get_table_columns(table);
    const uint8_t *sides = cmark_gfm_extensions_get_table_alignments(table);
    uint16_t i = 0;
    for (const struct prose_node *cell = row->first; cell && i < columns; cell = cell->next, i++)
        ((struct prose_node *)cell)->level = sides[i] == 'c' ? 1 : sides[i] == 'r' ? 2 : 0;
}

static const struct prose_node *children_of(struct reading *r, cmark_node *parent, int line, int depth)
{
    struct children list = { 0 };
    for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n)) {
        int at = cmark_node_get_start_line(n);
        int own = at > 0 ? at + r->first_line - 1 : line;
        struct prose_node out = { .line = own };
        if (depth == PROSE_DEPTH_MAX || r->node_count >= PROSE_NODES_MAX) {
            PROSE_FAULT(r, own, "正文嵌套过深或过长", "the text is nested too deeply or too long");
            return list.first;
        }
        if (cmark_node_get_type(n) == CMARK_NODE_TEXT) {
            add_text(r, &list, literal_of(n), own);
        } else if (cmark_node_get_type(n) == CMARK_NODE_SOFTBREAK) {
            add_soft_break(r, &list, n, own);
        } else if (translate(r, n, &out)) {
            out.first = children_of(r, n, own, depth + 1);
            struct prose_node *added = add(r, &list, out);
            if (added && out.kind == PROSE_ROW)
                align_cells(parent, added);
        }
    }
    return list.first;
}

static pthread_once_t registered = PTHREAD_ONCE_INIT;

static enum err build(struct reading *r, str marked, const struct prose_node **out)
{
    struct prose_node *root = ARENA_NEW(r->arena, struct prose_node);
    (void)pthread_once(&registered, cmark_gfm_core_extensions_ensure_registered);
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
    cmark_syntax_extension *tables = cmark_find_syntax_extension("table");
    if (tables)
        (void)cmark_parser_attach_syntax_extension(parser, tables);
    cmark_parser_feed(parser, marked.data, marked.bytes);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_consolidate_text_nodes(document);
    if (root)
        *root = (struct prose_node){ .kind = PROSE_DOCUMENT, .line = r->first_line,
            .first = children_of(r, document, r->first_line, 0) };
    cmark_node_free(document);
    cmark_parser_free(parser);
    *out = root;
    return r->first;
}

enum err prose_read(struct arena *a, const char *file, int line, str text,
    const struct prose_node **out, struct diag_list *faults)
{
    const struct prose_node *root = NULL;
    struct diag d = { 0 };
    struct reading r = { .arena = a, .file = file, .first_line = line, .faults = faults,
        .holes = ARENA_ARRAY(a, struct prose_node, HOLES_MAX) };
    TRY(diag_arena(&d, a));
    if (text.bytes > PROSE_BYTES_MAX || !str_is_utf8(text)
        || str_find(text, STR(MARK_OPEN), 0) >= 0 || str_find(text, STR(MARK_CLOSE), 0) >= 0) {
        PROSE_FAULT(&r, line, "正文应为 UTF-8,至多 %d 字节,不含私用字符 U+E000、U+E001",
            "the text must be UTF-8, at most %d bytes, without the private characters U+E000 and "
            "U+E001",
            PROSE_BYTES_MAX);
        return r.first;
    }
    str marked = take_holes(&r, text);
    TRY(diag_arena(&d, a));
    enum err e = build(&r, marked, &root);
    TRY(diag_arena(&d, a));
    *out = root;
    return e;
}
