/*
 * junma pack: the versions of a zone's pack, for a zone whose definitions are kept in git.
 *
 *     junma pack list --data DIR                                 what was in use, newest first
 *     junma pack export FOLDER [--version V] --data DIR          a version's files into a new
 * folder junma pack deploy FOLDER --reason TEXT --data DIR          a folder's pack into use
 *
 * list and export work beside a running server. deploy needs the data folder for itself; while the
 * server runs, an administrator takes the folder's version into use on the pages.
 */
#include "command/all.h"
#include "zone/packs.h"

#include <string.h>

enum { LIST_LIMIT = PACK_USES_MAX };

struct packing {
    const char *verb, *folder, *data_dir, *version, *reason;
    struct diag_list faults;
};

/* ---- list ---- */

static const char *origin_word(str origin, bool zh)
{
    if (str_is(origin, "draft"))
        return zh ? "草稿" : "draft";
    if (str_is(origin, "version"))
        return zh ? "改回" : "back";
    return zh ? "文件夹" : "folder";
}

static enum err list(struct command_line *line, struct op *op)
{
    struct pack_use *uses;
    size_t count;
    bool more, zh = command_zh(line);
    TRY(pack_uses(op, 0, LIST_LIMIT, &uses, &count, &more));
    for (size_t i = 0; i < count; i++)
        printf("%c %.*s  %.12s  %-8s %.*s  %.*s\n", i ? ' ' : '*',
            STR_ARGS(str_slice(zone_instant_text(op, uses[i].at_ms), 0, 16)), uses[i].version.data,
            origin_word(uses[i].origin, zh), STR_ARGS(uses[i].actor), STR_ARGS(uses[i].reason));
    return OK;
}

/* ---- export ---- */

/* The whole version that begins so; the one in use when nothing is asked for. */
static enum err find_version(struct op *op, const char *asked, str *out)
{
    struct store_rows rows;
    if (!asked) {
        *out = str_from(zone_pack(op->zone)->version);
        return OK;
    }
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT version FROM pack_version WHERE zone = $1 AND substr(version, 1, $3) = $2 LIMIT 2",
        S_TEXT(op->zone->code), S_TEXT(str_from(asked)), S_INT((int64_t)strlen(asked))));
    size_t found = 0;
    for (bool there = true; there; found += there) {
        TRY(store_next(&rows, &there, op->diag));
        if (there)
            *out = str_copy(op->arena, store_text(&rows, 0));
    }
    if (found == 1)
        return diag_arena(op->diag, op->arena);
    return diag_set(op->diag, found ? ERR_INVALID : ERR_NOT_FOUND,
        found ? "以 %s 开头的版本不止一个,请多写几位" : "没有以 %s 开头的版本",
        found ? "more than one version begins with %s; write more of it"
              : "no version begins with %s",
        asked);
}

static enum err folder_is_new(struct command_line *line, const char *folder)
{
    struct diag none = { 0 };
    str *names;
    size_t count;
    const struct sys *sys = line->sys;
    if (sys->dir_list(sys->ctx, line->arena, folder, &names, &count, &none) != OK || !count)
        return OK;
    diag_at(&line->diag, folder, 0, 0);
    return diag_set(&line->diag, ERR_CONFLICT, "这个文件夹里已有内容,请导出到新的文件夹",
        "this folder is not empty; export into a new one");
}

static enum err write_files(struct command_line *line, const struct pack *p, const char *folder)
{
    const struct sys *sys = line->sys;
    for (size_t i = 0; i < p->file_count; i++) {
        str path = str_printf(line->arena, "%s/%.*s", folder, STR_ARGS(p->files[i].path));
        TRY(diag_arena(&line->diag, line->arena));
        const char *slash = strrchr(path.data, '/');
        str parent = str_slice(path, 0, (size_t)(slash - path.data));
        const char *above = str_terminated(line->arena, parent);
        TRY(diag_arena(&line->diag, line->arena));
        TRY(sys->dir_create(sys->ctx, above, &line->diag));
        TRY(sys->file_write(sys->ctx, path.data, p->files[i].text, &line->diag));
    }
    return OK;
}

