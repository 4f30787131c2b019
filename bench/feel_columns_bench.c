/*
 * Expressions over columns: src/feel/columns.h against a loop in C over the same columns, chunk by
 * chunk, both into a buffer of one chunk. Every row's answer is compared beforehand. The C is
 * compiled with the same options and checks nothing: neither nulls nor overflow.
 */
#include "bench/feel_batch.h"
#include "feel/columns.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 5, CHUNK = FEEL_COLUMN_ROWS, COLUMNS = 6, STREETS = 4 };

struct rows {
    int64_t *age, *price, *quantity, *discount;
    uint32_t *street;
    int32_t *founded;
};

static const str streets[STREETS] = { { "Aixihu", 6 }, { "Jingdong", 8 }, { "Mayi", 4 },
    { "Yaohu", 5 } };

typedef void chunk_fn(const struct rows *r, size_t from, size_t n, void *out);

static __attribute__((noinline)) void c_age(const struct rows *r, size_t from, size_t n, void *out)
{
    uint8_t *restrict to = out;
    const int64_t *age = r->age + from;
    for (size_t i = 0; i < n; i++)
        to[i] = age[i] >= 18;
}

static __attribute__((noinline)) void c_price(
    const struct rows *r, size_t from, size_t n, void *out)
{
    int64_t *restrict to = out;
    const int64_t *price = r->price + from, *quantity = r->quantity + from,
                  *discount = r->discount + from;
    for (size_t i = 0; i < n; i++)
        to[i] = price[i] * quantity[i] * (100 - discount[i]);
}

/* In ten-thousandths. */
static __attribute__((noinline)) void c_policy(
    const struct rows *r, size_t from, size_t n, void *out)
{
    int64_t *restrict to = out;
    const int64_t *price = r->price + from, *quantity = r->quantity + from;
    const uint32_t *street = r->street + from;
    const int32_t *founded = r->founded + from;
    for (size_t i = 0; i < n; i++) {
        int64_t raised = price[i] * 103;
        int64_t capped = raised < 5000000 ? raised : 5000000;
        bool free = (street[i] == 0 || street[i] == 2) && founded[i] >= 18262 && quantity[i] < 20;
        to[i] = free ? 0 : capped > 1000000 ? capped : 1000000;
    }
}

static const struct {
    const char *text, *label;
    chunk_fn *plain;
} expressions[] = {
    { "age >= 18", "`age >= 18`", c_age },
    { "price * quantity * (1 - discount)", "`price * quantity * (1 - discount)`", c_price },
    { "if street in (\"Aixihu\", \"Mayi\") and founded >= date(\"2020-01-01\") and quantity < 20 "
      "then 0 else max(min(price * 1.03, 500), 100)",
        "rate × increase with cap, floor and an exemption by street, date and size", c_policy },
};

static void die(const char *what)
{
    fprintf(stderr, "feel_bench: %s\n", what);
    exit(1);
}

static struct rows make_rows(size_t count)
{
    struct rows r = { mem_alloc(count * 8), mem_alloc(count * 8), mem_alloc(count * 8),
        mem_alloc(count * 8), mem_alloc(count * 4), mem_alloc(count * 4) };
    uint64_t seed = 5;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = seed >> 16;
        r.age[i] = (int64_t)(bits % 90);
        r.price[i] = (int64_t)((bits >> 7) % 100000);
        r.quantity[i] = (int64_t)((bits >> 13) % 100);
        r.discount[i] = (int64_t)((bits >> 19) % 30);
        r.street[i] = (uint32_t)((bits >> 23) % STREETS);
        r.founded[i] = 16000 + (int32_t)((bits >> 29) % 4000);
    }
    return r;
}

