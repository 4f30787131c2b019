/* The sample zone loads whole; versions; where packs come from; hostile packs; short memory. */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void print_faults(struct given *g)
{
    for (size_t i = 0; i < g->faults.count; i++) {
        str text = diag_line(&g->arena, g->faults.items[i], "en");
        print_message("  %.*s\n", STR_ARGS(text));
    }
}

static const struct pack *load_good(struct given *g)
{
    const struct pack *p = NULL;
    enum err e = given_load(g, &p);
    print_faults(g);
    assert_int_equal(e, OK);
    assert_int_equal(g->faults.total, 0);
    assert_non_null(p);
    return p;
}

/* ---- what is in it -------------------------------------------------------------------------- */

static void zone_and_people(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    const struct pack *p = load_good(&g);
    assert_true(str_is(p->zone.code, "nanchang"));
    assert_true(p->zone.synthetic);
    assert_int_equal(p->clock.hours.minutes, 450);
    assert_ptr_equal(p->clock.calendar, p->calendar);
    assert_ptr_equal(p->clock.tz, p->tz);
    assert_int_equal(calendar_last_year(p->calendar), 2026);
    assert_true(p->unit_count >= 15);
    assert_true(str_is(pack_unit_of_kind(p, PACK_UNIT_CENTRE)->code, "CENTRE"));
    assert_true(str_is(pack_unit(p, STR("ECO"))->name.zh, "经济发展局"));
    assert_null(pack_unit(p, STR("eco")));
    const struct pack_role *head = pack_role(p, STR("head"));
    assert_true(pack_role_may(head, STR("verb.approve")));
    assert_false(pack_role_may(head, STR("account.manage")));
    assert_true(pack_role_enters(head, STR("desk")));
    assert_int_equal(head->scope, PACK_SCOPE_UNIT);
    assert_null(pack_role(p, STR("king")));
    given_close(&g);
}

static void codes_and_registers(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    const struct pack *p = load_good(&g);
    const struct pack_codes *industries = pack_codes(p, STR("gbt4754"));
    assert_int_equal(industries->count, 1971);
    const struct pack_code *c = pack_code(industries, STR("3841"));
    assert_true(str_is(c->name.zh, "锂离子电池制造"));
    assert_true(str_is(c->parent, "384"));
    assert_int_equal(c->level, 4);
    assert_true(str_is(pack_code(industries, STR("C"))->name.en, "Manufacturing"));
    assert_null(pack_code(industries, STR("38419")));
    assert_null(pack_code(industries, STR("")));
    const struct pack_register *r = pack_register(p, STR("enterprise"));
    assert_true(str_is(r->key->name, "credit_code"));
    assert_int_equal(r->key->check, PACK_CHECK_CREDIT_CODE);
    assert_ptr_equal(pack_column(r, STR("industry"))->codes, industries);
    assert_true(pack_column(r, STR("contact_phone"))->masked);
    given_close(&g);
}

static void the_request_system(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    const struct pack *p = load_good(&g);
    const struct pack_system *s = pack_kind(p, STR("request"));
    assert_non_null(s);
    assert_null(pack_kind(p, STR("visit")));
    assert_true(str_is(s->process->id, "request"));
    assert_non_null(form_field_by_key(s->form, s->fields.title));
    assert_true(s->topic_count >= 18);
    assert_true(str_is(pack_topic(s, STR("labour"))->group_name.zh, "要素保障"));
    const struct pack_promise *answer = pack_promise(s, STR("answer"));
    assert_int_equal(answer->unit, PACK_WORKING_DAYS);
    assert_int_equal(answer->amber_percent, 50);
    assert_int_equal(answer->extend_most, 5);
    assert_true(answer->pause);
    assert_true(str_is(answer->amount_text, "answer_days"));
    assert_non_null(pack_template(s, STR("solved")));
    const struct dmn_model *model = NULL;
    assert_non_null(pack_decision(s, STR("routing"), &model));
    assert_ptr_equal(model, s->decisions[0].model);
    assert_null(pack_decision(s, STR("nothing"), NULL));
    const struct pack_figure *f = pack_figure(s, STR("on_time_rate"));
    assert_true(f->has_target && f->target == 95.0);
    assert_true(str_is(f->value, "round(100.0 * sum(on_time) / count(*), 1)"));
    assert_true(str_starts(f->rows, STR("SELECT id, unit")));
    assert_false(f->uses_now);
    assert_true(pack_figure(s, STR("open_by_age"))->uses_now);
    given_close(&g);
}

/* ---- versions and sources ------------------------------------------------------------------- */

