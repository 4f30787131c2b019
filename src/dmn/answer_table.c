/*
 * A decision table with facts missing.
 *
 *     cell    decided, or undecided because of missing facts
 *     rule    no: a cell is decided and does not hold
 *             yes: all cells hold
 *             undecided: else; its missing facts are those of its undecided cells
 *     table   its candidates: what it may give, by hit policy
 *
 *     F       undecided rules down to the first that matches, that one; else the otherwise
 *     U       one that matches, contradicted if an undecided one joins it; two: contradiction
 *     A       those that match agree, contradicted if an undecided one differs
 *     P       the best that matches and undecided ones before it in the order
 *     C R O   each rule's result is in the list, is not, or may be
 *
 * A table is known when all its possible candidates are one known value; a list when no rule is
 * undecided, and then it is made by the table's own code.
 */
#include "dmn/internal.h"

static enum err memory(const struct feel_partly *p)
{
    return feel_machine_memory(p->m);
}

static enum err judge_rule(const struct table *t, struct feel_partly *p, size_t index,
    struct candidate *c, struct feel_facts *missing)
{
    c->match = DMN_YES;
    for (size_t i = 0; i < t->input_count; i++) {
        struct feel_partial cell;
        if (!t->rules[index].tests[i])
            continue;
        TRY(feel_partial_node(p, t->rules[index].tests[i], &cell));
        if (!cell.unknown && !feel_is_true(cell.value)) {
            c->match = DMN_NO;
            *missing = (struct feel_facts){ 0 };
            return OK;
        }
        if (cell.unknown) {
            c->match = DMN_CANNOT_TELL;
            TRY(feel_facts_add(p->m, missing, &cell.missing));
        }
    }
    return OK;
}

/* One output: its value; several: a context of them. */
static enum err combine(const struct table *t, struct feel_partly *p,
    const struct feel_node *const *nodes, struct feel_partial *out)
{
    if (t->output_count == 1)
        return feel_partial_node(p, nodes[0], out);
    struct feel_part *parts
        = ARENA_ARRAY(feel_machine_arena(p->m), struct feel_part, t->output_count);
    if (!parts)
        return memory(p);
    for (size_t i = 0; i < t->output_count; i++) {
        parts[i].name = t->outputs[i].name;
        TRY(feel_partial_node(p, nodes[i], &parts[i].value));
    }
    return feel_partial_context(p->m, parts, t->output_count, out);
}

static enum err otherwise(const struct table *t, struct feel_partly *p, struct feel_partial *out)
{
    const struct feel_node **nodes
        = ARENA_ARRAY(feel_machine_arena(p->m), const struct feel_node *, t->output_count);
    if (!nodes)
        return memory(p);
    *out = feel_known(feel_null());
    for (size_t i = 0; i < t->output_count; i++)
        if (!(nodes[i] = t->outputs[i].otherwise))
            return OK;
    return combine(t, p, nodes, out);
}

static bool alike(const struct feel_partial *a, const struct feel_partial *b)
{
    return !a->unknown && !b->unknown && a->value.kind == b->value.kind
        && (feel_is_null(a->value) || feel_is_true(feel_equal(a->value, b->value)));
}

/* ---- which candidates are possible, by hit policy ----------------------------------------- */

struct tally {
    size_t yes, open;   /* rules that match; that are undecided */
    size_t first_yes;   /* index of the first that matches */
    bool yes_differ;    /* two that match give different values */
    bool open_differ;   /* two that may match may give different values */
};

