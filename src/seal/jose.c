/* What is signed as text: JWS in the compact form, the key as JWK, and tokens for QR codes. */
#include "seal/internal.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648 clause 5, without padding. */
str seal_base64url(struct arena *a, str bytes)
{
    size_t length = bytes.bytes / 3 * 4 + (bytes.bytes % 3 ? bytes.bytes % 3 + 1 : 0);
    char *out = arena_alloc(a, length);
    const unsigned char *in = (const unsigned char *)bytes.data;
    if (!out)
        return STR_NONE;
    for (size_t i = 0, k = 0; i < bytes.bytes; i += 3) {
        uint32_t three = (uint32_t)in[i] << 16
            | (i + 1 < bytes.bytes ? (uint32_t)in[i + 1] << 8 : 0)
            | (i + 2 < bytes.bytes ? in[i + 2] : 0);
        for (int part = 0; part < 4 && k < length; part++)
            out[k++] = letters[three >> (18 - 6 * part) & 63];
    }
    return (str){ out, length };
}

bool seal_from_base64url(struct arena *a, str text, str *out)
{
    char *bytes = arena_alloc(a, text.bytes / 4 * 3 + 3);
    uint32_t held = 0;
    int bits = 0;
    size_t n = 0;
    if (!bytes || text.bytes % 4 == 1)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        const char *at = text.data[i] ? strchr(letters, text.data[i]) : NULL;
        if (!at)
            return false;
        held = held << 6 | (uint32_t)(at - letters);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[n++] = (char)(held >> bits & 255);
        }
    }
    if (held & ((1U << bits) - 1))
        return false; /* another spelling of the same bytes */
    *out = (str){ bytes, n };
    return true;
}

json_t *seal_jwk(struct arena *a, const struct seal *s)
{
    json_t *o = json_object();
    json_set_str(o, "kty", STR("EC"));
    json_set_str(o, "crv", str_from(seal_algorithms[s->profile].curve));
    json_set_str(o, "x", seal_base64url(a, str_slice(s->point, 1, 33)));
    json_set_str(o, "y", seal_base64url(a, str_slice(s->point, 33, 65)));
    json_set_str(o, "use", STR("sig"));
    json_set_str(o, "alg", str_from(seal_algorithms[s->profile].jws));
    json_set_str(o, "kid", s->kid);
    return o;
}

static enum err with_signature(
    struct arena *a, const struct seal *s, str text, str *out, struct diag *d)
{
    unsigned char signature[SEAL_SIGNATURE_BYTES];
    TRY(seal_sign(s, text, signature, d));
    str sig = seal_base64url(a, (str){ (const char *)signature, sizeof signature });
    *out = str_printf(a, "%.*s.%.*s", STR_ARGS(text), STR_ARGS(sig));
    return diag_arena(d, a);
}

enum err seal_jws(struct arena *a, const struct seal *s, const char *typ, const json_t *payload,
    str *out, struct diag *d)
{
    str header = str_printf(a, "{\"alg\":\"%s\",\"kid\":\"%.*s\",\"typ\":\"%s\"}",
        seal_algorithms[s->profile].jws, STR_ARGS(s->kid), typ);
    str head = seal_base64url(a, header), body = seal_base64url(a, json_text_sent(a, payload));
    TRY(diag_arena(d, a));
    return with_signature(a, s, str_printf(a, "%.*s.%.*s", STR_ARGS(head), STR_ARGS(body)), out, d);
}

static enum err not_ours(struct diag *d)
{
    return diag_set(d, ERR_VERIFY, "签名无效:不是本区签发的,或已被改动",
        "the signature does not hold: not of this zone, or altered");
}

enum err seal_jws_verify(
    struct arena *a, const struct seal *s, str jws, json_t **payload, struct diag *d)
{
    str rest = jws, head, body, sig, text, header_text;
    json_t *header;
    struct diag ignored = { 0 };
    if (!str_split(&rest, '.', &head) || !str_split(&rest, '.', &body) || !rest.bytes
        || str_find(rest, STR("."), 0) >= 0 || !seal_from_base64url(a, rest, &sig)
        || !seal_from_base64url(a, head, &header_text) || !seal_from_base64url(a, body, &text)
        || json_parse(a, header_text, &header, &ignored) != OK
        || !str_is(json_str(header, "alg"), seal_algorithms[s->profile].jws)
        || !seal_verify(s, str_slice(jws, 0, head.bytes + 1 + body.bytes), sig))
        return not_ours(d);
    return json_parse(a, text, payload, d);
}

enum err seal_token(
    struct arena *a, const struct seal *s, const json_t *payload, str *out, struct diag *d)
{
    str body = seal_base64url(a, json_text_sent(a, payload));
    TRY(diag_arena(d, a));
    return with_signature(a, s, str_printf(a, "JM1.%.*s", STR_ARGS(body)), out, d);
}

enum err seal_token_verify(struct arena *a, const struct seal *s, str token, json_t **payload,
    str *signed_part, str *rest, struct diag *d)
{
    str left = token, name, body, sig, bytes, text;
    if (token.bytes > SEAL_TOKEN_BYTES_MAX || !str_split(&left, '.', &name) || !str_is(name, "JM1")
        || !str_split(&left, '.', &body) || !str_split(&left, '.', &sig)
        || !seal_from_base64url(a, sig, &bytes) || !seal_from_base64url(a, body, &text)
        || !seal_verify(s, str_slice(token, 0, name.bytes + 1 + body.bytes), bytes))
        return not_ours(d);
    *signed_part = str_slice(token, 0, name.bytes + 1 + body.bytes + 1 + sig.bytes);
    *rest = left;
    return json_parse(a, text, payload, d);
}
