/*
 * Everything is sorting: events by case and time give the logs of cases; distinct names in order give
 * activities their numbers; pairs by number give direct follows with their times together; cases by
 * their sequence of numbers give variants. No table of hashes, no matrix that grows with its square.
 */
#include "mine/mine.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct event {
    str case_id, activity;
    int64_t at_ms;
    uint32_t order, number; /* number: of the activity, by name */
};

struct mine_log {
    struct arena *arena;
    struct event *events;
    size_t count, room;
    str *names; /* distinct activities, by name */
    size_t name_count;
};

struct span { /* the events of one case */
    const struct event *events;
    size_t count;
};

struct pair {
    uint32_t from, to;
    int64_t ms;
};

static enum err out_of_memory(struct diag *d)
{
    return diag_set(d, ERR_MEMORY, "内存不足,装不下这份日志", "out of memory for this log");
}

enum err mine_create(struct arena *a, struct mine_log **out, struct diag *d)
{
    struct mine_log *log = ARENA_NEW(a, struct mine_log);
    if (!log)
        return out_of_memory(d);
    log->arena = a;
    *out = log;
    return OK;
}

enum err mine_add(struct mine_log *log, str case_id, str activity, int64_t at_ms, struct diag *d)
{
    if (log->count == MINE_EVENTS_MAX)
        return diag_set(d, ERR_LIMIT, "日志超过 %d 个事件", "the log has more than %d events",
            MINE_EVENTS_MAX);
    if (log->count == log->room) {
        size_t room = log->room ? log->room * 2 : 1024;
        struct event *grown = arena_grow(log->arena, log->events, log->room * sizeof *grown,
            room * sizeof *grown);
        if (!grown)
            return out_of_memory(d);
        log->events = grown;
        log->room = room;
    }
    /* Logs come case by case as a rule: the same text stands once. */
    const struct event *last = log->count ? &log->events[log->count - 1] : NULL;
    struct event *e = &log->events[log->count];
    *e = (struct event){ .at_ms = at_ms, .order = (uint32_t)log->count };
    e->case_id = last && str_equal(last->case_id, case_id) ? last->case_id
                                                           : str_copy(log->arena, case_id);
    e->activity = str_copy(log->arena, activity);
    log->count++;
    return diag_arena(d, log->arena);
}

/* ---- orders --------------------------------------------------------------------------------- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_case(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    int order = str_compare(a->case_id, b->case_id);
    if (!order)
        order = by_number(a->at_ms, b->at_ms);
    return order ? order : by_number(a->order, b->order);
}

static int by_text(const void *left, const void *right)
{
    return str_compare(*(const str *)left, *(const str *)right);
}

static int by_time(const void *left, const void *right)
{
    return by_number(*(const int64_t *)left, *(const int64_t *)right);
}

static int by_pair(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    int order = by_number(a->from, b->from);
    if (!order)
        order = by_number(a->to, b->to);
    return order ? order : by_number(a->ms, b->ms);
}

static int compare_sequence(const struct span *a, const struct span *b)
{
    int order = by_number((int64_t)a->count, (int64_t)b->count);
    for (size_t i = 0; !order && i < a->count; i++)
        order = by_number(a->events[i].number, b->events[i].number);
    return order;
}

static int64_t duration(const struct span *s)
{
    return s->events[s->count - 1].at_ms - s->events[0].at_ms;
}

/* Equal sequences stand together, in them the cases by duration, then by name. */
static int by_sequence(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    int order = compare_sequence(a, b);
    if (!order)
        order = by_number(duration(a), duration(b));
    return order ? order : str_compare(a->events[0].case_id, b->events[0].case_id);
}

static int activities_first(const void *left, const void *right)
{
    const struct mine_activity *a = left, *b = right;
    int order = by_number(b->count, a->count);
    return order ? order : str_compare(a->name, b->name);
}

static int follows_first(const void *left, const void *right)
{
    const struct mine_follow *a = left, *b = right;
    int order = by_number(b->count, a->count);
    if (!order)
        order = by_number((int64_t)a->from, (int64_t)b->from);
    return order ? order : by_number((int64_t)a->to, (int64_t)b->to);
}

static int variants_first(const void *left, const void *right)
{
    const struct mine_variant *a = left, *b = right;
    int order = by_number(b->count, a->count);
    if (!order)
        order = by_number((int64_t)a->length, (int64_t)b->length);
    for (size_t i = 0; !order && i < a->length; i++)
        order = by_number((int64_t)a->activities[i], (int64_t)b->activities[i]);
    return order;
}

