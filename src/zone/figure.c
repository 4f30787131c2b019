/* Figures; figure.h tells how the SQL is put together. */
#include "zone/figure.h"

#include "zone/query.h"
#include "zone/record.h"

#include <string.h>

enum { GROUPS_MAX = 1000, FIGURE_MS_MAX = 5000 };

const struct pack_dimension *figure_dimension(const struct pack_figure *f, str name)
{
    for (size_t i = 0; i < f->by_count; i++)
        if (str_equal(f->by[i].name, name))
            return &f->by[i];
    return NULL;
}

static enum err daily_refused(
    struct op *op, const struct pack_figure *f, str column, bool moving)
{
    if (moving)
        return diag_set(op->diag, ERR_UNSUPPORTED,
            "指标 %.*s 读取了列 %.*s,它随办件或其他登记的汇总变动,过去各时点的值没有保留,不能按过去的日期计算",
            "figure %.*s reads the column %.*s, which follows cases or what is taken together from other "
            "records and is not kept as it was: it cannot be asked for a past date",
            STR_ARGS(f->name), STR_ARGS(column));
    return diag_set(op->diag, ERR_UNSUPPORTED,
        "指标 %.*s 读取了每天重算的列 %.*s,不能按过去的日期计算",
        "figure %.*s reads the column %.*s, which is counted anew each day: it cannot be asked for "
        "a past date",
        STR_ARGS(f->name), STR_ARGS(column));
}

static const struct pack *pack_of(const struct op *op, const struct figure_query *asked)
{
    return asked->pack ? asked->pack : zone_pack(op->zone);
}

static enum err find(struct op *op, const struct figure_query *asked, const struct pack_figure **f,
    const struct pack_system **s)
{
    *f = pack_figure_any(pack_of(op, asked), asked->name, s);
    if (*f)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有指标 %.*s", "there is no figure %.*s",
        STR_ARGS(asked->name));
}

/* field: the parameter that named it */
static enum err no_dimension(struct op *op, const struct pack_figure *f, str field, str name)
{
    diag_field(op->diag, field);
    return diag_set(op->diag, ERR_INVALID, "指标 %.*s 没有维度“%.*s”",
        "figure %.*s has no dimension \"%.*s\"", STR_ARGS(f->name), STR_ARGS(name));
}

/* The views, or histories, that a figure reads. */
struct reading {
    const char *const *tables;
    size_t count;
};

static enum err with_past(struct op *op, struct query *q, const struct pack_figure *f,
    const struct figure_query *asked, struct reading *reading)
{
    const char **tables;
    const struct pack_register **list =
        ARENA_ARRAY(op->arena, const struct pack_register *, f->table_count);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < f->table_count; i++)
        list[i] = pack_register(
            pack_of(op, asked), str_slice(str_from(f->tables[i]), strlen("record_"), SIZE_MAX));
    TRY(registers_past_add(
        q, op, list, f->table_count, f->rows_past, &tables, &reading->count));
    reading->tables = tables;
    return OK;
}

/* The rows, and which of them are asked for. */
static enum err with_rows(struct op *op, struct query *q, const struct pack_figure *f,
    const struct figure_query *asked, struct reading *reading)
{
    int64_t at_ms = asked->at_ms;
    if (at_ms && f->daily.bytes)
        return daily_refused(op, f, f->daily, f->moving);
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
    *reading = (struct reading){ f->tables, f->table_count };
    if (at_ms)
        TRY(with_past(op, q, f, asked, reading));
    buf_printf(&q->text, "rows AS (%.*s) ", STR_ARGS(at_ms ? f->rows_past : f->rows_now));
    return OK;
}

static enum err where(
    struct op *op, struct query *q, const struct pack_figure *f, const struct figure_query *asked)
{
    query_sql(q, " WHERE 1 = 1");
    if (asked->from.bytes || asked->to.bytes) {
        const struct pack_dimension *month = figure_dimension(f, STR("month"));
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
        const struct pack_dimension *d = figure_dimension(f, asked->only[i].name);
        if (!d)
            return no_dimension(op, f, asked->only[i].name, asked->only[i].name);
        if (asked->at_ms && d->daily)
            return daily_refused(op, f, d->column, d->moving);
        buf_printf(&q->text, " AND CAST(%.*s AS TEXT)", STR_ARGS(d->column));
        QUERY_ADD(q, " = ?", S_TEXT(asked->only[i].value));
    }
    return OK;
}

