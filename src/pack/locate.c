/*
 * From a JSON pointer to a line. The JSON library keeps no positions, and a fault without a line
 * is half a fault, so the text is scanned once more, only when a fault was found.
 *
 * The scanner trusts its text: json_parse() has accepted it. It walks down the pointer one token
 * at a time, skipping the siblings before it; depth is bounded by JSON_DEPTH_MAX, and skipping
 * counts brackets instead of recursing.
 */
#include "pack/internal.h"

#include <string.h>

struct scan {
    str text;
    size_t at;
    int line;
};

static char peek(const struct scan *s)
{
    return s->at < s->text.bytes ? s->text.data[s->at] : 0;
}

static void step(struct scan *s)
{
    if (peek(s) == '\n')
        s->line++;
    s->at++;
}

static void blanks(struct scan *s)
{
    while (s->at < s->text.bytes && strchr(" \t\r\n", peek(s)))
        step(s);
}

/* Over a string; gives what stands between the quotes, escapes undecoded. */
static str quoted(struct scan *s)
{
    size_t from = ++s->at;
    while (s->at < s->text.bytes && peek(s) != '"')
        s->at += peek(s) == '\\' ? 2 : 1;
    str inside = str_slice(s->text, from, s->at);
    s->at++;
    return inside;
}

/* Over any value. */
static void skip(struct scan *s)
{
    int depth = 0;
    blanks(s);
    do {
        char c = peek(s);
        if (c == '"') {
            quoted(s);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        step(s);
    } while (s->at < s->text.bytes
        && (depth > 0 || !strchr(",]} \t\r\n", peek(s)) || peek(s) == 0));
}

/* Does a pointer's token ("a~1b") name the key as written? A key with escapes other than these is
 * not compared: its member's fault falls on the line of the object. */
static bool names(str token, str key)
{
    size_t k = 0;
    for (size_t i = 0; i < token.bytes; i++, k++) {
        char c = token.data[i];
        if (c == '~' && i + 1 < token.bytes)
            c = token.data[++i] == '1' ? '/' : '~';
        if (k >= key.bytes || key.data[k] != c)
            return false;
    }
    return k == key.bytes;
}

/* From '{' to the value of the member; *line is where its key stands. */
static bool enter_object(struct scan *s, str token, int *line)
{
    step(s);
    for (;;) {
        blanks(s);
        if (peek(s) != '"')
            return false;
        int key_line = s->line;
        str key = quoted(s);
        blanks(s);
        step(s); /* ':' */
        blanks(s);
        if (names(token, key)) {
            *line = key_line;
            return true;
        }
        skip(s);
        blanks(s);
        if (peek(s) != ',')
            return false;
        step(s);
    }
}

static bool enter_array(struct scan *s, str token, int *line)
{
    int64_t index;
    if (!str_to_int64(token, &index) || index < 0)
        return false;
    step(s);
    blanks(s);
    if (peek(s) == ']')
        return false;
    for (; index > 0; index--) {
        skip(s);
        blanks(s);
        if (peek(s) != ',')
            return false;
        step(s);
    }
    blanks(s);
    *line = s->line;
    return true;
}

int pack_locate(str text, str pointer)
{
    struct scan s = { .text = text, .line = 1 };
    str token, rest = pointer;
    blanks(&s);
    int line = s.line;
    if (!rest.bytes || !str_split(&rest, '/', &token))
        return line;
    while (str_split(&rest, '/', &token)) {
        bool found = peek(&s) == '{' ? enter_object(&s, token, &line)
            : peek(&s) == '['        ? enter_array(&s, token, &line)
                                     : false;
        if (!found)
            break;
    }
    return line;
}
