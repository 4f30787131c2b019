/* The two models of the procedure bench, and what its parts share. */
#ifndef BENCH_BPMN_H
#define BENCH_BPMN_H

#include "bpmn/bpmn.h"

struct bench_model {
    const char *name;
    const struct bpmn_model *model;
    json_t *answer; /* variables of the completion */
};

double bench_now(void); /* seconds */
/* Durable: instances a second through src/store and the same rows through bare SQLite, in turns. */
void bench_durable(const struct bench_model *m, const char *folder, double seconds, int rounds);

#endif
