/*
 * The command line: one file a command, one line each in commands.def. main.c finds the command,
 * options are read by a table (options.h), faults go to standard error in the user's language
 * (LC_ALL, LC_MESSAGES, LANG), results to standard output.
 *
 * Exit status: 0 done, 1 it could not be done or what was checked is not right, 2 wrong usage.
 */
#ifndef JUNMA_COMMAND_COMMAND_H
#define JUNMA_COMMAND_COMMAND_H

#include "base/sys.h"

#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FAULT = 1, EXIT_USAGE = 2 };

struct command_line;

struct command {
    const char *name;
    int (*run)(struct command_line *line);
    const char *usage;          /* after "junma ": "serve --zone DIR --data DIR [--port N]" */
    const char *summary_zh, *summary_en;
};

/* What a command gets: its words, the real world, an arena for the whole run. */
struct command_line {
    const struct command *command;
    int argc;                   /* words after the command's name */
    char **argv;
    const struct sys *sys;
    struct arena *arena;
    const char *lang;           /* "zh" or "en" */
    struct diag diag;
};

extern const struct command commands[]; /* up to a NULL name */

/* One option: --name VALUE, or a flag when `flag` is set. Unknown ones are refused by name. */
struct option_spec {
    const char *name;           /* "--zone" */
    const char **value;
    bool *flag;
};
/* Reads options and up to positionals_max other words. False: usage was printed. */
bool command_options(struct command_line *line, const struct option_spec *specs, size_t count,
    const char **positionals, size_t positionals_max, size_t *positional_count);
/* Prints the diag (and all faults when there is a list) in the user's language; EXIT_FAULT. */
int command_fail(struct command_line *line);
int command_faults(struct command_line *line, const struct diag_list *faults);
/* Prints usage of the command to standard error; EXIT_USAGE. */
int command_usage(struct command_line *line);
bool command_zh(const struct command_line *line);
/* A whole number option; false: usage was printed. value NULL leaves *out. */
bool command_number(struct command_line *line, const char *name, const char *value, int64_t least,
    int64_t most, int64_t *out);

#endif
