/*
 * Registers as they were: past_<code> has the columns of record_<code> at the instant $2, out of the
 * versions that stood then. What a column takes together from other records is no version's truth: it
 * is taken together again, from those records as they were,
 *
 *     past_check AS MATERIALIZED (…), past_duty AS (SELECT …, (SELECT count(*) FROM past_check x WHERE
 *     x.duty = <its key>) AS checks …)
 *
 * and only where somebody asks for it, by name. What cannot be found out so is moving (pack.h), and
 * has been refused before.
 */
#include "zone/record_internal.h"

enum { TAKEN_MAX = 64, PASTS_MAX = 32 };

struct pasts {
    struct op *op;
    struct query *q;
    const struct pack_column *taken[TAKEN_MAX];
    size_t taken_count;
    const struct pack_register *made[PASTS_MAX], *making[PASTS_MAX];
    size_t made_count, making_count;
};

/* A column out of the JSON of a version, with the type that it has in the table. */
static void past_column_add(struct buf *b, const struct pack_column *c)
{
    str n = c->name;
    if (c->type == PACK_COLUMN_POINT)
        buf_printf(b, ", {json:h.data:%.*s.lon} AS %.*s_lon, {json:h.data:%.*s.lat} AS %.*s_lat",
            STR_ARGS(n), STR_ARGS(n), STR_ARGS(n), STR_ARGS(n));
    else if (c->type == PACK_COLUMN_INSTANT)
        buf_printf(b, ", 1000 * unixepoch({json:h.data:%.*s}) AS %.*s", STR_ARGS(n), STR_ARGS(n));
    else if (c->type == PACK_COLUMN_ACCOUNT)
        buf_printf(b, ", CAST({json:h.data:%.*s} AS BIGINT) AS %.*s", STR_ARGS(n), STR_ARGS(n));
    else if (column_is_text(c->type))
        buf_printf(b, ", coalesce({json:h.data:%.*s}, '') AS %.*s", STR_ARGS(n), STR_ARGS(n));
    else
        buf_printf(b, ", {json:h.data:%.*s} AS %.*s", STR_ARGS(n), STR_ARGS(n));
}


static enum err too_many(struct op *op)
{
    return diag_set(op->diag, ERR_LIMIT, "指标汇总的登记表过多,不能按过去的日期计算",
        "the figure takes together from too many registers to be asked for a past date");
}

/* The column and what it is made of, so far as that is taken together too. */
static enum err ask(struct pasts *p, const struct pack_column *c)
{
    const struct pack_rollup *u = c ? c->rollup : NULL;
    if (!u || !u->of)
        return OK;
    for (size_t i = 0; i < p->taken_count; i++)
        if (p->taken[i] == c)
            return OK;
    if (p->taken_count == TAKEN_MAX)
        return too_many(p->op);
    p->taken[p->taken_count++] = c;
    TRY(ask(p, u->column));
    TRY(ask(p, u->order));
    for (size_t i = 0; i < u->where_count; i++)
        TRY(ask(p, u->where[i].column));
    return OK;
}

static bool asked(const struct pasts *p, const struct pack_column *c)
{
    for (size_t i = 0; i < p->taken_count; i++)
        if (p->taken[i] == c)
            return true;
    return false;
}

static enum err columns_add(struct pasts *p, const struct pack_register *r)
{
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        if (c->masked)
            continue;
        if (!asked(p, c)) {
            past_column_add(&p->q->text, c);
            continue;
        }
        buf_printf(&p->q->text, ", (");
        TRY(record_taken_then(p->q, p->op, r, c));
        buf_printf(&p->q->text, ") AS %.*s", STR_ARGS(c->name));
    }
    return OK;
}

static enum err make(struct pasts *p, const struct pack_register *r, bool shared)
{
    str code = r->code;
    for (size_t i = 0; i < p->made_count; i++)
        if (p->made[i] == r)
            return OK;
    for (size_t i = 0; i < p->making_count; i++)
        if (p->making[i] == r)
            return too_many(p->op); /* two registers that take from each other */
    if (p->making_count == PASTS_MAX || p->made_count == PASTS_MAX)
        return too_many(p->op);
    p->making[p->making_count++] = r;
    for (size_t i = 0; i < r->column_count; i++)
        if (asked(p, &r->columns[i]))
            TRY(make(p, r->columns[i].rollup->of, true));
    buf_printf(&p->q->text, "past_%.*s AS %s(SELECT h.zone, h.id, h.version, h.at AS updated_at",
        STR_ARGS(code), shared ? "MATERIALIZED " : "");
    TRY(columns_add(p, r));
    buf_printf(&p->q->text,
        " FROM register_%.*s_history h WHERE h.zone = $1 AND h.data <> '' AND h.version ="
        " (SELECT max(n.version) FROM register_%.*s_history n WHERE n.zone = h.zone AND n.id ="
        " h.id AND n.at <= $2)), ",
        STR_ARGS(code), STR_ARGS(code));
    p->made[p->made_count++] = r;
    p->making_count--;
    return OK;
}

enum err registers_past_add(struct query *q, struct op *op,
    const struct pack_register *const *registers, size_t count, str sql, const char ***tables,
    size_t *table_count)
{
    struct pasts p = { .op = op, .q = q };
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < registers[i]->column_count; k++)
            if (str_find(sql, registers[i]->columns[k].name, 0) >= 0)
                TRY(ask(&p, &registers[i]->columns[k]));
    for (size_t i = 0; i < count; i++)
        TRY(make(&p, registers[i], false));
    *tables = ARENA_ARRAY(op->arena, const char *, p.made_count);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < p.made_count; i++)
        (*tables)[i] =
            str_printf(op->arena, "register_%.*s_history", STR_ARGS(p.made[i]->code)).data;
    *table_count = p.made_count;
    return diag_arena(op->diag, op->arena);
}
