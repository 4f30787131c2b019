/*
 * Keys and certificates. Both profiles use a curve of 256 bits, so that a signature has one length,
 * r || s in 64 bytes, and the DER form of libcrypto is turned into it and back.
 *
 * Signing an SM2 certificate needs the user id of GB/T 32918 set on the key's context before the
 * signing context is made; for that the context is put together by hand. Certificates are verified
 * over their own bytes for the same reason.
 */
#include "seal/internal.h"

#include "base/date.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

static const char sm2_user_id[] = "1234567812345678";
enum { YEARS = 10, HALF = 32, SEAL_ARENA_BYTES = 256 * 1024 };

const struct seal_algorithms seal_algorithms[] = {
    [SEAL_INTERNATIONAL] = { "SHA256", "P-256", "ES256",
        STR("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"),
        STR("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02") },
    [SEAL_NATIONAL] = { "SM3", "SM2", "SM2-SM3", STR("\x06\x08\x2a\x81\x1c\xcf\x55\x01\x83\x11"),
        STR("\x06\x08\x2a\x81\x1c\xcf\x55\x01\x83\x75") },
};

enum err seal_no_memory(struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, ERR_MEMORY, "内存不足,或本机的 libcrypto 不支持所需算法",
        "out of memory, or this machine's libcrypto lacks the algorithm");
}

enum err seal_digest(enum seal_profile profile, const str *parts, size_t count,
    unsigned char out[SEAL_DIGEST_BYTES], struct diag *d)
{
    EVP_MD *md = EVP_MD_fetch(NULL, seal_algorithms[profile].digest, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = md && ctx && EVP_DigestInit_ex(ctx, md, NULL);
    for (size_t i = 0; ok && i < count; i++)
        ok = !parts[i].bytes || EVP_DigestUpdate(ctx, parts[i].data, parts[i].bytes);
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL);
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    return ok ? OK : seal_no_memory(d);
}

/* ---- signing ---- */

/* A context for signing or verifying with the profile's digest (and SM2's user id). */
static EVP_MD_CTX *context(EVP_PKEY *key, enum seal_profile profile, bool sign)
{
    const char *digest = seal_algorithms[profile].digest;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *with = ctx ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok = with
        && (profile == SEAL_INTERNATIONAL
            || EVP_PKEY_CTX_set1_id(with, sm2_user_id, sizeof sm2_user_id - 1) > 0);
    if (ok)
        EVP_MD_CTX_set_pkey_ctx(ctx, with);
    ok = ok
        && (sign ? EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL)
                 : EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL))
            > 0;
    if (ok)
        return ctx;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(with);
    ERR_clear_error();
    return NULL;
}

static void end(EVP_MD_CTX *ctx)
{
    EVP_PKEY_CTX *with = ctx ? EVP_MD_CTX_get_pkey_ctx(ctx) : NULL;
    EVP_MD_CTX_free(ctx); /* one set from outside is not freed with it */
    EVP_PKEY_CTX_free(with);
}

enum err seal_sign_der(
    struct arena *a, EVP_PKEY *key, enum seal_profile profile, str data, str *out, struct diag *d)
{
    unsigned char der[SEAL_DER_SIGNATURE_MAX];
    size_t bytes = sizeof der;
    EVP_MD_CTX *ctx = context(key, profile, true);
    bool ok =
        ctx && EVP_DigestSign(ctx, der, &bytes, (const unsigned char *)data.data, data.bytes) > 0;
    end(ctx);
    if (!ok)
        return seal_no_memory(d);
    *out = str_copy(a, (str){ (const char *)der, bytes });
    return diag_arena(d, a);
}

bool seal_verify_der(EVP_PKEY *key, enum seal_profile profile, str data, str signature)
{
    EVP_MD_CTX *ctx = context(key, profile, false);
    bool good = ctx
        && EVP_DigestVerify(ctx, (const unsigned char *)signature.data, signature.bytes,
               (const unsigned char *)data.data, data.bytes)
            == 1;
    end(ctx);
    ERR_clear_error();
    return good;
}

enum err seal_sign(
    const struct seal *s, str data, unsigned char out[SEAL_SIGNATURE_BYTES], struct diag *d)
{
    struct arena a;
    str der = STR_NONE;
    arena_init(&a, NULL, 16 * KIB);
    enum err e = seal_sign_der(&a, s->key, s->profile, data, &der, d);
    const unsigned char *at = (const unsigned char *)der.data;
    ECDSA_SIG *sig = e == OK ? d2i_ECDSA_SIG(NULL, &at, (long)der.bytes) : NULL;
    bool ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, HALF) == HALF
        && BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + HALF, HALF) == HALF;
    ECDSA_SIG_free(sig);
    arena_release(&a);
    return e != OK ? e : ok ? OK : seal_no_memory(d);
}

