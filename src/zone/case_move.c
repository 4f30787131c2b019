/*
 * A case being moved: loaded with its open promises and its procedure, changed in memory, written
 * back once as its next version. Promises of the case and of its tasks are kept here too.
 *
 * The row carries a copy of the case's main promise (its times and state), so that lists sort and
 * colour without a join; moving_save() is the one place that writes the copy.
 */
#include "zone/case_internal.h"
#include "zone/record_case.h"

#include <string.h>

enum { PROMISES_OPEN_MAX = 64, STATE_ARENA_BYTES = 16 * 1024 * 1024 };

enum err moving_definitions(struct moving *m)
{
    TRY(zone_pack_version(m->op, m->row.pack_version, &m->pack));
    m->system = pack_kind(m->pack, m->row.kind);
    if (!m->system)
        return diag_set(m->op->diag, ERR_UNSUPPORTED, "配置中没有办件类型 %.*s",
            "the pack has no kind of case %.*s", STR_ARGS(m->row.kind));
    struct promise *open;
    size_t count = 0;
    m->promises = ARENA_ARRAY(m->op->arena, struct promise, PROMISES_OPEN_MAX);
    TRY(diag_arena(m->op->diag, m->op->arena));
    if (m->row.version) {
        TRY(promise_list(m->op, m->row.id, true, &open, &count));
        if (count > PROMISES_OPEN_MAX)
            return diag_set(m->op->diag, ERR_LIMIT, "一件办件同时的承诺超过 %d 项",
                "more than %d open promises on one case", PROMISES_OPEN_MAX);
        if (count)
            memcpy(m->promises, open, count * sizeof *open);
    }
    m->promise_count = count;
    return OK;
}

enum err moving_load(struct op *op, int64_t id, struct moving *m)
{
    *m = (struct moving){ .op = op };
    TRY(case_get(op, id, &m->row));
    if (!m->row.pack_version.bytes) /* imported: there is no procedure */
        return OK;
    TRY(moving_definitions(m));
    if (!m->row.state.bytes)
        return OK;
    TRY(bpmn_restore(op->arena, m->system->procedure, m->row.state, &m->instance, op->diag));
    m->variables = bpmn_variables(m->instance, op->arena);
    return diag_arena(op->diag, op->arena);
}

enum err moving_load_any(struct op *op, int64_t id, struct moving *m)
{
    struct op system = *op;
    system.actor = &actor_system;
    enum err e = moving_load(&system, id, m);
    m->op = op;
    return e;
}

/* ---- promises ---- */

static bool listed(str words, const char *word)
{
    str part;
    while (str_split(&words, ' ', &part))
        if (str_is(part, word))
            return true;
    return false;
}

static bool meets(const struct pack_promise *def, enum verb verb)
{
    for (size_t i = 0; def && i < def->met_by_count; i++)
        if (str_is(def->met_by[i], verb_info(verb)->word))
            return true;
    return false;
}

static enum err add_promise(struct moving *m, const struct pack_promise *def, int64_t task_id)
{
    if (m->promise_count == PROMISES_OPEN_MAX)
        return diag_set(m->op->diag, ERR_LIMIT, "一件办件同时的承诺超过 %d 项",
            "more than %d open promises on one case", PROMISES_OPEN_MAX);
    struct promise *p = &m->promises[m->promise_count];
    /* What was answered and is taken up again is a matter of its own: its limit begins now. */
    bool again = m->row.replied_at || m->row.reopened;
    TRY(promise_start(m->op, def,
        &(struct promise_of){ .case_id = m->row.id,
            .task_id = task_id,
            .received_at = again ? 0 : m->row.created_at,
            .variables = m->variables },
        p));
    if (!p->id) /* it does not apply to this case */
        return OK;
    m->promises_changed = true;
    m->promise_count++;
    return OK;
}

static bool case_promise_runs(const struct moving *m, const struct pack_promise *def)
{
    for (size_t p = 0; p < m->promise_count; p++)
        if (!m->promises[p].task_id && str_equal(m->promises[p].code, def->code)
            && m->promises[p].state < PROMISE_MET)
            return true;
    return false;
}

enum err promises_start_named(struct moving *m, str names, int64_t task_id)
{
    str name;
    while (str_split(&names, ' ', &name)) {
        const struct pack_promise *def = pack_promise(m->system, name);
        if (!name.bytes || !def)
            continue; /* the pack's check has seen to it that every name is there */
        if (def->scope == PACK_PROMISE_TASK)
            TRY(add_promise(m, def, task_id));
        else if (!case_promise_runs(m, def))
            TRY(add_promise(m, def, 0));
    }
    return OK;
}

