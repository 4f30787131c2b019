/* Licences as rows: the tables, reading, finding, who may see which. */
#include "zone/licence_internal.h"

#include "zone/record_internal.h"

#include <stdio.h>
#include <string.h>

static const char tables[] =
    "CREATE TABLE licence (zone TEXT NOT NULL, id BIGINT NOT NULL, root_id BIGINT NOT NULL,"
    " type TEXT NOT NULL, identifier TEXT NOT NULL, number TEXT NOT NULL, unit TEXT NOT NULL,"
    " holder_register TEXT NOT NULL, holder_id BIGINT NOT NULL, holder_name TEXT NOT NULL,"
    " holder_key TEXT NOT NULL, status BIGINT NOT NULL, operation BIGINT NOT NULL,"
    " version BIGINT NOT NULL, list_index BIGINT NOT NULL, first_issued_on TEXT NOT NULL,"
    " issued_on TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,"
    " data TEXT NOT NULL, case_id BIGINT NOT NULL, before_id BIGINT NOT NULL,"
    " next_id BIGINT NOT NULL, renewal_at BIGINT NOT NULL, reason TEXT NOT NULL,"
    " basis TEXT NOT NULL, looks BIGINT NOT NULL, updated_at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX licence_identifier ON licence (zone, identifier);"
    "CREATE UNIQUE INDEX licence_list ON licence (zone, list_index);"
    "CREATE INDEX licence_holder ON licence (zone, holder_register, holder_id, type, id);"
    "CREATE INDEX licence_type ON licence (zone, type, id);"
    "CREATE INDEX licence_root ON licence (zone, root_id, id);"
    "CREATE INDEX licence_number ON licence (zone, number);"
    "CREATE INDEX licence_over ON licence (zone, valid_to, id) WHERE status IN (1, 2) AND valid_to"
    " <> '';"
    "CREATE TABLE licence_step (zone TEXT NOT NULL, id BIGINT NOT NULL, licence_id BIGINT NOT NULL,"
    " verb TEXT NOT NULL, operation BIGINT NOT NULL, status_before BIGINT NOT NULL,"
    " status_after BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, unit TEXT NOT NULL,"
    " reason TEXT NOT NULL, basis TEXT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX licence_step_of ON licence_step (zone, licence_id, id);"
    "CREATE TABLE licence_look (zone TEXT NOT NULL, id BIGINT NOT NULL, licence_id BIGINT NOT NULL,"
    " at BIGINT NOT NULL, how TEXT NOT NULL, who TEXT NOT NULL, unit TEXT NOT NULL,"
    " purpose TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX licence_look_of ON licence_look (zone, licence_id, id);"
    "CREATE TABLE licence_consent (zone TEXT NOT NULL, id BIGINT NOT NULL, licence_id BIGINT NOT"
    " NULL, holder_register TEXT NOT NULL, holder_id BIGINT NOT NULL, account_id BIGINT NOT NULL,"
    " type TEXT NOT NULL, item TEXT NOT NULL, purpose TEXT NOT NULL, unit TEXT NOT NULL,"
    " case_id BIGINT NOT NULL, given_at BIGINT NOT NULL, until_at BIGINT NOT NULL,"
    " revoked_at BIGINT NOT NULL, used BIGINT NOT NULL, used_at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id)){clustered};"
    "CREATE INDEX licence_consent_of ON licence_consent (zone, holder_register, holder_id, id);"
    "CREATE VIEW licence_report AS SELECT zone, id, type, unit, CASE status WHEN 1 THEN 'valid'"
    " WHEN 2 THEN 'suspended' WHEN 3 THEN 'revoked' WHEN 4 THEN 'cancelled' WHEN 5 THEN 'lapsed'"
    " WHEN 6 THEN 'moved' ELSE 'stripped' END AS status, version, holder_register, holder_id,"
    " holder_name, issued_on, substr(issued_on, 1, 7) AS month, valid_from, valid_to,"
    " CASE WHEN next_id = 0 THEN 1 ELSE 0 END AS newest, looks FROM licence WHERE zone = {zone};";

const struct store_migration licence_migrations[] = { { 1, "licences", tables } };
const size_t licence_migration_count = sizeof licence_migrations / sizeof *licence_migrations;

/* ---- words ---- */

