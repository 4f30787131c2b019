/*
 * Random procedures that are right: blocks within blocks, each with one way in and one way out, so
 * that whatever the people and clocks do, an end can be reached.
 */
#ifndef JUNMA_TESTS_SIM_MODELS_H
#define JUNMA_TESTS_SIM_MODELS_H

#include "base/text.h"

#include <stdint.h>

struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);
int dice_below(struct dice *d, int n); /* 0 .. n-1 */
bool dice_chance(struct dice *d, int percent);

/* A whole file with one process P; messages m0…m3, signals s0…s1, error codes E0…E1, variables x
 * (0…9) and flag. */
str random_model(struct arena *a, struct dice *d);

#endif
