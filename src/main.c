/* The door of the program: finds the command among commands.def and hands it its words. */
#include "command/all.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

const struct command commands[] = {
#define C(function, name, usage, zh, en) { name, command_##function, usage, zh, en },
#include "command/commands.def"
#undef C
    { 0 },
};

enum { RUN_BYTES_MAX = 1024 * 1024 * 1024 };

/* Chinese unless the environment asks for another language by name: an office's server often has no
 * locale at all. */
static const char *language(void)
{
    static const char *const names[] = { "JUNMA_LANG", "LC_ALL", "LC_MESSAGES", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value && strncmp(value, "C", 1) != 0 && strcmp(value, "POSIX") != 0)
            return strncmp(value, "zh", 2) == 0 ? "zh" : "en";
    }
    return "zh";
}

static int help(const char *lang, FILE *to)
{
    bool zh = lang[0] == 'z';
    fprintf(to,
        zh ? "骏马:经济开发区的办事系统\n\n"
           : "Junma: the system on which an economic development zone runs its work\n\n");
    for (const struct command *c = commands; c->name; c++)
        fprintf(to, "  junma %-9s %s\n", c->name, zh ? c->summary_zh : c->summary_en);
    fprintf(to, zh ? "\njunma 命令 --help 显示用法\n" : "\njunma COMMAND --help shows its usage\n");
    return to == stderr ? EXIT_USAGE : EXIT_DONE;
}

int main(int argc, char **argv)
{
    const char *lang = language();
    struct arena arena;
    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc < 2)
        return help(lang, stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return help(lang, stdout);
    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(c->name, argv[1]) != 0)
            continue;
        if (argc > 2 && strcmp(argv[2], "--help") == 0) {
            printf("junma %s\n", c->usage);
            return EXIT_DONE;
        }
        arena_init(&arena, NULL, RUN_BYTES_MAX);
        struct command_line line = { .command = c,
            .argc = argc - 2,
            .argv = argv + 2,
            .sys = sys_real(),
            .arena = &arena,
            .lang = lang };
        int status = c->run(&line);
        arena_release(&arena);
        return status;
    }
    fprintf(stderr, lang[0] == 'z' ? "junma:没有命令 %s\n\n" : "junma: no command %s\n\n", argv[1]);
    return help(lang, stderr);
}
