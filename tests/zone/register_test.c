/* Registers: what goes in is checked, every version is kept, what is there is found. */
#include "copy.h"
#include "house.h"

#include "base/check.h"

#include <string.h>

struct putting {
    int64_t id;
    const char *json;
    struct diag_list faults;
};

static enum err put(struct op *op, void *ctx)
{
    struct putting *p = ctx;
    json_t *data;
    TRY(json_parse(op->arena, str_from(p->json), &data, op->diag));
    diag_list_init(&p->faults, op->arena, 20);
    return record_put(op, STR("enterprise"), &p->id, data, STR("测试"), &p->faults);
}

struct getting {
    int64_t id;
    str text;
    struct record record;
    struct record *list;
    size_t count;
};

static enum err get(struct op *op, void *ctx)
{
    struct getting *g = ctx;
    return record_get(op, STR("enterprise"), g->id, &g->record);
}

static enum err by_key(struct op *op, void *ctx)
{
    struct getting *g = ctx;
    return record_by_key(op, STR("enterprise"), g->text, &g->record);
}

static enum err search(struct op *op, void *ctx)
{
    struct getting *g = ctx;
    return record_find(op, STR("enterprise"), g->text, 10, &g->list, &g->count);
}

/* A credit code that holds, for the first 17 characters. */
static const char *code(struct house *h, const char *body)
{
    char check = credit_code_check(str_from(body));
    return str_printf(&h->arena, "%s%c", body, check).data;
}

static const char *record(struct house *h, const char *body, const char *rest)
{
    return str_printf(
        &h->arena, "{\"credit_code\":\"%s\",\"name\":\"示例丙有限公司\",%s}", code(h, body), rest)
        .data;
}

static void kept_with_every_version(void **state)
{
    struct house *h = *state;
    struct putting p = {
        .json = record(h, "91360108Y00000003",
            "\"industry\":\"3670\",\"employees\":12,\"founded_on\":\"2011-05-06\"")
    };
    assert_int_equal(house_write(h, &actor_system, put, &p), OK);
    struct getting g = { .id = p.id };
    assert_int_equal(house_read(h, &actor_system, get, &g), OK);
    assert_int_equal(g.record.version, 1);
    assert_int_equal(json_int(g.record.data, "employees", 0), 12);
    assert_str(json_str(g.record.data, "founded_on"), "2011-05-06");
    p.json = record(h, "91360108Y00000003", "\"industry\":\"3841\",\"employees\":15");
    house_at(h, "2026-03-05 10:00");
    assert_int_equal(house_write(h, &h->officer, put, &p), OK);
    assert_int_equal(house_read(h, &actor_system, get, &g), OK);
    assert_int_equal(g.record.version, 2);
    assert_int_equal(g.record.updated_at, h->now_ms);
    assert_str(json_str(g.record.data, "industry"), "3841");
    assert_str(json_str(g.record.data, "founded_on"), "");
    str sql = str_printf(&h->arena,
        "SELECT data FROM register_enterprise_history WHERE zone = $1 AND id = %lld AND version = 1",
        (long long)p.id);
    assert_true(str_find(house_text(h, sql.data), STR("2011-05-06"), 0) >= 0);
    g.text = str_from(code(h, "91360108Y00000003"));
    assert_int_equal(house_read(h, &actor_system, by_key, &g), OK);
    assert_int_equal(g.record.id, p.id);
    g.text = STR("913601080000000000");
    assert_int_equal(house_read(h, &actor_system, by_key, &g), ERR_NOT_FOUND);
}

static void refused_by_column(void **state)
{
    struct house *h = *state;
    const struct {
        const char *field, *words, *json;
    } bad[] = {
        { "credit_code", "",
            "{\"credit_code\":\"91360108Y000000030\",\"name\":\"x\",\"industry\":\"3670\"}" },
        { "credit_code", "required", "{\"name\":\"x\",\"industry\":\"3670\"}" },
        { "name", "required",
            str_printf(&h->arena, "{\"credit_code\":\"%s\",\"name\":\"\",\"industry\":\"3670\"}",
                code(h, "91360108Y00000004"))
                .data },
        { "industry", "not a code", record(h, "91360108Y00000004", "\"industry\":\"9999\"") },
        { "industry", "must be text", record(h, "91360108Y00000004", "\"industry\":3670") },
        { "park", "not a code",
            record(h, "91360108Y00000004", "\"industry\":\"3670\",\"park\":\"moon\"") },
        { "employees", "whole number",
            record(h, "91360108Y00000004", "\"industry\":\"3670\",\"employees\":\"many\"") },
        { "founded_on", "not a date",
            record(h, "91360108Y00000004", "\"industry\":\"3670\",\"founded_on\":\"2011-02-30\"") },
        { "contact_phone", "phone",
            record(h, "91360108Y00000004", "\"industry\":\"3670\",\"contact_phone\":\"call me\"") },
        { "colour", "no column",
            record(h, "91360108Y00000004", "\"industry\":\"3670\",\"colour\":\"red\"") },
    };
    int64_t before = house_number(h, "SELECT count(*) FROM register_enterprise WHERE zone = $1");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct putting p = { .json = bad[i].json };
        enum err e = house_write(h, &actor_system, put, &p);
        if (e != ERR_INVALID || strcmp(h->diag.field, bad[i].field) != 0
            || !strstr(h->diag.en, bad[i].words))
            fail_msg("%s: %s, field %s: %s", bad[i].json, e ? err_code(e) : "taken", h->diag.field,
                h->diag.en);
        assert_true(p.faults.total >= 1);
    }
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM register_enterprise WHERE zone = $1"), before);
}

