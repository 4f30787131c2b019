/* Why a case went where it went: its decisions, in words of the pack. */
#include "api/internal.h"
#include "zone/case_decision.h"

static json_t *name_or_null(struct name2 n)
{
    return n.zh.bytes ? json_name(n) : json_null();
}

/* {name, title, value, shown, masked}: a value of a variable. */
static json_t *value_json(
    struct call *c, const struct case_decision *d, str name, const json_t *value)
{
    json_t *o = json_object();
    bool masked = variable_masked(d->pack, d->system, name) && value && !json_is_null(value);
    json_set_str(o, "name", name);
    json_object_set_new(o, "title", json_name(variable_title(&c->op, d->pack, d->system, name)));
    json_object_set_new(o, "value", masked || !value ? json_null() : json_copy((json_t *)value));
    json_object_set_new(o, "shown",
        masked ? json_null() : name_or_null(variable_shown(d->pack, d->system, name, value)));
    json_object_set_new(o, "masked", json_boolean(masked));
    return o;
}

/* A table with several outputs gives an object; each member is named as the variable it sets. */
static json_t *result_json(
    struct call *c, const struct case_decision *d, str name, const json_t *result)
{
    json_t *list = json_array(), *member;
    const char *key;
    if (!json_is_object(result)) {
        json_array_append_new(list, value_json(c, d, name, result));
        return list;
    }
    json_object_foreach((json_t *)result, key, member)
        json_array_append_new(list, value_json(c, d, str_from(key), member));
    return list;
}

static json_t *test_json(const json_t *test)
{
    json_t *o = json_object();
    json_set_str(o, "input", json_str(test, "input"));
    json_set_str(o, "expression", json_str(test, "expression"));
    json_set_str(o, "test", json_str(test, "test"));
    return o;
}

static json_t *step_json(struct call *c, const struct case_decision *d, const json_t *step)
{
    json_t *o = json_object(), *rules = json_array();
    const json_t *rule, *test;
    size_t i, k;
    str name = json_str(step, "decision");
    json_array_foreach(json_object_get(step, "rules"), i, rule)
    {
        json_t *r = json_object(), *tests = json_array();
        json_set_int(r, "number", json_int(rule, "index", 0));
        json_object_set_new(r, "label", json_name(pack_said(json_str(rule, "label"))));
        json_array_foreach(json_object_get(rule, "tests"), k, test)
            json_array_append_new(tests, test_json(test));
        json_object_set_new(r, "tests", tests);
        json_array_append_new(rules, r);
    }
    json_set_str(o, "decision", name);
    json_set_str(o, "hitPolicy", json_str(step, "hitPolicy"));
    json_object_set_new(o, "rules", rules);
    json_object_set_new(o, "result", result_json(c, d, name, json_object_get(step, "result")));
    return o;
}

static json_t *parameter_json(
    struct call *c, const struct pack_parameter *p, const struct pack_parameter_value *v)
{
    struct arena *a = c->op.arena;
    json_t *o = json_object();
    json_set_str(o, "code", p->code);
    json_object_set_new(o, "name", json_name(p->name));
    json_object_set_new(o, "unit", name_or_null(p->unit));
    json_object_set(o, "value", feel_to_json(a, v->value));
    json_set_str(o, "from", date_format(a, date_from_days(v->from)));
    json_object_set_new(o, "to",
        v->to == INT64_MAX ? json_null() : json_from_str(date_format(a, date_from_days(v->to))));
    json_object_set_new(o, "law", json_name(v->law));
    return o;
}

/* What was used: dated parameters with their law, everything else as facts. */
static void used_json(struct call *c, const struct case_decision *d, json_t *out)
{
    json_t *facts = json_array(), *parameters = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(d->trace, "used"), i, one)
    {
        str name = json_str(one, "name");
        const struct pack_parameter *p = pack_parameter(d->pack, name);
        const struct pack_parameter_value *v = p ? pack_parameter_on(p, d->on_day) : NULL;
        if (v)
            json_array_append_new(parameters, parameter_json(c, p, v));
        else
            json_array_append_new(facts, value_json(c, d, name, json_object_get(one, "value")));
    }
    json_object_set_new(out, "facts", facts);
    json_object_set_new(out, "parameters", parameters);
}

static json_t *titles_json(
    struct call *c, const struct case_decision *d, const str *names, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        json_set_str(o, "name", names[i]);
        json_object_set_new(
            o, "title", json_name(variable_title(&c->op, d->pack, d->system, names[i])));
        json_array_append_new(list, o);
    }
    return list;
}

/* Outcomes that a missing fact could still bring about. */
static json_t *open_json(struct call *c, const struct case_decision *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->answer.outcome_count; i++) {
        const struct dmn_outcome *x = &d->answer.outcomes[i];
        if (x->verdict != DMN_CANNOT_TELL)
            continue;
        json_t *o = json_object(), *rules = json_array();
        for (size_t k = 0; k < x->rule_count; k++) {
            json_t *r = json_object();
            json_set_int(r, "number", (int64_t)x->rules[k].index);
            json_set_str(r, "label", x->rules[k].label);
            json_object_set_new(r, "tests", json_array());
            json_array_append_new(rules, r);
        }
        const json_t *value = x->known ? feel_to_json(c->op.arena, x->value) : NULL;
        json_object_set_new(o, "result", value ? result_json(c, d, d->name, value) : json_array());
        json_object_set_new(o, "rules", rules);
        json_object_set_new(o, "missing", titles_json(c, d, x->missing, x->missing_count));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *decision_json(struct call *c, const struct case_decision *d)
{
    json_t *o = json_object(), *steps = json_array(), *warnings = json_array();
    const json_t *one;
    size_t i;
    json_set_str(o, "decision", d->name);
    json_set_instant(&c->op, o, "at", d->at_ms);
    json_set_str(o, "packVersion", d->version);
    json_array_foreach(json_object_get(d->trace, "steps"), i, one)
        json_array_append_new(steps, step_json(c, d, one));
    json_object_set_new(o, "steps", steps);
    used_json(c, d, o);
    json_object_set_new(o, "settled", json_boolean(d->answer.settled));
    json_object_set_new(
        o, "missing", titles_json(c, d, d->answer.missing, d->answer.missing_count));
    json_object_set_new(o, "open", open_json(c, d));
    json_array_foreach(json_object_get(d->trace, "warnings"), i, one) json_array_append_new(
        warnings, json_name((struct name2){ json_str(one, "zh"), json_str(one, "en") }));
    json_object_set_new(o, "warnings", warnings);
    return o;
}

void api_case_decisions(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct case_row row;
    struct case_decision *list = NULL;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = api_find_case(c, &row);
    if (e == OK)
        e = case_decisions(&c->op, &row, &list, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++)
        if (list[i].system)
            json_array_append_new(items, decision_json(c, &list[i]));
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}
