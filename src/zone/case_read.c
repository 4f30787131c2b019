/*
 * Case rows: their columns in one order, read and written here only; what an actor may see; and the
 * digest of a row that its newest journal entry carries, so that a row changed behind the program's
 * back is found (ledger_verify_rows).
 */
#include "zone/case_internal.h"

#include <string.h>

enum { LINKS_MAX = 100 };

static const char *const status_words[] = { "open", "replied", "closed", "withdrawn", "merged" };

const char *case_status_word(enum case_status s)
{
    return status_words[s];
}

bool case_status_from(str word, enum case_status *out)
{
    for (int i = 0; i <= CASE_MERGED; i++)
        if (str_is(word, status_words[i])) {
            *out = (enum case_status)i;
            return true;
        }
    return false;
}

const char case_columns[] =
    "c.id, c.version, c.kind, c.number, c.pack_version, c.title, c.body, c.topic, c.channel,"
    " c.urgency, c.place,"
    " c.enterprise_id, c.enterprise_name, c.account_id, c.contact_name, c.contact_phone,"
    " c.unit, c.assignee_id,"
    " c.status, c.node, c.data, c.state, c.created_at, c.updated_at, c.first_response_at,"
    " c.replied_at, c.closed_at,"
    " c.promise_id, c.promise_state, c.due_at, c.amber_at, c.red_at, c.answer, c.answered_by,"
    " c.answered_unit,"
    " c.rating, c.rating_text, c.urged, c.supervised, c.reopened, c.suspended, c.merged_into,"
    " c.extension, c.source,"
    " c.source_number, c.sort_at,"
    " (SELECT a.name FROM account a WHERE a.zone = c.zone AND a.id = c.assignee_id),"
    " CASE WHEN c.promise_state = 1 THEN (SELECT p.paused_at FROM promise p WHERE p.zone = c.zone"
    " AND p.id = c.promise_id) END";

static str text(struct op *op, const struct store_rows *rows, int column)
{
    return str_copy(op->arena, store_text(rows, column));
}

void case_read(struct op *op, const struct store_rows *rows, struct case_row *c)
{
    *c = (struct case_row){ .id = store_int(rows, 0),
        .version = store_int(rows, 1),
        .kind = text(op, rows, 2),
        .number = text(op, rows, 3),
        .pack_version = text(op, rows, 4),
        .title = text(op, rows, 5),
        .body = text(op, rows, 6),
        .topic = text(op, rows, 7),
        .channel = text(op, rows, 8),
        .urgency = text(op, rows, 9),
        .place = text(op, rows, 10),
        .enterprise_id = store_int(rows, 11),
        .enterprise_name = text(op, rows, 12),
        .account_id = store_int(rows, 13),
        .contact_name = text(op, rows, 14),
        .contact_phone = text(op, rows, 15),
        .unit = text(op, rows, 16),
        .assignee_id = store_int(rows, 17),
        .status = (enum case_status)store_int(rows, 18),
        .node = text(op, rows, 19),
        .data = text(op, rows, 20),
        .state = text(op, rows, 21),
        .created_at = store_int(rows, 22),
        .updated_at = store_int(rows, 23),
        .first_response_at = store_int(rows, 24),
        .replied_at = store_int(rows, 25),
        .closed_at = store_int(rows, 26),
        .due_at = store_int(rows, 29),
        .answer = text(op, rows, 32),
        .answered_by = text(op, rows, 33),
        .answered_unit = text(op, rows, 34),
        .rating = store_int(rows, 35),
        .rating_text = text(op, rows, 36),
        .urged = store_int(rows, 37),
        .supervised = store_int(rows, 38),
        .reopened = store_int(rows, 39),
        .suspended = store_int(rows, 40),
        .merged_into = store_int(rows, 41),
        .extension = text(op, rows, 42),
        .source = text(op, rows, 43),
        .source_number = text(op, rows, 44),
        .sort_at = store_int(rows, 45),
        .assignee_name = text(op, rows, 46) };
    c->promise = (struct promise){ .id = store_int(rows, 27),
        .case_id = c->id,
        .state = (enum promise_state)store_int(rows, 28),
        .due_at = c->due_at,
        .amber_at = store_int(rows, 30),
        .red_at = store_int(rows, 31),
        .paused_at = store_int(rows, 47) };
    if (c->promise.state >= PROMISE_MET) /* by the last answer, or with the case */
        c->promise.ended_at = c->promise.state == PROMISE_VOID ? c->closed_at : c->replied_at;
    c->colour = promise_colour(&c->promise, op->now_ms);
}

void step_names(struct op *op, str pack_version, str kind, str node, str *zh, str *en)
{
    const struct pack *pack;
    const struct pack_system *s;
    *zh = *en = node;
    if (!node.bytes || zone_pack_version(op, pack_version, &pack) != OK
        || !(s = pack_kind(pack, kind)))
        return;
    const struct bpmn_node *n = bpmn_node_by_id(s->procedure, node);
    if (n) {
        *zh = n->name.bytes ? n->name : node;
        *en = n->name_en.bytes ? n->name_en : *zh;
    }
}

