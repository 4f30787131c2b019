/*
 * Three-valued answers (dmn.h): a decision with facts missing.
 *
 *     inputs ─▶ known, missing, or known in parts ─┐
 *     required decisions ─▶ known or unknown ──────┴▶ the decision's own table or expression
 *
 * What the decision requires is asked on demand and once, as in decide.c; knowledge models and
 * services require no facts and come from an ordinary run.
 */
#include "dmn/internal.h"

enum { PARTS_DEPTH_MAX = 8 };

struct asking {
    struct run run;
    struct feel_partial *values; /* by element index */
    bool *asked;
};

static struct arena *arena_of(const struct asking *q)
{
    return feel_machine_arena(q->run.machine);
}

static enum err memory(const struct asking *q)
{
    return feel_machine_memory(q->run.machine);
}

/* ---- facts -------------------------------------------------------------------------------- */

static enum err missing_fact(struct asking *q, str name, struct feel_partial *out)
{
    str *names = ARENA_NEW(arena_of(q), str);
    if (!names)
        return memory(q);
    *names = name;
    *out = (struct feel_partial){ .unknown = true, .missing = { names, 1 } };
    return OK;
}

static bool has_members(const struct feel_type *t)
{
    return t && t->form == FEEL_TYPE_CONTEXT && t->field_count;
}

/* A context of a declared type; v NULL: wholly missing. Members that are not there are facts of
 * their own, named by their path. */
static enum err context_fact(struct asking *q, str name, const feel_value *v,
    const struct feel_type *t, int depth, struct feel_partial *out)
{
    struct feel_part *parts = ARENA_ARRAY(arena_of(q), struct feel_part, t->field_count);
    if (!parts)
        return memory(q);
    for (size_t i = 0; i < t->field_count; i++) {
        const struct feel_field *f = &t->fields[i];
        const feel_value *member = v ? feel_get(*v, f->name) : NULL;
        struct feel_partial *part = &parts[i].value;
        str path = str_printf(arena_of(q), "%.*s.%.*s", STR_ARGS(name), STR_ARGS(f->name));
        parts[i].name = f->name;
        if (has_members(f->type) && depth < PARTS_DEPTH_MAX
            && (!member || member->kind == FEEL_CONTEXT))
            TRY(context_fact(q, path, member, f->type, depth + 1, part));
        else if (!member)
            TRY(missing_fact(q, path, part));
        else
            TRY(feel_machine_conform(q->run.machine, *member, f->type, &part->value));
    }
    TRY(feel_partial_context(q->run.machine, parts, t->field_count, out));
    if (out->unknown)
        return OK;
    *out = feel_known(feel_null());
    return feel_machine_conform(q->run.machine, *v, t, &out->value);
}

static enum err input_fact(struct asking *q, const struct element *e, struct feel_partial *out)
{
    const feel_value *v = dmn_given(&q->run, e);
    if (has_members(e->type) && (!v || v->kind == FEEL_CONTEXT))
        return context_fact(q, e->name, v, e->type, 0, out);
    if (!v)
        return missing_fact(q, e->name, out);
    *out = feel_known(feel_null());
    return dmn_input_value(&q->run, e, &out->value);
}

/* ---- elements ----------------------------------------------------------------------------- */

static enum err fact_of(struct asking *q, const struct element *e, struct feel_partial *out);

/* What is used of an import, under its name: known in parts. */
static enum err group_fact(
    struct asking *q, const struct binding *b, struct feel_partial *out)
{
    struct feel_part *parts = ARENA_ARRAY(arena_of(q), struct feel_part, b->member_count);
    if (!parts)
        return memory(q);
    for (size_t i = 0; i < b->member_count; i++) {
        parts[i].name = b->members[i].name;
        TRY(fact_of(q, b->members[i].element, &parts[i].value));
    }
    return feel_partial_context(q->run.machine, parts, b->member_count, out);
}

static enum err globals_of(
    struct asking *q, const struct element *e, struct feel_partial **out)
{
    size_t count = feel_program_global_count(e->program);
    count = count > e->binding_count ? count : e->binding_count;
    struct feel_partial *globals = ARENA_ARRAY(arena_of(q), struct feel_partial, count);
    if (!globals)
        return memory(q);
    for (size_t i = 0; i < e->binding_count; i++) {
        const struct binding *b = &e->bindings[i];
        if ((int64_t)i == e->self)
            continue;
        if (b->element)
            TRY(fact_of(q, b->element, &globals[i]));
        else
            TRY(group_fact(q, b, &globals[i]));
    }
    *out = globals;
    return OK;
}

