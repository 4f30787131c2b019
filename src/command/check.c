/*
 * junma check: every fault of a definition, one a line as FILE:LINE:COLUMN: message, before it is
 * taken into use.
 *
 *     a folder            a pack, checked as a whole
 *     *.bpmn *.dmn        one model
 *     *.json              a form, when it stands alone
 *     another file of a pack (figures, code tables, settings): what the whole pack says about it
 *
 * A file inside a pack's folder is checked with its pack where its meaning depends on it: a figure
 * or a code table alone has none. Nothing is written. Exit status 0: no fault; 1: faults, or it
 * cannot be read. --json: {"ok", "faults": [{"file", "line", "column", "field", "code",
 * "message"}]}.
 */
#include "command/all.h"
#include "pack/pack.h"
#include "zone/case.h"

#include <string.h>

enum { PATH_BYTES_MAX = 4096 };

struct checking {
    const char *path;
    const char *only; /* report faults of this file alone; NULL: all */
    struct diag_list faults;
    size_t found;
    str what; /* for the last line when all is well */
};

static enum err read_file(struct command_line *line, const char *path, size_t bytes_max, str *text)
{
    const struct sys *sys = line->sys;
    enum err e = sys->file_read(sys->ctx, line->arena, path, bytes_max, text, &line->diag);
    if (e == OK && !str_is_utf8(*text)) {
        diag_at(&line->diag, path, 0, 0);
        return diag_set(&line->diag, ERR_SYNTAX, "不是 UTF-8 文本", "this is not UTF-8 text");
    }
    return e;
}

/* ---- the kinds of things ---- */

static enum err check_pack(struct command_line *line, struct checking *c, const char *folder)
{
    struct pack_source source;
    const struct pack *pack = NULL;
    struct pack_options options = { .sys = line->sys, .verbs = verb_words() };
    TRY(pack_source_folder(line->arena, line->sys, folder, &source, &line->diag));
    enum err e = pack_load(line->arena, &source, &options, &pack, &c->faults);
    if (e == OK)
        c->what = str_printf(line->arena,
            command_zh(line) ? " · 版本 %.12s,%zu 个文件" : " · version %.12s, %zu files",
            pack->version, pack->file_count);
    if (e == OK && pack->licence_count && !pack->zone.address.bytes)
        c->what = str_printf(line->arena, "%.*s\n%s", STR_ARGS(c->what),
            command_zh(line)
                ? "提醒:zone.json 没有写 address(本区网站地址),证照上印的二维码只含证照标识,手机扫码不会打开核验页"
                : "note: zone.json has no address (of the zone's site): the code printed on a licence "
                  "holds its identifier alone, and a telephone that reads it opens no page");
    return e;
}

static enum err check_bpmn(struct command_line *line, struct checking *c)
{
    const struct bpmn_model *model;
    str xml;
    TRY(read_file(line, c->path, BPMN_XML_BYTES_MAX, &xml));
    return bpmn_load(line->arena, str_from(c->path), xml, NULL, &model, &c->faults);
}

static enum err check_dmn(struct command_line *line, struct checking *c)
{
    struct dmn_model *model;
    str xml;
    TRY(read_file(line, c->path, DMN_FILE_BYTES_MAX, &xml));
    return dmn_load(line->arena, str_from(c->path), xml, &model, &c->faults);
}

static enum err check_form(struct command_line *line, struct checking *c)
{
    struct form *form;
    str json;
    TRY(read_file(line, c->path, FORM_JSON_BYTES_MAX, &json));
    return form_load(line->arena, str_from(c->path), json, &form, &c->faults);
}

/* The folder above a file that holds zone.json; NULL when there is none. */
static const char *pack_above(struct command_line *line, const char *path)
{
    char folder[PATH_BYTES_MAX];
    size_t bytes = strlen(path);
    if (bytes >= sizeof folder)
        return NULL;
    memcpy(folder, path, bytes + 1);
    for (;;) {
        struct arena scratch;
        struct diag d = { 0 };
        str text;
        char *slash = strrchr(folder, '/');
        if (slash == folder)
            return NULL;
        if (slash)
            *slash = 0;
        const char *in = slash ? folder : ".";
        arena_init(&scratch, NULL, PACK_FILE_BYTES_MAX * 2);
        str name = str_printf(&scratch, "%s/zone.json", in);
        bool here = name.bytes
            && line->sys->file_read(
                   line->sys->ctx, &scratch, name.data, PACK_FILE_BYTES_MAX, &text, &d)
                == OK;
        arena_release(&scratch);
        if (here)
            return str_terminated(line->arena, str_from(in));
        if (!slash)
            return NULL;
    }
}

