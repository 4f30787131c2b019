/* Reading funds: what their records say together with the sums, commitments, entries; and what day
 * an entry is of. */
#include "zone/fund_internal.h"

#include "zone/query.h"
#include "zone/register.h"

#include <string.h>

enum { FUNDS_MAX = 1000 };

enum err fund_definition(struct op *op, const struct pack_funds **out)
{
    *out = zone_pack(op->zone)->funds;
    if (*out)
        return OK;
    return diag_set(op->diag, ERR_UNSUPPORTED, "本区没有设立资金(缺少 funds.json)",
        "this zone keeps no funds (there is no funds.json)");
}

/* ---- funds ---- */

static void select_column(struct query *q, const struct pack_column *c)
{
    if (c)
        buf_printf(&q->text, ", r.%.*s", STR_ARGS(c->name));
    else
        query_sql(q, ", NULL");
}

/* counted: with what is open, up to FUND_COUNT_MAX; an entry does without. */
static void select_funds(
    struct query *q, struct op *op, const struct pack_funds *def, bool counted)
{
    const struct pack_register *r = def->funds;
    query_sql(q, "SELECT r.id, b.source, b.available, b.committed, b.transit, b.paid, b.recovered,"
                 " b.seq");
    if (counted)
        buf_printf(&q->text,
            ", (SELECT count(*) FROM (SELECT 1 FROM fund_commitment c WHERE c.zone = r.zone AND"
            " c.fund = b.fund AND c.committed > c.held LIMIT %d)), (SELECT count(*) FROM (SELECT 1"
            " FROM fund_batch p WHERE p.zone = r.zone AND p.fund = b.fund AND p.state NOT IN"
            " ('reconciled', 'cancelled') LIMIT %d))",
            FUND_COUNT_MAX, FUND_COUNT_MAX);
    else
        query_sql(q, ", 0, 0");
    select_column(q, r->key);
    select_column(q, r->label);
    select_column(q, def->unit);
    select_column(q, def->basis);
    select_column(q, def->year);
    select_column(q, def->from);
    select_column(q, def->to);
    select_column(q, def->closed);
    buf_printf(&q->text, " FROM register_%.*s r LEFT JOIN fund_balance b ON b.zone = r.zone AND"
                         " b.fund = r.%.*s WHERE r.zone",
        STR_ARGS(r->code), STR_ARGS(r->key->name));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
}

static void read_fund(struct op *op, const struct store_rows *rows, struct fund *f)
{
    *f = (struct fund){ .record = store_int(rows, 0),
        .entries = store_int(rows, 7),
        .commitments = store_int(rows, 8),
        .batches = store_int(rows, 9),
        .code = str_copy(op->arena, store_text(rows, 10)),
        .name = str_copy(op->arena, store_text(rows, 11)),
        .unit = str_copy(op->arena, store_text(rows, 12)),
        .basis = str_copy(op->arena, store_text(rows, 13)),
        .year = store_int(rows, 14),
        .from = str_copy(op->arena, store_text(rows, 15)),
        .to = str_copy(op->arena, store_text(rows, 16)),
        .closed = store_int(rows, 17) != 0 };
    for (int i = 0; i < FUND_ACCOUNTS; i++)
        f->balance[i] = store_int(rows, 1 + i);
}

