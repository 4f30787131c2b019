/*
 * Fuzzing of what an adversary's request reaches first. The first byte picks the parser, the rest
 * is its text; what a parser accepts must hold what parse.h promises.
 *
 *     clang -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc tests/fuzz/http_path.c \
 *         src/http/parse.c src/http/multipart.c src/base/arena.c src/base/text.c src/base/err.c
 */
#include "http/parse.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static bool is_inside(str whole, str part)
{
    return !part.bytes
        || (part.data >= whole.data && part.data + part.bytes <= whole.data + whole.bytes);
}

static void check_text(str s)
{
    ASSERT(str_is_utf8(s));
    ASSERT(!s.bytes || !memchr(s.data, 0, s.bytes));
}

static void try_path(struct arena *a, str text)
{
    struct http_path p;
    struct diag d = { 0 };
    if (http_parse_path(a, text, &p, &d) != OK) {
        ASSERT(d.err != OK && d.zh[0] && d.en[0]);
        return;
    }
    ASSERT(p.count <= HTTP_SEGMENTS_MAX);
    for (size_t i = 0; i < p.count; i++) {
        check_text(p.segments[i]);
        ASSERT(!str_is(p.segments[i], ".."));
    }
}

static void try_query(struct arena *a, str text)
{
    const struct http_pair *pairs;
    size_t count;
    struct diag d = { 0 };
    if (http_parse_query(a, text, HTTP_QUERIES_MAX, &pairs, &count, &d) != OK)
        return;
    ASSERT(count <= HTTP_QUERIES_MAX);
    for (size_t i = 0; i < count; i++) {
        check_text(pairs[i].name);
        check_text(pairs[i].value);
    }
}

static void try_lists(struct arena *a, str text)
{
    str value = STR_NONE;
    ASSERT(is_inside(text, http_parse_cookie(text, STR("sid"))));
    const char *language = http_parse_language(text);
    ASSERT(strcmp(language, "zh") == 0 || strcmp(language, "en") == 0);
    (void)http_accepts_gzip(text);
    /* A strong match is a weak match too. */
    if (http_etag_listed(text, STR("x"), false))
        ASSERT(http_etag_listed(text, STR("x"), true));
    if (http_header_parameter(a, text, "name", &value))
        ASSERT(value.bytes <= text.bytes);
}

static void try_multipart(struct arena *a, str text)
{
    const struct http_part *parts;
    size_t count;
    struct diag d = { 0 };
    /* The first line is the Content-Type, or the usual one when it is empty. */
    ptrdiff_t end = str_find(text, STR("\n"), 0);
    str type = end > 0 ? str_slice(text, 0, (size_t)end) : STR("multipart/form-data; boundary=b");
    str body = end >= 0 ? str_slice(text, (size_t)end + 1, text.bytes) : text;
    if (http_parse_multipart(a, type, body, &parts, &count, &d) != OK)
        return;
    ASSERT(count <= HTTP_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        ASSERT(
            parts[i].name.bytes && str_is_utf8(parts[i].name) && str_is_utf8(parts[i].file_name));
        ASSERT(is_inside(body, parts[i].data));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static void (*const parsers[])(struct arena *, str)
        = { try_path, try_query, try_lists, try_multipart };
    struct arena a;
    if (!bytes)
        return 0;
    arena_init(&a, NULL, 4 * MIB);
    parsers[data[0] % 4](&a, (str){ (const char *)data + 1, bytes - 1 });
    arena_release(&a);
    return 0;
}
