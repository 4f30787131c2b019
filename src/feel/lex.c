/*
 * Characters: white space, comments, identifiers, literals (clause 10.3.1.2, rules 27-36, 61-62).
 * There is no token stream: what a token is depends on the names in scope ("a-b" may be one name),
 * so the parser asks for what the grammar allows at the present byte.
 */
#include "feel/parse.h"

#include <string.h>

static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680
        || c == 0x180E || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F
        || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

/* End of a comment that starts at `at`, or `at`. An unfinished one ends with the text. */
static size_t comment_end(str s, size_t at)
{
    if (at + 1 >= s.bytes || s.data[at] != '/')
        return at;
    if (s.data[at + 1] == '/') {
        while (at < s.bytes && s.data[at] != '\n' && s.data[at] != '\r')
            at++;
        return at;
    }
    if (s.data[at + 1] != '*')
        return at;
    ptrdiff_t end = str_find(s, STR("*/"), at + 2);
    return end < 0 ? s.bytes : (size_t)end + 2;
}

size_t lex_space(str s, size_t at)
{
    for (;;) {
        size_t next = at;
        if (at < s.bytes && (unsigned char)s.data[at] > ' ' && (unsigned char)s.data[at] < 0x80
            && s.data[at] != '/')
            return at;
        if (at < s.bytes && is_space(str_next_code_point(s, &next)))
            at = next;
        else if ((next = comment_end(s, at)) != at)
            at = next;
        else
            return at;
    }
}

bool lex_peek_rest(struct feel_builder *b, const char *text)
{
    size_t bytes = strlen(text);
    return b->text.bytes - b->at >= bytes && memcmp(b->text.data + b->at, text, bytes) == 0;
}

bool lex_op(struct feel_builder *b, const char *op)
{
    if (!lex_peek(b, op))
        return false;
    b->at += strlen(op);
    return true;
}

bool lex_word_rest(struct feel_builder *b, const char *word)
{
    if (!lex_peek_rest(b, word))
        return false;
    size_t next = b->at + strlen(word);
    return next >= b->text.bytes || !lex_name_part(str_next_code_point(b->text, &next));
}

bool lex_take_word(struct feel_builder *b, const char *word)
{
    if (!lex_word_rest(b, word))
        return false;
    b->at += strlen(word);
    return true;
}

/* Rule 28. */
bool lex_name_start(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?';
    return (c >= 0xC0 && c <= 0xD6) || (c >= 0xD8 && c <= 0xF6) || (c >= 0xF8 && c <= 0x2FF)
        || (c >= 0x370 && c <= 0x37D) || (c >= 0x37F && c <= 0x1FFF) || c == 0x200C || c == 0x200D
        || (c >= 0x2070 && c <= 0x218F) || (c >= 0x2C00 && c <= 0x2FEF)
        || (c >= 0x3001 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDCF)
        || (c >= 0xFDF0 && c < 0xFEFF) || (c > 0xFEFF && c <= 0xFFFD)
        || (c >= 0x10000 && c <= 0xEFFFF);
}

/* Rule 29. */
bool lex_name_part(uint32_t c)
{
    return lex_name_start(c) || (c >= '0' && c <= '9') || c == 0xB7 || (c >= 0x300 && c <= 0x36F)
        || c == 0x203F || c == 0x2040;
}

static inline bool ascii_part(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
        || c == '?';
}

size_t lex_identifier(str s, size_t at)
{
    size_t next = at;
    if (at >= s.bytes || !lex_name_start(str_next_code_point(s, &next)))
        return at;
    size_t end = next;
    while (next < s.bytes) {
        if (ascii_part((unsigned char)s.data[next]))
            next++;
        else if ((unsigned char)s.data[next] < 0x80
            || !lex_name_part(str_next_code_point(s, &next)))
            break;
        end = next;
    }
    return end;
}

size_t lex_match(str s, size_t at, str name)
{
    size_t i = 0;
    if (!name.bytes || at >= s.bytes || s.data[at] != name.data[0])
        return 0;
    while (i < name.bytes) {
        if (name.data[i] == ' ') {
            size_t after = lex_space(s, at);
            if (after == at)
                return 0;
            at = after;
            i++;
        } else if (at < s.bytes && s.data[at] == name.data[i]) {
            at++;
            i++;
        } else {
            return 0;
        }
    }
    if (at >= s.bytes)
        return at;
    size_t next = at, last = name.bytes - 1;
    while (last && ((unsigned char)name.data[last] & 0xC0) == 0x80)
        last--;
    bool ends_in_part = lex_name_part(str_next_code_point(name, &last));
    if (ends_in_part && lex_name_part(str_next_code_point(s, &next)))
        return 0;
    return at;
}

str lex_normal(struct arena *a, str name)
{
    if (lex_identifier(name, 0) == name.bytes)
        return name; /* one word is normal as it stands; borrowed */
    struct buf out;
    buf_init(&out, a, name.bytes + 1);
    bool gap = false;
    for (size_t at = 0; at < name.bytes;) {
        uint32_t c = str_next_code_point(name, &at);
        if (is_space(c)) {
            gap = out.bytes > 0;
            continue;
        }
        if (gap)
            buf_add_char(&out, ' ');
        gap = false;
        buf_add_code_point(&out, c);
    }
    return buf_str(&out);
}

