/*
 * A real server asked over raw sockets: routing, what is refused and in whose language, bodies,
 * headers, keep-alive and pipelining, the log and the numbers.
 */
#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct sample_app the_app = { .lock = PTHREAD_MUTEX_INITIALIZER };
static struct http_server *server;
static uint16_t port;
static struct answer answer;

static int setup(void **state)
{
    (void)state;
    struct diag d = { 0 };
    struct http_config config = sample_config(&the_app);
    if (http_server_create(&server, &config, &d) != OK) {
        fprintf(stderr, "%s\n", d.en);
        return -1;
    }
    port = http_server_port(server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_server_destroy(server);
    return 0;
}

static void ask(const char *request, int status)
{
    client_ask(port, request, &answer);
    if (answer.status != status)
        fprintf(stderr, "for %.80s: %s%s\n", request, answer.head, answer.body);
    assert_int_equal(answer.status, status);
}

static void routes_and_captures(void **state)
{
    (void)state;
    ask(GET("/api/cases/17", ""), 200);
    assert_string_equal(answer.body, "case=17");
    ask(GET("/api/cases/mine", ""), 200);
    assert_string_equal(answer.body, "mine");
    ask(GET("/api/cases/a%2Fb%20%E4%BC%81", ""), 200);
    assert_string_equal(answer.body, "case=a/b 企");
    ask(GET("http://host/api/cases/abs?x=1", ""), 200);
    assert_string_equal(answer.body, "case=abs");
    ask("POST /api/cases/9/verbs/urge HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 200);
    assert_string_equal(answer.body, "{\"id\":\"9\",\"verb\":\"urge\",\"body\":\"abc\"}");
    ask("POST /api/cases/zz/verbs/urge HTTP/1.1\r\nHost: x\r\n\r\n", 404);
}

static void unknown_paths(void **state)
{
    static const char *const paths[] = { "/", "/api", "/api/cases", "/api/cases/", "/api//cases/1",
        "/api/cases/1/", "//api/cases/1", "/api/cases/1/verbs", "/API/list",
        "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17" };
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char request[256];
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i]);
        ask(request, 404);
        assert_string_equal(answer_header(&answer, "Content-Type"), "application/problem+json");
    }
}

