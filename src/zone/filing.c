/* How filings of a month stand; filing.h draws the states. */
#include "zone/filing.h"

#include "zone/record_internal.h"

#include <stdio.h>

const char *filing_state_word(enum filing_state s)
{
    static const char *const words[] = { "waiting", "overdue", "sent_back", "filed", "passed" };
    return words[s];
}

bool filing_owed(enum filing_state s)
{
    return s == FILING_WAITING || s == FILING_OVERDUE || s == FILING_SENT_BACK;
}

/* ---- months and days ---- */

str filing_month_before(struct arena *a, int64_t day)
{
    struct date d = date_from_days(day);
    int month = d.year * 12 + d.month - 2;
    return str_printf(a, "%04d-%02d", month / 12, month % 12 + 1);
}

static bool month_parse(str month, struct date *first)
{
    char text[16];
    if (month.bytes != 7 || month.data[4] != '-')
        return false;
    snprintf(text, sizeof text, "%.*s-01", STR_ARGS(month));
    return date_parse(str_from(text), first);
}

bool filing_month_good(str month)
{
    struct date first;
    return month_parse(month, &first);
}

enum err filing_due(const struct calendar *c, str month, int day, bool moves, int64_t *due,
    struct diag *d)
{
    struct date first;
    if (!month_parse(month, &first))
        return diag_set(d, ERR_INVALID, "月份应如 2026-10", "a month is written like 2026-10");
    bool year_over = first.month == 12;
    *due = date_to_days((struct date){
        first.year + year_over, year_over ? 1 : first.month + 1, day });
    if (moves && !calendar_is_working(c, *due))
        return calendar_add_days(c, *due, 1, due, NULL, d);
    return OK;
}

/* ---- reading ---- */

struct reading {
    struct op *op;
    const struct pack_page *page;
    struct filings *out;
    struct page_source filers, filed, remind;
    struct page_index index; /* of filers, by key */
    str sent_back, passed;   /* values of the state */
};

static enum err each(struct reading *r, struct query *q, size_t most, const struct pack_register *of,
    void (*row)(struct reading *r, const struct store_rows *rows))
{
    struct store_rows rows;
    size_t count = 0;
    QUERY_ADD(q, " ORDER BY id LIMIT ?", S_INT((int64_t)most + 1));
    TRY(query_run(q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more)
            return diag_arena(r->op->diag, r->op->arena);
        if (count++ < most) {
            row(r, &rows);
            continue;
        }
        store_rows_end(&rows);
        return diag_set(r->op->diag, ERR_LIMIT, "登记册 %.*s 超过 %zu 条,不能列成一张表",
            "register %.*s has more than %zu records: too many for one table",
            STR_ARGS(of->code), most);
    }
}

enum { F_KEY, F_LABEL, F_ENTERPRISE, F_SINCE, F_UNTIL, F_BY };

static void take_filer(struct reading *r, const struct store_rows *rows)
{
    struct arena *a = r->op->arena;
    struct filings *f = r->out;
    str since = store_text(rows, 1 + F_SINCE), until = store_text(rows, 1 + F_UNTIL);
    if ((since.bytes && str_compare(since, f->month) > 0)
        || (until.bytes && str_compare(until, f->month) < 0))
        return;
    struct filing *one = &f->items[f->count];
    *one = (struct filing){ .filer = store_int(rows, 0),
        .key = page_row_key(r->op, r->filers.r, rows),
        .label = str_copy(a, store_text(rows, 1 + F_LABEL)),
        .enterprise = str_copy(a, store_text(rows, 1 + F_ENTERPRISE)),
        .state = f->today > f->due ? FILING_OVERDUE : FILING_WAITING,
        .late = f->today > f->due };
    for (size_t i = 0; i < f->by_count; i++)
        one->by[i] = str_copy(a, store_text(rows, 1 + F_BY + (int)i));
    page_index_put(&r->index, one->key, (int)f->count++);
}

static enum err read_filers(struct reading *r)
{
    struct query q;
    struct filings *f = r->out;
    const struct pack_column *columns[F_BY + FILING_BY_MAX] = { r->filers.r->key,
        r->filers.r->label, page_column(&r->filers, "enterprise"), page_column(&r->filers, "since"),
        page_column(&r->filers, "until") };
    const json_t *by = json_object_get(r->filers.members, "by");
    for (size_t i = 0; i < json_array_size(by) && f->by_count < FILING_BY_MAX; i++)
        f->by[f->by_count++]
            = pack_column(r->filers.r, str_from(json_string_value(json_array_get(by, i))));
    for (size_t i = 0; i < f->by_count; i++)
        columns[F_BY + i] = f->by[i];
    size_t count;
    TRY(page_count(r->op, r->filers.r, FILING_FILERS_MAX, &count));
    f->items = ARENA_ARRAY(r->op->arena, struct filing, count + 1);
    TRY(page_index_init(&r->index, r->op, count + 1));
    TRY(page_select(&q, r->op, r->filers.r, columns, F_BY + f->by_count));
    return each(r, &q, count, r->filers.r, take_filer);
}

