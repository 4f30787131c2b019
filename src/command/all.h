/* The commands' functions, made from commands.def. */
#ifndef JUNMA_COMMAND_ALL_H
#define JUNMA_COMMAND_ALL_H

#include "command/command.h"

#define C(function, name, usage, zh, en) int command_##function(struct command_line *line);
#include "command/commands.def"
#undef C

#endif
