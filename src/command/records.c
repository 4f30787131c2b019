/*
 * junma records import: a register's records from a CSV file (docs/import.md).
 *
 *     junma records import FILE.csv --register R --data DIR [--zone DIR] [--dry-run]
 *
 * The first line names the columns; a row whose key is there already becomes that record's next
 * version. Each bad row is told on standard output with its number, column and reason; the others
 * go on. All records carry one batch number, by which the whole import can be undone on the
 * register's page. Exit status 0: every row is in; 1: some are not. No server may use the folder.
 */
#include "command/all.h"
#include "zone/csv.h"
#include "zone/record_bulk.h"
#include "zone/record_rows.h"
#include "zone/walk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TELL_MS = 500, FAULTS_A_ROW = 20, CHUNK_BYTES = 256 * MIB, ROW_BYTES = 32 * MIB, SNIFF_BYTES = 65536 };

struct taking {
    struct command_line *line;
    const char *file, *code, *data_dir, *zone_dir;
    bool dry_run, terminal, shown, more;
    FILE *csv_file;
    struct csv *csv;
    struct record_rows table;
    struct arena chunk, row;
    int64_t rows, accepted, told_ms;
};

static enum err read_file(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct taking *t = ctx;
    *got = fread(to, 1, room, t->csv_file);
    return *got == 0 && ferror(t->csv_file) ? sys_errno(d, errno, t->file) : OK;
}

static void end_progress(struct taking *t)
{
    if (t->shown)
        fprintf(stderr, "\n");
    t->shown = false;
}

static void progress(struct taking *t)
{
    int64_t now = sys_now_ms(t->line->sys);
    if (!t->terminal || now - t->told_ms < TELL_MS)
        return;
    t->told_ms = now;
    t->shown = true;
    fprintf(stderr, command_zh(t->line) ? "\r已读 %lld 行,导入 %lld 条   " : "\r%lld rows read, %lld records   ",
        (long long)t->rows, (long long)t->accepted);
}

static void tell(struct taking *t, int64_t row, const struct diag *d)
{
    bool zh = command_zh(t->line);
    end_progress(t);
    printf(zh ? "%s:第%lld行" : "%s: row %lld", t->file, (long long)row);
    if (d->field[0])
        printf(zh ? " %s 列" : ", column %s", d->field);
    printf(zh ? ":%s\n" : ": %s\n", zh ? d->zh : d->en);
}

static enum err one_row(struct taking *t, struct op *op, const struct csv_row *row)
{
    struct diag d = { 0 };
    struct diag_list faults;
    struct op own = *op;
    arena_reset(&t->row);
    own.arena = &t->row;
    own.diag = &d;
    diag_list_init(&faults, own.arena, FAULTS_A_ROW);
    t->rows++;
    enum err e = row->fault;
    if (e != OK)
        d = row->why;
    else
        e = record_rows_add(&own, &t->table, row->fields, row->count, &faults);
    if (e == OK) {
        t->accepted++;
        return OK;
    }
    if (record_rows_fatal(e)) {
        *op->diag = d;
        return e;
    }
    for (size_t i = 0; i < faults.count; i++)
        tell(t, row->number, faults.items[i]);
    if (!faults.count)
        tell(t, row->number, &d);
    return OK;
}

static enum err chunk(struct op *op, void *ctx)
{
    struct taking *t = ctx;
    struct op own = *op;
    own.arena = &t->chunk;
    arena_reset(&t->chunk);
    TRY(record_rows_begin(&own, &t->table));
    for (int i = 0; t->more && i < RECORD_BULK_MAX && !record_rows_full(&t->table); i++) {
        struct csv_row row;
        TRY(csv_next(t->csv, &row, &t->more, own.diag));
        if (t->more)
            TRY(one_row(t, &own, &row));
    }
    TRY(record_rows_end(&own, &t->table));
    return t->dry_run ? ERR_NOT_ALLOWED : OK; /* which undoes it */
}

static enum err take(struct taking *t, struct op *op)
{
    struct csv_source plain = { .ctx = t, .read = read_file }, source = plain;
    struct csv_row head;
    char sniff[SNIFF_BYTES];
    size_t got = fread(sniff, 1, sizeof sniff, t->csv_file);
    rewind(t->csv_file);
    if (csv_is_gb18030((str){ sniff, got }))
        TRY(csv_gb18030(op->arena, &plain, &source, op->diag));
    TRY(csv_create(op->arena, &source, ',', &t->csv, op->diag));
    TRY(csv_next(t->csv, &head, &t->more, op->diag));
    TRY(record_rows_head(
        &t->table, head.fields, t->more && head.fault == OK ? head.count : 0, op->diag));
    t->table.batch = id_next(&op->zone->ids, op->now_ms);
    while (t->more) {
        op->now_ms = sys_now_ms(t->line->sys);
        enum err e = zone_write(op, chunk, t);
        if (e != OK && !(t->dry_run && e == ERR_NOT_ALLOWED))
            return e;
        progress(t);
    }
    return OK;
}

static int run(struct taking *t, struct zone *z)
{
    struct command_line *line = t->line;
    bool zh = command_zh(line);
    struct op op = { .zone = z, .arena = line->arena, .actor = &actor_system, .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    t->table.r = pack_register(zone_pack(z), str_from(t->code));
    t->table.reason = STR("导入");
    if (!t->table.r) {
        (void)diag_set(&line->diag, ERR_NOT_FOUND, "没有登记表 %s", "there is no register %s", t->code);
        return command_fail(line);
    }
    arena_init(&t->chunk, NULL, CHUNK_BYTES);
    arena_init(&t->row, NULL, ROW_BYTES);
    enum err e = take(t, &op);
    if (e == OK && !t->dry_run) /* figures of walks: by the next server otherwise */
        e = walks_refresh(&op);
    arena_release(&t->row);
    arena_release(&t->chunk);
    end_progress(t);
    if (e != OK)
        return command_fail(line);
    const char *done = t->dry_run ? (zh ? "可导入" : "could be imported") : (zh ? "已导入" : "imported");
    printf(zh ? "%s:%lld 行,%s %lld 条" : "%s: %lld rows, %s: %lld", t->file, (long long)t->rows, done,
        (long long)t->accepted);
    if (!t->dry_run && t->accepted)
        printf(zh ? ",批次 %lld" : ", batch %lld", (long long)t->table.batch);
    printf("\n");
    return t->accepted == t->rows ? EXIT_DONE : EXIT_FAULT;
}

int command_records(struct command_line *line)
{
    struct taking t = { .line = line, .terminal = isatty(STDERR_FILENO) };
    const char *words[2] = { NULL, NULL };
    size_t count;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--register", &t.code, NULL }, { "--data", &t.data_dir, NULL },
        { "--zone", &t.zone_dir, NULL }, { "--dry-run", NULL, &t.dry_run } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, words, 2, &count))
        return EXIT_USAGE;
    if (count != 2 || strcmp(words[0], "import") != 0 || !t.code || !t.data_dir)
        return command_usage(line);
    t.file = words[1];
    t.csv_file = fopen(t.file, "rb");
    if (!t.csv_file) {
        (void)sys_errno(&line->diag, errno, t.file);
        return command_fail(line);
    }
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = { .sys = line->sys, .data_dir = t.data_dir, .pack_dir = t.zone_dir,
        .create = t.zone_dir != NULL, .fills = true };
    int status;
    if (zone_open(&options, &z, &faults, &line->diag) == OK) {
        status = run(&t, z);
        zone_close(z);
    } else {
        status = command_faults(line, &faults); /* also: a server uses the folder */
    }
    fclose(t.csv_file);
    return status;
}
