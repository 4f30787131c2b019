/*
 * Making a sheet (sheet.h): the facts and required decisions that the table reads become columns, each
 * cell and each result a set of passes over them. What cannot become one ends the making with a reason.
 */
#include "dmn/sheet_internal.h"

#include "feel/number.h"

#include <string.h>

enum { SCRATCH_BYTES_MAX = 16 << 20 };

struct making {
    struct dmn_sheet *s;
    struct diag *why, *d;
    bool covered;
};

#define UNCOVERED(k, ...)                                                                          \
    do {                                                                                           \
        if ((k)->covered && (k)->why)                                                              \
            (void)diag_set((k)->why, ERR_UNSUPPORTED, __VA_ARGS__);                                \
        (k)->covered = false;                                                                      \
    } while (0)

/* ---- constants as columns ---- */

/* The same value in every row of a block. */
static enum err same_column(struct making *k, struct dmn_sheet_fact *f)
{
    struct arena *a = k->s->arena;
    struct feel_column *c = &f->column;
    int64_t *numbers = ARENA_ARRAY(a, int64_t, DMN_SHEET_ROWS);
    if (!numbers)
        return diag_arena(k->d, a);
    *c = (struct feel_column){ .kind = FEEL_COLUMN_OPAQUE, .values = numbers };
    if (f->value.kind == FEEL_NULL)
        c->kind = FEEL_COLUMN_NONE;
    if (f->value.kind == FEEL_NUMBER && f->value.scale <= FEEL_SCALE_MAX) {
        c->kind = FEEL_COLUMN_DECIMAL;
        c->scale = f->value.scale;
        for (size_t i = 0; i < DMN_SHEET_ROWS; i++)
            numbers[i] = f->value.coefficient;
    }
    if (f->value.kind == FEEL_BOOLEAN) {
        c->kind = FEEL_COLUMN_BOOLEAN;
        memset(numbers, f->value.boolean, DMN_SHEET_ROWS);
    }
    if (f->value.kind == FEEL_DATE) {
        c->kind = FEEL_COLUMN_DATE;
        for (size_t i = 0; i < DMN_SHEET_ROWS; i++)
            ((int32_t *)numbers)[i] = (int32_t)date_to_days(f->value.date);
    }
    if (f->value.kind == FEEL_STRING) {
        str *word = ARENA_NEW(a, str);
        if (!word)
            return diag_arena(k->d, a);
        *word = f->value.text;
        c->kind = FEEL_COLUMN_TEXT; /* all rows have word 0 */
        c->words = word;
        c->word_count = 1;
    }
    return OK;
}

/* ---- scopes ---- */

static int fact_named(const struct dmn_sheet *s, str name)
{
    for (size_t i = 0; i < s->fact_count; i++)
        if (str_equal(s->facts[i].name, name))
            return (int)i;
    return -1;
}

/* Would the declared type leave the values of such a column as they are? */
static bool keeps(const struct feel_type *t, enum feel_column_kind kind)
{
    static const enum feel_kind kinds[] = { [FEEL_COLUMN_DECIMAL] = FEEL_NUMBER,
        [FEEL_COLUMN_DOUBLE] = FEEL_NUMBER, [FEEL_COLUMN_TEXT] = FEEL_STRING,
        [FEEL_COLUMN_BOOLEAN] = FEEL_BOOLEAN, [FEEL_COLUMN_DATE] = FEEL_DATE };
    if (!t || kind == FEEL_COLUMN_NONE)
        return true;
    return !t->allowed
        && (t->form == FEEL_TYPE_ANY
            || (kind != FEEL_COLUMN_OPAQUE && t->form == FEEL_TYPE_SIMPLE && t->kind == kinds[kind]));
}

static enum err derive(struct making *k, const struct element *e, int *out);

