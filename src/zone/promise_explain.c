/*
 * How a deadline was counted, day by day: the events in their order cut time into stretches; each
 * stretch between a start (or a resumption) and the next pause is explained by the calendar, the
 * days of a pause are listed as standing still.
 */
#include "zone/promise.h"

enum { EVENTS_MAX = 200 };

static enum err read_events(struct op *op, struct promise_count *out)
{
    struct store_rows rows;
    struct promise_step *list = ARENA_ARRAY(op->arena, struct promise_step, EVENTS_MAX + 1);
    TRY(diag_arena(op->diag, op->arena));
    list[0] =
        (struct promise_step){ out->promise.started_at, "start", out->promise.amount, 0, STR_NONE };
    size_t used = 1;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT at, what, amount, due_at, reason FROM promise_event WHERE zone = $1 AND"
        " promise_id = $2 ORDER BY id",
        S_TEXT(op->zone->code), S_INT(out->promise.id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used > EVENTS_MAX)
            break;
        list[used++] = (struct promise_step){ store_int(&rows, 0),
            str_terminated(op->arena, store_text(&rows, 1)), store_int(&rows, 2),
            store_int(&rows, 3), str_copy(op->arena, store_text(&rows, 4)) };
    }
    store_rows_end(&rows);
    out->events = list;
    out->event_count = used;
    return diag_arena(op->diag, op->arena);
}

/* What a day counts. Calendar days count all but the first, up to what was promised: an end that
 * falls on days off moves over them (Civil Code, article 203). */
static int64_t counted_of(const struct promise *p, const struct calendar_step *s, int64_t total)
{
    if (p->unit != PACK_CALENDAR_DAYS)
        return s->counted;
    return !s->start && total < p->amount + p->extended;
}

static void add_day(
    struct promise_count *out, const struct calendar_step *s, bool paused, int64_t *total)
{
    struct promise_day *last = out->day_count ? &out->days[out->day_count - 1] : NULL;
    int64_t counted = paused ? 0 : counted_of(&out->promise, s, *total);
    *total += counted;
    if (last && last->days == s->days) { /* the day of a pause or resumption is one line */
        last->counted += counted;
        last->total = *total;
        last->paused = last->paused || paused;
        return;
    }
    out->days[out->day_count] = (struct promise_day){ .days = s->days,
        .day = s->day,
        .start = out->day_count == 0,
        .paused = paused,
        .counted = counted,
        .total = *total };
    out->day_count++;
}

/* One stretch; for limits in days its first day is not counted (the day of a start, of a
 * resumption). */
static enum err add_stretch(
    struct op *op, struct promise_count *out, int64_t from, int64_t to, bool paused, int64_t *total)
{
    const struct pack *pack = zone_pack(op->zone);
    struct calendar_steps steps;
    if (to < from)
        return OK;
    if (out->promise.unit == PACK_WORKING_HOURS)
        TRY(calendar_explain_minutes(&pack->clock, op->arena, from, to, &steps, op->diag));
    else
        TRY(calendar_explain_days(pack->calendar, op->arena, zone_local_days(op->zone, from),
            zone_local_days(op->zone, to), &steps, op->diag));
    size_t capacity = out->day_count + steps.count;
    out->days = arena_grow(op->arena, out->days, out->day_count * sizeof *out->days,
        (capacity + 1) * sizeof *out->days);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < steps.count; i++)
        add_day(out, &steps.items[i], paused, total);
    return OK;
}

static bool is(const struct promise_step *s, const char *what)
{
    return str_is(str_from(s->what), what);
}

/* Did this pause stop the clock? One that began after the end did not, unless an extension that was
 * approved during it moved the end. */
static bool stands_still(const struct promise_count *n, size_t pause)
{
    int64_t due = n->promise.due_at;
    for (size_t e = pause + 1; e < n->event_count; e++)
        if (is(&n->events[e], "resume")) {
            due = n->events[e].due_at;
            break;
        }
    return due >= n->events[pause].at;
}

enum err promise_explain(
    struct op *op, int64_t case_id, int64_t promise_id, struct promise_count *out)
{
    struct promise *list;
    size_t count, i = 0;
    TRY(promise_list(op, case_id, false, &list, &count));
    while (i < count && list[i].id != promise_id)
        i++;
    if (i == count)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这项承诺", "no such promise");
    *out = (struct promise_count){ .promise = list[i] };
    TRY(read_events(op, out));
    int64_t from = out->promise.started_at, total = 0;
    bool paused = false;
    for (size_t e = 1; e < out->event_count; e++) {
        bool pauses = is(&out->events[e], "pause") && stands_still(out, e);
        if (!pauses && !(paused && is(&out->events[e], "resume")))
            continue;
        TRY(add_stretch(op, out, from, out->events[e].at, paused, &total));
        from = out->events[e].at;
        paused = pauses;
    }
    int64_t stands = out->promise.ended_at ? out->promise.ended_at : op->now_ms;
    int64_t end = paused ? stands : out->promise.due_at;
    return add_stretch(op, out, from, end, paused, &total);
}
