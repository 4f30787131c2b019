/*
 * junma fund: the funds of a data folder that a server may be using at the same time.
 *
 *     junma fund list --data DIR      each with its sums
 *     junma fund check --data DIR     everything added up from the entries and compared: sums,
 *                                     commitments, batches, payment files, journal
 *
 * Exit status of check: 0 the books agree, 1 they do not. That the journal itself is what it was is
 * `junma verify --journal`.
 */
#include "command/all.h"
#include "zone/fund_check.h"

#include <string.h>

enum { FAULTS_SHOWN_MAX = 200 };

static void print_row(const char *a, const char *b, const char *c, const char *d, const char *e)
{
    printf("%-16s %22s %22s %22s %22s\n", a, b, c, d, e);
}

/* "12,345.67" is what people read; no grouping here, so that other programs read it too. */
static const char *yuan(struct arena *a, int64_t fen)
{
    str text = str_printf(a, "%s%lld.%02lld", fen < 0 ? "-" : "",
        (long long)(fen < 0 ? -(fen / 100) : fen / 100),
        (long long)(fen < 0 ? -(fen % 100) : fen % 100));
    return text.data ? text.data : "";
}

static enum err list(struct command_line *line, struct op *op)
{
    struct fund *funds;
    size_t count;
    TRY(fund_list(op, &funds, &count));
    print_row("fund", "budget", "available", "committed", "paid");
    for (size_t i = 0; i < count; i++)
        print_row(str_terminated(line->arena, funds[i].code),
            yuan(line->arena, -funds[i].balance[FUND_SOURCE]),
            yuan(line->arena, funds[i].balance[FUND_AVAILABLE]),
            yuan(line->arena, funds[i].balance[FUND_COMMITTED] + funds[i].balance[FUND_TRANSIT]),
            yuan(line->arena, funds[i].balance[FUND_PAID]));
    return OK;
}

static enum err check(struct command_line *line, struct op *op, bool *agrees)
{
    struct fund_report report;
    struct diag_list faults;
    bool zh = command_zh(line);
    diag_list_init(&faults, line->arena, FAULTS_SHOWN_MAX);
    TRY(fund_check(op, &report, &faults));
    for (size_t i = 0; i < faults.count; i++)
        printf("✗ %s\n", zh ? faults.items[i]->zh : faults.items[i]->en);
    printf(zh ? "资金 %zu 项,分录 %lld 条,承诺 %lld 笔,支付批次 %lld 个;发现问题 %zu 处。\n"
              : "%zu funds, %lld entries, %lld commitments, %lld batches; %zu faults.\n",
        report.fund_count, (long long)report.entries, (long long)report.commitments,
        (long long)report.batches, faults.total);
    *agrees = !faults.total;
    return OK;
}

static int run(struct command_line *line, const char *what, struct zone *z)
{
    bool agrees = true;
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    if (store_read_begin(z->store, &op.conn, &line->diag) != OK)
        return command_fail(line);
    enum err e = strcmp(what, "list") == 0 ? list(line, &op) : check(line, &op, &agrees);
    store_read_end(op.conn);
    if (e != OK)
        return command_fail(line);
    return agrees ? EXIT_DONE : EXIT_FAULT;
}

int command_fund(struct command_line *line)
{
    const char *what = NULL, *data_dir = NULL;
    size_t words;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--data", &data_dir, NULL } };
    if (!command_options(line, specs, 1, &what, 1, &words))
        return EXIT_USAGE;
    if (!words || !data_dir || (strcmp(what, "list") != 0 && strcmp(what, "check") != 0))
        return command_usage(line);
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = { .sys = line->sys, .data_dir = data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = run(line, what, z);
    zone_close(z);
    return status;
}
