/*
 * Random procedures under random events.
 *
 *     procedures [--seeds N] [--from SEED] [-v]
 *
 * A seed makes a model (models.h) and then a life of one instance: tasks are done or fail, timers
 * come due, messages and signals come, variables are set, tokens are moved, signers come and go;
 * now and then the process dies and what was saved is read back. After each turn:
 *
 *     the invariants of the instance hold (bpmn_instance_check), and its text reads back the same
 *     every task that was offered and not ended belongs to a live token, and the other way round
 *     the same of timers
 *     a turn that fails leaves the text as it was and tells nothing
 *
 *     a turn without enough memory is done, or leaves all as it was (on a copy)
 *
 * and at last: the same events again, without dying, give the same text; and an instance that
 * nobody moved by hand and no error ended has reached its end. Says the first broken rule of each
 * seed, and last "N passed, N failed".
 */
#include "bpmn/bpmn.h"
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 6000, HAPPY_TURNS = 120, OPEN_MAX = 4096, LIVES_BYTES = 512 << 20 };

enum act {
    DO_START,
    DO_COMPLETE,
    DO_FAIL,
    DO_TIMER,
    DO_MESSAGE,
    DO_SIGNAL,
    DO_SET,
    DO_MOVE,
    DO_ADD,
    DO_REMOVE,
    ACT_COUNT
};
static const char *const act_words[] = { "start", "complete", "fail", "timer", "message", "signal",
    "set", "move", "add", "remove" };

struct event {
    enum act act;
    int64_t number; /* task, timer, value */
    char name[24];
};

static long done[ACT_COUNT], done_starved; /* of all seeds */

struct life {
    struct arena model_arena, home, turn_arena;
    const struct bpmn_model *model;
    struct bpmn_instance *instance;
    struct bpmn_host host;
    str state;
    int64_t tasks[OPEN_MAX], timers[OPEN_MAX];
    int task_count, timer_count;
    struct event events[TURNS_MAX];
    int event_count;
    bool by_hand, verbose;
    char why[1024];
};

static bool wrong(struct life *l, const char *what, const char *more)
{
    if (!l->why[0])
        snprintf(l->why, sizeof l->why, "turn %d (%s): %s %.600s", l->event_count,
            l->event_count ? act_words[l->events[l->event_count - 1].act] : "", what, more);
    return false;
}

/* ── what the world knows ──────────────────────────────────────────────────────────────────── */

static bool put(int64_t *list, int *count, int64_t number)
{
    if (*count == OPEN_MAX)
        return false;
    list[(*count)++] = number;
    return true;
}

static bool take(int64_t *list, int *count, int64_t number)
{
    for (int n = 0; n < *count; n++)
        if (list[n] == number) {
            memmove(&list[n], &list[n + 1], (size_t)(*count - n - 1) * sizeof *list);
            --*count;
            return true;
        }
    return false;
}

static bool told(struct life *l, const struct bpmn_turn *t, int64_t fired)
{
    if (fired && !take(l->timers, &l->timer_count, fired))
        return wrong(l, "fired a timer", "nobody set");
    for (size_t n = 0; n < t->effect_count; n++) {
        const struct bpmn_effect *e = &t->effects[n];
        bool good = true;
        if (e->kind == BPMN_TASK_CREATED)
            good = put(l->tasks, &l->task_count, e->token);
        else if (e->kind == BPMN_TASK_COMPLETED || e->kind == BPMN_TASK_CANCELLED)
            good = take(l->tasks, &l->task_count, e->token);
        else if (e->kind == BPMN_TIMER_SET)
            good = put(l->timers, &l->timer_count, e->timer);
        else if (e->kind == BPMN_TIMER_CANCELLED)
            good = take(l->timers, &l->timer_count, e->timer);
        if (!good)
            return wrong(l, "an effect that does not fit what was told before:",
                e->node ? str_terminated(&l->turn_arena, e->node->id) : "");
    }
    return true;
}

static bool tasks_agree(struct life *l)
{
    int waiting = 0;
    for (size_t n = 0; n < bpmn_waiting_count(l->instance); n++) {
        struct bpmn_waiting t = bpmn_waiting_at(l->instance, n);
        bool known = false;
        for (int k = 0; k < l->task_count; k++)
            known |= l->tasks[k] == t.token;
        waiting += t.task;
        if (t.task != known)
            return wrong(l, "a token and the tasks told of disagree at",
                str_terminated(&l->turn_arena, t.node->id));
    }
    return waiting == l->task_count || wrong(l, "a task belongs to no token", "");
}