/* What a global stands for: its column, and where its values come from. */
static enum err bind_slot(struct making *k, const struct element *e, struct sheet_scope *scope, size_t i)
{
    struct dmn_sheet *s = k->s;
    scope->from[i] = -1;
    scope->slots[i].kind = FEEL_COLUMN_OPAQUE;
    if (!e)
        return OK;
    if (e->kind == ELEMENT_INPUT) {
        int fact = fact_named(s, e->name);
        if (fact < 0) {
            diag_field(k->d, e->name);
            return diag_set(k->d, ERR_INVALID, "没有给出输入“%.*s”", "input \"%.*s\" is not given",
                STR_ARGS(e->name));
        }
        if (!keeps(e->type, s->facts[fact].column.kind)) {
            UNCOVERED(k, "输入“%.*s”的类型与事实的列不符", "the type of input \"%.*s\" does not fit the column",
                STR_ARGS(e->name));
            return OK;
        }
        scope->from[i] = fact;
        scope->slots[i] = s->facts[fact].column;
    } else if (e->kind == ELEMENT_DECISION) {
        int at = -1;
        TRY(derive(k, e, &at));
        if (at < 0)
            return OK;
        scope->from[i] = DMN_SHEET_FACTS_MAX + at;
        scope->slots[i] = s->derived[at].column;
    }
    return OK;
}

static enum err make_scope(struct making *k, const struct element *e, struct sheet_scope *out)
{
    struct arena *a = k->s->arena;
    size_t count = feel_program_global_count(e->program);
    count = count > e->binding_count ? count : e->binding_count;
    *out = (struct sheet_scope){ .element = e, .count = count };
    out->slots = ARENA_ARRAY(a, struct feel_column, count);
    out->from = ARENA_ARRAY(a, int, count);
    TRY(diag_arena(k->d, a));
    for (size_t i = 0; i < count; i++)
        TRY(bind_slot(k, i < e->binding_count ? e->bindings[i].element : NULL, out, i));
    return OK;
}

/* ---- what a part reads ---- */

struct asking {
    struct making *k;
    const struct sheet_scope *scope;
    const struct feel_node *node;
    int64_t local; /* a local that stands for a value looked at before; -1: none */
    struct feel_facts facts;
    feel_value value;
};

static enum err ask_reads(void *ctx, struct feel_partly *p)
{
    struct asking *q = ctx;
    struct feel_partial null = { .value = feel_null() };
    if (q->local >= 0)
        feel_partial_set_local(p, (uint32_t)q->local, &null);
    return feel_partial_reads(p, q->node, &q->facts);
}

static enum err ask_value(void *ctx, struct feel_partly *p)
{
    struct asking *q = ctx;
    return feel_machine_run(p->m, q->node, &q->value);
}

/* Globals are named by their place, so that names lead back to bits. */
static enum err with_globals(
    struct asking *q, bool values, enum err (*what)(void *ctx, struct feel_partly *p))
{
    struct dmn_sheet *s = q->k->s;
    struct arena *a = &s->scratch;
    struct feel_machine *m;
    struct feel_partial *globals;
    arena_reset(a);
    TRY(feel_machine_create(a, &s->env, &m, q->k->d));
    globals = ARENA_ARRAY(a, struct feel_partial, q->scope->count);
    TRY(diag_arena(q->k->d, a));
    for (size_t i = 0; i < q->scope->count; i++) {
        int from = q->scope->from[i];
        str *name = ARENA_NEW(a, str);
        TRY(diag_arena(q->k->d, a));
        *name = str_printf(a, "%zu", i);
        if (!values)
            globals[i] = (struct feel_partial){ .unknown = true, .missing = { name, 1 } };
        else if (from >= 0 && from < DMN_SHEET_FACTS_MAX)
            globals[i].value = s->facts[from].value;
    }
    enum err e = feel_partial_with(m, q->scope->element->program, globals, what, q);
    if (e != OK && q->k->d)
        *q->k->d = *feel_machine_diag(m);
    return e;
}

