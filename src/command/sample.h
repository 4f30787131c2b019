/*
 * Shared by the files of `junma sample` (sample*.c); nobody else includes it.
 *
 *     sample.c         the command: opens the zone, runs the year in batches, shows progress
 *     sample_world.c   a clock that is set and randomness that repeats
 *     sample_text.c    random numbers, choices from lists, sentences with slots
 *     sample_lists.c   reads the zone's lists
 *     sample_people.c  enterprises and accounts
 *     sample_licences.c  licences, from lists
 *     sample_services.c  cases about service items, from lists
 *     sample_registers.c  records of registers, from tables
 *     sample_funds.c   work on funds, from a table
 *     sample_benefits.c  lists by which benefits are paid, in the same table
 *     sample_reports.c residents' reports, from a list
 *     sample_draws.c   draws published and drawn, from a list
 *     sample_year.c    when requests come; the queue of what is to happen
 *     sample_case.c    a case's life: what happens at each step, decided by the lists' shares
 *     sample_act.c     doing it, as somebody who may
 *
 * The lists (zones/<zone>/sample/README.md) hold every word and every share; this code knows their
 * form, the engine's verbs and nothing of a zone.
 */
#ifndef JUNMA_COMMAND_SAMPLE_H
#define JUNMA_COMMAND_SAMPLE_H

#include "command/command.h"
#include "zone/access.h"
#include "zone/case.h"
#include "zone/register.h"

enum {
    SAMPLE_STAFF_MAX = 200,
    SAMPLE_CONTACTS_MAX = 50,
    SAMPLE_DAYS = 365,
    SAMPLE_ENTERPRISES_MAX = 20000,
    SAMPLE_REQUESTS_MAX = 200000,
    SAMPLE_PUBLISHED_MAX = 500,
};

/* ---- randomness (SplitMix64) ---- */

struct sample_random {
    uint64_t state;
};
uint64_t sample_next(struct sample_random *r);
int64_t sample_below(struct sample_random *r, int64_t limit); /* 0 .. limit - 1 */
int64_t sample_between(struct sample_random *r, int64_t least, int64_t most);
double sample_unit(struct sample_random *r); /* 0 <= x < 1 */
bool sample_chance(struct sample_random *r, double p);

/* ---- the world it happens in ---- */

struct sample_world {
    struct sys sys; /* hands everything on to `real` but the clock and, once set, randomness */
    const struct sys *real;
    int64_t now_ms;
    bool repeats; /* randomness comes from the seed from now on; not so while a key is made */
    struct sample_random random;
};
void sample_world_init(struct sample_world *w, const struct sys *real, uint64_t seed, int64_t now);

/* ---- lists ---- */

struct sample_lists {
    const json_t *names, *accounts, *requests, *behaviour;
};
MUST_USE enum err sample_lists_read(const struct sys *sys, struct arena *a, const char *zone_dir,
    struct sample_lists *out, struct diag *d);
/* Members of lists; what is missing reads as the empty array, the otherwise, the empty text. */
double sample_number(const json_t *object, const char *key, double otherwise);
/* The items of an array by their member "weight" (1 when absent); NULL for an empty array. */
const json_t *sample_pick(struct sample_random *r, const json_t *array);
/* One of an array of texts; the empty text for an empty array. */
str sample_pick_text(struct sample_random *r, const json_t *array);
/* An index by an array of weights. */
size_t sample_pick_weight(struct sample_random *r, const json_t *weights);

/* What a sentence's slots say: {enterprise} {contact} {place} {unit} {phone} {number} {due}
 * {day-3} {day+2}, and the lists' own, the same choice throughout one case. */
struct sample_facts {
    uint64_t seed;
    const json_t *slots;
    str enterprise, contact, place, unit, phone, number;
    const struct tz *tz;
    int64_t now_ms, due_ms;
    bool english;
};
str sample_sentence(struct arena *a, str pattern, const struct sample_facts *facts);

/* ---- people ---- */

struct sample_staff {
    struct actor actor;
    bool works; /* signs, handles, answers */
};
struct sample_enterprise {
    int64_t id, account; /* account 0: no sign-in of its own */
    str name, contact, phone, place;
    const json_t *data; /* as it was put on record */
    bool foreign;
};

/* ---- benefits, in the tables of funds (sample_funds.c) ---- */

struct sample_benefit {
    str act;     /* "draw", "strike", … */
    str of;      /* draw: a clause; strike, object: the number of a line; decide: upheld or dismissed */
    str label, document, reason; /* object: who, by which phone, and what was said */
    int64_t list;
    int64_t made; /* draw: the list; pay: the batch; 0: nobody qualifies in this sample */
};
bool sample_benefit_act(str act);
MUST_USE enum err sample_benefit(struct op *op, struct sample_benefit *b);

/* ---- what is to happen ---- */

enum sample_what {
    SAMPLE_ARRIVE,
    SAMPLE_TIMERS,
    SAMPLE_SIGN,
    SAMPLE_DISPATCH,
    SAMPLE_REPLY,
    SAMPLE_TRANSFER,
    SAMPLE_RETURN,
    SAMPLE_SUSPEND,
    SAMPLE_PAPERS,
    SAMPLE_RESUME,
    SAMPLE_EXTEND,
    SAMPLE_APPROVE,
    SAMPLE_REFUSE,
    SAMPLE_URGE,
    SAMPLE_SUPERVISE,
    SAMPLE_WITHDRAW,
    SAMPLE_MERGE,
    SAMPLE_RATE,
    SAMPLE_REOPEN,
    SAMPLE_NOTE_STAFF,
    SAMPLE_NOTE_APPLICANT,
    SAMPLE_PUBLISH,
    SAMPLE_WHAT_COUNT
};