enum err fund_list(struct op *op, struct fund **out, size_t *count)
{
    const struct pack_funds *def;
    struct query q;
    struct store_rows rows;
    size_t used = 0;
    struct fund *list = ARENA_ARRAY(op->arena, struct fund, FUNDS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(fund_definition(op, &def));
    query_init(&q, op->arena);
    select_funds(&q, op, def, true);
    buf_printf(&q.text, " ORDER BY r.%.*s", STR_ARGS(def->funds->key->name));
    QUERY_ADD(&q, " LIMIT ?", S_INT(FUNDS_MAX));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == FUNDS_MAX)
            break;
        read_fund(op, &rows, &list[used++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

static enum err one_fund(struct op *op, str code, bool counted, struct fund *out)
{
    const struct pack_funds *def;
    struct query q;
    struct store_rows rows;
    bool there;
    TRY(fund_definition(op, &def));
    query_init(&q, op->arena);
    select_funds(&q, op, def, counted);
    buf_printf(&q.text, " AND r.%.*s", STR_ARGS(def->funds->key->name));
    QUERY_ADD(&q, " = ?", S_TEXT(code));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    if (!there) {
        diag_field(op->diag, STR("fund"));
        return diag_set(op->diag, ERR_NOT_FOUND, "没有资金“%.*s”", "there is no fund \"%.*s\"",
            STR_ARGS(code));
    }
    read_fund(op, &rows, out);
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err fund_get(struct op *op, str code, struct fund *out)
{
    return one_fund(op, code, true, out);
}

enum err fund_find(struct op *op, str code, struct fund *out)
{
    return one_fund(op, code, false, out);
}

enum err fund_open_for(struct op *op, const struct fund *f, enum fund_kind k)
{
    bool back = k == FUND_RECOVER || k == FUND_SURRENDER || k == FUND_PAY || k == FUND_BOUNCE;
    bool fresh = k == FUND_APPROPRIATE || k == FUND_COMMIT || k == FUND_RESTORE;
    str today = date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)));
    const char *name = str_terminated(op->arena, f->name);
    TRY(diag_arena(op->diag, op->arena));
    if (f->closed && !back)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "“%s”已关账,只能登记银行回单、追回和上缴",
            "\"%s\" is closed: only the bank's answers, recoveries and what goes to the treasury are "
            "still entered",
            name);
    if (fresh && f->from.bytes && str_compare(today, f->from) < 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "“%s”自 %.*s 起使用,今天不能下达或承诺",
            "\"%s\" may be used from %.*s on, not yet today", name, STR_ARGS(f->from));
    if (fresh && f->to.bytes && str_compare(today, f->to) > 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED,
            "“%s”已于 %.*s 到期,不能再下达或承诺;已承诺的仍可支付、解除和追回",
            "\"%s\" ended on %.*s: nothing more is appropriated or committed; what is committed may "
            "still be paid, released and recovered",
            name, STR_ARGS(f->to));
    return OK;
}

enum err fund_day(struct op *op, str *day)
{
    struct store_rows rows;
    struct date closed;
    int64_t today = zone_local_days(op->zone, op->now_ms);
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT coalesce(max(day), '') FROM fund_closing WHERE zone = $1 AND ok = 1",
        S_TEXT(op->zone->code)));
    if (date_parse(store_text(&rows, 0), &closed) && date_to_days(closed) >= today)
        today = date_to_days(closed) + 1;
    store_rows_end(&rows);
    *day = date_format(op->arena, date_from_days(today));
    return diag_arena(op->diag, op->arena);
}

/* ---- commitments ---- */

static const char commitment_columns[]
    = "SELECT id, at, fund, payee, payee_name, reason, basis, ref_kind, ref_id, ref_label, key, fen,"
      " committed, held, transit, paid, recovered, coalesce((SELECT a.list_id FROM benefit_line a"
      " WHERE a.zone = fund_commitment.zone AND a.id = ref_id AND ref_kind = 'award'), 0)"
      " FROM fund_commitment WHERE zone";

static void read_commitment(struct op *op, const struct store_rows *rows, void *row)
{
    struct fund_commitment *c = row;
    str *const texts[] = { &c->fund, &c->payee, &c->payee_name, &c->reason, &c->basis,
        &c->ref_kind };
    c->id = store_int(rows, 0);
    c->at_ms = store_int(rows, 1);
    for (int i = 0; i < 6; i++)
        *texts[i] = str_copy(op->arena, store_text(rows, 2 + i));
    c->ref_id = store_int(rows, 8);
    c->ref_label = str_copy(op->arena, store_text(rows, 9));
    c->key = str_copy(op->arena, store_text(rows, 10));
    c->fen = store_int(rows, 11);
    c->committed = store_int(rows, 12);
    c->held = store_int(rows, 13);
    c->transit = store_int(rows, 14);
    c->paid = store_int(rows, 15);
    c->recovered = store_int(rows, 16);
    c->ref_list = store_int(rows, 17);
}