static enum err decision_fact(struct asking *q, const struct element *e, struct feel_partial *out)
{
    struct feel_partial *globals;
    *out = feel_known(feel_null());
    if (!e->program)
        return OK;
    TRY(globals_of(q, e, &globals));
    return feel_partial_eval(q->run.machine, e->program, globals, out);
}

static enum err fact_of(struct asking *q, const struct element *e, struct feel_partial *out)
{
    struct feel_partial v = { 0 };
    if (q->asked[e->index]) {
        *out = q->values[e->index];
        return OK;
    }
    switch (e->kind) {
    case ELEMENT_INPUT: TRY(input_fact(q, e, &v)); break;
    case ELEMENT_DECISION:
        if (dmn_given(&q->run, e))
            TRY(dmn_input_value(&q->run, e, &v.value));
        else
            TRY(decision_fact(q, e, &v));
        break;
    case ELEMENT_KNOWLEDGE:
    case ELEMENT_SERVICE: TRY(dmn_value_of(&q->run, e, &v.value)); break;
    }
    q->asked[e->index] = true;
    q->values[e->index] = *out = v;
    return OK;
}

/* ---- outcomes ----------------------------------------------------------------------------- */

static bool alike(const struct feel_partial *a, const struct feel_partial *b)
{
    return !a->unknown && !b->unknown && a->value.kind == b->value.kind
        && (feel_is_null(a->value) || feel_is_true(feel_equal(a->value, b->value)));
}

/* A member of a context known in parts; false: nothing is known of it. */
static bool known_member(const struct feel_partial *v, str name, feel_value *out)
{
    const feel_value *found = v->unknown ? NULL : feel_get(v->value, name);
    for (size_t i = 0; v->unknown && i < v->part_count; i++)
        if (str_equal(v->parts[i].name, name) && !v->parts[i].value.unknown)
            found = &v->parts[i].value.value;
    if (found)
        *out = *found;
    return found != NULL;
}

/* Both plain values of one kind, and different: no conversion to a declared type makes them one. */
static bool differ(feel_value a, feel_value b)
{
    return a.kind == b.kind && a.kind != FEEL_LIST && a.kind != FEEL_CONTEXT
        && a.kind != FEEL_NULL && !feel_is_true(feel_equal(a, b));
}

/* Can they be one value, whatever the missing facts? Not when a member known of both differs. */
static bool may_be_alike(const struct feel_partial *a, const struct feel_partial *b)
{
    if (!a->unknown && !b->unknown)
        return alike(a, b);
    const struct feel_partial *parts = a->unknown ? a : b, *other = a->unknown ? b : a;
    for (size_t i = 0; i < parts->part_count; i++) {
        feel_value v;
        if (!parts->parts[i].value.unknown && known_member(other, parts->parts[i].name, &v)
            && differ(parts->parts[i].value.value, v))
            return false;
    }
    return true;
}

/* Of alternatives: yes when it is the only one possible, no when no possible one can be it. */
static enum dmn_verdict alternative(const struct judgement *j, const struct candidate *c)
{
    size_t others = 0, same = 0;
    for (size_t i = 0; i < j->count; i++) {
        const struct candidate *x = &j->candidates[i];
        if (!x->possible)
            continue;
        if (x == c || alike(&x->value, &c->value))
            same++;
        else if (may_be_alike(&x->value, &c->value))
            same++, others++;
        else
            others++;
    }
    return !same ? DMN_NO : others ? DMN_CANNOT_TELL : DMN_YES;
}

/* Of a list: yes when a rule that gives it matches. For the otherwise: when none can. */
static enum dmn_verdict item(const struct judgement *j, const struct candidate *c)
{
    enum dmn_verdict best = DMN_NO;
    bool any_yes = false, any_open = false;
    for (size_t i = 0; i < j->table->rule_count; i++) {
        const struct candidate *x = &j->candidates[i];
        any_yes = any_yes || x->match == DMN_YES;
        any_open = any_open || x->match == DMN_CANNOT_TELL;
        bool is = x == c || alike(&x->value, &c->value);
        bool may = is || (may_be_alike(&x->value, &c->value) && x->match != DMN_NO);
        if (is && x->match == DMN_YES)
            best = DMN_YES;
        else if (may && x->match != DMN_NO && best == DMN_NO)
            best = DMN_CANNOT_TELL;
    }
    if (c->rule >= 0)
        return best;
    return any_yes ? DMN_NO : any_open ? DMN_CANNOT_TELL : DMN_YES;
}

