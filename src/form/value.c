/* One value against the rules of its field. See form.h and README.md for what is stored. */
#include "form/value.h"

#include <string.h>

enum { FILE_NAME_BYTES_MAX = 300 };

static json_t *text_value(struct answer *a, str s)
{
    return json_keep(a->arena, json_from_str(s));
}

static bool is_empty(const json_t *v)
{
    if (json_is_string(v))
        return str_blank((str){ json_string_value(v), json_string_length(v) });
    return !v || json_is_null(v) || (json_is_array(v) && !json_array_size(v));
}

/* ── texts ─────────────────────────────────────────────────────────────────────────────────── */

static bool pattern_holds(struct answer *a, const struct form_field *f, str s)
{
    const struct form_rule *rule = f->rule;
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    int result = PCRE2_ERROR_NOMEMORY;
    if (data && context) {
        pcre2_set_match_limit(context, 200000);
        pcre2_set_depth_limit(context, 2000);
        pcre2_set_heap_limit(context, 4096); /* KiB */
        result = pcre2_match(rule->code, (PCRE2_SPTR)(s.data ? s.data : ""), s.bytes, 0, 0, data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    if (result >= 0)
        return true;
    if (result == PCRE2_ERROR_NOMEMORY)
        a->arena->failed = true;
    str zh = rule->pattern_message, en = rule->pattern_message_en;
    if (result != PCRE2_ERROR_NOMATCH)
        answer_fault(a, f, ERR_INVALID, "的内容过于复杂,无法核对格式", "is too complex to check its form");
    else if (zh.bytes)
        answer_fault(a, f, ERR_INVALID, ":%1$s%2$.0s", "%1$.0s: %2$s",
            str_terminated(a->arena, zh), str_terminated(a->arena, en.bytes ? en : zh));
    else
        answer_fault(a, f, ERR_INVALID, "的格式不对,请核对", "does not have the form that is asked for");
    return false;
}

static bool length_fits(struct answer *a, const struct form_field *f, str s)
{
    int64_t length = (int64_t)str_code_points(s), least = f->rule->min_length, most = f->rule->max_length;
    if (length > most)
        answer_fault(a, f, ERR_INVALID, "有 %1$lld 个字,最多 %2$lld 个字",
            "has %1$lld characters; at most %2$lld are allowed", (long long)length, (long long)most);
    else if (length < least)
        answer_fault(a, f, ERR_INVALID, "有 %1$lld 个字,至少写 %2$lld 个字",
            "has %1$lld characters; at least %2$lld are needed", (long long)length, (long long)least);
    return length >= least && length <= most;
}

static bool control_characters(str s, bool lines)
{
    for (size_t i = 0; i < s.bytes; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c == 127 || (c < 32 && !(lines && (c == '\n' || c == '\t' || c == '\r'))))
            return true;
    }
    return false;
}

static int digits_of(str s)
{
    int count = 0;
    for (size_t i = 0; i < s.bytes; i++)
        count += s.data[i] >= '0' && s.data[i] <= '9';
    return count;
}

static bool only(str s, const char *others)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (!(s.data[i] >= '0' && s.data[i] <= '9') && !strchr(others, s.data[i]))
            return false;
    return s.bytes > 0;
}

/* A mobile number of 11 digits, or a landline with or without area code and extension. */
static bool phone_cn_valid(str s)
{
    if (str_starts(s, STR("+86")))
        s = str_trim(str_slice(s, 3, s.bytes));
    if (s.bytes == 11 && s.data[0] == '1' && s.data[1] >= '3' && digits_of(s) == 11)
        return true;
    if (!only(s, "-") || !s.bytes)
        return false;
    str part, rest = s, parts[3];
    int count = 0;
    while (count < 3 && str_split(&rest, '-', &part))
        parts[count++] = part;
    if (rest.bytes)
        return false;
    int at = s.data[0] == '0' ? 1 : 0;
    if (at && count < 2) /* area code written without hyphen */
        return s.bytes >= 10 && s.bytes <= 12;
    if (at && (parts[0].bytes < 3 || parts[0].bytes > 4))
        return false;
    if (count <= at || parts[at].bytes < 7 || parts[at].bytes > 8)
        return false;
    return count == at + 1 || (count == at + 2 && parts[at + 1].bytes >= 1 && parts[at + 1].bytes <= 6);
}

static bool email_valid(str s)
{
    ptrdiff_t at = str_find(s, STR("@"), 0);
    str domain = str_slice(s, (size_t)(at < 0 ? 0 : at + 1), s.bytes);
    if (at < 1 || at > 64 || s.bytes > 254 || str_find(domain, STR("@"), 0) >= 0)
        return false;
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.data[i] <= 32 || strchr("<>,;:\"()[]\\", s.data[i]))
            return false;
    ptrdiff_t dot = str_find(domain, STR("."), 0);
    return dot > 0 && !str_ends(domain, STR(".")) && str_find(domain, STR(".."), 0) < 0;
}

