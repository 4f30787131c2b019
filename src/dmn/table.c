/*
 * Decision tables (clause 8). Compiled into the surrounding program as one node of our own: each
 * input column is an expression and a local, each cell a test on that local, each output cell an
 * expression. A cell "-" costs nothing when the table is decided.
 *
 * Rules are looked at from top to bottom; F stops at the first that matches. With U, more than one
 * match is null and a warning that names the rules, never a silent choice.
 */
#include "dmn/internal.h"

#include <string.h>

static struct arena *arena_of(const struct compiling *c)
{
    return c->element->model->set->arena;
}

static const struct feel_node *compile_tests(
    struct compiling *c, const struct xml_node *at, str text, uint32_t slot)
{
    const struct feel_node *n = feel_build_tests(c->builder, text, slot);
    if (n || feel_builder_err(c->builder) == ERR_MEMORY)
        return n;
    diag_field(&c->diag, c->element->name);
    dmn_fault_feel(c->element->model, at, &c->diag);
    memset(&c->diag, 0, sizeof c->diag);
    feel_builder_clear(c->builder);
    return feel_build_constant(c->builder, feel_boolean(false));
}

static const struct xml_node *nth(const struct xml_node *n, const char *name, size_t index)
{
    const struct xml_node *found = xml_child(n, name);
    while (found && index--)
        found = xml_again(found);
    return found;
}

static str column_expression(const struct table *t, size_t index)
{
    return str_trim(
        xml_child_text(xml_child(nth(t->xml, "input", index), "inputExpression"), "text"));
}

/* One column: its expression, its local, and the tests of every rule in it. */
static bool input_column(struct compiling *c, struct table *t, const struct xml_node *input,
    size_t index, const struct feel_node ***tests)
{
    const struct xml_node *expression = xml_child(input, "inputExpression");
    const struct xml_node *text = xml_child(expression, "text");
    struct table_input *column = &t->inputs[index];
    if (!text || !str_trim(text->text).bytes)
        dmn_fault(c->element->model, input, ERR_INVALID, "输入列没有表达式%.*s",
            "an input column has no expression%.*s", STR_NONE);
    column->name = xml_attribute(input, "label");
    if (!column->name.bytes && text)
        column->name = str_trim(text->text);
    column->expression = text ? dmn_compile_text(c, text, text->text)
                              : feel_build_constant(c->builder, feel_null());
    const struct feel_type *type = expression
        ? dmn_type(c->element->model, xml_attribute(expression, "typeRef"), expression)
        : NULL;
    if (column->expression && type)
        column->expression = feel_build_coerce(c->builder, column->expression, type);
    if (!column->expression || !feel_build_open(c->builder)
        || !feel_build_declare(c->builder, STR("?"),
            type ? type : feel_node_type(column->expression), &column->slot))
        return false;
    size_t rule = 0;
    for (const struct xml_node *r = xml_child(t->xml, "rule"); r; r = xml_again(r), rule++) {
        const struct xml_node *cell = nth(r, "inputEntry", index);
        const struct xml_node *cell_text = xml_child(cell, "text");
        str test = cell_text ? str_trim(cell_text->text) : STR_NONE;
        if (!test.bytes || str_is(test, "-"))
            continue;
        if (!(tests[rule][index] = compile_tests(c, cell_text, cell_text->text, column->slot)))
            return false;
    }
    feel_build_close(c->builder);
    return true;
}

/* outputValues: their order is the priority for P and O. */
static bool output_values(struct compiling *c, struct table_output *o, const struct xml_node *n)
{
    str text = xml_child_text(xml_child(n, "outputValues"), "text");
    if (!text.bytes)
        return true;
    str rest = text;
    size_t capacity = 1;
    for (size_t i = 0; i < text.bytes; i++)
        capacity += text.data[i] == ',';
    o->values = ARENA_ARRAY(arena_of(c), const struct feel_node *, capacity);
    if (!o->values)
        return false;
    /* commas inside quotes and brackets do not separate */
    size_t start = 0, depth = 0;
    bool quoted = false;
    for (size_t i = 0; i <= rest.bytes; i++) {
        char ch = i < rest.bytes ? rest.data[i] : ',';
        quoted ^= ch == '"' && (i == 0 || rest.data[i - 1] != '\\');
        depth += !quoted && (ch == '(' || ch == '[');
        depth -= !quoted && depth && (ch == ')' || ch == ']');
        if (ch != ',' || (quoted && i < rest.bytes) || (depth && i < rest.bytes))
            continue;
        str one = str_trim(str_slice(rest, start, i));
        start = i + 1;
        const struct feel_node *v
            = one.bytes ? dmn_compile_text(c, xml_child(n, "outputValues"), one) : NULL;
        if (one.bytes && !v)
            return false;
        if (v)
            o->values[o->value_count++] = v;
    }
    return true;
}

