/*
 * junma decide: a decision of a DMN file over input from standard input.
 *
 *     junma decide FILE.dmn [MORE.dmn …] [--decision NAME | --service NAME] [--trace | --answer]
 *         [--zone DIR [--on YYYY-MM-DD]] < input.json
 *
 * MORE are files that FILE imports by namespace. Without a name FILE must hold one decision alone,
 * else its decisions are listed. Input is one JSON object by the names of the input data; a member
 * that nothing asks for is refused, since it is most likely a slip of the pen. Texts become dates
 * and the like where the model's types say so.
 *
 * The result is JSON on one line. With --trace it is {"result", "trace"}: which rules matched, which
 * inputs were used and which were missing. With --answer a member that is not in the input is a
 * missing fact, and what comes out is which outcomes are certain, excluded, or hang on which facts
 * (dmn_answer_json). With --zone the dated parameters of that pack are given as they are in force on
 * the day, today unless --on names another; the trace lists those that were used with their law.
 *
 * Exit status 1: the file or the pack is wrong, the input does not fit, a limit is used up.
 */
#include "command/all.h"
#include "command/feel_text.h"
#include "pack/pack.h"
#include "zone/case.h"

enum { FILES_MAX = 16 };

struct deciding {
    const char *files[FILES_MAX], *decision, *service, *zone, *on;
    size_t file_count;
    bool trace, answer;
    const struct pack *pack; /* of --zone, or NULL */
    int64_t on_day;
    struct dmn_model *model;
    const struct dmn_decision *chosen;
    const struct dmn_service *chosen_service;
    feel_value input, result;
    struct dmn_trace steps;
    json_t *answered;
};

static enum err load(struct command_line *line, struct deciding *d, struct diag_list *faults)
{
    struct dmn_source sources[FILES_MAX];
    struct dmn_model *models[FILES_MAX];
    const struct sys *sys = line->sys;
    for (size_t i = 0; i < d->file_count; i++) {
        sources[i].file = str_from(d->files[i]);
        TRY(sys->file_read(
            sys->ctx, line->arena, d->files[i], DMN_FILE_BYTES_MAX, &sources[i].xml, &line->diag));
    }
    TRY(dmn_load_set(line->arena, sources, d->file_count, models, faults));
    d->model = models[0];
    return OK;
}

static enum err list_decisions(struct command_line *line, const struct deciding *d)
{
    fprintf(stderr, command_zh(line) ? "文件中的决策:\n" : "decisions of the file:\n");
    for (size_t i = 0; i < dmn_decision_count(d->model); i++)
        fprintf(stderr, "  %.*s\n", STR_ARGS(dmn_decision_name(dmn_decision_at(d->model, i))));
    if (d->decision)
        return diag_set(&line->diag, ERR_NOT_FOUND, "没有名为“%s”的决策",
            "there is no decision named \"%s\"", d->decision);
    return diag_set(&line->diag, ERR_INVALID, "请用 --decision 指明其中一个",
        "please name one of them with --decision");
}

static enum err choose(struct command_line *line, struct deciding *d)
{
    if (d->service) {
        d->chosen_service = dmn_service_find(d->model, str_from(d->service));
        return d->chosen_service ? OK
                                 : diag_set(&line->diag, ERR_NOT_FOUND, "没有名为“%s”的决策服务",
                                     "there is no decision service named \"%s\"", d->service);
    }
    if (d->decision)
        d->chosen = dmn_decision_find(d->model, str_from(d->decision));
    else if (dmn_decision_count(d->model) == 1)
        d->chosen = dmn_decision_at(d->model, 0);
    return d->chosen ? OK : list_decisions(line, d);
}

/* The members that the decision asks for, by their types; a decision given in place of one that
 * would be computed is taken as it is. */
static enum err read_input(struct command_line *line, struct deciding *d, const json_t *json)
{
    const struct dmn_input *inputs = NULL;
    size_t count = 0, used = 0;
    if (d->chosen_service) /* the model itself says what conforms */
        return feel_from_json(line->arena, json, NULL, &d->input, &line->diag);
    TRY(dmn_decision_inputs(d->model, d->chosen, line->arena, &inputs, &count));
    struct feel_entry *entries =
        ARENA_ARRAY(line->arena, struct feel_entry, json_object_size(json));
    TRY(diag_arena(&line->diag, line->arena));
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)json, key, member)
    {
        const struct feel_type *type = NULL;
        bool known = dmn_decision_find(d->model, str_from(key)) != NULL;
        for (size_t i = 0; i < count && !type; i++)
            if (str_is(inputs[i].name, key))
                type = inputs[i].type;
        if (!type && !known) {
            diag_field(&line->diag, str_from(key));
            return diag_set(&line->diag, ERR_INVALID, "这项决策没有名为“%s”的输入",
                "the decision has no input named \"%s\"", key);
        }
        entries[used].name = str_from(key);
        enum err e = feel_from_json(line->arena, member, type, &entries[used].value, &line->diag);
        if (e != OK) {
            diag_field(&line->diag, str_from(key));
            return e;
        }
        used++;
    }
    d->input = feel_context_of(line->arena, entries, used);
    return OK;
}

