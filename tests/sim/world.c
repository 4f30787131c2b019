/* See world.h. */
#include "world.h"

#include "base/check.h"
#include "../zone/folder.h"
#include "zone/register.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool fail(struct world *w, const char *format, ...)
{
    if (w->why[0])
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(w->why, sizeof w->why, format, args);
    va_end(args);
    return false;
}

/* ---- chance and time ---- */

uint64_t roll(struct world *w)
{
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15); /* SplitMix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t pick(struct world *w, size_t n)
{
    return n ? (size_t)(roll(w) % n) : 0;
}

bool chance(struct world *w, int percent)
{
    return pick(w, 100) < (size_t)percent;
}

static int64_t now_ms(void *ctx)
{
    return ((struct world *)ctx)->now_ms;
}

static void seeded(void *ctx, void *out, size_t bytes)
{
    for (unsigned char *p = out; bytes; bytes--)
        *p++ = (unsigned char)roll(ctx);
}

/* ---- reading and writing ---- */

struct op world_op(struct world *w, const struct actor *a)
{
    memset(&w->diag, 0, sizeof w->diag);
    return (struct op){
        .zone = w->zone, .arena = &w->step, .actor = a, .now_ms = w->now_ms, .diag = &w->diag
    };
}

enum err world_read(struct world *w, const struct actor *a, world_fn fn, void *ctx)
{
    struct op op = world_op(w, a);
    TRY(store_read_begin(w->zone->store, &op.conn, &w->diag));
    enum err e = fn(&op, ctx);
    store_read_end(op.conn);
    return e;
}

struct undone {
    world_fn fn;
    void *ctx;
    enum err result;
};

static enum err do_and_undo(struct op *op, void *ctx)
{
    struct undone *u = ctx;
    u->result = u->fn(op, u->ctx);
    return ERR_BUSY;
}

enum err world_write(struct world *w, const struct actor *a, world_fn fn, void *ctx, bool *whole)
{
    *whole = true;
    if (chance(w, 8)) {
        uint64_t before, after;
        struct undone u = { fn, ctx, OK };
        *whole = world_hash(w, &before);
        struct op op = world_op(w, a);
        if (zone_write(&op, do_and_undo, &u) != ERR_BUSY)
            *whole = fail(w, "a write that failed was committed");
        *whole = *whole && world_hash(w, &after);
        if (*whole && before != after)
            *whole = fail(w, "a write that was undone left something behind");
    }
    struct op op = world_op(w, a);
    return zone_write(&op, fn, ctx);
}

static const char *const tables[] = {
    "SELECT * FROM cases WHERE zone = $1 ORDER BY id",
    "SELECT * FROM task WHERE zone = $1 ORDER BY id",
    "SELECT * FROM promise WHERE zone = $1 ORDER BY id",
    "SELECT * FROM promise_event WHERE zone = $1 ORDER BY id",
    "SELECT * FROM timer WHERE zone = $1 ORDER BY id",
    "SELECT * FROM case_unit WHERE zone = $1 ORDER BY unit, case_id",
    "SELECT * FROM attachment WHERE zone = $1 ORDER BY id",
    "SELECT * FROM knowledge WHERE zone = $1 ORDER BY id",
    "SELECT * FROM supervision WHERE zone = $1 ORDER BY id",
    "SELECT * FROM case_copy WHERE zone = $1 ORDER BY id",
    "SELECT * FROM case_before WHERE zone = $1 ORDER BY case_id",
    "SELECT * FROM counter WHERE zone = $1 ORDER BY name",
    "SELECT count(*), max(id), max(seq) FROM journal WHERE zone = $1",
    "SELECT count(*), max(size) FROM checkpoint WHERE zone = $1",
};

static enum err hash_table(struct op *op, const char *sql, uint64_t *hash)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql, S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        for (int i = 0; i < store_column_count(&rows); i++) {
            enum store_kind kind = store_column_kind(&rows, i);
            uint64_t value = kind == STORE_INT ? (uint64_t)store_int(&rows, i)
                : kind == STORE_NULL           ? 77
                                               : str_hash(store_text(&rows, i));
            *hash = (*hash ^ value) * UINT64_C(0x100000001b3) + (uint64_t)kind;
        }
    }
}

static enum err hash_all(struct op *op, void *ctx)
{
    uint64_t *hash = ctx;
    *hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        TRY(hash_table(op, tables[i], hash));
    return OK;
}

bool world_hash(struct world *w, uint64_t *hash)
{
    CHECK(w, world_read(w, &actor_system, hash_all, hash) == OK, "tables: %s", w->diag.en);
    return true;
}

/* ---- people ---- */

struct firm {
    int number;
    int64_t id;
};

static enum err put_firm(struct op *op, void *ctx)
{
    struct firm *f = ctx;
    struct diag_list faults;
    str first = str_printf(op->arena, "91360108Y0000000%d", f->number);
    char check = credit_code_check(first);
    json_t *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 8);
    json_set_str(data, "credit_code", str_concat(op->arena, first, (str){ &check, 1 }));
    json_set_str(data, "name", str_printf(op->arena, "示例%d有限公司", f->number));
    json_set_str(data, "industry", STR("3670"));
    f->id = 0;
    return record_put(op, STR("enterprise"), &f->id, data, STR("test"), &faults);
}

