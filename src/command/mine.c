/*
 * junma mine: how work really goes, from an event log.
 *
 *     junma mine FILE.csv [--case COLUMN] [--activity COLUMN] [--time COLUMN]
 *     junma mine --data DIR --kind K [--from YYYY-MM-DD] [--to YYYY-MM-DD]
 *
 * A log is a table with one row an event; without other words its columns are called as XES calls
 * them (case:concept:name, concept:name, time:timestamp). With --data it is the zone's own cases,
 * raised from one day to another (both included), and their steps. Printed are the activities, what
 * directly follows what with the median time, and the variants; --top N (20) limits each, --json
 * prints all as one JSON value unless --top is given. Times are those of the clock on the wall.
 *
 * A row that is wrong is told with its number; then nothing is computed, since a log with holes
 * says something else.
 */
#include "command/all.h"
#include "zone/csv.h"
#include "zone/mine.h"

#include <errno.h>
#include <string.h>

enum { TOP = 20, FAULTS_MAX = 20, LABEL_STEPS_MAX = 60, DAY_MS = 86400000 };

struct mining {
    struct command_line *line;
    const char *file, *case_column, *activity_column, *time_column;
    const char *data_dir, *kind, *from, *to;
    const char *top_text;
    int64_t top;
    bool json;
    size_t columns[3]; /* case, activity, time */
    struct op *op;     /* NULL: a file */
    FILE *csv;
};

static struct name2 label(const struct mining *m, str activity)
{
    return m->op ? zone_mine_name(m->op, str_from(m->kind), activity)
                 : (struct name2){ activity, activity };
}

static str said(const struct mining *m, str activity)
{
    return name2_in(label(m, activity), m->line->lang);
}

/* ---- a file --------------------------------------------------------------------------------- */

static enum err read_some(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct mining *m = ctx;
    *got = fread(to, 1, room, m->csv);
    return *got == 0 && ferror(m->csv) ? sys_errno(d, errno, m->file) : OK;
}

static enum err find_columns(struct mining *m, const struct csv_row *head)
{
    const char *const wanted[] = { m->case_column ? m->case_column : "case:concept:name",
        m->activity_column ? m->activity_column : "concept:name",
        m->time_column ? m->time_column : "time:timestamp" };
    static const char *const options[] = { "--case", "--activity", "--time" };
    for (size_t i = 0; i < 3; i++) {
        size_t at = 0;
        while (at < head->count && !str_is(head->fields[at], wanted[i]))
            at++;
        if (at == head->count)
            return diag_set(&m->line->diag, ERR_INVALID, "%s 没有列 “%s”;请用 %s 写明列名",
                "%s has no column \"%s\"; name it with %s", m->file, wanted[i], options[i]);
        m->columns[i] = at;
    }
    return OK;
}

static enum err add_row(struct mining *m, struct mine_log *log, const struct csv_row *row,
    struct diag_list *faults)
{
    struct diag d = { 0 };
    int64_t at;
    if (row->fault != OK) {
        d = row->why;
    } else if (row->count <= m->columns[0] || row->count <= m->columns[1]
        || row->count <= m->columns[2] || !row->fields[m->columns[0]].bytes
        || !row->fields[m->columns[1]].bytes) {
        (void)diag_set(&d, ERR_INVALID, "缺少办件、活动或时间", "case, activity or time is missing");
    } else if (!instant_parse(row->fields[m->columns[2]], &at)) {
        (void)diag_set(&d, ERR_INVALID, "“%.*s” 不是时刻,应写作 2026-11-23T09:30:00+08:00",
            "\"%.*s\" is no instant; write it as 2026-11-23T09:30:00+08:00",
            STR_ARGS(str_slice(row->fields[m->columns[2]], 0, 60)));
    } else {
        return mine_add(
            log, row->fields[m->columns[0]], row->fields[m->columns[1]], at, &m->line->diag);
    }
    diag_at(&d, m->file, (int)row->number, 0);
    diag_list_add(faults, &d);
    return OK;
}

static enum err read_log(struct mining *m, struct mine_log *log, struct diag_list *faults)
{
    struct command_line *line = m->line;
    struct csv_source source = { m, read_some };
    struct csv *csv;
    struct csv_row row;
    bool more, head = true;
    TRY(csv_create(line->arena, &source, ',', &csv, &line->diag));
    for (;;) {
        TRY(csv_next(csv, &row, &more, &line->diag));
        if (!more)
            break;
        if (head)
            TRY(row.fault == OK ? find_columns(m, &row) : diag_set(&line->diag, ERR_SYNTAX,
                "%s 的第一行不是列名", "the first row of %s holds no names of columns", m->file));
        else
            TRY(add_row(m, log, &row, faults));
        head = false;
    }
    if (head)
        return diag_set(&line->diag, ERR_INVALID, "%s 是空的", "%s is empty", m->file);
    return faults->count ? ERR_INVALID : OK;
}

