/*
 * Server-sent events (WHATWG HTML, "text/event-stream"): one hub, many readers.
 *
 *     publish ─▶ ring of the last N events ─▶ each subscriber has a cursor into the ring
 *
 *         id 41   42   43   44   45 (newest)
 *                 ▲         ▲        ▲
 *              slow one   Last-     waiting: suspended, woken by publish
 *                       Event-ID
 *
 * The ring is every subscriber's queue, so memory is bounded whatever their number. A subscriber
 * whose cursor has fallen out of the ring is told so (a comment and the event "reset": its page
 * loads anew) and goes on from the newest. The same holds for a Last-Event-ID that is no longer
 * there or of an earlier process. One who does not read at all is cut off by the idle limit.
 * No thread a subscriber: between events its connection is suspended.
 *
 * Identifiers are "<epoch>-<number>", the epoch drawn at random when the hub is made.
 */
#ifndef JUNMA_HTTP_EVENTS_H
#define JUNMA_HTTP_EVENTS_H

#include "http/http.h"

struct http_events;

struct http_event {
    str name;    /* "case", ASCII letters, digits, '-', '.', at most 64 bytes */
    str data;    /* UTF-8, usually JSON; lines are split as the format wants */
    str tag;     /* for the filter only, never sent; at most 128 bytes */
    int64_t key; /* for the filter only */
};

struct http_events_config {
    const struct sys *sys;
    size_t events_kept;      /* [512] */
    size_t event_bytes_max;  /* [4096] data of one */
    size_t subscribers_max;  /* [256] */
    unsigned keep_alive_ms;  /* [20 s] */
};

MUST_USE enum err http_events_create(struct http_events **out,
    const struct http_events_config *config, struct diag *d);
/* Ends every stream; from then on publish does nothing and subscribe answers 503. A server that
 * stops calls it for the hubs its requests subscribed to. */
void http_events_close(struct http_events *e);
/* After the servers that use it are destroyed. */
void http_events_destroy(struct http_events *e);

/* From any thread; copies the event. ERR_TOO_LARGE / ERR_INVALID leave the hub as it was. */
MUST_USE enum err http_events_publish(struct http_events *e, const struct http_event *event,
    struct diag *d);

/* Answers the request with the stream. may_see is asked for every event on an HTTP thread, without
 * locks held; it gets the request, whose user pointer says who reads. False from still_valid (may
 * be NULL; asked at each keep-alive) ends the stream: a session that has ended. Answers 503 when
 * there are too many subscribers. */
struct http_subscription {
    bool (*may_see)(const struct http_request *req, const struct http_event *event);
    bool (*still_valid)(const struct http_request *req);
};
void http_reply_events(struct http_request *req, struct http_events *e,
    const struct http_subscription *subscription);

size_t http_events_subscribers(struct http_events *e);

#endif
