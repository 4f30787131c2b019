/* The analysis of an industry chain; its rules stand in chain.h. */
#include "zone/chain.h"

#include <stdlib.h>

const char *const chain_verdict_words[]
    = { "strong", "plain", "weak", "missing", "extend", "empty", NULL };

static int by_link_and_firm(const void *left, const void *right)
{
    const struct chain_placement *a = left, *b = right;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    return a->firm < b->firm ? -1 : a->firm > b->firm;
}

struct work {
    const struct chain_input *in;
    struct chain_result *out;
    struct chain_placement *sorted; /* by link and firm, each once */
    size_t sorted_count;
    int64_t *by_place;              /* link_count rows of place_count */
};

/* ---- enterprises ---- */

static int firms_on_chain(const struct work *w, bool *seen)
{
    int count = 0;
    for (size_t i = 0; i < w->in->placement_count; i++) {
        count += !seen[w->in->placements[i].firm];
        seen[w->in->placements[i].firm] = true;
    }
    return count;
}

static void count_enterprises(struct work *w)
{
    for (size_t i = 0; i < w->in->placement_count; i++)
        w->sorted[i] = w->in->placements[i];
    qsort(w->sorted, w->in->placement_count, sizeof *w->sorted, by_link_and_firm);
    for (size_t i = 0; i < w->in->placement_count; i++) {
        if (i && by_link_and_firm(&w->sorted[i], &w->sorted[w->sorted_count - 1]) == 0)
            continue;
        w->sorted[w->sorted_count++] = w->sorted[i];
        w->out->links[w->sorted[i].link].enterprises++;
    }
    for (size_t i = 0; i < w->in->edge_count; i++) {
        const struct chain_edge *e = &w->in->edges[i];
        w->out->links[e->from].feeds += w->out->links[e->to].enterprises;
        w->out->links[e->to].fed_by += w->out->links[e->from].enterprises;
    }
}

static bool stands_on(const struct work *w, int link, int firm)
{
    struct chain_placement wanted = { link, firm };
    return bsearch(&wanted, w->sorted, w->sorted_count, sizeof wanted, by_link_and_firm) != NULL;
}

/* ---- purchases ---- */

static void add_purchases(struct work *w)
{
    for (size_t i = 0; i < w->in->supply_count; i++) {
        const struct chain_supply *s = &w->in->supplies[i];
        struct chain_link_result *link = &w->out->links[s->link];
        link->bought += s->amount;
        w->out->bought += s->amount;
        if (s->supplier >= 0)
            continue;
        link->outside += s->amount;
        w->out->outside += s->amount;
        if (s->place >= 0)
            w->by_place[(size_t)s->link * w->in->place_count + (size_t)s->place] += s->amount;
    }
}

/* The places where most of a link's product is bought. */
static void name_places(struct work *w, size_t link)
{
    struct chain_link_result *l = &w->out->links[link];
    for (int n = 0; n < CHAIN_PLACES_SHOWN; n++) {
        l->places[n] = -1;
        for (size_t p = 0; p < w->in->place_count; p++) {
            int64_t amount = w->by_place[link * w->in->place_count + p];
            bool taken = false;
            for (int k = 0; k < n; k++)
                taken |= l->places[k] == (int)p;
            if (taken || amount <= l->place_amounts[n])
                continue;
            l->places[n] = (int)p;
            l->place_amounts[n] = amount;
        }
    }
}

/* Each firm that buys the product of a link counts once: purchases sorted by link and firm. */
static void count_buyers(struct work *w, struct chain_placement *bought)
{
    for (size_t i = 0; i < w->in->supply_count; i++) {
        const struct chain_supply *s = &w->in->supplies[i];
        bought[i] = (struct chain_placement){ s->link, w->in->placements[s->buyer].firm };
    }
    qsort(bought, w->in->supply_count, sizeof *bought, by_link_and_firm);
    for (size_t i = 0; i < w->in->supply_count; i++)
        if (!i || by_link_and_firm(&bought[i], &bought[i - 1]) != 0)
            w->out->links[bought[i].link].buyers++;
}

/* ---- verdicts ---- */

static enum chain_verdict verdict(
    const struct chain_link_result *l, const struct chain_rules *rules)
{
    if (!l->enterprises) {
        if (l->bought || l->feeds)
            return CHAIN_MISSING;
        return l->fed_by ? CHAIN_EXTEND : CHAIN_EMPTY;
    }
    if (!l->bought)
        return CHAIN_PLAIN;
    double outside = 100.0 * (double)l->outside / (double)l->bought;
    if (l->enterprises <= rules->few && outside >= rules->outside)
        return CHAIN_WEAK;
    if (l->enterprises >= rules->many && 100 - outside >= rules->local)
        return CHAIN_STRONG;
    return CHAIN_PLAIN;
}

struct weighed {
    int64_t amount;
    struct chain_pair pair;
};

static int heavier_first(const void *left, const void *right)
{
    const struct weighed *a = left, *b = right;
    if (a->amount != b->amount)
        return a->amount > b->amount ? -1 : 1;
    return a->pair.supply < b->pair.supply ? -1 : a->pair.supply > b->pair.supply;
}

static enum err find_pairs(struct arena *a, struct work *w, struct diag *d)
{
    struct chain_result *out = w->out;
    struct weighed *found = ARENA_ARRAY(a, struct weighed, w->in->supply_count);
    TRY(diag_arena(d, a));
    for (size_t i = 0; i < w->in->supply_count; i++) {
        const struct chain_supply *s = &w->in->supplies[i];
        if (s->supplier >= 0)
            continue;
        int firm = w->in->placements[s->buyer].firm;
        int others = out->links[s->link].enterprises - stands_on(w, s->link, firm);
        if (others <= 0)
            continue;
        found[out->pair_count++] = (struct weighed){ s->amount, { (int)i, others } };
        out->pair_amount += s->amount;
    }
    qsort(found, out->pair_count, sizeof *found, heavier_first);
    out->pairs = ARENA_ARRAY(a, struct chain_pair, out->pair_count);
    TRY(diag_arena(d, a));
    for (size_t i = 0; i < out->pair_count; i++)
        out->pairs[i] = found[i].pair;
    return OK;
}

enum err chain_analyse(
    struct arena *a, const struct chain_input *in, struct chain_result *out, struct diag *d)
{
    struct work w = { .in = in, .out = out };
    int firms = 0;
    *out = (struct chain_result){ .links
        = ARENA_ARRAY(a, struct chain_link_result, in->link_count) };
    for (size_t i = 0; i < in->placement_count; i++)
        if (in->placements[i].firm >= firms)
            firms = in->placements[i].firm + 1;
    bool *seen = ARENA_ARRAY(a, bool, (size_t)firms);
    w.sorted = ARENA_ARRAY(a, struct chain_placement, in->placement_count);
    w.by_place = ARENA_ARRAY(a, int64_t, in->link_count * in->place_count);
    struct chain_placement *bought = ARENA_ARRAY(a, struct chain_placement, in->supply_count);
    TRY(diag_arena(d, a));
    out->enterprises = firms_on_chain(&w, seen);
    count_enterprises(&w);
    add_purchases(&w);
    count_buyers(&w, bought);
    for (size_t i = 0; i < in->link_count; i++) {
        struct chain_link_result *l = &out->links[i];
        name_places(&w, i);
        l->verdict = verdict(l, &in->rules);
        out->held += l->enterprises > 0;
        out->needed += l->enterprises > 0 || l->verdict == CHAIN_MISSING;
    }
    return find_pairs(a, &w, d);
}
