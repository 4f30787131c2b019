/*
 * Lists of benefits on their road, as rows of a fund's table (sample_funds.c) say: through the same
 * functions as the server's, each act by the person it names.
 */
#include "command/sample.h"
#include "zone/benefit.h"
#include "zone/fund_batch.h"

static const char *const acts[]
    = { "draw", "strike", "keep", "notice", "object", "decide", "confirm", "pay", NULL };

bool sample_benefit_act(str act)
{
    for (size_t i = 0; acts[i]; i++)
        if (str_is(act, acts[i]))
            return true;
    return false;
}

/* Not in force that day, or nobody is in a sample so small: there is no such list then. */
static enum err draw(struct op *op, struct sample_benefit *b)
{
    const struct pack_clause *c = pack_clause(zone_pack(op->zone), b->of);
    int64_t day = zone_local_days(op->zone, op->now_ms);
    struct benefit_drawing *d = NULL;
    if (!c)
        return diag_set(op->diag, ERR_INVALID, "没有条款“%.*s”", "there is no clause \"%.*s\"",
            STR_ARGS(b->of));
    if (!pack_clause_valid(c, day))
        return OK;
    TRY(benefit_draw_prepare(op, c, day, &d));
    enum err e = benefit_draw(op, d, &b->made);
    if (e != ERR_NOT_FOUND)
        return e;
    *op->diag = (struct diag){ 0 };
    return OK;
}

/* The list's n-th line, counted round where there are fewer. */
static enum err nth_line(struct op *op, const struct sample_benefit *b, int64_t *line)
{
    struct benefit_line_filter f = { .list = b->list, .brief = true, .limit = BENEFIT_PAGE_MAX };
    struct benefit_line *lines;
    size_t count;
    bool more;
    int64_t nth;
    if (!str_to_int64(b->of, &nth) || nth < 1)
        return diag_set(op->diag, ERR_INVALID, "of 一列应为名单的行号", "the column of must be a line's number");
    TRY(benefit_lines(op, &f, &lines, &count, &more));
    *line = lines[(size_t)(nth - 1) % count].id;
    return OK;
}

static enum err strike(struct op *op, const struct sample_benefit *b)
{
    int64_t line, nth;
    struct benefit_list l;
    TRY(benefit_list_get(op, b->list, &l));
    if (str_to_int64(b->of, &nth) && nth > l.lines) /* a small sample: those that are there stay */
        return OK;
    TRY(nth_line(op, b, &line));
    return benefit_review(op, b->list, line, false, b->reason);
}

static enum err object(struct op *op, const struct sample_benefit *b)
{
    struct benefit_objecting o
        = { .list = b->list, .name = b->label, .phone = b->document, .text = b->reason };
    int64_t id;
    TRY(nth_line(op, b, &o.line));
    return benefit_object(op, &o, &id);
}

/* The first objection that is open. */
static enum err decide(struct op *op, const struct sample_benefit *b)
{
    struct benefit_objection *said;
    size_t count, i = 0;
    TRY(benefit_objections(op, b->list, &said, &count));
    while (i < count && !str_is(said[i].state, "open"))
        i++;
    if (i == count)
        return diag_set(op->diag, ERR_INVALID, "没有待处理的异议", "no objection is open");
    return benefit_answer(op, said[i].id, str_is(b->of, "upheld"), b->reason);
}

static enum err pay(struct op *op, struct sample_benefit *b)
{
    struct benefit_list l;
    struct fund_batch *batches;
    size_t count;
    bool more;
    int64_t lines;
    TRY(benefit_list_get(op, b->list, &l));
    if (!l.awarded) /* the fund has no money left, or is none of that day */
        return OK;
    TRY(benefit_pay(op, b->list, &lines));
    struct fund_batch_filter f = { .fund = l.fund, .state = STR("draft"), .limit = 1 };
    TRY(fund_batches(op, &f, &batches, &count, &more));
    b->made = count ? batches[0].id : 0;
    return OK;
}

enum err sample_benefit(struct op *op, struct sample_benefit *b)
{
    if (str_is(b->act, "draw"))
        return draw(op, b);
    if (str_is(b->act, "strike"))
        return strike(op, b);
    if (str_is(b->act, "keep"))
        return benefit_review(op, b->list, 0, true, STR_NONE);
    if (str_is(b->act, "notice"))
        return benefit_notice(op, b->list);
    if (str_is(b->act, "object"))
        return object(op, b);
    if (str_is(b->act, "decide"))
        return decide(op, b);
    if (str_is(b->act, "confirm"))
        return benefit_confirm(op, b->list);
    return pay(op, b);
}
