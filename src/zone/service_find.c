/*
 * Finding an item by what people say. The catalogue is in memory and small (a thousand items):
 * every item is scored against the words, best first.
 *
 *     100  the name begins with what was said     90  it stands in the name
 *      80  it is what people say for the item     70  a synonym of it stands in the name
 *      66  it is how the name begins in Pinyin, initials or syllables; 64, 62 what people say for
 * it, or a synonym; 60 any part of the name 58  what it gives                          50  of its
 * life event, stage, theme or unit 48  what people say for it stands there, with words between <45
 * much of it stands there or sounds the same: a wrong, missing or swapped character or letter does
 *          not lose the item
 *
 * Among equals the first application for something comes before its changes (the handling item's
 * number), then featured items, then the order of the catalogue.
 */
#include "zone/likeness.h"
#include "zone/service_internal.h"

#include <stdlib.h>
#include <string.h>

enum { QUERY_BYTES_MAX = 200, MEANS_MAX = 40 };

struct meaning {
    str word;
    double points;
};

struct asked {
    struct op *op;
    const struct pack *pack;
    const struct pack_system *system;
    struct typed typed;
    struct meaning means[MEANS_MAX];
    size_t mean_count;
};

/* ---- texts ---- */

static str lower(struct arena *a, str s)
{
    struct typed t;
    typed_init(&t, a, s);
    return t.text;
}

static bool holds(str s, str part)
{
    return part.bytes && str_find(s, part, 0) >= 0;
}

static bool latin(const struct asked *q)
{
    return q->typed.letters.bytes > 0;
}

/* Typed in Latin letters for Chinese. */
static bool spelt(const struct asked *q, str text, bool begins)
{
    return q->typed.letters.bytes >= 2 && store_letters_hold(text, q->typed.letters, begins);
}

/* ---- the score ---- */

static double best_of(double a, double b)
{
    return a > b ? a : b;
}

static double by_coded(const struct asked *q, const char *table, const str *codes, size_t count)
{
    const struct pack_codes *t = pack_codes(q->pack, str_from(table));
    for (size_t i = 0; t && i < count; i++) {
        const struct pack_code *c = pack_code(t, codes[i]);
        if (c
            && (holds(c->name.zh, q->typed.text)
                || holds(lower(q->op->arena, c->name.en), q->typed.text)))
            return 50;
    }
    return 0;
}

/* Much of it stands in the text, or sounds the same. */
static double by_likeness(const struct asked *q, str text)
{
    double like = !latin(q) && q->typed.count >= 2 ? likeness(&q->typed, text) : 0;
    return like >= 0.65 ? 45 * like : 0;
}

static double by_said(const struct asked *q, const struct pack_item *i)
{
    double best = 0;
    for (size_t k = 0; k < i->said_count; k++) {
        str said = lower(q->op->arena, i->said[k]), text = q->typed.text;
        double one = str_equal(said, text)                        ? 85
            : holds(text, said) || holds(said, text)              ? 80
            : spelt(q, said, false)                               ? 64
            : said.bytes >= 9 && likeness_covers(&q->typed, said) ? 48
            : latin(q) && likeness_words(&q->typed, said)         ? 45
                                                                  : by_likeness(q, said);
        best = best_of(one, best);
    }
    return best;
}

static double by_means(const struct asked *q, const struct pack_item *i)
{
    double best = 0;
    for (size_t k = 0; k < q->mean_count; k++)
        if (holds(i->name.zh, q->means[k].word))
            best = best_of(q->means[k].points - (double)k / MEANS_MAX, best);
    return best;
}

static double by_place(const struct asked *q, const struct pack_item *i)
{
    const struct pack_topic *t = pack_topic(q->system, i->theme);
    const struct pack_unit *u = pack_unit(q->pack, i->unit);
    if ((t && holds(t->name.zh, q->typed.text)) || (u && holds(u->name.zh, q->typed.text)))
        return 50;
    double event = by_coded(q, "life_event", i->events, i->event_count);
    return event > 0 ? event : by_coded(q, "enterprise_stage", i->stages, i->stage_count);
}

static double by_name(const struct asked *q, const struct pack_item *i)
{
    str zh = i->name.zh, en = lower(q->op->arena, i->name.en), text = q->typed.text;
    if (holds(zh, text) || holds(en, text))
        return str_starts(zh, text) || str_starts(en, text) ? 100 : 90;
    if (spelt(q, zh, true))
        return 66;
    if (spelt(q, zh, false))
        return 60;
    if (holds(i->result_name.zh, text) || holds(lower(q->op->arena, i->result_name.en), text))
        return 58;
    return latin(q) && likeness_words(&q->typed, en) ? 44 : by_likeness(q, zh);
}

