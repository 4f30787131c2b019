/*
 * Taking back and undoing. Before a verb that allows it, how the case stands is kept (case_before,
 * one row a case): the fields of its row that verbs move, its open tasks, promises and timers, the
 * procedure's state. Taking back puts exactly that back: tasks made since are cancelled and their
 * promises void, those that had ended run on with the deadline they had. The journal keeps both.
 *
 * take_back: verbs that send work on, by whoever sent it, within the step's window (junma:takeBack;
 * one working day when it says nothing), while nobody has signed for it or acted.
 * undo: other verbs, for ten minutes, while nobody has acted since and the applicant was told
 * nothing.
 */
#include "zone/case_do.h"

enum { UNDO_MS = 10 * 60 * 1000 };

/* What may happen in between without being in the way. */
#define HARMLESS                                                                                   \
    "'case.note', 'case.urge', 'case.copy', 'case.read', 'case.reveal', 'case.supervise',"         \
    " 'case.report', 'case.accept', 'case.reject', 'case.merged_from', 'case.publish', 'case.remind'"

/* ---- keeping ---- */

static json_t *tasks_state(const struct may *may)
{
    json_t *list = json_array();
    for (size_t i = 0; i < may->task_count; i++) {
        const struct case_task *t = &may->tasks[i];
        if (!task_is_open(t) && !str_is(t->state, "waiting"))
            continue;
        json_t *o = json_object();
        json_set_int(o, "id", t->id);
        json_set_str(o, "state", t->state);
        json_set_str(o, "unit", t->unit);
        json_set_int(o, "assignee", t->assignee_id);
        json_set_int(o, "signed", t->signed_at);
        json_set_str(o, "held", t->held);
        json_set_str(o, "back", t->back);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *promises_state(const struct moving *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct promise *p = &m->promises[i];
        json_t *o = json_object();
        json_set_int(o, "id", p->id);
        json_set_int(o, "state", p->state);
        json_set_int(o, "remaining", p->remaining);
        json_set_int(o, "paused", p->paused_at);
        json_array_append_new(list, o);
    }
    return list;
}

static enum err timers_state(struct moving *m, json_t *list)
{
    struct store_rows rows;
    TRY(STORE_QUERY(m->op->conn, &rows, m->op->diag,
        "SELECT number, due_at FROM timer WHERE zone = $1 AND case_id = $2 ORDER BY id",
        S_TEXT(m->op->zone->code), S_INT(m->row.id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, m->op->diag));
        if (!more)
            break;
        json_array_append_new(list,
            json_pack("[I, I]", (json_int_t)store_int(&rows, 0), (json_int_t)store_int(&rows, 1)));
    }
    store_rows_end(&rows);
    return OK;
}

static enum err handled_unit(struct moving *m, str *out)
{
    struct store_rows rows;
    TRY(STORE_ONE(m->op->conn, &rows, m->op->diag,
        "SELECT handled_unit FROM cases WHERE zone = $1 AND id = $2", S_TEXT(m->op->zone->code),
        S_INT(m->row.id)));
    *out = str_copy(m->op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return OK;
}

enum err before_take(struct moving *m, const struct may *may, json_t **out)
{
    const struct case_row *r = &m->row;
    json_t *o = json_keep(m->op->arena, json_object()), *timers = json_array();
    str handled;
    json_object_set_new(o, "timers", timers);
    TRY(timers_state(m, timers));
    TRY(handled_unit(m, &handled));
    json_set_str(o, "handled", handled);
    json_set_str(o, "state", r->state);
    json_set_str(o, "unit", r->unit);
    json_set_str(o, "topic", r->topic);
    json_set_str(o, "urgency", r->urgency);
    json_set_str(o, "node", r->node);
    json_set_str(o, "extension", r->extension);
    json_set_int(o, "assignee", r->assignee_id);
    json_set_int(o, "status", r->status);
    json_set_int(o, "suspended", r->suspended);
    json_object_set_new(o, "tasks", tasks_state(may));
    json_object_set_new(o, "promises", promises_state(m));
    *out = o;
    return diag_arena(m->op->diag, m->op->arena);
}

/* "P1D" working days to the close of office, "PT4H" office hours; the pack's check has read it. */
static enum err window_end(struct doing *d, int64_t *until)
{
    struct op *op = d->m->op;
    const struct pack *pack = zone_pack(op->zone);
    const struct bpmn_node *step =
        d->may->task ? bpmn_node_by_id(d->m->system->procedure, d->may->task->node) : NULL;
    str text = step && step->take_back.bytes ? step->take_back : STR("P1D");
    bool hours = str_starts(text, STR("PT"));
    int64_t number = 1, day;
    (void)str_to_int64(str_slice(text, hours ? 2 : 1, text.bytes - 1), &number);
    if (hours)
        return calendar_add_office_ms(
            &pack->clock, op->now_ms, number * MS_PER_HOUR, until, NULL, op->diag);
    TRY(calendar_add_days(
        pack->calendar, zone_local_days(op->zone, op->now_ms), number, &day, NULL, op->diag));
    *until = calendar_close_ms(&pack->clock, day);
    return OK;
}

enum err before_keep(struct doing *d, json_t *state, int64_t event)
{
    struct op *op = d->m->op;
    const struct verb_info *v = verb_info(d->in->verb);
    int64_t until = op->now_ms + UNDO_MS;
    if (v->undo == VERB_UNDO_BACK)
        TRY(window_end(d, &until));
    str text = json_text(op->arena, state);
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO case_before (zone, case_id, event, account_id, verb, at, until, public, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (zone, case_id) DO UPDATE SET"
        " event = excluded.event, account_id = excluded.account_id, verb = excluded.verb, at ="
        " excluded.at, until = excluded.until, public = excluded.public, state = excluded.state",
        S_TEXT(op->zone->code), S_INT(d->m->row.id), S_INT(event), S_INT(op->actor->account),
        S_TEXT(str_from(v->word)), S_INT(op->now_ms), S_INT(until), S_INT(d->is_public),
        S_TEXT(text));
}

/* ---- may I ---- */

struct before {
    int64_t event, account, at, until;
    enum verb verb;
    bool is_public, there;
    str state;
};

static enum err load(struct op *op, int64_t case_id, struct before *b)
{
    struct store_rows rows;
    *b = (struct before){ 0 };
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT event, account_id, verb, until, public, state, at FROM case_before WHERE zone = $1 AND"
        " case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id)));
    TRY(store_next(&rows, &b->there, op->diag));
    if (b->there) {
        b->event = store_int(&rows, 0);
        b->account = store_int(&rows, 1);
        b->there = verb_from(store_text(&rows, 2), &b->verb);
        b->until = store_int(&rows, 3);
        b->is_public = store_int(&rows, 4) != 0;
        b->state = str_copy(op->arena, store_text(&rows, 5));
        b->at = store_int(&rows, 6);
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

/* The kind of the first thing that happened since and is in the way; empty when nothing did. */
static enum err since(struct op *op, int64_t case_id, int64_t event, str *kind)
{
    struct store_rows rows;
    bool there;
    *kind = STR_NONE;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT kind FROM journal WHERE zone = $1 AND subject = $2 AND id > $3 AND kind NOT IN"
        " (" HARMLESS ") ORDER BY id LIMIT 1",
        S_TEXT(op->zone->code), S_INT(case_id), S_INT(event)));
    TRY(store_next(&rows, &there, op->diag));
    if (there)
        *kind = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

/* A service of the procedure was asked for by it: what that did outside cannot be put back. */
static enum err asked_outside(struct op *op, int64_t case_id, int64_t at, bool *out)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT 1 FROM job WHERE zone = $1 AND case_id = $2 AND created_at >= $3 LIMIT 1",
        S_TEXT(op->zone->code), S_INT(case_id), S_INT(at)));
    TRY(store_next(&rows, out, op->diag));
    store_rows_end(&rows);
    return OK;
}