static enum err one_commitment(struct op *op, struct query *q, struct fund_commitment *out)
{
    bool there;
    TRY(query_first(op, q, read_commitment, out, sizeof *out, &there));
    if (there)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这笔承诺", "there is no such commitment");
}

enum err fund_commitment_get(struct op *op, int64_t id, struct fund_commitment *out)
{
    struct query q;
    query_init(&q, op->arena);
    query_sql(&q, commitment_columns);
    QUERY_ADD(&q, " = ? AND id = ?", S_TEXT(op->zone->code), S_INT(id));
    query_sql(&q, " {lock}");
    return one_commitment(op, &q, out);
}

enum err fund_commitment_by_key(struct op *op, str fund, str key, struct fund_commitment *out)
{
    struct query q;
    query_init(&q, op->arena);
    query_sql(&q, commitment_columns);
    QUERY_ADD(&q, " = ? AND fund = ? AND key = ? AND key <> ''", S_TEXT(op->zone->code),
        S_TEXT(fund), S_TEXT(key));
    return one_commitment(op, &q, out);
}

enum err fund_commitments(struct op *op, const struct fund_commitment_filter *f,
    struct fund_commitment **out, size_t *count, bool *more)
{
    struct query q;
    void *list;
    query_init(&q, op->arena);
    query_sql(&q, commitment_columns);
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    if (f->fund.bytes)
        QUERY_ADD(&q, " AND fund = ?", S_TEXT(f->fund));
    if (f->payee.bytes)
        QUERY_ADD(&q, " AND payee = ?", S_TEXT(f->payee));
    if (f->ref_id)
        QUERY_ADD(&q, " AND ref_id = ? AND ref_kind = ?", S_INT(f->ref_id), S_TEXT(f->ref_kind));
    if (f->payable)
        query_sql(&q, " AND committed > held");
    if (f->after)
        QUERY_ADD(&q, " AND id < ?", S_INT(f->after));
    query_sql(&q, " ORDER BY id DESC");
    TRY(query_page(op, &q, f->limit, read_commitment, sizeof(struct fund_commitment), &list, count, more));
    *out = list;
    return OK;
}

/* ---- entries ---- */

static const char entry_columns[]
    = "SELECT e.id, e.seq, e.at, e.fen, e.commitment, e.batch, e.line, e.reverses, coalesce(x.id, 0),"
      " e.ref_id, e.event, e.fund, e.day, e.document, e.reason, e.basis, e.ref_kind, e.ref_label,"
      " e.actor, e.actor_name, coalesce(c.payee_name, ''), e.kind, e.from_account, e.to_account,"
      " coalesce(x.seq, 0), coalesce(o.seq, 0), coalesce(a.list_id, 0)"
      " FROM fund_entry e LEFT JOIN fund_entry x ON x.zone = e.zone AND x.reverses = e.id"
      " AND x.reverses <> 0 LEFT JOIN fund_commitment c ON c.zone = e.zone AND c.id = e.commitment"
      " LEFT JOIN fund_entry o ON o.zone = e.zone AND o.id = e.reverses AND e.reverses <> 0"
      " LEFT JOIN benefit_line a ON a.zone = e.zone AND a.id = e.ref_id AND e.ref_kind = 'award'"
      " WHERE e.zone";

static enum fund_account account_from(str word)
{
    int i = 0;
    while (i + 1 < FUND_ACCOUNTS && !str_is(word, fund_account_words[i]))
        i++;
    return (enum fund_account)i;
}

