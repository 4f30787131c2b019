/*
 * JSON glue over jansson. A value parsed or made here is owned by an arena: json_keep() registers
 * the decref, so handlers never count references. Limits are checked before jansson sees the text.
 */
#ifndef JUNMA_BASE_JSON_H
#define JUNMA_BASE_JSON_H

#include "base/err.h"

#include <jansson.h>

enum { JSON_DEPTH_MAX = 64 };

/* Takes a new reference; returns it, or NULL when v is NULL or memory is short (then released). */
json_t *json_keep(struct arena *a, json_t *v);
/* Any JSON value (RFC 8259), UTF-8, no duplicate keys, nested at most JSON_DEPTH_MAX, no bytes
 * after it. The diag has line and column. The result is kept by the arena. */
MUST_USE enum err json_parse(struct arena *a, str text, json_t **out, struct diag *d);
/* Compact, keys sorted: equal values give equal bytes (used for hashing). */
str json_text(struct arena *a, const json_t *v);
/* Compact, members in the order they were set: for sending, where nobody compares bytes. */
str json_text_sent(struct arena *a, const json_t *v);
str json_text_pretty(struct arena *a, const json_t *v);

/* Borrowed text of a string value; the empty text when absent or not a string. */
str json_str(const json_t *object, const char *key);
int64_t json_int(const json_t *object, const char *key, int64_t otherwise);
bool json_bool(const json_t *object, const char *key, bool otherwise);
/* New string value; text must be UTF-8 (else JSON null). */
json_t *json_from_str(str s);
/* The same, and JSON null for the empty text: what is not known is said so. */
json_t *json_str_or_null(str s);
/* Sets a member to a new string, an integer, or steals v. */
void json_set_str(json_t *object, const char *key, str s);
void json_set_int(json_t *object, const char *key, int64_t v);
/* 64-bit identifiers go out as text: JavaScript's numbers end at 2^53. */
void json_set_id(json_t *object, const char *key, int64_t id);
/* The same, and JSON null for the empty text and for 0. */
void json_set_str_or_null(json_t *object, const char *key, str s);
void json_set_id_or_null(json_t *object, const char *key, int64_t id);

#endif