static bool timers_agree(struct life *l)
{
    struct diag d = { 0 };
    json_t *state, *timer;
    size_t index;
    if (json_parse(&l->turn_arena, l->state, &state, &d) != OK)
        return wrong(l, "the saved text is no JSON:", d.en);
    json_t *list = json_object_get(state, "timers");
    json_array_foreach(list, index, timer)
    {
        bool known = false;
        for (int k = 0; k < l->timer_count; k++)
            known |= l->timers[k] == json_int(timer, "i", 0);
        if (!known)
            return wrong(l, "a timer was never told of", "");
    }
    return (int)json_array_size(list) == l->timer_count || wrong(l, "a timer told of is lost", "");
}

/* ── one turn ──────────────────────────────────────────────────────────────────────────────── */

static enum err do_event(struct life *l, struct bpmn_turn *t, const struct event *e)
{
    struct bpmn_instance *i = l->instance;
    str name = str_from(e->name);
    json_t *x = json_keep(&l->turn_arena,
        json_pack(
            "{s:I, s:b}", "x", (json_int_t)(e->number % 10), "flag", (int)(e->number % 3 == 0)));
    json_t *own = json_keep(&l->turn_arena, json_pack("{s:i}", "one", 7));
    switch (e->act) {
    case DO_START:
        return bpmn_start(t, &l->home, l->model, STR("P"), STR_NONE, x, &l->instance);
    case DO_COMPLETE:
        return bpmn_complete(t, i, e->number, NULL);
    case DO_FAIL:
        return bpmn_fail(t, i, e->number, name);
    case DO_TIMER:
        return bpmn_timer(t, i, e->number);
    case DO_MESSAGE:
        return bpmn_message(t, i, name, x, NULL);
    case DO_SIGNAL:
        return bpmn_signal(t, i, name, NULL, NULL);
    case DO_SET:
        return bpmn_set(t, i, x);
    case DO_MOVE:
        return bpmn_move(t, i, e->number, name);
    case DO_ADD:
        return bpmn_add_instance(t, i, e->number, (enum bpmn_place)(e->name[0] - '0'), own);
    case DO_REMOVE:
        return bpmn_remove_instance(t, i, e->number);
    case ACT_COUNT:
        break;
    }
    return ERR_INVALID;
}

static bool may_fail(enum err err, enum act act)
{
    /* No way on, a loop's number that is none, a limit: the model's own doing. Moves and signers
     * that are not allowed are refused. */
    return err == ERR_INVALID || err == ERR_LIMIT || err == ERR_LIMIT_STEPS
        || (err == ERR_NOT_ALLOWED && act >= DO_MOVE) || (err == ERR_NOT_FOUND && act >= DO_MOVE);
}

static bool turn(struct life *l, const struct event *e, bool crash)
{
    struct diag d = { 0 };
    struct bpmn_turn t;
    str before = l->state, again;
    arena_reset(&l->turn_arena);
    bpmn_turn_init(&t, &l->host, &l->turn_arena, &d);
    enum err err = do_event(l, &t, e);
    if (err && (!may_fail(err, e->act) || t.effect_count))
        return wrong(l, "a turn failed:", d.en);
    done[e->act] += err == OK;
    if (err && l->verbose)
        printf("turn %d refused: %s\n", l->event_count, d.en);
    if (!l->instance)
        return true;
    if (!told(l, &t, err == OK && e->act == DO_TIMER ? e->number : 0))
        return false;
    struct diag check = { 0 };
    if (bpmn_instance_check(l->instance, &check) != OK)
        return wrong(l, "an invariant is broken:", check.en);
    if (bpmn_save(l->instance, &l->home, &l->state, &check) != OK)
        return wrong(l, "it cannot be saved:", check.en);
    if (err && before.bytes && !str_equal(before, l->state))
        return wrong(l, "a turn that failed changed the state:", d.en);
    struct bpmn_instance *back;
    if (bpmn_restore(&l->home, l->model, l->state, &back, &check) != OK)
        return wrong(l, "it cannot be read back:", check.en);
    if (bpmn_save(back, &l->home, &again, &check) != OK || !str_equal(again, l->state))
        return wrong(l, "it reads back as something else", "");
    if (crash)
        l->instance = back;
    return tasks_agree(l) && timers_agree(l);
}

/* ── choosing ──────────────────────────────────────────────────────────────────────────────── */