static void methods(void **state)
{
    (void)state;
    ask("POST /api/cases/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405);
    assert_string_equal(answer_header(&answer, "Allow"), "GET, HEAD, PATCH, DELETE, OPTIONS");
    assert_true(answer_has(&answer, "urn:junma:error:method-not-allowed"));
    ask("OPTIONS /api/tagged HTTP/1.1\r\nHost: x\r\n\r\n", 204);
    assert_string_equal(answer_header(&answer, "Allow"), "GET, HEAD, PUT, OPTIONS");
    ask("HEAD /api/cases/7 HTTP/1.1\r\nHost: x\r\n\r\n", 200);
    assert_string_equal(answer_header(&answer, "Content-Length"), "6");
    ask("BREW /api/cases/7 HTTP/1.1\r\nHost: x\r\n\r\n", 405);
    ask("BREW /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404);
}

static void broken_addresses_in_two_languages(void **state)
{
    (void)state;
    ask(GET("/api/cases/%ff", ""), 400);
    assert_true(answer_has(&answer, "不是有效的 UTF-8"));
    assert_string_equal(answer_header(&answer, "Content-Language"), "zh-CN");
    ask(GET("/api/cases/%ff", "Accept-Language: fr, en;q=0.8, zh;q=0.2\r\n"), 400);
    assert_true(answer_has(&answer, "not valid UTF-8"));
    assert_true(answer_has(&answer, "\"title\":\"the text is not valid UTF-8\""));
    ask(GET("/api/cases/%zz", ""), 400);
    ask(GET("/api/cases/%4", ""), 400);
    ask(GET("/api/cases/a%00b", ""), 400);
    ask(GET("/api/cases/%0a", ""), 400);
    ask(GET("/api/cases/..", ""), 400);
    ask(GET("/api/%2e%2e/secret", ""), 400);
    ask(GET("/api/list?q=%ff", ""), 400);
    ask(GET("/api/list?q=%C0%AF", ""), 400);
}

static void queries_cookies_peers(void **state)
{
    (void)state;
    ask(GET("/api/list?q=%E4%BC%81+a%2Bb&limit=7", "Cookie: a=1; sid=\"s1\"; sid=2\r\n"), 200);
    assert_string_equal(answer.body, "q=企 a+b limit=7 cookie=s1 peer=127.0.0.1");
    ask(GET("/api/list", "X-Forwarded-For: 6.6.6.6, 10.1.2.3\r\n"), 200);
    assert_string_equal(answer.body, "q= limit=50 cookie= peer=10.1.2.3");
    ask(GET("/api/list", "X-Forwarded-For: <script>\r\n"), 200);
    assert_string_equal(answer.body, "q= limit=50 cookie= peer=127.0.0.1");
    ask(GET("/api/list?q=1&q=2", "Accept-Language: en\r\n"), 422);
    assert_true(answer_has(&answer, "\"field\":\"q\""));
    ask(GET("/api/list?limit=101", ""), 422);
    ask(GET("/api/list?limit=1x", ""), 422);
    ask(GET("/api/list?limit=", ""), 422);
}

static void problems(void **state)
{
    (void)state;
    ask(GET("/api/faults", "Accept-Language: en-GB\r\nX-Request-Id: abc.1\r\n"), 422);
    assert_string_equal(answer.body,
        "{\"code\":\"invalid\",\"detail\":\"one entry is not valid\",\"errors\":[{\"code\":"
        "\"invalid\",\"field\":\"phone\",\"message\":\"a telephone number has 11 digits\"}],"
        "\"requestId\":\"abc.1\",\"status\":422,\"title\":\"what was entered is not valid\","
        "\"type\":\"urn:junma:error:invalid\"}");
    assert_string_equal(answer_header(&answer, "X-Request-Id"), "abc.1");
    ask(GET("/api/faults", "X-Request-Id: a b\r\n"), 422);
    assert_int_equal(strlen(answer_header(&answer, "X-Request-Id")), 17);
    ask(GET("/api/hungry", "Accept-Language: en\r\n"), 503);
    assert_true(answer_has(&answer, "urn:junma:error:out-of-memory"));
}

static void security_headers(void **state)
{
    (void)state;
    ask(GET("/api/cases/1", ""), 200);
    assert_non_null(
        strstr(answer_header(&answer, "Content-Security-Policy"), "frame-ancestors 'none'"));
    assert_string_equal(answer_header(&answer, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(answer_header(&answer, "Cache-Control"), "no-store");
    assert_string_equal(answer_header(&answer, "Cross-Origin-Opener-Policy"), "same-origin");
    assert_string_equal(answer_header(&answer, "Referrer-Policy"), "same-origin");
    ask(GET("/api/cookies", ""), 204);
    assert_non_null(strstr(answer.head, "Set-Cookie: sid=abc; Path=/; HttpOnly; SameSite=Lax\r\n"));
    assert_non_null(
        strstr(answer.head, "Set-Cookie: csrf=def; Path=/; Max-Age=60; SameSite=Strict\r\n"));
    assert_string_equal(answer_header(&answer, "Cache-Control"), "private");
    assert_string_equal(answer_header(&answer, "Content-Disposition"),
        "attachment; filename*=UTF-8''%E8%90%A5%E4%B8%9A%E6%89%A7%E7%85%A7%20%221%22.pdf");
}

static void entity_tags(void **state)
{
    (void)state;
    ask(GET("/api/tagged", ""), 200);
    assert_string_equal(answer_header(&answer, "ETag"), "\"v7\"");
    ask(GET("/api/tagged", "If-None-Match: \"v6\", W/\"v7\"\r\n"), 304);
    assert_string_equal(answer_header(&answer, "ETag"), "\"v7\"");
    ask(GET("/api/tagged", "If-None-Match: *\r\n"), 304);
    ask(GET("/api/tagged", "If-None-Match: v7\r\n"), 200);
    ask("PUT /api/tagged HTTP/1.1\r\nHost: x"
        "\r\nIf-Match: \"v7\"\r\nContent-Length: 0\r\n\r\n", 204);
    ask("PUT /api/tagged HTTP/1.1\r\nHost: x\r\nIf-Match: W/\"v7\"\r\nContent-Length: 0\r\n\r\n",
        412);
    ask("PUT /api/tagged HTTP/1.1\r\nHost: x"
        "\r\nIf-Match: \"v6\"\r\nContent-Length: 0\r\n\r\n", 412);
    ask("PUT /api/tagged HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 412);
}

static void json_bodies(void **state)
{
    (void)state;
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-8\r\n"
        "Content-Length: 13\r\n\r\n{\"b\":1,\"a\":2}",
        201);
    assert_string_equal(answer.body, "{\"b\":1,\"a\":2}");
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 4\r\n\r\n{\n x",
        400);
    assert_true(answer_has(&answer, "\"line\":2"));
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
        "Content-Length: 2\r\n\r\n{}",
        415);
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 0\r\n\r\n",
        400);
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        415);
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
        201);
    assert_string_equal(answer.body, "[1,2]");
}

