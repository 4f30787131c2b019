/*
 * Calls to other systems over HTTP, many at once on one thread. The room knows no zone: it is told
 * where, with what and within which bounds, and says what came of it.
 *
 *     fetch_start ─▶ under way ─▶ fetch_wait (moves all of them, sleeps until something happens)
 *                                     └─▶ fetch_next: one that is over, OK with its answer or an
 * error
 *
 * What always holds
 *   - only http and https; certificates and names are verified and nobody can turn that off;
 *   - no redirect is followed: a 3xx is an answer like any other;
 *   - no proxy, cookie, netrc or environment variable has a say;
 *   - an answer has a limit in bytes, a call one in time.
 *
 * All functions but fetch_wake are for one thread.
 */
#ifndef JUNMA_FETCH_FETCH_H
#define JUNMA_FETCH_FETCH_H

#include "base/err.h"

struct fetch;

enum { FETCH_CALLS_MAX = 64 }; /* under way at once */

struct fetch_request {
    const char *method, *url;
    const char *const *headers; /* "Name: value", NULL-ended; no line breaks */
    str body;                   /* sent when it has bytes */
    int64_t timeout_ms;         /* of the whole call */
    size_t bytes_max;           /* of the answer's body */
    const char *ca_file;        /* certificates to trust instead of the system's, or NULL */
};

/* Lives until the next fetch_next or the end. */
struct fetch_done {
    void *ctx;
    enum err err; /* ERR_REMOTE: no answer, try again; ERR_INVALID: trying again would not help */
    struct diag diag;
    int status;
    str body, type;        /* type: of the body, "application/json" */
    int64_t retry_after_s; /* what the answer asks for, -1 when it does not */
};

MUST_USE enum err fetch_create(struct fetch **out, struct diag *d);
/* Those under way are given up. */
void fetch_destroy(struct fetch *f);
/* Everything is copied. ctx comes back with the answer. */
MUST_USE enum err fetch_start(
    struct fetch *f, const struct fetch_request *r, void *ctx, struct diag *d);
size_t fetch_running(const struct fetch *f);
/* At most this long; earlier when one is over or fetch_wake was called. */
void fetch_wait(struct fetch *f, int64_t ms);
/* From any thread, also before or after a wait. */
void fetch_wake(struct fetch *f);
/* False: none is over. */
bool fetch_next(struct fetch *f, struct fetch_done *out);

/* The part of a URL between "://" and the path, in small letters: "api.example:443" without the
 * port when none is given. Empty for anything that is not http(s)://host[:port][/…] in plain ASCII,
 * with no user name in it. */
str fetch_authority(struct arena *a, str url);
/* Adds a path (and a query) to a base, every byte that does not belong there as %XX; "." and ".."
 * as steps are refused (empty result). pairs: name, value, name, value. */
str fetch_url(struct arena *a, str base, str path, const str *pairs, size_t pair_count);

#endif