/* My own task whose verb waits for signers. */
static const struct case_task *held_by_me(const struct may *m)
{
    for (size_t i = 0; i < m->task_count; i++) {
        const struct case_task *t = &m->tasks[i];
        if (t->held.bytes && task_is_open(t) && t->assignee_id == m->moving->op->actor->account
            && t->assignee_id)
            return t;
    }
    return NULL;
}

static bool may_drop_held(struct may *m, const struct case_task *held)
{
    m->task = held;
    for (size_t i = 0; i < m->task_count; i++)
        if (m->tasks[i].parent_id == held->id && str_is(m->tasks[i].relation, "after")
            && task_is_open(&m->tasks[i]) && m->tasks[i].signed_at)
            return may_not(m, "后加签人已签收", "the one who signs after you has signed for it");
    return true;
}

static bool may_restore(struct may *m, bool undo)
{
    struct op *op = m->moving->op;
    struct before b;
    str kind;
    if (load(op, m->moving->row.id, &b) != OK || !b.there
        || (b.account != op->actor->account && !op->actor->system)
        || (verb_info(b.verb)->undo == VERB_UNDO_SOON) != undo)
        return undo ? may_not(m, "没有您可以撤销的操作", "there is nothing of yours to undo")
                    : may_not(m, "没有您送出后可以拿回的办理",
                        "you have sent nothing on that could be taken back");
    if (undo && b.is_public)
        return may_not(m, "已告知申请人,不能撤销", "the applicant has been told; it stands");
    bool outside;
    if (since(op, m->moving->row.id, b.event, &kind) != OK
        || asked_outside(op, m->moving->row.id, b.at, &outside) != OK)
        return may_not(m, "无法读取日志", "the journal cannot be read");
    if (str_is(kind, "case.sign"))
        return may_not(m, "对方已签收", "it has been signed for");
    if (str_is(kind, "case.take_back") || str_is(kind, "case.undo"))
        return may_not(m, "已经拿回", "it has been taken back already");
    if (kind.bytes || outside)
        return may_not(m, "之后已有人办理", "somebody has acted on it since");
    if (op->now_ms > b.until)
        return undo ? may_not(m, "已超过十分钟", "more than ten minutes have passed")
                    : may_not(m, "已超过可以拿回的时限", "the time for taking it back has passed");
    return true;
}

