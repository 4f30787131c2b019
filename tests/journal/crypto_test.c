/*
 * Profiles and keys against published vectors: FIPS 180 and GB/T 32905 (hash of "abc"), RFC 8032
 * clause 7.1 (Ed25519), GB/T 32918.5 annex A (SM2 on its curve, "message digest"), and the
 * PeterNeumann key of the Go project's note package (key texts and ids).
 */
#include "base/support.h"
#include "journal/journal.h"

static const char peter_public[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_private[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, NULL, MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void from_hex(const char *hex, unsigned char *out, size_t bytes)
{
    assert_true(str_from_hex(str_from(hex), out, bytes));
}

static void hash_vectors(void **state)
{
    (void)state;
    struct journal_hash h;
    struct diag d = { 0 };
    assert_ok(journal_hash(JOURNAL_INTERNATIONAL, STR("a"), STR("bc"), &h, &d), &d);
    assert_text(journal_hash_hex(&arena, &h),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ok(journal_hash(JOURNAL_NATIONAL, STR("abc"), STR_NONE, &h, &d), &d);
    assert_text(journal_hash_hex(&arena, &h),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_ok(journal_hash(JOURNAL_INTERNATIONAL, STR_NONE, STR_NONE, &h, &d), &d);
    assert_text(journal_hash_hex(&arena, &h),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void profile_names(void **state)
{
    (void)state;
    enum journal_profile p = JOURNAL_INTERNATIONAL;
    assert_true(journal_profile_from(STR("national"), &p));
    assert_int_equal(p, JOURNAL_NATIONAL);
    assert_string_equal(journal_profile_name(JOURNAL_INTERNATIONAL), "international");
    assert_false(journal_profile_from(STR("nationalist"), &p));
    assert_int_equal(p, JOURNAL_NATIONAL);
}

struct signature_vector {
    const char *secret, *public_key, *signature;
    str message;
};

static void ed25519_vectors(void **state)
{
    (void)state;
    static const struct signature_vector vectors[] = {
        { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
            "701cf9b46bd25bf5f0595bbe24655141438e7a100b", { "", 0 } },
        { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f36"
            "13d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", { "\x72", 1 } },
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        unsigned char seed[32], made[64];
        struct journal_signer s;
        struct diag d = { 0 };
        from_hex(vectors[i].secret, seed, sizeof seed);
        assert_ok(journal_signer_make(JOURNAL_INTERNATIONAL, STR("n"), seed, &s, &d), &d);
        assert_text(str_hex(&arena, s.key.public_key, s.key.public_bytes), vectors[i].public_key);
        assert_ok(journal_sign(&s, vectors[i].message, made, &d), &d);
        assert_text(str_hex(&arena, made, sizeof made), vectors[i].signature);
    }
}

static void sm2_vector(void **state)
{
    (void)state;
    unsigned char seed[32], sig[64];
    struct journal_signer s;
    struct diag d = { 0 };
    from_hex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8", seed, 32);
    assert_ok(journal_signer_make(JOURNAL_NATIONAL, STR("n"), seed, &s, &d), &d);
    assert_text(str_hex(&arena, s.key.public_key, s.key.public_bytes),
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
    from_hex("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
             "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa", sig, 64);
    str text = { (const char *)sig, sizeof sig };
    assert_ok(journal_signature_verify(&s.key, STR("message digest"), text, &d), &d);
    assert_int_equal(journal_signature_verify(&s.key, STR("message Digest"), text, &d),
        ERR_VERIFY);
}

/* Every bit of a signature, and of a short message, counts. */
static void signatures_break(void **state)
{
    (void)state;
    for (int p = JOURNAL_INTERNATIONAL; p <= JOURNAL_NATIONAL; p++) {
        unsigned char seed[32], sig[64];
        char message[] = "junma";
        struct journal_signer s;
        struct diag d = { 0 };
        memset(seed, 3, sizeof seed);
        assert_ok(journal_signer_make((enum journal_profile)p, STR("n"), seed, &s, &d), &d);
        str m = { message, 5 }, t = { (const char *)sig, sizeof sig };
        assert_ok(journal_sign(&s, m, sig, &d), &d);
        assert_ok(journal_signature_verify(&s.key, m, t, &d), &d);
        for (int bit = 0; bit < 64 * 8; bit++) {
            sig[bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_int_equal(journal_signature_verify(&s.key, m, t, NULL), ERR_VERIFY);
            sig[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        for (int bit = 0; bit < 5 * 8; bit++) {
            message[bit / 8] ^= (char)(1 << bit % 8);
            assert_int_equal(journal_signature_verify(&s.key, m, t, NULL), ERR_VERIFY);
            message[bit / 8] ^= (char)(1 << bit % 8);
        }
        t.bytes = 63;
        assert_int_equal(journal_signature_verify(&s.key, m, t, &d), ERR_VERIFY);
    }
}

static void sm2_secret_range(void **state)
{
    (void)state;
    struct journal_signer s;
    struct diag d = { 0 };
    unsigned char seed[32] = { 0 };
    assert_int_equal(journal_signer_make(JOURNAL_NATIONAL, STR("n"), seed, &s, &d), ERR_INVALID);
    memset(seed, 0xff, sizeof seed);
    assert_int_equal(journal_signer_make(JOURNAL_NATIONAL, STR("n"), seed, &s, &d), ERR_INVALID);
    /* n - 1 is one too many, n - 2 the last */
    from_hex("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122", seed, 32);
    assert_int_equal(journal_signer_make(JOURNAL_NATIONAL, STR("n"), seed, &s, &d), ERR_INVALID);
    seed[31]--;
    assert_ok(journal_signer_make(JOURNAL_NATIONAL, STR("n"), seed, &s, &d), &d);
}

static void published_key_texts(void **state)
{
    (void)state;
    struct journal_key k;
    struct journal_signer s;
    struct diag d = { 0 };
    assert_ok(journal_key_parse(str_from(peter_public), &k, &d), &d);
    assert_int_equal(k.id, 0xc74f20a3);
    assert_int_equal(k.profile, JOURNAL_INTERNATIONAL);
    assert_text(journal_key_text(&arena, &k), peter_public);
    assert_ok(journal_signer_parse(str_from(peter_private), &s, &d), &d);
    assert_text(journal_signer_text(&arena, &s), peter_private);
    assert_text(journal_key_text(&arena, &s.key), peter_public);
    journal_signer_wipe(&s);
    for (size_t i = 0; i < sizeof s.secret; i++)
        assert_int_equal(s.secret[i], 0);
}

/* No part of a key's text is a key, and none with one character changed. */
static void mangled_keys(void **state)
{
    (void)state;
    struct journal_key k;
    struct journal_signer s;
    str whole = str_from(peter_public), secret = str_from(peter_private);
    for (size_t i = 0; i <= whole.bytes; i++) {
        for (size_t j = i; j <= whole.bytes; j++) {
            if (i != 0 || j != whole.bytes)
                assert_int_not_equal(journal_key_parse(str_slice(whole, i, j), &k, NULL), OK);
        }
    }
    for (size_t i = 0; i < whole.bytes; i++) {
        str changed = str_copy(&arena, whole);
        ((char *)changed.data)[i]++;
        assert_int_not_equal(journal_key_parse(changed, &k, NULL), OK);
    }
    for (size_t i = 0; i < secret.bytes; i++) {
        str changed = str_copy(&arena, secret);
        ((char *)changed.data)[i]++;
        assert_int_not_equal(journal_signer_parse(changed, &s, NULL), OK);
        assert_int_not_equal(journal_signer_parse(str_slice(secret, 0, i), &s, NULL), OK);
    }
    /* longer key and unknown type, ids recomputed to fit (from the same published tests) */
    assert_int_not_equal(journal_key_parse(
        STR("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="), &k,
        NULL), OK);
    assert_int_not_equal(journal_key_parse(
        STR("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &k, NULL), OK);
}

static void key_names(void **state)
{
    (void)state;
    unsigned char seed[32];
    struct journal_signer s, again;
    struct journal_key k;
    char longest[JOURNAL_NAME_BYTES + 1];
    static const char *const bad[] = { "", "a b", "a+b", "a\tb", "a\xc2\xa0" "b",
        "a\xe3\x80\x80" "b", "a\xff", "a\nb" };
    memset(seed, 9, sizeof seed);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(journal_signer_make(JOURNAL_NATIONAL, str_from(bad[i]), seed, &s, NULL),
            ERR_INVALID);
    memset(longest, 'x', sizeof longest);
    str name = { longest, JOURNAL_NAME_BYTES };
    assert_int_equal(journal_signer_make(JOURNAL_NATIONAL, name, seed, &s, NULL), ERR_INVALID);
    name.bytes--;
    assert_int_equal(journal_signer_make(JOURNAL_NATIONAL, name, seed, &s, NULL), OK);
    for (int p = JOURNAL_INTERNATIONAL; p <= JOURNAL_NATIONAL; p++) {
        struct diag d = { 0 };
        assert_ok(journal_signer_make((enum journal_profile)p, STR("开发区.例/日志"), seed, &s, &d),
            &d);
        assert_ok(journal_key_parse(journal_key_text(&arena, &s.key), &k, &d), &d);
        assert_memory_equal(&k, &s.key, sizeof k);
        assert_ok(journal_signer_parse(journal_signer_text(&arena, &s), &again, &d), &d);
        assert_memory_equal(&again, &s, sizeof s);
    }
}

/* A national key whose point is not on the curve is no key, whatever its id says. */
static void point_off_the_curve(void **state)
{
    (void)state;
    unsigned char seed[32];
    struct journal_signer s;
    struct journal_key k;
    struct diag d = { 0 };
    memset(seed, 9, sizeof seed);
    assert_ok(journal_signer_make(JOURNAL_NATIONAL, STR("n"), seed, &s, &d), &d);
    s.key.public_key[64] ^= 1;
    char data[256];
    size_t n = 0;
    struct journal_hash h;
    memcpy(data, "n\n\xff" "junma/sm2-sm3/v1", 19);
    memcpy(data + 19, s.key.public_key, 65);
    n = 19 + 65;
    assert_ok(journal_hash(JOURNAL_INTERNATIONAL, (str){ data, n }, STR_NONE, &h, &d), &d);
    s.key.id = (uint32_t)h.bytes[0] << 24 | (uint32_t)h.bytes[1] << 16 | (uint32_t)h.bytes[2] << 8
        | h.bytes[3];
    assert_int_equal(journal_key_parse(journal_key_text(&arena, &s.key), &k, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "valid SM2 public key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_vectors),
        cmocka_unit_test(profile_names),
        cmocka_unit_test(ed25519_vectors),
        cmocka_unit_test(sm2_vector),
        cmocka_unit_test(signatures_break),
        cmocka_unit_test(sm2_secret_range),
        cmocka_unit_test(published_key_texts),
        cmocka_unit_test(mangled_keys),
        cmocka_unit_test(key_names),
        cmocka_unit_test(point_off_the_curve),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
