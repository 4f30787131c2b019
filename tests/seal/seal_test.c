/*
 * The zone's seal, both profiles: keys that belong together, signatures in PDF and text, and
 * everything altered refused. With a folder as its argument it leaves signed PDFs and certificates
 * there, for other programs to verify (tests/seal/independent.py).
 */
#include "base/support.h"
#include "print/print.h"
#include "seal/seal.h"

#include <stdio.h>

static const char *folder;
static const int64_t now = INT64_C(1795600000000); /* 2026-11-25 */

static int open_arena(void **state)
{
    static struct arena a;
    arena_init(&a, NULL, 256 * MIB);
    *state = &a;
    return 0;
}

static int close_arena(void **state)
{
    arena_release(*state);
    return 0;
}

static struct seal *make(struct arena *a, enum seal_profile profile, struct seal_files *files)
{
    struct diag d = { 0 };
    struct seal *s = NULL;
    assert_ok(seal_make(a, sys_real(), profile, STR("示例开发区"), now, files, &d), &d);
    assert_ok(seal_open(profile, files, &s, &d), &d);
    return s;
}

static str document(struct arena *a)
{
    struct diag d = { 0 };
    struct print *p;
    str pdf;
    assert_ok(
        print_create(a, &(struct print_setup){ .title = STR("示例证照"), .made_ms = now }, &p, &d),
        &d);
    print_heading(p, 1, STR("食品经营许可证"));
    print_seal(p, (struct print_place){ 150, 200 }, 42, STR("示例开发区市场监督管理局"),
        STR("电子证照专用章"));
    assert_ok(print_finish(p, &pdf, &d), &d);
    return pdf;
}

static str signed_document(struct arena *a, const struct seal *s)
{
    struct diag d = { 0 };
    str out;
    struct seal_pdf_signing how = { .identifier = STR("1.2.156.3005.2.X.Y.1.001.Z"),
        .name = STR("示例开发区"),
        .reason = STR("签发电子证照"),
        .at_ms = now,
        .x_mm = 129,
        .y_mm = 179,
        .side_mm = 42 };
    assert_ok(seal_pdf_sign(a, s, document(a), &how, &out, &d), &d);
    return out;
}

static enum seal_verdict verdict(struct arena *a, const struct seal *s, str pdf, str *identifier)
{
    struct diag d = { 0 };
    enum seal_verdict v;
    assert_ok(seal_pdf_verify(a, s, pdf, &v, identifier, &d), &d);
    return v;
}

static void leave(struct arena *a, const char *name, str data)
{
    struct diag d = { 0 };
    if (folder)
        assert_ok(
            sys_real()->file_write(NULL, str_printf(a, "%s/%s", folder, name).data, data, &d), &d);
}

static void pdf_of(struct arena *a, enum seal_profile profile, const char *name)
{
    struct seal_files files, other_files;
    struct seal *s = make(a, profile, &files), *other = make(a, profile, &other_files);
    str identifier, pdf = signed_document(a, s);
    leave(a, str_printf(a, "%s.pdf", name).data, pdf);
    leave(a, str_printf(a, "%s-ca.pem", name).data, files.ca_certificate);
    leave(a, str_printf(a, "%s.pem", name).data, files.certificate);
    assert_int_equal(verdict(a, s, pdf, &identifier), SEAL_GOOD);
    assert_text(identifier, "1.2.156.3005.2.X.Y.1.001.Z");
    assert_int_equal(verdict(a, other, pdf, &identifier), SEAL_FOREIGN);
    assert_null(identifier.data);
    /* Any byte, anywhere: in the document, in the dictionary, in the digits, in the table. */
    uint64_t random = 7;
    for (int i = 0; i < 300; i++) {
        char *copy = arena_alloc(a, pdf.bytes);
        memcpy(copy, pdf.data, pdf.bytes);
        size_t at = i < 40 ? (size_t)i * (pdf.bytes / 40)
                           : (size_t)random_between(&random, 0, (int64_t)pdf.bytes - 1);
        copy[at] = (char)(copy[at] ^ 1);
        enum seal_verdict v = verdict(a, s, (str){ copy, pdf.bytes }, &identifier);
        /* In the unused rest of the digits a '0' becomes '1': refused too. */
        if (v == SEAL_GOOD)
            print_error("byte %zu of %zu may be changed\n", at, pdf.bytes);
        assert_int_not_equal(v, SEAL_GOOD);
    }
    assert_int_equal(verdict(a, s, str_concat(a, pdf, STR("\n")), &identifier), SEAL_ALTERED);
    assert_int_equal(verdict(a, s, str_slice(pdf, 0, pdf.bytes - 1), &identifier), SEAL_ALTERED);
    assert_int_equal(verdict(a, s, document(a), &identifier), SEAL_UNSIGNED);
    assert_int_equal(verdict(a, s, STR("MZ a program"), &identifier), SEAL_NO_PDF);
    assert_int_equal(verdict(a, s, STR("%PDF-1.4 /ByteRange [0 1 2"), &identifier), SEAL_ALTERED);
    seal_close(s);
    seal_close(other);
}

