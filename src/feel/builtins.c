/*
 * The table of built-ins, finding them, and the names of their parameters. Also the small table of
 * external functions that models written for Java engines use (feel_env.java).
 */
#include "feel/builtins.h"

#include <string.h>

static const struct feel_builtin table[] = {
#define B(function, text, least, most, constant, gives, names)                                           \
    { .name = text, .name_bytes = sizeof text - 1, .call = feel_fn_##function, .min = least,       \
        .max = most, .pure = constant, .result = FEEL_##gives, .parameters = names },
#include "feel/builtins.def"
#undef B
};

enum { TABLE_COUNT = sizeof table / sizeof *table };

const struct feel_builtin *feel_builtin_from(char first)
{
    size_t low = 0, high = TABLE_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((unsigned char)table[middle].name[0] < (unsigned char)first)
            low = middle + 1;
        else
            high = middle;
    }
    return &table[low];
}

const struct feel_builtin *feel_builtin_end(void)
{
    return &table[TABLE_COUNT];
}

const struct feel_builtin *feel_builtin_find(str name)
{
    const struct feel_builtin *b = name.bytes ? feel_builtin_from(name.data[0]) : feel_builtin_end();
    for (; b < feel_builtin_end() && b->name[0] == name.data[0]; b++)
        if (str_is(name, b->name))
            return b;
    return NULL;
}

/* One constant function object a row. */
static const struct feel_function functions[] = {
#define ROW(i) { .kind = FUNCTION_BUILTIN, .builtin = &table[i] },
#define ROWS(i) ROW(i) ROW(i + 1) ROW(i + 2) ROW(i + 3) ROW(i + 4)
    ROWS(0) ROWS(5) ROWS(10) ROWS(15) ROWS(20) ROWS(25) ROWS(30) ROWS(35) ROWS(40) ROWS(45)
    ROWS(50) ROWS(55) ROWS(60) ROWS(65) ROWS(70) ROWS(75) ROWS(80) ROW(85) ROW(86) ROW(87)
};
_Static_assert(sizeof functions / sizeof *functions == TABLE_COUNT, "one function object a row");

feel_value feel_builtin_value(const struct feel_builtin *b)
{
    feel_value v = { .kind = FEEL_FUNCTION };
    v.function = &functions[b - table];
    return v;
}

/* The variant-th list of names, and the name-th name of it. */
static bool variant_names(const struct feel_builtin *b, int variant, str *names)
{
    str rest = str_from(b->parameters);
    for (int i = 0; i <= variant; i++)
        if (!str_split(&rest, '|', names))
            return false;
    return true;
}

int feel_builtin_parameter(const struct feel_builtin *b, int variant, str name)
{
    str names, one;
    if (!variant_names(b, variant, &names))
        return -1;
    for (int i = 0; str_split(&names, ',', &one); i++)
        if (str_equal(one, name))
            return i;
    return -1;
}

/* Two variants may have the same names, as before(point, range) and before(range, point): then the
 * one that has them in the order of the call is meant. */
int feel_builtin_variant(const struct feel_builtin *b, const str *names, size_t count)
{
    str ignored;
    int first = -1;
    for (int variant = 0; variant_names(b, variant, &ignored); variant++) {
        size_t found = 0;
        int last = -1;
        bool in_order = true;
        for (size_t i = 0; i < count; i++) {
            int at = feel_builtin_parameter(b, variant, names[i]);
            found += at >= 0;
            in_order = in_order && at > last;
            last = at;
        }
        if (found == count && in_order)
            return variant;
        if (found == count && first < 0)
            first = variant;
    }
    return first;
}

/* ---- java.lang.Math and java.lang.String -------------------------------------------------- */

enum java_call {
    JAVA_ABS, JAVA_MAX, JAVA_MIN, JAVA_CEIL, JAVA_FLOOR, JAVA_ROUND, JAVA_SQRT, JAVA_POW, JAVA_EXP,
    JAVA_LOG, JAVA_TRIGONOMETRY, JAVA_VALUE_OF, JAVA_FORMAT, JAVA_NUMBER_OF,
};