static uint64_t bits_of(const struct dmn_sheet *s, const struct sheet_scope *scope, int64_t slot)
{
    int from = slot >= 0 && (size_t)slot < scope->count ? scope->from[slot] : -1;
    if (from < 0)
        return 0;
    return from < DMN_SHEET_FACTS_MAX ? UINT64_C(1) << from
                                      : s->derived[from - DMN_SHEET_FACTS_MAX].part.reads;
}

/* The facts that a node may read. node NULL: nothing. */
static enum err reads_of(struct making *k, const struct sheet_scope *scope,
    const struct feel_node *node, int64_t local, uint64_t *bits)
{
    struct asking q = { .k = k, .scope = scope, .node = node, .local = local };
    TRY(with_globals(&q, false, ask_reads));
    for (size_t i = 0; i < q.facts.count; i++) {
        int64_t slot = -1;
        if (str_to_int64(q.facts.names[i], &slot))
            *bits |= bits_of(k->s, scope, slot);
    }
    return OK;
}

static enum err make_part(struct making *k, const struct sheet_scope *scope,
    const struct feel_node *node, struct sheet_part *out)
{
    return feel_columns_create(k->s->arena, scope->element->program, node, scope->slots, &k->s->env,
        &out->columns, k->d);
}

/* ---- required decisions ---- */

static enum err derived_column(struct making *k, struct sheet_derived *v)
{
    struct arena *a = k->s->arena;
    struct feel_column *c = &v->column;
    v->nulls = ARENA_ARRAY(a, uint8_t, DMN_SHEET_ROWS / 8);
    c->nulls = v->nulls;
    switch (feel_columns_kind(v->part.columns)) {
    case FEEL_BOOLEAN:
        c->kind = FEEL_COLUMN_BOOLEAN;
        c->values = v->truths = ARENA_ARRAY(a, uint8_t, DMN_SHEET_ROWS);
        break;
    case FEEL_DATE:
        c->kind = FEEL_COLUMN_DATE;
        c->values = v->days = ARENA_ARRAY(a, int32_t, DMN_SHEET_ROWS);
        break;
    case FEEL_STRING: {
        size_t count = feel_columns_word_count(v->part.columns);
        str *words = ARENA_ARRAY(a, str, count);
        for (size_t i = 0; words && i < count; i++)
            words[i] = feel_columns_word(v->part.columns, (int64_t)i);
        c->kind = FEEL_COLUMN_TEXT;
        c->words = words;
        c->word_count = count;
        c->values = v->codes = ARENA_ARRAY(a, uint32_t, DMN_SHEET_ROWS);
        break;
    }
    default:
        c->kind = FEEL_COLUMN_DECIMAL;
        c->scale = feel_columns_scale(v->part.columns);
        c->values = v->numbers = ARENA_ARRAY(a, int64_t, DMN_SHEET_ROWS);
        break;
    }
    return diag_arena(k->d, a);
}

/* The root of an element's program reads what its bindings read. */
static uint64_t reads_of_scope(const struct dmn_sheet *s, const struct sheet_scope *scope)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < scope->count; i++)
        bits |= bits_of(s, scope, (int64_t)i);
    return bits;
}

static enum err derive(struct making *k, const struct element *e, int *out)
{
    struct dmn_sheet *s = k->s;
    struct sheet_derived v = { 0 };
    for (size_t i = 0; i < s->derived_count; i++)
        if (s->derived[i].scope.element == e) {
            *out = (int)i;
            return OK;
        }
    if (!e->program || feel_program_host(e->program, &dmn_table_kind)
        || s->derived_count == DMN_SHEET_DERIVED_MAX) {
        UNCOVERED(k, "所依据的决策“%.*s”不是一个表达式",
            "the required decision \"%.*s\" is no expression", STR_ARGS(e->name));
        return OK;
    }
    TRY(make_scope(k, e, &v.scope));
    if (!k->covered)
        return OK;
    TRY(make_part(k, &v.scope, NULL, &v.part));
    v.part.reads = reads_of_scope(s, &v.scope);
    if (!v.part.columns) {
        UNCOVERED(k, "决策“%.*s”用了不能成批计算的写法",
            "decision \"%.*s\" uses what cannot be computed over columns", STR_ARGS(e->name));
        return OK;
    }
    TRY(derived_column(k, &v));
    *out = (int)s->derived_count;
    s->derived[s->derived_count++] = v;
    return OK;
}

