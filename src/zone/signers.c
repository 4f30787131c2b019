/* Rows of people asked beside a step's own task; signers.h. */
#include "zone/signers.h"

bool task_is_open(const struct case_task *t)
{
    return str_is(t->state, "open") || str_is(t->state, "suspended");
}

const struct case_task *task_by_id(const struct case_task *tasks, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (tasks[i].id == id)
            return &tasks[i];
    return NULL;
}

size_t signers_open(
    const struct case_task *tasks, size_t count, int64_t parent, const char *relation, bool waiting)
{
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        const struct case_task *t = &tasks[i];
        if (t->parent_id == parent && (!relation || str_is(t->relation, relation))
            && (task_is_open(t) || (waiting && str_is(t->state, "waiting"))))
            open++;
    }
    return open;
}

/* All: when everybody has signed, and nobody is against. Any: by the first. Vote: as soon as the
 * share is reached, or can no longer be. */
static enum round_state decide(
    const struct signer_round *r, str mode, int64_t share, int64_t weight_left)
{
    if (str_is(mode, "any") && r->agreed + r->disagreed)
        return r->agreed ? ROUND_PASSED : ROUND_FAILED;
    if (str_is(mode, "vote") && r->weight_yes * 100 >= share * r->weight)
        return ROUND_PASSED;
    if (str_is(mode, "vote") && (r->weight_yes + weight_left) * 100 < share * r->weight)
        return ROUND_FAILED;
    if (r->signed_ < r->asked)
        return ROUND_OPEN;
    return r->disagreed || !r->agreed ? ROUND_FAILED : ROUND_PASSED;
}

struct signer_round signers_round(const struct case_task *tasks, size_t count, int64_t round)
{
    struct signer_round r = { 0 };
    str mode = STR_NONE;
    int64_t share = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        const struct case_task *t = &tasks[i];
        if (t->round != round || !round || str_is(t->state, "cancelled"))
            continue;
        mode = t->mode;
        share = t->share;
        r.asked++;
        r.weight += t->weight;
        left += task_is_open(t) ? t->weight : 0;
        r.signed_ += str_is(t->state, "done");
        r.agreed += str_is(t->vote, "agree");
        r.disagreed += str_is(t->vote, "disagree");
        r.abstained += str_is(t->vote, "abstain");
        r.weight_yes += str_is(t->vote, "agree") ? t->weight : 0;
        r.weight_no += str_is(t->vote, "disagree") ? t->weight : 0;
    }
    r.state = r.asked ? decide(&r, mode, share, left) : ROUND_OPEN;
    return r;
}

/* ---- rows ---- */

static enum err see_case(struct moving *m, str unit)
{
    return STORE_EXEC(m->op->conn, m->op->diag,
        "INSERT INTO case_unit (zone, unit, case_id) VALUES ($1, $2, $3) ON CONFLICT (zone,"
        " unit, case_id) DO NOTHING",
        S_TEXT(m->op->zone->code), S_TEXT(unit), S_INT(m->row.id));
}

static enum err start_clock(struct moving *m, str step, int64_t task)
{
    const struct bpmn_node *node = bpmn_node_by_id(m->system->procedure, step);
    return node ? promises_start_named(m, node->signer_promise, task) : OK;
}

enum err signer_add(struct moving *m, const struct signer_new *s, int64_t *id)
{
    struct op *op = m->op;
    const struct case_task *p = s->parent;
    *id = id_next(&op->zone->ids, op->now_ms);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO task (zone, id, case_id, token, node, role, unit, assignee_id, state,"
        " created_at, done_by, parent_id, relation, mode, share, weight, round, asked_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $15, $16, $17)",
        S_TEXT(op->zone->code), S_INT(*id), S_INT(m->row.id), S_INT(p->token), S_TEXT(p->node),
        S_TEXT(p->role), S_TEXT(s->who.unit), S_INT(s->who.assignee),
        S_TEXT(s->waiting ? STR("waiting") : STR("open")), S_INT(op->now_ms), S_INT(p->id),
        S_TEXT(str_from(s->relation)), S_TEXT(s->mode), S_INT(s->share),
        S_INT(s->who.weight ? s->who.weight : 1), S_INT(s->round ? s->round : *id),
        S_INT(op->actor->account)));
    TRY(see_case(m, s->who.unit));
    return s->waiting ? OK : start_clock(m, p->node, *id);
}

enum err signer_wake(struct moving *m, const struct case_task *t)
{
    TRY(STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE task SET state = 'open' WHERE zone = $1 AND id = $2", S_TEXT(m->op->zone->code),
        S_INT(t->id)));
    return start_clock(m, t->node, t->id);
}

static enum err end_promises(struct moving *m, int64_t task, bool met)
{
    for (size_t i = 0; i < m->promise_count; i++) {
        struct promise *p = &m->promises[i];
        if (p->task_id == task && p->state < PROMISE_MET)
            TRY(met ? promise_meet(m->op, p) : promise_void(m->op, p));
    }
    return OK;
}

enum err signer_done(struct moving *m, const struct case_task *t, str vote, str opinion)
{
    struct op *op = m->op;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET state = 'done', done_at = $3, done_by = $4, vote = $5, opinion = $6,"
        " assignee_id = CASE WHEN assignee_id = 0 THEN $4 ELSE assignee_id END"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(t->id), S_INT(op->now_ms), S_INT(op->actor->account),
        S_TEXT(vote), S_TEXT(opinion)));
    TRY(end_promises(m, t->id, true));
    return signers_end(m, t->id);
}

enum err signer_cancel(struct moving *m, int64_t task)
{
    struct op *op = m->op;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET state = 'cancelled', done_at = $3, done_by = $4 WHERE zone = $1 AND id ="
        " $2",
        S_TEXT(op->zone->code), S_INT(task), S_INT(op->now_ms), S_INT(op->actor->account)));
    TRY(end_promises(m, task, false));
    return signers_end(m, task);
}

enum err signers_end(struct moving *m, int64_t parent)
{
    struct op *op = m->op;
    struct store_rows rows;
    int64_t ids[SIGNERS_MAX * 2];
    size_t count = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id FROM task WHERE zone = $1 AND case_id = $2 AND parent_id = $3 AND state IN"
        " ('open', 'suspended', 'waiting') ORDER BY id",
        S_TEXT(op->zone->code), S_INT(m->row.id), S_INT(parent)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || count == sizeof ids / sizeof *ids)
            break;
        ids[count++] = store_int(&rows, 0);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < count; i++)
        TRY(signer_cancel(m, ids[i]));
    return OK;
}