struct person {
    const char *role, *unit;
    int firm; /* -1: of the zone */
};
static const struct person people[] = { { "contact", "", 0 }, { "contact", "", 0 },
    { "contact", "", 1 }, { "contact", "", 2 }, { "officer", "CENTRE", -1 },
    { "officer", "CENTRE", -1 }, { "handler", "POWER", -1 }, { "handler", "POWER", -1 },
    { "head", "POWER", -1 }, { "handler", "ECO", -1 }, { "head", "ECO", -1 },
    { "handler", "HR", -1 }, { "head", "HR", -1 }, { "handler", "EMG", -1 },
    { "leader", "LEAD", -1 }, { "inspector", "DISC", -1 }, { "admin", "IT", -1 },
    { "steward", "IT", -1 } };

struct seat {
    const struct actor *actor;
    str role;
};

/* Straight into the table: the cost of a password is not what is tried here. */
static enum err put_account(struct op *op, void *ctx)
{
    const struct seat *s = ctx;
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO account (zone, id, login, name, role, unit, enterprise_id, phone, password,"
        " password_at, failures, locked_until, disabled, created_at, seen_at, sample)"
        " VALUES ($1, $2, $3, $3, $4, $5, $6, '', '', 0, 0, 0, 0, $7, 0, 0)",
        S_TEXT(op->zone->code), S_INT(s->actor->account), S_TEXT(s->actor->login), S_TEXT(s->role),
        S_TEXT(s->actor->unit), S_INT(s->actor->enterprise), S_INT(op->now_ms));
}

static bool settle_in(struct world *w)
{
    bool whole;
    for (int i = 0; i < FIRMS; i++) {
        struct firm f = { .number = i + 1 };
        CHECK(w, world_write(w, &actor_system, put_firm, &f, &whole) == OK, "enterprise: %s",
            w->diag.en);
        w->firms[i] = f.id;
    }
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        const struct person *p = &people[i];
        str login = str_printf(&w->life, "%s%zu", p->role, i);
        w->roles[i] = str_from(p->role);
        w->people[i] = (struct actor){ .account = id_next(&w->zone->ids, w->now_ms),
            .login = login,
            .name = login,
            .unit = str_from(p->unit),
            .enterprise = p->firm < 0 ? 0 : w->firms[p->firm],
            .role = pack_role(zone_pack(w->zone), w->roles[i]) };
        struct seat s = { &w->people[i], w->roles[i] };
        CHECK(w, w->people[i].role, "no role %s", p->role);
        CHECK(w, world_write(w, &actor_system, put_account, &s, &whole) == OK, "account: %s",
            w->diag.en);
        w->people_count++;
    }
    /* And the public, who has no role. */
    w->people[w->people_count++] = (struct actor){ 0 };
    return true;
}

/* ---- opening and closing ---- */

static const int64_t YEAR_MS = INT64_C(1767225600000); /* 2026 begins */

static bool open_zone(struct world *w, const char *pack)
{
    struct diag_list faults;
    diag_list_init(&faults, &w->step, 20);
    struct zone_options o = {
        .sys = &w->sys, .data_dir = w->folder, .pack_dir = pack, .create = true, .readers_max = 2
    };
    CHECK(w, zone_open(&o, &w->zone, &faults, &w->diag) == OK, "zone_open: %s:%d %s", w->diag.file,
        w->diag.line, w->diag.en);
    return true;
}

bool world_restart(struct world *w)
{
    size_t which = pick(w, 3);
    zone_close(w->zone);
    w->zone = NULL;
    w->reopened_zone++;
    PASS(open_zone(w, which < 2 ? w->packs[which] : NULL));
    for (size_t i = 0; i < w->people_count; i++)
        if (w->roles[i].bytes)
            w->people[i].role = pack_role(zone_pack(w->zone), w->roles[i]);
    return true;
}

static bool begin(struct world *w, uint64_t seed, const char *const packs[2])
{
    memset(w, 0, sizeof *w);
    arena_init(&w->step, NULL, STEP_BYTES_MAX);
    arena_init(&w->life, NULL, STEP_BYTES_MAX);
    w->random = seed * UINT64_C(0xd1342543de82ef95) + 1;
    w->packs[0] = packs[0];
    w->packs[1] = packs[1];
    w->sys = *sys_real();
    w->sys.ctx = w;
    w->sys.now_ms = now_ms;
    w->sys.random = seeded;
    w->now_ms = YEAR_MS;
    snprintf(w->folder, sizeof w->folder, "%s/junma-sim-XXXXXX",
        access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    CHECK(w, mkdtemp(w->folder), "no folder %s", w->folder);
    return true;
}

bool world_found(struct world *w, const char *const packs[2])
{
    PASS(begin(w, 0, packs));
    PASS(open_zone(w, w->packs[0]));
    zone_close(w->zone);
    w->zone = NULL;
    return true;
}

bool world_open(struct world *w, uint64_t seed, const struct world *model)
{
    PASS(begin(w, seed, model->packs));
    w->favours = (enum verb)(seed % VERB_COUNT);
    /* Any day of 2026, the last ones beyond the published calendar. */
    w->now_ms += (int64_t)pick(w, 360) * MS_PER_DAY + (int64_t)pick(w, 24 * 3600) * MS_PER_SECOND;
    CHECK(w, folder_copy(model->folder, w->folder), "%s cannot be copied", model->folder);
    PASS(open_zone(w, w->packs[0]));
    return settle_in(w);
}

void world_close(struct world *w)
{
    if (w->zone)
        zone_close(w->zone);
    folder_drop(w->folder);
    arena_release(&w->step);
    arena_release(&w->life);
}
