/*
 * What an entry of a fund costs: commitments made by the engine (checked, journalled, sums moved), so
 * many a write; then the rows that they left in entries, commitments, balance and journal put into a
 * bare SQLite database with the same tables, indexes and durability, so many a transaction.
 *
 *     fund_bench FOLDER ZONE [ENTRIES [A_WRITE]]        20,000 and 100 unless told
 *
 * FOLDER must not exist yet. Prints entries a second of both, and their ratio.
 */
#include "zone/fund.h"
#include "zone/register.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct bench {
    struct zone *zone;
    struct arena arena;
    struct diag diag;
    int64_t entries, a_write, done;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* ---- the engine ---- */

static enum err put(struct op *op, str code, const char *text)
{
    struct diag_list faults;
    json_t *data;
    int64_t id = 0;
    diag_list_init(&faults, op->arena, 8);
    TRY(json_parse(op->arena, str_from(text), &data, op->diag));
    return record_put(op, code, &id, data, STR("bench"), &faults);
}

static const char payee[] = "91360108Y00000016H";

static enum err prepare(struct op *op, void *ctx)
{
    const struct pack_funds *def = zone_pack(op->zone)->funds;
    struct fund_why why = { .reason = STR("bench"), .document = STR("1") };
    (void)ctx;
    TRY(put(op, def->payee->ref->code,
        "{\"credit_code\":\"91360108Y00000016H\",\"name\":\"bench\",\"industry\":\"3670\"}"));
    TRY(put(op, def->funds->code,
        "{\"code\":\"BENCH\",\"name\":\"bench\",\"year\":2026,\"unit\":\"FIN\",\"basis\":\"bench\"}"));
    return fund_budget(op, STR("BENCH"), FUND_FEN_MAX, &why, NULL);
}

static enum err some(struct op *op, void *ctx)
{
    struct bench *b = ctx;
    struct arena scratch;
    struct op own = *op;
    enum err e = OK;
    arena_init(&scratch, NULL, 16 * MIB);
    own.arena = &scratch;
    for (int64_t i = 0; e == OK && i < b->a_write; i++) {
        int64_t commitment;
        struct fund_why why = { .reason = STR("稳岗培训补贴"),
            .payee = str_from(payee),
            .ref_kind = STR("award"),
            .ref_id = b->done + i + 1,
            .key = str_printf(&scratch, "award:%lld", (long long)(b->done + i + 1)) };
        e = fund_commit(&own, STR("BENCH"), 12345, &why, &commitment);
        arena_reset(&scratch);
    }
    arena_release(&scratch);
    return e;
}

static double engine(struct bench *b)
{
    struct op op = { .zone = b->zone,
        .arena = &b->arena,
        .actor = &actor_system,
        .diag = &b->diag,
        .now_ms = sys_now_ms(b->zone->sys) };
    if (zone_write(&op, prepare, NULL) != OK)
        fail(b->diag.en);
    double before = now();
    for (b->done = 0; b->done < b->entries; b->done += b->a_write)
        if (zone_write(&op, some, b) != OK)
            fail(b->diag.en);
    return (double)b->done / (now() - before);
}

/* ---- bare SQLite ---- */

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db));
}

static void copy_schema(sqlite3 *db)
{
    sqlite3_stmt *s;
    const char *sql = "SELECT sql FROM a.sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index')"
                      " AND tbl_name IN ('fund_entry', 'fund_commitment', 'fund_balance', 'journal')"
                      " ORDER BY type DESC";
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW)
        run(db, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    run(db, "INSERT INTO fund_balance SELECT zone, fund, name, 0, 0, 0, 0, 0, 0, 0 FROM a.fund_balance");
}

static void step(sqlite3 *db, sqlite3_stmt *s, int64_t id)
{
    sqlite3_bind_int64(s, 1, id);
    if (sqlite3_step(s) != SQLITE_DONE)
        fail(sqlite3_errmsg(db));
    sqlite3_reset(s);
}

