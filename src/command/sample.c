/*
 * junma sample: fills a new data folder with a made-up zone: enterprises, accounts, and a year of
 * requests up to today, all through the functions that the server uses, in the order of time, so
 * that every deadline, number, scope and journal leaf is what real work would have left behind.
 *
 *     lists (zones/<zone>/sample) ─▶ plan of arrivals ─▶ queue ─▶ act as somebody ─▶ plan the next
 *                                                          ▲                             │
 *                                                          └─────────────────────────────┘
 *
 * Many acts share one write, so that a year is quick. The same zone, seed, numbers and --now give
 * the same content, down to identifiers, salts and journal leaves. What differs: the signing key,
 * what is signed with it, and the leaf that records the pack (the journal's first), which is
 * written while randomness is still real because a key is being made.
 */
#include "command/all.h"
#include "command/sample.h"
#include "zone/walk.h"

#include <string.h>
#include <unistd.h>

enum { BATCH_ACTS = 500, BATCH_BYTES_MAX = 64 * 1024 * 1024, PROGRESS_PERCENT = 10 };

struct wanted {
    const char *zone_dir, *data_dir, *now;
    int64_t enterprises, requests, seed, now_ms;
};

/* ---- batches ---- */

static enum err people_batch(struct op *op, void *ctx)
{
    struct sample *s = ctx;
    struct arena scratch;
    arena_init(&scratch, NULL, BATCH_BYTES_MAX);
    op->arena = &scratch;
    enum err e = OK;
    for (int i = 0; i < BATCH_ACTS && e == OK; i++) {
        e = sample_make_enterprises(s, op, 1);
        arena_reset(&scratch);
    }
    arena_release(&scratch);
    return e;
}

static enum err accounts_batch(struct op *op, void *ctx)
{
    return sample_make_accounts(ctx, op);
}

static enum err year_batch(struct op *op, void *ctx)
{
    struct sample *s = ctx;
    struct arena scratch;
    struct sample_act act;
    enum err e = OK;
    arena_init(&scratch, NULL, BATCH_BYTES_MAX);
    op->arena = &scratch;
    for (int i = 0; i < BATCH_ACTS && e == OK && sample_take(s, &act); i++) {
        e = sample_do(s, op, &act);
        arena_reset(&scratch);
    }
    arena_release(&scratch);
    return e;
}

/* ---- progress ---- */

static void show(const struct sample *s, int percent, bool terminal)
{
    int64_t day = tz_local_days(zone_pack(s->zone)->tz, s->world.now_ms, NULL);
    struct date d = date_from_days(day);
    fprintf(stderr,
        command_zh(s->line) ? "%s生成示例数据 %3d%%  %04d年%d月%s"
                            : "%ssample data %3d%%  %04d-%02d%s",
        terminal ? "\r" : "", percent, d.year, d.month, !terminal || percent == 100 ? "\n" : "");
    fflush(stderr);
}

static enum err run_year(struct sample *s, struct op *op)
{
    bool terminal = isatty(STDERR_FILENO);
    int shown = -1, step = terminal ? 1 : PROGRESS_PERCENT;
    while (s->queue_count) {
        TRY(zone_write(op, year_batch, s));
        double gone = (double)(s->world.now_ms - s->from_ms) / (double)(s->until_ms - s->from_ms);
        int percent = s->queue_count ? (int)(gone * 99) : 100;
        if (percent / step != shown)
            show(s, percent, terminal);
        shown = percent / step;
    }
    return OK;
}

static void tell(const struct sample *s)
{
    static const char *const names[SAMPLE_WHAT_COUNT] = { "raised", "timers", "signed for",
        "dispatched", "answered", "transferred", "returned", "suspended", "papers sent", "resumed",
        "extension asked", "approved", "refused", "urged", "supervised", "withdrawn", "merged",
        "rated", "reopened", "notes of officers", "notes of applicants", "published" };
    bool zh = command_zh(s->line);
    printf(zh ? "已生成:企业 %lld 家,账号 %zu 个,诉求 %lld 件。\n"
              : "made: %lld enterprises, %zu accounts, %lld requests.\n",
        (long long)s->enterprise_made, s->staff_count + s->contact_count,
        (long long)s->acts[SAMPLE_ARRIVE]);
    if (s->service_made)
        printf(zh ? "政务服务办件 %lld 件。\n" : "%lld applications for service items.\n",
            (long long)s->service_made);
    for (int i = 0; !zh && i < SAMPLE_WHAT_COUNT; i++)
        if (s->acts[i] && i != SAMPLE_ARRIVE)
            printf("  %-20s %6lld\n", names[i], (long long)s->acts[i]);
}

/* ---- making it ---- */

/* A folder with work in it is not for made-up work. */
static enum err check_empty(struct op *op, const char *data_dir)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT (SELECT count(*) FROM cases WHERE zone = $1),"
        " (SELECT count(*) FROM account WHERE zone = $1)",
        S_TEXT(op->zone->code)));
    int64_t cases = store_int(&rows, 0), accounts = store_int(&rows, 1);
    store_rows_end(&rows);
    if (!cases && !accounts)
        return OK;
    return diag_set(op->diag, ERR_CONFLICT,
        "数据目录 %s 中已有 %lld 件办件、%lld 个账号,示例数据只写入空目录:请换一个目录,或先移走其中的文件",
        "the data folder %s already holds %lld cases and %lld accounts; sample data goes into an"
        " empty folder only: name another one, or move its files away first",
        data_dir, (long long)cases, (long long)accounts);
}