enum err case_names(struct op *op, struct case_row *c)
{
    step_names(op, c->pack_version, c->kind, c->node, &c->node_name_zh, &c->node_name_en);
    return diag_arena(op->diag, op->arena);
}

void scope_add(struct query *q, str zone, const struct actor *a)
{
    enum pack_scope scope = a->system ? PACK_SCOPE_ALL : a->role ? a->role->scope : PACK_SCOPE_NONE;
    switch (scope) {
    case PACK_SCOPE_ALL:
        break;
    case PACK_SCOPE_UNIT:
        /* The plus keeps the planner on the index that gives the list's order, which stops at the
         * page's end, instead of fetching and sorting all that the unit ever had. */
        QUERY_ADD(q,
            " AND (+c.id IN (SELECT u.case_id FROM case_unit u WHERE u.zone = ? AND u.unit = ?)"
            " OR +c.id IN (SELECT k.case_id FROM case_copy k WHERE k.zone = ? AND k.account_id ="
            " ?))",
            S_TEXT(zone), S_TEXT(a->unit), S_TEXT(zone), S_INT(a->account));
        break;
    case PACK_SCOPE_ENTERPRISE:
        QUERY_ADD(q, " AND c.enterprise_id = ? AND c.enterprise_id <> 0", S_INT(a->enterprise));
        break;
    case PACK_SCOPE_NONE:
        query_sql(q, " AND 1 = 0");
        break;
    }
}

enum err scope_check(struct op *op, const struct case_row *c, bool *seen)
{
    const struct actor *a = op->actor;
    enum pack_scope scope = a->system ? PACK_SCOPE_ALL : a->role ? a->role->scope : PACK_SCOPE_NONE;
    struct store_rows rows;
    bool there;
    enum err e;
    switch (scope) {
    case PACK_SCOPE_ALL:
        *seen = true;
        return OK;
    case PACK_SCOPE_ENTERPRISE:
        *seen = a->enterprise && a->enterprise == c->enterprise_id;
        return OK;
    case PACK_SCOPE_NONE:
        *seen = false;
        return OK;
    case PACK_SCOPE_UNIT:
        break;
    }
    e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT 1 FROM case_unit WHERE zone = $1 AND unit = $2 AND case_id = $3 UNION ALL"
        " SELECT 1 FROM case_copy WHERE zone = $1 AND case_id = $3 AND account_id = $4 LIMIT 1",
        S_TEXT(op->zone->code), S_TEXT(a->unit), S_INT(c->id), S_INT(a->account));
    store_rows_end(&rows);
    *seen = there;
    return e;
}

static enum err not_found(struct op *op)
{
    return diag_set(op->diag, ERR_NOT_FOUND, "没有找到这件诉求,或您无权查看",
        "there is no such case, or you may not see it");
}

static enum err get_where(
    struct op *op, const char *where, struct store_value value, struct case_row *out)
{
    struct store_rows rows;
    struct query q;
    struct case_row row;
    bool seen;
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, case_columns);
    QUERY_ADD(&q, " FROM cases c WHERE c.zone = ?", S_TEXT(op->zone->code));
    query_add(&q, where, &value, 1);
    TRY(query_run(&q, op->conn, &rows, op->diag));
    bool there;
    TRY(store_next(&rows, &there, op->diag));
    if (!there)
        return not_found(op);
    case_read(op, &rows, &row);
    store_rows_end(&rows);
    TRY(diag_arena(op->diag, op->arena));
    TRY(scope_check(op, &row, &seen));
    if (!seen)
        return not_found(op);
    TRY(case_names(op, &row));
    *out = row;
    return OK;
}

enum err case_get(struct op *op, int64_t id, struct case_row *out)
{
    return get_where(op, " AND c.id = ?", S_INT(id), out);
}

enum err case_by_number(struct op *op, str number, struct case_row *out)
{
    return get_where(op, " AND c.number = ?", S_TEXT(number), out);
}

const char task_columns[] =
    "t.id, t.case_id, t.token, t.node, t.role, t.unit, t.assignee_id, t.state, t.created_at,"
    " t.signed_at, t.done_at,"
    " t.due_at, t.sort_at,"
    " (SELECT b.name FROM account b WHERE b.zone = t.zone AND b.id = t.assignee_id),"
    " t.done_by, t.parent_id, t.asked_by, t.weight, t.share, t.round, t.relation, t.mode, t.vote,"
    " t.opinion, t.held, t.back,"
    " CASE WHEN t.asked_by <> 0 THEN (SELECT b.name FROM account b WHERE b.zone = t.zone AND b.id"
    " = t.asked_by) END";