/* ---- printing ------------------------------------------------------------------------------- */

static size_t shown(const struct mining *m, size_t count)
{
    return (int64_t)count > m->top ? (size_t)m->top : count;
}

/* "3.2 days", "5 h", "12 min" */
static str span(const struct mining *m, int64_t ms)
{
    bool zh = command_zh(m->line);
    struct arena *a = m->line->arena;
    if (ms >= DAY_MS)
        return str_printf(a, zh ? "%.1f天" : "%.1f days", (double)ms / DAY_MS);
    if (ms >= 3600000)
        return str_printf(a, zh ? "%.1f小时" : "%.1f h", (double)ms / 3600000);
    if (ms >= 60000)
        return str_printf(a, zh ? "%lld分钟" : "%lld min", (long long)(ms / 60000));
    return str_printf(a, zh ? "%lld秒" : "%lld s", (long long)(ms / 1000));
}

static void print_variants(const struct mining *m, const struct mine_result *r)
{
    bool zh = command_zh(m->line);
    printf(zh ? "\n走法(%zu 种):\n" : "\nvariants (%zu):\n", r->variant_count);
    for (size_t i = 0; i < shown(m, r->variant_count); i++) {
        const struct mine_variant *v = &r->variants[i];
        printf(zh ? "%7lld  %5.1f%%  中位数%.*s  如 %.*s\n         "
                  : "%7lld  %5.1f%%  median %.*s  like %.*s\n         ",
            (long long)v->count, 100.0 * (double)v->count / (double)r->cases,
            STR_ARGS(span(m, v->median_ms)), STR_ARGS(v->example));
        for (size_t s = 0; s < v->length && s < LABEL_STEPS_MAX; s++)
            printf("%s%.*s", s ? " → " : "", STR_ARGS(said(m, r->activities[v->activities[s]].name)));
        printf(v->length > LABEL_STEPS_MAX ? " → … (%zu)\n" : "\n", v->length);
    }
}

static void print_result(const struct mining *m, const struct mine_result *r)
{
    bool zh = command_zh(m->line);
    printf(zh ? "%lld 件,%lld 个事件,%zu 种走法;一件历时中位数%.*s,九成不超过%.*s\n"
              : "%lld cases, %lld events, %zu variants; a case takes %.*s (median), nine in ten at "
                "most %.*s\n",
        (long long)r->cases, (long long)r->events, r->variant_count, STR_ARGS(span(m, r->median_ms)),
        STR_ARGS(span(m, r->p90_ms)));
    printf(zh ? "\n活动(%zu 种):事件、件、起、止\n" : "\nactivities (%zu): events, cases, begin, end\n",
        r->activity_count);
    for (size_t i = 0; i < shown(m, r->activity_count); i++) {
        const struct mine_activity *a = &r->activities[i];
        printf("%7lld %7lld %7lld %7lld  %.*s\n", (long long)a->count, (long long)a->cases,
            (long long)a->starts, (long long)a->ends, STR_ARGS(said(m, a->name)));
    }
    printf(zh ? "\n直接相继(%zu 对)和中位时间:\n" : "\ndirectly follows (%zu) and the median time:\n",
        r->follow_count);
    for (size_t i = 0; i < shown(m, r->follow_count); i++) {
        const struct mine_follow *f = &r->follows[i];
        printf("%7lld  %.*s → %.*s  %.*s\n", (long long)f->count,
            STR_ARGS(said(m, r->activities[f->from].name)),
            STR_ARGS(said(m, r->activities[f->to].name)), STR_ARGS(span(m, f->median_ms)));
    }
    print_variants(m, r);
}

static json_t *activity_json(const struct mining *m, const struct mine_activity *a)
{
    json_t *o = json_object();
    struct name2 n = label(m, a->name);
    json_set_str(o, "activity", a->name);
    json_set_str(o, "zh", n.zh);
    json_set_str(o, "en", n.en);
    json_set_int(o, "events", a->count);
    json_set_int(o, "cases", a->cases);
    json_set_int(o, "starts", a->starts);
    json_set_int(o, "ends", a->ends);
    return o;
}

