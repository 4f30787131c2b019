/*
 * Reading a form-js schema. jansson keeps no positions, so a fault has the JSON pointer of its
 * place, and the line where the component's "id" or "key" is written, found by scanning forward in
 * the text in the order in which components are read.
 */
#include "form/internal.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    bool has_value;
} types[FORM_TYPE_COUNT] = {
#define T(name, word, has_value) { word, has_value },
#include "form/types.def"
#undef T
};

void form_fault(struct form_reader *r, str pointer, int line, enum err err, const char *zh,
    const char *en, ...)
{
    struct diag d = { 0 }, other = { 0 };
    char name[DIAG_PLACE_BYTES];
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    str left = str_vprintf(r->arena, zh, args), right = str_vprintf(r->arena, en, again);
    va_end(again);
    va_end(args);
    diag_set(&d, err, "%.*s", "%.*s", STR_ARGS(left));
    diag_set(&other, err, "%.*s", "%.*s", STR_ARGS(right));
    memcpy(d.en, other.en, sizeof d.en);
    snprintf(name, sizeof name, "%.*s", STR_ARGS(r->file));
    diag_at(&d, name, line, 0);
    diag_field(&d, pointer);
    if (r->first == OK)
        r->first = err;
    if (r->faults)
        diag_list_add(r->faults, &d);
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────── */

static int line_at(str text, size_t offset)
{
    int line = 1;
    for (size_t i = 0; i < offset && i < text.bytes; i++)
        line += text.data[i] == '\n';
    return line;
}

/* The line of the quoted text at or after where the last component was found. */
static int find_line(struct form_reader *r, str quoted)
{
    struct buf b;
    if (!quoted.bytes)
        return line_at(r->text, r->scan);
    buf_init(&b, r->arena, 4096);
    buf_add_json(&b, quoted);
    ptrdiff_t at = str_find(r->text, buf_str(&b), r->scan);
    if (at < 0)
        return line_at(r->text, r->scan);
    r->scan = (size_t)at + b.bytes;
    return line_at(r->text, (size_t)at);
}

/* ── what may be written ───────────────────────────────────────────────────────────────────── */

static const char *const known[] = { "type", "id", "key", "label", "description", "layout",
    "properties", "validate", "values", "valuesKey", "defaultValue", "conditional", "appearance",
    "disabled", "readonly", "searchable", "subtype", "dateLabel", "timeLabel",
    "timeSerializingFormat", "timeInterval", "use24h", "disallowPassedDates", "accept", "multiple",
    "text", "components", "path", "showOutline", "verticalAlignment", "decimalDigits", "increment",
    "serializeToString", "action", "height", "defaultRepetitions", "allowAddRemove", "isRepeating",
    "disableCollapse", "nonCollapsedItems", NULL };

static const char *const own[] = { "junma:check", "junma:label_en", "junma:description_en",
    "junma:text_en", "junma:why", "junma:why_en", "junma:mask", "junma:pattern_message",
    "junma:pattern_message_en", NULL };

static const char *const top_level[] = { "type", "id", "components", "schemaVersion", "exporter",
    "executionPlatform", "executionPlatformVersion", "versionTag", "properties", NULL };

static bool listed(const char *const *list, const char *word)
{
    for (; *list; list++)
        if (!strcmp(*list, word))
            return true;
    return false;
}

static void check_members(struct form_reader *r, const json_t *c, str pointer, int line)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)c, key, value)
        if (!listed(known, key))
            form_fault(r, pointer, line, ERR_UNSUPPORTED,
                "不支持表单属性 %s:请删除,或改用支持的写法",
                "the form attribute %s is not supported: remove it or say it another way", key);
    json_object_foreach(json_object_get(c, "properties"), key, value)
        if (!strncmp(key, "junma:", 6) && !listed(own, key))
            form_fault(r, pointer, line, ERR_UNSUPPORTED, "没有 %s 这种属性",
                "there is no property %s", key);
}

/* ── components ────────────────────────────────────────────────────────────────────────────── */

static bool read_components(struct form_reader *r, const json_t *list, str pointer, int depth,
    struct form_field *parent, struct form_rule *into);