void task_read(struct op *op, const struct store_rows *rows, int first, struct case_task *t)
{
    *t = (struct case_task){ .id = store_int(rows, first),
        .case_id = store_int(rows, first + 1),
        .token = store_int(rows, first + 2),
        .node = text(op, rows, first + 3),
        .role = text(op, rows, first + 4),
        .unit = text(op, rows, first + 5),
        .assignee_id = store_int(rows, first + 6),
        .state = text(op, rows, first + 7),
        .created_at = store_int(rows, first + 8),
        .signed_at = store_int(rows, first + 9),
        .done_at = store_int(rows, first + 10),
        .due_at = store_int(rows, first + 11),
        .sort_at = store_int(rows, first + 12),
        .assignee_name = text(op, rows, first + 13),
        .done_by = store_int(rows, first + 14),
        .parent_id = store_int(rows, first + 15),
        .asked_by = store_int(rows, first + 16),
        .weight = store_int(rows, first + 17),
        .share = store_int(rows, first + 18),
        .round = store_int(rows, first + 19),
        .relation = text(op, rows, first + 20),
        .mode = text(op, rows, first + 21),
        .vote = text(op, rows, first + 22),
        .opinion = text(op, rows, first + 23),
        .held = text(op, rows, first + 24),
        .back = text(op, rows, first + 25),
        .asked_by_name = text(op, rows, first + 26) };
}

enum err case_tasks(struct op *op, int64_t case_id, struct case_task **out, size_t *count)
{
    struct store_rows rows;
    struct query q;
    struct case_task *list = NULL;
    size_t used = 0, capacity = 0;
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, task_columns);
    QUERY_ADD(&q, " FROM task t WHERE t.zone = ? AND t.case_id = ? ORDER BY t.id DESC LIMIT ?",
        S_TEXT(op->zone->code), S_INT(case_id), S_INT(CASE_TASKS_MAX));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == CASE_TASKS_MAX)
            break;
        list = arena_room(op->arena, list, used, &capacity, sizeof *list);
        if (!list)
            break;
        task_read(op, &rows, 0, &list[used++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

/* The other cases as they are, whoever asks. */
static enum err linked(struct op *op, const struct case_row *c, struct case_link *list,
    int64_t *enterprises, size_t *count)
{
    struct store_rows rows;
    size_t used = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, number, title, status, due_at, enterprise_id FROM cases WHERE zone = $1"
        " AND (id = $2 OR (merged_into = $3 AND merged_into <> 0)) ORDER BY id LIMIT 100",
        S_TEXT(op->zone->code), S_INT(c->merged_into), S_INT(c->id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == LINKS_MAX)
            break;
        bool into = store_int(&rows, 0) == c->merged_into;
        enterprises[used] = store_int(&rows, 5);
        list[used++] = (struct case_link){ .relation = into ? "merged_into" : "merged_from",
            .id = store_int(&rows, 0),
            .number = text(op, &rows, 1),
            .title = text(op, &rows, 2),
            .status = (enum case_status)store_int(&rows, 3),
            .due_at = store_int(&rows, 4) };
    }
    store_rows_end(&rows);
    *count = used;
    return diag_arena(op->diag, op->arena);
}

enum err case_links(struct op *op, const struct case_row *c, struct case_link **out, size_t *count)
{
    const struct pack_role *role = op->actor->role;
    bool applicant = role && role->scope == PACK_SCOPE_ENTERPRISE;
    struct case_link *list = ARENA_ARRAY(op->arena, struct case_link, LINKS_MAX);
    int64_t *enterprises = ARENA_ARRAY(op->arena, int64_t, LINKS_MAX);
    size_t found, used = 0;
    TRY(diag_arena(op->diag, op->arena));
    TRY(linked(op, c, list, enterprises, &found));
    for (size_t i = 0; i < found; i++) {
        struct case_row other = { .id = list[i].id, .enterprise_id = enterprises[i] };
        bool seen, into = other.id == c->merged_into;
        TRY(scope_check(op, &other, &seen));
        if (!seen && !into && applicant)
            continue; /* who else asked the same is not this applicant's business */
        list[used] = list[i];
        if (!seen)
            list[used].title = STR_NONE;
        used++;
    }
    *out = list;
    *count = used;
    return OK;
}

enum err cases_moved(
    struct op *op, uint64_t from, uint64_t to, struct case_row *rows, size_t *count)
{
    struct store_rows found;
    size_t limit = *count;
    *count = 0;
    str sql = str_printf(op->arena,
        "SELECT %s FROM cases c WHERE c.zone = $1 AND c.id IN (SELECT subject FROM journal WHERE"
        " zone = $1 AND seq >= $2 AND seq < $3 AND actor = 'system'"
        " AND kind IN ('case.service', 'case.timer', 'case.deemed')) LIMIT $4",
        case_columns);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &found, op->diag, sql.data, S_TEXT(op->zone->code),
        S_INT((int64_t)from), S_INT((int64_t)to), S_INT((int64_t)limit)));
    for (bool more;;) {
        TRY(store_next(&found, &more, op->diag));
        if (!more || *count == limit)
            break;
        case_read(op, &found, &rows[(*count)++]);
    }
    store_rows_end(&found);
    return diag_arena(op->diag, op->arena);
}
