/* Counting answers and writing the numbers as Prometheus text; see metrics.h. */
#include "http/internal.h"

/* Upper bounds; the last bucket has none. */
static const struct {
    int64_t ns;
    const char *seconds;
} bounds[HTTP_BUCKETS] = {
    { 500000, "0.0005" },
    { 1000000, "0.001" },
    { 2500000, "0.0025" },
    { 5000000, "0.005" },
    { 10000000, "0.01" },
    { 25000000, "0.025" },
    { 50000000, "0.05" },
    { 100000000, "0.1" },
    { 250000000, "0.25" },
    { 1000000000, "1" },
    { 5000000000, "5" },
    { 30000000000, "30" },
};

void http_numbers_count(struct http_numbers *n, int status, int64_t duration_ns)
{
    size_t bucket = 0;
    while (bucket < HTTP_BUCKETS && duration_ns > bounds[bucket].ns)
        bucket++;
    atomic_fetch_add_explicit(&n->by_class[status / 100], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&n->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&n->total_ns, (uint64_t)duration_ns, memory_order_relaxed);
}

/* Calls fn for each route and for what no route took. */
static void each_numbers(struct http_server *s, struct buf *b,
    void (*fn)(struct buf *b, const char *method, const char *path, struct http_numbers *n))
{
    for (size_t i = 0; i < s->table.entry_count; i++)
        fn(b, s->table.entries[i].route->method, s->table.entries[i].route->path,
            &s->table.entries[i].numbers);
    fn(b, "GET", "(file)", &s->files);
    fn(b, "", "(none)", &s->unmatched);
}

static void write_counts(struct buf *b, const char *method, const char *path,
    struct http_numbers *n)
{
    for (int i = 0; i < 6; i++) {
        uint64_t count = atomic_load_explicit(&n->by_class[i], memory_order_relaxed);
        if (count)
            buf_printf(b,
                "junma_http_requests_total{method=\"%s\",route=\"%s\",status=\"%s\"} %llu\n",
                method, path,
                i ? (const char *[]){ "", "1xx", "2xx", "3xx", "4xx", "5xx" }[i] : "gone",
                (unsigned long long)count);
    }
}

static void write_histogram(struct buf *b, const char *method, const char *path,
    struct http_numbers *n)
{
    uint64_t sum = 0, counts[HTTP_BUCKETS + 1], total = 0;
    for (int i = 0; i <= HTTP_BUCKETS; i++)
        total += counts[i] = atomic_load_explicit(&n->buckets[i], memory_order_relaxed);
    if (!total)
        return;
    for (int i = 0; i <= HTTP_BUCKETS; i++) {
        sum += counts[i];
        buf_printf(b,
            "junma_http_seconds_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %llu\n", method, path,
            i < HTTP_BUCKETS ? bounds[i].seconds : "+Inf", (unsigned long long)sum);
    }
    buf_printf(b, "junma_http_seconds_sum{method=\"%s\",route=\"%s\"} %.6f\n", method, path,
        (double)atomic_load_explicit(&n->total_ns, memory_order_relaxed) / 1e9);
    buf_printf(b, "junma_http_seconds_count{method=\"%s\",route=\"%s\"} %llu\n", method, path,
        (unsigned long long)total);
}

static void write_value(struct buf *b, const char *kind, const char *name, const char *help,
    uint64_t value)
{
    buf_printf(b, "# HELP junma_http_%s %s\n# TYPE junma_http_%s %s\njunma_http_%s %llu\n", name,
        help, name, kind, name, (unsigned long long)value);
}

str http_metrics_text(struct http_server *s, struct arena *a)
{
    struct buf b;
    uint64_t subscribers = 0;
    buf_init(&b, a, 2 * MIB);
    pthread_mutex_lock(&s->lock);
    uint64_t links = s->link_count, answering = s->answering, suspended = s->suspended;
    for (int i = 0; i < HUBS_MAX; i++)
        subscribers += s->hubs[i] ? http_events_subscribers(s->hubs[i]) : 0;
    pthread_mutex_unlock(&s->lock);
    write_value(&b, "gauge", "connections", "Open connections.", links);
    write_value(&b, "gauge", "answering", "Requests under way.", answering);
    write_value(&b, "gauge", "suspended", "Requests that wait for a worker.", suspended);
    write_value(&b, "gauge", "subscribers", "Readers of event streams.", subscribers);
    write_value(&b, "gauge", "body_bytes", "Request bodies in memory.",
        atomic_load(&s->bodies_bytes));
    write_value(&b, "counter", "malformed_total", "Requests cut off or malformed in their head.",
        atomic_load(&s->malformed));
    write_value(&b, "counter", "full_total", "Requests refused for want of room.",
        atomic_load(&s->refused_full));
    write_value(&b, "counter", "timed_out_total", "Clients cut off for slowness.",
        atomic_load(&s->timed_out));
    write_value(&b, "counter", "abandoned_total", "Requests whose worker came too late.",
        atomic_load(&s->abandoned_total));
    buf_add(&b, STR("# HELP junma_http_requests_total Answers by route and class.\n"
                    "# TYPE junma_http_requests_total counter\n"));
    each_numbers(s, &b, write_counts);
    buf_add(&b, STR("# HELP junma_http_seconds From the request line to the answer's last byte.\n"
                    "# TYPE junma_http_seconds histogram\n"));
    each_numbers(s, &b, write_histogram);
    return buf_str(&b);
}
