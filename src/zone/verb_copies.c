/*
 * Copies: a case shown to a unit or a person who has no part in it, read-only, with a receipt when
 * it has been read. A copy to a unit lets the unit see the case, one to a person only him.
 */
#include "zone/case_do.h"

static const char columns[] = "k.id, k.case_id, k.unit, k.account_id, k.by_name, k.text, k.at,"
                              " k.read_at, k.read_by, coalesce((SELECT a.name FROM account a WHERE"
                              " a.zone = k.zone AND a.id = k.account_id), ''), c.number, c.title";

static str text(struct op *op, const struct store_rows *rows, int column)
{
    return str_copy(op->arena, store_text(rows, column));
}

static enum err read_all(struct op *op, struct store_rows *r, struct case_copy **out, size_t *count)
{
    struct case_copy *list = NULL;
    size_t used = 0, capacity = 0;
    for (bool more;;) {
        TRY(store_next(r, &more, op->diag));
        if (!more)
            break;
        list = arena_room(op->arena, list, used, &capacity, sizeof *list);
        if (!list)
            break;
        list[used++] = (struct case_copy){ .id = store_int(r, 0),
            .case_id = store_int(r, 1),
            .unit = text(op, r, 2),
            .account_id = store_int(r, 3),
            .by_name = text(op, r, 4),
            .text = text(op, r, 5),
            .at = store_int(r, 6),
            .read_at = store_int(r, 7),
            .read_by = text(op, r, 8),
            .account_name = text(op, r, 9),
            .case_number = text(op, r, 10),
            .case_title = text(op, r, 11) };
    }
    store_rows_end(r);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

static void select_copies(struct query *q, struct op *op)
{
    query_init(q, op->arena);
    query_sql(q, "SELECT ");
    query_sql(q, columns);
    QUERY_ADD(q,
        " FROM case_copy k JOIN cases c ON c.zone = k.zone AND c.id = k.case_id WHERE k.zone = ?",
        S_TEXT(op->zone->code));
}

/* Mine: to me, or to my unit. */
static void add_mine(struct query *q, const struct actor *a)
{
    QUERY_ADD(q, " AND (k.account_id = ? OR (k.account_id = 0 AND k.unit = ?))",
        S_INT(a->account ? a->account : -1), S_TEXT(a->unit.bytes ? a->unit : STR("-")));
}

enum err case_copies(struct op *op, int64_t case_id, struct case_copy **out, size_t *count)
{
    struct store_rows rows;
    struct query q;
    select_copies(&q, op);
    QUERY_ADD(&q, " AND k.case_id = ? ORDER BY k.id LIMIT 200", S_INT(case_id));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return read_all(op, &rows, out, count);
}

enum err copy_list(struct op *op, bool unread_only, size_t limit, struct case_copy **out,
    size_t *count, int64_t *unread)
{
    struct store_rows rows;
    struct query q;
    bool there;
    TRY(actor_require(op, "case.read"));
    query_init(&q, op->arena);
    QUERY_ADD(&q, "SELECT count(*) FROM case_copy k WHERE k.zone = ? AND k.read_at IS NULL",
        S_TEXT(op->zone->code));
    add_mine(&q, op->actor);
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    *unread = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    select_copies(&q, op);
    add_mine(&q, op->actor);
    if (unread_only)
        query_sql(&q, " AND k.read_at IS NULL");
    QUERY_ADD(&q, " ORDER BY CASE WHEN k.read_at IS NULL THEN 0 ELSE 1 END, k.id DESC LIMIT ?",
        S_INT((int64_t)limit));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return read_all(op, &rows, out, count);
}

/* ---- verbs ---- */

static enum err unread(struct op *op, int64_t case_id, const struct actor *a, bool *there)
{
    struct store_rows rows;
    struct query q;
    query_init(&q, op->arena);
    QUERY_ADD(&q,
        "SELECT 1 FROM case_copy k WHERE k.zone = ? AND k.case_id = ? AND k.read_at IS NULL",
        S_TEXT(op->zone->code), S_INT(case_id));
    add_mine(&q, a);
    query_sql(&q, " LIMIT 1");
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, there, op->diag));
    store_rows_end(&rows);
    return OK;
}

bool may_read(struct may *m)
{
    bool there = false;
    if (unread(m->moving->op, m->moving->row.id, m->moving->op->actor, &there) != OK || !there)
        return may_not(m, "没有抄送给您的未阅件", "no unread copy of it was sent to you");
    return true;
}

/* The same one unread copy is enough. */
static enum err check(struct doing *d, struct verb_signer who)
{
    struct op *op = d->m->op;
    bool there;
    if (!pack_unit(zone_pack(op->zone), who.unit))
        return do_invalid(op, "signers", "没有这个单位,请从列表中选择",
            "there is no such unit; please choose one of the list");
    if (who.assignee)
        TRY(do_check_assignee(op, who.assignee, who.unit));
    struct actor to = { .account = who.assignee, .unit = who.assignee ? STR_NONE : who.unit };
    TRY(unread(op, d->m->row.id, &to, &there));
    return there ? do_invalid(op, "signers", "已经抄送过,对方尚未阅知",
               "a copy was sent there already and has not been read yet")
                 : OK;
}

enum err do_copy(struct doing *d)
{
    struct op *op = d->m->op;
    json_t *list = json_array();
    json_object_set_new(d->event, "signers", list);
    if (!d->in->signer_count || d->in->signer_count > SIGNERS_MAX)
        return do_invalid(
            op, "signers", "请选择一至二十个人员或单位", "please choose 1 to 20 people or units");
    for (size_t i = 0; i < d->in->signer_count; i++) {
        struct verb_signer who = d->in->signers[i];
        TRY(check(d, who));
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO case_copy (zone, id, case_id, unit, account_id, by_id, by_name, text, at,"
            " read_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')",
            S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(d->m->row.id),
            S_TEXT(who.unit), S_INT(who.assignee), S_INT(op->actor->account),
            S_TEXT(op->actor->name), S_TEXT(d->in->text), S_INT(op->now_ms)));
        if (!who.assignee)
            TRY(STORE_EXEC(op->conn, op->diag,
                "INSERT INTO case_unit (zone, unit, case_id) VALUES ($1, $2, $3) ON CONFLICT"
                " (zone, unit, case_id) DO NOTHING",
                S_TEXT(op->zone->code), S_TEXT(who.unit), S_INT(d->m->row.id)));
        json_array_append_new(list, json_pack("{s:s%}", "unit", who.unit.data, who.unit.bytes));
    }
    return OK;
}

enum err do_read(struct doing *d)
{
    struct op *op = d->m->op;
    const struct actor *a = op->actor;
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE case_copy SET read_at = $3, read_by = $4 WHERE zone = $1 AND case_id = $2 AND"
        " read_at IS NULL AND (account_id = $5 OR (account_id = 0 AND unit = $6))",
        S_TEXT(op->zone->code), S_INT(d->m->row.id), S_INT(op->now_ms), S_TEXT(a->name),
        S_INT(a->account ? a->account : -1), S_TEXT(a->unit.bytes ? a->unit : STR("-")));
}
