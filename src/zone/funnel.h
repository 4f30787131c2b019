/*
 * A funnel: records that go through steps, each with the day on which it was reached, until the last
 * step or until they are lost. From these: how many reached each step, how many stand there now, how
 * many of those who came went on, how long it took.
 *
 *     step        1        2        3
 *     record A    3 Jan    9 Jan    –       stands at 2
 *     record B    5 Jan    –        2 Mar   reached all: a step without a day was passed over
 *     record C    7 Jan    –        –       lost on 1 Feb: lost at 1
 *
 * Days from one step to the next are counted only where both have a day. Medians, since a few that
 * never end would carry an average away. funnel_analyse is pure.
 */
#ifndef JUNMA_ZONE_FUNNEL_H
#define JUNMA_ZONE_FUNNEL_H

#include "zone/record.h"

enum { FUNNEL_STEPS_MAX = 12, FUNNEL_RECORDS_MAX = 200000, FUNNEL_REASONS_MAX = 50 };
#define FUNNEL_NO_DAY INT64_MIN

struct funnel_record {
    int64_t days[FUNNEL_STEPS_MAX]; /* since 1970; FUNNEL_NO_DAY: none */
    int64_t lost;                   /* the day, or FUNNEL_NO_DAY */
    int reason;                     /* why lost: the caller's number, -1: not said */
};
struct funnel_step {
    int64_t reached, standing, lost; /* lost: while they stood here */
    bool has_median, has_waiting;
    double median;  /* days from the step before to this one */
    double waiting; /* days for which those who stand here have stood */
};
struct funnel_result {
    struct funnel_step steps[FUNNEL_STEPS_MAX];
    int64_t reasons[FUNNEL_REASONS_MAX]; /* of the lost, by the caller's numbers */
    int64_t records, lost;
    bool has_whole;
    double whole; /* median of days from the first step to the last */
};
/* today: since 1970. A record that reached no step is not counted. */
MUST_USE enum err funnel_analyse(struct arena *a, const struct funnel_record *records, size_t count,
    size_t steps, int64_t today, struct funnel_result *out, struct diag *d);

struct funnel {
    size_t step_count;
    const struct pack_column *steps[FUNNEL_STEPS_MAX];
    str reason_codes[FUNNEL_REASONS_MAX];
    size_t reason_count;
    struct funnel_result result;
};
/* The funnel of a page of that kind over the records that the reader may see: of those whose first step
 * lies in [from, to] (days; FUNNEL_NO_DAY: open), and whose column `by` is `value` (by NULL: all). */
struct funnel_query {
    int64_t from, to;
    const struct pack_column *by;
    str value;
};
MUST_USE enum err funnel_read(struct op *op, const struct pack_page *page,
    const struct funnel_query *asked, struct funnel *out);

#endif
