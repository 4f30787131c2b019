/* Pictures from outside: what is read of them, what is left out, what is refused; cut off at every byte. */
#include "zone/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* Start, JFIF, EXIF, comment, frame of 5 × 7, scan with a stuffed and a restart marker, end, a tail. */
static const char jpeg[] = "\xff\xd8" "\xff\xe0\x00\x04JF" "\xff\xe1\x00\x06" "GPS!" "\xff\xfe\x00\x05" "hi!"
    "\xff\xee\x00\x04" "Ad" "\xff\xc0\x00\x09\x08\x00\x07\x00\x05\x01\x00" "\xff\xda\x00\x04\x01\x02"
    "ab\xff\x00" "c\xff\xd0" "d\xff\xff" "\xff\xd9" "tail";
static const char jpeg_clean[] = "\xff\xd8" "\xff\xe0\x00\x04JF" "\xff\xee\x00\x04" "Ad"
    "\xff\xc0\x00\x09\x08\x00\x07\x00\x05\x01\x00" "\xff\xda\x00\x04\x01\x02" "ab\xff\x00" "c\xff\xd0" "d\xff"
    "\xff" "\xff\xd9";
static const char png[] = "\x89PNG\r\n\x1a\n" "\0\0\0\x0dIHDR\0\0\0\x05\0\0\0\x07\x08\x02\0\0\0crc1"
    "\0\0\0\x03tEXthi!crc2" "\0\0\0\x02IDATabcrc3" "\0\0\0\0IENDcrc4" "tail";
static const char png_clean[] = "\x89PNG\r\n\x1a\n" "\0\0\0\x0dIHDR\0\0\0\x05\0\0\0\x07\x08\x02\0\0\0crc1"
    "\0\0\0\x02IDATabcrc3" "\0\0\0\0IENDcrc4";

static enum err read_bytes(struct arena *a, const char *bytes, size_t count, struct picture *out)
{
    struct diag d = { 0 };
    return picture_read(a, (str){ bytes, count }, out, &d);
}

static void what_is_drawn_stays(void **state)
{
    (void)state;
    struct arena a;
    struct picture p;
    arena_init(&a, NULL, 1 << 20);
    assert_int_equal(read_bytes(&a, jpeg, sizeof jpeg - 1, &p), OK);
    assert_string_equal(p.type, "image/jpeg");
    assert_int_equal(p.width, 5);
    assert_int_equal(p.height, 7);
    assert_int_equal(p.clean.bytes, sizeof jpeg_clean - 1);
    assert_memory_equal(p.clean.data, jpeg_clean, sizeof jpeg_clean - 1);
    assert_int_equal(read_bytes(&a, png, sizeof png - 1, &p), OK);
    assert_string_equal(p.ending, "png");
    assert_int_equal(p.width, 5);
    assert_int_equal(p.clean.bytes, sizeof png_clean - 1);
    assert_memory_equal(p.clean.data, png_clean, sizeof png_clean - 1);
    arena_release(&a);
}

/* EXIF of a camera held on its side (6), with a second entry, its name: little end first. */
static const char turned[] = "\xff\xd8" "\xff\xe1\x00\x38" "Exif\0\0" "II\x2a\0\x08\0\0\0" "\x02\0"
    "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" "\x0f\x01\x02\0\x06\0\0\0\x26\0\0\0" "\0\0\0\0"
    "Maker\0" "\0\0\0\0" "\xff\xc0\x00\x09\x08\x00\x07\x00\x05\x01\x00" "\xff\xda\x00\x04\x01\x02"
    "ab" "\xff\xd9";

static void a_picture_stays_upright(void **state)
{
    (void)state;
    struct arena a;
    struct picture p, twice;
    arena_init(&a, NULL, 1 << 20);
    assert_int_equal(read_bytes(&a, turned, sizeof turned - 1, &p), OK);
    assert_int_equal(str_find(p.clean, STR("Maker"), 0), -1);
    assert_true(str_find(p.clean, STR("\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06"), 0) > 0);
    assert_int_equal(read_bytes(&a, p.clean.data, p.clean.bytes, &twice), OK);
    assert_true(str_equal(p.clean, twice.clean));
    arena_release(&a);
}

static void cleaned_twice_is_the_same(void **state)
{
    (void)state;
    struct arena a;
    struct picture once, twice;
    arena_init(&a, NULL, 1 << 20);
    assert_int_equal(read_bytes(&a, jpeg, sizeof jpeg - 1, &once), OK);
    assert_int_equal(read_bytes(&a, once.clean.data, once.clean.bytes, &twice), OK);
    assert_true(str_equal(once.clean, twice.clean));
    arena_release(&a);
}

/* Each beginning is refused; none is read past its end (under a sanitizer each stands in its own memory). */
static void whatever_is_cut_off_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t whole;
    } files[] = { { jpeg, sizeof jpeg - 5 }, { png, sizeof png - 5 } };
    for (size_t f = 0; f < 2; f++) {
        for (size_t count = 0; count < files[f].whole; count++) {
            struct arena a;
            struct picture p;
            arena_init(&a, NULL, 1 << 20);
            str copy = str_copy(&a, (str){ files[f].bytes, count });
            assert_int_equal(read_bytes(&a, copy.data, count, &p), ERR_MEDIA_TYPE);
            arena_release(&a);
        }
    }
}

static void what_is_too_large_or_empty_is_refused(void **state)
{
    (void)state;
    struct arena a;
    struct picture p;
    char file[sizeof png];
    arena_init(&a, NULL, 1 << 20);
    memcpy(file, png, sizeof png);
    memcpy(file + 16, "\0\0\x75\x30\0\0\x75\x30", 8); /* 30,000 × 30,000 */
    assert_int_equal(read_bytes(&a, file, sizeof png - 1, &p), ERR_LIMIT);
    memcpy(file + 16, "\0\0\0\0\0\0\0\x05", 8);
    assert_int_equal(read_bytes(&a, file, sizeof png - 1, &p), ERR_MEDIA_TYPE);
    memcpy(file, png, sizeof png);
    memcpy(file + 8, "\xff\xff\xff\xff", 4); /* a chunk longer than all there is */
    assert_int_equal(read_bytes(&a, file, sizeof png - 1, &p), ERR_MEDIA_TYPE);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_drawn_stays),
        cmocka_unit_test(a_picture_stays_upright), cmocka_unit_test(cleaned_twice_is_the_same),
        cmocka_unit_test(whatever_is_cut_off_is_refused),
        cmocka_unit_test(what_is_too_large_or_empty_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
