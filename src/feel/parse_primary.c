/*
 * The grammar, operands: literals, names, parentheses, ranges, lists, contexts and what may follow
 * them (rules 9, 12-14, 19-27, 33-44, 52-62 of clause 10.3.1.2).
 */
#include "feel/parse.h"
#include "feel/temporal.h"

#include <string.h>

static const struct feel_node *primary(struct feel_builder *b);

/* A part in brackets may hold filters again. */
static const struct feel_node *inner_expression(struct feel_builder *b)
{
    bool outer = b->no_filter;
    b->no_filter = false;
    const struct feel_node *n = parse_expression(b);
    b->no_filter = outer;
    return n;
}

/* path = a "." name */
static const struct feel_node *path(struct feel_builder *b, const struct feel_node *a)
{
    lex_skip(b);
    const struct feel_type *t = a->type;
    if (t && t->form == FEEL_TYPE_LIST)
        t = t->item;
    size_t end = b->at;
    str name = STR_NONE;
    for (size_t i = 0; t && t->form == FEEL_TYPE_CONTEXT && i < t->field_count; i++) {
        size_t to = lex_match(b->text, b->at, t->fields[i].name);
        if (to > end) {
            end = to;
            name = t->fields[i].name;
        }
    }
    static const char *const properties[] = { "time offset", "start included", "end included" };
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        size_t to = lex_match(b->text, b->at, str_from(properties[i]));
        if (to > end) {
            end = to;
            name = str_from(properties[i]);
        }
    }
    for (size_t i = 0; !name.bytes && i < b->member_count; i++) {
        size_t to = lex_match(b->text, b->at, b->members[i]);
        if (to > end) {
            end = to;
            name = b->members[i];
        }
    }
    size_t word = lex_identifier(b->text, b->at);
    if (word > end) {
        end = word;
        name = str_slice(b->text, b->at, word);
    }
    if (!name.bytes)
        return builder_expected(b, "“.” 之后的名称", "a name after \".\"");
    b->at = end;
    return node_path(b, a, name);
}

/* filter = a "[" expression "]" */
static const struct feel_node *filter(struct feel_builder *b, const struct feel_node *a)
{
    const struct feel_type *t = a->type;
    uint32_t slot;
    if (!feel_build_open_item(b, t && t->form == FEEL_TYPE_LIST ? t->item : t, &slot))
        return NULL;
    const struct feel_node *match = inner_expression(b);
    scope_close(b);
    if (match && !lex_char(b, ']'))
        return builder_expected(b, "“]”", "\"]\"");
    return match ? feel_build_filter(b, a, match, slot) : NULL;
}

/* named parameter = name ":" expression */
static bool argument_name(struct feel_builder *b, str *name)
{
    size_t start = b->at, at = lex_space(b->text, start);
    while (at < b->text.bytes && (!b->text.data[at] || !strchr(":,)([{}]\"", b->text.data[at])))
        at++; /* a cheap look: nothing but a name may stand before the colon */
    if (at == b->text.bytes || b->text.data[at] != ':')
        return false;
    if (lex_free_name(b, ":,)", NULL, name) && lex_char(b, ':'))
        return true;
    b->at = start;
    return false;
}

/* invocation = a "(" [ argument { "," argument } ] ")", all named or all by position */
static const struct feel_node *invocation(struct feel_builder *b, const struct feel_node *a)
{
    const struct feel_node **items = NULL;
    str *names = NULL;
    size_t count = 0, capacity = 0, names_capacity = 0;
    bool named = false;
    while (!lex_char(b, ')')) {
        if (count && !lex_char(b, ','))
            return builder_expected(b, "“,”或“)”", "\",\" or \")\"");
        str name = STR_NONE;
        bool has_name = argument_name(b, &name);
        if (count && has_name != named)
            return builder_expected(b, "统一按名称或统一按位置的参数",
                "arguments that are all named or all by position");
        named = has_name;
        const struct feel_node *value = inner_expression(b);
        items = value ? nodes_grow(b, items, count, &capacity) : NULL;
        if (!items)
            return NULL;
        if (capacity > names_capacity) {
            names = arena_grow(b->arena, names, count * sizeof *names, capacity * sizeof *names);
            names_capacity = capacity;
        }
        if (!names)
            return builder_memory(b);
        names[count] = name;
        items[count++] = value;
    }
    return feel_build_call(b, a, named ? names : NULL, items, count);
}