static bool output_column(struct compiling *c, struct table *t, const struct xml_node *n,
    size_t index, const struct feel_node ***results)
{
    struct table_output *o = &t->outputs[index];
    const struct xml_node *otherwise = xml_child(xml_child(n, "defaultOutputEntry"), "text");
    o->name = xml_attribute(n, "name");
    o->label = xml_attribute(n, "label");
    o->type = dmn_type(c->element->model, xml_attribute(n, "typeRef"), n);
    if (t->output_count > 1 && !o->name.bytes)
        dmn_fault(c->element->model, n, ERR_INVALID, "有多个输出列时每列都要有名称%.*s",
            "where there are several outputs, each needs a name%.*s", STR_NONE);
    if (otherwise && str_trim(otherwise->text).bytes) {
        if (!(o->otherwise = dmn_compile_text(c, otherwise, otherwise->text)))
            return false;
        if (o->type && !(o->otherwise = feel_build_coerce(c->builder, o->otherwise, o->type)))
            return false;
    }
    if (!output_values(c, o, n))
        return false;
    size_t rule = 0;
    for (const struct xml_node *r = xml_child(t->xml, "rule"); r; r = xml_again(r), rule++) {
        const struct xml_node *text = xml_child(nth(r, "outputEntry", index), "text");
        const struct feel_node *cell = text && str_trim(text->text).bytes
            ? dmn_compile_text(c, text, text->text)
            : feel_build_constant(c->builder, feel_null());
        if (cell && o->type)
            cell = feel_build_coerce(c->builder, cell, o->type);
        if (!(results[rule][index] = cell))
            return false;
    }
    return true;
}

static void hit_policy(struct compiling *c, struct table *t)
{
    static const struct {
        const char *name;
        char letter;
    } policies[] = { { "UNIQUE", 'U' }, { "ANY", 'A' }, { "PRIORITY", 'P' }, { "FIRST", 'F' },
        { "RULE ORDER", 'R' }, { "OUTPUT ORDER", 'O' }, { "COLLECT", 'C' } },
      aggregations[] = { { "SUM", '+' }, { "MIN", '<' }, { "MAX", '>' }, { "COUNT", '#' } };
    str policy = xml_attribute(t->xml, "hitPolicy"), how = xml_attribute(t->xml, "aggregation");
    t->policy = policy.bytes ? 0 : 'U';
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (str_is(policy, policies[i].name))
            t->policy = policies[i].letter;
    for (size_t i = 0; i < sizeof aggregations / sizeof *aggregations; i++)
        if (str_is(how, aggregations[i].name))
            t->aggregation = aggregations[i].letter;
    if (!t->policy)
        dmn_fault(c->element->model, t->xml, ERR_UNSUPPORTED, "不支持命中策略“%.*s”",
            "hit policy \"%.*s\" is not supported", policy);
    if (how.bytes && (!t->aggregation || t->policy != 'C'))
        dmn_fault(c->element->model, t->xml, ERR_INVALID, "汇总方式“%.*s”有误",
            "aggregation \"%.*s\" is not valid here", how);
    if (t->aggregation && t->output_count > 1)
        dmn_fault(c->element->model, t->xml, ERR_INVALID, "汇总方式“%.*s”只能有一个输出列",
            "aggregation \"%.*s\" allows one output only", how);
}

static void check_rule(struct compiling *c, const struct table *t, const struct xml_node *r)
{
    if (xml_count(r, "inputEntry") != t->input_count
        || xml_count(r, "outputEntry") != t->output_count)
        dmn_fault(c->element->model, r, ERR_INVALID, "规则的单元格数与列数不符%.*s",
            "a rule has not as many cells as the table has columns%.*s", STR_NONE);
}

