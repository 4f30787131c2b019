/*
 * Built-ins that relate points and ranges (clause 10.3.4.9, table 78), and range(from).
 *
 * Every relation is a conjunction of a few comparisons of ends, so each is written as one boolean
 * expression over cmp(); ends that cannot be ordered set `failed` and the result is null. A point
 * takes part as the range [point..point] where the standard's table allows it.
 */
#include "feel/builtins.h"

#include <string.h>

struct relation {
    struct feel_range a, b;
    bool a_point, b_point, failed;
};

/* Sign of x - y. */
static int cmp(struct relation *r, feel_value x, feel_value y)
{
    int order = 0;
    if (!feel_order(x, y, &order))
        r->failed = true;
    return order;
}

static bool take_range(feel_value v, struct feel_range *range, bool *is_point)
{
    v = arg_of(v, FEEL_RANGE);
    if (v.kind == FEEL_LIST && v.list->count == 1)
        v = v.list->items[0];
    *is_point = v.kind != FEEL_RANGE;
    if (v.kind == FEEL_RANGE)
        *range = *v.range;
    else
        *range = (struct feel_range){ v, v, true, true };
    return v.kind != FEEL_NULL && v.kind != FEEL_LIST && v.kind != FEEL_CONTEXT;
}

enum points { NO_POINTS = 0, A_POINT = 1, B_POINT = 2, BOTH_POINTS = 4 };

/* Which of the arguments may be points. */
static bool take(const feel_value *args, int points, struct relation *r)
{
    *r = (struct relation){ 0 };
    if (!take_range(args[0], &r->a, &r->a_point) || !take_range(args[1], &r->b, &r->b_point))
        return false;
    if (r->a_point && r->b_point)
        return points & BOTH_POINTS;
    if (r->a_point)
        return points & A_POINT;
    return !r->b_point || (points & B_POINT);
}

static enum err answer(struct feel_machine *m, const struct relation *r, bool holds,
    const char *name, feel_value *out)
{
    if (r->failed)
        return invalid(m, name);
    *out = feel_boolean(holds);
    return OK;
}

static bool is_before(struct relation *r, const struct feel_range *a, const struct feel_range *b)
{
    int order = cmp(r, a->high, b->low);
    return order < 0 || (order == 0 && !(a->high_closed && b->low_closed));
}

BUILTIN(before)
{
    struct relation r;
    (void)count;
    if (!take(args, A_POINT | B_POINT | BOTH_POINTS, &r))
        return invalid(m, "before");
    return answer(m, &r, is_before(&r, &r.a, &r.b), "before", out);
}

BUILTIN(after)
{
    struct relation r;
    (void)count;
    if (!take(args, A_POINT | B_POINT | BOTH_POINTS, &r))
        return invalid(m, "after");
    return answer(m, &r, is_before(&r, &r.b, &r.a), "after", out);
}

static bool do_meet(struct relation *r, const struct feel_range *a, const struct feel_range *b)
{
    return cmp(r, a->high, b->low) == 0 && a->high_closed && b->low_closed;
}

BUILTIN(meets)
{
    struct relation r;
    (void)count;
    if (!take(args, NO_POINTS, &r))
        return invalid(m, "meets");
    return answer(m, &r, do_meet(&r, &r.a, &r.b), "meets", out);
}

BUILTIN(met_by)
{
    struct relation r;
    (void)count;
    if (!take(args, NO_POINTS, &r))
        return invalid(m, "met by");
    return answer(m, &r, do_meet(&r, &r.b, &r.a), "met by", out);
}

BUILTIN(overlaps)
{
    struct relation r;
    (void)count;
    if (!take(args, NO_POINTS, &r))
        return invalid(m, "overlaps");
    bool apart = is_before(&r, &r.a, &r.b) || is_before(&r, &r.b, &r.a);
    return answer(m, &r, !apart, "overlaps", out);
}

/* a starts first and ends inside b. */
static bool overlaps_first(struct relation *r, const struct feel_range *a,
    const struct feel_range *b)
{
    int low = cmp(r, a->low, b->low), high = cmp(r, a->high, b->high);
    bool starts_first = low < 0 || (low == 0 && a->low_closed && !b->low_closed);
    bool ends_inside = high < 0 || (high == 0 && (!a->high_closed || b->high_closed));
    return starts_first && ends_inside && !is_before(r, a, b);
}

