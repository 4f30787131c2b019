/*
 * Asks an HTTP server the same thing over and over from N connections, each waiting for its answer
 * before it asks again, and says how often and how quickly it was answered.
 *
 *     http_load ADDRESS:PORT PATH [--connections 16] [--seconds 5] [--body FILE]
 *               [--header "Name: value"]… [--expect 200]
 *
 * With --body the method is POST. Every "%n" in path, body and headers becomes a number that no
 * other request of this run has. Prints one line:
 *
 *     12345 requests/s, 0 wrong, median 1.23 ms, 99 % within 4.56 ms
 *
 * and exits with 1 when an answer had another status than expected. Connections are kept alive.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 256,
    REQUEST_BYTES = 64 * 1024,
    ANSWER_BYTES = 1024 * 1024,
    BUCKETS = 200000
};

struct plan {
    struct sockaddr_in address;
    char host[64], path[1024], headers[8192], *body;
    int connections, expect;
    double seconds;
    _Atomic bool stop;
    _Atomic long number, answered, wrong;
    _Atomic int first_wrong;
    _Atomic unsigned buckets[BUCKETS]; /* of 10 microseconds */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Copies with every "%n" replaced; returns the bytes written. */
static size_t put(char *out, size_t room, const char *text, long number)
{
    size_t used = 0;
    while (*text && used + 24 < room) {
        if (text[0] == '%' && text[1] == 'n') {
            used += (size_t)snprintf(out + used, room - used, "%ld", number);
            text += 2;
        } else
            out[used++] = *text++;
    }
    out[used] = 0;
    return used;
}

static size_t make_request(struct plan *p, char *out, long number)
{
    static _Thread_local char path[2048], headers[16384], body[REQUEST_BYTES / 2];
    put(path, sizeof path, p->path, number);
    put(headers, sizeof headers, p->headers, number);
    size_t bytes = p->body ? put(body, sizeof body, p->body, number) : 0;
    if (!p->body)
        return (size_t)snprintf(
            out, REQUEST_BYTES, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, p->host, headers);
    return (size_t)snprintf(out, REQUEST_BYTES,
        "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %zu\r\n\r\n%s", path, p->host, headers,
        bytes, body);
}

static int dial(const struct plan *p)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (const struct sockaddr *)&p->address, sizeof p->address) < 0) {
        perror("connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Length of the whole answer once its head is there; 0 when more is needed. */
static size_t answer_bytes(const char *text, size_t have)
{
    const char *end = memmem(text, have, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - text) + 4;
    for (const char *line = text; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            return head + strtoul(line + 15, NULL, 10);
    return head;
}

/* The status, or 0 when the connection ended. */
static int ask(int fd, const char *request, size_t bytes, char *answer)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t n = write(fd, request + sent, bytes - sent);
        if (n <= 0)
            return 0;
        sent += (size_t)n;
    }
    size_t have = 0, whole = 0;
    while (!whole || have < whole) {
        ssize_t n = have + 1 < ANSWER_BYTES ? read(fd, answer + have, ANSWER_BYTES - 1 - have) : 0;
        if (n <= 0)
            return 0;
        have += (size_t)n;
        answer[have] = 0;
        if (!whole)
            whole = answer_bytes(answer, have);
    }
    return have > 12 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static void *client(void *ctx)
{
    struct plan *p = ctx;
    char *request = malloc(REQUEST_BYTES), *answer = malloc(ANSWER_BYTES);
    int fd = dial(p);
    while (request && answer && !p->stop) {
        size_t bytes = make_request(p, request, ++p->number);
        double before = now();
        int status = ask(fd, request, bytes, answer);
        double took = (now() - before) * 1e5;
        p->buckets[took < BUCKETS - 1 ? (int)took : BUCKETS - 1]++;
        p->answered++;
        if (status != p->expect) {
            p->first_wrong = status;
            if (p->wrong++ == 0)
                fprintf(stderr, "%.600s\n", status ? answer : "the connection ended");
        }
        if (status == 0) {
            close(fd);
            fd = dial(p);
        }
    }
    close(fd);
    free(request);
    free(answer);
    return NULL;
}

static double within(const struct plan *p, double share)
{
    double left = share * (double)p->answered;
    for (int i = 0; i < BUCKETS; i++) {
        left -= p->buckets[i];
        if (left <= 0)
            return (i + 1) / 100.0;
    }
    return BUCKETS / 100.0;
}

static char *read_body(const char *name)
{
    FILE *f = fopen(name, "rb");
    char *text = calloc(1, REQUEST_BYTES / 2);
    if (!f || !text || fread(text, 1, REQUEST_BYTES / 2 - 1, f) == 0) {
        perror(name);
        exit(1);
    }
    fclose(f);
    return text;
}

static bool read_options(struct plan *p, int argc, char **argv)
{
    if (argc < 3 || argc % 2 == 0)
        return false;
    char *colon = strchr(argv[1], ':');
    snprintf(p->host, sizeof p->host, "%s", argv[1]);
    snprintf(p->path, sizeof p->path, "%s", argv[2]);
    char name[64];
    snprintf(name, sizeof name, "%.*s", colon ? (int)(colon - argv[1]) : 0, argv[1]);
    p->address.sin_family = AF_INET;
    p->address.sin_port = htons((uint16_t)strtoul(colon ? colon + 1 : "0", NULL, 10));
    if (inet_pton(AF_INET, name, &p->address.sin_addr) != 1)
        return false;
    for (int i = 3; i < argc; i += 2) {
        size_t used = strlen(p->headers);
        if (strcmp(argv[i], "--connections") == 0)
            p->connections = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0)
            p->seconds = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--body") == 0)
            p->body = read_body(argv[i + 1]);
        else if (strcmp(argv[i], "--expect") == 0)
            p->expect = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--header") == 0)
            snprintf(p->headers + used, sizeof p->headers - used, "%s\r\n", argv[i + 1]);
        else
            return false;
    }
    return p->connections > 0 && p->connections <= CONNECTIONS_MAX && p->seconds > 0;
}

int main(int argc, char **argv)
{
    static struct plan p = { .connections = 16, .seconds = 5 };
    if (!read_options(&p, argc, argv)) {
        fprintf(stderr,
            "http_load ADDRESS:PORT PATH [--connections N] [--seconds S] [--body FILE]"
            " [--header TEXT]... [--expect STATUS]\n");
        return 2;
    }
    p.expect = p.expect ? p.expect : p.body ? 201 : 200;
    /* Numbers of different runs do not meet. */
    p.number = (long)(time(NULL) % 1000000) * 1000000;
    pthread_t threads[CONNECTIONS_MAX];
    double before = now();
    for (int i = 0; i < p.connections; i++)
        if (pthread_create(&threads[i], NULL, client, &p) != 0)
            return 1;
    struct timespec pause = { (time_t)p.seconds,
        (long)((p.seconds - (double)(time_t)p.seconds) * 1e9) };
    nanosleep(&pause, NULL);
    p.stop = true;
    for (int i = 0; i < p.connections; i++)
        pthread_join(threads[i], NULL);
    double took = now() - before;
    printf("%.0f requests/s, %ld wrong, median %.2f ms, 99 %% within %.2f ms\n",
        (double)(p.answered - p.wrong) / took, (long)p.wrong, within(&p, 0.5), within(&p, 0.99));
    free(p.body);
    return p.wrong ? 1 : 0;
}
