/*
 * Checking an answer. The answer is walked along the form: what the form does not ask is refused,
 * what a condition hides is dropped, the rest is brought into the shape that is stored. Conditions
 * see the answer with what is already hidden taken out, in document order, so that a hidden field
 * cannot hide or show another.
 *
 * Every fault is told, in the order of the form, in words that name the field as it is labelled.
 */
#include "form/value.h"

#include <string.h>

/* ── faults ────────────────────────────────────────────────────────────────────────────────── */

void answer_fault(struct answer *a, const struct form_field *f, enum err err, const char *zh,
    const char *en, ...)
{
    struct diag d = { 0 }, other = { 0 };
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    str left = str_vprintf(a->arena, zh, args), right = str_vprintf(a->arena, en, again);
    va_end(again);
    va_end(args);
    str label = f ? f->label : STR_NONE, label_en = f && f->label_en.bytes ? f->label_en : label;
    if (f && a->row)
        diag_set(&d, err, "第%zu行“%.*s”%.*s", "%zu %.*s %.*s", a->row, STR_ARGS(label), STR_ARGS(left));
    else
        diag_set(&d, err, "%s%.*s%s%.*s", "%s%.*s%s%.*s", f ? "“" : "", STR_ARGS(label),
            f ? "”" : "", STR_ARGS(left));
    if (f && a->row)
        diag_set(&other, err, "%2$.*1$s%4$.*3$s%5$zu", "\"%2$.*1$s\" in row %5$zu %4$.*3$s",
            (int)label_en.bytes, label_en.data ? label_en.data : "", (int)right.bytes, right.data, a->row);
    else
        diag_set(&other, err, "%s%.*s%s%.*s", "%s%.*s%s%.*s", f ? "\"" : "", STR_ARGS(label_en),
            f ? "\" " : "", STR_ARGS(right));
    memcpy(d.en, other.en, sizeof d.en);
    diag_field(&d, a->path.bytes && f ? str_printf(a->arena, "%.*s.%.*s", STR_ARGS(a->path), STR_ARGS(f->key))
            : f ? f->key : a->path);
    if (a->first == OK)
        a->first = err;
    if (a->faults)
        diag_list_add(a->faults, &d);
}

/* ── conditions ────────────────────────────────────────────────────────────────────────────── */

static feel_value name_value(struct answer *a, const json_t *row, str name)
{
    feel_value v = feel_null();
    const char *key = str_terminated(a->arena, name);
    const json_t *found = key ? json_object_get(row, key) : NULL;
    if (!found && key)
        found = json_object_get(a->working, key);
    if (!found && key && a->env)
        found = json_object_get(a->env->context, key);
    if (found && feel_from_json(a->arena, found, NULL, &v, NULL) != OK)
        return feel_null();
    return v;
}

static bool is_hidden(struct answer *a, const struct form_field *f, const json_t *row)
{
    const struct feel_program *p = f->rule->hide;
    struct feel_env env = { .limits = { .steps = 100000 } };
    struct diag d = { 0 };
    feel_value out = feel_null();
    if (!p)
        return false;
    size_t count = feel_program_variable_count(p);
    struct feel_entry *entries = ARENA_ARRAY(a->arena, struct feel_entry, count);
    if (!entries)
        return false;
    for (size_t i = 0; i < count; i++) {
        str name = feel_program_variable(p, i);
        entries[i] = (struct feel_entry){ name, name_value(a, row, name) };
    }
    struct feel_context scope = { count, entries };
    if (a->env)
        env.now = feel_date_time_from_ms(a->env->now_ms, a->env->offset_s, NULL);
    enum err err = feel_eval(p, &env, &scope, a->arena, &out, &d);
    if (err)
        answer_fault(a, f, err, "的显示条件无法判断:%1$s%2$.0s",
            "cannot be judged shown or hidden: %1$.0s%2$s", d.zh, d.en);
    return feel_is_true(out);
}

/* ── walking ───────────────────────────────────────────────────────────────────────────────── */

static void check_fields(struct answer *a, const struct form_rule *level, json_t *in, json_t *out);

static bool asks_for(const struct form_rule *level, const char *key)
{
    for (size_t i = 0; i < level->field_count; i++) {
        const struct form_field *f = level->fields[i];
        str name = f->type == FORM_GROUP || f->type == FORM_DYNAMICLIST ? f->rule->path : f->key;
        if (name.bytes ? str_is(name, key) : f->type == FORM_GROUP && asks_for(f->rule, key))
            return true;
    }
    return false;
}

static void refuse_unknown(struct answer *a, const struct form_rule *level, const json_t *in)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)in, key, value) {
        if (asks_for(level, key))
            continue;
        str outer = a->path;
        a->path = outer.bytes ? str_printf(a->arena, "%.*s.%s", STR_ARGS(outer), key)
                              : str_copy(a->arena, str_from(key));
        answer_fault(a, NULL, ERR_INVALID, "表单中没有“%s”这一项", "the form has no field \"%s\"", key);
        a->path = outer;
    }
}

/* Takes a hidden field, or all fields of a hidden group, out of what conditions see. */
static void take_out(json_t *in, const struct form_field *f)
{
    char key[65];
    str name = f->type == FORM_GROUP || f->type == FORM_DYNAMICLIST ? f->rule->path : f->key;
    if (f->type == FORM_GROUP && !name.bytes)
        for (size_t i = 0; i < f->rule->field_count; i++)
            take_out(in, f->rule->fields[i]);
    if (!name.bytes || name.bytes >= sizeof key)
        return;
    memcpy(key, name.data, name.bytes);
    key[name.bytes] = 0;
    json_object_del(in, key);
}