static const struct {
    const char *word;
    struct name2 name;
} statuses[] = {
    [LICENCE_VALID] = { "valid", { STR("有效"), STR("valid") } },
    [LICENCE_SUSPENDED] = { "suspended", { STR("暂扣"), STR("suspended") } },
    [LICENCE_REVOKED] = { "revoked", { STR("撤销"), STR("revoked") } },
    [LICENCE_CANCELLED] = { "cancelled", { STR("注销"), STR("cancelled") } },
    [LICENCE_LAPSED] = { "lapsed", { STR("失效"), STR("lapsed") } },
    [LICENCE_MOVED] = { "moved", { STR("转出"), STR("moved elsewhere") } },
    [LICENCE_STRIPPED] = { "stripped", { STR("吊销"), STR("taken away") } },
};

const char *licence_status_word(enum licence_status s)
{
    return statuses[s].word;
}

struct name2 licence_status_name(enum licence_status s)
{
    return statuses[s].name;
}

static int status_from(str word)
{
    for (int i = LICENCE_VALID; i <= LICENCE_STRIPPED; i++)
        if (str_is(word, statuses[i].word))
            return i;
    return 0;
}

enum err licence_refuse(struct op *op, enum err e, str zh, str en)
{
    TRY(diag_arena(op->diag, op->arena));
    return diag_set(op->diag, e, "%s%.0s", "%.0s%s", str_terminated(op->arena, zh),
        str_terminated(op->arena, en));
}

str licence_day(struct op *op, int64_t days)
{
    return date_format(op->arena, date_from_days(days));
}

str licence_today(struct op *op)
{
    return licence_day(op, zone_local_days(op->zone, op->now_ms));
}

/* ---- reading ---- */

static const char columns[] =
    "SELECT l.id, l.root_id, l.type, l.identifier, l.number, l.unit, l.holder_register,"
    " l.holder_id, l.holder_name, l.holder_key, l.status, l.operation, l.version, l.list_index,"
    " l.first_issued_on, l.issued_on, l.valid_from, l.valid_to, l.data, l.case_id, l.before_id,"
    " l.next_id, l.renewal_at, l.reason, l.basis, l.looks, l.updated_at FROM licence l"
    " WHERE l.zone = ";

void licence_select(struct query *q, struct op *op)
{
    query_init(q, op->arena);
    query_sql(q, columns);
    QUERY_ADD(q, "?", S_TEXT(op->zone->code));
}

enum err licence_row(struct op *op, const struct store_rows *rows, struct licence *l)
{
    struct arena *a = op->arena;
    *l = (struct licence){ .id = store_int(rows, 0),
        .root_id = store_int(rows, 1),
        .type_code = str_copy(a, store_text(rows, 2)),
        .identifier = str_copy(a, store_text(rows, 3)),
        .number = str_copy(a, store_text(rows, 4)),
        .unit = str_copy(a, store_text(rows, 5)),
        .holder_register = str_copy(a, store_text(rows, 6)),
        .holder_id = store_int(rows, 7),
        .holder_name = str_copy(a, store_text(rows, 8)),
        .holder_key = str_copy(a, store_text(rows, 9)),
        .status = (enum licence_status)store_int(rows, 10),
        .operation = (int)store_int(rows, 11),
        .version = store_int(rows, 12),
        .list_index = store_int(rows, 13),
        .first_issued_on = str_copy(a, store_text(rows, 14)),
        .issued_on = str_copy(a, store_text(rows, 15)),
        .valid_from = str_copy(a, store_text(rows, 16)),
        .valid_to = str_copy(a, store_text(rows, 17)),
        .case_id = store_int(rows, 19),
        .before_id = store_int(rows, 20),
        .next_id = store_int(rows, 21),
        .renewal_at = store_int(rows, 22),
        .reason = str_copy(a, store_text(rows, 23)),
        .basis = str_copy(a, store_text(rows, 24)),
        .looks = store_int(rows, 25),
        .updated_at = store_int(rows, 26) };
    l->type = pack_licence(zone_pack(op->zone), l->type_code);
    TRY(json_parse(a, store_text(rows, 18), &l->data, op->diag));
    /* Past its last day it has lapsed, whether the daily turn has been there or not. */
    bool over = l->valid_to.bytes && str_compare(l->valid_to, licence_today(op)) < 0;
    if (over && (l->status == LICENCE_VALID || l->status == LICENCE_SUSPENDED))
        l->status = LICENCE_LAPSED;
    return diag_arena(op->diag, a);
}

enum err licence_rows(
    struct op *op, struct query *q, size_t limit, struct licence **out, size_t *count)
{
    struct store_rows rows;
    struct licence *list = ARENA_ARRAY(op->arena, struct licence, limit + 1);
    TRY(diag_arena(op->diag, op->arena));
    TRY(query_run(q, op->conn, &rows, op->diag));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        enum err e = licence_row(op, &rows, &list[*count]);
        if (e != OK) {
            store_rows_end(&rows);
            return e;
        }
        ++*count;
    }
    store_rows_end(&rows);
    *out = list;
    return OK;
}