enum { JAVA_CHAR = 1000 }; /* added to a row's number: the parameter is one character */

static const struct java_row {
    const char *class_name, *method;
    enum java_call call;
    int detail;
    size_t parameters;
} java_rows[] = {
    { "java.lang.Math", "abs", JAVA_ABS, 0, 1 },
    { "java.lang.Math", "max", JAVA_MAX, 0, 2 },
    { "java.lang.Math", "min", JAVA_MIN, 0, 2 },
    { "java.lang.Math", "ceil", JAVA_CEIL, 0, 1 },
    { "java.lang.Math", "floor", JAVA_FLOOR, 0, 1 },
    { "java.lang.Math", "round", JAVA_ROUND, 0, 1 },
    { "java.lang.Math", "sqrt", JAVA_SQRT, 0, 1 },
    { "java.lang.Math", "pow", JAVA_POW, 0, 2 },
    { "java.lang.Math", "exp", JAVA_EXP, 0, 1 },
    { "java.lang.Math", "log", JAVA_LOG, 0, 1 },
    { "java.lang.Math", "sin", JAVA_TRIGONOMETRY, NUMBER_SIN, 1 },
    { "java.lang.Math", "cos", JAVA_TRIGONOMETRY, NUMBER_COS, 1 },
    { "java.lang.Math", "tan", JAVA_TRIGONOMETRY, NUMBER_TAN, 1 },
    { "java.lang.Math", "asin", JAVA_TRIGONOMETRY, NUMBER_ASIN, 1 },
    { "java.lang.Math", "acos", JAVA_TRIGONOMETRY, NUMBER_ACOS, 1 },
    { "java.lang.Math", "atan", JAVA_TRIGONOMETRY, NUMBER_ATAN, 1 },
    { "java.lang.Math", "cbrt", JAVA_TRIGONOMETRY, NUMBER_CBRT, 1 },
    { "java.lang.String", "valueOf", JAVA_VALUE_OF, 0, 1 },
    { "java.lang.Byte", "valueOf", JAVA_NUMBER_OF, 0, 1 },
    { "java.lang.Short", "valueOf", JAVA_NUMBER_OF, 0, 1 },
    { "java.lang.Integer", "valueOf", JAVA_NUMBER_OF, 0, 1 },
    { "java.lang.Long", "valueOf", JAVA_NUMBER_OF, 0, 1 },
    { "java.lang.Float", "valueOf", JAVA_NUMBER_OF, 1, 1 },
    { "java.lang.Double", "valueOf", JAVA_NUMBER_OF, 1, 1 },
    { "java.lang.String", "format", JAVA_FORMAT, 0, 0 },
};

/* "max(int,java.lang.Integer)": which numbers Java would cut to whole ones; bit i is parameter i. */
static bool signature_fits(str signature, const char *method, size_t parameter_count)
{
    ptrdiff_t open = str_find(signature, STR("("), 0);
    if (open < 0 || !str_is(str_trim(str_slice(signature, 0, (size_t)open)), method)
        || !str_ends(str_trim(signature), STR(")")))
        return false;
    str inside = str_slice(signature, (size_t)open + 1, signature.bytes - 1);
    size_t count = 0;
    for (str part; str_split(&inside, ',', &part);) {
        part = str_trim(part);
        if (!part.bytes)
            continue;
        static const char *const known[] = { "int", "long", "float", "double", "boolean", "byte",
            "short", "char", "java.lang.String", "java.lang.Integer", "java.lang.Long",
            "java.lang.Double", "java.lang.Float", "java.lang.Boolean", "java.lang.Object",
            "[Ljava.lang.Object;", "java.math.BigDecimal", "java.lang.Short", "java.lang.Byte",
            "java.lang.Character" };
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known = is_known || str_is(part, known[i]);
        if (!is_known)
            return false;
        count++;
    }
    return count == parameter_count;
}

/* Which signature a found row was called with matters only for String.valueOf(char). */
static int char_row(int row, str signature)
{
    return str_find(signature, STR("(char)"), 0) >= 0 ? row + JAVA_CHAR : row;
}

