/*
 * Worked examples of a clause: what a clerk computed by hand, run each time the pack is loaded, by the same
 * sheet that matches whole registers.
 *
 *     { "name", "on": "2026-03-01", "given": { input: value … }, "amount": yuan | null }
 *     { "name", "given": { … }, "missing": [input …] }
 *
 * `given` may name parameters too; else they are those in force on the day. An input that has a value
 * for "absent" and is not given has that.
 */
#include "pack/policies_internal.h"

#include <string.h>

enum { EXAMPLES_MAX = 200, ROOM_BYTES_MAX = 64 << 20 };

static const struct dmn_input *input_named(const struct dmn_input *list, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i].name, name))
            return &list[i];
    return NULL;
}

/* ---- over columns at all? ---- */

static enum feel_column_kind kind_of(enum pack_column_type t)
{
    switch (t) {
    case PACK_COLUMN_INT:
    case PACK_COLUMN_MONEY: return FEEL_COLUMN_DECIMAL;
    case PACK_COLUMN_REAL: return FEEL_COLUMN_DOUBLE;
    case PACK_COLUMN_BOOL: return FEEL_COLUMN_BOOLEAN;
    case PACK_COLUMN_DATE: return FEEL_COLUMN_DATE;
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT: return FEEL_COLUMN_TEXT;
    case PACK_COLUMN_INSTANT:
    case PACK_COLUMN_ACCOUNT:
    case PACK_COLUMN_POINT:
    case PACK_COLUMN_SHAPE:
    case PACK_COLUMN_FILES: break;
    }
    return FEEL_COLUMN_OPAQUE;
}

struct feel_column pack_fact_column(const struct pack_fact *f, const str *words, size_t count)
{
    struct feel_column c = { .kind = FEEL_COLUMN_DECIMAL };
    if (f->award_count && f->take != PACK_FACT_COUNT)
        c.scale = 2;
    if (f->period > 1)
        c.kind = FEEL_COLUMN_DATE;
    if (f->period || f->award_count || f->take == PACK_FACT_COUNT)
        return c;
    if (f->take == PACK_FACT_ANY)
        c.kind = FEEL_COLUMN_BOOLEAN;
    else if (f->column)
        c.kind = kind_of(f->column->type);
    if (c.kind == FEEL_COLUMN_DECIMAL && f->column && f->column->type == PACK_COLUMN_MONEY)
        c.scale = 2;
    if (c.kind == FEEL_COLUMN_TEXT) {
        c.words = words;
        c.word_count = count;
    }
    return c;
}

enum err pack_clause_sheet(struct arena *a, const struct pack_clause *c, struct dmn_sheet **out,
    struct diag *why, struct diag *d)
{
    static const str one_word = { "", 0 };
    size_t count = 0;
    struct dmn_sheet_fact *facts
        = ARENA_ARRAY(a, struct dmn_sheet_fact, c->fact_count + c->parameter_count);
    TRY(diag_arena(d, a));
    for (size_t i = 0; i < c->fact_count; i++)
        facts[count++] = (struct dmn_sheet_fact){ .name = c->facts[i].input,
            .column = pack_fact_column(&c->facts[i], &one_word, 1) };
    for (size_t i = 0; i < c->parameter_count; i++)
        facts[count++] = (struct dmn_sheet_fact){ .name = c->parameters[i]->code, .same = true,
            .value = c->parameters[i]->values[0].value };
    return dmn_sheet_create(
        a, c->model, c->decision, STR("amount"), facts, count, NULL, out, why, d);
}

