/* Matrices of recurring actions; matrix.h says what they are. */
#include "zone/matrix.h"

#include "zone/page_rows.h"

const char *const matrix_period_words[] = { "once", "monthly", "quarterly", "yearly", NULL };
const char *const matrix_state_words[] = { "done", "due", "overdue", NULL };

/* The day before the first of a month; months beyond December are of the next year. */
static int64_t before_month(int year, int month)
{
    struct date first = { year + (month - 1) / 12, (month - 1) % 12 + 1, 1 };
    return date_to_days(first) - 1;
}

void matrix_span(enum matrix_period period, int64_t day, int64_t *from, int64_t *to)
{
    struct date d = date_from_days(day);
    int first = d.month, months = 1;
    switch (period) {
    case MATRIX_ONCE:
        *from = date_to_days((struct date){ 1900, 1, 1 });
        *to = date_to_days((struct date){ 9999, 12, 31 });
        return;
    case MATRIX_MONTHLY:
        break;
    case MATRIX_QUARTERLY:
        first = (d.month - 1) / 3 * 3 + 1;
        months = 3;
        break;
    case MATRIX_YEARLY:
        first = 1;
        months = 12;
        break;
    }
    *from = before_month(d.year, first) + 1;
    *to = before_month(d.year, first + months);
}

enum matrix_state matrix_state(const struct matrix *m, size_t row, size_t item)
{
    if (matrix_cell(m, row, item)->record)
        return MATRIX_DONE;
    return m->items[item].to < m->today ? MATRIX_OVERDUE : MATRIX_DUE;
}

/* ---- reading ---- */

struct reading {
    struct op *op;
    struct matrix *out;
    struct page_index rows, items;
    str group;
    int64_t day;
    size_t most;
};
typedef enum err (*row_fn)(
    struct reading *r, const struct pack_register *of, const struct store_rows *rows);

static enum err each(struct reading *r, struct query *q, const struct pack_register *of, row_fn row)
{
    struct store_rows rows;
    size_t count = 0;
    TRY(query_run(q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more)
            return diag_arena(r->op->diag, r->op->arena);
        enum err e = count++ < r->most
            ? row(r, of, &rows)
            : diag_set(r->op->diag, ERR_LIMIT, "登记册 %.*s 超过 %zu 条,不能列成一张表",
                  "register %.*s has more than %zu records: too many for one table",
                  STR_ARGS(of->code), r->most);
        if (e != OK) {
            store_rows_end(&rows);
            return e;
        }
    }
}

static enum err take_row(
    struct reading *r, const struct pack_register *of, const struct store_rows *rows)
{
    struct matrix *m = r->out;
    m->rows[m->row_count] = (struct matrix_row){ store_int(rows, 0),
        page_row_key(r->op, of, rows), str_copy(r->op->arena, store_text(rows, 2)) };
    page_index_put(&r->rows, m->rows[m->row_count].key, (int)m->row_count);
    m->row_count++;
    return OK;
}

static enum err read_matrix_rows(struct reading *r, const struct page_source *from)
{
    struct query q;
    const struct pack_column *columns[] = { from->r->key, from->r->label };
    r->most = MATRIX_ROWS_MAX;
    r->out->rows = ARENA_ARRAY(r->op->arena, struct matrix_row, r->most);
    TRY(page_index_init(&r->rows, r->op, r->most));
    TRY(page_select(&q, r->op, from->r, columns, 2));
    query_sql(&q, " ORDER BY id");
    return each(r, &q, from->r, take_row);
}

static int word_at(const char *const *words, str word)
{
    for (int i = 0; words[i]; i++)
        if (str_is(word, words[i]))
            return i;
    return -1;
}

static void note_group(struct matrix *m, str group)
{
    for (size_t i = 0; i < m->group_count; i++)
        if (str_equal(m->groups[i], group))
            return;
    m->groups[m->group_count++] = group;
}

static enum err take_item(
    struct reading *r, const struct pack_register *of, const struct store_rows *rows)
{
    struct matrix *m = r->out;
    str word = store_text(rows, 4), group = str_copy(r->op->arena, store_text(rows, 3));
    int period = word_at(matrix_period_words, word);
    note_group(m, group);
    if (!r->group.bytes)
        r->group = group;
    if (!str_equal(group, r->group))
        return OK;
    if (period < 0)
        return diag_set(r->op->diag, ERR_INVALID,
            "周期 “%.*s” 不认识:应为 once、monthly、quarterly、yearly",
            "period \"%.*s\" is not known: once, monthly, quarterly or yearly", STR_ARGS(word));
    struct matrix_item *item = &m->items[m->item_count];
    *item = (struct matrix_item){ .id = store_int(rows, 0),
        .key = page_row_key(r->op, of, rows),
        .label = str_copy(r->op->arena, store_text(rows, 2)),
        .group = group,
        .period = (enum matrix_period)period };
    matrix_span(item->period, r->day, &item->from, &item->to);
    page_index_put(&r->items, item->key, (int)m->item_count++);
    return OK;
}

static enum err read_items(struct reading *r, const struct page_source *from)
{
    struct query q;
    const struct pack_column *columns[]
        = { from->r->key, from->r->label, page_column(from, "group"), page_column(from, "recurs") };
    r->most = MATRIX_ITEMS_MAX;
    r->out->items = ARENA_ARRAY(r->op->arena, struct matrix_item, r->most);
    r->out->groups = ARENA_ARRAY(r->op->arena, str, r->most);
    TRY(page_index_init(&r->items, r->op, r->most));
    TRY(page_select(&q, r->op, from->r, columns, 4));
    query_sql(&q, " ORDER BY id");
    return each(r, &q, from->r, take_item);
}

static enum err take_done(
    struct reading *r, const struct pack_register *of, const struct store_rows *rows)
{
    struct matrix *m = r->out;
    struct date date;
    int row = page_index_get(&r->rows, store_text(rows, 1));
    int item = page_index_get(&r->items, store_text(rows, 2));
    (void)of;
    if (row < 0 || item < 0 || !date_parse(store_text(rows, 3), &date))
        return OK;
    int64_t day = date_to_days(date);
    struct matrix_cell *cell = &m->cells[(size_t)row * m->item_count + (size_t)item];
    if (day < m->items[item].from || day > m->items[item].to)
        return OK;
    cell->count++;
    if (!cell->record || day >= cell->day) {
        cell->record = store_int(rows, 0);
        cell->day = day;
    }
    return OK;
}

static enum err read_done(struct reading *r, const struct page_source *from)
{
    struct query q;
    struct matrix *m = r->out;
    const struct pack_column *columns[]
        = { page_column(from, "row"), page_column(from, "item"), page_column(from, "on") };
    r->most = MATRIX_DONE_MAX;
    m->cells = ARENA_ARRAY(r->op->arena, struct matrix_cell, m->row_count * m->item_count);
    TRY(page_select(&q, r->op, from->r, columns, 3));
    query_sql(&q, " ORDER BY id");
    return each(r, &q, from->r, take_done);
}

enum err matrix_read(struct op *op, const struct pack_page *page, str group, int64_t day,
    struct matrix *out)
{
    const json_t *m = page->members;
    struct reading r = { .op = op, .out = out, .group = group, .day = day };
    struct page_source rows = page_source(op, json_object_get(m, "rows")),
                       items = page_source(op, json_object_get(m, "items")),
                       done = page_source(op, json_object_get(m, "done"));
    *out = (struct matrix){ .today = zone_local_days(op->zone, op->now_ms) };
    TRY(read_matrix_rows(&r, &rows));
    TRY(read_items(&r, &items));
    return read_done(&r, &done);
}
