/*
 * junma migrate: running cases to another version of their procedure, while no server runs.
 *
 *     junma migrate --data DIR --kind K --from VERSION [--to VERSION] [--map old=new,old2=new2]
 * --dry-run junma migrate --data DIR --kind K --from VERSION … --reason TEXT
 *
 * A version may be given by its first digits. The plan is printed either way; without --dry-run the
 * cases that fit are moved, and those that do not are named. Exit status 1: some do not fit.
 */
#include "command/all.h"
#include "zone/batch.h"
#include "zone/migrate.h"

enum { CONFLICTS_SHOWN_MAX = 50, DIGITS_MIN = 6 };

struct migrating {
    const char *data_dir, *zone_dir, *kind, *from, *to, *map, *reason;
    bool dry_run;
    struct zone *zone;
    struct migrate_request request;
};

static bool read_map(struct command_line *line, struct migrating *m)
{
    str rest = str_from(m->map ? m->map : ""), pair, from;
    while (str_split(&rest, ',', &pair)) {
        str to = pair;
        struct migrate_request *r = &m->request;
        if (!pair.bytes)
            continue;
        if (!str_split(&to, '=', &from) || !from.bytes || !to.bytes
            || r->map_count == MIGRATE_MAP_MAX) {
            command_usage(line);
            return false;
        }
        r->map[r->map_count++] = (struct bpmn_mapping){ str_trim(from), str_trim(to) };
    }
    return true;
}

/* The whole version that begins so. */
static enum err find_version(struct op *op, const char *given, str *out)
{
    struct store_rows rows;
    str begin = str_from(given);
    bool more, again = false;
    *out = STR_NONE;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT version FROM pack_version WHERE zone = $1 AND substr(version, 1, $3) = $2 LIMIT 2",
        S_TEXT(op->zone->code), S_TEXT(begin), S_INT((int64_t)begin.bytes)));
    TRY(store_next(&rows, &more, op->diag));
    if (more) {
        *out = str_copy(op->arena, store_text(&rows, 0));
        TRY(store_next(&rows, &again, op->diag));
    }
    store_rows_end(&rows);
    if (out->bytes && !again && begin.bytes >= DIGITS_MIN)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有(或不止一个)以 %s 开头的配置版本;请至少写 %d 位",
        "there is no version, or more than one, that begins with %s; give at least %d digits",
        given, DIGITS_MIN);
}

static void print_plan(struct command_line *line, const struct migrate_plan *p)
{
    bool zh = command_zh(line);
    printf(zh ? "从 %.12s 到 %.12s:在办 %lld 件,试算 %lld 件,可迁移 %lld 件\n"
              : "%.12s to %.12s: %lld running, %lld tried, %lld fit\n",
        p->from.data, p->to.data, (long long)p->total, (long long)p->tried, (long long)p->fits);
    for (size_t i = 0; i < p->step_count; i++) {
        const struct migrate_step *s = &p->steps[i];
        if (s->change[0] != 's')
            printf("  %-8s %.*s%s%.*s\n", s->change, STR_ARGS(s->from ? s->from->id : STR_NONE),
                s->from && s->to ? " = " : "", STR_ARGS(s->to ? s->to->id : STR_NONE));
    }
    for (size_t i = 0; i < p->position_count; i++) {
        const struct migrate_position *o = &p->positions[i];
        printf("%s %.*s: %lld/%lld\n", o->fits == o->count ? "✓" : "✗", STR_ARGS(o->key),
            (long long)o->fits, (long long)o->count);
        for (size_t k = 0; k < o->conflicts.count; k++)
            printf("    %s\n", zh ? o->conflicts.items[k]->zh : o->conflicts.items[k]->en);
    }
    for (size_t i = 0; i < p->notes.count; i++)
        printf("· %s\n", zh ? p->notes.items[i]->zh : p->notes.items[i]->en);
}

static enum err plan(struct command_line *line, struct migrating *m, struct op *op, bool *fits)
{
    struct migrate_plan p;
    struct migrate_request *r = &m->request;
    r->kind = str_from(m->kind);
    TRY(store_read_begin(m->zone->store, &op->conn, op->diag));
    enum err e = find_version(op, m->from, &r->from);
    if (e == OK && m->to)
        e = find_version(op, m->to, &r->to);
    if (e == OK)
        e = migrate_plan(op, r, &p);
    if (e == OK) {
        print_plan(line, &p);
        *fits = p.fits == p.tried;
    }
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

struct starting {
    const struct migrate_request *request;
    int64_t id;
};

static enum err start(struct op *op, void *ctx)
{
    struct starting *s = ctx;
    return migrate_start(op, s->request, &s->id);
}

static enum err tell(struct command_line *line, struct op *op, int64_t id, bool *fits)
{
    struct migrate_run run;
    struct migrate_conflict *list;
    size_t count;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = migrate_get(op, id, &run);
    if (e == OK)
        e = migrate_conflicts(op, id, CONFLICTS_SHOWN_MAX, &list, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    for (size_t i = 0; i < count; i++)
        printf("✗ %.*s: %.*s\n", STR_ARGS(list[i].number),
            STR_ARGS(command_zh(line) ? list[i].zh : list[i].en));
    printf(command_zh(line) ? "已迁移 %lld 件,未迁移 %lld 件\n" : "%lld moved, %lld not\n",
        (long long)run.done, (long long)run.conflicts);
    *fits = run.conflicts == 0;
    return OK;
}

static enum err move(struct command_line *line, struct migrating *m, struct op *op, bool *fits)
{
    struct starting s = { .request = &m->request };
    struct batch *b = batch_create();
    struct arena scratch;
    enum err e = zone_write(op, start, &s);
    arena_init(&scratch, NULL, 64 * MIB);
    for (bool more = true; more && e == OK; arena_reset(&scratch)) {
        struct op turn = *op;
        turn.arena = &scratch;
        turn.now_ms = sys_now_ms(line->sys);
        e = migrate_work(&turn, b, BATCH_MAX, &more);
    }
    arena_release(&scratch);
    batch_destroy(b);
    return e == OK ? tell(line, op, s.id, fits) : e;
}

int command_migrate(struct command_line *line)
{
    struct migrating m = { 0 };
    size_t words;
    bool fits = false;
    const struct option_spec specs[] = { { "--data", &m.data_dir, NULL },
        { "--zone", &m.zone_dir, NULL }, { "--kind", &m.kind, NULL }, { "--from", &m.from, NULL },
        { "--to", &m.to, NULL }, { "--map", &m.map, NULL }, { "--reason", &m.reason, NULL },
        { "--dry-run", NULL, &m.dry_run } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, NULL, 0, &words))
        return EXIT_USAGE;
    if (!m.data_dir || !m.kind || !m.from || (!m.dry_run && !m.reason))
        return command_usage(line);
    if (!read_map(line, &m))
        return EXIT_USAGE;
    struct diag_list faults;
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = {
        .sys = line->sys, .data_dir = m.data_dir, .pack_dir = m.zone_dir, .read_only = m.dry_run
    };
    if (zone_open(&options, &m.zone, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    m.request.reason = str_from(m.reason ? m.reason : "");
    struct op op = { .zone = m.zone,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    enum err e = plan(line, &m, &op, &fits);
    if (e == OK && !m.dry_run)
        e = move(line, &m, &op, &fits);
    zone_close(m.zone);
    return e != OK ? command_fail(line) : fits ? EXIT_DONE : EXIT_FAULT;
}
