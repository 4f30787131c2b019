/*
 * Built-ins on numbers (clause 10.3.4.5) and booleans. Rounding takes a scale of -6111 to 6176.
 */
#include "feel/builtins.h"

static enum err rounded(struct feel_machine *m, const feel_value *args, size_t count,
    enum number_rounding how, feel_value *out)
{
    feel_value n;
    int64_t scale = 0;
    if (!arg_number(args[0], &n) || (count > 1 && !arg_int(args[1], &scale)) || scale < -6111
        || scale > 6176)
        return invalid(m, "round");
    *out = number_round(n, scale, how);
    return OK;
}

BUILTIN(decimal)
{
    return rounded(m, args, count, NUMBER_HALF_EVEN, out);
}

BUILTIN(floor)
{
    return rounded(m, args, count, NUMBER_FLOOR, out);
}

BUILTIN(ceiling)
{
    return rounded(m, args, count, NUMBER_CEILING, out);
}

BUILTIN(round_up)
{
    return rounded(m, args, count, NUMBER_UP, out);
}

BUILTIN(round_down)
{
    return rounded(m, args, count, NUMBER_DOWN, out);
}

BUILTIN(round_half_up)
{
    return rounded(m, args, count, NUMBER_HALF_UP, out);
}

BUILTIN(round_half_down)
{
    return rounded(m, args, count, NUMBER_HALF_DOWN, out);
}

BUILTIN(abs)
{
    feel_value v;
    (void)count;
    if (arg_number(args[0], &v)) {
        *out = number_sign(v) < 0 ? number_negate(v) : v;
        return OK;
    }
    v = arg_of(args[0], FEEL_DAYS_TIME);
    if (v.kind == FEEL_DAYS_TIME)
        *out = v.seconds < 0 ? temporal_negate(v) : v;
    v = arg_of(args[0], FEEL_YEARS_MONTHS);
    if (v.kind == FEEL_YEARS_MONTHS)
        *out = v.months < 0 ? temporal_negate(v) : v;
    return out->kind == FEEL_NULL ? invalid(m, "abs") : OK;
}

BUILTIN(modulo)
{
    feel_value a, b;
    (void)count;
    if (!arg_number(args[0], &a) || !arg_number(args[1], &b))
        return invalid(m, "modulo");
    *out = number_modulo(a, b);
    return OK;
}

BUILTIN(sqrt)
{
    feel_value n;
    (void)count;
    if (!arg_number(args[0], &n))
        return invalid(m, "sqrt");
    *out = number_sqrt(n);
    return OK;
}

BUILTIN(log)
{
    feel_value n;
    (void)count;
    if (!arg_number(args[0], &n))
        return invalid(m, "log");
    *out = number_log(n);
    return OK;
}

BUILTIN(exp)
{
    feel_value n;
    (void)count;
    if (!arg_number(args[0], &n))
        return invalid(m, "exp");
    *out = number_exp(n);
    return OK;
}

static enum err parity(struct feel_machine *m, feel_value v, bool odd, feel_value *out)
{
    feel_value n;
    if (!arg_number(v, &n))
        return invalid(m, odd ? "odd" : "even");
    feel_value rest = number_modulo(n, feel_integer(2));
    *out = feel_boolean(number_is_integer(n) && (number_sign(rest) != 0) == odd);
    return OK;
}

BUILTIN(odd)
{
    (void)count;
    return parity(m, args[0], true, out);
}

BUILTIN(even)
{
    (void)count;
    return parity(m, args[0], false, out);
}

BUILTIN(not)
{
    feel_value v = arg_of(args[0], FEEL_BOOLEAN);
    (void)count;
    if (v.kind != FEEL_BOOLEAN)
        return invalid(m, "not");
    *out = feel_boolean(!v.boolean);
    return OK;
}

/* Same value and same kind; dates and times also with the same zone (clause 10.3.4.10). */
BUILTIN(is)
{
    feel_value a = args[0], b = args[1];
    (void)m, (void)count;
    if (a.kind != b.kind) {
        *out = feel_boolean(false);
        return OK;
    }
    if (a.kind == FEEL_TIME || a.kind == FEEL_DATE_TIME) {
        bool same = a.ns == b.ns && a.zone_kind == b.zone_kind && a.zone == b.zone
            && (a.zone_kind != FEEL_ZONE_OFFSET || a.offset_s == b.offset_s);
        if (a.kind == FEEL_DATE_TIME)
            same = same && date_to_days(a.date) == date_to_days(b.date);
        *out = feel_boolean(same);
        return OK;
    }
    *out = feel_boolean(feel_is_true(feel_equal(a, b)));
    return OK;
}
