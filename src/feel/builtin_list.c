/*
 * Built-ins on lists (clauses 10.3.4.4, 10.3.4.9). Positions count from 1, negative ones from the
 * end. Sorting is a stable merge, so that equal items keep their order.
 */
#include "feel/builtins.h"

#include <string.h>

BUILTIN(list_contains)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    (void)count;
    if (!list)
        return invalid(m, "list contains");
    *out = feel_boolean(false);
    for (size_t i = 0; i < list->count; i++)
        if (feel_is_true(feel_equal(list->items[i], args[1])))
            *out = feel_boolean(true);
    return OK;
}

BUILTIN(count)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    (void)count;
    if (!list)
        return invalid(m, "count");
    *out = feel_integer((int64_t)list->count);
    return OK;
}

static enum err extreme(struct feel_machine *m, const feel_value *args, size_t count, int sign,
    feel_value *out)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    if (!list || !list->count)
        return invalid(m, sign < 0 ? "min" : "max");
    feel_value best = list->items[0];
    int order;
    if (!feel_order(best, best, &order))
        return invalid(m, sign < 0 ? "min" : "max");
    for (size_t i = 1; i < list->count; i++) {
        if (!feel_order(list->items[i], best, &order))
            return invalid(m, sign < 0 ? "min" : "max");
        if (order * sign > 0)
            best = list->items[i];
    }
    *out = best;
    return OK;
}

BUILTIN(min)
{
    return extreme(m, args, count, -1, out);
}

BUILTIN(max)
{
    return extreme(m, args, count, 1, out);
}

static bool addable(feel_value v)
{
    return v.kind == FEEL_NUMBER || v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS;
}

/* Numbers, or durations of one kind; null for an empty list or anything else. */
static feel_value total(struct feel_machine *m, const struct feel_list *list)
{
    if (!list || !list->count || !addable(list->items[0]))
        return feel_null();
    feel_value sum = list->items[0];
    for (size_t i = 1; i < list->count; i++) {
        if (list->items[i].kind != sum.kind)
            return feel_null();
        sum = feel_arithmetic(m, OP_ADD, sum, list->items[i]);
        if (sum.kind == FEEL_NULL)
            return sum;
    }
    return sum;
}

BUILTIN(sum)
{
    struct arg_room room;
    *out = total(m, arg_values(args, count, &room));
    return out->kind == FEEL_NULL ? invalid(m, "sum") : OK;
}

BUILTIN(mean)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    feel_value sum = total(m, list);
    if (sum.kind == FEEL_NULL)
        return invalid(m, "mean");
    *out = feel_arithmetic(m, OP_DIVIDE, sum, feel_integer((int64_t)list->count));
    return OK;
}

static bool all_numbers(const struct feel_list *list)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (list->items[i].kind != FEEL_NUMBER)
            return false;
    return list != NULL;
}

BUILTIN(product)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    if (!all_numbers(list) || !list->count)
        return invalid(m, "product");
    feel_value result = feel_integer(1);
    for (size_t i = 0; i < list->count && result.kind == FEEL_NUMBER; i++)
        result = number_multiply(result, list->items[i]);
    *out = result;
    return OK;
}

/* Table of clause 10.3.4.4: any(list) is all(list) with true and false changed about. */
static enum err decide_all(struct feel_machine *m, const feel_value *args, size_t count,
    bool deciding, feel_value *out)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    if (!list)
        return invalid(m, deciding ? "any" : "all");
    feel_value result = feel_boolean(!deciding);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == FEEL_BOOLEAN && list->items[i].boolean == deciding) {
            *out = list->items[i];
            return OK;
        }
        if (list->items[i].kind != FEEL_BOOLEAN)
            result = feel_null();
    }
    *out = result;
    return OK;
}

BUILTIN(all)
{
    return decide_all(m, args, count, false, out);
}

BUILTIN(any)
{
    return decide_all(m, args, count, true, out);
}

BUILTIN(sublist)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    int64_t start, length = 0;
    bool has_length = count > 2 && args[2].kind != FEEL_NULL;
    if (!list || !arg_int(args[1], &start) || (has_length && !arg_int(args[2], &length)))
        return invalid(m, "sublist");
    int64_t total_count = (int64_t)list->count;
    int64_t from = start > 0 ? start - 1 : total_count + start;
    if (start == 0 || from < 0 || from > total_count || (start > 0 && from >= total_count)
        || (has_length && (length < 1 || length > total_count - from)))
        return invalid(m, "sublist");
    struct items items = { .m = m };
    for (int64_t i = from; i < (has_length ? from + length : total_count); i++)
        TRY(items_add(&items, list->items[i]));
    return give_list(&items, out);
}

static enum err add_all(struct items *items, const struct feel_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        TRY(items_add(items, list->items[i]));
    return OK;
}

BUILTIN(append)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct items items = { .m = m };
    if (!list)
        return invalid(m, "append");
    TRY(add_all(&items, list));
    for (size_t i = 1; i < count; i++)
        TRY(items_add(&items, args[i]));
    return give_list(&items, out);
}

