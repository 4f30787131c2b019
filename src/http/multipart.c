/*
 * multipart/form-data (RFC 7578 over RFC 2046), a whole body at once.
 *
 *     --BOUNDARY CRLF
 *     Content-Disposition: form-data; name="photo"; filename="a.jpg" CRLF
 *     Content-Type: image/jpeg CRLF
 *     CRLF
 *     bytes … CRLF
 *     --BOUNDARY-- CRLF
 *
 * The body is in memory already (the route's limit bounds it), so parts borrow from it and nothing
 * is copied but names. Large files do not come this way: they come as a raw body through a sink.
 *
 * Refused rather than guessed at: a part without a name, a body that ends before its last boundary,
 * a transfer encoding (RFC 7578 clause 4.7 deprecates it), nested multiparts, more than
 * HTTP_PARTS_MAX parts. Names and file names are UTF-8; browsers send quotes in them as %22, and
 * line ends as %0D%0A, which is put back.
 */
#include "http/parse.h"

#include <string.h>

enum { BOUNDARY_MAX = 70, PART_HEAD_MAX = 4096 };

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* The value at the front of rest: a token or a quoted string; rest moves behind it. */
static bool take_value(struct arena *a, str *rest, str *out)
{
    size_t i = 0;
    if (!rest->bytes || rest->data[0] != '"') {
        while (i < rest->bytes && is_token_char(rest->data[i]))
            i++;
        *out = str_slice(*rest, 0, i);
        *rest = str_slice(*rest, i, rest->bytes);
        return i > 0;
    }
    char *text = arena_alloc(a, rest->bytes);
    size_t at = 0;
    if (!text)
        return false;
    for (i = 1; i < rest->bytes && rest->data[i] != '"'; i++) {
        /* Only \" and \\ are escapes: some clients send a file's whole Windows path. */
        if (rest->data[i] == '\\' && i + 1 < rest->bytes
            && (rest->data[i + 1] == '"' || rest->data[i + 1] == '\\'))
            i++;
        text[at++] = rest->data[i];
    }
    if (i >= rest->bytes)
        return false;
    *out = (str){ text, at };
    *rest = str_slice(*rest, i + 1, rest->bytes);
    return true;
}

bool http_header_parameter(struct arena *a, str value, const char *name, str *out)
{
    str rest = value, found, ignored;
    if (!str_split(&rest, ';', &ignored))
        return false;
    while ((rest = str_trim(rest)).bytes) {
        size_t i = 0;
        while (i < rest.bytes && is_token_char(rest.data[i]))
            i++;
        str key = str_slice(rest, 0, i);
        if (!i || i >= rest.bytes || rest.data[i] != '=')
            return false;
        rest = str_slice(rest, i + 1, rest.bytes);
        if (!take_value(a, &rest, &found))
            return false;
        if (str_equal_nocase(key, str_from(name))) {
            *out = found;
            return true;
        }
        rest = str_trim(rest);
        if (rest.bytes && rest.data[0] != ';')
            return false;
        rest = str_slice(rest, 1, rest.bytes);
    }
    return false;
}

static str media_type(str value)
{
    str rest = value, type;
    return str_split(&rest, ';', &type) ? str_trim(type) : STR_NONE;
}

/* zh and en are literals: what is wrong with the form of the upload. */
#define BROKEN(d, zh, en) \
    diag_set((d), ERR_SYNTAX, "上传内容的格式有误:" zh, "malformed upload: " en)

/* %22, %0D and %0A only (the browsers' escapes, WHATWG HTML "multipart/form-data encoding"). */
static str unescape_name(struct arena *a, str s)
{
    char *text = arena_alloc(a, s.bytes);
    size_t at = 0;
    if (!text)
        return STR_NONE;
    for (size_t i = 0; i < s.bytes; i++) {
        str three = str_slice(s, i, i + 3);
        bool quote = str_is(three, "%22");
        if (quote || str_equal_nocase(three, STR("%0d")) || str_equal_nocase(three, STR("%0a"))) {
            text[at++] = quote ? '"' : ' ';
            i += 2;
        } else {
            text[at++] = s.data[i];
        }
    }
    return (str){ text, at };
}

/* What stands behind the last separator; "C:\a\b.txt" and "/a/b.txt" are "b.txt". */
static str last_component(str name)
{
    for (size_t i = name.bytes; i > 0; i--)
        if (name.data[i - 1] == '/' || name.data[i - 1] == '\\')
            return str_slice(name, i, name.bytes);
    return name;
}

static enum err read_disposition(struct arena *a, str value, struct http_part *part, struct diag *d)
{
    str name = STR_NONE, file = STR_NONE;
    if (!str_equal_nocase(media_type(value), STR("form-data"))
        || !http_header_parameter(a, value, "name", &name) || !name.bytes)
        return BROKEN(d, "某一部分没有名称", "a part has no name");
    bool is_file = http_header_parameter(a, value, "filename", &file);
    TRY(diag_arena(d, a));
    part->name = unescape_name(a, name);
    part->file_name = is_file ? last_component(unescape_name(a, file)) : STR_NONE;
    TRY(diag_arena(d, a));
    if (!str_is_utf8(part->name) || !str_is_utf8(part->file_name))
        return diag_set(d, ERR_UTF8, "上传的名称不是有效的 UTF-8 编码",
            "a name in the upload is not valid UTF-8");
    return OK;
}

