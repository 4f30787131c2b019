/*
 * Who looked at a licence, and by whose leave. Looks are kept one by one, the newest
 * LICENCE_LOOKS_KEPT of each licence; older ones only count. A consent names a purpose, who may
 * look and until when; fetching asks it each time, so that taking it back works at once.
 */
#include "zone/licence_internal.h"

enum { TRIM_EVERY = 32, CONSENTS_MAX = 100, CONSENT_DAYS_USUAL = 30, TEXT_BYTES_MAX = 400 };

static enum err trim(struct op *op, int64_t id)
{
    return STORE_EXEC(op->conn, op->diag,
        "DELETE FROM licence_look WHERE zone = $1 AND licence_id = $2 AND id < (SELECT min(id) FROM"
        " (SELECT id FROM licence_look WHERE zone = $1 AND licence_id = $2 ORDER BY id DESC LIMIT"
        " $3) AS kept)",
        S_TEXT(op->zone->code), S_INT(id), S_INT(LICENCE_LOOKS_KEPT));
}

enum err licence_looked(struct op *op, int64_t licence, const char *how, str result, str purpose)
{
    struct store_rows rows;
    int64_t id = id_next(&op->zone->ids, op->now_ms);
    str who = op->actor->name.bytes && op->actor->account ? op->actor->name : STR_NONE;
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO licence_look (zone, id, licence_id, at, how, who, unit, purpose, result)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        S_TEXT(op->zone->code), S_INT(id), S_INT(licence), S_INT(op->now_ms), S_TEXT(str_from(how)),
        S_TEXT(who), S_TEXT(op->actor->unit), S_TEXT(str_slice(purpose, 0, TEXT_BYTES_MAX)),
        S_TEXT(result)));
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "UPDATE licence SET looks = looks + 1 WHERE zone = $1 AND id = $2 RETURNING looks",
        S_TEXT(op->zone->code), S_INT(licence));
    int64_t looks = e == OK ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    TRY(e);
    return looks % TRIM_EVERY ? OK : trim(op, licence);
}

enum err licence_looks(
    struct op *op, const struct licence *l, struct licence_look **out, size_t *count)
{
    struct store_rows rows;
    struct arena *a = op->arena;
    struct licence_look *list = ARENA_ARRAY(a, struct licence_look, LICENCE_LOOKS_KEPT);
    TRY(diag_arena(op->diag, a));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT k.at, k.how, k.who, k.unit, k.purpose, k.result FROM licence_look k WHERE k.zone ="
        " $1 AND k.licence_id = $2 ORDER BY k.id DESC LIMIT $3",
        S_TEXT(op->zone->code), S_INT(l->id), S_INT(LICENCE_LOOKS_KEPT)));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == LICENCE_LOOKS_KEPT)
            break;
        list[(*count)++] = (struct licence_look){ .at = store_int(&rows, 0),
            .how = str_copy(a, store_text(&rows, 1)),
            .who = str_copy(a, store_text(&rows, 2)),
            .unit = str_copy(a, store_text(&rows, 3)),
            .purpose = str_copy(a, store_text(&rows, 4)),
            .result = str_copy(a, store_text(&rows, 5)) };
    }
    store_rows_end(&rows);
    *out = list;
    return diag_arena(op->diag, a);
}

/* ---- consent ---- */

static const char consent_columns[] =
    "SELECT id, licence_id, case_id, account_id, holder_id, holder_register, type, item, purpose,"
    " unit, given_at, until_at, revoked_at, used, used_at FROM licence_consent WHERE zone = ";

static void consent_row(struct op *op, const struct store_rows *rows, struct licence_consent *c)
{
    struct arena *a = op->arena;
    *c = (struct licence_consent){ .id = store_int(rows, 0),
        .licence_id = store_int(rows, 1),
        .case_id = store_int(rows, 2),
        .account_id = store_int(rows, 3),
        .holder_id = store_int(rows, 4),
        .holder_register = str_copy(a, store_text(rows, 5)),
        .type = str_copy(a, store_text(rows, 6)),
        .item = str_copy(a, store_text(rows, 7)),
        .purpose = str_copy(a, store_text(rows, 8)),
        .unit = str_copy(a, store_text(rows, 9)),
        .given_at = store_int(rows, 10),
        .until_at = store_int(rows, 11),
        .revoked_at = store_int(rows, 12),
        .used = store_int(rows, 13),
        .used_at = store_int(rows, 14) };
}

