/* Funnels: counting and reading; funnel.h says what is counted. */
#include "zone/funnel.h"

#include "zone/page_rows.h"

#include <stdlib.h>

/* ---- counting ---- */

static int by_size(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/* False for none. Sorts the values. */
static bool median(int64_t *values, size_t count, double *out)
{
    if (!count)
        return false;
    qsort(values, count, sizeof *values, by_size);
    *out = ((double)values[(count - 1) / 2] + (double)values[count / 2]) / 2;
    return true;
}

/* The last step that has a day; -1: none. */
static int furthest(const struct funnel_record *r, size_t steps)
{
    for (size_t i = steps; i > 0; i--)
        if (r->days[i - 1] != FUNNEL_NO_DAY)
            return (int)i - 1;
    return -1;
}

static void count_record(
    const struct funnel_record *r, size_t steps, struct funnel_result *out)
{
    int at = furthest(r, steps);
    bool lost = r->lost != FUNNEL_NO_DAY && at + 1 < (int)steps;
    if (at < 0)
        return;
    out->records++;
    for (int i = 0; i <= at; i++)
        out->steps[i].reached++;
    out->steps[at].standing += !lost;
    out->steps[at].lost += lost;
    out->lost += lost;
    if (lost && r->reason >= 0 && r->reason < FUNNEL_REASONS_MAX)
        out->reasons[r->reason]++;
}

/* Days from the step before to this one. */
static size_t days_between(
    const struct funnel_record *records, size_t count, size_t from, size_t to, int64_t *out)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct funnel_record *r = &records[i];
        if (r->days[from] != FUNNEL_NO_DAY && r->days[to] != FUNNEL_NO_DAY)
            out[used++] = r->days[to] - r->days[from];
    }
    return used;
}

static size_t days_waiting(const struct funnel_record *records, size_t count, size_t steps,
    size_t at, int64_t today, int64_t *out)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (furthest(&records[i], steps) == (int)at && records[i].lost == FUNNEL_NO_DAY)
            out[used++] = today - records[i].days[at];
    return used;
}

enum err funnel_analyse(struct arena *a, const struct funnel_record *records, size_t count,
    size_t steps, int64_t today, struct funnel_result *out, struct diag *d)
{
    int64_t *values = ARENA_ARRAY(a, int64_t, count);
    TRY(diag_arena(d, a));
    ASSERT(steps >= 1 && steps <= FUNNEL_STEPS_MAX);
    *out = (struct funnel_result){ 0 };
    for (size_t i = 0; i < count; i++)
        count_record(&records[i], steps, out);
    for (size_t i = 0; i < steps; i++) {
        struct funnel_step *s = &out->steps[i];
        if (i)
            s->has_median
                = median(values, days_between(records, count, i - 1, i, values), &s->median);
        if (i + 1 < steps)
            s->has_waiting = median(
                values, days_waiting(records, count, steps, i, today, values), &s->waiting);
    }
    out->has_whole
        = median(values, days_between(records, count, 0, steps - 1, values), &out->whole);
    return OK;
}

/* ---- reading ---- */

struct reading {
    struct op *op;
    const struct funnel_query *asked;
    struct funnel *out;
    struct funnel_record *records;
    size_t count;
};

static int64_t day_of(str text)
{
    struct date date;
    return date_parse(text, &date) ? date_to_days(date) : FUNNEL_NO_DAY;
}

static int reason_number(struct reading *r, str code)
{
    struct funnel *f = r->out;
    for (size_t i = 0; i < f->reason_count; i++)
        if (str_equal(f->reason_codes[i], code))
            return (int)i;
    if (!code.bytes || f->reason_count == FUNNEL_REASONS_MAX)
        return -1;
    f->reason_codes[f->reason_count] = str_copy(r->op->arena, code);
    return (int)f->reason_count++;
}

static void take_row(struct reading *r, const struct store_rows *rows)
{
    int steps = (int)r->out->step_count;
    struct funnel_record *record = &r->records[r->count];
    for (int i = 0; i < steps; i++)
        record->days[i] = day_of(store_text(rows, 1 + i));
    int64_t first = record->days[0];
    if (r->asked->from != FUNNEL_NO_DAY && (first == FUNNEL_NO_DAY || first < r->asked->from))
        return;
    if (r->asked->to != FUNNEL_NO_DAY && (first == FUNNEL_NO_DAY || first > r->asked->to))
        return;
    record->lost = day_of(store_text(rows, 1 + steps));
    record->reason = reason_number(r, store_text(rows, 2 + steps));
    r->count++;
}

static enum err read_rows(struct reading *r, struct query *q)
{
    struct store_rows rows;
    size_t seen = 0;
    TRY(query_run(q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more || seen++ == FUNNEL_RECORDS_MAX)
            break;
        take_row(r, &rows);
    }
    store_rows_end(&rows);
    return OK;
}

static size_t find_columns(struct op *op, const struct pack_page *page,
    const struct pack_column **columns, struct funnel *out)
{
    const json_t *steps = json_object_get(page->members, "steps");
    struct page_source lost = { page->r, json_object_get(page->members, "lost") };
    (void)op;
    for (size_t i = 0; i < json_array_size(steps) && i < FUNNEL_STEPS_MAX; i++) {
        struct page_source step = { page->r, json_array_get(steps, i) };
        columns[out->step_count] = out->steps[out->step_count] = page_column(&step, "column");
        out->step_count++;
    }
    columns[out->step_count] = lost.members ? page_column(&lost, "column") : NULL;
    columns[out->step_count + 1] = lost.members ? page_column(&lost, "reason") : NULL;
    return out->step_count + 2;
}

enum err funnel_read(struct op *op, const struct pack_page *page,
    const struct funnel_query *asked, struct funnel *out)
{
    struct query q;
    const struct pack_column *columns[FUNNEL_STEPS_MAX + 2];
    struct reading r = { .op = op, .asked = asked, .out = out };
    size_t most = 0;
    *out = (struct funnel){ 0 };
    if (json_array_size(json_object_get(page->members, "steps")) > FUNNEL_STEPS_MAX)
        return diag_set(op->diag, ERR_UNSUPPORTED, "漏斗至多 %d 步", "a funnel has at most %d steps",
            FUNNEL_STEPS_MAX);
    size_t count = find_columns(op, page, columns, out);
    TRY(page_count(op, page->r, FUNNEL_RECORDS_MAX, &most));
    r.records = ARENA_ARRAY(op->arena, struct funnel_record, most);
    TRY(page_select(&q, op, page->r, columns, count));
    if (asked->by) {
        buf_printf(&q.text, " AND %.*s", STR_ARGS(asked->by->name));
        QUERY_ADD(&q, " = ?", S_TEXT(asked->value));
    }
    TRY(read_rows(&r, &q));
    return funnel_analyse(op->arena, r.records, r.count, out->step_count,
        zone_local_days(op->zone, op->now_ms), &out->result, op->diag);
}
