/* Accounts, passwords, sessions, lock-out. */
#include "house.h"

#include <string.h>

struct signing {
    struct sign_in in;
    struct session session;
    bool made;
    struct diag refusal;
};

static enum err check(struct op *op, void *ctx)
{
    return session_check(op, &((struct signing *)ctx)->in);
}

static enum err create(struct op *op, void *ctx)
{
    struct signing *s = ctx;
    return session_create(op, &s->in, &s->session, &s->made, &s->refusal);
}

/* OK or the refusal's error. */
static enum err sign_in(struct house *h, const char *login, const char *password, struct signing *s)
{
    *s = (struct signing){
        .in = { .login = str_from(login), .password = str_from(password), .peer = STR("127.0.0.1") }
    };
    assert_int_equal(house_read(h, &h->nobody, check, s), OK);
    assert_int_equal(house_write(h, &h->nobody, create, s), OK);
    return s->made ? OK : s->refusal.err;
}

struct finding {
    str token;
    struct session session;
};

static enum err find(struct op *op, void *ctx)
{
    struct finding *f = ctx;
    return session_find(op, f->token, &f->session);
}

static enum err touch(struct op *op, void *ctx)
{
    return session_touch(op, ((struct finding *)ctx)->token);
}

static enum err end(struct op *op, void *ctx)
{
    return session_end(op, ((struct finding *)ctx)->token);
}

static void signed_in(void **state)
{
    struct house *h = *state;
    struct signing s;
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), OK);
    assert_int_equal(s.session.token.bytes, 2 * ACCESS_TOKEN_BYTES);
    assert_int_equal(s.session.csrf.bytes, 32);
    assert_false(str_equal(s.session.csrf, str_slice(s.session.token, 0, 32)));
    struct finding f = { .token = s.session.token };
    assert_int_equal(house_read(h, &h->nobody, find, &f), OK);
    assert_str(f.session.actor.unit, "POWER");
    assert_str(f.session.actor.role->code, "handler");
    assert_true(str_equal(f.session.csrf, s.session.csrf));
    assert_int_equal(f.session.actor.account, h->power.account);
    /* The token itself is kept nowhere. */
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM session WHERE zone = $1 AND length(token) = 32"), 1);
    f.token = STR("00");
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_UNAUTHENTICATED);
    char other[2 * ACCESS_TOKEN_BYTES + 1];
    memcpy(other, s.session.token.data, sizeof other - 1);
    other[0] = other[0] == 'a' ? 'b' : 'a';
    f.token = (str){ other, sizeof other - 1 };
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_SESSION_EXPIRED);
    f.token = s.session.token;
    assert_int_equal(house_write(h, &h->nobody, end, &f), OK);
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_SESSION_EXPIRED);
}

static void idle_and_absolute_time(void **state)
{
    struct house *h = *state;
    struct signing s;
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), OK);
    struct finding f = { .token = s.session.token };
    house_at(h, "2026-03-02 09:30");
    assert_int_equal(house_read(h, &h->nobody, find, &f), OK);
    assert_true(session_stale(&f.session, h->now_ms));
    h->now_ms++;
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_SESSION_EXPIRED);
    /* Kept busy it lasts twelve hours and not longer. */
    for (int64_t at = house_ms(h, "2026-03-02 09:00"); at <= house_ms(h, "2026-03-02 21:00");
         at += 20 * MS_PER_MINUTE) {
        h->now_ms = at;
        assert_int_equal(house_read(h, &h->nobody, find, &f), OK);
        assert_int_equal(house_write(h, &h->nobody, touch, &f), OK);
    }
    house_at(h, "2026-03-02 21:01");
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_SESSION_EXPIRED);
}

static enum err sweep(struct op *op, void *ctx)
{
    return session_sweep(op, ctx);
}

static void locked_after_five_failures(void **state)
{
    struct house *h = *state;
    struct signing s;
    for (int i = 0; i < 4; i++)
        assert_int_equal(sign_in(h, "handler4", "wrong", &s), ERR_UNAUTHENTICATED);
    char words[DIAG_TEXT_BYTES];
    memcpy(words, s.refusal.en, sizeof words);
    assert_int_equal(sign_in(h, "nosuchlogin", "wrong", &s), ERR_UNAUTHENTICATED);
    assert_string_equal(s.refusal.en, words); /* which logins exist is not told */
    assert_int_equal(sign_in(h, "handler4", "wrong", &s), ERR_LOCKED_OUT);
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), ERR_LOCKED_OUT);
    assert_int_equal(sign_in(h, "handler5", "Secret-2026", &s), OK); /* only this one */
    house_at(h, "2026-03-02 09:29");
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), ERR_LOCKED_OUT);
    house_at(h, "2026-03-02 09:30");
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), OK);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind ="
                         " 'account.locked'"),
        1);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind ="
                         " 'account.failed'"),
        6); /* that of the login that does not exist too */
    /* A success wipes the failures out. */
    for (int i = 0; i < 4; i++)
        assert_int_equal(sign_in(h, "handler4", "wrong", &s), ERR_UNAUTHENTICATED);
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), OK);
    assert_int_equal(sign_in(h, "handler4", "wrong", &s), ERR_UNAUTHENTICATED);
    house_at(h, "2026-03-03 09:30");
    int64_t count;
    assert_int_equal(house_write(h, &actor_system, sweep, &count), OK);
    assert_int_equal(count, 3);
}

