/*
 * FEEL and DMN against hand-written C in the same run: feel_bench [ROWS]
 *
 *     expressions   five, evaluated a second: in plain C (integers, bytes), for the first two in C on
 *                   decimal128 too (the numbers FEEL has), by feel_machine_eval on values in slots, by
 *                   feel_eval on a context by names, and parsed each time
 *     columns       three expressions over ROWS rows in columns, against a loop in C over the same
 *     batch         ROWS rows (3,000,000) through twenty rules of six inputs, against the same rules
 *                   as an if-chain over the same columns; every row's answer is compared
 *     memory, start a table of 1,000 rules, a model of 1,000 decisions
 *
 * Each figure is the median of five runs that take turns, in processor time: there is one thread and
 * no waiting, so neighbours on the machine do not count. Prints Markdown tables.
 */
#include "bench/feel_batch.h"
#include "feel/feel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 5, ROWS_DEFAULT = 3000000, PEOPLE = 100 };

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return values[count / 2];
}

/* ---- hand-written C ----------------------------------------------------------------------- */

/* decimal128 as Intel's library passes it. */
typedef struct {
    __attribute__((aligned(16))) uint64_t w[2];
} decimal128;
decimal128 __bid128_from_int64(int64_t v);
decimal128 __bid128_mul(decimal128 a, decimal128 b, unsigned rounding, unsigned *flags);
decimal128 __bid128_sub(decimal128 a, decimal128 b, unsigned rounding, unsigned *flags);
int __bid128_quiet_greater_equal(decimal128 a, decimal128 b, unsigned *flags);

struct person {
    int64_t age;
    str city;
};

struct facts {
    int64_t age, price_fen, quantity, discount_percent;
    decimal128 age_d, price_d, quantity_d, discount_d, one_d, limit_d;
    struct person people[PEOPLE];
    char name[32], d[16], e[16];
};

static struct facts facts;
static volatile int64_t sink; /* so that results are used */

static __attribute__((noinline)) int64_t c_age(const struct facts *f)
{
    return f->age >= 18;
}

static __attribute__((noinline)) int64_t c_price(const struct facts *f)
{
    return f->price_fen * f->quantity * (100 - f->discount_percent);
}

static __attribute__((noinline)) int64_t c_people(const struct facts *f)
{
    int64_t count = 0;
    for (size_t i = 0; i < PEOPLE; i++)
        count += f->people[i].age > 30 && str_is(f->people[i].city, "Nanchang");
    return count;
}

static __attribute__((noinline)) int64_t c_text(const struct facts *f)
{
    char upper[32];
    size_t i = 0;
    for (; f->name[i]; i++)
        upper[i] = f->name[i] >= 'a' && f->name[i] <= 'z' ? (char)(f->name[i] - 32) : f->name[i];
    upper[i] = 0;
    return strstr(upper, "SMITH") != NULL;
}

static bool c_read_date(const char *s, struct date *d)
{
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
            return false;
    d->year = (s[0] - '0') * 1000 + (s[1] - '0') * 100 + (s[2] - '0') * 10 + s[3] - '0';
    d->month = (uint8_t)((s[5] - '0') * 10 + s[6] - '0');
    d->day = (uint8_t)((s[8] - '0') * 10 + s[9] - '0');
    return d->month >= 1 && d->month <= 12 && d->day >= 1
        && d->day <= date_days_in_month(d->year, d->month);
}

static __attribute__((noinline)) int64_t c_dates(const struct facts *f)
{
    struct date d, e;
    if (!c_read_date(f->d, &d) || !c_read_date(f->e, &e))
        return -1;
    d.year += d.month == 12;
    d.month = d.month == 12 ? 1 : (uint8_t)(d.month + 1);
    int last = date_days_in_month(d.year, d.month);
    d.day = d.day > last ? (uint8_t)last : d.day;
    return date_to_days(d) > date_to_days(e);
}

static __attribute__((noinline)) int64_t d_age(const struct facts *f)
{
    unsigned flags = 0;
    return __bid128_quiet_greater_equal(f->age_d, f->limit_d, &flags);
}

