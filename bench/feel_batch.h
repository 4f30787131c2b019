/* The second half of feel_bench: batches, and what loading takes. Prints lines of a table. */
#ifndef JUNMA_BENCH_FEEL_BATCH_H
#define JUNMA_BENCH_FEEL_BATCH_H

#include <stddef.h>

double seconds_now(void);
double median(double *values, size_t count); /* sorts them */

void measure_batch(size_t rows);
void measure_loading(void);

#endif
