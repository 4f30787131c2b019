/*
 * Compensation: undoing what was done, in reverse. A finished activity that has a handler leaves a
 * record (run.h); a sub-process that finished keeps the records of what was done within. Throwing
 * starts the handler of what was done last as a token that the thrower waits for (token.waits); when it
 * is done, that of what was done before. With waitForCompletion="false" all begin at once and the
 * thrower goes on.
 */
#include "bpmn/run.h"

static int handler_of(const struct bpmn_model *m, int node)
{
    const struct bpmn_plan *p = &m->plans[node];
    for (int n = 0; n < p->boundary.count; n++)
        if (bpmn_event_of(&m->plans[p->boundary.items[n]], EVENT_COMPENSATION))
            return m->plans[p->boundary.items[n]].handler;
    return -1;
}

/* The event sub-process of a scope that begins with a compensation event. */
static int event_sub_of(const struct bpmn_model *m, int node, int *start)
{
    const struct bpmn_plan *p = &m->plans[node];
    for (int n = 0; n < p->event_subs.count; n++) {
        const struct bpmn_plan *sub = &m->plans[p->event_subs.items[n]];
        for (int k = 0; k < sub->children.count; k++) {
            int child = sub->children.items[k];
            if (m->nodes[child].kind == BPMN_START_EVENT
                && bpmn_event_of(&m->plans[child], EVENT_COMPENSATION)) {
                *start = child;
                return p->event_subs.items[n];
            }
        }
    }
    return -1;
}

static void start_handler(struct run *r, int64_t thrower, int64_t scope, int handler,
    const struct feel_context *vars)
{
    struct token *t = token_new(r, scope, handler, TOKEN_READY);
    int64_t id = t->id;
    t->waits = thrower;
    t->vars = vars;
    if (r->err == OK)
        token_queue(r, id, PHASE_ENTER);
}

static void start_event_sub(struct run *r, int64_t thrower, int64_t scope, int sub, int start,
    const struct record *record)
{
    struct token *t = token_new(r, scope, sub, TOKEN_SCOPE);
    int64_t id = t->id;
    t->waits = thrower;
    t->undoes = record->token;
    t->vars = record->vars;
    if (r->err)
        return;
    effect(r, BPMN_ENTERED, t);
    token_ready(r, id, start, -1, PHASE_ENTER);
}

static void drop_record(struct run *r, const struct record *record)
{
    size_t kept = 0;
    for (size_t k = 0; k < r->i->record_count; k++)
        if (r->i->records[k].token != record->token)
            r->i->records[kept++] = r->i->records[k];
    r->i->record_count = kept;
}

/* The last record of that scope (and activity); false when there is none. */
static bool last_record(const struct run *r, int64_t done_in, int activity, struct record *out)
{
    for (size_t n = r->i->record_count; n-- > 0;) {
        *out = r->i->records[n];
        if (out->scope == done_in && (activity < 0 || out->node == activity))
            return true;
    }
    return false;
}

/* Starts the handler of what was done last in `done_in`, within a sub-process that has none of its
 * own the last within; the handler runs in `scope`. False when nothing is left to undo. */
static bool undo_last(struct run *r, int64_t thrower, int64_t scope, int64_t done_in, int activity)
{
    const struct bpmn_model *m = r->i->model;
    struct record record;
    while (r->err == OK && last_record(r, done_in, activity, &record)) {
        int start = -1;
        int handler = handler_of(m, record.node), sub = event_sub_of(m, record.node, &start);
        if (handler < 0 && sub < 0 && undo_last(r, thrower, scope, record.token, -1))
            return true;
        drop_record(r, &record);
        if (handler >= 0)
            start_handler(r, thrower, scope, handler, record.vars);
        else if (sub >= 0)
            start_event_sub(r, thrower, scope, sub, start, &record);
        else
            continue;
        return true;
    }
    return false;
}