/* GB/T 40058-2021: YYMM-RRRRRR-DD-TT-NNNNNC with ISO 7064 MOD 11,10 over the digits. Codes given
 * from 2016 to November 2020 begin with the year and have no check character. */
static bool project_code_valid(str s)
{
    static const size_t hyphens[] = { 4, 11, 14, 17 };
    char digits[20];
    int count = 0, year = 0, hyphen = 0;
    if (s.bytes != 24)
        return false;
    for (size_t i = 0; i < 24; i++) {
        if (hyphen < 4 && i == hyphens[hyphen]) {
            hyphen++;
            if (s.data[i] != '-')
                return false;
        } else if (s.data[i] >= '0' && s.data[i] <= '9') {
            digits[count++] = s.data[i];
        } else {
            return false;
        }
    }
    for (int i = 0; i < 4; i++)
        year = year * 10 + (digits[i] - '0');
    if (year >= 2016 && year <= 2020)
        return true;
    int month = year % 100;
    return month >= 1 && month <= 12 && iso7064_mod11_10_holds((str){ digits, 20 });
}

static str upper(struct answer *a, str s)
{
    char *out = arena_alloc(a->arena, s.bytes + 1);
    for (size_t i = 0; out && i < s.bytes; i++)
        out[i] = s.data[i] >= 'a' && s.data[i] <= 'z' ? (char)(s.data[i] - 32) : s.data[i];
    return out ? (str){ out, s.bytes } : STR_NONE;
}

