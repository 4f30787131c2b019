/*
 * Inputs for the verbs about other people, such as they must be taken: whom one may ask at this
 * step, whom one may send away, where one may send the case.
 */
#include "world.h"

#include <string.h>

static const char *const asked_roles[] = { "handler", "head", "officer", "leader", NULL };

struct people_asked {
    int64_t id;
    struct case_task *tasks;
    size_t count;
    struct case_copy *copies;
    size_t copy_count;
};

static enum err read_asked(struct op *op, void *ctx)
{
    struct people_asked *p = ctx;
    TRY(case_tasks(op, p->id, &p->tasks, &p->count));
    return case_copies(op, p->id, &p->copies, &p->copy_count);
}

static bool may_be_asked(struct world *w, size_t i)
{
    for (const char *const *r = asked_roles; *r; r++)
        if (str_is(w->roles[i], *r))
            return true;
    return false;
}

static const struct case_task *find(const struct people_asked *p, int64_t id)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->tasks[i].id == id)
            return &p->tasks[i];
    return NULL;
}

static bool waits(const struct case_task *t)
{
    return str_is(t->state, "open") || str_is(t->state, "suspended") || str_is(t->state, "waiting");
}

static bool asked_already(const struct people_asked *p, int64_t parent, const struct actor *a)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->tasks[i].parent_id == parent && waits(&p->tasks[i])
            && p->tasks[i].assignee_id == a->account)
            return true;
    return false;
}

/* Somebody who may be asked at the task, beside the one who asks. */
static const struct actor *somebody_to_ask(
    struct world *w, const struct people_asked *p, const struct actor *by, int64_t task)
{
    size_t from = pick(w, w->people_count);
    for (size_t i = 0; i < w->people_count; i++) {
        size_t n = (from + i) % w->people_count;
        const struct actor *a = &w->people[n];
        if (a->account && a->account != by->account && may_be_asked(w, n)
            && !asked_already(p, task, a))
            return a;
    }
    return NULL;
}

static bool signers(struct world *w, const struct people_asked *p, const struct actor *by,
    int64_t task, struct verb_input *in)
{
    struct verb_signer *list = ARENA_ARRAY(&w->step, struct verb_signer, 2);
    const struct actor *first = somebody_to_ask(w, p, by, task);
    if (!first)
        return false;
    list[0] = (struct verb_signer){ first->unit, first->account, (int64_t)pick(w, 4) };
    in->signers = list;
    in->signer_count = 1;
    const struct actor *second = somebody_to_ask(w, p, by, task);
    if (chance(w, 60) && second && second != first) {
        list[1] = (struct verb_signer){ second->unit, second->account, 0 };
        in->signer_count = 2;
    }
    return true;
}

static bool delegate(struct world *w, const struct people_asked *p, const struct actor *by,
    int64_t task, struct verb_input *in)
{
    int depth = 0;
    const struct actor *a = somebody_to_ask(w, p, by, task);
    if (!a || !actor_may(a, "verb.give_back"))
        return false;
    for (const struct case_task *t = find(p, task); t && t->parent_id; t = find(p, t->parent_id)) {
        depth++;
        if (t->asked_by == a->account)
            return false;
    }
    in->unit = a->unit;
    in->assignee = a->account;
    return depth < 3;
}

static bool to_copy(struct world *w, const struct people_asked *p, struct verb_input *in)
{
    struct verb_signer *list = ARENA_ARRAY(&w->step, struct verb_signer, 1);
    const struct actor *a = &w->people[pick(w, w->people_count)];
    if (!a->unit.bytes)
        return false;
    list[0] = (struct verb_signer){ a->unit, chance(w, 50) ? a->account : 0, 0 };
    for (size_t i = 0; i < p->copy_count; i++)
        if (!p->copies[i].read_at && p->copies[i].account_id == list[0].assignee
            && (list[0].assignee || str_equal(p->copies[i].unit, a->unit)))
            return false;
    in->signers = list;
    in->signer_count = 1;
    return true;
}

static bool to_remove(
    struct world *w, const struct people_asked *p, int64_t task, struct verb_input *in)
{
    for (size_t i = 0, from = pick(w, p->count + 1); i < p->count; i++) {
        const struct case_task *t = &p->tasks[(from + i) % p->count];
        if (t->parent_id == task && task && waits(t)) {
            in->signer = t->id;
            return true;
        }
    }
    return false;
}

struct asking_where {
    int64_t id;
    struct verb_input in;
    struct verb_result out;
};

static enum err where(struct op *op, void *ctx)
{
    struct asking_where *a = ctx;
    return case_verb(op, a->id, &a->in, &a->out);
}

