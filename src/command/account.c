/*
 * junma account: accounts by the command line, for the first administrator of a zone and for the
 * day nobody can sign in any more. While the server runs, an administrator does the same in the
 * web.
 *
 *     account add LOGIN --role R --name N [--unit U] [--enterprise CREDITCODE] [--password-file F]
 *     account list | disable LOGIN | enable LOGIN | reset LOGIN [--password-file F]
 *
 * The password comes from the file, or as one line from standard input; never from the command
 * line, where other users of the machine could read it. Each change is journalled as done by the
 * system. The data folder must be free: one process writes to it at a time.
 */
#include "command/all.h"
#include "zone/access.h"
#include "zone/register.h"

#include <string.h>
#include <unistd.h>

enum { LIST_MAX = 10000 };

struct managing {
    const char *zone_dir, *data_dir, *role, *name, *unit, *enterprise, *password_file;
    const char *verb, *login;
    struct account_input in;
    int64_t id;
};

static str without_line_end(str s)
{
    while (s.bytes && (s.data[s.bytes - 1] == '\n' || s.data[s.bytes - 1] == '\r'))
        s.bytes--;
    return s;
}

static enum err read_password(struct command_line *line, struct managing *m)
{
    char typed[ACCESS_PASSWORD_BYTES_MAX + 3];
    str text = STR_NONE;
    const struct sys *sys = line->sys;
    if (m->password_file) {
        TRY(sys->file_read(sys->ctx, line->arena, m->password_file, 4096, &text, &line->diag));
    } else {
        if (isatty(STDIN_FILENO))
            fprintf(stderr, command_zh(line) ? "请输入密码(一行):" : "password (one line): ");
        if (fgets(typed, sizeof typed, stdin))
            text = str_copy(line->arena, str_from(typed));
    }
    m->in.password = without_line_end(text);
    if (!m->in.password.bytes)
        return diag_set(&line->diag, ERR_INVALID,
            "没有读到密码:用 --password-file 指明文件,或从标准输入给出一行",
            "no password was read: name a file with --password-file, or give one line on standard "
            "input");
    return diag_arena(&line->diag, line->arena);
}

/* ---- what each verb writes ---- */

static enum err find(struct op *op, struct managing *m)
{
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT id FROM account WHERE zone = $1 AND login = $2", S_TEXT(op->zone->code),
        S_TEXT(str_from(m->login)));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "没有登录名为 %s 的账号",
            "there is no account with the login %s", m->login);
    TRY(e);
    m->id = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

/* The register that the applicants of some system stand in; the first that has one. */
static str applicants(const struct pack *p)
{
    for (size_t i = 0; i < p->system_count; i++)
        if (p->systems[i].applicant.bytes)
            return p->systems[i].applicant;
    return STR_NONE;
}

static enum err add(struct op *op, void *ctx)
{
    struct managing *m = ctx;
    if (m->enterprise) {
        struct record record;
        enum err e =
            record_by_key(op, applicants(zone_pack(op->zone)), str_from(m->enterprise), &record);
        if (e == ERR_NOT_FOUND)
            return diag_set(op->diag, e, "企业库中没有 %s", "the register of enterprises has no %s",
                m->enterprise);
        TRY(e);
        m->in.enterprise_id = record.id;
    }
    return account_create(op, &m->in, &m->id);
}

static enum err disable(struct op *op, void *ctx)
{
    struct managing *m = ctx;
    TRY(find(op, m));
    return account_disable(op, m->id, strcmp(m->verb, "disable") == 0);
}

static enum err reset(struct op *op, void *ctx)
{
    struct managing *m = ctx;
    TRY(find(op, m));
    return account_reset(op, m->id, m->in.password);
}

/* ---- the list ---- */

static int list(struct command_line *line, struct op *op)
{
    struct account *accounts;
    size_t count;
    bool zh = command_zh(line);
    if (store_read_begin(op->zone->store, &op->conn, op->diag) != OK)
        return command_fail(line);
    enum err e = account_list(op, &(struct account_filter){ .limit = LIST_MAX }, &accounts, &count);
    store_read_end(op->conn);
    if (e != OK)
        return command_fail(line);
    for (size_t i = 0; i < count; i++)
        printf("%-20.*s %-10.*s %-10.*s %-8s %.*s\n", STR_ARGS(accounts[i].login),
            STR_ARGS(accounts[i].role), STR_ARGS(accounts[i].unit),
            accounts[i].disabled ? (zh ? "停用" : "disabled") : (zh ? "在用" : "active"),
            STR_ARGS(accounts[i].name));
    return EXIT_DONE;
}

/* ---- the door ---- */

static int write_verb(struct command_line *line, struct managing *m, struct op *op)
{
    zone_fn fn = strcmp(m->verb, "add") == 0 ? add
        : strcmp(m->verb, "reset") == 0      ? reset
                                             : disable;
    if (fn != disable && read_password(line, m) != OK)
        return command_fail(line);
    if (zone_write(op, fn, m) != OK)
        return command_fail(line);
    bool zh = command_zh(line);
    const char *done = fn == add ? (zh ? "已建立" : "added")
        : fn == reset ? (zh ? "密码已重设,已登录的会话已结束" : "password set, sessions ended")
        : m->verb[0] == 'd' ? (zh ? "已停用" : "disabled")
                            : (zh ? "已启用" : "enabled");
    printf("%s: %s\n", m->login, done);
    return EXIT_DONE;
}

/* The store has said which process uses the folder. */
static int open_failed(struct command_line *line, const struct diag_list *faults)
{
    bool busy = line->diag.err == ERR_BUSY;
    int status = command_faults(line, faults);
    if (busy)
        fprintf(stderr, "%s\n",
            command_zh(line)
                ? "服务运行时,由管理员在网页上管理账号。"
                : "While the server runs, an administrator manages accounts in the web.");
    return status;
}

static bool words_fit(const struct managing *m, size_t words)
{
    static const char *const verbs[] = { "add", "disable", "enable", "reset" };
    if (words == 1)
        return strcmp(m->verb, "list") == 0;
    for (size_t i = 0; words == 2 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(m->verb, verbs[i]) == 0)
            return i > 0 || (m->role && m->name);
    return false;
}

int command_account(struct command_line *line)
{
    struct managing m = { 0 };
    const char *words[2] = { NULL, NULL };
    size_t count;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--zone", &m.zone_dir, NULL },
        { "--data", &m.data_dir, NULL }, { "--role", &m.role, NULL }, { "--name", &m.name, NULL },
        { "--unit", &m.unit, NULL }, { "--enterprise", &m.enterprise, NULL },
        { "--password-file", &m.password_file, NULL } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, words, 2, &count))
        return EXIT_USAGE;
    m.verb = words[0];
    m.login = words[1];
    if (!m.data_dir || !words_fit(&m, count))
        return command_usage(line);
    m.in = (struct account_input){ .login = str_from(m.login),
        .name = str_from(m.name),
        .role = str_from(m.role),
        .unit = str_from(m.unit) };
    bool look = strcmp(m.verb, "list") == 0;
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = { .sys = line->sys,
        .data_dir = m.data_dir,
        .pack_dir = look ? NULL : m.zone_dir,
        .read_only = look,
        .create = !look && m.zone_dir };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return open_failed(line, &faults);
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    int status = look ? list(line, &op) : write_verb(line, &m, &op);
    zone_close(z);
    return status;
}