static enum err one(struct op *op, struct query *q, struct licence *out)
{
    size_t count;
    struct licence *found;
    TRY(licence_rows(op, q, 1, &found, &count));
    if (!count)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这份证照", "there is no such licence");
    *out = found[0];
    return OK;
}

enum err licence_get(struct op *op, int64_t id, struct licence *out)
{
    struct query q;
    licence_select(&q, op);
    QUERY_ADD(&q, " AND l.id = ?", S_INT(id));
    return one(op, &q, out);
}

enum err licence_by_identifier(struct op *op, str identifier, struct licence *out)
{
    struct query q;
    licence_select(&q, op);
    QUERY_ADD(&q, " AND l.identifier = ?", S_TEXT(identifier));
    return one(op, &q, out);
}

enum err licence_find(
    struct op *op, str holder_register, int64_t holder_id, str type, struct licence *out)
{
    struct query q;
    size_t count;
    struct licence *found;
    licence_select(&q, op);
    QUERY_ADD(&q,
        " AND l.holder_register = ? AND l.holder_id = ? AND l.type = ? ORDER BY l.id DESC LIMIT 50",
        S_TEXT(holder_register), S_INT(holder_id), S_TEXT(type));
    TRY(licence_rows(op, &q, 50, &found, &count));
    for (size_t i = 0; i < count; i++)
        if (found[i].status == LICENCE_VALID) {
            *out = found[i];
            return OK;
        }
    const struct pack_licence *t = pack_licence(zone_pack(op->zone), type);
    struct name2 name = t ? t->name : (struct name2){ type, type };
    struct name2 status = count ? licence_status_name(found[0].status) : (struct name2){ 0 };
    return licence_refuse(op, ERR_NOT_FOUND,
        str_printf(op->arena, count ? "电子证照“%.*s”已%.*s" : "没有电子证照“%.*s”%.*s",
            STR_ARGS(name.zh), STR_ARGS(status.zh)),
        str_printf(op->arena,
            count ? "the licence \"%.*s\" is %.*s" : "no licence \"%.*s\" is held%.*s",
            STR_ARGS(name.en), STR_ARGS(status.en)));
}

/* ---- lists ---- */

static void add_status(struct query *q, struct op *op, str word)
{
    int status = status_from(word);
    str today = licence_today(op);
    if (status == LICENCE_VALID || status == LICENCE_SUSPENDED)
        QUERY_ADD(q, " AND l.status = ? AND (l.valid_to = '' OR l.valid_to >= ?)", S_INT(status),
            S_TEXT(today));
    else if (status == LICENCE_LAPSED)
        QUERY_ADD(q,
            " AND (l.status = 5 OR (l.status IN (1, 2) AND l.valid_to <> '' AND l.valid_to < ?))",
            S_TEXT(today));
    else
        QUERY_ADD(q, " AND l.status = ?", S_INT(status));
}

static void add_text(struct query *q, struct arena *a, str text)
{
    struct buf like;
    buf_init(&like, a, 1024);
    buf_add_char(&like, '%');
    for (size_t i = 0; i < text.bytes && i < 200; i++) {
        if (strchr("%_\\", text.data[i]))
            buf_add_char(&like, '\\');
        buf_add_char(&like, text.data[i]);
    }
    buf_add_char(&like, '%');
    QUERY_ADD(q,
        " AND (l.holder_name LIKE ? ESCAPE '\\' OR l.number = ? OR l.identifier = ? OR l.holder_key"
        " = ?)",
        S_TEXT(buf_str(&like)), S_TEXT(text), S_TEXT(text), S_TEXT(text));
}

