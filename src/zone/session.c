/*
 * Sessions. Signing in has two halves, so that the costly comparison happens before the write:
 *
 *     session_check   reads the account, runs Argon2 (also for a login that does not exist, so that
 *                     the time taken does not tell which logins there are)
 *     session_create  writes a session, or counts the failure and locks the account
 */
#include "zone/access_internal.h"

#include "zone/ledger.h"

#include <openssl/evp.h>

enum { TOUCH_MS = 60000, SHA256_BYTES = 32 };

/* What a login that does not exist is compared with: the hash of nothing anybody has. */
static const char nobody[] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static bool token_hash(str token_hex, unsigned char out[SHA256_BYTES])
{
    unsigned char token[ACCESS_TOKEN_BYTES];
    unsigned bytes = 0;
    return str_from_hex(token_hex, token, sizeof token)
        && EVP_Digest(token, sizeof token, out, &bytes, EVP_sha256(), NULL) == 1
        && bytes == SHA256_BYTES;
}

enum err session_check(struct op *op, struct sign_in *s)
{
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT id, password, locked_until, disabled FROM account WHERE zone = $1 AND login = $2",
        S_TEXT(op->zone->code), S_TEXT(s->login));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    str encoded = STR_NONE;
    if (e == OK) {
        s->account_id = store_int(&rows, 0);
        encoded = str_copy(op->arena, store_text(&rows, 1));
        s->locked = store_int(&rows, 2) > op->now_ms;
        s->disabled = store_int(&rows, 3) != 0;
        store_rows_end(&rows);
    }
    TRY(diag_arena(op->diag, op->arena));
    s->matches = password_matches(op, s->account_id ? encoded : str_from(nobody), s->password)
        && s->account_id;
    return OK;
}

static enum err locked_out(struct op *op, struct diag *refusal)
{
    int minutes = zone_pack(op->zone)->zone.lockout_minutes;
    diag_set(refusal, ERR_LOCKED_OUT,
        "登录失败次数过多,账号已锁定%d分钟。如忘记密码,请联系管理员。",
        "too many failed sign-ins; the account is locked for %d minutes. If you forgot the"
        " password, ask the administrator.",
        minutes);
    return OK;
}

static enum err record(struct op *op, const char *kind, const struct sign_in *s)
{
    json_t *data = json_object();
    json_set_str(data, "peer", s->peer);
    return ledger_append(
        op, &(struct ledger_event){ .kind = kind, .subject = s->account_id, .data = data }, NULL);
}

static enum err count_failure(struct op *op, const struct sign_in *s, struct diag *refusal)
{
    const struct pack_zone *z = &zone_pack(op->zone)->zone;
    struct store_rows rows;
    diag_set(refusal, ERR_UNAUTHENTICATED, "登录名或密码不对,请重新输入",
        "login or password is wrong, please try again");
    if (!s->account_id) {
        /* Recorded all the same: it should be known, and it takes as long as the other. */
        TRY(record(op, "account.failed", s));
        return s->exhausted ? locked_out(op, refusal) : OK;
    }
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "UPDATE account SET failures = failures + 1 WHERE zone = $1 AND id = $2 RETURNING failures",
        S_TEXT(op->zone->code), S_INT(s->account_id)));
    int64_t failures = store_int(&rows, 0);
    store_rows_end(&rows);
    TRY(record(op, "account.failed", s));
    if (failures < z->lockout_failures)
        return OK;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE account SET failures = 0, locked_until = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(s->account_id),
        S_INT(op->now_ms + (int64_t)z->lockout_minutes * MS_PER_MINUTE)));
    TRY(record(op, "account.locked", s));
    return locked_out(op, refusal);
}

static enum err fill(struct op *op, struct session *s)
{
    const struct pack *p = zone_pack(op->zone);
    s->actor = (struct actor){ .account = s->account.id,
        .login = s->account.login,
        .name = s->account.name,
        .unit = s->account.unit,
        .enterprise = s->account.enterprise_id,
        .role = pack_role(p, s->account.role) };
    if (!s->actor.role)
        return diag_set(op->diag, ERR_FORBIDDEN, "账号的角色 %.*s 已不在配置中,请联系管理员",
            "the role %.*s of this account is no longer in the pack; ask the administrator",
            STR_ARGS(s->account.role));
    return OK;
}

static enum err insert(struct op *op, const struct sign_in *s, struct session *out)
{
    const struct pack_zone *z = &zone_pack(op->zone)->zone;
    unsigned char token[ACCESS_TOKEN_BYTES], csrf[16], hash[SHA256_BYTES];
    sys_random(op->zone->sys, token, sizeof token);
    sys_random(op->zone->sys, csrf, sizeof csrf);
    out->token = str_hex(op->arena, token, sizeof token);
    out->csrf = str_hex(op->arena, csrf, sizeof csrf);
    out->expires_at = op->now_ms + (int64_t)z->session_absolute_hours * MS_PER_HOUR;
    TRY(diag_arena(op->diag, op->arena));
    if (!token_hash(out->token, hash))
        return diag_set(op->diag, ERR_INTERNAL, "无法生成会话", "no session could be made");
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO session (zone, token, account_id, csrf, created_at, seen_at, expires_at, peer)"
        " VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
        S_TEXT(op->zone->code), S_BLOB(((str){ (char *)hash, sizeof hash })), S_INT(s->account_id),
        S_TEXT(out->csrf), S_INT(op->now_ms), S_INT(out->expires_at), S_TEXT(s->peer));
}