static __attribute__((noinline)) int64_t d_price(const struct facts *f)
{
    unsigned flags = 0;
    decimal128 rest = __bid128_sub(f->one_d, f->discount_d, 0, &flags);
    decimal128 v = __bid128_mul(
        __bid128_mul(f->price_d, f->quantity_d, 0, &flags), rest, 0, &flags);
    return (int64_t)v.w[0];
}

/* ---- the expressions ---------------------------------------------------------------------- */

struct expression {
    const char *text;
    int64_t (*plain)(const struct facts *f);
    int64_t (*decimal)(const struct facts *f);
};

static const struct expression expressions[] = {
    { "age >= 18", c_age, d_age },
    { "price * quantity * (1 - discount)", c_price, d_price },
    { "count(people[age > 30 and city = \"Nanchang\"])", c_people, NULL },
    { "contains(upper case(name), \"SMITH\")", c_text, NULL },
    { "date(d) + duration(\"P1M\") > date(e)", c_dates, NULL },
};

enum { NAMES = 7 };

static feel_value values[NAMES];
static struct feel_entry people_entries[PEOPLE][2];
static feel_value people_values[PEOPLE];

static void fill_facts(struct arena *a)
{
    facts = (struct facts){ .age = 25, .price_fen = 1999, .quantity = 3, .discount_percent = 15,
        .name = "John Smith", .d = "2026-01-31", .e = "2026-02-27" };
    facts.age_d = __bid128_from_int64(25);
    facts.limit_d = __bid128_from_int64(18);
    facts.price_d = __bid128_from_int64(1999);
    facts.quantity_d = __bid128_from_int64(3);
    facts.one_d = __bid128_from_int64(100);
    facts.discount_d = __bid128_from_int64(15);
    for (size_t i = 0; i < PEOPLE; i++) {
        facts.people[i].age = (int64_t)(i * 7 % 60);
        facts.people[i].city = i % 3 ? STR("Nanchang") : STR("Jiujiang");
        people_entries[i][0] = (struct feel_entry){ STR("age"),
            feel_integer(facts.people[i].age) };
        people_entries[i][1] = (struct feel_entry){ STR("city"),
            feel_string(facts.people[i].city) };
        people_values[i] = feel_context_of(a, people_entries[i], 2);
    }
    values[0] = feel_integer(25);
    values[1] = feel_decimal(1999, 2);
    values[2] = feel_integer(3);
    values[3] = feel_decimal(15, 2);
    values[4] = feel_list_of(a, people_values, PEOPLE);
    values[5] = feel_string(str_from(facts.name));
    values[6] = feel_context_of(a, NULL, 0);
}

static const char *const names[NAMES + 1]
    = { "age", "price", "quantity", "discount", "people", "name", "d", "e" };

struct bench {
    struct arena *arena; /* of the program */
    struct arena *turn;  /* of one evaluation */
    struct feel_names names;
    struct feel_context scope;
    feel_value slots[NAMES + 1];
    const struct expression *e;
    struct feel_program *program;
};

typedef void run_fn(struct bench *b, size_t times);

static void die(const char *what)
{
    fprintf(stderr, "feel_bench: %s\n", what);
    exit(1);
}

static void run_plain(struct bench *b, size_t times)
{
    for (size_t i = 0; i < times; i++)
        sink = b->e->plain(&facts);
}

static void run_decimal(struct bench *b, size_t times)
{
    for (size_t i = 0; i < times; i++)
        sink = b->e->decimal(&facts);
}

static void run_named(struct bench *b, size_t times)
{
    feel_value v;
    for (size_t i = 0; i < times; i++) {
        arena_reset(b->turn);
        if (feel_eval(b->program, NULL, &b->scope, b->turn, &v, NULL) != OK)
            die("evaluation failed");
        sink = v.kind;
    }
}

static void run_slots(struct bench *b, size_t times)
{
    static const struct feel_env env = { .limits = { .steps = UINT64_MAX / 2 } };
    struct feel_machine *m = NULL;
    feel_value v;
    for (size_t i = 0; i < times; i++) {
        if (i % 1000 == 0) {
            arena_reset(b->turn);
            if (feel_machine_create(b->turn, &env, &m, NULL) != OK)
                die("no machine");
        }
        if (feel_machine_eval(m, b->program, b->slots, &v) != OK)
            die("evaluation failed");
        sink = v.kind;
    }
}

