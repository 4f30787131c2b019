/*
 * Accounts and passwords; sessions are in session.c. Argon2id with 19 MiB, two passes, one lane
 * (the lower bound that OWASP names): about 30 ms here, and small enough that a burst of sign-ins
 * does not exhaust the machine.
 */
#include "zone/access_internal.h"

#include "zone/ledger.h"
#include "zone/register.h"

#include <argon2.h>
#include <string.h>

enum {
    ARGON2_PASSES = 2,
    ARGON2_KIB = 19 * 1024,
    ARGON2_LANES = 1,
    HASH_BYTES = 32,
    SALT_BYTES = 16
};

static enum err field_error(struct op *op, const char *field, const char *zh, const char *en)
{
    diag_set(op->diag, ERR_INVALID, "%s", "%s", zh);
    if (op->diag) {
        size_t bytes = strlen(en) < sizeof op->diag->en ? strlen(en) : sizeof op->diag->en - 1;
        memcpy(op->diag->en, en, bytes);
        op->diag->en[bytes] = 0;
    }
    diag_field(op->diag, str_from(field));
    return ERR_INVALID;
}

enum err password_hash(struct op *op, str password, str *out)
{
    unsigned char salt[SALT_BYTES];
    size_t bytes = argon2_encodedlen(
        ARGON2_PASSES, ARGON2_KIB, ARGON2_LANES, SALT_BYTES, HASH_BYTES, Argon2_id);
    char *encoded = arena_alloc(op->arena, bytes);
    TRY(diag_arena(op->diag, op->arena));
    sys_random(op->zone->sys, salt, sizeof salt);
    int failed = argon2id_hash_encoded(ARGON2_PASSES, ARGON2_KIB, ARGON2_LANES, password.data,
        password.bytes, salt, sizeof salt, HASH_BYTES, encoded, bytes);
    if (failed)
        return diag_set(op->diag, ERR_MEMORY, "密码处理失败:%s",
            "the password could not be processed: %s", argon2_error_message(failed));
    *out = str_from(encoded);
    return OK;
}

bool password_matches(struct op *op, str encoded, str password)
{
    char *text = str_terminated(op->arena, encoded);
    return text
        && argon2id_verify(text, password.data ? password.data : "", password.bytes) == ARGON2_OK;
}

/* Complex enough for level 3: length from the pack, three of four kinds of characters. */
enum err password_check(struct op *op, str password, const char *field)
{
    int least = zone_pack(op->zone)->zone.password_bytes_min;
    bool kinds[4] = { false };
    if (password.bytes < (size_t)least || password.bytes > ACCESS_PASSWORD_BYTES_MAX) {
        diag_field(op->diag, str_from(field));
        return diag_set(op->diag, ERR_INVALID, "密码长度应为%d至%d位",
            "a password has %d to %d characters", least, ACCESS_PASSWORD_BYTES_MAX);
    }
    for (size_t i = 0; i < password.bytes; i++) {
        char c = password.data[i];
        kinds[c >= 'a' && c <= 'z'     ? 0
                : c >= 'A' && c <= 'Z' ? 1
                : c >= '0' && c <= '9' ? 2
                                       : 3] = true;
    }
    if (kinds[0] + kinds[1] + kinds[2] + kinds[3] < 3)
        return field_error(op, field, "密码须含大写字母、小写字母、数字、符号中的至少三种",
            "a password has at least three of: capitals, small letters, digits, signs");
    return OK;
}

static bool login_good(str login)
{
    if (login.bytes < 2 || login.bytes > 64)
        return false;
    for (size_t i = 0; i < login.bytes; i++) {
        char c = login.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'
                || c == '@'))
            return false;
    }
    return true;
}

/* A record of a register that some kind of case takes its applicants from. */
static enum err check_enterprise(struct op *op, int64_t id)
{
    const struct pack *p = zone_pack(op->zone);
    struct record record;
    struct op look = *op;
    struct diag none = { 0 };
    look.diag = &none;
    for (size_t i = 0; i < p->system_count; i++) {
        str code = p->systems[i].applicant;
        if (code.bytes && record_get(&look, code, id, &record) == OK)
            return OK;
    }
    return field_error(
        op, "enterpriseId", "企业库中没有这家企业", "the register has no such enterprise");
}

static enum err check_account(struct op *op, const struct account_input *in)
{
    const struct pack *p = zone_pack(op->zone);
    const struct pack_role *role = pack_role(p, in->role);
    if (!login_good(in->login))
        return field_error(op, "login", "登录名为2至64位小写字母、数字或 . - _ @",
            "a login has 2 to 64 small letters, digits or . - _ @");
    if (str_blank(in->name) || in->name.bytes > 100)
        return field_error(op, "name", "请填写姓名", "please give a name");
    if (!role)
        return field_error(op, "role", "没有这个角色", "there is no such role");
    if (role->scope == PACK_SCOPE_UNIT && !pack_unit(p, in->unit))
        return field_error(op, "unit", "没有这个单位", "there is no such unit");
    if (in->unit.bytes && !pack_unit(p, in->unit))
        return field_error(op, "unit", "没有这个单位", "there is no such unit");
    if (role->scope == PACK_SCOPE_ENTERPRISE && !in->enterprise_id)
        return field_error(op, "enterpriseId", "请选择所属企业", "please choose the enterprise");
    if (in->enterprise_id)
        TRY(check_enterprise(op, in->enterprise_id));
    return password_check(op, in->password, "password");
}

