/*
 * What the journal's files share: the profiles' algorithms, strict small codecs for fixed buffers.
 * Nothing here is for other rooms.
 */
#ifndef JUNMA_JOURNAL_INTERNAL_H
#define JUNMA_JOURNAL_INTERNAL_H

#include "journal/journal.h"

#include <inttypes.h>

/* "2026-11-23T01:30:00.000Z" and its final NUL. */
enum { INSTANT_BYTES = 25 };
/* False outside the years 0000-9999. */
bool journal_instant_text(int64_t ms, char out[INSTANT_BYTES]);
/* Only the form above. */
bool journal_instant_parse(str text, int64_t *ms);

/* Decimal without sign and leading zeros, at most JOURNAL_SIZE_MAX. */
bool journal_decimal(str text, uint64_t *out);
/* Standard base64 with padding and zero trailing bits; false when it is not, or is not exactly
 * `bytes` long. */
bool journal_base64_exact(str text, unsigned char *out, size_t bytes);
/* Exactly `bytes` bytes in lower-case hexadecimal. */
bool journal_hex_exact(str text, unsigned char *out, size_t bytes);
/* UTF-8, not empty, no control characters, no line or paragraph separators. */
bool journal_is_plain(str text);
/* As C2SP signed-note wants a key name: plain, no Unicode space, no plus, short enough. */
bool journal_name_holds(str name);

/* The public key that belongs to a secret; *bytes is 32 or 65. ERR_INVALID: it is no secret key. */
MUST_USE enum err journal_public_from_secret(enum journal_profile p,
    const unsigned char secret[JOURNAL_SEED_BYTES], unsigned char out[65], size_t *bytes,
    struct diag *d);
/* Whether a public key is a point of its curve and of the right length. */
MUST_USE enum err journal_public_check(const struct journal_key *k, struct diag *d);
/* SHA-256 whatever the profile: key ids are defined with it. */
MUST_USE enum err journal_sha256(str data, struct journal_hash *out, struct diag *d);

/* The two notes and the proof of a consistency document (receipt.c). */
MUST_USE enum err journal_consistency_parse(struct arena *a, str json, str *old_note, str *new_note,
    struct journal_proof *proof, struct diag *d);

#endif
