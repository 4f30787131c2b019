/* A check under way; shared by fund_check.c, fund_close.c and fund_file.c. */
#ifndef JUNMA_ZONE_FUND_CHECK_INTERNAL_H
#define JUNMA_ZONE_FUND_CHECK_INTERNAL_H

#include "zone/fund_check.h"
#include "zone/fund_internal.h"

struct checking {
    struct op *op;
    struct fund_report *out;
    struct diag_list *faults;
    const json_t *base;      /* sums of an earlier closing, to go on from; NULL: from nothing */
    int64_t since_ms;        /* of that closing: what was reconciled before is not looked at again */
    str through;             /* of a closing: its day; the sums up to it go to closed[] */
    struct fund_sum *closed; /* beside out->funds */
};
MUST_USE enum err fund_check_run(struct checking *c);
/* The payment files: still what the lines say, and what was journalled at the approval. */
MUST_USE enum err fund_check_files(struct checking *c);

#endif
