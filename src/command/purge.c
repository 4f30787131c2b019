/*
 * junma purge: the content of old cases goes, what was proved and counted stays (docs/purge.md).
 *
 *     junma purge --data DIR [--before YYYY-MM-DD] [--kind K] --dry-run     how many are due
 *     junma purge --data DIR [--before YYYY-MM-DD] [--kind K] [--reason TEXT]
 *
 * Never before the time that zone.json says (retention), whatever --before asks. While a server
 * runs it has the data to itself: ask it (POST /api/purges).
 */
#include "command/all.h"
#include "zone/batch.h"
#include "zone/purge.h"

struct purging {
    const char *data_dir, *before, *kind, *reason;
    bool dry_run;
    int64_t before_ms, due;
};

static enum err plan(struct command_line *line, struct purging *p, struct op *op)
{
    struct purge_kind *kinds;
    size_t count;
    bool zh = command_zh(line);
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = purge_plan(op, str_from(p->kind ? p->kind : ""), p->before_ms, &kinds, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    for (size_t i = 0; i < count; i++) {
        const struct purge_kind *k = &kinds[i];
        if (!k->rule) {
            printf(zh ? "%.*s:未规定保存期限,不清除\n" : "%.*s: no rule, kept for ever\n",
                STR_ARGS(zh ? k->name.zh : k->kind));
            continue;
        }
        str day = date_format(line->arena, date_from_days(zone_local_days(op->zone, k->before_ms)));
        printf(zh ? "%.*s:%.*s前办结的 %lld 件(保存 %d 个月,%.*s)\n"
                  : "%.*s: closed before %.*s: %lld (kept for %d months, %.*s)\n",
            STR_ARGS(zh ? k->name.zh : k->kind), STR_ARGS(day), (long long)k->due, k->rule->months,
            STR_ARGS(zh ? k->rule->law.zh : k->rule->law.en));
        p->due += k->due;
    }
    return OK;
}

static enum err ask(struct op *op, void *ctx)
{
    const struct purging *p = ctx;
    return purge_ask(
        op, str_from(p->kind ? p->kind : ""), p->before_ms, str_from(p->reason ? p->reason : ""));
}

static enum err purge(struct command_line *line, struct purging *p, struct op *op)
{
    struct batch *b = batch_create();
    struct arena scratch;
    int64_t purged = 0;
    enum err e = zone_write(op, ask, p);
    arena_init(&scratch, NULL, 64 * MIB);
    for (bool more = true; more && e == OK; arena_reset(&scratch)) {
        struct op turn = *op;
        turn.arena = &scratch;
        turn.now_ms = sys_now_ms(line->sys);
        e = purge_work(&turn, b, BATCH_MAX, &purged, &more);
    }
    arena_release(&scratch);
    batch_destroy(b);
    if (e == OK)
        printf(
            command_zh(line) ? "已清除 %lld 件的内容\n" : "%lld cases purged\n", (long long)purged);
    return e;
}

int command_purge(struct command_line *line)
{
    struct purging p = { 0 };
    struct date day;
    struct zone *z;
    size_t words;
    const struct option_spec specs[] = { { "--data", &p.data_dir, NULL },
        { "--before", &p.before, NULL }, { "--kind", &p.kind, NULL },
        { "--reason", &p.reason, NULL }, { "--dry-run", NULL, &p.dry_run } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, NULL, 0, &words))
        return EXIT_USAGE;
    if (!p.data_dir || (p.before && !date_parse(str_from(p.before), &day)))
        return command_usage(line);
    struct diag_list faults;
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = {
        .sys = line->sys, .data_dir = p.data_dir, .read_only = p.dry_run
    };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    if (p.before)
        p.before_ms = zone_day_begin(z, date_to_days(day));
    enum err e = plan(line, &p, &op);
    if (e == OK && !p.dry_run && p.due)
        e = purge(line, &p, &op);
    zone_close(z);
    return e != OK ? command_fail(line) : EXIT_DONE;
}