static void a_pdf_holds_until_it_is_altered(void **state)
{
    pdf_of(*state, SEAL_INTERNATIONAL, "international");
}

static void a_pdf_of_the_national_profile(void **state)
{
    pdf_of(*state, SEAL_NATIONAL, "national");
}

static void signing_twice_is_refused(void **state)
{
    struct arena *a = *state;
    struct diag d = { 0 };
    struct seal_files files;
    struct seal *s = make(a, SEAL_INTERNATIONAL, &files);
    str out, pdf = signed_document(a, s);
    struct seal_pdf_signing how = { .identifier = STR("x"), .at_ms = now };
    assert_int_equal(seal_pdf_sign(a, s, pdf, &how, &out, &d), ERR_UNSUPPORTED);
    how.identifier = STR("a) /Evil (");
    assert_int_equal(seal_pdf_sign(a, s, document(a), &how, &out, &d), ERR_UNSUPPORTED);
    seal_close(s);
}

static void files_that_do_not_belong_together(void **state)
{
    struct arena *a = *state;
    struct diag d = { 0 };
    struct seal_files one, two, mixed;
    struct seal *s = make(a, SEAL_INTERNATIONAL, &one), *t = make(a, SEAL_INTERNATIONAL, &two),
                *none = NULL;
    mixed = one;
    mixed.key = two.key;
    assert_int_equal(seal_open(SEAL_INTERNATIONAL, &mixed, &none, &d), ERR_INVALID);
    mixed = one;
    mixed.ca_certificate = two.ca_certificate;
    assert_int_equal(seal_open(SEAL_INTERNATIONAL, &mixed, &none, &d), ERR_INVALID);
    mixed = one;
    mixed.certificate = STR("rubbish");
    assert_int_equal(seal_open(SEAL_INTERNATIONAL, &mixed, &none, &d), ERR_INVALID);
    assert_null(none);
    seal_close(s);
    seal_close(t);
}

static void texts_of(struct arena *a, enum seal_profile profile)
{
    struct diag d = { 0 };
    struct seal_files files, others;
    struct seal *s = make(a, profile, &files), *other = make(a, profile, &others);
    json_t *payload = json_keep(a, json_pack("{s:s, s:i}", "sub", "示例", "iat", 12)), *back;
    str jws, token, part, rest;
    assert_ok(seal_jws(a, s, "vc+jwt", payload, &jws, &d), &d);
    assert_ok(seal_jws_verify(a, s, jws, &back, &d), &d);
    assert_true(json_equal(payload, back));
    assert_int_equal(seal_jws_verify(a, other, jws, &back, &d), ERR_VERIFY);
    assert_ok(seal_token(a, s, payload, &token, &d), &d);
    assert_ok(seal_token_verify(a, s, token, &back, &part, &rest, &d), &d);
    assert_true(json_equal(payload, back) && str_equal(part, token) && !rest.bytes);
    str longer = str_concat(a, token, STR(".kx.abc"));
    assert_ok(seal_token_verify(a, s, longer, &back, &part, &rest, &d), &d);
    assert_text(rest, "kx.abc");
    for (size_t i = 0; i < token.bytes; i++) {
        char *copy = arena_alloc(a, token.bytes);
        memcpy(copy, token.data, token.bytes);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        assert_int_equal(
            seal_token_verify(a, s, (str){ copy, token.bytes }, &back, &part, &rest, &d),
            ERR_VERIFY);
    }
    seal_close(s);
    seal_close(other);
}

static void texts_and_tokens(void **state)
{
    texts_of(*state, SEAL_INTERNATIONAL);
    texts_of(*state, SEAL_NATIONAL);
}

static void letters_for_addresses(void **state)
{
    struct arena *a = *state;
    str out;
    assert_text(seal_base64url(a, STR("\xfb\xff\xfe")), "-__-");
    assert_text(seal_base64url(a, STR("ab")), "YWI");
    assert_true(seal_from_base64url(a, STR("YWI"), &out) && str_is(out, "ab"));
    assert_false(seal_from_base64url(a, STR("YWJ"), &out)); /* bits that say nothing */
    assert_false(seal_from_base64url(a, STR("YWI="), &out));
    assert_false(seal_from_base64url(a, STR("Y"), &out));
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
        T(a_pdf_holds_until_it_is_altered),
        T(a_pdf_of_the_national_profile),
        T(signing_twice_is_refused),
        T(files_that_do_not_belong_together),
        T(texts_and_tokens),
        T(letters_for_addresses),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