static bool verify_raw(EVP_PKEY *key, enum seal_profile profile, str data, str signature)
{
    if (signature.bytes != SEAL_SIGNATURE_BYTES)
        return false;
    const unsigned char *raw = (const unsigned char *)signature.data;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, HALF, NULL), *s = BN_bin2bn(raw + HALF, HALF, NULL);
    unsigned char *der = NULL;
    int bytes = sig && r && s && ECDSA_SIG_set0(sig, r, s) ? i2d_ECDSA_SIG(sig, &der) : 0;
    bool good =
        bytes > 0 && seal_verify_der(key, profile, data, (str){ (const char *)der, (size_t)bytes });
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    ERR_clear_error();
    return good;
}

bool seal_verify(const struct seal *s, str data, str signature)
{
    return verify_raw(s->key, s->profile, data, signature);
}

static EVP_PKEY *key_of_point(str point)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"P-256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point.data, point.bytes),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx && EVP_PKEY_fromdata_init(ctx) > 0)
        (void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return key;
}

bool seal_verify_with(str point, str data, str signature)
{
    EVP_PKEY *key = point.bytes == SEAL_POINT_BYTES ? key_of_point(point) : NULL;
    bool good = key && verify_raw(key, SEAL_INTERNATIONAL, data, signature);
    EVP_PKEY_free(key);
    return good;
}

/* ---- making ---- */

static EVP_PKEY *new_key(enum seal_profile profile)
{
    return profile == SEAL_NATIONAL ? EVP_PKEY_Q_keygen(NULL, NULL, "SM2")
                                    : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static bool add_name(X509_NAME *n, const char *what, struct arena *a, str text)
{
    const char *t = str_terminated(a, text);
    return t
        && X509_NAME_add_entry_by_txt(n, what, MBSTRING_UTF8, (const unsigned char *)t, -1, -1, 0);
}

static bool add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    return ok;
}

static bool set_times(X509 *x, int64_t now_ms)
{
    time_t from = (time_t)(now_ms / 1000 - 86400);
    time_t to = (time_t)(now_ms / 1000 + (int64_t)YEARS * 366 * 86400);
    return ASN1_TIME_set(X509_getm_notBefore(x), from) && ASN1_TIME_set(X509_getm_notAfter(x), to);
}

static bool set_serial(X509 *x, const struct sys *sys)
{
    unsigned char bytes[16];
    sys_random(sys, bytes, sizeof bytes);
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
    BIGNUM *n = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
    BN_free(n);
    return ok;
}

static bool sign_certificate(X509 *x, EVP_PKEY *key, enum seal_profile profile)
{
    EVP_MD_CTX *ctx = context(key, profile, true);
    bool ok = ctx && X509_sign_ctx(x, ctx) > 0;
    end(ctx);
    return ok;
}

struct making {
    struct arena *a;
    const struct sys *sys;
    enum seal_profile profile;
    str name;
    int64_t now_ms;
};

/* issuer NULL: signs itself. */
static X509 *new_certificate(
    const struct making *m, EVP_PKEY *subject_key, X509 *issuer, EVP_PKEY *issuer_key)
{
    X509 *x = X509_new();
    bool ca = !issuer;
    str common = str_concat(m->a, m->name, ca ? STR(" 电子证照根证书") : STR(" 电子印章"));
    X509_NAME *n = x ? X509_get_subject_name(x) : NULL;
    bool ok = n && X509_set_version(x, X509_VERSION_3) && set_serial(x, m->sys)
        && set_times(x, m->now_ms) && add_name(n, "C", m->a, STR("CN"))
        && add_name(n, "O", m->a, m->name) && add_name(n, "CN", m->a, common)
        && X509_set_pubkey(x, subject_key)
        && X509_set_issuer_name(x, ca ? n : X509_get_subject_name(issuer))
        && add_extension(x, x, NID_subject_key_identifier, "hash")
        && add_extension(x, ca ? x : issuer, NID_basic_constraints,
            ca ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE")
        && add_extension(x, ca ? x : issuer, NID_key_usage,
            ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,nonRepudiation")
        && add_extension(x, ca ? x : issuer, NID_authority_key_identifier, "keyid:always")
        && sign_certificate(x, issuer_key, m->profile);
    if (ok)
        return x;
    X509_free(x);
    return NULL;
}

static str taken(struct arena *a, BIO *bio)
{
    char *data;
    long bytes = BIO_get_mem_data(bio, &data);
    str text = bytes > 0 ? str_copy(a, (str){ data, (size_t)bytes }) : STR_NONE;
    BIO_free(bio);
    return text;
}

static str key_pem(struct arena *a, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)) {
        BIO_free(bio);
        return STR_NONE;
    }
    return taken(a, bio);
}