static enum err rules_of(struct asking *q, const struct judgement *j, const struct candidate *c,
    struct dmn_outcome *o)
{
    struct dmn_trace_rule *rules
        = ARENA_ARRAY(arena_of(q), struct dmn_trace_rule, j->table->rule_count);
    if (!rules)
        return memory(q);
    for (size_t i = 0; c->rule >= 0 && i < j->table->rule_count; i++) {
        const struct table_rule *r = &j->table->rules[i];
        if (&j->candidates[i] == c || alike(&j->candidates[i].value, &c->value))
            rules[o->rule_count++] = (struct dmn_trace_rule){ .index = i + 1, .label = r->label,
                .line = r->line };
    }
    o->rules = rules;
    return OK;
}

/* For an item of a list only the rules that give it matter. */
static enum err missing_of(struct asking *q, const struct judgement *j, const struct candidate *c,
    struct dmn_outcome *o)
{
    struct feel_facts facts = c->value.missing;
    struct feel_machine *m = q->run.machine;
    if (o->verdict != DMN_CANNOT_TELL)
        return OK;
    if (!j->list || c->rule < 0)
        TRY(feel_facts_add(m, &facts, &j->missing));
    for (size_t i = 0; j->list && c->rule >= 0 && i < j->table->rule_count; i++) {
        const struct candidate *x = &j->candidates[i];
        if (x != c && !may_be_alike(&x->value, &c->value))
            continue;
        TRY(feel_facts_add(m, &facts, &j->rule_missing[i]));
        if (x->match != DMN_NO)
            TRY(feel_facts_add(m, &facts, &x->value.missing));
    }
    o->missing = facts.names;
    o->missing_count = facts.count;
    return OK;
}

static bool listed_before(const struct judgement *j, size_t index)
{
    for (size_t k = 0; k < index; k++)
        if (alike(&j->candidates[k].value, &j->candidates[index].value)
            && !(j->list && j->candidates[index].rule < 0))
            return true;
    return false;
}

static enum err table_outcomes(struct asking *q, const struct element *e, struct judgement *j,
    struct dmn_answer *out)
{
    struct dmn_outcome *items = ARENA_ARRAY(arena_of(q), struct dmn_outcome, j->count);
    bool contradiction = j->table->policy == 'U' || j->table->policy == 'A';
    if (!items)
        return memory(q);
    for (size_t i = 0; i < j->count && !j->list; i++)
        if (!j->candidates[i].value.unknown)
            TRY(feel_program_convert(q->run.machine, e->program, j->candidates[i].value.value,
                &j->candidates[i].value.value));
    for (size_t i = 0; i < j->count; i++) {
        const struct candidate *c = &j->candidates[i];
        if (listed_before(j, i) || (i + 1 == j->count && !contradiction))
            continue;
        struct dmn_outcome *o = &items[out->outcome_count++];
        *o = (struct dmn_outcome){ .verdict = j->list ? item(j, c) : alternative(j, c),
            .known = !c->value.unknown, .value = c->value.value, .otherwise = c->rule < 0 };
        TRY(rules_of(q, j, c, o));
        TRY(missing_of(q, j, c, o));
    }
    out->outcomes = items;
    return OK;
}

static bool is_boolean(const struct element *e)
{
    const struct feel_type *t = e->type ? e->type : e->program ? feel_program_type(e->program) : NULL;
    return t && t->form == FEEL_TYPE_SIMPLE && t->kind == FEEL_BOOLEAN;
}

/* Without a table: true and false, or the value as far as it is known. */
static enum err plain_outcomes(struct asking *q, const struct element *e,
    const struct feel_partial *v, struct dmn_answer *out)
{
    struct dmn_outcome *items = ARENA_ARRAY(arena_of(q), struct dmn_outcome, 2);
    bool boolean = is_boolean(e) || (!v->unknown && v->value.kind == FEEL_BOOLEAN);
    if (!items)
        return memory(q);
    out->outcome_count = boolean ? 2 : 1;
    out->outcomes = items;
    for (size_t i = 0; i < out->outcome_count; i++) {
        struct feel_partial this = boolean ? feel_known(feel_boolean(i == 0)) : *v;
        items[i] = (struct dmn_outcome){ .known = !this.unknown, .value = this.value };
        items[i].verdict = v->unknown ? DMN_CANNOT_TELL : alike(&this, v) ? DMN_YES : DMN_NO;
        items[i].missing = v->missing.names;
        items[i].missing_count = v->missing.count;
    }
    return OK;
}

