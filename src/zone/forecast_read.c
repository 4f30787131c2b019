/* What forecasts of a page are made of; forecast_read.h. */
#include "zone/forecast_read.h"

#include "zone/page_rows.h"

enum { ALIKE_LEAST = 12 }; /* so many of the same kind, or all are taken */

struct row {
    int64_t id;
    str kind;
    int64_t day[FORECAST_STEPS_MAX]; /* INT64_MIN: not reached */
};

struct reading {
    struct op *op;
    const struct pack_page *page;
    size_t steps, target;
    struct row *rows;
    size_t count, room;
    int64_t today;
    struct span *spans;
};

static enum err read_rows(struct reading *w)
{
    struct op *op = w->op;
    struct page_source s = { w->page->r, w->page->members };
    const struct pack_column *columns[FORECAST_STEPS_MAX + 1] = { page_column(&s, "alike") };
    const json_t *list = json_object_get(w->page->members, "milestones");
    struct query q;
    struct store_rows rows;
    for (size_t i = 0; i < w->steps; i++) {
        struct page_source one = { w->page->r, json_array_get(list, i) };
        columns[i + 1] = page_column(&one, "done");
    }
    TRY(page_select(&q, op, w->page->r, columns, w->steps + 1));
    QUERY_ADD(&q, " ORDER BY id LIMIT ?", S_INT(FORECAST_RECORDS_MAX));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || w->count == w->room)
            break;
        struct row *r = &w->rows[w->count++];
        r->id = store_int(&rows, 0);
        r->kind = str_copy(op->arena, store_text(&rows, 1));
        for (size_t i = 0; i < w->steps; i++) {
            struct date date;
            bool there = date_parse(store_text(&rows, (int)i + 2), &date);
            r->day[i] = there ? date_to_days(date) : INT64_MIN;
        }
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

/* The last milestone before the target that is reached; -1: it has not begun, or is through. */
static int step_of(const struct reading *w, const struct row *r)
{
    int step = -1;
    if (r->day[w->target] != INT64_MIN)
        return -1;
    for (size_t i = 0; i < w->target; i++)
        if (r->day[i] != INT64_MIN && r->day[i] <= w->today)
            step = (int)i;
    return step;
}

/* How long the stretch from `step` to the target took others, or has taken them so far. */
static size_t spans_of(struct reading *w, const struct row *of, int step, bool alike)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++) {
        const struct row *r = &w->rows[i];
        int64_t end = r->day[w->target];
        if (r == of || r->day[step] == INT64_MIN || (alike && !str_equal(r->kind, of->kind)))
            continue;
        int64_t days = (end == INT64_MIN ? w->today : end) - r->day[step];
        if (days >= 0)
            w->spans[n++] = (struct span){ days, end != INT64_MIN };
    }
    return n;
}

static bool forecast_one(struct reading *w, const struct row *r, struct forecast_item *out)
{
    int step = step_of(w, r), percent = 80;
    const json_t *asked = json_object_get(w->page->members, "percent");
    if (step < 0)
        return false;
    if (json_is_integer(asked))
        percent = (int)json_integer_value(asked);
    *out = (struct forecast_item){ .id = r->id, .step = (size_t)step, .since = r->day[step] };
    int64_t waited = w->today - out->since;
    if (r->kind.bytes) {
        out->of = forecast_days(w->spans, spans_of(w, r, step, true), waited, percent);
        out->alike = out->of.count >= ALIKE_LEAST;
    }
    if (!out->alike)
        out->of = forecast_days(w->spans, spans_of(w, r, step, false), waited, percent);
    return true;
}

enum err forecast_read(
    struct op *op, const struct pack_page *page, struct forecast_item **out, size_t *count)
{
    const json_t *members = page->members;
    struct reading w = { .op = op, .page = page,
        .steps = json_array_size(json_object_get(members, "milestones")),
        .target = (size_t)json_integer_value(json_object_get(members, "target")) - 1,
        .today = zone_local_days(op->zone, op->now_ms) };
    size_t room;
    *count = 0;
    if (w.steps > FORECAST_STEPS_MAX)
        w.steps = FORECAST_STEPS_MAX;
    if (w.target >= w.steps)
        return diag_set(op->diag, ERR_INVALID, "target 应是第几个节点",
            "target must be the place of a milestone");
    TRY(page_count(op, page->r, FORECAST_RECORDS_MAX, &room));
    w.rows = ARENA_ARRAY(op->arena, struct row, room + 1);
    w.spans = ARENA_ARRAY(op->arena, struct span, room + 1);
    *out = ARENA_ARRAY(op->arena, struct forecast_item, room + 1);
    TRY(diag_arena(op->diag, op->arena));
    w.room = room;
    TRY(read_rows(&w));
    for (size_t i = 0; i < w.count; i++)
        *count += forecast_one(&w, &w.rows[i], &(*out)[*count]);
    return diag_arena(op->diag, op->arena);
}
