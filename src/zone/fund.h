/*
 * Funds: money set aside for a purpose, kept by double entry in whole fen. Every movement is one
 * entry from one account of a fund to another; entries are never changed, a correction is a new one.
 *
 *                 appropriate            commit              send             pay
 *      source  ───────────────▶ available ─────▶ committed ─────▶ transit ─────▶ paid
 *              ◀───────────────           ◀─────           ◀─────                  │
 *                   reduce                release           bounce                 │ recover
 *         ▲                         ▲                                              ▼
 *         └─────── surrender ───────┴────────────── restore ──────────────── recovered
 *
 * Invariants
 *   - of each fund the accounts add up to zero; `source` is never above zero and no other account
 *     ever below it. The rows of fund_balance say so once more (CHECK);
 *   - an entry has a number of its own in its fund (1, 2, 3 …), a day of account, a reason and what
 *     it rests on, and is journalled with the digest of its row ("fund.commit", subject the entry);
 *   - a commitment goes to one payee for one reason; what of it stands in a batch that is not yet
 *     approved is held: it can be neither released nor put into another batch;
 *   - money leaves only by a batch, which one person makes and another one approves (fund_batch.h);
 *   - a key names what an entry is for ("award:4711"). The same key again is the same entry: nothing
 *     is committed twice. For another amount or payee it is refused.
 *
 * Funds themselves are records of a register of the zone; <system>/funds.json says which, and which
 * of its columns hold year, unit, basis, first and last day (docs/funds.md). A fund is named by its
 * record's key.
 *
 * The functions of this header ask nobody for a permission: they serve the engine. What an actor may
 * do is asked at the door (src/api/funds.c); that two people stand behind a payment is asked here.
 * All that write must run in a write. ERR_CONFLICT says what is left when it would be overspent,
 * ERR_NOT_ALLOWED that the fund's year is over or that it is closed, ERR_INVALID names the field,
 * ERR_NOT_FOUND.
 */
#ifndef JUNMA_ZONE_FUND_H
#define JUNMA_ZONE_FUND_H

#include "zone/zone.h"

/* The largest amount, and the largest that is ever appropriated to one fund: what a JSON number
 * carries exactly. */
#define FUND_FEN_MAX INT64_C(9007199254740991)
enum { FUND_KEY_BYTES_MAX = 120, FUND_TEXT_BYTES_MAX = 1000, FUND_PAGE_MAX = 500, FUND_COUNT_MAX = 1000 };

enum fund_account {
    FUND_SOURCE,    /* where the budget comes from; below zero by what was appropriated */
    FUND_AVAILABLE, /* may be committed */
    FUND_COMMITTED, /* promised to somebody */
    FUND_TRANSIT,   /* approved for payment, the bank has not answered yet */
    FUND_PAID,
    FUND_RECOVERED, /* came back, not yet given to the fund or to the treasury */
    FUND_ACCOUNTS
};
extern const char *const fund_account_words[FUND_ACCOUNTS]; /* "available" */

enum fund_kind {
#define K(name, word, from, to, of_commitment, correctable, zh, en) FUND_##name,
#include "zone/fund_kinds.def"
#undef K
    FUND_KINDS
};
struct fund_kind_info {
    const char *word;
    enum fund_account from, to;
    bool of_commitment; /* moves money of one commitment */
    bool correctable;   /* may be reversed by hand; the rest is corrected by the bank's answer */
    struct name2 name;
};
const struct fund_kind_info *fund_kind_info(enum fund_kind k);
bool fund_kind_from(str word, enum fund_kind *out);

struct fund {
    str code;                       /* key of its record */
    int64_t record;                 /* its id */
    str name, unit, basis;
    int64_t year;                   /* 0: none given */
    str from, to;                   /* days "2026-01-01", or empty */
    bool closed;
    int64_t balance[FUND_ACCOUNTS]; /* fen */
    int64_t entries;                /* number of the last one */
    int64_t commitments, batches;   /* that are open, counted up to FUND_COUNT_MAX */
};
/* All funds of the zone, by code; every record of the register is one, with entries or without. */
MUST_USE enum err fund_list(struct op *op, struct fund **out, size_t *count);
MUST_USE enum err fund_get(struct op *op, str code, struct fund *out);

