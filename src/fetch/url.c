/* Addresses put together and looked at; the library's parser decides what a URL is. */
#include "fetch/fetch.h"

#include <curl/curl.h>
#include <string.h>

enum { URL_BYTES_MAX = 8000 };

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':'
        || c == '[' || c == ']';
}

str fetch_authority(struct arena *a, str url)
{
    char *text = str_terminated(a, url), *host = NULL, *port = NULL, *user = NULL, *scheme = NULL;
    CURLU *u = curl_url();
    str out = STR_NONE;
    if (u && text && curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK
        && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
        && (!strcmp(scheme, "http") || !strcmp(scheme, "https"))
        && curl_url_get(u, CURLUPART_USER, &user, 0) != CURLUE_OK
        && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        bool has_port = curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK;
        char *lower =
            str_terminated(a, str_printf(a, has_port ? "%s:%s" : "%s", host, has_port ? port : ""));
        bool good = lower != NULL;
        for (char *c = lower; good && *c; c++) {
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
            good = plain(*c);
        }
        out = good ? str_from(lower) : STR_NONE;
    }
    curl_free(host);
    curl_free(port);
    curl_free(user);
    curl_free(scheme);
    curl_url_cleanup(u);
    return out;
}

static void add_escaped(struct buf *b, str s, const char *also)
{
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || (c && strchr(also, c)))
            buf_add_char(b, c);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

static bool climbs(str path)
{
    str step;
    while (str_split(&path, '/', &step))
        if (str_is(step, ".") || str_is(step, ".."))
            return true;
    return false;
}

str fetch_url(struct arena *a, str base, str path, const str *pairs, size_t pair_count)
{
    struct buf b;
    if (climbs(path))
        return STR_NONE;
    while (str_ends(base, STR("/")))
        base.bytes--;
    buf_init(&b, a, URL_BYTES_MAX);
    buf_add(&b, base);
    if (path.bytes && path.data[0] != '/')
        buf_add_char(&b, '/');
    add_escaped(&b, path, "/-._~!$&'()*+,;=:@");
    for (size_t i = 0; i + 1 < pair_count; i += 2) {
        buf_add_char(&b, i ? '&' : '?');
        add_escaped(&b, pairs[i], "-._~");
        buf_add_char(&b, '=');
        add_escaped(&b, pairs[i + 1], "-._~");
    }
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}
