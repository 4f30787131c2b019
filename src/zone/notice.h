/*
 * Notices: what a person is told, in the words used, kept as rows. What the clock tells is told in
 * office hours only: a notice made at night or on a day off is shown from the next opening. When
 * much happens in a day, what the clock says is gathered: from the fourth notice on a person gets
 * one line that says how many there are, and opens onto them.
 *
 * There is no mail here: whoever carries notices to other places reads the table.
 */
#ifndef JUNMA_ZONE_NOTICE_H
#define JUNMA_ZONE_NOTICE_H

#include "zone/case.h"

enum { NOTICES_SINGLE = 3, NOTICE_PEOPLE_MAX = 200 };

struct notice {
    int64_t account;
    const char *kind; /* amber, red, broken, moved, deemed, suspend, … "digest" */
    int64_t case_id, promise_id;
    str page;           /* of the pack, that it opens where it is about no case; may be empty */
    str once;           /* the same text again to the same person is not told twice; may be empty */
    struct name2 text;
    const char *about;  /* what it opens where it is no case: "benefit-notice" … ; NULL: nothing */
    int64_t about_id;
    bool by_clock;      /* held until office hours, gathered when many */
};
/* *told (may be NULL): false when it had been told before. */
MUST_USE enum err notice_tell(struct op *op, const struct notice *n, bool *told);

/* Who is concerned. Accounts in use, each once, at most NOTICE_PEOPLE_MAX. */
struct people {
    int64_t ids[NOTICE_PEOPLE_MAX];
    str names[NOTICE_PEOPLE_MAX];
    size_t count;
};
/* The applicant's people; who has the case's open step (its officer, or all of its role and unit
 * when nobody has signed for it); the role's people, of the case's unit where the role sees no
 * more than a unit. task_id 0: any open step. */
MUST_USE enum err people_of_applicant(struct op *op, const struct case_row *c, struct people *out);
MUST_USE enum err people_of_step(
    struct op *op, const struct case_row *c, int64_t task_id, struct people *out);
MUST_USE enum err people_of_role(
    struct op *op, const struct case_row *c, str role, struct people *out);
MUST_USE enum err people_of_enterprise(struct op *op, int64_t enterprise, struct people *out);
/* Accounts of whoever stands in an applicants' register under that key; none of another register. */
MUST_USE enum err people_of_key(
    struct op *op, const struct pack_register *r, str key, struct people *out);
MUST_USE enum err people_of_unit(struct op *op, str unit, struct people *out);
MUST_USE enum err people_of_account(struct op *op, int64_t account, struct people *out);
/* The same notice to all of them, but for one (0: nobody is left out). */
MUST_USE enum err notice_tell_all(
    struct op *op, const struct people *who, int64_t but, const struct notice *n);

/* "11月30日17:30" and "2026-11-30 17:30". */
struct name2 moment_text(struct op *op, int64_t ms);
/* Now, when the office is open, else its next opening. */
int64_t office_moment(const struct zone *z, int64_t ms);

/* ---- reading ---- */

struct notice_row {
    int64_t id, at, read_at, case_id, items; /* items: of a line that gathers others */
    str kind, number, title;                 /* of the case */
    str page;                                /* that it opens; empty: none */
    struct name2 text;
    str about;                               /* as it was told, or empty */
    int64_t about_id;
};
struct notice_filter {
    bool unread;
    int64_t digest;           /* what is gathered there; 0: what is not gathered */
    int64_t after_at, after_id;
    size_t limit;
};
struct notice_page {
    struct notice_row *items;
    size_t count;
    int64_t next_at, next_id;
    bool more;
};
/* Of the actor alone, the newest first, shown by now. */
MUST_USE enum err notice_list(
    struct op *op, const struct notice_filter *f, struct notice_page *out);
MUST_USE enum err notice_unread(struct op *op, int64_t *count);
/* One (with what it gathers), or all for id 0. */
MUST_USE enum err notice_read(struct op *op, int64_t id);
/* Accounts that have notices shown from one instant (not included) to another. */
MUST_USE enum err notice_fresh(
    struct op *op, int64_t from, int64_t to, int64_t *accounts, size_t *count);

/* What people are told of a verb that was done with that text; event: what else is journalled. */
MUST_USE enum err notices_of_verb(
    struct op *op, const struct case_row *c, enum verb verb, str text, const json_t *event);

#endif