/* postfix = primary { "." name | "[" … "]" | "(" … ")" } */
const struct feel_node *parse_postfix(struct feel_builder *b)
{
    const struct feel_node *a = primary(b);
    while (a) {
        bool dot = lex_peek_char(b, '.') && !lex_peek(b, "..");
        b->at += dot;
        if (dot)
            a = path(b, a);
        else if (!b->no_filter && lex_char(b, '['))
            a = filter(b, a);
        else if (lex_char(b, '('))
            a = invocation(b, a);
        else
            break;
    }
    return a;
}

static const struct feel_node *range_node(struct feel_builder *b, const struct feel_node *low,
    const struct feel_node *high, int flags)
{
    const struct feel_node *n = node_binary(b, run_range, flags, low, high);
    if (n && low->run == run_constant && high->run == run_constant)
        return node_fold(b, n);
    return n;
}

/* The rest of a range after its low end: ".." expression ( "]" | ")" | "[" ) */
static const struct feel_node *range_rest(
    struct feel_builder *b, const struct feel_node *low, bool low_closed)
{
    bool outer = b->no_filter;
    b->no_filter = true;
    const struct feel_node *high = parse_expression(b);
    b->no_filter = outer;
    if (!high)
        return NULL;
    bool closed = lex_char(b, ']');
    if (!closed && !lex_char(b, ')') && !lex_char(b, '['))
        return builder_expected(b, "区间的右括号", "the closing bracket of the range");
    return range_node(b, low, high,
        (low_closed ? RANGE_LOW_CLOSED : 0) | (closed ? RANGE_HIGH_CLOSED : 0));
}

/* "(" operator expression ")": the range of all values that pass */
static const struct feel_node *open_range(struct feel_builder *b)
{
    bool less = lex_peek(b, "<"), equal_only = lex_op(b, "=");
    bool closed = equal_only;
    if (!equal_only) {
        b->at++;
        closed = b->at < b->text.bytes && b->text.data[b->at] == '=';
        b->at += closed;
    }
    const struct feel_node *end = inner_expression(b);
    const struct feel_node *none = end ? node_constant(b, feel_null()) : NULL;
    if (!none)
        return NULL;
    if (!lex_char(b, ')'))
        return builder_expected(b, "“)”", "\")\"");
    if (equal_only)
        return range_node(b, end, end, RANGE_LOW_CLOSED | RANGE_HIGH_CLOSED);
    return less ? range_node(b, none, end, RANGE_ONE_END | (closed ? RANGE_HIGH_CLOSED : 0))
                : range_node(b, end, none, RANGE_ONE_END | (closed ? RANGE_LOW_CLOSED : 0));
}

/* "(" expression ")" | "(" low ".." high … | "(" operator expression ")" */
static const struct feel_node *parenthesis(struct feel_builder *b)
{
    if (lex_peek(b, "<") || lex_peek(b, ">") || lex_peek(b, "="))
        return open_range(b);
    const struct feel_node *n = inner_expression(b);
    if (n && lex_op(b, ".."))
        return range_rest(b, n, false);
    if (n && !lex_char(b, ')'))
        return builder_expected(b, "“)”", "\")\"");
    return n;
}

/* list = "[" [ expression { "," expression } ] "]"; or a range that begins with "[" */
static const struct feel_node *list(struct feel_builder *b)
{
    const struct feel_node **items = NULL;
    size_t count = 0, capacity = 0;
    while (!lex_char(b, ']')) {
        if (count && !lex_char(b, ','))
            return builder_expected(b, "“,”或“]”", "\",\" or \"]\"");
        const struct feel_node *item = inner_expression(b);
        if (item && !count && lex_op(b, ".."))
            return range_rest(b, item, true);
        items = item ? nodes_grow(b, items, count, &capacity) : NULL;
        if (!items)
            return NULL;
        items[count++] = item;
    }
    return feel_build_list(b, items, count);
}

