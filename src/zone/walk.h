/*
 * Which homes have which services within a walk: the registers that a page of kind `coverage` names,
 * and the nearest place of a kind for each home (reach.h). What the page shows is computed when it
 * is asked for; what figures count is kept (walk_report) and brought up to date soon after one of
 * the registers, or the pack, has changed.
 *
 *     walk_report   zone, page, id (of the home), kind, households, metres (NULL: none within two
 *                   hours), covered (1: within the minutes that the page sets for the kind)
 */
#ifndef JUNMA_ZONE_WALK_H
#define JUNMA_ZONE_WALK_H

#include "zone/reach.h"
#include "zone/record.h"

extern const struct store_migration walk_migrations[];
extern const size_t walk_migration_count;

enum { WALK_PLACES_MAX = 4000, WALK_KINDS_MAX = 60, WALK_PEOPLE_MAX = 6 };

struct walk_spot {
    int64_t id, weight; /* weight: households of a home */
    int64_t people[WALK_PEOPLE_MAX]; /* of a home, as struct walk counts them; -1: not on record */
    str label, kind;
    struct reach_point at;
    double metres; /* of a home, after walk_to: to the nearest; INFINITY beyond two hours */
    bool crow;     /* as the crow flies, since no street is near */
    const struct walk_spot *nearest;
};
/* People whom a column of the homes counts. */
struct walk_people {
    const struct pack_column *column;
    const json_t *kinds; /* the services that are for them; NULL: all people, any service */
    int64_t total;       /* of homes that have a place and say how many */
    size_t unsaid;       /* homes that do not */
};
struct walk_spots {
    struct walk_spot *items; /* NULL: the page names no such register */
    size_t count, without;   /* without: records that have no place */
};
struct walk {
    struct op *op;
    const struct pack_page *page;
    struct reach *reach;
    struct walk_spots homes, services, sites;
    const struct pack_codes *kinds;
    int64_t households;
    struct walk_people people[WALK_PEOPLE_MAX];
    size_t people_count;
};
/* Everything that the page names, as the actor may see it; lives in the op's arena. ERR_FORBIDDEN,
 * ERR_LIMIT above WALK_PLACES_MAX. */
MUST_USE enum err walk_read(struct op *op, const struct pack_page *page, struct walk *out);
/* The code table of the page's kinds of service. */
const struct pack_codes *walk_kinds(const struct pack *p, const struct pack_page *page);
int64_t walk_minutes(const struct pack_page *page, str kind);
/* The nearest place of a kind for every home, within two hours; *places how many there are. */
MUST_USE enum err walk_to(struct walk *v, str kind, size_t *places);
/* Is the service counted in these people? *own: it is for them, and not only for everybody. */
bool walk_for(const struct walk_people *p, str kind, bool *own);
bool walk_covers(const struct walk *v, const struct walk_spot *home, int64_t minutes);

/* Brings walk_report up to date where something has changed, in a write of its own: not from inside
 * one. It counts the registers that homes and services are in: worth asking when the journal has
 * grown, which holds whatever moves a register or the pack in use. */
MUST_USE enum err walks_refresh(struct op *op);

#endif
