/*
 * Answers that come later, from another thread: in time, after the client has gone, too late, at
 * the server's stop and after it. In every case the request's clean-ups run exactly once, and not
 * before the worker has let go.
 */
#include "client.h"

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

enum { JOBS_MAX = 256 };

/* A worker as the store's writer is one: a queue and a thread that takes all of it at once. */
struct worker {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct http_request *jobs[JOBS_MAX];
    size_t count;
    bool held, ending;
    _Atomic int cleaned, continued;
    pthread_t thread;
};

static void *work(void *ctx)
{
    struct worker *w = ctx;
    pthread_mutex_lock(&w->lock);
    while (!w->ending || w->count) {
        while ((!w->count || w->held) && !(w->ending && !w->count))
            pthread_cond_wait(&w->more, &w->lock);
        struct http_request *jobs[JOBS_MAX];
        size_t count = w->count;
        memcpy(jobs, w->jobs, sizeof jobs);
        w->count = 0;
        pthread_mutex_unlock(&w->lock);
        for (size_t i = 0; i < count; i++) {
            /* What the work needs is still there, whatever became of the client. */
            jobs[i]->user = (void *)(uintptr_t)str_printf(jobs[i]->arena, "done %.*s %.*s",
                STR_ARGS(http_param(jobs[i], "name")), STR_ARGS(jobs[i]->body)).data;
            http_resume(jobs[i]);
        }
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void hold(struct worker *w, bool held)
{
    pthread_mutex_lock(&w->lock);
    w->held = held;
    pthread_cond_broadcast(&w->more);
    pthread_mutex_unlock(&w->lock);
}

static size_t waiting(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    size_t count = w->count;
    pthread_mutex_unlock(&w->lock);
    return count;
}

static bool wait_for_jobs(struct worker *w, size_t count)
{
    for (int i = 0; i < 500 && waiting(w) != count; i++)
        sleep_ms(10);
    return waiting(w) == count;
}

static bool wait_for_cleaned(struct worker *w, int count)
{
    for (int i = 0; i < 500 && atomic_load(&w->cleaned) != count; i++)
        sleep_ms(10);
    return atomic_load(&w->cleaned) == count;
}

static void cleaned(void *ctx)
{
    atomic_fetch_add(&((struct worker *)ctx)->cleaned, 1);
}

static void hand_over(struct http_request *req, struct worker *w,
    void (*then)(struct http_request *, void *))
{
    http_suspend(req, then, w);
    pthread_mutex_lock(&w->lock);
    w->jobs[w->count++] = req;
    pthread_cond_broadcast(&w->more);
    pthread_mutex_unlock(&w->lock);
}

static void finish(struct http_request *req, void *ctx)
{
    atomic_fetch_add(&((struct worker *)ctx)->continued, 1);
    http_reply(req, 200, "text/plain", str_from(req->user));
}

static void finish_again(struct http_request *req, void *ctx)
{
    hand_over(req, ctx, finish);
}

static void once(struct http_request *req, const void *app)
{
    struct worker *w = (void *)(uintptr_t)app;
    arena_defer(req->arena, cleaned, w);
    hand_over(req, w, finish);
}

static void twice(struct http_request *req, const void *app)
{
    struct worker *w = (void *)(uintptr_t)app;
    arena_defer(req->arena, cleaned, w);
    hand_over(req, w, finish_again);
}

static const struct http_route routes[] = {
    { "GET", "/once/{name}", once, 0, NULL, NULL },
    { "POST", "/once/{name}", once, 1000, NULL, NULL },
    { "GET", "/twice/{name}", twice, 0, NULL, NULL },
};

struct fixture {
    struct worker worker;
    struct http_server *server;
    uint16_t port;
    struct answer answer;
};

static struct fixture *begin(unsigned suspend_ms)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    struct diag d = { 0 };
    pthread_mutex_init(&f->worker.lock, NULL);
    pthread_cond_init(&f->worker.more, NULL);
    pthread_create(&f->worker.thread, NULL, work, &f->worker);
    const struct http_config config = { .sys = sys_real(),
        .routes = routes,
        .route_count = 3,
        .app = &f->worker,
        .suspend_ms = suspend_ms };
    assert_int_equal(http_server_create(&f->server, &config, &d), OK);
    f->port = http_server_port(f->server);
    return f;
}

static void end_worker(struct fixture *f)
{
    pthread_mutex_lock(&f->worker.lock);
    f->worker.ending = true;
    f->worker.held = false;
    pthread_cond_broadcast(&f->worker.more);
    pthread_mutex_unlock(&f->worker.lock);
    pthread_join(f->worker.thread, NULL);
}

static void end(struct fixture *f)
{
    end_worker(f);
    http_server_destroy(f->server);
    pthread_mutex_destroy(&f->worker.lock);
    pthread_cond_destroy(&f->worker.more);
    test_free(f);
}

static void answers_come_from_the_worker(void **state)
{
    (void)state;
    struct fixture *f = begin(0);
    client_ask(f->port, "GET /once/a HTTP/1.1\r\nHost: x\r\n\r\n", &f->answer);
    assert_string_equal(f->answer.body, "done a ");
    client_ask(f->port, "POST /once/b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody",
        &f->answer);
    assert_string_equal(f->answer.body, "done b body");
    client_ask(f->port, "GET /twice/c HTTP/1.1\r\nHost: x\r\n\r\n", &f->answer);
    assert_string_equal(f->answer.body, "done c ");
    assert_true(wait_for_cleaned(&f->worker, 3));
    /* Pipelined behind a suspended one: in order. */
    int fd = client_open(f->port);
    client_send(
        fd, "GET /once/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /twice/2 HTTP/1.1\r\nHost: x\r\n\r\n");
    client_receive(fd, &f->answer, false);
    assert_string_equal(f->answer.body, "done 1 ");
    client_receive(fd, &f->answer, false);
    assert_string_equal(f->answer.body, "done 2 ");
    close(fd);
    end(f);
}

struct caller {
    uint16_t port;
    int good;
};

static void *call(void *ctx)
{
    struct caller *c = ctx;
    struct answer *a = test_calloc(1, sizeof *a);
    int fd = client_open(c->port);
    for (int i = 0; i < 200; i++) {
        char request[128], expected[32];
        snprintf(request, sizeof request, "GET /%s/%d HTTP/1.1\r\nHost: x\r\n\r\n",
            i % 3 ? "once" : "twice", i);
        snprintf(expected, sizeof expected, "done %d ", i);
        client_send(fd, request);
        client_receive(fd, a, false);
        c->good += a->status == 200 && strcmp(a->body, expected) == 0;
    }
    close(fd);
    test_free(a);
    return NULL;
}

static void many_wait_at_once(void **state)
{
    (void)state;
    struct fixture *f = begin(0);
    struct caller callers[24];
    pthread_t threads[24];
    for (int i = 0; i < 24; i++) {
        callers[i] = (struct caller){ f->port, 0 };
        pthread_create(&threads[i], NULL, call, &callers[i]);
    }
    for (int i = 0; i < 24; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].good, 200);
    }
    assert_true(wait_for_cleaned(&f->worker, 24 * 200));
    end(f);
}