/* What one commitment leaves: its row, its entry, the leaf, the balance. */
static double bare(struct bench *b, const char *from, const char *to)
{
    static const char *const texts[] = {
        "INSERT INTO fund_commitment SELECT * FROM a.fund_commitment WHERE zone = (SELECT zone FROM"
        " temp.z) AND id = (SELECT commitment FROM temp.e WHERE rowid = $1)",
        "INSERT INTO journal SELECT * FROM a.journal WHERE zone = (SELECT zone FROM temp.z) AND id ="
        " (SELECT event FROM temp.e WHERE rowid = $1)",
        "INSERT INTO fund_entry SELECT * FROM a.fund_entry WHERE zone = (SELECT zone FROM temp.z) AND"
        " id = (SELECT id FROM temp.e WHERE rowid = $1)",
        "UPDATE fund_balance SET seq = $1, available = available + 1, source = source - 1",
    };
    enum { STEPS = sizeof texts / sizeof *texts };
    sqlite3_stmt *s[STEPS];
    sqlite3 *db;
    char attach[4200];
    if (sqlite3_open(to, &db) != SQLITE_OK)
        fail("cannot open the second database");
    snprintf(attach, sizeof attach, "ATTACH '%s' AS a", from);
    run(db, "PRAGMA journal_mode = WAL");
    run(db, "PRAGMA synchronous = FULL");
    run(db, attach);
    copy_schema(db);
    run(db, "CREATE TEMP TABLE e AS SELECT id, commitment, event FROM a.fund_entry WHERE kind ="
            " 'commit' ORDER BY seq; CREATE TEMP TABLE z AS SELECT zone FROM a.fund_balance");
    for (int i = 0; i < STEPS; i++)
        if (sqlite3_prepare_v2(db, texts[i], -1, &s[i], NULL) != SQLITE_OK)
            fail(sqlite3_errmsg(db));
    double before = now();
    for (int64_t done = 0; done < b->entries;) {
        run(db, "BEGIN IMMEDIATE");
        for (int64_t i = 0; i < b->a_write; i++, done++)
            for (int k = 0; k < STEPS; k++)
                step(db, s[k], done + 1);
        run(db, "COMMIT");
    }
    double rate = (double)b->entries / (now() - before);
    for (int i = 0; i < STEPS; i++)
        sqlite3_finalize(s[i]);
    sqlite3_close(db);
    return rate;
}

int main(int argc, char **argv)
{
    struct bench b = { .entries = 20000, .a_write = 100 };
    char from[4096], to[4096];
    struct diag_list faults;
    if (argc < 3)
        fail("fund_bench FOLDER ZONE [ENTRIES [A_WRITE]]");
    if (argc > 3)
        b.entries = atoll(argv[3]);
    if (argc > 4)
        b.a_write = atoll(argv[4]);
    if (b.entries < 1 || b.a_write < 1)
        fail("ENTRIES and A_WRITE are numbers above 0");
    b.entries -= b.entries % b.a_write;
    snprintf(from, sizeof from, "%s/junma.db", argv[1]);
    snprintf(to, sizeof to, "%s/bare.db", argv[1]);
    arena_init(&b.arena, NULL, 512 * MIB);
    diag_list_init(&faults, &b.arena, 8);
    struct zone_options o
        = { .sys = sys_real(), .data_dir = argv[1], .pack_dir = argv[2], .create = true };
    if (zone_open(&o, &b.zone, &faults, &b.diag) != OK)
        fail(b.diag.en[0] ? b.diag.en : faults.count ? faults.items[0]->en : "the zone cannot be opened");
    double ours = engine(&b);
    zone_close(b.zone);
    double theirs = bare(&b, from, to);
    printf("commitments a second, %lld a write: engine %.0f, bare SQLite %.0f, ratio %.2f\n",
        (long long)b.a_write, ours, theirs, ours / theirs);
    arena_release(&b.arena);
    return 0;
}
