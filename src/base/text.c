/* Text and buffers; see text.h for the rules. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

str str_from(const char *terminated)
{
    return (str){ terminated, terminated ? strlen(terminated) : 0 };
}

bool str_equal(str a, str b)
{
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}

bool str_is(str a, const char *terminated)
{
    return str_equal(a, str_from(terminated));
}

static unsigned char fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

bool str_equal_nocase(str a, str b)
{
    if (a.bytes != b.bytes)
        return false;
    for (size_t i = 0; i < a.bytes; i++)
        if (fold((unsigned char)a.data[i]) != fold((unsigned char)b.data[i]))
            return false;
    return true;
}

int str_compare(str a, str b)
{
    size_t least = a.bytes < b.bytes ? a.bytes : b.bytes;
    int order = least ? memcmp(a.data, b.data, least) : 0;
    if (order)
        return order;
    return a.bytes < b.bytes ? -1 : a.bytes > b.bytes;
}

bool str_starts(str s, str prefix)
{
    return s.bytes >= prefix.bytes && str_equal((str){ s.data, prefix.bytes }, prefix);
}

bool str_ends(str s, str suffix)
{
    return s.bytes >= suffix.bytes
        && str_equal(str_slice(s, s.bytes - suffix.bytes, s.bytes), suffix);
}

ptrdiff_t str_find(str s, str needle, size_t from)
{
    if (from > s.bytes)
        return -1;
    if (needle.bytes == 0)
        return (ptrdiff_t)from;
    if (from == s.bytes)
        return -1; /* the empty text may have no pointer */
    const char *hit = memmem(s.data + from, s.bytes - from, needle.data, needle.bytes);
    return hit ? hit - s.data : -1;
}

str str_slice(str s, size_t from, size_t to)
{
    if (to > s.bytes)
        to = s.bytes;
    if (from >= to)
        return STR_NONE;
    return (str){ s.data + from, to - from };
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.bytes && is_space(s.data[0]))
        s = (str){ s.data + 1, s.bytes - 1 };
    while (s.bytes && is_space(s.data[s.bytes - 1]))
        s.bytes--;
    return s;
}

bool str_blank(str s)
{
    for (size_t i = 0; i < s.bytes;) {
        uint32_t c = str_next_code_point(s, &i);
        bool space = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x2028
            || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060 || c == 0x3000
            || c == 0xFEFF;
        if (!space && !(c < 0x80 && is_space((char)c)))
            return false;
    }
    return true;
}

bool str_split(str *rest, char separator, str *part)
{
    if (!rest->data)
        return false;
    const char *hit = rest->bytes ? memchr(rest->data, separator, rest->bytes) : NULL;
    if (hit) {
        *part = (str){ rest->data, (size_t)(hit - rest->data) };
        *rest = (str){ hit + 1, rest->bytes - part->bytes - 1 };
    } else {
        *part = *rest;
        *rest = STR_NONE;
    }
    return true;
}

uint64_t str_hash(str s)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.bytes; i++)
        hash = (hash ^ (unsigned char)s.data[i]) * 0x100000001b3u;
    return hash;
}

