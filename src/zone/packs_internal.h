/* Shared by packs.c (memory) and packs_rows.c (rows); nobody else includes it. */
#ifndef JUNMA_ZONE_PACKS_INTERNAL_H
#define JUNMA_ZONE_PACKS_INTERNAL_H

#include "zone/packs.h"

/* The files of a stored version, texts in `a`; ERR_NOT_FOUND when there is none. */
MUST_USE enum err packs_stored_files(
    struct op *op, struct arena *a, str version, struct pack_file **out, size_t *count);
/* Sets the zone's code to that of the version taken into use last. */
MUST_USE enum err packs_zone_stored(struct op *op);
/* Version, use and journal, without asking who. */
MUST_USE enum err packs_record_use(struct op *op, const struct pack_deployment *p, int64_t *use);
/* Can another version be loaded? */
MUST_USE enum err packs_room(struct zone *z, struct diag *d);
str packs_folder(struct zone *z, struct arena *a);

#endif
