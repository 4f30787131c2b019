/*
 * How many verifications of licences one core does in a minute: a telephone's code (two
 * signatures), a code of the zone alone (one), a number (none), a signed PDF; each with the licence
 * looked up as it stands now and the look kept in the same write, many writes a commit as the
 * server does it. Beside it, in the same run, the limit: bare ECDSA P-256 verifications by
 * libcrypto.
 *
 *     build/bench/licences_bench ZONE_DIR FOLDER [SECONDS]
 *
 * FOLDER must not be there; a zone with one licence is made in it. Time is that of the processor,
 * so that a busy machine tells the same.
 */
#include "seal/seal.h"
#include "zone/licence.h"
#include "zone/register.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 256 };

struct bench {
    struct zone *zone;
    struct licence licence;
    str code, pass, pdf;
    const char *what;
    int64_t done;
};

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void stop(const struct diag *d)
{
    fprintf(stderr, "%s %s\n", d->field, d->en);
    exit(1);
}

static enum err prepare(struct op *op, void *ctx)
{
    struct bench *b = ctx;
    struct diag_list faults;
    int64_t id = 0;
    diag_list_init(&faults, op->arena, 8);
    json_t *firm = json_keep(op->arena,
        json_pack("{s:s, s:s, s:s}", "credit_code", "91350100M000100Y43", "name", "示例有限公司",
            "industry", "3670"));
    TRY(record_put(op, STR("enterprise"), &id, firm, STR("bench"), &faults));
    json_t *data = json_keep(op->arena,
        json_pack("{s:s, s:i, s:s}", "address", "示例路1号", "outlets", 1, "scope", "化学需氧量"));
    struct licence_input in = { .type = STR("drainage"), .holder_id = id, .data = data };
    return licence_issue(op, &in, &b->licence);
}

/* What a telephone does: a key of its own, and a signature over pass and second. */
static str sign(struct arena *a, EVP_PKEY *key, str told)
{
    unsigned char der[80], raw[64];
    size_t bytes = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key)
        || !EVP_DigestSign(ctx, der, &bytes, (const unsigned char *)told.data, told.bytes))
        exit(1);
    EVP_MD_CTX_free(ctx);
    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)bytes);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
    ECDSA_SIG_free(sig);
    return seal_base64url(a, (str){ (const char *)raw, sizeof raw });
}

static void make_codes(struct bench *b, struct op *op)
{
    unsigned char point[SEAL_POINT_BYTES];
    size_t bytes = 0;
    int64_t until, now = op->now_ms / 1000;
    char second[16];
    int n = 0;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof point, &bytes);
    str token, device = seal_base64url(op->arena, (str){ (const char *)point, sizeof point });
    if (licence_pass(op, &b->licence, device, &token, &until) != OK
        || licence_pass(op, &b->licence, STR_NONE, &b->pass, &until) != OK
        || licence_pdf(op, &b->licence, false, &b->pdf) != OK)
        stop(op->diag);
    for (int64_t left = now; left; left /= 36)
        second[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[left % 36];
    str told = str_concat(op->arena, token, STR("."));
    while (n)
        told = str_concat(op->arena, told, (str){ &second[--n], 1 });
    b->code =
        str_printf(op->arena, "%.*s.%.*s", STR_ARGS(told), STR_ARGS(sign(op->arena, key, told)));
    EVP_PKEY_free(key);
}

static enum err some(struct op *op, void *ctx)
{
    struct bench *b = ctx;
    struct arena scratch;
    struct op own = *op;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    for (int i = 0; i < BATCH && e == OK; i++) {
        struct licence_evidence evidence;
        struct licence_verdict v;
        arena_reset(&scratch);
        str text = !strcmp(b->what, "code") ? b->code
            : !strcmp(b->what, "pass")      ? b->pass
                                            : b->licence.identifier;
        e = !strcmp(b->what, "pdf") ? licence_examine_pdf(&own, b->pdf, &evidence)
                                    : licence_examine(&own, text, &evidence);
        if (e == OK)
            e = licence_judge(&own, &evidence, &v);
        if (e == OK && (v.finding != LICENCE_FOUND || v.licence.status != LICENCE_VALID))
            e = diag_set(own.diag, ERR_VERIFY, "不有效", "not valid");
        if (e == OK)
            e = licence_looked(&own, v.licence.id, v.how, STR("valid"), STR_NONE);
        b->done += e == OK;
    }
    arena_release(&scratch);
    return e;
}

static double limit(double seconds)
{
    static const char text[] =
        "a text of about the length of a code, which is what is signed and verified here";
    unsigned char sig[80];
    size_t bytes = sizeof sig;
    int64_t n = 0;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key);
    EVP_DigestSign(ctx, sig, &bytes, (const unsigned char *)text, sizeof text);
    EVP_MD_CTX_free(ctx);
    double from = cpu(), spent;
    do {
        ctx = EVP_MD_CTX_new();
        EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key);
        n += EVP_DigestVerify(ctx, sig, bytes, (const unsigned char *)text, sizeof text) == 1;
        EVP_MD_CTX_free(ctx);
        spent = cpu() - from;
    } while (spent < seconds);
    EVP_PKEY_free(key);
    return (double)n / spent * 60;
}

static void measure(
    struct bench *b, struct op *op, const char *what, const char *name, double seconds)
{
    double from = cpu(), spent;
    b->what = what;
    b->done = 0;
    do {
        if (zone_write(op, some, b) != OK)
            stop(op->diag);
        spent = cpu() - from;
    } while (spent < seconds);
    double minute = (double)b->done / spent * 60;
    printf(
        "%-44s %12.0f a minute   %5.1f times the goal of 100,000\n", name, minute, minute / 100000);
}

int main(int argc, char **argv)
{
    static struct arena a;
    struct diag d = { 0 };
    struct diag_list faults;
    struct bench b = { 0 };
    double seconds = argc > 3 ? strtod(argv[3], NULL) : 3;
    if (argc < 3) {
        fprintf(stderr, "licences_bench ZONE_DIR FOLDER [SECONDS]\n");
        return 2;
    }
    arena_init(&a, NULL, 256 * MIB);
    diag_list_init(&faults, &a, 10);
    struct zone_options o = {
        .sys = sys_real(), .data_dir = argv[2], .pack_dir = argv[1], .create = true
    };
    if (zone_open(&o, &b.zone, &faults, &d) != OK)
        stop(faults.count ? faults.items[0] : &d);
    struct op op = { .zone = b.zone,
        .arena = &a,
        .actor = &actor_system,
        .diag = &d,
        .now_ms = sys_now_ms(sys_real()) };
    if (zone_write(&op, prepare, &b) != OK)
        stop(&d);
    make_codes(&b, &op);
    printf("bare ECDSA P-256 verifications               %12.0f a minute\n", limit(seconds));
    measure(&b, &op, "code", "a telephone's code (two signatures)", seconds);
    measure(&b, &op, "pass", "a code of the zone (one signature)", seconds);
    measure(&b, &op, "number", "a number (no signature)", seconds);
    measure(&b, &op, "pdf", "a signed PDF", seconds);
    zone_close(b.zone);
    return 0;
}
