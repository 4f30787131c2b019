/*
 * Laws that hold for all values, tried on random ones, each in two ways: with the values as variables,
 * and with their literals written into the text, where constants are computed when it is compiled.
 */
#include "feel/feel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 60, NAMES = 16 };

/* a b numbers; k a small count; x y dates; u w durations of days; p of months; s t texts; l m lists of
 * numbers; o truth values; c a context; z w date-times; all with repeats. */
static const char *const names[NAMES] = { "a", "b", "k", "x", "y", "u", "w", "p", "s", "t", "l",
    "m", "o", "c", "z", "n" };

static const char *const laws[] = {
    /* numbers */
    "number(string(a)) = a",
    "floor(a) <= a and a < floor(a) + 1",
    "ceiling(a) = -floor(-a)",
    "round up(a, 1) = -round up(-a, 1)",
    "abs(round half up(a, 1) - a) <= 0.05",
    "abs(decimal(a, 1) - a) <= 0.05",
    "abs(round down(a, 1)) <= abs(a) and abs(a) <= abs(round up(a, 1))",
    "if b = 0 then modulo(a, b) = null else modulo(a, b) = a - b * floor(a / b)",
    "if b = 0 then a / b = null else abs(a / b * b - a) < 1E-30",
    "odd(k) != even(k)",
    "sqrt(a * a) = abs(a)",
    "a - b = -(b - a)",
    "(a + b) * k = a * k + b * k",
    "a ** 2 = a * a",
    /* order */
    "(a < b) = (b > a) and (a < b) != (a >= b)",
    "(x <= y) = not(x > y)",
    "(u < w) or (u > w) or u = w",
    "(a between b and b + k) = (a in [b..b + k])",
    "(a in (b..b + k)) = (b < a and a < b + k)",
    "includes([b..b + k], a) = (a in [b..b + k])",
    "during(a, (b..b + k]) = (a in (b..b + k])",
    "(s < t) = (t > s)",
    /* ranges: b..b + k is r, a..a + n is q */
    "before([b..b + k], [a..a + n)) = after([a..a + n), [b..b + k])",
    "overlaps([b..b + k], (a..a + n]) = overlaps((a..a + n], [b..b + k])",
    "includes([b..b + k], [a..a + n]) = during([a..a + n], [b..b + k])",
    "meets([b..b + k], [a..a + n]) = met by([a..a + n], [b..b + k])",
    "starts([b..b + k], [a..a + n]) = started by([a..a + n], [b..b + k])",
    "finishes([b..b + k], [a..a + n]) = finished by([a..a + n], [b..b + k])",
    "overlaps([b..b + k], [a..a + n]) = (b <= a + n and a <= b + k)",
    "overlaps before([b..b + k], [a..a + n]) = overlaps after([a..a + n], [b..b + k])",
    "coincides([b..b + k], [a..a + n]) = (a = b and k = n)",
    "range(string([a..a + k))) = [a..a + k)",
    /* lists */
    "reverse(reverse(l)) = l",
    "sort(l)[1] = min(l) and sort(l)[-1] = max(l)",
    "sort(sort(l)) = sort(l) and sum(sort(l)) = sum(l)",
    "sort(l, function(i, j) i > j) = reverse(sort(l))",
    "every i in 1..count(l) - 1 satisfies count(l) < 2 or sort(l)[i] <= sort(l)[i + 1]",
    "sum(concatenate(l, m)) = sum(l) + sum(m)",
    "count(concatenate(l, m)) = count(l) + count(m)",
    "distinct values(distinct values(l)) = distinct values(l)",
    "union(l, m) = distinct values(concatenate(l, m))",
    "every i in l satisfies list contains(distinct values(l), i)",
    "every i in index of(l, l[1]) satisfies l[i] = l[1]",
    "remove(insert before(l, 1, a), 1) = l",
    "remove(append(l, a), -1) = l",
    "flatten([l, [m, []]]) = concatenate(l, m)",
    "(for i in 1..count(l) return l[i]) = l",
    "(for i in l return i) = l and l[true] = l",
    "count(l[item > a]) + count(l[item <= a]) = count(l)",
    "(some i in l satisfies i > a) = not(every i in l satisfies i <= a)",
    "abs(mean(l) * count(l) - sum(l)) < 1E-30",
    "min(l) <= median(l) and median(l) <= max(l)",
    "list contains(mode(l), l[1]) or count(distinct values(l)) < count(l)",
    "list replace(l, 1, l[1]) = l",
    "concatenate(sublist(l, 1, 1), if count(l) > 1 then sublist(l, 2) else []) = l",
    /* texts */
    "string join(split(s, \",\"), \",\") = s",
    "string length(s + t) = string length(s) + string length(t)",
    "upper case(upper case(s)) = upper case(s) and lower case(lower case(s)) = lower case(s)",
    "contains(s + t, t) and starts with(s + t, s) and ends with(s + t, t)",
    "substring before(s + \"|\" + t, \"|\") = s and substring after(s + \"|\" + t, \"|\") = t",
    "substring(s + t, 1, string length(s + t)) = s + t or s + t = \"\"",
    "replace(s, \"\\\\.\", \"\\\\.\", \"q\") = s",
    "matches(s + t, s, \"q\")",
    /* logic */
    "not(o[1] and o[2]) = (not(o[1]) or not(o[2]))",
    "all(o) = not(any(for i in o return not(i)))",
    /* contexts */
    "get value(context put(c, \"new\", a), \"new\") = a",
    "context(get entries(c)) = c and context merge([c, c]) = c",
    "context put(c, \"q\", c.q) = c",
    /* time */
    "date(string(x)) = x and date and time(string(z)) = z",
    "duration(string(u)) = u and duration(string(p)) = p",
    "x + (y - x) = y",
    "z + u - u = z",
    "u + w = w + u and -(u - w) = w - u",
    "u * k / k = u or k = 0",
    "years and months duration(date(x.year, x.month, 1), date(x.year, x.month, 1) + p) = p",
    "date(x.year, x.month, x.day) = x",
    "x.weekday = modulo((x - @\"2026-11-23\").days, 7) + 1",
    "day of year(x) = (x - date(x.year, 1, 1)).days + 1",
    "date and time(date(z), time(z)) = z",
    "is(x, y) = (x = y)",
};