static bool type_of(const json_t *c, enum form_type *out)
{
    for (int t = 0; t < FORM_TYPE_COUNT; t++)
        if (str_is(json_str(c, "type"), types[t].word)) {
            *out = (enum form_type)t;
            return true;
        }
    return false;
}

static str copy_of(struct form_reader *r, const json_t *o, const char *key)
{
    return str_copy(r->arena, str_trim(json_str(o, key)));
}

static bool key_valid(str key)
{
    for (size_t i = 0; i < key.bytes; i++) {
        char c = key.data[i], lower = (char)(c | 32);
        if (!((lower >= 'a' && lower <= 'z') || c == '_' || (i && c >= '0' && c <= '9')))
            return false;
    }
    return key.bytes > 0 && key.bytes <= 64;
}

static bool same_key(struct form_reader *r, const struct form_field *f)
{
    for (size_t i = 0; i < r->made_count; i++)
        if (r->made[i] != f && r->made[i]->parent == f->parent && f->key.bytes
            && str_equal(r->made[i]->key, f->key))
            return true;
    return false;
}

static void check_key(struct form_reader *r, const struct form_field *f, str pointer)
{
    if (!types[f->type].has_value || f->type == FORM_DYNAMICLIST)
        return;
    if (!key_valid(f->key))
        form_fault(r, pointer, f->line, ERR_INVALID,
            "字段的 key“%.*s”须由字母、数字和下划线组成,以字母开头,最长 64 字节",
            "the field's key \"%.*s\" must be of letters, digits and underscores, beginning with a "
            "letter, at most 64 bytes", STR_ARGS(f->key));
    else if (same_key(r, f))
        form_fault(r, pointer, f->line, ERR_INVALID, "key“%.*s”已用于另一个字段",
            "the key \"%.*s\" is already that of another field", STR_ARGS(f->key));
    if (!f->label.bytes)
        form_fault(r, pointer, f->line, ERR_INVALID, "字段 %.*s 没有名称(label)",
            "field %.*s has no label", STR_ARGS(f->key));
}

static struct form_field *add_field(struct form_reader *r)
{
    if (r->made_count == r->capacity) {
        size_t more = r->capacity ? r->capacity * 2 : 16;
        struct form_field **grown = arena_grow(r->arena, r->made, r->made_count * sizeof *grown,
            more * sizeof *grown);
        if (!grown)
            return NULL;
        r->made = grown;
        r->capacity = more;
    }
    struct form_field *f = ARENA_NEW(r->arena, struct form_field);
    if (f)
        r->made[r->made_count++] = f;
    return f;
}

static void describe(struct form_reader *r, const json_t *c, struct form_field *f)
{
    const json_t *p = json_object_get(c, "properties");
    f->key = copy_of(r, c, f->type == FORM_DYNAMICLIST ? "path" : "key");
    f->label = copy_of(r, c, "label");
    f->description = copy_of(r, c, "description");
    f->label_en = copy_of(r, p, "junma:label_en");
    f->description_en = copy_of(r, p, "junma:description_en");
    f->why = copy_of(r, p, "junma:why");
    f->why_en = copy_of(r, p, "junma:why_en");
    f->mask = copy_of(r, p, "junma:mask");
    f->check = copy_of(r, p, "junma:check");
    f->required = json_bool(json_object_get(c, "validate"), "required", false);
}

static struct form_field *read_component(struct form_reader *r, const json_t *c, str pointer,
    int depth, struct form_field *parent)
{
    str key = json_str(c, "key"), id = json_str(c, "id");
    int line = find_line(r, key.bytes ? key : id);
    enum form_type type;
    if (!type_of(c, &type)) {
        str word = json_str(c, "type");
        form_fault(r, pointer, line, ERR_UNSUPPORTED, "不支持表单组件“%.*s”",
            "the form component \"%.*s\" is not supported", STR_ARGS(word));
        return NULL;
    }
    struct form_field *f = add_field(r);
    struct form_rule *rule = ARENA_NEW(r->arena, struct form_rule);
    if (!f || !rule)
        return NULL;
    *f = (struct form_field){ .type = type, .line = line, .parent = parent, .rule = rule };
    describe(r, c, f);
    check_members(r, c, pointer, line);
    form_read_rules(r, c, f, rule, pointer);
    check_key(r, f, pointer);
    if (type == FORM_GROUP || type == FORM_DYNAMICLIST) {
        struct form_field *owner = type == FORM_DYNAMICLIST || rule->path.bytes ? f : parent;
        read_components(r, json_object_get(c, "components"),
            str_concat(r->arena, pointer, STR("/components")), depth + 1, owner, rule);
    }
    return f;
}