static bool take_hex(str s, size_t *at, size_t digits, uint32_t *out)
{
    if (s.bytes - *at < digits)
        return false;
    uint32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(s.data[*at + i]);
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *at += digits;
    *out = value;
    return true;
}

/* After "\u": four digits, of which two may be a surrogate pair; after "\U": six. */
static bool take_code_point(struct feel_builder *b, char kind, struct buf *out)
{
    uint32_t c, low;
    if (!take_hex(b->text, &b->at, kind == 'u' ? 4 : 6, &c))
        return false;
    if (c >= 0xD800 && c < 0xDC00) {
        size_t at = b->at;
        if (b->text.bytes - at < 6 || b->text.data[at] != '\\' || b->text.data[at + 1] != 'u')
            return false;
        at += 2;
        if (!take_hex(b->text, &at, 4, &low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        b->at = at;
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return false;
    buf_add_code_point(out, c);
    return true;
}

static bool take_escape(struct feel_builder *b, struct buf *out)
{
    static const char from[] = "nrt\"'\\bf";
    static const char to[] = "\n\r\t\"'\\\b\f";
    if (b->at >= b->text.bytes)
        return false;
    char c = b->text.data[b->at];
    if (c == 'u' || c == 'U') {
        b->at++;
        return take_code_point(b, c, out);
    }
    const char *found = c ? strchr(from, c) : NULL;
    if (!found) { /* not an escape: the backslash stands for itself, as in a pattern "\d" */
        buf_add_char(out, '\\');
        return true;
    }
    buf_add_char(out, to[found - from]);
    b->at++;
    return true;
}

bool lex_string(struct feel_builder *b, str *out)
{
    size_t open = b->at++;
    size_t end = b->at;
    while (end < b->text.bytes && b->text.data[end] != '"' && b->text.data[end] != '\\')
        end++;
    if (end < b->text.bytes && b->text.data[end] == '"') { /* nothing to unescape: borrow */
        *out = (str){ b->text.data + b->at, end - b->at };
        b->at = end + 1;
        return true;
    }
    struct buf text;
    buf_init(&text, b->arena, b->text.bytes + 16);
    while (b->at < b->text.bytes && b->text.data[b->at] != '"') {
        char c = b->text.data[b->at++];
        if (c != '\\')
            buf_add_char(&text, c);
        else if (!take_escape(b, &text)) {
            builder_expected(b, "正确的转义序列", "a valid escape sequence");
            return false;
        }
    }
    if (b->at >= b->text.bytes) {
        b->at = open;
        builder_expected(b, "文字的右引号 \"", "the closing quote \" of the string");
        return false;
    }
    b->at++;
    if (buf_failed(&text)) {
        builder_memory(b);
        return false;
    }
    *out = buf_str(&text);
    return true;
}

static size_t digits_end(str s, size_t at)
{
    while (at < s.bytes && s.data[at] >= '0' && s.data[at] <= '9')
        at++;
    return at;
}

bool lex_number(struct feel_builder *b, feel_value *out)
{
    str s = b->text;
    size_t end = digits_end(s, b->at);
    if (end + 1 < s.bytes && s.data[end] == '.' && s.data[end + 1] >= '0' && s.data[end + 1] <= '9')
        end = digits_end(s, end + 1);
    if (end == b->at)
        return false;
    if (end < s.bytes && (s.data[end] == 'e' || s.data[end] == 'E')) {
        size_t digit = end + 1;
        if (digit < s.bytes && (s.data[digit] == '+' || s.data[digit] == '-'))
            digit++;
        if (digits_end(s, digit) > digit)
            end = digits_end(s, digit);
    }
    str text = str_slice(s, b->at, end);
    if (text.data[0] == '.')
        text = str_concat(b->arena, STR("0"), text);
    if (!feel_number_parse(text, out)) {
        builder_expected(b, "34 位以内的数", "a number within the range of 34 digits");
        return false;
    }
    b->at = end;
    return true;
}

bool lex_free_name(struct feel_builder *b, const char *terminators, const char *word, str *out)
{
    lex_skip(b);
    size_t start = b->at, at = start, next = start;
    if (at >= b->text.bytes || !lex_name_start(str_next_code_point(b->text, &next)))
        return false;
    while (at < b->text.bytes) {
        char c = b->text.data[at];
        if (c && strchr(terminators, c))
            break;
        if (c == '"' || c == '{' || c == '}' || c == '[' || c == ']' || c == '(' || c == ')')
            return false;
        if (word && at > start && is_space((unsigned char)b->text.data[at - 1])) {
            b->at = at;
            if (lex_peek_word(b, word))
                break;
        }
        at++;
    }
    b->at = at < b->text.bytes ? at : start;
    if (at >= b->text.bytes)
        return false;
    *out = lex_normal(b->arena, str_slice(b->text, start, at));
    return out->bytes > 0;
}
