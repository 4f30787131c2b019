/* The tables of a zone, as steps of their history; schema.c is the place to read what a row means.
 */
#ifndef JUNMA_ZONE_SCHEMA_H
#define JUNMA_ZONE_SCHEMA_H

#include "store/store.h"

extern const struct store_migration zone_migrations[];
extern const size_t zone_migration_count;

#endif