enum err session_create(
    struct op *op, const struct sign_in *s, struct session *out, bool *made, struct diag *refusal)
{
    *made = false;
    if (s->account_id && s->locked)
        return locked_out(op, refusal);
    if (!s->matches)
        return count_failure(op, s, refusal);
    if (s->disabled) {
        diag_set(refusal, ERR_FORBIDDEN, "账号已停用,请联系管理员",
            "this account is disabled; ask the administrator");
        return OK;
    }
    struct session fresh = { 0 };
    TRY(account_get(op, s->account_id, &fresh.account));
    if (fresh.account.locked_until > op->now_ms) /* since the comparison */
        return locked_out(op, refusal);
    TRY(fill(op, &fresh));
    TRY(insert(op, s, &fresh));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE account SET failures = 0, locked_until = 0, seen_at = $3 WHERE zone = $1 AND id"
        " = $2",
        S_TEXT(op->zone->code), S_INT(s->account_id), S_INT(op->now_ms)));
    struct op as_self = *op;
    as_self.actor = &fresh.actor;
    TRY(record(&as_self, "account.sign-in", s));
    *out = fresh;
    *made = true;
    return OK;
}

enum err session_find(struct op *op, str token_hex, struct session *out)
{
    struct store_rows rows;
    unsigned char hash[SHA256_BYTES];
    struct session s = { 0 };
    if (!token_hash(token_hex, hash))
        return diag_set(op->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in first");
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT account_id, csrf, seen_at, expires_at FROM session WHERE zone = $1 AND token = $2",
        S_TEXT(op->zone->code), S_BLOB(((str){ (char *)hash, sizeof hash })));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, ERR_SESSION_EXPIRED, "登录已过期,请重新登录",
            "your session has ended, please sign in again");
    TRY(e);
    int64_t account = store_int(&rows, 0), seen = store_int(&rows, 2);
    s.csrf = str_copy(op->arena, store_text(&rows, 1));
    s.expires_at = store_int(&rows, 3);
    s.account.seen_at = seen;
    store_rows_end(&rows);
    int64_t idle = (int64_t)zone_pack(op->zone)->zone.session_idle_minutes * MS_PER_MINUTE;
    if (op->now_ms > s.expires_at || op->now_ms > seen + idle)
        return diag_set(op->diag, ERR_SESSION_EXPIRED, "登录已过期,请重新登录",
            "your session has ended, please sign in again");
    TRY(account_get(op, account, &s.account));
    if (s.account.disabled)
        return diag_set(op->diag, ERR_SESSION_EXPIRED, "账号已停用", "this account is disabled");
    s.account.seen_at = seen;
    TRY(fill(op, &s));
    *out = s;
    return OK;
}

bool session_stale(const struct session *s, int64_t now_ms)
{
    return now_ms > s->account.seen_at + TOUCH_MS;
}

enum err session_touch(struct op *op, str token_hex)
{
    unsigned char hash[SHA256_BYTES];
    if (!token_hash(token_hex, hash))
        return OK;
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE session SET seen_at = $3 WHERE zone = $1 AND token = $2", S_TEXT(op->zone->code),
        S_BLOB(((str){ (char *)hash, sizeof hash })), S_INT(op->now_ms));
}

enum err session_end(struct op *op, str token_hex)
{
    unsigned char hash[SHA256_BYTES];
    if (!token_hash(token_hex, hash))
        return OK;
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM session WHERE zone = $1 AND token = $2",
        S_TEXT(op->zone->code), S_BLOB(((str){ (char *)hash, sizeof hash })));
}

enum { KEYS_KEPT_DAYS = 14 };

enum err session_sweep(struct op *op, int64_t *count)
{
    int64_t idle = (int64_t)zone_pack(op->zone)->zone.session_idle_minutes * MS_PER_MINUTE;
    TRY(STORE_EXEC(op->conn, op->diag,
        "DELETE FROM session WHERE zone = $1 AND (expires_at < $2 OR seen_at < $3)",
        S_TEXT(op->zone->code), S_INT(op->now_ms), S_INT(op->now_ms - idle)));
    *count = store_changes(op->conn);
    /* A telephone may be out of reach for days with an answer that it never heard. */
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM idempotency WHERE zone = $1 AND at < $2",
        S_TEXT(op->zone->code), S_INT(op->now_ms - KEYS_KEPT_DAYS * MS_PER_DAY));
}
