/*
 * junma licence: what a licence is worth, without a server's pages.
 *
 *     junma licence verify FILE --data DIR     a PDF, or a text with a code, a credential, a number
 *     junma licence authority --data DIR       the zone's root certificate (PEM), for readers to
 * trust
 *
 * The data folder is read only, beside a running server too; nothing is recorded. Exit status 0:
 * valid; 1: anything else.
 */
#include "command/all.h"
#include "seal/seal.h"
#include "zone/licence.h"

#include <string.h>

enum { FILE_BYTES_MAX = 8 * 1024 * 1024 };

static enum err judge(
    struct command_line *line, struct zone *z, str content, struct licence_verdict *v)
{
    struct licence_evidence evidence;
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    TRY(str_starts(content, STR("%PDF-")) || !str_is_utf8(content)
            ? licence_examine_pdf(&op, content, &evidence)
            : licence_examine(&op, content, &evidence));
    TRY(store_read_begin(z->store, &op.conn, &line->diag));
    enum err e = licence_judge(&op, &evidence, v);
    store_read_end(op.conn);
    return e;
}

static void print_licence(struct command_line *line, const struct licence *l)
{
    bool zh = command_zh(line);
    struct name2 name = l->type ? l->type->name : (struct name2){ l->type_code, l->type_code };
    printf("%.*s\n%.*s\n%.*s\n", STR_ARGS(zh ? name.zh : name.en), STR_ARGS(l->holder_name),
        STR_ARGS(l->identifier));
    printf("%.*s – %.*s\n", STR_ARGS(l->valid_from),
        STR_ARGS(l->valid_to.bytes ? l->valid_to
                : zh               ? STR("长期")
                                   : STR("no end")));
}

static int verify(struct command_line *line, struct zone *z, const char *path)
{
    str content;
    struct licence_verdict v;
    const struct sys *sys = line->sys;
    if (sys->file_read(sys->ctx, line->arena, path, FILE_BYTES_MAX, &content, &line->diag) != OK
        || judge(line, z, content, &v) != OK)
        return command_fail(line);
    bool good = v.finding == LICENCE_FOUND && v.licence.status == LICENCE_VALID;
    printf("%s %.*s (%s)\n", good ? "✓" : "✗", STR_ARGS(command_zh(line) ? v.text.zh : v.text.en),
        licence_verdict_word(&v));
    if (v.licence.id && v.finding != LICENCE_STALE)
        print_licence(line, &v.licence);
    return good ? EXIT_DONE : EXIT_FAULT;
}

static int authority(struct command_line *line, const struct zone *z)
{
    if (!z->seal) {
        diag_set(&line->diag, ERR_NOT_FOUND, "数据目录中没有电子印章",
            "there is no seal in the data folder");
        return command_fail(line);
    }
    printf("%.*s", STR_ARGS(seal_authority(z->seal)));
    return EXIT_DONE;
}

int command_licence(struct command_line *line)
{
    const char *data_dir = NULL, *words[2] = { NULL, NULL };
    size_t count;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--data", &data_dir, NULL } };
    if (!command_options(line, specs, 1, words, 2, &count))
        return EXIT_USAGE;
    bool file = count == 2 && strcmp(words[0], "verify") == 0;
    bool root = count == 1 && strcmp(words[0], "authority") == 0;
    if (!data_dir || (!file && !root))
        return command_usage(line);
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = { .sys = line->sys, .data_dir = data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = file ? verify(line, z, words[1]) : authority(line, z);
    zone_close(z);
    return status;
}
