/*
 * Paths, queries, cookies and weighted lists; see parse.h.
 *
 * Decoding comes after splitting: "%2F" inside a segment is a slash in a name, never a separator.
 * What decodes to something that is no text (broken UTF-8, NUL) is refused as a whole and not
 * repaired, since two readers would repair it differently.
 */
#include "http/parse.h"

#include <string.h>

/* Unescapes into out (as large as text); SIZE_MAX for a broken escape. */
static size_t unescape(str text, int how, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.bytes ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.bytes ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return SIZE_MAX;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && how == HTTP_DECODE_FORM) {
            c = ' ';
        }
        out[at++] = c;
    }
    return at;
}

static bool has_control(str text, int how)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool line = c == '\t' || c == '\n' || c == '\r';
        if (c == 0x7F || (c < 0x20 && !(line && how == HTTP_DECODE_FORM)))
            return true;
    }
    return false;
}

enum err http_decode(struct arena *a, str text, int how, str *out, struct diag *d)
{
    bool plain = !text.bytes
        || (!memchr(text.data, '%', text.bytes)
            && (how == HTTP_DECODE_PATH || !memchr(text.data, '+', text.bytes)));
    str decoded = text;
    if (!plain) {
        char *copy = arena_alloc(a, text.bytes);
        if (!copy)
            return diag_arena(d, a);
        size_t bytes = unescape(text, how, copy);
        if (bytes == SIZE_MAX)
            return diag_set(d, ERR_SYNTAX, "网址中的百分号编码不完整,应为 %% 加两位十六进制数",
                "a broken percent escape in the address: %% takes two hexadecimal digits");
        decoded = (str){ copy, bytes };
    }
    if (!str_is_utf8(decoded))
        return diag_set(d, ERR_UTF8, "网址中的文字不是有效的 UTF-8 编码",
            "the text in the address is not valid UTF-8");
    if (has_control(decoded, how))
        return diag_set(d, ERR_SYNTAX, "网址中含有控制字符",
            "there is a control character in the address");
    *out = decoded;
    return OK;
}

enum err http_parse_path(struct arena *a, str path, struct http_path *out, struct diag *d)
{
    if (!path.bytes || path.data[0] != '/')
        return diag_set(d, ERR_SYNTAX, "网址应以 / 开头", "the address must begin with /");
    struct http_path p = { .count = 0 };
    str rest = str_slice(path, 1, path.bytes), part;
    while (str_split(&rest, '/', &part)) {
        if (p.count == HTTP_SEGMENTS_MAX)
            return diag_set(d, ERR_NOT_FOUND, "没有这个网址", "there is nothing at this address");
        str *segment = &p.segments[p.count++];
        TRY(http_decode(a, part, HTTP_DECODE_PATH, segment, d));
        if (str_is(*segment, ".") || str_is(*segment, ".."))
            return diag_set(d, ERR_SYNTAX, "网址中不能有 . 或 .. 段",
                "the address must not hold . or .. segments");
    }
    *out = p;
    return OK;
}

enum err http_parse_query(struct arena *a, str query, size_t most, const struct http_pair **pairs,
    size_t *count, struct diag *d)
{
    size_t pieces = query.bytes ? 1 : 0, found = 0;
    for (size_t i = 0; i < query.bytes && pieces <= most; i++)
        pieces += query.data[i] == '&';
    if (pieces > most)
        return diag_set(d, ERR_LIMIT, "参数超过 %zu 个", "more than %zu parameters", most);
    struct http_pair *list = ARENA_ARRAY(a, struct http_pair, pieces);
    if (!list)
        return diag_arena(d, a);
    str rest = query, part;
    while (found < pieces && str_split(&rest, '&', &part)) {
        if (!part.bytes)
            continue;
        const char *equals = memchr(part.data, '=', part.bytes);
        size_t name = equals ? (size_t)(equals - part.data) : part.bytes;
        str value = equals ? str_slice(part, name + 1, part.bytes) : STR_NONE;
        TRY(http_decode(a, str_slice(part, 0, name), HTTP_DECODE_FORM, &list[found].name, d));
        TRY(http_decode(a, value, HTTP_DECODE_FORM, &list[found].value, d));
        found++;
    }
    *pairs = list;
    *count = found;
    return OK;
}

