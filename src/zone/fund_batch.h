/*
 * Payment batches of a fund: the only way money leaves it.
 *
 *      draft ──submit──▶ submitted ──approve──▶ approved ──bank's answers──▶ answered ──▶ reconciled
 *        ▲                  │ refuse             (file)
 *        └──────────────────┘
 *        cancel: draft and submitted only; what was held is free again
 *
 * Two people stand behind every batch: whoever began it, put a line into it or submitted it cannot
 * approve it; nobody can alone. The system itself approves nothing.
 *
 * Approving moves each line from committed to transit and writes the payment file, which is kept
 * with its digest (SHA-256; SM3 in the national profile) and never written again. The bank's answer
 * is a table of lines paid and bounced; all of it is taken or nothing. A line that was paid and
 * bounces later is corrected by a new entry.
 *
 * Bank accounts are shown masked; the file and fund_batch_reveal show them, and each such look is
 * journalled.
 */
#ifndef JUNMA_ZONE_FUND_BATCH_H
#define JUNMA_ZONE_FUND_BATCH_H

#include "zone/fund.h"

enum { FUND_LINES_MAX = 500 };

enum fund_batch_state {
    FUND_DRAFT,
    FUND_SUBMITTED,
    FUND_APPROVED,
    FUND_ANSWERED,
    FUND_RECONCILED,
    FUND_CANCELLED,
    FUND_BATCH_STATES
};
extern const char *const fund_batch_state_words[FUND_BATCH_STATES + 1]; /* NULL-ended */

struct fund_batch {
    int64_t id, lines, fen;
    str number, fund, fund_name, title;
    enum fund_batch_state state;
    int64_t made_at, made_by, submitted_at, submitted_by, approved_at, approved_by;
    str made_by_name, submitted_by_name, approved_by_name, refused_reason;
    str digest; /* of the payment file; empty until approved */
    int64_t paid_lines, paid_fen, bounced_lines, bounced_fen, answered_at, reconciled_at;
    str reconciled_by_name;
};
struct fund_line {
    int64_t id, ord, commitment, fen, answered_at;
    str payee, payee_name, holder, bank, account, purpose; /* account: masked unless revealed */
    str state, bank_ref, answer;
    str ref_kind, ref_label; /* what its commitment is for (fund.h) */
    int64_t ref_id, ref_list;
};

enum fund_verb {
    FUND_VERB_ADD,
    FUND_VERB_REMOVE,
    FUND_VERB_SUBMIT,
    FUND_VERB_REFUSE,
    FUND_VERB_APPROVE,
    FUND_VERB_CANCEL,
    FUND_VERB_ANSWER,
    FUND_VERB_RECONCILE,
    FUND_VERBS
};
extern const char *const fund_verb_words[FUND_VERBS];
/* May the actor do it now, and if not, why. */
MUST_USE enum err fund_batch_may(struct op *op, const struct fund_batch *b, enum fund_verb v,
    bool *may, struct name2 *why_not);

MUST_USE enum err fund_batch_create(struct op *op, str fund, str title, int64_t *batch);
/* fen 0: all that is free. */
MUST_USE enum err fund_batch_add(
    struct op *op, int64_t batch, int64_t commitment, int64_t fen, int64_t *line);
MUST_USE enum err fund_batch_remove(struct op *op, int64_t batch, int64_t line);
MUST_USE enum err fund_batch_submit(struct op *op, int64_t batch);
MUST_USE enum err fund_batch_refuse(struct op *op, int64_t batch, str reason);
MUST_USE enum err fund_batch_approve(struct op *op, int64_t batch);
MUST_USE enum err fund_batch_cancel(struct op *op, int64_t batch, str reason);

struct fund_answer {
    int64_t paid_lines, paid_fen, bounced_lines, bounced_fen; /* of this file */
    bool again;                                               /* it was taken before: nothing new */
};
/* The bank's answer as CSV: columns 批次号, 序号, 金额, 结果, 银行流水号, 原因 in any order, by their
 * Chinese or English names. ERR_INVALID names the line; then nothing of the file was taken. */
MUST_USE enum err fund_batch_answer(
    struct op *op, int64_t batch, str name, str csv, struct fund_answer *out);
/* The bank's statement says so many payments of so much: they must be the batch's. */
MUST_USE enum err fund_batch_reconcile(struct op *op, int64_t batch, int64_t lines, int64_t fen);

MUST_USE enum err fund_batch_get(struct op *op, int64_t id, struct fund_batch *out);
struct fund_batch_filter {
    str fund, state;
    int64_t after;
    size_t limit;
};
MUST_USE enum err fund_batches(struct op *op, const struct fund_batch_filter *f,
    struct fund_batch **out, size_t *count, bool *more);
/* In order; bank accounts masked. */
MUST_USE enum err fund_lines(struct op *op, int64_t batch, struct fund_line **out, size_t *count);
/* In a write: the same with bank accounts shown; the look is journalled. */
MUST_USE enum err fund_batch_reveal(
    struct op *op, int64_t batch, str reason, struct fund_line **out, size_t *count);
/* In a write: the payment file as it was approved; the look is journalled. */
MUST_USE enum err fund_batch_file(struct op *op, int64_t batch, str *name, str *csv);

struct fund_file {
    int64_t id, at_ms;
    str what, name, digest, actor_name; /* what: payment, answer */
};
MUST_USE enum err fund_files(struct op *op, int64_t batch, struct fund_file **out, size_t *count);

#endif
