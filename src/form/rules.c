/*
 * The rules of one component: limits, pattern, options, condition. A rule that cannot be kept (a
 * minimum above the maximum, a pattern that does not compile) is a fault of the form, told when it
 * is loaded and not when somebody fills it in.
 */
#include "form/internal.h"

#include <string.h>

static const char *const check_words[FORM_CHECK_COUNT] = {
#define C(name, word) word,
#include "form/checks.def"
#undef C
};

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static void read_pattern(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    const json_t *validate = json_object_get(c, "validate"), *p = json_object_get(c, "properties");
    str pattern = json_str(validate, "pattern");
    int error;
    size_t at;
    if (!pattern.bytes)
        return;
    rule->pattern = str_copy(r->arena, pattern);
    rule->pattern_message = str_copy(r->arena, json_str(p, "junma:pattern_message"));
    rule->pattern_message_en = str_copy(r->arena, json_str(p, "junma:pattern_message_en"));
    /* As in a browser: the whole value must match. */
    str whole = str_printf(r->arena, "^(?:%.*s)$", STR_ARGS(pattern));
    if (pattern.bytes <= 1000)
        rule->code = pcre2_compile((PCRE2_SPTR)whole.data, whole.bytes,
            PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
    if (!rule->code)
        form_fault(r, pointer, f->line, ERR_INVALID, "正则表达式“%.*s”有误(最长 1000 字节)",
            "the pattern \"%.*s\" is wrong (at most 1000 bytes)", STR_ARGS(pattern));
    else
        arena_defer(r->arena, free_code, rule->code);
}

static feel_value number_of(struct form_reader *r, const json_t *v)
{
    feel_value out = feel_null();
    if (json_is_number(v) && feel_from_json(r->arena, v, NULL, &out, NULL) == OK)
        return out;
    if (json_is_string(v))
        feel_number_parse(str_from(json_string_value(v)), &out);
    return out;
}

static const char *const validate_words[] = { "required", "minLength", "maxLength", "min", "max",
    "pattern", "validationType", NULL };

static void read_validate(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    const json_t *validate = json_object_get(c, "validate");
    const char *key;
    json_t *value;
    int64_t usual = f->type == FORM_TEXTAREA ? FORM_TEXTAREA_DEFAULT_MAX
        : f->type == FORM_FILEPICKER         ? FORM_FILES_MAX
        : f->type == FORM_DYNAMICLIST        ? FORM_ROWS_MAX
        : f->type == FORM_CHECKLIST || f->type == FORM_TAGLIST ? FORM_OPTIONS_MAX
                                             : FORM_TEXT_DEFAULT_MAX;
    json_object_foreach((json_t *)validate, key, value) {
        bool found = false;
        for (const char *const *w = validate_words; *w; w++)
            found |= !strcmp(*w, key);
        if (!found)
            form_fault(r, pointer, f->line, ERR_UNSUPPORTED, "不支持校验 %s",
                "the check %s is not supported", key);
    }
    rule->min_length = json_int(validate, "minLength", 0);
    rule->max_length = json_int(validate, "maxLength", usual);
    rule->min = number_of(r, json_object_get(validate, "min"));
    rule->max = number_of(r, json_object_get(validate, "max"));
    int order;
    if (rule->min_length < 0 || rule->max_length < rule->min_length
        || rule->max_length > FORM_TEXT_HARD_MAX)
        form_fault(r, pointer, f->line, ERR_INVALID, "长度 %1$lld 至 %2$lld 不成立(上限 %3$d)",
            "a length from %1$lld to %2$lld cannot be (at most %3$d)", (long long)rule->min_length,
            (long long)rule->max_length, FORM_TEXT_HARD_MAX);
    if (feel_order(rule->min, rule->max, &order) && order > 0)
        form_fault(r, pointer, f->line, ERR_INVALID, "最小值大于最大值",
            "the minimum is above the maximum");
}

static void read_check(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    str word = f->check.bytes ? f->check
                              : json_str(json_object_get(c, "validate"), "validationType");
    if (!word.bytes || str_is(word, "custom"))
        return;
    for (int k = FORM_CHECK_NONE + 1; k < FORM_CHECK_COUNT; k++)
        if (str_is(word, check_words[k]))
            rule->check = (enum form_check_kind)k;
    if (rule->check == FORM_CHECK_NONE)
        form_fault(r, pointer, f->line, ERR_UNSUPPORTED,
            "没有“%.*s”这种校验,有:credit-code、citizen-number、phone-cn、project-code、email、phone",
            "there is no check \"%.*s\"; there are credit-code, citizen-number, phone-cn, "
            "project-code, email, phone", STR_ARGS(word));
}

static void read_options(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    const json_t *values = json_object_get(c, "values");
    bool choice = f->type == FORM_SELECT || f->type == FORM_RADIO || f->type == FORM_CHECKLIST
        || f->type == FORM_TAGLIST;
    rule->values_key = str_copy(r->arena, json_str(c, "valuesKey"));
    if (!choice)
        return;
    size_t count = json_array_size(values);
    if (!count && !rule->values_key.bytes)
        form_fault(r, pointer, f->line, ERR_INVALID, "选择项须有 values 或 valuesKey",
            "a choice needs values or valuesKey");
    if (count > FORM_OPTIONS_MAX) {
        form_fault(r, pointer, f->line, ERR_LIMIT, "选择项最多 %d 个", "a choice may have %d options",
            FORM_OPTIONS_MAX);
        return;
    }
    rule->options = ARENA_ARRAY(r->arena, struct form_option, count);
    for (size_t i = 0; i < count && rule->options; i++) {
        const json_t *o = json_array_get(values, i), *v = json_object_get(o, "value");
        struct form_option *option = &rule->options[rule->option_count++];
        option->label = str_copy(r->arena, json_str(o, "label"));
        option->label_en = str_copy(r->arena, json_str(o, "junma:label_en"));
        option->value = v;
        if (!json_is_string(v) && !json_is_number(v) && !json_is_boolean(v))
            form_fault(r, pointer, f->line, ERR_INVALID, "第 %zu 个选项没有值(value)",
                "option %zu has no value", i + 1);
        for (size_t k = 0; k < i; k++)
            if (json_equal(rule->options[k].value, v))
                form_fault(r, pointer, f->line, ERR_INVALID, "第 %zu 个选项的值重复",
                    "the value of option %zu is there already", i + 1);
    }
}

static void read_condition(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    static const struct feel_names open = { .open = true };
    const json_t *conditional = json_object_get(c, "conditional");
    str text = str_trim(json_str(conditional, "hide"));
    struct diag d = { 0 };
    if (!text.bytes)
        return;
    if (text.data[0] == '=')
        text = str_trim(str_slice(text, 1, text.bytes));
    if (feel_compile(r->arena, text, &open, &rule->hide, &d) != OK)
        form_fault(r, pointer, f->line, d.err, "隐藏条件“%2$.*1$s”有误:%3$s%4$.0s",
            "the condition \"%2$.*1$s\" is wrong: %3$.0s%4$s", (int)text.bytes, text.data, d.zh, d.en);
}

static void read_date(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    str subtype = json_str(c, "subtype");
    rule->subtype = str_is(subtype, "time") ? FORM_TIME
        : str_is(subtype, "datetime")       ? FORM_DATE_TIME
                                            : FORM_DATE;
    rule->past_refused = json_bool(c, "disallowPassedDates", false);
    if (subtype.bytes && !str_is(subtype, "date") && !str_is(subtype, "time")
        && !str_is(subtype, "datetime"))
        form_fault(r, pointer, f->line, ERR_UNSUPPORTED,
            "日期组件的 subtype“%.*s”应为 date、time 或 datetime",
            "subtype \"%.*s\" must be date, time or datetime", STR_ARGS(subtype));
    /* The browser names it dateLabel; people must be told a name in faults. */
    if (!f->label.bytes)
        f->label = str_copy(r->arena, json_str(c, rule->subtype == FORM_TIME ? "timeLabel" : "dateLabel"));
}

void form_read_rules(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer)
{
    rule->decimal_digits = (int)json_int(c, "decimalDigits", -1);
    rule->as_text = json_bool(c, "serializeToString", false);
    rule->multiple = json_bool(c, "multiple", false);
    rule->path = str_copy(r->arena, json_str(c, "path"));
    if (rule->decimal_digits < -1 || rule->decimal_digits > 15)
        form_fault(r, pointer, f->line, ERR_INVALID, "小数位数应为 0 至 15",
            "decimalDigits must be from 0 to 15");
    if (str_find(rule->path, STR("."), 0) >= 0)
        form_fault(r, pointer, f->line, ERR_UNSUPPORTED, "路径“%.*s”只能有一级",
            "the path \"%.*s\" may have one step only", STR_ARGS(rule->path));
    if (f->type == FORM_DYNAMICLIST && !rule->path.bytes)
        form_fault(r, pointer, f->line, ERR_INVALID, "动态列表须有 path", "a dynamic list needs a path");
    read_validate(r, c, f, rule, pointer);
    read_pattern(r, c, f, rule, pointer);
    read_check(r, c, f, rule, pointer);
    read_options(r, c, f, rule, pointer);
    read_condition(r, c, f, rule, pointer);
    if (f->type == FORM_DATETIME)
        read_date(r, c, f, rule, pointer);
}
