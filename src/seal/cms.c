/*
 * Detached CMS signatures (RFC 5652) as PAdES wants them: signed attributes content type, message
 * digest and signing-certificate-v2, and no signing time, which the PDF itself tells. Written here
 * in DER, since libcrypto always adds a signing time by its own clock and does not sign CMS with
 * SM2. Since there is one spelling of it, verifying takes certificate and signature out of it (with
 * libcrypto's parser), puts the whole together again and compares.
 */
#include "seal/internal.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <string.h>

enum { SEQUENCE = 0x30, SET = 0x31, INTEGER = 0x02, OCTETS = 0x04, CONTEXT_0 = 0xA0 };

#define OID_SIGNED_DATA STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_DATA STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define OID_CONTENT_TYPE STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_CERTIFICATE STR("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")

/* One value of DER: tag, length, and the parts one after the other. */
static str der(struct arena *a, int tag, const str *parts, size_t count)
{
    struct buf b;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += parts[i].bytes;
    buf_init(&b, a, bytes + 8);
    buf_add_char(&b, (char)tag);
    if (bytes < 128)
        buf_add_char(&b, (char)bytes);
    else if (bytes < 256) {
        buf_add_char(&b, (char)0x81);
        buf_add_char(&b, (char)bytes);
    } else {
        buf_add_char(&b, (char)0x82);
        buf_add_char(&b, (char)(bytes >> 8));
        buf_add_char(&b, (char)bytes);
    }
    for (size_t i = 0; i < count; i++)
        buf_add(&b, parts[i]);
    return buf_str(&b);
}
#define DER(a, tag, ...)                                                                           \
    der((a), (tag), (const str[]){ __VA_ARGS__ },                                                  \
        sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str))

static str encoded(struct arena *a, int bytes, unsigned char *der_bytes)
{
    str out = bytes > 0 ? str_copy(a, (str){ (const char *)der_bytes, (size_t)bytes }) : STR_NONE;
    OPENSSL_free(der_bytes);
    return out;
}

static str issuer_name(struct arena *a, X509 *x)
{
    unsigned char *out = NULL;
    int bytes = i2d_X509_NAME(X509_get_issuer_name(x), &out);
    return encoded(a, bytes, out);
}

static str serial(struct arena *a, X509 *x)
{
    unsigned char *out = NULL;
    int bytes = i2d_ASN1_INTEGER(X509_get_serialNumber(x), &out);
    return encoded(a, bytes, out);
}

static int by_bytes(str x, str y)
{
    size_t least = x.bytes < y.bytes ? x.bytes : y.bytes;
    int order = memcmp(x.data, y.data, least);
    return order ? order : (x.bytes > y.bytes) - (x.bytes < y.bytes);
}

/* The attributes, one after the other in DER's order of a SET. certificate: of the signer, DER. */
static enum err attributes(struct arena *a, enum seal_profile profile, str certificate,
    const unsigned char digest[SEAL_DIGEST_BYTES], str *out, struct diag *d)
{
    unsigned char hash[SEAL_DIGEST_BYTES];
    const struct seal_algorithms *alg = &seal_algorithms[profile];
    TRY(seal_digest(profile, &certificate, 1, hash, d));
    str hashed = DER(a, OCTETS, { (const char *)hash, sizeof hash });
    /* SHA-256 is the default and is left out, as DER asks. */
    str id = profile == SEAL_INTERNATIONAL
        ? DER(a, SEQUENCE, hashed)
        : DER(a, SEQUENCE, DER(a, SEQUENCE, alg->digest_oid), hashed);
    str list[] = {
        DER(a, SEQUENCE, OID_CONTENT_TYPE, DER(a, SET, OID_DATA)),
        DER(a, SEQUENCE, OID_MESSAGE_DIGEST,
            DER(a, SET, DER(a, OCTETS, { (const char *)digest, SEAL_DIGEST_BYTES }))),
        DER(a, SEQUENCE, OID_SIGNING_CERTIFICATE,
            DER(a, SET, DER(a, SEQUENCE, DER(a, SEQUENCE, id)))),
    };
    for (size_t i = 0; i < 3; i++)
        for (size_t k = i + 1; k < 3; k++)
            if (by_bytes(list[i], list[k]) > 0) {
                str t = list[i];
                list[i] = list[k];
                list[k] = t;
            }
    *out = str_concat(a, str_concat(a, list[0], list[1]), list[2]);
    return diag_arena(d, a);
}

/* The whole, of its parts; there is one spelling of it. */
static str assemble(
    struct arena *a, const struct seal *s, X509 *x, str certificate, str attrs, str signature)
{
    const struct seal_algorithms *alg = &seal_algorithms[s->profile];
    str one = STR("\x02\x01\x01"); /* INTEGER 1 */
    str digest_alg = DER(a, SEQUENCE, alg->digest_oid);
    str who = DER(a, SEQUENCE, issuer_name(a, x), serial(a, x));
    str signer = DER(a, SEQUENCE, one, who, digest_alg, DER(a, CONTEXT_0, attrs),
        DER(a, SEQUENCE, alg->signature_oid), DER(a, OCTETS, signature));
    str data = DER(a, SEQUENCE, one, DER(a, SET, digest_alg), DER(a, SEQUENCE, OID_DATA),
        DER(a, CONTEXT_0, certificate, s->authority_der), DER(a, SET, signer));
    return DER(a, SEQUENCE, OID_SIGNED_DATA, DER(a, CONTEXT_0, data));
}