static bool rules(struct compiling *c, struct table *t, const struct feel_node ***tests,
    const struct feel_node ***results)
{
    size_t i = 0;
    for (const struct xml_node *r = xml_child(t->xml, "rule"); r; r = xml_again(r), i++) {
        check_rule(c, t, r);
        tests[i] = ARENA_ARRAY(arena_of(c), const struct feel_node *, t->input_count);
        results[i] = ARENA_ARRAY(arena_of(c), const struct feel_node *, t->output_count);
        if (!tests[i] || !results[i])
            return false;
        str label = xml_child_text(xml_child(r, "annotationEntry"), "text");
        t->rules[i] = (struct table_rule){ .tests = tests[i], .results = results[i],
            .line = r->line, .label = label.bytes ? label : xml_child_text(r, "description") };
    }
    return true;
}

/* A single output's own type, or a context of the outputs; a list of it for R, O and C. */
static const struct feel_type *table_type(struct compiling *c, const struct table *t)
{
    struct feel_type *one = ARENA_NEW(arena_of(c), struct feel_type);
    struct feel_type *many = ARENA_NEW(arena_of(c), struct feel_type);
    struct feel_field *fields = ARENA_ARRAY(arena_of(c), struct feel_field, t->output_count);
    if (!one || !many || !fields || t->aggregation || !t->output_count)
        return NULL;
    for (size_t i = 0; i < t->output_count; i++)
        fields[i] = (struct feel_field){ t->outputs[i].name, t->outputs[i].type };
    *one = (struct feel_type){ .form = FEEL_TYPE_CONTEXT, .fields = fields,
        .field_count = t->output_count };
    const struct feel_type *item = t->output_count == 1 ? t->outputs[0].type : one;
    if (t->policy != 'R' && t->policy != 'O' && t->policy != 'C')
        return item;
    *many = (struct feel_type){ .form = FEEL_TYPE_LIST, .item = item };
    return many;
}

const struct feel_node *dmn_compile_table(struct compiling *c, const struct xml_node *n)
{
    struct arena *a = arena_of(c);
    struct table *t = ARENA_NEW(a, struct table);
    if (!t)
        return NULL;
    t->xml = n;
    t->input_count = xml_count(n, "input");
    t->output_count = xml_count(n, "output");
    t->rule_count = xml_count(n, "rule");
    t->inputs = ARENA_ARRAY(a, struct table_input, t->input_count);
    t->outputs = ARENA_ARRAY(a, struct table_output, t->output_count);
    t->rules = ARENA_ARRAY(a, struct table_rule, t->rule_count);
    const struct feel_node ***tests = ARENA_ARRAY(a, const struct feel_node **, t->rule_count);
    const struct feel_node ***results = ARENA_ARRAY(a, const struct feel_node **, t->rule_count);
    if (!t->inputs || !t->outputs || !t->rules || !tests || !results
        || !rules(c, t, tests, results))
        return NULL;
    hit_policy(c, t);
    if (!t->output_count)
        dmn_fault(c->element->model, n, ERR_INVALID, "决策表没有输出列%.*s",
            "the decision table has no output%.*s", STR_NONE);
    size_t i = 0;
    for (const struct xml_node *input = xml_child(n, "input"); input; input = xml_again(input))
        if (!input_column(c, t, input, i++, tests))
            return NULL;
    i = 0;
    for (const struct xml_node *o = xml_child(n, "output"); o; o = xml_again(o))
        if (!output_column(c, t, o, i++, results))
            return NULL;
    if (!c->element->table)
        c->element->table = t;
    return feel_build_host(c->builder, &dmn_table_kind, t, table_type(c, t));
}

/* ---- deciding ----------------------------------------------------------------------------- */

struct deciding {
    const struct table *table;
    struct feel_machine *m;
    struct run *run;
    struct arena *arena;
    size_t *matched;
    size_t matched_count;
    feel_value *results; /* of the matched rules, in order */
};

static enum err inputs(struct deciding *d)
{
    const struct table *t = d->table;
    struct dmn_trace_step *step = d->run ? d->run->step : NULL;
    struct dmn_trace_value *seen
        = step ? ARENA_ARRAY(d->run->trace->arena, struct dmn_trace_value, t->input_count) : NULL;
    for (size_t i = 0; i < t->input_count; i++) {
        feel_value v;
        TRY(feel_machine_run(d->m, t->inputs[i].expression, &v));
        feel_machine_set_local(d->m, t->inputs[i].slot, v);
        if (seen)
            seen[i] = (struct dmn_trace_value){ .name = t->inputs[i].name,
                .expression = column_expression(t, i),
                .value = feel_copy(d->run->trace->arena, v) };
    }
    if (seen && !step->inputs) {
        step->inputs = seen;
        step->input_count = t->input_count;
    }
    return OK;
}

