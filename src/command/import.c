/*
 * junma import: historical cases of another system, from a CSV file by a mapping (docs/import.md).
 *
 *     junma import FILE.csv --mapping MAPPING.json --zone DIR --data DIR
 *                  [--dry-run] [--all-or-nothing]
 *
 * Each bad row is told on standard output with its number, column and reason; the rest goes on, or
 * nothing does with --all-or-nothing. How far it is goes to standard error: on a terminal a line
 * that moves, else a line now and then. Exit status 0: every row is in; 1: some are not.
 *
 * The data folder must be free (no server running on it), since one process writes at a time.
 */
#include "command/all.h"
#include "zone/import.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_MS_TERMINAL = 200, PROGRESS_MS_LOG = 5000 };

struct importing {
    struct command_line *line;
    const char *file, *mapping, *zone_dir, *data_dir;
    bool all_or_nothing, dry_run;
    FILE *csv;
    bool terminal, shown;
    int64_t told_ms;
};

/* ---- the file ---- */

static enum err read_file(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct importing *im = ctx;
    *got = fread(to, 1, room, im->csv);
    return *got == 0 && ferror(im->csv) ? sys_errno(d, errno, im->file) : OK;
}

static enum err rewind_file(void *ctx, struct diag *d)
{
    struct importing *im = ctx;
    return fseek(im->csv, 0, SEEK_SET) ? sys_errno(d, errno, im->file) : OK;
}

/* ---- telling ---- */

static void end_progress(struct importing *im)
{
    if (im->shown && im->terminal)
        fprintf(stderr, "\n");
    im->shown = false;
}

static void progress(void *ctx, const struct import_count *c)
{
    struct importing *im = ctx;
    int64_t now = sys_now_ms(im->line->sys);
    if (now - im->told_ms < (im->terminal ? PROGRESS_MS_TERMINAL : PROGRESS_MS_LOG))
        return;
    im->told_ms = now;
    im->shown = true;
    fprintf(stderr,
        command_zh(im->line) ? "%s已读 %lld 行,导入 %lld 件,问题 %lld 处%s"
                             : "%s%lld rows read, %lld imported, %lld faults%s",
        im->terminal ? "\r" : "", (long long)c->rows, (long long)c->accepted, (long long)c->faults,
        im->terminal ? "   " : "\n");
}

static void print_fault(void *ctx, const struct import_fault *f)
{
    struct importing *im = ctx;
    bool zh = command_zh(im->line);
    end_progress(im);
    printf(zh ? "%s:第%lld行" : "%s: row %lld", im->file, (long long)f->row);
    if (f->column.bytes)
        printf(zh ? " %.*s 列" : ", column %.*s", STR_ARGS(f->column));
    printf(zh ? ":%s%s\n" : ": %s%s\n", f->remark ? (zh ? "(提示)" : "(remark) ") : "",
        zh ? f->why->zh : f->why->en);
}

static void print_count(const struct importing *im, const struct import_count *c, bool ok)
{
    bool zh = command_zh(im->line);
    const char *done =
        im->dry_run ? (zh ? "可导入" : "could be imported") : (zh ? "已导入" : "imported");
    printf(
        zh ? "%s:%lld 行,%lld 件;%s %lld 件,此前已导入 %lld 件,问题 %lld 处,提示 %lld 处%s\n"
           : "%s: %lld rows, %lld cases; %s: %lld, imported before: %lld, faults: %lld, remarks: %lld%s\n",
        im->file, (long long)c->rows, (long long)c->cases, done, (long long)c->accepted,
        (long long)c->known, (long long)c->faults, (long long)c->remarks,
        ok ? "" : (zh ? "。没有做完" : ". It was not finished"));
}

/* ---- the work ---- */

static int run(struct importing *im, struct zone *z, const struct import_mapping *m)
{
    struct command_line *line = im->line;
    const char *slash = strrchr(im->file, '/');
    struct csv_source source = { .ctx = im, .read = read_file };
    struct import_count count;
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    struct import_options options = { .mapping = m,
        .source = &source,
        .rewind = rewind_file,
        .file = str_from(slash ? slash + 1 : im->file),
        .all_or_nothing = im->all_or_nothing,
        .dry_run = im->dry_run,
        .fault = print_fault,
        .progress = progress,
        .ctx = im };
    enum err e = import_cases(&op, &options, &count);
    end_progress(im);
    print_count(im, &count, e == OK);
    if (e != OK)
        return command_fail(line);
    return count.faults ? EXIT_FAULT : EXIT_DONE;
}

static int with_mapping(struct importing *im, struct zone *z)
{
    struct command_line *line = im->line;
    const struct import_mapping *m;
    struct diag_list faults;
    str json;
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    if (line->sys->file_read(
            line->sys->ctx, line->arena, im->mapping, IMPORT_MAPPING_BYTES_MAX, &json, &line->diag)
        != OK)
        return command_fail(line);
    if (import_mapping_load(line->arena, z, str_from(im->mapping), json, &m, &faults) != OK)
        return command_faults(line, &faults);
    return run(im, z, m);
}

static int open_and_import(struct importing *im)
{
    struct command_line *line = im->line;
    struct zone *z;
    struct diag_list faults;
    im->csv = fopen(im->file, "rb");
    if (!im->csv) {
        (void)sys_errno(&line->diag, errno, im->file);
        return command_fail(line);
    }
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = {
        .sys = line->sys, .data_dir = im->data_dir, .pack_dir = im->zone_dir, .create = true
    };
    int status;
    if (zone_open(&options, &z, &faults, &line->diag) == OK) {
        status = with_mapping(im, z);
        zone_close(z);
    } else {
        status = command_faults(line, &faults); /* also: a server uses the folder */
    }
    fclose(im->csv);
    return status;
}

int command_import(struct command_line *line)
{
    struct importing im = { .line = line, .terminal = isatty(STDERR_FILENO) };
    size_t words;
    const struct option_spec specs[] = { { "--mapping", &im.mapping, NULL },
        { "--zone", &im.zone_dir, NULL }, { "--data", &im.data_dir, NULL },
        { "--all-or-nothing", NULL, &im.all_or_nothing }, { "--dry-run", NULL, &im.dry_run } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &im.file, 1, &words))
        return EXIT_USAGE;
    if (words != 1 || !im.mapping || !im.zone_dir || !im.data_dir)
        return command_usage(line);
    im.told_ms = sys_now_ms(line->sys);
    return open_and_import(&im);
}