struct sample_act {
    int64_t at, order; /* order: as they were planned, so that equal times never change places */
    int64_t who;       /* index of the case */
    enum sample_what what;
};

struct sample_case {
    int64_t id; /* 0 until it has arrived */
    struct sample_random random;
    uint64_t seed;
    const json_t *topic, *text;
    int64_t enterprise;  /* index */
    int64_t same_as;     /* index of the case it repeats, -1 = none */
    const char *channel; /* of the lists */
    str number;
    const struct bpmn_node *node; /* the step that waits, NULL at the end */
    const struct pack_unit *unit, *answered_by, *returned_by;
    int64_t assignee, due_ms, signed_at, rating;
    enum case_status status;
    bool unnamed; /* raised without a topic */
    bool late;    /* will be, or was, answered late */
    bool turned;  /* passed on, suspended or extended once: not again */
};

struct sample {
    struct command_line *line;
    struct arena *arena; /* of the whole run */
    struct sample_world world;
    struct zone *zone;
    const struct pack_system *system;
    struct sample_lists lists;
    const char *zone_dir;
    int64_t record_count; /* made of tables */
    int64_t service_made; /* cases about service items */
    struct sample_random random;
    int64_t from_ms, until_ms;
    struct sample_staff staff[SAMPLE_STAFF_MAX];
    size_t staff_count;
    int64_t first_account; /* whose hash of the published password all take over, or 0 */
    struct sample_enterprise *enterprises;
    int64_t enterprise_count, enterprise_made;
    int64_t contacts[SAMPLE_CONTACTS_MAX]; /* indexes of those that can sign in */
    size_t contact_count;
    struct sample_case *cases;
    int64_t case_count;
    struct sample_act *queue; /* a heap, the earliest first */
    size_t queue_count, queue_capacity;
    const json_t *published[SAMPLE_PUBLISHED_MAX]; /* texts whose answer is public */
    size_t published_count;
    int64_t order, refused[SAMPLE_WHAT_COUNT], acts[SAMPLE_WHAT_COUNT];
};

/* Within a write. Enterprises from enterprise_made on, at most `limit`. */
MUST_USE enum err sample_make_enterprises(struct sample *s, struct op *op, int64_t limit);
MUST_USE enum err sample_make_accounts(struct sample *s, struct op *op);
/* Records of registers that systems have tables of, in writes of its own. */
MUST_USE enum err sample_make_records(struct sample *s, struct op *op);
/* In a write: what a cell says of pictures (sample_files.c) as uploads of the actor; out takes their ids. */
MUST_USE enum err sample_files(
    struct sample *s, struct op *op, str folder, str text, const json_t *place, json_t *out);
/* Licences, out of the systems' lists, in writes of its own. */
MUST_USE enum err sample_make_licences(struct sample *s, struct op *op);
/* Cases about service items, out of the systems' lists; after the licences, in writes of its own. None
 * where no requests were asked for. */
MUST_USE enum err sample_make_services(struct sample *s, struct op *op);
/* Work on funds, when the zone has a table of it; after the records, in writes of its own. */
MUST_USE enum err sample_make_funds(struct sample *s, struct op *op);
/* Residents' reports, when the zone has a list of them, in a write of its own. */
MUST_USE enum err sample_make_reports(struct sample *s, struct op *op);
/* Draws, when the zone has a list of them; after the records, in writes of its own. */
MUST_USE enum err sample_make_draws(struct sample *s, struct op *op);
/* NULL: the staff has no such login. */
const struct actor *sample_staff_login(const struct sample *s, str login);
/* Somebody of the unit (NULL: somebody who sees all) whose role has the permission, one whose daily
 * work this is if `daily`, else one who only oversees, as far as there is one; NULL when nobody
 * may. */
const struct sample_staff *sample_somebody(const struct sample *s, struct sample_random *r,
    const struct pack_unit *unit, const char *may, bool daily);
const struct sample_staff *sample_staff_of(const struct sample *s, int64_t account);

/* Plans the arrival of every request, and the daily look at timers. */
MUST_USE enum err sample_plan_year(struct sample *s, struct diag *d);
/* Nothing after until_ms is kept. */
MUST_USE enum err sample_plan(
    struct sample *s, int64_t who, enum sample_what what, int64_t at, struct diag *d);
bool sample_take(struct sample *s, struct sample_act *out);
/* The share or number `key` of the slow season that the instant lies in; otherwise outside any. */
double sample_season(const struct sample *s, int64_t ms, const char *key, double otherwise);

/* Does it, and has what follows planned. */
MUST_USE enum err sample_do(struct sample *s, struct op *op, const struct sample_act *act);
/* Plans what comes after it: `did` tells whether it could be done. */
MUST_USE enum err sample_follow(
    struct sample *s, struct diag *d, const struct sample_act *act, bool did);
bool sample_step_offers(const struct bpmn_node *node, enum verb v);
/* Where a case goes when it is handed out or passed on; NULL when the lists know of no place. */
const struct pack_unit *sample_unit_for(const struct sample *s, struct sample_case *c, bool other);
double sample_share(const struct sample *s, const char *key);

#endif
