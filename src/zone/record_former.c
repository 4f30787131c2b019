/*
 * What the record of an earlier month says: looked up when a record is written, kept in its version.
 * A record that is not there gives nothing. One look-up serves all columns of the same month.
 */
#include "zone/record_internal.h"

#include <string.h>

/* "2026-10" so many months earlier; false when the text is no month. */
static bool month_before(struct arena *a, str month, int back, str *out)
{
    struct date d;
    if (month.bytes != 7 || !date_parse(str_concat(a, month, STR("-01")), &d))
        return false;
    int64_t n = (int64_t)d.year * 12 + d.month - 1 - back;
    *out = str_printf(a, "%04d-%02d", (int)(n / 12), (int)(n % 12) + 1);
    return true;
}

static bool same_look(const struct pack_former *a, const struct pack_former *b)
{
    bool same = a->back == b->back && a->month == b->month && a->same_count == b->same_count;
    for (size_t i = 0; same && i < a->same_count; i++)
        same = a->same[i] == b->same[i];
    return same;
}

/* *found NULL: there is none. */
static enum err look(struct op *op, const struct pack_register *r, const struct pack_former *f,
    const json_t *data, const json_t **found)
{
    struct query q;
    struct store_rows rows;
    struct record record;
    bool there = false;
    str month;
    *found = NULL;
    if (!month_before(op->arena, record_text(data, f->month), f->back, &month))
        return OK;
    query_init(&q, op->arena);
    record_select(&q, op, r);
    buf_printf(&q.text, " AND %.*s", STR_ARGS(f->month->name));
    QUERY_ADD(&q, " = ?", S_TEXT(month));
    for (size_t i = 0; i < f->same_count; i++) {
        buf_printf(&q.text, " AND %.*s", STR_ARGS(f->same[i]->name));
        QUERY_ADD(&q, " = ?", S_TEXT(record_text(data, f->same[i])));
    }
    query_sql(&q, " LIMIT 1");
    TRY(query_run(&q, op->conn, &rows, op->diag));
    enum err e = store_next(&rows, &there, op->diag);
    if (e == OK && there) {
        record_row(op, r, &rows, &record);
        *found = record.data;
    }
    store_rows_end(&rows);
    return e;
}

enum err record_formers(struct op *op, const struct pack_register *r, json_t *data)
{
    const struct pack_former *last = NULL;
    const json_t *found = NULL;
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        if (!c->former)
            continue;
        if (!last || !same_look(last, c->former))
            TRY(look(op, r, c->former, data, &found));
        last = c->former;
        str name = c->former->column->name;
        json_t *value = found ? json_object_getn(found, name.data, name.bytes) : NULL;
        json_object_setn_new(
            data, c->name.data, c->name.bytes, value ? json_incref(value) : json_null());
    }
    return OK;
}
