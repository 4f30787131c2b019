/*
 * Supervision: a leader's order about a case, with a deadline in working days of its own and a
 * report owed by the unit that has the case.
 *
 *     supervise ─▶ open ─ report ─▶ reported ─ accept ─▶ done
 *                   ▲                  │ reject
 *                   └──────────────────┘             void: the case was withdrawn or merged
 *
 * The order's clock is no promise: it runs on while the case is suspended, and ends with accept.
 */
#include "zone/case_do.h"

enum { DAYS_USUAL = 3, DAYS_MAX = 60, OPEN_MAX = 5 };

static const char columns[] =
    "s.id, s.case_id, s.unit, s.text, s.days, s.by_id, s.by_name, s.by_unit, s.at, s.due_at,"
    " s.amber_at, s.red_at, s.state, s.report, s.reported_at, s.reported_by, s.judged_at,"
    " s.judgement";
enum { COLUMNS = 18 };

static str text(struct op *op, const struct store_rows *rows, int column)
{
    return str_copy(op->arena, store_text(rows, column));
}

static void read_order(struct op *op, const struct store_rows *r, struct case_order *o)
{
    *o = (struct case_order){ .id = store_int(r, 0),
        .case_id = store_int(r, 1),
        .unit = text(op, r, 2),
        .text = text(op, r, 3),
        .days = store_int(r, 4),
        .by_id = store_int(r, 5),
        .by_name = text(op, r, 6),
        .by_unit = text(op, r, 7),
        .at = store_int(r, 8),
        .due_at = store_int(r, 9),
        .amber_at = store_int(r, 10),
        .red_at = store_int(r, 11),
        .state = text(op, r, 12),
        .report = text(op, r, 13),
        .reported_at = store_int(r, 14),
        .reported_by = text(op, r, 15),
        .judged_at = store_int(r, 16),
        .judgement = text(op, r, 17) };
}

enum promise_colour order_colour(const struct case_order *o, int64_t now_ms)
{
    bool late = (o->reported_at ? o->reported_at : now_ms) > o->due_at;
    if (str_is(o->state, "void"))
        return COLOUR_NONE;
    if (str_is(o->state, "done") || str_is(o->state, "reported"))
        return late ? COLOUR_MET_LATE : COLOUR_MET;
    if (late)
        return COLOUR_BROKEN;
    return now_ms >= o->red_at ? COLOUR_RED : now_ms >= o->amber_at ? COLOUR_AMBER : COLOUR_GREEN;
}

static enum err read_all(
    struct op *op, struct store_rows *rows, bool named, struct case_order **out, size_t *count)
{
    struct case_order *list = NULL;
    size_t used = 0, capacity = 0;
    for (bool more;;) {
        TRY(store_next(rows, &more, op->diag));
        if (!more)
            break;
        list = arena_room(op->arena, list, used, &capacity, sizeof *list);
        if (!list)
            break;
        read_order(op, rows, &list[used]);
        if (named) {
            list[used].case_number = text(op, rows, COLUMNS);
            list[used].case_title = text(op, rows, COLUMNS + 1);
        }
        used++;
    }
    store_rows_end(rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

enum err case_orders(struct op *op, int64_t case_id, struct case_order **out, size_t *count)
{
    struct store_rows rows;
    struct query q;
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, columns);
    QUERY_ADD(&q, " FROM supervision s WHERE s.zone = ? AND s.case_id = ? ORDER BY s.id LIMIT 200",
        S_TEXT(op->zone->code), S_INT(case_id));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return read_all(op, &rows, false, out, count);
}

enum err order_list(
    struct op *op, str scope, str state, size_t limit, struct case_order **out, size_t *count)
{
    struct store_rows rows;
    struct query q;
    TRY(actor_require(op, "case.read"));
    if (op->actor->role && op->actor->role->scope == PACK_SCOPE_ENTERPRISE)
        return actor_require(op, "verb.report");
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, columns);
    QUERY_ADD(&q,
        ", c.number, c.title FROM supervision s JOIN cases c ON c.zone = s.zone AND c.id ="
        " s.case_id WHERE s.zone = ?",
        S_TEXT(op->zone->code));
    scope_add(&q, op->zone->code, op->actor);
    if (str_is(scope, "owed"))
        QUERY_ADD(&q, " AND s.unit = ?", S_TEXT(op->actor->unit));
    else if (str_is(scope, "given"))
        QUERY_ADD(&q, " AND s.by_id = ?", S_INT(op->actor->account));
    if (!str_is(state, "all"))
        query_sql(&q, " AND s.state IN ('open', 'reported')");
    QUERY_ADD(&q,
        " ORDER BY CASE WHEN s.state = 'open' THEN 0 WHEN s.state = 'reported' THEN 1 ELSE 2 END,"
        " s.due_at, s.id LIMIT ?",
        S_INT((int64_t)limit));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return read_all(op, &rows, true, out, count);
}

/* ---- may I ---- */

/* The oldest order of that state that `fits`; m->order. */
static bool find_order(
    struct may *m, const char *state, bool (*fits)(const struct may *, const struct case_order *))
{
    struct case_order *list;
    size_t count;
    m->order = 0;
    if (!m->moving->row.supervised
        || case_orders(m->moving->op, m->moving->row.id, &list, &count) != OK)
        return false;
    for (size_t i = 0; i < count && !m->order; i++)
        if (str_is(list[i].state, state) && fits(m, &list[i]))
            m->order = list[i].id;
    return m->order != 0;
}

static bool any_order(const struct may *m, const struct case_order *o)
{
    (void)m;
    (void)o;
    return true;
}

