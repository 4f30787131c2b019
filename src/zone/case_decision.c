/*
 * The decisions of a case: kept with the turn that took them, read back with what they leave open.
 */
#include "zone/case_decision.h"

#include "zone/case_internal.h"

#include <string.h>

/* ---- keeping ---- */

enum err decision_note(struct moving *m, str name, const struct dmn_trace *t)
{
    struct arena *a = m->op->arena;
    struct decision_taken *d = ARENA_NEW(a, struct decision_taken);
    TRY(diag_arena(m->op->diag, a));
    *d = (struct decision_taken){
        .name = str_copy(a, name), .trace = json_text(a, dmn_trace_json(a, t)), .next = NULL
    };
    struct decision_taken **end = &m->decisions;
    while (*end)
        end = &(*end)->next;
    *end = d;
    return diag_arena(m->op->diag, a);
}

enum err decisions_keep(struct moving *m)
{
    struct op *op = m->op;
    for (const struct decision_taken *d = m->decisions; d; d = d->next)
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO case_decision (zone, id, case_id, decision, at, on_day, version, trace)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(m->row.id),
            S_TEXT(d->name), S_INT(op->now_ms), S_INT(zone_local_days(op->zone, op->now_ms)),
            S_TEXT(m->row.pack_version), S_TEXT(d->trace)));
    m->decisions = NULL;
    return OK;
}

/* ---- reading ---- */

/* What was known then, by the types that the decision declares. */
static enum err facts_of(struct op *op, const struct case_decision *c,
    const struct dmn_model *model, const struct dmn_decision *decision, feel_value *out)
{
    const struct dmn_input *inputs;
    size_t count, index, known = 0;
    const json_t *used = json_object_get(c->trace, "used"), *one;
    struct feel_entry *entries = ARENA_ARRAY(op->arena, struct feel_entry, json_array_size(used));
    TRY(diag_arena(op->diag, op->arena));
    TRY(dmn_decision_inputs(model, decision, op->arena, &inputs, &count));
    json_array_foreach((json_t *)used, index, one)
    {
        str name = json_str(one, "name");
        const struct feel_type *type = NULL;
        for (size_t i = 0; i < count && !type; i++)
            if (str_equal(inputs[i].name, name))
                type = inputs[i].type;
        entries[known].name = name;
        TRY(feel_from_json(
            op->arena, json_object_get(one, "value"), type, &entries[known].value, op->diag));
        known++;
    }
    *out = feel_context_of(op->arena, entries, known);
    return diag_arena(op->diag, op->arena);
}

static enum err answer_again(struct op *op, struct case_decision *c)
{
    const struct dmn_model *model;
    const struct dmn_decision *found = pack_decision(c->system, c->name, &model);
    struct feel_env env = { .now = feel_date_time_from_ms(
                                c->at_ms, tz_offset_s(c->pack->tz, c->at_ms), NULL) };
    feel_value facts;
    if (!found)
        return OK;
    TRY(facts_of(op, c, model, found, &facts));
    TRY(pack_parameters_on(c->pack, c->on_day, facts, op->arena, &facts, op->diag));
    return dmn_answer(model, found, facts, &env, op->arena, &c->answer, op->diag);
}

static enum err read_row(struct op *op, const struct store_rows *rows, struct case_decision *c)
{
    json_t *trace;
    c->name = str_copy(op->arena, store_text(rows, 0));
    c->at_ms = store_int(rows, 1);
    c->on_day = store_int(rows, 2);
    c->version = str_copy(op->arena, store_text(rows, 3));
    str text = str_copy(op->arena, store_text(rows, 4));
    TRY(diag_arena(op->diag, op->arena));
    TRY(json_parse(op->arena, text, &trace, op->diag));
    c->trace = trace;
    return OK;
}

enum err case_decisions(
    struct op *op, const struct case_row *row, struct case_decision **out, size_t *count)
{
    struct store_rows rows;
    struct case_decision *list = ARENA_ARRAY(op->arena, struct case_decision, CASE_DECISIONS_MAX);
    size_t used = 0;
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT decision, at, on_day, version, trace FROM case_decision WHERE zone = $1 AND"
        " case_id = $2 ORDER BY id LIMIT 20",
        S_TEXT(op->zone->code), S_INT(row->id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == CASE_DECISIONS_MAX)
            break;
        TRY(read_row(op, &rows, &list[used++]));
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < used; i++) {
        TRY(zone_pack_version(op, list[i].version, &list[i].pack));
        list[i].system = pack_kind(list[i].pack, row->kind);
        if (list[i].system)
            TRY(answer_again(op, &list[i]));
    }
    *out = list;
    *count = used;
    return OK;
}

