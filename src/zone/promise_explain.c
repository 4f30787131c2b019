/*
 * How a deadline was counted, day by day: the events in their order cut time into stretches; each
 * stretch between a start (or a resumption) and the next pause is explained by the calendar, the
 * days of a pause are listed as standing still.
 */
#include "zone/notice.h"
#include "zone/promise_internal.h"

#include <string.h>

static enum err read_events(struct op *op, struct promise_count *out)
{
    struct promise_step *after, *list;
    size_t count;
    TRY(promise_events(op, &out->promise, &after, &count));
    list = ARENA_ARRAY(op->arena, struct promise_step, count + 1);
    TRY(diag_arena(op->diag, op->arena));
    list[0] =
        (struct promise_step){ out->promise.started_at, "start", out->promise.amount, 0, STR_NONE };
    if (count)
        memcpy(list + 1, after, count * sizeof *after);
    out->events = list;
    out->event_count = count + 1;
    return OK;
}

struct stretch {
    int64_t from, to;
    bool paused;
};

/* What a day counts. Calendar days count all but the first, up to what was promised: an end that
 * falls on days off moves over them (Civil Code, article 203). */
static int64_t counted_of(const struct promise *p, const struct calendar_step *s, int64_t total)
{
    if (p->unit != PACK_CALENDAR_DAYS)
        return s->counted;
    return !s->start && (p->until_on ? s->days <= p->until_on : total < p->amount + p->extended);
}

static void add_day(
    struct promise_count *out, const struct calendar_step *s, bool paused, int64_t *total)
{
    struct promise_day *last = out->day_count ? &out->days[out->day_count - 1] : NULL;
    int64_t counted = paused ? 0 : counted_of(&out->promise, s, *total);
    bool rolled = !paused && !s->start && out->promise.unit == PACK_CALENDAR_DAYS && !counted
        && (!out->promise.until_on || s->days > out->promise.until_on);
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
        .rolled = rolled,
        .segment = out->segment_count,
        .counted = counted,
        .total = *total };
    out->day_count++;
}

/* The office hours of one stretch, from where the day's line points on. */
static enum err add_segments(struct op *op, struct promise_count *out, const struct stretch *at,
    int64_t day)
{
    struct calendar_segment found[OFFICE_SPANS_MAX];
    size_t count = calendar_segments(
        &zone_pack(op->zone)->clock, day, at->from, at->to, found);
    for (size_t i = 0; i < count; i++) {
        out->segments = arena_room(op->arena, out->segments, out->segment_count,
            &out->segment_capacity, sizeof *out->segments);
        TRY(diag_arena(op->diag, op->arena));
        out->segments[out->segment_count++] = found[i];
        out->days[out->day_count - 1].segment_count++;
    }
    return OK;
}

/* One stretch; for limits in days its first day is not counted (the day of a start, of a
 * resumption). */
static enum err add_stretch(
    struct op *op, struct promise_count *out, const struct stretch *at, int64_t *total)
{
    int64_t from = at->from, to = at->to;
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
    for (size_t i = 0; i < steps.count; i++) {
        add_day(out, &steps.items[i], at->paused, total);
        if (out->promise.unit == PACK_WORKING_HOURS && !at->paused)
            TRY(add_segments(op, out, at, steps.items[i].days));
    }
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
        TRY(add_stretch(op, out, &(struct stretch){ from, out->events[e].at, paused }, &total));
        from = out->events[e].at;
        paused = pauses;
    }
    int64_t stands = out->promise.ended_at ? out->promise.ended_at : op->now_ms;
    int64_t end = paused ? stands : out->promise.due_at;
    return add_stretch(op, out, &(struct stretch){ from, end, paused }, &total);
}

/* ---- in a sentence ---- */

static struct name2 amount_text(struct op *op, int64_t amount, enum pack_time_unit unit)
{
    static const char *const zh[] = { "个工作日", "个工作小时", "日" };
    static const char *const en[] = { "working days", "working hours", "calendar days" };
    return (struct name2){ str_printf(op->arena, "%lld%s", (long long)amount, zh[unit]),
        str_printf(op->arena, "%lld %s", (long long)amount, en[unit]) };
}

