/*
 * Text is a pointer and a length, immutable, UTF-8 unless a function says otherwise, not
 * terminated. The empty text may have a NULL pointer. `struct buf` grows in an arena to a limit
 * that is set at its birth; a failed append leaves a mark and the rest is dropped, so that a writer
 * asks once at its end (buf_failed).
 */
#ifndef JUNMA_BASE_TEXT_H
#define JUNMA_BASE_TEXT_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>

typedef struct {
    const char *data;
    size_t bytes;
} str;

#define STR(literal) ((str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((str){ NULL, 0 })
/* for "%.*s" */
#define STR_ARGS(s) (int)(s).bytes, (s).data ? (s).data : ""

/* Borrows a terminated string; NULL gives the empty text. */
str str_from(const char *terminated);
bool str_equal(str a, str b);
bool str_is(str a, const char *terminated);
/* ASCII letters only are folded. */
bool str_equal_nocase(str a, str b);
int str_compare(str a, str b); /* by bytes, which for UTF-8 is by code point */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
/* Byte offset of the first needle at or after from, or -1. */
ptrdiff_t str_find(str s, str needle, size_t from);
str str_slice(str s, size_t from, size_t to); /* clamped */
str str_trim(str s);                          /* ASCII white space */
/* Nothing that can be seen: empty, or white space of any script (U+3000, which Chinese keyboards
 * type, too). */
bool str_blank(str s);
/* Takes what stands before the separator off the front of rest; false when rest is used up. */
bool str_split(str *rest, char separator, str *part);
uint64_t str_hash(str s); /* FNV-1a; for tables, not against an adversary */
/* The whole text is one decimal integer in range. */
bool str_to_int64(str s, int64_t *out);

str str_copy(struct arena *a, str s);
char *str_terminated(struct arena *a, str s); /* NULL on failure or when s holds a NUL */
__attribute__((format(printf, 2, 3))) str str_printf(struct arena *a, const char *format, ...);
__attribute__((format(printf, 2, 0))) str str_vprintf(struct arena *a, const char *format, va_list args);
str str_concat(struct arena *a, str left, str right);
str str_hex(struct arena *a, const void *bytes, size_t count); /* lower case */
/* 0 to 15, or -1 for what is no digit. */
int hex_digit(char c);
bool str_from_hex(str hex, unsigned char *out, size_t count);  /* exactly count bytes */
str str_base64(struct arena *a, const void *bytes, size_t count);
/* Standard alphabet with padding (RFC 4648 clause 4), nothing else allowed. */
bool str_from_base64(struct arena *a, str text, str *out);

/* UTF-8 (RFC 3629): no overlong forms, no surrogates, at most U+10FFFF. */
bool str_is_utf8(str s);
size_t str_code_points(str s);
/* Decodes one code point at *offset and moves it on; U+FFFD for a broken byte. */
uint32_t str_next_code_point(str s, size_t *offset);
/* Bytes written; U+FFFD for what is no Unicode scalar value (surrogates, above U+10FFFF). */
size_t utf8_put(char out[4], uint32_t code_point);

struct buf {
    struct arena *arena;
    char *data;
    size_t bytes, capacity, bytes_limit;
    bool failed;
};

void buf_init(struct buf *b, struct arena *a, size_t bytes_limit);
void buf_add(struct buf *b, str s);
void buf_add_char(struct buf *b, char c);
void buf_add_code_point(struct buf *b, uint32_t code_point);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *format, ...);
/* As a JSON string literal with its quotes; the text must be UTF-8. */
void buf_add_json(struct buf *b, str s);

static inline bool buf_failed(const struct buf *b)
{
    return b->failed;
}
static inline str buf_str(const struct buf *b)
{
    return (str){ b->data, b->bytes };
}

#endif
