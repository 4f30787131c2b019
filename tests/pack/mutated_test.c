/*
 * Files damaged at random, from a seed: a byte changed, a piece cut out, a piece doubled. Whatever
 * comes of it, loading ends, and gives either a pack or faults that name a file.
 */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 8 };

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static str damaged(struct given *g, str text, uint64_t *seed)
{
    static const char bytes[] = "{}[]\",:;/\\-'$()0a \n\t\x80\xff";
    size_t at = next(seed) % text.bytes, length = 1 + next(seed) % 40;
    size_t to = at + length < text.bytes ? at + length : text.bytes;
    str head = str_slice(text, 0, at), piece = str_slice(text, at, to);
    str tail = str_slice(text, to, text.bytes);
    char byte = bytes[next(seed) % (sizeof bytes - 1)];
    switch (next(seed) % 3) {
    case 0: {
        str changed = str_copy(&g->arena, text);
        ((char *)changed.data)[at] = byte;
        return changed;
    }
    case 1:
        return str_concat(&g->arena, head, tail);
    default:
        return str_concat(
            &g->arena, str_concat(&g->arena, head, piece), str_concat(&g->arena, piece, tail));
    }
}

static void load_damaged(struct given *g, const char *path, uint64_t seed)
{
    const struct pack *p = NULL;
    enum err e = given_load(g, &p);
    if (e == OK) {
        assert_non_null(p);
        assert_int_equal(g->faults.total, 0);
        return;
    }
    if (!g->faults.total)
        fail_msg("%s, seed %llu: refused without a fault", path, (unsigned long long)seed);
    for (size_t i = 0; i < g->faults.count; i++) {
        const struct diag *d = g->faults.items[i];
        if (strncmp(d->file, "zone/", 5) != 0 || !d->zh[0] || !d->en[0]
            || !str_is_utf8(str_from(d->zh)) || !str_is_utf8(str_from(d->en)))
            fail_msg("%s, seed %llu: fault in \"%s\": %s", path, (unsigned long long)seed, d->file,
                d->en);
    }
}

static void damaged_files(void **state)
{
    (void)state;
    static const char *const paths[] = { "zone.json", "units.json", "roles.json",
        "codes/chains.csv", "registers/enterprise.json", "requests/system.json",
        "requests/topics.json", "requests/promises.json", "requests/templates.json",
        "requests/request.form.json", "requests/request.bpmn", "requests/routing.dmn",
        "requests/figures/on_time_rate.sql", "requests/figures/open_by_age.sql",
        "calendar/2026.json", "calendar/names.json" };
    uint64_t seed = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct given g;
        given_open(&g);
        str whole = given_file(&g, paths[i])->text;
        given_close(&g);
        for (int round = 0; round < ROUNDS && whole.bytes; round++) {
            given_open(&g);
            given_thin(&g);
            struct pack_file *f = given_file(&g, paths[i]);
            uint64_t began = seed;
            for (uint64_t times = 1 + next(&seed) % 3; times > 0 && f->text.bytes; times--)
                f->text = damaged(&g, f->text, &seed);
            load_damaged(&g, paths[i], began);
            given_close(&g);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(damaged_files) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
