/*
 * The two profiles: which hash, which signature. One table names the algorithms; libcrypto does the
 * work. They are fetched by name, so that a libcrypto built without SM2 or SM3 gives
 * ERR_UNSUPPORTED at run time instead of failing to link.
 *
 * SM2 signatures (GB/T 32918.2) are over e = SM3(Z || M), where Z binds the user id and the public
 * key. In OpenSSL 3.0 the id has to be set on the key's context before the signing context is
 * initialised. The DER form libcrypto gives is turned into the fixed r || s, so that a signature
 * has one length and one spelling in both profiles.
 *
 * libcrypto keeps a queue of errors a thread; it is emptied after each failure, since the queue is
 * state nobody would look at again.
 */
#include "journal/internal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <string.h>

static const struct profile {
    const char *name, *digest, *signature;
} profiles[] = {
    [JOURNAL_INTERNATIONAL] = { "international", "SHA256", "Ed25519" },
    [JOURNAL_NATIONAL] = { "national", "SM3", "SM2" },
};

static const char sm2_user_id[] = "1234567812345678";

enum { SM2_PUBLIC_BYTES = 65, SM2_HALF = 32, ED25519_PUBLIC_BYTES = 32, SM2_DER_MAX = 80 };

const char *journal_profile_name(enum journal_profile p)
{
    return profiles[p].name;
}

bool journal_profile_from(str name, enum journal_profile *out)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        if (str_is(name, profiles[i].name)) {
            *out = (enum journal_profile)i;
            return true;
        }
    }
    return false;
}

static enum err no_memory(struct diag *d)
{
    ERR_clear_error();
    return diag_set(d, ERR_MEMORY, "内存不足,无法计算", "out of memory while computing");
}

static enum err unsupported(struct diag *d, const char *algorithm)
{
    ERR_clear_error();
    return diag_set(d, ERR_UNSUPPORTED, "本机的 libcrypto 不支持算法 %s",
        "this machine's libcrypto does not support the algorithm %s", algorithm);
}

/* --- hashes --- */

static enum err digest(const char *name, const str *parts, size_t count, struct journal_hash *out,
    struct diag *d)
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    if (!md)
        return unsupported(d, name);
    ASSERT(EVP_MD_get_size(md) == JOURNAL_HASH_BYTES);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, md, NULL);
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].bytes == 0 || EVP_DigestUpdate(ctx, parts[i].data, parts[i].bytes);
    struct journal_hash h;
    ok = ok && EVP_DigestFinal_ex(ctx, h.bytes, NULL);
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    if (!ok)
        return no_memory(d);
    *out = h;
    return OK;
}

static str hash_bytes(const struct journal_hash *h)
{
    return (str){ (const char *)h->bytes, sizeof h->bytes };
}

enum err journal_hash(enum journal_profile p, str left, str right, struct journal_hash *out,
    struct diag *d)
{
    return digest(profiles[p].digest, (str[]){ left, right }, 2, out, d);
}

enum err journal_hash_leaf(enum journal_profile p, str data, struct journal_hash *out,
    struct diag *d)
{
    return digest(profiles[p].digest, (str[]){ { "\0", 1 }, data }, 2, out, d);
}

enum err journal_hash_node(enum journal_profile p, const struct journal_hash *left,
    const struct journal_hash *right, struct journal_hash *out, struct diag *d)
{
    str parts[] = { { "\1", 1 }, hash_bytes(left), hash_bytes(right) };
    return digest(profiles[p].digest, parts, 3, out, d);
}

enum err journal_sha256(str data, struct journal_hash *out, struct diag *d)
{
    return digest("SHA256", &data, 1, out, d);
}