static bool owed_by_me(const struct may *m, const struct case_order *o)
{
    const struct actor *a = m->moving->op->actor;
    return a->system || (a->unit.bytes && str_equal(a->unit, o->unit));
}

static bool given_by_mine(const struct may *m, const struct case_order *o)
{
    const struct actor *a = m->moving->op->actor;
    return a->system || o->by_id == a->account || (a->unit.bytes && str_equal(a->unit, o->by_unit));
}

bool may_supervise(struct may *m)
{
    struct case_order *list;
    size_t count, open = 0;
    if (m->moving->row.status != CASE_OPEN)
        return may_not(m, "已答复或已办结", "it has been answered or closed");
    if (!m->moving->row.supervised)
        return true;
    if (case_orders(m->moving->op, m->moving->row.id, &list, &count) != OK)
        return may_not(m, "无法读取督办", "the orders cannot be read");
    for (size_t i = 0; i < count; i++)
        open += str_is(list[i].state, "open") || str_is(list[i].state, "reported");
    if (open >= OPEN_MAX)
        return may_not(m, "已有五项督办没有销号", "five orders about it are open already");
    return true;
}

bool may_report(struct may *m)
{
    if (find_order(m, "open", owed_by_me))
        return true;
    if (find_order(m, "open", any_order))
        return may_not(m, "由承办单位反馈", "the unit that has the case reports");
    return may_not(m, "没有要反馈的督办", "no order waits for a report");
}

bool may_judge_order(struct may *m)
{
    if (find_order(m, "reported", given_by_mine))
        return true;
    if (find_order(m, "reported", any_order))
        return may_not(m, "由下达督办的人审定", "whoever gave the order decides");
    return may_not(m, "没有已反馈、待审定的督办", "no report waits for a decision");
}

/* ---- doing ---- */

static enum err clock_of(struct op *op, struct case_order *o)
{
    const struct calendar_clock *c = &zone_pack(op->zone)->clock;
    int64_t day, length = o->days * c->hours.minutes * MS_PER_MINUTE;
    TRY(calendar_add_days(
        c->calendar, zone_local_days(op->zone, op->now_ms), o->days, &day, NULL, op->diag));
    o->due_at = calendar_close_ms(c, day);
    TRY(calendar_add_office_ms(c, o->due_at, -length / 2, &o->amber_at, NULL, op->diag));
    return calendar_add_office_ms(c, o->due_at, -length / 4, &o->red_at, NULL, op->diag);
}

enum err do_supervise(struct doing *d)
{
    struct op *op = d->m->op;
    const struct actor *a = op->actor;
    struct case_order o = { .id = id_next(&op->zone->ids, op->now_ms),
        .days = d->in->days ? d->in->days : DAYS_USUAL };
    if (o.days < 1 || o.days > DAYS_MAX) {
        diag_field(op->diag, STR("days"));
        return diag_set(op->diag, ERR_INVALID, "督办时限应为1至%d个工作日",
            "an order is due in 1 to %d working days", DAYS_MAX);
    }
    TRY(clock_of(op, &o));
    d->m->row.supervised++;
    json_set_int(d->event, "days", o.days);
    json_set_str(d->event, "orderDue", zone_instant_text(op, o.due_at));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO supervision (zone, id, case_id, unit, text, days, by_id, by_name, by_unit, at,"
        " due_at, amber_at, red_at, state, report, reported_by, judgement)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', '', '', '')",
        S_TEXT(op->zone->code), S_INT(o.id), S_INT(d->m->row.id), S_TEXT(d->m->row.unit),
        S_TEXT(d->in->text), S_INT(o.days), S_INT(a->account), S_TEXT(a->name), S_TEXT(a->unit),
        S_INT(op->now_ms), S_INT(o.due_at), S_INT(o.amber_at), S_INT(o.red_at));
}

enum err do_report(struct doing *d)
{
    struct op *op = d->m->op;
    json_set_id(d->event, "order", d->may->order);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE supervision SET state = 'reported', report = $3, reported_at = $4, reported_by = $5"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(d->may->order), S_TEXT(d->in->text), S_INT(op->now_ms),
        S_TEXT(op->actor->name));
}

static enum err judge(struct doing *d, const char *state)
{
    struct op *op = d->m->op;
    json_set_id(d->event, "order", d->may->order);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE supervision SET state = $3, judged_at = $4, judgement = $5 WHERE zone = $1 AND id ="
        " $2",
        S_TEXT(op->zone->code), S_INT(d->may->order), S_TEXT(str_from(state)), S_INT(op->now_ms),
        S_TEXT(d->in->text));
}

enum err do_accept(struct doing *d)
{
    return judge(d, "done");
}

enum err do_reject(struct doing *d)
{
    TRY(judge(d, "open"));
    /* By whoever has the case now. */
    return STORE_EXEC(d->m->op->conn, d->m->op->diag,
        "UPDATE supervision SET reported_at = NULL, unit = CASE WHEN $3 = '' THEN unit ELSE $3 END"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(d->m->op->zone->code), S_INT(d->may->order), S_TEXT(d->m->row.unit));
}

enum err orders_void(struct moving *m)
{
    return STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE supervision SET state = 'void' WHERE zone = $1 AND case_id = $2 AND state IN"
        " ('open', 'reported')",
        S_TEXT(m->op->zone->code), S_INT(m->row.id));
}

enum err orders_follow(struct moving *m, str unit_before)
{
    if (!m->row.supervised || str_equal(unit_before, m->row.unit) || !m->row.unit.bytes)
        return OK;
    return STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE supervision SET unit = $3 WHERE zone = $1 AND case_id = $2 AND state = 'open'",
        S_TEXT(m->op->zone->code), S_INT(m->row.id), S_TEXT(m->row.unit));
}
