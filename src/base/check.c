/* Check characters; the standards are named in check.h. */
#include "base/check.h"

#include "base/date.h"

#include <string.h>

static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int credit_value(char c)
{
    const char *hit = c ? strchr(credit_alphabet, c) : NULL;
    return hit ? (int)(hit - credit_alphabet) : -1;
}

char credit_code_check(str first_17)
{
    int sum = 0, weight = 1;
    if (first_17.bytes < 17)
        return 0;
    for (int i = 0; i < 17; i++) {
        int value = credit_value(first_17.data[i]);
        if (value < 0)
            return 0;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    return credit_alphabet[(31 - sum % 31) % 31];
}

enum err check_credit_code(str code, struct diag *d)
{
    size_t characters = str_code_points(code);
    if (characters != 18)
        return diag_set(d, ERR_INVALID, "统一社会信用代码应为18位,现为%zu位,请核对营业执照上的代码。",
            "A unified social credit code has 18 characters, this has %zu. "
            "Please check the business licence.", characters);
    for (int i = 0; i < 18 && code.bytes == 18; i++) {
        bool digit = code.data[i] >= '0' && code.data[i] <= '9';
        bool good = credit_value(code.data[i]) >= 0 && (i < 2 || i > 7 || digit);
        if (!good)
            return diag_set(d, ERR_INVALID,
                "统一社会信用代码第%d位“%c”不对:应为数字或大写字母(不含 I、O、S、V、Z),第3至8位只能是数字。",
                "Character %d, \"%c\", of the unified social credit code is wrong: digits and capitals "
                "without I, O, S, V, Z; 3 to 8 are digits.", i + 1, code.data[i]);
    }
    if (code.bytes != 18)
        return diag_set(d, ERR_INVALID, "统一社会信用代码只能含数字和大写字母,请核对营业执照上的代码。",
            "A unified social credit code has digits and capitals only. Please check the business licence.");
    if (credit_code_check(code) != code.data[17])
        return diag_set(d, ERR_INVALID, "统一社会信用代码第18位校验不符,请核对营业执照上的代码。",
            "The 18th character of the unified social credit code does not match the others. "
            "Please check the business licence.");
    return OK;
}

enum err check_citizen_number(str number, struct diag *d)
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    if (number.bytes != 18)
        return diag_set(d, ERR_INVALID, "居民身份证号应为18位。", "A citizen number has 18 characters.");
    int sum = 0, digits[17];
    for (int i = 0; i < 17; i++) {
        digits[i] = number.data[i] - '0';
        if (digits[i] < 0 || digits[i] > 9)
            return diag_set(d, ERR_INVALID, "居民身份证号第%d位应为数字。",
                "Character %d of the citizen number must be a digit.", i + 1);
        sum += digits[i] * weights[i];
    }
    int year = digits[6] * 1000 + digits[7] * 100 + digits[8] * 10 + digits[9];
    if (!date_is_valid(year, digits[10] * 10 + digits[11], digits[12] * 10 + digits[13]))
        return diag_set(d, ERR_INVALID, "居民身份证号第7至14位不是有效的出生日期。",
            "Characters 7 to 14 of the citizen number are not a date of birth.");
    char check = number.data[17] == 'x' ? 'X' : number.data[17];
    if (check != "10X98765432"[sum % 11])
        return diag_set(d, ERR_INVALID, "居民身份证号第18位校验不符,请核对证件。",
            "The 18th character of the citizen number does not match the others. Please check the card.");
    return OK;
}

enum err check_project_code(str code, struct diag *d)
{
    static const char shape[] = "dddd-dddddd-dd-dd-dddddd";
    char digits[20];
    int count = 0;
    bool good = code.bytes == sizeof shape - 1;
    for (size_t i = 0; good && i < code.bytes; i++) {
        char c = code.data[i];
        good = shape[i] == '-' ? c == '-' : c >= '0' && c <= '9';
        if (good && c != '-')
            digits[count++] = c;
    }
    if (!good)
        return diag_set(d, ERR_INVALID,
            "项目代码应为24位,形如 2603-360108-04-01-123456,请核对备案或批复文件。",
            "A project code has 24 characters, like 2603-360108-04-01-123456. "
            "Please check the filing or the approval.");
    int year = (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 + (digits[2] - '0') * 10
        + digits[3] - '0';
    if (iso7064_mod11_10((str){ digits, 19 }) == digits[19] || (year >= 2016 && year <= 2020))
        return OK;
    return diag_set(d, ERR_INVALID, "项目代码最后一位校验不符,请核对备案或批复文件。",
        "The last digit of the project code does not match the others. "
        "Please check the filing or the approval.");
}

/* One step of the hybrid systems of ISO/IEC 7064 clause 8: modulus m+1, alphabet of m. */
static int hybrid_step(int p, int value, int m)
{
    p = (p + value) % m;
    return (p ? p : m) * 2 % (m + 1);
}

char iso7064_mod11_10(str digits)
{
    int p = 10;
    for (size_t i = 0; i < digits.bytes; i++) {
        int digit = digits.data[i] - '0';
        if (digit < 0 || digit > 9)
            return 0;
        p = hybrid_step(p, digit, 10);
    }
    return (char)('0' + (11 - p) % 10);
}

bool iso7064_mod11_10_holds(str s)
{
    return s.bytes > 1 && iso7064_mod11_10(str_slice(s, 0, s.bytes - 1)) == s.data[s.bytes - 1];
}

char iso7064_mod37_36(str characters)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int p = 36;
    for (size_t i = 0; i < characters.bytes; i++) {
        const char *hit = memchr(alphabet, characters.data[i], 36);
        if (!hit)
            return 0;
        p = hybrid_step(p, (int)(hit - alphabet), 36);
    }
    return alphabet[(37 - p) % 36];
}

bool phone_good(str s)
{
    int digits = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        if (s.data[i] >= '0' && s.data[i] <= '9')
            digits++;
        else if (!strchr("+- ()", s.data[i]))
            return false;
    }
    return digits >= 5 && digits <= 15;
}
