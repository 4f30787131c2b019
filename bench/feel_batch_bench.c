/*
 * Twenty rules of six inputs over the columns of a made-up register: by dmn_batch and by an if-chain
 * in C over the same columns; then what loading large models takes.
 */
#include "bench/feel_batch.h"
#include "bench/feel_rules.h"
#include "dmn/batch.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 5, STREETS = 6, XML_BYTES = 4 << 20 };

static const str streets[STREETS] = { { "Aixihu", 6 }, { "Jingdong", 8 }, { "Mayi", 4 },
    { "Qingyunpu", 9 }, { "Yaohu", 5 }, { "Luohua", 6 } };

struct register_columns {
    size_t rows;
    int64_t *staff, *revenue;
    double *rate;
    uint32_t *street;
    uint8_t *high;
    int32_t *founded;
};

struct row {
    int64_t staff, revenue;
    double rate;
    uint32_t street;
    uint8_t high;
    int32_t founded;
};

static void die(const char *what)
{
    fprintf(stderr, "feel_bench: %s\n", what);
    exit(1);
}

/* ---- by hand ------------------------------------------------------------------------------ */

static uint32_t by_hand(const struct row r)
{
#define RULE(n, condition, ...)                                                                    \
    if (condition)                                                                                 \
        return n;
    BATCH_RULES
#undef RULE
    return UINT32_MAX;
}

static __attribute__((noinline)) void run_by_hand(
    const struct register_columns *c, uint32_t *codes)
{
    for (size_t i = 0; i < c->rows; i++)
        codes[i] = by_hand((struct row){ c->staff[i], c->revenue[i], c->rate[i], c->street[i],
            c->high[i], c->founded[i] });
}

/* ---- the model and the rows --------------------------------------------------------------- */

#define HEAD                                                                                       \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'" \
    " id='d'>\n"
#define INPUT(name, type)                                                                          \
    "<inputData id='i_" name "' name='" name "'><variable name='" name "' typeRef='" type          \
    "'/></inputData>\n"
#define NEEDS(name)                                                                                \
    "<informationRequirement><requiredInput href='#i_" name "'/></informationRequirement>\n"
#define COLUMN(text) "<input><inputExpression><text>" text "</text></inputExpression></input>"
#define CELL(text) "<inputEntry><text>" text "</text></inputEntry>"
#define INPUTS                                                                                     \
    INPUT("staff", "number") INPUT("revenue", "number") INPUT("rate", "number")                    \
    INPUT("street", "string") INPUT("high tech", "boolean") INPUT("founded", "date")
#define ALL_NEEDS                                                                                  \
    NEEDS("staff") NEEDS("revenue") NEEDS("rate") NEEDS("street") NEEDS("high tech")               \
    NEEDS("founded")
#define COLUMNS                                                                                    \
    COLUMN("staff") COLUMN("revenue") COLUMN("rate") COLUMN("street") COLUMN("high tech")          \
    COLUMN("founded")

static const char model_xml[] = HEAD INPUTS
    "<decision id='t' name='t'>" ALL_NEEDS "<decisionTable hitPolicy='FIRST'>" COLUMNS
    "<output name='r'/>"
#define RULE(n, condition, a, b, c, d, e, f)                                                       \
    "<rule>" CELL(a) CELL(b) CELL(c) CELL(d) CELL(e) CELL(f) "<outputEntry><text>" #n              \
    "</text></outputEntry></rule>"
    BATCH_RULES
#undef RULE
    "</decisionTable></decision></definitions>";

