/*
 * Keys as one line of text, in the manner of the C2SP signed-note specification:
 *
 *     public    NAME+HHHHHHHH+BASE64(type || public key)
 *     private   PRIVATE+KEY+NAME+HHHHHHHH+BASE64(type || secret)
 *
 * HHHHHHHH are the first four bytes of SHA-256(NAME || 0x0A || type || public key). The type says
 * which algorithm: 0x01 for Ed25519; for SM2, which has no byte of its own there, 0xFF and a longer
 * identifier of ours, as the specification recommends. Key ids use SHA-256 in both profiles: they
 * only name a key, and tools that list notes compute them so.
 *
 * The private text carries no public key: it is computed again, and the key id must then agree, so
 * a mistyped secret is found when it is read.
 */
#include "journal/internal.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

enum { TYPE_BYTES_MAX = 32, BODY_BYTES_MAX = TYPE_BYTES_MAX + 65, KEY_TEXT_MAX = 512 };

static const struct type {
    str bytes;
    size_t public_bytes;
} types[] = {
    [JOURNAL_INTERNATIONAL] = { { "\x01", 1 }, 32 },
    [JOURNAL_NATIONAL] = { { "\xff" "junma/sm2-sm3/v1", 17 }, 65 },
};

static enum err key_id(const struct journal_key *k, uint32_t *out, struct diag *d)
{
    char data[JOURNAL_NAME_BYTES + BODY_BYTES_MAX];
    const struct type *type = &types[k->profile];
    size_t name = strlen(k->name), n = name;
    memcpy(data, k->name, name);
    data[n++] = '\n';
    memcpy(data + n, type->bytes.data, type->bytes.bytes);
    n += type->bytes.bytes;
    memcpy(data + n, k->public_key, k->public_bytes);
    n += k->public_bytes;
    struct journal_hash h;
    TRY(journal_sha256((str){ data, n }, &h, d));
    *out = (uint32_t)h.bytes[0] << 24 | (uint32_t)h.bytes[1] << 16 | (uint32_t)h.bytes[2] << 8
        | h.bytes[3];
    return OK;
}

static enum err bad_name(struct diag *d)
{
    return diag_set(d, ERR_INVALID,
        "密钥名称应为 1 至 %d 字节,不含空格和加号,例如 zone.example/journal",
        "a key's name has 1 to %d bytes without spaces or plus signs, such as zone.example/journal",
        JOURNAL_NAME_BYTES - 1);
}

static enum err signer_from(enum journal_profile p, str name,
    const unsigned char secret[JOURNAL_SEED_BYTES], struct journal_signer *out, struct diag *d)
{
    if (!journal_name_holds(name))
        return bad_name(d);
    struct journal_signer s = { .key.profile = p };
    memcpy(s.key.name, name.data, name.bytes);
    enum err e = journal_public_from_secret(p, secret, s.key.public_key, &s.key.public_bytes, d);
    if (e == OK)
        e = key_id(&s.key, &s.key.id, d);
    if (e == OK) {
        memcpy(s.secret, secret, sizeof s.secret);
        *out = s;
    }
    OPENSSL_cleanse(&s, sizeof s);
    return e;
}

enum err journal_signer_make(enum journal_profile p, str name,
    const unsigned char seed[JOURNAL_SEED_BYTES], struct journal_signer *out, struct diag *d)
{
    return signer_from(p, name, seed, out, d);
}

void journal_signer_wipe(struct journal_signer *s)
{
    OPENSSL_cleanse(s, sizeof *s);
}

/* "+HHHHHHHH+BASE64(type || rest)" after the name. */
static str key_text(struct arena *a, const char *prefix, const struct journal_key *k,
    const unsigned char *rest, size_t bytes)
{
    unsigned char body[BODY_BYTES_MAX];
    const struct type *type = &types[k->profile];
    memcpy(body, type->bytes.data, type->bytes.bytes);
    memcpy(body + type->bytes.bytes, rest, bytes);
    str coded = str_base64(a, body, type->bytes.bytes + bytes);
    OPENSSL_cleanse(body, sizeof body);
    return str_printf(a, "%s%s+%08" PRIx32 "+%.*s", prefix, k->name, k->id, STR_ARGS(coded));
}

