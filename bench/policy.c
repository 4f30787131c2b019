/*
 * Pricing a rule over a whole register, compared with the same rule by hand in SQL (SQLite, a table in
 * memory, one core) and in C over the same arrays. The clause is power_increment of the sample zone, as the
 * pack has it: seven columns, three required decisions, floor, cap, a list of industries.
 *
 *     build/bench/policy_bench [ROWS] [ZONE]        3,000,000, zones/nanchang
 *
 * What each computes: who gains and what it costs, in all and by section of industry. Junma's figure
 * has more: by size and park too, who just misses by which condition, whose facts are missing. Medians
 * of five.
 */
#include "zone/case.h"
#include "zone/policy.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 5, SECTIONS = 20, WORDS = 400 };

struct rows {
    size_t count;
    int64_t *tax, *tax_before, *power, *power_before;
    uint8_t *fresh;
    uint32_t *industry, *scale, *park;
    str words[WORDS];
    int section[WORDS];  /* of a word: a number for C and SQL */
    bool excluded[WORDS];
    size_t word_count;
};

static uint64_t seed = 20261126;

static uint64_t next(uint64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 20) % n;
}

/* Time of this process on its one core: what others do on the machine does not count. */
static int64_t now_us(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
        abort();
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_ms(int64_t *us)
{
    qsort(us, RUNS, sizeof *us, compare);
    return (double)us[RUNS / 2] / 1000;
}

static void *room(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        abort();
    return p;
}

/* ---- the rows ---- */

static void take_words(struct rows *r, const struct pack_codes *codes)
{
    static const char *const out[] = { "25", "30", "31", "32", "373", "44", "45", "46" };
    str heads[SECTIONS] = { { 0 } };
    size_t head_count = 0;
    for (size_t i = 0; i < codes->count && r->word_count < WORDS; i++) {
        const struct pack_code *c = &codes->items[i];
        if (c->level < 3 || i % 3)
            continue;
        size_t w = r->word_count++;
        r->words[w] = c->code;
        for (size_t k = 0; k < sizeof out / sizeof *out; k++)
            r->excluded[w] |= str_starts(c->code, str_from(out[k]));
        while (c && c->level > 1)
            c = pack_code(codes, c->parent);
        size_t h = 0;
        while (h < head_count && !str_equal(heads[h], c->code))
            h++;
        if (h == head_count && h < SECTIONS)
            heads[head_count++] = c->code;
        r->section[w] = (int)(h < SECTIONS ? h : SECTIONS - 1);
    }
}

static void make_rows(struct rows *r)
{
    size_t n = r->count;
    r->tax = room(n * 8);
    r->tax_before = room(n * 8);
    r->power = room(n * 8);
    r->power_before = room(n * 8);
    r->fresh = room(n);
    r->industry = room(n * 4);
    r->scale = room(n * 4);
    r->park = room(n * 4);
    for (size_t i = 0; i < n; i++) {
        r->tax[i] = (int64_t)next(400000000);
        r->tax_before[i] = r->tax[i] - 20000000 + (int64_t)next(40000000);
        r->power_before[i] = (int64_t)next(20000000);
        r->power[i] = r->power_before[i] - 500000 + (int64_t)next(3000000);
        r->fresh[i] = next(40) == 0;
        r->industry[i] = (uint32_t)next(r->word_count);
        r->scale[i] = next(3) == 0;
        r->park[i] = (uint32_t)next(4);
    }
}

/* ---- by hand in C ---- */

struct sums {
    int64_t count, fen, by[SECTIONS];
};

static void by_hand(const struct rows *r, struct sums *out)
{
    for (size_t i = 0; i < r->count; i++) {
        uint32_t w = r->industry[i];
        if (r->scale[i] != 0 || r->excluded[w] || r->tax[i] < 100000000)
            continue;
        int64_t fen; /* 0.1 yuan a kWh: ten fen */
        if (r->fresh[i]) {
            fen = r->power[i] * 5;
        } else {
            if (r->tax[i] <= r->tax_before[i])
                continue;
            fen = (r->power[i] - r->power_before[i]) * 10;
        }
        if (fen <= 3000000)
            continue;
        fen = fen > 100000000 ? 100000000 : fen;
        out->count++;
        out->fen += fen;
        out->by[r->section[w]] += fen;
    }
}

/* ---- in SQL ---- */

static void need(int rc, sqlite3 *db)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

static sqlite3 *make_table(const struct rows *r)
{
    sqlite3 *db;
    sqlite3_stmt *put;
    need(sqlite3_open(":memory:", &db), db);
    need(sqlite3_exec(db,
             "CREATE TABLE e (id INTEGER PRIMARY KEY, scale TEXT, industry TEXT, section INTEGER,"
             " fresh INTEGER, tax INTEGER, tax_before INTEGER, power INTEGER, power_before INTEGER);"
             "BEGIN",
             NULL, NULL, NULL), db);
    need(sqlite3_prepare_v2(db, "INSERT INTO e VALUES (?,?,?,?,?,?,?,?,?)", -1, &put, NULL), db);
    for (size_t i = 0; i < r->count; i++) {
        str w = r->words[r->industry[i]];
        sqlite3_bind_int64(put, 1, (int64_t)i);
        sqlite3_bind_text(put, 2, r->scale[i] ? "below" : "above", -1, SQLITE_STATIC);
        sqlite3_bind_text(put, 3, w.data, (int)w.bytes, SQLITE_STATIC);
        sqlite3_bind_int(put, 4, r->section[r->industry[i]]);
        sqlite3_bind_int(put, 5, r->fresh[i]);
        sqlite3_bind_int64(put, 6, r->tax[i]);
        sqlite3_bind_int64(put, 7, r->tax_before[i]);
        sqlite3_bind_int64(put, 8, r->power[i]);
        sqlite3_bind_int64(put, 9, r->power_before[i]);
        need(sqlite3_step(put), db);
        sqlite3_reset(put);
    }
    sqlite3_finalize(put);
    need(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
    return db;
}

static const char query[] =
    "SELECT section, count(*), sum(min(fen, 100000000)) FROM (SELECT section,"
    " CASE WHEN fresh THEN power * 5 WHEN tax > tax_before THEN (power - power_before) * 10 ELSE 0 END AS fen"
    " FROM e WHERE scale = 'above' AND tax >= 100000000 AND substr(industry, 1, 2) NOT IN"
    " ('25', '30', '31', '32', '44', '45', '46') AND substr(industry, 1, 3) <> '373')"
    " WHERE fen > 3000000 GROUP BY section";

static void in_sql(sqlite3 *db, struct sums *out)
{
    sqlite3_stmt *s;
    need(sqlite3_prepare_v2(db, query, -1, &s, NULL), db);
    while (sqlite3_step(s) == SQLITE_ROW) {
        out->count += sqlite3_column_int64(s, 1);
        out->fen += sqlite3_column_int64(s, 2);
        out->by[sqlite3_column_int(s, 0)] += sqlite3_column_int64(s, 2);
    }
    sqlite3_finalize(s);
}

/* ---- by the rule of the pack ---- */

static struct feel_column column_of(const struct rows *r, const struct pack_fact *f)
{
    static const str scales[] = { { "above", 5 }, { "below", 5 } };
    struct feel_column c = { .kind = FEEL_COLUMN_DECIMAL };
    if (str_is(f->input, "scale"))
        return (struct feel_column){ .kind = FEEL_COLUMN_TEXT, .words = scales, .word_count = 2,
            .values = r->scale };
    if (str_is(f->input, "industry"))
        return (struct feel_column){ .kind = FEEL_COLUMN_TEXT, .words = r->words,
            .word_count = r->word_count, .values = r->industry };
    if (str_is(f->input, "newly_listed"))
        return (struct feel_column){ .kind = FEEL_COLUMN_BOOLEAN, .values = r->fresh };
    c.scale = str_starts(f->input, STR("local_tax")) ? 2 : 0;
    c.values = str_is(f->input, "local_tax") ? r->tax
        : str_is(f->input, "local_tax_before") ? r->tax_before
        : str_is(f->input, "power") ? r->power : r->power_before;
    return c;
}

static struct policy_facts *make_facts(
    struct arena *a, const struct rows *r, const struct pack_clause *c, int64_t day)
{
    static const str parks[] = { { "a", 1 }, { "b", 1 }, { "c", 1 }, { "d", 1 } };
    struct policy_facts *f = ARENA_NEW(a, struct policy_facts);
    f->clause = c;
    f->day = day;
    f->year = policy_year(c, day);
    f->rows = r->count;
    f->given_count = c->fact_count + c->parameter_count;
    f->given = ARENA_ARRAY(a, struct dmn_sheet_fact, f->given_count);
    f->columns = ARENA_ARRAY(a, struct feel_column, f->given_count);
    for (size_t i = 0; i < c->fact_count; i++) {
        f->columns[i] = column_of(r, &c->facts[i]);
        f->given[i] = (struct dmn_sheet_fact){ .name = c->facts[i].input, .column = f->columns[i] };
    }
    for (size_t i = 0; i < c->parameter_count; i++)
        f->given[c->fact_count + i] = (struct dmn_sheet_fact){ .name = c->parameters[i]->code,
            .same = true, .value = pack_parameter_on(c->parameters[i], day)->value };
    f->groups[0] = column_of(r, &(struct pack_fact){ .input = STR("industry") });
    f->groups[1] = column_of(r, &(struct pack_fact){ .input = STR("scale") });
    f->groups[2] = (struct feel_column){ .kind = FEEL_COLUMN_TEXT, .words = parks, .word_count = 4,
        .values = r->park };
    return f;
}

static const struct pack *load(struct arena *a, const char *folder)
{
    struct pack_source source;
    struct diag d = { 0 };
    struct diag_list faults;
    const struct pack *p = NULL;
    struct pack_options options = { .sys = sys_real(), .verbs = verb_words() };
    diag_list_init(&faults, a, 5);
    if (pack_source_folder(a, sys_real(), folder, &source, &d) != OK)
        return NULL;
    if (pack_load(a, &source, &options, &p, &faults) != OK)
        for (size_t i = 0; i < faults.count; i++)
            fprintf(stderr, "%s:%d: %s\n", faults.items[i]->file, faults.items[i]->line,
                faults.items[i]->en);
    return p;
}

int main(int argc, char **argv)
{
    static struct rows r;
    static struct arena packs, work;
    struct policy_price price;
    struct diag d = { 0 };
    int64_t ours[RUNS], hand[RUNS], sql[RUNS];
    r.count = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 3000000;
    arena_init(&packs, NULL, 256 * MIB);
    arena_init(&work, NULL, 2000 * MIB);
    const struct pack *p = load(&packs, argc > 2 ? argv[2] : "zones/nanchang");
    const struct pack_clause *c = p ? pack_clause(p, STR("power_increment")) : NULL;
    if (!c)
        return 1;
    take_words(&r, pack_codes(p, STR("gbt4754")));
    make_rows(&r);
    sqlite3 *db = make_table(&r);
    struct zone z = { .sys = sys_real() };
    struct op op = { .zone = &z, .arena = &work, .actor = &actor_system, .diag = &d };
    struct sums h = { 0 }, s = { 0 };
    for (int i = 0; i < RUNS; i++) {
        arena_reset(&work);
        struct policy_facts *f = make_facts(&work, &r, c, 20600);
        int64_t began = now_us();
        if (policy_price(&op, &work, f, &price) != OK) {
            fprintf(stderr, "%s\n", d.en);
            return 1;
        }
        ours[i] = now_us() - began;
        memset(&h, 0, sizeof h);
        began = now_us();
        by_hand(&r, &h);
        hand[i] = now_us() - began;
        memset(&s, 0, sizeof s);
        began = now_us();
        in_sql(db, &s);
        sql[i] = now_us() - began;
    }
    if (price.pays.count != h.count || price.pays.fen != h.fen || s.count != h.count || s.fen != h.fen
        || memcmp(s.by, h.by, sizeof s.by) != 0) {
        fprintf(stderr, "they differ: %lld %lld %lld\n", (long long)price.pays.fen, (long long)h.fen,
            (long long)s.fen);
        return 1;
    }
    double a = median_ms(ours), b = median_ms(hand), q = median_ms(sql);
    printf("%zu enterprises, %lld gain, %lld.%02lld yuan, the same by all three; medians of %d,"
           " processor time of one core\n",
        r.count, (long long)h.count, (long long)(h.fen / 100), (long long)(h.fen % 100), RUNS);
    printf("  rule of the pack over columns  %8.1f ms   (with near misses, three groupings)\n", a);
    printf("  hand-written SQL (SQLite)      %8.1f ms   %.1f times as long\n", q, q / a);
    printf("  hand-written C                 %8.1f ms   %.2f of it\n", b, b / a);
    return 0;
}
