/* Forms: schemas accepted and refused, answers checked by every rule, in both languages. */
#include "form/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
    struct arena arena;
    struct diag_list faults;
    struct form *form;
    json_t *cleaned;
};

static void desk_init(struct desk *k, const char *schema)
{
    *k = (struct desk){ 0 };
    arena_init(&k->arena, NULL, 32 * MIB);
    diag_list_init(&k->faults, &k->arena, 100);
    enum err err = form_load(&k->arena, STR("f.form.json"), str_from(schema), &k->form, &k->faults);
    for (size_t i = 0; i < k->faults.count; i++)
        print_message("%s\n", k->faults.items[i]->en);
    assert_int_equal(err, OK);
}

static enum err ask(struct desk *k, const char *data, const char *context)
{
    json_t *v, *c = NULL;
    struct diag d = { 0 };
    assert_int_equal(json_parse(&k->arena, str_from(data), &v, &d), OK);
    if (context)
        assert_int_equal(json_parse(&k->arena, str_from(context), &c, &d), OK);
    struct form_env env = { .now_ms = 1795392000000, .offset_s = 8 * 3600, .context = c };
    diag_list_init(&k->faults, &k->arena, 100);
    k->cleaned = NULL;
    return form_check(k->form, v, &env, &k->arena, &k->cleaned, &k->faults);
}

static void accepts(struct desk *k, const char *data, const char *expected)
{
    enum err err = ask(k, data, NULL);
    for (size_t i = 0; i < k->faults.count; i++)
        print_message("%s\n", k->faults.items[i]->en);
    assert_int_equal(err, OK);
    assert_string_equal(str_terminated(&k->arena, json_text(&k->arena, k->cleaned)), expected);
}

/* The first fault has this field and holds these words. */
static void faults(struct desk *k, const char *data, const char *field, const char *zh,
    const char *en)
{
    assert_int_equal(ask(k, data, NULL), ERR_INVALID);
    assert_true(k->faults.count > 0);
    const struct diag *d = k->faults.items[0];
    if (!strstr(d->zh, zh) || !strstr(d->en, en))
        print_message("%s\n%s\n", d->zh, d->en);
    assert_string_equal(d->field, field);
    assert_non_null(strstr(d->zh, zh));
    assert_non_null(strstr(d->en, en));
    assert_null(k->cleaned);
}

static void refused(const char *schema, int line, const char *pointer, const char *message)
{
    struct desk k = { 0 };
    arena_init(&k.arena, NULL, 32 * MIB);
    diag_list_init(&k.faults, &k.arena, 100);
    assert_int_not_equal(form_load(&k.arena, STR("f.form.json"), str_from(schema), &k.form,
        &k.faults), OK);
    bool found = false;
    for (size_t i = 0; i < k.faults.count; i++) {
        const struct diag *d = k.faults.items[i];
        found |= strstr(d->en, message) && d->line == line && !strcmp(d->field, pointer);
        assert_string_equal(d->file, "f.form.json");
    }
    if (!found)
        for (size_t i = 0; i < k.faults.count; i++)
            print_message("%d %s %s\n", k.faults.items[i]->line, k.faults.items[i]->field,
                k.faults.items[i]->en);
    assert_true(found);
    assert_null(k.form);
    arena_release(&k.arena);
}

#define FORM(components) "{\"type\": \"default\", \"id\": \"f\", \"components\": "                \
    "[\n" components "\n]}"

