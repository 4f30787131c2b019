/*
 * junma sample: fills a new data folder with made-up enterprises, accounts and requests, all through
 * the same functions that the server uses, so that every record, deadline and journal leaf is what
 * real work would have left behind.
 */
#include "base/check.h"
#include "command/all.h"
#include "command/sample.h"

static const char password[] = "Junma-2026";

struct making {
    struct command_line *line;
    struct zone *zone;
    struct sample_random random;
    int64_t enterprises, requests;
};

static enum err make_accounts(struct op *op)
{
    static const struct { const char *login, *name, *role, *unit; } accounts[] = {
        { "shouchu1", "收处一号", "officer", "CENTRE" }, { "jingfa1", "经发一号", "handler", "ECO" },
        { "admin", "系统管理员", "admin", "IT" } };
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        int64_t id;
        struct account_input in = { .login = str_from(accounts[i].login), .name = str_from(accounts[i].name),
            .role = str_from(accounts[i].role), .unit = str_from(accounts[i].unit), .password = str_from(password), .sample = true };
        TRY(account_create(op, &in, &id));
    }
    return OK;
}

static enum err make_enterprise(struct op *op, struct making *m, int64_t n, int64_t *id)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[18] = "91360108";
    struct diag_list faults;
    for (int i = 8; i < 17; i++)
        code[i] = alphabet[sample_below(&m->random, 31)];
    code[17] = credit_code_check((str){ code, 17 });
    diag_list_init(&faults, op->arena, 8);
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(data, "credit_code", (str){ code, 18 });
    json_set_str(data, "name", str_printf(op->arena, "示例第%lld制造有限公司", (long long)n + 1));
    json_set_str(data, "industry", STR("3670"));
    *id = 0;
    return record_put(op, STR("enterprise"), id, data, STR("sample"), &faults);
}

static enum err make_request(struct op *op, int64_t enterprise)
{
    struct diag_list faults;
    struct case_created made;
    diag_list_init(&faults, op->arena, 8);
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(data, "topic", STR("power"));
    json_set_str(data, "title", STR("厂区下午频繁跳闸"));
    json_set_str(data, "content", STR("近一周每天下午两点左右跳闸,影响生产,希望尽快检修。"));
    json_set_str(data, "urgency", STR("normal"));
    json_set_str(data, "contact_name", STR("张示例"));
    json_set_str(data, "contact_phone", STR("13800000000"));
    struct case_input in = { .kind = STR("request"), .channel = STR("web"), .data = data, .enterprise_id = enterprise, .faults = &faults };
    return case_create(op, &in, &made);
}

static enum err make_all(struct op *op, void *ctx)
{
    struct making *m = ctx;
    TRY(make_accounts(op));
    int64_t id = 0;
    for (int64_t i = 0; i < m->enterprises; i++)
        TRY(make_enterprise(op, m, i, &id));
    for (int64_t i = 0; i < m->requests; i++)
        TRY(make_request(op, id));
    return OK;
}

int command_sample(struct command_line *line)
{
    const char *zone_dir = NULL, *data_dir = NULL, *enterprises = NULL, *requests = NULL, *seed = NULL;
    struct making m = { .line = line, .enterprises = 20, .requests = 20 };
    int64_t seed_number = 1;
    size_t words;
    const struct option_spec specs[] = { { "--zone", &zone_dir, NULL }, { "--data", &data_dir, NULL },
        { "--enterprises", &enterprises, NULL }, { "--requests", &requests, NULL }, { "--seed", &seed, NULL } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, NULL, 0, &words)
        || !command_number(line, "--enterprises", enterprises, 1, 100000, &m.enterprises)
        || !command_number(line, "--requests", requests, 0, 1000000, &m.requests)
        || !command_number(line, "--seed", seed, 0, INT64_MAX, &seed_number))
        return EXIT_USAGE;
    if (!zone_dir || !data_dir)
        return command_usage(line);
    m.random.state = (uint64_t)seed_number;
    struct diag_list faults;
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = { .sys = line->sys, .data_dir = data_dir, .pack_dir = zone_dir, .create = true };
    if (zone_open(&options, &m.zone, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    struct op op = { .zone = m.zone, .arena = line->arena, .actor = &actor_system, .now_ms = sys_now_ms(line->sys), .diag = &line->diag };
    enum err e = zone_write(&op, make_all, &m);
    zone_close(m.zone);
    return e == OK ? EXIT_DONE : command_fail(line);
}
