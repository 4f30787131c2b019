/*
 * Why a rule matched and why another did not: each cell of a table that was decided, tried on the
 * value of its column. The values are those of the trace; the cells' texts come from the file.
 *
 *     columns   text     industry          holds: true   this condition is met
 *     values    "停电"   null                      false  it is not: the rule cannot match
 *     rule 1    -  true  "C39"  null               null   it cannot be told (a value is missing)
 *
 * A cell that calls a business knowledge model, which only the model itself can, is null too.
 */
#include "zone/pack_decide.h"

#include "dmn/xml.h"

static const struct xml_node *decision_named(const struct xml_node *root, str name)
{
    for (const struct xml_node *n = xml_child(root, "decision"); n; n = xml_again(n))
        if (str_equal(xml_attribute(n, "name"), name))
            return xml_child(n, "decisionTable");
    return NULL;
}

/* What cells may name: inputs, and the decisions decided so far. */
static feel_value scope_of(struct arena *a, const struct dmn_trace *t, feel_value inputs)
{
    size_t count = inputs.context->count, used = 0;
    struct feel_entry *e = ARENA_ARRAY(a, struct feel_entry, count + t->step_count + 1);
    for (size_t i = 0; e && i < count; i++)
        e[used++] = inputs.context->entries[i];
    for (size_t i = 0; e && i < t->step_count; i++)
        if (!feel_get(inputs, t->steps[i].decision))
            e[used++] = (struct feel_entry){ t->steps[i].decision, t->steps[i].result };
    return feel_context_of(a, e, used);
}

static json_t *holds(
    struct arena *a, str text, feel_value value, feel_value scope, const struct feel_env *env)
{
    struct feel_program *p;
    struct diag d = { 0 };
    feel_value v;
    struct feel_names names = { .open = true };
    text = str_trim(text);
    if (!text.bytes || str_is(text, "-"))
        return json_true();
    if (feel_compile_tests(a, text, &names, NULL, &p, &d) != OK
        || feel_eval_tests(p, env, value, scope.context, a, &v, &d) != OK || v.kind != FEEL_BOOLEAN)
        return json_null();
    return json_boolean(v.boolean);
}

struct explaining {
    struct arena *arena;
    const struct dmn_trace_step *step;
    const struct feel_env *env;
    feel_value scope;
    size_t cells; /* left to explain */
};

static json_t *cells_json(struct explaining *x, const struct xml_node *rule)
{
    json_t *list = json_array();
    size_t column = 0;
    for (const struct xml_node *c = xml_child(rule, "inputEntry"); c && x->cells;
         c = xml_again(c), column++, x->cells--) {
        json_t *o = json_object();
        str text = xml_child_text(c, "text");
        json_set_str(o, "text", text);
        json_set_str(o, "id", xml_attribute(c, "id"));
        json_object_set_new(o, "holds",
            column < x->step->input_count
                ? holds(x->arena, text, x->step->inputs[column].value, x->scope, x->env)
                : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static bool matched(const struct dmn_trace_step *s, size_t index)
{
    for (size_t i = 0; i < s->rule_count; i++)
        if (s->rules[i].index == index)
            return true;
    return false;
}

static json_t *columns_json(struct explaining *x, const struct xml_node *table)
{
    json_t *list = json_array();
    size_t i = 0;
    for (const struct xml_node *n = xml_child(table, "input"); n; n = xml_again(n), i++) {
        json_t *o = json_object();
        json_set_str(o, "label", xml_attribute(n, "label"));
        json_set_str(o, "expression", xml_child_text(xml_child(n, "inputExpression"), "text"));
        json_object_set(o, "value",
            i < x->step->input_count ? feel_to_json(x->arena, x->step->inputs[i].value)
                                     : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *outputs_json(const struct xml_node *table)
{
    json_t *list = json_array();
    for (const struct xml_node *n = xml_child(table, "output"); n; n = xml_again(n)) {
        json_t *o = json_object();
        json_set_str(o, "name", xml_attribute(n, "name"));
        json_set_str(o, "label", xml_attribute(n, "label"));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *rules_json(struct explaining *x, const struct xml_node *table)
{
    json_t *list = json_array();
    size_t index = 0;
    for (const struct xml_node *r = xml_child(table, "rule"); r && x->cells; r = xml_again(r)) {
        json_t *o = json_object(), *results = json_array();
        json_set_int(o, "index", (int64_t)++index);
        json_set_str(o, "id", xml_attribute(r, "id"));
        json_set_str(o, "label", xml_child_text(xml_child(r, "annotationEntry"), "text"));
        json_object_set_new(o, "matched", json_boolean(matched(x->step, index)));
        json_object_set_new(o, "cells", cells_json(x, r));
        for (const struct xml_node *c = xml_child(r, "outputEntry"); c; c = xml_again(c))
            json_array_append_new(results, json_from_str(xml_child_text(c, "text")));
        json_object_set_new(o, "results", results);
        json_array_append_new(list, o);
    }
    return list;
}

json_t *pack_explain(struct arena *a, str xml, const struct dmn_trace *trace, feel_value inputs,
    const struct feel_env *env)
{
    json_t *list = json_keep(a, json_array());
    struct xml_node *root;
    struct diag d = { 0 };
    struct explaining x = { .arena = a, .env = env, .cells = PACK_CELLS_MAX };
    if (dmn_xml_parse(a, xml, &root, &d) != OK)
        return list; /* it was read a moment ago: memory is short, and the caller sees it */
    x.scope = scope_of(a, trace, inputs);
    for (size_t i = 0; i < trace->step_count && !feel_is_null(x.scope); i++) {
        const struct xml_node *table = decision_named(root, trace->steps[i].decision);
        x.step = &trace->steps[i];
        if (!table)
            continue;
        json_t *o = json_object();
        json_set_str(o, "decision", x.step->decision);
        json_object_set_new(o, "columns", columns_json(&x, table));
        json_object_set_new(o, "outputs", outputs_json(table));
        json_object_set_new(o, "rules", rules_json(&x, table));
        json_array_append_new(list, o);
    }
    return list;
}
