/*
 * A small application for the server's tests: a few routes that say what they were given.
 */
#ifndef JUNMA_TESTS_HTTP_SAMPLE_H
#define JUNMA_TESTS_HTTP_SAMPLE_H

#include "client.h"

#include <pthread.h>
#include <stdatomic.h>

struct sample_app {
    _Atomic int gated, sunk_bytes, lines;
    char last_line[4096]; /* of the access log */
    pthread_mutex_t lock;
};

/* Short limits, so that tests are quick: 1 s for a head, 1.5 s for a body, 3 s of silence, 200
 * connections, 1,000,000 bytes of bodies; 127.0.0.1 is a trusted proxy. */
struct http_config sample_config(struct sample_app *app);

#define GET(path, headers) "GET " path " HTTP/1.1\r\nHost: x\r\n" headers "\r\n"

#endif
