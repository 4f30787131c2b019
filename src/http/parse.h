/*
 * The texts of a request taken apart: pure functions over borrowed text, nothing of the server.
 * They are what an adversary reaches first, so they stand alone, for tests and fuzzing.
 */
#ifndef JUNMA_HTTP_PARSE_H
#define JUNMA_HTTP_PARSE_H

#include "http/http.h"

enum { HTTP_DECODE_PATH, HTTP_DECODE_FORM /* '+' is a space; line ends and tabs may come */ };

/* Percent-decoded text, valid UTF-8, without NUL and (in a path) without control characters.
 * Borrowed when nothing was encoded. ERR_SYNTAX for a broken escape, ERR_UTF8, ERR_MEMORY. */
MUST_USE enum err http_decode(struct arena *a, str text, int how, str *out, struct diag *d);

/* The segments of an absolute path, each decoded; "/" has none. ERR_NOT_FOUND past the limit,
 * ERR_INVALID for "." and "..", which a client resolves before it asks. */
struct http_path {
    str segments[HTTP_SEGMENTS_MAX];
    size_t count;
};
MUST_USE enum err http_parse_path(struct arena *a, str path, struct http_path *out, struct diag *d);

/* "a=1&b=2" with at most `most` pairs (else ERR_LIMIT); empty pairs are passed over. */
MUST_USE enum err http_parse_query(struct arena *a, str query, size_t most,
    const struct http_pair **pairs, size_t *count, struct diag *d);

/* Value of the first cookie of that name in a Cookie header, its quotes taken off. */
str http_parse_cookie(str header, str name);

/* "zh" or "en" by the weights of Accept-Language; "zh" when neither is asked for. */
const char *http_parse_language(str header);

/* Does Accept-Encoding take gzip (weight above zero)? */
bool http_accepts_gzip(str header);

/* Does a list of entity tags ("a", W/"b", or *) hold this one? weak: W/ does not matter. */
bool http_etag_listed(str list, str etag, bool weak);

/* multipart/form-data; parts borrow from body. `type` is the Content-Type header. */
MUST_USE enum err http_parse_multipart(struct arena *a, str type, str body,
    const struct http_part **parts, size_t *count, struct diag *d);

/* A parameter of a header value: `name` of `form-data; name="a"; filename="b"`, unquoted into the
 * arena. False when absent or malformed. */
bool http_header_parameter(struct arena *a, str value, const char *name, str *out);

#endif
