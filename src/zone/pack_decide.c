/* Decisions tried with example inputs; pack_decide.h. */
#include "zone/pack_decide.h"

#include <string.h>

enum { NS_PER_MS = 1000000 };

void pack_deadline_set(struct pack_deadline *d, const struct sys *sys, int64_t ms)
{
    *d = (struct pack_deadline){ sys, sys->monotonic_ns(sys->ctx) + ms * NS_PER_MS };
}

bool pack_deadline_over(void *deadline)
{
    const struct pack_deadline *d = deadline;
    return d->sys->monotonic_ns(d->sys->ctx) > d->until_ns;
}

struct feel_env pack_env(struct op *op, struct pack_deadline *d, uint64_t steps)
{
    int32_t offset = tz_offset_s(zone_pack(op->zone)->tz, op->now_ms);
    return (struct feel_env){ .limits = { .steps = steps },
        .now = feel_date_time_from_ms(op->now_ms, offset, NULL),
        .expired = pack_deadline_over,
        .expired_ctx = d };
}

/* ---- one file ---- */

static const struct pack_system *system_of(const struct pack *p, str path)
{
    for (size_t i = 0; i < p->system_count; i++) {
        str folder = p->systems[i].folder;
        if (str_starts(path, folder) && path.bytes > folder.bytes && path.data[folder.bytes] == '/')
            return &p->systems[i];
    }
    return NULL;
}

enum err pack_rules_read(struct op *op, struct arena *a, const struct pack_view *v, str path,
    struct diag_list *faults, struct pack_rules *out)
{
    struct pack_rules r = { .file = pack_view_file(v, path), .pack = v->pack };
    if (!r.file || !str_ends(path, STR(".dmn"))) {
        diag_field(op->diag, STR("file"));
        return diag_set(op->diag, ERR_NOT_FOUND, "配置中没有规则文件“%.*s”",
            "the pack has no decision file \"%.*s\"", (int)(path.bytes > 80 ? 80 : path.bytes),
            path.data ? path.data : "");
    }
    r.system = system_of(v->pack, path);
    enum err e = dmn_load(a, r.file->path, r.file->text, &r.model, faults);
    if (e != OK) {
        struct diag first = faults->count ? *faults->items[0] : *op->diag;
        diag_at(op->diag, first.file, first.line, first.column);
        diag_field(op->diag, str_from(first.field));
        diag_set(op->diag, e == ERR_MEMORY ? e : ERR_INVALID, "%s", "%s", first.zh);
        memcpy(op->diag->en, first.en, sizeof first.en);
        return op->diag->err;
    }
    *out = r;
    return OK;
}

enum err pack_rules_find(
    struct op *op, const struct pack_rules *r, str name, const struct dmn_decision **out)
{
    *out = dmn_decision_find(r->model, name);
    if (*out)
        return OK;
    diag_field(op->diag, STR("decision"));
    return diag_set(op->diag, ERR_NOT_FOUND, "文件中没有名为“%.*s”的规则",
        "the file has no decision named \"%.*s\"", (int)(name.bytes > 80 ? 80 : name.bytes),
        name.data ? name.data : "");
}

/* ---- inputs ---- */

static enum err read_member(struct op *op, struct arena *a, const struct pack_rules *r,
    const struct dmn_input *inputs, size_t count, const char *key, const json_t *member,
    struct feel_entry *out)
{
    const struct feel_type *type = NULL;
    for (size_t i = 0; i < count && !type; i++)
        if (str_is(inputs[i].name, key))
            type = inputs[i].type;
    out->name = str_copy(a, str_from(key));
    diag_field(op->diag, str_printf(a, "inputs.%s", key));
    if (!type && !dmn_decision_find(r->model, str_from(key)))
        return diag_set(op->diag, ERR_INVALID, "这条规则没有名为“%.40s”的输入",
            "the decision has no input named \"%.40s\"", key);
    TRY(feel_from_json(a, member, type, &out->value, op->diag));
    if (type && !feel_conforms(out->value, type))
        return diag_set(op->diag, ERR_INVALID, "“%.40s”的值不是这项输入的类型",
            "the value of \"%.40s\" is not of this input's type", key);
    return OK;
}

static enum err read_inputs(struct op *op, struct arena *a, const struct pack_rules *r,
    const struct dmn_decision *decision, const json_t *json, feel_value *out)
{
    const struct dmn_input *inputs;
    size_t count, used = 0;
    const char *key;
    json_t *member;
    TRY(dmn_decision_inputs(r->model, decision, a, &inputs, &count));
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, json_object_size(json) + 1);
    TRY(diag_arena(op->diag, a));
    json_object_foreach((json_t *)json, key, member)
        TRY(read_member(op, a, r, inputs, count, key, member, &entries[used++]));
    diag_field(op->diag, STR_NONE);
    *out = feel_context_of(a, entries, used);
    return diag_arena(op->diag, a);
}

/* Without what is null or was left empty: to the three-valued answer that is missing. */
static feel_value known_of(struct arena *a, feel_value inputs)
{
    size_t used = 0;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, inputs.context->count + 1);
    for (size_t i = 0; entries && i < inputs.context->count; i++)
        if (!feel_is_null(inputs.context->entries[i].value))
            entries[used++] = inputs.context->entries[i];
    return feel_context_of(a, entries, used);
}

enum err pack_try(struct op *op, struct arena *a, const struct pack_rules *r,
    const struct dmn_decision *decision, const json_t *inputs, struct pack_trial *out)
{
    struct pack_deadline deadline;
    struct dmn_trace trace = { .arena = a, .warnings = { .arena = a } };
    struct dmn_answer answer;
    feel_value given, result;
    pack_deadline_set(&deadline, op->zone->sys, PACK_TRY_MS);
    struct feel_env env = pack_env(op, &deadline, PACK_TRY_STEPS);
    TRY(read_inputs(op, a, r, decision, inputs, &given));
    int64_t today = zone_local_days(op->zone, op->now_ms);
    TRY(pack_parameters_on(r->pack, today, given, a, &given, op->diag));
    TRY(dmn_decide(r->model, decision, given, &env, a, &result, &trace, op->diag));
    TRY(dmn_answer(r->model, decision, known_of(a, given), &env, a, &answer, op->diag));
    out->result = json_text(a, feel_to_json(a, result));
    out->trace = dmn_trace_json(a, &trace);
    out->answer = dmn_answer_json(a, &answer);
    out->tables = pack_explain(a, r->file->text, &trace, given, &env);
    return diag_arena(op->diag, a);
}