static enum err begin(struct op *op, const struct reading *reading, struct store_conn **c)
{
    struct store_report_limits limits = { .zone = op->zone->code,
        .tables = reading->tables,
        .tables_count = reading->count,
        .ms_max = FIGURE_MS_MAX,
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
    struct reading reading;
    TRY(with_rows(op, &q, f, asked, &reading));
    buf_printf(&q.text, "SELECT %.*s, count(*)", STR_ARGS(f->value));
    if (by)
        buf_printf(&q.text, ", CAST(%.*s AS TEXT)", STR_ARGS(by->column));
    query_sql(&q, " FROM rows");
    TRY(where(op, &q, f, asked));
    if (by)
        /* Sorted as read: along an index of the dimension each row would be looked up by itself. */
        buf_printf(&q.text, " GROUP BY {aside:%.*s} ORDER BY {aside:%.*s}", STR_ARGS(by->column),
            STR_ARGS(by->column));
    TRY(begin(op, &reading, &c));
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
    TRY(find(op, asked, &out->figure, &out->system));
    if (asked->by.bytes && !(by = figure_dimension(out->figure, asked->by)))
        return no_dimension(op, out->figure, STR("by"), asked->by);
    if (by && by->daily && asked->at_ms)
        return daily_refused(op, out->figure, by->column, by->moving);
    out->groups = ARENA_ARRAY(op->arena, struct figure_group, GROUPS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(run(op, out->figure, asked, NULL, &out->whole, 1, &one));
    if (by)
        TRY(run(op, out->figure, asked, by, out->groups, GROUPS_MAX, &out->group_count));
    return diag_arena(op->diag, op->arena);
}

/* SELECT <what> FROM the rows under the number, newest first, after `after`; one more than limit. */
static enum err ask_rows(struct op *op, const struct figure_query *asked, str key, int64_t after,
    size_t limit, const char *what, const struct pack_figure **f, struct query *q,
    struct reading *reading)
{
    const struct pack_system *s;
    struct figure_query with_key = *asked;
    TRY(actor_require(op, "figure.read"));
    TRY(find(op, asked, f, &s));
    if (asked->by.bytes && with_key.only_count < sizeof with_key.only / sizeof *with_key.only) {
        with_key.only[with_key.only_count].name = asked->by;
        with_key.only[with_key.only_count++].value = key;
    }
    query_init(q, op->arena);
    TRY(with_rows(op, q, *f, asked, reading));
    buf_printf(&q->text, "SELECT %s FROM rows", what);
    TRY(where(op, q, *f, &with_key));
    if (after)
        QUERY_ADD(q, " AND id < ?", S_INT(after));
    QUERY_ADD(q, " ORDER BY id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    return OK;
}

enum err figure_records(struct op *op, const struct figure_query *asked, str key, int64_t after,
    size_t limit, int64_t **ids, size_t *count, bool *more)
{
    const struct pack_figure *f;
    struct query q;
    struct store_rows rows;
    struct store_conn *c;
    struct reading reading;
    size_t used = 0;
    int64_t *list = ARENA_ARRAY(op->arena, int64_t, limit);
    TRY(diag_arena(op->diag, op->arena));
    TRY(ask_rows(op, asked, key, after, limit, "id", &f, &q, &reading));
    TRY(begin(op, &reading, &c));
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

static void read_row(struct op *op, const struct store_rows *rows, size_t columns,
    struct figure_row *out)
{
    str *values = ARENA_ARRAY(op->arena, str, columns);
    bool *absent = ARENA_ARRAY(op->arena, bool, columns);
    out->id = store_int(rows, 0);
    out->values = values;
    out->absent = absent;
    for (size_t i = 0; values && absent && i < columns; i++) {
        absent[i] = store_is_null(rows, (int)i + 1);
        values[i] = str_copy(op->arena, store_text(rows, (int)i + 1));
    }
}

enum err figure_rows(struct op *op, const struct figure_query *asked, str key, int64_t after,
    size_t limit, struct figure_rows *out)
{
    const struct pack_figure *f;
    struct query q;
    struct store_rows rows;
    struct store_conn *c;
    struct buf what;
    struct reading reading;
    const struct pack_system *s;
    *out = (struct figure_rows){ .items = ARENA_ARRAY(op->arena, struct figure_row, limit) };
    TRY(diag_arena(op->diag, op->arena));
    TRY(find(op, asked, &f, &s));
    buf_init(&what, op->arena, 8 * KIB);
    buf_printf(&what, "id");
    for (size_t i = 0; i < f->shown_count; i++)
        buf_printf(&what, ", CAST(%.*s AS TEXT)", STR_ARGS(f->shown[i].column));
    const char *list = str_terminated(op->arena, buf_str(&what));
    TRY(diag_arena(op->diag, op->arena));
    TRY(ask_rows(op, asked, key, after, limit, list, &f, &q, &reading));
    TRY(begin(op, &reading, &c));
    out->figure = f;
    out->system = s;
    enum err e = query_run(&q, c, &rows, op->diag);
    for (bool there; e == OK;) {
        e = store_next(&rows, &there, op->diag);
        if (e != OK || !there)
            break;
        out->more = out->count == limit;
        if (out->more)
            break;
        read_row(op, &rows, f->shown_count, &out->items[out->count++]);
    }
    store_rows_end(&rows);
    store_read_end(c);
    return e == OK ? diag_arena(op->diag, op->arena) : e;
}

static bool record_called(struct op *op, const struct pack_register *r, str key, struct name2 *out)
{
    struct record record;
    struct diag ignored = { 0 };
    struct op look = *op;
    int64_t id = 0;
    look.diag = &ignored;
    if (!op->conn || !key.bytes)
        return false;
    bool found = r->key
        ? record_by_key(&look, r->code, key, &record) == OK
        : str_to_int64(key, &id) && record_get(&look, r->code, id, &record) == OK;
    if (found)
        out->zh = out->en = record_label(&look, r->code, &record);
    return found;
}

static struct name2 yes_or_no(str key)
{
    return str_is(key, "1") ? (struct name2){ STR("是"), STR("yes") }
                            : (struct name2){ STR("否"), STR("no") };
}

struct name2 figure_label(struct op *op, const struct figure_result *r, str dim, str key)
{
    const struct pack_dimension *d = figure_dimension(r->figure, dim);
    const struct pack_unit *u = d && d->is_unit ? pack_unit(zone_pack(op->zone), key) : NULL;
    bool topics = str_is(dim, "topic") || str_is(dim, "theme");
    const struct pack_topic *t = topics ? pack_topic(r->system, key) : NULL;
    const struct pack_code *c = d && d->codes ? pack_code(d->codes, key) : NULL;
    struct name2 called;
    if (u)
        return u->name;
    if (t)
        return t->name;
    if (c)
        return c->name;
    if (d && d->is_bool && key.bytes)
        return yes_or_no(key);
    if (d && d->ref && register_seen(op, d->ref) && record_called(op, d->ref, key, &called))
        return called;
    return key.bytes ? (struct name2){ key, key } : (struct name2){ STR("未填"), STR("none") };
}

struct name2 figure_shown(
    struct op *op, const struct figure_rows *rows, const struct pack_shown *shown, str value)
{
    const struct pack_unit *u = shown->is_unit ? pack_unit(zone_pack(op->zone), value) : NULL;
    const struct pack_topic *t = shown->is_topic ? pack_topic(rows->system, value) : NULL;
    const struct pack_code *c = shown->codes ? pack_code(shown->codes, value) : NULL;
    if (shown->is_bool)
        return yes_or_no(value);
    return u ? u->name : t ? t->name : c ? c->name : (struct name2){ value, value };
}