void check_computable(const struct node *n, const struct pack_clause *c)
{
    struct diag d = { 0 }, why = { 0 };
    struct dmn_sheet *sheet = NULL;
    struct arena room; /* what is only tried leaves nothing in the pack */
    if (!c->decision || arena_failed(n->l->arena))
        return;
    arena_init(&room, NULL, ROOM_BYTES_MAX);
    enum err e = pack_clause_sheet(&room, c, &sheet, &why, &d);
    arena_release(&room);
    if (e == ERR_INVALID)
        return; /* an input without a fact has been reported */
    if (e != OK || !sheet)
        FAULT_MEMBER(n, "decision", "决策 “%.*s” 不能对整张登记表计算:%s%.0s",
            "decision \"%.*s\" cannot be computed over a register: %.0s%s", STR_ARGS(c->decision_name),
            e != OK ? d.zh : why.zh, e != OK ? d.en : why.en);
}

/* ---- reading ---- */

static void read_given(const struct node *n, const struct pack_clause *c, struct pack_example *x)
{
    struct arena *a = n->l->arena;
    struct node at = node_get(n, "given", JSON_OBJECT, REQUIRED);
    const struct dmn_input *inputs = NULL;
    size_t input_count = 0, count = 0;
    const char *name;
    json_t *v;
    x->given = feel_null();
    if (!at.v || dmn_decision_inputs(c->model, c->decision, a, &inputs, &input_count) != OK)
        return;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, json_object_size(at.v));
    json_object_foreach((json_t *)at.v, name, v)
    {
        struct diag d = { 0 };
        const struct dmn_input *in = input_named(inputs, input_count, str_from(name));
        if (!in) {
            FAULT_MEMBER(&at, name, "决策没有输入 “%s”", "the decision has no input \"%s\"", name);
            continue;
        }
        entries[count].name = in->name;
        if (feel_from_json(a, v, in->type, &entries[count].value, &d) != OK
            || !feel_conforms(entries[count].value, in->type))
            FAULT_MEMBER(&at, name, "值与输入 “%s” 的类型不符",
                "the value does not fit the type of input \"%s\"", name);
        else
            count++;
    }
    x->given = feel_context_of(a, entries, count);
}

static void read_expected(const struct node *n, struct pack_example *x)
{
    const json_t *amount = json_object_get(n->v, "amount");
    x->missing = node_texts(n, "missing", &x->missing_count, OPTIONAL);
    if (!!amount == !!x->missing_count)
        FAULT(n, "请写明 amount(得多少元,不符合写 null)或 missing(缺哪些事实),二者取一",
            "say either amount (yuan, or null: does not qualify) or missing (which facts)");
    x->pays = json_is_number(amount);
    if (x->pays) {
        double yuan = json_number_value(amount);
        x->fen = (int64_t)(yuan * 100 + (yuan < 0 ? -0.5 : 0.5));
    } else if (amount && !json_is_null(amount)) {
        FAULT_MEMBER(n, "amount", "amount 应是数或 null", "amount must be a number or null");
    }
}

/* ---- running ---- */

static feel_value value_of(
    const struct pack_clause *c, const struct pack_example *x, size_t i, str *name)
{
    bool fact = i < c->fact_count;
    struct date day = date_from_days(x->on);
    *name = fact ? c->facts[i].input : c->parameters[i - c->fact_count]->code;
    const feel_value *given = feel_get(x->given, *name);
    if (given)
        return *given;
    if (fact && c->facts[i].period)
        return pack_fact_period(c->facts[i].period, day.year - c->year_back);
    if (fact)
        return c->facts[i].has_absent ? c->facts[i].absent : feel_null();
    const struct pack_parameter_value *v = pack_parameter_on(c->parameters[i - c->fact_count], x->on);
    return v ? v->value : feel_null();
}

static bool same_names(const struct dmn_sheet_fact *facts, uint64_t bits, const struct pack_example *x)
{
    size_t found = 0;
    for (size_t i = 0; i < 64; i++) {
        if (!(bits >> i & 1))
            continue;
        for (size_t k = 0; k < x->missing_count; k++)
            found += str_equal(x->missing[k], facts[i].name);
        found += UINT64_C(1) << 32;
    }
    return found == ((uint64_t)x->missing_count << 32) + x->missing_count;
}

