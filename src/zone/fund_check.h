/*
 * Do the books agree? Everything is added up from the entries and held against what is kept beside
 * them, and each entry against the journal. A closing does that for a day, keeps the sums and is
 * journalled; what was closed takes no further entry: the next one is of the next day.
 *
 *     entry      number without a gap, known kind, the kind's accounts, the digest that was
 *                journalled; a correction is the opposite of what it corrects; no account below zero
 *                at any moment
 *     fund       sums of the entries are the balance; all accounts together are zero
 *     commitment its four sums, and what is held by batches not yet approved
 *     batch      lines add up; each line's entries are what its state says; the payment file is the
 *                one whose digest was kept, and still is what the lines say; another person approved
 *     journal    no entry that was journalled is gone (whole check only)
 */
#ifndef JUNMA_ZONE_FUND_CHECK_H
#define JUNMA_ZONE_FUND_CHECK_H

#include "zone/fund.h"

struct fund_sum {
    str fund;
    int64_t seq; /* of the last entry counted */
    int64_t balance[FUND_ACCOUNTS];
};
struct fund_report {
    struct fund_sum *funds;
    size_t fund_count;
    int64_t entries, commitments, batches; /* looked at */
};
/* From the first entry on. OK unless the store failed; what is wrong goes to faults. */
MUST_USE enum err fund_check(struct op *op, struct fund_report *out, struct diag_list *faults);

struct fund_closing {
    int64_t id, at_ms, entries, faults, event;
    str day, actor_name;
    bool ok, automatic;
    const json_t *upto;  /* by fund {"seq", "source", "available" …} */
    const json_t *found; /* what was wrong: [{"zh", "en"}] */
};
/* In a write. Closes a day up to today (empty: today): checks what came since the last closing.
 * Where something is wrong the day stays open, and that is kept and journalled too (out->ok false).
 * ERR_NOT_ALLOWED when that day is closed already or has not come. */
MUST_USE enum err fund_close(struct op *op, str day, struct fund_closing *out);
/* Newest first, at most limit. */
MUST_USE enum err fund_closings(
    struct op *op, size_t limit, struct fund_closing **out, size_t *count);
/* Yesterday is closed by the zone itself when nobody did it and there were entries. In writes of its
 * own: not from inside one. */
MUST_USE enum err funds_daily(struct op *op);

#endif