#define REQUEST FORM(                                                                             \
    "{\"type\": \"text\", \"text\": \"请填写\"},\n"                                               \
    "{\"type\": \"textfield\", \"key\": \"code\", \"label\": \"统一社会信用代码\", \"validate\": "        \
        "{\"required\": true},"                                                                   \
    " \"properties\": {\"junma:check\": \"credit-code\", \"junma:label_en\": \"Credit code\", "   \
        "\"junma:why\": \"核对企业\"}},\n"                                                            \
    "{\"type\": \"textarea\", \"key\": \"body\", \"label\": \"内容\", \"validate\": "               \
        "{\"minLength\": 3, \"maxLength\": 5}},\n"                                                \
    "{\"type\": \"number\", \"key\": \"sum\", \"label\": \"金额\", \"decimalDigits\": 2, "          \
        "\"validate\": {\"min\": 0, \"max\": 100}},\n"                                            \
    "{\"type\": \"select\", \"key\": \"kind\", \"label\": \"类别\", \"values\": [{\"value\": "      \
        "\"a\", \"label\": \"甲\", \"junma:label_en\": \"First\"}, {\"value\": \"b\", \"label\": " \
        "\"乙\"}]},\n"                                                                             \
    "{\"type\": \"group\", \"label\": \"细节\", \"conditional\": {\"hide\": \"=kind != "            \
        "\\\"b\\\"\"}, \"components\": [\n"                                                       \
    "{\"type\": \"textfield\", \"key\": \"more\", \"label\": \"补充\", \"validate\": "              \
        "{\"required\": true, \"pattern\": \"[a-z]+[0-9]\"}}]},\n"                                \
    "{\"type\": \"checkbox\", \"key\": \"agree\", \"label\": \"同意\"},\n"                        \
    "{\"type\": \"checklist\", \"key\": \"tags\", \"label\": \"标签\", \"valuesKey\": "             \
        "\"tag_list\"},\n"                                                                        \
    "{\"type\": \"datetime\", \"subtype\": \"date\", \"key\": \"day\", \"dateLabel\": \"日期\", "   \
        "\"disallowPassedDates\": true},\n"                                                       \
    "{\"type\": \"filepicker\", \"key\": \"photo\", \"label\": \"照片\", \"multiple\": true, "      \
        "\"validate\": {\"maxLength\": 2}},\n"                                                    \
    "{\"type\": \"dynamiclist\", \"path\": \"people\", \"label\": \"人员\", \"components\": [\n"  \
    "{\"type\": \"textfield\", \"key\": \"name\", \"label\": \"姓名\", \"validate\": "              \
        "{\"required\": true}},\n"                                                                \
    "{\"type\": \"textfield\", \"key\": \"phone\", \"label\": \"电话\", \"properties\": "           \
        "{\"junma:check\": \"phone-cn\"}}]}")

#define CODE "\"code\": \"91350100M000100Y43\""

static void answers(void **state)
{
    (void)state;
    struct desk k;
    desk_init(&k, REQUEST);
    accepts(&k, "{" CODE "}", "{\"code\":\"91350100M000100Y43\"}");
    accepts(&k, "{\"code\": \" 91350100m000100y43 \", \"body\": \"\", \"sum\": null}",
        "{\"code\":\"91350100M000100Y43\"}");
    faults(&k, "{}", "code", "“统一社会信用代码”须填写", "\"Credit code\" must be filled in");
    faults(&k, "{\"code\": \"91350100M000100Y44\"}", "code", "第18位校验不符", "18th character");
    faults(&k, "{\"code\": 5}", "code", "应为文字", "must be text");
    faults(&k, "{" CODE ", \"x\": 1}", "x", "没有“x”这一项", "no field \"x\"");
    faults(&k, "{" CODE ", \"body\": \"两字\"}", "body", "有 2 个字,至少写 3 个字", "at least 3");
    faults(&k, "{" CODE ", \"body\": \"一二三四五六\"}", "body", "有 6 个字,最多 5 个字", "at most 5");
    accepts(&k, "{" CODE ", \"body\": \"一二\\n三\"}",
        "{\"body\":\"一二\\n三\",\"code\":\"91350100M000100Y43\"}");
    faults(&k, "{" CODE ", \"body\": \"abc\\u0007\"}", "body", "控制字符", "control characters");
    accepts(&k, "{" CODE ", \"sum\": \"12.50\"}", "{\"code\":\"91350100M000100Y43\",\"sum\":12.5}");
    faults(&k, "{" CODE ", \"sum\": 1.234}", "sum", "最多 2 位小数", "2 decimals");
    faults(&k, "{" CODE ", \"sum\": -1}", "sum", "不能小于 0", "at least 0");
    faults(&k, "{" CODE ", \"sum\": 101}", "sum", "不能大于 100", "at most 100");
    faults(&k, "{" CODE ", \"sum\": \"many\"}", "sum", "应为数字", "must be a number");
    faults(&k, "{" CODE ", \"kind\": \"c\"}", "kind", "请从列表中选择", "chosen from the list");
    faults(&k, "{" CODE ", \"agree\": \"yes\"}", "agree", "应为是或否", "yes or no");
    arena_release(&k.arena);
}