/* ---- the decision ------------------------------------------------------------------------- */

struct judging {
    const struct table *table;
    struct judgement judgement;
};

static enum err judge(void *ctx, struct feel_partly *p)
{
    struct judging *j = ctx;
    return dmn_table_judge(j->table, p, &j->judgement);
}

static enum err answer(struct asking *q, const struct element *e, struct dmn_answer *out)
{
    struct feel_partial v;
    TRY(fact_of(q, e, &v));
    out->settled = !v.unknown;
    out->value = v.value;
    out->missing = v.missing.names;
    out->missing_count = v.missing.count;
    const struct table *t
        = e->program ? feel_program_host(e->program, &dmn_table_kind) : NULL;
    if (!t || dmn_given(&q->run, e))
        return plain_outcomes(q, e, &v, out);
    struct feel_partial *globals;
    struct judging judging = { .table = t };
    TRY(globals_of(q, e, &globals));
    TRY(feel_partial_with(q->run.machine, e->program, globals, judge, &judging));
    return table_outcomes(q, e, &judging.judgement, out);
}

static enum err begin(struct asking *q, const struct dmn_model *m, const struct feel_env *env,
    struct arena *a, struct feel_env *own, struct diag *d)
{
    TRY(dmn_run_start(&q->run, m->set, env, a, own, NULL, d));
    q->values = ARENA_ARRAY(a, struct feel_partial, m->set->element_count);
    q->asked = ARENA_ARRAY(a, bool, m->set->element_count);
    return q->values && q->asked ? OK : diag_arena(d, a);
}

enum err dmn_answer(const struct dmn_model *m, const struct dmn_decision *decision,
    feel_value inputs, const struct feel_env *env, struct arena *a, struct dmn_answer *out,
    struct diag *d)
{
    struct asking q = { .run = { .inputs = inputs } };
    struct feel_env own;
    struct dmn_answer found = { 0 };
    TRY(begin(&q, m, env, a, &own, d));
    feel_machine_set_host(q.run.machine, &q.run);
    enum err e = answer(&q, (const struct element *)decision, &found);
    if (arena_failed(a))
        e = memory(&q);
    if (e == OK)
        *out = found;
    else if (d)
        *d = *feel_machine_diag(q.run.machine);
    return e;
}

/* ---- as JSON ------------------------------------------------------------------------------ */

static json_t *names_json(const str *names, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_from_str(names[i]));
    return list;
}

static json_t *outcome_json(struct arena *a, const struct dmn_outcome *o)
{
    static const char *const verdicts[] = { "no", "yes", "cannot-tell" };
    json_t *v = json_object(), *rules = json_array();
    json_set_str(v, "verdict", str_from(verdicts[o->verdict]));
    json_object_set_new(v, "known", json_boolean(o->known));
    json_object_set(v, "value", feel_to_json(a, o->value));
    json_object_set_new(v, "otherwise", json_boolean(o->otherwise));
    for (size_t i = 0; i < o->rule_count; i++) {
        json_t *r = json_object();
        json_set_int(r, "index", (int64_t)o->rules[i].index);
        json_set_str(r, "label", o->rules[i].label);
        json_set_int(r, "line", o->rules[i].line);
        json_array_append_new(rules, r);
    }
    json_object_set_new(v, "rules", rules);
    json_object_set_new(v, "missing", names_json(o->missing, o->missing_count));
    return v;
}

json_t *dmn_answer_json(struct arena *a, const struct dmn_answer *answer)
{
    json_t *o = json_object(), *outcomes = json_array();
    json_object_set_new(o, "settled", json_boolean(answer->settled));
    json_object_set(o, "value", feel_to_json(a, answer->value));
    json_object_set_new(o, "missing", names_json(answer->missing, answer->missing_count));
    for (size_t i = 0; i < answer->outcome_count; i++)
        json_array_append_new(outcomes, outcome_json(a, &answer->outcomes[i]));
    json_object_set_new(o, "outcomes", outcomes);
    return json_keep(a, o);
}
