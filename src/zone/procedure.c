/*
 * One turn of a procedure and what it leaves behind. The pure engine (src/bpmn) says what happened
 * as effects; here they become rows: a task offered to a unit, a timer set by the zone's calendar,
 * a decision asked of the case's own version of the pack.
 */
#include "zone/job_internal.h"
#include "zone/signers.h"

static enum err decide(
    void *ctx, str decision, const json_t *variables, struct arena *a, json_t **out, struct diag *d)
{
    struct moving *m = ctx;
    const struct dmn_model *model;
    const struct dmn_decision *found = pack_decision(m->system, decision, &model);
    feel_value inputs, result;
    if (!found)
        return diag_set(d, ERR_UNSUPPORTED, "配置中没有规则 %.*s", "the pack has no decision %.*s",
            STR_ARGS(decision));
    int64_t now = m->op->now_ms;
    struct dmn_trace trace = { .arena = a };
    struct feel_env env = { .now = feel_date_time_from_ms(
                                now, tz_offset_s(zone_pack(m->op->zone)->tz, now), NULL) };
    TRY(feel_from_json(a, variables, NULL, &inputs, d));
    TRY(pack_parameters_on(
        m->pack, zone_local_days(m->op->zone, now), inputs, a, &inputs, d));
    TRY(dmn_decide(model, found, inputs, &env, a, &result, &trace, d));
    TRY(decision_note(m, decision, &trace));
    *out = feel_to_json(a, result);
    return diag_arena(d, a);
}

static struct bpmn_host host_of(struct moving *m)
{
    return (struct bpmn_host){ .ctx = m,
        .now_ms = m->op->now_ms,
        .offset_s = tz_offset_s(zone_pack(m->op->zone)->tz, m->op->now_ms),
        .decide = decide };
}

/* ---- effects ---- */

static bool for_applicant(const struct moving *m, const struct bpmn_node *node)
{
    const struct pack_role *role = pack_role(m->pack, node->role);
    return role && role->scope == PACK_SCOPE_ENTERPRISE;
}

static enum err task_created(struct moving *m, const struct bpmn_effect *e)
{
    struct op *op = m->op;
    if (e->node->kind != BPMN_USER_TASK)
        return job_of_task(m, e);
    str unit = e->unit;
    if (for_applicant(m, e->node))
        unit = STR_NONE;
    else if (!unit.bytes || !pack_unit(m->pack, unit)) { /* nobody named: the centre has it */
        const struct pack_unit *centre = pack_unit_of_kind(m->pack, PACK_UNIT_CENTRE);
        if (!centre)
            return diag_set(op->diag, ERR_INVALID, "步骤 %.*s 没有承办单位",
                "step %.*s has no unit", STR_ARGS(e->node->id));
        unit = centre->code;
    }
    int64_t id = id_next(&op->zone->ids, op->now_ms);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO task (zone, id, case_id, token, node, role, unit, assignee_id, state,"
        " created_at, done_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'open', $8, 0)",
        S_TEXT(op->zone->code), S_INT(id), S_INT(m->row.id), S_INT(e->token), S_TEXT(e->node->id),
        S_TEXT(e->node->role), S_TEXT(unit), S_INT(op->now_ms)));
    if (unit.bytes)
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO case_unit (zone, unit, case_id) VALUES ($1, $2, $3) ON CONFLICT (zone,"
            " unit, case_id) DO NOTHING",
            S_TEXT(op->zone->code), S_TEXT(unit), S_INT(m->row.id)));
    TRY(promises_start_named(m, e->node->promise, id));
    return unit.bytes ? promises_start_case(m, e->node) : OK;
}

/* The row of a token's open task; 0 when there is none. */
static enum err task_of(struct moving *m, int64_t token, int64_t *id)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(m->op->conn, &rows, &there, m->op->diag,
        "SELECT id FROM task WHERE zone = $1 AND case_id = $2 AND token = $3 AND state IN"
        " ('open', 'suspended') AND parent_id = 0",
        S_TEXT(m->op->zone->code), S_INT(m->row.id), S_INT(token));
    *id = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return e;
}

static enum err task_ended(struct moving *m, const struct bpmn_effect *e, bool done)
{
    struct op *op = m->op;
    int64_t id;
    TRY(task_of(m, e->token, &id));
    if (!id)
        return OK;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET state = $3, done_at = $4, done_by = $5 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(done ? STR("done") : STR("cancelled")),
        S_INT(op->now_ms), S_INT(op->actor->account)));
    for (size_t i = 0; i < m->promise_count; i++) {
        struct promise *p = &m->promises[i];
        if (p->task_id == id && p->state < PROMISE_MET)
            TRY(done ? promise_meet(op, p) : promise_void(op, p));
    }
    return signers_end(m, id);
}

