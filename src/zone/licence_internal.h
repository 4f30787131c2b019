/* Shared by licence_*.c; nobody else includes it. */
#ifndef JUNMA_ZONE_LICENCE_INTERNAL_H
#define JUNMA_ZONE_LICENCE_INTERNAL_H

#include "zone/licence.h"
#include "zone/ledger.h"
#include "zone/query.h"
#include "zone/register.h"

/* "SELECT <columns> FROM licence l WHERE l.zone = $1"; read with licence_row. */
void licence_select(struct query *q, struct op *op);
MUST_USE enum err licence_row(struct op *op, const struct store_rows *rows, struct licence *out);
/* The rows of a query; at most `limit`. */
MUST_USE enum err licence_rows(
    struct op *op, struct query *q, size_t limit, struct licence **out, size_t *count);

/* Messages with names in them, one text a language. */
enum err licence_refuse(struct op *op, enum err e, str zh, str en);
str licence_day(struct op *op, int64_t days); /* "2026-11-23" */
str licence_today(struct op *op);

/* The register whose records hold the applicants' licences; empty: none. */
str licence_applicants(const struct zone *z);

/* A new row; gives it its id, identifier and place in the list of states. */
MUST_USE enum err licence_insert(struct op *op, struct licence *l);
/* What is known of the holder; ERR_INVALID at "holder". */
MUST_USE enum err licence_holder(struct op *op, const struct pack_licence *t,
    const struct licence_input *in, struct record *out);
/* Checks data against the type, fills in what the register has; *out is a new object. */
MUST_USE enum err licence_data(struct op *op, const struct pack_licence *t, const json_t *given,
    const struct record *holder, struct diag_list *faults, json_t **out);
/* valid_to of a licence whose valid_from and data are set. */
MUST_USE enum err licence_term(struct op *op, struct licence *l);

#endif
