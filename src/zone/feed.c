/* Secret addresses of calendars; feed.h. */
#include "zone/feed.h"

#include "zone/ledger.h"

static const char feeds[] =
    "CREATE TABLE calendar_feed (zone TEXT NOT NULL, account_id BIGINT NOT NULL, token TEXT NOT NULL,"
    " made_at BIGINT NOT NULL, PRIMARY KEY (zone, account_id)){clustered};"
    "CREATE UNIQUE INDEX calendar_feed_token ON calendar_feed (zone, token);";
const struct store_migration feed_migrations[] = { { 1, "secret addresses of calendars", feeds } };
const size_t feed_migration_count = 1;

enum err feed_end(struct op *op)
{
    return STORE_EXEC(op->conn, op->diag,
        "DELETE FROM calendar_feed WHERE zone = $1 AND account_id = $2", S_TEXT(op->zone->code),
        S_INT(op->actor->account));
}

enum err feed_renew(struct op *op, str *token)
{
    unsigned char bytes[ACCESS_TOKEN_BYTES];
    sys_random(op->zone->sys, bytes, sizeof bytes);
    *token = str_hex(op->arena, bytes, sizeof bytes);
    str hash = ledger_digest(op, *token);
    TRY(diag_arena(op->diag, op->arena));
    TRY(feed_end(op));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO calendar_feed (zone, account_id, token, made_at) VALUES ($1, $2, $3, $4)",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(hash), S_INT(op->now_ms));
}

enum err feed_made(struct op *op, int64_t *at_ms)
{
    struct store_rows rows;
    *at_ms = 0;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT made_at FROM calendar_feed WHERE zone = $1 AND account_id = $2",
        S_TEXT(op->zone->code), S_INT(op->actor->account));
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    *at_ms = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

enum err feed_actor(struct op *op, str token, struct actor *out)
{
    struct store_rows rows;
    struct account a = { 0 };
    str hash = ledger_digest(op, token);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT account_id FROM calendar_feed WHERE zone = $1 AND token = $2",
        S_TEXT(op->zone->code), S_TEXT(hash));
    int64_t id = e == OK ? store_int(&rows, 0) : 0;
    if (e == OK) {
        store_rows_end(&rows);
        e = account_get(op, id, &a);
    }
    const struct pack_role *role = e == OK ? pack_role(zone_pack(op->zone), a.role) : NULL;
    if (e == ERR_NOT_FOUND || (e == OK && (a.disabled || !role)))
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个日历地址,可能已经更换",
            "there is no such calendar: its address may have been renewed");
    TRY(e);
    *out = (struct actor){ .account = a.id, .login = a.login, .name = a.name, .unit = a.unit,
        .enterprise = a.enterprise_id, .role = role };
    return OK;
}