static bool check_holds(struct answer *a, const struct form_field *f, str *s)
{
    struct diag d = { 0 };
    const char *zh = NULL, *en = NULL;
    switch (f->rule->check) {
    case FORM_CHECK_NONE:
    case FORM_CHECK_COUNT:
        return true;
    case FORM_CHECK_CREDIT_CODE:
        *s = upper(a, *s);
        if (check_credit_code(*s, &d) == OK)
            return true;
        break;
    case FORM_CHECK_CITIZEN_NUMBER:
        *s = upper(a, *s);
        if (check_citizen_number(*s, &d) == OK)
            return true;
        break;
    case FORM_CHECK_PHONE_CN:
        if (phone_cn_valid(*s))
            return true;
        zh = "不是有效的电话号码:手机号为11位,座机请写区号,如 0791-88888888";
        en = "is no phone number: a mobile number has 11 digits, a landline is written 0791-88888888";
        break;
    case FORM_CHECK_PROJECT_CODE:
        if (project_code_valid(*s))
            return true;
        zh = "不是有效的项目代码,请核对,如 2310-360198-04-01-300275";
        en = "is no project code; it is written like 2310-360198-04-01-300275";
        break;
    case FORM_CHECK_EMAIL:
        if (email_valid(*s))
            return true;
        zh = "不是有效的电子邮箱,请写成 name@example.cn 的样子";
        en = "is no e-mail address; write it like name@example.cn";
        break;
    case FORM_CHECK_PHONE:
        if (only(*s, "+- ()") && digits_of(*s) >= 5 && digits_of(*s) <= 15)
            return true;
        zh = "不是有效的电话号码";
        en = "is no phone number";
        break;
    }
    if (zh)
        answer_fault(a, f, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
    else
        answer_fault(a, f, ERR_INVALID, ":%1$s%2$.0s", "%1$.0s: %2$s", d.zh, d.en);
    return false;
}

static json_t *check_text(struct answer *a, const struct form_field *f, const json_t *v)
{
    if (!json_is_string(v)) {
        answer_fault(a, f, ERR_INVALID, "应为文字", "must be text");
        return NULL;
    }
    str s = str_trim((str){ json_string_value(v), json_string_length(v) });
    if (control_characters(s, f->type == FORM_TEXTAREA)) {
        answer_fault(a, f, ERR_INVALID, "含有不能保存的控制字符", "holds control characters");
        return NULL;
    }
    if (!length_fits(a, f, s) || !check_holds(a, f, &s) || (f->rule->code && !pattern_holds(a, f, s)))
        return NULL;
    return text_value(a, s);
}

/* ── numbers ───────────────────────────────────────────────────────────────────────────────── */

static int decimals_of(str text)
{
    ptrdiff_t point = str_find(text, STR("."), 0);
    return point < 0 ? 0 : (int)(text.bytes - (size_t)point - 1);
}

static json_t *check_number(struct answer *a, const struct form_field *f, const json_t *v)
{
    const struct form_rule *rule = f->rule;
    feel_value n = feel_null();
    int order;
    if (json_is_string(v))
        feel_number_parse(str_trim(str_from(json_string_value(v))), &n);
    else if (json_is_number(v) && feel_from_json(a->arena, v, NULL, &n, NULL) != OK)
        n = feel_null();
    if (n.kind != FEEL_NUMBER) {
        answer_fault(a, f, ERR_INVALID, "应为数字", "must be a number");
        return NULL;
    }
    str text = feel_to_string(a->arena, n);
    if (text.bytes > 40)
        answer_fault(a, f, ERR_INVALID, "数字过长", "has too many digits");
    else if (rule->decimal_digits >= 0 && decimals_of(text) > rule->decimal_digits)
        answer_fault(a, f, ERR_INVALID, "最多 %d 位小数", "may have %d decimals", rule->decimal_digits);
    else if (feel_order(n, rule->min, &order) && order < 0)
        answer_fault(a, f, ERR_INVALID, "不能小于 %.*s", "must be at least %.*s",
            STR_ARGS(feel_to_string(a->arena, rule->min)));
    else if (feel_order(n, rule->max, &order) && order > 0)
        answer_fault(a, f, ERR_INVALID, "不能大于 %.*s", "must be at most %.*s",
            STR_ARGS(feel_to_string(a->arena, rule->max)));
    else
        return rule->as_text ? text_value(a, text) : feel_to_json(a->arena, n);
    return NULL;
}

/* ── choices ───────────────────────────────────────────────────────────────────────────────── */

/* Options that the page was given under valuesKey: [{"value":…,"label":…}, …] or plain values. Not
 * given here: whoever asked the form checks them (a list may be a whole register). */
static const json_t *given_options(const struct answer *a, const struct form_field *f)
{
    char key[65];
    str name = f->rule->values_key;
    if (!name.bytes || name.bytes >= sizeof key || !a->env || !a->env->context)
        return NULL;
    memcpy(key, name.data, name.bytes);
    key[name.bytes] = 0;
    return json_object_get(a->env->context, key);
}

static bool is_option(const struct answer *a, const struct form_field *f, const json_t *v)
{
    const json_t *given = given_options(a, f), *o;
    size_t index;
    for (size_t i = 0; i < f->rule->option_count; i++)
        if (json_equal(f->rule->options[i].value, v))
            return true;
    if (f->rule->values_key.bytes && !given)
        return json_is_string(v) && json_string_length(v) <= FORM_TEXT_DEFAULT_MAX;
    json_array_foreach((json_t *)given, index, o)
        if (json_equal(json_is_object(o) ? json_object_get(o, "value") : o, v))
            return true;
    return false;
}

static json_t *check_choice(struct answer *a, const struct form_field *f, const json_t *v)
{
    if (is_option(a, f, v))
        return json_keep(a->arena, json_copy((json_t *)v));
    answer_fault(a, f, ERR_INVALID, "请从列表中选择", "must be chosen from the list");
    return NULL;
}

static json_t *check_choices(struct answer *a, const struct form_field *f, const json_t *v)
{
    size_t count = json_array_size(v);
    if (!json_is_array(v)) {
        answer_fault(a, f, ERR_INVALID, "应为若干选项", "must be a list of choices");
        return NULL;
    }
    if ((int64_t)count > f->rule->max_length || (int64_t)count < f->rule->min_length) {
        answer_fault(a, f, ERR_INVALID, "请选择 %1$lld 至 %2$lld 项", "needs %1$lld to %2$lld choices",
            (long long)f->rule->min_length, (long long)f->rule->max_length);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= json_equal(json_array_get(v, i), json_array_get(v, k)) != 0;
        if (again || !is_option(a, f, json_array_get(v, i))) {
            answer_fault(a, f, ERR_INVALID, "请从列表中选择,不要重复",
                "must be chosen from the list, each once");
            return NULL;
        }
    }
    return json_keep(a->arena, json_deep_copy(v));
}

static json_t *check_box(struct answer *a, const struct form_field *f, const json_t *v)
{
    if (!json_is_boolean(v))
        answer_fault(a, f, ERR_INVALID, "应为是或否", "must be yes or no");
    else if (f->required && !json_is_true(v))
        answer_fault(a, f, ERR_INVALID, "须勾选", "must be ticked");
    else
        return json_keep(a->arena, json_boolean(json_is_true(v)));
    return NULL;
}

/* ── dates ─────────────────────────────────────────────────────────────────────────────────── */

static bool time_valid(str s)
{
    bool shape = (s.bytes == 5 || s.bytes == 8) && s.data[2] == ':' && (s.bytes == 5 || s.data[5] == ':');
    if (!shape || digits_of(s) != (s.bytes == 5 ? 4 : 6))
        return false;
    int hours = (s.data[0] - '0') * 10 + s.data[1] - '0', minutes = (s.data[3] - '0') * 10 + s.data[4] - '0';
    int seconds = s.bytes == 8 ? (s.data[6] - '0') * 10 + s.data[7] - '0' : 0;
    return hours < 24 && minutes < 60 && seconds < 60;
}

/* "2026-11-23T09:30" with or without seconds and offset. */
static bool date_time_valid(str s)
{
    struct date d;
    int64_t ms;
    if (s.bytes < 16 || !date_parse(str_slice(s, 0, 10), &d) || s.data[10] != 'T')
        return false;
    if (instant_parse(s, &ms) || time_valid(str_slice(s, 11, s.bytes)))
        return true;
    str offset = str_slice(s, 16, s.bytes); /* form-js leaves the seconds out */
    return time_valid(str_slice(s, 11, 16))
        && (str_is(offset, "Z")
            || (offset.bytes == 6 && strchr("+-", offset.data[0]) && time_valid(str_slice(offset, 1, 6))));
}

static json_t *check_date(struct answer *a, const struct form_field *f, const json_t *v)
{
    static const char *const zh[] = { "应为日期,如 2026-11-23", "应为时间,如 09:30",
        "应为日期和时间,如 2026-11-23T09:30" };
    static const char *const en[] = { "must be a date like 2026-11-23", "must be a time like 09:30",
        "must be a date and time like 2026-11-23T09:30" };
    enum form_subtype kind = f->rule->subtype;
    str s = json_is_string(v) ? str_trim(str_from(json_string_value(v))) : STR_NONE;
    struct date d = { 0 };
    bool valid = kind == FORM_DATE ? date_parse(s, &d)
        : kind == FORM_TIME        ? time_valid(s)
                                   : date_time_valid(s) && date_parse(str_slice(s, 0, 10), &d);
    if (!valid) {
        answer_fault(a, f, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh[kind], en[kind]);
        return NULL;
    }
    int64_t local_ms = a->env ? a->env->now_ms + (int64_t)a->env->offset_s * MS_PER_SECOND : 0;
    int64_t today = local_ms / MS_PER_DAY;
    if (f->rule->past_refused && kind != FORM_TIME && date_to_days(d) < today) {
        answer_fault(a, f, ERR_INVALID, "不能早于今天", "must not be before today");
        return NULL;
    }
    return text_value(a, s);
}

/* ── files ─────────────────────────────────────────────────────────────────────────────────── */

static json_t *check_files(struct answer *a, const struct form_field *f, const json_t *v)
{
    json_t *out = json_keep(a->arena, json_array());
    size_t count = json_is_array(v) ? json_array_size(v) : 1;
    size_t most = f->rule->multiple ? (size_t)f->rule->max_length : 1;
    if (count > most) {
        answer_fault(a, f, ERR_INVALID, "最多上传 %zu 个文件", "may have %zu files", most);
        return NULL;
    }
    for (size_t i = 0; i < count && out; i++) {
        const json_t *each = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_string(each) || !json_string_length(each)
            || json_string_length(each) > FILE_NAME_BYTES_MAX) {
            answer_fault(a, f, ERR_INVALID, "的文件没有上传成功,请重新上传",
                "was not uploaded properly; upload it again");
            return NULL;
        }
        if (json_array_append(out, (json_t *)each))
            a->arena->failed = true;
    }
    return out;
}

