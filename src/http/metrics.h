/*
 * Numbers of one route: answers by class and a histogram of how long they took. Plain atomics,
 * written by HTTP threads, read by whoever writes the exposition.
 */
#ifndef JUNMA_HTTP_METRICS_H
#define JUNMA_HTTP_METRICS_H

#include "base/text.h"

#include <stdatomic.h>

enum { HTTP_BUCKETS = 12 };

struct http_numbers {
    _Atomic uint64_t by_class[6]; /* [4]: 4xx; [0]: the client went before the answer */
    _Atomic uint64_t buckets[HTTP_BUCKETS + 1];
    _Atomic uint64_t total_ns;
};

void http_numbers_count(struct http_numbers *n, int status, int64_t duration_ns);

#endif