static double score(const struct asked *q, const struct pack_item *i)
{
    if (!q->typed.text.bytes)
        return 1;
    if (str_starts(lower(q->op->arena, i->code), q->typed.text))
        return 100;
    double best = by_name(q, i);
    if (best < 90)
        best = best_of(best, best_of(by_said(q, i), by_means(q, i)));
    return best < 50 ? best_of(best, by_place(q, i)) : best;
}

/* ---- who fits ---- */

static bool among(str wanted, const str *list, size_t count)
{
    if (!wanted.bytes)
        return true;
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i], wanted))
            return true;
    return false;
}

static bool fits(const struct service_filter *f, const struct pack_item *i, int64_t today)
{
    return i->from <= today && today <= i->to && among(f->unit, &i->unit, 1)
        && among(f->theme, &i->theme, 1) && among(f->event, i->events, i->event_count)
        && among(f->stage, i->stages, i->stage_count)
        && (!f->type.bytes || str_equal(item_type(i), f->type)) && (!f->featured || i->featured)
        && (!f->no_document || i->no_document)
        && (!f->kind.bytes || str_is(f->kind, "on-spot") == i->on_spot);
}

/* What is only a little like it is noise where something fits, or fits far better. In their order.
 */
static size_t worth_showing(const struct service_found *list, size_t count)
{
    double best = count ? list[0].score : 0, least = best >= 58 ? 48 : 0.8 * best;
    while (count && list[count - 1].score < least && best > 1)
        count--;
    return count;
}

static int by_score(const void *a, const void *b)
{
    const struct service_found *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    int order = str_compare(str_slice(x->item->code, ITEM_IMPLEMENTATION_BYTES, ITEM_CODE_BYTES),
        str_slice(y->item->code, ITEM_IMPLEMENTATION_BYTES, ITEM_CODE_BYTES));
    if (order)
        return order;
    if (x->item->featured != y->item->featured)
        return x->item->featured ? -1 : 1;
    return str_compare(x->item->code, y->item->code);
}

/* What a synonym is worth for what was typed; 0: it was not meant. */
static double meant(const struct asked *q, str say)
{
    str one = lower(q->op->arena, say);
    if (holds(q->typed.text, one) || (q->typed.count >= 2 && holds(one, q->typed.text)))
        return 70;
    if (spelt(q, say, true))
        return 62;
    if (one.bytes >= 9 && !latin(q) && likeness_covers(&q->typed, one))
        return 48;
    if (latin(q) && likeness_words(&q->typed, one))
        return 45;
    return !latin(q) && q->typed.count >= 2 && likeness(&q->typed, one) >= 0.9 ? 45 : 0;
}

static void ask(struct asked *q, str text)
{
    const struct pack_catalogue *c = q->system->catalogue;
    typed_init(&q->typed, q->op->arena, str_trim(str_slice(text, 0, QUERY_BYTES_MAX)));
    for (size_t i = 0; i < c->synonym_count && q->typed.text.bytes; i++) {
        const struct pack_synonym *s = &c->synonyms[i];
        double points = 0;
        for (size_t k = 0; k < s->say_count; k++)
            points = best_of(points, meant(q, s->say[k]));
        for (size_t k = 0; points > 0 && k < s->mean_count && q->mean_count < MEANS_MAX; k++)
            q->means[q->mean_count++] = (struct meaning){ s->means[k], points };
    }
}

enum err service_find(struct op *op, const struct pack_system *s, const struct service_filter *f,
    struct service_found **out, size_t *count, size_t *total)
{
    const struct pack_catalogue *c = s->catalogue;
    struct asked *q = ARENA_NEW(op->arena, struct asked);
    struct service_found *list = ARENA_ARRAY(op->arena, struct service_found, c->item_count + 1);
    size_t used = 0;
    int64_t today = zone_local_days(op->zone, op->now_ms);
    TRY(diag_arena(op->diag, op->arena));
    *q = (struct asked){ .op = op, .pack = zone_pack(op->zone), .system = s };
    ask(q, f->text);
    for (size_t i = 0; i < c->item_count; i++) {
        const struct pack_item *item = &c->items[i];
        double points = fits(f, item, today) ? score(q, item) : 0;
        if (points > 0)
            list[used++] = (struct service_found){ item, points };
    }
    qsort(list, used, sizeof *list, by_score);
    used = worth_showing(list, used);
    *total = used;
    *out = list + (f->offset < used ? f->offset : used);
    *count = used - (f->offset < used ? f->offset : used);
    if (f->limit && *count > f->limit)
        *count = f->limit;
    return diag_arena(op->diag, op->arena);
}