static uint64_t seed;

static uint64_t pick(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static feel_value number(void)
{
    return feel_decimal((int64_t)pick(4001) - 2000, (int)pick(4));
}

static str text(struct arena *a)
{
    static const char *const parts[] = { "a", "ß", "停电", "🏔", ",", ".", "Ab", "\\", "\"", " " };
    str s = STR("");
    for (uint64_t i = pick(5); i; i--)
        s = str_concat(a, s, str_from(parts[pick(10)]));
    return s;
}

static feel_value list(struct arena *a)
{
    size_t count = 1 + pick(7);
    feel_value *items = ARENA_ARRAY(a, feel_value, count);
    for (size_t i = 0; i < count; i++)
        items[i] = feel_integer((int64_t)pick(9) - 4);
    return feel_list_of(a, items, count);
}

/* A value by evaluating its text, for the kinds that have no maker of their own. */
static feel_value read(struct arena *a, const char *kind, str s)
{
    struct feel_program *p;
    feel_value v;
    str whole = str_printf(a, "%s(\"%.*s\")", kind, STR_ARGS(s));
    assert_int_equal(feel_compile(a, whole, NULL, &p, NULL), OK);
    assert_int_equal(feel_eval(p, NULL, NULL, a, &v, NULL), OK);
    assert_false(feel_is_null(v));
    return v;
}

static feel_value any_date(void)
{
    return feel_date(date_from_days((int64_t)pick(200000) - 40000));
}

static void values(struct arena *a, struct feel_entry *e)
{
    feel_value *truths = ARENA_ARRAY(a, feel_value, 3);
    struct feel_entry *inner = ARENA_ARRAY(a, struct feel_entry, 2);
    for (int i = 0; i < 3; i++)
        truths[i] = feel_boolean(pick(2));
    inner[0] = (struct feel_entry){ STR("q"), number() };
    inner[1] = (struct feel_entry){ STR("second entry"), feel_string(text(a)) };
    str clock = str_printf(a, "%s%02d:%02d:%02d%s", "2026-02-28T", (int)pick(24), (int)pick(60),
        (int)pick(60), pick(2) ? "+08:00" : ".25");
    const feel_value made[NAMES] = { number(), pick(4) ? number() : feel_integer(0),
        feel_integer((int64_t)pick(6)), any_date(), any_date(),
        read(a, "duration", str_printf(a, "P%dDT%dH%dS", (int)pick(9), (int)pick(30), (int)pick(99))),
        read(a, "duration", str_printf(a, "-PT%dM", (int)pick(5000))),
        read(a, "duration", str_printf(a, "P%dM", (int)pick(40))), feel_string(text(a)),
        feel_string(text(a)), list(a), list(a), feel_list_of(a, truths, 3),
        feel_context_of(a, inner, 2), read(a, "date and time", clock),
        feel_integer((int64_t)pick(6)) };
    for (size_t i = 0; i < NAMES; i++)
        e[i] = (struct feel_entry){ str_from(names[i]), made[i] };
}

static str literals(struct arena *a, const struct feel_entry *e, const char *law)
{
    struct buf b;
    buf_init(&b, a, 1 << 16);
    buf_add_char(&b, '{');
    for (size_t i = 0; i < NAMES; i++)
        buf_printf(&b, "%s: %.*s, ", names[i], STR_ARGS(feel_to_text(a, e[i].value)));
    buf_printf(&b, "holds: %s}.holds", law);
    return buf_str(&b);
}

static void try_law(const char *law, const struct feel_names *scope_names)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct arena a;
        struct feel_program *p;
        struct feel_entry e[NAMES];
        struct diag d = { 0 };
        feel_value v;
        arena_init(&a, NULL, 16 * MIB);
        values(&a, e);
        struct feel_context scope = { NAMES, e };
        str written = literals(&a, e, law);
        if (feel_compile(&a, str_from(law), scope_names, &p, &d) != OK)
            fail_msg("%s: %s", law, d.en);
        assert_int_equal(feel_eval(p, NULL, &scope, &a, &v, &d), OK);
        if (!feel_is_true(v))
            fail_msg("%.*s\n   is %.*s", STR_ARGS(written), STR_ARGS(feel_to_text(&a, v)));
        if (feel_compile(&a, written, NULL, &p, &d) != OK)
            fail_msg("%.*s: %s", STR_ARGS(written), d.en);
        assert_int_equal(feel_eval(p, NULL, NULL, &a, &v, &d), OK);
        if (!feel_is_true(v))
            fail_msg("as literals: %.*s\n   is %.*s", STR_ARGS(written),
                STR_ARGS(feel_to_text(&a, v)));
        arena_release(&a);
    }
}

static void test_laws(void **state)
{
    struct feel_field fields[NAMES];
    struct feel_names scope_names = { .items = fields, .count = NAMES };
    (void)state;
    seed = 20261126;
    for (size_t i = 0; i < NAMES; i++)
        fields[i] = (struct feel_field){ str_from(names[i]), NULL };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        try_law(laws[i], &scope_names);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_laws) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