static bool read_components(struct form_reader *r, const json_t *list, str pointer, int depth,
    struct form_field *parent, struct form_rule *into)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list)) {
        form_fault(r, pointer, line_at(r->text, r->scan), ERR_INVALID, "components 须是数组",
            "components must be an array");
        return false;
    }
    if (depth > FORM_DEPTH_MAX || r->made_count + count > FORM_COMPONENTS_MAX) {
        form_fault(r, pointer, line_at(r->text, r->scan), ERR_LIMIT,
            "表单最多 %d 个组件、%d 层分组", "a form may have %d components and %d levels of groups",
            FORM_COMPONENTS_MAX, FORM_DEPTH_MAX);
        return false;
    }
    into->fields = ARENA_ARRAY(r->arena, const struct form_field *, count);
    for (size_t i = 0; i < count && into->fields; i++) {
        str at = str_printf(r->arena, "%.*s/%zu", STR_ARGS(pointer), i);
        const struct form_field *f = read_component(r, json_array_get(list, i), at, depth, parent);
        if (f)
            into->fields[into->field_count++] = f;
    }
    return true;
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────── */

static void read_form(struct form_reader *r)
{
    struct form *f = r->form;
    const char *key;
    json_t *value;
    if (!json_is_object(f->schema)) {
        form_fault(r, STR_NONE, 1, ERR_INVALID, "表单须是一个 JSON 对象", "a form must be a JSON object");
        return;
    }
    json_object_foreach(f->schema, key, value)
        if (!listed(top_level, key))
            form_fault(r, str_printf(r->arena, "/%s", key), find_line(r, str_from(key)),
                ERR_UNSUPPORTED, "不支持表单属性 %s", "the form attribute %s is not supported", key);
    r->scan = 0;
    if (!str_is(json_str(f->schema, "type"), "default"))
        form_fault(r, STR("/type"), 1, ERR_INVALID, "type 须为 \"default\"(form-js 表单)",
            "type must be \"default\" (a form-js form)");
    f->id = copy_of(r, f->schema, "id");
    read_components(r, json_object_get(f->schema, "components"), STR("/components"), 1, NULL,
        &f->top);
    f->fields = r->made;
    f->count = r->made_count;
}

enum err form_load(struct arena *a, str file, str json, struct form **out,
    struct diag_list *faults)
{
    struct diag d = { 0 };
    struct form_reader r = { .arena = a, .faults = faults, .file = file, .text = json };
    r.form = ARENA_NEW(a, struct form);
    if (!r.form)
        return diag_arena(NULL, a);
    r.form->file = str_copy(a, file);
    if (json.bytes > FORM_JSON_BYTES_MAX)
        form_fault(&r, STR_NONE, 0, ERR_TOO_LARGE, "表单有 %zu 字节,最多 %d 字节",
            "the form has %zu bytes; at most %d are allowed", json.bytes, FORM_JSON_BYTES_MAX);
    else if (json_parse(a, json, &r.form->schema, &d) != OK)
        form_fault(&r, STR_NONE, d.line, d.err, "%1$s%2$.0s", "%1$.0s%2$s", d.zh, d.en);
    else
        read_form(&r);
    if (r.first == OK && arena_failed(a))
        form_fault(&r, STR_NONE, 0, ERR_MEMORY, "内存不足", "out of memory");
    if (r.first == OK)
        *out = r.form;
    return r.first;
}

str form_id(const struct form *f)
{
    return f->id;
}

size_t form_field_count(const struct form *f)
{
    return f->count;
}

const struct form_field *form_field_at(const struct form *f, size_t index)
{
    return index < f->count ? f->fields[index] : NULL;
}

const struct form_field *form_field_by_key(const struct form *f, str key)
{
    for (size_t i = 0; i < f->count && key.bytes; i++)
        if (str_equal(f->fields[i]->key, key))
            return f->fields[i];
    return NULL;
}

const json_t *form_to_json(const struct form *f)
{
    return f->schema;
}