static struct register_columns make_rows(size_t rows)
{
    static const double rates[] = { 0, 0.01, 0.03, 0.04, 0.05, 0.08, 0.1, 0.15, 0.2 };
    struct register_columns c = { rows, mem_alloc(rows * 8), mem_alloc(rows * 8),
        mem_alloc(rows * 8), mem_alloc(rows * 4), mem_alloc(rows), mem_alloc(rows * 4) };
    uint64_t seed = 3;
    for (size_t i = 0; i < rows; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = seed >> 16;
        c.staff[i] = (int64_t)(bits % 500 * (bits >> 9 & 3));
        c.revenue[i] = (int64_t)((bits >> 5) % 30000) * 100049;
        c.rate[i] = rates[(bits >> 11) % 9];
        c.street[i] = (uint32_t)((bits >> 17) % STREETS);
        c.high[i] = bits >> 23 & 1;
        c.founded[i] = 12000 + (int32_t)((bits >> 25) % 8000);
    }
    return c;
}

static struct dmn_model *load(struct arena *a, str xml)
{
    struct diag_list faults;
    struct dmn_model *m;
    diag_list_init(&faults, a, DMN_FAULTS_MAX);
    if (dmn_load(a, STR("bench.dmn"), xml, &m, &faults) != OK)
        die(faults.count ? faults.items[0]->en : "the model does not load");
    return m;
}

/* ---- the batch ---------------------------------------------------------------------------- */

static void compare(const struct dmn_batch *b, const uint32_t *codes, const uint32_t *hand,
    size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        int64_t rule = -1;
        if (!feel_to_int64(dmn_batch_outcome(b, codes[i]), &rule) || rule != (int64_t)hand[i])
            die("the batch and the code by hand differ");
    }
}

/* The rows one by one through dmn_decide: what a batch saves. */
static double scalar_rate(const struct dmn_model *m, const struct register_columns *c)
{
    static const char *const names[]
        = { "staff", "revenue", "rate", "street", "high tech", "founded" };
    struct arena a;
    size_t rows = c->rows < 100000 ? c->rows : 100000;
    arena_init(&a, NULL, 16 * MIB);
    double start = seconds_now();
    for (size_t i = 0; i < rows; i++) {
        feel_value v, all[] = { feel_integer(c->staff[i]), feel_decimal(c->revenue[i], 2),
            feel_from_double(c->rate[i]), feel_string(streets[c->street[i]]),
            feel_boolean(c->high[i]), feel_date(date_from_days(c->founded[i])) };
        struct feel_entry entries[6];
        for (int k = 0; k < 6; k++)
            entries[k] = (struct feel_entry){ str_from(names[k]), all[k] };
        arena_reset(&a);
        if (dmn_decide(m, dmn_decision_at(m, 0), feel_context_of(&a, entries, 6), NULL, &a, &v,
                NULL, NULL)
            != OK)
            die("a row cannot be decided");
    }
    double took = seconds_now() - start;
    arena_release(&a);
    return (double)rows / took;
}

void measure_batch(size_t rows)
{
    struct arena a;
    struct diag d = { 0 };
    struct dmn_batch *b;
    struct register_columns c = make_rows(rows);
    struct dmn_column columns[] = {
        { STR("staff"), DMN_COLUMN_DECIMAL, 0, NULL, 0, c.staff, NULL },
        { STR("revenue"), DMN_COLUMN_DECIMAL, 2, NULL, 0, c.revenue, NULL },
        { STR("rate"), DMN_COLUMN_DOUBLE, 0, NULL, 0, c.rate, NULL },
        { STR("street"), DMN_COLUMN_TEXT, 0, streets, STREETS, c.street, NULL },
        { STR("high tech"), DMN_COLUMN_BOOLEAN, 0, NULL, 0, c.high, NULL },
        { STR("founded"), DMN_COLUMN_DATE, 0, NULL, 0, c.founded, NULL },
    };
    uint32_t *codes = mem_alloc(rows * 4), *hand = mem_alloc(rows * 4);
    double batch_s[RUNS], hand_s[RUNS];
    arena_init(&a, NULL, 64 * MIB);
    struct dmn_model *m = load(&a, str_from(model_xml));
    if (dmn_batch_create(&a, m, dmn_decision_at(m, 0), columns, 6, NULL, &b, &d) != OK)
        die(d.en);
    if (!dmn_batch_is_columnar(b))
        die("the table should be decided by columns");
    for (int r = 0; r < RUNS; r++) {
        double start = seconds_now();
        run_by_hand(&c, hand);
        double between = seconds_now();
        if (dmn_batch_run(b, columns, rows, codes, &d) != OK)
            die(d.en);
        batch_s[r] = seconds_now() - between;
        hand_s[r] = between - start;
    }
    compare(b, codes, hand, rows);
    double batch = median(batch_s, RUNS), plain = median(hand_s, RUNS);
    printf("| measure | figure |\n|---|--:|\n");
    printf("| %zu rows × 20 rules × 6 inputs, dmn_batch, one core | %.3f s |\n", rows, batch);
    printf("| the same rules as an if-chain in C | %.3f s |\n", plain);
    printf("| dmn_batch to C, speed | %.2f |\n", plain / batch);
    printf("| the same rows one by one, dmn_decide | %.0f k rows/s |\n",
        scalar_rate(m, &c) / 1e3);
    arena_release(&a);
    void *all[] = { c.staff, c.revenue, c.rate, c.street, c.high, c.founded, codes, hand };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
}