static void sinks(void **state)
{
    (void)state;
    static char block[1 << 16];
    memset(block, 1, sizeof block);
    int fd = client_open(port);
    client_send(fd, "PUT /api/files HTTP/1.1\r\nHost: x\r\nX-File-Name: %E7%85%A7.jpg\r\n"
                    "Content-Length: 20971520\r\n\r\n");
    for (int i = 0; i < 320; i++)
        assert_true(client_send_bytes(fd, block, sizeof block));
    client_receive(fd, &answer, false);
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.body, "bytes=20971520 sum=20971520");
    close(fd);
    ask("PUT /api/files HTTP/1.1\r\nHost: x\r\nX-File-Name: a.jpg\r\nContent-Length: "
        "20971521\r\n\r\n",
        413);
    ask("PUT /api/files HTTP/1.1\r\nHost: x"
        "\r\nX-File-Name: a%2Fb\r\nContent-Length: 5\r\n\r\n", 422);
    ask("PUT /api/files HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 422);
    ask("PUT /api/files HTTP/1.1\r\nHost: x\r\nX-File-Name: a\r\nContent-Length: 3\r\n\r\n!ab",
        507);
}

static void multipart(void **state)
{
    static const char body[]
        = "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n路灯\r\n"
          "--B\r\nContent-Disposition: form-data; name=\"photo\"; "
          "filename=\"C:\\x\\\xE7\x85\xA7.jpg\"\r\n"
          "Content-Type: image/jpeg\r\n\r\n\r\n--b\r\n\r\n--B--\r\n";
    char request[1024];
    (void)state;
    snprintf(request, sizeof request,
        "POST /api/form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        sizeof body - 1, body);
    ask(request, 200);
    assert_string_equal(answer.body, "[title|||6][photo|照.jpg|image/jpeg|7]");
    ask("POST /api/form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n"
        "Content-Length: 5\r\n\r\n--B\r\n",
        400);
}

static void keep_alive_and_pipelining(void **state)
{
    (void)state;
    int fd = client_open(port);
    for (int i = 0; i < 3; i++) {
        client_send(fd, GET("/api/cases/1", ""));
        client_receive(fd, &answer, false);
        assert_int_equal(answer.status, 200);
    }
    client_send(fd, GET("/api/cases/1", "") GET("/api/cases/2", "")
            "POST /api/cases/3/verbs/go HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
            GET("/api/nothing", "") GET("/api/cases/4", ""));
    static const char *const expected[] = { "case=1", "case=2", "\"verb\":\"go\"", "not-found",
        "case=4" };
    for (int i = 0; i < 5; i++) {
        client_receive(fd, &answer, false);
        assert_true(answer_has(&answer, expected[i]));
    }
    close(fd);
    /* What follows a refused body is no request. */
    fd = client_open(port);
    client_send(fd, "DELETE /api/cases/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
            GET("/api/cases/smuggled", ""));
    client_receive(fd, &answer, false);
    assert_int_equal(answer.status, 413);
    client_receive(fd, &answer, false);
    assert_int_equal(answer.status, 0);
    close(fd);
}

static void the_log_and_the_numbers(void **state)
{
    (void)state;
    int lines = atomic_load(&the_app.lines);
    ask(GET("/api/cases/%E4%BC%81?secret=1", "X-Request-Id: log-1\r\n"), 200);
    for (int i = 0; i < 100 && atomic_load(&the_app.lines) == lines; i++)
        sleep_ms(10);
    pthread_mutex_lock(&the_app.lock);
    assert_non_null(strstr(the_app.last_line, "\"id\":\"log-1\""));
    assert_non_null(strstr(the_app.last_line, "\"route\":\"/api/cases/{id}\",\"status\":200"));
    assert_non_null(strstr(the_app.last_line, "\"path\":\"/api/cases/%E4%BC%81\""));
    assert_null(strstr(the_app.last_line, "secret"));
    pthread_mutex_unlock(&the_app.lock);
    struct arena a;
    arena_init(&a, NULL, MIB);
    str text = http_metrics_text(server, &a);
    assert_false(arena_failed(&a));
    assert_true(str_find(text,
                    STR("junma_http_requests_total{method=\"GET\",route=\"/api/cases/"
                        "{id}\",status=\"2xx\"} "),
                    0)
        > 0);
    assert_true(str_find(text,
                    STR("junma_http_seconds_bucket{method=\"\",route=\"(none)\",le=\"+Inf\"} "), 0)
        > 0);
    arena_release(&a);
}

static void unused_handler(struct http_request *req, const void *app)
{
    (void)app;
    http_reply_empty(req, 204);
}

static void bad_configurations(void **state)
{
    (void)state;
    struct http_server *other;
    struct diag d = { 0 };
    struct http_config config = { .sys = sys_real(), .address = "localhost" };
    assert_int_equal(http_server_create(&other, &config, &d), ERR_INVALID);
    config.address = "127.0.0.1";
    config.port = port;
    assert_int_equal(http_server_create(&other, &config, &d), ERR_IO);
    assert_non_null(strstr(d.en, "cannot listen at 127.0.0.1"));
    config.port = 0;
    config.files.dir = "/no/such/folder";
    assert_int_equal(http_server_create(&other, &config, &d), ERR_NOT_FOUND);
    static const struct http_route twice[] = {
        { "GET", "/a/{x}", unused_handler, 0, NULL, NULL },
        { "GET", "/a/{y}", unused_handler, 0, NULL, NULL },
    };
    config.files.dir = NULL;
    config.routes = twice;
    config.route_count = 2;
    assert_int_equal(http_server_create(&other, &config, &d), ERR_INVALID);
    assert_non_null(strstr(d.en, "/a/{y} takes the same requests as /a/{x}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_and_captures),
        cmocka_unit_test(unknown_paths),
        cmocka_unit_test(methods),
        cmocka_unit_test(broken_addresses_in_two_languages),
        cmocka_unit_test(queries_cookies_peers),
        cmocka_unit_test(problems),
        cmocka_unit_test(security_headers),
        cmocka_unit_test(entity_tags),
        cmocka_unit_test(json_bodies),
        cmocka_unit_test(sinks),
        cmocka_unit_test(multipart),
        cmocka_unit_test(keep_alive_and_pipelining),
        cmocka_unit_test(the_log_and_the_numbers),
        cmocka_unit_test(bad_configurations),
    };
    return cmocka_run_group_tests_name("http/server", tests, setup, teardown);
}