bool may_take_back(struct may *m)
{
    const struct case_task *held = held_by_me(m);
    return held ? may_drop_held(m, held) : may_restore(m, false);
}

bool may_undo(struct may *m)
{
    return may_restore(m, true);
}

/* ---- putting back ---- */

static const json_t *by_id(const json_t *list, int64_t id)
{
    size_t i;
    json_t *o;
    json_array_foreach(list, i, o) if (json_int(o, "id", 0) == id) return o;
    return NULL;
}

/* What has come since goes; what was there is as it was. */
static enum err restore_tasks(struct moving *m, const struct may *may, const json_t *list)
{
    struct op *op = m->op;
    size_t i;
    json_t *o;
    for (size_t k = 0; k < may->task_count; k++) {
        const struct case_task *t = &may->tasks[k];
        if ((task_is_open(t) || str_is(t->state, "waiting")) && !by_id(list, t->id))
            TRY(STORE_EXEC(op->conn, op->diag,
                "UPDATE task SET state = 'cancelled', done_at = $3, done_by = $4 WHERE zone = $1"
                " AND id = $2",
                S_TEXT(op->zone->code), S_INT(t->id), S_INT(op->now_ms),
                S_INT(op->actor->account)));
    }
    json_array_foreach(list, i, o) TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET state = $3, unit = $4, assignee_id = $5, signed_at = $6, held = $7,"
        " back = $8, done_at = NULL, done_by = 0, vote = '', opinion = ''"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(json_int(o, "id", 0)), S_TEXT(json_str(o, "state")),
        S_TEXT(json_str(o, "unit")), S_INT(json_int(o, "assignee", 0)),
        S_INT_OR_NULL(json_int(o, "signed", 0)), S_TEXT(json_str(o, "held")),
        S_TEXT(json_str(o, "back"))));
    return OK;
}

static enum err revive(struct moving *m, const struct promise *p, const json_t *o)
{
    struct op *op = m->op;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE promise SET state = $3, remaining = $4, paused_at = $5, ended_at = 0,"
        " wake_at = amber_at WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(p->id), S_INT(json_int(o, "state", 0)),
        S_INT(json_int(o, "remaining", 0)), S_INT(json_int(o, "paused", 0))));
    return STORE_EXEC(op->conn, op->diag,
        "DELETE FROM promise_event WHERE zone = $1 AND promise_id = $2 AND what IN ('met',"
        " 'void')",
        S_TEXT(op->zone->code), S_INT(p->id));
}