enum err licence_list(
    struct op *op, const struct licence_filter *f, struct licence **out, size_t *count, bool *more)
{
    struct query q;
    size_t limit = f->limit && f->limit <= LICENCE_LISTED_MAX ? f->limit : LICENCE_LISTED_MAX;
    TRY(actor_require(op, "licence.read"));
    licence_select(&q, op);
    if (op->actor->role && op->actor->role->scope == PACK_SCOPE_UNIT)
        QUERY_ADD(&q, " AND l.unit = ?", S_TEXT(op->actor->unit));
    if (f->type.bytes)
        QUERY_ADD(&q, " AND l.type = ?", S_TEXT(f->type));
    if (f->unit.bytes)
        QUERY_ADD(&q, " AND l.unit = ?", S_TEXT(f->unit));
    if (f->status.bytes)
        add_status(&q, op, f->status);
    if (f->holder_id)
        QUERY_ADD(&q, " AND l.holder_register = ? AND l.holder_id = ?", S_TEXT(f->holder_register),
            S_INT(f->holder_id));
    if (f->newest)
        query_sql(&q, " AND l.next_id = 0");
    if (f->after)
        QUERY_ADD(&q, " AND l.id < ?", S_INT(f->after));
    if (f->text.bytes)
        add_text(&q, op->arena, f->text);
    QUERY_ADD(&q, " ORDER BY l.id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(licence_rows(op, &q, limit + 1, out, count));
    *more = *count > limit;
    *count -= *more;
    return OK;
}

/* ---- whose ---- */

str licence_applicants(const struct zone *z)
{
    const struct pack *p = zone_pack(z);
    for (size_t i = 0; i < p->system_count; i++)
        if (p->systems[i].applicant.bytes)
            return p->systems[i].applicant;
    return STR_NONE;
}

/* "SELECT id FROM register_<people> WHERE zone = ? AND <account> = ?": the records of the actor's
 * account. There may be several: who was put on record twice holds what either was given. */
static void own_records(struct query *q, struct op *op, const struct pack_licence *t)
{
    query_sql(q, "SELECT id FROM register_");
    query_sql(q, str_terminated(op->arena, t->holder->code));
    QUERY_ADD(q, " WHERE zone = ?", S_TEXT(op->zone->code));
    query_sql(q, " AND ");
    query_sql(q, str_terminated(op->arena, t->holder_account->name));
    QUERY_ADD(q, " = ?", S_INT(op->actor->account));
}

static enum err is_own_record(struct op *op, const struct pack_licence *t, int64_t id, bool *own)
{
    struct query q;
    struct store_rows rows;
    query_init(&q, op->arena);
    own_records(&q, op, t);
    QUERY_ADD(&q, " AND id = ?", S_INT(id));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, own, op->diag));
    store_rows_end(&rows);
    return OK;
}

static bool seen_before(const struct pack *p, size_t type)
{
    for (size_t i = 0; i < type; i++)
        if (p->licences[i].holder == p->licences[type].holder)
            return true;
    return false;
}

enum err licence_mine(struct op *op, struct licence **out, size_t *count)
{
    struct query q;
    const struct pack *p = zone_pack(op->zone);
    licence_select(&q, op);
    query_sql(&q, " AND l.next_id = 0 AND (l.holder_register = ");
    QUERY_ADD(&q, "? AND l.holder_id = ?", S_TEXT(licence_applicants(op->zone)),
        S_INT(op->actor->enterprise ? op->actor->enterprise : -1));
    for (size_t i = 0; i < p->licence_count && op->actor->account; i++) {
        if (!p->licences[i].holder_account || seen_before(p, i))
            continue;
        QUERY_ADD(&q, " OR l.holder_register = ?", S_TEXT(p->licences[i].holder->code));
        query_sql(&q, " AND l.holder_id IN (");
        own_records(&q, op, &p->licences[i]);
        query_sql(&q, ")");
    }
    QUERY_ADD(&q, ") ORDER BY l.status, l.type, l.id DESC LIMIT ?", S_INT(LICENCE_LISTED_MAX));
    return licence_rows(op, &q, LICENCE_LISTED_MAX, out, count);
}

bool licence_is_mine(struct op *op, const struct licence *l)
{
    bool own = false;
    if (op->actor->enterprise && l->holder_id == op->actor->enterprise
        && str_equal(l->holder_register, licence_applicants(op->zone)))
        return true;
    return op->actor->account && l->type && l->type->holder_account
        && is_own_record(op, l->type, l->holder_id, &own) == OK && own;
}

enum err licence_open(struct op *op, int64_t id, struct licence *out)
{
    TRY(licence_get(op, id, out));
    bool all = actor_may(op->actor, "licence.read")
        && !(op->actor->role && op->actor->role->scope == PACK_SCOPE_UNIT
            && !str_equal(op->actor->unit, out->unit));
    if (all || licence_is_mine(op, out))
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这份证照,或您无权查看",
        "there is no such licence, or you may not see it");
}

void licence_hide(struct op *op, struct licence *l)
{
    if (!l->type || licence_is_mine(op, l))
        return;
    for (size_t i = 0; i < l->type->fields.column_count; i++) {
        const struct pack_column *c = &l->type->fields.columns[i];
        const json_t *v = json_object_getn(l->data, c->name.data, c->name.bytes);
        if (c->masked && v && !json_is_null(v))
            json_object_setn_new(l->data, c->name.data, c->name.bytes, json_string("****"));
    }
}