static struct filing *filer_of(struct reading *r, str key)
{
    int at = page_index_get(&r->index, key);
    return at < 0 ? NULL : &r->out->items[at];
}

enum { D_OF, D_ON, D_STATE, D_DOUBT, D_EXPLAIN, D_REASON, D_COLUMNS };

static void take_filed(struct reading *r, const struct store_rows *rows)
{
    struct arena *a = r->op->arena;
    struct filing *one = filer_of(r, store_text(rows, 1 + D_OF));
    struct date on;
    if (!one)
        return;
    str state = store_text(rows, 1 + D_STATE);
    bool back = state.bytes && str_equal(state, r->sent_back);
    bool passed = state.bytes && str_equal(state, r->passed);
    one->record = store_int(rows, 0);
    one->on = str_copy(a, store_text(rows, 1 + D_ON));
    one->doubt = str_copy(a, store_text(rows, 1 + D_DOUBT));
    one->explanation = str_copy(a, store_text(rows, 1 + D_EXPLAIN));
    one->reason = back ? str_copy(a, store_text(rows, 1 + D_REASON)) : STR_NONE;
    one->state = back ? FILING_SENT_BACK : passed ? FILING_PASSED : FILING_FILED;
    if (!back)
        one->late = date_parse(one->on, &on) && date_to_days(on) > r->out->due;
}

/* Conditions on the month of what is read. */
static void of_month(struct query *q, const struct page_source *s, str month)
{
    query_sql(q, " AND ");
    query_column(q, page_column(s, "month")->name);
    QUERY_ADD(q, " = ?", S_TEXT(month));
}

static enum err read_filed(struct reading *r)
{
    struct query q;
    const struct pack_column *columns[D_COLUMNS] = { page_column(&r->filed, "of"),
        page_column(&r->filed, "on"), page_column(&r->filed, "state"),
        page_column(&r->filed, "doubt"), page_column(&r->filed, "explanation"),
        page_column(&r->filed, "reason") };
    TRY(page_select(&q, r->op, r->filed.r, columns, D_COLUMNS));
    of_month(&q, &r->filed, r->out->month);
    return each(r, &q, FILING_FILERS_MAX, r->filed.r, take_filed);
}

static void take_reminder(struct reading *r, const struct store_rows *rows)
{
    struct filing *one = filer_of(r, store_text(rows, 1));
    str on = store_text(rows, 2);
    if (!one)
        return;
    one->reminders++;
    if (str_compare(on, one->reminded_on) > 0)
        one->reminded_on = str_copy(r->op->arena, on);
}

static enum err read_reminders(struct reading *r)
{
    struct query q;
    if (!r->remind.r || !register_seen(r->op, r->remind.r))
        return OK;
    const struct pack_column *columns[]
        = { page_column(&r->remind, "of"), page_column(&r->remind, "on") };
    TRY(page_select(&q, r->op, r->remind.r, columns, 2));
    of_month(&q, &r->remind, r->out->month);
    return each(r, &q, FILING_FILERS_MAX * 4, r->remind.r, take_reminder);
}

static enum err bad_month(struct op *op, const char *zh, const char *en)
{
    diag_field(op->diag, STR("month"));
    return diag_set(op->diag, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
}

enum err filings_read(
    struct op *op, const struct pack_page *page, str month, struct filings *out)
{
    const json_t *m = page->members;
    struct reading r = { .op = op,
        .page = page,
        .out = out,
        .filers = page_source(op, json_object_get(m, "filers")),
        .filed = page_source(op, json_object_get(m, "filed")),
        .remind = page_source(op, json_object_get(m, "remind")) };
    *out = (struct filings){ .today = zone_local_days(op->zone, op->now_ms) };
    str last = filing_month_before(op->arena, out->today);
    out->month = month.bytes ? str_copy(op->arena, month) : last;
    if (!filing_month_good(out->month))
        return bad_month(op, "月份应如 2026-10", "a month is written like 2026-10");
    if (str_compare(out->month, last) > 0)
        return bad_month(op, "这个月还没有结束", "this month is not over");
    r.sent_back = pack_page_text(r.filed.members, "sent_back");
    r.passed = pack_page_text(r.filed.members, "passed");
    TRY(filing_due(zone_pack(op->zone)->calendar, out->month, (int)json_int(m, "due_day", 10),
        json_bool(m, "due_moves", false), &out->due, op->diag));
    TRY(read_filers(&r));
    TRY(read_filed(&r));
    return read_reminders(&r);
}
