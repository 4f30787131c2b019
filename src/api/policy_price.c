/*
 * Pricing a rule before it is issued: as it stands, as a draft or another version of the pack has it, or with
 * other parameters; and the difference to another. Names are shown to who may read enterprises.
 *
 * A draft that loads is priced whole, its parameters too; its worked examples are not run, since they may
 * still say what the old rule gave. One that has other faults is priced by its rule alone, if that reads.
 */
#include "api/benefits.h"

#include "zone/pack_decide.h"

#include <string.h>

enum { CHANGES_SHOWN = 50 };

/* A rule to be priced, and what holds it. */
struct priced_rule {
    const struct pack_clause *clause;
    struct loaded_pack *loaded; /* to be dropped, or NULL */
};

static enum err rule_of_view(struct op *op, const struct pack_view *v, const struct pack_clause *clause,
    struct diag_list *faults, struct priced_rule *out)
{
    struct pack_rules rules;
    struct pack_clause *c = ARENA_NEW(op->arena, struct pack_clause);
    struct diag_list ignored;
    struct diag kept = *op->diag;
    diag_list_init(&ignored, op->arena, 1);
    TRY(diag_arena(op->diag, op->arena));
    if (pack_read_tried(op->zone, v->files, v->count, &ignored, &out->loaded, op->diag) == OK) {
        out->clause = pack_clause(pack_of(out->loaded), clause->code);
        if (out->clause)
            return OK;
    }
    *op->diag = kept;
    TRY(pack_rules_read(op, op->arena, v, clause->decision_file, faults, &rules));
    TRY(pack_clause_with(op->arena, rules.pack, clause, rules.model, c, op->diag));
    out->clause = c;
    return OK;
}

static enum err find_rule(struct call *c, const struct pack_clause *clause, int64_t draft, str version,
    struct priced_rule *out)
{
    struct pack_view view;
    *out = (struct priced_rule){ .clause = clause };
    if (!draft && !version.bytes)
        return OK;
    TRY(actor_require(&c->op, "pack.read"));
    TRY(pack_view_open(&c->op, c->op.arena, draft, version, &view));
    return rule_of_view(&c->op, &view, clause, &c->faults, out);
}

/* Parameters by code, in place of those in force. */
static enum err set_values(struct call *c, struct policy_facts *f, const json_t *values)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)values, name, v)
    {
        size_t i = 0;
        while (i < f->clause->parameter_count && !str_is(f->clause->parameters[i]->code, name))
            i++;
        diag_field(&c->diag, str_printf(c->op.arena, "values.%s", name));
        if (i == f->clause->parameter_count)
            return diag_set(&c->diag, ERR_INVALID, "这条规则没有参数“%.60s”",
                "the rule has no parameter \"%.60s\"", name);
        feel_value *to = &f->given[f->clause->fact_count + i].value;
        TRY(feel_from_json(c->op.arena, v, f->clause->parameters[i]->type, to, &c->diag));
        if (!feel_conforms(*to, f->clause->parameters[i]->type))
            return diag_set(&c->diag, ERR_INVALID, "“%.60s”的值不是这个参数的类型",
                "the value of \"%.60s\" is not of the parameter's type", name);
    }
    diag_field(&c->diag, STR_NONE);
    return OK;
}

/* ---- JSON ---- */

static json_t *groups_json(const struct policy_price *p)
{
    json_t *list = json_array();
    const struct pack_clause *clause = p->facts->clause;
    for (size_t i = 0; i < clause->group_count; i++) {
        json_t *o = json_object(), *items = json_array();
        json_set_str(o, "column", clause->groups[i]->name);
        json_object_set_new(o, "name", json_name(clause->groups[i]->title));
        json_object_set_new(o, "items", items);
        for (size_t k = 0; k < p->group_counts[i]; k++) {
            const struct policy_group *g = &p->groups[i][k];
            json_t *one = json_object();
            json_set_str(one, "code", g->code);
            json_object_set_new(one, "name", json_name(g->name));
            json_set_int(one, "count", g->sum.count);
            json_set_int(one, "fen", g->sum.fen);
            json_set_int(one, "countBefore", g->before.count);
            json_set_int(one, "fenBefore", g->before.fen);
            json_array_append_new(items, one);
        }
        json_array_append_new(list, o);
    }
    return list;
}

static void set_subject(struct call *c, json_t *o, const struct policy_facts *f, size_t row)
{
    bool named = actor_may(&c->actor, "enterprise.read");
    json_set_id(o, "subject", f->ids[row]);
    json_object_set_new(o, "label", named && f->labels ? json_from_str(f->labels[row]) : json_null());
}