static enum err matches(struct deciding *d, const struct table_rule *r, bool *yes)
{
    *yes = true;
    for (size_t i = 0; i < d->table->input_count && *yes; i++) {
        feel_value v;
        if (!r->tests[i])
            continue;
        TRY(feel_machine_run(d->m, r->tests[i], &v));
        *yes = feel_is_true(v);
    }
    return OK;
}

static enum err match_rules(struct deciding *d)
{
    for (size_t i = 0; i < d->table->rule_count; i++) {
        bool yes;
        TRY(matches(d, &d->table->rules[i], &yes));
        if (!yes)
            continue;
        d->matched[d->matched_count++] = i;
        if (d->table->policy == 'F')
            break;
    }
    return OK;
}

/* The cells of a rule that say something, from the file. */
static const struct dmn_trace_test *rule_tests(
    struct arena *a, const struct table *t, size_t rule, size_t *count)
{
    struct dmn_trace_test *tests = ARENA_ARRAY(a, struct dmn_trace_test, t->input_count);
    const struct xml_node *row = nth(t->xml, "rule", rule);
    *count = 0;
    for (size_t i = 0; tests && i < t->input_count; i++)
        if (t->rules[rule].tests[i])
            tests[(*count)++] = (struct dmn_trace_test){ .input = t->inputs[i].name,
                .expression = column_expression(t, i),
                .test = str_trim(xml_child_text(nth(row, "inputEntry", i), "text")) };
    return tests;
}

static void trace_rules(struct deciding *d)
{
    struct dmn_trace_step *step = d->run ? d->run->step : NULL;
    if (!step || step->rules)
        return;
    struct dmn_trace_rule *rules
        = ARENA_ARRAY(d->run->trace->arena, struct dmn_trace_rule, d->matched_count);
    for (size_t i = 0; rules && i < d->matched_count; i++) {
        const struct table_rule *r = &d->table->rules[d->matched[i]];
        rules[i] = (struct dmn_trace_rule){ .index = d->matched[i] + 1, .label = r->label,
            .line = r->line };
        rules[i].tests
            = rule_tests(d->run->trace->arena, d->table, d->matched[i], &rules[i].test_count);
    }
    step->rules = rules;
    step->rule_count = rules ? d->matched_count : 0;
}

static enum err memory(struct deciding *d)
{
    return feel_machine_memory(d->m);
}

/* One output: its value; several: a context. */
static enum err combine(
    struct deciding *d, const struct feel_node *const *nodes, feel_value *out)
{
    const struct table *t = d->table;
    if (t->output_count == 1)
        return feel_machine_run(d->m, nodes[0], out);
    struct feel_entry *entries = ARENA_ARRAY(d->arena, struct feel_entry, t->output_count);
    if (!entries)
        return memory(d);
    for (size_t i = 0; i < t->output_count; i++) {
        entries[i].name = t->outputs[i].name;
        TRY(feel_machine_run(d->m, nodes[i], &entries[i].value));
    }
    *out = feel_context_of(d->arena, entries, t->output_count);
    return out->kind == FEEL_NULL ? memory(d) : OK;
}

static enum err defaults(struct deciding *d, feel_value *out)
{
    const struct table *t = d->table;
    const struct feel_node **nodes
        = ARENA_ARRAY(d->arena, const struct feel_node *, t->output_count);
    bool any = false;
    if (!nodes)
        return memory(d);
    *out = feel_null();
    for (size_t i = 0; i < t->output_count; i++) {
        any = any || t->outputs[i].otherwise;
        nodes[i] = t->outputs[i].otherwise;
    }
    if (!any)
        return OK;
    for (size_t i = 0; i < t->output_count; i++)
        if (!nodes[i]) {
            feel_machine_warn(d->m, "输出“%.*s”没有缺省值", "output \"%.*s\" has no default",
                STR_ARGS(t->outputs[i].name));
            return OK;
        }
    return combine(d, nodes, out);
}

static void warn_several(struct deciding *d)
{
    struct buf b;
    buf_init(&b, d->arena, 256);
    for (size_t i = 0; i < d->matched_count && b.bytes < 200; i++)
        buf_printf(&b, i ? ", %zu" : "%zu", d->matched[i] + 1);
    feel_machine_warn(d->m,
        "“唯一”命中策略的决策表有多条规则同时匹配:第 %.*s 条",
        "more than one rule of a table with hit policy unique matches: rules %.*s",
        STR_ARGS(buf_str(&b)));
}

