/*
 * Lists of cases and of tasks. Pages are cut by key, not by offset: the next page begins after
 * (key, id) of the last row, so rows that come or go meanwhile neither repeat nor vanish. By danger
 * the key is sort_at (schema.c), newest first it is the id itself.
 */
#include "zone/case_internal.h"

static void filter_add(struct query *q, const struct case_filter *f)
{
    enum case_status status;
    if (f->kind.bytes)
        QUERY_ADD(q, " AND c.kind = ?", S_TEXT(f->kind));
    if (str_is(f->status, "active"))
        query_sql(q, " AND c.status IN (0, 1)");
    else if (case_status_from(f->status, &status))
        QUERY_ADD(q, " AND c.status = ?", S_INT(status));
    if (f->unit.bytes)
        QUERY_ADD(q, " AND c.unit = ?", S_TEXT(f->unit));
    if (f->topic.bytes)
        QUERY_ADD(q, " AND c.topic = ?", S_TEXT(f->topic));
    if (f->channel.bytes)
        QUERY_ADD(q, " AND c.channel = ?", S_TEXT(f->channel));
    if (f->month.bytes)
        QUERY_ADD(q, " AND substr(c.created_on, 1, 7) = ?", S_TEXT(f->month));
    if (f->number.bytes)
        QUERY_ADD(q, " AND c.number = ?", S_TEXT(f->number));
    if (f->enterprise_id)
        QUERY_ADD(q, " AND c.enterprise_id = ?", S_INT(f->enterprise_id));
    if (f->rating)
        QUERY_ADD(q, " AND c.rating = ?", S_INT(f->rating));
}

/* The colours as SQL over the columns that prefix names ("c." or "t." joined with c). */
static void colour_add(struct query *q, str colour, int64_t now)
{
    if (str_is(colour, "paused"))
        query_sql(q, " AND c.promise_state = 1");
    else if (str_is(colour, "met"))
        query_sql(q, " AND c.promise_state = 2");
    else if (str_is(colour, "met_late"))
        query_sql(q, " AND c.promise_state = 3");
    else if (str_is(colour, "broken"))
        QUERY_ADD(q, " AND c.promise_state = 0 AND c.due_at < ?", S_INT(now));
    else if (str_is(colour, "red"))
        QUERY_ADD(q, " AND c.promise_state = 0 AND c.due_at >= ? AND c.red_at <= ?", S_INT(now),
            S_INT(now));
    else if (str_is(colour, "amber"))
        QUERY_ADD(q, " AND c.promise_state = 0 AND c.red_at > ? AND c.amber_at <= ?", S_INT(now),
            S_INT(now));
    else if (str_is(colour, "green"))
        QUERY_ADD(q, " AND c.promise_state = 0 AND c.amber_at > ?", S_INT(now));
}

/* A search text is a case number when it looks like one, else words. */
static void text_add(struct query *q, str text)
{
    text = str_trim(text);
    if (!text.bytes)
        return;
    QUERY_ADD(q, " AND (c.number = ? OR {match:case_search:c.id:?})", S_TEXT(text), S_TEXT(text));
}

static void where_add(struct query *q, struct op *op, const struct case_filter *f)
{
    QUERY_ADD(q, " FROM cases c WHERE c.zone = ?", S_TEXT(op->zone->code));
    scope_add(q, op->zone->code, op->actor);
    filter_add(q, f);
    text_add(q, f->text);
    if (f->colour.bytes)
        colour_add(q, f->colour, op->now_ms);
}

static enum err count_cases(struct op *op, const struct case_filter *f, int64_t *total)
{
    struct query q;
    struct store_rows rows;
    bool there;
    query_init(&q, op->arena);
    query_sql(&q, "SELECT count(*)");
    where_add(&q, op, f);
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    *total = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return OK;
}

enum err case_list(struct op *op, const struct case_filter *f, struct case_page *out)
{
    struct query q;
    struct store_rows rows;
    size_t limit = f->limit ? f->limit : 50;
    TRY(actor_require(op, "case.read"));
    struct case_page page = { .items = ARENA_ARRAY(op->arena, struct case_row, limit),
        .total = -1 };
    TRY(diag_arena(op->diag, op->arena));
    if (!f->after_id)
        TRY(count_cases(op, f, &page.total));
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, case_columns);
    where_add(&q, op, f);
    if (f->newest_first) {
        if (f->after_id)
            QUERY_ADD(&q, " AND c.id < ?", S_INT(f->after_id));
        QUERY_ADD(&q, " ORDER BY c.id DESC LIMIT ?", S_INT((int64_t)limit + 1));
    } else {
        if (f->after_id)
            QUERY_ADD(&q, " AND (c.sort_at, c.id) > (?, ?)", S_INT(f->after_key),
                S_INT(f->after_id));
        QUERY_ADD(&q, " ORDER BY c.sort_at, c.id LIMIT ?", S_INT((int64_t)limit + 1));
    }
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (page.count == limit) {
            page.more = true;
            break;
        }
        case_read(op, &rows, &page.items[page.count++]);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < page.count; i++)
        TRY(case_names(op, &page.items[i]));
    if (page.count) {
        const struct case_row *last = &page.items[page.count - 1];
        page.next_key = last->sort_at;
        page.next_id = last->id;
    }
    *out = page;
    return diag_arena(op->diag, op->arena);
}

