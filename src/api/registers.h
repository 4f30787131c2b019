/* Shared by registers.c and record_changes.c. */
#ifndef JUNMA_API_REGISTERS_H
#define JUNMA_API_REGISTERS_H

#include "api/internal.h"
#include "zone/record.h"

/* The register of the address, if the reader may see it. False: answered. */
bool api_register(struct call *c, const struct pack_register **out);
/* What the query asks of a list. False: answered. */
bool api_record_filter(struct call *c, const struct pack_register *r, struct record_filter *f);
/* Needs c->op.conn. New reference. */
json_t *api_record_json(struct call *c, const struct pack_register *r, const struct record *record);

#endif