static enum err unique(struct deciding *d, feel_value *out)
{
    if (d->matched_count > 1) {
        warn_several(d);
        *out = feel_null();
        return OK;
    }
    *out = d->results[0];
    return OK;
}

static enum err any(struct deciding *d, feel_value *out)
{
    for (size_t i = 1; i < d->matched_count; i++)
        if (!feel_is_true(feel_equal(d->results[0], d->results[i]))) {
            feel_machine_warn(d->m, "“任意”命中策略要求结果一致,第 %zu 条与第 %zu 条不同",
                "hit policy any wants equal outputs; rules %zu and %zu differ",
                d->matched[0] + 1, d->matched[i] + 1);
            *out = feel_null();
            return OK;
        }
    *out = d->results[0];
    return OK;
}

/* Place of an output's value in its priority list; values not listed come last. */
static enum err priority_of(
    struct feel_machine *m, const struct table_output *o, feel_value v, size_t *place)
{
    for (*place = 0; *place < o->value_count; (*place)++) {
        feel_value listed;
        TRY(feel_machine_run(m, o->values[*place], &listed));
        if (feel_is_true(feel_equal(listed, v)))
            break;
    }
    return OK;
}

enum err dmn_table_precedes(
    struct feel_machine *m, const struct table *t, feel_value a, feel_value b, bool *yes)
{
    *yes = false;
    for (size_t i = 0; i < t->output_count; i++) {
        const feel_value *x = t->output_count == 1 ? &a : &a.context->entries[i].value;
        const feel_value *y = t->output_count == 1 ? &b : &b.context->entries[i].value;
        size_t px, py;
        if (!t->outputs[i].value_count)
            continue;
        TRY(priority_of(m, &t->outputs[i], *x, &px));
        TRY(priority_of(m, &t->outputs[i], *y, &py));
        if (px != py) {
            *yes = px < py;
            return OK;
        }
    }
    return OK;
}

/* Insertion sort: stable, and few rules match. */
static enum err by_priority(struct deciding *d)
{
    for (size_t i = 1; i < d->matched_count; i++) {
        feel_value v = d->results[i];
        size_t k = i;
        for (; k > 0; k--) {
            bool earlier;
            TRY(dmn_table_precedes(d->m, d->table, v, d->results[k - 1], &earlier));
            if (!earlier)
                break;
            d->results[k] = d->results[k - 1];
        }
        d->results[k] = v;
    }
    return OK;
}

static enum err collect(struct deciding *d, feel_value *out)
{
    feel_value list = feel_list_of(d->arena, d->results, d->matched_count);
    if (list.kind == FEEL_NULL)
        return memory(d);
    const char *name = d->table->aggregation == '+' ? "sum"
        : d->table->aggregation == '<'              ? "min"
        : d->table->aggregation == '>'              ? "max"
                                                    : "count";
    *out = list;
    return d->table->aggregation ? feel_machine_builtin(d->m, str_from(name), &list, 1, out) : OK;
}

static enum err outcome(struct deciding *d, feel_value *out)
{
    for (size_t i = 0; i < d->matched_count; i++)
        TRY(combine(d, d->table->rules[d->matched[i]].results, &d->results[i]));
    switch (d->table->policy) {
    case 'U': return unique(d, out);
    case 'A': return any(d, out);
    case 'P':
        TRY(by_priority(d));
        *out = d->results[0];
        return OK;
    case 'O': TRY(by_priority(d)); return collect(d, out);
    case 'R':
    case 'C': return collect(d, out);
    default: *out = d->results[0]; return OK;
    }
}

enum err dmn_table_decide(const void *ctx, struct feel_machine *m, feel_value *out)
{
    struct deciding d = { .table = ctx, .m = m, .run = feel_machine_host(m),
        .arena = feel_machine_arena(m) };
    d.matched = ARENA_ARRAY(d.arena, size_t, d.table->rule_count);
    d.results = ARENA_ARRAY(d.arena, feel_value, d.table->rule_count);
    if (!d.matched || !d.results)
        return memory(&d);
    TRY(inputs(&d));
    TRY(match_rules(&d));
    trace_rules(&d);
    if (d.matched_count || d.table->aggregation == '#')
        return outcome(&d, out);
    feel_machine_warn(m, "决策表没有规则匹配(共 %zu 条)", "no rule of the table's %zu matches",
        d.table->rule_count);
    return defaults(&d, out);
}
