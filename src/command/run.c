/*
 * junma run: a procedure tried out, alone in memory.
 *
 *     junma run FILE.bpmn [MORE.bpmn MORE.dmn …] [--vars JSON|FILE] [--process ID]
 *         [--script FILE] [--virtual-clock] [--now INSTANT] [--trace]
 *
 * Every executable process of FILE that begins by itself begins; the others begin when a message, a
 * signal or their timer comes. Processes that are called may stand in MORE. Decisions come from the
 * .dmn files named, else from those beside FILE.
 *
 * Then, over and over, the first of these that can be done:
 *     messages and signals go to who waits for them (a message is kept until somebody asks)
 *     the next line of the script (run_script.c)
 *     without a script, or when it is done: the oldest task is completed, with no variables
 *     with --virtual-clock: the clock goes on to the timer that is due next
 *
 * Exit status 0: everything has ended without an error; 1: something still waits or went wrong.
 */
#include "command/run.h"

#include "command/all.h"
#include "command/feel_text.h"

#include <string.h>

enum { RUN_BYTES = 512 << 20 };

struct options {
    const char *files[RUN_FILES_MAX], *vars, *process, *script, *now;
    size_t count;
    bool trace, virtual_clock;
};

/* ── files ─────────────────────────────────────────────────────────────────────────────────── */

static enum err read_file(struct run_world *w, const char *path, size_t bytes, str *text)
{
    const struct sys *sys = w->line->sys;
    return sys->file_read(sys->ctx, w->arena, path, bytes, text, &w->line->diag);
}

/* Whether it is in another file is known when all are read. */
static bool perhaps_elsewhere(void *ctx, str process)
{
    (void)ctx;
    return process.bytes > 0;
}

static const struct bpmn_dialect *dialect_of(struct run_world *w)
{
    struct bpmn_dialect *d = ARENA_NEW(w->arena, struct bpmn_dialect);
    if (d)
        *d = (struct bpmn_dialect){ .ctx = w, .callable = perhaps_elsewhere };
    return d;
}

static enum err load_bpmn(struct run_world *w, const char *path, struct diag_list *faults)
{
    str xml;
    TRY(read_file(w, path, BPMN_XML_BYTES_MAX, &xml));
    struct run_file *f = &w->files[w->file_count];
    f->path = path;
    TRY(bpmn_load(w->arena, str_from(path), xml, dialect_of(w), &f->model, faults));
    w->file_count++;
    return OK;
}

static enum err load_dmn(struct run_world *w, const char *path, struct diag_list *faults)
{
    str xml;
    TRY(read_file(w, path, DMN_FILE_BYTES_MAX, &xml));
    TRY(dmn_load(w->arena, str_from(path), xml, &w->decisions[w->decision_count], faults));
    w->decision_count++;
    return OK;
}

static bool process_known(const struct run_world *w, str id)
{
    for (size_t n = 0; n < w->file_count; n++) {
        const struct bpmn_node *p = bpmn_node_by_id(w->files[n].model, id);
        if (p && p->kind == BPMN_PROCESS)
            return true;
    }
    return false;
}

static bool asks_decisions(const struct run_world *w)
{
    for (size_t f = 0; f < w->file_count; f++)
        for (size_t n = 0; n < bpmn_node_count(w->files[f].model); n++)
            if (bpmn_node_at(w->files[f].model, n)->kind == BPMN_RULE_TASK)
                return true;
    return false;
}

static enum err check_calls(struct run_world *w)
{
    for (size_t f = 0; f < w->file_count; f++)
        for (size_t n = 0; n < bpmn_node_count(w->files[f].model); n++) {
            const struct bpmn_node *node = bpmn_node_at(w->files[f].model, n);
            if (node->kind != BPMN_CALL_ACTIVITY || process_known(w, node->called))
                continue;
            diag_at(&w->line->diag, w->files[f].path, node->line, 0);
            diag_field(&w->line->diag, node->id);
            return diag_set(&w->line->diag, ERR_NOT_FOUND, "调用的流程“%.*s”不在所给的文件中",
                "the called process \"%.*s\" is in none of the files", STR_ARGS(node->called));
        }
    return OK;
}

static enum err load_beside(struct run_world *w, const char *path, struct diag_list *faults)
{
    const struct sys *sys = w->line->sys;
    const char *slash = strrchr(path, '/');
    str folder = slash ? str_slice(str_from(path), 0, (size_t)(slash - path)) : STR(".");
    str *names;
    size_t count;
    TRY(sys->dir_list(
        sys->ctx, w->arena, str_terminated(w->arena, folder), &names, &count, &w->line->diag));
    for (size_t n = 0; n < count && w->decision_count < RUN_FILES_MAX; n++)
        if (str_ends(names[n], STR(".dmn")))
            TRY(load_dmn(w,
                str_terminated(w->arena,
                    str_printf(w->arena, "%.*s/%.*s", STR_ARGS(folder), STR_ARGS(names[n]))),
                faults));
    return OK;
}

static enum err load(struct run_world *w, const struct options *o, struct diag_list *faults)
{
    for (size_t n = 0; n < o->count; n++) {
        str path = str_from(o->files[n]);
        if (str_ends(path, STR(".bpmn")))
            TRY(load_bpmn(w, o->files[n], faults));
        else if (str_ends(path, STR(".dmn")))
            TRY(load_dmn(w, o->files[n], faults));
        else
            return diag_set(&w->line->diag, ERR_UNSUPPORTED, "%s:只接受 .bpmn 和 .dmn 文件",
                "%s: only .bpmn and .dmn files are taken", o->files[n]);
    }
    if (!w->file_count)
        return diag_set(&w->line->diag, ERR_INVALID, "没有 .bpmn 文件", "there is no .bpmn file");
    TRY(check_calls(w));
    return w->decision_count || !asks_decisions(w) ? OK : load_beside(w, o->files[0], faults);
}

