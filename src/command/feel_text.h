/*
 * FEEL values as JSON text, shared by feel.c and decide.c. Numbers are written from their 34
 * decimal digits and not by way of a binary double: 0.1 + 0.2 goes out as 0.3. What JSON has no
 * form for (dates, times, durations, ranges, functions) goes out as the text that string() gives.
 */
#ifndef JUNMA_COMMAND_FEEL_TEXT_H
#define JUNMA_COMMAND_FEEL_TEXT_H

#include "command/command.h"
#include "feel/feel.h"

/* On one line; contexts keep the order of their entries. */
str feel_json_text(struct arena *a, feel_value v);
/* JSON given as text, as the name of a file, or "-" for standard input. */
MUST_USE enum err feel_json_read(struct command_line *line, const char *given, json_t **out);
/* All that comes, up to 64 MiB. */
MUST_USE enum err feel_stream_read(struct command_line *line, FILE *from, str *out);
/* What may be known of the world: the clock in UTC, the system's time zones. */
MUST_USE enum err feel_world(struct command_line *line, struct feel_env *env);
/* Faults that became null, to standard error. */
void feel_print_warnings(const struct command_line *line, const struct feel_warnings *w);

#endif
