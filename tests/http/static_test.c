/*
 * The face's files from a folder made for the test: what is served, how it is cached and packed,
 * and that nothing outside or hidden can be named.
 */
#include "client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/junma-static-XXXXXX";
static struct http_server *server;
static uint16_t port;
static struct answer answer;

static void api(struct http_request *req, const void *app)
{
    (void)app;
    http_reply(req, 200, "text/plain", STR("api"));
}

static const struct http_route routes[] = { { "GET", "/api/x", api, 0, NULL, NULL } };

static void path_in(char out[256], const char *name)
{
    snprintf(out, 256, "%s/%s", folder, name);
}

static void put(const char *name, const char *content)
{
    char path[256];
    path_in(path, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static int setup(void **state)
{
    (void)state;
    char path[256], root[256], target[256];
    struct diag d = { 0 };
    assert_non_null(mkdtemp(folder));
    path_in(root, "dist");
    mkdir(root, 0755);
    path_in(path, "dist/assets");
    mkdir(path, 0755);
    path_in(path, "dist/.git");
    mkdir(path, 0755);
    put("secret.txt", "SECRET");
    put("dist/index.html", "<p>index</p>");
    put("dist/assets/app-1a2b.js", "let a = 1;");
    put("dist/assets/app-1a2b.js.gz", "PACKED");
    put("dist/favicon.svg", "<svg/>");
    put("dist/.env", "SECRET");
    put("dist/.git/config", "SECRET");
    path_in(path, "dist/link.txt");
    path_in(target, "secret.txt");
    assert_int_equal(symlink(target, path), 0);
    path_in(path, "dist/up");
    assert_int_equal(symlink("..", path), 0);
    path_in(path, "dist/pipe");
    assert_int_equal(mkfifo(path, 0644), 0);
    static const char *const pages[] = { "/hall", "/desk", NULL };
    const struct http_config config = { .sys = sys_real(),
        .routes = routes,
        .route_count = 1,
        .files = { .dir = root, .spa_prefixes = pages, .immutable_prefix = "/assets/",
            .file_bytes_max = 1000000 } };
    assert_int_equal(http_server_create(&server, &config, &d), OK);
    port = http_server_port(server);
    return 0;
}

static void remove_all(void)
{
    static const char *const names[] = { "dist/index.html", "dist/assets/app-1a2b.js",
        "dist/assets/app-1a2b.js.gz", "dist/favicon.svg", "dist/.env", "dist/.git/config",
        "dist/link.txt", "dist/up", "dist/pipe", "dist/big.bin", "dist/huge.bin", "secret.txt" };
    static const char *const dirs[] = { "dist/assets", "dist/.git", "dist", "." };
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        path_in(path, names[i]);
        unlink(path);
    }
    for (size_t i = 0; i < 3; i++) {
        path_in(path, dirs[i]);
        rmdir(path);
    }
    rmdir(folder);
}

static int teardown(void **state)
{
    (void)state;
    http_server_destroy(server);
    remove_all();
    return 0;
}

static void ask(const char *target, const char *headers, int status)
{
    char request[1024];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target, headers);
    client_ask(port, request, &answer);
    if (answer.status != status)
        fprintf(stderr, "%s: %s%s\n", target, answer.head, answer.body);
    assert_int_equal(answer.status, status);
}

static void files_and_pages(void **state)
{
    static const char *const pages[] = { "/", "/index.html", "/hall", "/hall/", "/hall/new/7",
        "/desk/tasks?x=1" };
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        ask(pages[i], "", 200);
        assert_string_equal(answer.body, "<p>index</p>");
        assert_string_equal(answer_header(&answer, "Content-Type"), "text/html; charset=utf-8");
        assert_string_equal(answer_header(&answer, "Cache-Control"), "no-cache");
    }
    ask("/favicon.svg", "", 200);
    assert_string_equal(answer_header(&answer, "Content-Type"), "image/svg+xml");
    ask("/api/x", "", 200);
    assert_string_equal(answer.body, "api");
    static const char *const missing[] = { "/api/y", "/hallway", "/nothing.js", "/assets",
        "/assets/", "/pipe", "/hall.html" };
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        ask(missing[i], "", 404);
        assert_string_equal(answer_header(&answer, "Content-Type"), "application/problem+json");
    }
    /* A person who lost the way is shown a page that says so; a program is told. */
    ask("/nowhere", "Accept: text/html,*/*;q=0.8\r\n", 404);
    assert_string_equal(answer.body, "<p>index</p>");
    ask("/nowhere", "Accept: application/json\r\n", 404);
    assert_string_equal(answer_header(&answer, "Content-Type"), "application/problem+json");
}

