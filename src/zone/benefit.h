/*
 * Benefits: from a clause of a policy to money, so that nobody need apply for what the zone can see.
 *
 *     drawn ─▶ review ─▶ notice ─────────────▶ confirmed ─▶ payment batches of the fund (fund.h)
 *                │        public, N working       │  each kept line is committed against the fund; one for
 *                │        days, objections        │  which no money is left waits and says what is missing
 *                └──────────── void ◀─────────────┘ (before it is confirmed)
 *
 *     line   open: on a list under way · struck: not kept, with a reason · awarded: committed ·
 *            waiting: decided, no money yet · void
 *
 * A list is what the rule said of the register on a day: it keeps the version of the pack and the journal's
 * checkpoint, the facts and the trace of each line, and is not drawn again when the facts change.
 *
 * Invariants
 *   - every line of a list under notice was looked at: kept, or struck with a reason;
 *   - the notice period is counted in working days, the day it begins is not counted; nothing is confirmed
 *     before it is over, nor while an objection is open;
 *   - who confirms is another person than who sent the list into the notice period;
 *   - a line is committed once (the key "award:<line>" of the fund's entry), and never more than is there;
 *   - once only, the most, exclusion and "already under way" are asked when a list is drawn, and again in the
 *     write that keeps it.
 *
 * A claim is a list of one line with origin "claim": the enterprise supplied what was missing, with evidence,
 * and the same road follows.
 */
#ifndef JUNMA_ZONE_BENEFIT_H
#define JUNMA_ZONE_BENEFIT_H

#include "zone/policy.h"

enum {
    BENEFIT_LINES_MAX = 20000,
    BENEFIT_TEXT_BYTES_MAX = 2000,
    BENEFIT_OBJECTIONS_MAX = 500, /* against one list */
    BENEFIT_PAGE_MAX = 500,
    BENEFIT_FILES_MAX = 10,
};

struct benefit_list {
    int64_t id, version, year, rows_seen, missing, barred, tree_size, notice_days;
    int64_t drawn_at, drawn_account, reviewed_account, notice_at, decided_at;
    str number, policy, clause, day, unit, fund, state, origin, pack_version, checkpoint;
    struct name2 title;
    str drawn_by, reviewed_by, decided_by, notice_from, notice_to, reason;
    /* of its lines */
    int64_t lines, unreviewed, kept, struck, awarded, waiting, paid_lines;
    int64_t fen, awarded_fen, waiting_fen, paid_fen, recovered_fen, objections, open_objections;
};
struct benefit_line {
    int64_t id, list, year, subject, fen, reviewed, commitment, paid, recovered, account, awarded_at;
    str clause, subject_key, label, payee, payee_name, state, reason;
    str facts, why, supplied, files; /* JSON as it was kept */
    str list_number, list_state, policy, fund, notice_to;
    struct name2 title;
};
struct benefit_objection {
    int64_t id, list, line, account, at, decided_at;
    str name, phone, text, state, reply, decided_by, label; /* label: of the line, or empty */
};

/* ---- drawing ---- */

struct benefit_drawing;
/* In a read: what the clause says of everybody on a day. ERR_NOT_ALLOWED when it is not in force then. */
MUST_USE enum err benefit_draw_prepare(
    struct op *op, const struct pack_clause *c, int64_t day, struct benefit_drawing **out);
/* In a write. ERR_CONFLICT when awards changed meanwhile, ERR_NOT_FOUND when nobody qualifies. */
MUST_USE enum err benefit_draw(struct op *op, const struct benefit_drawing *d, int64_t *list);
/* In a write: the actor's enterprise supplies what is missing for one subject and claims. supplied: facts by
 * input; files: uploads of the actor's own. ERR_INVALID names a fact that may not be supplied, or is still
 * missing; ERR_NOT_ALLOWED says why it does not qualify all the same. */
struct benefit_claim {
    str clause;
    int64_t subject;
    const json_t *supplied;
    const int64_t *files;
    size_t file_count;
};
MUST_USE enum err benefit_claim(struct op *op, const struct benefit_claim *c, int64_t *list);