static struct tally count_up(const struct judgement *j)
{
    struct tally t = { .first_yes = SIZE_MAX };
    const struct candidate *c = j->candidates;
    for (size_t i = 0; i < j->table->rule_count; i++) {
        if (c[i].match == DMN_NO)
            continue;
        for (size_t k = 0; k < i; k++) {
            bool differ = c[k].match != DMN_NO && !alike(&c[i].value, &c[k].value);
            bool certain = c[i].match == DMN_YES && c[k].match == DMN_YES
                && !c[i].value.unknown && !c[k].value.unknown;
            t.yes_differ = t.yes_differ || (differ && certain);
            t.open_differ = t.open_differ || (differ && !certain);
        }
        t.open += c[i].match == DMN_CANNOT_TELL;
        t.yes += c[i].match == DMN_YES;
        if (c[i].match == DMN_YES && t.first_yes == SIZE_MAX)
            t.first_yes = i;
    }
    return t;
}

static void first(struct judgement *j, const struct tally *t)
{
    for (size_t i = 0; i < j->table->rule_count && i <= t->first_yes; i++)
        j->candidates[i].possible = j->candidates[i].match != DMN_NO;
}

/* U and A; candidate `conflict` is null by contradiction. */
static void unique_or_any(struct judgement *j, const struct tally *t, struct candidate *conflict)
{
    bool any = j->table->policy == 'A';
    bool broken = any ? t->yes_differ : t->yes > 1;
    conflict->possible = broken
        || (any ? t->open_differ : t->open + t->yes > 1);
    for (size_t i = 0; i < j->table->rule_count && !broken; i++)
        j->candidates[i].possible = j->candidates[i].match == DMN_YES
            || (j->candidates[i].match == DMN_CANNOT_TELL && !t->yes);
}

/* An undecided rule can win over the best that matches when it comes before it by the order of
 * values, or stands above it and is not behind. Unknown values may come anywhere. */
static enum err priority(struct judgement *j, struct feel_partly *p, const struct tally *t)
{
    size_t best = t->first_yes, count = j->table->rule_count;
    struct candidate *c = j->candidates;
    bool open_value = false;
    for (size_t i = 0; i < count; i++)
        open_value = open_value || (c[i].match != DMN_NO && c[i].value.unknown);
    for (size_t i = best + 1; best != SIZE_MAX && !open_value && i < count; i++) {
        bool earlier = false;
        if (c[i].match == DMN_YES)
            TRY(dmn_table_precedes(p->m, j->table, c[i].value.value, c[best].value.value, &earlier));
        best = earlier ? i : best;
    }
    for (size_t i = 0; i < count; i++) {
        bool before = true;
        if (best != SIZE_MAX && i != best && !open_value) {
            bool behind = false;
            TRY(dmn_table_precedes(p->m, j->table, c[i].value.value, c[best].value.value, &before));
            TRY(dmn_table_precedes(p->m, j->table, c[best].value.value, c[i].value.value, &behind));
            before = before || (i < best && !behind);
        }
        c[i].possible = c[i].match != DMN_NO && before
            && (c[i].match == DMN_CANNOT_TELL || i == best || open_value);
    }
    return OK;
}

/* ---- the judgement ------------------------------------------------------------------------ */

static enum err choose(struct judgement *j, struct feel_partly *p)
{
    struct tally t = count_up(j);
    struct candidate *none = &j->candidates[j->table->rule_count], *conflict = none + 1;
    none->possible = !t.yes;
    switch (j->table->policy) {
    case 'U':
    case 'A': unique_or_any(j, &t, conflict); return OK;
    case 'F': first(j, &t); return OK;
    case 'P': return priority(j, p, &t);
    default:
        for (size_t i = 0; i < j->table->rule_count; i++)
            j->candidates[i].possible = j->candidates[i].match != DMN_NO;
        return OK;
    }
}

/* Undecided rules after the one that settles a table of policy F, or behind the best of P, do not
 * matter; all others do. */
static bool matters(const struct judgement *j, size_t rule)
{
    const struct candidate *c = &j->candidates[rule];
    bool all = j->table->policy != 'F' && j->table->policy != 'P';
    return c->match == DMN_CANNOT_TELL && (all || c->possible);
}

