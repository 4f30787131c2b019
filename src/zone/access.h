/*
 * Who may come in: accounts, sessions, lock-out. What an actor may see and do follows from the role
 * (pack) and is asked in case_may.c and scope_add() / scope_check().
 *
 * Passwords are kept as Argon2id strings (RFC 9106). A session is a random token of 32 bytes of
 * which only the SHA-256 is stored; it ends after the pack's idle time and at the latest after its
 * absolute time. Every change by a session must also show the session's CSRF token. Failures are
 * counted by account and lock it for a while; sign-in, failure and lock are journalled.
 */
#ifndef JUNMA_ZONE_ACCESS_H
#define JUNMA_ZONE_ACCESS_H

#include "zone/zone.h"

enum { ACCESS_TOKEN_BYTES = 32, ACCESS_PASSWORD_BYTES_MAX = 256 };

struct account {
    int64_t id, enterprise_id, locked_until, created_at, seen_at;
    str login, name, role, unit, phone;
    bool disabled, sample; /* sample: belongs to a synthetic zone, shown on its sign-in page */
};
struct account_input {
    str login, name, role, unit, phone, password;
    int64_t enterprise_id;
    bool sample;
    /* The account whose hash of this same password is taken over, or 0. For sample accounts alone: all
     * have one published password, and a hash is made slow on purpose. */
    int64_t password_of;
};
/* ERR_INVALID names the field; ERR_CONFLICT when the login is taken. */
MUST_USE enum err account_create(struct op *op, const struct account_input *in, int64_t *id);
MUST_USE enum err account_get(struct op *op, int64_t id, struct account *out);
/* By unit (empty: all), in use only when active_only; samples only when samples_only. */
struct account_filter {
    str unit;
    bool active_only, samples_only;
    size_t limit;
};
MUST_USE enum err account_list(
    struct op *op, const struct account_filter *f, struct account **out, size_t *count);
MUST_USE enum err account_disable(struct op *op, int64_t id, bool disabled);
/* A new password set by who manages accounts: also unlocks, and ends the account's sessions. */
MUST_USE enum err account_reset(struct op *op, int64_t id, str fresh);
/* Of the actor; ends the account's other sessions. */
MUST_USE enum err account_password(struct op *op, str old, str fresh);

struct session {
    struct account account;
    struct actor actor;
    str csrf;  /* hex */
    str token; /* hex, only when just made: goes into the cookie */
    int64_t expires_at;
};
/* The costly half of signing in, without a connection held while Argon2 works: reads the account,
 * compares, and tells what to record. */
struct sign_in {
    str login, password, peer;
    int64_t account_id; /* 0: no such login */
    bool matches, locked, disabled;
    bool exhausted; /* no such account, and asked for too often */
};
MUST_USE enum err session_check(struct op *op, struct sign_in *s);
/* The write: a session, or a counted failure (which is not an error of the write; *made says which,
 * and the diag of a refusal is in refusal). */
MUST_USE enum err session_create(
    struct op *op, const struct sign_in *s, struct session *out, bool *made, struct diag *refusal);
/* ERR_UNAUTHENTICATED, ERR_SESSION_EXPIRED. */
MUST_USE enum err session_find(struct op *op, str token_hex, struct session *out);
/* Moves the idle time on; call it in a write, at most once a minute a session (session_stale). */
MUST_USE enum err session_touch(struct op *op, str token_hex);
bool session_stale(const struct session *s, int64_t now_ms);
MUST_USE enum err session_end(struct op *op, str token_hex);
/* Removes sessions that are over; *count how many. */
MUST_USE enum err session_sweep(struct op *op, int64_t *count);

#endif