/* The pack whose dated parameters are used, and the day. */
static enum err load_zone(struct command_line *line, struct deciding *d, struct diag_list *faults)
{
    struct pack_source source;
    struct pack_options options = { .sys = line->sys, .verbs = verb_words() };
    struct date on;
    TRY(pack_source_folder(line->arena, line->sys, d->zone, &source, &line->diag));
    TRY(pack_load(line->arena, &source, &options, &d->pack, faults));
    int64_t now = sys_now_ms(line->sys), local = now + tz_offset_s(d->pack->tz, now) * 1000LL;
    d->on_day = date_floor_div(local, MS_PER_DAY);
    if (!d->on)
        return OK;
    if (!date_parse(str_from(d->on), &on))
        return diag_set(&line->diag, ERR_INVALID, "--on 应为日期,如 2026-01-31,现为 %s",
            "--on must be a date like 2026-01-31, not %s", d->on);
    d->on_day = date_to_days(on);
    return OK;
}

static enum err answer(struct command_line *line, const struct deciding *d,
    const struct feel_env *env, json_t **out)
{
    struct dmn_answer found;
    TRY(dmn_answer(d->model, d->chosen, d->input, env, line->arena, &found, &line->diag));
    *out = dmn_answer_json(line->arena, &found);
    return diag_arena(&line->diag, line->arena);
}

static enum err decide(struct command_line *line, struct deciding *d)
{
    struct feel_env env;
    json_t *json;
    TRY(choose(line, d));
    TRY(feel_json_read(line, "-", &json));
    TRY(read_input(line, d, json));
    TRY(feel_world(line, &env));
    if (d->pack)
        TRY(pack_parameters_on(
            d->pack, d->on_day, d->input, line->arena, &d->input, &line->diag));
    d->steps.arena = line->arena;
    d->steps.warnings.arena = line->arena;
    if (d->answer)
        return answer(line, d, &env, &d->answered);
    if (d->chosen_service)
        return dmn_service_decide(d->model, d->chosen_service, d->input, &env, line->arena,
            &d->result, &d->steps, &line->diag);
    return dmn_decide(
        d->model, d->chosen, d->input, &env, line->arena, &d->result, &d->steps, &line->diag);
}

static void print_missing(const struct command_line *line, const struct dmn_trace *t)
{
    for (size_t i = 0; i < t->missing_count; i++)
        fprintf(stderr, command_zh(line) ? "缺少输入:%.*s\n" : "missing input: %.*s\n",
            STR_ARGS(t->missing[i]));
}

/* The parameters among what was used, with period and law. */
static void add_parameters(struct command_line *line, const struct deciding *d, json_t *trace)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->steps.used_count; i++) {
        const struct pack_parameter *p = pack_parameter(d->pack, d->steps.used[i].name);
        const struct pack_parameter_value *v = p ? pack_parameter_on(p, d->on_day) : NULL;
        if (!v || !feel_is_true(feel_equal(v->value, d->steps.used[i].value)))
            continue; /* the input named another value, to try it */
        json_t *o = json_object();
        json_set_str(o, "name", p->code);
        json_set_str(o, "from", date_format(line->arena, date_from_days(v->from)));
        if (v->to != INT64_MAX)
            json_set_str(o, "to", date_format(line->arena, date_from_days(v->to)));
        json_set_str(o, "law", name2_in(v->law, line->lang));
        json_array_append_new(list, o);
    }
    json_object_set_new(trace, "parameters", list);
}

static int print_result(struct command_line *line, const struct deciding *d)
{
    if (d->answered) {
        printf("%.*s\n", STR_ARGS(json_text(line->arena, d->answered)));
        return EXIT_DONE;
    }
    str text = feel_json_text(line->arena, d->result);
    if (d->trace) {
        json_t *trace = dmn_trace_json(line->arena, &d->steps);
        if (d->pack)
            add_parameters(line, d, trace);
        printf("{\"result\": %.*s, \"trace\": %.*s}\n", STR_ARGS(text),
            STR_ARGS(json_text(line->arena, trace)));
        return EXIT_DONE;
    }
    feel_print_warnings(line, &d->steps.warnings);
    print_missing(line, &d->steps);
    printf("%.*s\n", STR_ARGS(text));
    return EXIT_DONE;
}

int command_decide(struct command_line *line)
{
    struct deciding d = { 0 };
    struct diag_list faults;
    const struct option_spec specs[] = { { "--decision", &d.decision, NULL },
        { "--service", &d.service, NULL }, { "--trace", NULL, &d.trace },
        { "--answer", NULL, &d.answer }, { "--zone", &d.zone, NULL }, { "--on", &d.on, NULL } };
    diag_list_init(&faults, line->arena, PACK_FAULTS_MAX);
    if (!command_options(
            line, specs, sizeof specs / sizeof *specs, d.files, FILES_MAX, &d.file_count))
        return EXIT_USAGE;
    if (!d.file_count || (d.decision && d.service) || (d.on && !d.zone)
        || (d.answer && (d.trace || d.service)))
        return command_usage(line);
    if (load(line, &d, &faults) != OK || (d.zone && load_zone(line, &d, &faults) != OK))
        return command_faults(line, &faults);
    return decide(line, &d) == OK ? print_result(line, &d) : command_fail(line);
}