static void print_json(const struct mining *m, const struct mine_result *r)
{
    json_t *o = json_keep(m->line->arena, json_object()), *activities = json_array(),
           *follows = json_array(), *variants = json_array();
    for (size_t i = 0; i < shown(m, r->activity_count); i++)
        json_array_append_new(activities, activity_json(m, &r->activities[i]));
    for (size_t i = 0; i < shown(m, r->follow_count); i++) {
        json_t *one = json_object();
        json_set_str(one, "from", r->activities[r->follows[i].from].name);
        json_set_str(one, "to", r->activities[r->follows[i].to].name);
        json_set_int(one, "count", r->follows[i].count);
        json_set_int(one, "medianMs", r->follows[i].median_ms);
        json_array_append_new(follows, one);
    }
    for (size_t i = 0; i < shown(m, r->variant_count); i++) {
        const struct mine_variant *v = &r->variants[i];
        json_t *one = json_object(), *path = json_array();
        for (size_t s = 0; s < v->length; s++)
            json_array_append_new(path, json_from_str(r->activities[v->activities[s]].name));
        json_object_set_new(one, "activities", path);
        json_set_int(one, "count", v->count);
        json_set_int(one, "medianMs", v->median_ms);
        json_set_str(one, "example", v->example);
        json_array_append_new(variants, one);
    }
    json_set_int(o, "cases", r->cases);
    json_set_int(o, "events", r->events);
    json_set_int(o, "medianMs", r->median_ms);
    json_set_int(o, "p90Ms", r->p90_ms);
    json_object_set_new(o, "activities", activities);
    json_object_set_new(o, "follows", follows);
    json_object_set_new(o, "variants", variants);
    printf("%.*s\n", STR_ARGS(json_text(m->line->arena, o)));
}

static int show(const struct mining *m, struct mine_log *log)
{
    struct mine_result r;
    if (mine_run(log, &r, &m->line->diag) != OK)
        return command_fail(m->line);
    if (m->json)
        print_json(m, &r);
    else
        print_result(m, &r);
    return EXIT_DONE;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int mine_file(struct mining *m, struct mine_log *log)
{
    struct diag_list faults;
    diag_list_init(&faults, m->line->arena, FAULTS_MAX);
    m->csv = fopen(m->file, "rb");
    if (!m->csv) {
        (void)sys_errno(&m->line->diag, errno, m->file);
        return command_fail(m->line);
    }
    enum err e = read_log(m, log, &faults);
    fclose(m->csv);
    if (faults.count)
        return command_faults(m->line, &faults);
    return e == OK ? show(m, log) : command_fail(m->line);
}

static bool read_day(struct mining *m, const struct zone *z, const char *option, const char *text,
    int64_t *end_ms)
{
    if (!text || zone_day_end(z, str_from(text), end_ms))
        return true;
    fprintf(stderr,
        command_zh(m->line) ? "junma mine:%s 应为日期,如 2026-03-31,现为 %s\n"
                            : "junma mine: %s must be a date like 2026-03-31, not %s\n",
        option, text);
    return false;
}

static int mine_own(struct mining *m, struct zone *z, struct mine_log *log)
{
    struct command_line *line = m->line;
    struct op op = { .zone = z, .arena = line->arena, .actor = &actor_system, .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    int64_t from = 0, to = INT64_MAX;
    if (!pack_kind(zone_pack(z), str_from(m->kind))) {
        (void)diag_set(&line->diag, ERR_NOT_FOUND, "没有事项类别 %s", "there is no kind of case %s",
            m->kind);
        return command_fail(line);
    }
    if (!read_day(m, z, "--from", m->from, &from) || !read_day(m, z, "--to", m->to, &to))
        return EXIT_USAGE;
    from = m->from ? from - DAY_MS + 1 : 0;
    m->op = &op;
    enum err e = store_read_begin(z->store, &op.conn, op.diag);
    if (e == OK) {
        e = zone_mine(&op, str_from(m->kind), from, to, log);
        store_read_end(op.conn);
    }
    return e == OK ? show(m, log) : command_fail(line);
}

int command_mine(struct command_line *line)
{
    struct mining m = { .line = line };
    struct mine_log *log;
    struct zone *z;
    struct diag_list faults;
    size_t words;
    const struct option_spec specs[] = { { "--case", &m.case_column, NULL },
        { "--activity", &m.activity_column, NULL }, { "--time", &m.time_column, NULL },
        { "--data", &m.data_dir, NULL }, { "--kind", &m.kind, NULL }, { "--from", &m.from, NULL },
        { "--to", &m.to, NULL }, { "--top", &m.top_text, NULL }, { "--json", NULL, &m.json } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &m.file, 1, &words))
        return EXIT_USAGE;
    m.top = m.json ? INT32_MAX : TOP;
    if (!command_number(line, "--top", m.top_text, 1, INT32_MAX, &m.top))
        return EXIT_USAGE;
    if (!m.file == !m.data_dir || !m.data_dir != !m.kind)
        return command_usage(line);
    if (mine_create(line->arena, &log, &line->diag) != OK)
        return command_fail(line);
    if (m.file)
        return mine_file(&m, log);
    diag_list_init(&faults, line->arena, FAULTS_MAX);
    struct zone_options options = { .sys = line->sys, .data_dir = m.data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = mine_own(&m, z, log);
    zone_close(z);
    return status;
}