static str certificate_pem(struct arena *a, X509 *x)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio || !PEM_write_bio_X509(bio, x)) {
        BIO_free(bio);
        return STR_NONE;
    }
    return taken(a, bio);
}

enum err seal_make(struct arena *a, const struct sys *sys, enum seal_profile profile, str name,
    int64_t now_ms, struct seal_files *out, struct diag *d)
{
    struct making m = { a, sys, profile, name, now_ms };
    EVP_PKEY *ca_key = new_key(profile), *key = new_key(profile);
    X509 *ca = ca_key && key ? new_certificate(&m, ca_key, NULL, ca_key) : NULL;
    X509 *own = ca ? new_certificate(&m, key, ca, ca_key) : NULL;
    struct seal_files files = { 0 };
    if (own)
        files = (struct seal_files){ key_pem(a, ca_key), certificate_pem(a, ca), key_pem(a, key),
            certificate_pem(a, own) };
    X509_free(own);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    if (!files.ca_key.bytes || !files.ca_certificate.bytes || !files.key.bytes
        || !files.certificate.bytes)
        return seal_no_memory(d);
    *out = files;
    return OK;
}

/* ---- opening ---- */

static X509 *read_certificate(str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.bytes);
    X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return x;
}

static EVP_PKEY *read_key(str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.bytes);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return key;
}

static str certificate_der(struct arena *a, X509 *x)
{
    unsigned char *der = NULL;
    int bytes = i2d_X509(x, &der);
    str out = bytes > 0 ? str_copy(a, (str){ (const char *)der, (size_t)bytes }) : STR_NONE;
    OPENSSL_free(der);
    return out;
}

bool seal_is_ours(const struct seal *s, X509 *x)
{
    unsigned char *tbs = NULL;
    const ASN1_BIT_STRING *signature = NULL;
    int bytes = i2d_re_X509_tbs(x, &tbs);
    X509_get0_signature(&signature, NULL, x);
    EVP_PKEY *key = X509_get0_pubkey(s->authority);
    bool ours = bytes > 0 && signature && key
        && seal_verify_der(key, s->profile, (str){ (const char *)tbs, (size_t)bytes },
            (str){ (const char *)ASN1_STRING_get0_data(signature),
                (size_t)ASN1_STRING_length(signature) });
    OPENSSL_free(tbs);
    return ours;
}

static bool fill_in(struct seal *s, const struct seal_files *f)
{
    unsigned char point[SEAL_POINT_BYTES], id[32];
    size_t bytes = 0;
    s->certificate = read_certificate(f->certificate);
    s->authority = read_certificate(f->ca_certificate);
    s->key = read_key(f->key);
    if (!s->certificate || !s->authority || !s->key)
        return false;
    EVP_PKEY *shown = X509_get0_pubkey(s->certificate);
    if (!shown || EVP_PKEY_eq(shown, s->key) != 1 || !seal_is_ours(s, s->certificate)
        || !seal_is_ours(s, s->authority)
        || !EVP_PKEY_get_octet_string_param(
            s->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &bytes)
        || bytes != sizeof point || !X509_digest(s->certificate, EVP_sha256(), id, NULL))
        return false;
    s->certificate_pem = str_copy(&s->arena, f->certificate);
    s->authority_pem = str_copy(&s->arena, f->ca_certificate);
    s->certificate_der = certificate_der(&s->arena, s->certificate);
    s->authority_der = certificate_der(&s->arena, s->authority);
    s->point = str_copy(&s->arena, (str){ (const char *)point, sizeof point });
    s->kid = str_hex(&s->arena, id, 8);
    return !arena_failed(&s->arena);
}

enum err seal_open(
    enum seal_profile profile, const struct seal_files *files, struct seal **out, struct diag *d)
{
    struct seal *s = mem_alloc(sizeof *s);
    *s = (struct seal){ .profile = profile };
    arena_init(&s->arena, NULL, SEAL_ARENA_BYTES);
    if (!fill_in(s, files)) {
        ERR_clear_error();
        seal_close(s);
        return diag_set(d, ERR_INVALID, "印章的密钥与证书不配套,或不是所设算法的",
            "key and certificates of the seal do not belong together, or are of another profile");
    }
    *out = s;
    return OK;
}

void seal_close(struct seal *s)
{
    if (!s)
        return;
    EVP_PKEY_free(s->key);
    X509_free(s->certificate);
    X509_free(s->authority);
    arena_release(&s->arena);
    mem_free(s);
}

enum seal_profile seal_profile_of(const struct seal *s)
{
    return s->profile;
}

str seal_certificate(const struct seal *s)
{
    return s->certificate_pem;
}

str seal_authority(const struct seal *s)
{
    return s->authority_pem;
}

