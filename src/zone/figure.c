/* Figures; figure.h tells how the SQL is put together. */
#include "zone/figure.h"

#include "zone/query.h"
#include "zone/register.h"

#include <string.h>

enum { GROUPS_MAX = 1000 };

const struct pack_figure *figure_find(const struct zone *z, str name, const struct pack_system **s)
{
    const struct pack *p = zone_pack(z);
    for (size_t i = 0; i < p->system_count; i++) {
        const struct pack_figure *f = pack_figure(&p->systems[i], name);
        if (f) {
            *s = &p->systems[i];
            return f;
        }
    }
    return NULL;
}

static const struct pack_dimension *dimension(const struct pack_figure *f, str name)
{
    for (size_t i = 0; i < f->by_count; i++)
        if (str_equal(f->by[i].name, name))
            return &f->by[i];
    return NULL;
}

/* field: the parameter that named it */
static enum err no_dimension(struct op *op, const struct pack_figure *f, str field, str name)
{
    diag_field(op->diag, field);
    return diag_set(op->diag, ERR_INVALID, "指标 %.*s 没有维度“%.*s”",
        "figure %.*s has no dimension \"%.*s\"", STR_ARGS(f->name), STR_ARGS(name));
}

/* The rows, and which of them are asked for. */
static enum err with_rows(
    struct op *op, struct query *q, const struct pack_figure *f, int64_t at_ms)
{
    if (at_ms && !f->rows_past.bytes)
        return diag_set(op->diag, ERR_UNSUPPORTED,
            "指标 %.*s 统计的是办件,办件不保留过去各时点的样子,不能按过去的日期计算",
            "figure %.*s counts cases, which are not kept as they were: it cannot be asked for a "
            "past date",
            STR_ARGS(f->name));
    buf_init(&q->text, op->arena, 64 * KIB);
    q->values[q->count++] = S_TEXT(op->zone->code);
    q->values[q->count++] = S_INT(at_ms ? at_ms : op->now_ms);
    /* Both parameters stand in the text, whether the figure uses them or not. */
    buf_printf(&q->text, "WITH clock AS (SELECT $1 AS zone, $2 AS now), ");
    for (size_t i = 0; at_ms && i < f->table_count; i++) {
        str code = str_slice(str_from(f->tables[i]), strlen("record_"), SIZE_MAX);
        buf_printf(&q->text, "past_%.*s AS (", STR_ARGS(code));
        register_past_add(&q->text, pack_register(zone_pack(op->zone), code));
        buf_printf(&q->text, "), ");
    }
    buf_printf(&q->text, "rows AS (%.*s) ", STR_ARGS(at_ms ? f->rows_past : f->rows));
    return OK;
}

static enum err where(
    struct op *op, struct query *q, const struct pack_figure *f, const struct figure_query *asked)
{
    query_sql(q, " WHERE 1 = 1");
    if (asked->from.bytes || asked->to.bytes) {
        const struct pack_dimension *month = dimension(f, STR("month"));
        if (!month)
            return no_dimension(op, f, asked->from.bytes ? STR("from") : STR("to"), STR("month"));
        if (asked->from.bytes) {
            buf_printf(&q->text, " AND %.*s", STR_ARGS(month->column));
            QUERY_ADD(q, " >= ?", S_TEXT(asked->from));
        }
        if (asked->to.bytes) {
            buf_printf(&q->text, " AND %.*s", STR_ARGS(month->column));
            QUERY_ADD(q, " <= ?", S_TEXT(asked->to));
        }
    }
    for (size_t i = 0; i < asked->only_count; i++) {
        const struct pack_dimension *d = dimension(f, asked->only[i].name);
        if (!d)
            return no_dimension(op, f, asked->only[i].name, asked->only[i].name);
        buf_printf(&q->text, " AND CAST(%.*s AS TEXT)", STR_ARGS(d->column));
        QUERY_ADD(q, " = ?", S_TEXT(asked->only[i].value));
    }
    return OK;
}

static enum err begin(
    struct op *op, const struct pack_figure *f, int64_t at_ms, struct store_conn **c)
{
    struct store_report_limits limits = { .zone = op->zone->code,
        .tables = at_ms ? f->tables_past : f->tables,
        .tables_count = f->table_count,
        .rows_max = 1000000 };
    return store_report_begin(op->zone->store, &limits, c, op->diag);
}

