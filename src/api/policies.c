/* The library of policies, a clause with its rule in words, and a clause against a whole register. */
#include "api/benefits.h"

/* ---- the library ---- */

static bool has_text(struct name2 n, str text)
{
    return str_find(n.zh, text, 0) >= 0 || str_find(n.en, text, 0) >= 0;
}

/* Every word that is asked for stands somewhere in the clause or its policy. */
static bool wanted(const struct pack_clause *c, str text)
{
    str rest = text, word;
    while (str_split(&rest, ' ', &word)) {
        const struct name2 places[] = { c->title, c->text, c->guide, c->policy->name };
        bool found = !word.bytes;
        for (size_t i = 0; i < 4 && !found; i++)
            found = has_text(places[i], word);
        if (!found)
            return false;
    }
    return true;
}

static json_t *policy_json(struct call *c, const struct pack_policy *p, str text)
{
    json_t *o = json_object(), *clauses = json_array();
    json_set_str(o, "policy", p->code);
    json_object_set_new(o, "name", json_name(p->name));
    json_object_set_new(o, "issuer", json_name(p->issuer));
    json_set_str_or_null(o, "number", p->number);
    json_set_str_or_null(o, "source", p->source);
    json_set_date(o, "issued", p->issued);
    json_set_date(o, "from", p->from);
    json_set_date(o, "to", p->to);
    json_object_set_new(o, "clauses", clauses);
    for (size_t i = 0; i < p->clause_count; i++)
        if (wanted(&p->clauses[i], text))
            json_array_append_new(clauses, json_clause_brief(c, &p->clauses[i]));
    return o;
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    str text;
    (void)app;
    if (!api_query_text(c, "text", &text))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", json_null());
    for (size_t i = 0; i < p->policy_count; i++) {
        json_t *one = policy_json(c, &p->policies[i], str_trim(text));
        if (!text.bytes || json_array_size(json_object_get(one, "clauses")))
            json_array_append_new(items, one);
        else
            json_decref(one);
    }
    http_reply_json(req, 200, o);
}

/* ---- one clause ---- */

static void set_rules(struct call *c, json_t *o, const struct pack_clause *clause)
{
    json_t *conditions = json_array(), *rules = json_array();
    struct arena *room = policy_arena(&c->op);
    struct dmn_sheet *s = NULL;
    struct diag ignored = { 0 };
    json_object_set_new(o, "conditions", conditions);
    json_object_set_new(o, "rules", rules);
    if (!room || pack_clause_sheet(room, clause, &s, NULL, &ignored) != OK || !s)
        return;
    for (size_t i = 0; i < dmn_sheet_input_count(s); i++) {
        json_t *one = json_object(), *tests = json_array();
        json_object_set_new(one, "name", json_name(pack_said(dmn_sheet_input_name(s, i))));
        for (size_t r = 0; r < dmn_sheet_rule_count(s); r++)
            json_array_append_new(tests, json_from_str(dmn_sheet_cell(s, r, i)));
        json_object_set_new(one, "tests", tests);
        json_array_append_new(conditions, one);
    }
    for (size_t r = 0; r < dmn_sheet_rule_count(s); r++) {
        json_t *one = json_object();
        json_object_set_new(one, "label", json_name(pack_said(dmn_sheet_rule_label(s, r))));
        json_set_str(one, "amount", dmn_sheet_result(s, r));
        json_array_append_new(rules, one);
    }
}

