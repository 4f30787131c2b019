/*
 * Figures: named numbers over rows of case_report and of registers (record_<code>).
 * A figure's SQL comes from the pack and is not trusted: it runs on a connection that can only read,
 * only the views that it names, within limits of time and rows (store_report_begin).
 *
 *     WITH rows AS (<rows>) SELECT <value>, count(*) FROM rows [WHERE …] [GROUP BY <dimension>]
 *
 * $1 is the zone, $2 the present instant (ms). The records under a number are the same rows.
 */
#ifndef JUNMA_ZONE_FIGURE_H
#define JUNMA_ZONE_FIGURE_H

#include "zone/case.h"

struct figure_query {
    str name;
    str by;       /* a dimension of the figure, or empty */
    str from, to; /* months "2026-01", ends included; empty = open. Needs the dimension month */
    struct {
        str name, value;
    } only[8]; /* dimension = value */
    size_t only_count;
    int64_t at_ms; /* as of a past instant, from the history of the registers; 0: now */
    const struct pack *pack; /* whose definition; NULL: of the one in use */
};
struct figure_group {
    str key; /* value of the dimension; the empty text for the whole */
    bool has_value;
    double value;
    int64_t count; /* records under it */
};
struct figure_result {
    const struct pack_figure *figure;
    const struct pack_system *system;
    struct figure_group whole;
    struct figure_group *groups;
    size_t group_count;
};

const struct pack_dimension *figure_dimension(const struct pack_figure *f, str name);
/* Needs figure.read. op->conn is not used: figures have connections of their own. */
MUST_USE enum err figure_value(
    struct op *op, const struct figure_query *q, struct figure_result *out);
/* Ids of the records under it (of the group `key` of q->by, when by is given), newest first, after
 * `after` (0 = from the start). */
MUST_USE enum err figure_records(struct op *op, const struct figure_query *q, str key,
    int64_t after, size_t limit, int64_t **ids, size_t *count, bool *more);
/* What a dimension's value is called: units, topics, codes, records by their names, else itself.
 * Records only where op->conn is there to look. */
struct name2 figure_label(
    struct op *op, const struct figure_result *r, str dimension, str key);

/* The rows under a number with the columns that the figure shows of them, for what is neither a case
 * nor a record of a register. */
struct figure_rows {
    const struct pack_figure *figure;
    const struct pack_system *system;
    struct figure_row {
        int64_t id;
        const str *values;  /* one for each of figure->shown */
        const bool *absent; /* NULL in SQL */
    } *items;
    size_t count;
    bool more;
};
MUST_USE enum err figure_rows(struct op *op, const struct figure_query *q, str key, int64_t after,
    size_t limit, struct figure_rows *out);
/* What a value of a shown column is called; else the value itself. */
struct name2 figure_shown(
    struct op *op, const struct figure_rows *rows, const struct pack_shown *shown, str value);

#endif
