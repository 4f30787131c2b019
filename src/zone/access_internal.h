/* Shared by access.c and session.c; nobody else includes it. */
#ifndef JUNMA_ZONE_ACCESS_INTERNAL_H
#define JUNMA_ZONE_ACCESS_INTERNAL_H

#include "zone/access.h"

MUST_USE enum err password_hash(struct op *op, str password, str *out);
bool password_matches(struct op *op, str encoded, str password);
MUST_USE enum err password_check(struct op *op, str password, const char *field);
extern const char account_columns[];
void account_read(struct op *op, const struct store_rows *rows, struct account *out);

#endif
