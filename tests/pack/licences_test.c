/* Types of licences: what is read, and what is refused with file, line and words. */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FOOD "licences/types/food_business.json"
#define PEOPLE "licences/types/drug_retail.json"

static void a_type(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p;
    given_open(&g);
    assert_int_equal(given_load(&g, &p), OK);
    assert_int_equal(p->licence_count, 36); /* 35 of enterprises, one of people */
    const struct pack_licence *t = pack_licence(p, STR("food_business"));
    assert_non_null(t);
    assert_null(pack_licence(p, STR("nothing")));
    assert_int_equal(t->type_code.bytes, PACK_LICENCE_CODE_BYTES);
    assert_int_equal(t->validity, PACK_VALID_YEARS);
    assert_int_equal(t->valid_amount, 5);
    assert_int_equal(t->renew_days, 30);
    assert_true(t->renew_silence && t->once);
    assert_true(str_is(t->holder->code, "enterprise"));
    const struct pack_column *address = pack_column(&t->fields, STR("address"));
    assert_non_null(address);
    assert_true(str_is(t->fill[address - t->fields.columns]->name, "address"));
    assert_true(t->is_public[address - t->fields.columns]);
    given_close(&g);
}

static const struct {
    const char *file, *old, *new, *line_of, *words;
} table[] = {
    { FOOD, "\"type\": \"food_business\"", "\"type\": \"food\"", "\"food\"",
        "must be its file's name" },
    { FOOD, "\"once\": true", "\"twice\": true", "twice", "unknown member \"twice\"" },
    { FOOD, "0002\"", "02\"", "\"code\"", "has 21 characters" },
    { FOOD, "\"code\": \"1110", "\"code\": \"1111", "\"code\"", "the credit code is wrong" },
    { FOOD, "0002\"", "0001\"", "\"code\"", "is that of \"business\"" },
    { FOOD, "\"unit\": \"MKT\"", "\"unit\": \"NONE\"", "NONE", "no unit \"NONE\"" },
    { FOOD, "\"credit_code\": \"1136", "\"credit_code\": \"1137", "1137",
        "the credit code is wrong" },
    { FOOD, "\"register\": \"enterprise\"", "\"register\": \"nobody\"", "nobody",
        "no register \"nobody\"" },
    { FOOD, "\"register\": \"enterprise\"", "\"register\": \"enterprise\", \"account\": \"name\"",
        "\"account\"", "column of type account" },
    { FOOD, "\"fill\": {\"address\": \"address\"}", "\"fill\": {\"address\": \"street\"}", "street",
        "column of the holder's register" },
    { FOOD, "\"fill\": {\"address\": \"address\"}", "\"fill\": {\"address\": \"contact_name\"}",
        "contact_name", "masked" },
    { FOOD, "\"public\": [\"legal_person\"", "\"public\": [\"colour\"", "colour",
        "no field \"colour\"" },
    { PEOPLE, "\"public\": [\"legal_person\"", "\"public\": [\"pharmacist\"", "\"public\"",
        "masked and cannot be public" },
    { FOOD, "{\"kind\": \"years\", \"amount\": 5}", "{\"kind\": \"years\"}", "\"kind\": \"years\"",
        "how many is missing" },
    { FOOD, "{\"kind\": \"years\", \"amount\": 5}", "{\"kind\": \"until\", \"field\": \"scope\"}",
        "until", "field of type date" },
    { FOOD, "{\"kind\": \"years\", \"amount\": 5}", "{\"kind\": \"always\"}", "\"renewal\"",
        "always holds is not renewed" },
    { FOOD, "\"suspend\": [\"head\"]", "\"suspend\": [\"king\"]", "king", "no role \"king\"" },
    { FOOD, "\"text\": \"{scope}\"", "\"text\": \"{scoop}\"", "{scoop}", "neither a field" },
    { FOOD, "\"text\": \"{scope}\"", "\"text\": \"{scope\"", "{scope\"", "neither a field" },
    { FOOD, "\"ring\": ", "\"round\": ", "round", "unknown member \"round\"" },
    { FOOD, "\"name\": \"form\",", "\"name\": \"form\", \"computed\": \"scope\",", "\"form\"",
        "nor computed" },
};

static void what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct given g;
        const struct pack *p = NULL;
        char file[200] = "zone/";
        strcat(file, table[i].file);
        given_open(&g);
        given_replace(&g, table[i].file, table[i].old, table[i].new);
        if (given_load(&g, &p) == OK)
            print_message("taken: %s\n", table[i].new);
        assert_null(p);
        given_expect(&g, file, given_line(&g, table[i].file, table[i].line_of), table[i].words);
        given_close(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
