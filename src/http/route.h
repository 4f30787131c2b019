/*
 * The route table made quick: a tree of segments. Literal children are sorted and searched; where
 * a literal and a {parameter} both fit, the literal is tried first.
 *
 *     "" ─ api ─┬─ cases ─┬─ mine            GET
 *               │         └─ {} ─┬─          GET PATCH
 *               │                └─ verbs ─ {}   POST
 *               └─ healthz                   GET
 */
#ifndef JUNMA_HTTP_ROUTE_H
#define JUNMA_HTTP_ROUTE_H

#include "http/metrics.h"
#include "http/parse.h"

enum http_method {
    HTTP_GET,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_METHOD_COUNT
};

/* One route made ready: compiled once, shared, only its numbers change. */
struct http_entry {
    const struct http_route *route;
    str names[HTTP_PARAMS_MAX];
    size_t param_count;
    struct http_numbers numbers;
};

struct http_node; /* of the tree */

struct http_table {
    struct http_entry *entries;
    size_t entry_count;
    struct http_node *root;
};

/* Into an arena of the server's lifetime. ERR_INVALID names the route that is wrong: a path that
 * does not begin with '/', a brace within a segment, a name twice, an unknown method, no handler, a
 * sink without limit, or two routes that take the same requests. */
MUST_USE enum err http_table_compile(struct arena *a, const struct http_route *routes, size_t count,
    struct http_table *out, struct diag *d);

struct http_match {
    struct http_entry *entry; /* NULL: nothing, or only other methods */
    str values[HTTP_PARAMS_MAX];
    bool path_known;
    unsigned methods; /* bit per http_method of the paths that fit */
};
/* method: "GET", "HEAD" … */
void http_table_match(const struct http_table *t, const struct http_path *path, str method,
    struct http_match *out);
/* "GET, HEAD, POST, OPTIONS" */
str http_allow_text(struct arena *a, unsigned methods);

#endif