/* Why an entry is made. Texts are borrowed for the call. */
struct fund_why {
    str reason;     /* required */
    str basis;      /* the rule or law; empty: the fund's own */
    str document;   /* number of a paper: required to change a budget, to recover, to correct */
    str payee;      /* of a commitment: key of a record of the register that payees stand in */
    str payee_name; /* as shown; empty: taken from that record */
    str ref_kind;   /* what it is for: "case", "record:<register>", "award"; or empty */
    int64_t ref_id;
    str ref_label;  /* its number, as people read it */
    str key;        /* the same again is the same entry; empty: none */
};

/* "12,345.67" */
str fund_yuan(struct arena *a, int64_t fen);

/* Changes the budget: fen above zero appropriates, below zero reduces. *entry may be NULL. */
MUST_USE enum err fund_budget(
    struct op *op, str fund, int64_t fen, const struct fund_why *why, int64_t *entry);
/* Promises fen to why->payee. The id of the commitment goes to *commitment. */
MUST_USE enum err fund_commit(
    struct op *op, str fund, int64_t fen, const struct fund_why *why, int64_t *commitment);
/* Gives back what is not going to be paid; fen 0: all that is neither held nor paid. */
MUST_USE enum err fund_release(
    struct op *op, int64_t commitment, int64_t fen, const struct fund_why *why, int64_t *entry);
/* Money that was paid has come back. */
MUST_USE enum err fund_recover(
    struct op *op, int64_t commitment, int64_t fen, const struct fund_why *why, int64_t *entry);
/* What came back goes to the fund again (to_fund), or to the treasury. */
MUST_USE enum err fund_return(struct op *op, str fund, int64_t fen, bool to_fund,
    const struct fund_why *why, int64_t *entry);
/* A correction: the opposite of an entry, once. Payments are corrected by the bank's answer only. */
MUST_USE enum err fund_reverse(
    struct op *op, int64_t entry, const struct fund_why *why, int64_t *reversal);
/* Puts fen of a commitment (0: all that is free) into a draft batch of its fund; *batch 0 takes the
 * actor's newest draft of that fund that has room, or begins one. *line may be NULL. */
MUST_USE enum err fund_pay_prepare(
    struct op *op, int64_t commitment, int64_t fen, int64_t *batch, int64_t *line);
/* Does a bank account of the payee stand in the register? Without one nothing can be paid to it. */
MUST_USE enum err fund_payee_has_account(struct op *op, str payee, bool *has);

struct fund_commitment {
    int64_t id, at_ms;
    str fund, payee, payee_name, reason, basis, ref_kind, ref_label, key;
    int64_t ref_id, ref_list; /* ref_list: of an award, the list of benefits that it stands on */
    int64_t fen;       /* promised at first */
    int64_t committed; /* still promised; of this `held` stands in batches not yet approved */
    int64_t held, transit, paid, recovered;
};
MUST_USE enum err fund_commitment_get(struct op *op, int64_t id, struct fund_commitment *out);
/* By its key; ERR_NOT_FOUND. */
MUST_USE enum err fund_commitment_by_key(
    struct op *op, str fund, str key, struct fund_commitment *out);
struct fund_commitment_filter {
    str fund, payee;
    str ref_kind; /* with ref_id: those for one thing */
    int64_t ref_id;
    bool payable; /* only with something free to pay */
    int64_t after;
    size_t limit;
};
/* Newest first. */
MUST_USE enum err fund_commitments(struct op *op, const struct fund_commitment_filter *f,
    struct fund_commitment **out, size_t *count, bool *more);

struct fund_entry {
    int64_t id, seq, at_ms, fen, commitment, batch, line, reverses, reversed_by, ref_id, event;
    int64_t reverses_seq, reversed_by_seq; /* their numbers in the fund */
    int64_t ref_list;                      /* of an award: the list of benefits */
    str fund, day, document, reason, basis, ref_kind, ref_label, actor, actor_name, payee_name;
    enum fund_kind kind;
    enum fund_account from, to;
};
struct fund_entry_filter {
    str fund;
    str kind, from, to; /* days, ends included; empty: open */
    int64_t commitment, batch;
    int64_t after; /* an entry's id */
    size_t limit;
};
/* Newest first. */
MUST_USE enum err fund_entries(struct op *op, const struct fund_entry_filter *f,
    struct fund_entry **out, size_t *count, bool *more);
MUST_USE enum err fund_entry_get(struct op *op, int64_t id, struct fund_entry *out);

/* What a month of account changed, oldest first. */
struct fund_month {
    str month; /* "2026-03" */
    int64_t budget, committed, paid, recovered; /* fen */
};
MUST_USE enum err fund_months(struct op *op, str fund, struct fund_month **out, size_t *count);

#endif