enum err promises_start_case(struct moving *m, const struct bpmn_node *step)
{
    for (size_t i = 0; i < m->system->promise_count; i++) {
        const struct pack_promise *def = &m->system->promises[i];
        bool here = false;
        for (size_t v = 0; v < def->met_by_count; v++)
            here = here || listed(step->verbs, str_terminated(m->op->arena, def->met_by[v]));
        if (def->scope == PACK_PROMISE_CASE && here && !case_promise_runs(m, def))
            TRY(add_promise(m, def, 0));
    }
    return diag_arena(m->op->diag, m->op->arena);
}

enum err promises_met_by(struct moving *m, enum verb verb, int64_t task_id)
{
    for (size_t i = 0; i < m->promise_count; i++) {
        struct promise *p = &m->promises[i];
        if (p->state >= PROMISE_MET || (p->task_id && p->task_id != task_id))
            continue;
        if (!meets(pack_promise(m->system, p->code), verb))
            continue;
        TRY(promise_meet(m->op, p));
        m->promises_changed = true;
    }
    return OK;
}

/* The open promise of the case or of this task that will break first; NULL when there is none. */
static const struct promise *promises_nearest(const struct moving *m, int64_t task_id)
{
    const struct promise *best = NULL;
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct promise *p = &m->promises[i];
        bool here = !p->task_id || p->task_id == task_id;
        if (here && p->state < PROMISE_MET && (!best || p->due_at < best->due_at))
            best = p;
    }
    return best;
}

enum err tasks_due_update(struct moving *m, int64_t task_id)
{
    const struct promise *p = promises_nearest(m, task_id);
    return STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE task SET due_at = $3, amber_at = $4, red_at = $5 WHERE zone = $1 AND id = $2",
        S_TEXT(m->op->zone->code), S_INT(task_id), p ? S_INT(p->due_at) : S_NULL,
        p ? S_INT(p->amber_at) : S_NULL, p ? S_INT(p->red_at) : S_NULL);
}

/* The case's main promise: the open one of the case, else the one that ended last. */
static void copy_main(struct moving *m)
{
    const struct promise *main = NULL;
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct promise *p = &m->promises[i];
        if (p->task_id)
            continue;
        bool open = p->state < PROMISE_MET, main_open = main && main->state < PROMISE_MET;
        bool before =
            open ? main && p->due_at < main->due_at : main && p->ended_at >= main->ended_at;
        if (!main || (open && !main_open) || (open == main_open && before))
            main = p;
    }
    if (main)
        m->row.promise = *main;
    m->row.due_at = m->row.promise.due_at;
    m->row.colour = promise_colour(&m->row.promise, m->op->now_ms);
}

/* ---- writing ---- */

static struct store_value or_null(int64_t v)
{
    return S_INT_OR_NULL(v);
}

/* 1 while every promise of the case that ended was kept, 0 once one was not, NULL before. */
static struct store_value on_time(const struct moving *m)
{
    bool any = false, late = false;
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct promise *p = &m->promises[i];
        if (p->task_id || (p->state != PROMISE_MET && p->state != PROMISE_MET_LATE))
            continue;
        any = true;
        late = late || p->state == PROMISE_MET_LATE;
    }
    return any ? S_INT(!late) : S_NULL;
}

/* The unit that has the case, when it is one that handles; else the empty text. */
static str handling_unit(const struct moving *m)
{
    const struct pack_unit *u = m->pack ? pack_unit(m->pack, m->row.unit) : NULL;
    return u && u->kind == PACK_UNIT_HANDLER ? u->code : STR_NONE;
}

static enum err update_row(struct moving *m)
{
    struct op *op = m->op;
    const struct case_row *r = &m->row;
    const struct pack *pack = zone_pack(op->zone);
    int64_t minutes = r->first_response_at
        ? calendar_minutes_between(&pack->clock, r->created_at, r->first_response_at)
        : 0;
    int64_t days = r->replied_at
        ? calendar_days_between(pack->calendar, zone_local_days(op->zone, r->created_at),
            zone_local_days(op->zone, r->replied_at))
        : 0;
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE cases SET version = $3, topic = $4, urgency = $5, unit = $6, assignee_id = $7,"
        " status = $8, node = $9,"
        " state = $10, updated_at = $11, first_response_at = $12, first_response_minutes = $13,"
        " replied_at = $14,"
        " handling_days = $15, closed_at = $16, promise_id = $17, promise_state = $18, due_at ="
        " $19, amber_at = $20,"
        " red_at = $21, on_time = CASE WHEN on_time = 0 THEN 0 ELSE coalesce($22, on_time) END,"
        " answer = $23,"
        " answered_by = $24, answered_unit = $25, rating = $26, rating_text = $27, urged = $28,"
        " supervised = $29,"
        " reopened = $30, suspended = $31, merged_into = $32, extension = $33,"
        " handled_unit = CASE WHEN $34 <> '' THEN $34 ELSE handled_unit END,"
        " pack_version = $35 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(r->id), S_INT(r->version), S_TEXT(r->topic),
        S_TEXT(r->urgency), S_TEXT(r->unit), S_INT(r->assignee_id), S_INT(r->status),
        S_TEXT(r->node), S_TEXT(r->state), S_INT(r->updated_at), or_null(r->first_response_at),
        r->first_response_at ? S_INT(minutes) : S_NULL, or_null(r->replied_at),
        r->replied_at ? S_INT(days) : S_NULL, or_null(r->closed_at), S_INT(r->promise.id),
        S_INT(r->promise.state), or_null(r->due_at), or_null(r->promise.amber_at),
        or_null(r->promise.red_at), on_time(m), S_TEXT(r->answer), S_TEXT(r->answered_by),
        S_TEXT(r->answered_unit), or_null(r->rating), S_TEXT(r->rating_text), S_INT(r->urged),
        S_INT(r->supervised), S_INT(r->reopened), S_INT(r->suspended), S_INT(r->merged_into),
        S_TEXT(r->extension), S_TEXT(handling_unit(m)), S_TEXT(r->pack_version));
}