static enum err consent_rows(
    struct op *op, struct query *q, size_t limit, struct licence_consent **out, size_t *count)
{
    struct store_rows rows;
    struct licence_consent *list = ARENA_ARRAY(op->arena, struct licence_consent, limit + 1);
    TRY(diag_arena(op->diag, op->arena));
    TRY(query_run(q, op->conn, &rows, op->diag));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        consent_row(op, &rows, &list[(*count)++]);
    }
    store_rows_end(&rows);
    *out = list;
    return diag_arena(op->diag, op->arena);
}

static enum err consent_get(struct op *op, int64_t id, struct licence_consent *out)
{
    struct query q;
    size_t count;
    struct licence_consent *found;
    query_init(&q, op->arena);
    query_sql(&q, consent_columns);
    QUERY_ADD(&q, "? AND id = ?", S_TEXT(op->zone->code), S_INT(id));
    TRY(consent_rows(op, &q, 1, &found, &count));
    if (!count)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这项授权", "there is no such consent");
    *out = found[0];
    return OK;
}

static enum err tell(
    struct op *op, const struct licence_consent *c, const struct licence *l, const char *kind)
{
    json_t *event = json_object();
    json_set_str(event, "identifier", l->identifier);
    json_set_id(event, "consent", c->id);
    json_set_str(event, "purpose", c->purpose);
    json_set_str(event, "item", c->item);
    json_set_str(event, "unit", c->unit);
    json_object_set_new(event, "until", json_from_str(zone_instant_text(op, c->until_at)));
    if (c->case_id)
        json_set_id(event, "case", c->case_id);
    return ledger_append(op,
        &(struct ledger_event){
            .kind = kind, .subject = l->root_id, .data = event, .is_public = true },
        NULL);
}

/* The licence that is meant: named, or the valid one of the type. */
static enum err meant(struct op *op, const struct licence_consent *in, struct licence *l)
{
    struct licence *mine;
    size_t count;
    TRY(licence_mine(op, &mine, &count));
    for (size_t i = 0; i < count; i++)
        if ((in->licence_id ? mine[i].id == in->licence_id : str_equal(mine[i].type_code, in->type))
            && mine[i].status == LICENCE_VALID) {
            *l = mine[i];
            return OK;
        }
    diag_field(op->diag, in->licence_id ? STR("licenceId") : STR("type"));
    return diag_set(
        op->diag, ERR_INVALID, "您没有这份有效的电子证照", "you hold no such valid licence");
}

static enum err consent_good(struct op *op, const struct licence_consent *c)
{
    const char *field = str_blank(c->purpose) || c->purpose.bytes > TEXT_BYTES_MAX ? "purpose"
        : c->item.bytes > 64                                                       ? "item"
        : c->unit.bytes && !pack_unit(zone_pack(op->zone), c->unit)                ? "unit"
        : c->until_at <= op->now_ms
            || c->until_at > op->now_ms + (int64_t)LICENCE_CONSENT_DAYS_MAX * MS_PER_DAY
        ? "until"
        : NULL;
    if (!field)
        return OK;
    diag_field(op->diag, str_from(field));
    return diag_set(op->diag, ERR_INVALID, "授权须写明用途、使用单位和不超过一年的期限(%s)",
        "a consent names its purpose, who may look, and an end within a year (%s)", field);
}

