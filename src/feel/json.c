/*
 * Values to and from JSON (feel.h says the mapping). Depth is bounded by json_parse on the way in
 * and by what a value can be on the way out.
 */
#include "feel/internal.h"
#include "feel/number.h"
#include "feel/temporal.h"

#include <string.h>

enum { DEPTH_MAX = 200 };

static enum err from_json(struct arena *a, const json_t *json, const struct feel_type *type,
    int depth, feel_value *out, struct diag *d);

static enum err memory(struct diag *d)
{
    return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
}

static enum err read_text(str s, const struct feel_type *type, feel_value *out, struct diag *d)
{
    *out = feel_string(s);
    if (!type || type->form != FEEL_TYPE_SIMPLE || type->kind == FEEL_STRING)
        return OK;
    feel_value v = feel_null();
    switch (type->kind) {
    case FEEL_NUMBER:
        if (!feel_number_parse(s, &v))
            v = feel_null();
        break;
    case FEEL_DATE: v = temporal_parse_date(s); break;
    case FEEL_TIME: v = temporal_parse_time(s, NULL); break;
    case FEEL_DATE_TIME: v = temporal_parse_date_time(s, NULL); break;
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS: v = temporal_parse_duration(s); break;
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_STRING:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION: return OK;
    }
    if (v.kind != type->kind)
        return diag_set(d, ERR_INVALID, "“%.*s”不是有效的%s", "\"%.*s\" is not a valid %s",
            STR_ARGS(s), feel_kind_name(type->kind));
    *out = v;
    return OK;
}

static enum err read_array(struct arena *a, const json_t *json, const struct feel_type *type,
    int depth, feel_value *out, struct diag *d)
{
    size_t count = json_array_size(json);
    feel_value *items = ARENA_ARRAY(a, feel_value, count);
    if (!items)
        return memory(d);
    const struct feel_type *item = type && type->form == FEEL_TYPE_LIST ? type->item : NULL;
    for (size_t i = 0; i < count; i++)
        TRY(from_json(a, json_array_get(json, i), item, depth + 1, &items[i], d));
    *out = feel_list_of(a, items, count);
    return out->kind == FEEL_NULL ? memory(d) : OK;
}

static const struct feel_type *field_type(const struct feel_type *type, str name)
{
    for (size_t i = 0; type && type->form == FEEL_TYPE_CONTEXT && i < type->field_count; i++)
        if (str_equal(type->fields[i].name, name))
            return type->fields[i].type;
    return NULL;
}

static enum err read_object(struct arena *a, const json_t *json, const struct feel_type *type,
    int depth, feel_value *out, struct diag *d)
{
    size_t count = json_object_size(json), i = 0;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count);
    if (!entries)
        return memory(d);
    const char *key;
    json_t *member, *object = (json_t *)json;
    json_object_foreach(object, key, member) {
        str name = str_copy(a, str_from(key));
        entries[i].name = name;
        enum err e = from_json(a, member, field_type(type, name), depth + 1, &entries[i].value, d);
        if (e != OK) {
            if (d && !d->field[0])
                diag_field(d, name);
            return e;
        }
        i++;
    }
    *out = feel_context_of(a, entries, count);
    return out->kind == FEEL_NULL || arena_failed(a) ? memory(d) : OK;
}

static enum err from_json(struct arena *a, const json_t *json, const struct feel_type *type,
    int depth, feel_value *out, struct diag *d)
{
    if (depth > DEPTH_MAX)
        return diag_set(d, ERR_LIMIT, "JSON 嵌套过深", "the JSON is nested too deeply");
    *out = feel_null();
    if (!json)
        return OK;
    if (type && type->form == FEEL_TYPE_LIST && !json_is_array(json) && !json_is_null(json)) {
        TRY(from_json(a, json, type->item, depth + 1, out, d));
        *out = feel_coerce(a, *out, type);
        return OK;
    }
    switch (json_typeof(json)) {
    case JSON_NULL: break;
    case JSON_TRUE: *out = feel_boolean(true); break;
    case JSON_FALSE: *out = feel_boolean(false); break;
    case JSON_INTEGER: *out = feel_integer(json_integer_value(json)); break;
    case JSON_REAL: *out = feel_from_double(json_real_value(json)); break;
    case JSON_STRING: {
        str s = str_copy(a, (str){ json_string_value(json), json_string_length(json) });
        return arena_failed(a) ? memory(d) : read_text(s, type, out, d);
    }
    case JSON_ARRAY: return read_array(a, json, type, depth, out, d);
    case JSON_OBJECT: return read_object(a, json, type, depth, out, d);
    }
    return OK;
}

enum err feel_from_json(struct arena *a, const json_t *json, const struct feel_type *type,
    feel_value *out, struct diag *d)
{
    feel_value v;
    TRY(from_json(a, json, type, 0, &v, d));
    *out = v;
    return OK;
}

static json_t *to_json(struct arena *a, feel_value v, int depth);

static json_t *write_list(struct arena *a, const struct feel_list *l, int depth)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < l->count; i++)
        if (json_array_append_new(array, to_json(a, l->items[i], depth + 1))) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *write_context(struct arena *a, const struct feel_context *c, int depth)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < c->count; i++) {
        char *key = str_terminated(a, c->entries[i].name);
        if (key && json_object_set_new(object, key, to_json(a, c->entries[i].value, depth + 1))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *to_json(struct arena *a, feel_value v, int depth)
{
    int64_t n;
    if (depth > DEPTH_MAX)
        return NULL;
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL: return json_null();
    case FEEL_BOOLEAN: return json_boolean(v.boolean);
    case FEEL_NUMBER:
        return feel_to_int64(v, &n) ? json_integer(n) : json_real(feel_to_double(v));
    case FEEL_STRING: return json_from_str(v.text);
    case FEEL_LIST: return write_list(a, v.list, depth);
    case FEEL_CONTEXT: return write_context(a, v.context, depth);
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_RANGE:
    case FEEL_FUNCTION: return json_from_str(feel_to_string(a, v));
    }
    return NULL;
}

json_t *feel_to_json(struct arena *a, feel_value v)
{
    return json_keep(a, to_json(a, v, 0));
}
