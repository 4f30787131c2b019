/* Commands of a few lines: version, openapi, backup. */
#include "api/api.h"
#include "command/all.h"

int command_version(struct command_line *line)
{
    (void)line;
    printf("junma %s\n", JUNMA_VERSION);
    return EXIT_DONE;
}

int command_openapi(struct command_line *line)
{
    str text = api_openapi(line->arena);
    printf("%.*s\n", STR_ARGS(text));
    return text.bytes ? EXIT_DONE : EXIT_FAULT;
}

int command_backup(struct command_line *line)
{
    const char *data_dir = NULL, *file;
    size_t words;
    const struct option_spec specs[] = { { "--data", &data_dir, NULL } };
    if (!command_options(line, specs, 1, &file, 1, &words))
        return EXIT_USAGE;
    if (words != 1 || !data_dir)
        return command_usage(line);
    struct store *store;
    str path = str_printf(line->arena, "%s/junma.db", data_dir);
    struct store_options options = { .sys = line->sys, .path = path.data, .read_only = true };
    if (store_open(&options, &store, &line->diag) != OK)
        return command_fail(line);
    enum err e = store_backup(store, file, &line->diag);
    store_close(store);
    return e == OK ? EXIT_DONE : command_fail(line);
}