static void the_client_goes_away(void **state)
{
    (void)state;
    struct fixture *f = begin(0);
    hold(&f->worker, true);
    for (int i = 0; i < 20; i++) {
        int fd = client_open(f->port);
        client_send(fd, "POST /once/gone HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        assert_true(wait_for_jobs(&f->worker, (size_t)i + 1));
        if (i % 2) {
            struct linger reset = { 1, 0 };
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        close(fd);
    }
    assert_int_equal(atomic_load(&f->worker.cleaned), 0);
    hold(&f->worker, false);
    assert_true(wait_for_cleaned(&f->worker, 20));
    client_ask(f->port, "GET /once/a HTTP/1.1\r\nHost: x\r\n\r\n", &f->answer);
    assert_int_equal(f->answer.status, 200);
    end(f);
}

static void a_worker_that_is_too_late(void **state)
{
    (void)state;
    struct fixture *f = begin(300);
    hold(&f->worker, true);
    int64_t from = now_ms();
    client_ask(f->port, "GET /once/late HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\n\r\n",
        &f->answer);
    assert_int_equal(f->answer.status, 503);
    assert_true(answer_has(&f->answer, "urn:junma:error:busy"));
    assert_in_range(now_ms() - from, 250, 1500);
    assert_int_equal(atomic_load(&f->worker.cleaned), 0);
    hold(&f->worker, false);
    assert_true(wait_for_cleaned(&f->worker, 1));
    assert_int_equal(atomic_load(&f->worker.continued), 0);
    client_ask(f->port, "GET /once/next HTTP/1.1\r\nHost: x\r\n\r\n", &f->answer);
    assert_string_equal(f->answer.body, "done next ");
    end(f);
}

struct releaser {
    struct worker *worker;
    int after_ms;
};

static void *release_later(void *ctx)
{
    struct releaser *r = ctx;
    sleep_ms(r->after_ms);
    hold(r->worker, false);
    return NULL;
}

static void a_stop_lets_work_finish(void **state)
{
    (void)state;
    struct fixture *f = begin(0);
    pthread_t thread;
    struct releaser r = { &f->worker, 300 };
    hold(&f->worker, true);
    int fd = client_open(f->port), idle = client_open(f->port);
    client_send(fd, "GET /once/last HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(wait_for_jobs(&f->worker, 1));
    pthread_create(&thread, NULL, release_later, &r);
    int64_t from = now_ms();
    http_server_stop(f->server, 5000);
    assert_in_range(now_ms() - from, 200, 2000);
    client_receive(fd, &f->answer, false);
    assert_string_equal(f->answer.body, "done last ");
    assert_string_equal(answer_header(&f->answer, "Connection"), "close");
    assert_true(client_closed_within(idle, 1000));
    pthread_join(thread, NULL);
    close(fd);
    close(idle);
    end(f);
}

static void a_stop_that_runs_out_of_patience(void **state)
{
    (void)state;
    struct fixture *f = begin(0);
    hold(&f->worker, true);
    int fds[10];
    for (int i = 0; i < 10; i++) {
        fds[i] = client_open(f->port);
        client_send(fds[i], "GET /once/x HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    assert_true(wait_for_jobs(&f->worker, 10));
    int64_t from = now_ms();
    http_server_stop(f->server, 200);
    assert_in_range(now_ms() - from, 150, 2000);
    for (int i = 0; i < 10; i++) {
        client_receive(fds[i], &f->answer, false);
        assert_int_equal(f->answer.status, 503);
        assert_true(answer_has(&f->answer, "urn:junma:error:stopping"));
        close(fds[i]);
    }
    /* The worker still holds the requests; destroy waits for it. */
    assert_int_equal(atomic_load(&f->worker.cleaned), 0);
    pthread_t thread;
    struct releaser r = { &f->worker, 200 };
    pthread_create(&thread, NULL, release_later, &r);
    http_server_destroy(f->server);
    f->server = NULL;
    assert_int_equal(atomic_load(&f->worker.cleaned), 10);
    assert_int_equal(atomic_load(&f->worker.continued), 0);
    pthread_join(thread, NULL);
    end(f);
}

static void starts_and_stops_quickly(void **state)
{
    (void)state;
    int64_t from = now_ms();
    for (int i = 0; i < 10; i++)
        end(begin(0));
    assert_in_range(now_ms() - from, 0, 3000);
}

struct visitor {
    uint16_t port;
    _Atomic bool leaves;
};

static void *visit(void *arg)
{
    struct visitor *v = arg;
    while (!atomic_load(&v->leaves)) {
        int fd = client_try(v->port);
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

/* The workers are woken by connections at the moment when the server takes no more of them. */
static void stops_while_clients_come(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct fixture *f = begin(0);
        struct visitor v = { .port = f->port };
        pthread_t thread;
        pthread_create(&thread, NULL, visit, &v);
        sleep_ms(1 + i % 3);
        http_server_stop(f->server, 100);
        atomic_store(&v.leaves, true);
        pthread_join(thread, NULL);
        end(f);
    }
}

/* Resumed by the worker and given up by the ticker at about the same time, many times over. */
static void late_and_in_time_race(void **state)
{
    (void)state;
    struct fixture *f = begin(250);
    int fds[100], answered = 0;
    for (int i = 0; i < 100; i++) {
        fds[i] = client_open(f->port);
        hold(&f->worker, i % 4 != 0);
        client_send(fds[i], "GET /once/x HTTP/1.1\r\nHost: x\r\n\r\n");
        sleep_ms(i % 7);
    }
    hold(&f->worker, false);
    for (int i = 0; i < 100; i++) {
        client_receive(fds[i], &f->answer, false);
        answered += f->answer.status == 200 || f->answer.status == 503;
        close(fds[i]);
    }
    assert_int_equal(answered, 100);
    assert_true(wait_for_cleaned(&f->worker, 100));
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_from_the_worker),
        cmocka_unit_test(many_wait_at_once),
        cmocka_unit_test(the_client_goes_away),
        cmocka_unit_test(a_worker_that_is_too_late),
        cmocka_unit_test(a_stop_lets_work_finish),
        cmocka_unit_test(a_stop_that_runs_out_of_patience),
        cmocka_unit_test(starts_and_stops_quickly),
        cmocka_unit_test(stops_while_clients_come),
        cmocka_unit_test(late_and_in_time_race),
    };
    return cmocka_run_group_tests_name("http/suspend", tests, NULL, NULL);
}