static const char *outcome_text(struct arena *a, const struct dmn_sheet_rows *r,
    const struct dmn_sheet_fact *facts, bool chinese)
{
    struct buf b;
    buf_init(&b, a, 2000);
    if (r->rules[0] >= 0)
        buf_printf(&b, "%lld.%02lld %s", (long long)(r->amounts[0] / 100),
            (long long)(r->amounts[0] % 100), chinese ? "元" : "yuan");
    else if (r->rules[0] == DMN_SHEET_CLASH)
        buf_add(&b, chinese ? STR("两条规则同时相符") : STR("two rules hold at once"));
    else if (r->rules[0] == DMN_SHEET_NONE)
        buf_add(&b, chinese ? STR("不符合条件") : STR("does not qualify"));
    else
        buf_add(&b, chinese ? STR("缺少") : STR("missing"));
    for (size_t i = 0; r->rules[0] == DMN_SHEET_OPEN && i < 64; i++)
        if (r->missing[0] >> i & 1)
            buf_printf(&b, " %.*s", STR_ARGS(facts[i].name));
    const char *text = str_terminated(a, buf_str(&b));
    return text ? text : "";
}

static void try_example(const struct node *n, const struct pack_clause *c, const struct pack_example *x,
    struct arena *a)
{
    struct diag d = { 0 };
    struct dmn_sheet *sheet = NULL;
    struct dmn_sheet_rows r;
    struct feel_column none[DMN_SHEET_FACTS_MAX] = { 0 };
    size_t count = c->fact_count + c->parameter_count;
    struct dmn_sheet_fact *facts = ARENA_ARRAY(a, struct dmn_sheet_fact, count);
    if (!facts || count > DMN_SHEET_FACTS_MAX)
        return;
    for (size_t i = 0; i < count; i++) {
        facts[i].same = true;
        facts[i].value = value_of(c, x, i, &facts[i].name);
    }
    if (dmn_sheet_create(a, c->model, c->decision, STR("amount"), facts, count, NULL, &sheet, NULL, &d)
            != OK
        || !sheet || dmn_sheet_run(sheet, none, 0, 1, &r, &d) != OK)
        return; /* reported by check_computable */
    bool right = x->missing_count ? r.rules[0] == DMN_SHEET_OPEN && same_names(facts, r.missing[0], x)
        : x->pays ? r.rules[0] >= 0 && r.amounts[0] == x->fen : r.rules[0] == DMN_SHEET_NONE;
    if (!right)
        FAULT(n, "算例与规则不符,规则算得:%s%.0s", "the example does not come out: the rule gives %.0s%s",
            outcome_text(a, &r, facts, true), outcome_text(a, &r, facts, false));
}

static void run_example(const struct node *n, const struct pack_clause *c, const struct pack_example *x)
{
    struct arena room;
    if (arena_failed(n->l->arena) || n->l->options->examples_aside)
        return;
    arena_init(&room, NULL, ROOM_BYTES_MAX);
    try_example(n, c, x, &room);
    arena_release(&room);
}

