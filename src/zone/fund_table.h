/* Tables of funds, a component of their own; fund.h tells what they hold. */
#ifndef JUNMA_ZONE_FUND_TABLE_H
#define JUNMA_ZONE_FUND_TABLE_H

#include "store/store.h"

extern const struct store_migration fund_migrations[];
extern const size_t fund_migration_count;

#endif
