/*
 * Arithmetic in two forms (number.h). Every operation first tries the small form in 64- or 128-bit
 * integers; on overflow both operands are widened to decimal128 and Intel's library does the work.
 * The library is called in its stateless flavour: rounding and flags are arguments.
 *
 * decimal128's binary encoding, as far as it is read here:
 *     high word: sign (1) | exponent + 6176 (14) | coefficient's high 49 bits
 *     low word:  coefficient's low 64 bits
 * Encodings whose two bits after the sign are 11 are infinities, NaN or non-canonical zeros.
 */
#include "feel/number.h"

/* The installed header leaves these parameter lists to a configuration file that Debian does not
 * install; this is the flavour gcc000. */
#define DECIMAL_CALL_BY_REFERENCE 0
#define _RND_MODE_PARAM , unsigned int rounding
#define _EXC_FLAGS_PARAM , unsigned int *flags
#define _EXC_MASKS_PARAM
#define _EXC_INFO_PARAM
#define _IDEC_flags unsigned int
#define _IDEC_round unsigned int
/* Debian's library was built with these names. */
#define bid128_acos __bid128_acos
#define bid128_add __bid128_add
#define bid128_asin __bid128_asin
#define bid128_atan __bid128_atan
#define bid128_cbrt __bid128_cbrt
#define bid128_cos __bid128_cos
#define bid128_div __bid128_div
#define bid128_exp __bid128_exp
#define bid128_fmod __bid128_fmod
#define bid128_from_string __bid128_from_string
#define bid128_log __bid128_log
#define bid128_mul __bid128_mul
#define bid128_negate __bid128_negate
#define bid128_pow __bid128_pow
#define bid128_quiet_greater __bid128_quiet_greater
#define bid128_quiet_less __bid128_quiet_less
#define bid128_sin __bid128_sin
#define bid128_sqrt __bid128_sqrt
#define bid128_sub __bid128_sub
#define bid128_tan __bid128_tan
#define bid128_to_binary64 __bid128_to_binary64
#define bid128_to_int64_xint __bid128_to_int64_xint
#include <bid_functions.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128;

/* NUMBER_TEXT_BYTES: number_write's longest, a sign, "0.", 6,176 places and a NUL, with some room. */
enum { EXPONENT_BIAS = 6176, DIGITS = 34, NUMBER_TEXT_BYTES = 6400 };

static const int64_t powers[FEEL_SCALE_MAX + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
    10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
    100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
    1000000000000000000 };

static inline bool small(feel_value v)
{
    return v.scale <= FEEL_SCALE_MAX;
}

feel_value feel_decimal(int64_t coefficient, int scale)
{
    ASSERT(scale >= 0 && scale <= FEEL_SCALE_MAX);
    return (feel_value){ .kind = FEEL_NUMBER, .scale = (uint8_t)scale, .coefficient = coefficient };
}

static BID_UINT128 encode(u128 coefficient, int exponent, bool negative)
{
    BID_UINT128 x;
    x.w[0] = (uint64_t)coefficient;
    x.w[1] = (uint64_t)(coefficient >> 64) | (uint64_t)(exponent + EXPONENT_BIAS) << 49
        | (uint64_t)negative << 63;
    return x;
}

/* False for infinities and NaN. */
static bool decode(BID_UINT128 x, u128 *coefficient, int *exponent, bool *negative)
{
    if ((x.w[1] >> 61 & 3) == 3)
        return false;
    *negative = x.w[1] >> 63;
    *exponent = (int)(x.w[1] >> 49 & 0x3fff) - EXPONENT_BIAS;
    *coefficient = (u128)(x.w[1] & 0x1ffffffffffffULL) << 64 | x.w[0];
    return true;
}

static BID_UINT128 widen(feel_value v)
{
    if (small(v)) {
        bool negative = v.coefficient < 0;
        uint64_t magnitude = negative ? 0 - (uint64_t)v.coefficient : (uint64_t)v.coefficient;
        return encode(magnitude, -(int)v.scale, negative);
    }
    BID_UINT128 x;
    x.w[0] = v.decimal[0];
    x.w[1] = v.decimal[1];
    return x;
}