enum err licence_consent_give(
    struct op *op, const struct licence_consent *in, struct licence_consent *out)
{
    struct licence l;
    struct licence_consent c = *in;
    TRY(meant(op, in, &l));
    if (!c.until_at)
        c.until_at = op->now_ms + (int64_t)CONSENT_DAYS_USUAL * MS_PER_DAY;
    TRY(consent_good(op, &c));
    c.id = id_next(&op->zone->ids, op->now_ms);
    c.licence_id = l.id;
    c.type = l.type_code;
    c.holder_register = l.holder_register;
    c.holder_id = l.holder_id;
    c.account_id = op->actor->account;
    c.given_at = op->now_ms;
    c.revoked_at = c.used = c.used_at = 0;
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO licence_consent (zone, id, licence_id, holder_register, holder_id, account_id,"
        " type, item, purpose, unit, case_id, given_at, until_at, revoked_at, used, used_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0)",
        S_TEXT(op->zone->code), S_INT(c.id), S_INT(c.licence_id), S_TEXT(c.holder_register),
        S_INT(c.holder_id), S_INT(c.account_id), S_TEXT(c.type), S_TEXT(c.item), S_TEXT(c.purpose),
        S_TEXT(c.unit), S_INT(c.case_id), S_INT(c.given_at), S_INT(c.until_at)));
    TRY(tell(op, &c, &l, "licence.consent"));
    *out = c;
    return OK;
}

/* The holder now, or whoever he has become the successor of: his record, not his account. */
static enum err own_consent(struct op *op, int64_t id, struct licence_consent *c, struct licence *l)
{
    TRY(consent_get(op, id, c));
    TRY(licence_get(op, c->licence_id, l));
    if (licence_is_mine(op, l))
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这项授权", "there is no such consent");
}

enum err licence_consent_revoke(struct op *op, int64_t id)
{
    struct licence_consent c;
    struct licence l;
    TRY(own_consent(op, id, &c, &l));
    if (c.revoked_at)
        return OK;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE licence_consent SET revoked_at = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms)));
    return tell(op, &c, &l, "licence.consent-revoke");
}

enum err licence_consents(struct op *op, struct licence_consent **out, size_t *count)
{
    struct query q;
    query_init(&q, op->arena);
    query_sql(&q, consent_columns);
    QUERY_ADD(&q, "? AND (account_id = ? OR (holder_register = ? AND holder_id = ?))",
        S_TEXT(op->zone->code), S_INT(op->actor->account ? op->actor->account : -1),
        S_TEXT(licence_applicants(op->zone)),
        S_INT(op->actor->enterprise ? op->actor->enterprise : -1));
    QUERY_ADD(&q, " ORDER BY id DESC LIMIT ?", S_INT(CONSENTS_MAX));
    return consent_rows(op, &q, CONSENTS_MAX, out, count);
}

/* Whoever the consent names, the holder himself, or the engine. */
static bool for_actor(struct op *op, const struct licence_consent *c, const struct licence *l)
{
    return op->actor->system || licence_is_mine(op, l)
        || (op->actor->role && op->actor->unit.bytes
            && (!c->unit.bytes || str_equal(c->unit, op->actor->unit)));
}

enum err licence_fetch(struct op *op, int64_t consent_id, struct licence *out)
{
    struct licence_consent c;
    struct licence l;
    TRY(consent_get(op, consent_id, &c));
    TRY(licence_get(op, c.licence_id, &l));
    if (c.revoked_at || c.until_at <= op->now_ms)
        return diag_set(op->diag, ERR_FORBIDDEN, c.revoked_at ? "持有人已撤回授权" : "授权已到期",
            c.revoked_at ? "the holder has taken the consent back" : "the consent is over");
    if (!for_actor(op, &c, &l))
        return diag_set(
            op->diag, ERR_FORBIDDEN, "这项授权不是给您单位的", "this consent is not for your unit");
    if (l.next_id) /* changed or renewed since: what holds now is meant */
        TRY(licence_find(op, c.holder_register, c.holder_id, c.type, &l));
    if (l.status != LICENCE_VALID)
        return licence_refuse(op, ERR_NOT_ALLOWED,
            str_printf(op->arena, "证照已%.*s", STR_ARGS(licence_status_name(l.status).zh)),
            str_printf(
                op->arena, "the licence is %.*s", STR_ARGS(licence_status_name(l.status).en)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE licence_consent SET used = used + 1, used_at = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(c.id), S_INT(op->now_ms)));
    TRY(licence_looked(op, l.id, "consent", STR("valid"), c.purpose));
    *out = l;
    return OK;
}
