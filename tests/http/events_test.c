/*
 * Event streams: several readers with different rights, resuming, a slow one, keep-alives, sessions
 * that end, readers who leave, and the server's stop.
 */
#include "client.h"

#include "http/events.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct http_events *hub;
    struct http_server *server;
    uint16_t port;
    _Atomic bool sessions_end;
    char seen[1 << 20];
    struct answer answer;
};

static bool may_see(const struct http_request *req, const struct http_event *event)
{
    str unit = http_param(req, "unit");
    return str_is(unit, "all") || str_equal(unit, event->tag);
}

static bool still_valid(const struct http_request *req)
{
    return !atomic_load(&((struct fixture *)req->user)->sessions_end);
}

static void stream(struct http_request *req, const void *app)
{
    struct fixture *f = (void *)(uintptr_t)app;
    req->user = f;
    http_reply_events(req, f->hub, &(struct http_subscription){ may_see, still_valid });
}

static const struct http_route routes[] = { { "GET", "/events/{unit}", stream, 0, NULL, NULL } };

static struct fixture *begin(struct http_events_config ec, unsigned idle_ms)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    struct diag d = { 0 };
    ec.sys = sys_real();
    assert_int_equal(http_events_create(&f->hub, &ec, &d), OK);
    const struct http_config config
        = { .sys = sys_real(), .routes = routes, .route_count = 1, .app = f, .idle_ms = idle_ms };
    assert_int_equal(http_server_create(&f->server, &config, &d), OK);
    f->port = http_server_port(f->server);
    return f;
}

static void end(struct fixture *f)
{
    http_server_destroy(f->server);
    http_events_destroy(f->hub);
    test_free(f);
}

static int subscribe(struct fixture *f, const char *unit, const char *headers)
{
    char request[256];
    int fd = client_open(f->port);
    snprintf(
        request, sizeof request, "GET /events/%s HTTP/1.1\r\nHost: x\r\n%s\r\n", unit, headers);
    client_send(fd, request);
    f->seen[0] = 0;
    assert_true(client_wait_for(fd, f->seen, sizeof f->seen, "retry: 3000\n\n", 3000));
    assert_non_null(strstr(f->seen, "Content-Type: text/event-stream"));
    assert_non_null(strstr(f->seen, "Cache-Control: no-store"));
    return fd;
}

static void publish(struct fixture *f, const char *name, const char *tag, const char *data)
{
    struct diag d = { 0 };
    const struct http_event event
        = { .name = str_from(name), .tag = str_from(tag), .data = str_from(data) };
    assert_int_equal(http_events_publish(f->hub, &event, &d), OK);
}

static bool sees(struct fixture *f, int fd, const char *wanted)
{
    f->seen[0] = 0;
    return client_wait_for(fd, f->seen, sizeof f->seen, wanted, 3000);
}

/* As sees(), through any number of bytes before it; the end of what was seen is kept. */
static bool drain_until(struct fixture *f, int fd, const char *wanted)
{
    int64_t until = now_ms() + 10000;
    f->seen[0] = 0;
    while (now_ms() < until) {
        if (client_wait_for(fd, f->seen, 65536, wanted, 1000))
            return true;
        size_t bytes = strlen(f->seen), kept = bytes < 64 ? bytes : 64;
        memmove(f->seen, f->seen + bytes - kept, kept + 1);
    }
    return false;
}

static bool wait_for_subscribers(struct fixture *f, size_t count, int ms)
{
    for (int i = 0; i < ms / 10 && http_events_subscribers(f->hub) != count; i++)
        sleep_ms(10);
    return http_events_subscribers(f->hub) == count;
}

