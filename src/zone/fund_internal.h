/* Shared by the files of funds. */
#ifndef JUNMA_ZONE_FUND_INTERNAL_H
#define JUNMA_ZONE_FUND_INTERNAL_H

#include "zone/fund.h"

/* What is about to be written. */
struct fund_posting {
    const struct fund *fund; /* as its record says; balances are read again */
    enum fund_kind kind;
    enum fund_account from, to;
    int64_t fen, commitment, batch, line, reverses;
    const struct fund_why *why;
    bool from_held; /* of a commitment: what stands in a batch */
};
/* Writes one entry with its journal leaf and moves the sums; everything is asked first. */
MUST_USE enum err fund_post(struct op *op, const struct fund_posting *p, int64_t *entry);
/* The kind's own accounts. */
struct fund_posting fund_posting_of(
    const struct fund *f, enum fund_kind k, int64_t fen, const struct fund_why *why);

/* As fund_get, without counting what is open. */
MUST_USE enum err fund_find(struct op *op, str code, struct fund *out);
/* The definition, or ERR_UNSUPPORTED when the zone keeps no funds. */
MUST_USE enum err fund_definition(struct op *op, const struct pack_funds **out);
/* Takes entries of this kind today, or says why not. */
MUST_USE enum err fund_open_for(struct op *op, const struct fund *f, enum fund_kind k);
MUST_USE enum err fund_amount_check(struct op *op, int64_t fen);
MUST_USE enum err fund_commitment_held(struct op *op, int64_t id, int64_t fen);

/* Today, or the day after the last one that was closed. */
MUST_USE enum err fund_day(struct op *op, str *day);
/* The digest of an entry's row: every column but `event`. */
struct fund_row {
    int64_t id, seq, at, fen, commitment, batch, line, reverses, ref_id;
    str fund, day, kind, from, to, document, basis, reason, ref_kind, ref_label, actor, actor_name,
        key;
};
str fund_row_digest(struct op *op, const struct fund_row *r);

/* A text of the caller's: not empty when required, not too long. */
MUST_USE enum err fund_text_check(
    struct op *op, const char *field, str text, bool required, const char *zh, const char *en);

#endif
