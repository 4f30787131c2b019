/*
 * What a rule would cost before it is issued: one pass over the facts, which sums by group, counts the
 * conditions that alone stand in somebody's way, and keeps those who just miss.
 */
#include "zone/policy.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_DIRECT = 4096, CHANGES_MAX = 200 };

struct grouping {
    const struct feel_column *column;
    const struct pack_column *of;
    uint16_t *places;           /* by word: which group */
    struct policy_group *items; /* the last one: nothing stated */
    size_t count;
};

struct pricing {
    struct op *op;
    struct policy_price *out;
    const struct dmn_sheet *sheet;
    struct grouping groups[PACK_POLICY_GROUPS_MAX];
    int64_t by_input[DMN_SHEET_FACTS_MAX * 4], close_by_input[DMN_SHEET_FACTS_MAX * 4];
    int64_t by_fact[64];
    double farthest; /* of the near ones that are kept */
};

/* ---- groups ---- */

/* Codes of several levels are counted by their head. */
static str head_of(const struct pack_codes *codes, str code)
{
    const struct pack_code *c = pack_code(codes, code);
    for (int i = 0; c && c->level > 1 && c->parent.bytes && i < 8; i++)
        c = pack_code(codes, c->parent);
    return c ? c->code : code;
}

static struct name2 group_name(struct op *op, const struct pack_column *of, str code)
{
    const struct pack_code *c = of->codes ? pack_code(of->codes, code) : NULL;
    const struct pack_unit *u
        = of->type == PACK_COLUMN_UNIT ? pack_unit(zone_pack(op->zone), code) : NULL;
    return c ? c->name : u ? u->name : (struct name2){ code, code };
}

static enum err make_groups(struct pricing *p, struct arena *a, size_t i)
{
    struct grouping *g = &p->groups[i];
    const struct pack_column *of = p->out->facts->clause->groups[i];
    g->of = of;
    g->column = &p->out->facts->groups[i];
    size_t words = g->column->word_count;
    g->places = ARENA_ARRAY(a, uint16_t, words + 1);
    g->items = ARENA_ARRAY(a, struct policy_group, (words < WORDS_DIRECT ? words : WORDS_DIRECT) + 1);
    TRY(diag_arena(p->op->diag, a));
    for (size_t w = 0; w < words; w++) {
        str code = of->codes ? head_of(of->codes, g->column->words[w]) : g->column->words[w];
        size_t at = 0;
        while (at < g->count && !str_equal(g->items[at].code, code))
            at++;
        if (at == g->count && at < WORDS_DIRECT - 1)
            g->items[g->count++]
                = (struct policy_group){ .code = code, .name = group_name(p->op, of, code) };
        g->places[w] = (uint16_t)(at < g->count ? at : 0);
    }
    g->items[g->count] = (struct policy_group){ .name = { STR("未填"), STR("not stated") } };
    return OK;
}

static struct policy_group *group_of(const struct grouping *g, size_t row)
{
    const struct feel_column *c = g->column;
    bool away = c->nulls && (c->nulls[row / 8] >> row % 8 & 1);
    return &g->items[away ? g->count : g->places[((const uint32_t *)c->values)[row]]];
}

static int by_money(const void *a, const void *b)
{
    const struct policy_group *x = a, *y = b;
    int64_t l = x->sum.fen > x->before.fen ? x->sum.fen : x->before.fen;
    int64_t r = y->sum.fen > y->before.fen ? y->sum.fen : y->before.fen;
    return (l < r) - (l > r);
}

static void sort_groups(struct policy_price *p, size_t i)
{
    size_t kept = 0;
    struct policy_group *items = p->groups[i];
    for (size_t k = 0; k < p->group_counts[i]; k++)
        if (items[k].sum.count || items[k].before.count)
            items[kept++] = items[k];
    if (kept)
        qsort(items, kept, sizeof *items, by_money);
    p->group_counts[i] = kept < POLICY_GROUPS_LISTED ? kept : POLICY_GROUPS_LISTED;
}

/* ---- who just misses ---- */

static double lacking(const struct policy_row *r)
{
    double bound = (double)r->near_bound, gap = bound - (double)r->near_value;
    if (gap < 0)
        gap = -gap;
    if (bound < 0)
        bound = -bound;
    return bound > 0 ? gap / bound : gap;
}