enum err case_similar(
    struct op *op, const struct case_row *c, size_t limit, struct case_row **out, size_t *count)
{
    int64_t *ids;
    size_t found, used = 0;
    struct store_similar query = { .index = "case_search",
        .zone = op->zone->code,
        .text = str_concat(op->arena, c->title, c->body),
        .limit = (int)limit + 1 };
    struct case_row *list = ARENA_ARRAY(op->arena, struct case_row, limit);
    TRY(diag_arena(op->diag, op->arena));
    TRY(store_search_similar(op->conn, op->arena, &query, &ids, &found, op->diag));
    for (size_t i = 0; i < found && used < limit; i++) {
        struct diag ignored;
        struct op look = *op;
        look.diag = &ignored; /* one that the actor may not see is simply not similar */
        if (ids[i] != c->id && case_get(&look, ids[i], &list[used]) == OK)
            used++;
    }
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

/* ---- tasks ---- */

static void task_scope_add(struct query *q, struct op *op, const struct task_filter *f)
{
    const struct actor *a = op->actor;
    bool all = a->system || (a->role && a->role->scope == PACK_SCOPE_ALL);
    if (a->role && a->role->scope == PACK_SCOPE_ENTERPRISE) {
        QUERY_ADD(q, " AND t.unit = '' AND c.enterprise_id = ?", S_INT(a->enterprise));
    } else if (str_is(f->scope, "all") && all) {
        query_sql(q, " AND t.unit <> ''");
    } else {
        QUERY_ADD(q, " AND t.unit = ?", S_TEXT(a->unit));
        if (!str_is(f->scope, "unit"))
            QUERY_ADD(q, " AND t.assignee_id IN (0, ?)", S_INT(a->account));
    }
}

/* The colour of the promise nearest to its end, of the step or of its case, as a number of enum
 * promise_colour: what the row shows is what is counted. */
static void task_colour(struct query *q, int64_t now, const char *before)
{
    query_sql(q, before);
    QUERY_ADD(q,
        "CASE WHEN t.state = 'suspended' THEN 5 WHEN t.due_at IS NULL THEN 0"
        " WHEN t.due_at < ? THEN 4 WHEN t.red_at <= ? THEN 3 WHEN t.amber_at <= ? THEN 2 ELSE 1 END",
        S_INT(now), S_INT(now), S_INT(now));
}

static int64_t colour_number(str word)
{
    for (int c = COLOUR_GREEN; c <= COLOUR_PAUSED; c++)
        if (str_is(word, promise_colour_word((enum promise_colour)c)))
            return c;
    return -1; /* no such colour: no row */
}

static void task_where(struct query *q, struct op *op, const struct task_filter *f)
{
    QUERY_ADD(q,
        " FROM task t JOIN cases c ON c.zone = t.zone AND c.id = t.case_id"
        " WHERE t.zone = ? AND t.state IN ('open', 'suspended')",
        S_TEXT(op->zone->code));
    task_scope_add(q, op, f);
    text_add(q, f->text);
    if (f->node.bytes)
        QUERY_ADD(q, " AND t.node = ?", S_TEXT(f->node));
    if (f->colour.bytes) {
        task_colour(q, op->now_ms, " AND ");
        QUERY_ADD(q, " = ?", S_INT(colour_number(f->colour)));
    }
}

static enum err count_tasks(struct op *op, const struct task_filter *f, struct task_page *page)
{
    struct query q;
    struct store_rows rows;
    struct task_filter any = *f;
    any.colour = STR_NONE;
    query_init(&q, op->arena);
    task_colour(&q, op->now_ms, "SELECT ");
    query_sql(&q, ", count(*)");
    task_where(&q, op, &any);
    query_sql(&q, " GROUP BY 1");
    TRY(query_run(&q, op->conn, &rows, op->diag));
    page->total = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        page->counts[store_int(&rows, 0)] = store_int(&rows, 1);
        if (!f->colour.bytes
            || str_is(f->colour, promise_colour_word((enum promise_colour)store_int(&rows, 0))))
            page->total += store_int(&rows, 1);
    }
    return OK;
}

/* The promise that will break first: of the task or of its case. */
static enum err nearest(struct op *op, struct task_item *item)
{
    struct promise *list;
    size_t count;
    TRY(promise_list(op, item->task.case_id, true, &list, &count));
    for (size_t i = 0; i < count; i++) {
        const struct promise *p = &list[i];
        if (p->task_id && p->task_id != item->task.id)
            continue;
        if (!item->promise.id || p->due_at < item->promise.due_at)
            item->promise = *p;
    }
    return OK;
}

enum err task_list(struct op *op, const struct task_filter *f, struct task_page *out)
{
    struct query q;
    struct store_rows rows;
    size_t limit = f->limit ? f->limit : 50;
    TRY(actor_require(op, "case.read"));
    struct task_page page = { .items = ARENA_ARRAY(op->arena, struct task_item, limit) };
    TRY(diag_arena(op->diag, op->arena));
    TRY(count_tasks(op, f, &page));
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, case_columns);
    query_sql(&q, ", ");
    query_sql(&q, task_columns);
    task_where(&q, op, f);
    if (f->after_id)
        QUERY_ADD(&q, " AND (t.sort_at, t.id) > (?, ?)", S_INT(f->after_key), S_INT(f->after_id));
    QUERY_ADD(&q, " ORDER BY t.sort_at, t.id LIMIT ?", S_INT((int64_t)limit + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (page.count == limit) {
            page.more = true;
            break;
        }
        case_read(op, &rows, &page.items[page.count].row);
        task_read(op, &rows, CASE_COLUMN_COUNT, &page.items[page.count++].task);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < page.count; i++) {
        struct task_item *item = &page.items[i];
        TRY(case_names(op, &item->row));
        step_names(op, item->row.pack_version, item->row.kind, item->task.node, &item->task.name_zh,
            &item->task.name_en);
        TRY(nearest(op, item));
        page.next_key = item->task.sort_at;
        page.next_id = item->task.id;
    }
    *out = page;
    return diag_arena(op->diag, op->arena);
}