static void hidden_fields_are_dropped(void **state)
{
    (void)state;
    struct desk k;
    desk_init(&k, REQUEST);
    accepts(&k, "{" CODE ", \"kind\": \"a\", \"more\": \"anything\"}",
        "{\"code\":\"91350100M000100Y43\",\"kind\":\"a\"}");
    faults(&k, "{" CODE ", \"kind\": \"b\"}", "more", "“补充”须填写", "must be filled in");
    faults(&k, "{" CODE ", \"kind\": \"b\", \"more\": \"xabc1y\"}", "more", "格式不对",
        "form that is asked for");
    accepts(&k, "{" CODE ", \"kind\": \"b\", \"more\": \"abc1\"}",
        "{\"code\":\"91350100M000100Y43\",\"kind\":\"b\",\"more\":\"abc1\"}");
    arena_release(&k.arena);
}

static void choices_dates_files(void **state)
{
    (void)state;
    struct desk k;
    desk_init(&k, REQUEST);
    accepts(&k, "{" CODE ", \"tags\": [\"x\"]}",
        "{\"code\":\"91350100M000100Y43\",\"tags\":[\"x\"]}");
    assert_int_equal(ask(&k, "{" CODE ", \"tags\": [\"x\"]}",
        "{\"tag_list\": [{\"value\": \"y\"}]}"), ERR_INVALID);
    assert_int_equal(ask(&k, "{" CODE ", \"tags\": [\"y\"]}",
        "{\"tag_list\": [{\"value\": \"y\"}]}"), OK);
    faults(&k, "{" CODE ", \"tags\": [\"x\", \"x\"]}", "tags", "不要重复", "each once");
    accepts(&k, "{" CODE ", \"day\": \"2026-12-01\"}",
        "{\"code\":\"91350100M000100Y43\",\"day\":\"2026-12-01\"}");
    faults(&k, "{" CODE ", \"day\": \"2026-02-30\"}", "day", "“日期”应为日期", "must be a date");
    faults(&k, "{" CODE ", \"day\": \"2020-01-01\"}", "day", "不能早于今天", "before today");
    accepts(&k, "{" CODE ", \"photo\": \"f1\"}",
        "{\"code\":\"91350100M000100Y43\",\"photo\":[\"f1\"]}");
    faults(&k, "{" CODE ", \"photo\": [\"1\", \"2\", \"3\"]}", "photo", "最多上传 2 个文件", "2 files");
    arena_release(&k.arena);
}

static void rows(void **state)
{
    (void)state;
    struct desk k;
    desk_init(&k, REQUEST);
    accepts(&k, "{" CODE ", \"people\": [{\"name\": \"李\", \"phone\": \"0791-88888888\"}, "
        "{\"name\": \"王\"}]}",
        "{\"code\":\"91350100M000100Y43\",\"people\":[{\"name\":\"李\","
            "\"phone\":\"0791-88888888\"},{\"name\":\"王\"}]}");
    faults(&k, "{" CODE ", \"people\": [{\"name\": \"李\"}, {}]}", "people.1.name", "第2行“姓名”须填写",
        "\"姓名\" in row 2 must");
    faults(&k, "{" CODE ", \"people\": [{\"name\": \"李\", \"age\": 3}]}", "people.0.age",
        "没有“age”", "no field \"age\"");
    faults(&k, "{" CODE ", \"people\": \"x\"}", "people", "应为多行", "list of rows");
    faults(&k, "{" CODE ", \"people\": [3]}", "people.0", "格式不对", "wrong form");
    arena_release(&k.arena);
}

