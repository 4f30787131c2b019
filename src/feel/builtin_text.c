/*
 * Built-ins on strings and conversions to and from them (clauses 10.3.4.1, 10.3.4.3). Positions
 * count code points from 1.
 *
 * Upper and lower case follow Unicode's simple mappings for the scripts that have case and are in
 * daily use: Latin, Greek, Cyrillic, Armenian, full-width Latin. Arithmetic on ranges, so that no
 * locale is asked.
 */
#include "feel/builtins.h"

#include <string.h>

/* Byte offset of a code point index; s.bytes past the end. */
static size_t byte_at(str s, size_t index)
{
    size_t at = 0;
    while (index-- && at < s.bytes)
        (void)str_next_code_point(s, &at);
    return at;
}

BUILTIN(substring)
{
    str s;
    int64_t start, length = 0;
    if (!arg_text(args[0], &s) || !arg_int(args[1], &start)
        || (count > 2 && args[2].kind != FEEL_NULL && !arg_int(args[2], &length)))
        return invalid(m, "substring");
    bool has_length = count > 2 && args[2].kind != FEEL_NULL;
    int64_t total = (int64_t)str_code_points(s);
    if (start == 0 || start > total || -start > total || (has_length && length < 1))
        return invalid(m, "substring");
    int64_t from = start > 0 ? start - 1 : total + start;
    int64_t to = has_length && length < total - from ? from + length : total;
    size_t from_byte = byte_at(s, (size_t)from);
    str rest = str_slice(s, from_byte, s.bytes);
    *out = feel_string(str_slice(rest, 0, byte_at(rest, (size_t)(to - from))));
    return OK;
}

BUILTIN(string_length)
{
    str s;
    (void)count;
    if (!arg_text(args[0], &s))
        return invalid(m, "string length");
    *out = feel_integer((int64_t)str_code_points(s));
    return OK;
}

/* lower..upper pairs: `distance` apart, or alternating (distance 1). */
static const struct case_range {
    uint32_t lower_first, lower_last;
    int32_t distance; /* upper = lower - distance; 1: even is upper, odd is lower; -1: reverse */
} case_ranges[] = {
    { 'a', 'z', 32 }, { 0xE0, 0xF6, 32 }, { 0xF8, 0xFE, 32 }, { 0x100, 0x12F, 1 },
    { 0x132, 0x137, 1 }, { 0x139, 0x148, -1 }, { 0x14A, 0x177, 1 }, { 0x179, 0x17E, -1 },
    { 0x1E00, 0x1E95, 1 }, { 0x1EA0, 0x1EFF, 1 }, { 0x3B1, 0x3C1, 32 }, { 0x3C3, 0x3CB, 32 },
    { 0x430, 0x44F, 32 }, { 0x450, 0x45F, 80 }, { 0x460, 0x481, 1 }, { 0x48A, 0x4BF, 1 },
    { 0x4D0, 0x52F, 1 }, { 0x561, 0x586, 48 }, { 0x10D0, 0x10FA, -3008 }, { 0xFF41, 0xFF5A, 32 },
    { 0x10428, 0x1044F, 40 },
};

static uint32_t change_case(uint32_t c, bool upper)
{
    for (size_t i = 0; i < sizeof case_ranges / sizeof *case_ranges; i++) {
        const struct case_range *r = &case_ranges[i];
        if (r->distance == 1 || r->distance == -1) {
            if (c < r->lower_first || c > r->lower_last)
                continue;
            bool is_upper = (c % 2 == 0) == (r->distance == 1);
            return upper == is_upper ? c : upper ? c - 1 : c + 1;
        }
        if (upper && c >= r->lower_first && c <= r->lower_last)
            return (uint32_t)((int32_t)c - r->distance);
        uint32_t as_lower = (uint32_t)((int32_t)c + r->distance);
        if (!upper && as_lower >= r->lower_first && as_lower <= r->lower_last)
            return as_lower;
    }
    return upper && c == 0x3C2 ? 0x3A3 : upper && c == 0xFF ? 0x178 : c;
}

static bool is_ascii(str s)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < s.bytes; i++)
        seen |= (unsigned char)s.data[i];
    return seen < 0x80;
}

static enum err with_ascii_case(struct feel_machine *m, str s, bool upper, feel_value *out)
{
    char *to = arena_alloc(m->arena, s.bytes), first = upper ? 'a' : 'A';
    if (!to)
        return feel_out_of_memory(m);
    for (size_t i = 0; i < s.bytes; i++)
        to[i] = (char)(s.data[i] ^ ((unsigned char)(s.data[i] - first) < 26) << 5);
    *out = feel_string((str){ to, s.bytes });
    return OK;
}

static enum err with_case(struct feel_machine *m, feel_value v, bool upper, feel_value *out)
{
    str s;
    if (!arg_text(v, &s))
        return invalid(m, upper ? "upper case" : "lower case");
    if (s.bytes && s.bytes <= m->text_max && is_ascii(s))
        return with_ascii_case(m, s, upper, out);
    struct buf b;
    buf_init(&b, m->arena, m->text_max);
    for (size_t at = 0; at < s.bytes;) {
        uint32_t c = str_next_code_point(s, &at);
        if (upper && c == 0xDF)
            buf_add(&b, STR("SS"));
        else
            buf_add_code_point(&b, change_case(c, upper));
    }
    return give_text(m, buf_str(&b), out);
}

