/*
 * median(x): what a figure says when a mean would hide the few cases that took very long. The middle
 * of the values that are not NULL, between the two middle ones when their number is even; NULL when
 * there are none, as SQL's aggregates do. Under PostgreSQL our driver defines it by
 * percentile_cont(0.5).
 *
 * The values are kept in SQLite's own memory, so that a report's limit of bytes counts them.
 */
#include "store/median.h"

#include <stdlib.h>

enum { ROOM_FIRST = 256 };

struct values {
    double *items;
    sqlite3_int64 count, room;
};

static void add(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    struct values *v = sqlite3_aggregate_context(context, sizeof *v);
    if (!v) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return;
    if (v->count == v->room) {
        sqlite3_int64 room = v->room ? v->room * 2 : ROOM_FIRST;
        double *items = sqlite3_realloc64(v->items, (sqlite3_uint64)room * sizeof *items);
        if (!items) {
            sqlite3_result_error_nomem(context);
            return;
        }
        v->items = items;
        v->room = room;
    }
    v->items[v->count++] = sqlite3_value_double(arguments[0]);
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void finish(sqlite3_context *context)
{
    struct values *v = sqlite3_aggregate_context(context, 0);
    if (!v || !v->count) {
        sqlite3_result_null(context);
    } else {
        sqlite3_int64 middle = v->count / 2;
        qsort(v->items, (size_t)v->count, sizeof *v->items, order);
        double upper = v->items[middle], lower = v->count % 2 ? upper : v->items[middle - 1];
        sqlite3_result_double(context, lower + (upper - lower) / 2);
    }
    if (v)
        sqlite3_free(v->items);
}

int median_register(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    return sqlite3_create_function(db, "median", 1, flags, NULL, NULL, add, finish);
}