BUILTIN(overlaps_before)
{
    struct relation r;
    (void)count;
    if (!take(args, NO_POINTS, &r))
        return invalid(m, "overlaps before");
    return answer(m, &r, overlaps_first(&r, &r.a, &r.b), "overlaps before", out);
}

BUILTIN(overlaps_after)
{
    struct relation r;
    (void)count;
    if (!take(args, NO_POINTS, &r))
        return invalid(m, "overlaps after");
    return answer(m, &r, overlaps_first(&r, &r.b, &r.a), "overlaps after", out);
}

/* a's end is b's end, and a does not begin before b. */
static bool do_finish(struct relation *r, const struct feel_range *a, const struct feel_range *b)
{
    int low = cmp(r, a->low, b->low);
    return cmp(r, a->high, b->high) == 0 && a->high_closed == b->high_closed
        && (low > 0 || (low == 0 && (!a->low_closed || b->low_closed)));
}

static bool do_start(struct relation *r, const struct feel_range *a, const struct feel_range *b)
{
    int high = cmp(r, a->high, b->high);
    return cmp(r, a->low, b->low) == 0 && a->low_closed == b->low_closed
        && (high < 0 || (high == 0 && (!a->high_closed || b->high_closed)));
}

BUILTIN(finishes)
{
    struct relation r;
    (void)count;
    if (!take(args, A_POINT, &r))
        return invalid(m, "finishes");
    bool holds = r.a_point ? r.b.high_closed && cmp(&r, r.a.low, r.b.high) == 0
                           : do_finish(&r, &r.a, &r.b);
    return answer(m, &r, holds, "finishes", out);
}

BUILTIN(finished_by)
{
    struct relation r;
    (void)count;
    if (!take(args, B_POINT, &r))
        return invalid(m, "finished by");
    bool holds = r.b_point ? r.a.high_closed && cmp(&r, r.a.high, r.b.low) == 0
                           : do_finish(&r, &r.b, &r.a);
    return answer(m, &r, holds, "finished by", out);
}

BUILTIN(starts)
{
    struct relation r;
    (void)count;
    if (!take(args, A_POINT, &r))
        return invalid(m, "starts");
    bool holds = r.a_point ? r.b.low_closed && cmp(&r, r.a.low, r.b.low) == 0
                           : do_start(&r, &r.a, &r.b);
    return answer(m, &r, holds, "starts", out);
}

BUILTIN(started_by)
{
    struct relation r;
    (void)count;
    if (!take(args, B_POINT, &r))
        return invalid(m, "started by");
    bool holds = r.b_point ? r.a.low_closed && cmp(&r, r.a.low, r.b.low) == 0
                           : do_start(&r, &r.b, &r.a);
    return answer(m, &r, holds, "started by", out);
}

/* Every point of inner lies in outer. */
static bool do_include(struct relation *r, const struct feel_range *outer,
    const struct feel_range *inner)
{
    int low = cmp(r, outer->low, inner->low), high = cmp(r, outer->high, inner->high);
    return (low < 0 || (low == 0 && (outer->low_closed || !inner->low_closed)))
        && (high > 0 || (high == 0 && (outer->high_closed || !inner->high_closed)));
}

BUILTIN(includes)
{
    struct relation r;
    (void)count;
    if (!take(args, B_POINT, &r))
        return invalid(m, "includes");
    return answer(m, &r, do_include(&r, &r.a, &r.b), "includes", out);
}

BUILTIN(during)
{
    struct relation r;
    (void)count;
    if (!take(args, A_POINT, &r))
        return invalid(m, "during");
    return answer(m, &r, do_include(&r, &r.b, &r.a), "during", out);
}

BUILTIN(coincides)
{
    struct relation r;
    (void)count;
    if (!take(args, BOTH_POINTS, &r))
        return invalid(m, "coincides");
    bool holds = cmp(&r, r.a.low, r.b.low) == 0 && cmp(&r, r.a.high, r.b.high) == 0
        && r.a.low_closed == r.b.low_closed && r.a.high_closed == r.b.high_closed;
    return answer(m, &r, holds, "coincides", out);
}