static enum err read_part_head(struct arena *a, str head, struct http_part *part, struct diag *d)
{
    bool named = false;
    for (str rest = head, line; rest.bytes;) {
        ptrdiff_t end = str_find(rest, STR("\r\n"), 0);
        line = str_slice(rest, 0, end < 0 ? rest.bytes : (size_t)end);
        rest = end < 0 ? STR_NONE : str_slice(rest, (size_t)end + 2, rest.bytes);
        const char *colon = line.bytes ? memchr(line.data, ':', line.bytes) : NULL;
        if (!colon)
            return BROKEN(d, "某一部分的首部缺少冒号", "a header of a part has no colon");
        str name = str_slice(line, 0, (size_t)(colon - line.data));
        str value = str_trim(str_slice(line, name.bytes + 1, line.bytes));
        if (str_equal_nocase(name, STR("content-disposition")) && !named) {
            TRY(read_disposition(a, value, part, d));
            named = true;
        } else if (str_equal_nocase(name, STR("content-type"))) {
            part->type = media_type(value);
            if (part->type.bytes >= 10
                && str_equal_nocase(str_slice(part->type, 0, 10), STR("multipart/")))
                return diag_set(d, ERR_UNSUPPORTED, "不支持嵌套的 multipart",
                    "a multipart within a multipart is not supported");
        } else if (str_equal_nocase(name, STR("content-transfer-encoding"))
            && !str_equal_nocase(value, STR("binary")) && !str_equal_nocase(value, STR("8bit"))
            && !str_equal_nocase(value, STR("7bit"))) {
            return diag_set(d, ERR_UNSUPPORTED, "不支持传输编码“%.*s”",
                "the transfer encoding '%.*s' is not supported", STR_ARGS(value));
        }
    }
    if (!named)
        return BROKEN(d, "某一部分没有 Content-Disposition", "a part has no Content-Disposition");
    return OK;
}

/* The delimiter "\r\n--BOUNDARY" in the arena; its first two bytes are left off at the start. */
static enum err read_boundary(struct arena *a, str type, str *delimiter, struct diag *d)
{
    str boundary = STR_NONE;
    if (!str_equal_nocase(media_type(type), STR("multipart/form-data")))
        return diag_set(d, ERR_MEDIA_TYPE, "请以 multipart/form-data 上传",
            "send it as multipart/form-data");
    if (!http_header_parameter(a, type, "boundary", &boundary) || !boundary.bytes
        || boundary.bytes > BOUNDARY_MAX) {
        TRY(diag_arena(d, a));
        return BROKEN(d, "缺少分隔标记 boundary", "it names no boundary");
    }
    *delimiter = str_concat(a, STR("\r\n--"), boundary);
    return diag_arena(d, a);
}

/* One part at the front of *rest, which stands behind "--BOUNDARY\r\n" and moves behind the next
 * delimiter. */
static enum err take_part(struct arena *a, str *rest, str delimiter, struct http_part *part,
    struct diag *d)
{
    ptrdiff_t head = str_find(*rest, STR("\r\n\r\n"), 0);
    if (head < 0 || head > PART_HEAD_MAX)
        return BROKEN(d, "某一部分的首部没有结束", "the head of a part does not end");
    TRY(read_part_head(a, str_slice(*rest, 0, (size_t)head), part, d));
    /* The blank line's own CRLF may already belong to the delimiter: an empty part. */
    ptrdiff_t end = str_find(*rest, delimiter, (size_t)head + 2);
    if (end < 0)
        return BROKEN(d, "内容在结束标记之前中断", "it ends before its last boundary");
    part->data = str_slice(*rest, (size_t)head + 4, (size_t)end);
    *rest = str_slice(*rest, (size_t)end + delimiter.bytes, rest->bytes);
    return OK;
}

enum err http_parse_multipart(struct arena *a, str type, str body, const struct http_part **parts,
    size_t *count, struct diag *d)
{
    str delimiter;
    size_t found = 0;
    TRY(read_boundary(a, type, &delimiter, d));
    struct http_part *list = ARENA_ARRAY(a, struct http_part, HTTP_PARTS_MAX);
    if (!list)
        return diag_arena(d, a);
    if (!str_starts(body, str_slice(delimiter, 2, delimiter.bytes)))
        return BROKEN(d, "开头不是分隔标记", "it does not begin with its boundary");
    str rest = str_slice(body, delimiter.bytes - 2, body.bytes);
    while (!str_starts(rest, STR("--"))) {
        if (!str_starts(rest, STR("\r\n")))
            return BROKEN(d, "分隔标记之后应换行", "a line end must follow the boundary");
        if (found == HTTP_PARTS_MAX)
            return diag_set(d, ERR_LIMIT, "一次上传不能超过 %d 个部分",
                "more than %d parts in one upload", HTTP_PARTS_MAX);
        rest = str_slice(rest, 2, rest.bytes);
        TRY(take_part(a, &rest, delimiter, &list[found], d));
        found++;
    }
    *parts = list;
    *count = found;
    return OK;
}
