/*
 * What recurs: duties that are done every so many days, of the calendar or of the zone's working
 * days, and how each stands today.
 */
#ifndef JUNMA_ZONE_TODAY_H
#define JUNMA_ZONE_TODAY_H

#include "zone/zone.h"

enum today_state { TODAY_MISSED, TODAY_DUE, TODAY_SOON, TODAY_DONE, TODAY_LATER };
const char *today_state_word(enum today_state s);

struct today_item {
    int64_t id;       /* of the record */
    int64_t due, last; /* days since 1970; last INT64_MIN: never */
    enum today_state state;
    int64_t days; /* late by so many, or to go */
    int at;       /* minute of the day by which it is due; -1: by its end */
};
enum { TODAY_MAX = 5000, TODAY_AHEAD_DAYS = 14 };
/* By a page of the kind `today`, those in force whose time has come or comes within so many days. What is
 * due once (every 0 days) is gone the day after it was done. */
MUST_USE enum err today_read(
    struct op *op, const struct pack_page *page, struct today_item **out, size_t *count);

/* When it is due: `days` after it was last done; on `from` when it never was. */
MUST_USE enum err today_due(const struct calendar *c, int64_t last, int64_t from, int64_t days,
    bool working, int64_t *due, struct diag *d);

/* In a write: who is in charge of a duty (its account, else its unit) hears of it once before the day, on
 * the day, and once it is missed. Of pages that say how many days before. */
MUST_USE enum err todays_daily(struct op *op);

#endif