/* ---- loading ------------------------------------------------------------------------------ */

static str large_table(struct arena *a, int rules)
{
    struct buf b;
    buf_init(&b, a, XML_BYTES);
    buf_add(&b, str_from(HEAD INPUTS "<decision id='t' name='t'>" ALL_NEEDS
                         "<decisionTable hitPolicy='FIRST'>" COLUMNS "<output name='r'/>"));
    for (int i = 0; i < rules; i++)
        buf_printf(&b,
            "<rule>" CELL("[%d..%d)") CELL("&gt;= %d.50") CELL("&lt; 0.%d")
                CELL("\"Aixihu\",\"Mayi\"") CELL("true") CELL("-")
            "<outputEntry><text>%d</text></outputEntry></rule>\n",
            i, i + 10, i * 1000, i % 90 + 1, i);
    buf_add(&b, STR("</decisionTable></decision></definitions>"));
    return buf_str(&b);
}

static str many_decisions(struct arena *a, int decisions)
{
    struct buf b;
    buf_init(&b, a, XML_BYTES);
    buf_add(&b, STR(HEAD INPUTS));
    for (int i = 0; i < decisions; i++)
        buf_printf(&b,
            "<decision id='d%d' name='d%d'>" NEEDS("staff") NEEDS("revenue")
            "<decisionTable>" COLUMN("staff") COLUMN("revenue") "<output name='r'/>"
            "<rule>" CELL("&lt; %d") CELL("&gt; 5") "<outputEntry><text>1</text></outputEntry></rule>"
            "<rule>" CELL("&gt;= %d") CELL("-") "<outputEntry><text>2</text></outputEntry></rule>"
            "</decisionTable></decision>\n",
            i, i, i, i);
    buf_add(&b, STR("</definitions>"));
    return buf_str(&b);
}

static double load_time(str xml, size_t *bytes)
{
    double times[RUNS];
    for (int r = 0; r < RUNS; r++) {
        struct arena a;
        arena_init(&a, NULL, 256 * MIB);
        double start = seconds_now();
        (void)load(&a, xml);
        times[r] = seconds_now() - start;
        *bytes = a.bytes_taken;
        arena_release(&a);
    }
    return median(times, RUNS);
}

void measure_loading(void)
{
    struct arena a;
    size_t bytes;
    arena_init(&a, NULL, 64 * MIB);
    double took = load_time(large_table(&a, 1000), &bytes);
    printf("| a table of 1,000 rules × 6 inputs: loaded in | %.1f ms |\n", took * 1e3);
    printf("| … memory, with the tree of the file | %.2f MiB |\n", (double)bytes / (1 << 20));
    took = load_time(many_decisions(&a, 1000), &bytes);
    printf("| a model of 1,000 decisions: ready in | %.1f ms |\n", took * 1e3);
    printf("| … memory | %.2f MiB |\n", (double)bytes / (1 << 20));
    arena_release(&a);
}