bool journal_hash_equal(const struct journal_hash *a, const struct journal_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

str journal_hash_hex(struct arena *a, const struct journal_hash *h)
{
    return str_hex(a, h->bytes, sizeof h->bytes);
}

str journal_hash_base64(struct arena *a, const struct journal_hash *h)
{
    return str_base64(a, h->bytes, sizeof h->bytes);
}

/* --- keys --- */

/* Q = dG with 1 <= d <= n - 2 (GB/T 32918.1 clause 6.1). */
static enum err sm2_public(const unsigned char secret[JOURNAL_SEED_BYTES], unsigned char out[65],
    struct diag *d)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_sm2);
    if (!group)
        return unsupported(d, "SM2");
    BIGNUM *scalar = BN_secure_new();
    BIGNUM *limit = BN_dup(EC_GROUP_get0_order(group));
    EC_POINT *point = EC_POINT_new(group);
    bool ok = scalar && limit && point && BN_bin2bn(secret, JOURNAL_SEED_BYTES, scalar)
        && BN_sub_word(limit, 1);
    bool in_range = ok && !BN_is_zero(scalar) && BN_cmp(scalar, limit) < 0;
    ok = in_range && EC_POINT_mul(group, point, scalar, NULL, NULL, NULL)
        && EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, SM2_PUBLIC_BYTES,
               NULL) == SM2_PUBLIC_BYTES;
    bool had_memory = scalar && limit && point;
    EC_POINT_free(point);
    BN_free(limit);
    BN_clear_free(scalar);
    EC_GROUP_free(group);
    if (ok)
        return OK;
    if (had_memory && !in_range)
        return diag_set(d, ERR_INVALID, "这 32 个字节不能作 SM2 私钥,请重新生成",
            "these 32 bytes cannot be an SM2 private key; draw others");
    return no_memory(d);
}

static EVP_PKEY *ed25519_private(const unsigned char secret[JOURNAL_SEED_BYTES])
{
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, JOURNAL_SEED_BYTES);
}

enum err journal_public_from_secret(enum journal_profile p,
    const unsigned char secret[JOURNAL_SEED_BYTES], unsigned char out[65], size_t *bytes,
    struct diag *d)
{
    if (p == JOURNAL_NATIONAL) {
        TRY(sm2_public(secret, out, d));
        *bytes = SM2_PUBLIC_BYTES;
        return OK;
    }
    EVP_PKEY *key = ed25519_private(secret);
    size_t n = ED25519_PUBLIC_BYTES;
    bool ok = key && EVP_PKEY_get_raw_public_key(key, out, &n) && n == ED25519_PUBLIC_BYTES;
    EVP_PKEY_free(key);
    if (!ok)
        return no_memory(d);
    *bytes = n;
    return OK;
}

/* secret NULL makes a public key. */
static EVP_PKEY *sm2_key(const unsigned char public_key[65],
    const unsigned char secret[JOURNAL_SEED_BYTES])
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = NULL;
    BIGNUM *scalar = secret ? BN_bin2bn(secret, JOURNAL_SEED_BYTES, BN_secure_new()) : NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    bool ok = build && ctx && (scalar || !secret)
        && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0)
        && OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public_key,
            SM2_PUBLIC_BYTES)
        && (!secret || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar));
    if (ok)
        params = OSSL_PARAM_BLD_to_param(build);
    if (params && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &key, secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    BN_clear_free(scalar);
    return key;
}

static EVP_PKEY *public_key(const struct journal_key *k)
{
    if (k->profile == JOURNAL_NATIONAL)
        return k->public_bytes == SM2_PUBLIC_BYTES ? sm2_key(k->public_key, NULL) : NULL;
    return k->public_bytes == ED25519_PUBLIC_BYTES
        ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->public_key, k->public_bytes)
        : NULL;
}

enum err journal_public_check(const struct journal_key *k, struct diag *d)
{
    EVP_PKEY *key = public_key(k);
    if (!key) {
        ERR_clear_error();
        return diag_set(d, ERR_INVALID, "公钥不是有效的 %s 公钥", "this is no valid %s public key",
            profiles[k->profile].signature);
    }
    EVP_PKEY_free(key);
    return OK;
}

/* --- signatures --- */

/* A context that is ready to sign or verify; NULL on failure. *pctx is to be freed after ctx. */
static EVP_MD_CTX *signature_context(EVP_PKEY *key, enum journal_profile p, bool signing,
    EVP_PKEY_CTX **pctx)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    *pctx = NULL;
    bool ok = ctx != NULL;
    const char *md = NULL;
    if (ok && p == JOURNAL_NATIONAL) {
        md = profiles[p].digest;
        *pctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        ok = *pctx && EVP_PKEY_CTX_set1_id(*pctx, sm2_user_id, sizeof sm2_user_id - 1) == 1;
        if (ok)
            EVP_MD_CTX_set_pkey_ctx(ctx, *pctx);
    }
    if (ok)
        ok = (signing ? EVP_DigestSignInit_ex(ctx, NULL, md, NULL, NULL, key, NULL)
                      : EVP_DigestVerifyInit_ex(ctx, NULL, md, NULL, NULL, key, NULL))
            == 1;
    if (ok)
        return ctx;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(*pctx);
    *pctx = NULL;
    return NULL;
}

