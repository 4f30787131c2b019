/*
 * junma bulletin: issues of bulletins, from a data folder that a server may be using.
 *
 *     junma bulletin list --data DIR             what was published
 *     junma bulletin show ISSUE --data DIR       the frozen content, as JSON
 *     junma bulletin verify ISSUE --data DIR     was it computed from what was on record?
 *
 * verify says each thing that was checked (zone/bulletin.h). Exit status 0: all of it holds; 1: something
 * does not.
 */
#include "command/all.h"
#include "zone/bulletin.h"

#include <string.h>

enum { ISSUES_SHOWN = 100 };

static int list_issues(struct command_line *line, struct op *op)
{
    struct bulletin_issue *issues;
    size_t count;
    bool more;
    if (bulletin_issues(op, STR_NONE, 0, ISSUES_SHOWN, &issues, &count, &more) != OK)
        return command_fail(line);
    for (size_t i = 0; i < count; i++)
        printf("%.*s-%.*s  %.10s  %.*s\n", STR_ARGS(issues[i].bulletin), STR_ARGS(issues[i].number),
            zone_instant_text(op, issues[i].at_ms).data,
            STR_ARGS(name2_in(issues[i].title, line->lang)));
    return EXIT_DONE;
}

static void print_step(bool ok, const char *text)
{
    printf("%s %s\n", ok ? "✓" : "✗", text);
}

static void print_number(struct command_line *line, const struct bulletin_number_check *n)
{
    bool zh = command_zh(line);
    str title = name2_in(n->title, line->lang);
    const char *form = n->verdict == BULLETIN_SAME
        ? (zh ? "✓ %.*s:%.*s,重新计算结果相同\n" : "✓ %.*s: %.*s, computed again and the same\n")
        : n->verdict == BULLETIN_SEALED
        ? (zh ? "– %.*s:%.*s,统计对象不保留过去的样子,不能重新计算,由内容摘要证明\n"
              : "– %.*s: %.*s, cannot be computed again; proved by the digest of the content\n")
        : (zh ? "✗ %.*s:发布时为 %.*s,按当时的记录重新计算为 %.*s(%.*s 不符)\n"
              : "✗ %.*s: published as %.*s, computed again %.*s (%.*s differs)\n");
    if (n->verdict == BULLETIN_DIFFERS)
        printf(form, STR_ARGS(title), STR_ARGS(n->was), STR_ARGS(n->now), STR_ARGS(n->why));
    else
        printf(form, STR_ARGS(title), STR_ARGS(n->was));
}

static int verify_issue(struct command_line *line, struct op *op, const struct bulletin_issue *i)
{
    struct bulletin_check k;
    bool zh = command_zh(line);
    if (bulletin_check(op, i, &k) != OK)
        return command_fail(line);
    print_step(k.sealed, zh ? "内容与日志中登记的摘要一致" : "the content has the digest that the journal names");
    print_step(k.included, zh ? "发布事件在签名的日志中" : "its publication stands in the signed journal");
    for (size_t n = 0; n < k.number_count; n++)
        print_number(line, &k.numbers[n]);
    printf(zh ? "%s 核对记录版本 %lld 个,与日志不符 %lld 个\n"
              : "%s %lld versions of records held against the journal, %lld differ\n",
        k.records_changed ? "✗" : "✓", (long long)k.records_checked, (long long)k.records_changed);
    printf("\n%s\n",
        k.holds ? (zh ? "结论:本期通报由当时在册的记录算出。" : "The issue was computed from what was on record.")
                : (zh ? "结论:本期通报与在册记录不符。" : "The issue does NOT agree with what was on record."));
    return k.holds ? EXIT_DONE : EXIT_FAULT;
}

static int with_issue(struct command_line *line, struct op *op, const char *action, const char *name)
{
    struct bulletin_issue issue;
    if (bulletin_issue_named(op, str_from(name), &issue) != OK)
        return command_fail(line);
    if (strcmp(action, "verify") == 0)
        return verify_issue(line, op, &issue);
    printf("%.*s\n", STR_ARGS(issue.content));
    return EXIT_DONE;
}

int command_bulletin(struct command_line *line)
{
    const char *data_dir = NULL, *words[2] = { NULL, NULL };
    const struct option_spec specs[] = { { "--data", &data_dir, NULL } };
    size_t count;
    struct zone *z;
    struct diag_list faults;
    if (!command_options(line, specs, 1, words, 2, &count))
        return EXIT_USAGE;
    bool lists = count == 1 && strcmp(words[0], "list") == 0;
    bool one = count == 2 && (strcmp(words[0], "show") == 0 || strcmp(words[0], "verify") == 0);
    if (!data_dir || (!lists && !one))
        return command_usage(line);
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = { .sys = line->sys, .data_dir = data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    int status = EXIT_FAULT;
    if (store_read_begin(z->store, &op.conn, op.diag) != OK)
        status = command_fail(line);
    else {
        status = lists ? list_issues(line, &op) : with_issue(line, &op, words[0], words[1]);
        store_read_end(op.conn);
    }
    zone_close(z);
    return status;
}
