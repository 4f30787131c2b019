/* Dated parameters: what is in force on which day, and what is refused with file, line and words. */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FILE_NAME "parameters/limit.json"
#define LAW "\"law\": {\"zh\": \"第三条\", \"en\": \"Article 3\"}"

static const char good[] = "{ \"parameter\": \"limit\",\n"
                           "  \"name\": { \"zh\": \"上限\", \"en\": \"Limit\" },\n"
                           "  \"type\": \"number\", \"unit\": { \"zh\": \"人\", \"en\": \"people\" },\n"
                           "  \"values\": [\n"
                           "    {\"from\": \"2024-01-01\", \"to\": \"2024-12-31\","
                           " \"value\": 100, " LAW "},\n"
                           "    {\"from\": \"2026-01-01\", \"value\": 0.1, " LAW "}\n"
                           "  ] }\n";

static int64_t day(const char *text)
{
    struct date d;
    assert_true(date_parse(str_from(text), &d));
    return date_to_days(d);
}

static void the_value_of_a_day(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p;
    given_open(&g);
    given_add(&g, FILE_NAME, str_from(good));
    assert_int_equal(given_load(&g, &p), OK);
    const struct pack_parameter *limit = pack_parameter(p, STR("limit"));
    assert_non_null(limit);
    assert_null(pack_parameter(p, STR("limits")));
    assert_null(pack_parameter_on(limit, day("2023-12-31")));
    assert_int_equal(pack_parameter_on(limit, day("2024-01-01"))->value.coefficient, 100);
    assert_int_equal(pack_parameter_on(limit, day("2024-12-31"))->value.coefficient, 100);
    assert_null(pack_parameter_on(limit, day("2025-06-01")));
    const struct pack_parameter_value *now = pack_parameter_on(limit, day("2099-06-01"));
    assert_true(feel_is_true(feel_equal(now->value, feel_decimal(1, 1)))); /* 0.1, not a binary */
    assert_true(str_is(now->law.en, "Article 3"));
    given_close(&g);
}

static void handed_to_a_decision(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p;
    struct diag d = { 0 };
    feel_value out;
    given_open(&g);
    given_add(&g, FILE_NAME, str_from(good));
    assert_int_equal(given_load(&g, &p), OK);
    struct feel_entry own[] = { { STR("limit"), feel_integer(7) }, { STR("x"), feel_null() } };
    assert_int_equal(
        pack_parameters_on(p, day("2024-05-01"), feel_null(), &g.arena, &out, &d), OK);
    assert_int_equal(feel_get(out, STR("limit"))->coefficient, 100);
    assert_int_equal(
        pack_parameters_on(p, day("2025-05-01"), feel_null(), &g.arena, &out, &d), OK);
    assert_null(feel_get(out, STR("limit")));
    assert_int_equal(pack_parameters_on(p, day("2024-05-01"),
                         feel_context_of(&g.arena, own, 2), &g.arena, &out, &d),
        OK);
    assert_int_equal(feel_get(out, STR("limit"))->coefficient, 7);
    size_t limits = 0; /* the zone's own parameters stand there too */
    for (size_t i = 0; i < out.context->count; i++)
        limits += str_is(out.context->entries[i].name, "limit");
    assert_int_equal(limits, 1);
    given_close(&g);
}

static void what_is_refused(void **state)
{
    static const struct {
        const char *old, *new, *line_of, *words;
    } table[] = {
        { "\"limit\"", "\"other\"", "other", "must be its file's name, \"limit\"" },
        { "\"number\"", "\"numeral\"", "numeral", "unknown word \"numeral\"" },
        { "\"value\": 100", "\"value\": \"many\"", "many", "the value is no number" },
        { "\"value\": 100, ", "", "2024-01-01", "value is missing" },
        { "2026-01-01", "2023-01-01", "0.1", "has not ended by then" },
        { "2024-12-31", "2023-12-31", "100", "may not be before from" },
        { "2024-12-31", "31.12.2024", "31.12.2024", "is no date" },
        { "\"to\"", "\"until\"", "until", "unknown member \"until\"" },
        { "\"value\": 0.1, " LAW, "\"value\": 0.1", "0.1", "member \"law\" is missing" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct given g;
        const struct pack *p;
            continue;
        given_open(&g);
        given_add(&g, FILE_NAME, str_from(good));
        given_replace(&g, FILE_NAME, table[i].old, table[i].new);
        assert_int_not_equal(given_load(&g, &p), OK);
        given_expect(&g, "zone/" FILE_NAME, given_line(&g, FILE_NAME, table[i].line_of),
            table[i].words);
        given_close(&g);
    }
}

#define DMN "requests/routing.dmn"

/* An input that the form has and a parameter cannot both be meant; types must fit. */
static void against_the_decisions(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p;
    given_open(&g);
    given_add(&g, "parameters/topic.json", str_from(good));
    given_replace(&g, "parameters/topic.json", "\"parameter\": \"limit\"", "\"parameter\": \"topic\"");
    assert_int_not_equal(given_load(&g, &p), OK);
    given_expect(&g, "zone/" DMN, 0, "both a variable of a case and a parameter");
    given_close(&g);
    given_open(&g);
    given_add(&g, FILE_NAME, str_from(good));
    given_replace(&g, DMN, "<decision id=\"routing\"",
        "<inputData id=\"in_limit\" name=\"limit\"><variable name=\"limit\" typeRef=\"string\"/>"
        "</inputData><decision id=\"routing\"");
    given_replace(&g, DMN, "<informationRequirement id=\"routing_needs_topic\">",
        "<informationRequirement><requiredInput href=\"#in_limit\"/></informationRequirement>"
        "<informationRequirement id=\"routing_needs_topic\">");
    assert_int_not_equal(given_load(&g, &p), OK);
    given_expect(&g, "zone/" DMN, 0, "parameters/limit.json is a number");
    given_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_value_of_a_day),
        cmocka_unit_test(handed_to_a_decision),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(against_the_decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