static void one_record_a_key(void **state)
{
    struct house *h = *state;
    struct putting p = { .json = record(h, "91360108Y00000001", "\"industry\":\"3670\"") };
    assert_int_equal(house_write(h, &actor_system, put, &p), ERR_CONFLICT);
    assert_non_null(strstr(h->diag.en, "Unified social credit code"));
    assert_non_null(strstr(h->diag.zh, "统一社会信用代码"));
    assert_string_equal(h->diag.field, "credit_code");
}

static void found_by_any_part(void **state)
{
    struct house *h = *state;
    struct getting g = { .text = STR("示例") };
    assert_int_equal(house_read(h, &actor_system, search, &g), OK);
    assert_int_equal(g.count, 2);
    g.text = STR("乙");
    assert_int_equal(house_read(h, &actor_system, search, &g), OK);
    assert_int_equal(g.count, 1);
    assert_int_equal(g.list[0].id, h->other);
    g.text = STR("91360108Y00000001");
    assert_int_equal(house_read(h, &actor_system, search, &g), OK);
    assert_int_equal(g.count, 1);
    g.text = STR("没有");
    assert_int_equal(house_read(h, &actor_system, search, &g), OK);
    assert_int_equal(g.count, 0);
    g.text = STR_NONE;
    assert_int_equal(house_read(h, &actor_system, search, &g), OK);
    assert_int_equal(g.count, 2);
}

static enum err put_branch(struct op *op, void *ctx)
{
    struct putting *p = ctx;
    json_t *data;
    TRY(json_parse(op->arena, str_from(p->json), &data, op->diag));
    diag_list_init(&p->faults, op->arena, 20);
    return record_put(op, STR("outlet"), &p->id, data, STR("测试"), &p->faults);
}

/* A column that names a record of another register. */
static void references_hold(void **state)
{
    struct house *h = *state;
    struct copy c;
    copy_make(&c);
    copy_add(&c, "registers/outlet.json",
        "{\"register\":\"outlet\",\"name\":{\"zh\":\"分厂\",\"en\":\"Branches\"},\"key\":\"code\","
        "\"label\":\"code\",\"columns\":["
        "{\"name\":\"code\",\"title\":{\"zh\":\"编号\",\"en\":\"Code\"},\"type\":\"text\","
        "\"required\":true,\"unique\":true},"
        "{\"name\":\"owner\",\"title\":{\"zh\":\"企业\",\"en\":\"Enterprise\"},\"type\":\"ref\","
        "\"ref\":\"enterprise\"}]}");
    house_reopen(h, c.folder);
    copy_remove(&c);
    struct putting p = { .json = str_printf(&h->arena, "{\"code\":\"A\",\"owner\":\"%s\"}",
                             code(h, "91360108Y00000001"))
                                     .data };
    if (house_write(h, &actor_system, put_branch, &p) != OK)
        fail_msg("outlet: %s", h->diag.en);
    p = (struct putting){ .json = "{\"code\":\"B\",\"owner\":\"91360108Y000000099\"}" };
    assert_int_equal(house_write(h, &actor_system, put_branch, &p), ERR_INVALID);
    assert_string_equal(h->diag.field, "owner");
    assert_non_null(strstr(h->diag.en, "no such record"));
    p = (struct putting){ .json = "{\"code\":\"C\"}" };
    assert_int_equal(house_write(h, &actor_system, put_branch, &p), OK);
}

/* By how its name is typed in Latin letters: initials or syllables, from any character on. */
static void found_in_latin_letters(void **state)
{
    struct house *h = *state;
    struct putting p = { 0 };
    p.json = str_printf(&h->arena,
        "{\"credit_code\":\"%s\",\"name\":\"华创重工(LED)新材料\",\"industry\":\"3670\"}",
        code(h, "91360108Y00000009"))
                 .data;
    assert_int_equal(house_write(h, &actor_system, put, &p), OK);
    static const char *const typed[] = { "hczg", "hcz", "huachuang", "huachuangzh", "xcl", "xincai",
        "zhonggong", "chonggong", "ledxin", "HCZG" };
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct getting g = { .text = str_from(typed[i]) };
        assert_int_equal(house_read(h, &actor_system, search, &g), OK);
        bool there = false;
        for (size_t k = 0; k < g.count; k++)
            there = there || g.list[k].id == p.id;
        if (!there)
            fail_msg("%s does not lead to it", typed[i]);
    }
    struct getting none = { .text = STR("hgc") };
    assert_int_equal(house_read(h, &actor_system, search, &none), OK);
    assert_int_equal(none.count, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(kept_with_every_version), T(refused_by_column),
        T(one_record_a_key), T(found_by_any_part), T(references_hold),
        T(found_in_latin_letters) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