static bool der_to_halves(const unsigned char *der, size_t bytes, unsigned char out[64])
{
    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)bytes);
    bool ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, SM2_HALF) == SM2_HALF
        && BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + SM2_HALF, SM2_HALF) == SM2_HALF;
    ECDSA_SIG_free(sig);
    return ok;
}

/* Bytes of the DER form, 0 when out of memory. */
static size_t halves_to_der(const unsigned char halves[64], unsigned char out[SM2_DER_MAX])
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(halves, SM2_HALF, NULL);
    BIGNUM *s = BN_bin2bn(halves + SM2_HALF, SM2_HALF, NULL);
    int bytes = 0;
    if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
        r = s = NULL; /* the signature owns them */
        if (i2d_ECDSA_SIG(sig, NULL) <= SM2_DER_MAX) {
            unsigned char *at = out;
            bytes = i2d_ECDSA_SIG(sig, &at);
        }
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return bytes > 0 ? (size_t)bytes : 0;
}

static const unsigned char *message_bytes(str message)
{
    return (const unsigned char *)(message.data ? message.data : "");
}

enum err journal_sign(const struct journal_signer *s, str message,
    unsigned char signature[JOURNAL_SIGNATURE_BYTES], struct diag *d)
{
    enum journal_profile p = s->key.profile;
    unsigned char made[SM2_DER_MAX];
    size_t bytes = sizeof made;
    EVP_PKEY_CTX *pctx = NULL;
    EVP_PKEY *key = p == JOURNAL_NATIONAL ? sm2_key(s->key.public_key, s->secret)
                                          : ed25519_private(s->secret);
    EVP_MD_CTX *ctx = key ? signature_context(key, p, true, &pctx) : NULL;
    bool ok = ctx && EVP_DigestSign(ctx, made, &bytes, message_bytes(message), message.bytes) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(pctx);
    EVP_PKEY_free(key);
    if (!ok) {
        ERR_clear_error();
        return diag_set(d, ERR_INTERNAL, "用 %s 签名失败", "signing with %s failed",
            profiles[p].signature);
    }
    if (p == JOURNAL_NATIONAL)
        return der_to_halves(made, bytes, signature) ? OK : no_memory(d);
    ASSERT(bytes == JOURNAL_SIGNATURE_BYTES);
    memcpy(signature, made, bytes);
    return OK;
}

enum err journal_signature_verify(const struct journal_key *k, str message, str signature,
    struct diag *d)
{
    if (signature.bytes != JOURNAL_SIGNATURE_BYTES)
        return diag_set(d, ERR_VERIFY, "签名应为 %d 字节,实为 %zu 字节",
            "a signature has %d bytes, this one has %zu", JOURNAL_SIGNATURE_BYTES, signature.bytes);
    unsigned char form[SM2_DER_MAX];
    size_t bytes = signature.bytes;
    memcpy(form, signature.data, bytes);
    if (k->profile == JOURNAL_NATIONAL)
        bytes = halves_to_der((const unsigned char *)signature.data, form);
    if (bytes == 0)
        return no_memory(d);
    EVP_PKEY_CTX *pctx = NULL;
    EVP_PKEY *key = public_key(k);
    EVP_MD_CTX *ctx = key ? signature_context(key, k->profile, false, &pctx) : NULL;
    bool ready = ctx != NULL;
    bool ok = ready
        && EVP_DigestVerify(ctx, form, bytes, message_bytes(message), message.bytes) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(pctx);
    EVP_PKEY_free(key);
    if (ok)
        return OK;
    if (!ready)
        return unsupported(d, profiles[k->profile].signature);
    ERR_clear_error();
    return diag_set(d, ERR_VERIFY, "签名与密钥 %s 不符", "the signature is not that of the key %s",
        k->name);
}
