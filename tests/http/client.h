/*
 * A client that says exactly the bytes it is told, for tests of a real server on 127.0.0.1, and the
 * server those tests share. Sockets have time limits, so a test that would hang fails instead.
 */
#ifndef JUNMA_TESTS_HTTP_CLIENT_H
#define JUNMA_TESTS_HTTP_CLIENT_H

#include "http/http.h"

struct answer {
    int status;       /* 0: the connection closed without one */
    char head[16384]; /* terminated */
    char body[65536]; /* terminated; chunks joined */
    size_t body_bytes;
    char value[4096]; /* of the header last asked for */
};

/* A connected socket, or -1 where nobody listens. */
int client_try(uint16_t port);

/* The same, or an abort. */
int client_open(uint16_t port);
/* All of it; false when the peer has closed. */
bool client_send(int fd, const char *text);
bool client_send_bytes(int fd, const void *data, size_t bytes);
/* One whole answer; head_only: to a HEAD request. */
void client_receive(int fd, struct answer *out, bool head_only);
/* Whatever comes until `wanted` has been seen, the peer closes or the time is over. */
bool client_wait_for(int fd, char *seen, size_t room, const char *wanted, int timeout_ms);
/* The peer closes within that time, perhaps after some bytes. */
bool client_closed_within(int fd, int timeout_ms);
/* Opens, sends, receives, closes. */
void client_ask(uint16_t port, const char *request, struct answer *out);
/* Value of a header, until the next one is asked for; "" when absent. */
const char *answer_header(struct answer *a, const char *name);
bool answer_has(const struct answer *a, const char *text);

void sleep_ms(int ms);
int64_t now_ms(void);

#endif