enum err seal_cms(struct arena *a, const struct seal *s,
    const unsigned char digest[SEAL_DIGEST_BYTES], str *out, struct diag *d)
{
    str attrs, signature;
    TRY(attributes(a, s->profile, s->certificate_der, digest, &attrs, d));
    TRY(seal_sign_der(a, s->key, s->profile, DER(a, SET, attrs), &signature, d));
    *out = assemble(a, s, s->certificate, s->certificate_der, attrs, signature);
    return diag_arena(d, a);
}

/* ---- verifying ---- */

static X509 *signers_certificate(CMS_ContentInfo *cms, CMS_SignerInfo *si, STACK_OF(X509) * *held)
{
    *held = CMS_get1_certs(cms);
    for (int i = 0; *held && i < sk_X509_num(*held); i++)
        if (CMS_SignerInfo_cert_cmp(si, sk_X509_value(*held, i)) == 0)
            return sk_X509_value(*held, i);
    return NULL;
}

/* Certificate and signature are taken out; that the rest says what it must is seen by putting it
 * together again. */
static enum seal_verdict judge(struct arena *a, const struct seal *s, CMS_ContentInfo *info,
    str cms, const unsigned char digest[SEAL_DIGEST_BYTES])
{
    STACK_OF(X509) *held = NULL;
    struct diag ignored = { 0 };
    STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(info);
    if (!all || sk_CMS_SignerInfo_num(all) != 1)
        return SEAL_FOREIGN;
    CMS_SignerInfo *si = sk_CMS_SignerInfo_value(all, 0);
    X509 *x = signers_certificate(info, si, &held);
    const ASN1_OCTET_STRING *sig = CMS_SignerInfo_get0_signature(si);
    enum seal_verdict v = SEAL_FOREIGN;
    if (x && sig && seal_is_ours(s, x) && X509_check_ca(x) == 0) {
        unsigned char *der_bytes = NULL;
        int bytes = i2d_X509(x, &der_bytes);
        str certificate = encoded(a, bytes, der_bytes), attrs;
        str signature = { (const char *)ASN1_STRING_get0_data(sig),
            (size_t)ASN1_STRING_length(sig) };
        bool good = attributes(a, s->profile, certificate, digest, &attrs, &ignored) == OK
            && str_equal(cms, assemble(a, s, x, certificate, attrs, signature))
            && seal_verify_der(X509_get0_pubkey(x), s->profile, DER(a, SET, attrs), signature);
        v = good ? SEAL_GOOD : SEAL_ALTERED;
    }
    sk_X509_pop_free(held, X509_free);
    return v;
}

/* The usual case without a parser, which would read two certificates again: the signature stands at
 * the end, and the rest is what our own certificate gives. False: another certificate, or altered.
 */
static bool usual(
    struct arena *a, const struct seal *s, str cms, const unsigned char digest[SEAL_DIGEST_BYTES])
{
    struct diag ignored = { 0 };
    str attrs, mark = DER(a, SEQUENCE, seal_algorithms[s->profile].signature_oid);
    for (size_t bytes = 8; bytes < SEAL_DER_SIGNATURE_MAX && bytes + mark.bytes + 2 < cms.bytes;
         bytes++) {
        size_t at = cms.bytes - bytes;
        bool here = (unsigned char)cms.data[at - 1] == bytes && cms.data[at - 2] == OCTETS
            && str_equal(str_slice(cms, at - 2 - mark.bytes, at - 2), mark);
        if (!here)
            continue;
        str signature = str_slice(cms, at, cms.bytes);
        return attributes(a, s->profile, s->certificate_der, digest, &attrs, &ignored) == OK
            && str_equal(cms, assemble(a, s, s->certificate, s->certificate_der, attrs, signature))
            && seal_verify_der(s->key, s->profile, DER(a, SET, attrs), signature);
    }
    return false;
}

enum seal_verdict seal_cms_verify(
    struct arena *a, const struct seal *s, str cms, const unsigned char digest[SEAL_DIGEST_BYTES])
{
    if (usual(a, s, cms, digest))
        return SEAL_GOOD;
    const unsigned char *at = (const unsigned char *)cms.data;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.bytes);
    enum seal_verdict v = SEAL_FOREIGN;
    if (info && OBJ_obj2nid(CMS_get0_type(info)) == NID_pkcs7_signed)
        v = judge(a, s, info, cms, digest);
    CMS_ContentInfo_free(info);
    ERR_clear_error();
    return v;
}