BUILTIN(upper_case)
{
    (void)count;
    return with_case(m, args[0], true, out);
}

BUILTIN(lower_case)
{
    (void)count;
    return with_case(m, args[0], false, out);
}

BUILTIN(substring_before)
{
    str s, match;
    (void)count;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &match))
        return invalid(m, "substring before");
    ptrdiff_t at = str_find(s, match, 0);
    *out = feel_string(at < 0 ? STR("") : str_slice(s, 0, (size_t)at));
    return OK;
}

BUILTIN(substring_after)
{
    str s, match;
    (void)count;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &match))
        return invalid(m, "substring after");
    ptrdiff_t at = str_find(s, match, 0);
    *out = feel_string(at < 0 ? STR("") : str_slice(s, (size_t)at + match.bytes, s.bytes));
    return OK;
}

BUILTIN(contains)
{
    str s, match;
    (void)count;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &match))
        return invalid(m, "contains");
    *out = feel_boolean(!match.bytes || str_find(s, match, 0) >= 0);
    return OK;
}

BUILTIN(starts_with)
{
    str s, match;
    (void)count;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &match))
        return invalid(m, "starts with");
    *out = feel_boolean(str_starts(s, match));
    return OK;
}

BUILTIN(ends_with)
{
    str s, match;
    (void)count;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &match))
        return invalid(m, "ends with");
    *out = feel_boolean(str_ends(s, match));
    return OK;
}

BUILTIN(matches)
{
    str s, pattern, flags = STR_NONE;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &pattern)
        || (count > 2 && args[2].kind != FEEL_NULL && !arg_text(args[2], &flags)))
        return invalid(m, "matches");
    return feel_regex_matches(m, s, pattern, flags, out);
}

BUILTIN(replace)
{
    str s, pattern, replacement, flags = STR_NONE;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &pattern) || !arg_text(args[2], &replacement)
        || (count > 3 && args[3].kind != FEEL_NULL && !arg_text(args[3], &flags)))
        return invalid(m, "replace");
    return feel_regex_replace(m, s, pattern, replacement, flags, out);
}

BUILTIN(split)
{
    str s, delimiter;
    (void)count;
    if (!arg_text(args[0], &s) || !arg_text(args[1], &delimiter))
        return invalid(m, "split");
    return feel_regex_split(m, s, delimiter, out);
}

/* Nulls are left out; anything else that is no string makes the whole null. */
BUILTIN(string_join)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    str delimiter = STR_NONE;
    if (!list || (count > 1 && args[1].kind != FEEL_NULL && !arg_text(args[1], &delimiter)))
        return invalid(m, "string join");
    struct buf b;
    buf_init(&b, m->arena, m->text_max);
    bool first = true;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == FEEL_NULL)
            continue;
        if (list->items[i].kind != FEEL_STRING)
            return invalid(m, "string join");
        if (!first)
            buf_add(&b, delimiter);
        buf_add(&b, list->items[i].text);
        first = false;
    }
    if (buf_failed(&b) && !arena_failed(m->arena))
        return feel_limit(m, "文字超过 %llu 字节", "a text is longer than %llu bytes", m->text_max);
    return give_text(m, buf_str(&b), out);
}

BUILTIN(string)
{
    (void)count;
    if (args[0].kind == FEEL_NULL)
        return OK;
    return give_text(m, feel_to_string(m->arena, args[0]), out);
}

static bool separator(feel_value v, const char *allowed, str *out)
{
    *out = STR_NONE;
    if (v.kind == FEEL_NULL)
        return true;
    return arg_text(v, out) && out->bytes == 1 && strchr(allowed, out->data[0]);
}

/* number(from, grouping separator, decimal separator): separators are space, comma, point. */
BUILTIN(number)
{
    str s, grouping = STR_NONE, point = STR_NONE;
    feel_value v;
    v = arg_of(args[0], FEEL_NUMBER);
    if (v.kind == FEEL_NUMBER && count == 1) {
        *out = v;
        return OK;
    }
    if (!arg_text(args[0], &s) || (count > 1 && !separator(args[1], " ,.", &grouping))
        || (count > 2 && !separator(args[2], ",.", &point))
        || (grouping.bytes && point.bytes && str_equal(grouping, point)))
        return invalid(m, "number");
    struct buf b;
    buf_init(&b, m->arena, s.bytes + 1);
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        if (grouping.bytes && c == grouping.data[0])
            continue;
        if (c == '.' && point.bytes && point.data[0] != '.')
            return invalid(m, "number");
        buf_add_char(&b, point.bytes && c == point.data[0] ? '.' : c);
    }
    if (buf_failed(&b))
        return feel_out_of_memory(m);
    str text = buf_str(&b);
    bool bare = text.bytes > 1 && text.data[0] == '.';
    if (bare)
        text = str_concat(m->arena, STR("0"), text);
    if (!feel_number_parse(text, &v) || (text.bytes && text.data[0] == '+'))
        return invalid(m, "number");
    *out = v;
    return OK;
}
