/* What a handler asks a request; see http.h. */
#include "http/internal.h"

#include "base/id.h"

#include <string.h>

str http_param(const struct http_request *req, const char *name)
{
    for (size_t i = 0; i < req->param_count; i++)
        if (str_is(req->params[i].name, name))
            return req->params[i].value;
    ASSERT(!"the route has this parameter");
    return STR_NONE;
}

enum err http_param_id(const struct http_request *req, const char *name, int64_t *id,
    struct diag *d)
{
    if (!id_parse(http_param(req, name), id))
        return diag_set(d, ERR_NOT_FOUND, "没有这个网址:%s 应为编号",
            "there is nothing at this address: %s must be an identifier", name);
    return OK;
}

enum err http_query(const struct http_request *req, const char *name, str *value, bool *present,
    struct diag *d)
{
    const struct http_pair *found = NULL;
    for (size_t i = 0; i < req->query_count; i++) {
        if (!str_is(req->queries[i].name, name))
            continue;
        if (found) {
            diag_field(d, str_from(name));
            return diag_set(d, ERR_INVALID, "参数 %s 出现了两次", "the parameter %s is given twice", name);
        }
        found = &req->queries[i];
    }
    *value = found ? found->value : STR_NONE;
    if (present)
        *present = found != NULL;
    return OK;
}

enum err http_query_int(const struct http_request *req, const char *name, int64_t least,
    int64_t most, int64_t *value_or_otherwise, struct diag *d)
{
    str text;
    bool present;
    int64_t value = 0;
    TRY(http_query(req, name, &text, &present, d));
    if (!present)
        return OK;
    if (!str_to_int64(text, &value) || value < least || value > most) {
        diag_field(d, str_from(name));
        return diag_set(d, ERR_INVALID, "参数 %s 应为 %lld 到 %lld 之间的整数",
            "the parameter %s must be a whole number from %lld to %lld", name, (long long)least,
            (long long)most);
    }
    *value_or_otherwise = value;
    return OK;
}

str http_header(const struct http_request *req, const char *name)
{
    str wanted = str_from(name);
    for (size_t i = 0; i < req->header_count; i++)
        if (str_equal_nocase(req->headers[i].name, wanted))
            return req->headers[i].value;
    return STR_NONE;
}

str http_cookie(const struct http_request *req, const char *name)
{
    for (size_t i = 0; i < req->header_count; i++) {
        if (!str_equal_nocase(req->headers[i].name, STR("cookie")))
            continue;
        str value = http_parse_cookie(req->headers[i].value, str_from(name));
        if (value.data)
            return value;
    }
    return STR_NONE;
}

bool http_content_type_is(const struct http_request *req, const char *type)
{
    str rest = http_header(req, "content-type"), media;
    return str_split(&rest, ';', &media) && str_equal_nocase(str_trim(media), str_from(type));
}

enum err http_body_json(struct http_request *req, json_t **out, struct diag *d)
{
    if (!http_content_type_is(req, "application/json"))
        return diag_set(d, ERR_MEDIA_TYPE, "请以 application/json 发送",
            "send it as application/json");
    if (!req->body.bytes)
        return diag_set(d, ERR_SYNTAX, "请求没有内容,应为 JSON", "the body is empty, it must be JSON");
    return json_parse(req->arena, req->body, out, d);
}

enum err http_body_form(struct http_request *req, const struct http_pair **fields, size_t *count,
    struct diag *d)
{
    if (!http_content_type_is(req, "application/x-www-form-urlencoded"))
        return diag_set(d, ERR_MEDIA_TYPE, "请以 application/x-www-form-urlencoded 发送",
            "send it as application/x-www-form-urlencoded");
    return http_parse_query(req->arena, req->body, HTTP_QUERIES_MAX, fields, count, d);
}

enum err http_body_multipart(struct http_request *req, const struct http_part **parts,
    size_t *count, struct diag *d)
{
    return http_parse_multipart(req->arena, http_header(req, "content-type"), req->body, parts,
        count, d);
}

enum err http_file_name(struct http_request *req, str *name, struct diag *d)
{
    str text;
    enum err e =
        http_decode(req->arena, http_header(req, "x-file-name"), HTTP_DECODE_PATH, &text, d);
    if (e != OK) {
        diag_field(d, STR("X-File-Name"));
        return e;
    }
    if (!text.bytes || text.bytes > 255 || memchr(text.data, '/', text.bytes)
        || memchr(text.data, '\\', text.bytes) || str_is(text, ".") || str_is(text, "..")) {
        diag_field(d, STR("X-File-Name"));
        return diag_set(d, ERR_INVALID, "X-File-Name 应为 1 到 255 字节的文件名,不含 / 和 \\",
            "X-File-Name must be a file name of 1 to 255 bytes without / and \\");
    }
    *name = text;
    return OK;
}