/* ---- cells ---- */

struct ends {
    struct making *k;
    struct sheet_cell *cell;
    const struct sheet_input *input;
    enum err e;
};

/* The end as an integer of the column's scale; ends that depend on the row are no bound. */
static bool add_end(void *ctx, const struct feel_node *n)
{
    struct ends *e = ctx;
    struct making *k = e->k;
    struct asking q = { .k = k, .scope = &k->s->scope, .node = n, .local = -1 };
    uint64_t reads = 0;
    int64_t v;
    e->e = reads_of(k, q.scope, n, -1, &reads);
    if (e->e != OK || (reads & ~k->s->same))
        return false;
    e->e = with_globals(&q, true, ask_value);
    if (e->e != OK || e->cell->bound_count == SHEET_BOUNDS_MAX)
        return false;
    if (e->input->date && q.value.kind == FEEL_DATE)
        e->cell->bounds[e->cell->bound_count++] = date_to_days(q.value.date);
    if (e->input->date || q.value.kind != FEEL_NUMBER)
        return true;
    for (int i = 0; i < e->input->scale; i++)
        q.value = number_multiply(q.value, feel_integer(10));
    if (feel_to_int64(number_floor(q.value), &v))
        e->cell->bounds[e->cell->bound_count++] = v;
    return true;
}

static enum err make_cell(struct making *k, size_t rule, size_t input)
{
    struct dmn_sheet *s = k->s;
    const struct table *t = s->table;
    const struct feel_node *test = t->rules[rule].tests[input];
    struct sheet_cell *cell = sheet_cell_of(s, rule, input);
    if (!test)
        return OK;
    cell->tested
        = feel_node_tested(s->arena, t->inputs[input].expression, t->inputs[input].slot, test);
    TRY(diag_arena(k->d, s->arena));
    TRY(make_part(k, &s->scope, cell->tested, &cell->part));
    TRY(reads_of(k, &s->scope, t->inputs[input].expression, -1, &cell->part.reads));
    TRY(reads_of(k, &s->scope, test, t->inputs[input].slot, &cell->part.reads));
    if (!cell->part.columns || feel_columns_kind(cell->part.columns) != FEEL_BOOLEAN) {
        UNCOVERED(k, "第 %zu 条规则中“%.*s”一格用了不能成批计算的写法",
            "the cell of rule %zu in column \"%.*s\" uses what cannot be computed over columns", rule + 1,
            STR_ARGS(t->inputs[input].name));
        return OK;
    }
    struct ends ends = { .k = k, .cell = cell, .input = &s->inputs[input] };
    if (s->inputs[input].value.columns
        && !feel_test_ends(test, t->inputs[input].slot, add_end, &ends))
        cell->bound_count = 0;
    return ends.e;
}

static enum err make_input(struct making *k, size_t i)
{
    struct dmn_sheet *s = k->s;
    struct sheet_input *input = &s->inputs[i];
    TRY(make_part(k, &s->scope, s->table->inputs[i].expression, &input->value));
    TRY(reads_of(k, &s->scope, s->table->inputs[i].expression, -1, &input->value.reads));
    input->shown = input->value.columns;
    if (!input->value.columns)
        return OK;
    enum feel_kind kind = feel_columns_kind(input->value.columns);
    input->date = kind == FEEL_DATE;
    if (kind == FEEL_NUMBER)
        input->scale = feel_columns_scale(input->value.columns);
    else if (kind != FEEL_DATE)
        input->value.columns = NULL;
    return OK;
}

