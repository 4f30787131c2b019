/*
 * junma serve: opens the zone, serves it until asked to stop (SIGINT, SIGTERM), then lets requests
 * under way finish. Ends with an address that can be opened, and for a synthetic zone with the
 * accounts that can be tried.
 */
#include "api/api.h"
#include "command/all.h"
#include "command/command.h"
#include "zone/access.h"
#include "zone/packs.h"
#include "zone/promise.h"
#include "zone/worker.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>

enum {
    STOP_MS = 10000,
    TICK_S = 1,
    WRITES_A_SECOND = 50, /* of one session: far more than hands can do */
};

struct serving {
    const char *zone_dir, *data_dir, *web_dir, *address, *port, *proxy, *write_limit,
        *services_file;
    bool secure_cookie, access_log;
    struct zone *zone;
    struct api *api;
    const struct services *services;
    struct worker *worker;
    sigset_t signals; /* that ask it to stop */
};

static void log_line(void *ctx, str line)
{
    (void)ctx;
    fprintf(stderr, "%.*s\n", STR_ARGS(line));
}

static void tell_accounts(struct command_line *line, struct serving *s)
{
    struct account *accounts;
    size_t count;
    struct op op = { .zone = s->zone,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    struct account_filter f = { .active_only = true, .samples_only = true, .limit = 8 };
    if (!zone_pack(s->zone)->zone.synthetic
        || store_read_begin(s->zone->store, &op.conn, &line->diag) != OK)
        return;
    if (account_list(&op, &f, &accounts, &count) == OK && count) {
        printf(command_zh(line) ? "示例账号(口令均为 Junma-2026):\n"
                                : "sample accounts (password Junma-2026):\n");
        for (size_t i = 0; i < count; i++)
            printf("  %-14.*s %.*s\n", STR_ARGS(accounts[i].login), STR_ARGS(accounts[i].name));
    }
    store_read_end(op.conn);
}

/* The folder holds something else than what is in use: not silently. */
static void tell_folder(struct command_line *line, struct serving *s)
{
    str version;
    struct op op = { .zone = s->zone, .arena = line->arena, .diag = &line->diag };
    if (store_read_begin(s->zone->store, &op.conn, &line->diag) != OK)
        return;
    enum zone_folder_state state = zone_folder(&op, &version);
    store_read_end(op.conn);
    const char *used = zone_pack(s->zone)->version;
    if (state == ZONE_FOLDER_OLDER)
        fprintf(stderr,
            command_zh(line)
                ? "配置:使用页面上启用的版本 %.12s;%s 中仍是先前的版本 %.12s\n"
                : "pack: version %.12s, put into use on the pages; %s holds the former one, %.12s\n",
            used, s->zone_dir, version.data);
    if (state == ZONE_FOLDER_CHANGED)
        fprintf(stderr,
            command_zh(line)
                ? "注意:%2$s 中的配置(版本 %3$.12s)改过,但使用的是页面上启用的版本 %1$.12s。"
                  "要用文件夹里的,请在“配置 → 版本”页面上启用,或停止服务后运行 junma pack deploy\n"
                : "note: the pack in %2$s was changed (version %3$.12s), but version %1$.12s is in"
                  " use, put into use on the pages. To use the folder's, take it into use under Pack,"
                  " Versions, or stop the server and run junma pack deploy\n",
            used, s->zone_dir, version.data);
}

/* Waits for a signal; ticks meanwhile. */
static void run_until_asked(struct serving *s)
{
    const struct timespec tick = { .tv_sec = TICK_S };
    while (sigtimedwait(&s->signals, NULL, &tick) < 0)
        api_tick(s->api);
}

/* Secrets lie in it: a file that others can read is refused. */
static enum err read_services(struct command_line *line, struct serving *s)
{
    struct stat st;
    str text;
    const char *path = s->services_file;
    if (!path)
        return OK;
    TRY(line->sys->file_read(
        line->sys->ctx, line->arena, path, SERVICES_BYTES_MAX, &text, &line->diag));
    if (stat(path, &st) == 0 && (st.st_mode & 077)) {
        diag_at(&line->diag, path, 0, 0);
        return diag_set(&line->diag, ERR_INVALID,
            "服务配置含有密钥,不能让他人读取;请执行 chmod 600 %s",
            "the services' configuration holds secrets and must not be readable by others: chmod "
            "600 %s",
            path);
    }
    return services_read(line->arena, text, path, &s->services, &line->diag);
}

/* Deadlines are right before anybody is told of one. */
static bool count_by_calendar(struct command_line *line, struct serving *s)
{
    struct recount r;
    struct op op = { .zone = s->zone,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    if (promises_recount_changed(&op, &r) != OK)
        return false;
    if (r.move_count)
        printf(command_zh(line)
                ? "工作日历有变,重新计算期限 %lld 项,变动 %zu 项\n"
                : "the calendar has changed: %lld deadlines counted again, %zu moved\n",
            (long long)r.looked, r.move_count);
    return true;
}

static int serve_zone(
    struct command_line *line, struct serving *s, int64_t port, int64_t write_limit)
{
    struct api_options options = { .zone = s->zone,
        .address = s->address,
        .port = (uint16_t)port,
        .web_dir = s->web_dir,
        .trusted_proxy = s->proxy,
        .secure_cookie = s->secure_cookie,
        .write_limit = (unsigned)write_limit,
        .services = s->services,
        .log = s->access_log ? log_line : NULL };
    const struct worker_options work = { .zone = s->zone, .services = s->services, .alone = true };
    /* The worker is known before requests stir it, and works when there is somebody to serve. */
    if (!count_by_calendar(line, s) || worker_create(&s->worker, &work, &line->diag) != OK
        || api_create(&s->api, &options, &line->diag) != OK
        || worker_start(s->worker, &line->diag) != OK) {
        if (s->api)
            api_stop(s->api, 0);
        worker_destroy(s->worker);
        api_destroy(s->api);
        return command_fail(line);
    }
    tell_accounts(line, s);
    tell_folder(line, s);
    printf(command_zh(line) ? "骏马已启动,请打开 http://%s:%u/\n"
                            : "Junma is up: open http://%s:%u/\n",
        s->address ? s->address : "127.0.0.1", api_port(s->api));
    fflush(stdout);
    run_until_asked(s);
    api_stop(s->api, STOP_MS);
    worker_destroy(s->worker);
    api_destroy(s->api);
    return EXIT_DONE;
}

int command_serve(struct command_line *line)
{
    struct serving s = { 0 };
    int64_t port = 8080, write_limit = WRITES_A_SECOND;
    size_t words;
    const struct option_spec specs[] = { { "--zone", &s.zone_dir, NULL },
        { "--data", &s.data_dir, NULL }, { "--web", &s.web_dir, NULL },
        { "--address", &s.address, NULL }, { "--port", &s.port, NULL },
        { "--trusted-proxy", &s.proxy, NULL }, { "--write-limit", &s.write_limit, NULL },
        { "--services", &s.services_file, NULL }, { "--secure-cookie", NULL, &s.secure_cookie },
        { "--access-log", NULL, &s.access_log } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, NULL, 0, &words)
        || !command_number(line, "--port", s.port, 0, 65535, &port)
        || !command_number(line, "--write-limit", s.write_limit, 0, 1000000, &write_limit))
        return EXIT_USAGE;
    if (!s.zone_dir || !s.data_dir)
        return command_usage(line);
    if (read_services(line, &s) != OK)
        return command_fail(line);
    struct diag_list faults;
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    struct zone_options options = {
        .sys = line->sys, .data_dir = s.data_dir, .pack_dir = s.zone_dir, .create = true
    };
    /* Before threads are made, that of the store among them: they inherit it, and none of them dies
     * of a signal that the main thread is not waiting for at the moment. */
    sigemptyset(&s.signals);
    sigaddset(&s.signals, SIGINT);
    sigaddset(&s.signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &s.signals, NULL);
    if (zone_open(&options, &s.zone, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = serve_zone(line, &s, port, write_limit);
    zone_close(s.zone);
    return status;
}
