/* The trace of a decision: kept while deciding, written as JSON for the web. */
#include "dmn/internal.h"

/* Steps beyond one a decision: services that are called again and again. */
enum { STEPS_MORE = 64 };

struct dmn_trace_step *dmn_trace_begin(struct run *r, const struct element *e)
{
    struct dmn_trace *t = r->trace;
    if (!t)
        return NULL;
    if (!t->steps) { /* steps never move: a step is filled in while others are begun */
        size_t room = r->set->element_count + STEPS_MORE;
        t->steps = ARENA_ARRAY(t->arena, struct dmn_trace_step, room);
        t->step_capacity = t->steps ? room : 0;
    }
    if (t->step_count >= t->step_capacity)
        return NULL;
    struct dmn_trace_step *step = (struct dmn_trace_step *)&t->steps[t->step_count++];
    step->decision = e->name;
    if (e->table)
        step->hit_policy = str_printf(t->arena, "%c%c", e->table->policy,
            e->table->aggregation ? e->table->aggregation : ' ');
    step->hit_policy = str_trim(step->hit_policy);
    return step;
}

static json_t *rule_json(const struct dmn_trace_rule *r)
{
    json_t *v = json_object(), *tests = json_array();
    json_set_int(v, "index", (int64_t)r->index);
    json_set_str(v, "label", r->label);
    json_set_int(v, "line", r->line);
    for (size_t i = 0; i < r->test_count; i++) {
        json_t *test = json_object();
        json_set_str(test, "input", r->tests[i].input);
        json_set_str(test, "expression", r->tests[i].expression);
        json_set_str(test, "test", r->tests[i].test);
        json_array_append_new(tests, test);
    }
    json_object_set_new(v, "tests", tests);
    return v;
}

static json_t *step_json(struct arena *a, const struct dmn_trace_step *s)
{
    json_t *o = json_object(), *inputs = json_array(), *rules = json_array();
    json_set_str(o, "decision", s->decision);
    json_set_str(o, "hitPolicy", s->hit_policy);
    for (size_t i = 0; i < s->input_count; i++) {
        json_t *v = json_object();
        json_set_str(v, "name", s->inputs[i].name);
        json_set_str(v, "expression", s->inputs[i].expression);
        json_object_set(v, "value", feel_to_json(a, s->inputs[i].value));
        json_array_append_new(inputs, v);
    }
    for (size_t i = 0; i < s->rule_count; i++)
        json_array_append_new(rules, rule_json(&s->rules[i]));
    json_object_set_new(o, "inputs", inputs);
    json_object_set_new(o, "rules", rules);
    json_object_set(o, "result", feel_to_json(a, s->result));
    return o;
}

json_t *dmn_trace_json(struct arena *a, const struct dmn_trace *t)
{
    json_t *o = json_object(), *steps = json_array(), *missing = json_array();
    json_t *warnings = json_array(), *used = json_array();
    for (size_t i = 0; i < t->used_count; i++) {
        json_t *v = json_object();
        json_set_str(v, "name", t->used[i].name);
        json_object_set(v, "value", feel_to_json(a, t->used[i].value));
        json_array_append_new(used, v);
    }
    for (size_t i = 0; i < t->step_count; i++)
        json_array_append_new(steps, step_json(a, &t->steps[i]));
    for (size_t i = 0; i < t->missing_count; i++)
        json_array_append_new(missing, json_from_str(t->missing[i]));
    for (size_t i = 0; i < t->warnings.count; i++) {
        json_t *w = json_object();
        json_set_str(w, "zh", t->warnings.items[i].zh);
        json_set_str(w, "en", t->warnings.items[i].en);
        json_set_int(w, "line", t->warnings.items[i].line);
        json_set_int(w, "column", t->warnings.items[i].column);
        json_array_append_new(warnings, w);
    }
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "used", used);
    json_object_set_new(o, "missing", missing);
    json_object_set_new(o, "warnings", warnings);
    return json_keep(a, o);
}
