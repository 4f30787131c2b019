/*
 * The standard clause by clause: small models with what must come out (clauses.txt), each also with
 * memory that runs short at every point in turn: an error then, never a crash nor another value.
 */
#include "dmn/dmn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"m\""                \
    " namespace=\"urn:m\" id=\"d\">"

enum { MODELS_MAX = 4, TEXT_BYTES_MAX = 4 << 20 };

struct block {
    str asked, expected;
    struct dmn_source sources[MODELS_MAX];
    size_t count;
};

struct file {
    struct arena arena;
    str rest;
    int line;
};

static void file_open(struct file *f)
{
    struct diag d = { 0 };
    arena_init(&f->arena, NULL, 64 * MIB);
    assert_int_equal(
        sys_real()->file_read(NULL, &f->arena, CLAUSES, TEXT_BYTES_MAX, &f->rest, &d), OK);
    f->rest = str_slice(f->rest, (size_t)str_find(f->rest, STR("---\n"), 0) + 4, f->rest.bytes);
}

static bool next_block(struct file *f, struct block *b)
{
    str line;
    *b = (struct block){ 0 };
    if (!f->rest.bytes)
        return false;
    assert_true(str_split(&f->rest, '\n', &b->asked) && str_split(&f->rest, '\n', &b->expected));
    while (str_split(&f->rest, '\n', &line) && !str_is(line, "---")) {
        if (!line.bytes)
            continue;
        if (line.data[0] == '~')
            line = str_printf(&f->arena, HEAD "%.*s</definitions>",
                STR_ARGS(str_slice(line, 1, line.bytes)));
        assert_in_range(b->count, 0, MODELS_MAX - 1);
        b->sources[b->count].file = str_printf(&f->arena, "%zu.dmn", b->count);
        b->sources[b->count++].xml = line;
    }
    return true;
}

static enum err decide(const struct block *b, struct arena *a, feel_value *out, struct diag *d)
{
    struct dmn_model *models[MODELS_MAX];
    struct diag_list faults;
    struct feel_env env = { 0 };
    json_t *json;
    feel_value in;
    str name, rest = b->asked;
    assert_true(str_split(&rest, ' ', &name));
    diag_list_init(&faults, a, DMN_FAULTS_MAX);
    enum err e = dmn_load_set(a, b->sources, b->count, models, &faults);
    if (e != OK) {
        if (faults.count)
            *d = *faults.items[0];
        return e;
    }
    TRY(feel_zones_create(a, sys_real(), &env.zones));
    TRY(json_parse(a, rest, &json, d));
    TRY(feel_from_json(a, json, NULL, &in, d));
    if (name.data[0] == '*')
        return dmn_service_decide(models[0],
            dmn_service_find(models[0], str_slice(name, 1, name.bytes)), in, &env, a, out, NULL,
            d);
    return dmn_decide(models[0], dmn_decision_find(models[0], name), in, &env, a, out, NULL, d);
}

static bool as_expected(const struct block *b, struct arena *a, feel_value v)
{
    json_t *expected;
    assert_int_equal(json_parse(a, b->expected, &expected, NULL), OK);
    return json_equal(expected, feel_to_json(a, v));
}

static void test_clauses(void **state)
{
    struct file f = { 0 };
    struct block b;
    size_t count = 0;
    (void)state;
    for (file_open(&f); next_block(&f, &b); count++) {
        struct diag d = { 0 };
        feel_value v;
        if (decide(&b, &f.arena, &v, &d) != OK)
            fail_msg("%.*s\n%s", STR_ARGS(b.sources[0].xml), d.en);
        if (!as_expected(&b, &f.arena, v))
            fail_msg("%.*s\n   with %.*s\n   expected %.*s\n   got      %.*s",
                STR_ARGS(b.sources[0].xml), STR_ARGS(b.asked), STR_ARGS(b.expected),
                STR_ARGS(feel_to_text(&f.arena, v)));
    }
    assert_true(count > 140);
    arena_release(&f.arena);
}

enum { STEP_BYTES = 1021, EVERY = 5 };

static void test_short_memory(void **state)
{
    struct file f = { 0 };
    struct block b;
    (void)state;
    file_open(&f);
    for (size_t n = 0; next_block(&f, &b); n++) {
        bool done = n % EVERY != 0;
        for (size_t limit = 4096; !done; limit += STEP_BYTES) {
            struct arena a;
            struct diag d = { 0 };
            feel_value v;
            arena_init(&a, NULL, limit);
            enum err e = decide(&b, &a, &v, &d);
            if (e != OK && e != ERR_MEMORY)
                fail_msg("%.*s\n%zu bytes: %s", STR_ARGS(b.sources[0].xml), limit, d.en);
            done = e == OK;
            if (done && !as_expected(&b, &f.arena, feel_copy(&f.arena, v)))
                fail_msg("%.*s\n%zu bytes: another value", STR_ARGS(b.sources[0].xml), limit);
            arena_release(&a);
            assert_true(limit < 16 * MIB);
        }
    }
    arena_release(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clauses),
        cmocka_unit_test(test_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
