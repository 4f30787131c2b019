/*
 * Start, the ticker, stop.
 *
 *     create ─▶ serving ─▶ stop: 1 hang up on who comes, end event streams
 *                                2 wait for what is under way, until the deadline
 *                                3 refuse: the suspended are abandoned and answered 503
 *                                4 close every connection, join the threads
 *                       ─▶ destroy: wait for abandoned requests to be resumed
 *
 * The library bounds how long a connection may be silent. A client that sends a byte now and then
 * is never silent; the ticker bounds how long head and body may take as a whole, and shuts the
 * socket (the library then finds it closed). It looks four times a second and does nothing else but
 * give up on suspended requests and tick the event hubs.
 */
#include "http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    TICK_MS = 250,
    LAST_ANSWERS_MS = 1000, /* for the 503s of step 3 to go out */
    POOL_EXTRA = 16 * 1024, /* a connection's memory beside its head */
    STACK_BYTES = 1024 * 1024
};

static const char default_csp[]
    = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
      "worker-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
      "frame-ancestors 'none'";

static struct http_config with_defaults(const struct http_config *given)
{
    struct http_config c = *given;
#define DEFAULT(field, value) c.field = c.field ? c.field : (value)
    DEFAULT(address, "127.0.0.1");
    DEFAULT(csp, default_csp);
    DEFAULT(threads, 2);
    DEFAULT(connections_max, 1024);
    DEFAULT(head_bytes_max, 32 * KIB);
    DEFAULT(uri_bytes_max, 8 * KIB);
    DEFAULT(arena_bytes_max, 4 * MIB);
    DEFAULT(bodies_bytes_max, 256 * MIB);
    DEFAULT(files.file_bytes_max, 64 * MIB);
    DEFAULT(idle_ms, 30000);
    DEFAULT(head_ms, 60000);
    DEFAULT(body_ms, 300000);
    DEFAULT(suspend_ms, 60000);
#undef DEFAULT
    return c;
}

/* We decode ourselves, with checks; the library shall leave escapes alone. */
static size_t unescape_nothing(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static void connection_changed(void *ctx, struct MHD_Connection *connection, void **state,
    enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = ctx;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info
            = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *state = info ? link_add(s, info->connect_fd) : NULL;
    } else if (*state) {
        link_remove(s, *state);
        *state = NULL;
    }
}

/*
 * A stopping server hangs up on who comes. MHD_quiesce_daemon is meant for this, but with a pool of
 * threads it ends the process now and then: it takes the listening socket out of a thread's epoll
 * set that the thread, told to, has just taken out itself (0.9.75).
 */
static enum MHD_Result may_come(void *ctx, const struct sockaddr *address, socklen_t bytes)
{
    struct http_server *s = ctx;
    (void)address;
    (void)bytes;
    return atomic_load(&s->stopping) ? MHD_NO : MHD_YES;
}

static void make_pools(struct http_server *s)
{
    size_t links = s->config.connections_max, count = links + ABANDONED_ROOM;
    s->exchanges = mem_alloc(count * sizeof *s->exchanges);
    s->links_memory = mem_alloc(links * sizeof *s->links_memory);
    for (size_t i = count; i > 0; i--) {
        struct exchange *ex = &s->exchanges[i - 1];
        arena_init(&ex->arena, s->config.memory, s->config.arena_bytes_max);
        ex->newer = s->free;
        s->free = ex;
    }
    for (size_t i = links; i > 0; i--) {
        s->links_memory[i - 1].older = s->links_free;
        s->links_free = &s->links_memory[i - 1];
    }
}

