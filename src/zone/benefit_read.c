/* Lists, lines and objections as they stand (benefit.h). */
#include "zone/benefit_internal.h"

#include <string.h>

enum { PUBLISHED_DAYS = 30 };

/* ---- lists ---- */

/* Sums over the lines ride along: a list has at most a few thousand. */
#define LIST_COLUMNS                                                                               \
    "SELECT b.id, b.version, b.number, b.policy, b.clause, b.title_zh, b.title_en, b.day, b.year," \
    " b.unit, b.fund, b.state, b.origin, b.pack_version, b.tree_size, b.checkpoint, b.rows_seen,"  \
    " b.missing, b.barred, b.drawn_at, b.drawn_by, b.drawn_account, b.reviewed_by,"                \
    " b.reviewed_account, b.notice_days, b.notice_from, b.notice_to, b.notice_at, b.decided_by,"   \
    " b.decided_at, b.reason FROM benefit_list b WHERE b.zone = ?"

static void take_names(struct op *op, struct benefit_list *l, const struct store_rows *rows)
{
    str *const texts[] = { &l->number, &l->policy, &l->clause, &l->title.zh, &l->title.en, &l->day };
    for (int i = 0; i < 6; i++)
        *texts[i] = str_copy(op->arena, store_text(rows, 2 + i));
    l->year = store_int(rows, 8);
    str *const more[] = { &l->unit, &l->fund, &l->state, &l->origin, &l->pack_version };
    for (int i = 0; i < 5; i++)
        *more[i] = str_copy(op->arena, store_text(rows, 9 + i));
}

static void take_list(struct op *op, const struct store_rows *rows, void *row)
{
    struct benefit_list *l = row;
    l->id = store_int(rows, 0);
    l->version = store_int(rows, 1);
    take_names(op, l, rows);
    l->tree_size = store_int(rows, 14);
    l->checkpoint = str_copy(op->arena, store_text(rows, 15));
    l->rows_seen = store_int(rows, 16);
    l->missing = store_int(rows, 17);
    l->barred = store_int(rows, 18);
    l->drawn_at = store_int(rows, 19);
    l->drawn_by = str_copy(op->arena, store_text(rows, 20));
    l->drawn_account = store_int(rows, 21);
    l->reviewed_by = str_copy(op->arena, store_text(rows, 22));
    l->reviewed_account = store_int(rows, 23);
    l->notice_days = store_int(rows, 24);
    l->notice_from = str_copy(op->arena, store_text(rows, 25));
    l->notice_to = str_copy(op->arena, store_text(rows, 26));
    l->notice_at = store_int(rows, 27);
    l->decided_by = str_copy(op->arena, store_text(rows, 28));
    l->decided_at = store_int(rows, 29);
    l->reason = str_copy(op->arena, store_text(rows, 30));
}

static enum err sum_lines(struct op *op, struct benefit_list *l)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT count(*), coalesce(sum(CASE WHEN state = 'open' AND reviewed = 0 THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state <> 'struck' THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state = 'struck' THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state = 'awarded' THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state <> 'struck' THEN l.fen ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state = 'awarded' THEN l.fen ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state = 'waiting' THEN l.fen ELSE 0 END), 0),"
        " coalesce(sum(c.paid), 0), coalesce(sum(c.recovered), 0),"
        " coalesce(sum(CASE WHEN c.paid > 0 THEN 1 ELSE 0 END), 0)"
        " FROM benefit_line l LEFT JOIN fund_commitment c ON c.zone = l.zone AND c.id = l.commitment"
        " WHERE l.zone = $1 AND l.list_id = $2",
        S_TEXT(op->zone->code), S_INT(l->id)));
    int64_t *const sums[] = { &l->lines, &l->unreviewed, &l->kept, &l->struck, &l->awarded, &l->waiting,
        &l->fen, &l->awarded_fen, &l->waiting_fen, &l->paid_fen, &l->recovered_fen, &l->paid_lines };
    for (int i = 0; i < 12; i++)
        *sums[i] = store_int(&rows, i);
    store_rows_end(&rows);
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT count(*), coalesce(sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END), 0)"
        " FROM benefit_objection WHERE zone = $1 AND list_id = $2",
        S_TEXT(op->zone->code), S_INT(l->id)));
    l->objections = store_int(&rows, 0);
    l->open_objections = store_int(&rows, 1);
    store_rows_end(&rows);
    return OK;
}