#define ONE(check) FORM("{\"type\": \"textfield\", \"key\": \"v\", \"label\": \"值\", "            \
    "\"properties\": {\"junma:check\": \"" check "\"}}")

static void checks(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *value;
        bool holds;
    } cases[] = {
        { ONE("phone-cn"), "13812345678", true }, { ONE("phone-cn"), "+86 13812345678", true },
        { ONE("phone-cn"), "1381234567", false }, { ONE("phone-cn"), "12812345678", false },
        { ONE("phone-cn"), "0791-88888888", true }, { ONE("phone-cn"), "079188888888", true },
        { ONE("phone-cn"), "88888888", true }, { ONE("phone-cn"), "0791-88888888-801", true },
        { ONE("phone-cn"), "0791-888", false }, { ONE("phone-cn"), "电话", false },
            { ONE("phone-cn"), "-", false },
        { ONE("citizen-number"), "360426199101010071", true },
        { ONE("citizen-number"), "360426199101010072", false },
        { ONE("project-code"), "2310-360198-04-01-300275", true },
        { ONE("project-code"), "2310-360198-04-01-300276", false },
        { ONE("project-code"), "2313-360198-04-01-300275", false },
        { ONE("project-code"), "2018-360198-04-01-300276", true },
        { ONE("project-code"), "2310360198-04-01-300275", false },
        { ONE("email"), "a.b@example.cn", true }, { ONE("email"), "a.b@example", false },
        { ONE("email"), "a b@example.cn", false }, { ONE("email"), "@example.cn", false },
        { ONE("phone"), "+49 (30) 123456", true }, { ONE("phone"), "call me", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk k;
        char data[200];
        desk_init(&k, cases[i].schema);
        snprintf(data, sizeof data, "{\"v\": \"%s\"}", cases[i].value);
        enum err err = ask(&k, data, NULL);
        if ((err == OK) != cases[i].holds)
            print_message("%s\n", cases[i].value);
        assert_int_equal(err == OK, cases[i].holds);
        arena_release(&k.arena);
    }
}

static void bad_forms(void **state)
{
    (void)state;
    refused("[]", 1, "", "JSON object");
    refused("{\n\"type\": }", 2, "", "malformed JSON");
    refused("{\"type\": \"default\", \"components\": 3}", 1, "/components", "must be an array");
    refused(FORM("{\"type\": \"text\", \"text\": \"\"},\n{\"type\": \"iframe\", \"id\": "
        "\"w\"}"), 3, "/components/1", "\"iframe\" is not supported");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a b\", \"label\": \"x\"}"), 2,
        "/components/0", "key \"a b\"");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\"}"), 2, "/components/0", "no label");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\"},\n\n{\"type\": "
        "\"number\", \"key\": \"a\", \"label\": \"y\"}"),
        4, "/components/1", "already that of another");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"magic\": 1}"),
        2, "/components/0", "magic");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"validate\": "
        "{\"odd\": 1}}"), 2, "/components/0", "odd");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"validate\": "
        "{\"pattern\": \"(\"}}"), 2, "/components/0", "pattern");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"validate\": "
        "{\"minLength\": 9, \"maxLength\": 3}}"), 2, "/components/0", "cannot be");
    refused(FORM("{\"type\": \"number\", \"key\": \"a\", \"label\": \"x\", \"validate\": "
        "{\"min\": 9, \"max\": 3}}"), 2, "/components/0", "above");
    refused(FORM("{\"type\": \"select\", \"key\": \"a\", \"label\": \"x\"}"), 2,
        "/components/0", "values or valuesKey");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"conditional\": "
        "{\"hide\": \"=b >\"}}"), 2, "/components/0", "condition");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"properties\": "
        "{\"junma:chek\": \"y\"}}"), 2, "/components/0", "junma:chek");
    refused(FORM("{\"type\": \"textfield\", \"key\": \"a\", \"label\": \"x\", \"properties\": "
        "{\"junma:check\": \"y\"}}"), 2, "/components/0", "no check \"y\"");
}

