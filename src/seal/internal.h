/* What the files of this room share. */
#ifndef JUNMA_SEAL_INTERNAL_H
#define JUNMA_SEAL_INTERNAL_H

#include "seal/seal.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

struct seal {
    enum seal_profile profile;
    struct arena arena;
    EVP_PKEY *key;
    X509 *certificate, *authority;
    str certificate_pem, authority_pem;
    str certificate_der, authority_der;
    str point; /* of the public key, uncompressed */
    str kid;
};

/* What the two profiles differ in. Object identifiers are DER, with tag and length. */
struct seal_algorithms {
    const char *digest, *curve, *jws;
    str digest_oid, signature_oid;
};
extern const struct seal_algorithms seal_algorithms[];

enum { SEAL_DIGEST_BYTES = 32, SEAL_DER_SIGNATURE_MAX = 80 };

MUST_USE enum err seal_digest(enum seal_profile profile, const str *parts, size_t count,
    unsigned char out[SEAL_DIGEST_BYTES], struct diag *d);
/* DER signatures, as certificates and CMS have them. */
MUST_USE enum err seal_sign_der(
    struct arena *a, EVP_PKEY *key, enum seal_profile profile, str data, str *out, struct diag *d);
bool seal_verify_der(EVP_PKEY *key, enum seal_profile profile, str data, str signature);
/* Was the certificate signed by the seal's authority? */
bool seal_is_ours(const struct seal *s, X509 *certificate);
MUST_USE enum err seal_no_memory(struct diag *d);

/* A detached CMS signature over what hashes to digest (cms.c). */
MUST_USE enum err seal_cms(struct arena *a, const struct seal *s,
    const unsigned char digest[SEAL_DIGEST_BYTES], str *out, struct diag *d);
enum seal_verdict seal_cms_verify(
    struct arena *a, const struct seal *s, str cms, const unsigned char digest[SEAL_DIGEST_BYTES]);

#endif