static enum err make_result(struct making *k, size_t rule)
{
    struct dmn_sheet *s = k->s;
    const struct feel_node *node = s->table->rules[rule].results[s->output];
    TRY(make_part(k, &s->scope, node, &s->results[rule]));
    TRY(reads_of(k, &s->scope, node, -1, &s->results[rule].reads));
    if (!s->results[rule].columns || feel_columns_kind(s->results[rule].columns) != FEEL_NUMBER)
        UNCOVERED(k, "第 %zu 条规则的“%.*s”不是能成批计算的数",
            "rule %zu: \"%.*s\" is no number that can be computed over columns", rule + 1,
            STR_ARGS(s->output_name));
    return OK;
}

static enum err make_table(struct making *k)
{
    struct dmn_sheet *s = k->s;
    const struct table *t = s->table;
    s->cells = ARENA_ARRAY(s->arena, struct sheet_cell, t->rule_count * t->input_count);
    s->inputs = ARENA_ARRAY(s->arena, struct sheet_input, t->input_count);
    s->results = ARENA_ARRAY(s->arena, struct sheet_part, t->rule_count);
    TRY(diag_arena(k->d, s->arena));
    for (size_t i = 0; i < t->input_count; i++)
        TRY(make_input(k, i));
    for (size_t r = 0; r < t->rule_count; r++) {
        for (size_t i = 0; i < t->input_count; i++)
            TRY(make_cell(k, r, i));
        TRY(make_result(k, r));
    }
    return OK;
}

/* ---- the whole ---- */

static enum err make_room(struct dmn_sheet *s, struct diag *d)
{
    struct arena *a = s->arena;
    s->null_facts = ARENA_ARRAY(a, uint64_t, DMN_SHEET_ROWS);
    s->missing = ARENA_ARRAY(a, uint64_t, DMN_SHEET_ROWS);
    s->open = ARENA_ARRAY(a, uint64_t, DMN_SHEET_ROWS);
    s->fails = ARENA_ARRAY(a, uint8_t, DMN_SHEET_ROWS);
    s->odd = ARENA_ARRAY(a, uint8_t, DMN_SHEET_ROWS);
    s->settled = ARENA_ARRAY(a, uint8_t, DMN_SHEET_ROWS);
    s->fail_input = ARENA_ARRAY(a, int16_t, DMN_SHEET_ROWS);
    s->rules = ARENA_ARRAY(a, int16_t, DMN_SHEET_ROWS);
    s->near_rule = ARENA_ARRAY(a, int16_t, DMN_SHEET_ROWS);
    s->near_input = ARENA_ARRAY(a, int16_t, DMN_SHEET_ROWS);
    s->amounts = ARENA_ARRAY(a, int64_t, DMN_SHEET_ROWS);
    s->near_value = ARENA_ARRAY(a, int64_t, DMN_SHEET_ROWS);
    s->near_bound = ARENA_ARRAY(a, int64_t, DMN_SHEET_ROWS);
    return diag_arena(d, a);
}

static void find_output(struct making *k, str output)
{
    struct dmn_sheet *s = k->s;
    const struct table *t = s->table;
    if (!t || (t->policy != 'F' && t->policy != 'U')) {
        UNCOVERED(k, "决策“%.*s”应是一张命中策略为 F(首个)或 U(唯一)的决策表",
            "decision \"%.*s\" must be a table with hit policy F or U", STR_ARGS(s->element->name));
        return;
    }
    while (s->output < t->output_count && !str_equal(t->outputs[s->output].name, output))
        s->output++;
    if (s->output == t->output_count)
        UNCOVERED(k, "决策表没有名为“%.*s”的输出列", "the table has no output named \"%.*s\"",
            STR_ARGS(output));
    if (t->rule_count > INT16_MAX || t->input_count > INT16_MAX)
        UNCOVERED(k, "决策表太大", "the table is too large");
    for (size_t i = 0; k->covered && i < t->output_count; i++)
        if (t->outputs[i].otherwise)
            UNCOVERED(k, "决策表不应有缺省输出:没有规则相符即不符合条件",
                "the table may have no default output: where no rule holds, nobody qualifies");
}