bool str_to_int64(str s, int64_t *out)
{
    bool negative = s.bytes && s.data[0] == '-';
    int64_t value = 0;
    size_t i = negative;
    if (i == s.bytes)
        return false;
    for (; i < s.bytes; i++) {
        int digit = s.data[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        if (__builtin_mul_overflow(value, 10, &value)
            || __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    /* Collected below zero, where the range is larger by one. */
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

str str_copy(struct arena *a, str s)
{
    char *copy = arena_alloc(a, s.bytes + 1);
    if (!copy)
        return STR_NONE;
    if (s.bytes)
        memcpy(copy, s.data, s.bytes);
    return (str){ copy, s.bytes };
}

char *str_terminated(struct arena *a, str s)
{
    if (s.bytes && memchr(s.data, 0, s.bytes))
        return NULL;
    return (char *)str_copy(a, s).data;
}

str str_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int bytes = vsnprintf(NULL, 0, format, args);
    char *text = bytes < 0 ? NULL : arena_alloc(a, (size_t)bytes + 1);
    if (text)
        vsnprintf(text, (size_t)bytes + 1, format, again);
    va_end(again);
    return text ? (str){ text, (size_t)bytes } : STR_NONE;
}

str str_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = str_vprintf(a, format, args);
    va_end(args);
    return s;
}

str str_concat(struct arena *a, str left, str right)
{
    char *both = arena_alloc(a, left.bytes + right.bytes + 1);
    if (!both)
        return STR_NONE;
    if (left.bytes)
        memcpy(both, left.data, left.bytes);
    if (right.bytes)
        memcpy(both + left.bytes, right.data, right.bytes);
    return (str){ both, left.bytes + right.bytes };
}

str str_hex(struct arena *a, const void *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *in = bytes;
    char *out = arena_alloc(a, count * 2 + 1);
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    return (str){ out, count * 2 };
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool str_from_hex(str hex, unsigned char *out, size_t count)
{
    if (hex.bytes != count * 2)
        return false;
    for (size_t i = 0; i < count; i++) {
        int high = hex_digit(hex.data[2 * i]), low = hex_digit(hex.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static const char base64_digits[]
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

str str_base64(struct arena *a, const void *bytes, size_t count)
{
    const unsigned char *in = bytes;
    char *out = arena_alloc(a, (count + 2) / 3 * 4 + 1);
    if (!out)
        return STR_NONE;
    size_t at = 0;
    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i;
        uint32_t group = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0)
            | (left > 2 ? in[i + 2] : 0u);
        out[at++] = base64_digits[group >> 18];
        out[at++] = base64_digits[group >> 12 & 63];
        out[at++] = left > 1 ? base64_digits[group >> 6 & 63] : '=';
        out[at++] = left > 2 ? base64_digits[group & 63] : '=';
    }
    return (str){ out, at };
}

bool str_from_base64(struct arena *a, str text, str *out)
{
    if (text.bytes % 4)
        return false;
    size_t pad = 0;
    while (pad < 2 && pad < text.bytes && text.data[text.bytes - 1 - pad] == '=')
        pad++;
    char *bytes = arena_alloc(a, text.bytes / 4 * 3 + 1);
    if (!bytes)
        return false;
    uint32_t group = 0;
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        const char *digit = i >= text.bytes - pad ? base64_digits
                                                  : memchr(base64_digits, text.data[i], 64);
        if (!digit)
            return false;
        group = group << 6 | (uint32_t)(digit - base64_digits);
        if (i % 4 == 3) {
            /* Bits under the padding must be zero, or one value would have several texts. */
            if (i + 1 == text.bytes && group & ((1u << (8 * pad)) - 1))
                return false;
            bytes[count++] = (char)(group >> 16);
            bytes[count++] = (char)(group >> 8);
            bytes[count++] = (char)group;
            group = 0;
        }
    }
    *out = (str){ bytes, count - pad };
    return true;
}

/* Length of the well-formed sequence at p, 0 when broken (RFC 3629 clause 4). */
static size_t utf8_sequence(const unsigned char *p, size_t left, uint32_t *code_point)
{
    if (p[0] < 0x80) {
        *code_point = p[0];
        return 1;
    }
    size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < length)
        return 0;
    uint32_t value = p[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3F);
    }
    bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code_point = value;
    return length;
}

bool str_is_utf8(str s)
{
    uint32_t ignored;
    for (size_t i = 0; i < s.bytes;) {
        size_t length = utf8_sequence((const unsigned char *)s.data + i, s.bytes - i, &ignored);
        if (!length)
            return false;
        i += length;
    }
    return true;
}

uint32_t str_next_code_point(str s, size_t *offset)
{
    uint32_t code_point = 0xFFFD;
    size_t length
        = utf8_sequence((const unsigned char *)s.data + *offset, s.bytes - *offset, &code_point);
    *offset += length ? length : 1;
    return code_point;
}

size_t str_code_points(str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.bytes; count++)
        str_next_code_point(s, &i);
    return count;
}

size_t utf8_put(char out[4], uint32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF0 << (4 - length)) | c);
    return length;
}

void buf_init(struct buf *b, struct arena *a, size_t bytes_limit)
{
    *b = (struct buf){ .arena = a, .bytes_limit = bytes_limit };
}

static bool buf_room(struct buf *b, size_t more)
{
    if (b->failed || more > b->bytes_limit - b->bytes) {
        b->failed = true;
        return false;
    }
    size_t need = b->bytes + more;
    if (need > b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 128;
        if (capacity < need)
            capacity = need;
        if (capacity > b->bytes_limit)
            capacity = b->bytes_limit;
        char *data = arena_grow(b->arena, b->data, b->bytes, capacity);
        if (!data) {
            b->failed = true;
            return false;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return true;
}

void buf_add(struct buf *b, str s)
{
    if (s.bytes && buf_room(b, s.bytes)) {
        memcpy(b->data + b->bytes, s.data, s.bytes);
        b->bytes += s.bytes;
    }
}

void buf_add_char(struct buf *b, char c)
{
    if (buf_room(b, 1))
        b->data[b->bytes++] = c;
}

void buf_add_code_point(struct buf *b, uint32_t code_point)
{
    char bytes[4];
    buf_add(b, (str){ bytes, utf8_put(bytes, code_point) });
}

void buf_printf(struct buf *b, const char *format, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int bytes = vsnprintf(small, sizeof small, format, args);
    if (bytes < 0)
        b->failed = true;
    else if ((size_t)bytes < sizeof small)
        buf_add(b, (str){ small, (size_t)bytes });
    else
        buf_add(b, str_vprintf(b->arena, format, again));
    va_end(again);
    va_end(args);
    if (b->arena->failed)
        b->failed = true;
}

/* Length of the run at the front that stands in a JSON string as it is. */
static size_t plain_run(str s)
{
    size_t i = 0;
    while (i < s.bytes) {
        unsigned char c = (unsigned char)s.data[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F)
            break;
        i++;
    }
    return i;
}

void buf_add_json(struct buf *b, str s)
{
    buf_add_char(b, '"');
    while (s.bytes) {
        size_t run = plain_run(s);
        buf_add(b, (str){ s.data, run });
        s = (str){ s.data + run, s.bytes - run };
        if (!s.bytes)
            break;
        unsigned char c = (unsigned char)s.data[0];
        if (c == '"' || c == '\\') {
            buf_add_char(b, '\\');
            buf_add_char(b, (char)c);
        } else if (c == '\n') {
            buf_add(b, STR("\\n"));
        } else {
            buf_printf(b, "\\u%04x", c);
        }
        s = (str){ s.data + 1, s.bytes - 1 };
    }
    buf_add_char(b, '"');
}
