/*
 * A clause's rule over its facts, row by row as they come out of the sheet's blocks; and what is said of
 * one row to a person (policy.h).
 */
#include "zone/policy.h"

#include "zone/pack_decide.h"

#include <stdio.h>
#include <string.h>

enum { CODES_NAMED = 20 };

const struct name2 policy_bar_names[POLICY_BARS] = {
    [POLICY_BAR_NONE] = { STR(""), STR("") },
    [POLICY_BAR_ONCE] = { STR("已经奖励过,本条款只奖一次"), STR("was awarded before; this clause pays once") },
    [POLICY_BAR_YEAR] = { STR("本年度已经奖励"), STR("was awarded for this year") },
    [POLICY_BAR_UNDERWAY] = { STR("已在另一份名单上办理"), STR("stands on another list under way") },
    [POLICY_BAR_EXCLUDED] = { STR("本年度已享受不能同时享受的政策"), STR("was awarded by a clause that excludes this one") },
    [POLICY_BAR_MOST] = { STR("累计奖励已达上限"), STR("the most in all has been reached") },
};
const char *const policy_bar_words[POLICY_BARS] = { "", "once", "year", "underway", "excluded", "most" };

enum err policy_sheet(
    struct op *op, struct arena *a, const struct policy_facts *f, struct dmn_sheet **out)
{
    struct diag why = { 0 };
    const struct pack_clause *c = f->clause;
    TRY(dmn_sheet_create(a, c->model, c->decision, STR("amount"), f->given, f->given_count, NULL, out,
        &why, op->diag));
    if (*out)
        return OK;
    return diag_set(op->diag, ERR_UNSUPPORTED, "规则“%.*s”不能对整张登记表计算:%.400s%.0s",
        "the rule \"%.*s\" cannot be computed over a register: %.0s%.400s", STR_ARGS(c->decision_name),
        why.zh, why.en);
}

/* Nobody gets twice what is paid once, nor more than the most. */
static void apply_bars(const struct policy_facts *f, struct policy_row *r)
{
    const struct pack_clause *c = f->clause;
    if (r->rule < 0)
        return;
    if (f->bars)
        r->bar = (enum policy_bar)f->bars[r->row];
    int64_t left = c->most_fen - (f->awarded ? f->awarded[r->row] : 0);
    if (r->bar == POLICY_BAR_NONE && c->most_fen && r->fen > left) {
        r->fen = left > 0 ? left : 0;
        r->bar = left > 0 ? POLICY_BAR_NONE : POLICY_BAR_MOST;
    }
    if (r->bar != POLICY_BAR_NONE)
        r->fen = 0;
    if (r->fen <= 0 && r->bar == POLICY_BAR_NONE)
        r->rule = DMN_SHEET_NONE; /* an amount of nothing is no benefit */
}

enum err policy_run(struct op *op, struct dmn_sheet *s, const struct policy_facts *f,
    policy_row_fn each, void *ctx)
{
    struct dmn_sheet_rows got;
    for (size_t from = 0; from < f->rows; from += DMN_SHEET_ROWS) {
        size_t rows = f->rows - from < DMN_SHEET_ROWS ? f->rows - from : DMN_SHEET_ROWS;
        TRY(dmn_sheet_run(s, f->columns, from, rows, &got, op->diag));
        for (size_t i = 0; i < rows; i++) {
            struct policy_row r = { .row = from + i, .rule = got.rules[i],
                .fen = got.rules[i] >= 0 ? got.amounts[i] : 0, .missing = got.missing[i],
                .near_rule = got.near_rule[i], .near_input = got.near_input[i],
                .near_value = got.near_value[i], .near_bound = got.near_bound[i] };
            apply_bars(f, &r);
            TRY(each(ctx, &r));
        }
    }
    return OK;
}

/* ---- for a person ---- */

struct name2 policy_fact_name(struct arena *a, const struct pack_fact *f, int64_t year)
{
    if (!f->year || f->before)
        return f->name;
    int y = (int)(year - f->back);
    return (struct name2){ str_printf(a, "%d 年%.*s", y, STR_ARGS(f->name.zh)),
        str_printf(a, "%.*s %d", STR_ARGS(f->name.en), y) };
}

static void set_name(json_t *o, const char *key, struct name2 n)
{
    json_t *v = json_object();
    json_set_str(v, "zh", n.zh);
    json_set_str(v, "en", n.en);
    json_object_set_new(o, key, v);
}

static feel_value fact_value(const struct policy_facts *f, size_t fact, size_t row)
{
    return f->given[fact].same ? f->given[fact].value : feel_column_value(&f->columns[fact], row);
}

/* What the codes of a short table are called, so that a condition can be said in words. */
void policy_set_codes(json_t *o, const struct pack_fact *f)
{
    const struct pack_codes *codes = f->column ? f->column->codes : NULL;
    if (!codes || codes->count > CODES_NAMED)
        return;
    json_t *list = json_object();
    for (size_t i = 0; i < codes->count; i++) {
        char key[64];
        snprintf(key, sizeof key, "%.*s", STR_ARGS(codes->items[i].code));
        set_name(list, key, codes->items[i].name);
    }
    json_object_set_new(o, "codes", list);
}