static void release_scratch(void *arena)
{
    arena_release(arena);
}

enum err dmn_sheet_create(struct arena *a, const struct dmn_model *m,
    const struct dmn_decision *decision, str output, const struct dmn_sheet_fact *facts,
    size_t count, const struct feel_env *env, struct dmn_sheet **out, struct diag *why,
    struct diag *d)
{
    struct dmn_sheet *s = ARENA_NEW(a, struct dmn_sheet);
    struct making k = { .s = s, .why = why, .d = d, .covered = true };
    *out = NULL;
    TRY(diag_arena(d, a));
    *s = (struct dmn_sheet){ .arena = a, .model = m, .decision = decision, .fact_count = count,
        .element = (const struct element *)decision, .output_name = output };
    s->facts = ARENA_ARRAY(a, struct dmn_sheet_fact, count);
    s->derived = ARENA_ARRAY(a, struct sheet_derived, DMN_SHEET_DERIVED_MAX);
    TRY(diag_arena(d, a));
    if (count > DMN_SHEET_FACTS_MAX)
        return diag_set(d, ERR_LIMIT, "一项决策至多 %d 项事实", "at most %d facts for a decision",
            DMN_SHEET_FACTS_MAX);
    if (env)
        s->env = *env;
    s->env.warnings = NULL;
    arena_init(&s->scratch, a->source, SCRATCH_BYTES_MAX);
    if (!arena_defer(a, release_scratch, &s->scratch))
        return diag_arena(d, a);
    for (size_t i = 0; i < count; i++) {
        s->facts[i] = facts[i];
        if (!facts[i].same)
            continue;
        s->same |= UINT64_C(1) << i;
        TRY(same_column(&k, &s->facts[i]));
    }
    if (s->element->program)
        s->table = feel_program_host(s->element->program, &dmn_table_kind);
    find_output(&k, output);
    if (k.covered)
        TRY(make_scope(&k, s->element, &s->scope));
    if (k.covered)
        TRY(make_table(&k));
    TRY(make_room(s, d));
    if (k.covered)
        *out = s;
    return OK;
}

/* ---- what it says of itself ---- */

size_t dmn_sheet_rule_count(const struct dmn_sheet *s)
{
    return s->table->rule_count;
}

size_t dmn_sheet_input_count(const struct dmn_sheet *s)
{
    return s->table->input_count;
}

str dmn_sheet_input_name(const struct dmn_sheet *s, size_t input)
{
    return s->table->inputs[input].name;
}

int dmn_sheet_near_scale(const struct dmn_sheet *s, size_t input)
{
    return s->inputs[input].scale;
}

bool dmn_sheet_near_is_date(const struct dmn_sheet *s, size_t input)
{
    return s->inputs[input].date;
}

str dmn_sheet_rule_label(const struct dmn_sheet *s, size_t rule)
{
    return s->table->rules[rule].label;
}

static str rule_text(const struct dmn_sheet *s, size_t rule, const char *entry, size_t index)
{
    const struct xml_node *r = xml_child(s->table->xml, "rule");
    while (r && rule--)
        r = xml_again(r);
    const struct xml_node *cell = xml_child(r, entry);
    while (cell && index--)
        cell = xml_again(cell);
    return str_trim(xml_child_text(cell, "text"));
}

str dmn_sheet_cell(const struct dmn_sheet *s, size_t rule, size_t input)
{
    str text = rule_text(s, rule, "inputEntry", input);
    return text.bytes ? text : STR("-");
}

str dmn_sheet_result(const struct dmn_sheet *s, size_t rule)
{
    return rule_text(s, rule, "outputEntry", s->output);
}
