/*
 * junma calendar recompute: counts every open deadline again by the calendar of the pack. With
 * --zone by that folder's, which comes into use; with --dry-run nothing is written, and what would
 * move is listed.
 */
#include "command/all.h"
#include "command/command.h"
#include "zone/notice.h"

static void print_moves(struct command_line *line, struct op *op, const struct recount *r)
{
    bool zh = command_zh(line);
    for (size_t i = 0; i < r->move_count; i++) {
        const struct recount_move *m = &r->moves[i];
        struct name2 from = moment_text(op, m->old_due), to = moment_text(op, m->new_due);
        /* Both in full: a year may end between them. */
        printf("%.*s  %.*s  %.*s → %.*s%s\n", STR_ARGS(m->number),
            STR_ARGS(zh ? m->name.zh : m->name.en), STR_ARGS(from.en), STR_ARGS(to.en),
            !m->provisional ? "" : zh ? "  (暂定)" : "  (provisional)");
    }
    printf(zh ? "查看承诺 %lld 项,期限变动 %zu 项%s\n" : "%lld deadlines looked at, %zu moved%s\n",
        (long long)r->looked, r->move_count,
        !r->dry_run ? "" : zh ? "(试算,未写入)" : " (dry run, nothing written)");
}

static int recompute(struct command_line *line, struct zone *z, bool dry_run)
{
    struct recount r = { .dry_run = dry_run };
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    if (promises_recount(&op, &r) != OK)
        return command_fail(line);
    print_moves(line, &op, &r);
    return EXIT_DONE;
}

int command_calendar(struct command_line *line)
{
    const char *zone_dir = NULL, *data_dir = NULL, *word = NULL;
    bool dry_run = false;
    size_t words;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--zone", &zone_dir, NULL },
        { "--data", &data_dir, NULL }, { "--dry-run", NULL, &dry_run } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &word, 1, &words))
        return EXIT_USAGE;
    if (words != 1 || !str_is(str_from(word), "recompute") || !data_dir)
        return command_usage(line);
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = { .sys = line->sys,
        .data_dir = data_dir,
        .pack_dir = zone_dir,
        .read_only = dry_run };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = recompute(line, z, dry_run);
    zone_close(z);
    return status;
}