static struct name2 day_text(struct op *op, int64_t day)
{
    struct date d = date_from_days(day);
    return (struct name2){ str_printf(op->arena, "%d年%d月%d日", d.year, d.month, d.day),
        date_format(op->arena, d) };
}

static void say_start(struct op *op, const struct promise_count *n, struct buf *zh, struct buf *en)
{
    const struct promise *p = &n->promise;
    struct name2 from = p->unit == PACK_WORKING_HOURS
        ? moment_text(op, p->started_at)
        : day_text(op, zone_local_days(op->zone, p->started_at));
    struct name2 amount = amount_text(op, p->amount, p->unit);
    if (p->until_on) {
        struct name2 until = day_text(op, p->until_on);
        buf_printf(zh, "应在%.*s届满前办结。", STR_ARGS(until.zh));
        buf_printf(en, "To be done before %.*s is over. ", STR_ARGS(until.en));
    } else if (p->unit == PACK_WORKING_HOURS) {
        buf_printf(zh, "自%.*s起计%.*s,只计办公时间。", STR_ARGS(from.zh), STR_ARGS(amount.zh));
        buf_printf(en, "%.*s from %.*s; only office hours count. ", STR_ARGS(amount.en),
            STR_ARGS(from.en));
    } else {
        buf_printf(zh, "自%.*s起计%.*s,当日不计入。", STR_ARGS(from.zh), STR_ARGS(amount.zh));
        buf_printf(en, "%.*s from %.*s, that day not counted. ", STR_ARGS(amount.en),
            STR_ARGS(from.en));
    }
}

static void say_events(struct op *op, const struct promise_count *n, struct buf *zh, struct buf *en)
{
    int pauses = 0;
    for (size_t i = 0; i < n->event_count; i++)
        pauses += is(&n->events[i], "pause");
    if (pauses) {
        buf_printf(zh, "暂停计时%d次,暂停期间不计。", pauses);
        buf_printf(en, "The clock stood still %d time%s. ", pauses, pauses == 1 ? "" : "s");
    }
    if (n->promise.extended) {
        struct name2 more = amount_text(op, n->promise.extended, n->promise.unit);
        buf_printf(zh, "经批准延长%.*s。", STR_ARGS(more.zh));
        buf_printf(en, "Extended by %.*s with approval. ", STR_ARGS(more.en));
    }
}

static void say_end(struct op *op, const struct promise_count *n, struct buf *zh, struct buf *en)
{
    const struct promise *p = &n->promise;
    struct name2 due = moment_text(op, p->due_at);
    if (p->state == PROMISE_PAUSED) {
        struct name2 left = p->unit == PACK_WORKING_HOURS
            ? (struct name2){ str_printf(
                                  op->arena, "%lld分钟", (long long)(p->remaining / MS_PER_MINUTE)),
                  str_printf(
                      op->arena, "%lld minutes", (long long)(p->remaining / MS_PER_MINUTE)) }
            : amount_text(op, p->remaining, p->unit);
        buf_printf(zh, "现在暂停计时,恢复后还有%.*s。", STR_ARGS(left.zh));
        buf_printf(en, "The clock stands still now and keeps %.*s.", STR_ARGS(left.en));
        return;
    }
    int64_t due_day = zone_local_days(op->zone, p->due_at);
    if (p->unit == PACK_CALENDAR_DAYS && !p->until_on && p->end_on && p->end_on < due_day) {
        struct name2 end = day_text(op, p->end_on);
        buf_printf(zh, "最后一日%.*s是休息日,顺延至其后第一个工作日。", STR_ARGS(end.zh));
        buf_printf(
            en, "The last day, %.*s, is a day off: the next working day takes its place. ",
            STR_ARGS(end.en));
    }
    buf_printf(zh, "到期时间:%.*s。", STR_ARGS(due.zh));
    buf_printf(en, "Due %.*s.", STR_ARGS(due.en));
}

struct name2 promise_sentence(struct op *op, const struct promise_count *n)
{
    struct buf zh, en;
    buf_init(&zh, op->arena, 8 * KIB);
    buf_init(&en, op->arena, 8 * KIB);
    say_start(op, n, &zh, &en);
    say_events(op, n, &zh, &en);
    say_end(op, n, &zh, &en);
    return (struct name2){ buf_str(&zh), buf_str(&en) };
}