static void choose_by_hand(struct life *l, struct dice *d, struct event *e)
{
    size_t waiting = bpmn_waiting_count(l->instance);
    if (!waiting || !l->by_hand)
        return;
    struct bpmn_waiting t = bpmn_waiting_at(l->instance, (size_t)dice_below(d, (int)waiting));
    const struct bpmn_node *to =
        bpmn_node_at(l->model, (size_t)dice_below(d, (int)bpmn_node_count(l->model)));
    e->act = DO_MOVE + dice_below(d, 3);
    e->number = t.token;
    if (e->act == DO_MOVE)
        snprintf(e->name, sizeof e->name, "%.*s", STR_ARGS(to->id));
    else
        snprintf(e->name, sizeof e->name, "%d", dice_below(d, 3));
}

/* Does something stand still for a message? Else one would only begin event sub-processes anew. */
static bool listens(const struct life *l)
{
    for (size_t n = 0; n < bpmn_waiting_count(l->instance); n++) {
        enum bpmn_kind k = bpmn_waiting_at(l->instance, n).node->kind;
        if (k == BPMN_CATCH_EVENT || k == BPMN_RECEIVE_TASK || k == BPMN_EVENT_GATEWAY)
            return true;
    }
    return false;
}

/* What nobody can refuse to do brings every block to its end. */
static bool choose(struct life *l, struct dice *d, struct event *e)
{
    bool happy = l->event_count < HAPPY_TURNS;
    int kind = dice_below(d, happy ? 100 : 70);
    *e = (struct event){ .act = DO_SET, .number = (int64_t)dice_below(d, 1000) };
    if (kind < 40 && l->task_count) {
        e->act = DO_COMPLETE;
        e->number = l->tasks[dice_below(d, l->task_count)];
    } else if (kind < 52 && l->timer_count) {
        e->act = DO_TIMER;
        e->number = l->timers[dice_below(d, l->timer_count)];
    } else if (kind < 66 && (happy || listens(l))) {
        static const int late[] = { 0, 1, 3 };
        e->act = DO_MESSAGE;
        snprintf(e->name, sizeof e->name, "m%d", happy ? dice_below(d, 4) : late[dice_below(d, 3)]);
    } else if (kind < 70 && (happy || listens(l))) {
        e->act = DO_SIGNAL;
        snprintf(e->name, sizeof e->name, "s%d", happy ? dice_below(d, 2) : 0);
    } else if (kind < 73 && l->task_count) {
        e->act = DO_FAIL;
        e->number = l->tasks[dice_below(d, l->task_count)];
        snprintf(e->name, sizeof e->name, "E%d", dice_below(d, 2));
    } else if (kind > 90) {
        choose_by_hand(l, d, e);
    }
    if (!happy && e->act == DO_SET)
        e->number = e->number / 3 * 3; /* the flag stays up */
    return true;
}

/* ── lives ─────────────────────────────────────────────────────────────────────────────────── */

static void life_begin(struct life *l)
{
    arena_init(&l->home, NULL, LIVES_BYTES);
    arena_init(&l->turn_arena, NULL, LIVES_BYTES);
    l->host = (struct bpmn_host){ .now_ms = 1795392000000, .offset_s = 8 * 3600 };
    l->instance = NULL;
    l->state = STR_NONE;
    l->task_count = l->timer_count = 0;
}

static bool load(struct life *l, str xml, struct dice *d)
{
    struct diag_list faults;
    struct arena small;
    for (int n = 0; n < 3; n++) { /* with too little memory: refused, or good */
        arena_init(&small, NULL, 16 * (size_t)dice_below(d, 6000));
        if (bpmn_load(&small, STR("random"), xml, NULL, &l->model, NULL) == OK
            && arena_failed(&small))
            return wrong(l, "a model was read with too little memory", "");
        arena_release(&small);
    }
    arena_init(&l->model_arena, NULL, LIVES_BYTES);
    diag_list_init(&faults, &l->model_arena, 10);
    if (bpmn_load(&l->model_arena, STR("random"), xml, NULL, &l->model, &faults) == OK)
        return true;
    return wrong(l, "the model is refused:", faults.count ? faults.items[0]->en : "");
}

/* The same event on a copy, with a turn's or a home's arena that ends at some byte: it is done, or
 * all is as before and nothing is told. */