/* ---- words for a person ---- */

static const struct pack_column *applicant_column(
    const struct pack *p, const struct pack_system *s, str name)
{
    const struct pack_register *r = pack_register(p, s->applicant);
    return r ? pack_column(r, name) : NULL;
}

/* The form's field that fills the variable, by its key or by the part it plays. */
static const struct form_field *field_of(const struct pack_system *s, str name)
{
    const struct pack_fields *f = &s->fields;
    const struct {
        const char *name;
        str key;
    } parts[] = { { "title", f->title }, { "text", f->text }, { "topic", f->topic },
        { "place", f->place }, { "urgency", f->urgency } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_is(name, parts[i].name) && parts[i].key.bytes)
            return form_field_by_key(s->form, parts[i].key);
    return form_field_by_key(s->form, name);
}

/* As the column of a decision table that gives it is headed. */
static str output_label(struct op *op, const struct pack_system *s, str name)
{
    for (size_t m = 0; m < s->decision_count; m++) {
        const struct dmn_model *model = s->decisions[m].model;
        for (size_t i = 0; i < dmn_decision_count(model); i++) {
            const struct dmn_input *outputs;
            size_t count;
            if (dmn_decision_outputs(model, dmn_decision_at(model, i), op->arena, &outputs, &count)
                != OK)
                return STR_NONE;
            for (size_t k = 0; k < count; k++)
                if (str_equal(outputs[k].name, name) && outputs[k].label.bytes)
                    return outputs[k].label;
        }
    }
    return STR_NONE;
}

struct name2 variable_title(
    struct op *op, const struct pack *p, const struct pack_system *s, str name)
{
    static const struct {
        const char *name, *zh, *en;
    } own[] = { { "unit", "承办单位", "Handling unit" }, { "urgency", "紧急程度", "Urgency" },
        { "topic", "类别", "Topic" }, { "kind", "办件种类", "Kind" },
        { "channel", "来源渠道", "Channel" }, { "rating", "评价", "Rating" },
        { "verb", "操作", "Verb" } };
    const struct form_field *f = field_of(s, name);
    const struct pack_column *c = applicant_column(p, s, name);
    const struct pack_parameter *parameter = pack_parameter(p, name);
    if (f && f->label.bytes)
        return (struct name2){ f->label, f->label_en.bytes ? f->label_en : f->label };
    if (c)
        return c->title;
    if (parameter)
        return parameter->name;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (str_is(name, own[i].name))
            return (struct name2){ str_from(own[i].zh), str_from(own[i].en) };
    str label = output_label(op, s, name);
    return (struct name2){ label.bytes ? label : name, name };
}

struct name2 variable_shown(
    const struct pack *p, const struct pack_system *s, str name, const json_t *value)
{
    const struct name2 none = { STR_NONE, STR_NONE };
    if (!json_is_string(value))
        return none;
    str text = { json_string_value(value), json_string_length(value) };
    const struct pack_topic *topic = str_is(name, "topic") ? pack_topic(s, text) : NULL;
    const struct pack_unit *unit = str_is(name, "unit") ? pack_unit(p, text) : NULL;
    const struct pack_column *c = applicant_column(p, s, name);
    const struct pack_code *code = c && c->codes ? pack_code(c->codes, text) : NULL;
    const struct form_field *f = field_of(s, name);
    if (topic)
        return topic->name;
    if (unit)
        return unit->name;
    if (code)
        return code->name;
    str zh = f ? form_value_label(f, text, "zh") : STR_NONE;
    str en = f ? form_value_label(f, text, "en") : STR_NONE;
    return zh.bytes ? (struct name2){ zh, en.bytes ? en : zh } : none;
}

bool variable_masked(const struct pack *p, const struct pack_system *s, str name)
{
    const struct pack_column *c = applicant_column(p, s, name);
    return (c && c->masked) || str_equal(name, s->fields.contact_phone);
}