str journal_signer_text(struct arena *a, const struct journal_signer *s)
{
    return key_text(a, "PRIVATE+KEY+", &s->key, s->secret, sizeof s->secret);
}

str journal_key_text(struct arena *a, const struct journal_key *k)
{
    return key_text(a, "", k, k->public_key, k->public_bytes);
}

static bool parse_id(str hex, uint32_t *out)
{
    unsigned char b[4];
    if (!journal_hex_exact(hex, b, sizeof b))
        return false;
    *out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return true;
}

/* Which profile's type the body begins with; *rest_bytes follow it and were written to rest. */
static bool parse_body(str coded, bool secret, enum journal_profile *p, unsigned char rest[65])
{
    unsigned char body[BODY_BYTES_MAX];
    bool found = false;
    for (size_t i = 0; !found && i < sizeof types / sizeof *types; i++) {
        const struct type *type = &types[i];
        size_t bytes = secret ? (size_t)JOURNAL_SEED_BYTES : type->public_bytes;
        found = journal_base64_exact(coded, body, type->bytes.bytes + bytes)
            && memcmp(body, type->bytes.data, type->bytes.bytes) == 0;
        if (found) {
            memcpy(rest, body + type->bytes.bytes, bytes);
            *p = (enum journal_profile)i;
        }
    }
    OPENSSL_cleanse(body, sizeof body);
    return found;
}

static enum err bad_key(struct diag *d, bool secret)
{
    return diag_set(d, ERR_SYNTAX, "%s格式有误,应为 %s名称+8位十六进制编号+Base64",
        "malformed key (%s); expected %sNAME+8 hex digits+BASE64, Ed25519 or SM2",
        secret ? "PRIVATE KEY" : "PUBLIC KEY", secret ? "PRIVATE+KEY+" : "");
}

static enum err wrong_id(struct diag *d)
{
    return diag_set(d, ERR_INVALID, "密钥编号与名称、密钥内容不符,可能抄写有误",
        "the key's id does not agree with its name and content; it may be mistyped");
}

enum err journal_key_parse(str text, struct journal_key *out, struct diag *d)
{
    struct journal_key k = { 0 };
    str rest = text, name, hex;
    uint32_t stated, id;
    if (text.bytes > KEY_TEXT_MAX || !str_split(&rest, '+', &name)
        || !str_split(&rest, '+', &hex) || !parse_id(hex, &stated)
        || !parse_body(rest, false, &k.profile, k.public_key))
        return bad_key(d, false);
    if (!journal_name_holds(name))
        return bad_name(d);
    memcpy(k.name, name.data, name.bytes);
    k.public_bytes = types[k.profile].public_bytes;
    TRY(key_id(&k, &id, d));
    if (id != stated)
        return wrong_id(d);
    TRY(journal_public_check(&k, d));
    k.id = id;
    *out = k;
    return OK;
}

enum err journal_signer_parse(str text, struct journal_signer *out, struct diag *d)
{
    static const char prefix[] = "PRIVATE+KEY+";
    unsigned char secret[65];
    enum journal_profile p;
    str rest, name, hex;
    uint32_t stated;
    if (text.bytes > KEY_TEXT_MAX || !str_starts(text, STR("PRIVATE+KEY+")))
        return bad_key(d, true);
    rest = str_slice(text, sizeof prefix - 1, text.bytes);
    if (!str_split(&rest, '+', &name) || !str_split(&rest, '+', &hex) || !parse_id(hex, &stated)
        || !parse_body(rest, true, &p, secret))
        return bad_key(d, true);
    struct journal_signer s;
    enum err e = signer_from(p, name, secret, &s, d);
    OPENSSL_cleanse(secret, sizeof secret);
    if (e == OK && s.key.id != stated)
        e = wrong_id(d);
    if (e == OK)
        *out = s;
    OPENSSL_cleanse(&s, sizeof s);
    return e;
}