BUILTIN(concatenate)
{
    struct items items = { .m = m };
    for (size_t i = 0; i < count; i++) {
        struct arg_room room;
        const struct feel_list *list = arg_list(args[i], &room);
        if (!list)
            return invalid(m, "concatenate");
        TRY(add_all(&items, list));
    }
    return give_list(&items, out);
}

/* The index from 0 that a position means; -1 when outside. */
static int64_t index_at(const struct feel_list *list, feel_value position)
{
    int64_t p, total_count = (int64_t)list->count;
    if (!arg_int(position, &p) || p == 0 || p > total_count || -p > total_count)
        return -1;
    return p > 0 ? p - 1 : total_count + p;
}

BUILTIN(insert_before)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct items items = { .m = m };
    (void)count;
    int64_t at = list ? index_at(list, args[1]) : -1;
    if (at < 0)
        return invalid(m, "insert before");
    for (size_t i = 0; i < list->count; i++) {
        if ((int64_t)i == at)
            TRY(items_add(&items, args[2]));
        TRY(items_add(&items, list->items[i]));
    }
    return give_list(&items, out);
}

BUILTIN(remove)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct items items = { .m = m };
    (void)count;
    int64_t at = list ? index_at(list, args[1]) : -1;
    if (at < 0)
        return invalid(m, "remove");
    for (size_t i = 0; i < list->count; i++)
        if ((int64_t)i != at)
            TRY(items_add(&items, list->items[i]));
    return give_list(&items, out);
}

/* By position, or every item for which match(item, newItem) is true. */
BUILTIN(list_replace)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct items items = { .m = m };
    (void)count;
    if (!list)
        return invalid(m, "list replace");
    bool by_match = args[1].kind == FEEL_FUNCTION;
    int64_t at = by_match ? -1 : index_at(list, args[1]);
    if ((!by_match && at < 0) || (by_match && feel_function_arity(args[1].function) != 2
            && feel_function_arity(args[1].function) != SIZE_MAX))
        return invalid(m, "list replace");
    for (size_t i = 0; i < list->count; i++) {
        feel_value pair[2] = { list->items[i], args[2] }, match = feel_boolean((int64_t)i == at);
        if (by_match)
            TRY(feel_call(m, args[1].function, pair, 2, &match));
        if (match.kind != FEEL_BOOLEAN)
            return invalid(m, "list replace");
        TRY(items_add(&items, match.boolean ? args[2] : list->items[i]));
    }
    return give_list(&items, out);
}

BUILTIN(reverse)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct items items = { .m = m };
    (void)count;
    if (!list)
        return invalid(m, "reverse");
    for (size_t i = list->count; i-- > 0;)
        TRY(items_add(&items, list->items[i]));
    return give_list(&items, out);
}

BUILTIN(index_of)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    struct items items = { .m = m };
    (void)count;
    if (!list)
        return invalid(m, "index of");
    for (size_t i = 0; i < list->count; i++)
        if (feel_is_true(feel_equal(list->items[i], args[1])))
            TRY(items_add(&items, feel_integer((int64_t)i + 1)));
    return give_list(&items, out);
}

/* Quadratic work counts as steps, so that a long list meets the limit, not the clock. */
static enum err add_distinct(struct items *items, const struct feel_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        bool found = false;
        for (size_t k = 0; k < items->count && !found; k++) {
            if (items->m->fuel-- == 0)
                TRY(feel_machine_refuel(items->m));
            found = feel_is_true(feel_equal(items->data[k], list->items[i]));
        }
        if (!found)
            TRY(items_add(items, list->items[i]));
    }
    return OK;
}

BUILTIN(union)
{
    struct items items = { .m = m };
    for (size_t i = 0; i < count; i++) {
        struct arg_room room;
        const struct feel_list *list = arg_list(args[i], &room);
        if (!list)
            return invalid(m, "union");
        TRY(add_distinct(&items, list));
    }
    return give_list(&items, out);
}

BUILTIN(distinct_values)
{
    struct items items = { .m = m };
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    (void)count;
    if (!list)
        return invalid(m, "distinct values");
    TRY(add_distinct(&items, list));
    return give_list(&items, out);
}

static enum err add_flat(struct items *items, const struct feel_list *list, int depth)
{
    if (depth > FEEL_NESTING_MAX)
        return feel_limit(items->m, "列表嵌套超过 %llu 层", "a list is nested deeper than %llu",
            FEEL_NESTING_MAX);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == FEEL_LIST)
            TRY(add_flat(items, list->items[i].list, depth + 1));
        else
            TRY(items_add(items, list->items[i]));
    }
    return OK;
}

BUILTIN(flatten)
{
    struct items items = { .m = m };
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    (void)count;
    if (!list)
        return invalid(m, "flatten");
    TRY(add_flat(&items, list, 0));
    return give_list(&items, out);
}

/* ---- sorting ------------------------------------------------------------------------------ */

