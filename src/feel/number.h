/*
 * FEEL numbers (clause 10.3.2.3.1): IEEE 754-2008 decimal128, 34 digits, rounding half to even.
 *
 * Two forms of one number. Small: a 64-bit coefficient over 10^scale, exact, where nearly all
 * business arithmetic stays. Large: decimal128 in Intel's binary encoding, which everything that
 * overflows the small form falls back to. Results go back to the small form only where that is
 * free; comparison and printing know both, so no caller can tell the forms apart.
 *
 * Infinities and not-a-number never become values: an operation that would give one gives null.
 */
#ifndef JUNMA_FEEL_NUMBER_H
#define JUNMA_FEEL_NUMBER_H

#include "feel/feel.h"

enum number_rounding {
    NUMBER_HALF_EVEN,
    NUMBER_DOWN, /* toward zero */
    NUMBER_UP,   /* away from zero */
    NUMBER_HALF_UP,
    NUMBER_HALF_DOWN,
    NUMBER_FLOOR,
    NUMBER_CEILING,
};

feel_value number_add(feel_value a, feel_value b);
feel_value number_subtract(feel_value a, feel_value b);
feel_value number_multiply(feel_value a, feel_value b);
feel_value number_divide(feel_value a, feel_value b); /* null for a zero divisor */
feel_value number_power(feel_value a, feel_value b);
feel_value number_negate(feel_value a);
feel_value number_floor(feel_value a);
/* a - b * floor(a / b) (clause 10.3.4.5); null for a zero divisor. */
feel_value number_modulo(feel_value a, feel_value b);
feel_value number_sqrt(feel_value a);
feel_value number_exp(feel_value a);
feel_value number_log(feel_value a);
/* Rounds to `places` digits after the point (may be negative). */
feel_value number_round(feel_value a, int64_t places, enum number_rounding how);
int number_compare(feel_value a, feel_value b);
int number_sign(feel_value a);
bool number_is_integer(feel_value a);
/* Plain decimal notation without an exponent and without needless zeros; fits any decimal128. */
enum { NUMBER_TEXT_MAX = 6200 };
void number_write(struct buf *b, feel_value a);
/* sin, cos … of the external java.lang.Math table, in decimal. */
feel_value number_java(int function, feel_value a, feel_value b);
enum number_java_function {
    NUMBER_SIN, NUMBER_COS, NUMBER_TAN, NUMBER_ASIN, NUMBER_ACOS, NUMBER_ATAN, NUMBER_CBRT,
};

#endif
