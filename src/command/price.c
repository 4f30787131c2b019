/*
 * junma price: what a clause of a policy would cost, from a data folder that a server may be using.
 *
 *     junma price CLAUSE --data DIR [--day YYYY-MM-DD] [--set PARAMETER=VALUE[,…]] [--rule FILE.dmn] [--json]
 *
 * --rule prices the clause's decision as another file has it, --set takes other parameters than those in
 * force; with either of them the difference to the rule in use is told too. Without CLAUSE the clauses
 * are listed. Nothing is stored.
 */
#include "command/all.h"
#include "zone/policy.h"

#include <string.h>

enum { NEAR_SHOWN = 10, GROUPS_SHOWN = 8 };

struct pricing {
    const char *data_dir, *day, *set, *rule;
    bool json;
    const struct pack_clause *clause, *now;
    int64_t on;
    struct policy_price price, before;
    struct policy_difference difference;
    bool compared;
    int64_t read_us;
};

static str say(const struct command_line *line, struct name2 n)
{
    return name2_in(n, line->lang);
}

static void print_yuan(int64_t fen)
{
    printf("%s%lld.%02lld", fen < 0 ? "-" : "", (long long)(fen < 0 ? -fen : fen) / 100,
        (long long)(fen < 0 ? -fen : fen) % 100);
}

static int list_clauses(struct command_line *line, const struct pack *p)
{
    for (size_t i = 0; i < p->policy_count; i++)
        for (size_t k = 0; k < p->policies[i].clause_count; k++) {
            const struct pack_clause *c = &p->policies[i].clauses[k];
            str title = say(line, c->title);
            printf("%.*s\t%.*s\n", STR_ARGS(c->code), STR_ARGS(title));
        }
    return EXIT_DONE;
}

/* ---- what is priced ---- */

static enum err read_rule(struct command_line *line, struct pricing *p, const struct pack *pack)
{
    struct dmn_model *m = NULL;
    struct diag_list faults;
    struct pack_clause *c = ARENA_NEW(line->arena, struct pack_clause);
    str xml;
    diag_list_init(&faults, line->arena, 1);
    p->now = p->clause;
    if (!p->rule)
        return OK;
    TRY(diag_arena(&line->diag, line->arena));
    TRY(line->sys->file_read(
        line->sys->ctx, line->arena, p->rule, DMN_FILE_BYTES_MAX, &xml, &line->diag));
    enum err e = dmn_load(line->arena, str_from(p->rule), xml, &m, &faults);
    if (e != OK) {
        if (faults.count)
            line->diag = *faults.items[0];
        return e;
    }
    TRY(pack_clause_with(line->arena, pack, p->clause, m, c, &line->diag));
    p->now = c;
    return OK;
}

static enum err set_one(
    struct command_line *line, struct policy_facts *f, str name, str value)
{
    for (size_t i = 0; i < f->clause->parameter_count; i++) {
        feel_value *to = &f->given[f->clause->fact_count + i].value;
        if (!str_equal(f->clause->parameters[i]->code, name))
            continue;
        if (feel_number_parse(value, to))
            return OK;
        return diag_set(&line->diag, ERR_INVALID, "“%.*s”不是数", "\"%.*s\" is no number",
            STR_ARGS(value));
    }
    return diag_set(&line->diag, ERR_INVALID, "这条规则没有参数“%.*s”",
        "the rule has no parameter \"%.*s\"", STR_ARGS(name));
}

static enum err set_values(struct command_line *line, struct pricing *p, struct policy_facts *f)
{
    str rest = str_from(p->set), part, name;
    while (p->set && str_split(&rest, ',', &part)) {
        str value = part;
        if (!str_split(&value, '=', &name) || !value.bytes)
            return diag_set(&line->diag, ERR_USAGE, "--set 应写作 参数=值[,参数=值]",
                "--set reads PARAMETER=VALUE[,…]");
        TRY(set_one(line, f, name, value));
    }
    return OK;
}

static enum err run(struct command_line *line, struct pricing *p, struct op *op)
{
    struct policy_facts *read, *facts, *old;
    struct policy_asking q = { .clause = p->now, .day = p->on, .labels = true };
    struct arena *room = policy_arena(op);
    TRY(diag_arena(op->diag, op->arena));
    int64_t began = line->sys->monotonic_ns(line->sys->ctx);
    TRY(policy_read_facts(op, room, &q, &read));
    p->read_us = (line->sys->monotonic_ns(line->sys->ctx) - began) / 1000;
    TRY(policy_facts_for(op, room, read, p->now, &facts));
    TRY(set_values(line, p, facts));
    TRY(policy_price(op, room, facts, &p->price));
    p->compared = p->set || p->rule;
    if (!p->compared)
        return OK;
    TRY(policy_facts_for(op, room, read, p->clause, &old));
    TRY(policy_price(op, room, old, &p->before));
    return policy_compare(op, room, &p->before, &p->price, &p->difference);
}

/* ---- telling ---- */

static void print_groups(const struct command_line *line, const struct pricing *p)
{
    for (size_t i = 0; i < p->now->group_count; i++) {
        str title = say(line, p->now->groups[i]->title);
        printf("\n%.*s\n", STR_ARGS(title));
        for (size_t k = 0; k < p->price.group_counts[i] && k < GROUPS_SHOWN; k++) {
            const struct policy_group *g = &p->price.groups[i][k];
            str name = say(line, g->name);
            printf("  %8lld  ", (long long)g->sum.count);
            print_yuan(g->sum.fen);
            printf("  %.*s\n", STR_ARGS(name));
        }
    }
}

