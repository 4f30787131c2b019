/*
 * junma feel: one FEEL expression, evaluated; for those who write rules and want to try.
 *
 *     junma feel 'sum(for i in 1..3 return i * n)' --context '{"n": 7}'
 *
 * The context is JSON: text, a file, or "-" for standard input. Its members are the names the
 * expression may use, also names with spaces. The result is JSON on one line (feel_text.h). Faults
 * that FEEL turns into null are told on standard error. Exit status 1: it does not compile, or used
 * up a limit.
 */
#include "command/feel_text.h"

#include "command/all.h"

#include <string.h>

enum { INPUT_BYTES_MAX = 64 << 20, TEXT_BYTES_MAX = 256 << 20, DEPTH_MAX = 200 };

/* ---- JSON out ---- */

static void add_value(struct buf *b, feel_value v, int depth)
{
    if (depth > DEPTH_MAX) {
        b->failed = true;
        return;
    }
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL:
        buf_add(b, STR("null"));
        break;
    case FEEL_BOOLEAN:
        buf_add(b, v.boolean ? STR("true") : STR("false"));
        break;
    case FEEL_NUMBER:
        buf_add(b, feel_to_string(b->arena, v));
        break;
    case FEEL_STRING:
        buf_add_json(b, v.text);
        break;
    case FEEL_LIST:
        buf_add_char(b, '[');
        for (size_t i = 0; i < v.list->count; i++) {
            buf_add(b, i ? STR(", ") : STR_NONE);
            add_value(b, v.list->items[i], depth + 1);
        }
        buf_add_char(b, ']');
        break;
    case FEEL_CONTEXT:
        buf_add_char(b, '{');
        for (size_t i = 0; i < v.context->count; i++) {
            buf_add(b, i ? STR(", ") : STR_NONE);
            buf_add_json(b, v.context->entries[i].name);
            buf_add(b, STR(": "));
            add_value(b, v.context->entries[i].value, depth + 1);
        }
        buf_add_char(b, '}');
        break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_RANGE:
    case FEEL_FUNCTION:
        buf_add_json(b, feel_to_string(b->arena, v));
        break;
    }
}

str feel_json_text(struct arena *a, feel_value v)
{
    struct buf b;
    buf_init(&b, a, TEXT_BYTES_MAX);
    add_value(&b, v, 0);
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}

/* ---- JSON in ---- */

enum err feel_stream_read(struct command_line *line, FILE *from, str *out)
{
    struct buf b;
    char piece[65536];
    buf_init(&b, line->arena, INPUT_BYTES_MAX);
    for (size_t got; (got = fread(piece, 1, sizeof piece, from)) > 0;)
        buf_add(&b, (str){ piece, got });
    if (ferror(from))
        return diag_set(&line->diag, ERR_IO, "读不了标准输入", "standard input cannot be read");
    if (buf_failed(&b))
        return diag_set(&line->diag, ERR_TOO_LARGE, "输入超过 %d MiB", "the input is over %d MiB",
            INPUT_BYTES_MAX >> 20);
    *out = buf_str(&b);
    return OK;
}

enum err feel_json_read(struct command_line *line, const char *given, json_t **out)
{
    str text = str_from(given);
    const struct sys *sys = line->sys;
    const char *file = NULL;
    if (strcmp(given, "-") == 0) {
        TRY(feel_stream_read(line, stdin, &text));
    } else if (!str_starts(str_trim(text), STR("{"))) {
        file = given;
        TRY(sys->file_read(sys->ctx, line->arena, given, INPUT_BYTES_MAX, &text, &line->diag));
    }
    enum err e = json_parse(line->arena, text, out, &line->diag);
    if (e != OK && file)
        diag_at(&line->diag, file, 0, 0);
    if (e == OK && !json_is_object(*out))
        return diag_set(&line->diag, ERR_INVALID, "输入应是一个 JSON 对象:{\"名称\": 值}",
            "the input must be a JSON object: {\"name\": value}");
    return e;
}

/* ---- the world ---- */

enum err feel_world(struct command_line *line, struct feel_env *env)
{
    *env = (struct feel_env){ .now = feel_date_time_from_ms(sys_now_ms(line->sys), 0, NULL) };
    return feel_zones_create(line->arena, line->sys, &env->zones);
}

void feel_print_warnings(const struct command_line *line, const struct feel_warnings *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct feel_warning *x = &w->items[i];
        if (x->line)
            fprintf(stderr, "%d:%d: ", x->line, x->column);
        fprintf(stderr, "%.*s\n", STR_ARGS(command_zh(line) ? x->zh : x->en));
    }
    if (w->total > w->count)
        fprintf(stderr, command_zh(line) ? "……共 %zu 处\n" : "… %zu in all\n", w->total);
}

/* ---- the command ---- */

static enum err names_of(struct arena *a, feel_value scope, struct feel_names *names)
{
    const struct feel_context *c = scope.context;
    struct feel_field *fields = ARENA_ARRAY(a, struct feel_field, c->count);
    if (!fields)
        return ERR_MEMORY;
    for (size_t i = 0; i < c->count; i++)
        fields[i] = (struct feel_field){ .name = c->entries[i].name };
    *names = (struct feel_names){ .items = fields, .count = c->count };
    return OK;
}

static enum err evaluate(struct command_line *line, const char *expression, const char *context)
{
    struct feel_warnings warnings = { .arena = line->arena };
    struct feel_env env;
    struct feel_names names;
    struct feel_program *program;
    json_t *json = json_keep(line->arena, json_object());
    feel_value scope, result;
    if (context)
        TRY(feel_json_read(line, context, &json));
    TRY(feel_from_json(line->arena, json, NULL, &scope, &line->diag));
    TRY(names_of(line->arena, scope, &names));
    TRY(feel_world(line, &env));
    env.warnings = &warnings;
    enum err e = feel_compile(line->arena, str_from(expression), &names, &program, &line->diag);
    if (e != OK) { /* "expression:1:4: …": a place is shown behind a name */
        diag_at(&line->diag, command_zh(line) ? "表达式" : "expression", 0, 0);
        return e;
    }
    e = feel_eval(program, &env, scope.context, line->arena, &result, &line->diag);
    feel_print_warnings(line, &warnings);
    TRY(e);
    str text = feel_json_text(line->arena, result);
    TRY(diag_arena(&line->diag, line->arena));
    if (!text.bytes)
        return diag_set(&line->diag, ERR_LIMIT, "结果太大或嵌套太深,无法输出",
            "the result is too large or nested too deeply to be written");
    printf("%.*s\n", STR_ARGS(text));
    return OK;
}

int command_feel(struct command_line *line)
{
    const char *expression = NULL, *context = NULL;
    size_t words;
    const struct option_spec specs[] = { { "--context", &context, NULL } };
    if (!command_options(line, specs, 1, &expression, 1, &words))
        return EXIT_USAGE;
    if (words != 1)
        return command_usage(line);
    return evaluate(line, expression, context) == OK ? EXIT_DONE : command_fail(line);
}