/* qsort wants an address even for nothing. */
static void sort(void *items, size_t count, size_t bytes, int (*order)(const void *, const void *))
{
    if (count > 1)
        qsort(items, count, bytes, order);
}

/* The middle of sorted values that stand `stride` bytes apart. */
static int64_t middle(const void *first, size_t count, size_t stride)
{
    const char *at = first;
    int64_t low, high;
    memcpy(&low, at + (count - 1) / 2 * stride, sizeof low);
    memcpy(&high, at + count / 2 * stride, sizeof high);
    return low + (high - low) / 2;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static enum err number_activities(struct mine_log *log, struct diag *d)
{
    str *all = ARENA_ARRAY(log->arena, str, log->count ? log->count : 1);
    if (!all)
        return out_of_memory(d);
    for (size_t i = 0; i < log->count; i++)
        all[i] = log->events[i].activity;
    sort(all, log->count, sizeof *all, by_text);
    for (size_t i = 0; i < log->count; i++)
        if (!i || !str_equal(all[i], all[i - 1]))
            all[log->name_count++] = all[i];
    log->names = all;
    if (log->name_count > MINE_ACTIVITIES_MAX)
        return diag_set(d, ERR_LIMIT, "日志有 %zu 种活动,上限 %d:活动的列选对了吗?",
            "the log has %zu different activities, the limit is %d: is it the right column?",
            log->name_count, MINE_ACTIVITIES_MAX);
    for (size_t i = 0; i < log->count; i++) {
        const str *at = bsearch(&log->events[i].activity, all, log->name_count, sizeof *all, by_text);
        log->events[i].number = (uint32_t)(at - all);
    }
    return OK;
}

static enum err split_cases(struct mine_log *log, struct span **out, size_t *count, struct diag *d)
{
    struct span *spans = ARENA_ARRAY(log->arena, struct span, log->count ? log->count : 1);
    if (!spans)
        return out_of_memory(d);
    sort(log->events, log->count, sizeof *log->events, by_case);
    *count = 0;
    for (size_t i = 0; i < log->count; i++) {
        if (!i || !str_equal(log->events[i].case_id, log->events[i - 1].case_id))
            spans[(*count)++] = (struct span){ &log->events[i], 0 };
        spans[*count - 1].count++;
    }
    *out = spans;
    return OK;
}

static void count_activities(const struct mine_log *log, const struct span *spans, size_t count,
    struct mine_activity *activities, size_t *seen)
{
    for (size_t i = 0; i < log->name_count; i++)
        activities[i].name = log->names[i];
    for (size_t s = 0; s < count; s++) {
        const struct span *span = &spans[s];
        activities[span->events[0].number].starts++;
        activities[span->events[span->count - 1].number].ends++;
        for (size_t i = 0; i < span->count; i++) {
            struct mine_activity *a = &activities[span->events[i].number];
            a->count++;
            a->cases += seen[span->events[i].number] != s + 1;
            seen[span->events[i].number] = s + 1;
        }
    }
}

/* places: by an activity's number its place in the result. */
static enum err find_follows(struct mine_log *log, const struct span *spans, size_t count,
    const size_t *places, struct mine_result *out, struct diag *d)
{
    struct pair *pairs = ARENA_ARRAY(log->arena, struct pair, log->count ? log->count : 1);
    size_t pair_count = 0, kinds = 0;
    if (!pairs)
        return out_of_memory(d);
    for (size_t s = 0; s < count; s++)
        for (size_t i = 1; i < spans[s].count; i++)
            pairs[pair_count++] = (struct pair){ spans[s].events[i - 1].number,
                spans[s].events[i].number, spans[s].events[i].at_ms - spans[s].events[i - 1].at_ms };
    sort(pairs, pair_count, sizeof *pairs, by_pair);
    for (size_t i = 0; i < pair_count; i++)
        kinds += !i || pairs[i].from != pairs[i - 1].from || pairs[i].to != pairs[i - 1].to;
    out->follows = ARENA_ARRAY(log->arena, struct mine_follow, kinds ? kinds : 1);
    if (!out->follows)
        return out_of_memory(d);
    for (size_t i = 0, end; i < pair_count; i = end) {
        for (end = i; end < pair_count && pairs[end].from == pairs[i].from && pairs[end].to == pairs[i].to;)
            end++;
        out->follows[out->follow_count++] = (struct mine_follow){ places[pairs[i].from],
            places[pairs[i].to], (int64_t)(end - i), middle(&pairs[i].ms, end - i, sizeof *pairs) };
    }
    sort(out->follows, out->follow_count, sizeof *out->follows, follows_first);
    return OK;
}

static enum err add_variant(struct mine_log *log, const struct span *spans, size_t count,
    const size_t *places, struct mine_result *out, struct diag *d)
{
    size_t *activities = ARENA_ARRAY(log->arena, size_t, spans->count);
    int64_t low = duration(&spans[(count - 1) / 2]), high = duration(&spans[count / 2]);
    struct mine_variant v = { .activities = activities, .length = spans->count,
        .count = (int64_t)count, .median_ms = low + (high - low) / 2,
        .example = spans->events->case_id };
    v.slowest_count = count < MINE_SLOWEST_MAX ? count : MINE_SLOWEST_MAX;
    v.slowest = ARENA_ARRAY(log->arena, str, v.slowest_count);
    if (!activities || !v.slowest)
        return out_of_memory(d);
    for (size_t i = 0; i < v.slowest_count; i++)
        v.slowest[i] = spans[count - 1 - i].events->case_id;
    for (size_t i = 0; i < spans->count; i++)
        activities[i] = places[spans->events[i].number];
    for (size_t i = 1; i < count; i++)
        if (str_compare(spans[i].events->case_id, v.example) < 0)
            v.example = spans[i].events->case_id;
    out->variants[out->variant_count++] = v;
    return OK;
}

/* Sorts the spans by their sequences. */
static enum err find_variants(struct mine_log *log, struct span *spans, size_t count,
    const size_t *places, struct mine_result *out, struct diag *d)
{
    size_t kinds = 0;
    sort(spans, count, sizeof *spans, by_sequence);
    for (size_t i = 0; i < count; i++)
        kinds += !i || compare_sequence(&spans[i], &spans[i - 1]) != 0;
    out->variants = ARENA_ARRAY(log->arena, struct mine_variant, kinds ? kinds : 1);
    if (!out->variants)
        return out_of_memory(d);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && compare_sequence(&spans[end], &spans[i]) == 0;)
            end++;
        TRY(add_variant(log, &spans[i], end - i, places, out, d));
    }
    sort(out->variants, out->variant_count, sizeof *out->variants, variants_first);
    return OK;
}