int feel_java_find(str class_name, str signature, size_t parameter_count)
{
    for (size_t i = 0; i < sizeof java_rows / sizeof *java_rows; i++)
        if (str_is(class_name, java_rows[i].class_name)
            && (!java_rows[i].parameters || java_rows[i].parameters == parameter_count)
            && signature_fits(signature, java_rows[i].method, parameter_count))
            return char_row((int)i, signature);
    return -1;
}

/* %s, %d and %.Nf with one value each; anything else makes the whole null. */
static enum err java_format(
    struct feel_machine *m, const feel_value *args, size_t count, feel_value *out)
{
    str format;
    struct buf b;
    size_t next = 1;
    if (!count || !arg_text(args[0], &format))
        return OK;
    buf_init(&b, m->arena, m->text_max);
    for (size_t i = 0; i < format.bytes; i++) {
        if (format.data[i] != '%') {
            buf_add_char(&b, format.data[i]);
            continue;
        }
        if (++i < format.bytes && format.data[i] == '%') {
            buf_add_char(&b, '%');
            continue;
        }
        if (i >= format.bytes || (format.data[i] != 's' && format.data[i] != 'd') || next >= count)
            return OK;
        buf_add(&b, feel_to_string(m->arena, args[next++]));
    }
    return give_text(m, buf_str(&b), out);
}

/* Integer.valueOf and its like: of a text or a number; the whole kinds refuse a fraction. */
static enum err java_number_of(const struct java_row *row, feel_value v, feel_value *out)
{
    str text;
    feel_value n = arg_of(v, FEEL_NUMBER);
    if (arg_text(v, &text) && !feel_number_parse(text, &n))
        return OK;
    if (n.kind == FEEL_NUMBER && (row->detail || number_is_integer(n)))
        *out = n;
    return OK;
}

static feel_value java_number(const struct java_row *row, feel_value a, feel_value b)
{
    switch (row->call) {
    case JAVA_ABS: return number_sign(a) < 0 ? number_negate(a) : a;
    case JAVA_MAX: return number_compare(a, b) >= 0 ? a : b;
    case JAVA_MIN: return number_compare(a, b) <= 0 ? a : b;
    case JAVA_CEIL: return number_round(a, 0, NUMBER_CEILING);
    case JAVA_FLOOR: return number_floor(a);
    case JAVA_ROUND: return number_floor(number_add(a, feel_decimal(5, 1)));
    case JAVA_SQRT: return number_sqrt(a);
    case JAVA_POW: return number_power(a, b);
    case JAVA_EXP: return number_exp(a);
    case JAVA_LOG: return number_log(a);
    case JAVA_TRIGONOMETRY: return number_java(row->detail, a, b);
    case JAVA_VALUE_OF:
    case JAVA_FORMAT:
    case JAVA_NUMBER_OF: break;
    }
    return feel_null();
}

enum err feel_java_call(
    struct feel_machine *m, int index, const feel_value *args, size_t count, feel_value *out)
{
    *out = feel_null();
    if (index < 0 || !m->env->java) {
        WARN(m, "不支持这个外部函数", "this external function is not supported");
        return OK;
    }
    bool one_char = index >= JAVA_CHAR;
    const struct java_row *row = &java_rows[one_char ? index - JAVA_CHAR : index];
    str text;
    if (one_char && (!arg_text(args[0], &text) || str_code_points(text) != 1))
        return OK;
    if (row->call == JAVA_FORMAT)
        return java_format(m, args, count, out);
    if (row->call == JAVA_NUMBER_OF)
        return java_number_of(row, args[0], out);
    if (row->call == JAVA_VALUE_OF)
        return args[0].kind == FEEL_NULL
            ? OK
            : give_text(m, feel_to_string(m->arena, args[0]), out);
    feel_value a, b = feel_integer(0);
    if (!arg_number(args[0], &a) || (count > 1 && !arg_number(args[1], &b)))
        return OK;
    *out = java_number(row, a, b);
    return OK;
}
