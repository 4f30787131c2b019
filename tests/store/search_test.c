/* Searching: what is found, what is not, hostile text, replacing and removing, likeness. */
#include "common.h"

#include "store/internal.h"

static struct place place;

static int set_up(void **state)
{
    place_make(&place);
    *state = open_notes(&place);
    return 0;
}

static int tear_down(void **state)
{
    store_close(*state);
    place_remove(&place);
    return 0;
}

struct entry {
    const char *zone;
    int64_t id;
    const char *text; /* NULL removes */
    enum err then;
};

static enum err put_entry(struct store_conn *c, void *ctx, struct diag *d)
{
    const struct entry *e = ctx;
    str zone = str_from(e->zone);
    if (!e->text)
        return store_search_remove(c, "note_search", zone, e->id, d);
    TRY(STORE_EXEC(c, d,
        "INSERT INTO note (zone, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        S_TEXT(zone), S_INT(e->id), S_TEXT(str_from(e->text))));
    TRY(store_search_put(c, "note_search", zone, e->id, str_from(e->text), d));
    return e->then == OK ? OK : diag_set(d, e->then, "测试", "test");
}

static void put(struct store *s, const char *zone, int64_t id, const char *text)
{
    struct entry e = { zone, id, text, OK };
    struct diag d = { 0 };
    enum err got = store_write(s, put_entry, &e, &d);
    if (got != OK)
        fail_msg("%s", d.en);
}

/* Ids found in zone z, as decimal digits in rising order: 1 and 3 are 13. */
static int64_t found(struct store *s, const char *zone, const char *typed)
{
    struct store_conn *c;
    struct diag d = { 0 };
    struct store_rows rows;
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    enum err e = STORE_QUERY(c, &rows, &d,
        "SELECT n.id FROM note n WHERE n.zone = $1 AND {match:note_search:n.id:$2} ORDER BY n.id",
        S_TEXT(str_from(zone)), S_TEXT(str_from(typed)));
    int64_t all = 0;
    bool has = false;
    while (e == OK && (e = store_next(&rows, &has, &d)) == OK && has)
        all = all * 10 + store_int(&rows, 0);
    if (e != OK)
        fail_msg("%s: %s", typed, d.en);
    store_read_end(c);
    return all;
}

/* As {typed} finds it, which {holds} must say of the same texts, one by one. */
static int64_t found_typed(struct store *s, const char *typed)
{
    static const char *const ways[]
        = { "SELECT n.id FROM note n WHERE n.zone = $1 AND {typed:note_search:n.id:$2} ORDER BY n.id",
              "SELECT id FROM note_search s WHERE s.zone = $1 AND {holds:s.text:$2} ORDER BY id",
              "SELECT _found FROM {matching:note_search:$2} WHERE $1 <> '' ORDER BY _found" };
    int64_t all[3] = { 0 };
    for (size_t i = 0; i < 3; i++) {
        struct store_conn *c;
        struct diag d = { 0 };
        struct store_rows rows;
        assert_int_equal(store_read_begin(s, &c, &d), OK);
        enum err e = STORE_QUERY(
            c, &rows, &d, ways[i], S_TEXT(STR("z")), S_TEXT(str_from(typed)));
        bool has = false;
        while (e == OK && (e = store_next(&rows, &has, &d)) == OK && has)
            all[i] = all[i] * 10 + store_int(&rows, 0);
        if (e != OK)
            fail_msg("%s: %s", typed, d.en);
        store_read_end(c);
        if (all[i] != all[0])
            fail_msg("%s: way %zu finds %lld, the index %lld", typed, i, (long long)all[i],
                (long long)all[0]);
    }
    return all[0];
}

#define L(text) STORE_LETTERS text STORE_LETTERS_END

/* Chinese by how it is typed in Latin letters, where the text says so. */
static void test_letters(void **state)
{
    struct store *s = *state;
    put(s, "z", 1, "N0001 " L("华创重工(LED)新材料"));
    put(s, "z", 2, L("东方电子示例9973号有限公司") " " L("示例大道1号A3栋"));
    put(s, "z", 3, "华创重工 hello" L("西安先锋"));
    put(s, "z", 4, L("重庆银行长沙支行"));
    static const struct {
        const char *typed;
        int64_t ids;
    } tries[] = { { "hczg", 1 }, { "hcz", 1 }, { "huachuang", 1 }, { "huachuangzh", 1 }, { "xcl", 1 },
        { "xincai", 1 }, { "zhonggong", 1 }, { "chonggong", 1 }, { "ledxin", 1 }, { "HCZG", 1 },
        { "hgc", 0 }, { "dfdz", 2 }, { "dongfangdianzi", 2 }, { "shili", 2 }, { "shili99", 2 },
        { "sl99", 2 }, { "sl1h", 0 }, { "dadao1hao", 2 }, { "1ha3d", 2 }, { "xian", 23 }, { "xianx", 3 },
        { "xianfeng", 3 }, { "xianxian", 3 }, { "hello", 3 }, { "he", 3 }, { "zqyh", 4 }, { "changsha", 4 },
        { "cqyh", 4 }, { "chongqingyinhang", 4 }, { "zhongqingyin", 4 }, { "n0001", 1 },
        { "东方 dianzi", 2 }, { "华创 hello", 3 }, { "华创 xincai", 1 }, { "gongsi", 2 }, { "z", 0 },
        { "xinxin", 0 }, { "\"", 0 }, { "", 0 } };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        if (found_typed(s, tries[i].typed) != tries[i].ids)
            fail_msg("%s: %lld, not %lld", tries[i].typed, (long long)found_typed(s, tries[i].typed),
                (long long)tries[i].ids);
    assert_int_equal(found(s, "z", "hczg"), 0); /* not asked for */
    put(s, "z", 1, L("银河"));
    assert_int_equal(found_typed(s, "hczg"), 0);
    assert_int_equal(found_typed(s, "yinhe"), 1);
    put(s, "z", 4, NULL);
    assert_int_equal(found_typed(s, "cqyh"), 0);
}

/* Numbered by id, unless another zone has the id already. */
static void test_by_id(void **state)
{
    struct store *s = *state;
    struct store_conn *c;
    struct diag d = { 0 };
    bool by_id = true;
    for (int turn = 0; turn < 3; turn++) {
        assert_int_equal(store_read_begin(s, &c, &d), OK);
        assert_int_equal(store_search_by_id(c, "note_search", &by_id, &d), OK);
        store_read_end(c);
        assert_int_equal(by_id, turn == 1);
        put(s, turn ? "other" : "z", 7, "企业用工");
    }
    assert_int_equal(found(s, "z", "用工"), 7);
    assert_int_equal(found(s, "other", "用工"), 7);
}

static void fill(struct store *s)
{
    put(s, "z", 1, "经济技术开发区企业反映用工难,请协调");
    put(s, "z", 2, "开发票的问题:增值税专用发票 Invoice No. QQ-2026-000123");
    put(s, "z", 3, "企业用电增容,联系人张三 ＡＢＣ公司");
    put(s, "z", 4, "Noise at night, ÉCOLE française");
    put(s, "other", 1, "企业用工");
}

static void test_chinese(void **state)
{
    struct store *s = *state;
    fill(s);
    assert_int_equal(found(s, "z", "企业"), 13);
    assert_int_equal(found(s, "z", "用"), 123);
    assert_int_equal(found(s, "z", "用工"), 1);
    assert_int_equal(found(s, "z", "开发区"), 1);
    assert_int_equal(found(s, "z", "开发票"), 2);
    assert_int_equal(found(s, "z", "发区企业反映用工难"), 1);
    assert_int_equal(found(s, "z", "工用"), 0);
    /* 开发 stands in 1 and 2, 开区 nowhere: a piece must stand as it is. */
    assert_int_equal(found(s, "z", "开发"), 12);
    assert_int_equal(found(s, "z", "开区"), 0);
    assert_int_equal(found(s, "z", "企业 用电"), 3);
    assert_int_equal(found(s, "z", "企业,发票"), 0);
    assert_int_equal(found(s, "z", "难请"), 0); /* parted by a comma in the text */
    assert_int_equal(found(s, "z", "龘"), 0);
    assert_int_equal(found(s, "other", "企业"), 1);
    assert_int_equal(found(s, "other", "发票"), 0);
}

static void test_words(void **state)
{
    struct store *s = *state;
    fill(s);
    assert_int_equal(found(s, "z", "invoice"), 2);
    assert_int_equal(found(s, "z", "INV"), 2);
    assert_int_equal(found(s, "z", "nvoice"), 0);
    assert_int_equal(found(s, "z", "qq-2026-000123"), 2);
    assert_int_equal(found(s, "z", "QQ-2026"), 2);
    assert_int_equal(found(s, "z", "abc公司"), 3);
    assert_int_equal(found(s, "z", "ＡＢＣ"), 3);
    assert_int_equal(found(s, "z", "école FRANÇ"), 4);
    assert_int_equal(found(s, "z", "night noise"), 4);
    assert_int_equal(found(s, "z", "night day"), 0);
}

static void test_hostile(void **state)
{
    struct store *s = *state;
    fill(s);
    static const char *const nothing[] = {
        "",
        " ",
        "\"",
        "\"\"",
        "*",
        "(",
        ")",
        "^",
        ":",
        "-",
        "+",
        "{}",
        "'",
        "','); DROP TABLE note; --",
        "。,!?",
        "🙂",
        "\xff\xfe",
        "text:企业xyz",
        "rowid:1 qq9",
        "NEAR(企业 发票)",
        "企业 NOT 用工 q9",
        "AND",
        "OR",
        "NOT",
    };
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (found(s, "z", nothing[i]) != 0)
            fail_msg("%s finds something", nothing[i]);
    /* Operators and quotes only part terms. */
    assert_int_equal(found(s, "z", "\"企业\" \"用电\""), 3);
    assert_int_equal(found(s, "z", "企业*用电"), 3);
    assert_int_equal(found(s, "z", "企业\"用电"), 3);
    assert_int_equal(found(s, "z", "\xff企业\xff"), 13);
    char longest[9001];
    for (int i = 0; i < 3000; i++)
        memcpy(longest + 3 * i, "企", 3);
    longest[9000] = 0;
    assert_int_equal(found(s, "z", longest), 0);
    char many[8192] = "";
    for (int i = 0; i < 1000; i++)
        strcat(many, "用 \"");
    assert_int_equal(found(s, "z", many), 123);
}

static void test_replace_and_remove(void **state)
{
    struct store *s = *state;
    fill(s);
    put(s, "z", 1, "道路照明损坏");
    assert_int_equal(found(s, "z", "用工"), 0);
    assert_int_equal(found(s, "z", "照明"), 1);
    assert_int_equal(found(s, "z", "企业"), 3);
    put(s, "z", 1, "道路照明损坏"); /* the same again */
    assert_int_equal(found(s, "z", "照明"), 1);
    put(s, "z", 1, NULL);
    assert_int_equal(found(s, "z", "照明"), 0);
    put(s, "z", 1, NULL);
    put(s, "z", 8, NULL);
    assert_int_equal(found(s, "other", "企业"), 1);
    put(s, "z", 1, "");
    assert_int_equal(found(s, "z", "企业"), 3);
    put(s, "z", 1, "企业");
    assert_int_equal(found(s, "z", "企业"), 13);
}

/* A failed function leaves no trace in the index, one that succeeds beside it does. */
static enum err many_then_fail(struct store_conn *c, void *ctx, struct diag *d)
{
    const struct entry *e = ctx;
    TRY(store_search_put(c, "note_search", STR("z"), 3, STR("改写"), d));
    TRY(store_search_remove(c, "note_search", STR("z"), 1, d));
    TRY(store_search_put(c, "note_search", STR("z"), 7, STR("企业"), d));
    return e->then == OK ? OK : diag_set(d, e->then, "测试", "test");
}

static void test_failed_function(void **state)
{
    struct store *s = *state;
    fill(s);
    struct entry e = { "z", 0, "", ERR_INVALID };
    struct diag d = { 0 };
    assert_int_equal(store_write(s, many_then_fail, &e, &d), ERR_INVALID);
    assert_int_equal(found(s, "z", "企业"), 13);
    assert_int_equal(found(s, "z", "改写"), 0);
    e.then = OK;
    assert_int_equal(store_write(s, many_then_fail, &e, &d), OK);
    assert_int_equal(found(s, "z", "改写"), 3);
    assert_int_equal(found(s, "z", "企业"), 0); /* 7 is in the index but is no note */
}

/* The writer is sent through every order of changes in few commits, then compared with a scan. */
static enum err random_changes(struct store_conn *c, void *ctx, struct diag *d)
{
    unsigned *seed = ctx;
    static const char *const words[] = { "企业", "用工", "发票", "照明", "道路", "abc" };
    for (int i = 0; i < 40; i++) {
        *seed = *seed * 1103515245 + 12345;
        unsigned r = *seed >> 8;
        int64_t id = r % 9 + 1;
        if (r % 5 == 0) {
            TRY(store_search_remove(c, "note_search", STR("z"), id, d));
            continue;
        }
        char text[64];
        snprintf(text, sizeof text, "%s%s,%s", words[r % 6], words[r / 7 % 6], words[r / 50 % 6]);
        struct entry e = { "z", id, text, OK };
        TRY(put_entry(c, &e, d));
    }
    return *seed % 3 == 0 ? diag_set(d, ERR_INVALID, "测试", "test") : OK;
}

static void test_index_agrees(void **state)
{
    struct store *s = *state;
    unsigned seed = 7;
    for (int round = 0; round < 60; round++) {
        struct diag d = { 0 };
        enum err e = store_write(s, random_changes, &seed, &d);
        assert_true(e == OK || e == ERR_INVALID);
        static const char *const words[] = { "企业", "用工", "发票", "照明", "道路", "abc" };
        for (int w = 0; w < 6; w++) {
            char sql[256];
            snprintf(sql, sizeof sql,
                "SELECT count(*) FROM note_search s JOIN note n ON n.zone = s.zone AND n.id = s.id "
                "WHERE s.text LIKE '%%%s%%'",
                words[w]);
            int64_t expected = number(s, sql), ids = found(s, "z", words[w]), count = 0;
            for (; ids; ids /= 10)
                count++;
            assert_int_equal(count, expected);
        }
    }
}

static void test_wrong_use(void **state)
{
    struct store *s = *state;
    struct store_conn *c;
    struct diag d = { 0 };
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    assert_int_equal(store_search_put(c, "note_search", STR("z"), 1, STR("x"), &d), ERR_INTERNAL);
    assert_int_equal(store_search_remove(c, "a b", STR("z"), 1, &d), ERR_INTERNAL);
    store_read_end(c);
}

static void test_similar(void **state)
{
    struct store *s = *state;
    fill(s);
    put(s, "z", 5, "用工难:企业反映招工困难");
    put(s, "z", 6, "完全无关");
    struct store_conn *c;
    struct diag d = { 0 };
    struct arena a;
    arena_init(&a, NULL, MIB);
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    int64_t *ids = NULL;
    size_t count = 0;
    struct store_similar q = { "note_search", STR("z"), STR("企业反映用工难,怎么办"), 3 };
    assert_int_equal(store_search_similar(c, &a, &q, &ids, &count, &d), OK);
    assert_int_equal(count, 3);
    assert_true((ids[0] == 1 && ids[1] == 5) || (ids[0] == 5 && ids[1] == 1));
    assert_int_equal(ids[2], 3);
    q.text = STR("\"'*");
    assert_int_equal(store_search_similar(c, &a, &q, &ids, &count, &d), OK);
    assert_int_equal(count, 0);
    q.limit = 0;
    assert_int_equal(store_search_similar(c, &a, &q, &ids, &count, &d), ERR_INTERNAL);
    store_read_end(c);
    /* Memory that runs out is an error. */
    struct arena small;
    arena_init(&small, NULL, 16);
    q = (struct store_similar){ "note_search", STR("z"), STR("企业反映用工难"), 3 };
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    assert_int_equal(store_search_similar(c, &small, &q, &ids, &count, &d), ERR_MEMORY);
    store_read_end(c);
    arena_release(&small);
    arena_release(&a);
}

static void test_terms(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, NULL, MIB);
    assert_true(
        str_is(tokens_query_all(&a, STR("用工难 Ab-c")), "\"用工难\" AND \"ab\" * AND \"c\" *"));
    assert_true(str_is(tokens_query_all(&a, STR("难")), "\"难\" *"));
    assert_true(str_is(tokens_query_any(&a, STR("用工难,用工 难 Ab")),
        "\"用工\" OR \"工难\" OR \"难\" OR \"ab\""));
    char word[200];
    memset(word, 'x', sizeof word);
    struct token t;
    size_t at = 0;
    token_next((str){ word, sizeof word }, &at, &t);
    assert_int_equal(t.text.bytes, TOKEN_BYTES_MAX);
    token_next((str){ word, sizeof word }, &at, &t);
    token_next((str){ word, sizeof word }, &at, &t);
    token_next((str){ word, sizeof word }, &at, &t);
    assert_int_equal(t.text.bytes, 200 - 3 * TOKEN_BYTES_MAX);
    token_next((str){ word, sizeof word }, &at, &t);
    assert_int_equal(t.kind, TOKEN_END);
    arena_release(&a);
}

/* A search in a register is answered over the key, not by looking at every row. */
static void test_plan(void **state)
{
    struct store *s = *state;
    struct store_conn *c;
    struct diag d = { 0 };
    struct store_rows rows;
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    assert_int_equal(
        STORE_QUERY(c, &rows, &d,
            "EXPLAIN QUERY PLAN SELECT n.id FROM note n WHERE n.zone = $1 AND {match:note_search:n.id:$2}"
            " ORDER BY n.id DESC LIMIT 50",
            S_TEXT(STR("z")), S_TEXT(STR("企业"))),
        OK);
    bool has, searched = false;
    while (store_next(&rows, &has, &d) == OK && has) {
        if (getenv("SHOW"))
            printf("%.*s\n", STR_ARGS(store_text(&rows, 3)));
        assert_int_equal(str_find(store_text(&rows, 3), STR("SCAN n"), 0), -1);
        searched |= str_find(store_text(&rows, 3),
                        STR("SEARCH n USING PRIMARY KEY (zone=? AND id=?)"), 0)
            >= 0;
    }
    assert_true(searched);
    store_read_end(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_chinese, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replace_and_remove, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_function, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_index_agrees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_similar, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_letters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_by_id, set_up, tear_down),
        cmocka_unit_test(test_terms),
    };
    return cmocka_run_group_tests_name("store/search", tests, NULL, NULL);
}