static enum err measure(struct mine_log *log, const struct span *spans, size_t count,
    struct mine_result *out, struct diag *d)
{
    int64_t *times = ARENA_ARRAY(log->arena, int64_t, count ? count : 1);
    if (!times)
        return out_of_memory(d);
    for (size_t i = 0; i < count; i++) {
        int64_t first = spans[i].events[0].at_ms, last = first + duration(&spans[i]);
        times[i] = last - first;
        out->first_ms = !i || first < out->first_ms ? first : out->first_ms;
        out->last_ms = !i || last > out->last_ms ? last : out->last_ms;
    }
    sort(times, count, sizeof *times, by_time);
    if (count) {
        out->median_ms = middle(times, count, sizeof *times);
        out->p90_ms = times[(count * 9 + 9) / 10 - 1]; /* the nearest rank */
    }
    return OK;
}

enum err mine_run(struct mine_log *log, struct mine_result *out, struct diag *d)
{
    struct mine_result r = { .events = (int64_t)log->count };
    struct span *spans = NULL;
    size_t count = 0;
    TRY(number_activities(log, d));
    TRY(split_cases(log, &spans, &count, d));
    size_t names = log->name_count ? log->name_count : 1;
    size_t *places = ARENA_ARRAY(log->arena, size_t, names);
    r.activities = ARENA_ARRAY(log->arena, struct mine_activity, names);
    if (!places || !r.activities)
        return out_of_memory(d);
    count_activities(log, spans, count, r.activities, places);
    r.cases = (int64_t)count;
    r.activity_count = log->name_count;
    sort(r.activities, r.activity_count, sizeof *r.activities, activities_first);
    for (size_t i = 0; i < r.activity_count; i++) {
        const str *at = bsearch(&r.activities[i].name, log->names, log->name_count, sizeof *at, by_text);
        places[at - log->names] = i;
    }
    TRY(measure(log, spans, count, &r, d));
    TRY(find_follows(log, spans, count, places, &r, d));
    TRY(find_variants(log, spans, count, places, &r, d));
    *out = r;
    return OK;
}