/* A sign belongs to a number: it begins an end or an exponent. */
static bool sign_fits(str s, size_t at)
{
    if (s.data[at] != '+' && s.data[at] != '-')
        return true;
    size_t before = at;
    while (before > 1 && s.data[before - 1] == ' ')
        before--;
    char c = s.data[before - 1];
    bool exponent = before == at && (c == 'e' || c == 'E');
    return exponent || (s.data[at] == '-' && strchr("[(].", c));
}

/* An end of range(from): a literal, or date("…") and its like with one literal. The text between is
 * looked at, not parsed: a name may only stand before one string in parentheses. */
static bool literal_ends(str s)
{
    int parentheses = 0;
    for (size_t i = 1; i + 1 < s.bytes; i++) {
        char c = s.data[i];
        if (c == '"') {
            for (i++; i < s.bytes && s.data[i] != '"'; i++)
                i += s.data[i] == '\\';
        } else if (c == '(') {
            while (i + 1 < s.bytes && s.data[i + 1] == ' ')
                i++;
            if (++parentheses > 1 || i + 1 >= s.bytes || s.data[i + 1] != '"')
                return false;
        } else if (c == ')') {
            parentheses--;
        } else if (c == '[' || c == '{' || c == '*' || c == '/' || !sign_fits(s, i)) {
            return false;
        }
    }
    return strchr("[(]", s.data[0]) && strchr("])[", s.data[s.bytes - 1]);
}

/* "(..21]", "[18..)": one end is not there, and its bracket is open. The text becomes that of the
 * range from the other end to itself; -1 the low end is missing, 1 the high one, 0 none. */
static int missing_end(struct feel_machine *m, str *s)
{
    str inside = str_trim(str_slice(*s, 1, s->bytes - 1)), end;
    int side = 0;
    if (str_starts(inside, STR("..")) && s->data[0] != '[')
        side = -1, end = str_slice(inside, 2, inside.bytes);
    else if (str_ends(inside, STR("..")) && s->data[s->bytes - 1] != ']')
        side = 1, end = str_slice(inside, 0, inside.bytes - 2);
    if (side)
        *s = str_printf(m->arena, "[%.*s..%.*s]", STR_ARGS(end), STR_ARGS(end));
    return side;
}

static enum err one_ended(
    struct feel_machine *m, feel_value v, int side, bool closed, feel_value *out)
{
    struct feel_range *r = ARENA_NEW(m->arena, struct feel_range);
    if (!r)
        return feel_out_of_memory(m);
    *r = side < 0 ? (struct feel_range){ .high = v.range->high, .high_closed = closed }
                  : (struct feel_range){ .low = v.range->low, .low_closed = closed };
    *out = v;
    out->range = r;
    return OK;
}

/* range("[18..21)"): a range literal (rules 66 and 67), its low end not above its high end. */
BUILTIN(range)
{
    str s;
    (void)count;
    int order;
    if (!arg_text(args[0], &s) || (s = str_trim(s)).bytes < 2 || !literal_ends(s))
        return invalid(m, "range");
    bool low_closed = s.data[0] == '[', high_closed = s.data[s.bytes - 1] == ']';
    int missing = missing_end(m, &s);
    if (arena_failed(m->arena))
        return feel_out_of_memory(m);
    struct feel_program *p;
    static const struct feel_names none;
    if (feel_compile(m->arena, s, &none, &p, NULL) != OK)
        return arena_failed(m->arena) ? feel_out_of_memory(m) : invalid(m, "range");
    if (m->depth >= m->depth_max)
        return feel_limit(m, "函数调用嵌套超过 %llu 层", "calls are nested deeper than %llu",
            m->depth_max);
    m->depth++;
    feel_value v;
    enum err e = feel_machine_eval(m, p, NULL, &v);
    m->depth--;
    TRY(e);
    if (v.kind != FEEL_RANGE
        || (feel_order(v.range->low, v.range->high, &order) && order > 0))
        return invalid(m, "range");
    if (missing)
        return one_ended(m, v, missing, missing < 0 ? high_closed : low_closed, out);
    *out = v;
    return OK;
}