enum err benefit_list_get(struct op *op, int64_t id, struct benefit_list *out)
{
    struct query q;
    bool there;
    query_init(&q, op->arena);
    QUERY_ADD(&q, LIST_COLUMNS " AND b.id = ?", S_TEXT(op->zone->code), S_INT(id));
    TRY(query_first(op, &q, take_list, out, sizeof *out, &there));
    if (!there)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这份名单", "there is no such list");
    return sum_lines(op, out);
}

static void add_filter(struct op *op, const struct benefit_filter *f, struct query *q)
{
    if (f->state.bytes)
        QUERY_ADD(q, " AND b.state = ?", S_TEXT(f->state));
    if (f->clause.bytes)
        QUERY_ADD(q, " AND b.clause = ?", S_TEXT(f->clause));
    if (f->unit.bytes)
        QUERY_ADD(q, " AND b.unit = ?", S_TEXT(f->unit));
    if (f->published)
        QUERY_ADD(q, " AND (b.state = 'notice' OR (b.state = 'confirmed' AND b.notice_from <> ''"
                     " AND b.decided_at > ?))",
            S_INT(op->now_ms - PUBLISHED_DAYS * (int64_t)MS_PER_DAY));
    if (f->after)
        QUERY_ADD(q, " AND b.id < ?", S_INT(f->after));
}

enum err benefit_lists(struct op *op, const struct benefit_filter *f, struct benefit_list **out,
    size_t *count, bool *more)
{
    struct query q;
    void *list;
    query_init(&q, op->arena);
    QUERY_ADD(&q, LIST_COLUMNS, S_TEXT(op->zone->code));
    add_filter(op, f, &q);
    query_sql(&q, " ORDER BY b.id DESC");
    TRY(query_page(op, &q, f->limit, take_list, sizeof(struct benefit_list), &list, count, more));
    *out = list;
    for (size_t i = 0; i < *count; i++)
        TRY(sum_lines(op, &(*out)[i]));
    return OK;
}

/* ---- lines ---- */

#define LINE_COLUMNS                                                                               \
    "SELECT l.id, l.list_id, l.year, l.subject, l.fen, l.reviewed, l.commitment,"                   \
    " coalesce(c.paid, 0), coalesce(c.recovered, 0), l.account, l.awarded_at, l.clause,"            \
    " l.subject_key, l.label, l.payee, l.payee_name, l.state, l.reason, l.facts, l.why, l.supplied," \
    " l.files, b.number, b.state, b.policy, b.fund, b.title_zh, b.title_en, b.notice_to"            \
    " FROM benefit_line l JOIN benefit_list b ON b.zone = l.zone AND b.id = l.list_id"              \
    " LEFT JOIN fund_commitment c ON c.zone = l.zone AND c.id = l.commitment WHERE l.zone = ?"

static void take(struct op *op, const struct store_rows *rows, struct benefit_line *l, bool brief)
{
    int64_t *const numbers[] = { &l->id, &l->list, &l->year, &l->subject, &l->fen, &l->reviewed,
        &l->commitment, &l->paid, &l->recovered, &l->account, &l->awarded_at };
    str *const texts[] = { &l->clause, &l->subject_key, &l->label, &l->payee, &l->payee_name,
        &l->state, &l->reason, &l->facts, &l->why, &l->supplied, &l->files, &l->list_number,
        &l->list_state, &l->policy, &l->fund, &l->title.zh, &l->title.en, &l->notice_to };
    for (int i = 0; i < 11; i++)
        *numbers[i] = store_int(rows, i);
    for (int i = 0; i < 18; i++)
        if (!brief || i < 7 || i > 10)
            *texts[i] = str_copy(op->arena, store_text(rows, 11 + i));
}

static void take_line(struct op *op, const struct store_rows *rows, void *row)
{
    take(op, rows, row, false);
}

static void take_brief(struct op *op, const struct store_rows *rows, void *row)
{
    take(op, rows, row, true);
}

