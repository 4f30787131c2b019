/*
 * The limit of a web service that keeps what it acknowledges: libmicrohttpd, SQLite and group
 * commit (group.c), and nothing else. No form, no rights, no procedure, no JSON is read.
 *
 *     POST /rows     writes the rows of one case (rows.c), answers 201 after the sync
 *     GET  /list     50 open cases in order of their deadline, as JSON
 *     GET  /row?id=  one case, as JSON
 *
 *     baseline FOLDER [--port 8197] [--threads 2] [--fill 5000] [--rows cases=1,task=1,…]
 *
 * Listens on 127.0.0.1, fills the database, prints "ready" and serves until its input ends.
 */
#include "group.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READERS_MAX = 8, ANSWER_BYTES = 64 * 1024, WAITING_MAX = 1024 };

struct reader {
    struct rows_raw raw;
    pthread_mutex_t mutex;
};

struct service {
    struct group group;
    struct reader readers[READERS_MAX];
    size_t reader_count;
    _Atomic unsigned turn;
};

/* State of one POST from its head to its answer; NULL id: still waiting. */
struct post {
    struct MHD_Connection *connection;
    bool submitted;
    _Atomic int64_t id;
};

static enum MHD_Result answer(
    struct MHD_Connection *c, unsigned status, const char *text, size_t bytes)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        bytes, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(r, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return result;
}

static void written(void *ctx, int64_t id)
{
    struct post *p = ctx;
    p->id = id;
    MHD_resume_connection(p->connection);
}

static enum MHD_Result post_rows(
    struct service *s, struct MHD_Connection *c, size_t *upload_bytes, struct post *p)
{
    if (*upload_bytes) {
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (!p->submitted) {
        p->connection = c;
        p->submitted = true;
        MHD_suspend_connection(c);
        if (group_submit(&s->group, written, p))
            return MHD_YES;
        p->submitted = false;
        MHD_resume_connection(c);
        return answer(c, 503, "{}", 2);
    }
    char text[512];
    int bytes = snprintf(text, sizeof text,
        "{\"id\":\"%lld\",\"number\":\"Q2611-%08lld\",\"dueAt\":\"2026-11-30T17:30:00+08:00\",\"unit\":"
        "\"development\",\"receipt\":{\"leaf\":\"%064llx\"}}",
        (long long)p->id, (long long)p->id, (unsigned long long)p->id);
    return answer(c, 201, text, (size_t)bytes);
}

static size_t put_row(sqlite3_stmt *st, char *out, size_t bytes)
{
    size_t used = 0;
    for (int i = 0; i < sqlite3_column_count(st) && used < bytes; i++) {
        const char *format = sqlite3_column_type(st, i) == SQLITE_INTEGER ? "%c\"%s\":%s"
                                                                          : "%c\"%s\":\"%s\"";
        const char *text = (const char *)sqlite3_column_text(st, i);
        used += (size_t)snprintf(out + used, bytes - used, format, i ? ',' : '{',
            sqlite3_column_name(st, i), text ? text : "");
    }
    if (used < bytes)
        used += (size_t)snprintf(out + used, bytes - used, "}");
    ASSERT(used < bytes);
    return used;
}

static enum MHD_Result get_rows(struct service *s, struct MHD_Connection *c, bool list)
{
    struct reader *r = &s->readers[s->turn++ % s->reader_count];
    char *text = malloc(ANSWER_BYTES);
    size_t used = 0;
    pthread_mutex_lock(&r->mutex);
    sqlite3_stmt *st = list ? r->raw.list : r->raw.one;
    if (!list) {
        const char *id = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "id");
        sqlite3_bind_int64(st, 1, strtoll(id ? id : "1000000", NULL, 10));
    }
    text[used++] = '[';
    while (sqlite3_step(st) == SQLITE_ROW) {
        if (used > 1)
            text[used++] = ',';
        used += put_row(st, text + used, ANSWER_BYTES - used - 1);
    }
    text[used++] = ']';
    sqlite3_reset(st);
    pthread_mutex_unlock(&r->mutex);
    enum MHD_Result result = answer(c, 200, text, used);
    free(text);
    return result;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_bytes, void **state)
{
    (void)version;
    (void)upload;
    struct service *s = ctx;
    bool is_post = strcmp(method, "POST") == 0;
    if (!*state) {
        *state = calloc(1, sizeof(struct post));
        return *state ? MHD_YES : MHD_NO;
    }
    if (is_post && strcmp(url, "/rows") == 0)
        return post_rows(s, c, upload_bytes, *state);
    if (!is_post && strcmp(url, "/list") == 0)
        return get_rows(s, c, true);
    if (!is_post && strcmp(url, "/row") == 0)
        return get_rows(s, c, false);
    return answer(c, 404, "{}", 2);
}

static void finished(
    void *ctx, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
    (void)ctx;
    (void)c;
    (void)why;
    free(*state);
    *state = NULL;
}

static void fill(struct group *g, int64_t count)
{
    for (int64_t done = 0; done < count;) {
        rows_raw_run(&g->raw, "BEGIN");
        for (int i = 0; i < 500 && done < count; i++, done++)
            rows_raw_case(&g->raw, g->next_id++);
        rows_raw_run(&g->raw, "COMMIT");
    }
}

static void serve(struct service *s, uint16_t port, unsigned threads)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
    };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL, handle, s,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED, finished,
        NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)WAITING_MAX,
        threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "cannot listen at 127.0.0.1:%u\n", port);
        exit(1);
    }
    printf("ready\n");
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
}

int main(int argc, char **argv)
{
    static struct service s;
    struct rows rows;
    long port = 8197, threads = 2, count = 5000;
    rows_init(&rows);
    bool good = argc > 1 && argv[1][0] != '-' && argc % 2 == 0;
    for (int i = 2; good && i + 1 < argc; i += 2) {
        long number = strtol(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--port") == 0)
            port = number;
        else if (strcmp(argv[i], "--threads") == 0)
            threads = number;
        else if (strcmp(argv[i], "--fill") == 0)
            count = number;
        else
            good = strcmp(argv[i], "--rows") == 0 && rows_set(&rows, argv[i + 1]);
    }
    if (!good || port < 1 || port > 65535 || threads < 1 || threads > READERS_MAX || count < 1) {
        fprintf(stderr,
            "baseline FOLDER [--port N] [--threads 1..8] [--fill N] [--rows name=count,...]\n");
        return 2;
    }
    char path[512];
    snprintf(path, sizeof path, "%s/baseline.db", argv[1]);
    if (access(path, F_OK) == 0) {
        fprintf(stderr, "%s is already there\n", path);
        return 1;
    }
    group_open(&s.group, &rows, path);
    fill(&s.group, count);
    s.reader_count = (size_t)threads;
    for (size_t i = 0; i < s.reader_count; i++) {
        rows_raw_open(&s.readers[i].raw, &rows, path, false);
        pthread_mutex_init(&s.readers[i].mutex, NULL);
    }
    serve(&s, (uint16_t)port, (unsigned)threads);
    for (size_t i = 0; i < s.reader_count; i++)
        rows_raw_close(&s.readers[i].raw);
    group_close(&s.group);
    return 0;
}