/* The same rows, answer by answer. */
static void compare(struct feel_columns *c, const struct feel_column *columns, const struct rows *r,
    chunk_fn *plain, size_t count)
{
    static int64_t room[CHUNK];
    struct feel_column_rows got;
    int64_t unit = 1;
    for (int i = feel_columns_scale(c); i < 4; i++)
        unit *= 10; /* c_policy and c_price give four places */
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t n = count - from < CHUNK ? count - from : CHUNK;
        plain(r, from, n, room);
        if (feel_columns_run(c, columns, from, n, &got, NULL) != OK || got.odd_count || got.nulls)
            die("a chunk cannot be computed");
        for (size_t i = 0; i < n; i++)
            if (got.truths ? got.truths[i] != ((uint8_t *)room)[i]
                           : got.numbers[i] * unit != room[i])
                die("the columns and the code by hand differ");
    }
}

static double time_plain(const struct rows *r, chunk_fn *plain, size_t count)
{
    static int64_t room[CHUNK];
    double start = seconds_now();
    for (size_t from = 0; from < count; from += CHUNK)
        plain(r, from, count - from < CHUNK ? count - from : CHUNK, room);
    return seconds_now() - start;
}

static double time_columns(struct feel_columns *c, const struct feel_column *columns, size_t count)
{
    struct feel_column_rows got;
    double start = seconds_now();
    for (size_t from = 0; from < count; from += CHUNK)
        if (feel_columns_run(
                c, columns, from, count - from < CHUNK ? count - from : CHUNK, &got, NULL)
            != OK)
            die("a chunk cannot be computed");
    return seconds_now() - start;
}

void measure_columns(size_t count)
{
    static const char *const names[COLUMNS] = { "age", "price", "quantity", "discount", "street",
        "founded" };
    struct rows r = make_rows(count);
    const struct feel_column columns[COLUMNS] = { { FEEL_COLUMN_DECIMAL, 0, NULL, 0, r.age, NULL },
        { FEEL_COLUMN_DECIMAL, 2, NULL, 0, r.price, NULL },
        { FEEL_COLUMN_DECIMAL, 0, NULL, 0, r.quantity, NULL },
        { FEEL_COLUMN_DECIMAL, 2, NULL, 0, r.discount, NULL },
        { FEEL_COLUMN_TEXT, 0, streets, STREETS, r.street, NULL },
        { FEEL_COLUMN_DATE, 0, NULL, 0, r.founded, NULL } };
    struct feel_field fields[COLUMNS];
    struct feel_names scope = { .items = fields, .count = COLUMNS };
    for (size_t i = 0; i < COLUMNS; i++)
        fields[i] = (struct feel_field){ str_from(names[i]), NULL };
    printf("| rows a second, %zu rows in columns | C, a loop a chunk | FEEL by columns | to C | "
           "all rows |\n|---|--:|--:|--:|--:|\n",
        count);
    for (size_t e = 0; e < sizeof expressions / sizeof *expressions; e++) {
        struct arena a;
        struct feel_program *p;
        struct feel_columns *c;
        double plain[RUNS], feel[RUNS];
        arena_init(&a, NULL, 64 * MIB);
        if (feel_compile(&a, str_from(expressions[e].text), &scope, &p, NULL) != OK
            || feel_columns_create(&a, p, NULL, columns, NULL, &c, NULL) != OK || !c)
            die("an expression should go by columns");
        compare(c, columns, &r, expressions[e].plain, count);
        for (int i = 0; i < RUNS; i++) {
            plain[i] = time_plain(&r, expressions[e].plain, count);
            feel[i] = time_columns(c, columns, count);
        }
        double by_c = median(plain, RUNS), by_feel = median(feel, RUNS);
        printf("| %s | %.0f M | %.0f M | %.2f | %.1f ms |\n", expressions[e].label,
            (double)count / by_c / 1e6, (double)count / by_feel / 1e6, by_c / by_feel,
            by_feel * 1e3);
        arena_release(&a);
    }
    void *all[] = { r.age, r.price, r.quantity, r.discount, r.street, r.founded };
    for (size_t i = 0; i < COLUMNS; i++)
        mem_free(all[i]);
}