enum err benefit_lines(struct op *op, const struct benefit_line_filter *f, struct benefit_line **out,
    size_t *count, bool *more)
{
    struct query q;
    void *list;
    query_init(&q, op->arena);
    QUERY_ADD(&q, LINE_COLUMNS, S_TEXT(op->zone->code));
    if (f->list)
        QUERY_ADD(&q, " AND l.list_id = ?", S_INT(f->list));
    if (f->line)
        QUERY_ADD(&q, " AND l.id = ?", S_INT(f->line));
    if (f->payee.bytes)
        QUERY_ADD(&q, " AND l.payee = ?", S_TEXT(f->payee));
    if (f->state.bytes)
        QUERY_ADD(&q, " AND l.state = ?", S_TEXT(f->state));
    QUERY_ADD(&q, " AND l.id > ? ORDER BY l.id", S_INT(f->after));
    TRY(query_page(op, &q, f->limit, f->brief ? take_brief : take_line, sizeof(struct benefit_line), &list,
        count, more));
    *out = list;
    return OK;
}

enum err benefit_line_get(struct op *op, int64_t id, struct benefit_line *out)
{
    struct query q;
    bool there;
    query_init(&q, op->arena);
    QUERY_ADD(&q, LINE_COLUMNS " AND l.id = ?", S_TEXT(op->zone->code), S_INT(id));
    TRY(query_first(op, &q, take_line, out, sizeof *out, &there));
    if (there)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "名单上没有这一行", "there is no such line");
}

/* ---- objections ---- */

enum err benefit_objections(
    struct op *op, int64_t list, struct benefit_objection **out, size_t *count)
{
    struct store_rows rows;
    struct benefit_objection *found
        = ARENA_ARRAY(op->arena, struct benefit_objection, BENEFIT_OBJECTIONS_MAX);
    *count = 0;
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT o.id, o.line_id, o.account, o.at, o.decided_at, o.name, o.phone, o.text, o.state, o.reply,"
        " o.decided_by, coalesce(l.label, '') FROM benefit_objection o LEFT JOIN benefit_line l ON"
        " l.zone = o.zone AND l.id = o.line_id WHERE o.zone = $1 AND o.list_id = $2 ORDER BY o.id LIMIT $3",
        S_TEXT(op->zone->code), S_INT(list), S_INT(BENEFIT_OBJECTIONS_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        struct benefit_objection *o = &found[(*count)++];
        *o = (struct benefit_objection){ .id = store_int(&rows, 0), .list = list,
            .line = store_int(&rows, 1), .account = store_int(&rows, 2), .at = store_int(&rows, 3),
            .decided_at = store_int(&rows, 4) };
        str *const texts[]
            = { &o->name, &o->phone, &o->text, &o->state, &o->reply, &o->decided_by, &o->label };
        for (int i = 0; i < 7; i++)
            *texts[i] = str_copy(op->arena, store_text(&rows, 5 + i));
    }
    *out = found;
    return diag_arena(op->diag, op->arena);
}

/* ---- the clause ---- */

enum err benefit_clause(
    struct op *op, const struct benefit_list *l, const struct pack_clause **out)
{
    const struct pack *then;
    *out = pack_clause(zone_pack(op->zone), l->clause);
    if (*out)
        return OK;
    TRY(zone_pack_version(op, l->pack_version, &then));
    *out = pack_clause(then, l->clause);
    if (*out)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "配置中没有条款“%.*s”", "the pack has no clause \"%.*s\"",
        STR_ARGS(l->clause));
}

bool benefit_seen(struct op *op)
{
    const struct pack *p = zone_pack(op->zone);
    const struct pack_role *r = op->actor->role;
    if (op->actor->system)
        return true;
    if (!r)
        return false;
    if (actor_may(op->actor, "fund.batch") || actor_may(op->actor, "fund.approve"))
        return true;
    for (size_t i = 0; i < p->policy_count; i++)
        for (size_t k = 0; k < p->policies[i].clause_count; k++)
            if (pack_clause_reviews(&p->policies[i].clauses[k], r)
                || pack_clause_approves(&p->policies[i].clauses[k], r))
                return true;
    return r->scope == PACK_SCOPE_ALL && actor_may(op->actor, "enterprise.read");
}