static void version_follows_content(void **state)
{
    (void)state;
    struct given g;
    char before[65];
    given_open(&g);
    memcpy(before, load_good(&g)->version, 65);
    assert_int_equal(strlen(before), 64);
    assert_string_equal(load_good(&g)->version, before);
    /* The order of the list, README files and samples say nothing. */
    struct pack_file swapped = g.files[0];
    g.files[0] = g.files[5];
    g.files[5] = swapped;
    given_file(&g, "README.md")->text = STR("other words");
    given_add(&g, "requests/sample/texts.json", STR("not even JSON"));
    assert_string_equal(load_good(&g)->version, before);
    /* One character does. */
    given_replace(&g, "zone.json", "\"minutes\": 30", "\"minutes\": 31");
    assert_string_not_equal(load_good(&g)->version, before);
    given_close(&g);
}

static void folder_and_stored_are_one(void **state)
{
    (void)state;
    struct given g;
    struct pack_source source;
    struct diag d = { 0 };
    const struct pack *folder = NULL, *again = NULL;
    given_open(&g);
    diag_list_init(&g.faults, &g.arena, 10);
    assert_int_equal(
        pack_source_folder(&g.arena, sys_real(), ZONES_DIR "/nanchang/", &source, &d), OK);
    assert_int_equal(pack_load(&g.arena, &source, &given_options, &folder, &g.faults), OK);
    /* What the zone keeps is the files of the loaded pack: they give the pack again. */
    assert_int_equal(
        pack_source_files(&g.arena, folder->files, folder->file_count, NULL, &source, &d), OK);
    assert_int_equal(pack_load(&g.arena, &source, &given_options, &again, &g.faults), OK);
    assert_string_equal(folder->version, again->version);
    assert_int_equal(folder->file_count, again->file_count);
    for (size_t i = 0; i < folder->file_count; i++) {
        assert_true(str_equal(folder->files[i].path, again->files[i].path));
        assert_true(str_equal(folder->files[i].sha256, again->files[i].sha256));
        assert_false(str_ends(folder->files[i].path, STR("README.md")));
        assert_true(i == 0 || str_compare(folder->files[i - 1].path, folder->files[i].path) < 0);
    }
    assert_non_null(pack_file(folder, STR("requests/request.bpmn")));
    given_close(&g);
}

/* ---- hostile packs -------------------------------------------------------------------------- */

static void expect_refused(struct given *g, const char *words)
{
    const struct pack *p = NULL;
    assert_int_not_equal(given_load(g, &p), OK);
    assert_null(p);
    for (size_t i = 0; i < g->faults.count; i++)
        if (strstr(g->faults.items[i]->en, words))
            return;
    print_faults(g);
    fail_msg("no fault says \"%s\"", words);
}

static str repeated(struct given *g, const char *piece, size_t times, const char *end)
{
    struct buf b;
    buf_init(&b, &g->arena, 64 * MIB);
    for (size_t i = 0; i < times; i++)
        buf_add(&b, str_from(piece));
    buf_add(&b, str_from(end));
    assert_false(buf_failed(&b));
    return buf_str(&b);
}

static void hostile_texts(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    struct pack_file zone = *given_file(&g, "zone.json");
    struct pack_file *f = given_file(&g, "zone.json");
    f->text = repeated(&g, "[", 100000, "");
    expect_refused(&g, "nested deeper");
    f->text = repeated(&g, " ", PACK_FILE_BYTES_MAX + 1, "");
    expect_refused(&g, "the limit is");
    f->text = STR("{\n\"zone\": \"\xff\"}");
    expect_refused(&g, "not valid UTF-8");
    given_expect(&g, "zone/zone.json", 2, "not valid UTF-8");
    f->text = STR("");
    expect_refused(&g, "malformed JSON");
    f->text = STR("[]");
    expect_refused(&g, "must be an object");
    f->text = STR("{\"zone\": \"a\\u0000b\"}");
    expect_refused(&g, "\\u0000");
    f->text = zone.text;
    f = given_file(&g, "units.json");
    f->text = str_printf(&g.arena, "{\"units\":[%.*s]}", STR_ARGS(repeated(&g, "{},", 5000, "{}")));
    expect_refused(&g, "the limit is 2000");
    assert_int_equal(g.faults.count, PACK_FAULTS_MAX);
    assert_true(g.faults.total > PACK_FAULTS_MAX);
    f->text = str_printf(&g.arena, "{\"units\":[{\"code\":\"%.*s\"}]}",
        STR_ARGS(repeated(&g, "汉", 5000, "")));
    expect_refused(&g, "the text has 15000 bytes");
    given_close(&g);
}

static void hostile_lists(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    given_add(&g, "zone.json", STR("{}"));
    expect_refused(&g, "listed twice");
    given_remove(&g, "zone.json");
    given_close(&g);
    given_open(&g);
    for (size_t i = g.count; i < PACK_FILES_MAX + 1; i++) {
        char path[40];
        snprintf(path, sizeof path, "f%zu.json", i);
        given_add(&g, path, STR("{}"));
    }
    expect_refused(&g, "more than 2000 files");
    given_close(&g);
    given_open(&g);
    str big = repeated(&g, " ", PACK_FILE_BYTES_MAX, "");
    for (int i = 0; i < 17; i++) {
        char path[40];
        snprintf(path, sizeof path, "codes/f%d.csv", i);
        given_add(&g, path, big);
    }
    expect_refused(&g, "bytes together");
    given_close(&g);
}