static bool somebody_waits_for(const struct run *r, int64_t thrower)
{
    for (size_t n = 0; n < r->i->token_count; n++)
        if (r->i->tokens[n].waits == thrower && r->i->tokens[n].state != TOKEN_DEAD)
            return true;
    return false;
}

/* The scope that an event sub-process compensates is the one it belongs to. */
static int64_t scope_of_records(const struct run *r, int64_t scope)
{
    const struct token *t = token_find(r->i, scope);
    if (t && t->undoes)
        return t->undoes;
    return t && plan_of(r, t)->triggered ? t->parent : scope;
}

/* One after the other, what was done last first; the next begins when the one before is done. */
static bool undo_next(struct run *r, int64_t thrower)
{
    const struct token *t = token_find(r->i, thrower);
    if (node_of(r, t)->kind == BPMN_TRANSACTION)
        return undo_last(r, thrower, thrower, thrower, -1);
    const struct bpmn_plan *p = plan_of(r, t);
    for (int n = 0; n < p->event_count; n++)
        if (p->events[n].kind == EVENT_COMPENSATION && p->events[n].wait
            && undo_last(r, thrower, t->parent, scope_of_records(r, t->parent), p->events[n].activity))
            return true;
    return false;
}

void compensate(struct run *r, int64_t thrower, const struct bpmn_event *e)
{
    struct token *t = token_find(r->i, thrower);
    int64_t scope = t->parent;
    if (e->wait) {
        if (t->state == TOKEN_READY && undo_next(r, thrower) && r->err == OK)
            token_find(r->i, thrower)->state = TOKEN_COMPENSATING;
        return;
    }
    while (undo_last(r, -1, scope, scope_of_records(r, scope), e->activity) && r->err == OK)
        continue; /* nobody waits: all at once */
}

static void end_of_cancel(struct run *r, int64_t transaction)
{
    const struct token *t = token_find(r->i, transaction);
    const struct bpmn_plan *p = plan_of(r, t);
    for (int n = 0; n < p->boundary.count; n++)
        if (bpmn_event_of(&r->i->model->plans[p->boundary.items[n]], EVENT_CANCEL)) {
            event_fire(r, (struct subscription){ transaction, SOURCE_BOUNDARY,
                p->boundary.items[n], 0 });
            return;
        }
    int64_t parent = t->parent;
    token_cancel(r, transaction);
    scope_check(r, parent);
}

void compensation_done(struct run *r, int64_t handler)
{
    struct token *t = token_find(r->i, handler);
    int64_t thrower = t->waits, parent = t->parent;
    if (t->undoes)
        records_drop(r, t->undoes);
    effect(r, BPMN_LEFT, t);
    token_kill(r, handler);
    t = thrower > 0 ? token_find(r->i, thrower) : NULL;
    if (!t) {
        scope_check(r, parent);
        return;
    }
    if (somebody_waits_for(r, thrower) || undo_next(r, thrower) || r->err)
        return;
    t = token_find(r->i, thrower);
    if (node_of(r, t)->kind == BPMN_TRANSACTION)
        end_of_cancel(r, thrower);
    else
        flows_take(r, thrower);
}

/* A cancel end event: all that is under way in the transaction stops, what was done is undone, then
 * the cancel boundary event leads on. */
void transaction_cancel(struct run *r, int64_t from)
{
    const struct token *t = token_find(r->i, from);
    while (t && node_of(r, t)->kind != BPMN_TRANSACTION)
        t = token_find(r->i, t->parent);
    if (!t) {
        run_fail(r, ERR_INVALID, "取消事件不在事务中", "the cancel event is not within a transaction");
        return;
    }
    int64_t transaction = t->id;
    token_cancel_children(r, transaction, 0);
    token_find(r->i, transaction)->state = TOKEN_COMPENSATING;
    if (!undo_next(r, transaction) && r->err == OK)
        end_of_cancel(r, transaction);
}