static void print_near(const struct command_line *line, const struct pricing *p)
{
    const struct policy_price *r = &p->price;
    if (r->near_count)
        printf("\n%s\n", command_zh(line) ? "只差一个条件" : "one condition short");
    for (size_t i = 0; i < r->near_count && i < NEAR_SHOWN; i++) {
        const struct policy_near *n = &r->near[i];
        struct policy_row row = { .near_input = n->input, .near_rule = n->rule,
            .near_value = n->value, .near_bound = n->bound };
        str gap = policy_gap(line->arena, r->sheet, &row);
        str label = r->facts->labels[n->row];
        str name = say(line, pack_said(dmn_sheet_input_name(r->sheet, (size_t)n->input)));
        printf("  %.*s: %.*s, %s %.*s\n", STR_ARGS(label), STR_ARGS(name),
            command_zh(line) ? "差" : "short by", STR_ARGS(gap));
    }
}

static void print_price(const struct command_line *line, const struct pricing *p)
{
    const struct policy_price *r = &p->price;
    bool zh = command_zh(line);
    str title = say(line, p->now->title);
    printf("%.*s (%lld)\n", STR_ARGS(title), (long long)r->facts->year);
    printf("%s ", zh ? "金额" : "cost");
    print_yuan(r->pays.fen);
    printf(zh ? "\n受益 %lld,不符合 %lld,缺数据 %lld,已兑现或在办 %lld,共 %lld\n"
              : "\n%lld gain, %lld do not qualify, facts missing for %lld, awarded or under way %lld,"
                " of %lld\n",
        (long long)r->pays.count, (long long)r->refused, (long long)r->open, (long long)r->barred,
        (long long)r->rows);
    printf(zh ? "读数 %.1f 毫秒,计算 %.1f 毫秒\n" : "facts read in %.1f ms, computed in %.1f ms\n",
        (double)p->read_us / 1000, (double)r->took_us / 1000);
    if (p->compared) {
        printf(zh ? "与现行规则相比 " : "against the rule in use ");
        print_yuan(p->difference.fen);
        printf(zh ? ":新增 %lld,失去 %lld,增加 %lld,减少 %lld\n"
                  : ": newly gain %lld, no longer %lld, more %lld, less %lld\n",
            (long long)p->difference.gain, (long long)p->difference.lose,
            (long long)p->difference.more, (long long)p->difference.less);
    }
    print_groups(line, p);
    print_near(line, p);
}

static void print_json(const struct command_line *line, const struct pricing *p)
{
    const struct policy_price *r = &p->price;
    json_t *o = json_keep(line->arena, json_object());
    json_set_str(o, "clause", p->now->code);
    json_set_int(o, "year", r->facts->year);
    json_set_int(o, "seen", r->rows);
    json_set_int(o, "count", r->pays.count);
    json_set_int(o, "fen", r->pays.fen);
    json_set_int(o, "refused", r->refused);
    json_set_int(o, "missing", r->open);
    json_set_int(o, "barred", r->barred);
    json_set_int(o, "readUs", p->read_us);
    json_set_int(o, "tookUs", r->took_us);
    if (p->compared) {
        json_set_int(o, "before", p->before.pays.fen);
        json_set_int(o, "gain", p->difference.gain);
        json_set_int(o, "lose", p->difference.lose);
    }
    str text = json_text_sent(line->arena, o);
    printf("%.*s\n", STR_ARGS(text));
}

static int price(struct command_line *line, struct pricing *p, struct zone *z, const char *code)
{
    struct date day;
    struct op op = { .zone = z, .arena = line->arena, .actor = &actor_system, .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    p->clause = pack_clause(zone_pack(z), str_from(code));
    p->on = zone_local_days(z, op.now_ms);
    if (!p->clause) {
        (void)diag_set(&line->diag, ERR_NOT_FOUND, "没有条款“%s”", "there is no clause \"%s\"", code);
        return command_fail(line);
    }
    if (p->day && !date_parse(str_from(p->day), &day)) {
        (void)diag_set(&line->diag, ERR_INVALID, "--day 应为日期,如 2026-03-31",
            "--day must be a date like 2026-03-31");
        return command_fail(line);
    }
    if (p->day)
        p->on = date_to_days(day);
    if (read_rule(line, p, zone_pack(z)) != OK
        || store_read_begin(z->store, &op.conn, op.diag) != OK)
        return command_fail(line);
    enum err e = run(line, p, &op);
    store_read_end(op.conn);
    if (e != OK)
        return command_fail(line);
    if (p->json)
        print_json(line, p);
    else
        print_price(line, p);
    return EXIT_DONE;
}

int command_price(struct command_line *line)
{
    struct pricing p = { 0 };
    const char *code = NULL;
    size_t words;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--data", &p.data_dir, NULL }, { "--day", &p.day, NULL },
        { "--set", &p.set, NULL }, { "--rule", &p.rule, NULL }, { "--json", NULL, &p.json } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &code, 1, &words))
        return EXIT_USAGE;
    if (!p.data_dir)
        return command_usage(line);
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = { .sys = line->sys, .data_dir = p.data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = words ? price(line, &p, z, code) : list_clauses(line, zone_pack(z));
    zone_close(z);
    return status;
}
