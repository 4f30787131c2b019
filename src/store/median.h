/* The aggregate function median(x) for figures; conn.c registers it on every connection. */
#ifndef JUNMA_STORE_MEDIAN_H
#define JUNMA_STORE_MEDIAN_H

#include <sqlite3.h>

/* An SQLite result code. */
int median_register(sqlite3 *db);

#endif