void read_examples(const struct node *n, struct pack_clause *c)
{
    static const char *const known[] = { "name", "on", "given", "amount", "missing", NULL };
    struct node list = node_get(n, "examples", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    struct pack_example *examples = ARENA_ARRAY(n->l->arena, struct pack_example, count);
    c->examples = examples;
    if (list.v && !count)
        FAULT(&list, "至少要有一个算例", "there must be at least one worked example");
    for (size_t i = 0; examples && c->decision && i < count && i < EXAMPLES_MAX; i++) {
        struct node at = node_at(&list, i);
        struct pack_example *x = &examples[i];
        struct date day;
        if (!node_members(&at, known))
            continue;
        x->name = node_name(&at, "name", REQUIRED);
        str on = node_text(&at, "on", OPTIONAL);
        x->on = date_parse(on, &day) ? date_to_days(day) : c->from;
        if (on.bytes && !date_parse(on, &day))
            FAULT_MEMBER(&at, "on", "on 应是日期,如 2026-03-01", "on must be a date like 2026-03-01");
        size_t before = n->l->faults->total;
        read_given(&at, c, x);
        read_expected(&at, x);
        c->example_count++;
        if (n->l->faults->total == before)
            run_example(&at, c, x);
    }
}

/* ---- for those who match and price ---- */

feel_value pack_fact_period(int period, int64_t year)
{
    if (period == 1)
        return feel_integer(year);
    return feel_date((struct date){ (int32_t)year, period == 2 ? 1 : 12, period == 2 ? 1 : 31 });
}

const struct pack_policy *pack_policy(const struct pack *p, str code)
{
    for (size_t i = 0; i < p->policy_count; i++)
        if (str_equal(p->policies[i].code, code))
            return &p->policies[i];
    return NULL;
}

const struct pack_clause *pack_clause(const struct pack *p, str code)
{
    for (size_t i = 0; i < p->policy_count; i++)
        for (size_t k = 0; k < p->policies[i].clause_count; k++)
            if (str_equal(p->policies[i].clauses[k].code, code))
                return &p->policies[i].clauses[k];
    return NULL;
}

bool pack_clause_valid(const struct pack_clause *c, int64_t day)
{
    return c->from <= day && day <= c->to;
}

static bool among(const str *roles, size_t count, const struct pack_role *r)
{
    for (size_t i = 0; r && i < count; i++)
        if (str_equal(roles[i], r->code))
            return true;
    return false;
}

bool pack_clause_reviews(const struct pack_clause *c, const struct pack_role *r)
{
    return among(c->review_roles, c->review_role_count, r);
}

bool pack_clause_approves(const struct pack_clause *c, const struct pack_role *r)
{
    return among(c->approve_roles, c->approve_role_count, r);
}

const char *pack_policy_way_word(enum pack_policy_way way)
{
    return way == PACK_POLICY_AUTOMATIC ? "automatic" : "claim";
}

enum err pack_clause_with(struct arena *a, const struct pack *p, const struct pack_clause *c,
    const struct dmn_model *m, struct pack_clause *out, struct diag *d)
{
    const struct dmn_input *inputs;
    size_t count;
    struct pack_clause n = *c;
    n.model = m;
    n.decision = dmn_decision_find(m, c->decision_name);
    if (!n.decision)
        return diag_set(d, ERR_INVALID, "文件中没有决策“%.*s”", "the file holds no decision \"%.*s\"",
            STR_ARGS(c->decision_name));
    TRY(dmn_decision_inputs(m, n.decision, a, &inputs, &count));
    n.facts = ARENA_ARRAY(a, struct pack_fact, count);
    n.parameters = ARENA_ARRAY(a, const struct pack_parameter *, count);
    TRY(diag_arena(d, a));
    n.fact_count = n.parameter_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct pack_fact *found = NULL;
        for (size_t k = 0; k < c->fact_count; k++)
            if (str_equal(c->facts[k].input, inputs[i].name))
                found = &c->facts[k];
        const struct pack_parameter *parameter = found ? NULL : pack_parameter(p, inputs[i].name);
        const struct pack_column *own
            = found || parameter ? NULL : pack_column(c->audience, inputs[i].name);
        if (found)
            n.facts[n.fact_count++] = *found;
        else if (parameter)
            n.parameters[n.parameter_count++] = parameter;
        else if (own)
            n.facts[n.fact_count++] = (struct pack_fact){ .input = inputs[i].name, .name = own->title,
                .type = inputs[i].type, .r = c->audience, .column = own };
        else
            return diag_set(d, ERR_INVALID, "条款没有说明输入“%.*s”从哪里来",
                "the clause does not say where input \"%.*s\" stands", STR_ARGS(inputs[i].name));
    }
    *out = n;
    return OK;
}