static enum err prepare(struct sample *s, struct op *op, const struct wanted *w)
{
    const struct pack *p = zone_pack(s->zone);
    if (!p->zone.synthetic)
        return diag_set(op->diag, ERR_NOT_ALLOWED,
            "配置包 %s 没有标明 synthetic,不是示例区,不能写入示例数据",
            "the pack %s is not marked synthetic: sample data is not for a real zone", w->zone_dir);
    TRY(store_read_begin(s->zone->store, &op->conn, op->diag));
    enum err e = check_empty(op, w->data_dir);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    str kind = json_str(s->lists.requests, "kind");
    s->system = pack_kind(p, kind);
    if (!s->system)
        return diag_set(op->diag, ERR_INVALID, "配置中没有办件类型“%.*s”(requests.json)",
            "the pack has no kind of case \"%.*s\" (requests.json)", STR_ARGS(kind));
    s->enterprises = ARENA_ARRAY(s->arena, struct sample_enterprise, (size_t)s->enterprise_count);
    s->cases = ARENA_ARRAY(s->arena, struct sample_case, (size_t)s->case_count + 1);
    return diag_arena(op->diag, s->arena);
}

static enum err make_zone(struct sample *s, const struct wanted *w)
{
    struct op op = { .zone = s->zone,
        .arena = s->arena,
        .actor = &actor_system,
        .now_ms = s->from_ms,
        .diag = &s->line->diag };
    TRY(prepare(s, &op, w));
    s->world.repeats = true;
    while (s->enterprise_made < s->enterprise_count)
        TRY(zone_write(&op, people_batch, s));
    op.arena = s->arena;
    TRY(zone_write(&op, accounts_batch, s));
    TRY(sample_plan_year(s, op.diag));
    TRY(run_year(s, &op));
    op.arena = s->arena;
    op.now_ms = s->world.now_ms = s->until_ms;
    TRY(sample_make_records(s, &op));
    TRY(sample_make_licences(s, &op));
    TRY(sample_make_services(s, &op));
    TRY(sample_make_funds(s, &op));
    TRY(sample_make_reports(s, &op));
    TRY(sample_make_draws(s, &op));
    TRY(walks_refresh(&op));
    s->world.repeats = false;
    return OK;
}

static int make(struct command_line *line, const struct wanted *w)
{
    struct sample *s = ARENA_NEW(line->arena, struct sample);
    if (!s)
        return command_fail(line);
    *s = (struct sample){ .line = line,
        .arena = line->arena,
        .zone_dir = w->zone_dir,
        .until_ms = w->now_ms,
        .from_ms = w->now_ms - (int64_t)(SAMPLE_DAYS + 1) * MS_PER_DAY,
        .random = { (uint64_t)w->seed },
        .enterprise_count = w->enterprises,
        .case_count = w->requests };
    sample_world_init(&s->world, line->sys, (uint64_t)w->seed, s->from_ms);
    if (sample_lists_read(line->sys, line->arena, w->zone_dir, &s->lists, &line->diag) != OK)
        return command_fail(line);
    struct diag_list faults;
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = {
        .sys = &s->world.sys, .data_dir = w->data_dir, .pack_dir = w->zone_dir, .create = true
    };
    if (zone_open(&options, &s->zone, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    enum err e = make_zone(s, w);
    if (e == OK)
        tell(s);
    zone_close(s->zone);
    return e == OK ? EXIT_DONE : command_fail(line);
}

/* --now DAY is that day at four in the afternoon, Greenwich time: the working day is nearly over
 * in the east and has begun in the west. */
static bool read_now(struct command_line *line, struct wanted *w)
{
    struct date day;
    w->now_ms = sys_now_ms(line->sys);
    if (!w->now)
        return true;
    if (!date_parse(str_from(w->now), &day)) {
        fprintf(stderr,
            command_zh(line) ? "junma sample:--now 应为日期,如 2026-11-23,现为 %s\n"
                             : "junma sample: --now must be a day such as 2026-11-23, not %s\n",
            w->now);
        return false;
    }
    w->now_ms = date_to_days(day) * MS_PER_DAY + 8 * MS_PER_HOUR;
    return true;
}

int command_sample(struct command_line *line)
{
    const char *enterprises = NULL, *requests = NULL, *seed = NULL;
    struct wanted w = { .enterprises = 3600, .requests = 5000, .seed = 1 };
    size_t words;
    const struct option_spec specs[] = { { "--zone", &w.zone_dir, NULL },
        { "--data", &w.data_dir, NULL }, { "--enterprises", &enterprises, NULL },
        { "--requests", &requests, NULL }, { "--seed", &seed, NULL }, { "--now", &w.now, NULL } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, NULL, 0, &words)
        || !command_number(
            line, "--enterprises", enterprises, 1, SAMPLE_ENTERPRISES_MAX, &w.enterprises)
        || !command_number(line, "--requests", requests, 0, SAMPLE_REQUESTS_MAX, &w.requests)
        || !command_number(line, "--seed", seed, 0, INT64_MAX, &w.seed) || !read_now(line, &w))
        return EXIT_USAGE;
    if (!w.zone_dir || !w.data_dir)
        return command_usage(line);
    return make(line, &w);
}