json_t *value_check(struct answer *a, const struct form_field *f, const json_t *v)
{
    bool choice = f->type == FORM_SELECT || f->type == FORM_RADIO || f->type == FORM_CHECKLIST
        || f->type == FORM_TAGLIST;
    if (is_empty(v)) {
        if (f->required && f->type == FORM_CHECKBOX)
            answer_fault(a, f, ERR_INVALID, "须勾选", "must be ticked");
        else if (f->required && f->type == FORM_FILEPICKER)
            answer_fault(a, f, ERR_INVALID, "须上传文件", "needs a file");
        else if (f->required)
            answer_fault(a, f, ERR_INVALID, choice ? "须选择" : "须填写",
                choice ? "must be chosen" : "must be filled in");
        return NULL;
    }
    switch (f->type) {
    case FORM_TEXTFIELD:
    case FORM_TEXTAREA:
        return check_text(a, f, v);
    case FORM_NUMBER:
        return check_number(a, f, v);
    case FORM_SELECT:
    case FORM_RADIO:
        return check_choice(a, f, v);
    case FORM_CHECKBOX:
        return check_box(a, f, v);
    case FORM_CHECKLIST:
    case FORM_TAGLIST:
        return check_choices(a, f, v);
    case FORM_DATETIME:
        return check_date(a, f, v);
    case FORM_FILEPICKER:
        return check_files(a, f, v);
    case FORM_TEXT:
    case FORM_SPACER:
    case FORM_SEPARATOR:
    case FORM_BUTTON:
    case FORM_GROUP:
    case FORM_DYNAMICLIST:
    case FORM_TYPE_COUNT:
        break;
    }
    return NULL;
}
