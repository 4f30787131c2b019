/*
 * Check characters of the identifiers people type: pure arithmetic, no tables of what exists.
 */
#ifndef JUNMA_BASE_CHECK_H
#define JUNMA_BASE_CHECK_H

#include "base/err.h"

/* Unified social credit code, GB 32100-2015: 18 characters of its alphabet, positions 3-8 digits,
 * the last by weights 3^(i-1) mod 31. Upper case only. The diag names the position that is wrong. */
MUST_USE enum err check_credit_code(str code, struct diag *d);
/* The check character for the first 17; 0 when they are not of the alphabet. */
char credit_code_check(str first_17);

/* Citizen number, GB 11643-1999: 17 digits and a check, a real birth date. 'x' counts as 'X'. */
MUST_USE enum err check_citizen_number(str number, struct diag *d);

/* Code of an investment project, GB/T 40058-2021: YYMM-RRRRRR-DD-TT-NNNNNC, 24 characters with four
 * hyphens, the last digit a check (MOD 11,10 over the 19 before it). Codes given before November
 * 2020 begin with the year, 2016 to 2020, and have no check: they are taken. */
MUST_USE enum err check_project_code(str code, struct diag *d);

/* Could it be a phone number: 5 to 15 digits with the usual signs between them. */
bool phone_good(str s);

/* ISO/IEC 7064 MOD 11,10: the digit that makes digits+check valid; 0 when not all digits. */
char iso7064_mod11_10(str digits);
bool iso7064_mod11_10_holds(str digits_with_check);
/* ISO/IEC 7064 MOD 37,36 over 0-9A-Z (licence identifiers, GB/T 36904). 0 when a character is
 * foreign. */
char iso7064_mod37_36(str characters);

#endif