static enum err timer_set(struct moving *m, const struct bpmn_effect *e)
{
    struct op *op = m->op;
    int64_t due;
    /* The next of a cycle: a late one pushes none on. */
    int64_t from = e->after && e->after == m->fired_timer ? m->fired_due : op->now_ms;
    TRY(timer_due(op->zone, e, from, &due, op->diag));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO timer (zone, id, case_id, number, due_at) VALUES ($1, $2, $3, $4, $5)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(m->row.id),
        S_INT(e->timer), S_INT(due));
}

static enum err timer_gone(struct moving *m, int64_t number)
{
    return STORE_EXEC(m->op->conn, m->op->diag,
        "DELETE FROM timer WHERE zone = $1 AND case_id = $2 AND number = $3",
        S_TEXT(m->op->zone->code), S_INT(m->row.id), S_INT(number));
}

static enum err apply(struct moving *m, const struct bpmn_effect *e)
{
    switch (e->kind) {
    case BPMN_TASK_CREATED:
        return task_created(m, e);
    case BPMN_TASK_COMPLETED:
        return task_ended(m, e, true);
    case BPMN_TASK_CANCELLED:
        TRY(job_drop(m, e->token, false));
        return task_ended(m, e, false);
    case BPMN_TIMER_SET:
        return timer_set(m, e);
    case BPMN_TIMER_CANCELLED:
        TRY(job_drop(m, e->timer, true));
        return timer_gone(m, e->timer);
    case BPMN_MESSAGE_SENT:
        return job_of_message(m, e);
    case BPMN_ENDED:
        if (m->row.status == CASE_OPEN || m->row.status == CASE_REPLIED)
            m->row.status = CASE_CLOSED;
        m->row.closed_at = m->op->now_ms;
        return OK;
    case BPMN_ERROR_UNCAUGHT:
        return diag_set(m->op->diag, ERR_INVALID, "流程以未处理的错误 %.*s 结束",
            "the procedure ended with the uncaught error %.*s", STR_ARGS(e->text));
    case BPMN_DECIDED:
    case BPMN_ENTERED:
    case BPMN_LEFT:
    case BPMN_SIGNAL_SENT:
    case BPMN_ESCALATED:
    case BPMN_VARS_CHANGED:
    case BPMN_MOVED:
        return OK;
    }
    return OK;
}

/* What the procedure's variables say about the case itself. */
static void take_variables(struct moving *m)
{
    str urgency = json_str(m->variables, "urgency"), topic = json_str(m->variables, "topic");
    if (urgency.bytes)
        m->row.urgency = urgency;
    if (topic.bytes)
        m->row.topic = topic;
}

static enum err turn_done(struct moving *m, struct bpmn_turn *t)
{
    m->variables = bpmn_variables(m->instance, m->op->arena);
    TRY(diag_arena(m->op->diag, m->op->arena));
    take_variables(m);
    TRY(decisions_keep(m));
    for (size_t i = 0; i < t->effect_count; i++)
        TRY(apply(m, &t->effects[i]));
    TRY(way_keep(m, t));
    return waiting_update(m, t);
}

#define TURN(m, call)                                                                              \
    do {                                                                                           \
        struct bpmn_host host = host_of(m);                                                        \
        struct bpmn_turn turn;                                                                     \
        bpmn_turn_init(&turn, &host, (m)->op->arena, (m)->op->diag);                               \
        TRY(call);                                                                                 \
        return turn_done((m), &turn);                                                              \
    } while (0)

enum err procedure_begin(struct moving *m, const json_t *variables)
{
    struct bpmn_host host = host_of(m);
    bpmn_turn_init(&m->turn, &host, m->op->arena, m->op->diag);
    enum err e = bpmn_start(&m->turn, m->op->arena, m->system->procedure, m->system->process->id,
        STR_NONE, variables, &m->instance);
    m->turn.host = NULL; /* it was this function's */
    return e;
}

enum err procedure_fit(struct moving *m, const struct bpmn_model *from,
    const struct bpmn_mapping *map, size_t map_count, struct diag_list *conflicts)
{
    struct bpmn_host host = host_of(m);
    bpmn_turn_init(&m->turn, &host, m->op->arena, m->op->diag);
    enum err e = bpmn_migrate(&m->turn, m->op->arena, from, m->system->procedure, m->row.state, map,
        map_count, &m->instance, conflicts);
    m->turn.host = NULL; /* it was this function's */
    return e;
}

enum err procedure_fitted(struct moving *m)
{
    return turn_done(m, &m->turn);
}

