/*
 * Randomness that repeats from a seed (SplitMix64), and sentences with slots.
 *
 * A slot {name} stands for a fact of the case or for one of the lists' own slots: an array of
 * texts, or {"from": a, "to": b, "step": c}. Which item it is follows from the case's seed and the
 * slot's name, so that a case says the same thing in its title, its text and its answer. A slot
 * that nobody knows stays as it is written: a mistake in a list is meant to be seen.
 */
#include "command/sample.h"

enum { SENTENCE_BYTES_MAX = 8192 };

uint64_t sample_next(struct sample_random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t sample_below(struct sample_random *r, int64_t limit)
{
    ASSERT(limit > 0);
    return (int64_t)(sample_next(r) % (uint64_t)limit);
}

int64_t sample_between(struct sample_random *r, int64_t least, int64_t most)
{
    ASSERT(least <= most);
    return least + sample_below(r, most - least + 1);
}

double sample_unit(struct sample_random *r)
{
    return (double)(sample_next(r) >> 11) * 0x1p-53;
}

bool sample_chance(struct sample_random *r, double p)
{
    return sample_unit(r) < p;
}

static void add_day(struct buf *b, const struct sample_facts *f, int64_t days)
{
    static const char *const months[] = { "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December" };
    struct date d = date_from_days(days);
    if (f->english)
        buf_printf(b, "%d %s", d.day, months[d.month - 1]);
    else
        buf_printf(b, "%d月%d日", d.month, d.day);
}

/* {day-3}: so many days from now. */
static bool add_relative_day(struct buf *b, str name, const struct sample_facts *f)
{
    int64_t by;
    if (!str_starts(name, STR("day")) || name.bytes < 5
        || !str_to_int64(str_slice(name, 4, name.bytes), &by))
        return false;
    int64_t today = tz_local_days(f->tz, f->now_ms, NULL);
    add_day(b, f, name.data[3] == '-' ? today - by : today + by);
    return true;
}

static bool add_fact(struct buf *b, str name, const struct sample_facts *f)
{
    const struct {
        const char *name;
        str value;
    } facts[] = { { "enterprise", f->enterprise }, { "contact", f->contact }, { "place", f->place },
        { "unit", f->unit }, { "phone", f->phone }, { "number", f->number } };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (str_is(name, facts[i].name)) {
            buf_add(b, facts[i].value);
            return true;
        }
    if (!str_is(name, "due"))
        return add_relative_day(b, name, f);
    add_day(b, f, tz_local_days(f->tz, f->due_ms ? f->due_ms : f->now_ms, NULL));
    return true;
}

static bool add_slot(struct buf *b, str name, const struct sample_facts *f)
{
    const json_t *slot = name.bytes ? json_object_getn(f->slots, name.data, name.bytes) : NULL;
    struct sample_random r = { f->seed ^ str_hash(name) };
    if (json_is_array(slot)) {
        buf_add(b, sample_pick_text(&r, slot));
        return true;
    }
    int64_t from = json_int(slot, "from", 0), to = json_int(slot, "to", 0);
    int64_t step = json_int(slot, "step", 1);
    if (!json_is_object(slot) || to < from || step < 1)
        return false;
    buf_printf(b, "%lld", (long long)(from + step * sample_below(&r, (to - from) / step + 1)));
    return true;
}

str sample_sentence(struct arena *a, str pattern, const struct sample_facts *f)
{
    struct buf b;
    size_t at = 0;
    buf_init(&b, a, SENTENCE_BYTES_MAX);
    while (at < pattern.bytes) {
        ptrdiff_t open = str_find(pattern, STR("{"), at);
        ptrdiff_t close = open < 0 ? -1 : str_find(pattern, STR("}"), (size_t)open);
        if (close < 0)
            break;
        buf_add(&b, str_slice(pattern, at, (size_t)open));
        str name = str_slice(pattern, (size_t)open + 1, (size_t)close);
        if (!add_fact(&b, name, f) && !add_slot(&b, name, f))
            buf_add(&b, str_slice(pattern, (size_t)open, (size_t)close + 1));
        at = (size_t)close + 1;
    }
    buf_add(&b, str_slice(pattern, at, pattern.bytes));
    return buf_str(&b);
}
