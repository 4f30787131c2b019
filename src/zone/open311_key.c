/* Keys for reporting over the interface: made, limited, counted, withdrawn. */
#include "zone/open311.h"

#include "zone/case_internal.h"
#include "zone/ledger.h"

enum { KEY_BYTES = 16 };

static str today_of(struct op *op)
{
    return date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)));
}

static enum err check_limit(struct op *op, int64_t a_day)
{
    if (a_day >= 0 && a_day <= OPEN311_KEY_A_DAY_MAX)
        return OK;
    diag_field(op->diag, STR("aDay"));
    return diag_set(op->diag, ERR_INVALID, "每日上限应为 0(不另设)至 %d", "a limit a day is 0 (none) to %d",
        OPEN311_KEY_A_DAY_MAX);
}

enum err open311_key_create(struct op *op, str name, int64_t a_day, struct open311_key *out, str *key)
{
    TRY(actor_require(op, "account.manage"));
    if (str_blank(name) || name.bytes > 100) {
        diag_field(op->diag, STR("name"));
        return diag_set(op->diag, ERR_INVALID, "请写明给谁用,100 字节以内",
            "say who it is for, in at most 100 bytes");
    }
    TRY(check_limit(op, a_day));
    TRY(open311_random(op, KEY_BYTES, key));
    *out = (struct open311_key){ .id = id_next(&op->zone->ids, op->now_ms),
        .name = name, .created_at = op->now_ms, .a_day = a_day };
    json_t *event = json_object();
    json_set_str(event, "name", name);
    json_set_int(event, "a_day", a_day);
    TRY(ledger_append(op,
        &(struct ledger_event){ .kind = "open311.key", .subject = out->id, .data = event }, NULL));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO open311_key (zone, id, name, hash, created_at, created_by, a_day)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        S_TEXT(op->zone->code), S_INT(out->id), S_TEXT(name), S_TEXT(pack_sha256(op->arena, *key)),
        S_INT(op->now_ms), S_TEXT(op->actor->name), S_INT(a_day));
}

static enum err changed_one(struct op *op)
{
    return store_changes(op->conn)
        ? OK
        : diag_set(op->diag, ERR_NOT_FOUND, "没有这个在用的密钥", "there is no such key in use");
}

enum err open311_key_limit(struct op *op, int64_t id, int64_t a_day)
{
    TRY(actor_require(op, "account.manage"));
    TRY(check_limit(op, a_day));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE open311_key SET a_day = $3 WHERE zone = $1 AND id = $2 AND disabled_at = 0",
        S_TEXT(op->zone->code), S_INT(id), S_INT(a_day)));
    TRY(changed_one(op));
    json_t *event = json_object();
    json_set_int(event, "a_day", a_day);
    return ledger_append(op,
        &(struct ledger_event){ .kind = "open311.key_limit", .subject = id, .data = event }, NULL);
}

enum err open311_key_disable(struct op *op, int64_t id)
{
    TRY(actor_require(op, "account.manage"));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE open311_key SET disabled_at = $3 WHERE zone = $1 AND id = $2 AND disabled_at = 0",
        S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms)));
    TRY(changed_one(op));
    return ledger_append(op,
        &(struct ledger_event){ .kind = "open311.key_off", .subject = id, .data = json_object() }, NULL);
}

enum err open311_keys(struct op *op, struct open311_key **out, size_t *count)
{
    enum { KEYS_MAX = 200 };
    struct store_rows rows;
    str today = today_of(op);
    TRY(actor_require(op, "account.manage"));
    *count = 0;
    *out = ARENA_ARRAY(op->arena, struct open311_key, KEYS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, name, created_at, disabled_at, a_day, used, used_at, created_by, used_day,"
        " used_that_day FROM open311_key WHERE zone = $1"
        " ORDER BY disabled_at <> 0, id DESC LIMIT $2",
        S_TEXT(op->zone->code), S_INT(KEYS_MAX)));
    for (bool more; *count < KEYS_MAX;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return diag_arena(op->diag, op->arena);
        (*out)[(*count)++] = (struct open311_key){ .id = store_int(&rows, 0),
            .name = str_copy(op->arena, store_text(&rows, 1)),
            .created_at = store_int(&rows, 2),
            .disabled_at = store_int(&rows, 3),
            .a_day = store_int(&rows, 4),
            .used = store_int(&rows, 5),
            .used_at = store_int(&rows, 6),
            .created_by = str_copy(op->arena, store_text(&rows, 7)),
            .used_today = str_equal(store_text(&rows, 8), today) ? store_int(&rows, 9) : 0 };
    }
    store_rows_end(&rows);
    return OK;
}

enum err open311_key_use(struct op *op, str key, str *name)
{
    struct store_rows rows;
    str today = today_of(op);
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT name, id, a_day, used_day, used_that_day FROM open311_key"
        " WHERE zone = $1 AND hash = $2 AND disabled_at = 0",
        S_TEXT(op->zone->code), S_TEXT(pack_sha256(op->arena, key)));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, ERR_FORBIDDEN, "api_key 缺少、不对或已停用",
            "the api_key is missing, wrong or no longer in use");
    TRY(e);
    *name = str_copy(op->arena, store_text(&rows, 0));
    int64_t id = store_int(&rows, 1), a_day = store_int(&rows, 2);
    int64_t used = str_equal(store_text(&rows, 3), today) ? store_int(&rows, 4) : 0;
    store_rows_end(&rows);
    TRY(diag_arena(op->diag, op->arena));
    if (a_day && used >= a_day)
        return diag_set(op->diag, ERR_TOO_MANY, "这个密钥今天已上报 %lld 件,达到每日上限",
            "this key has sent %lld reports today, which is its limit a day", (long long)used);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE open311_key SET used = used + 1, used_at = $3, used_day = $4, used_that_day = $5"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms), S_TEXT(today), S_INT(used + 1));
}
