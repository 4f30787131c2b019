/*
 * Bodies at the door: a JSON object of the route's request schema. Each fault is named by its
 * member ("onBehalf.enterpriseId"); all of them are reported at once.
 */
#include "api/internal.h"

#include <string.h>

enum { TEXT_MAX_DEFAULT = 20000, ITEMS_MAX_DEFAULT = 100 };

/* Where in the body: the path of the object, "" at the top. */
struct place {
    struct call *call;
    str path;
};

static str path_of(const struct place *at, const char *name)
{
    return at->path.bytes ? str_printf(at->call->op.arena, "%.*s.%s", STR_ARGS(at->path), name)
                          : str_from(name);
}

static void fault(
    const struct place *at, const char *name, enum err e, const char *zh, const char *en)
{
    struct diag d = { 0 };
    str path = path_of(at, name);
    diag_field(&d, path);
    diag_set(
        &d, e, "%1$.*2$s %3$s%4$.0s", "%1$.*2$s %3$.0s%4$s", path.data, (int)path.bytes, zh, en);
    diag_list_add(&at->call->faults, &d);
}

/* A line may end and a tab may stand in a text; nothing else of what no keyboard types. */
static bool has_control(const json_t *v)
{
    const char *s = json_string_value(v);
    for (size_t i = 0; i < json_string_length(v); i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == 0x7F || (c < 0x20 && c != '\n' && c != '\r' && c != '\t'))
            return true;
    }
    return false;
}

static bool is_id(const json_t *v)
{
    int64_t id;
    return json_is_string(v) && id_parse((str){ json_string_value(v), json_string_length(v) }, &id);
}

static void check_object(const struct place *at, const struct api_schema *s, const json_t *body);

static void check_texts(const struct place *at, const struct api_field *f, const json_t *v)
{
    size_t most = f->max ? f->max : ITEMS_MAX_DEFAULT;
    if (!json_is_array(v)) {
        fault(at, f->name, ERR_INVALID, "应为列表", "must be a list");
        return;
    }
    if (json_array_size(v) > most)
        fault(at, f->name, ERR_LIMIT, "项数过多", "has too many items");
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *item = json_array_get(v, i);
        if (f->type == API_IDS ? !is_id(item) : !json_is_string(item)) {
            fault(at, f->name, ERR_INVALID, "列表中有一项不对", "has an item of the wrong kind");
            return;
        }
    }
}

static void check_list(const struct place *at, const struct api_field *f, const json_t *v)
{
    size_t most = f->max ? f->max : ITEMS_MAX_DEFAULT;
    if (!json_is_array(v)) {
        fault(at, f->name, ERR_INVALID, "应为列表", "must be a list");
        return;
    }
    if (json_array_size(v) > most) {
        fault(at, f->name, ERR_LIMIT, "项数过多", "has too many items");
        return;
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *item = json_array_get(v, i);
        str path = str_printf(
            at->call->op.arena, "%.*s.%zu", STR_ARGS(path_of(at, f->name)), i);
        if (json_is_object(item))
            check_object(&(struct place){ at->call, path }, api_schema(f->ref), item);
        else
            fault(at, f->name, ERR_INVALID, "列表中有一项不对", "has an item of the wrong kind");
    }
}

static void check_field(const struct place *at, const struct api_field *f, const json_t *v)
{
    size_t most = f->max ? f->max : TEXT_MAX_DEFAULT;
    switch (f->type) {
    case API_TEXT:
    case API_DATE:
    case API_INSTANT:
        if (!json_is_string(v))
            fault(at, f->name, ERR_INVALID, "应为文字", "must be text");
        else if (json_string_length(v) > most)
            fault(at, f->name, ERR_LIMIT, "过长", "is too long");
        else if (has_control(v))
            fault(at, f->name, ERR_INVALID, "含有控制字符", "holds a control character");
        else if ((f->flags & API_REQUIRED) && !json_string_length(v))
            fault(at, f->name, ERR_INVALID, "必填", "is required");
        return;
    case API_ID:
        if (!is_id(v))
            fault(at, f->name, ERR_INVALID, "应为编号(数字组成的文字)",
                "must be an identifier (digits as text)");
        return;
    case API_INT:
        if (!json_is_integer(v))
            fault(at, f->name, ERR_INVALID, "应为整数", "must be a whole number");
        return;
    case API_NUMBER:
        if (!json_is_number(v))
            fault(at, f->name, ERR_INVALID, "应为数字", "must be a number");
        return;
    case API_BOOL:
        if (!json_is_boolean(v))
            fault(at, f->name, ERR_INVALID, "应为 true 或 false", "must be true or false");
        return;
    case API_IDS:
    case API_TEXTS:
        check_texts(at, f, v);
        return;
    case API_OBJECT:
        if (json_is_object(v))
            check_object(&(struct place){ at->call, path_of(at, f->name) }, api_schema(f->ref), v);
        else
            fault(at, f->name, ERR_INVALID, "应为对象", "must be an object");
        return;
    case API_LIST:
        check_list(at, f, v);
        return;
    case API_NAME:
    case API_ANY:
        if (!json_is_object(v))
            fault(at, f->name, ERR_INVALID, "应为对象", "must be an object");
        return;
    }
}

static const struct api_field *field_named(const struct api_schema *s, const char *name)
{
    for (const struct api_field *f = s->fields; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static void check_object(const struct place *at, const struct api_schema *s, const json_t *body)
{
    const char *name;
    json_t *v;
    ASSERT(s);
    json_object_foreach((json_t *)body, name, v)
    {
        const struct api_field *f = field_named(s, name);
        if (!f)
            fault(at, name, ERR_INVALID, "不是可用的字段", "is not a known member");
        else if (!json_is_null(v))
            check_field(at, f, v);
    }
    for (const struct api_field *f = s->fields; f->name; f++) {
        const json_t *member = json_object_get(body, f->name);
        if ((f->flags & API_REQUIRED) && (!member || json_is_null(member)))
            fault(at, f->name, ERR_INVALID, "必填", "is required");
    }
}

bool api_body(struct call *c)
{
    if (http_body_json(c->req, &c->body, &c->diag) != OK) {
        api_fail(c);
        return false;
    }
    if (!json_is_object(c->body)) {
        diag_set(&c->diag, ERR_INVALID, "请求内容应为 JSON 对象", "the body must be a JSON object");
        api_fail(c);
        return false;
    }
    check_object(&(struct place){ c, STR_NONE }, api_schema(c->doc->request), c->body);
    if (!c->faults.total)
        return true;
    c->diag = *c->faults.items[0];
    api_fail(c);
    return false;
}
