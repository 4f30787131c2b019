/*
 * Clients that send too much, too slowly, too often or no HTTP at all: each is answered or cut off,
 * and the next one is served.
 */
#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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

static void a_large_body_arrives_whole(void **state)
{
    (void)state;
    enum { LENGTH = 99000 };
    static char body[LENGTH + 1];
    body[0] = '"';
    memset(body + 1, 'x', LENGTH - 2);
    body[LENGTH - 1] = '"';
    int fd = client_open(port);
    client_send(fd, "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    "Content-Length: 99000\r\n\r\n");
    client_send_bytes(fd, body, LENGTH);
    char head[512] = "";
    assert_true(client_wait_for(fd, head, sizeof head, "201 Created", 5000));
    close(fd);
}

static void too_large_is_said_early(void **state)
{
    (void)state;
    /* By the announced length, before a byte of the body. */
    ask("POST /api/cases/1/verbs/x HTTP/1.1\r\nHost: x\r\nContent-Length: 201\r\n\r\n", 413);
    assert_string_equal(answer_header(&answer, "Connection"), "close");
    assert_true(answer_has(&answer, "最多 200 字节"));
    ask("PATCH /api/cases/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000000\r\n\r\n", 413);
    ask("DELETE /api/cases/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\n", 413);
    ask("GET /api/list HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 413);
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-Deny: yes\r\n\r\n", 401);
    ask("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n", 404);
    /* While it streams. */
    int fd = client_open(port);
    client_send(
        fd, "POST /api/cases/1/verbs/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 30; i++)
        client_send(fd, "a\r\n0123456789\r\n");
    client_send(fd, "0\r\n\r\n");
    client_receive(fd, &answer, false);
    assert_int_equal(answer.status, 413);
    close(fd);
}

static void a_flood_is_cut(void **state)
{
    (void)state;
    static char chunk[65536 + 8];
    snprintf(chunk, sizeof chunk, "10000\r\n");
    memset(chunk + 7, 'x', 65536);
    int fd = client_open(port), sent = 0;
    client_send(fd, "POST /api/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (sent < 200 && client_send_bytes(fd, chunk, 7 + 65536) && client_send(fd, "\r\n"))
        sent++;
    assert_true(sent < 200);
    close(fd);
}

static void bodies_share_a_budget(void **state)
{
    (void)state;
    /* Each may announce 100,000 bytes; together at most 1,000,000. */
    int fds[11];
    for (int i = 0; i < 11; i++) {
        fds[i] = client_open(port);
        client_send(
            fds[i], "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx");
    }
    int refused = 0;
    for (int i = 0; i < 11; i++) {
        char head[512] = "";
        refused += client_wait_for(fds[i], head, sizeof head, "503 ", 200);
    }
    assert_int_equal(refused, 1);
    for (int i = 0; i < 11; i++)
        close(fds[i]);
}

static void malformed_requests(void **state)
{
    static const char *const requests[] = {
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\xfc\x03\x03 not http\r\n\r\n",
        "GET /api/list HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n",
        "GET /api/list HTTP/1.1\r\n\r\n",
        "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        /* What follows is not waited for: nobody knows where it would end. */
        "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n",
        "GET /api/list HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /api/list HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        client_ask(port, requests[i], &answer);
        if (answer.status != 0 && answer.status != 400 && answer.status != 413)
            fail_msg("request %zu: %s", i, answer.head);
    }
    ask("POST /api/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501);
    ask("GET /api/list HTTP/1.1\r\nHost: x\r\nX-A: \xff\r\n\r\n", 400);
    assert_null(strstr(answer.body, "\"requestId\":\"\""));
    ask(GET("/api/cases/1", ""), 200);
}

static void header_floods(void **state)
{
    (void)state;
    static char request[300000];
    size_t at = (size_t)snprintf(request, sizeof request, "GET /api/list HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 100; i++)
        at += (size_t)snprintf(request + at, sizeof request - at, "X-%d: y\r\n", i);
    snprintf(request + at, sizeof request - at, "\r\n");
    ask(request, 431);
    at = (size_t)snprintf(request, sizeof request, "GET /api/list HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 10000; i++)
        at += (size_t)snprintf(request + at, sizeof request - at, "X-%d: yyyyyyyyyyyyyy\r\n", i);
    snprintf(request + at, sizeof request - at, "\r\n");
    client_ask(port, request, &answer);
    assert_true(answer.status == 431 || answer.status == 413 || answer.status == 0);
    at = (size_t)snprintf(request, sizeof request, "GET /api/list?q=");
    memset(request + at, 'a', 9000);
    snprintf(request + at + 9000, sizeof request - at - 9000, " HTTP/1.1\r\nHost: x\r\n\r\n");
    ask(request, 414);
    at = (size_t)snprintf(request, sizeof request, "GET /api/list?");
    for (int i = 0; i < 100; i++)
        at += (size_t)snprintf(request + at, sizeof request - at, "a=%d&", i);
    snprintf(request + at, sizeof request - at, " HTTP/1.1\r\nHost: x\r\n\r\n");
    ask(request, 422);
}

static void slow_clients_are_cut(void **state)
{
    (void)state;
    /* A byte now and then is not silence, but the whole head must come within head_ms = 1 s. */
    int fd = client_open(port);
    int64_t from = now_ms();
    const char *head = "GET /api/list HTTP/1.1\r\nHost: a-very-long-name-that-never-ends-and-so-on";
    bool open = true;
    for (size_t i = 0; head[i] && open && now_ms() - from < 5000; i++) {
        client_send_bytes(fd, head + i, 1);
        open = !client_closed_within(fd, 100);
    }
    assert_false(open);
    assert_in_range(now_ms() - from, 900, 2500);
    close(fd);
    /* The same for a body within body_ms = 1.5 s. */
    fd = client_open(port);
    from = now_ms();
    client_send(fd, "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    for (open = true; open && now_ms() - from < 6000;) {
        client_send(fd, "x");
        open = !client_closed_within(fd, 100);
    }
    assert_false(open);
    assert_in_range(now_ms() - from, 1400, 3000);
    close(fd);
    /* Saying nothing at all. */
    fd = client_open(port);
    assert_true(client_closed_within(fd, 5000));
    close(fd);
}

static void *hammer(void *ctx)
{
    int *good = ctx;
    struct answer *a = test_calloc(1, sizeof *a);
    for (int i = 0; i < 20; i++) {
        int fd = client_open(port);
        for (int j = 0; j < 5; j++) {
            char request[128], expected[32];
            snprintf(expected, sizeof expected, "case=%d-%d", i, j);
            snprintf(
                request, sizeof request, "GET /api/cases/%d-%d HTTP/1.1\r\nHost: x\r\n\r\n", i, j);
            client_send(fd, request);
            client_receive(fd, a, false);
            *good += a->status == 200 && strcmp(a->body, expected) == 0;
        }
        close(fd);
    }
    test_free(a);
    return NULL;
}

static void many_at_once(void **state)
{
    pthread_t threads[16];
    int good[16] = { 0 };
    (void)state;
    for (int i = 0; i < 16; i++)
        pthread_create(&threads[i], NULL, hammer, &good[i]);
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(good[i], 100);
    }
}

/* Past connections_max = 200 a client waits its turn; those who say nothing lose theirs. */
static void more_connections_than_allowed(void **state)
{
    (void)state;
    int fds[260];
    struct arena a;
    for (int i = 0; i < 260; i++)
        fds[i] = client_open(port);
    sleep_ms(200);
    arena_init(&a, NULL, MIB);
    str text = http_metrics_text(server, &a);
    static const char label[] = "\njunma_http_connections ";
    ptrdiff_t at = str_find(text, str_from(label), 0);
    int open = 0;
    assert_true(at > 0 && sscanf(text.data + at + sizeof label - 1, "%d", &open) == 1);
    arena_release(&a);
    assert_in_range(open, 150, 200);
    ask(GET("/api/cases/1", ""), 200);
    for (int i = 0; i < 260; i++)
        close(fds[i]);
    ask(GET("/api/cases/1", ""), 200);
}

static void expectations(void **state)
{
    char seen[2048] = "";
    (void)state;
    ask("POST /api/cases/1/verbs/x HTTP/1.1\r\nHost: x\r\nContent-Length: 201\r\n"
        "Expect: 100-continue\r\n\r\n",
        413);
    int fd = client_open(port);
    client_send(fd, "POST /api/cases/1/verbs/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                    "Expect: 100-continue\r\n\r\n");
    assert_true(client_wait_for(fd, seen, sizeof seen, "HTTP/1.1 100 Continue\r\n\r\n", 3000));
    client_send(fd, "hi");
    assert_true(client_wait_for(fd, seen, sizeof seen, "HTTP/1.1 200 OK", 3000));
    close(fd);
}

static void one_address_gets_only_so_many(void **state)
{
    (void)state;
    struct http_server *other;
    struct diag d = { 0 };
    struct http_config config = sample_config(&the_app);
    config.connections_per_ip_max = 3;
    assert_int_equal(http_server_create(&other, &config, &d), OK);
    int fds[5], closed = 0;
    for (int i = 0; i < 5; i++)
        fds[i] = client_open(http_server_port(other));
    for (int i = 0; i < 5; i++)
        closed += client_closed_within(fds[i], 100);
    assert_int_equal(closed, 2);
    for (int i = 0; i < 5; i++)
        close(fds[i]);
    http_server_destroy(other);
}

/* Gives `left` chunks, then none; the server's threads share it. */
struct scarce {
    struct arena_source source;
    _Atomic long left, outstanding;
};

static void *scarce_alloc(void *ctx, size_t bytes)
{
    struct scarce *s = ctx;
    if (atomic_fetch_sub(&s->left, 1) <= 0)
        return NULL;
    atomic_fetch_add(&s->outstanding, 1);
    return malloc(bytes);
}

static void scarce_free(void *ctx, void *memory)
{
    atomic_fetch_sub(&((struct scarce *)ctx)->outstanding, 1);
    free(memory);
}

/* Every request fails cleanly at its 1st, 2nd, 3rd … want of memory, until it succeeds. */
static void memory_runs_out(void **state)
{
    static const char *const requests[] = {
        GET("/api/list?q=%E4%BC%81&limit=3", "Cookie: sid=1\r\n"),
        GET("/api/faults", ""),
        GET("/api/cookies", ""),
        GET("/api/nothing", ""),
        GET("/api/%ff", ""),
        "PUT /api/files HTTP/1.1\r\nHost: x\r\nX-File-Name: a\r\nContent-Length: 2\r\n\r\nab",
        "POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n2\r\n,3\r\n1\r\n]\r\n0\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        int expected = 0;
        client_ask(port, requests[i], &answer);
        expected = answer.status;
        for (long n = 0; answer.status != expected || n == 0; n++) {
            struct scarce scarce = { { scarce_alloc, scarce_free, &scarce }, n, 0 };
            struct http_server *poor;
            struct diag d = { 0 };
            struct http_config config = sample_config(&the_app);
            config.memory = &scarce.source;
            assert_int_equal(http_server_create(&poor, &config, &d), OK);
            client_ask(http_server_port(poor), requests[i], &answer);
            if (answer.status != expected) {
                assert_int_equal(answer.status, 503);
                assert_true(answer_has(&answer, "out-of-memory"));
            }
            http_server_destroy(poor);
            assert_int_equal(atomic_load(&scarce.outstanding), 0);
            assert_true(n < 50);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_body_arrives_whole),
        cmocka_unit_test(too_large_is_said_early),
        cmocka_unit_test(a_flood_is_cut),
        cmocka_unit_test(bodies_share_a_budget),
        cmocka_unit_test(malformed_requests),
        cmocka_unit_test(header_floods),
        cmocka_unit_test(slow_clients_are_cut),
        cmocka_unit_test(expectations),
        cmocka_unit_test(one_address_gets_only_so_many),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(more_connections_than_allowed),
    };
    return cmocka_run_group_tests_name("http/limits", tests, setup, teardown);
}