static enum err password_of(struct op *op, int64_t account, str *out)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT password FROM account WHERE zone = $1 AND id = $2", S_TEXT(op->zone->code),
        S_INT(account)));
    *out = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err account_create(struct op *op, const struct account_input *in, int64_t *id)
{
    str hash;
    TRY(actor_require(op, "account.manage"));
    TRY(check_account(op, in));
    TRY(in->password_of ? password_of(op, in->password_of, &hash)
                        : password_hash(op, in->password, &hash));
    int64_t fresh = id_next(&op->zone->ids, op->now_ms);
    enum err e = STORE_EXEC(op->conn, op->diag,
        "INSERT INTO account (zone, id, login, name, role, unit, enterprise_id, phone,"
        " password, password_at, failures,"
        " locked_until, disabled, created_at, seen_at, sample) VALUES ($1, $2, $3, $4, $5, $6,"
        " $7, $8, $9, $10, 0, 0, 0, $10, 0, $11)",
        S_TEXT(op->zone->code), S_INT(fresh), S_TEXT(in->login), S_TEXT(in->name), S_TEXT(in->role),
        S_TEXT(in->unit), S_INT(in->enterprise_id), S_TEXT(in->phone), S_TEXT(hash),
        S_INT(op->now_ms), S_INT(in->sample));
    if (e == ERR_CONFLICT) {
        diag_field(op->diag, STR("login"));
        return diag_set(
            op->diag, e, "登录名 %.*s 已被使用", "the login %.*s is taken", STR_ARGS(in->login));
    }
    TRY(e);
    json_t *data = json_object();
    json_set_str(data, "login", in->login);
    json_set_str(data, "role", in->role);
    json_set_str(data, "unit", in->unit);
    TRY(ledger_append(op,
        &(struct ledger_event){ .kind = "account.create", .subject = fresh, .data = data }, NULL));
    *id = fresh;
    return OK;
}

const char account_columns[] =
    "SELECT id, login, name, role, unit, enterprise_id, phone, locked_until, disabled,"
    " created_at, seen_at, sample FROM account";

void account_read(struct op *op, const struct store_rows *rows, struct account *out)
{
    struct arena *a = op->arena;
    *out = (struct account){ .id = store_int(rows, 0),
        .login = str_copy(a, store_text(rows, 1)),
        .name = str_copy(a, store_text(rows, 2)),
        .role = str_copy(a, store_text(rows, 3)),
        .unit = str_copy(a, store_text(rows, 4)),
        .enterprise_id = store_int(rows, 5),
        .phone = str_copy(a, store_text(rows, 6)),
        .locked_until = store_int(rows, 7),
        .disabled = store_int(rows, 8) != 0,
        .created_at = store_int(rows, 9),
        .seen_at = store_int(rows, 10),
        .sample = store_int(rows, 11) != 0 };
}

enum err account_get(struct op *op, int64_t id, struct account *out)
{
    struct store_rows rows;
    str sql = str_printf(op->arena, "%s WHERE zone = $1 AND id = $2", account_columns);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "没有这个账号", "there is no such account");
    TRY(e);
    account_read(op, &rows, out);
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err account_list(
    struct op *op, const struct account_filter *f, struct account **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0, limit = f->limit ? f->limit : 200;
    struct account *list = ARENA_ARRAY(op->arena, struct account, limit);
    str sql = str_printf(op->arena,
        "%s WHERE zone = $1 AND ($2 = '' OR unit = $2)%s%s ORDER BY unit, id LIMIT $3",
        account_columns, f->active_only ? " AND disabled = 0" : "",
        f->samples_only ? " AND sample = 1" : "");
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_TEXT(f->unit),
        S_INT((int64_t)limit)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == limit)
            break;
        account_read(op, &rows, &list[used++]);
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

static enum err end_sessions(struct op *op, int64_t account)
{
    return STORE_EXEC(op->conn, op->diag, "DELETE FROM session WHERE zone = $1 AND account_id = $2",
        S_TEXT(op->zone->code), S_INT(account));
}

enum err account_disable(struct op *op, int64_t id, bool disabled)
{
    TRY(actor_require(op, "account.manage"));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE account SET disabled = $3, failures = 0, locked_until = 0 WHERE zone = $1 AND"
        " id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(disabled)));
    if (store_changes(op->conn) != 1)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个账号", "there is no such account");
    if (disabled)
        TRY(end_sessions(op, id));
    return ledger_append(op,
        &(struct ledger_event){
            .kind = disabled ? "account.disable" : "account.enable", .subject = id },
        NULL);
}

enum err account_reset(struct op *op, int64_t id, str fresh)
{
    str hash;
    TRY(actor_require(op, "account.manage"));
    TRY(password_check(op, fresh, "password"));
    TRY(password_hash(op, fresh, &hash));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE account SET password = $3, password_at = $4, failures = 0, locked_until = 0"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(hash), S_INT(op->now_ms)));
    if (store_changes(op->conn) != 1)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个账号", "there is no such account");
    TRY(end_sessions(op, id));
    return ledger_append(
        op, &(struct ledger_event){ .kind = "account.reset", .subject = id }, NULL);
}

enum err account_password(struct op *op, str old, str fresh)
{
    struct store_rows rows;
    str hash;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT password FROM account WHERE zone = $1 AND id = $2", S_TEXT(op->zone->code),
        S_INT(op->actor->account));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in first");
    TRY(e);
    bool right = password_matches(op, store_text(&rows, 0), old);
    store_rows_end(&rows);
    if (!right)
        return field_error(op, "old", "原密码不对", "the present password is not right");
    TRY(password_check(op, fresh, "new"));
    TRY(password_hash(op, fresh, &hash));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE account SET password = $3, password_at = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(hash), S_INT(op->now_ms)));
    TRY(end_sessions(op, op->actor->account));
    return ledger_append(op,
        &(struct ledger_event){ .kind = "account.password", .subject = op->actor->account }, NULL);
}
