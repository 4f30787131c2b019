/*
 * Fuzz target: forms. The input is a schema, a zero byte, and an answer. What loads checks the
 * answer; a cleaned answer must pass once more and come out the same.
 */
#include "form/form.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, const struct form *f, str answer)
{
    struct form_env env = { .now_ms = 1795392000000, .offset_s = 8 * 3600 };
    struct diag d = { 0 };
    json_t *v, *cleaned = NULL, *again = NULL;
    if (json_parse(a, answer, &v, &d) != OK || form_check(f, v, &env, a, &cleaned, NULL) != OK)
        return;
    ASSERT(json_is_object(cleaned));
    if (form_check(f, cleaned, &env, a, &again, NULL) == OK)
        ASSERT(str_equal(json_text(a, cleaned), json_text(a, again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct form *f = NULL;
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t bytes = zero ? (size_t)(zero - data) : size;
    arena_init(&a, NULL, 64 * MIB);
    if (form_load(&a, STR("fuzz"), (str){ (const char *)data, bytes }, &f, NULL) == OK)
        check(&a, f, zero ? (str){ (const char *)zero + 1, size - bytes - 1 } : STR("{}"));
    arena_release(&a);
    return 0;
}