static enum err export_version(struct command_line *line, struct op *op, struct packing *k)
{
    const struct pack *p;
    str version;
    TRY(find_version(op, k->version, &version));
    TRY(zone_pack_version(op, version, &p));
    TRY(folder_is_new(line, k->folder));
    TRY(write_files(line, p, k->folder));
    printf(command_zh(line) ? "版本 %.12s 的 %zu 个文件已写入 %s\n"
                            : "version %.12s: %zu files written to %s\n",
        p->version, p->file_count, k->folder);
    return OK;
}

/* ---- deploy ---- */

struct deploying {
    struct pack_deployment p;
    struct diag_list *faults;
    int64_t use;
};

static enum err deploy_work(struct op *op, void *ctx)
{
    struct deploying *d = ctx;
    return pack_deploy(op, &d->p, d->faults, &d->use);
}

static enum err deploy(struct command_line *line, struct op *op, struct packing *k)
{
    struct loaded_pack *l = NULL;
    TRY(pack_read_folder(op->zone, k->folder, &k->faults, &l, op->diag));
    const struct pack *p = pack_of(l);
    struct deploying d = {
        .p = { .pack = p, .origin = STR("folder"), .reason = str_from(k->reason) },
        .faults = &k->faults
    };
    zone_folder_is(op->zone, str_from(p->version)); /* from here on the folder leads */
    enum err e = zone_write(op, deploy_work, &d);
    if (e != OK) {
        pack_drop(l);
        return e;
    }
    p = pack_take(op->zone, l, d.use);
    printf(command_zh(line) ? "已启用版本 %.12s\n" : "version %.12s is in use\n", p->version);
    return OK;
}

/* ---- the door ---- */

static enum err look(struct command_line *line, struct op *op, struct packing *k)
{
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = k->folder ? export_version(line, op, k) : list(line, op);
    store_read_end(op->conn);
    return e;
}

static int run(struct command_line *line, struct packing *k, bool writes)
{
    struct zone *z;
    struct zone_options options = {
        .sys = line->sys, .data_dir = k->data_dir, .read_only = !writes
    };
    if (zone_open(&options, &z, &k->faults, &line->diag) != OK) {
        bool busy = line->diag.err == ERR_BUSY;
        int status = command_faults(line, &k->faults);
        if (busy)
            fprintf(stderr, "%s\n",
                command_zh(line)
                    ? "服务运行时,由管理员在“配置 → 版本”页面上启用文件夹里的版本。"
                    : "While the server runs, an administrator takes the folder's version into use"
                      " under Pack, Versions.");
        return status;
    }
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    enum err e = writes ? deploy(line, &op, k) : look(line, &op, k);
    zone_close(z);
    return e == OK ? EXIT_DONE : command_faults(line, &k->faults);
}

int command_pack(struct command_line *line)
{
    struct packing k = { 0 };
    const char *words[2] = { NULL, NULL };
    size_t count;
    const struct option_spec specs[] = { { "--data", &k.data_dir, NULL },
        { "--version", &k.version, NULL }, { "--reason", &k.reason, NULL } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, words, 2, &count))
        return EXIT_USAGE;
    k.verb = words[0];
    k.folder = words[1];
    bool lists = count == 1 && strcmp(k.verb, "list") == 0;
    bool exports = count == 2 && strcmp(k.verb, "export") == 0;
    bool deploys = count == 2 && strcmp(k.verb, "deploy") == 0 && k.reason;
    if (!k.data_dir || !(lists || exports || deploys))
        return command_usage(line);
    diag_list_init(&k.faults, line->arena, PACK_FAULTS_MAX);
    return run(line, &k, deploys);
}