static void each_sees_what_it_may(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ 0 }, 0);
    int a = subscribe(f, "a", ""), b = subscribe(f, "b", ""), all = subscribe(f, "all", "");
    assert_int_equal(http_events_subscribers(f->hub), 3);
    publish(f, "case", "a", "{\"id\":1}");
    publish(f, "case", "b", "one\r\ntwo\nthree");
    publish(f, "last", "a", "");
    publish(f, "last", "b", "x\n");
    assert_true(sees(f, a, "event: last\ndata: \n\n"));
    assert_non_null(strstr(f->seen, "event: case\ndata: {\"id\":1}\n\n"));
    assert_null(strstr(f->seen, "two"));
    assert_true(sees(f, b, "event: last\ndata: x\ndata: \n\n"));
    assert_non_null(strstr(f->seen, "data: one\ndata: two\ndata: three\n\n"));
    assert_null(strstr(f->seen, "{\"id\":1}"));
    assert_true(sees(f, all, "data: x\ndata: \n\n"));
    assert_non_null(strstr(f->seen, "{\"id\":1}"));
    assert_non_null(strstr(f->seen, "data: three"));
    close(a);
    close(b);
    close(all);
    end(f);
}

static void what_is_no_event(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ .event_bytes_max = 100 }, 0);
    struct diag d = { 0 };
    static char lines[101], tag[200];
    memset(lines, '\n', 100);
    memset(tag, 't', sizeof tag);
    const struct {
        struct http_event event;
        enum err expected;
    } cases[] = {
        { { .name = STR("a b"), .data = STR("x") }, ERR_INVALID },
        { { .name = STR(""), .data = STR("x") }, ERR_INVALID },
        { { .name = STR("a\nid: 1"), .data = STR("x") }, ERR_INVALID },
        { { .name = STR("a"), .data = STR("\xff") }, ERR_INVALID },
        { { .name = STR("a"), .data = STR("x"), .tag = { tag, sizeof tag } }, ERR_INVALID },
        { { .name = STR("a"), .data = { lines, 100 } }, ERR_TOO_LARGE },
        { { .name = STR("a"), .data = { tag, 101 } }, ERR_TOO_LARGE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(http_events_publish(f->hub, &cases[i].event, &d), cases[i].expected);
    end(f);
}

static void resuming(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ .events_kept = 8 }, 0);
    char header[128], id[64] = "";
    int fd = subscribe(f, "all", "");
    publish(f, "n", "", "one");
    assert_true(sees(f, fd, "data: one\n\n"));
    assert_int_equal(sscanf(strstr(f->seen, "id: "), "id: %63s", id), 1);
    close(fd);
    publish(f, "n", "", "two");
    publish(f, "n", "", "three");
    snprintf(header, sizeof header, "Last-Event-ID: %s\r\n", id);
    fd = subscribe(f, "all", header);
    if (!strstr(f->seen, "data: three\n\n"))
        assert_true(client_wait_for(fd, f->seen, sizeof f->seen, "data: three\n\n", 3000));
    assert_non_null(strstr(f->seen, "data: two\n\n"));
    assert_null(strstr(f->seen, "data: one\n\n"));
    close(fd);
    /* Too long ago, another process, nonsense: all are told to load anew, with a place to go on. */
    for (int i = 0; i < 20; i++)
        publish(f, "n", "", "more");
    static const char *const others[] = { "0123456789abcdef-3", "nonsense", "" };
    for (int i = 0; i < 3; i++) {
        snprintf(header, sizeof header, "Last-Event-ID: %s\r\n", i < 2 ? others[i] : id);
        fd = subscribe(f, "all", header);
        if (!strstr(f->seen, "event: reset\n"))
            assert_true(client_wait_for(fd, f->seen, sizeof f->seen, "event: reset\n", 3000));
        assert_null(strstr(f->seen, "data: more"));
        publish(f, "n", "", "after");
        assert_true(client_wait_for(fd, f->seen, sizeof f->seen, "data: after\n\n", 3000));
        close(fd);
    }
    end(f);
}