static json_t *member(struct answer *a, json_t *in, str name)
{
    const char *key = str_terminated(a->arena, name);
    return key ? json_object_get(in, key) : NULL;
}

static void keep(struct answer *a, json_t *out, str name, json_t *value)
{
    const char *key = str_terminated(a->arena, name);
    if (value && (!key || json_object_set(out, key, value)))
        a->arena->failed = true;
}

static void check_inner(struct answer *a, const struct form_field *f, json_t *in, json_t *out)
{
    json_t *value = member(a, in, f->rule->path), *made = json_keep(a->arena, json_object());
    json_t *none = json_keep(a->arena, json_object());
    str outer = a->path;
    if (value && !json_is_object(value) && !json_is_null(value)) {
        answer_fault(a, f, ERR_INVALID, "的格式不对", "has the wrong form");
        return;
    }
    a->path = outer.bytes ? str_printf(a->arena, "%.*s.%.*s", STR_ARGS(outer), STR_ARGS(f->rule->path))
                          : f->rule->path;
    if (made && none)
        check_fields(a, f->rule, json_is_object(value) ? value : none, made);
    a->path = outer;
    if (made && json_object_size(made))
        keep(a, out, f->rule->path, made);
}

static void check_rows(struct answer *a, const struct form_field *f, json_t *in, json_t *out)
{
    json_t *rows = member(a, in, f->rule->path), *made = json_keep(a->arena, json_array());
    size_t count = json_array_size(rows), outer_row = a->row;
    str outer = a->path;
    if (rows && !json_is_array(rows) && !json_is_null(rows))
        answer_fault(a, f, ERR_INVALID, "应为多行", "must be a list of rows");
    else if ((int64_t)count > f->rule->max_length)
        answer_fault(a, f, ERR_INVALID, "最多填写 %lld 行", "may have %lld rows",
            (long long)f->rule->max_length);
    else if ((int64_t)count < f->rule->min_length || (f->required && !count))
        answer_fault(a, f, ERR_INVALID, "至少填写 %lld 行", "needs %lld rows or more",
            (long long)(f->rule->min_length ? f->rule->min_length : 1));
    if ((int64_t)count > f->rule->max_length)
        return;
    for (size_t i = 0; i < count && made; i++) {
        json_t *row = json_array_get(rows, i), *cleaned = json_keep(a->arena, json_object());
        a->row = i + 1;
        a->path = str_printf(a->arena, "%.*s%s%.*s.%zu", STR_ARGS(outer), outer.bytes ? "." : "",
            STR_ARGS(f->rule->path), i);
        if (!json_is_object(row))
            answer_fault(a, NULL, ERR_INVALID, "第%zu行的格式不对", "row %zu has the wrong form", i + 1);
        else if (cleaned)
            check_fields(a, f->rule, row, cleaned);
        if (!cleaned || json_array_append(made, cleaned))
            a->arena->failed = true;
    }
    a->row = outer_row;
    a->path = outer;
    if (made && json_array_size(made))
        keep(a, out, f->rule->path, made);
}

static void check_level(struct answer *a, const struct form_rule *level, json_t *in, json_t *out)
{
    for (size_t i = 0; i < level->field_count && !arena_failed(a->arena); i++) {
        const struct form_field *f = level->fields[i];
        if (is_hidden(a, f, in))
            take_out(in, f);
        else if (f->type == FORM_GROUP && !f->rule->path.bytes)
            check_level(a, f->rule, in, out);
        else if (f->type == FORM_GROUP)
            check_inner(a, f, in, out);
        else if (f->type == FORM_DYNAMICLIST)
            check_rows(a, f, in, out);
        else if (f->key.bytes)
            keep(a, out, f->key, value_check(a, f, member(a, in, f->key)));
    }
}

static void check_fields(struct answer *a, const struct form_rule *level, json_t *in, json_t *out)
{
    refuse_unknown(a, level, in);
    check_level(a, level, in, out);
}

enum err form_check(const struct form *f, const json_t *data, const struct form_env *env,
    struct arena *arena, json_t **cleaned, struct diag_list *faults)
{
    struct answer a = { .arena = arena, .env = env, .faults = faults };
    json_t *out = json_keep(arena, json_object());
    if (!json_is_object(data)) {
        answer_fault(&a, NULL, ERR_INVALID, "表单内容须是一个 JSON 对象", "the answer must be a JSON object");
        return a.first;
    }
    a.working = json_keep(arena, json_deep_copy(data));
    if (out && a.working)
        check_fields(&a, &f->top, a.working, out);
    if (a.first == OK && arena_failed(arena))
        answer_fault(&a, NULL, ERR_MEMORY, "内存不足", "out of memory");
    if (a.first == OK)
        *cleaned = out;
    return a.first;
}

str form_value_label(const struct form_field *field, str value, const char *lang)
{
    bool english = !strcmp(lang, "en");
    for (size_t i = 0; i < field->rule->option_count; i++) {
        const struct form_option *o = &field->rule->options[i];
        str text = str_from(json_string_value(o->value));
        if (json_is_string(o->value) && str_equal(text, value))
            return english && o->label_en.bytes ? o->label_en : o->label;
    }
    return STR_NONE;
}