static json_t *facts_json(struct call *c, const struct pack_clause *clause, int64_t year)
{
    json_t *list = json_array();
    for (size_t i = 0; i < clause->fact_count; i++) {
        const struct pack_fact *f = &clause->facts[i];
        json_t *o = json_object();
        if (f->period) {
            json_decref(o);
            continue;
        }
        json_set_str(o, "input", f->input);
        json_object_set_new(o, "name", json_name(policy_fact_name(c->op.arena, f, year)));
        json_object_set_new(o, "unit", json_unit(zone_pack(c->api->zone), f->unit));
        json_object_set_new(o, "ask", json_boolean(f->ask));
        policy_set_codes(o, f);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *parameters_json(struct call *c, const struct pack_clause *clause, int64_t day)
{
    json_t *list = json_array();
    for (size_t i = 0; i < clause->parameter_count; i++) {
        const struct pack_parameter *p = clause->parameters[i];
        const struct pack_parameter_value *v = pack_parameter_on(p, day);
        json_t *o = json_object();
        json_set_str(o, "code", p->code);
        json_object_set_new(o, "name", json_name(p->name));
        json_object_set_new(o, "unit", json_name(p->unit));
        json_object_set(o, "value", v ? feel_to_json(c->op.arena, v->value) : json_null());
        json_object_set_new(o, "law", v ? json_name(v->law) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *examples_json(struct call *c, const struct pack_clause *clause)
{
    json_t *list = json_array();
    for (size_t i = 0; i < clause->example_count; i++) {
        const struct pack_example *x = &clause->examples[i];
        json_t *o = json_object(), *missing = json_array();
        json_object_set_new(o, "name", json_name(x->name));
        json_object_set(o, "given", feel_to_json(c->op.arena, x->given));
        json_object_set_new(o, "fen", x->pays ? json_integer(x->fen) : json_null());
        for (size_t k = 0; k < x->missing_count; k++)
            json_array_append_new(missing, json_from_str(x->missing[k]));
        json_object_set_new(o, "missing", missing);
        json_array_append_new(list, o);
    }
    return list;
}

static void set_terms(struct call *c, json_t *o, const struct pack_clause *clause)
{
    json_t *excludes = json_array();
    json_object_set_new(o, "text", json_name(clause->text));
    json_object_set_new(o, "law", json_name(clause->law));
    json_set_str_or_null(o, "fund", clause->fund);
    json_set_str(o, "decision", clause->decision_name);
    json_set_str(o, "decisionFile", clause->decision_file);
    json_set_int(o, "noticeDays", clause->notice_days);
    json_object_set_new(o, "once", json_boolean(clause->once));
    json_object_set_new(o, "mostFen", clause->most_fen ? json_integer(clause->most_fen) : json_null());
    for (size_t i = 0; i < clause->exclude_count; i++)
        json_array_append_new(excludes,
            json_clause_brief(c, pack_clause(zone_pack(c->api->zone), clause->excludes[i])));
    json_object_set_new(o, "excludes", excludes);
    json_object_set_new(o, "issuer", json_name(clause->policy->issuer));
    json_set_str_or_null(o, "number", clause->policy->number);
    json_set_str_or_null(o, "source", clause->policy->source);
    json_set_date(o, "issued", clause->policy->issued);
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t today = zone_local_days(c->api->zone, c->op.now_ms);
    const struct pack_clause *clause = api_clause(c, http_param(req, "clause"));
    (void)app;
    if (!clause)
        return;
    int64_t year = policy_year(clause, today);
    json_t *o = json_keep(req->arena, json_clause_brief(c, clause));
    set_terms(c, o, clause);
    json_set_int(o, "year", year);
    set_rules(c, o, clause);
    json_object_set_new(o, "facts", facts_json(c, clause, year));
    json_object_set_new(o, "parameters", parameters_json(c, clause, today));
    json_object_set_new(o, "examples", examples_json(c, clause));
    json_object_set_new(o, "mayPrice", json_boolean(actor_may(&c->actor, "policy.price")));
    json_object_set_new(o, "mayDraw",
        json_boolean(pack_clause_reviews(clause, c->actor.role)
            || pack_clause_approves(clause, c->actor.role)));
    http_reply_json(req, 200, o);
}

/* ---- against the register ---- */

static const char *const verdicts[]
    = { "qualifies", "refused", "missing", "barred", "clash", NULL };

struct matching {
    struct call *c;
    const struct policy_facts *facts;
    struct dmn_sheet *sheet;
    str only;
    int64_t after, limit, sums[5], fen, last;
    struct policy_row rows[POLICY_PAGE_MAX];
    size_t row_count;
    bool more;
};

static int verdict_of(const struct policy_row *r)
{
    if (r->bar != POLICY_BAR_NONE)
        return 3;
    return r->rule >= 0 ? 0 : r->rule == DMN_SHEET_OPEN ? 2 : r->rule == DMN_SHEET_CLASH ? 4 : 1;
}

static enum err take_row(void *ctx, const struct policy_row *r)
{
    struct matching *m = ctx;
    int v = verdict_of(r);
    m->sums[v]++;
    m->fen += r->fen;
    if ((m->only.bytes && !str_is(m->only, verdicts[v])) || (int64_t)r->row < m->after)
        return OK;
    if ((int64_t)m->row_count == m->limit) {
        m->more = true;
        return OK;
    }
    m->rows[m->row_count++] = *r;
    m->last = (int64_t)r->row + 1;
    return OK;
}

static json_t *row_json(struct matching *m, const struct policy_row *r)
{
    struct op *op = &m->c->op;
    const struct policy_facts *f = m->facts;
    json_t *o = json_object();
    json_set_id(o, "subject", f->ids[r->row]);
    json_set_str(o, "key", f->keys[r->row]);
    json_set_str(o, "label", f->labels[r->row]);
    json_set_str(o, "verdict", str_from(verdicts[verdict_of(r)]));
    json_set_int(o, "fen", r->fen);
    json_object_set_new(o, "bar", r->bar ? json_name(policy_bar_names[r->bar]) : json_null());
    json_object_set_new(o, "missing", policy_missing(op, f, r->missing));
    json_object_set_new(o, "facts", policy_row_facts(op, f, r->row));
    json_object_set_new(o, "why", policy_row_why(op, m->sheet, f, r));
    return o;
}

static enum err run_match(struct matching *m, const struct pack_clause *clause, int64_t day, str payee)
{
    struct op *op = &m->c->op;
    struct policy_facts *f;
    struct arena *room = policy_arena(op);
    struct policy_asking q = { .clause = clause, .day = day, .labels = true, .payee = payee };
    TRY(diag_arena(op->diag, op->arena));
    TRY(policy_read_facts(op, room, &q, &f));
    m->facts = f;
    TRY(policy_sheet(op, room, f, &m->sheet));
    return policy_run(op, m->sheet, f, take_row, m);
}

static json_t *match_json(struct matching *m, const struct pack_clause *clause, int64_t day)
{
    json_t *o = json_keep(m->c->op.arena, json_object()), *items = json_array();
    json_set_str(o, "clause", clause->code);
    json_set_date(o, "day", day);
    json_set_int(o, "year", m->facts->year);
    json_set_int(o, "seen", (int64_t)m->facts->rows);
    for (int i = 0; i < 5; i++)
        json_set_int(o, verdicts[i], m->sums[i]);
    json_set_int(o, "fen", m->fen);
    for (size_t i = 0; i < m->row_count; i++)
        json_array_append_new(items, row_json(m, &m->rows[i]));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", m->more ? json_integer(m->last) : json_null());
    return o;
}

static void match(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct matching *m = ARENA_NEW(req->arena, struct matching);
    const struct pack_clause *clause;
    int64_t day;
    str payee;
    (void)app;
    if (!m) {
        api_fail(c);
        return;
    }
    *m = (struct matching){ .c = c, .limit = 50 };
    if (!api_benefits_seen(c) || !(clause = api_clause(c, http_param(req, "clause")))
        || !api_query_day(c, "day", &day) || !api_query_word(c, "verdict", verdicts, &m->only)
        || !api_query_int(c, "limit", 1, POLICY_PAGE_MAX, &m->limit)
        || !api_query_int(c, "after", 0, POLICY_ROWS_MAX, &m->after)
        || !api_query(c, "key", &payee) || !api_read(c))
        return;
    enum err e = run_match(m, clause, day, payee);
    json_t *o = e == OK ? match_json(m, clause, day) : NULL;
    api_read_answer(c, e, o);
}

static const struct api_param list_params[] = { { "text", "string", "words that stand in it" }, { 0 } };
static const struct api_param match_params[] = { { "day", "date", "today when absent" },
    { "verdict", "string", "qualifies refused missing barred clash" }, { "limit", "integer", "1 to 500" },
    { "after", "integer", "`next` of the page before" }, { "key", "string", "only who is paid so" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route policy_routes[] = {
    { "GET", "/api/policies", list, 0, NULL,
        DOC("listPolicies", "The library of policies with their clauses", "policies", API_PUBLIC, NULL,
            "[Policy]", 0, list_params) },
    { "GET", "/api/policies/clauses/{clause}", show, 0, NULL,
        DOC("getClause", "A clause: its text, its rule, where its facts stand, worked examples", "policies",
            API_PUBLIC, NULL, "Clause", 0, NULL) },
    { "GET", "/api/policies/clauses/{clause}/match", match, 0, NULL,
        DOC("matchClause", "Who qualifies, who does not and why, whose facts are missing", "policies",
            API_SESSION, NULL, "Match", 0, match_params) },
    { 0 },
};
