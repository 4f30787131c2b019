/*
 * Attendance by scanning a code. The organiser's screen shows a code that changes every half minute; who
 * scans it gets a ticket, and with the ticket the one who is enrolled checks in, once.
 *
 *     code    = HMAC(secret, page, session, half minute)         good for its half minute and the next
 *     ticket  = end . nonce . HMAC(secret, "ticket", session, end, nonce)   good for five minutes
 *
 * What always holds
 *   - A code cannot be made without the zone's secret, and one that was photographed is worth nothing a
 *     minute later.
 *   - A ticket serves one person once; after five wrong tries it is used up. Both are rows, so that a
 *     restart forgets nothing.
 *   - Somebody is found by the account signed in, or by name and telephone number together, among those
 *     enrolled for that session; nobody learns from the answer which of them was wrong.
 *   - Checking in sets the instant on the enrolment, as a version of its own; a second time is refused.
 */
#ifndef JUNMA_ZONE_ATTENDANCE_H
#define JUNMA_ZONE_ATTENDANCE_H

#include "zone/record.h"

enum {
    ATTENDANCE_CODE_SECONDS = 30,
    ATTENDANCE_TICKET_SECONDS = 300,
    ATTENDANCE_TRIES_MAX = 5,
    ATTENDANCE_SECRET_BYTES = 32,
};

extern const struct store_migration attendance_migrations[];
extern const size_t attendance_migration_count;

/* Pure: the code of a session at an instant, and whether one shown is good then. */
str attendance_code(struct arena *a, str secret, str page, str session, int64_t now_ms);
bool attendance_code_good(str secret, str page, str session, str code, int64_t now_ms);
/* Pure: a ticket from 16 random bytes; its nonce when it is good, the empty text when not. */
str attendance_ticket(
    struct arena *a, str secret, str session, int64_t now_ms, const unsigned char random[16]);
str attendance_ticket_nonce(
    struct arena *a, str secret, str session, str ticket, int64_t now_ms);

/* The zone's secret; in a write it is made when there is none, else ERR_NOT_FOUND. */
MUST_USE enum err attendance_secret(struct op *op, bool make, str *out);

struct attendance {
    const struct pack_page *page;
    str session; /* as enrolments name it */
    str code, ticket, name, phone;
    int64_t account; /* signed in; 0: nobody */
};
/* In a write: the code now; ERR_FORBIDDEN for who may not write enrolments, ERR_NOT_ALLOWED when the
 * session is not today. */
MUST_USE enum err attendance_show(struct op *op, const struct attendance *in, str *code);
/* A ticket for a good code. ERR_NOT_ALLOWED for one that is not. */
MUST_USE enum err attendance_scan(struct op *op, const struct attendance *in, str *ticket);
/* In a write, which is kept also when *outcome is an error (a try was used). */
MUST_USE enum err attendance_check_in(
    struct op *op, const struct attendance *in, enum err *outcome, struct record *out);
/* In a write: enrols by name and telephone number, or the account. ERR_CONFLICT when enrolled before or
 * when all seats are taken, ERR_NOT_ALLOWED when the session is over. */
MUST_USE enum err attendance_enrol(
    struct op *op, const struct attendance *in, struct diag_list *faults, struct record *out);

#endif
