/*
 * Small strict codecs: one value has exactly one spelling, so that text which is hashed or signed
 * cannot be written in two ways. They work on fixed buffers and need no memory.
 */
#include "journal/internal.h"

#include <stdio.h>
#include <string.h>

bool journal_instant_text(int64_t ms, char out[INSTANT_BYTES])
{
    int64_t days = ms / MS_PER_DAY, rest = ms % MS_PER_DAY;
    if (rest < 0) {
        rest += MS_PER_DAY;
        days--;
    }
    static const struct date first = { 0, 1, 1 }, last = { 9999, 12, 31 };
    if (days < date_to_days(first) || days > date_to_days(last))
        return false;
    struct date day = date_from_days(days);
    unsigned of_day = (unsigned)rest;
    int n = snprintf(out, INSTANT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
        (unsigned)day.year % 10000, day.month % 100u, day.day % 100u, of_day / MS_PER_HOUR % 24,
        of_day / MS_PER_MINUTE % 60, of_day / MS_PER_SECOND % 60, of_day % MS_PER_SECOND);
    ASSERT(n == INSTANT_BYTES - 1);
    return true;
}

bool journal_instant_parse(str text, int64_t *ms)
{
    char again[INSTANT_BYTES];
    int64_t v;
    if (text.bytes != INSTANT_BYTES - 1 || !instant_parse(text, &v))
        return false;
    if (!journal_instant_text(v, again) || !str_is(text, again))
        return false;
    *ms = v;
    return true;
}

bool journal_decimal(str text, uint64_t *out)
{
    if (text.bytes == 0 || text.bytes > 19 || (text.bytes > 1 && text.data[0] == '0'))
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(text.data[i] - '0'); /* 19 digits fit */
    }
    if (v > JOURNAL_SIZE_MAX)
        return false;
    *out = v;
    return true;
}

bool journal_hex_exact(str text, unsigned char *out, size_t bytes)
{
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'F')
            return false;
    }
    return str_from_hex(text, out, bytes);
}

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool journal_base64_exact(str text, unsigned char *out, size_t bytes)
{
    size_t padding = (3 - bytes % 3) % 3, at = 0;
    if (text.bytes != (bytes + 2) / 3 * 4)
        return false;
    unsigned held = 0;
    int bits = 0;
    for (size_t i = 0; i < text.bytes - padding; i++) {
        int v = sextet(text.data[i]);
        if (v < 0)
            return false;
        held = (held << 6 | (unsigned)v) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[at++] = (unsigned char)(held >> bits);
        }
    }
    for (size_t i = text.bytes - padding; i < text.bytes; i++) {
        if (text.data[i] != '=')
            return false;
    }
    return at == bytes && (held & ((1u << bits) - 1)) == 0;
}

bool journal_is_plain(str text)
{
    if (text.bytes == 0 || !str_is_utf8(text))
        return false;
    for (size_t at = 0; at < text.bytes;) {
        uint32_t c = str_next_code_point(text, &at);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
            return false;
    }
    return true;
}

/* Unicode's White_Space beyond the control characters. */
static bool is_space(uint32_t c)
{
    return c == 0x20 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f
        || c == 0x205f || c == 0x3000;
}

bool journal_name_holds(str name)
{
    if (name.bytes >= JOURNAL_NAME_BYTES || !journal_is_plain(name))
        return false;
    for (size_t at = 0; at < name.bytes;) {
        uint32_t c = str_next_code_point(name, &at);
        if (c == '+' || is_space(c))
            return false;
    }
    return true;
}
