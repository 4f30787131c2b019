/*
 * A zone simulated from a seed: the real pack, the real store, one thread; the clock and the
 * randomness are the seed's. A run is a row of steps, and each step is one of
 *
 *     raise a case · ask what an actor may do and do some of it · try what he may not · let time
 *     pass · fire the timers that are due · close the zone and open it again
 *
 * After each step what must always hold is checked (checks.c). The same seed gives the same run.
 *
 * A function that finds something wrong says so with fail() and returns false; everybody above
 * returns false too. Nothing jumps.
 */
#ifndef JUNMA_TESTS_SIM_WORLD_H
#define JUNMA_TESTS_SIM_WORLD_H

#include "zone/access.h"
#include "zone/case.h"
#include "zone/ledger.h"

enum {
    PEOPLE_MAX = 40,
    CASES_MAX = 400,
    PROMISES_MAX = 4000,
    FIRMS = 3,
    UNITS_MAX = 32,
    WHY_BYTES = 1200,
    STEP_BYTES_MAX = 256 * 1024 * 1024
};

struct known_case {
    int64_t id, version, enterprise;
    enum case_status status;
    uint32_t units; /* that ever had a step of it, by their place in the pack */
    uint32_t now;   /* that have one now */
    uint64_t print; /* how it stood before the last verb that may be taken back; 0: none */
};
struct known_promise {
    int64_t id, due_at;
    enum promise_state state;
};

struct world {
    struct sys sys;
    uint64_t random;
    int64_t now_ms;
    char folder[64];
    const char *packs[2]; /* the zone's pack, and one with other limits */
    struct zone *zone;
    struct arena step; /* emptied before each step */
    struct arena life; /* of the run */
    struct diag diag;

    int64_t firms[FIRMS];
    struct actor people[PEOPLE_MAX];
    str roles[PEOPLE_MAX];
    size_t people_count;

    /* As seen after the step before. */
    struct known_case cases[CASES_MAX];
    size_t case_count;
    struct known_promise promises[PROMISES_MAX];
    size_t promise_count;
    /* What the step now under way may change. */
    int64_t touched[2];
    size_t touched_count;
    bool timers_fired;
    bool taken_back;   /* what had ended may be open again */
    bool held_dropped; /* what was taken back had not been done yet */

    enum verb favours; /* by the seed: mostly done where it may be, so that few seeds do every verb */
    int64_t done[VERB_COUNT], refused, invalid, fired, raised, reopened_zone;
    int number; /* of the step */
    char doing[200], why[WHY_BYTES];
};

/* False, with the first reason kept. */
__attribute__((format(printf, 2, 3))) bool fail(struct world *w, const char *format, ...);
#define CHECK(w, holds, ...)                                                                       \
    do {                                                                                           \
        if (!(holds))                                                                              \
            return fail((w), __VA_ARGS__);                                                         \
    } while (0)
#define PASS(call)                                                                                 \
    do {                                                                                           \
        if (!(call))                                                                               \
            return false;                                                                          \
    } while (0)

uint64_t roll(struct world *w);
/* 0 … n-1 */
size_t pick(struct world *w, size_t n);
bool chance(struct world *w, int percent);

bool world_open(struct world *w, uint64_t seed, const struct world *model);
/* An empty zone on the first day of the year, closed: what world_open copies, since making its tables
 * takes longer than a life in it. */
bool world_found(struct world *w, const char *const packs[2]);
void world_close(struct world *w);
/* As a restart of the program would: with the first pack, the second, or the one stored. */
bool world_restart(struct world *w);

struct op world_op(struct world *w, const struct actor *a);
typedef enum err (*world_fn)(struct op *op, void *ctx);
enum err world_read(struct world *w, const struct actor *a, world_fn fn, void *ctx);
/* Some writes are run once, undone (nothing may be left of it) and run again, as a database may
 * ask. */
enum err world_write(struct world *w, const struct actor *a, world_fn fn, void *ctx, bool *whole);
/* Over every table that a case can touch. */
bool world_hash(struct world *w, uint64_t *hash);

/* ---- the rest ---- */

/* Inputs of the verbs about other people; false when there are none now. inputs.c */
bool people_input(
    struct world *w, const struct actor *by, int64_t id, int64_t task, struct verb_input *in);
/* Does something of his wait for signers? */
bool held_by(struct world *w, int64_t id, int64_t account);
/* Of all that taking back must restore. */
bool case_print(struct world *w, int64_t id, uint64_t *hash);
bool take_step(struct world *w);                   /* moves.c */
bool check_everything(struct world *w, bool deep); /* checks.c */

#endif