str http_parse_cookie(str header, str name)
{
    str rest = header, part;
    while (str_split(&rest, ';', &part)) {
        part = str_trim(part);
        if (part.bytes <= name.bytes || !str_starts(part, name) || part.data[name.bytes] != '=')
            continue;
        str value = str_slice(part, name.bytes + 1, part.bytes);
        if (value.bytes >= 2 && value.data[0] == '"' && value.data[value.bytes - 1] == '"')
            value = str_slice(value, 1, value.bytes - 1);
        return value;
    }
    return STR_NONE;
}

/* "1", "0", "0.125" in thousandths (RFC 9110 clause 12.4.2); what is malformed weighs nothing. */
static int weight_value(str text)
{
    int weight = 0, unit = 1000;
    for (size_t i = 0; i < text.bytes && i < 5; i++) {
        if (i == 1 && text.data[i] == '.')
            continue;
        if (i == 1 || text.data[i] < '0' || text.data[i] > '9')
            return 0;
        weight += (text.data[i] - '0') * unit;
        unit /= 10;
    }
    return weight > 1000 ? 1000 : weight;
}

/* Weight of "gzip; q=0.5"; name gets what stands before the first ';'. */
static int weight_of(str item, str *name)
{
    str rest = item, part;
    int weight = 1000;
    *name = STR_NONE;
    if (str_split(&rest, ';', &part))
        *name = str_trim(part);
    while (str_split(&rest, ';', &part)) {
        part = str_trim(part);
        if (str_starts(part, STR("q=")) || str_starts(part, STR("Q=")))
            weight = weight_value(str_slice(part, 2, part.bytes));
    }
    return weight;
}

static bool is_language(str tag, const char *language)
{
    return tag.bytes >= 2 && str_equal_nocase(str_slice(tag, 0, 2), str_from(language))
        && (tag.bytes == 2 || tag.data[2] == '-');
}

const char *http_parse_language(str header)
{
    int zh = -1, en = -1, any = -1;
    str rest = header, item, name;
    while (str_split(&rest, ',', &item)) {
        int weight = weight_of(item, &name);
        int *best = is_language(name, "zh") ? &zh
            : is_language(name, "en")       ? &en
            : str_is(name, "*")             ? &any
                                            : NULL;
        if (best && weight > *best)
            *best = weight;
    }
    if (zh < 0)
        zh = any;
    return en > 0 && en > zh ? "en" : "zh";
}

bool http_accepts_gzip(str header)
{
    int gzip = -1, any = -1;
    str rest = header, item, name;
    while (str_split(&rest, ',', &item)) {
        int weight = weight_of(item, &name);
        if (str_equal_nocase(name, STR("gzip")) || str_equal_nocase(name, STR("x-gzip")))
            gzip = weight;
        else if (str_is(name, "*"))
            any = weight;
    }
    return gzip >= 0 ? gzip > 0 : any > 0;
}

bool http_etag_listed(str list, str etag, bool weak)
{
    str rest = str_trim(list);
    if (str_is(rest, "*"))
        return true;
    /* Tags are split at their quotes, since a tag may hold a comma. */
    while (rest.bytes) {
        bool is_weak = str_starts(rest, STR("W/"));
        if (is_weak)
            rest = str_slice(rest, 2, rest.bytes);
        if (rest.bytes < 2 || rest.data[0] != '"')
            return false;
        ptrdiff_t end = str_find(rest, STR("\""), 1);
        if (end < 0)
            return false;
        if ((weak || !is_weak) && str_equal(str_slice(rest, 1, (size_t)end), etag))
            return true;
        rest = str_trim(str_slice(rest, (size_t)end + 1, rest.bytes));
        if (rest.bytes && rest.data[0] != ',')
            return false;
        rest = str_trim(str_slice(rest, 1, rest.bytes));
    }
    return false;
}
