/*
 * What a register takes together from the records that refer to its own: how many, the sum, the
 * last. The value is a real column, so that lists, figures and other columns use it as any other;
 * it is brought up to date in the write that changed a record, and is no version of its own.
 *
 *     row of "check" written ──▶ touched: the duty it names, and the one it named before
 *     … more rows …
 *     the write's function is through ──▶ each touched record once: counted again, computed again,
 *                                         its row written if it differs, whom it feeds touched
 *
 * So a thousand rows for one record cost one count. Counting again from the rows, instead of adding
 * and taking away, is right after whatever happened to them. What is derived never comes out of
 * itself (src/pack/derived.c), so the chain ends.
 */
#include "zone/case.h"
#include "zone/record_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- counting ---- */

static void add_taken(struct query *q, const struct pack_rollup *u)
{
    str c = u->column ? u->column->name : STR_NONE;
    switch (u->take) {
    case PACK_TAKE_COUNT:
        query_sql(q, "SELECT count(*)");
        return;
    case PACK_TAKE_SUM:
        buf_printf(&q->text, "SELECT CAST(coalesce(sum(%.*s), 0) AS %s)", STR_ARGS(c),
            column_sql_type(u->column->type));
        return;
    case PACK_TAKE_MIN: /* the empty text of a date is no date */
    case PACK_TAKE_MAX: {
        bool text = column_is_text(u->column->type);
        buf_printf(&q->text, "SELECT %s%s(%s%.*s%s)%s", text ? "coalesce(" : "",
            u->take == PACK_TAKE_MIN ? "min" : "max", text ? "nullif(" : "", STR_ARGS(c),
            text ? ", '')" : "", text ? ", '')" : "");
        return;
    }
    case PACK_TAKE_LAST:
        buf_printf(&q->text, "SELECT %.*s", STR_ARGS(c));
        return;
    }
}

/* Of the cases that the record gave rise to. */
static void count_cases(struct query *q, struct op *op, const struct pack_register *r,
    const struct pack_rollup *u, int64_t id)
{
    query_sql(q, "SELECT count(*) FROM record_case x JOIN cases c ON c.zone = x.zone AND"
                 " c.id = x.case_id WHERE x.zone");
    QUERY_ADD(q, " = ? AND x.register = ? AND x.record_id = ?", S_TEXT(op->zone->code),
        S_TEXT(r->code), S_INT(id));
    if (u->cases == PACK_CASES_OPEN)
        QUERY_ADD(q, " AND c.status IN (?, ?)", S_INT(CASE_OPEN), S_INT(CASE_REPLIED));
}

/* Which of them, and in which order. */
static enum err add_conditions(struct query *q, struct op *op, const struct pack_rollup *u)
{
    for (size_t i = 0; i < u->where_count; i++)
        TRY(record_condition_add(q, op, &u->where[i]));
    if (u->take == PACK_TAKE_LAST && u->order)
        buf_printf(&q->text, " ORDER BY %.*s DESC, id DESC LIMIT 1", STR_ARGS(u->order->name));
    else if (u->take == PACK_TAKE_LAST)
        query_sql(q, " ORDER BY id DESC LIMIT 1");
    return OK;
}

static enum err count_records(
    struct query *q, struct op *op, const struct pack_rollup *u, str name)
{
    add_taken(q, u);
    buf_printf(&q->text, " FROM register_%.*s WHERE zone", STR_ARGS(u->of->code));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q->text, " AND %.*s", STR_ARGS(u->by->name));
    QUERY_ADD(q, " = ?", S_TEXT(name));
    return add_conditions(q, op, u);
}

enum err record_taken_then(struct query *q, struct op *op, const struct pack_register *r,
    const struct pack_column *c)
{
    const struct pack_rollup *u = c->rollup;
    add_taken(q, u);
    buf_printf(&q->text, " FROM past_%.*s x WHERE x.%.*s = ", STR_ARGS(u->of->code),
        STR_ARGS(u->by->name));
    if (r->key)
        buf_printf(&q->text, "{json:h.data:%.*s}", STR_ARGS(r->key->name));
    else
        query_sql(q, "CAST(h.id AS TEXT)");
    return add_conditions(q, op, u);
}

static enum err roll_up_one(struct op *op, const struct pack_register *r,
    const struct pack_column *c, const struct record *record, bool *changed)
{
    struct query q;
    struct store_rows rows;
    bool there;
    json_t *data = record->data;
    query_init(&q, op->arena);
    if (c->rollup->of)
        TRY(count_records(&q, op, c->rollup, record_name(op, r, record)));
    else
        count_cases(&q, op, r, c->rollup, record->id);
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    json_t *now = there ? column_read(op, c, &rows, 0) : json_null();
    store_rows_end(&rows);
    const json_t *was = json_object_getn(data, c->name.data, c->name.bytes);
    bool none = !was || json_is_null(was) || (json_is_string(was) && !json_string_length(was));
    bool none_now = json_is_null(now) || (json_is_string(now) && !json_string_length(now));
    if (changed && !(none && none_now) && !json_equal(now, was ? was : json_null()))
        *changed = true;
    json_object_setn_new(data, c->name.data, c->name.bytes, now);
    return diag_arena(op->diag, op->arena);
}