static json_t *near_value(struct call *c, const struct policy_price *p, const struct policy_near *n)
{
    if (dmn_sheet_near_is_date(p->sheet, (size_t)n->input))
        return json_from_str(date_format(c->op.arena, date_from_days(n->value)));
    return json_incref(feel_to_json(
        c->op.arena, feel_decimal(n->value, dmn_sheet_near_scale(p->sheet, (size_t)n->input))));
}

static void set_condition(json_t *o, const struct policy_price *p, int input)
{
    str said = dmn_sheet_input_name(p->sheet, (size_t)input);
    json_object_set_new(o, "condition", json_name(pack_said(said)));
}

static json_t *near_json(struct call *c, const struct policy_price *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->near_count; i++) {
        const struct policy_near *n = &p->near[i];
        struct policy_row row = { .near_input = n->input, .near_rule = n->rule, .near_value = n->value,
            .near_bound = n->bound };
        json_t *o = json_object();
        set_subject(c, o, p->facts, n->row);
        json_object_set_new(o, "key",
            actor_may(&c->actor, "enterprise.read") ? json_from_str(p->facts->keys[n->row])
                                                    : json_null());
        set_condition(o, p, n->input);
        json_set_str(o, "test", dmn_sheet_cell(p->sheet, (size_t)n->rule, (size_t)n->input));
        json_object_set_new(
            o, "rule", json_name(pack_said(dmn_sheet_rule_label(p->sheet, (size_t)n->rule))));
        json_object_set_new(o, "value", near_value(c, p, n));
        json_set_str(o, "gap", policy_gap(c->op.arena, p->sheet, &row));
        json_object_set_new(o, "share", json_real(n->share > 1e9 ? 1e9 : n->share));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *conditions_json(const struct policy_price *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->condition_count; i++) {
        json_t *o = json_object();
        set_condition(o, p, p->conditions[i].input);
        json_set_int(o, "count", p->conditions[i].count);
        json_set_int(o, "close", p->conditions[i].close);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *lacking_json(struct call *c, const struct policy_price *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->missing_count; i++) {
        json_t *all = policy_missing(&c->op, p->facts, UINT64_C(1) << p->missing[i].fact);
        json_t *one = json_array_get(all, 0), *o = json_object();
        json_object_set(o, "name", json_object_get(one, "name"));
        json_object_set(o, "unit", json_object_get(one, "unit"));
        json_set_int(o, "count", p->missing[i].count);
        json_array_append_new(list, o);
        json_decref(all);
    }
    return list;
}

static json_t *parameters_json(struct call *c, const struct policy_facts *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->clause->parameter_count; i++) {
        const struct pack_parameter *p = f->clause->parameters[i];
        const struct pack_parameter_value *v = pack_parameter_on(p, f->day);
        json_t *o = json_object();
        json_set_str(o, "code", p->code);
        json_object_set_new(o, "name", json_name(p->name));
        json_object_set_new(o, "unit", json_name(p->unit));
        json_object_set(o, "value",
            feel_to_json(c->op.arena, f->given[f->clause->fact_count + i].value));
        json_object_set_new(o, "law", v ? json_name(v->law) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *difference_json(
    struct call *c, const struct policy_price *before, const struct policy_facts *f,
    const struct policy_difference *d)
{
    json_t *o = json_object(), *changes = json_array();
    json_set_int(o, "fen", d->fen);
    json_set_int(o, "before", before->pays.fen);
    json_set_int(o, "gain", d->gain);
    json_set_int(o, "lose", d->lose);
    json_set_int(o, "more", d->more);
    json_set_int(o, "less", d->less);
    json_set_int(o, "same", d->same);
    for (size_t i = 0; i < d->change_count && i < CHANGES_SHOWN; i++) {
        json_t *one = json_object();
        set_subject(c, one, f, d->changes[i].row);
        json_set_int(one, "before", d->changes[i].before);
        json_set_int(one, "after", d->changes[i].after);
        json_array_append_new(changes, one);
    }
    json_object_set_new(o, "changes", changes);
    return o;
}

static json_t *price_json(struct call *c, const struct policy_price *p)
{
    json_t *o = json_keep(c->op.arena, json_object());
    const struct policy_facts *f = p->facts;
    json_set_str(o, "clause", f->clause->code);
    json_object_set_new(o, "title", json_name(f->clause->title));
    json_set_date(o, "day", f->day);
    json_set_int(o, "year", f->year);
    json_set_int(o, "seen", p->rows);
    json_set_int(o, "count", p->pays.count);
    json_set_int(o, "fen", p->pays.fen);
    json_set_int(o, "least", p->least);
    json_set_int(o, "most", p->most);
    json_set_int(o, "refused", p->refused);
    json_set_int(o, "missing", p->open);
    json_set_int(o, "barred", p->barred);
    json_set_int(o, "clash", p->clash);
    json_set_int(o, "tookUs", p->took_us);
    json_object_set_new(o, "groups", groups_json(p));
    json_object_set_new(o, "near", near_json(c, p));
    json_object_set_new(o, "conditions", conditions_json(p));
    json_object_set_new(o, "lacking", lacking_json(c, p));
    json_object_set_new(o, "parameters", parameters_json(c, f));
    json_object_set_new(o, "difference", json_null());
    json_object_set_new(o, "other", json_null());
    return o;
}

/* ---- asking ---- */

struct asked {
    const struct pack_clause *clause;
    int64_t day, draft, against_draft;
    str version, against;
    const json_t *values;
    struct priced_rule now, before;
};

static enum err price_both(struct call *c, struct asked *q, json_t **out)
{
    struct arena *a = policy_arena(&c->op);
    TRY(diag_arena(&c->diag, c->op.arena));
    struct policy_facts *read, *facts;
    struct policy_price *now = ARENA_NEW(a, struct policy_price);
    struct policy_price *before = ARENA_NEW(a, struct policy_price);
    struct policy_asking asking = { .clause = q->now.clause, .day = q->day, .labels = true };
    TRY(diag_arena(&c->diag, a));
    TRY(policy_read_facts(&c->op, a, &asking, &read));
    TRY(policy_facts_for(&c->op, a, read, q->now.clause, &facts));
    TRY(set_values(c, facts, q->values));
    TRY(policy_price(&c->op, a, facts, now));
    if (!q->before.clause) {
        *out = price_json(c, now);
        return OK;
    }
    struct policy_difference d;
    struct policy_facts *old;
    TRY(policy_facts_for(&c->op, a, read, q->before.clause, &old));
    TRY(policy_price(&c->op, a, old, before));
    if (before->rows != now->rows)
        return diag_set(&c->diag, ERR_INVALID, "两个版本的适用对象不同,不能比较",
            "the two versions are about different subjects and cannot be compared");
    TRY(policy_compare(&c->op, a, before, now, &d));
    *out = price_json(c, now);
    json_object_set_new(*out, "difference", difference_json(c, before, facts, &d));
    json_object_set(*out, "other", price_json(c, before));
    return OK;
}

static bool read_asked(struct call *c, struct asked *q)
{
    struct date day;
    str on = json_str(c->body, "day"), draft = json_str(c->body, "draft");
    str other = json_str(c->body, "againstDraft");
    q->day = date_parse(on, &day) ? date_to_days(day) : zone_local_days(c->api->zone, c->op.now_ms);
    if (draft.bytes)
        (void)str_to_int64(draft, &q->draft);
    if (other.bytes)
        (void)str_to_int64(other, &q->against_draft);
    q->version = json_str(c->body, "version");
    q->against = json_str(c->body, "against");
    const json_t *values = json_object_get(c->body, "values");
    q->values = json_is_object(values) ? values : NULL;
    q->clause = api_clause(c, json_str(c->body, "clause"));
    return q->clause != NULL;
}

static enum err price_work(struct call *c, struct asked *q, json_t **out)
{
    TRY(find_rule(c, q->clause, q->draft, q->version, &q->now));
    if (q->against_draft)
        TRY(find_rule(c, q->clause, q->against_draft, STR_NONE, &q->before));
    else if (q->against.bytes && !str_is(q->against, "none"))
        TRY(find_rule(c, q->clause, 0, str_is(q->against, "use") ? STR_NONE : q->against, &q->before));
    return price_both(c, q, out);
}

static void price(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct asked q = { 0 };
    json_t *o = NULL;
    (void)app;
    if (actor_require(&c->op, "policy.price") != OK) {
        api_fail(c);
        return;
    }
    if (!api_body(c) || !read_asked(c, &q) || !api_read(c))
        return;
    enum err e = price_work(c, &q, &o);
    pack_drop(q.now.loaded);
    pack_drop(q.before.loaded);
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route policy_price_routes[] = {
    { "POST", "/api/policies/price", price, 64 * KIB, NULL,
        DOC("pricePolicy", "What a rule would cost, who gains, who just misses; stores nothing", "policies",
            API_SESSION, "PriceInput", "Price", 0, NULL) },
    { 0 },
};
