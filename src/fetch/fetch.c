/* Calls over libcurl's multi interface; fetch.h tells what holds. */
#include "fetch/fetch.h"

#include <curl/curl.h>
#include <string.h>

enum { CALL_ARENA_BYTES = 48 * 1024 * 1024, TYPE_BYTES_MAX = 200 };

struct call {
    bool used, running;
    struct arena arena;
    CURL *curl;
    struct curl_slist *headers;
    void *ctx;
    struct buf body;
    bool too_large;
    char error[CURL_ERROR_SIZE];
};

struct fetch {
    CURLM *multi;
    struct call *last; /* handed out, to be freed at the next */
    size_t running;
    struct call calls[FETCH_CALLS_MAX];
};

static void take_out(struct fetch *f, struct call *c)
{
    curl_multi_remove_handle(f->multi, c->curl);
    c->running = false;
    f->running--;
}

static void call_free(struct call *c)
{
    if (!c)
        return;
    if (c->curl)
        curl_easy_cleanup(c->curl);
    curl_slist_free_all(c->headers);
    arena_release(&c->arena);
    c->used = false;
}

enum err fetch_create(struct fetch **out, struct diag *d)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return diag_set(d, ERR_INTERNAL, "网络库不能启用", "the network library does not start");
    struct fetch *f = mem_alloc(sizeof *f);
    f->multi = curl_multi_init();
    if (f->multi) {
        *out = f;
        return OK;
    }
    mem_free(f);
    return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
}

void fetch_destroy(struct fetch *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < FETCH_CALLS_MAX; i++) {
        struct call *c = &f->calls[i];
        if (c->running)
            take_out(f, c);
        if (c->used)
            call_free(c);
    }
    curl_multi_cleanup(f->multi);
    mem_free(f);
}

/* ---- starting one ---- */

static size_t take_body(char *data, size_t one, size_t count, void *ctx)
{
    struct call *c = ctx;
    buf_add(&c->body, (str){ data, one * count });
    c->too_large = buf_failed(&c->body);
    return c->too_large ? 0 : one * count;
}

static bool add_headers(struct call *c, const char *const *headers)
{
    for (; headers && *headers; headers++) {
        struct curl_slist *more =
            strpbrk(*headers, "\r\n") ? NULL : curl_slist_append(c->headers, *headers);
        if (!more)
            return false;
        c->headers = more;
    }
    struct curl_slist *more = curl_slist_append(c->headers, "Expect:"); /* no 100-continue */
    c->headers = more ? more : c->headers;
    return more != NULL;
}

/* What must hold for every call whatever it is. */
static bool set_rules(struct call *c)
{
    CURL *h = c->curl;
    return curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_PROXY, "") == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_MAXREDIRS, 0L) == CURLE_OK;
}

static bool set_request(struct call *c, const struct fetch_request *r)
{
    CURL *h = c->curl;
    str body = str_copy(&c->arena, r->body);
    bool good = add_headers(c, r->headers) && curl_easy_setopt(h, CURLOPT_URL, r->url) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_HTTPHEADER, c->headers) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)r->timeout_ms) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_WRITEDATA, c) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->error) == CURLE_OK
        && curl_easy_setopt(h, CURLOPT_PRIVATE, c) == CURLE_OK;
    if (good && r->ca_file)
        good = curl_easy_setopt(h, CURLOPT_CAINFO, r->ca_file) == CURLE_OK;
    if (good && str_equal_nocase(str_from(r->method), STR("HEAD")))
        good = curl_easy_setopt(h, CURLOPT_NOBODY, 1L) == CURLE_OK;
    if (good && body.bytes)
        good = curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.bytes) == CURLE_OK
            && curl_easy_setopt(h, CURLOPT_POSTFIELDS, body.data) == CURLE_OK;
    return good && !arena_failed(&c->arena);
}

enum err fetch_start(struct fetch *f, const struct fetch_request *r, void *ctx, struct diag *d)
{
    size_t slot = 0;
    while (slot < FETCH_CALLS_MAX && f->calls[slot].used)
        slot++;
    if (slot == FETCH_CALLS_MAX)
        return diag_set(d, ERR_BUSY, "同时进行的外部调用已达 %d 个",
            "%d calls are under way already", FETCH_CALLS_MAX);
    struct call *c = &f->calls[slot];
    *c = (struct call){ .used = true };
    arena_init(&c->arena, NULL, CALL_ARENA_BYTES);
    buf_init(&c->body, &c->arena, r->bytes_max);
    c->ctx = ctx;
    c->curl = curl_easy_init();
    if (!c->curl || !set_rules(c) || !set_request(c, r)
        || curl_multi_add_handle(f->multi, c->curl) != CURLM_OK) {
        call_free(c);
        return diag_set(d, ERR_INVALID, "不能向 %s 发出请求:网址、请求头或内容不合规",
            "no request can be sent to %s: its address, headers or body are not valid", r->url);
    }
    c->running = true;
    f->running++;
    return OK;
}

size_t fetch_running(const struct fetch *f)
{
    return f->running;
}

/* ---- waiting ---- */

void fetch_wait(struct fetch *f, int64_t ms)
{
    int running = 0;
    if (f->running)
        curl_multi_perform(f->multi, &running);
    /* One that is over already is told at once. */
    if (!f->running || (size_t)running == f->running) {
        curl_multi_poll(f->multi, NULL, 0, (int)ms, NULL);
        if (f->running)
            curl_multi_perform(f->multi, &running);
    }
}

void fetch_wake(struct fetch *f)
{
    curl_multi_wakeup(f->multi);
}

/* ---- what came of it ---- */

/* Would another try help? Not against a certificate that does not fit or an address that is none.
 */
static bool try_again(CURLcode code)
{
    return code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE
        && code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL
        && code != CURLE_SSL_ISSUER_ERROR;
}

static void tell_failure(struct call *c, CURLcode code, struct fetch_done *out)
{
    const char *said = c->error[0] ? c->error : curl_easy_strerror(code);
    if (c->too_large) {
        out->err = diag_set(&out->diag, ERR_INVALID, "对方的答复超过 %zu 字节",
            "the answer is over %zu bytes", c->body.bytes_limit);
        return;
    }
    out->err = try_again(code) ? ERR_REMOTE : ERR_INVALID;
    diag_set(&out->diag, out->err, "没有得到答复:%s", "no answer: %s", said);
}

bool fetch_next(struct fetch *f, struct fetch_done *out)
{
    int left;
    long status = 0;
    curl_off_t after = 0;
    char *type = NULL;
    struct call *c = NULL;
    CURLMsg *m = curl_multi_info_read(f->multi, &left);
    call_free(f->last);
    f->last = NULL;
    if (!m || m->msg != CURLMSG_DONE)
        return false;
    CURLcode code = m->data.result;
    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
    *out = (struct fetch_done){ .ctx = c->ctx, .retry_after_s = -1 };
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (curl_easy_getinfo(c->curl, CURLINFO_RETRY_AFTER, &after) == CURLE_OK && after > 0)
        out->retry_after_s = after;
    if (curl_easy_getinfo(c->curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type) {
        str whole = str_from(type), part;
        if (str_split(&whole, ';', &part))
            out->type = str_copy(&c->arena, str_trim(str_slice(part, 0, TYPE_BYTES_MAX)));
    }
    out->status = (int)status;
    out->body = buf_str(&c->body);
    if (code != CURLE_OK)
        tell_failure(c, code, out);
    take_out(f, c);
    f->last = c;
    return true;
}