/* ---- folders -------------------------------------------------------------------------------- */

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void expect_folder(const char *folder, enum err wanted, const char *words)
{
    struct arena a;
    struct pack_source source;
    struct diag d = { 0 };
    struct diag_list faults;
    const struct pack *p = NULL;
    arena_init(&a, NULL, 64 * MIB);
    diag_list_init(&faults, &a, 20);
    assert_int_equal(pack_source_folder(&a, sys_real(), folder, &source, &d), OK);
    assert_int_equal(pack_load(&a, &source, &given_options, &p, &faults), wanted);
    assert_true(faults.count > 0);
    if (!strstr(faults.items[0]->en, words))
        fail_msg("\"%s\" does not say \"%s\"", faults.items[0]->en, words);
    assert_true(strncmp(faults.items[0]->file, folder, strlen(folder)) == 0);
    arena_release(&a);
}

static void folders(void **state)
{
    (void)state;
    char folder[] = "/tmp/junma-pack-XXXXXX", path[300];
    assert_non_null(mkdtemp(folder));
    expect_folder("/tmp/junma-no-such-folder", ERR_NOT_FOUND, "no such file");
    write_file(folder, ".hidden.txt", "passed over");
    expect_folder(folder, ERR_INVALID, "this file is missing");
    snprintf(path, sizeof path, "%s/zone.json", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    expect_folder(folder, ERR_INVALID, "symbolic links");
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/loop", folder);
    assert_int_equal(symlink(folder, path), 0);
    expect_folder(folder, ERR_INVALID, "symbolic links");
    assert_int_equal(unlink(path), 0);
    char deep[300];
    snprintf(deep, sizeof deep, "%s", folder);
    for (int i = 0; i < PACK_FOLDER_DEPTH_MAX; i++) {
        strncat(deep, "/d", sizeof deep - strlen(deep) - 1);
        assert_int_equal(mkdir(deep, 0700), 0);
    }
    expect_folder(folder, ERR_LIMIT, "nested deeper");
    for (int i = 0; i < PACK_FOLDER_DEPTH_MAX; i++) {
        assert_int_equal(rmdir(deep), 0);
        deep[strlen(deep) - 2] = 0;
    }
    snprintf(path, sizeof path, "%s/.hidden.txt", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* ---- memory --------------------------------------------------------------------------------- */

struct failing {
    int left;
};

static void *failing_alloc(void *ctx, size_t bytes)
{
    struct failing *f = ctx;
    return f->left-- > 0 ? malloc(bytes) : NULL;
}

static void failing_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* The source's n-th chunk is refused, for every n until loading succeeds. */
static void short_memory(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    int n = 0;
    for (bool done = false; !done; n++) {
        struct failing failing = { .left = n };
        struct arena_source memory = { failing_alloc, failing_free, &failing };
        struct arena a;
        struct pack_source source;
        struct diag d = { 0 };
        struct diag_list faults;
        const struct pack *p = NULL;
        arena_init(&a, &memory, 256 * MIB);
        diag_list_init(&faults, &a, 10);
        enum err e = pack_source_files(&a, g.files, g.count, "zone", &source, &d);
        if (e == OK)
            e = pack_load(&a, &source, &given_options, &p, &faults);
        done = e == OK;
        assert_true(done ? p != NULL : e == ERR_MEMORY && p == NULL);
        arena_release(&a);
        assert_true(n < 100000);
    }
    assert_true(n > 3);
    given_close(&g);
}

/* An arena with a limit fails at any point, not only between chunks. */
static void small_arenas(void **state)
{
    (void)state;
    struct given g;
    given_open(&g);
    enum err e = ERR_MEMORY;
    for (size_t limit = 1 * KIB; e != OK; limit += limit / 7) {
        struct arena a;
        struct pack_source source;
        struct diag d = { 0 };
        struct diag_list faults;
        const struct pack *p = NULL;
        arena_init(&a, NULL, limit);
        diag_list_init(&faults, &a, 10);
        e = pack_source_files(&a, g.files, g.count, "zone", &source, &d);
        if (e == OK)
            e = pack_load(&a, &source, &given_options, &p, &faults);
        assert_true(e == OK ? p != NULL : p == NULL && (e == ERR_MEMORY || e == ERR_LIMIT));
        arena_release(&a);
        assert_true(limit < 256 * MIB);
    }
    given_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(zone_and_people),
        cmocka_unit_test(codes_and_registers),
        cmocka_unit_test(the_request_system),
        cmocka_unit_test(version_follows_content),
        cmocka_unit_test(folder_and_stored_are_one),
        cmocka_unit_test(hostile_texts),
        cmocka_unit_test(hostile_lists),
        cmocka_unit_test(folders),
        cmocka_unit_test(short_memory),
        cmocka_unit_test(small_arenas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