/* Kept in order; the list is short. A bound of nought has no share: only what is on it counts as near. */
static void keep_near(struct pricing *p, const struct policy_row *r, double share)
{
    struct policy_price *o = p->out;
    size_t at = o->near_count < POLICY_NEAR_MAX ? o->near_count++ : POLICY_NEAR_MAX - 1;
    while (at && o->near[at - 1].share > share) {
        o->near[at] = o->near[at - 1];
        at--;
    }
    o->near[at] = (struct policy_near){ .row = r->row, .rule = r->near_rule, .input = r->near_input,
        .value = r->near_value, .bound = r->near_bound, .share = share };
    p->farthest = o->near_count == POLICY_NEAR_MAX ? o->near[POLICY_NEAR_MAX - 1].share : 1e300;
}

static void take_refused(struct pricing *p, const struct policy_row *r)
{
    p->out->refused++;
    if (r->near_input < 0)
        return;
    p->by_input[r->near_input]++;
    if (r->near_bound == INT64_MIN)
        return;
    double share = lacking(r);
    p->close_by_input[r->near_input] += share <= 0.1;
    if (share < p->farthest)
        keep_near(p, r, share);
}

static void take_open(struct pricing *p, uint64_t missing)
{
    p->out->open++;
    for (size_t i = 0; missing; i++, missing >>= 1)
        p->by_fact[i] += missing & 1;
}

static void take_paid(struct pricing *p, const struct policy_row *r)
{
    struct policy_price *o = p->out;
    o->pays.count++;
    o->pays.fen += r->fen;
    o->fen[r->row] = r->fen;
    o->least = o->pays.count == 1 || r->fen < o->least ? r->fen : o->least;
    o->most = r->fen > o->most ? r->fen : o->most;
    for (size_t i = 0; i < o->facts->clause->group_count; i++) {
        struct policy_group *g = group_of(&p->groups[i], r->row);
        g->sum.count++;
        g->sum.fen += r->fen;
    }
}

static enum err take_row(void *ctx, const struct policy_row *r)
{
    struct pricing *p = ctx;
    if (r->bar != POLICY_BAR_NONE)
        p->out->barred++;
    else if (r->rule >= 0)
        take_paid(p, r);
    else if (r->rule == DMN_SHEET_NONE)
        take_refused(p, r);
    else if (r->rule == DMN_SHEET_OPEN)
        take_open(p, r->missing);
    else
        p->out->clash++;
    return OK;
}

/* ---- the whole ---- */

static int by_count(const void *a, const void *b)
{
    int64_t x = ((const struct policy_condition_count *)a)->count;
    int64_t y = ((const struct policy_condition_count *)b)->count;
    return (x < y) - (x > y);
}

static int by_missing(const void *a, const void *b)
{
    int64_t x = ((const struct policy_missing_count *)a)->count;
    int64_t y = ((const struct policy_missing_count *)b)->count;
    return (x < y) - (x > y);
}

static enum err gather(struct pricing *p, struct arena *a)
{
    struct policy_price *o = p->out;
    size_t inputs = dmn_sheet_input_count(p->sheet);
    o->conditions = ARENA_ARRAY(a, struct policy_condition_count, inputs + 1);
    o->missing = ARENA_ARRAY(a, struct policy_missing_count, 64);
    TRY(diag_arena(p->op->diag, a));
    for (size_t i = 0; i < inputs; i++)
        if (p->by_input[i])
            o->conditions[o->condition_count++] = (struct policy_condition_count){
                .input = (int16_t)i, .count = p->by_input[i], .close = p->close_by_input[i] };
    for (size_t i = 0; i < 64; i++)
        if (p->by_fact[i])
            o->missing[o->missing_count++]
                = (struct policy_missing_count){ .fact = i, .count = p->by_fact[i] };
    if (o->condition_count)
        qsort(o->conditions, o->condition_count, sizeof *o->conditions, by_count);
    if (o->missing_count)
        qsort(o->missing, o->missing_count, sizeof *o->missing, by_missing);
    return OK;
}