/* ── decisions ─────────────────────────────────────────────────────────────────────────────── */

static enum err decide(
    void *ctx, str name, const json_t *variables, struct arena *a, json_t **out, struct diag *d)
{
    struct run_world *w = ctx;
    for (size_t n = 0; n < w->decision_count; n++) {
        const struct dmn_decision *found = dmn_decision_find(w->decisions[n], name);
        struct feel_env env = { .now =
                                    feel_date_time_from_ms(w->host.now_ms, w->host.offset_s, NULL),
            .limits = { .steps = 10000000 } };
        struct dmn_trace steps = { .arena = a };
        feel_value input = feel_null(), result = feel_null();
        if (!found)
            continue;
        steps.warnings.arena = a;
        TRY(feel_from_json(a, variables, NULL, &input, d));
        TRY(dmn_decide(w->decisions[n], found, input, &env, a, &result, &steps, d));
        *out = feel_to_json(a, result);
        return diag_arena(d, a);
    }
    return diag_set(d, ERR_NOT_FOUND, "所给的文件中没有它", "none of the files has it");
}

/* ── running ───────────────────────────────────────────────────────────────────────────────── */

static enum err one_move(struct run_world *w, bool *moved)
{
    int instance;
    int64_t token;
    TRY(world_deliver(w, moved));
    if (!*moved)
        TRY(script_step(w, moved));
    if (*moved)
        return OK;
    bool stuck = w->next_step < w->step_count; /* the script waits for something else */
    const struct run_timer *t = world_next_timer(w);
    if (world_task(w, STR_NONE, &instance, &token)) {
        *moved = true;
        return world_complete(w, instance, token, NULL);
    }
    if (t && (w->virtual_clock || t->due_ms <= w->host.now_ms)) {
        *moved = true;
        return world_fire_next(w);
    }
    if (stuck) {
        const struct run_step *s = &w->steps[w->next_step];
        return diag_set(&w->line->diag, ERR_NOT_FOUND, "剧本第 %1$d 行:没有任务在“%3$.*2$s”等待",
            "script line %1$d: no task waits at \"%3$.*2$s\"", s->line, (int)s->name.bytes,
            s->name.data);
    }
    return OK;
}

static enum err run_all(struct run_world *w)
{
    for (bool moved = true; moved;) {
        TRY(one_move(w, &moved));
        arena_reset(&w->turn_arena);
        if (w->turns > RUN_TURNS_MAX)
            return diag_set(&w->line->diag, ERR_LIMIT, "推进了 %d 次仍未结束,停在这里",
                "%d turns and no end: stopped here", RUN_TURNS_MAX);
    }
    return OK;
}

static enum err prepare(struct run_world *w, const struct options *o, const json_t **vars)
{
    json_t *given = NULL;
    int64_t now = sys_now_ms(w->line->sys) / 1000 * 1000;
    struct date day;
    if (o->now && date_parse(str_from(o->now), &day))
        now = (date_to_days(day) * 24 + 9 - 8) * MS_PER_HOUR; /* nine o'clock in Beijing */
    else if (o->now && !instant_parse(str_from(o->now), &now))
        return diag_set(
            &w->line->diag, ERR_INVALID, "--now“%s”不是时刻", "--now \"%s\" is no instant", o->now);
    w->host = (struct bpmn_host){ .ctx = w, .now_ms = now, .offset_s = 8 * 3600, .decide = decide };
    w->trace = o->trace;
    w->virtual_clock = o->virtual_clock;
    if (o->vars)
        TRY(feel_json_read(w->line, o->vars, &given));
    *vars = given;
    return o->script ? script_read(w, o->script) : OK;
}

static enum err run(struct run_world *w, const struct options *o, struct diag_list *faults)
{
    const json_t *vars = NULL;
    TRY(prepare(w, o, &vars));
    TRY(load(w, o, faults));
    TRY(world_begin_all(w, o->process, vars));
    return run_all(w);
}

int command_run(struct command_line *line)
{
    struct options o = { 0 };
    struct diag_list faults;
    const struct option_spec specs[] = { { "--vars", &o.vars, NULL },
        { "--process", &o.process, NULL }, { "--script", &o.script, NULL },
        { "--now", &o.now, NULL }, { "--trace", NULL, &o.trace },
        { "--virtual-clock", NULL, &o.virtual_clock } };
    if (!command_options(line, specs, 6, o.files, RUN_FILES_MAX, &o.count))
        return EXIT_USAGE;
    if (!o.count)
        return command_usage(line);
    struct run_world w = { .line = line, .arena = line->arena };
    arena_init(&w.home, NULL, RUN_BYTES);
    arena_init(&w.turn_arena, NULL, RUN_BYTES);
    diag_list_init(&faults, line->arena, BPMN_FAULTS_MAX);
    enum err err = run(&w, &o, &faults);
    if (err == OK || w.instance_count)
        world_say_end(&w);
    bool done = err == OK && world_all_ended(&w);
    arena_release(&w.turn_arena);
    arena_release(&w.home);
    if (faults.count)
        return command_faults(line, &faults);
    if (err)
        return command_fail(line);
    return done ? EXIT_DONE : EXIT_FAULT;
}
