/* The other parts of feel_bench: columns, batches, and what loading takes. They print tables. */
#ifndef JUNMA_BENCH_FEEL_BATCH_H
#define JUNMA_BENCH_FEEL_BATCH_H

#include <stddef.h>

double seconds_now(void);
double median(double *values, size_t count); /* sorts them */

void measure_columns(size_t rows);
void measure_batch(size_t rows);
void measure_loading(void);

#endif