static void a_slow_reader_does_not_hold_the_others(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ .events_kept = 16 }, 0);
    static char big[4001];
    memset(big, 'z', 4000);
    int slow = subscribe(f, "all", ""), quick = subscribe(f, "all", "");
    /* More than the sockets' buffers take: the slow one's cursor falls out of the ring. */
    for (int i = 0; i < 3000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        publish(f, name, "", big);
        char wanted[32];
        snprintf(wanted, sizeof wanted, "event: %s\n", name);
        assert_true(sees(f, quick, wanted));
    }
    assert_true(drain_until(f, slow, "event: reset\n"));
    publish(f, "again", "", "x");
    assert_true(drain_until(f, slow, "event: again\n"));
    close(slow);
    close(quick);
    end(f);
}

static void keep_alives_and_ended_sessions(void **state)
{
    (void)state;
    /* Longer than the idle limit of a second: waiting is no silence. */
    struct fixture *f = begin((struct http_events_config){ .keep_alive_ms = 600 }, 1000);
    int fd = subscribe(f, "all", "");
    for (int i = 0; i < 3; i++)
        assert_true(sees(f, fd, ": \n\n"));
    publish(f, "n", "", "alive");
    assert_true(sees(f, fd, "data: alive\n\n"));
    atomic_store(&f->sessions_end, true);
    assert_true(client_closed_within(fd, 3000) || strstr(f->seen, "0\r\n\r\n"));
    assert_true(wait_for_subscribers(f, 0, 3000));
    close(fd);
    end(f);
}

static void readers_leave_and_room_returns(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ .subscribers_max = 4 }, 0);
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = subscribe(f, "all", "");
    client_ask(f->port, "GET /events/all HTTP/1.1\r\nHost: x\r\n\r\n", &f->answer);
    assert_int_equal(f->answer.status, 503);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    assert_true(wait_for_subscribers(f, 0, 3000));
    close(subscribe(f, "all", ""));
    end(f);
}

static void the_stop_ends_streams(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ 0 }, 0);
    int fds[8];
    for (int i = 0; i < 8; i++)
        fds[i] = subscribe(f, "all", "");
    int64_t from = now_ms();
    http_server_stop(f->server, 5000);
    assert_in_range(now_ms() - from, 0, 2000);
    for (int i = 0; i < 8; i++) {
        assert_true(client_closed_within(fds[i], 1000));
        close(fds[i]);
    }
    publish(f, "n", "", "into the void");
    end(f);
}

struct publisher {
    struct fixture *fixture;
    int count;
};

static void *publish_many(void *ctx)
{
    struct publisher *p = ctx;
    for (int i = 0; i < p->count; i++)
        publish(p->fixture, "n", i % 2 ? "a" : "b", "{\"some\":\"data\"}");
    return NULL;
}

/* Publishers, readers who come and go, and the stop, all at once: for the sanitizers. */
static void everybody_at_once(void **state)
{
    (void)state;
    struct fixture *f = begin((struct http_events_config){ .keep_alive_ms = 250 }, 0);
    struct publisher p = { f, 5000 };
    pthread_t threads[3];
    int fds[30];
    for (int i = 0; i < 10; i++)
        fds[i] = subscribe(f, i % 2 ? "a" : "all", "");
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, publish_many, &p);
    for (int i = 10; i < 30; i++) {
        fds[i] = subscribe(f, "b", "");
        close(fds[i - 10]);
    }
    http_server_stop(f->server, 2000);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (int i = 20; i < 30; i++)
        close(fds[i]);
    assert_int_equal(http_events_subscribers(f->hub), 0);
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sees_what_it_may),
        cmocka_unit_test(what_is_no_event),
        cmocka_unit_test(resuming),
        cmocka_unit_test(a_slow_reader_does_not_hold_the_others),
        cmocka_unit_test(keep_alives_and_ended_sessions),
        cmocka_unit_test(readers_leave_and_room_returns),
        cmocka_unit_test(the_stop_ends_streams),
        cmocka_unit_test(everybody_at_once),
    };
    return cmocka_run_group_tests_name("http/events", tests, NULL, NULL);
}