enum err policy_price(
    struct op *op, struct arena *a, const struct policy_facts *f, struct policy_price *out)
{
    struct pricing *p = ARENA_NEW(a, struct pricing);
    struct dmn_sheet *sheet;
    TRY(diag_arena(op->diag, a));
    *out = (struct policy_price){ .facts = f, .rows = (int64_t)f->rows };
    out->fen = ARENA_ARRAY(a, int64_t, f->rows + 1);
    *p = (struct pricing){ .op = op, .out = out, .farthest = 1e300 };
    TRY(diag_arena(op->diag, a));
    int64_t began = op->zone->sys->monotonic_ns(op->zone->sys->ctx);
    TRY(policy_sheet(op, a, f, &sheet));
    out->sheet = p->sheet = sheet;
    if (dmn_sheet_input_count(sheet) > DMN_SHEET_FACTS_MAX * 4)
        return diag_set(op->diag, ERR_LIMIT, "决策表的列太多", "the table has too many columns");
    for (size_t i = 0; i < f->clause->group_count; i++)
        TRY(make_groups(p, a, i));
    TRY(policy_run(op, sheet, f, take_row, p));
    TRY(gather(p, a));
    for (size_t i = 0; i < f->clause->group_count; i++) {
        out->groups[i] = p->groups[i].items;
        out->group_counts[i] = p->groups[i].count + 1;
    }
    out->took_us = (op->zone->sys->monotonic_ns(op->zone->sys->ctx) - began) / 1000;
    for (size_t i = 0; i < f->clause->group_count; i++)
        sort_groups(out, i);
    return diag_arena(op->diag, a);
}

/* ---- two versions ---- */

static void keep_change(struct policy_difference *d, size_t row, int64_t before, int64_t after)
{
    int64_t size = after > before ? after - before : before - after;
    if (d->change_count == CHANGES_MAX) {
        const struct policy_change *last = &d->changes[CHANGES_MAX - 1];
        int64_t least = last->after > last->before ? last->after - last->before
                                                   : last->before - last->after;
        if (size <= least)
            return;
        d->change_count--;
    }
    size_t at = d->change_count++;
    for (; at; at--) {
        const struct policy_change *c = &d->changes[at - 1];
        if ((c->after > c->before ? c->after - c->before : c->before - c->after) >= size)
            break;
        d->changes[at] = *c;
    }
    d->changes[at] = (struct policy_change){ row, before, after };
}

static void add_before(const struct policy_price *before, struct policy_price *now, size_t i)
{
    for (size_t k = 0; k < before->group_counts[i]; k++) {
        const struct policy_group *b = &before->groups[i][k];
        size_t at = 0;
        while (at < now->group_counts[i] && !str_equal(now->groups[i][at].code, b->code))
            at++;
        if (at == now->group_counts[i]) {
            if (at == POLICY_GROUPS_LISTED)
                continue;
            now->groups[i][now->group_counts[i]++]
                = (struct policy_group){ .code = b->code, .name = b->name };
        }
        now->groups[i][at].before = b->sum;
    }
    sort_groups(now, i);
}

enum err policy_compare(struct op *op, struct arena *a, const struct policy_price *before,
    struct policy_price *now, struct policy_difference *out)
{
    *out = (struct policy_difference){ .changes
        = ARENA_ARRAY(a, struct policy_change, CHANGES_MAX + 1),
        .fen = now->pays.fen - before->pays.fen };
    TRY(diag_arena(op->diag, a));
    ASSERT(before->rows == now->rows);
    for (size_t i = 0; i < (size_t)now->rows; i++) {
        int64_t b = before->fen[i], n = now->fen[i];
        out->same += b && b == n;
        if (b == n)
            continue;
        out->gain += !b;
        out->lose += !n;
        out->more += b && n > b;
        out->less += n && n < b;
        keep_change(out, i, b, n);
    }
    for (size_t i = 0; i < now->facts->clause->group_count; i++) {
        struct policy_group *room = ARENA_ARRAY(a, struct policy_group, POLICY_GROUPS_LISTED + 1);
        TRY(diag_arena(op->diag, a));
        memcpy(room, now->groups[i], now->group_counts[i] * sizeof *room);
        now->groups[i] = room;
        add_before(before, now, i);
    }
    return OK;
}
