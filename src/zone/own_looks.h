/*
 * Who looked at what is mine, and why: contact data of my cases, masked data of my record and my bank
 * account that somebody had shown, evidence of my claims that was opened, and looks at my licences (by
 * whoever verified one, by a unit with my consent).
 */
#ifndef JUNMA_ZONE_OWN_LOOKS_H
#define JUNMA_ZONE_OWN_LOOKS_H

#include "zone/zone.h"

enum { OWN_LOOKS_MAX = 200 };

struct own_look {
    int64_t at;
    str what;    /* "contact" of a case, "record" of the register, "licence", "evidence", "account" */
    str subject; /* the number of the case, list or batch, the licence's name; empty: my record */
    str who, unit, why, result;
};
/* The actor's own, newest first, at most OWN_LOOKS_MAX. */
MUST_USE enum err own_looks(struct op *op, struct own_look **out, size_t *count);

#endif