static void cut_slow(struct http_server *s, int64_t now_ns)
{
    const int64_t most_ms[] = { [STAGE_HEAD] = s->config.head_ms,
        [STAGE_BODY] = s->config.body_ms,
        [STAGE_BUSY] = INT64_MAX / NS_PER_MS };
    pthread_mutex_lock(&s->lock);
    for (struct link *l = s->links; l; l = l->older) {
        int stage = atomic_load_explicit(&l->stage, memory_order_acquire);
        int64_t since = atomic_load_explicit(&l->since_ns, memory_order_relaxed);
        if (now_ns - since > most_ms[stage] * NS_PER_MS) {
            shutdown(l->fd, SHUT_RDWR);
            atomic_store(&l->stage, STAGE_BUSY);
            atomic_fetch_add(&s->timed_out, 1);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

static struct timespec in_ms(unsigned ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * NS_PER_MS;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static void *tick(void *ctx)
{
    struct http_server *s = ctx;
    pthread_mutex_lock(&s->lock);
    while (s->ticking) {
        struct timespec until = in_ms(TICK_MS);
        while (s->ticking && pthread_cond_timedwait(&s->tick, &s->lock, &until) == 0)
            ;
        struct http_events *hubs[HUBS_MAX];
        memcpy(hubs, s->hubs, sizeof hubs);
        pthread_mutex_unlock(&s->lock);
        int64_t now = server_ns(s);
        suspended_abandon(s, now);
        cut_slow(s, now);
        for (int i = 0; i < HUBS_MAX && hubs[i]; i++)
            events_tick(hubs[i], now);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_address(const struct http_config *c, union address *out)
{
    *out = (union address){ .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(c->port) } };
    if (inet_pton(AF_INET6, c->address, &out->v6.sin6_addr) == 1)
        return true;
    *out = (union address){ .v4 = { .sin_family = AF_INET, .sin_port = htons(c->port) } };
    return inet_pton(AF_INET, c->address, &out->v4.sin_addr) == 1;
}

static enum err start_daemon(struct http_server *s, struct diag *d)
{
    const struct http_config *c = &s->config;
    union address address;
    if (!parse_address(c, &address))
        return diag_set(d, ERR_INVALID, "监听地址“%s”有误,应为数字形式的 IPv4 或 IPv6 地址",
            "'%s' is no address to listen at: a numeric IPv4 or IPv6 address is wanted",
            c->address);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME
        | (address.any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    const struct MHD_OptionItem options[] = {
        { MHD_OPTION_SOCK_ADDR, 0, &address },
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)c->connections_max, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)c->connections_per_ip_max, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)((c->idle_ms + 999) / 1000), NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)(c->head_bytes_max + POOL_EXTRA), NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        { MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, NULL },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_uri, s },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_completed, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, s },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)unescape_nothing, NULL },
        { c->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)c->threads,
            NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    errno = 0;
    s->daemon = MHD_start_daemon(flags, c->port, may_come, s, exchange_step, s, MHD_OPTION_ARRAY,
        options, MHD_OPTION_END);
    if (!s->daemon)
        return diag_set(d, ERR_IO, "无法监听 %s 端口 %u:%s", "cannot listen at %s port %u: %s",
            c->address, c->port, strerror(errno));
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    s->port = info ? info->port : c->port;
    return OK;
}

static void release(struct http_server *s)
{
    for (size_t i = 0; s->exchanges && i < s->config.connections_max + ABANDONED_ROOM; i++)
        arena_release(&s->exchanges[i].arena);
    if (s->files_dir >= 0)
        close(s->files_dir);
    arena_release(&s->arena);
    pthread_cond_destroy(&s->changed);
    pthread_cond_destroy(&s->tick);
    pthread_mutex_destroy(&s->lock);
    mem_free(s->exchanges);
    mem_free(s->links_memory);
    mem_free(s);
}

static void init_locks(struct http_server *s)
{
    pthread_condattr_t monotonic;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &monotonic);
    pthread_cond_init(&s->tick, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static enum err start(struct http_server *s, struct diag *d)
{
    uint32_t prefix;
    TRY(http_table_compile(&s->arena, s->config.routes, s->config.route_count, &s->table, d));
    TRY(static_open(s, d));
    sys_random(s->config.sys, &prefix, sizeof prefix);
    snprintf(s->id_prefix, sizeof s->id_prefix, "%08x", (unsigned)prefix);
    make_pools(s);
    s->ticking = true;
    TRY(start_daemon(s, d));
    int error = pthread_create(&s->ticker, NULL, tick, s);
    if (error) {
        MHD_stop_daemon(s->daemon);
        return diag_set(d, ERR_MEMORY, "无法启动线程:%s", "cannot start a thread: %s",
            strerror(error));
    }
    return OK;
}

enum err http_server_create(struct http_server **out, const struct http_config *config,
    struct diag *d)
{
    ASSERT(config->sys);
    struct http_server *s = mem_alloc(sizeof *s);
    s->config = with_defaults(config);
    s->files_dir = -1;
    arena_init(&s->arena, NULL, 16 * MIB);
    init_locks(s);
    enum err e = start(s, d);
    if (e != OK)
        release(s);
    else
        *out = s;
    return e;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

/* Until nothing is being answered or the time is over. */
static void wait_for_answers(struct http_server *s, unsigned ms)
{
    struct timespec until = in_ms(ms);
    pthread_mutex_lock(&s->lock);
    while (s->answering && pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&s->lock);
}

void http_server_stop(struct http_server *s, unsigned deadline_ms)
{
    if (s->stopped)
        return;
    s->stopped = true;
    struct http_events *hubs[HUBS_MAX];
    pthread_mutex_lock(&s->lock);
    atomic_store(&s->stopping, true);
    memcpy(hubs, s->hubs, sizeof hubs);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < HUBS_MAX && hubs[i]; i++)
        http_events_close(hubs[i]);
    wait_for_answers(s, deadline_ms);

    pthread_mutex_lock(&s->lock);
    atomic_store(&s->refusing, true);
    pthread_mutex_unlock(&s->lock);
    suspended_abandon(s, INT64_MAX);
    wait_for_answers(s, LAST_ANSWERS_MS);

    pthread_mutex_lock(&s->lock);
    s->ticking = false;
    pthread_cond_broadcast(&s->tick);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->ticker, NULL);
    MHD_stop_daemon(s->daemon);
}

void http_server_destroy(struct http_server *s)
{
    if (!s)
        return;
    http_server_stop(s, 0);
    pthread_mutex_lock(&s->lock);
    while (s->in_use)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
    release(s);
}