json_t *policy_row_facts(struct op *op, const struct policy_facts *f, size_t row)
{
    const struct pack_clause *c = f->clause;
    json_t *list = json_array();
    for (size_t i = 0; i < c->fact_count; i++) {
        json_t *o = json_object();
        feel_value v = fact_value(f, i, row);
        json_set_str(o, "input", c->facts[i].input);
        set_name(o, "name", policy_fact_name(op->arena, &c->facts[i], f->year));
        json_object_set(o, "value", feel_to_json(op->arena, v));
        if (v.kind == FEEL_STRING && c->facts[i].column && c->facts[i].column->codes) {
            const struct pack_code *code = pack_code(c->facts[i].column->codes, v.text);
            if (code)
                set_name(o, "shown", code->name);
        }
        policy_set_codes(o, &c->facts[i]);
        json_object_set_new(o, "money",
            json_boolean(c->facts[i].award_count
                || (c->facts[i].column && c->facts[i].column->type == PACK_COLUMN_MONEY)));
        json_array_append_new(list, o);
    }
    for (size_t i = 0; i < c->parameter_count; i++) {
        const struct pack_parameter *p = c->parameters[i];
        const struct pack_parameter_value *v = pack_parameter_on(p, f->day);
        json_t *o = json_object();
        json_set_str(o, "input", p->code);
        set_name(o, "name", p->name);
        json_object_set(o, "value", feel_to_json(op->arena, f->given[c->fact_count + i].value));
        if (v)
            set_name(o, "law", v->law);
        json_array_append_new(list, o);
    }
    return list;
}

json_t *policy_missing(struct op *op, const struct policy_facts *f, uint64_t missing)
{
    const struct pack_clause *c = f->clause;
    json_t *list = json_array();
    for (size_t i = 0; i < f->given_count; i++) {
        if (!(missing >> i & 1))
            continue;
        json_t *o = json_object();
        bool fact = i < c->fact_count;
        const struct pack_unit *unit
            = fact ? pack_unit(zone_pack(op->zone), c->facts[i].unit) : NULL;
        json_set_str(o, "input", f->given[i].name);
        set_name(o, "name", fact ? policy_fact_name(op->arena, &c->facts[i], f->year)
                                 : c->parameters[i - c->fact_count]->name);
        json_object_set_new(o, "ask", json_boolean(fact && c->facts[i].ask));
        json_object_set_new(o, "money",
            json_boolean(fact && c->facts[i].column && c->facts[i].column->type == PACK_COLUMN_MONEY));
        if (unit)
            set_name(o, "unit", unit->name);
        else
            json_object_set_new(o, "unit", json_null());
        json_array_append_new(list, o);
    }
    return list;
}

/* The rule to talk of: the one that holds, came nearest, or has the fewest cells against it. */
static size_t rule_to_tell(const struct dmn_sheet *s, const struct policy_row *row, const int8_t *cells)
{
    size_t inputs = dmn_sheet_input_count(s), best = 0, fewest = SIZE_MAX;
    if (row->rule >= 0)
        return (size_t)row->rule;
    if (row->rule == DMN_SHEET_NONE && row->near_rule >= 0)
        return (size_t)row->near_rule;
    for (size_t r = 0; r < dmn_sheet_rule_count(s); r++) {
        size_t against = 0;
        for (size_t i = 0; i < inputs; i++)
            against += (cells[r * inputs + i] == 0) * 100u + (cells[r * inputs + i] == -1);
        if (against < fewest) {
            fewest = against;
            best = r;
        }
    }
    return best;
}

json_t *policy_row_why(struct op *op, const struct dmn_sheet *s, const struct policy_facts *f,
    const struct policy_row *row)
{
    size_t inputs = dmn_sheet_input_count(s), rules = dmn_sheet_rule_count(s);
    int8_t *cells = ARENA_ARRAY(op->arena, int8_t, inputs * rules + 1);
    feel_value *values = ARENA_ARRAY(op->arena, feel_value, inputs + 1);
    json_t *o = json_object(), *list = json_array();
    struct diag ignored = { 0 };
    json_object_set_new(o, "conditions", list);
    if (!cells || !values || !rules
        || dmn_sheet_explain((struct dmn_sheet *)s, f->columns, row->row, op->arena, cells, values,
               &ignored) != OK)
        return o;
    size_t rule = rule_to_tell(s, row, cells);
    json_set_int(o, "rule", (int64_t)rule + 1);
    set_name(o, "label", pack_said(dmn_sheet_rule_label(s, rule)));
    json_set_str(o, "amount", dmn_sheet_result(s, rule));
    for (size_t i = 0; i < inputs; i++) {
        int8_t cell = cells[rule * inputs + i];
        if (cell == 2)
            continue;
        json_t *c = json_object();
        set_name(c, "name", pack_said(dmn_sheet_input_name(s, i)));
        json_set_str(c, "test", dmn_sheet_cell(s, rule, i));
        json_object_set(c, "value", feel_to_json(op->arena, values[i]));
        json_set_str(c, "verdict", cell == 1 ? STR("holds") : cell == 0 ? STR("fails") : STR("open"));
        if (row->rule == DMN_SHEET_NONE && row->near_input == (int16_t)i)
            json_set_str(c, "gap", policy_gap(op->arena, s, row));
        json_array_append_new(list, c);
    }
    return o;
}

str policy_gap(struct arena *a, const struct dmn_sheet *s, const struct policy_row *row)
{
    if (row->near_input < 0 || row->near_bound == INT64_MIN)
        return STR_NONE;
    int64_t gap = row->near_bound > row->near_value ? row->near_bound - row->near_value
                                                    : row->near_value - row->near_bound;
    if (dmn_sheet_near_is_date(s, (size_t)row->near_input))
        return str_printf(a, "P%lldD", (long long)gap);
    return feel_to_string(a, feel_decimal(gap, dmn_sheet_near_scale(s, (size_t)row->near_input)));
}
