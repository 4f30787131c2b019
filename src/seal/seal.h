/*
 * The zone's electronic seal: a certificate authority of its own and one signing certificate under
 * it, what they sign, and how that is verified. Bytes in, bytes out: no database, no network; time
 * is handed in.
 *
 *     profile        key and signature          who can verify
 *     international  ECDSA P-256, SHA-256       ordinary readers of PDF, openssl, JOSE libraries
 *     national       SM2, SM3 (GB/T 32918)      this program, and software with the SM algorithms;
 *                                               ordinary readers of PDF and JOSE libraries do not
 *
 *     PDF     PAdES baseline B (ETSI EN 319 142-1): an incremental update with a signature field;
 *             CMS (RFC 5652) detached, signed attributes content type, message digest and
 *             signing-certificate-v2 (RFC 5035); the signature certifies the document (DocMDP 1):
 *             no change is allowed
 *     JWS     compact (RFC 7515), ES256; national: the private name "SM2-SM3", which no standard
 * has token   JM1.<payload>.<signature>, base64url: short enough for a QR code
 *
 * A seal is immutable; any number of threads may use it.
 */
#ifndef JUNMA_SEAL_SEAL_H
#define JUNMA_SEAL_SEAL_H

#include "base/json.h"
#include "base/sys.h"

enum seal_profile { SEAL_INTERNATIONAL, SEAL_NATIONAL };
enum { SEAL_SIGNATURE_BYTES = 64, SEAL_POINT_BYTES = 65, SEAL_TOKEN_BYTES_MAX = 4096 };

struct seal;

/* The four files of a seal, PEM. ca_key is needed only to make another signing certificate and may
 * be kept elsewhere. */
struct seal_files {
    str ca_key, ca_certificate, key, certificate;
};
/* A new authority and signing certificate, for ten years; name: of the zone. */
MUST_USE enum err seal_make(struct arena *a, const struct sys *sys, enum seal_profile profile,
    str name, int64_t now_ms, struct seal_files *out, struct diag *d);
/* ERR_INVALID when key and certificates do not belong together. ca_key is not looked at. */
MUST_USE enum err seal_open(
    enum seal_profile profile, const struct seal_files *files, struct seal **out, struct diag *d);
void seal_close(struct seal *s); /* NULL is allowed */

enum seal_profile seal_profile_of(const struct seal *s);
str seal_certificate(const struct seal *s); /* PEM */
str seal_authority(const struct seal *s);   /* PEM: what a reader is given to trust */
/* The public key as JWK (RFC 7517) with alg, use and kid. A new reference. */
json_t *seal_jwk(struct arena *a, const struct seal *s);

/* r || s. */
MUST_USE enum err seal_sign(
    const struct seal *s, str data, unsigned char out[SEAL_SIGNATURE_BYTES], struct diag *d);
bool seal_verify(const struct seal *s, str data, str signature);
/* By somebody's own P-256 key (an uncompressed point), ECDSA with SHA-256: what a telephone signs.
 */
bool seal_verify_with(str point, str data, str signature);

/* ---- PDF ---- */

struct seal_pdf_signing {
    str identifier; /* printable ASCII: what is read back */
    str name, reason;
    int64_t at_ms;
    double x_mm, y_mm, side_mm; /* where the seal is drawn on the first page, from its upper left */
};
/* pdf: as print/ makes it (one plain table of objects, no signature yet). */
MUST_USE enum err seal_pdf_sign(struct arena *a, const struct seal *s, str pdf,
    const struct seal_pdf_signing *how, str *out, struct diag *d);

enum seal_verdict {
    SEAL_GOOD,
    SEAL_NO_PDF,   /* no PDF at all */
    SEAL_UNSIGNED, /* no signature in it */
    SEAL_FOREIGN,  /* signed, not by this zone */
    SEAL_ALTERED,  /* changed, or something was added, after it was signed */
};
struct name2_text {
    const char *zh, *en;
};
struct name2_text seal_verdict_text(enum seal_verdict v);
/* identifier: set when good; the arena's. Never fails for what is in the PDF. */
MUST_USE enum err seal_pdf_verify(struct arena *a, const struct seal *s, str pdf,
    enum seal_verdict *verdict, str *identifier, struct diag *d);

/* ---- JOSE and tokens ---- */

str seal_base64url(struct arena *a, str bytes);
bool seal_from_base64url(struct arena *a, str text, str *out);
/* typ: "vc+jwt". */
MUST_USE enum err seal_jws(struct arena *a, const struct seal *s, const char *typ,
    const json_t *payload, str *out, struct diag *d);
/* ERR_VERIFY unless this zone has signed it. */
MUST_USE enum err seal_jws_verify(
    struct arena *a, const struct seal *s, str jws, json_t **payload, struct diag *d);
MUST_USE enum err seal_token(
    struct arena *a, const struct seal *s, const json_t *payload, str *out, struct diag *d);
/* rest: what stands behind the signature, without the dot before it; may be empty. signed_part: the
 * token up to there. */
MUST_USE enum err seal_token_verify(struct arena *a, const struct seal *s, str token,
    json_t **payload, str *signed_part, str *rest, struct diag *d);

#endif
