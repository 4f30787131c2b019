/* The pure parts: what a request's texts say, the route table, multipart bodies, the limiter. */
#include "base/support.h"

#include "http/limiter.h"
#include "http/route.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, NULL, 16 * MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void decoding(void **state)
{
    static const struct {
        const char *text;
        int how;
        const char *decoded; /* NULL: refused */
    } cases[] = {
        { "", HTTP_DECODE_PATH, "" },
        { "plain", HTTP_DECODE_PATH, "plain" },
        { "a+b", HTTP_DECODE_PATH, "a+b" },
        { "a+b%2B", HTTP_DECODE_FORM, "a b+" },
        { "%e4%BC%81", HTTP_DECODE_PATH, "企" },
        { "企", HTTP_DECODE_PATH, "企" },
        { "%", HTTP_DECODE_PATH, NULL },
        { "%4", HTTP_DECODE_PATH, NULL },
        { "%4g", HTTP_DECODE_PATH, NULL },
        { "%00", HTTP_DECODE_FORM, NULL },
        { "%7f", HTTP_DECODE_FORM, NULL },
        { "%0a", HTTP_DECODE_FORM, "\n" },
        { "%0a", HTTP_DECODE_PATH, NULL },
        { "%ed%a0%80", HTTP_DECODE_PATH, NULL },
        { "%c0%af", HTTP_DECODE_PATH, NULL },
        { "\xff", HTTP_DECODE_PATH, NULL },
        { "%252e", HTTP_DECODE_PATH, "%2e" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct diag d = { 0 };
        str out = STR("untouched");
        enum err e = http_decode(&arena, str_from(cases[i].text), cases[i].how, &out, &d);
        if (cases[i].decoded) {
            assert_ok(e, &d);
            assert_text(out, cases[i].decoded);
        } else {
            assert_true(e == ERR_SYNTAX || e == ERR_UTF8);
            assert_text(out, "untouched");
            assert_true(d.zh[0] && d.en[0]);
        }
    }
}

static void paths(void **state)
{
    struct http_path p;
    struct diag d = { 0 };
    (void)state;
    assert_ok(http_parse_path(&arena, STR("/"), &p, &d), &d);
    assert_int_equal(p.count, 0);
    assert_ok(http_parse_path(&arena, STR("/a%2Fb/c"), &p, &d), &d);
    assert_int_equal(p.count, 2);
    assert_text(p.segments[0], "a/b");
    assert_ok(http_parse_path(&arena, STR("/a/"), &p, &d), &d);
    assert_int_equal(p.count, 2);
    assert_text(p.segments[1], "");
    assert_ok(http_parse_path(&arena, STR("//"), &p, &d), &d);
    assert_int_equal(p.count, 2);
    assert_int_equal(http_parse_path(&arena, STR(""), &p, &d), ERR_SYNTAX);
    assert_int_equal(http_parse_path(&arena, STR("a/b"), &p, &d), ERR_SYNTAX);
    assert_int_equal(http_parse_path(&arena, STR("*"), &p, &d), ERR_SYNTAX);
    assert_int_equal(http_parse_path(&arena, STR("/a/%2e%2E/b"), &p, &d), ERR_SYNTAX);
    assert_int_equal(http_parse_path(&arena, STR("/."), &p, &d), ERR_SYNTAX);
    assert_ok(http_parse_path(&arena, STR("/..."), &p, &d), &d);
    assert_ok(http_parse_path(&arena, STR("/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g"), &p, &d), &d);
    assert_int_equal(http_parse_path(&arena, STR("/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h"), &p, &d),
        ERR_NOT_FOUND);
}

static void queries(void **state)
{
    const struct http_pair *pairs;
    size_t count;
    struct diag d = { 0 };
    (void)state;
    assert_ok(http_parse_query(&arena, STR("a=1&&b&=x&c=d=e&a=%20"), 10, &pairs, &count, &d), &d);
    assert_int_equal(count, 5);
    assert_text(pairs[1].name, "b");
    assert_text(pairs[1].value, "");
    assert_text(pairs[2].name, "");
    assert_text(pairs[3].value, "d=e");
    assert_text(pairs[4].value, " ");
    assert_ok(http_parse_query(&arena, STR_NONE, 10, &pairs, &count, &d), &d);
    assert_int_equal(count, 0);
    assert_int_equal(http_parse_query(&arena, STR("a&b&c"), 2, &pairs, &count, &d), ERR_LIMIT);
    assert_int_equal(http_parse_query(&arena, STR("a=%"), 2, &pairs, &count, &d), ERR_SYNTAX);
}

static void cookies(void **state)
{
    (void)state;
    assert_text(http_parse_cookie(STR("a=1; sid=x=y; b"), STR("sid")), "x=y");
    assert_text(http_parse_cookie(STR("sid=\"q\""), STR("sid")), "q");
    assert_text(http_parse_cookie(STR("xsid=1; sid=2"), STR("sid")), "2");
    assert_text(http_parse_cookie(STR("sid2=1;sid"), STR("sid")), "");
    assert_text(http_parse_cookie(STR(""), STR("sid")), "");
    assert_text(http_parse_cookie(STR("sid=\""), STR("sid")), "\"");
}

static void languages_and_codings(void **state)
{
    static const struct {
        const char *header, *language;
    } cases[] = { { "", "zh" }, { "en", "en" }, { "en-US,en;q=0.9", "en" },
        { "zh-CN,en;q=0.9", "zh" }, { "en;q=0.5, zh;q=0.8", "zh" }, { "en;q=0.8, zh;q=0.5", "en" },
        { "fr, *;q=0.1", "zh" }, { "en;q=0", "zh" }, { "*, en", "zh" }, { "english", "zh" },
        { "EN-gb", "en" }, { "en;q=0.2, *;q=0.9", "zh" }, { "de,en;q=0.7,zh;q=0.699", "en" },
        { ";;,,=,", "zh" }, { "en;q=x", "zh" }, { "en;q=1.000", "en" }, { "en;q=0.001,fr", "en" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(http_parse_language(str_from(cases[i].header)), cases[i].language);
    assert_true(http_accepts_gzip(STR("gzip, deflate, br")));
    assert_true(http_accepts_gzip(STR("*")));
    assert_true(http_accepts_gzip(STR("br;q=1.0, GZIP;q=0.001")));
    assert_false(http_accepts_gzip(STR("")));
    assert_false(http_accepts_gzip(STR("gzip;q=0")));
    assert_false(http_accepts_gzip(STR("gzip;q=0.000, *;q=1")));
    assert_false(http_accepts_gzip(STR("gzipped")));
}

static void entity_tags(void **state)
{
    (void)state;
    assert_true(http_etag_listed(STR("\"a\", \"b,c\" , W/\"d\""), STR("b,c"), false));
    assert_true(http_etag_listed(STR("\"a\",W/\"d\""), STR("d"), true));
    assert_false(http_etag_listed(STR("\"a\",W/\"d\""), STR("d"), false));
    assert_true(http_etag_listed(STR(" * "), STR("x"), false));
    assert_false(http_etag_listed(STR("\"a"), STR("a"), true));
    assert_false(http_etag_listed(STR("a"), STR("a"), true));
    assert_false(http_etag_listed(STR("\"b\" \"a\""), STR("a"), true));
    assert_false(http_etag_listed(STR("W/"), STR(""), true));
}

static enum err parse(const char *type, const char *body, const struct http_part **parts,
    size_t *count)
{
    struct diag d = { 0 };
    enum err e = http_parse_multipart(&arena, str_from(type), str_from(body), parts, count, &d);
    assert_true(e == OK || (d.zh[0] && d.en[0]));
    return e;
}

#define TYPE "multipart/form-data; boundary=xx"
#define HEAD "Content-Disposition: form-data; name=\"n\""

static void multipart(void **state)
{
    const struct http_part *p;
    size_t n;
    (void)state;
    assert_int_equal(parse(TYPE, "--xx--", &p, &n), OK);
    assert_int_equal(n, 0);
    assert_int_equal(parse(TYPE, "--xx\r\n" HEAD "\r\n\r\n\r\n--xx--\r\nepilogue", &p, &n), OK);
    assert_int_equal(n, 1);
    assert_text(p[0].data, "");
    assert_int_equal(parse("Multipart/Form-Data; charset=x; boundary=\"a b\"",
        "--a b\r\ncontent-disposition: FORM-DATA; filename=\"%22\\\"..\\a/b.txt\"; "
        "name=\"x%0D%0Ay\"\r\n"
        "CONTENT-TYPE: text/plain; charset=utf-8\r\n\r\n--a\r\n--a b--",
        &p, &n), OK);
    assert_text(p[0].name, "x  y");
    assert_text(p[0].file_name, "b.txt");
    assert_text(p[0].type, "text/plain");
    assert_text(p[0].data, "--a");
    static const char *const broken[] = { "", "xx", "--xx", "--xx\r\n", "--xx\r\n\r\n\r\n--xx--",
        "--xx\r\nno colon\r\n\r\nx\r\n--xx--", "--xx\r\n" HEAD "\r\n\r\nx",
        "--xx\r\n" HEAD "\r\n\r\nx\r\n--xx", "--xx\r\n" HEAD "\r\n\r\nx\r\n--xx\n--",
        "preamble\r\n--xx\r\n" HEAD "\r\n\r\nx\r\n--xx--",
        "--xx\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xx--",
        "--xx\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--xx--",
        "--xx\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--xx--",
        "--xx\r\nContent-Type: text/plain\r\n\r\nx\r\n--xx--",
        "--xxx\r\n" HEAD "\r\n\r\nx\r\n--xx--" };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        assert_int_equal(parse(TYPE, broken[i], &p, &n), ERR_SYNTAX);
    assert_int_equal(
        parse(TYPE, "--xx\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--xx--", &p,
            &n),
        ERR_UTF8);
    assert_int_equal(
        parse(TYPE, "--xx\r\n" HEAD "\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--xx--", &p, &n),
        ERR_UNSUPPORTED);
    assert_int_equal(parse(TYPE,
        "--xx\r\n" HEAD "\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--xx--", &p, &n),
        ERR_UNSUPPORTED);
    assert_int_equal(parse("text/plain; boundary=xx", "--xx--", &p, &n), ERR_MEDIA_TYPE);
    assert_int_equal(parse("multipart/form-data", "--xx--", &p, &n), ERR_SYNTAX);
    struct buf b;
    buf_init(&b, &arena, MIB);
    for (int i = 0; i <= HTTP_PARTS_MAX; i++)
        buf_add(&b, STR("--xx\r\n" HEAD "\r\n\r\nx\r\n"));
    buf_add(&b, STR("--xx--"));
    struct diag d = { 0 };
    assert_int_equal(http_parse_multipart(&arena, STR(TYPE), buf_str(&b), &p, &n, &d), ERR_LIMIT);
}

static void nothing(struct http_request *req, const void *app)
{
    (void)req;
    (void)app;
}

static void routes_refused(void **state)
{
    static const struct http_sink sink = { NULL, NULL };
    static const struct {
        struct http_route routes[2];
        const char *says;
    } cases[] = {
        { { { "GET", "/a", nothing }, { "GET", "/a", nothing } }, "same requests" },
        { { { "GET", "/{a}/x", nothing }, { "GET", "/{b}/x", nothing } }, "same requests" },
        { { { "GET", "/a", nothing }, { "FETCH", "/a", nothing } }, "unknown method" },
        { { { "GET", "/a", nothing }, { "HEAD", "/a", nothing } }, "unknown method" },
        { { { "GET", "/a", nothing }, { "GET", "b", nothing } }, "begin with /" },
        { { { "GET", "/a", nothing }, { "GET", "/b", NULL } }, "no handler" },
        { { { "GET", "/a", nothing }, { "GET", "/b/", nothing } }, "plain text or one whole" },
        { { { "GET", "/a", nothing }, { "GET", "/b{x}", nothing } }, "plain text or one whole" },
        { { { "GET", "/a", nothing }, { "GET", "/{x}y", nothing } }, "plain text or one whole" },
        { { { "GET", "/a", nothing }, { "GET", "/%20", nothing } }, "plain text or one whole" },
        { { { "GET", "/a", nothing }, { "GET", "/{x}/{x}", nothing } }, "twice" },
        { { { "GET", "/a", nothing }, { "GET", "/{}", nothing } }, "without a name" },
        { { { "GET", "/a", nothing }, { "GET", "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}", nothing } },
            "more than 8" },
        { { { "GET", "/a", nothing }, { "PUT", "/b", nothing, 10, &sink } }, "sink" },
        { { { "GET", "/a", nothing },
              { "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", nothing } },
            "16 segments" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct http_table t;
        struct diag d = { 0 };
        assert_int_equal(http_table_compile(&arena, cases[i].routes, 2, &t, &d), ERR_INVALID);
        if (!strstr(d.en, cases[i].says))
            fail_msg("case %zu: %s", i, d.en);
    }
}

static void match(const struct http_table *t, const char *method, const char *path,
    struct http_match *m)
{
    struct http_path p;
    struct diag d = { 0 };
    assert_ok(http_parse_path(&arena, str_from(path), &p, &d), &d);
    http_table_match(t, &p, str_from(method), m);
}

static void matching(void **state)
{
    static const struct http_route routes[] = {
        { "GET", "/", nothing },
        { "GET", "/c/{id}", nothing },
        { "GET", "/c/mine", nothing },
        { "POST", "/c/{id}/x", nothing },
        { "GET", "/c/mine/y", nothing },
        { "DELETE", "/c/mine", nothing },
        { "GET", "/{a}/{b}/{c}/{d}", nothing },
    };
    struct http_table t;
    struct http_match m;
    struct diag d = { 0 };
    (void)state;
    assert_ok(http_table_compile(&arena, routes, 7, &t, &d), &d);
    match(&t, "GET", "/", &m);
    assert_ptr_equal(m.entry->route, &routes[0]);
    match(&t, "HEAD", "/c/mine", &m);
    assert_ptr_equal(m.entry->route, &routes[2]);
    /* The literal fits but leads nowhere: back to the parameter. */
    match(&t, "POST", "/c/mine/x", &m);
    assert_ptr_equal(m.entry->route, &routes[3]);
    assert_text(m.values[0], "mine");
    match(&t, "PUT", "/c/mine", &m);
    assert_null(m.entry);
    assert_true(m.path_known);
    assert_text(http_allow_text(&arena, m.methods), "GET, HEAD, DELETE, OPTIONS");
    match(&t, "GET", "/c/mine/z", &m);
    assert_false(m.path_known);
    match(&t, "GET", "/c/", &m);
    assert_false(m.path_known);
    match(&t, "GET", "/c/mine/y/w", &m);
    assert_ptr_equal(m.entry->route, &routes[6]);
    assert_text(m.values[2], "y");
    assert_text(m.values[3], "w");
}

static void many_routes(void **state)
{
    enum { COUNT = 500 };
    struct http_route *routes = ARENA_ARRAY(&arena, struct http_route, COUNT);
    struct http_table t;
    struct http_match m;
    struct diag d = { 0 };
    (void)state;
    for (int i = 0; i < COUNT; i++)
        routes[i] = (struct http_route){ "GET",
            str_terminated(&arena, str_printf(&arena, "/api/r%d/{id}", i * 7 % COUNT)), nothing };
    assert_ok(http_table_compile(&arena, routes, COUNT, &t, &d), &d);
    for (int i = 0; i < COUNT; i++) {
        char path[64];
        snprintf(path, sizeof path, "/api/r%d/x", i * 7 % COUNT);
        match(&t, "GET", path, &m);
        assert_ptr_equal(m.entry->route, &routes[i]);
    }
}

static void compiling_without_memory(void **state)
{
    static const struct http_route routes[] = { { "GET", "/a/{b}/c", nothing },
        { "GET", "/a/{b}/d", nothing }, { "GET", "/x1", nothing }, { "GET", "/x2", nothing } };
    (void)state;
    for (long n = 0;; n++) {
        struct failing_source source;
        struct http_table t;
        struct diag d = { 0 };
        struct arena a;
        failing_init(&source, n);
        arena_init(&a, &source.source, 64 * KIB);
        enum err e = http_table_compile(&a, routes, 4, &t, &d);
        arena_release(&a);
        assert_int_equal(source.outstanding, 0);
        if (e == OK)
            break;
        assert_int_equal(e, ERR_MEMORY);
        assert_true(n < 100);
    }
}

static int64_t fake_ns(void *ctx)
{
    return *(int64_t *)ctx;
}

static void fake_random(void *ctx, void *out, size_t bytes)
{
    (void)ctx;
    memset(out, 7, bytes);
}

static void limiting(void **state)
{
    int64_t now = 1;
    const struct sys sys = { .ctx = &now, .monotonic_ns = fake_ns, .random = fake_random };
    struct http_limiter *l = http_limiter_create(&sys, 64, 3, 10000);
    struct diag d = { 0 };
    unsigned wait = 0;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_ok(http_limiter_take(l, STR("10.0.0.1"), NULL, &d), &d);
    assert_int_equal(http_limiter_take(l, STR("10.0.0.1"), &wait, &d), ERR_TOO_MANY);
    assert_int_equal(wait, 10);
    assert_ok(http_limiter_take(l, STR("10.0.0.2"), NULL, &d), &d);
    now += 10000LL * 1000000;
    assert_ok(http_limiter_take(l, STR("10.0.0.1"), NULL, &d), &d);
    assert_int_equal(http_limiter_take(l, STR("10.0.0.1"), NULL, &d), ERR_TOO_MANY);
    http_limiter_forget(l, STR("10.0.0.1"));
    assert_ok(http_limiter_take(l, STR("10.0.0.1"), NULL, &d), &d);
    /* Who is being held back is remembered although thousands of others come. */
    while (http_limiter_take(l, STR("guesser"), NULL, &d) == OK)
        continue;
    for (int i = 0; i < 5000; i++) {
        char key[32];
        snprintf(key, sizeof key, "other-%d", i);
        assert_ok(http_limiter_take(l, str_from(key), NULL, &d), &d);
    }
    assert_int_equal(http_limiter_take(l, STR("guesser"), NULL, &d), ERR_TOO_MANY);
    http_limiter_destroy(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding),
        cmocka_unit_test(paths),
        cmocka_unit_test(queries),
        cmocka_unit_test(cookies),
        cmocka_unit_test(languages_and_codings),
        cmocka_unit_test(entity_tags),
        cmocka_unit_test(multipart),
        cmocka_unit_test(routes_refused),
        cmocka_unit_test(matching),
        cmocka_unit_test(many_routes),
        cmocka_unit_test(compiling_without_memory),
        cmocka_unit_test(limiting),
    };
    return cmocka_run_group_tests_name("http/parse", tests, setup, teardown);
}