/* ---- the road ---- */

/* In writes. Only roles that the clause names, of its unit (or who sees all). line 0: all that were not
 * looked at are kept. A reason is needed to strike. */
MUST_USE enum err benefit_review(struct op *op, int64_t list, int64_t line, bool keep, str reason);
MUST_USE enum err benefit_notice(struct op *op, int64_t list);
MUST_USE enum err benefit_confirm(struct op *op, int64_t list);
/* Lines that waited are tried again. */
MUST_USE enum err benefit_retry(struct op *op, int64_t list);
MUST_USE enum err benefit_void(struct op *op, int64_t list, str reason);
/* Puts what was awarded and is not yet in a batch into draft batches of the fund; *lines how many. */
MUST_USE enum err benefit_pay(struct op *op, int64_t list, int64_t *lines);
/* fen 0: all that was paid. */
MUST_USE enum err benefit_recover(
    struct op *op, int64_t line, int64_t fen, str document, str reason);

/* Anyone: name and phone are needed of who is not signed in. line 0: against the list as a whole. */
struct benefit_objecting {
    int64_t list, line;
    str name, phone, text;
};
MUST_USE enum err benefit_object(struct op *op, const struct benefit_objecting *o, int64_t *id);
/* Upheld: its line is struck. */
MUST_USE enum err benefit_answer(struct op *op, int64_t objection, bool uphold, str reply);

/* May the actor do it now, and if not, why: "review", "notice", "confirm", "retry", "void", "pay". */
MUST_USE enum err benefit_may(
    struct op *op, const struct benefit_list *l, const char *verb, bool *may, struct name2 *why_not);
extern const char *const benefit_verbs[]; /* NULL-ended */

/* ---- reading ---- */

struct benefit_filter {
    str state, clause, unit;
    bool published; /* under notice now, or confirmed within the last days: for the public */
    int64_t after;
    size_t limit;
};
/* Newest first. */
MUST_USE enum err benefit_lists(struct op *op, const struct benefit_filter *f,
    struct benefit_list **out, size_t *count, bool *more);
MUST_USE enum err benefit_list_get(struct op *op, int64_t id, struct benefit_list *out);
/* By list (and state), or by payee. In the order of ids. */
struct benefit_line_filter {
    int64_t list, line; /* line: that one alone */
    bool brief; /* without facts, trace, what was supplied */
    str payee, state;
    int64_t after;
    size_t limit;
};
MUST_USE enum err benefit_lines(struct op *op, const struct benefit_line_filter *f,
    struct benefit_line **out, size_t *count, bool *more);
MUST_USE enum err benefit_line_get(struct op *op, int64_t id, struct benefit_line *out);
MUST_USE enum err benefit_objections(
    struct op *op, int64_t list, struct benefit_objection **out, size_t *count);
/* Is the upload evidence that the actor has to do with: reviews or approves its clause, of the unit in
 * charge, or sees all? *line 0: it is not. */
MUST_USE enum err benefit_evidence(struct op *op, int64_t file, int64_t *line);
/* In a write: somebody opened it. Journalled under whoever is paid, who sees it among the looks at its
 * data. */
MUST_USE enum err benefit_evidence_looked(struct op *op, int64_t line, str name);
/* Is the notice period over on this day? */
bool benefit_notice_over(const struct benefit_list *l, int64_t day);
/* The clause of a list: as the pack in use has it, else as it was when the list was drawn. */
MUST_USE enum err benefit_clause(
    struct op *op, const struct benefit_list *l, const struct pack_clause **out);
/* May the actor see lists: a role that some clause names for review or approval, or who sees all cases. */
bool benefit_seen(struct op *op);

/* What an enterprise is entitled to, by all clauses in force: {"year", "items": [{…}]} (docs/policies.md).
 * Kept by the op's arena. */
MUST_USE enum err benefit_entitlements(struct op *op, str payee, json_t **out);

#endif