static void run_parsed(struct bench *b, size_t times)
{
    feel_value v;
    struct feel_program *p;
    for (size_t i = 0; i < times; i++) {
        arena_reset(b->turn);
        if (feel_compile(b->turn, str_from(b->e->text), &b->names, &p, NULL) != OK
            || feel_eval(p, NULL, &b->scope, b->turn, &v, NULL) != OK)
            die("evaluation failed");
        sink = v.kind;
    }
}

/* Evaluations a second, with as many turns as take about a tenth of a second. */
static double rate(struct bench *b, run_fn *run)
{
    size_t times = 100;
    for (;;) {
        double start = seconds_now();
        run(b, times);
        double took = seconds_now() - start;
        if (took > 0.08)
            return (double)times / took;
        times = took < 0.008 ? times * 10 : (size_t)((double)times * 0.1 / took) + 1;
    }
}

static void print_rate(double r)
{
    if (r >= 1e6)
        printf(" %.1f M |", r / 1e6);
    else
        printf(" %.1f k |", r / 1e3);
}

static void measure(struct bench *b)
{
    enum { WAYS = 5 };
    run_fn *ways[WAYS] = { run_plain, b->e->decimal ? run_decimal : NULL, run_slots, run_named,
        run_parsed };
    double rates[WAYS][RUNS], middle[WAYS] = { 0 };
    for (int r = 0; r < RUNS; r++)
        for (int w = 0; w < WAYS; w++)
            rates[w][r] = ways[w] ? rate(b, ways[w]) : 0;
    printf("| `%s` |", b->e->text);
    for (int w = 0; w < WAYS; w++) {
        middle[w] = median(rates[w], RUNS);
        if (ways[w])
            print_rate(middle[w]);
        else
            printf(" – |");
    }
    if (ways[1])
        printf(" %.2f / %.2f |\n", middle[2] / middle[0], middle[2] / middle[1]);
    else
        printf(" %.3f / – |\n", middle[2] / middle[0]);
}

static void measure_expressions(struct arena *a, struct arena *turn)
{
    struct feel_entry entries[NAMES + 1];
    struct feel_field fields[NAMES + 1];
    struct bench b = { .arena = a, .turn = turn };
    fill_facts(a);
    for (size_t i = 0; i < NAMES + 1; i++) {
        feel_value v = i == 6 ? feel_string(str_from(facts.d))
            : i == 7          ? feel_string(str_from(facts.e))
                              : values[i];
        entries[i] = (struct feel_entry){ str_from(names[i]), v };
        b.slots[i] = v;
        fields[i] = (struct feel_field){ str_from(names[i]), NULL };
    }
    b.scope = (struct feel_context){ NAMES + 1, entries };
    b.names = (struct feel_names){ .items = fields, .count = NAMES + 1 };
    printf("| evaluations a second | C | C, decimal128 | compiled, slots | compiled, by name "
           "| with parsing | slots to C / to decimal C |\n|---|--:|--:|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        struct diag d = { 0 };
        b.e = &expressions[i];
        if (feel_compile(a, str_from(b.e->text), &b.names, &b.program, &d) != OK)
            die(d.en);
        measure(&b);
    }
}

int main(int argc, char **argv)
{
    static struct arena a, turn;
    int64_t rows = ROWS_DEFAULT;
    if (argc > 1 && (!str_to_int64(str_from(argv[1]), &rows) || rows < 1000)) {
        fprintf(stderr, "usage: feel_bench [ROWS, at least 1000]\n");
        return 2;
    }
    arena_init(&a, NULL, 64 * MIB);
    arena_init(&turn, NULL, 256 * MIB);
    measure_expressions(&a, &turn);
    arena_release(&turn);
    arena_release(&a);
    printf("\n");
    measure_columns((size_t)rows);
    printf("\n");
    measure_batch((size_t)rows);
    measure_loading();
    return 0;
}