static feel_value narrow(BID_UINT128 x)
{
    u128 c;
    int exponent;
    bool negative;
    if (!decode(x, &c, &exponent, &negative))
        return feel_null();
    while (exponent < 0 && c && c % 10 == 0) {
        c /= 10;
        exponent++;
    }
    if (c == 0)
        return feel_integer(0);
    while (exponent > 0 && exponent <= FEEL_SCALE_MAX && c <= INT64_MAX / 10) {
        c *= 10;
        exponent--;
    }
    if (exponent <= 0 && exponent >= -FEEL_SCALE_MAX && c <= INT64_MAX)
        return feel_decimal(negative ? -(int64_t)c : (int64_t)c, -exponent);
    feel_value v = { .kind = FEEL_NUMBER, .scale = FEEL_SCALE_DECIMAL128 };
    v.decimal[0] = x.w[0];
    v.decimal[1] = x.w[1];
    return v;
}

/* Brings two small numbers to one scale; false on overflow. */
static bool align(feel_value *a, feel_value *b)
{
    if (a->scale < b->scale) {
        if (__builtin_mul_overflow(a->coefficient, powers[b->scale - a->scale], &a->coefficient))
            return false;
        a->scale = b->scale;
    } else if (b->scale < a->scale) {
        if (__builtin_mul_overflow(b->coefficient, powers[a->scale - b->scale], &b->coefficient))
            return false;
        b->scale = a->scale;
    }
    return true;
}

