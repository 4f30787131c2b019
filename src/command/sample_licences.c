/*
 * Licences of the sample, out of lists: <zone>/<system>/sample/licences.json.
 *
 *     {"licences": [{"type": "food_business",
 *         "holders": {"from": 3, "to": 200, "step": 7} | [12, 40],   of the enterprises, from 1
 *         "contacts": true,           those that can sign in have one too
 *         "days": [-1500, -20],       when it was issued, before the day up to which the sample
 * goes "fields": {"scope": "…" | ["…", "…"] | 1200},  "@200" in a date: so many days on; {n} in a
 * text: the number of the holder "acts": [{"share": 0.05, "verb": "suspend", "days": -15, "reason":
 * "…", "basis": "…"}]}]}
 *
 * They are issued by the engine itself, on their day; what would have ended by then has ended. All
 * of it goes through the checks of the server: a fault names the file.
 */
#include "command/sample.h"
#include "zone/licence.h"

#include <string.h>

enum { LIST_BYTES_MAX = 1024 * 1024, LICENCES_A_WRITE = 200 };

struct issuing {
    struct sample *s;
    const json_t *list; /* the types */
    size_t at;          /* in the list */
    const int64_t *holders;
    size_t holder_count, next;
    int64_t made;
};

static const json_t *entry(const struct issuing *w)
{
    return json_array_get(w->list, w->at);
}

static str text_for(struct arena *a, str text, int64_t n)
{
    ptrdiff_t at = str_find(text, STR("{n}"), 0);
    if (at < 0)
        return text;
    return str_printf(a, "%.*s%lld%.*s", (int)at, text.data, (long long)n,
        STR_ARGS(str_slice(text, (size_t)at + 3, text.bytes)));
}

static json_t *value_for(struct issuing *w, struct arena *a, const json_t *v, int64_t n)
{
    int64_t days;
    if (json_is_array(v))
        v = json_array_get(v, (size_t)sample_below(&w->s->random, (int64_t)json_array_size(v)));
    if (!json_is_string(v))
        return json_deep_copy(v);
    str text = text_for(a, (str){ json_string_value(v), json_string_length(v) }, n);
    if (str_starts(text, STR("@")) && str_to_int64(str_slice(text, 1, text.bytes), &days))
        text = date_format(a, date_from_days(zone_local_days(w->s->zone, w->s->until_ms) + days));
    return json_from_str(text);
}

static int64_t between(struct issuing *w, const json_t *pair, int64_t otherwise)
{
    int64_t from = json_integer_value(json_array_get(pair, 0));
    int64_t to = json_integer_value(json_array_get(pair, 1));
    return json_is_array(pair) && to >= from ? sample_between(&w->s->random, from, to) : otherwise;
}

static enum err follow(struct issuing *w, struct op *op, int64_t id)
{
    const json_t *acts = json_object_get(entry(w), "acts");
    for (size_t i = 0; i < json_array_size(acts); i++) {
        const json_t *o = json_array_get(acts, i);
        struct licence_act act = { .reason = json_str(o, "reason"), .basis = json_str(o, "basis") };
        struct licence l;
        if (!sample_chance(&w->s->random, sample_number(o, "share", 1))
            || !licence_verb_from(json_str(o, "verb"), &act.verb))
            continue;
        op->now_ms = w->s->until_ms + json_int(o, "days", -1) * MS_PER_DAY;
        enum err e = licence_do(op, id, &act, &l);
        if (e != OK && e != ERR_NOT_ALLOWED) /* has ended by then */
            return e;
        memset(op->diag, 0, sizeof *op->diag);
        return OK;
    }
    return OK;
}

static enum err one(struct issuing *w, struct op *op, int64_t n)
{
    struct licence l;
    struct diag_list faults;
    const char *key;
    json_t *v, *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 8);
    TRY(diag_arena(op->diag, op->arena));
    json_object_foreach(json_object_get(entry(w), "fields"), key, v)
    {
        json_object_set_new(data, key, value_for(w, op->arena, v, n));
    }
    struct licence_input in = { .type = json_str(entry(w), "type"),
        .holder_id = w->s->enterprises[n - 1].id,
        .data = data,
        .reason = STR("示例数据"),
        .faults = &faults };
    op->now_ms = w->s->until_ms + between(w, json_object_get(entry(w), "days"), -1) * MS_PER_DAY;
    enum err e = licence_issue(op, &in, &l);
    if (e == ERR_CONFLICT) { /* held once, and held already */
        memset(op->diag, 0, sizeof *op->diag);
        return OK;
    }
    TRY(e);
    w->made++;
    return follow(w, op, l.id);
}

static enum err some(struct op *op, void *ctx)
{
    struct issuing *w = ctx;
    struct arena scratch;
    struct op own = *op;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    for (int i = 0; e == OK && w->next < w->holder_count && i < LICENCES_A_WRITE; i++) {
        arena_reset(&scratch);
        e = one(w, &own, w->holders[w->next++]);
    }
    arena_release(&scratch);
    return e;
}

/* Numbers of enterprises, from 1, as far as there are so many. */
static enum err choose(struct issuing *w, struct diag *d)
{
    struct sample *s = w->s;
    const json_t *holders = json_object_get(entry(w), "holders");
    int64_t *list =
        ARENA_ARRAY(s->arena, int64_t, (size_t)s->enterprise_made + SAMPLE_CONTACTS_MAX);
    TRY(diag_arena(d, s->arena));
    w->holder_count = w->next = 0;
    for (size_t i = 0; json_bool(entry(w), "contacts", false) && i < s->contact_count; i++)
        list[w->holder_count++] = s->contacts[i] + 1;
    for (size_t i = 0; i < json_array_size(holders); i++) {
        int64_t n = json_integer_value(json_array_get(holders, i));
        if (n >= 1 && n <= s->enterprise_made)
            list[w->holder_count++] = n;
    }
    int64_t from = json_int(holders, "from", 1), step = json_int(holders, "step", 1);
    for (int64_t n = from; json_is_object(holders) && n >= 1 && step > 0 && n <= s->enterprise_made
         && n <= json_int(holders, "to", 0);
         n += step)
        list[w->holder_count++] = n;
    w->holders = list;
    return OK;
}

static enum err issue_list(struct sample *s, struct op *op, const char *path, str text)
{
    json_t *root;
    struct issuing w = { .s = s };
    enum err e = json_parse(s->arena, text, &root, op->diag);
    w.list = json_object_get(root, "licences");
    for (w.at = 0; e == OK && w.at < json_array_size(w.list); w.at++) {
        e = choose(&w, op->diag);
        while (e == OK && w.next < w.holder_count)
            e = zone_write(op, some, &w);
    }
    s->record_count += w.made;
    if (e != OK)
        diag_at(op->diag, path, 0, 0);
    return e;
}

enum err sample_make_licences(struct sample *s, struct op *op)
{
    const struct pack *p = zone_pack(s->zone);
    const struct sys *sys = s->line->sys;
    for (size_t i = 0; i < p->system_count; i++) {
        struct diag ignored = { 0 };
        str text,
            path = str_printf(s->arena, "%s/%.*s/sample/licences.json", s->zone_dir,
                STR_ARGS(p->systems[i].folder));
        TRY(diag_arena(op->diag, s->arena));
        if (sys->file_read(sys->ctx, s->arena, path.data, LIST_BYTES_MAX, &text, &ignored) == OK)
            TRY(issue_list(s, op, path.data, text));
    }
    return OK;
}
