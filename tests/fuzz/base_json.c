/*
 * Fuzz target: JSON from outside. What parses is written and read again to the same value and the
 * same bytes, since a case's digest is taken over them; a refusal has both messages and a place.
 */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena a;
    struct diag d = { 0 };
    json_t *value, *again;
    arena_init(&a, NULL, 16 * MIB);
    if (json_parse(&a, (str){ (const char *)data, bytes }, &value, &d) == OK) {
        str text = json_text(&a, value);
        ASSERT(!arena_failed(&a) && str_is_utf8(text));
        ASSERT(json_parse(&a, text, &again, &d) == OK);
        ASSERT(json_equal(value, again) && str_equal(json_text(&a, again), text));
    } else {
        ASSERT(d.err != OK && d.zh[0] && d.en[0]);
    }
    arena_release(&a);
    return 0;
}