feel_value number_add(feel_value a, feel_value b)
{
    if (small(a) && small(b)) {
        feel_value x = a, y = b;
        if (align(&x, &y) && !__builtin_add_overflow(x.coefficient, y.coefficient, &x.coefficient))
            return x;
    }
    unsigned flags = 0;
    return narrow(bid128_add(widen(a), widen(b), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_subtract(feel_value a, feel_value b)
{
    if (small(a) && small(b)) {
        feel_value x = a, y = b;
        if (align(&x, &y) && !__builtin_sub_overflow(x.coefficient, y.coefficient, &x.coefficient))
            return x;
    }
    unsigned flags = 0;
    return narrow(bid128_sub(widen(a), widen(b), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_multiply(feel_value a, feel_value b)
{
    int64_t product;
    if (small(a) && small(b) && a.scale + b.scale <= FEEL_SCALE_MAX
        && !__builtin_mul_overflow(a.coefficient, b.coefficient, &product))
        return feel_decimal(product, a.scale + b.scale);
    unsigned flags = 0;
    return narrow(bid128_mul(widen(a), widen(b), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_divide(feel_value a, feel_value b)
{
    if (number_sign(b) == 0)
        return feel_null();
    if (small(a) && small(b)) {
        feel_value x = a, y = b;
        if (align(&x, &y) && !(x.coefficient == INT64_MIN && y.coefficient == -1)
            && x.coefficient % y.coefficient == 0)
            return feel_integer(x.coefficient / y.coefficient);
    }
    unsigned flags = 0;
    return narrow(bid128_div(widen(a), widen(b), BID_ROUNDING_TO_NEAREST, &flags));
}

/* Exact by squaring while the small form holds; else the library's power. */
feel_value number_power(feel_value a, feel_value b)
{
    int64_t n;
    if (feel_to_int64(b, &n) && n >= -6144 && n <= 6144) {
        feel_value result = feel_integer(1), base = a;
        for (int64_t rest = n < 0 ? -n : n; rest && !feel_is_null(result); rest >>= 1) {
            if (rest & 1)
                result = number_multiply(result, base);
            if (rest > 1) {
                base = number_multiply(base, base);
                if (feel_is_null(base))
                    return base;
            }
        }
        return n < 0 && !feel_is_null(result) ? number_divide(feel_integer(1), result) : result;
    }
    unsigned flags = 0;
    return narrow(bid128_pow(widen(a), widen(b), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_negate(feel_value a)
{
    if (small(a) && a.coefficient != INT64_MIN) {
        a.coefficient = -a.coefficient;
        return a;
    }
    return narrow(bid128_negate(widen(a)));
}

int number_sign(feel_value a)
{
    if (small(a))
        return (a.coefficient > 0) - (a.coefficient < 0);
    u128 c;
    int exponent;
    bool negative;
    if (!decode(widen(a), &c, &exponent, &negative) || c == 0)
        return 0;
    return negative ? -1 : 1;
}

int number_compare(feel_value a, feel_value b)
{
    if (small(a) && small(b)) {
        if (a.scale == b.scale)
            return (a.coefficient > b.coefficient) - (a.coefficient < b.coefficient);
        i128 x = a.coefficient, y = b.coefficient;
        if (a.scale < b.scale)
            x *= powers[b.scale - a.scale];
        else
            y *= powers[a.scale - b.scale];
        return (x > y) - (x < y);
    }
    unsigned flags = 0;
    BID_UINT128 x = widen(a), y = widen(b);
    if (bid128_quiet_less(x, y, &flags))
        return -1;
    return bid128_quiet_greater(x, y, &flags) ? 1 : 0;
}

/* The quotient and what decides its rounding, from a coefficient cut by 10^cut digits. */
static u128 round_coefficient(u128 c, int cut, bool negative, enum number_rounding how)
{
    u128 divisor = 1, quotient, rest;
    if (cut > 38) {
        quotient = 0;
        rest = c;
        divisor = 0; /* larger than anything: the rest is below half */
    } else {
        for (int i = 0; i < cut; i++)
            divisor *= 10;
        quotient = c / divisor;
        rest = c % divisor;
    }
    if (rest == 0)
        return quotient;
    int half = divisor == 0 ? -1 : rest > divisor - rest ? 1 : rest == divisor - rest ? 0 : -1;
    bool away = false;
    switch (how) {
    case NUMBER_HALF_EVEN: away = half > 0 || (half == 0 && (quotient & 1)); break;
    case NUMBER_DOWN: break;
    case NUMBER_UP: away = true; break;
    case NUMBER_HALF_UP: away = half >= 0; break;
    case NUMBER_HALF_DOWN: away = half > 0; break;
    case NUMBER_FLOOR: away = negative; break;
    case NUMBER_CEILING: away = !negative; break;
    }
    return quotient + away;
}

feel_value number_round(feel_value a, int64_t places, enum number_rounding how)
{
    if (small(a) && places >= a.scale)
        return a;
    u128 c;
    int exponent;
    bool negative;
    if (!decode(widen(a), &c, &exponent, &negative))
        return feel_null();
    if (places > 6176 || -places <= exponent)
        return a;
    if (places < -6111)
        return feel_null();
    int64_t cut = -places - exponent;
    u128 rounded = round_coefficient(c, cut > 100 ? 100 : (int)cut, negative, how);
    return narrow(encode(rounded, (int)-places, negative));
}

feel_value number_floor(feel_value a)
{
    return number_round(a, 0, NUMBER_FLOOR);
}

bool number_is_integer(feel_value a)
{
    return number_compare(a, number_round(a, 0, NUMBER_DOWN)) == 0;
}

feel_value number_modulo(feel_value a, feel_value b)
{
    if (number_sign(b) == 0)
        return feel_null();
    if (small(a) && small(b)) {
        feel_value x = a, y = b;
        if (align(&x, &y) && y.coefficient != -1) {
            int64_t rest = x.coefficient % y.coefficient;
            if (rest && (rest < 0) != (y.coefficient < 0))
                rest += y.coefficient;
            return feel_decimal(rest, x.scale);
        }
    }
    unsigned flags = 0;
    BID_UINT128 y = widen(b);
    BID_UINT128 rest = bid128_fmod(widen(a), y, &flags);
    feel_value r = narrow(rest);
    if (feel_is_null(r) || number_sign(r) == 0 || number_sign(r) == number_sign(b))
        return r;
    return number_add(r, b);
}

feel_value number_sqrt(feel_value a)
{
    if (number_sign(a) < 0)
        return feel_null();
    unsigned flags = 0;
    return narrow(bid128_sqrt(widen(a), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_exp(feel_value a)
{
    unsigned flags = 0;
    return narrow(bid128_exp(widen(a), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_log(feel_value a)
{
    if (number_sign(a) <= 0)
        return feel_null();
    unsigned flags = 0;
    return narrow(bid128_log(widen(a), BID_ROUNDING_TO_NEAREST, &flags));
}

feel_value number_java(int function, feel_value a, feel_value b)
{
    unsigned flags = 0;
    (void)b;
    BID_UINT128 x = widen(a);
    switch ((enum number_java_function)function) {
    case NUMBER_SIN: return narrow(bid128_sin(x, BID_ROUNDING_TO_NEAREST, &flags));
    case NUMBER_COS: return narrow(bid128_cos(x, BID_ROUNDING_TO_NEAREST, &flags));
    case NUMBER_TAN: return narrow(bid128_tan(x, BID_ROUNDING_TO_NEAREST, &flags));
    case NUMBER_ASIN: return narrow(bid128_asin(x, BID_ROUNDING_TO_NEAREST, &flags));
    case NUMBER_ACOS: return narrow(bid128_acos(x, BID_ROUNDING_TO_NEAREST, &flags));
    case NUMBER_ATAN: return narrow(bid128_atan(x, BID_ROUNDING_TO_NEAREST, &flags));
    case NUMBER_CBRT: return narrow(bid128_cbrt(x, BID_ROUNDING_TO_NEAREST, &flags));
    }
    return feel_null();
}

/* Optional sign, digits with at most one point, optional exponent; at least one digit. */
static bool number_shape(str s)
{
    size_t i = 0, digits = 0;
    if (i < s.bytes && (s.data[i] == '-' || s.data[i] == '+'))
        i++;
    for (bool point = false; i < s.bytes; i++) {
        if (s.data[i] == '.' && !point && i + 1 < s.bytes && s.data[i + 1] >= '0'
            && s.data[i + 1] <= '9')
            point = true;
        else if (s.data[i] >= '0' && s.data[i] <= '9')
            digits++;
        else
            break;
    }
    if (!digits)
        return false;
    if (i == s.bytes)
        return true;
    if (s.data[i] != 'e' && s.data[i] != 'E')
        return false;
    i++;
    if (i < s.bytes && (s.data[i] == '-' || s.data[i] == '+'))
        i++;
    size_t first = i;
    while (i < s.bytes && s.data[i] >= '0' && s.data[i] <= '9')
        i++;
    return i == s.bytes && i > first && i - first < 8;
}

bool feel_number_parse(str text, feel_value *out)
{
    int64_t c = 0;
    int scale = 0;
    size_t i = text.bytes && text.data[0] == '-';
    bool point = false, plain = text.bytes > i && text.bytes - i <= 18;
    for (size_t k = i; plain && k < text.bytes; k++) {
        if (text.data[k] >= '0' && text.data[k] <= '9') {
            c = c * 10 + (text.data[k] - '0');
            scale += point;
        } else {
            plain = text.data[k] == '.' && !point && k + 1 < text.bytes;
            point = true;
        }
    }
    if (plain) {
        *out = feel_decimal(i ? -c : c, scale);
        return true;
    }
    char terminated[NUMBER_TEXT_BYTES];
    if (text.bytes >= sizeof terminated || !number_shape(text))
        return false;
    memcpy(terminated, text.data, text.bytes);
    terminated[text.bytes] = 0;
    unsigned flags = 0;
    feel_value v = narrow(bid128_from_string(terminated, BID_ROUNDING_TO_NEAREST, &flags));
    if (feel_is_null(v))
        return false;
    *out = v;
    return true;
}

bool feel_to_int64(feel_value v, int64_t *out)
{
    if (v.kind != FEEL_NUMBER)
        return false;
    if (!small(v)) {
        unsigned flags = 0;
        int64_t n = bid128_to_int64_xint(widen(v), &flags);
        if (flags)
            return false;
        *out = n;
        return true;
    }
    if (v.coefficient % powers[v.scale] != 0)
        return false;
    *out = v.coefficient / powers[v.scale];
    return true;
}

double feel_to_double(feel_value v)
{
    if (v.kind != FEEL_NUMBER)
        return 0;
    if (small(v) && v.scale == 0)
        return (double)v.coefficient;
    unsigned flags = 0;
    return bid128_to_binary64(widen(v), BID_ROUNDING_TO_NEAREST, &flags);
}

feel_value feel_from_double(double d)
{
    if (!isfinite(d))
        return feel_null();
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    feel_value v;
    return feel_number_parse(str_from(text), &v) ? v : feel_null();
}

/* Digits of a coefficient, most significant first; returns how many. */
static int digits_of(u128 c, char out[40])
{
    char reversed[40];
    int n = 0;
    do {
        reversed[n++] = (char)('0' + (int)(c % 10));
        c /= 10;
    } while (c);
    for (int i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    return n;
}

void number_write(struct buf *b, feel_value a)
{
    u128 c;
    int exponent;
    bool negative;
    if (!decode(widen(a), &c, &exponent, &negative))
        return;
    while (c && exponent < 0 && c % 10 == 0) {
        c /= 10;
        exponent++;
    }
    if (c == 0) {
        buf_add_char(b, '0');
        return;
    }
    char digits[40];
    int count = digits_of(c, digits);
    if (negative)
        buf_add_char(b, '-');
    int before = count + exponent; /* digits before the point */
    if (before <= 0) {
        buf_add(b, STR("0."));
        for (int i = before; i < 0; i++)
            buf_add_char(b, '0');
        before = 0;
    } else {
        buf_add(b, (str){ digits, (size_t)(before < count ? before : count) });
        for (int i = count; i < before; i++)
            buf_add_char(b, '0');
        if (before < count)
            buf_add_char(b, '.');
    }
    if (before < count)
        buf_add(b, (str){ digits + before, (size_t)(count - before) });
}