struct changing {
    str old, fresh;
};

static enum err change(struct op *op, void *ctx)
{
    struct changing *c = ctx;
    return account_password(op, c->old, c->fresh);
}

static void passwords(void **state)
{
    struct house *h = *state;
    struct signing s;
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), OK);
    struct finding f = { .token = s.session.token };
    struct changing c = { STR("wrong"), STR("Better-2026") };
    assert_int_equal(house_write(h, &h->power, change, &c), ERR_INVALID);
    assert_string_equal(h->diag.field, "old");
    static const char *const bad[] = { "", "Ab-1", "alllowercase", "lower1234", "LOWER1234" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        c = (struct changing){ STR("Secret-2026"), str_from(bad[i]) };
        assert_int_equal(house_write(h, &h->power, change, &c), ERR_INVALID);
        assert_string_equal(h->diag.field, "new");
    }
    c = (struct changing){ STR("Secret-2026"), STR("Better-2026") };
    assert_int_equal(house_write(h, &h->power, change, &c), OK);
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_SESSION_EXPIRED);
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), ERR_UNAUTHENTICATED);
    assert_int_equal(sign_in(h, "handler4", "Better-2026", &s), OK);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM account WHERE zone = $1 AND password LIKE"
                         " '$argon2id$v=19$m=19456,t=2,p=1$%'"),
        h->people);
}

static enum err disable(struct op *op, void *ctx)
{
    return account_disable(op, *(int64_t *)ctx, true);
}

static void disabled_at_once(void **state)
{
    struct house *h = *state;
    struct signing s;
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), OK);
    struct finding f = { .token = s.session.token };
    assert_int_equal(house_write(h, &h->officer, disable, &h->power.account), ERR_FORBIDDEN);
    assert_int_equal(house_write(h, &h->admin, disable, &h->power.account), OK);
    assert_int_equal(house_read(h, &h->nobody, find, &f), ERR_SESSION_EXPIRED);
    assert_int_equal(sign_in(h, "handler4", "Secret-2026", &s), ERR_FORBIDDEN);
    int64_t none = 4711;
    assert_int_equal(house_write(h, &h->admin, disable, &none), ERR_NOT_FOUND);
}

static enum err make(struct op *op, void *ctx)
{
    int64_t id;
    return account_create(op, ctx, &id);
}

static void accounts_are_checked(void **state)
{
    struct house *h = *state;
    const struct account_input good = { .login = STR("fresh"),
        .name = STR("新"),
        .role = STR("handler"),
        .unit = STR("ECO"),
        .password = STR("Secret-2026") };
    const struct {
        const char *field;
        struct account_input in;
    } bad[] = {
        { "login", { .login = STR("A") } },
        { "login", { .login = STR("has space") } },
        { "name", { .name = STR(" ") } },
        { "role", { .role = STR("king") } },
        { "unit", { .unit = STR("NONESUCH") } },
        { "password", { .password = STR("short") } },
        { "enterpriseId", { .role = STR("contact") } },
        { "enterpriseId", { .role = STR("contact"), .enterprise_id = 4711 } },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct account_input in = good;
        const struct account_input *b = &bad[i].in;
        in.login = b->login.bytes ? b->login : in.login;
        in.name = b->name.bytes ? b->name : in.name;
        in.role = b->role.bytes ? b->role : in.role;
        in.unit = b->unit.bytes ? b->unit : in.unit;
        in.password = b->password.bytes ? b->password : in.password;
        in.enterprise_id = b->enterprise_id;
        assert_int_equal(house_write(h, &h->admin, make, &in), ERR_INVALID);
        assert_string_equal(h->diag.field, bad[i].field);
    }
    struct account_input in = good;
    assert_int_equal(house_write(h, &h->officer, make, &in), ERR_FORBIDDEN);
    assert_int_equal(house_write(h, &h->admin, make, &in), OK);
    assert_int_equal(house_write(h, &h->admin, make, &in), ERR_CONFLICT);
    assert_string_equal(h->diag.field, "login");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(signed_in), T(idle_and_absolute_time),
        T(locked_after_five_failures), T(passwords), T(disabled_at_once), T(accounts_are_checked) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