static void read_group(
    struct op *op, const struct store_rows *rows, bool keyed, struct figure_group *g)
{
    *g = (struct figure_group){ .has_value = !store_is_null(rows, 0),
        .value = store_real(rows, 0),
        .count = store_int(rows, 1),
        .key = keyed ? str_copy(op->arena, store_text(rows, 2)) : STR_NONE };
}

static enum err run(struct op *op, const struct pack_figure *f, const struct figure_query *asked,
    const struct pack_dimension *by, struct figure_group *groups, size_t most, size_t *count)
{
    struct query q;
    struct store_rows rows;
    struct store_conn *c;
    size_t used = 0;
    query_init(&q, op->arena);
    TRY(with_rows(op, &q, f, asked->at_ms));
    buf_printf(&q.text, "SELECT %.*s, count(*)", STR_ARGS(f->value));
    if (by)
        buf_printf(&q.text, ", CAST(%.*s AS TEXT)", STR_ARGS(by->column));
    query_sql(&q, " FROM rows");
    TRY(where(op, &q, f, asked));
    if (by)
        buf_printf(
            &q.text, " GROUP BY %.*s ORDER BY %.*s", STR_ARGS(by->column), STR_ARGS(by->column));
    TRY(begin(op, f, asked->at_ms, &c));
    enum err e = query_run(&q, c, &rows, op->diag);
    for (bool more; e == OK;) {
        e = store_next(&rows, &more, op->diag);
        if (e != OK || !more || used == most)
            break;
        read_group(op, &rows, by != NULL, &groups[used++]);
    }
    store_rows_end(&rows);
    store_read_end(c);
    *count = used;
    return e;
}

enum err figure_value(struct op *op, const struct figure_query *asked, struct figure_result *out)
{
    size_t one;
    const struct pack_dimension *by = NULL;
    *out = (struct figure_result){ 0 };
    TRY(actor_require(op, "figure.read"));
    out->figure = figure_find(op->zone, asked->name, &out->system);
    if (!out->figure)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有指标 %.*s", "there is no figure %.*s",
            STR_ARGS(asked->name));
    if (asked->by.bytes && !(by = dimension(out->figure, asked->by)))
        return no_dimension(op, out->figure, STR("by"), asked->by);
    out->groups = ARENA_ARRAY(op->arena, struct figure_group, GROUPS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(run(op, out->figure, asked, NULL, &out->whole, 1, &one));
    if (by)
        TRY(run(op, out->figure, asked, by, out->groups, GROUPS_MAX, &out->group_count));
    return diag_arena(op->diag, op->arena);
}

enum err figure_records(struct op *op, const struct figure_query *asked, str key, int64_t after,
    size_t limit, int64_t **ids, size_t *count, bool *more)
{
    const struct pack_system *s;
    struct figure_query with_key = *asked;
    struct query q;
    struct store_rows rows;
    struct store_conn *c;
    size_t used = 0;
    TRY(actor_require(op, "figure.read"));
    const struct pack_figure *f = figure_find(op->zone, asked->name, &s);
    if (!f)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有指标 %.*s", "there is no figure %.*s",
            STR_ARGS(asked->name));
    if (asked->by.bytes && with_key.only_count < 8) {
        with_key.only[with_key.only_count].name = asked->by;
        with_key.only[with_key.only_count++].value = key;
    }
    int64_t *list = ARENA_ARRAY(op->arena, int64_t, limit);
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    TRY(with_rows(op, &q, f, asked->at_ms));
    query_sql(&q, "SELECT id FROM rows");
    TRY(where(op, &q, f, &with_key));
    if (after)
        QUERY_ADD(&q, " AND id < ?", S_INT(after));
    QUERY_ADD(&q, " ORDER BY id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(begin(op, f, asked->at_ms, &c));
    *more = false;
    enum err e = query_run(&q, c, &rows, op->diag);
    for (bool there; e == OK;) {
        e = store_next(&rows, &there, op->diag);
        if (e != OK || !there)
            break;
        if (used == limit) {
            *more = true;
            break;
        }
        list[used++] = store_int(&rows, 0);
    }
    store_rows_end(&rows);
    store_read_end(c);
    *ids = list;
    *count = used;
    return e;
}

struct name2 figure_label(const struct zone *z, const struct figure_result *r, str dim, str key)
{
    const struct pack_unit *u = str_is(dim, "unit") ? pack_unit(zone_pack(z), key) : NULL;
    const struct pack_topic *t = str_is(dim, "topic") ? pack_topic(r->system, key) : NULL;
    if (u)
        return u->name;
    if (t)
        return t->name;
    return key.bytes ? (struct name2){ key, key } : (struct name2){ STR("未填"), STR("none") };
}