/* One of the steps that a dry run offers. */
static bool to_move(struct world *w, const struct actor *by, int64_t id, struct verb_input *in)
{
    struct asking_where a = { .id = id, .in = { .verb = in->verb, .dry_run = true } };
    if (world_read(w, by, where, &a) != OK || !a.out.choice_count)
        return false;
    in->node = a.out.choices[pick(w, a.out.choice_count)].node;
    in->straight = in->verb == VERB_RETURN && chance(w, 80);
    return true;
}

static void votes(struct world *w, struct verb_input *in)
{
    static const char *const words[] = { "agree", "agree", "disagree", "abstain" };
    in->vote = str_from(words[pick(w, 4)]);
    in->text = STR("已阅,意见如上。");
}

bool people_input(
    struct world *w, const struct actor *by, int64_t id, int64_t task, struct verb_input *in)
{
    static const char *const modes[] = { "all", "any", "vote" },
                             *const places[] = { "before", "beside", "after" };
    struct people_asked p = { .id = id };
    CHECK(w, world_read(w, &actor_system, read_asked, &p) == OK, "tasks: %s", w->diag.en);
    in->mode = str_from(modes[pick(w, 3)]);
    in->position = str_from(places[pick(w, 3)]);
    if (str_is(in->mode, "vote") && chance(w, 50))
        in->share = 60 + (int64_t)pick(w, 41);
    switch (in->verb) {
    case VERB_COUNTERSIGN:
    case VERB_ADD_SIGNER:
        return signers(w, &p, by, task, in);
    case VERB_DELEGATE:
        return delegate(w, &p, by, task, in);
    case VERB_COPY:
        return to_copy(w, &p, in);
    case VERB_REMOVE_SIGNER:
        return to_remove(w, &p, task, in);
    case VERB_OPINION:
        votes(w, in);
        return true;
    case VERB_RETURN:
        return chance(w, 25) || to_move(w, by, id, in) || true;
    case VERB_JUMP:
        return to_move(w, by, id, in);
    default:
        return true;
    }
}

bool held_by(struct world *w, int64_t id, int64_t account)
{
    struct people_asked p = { .id = id };
    if (world_read(w, &actor_system, read_asked, &p) != OK)
        return fail(w, "tasks: %s", w->diag.en);
    for (size_t i = 0; i < p.count; i++)
        if (p.tasks[i].held.bytes && waits(&p.tasks[i]) && p.tasks[i].assignee_id == account)
            return true;
    return false;
}

/* ---- how a case stands, for what is taken back ---- */

struct printing {
    int64_t id;
    uint64_t hash;
};

static enum err add_rows(struct op *op, const char *sql, struct printing *p)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql, S_TEXT(op->zone->code), S_INT(p->id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        for (int i = 0; i < store_column_count(&rows); i++)
            p->hash = (p->hash ^ str_hash(store_text(&rows, i))) * UINT64_C(0x100000001b3) + 1;
    }
    store_rows_end(&rows);
    return OK;
}

/* The procedure's state but for the number that the next token will have. */
static enum err add_state(struct op *op, struct printing *p)
{
    struct store_rows rows;
    json_t *state;
    TRY(STORE_ONE(op->conn, &rows, op->diag, "SELECT state FROM cases WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(p->id)));
    str text = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    TRY(json_parse(op->arena, text, &state, op->diag));
    json_set_int(state, "next", 0);
    p->hash = (p->hash ^ str_hash(json_text(op->arena, state))) * UINT64_C(0x100000001b3);
    return OK;
}

static enum err print(struct op *op, void *ctx)
{
    struct printing *p = ctx;
    p->hash = UINT64_C(0xcbf29ce484222325);
    TRY(add_state(op, p));
    TRY(add_rows(op,
        "SELECT id, state, unit, assignee_id, signed_at, held, back, due_at, parent_id FROM task"
        " WHERE zone = $1 AND case_id = $2 AND state IN ('open', 'suspended', 'waiting') ORDER BY"
        " id",
        p));
    TRY(add_rows(op,
        "SELECT id, task_id, code, state, due_at, remaining, paused_at FROM promise WHERE zone ="
        " $1 AND case_id = $2 AND state IN (0, 1) ORDER BY id",
        p));
    TRY(add_rows(op,
        "SELECT number, due_at FROM timer WHERE zone = $1 AND case_id = $2 ORDER BY number", p));
    return add_rows(op,
        "SELECT unit, node, topic, urgency, assignee_id, status, suspended, extension,"
        " handled_unit, promise_id, due_at FROM cases WHERE zone = $1 AND id = $2",
        p);
}

bool case_print(struct world *w, int64_t id, uint64_t *hash)
{
    struct printing p = { .id = id };
    CHECK(w, world_read(w, &actor_system, print, &p) == OK, "rows of a case: %s", w->diag.en);
    *hash = p.hash;
    return true;
}