static void methods_of_files(void **state)
{
    static const char *const targets[] = { "/", "/hall/x", "/favicon.svg" };
    char request[128];
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        snprintf(request, sizeof request, "DELETE %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
        client_ask(port, request, &answer);
        assert_int_equal(answer.status, 405);
        assert_string_equal(answer_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
        snprintf(request, sizeof request, "OPTIONS %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
        client_ask(port, request, &answer);
        assert_int_equal(answer.status, 204);
        assert_string_equal(answer_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
    }
    client_ask(port, "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", &answer);
    assert_int_equal(answer.status, 404);
    client_ask(port, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 204);
}

static void packed_and_cached(void **state)
{
    char condition[128];
    (void)state;
    ask("/assets/app-1a2b.js", "", 200);
    assert_string_equal(answer.body, "let a = 1;");
    assert_string_equal(
        answer_header(&answer, "Cache-Control"), "public, max-age=31536000, immutable");
    assert_string_equal(answer_header(&answer, "Vary"), "Accept-Encoding");
    assert_string_equal(answer_header(&answer, "Content-Encoding"), "");
    snprintf(condition, sizeof condition, "If-None-Match: %s\r\n", answer_header(&answer, "ETag"));
    ask("/assets/app-1a2b.js", condition, 304);
    ask("/assets/app-1a2b.js", "Accept-Encoding: br, gzip;q=0.5\r\n", 200);
    assert_string_equal(answer.body, "PACKED");
    assert_string_equal(answer_header(&answer, "Content-Encoding"), "gzip");
    assert_string_equal(answer_header(&answer, "Content-Type"), "text/javascript; charset=utf-8");
    snprintf(condition, sizeof condition, "Accept-Encoding: gzip\r\n%s",
        "If-None-Match: \"nothing\"\r\n");
    ask("/assets/app-1a2b.js", condition, 200);
    ask("/assets/app-1a2b.js", "Accept-Encoding: gzip;q=0\r\n", 200);
    assert_string_equal(answer.body, "let a = 1;");
    ask("/assets/app-1a2b.js", "Accept-Encoding: gzip;q=0, *\r\n", 200);
    assert_string_equal(answer.body, "let a = 1;");
    ask("/favicon.svg", "Accept-Encoding: gzip\r\n", 200);
    assert_string_equal(answer.body, "<svg/>");
    client_ask(port, "HEAD /assets/app-1a2b.js HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer_header(&answer, "Content-Length"), "10");
}

static void nothing_outside_can_be_named(void **state)
{
    static const char *const targets[] = { "/../secret.txt", "/..%2fsecret.txt",
        "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt", "/..%5csecret.txt", "/..\\secret.txt", "//secret.txt",
        "/./../secret.txt", "/%00/../secret.txt", "/favicon.svg%00.html", "/.env", "/%2eenv",
        "/.git/config", "/%2egit/config", "/link.txt", "/up/secret.txt", "/hall/../../secret.txt",
        "/etc/passwd", "//etc/passwd", "/%2fetc%2fpasswd", "/C:/x", "/....//secret.txt",
        "/..;/secret.txt", "/%252e%252e/secret.txt", "/%c0%ae%c0%ae/secret.txt",
        "/assets/./app-1a2b.js", "/assets//app-1a2b.js" };
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        char request[256];
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
        client_ask(port, request, &answer);
        if (answer.status != 400 && answer.status != 404)
            fail_msg("%s: %d", targets[i], answer.status);
        assert_false(answer_has(&answer, "SECRET"));
    }
}

static void large_files(void **state)
{
    static char block[500001];
    (void)state;
    memset(block, 'b', sizeof block - 1);
    put("dist/big.bin", block);
    int fd = client_open(port);
    client_send(fd, "GET /big.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    size_t total = 0;
    static char seen[600000];
    seen[0] = 0;
    client_wait_for(fd, seen, sizeof seen, "never there", 3000);
    total = strlen(seen);
    close(fd);
    assert_in_range(total, 500000, 502000);
    char path[256];
    path_in(path, "dist/huge.bin");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), 1000001), 0);
    fclose(f);
    ask("/huge.bin", "", 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_pages),
        cmocka_unit_test(methods_of_files),
        cmocka_unit_test(packed_and_cached),
        cmocka_unit_test(nothing_outside_can_be_named),
        cmocka_unit_test(large_files),
    };
    return cmocka_run_group_tests_name("http/static", tests, setup, teardown);
}
