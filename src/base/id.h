/*
 * Identifiers: 64-bit, positive, time-ordered, made by the process without asking anybody.
 *
 *     63 62........................22 21....16 15.........0
 *      0 | ms since 2024-01-01 (41) | node(6) | counter(16) |
 *
 * Within a process identifiers only grow; a clock set back is waited out in the counter (the last
 * millisecond is used on). 41 bits last until 2093.
 *
 * People see short numbers with a check digit (number.h), never these.
 */
#ifndef JUNMA_BASE_ID_H
#define JUNMA_BASE_ID_H

#include "base/text.h"

#include <stdatomic.h>

struct id_source {
    _Atomic int64_t last;
    int node; /* 0..63, one a process of the same zone */
};

void id_source_init(struct id_source *s, int node);
int64_t id_next(struct id_source *s, int64_t now_ms);
/* None that is made from now on is this one or smaller: what another run of the process has made,
 * whatever the clock says today. */
void id_source_after(struct id_source *s, int64_t id);
/* The instant an identifier was made. */
int64_t id_ms(int64_t id);
/* Text of a path or JSON member: positive decimal. */
bool id_parse(str s, int64_t *out);

#endif
