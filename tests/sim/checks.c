/*
 * What must hold after every step. Most of it is one SQL query that must find nothing: the table
 * below. What needs the procedure's state or an actor's eyes is checked by functions.
 */
#include "world.h"

#include "base/check.h"
#include "bpmn/bpmn.h"

#include <stdio.h>
#include <string.h>

/* Each gives a number of the case, or another text that leads to the fault. $2 is now. */
static const struct {
    const char *rule, *sql;
} never[] = {
    { "an open task belongs to a case under way",
        "SELECT c.number FROM task t JOIN cases c ON c.zone = t.zone AND c.id = t.case_id"
        " WHERE t.zone = $1 AND t.state IN ('open', 'suspended') AND c.status NOT IN (0, 1)" },
    { "an open promise belongs to an open case",
        "SELECT c.number FROM promise p JOIN cases c ON c.zone = p.zone AND c.id = p.case_id"
        " WHERE p.zone = $1 AND p.state IN (0, 1) AND c.status <> 0" },
    { "an open promise of a task belongs to an open task",
        "SELECT t.node FROM promise p JOIN task t ON t.zone = p.zone AND t.id = p.task_id"
        " WHERE p.zone = $1 AND p.state IN (0, 1) AND t.state NOT IN ('open', 'suspended')" },
    { "a timer belongs to a case under way",
        "SELECT c.number FROM timer t JOIN cases c ON c.zone = t.zone AND c.id = t.case_id"
        " WHERE t.zone = $1 AND c.status NOT IN (0, 1)" },
    { "an open case has exactly one open promise to answer",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND c.status = 0 AND 1 <> (SELECT count(*)"
        " FROM promise p WHERE p.zone = c.zone AND p.case_id = c.id AND p.code = 'answer'"
        " AND p.state IN (0, 1)) AND c.node <> 'dispatch'" },
    { "suspended, and only then, what may be paused is paused",
        "SELECT c.number FROM promise p JOIN cases c ON c.zone = p.zone AND c.id = p.case_id"
        " WHERE p.zone = $1 AND p.code IN ('answer', 'call', 'visit', 'opinion') AND p.state IN (0, 1)"
        " AND p.state <> c.suspended" },
    { "what may not be paused is not",
        "SELECT code FROM promise WHERE zone = $1 AND code NOT IN ('answer', 'call',"
        " 'visit', 'opinion') AND state = 1" },
    { "suspended, and only then, a task is",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND c.suspended <> (SELECT count(*) FROM"
        " task t WHERE t.zone = c.zone AND t.case_id = c.id AND t.state = 'suspended')" },
    { "only an open case is suspended",
        "SELECT number FROM cases WHERE zone = $1 AND suspended <> 0 AND status <> 0" },
    { "the row's copy is its promise",
        "SELECT c.number FROM cases c LEFT JOIN promise p ON p.zone = c.zone AND p.id ="
        " c.promise_id WHERE c.zone = $1 AND c.promise_id <> 0 AND (p.id IS NULL OR"
        " p.state <> c.promise_state OR p.due_at <> c.due_at OR p.amber_at <> c.amber_at OR"
        " p.red_at <> c.red_at OR p.task_id <> 0 OR p.case_id <> c.id)" },
    { "the copy is of the nearest open promise when there is one",
        "SELECT c.number FROM promise p JOIN cases c ON c.zone = p.zone AND c.id = p.case_id"
        " WHERE p.zone = $1 AND p.task_id = 0 AND p.state IN (0, 1) AND (c.promise_state NOT IN"
        " (0, 1) OR p.due_at < c.due_at)" },
    { "a promise is open once",
        "SELECT case_id FROM promise WHERE zone = $1 AND state IN (0, 1) GROUP BY case_id,"
        " task_id, code HAVING count(*) > 1" },
    { "a case is heard once at each step",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND (SELECT count(*) FROM promise p WHERE"
        " p.zone = c.zone AND p.case_id = c.id AND p.code = 'heard') > (SELECT count(*) FROM task"
        " t WHERE t.zone = c.zone AND t.case_id = c.id AND t.unit <> '')" },
    { "colours come in their order",
        "SELECT code FROM promise WHERE zone = $1 AND NOT (amber_at <= red_at AND red_at <= due_at"
        " AND started_at <= due_at)" },
    { "a promise that is paused says since when and what is left, another one does not",
        "SELECT code FROM promise WHERE zone = $1 AND ((state = 1) <> (paused_at <> 0) AND state"
        " IN (0, 1) OR state = 0 AND remaining <> 0 OR (state < 2) <> (ended_at = 0))" },
    { "a promise is looked at again only while it is open",
        "SELECT code FROM promise WHERE zone = $1 AND state > 1 AND wake_at IS NOT NULL" },
    { "a person is told once of one thing",
        "SELECT once FROM notice WHERE zone = $1 AND once <> '' GROUP BY account_id, once HAVING"
        " count(*) > 1" },
    { "a line says how many it gathers",
        "SELECT d.zh FROM notice d WHERE d.zone = $1 AND d.kind = 'digest' AND d.items <> (SELECT"
        " count(*) FROM notice n WHERE n.zone = d.zone AND n.digest_id = d.id)" },
    { "met is in time, met late is not",
        "SELECT code FROM promise WHERE zone = $1 AND (state = 2 AND ended_at > due_at OR state ="
        " 3 AND ended_at <= due_at)" },
    { "a case is on time while all its ended promises are",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND coalesce(c.on_time, -1) <> (SELECT"
        " CASE WHEN count(*) = 0 THEN -1 WHEN max(p.state) = 3 THEN 0 ELSE 1 END FROM promise p"
        " WHERE p.zone = c.zone AND p.case_id = c.id AND p.task_id = 0 AND p.state IN (2, 3))" },
    { "a case that is over says since when, another one does not",
        "SELECT number FROM cases WHERE zone = $1 AND (status IN (0, 1)) <> (closed_at IS NULL)" },
    { "an open case is with a unit, at an open step of it",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND c.status = 0 AND NOT EXISTS (SELECT 1"
        " FROM task t WHERE t.zone = c.zone AND t.case_id = c.id AND t.state IN ('open',"
        " 'suspended') AND t.unit = c.unit AND t.node = c.node AND t.assignee_id ="
        " c.assignee_id AND t.unit <> '')" },
    { "a case that was answered waits for its applicant",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND c.status = 1 AND NOT EXISTS (SELECT 1"
        " FROM task t WHERE t.zone = c.zone AND t.case_id = c.id AND t.state = 'open' AND t.unit"
        " = '')" },
    { "a case that is over is at no step",
        "SELECT number FROM cases WHERE zone = $1 AND status > 1 AND node <> ''" },
    { "a task is due when the nearest of its open promises is",
        "SELECT c.number FROM task t JOIN cases c ON c.zone = t.zone AND c.id = t.case_id WHERE"
        " t.zone = $1 AND t.state IN ('open', 'suspended') AND t.unit <> '' AND coalesce(t.due_at,"
        " 0) <> coalesce((SELECT min(p.due_at) FROM promise p WHERE p.zone = t.zone AND p.case_id"
        " = t.case_id AND p.task_id IN (0, t.id) AND p.state IN (0, 1)), 0)" },
    { "a task signed for has somebody; one that is over says when",
        "SELECT node FROM task WHERE zone = $1 AND (signed_at IS NOT NULL AND assignee_id = 0 OR"
        " (state IN ('open', 'suspended', 'waiting')) <> (done_at IS NULL))" },
    { "whoever was asked beside a step acts while somebody has it",
        "SELECT t.node FROM task t LEFT JOIN task p ON p.zone = t.zone AND p.id = t.parent_id WHERE"
        " t.zone = $1 AND t.parent_id <> 0 AND t.state IN ('open', 'suspended', 'waiting') AND"
        " (p.id IS NULL OR p.token <> t.token OR p.case_id <> t.case_id OR p.state NOT IN ('open',"
        " 'suspended'))" },
    { "one is asked once at a time",
        "SELECT node FROM task WHERE zone = $1 AND parent_id <> 0 AND state IN ('open',"
        " 'suspended', 'waiting') AND signed_at IS NULL GROUP BY parent_id, unit, assignee_id,"
        " node HAVING count(*) > 1" },
    { "only who signs after waits, and only until the other has acted",
        "SELECT t.node FROM task t JOIN task p ON p.zone = t.zone AND p.id = t.parent_id WHERE"
        " t.zone = $1 AND (t.state = 'waiting' AND (t.relation <> 'after' OR p.held <> '') OR"
        " t.state = 'open' AND t.relation = 'after' AND p.held = '')" },
    { "what is held waits for somebody",
        "SELECT p.node FROM task p WHERE p.zone = $1 AND p.held <> '' AND p.state IN ('open',"
        " 'suspended') AND NOT EXISTS (SELECT 1 FROM task t WHERE t.zone = p.zone AND t.parent_id ="
        " p.id AND t.relation IN ('beside', 'after') AND t.state = 'open')" },
    { "a signer has a clock while he may sign, and only then",
        "SELECT t.node FROM task t WHERE t.zone = $1 AND t.parent_id <> 0 AND t.node = 'handle' AND"
        " (t.state IN ('open', 'suspended')) <> EXISTS (SELECT 1 FROM promise p WHERE p.zone ="
        " t.zone AND p.task_id = t.id AND p.code = 'opinion' AND p.state IN (0, 1))" },
    { "a round of countersigning that is decided has nobody left",
        "SELECT t.node FROM task t JOIN task s ON s.zone = t.zone AND s.round = t.round AND s.round"
        " <> 0 WHERE t.zone = $1 AND t.mode = 'any' AND t.relation = 'countersign' AND t.state ="
        " 'open' AND s.vote IN ('agree', 'disagree')" },
    { "an open order is owed by the unit that has the open case",
        "SELECT c.number FROM supervision s JOIN cases c ON c.zone = s.zone AND c.id = s.case_id"
        " WHERE s.zone = $1 AND (s.state = 'open' AND c.status = 0 AND s.unit <> c.unit OR s.state"
        " IN ('open', 'reported') AND c.status IN (3, 4))" },
    { "a report has its time",
        "SELECT unit FROM supervision WHERE zone = $1 AND (state IN ('reported', 'done')) <>"
        " (reported_at IS NOT NULL) AND state <> 'void'" },
    { "a copy to a unit shows it the case",
        "SELECT k.unit FROM case_copy k WHERE k.zone = $1 AND k.account_id = 0 AND NOT EXISTS"
        " (SELECT 1 FROM case_unit u WHERE u.zone = k.zone AND u.unit = k.unit AND u.case_id ="
        " k.case_id)" },
    { "whoever has a step sees its case",
        "SELECT t.node FROM task t WHERE t.zone = $1 AND t.unit <> '' AND NOT EXISTS (SELECT 1 FROM"
        " case_unit u WHERE u.zone = t.zone AND u.unit = t.unit AND u.case_id = t.case_id)" },
    { "an answer has its time",
        "SELECT number FROM cases WHERE zone = $1 AND ((answer = '') <> (replied_at IS NULL) OR"
        " replied_at IS NOT NULL AND (first_response_at IS NULL OR first_response_at >"
        " replied_at OR handling_days IS NULL))" },
    { "an extension is asked for what runs",
        "SELECT number FROM cases WHERE zone = $1 AND extension <> '' AND (status <> 0 OR"
        " promise_state NOT IN (0, 1))" },
    { "merged cases and only they lead somewhere",
        "SELECT number FROM cases WHERE zone = $1 AND (status = 4) <> (merged_into <> 0)" },
    { "a case has one entry in the journal for each of its versions",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND c.version <> (SELECT count(*) FROM"
        " journal j WHERE j.zone = c.zone AND j.subject = c.id AND j.kind <> 'case.remind')" },
    { "numbers are not given twice",
        "SELECT number FROM cases WHERE zone = $1 GROUP BY number HAVING count(*) > 1" },
    { "what is journalled has its place",
        "SELECT kind FROM journal WHERE zone = $1 AND seq IS NULL" },
    { "a step that was cancelled kept no promise by that",
        "SELECT t.node FROM promise p JOIN task t ON t.zone = p.zone AND t.id = p.task_id WHERE"
        " p.zone = $1 AND t.state = 'cancelled' AND p.state IN (2, 3) AND p.ended_at = t.done_at"
        " AND coalesce(t.signed_at, 0) <> p.ended_at" },
    { "an open step of a case's way is an open task, and the other way round",
        "SELECT c.number FROM cases c WHERE c.zone = $1 AND (SELECT count(*) FROM case_step s WHERE"
        " s.zone = c.zone AND s.case_id = c.id AND s.left_at IS NULL) <> (SELECT count(*) FROM task"
        " t JOIN case_step s ON s.zone = t.zone AND s.case_id = t.case_id AND s.token = t.token AND"
        " s.node = t.node AND s.entered_at = t.created_at AND s.left_at IS NULL WHERE t.zone ="
        " c.zone AND t.case_id = c.id AND t.parent_id = 0 AND t.state IN ('open', 'suspended'))" },
    { "every task was a stay and ended when it did",
        "SELECT t.node FROM task t WHERE t.zone = $1 AND t.parent_id = 0 AND NOT EXISTS (SELECT 1 FROM"
        " case_step s WHERE"
        " s.zone = t.zone AND s.case_id = t.case_id AND s.token = t.token AND s.node = t.node AND"
        " s.entered_at = t.created_at AND coalesce(s.left_at, 0) = coalesce(t.done_at, 0))" },
    { "a stay that ended says how and how long, an open one neither",
        "SELECT node FROM case_step WHERE zone = $1 AND (left_at IS NULL) <> (how = 'here')"
        " OR (how IN ('done', 'cancelled', 'moved')) <> (minutes IS NOT NULL)"
        " OR left_at < entered_at" },
    { "the signing promise ends with the signing",
        "SELECT t.node FROM promise p JOIN task t ON t.zone = p.zone AND t.id = p.task_id WHERE"
        " p.zone = $1 AND p.code = 'sign' AND p.state IN (0, 1) AND t.signed_at IS NOT NULL" },
};

static enum err none_of(struct op *op, void *ctx)
{
    struct world *w = ctx;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        struct store_rows rows;
        bool found;
        TRY(STORE_QUERY(op->conn, &rows, op->diag, never[i].sql, S_TEXT(op->zone->code)));
        TRY(store_next(&rows, &found, op->diag));
        if (found)
            (void)fail(w, "%s: not so %.*s", never[i].rule, STR_ARGS(store_text(&rows, 0)));
        store_rows_end(&rows);
        if (found)
            return OK;
    }
    return OK;
}

/* ---- what changed since the step before ---- */

static bool touched(const struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->touched_count; i++)
        if (w->touched[i] == id)
            return true;
    return false;
}

static struct known_case *known(struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->case_count; i++)
        if (w->cases[i].id == id)
            return &w->cases[i];
    return NULL;
}

static bool one_case(struct world *w, const struct store_rows *rows)
{
    int64_t id = store_int(rows, 0), version = store_int(rows, 1);
    enum case_status status = (enum case_status)store_int(rows, 2);
    str number = store_text(rows, 3);
    struct known_case *k = known(w, id);
    if (!k) {
        str digits = str_printf(&w->step, "%.*s%.*s%c", 4, number.data + 1, 5, number.data + 6,
            number.data[number.bytes - 1]);
        CHECK(w, w->case_count < CASES_MAX && version == 1 && touched(w, id),
            "case %.*s came from nowhere", STR_ARGS(number));
        CHECK(w, number.bytes == 13 && iso7064_mod11_10_holds(digits), "the number %.*s is wrong",
            STR_ARGS(number));
        w->cases[w->case_count++] = (struct known_case){
            .id = id, .version = version, .enterprise = store_int(rows, 4), .status = status
        };
        return true;
    }
    int64_t grown = version - k->version;
    bool may = touched(w, id) || (w->timers_fired && (grown == 0 || k->status == CASE_REPLIED));
    CHECK(w, grown == 0 || may, "case %.*s changed by itself", STR_ARGS(number));
    /* Two where the last signer let go what another had done: each is journalled. */
    CHECK(w,
        touched(w, id) ? grown == 1 || grown == 2
                       : grown == (w->timers_fired && grown == 1 ? 1 : 0),
        "case %.*s went from version %lld to %lld", STR_ARGS(number), (long long)k->version,
        (long long)version);
    CHECK(w, k->status < CASE_WITHDRAWN || status == k->status, "case %.*s came back",
        STR_ARGS(number));
    k->version = version;
    k->status = status;
    k->now = 0;
    return true;
}

static enum err all_cases(struct op *op, void *ctx)
{
    struct world *w = ctx;
    struct store_rows rows;
    size_t seen = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, version, status, number, enterprise_id FROM cases WHERE zone = $1 ORDER BY id",
        S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (!one_case(w, &rows))
            break;
        seen++;
    }
    store_rows_end(&rows);
    if (seen != w->case_count)
        (void)fail(w, "a case is gone");
    return OK;
}

static enum err all_units(struct op *op, void *ctx)
{
    struct world *w = ctx;
    const struct pack *p = zone_pack(w->zone);
    struct store_rows rows;
    ASSERT(p->unit_count <= UNITS_MAX);
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT case_id, unit, 1 FROM task WHERE zone = $1 AND state IN ('open', 'suspended')"
        " UNION ALL SELECT case_id, unit, 0 FROM task WHERE zone = $1 AND state = 'waiting'"
        " UNION ALL SELECT case_id, unit, 0 FROM case_copy WHERE zone = $1 AND account_id = 0",
        S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        struct known_case *k = known(w, store_int(&rows, 0));
        for (size_t i = 0; k && i < p->unit_count; i++)
            if (str_equal(p->units[i].code, store_text(&rows, 1))) {
                k->now |= store_int(&rows, 2) ? UINT32_C(1) << i : 0;
                k->units |= UINT32_C(1) << i;
            }
    }
}

static bool one_promise(struct world *w, size_t i, const struct known_promise *p)
{
    CHECK(w, i < PROMISES_MAX, "too many promises for the simulator");
    struct known_promise *k = &w->promises[i];
    if (i == w->promise_count) {
        *k = *p;
        w->promise_count++;
        return true;
    }
    CHECK(w, k->id == p->id, "promises changed their order");
    CHECK(w, p->due_at >= k->due_at, "a deadline moved back by %lld ms",
        (long long)(k->due_at - p->due_at));
    CHECK(w,
        k->state < PROMISE_MET || (w->taken_back && p->due_at == k->due_at)
            || (p->state == k->state && p->due_at == k->due_at),
        "a promise that had ended was changed");
    *k = *p;
    return true;
}

static enum err all_promises(struct op *op, void *ctx)
{
    struct world *w = ctx;
    struct store_rows rows;
    size_t seen = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, due_at, state FROM promise WHERE zone = $1 ORDER BY id",
        S_TEXT(op->zone->code)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        struct known_promise p = { store_int(&rows, 0), store_int(&rows, 1),
            (enum promise_state)store_int(&rows, 2) };
        if (!one_promise(w, seen++, &p))
            break;
    }
    store_rows_end(&rows);
    return OK;
}

/* ---- a case and its procedure ---- */

struct looking {
    struct world *w;
    int64_t id;
};

static bool same_tasks(struct world *w, const struct case_row *row,
    const struct bpmn_instance *instance, const struct case_task *tasks, size_t count)
{
    size_t open = 0, waiting = 0;
    for (size_t i = 0; i < count; i++)
        open += !tasks[i].parent_id
            && (str_is(tasks[i].state, "open") || str_is(tasks[i].state, "suspended"));
    for (size_t n = 0; n < bpmn_waiting_count(instance); n++) {
        struct bpmn_waiting wait = bpmn_waiting_at(instance, n);
        bool found = false;
        if (!wait.task)
            continue;
        waiting++;
        for (size_t i = 0; i < count && !found; i++)
            found = tasks[i].token == wait.token && !tasks[i].parent_id
                && str_equal(tasks[i].node, wait.node->id)
                && (str_is(tasks[i].state, "open") || str_is(tasks[i].state, "suspended"));
        CHECK(w, found, "case %.*s waits at %.*s and has no task for it", STR_ARGS(row->number),
            STR_ARGS(wait.node->id));
    }
    CHECK(w, open == waiting, "case %.*s has %zu open tasks, its procedure %zu",
        STR_ARGS(row->number), open, waiting);
    return true;
}

/* Days and minutes that the explanation counts are those that were promised. A pause on the last
 * day gives back a day that had nothing left of it. */
static bool explained(struct world *w, const struct case_row *row, const struct promise_count *n)
{
    const struct promise *p = &n->promise;
    int64_t pauses = 0, whole = p->amount + p->extended, total = 0;
    for (size_t i = 0; i < n->event_count; i++)
        pauses += strcmp(n->events[i].what, "pause") == 0;
    CHECK(w, n->day_count && n->days[0].start, "the explanation has no first day");
    for (size_t i = 0; i < n->day_count; i++) {
        total += n->days[i].counted;
        CHECK(w, n->days[i].total == total, "an explanation does not add up");
    }
    if (p->unit == PACK_WORKING_HOURS)
        whole *= 60;
    bool same = p->unit == PACK_WORKING_HOURS ? total >= whole - pauses && total <= whole
                                              : total >= whole && total <= whole + pauses;
    /* What was paused when it ended never got the rest. */
    bool stopped = p->state == PROMISE_PAUSED || (pauses && p->state == PROMISE_VOID);
    CHECK(w, stopped ? total <= whole + pauses : same,
        "case %.*s: %.*s promises %lld, the explanation counts %lld", STR_ARGS(row->number),
        STR_ARGS(p->code), (long long)whole, (long long)total);
    return true;
}

static enum err look(struct op *op, void *ctx)
{
    struct looking *l = ctx;
    struct world *w = l->w;
    struct case_row row;
    const struct pack *pack;
    struct bpmn_instance *instance;
    struct case_task *tasks;
    struct promise *promises;
    size_t count;
    TRY(case_get(op, l->id, &row));
    TRY(zone_pack_version(op, row.pack_version, &pack));
    const struct pack_system *s = pack_kind(pack, row.kind);
    TRY(bpmn_restore(op->arena, s->procedure, row.state, &instance, op->diag));
    TRY(bpmn_instance_check(instance, op->diag));
    TRY(case_tasks(op, row.id, &tasks, &count));
    if (bpmn_ended(instance) != (row.status > CASE_REPLIED))
        (void)fail(w, "case %.*s is %s, its procedure is %s", STR_ARGS(row.number),
            case_status_word(row.status), bpmn_ended(instance) ? "over" : "not over");
    if (!same_tasks(w, &row, instance, tasks, count))
        return OK;
    TRY(promise_list(op, row.id, false, &promises, &count));
    for (size_t i = 0; i < count; i++) {
        struct promise_count n;
        TRY(promise_explain(op, row.id, promises[i].id, &n));
        if (!explained(w, &row, &n))
            return OK;
    }
    return OK;
}

/* ---- who sees what ---- */

struct watching {
    struct world *w;
    const struct actor *actor;
};

/* What the pack promises: all, the unit's, the enterprise's, nothing. */
static bool should_see(const struct actor *a, const struct case_row *c, bool unit_had_it)
{
    enum pack_scope scope = a->role ? a->role->scope : PACK_SCOPE_NONE;
    switch (scope) {
    case PACK_SCOPE_ALL:
        return true;
    case PACK_SCOPE_UNIT:
        return unit_had_it;
    case PACK_SCOPE_ENTERPRISE:
        return a->enterprise == c->enterprise_id;
    case PACK_SCOPE_NONE:
        break;
    }
    return false;
}

static bool unit_had(struct world *w, int64_t id, str unit)
{
    const struct pack *p = zone_pack(w->zone);
    for (size_t i = 0; i < p->unit_count; i++)
        if (str_equal(p->units[i].code, unit))
            return known(w, id)->units >> i & 1;
    return false;
}

static enum err links_hide(struct op *op, struct world *w, const struct case_row *row)
{
    struct case_link *links;
    size_t count;
    TRY(case_links(op, row, &links, &count));
    for (size_t i = 0; i < count; i++) {
        struct case_row other;
        enum err e = case_get(op, links[i].id, &other);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        if ((e == OK) != (links[i].title.bytes != 0))
            (void)fail(w, "a link of %.*s shows %s to %.*s", STR_ARGS(row->number),
                e == OK ? "too little" : "what he may not see", STR_ARGS(op->actor->login));
    }
    return OK;
}

static enum err copied_to(struct op *op, int64_t id, int64_t account, bool *out)
{
    struct case_copy *copies;
    size_t count;
    *out = false;
    TRY(case_copies(op, id, &copies, &count));
    for (size_t i = 0; i < count; i++)
        *out = *out || (account && copies[i].account_id == account);
    return OK;
}

static enum err see_one(struct op *op, struct world *w, int64_t id)
{
    struct op all = *op;
    struct case_row truth, row;
    all.actor = &actor_system;
    TRY(case_get(&all, id, &truth));
    bool copied;
    TRY(copied_to(&all, id, op->actor->account, &copied));
    bool should = should_see(op->actor, &truth, copied || unit_had(w, id, op->actor->unit));
    enum err e = case_get(op, id, &row);
    enum err by_number = case_by_number(op, truth.number, &row);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (by_number != e)
        (void)fail(w, "%.*s by its number is another matter", STR_ARGS(truth.number));
    if ((e == OK) != should)
        (void)fail(w, "%.*s %s %.*s", STR_ARGS(op->actor->login), should ? "does not see" : "sees",
            STR_ARGS(truth.number));
    return e == OK ? links_hide(op, w, &row) : OK;
}

static enum err watch(struct op *op, void *ctx)
{
    struct world *w = ((struct watching *)ctx)->w;
    const struct actor *a = op->actor;
    struct case_page page;
    struct task_page tasks;
    struct case_filter f = { .limit = 200, .text = chance(w, 30) ? STR("诉求") : STR_NONE };
    struct task_filter t = { .scope = chance(w, 50) ? STR("all") : STR("unit"), .limit = 100 };
    TRY(see_one(op, w, w->cases[pick(w, w->case_count)].id));
    if (!actor_may(a, "case.read"))
        return OK;
    TRY(case_list(op, &f, &page));
    for (size_t i = 0; i < page.count; i++)
        if (a->enterprise && page.items[i].enterprise_id != a->enterprise)
            (void)fail(w, "the list of %.*s holds %.*s", STR_ARGS(a->login),
                STR_ARGS(page.items[i].number));
    if (page.total >= 0 && (int64_t)page.count != page.total && page.total <= 200)
        (void)fail(w, "a list of %zu says it has %lld", page.count, (long long)page.total);
    TRY(task_list(op, &t, &tasks));
    for (size_t i = 0; i < tasks.count; i++)
        if ((a->enterprise && tasks.items[i].row.enterprise_id != a->enterprise)
            || (a->role->scope == PACK_SCOPE_UNIT && !str_equal(tasks.items[i].task.unit, a->unit)))
            (void)fail(w, "the tasks of %.*s hold one of %.*s", STR_ARGS(a->login),
                STR_ARGS(tasks.items[i].row.number));
    return OK;
}

/* ---- the journal ---- */

static enum err verify(struct op *op, void *ctx)
{
    struct world *w = ctx;
    struct journal_report report;
    struct diag_list faults;
    int64_t checked = 0;
    diag_list_init(&faults, op->arena, 10);
    TRY(ledger_verify(op, &report, 10));
    if (report.fault_count)
        (void)fail(w, "the journal does not verify: %s", report.faults[0].en.data);
    TRY(ledger_verify_rows(op, &checked, &faults));
    if (faults.total)
        (void)fail(w, "rows are not what was journalled: %s", faults.items[0]->en);
    if ((size_t)checked != w->case_count)
        (void)fail(w, "%lld of %zu rows were verified", (long long)checked, w->case_count);
    return OK;
}

static bool run(struct world *w, const struct actor *a, world_fn fn, void *ctx, const char *what)
{
    CHECK(w, world_read(w, a, fn, ctx) == OK, "%s: %s", what, w->diag.en);
    return !w->why[0];
}

bool check_everything(struct world *w, bool deep)
{
    PASS(run(w, &actor_system, all_cases, w, "cases"));
    PASS(run(w, &actor_system, all_units, w, "units"));
    PASS(run(w, &actor_system, all_promises, w, "promises"));
    PASS(run(w, &actor_system, none_of, w, "rules"));
    for (size_t i = 0; i < w->case_count; i++) {
        struct looking l = { w, w->cases[i].id };
        if (deep || touched(w, l.id))
            PASS(run(w, &actor_system, look, &l, "procedure"));
    }
    if (w->case_count) {
        struct watching s = { w, &w->people[pick(w, w->people_count)] };
        PASS(run(w, s.actor, watch, &s, "watching"));
    }
    return !deep || run(w, &actor_system, verify, w, "journal");
}