/* key = name | string literal */
static bool context_key(struct feel_builder *b, str *key)
{
    lex_skip(b);
    bool quoted = b->at < b->text.bytes && b->text.data[b->at] == '"';
    if (quoted ? lex_string(b, key) : lex_free_name(b, ":,", NULL, key))
        if (lex_char(b, ':'))
            return true;
    if (b->err == OK)
        builder_expected(b, "条目的名称和“:”", "the name of an entry and \":\"");
    return false;
}

/* context = "{" [ key ":" expression { "," … } ] "}"; an entry sees those before it */
static const struct feel_node *context(struct feel_builder *b)
{
    struct feel_build_entry *entries = NULL;
    size_t count = 0, capacity = 0;
    if (!scope_open(b, false))
        return NULL;
    while (!lex_char(b, '}')) {
        if (count && !lex_char(b, ','))
            return builder_expected(b, "“,”或“}”", "\",\" or \"}\"");
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 4;
            entries = arena_grow(
                b->arena, entries, count * sizeof *entries, capacity * sizeof *entries);
            if (!entries)
                return builder_memory(b);
        }
        struct feel_build_entry *e = &entries[count];
        if (!context_key(b, &e->name))
            return NULL;
        lex_skip(b);
        bool function = lex_peek_word(b, "function"); /* may call itself by its name */
        if (function && !scope_declare(b, e->name, NULL, &e->slot))
            return NULL;
        e->node = inner_expression(b);
        if (!e->node || (!function && !scope_declare(b, e->name, e->node->type, &e->slot)))
            return NULL;
        if (function)
            feel_build_self(e->node, e->slot);
        count++;
    }
    scope_close(b);
    return feel_build_context(b, entries, count);
}

/* at literal = "@" string literal */
static const struct feel_node *at_literal(struct feel_builder *b)
{
    str text;
    lex_skip(b);
    if (b->at >= b->text.bytes || b->text.data[b->at] != '"')
        return builder_expected(b, "“@”之后的引号", "a string after \"@\"");
    if (!lex_string(b, &text))
        return NULL;
    if (str_find(text, STR("@"), 0) < 0)
        return node_constant(b, temporal_parse_at(text, NULL));
    struct feel_node *n = node_new(b, run_at_literal);
    if (n)
        n->name = text;
    return n;
}

static const struct feel_node *keyword_literal(struct feel_builder *b)
{
    if (lex_word(b, "null"))
        return node_constant(b, feel_null());
    if (lex_word(b, "true"))
        return node_constant(b, feel_boolean(true));
    if (lex_word(b, "false"))
        return node_constant(b, feel_boolean(false));
    return NULL;
}

static const struct feel_node *literal(struct feel_builder *b, char c)
{
    if (c == '"') {
        str text;
        return lex_string(b, &text) ? node_constant(b, feel_string(text)) : NULL;
    }
    feel_value number;
    if (lex_number(b, &number))
        return node_constant(b, number);
    return b->err == OK ? builder_expected(b, "表达式", "an expression") : NULL;
}

/* primary = literal | "(" … | "[" … | "]" … range | "{" … | block | name */
static const struct feel_node *primary(struct feel_builder *b)
{
    lex_skip(b);
    if (b->at >= b->text.bytes)
        return builder_expected(b, "表达式", "an expression");
    char c = b->text.data[b->at];
    if (c == '"' || c == '.' || (c >= '0' && c <= '9'))
        return literal(b, c);
    if (lex_char(b, '('))
        return parenthesis(b);
    if (lex_char(b, '['))
        return list(b);
    if (lex_char(b, '{'))
        return context(b);
    if (lex_char(b, '@'))
        return at_literal(b);
    if (lex_char(b, ']')) {
        const struct feel_node *low = inner_expression(b);
        if (low && !lex_op(b, ".."))
            return builder_expected(b, "“..”", "\"..\"");
        return low ? range_rest(b, low, false) : NULL;
    }
    const struct feel_node *n = keyword_literal(b);
    if (n || b->err != OK)
        return n;
    bool found = false;
    n = parse_block(b, &found);
    return found ? n : scope_resolve(b);
}