static void read_entry(struct op *op, const struct store_rows *rows, void *row)
{
    struct fund_entry *e = row;
    int64_t *const numbers[] = { &e->id, &e->seq, &e->at_ms, &e->fen, &e->commitment, &e->batch,
        &e->line, &e->reverses, &e->reversed_by, &e->ref_id, &e->event };
    str *const texts[] = { &e->fund, &e->day, &e->document, &e->reason, &e->basis, &e->ref_kind,
        &e->ref_label, &e->actor, &e->actor_name, &e->payee_name };
    for (int i = 0; i < 11; i++)
        *numbers[i] = store_int(rows, i);
    for (int i = 0; i < 10; i++)
        *texts[i] = str_copy(op->arena, store_text(rows, 11 + i));
    if (!fund_kind_from(store_text(rows, 21), &e->kind))
        e->kind = FUND_REVERSE;
    e->from = account_from(store_text(rows, 22));
    e->to = account_from(store_text(rows, 23));
    e->reversed_by_seq = store_int(rows, 24);
    e->reverses_seq = store_int(rows, 25);
    e->ref_list = store_int(rows, 26);
}

enum err fund_entries(struct op *op, const struct fund_entry_filter *f, struct fund_entry **out,
    size_t *count, bool *more)
{
    struct query q;
    void *list;
    query_init(&q, op->arena);
    query_sql(&q, entry_columns);
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    if (f->fund.bytes)
        QUERY_ADD(&q, " AND e.fund = ?", S_TEXT(f->fund));
    if (f->kind.bytes)
        QUERY_ADD(&q, " AND e.kind = ?", S_TEXT(f->kind));
    if (f->from.bytes)
        QUERY_ADD(&q, " AND e.day >= ?", S_TEXT(f->from));
    if (f->to.bytes)
        QUERY_ADD(&q, " AND e.day <= ?", S_TEXT(f->to));
    if (f->commitment)
        QUERY_ADD(&q, " AND e.commitment = ?", S_INT(f->commitment));
    if (f->batch)
        QUERY_ADD(&q, " AND e.batch = ?", S_INT(f->batch));
    if (f->after)
        QUERY_ADD(&q, " AND e.id < ?", S_INT(f->after));
    query_sql(&q, " ORDER BY e.id DESC");
    TRY(query_page(op, &q, f->limit, read_entry, sizeof(struct fund_entry), &list, count, more));
    *out = list;
    return OK;
}

enum err fund_entry_get(struct op *op, int64_t id, struct fund_entry *out)
{
    struct query q;
    bool there;
    query_init(&q, op->arena);
    query_sql(&q, entry_columns);
    QUERY_ADD(&q, " = ? AND e.id = ?", S_TEXT(op->zone->code), S_INT(id));
    TRY(query_first(op, &q, read_entry, out, sizeof *out, &there));
    if (there)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这笔分录", "there is no such entry");
}

enum { MONTHS_MAX = 240 };

enum err fund_months(struct op *op, str fund, struct fund_month **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0;
    struct fund_month *list = ARENA_ARRAY(op->arena, struct fund_month, MONTHS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT substr(day, 1, 7),"
        " sum(CASE WHEN from_account = 'source' THEN fen WHEN to_account = 'source' THEN -fen ELSE 0"
        " END),"
        " sum(CASE WHEN to_account = 'committed' AND from_account = 'available' THEN fen WHEN"
        " from_account = 'committed' AND to_account = 'available' THEN -fen ELSE 0 END),"
        " sum(CASE WHEN to_account = 'paid' AND from_account = 'transit' THEN fen WHEN from_account"
        " = 'paid' AND to_account = 'transit' THEN -fen ELSE 0 END),"
        " sum(CASE WHEN to_account = 'recovered' AND from_account = 'paid' THEN fen WHEN from_account"
        " = 'recovered' AND to_account = 'paid' THEN -fen ELSE 0 END)"
        " FROM fund_entry WHERE zone = $1 AND fund = $2 GROUP BY substr(day, 1, 7) ORDER BY 1",
        S_TEXT(op->zone->code), S_TEXT(fund)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == MONTHS_MAX)
            break;
        list[used++] = (struct fund_month){ str_copy(op->arena, store_text(&rows, 0)),
            store_int(&rows, 1), store_int(&rows, 2), store_int(&rows, 3), store_int(&rows, 4) };
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}
