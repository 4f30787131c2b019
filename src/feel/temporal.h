/*
 * Dates, times, date-times and the two kinds of duration (clauses 10.3.2.3.4 to 10.3.2.3.8).
 *
 * A date-time with an offset or a named zone stands for an instant; without, for a reading of a
 * wall clock that nobody said where to find. Instants and wall readings are never compared.
 * A zoned date-time keeps its wall reading and the offset that held there: the instant is one
 * subtraction away, and adding months moves the wall reading, not the instant.
 *
 * All arithmetic is checked: what leaves years ±999,999,999 is null.
 */
#ifndef JUNMA_FEEL_TEMPORAL_H
#define JUNMA_FEEL_TEMPORAL_H

#include "feel/feel.h"

__extension__ typedef __int128 wide;

enum { SECONDS_PER_DAY = 86400 };
#define NS_PER_SECOND 1000000000LL
#define NS_PER_DAY (SECONDS_PER_DAY * NS_PER_SECOND)

/* Each reads the whole text; null kind when it is no such literal. zones may be NULL: then named
 * zones are not read. */
feel_value temporal_parse_date(str s);
feel_value temporal_parse_time(str s, struct feel_zones *zones);
/* A date alone gives midnight. */
feel_value temporal_parse_date_time(str s, struct feel_zones *zones);
feel_value temporal_parse_duration(str s);
/* @"…": whichever of the above it is (rule 62). */
feel_value temporal_parse_at(str s, struct feel_zones *zones);

feel_value temporal_time(int64_t hour, int64_t minute, int64_t second, int64_t nanos);
/* Sets zone_kind and offset from an offset in seconds; null when beyond 18 hours. */
feel_value temporal_with_offset(feel_value time_or_date_time, int64_t offset_s);
feel_value temporal_date_time(feel_value date, feel_value time);
/* Puts a wall reading into a named zone: finds the offset that holds there. */
feel_value temporal_in_zone(feel_value wall, const struct tz *zone);
feel_value temporal_days_time(wide ns);
feel_value temporal_years_months(int64_t months);
wide temporal_duration_ns(feel_value days_time);
/* The instant of a zoned date-time, or the wall reading taken as UTC, in seconds since 1970. */
int64_t temporal_seconds(feel_value date_time);

void temporal_write(struct buf *b, feel_value v);

/* Arithmetic (clause 10.3.2.3, tables 51-53); null kind when not defined for these kinds. */
feel_value temporal_add(feel_value a, feel_value b);
feel_value temporal_subtract(feel_value a, feel_value b);
feel_value temporal_multiply(feel_value duration, feel_value number);
feel_value temporal_divide(feel_value duration, feel_value by);
feel_value temporal_negate(feel_value duration);
feel_value temporal_years_months_between(feel_value from, feel_value to);
/* False when the two cannot be ordered. */
bool temporal_order(feel_value a, feel_value b, int *order);
/* Properties (table 61): "year", "month" … "timezone"; false when there is no such property. */
bool temporal_property(struct arena *a, feel_value v, str name, feel_value *out);

#endif