enum err procedure_begun(struct moving *m)
{
    return turn_done(m, &m->turn);
}

enum err procedure_start(struct moving *m, const json_t *variables)
{
    TRY(procedure_begin(m, variables));
    return procedure_begun(m);
}

enum err procedure_complete(struct moving *m, int64_t token, const json_t *variables)
{
    TURN(m, bpmn_complete(&turn, m->instance, token, variables));
}

enum err procedure_answer(struct moving *m, int64_t token, const json_t *answer)
{
    TURN(m, bpmn_answer(&turn, m->instance, token, answer));
}

enum err procedure_throw(struct moving *m, int64_t token, str code)
{
    TURN(m, bpmn_fail(&turn, m->instance, token, code));
}

enum err procedure_message(struct moving *m, int64_t token, str name, const json_t *variables)
{
    TURN(m, bpmn_message_to(&turn, m->instance, token, name, variables));
}

enum err procedure_timer(struct moving *m, int64_t timer)
{
    TURN(m, bpmn_timer(&turn, m->instance, timer));
}

enum err procedure_announce(struct moving *m, str name, const json_t *variables)
{
    TURN(m, bpmn_message(&turn, m->instance, name, variables, NULL));
}

enum err procedure_move(struct moving *m, int64_t token, str target)
{
    TURN(m, bpmn_move(&turn, m->instance, token, target));
}

/* A stay that had ended goes on: it is the same token at the same node. The newest of them: a case that
 * was reopened numbers its tokens anew. */
static enum err stays_go_on(struct moving *m)
{
    for (size_t i = 0; i < bpmn_waiting_count(m->instance); i++) {
        struct bpmn_waiting w = bpmn_waiting_at(m->instance, i);
        TRY(STORE_EXEC(m->op->conn, m->op->diag,
            "UPDATE case_step SET left_at = NULL, minutes = NULL, how = 'here' WHERE zone = $1 AND"
            " case_id = $2 AND ord = (SELECT max(ord) FROM case_step WHERE zone = $1 AND case_id ="
            " $2 AND token = $3 AND node = $4)",
            S_TEXT(m->op->zone->code), S_INT(m->row.id), S_INT(w.token), S_TEXT(w.node->id)));
    }
    return OK;
}

/* What was put back waits where it waited before; what had come since is gone. */
enum err procedure_restored(struct moving *m)
{
    static const struct bpmn_effect moved[] = { { .kind = BPMN_MOVED }, { .kind = BPMN_LEFT } };
    struct bpmn_host host = host_of(m);
    struct bpmn_turn turn;
    bpmn_turn_init(&turn, &host, m->op->arena, m->op->diag);
    struct bpmn_effect *effects = ARENA_ARRAY(m->op->arena, struct bpmn_effect, 2);
    TRY(diag_arena(m->op->diag, m->op->arena));
    effects[0] = moved[0];
    effects[1] = moved[1];
    turn.effects = effects;
    turn.effect_count = turn.effect_capacity = 2;
    TRY(stays_go_on(m));
    TRY(way_keep(m, &turn));
    return waiting_update(m, &turn);
}

/* The move is made on a copy: what it cancels is what it would cancel. */
enum err procedure_would_end(
    struct moving *m, int64_t token, str target, int64_t *tokens, size_t *count)
{
    struct bpmn_instance *copy;
    struct bpmn_turn turn;
    struct bpmn_host host = host_of(m);
    str state;
    size_t used = 0, room = *count;
    TRY(bpmn_save(m->instance, m->op->arena, &state, m->op->diag));
    TRY(bpmn_restore(m->op->arena, m->system->procedure, state, &copy, m->op->diag));
    bpmn_turn_init(&turn, &host, m->op->arena, m->op->diag);
    TRY(bpmn_move(&turn, copy, token, target));
    for (size_t i = 0; i < turn.effect_count; i++)
        if (turn.effects[i].kind == BPMN_TASK_CANCELLED && turn.effects[i].token != token
            && used < room)
            tokens[used++] = turn.effects[i].token;
    *count = used;
    return OK;
}

enum err procedure_set(struct moving *m, const json_t *variables)
{
    TURN(m, bpmn_set(&turn, m->instance, variables));
}

static enum err cancel(struct moving *m)
{
    TURN(m, bpmn_cancel(&turn, m->instance));
}

enum err procedure_cancel(struct moving *m, enum promise_state promises)
{
    TRY(cancel(m));
    for (size_t i = 0; i < m->promise_count; i++)
        if (m->promises[i].state < PROMISE_MET)
            TRY(promises == PROMISE_VOID ? promise_void(m->op, &m->promises[i])
                                         : promise_meet(m->op, &m->promises[i]));
    return OK;
}