enum err record_roll_up(struct op *op, const struct pack_register *r, const struct record *record,
    bool daily_only, bool *changed)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->columns[i].rollup && (!daily_only || r->columns[i].daily))
            TRY(roll_up_one(op, r, &r->columns[i], record, changed));
    return OK;
}

/* ---- touched ---- */

struct touch {
    const struct pack_register *r;
    str name;
};

struct record_touched {
    struct arena arena;
    struct touch *items;
    size_t count, capacity;
};

struct record_touched record_touched_nobody;

static enum err refresh(struct op *op, const struct touch *t)
{
    struct query q;
    struct store_rows rows;
    struct record record;
    bool there, changed = false;
    query_init(&q, op->arena);
    record_select(&q, op, t->r);
    if (t->r->key) {
        buf_printf(&q.text, " AND %.*s", STR_ARGS(t->r->key->name));
        QUERY_ADD(&q, " = ?", S_TEXT(t->name));
    } else {
        int64_t id = 0;
        if (!str_to_int64(t->name, &id))
            return OK;
        QUERY_ADD(&q, " AND id = ?", S_INT(id));
    }
    query_sql(&q, " {lock}"); /* whoever writes another record that feeds it counts after us */
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    if (!there) /* it is gone, or names nobody */
        return OK;
    record_row(op, t->r, &rows, &record);
    store_rows_end(&rows);
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_roll_up(op, t->r, &record, false, &changed));
    if (!changed)
        return OK;
    TRY(record_compute(op, t->r, record.data, false, NULL));
    return record_write_row(op,
        &(struct record_writing){
            .r = t->r, .id = record.id, .version = record.version, .data = record.data });
}

enum err record_touch(struct op *op, const struct pack_register *r, str name)
{
    struct record_touched *t = op->touched;
    if (!name.bytes || t == &record_touched_nobody)
        return OK;
    if (!t)
        return refresh(op, &(struct touch){ r, str_copy(op->arena, name) });
    if (t->count && t->items[t->count - 1].r == r && str_equal(t->items[t->count - 1].name, name))
        return OK;
    t->items = arena_room(&t->arena, t->items, t->count, &t->capacity, sizeof *t->items);
    TRY(diag_arena(op->diag, &t->arena));
    t->items[t->count++] = (struct touch){ r, str_copy(&t->arena, name) };
    return diag_arena(op->diag, &t->arena);
}

enum err record_touch_row(struct op *op, const struct pack_register *r, int64_t id)
{
    struct query q;
    struct store_rows rows;
    bool there;
    if (!r->feed_count || op->touched == &record_touched_nobody)
        return OK;
    query_init(&q, op->arena);
    for (size_t i = 0; i < r->feed_count; i++)
        buf_printf(
            &q.text, "%s%.*s", i ? ", " : "SELECT ", STR_ARGS(r->feeds[i].by->name));
    buf_printf(&q.text, " FROM register_%.*s WHERE zone", STR_ARGS(r->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    QUERY_ADD(&q, " AND id = ?", S_INT(id));
    str *names = ARENA_ARRAY(op->arena, str, r->feed_count);
    TRY(diag_arena(op->diag, op->arena));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    for (size_t i = 0; there && i < r->feed_count; i++)
        names[i] = str_copy(op->arena, store_text(&rows, (int)i));
    store_rows_end(&rows);
    for (size_t i = 0; there && i < r->feed_count; i++)
        TRY(record_touch(op, r->feeds[i].to, names[i]));
    return OK;
}

/* ---- the end of a write ---- */

static int touch_order(const void *a, const void *b)
{
    const struct touch *x = a, *y = b;
    if (x->r != y->r)
        return x->r < y->r ? -1 : 1;
    return str_compare(x->name, y->name);
}

/* Each once; what that touches comes in the next round. */
static enum err settle_round(struct op *op, struct record_touched *t, struct arena *scratch)
{
    struct touch *items = t->items;
    size_t count = t->count;
    t->items = NULL;
    t->count = t->capacity = 0;
    qsort(items, count, sizeof *items, touch_order);
    for (size_t i = 0; i < count; i++) {
        if (i && touch_order(&items[i - 1], &items[i]) == 0)
            continue;
        arena_reset(scratch);
        TRY(refresh(op, &items[i]));
    }
    return OK;
}

enum err records_settled(struct op *op, zone_fn fn, void *ctx)
{
    enum { ROUNDS_MAX = 1000 };
    struct record_touched touched = { 0 };
    struct arena scratch;
    struct record_touched *outer = op->touched;
    arena_init(&touched.arena, NULL, 64 * MIB);
    arena_init(&scratch, NULL, 64 * MIB);
    op->touched = &touched;
    enum err e = fn(op, ctx);
    struct op own = *op;
    own.arena = &scratch;
    for (int round = 0; e == OK && touched.count; round++)
        e = round < ROUNDS_MAX
            ? settle_round(&own, &touched, &scratch)
            : diag_set(op->diag, ERR_INTERNAL, "汇总没有结束", "what is taken together did not end");
    op->touched = outer;
    arena_release(&scratch);
    arena_release(&touched.arena);
    return e;
}
