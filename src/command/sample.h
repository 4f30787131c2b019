/* Shared by the files of `junma sample` (sample*.c); nobody else includes it. */
#ifndef JUNMA_COMMAND_SAMPLE_H
#define JUNMA_COMMAND_SAMPLE_H

#include "command/command.h"
#include "zone/access.h"
#include "zone/case.h"
#include "zone/register.h"

struct sample_random {
    uint64_t state;
};
uint64_t sample_next(struct sample_random *r);
/* 0 .. limit - 1. */
int64_t sample_below(struct sample_random *r, int64_t limit);

#endif