struct sorting {
    struct feel_machine *m;
    const struct feel_function *precedes; /* NULL: natural order */
    feel_value *data, *room;
    bool invalid;
};

/* Must b come before a? */
static enum err out_of_order(struct sorting *s, feel_value a, feel_value b, bool *answer)
{
    int order = 0;
    feel_value pair[2] = { b, a }, v = feel_null();
    *answer = false;
    if (s->m->fuel-- == 0)
        TRY(feel_machine_refuel(s->m));
    if (s->precedes) {
        TRY(feel_call(s->m, s->precedes, pair, 2, &v));
        *answer = feel_is_true(v);
        s->invalid = s->invalid || v.kind != FEEL_BOOLEAN;
    } else if (feel_order(b, a, &order)) {
        *answer = order < 0;
    } else {
        s->invalid = true;
    }
    return OK;
}

static enum err merge_sort(struct sorting *s, size_t from, size_t to)
{
    if (to - from < 2)
        return OK;
    size_t middle = from + (to - from) / 2, l = from, r = middle, k = from;
    TRY(merge_sort(s, from, middle));
    TRY(merge_sort(s, middle, to));
    while (l < middle && r < to) {
        bool swap;
        TRY(out_of_order(s, s->data[l], s->data[r], &swap));
        s->room[k++] = swap ? s->data[r++] : s->data[l++];
    }
    while (l < middle)
        s->room[k++] = s->data[l++];
    while (r < to)
        s->room[k++] = s->data[r++];
    memcpy(s->data + from, s->room + from, (to - from) * sizeof *s->data);
    return OK;
}

static enum err sorted(struct feel_machine *m, const struct feel_list *list,
    const struct feel_function *precedes, feel_value **out, bool *is_invalid)
{
    struct sorting s = { .m = m, .precedes = precedes };
    s.data = ARENA_ARRAY(m->arena, feel_value, list->count);
    s.room = ARENA_ARRAY(m->arena, feel_value, list->count);
    if (!s.data || !s.room)
        return feel_out_of_memory(m);
    if (list->count)
        memcpy(s.data, list->items, list->count * sizeof *s.data);
    TRY(merge_sort(&s, 0, list->count));
    *out = s.data;
    *is_invalid = s.invalid;
    return OK;
}

BUILTIN(sort)
{
    struct arg_room room;
    const struct feel_list *list = arg_list(args[0], &room);
    feel_value precedes = count > 1 ? arg_of(args[1], FEEL_FUNCTION) : feel_null();
    if (!list || (count > 1 && (precedes.kind != FEEL_FUNCTION
            || feel_function_arity(precedes.function) != 2)))
        return invalid(m, "sort");
    feel_value *items;
    bool is_invalid;
    TRY(sorted(m, list, count > 1 ? precedes.function : NULL, &items, &is_invalid));
    if (is_invalid)
        return invalid(m, "sort");
    *out = feel_list_of(m->arena, items, list->count);
    return out->kind == FEEL_NULL ? feel_out_of_memory(m) : OK;
}

/* ---- statistics --------------------------------------------------------------------------- */

BUILTIN(median)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    feel_value *items;
    bool is_invalid;
    if (!all_numbers(list) || !list->count)
        return invalid(m, "median");
    TRY(sorted(m, list, NULL, &items, &is_invalid));
    size_t half = list->count / 2;
    *out = list->count % 2 ? items[half]
                           : number_divide(number_add(items[half - 1], items[half]),
                               feel_integer(2));
    return OK;
}

/* Of a sample: divided by one less than the count. */
BUILTIN(stddev)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    if (!all_numbers(list) || list->count < 2)
        return invalid(m, "stddev");
    feel_value mean = number_divide(total(m, list), feel_integer((int64_t)list->count));
    feel_value sum = feel_integer(0);
    for (size_t i = 0; i < list->count && mean.kind && sum.kind == FEEL_NUMBER; i++) {
        feel_value off = number_subtract(list->items[i], mean);
        if (off.kind == FEEL_NUMBER)
            sum = number_add(sum, number_multiply(off, off));
    }
    if (sum.kind == FEEL_NUMBER)
        *out = number_sqrt(number_divide(sum, feel_integer((int64_t)list->count - 1)));
    return OK;
}

/* The most frequent values, in ascending order. */
BUILTIN(mode)
{
    struct arg_room room;
    const struct feel_list *list = arg_values(args, count, &room);
    struct items modes = { .m = m };
    feel_value *items;
    bool is_invalid;
    if (!all_numbers(list))
        return invalid(m, "mode");
    TRY(sorted(m, list, NULL, &items, &is_invalid));
    size_t best = 0;
    for (size_t i = 0, run = 0; i < list->count; i++) {
        run = i && number_compare(items[i], items[i - 1]) == 0 ? run + 1 : 1;
        if (run > best) {
            best = run;
            modes.count = 0;
        }
        if (run == best)
            TRY(items_add(&modes, items[i]));
    }
    return give_list(&modes, out);
}