static enum err check_part(struct command_line *line, struct checking *c)
{
    const char *folder = pack_above(line, c->path);
    str text;
    TRY(read_file(line, c->path, PACK_FILE_BYTES_MAX, &text));
    if (!folder)
        return diag_set(&line->diag, ERR_UNSUPPORTED,
            "%s 要和所属的配置包一起检查,但它的上级目录里没有 zone.json",
            "%s is checked together with its pack, but no folder above it holds a zone.json",
            c->path);
    c->only = c->path;
    return check_pack(line, c, folder);
}

static bool is_folder(struct command_line *line, const char *path)
{
    struct diag d = { 0 };
    str *names;
    size_t count;
    return line->sys->dir_list(line->sys->ctx, line->arena, path, &names, &count, &d) == OK;
}

static enum err check(struct command_line *line, struct checking *c)
{
    str path = str_from(c->path);
    if (is_folder(line, c->path))
        return check_pack(line, c, c->path);
    if (str_ends(path, STR(".bpmn")))
        return check_bpmn(line, c);
    if (str_ends(path, STR(".dmn")))
        return check_dmn(line, c);
    if (str_ends(path, STR(".form.json"))
        || (str_ends(path, STR(".json")) && !pack_above(line, c->path)))
        return check_form(line, c);
    if (str_ends(path, STR(".sql")) || str_ends(path, STR(".csv")) || str_ends(path, STR(".json"))
        || str_ends(path, STR(".geojson")))
        return check_part(line, c);
    str text;
    TRY(read_file(line, c->path, PACK_FILE_BYTES_MAX, &text));
    return diag_set(&line->diag, ERR_UNSUPPORTED,
        "%s:可以检查的是配置包目录,以及 .bpmn .dmn .json .sql .csv .geojson 文件",
        "%s: what can be checked is a pack's folder and files ending in .bpmn .dmn .json .sql .csv .geojson",
        c->path);
}

/* ---- telling ---- */

/* "./a/b" and "a/b" are one file. */
static bool same_file(const char *a, const char *b)
{
    while (strncmp(a, "./", 2) == 0)
        a += 2;
    while (strncmp(b, "./", 2) == 0)
        b += 2;
    return strcmp(a, b) == 0;
}

static json_t *fault_json(const struct diag *d)
{
    json_t *o = json_object(), *message = json_object();
    json_object_set_new(o, "file", json_string(d->file));
    json_set_int(o, "line", d->line);
    json_set_int(o, "column", d->column);
    json_object_set_new(o, "field", json_string(d->field));
    json_object_set_new(o, "code", json_string(err_code(d->err)));
    json_object_set_new(message, "zh", json_string(d->zh));
    json_object_set_new(message, "en", json_string(d->en));
    json_object_set_new(o, "message", message);
    return o;
}

static int tell(struct command_line *line, struct checking *c, bool json)
{
    json_t *list = json_array(), *o = json_keep(line->arena, json_object());
    for (size_t i = 0; i < c->faults.count; i++) {
        const struct diag *d = c->faults.items[i];
        if (c->only && !same_file(d->file, c->only))
            continue;
        c->found++;
        if (json)
            json_array_append_new(list, fault_json(d));
        else
            printf("%.*s\n", STR_ARGS(diag_line(line->arena, d, line->lang)));
    }
    json_object_set_new(o, "ok", json_boolean(!c->found));
    json_object_set_new(o, "faults", list);
    if (json)
        printf("%.*s\n", STR_ARGS(json_text_pretty(line->arena, o)));
    else if (c->faults.total > c->faults.count && !c->only)
        printf(command_zh(line) ? "……共 %zu 处\n" : "… %zu in all\n", c->faults.total);
    else if (!c->found)
        printf(command_zh(line) ? "%s:没有问题%.*s\n" : "%s: no fault%.*s\n", c->path,
            STR_ARGS(c->what));
    return c->found ? EXIT_FAULT : EXIT_DONE;
}

int command_check(struct command_line *line)
{
    struct checking c = { 0 };
    bool json = false;
    size_t words;
    const struct option_spec specs[] = { { "--json", NULL, &json } };
    if (!command_options(line, specs, 1, &c.path, 1, &words))
        return EXIT_USAGE;
    if (words != 1)
        return command_usage(line);
    diag_list_init(&c.faults, line->arena, PACK_FAULTS_MAX);
    enum err e = check(line, &c);
    if (e != OK && !c.faults.count) /* it could not be looked at at all */
        return command_fail(line);
    return tell(line, &c, json);
}
