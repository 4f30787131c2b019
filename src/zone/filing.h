/*
 * Filings: who owes a record for each month, and how that stands. A page of the kind `filings` names the
 * filers (a register), the register in which they file, and by which day of the month after a filing is
 * due. For one month each filer stands in one state:
 *
 *     what there is          up to the day      after it
 *     no record              waiting            overdue
 *     a record, sent back    sent_back          sent_back, late
 *     a record               filed              filed; late when it was handed in after the day
 *     a record, looked over  passed             passed; likewise
 *
 * What always holds
 *   - Whoever reads sees filers and filings by his right to the registers: an enterprise its own.
 *   - A filer is reminded once a day and month: a record of the pack's register says so, and people of the
 *     filer's enterprise have a notice that opens the page on which they file.
 *   - What is sent back has a reason, and its filer is told.
 */
#ifndef JUNMA_ZONE_FILING_H
#define JUNMA_ZONE_FILING_H

#include "zone/page_rows.h"

enum { FILING_FILERS_MAX = 20000, FILING_BY_MAX = 4, FILING_REASON_BYTES_MAX = 1000 };

enum filing_state {
    FILING_WAITING,
    FILING_OVERDUE,
    FILING_SENT_BACK,
    FILING_FILED,
    FILING_PASSED,
};
const char *filing_state_word(enum filing_state s);
/* Does the filer still owe it? */
bool filing_owed(enum filing_state s);

struct filing {
    int64_t filer;  /* record of the filers' register */
    str key, label; /* as others name it, as people do */
    str enterprise; /* as the filers' column names it; may be empty */
    str by[FILING_BY_MAX];
    enum filing_state state;
    bool late;
    int64_t record; /* what was filed; 0: nothing */
    str on;         /* the day it was handed in; may be empty */
    str doubt, explanation, reason;
    int64_t reminders;
    str reminded_on; /* the last; empty: never */
};
struct filings {
    str month; /* "2026-10" */
    int64_t due, today;
    struct filing *items; /* by the filers' age */
    size_t count;
    const struct pack_column *by[FILING_BY_MAX];
    size_t by_count;
};

/* Pure. The month before that of a day; whether a text is a month; and the day by which a month's filing is
 * due: `day` of the month after, moved to the next working day when `moves` and that is a day off. */
str filing_month_before(struct arena *a, int64_t day);
bool filing_month_good(str month);
MUST_USE enum err filing_due(const struct calendar *c, str month, int day, bool moves, int64_t *due,
    struct diag *d);

/* Of a page of the kind `filings`; month empty: the last that is over. ERR_INVALID names `month`. */
MUST_USE enum err filings_read(
    struct op *op, const struct pack_page *page, str month, struct filings *out);

struct filing_reminding {
    const struct pack_page *page;
    str month;
    const int64_t *filers; /* NULL: all that owe it */
    size_t filer_count;
    int64_t reminded, before, unreached; /* before: today already; unreached: nobody has an account */
};
/* In a write, for the actor. Filers that have filed are passed over. ERR_NOT_ALLOWED where the page keeps no
 * reminders. */
MUST_USE enum err filings_remind(struct op *op, struct filing_reminding *r);

struct filing_return {
    const struct pack_page *page;
    int64_t record, if_version;
    str reason;
    struct diag_list *faults;
};
/* In a write, for the actor: the record goes to the state for what is sent back, its filer is told. */
MUST_USE enum err filing_send_back(
    struct op *op, const struct filing_return *in, struct record *out);

/* In a write: who has not filed yet hears of it so many working days before the day. Told once. */
MUST_USE enum err filings_daily(struct op *op);

#endif
