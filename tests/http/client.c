/* See client.h. */
#include "client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

void sleep_ms(int ms)
{
    struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };
    nanosleep(&t, NULL);
}

int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int client_try(uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

int client_open(uint16_t port)
{
    int fd = client_try(port);
    if (fd < 0) {
        perror("connect");
        abort();
    }
    return fd;
}

bool client_send_bytes(int fd, const void *data, size_t bytes)
{
    const char *at = data;
    while (bytes) {
        ssize_t sent = send(fd, at, bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        bytes -= (size_t)sent;
    }
    return true;
}

bool client_send(int fd, const char *text)
{
    return client_send_bytes(fd, text, strlen(text));
}

/* -1: closed or over time. */
static ssize_t receive_some(int fd, char *out, size_t most, int timeout_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (poll(&p, 1, timeout_ms) <= 0)
        return -1;
    ssize_t got = recv(fd, out, most, 0);
    return got > 0 ? got : -1;
}

static bool receive_exactly(int fd, char *out, size_t bytes)
{
    while (bytes) {
        ssize_t got = receive_some(fd, out, bytes, PATIENCE_MS);
        if (got < 0)
            return false;
        out += got;
        bytes -= (size_t)got;
    }
    return true;
}

static bool receive_line(int fd, char *out, size_t room)
{
    for (size_t at = 0; at + 1 < room; at++) {
        if (!receive_exactly(fd, out + at, 1))
            return false;
        out[at + 1] = 0;
        if (out[at] == '\n')
            return true;
    }
    return false;
}

static void receive_chunks(int fd, struct answer *out)
{
    char line[64];
    while (receive_line(fd, line, sizeof line)) {
        size_t bytes = strtoul(line, NULL, 16);
        if (out->body_bytes + bytes + 1 > sizeof out->body
            || !receive_exactly(fd, out->body + out->body_bytes, bytes))
            break;
        out->body_bytes += bytes;
        receive_line(fd, line, sizeof line);
        if (!bytes)
            break;
    }
    out->body[out->body_bytes] = 0;
}

void client_receive(int fd, struct answer *out, bool head_only)
{
    memset(out, 0, sizeof *out);
    size_t at = 0;
    while (at + 1 < sizeof out->head && receive_line(fd, out->head + at, sizeof out->head - at)) {
        if (strcmp(out->head + at, "\r\n") == 0)
            break;
        at += strlen(out->head + at);
    }
    if (sscanf(out->head, "HTTP/1.%*d %d", &out->status) != 1)
        return;
    if (head_only || out->status == 204 || out->status == 304)
        return;
    if (strcasecmp(answer_header(out, "Transfer-Encoding"), "chunked") == 0) {
        receive_chunks(fd, out);
        return;
    }
    out->body_bytes = strtoul(answer_header(out, "Content-Length"), NULL, 10);
    if (out->body_bytes + 1 > sizeof out->body
        || !receive_exactly(fd, out->body, out->body_bytes))
        out->status = 0;
}

bool client_wait_for(int fd, char *seen, size_t room, const char *wanted, int timeout_ms)
{
    int64_t until = now_ms() + timeout_ms;
    size_t at = strlen(seen);
    while (!strstr(seen, wanted)) {
        int left = (int)(until - now_ms());
        ssize_t got =
            left > 0 && at + 1 < room ? receive_some(fd, seen + at, room - at - 1, left) : -1;
        if (got < 0)
            return false;
        at += (size_t)got;
        seen[at] = 0;
    }
    return true;
}

bool client_closed_within(int fd, int timeout_ms)
{
    char waste[4096];
    int64_t until = now_ms() + timeout_ms;
    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int left = (int)(until - now_ms());
        if (left <= 0 || poll(&p, 1, left) <= 0)
            return false;
        if (recv(fd, waste, sizeof waste, 0) <= 0)
            return true;
    }
}

void client_ask(uint16_t port, const char *request, struct answer *out)
{
    int fd = client_open(port);
    client_send(fd, request);
    client_receive(fd, out, strncmp(request, "HEAD", 4) == 0);
    close(fd);
}

const char *answer_header(struct answer *a, const char *name)
{
    size_t bytes = strlen(name);
    a->value[0] = 0;
    for (const char *line = strchr(a->head, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        if (strncasecmp(line + 1, name, bytes) != 0 || line[1 + bytes] != ':')
            continue;
        const char *from = line + 2 + bytes + strspn(line + 2 + bytes, " ");
        snprintf(a->value, sizeof a->value, "%.*s", (int)strcspn(from, "\r\n"), from);
        break;
    }
    return a->value;
}

bool answer_has(const struct answer *a, const char *text)
{
    return memmem(a->body, a->body_bytes, text, strlen(text)) != NULL;
}
