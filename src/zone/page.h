/* Pages of systems: which an actor may see. What a page is stands in pack.h. */
#ifndef JUNMA_ZONE_PAGE_H
#define JUNMA_ZONE_PAGE_H

#include "zone/zone.h"

/* Whose role the page names; where it names none: who enters its house and may see its register. */
bool page_seen(struct op *op, const struct pack_page *page);

#endif