static enum err insert_row(struct moving *m)
{
    struct op *op = m->op;
    const struct case_row *r = &m->row;
    struct date on = date_from_days(zone_local_days(op->zone, r->created_at));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO cases (zone, id, version, kind, number, pack_version, title, body, topic,"
        " channel, urgency, place,"
        " enterprise_id, enterprise_name, account_id, contact_name, contact_phone, unit,"
        " assignee_id, status, node, data,"
        " state, created_at, created_on, updated_at, promise_id, promise_state, due_at,"
        " amber_at, red_at, answer,"
        " answered_by, answered_unit, rating_text, urged, supervised, reopened, suspended,"
        " merged_into, extension,"
        " source, source_number, handled_unit)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
        " $18, $19, $20, $21, $22,"
        " $23, $24, $25, $24, $26, $27, $28, $29, $30, '', '', '', '', 0, 0, 0, 0, 0, '', $31,"
        " $32, $33)",
        S_TEXT(op->zone->code), S_INT(r->id), S_INT(r->version), S_TEXT(r->kind), S_TEXT(r->number),
        S_TEXT(r->pack_version), S_TEXT(r->title), S_TEXT(r->body), S_TEXT(r->topic),
        S_TEXT(r->channel), S_TEXT(r->urgency), S_TEXT(r->place), S_INT(r->enterprise_id),
        S_TEXT(r->enterprise_name), S_INT(r->account_id), S_TEXT(r->contact_name),
        S_TEXT(r->contact_phone), S_TEXT(r->unit), S_INT(r->assignee_id), S_INT(r->status),
        S_TEXT(r->node), S_TEXT(r->data), S_TEXT(r->state), S_INT(r->created_at),
        S_TEXT(date_format(op->arena, on)), S_INT(r->promise.id), S_INT(r->promise.state),
        or_null(r->due_at), or_null(r->promise.amber_at), or_null(r->promise.red_at),
        S_TEXT(r->source), S_TEXT(r->source_number), S_TEXT(handling_unit(m)));
}

/* The open tasks decide who has the case and what it is waiting for. */
static enum err settle(struct moving *m)
{
    struct case_task *tasks;
    size_t count;
    bool staff = false, applicant = false;
    TRY(case_tasks(m->op, m->row.id, &tasks, &count));
    for (size_t i = count; i-- > 0;) { /* oldest first: the newest open step wins */
        const struct case_task *t = &tasks[i];
        if (!str_is(t->state, "open") && !str_is(t->state, "suspended"))
            continue;
        if (t->parent_id) { /* asked beside a step: the step's own has the case */
            TRY(tasks_due_update(m, t->id));
            continue;
        }
        m->row.node = t->node;
        m->row.assignee_id = t->assignee_id;
        if (t->unit.bytes) {
            staff = true;
            m->row.unit = t->unit;
        } else {
            applicant = true;
        }
        TRY(tasks_due_update(m, t->unit.bytes ? t->id : 0));
    }
    if (staff || applicant) /* what waits for the applicant before an answer is not answered */
        m->row.status = staff || !m->row.replied_at ? CASE_OPEN : CASE_REPLIED;
    return OK;
}

enum err moving_save(struct moving *m)
{
    struct op *op = m->op;
    bool fresh = m->row.version == 0;
    if (m->instance) {
        if (!bpmn_ended(m->instance))
            TRY(settle(m));
        else
            m->row.node = STR_NONE;
        TRY(bpmn_save(m->instance, op->arena, &m->row.state, op->diag));
    }
    copy_main(m);
    m->row.version++;
    m->row.updated_at = op->now_ms;
    TRY(fresh ? insert_row(m) : update_row(m));
    TRY(record_case_moved(op, m->row.id));
    return case_names(op, &m->row);
}