static void limits(void **state)
{
    (void)state;
    char text[4096] = "{\"type\": \"default\", \"components\": [";
    for (int i = 0; i < 8; i++)
        strncat(text, "{\"type\": \"group\", \"components\": [", sizeof text - strlen(text) - 1);
    for (int i = 0; i < 8; i++)
        strncat(text, "]}", sizeof text - strlen(text) - 1);
    strncat(text, "]}", sizeof text - strlen(text) - 1);
    refused(text, 1, "/components/0/components/0/components/0/components/0/components/0/"
        "components/0/components", "levels");
    struct desk k;
    desk_init(&k, FORM("{\"type\": \"textfield\", \"key\": \"v\", \"label\": \"值\", "
        "\"validate\": {\"pattern\": \"(a+)+b\", \"maxLength\": 200}}"));
    faults(&k, "{\"v\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a\"}", "v", "", "");
    assert_int_equal(ask(&k, "[]", NULL), ERR_INVALID);
    arena_release(&k.arena);
}

static void descriptions(void **state)
{
    (void)state;
    struct desk k;
    desk_init(&k, REQUEST);
    const struct form_field *f = form_field_by_key(k.form, STR("code"));
    assert_true(str_is(f->label_en, "Credit code") && str_is(f->why, "核对企业") && f->required);
    assert_true(str_is(f->check, "credit-code"));
    f = form_field_by_key(k.form, STR("kind"));
    assert_true(str_is(form_value_label(f, STR("a"), "zh"), "甲"));
    assert_true(str_is(form_value_label(f, STR("a"), "en"), "First"));
    assert_true(str_is(form_value_label(f, STR("b"), "en"), "乙"));
    assert_int_equal(form_value_label(f, STR("z"), "en").bytes, 0);
    assert_null(form_field_by_key(k.form, STR("none")));
    assert_true(json_is_object(form_to_json(k.form)));
    assert_true(str_is(form_id(k.form), "f"));
    assert_int_equal(form_field_count(k.form), 14);
    arena_release(&k.arena);
}

static void *fail_alloc(void *ctx, size_t bytes)
{
    int *left = ctx;
    return (*left)-- > 0 ? malloc(bytes) : NULL;
}
static void fail_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void memory_runs_out(void **state)
{
    (void)state;
    for (int n = 0;; n++) {
        int left = n;
        struct arena_source source = { fail_alloc, fail_free, &left };
        struct arena a;
        struct form *f;
        json_t *v, *out;
        struct diag d = { 0 };
        arena_init(&a, &source, MIB);
        enum err err = form_load(&a, STR("f"), str_from(REQUEST), &f, NULL);
        if (err == OK)
            err = json_parse(&a, STR("{" CODE ", \"people\": [{\"name\": \"x\"}]}"), &v, &d);
        if (err == OK)
            err = form_check(f, v, NULL, &a, &out, NULL);
        arena_release(&a);
        assert_true(err == OK || err == ERR_MEMORY);
        if (err == OK)
            break;
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(hidden_fields_are_dropped),
        cmocka_unit_test(choices_dates_files),
        cmocka_unit_test(rows),
        cmocka_unit_test(checks),
        cmocka_unit_test(bad_forms),
        cmocka_unit_test(limits),
        cmocka_unit_test(descriptions),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
