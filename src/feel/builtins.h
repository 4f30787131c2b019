/*
 * Reading arguments, for the files that implement the built-ins. A reader applies the implicit
 * conversion of a singleton list to its item, as invocation does (clause 10.3.2.9.4).
 */
#ifndef JUNMA_FEEL_BUILTINS_H
#define JUNMA_FEEL_BUILTINS_H

#include "feel/internal.h"
#include "feel/number.h"
#include "feel/temporal.h"

#define BUILTIN(name)                                                                              \
    enum err feel_fn_##name(                                                                       \
        struct feel_machine *m, const feel_value *args, size_t count, feel_value *out)
#define B(function, text, min, max, pure, result, parameters) BUILTIN(function);
#include "feel/builtins.def"
#undef B

static inline feel_value arg_of(feel_value v, uint8_t kind)
{
    return v.kind == FEEL_LIST && v.list->count == 1 && v.list->items[0].kind == kind
        ? v.list->items[0]
        : v;
}

static inline bool arg_text(feel_value v, str *out)
{
    v = arg_of(v, FEEL_STRING);
    if (v.kind != FEEL_STRING)
        return false;
    *out = v.text;
    return true;
}

static inline bool arg_number(feel_value v, feel_value *out)
{
    v = arg_of(v, FEEL_NUMBER);
    *out = v;
    return v.kind == FEEL_NUMBER;
}

/* A whole number; a fraction is cut. */
static inline bool arg_int(feel_value v, int64_t *out)
{
    v = arg_of(v, FEEL_NUMBER);
    return v.kind == FEEL_NUMBER && feel_to_int64(number_round(v, 0, NUMBER_DOWN), out);
}

/* A list; a single value that is not null counts as a list of it. `room` holds that list. */
struct arg_room {
    struct feel_list list;
    feel_value item;
};
static inline const struct feel_list *arg_list(feel_value v, struct arg_room *room)
{
    if (v.kind == FEEL_LIST)
        return v.list;
    if (v.kind == FEEL_NULL)
        return NULL;
    room->item = v;
    room->list = (struct feel_list){ 1, &room->item };
    return &room->list;
}

/* f(list) or f(a, b, c): the values. */
static inline const struct feel_list *arg_values(
    const feel_value *args, size_t count, struct arg_room *room)
{
    if (count == 1)
        return arg_list(args[0], room);
    room->list = (struct feel_list){ count, args };
    return &room->list;
}

static inline enum err give_text(struct feel_machine *m, str s, feel_value *out)
{
    if (arena_failed(m->arena))
        return feel_out_of_memory(m);
    *out = feel_string(s);
    return OK;
}

static inline enum err give_list(struct items *l, feel_value *out)
{
    *out = items_list(l);
    return out->kind == FEEL_NULL ? feel_out_of_memory(l->m) : OK;
}

static inline enum err invalid(struct feel_machine *m, const char *function)
{
    WARN(m, "函数 %s 的参数不对", "%s: an argument is not what the function takes", function);
    return OK;
}

#endif
