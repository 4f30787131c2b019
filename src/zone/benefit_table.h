/* Tables of benefits, a component of their own; benefit.h tells what they hold. */
#ifndef JUNMA_ZONE_BENEFIT_TABLE_H
#define JUNMA_ZONE_BENEFIT_TABLE_H

#include "store/store.h"

extern const struct store_migration benefit_migrations[];
extern const size_t benefit_migration_count;

#endif