static enum err gather_missing(struct judgement *j, struct feel_partly *p)
{
    for (size_t i = 0; i < j->table->rule_count; i++) {
        if (matters(j, i))
            TRY(feel_facts_add(p->m, &j->missing, &j->rule_missing[i]));
        if (j->candidates[i].possible)
            TRY(feel_facts_add(p->m, &j->missing, &j->candidates[i].value.missing));
    }
    return j->candidates[j->table->rule_count].possible
        ? feel_facts_add(p->m, &j->missing, &j->candidates[j->table->rule_count].value.missing)
        : OK;
}

enum err dmn_table_judge(const struct table *t, struct feel_partly *p, struct judgement *out)
{
    struct arena *a = feel_machine_arena(p->m);
    struct judgement j = { .table = t, .count = t->rule_count + 2,
        .list = t->policy == 'C' || t->policy == 'R' || t->policy == 'O',
        .candidates = ARENA_ARRAY(a, struct candidate, t->rule_count + 2),
        .rule_missing = ARENA_ARRAY(a, struct feel_facts, t->rule_count) };
    if (!j.candidates || !j.rule_missing)
        return memory(p);
    for (size_t i = 0; i < t->input_count; i++) {
        struct feel_partial v;
        TRY(feel_partial_node(p, t->inputs[i].expression, &v));
        feel_partial_set_local(p, t->inputs[i].slot, &v);
    }
    for (size_t i = 0; i < t->rule_count; i++) {
        struct candidate *c = &j.candidates[i];
        c->rule = (int64_t)i;
        TRY(judge_rule(t, p, i, c, &j.rule_missing[i]));
        TRY(combine(t, p, t->rules[i].results, &c->value));
    }
    j.candidates[t->rule_count].rule = j.candidates[t->rule_count + 1].rule = -1;
    TRY(otherwise(t, p, &j.candidates[t->rule_count].value));
    TRY(choose(&j, p));
    TRY(gather_missing(&j, p));
    *out = j;
    return OK;
}

/* ---- as a node ---------------------------------------------------------------------------- */

static enum err list_value(const struct judgement *j, struct feel_partly *p,
    struct feel_partial *out)
{
    *out = (struct feel_partial){ .unknown = true, .missing = j->missing };
    if (j->missing.count)
        return OK;
    *out = feel_known(feel_null());
    return dmn_table_decide(j->table, p->m, &out->value);
}

static enum err partial(const void *ctx, struct feel_partly *p, struct feel_partial *out)
{
    struct judgement j;
    const struct candidate *only = NULL;
    bool one = true;
    TRY(dmn_table_judge(ctx, p, &j));
    if (j.list)
        return list_value(&j, p, out);
    for (size_t i = 0; i < j.count; i++) {
        if (!j.candidates[i].possible)
            continue;
        one = one && !j.candidates[i].value.unknown
            && (!only || alike(&only->value, &j.candidates[i].value));
        only = &j.candidates[i];
    }
    *out = one && only ? only->value
                       : (struct feel_partial){ .unknown = true, .missing = j.missing };
    return OK;
}

static enum err reads(const void *ctx, struct feel_partly *p, struct feel_facts *facts)
{
    const struct table *t = ctx;
    for (size_t i = 0; i < t->input_count; i++)
        TRY(feel_partial_reads(p, t->inputs[i].expression, facts));
    for (size_t k = 0; k < t->rule_count; k++) {
        for (size_t i = 0; i < t->input_count; i++)
            if (t->rules[k].tests[i])
                TRY(feel_partial_reads(p, t->rules[k].tests[i], facts));
        for (size_t i = 0; i < t->output_count; i++)
            TRY(feel_partial_reads(p, t->rules[k].results[i], facts));
    }
    for (size_t i = 0; i < t->output_count; i++)
        if (t->outputs[i].otherwise)
            TRY(feel_partial_reads(p, t->outputs[i].otherwise, facts));
    return OK;
}

const struct feel_host_kind dmn_table_kind = { dmn_table_decide, partial, reads };