static enum err restore_promises(struct moving *m, const json_t *list)
{
    struct op *op = m->op;
    struct promise *all, *open;
    size_t count, n = 0;
    TRY(promise_list(op, m->row.id, false, &all, &count));
    for (size_t i = 0; i < count; i++) {
        const json_t *o = by_id(list, all[i].id);
        bool was_open = o != NULL, is_open = all[i].state < PROMISE_MET;
        if (is_open && !was_open)
            TRY(promise_void(op, &all[i]));
        else if (!is_open && was_open)
            TRY(revive(m, &all[i], o));
    }
    TRY(promise_list(op, m->row.id, true, &open, &n));
    for (size_t i = 0; i < n; i++) /* no more than there were before */
        m->promises[i] = open[i];
    m->promise_count = n;
    m->promises_changed = true;
    return OK;
}

static enum err restore_timers(struct moving *m, const json_t *list)
{
    struct op *op = m->op;
    size_t i;
    json_t *o;
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM timer WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(m->row.id)));
    json_array_foreach(list, i, o) TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO timer (zone, id, case_id, number, due_at) VALUES ($1, $2, $3, $4, $5)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(m->row.id),
        S_INT(json_integer_value(json_array_get(o, 0))),
        S_INT(json_integer_value(json_array_get(o, 1)))));
    return OK;
}

/* The procedure as it was, but numbers go on: none is given twice. */
static enum err restore_procedure(struct moving *m, str state)
{
    struct op *op = m->op;
    json_t *was, *is;
    TRY(json_parse(op->arena, state, &was, op->diag));
    TRY(json_parse(op->arena, m->row.state, &is, op->diag));
    int64_t next = json_int(is, "next", 0);
    if (next > json_int(was, "next", 0))
        json_set_int(was, "next", next);
    m->row.state = json_text(op->arena, was);
    TRY(diag_arena(op->diag, op->arena));
    TRY(bpmn_restore(op->arena, m->system->procedure, m->row.state, &m->instance, op->diag));
    m->variables = bpmn_variables(m->instance, op->arena);
    TRY(diag_arena(op->diag, op->arena));
    return procedure_restored(m);
}

static enum err restore(struct doing *d, const struct before *b)
{
    struct moving *m = d->m;
    struct op *op = m->op;
    json_t *o;
    TRY(json_parse(op->arena, b->state, &o, op->diag));
    TRY(restore_procedure(m, json_str(o, "state")));
    TRY(restore_tasks(m, d->may, json_object_get(o, "tasks")));
    TRY(restore_promises(m, json_object_get(o, "promises")));
    TRY(restore_timers(m, json_object_get(o, "timers")));
    m->row.unit = json_str(o, "unit");
    m->row.topic = json_str(o, "topic");
    m->row.urgency = json_str(o, "urgency");
    m->row.node = json_str(o, "node");
    m->row.extension = json_str(o, "extension");
    m->row.assignee_id = json_int(o, "assignee", 0);
    m->row.status = (enum case_status)json_int(o, "status", CASE_OPEN);
    m->row.suspended = json_int(o, "suspended", 0);
    json_object_set_new(d->event, "takes", json_string(verb_info(b->verb)->word));
    d->is_public = b->is_public;
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE cases SET handled_unit = $3 WHERE zone = $1 AND id = $2", S_TEXT(op->zone->code),
        S_INT(m->row.id), S_TEXT(json_str(o, "handled")));
}

enum err do_take_back(struct doing *d)
{
    struct before b;
    const struct case_task *held = held_by_me(d->may);
    if (held) {
        json_object_set_new(d->event, "held", json_true());
        d->may->task = held;
        return held_drop(d->m, held, d->may);
    }
    TRY(load(d->m->op, d->m->row.id, &b));
    return restore(d, &b);
}

enum err do_undo(struct doing *d)
{
    struct before b;
    TRY(load(d->m->op, d->m->row.id, &b));
    return restore(d, &b);
}
