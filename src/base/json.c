/* JSON glue; see json.h. */
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void release(void *ctx)
{
    json_decref(ctx);
}

json_t *json_keep(struct arena *a, json_t *v)
{
    if (!v) {
        a->failed = true;
        return NULL;
    }
    return arena_defer(a, release, v) ? v : NULL;
}

/* jansson's own bound is far deeper than any of our documents; a cheap scan refuses early. */
static bool too_deep(str text, int *line)
{
    int depth = 0;
    bool quoted = false;
    *line = 1;
    for (size_t i = 0; i < text.bytes; i++) {
        char c = text.data[i];
        if (c == '\n')
            ++*line;
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

/* In our words: the library's are for programmers, and in one language. */
static void describe(const json_error_t *error, const char **zh, const char **en)
{
    *zh = "此处不符合 JSON 语法";
    *en = "this is not JSON";
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        *zh = "内容不完整,缺少结尾";
        *en = "it ends too early";
        break;
    case json_error_end_of_input_expected:
        *zh = "结尾之后还有内容";
        *en = "there is more after its end";
        break;
    case json_error_duplicate_key:
        *zh = "同一对象中有重复的名称";
        *en = "a name stands twice in one object";
        break;
    case json_error_numeric_overflow:
        *zh = "数字超出范围";
        *en = "a number is out of range";
        break;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        *zh = "名称中含有空字符";
        *en = "a name holds a NUL character";
        break;
    default: /* the library's list is open; the rest is for its other uses */
        break;
    }
}

enum err json_parse(struct arena *a, str text, json_t **out, struct diag *d)
{
    int line;
    if (!str_is_utf8(text))
        return diag_set(d, ERR_UTF8, "JSON 不是有效的 UTF-8 文字", "the JSON is not valid UTF-8");
    if (too_deep(text, &line)) {
        diag_at(d, NULL, line, 0);
        return diag_set(d, ERR_LIMIT, "JSON 嵌套超过 %d 层", "the JSON is nested deeper than %d levels",
            JSON_DEPTH_MAX);
    }
    json_error_t error;
    json_t *v = json_loadb(text.data ? text.data : "", text.bytes,
        JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!v && json_error_code(&error) == json_error_out_of_memory)
        return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
    if (!v) {
        const char *zh, *en;
        describe(&error, &zh, &en);
        diag_at(d, NULL, error.line, error.column);
        return diag_set(d, ERR_SYNTAX, "JSON 格式有误,第 %1$d 行第 %2$d 列:%3$s%4$.0s",
            "malformed JSON at line %1$d, column %2$d: %3$.0s%4$s", error.line, error.column, zh, en);
    }
    v = json_keep(a, v);
    if (!v)
        return diag_arena(d, a);
    *out = v;
    return OK;
}

static int add_piece(const char *piece, size_t bytes, void *ctx)
{
    buf_add(ctx, (str){ piece, bytes });
    return buf_failed(ctx) ? -1 : 0;
}

static str dump(struct arena *a, const json_t *v, size_t flags)
{
    struct buf b;
    buf_init(&b, a, 64 * MIB);
    if (json_dump_callback(v, add_piece, &b, flags | JSON_ENCODE_ANY | JSON_SORT_KEYS) != 0) {
        a->failed = true;
        return STR_NONE;
    }
    return buf_str(&b);
}

str json_text(struct arena *a, const json_t *v)
{
    return dump(a, v, JSON_COMPACT);
}

/* The shortest text that reads back to the same number. */
static void write_real(struct buf *b, double number)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buf_add(b, str_from(text));
    if (!strpbrk(text, ".e"))
        buf_add(b, STR(".0"));
}

/* jansson's own writer keeps a table of the containers it is in, against circles, and calls back
 * for each piece: half of the time of answering a list. Our values are trees: they were parsed or
 * built member by member, at most JSON_DEPTH_MAX deep. */
static void write_value(struct buf *b, const json_t *v, int depth)
{
    const char *key, *separator = "";
    json_t *member;
    size_t i;
    ASSERT(depth <= JSON_DEPTH_MAX);
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        buf_add_char(b, '{');
        json_object_foreach((json_t *)v, key, member) {
            buf_add(b, str_from(separator));
            buf_add_json(b, str_from(key));
            buf_add_char(b, ':');
            write_value(b, member, depth + 1);
            separator = ",";
        }
        buf_add_char(b, '}');
        return;
    case JSON_ARRAY:
        buf_add_char(b, '[');
        json_array_foreach((json_t *)v, i, member) {
            buf_add(b, str_from(separator));
            write_value(b, member, depth + 1);
            separator = ",";
        }
        buf_add_char(b, ']');
        return;
    case JSON_STRING:
        buf_add_json(b, (str){ json_string_value(v), json_string_length(v) });
        return;
    case JSON_INTEGER:
        buf_printf(b, "%lld", (long long)json_integer_value(v));
        return;
    case JSON_REAL:
        write_real(b, json_real_value(v));
        return;
    case JSON_TRUE:
        buf_add(b, STR("true"));
        return;
    case JSON_FALSE:
        buf_add(b, STR("false"));
        return;
    case JSON_NULL:
        buf_add(b, STR("null"));
        return;
    }
}

str json_text_sent(struct arena *a, const json_t *v)
{
    struct buf b;
    buf_init(&b, a, 64 * MIB);
    write_value(&b, v, 1);
    if (!buf_failed(&b))
        return buf_str(&b);
    a->failed = true;
    return STR_NONE;
}

str json_text_pretty(struct arena *a, const json_t *v)
{
    return dump(a, v, JSON_INDENT(2));
}

str json_str(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

int64_t json_int(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool json_bool(const json_t *object, const char *key, bool otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

json_t *json_from_str(str s)
{
    json_t *v = json_stringn(s.data ? s.data : "", s.bytes);
    return v ? v : json_null();
}

void json_set_str(json_t *object, const char *key, str s)
{
    json_object_set_new(object, key, json_from_str(s));
}

void json_set_int(json_t *object, const char *key, int64_t v)
{
    json_object_set_new(object, key, json_integer(v));
}

void json_set_id(json_t *object, const char *key, int64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    json_object_set_new(object, key, json_string(text));
}

json_t *json_str_or_null(str s)
{
    return s.bytes ? json_from_str(s) : json_null();
}

void json_set_str_or_null(json_t *object, const char *key, str s)
{
    json_object_set_new(object, key, json_str_or_null(s));
}

void json_set_id_or_null(json_t *object, const char *key, int64_t id)
{
    if (id)
        json_set_id(object, key, id);
    else
        json_object_set_new(object, key, json_null());
}
