/*
 * Built-ins on contexts (clause 10.3.4.7).
 */
#include "feel/builtins.h"

#include <string.h>

BUILTIN(get_value)
{
    str key;
    (void)count;
    feel_value context = arg_of(args[0], FEEL_CONTEXT);
    if (context.kind != FEEL_CONTEXT || !arg_text(args[1], &key))
        return invalid(m, "get value");
    const feel_value *found = feel_get(context, key);
    *out = found ? *found : feel_null();
    return OK;
}

/* {key: …, value: …} */
static enum err entry_pair(struct feel_machine *m, const struct feel_entry *e, feel_value *out)
{
    struct feel_entry *pair = ARENA_ARRAY(m->arena, struct feel_entry, 2);
    if (!pair)
        return feel_out_of_memory(m);
    pair[0] = (struct feel_entry){ STR("key"), feel_string(e->name) };
    pair[1] = (struct feel_entry){ STR("value"), e->value };
    *out = feel_context_of(m->arena, pair, 2);
    return out->kind == FEEL_NULL ? feel_out_of_memory(m) : OK;
}

BUILTIN(get_entries)
{
    (void)count;
    feel_value context = arg_of(args[0], FEEL_CONTEXT);
    struct items items = { .m = m };
    if (context.kind != FEEL_CONTEXT)
        return invalid(m, "get entries");
    for (size_t i = 0; i < context.context->count; i++) {
        feel_value pair;
        TRY(entry_pair(m, &context.context->entries[i], &pair));
        TRY(items_add(&items, pair));
    }
    return give_list(&items, out);
}

/* A copy of a context with room for one more entry. */
struct growing {
    struct feel_entry *entries;
    size_t count, capacity;
};

static enum err put(struct feel_machine *m, struct growing *g, str key, feel_value v)
{
    for (size_t i = 0; i < g->count; i++)
        if (str_equal(g->entries[i].name, key)) {
            g->entries[i].value = v;
            return OK;
        }
    if (g->count == g->capacity) {
        if (g->count >= m->list_max)
            return feel_limit(m, "条目超过 %llu 个", "more than %llu entries", m->list_max);
        size_t larger = g->capacity ? g->capacity * 2 : 8;
        g->entries = arena_grow(
            m->arena, g->entries, g->count * sizeof *g->entries, larger * sizeof *g->entries);
        if (!g->entries)
            return feel_out_of_memory(m);
        g->capacity = larger;
    }
    g->entries[g->count++] = (struct feel_entry){ key, v };
    return OK;
}

static enum err put_all(struct feel_machine *m, struct growing *g, const struct feel_context *c)
{
    for (size_t i = 0; i < c->count; i++)
        TRY(put(m, g, c->entries[i].name, c->entries[i].value));
    return OK;
}

static enum err give(struct feel_machine *m, const struct growing *g, feel_value *out)
{
    *out = feel_context_of(m->arena, g->entries, g->count);
    return out->kind == FEEL_NULL ? feel_out_of_memory(m) : OK;
}

static bool has_entry(const struct growing *g, str key)
{
    for (size_t i = 0; i < g->count; i++)
        if (str_equal(g->entries[i].name, key))
            return true;
    return false;
}

/* context([{key, value}, …]); a key that stands twice makes it null. */
BUILTIN(context)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct growing g = { 0 };
    (void)count;
    for (size_t i = 0; list && i < list->count; i++) {
        const feel_value *key = feel_get(list->items[i], STR("key"));
        const feel_value *value = feel_get(list->items[i], STR("value"));
        if (!key || !value || key->kind != FEEL_STRING || has_entry(&g, key->text))
            return invalid(m, "context");
        TRY(put(m, &g, key->text, *value));
    }
    return list ? give(m, &g, out) : invalid(m, "context");
}

static enum err put_path(struct feel_machine *m, feel_value base, const struct feel_list *keys,
    size_t at, feel_value v, feel_value *out)
{
    struct growing g = { 0 };
    if (base.kind != FEEL_CONTEXT || keys->items[at].kind != FEEL_STRING)
        return OK;
    TRY(put_all(m, &g, base.context));
    if (at + 1 < keys->count) {
        const feel_value *inner = feel_get(base, keys->items[at].text);
        feel_value changed = feel_null();
        TRY(put_path(m, inner ? *inner : feel_null(), keys, at + 1, v, &changed));
        if (changed.kind == FEEL_NULL)
            return OK;
        v = changed;
    }
    TRY(put(m, &g, keys->items[at].text, v));
    return give(m, &g, out);
}

/* context put(context, key, value) or (context, [key, key …], value) into a nested context */
BUILTIN(context_put)
{
    struct arg_room room;
    (void)count;
    feel_value base = arg_of(args[0], FEEL_CONTEXT);
    const struct feel_list *keys = arg_list(args[1], &room);
    bool one_key = m->variant == 1; /* called with `key`, not `keys` */
    if (!keys || !keys->count || (one_key && args[1].kind == FEEL_LIST) || keys->count > FEEL_NESTING_MAX)
        return invalid(m, "context put");
    TRY(put_path(m, base, keys, 0, args[2], out));
    return out->kind == FEEL_NULL ? invalid(m, "context put") : OK;
}

BUILTIN(context_merge)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct growing g = { 0 };
    (void)count;
    if (!list)
        return invalid(m, "context merge");
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != FEEL_CONTEXT)
            return invalid(m, "context merge");
        TRY(put_all(m, &g, list->items[i].context));
    }
    return give(m, &g, out);
}
