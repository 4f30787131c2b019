/* Reading the words of a command and telling what is wrong with them. */
#include "command/command.h"

#include <string.h>

bool command_zh(const struct command_line *line)
{
    return line->lang[0] == 'z';
}

int command_usage(struct command_line *line)
{
    fprintf(
        stderr, command_zh(line) ? "用法:junma %s\n" : "usage: junma %s\n", line->command->usage);
    return EXIT_USAGE;
}

static bool complain(struct command_line *line, const char *zh, const char *en, const char *word)
{
    fprintf(stderr, command_zh(line) ? "junma %s:%s %s\n" : "junma %s: %s %s\n",
        line->command->name, command_zh(line) ? zh : en, word);
    command_usage(line);
    return false;
}

static const struct option_spec *find(
    const struct option_spec *specs, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(specs[i].name, word) == 0)
            return &specs[i];
    return NULL;
}

bool command_options(struct command_line *line, const struct option_spec *specs, size_t count,
    const char **positionals, size_t positionals_max, size_t *positional_count)
{
    size_t used = 0;
    bool options = true;
    for (int i = 0; i < line->argc; i++) {
        const char *word = line->argv[i];
        if (options && strcmp(word, "--") == 0) { /* what follows are words, as "--1" */
            options = false;
            continue;
        }
        if (!options || strncmp(word, "--", 2) != 0) {
            if (used == positionals_max)
                return complain(line, "多余的参数", "too many words:", word);
            positionals[used++] = word;
            continue;
        }
        const struct option_spec *s = find(specs, count, word);
        if (!s)
            return complain(line, "没有这个选项", "unknown option", word);
        if (s->flag) {
            *s->flag = true;
            continue;
        }
        if (i + 1 == line->argc)
            return complain(line, "选项后应有值", "a value is missing after", word);
        *s->value = line->argv[++i];
    }
    *positional_count = used;
    return true;
}

bool command_number(struct command_line *line, const char *name, const char *value, int64_t least,
    int64_t most, int64_t *out)
{
    int64_t number;
    if (!value)
        return true;
    if (!str_to_int64(str_from(value), &number) || number < least || number > most) {
        fprintf(stderr,
            command_zh(line) ? "junma %s:%s 应为 %lld 至 %lld 的整数,现为 %s\n"
                             : "junma %s: %s must be a whole number from %lld to %lld, not %s\n",
            line->command->name, name, (long long)least, (long long)most, value);
        return false;
    }
    *out = number;
    return true;
}

int command_fail(struct command_line *line)
{
    str text = diag_line(line->arena, &line->diag, line->lang);
    fprintf(stderr, "junma %s: %.*s\n", line->command->name, STR_ARGS(text));
    return EXIT_FAULT;
}

int command_faults(struct command_line *line, const struct diag_list *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        str text = diag_line(line->arena, faults->items[i], line->lang);
        fprintf(stderr, "%.*s\n", STR_ARGS(text));
    }
    if (faults->total > faults->count)
        fprintf(stderr, command_zh(line) ? "……共 %zu 处\n" : "… %zu in all\n", faults->total);
    return faults->count ? EXIT_FAULT : command_fail(line);
}