static bool starved(struct life *l, const struct event *e, struct dice *d)
{
    struct arena home, small;
    struct diag said = { 0 };
    struct bpmn_turn t;
    struct bpmn_instance *copy, *kept = l->instance;
    str after;
    bool of_home = dice_chance(d, 30), good = true;
    size_t limit = 16 * (size_t)dice_below(d, dice_chance(d, 50) ? 100 : 1500);
    arena_init(&home, NULL, LIVES_BYTES);
    arena_init(&small, NULL, of_home ? LIVES_BYTES : limit);
    if (bpmn_restore(&home, l->model, l->state, &copy, &said) != OK)
        good = wrong(l, "it cannot be read back:", said.en);
    if (good) {
        if (of_home)
            home.bytes_limit = home.bytes_taken + limit;
        l->instance = copy;
        bpmn_turn_init(&t, &l->host, &small, &said);
        enum err err = do_event(l, &t, e);
        l->instance = kept;
        home.bytes_limit = LIVES_BYTES;
        home.failed = false;
        if (bpmn_instance_check(copy, &said) != OK)
            good = wrong(l, "short memory broke an invariant:", said.en);
        else if (err && t.effect_count)
            good = wrong(l, "short memory: a turn that failed tells something", "");
        else if (err
            && (bpmn_save(copy, &home, &after, &said) != OK || !str_equal(after, l->state)))
            good = wrong(l, "short memory: a turn that failed changed the state", "");
        done_starved += err == ERR_MEMORY;
    }
    arena_release(&small);
    arena_release(&home);
    return good;
}

static bool live(struct life *l, struct dice *d)
{
    struct event start = { DO_START, dice_below(d, 1000), "" };
    life_begin(l);
    l->by_hand = dice_chance(d, 40);
    l->events[l->event_count++] = start;
    if (!turn(l, &start, dice_chance(d, 20)))
        return false;
    while (l->instance && !bpmn_ended(l->instance) && l->event_count < TURNS_MAX) {
        struct event e;
        choose(l, d, &e);
        l->events[l->event_count++] = e;
        if (dice_chance(d, 15) && !starved(l, &e, d))
            return false;
        if (!turn(l, &e, dice_chance(d, 20)))
            return false;
    }
    if (l->instance && !bpmn_ended(l->instance) && !l->by_hand)
        return wrong(
            l, "no end is reached:", str_terminated(&l->turn_arena, str_slice(l->state, 0, 500)));
    return true;
}

static bool live_again(struct life *l)
{
    str was = l->state;
    struct arena kept = l->home;
    int count = l->event_count;
    bool good = true;
    arena_release(&l->turn_arena);
    life_begin(l);
    for (int n = 0; n < count && good; n++) {
        l->event_count = n + 1;
        good = turn(l, &l->events[n], false);
    }
    if (good && !str_equal(was, l->state))
        good = wrong(l, "the same events lead elsewhere", "");
    arena_release(&kept);
    return good;
}

static bool run_seed(struct life *l, uint64_t seed, bool verbose)
{
    struct dice d = { seed * 7919 };
    struct arena a;
    memset(l, 0, sizeof *l);
    l->verbose = verbose;
    arena_init(&a, NULL, LIVES_BYTES);
    str xml = random_model(&a, &d);
    if (verbose)
        printf("%.*s\n", STR_ARGS(xml));
    bool good = load(l, xml, &d) && live(l, &d) && live_again(l);
    for (int n = 0; verbose && n < l->event_count; n++)
        printf("%d %s %lld %s\n", n + 1, act_words[l->events[n].act],
            (long long)l->events[n].number, l->events[n].name);
    if (verbose && l->state.bytes)
        printf("%.*s\n", STR_ARGS(l->state));
    arena_release(&l->turn_arena);
    arena_release(&l->home);
    arena_release(&l->model_arena);
    arena_release(&a);
    return good;
}

int main(int argc, char **argv)
{
    long seeds = 1000, from = 1, failed = 0;
    bool verbose = false;
    for (int n = 1; n < argc; n++) {
        if (!strcmp(argv[n], "-v"))
            verbose = true;
        else if (!strcmp(argv[n], "--seeds") && n + 1 < argc)
            seeds = strtol(argv[++n], NULL, 10);
        else if (!strcmp(argv[n], "--from") && n + 1 < argc)
            from = strtol(argv[++n], NULL, 10);
        else
            seeds = 0;
    }
    if (seeds < 1) {
        fprintf(stderr, "usage: procedures [--seeds N] [--from SEED] [-v]\n");
        return 2;
    }
    struct life *l = mem_alloc(sizeof *l);
    for (long n = 0; n < seeds; n++) {
        if (run_seed(l, (uint64_t)(from + n), verbose))
            continue;
        failed++;
        printf("not ok: procedure seed %ld, %s\n", from + n, l->why);
    }
    mem_free(l);
    /* A simulation that never does a thing proves nothing about it. */
    if (seeds >= 100 && !done_starved && ++failed)
        printf("not ok: no turn ever ran out of memory\n");
    for (int act = 0; act < ACT_COUNT && seeds >= 100; act++)
        if (!done[act] && ++failed)
            printf("not ok: no seed ever did %s\n", act_words[act]);
    printf("%ld passed, %ld failed\n", seeds - failed, failed);
    return failed != 0;
}
