/*
 * Fuzz target: FEEL. The first byte says whether the text is an expression or unary tests. What
 * compiles is evaluated under small limits, with two variables and a fixed clock; a value that is
 * not a function is written as a literal which compiles again to an equal value.
 */
#include "feel/feel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const struct feel_limits small = {
    .steps = 20000, .depth = 60, .list_items = 2000, .text_bytes = 64 * KIB
};

static bool round_trips(feel_value v)
{
    return v.kind == FEEL_BOOLEAN || v.kind == FEEL_NUMBER || v.kind == FEEL_STRING
        || v.kind == FEEL_DATE || v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS;
}

static void write_and_read(struct arena *a, const struct feel_env *env, feel_value v)
{
    struct feel_program *p;
    struct diag d = { 0 };
    feel_value again;
    str text = feel_to_text(a, v);
    (void)feel_to_string(a, v);
    (void)feel_to_json(a, v);
    if (arena_failed(a) || !round_trips(v))
        return;
    ASSERT(str_is_utf8(text));
    ASSERT(feel_compile(a, text, NULL, &p, &d) == OK);
    ASSERT(feel_eval(p, env, NULL, a, &again, &d) == OK);
    ASSERT(feel_is_true(feel_equal(v, again)));
}

static void run(struct arena *a, bool tests, str text)
{
    const struct feel_field fields[] = { { STR("x"), NULL }, { STR("Monthly Salary"), NULL } };
    const struct feel_names names = { .items = fields, .count = 2, .open = true };
    struct feel_entry entries[] = { { STR("x"), feel_integer(7) },
        { STR("Monthly Salary"), feel_decimal(123456, 2) } };
    struct feel_context scope = { 2, entries };
    struct feel_warnings warnings = { .arena = a };
    struct feel_env env = { .limits = small,
        .now = feel_date_time_from_ms(INT64_C(1795406400000), 8 * 3600, NULL),
        .warnings = &warnings };
    struct feel_program *p;
    struct diag d = { 0 };
    feel_value out;
    enum err e = tests ? feel_compile_tests(a, text, &names, NULL, &p, &d)
                       : feel_compile(a, text, &names, &p, &d);
    if (e != OK) {
        ASSERT(d.err == e && d.zh[0] && d.en[0]);
        return;
    }
    e = tests ? feel_eval_tests(p, &env, feel_integer(3), &scope, a, &out, &d)
              : feel_eval(p, &env, &scope, a, &out, &d);
    if (e == OK)
        write_and_read(a, &env, out);
    else
        ASSERT(d.err == e && (e == ERR_LIMIT || e == ERR_LIMIT_STEPS || e == ERR_MEMORY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena a;
    if (!bytes)
        return 0;
    arena_init(&a, NULL, 32 * MIB);
    run(&a, data[0] & 1, (str){ (const char *)data + 1, bytes - 1 });
    arena_release(&a);
    return 0;
}
