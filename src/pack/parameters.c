/*
 * Dated parameters (parameters/<code>.json, of the zone or of a system): a value that a rule uses and
 * the law sets for a time, such as a threshold that changes by year, with what each value rests on.
 *
 * A decision asks for one as for any input, by name: in DMN it is an input datum, so that the model
 * stays what every DMN tool reads. Who decides hands over the values that are in force on the day
 * that counts (pack_parameters_on). On a day for which there is none the parameter is missing, and
 * the answer says so; nothing is carried over silently from another year.
 *
 * Periods stand in their order, both ends belong to them, and they do not overlap; the last may be
 * open. Each names its law.
 */
#include "pack/internal.h"

#include <string.h>

static const char *const type_words[] = { "number", "string", "boolean", "date",
    "days and time duration", "years and months duration", NULL };

static bool read_day(const struct node *n, const char *key, int required, int64_t *days)
{
    struct date d;
    str text = node_text(n, key, required);
    if (!text.bytes)
        return false;
    if (!date_parse(text, &d)) {
        FAULT_MEMBER(n, key, "“%.*s” 不是日期,应写作 2026-01-01",
            "\"%.*s\" is no date; write it as 2026-01-01", STR_ARGS(brief(text)));
        return false;
    }
    *days = date_to_days(d);
    return true;
}

static void read_value(const struct node *n, const struct pack_parameter *p, feel_value *out)
{
    struct diag d = { 0 };
    const json_t *v = json_object_get(n->v, "value");
    *out = feel_null();
    if (!v || json_is_null(v)) {
        FAULT_MEMBER(n, "value", "缺少 value", "value is missing");
        return;
    }
    if (feel_from_json(n->l->arena, v, p->type, out, &d) != OK || !feel_conforms(*out, p->type))
        FAULT_MEMBER(n, "value", "值与类型 %.*s 不符", "the value is no %.*s",
            STR_ARGS(p->type->name));
}

/* before: the period above, or NULL. */
static void read_period(const struct node *n, const struct pack_parameter *p,
    const struct pack_parameter_value *before, struct pack_parameter_value *out)
{
    static const char *const known[] = { "from", "to", "value", "law", NULL };
    *out = (struct pack_parameter_value){ .to = INT64_MAX };
    if (!node_members(n, known))
        return;
    bool dated = read_day(n, "from", REQUIRED, &out->from);
    (void)read_day(n, "to", OPTIONAL, &out->to);
    out->law = node_name(n, "law", REQUIRED);
    if (p->type)
        read_value(n, p, &out->value);
    if (dated && out->to < out->from)
        FAULT_MEMBER(n, "to", "to 不能早于 from", "to may not be before from");
    if (dated && before && before->to >= out->from)
        FAULT_MEMBER(n, "from", "期间应按时间先后排列,互不重叠:上一段到这一天还没有结束",
            "periods stand in their order and do not overlap: the one above has not ended by then");
}

static void read_periods(const struct node *n, struct pack_parameter *p)
{
    struct node list = node_get(n, "values", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    struct pack_parameter_value *values
        = ARENA_ARRAY(n->l->arena, struct pack_parameter_value, count);
    if (!values)
        return;
    if (list.v && !count)
        FAULT(&list, "至少要有一个值", "there must be at least one value");
    for (size_t i = 0; i < count; i++) {
        struct node at = node_at(&list, i);
        read_period(&at, p, i ? &values[i - 1] : NULL, &values[i]);
    }
    p->values = values;
    p->value_count = count;
}

static void read_parameter(const struct node *n, struct pack *pack, str file_name)
{
    static const char *const known[] = { "parameter", "name", "type", "unit", "values", NULL };
    if (!node_members(n, known))
        return;
    struct pack_parameter p = { .code = node_code(n, "parameter", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .unit = node_name(n, "unit", OPTIONAL) };
    int type = node_word(n, "type", type_words, -1);
    p.type = feel_type_named(str_from(type_words[type]));
    read_periods(n, &p);
    if (p.code.bytes && !str_equal(p.code, file_name))
        FAULT_MEMBER(n, "parameter", "参数代码应与文件名 “%.*s” 一致",
            "the parameter's code must be its file's name, \"%.*s\"", STR_ARGS(file_name));
    if (p.code.bytes && pack_parameter(pack, p.code))
        FAULT_MEMBER(n, "parameter", "参数 “%.*s” 在配置中重复", "parameter \"%.*s\" stands twice in the pack",
            STR_ARGS(p.code));
    ((struct pack_parameter *)pack->parameters)[pack->parameter_count++] = p;
}

void read_parameters(struct loader *l)
{
    size_t at = 0;
    str name;
    struct pack_parameter *list
        = ARENA_ARRAY(l->arena, struct pack_parameter, l->pack->file_count);
    if (!list)
        return;
    l->pack->parameters = list;
    for (const struct pack_file *f; (f = file_each(l, "parameters", ".json", &at, &name));) {
        struct document doc;
        struct node root;
        if (document_read(l, f->path, &doc, &root))
            read_parameter(&root, l->pack, name);
    }
}

void check_parameter_type(struct loader *l, const char *file, const struct pack_parameter *p,
    const struct dmn_input *input)
{
    for (size_t i = 0; i < p->value_count; i++)
        if (!feel_conforms(p->values[i].value, input->type)) {
            FAULT_LINE(l, file, input->line, p->code,
                "输入 “%.*s” 的类型是 %.*s,而参数 parameters/%.*s.json 是 %.*s",
                "input \"%.*s\" is a %.*s, but the parameter parameters/%.*s.json is a %.*s",
                STR_ARGS(p->code), STR_ARGS(input->type->name), STR_ARGS(p->code),
                STR_ARGS(p->type->name));
            return;
        }
}

/* ---- for those who decide ------------------------------------------------------------------- */

const struct pack_parameter *pack_parameter(const struct pack *p, str code)
{
    for (size_t i = 0; i < p->parameter_count; i++)
        if (str_equal(p->parameters[i].code, code))
            return &p->parameters[i];
    return NULL;
}

const struct pack_parameter_value *pack_parameter_on(const struct pack_parameter *p, int64_t days)
{
    for (size_t i = 0; i < p->value_count; i++)
        if (p->values[i].from <= days && days <= p->values[i].to)
            return &p->values[i];
    return NULL;
}

enum err pack_parameters_on(const struct pack *p, int64_t days, feel_value inputs, struct arena *a,
    feel_value *out, struct diag *d)
{
    const struct feel_context *given = inputs.kind == FEEL_CONTEXT ? inputs.context : NULL;
    size_t count = given ? given->count : 0;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count + p->parameter_count);
    TRY(diag_arena(d, a));
    for (size_t i = 0; i < count; i++)
        entries[i] = given->entries[i];
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct pack_parameter_value *v = pack_parameter_on(&p->parameters[i], days);
        if (v && !feel_get(inputs, p->parameters[i].code))
            entries[count++] = (struct feel_entry){ p->parameters[i].code, v->value };
    }
    *out = feel_context_of(a, entries, count);
    return diag_arena(d, a);
}
